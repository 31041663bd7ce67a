"""Each group against the others: the rest, the whole, or one of them.

"Against the rest" compares answers that have nothing in common. "Against the overall" does not: the group is part of
the whole, and the larger it is, the less it can differ from it. With w the group's share of the answers, its
difference to the whole is (1 − w) times its difference to the rest, and so are the ends of the interval; the p-value
is the same, because both ask whether the group differs from the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.comparison import Difference, difference, rank_probabilities
from npskit.stats.score import Floats, checked_counts, responses
from npskit.stats.weighting import effective_counts, effective_responses

__all__ = ["Ranks", "difference_to_overall", "difference_to_reference", "difference_to_rest", "ranks", "rest"]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Probability that a group is the best, the last, and at rank j + 1 or better in column j of `at_most`."""

    best: NDArray[np.float64]
    last: NDArray[np.float64]
    at_most: NDArray[np.float64]


def rest(counts: ArrayLike) -> Floats:
    """Counts of all groups but the one, for each of k groups: (..., k, 3) to (..., k, 3).

    Examples
    --------
    >>> rest([[1, 2, 3], [10, 20, 30], [5, 5, 5]]).tolist()
    [[15.0, 25.0, 35.0], [6.0, 7.0, 8.0], [11.0, 22.0, 33.0]]
    """
    given = _groups(counts)
    # Fractions: a group that is the whole leaves nothing, not a rounding error.
    left = given.sum(axis=-2, keepdims=True) - given
    return np.where(left > 1e-12 * given.sum(axis=-2, keepdims=True), left, 0.0)


def difference_to_rest(
    counts: ArrayLike,
    *,
    squares: ArrayLike | None = None,
    confidence_level: float = 0.95,
    method: str = "score",
) -> Difference:
    """Score of each group minus the score of all others together.

    Parameters
    ----------
    counts : array_like, shape (..., k, 3)
        Detractors, passives, promoters of k groups; or sums of weights.
    squares : array_like, shape (..., k, 3), optional
        With weights: sums of the squared weights. Both sides are then scaled to their effective responses.
    confidence_level, method : optional
        As in :func:`npskit.stats.comparison.difference`.

    Returns
    -------
    Difference
        (..., k) each; nan for a group without answers and for one that is the whole.

    Examples
    --------
    >>> found = difference_to_rest([[20, 30, 50], [30, 30, 40], [10, 20, 20]])
    >>> found.difference.round(2).tolist()
    [16.67, -16.67, 0.0]
    """
    first, second = _scaled(counts, squares), _scaled(rest(counts), None if squares is None else rest(squares))
    return difference(first, second, confidence_level=confidence_level, method=method)


def difference_to_overall(
    counts: ArrayLike,
    *,
    squares: ArrayLike | None = None,
    confidence_level: float = 0.95,
    method: str = "score",
) -> Difference:
    """Score of each group minus the score of all groups together, itself included; arguments as against the rest.

    Examples
    --------
    >>> found = difference_to_overall([[20, 30, 50], [30, 30, 40], [10, 20, 20]])
    >>> found.difference.round(2).tolist()
    [10.0, -10.0, 0.0]
    """
    found = difference_to_rest(counts, squares=squares, confidence_level=confidence_level, method=method)
    size = np.asarray(responses(_groups(counts)))
    whole = size.sum(axis=-1, keepdims=True)
    others = 1 - np.divide(size, whole, out=np.zeros(size.shape), where=whole > 0)
    return Difference(others * found.difference, others * found.lower, others * found.upper, found.p_value)


def difference_to_reference(
    counts: ArrayLike,
    reference: int,
    *,
    squares: ArrayLike | None = None,
    confidence_level: float = 0.95,
    method: str = "score",
) -> Difference:
    """Score of each group minus that of the group at `reference`, which has nan itself; else as against the rest.

    Examples
    --------
    >>> difference_to_reference([[20, 30, 50], [30, 30, 40]], 0).difference.tolist()
    [nan, -20.0]
    """
    scaled = _scaled(counts, squares)
    groups = scaled.shape[-2]
    if not (isinstance(reference, int | np.integer) and -groups <= reference < groups):
        raise ArgumentError(where="reference", expected=f"the position of one of {groups} groups", got=repr(reference))
    found = difference(scaled, scaled[..., reference, None, :], confidence_level=confidence_level, method=method)
    itself = np.arange(groups) == reference % groups
    parts = (found.difference, found.lower, found.upper, found.p_value)
    return Difference(*(np.where(itself, np.nan, part) for part in parts))


def ranks(counts: ArrayLike, *, draws: int = 10_000, rng: np.random.Generator | int | None = None) -> Ranks:
    """P(best), P(last) and P(rank ≤ j + 1) of k groups, see :func:`npskit.stats.comparison.rank_probabilities`.

    Parameters
    ----------
    counts : array_like, shape (k, 3)
        With weights, scale them to the effective responses first.
    draws, rng : optional

    Returns
    -------
    Ranks
        (k,), (k,) and (k, k); nan for a group without answers.

    Examples
    --------
    >>> found = ranks([[10, 30, 60], [30, 30, 40], [0, 0, 0]], rng=1)
    >>> found.best.round(2).tolist(), found.last.round(2).tolist(), found.at_most[1].round(2).tolist()
    ([1.0, 0.0, nan], [0.0, 1.0, nan], [0.0, 1.0, 1.0])
    """
    chance = rank_probabilities(counts, draws=draws, rng=rng)
    answered = int(np.isfinite(chance[:, 0]).sum()) if len(chance) else 0
    last = chance[:, answered - 1] if answered else np.full(len(chance), np.nan)
    return Ranks(chance[:, 0], last, np.minimum(np.cumsum(chance, axis=1), 1.0))


def _groups(counts: ArrayLike) -> Floats:
    given = checked_counts(counts)
    if given.ndim < 2:
        raise ArgumentError(where="counts", expected="groups × 3", got=f"shape {given.shape}")
    return given


def _scaled(counts: ArrayLike, squares: ArrayLike | None) -> Floats:
    given = _groups(counts)
    if squares is None:
        return given
    spread = checked_counts(squares, where="squares")
    if spread.shape != given.shape:
        raise ArgumentError(where="squares", expected=f"the shape of the counts, {given.shape}", got=f"{spread.shape}")
    return effective_counts(given, effective_responses(given.sum(axis=-1), spread.sum(axis=-1)))
