"""What a table is to a chart: columns of plain values, and rows whose field names Vega cannot misread.

A survey's columns are called ``Property: Plan`` or ``a.b[0]``, and Vega reads dots and brackets in a field name as a
path. So the rows given to Vega have names of ours, and the user's names appear only as text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from npskit.errors import ColumnNotFoundError, EmptyDataError, did_you_mean
from npskit.labels import MINUS, NARROW_SPACE, date_text, number, word
from npskit.scale import is_missing

__all__ = [
    "Columns",
    "columns",
    "known",
    "level_names",
    "level_text",
    "literal",
    "nice_range",
    "quoted",
    "signed_axis",
    "wrapped",
]

Columns = dict[str, list[Any]]
SEPARATOR = " · "
LINE = 34
MOST_DECIMALS = 12
# Spaces that a shown name would lose: at its ends, doubled, or of another kind.
SPACES = re.compile(r"^\s+|\s+$|(?<=\s)\s+|[^\S ]")
SPACE_MARK = "␣"


def columns(table: Any, needed: Iterable[str], *, where: str) -> Columns:
    """The table as lists of plain Python values, missing ones as None.

    Raises
    ------
    ColumnNotFoundError
        When a needed column is not there.
    EmptyDataError
        When there are no rows.
    """
    # a PyArrow table has .column_names (its .columns are data), any other DataFrame has .columns
    names = list(getattr(table, "column_names", getattr(table, "columns", table)))
    for name in needed:
        if name not in names:
            raise ColumnNotFoundError(f"{where}: no column {name!r}.", hint=did_you_mean(name, map(str, names)))
    out = {str(name): [cell(value) for value in values_of(table[name])] for name in names}
    if not any(out.values()):
        raise empty(where)
    return out


def empty(where: str) -> EmptyDataError:
    """The error of a chart with nothing to draw."""
    return EmptyDataError(
        where=where,
        expected="at least one answer to draw",
        got="none",
        hint="look at df.nps.audit() for why no answer was counted",
    )


def values_of(column: Any) -> Sequence[Any]:
    """The values of a column of any library."""
    return column.to_pylist() if hasattr(column, "to_pylist") else list(column)


def cell(value: Any) -> Any:
    """One value as plain Python."""
    if is_missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def known(value: float | None) -> TypeGuard[float]:
    """Whether a number is there."""
    return value is not None and value == value


def level_text(value: Any, lang: str, *, decimals: int = 1) -> str:
    """A level of a grouping column as shown."""
    if value is None:
        return word("missing_level", lang)
    if isinstance(value, bool):
        return word("chart_yes" if value else "chart_no", lang)
    if isinstance(value, float):
        return number(value, digits=0 if value.is_integer() else decimals, lang=lang)
    if isinstance(value, dt.date):
        return date_text(value, lang)
    return " ".join(str(value).split()) or word("missing_level", lang)


def level_key(level: Any) -> tuple[bool, Hashable]:
    """What makes a level one of its own: yes is not 1."""
    return isinstance(level, bool), level


def level_names(levels: Sequence[Any], lang: str) -> list[str]:
    """Levels as shown, two different ones never alike: with the decimals, or the spaces, in which they differ.

    >>> level_names(["Lyon", "Lyon ", "Nice "], "en"), level_names([2.21, 2.24, 2.0], "fr")
    (['Lyon', 'Lyon␣', 'Nice'], ['2,21', '2,24', '2'])
    """
    keys = [level_key(level) for level in levels]
    different = dict.fromkeys(keys)
    decimals = decimals_apart([value for _, value in different if isinstance(value, float)])
    texts = {key: level_text(key[1], lang, decimals=decimals) for key in different}
    times = Counter(texts.values())
    for key, text in texts.items():
        if times[text] > 1 and isinstance(key[1], str):
            texts[key] = SPACES.sub(lambda found: SPACE_MARK * len(found[0]), key[1]) or text
    return numbered(keys, [texts[key] for key in keys])


def decimals_apart(values: Sequence[float]) -> int:
    """The fewest decimals, at least one, that keep different numbers different."""
    return next((k for k in range(1, MOST_DECIMALS) if len({round(value, k) for value in values}) == len(values)), 1)


def numbered(keys: Sequence[Hashable], texts: Sequence[str]) -> list[str]:
    """The texts, with a number behind those that different keys share."""
    taken: dict[str, Hashable] = {}
    names: dict[Hashable, str] = {}
    for key, text in zip(keys, texts, strict=True):
        if key not in names:
            name, times = text, 1
            while name in taken:
                times += 1
                name = f"{text} ({times})"
            taken[name] = key
            names[key] = name
    return [names[key] for key in keys]


def row_names(table: Columns, by: Sequence[str], lang: str) -> list[str]:
    """One name per row, its levels joined by a dot; rows of different levels never share one."""
    texts = zip(*(level_names(table[key], lang) for key in by), strict=True)
    keys = zip(*(map(level_key, table[key]) for key in by), strict=True)
    return numbered(list(keys), [SEPARATOR.join(row) for row in texts])


def quoted(text: str, lang: str) -> str:
    """Text in the quotation marks of the language."""
    return f"«{NARROW_SPACE}{text}{NARROW_SPACE}»" if lang == "fr" else f"“{text}”"


def wrapped(text: str, width: int = LINE) -> list[str]:
    """Text cut into lines at its spaces; a word longer than a line is broken."""
    lines: list[str] = []
    for part in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(part) <= width:
            lines[-1] += " " + part
        else:
            lines.append(part)
        while len(lines[-1]) > width:
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return lines or [""]


def literal(value: Any) -> str:
    """A value as it stands in a Vega expression."""
    return json.dumps(value, ensure_ascii=False)


def nice_range(low: float, high: float, *, ticks: int = 6) -> tuple[float, float, list[int]]:
    """Ends of an axis of scores around [low, high] and where its labels stand, within -100 to 100."""
    span = max(high - low, 4.0)
    step = next((step for step in (1, 2, 5, 10, 20, 25, 50) if span / step <= ticks), 50)
    marks = [mark for mark in range(-100, 101, step) if low - step < mark < high + step]
    inside = [mark for mark in marks if low - step / 2 <= mark <= high + step / 2]
    return min(low, *inside), max(high, *inside), inside


def signed_axis() -> str:
    """Vega expression that writes an axis label with its sign."""
    return f"datum.value > 0 ? '+' + datum.value : datum.value < 0 ? '{MINUS}' + abs(datum.value) : '0'"


def zero_line(other: float) -> dict[str, Any]:
    """A property of the grid that is 1 at zero and `other` elsewhere."""
    return {"condition": {"test": "datum.value === 0", "value": 1}, "value": other}


def records(fields: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Columns as the rows Vega takes."""
    return [dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True)]
