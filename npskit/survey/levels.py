"""Which groups a person means: a level as the data holds it, whatever way it is written.

``2017`` finds the level 2017.0 of a column that pandas made floats of, ``"lyon"`` finds ``"Lyon"``, and of a column of
dates ``"2017"``, ``"2017-Q3"`` and ``"2017-05"`` are the days in them. A level that is not there is an error that shows
the nearest one, because a comparison with nobody is not a comparison.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, EmptyDataError, did_you_mean
from npskit.frames import Period, is_date
from npskit.scale import is_missing

if TYPE_CHECKING:
    from npskit.frames import Key, Source

__all__ = ["chosen", "days_meant", "item_text", "level_text", "matching", "periodical"]

YEAR = re.compile(r"(\d{4})")
QUARTER = re.compile(r"(\d{4})[- ]?[QT]([1-4])|[QT]([1-4])[- ](\d{4})", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
FINEST = ("year", "quarter", "month", "day")

Days = tuple[dt.date, dt.date, str]


def item_text(item: Key) -> str:
    """The column behind an item of `by`."""
    return item if isinstance(item, str) else item.column


def level_text(level: object) -> str:
    """A level, or the levels of a cell, as plain text."""
    if isinstance(level, (tuple, list)):
        return " · ".join(map(level_text, level))
    if isinstance(level, float) and level.is_integer():
        return str(int(level))
    return level.isoformat() if isinstance(level, dt.date) and type(level) is dt.date else str(level)


def matching(levels: Sequence[object], wanted: object, *, where: str, column: str) -> object:
    """The level that is meant: the equal one, else the only one that reads alike.

    Raises
    ------
    ArgumentError
        When there is none; the hint names the nearest.

    Examples
    --------
    >>> matching(["Lyon", "Nice"], "lyon", where="against", column="shop")
    'Lyon'
    >>> matching([2016.0, 2017.0], "2017", where="against", column="year")
    2017.0
    """
    for level in levels:
        if type(level) is not bool and type(wanted) is not bool and level == wanted:
            return level
    texts = [level_text(level).strip().casefold() for level in levels]
    alike = [at for at, text in enumerate(texts) if text == level_text(wanted).strip().casefold()]
    if len(alike) == 1:
        return levels[alike[0]]
    raise ArgumentError(
        where=where,
        expected=f"a level of {column!r}",
        got=repr(wanted),
        hint=did_you_mean(
            level_text(wanted), (level_text(level) for level in levels if level is not None), quoted=True
        ),
    )


def chosen(item: Key, levels: Sequence[object], wanted: object, *, where: str) -> list[object]:
    """The levels that one level, or a list of them, stands for.

    Parameters
    ----------
    item : str, Period or Bands
    levels : sequence
        Those of the data.
    wanted : object
        A level or a list of them; of a Period a date, or ISO text for all periods in it.
    where : str
        The argument's name, for an error.

    Raises
    ------
    ArgumentError, EmptyDataError
        When a level is not there, or no answer falls in the days meant.
    """
    several = wanted if isinstance(wanted, (list, tuple, set, frozenset, range)) else [wanted]
    found = [level for each in several for level in one_chosen(item, levels, each, where)]
    if not found:
        raise ArgumentError(where=where, expected=f"a level of {item_text(item)!r}, or several", got=repr(wanted))
    return list(dict.fromkeys(found))


def one_chosen(item: Key, levels: Sequence[object], wanted: object, where: str) -> list[object]:
    """The levels that one of a person's levels stands for."""
    if not isinstance(item, Period):
        return [matching(levels, wanted, where=where, column=item_text(item))]
    known = sorted(level for level in levels if isinstance(level, dt.date))
    meant = days_meant(wanted)
    if meant is None:
        raise ArgumentError(
            where=where,
            expected="a date, or ISO text such as '2017', '2017-Q3', '2017-05' or '2017-05-01'",
            got=repr(wanted),
        )
    first, last, _ = meant
    found: list[object] = [day for day in known if first <= day <= last]
    if not found and item.first_day(first) == item.first_day(last):
        # A day names the month it is in, when months are asked for.
        found = [day for day in known if day == item.first_day(first)]
    if not found:
        span = f"the answers are from {known[0]} to {known[-1]}, by {item.every}" if known else "no answer has a date"
        raise EmptyDataError(where=where, expected=f"answers in {level_text(wanted)}", got="none", hint=span)
    return found


def days_meant(wanted: object) -> Days | None:
    """First and last day of a date or of ISO text, and the length of the period it names; None for anything else.

    Examples
    --------
    >>> [str(part) for part in days_meant("2017-Q3")]
    ['2017-07-01', '2017-09-30', 'quarter']
    """
    if is_missing(wanted):
        return None
    if isinstance(wanted, dt.datetime):
        wanted = wanted.date()
    if isinstance(wanted, dt.date):
        return wanted, wanted, "day"
    text = str(wanted).strip() if isinstance(wanted, (str, int)) and not isinstance(wanted, bool) else ""
    try:
        if found := YEAR.fullmatch(text):
            return months_of(int(found[1]), 1, 12, "year")
        if found := QUARTER.fullmatch(text):
            quarter = int(found[2] or found[3])
            return months_of(int(found[1] or found[4]), 3 * quarter - 2, 3 * quarter, "quarter")
        if found := MONTH.fullmatch(text):
            return months_of(int(found[1]), int(found[2]), int(found[2]), "month")
        day = dt.datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return day, day, "day"


def months_of(year: int, first: int, last: int, every: str) -> Days:
    """From the first day of one month to the last day of another."""
    after = dt.date(year + last // 12, last % 12 + 1, 1)
    return dt.date(year, first, 1), after - dt.timedelta(days=1), every


def periodical(source: Source, item: Key, *wanted: object) -> Key:
    """A column of dates as the periods that the levels name: ``"2017"`` asks for years; anything else as it is."""
    if not isinstance(item, str):
        return item
    several = [each for one in wanted for each in (one if isinstance(one, (list, tuple)) else [one])]
    meant = [days_meant(each) for each in several]
    if not meant or None in meant or not holds_dates(source.sample(item)):
        return item
    return Period(item, max((days[2] for days in meant if days), key=FINEST.index))


def holds_dates(values: Iterable[Any]) -> bool:
    """Whether there are values, and all are dates."""
    found = list(values)
    return bool(found) and all(map(is_date, found))
