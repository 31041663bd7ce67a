"""The arithmetic of series that share a calendar: every point of the grid, and sets of jumps grown where they explain.

A series is a level that wanders under readings of known variance, with a season; how far it wanders cannot be told, so
all points of the grid (`npskit.stats.grid`) are run side by side, first without a jump and then with sets that grow by
one jump a round (`npskit.stats.jumps`). What comes out are rows, each with a weight for every point; what is read from
them (a level, a forecast, the effect of an action) is the matter of others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.stats.grid import JUMP_FACTORS, JUMP_SDS, axes, harmonic_sizes, jump_rates, product, season_basis
from npskit.stats.jumps import evidence, proposals
from npskit.stats.score import responses, score, variance
from npskit.stats.statespace import Smoothed, regression, smooth

__all__ = ["POOLING_HALF_LIFE", "PSEUDO_ANSWERS", "Heaviest", "Rows", "SeriesModel", "pooled_variance"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

# Neighbouring periods lend their shares with this half-life; the three answers keep a month of promoters only from
# having no variance, and place the first level as they would in the adjusted Wald interval.
POOLING_HALF_LIFE = 4.0
PSEUDO_ANSWERS = np.array([0.75, 1.5, 0.75])

# Answers whose weight is smaller are dropped.
SMALLEST_WEIGHT = 1e-5
# Sets grow by one jump a round.
MOST_JUMPS = 5


def pooled_variance(counts: ArrayLike, *, breaks: Sequence[int] = ()) -> Array:
    """Variance of one answer scored +1/0/-1 (..., T), from shares pooled over nearby periods of counts (..., T, 3).

    Examples
    --------
    >>> pooled_variance([[0, 0, 5], [3, 5, 12]]).round(2).tolist()
    [0.51, 0.53]
    """
    time_first = np.moveaxis(np.asarray(counts, float), -2, 0)
    turned = [len(time_first) - position for position in breaks]
    before = _decayed_sum(time_first, breaks)
    after = _decayed_sum(time_first[::-1], turned)[::-1]
    return np.moveaxis(np.asarray(variance(before + after - time_first + PSEUDO_ANSWERS)), 0, -1)


@dataclass(frozen=True, slots=True)
class Rows:
    """R sets of jumps, each of one series, run at A x S points of the grid: level sd x extra sd, then season sd.

    ``series`` (R,), the variances of the ``jumps`` (R, T), ``log_weights`` (R, A, S), the season's ``coefficients``
    (R, A, S, H) and their ``covariance``, and what they follow from.
    """

    series: Places
    jumps: Array
    log_weights: Array
    coefficients: Array
    covariance: Array
    smoothed: Smoothed


@dataclass(frozen=True, slots=True)
class Heaviest:
    """The K answers of each of L series that weigh something, the largest first, and where they stand in the rounds.

    ``log_weights`` (L, K) normalised; ``row`` (L, K) among the rows of all rounds, and there the place ``at`` of level
    sd and extra sd and the place ``season``; ``point`` in the whole grid; ``log_evidence`` (L,) of the series.
    """

    log_weights: Array
    row: Places
    at: Places
    season: Places
    point: Places
    log_evidence: Array


class SeriesModel:
    """The arithmetic of L series (L, T, 3) of one calendar."""

    def __init__(self, counts: Array, length: float | None, breaks: list[int], pace: float) -> None:
        self.breaks, self.basis = breaks, season_basis(counts.shape[1], length)
        grid = axes(length, pace)
        self.level_sd, extra_sd = product([axis.values for axis in grid[:2]])
        self.steps = len(grid[0].values)
        self.grid = product([axis.values for axis in grid])
        self.seasons = np.square(grid[2].values[:, None] * harmonic_sizes(length))
        log_prior = np.sum(product([np.log(axis.prior) for axis in grid]), axis=0)
        self.log_prior = log_prior.reshape(len(self.level_sd), len(self.seasons))
        self.rates = jump_rates(pace)
        self.log_odds = np.log(self.rates / (1 - self.rates.sum()))
        n = np.asarray(responses(counts)).T[..., None]
        answer = 1e4 * pooled_variance(counts, breaks=breaks).T[..., None]
        # 1 / (s² / n + τ²), which is 0 where nobody answered.
        self.weights = n / (answer + n * extra_sd**2)
        self.start = PSEUDO_ANSWERS.sum() / answer
        self.columns = np.empty((len(self.basis), 1 + self.basis.shape[1], len(counts), 1))
        self.columns[:, 0, :, 0] = np.where(n[..., 0] > 0, np.asarray(score(counts)).T, 0.0)
        self.columns[:, 1:] = self.basis[:, :, None, None]
        self.answered = n[..., 0].T > 0
        self.open = self.answered.copy()
        self.open[:, breaks] = False
        # The first level is no jump.
        self.open &= np.cumsum(self.open, axis=1) > 1

    def leave_out(self, points: Array) -> None:
        """Take points (L, T) out of the readings."""
        self.columns[:, 0, :, 0] -= np.where(self.answered, points, 0.0).T

    def run(self, series: Places, jumps: Array) -> Rows:
        """Filter and smooth each series with its jumps, at all points of the grid."""
        found = smooth(
            self.columns[:, :, series],
            self.weights[:, series],
            self.level_sd**2,
            breaks=self.breaks,
            start=self.start[:, series],
            jumps=jumps.T[..., None] if jumps.any() else None,
        )
        fit, coefficients, covariance = regression(found, self.seasons)
        log_odds = np.sum(self.log_odds * (jumps[..., None] == JUMP_SDS**2), axis=(1, 2))
        log_weights = fit + self.log_prior + log_odds[:, None, None]
        return Rows(series, jumps, log_weights, coefficients, covariance, found)

    def rounds(self, jumps: bool) -> list[Rows]:
        """Every series without a jump, then with sets that grow by one jump a round where that explains more."""
        series = np.arange(self.columns.shape[2])
        rounds = [self.run(series, np.zeros((len(series), len(self.columns))))]
        while jumps and len(rounds) <= MOST_JUMPS:
            grown, sets = self.grown(rounds)
            if not len(grown):
                break
            rounds.append(self.run(grown, sets))
        return rounds

    def grown(self, rounds: list[Rows]) -> tuple[Places, Array]:
        """Sets with one jump more than the best of the last round, each with its series; none that was tried."""
        last = rounds[-1]
        best = _best(last)
        odds = (self.factors(last, best) * np.exp(self.log_odds)).reshape(len(best), -1)
        tried = {(int(row.series[r]), row.jumps[r].tobytes()) for row in rounds for r in range(len(row.series))}
        series, sets = [], []
        for row, found in zip(best, proposals(odds), strict=True):
            for period, size in zip(*np.divmod(found, len(JUMP_SDS)), strict=True):
                jumps = last.jumps[row].copy()
                jumps[period] = JUMP_SDS[size] ** 2
                key = (int(last.series[row]), jumps.tobytes())
                if key not in tried:
                    tried.add(key)
                    series.append(last.series[row])
                    sets.append(jumps)
        return np.array(series, np.intp), np.array(sets, float).reshape(len(series), len(self.columns))

    def factors(self, rows: Rows, best: Places) -> Array:
        """Bayes factors (Q, T, sizes) of one more jump than the best rows have; 0 where none can be.

        Asked at the best point of each step of the level: a large step leaves nothing for a jump to explain.
        """
        by_step = rows.log_weights[best].reshape(len(best), self.steps, -1)
        top = np.argmax(by_step, axis=2) + np.arange(self.steps) * by_step.shape[2]
        point, season = np.divmod(top, len(self.seasons))
        row = best[:, None]
        columns, weights = self.columns[:, :, rows.series], self.weights[:, rows.series]
        factor = evidence(rows.smoothed, columns, weights, (row, point), rows.coefficients[row, point, season])
        share = np.exp(_normalised(rows.log_weights[row, point, season]))
        possible = self.open[rows.series[best]] & (rows.jumps[best] == 0)
        return np.where(possible[..., None], np.einsum("tqps,qp->qts", factor, share), 0.0)

    def jump_factor(self, rounds: list[Rows]) -> Array:
        """Probability (L, F) of each factor of the rate of jumps, from the best set and what speaks for further ones.

        Where a jump would not be seen, its Bayes factor is near 1 and says nothing of how often there are any.
        """
        log_weights = np.tile(np.log(JUMP_FACTORS.prior), (self.columns.shape[2], 1))
        best = np.full(len(log_weights), -np.inf)
        for rows in rounds:
            at = _best(rows)
            series, total = rows.series[at], _total(rows)[at]
            better = total > best[series]
            at, series = at[better], series[better]
            if not len(at):
                continue
            best[series] = total[better]
            rates = JUMP_FACTORS.values[:, None] * self.rates
            more = np.einsum("qts,fs->qtf", self.factors(rows, at), rates)
            none = np.log1p(np.where(self.open[series][..., None], more - rates.sum(axis=1), 0.0))
            seen = np.sum(rows.jumps[at] > 0, axis=1)[:, None]
            # A period that jumped had its chance: it counts with its rate and not with the absence of one.
            had = np.log(JUMP_FACTORS.values) - np.log1p(-rates.sum(axis=1))
            log_weights[series] = np.log(JUMP_FACTORS.prior) + none.sum(axis=1) + seen * had
        return np.exp(_normalised(log_weights))

    def heaviest(self, rounds: list[Rows]) -> Heaviest:
        """The answers of all rounds together that weigh something."""
        series = np.concatenate([row.series for row in rounds])
        rows, flat = _side_by_side(series, self.columns.shape[2], [row.log_weights for row in rounds])
        log_evidence = np.logaddexp.reduce(flat, axis=1)
        log_weights = flat - log_evidence[:, None]
        kept = max(1, int((log_weights > math.log(SMALLEST_WEIGHT)).sum(axis=1).max(initial=0)))
        top = np.argpartition(-log_weights, kept - 1, axis=1)[:, :kept]
        top = np.take_along_axis(top, np.argsort(-np.take_along_axis(log_weights, top, axis=1), axis=1), axis=1)
        log_weights = np.take_along_axis(log_weights, top, axis=1)
        # Below, a weight is none: what is kept of a series does not depend on the others.
        log_weights = _normalised(np.where(log_weights > math.log(SMALLEST_WEIGHT), log_weights, -np.inf))
        slot, point = np.divmod(top, self.log_prior.size)
        at, season = np.divmod(point, len(self.seasons))
        return Heaviest(log_weights, np.take_along_axis(rows, slot, axis=1), at, season, point, log_evidence)


def _total(rows: Rows) -> Array:
    """Log weight (R,) of each row, all points of the grid together."""
    return np.logaddexp.reduce(rows.log_weights.reshape(len(rows.series), -1), axis=1)


def _best(rows: Rows) -> Places:
    """The heaviest row of each series."""
    ordered = np.lexsort((_total(rows), rows.series))
    last = np.append(rows.series[ordered][1:] != rows.series[ordered][:-1], True)
    return ordered[last[: len(ordered)]]


def _decayed_sum(counts: Array, breaks: Sequence[int]) -> Array:
    """Sum of counts (T, ..., 3) up to each period, older ones decayed; nothing crosses a break."""
    decay, total = 0.5 ** (1 / POOLING_HALF_LIFE), np.empty(counts.shape)
    for t, own in enumerate(counts):
        total[t] = own if t == 0 or t in breaks else own + decay * total[t - 1]
    return total


def _side_by_side(series: Places, length: int, log_weights: list[Array]) -> tuple[Places, Array]:
    """Rows (L, M) of each series and their log weights (L, M x grid); -inf where a series has fewer rows."""
    grid = math.prod(log_weights[0].shape[1:])
    ordered = np.argsort(series, kind="stable")
    first = np.searchsorted(series[ordered], np.arange(length))
    slot = np.empty(len(series), np.intp)
    slot[ordered] = np.arange(len(series)) - first[series[ordered]]
    most = int(slot.max(initial=0)) + 1
    rows, flat = np.zeros((length, most), np.intp), np.full((length, most, grid), -np.inf)
    rows[series, slot] = np.arange(len(series))
    flat[series, slot] = np.concatenate(log_weights).reshape(len(series), grid)
    return rows, flat.reshape(length, -1)


def _normalised(log_weights: Array) -> Array:
    """Log weights (..., K) whose weights sum to 1."""
    return log_weights - np.logaddexp.reduce(log_weights, axis=-1, keepdims=True)
