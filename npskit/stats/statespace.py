"""A level that wanders, seen through noise whose size is known.

The score of a month carries a sampling variance that follows from its counts and changes with n. So it is *known*
and must not be estimated, which is what the usual libraries do: a month with 12 answers would weigh as much as one
with 1,200. Here ``y_t = level_t + x_t' b + e_t`` with ``Var(e_t) = 1 / weight_t`` given, the level a random walk, and
``b`` a few constants (a season) shrunk towards zero.

Everything is carried in *precisions* (1 / variance): a diffuse start is precision 0, a period without answers is
weight 0, and both go through the same sums without an infinity. The smoother is the two-filter one: what the past
says of a period, its own observation, and what the future says (the same filter run backwards), added by precision.
Nothing is subtracted, so nothing cancels. Constants need no larger state: the filter is linear, so it runs on ``y``
and on each column of ``x`` side by side with the same gains, and ``b`` follows from a small regression of the
innovations (de Jong 1991, *The diffuse Kalman filter*, Annals of Statistics 19).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError

__all__ = [
    "Constants",
    "KnownVarianceLevel",
    "Smoothed",
    "Sweep",
    "checked_breaks",
    "constants",
    "known_variance_level",
    "regression",
    "smooth",
    "sweep",
]

Array = NDArray[np.float64]

# Added where a precision may be 0 / 0: keeps the quotient 0 and is lost in every real precision.
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class KnownVarianceLevel:
    """Smoothed level of a series with known observation variances.

    Attributes
    ----------
    mean, sd : ndarray (..., T)
        Level given the whole series, and its standard deviation, in the unit of the values; nan where no observation
        bears on the level (nothing observed between two breaks).
    log_likelihood : ndarray (...)
        Gaussian log-likelihood of the observations, without the first one of each stretch between breaks, which a
        diffuse start spends on placing the level.
    """

    mean: Array
    sd: Array
    log_likelihood: Array


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the periods before say about each period, before its own observation is seen.

    Attributes
    ----------
    mean : ndarray (T, C, ...)
        Predicted mean of every column.
    precision : ndarray (T, ...)
        Predicted precision of the level, 0 where nothing is known yet.
    """

    mean: Array
    precision: Array


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Level of every column given all periods, and the innovations that weigh the parameters.

    Attributes
    ----------
    mean : ndarray (T, C, ...)
        Smoothed mean of every column; at the last period it is also the filtered one.
    precision : ndarray (T, ...)
        Smoothed precision of the level, shared by the columns; 0 where nothing is known (the mean is 0 there).
    innovations : ndarray (T, C, ...)
        One-step errors in units of their standard deviation; 0 in skipped and diffuse periods.
    past, future : Sweep
        What the periods before, and those after, say about each period.
    log_scale : ndarray (...)
        The part of the log-likelihood that does not depend on the errors.
    """

    mean: Array
    precision: Array
    innovations: Array
    log_scale: Array
    past: Sweep
    future: Sweep


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants ``b``, and the level with ``x' b`` taken out; S prior variances, H constants.

    Attributes
    ----------
    log_likelihood : ndarray (..., S)
        Of the series, ``b`` integrated out.
    mean, variance : ndarray (..., S, T)
        Of the level.
    state_mean : ndarray (..., S, 1 + H)
        Level at the last period, then the constants: where a forecast starts.
    state_covariance : ndarray (..., S, 1 + H, 1 + H)
        Their covariance.
    """

    log_likelihood: Array
    mean: Array
    variance: Array
    state_mean: Array
    state_covariance: Array


def known_variance_level(
    values: ArrayLike, variances: ArrayLike, *, level_variance: ArrayLike, breaks: Sequence[int] | None = None
) -> KnownVarianceLevel:
    """Smoothed random-walk level of values whose observation variances are known.

    Parameters
    ----------
    values : array_like (..., T)
        Observations in equal steps of time, in any unit.
    variances : array_like (..., T)
        Variance of each observation, in that unit squared. A period whose value is nan or infinite, or whose variance
        is, is skipped; its level is still given.
    level_variance : array_like (...)
        Variance of one step of the level, in the unit squared; 0 makes the level a constant.
    breaks : sequence of int, optional
        Positions, 1 to T - 1, of the first period after a break: nothing is carried over into it.

    Returns
    -------
    KnownVarianceLevel
        ``mean`` and ``sd`` (..., T) and ``log_likelihood`` (...).

    Raises
    ------
    ArgumentError
        If a variance is zero or negative, a level variance negative or not finite, or a break out of range.

    Notes
    -----
    The start is diffuse. The mean is the closed form ``(D'D / q + diag(1 / V))^-1 y / V`` with D the first differences
    (Durbin and Koopman, *Time Series Analysis by State Space Methods*, 2012, chapter 2), in T steps instead of T³.

    Examples
    --------
    >>> found = known_variance_level([30, 15, 30], [25, 36, 64], level_variance=20)
    >>> found.mean.round(2).tolist()
    [26.26, 23.27, 24.87]
    >>> found.sd.round(2).tolist()
    [4.01, 4.02, 4.96]
    """
    values, variances = np.broadcast_arrays(np.asarray(values, float), np.asarray(variances, float))
    level_variance = _checked_level_variance(level_variance)
    values, variances, _ = np.broadcast_arrays(values, variances, level_variance[..., None])
    seen = np.isfinite(values) & np.isfinite(variances)
    if np.any(variances[seen] <= 0):
        raise ArgumentError(
            where="variances",
            expected="positive variances of the observations",
            got=f"{np.sum(variances[seen] <= 0)} of {seen.sum()} zero or negative",
            hint="pool the shares of neighbouring periods first, as stats.trend does",
        )
    columns = np.moveaxis(np.where(seen, values, 0.0), -1, 0)[:, None]
    weights = np.moveaxis(np.divide(1.0, variances, out=np.zeros(values.shape), where=seen), -1, 0)
    found = smooth(columns, weights, level_variance, breaks=checked_breaks(breaks, len(columns)))
    known = found.precision > 0
    mean = np.where(known, found.mean[:, 0], np.nan)
    sd = np.sqrt(np.divide(1.0, found.precision, out=np.full(known.shape, np.nan), where=known))
    fit = found.log_scale - 0.5 * np.sum(found.innovations[:, 0] ** 2, axis=0)
    return KnownVarianceLevel(np.moveaxis(mean, 0, -1), np.moveaxis(sd, 0, -1), fit)


def smooth(
    columns: Array,
    weights: Array,
    level_variance: Array,
    *,
    breaks: Sequence[int] = (),
    start: ArrayLike = 0.0,
    jumps: Array | None = None,
) -> Smoothed:
    """Two-filter smoother of the columns (T, C, ...) that share the weights (T, ...), time first.

    ``start``, a number or (T, ...), is the precision of a level of mean 0 at the first period and after each break;
    0 is diffuse. ``jumps`` (T, ...) is further variance of the step into each period.
    """
    past = sweep(columns, weights, level_variance, breaks=breaks, start=start, jumps=jumps)
    turned = [len(columns) - position for position in breaks]
    # The step into a period is, backwards, the step into the one before it.
    back = None if jumps is None else np.roll(jumps[::-1], 1, axis=0)
    found = sweep(columns[::-1], weights[::-1], level_variance, breaks=turned, jumps=back)
    future = Sweep(found.mean[::-1], found.precision[::-1])
    after_mean, after = future.mean, future.precision
    own = np.broadcast_to(weights, past.precision.shape)
    precision = past.precision + own + after
    mean = past.precision[:, None] * past.mean
    mean += own[:, None] * columns
    mean += after[:, None] * after_mean
    mean /= (precision + TINY)[:, None]
    # 1 / innovation variance, = 1 / (1 / predicted precision + 1 / weight); 0 when either is 0.
    sharpness = past.precision * (own / (past.precision + own + TINY))
    innovations = (columns - past.mean) * np.sqrt(sharpness)[:, None]
    log_scale = 0.5 * np.sum(_log_density_scale(sharpness), axis=0)
    return Smoothed(mean, precision, innovations, log_scale, past, future)


def sweep(
    columns: Array,
    weights: Array,
    level_variance: Array,
    *,
    breaks: Sequence[int] = (),
    start: ArrayLike = 0.0,
    jumps: Array | None = None,
) -> Sweep:
    """Predict each period from those before it: the forward filter, for columns (T, C, ...) and weights (T, ...)."""
    resets = {0, *breaks}
    precision = _predicted_precision(weights, level_variance, resets, start, jumps)
    gain = weights / (precision + weights + TINY)
    mean = np.empty((len(columns), columns.shape[1], *gain.shape[1:]))
    state, step = np.zeros(mean.shape[1:]), np.empty(mean.shape[1:])
    for t, column in enumerate(columns):
        if t in resets:
            state[...] = 0.0
        mean[t] = state
        np.subtract(column, state, out=step)
        step *= gain[t]
        state += step
    return Sweep(mean, precision)


def constants(found: Smoothed, prior_variances: Array) -> Constants:
    """Integrate out the constants b ~ N(0, prior variance), whose columns follow the series in the smoothed columns.

    The prior variances are (S,), or (S, H) with one for each constant.
    """
    fit, mean, covariance = regression(found, prior_variances)
    return Constants(fit, *_level_without(found, mean, covariance))


def regression(found: Smoothed, prior_variances: Array) -> tuple[Array, Array, Array]:
    """Log-likelihood (..., S) of the series, mean (..., S, H) and covariance of the constants; see `constants`."""
    innovations = np.moveaxis(found.innovations, (0, 1), (-2, -1))
    gram = (np.swapaxes(innovations, -1, -2) @ innovations)[..., None, :, :]
    inner, cross, total = gram[..., 1:, 1:], gram[..., 1:, 0], gram[..., 0, 0]
    prior = prior_variances if prior_variances.ndim > 1 else prior_variances[:, None]
    prior = np.broadcast_to(prior, (len(prior), inner.shape[-1]))
    # (I + prior inner)^-1 prior and not (inner + 1 / prior)^-1, so that a prior variance of 0 is the number 0.
    shrunk = np.eye(inner.shape[-1]) + prior[:, :, None] * inner
    covariance = np.linalg.inv(shrunk) * prior[:, None, :]
    mean = (covariance @ cross[..., None])[..., 0]
    misfit = total - np.sum(mean * cross, axis=-1) + np.linalg.slogdet(shrunk)[1]
    return found.log_scale[..., None] - 0.5 * misfit, mean, covariance


def _level_without(found: Smoothed, constant: Array, covariance: Array) -> tuple[Array, Array, Array, Array]:
    """Mean and variance of the level (..., S, T), then of the last level and the constants together."""
    columns = np.moveaxis(found.mean, (0, 1), (-2, -1))[..., None, :, :]
    slopes = columns[..., 1:]
    mean = columns[..., 0] - (slopes @ constant[..., None])[..., 0]
    shared = -slopes @ covariance
    spread = np.moveaxis(1 / found.precision, 0, -1)[..., None, :] - np.sum(shared * slopes, axis=-1)
    size = 1 + constant.shape[-1]
    state, joint = np.zeros((*constant.shape[:-1], size)), np.zeros((*constant.shape[:-1], size, size))
    state[..., 1:], joint[..., 1:, 1:] = constant, covariance
    if len(found.mean):
        state[..., 0], joint[..., 0, 0] = mean[..., -1], spread[..., -1]
        joint[..., 0, 1:] = joint[..., 1:, 0] = shared[..., -1, :]
    return mean, spread, state, joint


def _predicted_precision(
    weights: Array, level_variance: Array, resets: set[int], start: ArrayLike, jumps: Array | None
) -> Array:
    jumped = () if jumps is None else jumps.shape[1:]
    shape = np.broadcast_shapes(weights.shape[1:], np.shape(level_variance), np.shape(start)[1:], jumped)
    starts = np.broadcast_to(np.asarray(start, float), (len(weights), *shape))
    precision, known = np.empty((len(weights), *shape)), np.zeros(shape)
    for t, weight in enumerate(weights):
        if t in resets:
            precision[t] = starts[t]
        else:
            step = level_variance if jumps is None else level_variance + jumps[t]
            precision[t] = known / (1.0 + step * known)
        known = precision[t] + weight
    return precision


def _log_density_scale(sharpness: Array) -> Array:
    """Log(sharpness / 2π), and 0 for the periods that carry no innovation."""
    return np.log(sharpness / math.tau, out=np.zeros(sharpness.shape), where=sharpness > 0)


def _checked_level_variance(level_variance: ArrayLike) -> Array:
    array = np.asarray(level_variance, float)
    if not np.all(np.isfinite(array) & (array >= 0)):
        raise ArgumentError(
            where="level_variance", expected="finite variances of at least 0", got=f"{level_variance!r}"
        )
    return array


def checked_breaks(breaks: Sequence[int] | None, periods: int) -> list[int]:
    """Sorted positions of breaks, each the first period of a new stretch."""
    given: list[Any] = [] if breaks is None else np.asarray(breaks).ravel().tolist()
    wrong = [b for b in given if not (isinstance(b, int) and 0 <= b < max(periods, 1))]
    if wrong:
        raise ArgumentError(
            where="breaks",
            expected=f"whole positions from 0 to {periods - 1}, each the first period after a break",
            got=", ".join(map(repr, wrong[:5])),
        )
    return sorted(set(given) - {0})
