"""Periods that have not come yet, and which one a person means.

A forecast speaks of the months after the last one with answers; "2026-12", "2026-T4" or a day in it name one of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.frames import Period
from npskit.survey.base import as_list
from npskit.survey.estimates import STEPS
from npskit.survey.levels import days_meant

__all__ = ["break_positions", "coming", "day_meant", "period_code", "period_meant"]

READABLE = "a date, or ISO text such as '2026', '2026-Q3', '2026-05', '2026-W20' or '2026-05-01'"
MOST_LISTED = 12
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def coming(last: dt.date, every: str, periods: int) -> list[dt.date]:
    """First days of the next so many periods.

    Examples
    --------
    >>> [day.isoformat() for day in coming(dt.date(2026, 10, 1), "quarter", 2)]
    ['2027-01-01', '2027-04-01']
    """
    unit, step = STEPS[every]
    start = np.datetime64(last, unit)
    steps = np.arange(1, periods + 1) * np.timedelta64(step, unit)
    return (start + steps).astype("M8[D]").tolist()


def day_meant(wanted: Any, *, where: str, last: bool = False) -> dt.date:
    """The first (or last) day of what a person names.

    Raises
    ------
    ArgumentError
        When it is no date.
    """
    found = days_meant(wanted)
    if found is None:
        raise ArgumentError(where=where, expected=READABLE, got=repr(wanted), hint=day_first(wanted) or "")
    return found[1] if last else found[0]


def day_first(wanted: Any) -> str | None:
    """How a date that begins with the day is written so that it can be no other.

    Examples
    --------
    >>> day_first("1/9/2023"), day_first("soon")
    ("if the day comes first, write '2023-09-01'", None)
    """
    found = DAY_FIRST.fullmatch(wanted.strip()) if isinstance(wanted, str) else None
    if found is None or not (1 <= int(found[1]) <= 31 and 1 <= int(found[2]) <= 12):
        return None
    return f"if the day comes first, write '{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}'"


def period_meant(wanted: Any, periods: Sequence[dt.date], every: str) -> int:
    """Position of the one period that is meant among those forecast.

    Raises
    ------
    ArgumentError
        When it is none of them, or several; the periods are listed.
    """
    found = days_meant(wanted)
    if found is None:
        raise ArgumentError(
            where="at", expected=READABLE, got=repr(wanted), hint=f"forecast are {listed(periods, every)}"
        )
    first, last, _ = found
    period = Period("", every)
    inside = [at for at, day in enumerate(periods) if first <= day <= last]
    if not inside and period.first_day(first) == period.first_day(last):
        # A day names the month it is in.
        inside = [at for at, day in enumerate(periods) if day == period.first_day(first)]
    if len(inside) != 1:
        raise ArgumentError(
            where="at",
            expected=f"one of the periods forecast: {listed(periods, every)}",
            got=f"{str(wanted)!r}, which is {'none' if not inside else len(inside)} of them",
        )
    return inside[0]


def listed(periods: Sequence[dt.date], every: str) -> str:
    """The periods as one may write them; of many the first and the last."""
    codes = [period_code(day, every) for day in periods]
    return ", ".join(codes) if len(codes) <= MOST_LISTED else f"{codes[0]} to {codes[-1]}"


def period_code(day: dt.date, every: str) -> str:
    """A period as ISO text.

    Examples
    --------
    >>> period_code(dt.date(2026, 10, 1), "quarter"), period_code(dt.date(2026, 10, 1), "month")
    ('2026-Q4', '2026-10')
    """
    if every == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return day.isoformat()[: {"month": 7, "year": 4}.get(every, 10)]


def break_positions(breaks: Any, periods: Sequence[dt.date], every: str) -> list[int]:
    """Positions of the periods that a change of wording, channel or sampling falls in.

    Raises
    ------
    ArgumentError
        For what is no date, or lies outside the answers.
    """
    days = [day_meant(each, where="breaks") for each in several(breaks)]
    period = Period("", every)
    found = sorted({period.first_day(day) for day in days})
    outside = [day for day in found if not periods[0] < day <= periods[-1]]
    if outside:
        raise ArgumentError(
            where="breaks",
            expected=f"dates after the first period ({period_code(periods[0], every)}) and up to the last "
            f"({period_code(periods[-1], every)})",
            got=", ".join(period_code(day, every) for day in outside),
        )
    return [periods.index(day) for day in found]


def several(breaks: Any) -> Iterable[Any]:
    """One break, several, or an array of them."""
    return as_list(breaks.tolist() if hasattr(breaks, "tolist") else breaks)
