"""The level behind a series of scores, with the sampling noise and the season taken out.

A monthly score moves because the mood moved, because the season turned, or because other people happened to answer.
Only the first is what one steers. The noise of a month is known from its counts, so there is no noise to estimate:
``score_t = level_t + season_t + e_t`` with ``Var(e_t) = s_t² / n_t + τ²``, a level that takes a random step each
period, a season of two harmonics shrunk towards none, and a little extra noise τ for what differs between surveys.

How far the level steps, how large τ is, how strong the season, and where the level jumped cannot be told from two
years of months. So they are not estimated: many answers are tried (`npskit.stats.posterior`), each is weighted by its
prior times the likelihood of the series, and what is shown is the mixture. The band is the mixture's own quantiles, so
it includes not knowing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.stats.grid import (
    EXTRA_AXIS,
    LEVEL_AXIS,
    NO_SEASON_AXIS,
    SEASON_AXIS,
    SEASON_LENGTHS,
    axes,
    pace_of,
    season_basis,
    season_length,
)
from npskit.stats.intervals import checked_level
from npskit.stats.mixture import mixture_quantile
from npskit.stats.posterior import (
    POOLING_HALF_LIFE,
    PSEUDO_ANSWERS,
    Posterior,
    block_size,
    checked_series,
    pooled_variance,
    posterior,
)
from npskit.stats.score import responses
from npskit.stats.statespace import checked_breaks

__all__ = [
    "EXTRA_AXIS",
    "LEVEL_AXIS",
    "NO_SEASON_AXIS",
    "POOLING_HALF_LIFE",
    "PSEUDO_ANSWERS",
    "SEASON_AXIS",
    "SEASON_LENGTHS",
    "Level",
    "Posterior",
    "checked_series",
    "level",
    "pace_of",
    "pooled_variance",
    "posterior",
    "season_basis",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """The smoothed level of a series of counts, in points.

    Attributes
    ----------
    level, lower, upper : ndarray (..., T)
        Level without the season, and its band at the confidence level asked for, within [-100, 100].
    sd : ndarray (..., T)
        Standard deviation of the level.
    season : ndarray (..., T)
        What the season adds in each period; 0 when there is none.
    level_sd, extra_sd, season_sd : ndarray (...)
        Posterior means of the step of the level, of the noise beyond sampling, and of a harmonic of the season.
    jump : ndarray (..., T)
        Probability that the level jumped into the period.
    weights : ndarray (..., level sds, extra sds, season sds)
        Posterior weight of each point of the grid; they sum to 1.
    """

    level: Array
    lower: Array
    upper: Array
    sd: Array
    season: Array
    level_sd: Array
    extra_sd: Array
    season_sd: Array
    jump: Array
    weights: Array = field(repr=False)


def level(
    counts: ArrayLike,
    *,
    every: str | float | None = "month",
    confidence_level: float = 0.95,
    breaks: Sequence[int] | None = None,
) -> Level:
    """Smoothed level of the score over time, with its band.

    Parameters
    ----------
    counts : array_like (..., T, 3)
        Detractors, passives and promoters of T periods in a row; a period without answers is a row of zeros, and its
        level comes from its neighbours. Weighted counts are first scaled to their effective responses.
    every : {"day", "week", "month", "quarter", "year"}, float or None, default "month"
        What a period is, for its season (7 days, 52 weeks, 12 months, 4 quarters), or the number of periods in a
        season; no season for ``"year"`` and ``None``.
    confidence_level : float, default 0.95
        Probability inside the band, which has half of the rest on either side.
    breaks : sequence of int, optional
        Positions of the first period after a change of wording, channel or sampling: the level starts anew there.

    Returns
    -------
    Level
        Arrays (..., T), in points. A stretch between breaks in which nobody answered is nan.

    Raises
    ------
    ArgumentError
        If the counts are not (..., T, 3) or negative, or another argument is out of range.

    Notes
    -----
    A local level with known observation variance (Harvey, *Forecasting, Structural Time Series Models and the Kalman
    Filter*, 1989), averaged over a grid of its parameters and over sets of jumps. The level starts from three answers,
    (.75, 1.5, .75) as in the adjusted Wald interval: enough to keep one period of five promoters from being certain,
    lost in fifty answers.

    Examples
    --------
    >>> found = level([[20, 30, 50], [18, 32, 50], [0, 0, 0], [22, 28, 50]], every="month")
    >>> found.level.round().tolist()
    [30.0, 30.0, 30.0, 30.0]
    >>> bool(found.upper[2] - found.lower[2] > found.upper[1] - found.lower[1])
    True
    """
    counts = checked_series(counts)
    checked_level(confidence_level)
    *leading, periods, _ = counts.shape
    length, positions = season_length(every), checked_breaks(breaks, periods)
    series = counts.reshape(math.prod(leading), periods, 3)
    grid = [len(axis.values) for axis in axes(length, 1.0)]
    shown, weights = np.empty((6, len(series), periods)), np.zeros((len(series), math.prod(grid)))
    sds = np.empty((3, len(series)))
    block = block_size(periods, length)
    for first in range(0, len(series), block):
        part = slice(first, first + block)
        found = posterior(series[part], every=length, pace=pace_of(every), breaks=positions)
        own = np.exp(found.log_weights)
        shown[:, part] = _bands(found, own, confidence_level)
        sds[:, part] = [np.sum(own * sd, axis=1) for sd in (found.level_sd, found.extra_sd, found.season_sd)]
        np.add.at(weights[part], (np.arange(len(own))[:, None], found.point), own)
    shown[:4, _unknown(series, positions)] = np.nan
    arrays = zip(("level", "lower", "upper", "sd", "season", "jump"), shown.reshape(6, *leading, periods), strict=True)
    learned = zip(("level_sd", "extra_sd", "season_sd"), sds.reshape(3, *leading), strict=True)
    return Level(**dict(arrays), **dict(learned), weights=weights.reshape(*leading, *grid))


def _bands(found: Posterior, weights: Array, confidence_level: float) -> Array:
    """Level, lower, upper, sd, season and jump (6, L, T) of the mixture."""
    mean = np.einsum("lk,lkt->lt", weights, found.mean)
    spread = np.einsum("lk,lkt->lt", weights, found.variance + (found.mean - mean[:, None]) ** 2)
    season = np.einsum("lk,lkh->lh", weights, found.state_mean[..., 1:]) @ found.basis.T
    tail = (1 - confidence_level) / 2
    parts = (found.mean, np.sqrt(found.variance), weights)
    lower, upper = mixture_quantile(*parts, tail), mixture_quantile(*parts, 1 - tail)
    clipped = np.clip([mean, lower, upper], -100, 100)
    return np.stack([*clipped, np.sqrt(spread), season, found.jump])


def _unknown(counts: Array, breaks: Sequence[int]) -> NDArray[np.bool_]:
    """Where (L, T) a stretch between breaks holds no answers at all."""
    answered = np.asarray(responses(counts)) > 0
    unknown = np.zeros(answered.shape, bool)
    edges = [0, *breaks, counts.shape[1]]
    for first, last in pairwise(edges):
        unknown[:, first:last] = ~answered[:, first:last].any(axis=1, keepdims=True)
    return unknown
