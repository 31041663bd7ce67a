"""Points and lines of two measures as a native chart, with the names that the chart has room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from npskit.charts.theme import INK, MUTED
from npskit.labels import word
from npskit.report.pointed import is_number
from npskit.report.slides.marks import POINTS, Mark, Named, Row, number_at
from npskit.report.slides.series import Drawing, Series, shown_by

__all__ = ["of_points"]

# Beyond these a native chart would be too much to edit by hand.
MOST_POINTS = 3000
# Columns by which a colour tells series apart.
PANELLING = ("category", "name", "group", "series", "segment", "team")


def of_points(marks: Sequence[Mark], named: Named, words: Sequence[Mark]) -> Drawing | None:
    """Points, or lines, of two measures."""
    dots = [mark for mark in marks if mark.kind in (*POINTS, "line") and mark.measures("y") and along(mark)]
    if not dots or len({mark.part.name for mark in dots}) > 1:
        return None
    main = next((mark for mark in dots if mark.part.tips and mark.kind in POINTS), dots[0])
    at_x, at_y = main.field("x"), main.field("y")
    rows = [row for row in main.part.rows if is_number(row.get(at_x)) and is_number(row.get(at_y))]
    head_x, xs, shown_x = measured(main, rows, named) if 0 < len(rows) <= MOST_POINTS else ("", [], "")
    if not head_x:
        return None
    head_y, shown = named.of(at_y, rows)
    spans = [mark for mark in marks if mark.kind in ("rule", "area") and mark.field("y2") and mark.field("x") == at_x]
    ends = (spans[0].field("y"), spans[0].field("y2")) if spans else None
    by = main.encoding("color").get("field")
    if by in PANELLING:
        lines = any(mark.kind == "line" and mark.field("y") == at_y for mark in dots)
        found = grouped(main, rows, xs, ends, str(by), "line" if lines else "dots", named.lang)
    else:
        found = [scattered(main, rows, xs, ends, head_y, words)]
    scale = xs[0] / rows[0][at_x] if rows[0][at_x] else 1.0
    found += guides(marks, found, scale, named.lang) + diagonal(dots, main, named.lang)
    domain = (main.encoding("x").get("scale") or {}).get("domain") or ()
    # An axis drawn a little beyond its first and last figure begins and ends with them.
    whole = len(domain) == 2 and all(map(is_number, domain)) and not main.measures("x") and scale == 1
    reach = tuple(float(make(end)) for make, end in zip((math.ceil, math.floor), domain, strict=True)) if whole else ()
    return Drawing("points", (), tuple(found), shown or shown_by(found), shown_x, head_x, head_y, reach_x=reach)


def grouped(
    main: Mark, rows: Sequence[Row], xs: Sequence[float], ends: tuple[str, str] | None, by: str, look: str, lang: str
) -> list[Series]:
    """A series for each group that a colour tells apart; the limits of lines are thin lines."""
    found: list[Series] = []
    for group in dict.fromkeys(row.get(by) for row in rows):
        own = [at for at, row in enumerate(rows) if row.get(by) == group]
        mine = [rows[at] for at in own]
        colour = next(filter(None, (main.colour(row) for row in mine)), INK)
        lower, upper = limits_at(mine, ends)
        values = tuple(row[main.field("y")] for row in mine)
        name = str(mine[0].get("name") or group)
        series = Series(name, values, lower, upper, tuple(xs[at] for at in own), look, colour)
        found += band(series, lang) if lower and look == "line" else [series]
    return found


def scattered(
    main: Mark, rows: Sequence[Row], xs: Sequence[float], ends: tuple[str, str] | None, head: str, words: Sequence[Mark]
) -> Series:
    """One series of points with the names that the chart has room for, on the side where it has it."""
    at_x, at_y = main.field("x"), main.field("y")
    sides = {
        (row.get(at_x), row.get(at_y)): row.get("align")
        for mark in words for row in mark.part.rows if "text" in row or "name" in row
    }  # fmt: skip
    places = [(row[at_x], row[at_y]) for row in rows]
    lower, upper = limits_at(rows, ends)
    colours = tuple(main.colour(row) or INK for row in rows)
    return Series(
        head, tuple(row[at_y] for row in rows), lower, upper, tuple(xs), "dots", colours[0], colours,
        tuple(text_of(row) if place in sides else "" for row, place in zip(rows, places, strict=True)),
        tuple(sides.get(place) == "right" for place in places),
    )  # fmt: skip


def limits_at(rows: Sequence[Row], ends: tuple[str, str] | None) -> tuple[tuple[float | None, ...], ...]:
    """Both ends of the intervals of rows."""
    return tuple(tuple(number_at(row, end) for row in rows) for end in ends) if ends else ((), ())


def along(mark: Mark) -> bool:
    """Whether the other axis measures too, or holds places that stand for a measure."""
    return mark.type("x") == "quantitative" and (mark.measures("x") or mark.field("x") == "x")


def measured(mark: Mark, rows: Sequence[Row], named: Named) -> tuple[str, list[float], str]:
    """Head, numbers and format along the other axis."""
    name = mark.field("x")
    if mark.measures("x"):
        head, shown = named.of(name, rows)
        whole = all(float(row[name]).is_integer() for row in rows)
        return head or name, [row[name] for row in rows], shown or ("#,##0" if whole else "0.0")
    head, xs = named.beside(name, rows)
    scaled = bool(xs) and xs[0] != rows[0][name]
    moved = not scaled and any(not float(x).is_integer() for x in xs) and len(set(xs)) == len(xs)
    head = word("slides_aside", named.lang, name=head) if head and moved and named_whole(named, head, rows) else head
    return head, xs, "0%" if scaled else "General"


def named_whole(named: Named, head: str, rows: Sequence[Row]) -> bool:
    """Whether the figures of a column are whole numbers, which places beside them are not."""
    fields = [field for field, each, _ in named.columns if each == head]
    return bool(fields) and all(str(row.get(fields[0])).isdigit() for row in rows)


def text_of(row: Row) -> str:
    """What a point is called."""
    return str(row.get("name") or "")


def band(series: Series, lang: str) -> list[Series]:
    """A line with the ends of its intervals as thin lines."""
    names = [word("workbook_" + end, lang, name=series.name) for end in ("lower", "upper")]
    ends = [
        replace(series, name=name, values=values, lower=(), upper=(), look="limit")
        for name, values in zip(names, (series.lower, series.upper), strict=True)
    ]
    return [replace(series, lower=(), upper=()), *ends]


def guides(marks: Sequence[Mark], found: Sequence[Series], scale: float, lang: str) -> list[Series]:
    """Lines across the chart, such as those that part four quarters."""
    lines = []
    xs = [x for each in found for x in each.xs]
    ys = [y for each in found for y in (*each.values, *each.lower, *each.upper) if y is not None]
    for mark in marks:
        channels = [name for name in ("x", "y", "x2", "y2") if mark.field(name)]
        if mark.kind != "rule" or len(channels) != 1 or len(mark.part.rows) != 1:
            continue
        at = number_at(mark.part.rows[0], mark.field(channels[0]))
        if at is not None:
            ends = ((scale * at,) * 2, (min(ys), max(ys))) if channels[0] == "x" else ((min(xs), max(xs)), (at, at))
            lines.append(
                Series(word("slides_guide", lang), ends[1], xs=ends[0], look="guide", colour=MUTED, dashed=True)
            )
    return lines


def diagonal(dots: Sequence[Mark], main: Mark, lang: str) -> list[Series]:
    """A line of the same two measures through no point of the data, such as where both are alike."""
    other = [mark for mark in dots if mark is not main and mark.kind == "line" and len(mark.part.rows) == 2]
    return [
        Series(word("slides_guide", lang), tuple(row[mark.field("y")] for row in mark.part.rows),
               xs=tuple(row[mark.field("x")] for row in mark.part.rows), look="guide", colour=MUTED, dashed=True)
        for mark in other
    ]  # fmt: skip
