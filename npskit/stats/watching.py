"""Series read from left to right, with two accounts of each alert.

The first reading beyond what was expected raises a question that only the next ones answer: is the level another now,
or were these answers out of line? A filter that believes the one is wrong for months when it was the other. So both
are run on, and what is expected next is their mixture, each weighing what the readings since then have given it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npskit.errors import EmptyDataError
from npskit.stats.chance import chance, reading_limit, true_scores
from npskit.stats.onestep import Expected, expected
from npskit.stats.scan import LOOKS, began, looked, normal_deviate
from npskit.stats.score import responses, score

__all__ = ["FEWEST_BEFORE", "Event", "Watch", "judged_periods"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

# Periods with answers before the first that is judged.
FEWEST_BEFORE = 6
# Each round finds the next alert of every series; a series is hardly longer than this in periods.
MOST_ROUNDS = 200


@dataclass(slots=True)
class Event:
    """An alert: what it found began at `first` and was found at `found`.

    Its readings lie above (1) or below (-1) what was expected; `stays` is the probability that those after it do too.
    """

    first: int
    found: int
    way: float
    stays: float = 0.0


def judged_periods(answered: Flags, breaks: Sequence[int]) -> Flags:
    """Periods (L, T) with answers, and enough before them: six in all, and one since the last break."""
    before: NDArray[np.intp] = np.cumsum(answered, axis=1) - answered
    first = np.zeros(answered.shape, bool)
    for edge in breaks:
        first |= answered & (np.arange(answered.shape[1]) >= edge) & (before == before[:, edge, None])
    return answered & (before >= FEWEST_BEFORE) & ~first


class Watch:
    """Series (L, T, 3) while they are read; `run` fills the arrays (L, T) and the events of each series."""

    def __init__(
        self, counts: Array, *, season: float | None, pace: float, breaks: Sequence[int], alpha: float
    ) -> None:
        self.counts, self.season, self.pace, self.alpha = counts, season, pace, alpha
        self.n, self.score = np.asarray(responses(counts)), np.asarray(score(counts))
        self.judged = judged_periods(self.n > 0, breaks)
        self.tests = int(self.judged.sum())
        if not self.tests:
            raise too_short(self.n)
        self.times = np.arange(counts.shape[1])
        self.anew, self.left_out = (np.zeros(self.n.shape, bool) for _ in range(2))
        self.anew[:, list(breaks)] = True
        self.expected, self.lower, self.upper, self.p_value = (np.full(self.n.shape, np.nan) for _ in range(4))
        self.p_looked, self.z, self.odds = np.ones(self.n.shape), np.zeros(self.n.shape), np.zeros(self.n.shape)
        # The last marked break before each period, and the period after the last alert of each series.
        self.marked = np.maximum.accumulate(np.where(np.isin(self.times, breaks), self.times, 0))
        self.start = np.zeros(len(counts), np.intp)
        self.events: list[list[Event]] = [[] for _ in counts]

    def run(self) -> Watch:
        """Judge all periods; after an alert judge what comes after it anew, until no series has another."""
        rows: Rows = np.arange(len(self.counts))
        self._judge(rows, self._predict(rows, self.anew[rows], self.left_out[rows]))
        for _ in range(MOST_ROUNDS):
            rows = self._alerted(rows)
            if not len(rows):
                break
            self._judge(rows, self._mixed(rows))
        for row in np.flatnonzero([bool(events) for events in self.events]):
            self._settle(int(row), len(self.times))
        return self

    def _predict(self, rows: Rows, anew: Flags, left_out: Flags) -> Expected:
        return expected(self.counts[rows], season=self.season, pace=self.pace, anew=anew, left_out=left_out)

    def _judge(self, rows: Rows, found: Expected) -> None:
        """Write what is expected of the periods from the start of each row on, and how unlikely their readings are."""
        scores = true_scores(found.weights, found.mean, found.sd, found.passives)
        n = self.n[rows]
        odds = chance(np.where(n > 0, self.score[rows], 0.0), n, scores)
        single = np.minimum(1.0, 2 * np.minimum(odds.at_most, odds.at_least))
        tail, half = self.alpha / self.tests / LOOKS / 2, 50 / np.maximum(n, 1e-9)
        limits = (reading_limit(side, n, scores) for side in (tail, 1 - tail))
        lower, upper = (np.clip(limit + side * half, -100, 100) for limit, side in zip(limits, (-1, 1), strict=True))
        after = self.times >= self.start[rows, None]
        here = after & self.judged[rows]
        centre = np.clip(np.sum(found.weights * found.mean, axis=-1), -100, 100)
        known = after & (np.cumsum(n, axis=1) > n)
        self._write(rows, known, expected=centre)
        self._write(rows, here, p_value=single, lower=lower, upper=upper, z=normal_deviate(odds.middle))
        self._write(rows, here, p_looked=looked(single, self.z[rows], self.judged[rows], self._starts(rows)))

    def _starts(self, rows: Rows) -> Rows:
        """The first period that is added up with each one, shape (rows, T)."""
        return np.maximum(self.start[rows, None], self.marked)

    def _write(self, rows: Rows, here: Flags, **values: Array) -> None:
        for name, value in values.items():
            kept = getattr(self, name)
            kept[rows] = np.where(here, value, kept[rows])

    def _alerted(self, rows: Rows) -> Rows:
        """Note the next alert of each of these series; the series that have one."""
        # Holm: what is found is no longer looked for.
        limit = self.alpha / max(self.tests - sum(map(len, self.events)), 1)
        alerts = self.judged[rows] & (self.times >= self.start[rows, None]) & (self.p_looked[rows] < limit)
        hit = alerts.any(axis=1)
        for row, found in zip(rows[hit], alerts[hit].argmax(axis=1), strict=True):
            first = began(self.z[row], self.judged[row], max(int(self.start[row]), int(self.marked[found])), int(found))
            event = Event(first, int(found), float(np.sign(self.z[row, first : found + 1].sum())))
            if self.events[row]:
                self._settle(int(row), first, event.way)
            self.events[row].append(event)
            self.start[row] = found + 1
        return rows[hit]

    def _settle(self, row: int, end: int, way: float = math.nan) -> None:
        """Keep the account of the last alert for which the readings before `end` speak, or the alert found there."""
        event = self.events[row][-1]
        if not np.any(self.n[row, event.found + 1 : end]):
            event.stays = way if math.isnan(way) else float(way == event.way)
        else:
            event.stays = float(1 / (1 + np.exp(-self.odds[row, end - 1])))
        if event.stays >= 0.5:
            self.anew[row, event.first] = True
        else:
            self.left_out[row, event.first : event.found + 1] = True

    def _mixed(self, rows: Rows) -> Expected:
        """What both accounts of the last alert expect, each with its weight at the time."""
        anew, left_out = self.anew[rows].copy(), self.left_out[rows].copy()
        for at, row in enumerate(rows):
            event = self.events[row][-1]
            anew[at, event.first] = True
            left_out[at, event.first : event.found + 1] = True
        stays, passes = self._predict(rows, anew, self.left_out[rows]), self._predict(rows, self.anew[rows], left_out)
        gained = np.where(self.times >= self.start[rows, None], stays.log_density - passes.log_density, 0.0)
        self.odds[rows] = np.clip(np.cumsum(gained, axis=1), -50, 50)
        before = np.concatenate([np.zeros((len(rows), 1)), self.odds[rows][:, :-1]], axis=1)
        share = 1 / (1 + np.exp(-before))[..., None]
        weights = np.concatenate([share * stays.weights, (1 - share) * passes.weights], axis=-1)
        mean, sd = (np.concatenate([getattr(each, name) for each in (stays, passes)], -1) for name in ("mean", "sd"))
        return Expected(weights, mean, sd, self.odds[rows], stays.passives)


def too_short(n: Array) -> EmptyDataError:
    """The error of series in which nothing can be judged."""
    return EmptyDataError(
        where="monitor",
        expected=f"at least {FEWEST_BEFORE + 1} periods with answers, the first {FEWEST_BEFORE} not judged",
        got=str(int(np.max(np.sum(n > 0, axis=-1), initial=0))),
        hint="take shorter periods, such as every='month' or 'week'; df.nps.trend() draws what there is",
    )
