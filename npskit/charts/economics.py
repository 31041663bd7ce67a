"""Money as a picture: what each category is worth, and the bridge from one revenue to the next.

The three categories keep their colours. What a customer is worth is a point with its interval, beside it what it is
made of; a bridge has a bar a step, the warm colour where revenue went, the cool one where customers made it, grey where
it was bought or nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, known, literal, records, zero_line
from npskit.charts.money import fineness, money, money_range
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    counts_side,
    has_column,
    head_layers,
    laid_out,
    row_axis,
    side_layers,
    tooltips,
)
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS, INK, MUTED
from npskit.charts.titles import titled
from npskit.charts.words import level_share, sentence
from npskit.errors import EmptyDataError
from npskit.labels import language, number, share, word
from npskit.scale import CATEGORIES

__all__ = ["category_values", "revenue_bridge"]

ROW, BAR = 40, 15
CHANGE_BAR = 13
MONEY = ("value", "spend")
# The column of the limits of each measure.
LIMITS = {"value": ("lower", "upper")}
WARM, PALE, COOL = CATEGORY_COLORS
# How each step of the bridge is coloured; light where nobody knows.
STEPS = {
    "start": (INK, 0.9), "lost": (WARM, 0.85), "shrunk": (WARM, 0.5), "grown": (COOL, 0.5),
    "earned_new": (COOL, 0.85), "bought_new": (MUTED, 0.6), "unknown_new": (MUTED, 0.25), "end": (INK, 0.9),
}  # fmt: skip
TOTALS = ("start", "end")
# Bars from zero where the largest step is at least this share of the start; else the axis is cut and totals are points.
LEAST_SEEN = 0.04


def category_values(
    table: Any,
    *,
    measure: str = "value",
    title: str,
    told: Sequence[str] = (),
    currency: str = "",
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Value of a detractor, a passive and a promoter with their intervals, and what it is made of.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``category``, ``responses`` and the measure with its limits (``lower, upper`` of the value, else
        ``spend_lower``, …); if there, ``spend``, ``spend_median``, ``retention`` and ``referrals``.
    measure : {"value", "spend", "retention", "referrals"}
    title : str
        The finding.
    told : sequence of str
        Further parts of the subtitle.
    currency : str
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When no category has a figure.

    Examples
    --------
    >>> table = {"category": ["detractors", "passives", "promoters"], "responses": [90, 80, 185],
    ...          "spend": [80.0, 95.0, 120.0], "spend_lower": [70.0, 84.0, 108.0], "spend_upper": [90.0, 106.0, 133.0]}
    >>> chart = category_values(table, measure="spend", title="Promoters spend more", currency="€")
    >>> chart.title.text
    ['Promoters spend more']
    """
    lang = language(lang)
    low, high = LIMITS.get(measure, (f"{measure}_lower", f"{measure}_upper"))
    rows = columns(table, ("category", "responses", measure, low, high), where="category_values")
    if not has_column(rows, measure):
        raise EmptyDataError(
            where="category_values",
            expected="a category with enough answers to draw",
            got="none",
            hint="look at .notes for why a category has no figure",
        )
    texts = figure_texts(rows, measure, (low, high), currency, lang)
    sides = [*part_sides(rows, measure, texts, currency, lang), counts_side(rows["responses"], lang)]
    names = [sentence(word(name, lang)) for name in rows["category"]]
    layout = laid_out(names, sides, row=ROW)
    colors = [CATEGORY_INKS[CATEGORIES.index(name)] for name in rows["category"]]
    fields: Columns = {
        "y": layout.middles, "value": rows[measure], "lower": rows[low], "upper": rows[high], "color": colors,
        "name": names, "text": texts[0], "range": [text or "–" for text in texts[1]],
        **{f"side_{at}": list(side.texts) for at, side in enumerate(sides)},
    }  # fmt: skip
    found = [value for key in (measure, low, high) for value in rows[key] if known(value)]
    x = amount_channels(found, ("value", "lower", "upper"), layout, unit_of(measure, currency, lang), zero=False)
    tooltip = tooltips(
        [("name", word("economics_head_category", lang)), ("text", word(f"economics_head_{measure}", lang)),
         ("range", word("economics_head_range", lang))]
    )  # fmt: skip
    base = alt.Chart().encode(y=row_axis(layout), tooltip=tooltip, color=alt.Color("color:N", scale=None))
    limits = base.transform_filter("isValid(datum.lower) && isValid(datum.upper)")
    layers = [
        limits.mark_rule(strokeWidth=2.6, opacity=0.75).encode(x=x["lower"], x2=alt.X2("upper:Q")),
        base.transform_filter("isValid(datum.value)").mark_circle(size=130, opacity=1).encode(x=x["value"]),
        *side_layers(alt.Chart().encode(y=row_axis(layout), tooltip=tooltip), sides, layout),
        *head_layers(sides, layout),
    ]
    chart = LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)
    subtitle = [word(f"economics_chart_{measure}", lang, level=level_share(confidence_level, lang)), *told]
    return styled(titled(chart, title, subtitle), lang)


def figure_texts(
    rows: Columns, measure: str, limits: tuple[str, str], currency: str, lang: str
) -> tuple[list[str], list[str]]:
    """Figures and intervals of the measure; all figures as fine as the coarsest interval allows."""
    bounds = list(zip(rows[limits[0]], rows[limits[1]], strict=True))
    if measure in MONEY:
        widest = [fineness(*pair, value) for pair, value in zip(bounds, rows[measure], strict=True) if known(value)]
        shown = [money(value, lang, currency, digits=min(widest)) for value in rows[measure]]
        return shown, [money_range(*pair, lang, currency) for pair in bounds]
    unit = share if measure == "retention" else fine_number

    def both(low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ""
        return word("range", lang, lower=unit(low, lang=lang), upper=unit(high, lang=lang))

    return [unit(value, lang=lang) if known(value) else "–" for value in rows[measure]], [
        both(*pair) for pair in bounds
    ]


def fine_number(value: float, *, lang: str) -> str:
    """A mean of small counts."""
    return number(value, digits=2, lang=lang)


def part_sides(
    rows: Columns, measure: str, texts: tuple[list[str], list[str]], currency: str, lang: str
) -> list[Side]:  # fmt: skip
    """The measure and its interval, then what else is known of each category."""
    head = word(f"economics_head_{measure}", lang)
    sides = [Side(texts[0], head=head, color=INK), Side(texts[1], head=word("economics_head_range", lang))]
    for name in ("spend", "spend_median", "retention", "referrals"):
        if name == measure or not has_column(rows, name) or (name == "spend_median" and measure != "spend"):
            continue
        sides.append(Side(plain_texts(rows[name], name, currency, lang), head=word(HEADS[name], lang)))
    return sides


HEADS = {
    "spend": "economics_head_spend", "spend_median": "economics_head_median",
    "retention": "economics_head_retention", "referrals": "economics_head_referrals",
}  # fmt: skip


def plain_texts(values: Sequence[Any], name: str, currency: str, lang: str) -> list[str]:
    """Figures of one column."""
    if name == "retention":
        return [share(value, lang=lang) if known(value) else "–" for value in values]
    if name == "referrals":
        return [fine_number(value, lang=lang) if known(value) else "–" for value in values]
    largest = max((abs(value) for value in values if known(value)), default=0.0)
    digits = fineness(None, None, largest)
    return [money(value, lang, currency, digits=min(digits, 0) if largest >= 10 else digits) for value in values]


def unit_of(measure: str, currency: str, lang: str) -> Any:
    """How a value is written on the axis."""
    if measure == "retention":
        return lambda value, digits: share(value, digits=max(0, digits - 2), lang=lang)
    if measure in MONEY:
        return lambda value, digits: money(value, lang, currency, digits=digits)
    return lambda value, digits: number(value, digits=max(0, digits), lang=lang)


def amount_channels(
    values: Sequence[float], fields: Sequence[str], layout: Layout, unit: Any, *, zero: bool
) -> dict[str, alt.X]:  # fmt: skip
    """One scale and axis of amounts for several fields, over all values and, where asked, 0."""
    low, high = min([*values, *([0.0] if zero else [])]), max([*values, *([0.0] if zero else [])])
    if high == low:
        low, high = low - max(abs(low), 1) / 10, high + max(abs(high), 1) / 10
    room = 0.06 * (high - low)
    low, high = low - (0 if zero and low == 0 else room), high + room
    marks, digits = round_marks(low, high, ticks=max(2, min(6, int(layout.width / 70))))
    texts = {f"{mark:.10g}": unit(mark, digits) for mark in marks}
    axis = alt.Axis(
        title=None, values=marks, labelExpr=f"{literal(texts)}[toString(datum.value)]", gridOpacity=zero_line(0.18),
        labelFlush=False,
    )  # fmt: skip
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    return {field: alt.X(f"{field}:Q", scale=scale, axis=axis) for field in fields}


def round_marks(low: float, high: float, *, ticks: int) -> tuple[list[float], int]:
    """Round numbers inside a range, and the decimals to write them with.

    >>> round_marks(58.0, 84.0, ticks=4), round_marks(0, 1_300_000, ticks=4)
    (([60.0, 70.0, 80.0], -1), ([0.0, 500000.0, 1000000.0], -5))
    """
    rough = (high - low) / max(ticks, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    digits = -floor(log10(step) + 1e-9)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(at * step, max(digits, 0)) for at in range(first, last + 1)], digits


def revenue_bridge(
    table: Any,
    *,
    title: str,
    told: Sequence[str] = (),
    currency: str = "",
    lang: str | None = None,
) -> LayerChart:
    """From the revenue before to the revenue now, one bar a step.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``step`` (start, lost, shrunk, grown, earned_new, bought_new, unknown_new, end), ``customers``,
        ``revenue`` and ``share`` (of the start).
    title : str
        The finding.
    told : sequence of str
        Further parts of the subtitle.
    currency : str
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"step": ["start", "lost", "earned_new", "end"], "customers": [2, 1, 1, 2],
    ...          "revenue": [100.0, -15.0, 25.0, 110.0], "share": [1.0, -0.15, 0.25, 1.1]}
    >>> revenue_bridge(table, title="Earned growth: +10%").title.text
    ['Earned growth: +10%']
    """
    lang = language(lang)
    rows = columns(table, ("step", "customers", "revenue", "share"), where="revenue_bridge")
    keep = [at for at, step in enumerate(rows["step"]) if step in TOTALS or rows["customers"][at]]
    rows = {name: [values[at] for at in keep] for name, values in rows.items()}
    steps, amounts = rows["step"], rows["revenue"]
    moved = [abs(value) for step, value in zip(steps, amounts, strict=True) if step not in TOTALS]
    digits = min(fineness(None, None, max(moved, default=0.0) or amounts[0]), 0)
    shown = [money(value, lang, currency, digits=digits, sign=step not in TOTALS)
             for step, value in zip(steps, amounts, strict=True)]  # fmt: skip
    parts = ["" if step == "start" else share_text(value - (step == "end"), lang)
             for step, value in zip(steps, rows["share"], strict=True)]  # fmt: skip
    people = [word("chart_n", lang, n=number(n, lang=lang)) for n in rows["customers"]]
    sides = [Side(shown, color=INK), Side(parts), Side(people)]
    layout = laid_out([word(f"earned_step_{step}", lang) for step in steps], sides, row=30)
    fields = {**bridge_fields(rows, layout), "shown": shown, "part": parts, "people": people,
              **{f"side_{at}": list(side.texts) for at, side in enumerate(sides)}}  # fmt: skip
    chart = bridge_chart(fields, rows, layout, sides, currency, lang)
    return styled(titled(chart, title, [word("earned_chart", lang), *told]), lang)


def share_text(value: float, lang: str) -> str:
    """A step as a share of the revenue before, with its sign."""
    digits = 1 if abs(value) < 0.0095 else 0
    return ("+" if round(value, digits + 2) > 0 else "") + share(value, digits=digits, lang=lang)


def bridge_fields(rows: Columns, layout: Layout) -> Columns:
    """Where each bar begins and ends."""
    starts, ends, reached = [], [], 0.0
    for step, value in zip(rows["step"], rows["revenue"], strict=True):
        starts.append(0.0 if step in TOTALS else reached)
        reached = value if step in TOTALS else reached + value
        ends.append(reached)
    looks = [STEPS[step] for step in rows["step"]]
    return {
        "y": layout.middles, "name": [" ".join(lines) for lines in layout.lines], "start": starts, "end": ends,
        "total": [step in TOTALS for step in rows["step"]],
        "color": [color for color, _ in looks], "shade": [opacity for _, opacity in looks],
    }  # fmt: skip


def bridge_chart(
    fields: Columns, rows: Columns, layout: Layout, sides: Sequence[Side], currency: str, lang: str
) -> LayerChart:
    """Bars, the lines between them, and the figures."""
    spans = zip(fields["start"], fields["end"], fields["total"], strict=True)
    largest = max((abs(end - start) for start, end, total in spans if not total), default=0.0)
    whole = largest >= LEAST_SEEN * max(fields["end"])
    seen = [
        *fields["end"],
        *(start for start, total in zip(fields["start"], fields["total"], strict=True) if not total),
    ]
    x = amount_channels(seen, ("start", "end"), layout, unit_of("value", currency, lang), zero=whole)
    tooltip = tooltips(
        [("name", word("earned_head_step", lang)), ("shown", word("earned_head_revenue", lang)),
         ("part", word("earned_head_share", lang)), ("people", word("earned_head_customers", lang))]
    )  # fmt: skip
    look: dict[str, Any] = {
        "color": alt.Color("color:N", scale=None),
        "opacity": alt.Opacity("shade:Q", scale=None),
        "tooltip": tooltip,
    }
    base = alt.Chart().encode(y=row_axis(layout), **look)
    barred = base if whole else base.transform_filter("!datum.total")
    layers = [joints(fields, layout, x), barred.mark_rule(strokeWidth=BAR).encode(x=x["start"], x2=alt.X2("end:Q"))]
    if not whole:
        points = base.transform_filter("datum.total").mark_circle(size=110)
        layers.append(points.encode(x=x["end"]))
    layers += side_layers(alt.Chart().encode(y=row_axis(layout), tooltip=tooltip), sides, layout)
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)


def joints(fields: Columns, layout: Layout, x: dict[str, alt.X]) -> alt.Chart:
    """From the end of each bar down to the next."""
    lines = [
        {"end": end, "y": middle, "below": below}
        for end, middle, below in zip(fields["end"], layout.middles, layout.middles[1:], strict=False)
    ]
    mark = alt.Chart(alt.Data(values=lines)).mark_rule(color=MUTED, strokeWidth=1, opacity=0.5)
    return mark.encode(x=x["end"], y=row_axis(layout), y2=alt.Y2("below:Q"))
