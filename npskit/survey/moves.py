"""What if: other counts than those that were given, as functions of counts.

A part of the detractors answers as passives; the answers come from other shops in other shares. Each is a function
from counts to counts, so everything that is known about counts can be asked of the result. Nothing moved is the same
counts, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.stats.score import Floats, checked_counts, responses
from npskit.survey.levels import matching

__all__ = ["checked_share", "mix_responses", "move_categories", "reweight_mix", "share_draws", "target_mix"]

# A prior of half an answer in each category (Jeffreys).
PRIOR = 0.5


def checked_share(where: str, value: Any) -> float:
    """A share from 0 to 1, or an error."""
    try:
        found = float("nan") if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if not 0 <= found <= 1:
        hint = f"{found:g} % is written {found / 100:g}" if 1 < found <= 100 else ""
        raise ArgumentError(where=where, expected="a share from 0 to 1", got=repr(value), hint=hint)
    return found


def move_categories(
    counts: ArrayLike, *, detractors_to_passives: Any = 0.0, passives_to_promoters: Any = 0.0
) -> Floats:
    """Counts after a share of the detractors answers as passives, and a share of the passives as promoters.

    Both are shares of those who are there now, so that nobody moves twice.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
    detractors_to_passives, passives_to_promoters : array_like, shape (...)
        0..1.

    Returns
    -------
    ndarray, shape (..., 3)
        Of the same sum.

    Examples
    --------
    >>> move_categories([20, 30, 50], detractors_to_passives=0.5, passives_to_promoters=0.1).tolist()
    [10.0, 37.0, 53.0]
    >>> move_categories([20, 30, 50]).tolist()
    [20.0, 30.0, 50.0]
    """
    array = checked_counts(counts)
    up = array[..., 0] * np.asarray(detractors_to_passives)
    further = array[..., 1] * np.asarray(passives_to_promoters)
    return np.stack([array[..., 0] - up, array[..., 1] + (up - further), array[..., 2] + further], axis=-1)


def reweight_mix(counts: ArrayLike, mix: ArrayLike) -> Floats:
    """Counts of segments in other shares: the same answers within each, the same number in all.

    Parameters
    ----------
    counts : array_like, shape (..., K, 3)
    mix : array_like, shape (K,)
        Share of each segment, summing to 1.

    Returns
    -------
    ndarray, shape (..., K, 3)
        The counts themselves when the shares are those they have.

    Raises
    ------
    ArgumentError
        When shares do not sum to 1, or a segment without answers is to have some.

    Examples
    --------
    >>> reweight_mix([[10, 0, 30], [20, 20, 20]], [0.6, 0.4]).round(1).tolist()
    [[15.0, 0.0, 45.0], [13.3, 13.3, 13.3]]
    """
    array, shares = checked_counts(counts), np.asarray(mix, dtype=float)
    sizes = np.asarray(responses(array))
    if shares.shape != sizes.shape[-1:] or not (shares >= 0).all() or abs(shares.sum() - 1) > 1e-9:
        raise ArgumentError(where="mix", expected=f"{sizes.shape[-1]} shares that sum to 1", got=repr(mix))
    if ((sizes <= 0) & (shares > 0)).any():
        raise ArgumentError(where="mix", expected="a share of 0 for a segment without answers", got="more")
    total = sizes.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(sizes > 0, shares * total / sizes, 0.0)
    # The mix of now, written down and read again, differs from it in the last digit.
    return array * np.where(np.abs(factor - 1) < 1e-9, 1.0, factor)[..., None]


def mix_responses(responses: ArrayLike, mix: ArrayLike) -> float:
    """How many answers segments in other shares are worth: what counts more is known no better.

    Examples
    --------
    >>> mix_responses([50, 50], [0.5, 0.5]), round(mix_responses([90, 10], [0.1, 0.9]), 1)
    (100.0, 12.3)
    """
    sizes, shares = np.asarray(responses, dtype=float), np.asarray(mix, dtype=float)
    used = shares > 0
    return float(1 / (shares[used] ** 2 / sizes[used]).sum())


def target_mix(levels: Sequence[Any], sizes: ArrayLike, wanted: Mapping[Any, Any], *, column: str) -> Floats:
    """Share of each level when some have the shares wanted, and the others share the rest as they do now.

    Raises
    ------
    ArgumentError
        For a level that is not there, shares above 1 in sum, or a rest that nobody is left to take.

    Examples
    --------
    >>> target_mix(["Lyon", "Nice", "Paris"], [50, 20, 30], {"Lyon": 0.25}, column="shop").round(9).tolist()
    [0.25, 0.3, 0.45]
    """
    now = np.asarray(sizes, dtype=float) / np.sum(sizes)
    fixed = np.zeros(len(now), dtype=bool)
    shares = now.copy()
    for name, value in wanted.items():
        level = name if name in levels else matching(levels, name, where="mix", column=column)
        at = list(levels).index(level)
        shares[at], fixed[at] = checked_share(f"mix of {name!r}", value), True
    if not fixed.any() or np.allclose(shares[fixed], now[fixed], rtol=0, atol=1e-12):
        return np.asarray(now)
    rest, left = 1 - shares[fixed].sum(), now[~fixed].sum()
    if rest < -1e-9 or (left <= 0 and rest > 1e-9):
        raise ArgumentError(
            where="mix",
            expected="shares that sum to 1" if left <= 0 else "shares that sum to at most 1",
            got=f"{shares[fixed].sum():g}",
        )
    if left > 0:
        shares[~fixed] = now[~fixed] * max(rest, 0.0) / left
    return np.asarray(shares / shares.sum())


def share_draws(counts: ArrayLike, draws: int, rng: np.random.Generator) -> Floats:
    """Shares that the counts of some segments may have come from, (draws, K, 3): Dirichlet.

    One segment gets half an answer more in each category (Jeffreys). Of several each gets as many, in the shares of
    everybody: with a third in each category, a hundred small segments would all be drawn to a score of 0.

    Examples
    --------
    >>> share_draws([[20, 30, 50]], 4, np.random.default_rng(0)).sum(axis=-1).round(9).tolist()
    [[1.0], [1.0], [1.0], [1.0]]
    """
    array = checked_counts(counts)
    whole = array.sum(axis=0) + PRIOR
    prior = np.full(3, PRIOR) if len(array) == 1 else 3 * PRIOR * whole / whole.sum()
    weights = rng.standard_gamma(array + prior, size=(draws, *array.shape))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
