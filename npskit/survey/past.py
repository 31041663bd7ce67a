"""The answers a forecast stands on, per group and period, and what of them may mislead.

Groups that nobody answers in any more are not forecast; those too young to be are counted in the total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from npskit.errors import EmptyDataError
from npskit.frames import Period
from npskit.stats.forecastable import FEWEST_PERIODS
from npskit.survey.ahead import coming
from npskit.survey.estimates import Grid, effective_counts, gridded
from npskit.survey.levels import level_text
from npskit.survey.notes import Note, noted
from npskit.tally import ClusterMoments, Tally

__all__ = ["Past", "break_notes", "named_groups", "past_of"]

Columns = dict[str, list[Any]]

# Below these the intervals of a forecast hold less often than they say.
FEWEST_TRUSTED = 12
# A last period is said to be unfinished when this part of it has no answers yet and it has fewer than this part of
# the usual number.
PART_OPEN, PART_ANSWERED, USUAL = 0.15, 0.75, 6
# Standard errors that a number of answers lies below the usual one by chance in one of twenty cases.
FEWER = 1.645
PERIODS_A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Answers per group and period up to the last one with answers.

    Attributes
    ----------
    tally : Tally
        The cells with answers.
    grid : Grid
        All groups and all periods, those without answers included.
    counts : ndarray (groups, periods, 3)
        What the answers are worth: with weights or clusters, the shares times the effective responses.
    responses : ndarray (groups, periods)
    kept, young : ndarray
        Positions of the groups that are forecast, and of those with too few periods, which only the total counts.
    """

    tally: Tally
    moments: ClusterMoments | None
    every: str
    grid: Grid
    counts: np.ndarray
    responses: np.ndarray
    kept: np.ndarray
    young: np.ndarray
    last_day: dt.date | None
    notes: tuple[Note, ...] = ()

    @property
    def periods(self) -> list[dt.date]:
        """First days of all periods."""
        return self.grid.periods

    @property
    def by(self) -> tuple[str, ...]:
        """Names of the columns that split the series."""
        return self.tally.keys[1:]

    @property
    def whole(self) -> np.ndarray:
        """Responses of everybody who is forecast, shape (periods,)."""
        return np.asarray(self.responses[[*self.kept, *self.young]].sum(axis=0))

    @property
    def worth(self) -> float:
        """Effective responses per response, in the last periods."""
        recent = [*self.kept, *self.young], slice(-FEWEST_TRUSTED, None)
        answers = self.responses[recent].sum()
        return float(self.counts[recent].sum() / answers) if answers else 1.0

    def of(self, columns: Columns) -> Columns:
        """The rows of the groups that are forecast, from columns of a row per group and period."""
        size = len(self.periods)
        rows = [row for at in self.kept for row in range(at * size, (at + 1) * size)]
        return {name: [values[row] for row in rows] for name, values in columns.items()}


def past_of(
    used: Tally,
    moments: ClusterMoments | None,
    period: Period,
    *,
    named: list[tuple[Any, ...]],
    notes: Sequence[Note],
    until: dt.date | None,
    last_day: Any,
) -> Past:
    """The past in the cells that are used, whose first key is the period, of so many named groups.

    Raises
    ------
    EmptyDataError
        When no group has enough periods.
    """
    grid = gridded(used, period.every)
    responses = grid.filled(used.responses)
    kept, young, said = kept_groups(grid, responses, named, period.every)
    counts = grid.filled(effective_counts(used, moments))
    past = Past(used, moments, period.every, grid, counts, responses, kept, young, last_day, (*notes, *said))
    return replace(past, notes=(*past.notes, *period_notes(past, until)))


def named_groups(tally: Tally) -> list[tuple[Any, ...]]:
    """Every group of a tally whose first key is the period, those without answers included."""
    return list(dict.fromkeys(cell[1:] for cell in tally.cells))


def kept_groups(
    grid: Grid, responses: np.ndarray, named: list[tuple[Any, ...]], every: str
) -> tuple[np.ndarray, np.ndarray, list[Note]]:
    """Positions of the groups that are forecast and of the young ones, and what is said of the others."""
    everybody = np.arange(len(grid.groups))
    if named == [()]:
        return everybody, everybody[:0], []
    answered = responses > 0
    silent = ~answered[:, -silence(every, len(grid.periods)) :].any(axis=1)
    young = ~silent & (answered.sum(axis=1) < FEWEST_PERIODS)
    kept = everybody[~silent & ~young]
    if not len(kept):
        raise EmptyDataError(
            where="by",
            expected=f"a group with answers in at least {FEWEST_PERIODS} periods, some of them of late",
            got=f"none among {len(named)}",
            hint="use shorter periods, such as months instead of quarters, or fewer groups",
        )
    never = [group for group in named if group not in grid.groups]
    rows = (("nobody", never), ("stopped", [grid.groups[at] for at in everybody[silent]]),
            ("young", [grid.groups[at] for at in everybody[young]]))  # fmt: skip
    said = [
        noted(f"forecast_note_{key}", names=tuple(map(level_text, groups)), k=FEWEST_PERIODS)
        for key, groups in rows
        if groups
    ]
    return kept, everybody[young], said


def silence(every: str, periods: int) -> int:
    """Periods without answers after which a group is taken to be no more: a year of them, at most half the history."""
    return max(min(PERIODS_A_YEAR[every], periods // 2), 1)


def period_notes(past: Past, until: dt.date | None) -> list[Note]:
    """What may mislead in the series of everybody."""
    whole, every = past.whole, past.every
    answered, today = whole > 0, dt.date.today()
    gap = longest(~answered)
    lone = int((whole == 1).sum())
    return [
        *([noted("forecast_note_short", n=(int(answered.sum()), every))]
          if answered.sum() < FEWEST_TRUSTED else []),
        *([noted("forecast_note_gap", n=(gap, every))] if gap >= PERIODS_A_YEAR[every] else
          [noted("forecast_note_silent", n=(int((~answered).sum()), every))] if gap else []),
        *([noted("forecast_note_lone", n=(lone, every))] if lone else []),
        *unfinished(past, today),
        *([noted("forecast_note_ended", period=(past.periods[-1], every))] if until is None and over(past, today) else
          []),
        *([noted("forecast_note_worth")] if past.moments is not None or past.tally.weights is not None else []),
    ]  # fmt: skip


def longest(missing: np.ndarray) -> int:
    """Length of the longest run of true values."""
    run = best = 0
    for each in missing:
        run = run + 1 if each else 0
        best = max(best, run)
    return best


def unfinished(past: Past, today: dt.date) -> list[Note]:
    """That the last period, which may not be over, has fewer answers than usual by more than chance."""
    if past.every == "day":
        return []
    first, whole = past.periods[-1], past.whole
    after = coming(first, past.every, 1)[0]
    usual = np.array([n for n in whole[:-1] if n][-USUAL:], dtype=float)
    if not len(usual) or not is_fewer(float(whole[-1]), usual):
        return []
    day = past.last_day if past.last_day and first <= past.last_day < after else None
    open_days = (after - day).days - 1 if day else 0
    few = whole[-1] < PART_ANSWERED * np.median(usual)
    if first <= today < after or (few and open_days > PART_OPEN * (after - first).days):
        period = (first, past.every)
        return [noted("forecast_note_open", period=period, n=int(whole[-1]), usual=int(np.median(usual)))]
    return []


def is_fewer(n: float, usual: np.ndarray) -> bool:
    """Whether a number of answers is smaller than the usual ones by more than these differ, and than chance does.

    Examples
    --------
    >>> usual = np.array([67.0, 60, 72, 66, 70, 61])
    >>> is_fewer(58, usual), is_fewer(40, usual)
    (False, True)
    """
    mean = float(usual.mean())
    spread = max(mean, float(usual.var(ddof=1)) if len(usual) > 1 else 0.0)
    return bool(n < mean - FEWER * np.sqrt(spread * (1 + 1 / len(usual))))


def over(past: Past, today: dt.date) -> bool:
    """Whether the first period to come has come and gone."""
    return coming(past.periods[-1], past.every, 2)[1] <= today


def break_notes(past: Past, breaks: list[int]) -> list[Note]:
    """That little has been seen since the last break."""
    if not breaks:
        return []
    since = int((past.whole[breaks[-1] :] > 0).sum())
    if since >= FEWEST_PERIODS:
        return []
    return [noted("forecast_note_break", n=(since, past.every), period=(past.periods[breaks[-1]], past.every))]
