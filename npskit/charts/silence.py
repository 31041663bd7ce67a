"""How far a score is known when most did not answer: a band as wide as the silence of each segment.

A band runs from the score with every silent one a detractor to that with every one a promoter. Where half are silent it
is half the scale wide, so that a segment that hardly answers is seen to be hardly known, whatever its point says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, known, level_names, records
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    emphasis,
    head_layers,
    laid_out,
    limits_text,
    points_channels,
    row_axis,
    row_color,
    side_layers,
    tooltips,
)
from npskit.charts.theme import INK
from npskit.charts.titles import titled
from npskit.charts.words import digits, level_share, sentence
from npskit.labels import language, number, points, share, word

__all__ = ["response_bounds"]

MOST_ROWS = 24
NEEDED = ("column", "level", "invited", "responses", "rate", "score", "lower", "upper", "worst", "best", "p_adjusted")
ALPHA = 0.05
BAND = 12


def response_bounds(
    table: Any,
    *,
    title: str,
    overall: Any = None,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Score and answer rate of segments, with the two ends the score of all their invited can have.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``column, level, invited, responses, rate`` (0..1), ``score, lower, upper, worst, best`` (points),
        ``p_adjusted`` (of the rate against the others); a row a segment.
    title : str
        The finding.
    overall : mapping, optional
        Everybody as one row of the same columns, drawn first.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"column": ["shop"], "level": ["Nice"], "invited": [100], "responses": [20], "rate": [0.2],
    ...          "score": [30.0], "lower": [-5.0], "upper": [58.0], "worst": [-74.0], "best": [86.0],
    ...          "p_adjusted": [0.01]}
    >>> response_bounds(table, title="Fewest answer in Nice").title.text
    ['Fewest answer in Nice']
    """
    lang = language(lang)
    rows = columns(table, NEEDED, where="response_bounds")
    total = len(rows["level"])
    drawn, names = shown_rows(rows, lang)
    if overall is not None and rows["column"] != [""]:
        whole = columns(overall, NEEDED, where="response_bounds")
        drawn = {name: [*whole[name], *drawn[name]] for name in NEEDED}
        names = [word("response_everybody", lang), *names]
    elif rows["column"] == [""]:
        names = [word("response_everybody", lang)]
    sides = [
        Side([share(value, digits=1 if 0 < value < 0.095 else 0, lang=lang) for value in drawn["rate"]],
             head=word("response_rate", lang), strong=True),
        Side([number(n, lang=lang) for n in drawn["invited"]], head=word("response_invited", lang)),
        Side([score_text(drawn, at, lang) for at in range(len(names))], head=word("score", lang)),
    ]  # fmt: skip
    layout = laid_out(names, sides)
    named = [p is not None and known(p) and p < ALPHA for p in drawn["p_adjusted"]]
    chart = rows_chart(drawn, names, named, sides, layout, lang)
    k = len(names) - (overall is not None and rows["column"] != [""])
    said = [
        sentence(word("response_drawn", lang, level=level_share(confidence_level, lang))),
        word("response_named", lang) if any(named) else "",
        word("response_shown", lang, shown=k, k=number(total, lang=lang)) if k < total else "",
    ]
    return styled(titled(chart, title, said), lang)


def shown_rows(rows: Columns, lang: str) -> tuple[Columns, list[str]]:
    """The segments, by column and then by rate; of too many, those with most invited."""
    order = sorted(range(len(rows["level"])), key=lambda at: -rows["invited"][at])[:MOST_ROWS]
    place = {column: at for at, column in enumerate(dict.fromkeys(rows["column"]))}
    order.sort(key=lambda at: (place[rows["column"][at]], rows["rate"][at]))
    several = len(place) > 1
    texts: dict[int, str] = {}
    for column in place:
        own = [at for at in range(len(rows["level"])) if rows["column"][at] == column]
        for at, name in zip(own, level_names([rows["level"][at] for at in own], lang), strict=True):
            texts[at] = f"{column} · {name}" if several else name
    return {name: [values[at] for at in order] for name, values in rows.items()}, [texts[at] for at in order]


def score_text(rows: Columns, at: int, lang: str) -> str:
    """The score of those who answered; a dash where nobody did."""
    value = rows["score"][at]
    if value is None or not known(value):
        return "–"
    return points(value, digits=digits(rows["lower"][at], rows["upper"][at]), lang=lang)


def rows_chart(
    rows: Columns, names: Sequence[str], named: Sequence[bool], sides: Sequence[Side], layout: Layout, lang: str
) -> LayerChart:
    """Band, interval and point of each row, and the columns at the right."""
    fields: dict[str, list[Any]] = {
        **{name: rows[name] for name in ("score", "lower", "upper", "worst", "best")},
        "y": layout.middles, "name": list(names), "point": list(named),
        "range": [limits_text(low, high, lang) for low, high in zip(rows["lower"], rows["upper"], strict=True)],
        "ends": [limits_text(low, high, lang) for low, high in zip(rows["worst"], rows["best"], strict=True)],
        "n": [number(n, lang=lang) for n in rows["responses"]],
        **{f"side_{at}": list(side.texts) for at, side in enumerate(sides)},
    }  # fmt: skip
    x = points_channels([*rows["worst"], *rows["best"]], ("score", "lower", "worst"), width=layout.width)
    shown = [("name", ""), ("side_0", word("response_rate", lang)), ("side_1", word("response_invited", lang)),
             ("n", word("responses", lang)), ("side_2", word("score", lang)), ("range", word("chart_interval", lang)),
             ("ends", word("response_ends", lang))]  # fmt: skip
    base = alt.Chart().encode(y=row_axis(layout), tooltip=tooltips(shown))
    answered = base.transform_filter("isValid(datum.score)")
    layers = [
        base.mark_bar(color=INK, opacity=0.22, height=BAND, cornerRadius=2).encode(x=x["worst"], x2=alt.X2("best:Q")),
        answered.mark_rule(opacity=0.9).encode(
            x=x["lower"], x2=alt.X2("upper:Q"), color=row_color(), strokeWidth=emphasis(2.4, 1.5)
        ),
        answered.mark_circle(opacity=1).encode(x=x["score"], color=row_color(), size=emphasis(110, 70)),
        *side_layers(base, sides, layout),
        *head_layers(sides, layout),
    ]
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)
