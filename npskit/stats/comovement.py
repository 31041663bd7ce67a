"""Whether two scores go up and down together, period by period.

Two levels that each drift for reasons of their own correlate as a rule, so the levels tell nothing; the changes from
one period to the next do. Changes of noisy readings undo one another (a high reading rises before and falls after), and
two series of such changes correlate by chance more than independent pairs would: the interval allows for that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.stats.intervals import checked_level, normal_quantile

__all__ = ["FEWEST_CHANGES", "Comovement", "comovement"]

#: Pairs of changes below which nothing is told.
FEWEST_CHANGES = 12
# 1 + 2 r1 s1 with both first autocorrelations at -1/2, as pure noise has them (Bartlett 1946).
WORTH = 1.5


@dataclass(frozen=True, slots=True)
class Comovement:
    """Correlation of the changes with its interval, and how many pairs of changes it rests on."""

    correlation: float
    lower: float
    upper: float
    changes: int


def comovement(first: ArrayLike, second: ArrayLike, *, confidence_level: float = 0.95) -> Comovement:
    """Correlation of the changes of two series from one period to the next.

    Parameters
    ----------
    first, second : array_like, shape (periods,)
        Readings; nan where there is none. Only changes between two neighbouring periods known in both are used.
    confidence_level : float

    Returns
    -------
    Comovement
        nan with fewer than three changes or where one series never moves; limits of -1 and 1 where the changes are too
        few for any.

    Notes
    -----
    Fisher's z with as many pairs as Bartlett's formula leaves of changes of pure noise, two in three.

    References
    ----------
    Bartlett (1946), Supplement to the Journal of the Royal Statistical Society 8:27-41.

    Examples
    --------
    >>> found = comovement([1, 3, 2, 5, 4, 6, 3, 7], [2, 4, 3, 7, 5, 7, 4, 9])
    >>> round(found.correlation, 2), found.changes, found.lower > 0
    (0.99, 7, True)
    """
    checked_level(confidence_level)
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or one.ndim != 1:
        raise ArgumentError(where="second", expected="as many periods as the first", got=f"{one.shape}, {other.shape}")
    a, b = np.diff(one), np.diff(other)
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    nan = float("nan")
    if len(a) < 3 or not a.std() > 0 or not b.std() > 0:
        return Comovement(nan, nan, nan, len(a))
    r = float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))
    free = len(a) / WORTH - 3
    if free <= 0:
        return Comovement(r, -1.0, 1.0, len(a))
    z, half = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12)), normal_quantile(confidence_level) / math.sqrt(free)
    return Comovement(r, math.tanh(z - half), math.tanh(z + half), len(a))
