"""Which two periods the brief compares: the last two that cover the same part of themselves, with enough answers.

A month that has just begun would be news every month, and ten months of a year set against two show the season and not
the change. So a last period of which a good part is still to come is left aside and said to be so, and one that is
nearly over is named with the day it reaches.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from npskit.charts.periods import bulk, next_period, period_text, reach
from npskit.frames import Period
from npskit.labels import date_text, word
from npskit.report.movement import without_gaps

__all__ = ["ENOUGH", "FEW", "Recent", "recent"]

# Both periods are worth so many independent answers where some length allows it; a last one of fewer than FEW is left
# aside.
ENOUGH, FEW = 100, 30
SHORT_SPAN = dt.timedelta(days=60)
# Part of a period's answers that may be missing at its end, or at the beginning of the first one, for it to be
# compared; what is below SOME is not worth a word.
MOST_MISSING, SOME = 1 / 3, 0.02
# Part of a period by which a wave of answers may come earlier or later than in the periods before.
SLACK = 0.05
# Periods before the last by which it is told how much of that is still to come.
LOOK_BACK = 4

Days = Mapping[dt.date, int]


@dataclass(frozen=True)
class Recent:
    """The last two periods.

    Attributes
    ----------
    every : str
    before, after : datetime.date
        Their first days.
    responses : tuple of int
        Answers in each.
    aside : tuple of (datetime.date, int), optional
        A later period of too few answers or too short a part, and how many.
    since, until : datetime.date, optional
        Where answers begin within `before`, or end within `after`, when a part of it is missing.
    are_alike : bool
        Whether both cover the same part of themselves, or nearly.
    """

    every: str
    before: dt.date
    after: dt.date
    responses: tuple[int, int]
    aside: tuple[dt.date, int] | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    are_alike: bool = True

    def names(self, lang: str) -> tuple[str, str]:
        """The two periods in words, each with the part of it that is there."""
        first, last = (period_text(day, self.every, lang) for day in (self.before, self.after))
        if self.since is not None:
            first = word("report_br_part_since", lang, period=first, day=date_text(self.since, lang))
        if self.until is not None:
            last = word("report_br_part_until", lang, period=last, day=date_text(self.until, lang))
        return first, last


def recent(sizes: Days, every: str | None = None, *, worth: float = 1.0) -> Recent | None:
    """The last two periods that cover the same part of themselves, of the shortest length with enough answers in both.

    Parameters
    ----------
    sizes : mapping of datetime.date to int
        Answers of each day.
    every : str, optional
        The length, when it is asked for.
    worth : float
        Independent answers that one counts for, below 1 with weights or clusters.

    Returns
    -------
    Recent or None
        None when all answers fall into one period.

    Examples
    --------
    >>> days = {dt.date(2024, 1, 5): 180, dt.date(2024, 2, 5): 190, dt.date(2024, 3, 9): 4}
    >>> found = recent(days)
    >>> found.every, found.before, found.after, found.aside
    ('month', datetime.date(2024, 1, 1), datetime.date(2024, 2, 1), (datetime.date(2024, 3, 1), 4))
    """
    if not sizes:
        return None
    since, until = reach(*bulk(list(sizes), list(sizes.values())))
    kept = {day: n for day, n in sizes.items() if n and since <= day <= until}
    span = max(kept) - min(kept)
    lengths = ["week"] * (span <= SHORT_SPAN) + [without_gaps(each, kept) for each in ("month", "quarter", "year")]
    found = [pair for length in ([every] if every else lengths) if (pair := last_pair(kept, length))]
    alike = [pair for pair in found if pair.are_alike] or found
    return next((pair for pair in alike if worth * min(pair.responses) >= ENOUGH), alike[-1] if alike else None)


def last_pair(sizes: Days, every: str) -> Recent | None:
    """The last two periods of a length, without a last one of hardly any answers, or that has just begun."""
    parts = parted(sizes, every)
    days = sorted(parts)
    totals = {day: sum(parts[day].values()) for day in days}
    if len(days) < 2:
        return None
    rest = still_to_come(parts, days)
    small = len(days) > 2 and totals[days[-1]] < FEW <= min(totals[day] for day in days[-3:-1])
    left = small or (len(days) > 2 and rest > MOST_MISSING)
    before, after = days[-3:-1] if left else days[-2:]
    early = not_yet_begun(parts[before], parts[after]) if before == days[0] else 0.0
    late = 0.0 if left else rest
    return Recent(
        every,
        before,
        after,
        (totals[before], totals[after]),
        aside=(days[-1], totals[days[-1]]) if left else None,
        since=min(sizes) if early > SOME else None,
        until=max(sizes) if late > SOME else None,
        are_alike=max(early, late) <= MOST_MISSING,
    )


def parted(sizes: Days, every: str) -> dict[dt.date, Counter[float]]:
    """First day of each period to how far through it (0 to 1) its answers came, and how many."""
    parts: dict[dt.date, Counter[float]] = {}
    for day, n in sizes.items():
        first = Period("", every).first_day(day)
        length = (next_period(first, every) - first).days
        parts.setdefault(first, Counter())[(day - first).days / length] += n
    return parts


def still_to_come(parts: Mapping[dt.date, Counter[float]], days: list[dt.date]) -> float:
    """Part of a period's answers that the last one cannot have yet, as the periods before it went on."""
    reached = max(parts[days[-1]]) + SLACK
    return median(share(parts[day], lambda at: at > reached) for day in days[-1 - LOOK_BACK : -1])


def not_yet_begun(first: Counter[float], following: Counter[float]) -> float:
    """Part of a period's answers that the first one cannot have, as answers begin within it."""
    began = min(first) - SLACK
    return share(following, lambda at: at < began)


def share(places: Counter[float], is_missing: Callable[[float], bool]) -> float:
    """Part of the answers at such places."""
    return sum(n for at, n in places.items() if is_missing(at)) / sum(places.values())
