"""Which two periods to compare when nobody said: the last two that can be compared at all.

A year that is half over, set against a whole one, would show the season and not the change. So two periods count as
alike only when their answers cover the same part of them, and both have enough answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from npskit.frames import Period

__all__ = ["FEWEST", "Sides", "last_two"]

EVERY = ("year", "quarter", "month")
FEWEST = 50
# Share of the days that both cover, of those that either covers; and answers at each end that count as strays.
ALIKE, STRAY = 2 / 3, 0.02

Days = Mapping[dt.date, int]


@dataclass(frozen=True)
class Sides:
    """Two periods of one length.

    Attributes
    ----------
    every : str
    before, after : datetime.date
        Their first days.
    """

    every: str
    before: dt.date
    after: dt.date


def last_two(days: Days, every: str | None = None) -> Sides | None:
    """The last two periods with enough answers that cover the same part of them.

    Parameters
    ----------
    days : mapping of datetime.date to int
        Answers of each day.
    every : str, optional
        Length of the periods; the longest of year, quarter and month that gives two when not given.

    Returns
    -------
    Sides or None
        None when no two can be compared.

    Examples
    --------
    >>> days = {dt.date(2022, 1, 1) + dt.timedelta(days=at): 1 for at in range(900)}
    >>> last_two(days)
    Sides(every='year', before=datetime.date(2022, 1, 1), after=datetime.date(2023, 1, 1))
    """
    for each in (every,) if every else EVERY:
        parts = divided(days, each)
        for before, after in reversed(list(pairwise(sorted(parts)))[-2:]):
            if comparable(parts[before], parts[after]):
                return Sides(each, before, after)
    return None


def divided(days: Days, every: str) -> dict[dt.date, dict[int, int]]:
    """Answers of each period by how many days after its first they came."""
    period = Period("", every)
    parts: dict[dt.date, dict[int, int]] = {}
    for day, n in days.items():
        first = period.first_day(day)
        parts.setdefault(first, {})[(day - first).days] = n
    return parts


def comparable(before: Mapping[int, int], after: Mapping[int, int]) -> bool:
    """Whether both have enough answers, over the same days."""
    if min(sum(before.values()), sum(after.values())) < FEWEST:
        return False
    (low, high), (low_2, high_2) = covered(before), covered(after)
    both = min(high, high_2) - max(low, low_2) + 1
    return both >= ALIKE * (max(high, high_2) - min(low, low_2) + 1)


def covered(part: Mapping[int, int]) -> tuple[int, int]:
    """First and last day with answers, a few strays at each end aside."""
    total, before, inside = sum(part.values()), 0, []
    for day in sorted(part):
        if before + part[day] > STRAY * total and before < (1 - STRAY) * total:
            inside.append(day)
        before += part[day]
    return inside[0], inside[-1]
