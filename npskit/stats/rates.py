"""Shares of a group: an interval that stays between nobody and everybody, and the difference of two of them.

An answer rate, a theme among comments, customers reached: shares of small or of nearly silent groups lie at the end of
their scale, where the usual error gives limits below 0. Wilson's interval stays inside, and the interval of a
difference is put together from two of them, as that of two scores is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError, optional_import
from npskit.stats.comparison import Difference, two_sided
from npskit.stats.intervals import checked_level, normal_quantile
from npskit.stats.score import Floats

__all__ = ["rate_difference", "rate_differences_to_rest", "rate_interval"]

# Expected numbers below this take the exact test.
FEW = 5


def rate_interval(answered: ArrayLike, asked: ArrayLike, *, confidence_level: float = 0.95) -> tuple[Any, Any]:
    """Wilson's interval of a share.

    Parameters
    ----------
    answered, asked : array_like, shape (...)
        Those who answered, of those who were asked; or any other part of a group, of effective answers too.
    confidence_level : float

    Returns
    -------
    lower, upper : float or ndarray, shape (...)
        Shares, 0..1; nan where nobody was asked.

    Raises
    ------
    ArgumentError
        When more answered than were asked.

    References
    ----------
    Wilson (1927), JASA 22:209-212; Newcombe (1998), Statistics in Medicine 17:857-872.

    Examples
    --------
    >>> lower, upper = rate_interval(81, 263)
    >>> f"{lower:.4f} to {upper:.4f}"
    '0.2553 to 0.3662'
    """
    k, n = checked_rates(answered, asked)
    z = normal_quantile(checked_level(confidence_level))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        middle = (k + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * np.sqrt(np.maximum(n * p * (1 - p), 0) + z * z / 4)
    known = n > 0
    # Nobody and everybody are ends of the scale, not nearly so.
    lower = np.where(known, np.where(k == 0, 0.0, middle - half), np.nan)
    upper = np.where(known, np.where(k == n, 1.0, middle + half), np.nan)
    return lower[()], upper[()]


def checked_rates(answered: ArrayLike, asked: ArrayLike) -> tuple[Floats, Floats]:
    """Both numbers as arrays of one shape."""
    k, n = np.broadcast_arrays(np.asarray(answered, dtype=float), np.asarray(asked, dtype=float))
    if not (np.isfinite(k) & np.isfinite(n) & (k >= 0) & (k <= n)).all():
        raise ArgumentError(
            where="answered", expected="numbers from 0 to those asked", got=f"{answered!r} of {asked!r}"
        )
    return k, n


def rate_difference(
    answered: ArrayLike, asked: ArrayLike, others_answered: ArrayLike, others_asked: ArrayLike,
    *, confidence_level: float = 0.95,
) -> Difference:  # fmt: skip
    """Share of one group minus that of another: Newcombe's interval and the test of two shares.

    Returns
    -------
    Difference
        Shares, -1..1; nan where one side asked nobody. The p-value is of Pearson's test, or exact (twice the smaller
        tail of the hypergeometric) where an expected number is below 5.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> found = rate_difference(56, 70, 48, 80)
    >>> f"{found.difference:.4f}, {found.lower:.4f} to {found.upper:.4f}, p = {found.p_value:.3f}"
    '0.2000, 0.0524 to 0.3339, p = 0.008'
    """
    (a, n), (b, m) = checked_rates(answered, asked), checked_rates(others_answered, others_asked)
    a, n, b, m = np.broadcast_arrays(a, n, b, m)
    limits = [np.asarray(each) for each in (*rate_interval(a, n, confidence_level=confidence_level),
                                            *rate_interval(b, m, confidence_level=confidence_level))]  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q, pooled = a / n, b / m, (a + b) / (n + m)
        gap = p - q
        lower = gap - np.hypot(p - limits[0], limits[3] - q)
        upper = gap + np.hypot(limits[1] - p, q - limits[2])
        error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        deviate = np.where(gap == 0, 0.0, np.abs(gap) / error)
    known = (n > 0) & (m > 0)
    chance = np.where(known, two_sided(np.where(np.isfinite(deviate), deviate, 0.0)), np.nan)
    small = known & (np.minimum(pooled, 1 - pooled) * np.minimum(n, m) < FEW)
    if small.any():
        chance = np.where(small, exact(a, n, b, m), chance)
    return Difference(*(np.where(known, value, np.nan)[()] for value in (gap, lower, upper, chance)))


def exact(a: Floats, n: Floats, b: Floats, m: Floats) -> Floats:
    """Twice the smaller tail of the hypergeometric distribution."""
    stats = optional_import("scipy.stats", extra="stats", purpose="test shares of few invited")
    law = stats.hypergeom(n + m, a + b, n)
    found: Floats = np.minimum(1.0, 2 * np.minimum(law.cdf(a), law.sf(a - 1)))
    return found


def rate_differences_to_rest(answered: ArrayLike, asked: ArrayLike, *, confidence_level: float = 0.95) -> Difference:
    """Share of each of k groups minus that of all others together, shape (k,) each.

    Examples
    --------
    >>> rate_differences_to_rest([20, 30, 50], [100, 100, 100]).difference.round(3).tolist()
    [-0.2, -0.05, 0.25]
    """
    k, n = checked_rates(answered, asked)
    return rate_difference(k, n, k.sum() - k, n.sum() - n, confidence_level=confidence_level)
