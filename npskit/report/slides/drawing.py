"""A chart of ours as a chart of a presentation: which kind it is, and its series with their limits.

The kind is read from what is measured along which axis: rows of scores with their intervals, columns over ratings, a
path over time, a bridge from one figure to another, points of two measures. A chart that is none of these is shown as
its picture, so that nothing is drawn which the chart does not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from npskit.charts.theme import INK
from npskit.labels import number, word
from npskit.report.contents import Sheet
from npskit.report.pointed import SIGNED, is_number
from npskit.report.slides.bridge import bridge
from npskit.report.slides.marks import (
    POINTS,
    SPANNING,
    VALUED,
    Mark,
    Named,
    Row,
    is_plain,
    marks_of,
    number_at,
    period_labels,
)
from npskit.report.slides.points import of_points
from npskit.report.slides.series import Drawing, Series, shown_by
from npskit.report.slides.time import over_time

__all__ = ["drawing", "scores_drawing"]

# Beyond these a native chart would be a tangle.
MOST_ROWS, MOST_SERIES = 66, 8
# Marks over an axis that does not begin at zero: so many, with names so long, so near to each other.
MOST_DOTS, LONGEST_DOT, CLOSE = 12, 22, 0.5


def drawing(spec: Mapping[str, Any], lang: str, *, terse: bool = False, days: Sequence[str] = ()) -> Drawing | None:
    """The native chart of a specification; None where a picture says it better.

    Parameters
    ----------
    spec : mapping
    lang : {"en", "fr"}
    terse : bool
        Whether columns are called without the number of their answers, since there is little room.
    days : sequence of str
        First days of periods that a chart over time has to show, beside its own.

    Examples
    --------
    >>> rows = [{"name": "Lyon", "score": 5.0, "lower": 1.0, "upper": 9.0, "row": 0}]
    >>> place = {"field": "row", "type": "ordinal"}
    >>> dots = {"x": {"field": "score", "type": "quantitative"}, "y": place, "tooltip": [{"field": "name"}]}
    >>> span = {"x": {"field": "lower", "type": "quantitative"}, "x2": {"field": "upper"}, "y": place}
    >>> layers = [{"mark": "circle", "encoding": dots}, {"mark": "rule", "encoding": span}]
    >>> found = drawing({"data": {"values": rows}, "layer": layers}, "en")
    >>> found.kind, found.categories, found.series[0].lower
    ('rows', ('Lyon',), (1.0,))
    """
    marks = [mark for mark in marks_of(spec) if mark.kind != "text"]
    if not marks or not is_plain(spec) or any(mark.kind in ("geoshape", "arc", "image") for mark in marks):
        return None
    named = Named(marks, lang, terse=terse, days=days)
    words = [mark for mark in marks_of(spec) if mark.kind == "text"]
    for attempt in (over_time, bridge, of_points, in_rows, in_columns):
        found = attempt(marks, named, words)
        if found is not None:
            return found if any(is_number(value) for each in found.series for value in each.values) else None
    return None


def scores_drawing(sheet: Sheet, lang: str) -> Drawing | None:
    """The chart of a table of scores with both ends of their intervals; None for any other table.

    Examples
    --------
    >>> sheet = Sheet("shop", heads=("shop", "responses", "score", "lower end", "upper end"), rows=(("A", 9, 5, 1, 9),))
    >>> scores_drawing(sheet, "en").series[0].lower
    (1,)
    """
    heads = [word(f"workbook_{each}", lang) for each in ("score", "low", "high")]
    if not sheet.rows or len(sheet.rows) > MOST_ROWS or not set(heads) < set(sheet.heads):
        return None
    at = [sheet.heads.index(head) for head in heads]
    if not all(row[each] is None or is_number(row[each]) for row in sheet.rows for each in at):
        return None
    values, lower, upper = (tuple(row[each] for row in sheet.rows) for each in at)
    names = [str(row[0]) for row in sheet.rows]
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", name) for name in names) and len(set(names)) > 1:
        labels = period_labels([{"period": name} for name in names], "period", lang)
        return Drawing("time", tuple(labels[name] for name in names),
                       (Series(heads[0], values, lower, upper, look="line"),), SIGNED)  # fmt: skip
    count = next((k for k, head in enumerate(sheet.heads) if head == word("workbook_responses", lang)), None)
    if count is not None:
        names = [f"{name} ({word('chart_n', lang, n=number(row[count], lang=lang))})"
                 for name, row in zip(names, sheet.rows, strict=True)]  # fmt: skip
    return Drawing("rows", tuple(names), (Series(heads[0], values, lower, upper),), SIGNED)


def in_rows(marks: Sequence[Mark], named: Named, words: Sequence[Mark]) -> Drawing | None:
    """A bar for each row, with its interval."""
    return along_places(marks, named, "rows", ("x", "y"))


def in_columns(marks: Sequence[Mark], named: Named, words: Sequence[Mark]) -> Drawing | None:
    """A column for each place, with its interval."""
    return along_places(marks, named, "columns", ("y", "x"))


def along_places(marks: Sequence[Mark], named: Named, kind: str, axes: tuple[str, str]) -> Drawing | None:
    """Measures along one axis, at places along the other."""
    along, across = axes
    placed = [mark for mark in marks if mark.measures(along) and mark.places(across)]
    drawn = [mark for mark in placed if mark.kind in VALUED and not measures_too(mark, f"{along}2")]
    spans = [mark for mark in placed if mark.kind in SPANNING and measures_too(mark, f"{along}2")]
    fields = list(dict.fromkeys(mark.field(along) for mark in drawn if not mark.field(along).endswith("_at")))
    # What joins two figures is no interval of either.
    spans = [mark for mark in spans if not {mark.field(along), mark.field(f"{along}2")} <= set(fields)]
    tipped = [mark for mark in placed if mark.part.tips]
    if not fields or not tipped or len({mark.part.name for mark in placed}) > 1 or len(fields) > MOST_SERIES:
        return None
    rows = list(tipped[0].part.rows)
    terse = named.terse and kind == "columns"
    names = [category(row, tipped[0], named.lang, counted=not terse) for row in rows]
    if not all(names) or not len(set(names)) == len(names) <= MOST_ROWS:
        return None
    found = []
    for field in fields:
        mark = next(mark for mark in drawn if mark.field(along) == field)
        own = next((each for each in spans if each.field(across) == mark.field(across) or len(fields) == 1), None)
        head, shown = named.of(field, rows)
        ends = (own.field(along), own.field(f"{along}2")) if own else ()
        colours = tuple(mark.colour(row) or INK for row in rows)
        lower, upper = (tuple(number_at(row, end) for row in rows) for end in ends) if ends else ((), ())
        found.append((Series(head, tuple(number_at(row, field) for row in rows), lower, upper,
                             colour=colours[0] if len(set(colours)) == 1 else INK,
                             colours=colours if len(set(colours)) > 1 else ()), shown))  # fmt: skip
    if len(found) > 1 and not all(series.name for series, _ in found):
        return None
    series = tuple(each for each, _ in found)
    marked = all(mark.kind in POINTS for mark in drawn if not mark.field(along).endswith("_at"))
    if kind == "rows" and marked and far_from_zero(series, [str(row.get(tipped[0].part.tips[0][0])) for row in rows]):
        kind, series = "dots", tuple(replace(each, look="dots") for each in series)
    return Drawing(kind, tuple(names), series, found[0][1] or shown_by(series[:1]))


def far_from_zero(series: Sequence[Series], names: Sequence[str]) -> bool:
    """Whether bars would be long and alike, so that marks over an axis of their own say more."""
    ends = [end for each in series for end in (*each.values, *each.lower, *each.upper) if end is not None]
    short = len(names) <= MOST_DOTS and all(len(name) <= LONGEST_DOT for name in names)
    return bool(ends) and short and min(ends) > 0 and max(ends) - min(ends) < CLOSE * max(ends)


def measures_too(mark: Mark, channel: str) -> bool:
    """Whether a mark ends at a measure, and not at the zero where bars begin."""
    return mark.field(channel) not in ("", "zero")


def category(row: Row, mark: Mark, lang: str, *, counted: bool = True) -> str:
    """What a row is called, with how many answers it holds where it says so."""
    name, n = str(row.get(mark.part.tips[0][0]) or ""), row.get("n")
    if not counted or not isinstance(n, str) or not n or "n" not in [field for field, _ in mark.part.tips]:
        return name
    return f"{name} ({n if '=' in n else word('chart_n', lang, n=n)})"
