"""Why the score moved: other customers, or other answers from the same customers.

A score can fall although every shop improves, when the customers move to the shops that were always lower. So a
change is split in two. The *mix* is what the new sizes of the segments do at the same scores, the *within* is what
the new scores do at the same sizes, and each is taken at the midpoint of the two periods, so that nothing is left
over and reading time backwards only turns the signs (Kitagawa 1955). With several dimensions the sizes can be
changed one dimension at a time, in any order; the average over all orders is the one answer that does not depend on
the order (Shapley), and with one dimension it is Kitagawa's midpoint.

The points that an answer is worth are an argument: :data:`SCORE` splits the score, :data:`PROMOTERS` and
:data:`DETRACTORS` split the two shares it is made of, and the first is the second minus the third, part by part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.score import Floats, checked_counts, responses, score, shares

__all__ = [
    "DETRACTORS",
    "MOST_DIMENSIONS",
    "PROMOTERS",
    "SCORE",
    "Dimensions",
    "MixWithin",
    "dimensions",
    "is_reversal",
    "mix_within",
]

SCORE = (-100.0, 0.0, 100.0)
PROMOTERS = (0.0, 0.0, 100.0)
DETRACTORS = (100.0, 0.0, 0.0)
MOST_DIMENSIONS = 6
ROUNDING = 1e-9

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MixWithin:
    """A change split by segment, in points, (..., K) each; `total` is their sum, and sums to the change.

    `appeared` and `vanished` mark segments with answers in one period only. They have no change of score to speak of:
    all of theirs is mix.
    """

    mix: Floats
    within: Floats
    total: Floats
    appeared: Flags
    vanished: Flags


@dataclass(frozen=True, slots=True)
class Dimensions:
    """A change split by dimension: `mix` one array (..., L_d) per dimension, `within` (..., L_1, …, L_D) per cell.

    All in points; all of them together sum to the change. `appeared` and `vanished` mark cells.
    """

    mix: tuple[Floats, ...]
    within: Floats
    appeared: Flags
    vanished: Flags


def mix_within(before: ArrayLike, after: ArrayLike, *, points: ArrayLike = SCORE) -> MixWithin:
    """Mix and within of each segment, after minus before.

    Parameters
    ----------
    before, after : array_like, shape (..., K, 3)
        Detractors, passives, promoters of K segments, the same in both periods; or sums of weights.
    points : array_like, shape (3,), optional
        What an answer of each category is worth: :data:`SCORE`, :data:`PROMOTERS` or :data:`DETRACTORS`.

    Returns
    -------
    MixWithin
        ``mix = Δw (mean s − mean S)`` and ``within = mean w · Δs``, with w the share of answers in a segment, s its
        score, S the score of all. nan where a period has no answer.

    Raises
    ------
    ArgumentError
        When the two periods differ in shape, or counts are not counts.

    References
    ----------
    Kitagawa (1955), J. American Statistical Association 50:1168-1194.

    Examples
    --------
    Both shops go up and the score goes down by 8 points, since more customers come from the lower one.

    >>> before, after = [[10, 0, 70], [10, 0, 10]], [[6, 0, 54], [18, 0, 22]]
    >>> split = mix_within(before, after)
    >>> split.mix.round(2).tolist(), split.within.round(2).tolist()
    ([-4.3, -10.2], [3.5, 3.0])
    >>> round(float(split.total.sum()), 2)
    -8.0
    """
    first, second = _both(before, after, least=2)
    appeared, vanished = _one_sided(first, second)
    mix, within = kitagawa(*sizes_and_values(first, second, points))
    return MixWithin(mix, within, mix + within, appeared, vanished)


def dimensions(before: ArrayLike, after: ArrayLike, *, points: ArrayLike = SCORE) -> Dimensions:
    """Mix of each level of each dimension and within of each cell, after minus before.

    Parameters
    ----------
    before, after : array_like, shape (L_1, …, L_D, 3)
        Counts, or sums of weights, over the full cross of D dimensions.
    points : array_like, shape (3,), optional
        As in :func:`mix_within`.

    Returns
    -------
    Dimensions
        Averaged over all orders in which the dimensions and the scores can change. Levels of one dimension are
        measured from the mean score of the two periods, as the segments of :func:`mix_within` are.

    Raises
    ------
    ArgumentError
        When shapes differ or there are more than :data:`MOST_DIMENSIONS` dimensions.

    Notes
    -----
    When the dimensions in a set A are taken from the second period and the others, B, from the first, the share of a
    cell is the mean of P₁(A) P₀(B | A) and P₀(B) P₁(A | B). Where dimensions are independent in both periods this is
    Das Gupta's standardisation; where they are not, he takes the geometric mean of the two, whose shares do not sum to
    1, so that a constant added to all scores would move points between dimensions.

    References
    ----------
    Shapley (1953). Das Gupta (1993), U.S. Bureau of the Census, P23-186. Shorrocks (2013), J. Economic Inequality
    11:99-126.

    Examples
    --------
    Customers moved between shops; men and women stayed as they were.

    >>> before = [[[5, 5, 30], [5, 5, 30]], [[10, 0, 0], [10, 0, 0]]]
    >>> after = [[[3, 3, 18], [3, 3, 18]], [[26, 0, 0], [26, 0, 0]]]
    >>> split = dimensions(before, after)
    >>> [part.round(2).tolist() for part in split.mix]
    [[-18.72, -33.28], [0.0, 0.0]]
    >>> float(split.within.sum())
    0.0
    """
    first, second = _both(before, after, least=2)
    many = first.ndim - 1
    if many > MOST_DIMENSIONS:
        raise ArgumentError(where="before", expected=f"at most {MOST_DIMENSIONS} dimensions", got=str(many))
    appeared, vanished = _one_sided(first, second)
    mix, within = shapley(*sizes_and_values(first, second, points, many), many=many)
    return Dimensions(mix, within, appeared, vanished)


def is_reversal(before: ArrayLike, after: ArrayLike) -> Any:
    """Whether every segment moves one way and the score of all the other way (Simpson); bool or array (...).

    Segments without answers in one of the periods are left out, and so is a single segment.

    Examples
    --------
    >>> is_reversal([[10, 0, 70], [10, 0, 10]], [[6, 0, 54], [18, 0, 22]])
    True
    """
    first, second = _both(before, after, least=2)
    moved = np.asarray(score(second) - score(first))
    known = ~np.isnan(moved)
    change = np.asarray(score(second.sum(axis=-2)) - score(first.sum(axis=-2)))
    risen, fallen = (((sign * moved > ROUNDING) | ~known).all(axis=-1) for sign in (1, -1))
    against = (risen & (change < -ROUNDING)) | (fallen & (change > ROUNDING))
    found = (known.sum(axis=-1) > 1) & against
    return bool(found) if found.ndim == 0 else found


def _both(before: ArrayLike, after: ArrayLike, *, least: int) -> tuple[Floats, Floats]:
    first, second = checked_counts(before, where="before"), checked_counts(after, where="after")
    if first.shape != second.shape or first.ndim < least:
        raise ArgumentError(
            where="before and after",
            expected="the same segments × 3 in both periods",
            got=f"shapes {first.shape} and {second.shape}",
            hint="give a segment without answers in one period three zeros there",
        )
    return first, second


def _one_sided(first: Floats, second: Floats) -> tuple[Flags, Flags]:
    here, there = np.asarray(responses(first)) > 0, np.asarray(responses(second)) > 0
    return ~here & there, here & ~there


def sizes_and_values(first: Floats, second: Floats, points: ArrayLike, many: int = 1) -> tuple[Floats, ...]:
    """Shares of the segments and their values in points, each before and after; the last `many` axes are segments."""
    worth = np.asarray(points, dtype=float)
    axes = tuple(range(-many, 0))
    sizes = []
    for counts in (first, second):
        answers = np.asarray(responses(counts))
        whole = answers.sum(axis=axes, keepdims=True)
        sizes.append(np.divide(answers, whole, out=np.full(answers.shape, np.nan), where=whole > 0))
    return *sizes, *comparable(shares(first) @ worth, shares(second) @ worth)


def comparable(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Values with the gaps of one period filled from the other, so that a segment seen once is all mix."""
    first, second = np.where(np.isnan(before), after, before), np.where(np.isnan(after), before, after)
    return np.nan_to_num(first), np.nan_to_num(second)


def kitagawa(size_0: Floats, size_1: Floats, value_0: Floats, value_1: Floats) -> tuple[Floats, Floats]:
    """Mix and within (..., K) from shares and values (..., K) of the two periods."""
    middle = ((size_0 * value_0).sum(axis=-1, keepdims=True) + (size_1 * value_1).sum(axis=-1, keepdims=True)) / 2
    mix = (size_1 - size_0) * ((value_0 + value_1) / 2 - middle)
    return mix, (size_0 + size_1) / 2 * (value_1 - value_0)


def shapley(
    size_0: Floats, size_1: Floats, value_0: Floats, value_1: Floats, *, many: int
) -> tuple[tuple[Floats, ...], Floats]:
    """Mix of the levels of each dimension and within of each cell, averaged over all orders of change.

    Scores are one more player beside the dimensions: a dimension that enters a set of m others gets the Shapley
    weight of m at the first period's scores and of m + 1 at the second's.
    """
    moved, within = shapley_cells(size_0, size_1, value_0, value_1, many=many)
    axes = range(-many, 0)
    margins = (tuple(other for other in axes if other != axis) for axis in axes)
    return tuple(part.sum(axis=others) for part, others in zip(moved, margins, strict=True)), within


def shapley_cells(
    size_0: Floats, size_1: Floats, value_0: Floats, value_1: Floats, *, many: int
) -> tuple[tuple[Floats, ...], Floats]:
    """As :func:`shapley`, with the mix of each dimension left in the cells, (..., L_1, …, L_D) each."""
    axes = tuple(range(-many, 0))
    weight = [factorial(m) * factorial(many - m) / factorial(many + 1) for m in range(many + 1)]
    middle = ((size_0 * value_0).sum(axis=axes, keepdims=True) + (size_1 * value_1).sum(axis=axes, keepdims=True)) / 2
    worth_0, worth_1 = value_0 - middle, value_1 - middle
    sizes = {changed: _sizes(size_0, size_1, changed, axes) for changed in _subsets(axes)}
    within = sum(weight[len(changed)] * size for changed, size in sizes.items()) * (value_1 - value_0)
    mix = []
    for axis in axes:
        moved = np.zeros(np.shape(within))
        for changed in _subsets([other for other in axes if other != axis]):
            m = len(changed)
            step = sizes[tuple(sorted((*changed, axis)))] - sizes[changed]
            moved = moved + step * (weight[m] * worth_0 + weight[m + 1] * worth_1)
        mix.append(moved)
    return tuple(mix), np.asarray(within)


def _subsets(axes: Any) -> Iterator[tuple[int, ...]]:
    return (chosen for size in range(len(axes) + 1) for chosen in combinations(axes, size))


def _sizes(size_0: Floats, size_1: Floats, changed: tuple[int, ...], axes: tuple[int, ...]) -> Floats:
    """Shares of the cells with the `changed` dimensions from the second period and the others from the first.

    Either the others keep their make-up among the changed, or the changed have their new one among the others: the
    mean of both, so that time can run either way.
    """
    others = tuple(axis for axis in axes if axis not in changed)
    return (_joined(size_1, size_0, others) + _joined(size_0, size_1, changed)) / 2


def _joined(outer: Floats, inner: Floats, along: tuple[int, ...]) -> Floats:
    """Margins of `outer` (summed `along` some axes) with the make-up of `inner` inside them."""
    margin, of_inner = outer.sum(axis=along, keepdims=True), inner.sum(axis=along, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A level without answers in one period has no make-up there: it comes with that of the other.
        inside = np.where(of_inner > 0, inner / of_inner, outer / margin)
    return np.where(margin > 0, margin * inside, margin)
