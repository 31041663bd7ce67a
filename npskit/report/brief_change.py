"""The last period against the one before: by how much, whether chance explains it, and why.

A month that has just begun holds a handful of answers and would be news every month, so the period is long enough to
hold some, and a last one of a few answers is left aside and said to be so.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.charts.periods import bulk, period_text, reach
from npskit.charts.words import amount, name_text, sentence
from npskit.errors import NpskitError
from npskit.frames import Period
from npskit.labels import points, word
from npskit.report.brief_page import short
from npskit.report.movement import sizes_of, without_gaps
from npskit.report.teams import level_name
from npskit.report.words import size, told
from npskit.survey.column_words import NO_WORDS, ColumnWords, spoken
from npskit.survey.wording import signed, signed_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from npskit.survey import Survey
    from npskit.survey.changes import Decomposition

__all__ = ["Change", "Recent", "change", "recent"]

# Both periods hold so many where some length allows it; a last one of fewer than FEW is left aside.
ENOUGH, FEW = 100, 30
SHORT_SPAN = dt.timedelta(days=60)
# A column explains a change only where both periods hold its levels: a new shop each month explains nothing.
COMMON = 0.8
MOST_SEGMENTS = 60
# A segment is named where it carries so much of the change.
LEAST_PART = 0.25


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
        A later period of too few answers, and how many.
    """

    every: str
    before: dt.date
    after: dt.date
    responses: tuple[int, int]
    aside: tuple[dt.date, int] | None = None


def recent(sizes: Mapping[dt.date, int], every: str | None = None) -> Recent | None:
    """The last two periods, of the shortest length that gives both enough answers.

    Parameters
    ----------
    sizes : mapping of datetime.date to int
        Answers of each day.
    every : str, optional
        The length, when it is asked for.

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
    kept = {day: n for day, n in sizes.items() if since <= day <= until}
    span = max(kept) - min(kept)
    lengths = ["week"] * (span <= SHORT_SPAN) + [without_gaps(each, kept) for each in ("month", "quarter", "year")]
    found = [pair for length in ([every] if every else lengths) if (pair := last_pair(kept, length))]
    return next((pair for pair in found if min(pair.responses) >= ENOUGH), found[-1] if found else None)


def last_pair(sizes: Mapping[dt.date, int], every: str) -> Recent | None:
    """The last two periods of a length, without a last one of hardly any answers."""
    totals: Counter[dt.date] = Counter()
    for day, n in sizes.items():
        totals[Period("", every).first_day(day)] += n
    days = sorted(totals)
    small = len(days) > 2 and totals[days[-1]] < FEW <= min(totals[day] for day in days[-3:-1])
    kept = days[:-1] if small else days
    if len(kept) < 2:
        return None
    before, after = kept[-2:]
    aside = (days[-1], totals[days[-1]]) if small else None
    return Recent(every, before, after, (totals[before], totals[after]), aside)


@dataclass(frozen=True)
class Change:
    """How the last period differs from the one before.

    Attributes
    ----------
    recent : Recent
    before, after : float
        The two scores, in points.
    points, lower, upper : float
        After minus before, with its interval.
    why : Decomposition or None
        The same split by `item`; None where no column's levels are in both periods.
    item : str, Bands or None
    least : int
        Answers that a segment has on both sides to be named.
    """

    recent: Recent
    before: float
    after: float
    points: float
    lower: float
    upper: float
    why: Decomposition | None = None
    item: Any = None
    least: int = 1
    words: ColumnWords = NO_WORDS

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.lower > 0 or self.upper < 0

    def sentences(self, lang: str) -> list[str]:
        """What changed, and what was left aside."""
        names = [period_text(day, self.recent.every, lang) for day in (self.recent.before, self.recent.after)]
        kind = "none" if not self.is_clear else "up" if self.points > 0 else "down"
        said = {
            "before": names[0],
            "after": names[1],
            "gap": amount(self.points, lang),
            "change": signed(self.points, lang),
            "range": signed_range(self.lower, self.upper, lang),
            "first": points(self.before, lang=lang),
            "last": points(self.after, lang=lang),
        }
        return [sentence(word(f"report_br_change_{kind}", lang, **said)), *self._few(lang), *self._aside(lang)]

    def _few(self, lang: str) -> list[str]:
        few = min(self.recent.responses)
        return [told("report_br_change_few", few, lang, n=size(few, lang))] if few < FEW else []

    def _aside(self, lang: str) -> list[str]:
        if self.recent.aside is None:
            return []
        day, n = self.recent.aside
        return [sentence(told("report_br_change_aside", n, lang, period=period_text(day, self.recent.every, lang),
                              n=size(n, lang)))]  # fmt: skip

    def because(self, lang: str) -> str:
        """Who answered or what they answered, and the segment with the largest part; empty when there is no news."""
        found = self.why
        if found is None:
            return ""
        parts = [(found.mix_lower, found.mix_upper), (found.within_lower, found.within_upper)]
        if not self.is_clear and not all(low > 0 or high < 0 for low, high in parts):
            return ""
        said = {
            "column": spoken(self.words.short(found.by[0]), lang),
            "mix": signed(found.mix, lang),
            "mix_range": signed_range(*parts[0], lang),
            "within": signed(found.within, lang),
            "within_range": signed_range(*parts[1], lang),
        }
        key = "report_br_why" if self.is_clear else "report_br_why_cancel"
        return " ".join([word(key, lang, **said), *self._largest(lang)])

    def _largest(self, lang: str) -> list[str]:
        """The segment that carries most of a clear change, where that is clear itself."""
        if self.why is None or not self.is_clear:
            return []
        rows = self.why.table
        sign = 1 if self.points > 0 else -1
        total = sign * np.asarray(rows["total"], dtype=float)
        inner = np.asarray(rows["total_lower" if sign > 0 else "total_upper"], dtype=float)
        sizes = np.minimum(rows["responses_before"], rows["responses_after"])
        held = (sign * inner > 0) & (sizes >= self.least) & (total >= LEAST_PART * abs(self.points))
        at = int(np.argmax(np.where(held, total, -np.inf)))
        if len(total) < 2 or not held[at]:
            return []
        name = short(level_name(rows[self.why.by[0]][at], self.item, lang))
        low, high = rows["total_lower"][at], rows["total_upper"][at]
        said = {"change": signed(rows["total"][at], lang), "range": signed_range(low, high, lang)}
        return [
            word("report_br_why_most", lang, segment=name_text(name, (self.words.short(self.why.by[0]),), lang), **said)
        ]


def change(
    survey: Survey, column: str, items: Iterable[Any], *, every: str | None, confidence_level: float, least: int = 1
) -> Change | None:
    """The last two periods compared, and split by the first of the items whose levels are in both.

    A segment of fewer than `least` answers in either is not named.
    """
    try:
        found = recent(sizes_of(survey.tally([Period(column, "day")])), every)
    except NpskitError:
        return None
    if found is None:
        return None
    period = Period(column, found.every)
    options: dict[str, Any] = {"confidence_level": confidence_level}
    for item in items:
        if is_common(survey, item, period, found):
            split = survey.change(period, found.before, found.after, by=item, **options)
            ends = split.score_before, split.score_after
            return Change(found, *ends, split.change, split.change_lower, split.change_upper, split, item, least)
    rows = survey.compare(period, against=found.before, **options).table
    levels = list(next(iter(rows.values())))
    at, before = levels.index(found.after), levels.index(found.before)
    gap, low, high = (float(rows[name][at]) for name in ("difference", "lower", "upper"))
    return Change(found, float(rows["score"][before]), float(rows["score"][at]), gap, low, high)


def is_common(survey: Survey, item: Any, period: Period, found: Recent) -> bool:
    """Whether nearly all answers of both periods come from levels that both have, and these are several."""
    if getattr(item, "column", item) == period.column:
        return False
    tally = survey.tally([item, period])
    sides: list[Mapping[Any, int]] = [
        {cell[0]: int(n) for cell, n in zip(tally.cells, tally.responses, strict=True) if cell[1] == day and n}
        for day in (found.before, found.after)
    ]
    both = set(sides[0]) & set(sides[1]) - {None}
    covered: Sequence[float] = [sum(side[level] for level in both) / max(sum(side.values()), 1) for side in sides]
    return 2 <= len(both) <= MOST_SEGMENTS and min(covered) >= COMMON
