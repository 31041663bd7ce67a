"""Who is still here after so many days: curves from counts of those who left and those at risk.

A customer who answered last week has not had the time to leave, so shares of leavers say more about when people were
asked than about people. Counting, for every day since the answer, who was followed that long and who left on it, uses
what each answer knows and no more (Kaplan-Meier). The counts add; what repeated answers of one customer are worth is
seen in sums over the answers of each customer, which two numbers an answer (its category, its last day) are enough for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from npskit.errors import ArgumentError

__all__ = ["Curve", "Followed", "Spells", "cluster_products", "curve", "followed", "log_log_limits", "risk_difference"]

# Days at which what clusters are worth is computed; between them it is read off the line.
GRID = 12
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Answers by category and last day of their follow-up; the day of the answer is 0.

    Attributes
    ----------
    events, ended : ndarray of int64, shape (categories, horizon + 1)
        Answers whose customer left on the day, and whose follow-up ended on it with the customer still there. Those
        followed beyond the horizon end on its last day.
    """

    events: np.ndarray
    ended: np.ndarray

    def __add__(self, other: Followed) -> Followed:
        return Followed(self.events + other.events, self.ended + other.ended)

    @property
    def horizon(self) -> int:
        """Last day."""
        return self.events.shape[-1] - 1

    @property
    def at_risk(self) -> np.ndarray:
        """Answers followed to the day at least, shape (categories, horizon + 1)."""
        return np.cumsum((self.events + self.ended)[..., ::-1], axis=-1)[..., ::-1]

    def take(self, categories: Sequence[int]) -> Followed:
        """Some categories."""
        return Followed(self.events[list(categories)], self.ended[list(categories)])


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """The answers one by one, as codes: what sums over customers need.

    Attributes
    ----------
    category, last, left : ndarray of int, shape (answers,)
        Category, last day (at most the horizon), and whether the customer left on it.
    cluster : ndarray of int, shape (answers,)
        Which customer answered, 0 to clusters - 1.
    """

    category: np.ndarray
    last: np.ndarray
    left: np.ndarray
    cluster: np.ndarray

    @property
    def clusters(self) -> int:
        """Number of customers."""
        return int(self.cluster.max(initial=-1)) + 1

    def among(self, categories: Sequence[int]) -> Spells:
        """The answers of some categories, which are numbered anew in their order."""
        place = np.full(max(int(self.category.max(initial=0)), *categories) + 1, -1)
        place[list(categories)] = np.arange(len(categories))
        kept = place[self.category] >= 0
        _, cluster = np.unique(self.cluster[kept], return_inverse=True)
        return Spells(place[self.category[kept]], self.last[kept], self.left[kept], cluster)


def followed(spells: Spells, *, horizon: int, categories: int = 3) -> Followed:
    """Count answers by category and last day.

    Examples
    --------
    >>> spells = Spells(*map(np.array, ([0, 0, 1], [2, 3, 3], [1, 0, 0], [0, 1, 2])))
    >>> counted = followed(spells, horizon=3, categories=2)
    >>> counted.events.tolist(), counted.at_risk.tolist()
    ([[0, 0, 1, 0], [0, 0, 0, 0]], [[2, 2, 2, 1], [1, 1, 1, 1]])
    """
    size = horizon + 1
    cells = (spells.category * size + spells.last) * 2 + spells.left.astype(np.int64)
    counts = np.bincount(cells, minlength=categories * size * 2).reshape(categories, size, 2)
    return Followed(counts[..., 1].astype(np.int64), counts[..., 0].astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Share still there by category and day.

    Attributes
    ----------
    retained, lower, upper : ndarray, shape (categories, horizon + 1)
        nan from the day on that nobody of the category was followed to, unless all had left.
    at_risk : ndarray of int, same shape
    covariance : ndarray, shape (categories, categories)
        Of the logarithms of `retained` on the last day.
    effect : ndarray, shape (categories,)
        By how much repeated answers of customers widen the variance on the last day, 1 where they do not.
    """

    retained: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    at_risk: np.ndarray
    covariance: np.ndarray
    effect: np.ndarray


def curve(counts: Followed, *, spells: Spells | None = None, confidence_level: float = 0.95) -> Curve:
    """Kaplan-Meier curves with log-log intervals.

    Parameters
    ----------
    counts : Followed
    spells : Spells, optional
        The same answers with their customers; given where some customers answered more than once.
    confidence_level : float

    Returns
    -------
    Curve

    Raises
    ------
    ArgumentError
        When the answers of `spells` are not those counted.

    Notes
    -----
    Kaplan and Meier (1958); the variance is Greenwood's, which is the sum over answers of their squared influence on
    the logarithm of the curve; with clusters these are summed over the answers of each customer first (Williams 1995).
    Limits on the scale of log(-log) (Kalbfleisch and Prentice 1980). Where nobody left, and where everybody did, the
    limit is the exact binomial one of those at risk, a customer counting once.

    Examples
    --------
    >>> spells = Spells(*map(np.array, ([0, 0, 0, 0], [2, 3, 3, 4], [1, 0, 1, 0], [0, 1, 2, 3])))
    >>> curve(followed(spells, horizon=4, categories=1)).retained.tolist()
    [[1.0, 1.0, 0.75, 0.5, 0.5]]
    """
    at_risk = counts.at_risk
    hazard = np.divide(counts.events, at_risk, out=np.zeros(at_risk.shape), where=at_risk > 0)
    hazard[..., 0] = 0.0
    retained = np.cumprod(1 - hazard, axis=-1)
    spread = steps(counts)
    variance = np.cumsum(spread * hazard, axis=-1)
    covariance = np.diag(variance[..., -1])
    effects = np.ones_like(variance)
    people = np.ones(len(at_risk))
    if spells is not None and spells.clusters < len(spells.cluster):
        if len(spells.cluster) != int((counts.events + counts.ended).sum()):
            raise ArgumentError(where="spells", expected="the answers that were counted", got="others")
        effects, covariance = clustered(counts, spells, variance)
        variance = variance * effects
        pairs = np.unique(spells.cluster.astype(np.int64) * len(at_risk) + spells.category)
        people = np.bincount(pairs % len(at_risk), minlength=len(at_risk)) / np.maximum(at_risk[..., 0], 1)
    lower, upper = log_log_limits(
        retained, variance, at_risk * people[:, None], confidence_level=confidence_level, start=at_risk[..., :1]
    )
    if effects.max() > 1:
        # Limits of a line that never rises do not rise either.
        lower = np.minimum.accumulate(lower, axis=-1)
        upper = np.maximum.accumulate(upper[:, ::-1], axis=-1)[:, ::-1]
    # Where the last one followed left, nobody is there for good.
    unknown = (at_risk == 0) & (retained > 0)
    for part in (retained, lower, upper):
        part[unknown] = np.nan
    return Curve(retained, lower, upper, at_risk, covariance, effects[..., -1])


def steps(counts: Followed) -> np.ndarray:
    """How much one more leaver on a day moves the logarithm of the curve, shape of the counts."""
    at_risk = counts.at_risk.astype(float)
    left_over = np.maximum(at_risk - counts.events, TINY)
    return np.divide(1.0, left_over, out=np.zeros_like(at_risk), where=(at_risk > 0) & (at_risk > counts.events))


def clustered(counts: Followed, spells: Spells, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By how much clusters widen the variance of each day, and the covariance of the categories on the last one."""
    size, categories = counts.horizon + 1, len(counts.events)
    grid = np.unique(np.linspace(0, counts.horizon, GRID + 1).astype(int)[1:])
    found, products = np.ones((len(grid), categories)), np.zeros((categories, categories))
    expected, step = influence(counts)
    category, last = spells.category, spells.last
    leaving = np.where(spells.left, step[category, last], 0.0)
    for at, day in enumerate(grid):
        values = expected[category, np.minimum(last, day)] - np.where(last <= day, leaving, 0.0)
        products = cluster_products(values, spells.cluster, spells.category, categories)
        greenwood = variance[:, day]
        np.divide(np.diag(products), greenwood, out=found[at], where=greenwood > 0)
    days = np.arange(size)
    # Of few customers the sums vary a lot, and nobody learns more of an answer by asking again.
    widened = np.maximum(np.stack([np.interp(days, grid, found[:, c]) for c in range(categories)]), 1.0)
    scale = np.sqrt(np.maximum(1.0, np.divide(1.0, found[-1], out=np.ones(categories), where=found[-1] > 0)))
    return widened, products * np.outer(scale, scale)


def influence(counts: Followed) -> tuple[np.ndarray, np.ndarray]:
    """Of an answer on the logarithm of its category's curve: what each day it is followed adds, and what leaving takes.

    Both have shape (categories, horizon + 1); the first is summed up to the day.
    """
    at_risk, step = counts.at_risk, steps(counts)
    hazard = np.divide(counts.events, at_risk, out=np.zeros(at_risk.shape), where=at_risk > 0)
    return np.cumsum(step * hazard, axis=-1), step


def cluster_products(
    values: np.ndarray, cluster: np.ndarray, column: np.ndarray | None = None, columns: int = 1
) -> np.ndarray:
    """Sums over customers of products of their sums, with the correction for few customers.

    Parameters
    ----------
    values : ndarray, shape (answers,) or (answers, columns)
        Influence of each answer; where it bears on one column only, which one is `column`.
    cluster : ndarray of int, shape (answers,)
    column : ndarray of int, shape (answers,), optional
    columns : int

    Returns
    -------
    ndarray, shape (columns, columns)

    Examples
    --------
    >>> cluster_products(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1])).tolist()
    [[36.0]]
    """
    size = int(cluster.max(initial=-1)) + 1
    if column is not None:
        sums = np.bincount(cluster.astype(np.int64) * columns + column, values, size * columns).reshape(size, columns)
    else:
        parts = values.reshape(len(values), -1)
        sums = np.stack([np.bincount(cluster, part, size) for part in parts.T], axis=1)
    products: np.ndarray = sums.T @ sums
    return products * (size / (size - 1) if size > 1 else 1.0)


def log_log_limits(
    retained: np.ndarray, variance: np.ndarray, at_risk: Any, *, confidence_level: float = 0.95, start: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a share still there, from the variance of its logarithm.

    Parameters
    ----------
    retained, variance, at_risk : ndarray, one shape
    confidence_level : float
    start : ndarray, optional
        Those at risk in the beginning, for the limit where everybody left.
    """
    tail = (1 - confidence_level) / 2
    inside = (retained > 0) & (retained < 1)
    log = np.log(np.where(inside, retained, 0.5))
    width = NormalDist().inv_cdf(1 - tail) * np.sqrt(variance) / -log
    lower, upper = np.exp(log * np.exp(width)), np.exp(log * np.exp(-width))
    none = tail ** (1 / np.maximum(at_risk, 1))
    everybody = 1 - tail ** (1 / np.maximum(at_risk if start is None else start, 1))
    lower = np.where(retained >= 1, none, np.where(retained <= 0, 0.0, lower))
    upper = np.where(retained >= 1, 1.0, np.where(retained <= 0, everybody, upper))
    return lower, upper


def risk_difference(found: Curve, first: int, second: int) -> tuple[float, float, float]:
    """Risk of one category minus that of another on the last day, with its limits.

    The limits are put together from those of the two (MOVER: Zou and Donner 2008), with the correlation that customers
    who answered in both categories bring.
    """
    risk = 1 - found.retained[:, -1]
    low, high = 1 - found.upper[:, -1], 1 - found.lower[:, -1]
    spread = found.covariance[first, first] * found.covariance[second, second]
    together = found.covariance[first, second] / np.sqrt(spread) if spread > 0 else 0.0
    gap = risk[first] - risk[second]

    def margin(one: float, other: float) -> float:
        return float(np.sqrt(max(one**2 + other**2 - 2 * together * one * other, 0.0)))

    lower = gap - margin(risk[first] - low[first], high[second] - risk[second])
    upper = gap + margin(high[first] - risk[first], risk[second] - low[second])
    return float(gap), float(lower), float(upper)
