"""Level and season of a series, for every answer to what cannot be told from it.

A point of the grid (`npskit.stats.grid`) says how far the level steps, how much surveys differ and how strong the
season is; a set of jumps says in which periods the level was turned over. Given both, the series is a known-variance
level with known steps (`npskit.stats.statespace`), exact and in closed form. So everything that is known of it is a
list of such answers, each weighted by its prior times the likelihood of the series: the trend shows their mixture, the
forecast draws from it, and in the last period the two are the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.grid import axes, harmonic_sizes, pace_of, season_length
from npskit.stats.score import checked_counts
from npskit.stats.series_model import POOLING_HALF_LIFE, PSEUDO_ANSWERS, Rows, SeriesModel, pooled_variance
from npskit.stats.statespace import TINY, checked_breaks

__all__ = [
    "POOLING_HALF_LIFE",
    "PSEUDO_ANSWERS",
    "Posterior",
    "block_size",
    "checked_series",
    "pooled_variance",
    "posterior",
]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

# Numbers held at once for one array: small enough for the cache, large enough to keep NumPy busy.
BLOCK = 250_000


@dataclass(frozen=True, slots=True)
class Posterior:
    """Level and season for each of K answers: a point of the grid and a set of jumps; in points.

    Attributes
    ----------
    log_weights : ndarray (..., K)
        Log of the posterior weights, normalised; the largest first.
    mean, variance : ndarray (..., K, T)
        Of the level without season.
    state_mean : ndarray (..., K, 1 + H)
        Level in the last period and the H season coefficients: where a forecast starts.
    state_covariance : ndarray (..., K, 1 + H, 1 + H)
        Their covariance.
    level_sd, extra_sd, season_sd : ndarray (..., K)
        The point of the grid.
    point : ndarray of int (..., K)
        Its place in the grid, level sd x extra sd x season sd flattened.
    jump : ndarray (..., T)
        Probability that the level jumped into the period.
    jump_factor : ndarray (..., F)
        Probability of each of `grid.JUMP_FACTORS`: how often the level jumps, in multiples of what is usual.
    log_evidence : ndarray (...)
        Log-likelihood of the series, all answers together.
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
    point: Places
    jump: Array
    jump_factor: Array
    log_evidence: Array
    basis: Array


def posterior(
    counts: ArrayLike,
    *,
    every: str | float | None = "month",
    breaks: Sequence[int] | None = None,
    pace: float | None = None,
    jumps: bool = True,
    history: bool = True,
    around: ArrayLike = 0.0,
) -> Posterior:
    """Level and season of counts (..., T, 3), for each of the K best answers, with its weight; see `trend.level`.

    The level's steps follow the period unless their ``pace`` is given (see `grid.pace_of`); ``jumps=False`` looks for
    none; without ``history`` mean and variance are those of the last period only; ``around`` (..., T) are points that
    the level is a deviation from. Memory goes with series times periods: hand over thousands of series in parts, see
    `block_size`.

    Examples
    --------
    >>> found = posterior([[20, 30, 50]] * 24, every="month")
    >>> found.mean.shape == (*found.log_weights.shape, 24), found.state_mean.shape[-1]
    (True, 5)
    """
    counts = checked_series(counts)
    *leading, periods, _ = counts.shape
    series = counts.reshape(math.prod(leading), periods, 3)
    pace = pace_of(every) if pace is None else pace
    model = SeriesModel(series, season_length(every), checked_breaks(breaks, periods), pace)
    model.leave_out(np.broadcast_to(np.asarray(around, float), counts.shape[:-1]).reshape(series.shape[:2]))
    found = _mixed(model, model.rounds(jumps), slice(None) if history else slice(-1, None))
    arrays = {f.name: getattr(found, f.name) for f in fields(found) if f.name != "basis"}
    return replace(found, **{name: array.reshape((*leading, *array.shape[1:])) for name, array in arrays.items()})


def block_size(periods: int, length: float | None) -> int:
    """How many series of so many periods go through at once.

    Examples
    --------
    >>> block_size(48, 12) < block_size(24, 12) < block_size(24, None)
    True
    """
    points = math.prod(len(axis.values) for axis in axes(length, 1.0)[:2])
    return max(1, BLOCK // (points * (1 + len(harmonic_sizes(length))) * max(periods, 1)))


def checked_series(counts: ArrayLike) -> Array:
    """Counts of periods in a row as a float array (..., T, 3)."""
    array = checked_counts(counts)
    if array.ndim < 2:
        expected = "periods by detractors, passives, promoters (..., T, 3)"
        raise ArgumentError(where="counts", expected=expected, got=f"shape {array.shape}")
    return array


def _level(mean: Array, precision: Array, slopes: Array, covariance: Array) -> tuple[Array, Array, Array, Array]:
    """Level (L, K, T), its variance, and the last level with the coefficients: mean and covariance.

    From the smoothed columns (T, C, L, K), their precision (T, L, K) and the coefficients (L, K, H).
    """
    basis = np.moveaxis(mean[:, 1:], (0, 1), (-2, -1))
    centre = np.moveaxis(mean[:, 0], 0, -1) - (basis @ slopes[..., None])[..., 0]
    shared = -basis @ covariance
    spread = np.moveaxis(1 / (precision + TINY), 0, -1) - np.sum(shared * basis, axis=-1)
    size = 1 + slopes.shape[-1]
    state, joint = np.zeros((*slopes.shape[:-1], size)), np.zeros((*slopes.shape[:-1], size, size))
    state[..., 1:], joint[..., 1:, 1:] = slopes, covariance
    if len(mean):
        state[..., 0], joint[..., 0, 0] = centre[..., -1], spread[..., -1]
        joint[..., 0, 1:] = joint[..., 1:, 0] = shared[..., -1, :]
    return centre, spread, state, joint


def _mixed(model: SeriesModel, rounds: list[Rows], shown: slice) -> Posterior:
    """All rounds together: for each series the K answers that weigh something, the largest first."""
    best = model.heaviest(rounds)
    row, at, season = best.row, best.at, best.season
    coefficients = np.concatenate([r.coefficients for r in rounds])[row, at, season]
    covariance = np.concatenate([r.covariance for r in rounds])[row, at, season]
    mean = np.concatenate([r.smoothed.mean[shown] for r in rounds], axis=2)[:, :, row, at]
    precision = np.concatenate([r.smoothed.precision[shown] for r in rounds], axis=1)[:, row, at]
    jumps = np.concatenate([r.jumps for r in rounds])[row]
    level_sd, extra_sd, season_sd = (sd[best.point] for sd in model.grid)
    jump = np.einsum("lk,lkt->lt", np.exp(best.log_weights), jumps > 0)
    level = _level(mean, precision, coefficients, covariance)
    grid = (level_sd, extra_sd, season_sd, best.point)
    evidence = (model.jump_factor(rounds), best.log_evidence)
    return Posterior(best.log_weights, *level, *grid, jump, *evidence, model.basis)
