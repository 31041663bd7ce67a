"""What a number of answers resolves: the curve on which a plan is a point.

The curve says what the sentence cannot: how little the next hundred answers add, or how much is lost with half of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import columns, known, records
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import level_share, three_shares
from npskit.labels import language, number, word

__all__ = ["resolution"]

HEIGHT, MARGIN = 190, 60
MARKS = [mark * ten for ten in (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000) for mark in (1, 2, 5)]


def resolution(
    table: Any,
    *,
    drawn: str,
    responses: int,
    value: float,
    finding: str,
    shares: Sequence[float],
    confidence_level: float = 0.95,
    power: float = 0.8,
    population: int | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Margin, or smallest change seen, against the number of answers.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``responses``, ``margin`` and ``detectable`` (points).
    drawn : {"margin", "detectable"}
        Which of the two.
    responses, value : number
        The point of the plan.
    finding : str
        The title.
    shares : sequence of float, shape (3,)
    confidence_level, power : float
    population : int, optional
    lang : {"en", "fr"}, optional

    Raises
    ------
    EmptyDataError
        When there is no row.

    Examples
    --------
    >>> table = {"responses": [100, 400], "margin": [15.3, 7.7], "detectable": [31.0, 15.4]}
    >>> resolution(table, drawn="margin", responses=400, value=7.7, finding="400 responses",
    ...            shares=(0.2, 0.3, 0.5)).title.text
    ['400 responses']
    """
    lang = language(lang)
    rows = columns(table, ("responses", drawn), where="plan")
    kept = [at for at, height in enumerate(rows[drawn]) if known(height)]
    sizes, heights = ([rows[name][at] for at in kept] for name in ("responses", drawn))
    values = records(
        {"n": sizes, "value": heights, "figure": [number(n, lang=lang) for n in sizes],
         "told": [figure(height, drawn, lang) for height in heights]}
    )  # fmt: skip
    x = alt.X("n:Q", title=word("plan_axis_responses", lang), axis=size_axis(sizes), scale=size_scale(sizes))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4, labelExpr=height_text(drawn, lang)))
    tips = [
        alt.Tooltip("figure:N", title=word("responses", lang)),
        alt.Tooltip("told:N", title=word(f"plan_axis_{drawn}", lang)),
    ]
    line = alt.Chart(alt.Data(values=values)).encode(x=x, y=y)
    layers = [
        line.mark_line(color=INK, strokeWidth=2),
        line.mark_circle(opacity=0, size=120).encode(tooltip=tips),
        *point_layers(responses, value, max(heights, default=value), drawn, lang, x, y, last=max(sizes, default=0)),
    ]
    parts = [
        word(f"plan_drawn_{drawn}", lang, level=level_share(confidence_level, lang), power=level_share(power, lang)),
        three_shares(shares, lang),
        word("plan_population", lang, n=number(population, lang=lang)) if population is not None else "",
    ]
    return styled(titled(LayerChart(layer=layers, width=WIDTH - MARGIN, height=HEIGHT), finding, parts), lang)


def point_layers(
    n: int, value: float, most: float, drawn: str, lang: str, x: alt.X, y: alt.Y, *, last: float
) -> list[alt.Chart]:
    """The plan on the curve, with lines to both axes; nothing when it lies beyond the population."""
    if n > last or not known(value):
        return []
    row = {
        "n": n,
        "value": value,
        "zero": 0,
        "text": number(n, lang=lang) + word("chart_colon", lang) + " " + figure(value, drawn, lang),
    }
    point = alt.Chart(alt.Data(values=[row])).encode(x=x)
    quiet: dict[str, Any] = {"color": ACCENT, "strokeDash": [3, 3], "opacity": 0.7}
    return [
        point.mark_rule(**quiet).encode(y=alt.Y("zero:Q", title=None), y2=alt.Y2("value:Q")),
        point.mark_circle(color=ACCENT, size=130, opacity=1).encode(y=y),
        point.mark_text(
            color=ACCENT, fontSize=14, fontWeight=600, align="left", dx=10, dy=-10 if value < 0.85 * most else 4
        ).encode(y=y, text=alt.Text("text:N")),
    ]


def figure(value: float, drawn: str, lang: str) -> str:
    """One height of the curve in words."""
    whole = value >= 20 or abs(value - round(value)) < 0.05
    return ("±" if drawn == "margin" else "") + number(value, digits=0 if whole else 1, lang=lang)


def height_text(drawn: str, lang: str) -> str:
    """Vega expression of a label of the axis of points."""
    mark = "(datum.value > 0 ? '±' : '') + " if drawn == "margin" else ""
    return f"{mark}format(datum.value, ',~f')"


def size_scale(sizes: Sequence[float]) -> alt.Scale:
    """Numbers of answers by their ratio: what halves the margin is four times as many."""
    return alt.Scale(type="log", domain=[min(sizes, default=1), max(sizes, default=10)], nice=False)


def size_axis(sizes: Sequence[float]) -> alt.Axis:
    """Round numbers between the smallest and the largest."""
    inside = [mark for mark in MARKS if min(sizes, default=1) <= mark <= max(sizes, default=10)]
    return alt.Axis(values=inside, format=",", grid=False, titleColor=MUTED, titleFontSize=11, titleFontWeight="normal")
