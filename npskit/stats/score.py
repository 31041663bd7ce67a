"""The score and how far one answer strays from it.

A rating becomes +1 (promoter), 0 (passive) or -1 (detractor); the score is the mean of these, in points. So the
three counts say everything about a group: its score, the variance of one answer, the standard error. They are
always in the order (detractors, passives, promoters), on the last axis, and any number of groups may stand on the
axes before it. Counts may be fractional: weighted answers scaled to their effective number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, ArgumentTypeError

__all__ = ["checked_counts", "responses", "score", "shares", "standard_error", "variance"]

Floats = NDArray[np.float64]


def checked_counts(counts: ArrayLike, *, where: str = "counts") -> Floats:
    """Counts as a float array (..., 3), or an error that says what is wrong with them."""
    expected = "numbers with (detractors, passives, promoters) on the last axis"
    try:
        array = np.asarray(counts, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(where=where, expected=expected, got=_short(counts)) from error
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ArgumentError(where=where, expected=expected, got=f"shape {array.shape}")
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise ArgumentError(
            where=where,
            expected="finite counts of at least 0",
            got=f"{array[wrong][0]:g}",
            hint="pass counts (detractors, passives, promoters), not scores",
        )
    return array


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def responses(counts: ArrayLike) -> Any:
    """Number of answers.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters.

    Returns
    -------
    float or ndarray, shape (...)

    Examples
    --------
    >>> float(responses([20, 30, 50]))
    100.0
    """
    return _total(checked_counts(counts))[()]


def _total(counts: Floats) -> Floats:
    # Promoters and detractors first, so that swapping them gives the same bits.
    return (counts[..., 0] + counts[..., 2]) + counts[..., 1]


def shares(counts: ArrayLike) -> Floats:
    """Share of each category, in [0, 1].

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters.

    Returns
    -------
    ndarray, shape (..., 3)
        Sums to 1 on the last axis; nan where there is no answer.

    Raises
    ------
    ArgumentError
        When a count is negative or the last axis is not 3.

    Examples
    --------
    >>> shares([20, 30, 50]).tolist()
    [0.2, 0.3, 0.5]
    """
    array = checked_counts(counts)
    return _per_response(array, _total(array)[..., None])


def _per_response(value: Floats, total: Floats) -> Floats:
    empty = np.full(np.broadcast_shapes(value.shape, total.shape), np.nan)
    return np.divide(value, total, out=empty, where=total > 0)


def score(counts: ArrayLike) -> Any:
    """Net Promoter Score: the share of promoters minus the share of detractors, in points.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters.

    Returns
    -------
    float or ndarray, shape (...)
        Points on [-100, 100]; nan where there is no answer.

    Raises
    ------
    ArgumentError
        When a count is negative or the last axis is not 3.

    References
    ----------
    Reichheld (2003), "The One Number You Need to Grow", Harvard Business Review 81(12).

    Examples
    --------
    >>> float(score([20, 30, 50]))
    30.0
    >>> score([[1, 2, 3], [0, 0, 0]])
    array([33.33333333,         nan])
    """
    array = checked_counts(counts)
    return _per_response(100 * (array[..., 2] - array[..., 0]), _total(array))[()]


def variance(counts: ArrayLike) -> Any:
    """Variance of one answer scored +1, 0 or -1: ``p + d - (p - d)²``, the population variance.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters.

    Returns
    -------
    float or ndarray, shape (...)
        In [0, 1], on the scale of answers in [-1, 1]; nan where there is no answer.

    Examples
    --------
    >>> round(float(variance([20, 30, 50])), 12)
    0.61
    """
    array = checked_counts(counts)
    total = _total(array)
    mean = _per_response(array[..., 2] - array[..., 0], total)
    decided = _per_response(array[..., 2] + array[..., 0], total)
    return np.maximum(decided - mean * mean, 0.0)[()]


def standard_error(counts: ArrayLike) -> Any:
    """Standard error of the score, in points.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters.

    Returns
    -------
    float or ndarray, shape (...)
        0 where everyone agrees, which says more about the formula than about the customers: use
        :func:`npskit.stats.intervals.interval` for an interval. nan where there is no answer.

    Examples
    --------
    >>> round(float(standard_error([20, 30, 50])), 3)
    7.81
    """
    array = checked_counts(counts)
    return (100 * np.sqrt(_per_response(np.asarray(variance(array)), _total(array))))[()]
