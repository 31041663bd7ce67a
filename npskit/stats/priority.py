"""What first: how many points an action can bring, times how feasible it is.

The driver that matters most is not the one to work on when it cannot move, concerns few or is out of reach. The
impact of an action is what one unit is worth (a coefficient), times how far it can be moved, times the share of
customers concerned; it is as uncertain as the coefficient. A list sorted by such values claims more than is known:
actions whose intervals overlap share a rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.intervals import normal_quantile
from npskit.stats.score import Floats

__all__ = ["Impact", "Priorities", "impact", "impact_from_draws", "priorities", "rank_with_ties"]

MOST_FEASIBLE = 5


@dataclass(frozen=True, slots=True)
class Impact:
    """Points of the score that actions can bring, with interval; (k,) each."""

    impact: Any
    lower: Any
    upper: Any


@dataclass(frozen=True, slots=True)
class Priorities:
    """Impact × feasibility / 5 in points, with interval, rank (1 first, shared) and points per unit of cost; (k,).

    `order` lists the actions from the first to the last: by rank and, inside a rank, by value.
    """

    value: Floats
    lower: Floats
    upper: Floats
    rank: Floats
    per_cost: Floats
    order: NDArray[np.int64]


def impact(
    coefficient: ArrayLike, gap: ArrayLike, share: ArrayLike = 1.0, *, lower: ArrayLike, upper: ArrayLike
) -> Impact:
    """Coefficient × reachable gap × share concerned, with the interval of the coefficient carried along.

    Parameters
    ----------
    coefficient : array_like, shape (k,)
        Points of the score per unit of the attribute, among those concerned.
    gap : array_like, shape (k,)
        How far it can be moved, in units of the attribute; negative when it is to go down.
    share : array_like, shape (k,), optional
        Share of customers concerned, in [0, 1].
    lower, upper : array_like, shape (k,)
        Interval of the coefficient.

    Returns
    -------
    Impact

    Raises
    ------
    ArgumentError
        When a share is outside [0, 1] or a lower end above its upper end.

    Examples
    --------
    >>> found = impact([8.0, 3.0], [0.5, 1.0], [0.6, 1.0], lower=[5.0, -1.0], upper=[11.0, 7.0])
    >>> found.impact.round(9).tolist(), found.lower.round(9).tolist(), found.upper.round(9).tolist()
    ([2.4, 3.0], [1.5, -1.0], [3.3, 7.0])
    """
    ends = _numbers(lower, "lower"), _numbers(upper, "upper")
    _ordered(*ends)
    reach = _numbers(gap, "gap") * _share(share)
    one, other = ends[0] * reach, ends[1] * reach
    return Impact(_numbers(coefficient, "coefficient") * reach, np.minimum(one, other), np.maximum(one, other))


def impact_from_draws(
    coefficient: ArrayLike, gap: ArrayLike, share: ArrayLike = 1.0, *, confidence_level: float = 0.95
) -> Impact:
    """As :func:`impact`, from draws (bootstrap or posterior) of any of the three.

    Parameters
    ----------
    coefficient, gap, share : array_like, shape (draws, k), or (k,) when known
        Each row one draw. The estimate is the mean of the draws, the interval their middle part; what is drawn
        together stays together.
    confidence_level : float, optional

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal([8, 3], [1, 2], size=(4000, 2))
    >>> found = impact_from_draws(draws, [0.5, 1.0], [0.6, 1.0])
    >>> found.impact.round(1).tolist(), found.lower.round(1).tolist(), found.upper.round(1).tolist()
    ([2.4, 3.0], [1.8, -0.9], [3.0, 6.8])
    """
    normal_quantile(confidence_level)
    drawn = _numbers(coefficient, "coefficient") * _numbers(gap, "gap") * _share(share)
    if drawn.ndim < 2:
        raise ArgumentError(where="coefficient", expected="draws × actions", got=f"shape {drawn.shape}")
    outside = (1 - confidence_level) / 2
    lower, upper = np.quantile(drawn, [outside, 1 - outside], axis=0)
    return Impact(drawn.mean(axis=0), lower, upper)


def priorities(
    impact: ArrayLike, lower: ArrayLike, upper: ArrayLike, feasibility: ArrayLike, *, cost: ArrayLike | None = None
) -> Priorities:
    """Impact weighed by feasibility, ranked.

    Parameters
    ----------
    impact, lower, upper : array_like, shape (k,)
        Points, with interval; nan where not known.
    feasibility : array_like, shape (k,)
        1 (hardly) to 5 (at once). Five keeps the impact, one keeps a fifth of it.
    cost : array_like, shape (k,), optional
        In any unit; nan where not known. It does not change the rank.

    Returns
    -------
    Priorities

    Raises
    ------
    ArgumentError
        When shapes differ, feasibility is outside 1 to 5, a cost is not above 0 or an interval is upside down.

    Examples
    --------
    >>> found = priorities([6, 5, 1], [4, 3, 0.5], [8, 7, 1.5], [5, 4, 5])
    >>> found.value.tolist(), found.rank.tolist()
    ([6.0, 4.0, 1.0], [1.0, 1.0, 3.0])
    """
    given = {"impact": impact, "lower": lower, "upper": upper, "feasibility": feasibility}
    points, low, high, feasible = (np.atleast_1d(_numbers(value, where)) for where, value in given.items())
    _same_shape(points, low, high, feasible)
    _ordered(low, high)
    if not ((feasible >= 1) & (feasible <= MOST_FEASIBLE)).all():
        raise ArgumentError(where="feasibility", expected="numbers from 1 to 5", got=f"{feasible.tolist()}")
    factor = feasible / MOST_FEASIBLE
    value, low, high = points * factor, low * factor, high * factor
    rank = rank_with_ties(value, low, high)
    return Priorities(value, low, high, rank, value / _cost(cost, value), np.lexsort((-value, rank)))


def rank_with_ties(value: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Floats:
    """Ranks by value, the largest first, shared where intervals overlap.

    Overlapping is not transitive: a can overlap b and b overlap c while a is clear of c. The rule here: the largest
    value leads a rank, the following ones share it as long as their interval overlaps the *leader's*, and the first
    that does not leads the next rank, which is its place in the order (1, 1, 3). So a rank says "not clear of the best
    of this rank", ranks never run against values, and two neighbours that overlap may still stand on two ranks.

    Parameters
    ----------
    value, lower, upper : array_like, shape (k,)

    Returns
    -------
    ndarray, shape (k,)
        1 for the first; nan where a value or an end is nan.

    Examples
    --------
    >>> rank_with_ties([10, 8, 5, 1], [7, 5, 4, 0], [13, 11, 6, 2]).tolist()
    [1.0, 1.0, 3.0, 4.0]
    """
    points, low, high = (
        np.atleast_1d(_numbers(given, where)) for given, where in ((value, "value"), (lower, "lower"), (upper, "upper"))
    )
    _same_shape(points, low, high)
    _ordered(low, high)
    known = np.isfinite(points + low + high)
    rank = np.full(points.shape, np.nan)
    leader, current = -1, 0
    for place, at in enumerate(np.argsort(-points[known], kind="stable")):
        action = int(np.flatnonzero(known)[at])
        if leader < 0 or high[action] < low[leader]:
            leader, current = action, place + 1
        rank[action] = current
    return rank


def _numbers(value: ArrayLike, where: str) -> Floats:
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(where=where, expected="numbers", got=repr(value)[:60]) from error


def _share(share: ArrayLike) -> Floats:
    given = _numbers(share, "share")
    if ((given < 0) | (given > 1)).any():
        raise ArgumentError(
            where="share", expected="shares of customers in [0, 1]", got=f"{given.min():g} to {given.max():g}"
        )
    return given


def _ordered(lower: Floats, upper: Floats) -> None:
    if (lower > upper).any():
        raise ArgumentError(where="lower", expected="at most upper", got=f"{lower.tolist()} above {upper.tolist()}")


def _same_shape(*parts: Floats) -> None:
    if len({part.shape for part in parts}) > 1 or parts[0].ndim != 1:
        raise ArgumentError(
            where="actions", expected="as many of each, (k,)", got=", ".join(f"{part.shape}" for part in parts)
        )


def _cost(cost: ArrayLike | None, value: Floats) -> Floats:
    if cost is None:
        return np.full(value.shape, np.nan)
    given = np.atleast_1d(_numbers(cost, "cost"))
    _same_shape(given, value)
    if (given <= 0).any():
        raise ArgumentError(where="cost", expected="numbers above 0, or nan", got=f"{given.tolist()}")
    return given
