"""Which period each row of a small table is: dates, months and quarters as people write them, and years.

A controller's table says ``2023-Q4``, ``T4 2023``, ``2023-10``, 2023, or the last day of the quarter. The first day
stands for the period, as everywhere in this package, and how long a period is follows from the distances.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError, RoleError, shown_values
from npskit.frames import Period
from npskit.frames.dates import parsed_day
from npskit.readers.periods import first_day
from npskit.roles import name_rank, resolve

__all__ = ["SEASONS", "every_of", "first_days", "found_column", "later", "period_day", "shown"]

QUARTER = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[-/ ]?\s*[QT](?P<quarter>[1-4])|[QT](?P<q>[1-4])\s*[-/ ]?\s*(?P<y>(?:19|20)\d\d)", re.I
)
YEAR = re.compile(r"(?:19|20)\d\d")
#: Periods in a season, and in a year.
SEASONS = {"day": 7, "week": 0, "month": 12, "quarter": 4, "year": 0}
# Shortest distance in days that a period of this length can have to the next.
LENGTHS = (("year", 360), ("quarter", 85), ("month", 27), ("week", 6), ("day", 1))
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_day(value: Any) -> dt.date | None:
    """A day of the period that a value stands for; None where that cannot be told.

    Examples
    --------
    >>> [str(period_day(value)) for value in ("2023-Q4", "T4 2023", 2023, "2023-11", dt.date(2023, 12, 31), "Lyon")]
    ['2023-10-01', '2023-10-01', '2023-01-01', '2023-11-01', '2023-12-31', 'None']
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        text = str(int(value)) if value == int(value) else ""
        return dt.date(int(text), 1, 1) if YEAR.fullmatch(text) else None
    if isinstance(value, str):
        text = value.strip()
        if match := QUARTER.fullmatch(text):
            quarter, year = int(match["quarter"] or match["q"]), int(match["year"] or match["y"])
            return dt.date(year, 3 * quarter - 2, 1)
        if YEAR.fullmatch(text):
            return dt.date(int(text), 1, 1)
        if day := first_day(text):
            return day
    try:
        return parsed_day(value)
    except ValueError:
        return None


def found_column(columns: Mapping[str, Sequence[Any]], named: str | None, taken: Sequence[str]) -> str | None:
    """The column of periods: the one named, else the one whose values all are periods; None when there is none.

    Raises
    ------
    RoleError
        When several columns could be it.
    """
    if named is not None:
        return resolve(named, list(columns))
    fits = [
        name
        for name, values in columns.items()
        if name not in taken
        and values
        and all(period_day(value) is not None for value in values)
        # a column of numbers is one of years only when it says so
        and (not isinstance(values[0], (int, float)) or re.search("year|ann|period|date", name, re.I))
    ]
    ranks = {name: name_rank(name, "date") or 9 for name in fits}
    best = [name for name in fits if ranks[name] == min(ranks.values())]
    if len(best) > 1:
        raise RoleError(
            where="the column of periods",
            expected="one column of dates",
            got=f"{len(best)}: {', '.join(map(repr, best))}",
            hint=f"say which: period={best[0]!r}",
        )
    return best[0] if best else None


def first_days(name: str, values: Sequence[Any], every: str | None) -> tuple[list[dt.date], str]:
    """First day of the period of each row, and the length of a period.

    Raises
    ------
    ArgumentTypeError
        For values that are no periods.
    ArgumentError
        For an unknown length, or a period in two rows.
    """
    days = [period_day(value) for value in values]
    wrong = list(dict.fromkeys(value for value, day in zip(values, days, strict=True) if day is None))
    if wrong:
        raise ArgumentTypeError(
            where=f"column {name!r}",
            expected="dates, or periods such as 2023-Q4, 2023-10 or 2023",
            got=shown_values(["missing" if value is None else value for value in wrong]),
        )
    length = every or every_of([day for day in days if day is not None])
    firsts = [Period(name, length).first_day(day) for day in days if day is not None]
    twice = sorted(day for day, rows in Counter(firsts).items() if rows > 1)
    if twice:
        raise ArgumentError(
            where=f"column {name!r}",
            expected=f"one row for each {length}",
            got=f"{len(twice):,} given more than once: {', '.join(shown(day, length) for day in twice[:5])}",
            hint="sum the sales and average the rest of each period first, or pass every=... if periods are shorter",
        )
    return firsts, length


def every_of(days: Sequence[dt.date]) -> str:
    """The length of a period, from the smallest distance between two.

    Examples
    --------
    >>> every_of([dt.date(2023, 3, 31), dt.date(2023, 6, 30), dt.date(2024, 3, 31)])
    'quarter'
    """
    ordered = sorted(set(days))
    least = min(((b - a).days for a, b in pairwise(ordered)), default=360)
    return next(length for length, shortest in LENGTHS if least >= shortest)


def later(day: dt.date, every: str, steps: int) -> dt.date:
    """First day of the period so many steps later."""
    if every in MONTHS:
        months = day.year * 12 + day.month - 1 + MONTHS[every] * steps
        return dt.date(months // 12, months % 12 + 1, 1)
    return day + dt.timedelta(days=steps * (7 if every == "week" else 1))


def shown(day: Any, every: str) -> str:
    """A period as an error names it.

    Examples
    --------
    >>> shown(dt.date(2023, 10, 1), "quarter"), shown(dt.date(2023, 10, 1), "month"), shown(7, "")
    ('2023-Q4', '2023-10', '7')
    """
    if not isinstance(day, dt.date):
        return str(day)
    if every == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return {"year": str(day.year), "month": day.isoformat()[:7]}.get(every, day.isoformat())
