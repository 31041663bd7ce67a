"""The last period against the one before: by how much, whether chance explains it, and why.

Two readings and a level that is drawn from the whole series may say different things; then it is said why they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.charts.moves import moved, with_band
from npskit.charts.periods import as_day, period_text, since_text
from npskit.charts.words import amount, name_text, sentence
from npskit.errors import NpskitError
from npskit.frames import Period
from npskit.labels import points, word
from npskit.report.brief_page import short
from npskit.report.brief_periods import FEW, Recent, recent
from npskit.report.movement import LEVEL, sizes_of
from npskit.report.teams import level_name
from npskit.report.words import size, told
from npskit.survey.column_words import NO_WORDS, ColumnWords, spoken
from npskit.survey.wording import signed, signed_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from npskit.survey import Survey
    from npskit.survey.answers import Trend
    from npskit.survey.changes import Decomposition

__all__ = ["Change", "change", "level_beside"]

# A column explains a change only where both periods hold its levels: a new shop each month explains nothing.
COMMON = 0.8
MOST_SEGMENTS = 60
# A segment is named where it carries so much of the change.
LEAST_PART = 0.25


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

    def names(self, lang: str) -> tuple[str, str]:
        """The two periods in words."""
        return self.recent.names(lang)

    def sentences(self, lang: str) -> list[str]:
        """What changed, and what was left aside."""
        names = self.names(lang)
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


def level_beside(found: Change, trend: Trend | None, lang: str) -> str:
    """Why the level in the chart says something else than the two readings; empty where it does not.

    The level moved, or did not, from the first to the last period, as the title of the chart says.
    """
    if trend is None:
        return ""
    values = [trend.table[name] for name in LEVEL]
    at = with_band(*values)
    if len(at) < 2:
        return ""
    gap = moved(*values, confidence_level=trend.confidence_level)
    if np.sign(found.points if found.is_clear else 0) == np.sign(gap or 0):
        return ""
    start = since_text(as_day(trend.table["period"][at[0]]), trend.every, lang)
    kind = "none" if gap is None else "up" if gap > 0 else "down"
    return word(f"report_br_level_{kind}", lang, gap=amount(gap or 0, lang), start=start)


def change(
    survey: Survey,
    column: str,
    items: Iterable[Any],
    *,
    every: str | None,
    confidence_level: float,
    least: int = 1,
    worth: float = 1.0,
) -> Change | None:
    """The last two periods compared, and split by the first of the items whose levels are in both.

    A segment of fewer than `least` answers in either is not named; an answer is `worth` so many independent ones.
    """
    try:
        found = recent(sizes_of(survey.tally([Period(column, "day")])), every, worth=worth)
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
