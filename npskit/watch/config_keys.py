"""The keys of a configuration, and what each may hold."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from npskit.errors import did_you_mean
from npskit.labels import LANGUAGES
from npskit.scale import Scale
from npskit.watch.config_file import Place, Written

__all__ = ["KEYS", "MONITOR_KEYS", "TEAM_KEYS", "checked_values"]

Check = Callable[[Any, Place], Any]
PERIODS = ("day", "week", "month", "quarter", "year")
LONGEST_WAIT = 3600


def checked_values(written: Written, keys: Mapping[str, Check], *path: str) -> dict[str, Any]:
    """The values of keys, each as its check gives it; keys left empty are left out."""
    values: Any = written.values
    for each in path:
        values = values[each]
    return {name: keys[name](value, written.place(*path, name)) for name, value in values.items() if value is not None}


def text(value: Any, place: Place) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise place.wrong("a text", repr(value), "put it in quotes" if not isinstance(value, str) else "")
    return value


def one_of(*allowed: str) -> Check:
    """One of some words."""

    def check(value: Any, place: Place) -> str:
        if value not in allowed:
            raise place.wrong(" or ".join(map(repr, allowed)), repr(value), did_you_mean(str(value), allowed))
        return str(value)

    return check


def texts(value: Any, place: Place) -> tuple[str, ...]:
    """A text or several."""
    several = value if isinstance(value, list) else [value]
    return tuple(text(each, place) for each in several)


def patterns(value: Any, place: Place) -> tuple[str, ...]:
    """Patterns of names inside a folder."""
    found = texts(value, place)
    for each in found:
        if each.startswith(("/", "~")) or ".." in each.split("/"):
            raise place.wrong("a pattern of names, such as '*.csv'", repr(each), "the folder is said by 'folder'")
        if "\\" in each:
            raise place.wrong("a pattern of names, such as '*.csv'", repr(each), "write / between folder and name")
    if not found:
        raise place.wrong("a pattern of names, such as '*.csv'", "none")
    return found


def formats(value: Any, place: Place) -> tuple[str, ...]:
    """Formats of a report, each once."""
    from npskit.report.writing import SUFFIXES

    known = tuple(suffix.removeprefix(".") for suffix in SUFFIXES if suffix != ".htm")
    if value is False:
        raise place.wrong("formats of a report", "no", "write [] for none")
    several = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(one_of(*known)(each, place) for each in several))


def mapping(value: Any, place: Place) -> dict[str, Any]:
    """Names with values."""
    if not isinstance(value, dict):
        raise place.wrong("names with values, a line each", repr(value), "such as 'rating: q1'")
    return value


def columns(value: Any, place: Place) -> dict[str, Any]:
    """Keywords of `npskit.Survey`."""
    from npskit.report.writing import COLUMNS

    found = {}
    for name, each in mapping(value, place).items():
        if name not in COLUMNS:
            raise place.inner(name).wrong("a keyword of npskit.Survey", repr(name), did_you_mean(name, COLUMNS))
        if each is not None:
            found[name] = COLUMN_KEYS.get(name, text)(each, place.inner(name))
    return found


def scale(value: Any, place: Place) -> Scale:
    """A scale such as 1-5."""
    low, _, high = str(value).partition("-")
    if not (low.strip().isdigit() and high.strip().isdigit()):
        raise place.wrong("a scale such as 1-5", repr(value))
    return Scale(int(low), int(high))


def codes(value: Any, place: Place) -> list[Any]:
    """Codes for "no answer"."""
    return value if isinstance(value, list) else [value]


def responses(value: Any, place: Place) -> str | int:
    """A column, or a number of answers that each row is of."""
    return value if isinstance(value, int) and not isinstance(value, bool) else text(value, place)


COLUMN_KEYS: dict[str, Check] = {
    "scale": scale, "missing": codes, "keep": one_of("all", "last"), "responses": responses,
}  # fmt: skip


def reading(value: Any, place: Place) -> dict[str, Any]:
    """Keywords of `npskit.read_survey`."""
    from npskit.readers import read_survey

    known = [name for name in inspect.signature(read_survey).parameters if name != "path"]
    for name in mapping(value, place):
        if name not in known:
            raise place.inner(name).wrong("a keyword of npskit.read_survey", repr(name), did_you_mean(name, known))
    return {name: each for name, each in value.items() if each is not None}


def renames(value: Any, place: Place) -> dict[str, str]:
    """Columns to what they shall be called."""
    return {name: text(each, place.inner(name)) for name, each in mapping(value, place).items()}


def share(value: Any, place: Place) -> float:
    """A probability."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise place.wrong("a number between 0 and 1", repr(value))
    return float(value)


def whole(value: Any, place: Place) -> int:
    """A number of answers."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise place.wrong("a whole number from 1", repr(value))
    return value


def seconds(value: Any, place: Place) -> float:
    """A short time."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LONGEST_WAIT:
        raise place.wrong(f"seconds, 0 to {LONGEST_WAIT}", repr(value))
    return float(value)


def day(value: Any, place: Place) -> dt.date:
    """A day."""
    try:
        return value if type(value) is dt.date else dt.date.fromisoformat(str(value))
    except ValueError:
        raise place.wrong("a day such as 2026-01-01", repr(value)) from None


def days(value: Any, place: Place) -> tuple[dt.date, ...]:
    """A day or several."""
    return tuple(day(each, place) for each in (value if isinstance(value, list) else [value]))


def named_columns(value: Any, place: Place) -> list[str]:
    """A column or several."""
    return list(texts(value, place))


def switch(value: Any, place: Place) -> Any:
    """yes, no, or keys of its own."""
    return value if isinstance(value, bool) else mapping(value, place)


def team(value: Any, place: Place) -> Any:
    """A column, or keys of its own."""
    return value if isinstance(value, dict) else text(value, place)


KEYS: dict[str, Check] = {
    "folder": text,
    "pattern": patterns,
    "output": text,
    "history": text,
    "template": text,
    "lang": one_of(*LANGUAGES),
    "title": text,
    "formats": formats,
    "columns": columns,
    "reading": reading,
    "rename": renames,
    "key": texts,
    "duplicates": one_of("rows", "files"),
    "by": named_columns,
    "every": one_of(*PERIODS),
    "parameters": mapping,
    "monitor": switch,
    "actions": text,
    "teams": team,
    "settle": seconds,
}
MONITOR_KEYS: dict[str, Check] = {
    "every": one_of(*PERIODS), "by": named_columns, "alpha": share, "breaks": days, "since": day,
}  # fmt: skip
TEAM_KEYS: dict[str, Check] = {
    "by": named_columns, "template": text, "format": lambda value, place: formats(value, place)[0],
    "threshold": whole, "parameters": mapping,
}  # fmt: skip
