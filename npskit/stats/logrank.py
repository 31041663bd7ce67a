"""Whether categories leave at different rates, over all days and not on one chosen for its gap.

Each day the leavers of a category are compared with its part of those at risk; the differences, summed, are what chance
alone spreads in a known way. Where customers answered more than once, the spread is taken from sums over customers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from npskit.stats.retention import Followed, Spells, cluster_products

__all__ = ["Difference", "chi_square_tail", "detectable_ratio", "log_rank"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Answer of the log-rank test.

    Attributes
    ----------
    statistic, p_value : float
        nan where fewer than two categories were at risk, or nobody left.
    freedom : int
    excess : tuple of float
        Leavers beyond the expected ones, a category each.
    """

    statistic: float
    p_value: float
    freedom: int
    excess: tuple[float, ...]


def log_rank(counts: Followed, *, spells: Spells | None = None) -> Difference:
    """Test that all categories leave at one rate, day by day.

    Parameters
    ----------
    counts : Followed
    spells : Spells, optional
        The same answers with their customers; given where some customers answered more than once.

    Notes
    -----
    Mantel (1966). With clusters the covariance is the robust one of Lee, Wei and Amato (1992).

    Examples
    --------
    >>> events, ended = np.array([[0, 8, 6], [0, 2, 3]]), np.array([[0, 0, 36], [0, 0, 45]])
    >>> found = log_rank(Followed(events, ended))
    >>> round(found.statistic, 2), round(found.p_value, 3), round(found.excess[0], 2)
    (5.34, 0.021, 4.8)
    """
    excess = observed_minus_expected(counts)
    covariance = (
        hypergeometric(counts)
        if spells is None or spells.clusters == len(spells.cluster)
        else robust(counts, spells)
    )  # fmt: skip
    used = np.flatnonzero(np.diag(covariance) > 0)
    told = tuple(float(each) for each in excess)
    if len(used) < 2:
        return Difference(math.nan, math.nan, max(len(used) - 1, 0), told)
    kept = used[:-1]
    inverse = np.linalg.pinv(covariance[np.ix_(kept, kept)], hermitian=True)
    statistic = float(excess[kept] @ inverse @ excess[kept])
    return Difference(statistic, chi_square_tail(statistic, len(kept)), len(kept), told)


def shares_at_risk(counts: Followed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each day: the part of each category among those at risk, the rate of leaving, and the number at risk."""
    at_risk = counts.at_risk.astype(float)
    whole = at_risk.sum(0)
    parts = np.divide(at_risk, whole, out=np.zeros_like(at_risk), where=whole > 0)
    rate = np.divide(counts.events.sum(0), whole, out=np.zeros_like(whole), where=whole > 0)
    return parts, rate, whole


def observed_minus_expected(counts: Followed) -> np.ndarray:
    """Leavers of each category beyond its part of all leavers."""
    parts, _, _ = shares_at_risk(counts)
    excess: np.ndarray = (counts.events - parts * counts.events.sum(0)).sum(-1)
    return excess


def hypergeometric(counts: Followed) -> np.ndarray:
    """Covariance of the excess when every answer is a customer's only one."""
    parts, _, whole = shares_at_risk(counts)
    left = counts.events.sum(0).astype(float)
    scale = left * np.divide(whole - left, whole - 1, out=np.zeros_like(whole), where=whole > 1)
    covariance: np.ndarray = np.diag((scale * parts).sum(-1)) - (scale * parts) @ parts.T
    return covariance


def robust(counts: Followed, spells: Spells) -> np.ndarray:
    """Covariance of the excess from sums over customers."""
    parts, rate, _ = shares_at_risk(counts)
    categories = len(parts)
    own = np.eye(categories)[:, :, None] - parts[None]
    # (own category, column, day): what was expected of the days an answer was followed, and what leaving adds.
    expected = np.cumsum(own * rate, axis=-1)
    table = np.stack([-expected, own - expected], axis=-1)
    left = spells.left.astype(np.int64)
    values = np.stack([table[:, c][spells.category, spells.last, left] for c in range(categories)], axis=1)
    return cluster_products(values, spells.cluster)


def detectable_ratio(
    counts: Followed, pair: Sequence[int], *, spells: Spells | None = None, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The ratio of the rates of two categories that such data would show with this power; inf where nobody left.

    Schoenfeld (1981), with the variance of the clusters.

    Examples
    --------
    >>> events, ended = np.array([[0, 50], [0, 50]]), np.array([[0, 950], [0, 950]])
    >>> round(detectable_ratio(Followed(events, ended), (0, 1)), 2)
    1.78
    """
    two = counts.take(pair)
    information = hypergeometric(two)[0, 0]
    if information <= 0:
        return math.inf
    again = None if spells is None else spells.among(pair)
    spread = information if again is None or again.clusters == len(again.cluster) else robust(two, again)[0, 0]
    normal = NormalDist()
    needed = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
    return float(np.exp(min(needed * math.sqrt(spread) / information, 50.0)))


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Probability that chi-square with few degrees of freedom exceeds a value.

    Examples
    --------
    >>> round(chi_square_tail(3.841, 1), 3), round(chi_square_tail(5.991, 2), 3), round(chi_square_tail(7.815, 3), 3)
    (0.05, 0.05, 0.05)
    """
    half = max(statistic, 0.0) / 2
    if freedom % 2:
        total, term = math.erfc(math.sqrt(half)), 2 * math.sqrt(half / math.pi) * math.exp(-half)
        for k in range(1, freedom, 2):
            total += term
            term *= 2 * half / (k + 2)
        return total
    return math.exp(-half) * sum(half**k / math.factorial(k) for k in range(freedom // 2))
