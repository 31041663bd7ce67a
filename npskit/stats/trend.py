"""The level behind a series of scores, with the sampling noise and the season taken out.

A monthly score moves because the mood moved, because the season turned, or because other people happened to answer.
Only the first is what one steers. The noise of a month is known from its counts, so there is no noise to estimate:
``score_t = level_t + season_t + e_t`` with ``Var(e_t) = s_t² / n_t + τ²``, a level that takes a random step each
period, a season of two harmonics shrunk towards none, and a little extra noise τ for what differs between surveys.

How far the level steps, how large τ is and how strong the season cannot be told from two years of months. So they
are not estimated: all values of a grid are tried at once, each is weighted by its prior times the likelihood of the
series, and the answer is the mixture. The band is the mixture's own quantiles, so it includes not knowing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, did_you_mean
from npskit.stats.intervals import checked_level
from npskit.stats.mixture import mixture_quantile
from npskit.stats.score import checked_counts, responses, score, variance
from npskit.stats.statespace import checked_breaks, constants, smooth

__all__ = [
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

#: Periods in one season; a year has none.
SEASON_LENGTHS: dict[str, float | None] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "year": None}


#: Months in one period.
MONTHS = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "quarter": 3.0, "year": 12.0}


@dataclass(frozen=True, slots=True)
class _Axis:
    """Values of one parameter, in points, and their prior weights."""

    values: Array
    prior: Array


def _lognormal_axis(values: Array, *, centre: float, log_sd: float) -> _Axis:
    """Even steps in the logarithm, so that the prior weights are the normal density of the logarithm."""
    density = np.exp(-0.5 * (np.log(values / centre) / log_sd) ** 2)
    return _Axis(values, density / density.sum())


# One step of the level, noise of a reading beyond sampling, one coefficient of the season.
# The last four values of the level are for a company that was turned over: the prior hardly allows them, the likelihood
# may insist. Without them a fall of 90 points in a month would be smeared over its neighbours.
LEVEL_AXIS = _lognormal_axis(0.05 * (9 / 0.05) ** (np.arange(18) / 13), centre=1.0, log_sd=1.0)
EXTRA_AXIS = _Axis(np.array([0.0, 1.0, 2.0, 3.5, 5.0]), np.array([0.45, 0.1375, 0.1375, 0.1375, 0.1375]))
SEASON_AXIS = _Axis(np.array([0.0, 1.5, 4.0]), np.array([0.65, 0.22, 0.13]))
NO_SEASON_AXIS = _Axis(np.zeros(1), np.ones(1))
HARMONICS = 2

# Neighbouring periods lend their shares with this half-life; the three answers keep a month of promoters only from
# having no variance, and place the first level as they would in the adjusted Wald interval.
POOLING_HALF_LIFE = 4.0
PSEUDO_ANSWERS = np.array([0.75, 1.5, 0.75])

# Numbers held at once for one array: small enough for the cache, large enough to keep NumPy busy.
BLOCK = 1_000_000


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
    weights: Array = field(repr=False)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Level and season at every point of the grid, K = level sd x extra sd x season sd flattened, in points.

    Attributes
    ----------
    log_weights : ndarray (..., K)
        Log of the posterior weights, normalised.
    mean, variance : ndarray (..., K, T)
        Of the level without season.
    state_mean : ndarray (..., K, 1 + H)
        Level in the last period and the H season coefficients: where a forecast starts.
    state_covariance : ndarray (..., K, 1 + H, 1 + H)
        Their covariance.
    level_sd, extra_sd, season_sd : ndarray (K,)
        The grid.
    basis : ndarray (T, H)
        The season's columns; ``basis @ coefficients`` is what it adds.
    """

    log_weights: Array
    mean: Array
    variance: Array
    state_mean: Array
    state_covariance: Array
    level_sd: Array
    extra_sd: Array
    season_sd: Array
    basis: Array


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
    Filter*, 1989), averaged over a grid of its parameters. The level starts from three answers, (.75, 1.5, .75) as in
    the adjusted Wald interval: enough to keep one period of five promoters from being certain, lost in fifty answers.

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
    length, positions = _season_length(every), checked_breaks(breaks, periods)
    pace = pace_of(every)
    series = counts.reshape(math.prod(leading), periods, 3)
    grid = [len(axis.values) for axis in _axes(length, pace)]
    bands, weights = np.empty((5, len(series), periods)), np.empty((len(series), math.prod(grid)))
    block = max(1, BLOCK // (math.prod(grid) * max(periods, 1)))
    for first in range(0, len(series), block):
        part = slice(first, first + block)
        found = _posterior(series[part], length, positions, pace)
        weights[part] = np.exp(found.log_weights)
        bands[:, part] = _bands(found, weights[part], confidence_level)
    bands[:4, _unknown(series, positions)] = np.nan
    shown = dict(zip(("level", "lower", "upper", "sd", "season"), bands.reshape(5, *leading, periods), strict=True))
    sds = _product([axis.values for axis in _axes(length, pace)])
    for name, sd in zip(("level_sd", "extra_sd", "season_sd"), sds, strict=True):
        shown[name] = (weights @ sd).reshape(leading)
    return Level(**shown, weights=weights.reshape(*leading, *grid))


def posterior(
    counts: ArrayLike,
    *,
    every: str | float | None = "month",
    breaks: Sequence[int] | None = None,
    pace: float | None = None,
) -> Posterior:
    """Level and season of counts (..., T, 3) at every point of the grid, with its weights; see `level`.

    The level's steps follow the period unless their ``pace`` is given: see `pace_of`.

    Examples
    --------
    >>> found = posterior([[20, 30, 50]] * 24, every="month")
    >>> found.mean.shape, found.state_mean.shape
    ((270, 24), (270, 5))
    """
    counts = checked_series(counts)
    *leading, periods, _ = counts.shape
    series = counts.reshape(math.prod(leading), periods, 3)
    pace = pace_of(every) if pace is None else pace
    found = _posterior(series, _season_length(every), checked_breaks(breaks, periods), pace)
    per_series = ("log_weights", "mean", "variance", "state_mean", "state_covariance")
    arrays = {name: getattr(found, name) for name in per_series}
    return replace(found, **{name: array.reshape(*leading, *array.shape[1:]) for name, array in arrays.items()})


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


def _decayed_sum(counts: Array, breaks: Sequence[int]) -> Array:
    """Sum of counts (T, ..., 3) up to each period, older ones decayed; nothing crosses a break."""
    decay, total = 0.5 ** (1 / POOLING_HALF_LIFE), np.empty(counts.shape)
    for t, own in enumerate(counts):
        total[t] = own if t == 0 or t in breaks else own + decay * total[t - 1]
    return total


def _posterior(counts: Array, season_length: float | None, breaks: Sequence[int], pace: float = 1.0) -> Posterior:
    """Posterior of series (L, T, 3): filtered at L x level sd x extra sd, then the season in closed form."""
    basis, axes = season_basis(counts.shape[1], season_length), _axes(season_length, pace)
    level_sd, extra_sd = _product([axis.values for axis in axes[:2]])
    n = np.asarray(responses(counts)).T[..., None]
    answer = 1e4 * pooled_variance(counts, breaks=breaks).T[..., None]
    # 1 / (s² / n + τ²), which is 0 where nobody answered.
    weights = n / (answer + n * extra_sd**2)
    columns = np.empty((len(basis), 1 + basis.shape[1], len(counts), 1))
    columns[:, 0, :, 0] = np.where(n[..., 0] > 0, np.asarray(score(counts)).T, 0.0)
    columns[:, 1:] = basis[:, :, None, None]
    smoothed = smooth(columns, weights, level_sd**2, breaks=breaks, start=PSEUDO_ANSWERS.sum() / answer)
    found = constants(smoothed, axes[2].values ** 2)
    log_prior = np.sum(_product([np.log(axis.prior) for axis in axes]), axis=0)
    log_weights = found.log_likelihood.reshape(len(counts), -1) + log_prior
    log_weights -= np.logaddexp.reduce(log_weights, axis=1, keepdims=True)
    mean, spread, state, joint = (
        array.reshape(*log_weights.shape, *array.shape[3:])
        for array in (found.mean, found.variance, found.state_mean, found.state_covariance)
    )
    level_sds, extra_sds, season_sds = _product([axis.values for axis in axes])
    return Posterior(log_weights, mean, spread, state, joint, level_sds, extra_sds, season_sds, basis)


def _bands(found: Posterior, weights: Array, confidence_level: float) -> Array:
    """Level, lower, upper, sd and season (5, L, T) of the mixture."""
    mean = np.einsum("lk,lkt->lt", weights, found.mean)
    spread = np.einsum("lk,lkt->lt", weights, found.variance + (found.mean - mean[:, None]) ** 2)
    season = np.einsum("lk,lkh->lh", weights, found.state_mean[..., 1:]) @ found.basis.T
    tail = (1 - confidence_level) / 2
    kept = weights.max(axis=0, initial=0) > 1e-7
    parts = (found.mean[:, kept], np.sqrt(found.variance[:, kept]), weights[:, kept])
    lower, upper = mixture_quantile(*parts, tail), mixture_quantile(*parts, 1 - tail)
    clipped = np.clip([mean, lower, upper], -100, 100)
    return np.stack([*clipped, np.sqrt(spread), season])


def _axes(season_length: float | None, pace: float) -> list[_Axis]:
    """The three axes of the grid, the level's steps at the pace of the period; without a season its axis has one 0."""
    steps = _Axis(LEVEL_AXIS.values * pace, LEVEL_AXIS.prior)
    return [steps, EXTRA_AXIS, NO_SEASON_AXIS if season_length is None else SEASON_AXIS]


def pace_of(every: str | float | None) -> float:
    """How far a level wanders in a period, in multiples of a month's: a walk goes as the square root of time.

    Examples
    --------
    >>> round(pace_of("quarter"), 3)
    1.732
    """
    return math.sqrt(MONTHS[every]) if isinstance(every, str) else 1.0


def _product(values: list[Array]) -> list[Array]:
    """Every combination of the values, one flat array for each axis."""
    return [axis.ravel() for axis in np.meshgrid(*values, indexing="ij")]


def season_basis(periods: int, length: float | None) -> Array:
    """Cosines and sines (T, H) of the season; a sine that is zero at every whole period is left out.

    Examples
    --------
    >>> season_basis(4, 4).round().tolist()
    [[1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [-1.0, 1.0, 0.0], [-0.0, -1.0, -1.0]]
    """
    if length is None:
        return np.empty((periods, 0))
    turns = np.arange(1, min(HARMONICS, length / 2) + 1) / length
    angle = math.tau * np.arange(periods)[:, None] * turns
    return np.hstack([np.cos(angle), np.sin(angle[:, turns < 0.5])])


def _season_length(every: str | float | None) -> float | None:
    if isinstance(every, str):
        if every not in SEASON_LENGTHS:
            raise ArgumentError(
                where="every", expected="a period", got=f"{every!r}", hint=did_you_mean(every, SEASON_LENGTHS)
            )
        return SEASON_LENGTHS[every]
    if every is not None and not (np.isfinite(every) and every >= 2):
        raise ArgumentError(where="every", expected="a season of at least 2 periods, or None", got=f"{every!r}")
    return every


def _unknown(counts: Array, breaks: Sequence[int]) -> NDArray[np.bool_]:
    """Where (L, T) a stretch between breaks holds no answers at all."""
    answered = np.asarray(responses(counts)) > 0
    unknown = np.zeros(answered.shape, bool)
    edges = [0, *breaks, counts.shape[1]]
    for first, last in pairwise(edges):
        unknown[:, first:last] = ~answered[:, first:last].any(axis=1, keepdims=True)
    return unknown


def checked_series(counts: ArrayLike) -> Array:
    """Counts of periods in a row as a float array (..., T, 3)."""
    array = checked_counts(counts)
    if array.ndim < 2:
        expected = "periods by detractors, passives, promoters (..., T, 3)"
        raise ArgumentError(where="counts", expected=expected, got=f"shape {array.shape}")
    return array
