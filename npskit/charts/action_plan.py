"""The smallest effect that would show, by how long one waits: with a control group and without.

The two lines fall and flatten: what lies under a line would not show, however much one hopes for it. Where a line
crosses the effect that is asked about stands the number of periods.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, known, records
from npskit.charts.letters import text_width
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import level_share, responses_text
from npskit.labels import NO_BREAK_SPACE, language, number, word

__all__ = ["planned_action"]

HEIGHT, MARGIN, LETTERS, GAP = 210, 40, 11.5, 12
DESIGNS = {"alone": INK, "control": ACCENT}
# Effects above so many times the one asked about are not drawn; a chart of what cannot be tells little.
MOST, LEAST_TOP = 4.0, 12.0
# Labels nearer than this share of the height are moved apart; where the right part begins, in which they stand.
APART, RIGHT = 0.09, 0.7


def planned_action(
    table: Any,
    *,
    effect: float,
    every: str,
    answers: int,
    finding: str,
    shows_after: Mapping[str, int | None] | None = None,
    treated_share: float = 0.5,
    power: float = 0.8,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Smallest effect that shows against the periods after the beginning of an action.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``design`` ("alone", "control"), ``periods`` and ``smallest_detectable`` (points).
    effect : float
        The one asked about, in points.
    every : {"day", "week", "month", "quarter", "year"}
    answers : int
        In a period.
    finding : str
        The title.
    shows_after : mapping of str to int, optional
        For each design the periods after which the effect shows.
    treated_share, power, confidence_level : float
    lang : {"en", "fr"}, optional

    Raises
    ------
    EmptyDataError
        When there is no row.

    Examples
    --------
    >>> table = {"design": ["alone", "alone"], "periods": [1, 2], "smallest_detectable": [12.0, 9.0]}
    >>> planned_action(table, effect=10, every="month", answers=300, finding="It shows after 2 months").title.text
    ['It shows after 2 months']
    """
    lang = language(lang)
    given = columns(table, ("design", "periods", "smallest_detectable"), where="plan_action")
    size = abs(effect)
    # High enough for both designs to be seen, wherever the effect asked about is.
    least = [lowest(given, name) for name in DESIGNS]
    top = max(LEAST_TOP, MOST * size / 2, 1.25 * size, 1.6 * min(filter(None, least), default=0.0), 1.15 * max(least))
    rows = {name: within(given, name, top) for name in DESIGNS}
    highest = max([size * 1.15, *(value for found in rows.values() for value in found["value"])])
    ends = {name: word(f"action_plan_line_{name}", lang) for name in DESIGNS if rows[name]["n"]}
    width = WIDTH - MARGIN - max((text_width(text, LETTERS) for text in ends.values()), default=0) - GAP
    last = max(given["periods"])
    title, scale = word(f"action_plan_axis_{every}", lang), alt.Scale(domain=[0, last], nice=False)
    x = alt.X("n:Q", title=title, axis=period_axis(), scale=scale)
    y = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4), scale=alt.Scale(domain=[0, highest], nice=False))
    near = [value for found in rows.values() for n, value in zip(*found.values(), strict=True) if n > RIGHT * last]
    layers = [asked_layers(size, last, free_side(size, near, APART * highest), x, y, lang)]
    for name, color in DESIGNS.items():
        if rows[name]["n"]:
            layers.append(line_layers(rows[name], color, x, y, lang))
            layers.append(crossing_layers((shows_after or {}).get(name), size, color, x, y, lang))
    layers.append(end_labels({name: rows[name]["value"][-1] for name in ends}, ends, highest, last, x, y))
    parts = [
        word("action_plan_drawn", lang, level=level_share(confidence_level, lang), power=level_share(power, lang)),
        f"{responses_text(answers, lang)} {word('action_plan_per', lang, every=word(f'chart_every_{every}', lang))}",
        word("action_plan_treated", lang, share=level_share(treated_share, lang)) if rows["control"]["n"] else "",
    ]
    flat = [layer for group in layers for layer in group]
    return styled(titled(LayerChart(layer=flat, width=width, height=HEIGHT), finding, parts), lang)


def lowest(table: Columns, design: str) -> float:
    """The smallest effect that ever shows in a design; 0 when none does."""
    pairs = zip(table["design"], table["smallest_detectable"], strict=True)
    return min((value for name, value in pairs if name == design and known(value) and value < math.inf), default=0.0)


def within(table: Columns, design: str, top: float) -> Columns:
    """Periods and effects of one design, those above the top left out."""
    rows = [
        (n, value)
        for name, n, value in zip(table["design"], table["periods"], table["smallest_detectable"], strict=True)
        if name == design and known(value) and value <= top
    ]
    return {"n": [n for n, _ in rows], "value": [value for _, value in rows]}


def period_axis() -> alt.Axis:
    """Whole numbers of periods."""
    return alt.Axis(
        tickMinStep=1,
        tickCount=8,
        format=",d",
        grid=False,
        titleColor=MUTED,
        titleFontSize=11,
        titleFontWeight="normal",
    )


def free_side(size: float, near: Sequence[float], room: float) -> str:
    """Where the name of a line at this height has room: right above or below it, else at its left.

    >>> free_side(8.0, [9.0, 6.0], 1.5), free_side(14.0, [11.0, 10.0], 1.5), free_side(8.0, [9.0, 7.0], 1.5)
    ('below', 'above', 'left')
    """
    if not any(0 <= value - size < room for value in near):
        return "above"
    return "left" if any(0 <= size - value < room for value in near) else "below"


def asked_layers(size: float, last: float, side: str, x: alt.X, y: alt.Y, lang: str) -> list[alt.Chart]:
    """The effect that is asked about, as a line with its name."""
    row = {"n": 0, "end": last, "value": size, "text": word("action_plan_asked", lang, effect=points_text(size, lang))}
    base = alt.Chart(alt.Data(values=[row])).encode(y=y)
    look: dict[str, Any] = {"color": MUTED, "fontSize": 11, "align": "left" if side == "left" else "right"}
    look |= {"baseline": "bottom", "dy": -3} if side == "above" else {"baseline": "top", "dy": 4}
    return [
        base.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=x, x2=alt.X2("end:Q")),
        base.mark_text(**look).encode(x=x if side == "left" else alt.X("end:Q"), text=alt.Text("text:N")),
    ]


def line_layers(rows: Columns, color: str, x: alt.X, y: alt.Y, lang: str) -> list[alt.Chart]:
    """One design."""
    shown = {**rows, "told": [points_text(value, lang) for value in rows["value"]]}
    base = alt.Chart(alt.Data(values=records(shown))).encode(x=x, y=y)
    tips = [
        alt.Tooltip("n:Q", title=word("action_plan_periods", lang)),
        alt.Tooltip("told:N", title=word("action_plan_smallest", lang)),
    ]
    return [
        base.mark_line(color=color, strokeWidth=2.2),
        base.mark_circle(color=color, opacity=0, size=120).encode(tooltip=tips),
    ]


def crossing_layers(n: int | None, size: float, color: str, x: alt.X, y: alt.Y, lang: str) -> list[alt.Chart]:
    """Where a line has come down to the effect asked about, with the number of periods."""
    if n is None:
        return []
    base = alt.Chart(alt.Data(values=[{"n": n, "value": size, "text": number(n, lang=lang)}])).encode(x=x, y=y)
    return [
        base.mark_circle(color=color, size=110, opacity=1),
        base.mark_text(color=color, fontSize=14, fontWeight=600, align="left", dx=5, dy=-11).encode(
            text=alt.Text("text:N")
        ),
    ]


def end_labels(
    heights: dict[str, float], texts: dict[str, str], highest: float, last: float, x: alt.X, y: alt.Y
) -> list[alt.Chart]:
    """What each line is, at its end; two that end together stand one above the other."""
    places = dict(heights)
    if len(places) == 2:
        low, high = sorted(places, key=lambda name: places[name])
        short = APART * highest - (places[high] - places[low])
        if short > 0:
            places[low], places[high] = places[low] - short / 2, places[high] + short / 2
    values = [
        {"n": last, "value": place, "text": texts[name], "color": DESIGNS[name]} for name, place in places.items()
    ]
    base = alt.Chart(alt.Data(values=values)).encode(x=x, y=y, color=alt.Color("color:N", scale=None))
    return [base.mark_text(align="left", dx=GAP - 4, baseline="middle", fontSize=12).encode(text=alt.Text("text:N"))]


def points_text(value: float, lang: str) -> str:
    """An effect in points."""
    digits = 0 if value >= 10 or abs(value - round(value)) < 0.05 else 1
    shown = number(value, digits=digits, lang=lang)
    single = value < 2 if lang == "fr" else shown == "1"
    return f"{shown}{NO_BREAK_SPACE}{word('point' if single else 'points', lang)}"
