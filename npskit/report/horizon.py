"""How long a period, and how many of them ahead, when nobody said.

A longer period has more answers and less noise, and leaves fewer periods to learn from. A year is taken only where the
answers come once a year anyway.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from npskit.charts.periods import bulk, reach
from npskit.frames import Period
from npskit.report.movement import sizes_of

if TYPE_CHECKING:
    from npskit.survey import Survey

__all__ = ["answered_days", "longest_period", "usual_horizon"]

# Fewer periods with answers than these and a shorter length is tried.
ENOUGH = 8
LONGEST_FIRST = ("quarter", "month", "week", "day")
AHEAD = {"day": 7, "week": 8, "month": 6, "quarter": 4, "year": 2}


def answered_days(survey: Survey, column: str) -> list[dt.date]:
    """Days with answers, without those far from nearly all."""
    sizes = sizes_of(survey.tally([Period(column, "day")]))
    if not sizes:
        return []
    since, until = reach(*bulk(list(sizes), list(sizes.values())))
    return [day for day in sizes if since <= day <= until]


def longest_period(days: Collection[dt.date]) -> str:
    """The longest period that leaves enough of them with answers.

    Examples
    --------
    >>> longest_period([dt.date(2020, month, day) for month in range(1, 13) for day in (3, 20)])
    'month'
    >>> longest_period([dt.date(year, 7, 1) for year in range(2015, 2024)])
    'year'
    """
    sizes = {every: answered(days, every) for every in ("year", *LONGEST_FIRST)}
    if 1 < sizes["year"] == sizes["month"] or sizes["year"] == sizes["quarter"] >= ENOUGH:
        return "year"
    # Of too few periods whatever their length, the most.
    return next((every for every in LONGEST_FIRST if sizes[every] >= ENOUGH), max(sizes, key=lambda each: sizes[each]))


def answered(days: Collection[dt.date], every: str) -> int:
    """Periods with answers."""
    period = Period("", every)
    return len({period.first_day(day) for day in days})


def usual_horizon(days: Collection[dt.date], every: str) -> int:
    """Periods ahead: a season or so, and at most half of those behind.

    Examples
    --------
    >>> usual_horizon([dt.date(2018, month, 1) for month in (1, 4, 7, 10)], "quarter")
    2
    """
    return max(min(AHEAD[every], answered(days, every) // 2), 1)
