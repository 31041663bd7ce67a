"""Steps on a wandering level: what the score did from the day of an action on.

An action that works is a step in the level, and so is a good month. So the step stands beside everything else that may
have moved the score: a level that wanders, a season, jumps in other periods, and the noise of each period's answers.
What the step explains beyond these is its effect; with little to tell them apart, its interval is wide. With a control
group the series is the difference of the two groups, in which everything that moves both cancels.

Effects are shrunk a little, by a normal prior around 0 with a standard deviation of 25 points: an action hardly moves
a score by 50.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npskit.stats.grid import EFFECT_SD, effect_axes, product
from npskit.stats.score import responses, score
from npskit.stats.series_model import PSEUDO_ANSWERS, Rows, SeriesModel, pooled_variance
from npskit.stats.statespace import TINY

__all__ = ["EFFECT_SD", "StepModel", "Stepped"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stepped:
    """Effects and what would have been without them, for each of K answers about what cannot be told; in points.

    Attributes
    ----------
    weights : ndarray (L, K)
        Posterior weights, the largest first.
    effect : ndarray (L, K, E)
    covariance : ndarray (L, K, E, E)
    expected, variance : ndarray (L, K, T)
        Level and season without the steps.
    noise : ndarray (L, K, T)
        Variance of a reading around them; infinite where there is none.
    jump : ndarray (L, T)
        Probability that the level jumped into the period.
    """

    weights: Array
    effect: Array
    covariance: Array
    expected: Array
    variance: Array
    noise: Array
    jump: Array


class StepModel(SeriesModel):
    """L series (L, T, 3), less the control of each, with E steps (L, T, E) that are 0 before and 1 from then on."""

    def __init__(
        self,
        counts: Array,
        steps: Array,
        *,
        control: Array | None,
        length: float | None,
        breaks: Sequence[int],
        pace: float,
    ) -> None:
        super().__init__(counts, length, list(breaks), pace)
        prior = [np.log(axis.prior) for axis in effect_axes(length, pace, control=control is not None)]
        self.log_prior = np.sum(product(prior), axis=0).reshape(self.log_prior.shape)
        if control is not None:
            self._subtract(counts, control)
        self.effects = steps.shape[2]
        self.columns = np.concatenate([self.columns, np.moveaxis(steps, 0, 2)[..., None]], axis=1)
        self.seasons = np.hstack([self.seasons, np.full((len(self.seasons), self.effects), EFFECT_SD**2)])
        # A jump in the period in which a step begins is the step.
        begins = np.any(np.diff(steps, axis=1, prepend=steps[:, :1]) != 0, axis=2)
        self.open &= ~begins

    def _subtract(self, counts: Array, control: Array) -> None:
        """Make the readings differences: the variances of both add up."""
        n, m = (np.asarray(responses(each)).T for each in (counts, control))
        answers = [1e4 * pooled_variance(each, breaks=self.breaks).T for each in (counts, control)]
        both = (n > 0) & (m > 0)
        sampling = answers[0] / np.maximum(n, TINY) + answers[1] / np.maximum(m, TINY)
        extra = self.grid[1].reshape(len(self.level_sd), -1)[:, 0]
        self.weights = np.where(both[..., None], 1 / (sampling[..., None] + extra**2), 0.0)
        self.start = (PSEUDO_ANSWERS.sum() / sum(answers))[..., None]
        gap = np.asarray(score(counts)) - np.asarray(score(control))
        self.columns[:, 0, :, 0] = np.where(both, gap.T, 0.0)
        answered = both.T
        self.open &= answered
        self.answered = answered

    def stepped(self, rounds: list[Rows]) -> Stepped:
        """Effects and what would have been, from the answers that weigh something."""
        best = self.heaviest(rounds)
        row, at, season = best.row, best.at, best.season
        slopes = np.concatenate([r.coefficients for r in rounds])[row, at, season]
        covariance = np.concatenate([r.covariance for r in rounds])[row, at, season]
        mean = np.concatenate([r.smoothed.mean for r in rounds], axis=2)[:, :, row, at]
        precision = np.concatenate([r.smoothed.precision for r in rounds], axis=1)[:, row, at]
        first = slopes.shape[-1] - self.effects
        columns = np.moveaxis(mean[:, 1:], (0, 1), (-2, -1)).copy()
        columns[..., :first] -= self.basis
        expected = np.moveaxis(mean[:, 0], 0, -1) - (columns @ slopes[..., None])[..., 0]
        own = np.sum((columns @ covariance) * columns, axis=-1)
        variance = np.moveaxis(1 / (precision + TINY), 0, -1) + own
        series = np.arange(len(row))[:, None]
        weight = np.moveaxis(self.weights, 0, -1)[series, at]
        noise = np.divide(1.0, weight, out=np.full(weight.shape, np.inf), where=weight > 0)
        weights = np.exp(best.log_weights)
        jumped = np.concatenate([r.jumps for r in rounds])[row] > 0
        jump = np.einsum("lk,lkt->lt", weights, jumped)
        own_steps = slopes[..., first:], covariance[..., first:, first:]
        return Stepped(weights, *own_steps, expected, variance, noise, jump)
