"""A chart as a table: what one reads when pointing at its marks, row by row.

Every chart of ours says at the pointer, in words of the language, what a mark stands for. Those words are the heads of
a table, and the rows of the chart are its rows. Texts that Vega writes itself from numbers become these numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from npskit.labels import word

__all__ = ["Pointed", "is_number", "pointed", "said"]

Row = Mapping[str, Any]
DATUM = re.compile(r"datum\.(\w+)")
EQUAL = re.compile(r"datum\.(\w+) ([!=])== (?:'([^']*)'|(-?\d+)|null)")
VALID = re.compile(r"isValid\(datum\.(\w+)\)")
# Where a mark is drawn, which may be moved aside, is no figure.
PLACES = {"x", "y", "row", "panel", "at", "part", "stretch", "edge"}
INSIDE = ("layer", "hconcat", "vconcat", "concat", "spec")
SIGNED, COUNT = '+#,##0;"−"#,##0;0', "#,##0"


@dataclass
class Pointed:
    """A table.

    Attributes
    ----------
    heads : tuple of str
    rows : list of tuple
    formats : dict of int to str
        Of columns that hold numbers already.
    numbers : dict of str to list
        The other numbers of the same rows.
    """

    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A piece of a chart with what it inherits."""

    spec: Mapping[str, Any]
    rows: Sequence[Row]
    name: str = ""

    @property
    def tips(self) -> tuple[tuple[str, str], ...]:
        """Fields and titles at the pointer."""
        tips = (self.spec.get("encoding") or {}).get("tooltip")
        several = tips if isinstance(tips, list) else [tips]
        fields = [tip for tip in several if isinstance(tip, Mapping) and "field" in tip]
        return tuple((tip["field"], str(tip.get("title") or tip["field"]).strip()) for tip in fields)


def pointed(chart: Mapping[str, Any], lang: str) -> list[Pointed]:
    """The tables of a chart, one for each different set of fields."""
    found: dict[tuple[tuple[str, str], ...], list[Part]] = {}
    for part in parts(chart, chart, (), ""):
        if part.tips and part.rows:
            found.setdefault(part.tips, []).append(part)
    tables = [table_of(tips, several, lang) for tips, several in found.items()]
    return [table for table in tables if table.rows]


def parts(spec: Any, chart: Mapping[str, Any], rows: Sequence[Row], name: str) -> Iterator[Part]:
    """Every piece of a chart; panels beside each other bring their names."""
    if isinstance(spec, list):
        for each in spec:
            yield from parts(each, chart, rows, name)
    elif isinstance(spec, Mapping):
        rows = rows_of(spec["data"], chart) if spec.get("data") else rows
        name = name if spec is chart else said(spec.get("title"))[0] or name
        kept = [row for row in rows if passes(row, spec.get("transform") or ())]
        yield Part(spec, kept, name)
        for key in INSIDE:
            yield from parts(spec.get(key), chart, kept, name)


def said(title: Any) -> tuple[str, tuple[str, ...]]:
    """Title and subtitle of a specification."""
    known = title if isinstance(title, Mapping) else {"text": title}

    title_lines, notes = (lines_of(known.get(name)) for name in ("text", "subtitle"))
    return " ".join(title_lines), tuple(notes)


def lines_of(part: Any) -> list[str]:
    """The lines of a title."""
    return [str(line) for line in (part if isinstance(part, list) else [part]) if line]


def rows_of(data: Mapping[str, Any], chart: Mapping[str, Any]) -> list[Row]:
    """The rows of a source of data, which may be CSV: that takes less room in a page."""
    values = data.get("values", (chart.get("datasets") or {}).get(data.get("name"), []))
    if not isinstance(values, str):
        return [row for row in values if isinstance(row, Mapping)] if isinstance(values, list) else []
    kinds = (data.get("format") or {}).get("parse") or {}
    read = {"number": float, "date": lambda day: day[:10]}
    return [
        {name: read.get(kinds.get(name, ""), str)(value) if value else None for name, value in row.items()}
        for row in csv.DictReader(values.splitlines())
    ]


def passes(row: Row, transforms: Sequence[Any]) -> bool:
    """Whether a row meets the filters of a piece; those that are more than a comparison let it pass."""
    tests = [each["filter"] for each in transforms if isinstance(each, Mapping) and isinstance(each.get("filter"), str)]
    return all(meets(row, test) for test in tests)


def meets(row: Row, test: str) -> bool:
    """Whether a row meets a filter."""
    if found := EQUAL.fullmatch(test):
        name, sign, text, figure = found.groups()
        wanted = text if text is not None else float(figure) if figure is not None else None
        return (row.get(name) == wanted) == (sign == "=")
    names = VALID.findall(test)
    if names and test == " && ".join(f"isValid(datum.{name})" for name in names):
        return all(row.get(name) is not None for name in names)
    return True


def table_of(tips: Sequence[tuple[str, str]], several: Sequence[Part], lang: str) -> Pointed:
    """The rows of pieces with the same fields; those of the drawing only are left out."""
    made = {
        each["as"]: str(each["calculate"])
        for part in several
        for each in part.spec.get("transform") or ()
        if isinstance(each, Mapping) and "calculate" in each
    }
    sources = [source for tip in tips for source in columns_of(*tip, made, several[0].rows[0], lang)]
    named = any(part.name for part in several)
    seen: dict[tuple[Any, ...], Row] = {}
    for part in several:
        for row in part.rows:
            cells = tuple(row.get(name) for name, _, _ in sources)
            if cells[0] not in (None, "") and (len(cells) == 1 or any(cell not in (None, "") for cell in cells[1:])):
                seen.setdefault((part.name, *cells) if named else cells, row)
    names = {name for row in seen.values() for name, value in row.items() if is_number(value)} - PLACES
    return Pointed(
        ("", *[head for _, head, _ in sources]) if named else tuple(head for _, head, _ in sources),
        list(seen),
        {at + named: shown for at, (_, _, shown) in enumerate(sources) if shown},
        {name: [row.get(name) for row in seen.values()] for name in sorted(names)},
    )


def columns_of(field: str, title: str, made: Mapping[str, str], row: Row, lang: str) -> list[tuple[str, str, str]]:
    """Field, head and format: of a text that Vega writes, the numbers that it is written from."""
    if field in row or field not in made:
        return [(field, title, "")]
    names = list(dict.fromkeys(DATUM.findall(made[field])))
    signed = SIGNED if "'+'" in made[field] else COUNT
    if len(names) == 2:
        ends = (word(f"workbook_{end}", lang, name=title) for end in ("lower", "upper"))
        return [(name, end, signed) for name, end in zip(names, ends, strict=True)]
    return [(name, title, signed) for name in names[:1]]


def is_number(value: Any) -> bool:
    """Whether a value is a number, and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
