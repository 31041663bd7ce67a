"""Rows of a picture: a name at the left, a point and its interval in the middle, figures in columns at the right.

Most answers about groups are read like a table, and are true only with their intervals. So they all have this one
layout: names wrapped to a few lines, columns as wide as their texts, and what is left of the page for the plot. The
texts are measured by their letters, since no browser can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from npskit.charts.columns import known, literal, nice_range, records, signed_axis, wrapped, zero_line
from npskit.charts.letters import text_width
from npskit.charts.renderer import LayerChart
from npskit.charts.segments import LINE_HEIGHT
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.words import QUOTES, limit_texts, name_text
from npskit.labels import NO_BREAK_SPACE, number, points, range_text, share, word

__all__ = [
    "NAME_LINE",
    "NOTHING",
    "Layout",
    "Side",
    "chance_text",
    "counts_side",
    "emphasis",
    "forest",
    "has_column",
    "head_layers",
    "hidden_layer",
    "interval_layers",
    "laid_out",
    "leaves_out_zero",
    "left_out_mark",
    "limits_text",
    "listed",
    "name_lines",
    "points_channels",
    "row_axis",
    "row_color",
    "said_name",
    "side_layers",
    "signed_figure",
    "tooltips",
    "way_labels",
]

ROW = 26
# Longest line of a name and of a text at the right, in letters, and how many lines a name may have.
NAME_LINE, MOST_LINES = 28, 3
MANY_ROWS, FEWER_LINES = 12, 2
# A longer line for names of one long word, which are better not broken.
LONGEST_WORD = 30
LONGEST_SAID, LONGEST_ANSWERED = 60, 110
# Font sizes as text is measured: a little under what is drawn, as most fonts are narrower; figures in bold are wider.
NAME_SIZE, SMALL_SIZE, STRONG_SIZE, HEAD_SIZE = 11.3, 10.6, 12.6, 10
GAP = 16
# Points that an axis spans at least.
LEAST_SPAN = 4
ELLIPSIS, NOTHING = "…", "–"


@dataclass(frozen=True, slots=True)
class Side:
    """A column of texts at the right of the plot, one per row.

    In grey; `strong` in the colour of the row and, unless `weight` says otherwise, bold; or in a `color` of its own.
    """

    texts: Sequence[str]
    head: str = ""
    strong: bool = False
    left: bool = False
    weight: int = 600
    color: str | None = None

    @property
    def heads(self) -> list[str]:
        return self.head.split("\n") if self.head else []

    @property
    def width(self) -> float:
        size = STRONG_SIZE if self.strong or self.color else SMALL_SIZE
        widths = [text_width(line, size) for text in self.texts for line in text.split("\n")]
        return GAP + max([*widths, *(text_width(head, HEAD_SIZE) for head in self.heads)], default=0.0)


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines of the names, where the middle of each row is, width and height of the plot, where columns are anchored."""

    lines: list[list[str]]
    middles: list[float]
    width: float
    height: float
    places: list[float]


def laid_out(
    names: Sequence[str], sides: Sequence[Side], *, line: int = NAME_LINE, most: int | None = None, row: int = ROW
) -> Layout:
    """Share the width of the page between names, plot and columns; a row is as high as its own lines."""
    most = most or (FEWER_LINES if len(names) > MANY_ROWS else MOST_LINES)
    lines = [name_lines(name, line, most) for name in names]
    right = sum(side.width for side in sides)
    longest = max((text_width(part, NAME_SIZE) for name in lines for part in name), default=0.0)
    width = WIDTH - longest - right - 8
    places, edge = [], width
    for side in sides:
        places.append(edge + GAP if side.left else edge + side.width)
        edge += side.width
    middles, top = [], 0
    for at, part in enumerate(lines):
        high = max(row, 10 + LINE_HEIGHT * max([len(part), *(side.texts[at].count("\n") + 1 for side in sides)]))
        middles.append(top + high / 2)
        top += high
    return Layout(lines, middles, width, top, places)


def name_lines(name: str, line: int = NAME_LINE, most: int = MOST_LINES) -> list[str]:
    """A name in a few lines, broken where it can be; what does not fit ends in an ellipsis.

    The last part stays where there are several: it is the level of a column.

    >>> name_lines("visits 1-2 · shop Lyon Part-Dieu", 22)
    ['visits 1-2 ·', 'shop Lyon Part-Dieu']
    >>> name_lines("Which of our shops did you visit last year? · Lyon", 22, 2)
    ['Which of our shops did…', 'Lyon']
    """
    lines: list[str] = []
    line = max(line, min(LONGEST_WORD, max(map(len, name.split(" ")))))
    parts = name.replace(" · ", " ·\0").split("\0")
    for part in parts:
        joined = f"{lines[-1]} {part}" if lines else part
        lines[-1:] = [joined] if len(joined) <= line else [*lines[-1:], *wrapped(part, line)]
    if len(lines) <= most:
        return lines
    if len(parts) > 1 and most > 1 and len(parts[-1]) <= line:
        return [*lines[: most - 2], lines[most - 2].rstrip(" ·") + ELLIPSIS, parts[-1]]
    return [*lines[: most - 1], lines[most - 1][: line - 1].rstrip() + ELLIPSIS]


def said_name(name: str, by: Sequence[str], lang: str) -> str:
    """A name inside a sentence, not longer than a title can hold."""
    # A question in quotes has its answer after it.
    most = LONGEST_ANSWERED if any(mark in name for mark in QUOTES) else LONGEST_SAID
    short = name if len(name) <= most else name[: most - 1].rstrip() + ELLIPSIS
    return name_text(short, by, lang)


def listed(names: Sequence[str], joint: str, lang: str) -> str:
    """ "a, b and c": names with a word before the last."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word(joint, lang)} {names[-1]}"


def has_column(table: dict[str, list[Any]], name: str) -> bool:
    """Whether a column is there and holds something."""
    return any(known(value) for value in table.get(name, ()))


def chance_text(chance: float | None, lang: str) -> str:
    """A probability as a percentage; never 0 or 100, which no draws can show.

    >>> chance_text(0.4, "en"), chance_text(0.0, "en"), chance_text(0.9999, "fr")
    ('40%', '< 1%', '>\\xa099\\u202f%')
    """
    if chance is None or not known(chance):
        return ""
    gap = NO_BREAK_SPACE if lang == "fr" else " "
    if chance < 0.01:
        return f"<{gap}{share(0.01, lang=lang)}"
    return f">{gap}{share(0.99, lang=lang)}" if chance > 0.99 else share(chance, lang=lang)


def signed_figure(value: float | None, lower: float | None, upper: float | None, lang: str) -> str:
    """A difference in points; with a decimal where the interval is narrow, or where it would be 0 and is not.

    >>> signed_figure(4.2, 1.0, 7.4, "en"), signed_figure(0.4, -0.1, 0.9, "en"), signed_figure(None, None, None, "en")
    ('+4', '+0.4', '')
    """
    if value is None or not known(value):
        return ""
    fine = has_limits(lower, upper) and (is_narrow(lower, upper) or (leaves_out_zero(lower, upper) and abs(value) < 1))
    return points(value, digits=1 if fine and abs(value) < 10 else 0, lang=lang)


def limits_text(lower: float | None, upper: float | None, lang: str) -> str:
    """An interval of a difference, "+14 to +44"; one that leaves out 0 is seen to. A dash where there is none.

    >>> limits_text(0.3, 12.6, "en"), limits_text(-0.42, 0.9, "fr"), limits_text(None, None, "en")
    ('+0.3 to +13', '−0,4 à +0,9', '–')
    """
    if lower is None or upper is None or not has_limits(lower, upper):
        return NOTHING
    if not is_narrow(lower, upper) or (leaves_out_zero(lower, upper) and min(abs(lower), abs(upper)) < 0.05):
        low, high = limit_texts(lower, upper, lang)
        return word("range", lang, lower=low, upper=high)
    return range_text(lower, upper, digits=1, lang=lang)


def has_limits(lower: float | None, upper: float | None) -> bool:
    """Whether both ends of an interval are there."""
    return known(lower) and known(upper)


def leaves_out_zero(lower: float | None, upper: float | None) -> bool:
    """Whether an interval lies on one side of 0."""
    return lower is not None and upper is not None and has_limits(lower, upper) and (lower > 0 or upper < 0)


def is_narrow(lower: float | None, upper: float | None) -> bool:
    """Whether an interval supports a decimal of a difference."""
    return lower is not None and upper is not None and has_limits(lower, upper) and upper - lower < 2


def counts_side(responses: Sequence[float | None], lang: str) -> Side:
    """The column of n."""
    return Side(["" if n is None else word("chart_n", lang, n=number(n, lang=lang)) for n in responses])


# --- layers ---------------------------------------------------------------------------------------------------------


def forest(
    fields: dict[str, list[Any]],
    layout: Layout,
    sides: Sequence[Side],
    x: dict[str, alt.X],
    *,
    tooltip: list[alt.Tooltip],
    above: Sequence[alt.Chart] = (),
    below: Sequence[alt.Chart] = (),
) -> LayerChart:
    """Rows with a point, its interval and the columns at the right; `below` and `above` are layers of the caller.

    `fields` has ``row``, ``value``, ``lower``, ``upper`` and ``point`` (whether the row takes the accent).
    """
    shown = {**fields, "y": layout.middles, **{f"side_{i}": list(side.texts) for i, side in enumerate(sides)}}
    base = alt.Chart().encode(y=row_axis(layout), tooltip=tooltip)
    layers = [
        *below,
        *interval_layers(base, x),
        *side_layers(base, sides, layout),
        *head_layers(sides, layout),
        *above,
    ]
    return LayerChart(layer=layers, data=alt.Data(values=records(shown)), width=layout.width, height=layout.height)


def row_color() -> Any:
    """The accent for what the title names, slate for the rest."""
    return alt.condition("datum.point", alt.value(ACCENT), alt.value(INK))


def emphasis(named: float, other: float) -> Any:
    """A size or a width that is larger for what the title names: in grey print the accent is no colour."""
    return alt.condition("datum.point", alt.value(named), alt.value(other))


def interval_layers(base: alt.Chart, x: dict[str, alt.X]) -> list[alt.Chart]:
    """The thin interval and the point of each row that has a value."""
    drawn = base.transform_filter("isValid(datum.value)")
    return [
        drawn.transform_filter("isValid(datum.lower) && isValid(datum.upper)")
        .mark_rule(opacity=0.75)
        .encode(x=x["lower"], x2=alt.X2("upper:Q"), color=row_color(), strokeWidth=emphasis(2.4, 1.5)),
        drawn.mark_circle(opacity=1).encode(x=x["value"], color=row_color(), size=emphasis(120, 70)),
    ]


def side_layers(base: alt.Chart, sides: Sequence[Side], layout: Layout) -> list[alt.Chart]:
    """The texts at the right, in the middle of their rows."""
    layers = []
    for i, (side, place) in enumerate(zip(sides, layout.places, strict=True)):
        look: dict[str, Any] = {"align": "left" if side.left else "right", "fontSize": 11, "baseline": "middle"}
        if side.strong or side.color:
            look |= {"fontSize": 12, "fontWeight": side.weight}
        if not side.strong:
            look["color"] = side.color or MUTED
        if any("\n" in text for text in side.texts):
            lines = f"(length(split(datum.side_{i}, '\\n')) - 1)"
            look |= {"lineBreak": "\n", "lineHeight": 13, "dy": alt.ExprRef(f"-6.5 * {lines}")}
        mark = base.mark_text(**look).encode(x=alt.XValue(place), text=alt.Text(f"side_{i}:N"))
        layers.append(mark.encode(color=row_color()) if side.strong else mark)
    return layers


def head_layers(sides: Sequence[Side], layout: Layout) -> list[alt.Chart]:
    """What the columns hold, in small letters above the first row."""
    layers = []
    base = alt.Chart(alt.Data(values=[{}]))
    for side, place in zip(sides, layout.places, strict=True):
        for up, text in enumerate(reversed(side.heads)):
            mark = base.mark_text(
                color=MUTED, fontSize=10.5, align="left" if side.left else "right", baseline="bottom", dy=-4 - 12 * up
            )
            layers.append(mark.encode(x=alt.XValue(place), y=alt.YValue(0), text=alt.TextValue(text)))
    return layers


def way_labels(low: str, high: str, width: float, *, colors: tuple[str, str] = (MUTED, MUTED)) -> list[alt.Chart]:
    """What left and right mean, at the two ends above the plot."""
    base = alt.Chart(alt.Data(values=[{}])).encode(y=alt.YValue(0))
    look: dict[str, Any] = {"fontSize": 10.5, "baseline": "bottom", "dy": -4}
    return [
        base.mark_text(align="left", color=colors[0], **look).encode(x=alt.XValue(0), text=alt.TextValue(f"← {low}")),
        base.mark_text(align="right", color=colors[1], **look).encode(
            x=alt.XValue(width), text=alt.TextValue(f"{high} →")
        ),
    ]


def points_channels(
    values: Sequence[float | None], fields: Sequence[str], *, width: float, zero: bool = False
) -> dict[str, alt.X]:
    """One scale and axis of points for several fields, wide enough for all values, and for 0 where asked."""
    found = [value for value in values if value is not None and known(value)]
    found += [0.0] if zero or not found else []
    if max(found) - min(found) < LEAST_SPAN:
        middle = (max(found) + min(found)) / 2
        found += [middle - LEAST_SPAN / 2, middle + LEAST_SPAN / 2]
    start, stop, marks = nice_range(min(found), max(found), ticks=max(3, min(6, int(width / 48))))
    axis = alt.Axis(
        title=None, values=marks, labelExpr=signed_axis(), labelFlush=False, gridOpacity=zero_line(0.18)
    )  # fmt: skip
    scale = alt.Scale(domain=[start, stop], nice=False, zero=False)
    return {field: alt.X(f"{field}:Q", scale=scale, axis=axis) for field in fields}


def row_axis(layout: Layout, field: str = "y", *, strong: Sequence[int] = ()) -> alt.Y:
    """Rows where the layout has them, labelled with the lines of their names; `strong` ones in bold."""
    of_row = {f"{middle:g}": lines for middle, lines in zip(layout.middles, layout.lines, strict=True)}
    axis = alt.Axis(
        values=layout.middles,
        grid=False,
        labelExpr=f"{literal(of_row)}[datum.value]",
        labelLimit=0,
        # names have the colour of the page's text, not the grey of numbers on an axis
        labelColor=None,
        labelPadding=8,
        labelFontSize=12,
        labelLineHeight=LINE_HEIGHT,
        labelOverlap=False,
        labelOffset=centred(layout),
    )
    if strong:
        bold = {"test": is_row(layout, strong), "value": 600}
        axis["labelFontWeight"] = {"condition": bold, "value": 400}
    scale = alt.Scale(domain=[0, layout.height], reverse=True, nice=False)
    return alt.Y(f"{field}:Q", title=None, axis=axis, scale=scale)


def is_row(layout: Layout, rows: Sequence[int]) -> str:
    """Vega expression: whether an axis label is one of these rows."""
    return f"indexof({literal([layout.middles[at] for at in rows])}, datum.value) >= 0"


def centred(layout: Layout) -> dict[str, Any]:
    """Shift of a label that brings the middle of its lines to the row; Vega puts the first line there."""
    sizes = [len(lines) for lines in layout.lines]
    shifts = []
    for k in sorted({size for size in sizes if size > 1}):
        rows = [at for at, size in enumerate(sizes) if size == k]
        shifts.append({"test": is_row(layout, rows), "value": -LINE_HEIGHT * (k - 1) / 2})
    return {"condition": shifts, "value": 0}


def hidden_layer(base: alt.Chart, lang: str) -> alt.Chart:
    """That a row has no figures since it is too small, written where its point would be."""
    mark = base.transform_filter("datum.hidden").mark_text(align="left", baseline="middle", color=MUTED, fontSize=11)
    return mark.encode(x=alt.XValue(6), text=alt.TextValue(word("chart_hidden", lang)))


def left_out_mark(left_out: int, at: int, layout: Layout, lang: str) -> list[alt.Chart]:
    """A thin line across the rows where some were left out, with their number."""
    if not left_out:
        return []
    base = alt.Chart(alt.Data(values=[{}])).encode(y=alt.YValue((layout.middles[at - 1] + layout.middles[at]) / 2))
    text = word("chart_left_out", lang, k=number(left_out, lang=lang))
    mark = base.mark_text(color=MUTED, fontSize=11, align="right", baseline="bottom", dy=-2)
    return [
        base.mark_rule(color=MUTED, opacity=0.5).encode(x=alt.XValue(0), x2=alt.X2Value(max(layout.places))),
        mark.encode(x=alt.XValue(layout.width - 4), text=alt.TextValue(text)),
    ]


def tooltips(shown: Sequence[tuple[str, str]]) -> list[alt.Tooltip]:
    """What is shown beside the pointer: pairs of field and words."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in shown]
