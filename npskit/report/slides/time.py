"""Paths over time as a native chart: what was measured, what was expected, and the limits of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from npskit.charts.theme import INK
from npskit.labels import word
from npskit.report.pointed import is_number
from npskit.report.slides.marks import POINTS, SPANNING, VALUED, Mark, Named, Row, number_at, period_labels
from npskit.report.slides.series import Drawing, Series, shown_by

__all__ = ["over_time"]

MOST_PERIODS, MOST_SERIES = 400, 8


def over_time(marks: Sequence[Mark], named: Named, words: Sequence[Mark]) -> Drawing | None:
    """Paths over periods; panels of one measure become series."""
    if ordered := in_order(marks):
        return along_order(ordered, named)
    timed = [part for mark in marks if mark.type("x") == "temporal" and mark.measures("y") for part in coloured(mark)]
    if any(len(known_days(mark)) < valued_rows(mark) for mark in timed):
        return None
    panels = list(dict.fromkeys(mark.part.name for mark in timed))
    stretches = [mark for mark in timed if mark.field("x2")]
    timed = [mark for mark in timed if mark not in stretches]
    if not timed or any(mark.kind == "rect" and mark.field("y") and mark not in stretches for mark in marks):
        return None
    if len(panels) > 1 and (stretches or any(mark.type("x") != "temporal" for mark in marks if mark.part.tips)):
        return None
    own = [{**row, "period": row.get(mark.field("x"))} for mark in timed for row in mark.part.rows]
    labels = period_labels([*({"period": day} for day in named.days), *own], "period", named.lang)
    if not 1 < len(labels) <= MOST_PERIODS:
        return None
    found = [each for panel in panels for each in paths([m for m in timed if m.part.name == panel], labels, named)]
    found += [each for mark in stretches for each in stretched(mark, labels, named)]
    forms = [
        named.of(mark.field("y"), mark.part.rows)[1] for mark in sorted(timed, key=lambda each: not each.part.tips)
    ]
    if not found or len([each for each in found if each.look != "limit"]) > MOST_SERIES:
        return None
    shown = next(filter(None, forms), shown_by(found))
    return Drawing("time", tuple(labels.values()), tuple(found), shown, days=tuple(labels))


def in_order(marks: Sequence[Mark]) -> list[Mark]:
    """Marks over places that are periods in their order, since what one reads first there is another for each."""
    along = ("at", "quantitative")
    placed = [mark for mark in marks if (mark.field("x"), mark.type("x")) == along and mark.measures("y")]
    tipped = next((mark for mark in placed if mark.part.tips), None)
    if tipped is None or len(placed) < len(marks) or any(mark.kind not in VALUED for mark in marks):
        return []
    names = {row.get("at"): row.get(tipped.part.tips[0][0]) for row in tipped.part.rows}
    known = all(is_number(at) and isinstance(name, str) for at, name in names.items())
    known &= len({mark.part.name for mark in placed}) == 1
    return placed if known and len(set(names.values())) == len(names) == len(tipped.part.rows) > 1 else []


def along_order(marks: Sequence[Mark], named: Named) -> Drawing | None:
    """Paths over such places."""
    tipped = next(mark for mark in marks if mark.part.tips)
    names = {row["at"]: str(row[tipped.part.tips[0][0]]) for row in tipped.part.rows}
    labels = {str(at)[:10]: names[at] for at in sorted(names)}
    found = list(paths(marks, labels, named))
    line = word("slides_line", named.lang)
    found = [replace(each, name=line, marked=False) if each.look == "line" else each for each in found]
    shown = next((form for mark in marks if (form := named.of(mark.field("y"), mark.part.rows)[1])), "")
    return Drawing("time", tuple(labels.values()), tuple(found), shown or shown_by(found))


def stretched(mark: Mark, labels: Mapping[str, str], named: Named) -> Iterator[Series]:
    """What holds from one day to another, as a line over its periods; a span as its two ends."""
    colour = next(filter(None, (mark.colour(row) for row in mark.part.rows)), INK)
    head = mark.part.tips[0][1] if mark.part.tips else named.of(mark.field("y"), mark.part.rows)[0]
    names = {"y": head}
    if mark.field("y2"):
        lower, upper = (word(f"workbook_{end}", named.lang, name=head) for end in ("lower", "upper"))
        names = {"y": lower, "y2": upper}
    for row in mark.part.rows:
        first, last = day_of(row, mark), str(row.get(mark.field("x2")))[:10]
        for channel, name in names.items():
            value = number_at(row, mark.field(channel))
            values = tuple(value if first <= day <= last else None for day in labels)
            if any(map(is_number, values)):
                yield Series(name, values, look="limit" if mark.field("y2") else "line", colour=colour)


def coloured(mark: Mark) -> list[Mark]:
    """A mark whose colour tells series apart, as one for each of them."""
    by = str(mark.encoding("color").get("field") or "")
    names = list(dict.fromkeys(str(row.get(by)) for row in mark.part.rows))
    if not by or mark.type("color") == "quantitative" or len(names) < 2:
        return [mark]
    parts = ([row for row in mark.part.rows if str(row.get(by)) == name] for name in names)
    return [
        replace(mark, part=replace(mark.part, rows=rows, name=name)) for rows, name in zip(parts, names, strict=True)
    ]


def valued_rows(mark: Mark) -> int:
    """How many rows of a mark have a value."""
    return sum(is_number(row.get(mark.field("y"))) for row in mark.part.rows)


def paths(marks: Sequence[Mark], labels: Mapping[str, str], named: Named) -> Iterator[Series]:
    """The series of a panel: each measure with its limits, past and to come apart."""
    valued = [mark for mark in marks if mark.kind in VALUED and not mark.field("y2")]
    spans = [mark for mark in marks if mark.kind in SPANNING and mark.field("y2")]
    groups: list[Mark] = []
    for mark in sorted(valued, key=lambda mark: mark.kind in POINTS):
        # A mark on values that another has already, such as a circle on a line, is no series of its own.
        if not any(same(mark, other) for other in groups):
            groups.append(mark)
    taken: set[int] = set()
    for mark in groups:
        lines = any(each.kind == "line" and same(mark, each) for each in valued)
        spanning = [k for k, span in enumerate(spans) if k not in taken and span.kind != "area" and fits(span, mark)]
        own = spanning[:1] if not lines or mark.field("y") in ("score", "value", "share") else []
        taken.update(own)
        tipped = next((each for each in valued if each.part.tips and same(each, mark) and same(mark, each)), mark)
        yield path(tipped, mark, "line" if lines else "dots", labels, named, [spans[k] for k in own])
    for at, span in enumerate(spans):
        # What is an error bar already is no band as well.
        told = any((spans[k].field("y"), spans[k].field("y2")) == (span.field("y"), span.field("y2")) and k != at
                   and known_days(span) <= known_days(spans[k]) for k in taken)  # fmt: skip
        if at not in taken and not told:
            taken.update(k for k, other in enumerate(spans) if other.field("y") == span.field("y"))
            alike = [other for other in spans if other.field("y") == span.field("y")]
            yield from limits(alike, labels, named)


def same(mark: Mark, other: Mark) -> bool:
    """Whether all values of a mark are values of another."""
    field = mark.field("y")
    pairs, others = (
        {(day_of(row, each), row[field]) for row in each.part.rows if is_number(row.get(field))}
        for each in (mark, other)
    )  # fmt: skip
    return field == other.field("y") and pairs <= others


def fits(span: Mark, mark: Mark) -> bool:
    """Whether a span of a mark's own periods lies around its values."""
    field = mark.field("y")
    values = {day_of(row, mark): number_at(row, field) for row in mark.part.rows}
    found = []
    for row in span.part.rows:
        low, high = number_at(row, span.field("y")), number_at(row, span.field("y2"))
        value = values.get(day_of(row, span))
        if low is not None and high is not None and value is not None:
            found.append(low <= value <= high)
    return bool(found) and all(found) and known_days(span) <= known_days(mark)


def path(tipped: Mark, mark: Mark, look: str, labels: Mapping[str, str], named: Named, spans: Sequence[Mark]) -> Series:
    """A measure over the periods, called as its pointer says."""
    rows = mark.part.rows
    values = {day_of(row, mark): row.get(mark.field("y")) for row in rows}
    ends = {day_of(row, span): (row.get(span.field("y")), row.get(span.field("y2")))
            for span in spans for row in span.part.rows}  # fmt: skip
    lower, upper = ([ends.get(day, (None, None))[at] for day in labels] for at in (0, 1)) if ends else ([], [])
    colours = [mark.colour(row) for row in rows]
    head = mark.part.name or told_at(tipped, named)
    if not head and spans:
        head = named.around(spans[0].field("y"), spans[0].field("y2"), spans[0].part.rows)
    return Series(
        head or word("slides_until_now", named.lang), tuple(values.get(day) for day in labels), tuple(lower),
        tuple(upper), look=look, colour=next(filter(None, colours), INK), dashed="strokeDash" in mark.look,
    )  # fmt: skip


def told_at(mark: Mark, named: Named) -> str:
    """What the figure of a mark is called at the pointer, its own first where two series share a field."""
    own = Named([mark], named.lang) if mark.part.tips else named
    return own.of(mark.field("y"), mark.part.rows)[0]


def limits(spans: Sequence[Mark], labels: Mapping[str, str], named: Named) -> Iterator[Series]:
    """The two ends of a band as thin lines."""
    colour = next(filter(None, (mark.colour(row) for mark in spans for row in mark.part.rows[:1])), INK)
    for channel, end in (("y", "lower"), ("y2", "upper")):
        field = spans[0].field(channel)
        values = {day_of(row, mark): row.get(field) for mark in spans for row in mark.part.rows}
        head = named.of(field, [])[0] or word(f"slides_{end}", named.lang)
        yield Series(head, tuple(values.get(day) for day in labels), look="limit", colour=colour)


def day_of(row: Row, mark: Mark) -> str:
    """The period of a row."""
    return str(row.get(mark.field("x")))[:10]


def known_days(mark: Mark) -> set[str]:
    """The periods in which a mark has a value."""
    return {day_of(row, mark) for row in mark.part.rows if is_number(row.get(mark.field("y")))}
