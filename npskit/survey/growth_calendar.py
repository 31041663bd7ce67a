"""Which period each row of a small table is: dates, months and quarters as people write them, and years.

A controller's table says ``2023-Q4``, ``T4 2023``, ``2023-10``, 2023, or the last day of the quarter. The first day
stands for the period, as everywhere in this package, and how long a period is follows from the distances.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError, RoleError, shown_values
from npskit.frames import Period
from npskit.frames.dates import parsed_day
from npskit.readers.dateparts import CENTURY_PIVOT, PATTERNS, SHAPE, folded
from npskit.readers.periods import first_day, is_named_date
from npskit.roles import fold, name_rank, resolve

__all__ = ["SEASONS", "every_of", "first_days", "found_column", "later", "period_day", "shown"]

BETWEEN, YEARS = r"\s*[-/.' ]?\s*", r"(?:19|20)\d\d"
QUARTERS = (
    re.compile(rf"(?P<year>{YEARS}){BETWEEN}[QT](?P<quarter>[1-4])", re.I),
    re.compile(rf"[QT](?P<quarter>[1-4]){BETWEEN}(?P<year>{YEARS}|\d\d)", re.I),
    re.compile(
        rf"(?P<quarter>[1-4])(?:[QT]|(?:er|e|ème|st|nd|rd|th)?\s+(?:trimestre|quarter)){BETWEEN}(?P<year>{YEARS}|\d\d)",
        re.I,
    ),
)
YEAR, COMPACT = re.compile(YEARS), re.compile(rf"(?P<year>{YEARS})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)?")
#: Names of a column of numbers that may be years, and those that say what a whole column is.
YEARLY = re.compile(r"year|ann|exercice|period|date|trimestre|quarter|mois|month|temps|\ban\b", re.I)
PERIODIC = re.compile(
    r"dates?|days?|jours?|weeks?|semaines?|months?|mois|quarters?|trimestres?|years?|ans?|annees?|periods?|periodes?|exercices?"
)
#: Periods in a season, and in a year.
SEASONS = {"day": 7, "week": 0, "month": 12, "quarter": 4, "year": 0}
NUMBERS = PATTERNS[SHAPE.NUMBERS]
# What looks like a date in figures, whether it can be read or not.
NUMERIC = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?:[T ].*)?")
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
        return compact_day(str(int(value))) if math.isfinite(value) and value == int(value) else None
    if isinstance(value, str):
        return text_day(value.strip())
    try:
        return parsed_day(value)
    except ValueError:
        return None


def compact_day(text: str) -> dt.date | None:
    """The first day of a year, or of a month or the day in figures without a mark between them."""
    if YEAR.fullmatch(text):
        return dt.date(int(text), 1, 1)
    match = COMPACT.fullmatch(text)
    try:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"] or 1)) if match else None
    except ValueError:
        return None


def text_day(text: str) -> dt.date | None:
    """A day of the period that a text names by itself."""
    if match := next(filter(None, (pattern.fullmatch(text) for pattern in QUARTERS)), None):
        year = int(match["year"])
        century = 0 if year > 99 else 1900 if year >= CENTURY_PIVOT else 2000
        return dt.date(year + century, 3 * int(match["quarter"]) - 2, 1)
    try:
        return compact_day(text) or first_day(text) or parsed_day(text)
    except ValueError:
        return None


def period_days(values: Sequence[Any]) -> list[dt.date | None]:
    """A day of the period of each value; texts such as 31/03/2019 are read in the one order that fits them all.

    Where both orders do, the one with even distances is taken, or with longer ones; where both have, none is known.

    Examples
    --------
    >>> [str(day) for day in period_days(["31/03/2019", "30/06/2019"])]
    ['2019-03-31', '2019-06-30']
    >>> [str(day) for day in period_days(["01/01/2019", "01/04/2019", "01/07/2019"])]
    ['2019-01-01', '2019-04-01', '2019-07-01']
    >>> period_days(["01/02/2019", "01/02/2020"])
    [None, None]
    """
    days = [period_day(value) for value in values]
    open_ones = [at for at, day in enumerate(days) if day is None]
    parts = [NUMBERS.fullmatch(folded(value)) if isinstance(value, str) else None for value in values]
    if not open_ones or not all(parts[at] for at in open_ones):
        return days
    read = [found for first in (True, False) if (found := ordered_days(parts, days, first))]
    read = [found for at, found in enumerate(read) if found not in read[:at]]
    if len(read) == 2:
        # A table of periods has them at even distances; of two readings with gaps, the wrong one has single days.
        even = [found for found in read if is_even(found)]
        lengths = [[length for length, _ in LENGTHS].index(every_of(found)) for found in read]
        read = even or [found for found, at in zip(read, lengths, strict=True) if at == min(lengths)]
    return list(read[0]) if len(read) == 1 else days


def ordered_days(
    parts: Sequence[re.Match[str] | None], days: Sequence[dt.date | None], dayfirst: bool
) -> list[dt.date] | None:
    """Days of texts of numbers with the day first, or the month; None when one is no day then."""
    found: list[dt.date] = []
    for match, day in zip(parts, days, strict=True):
        if day is None and match is not None:
            year, a, b = (int(match[name]) for name in ("year", "a", "b"))
            century = 0 if year > 99 else 1900 if year >= CENTURY_PIVOT else 2000
            try:
                day = dt.date(year + century, b if dayfirst else a, a if dayfirst else b)
            except ValueError:
                return None
        if day is not None:
            found.append(day)
    return found


def is_even(days: Sequence[dt.date]) -> bool:
    """Whether no period is missing or twice between days, whatever their order."""
    length = every_of(days)
    firsts = sorted(Period("", length).first_day(day) for day in days)
    return all(later(a, length, 1) == b for a, b in pairwise(firsts))


def found_column(columns: Mapping[str, Sequence[Any]], named: str | None, taken: Sequence[str]) -> str | None:
    """The column of periods: the one named, else the one whose values all are periods; None when there is none.

    Raises
    ------
    RoleError
        When several columns could be it.

    Notes
    -----
    A column that is plainly one of dates but cannot be read is given too, so that `first_days` refuses it.
    """
    if named is not None:
        return resolve(named, list(columns))
    fits = [
        name
        for name, values in columns.items()
        if name not in taken
        and values
        and all(day is not None for day in period_days(values))
        # a column of numbers is one of years only when it says so
        and (not isinstance(values[0], (int, float)) or YEARLY.search(fold(name)))
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
    if best:
        return best[0]
    # One that was meant as such and cannot be read: rows in their order would close up its gaps.
    return next((name for name, values in columns.items() if name not in taken and is_meant(name, values)), None)


def is_meant(name: str, values: Sequence[Any]) -> bool:
    """Whether a column without taking part in it is plainly one of periods, by its name or by most of its values."""
    known = [value for value in values if value is not None and value == value]
    if not known:
        return False
    if any(isinstance(value, (int, float)) for value in known):
        counted = known == list(range(int(known[0]), int(known[0]) + len(values)))
        return bool(PERIODIC.fullmatch(fold(name))) and not counted
    if not all(isinstance(value, str) for value in known):
        return sum(period_day(value) is not None for value in known) * 2 > len(values)
    looks = sum(period_day(value) is not None or bool(NUMERIC.fullmatch(value.strip())) for value in known)
    return is_named_date(name) or bool(PERIODIC.fullmatch(fold(name))) or looks * 2 > len(values)


def first_days(name: str, values: Sequence[Any], every: str | None) -> tuple[list[dt.date], str]:
    """First day of the period of each row, and the length of a period.

    Raises
    ------
    ArgumentTypeError
        For values that are no periods.
    ArgumentError
        For an unknown length, or a period in two rows.
    """
    days = period_days(values)
    wrong = list(dict.fromkeys(value for value, day in zip(values, days, strict=True) if day is None))
    if wrong:
        raise ArgumentTypeError(
            where=f"column {name!r}",
            expected="dates, or periods such as 2023-Q4, 2023-10 or 2023",
            got=shown_values(["missing" if value is None else value for value in wrong]),
            hint="convert it with pandas.to_datetime(column, dayfirst=…), name another with period='…', or leave it "
            "out to take rows in their order",
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
