"""Does the larger of two nested forecasts do better, when both had to be estimated.

A model with one more factor must estimate one more coefficient, and the noise of that estimate is in its forecasts:
with a useless factor its squared errors are larger on average, and comparing them as they are would never find a weak
true factor. Clark and West take that noise out. What is left has mean zero when the factor is useless.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from npskit.stats.student import student_tail

__all__ = ["ClarkWest", "clark_west"]

#: Fewer forecasts than this decide nothing.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class ClarkWest:
    """Clark and West's test.

    Attributes
    ----------
    statistic : float
        Ratio of the mean adjusted difference of squared errors to its standard error; positive favours the larger
        model. nan for fewer than five forecasts.
    p_value : float
        One-sided, by Student's t.
    tested : int
        Forecasts compared.
    """

    statistic: float
    p_value: float
    tested: int


def clark_west(actual: ArrayLike, smaller: ArrayLike, larger: ArrayLike) -> ClarkWest:
    """Compare one-step forecasts of two nested models.

    Parameters
    ----------
    actual, smaller, larger : array_like (T,)
        What came, and what the model without and with the factor said one step before; rows with a nan are left out.

    Returns
    -------
    ClarkWest

    Notes
    -----
    T. E. Clark and K. D. West, "Approximately normal tests for equal predictive accuracy in nested models", Journal of
    Econometrics 138 (2007) 291-311.

    Examples
    --------
    >>> truth = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.2])
    >>> found = clark_west(truth, np.zeros(6), 0.8 * truth + [0.1, 0, -0.1, 0.1, 0, -0.1])
    >>> found.statistic > 5, found.p_value < 0.01, found.tested
    (True, True, 6)
    """
    rows = np.stack([np.asarray(part, dtype=float) for part in (actual, smaller, larger)])
    y, small, large = rows[:, np.isfinite(rows).all(axis=0)]
    gains = (y - small) ** 2 - (y - large) ** 2 + (small - large) ** 2
    n = len(gains)
    if n < FEWEST:
        return ClarkWest(math.nan, math.nan, n)
    error = float(gains.std(ddof=1)) / math.sqrt(n)
    if not error > 0:
        return ClarkWest(math.nan, math.nan, n)
    statistic = float(gains.mean()) / error
    return ClarkWest(statistic, student_tail(statistic, n - 1), n)
