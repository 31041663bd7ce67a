"""The marks of a chart with the rows they are drawn from, and what their fields are called at the pointer.

A chart of ours is layers of marks over rows, and its encodings say what is measured: a circle from ``score``, a thin
line from ``lower`` to ``upper``, on places that are only where a row stands. That is enough to draw the same rows with
the means of another program.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from npskit.charts.periods import EVERY, next_period, period_text
from npskit.report.figures import figure, format_of, parted
from npskit.report.pointed import INSIDE, PLACES, Part, columns_of, is_number, meets, parts

__all__ = ["POINTS", "SPANNING", "VALUED", "Mark", "Named", "Row", "is_plain", "marks_of", "number_at", "period_labels"]

Row = Mapping[str, Any]
POINTS = ("circle", "point", "square", "tick")
VALUED = (*POINTS, "line", "bar", "rule")
SPANNING = ("rule", "bar", "area")
CHANGING, REPEATED = ("aggregate", "bin", "timeUnit"), {"facet", "repeat", "row", "column"}
PERCENT, SMALL_PERCENT = "0%", '[<0.005]"< 1%";0%'
DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TRUE = re.compile(r"datum\.(\w+)")


@dataclass(frozen=True)
class Mark:
    """A layer of a chart.

    Attributes
    ----------
    kind : str
        ``bar, circle, line, rule, …``.
    part : Part
        Its specification and its rows.
    """

    kind: str
    part: Part

    def field(self, channel: str) -> str:
        """The field of an encoding; empty for a constant or none."""
        return str(self.encoding(channel).get("field") or "")

    def type(self, channel: str) -> str:
        """The type of an encoding: ``quantitative, ordinal, …``."""
        return str(self.encoding(channel).get("type") or "")

    def measures(self, channel: str) -> bool:
        """Whether an encoding holds a number, and no place."""
        return self.type(channel) == "quantitative" and bool(self.field(channel)) and not self.places(channel)

    def places(self, channel: str) -> bool:
        """Whether an encoding only says where a row stands."""
        name = self.field(channel)
        return bool(name) and (name in PLACES or name.endswith("_y") or self.type(channel) in ("ordinal", "nominal"))

    def encoding(self, channel: str) -> Mapping[str, Any]:
        found = (self.part.spec.get("encoding") or {}).get(channel)
        return found if isinstance(found, Mapping) else {}

    @property
    def look(self) -> Mapping[str, Any]:
        """The properties of the mark."""
        mark = self.part.spec["mark"]
        return mark if isinstance(mark, Mapping) else {}

    def colour(self, row: Row) -> str:
        """The colour of a row as "#rrggbb"; empty where it is none of those."""
        known = self.encoding("color")
        condition = known.get("condition")
        if isinstance(condition, Mapping) and isinstance(condition.get("test"), str):
            found = condition.get("value") if passed(row, condition["test"]) else known.get("value")
        elif "field" in known:
            scale, value = known.get("scale") or {}, row.get(known["field"])
            pairs = dict(zip(map(str, scale.get("domain") or ()), scale.get("range") or (), strict=False))
            found = pairs.get(str(value), value)
        else:
            found = known.get("value") or self.look.get("color")
        return found if isinstance(found, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", found) else ""


def passed(row: Row, test: str) -> bool:
    """Whether a row meets the test of a colour."""
    found = TRUE.fullmatch(test)
    return bool(row.get(found[1])) if found else meets(row, test.replace("!== ''", "!== null")) and "datum" in test


def marks_of(spec: Mapping[str, Any]) -> list[Mark]:
    """The layers of a chart that have rows."""
    found = []
    for part in parts(spec, spec, (), ""):
        mark = part.spec.get("mark")
        if mark and part.rows:
            found.append(Mark(str(mark.get("type") if isinstance(mark, Mapping) else mark), part))
    return found


def number_at(row: Row, name: str) -> float | None:
    """A number of a row."""
    value = row.get(name)
    return value if is_number(value) else None


def is_plain(spec: Any) -> bool:
    """Whether a chart draws its rows as they are: nothing is summed, binned or repeated on the way.

    Examples
    --------
    >>> is_plain({"encoding": {"x": {"field": "a"}}}), is_plain({"encoding": {"y": {"aggregate": "count"}}})
    (True, False)
    """
    if isinstance(spec, list):
        return all(map(is_plain, spec))
    if not isinstance(spec, Mapping):
        return True
    channels = spec.get("encoding") or {}
    changed = any(isinstance(each, Mapping) and any(each.get(name) for name in CHANGING) for each in channels.values())
    steps = [each for each in spec.get("transform") or () if isinstance(each, Mapping)]
    known = all("filter" in each or "calculate" in each for each in steps)
    inside = all(is_plain(spec[name]) for name in INSIDE if name in spec)
    return known and not changed and not REPEATED & {*spec, *channels} and inside


class Named:
    """What the fields of a chart are called, and in which format they are written, by what one reads at the pointer."""

    def __init__(self, marks: Sequence[Mark], lang: str, *, terse: bool = False, days: Sequence[str] = ()) -> None:
        self.lang, self.terse, self.days = lang, terse, days
        self.columns = [column for mark in marks if mark.part.tips for column in columns(mark, lang)]

    def of(self, name: str, rows: Iterable[Row]) -> tuple[str, str]:
        """Head and format of a field; empty where nothing tells."""
        rows = list(rows)
        shown = next(((head, form) for field, head, form in self.columns if field == name and form), None)
        if shown:
            return shown
        for field, head, _ in self.columns:
            if field != name and (form := self._written(field, name, rows)):
                return head, form
        return next(((head, "") for field, head, _ in self.columns if field == name), ("", ""))

    def _written(self, field: str, name: str, rows: Sequence[Row]) -> str:
        """The format of a column of texts that a field's numbers were written in."""
        pairs = [(row.get(field), value) for row in rows if (value := number_at(row, name)) is not None]
        texts = [(text.split(" (")[0], value) for text, value in pairs if isinstance(text, str)]
        read = [(figure(text, self.lang), value) for text, value in texts]
        # "< 1%" is a figure too small to be written, and none that another number would have.
        known = [(each, value) for each, value in read if each]
        if not known or not all(each.holds(value) for each, value in known):
            return ""
        shown = format_of([each for each, _ in known])
        small = shown == PERCENT and any(text.startswith("<") for text, _ in texts)
        return SMALL_PERCENT if small else shown

    def around(self, lower: str, upper: str, rows: Sequence[Row]) -> str:
        """The head of a column of ranges from one field to the other."""
        for field, head, _ in self.columns:
            texts = [row.get(field) for row in rows if is_number(row.get(lower)) and is_number(row.get(upper))]
            if texts and all(isinstance(text, str) for text in texts) and (ends := parted(texts, self.lang)):
                read = [figure(str(text), self.lang) for text in ends[0]]
                held = [row[lower] for row in rows if is_number(row.get(lower)) and is_number(row.get(upper))]
                if all(each and each.holds(value) for each, value in zip(read, held, strict=True)):
                    return head
        return ""

    def beside(self, value: str, rows: Sequence[Row]) -> tuple[str, list[float]]:
        """Of places that may have been moved aside, the column of figures that they stand for, and its numbers."""
        for field, head, _ in self.columns:
            texts = [row.get(field) for row in rows]
            read = [figure(text, self.lang) if isinstance(text, str) else None for text in texts]
            known = [each for each in read if each]
            if len(known) == len(rows) and known:
                scale = 100 if all(each.percent for each in known) else 1
                if all(abs(scale * each.value - row[value]) <= 0.51 for each, row in zip(known, rows, strict=True)):
                    return head, [row[value] / scale for row in rows]
        return "", []


def columns(mark: Mark, lang: str) -> Iterator[tuple[str, str, str]]:
    """Field, head and format of what one reads at a mark."""
    made = {
        each["as"]: str(each["calculate"])
        for each in mark.part.spec.get("transform") or ()
        if isinstance(each, Mapping) and "calculate" in each
    }
    for tip in mark.part.tips:
        yield from columns_of(*tip, made, mark.part.rows[0], lang)


def period_labels(rows: Sequence[Row], name: str, lang: str) -> dict[str, str]:
    """Each period in its order, with what it is called."""
    days = {str(row[name])[:10]: row.get("label") for row in rows if row.get(name)}
    if not all(DAY.fullmatch(day) for day in days):
        return {}
    dates = {day: dt.date.fromisoformat(day) for day in sorted(days)}
    every = step_of(list(dates.values()))
    return {day: str(days[day] or period_text(date, every, lang)) for day, date in dates.items()}


def step_of(days: Sequence[dt.date]) -> str:
    """The longest period of which all days are first days."""
    for every in reversed(EVERY):
        later = set(days[1:])
        day = days[0] if days else dt.date.min
        while later and day < max(days):
            day = next_period(day, every)
            later.discard(day)
        if not later and starts(days, every):
            return every
    return EVERY[0]


def starts(days: Sequence[dt.date], every: str) -> bool:
    """Whether days begin such periods."""
    if every in ("year", "quarter", "month"):
        months = {"year": 12, "quarter": 3, "month": 1}[every]
        return all(day.day == 1 and (day.month - 1) % months == 0 for day in days)
    return every == "day" or all(day.weekday() == 0 for day in days)
