"""If the silent are lower: the score of all invited for every gap between those who answered and those who did not.

Nobody knows the gap; everybody can say which one he thinks possible. The line shows what each costs, and where the
score would turn; a tick shows how much lower the last to answer were, which is the nearest one can see to the silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import columns, known, nice_range, records, signed_axis, zero_line
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import amount, level_share, sentence
from npskit.labels import language, number, points, share, word

__all__ = ["silent_curve"]

HEIGHT = 260
NEEDED = ("lower_by", "score", "lower", "upper")


def silent_curve(
    table: Any,
    *,
    title: str,
    lower_by: float,
    score: float,
    target: float = 0,
    needed: float | None = None,
    hint: float | None = None,
    said: Sequence[str] = (),
    rate: float | None = None,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Score of all invited by how many points lower the silent are.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``lower_by, score, lower, upper`` (points).
    title : str
        The finding.
    lower_by, score : float
        The case that is told, and the score of all then.
    target, needed : float, optional
        A score, and the gap at which the line meets it.
    hint : float, optional
        How many points lower the last to answer are.
    said : sequence of str
        Further parts of the subtitle.
    rate : float, optional
        Share of the invited who answered.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"lower_by": [0.0, 50.0, 100.0], "score": [30.0, -7.5, -45.0], "lower": [20.0, -17.0, -55.0],
    ...          "upper": [40.0, 2.0, -35.0]}
    >>> silent_curve(table, title="If", lower_by=50, score=-7.5).title.text
    ['If']
    """
    lang = language(lang)
    rows = columns(table, NEEDED, where="silent_curve")
    low, high, marks = nice_range(min(*rows["lower"], target), max(*rows["upper"], target), ticks=6)
    low, high = max(-100.0, low - 4), min(100.0, high + 4)
    head: dict[str, Any] = {"titleFontSize": 11, "titleColor": MUTED, "titleFontWeight": "normal"}
    first, last = min(rows["lower_by"]), max(rows["lower_by"])
    x = alt.X(
        "lower_by:Q", title=word("response_axis", lang), scale=alt.Scale(domain=[first, last], nice=False),
        axis=alt.Axis(tickCount=6, grid=False, labelFlush=False, **head),
    )  # fmt: skip
    axis = alt.Axis(title=None, values=marks, labelExpr=signed_axis(), gridOpacity=zero_line(0.18))
    y = {name: alt.Y(f"{name}:Q", scale=alt.Scale(domain=[low, high], nice=False, zero=False), axis=axis)
         for name in ("score", "lower")}  # fmt: skip
    fields = {
        **{name: rows[name] for name in NEEDED},
        "k": [amount(value, lang) for value in rows["lower_by"]],
        "text": [points(value, lang=lang) for value in rows["score"]],
        "range": [word("range", lang, lower=points(a, lang=lang), upper=points(b, lang=lang))
                  for a, b in zip(rows["lower"], rows["upper"], strict=True)],
    }  # fmt: skip
    tooltip = [alt.Tooltip("k:N", title=word("response_axis", lang)), alt.Tooltip("text:N", title=word("score", lang)),
               alt.Tooltip("range:N", title=word("chart_interval", lang))]  # fmt: skip
    base = alt.Chart(alt.Data(values=records(fields))).encode(x=x)
    layers = [
        base.mark_area(color=INK, opacity=0.2).encode(y=y["lower"], y2=alt.Y2("upper:Q")),
        base.mark_line(color=INK, strokeWidth=2.2).encode(y=y["score"]),
        base.mark_point(opacity=0, size=80).encode(y=y["score"], tooltip=tooltip),
        *turning_layers(needed, target, first, last, y["score"], x, lang),
        *hint_layers(hint, last, x, lang),
        *chosen_layers(lower_by, score, first, last, x, y["score"], lang),
    ]
    chart = LayerChart(layer=layers, width=WIDTH - 30, height=HEIGHT)
    parts = [
        sentence(word("response_curve_drawn", lang, level=level_share(confidence_level, lang))),
        word("response_curve_rate", lang, rate=share(rate, lang=lang)) if known(rate) else "",
        *said,
    ]
    return styled(titled(chart, title, parts), lang)


def chosen_layers(
    lower_by: float, score: float, first: float, last: float, x: alt.X, y: alt.Y, lang: str
) -> list[alt.Chart]:
    """The case that is told, with its score beside it."""
    base = alt.Chart(alt.Data(values=[{"lower_by": lower_by, "score": score}])).encode(x=x, y=y)
    right = lower_by - first <= 0.85 * (last - first)
    look: dict[str, Any] = {"align": "left" if right else "right", "dx": 9 if right else -9, "dy": -10}
    text = points(score, lang=lang)
    return [
        base.mark_rule(color=ACCENT, opacity=0.5, strokeDash=[3, 3]).encode(y2=alt.Y2Value(HEIGHT)),
        base.mark_circle(color=ACCENT, size=130, opacity=1),
        base.mark_text(color=ACCENT, fontSize=13, fontWeight=600, **look).encode(text=alt.TextValue(text)),
    ]


def turning_layers(
    needed: float | None, target: float, first: float, last: float, y: alt.Y, x: alt.X, lang: str
) -> list[alt.Chart]:
    """Where the line meets the target."""
    if needed is None or not known(needed) or not first < needed <= last:
        return []
    base = alt.Chart(alt.Data(values=[{"lower_by": needed, "score": target}])).encode(x=x, y=y)
    right = needed - first <= 0.7 * (last - first)
    look: dict[str, Any] = {"align": "left" if right else "right", "dx": 8 if right else -8, "dy": -9 if right else 12}
    text = word("response_turns", lang, target=points(target, lang=lang), k=number(needed, lang=lang))
    return [
        base.mark_point(color=MUTED, size=70, filled=False, strokeWidth=1.6, opacity=1),
        base.mark_text(color=MUTED, fontSize=11, **look).encode(text=alt.TextValue(text)),
    ]


def hint_layers(hint: float | None, last: float, x: alt.X, lang: str) -> list[alt.Chart]:
    """How much lower the last to answer are, as a tick at the top."""
    if hint is None or not known(hint) or not 0 < hint <= last:
        return []
    base = alt.Chart(alt.Data(values=[{"lower_by": hint}])).encode(x=x)
    left = hint > 0.6 * last
    look: dict[str, Any] = {"align": "right" if left else "left", "dx": -6 if left else 6, "baseline": "top"}
    text = word("response_hint", lang, k=number(hint, lang=lang))
    return [
        base.mark_rule(color=MUTED, strokeDash=[2, 2]).encode(y=alt.YValue(0), y2=alt.Y2Value(HEIGHT)),
        base.mark_text(color=MUTED, fontSize=11, **look).encode(y=alt.YValue(2), text=alt.TextValue(text)),
    ]
