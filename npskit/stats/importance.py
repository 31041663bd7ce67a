"""Whose is the explained variance? Shapley's answer (LMG), and Johnson's where that is too long to compute.

Attributes of a survey go together, so what one adds to R² depends on which others are already there. LMG takes the
mean of what it adds over all orders; the shares are never negative and sum to R². All orders means all subsets, 2^p
of them. A subset need not be solved by itself: eliminating one attribute from the correlation matrix of every subset
at once doubles their number, and after p steps all R² stand there. Twenty attributes are a million subsets and a
fraction of a second; above that Johnson's relative weights, one eigendecomposition, come close.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError
from npskit.stats.crossproducts import CrossProducts
from npskit.stats.score import Floats

__all__ = ["MOST_PLAYERS", "Groups", "checked_groups", "johnson", "lmg", "lmg_draws", "r_squared", "spectrum"]

MOST_PLAYERS = 20
# Up to here all subsets of each replicate; above, orders drawn at random and common to all replicates.
MOST_EXACT_DRAWS = 13
ORDERS = 200
# An attribute of which less than this share is left, the others given, adds nothing.
COLLINEAR = 1e-10
# Subsets held at once, of all replicates together.
BLOCK = 1 << 18

Groups = Sequence[Sequence[int]]


def checked_groups(products: CrossProducts, groups: Groups | None) -> list[list[int]]:
    """Players as lists of positions, the outcome standing at 0; each other column by itself when none are given."""
    columns = products.products.shape[-1]
    given = [[at] for at in range(1, columns)] if groups is None else [list(group) for group in groups]
    used = list(chain.from_iterable(given))
    fits = all(isinstance(at, int | np.integer) and 0 < at < columns for at in used)
    if not (given and all(given) and fits and len(set(used)) == len(used)):
        raise ArgumentError(
            where="groups",
            expected=f"at least one group of positions from 1 to {columns - 1}, none twice (0 is the outcome)",
            got=repr(groups if groups is not None else "no columns"),
        )
    return given


def lmg(products: CrossProducts, groups: Groups | None = None) -> Floats:
    """Share of the outcome's variance that each attribute explains, averaged over all orders of entry.

    Parameters
    ----------
    products : CrossProducts
        With any leading axes (...).
    groups : sequence of sequences of int, optional
        Positions of the columns that enter together, such as a touchpoint's value and its used-indicator; the
        outcome stands at 0. Each column by itself by default; a column in no group is left out.

    Returns
    -------
    ndarray, shape (..., attributes)
        At least 0, summing to R². Columns that say the same share equally, one that does not vary gets 0.

    Raises
    ------
    ArgumentError
        Above 20 attributes: more than a million subsets.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119.
    Grömping (2007), The American Statistician 61:139-147.

    Examples
    --------
    >>> found = lmg(CrossProducts.from_arrays([9, 7, 2, 6, 8], [[5, 4], [4, 4], [1, 3], [4, 2], [4, 5]]))
    >>> found.round(3).tolist()
    [0.81, 0.186]
    """
    players = checked_groups(products, groups)
    if len(players) > MOST_PLAYERS:
        raise ArgumentError(
            where="lmg",
            expected=f"at most {MOST_PLAYERS} attributes",
            got=f"{len(players)}, which has 2^{len(players)} subsets",
            hint="johnson() takes any number",
        )
    correlation, shape = _stacked(products)
    step = max(1, BLOCK >> len(players))
    found = [_exact(correlation[at : at + step], players) for at in range(0, len(correlation), step)]
    return np.concatenate([np.empty((0, len(players))), *found]).reshape(*shape, len(players))


def _stacked(products: CrossProducts) -> tuple[Floats, tuple[int, ...]]:
    correlation = products.correlation
    return correlation.reshape(-1, *correlation.shape[-2:]), correlation.shape[:-2]


def _exact(correlation: Floats, players: list[list[int]]) -> Floats:
    return _shapley(_explained(correlation, players), len(players)).T


def _explained(correlation: Floats, players: list[list[int]]) -> Floats:
    """R² of every subset, (2^players, replicates); subset s holds player j when its bit j is set."""
    order = [*chain.from_iterable(players), 0]
    # (columns left, columns left, subsets, replicates): what is left of the correlations, the subset given.
    left = np.ascontiguousarray(np.moveaxis(correlation[:, order][:, :, order], 0, -1)[:, :, None])
    outcome = left[-1, -1]
    for player in players:
        size = len(player)
        given = left
        for _ in range(size - 1):
            given = _eliminated(given, np.empty((len(given) - 1, len(given) - 1, *given.shape[2:])))
        subsets = left.shape[2]
        columns = len(left) - size
        doubled = np.empty((columns, columns, 2 * subsets, left.shape[3]))
        doubled[:, :, :subsets] = left[size:, size:]
        _eliminated(given, doubled[:, :, subsets:])
        left = doubled
    return outcome - left[0, 0]


def _eliminated(left: Floats, out: Floats) -> Floats:
    """Schur complement of the first column, written into `out`."""
    pivot, row = left[0, 0], left[0, 1:]
    inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > COLLINEAR)
    np.multiply(row[:, None], (row * inverse)[None], out=out)
    return np.subtract(left[1:, 1:], out, out=out)


def _shapley(explained: Floats, players: int) -> Floats:
    """Mean gain of each player over all orders, (players, replicates).

    A set with the player counts with the weight of entering it last, one without with the weight of entering it
    next. So each share is a sum over the sets with the player, of one array for all players, less one constant; and
    those sums come from folding that array in half p times.
    """
    size = np.zeros(1, dtype=np.int8)
    for _ in range(players):
        size = np.concatenate([size, size + 1])
    weight = [1 / (players * math.comb(players - 1, entered)) for entered in range(players)]
    last, following = np.array([0.0, *weight])[size], np.array([*weight, 0.0])[size]
    without = following @ explained
    gain = explained * (last + following)[:, None]
    shares = np.empty((players, explained.shape[1]))
    for player in reversed(range(players)):
        half = len(gain) // 2
        shares[player] = gain[half:].sum(axis=0) - without
        gain = gain[:half] + gain[half:]
    return np.maximum(shares, 0.0)


def lmg_draws(
    products: CrossProducts,
    replicates: CrossProducts,
    groups: Groups | None = None,
    *,
    rng: np.random.Generator | int | None = None,
) -> Floats:
    """LMG of bootstrap replicates, (replicates, attributes).

    Up to 13 attributes each replicate is exact. Above, a replicate is the exact value of all rows plus how far the
    replicate moves the mean over some random orders, the same orders on both sides: what is common to both, nearly
    all of the error of taking some orders for all, cancels.
    """
    players = checked_groups(products, groups)
    if len(players) <= MOST_EXACT_DRAWS:
        return lmg(replicates, groups)
    orders = _balanced_orders(len(players), np.random.default_rng(rng))
    moved = _mean_over(orders, replicates, players) - _mean_over(orders, products, players)
    return np.maximum(lmg(products, groups) + moved, 0.0)


def _balanced_orders(players: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """About 200 orders in which each player stands at each place equally often, each order with its reverse."""
    # Measured at 12-14 attributes: the error is half that of as many orders drawn freely, 6-8 % of a standard error.
    some = [rng.permutation(players) for _ in range(math.ceil(ORDERS / (2 * players)))]
    shifted = [np.roll(order, shift) for order in some for shift in range(players)]
    return [order for one in shifted for order in (one, one[::-1])]


def _mean_over(orders: Sequence[NDArray[np.int64]], products: CrossProducts, players: list[list[int]]) -> Floats:
    correlation, _ = _stacked(products)
    total = np.zeros((len(correlation), len(players)))
    for order in orders:
        total[:, order] += _gains(correlation, [players[at] for at in order])
    return total / len(orders)


def _gains(correlation: Floats, players: list[list[int]]) -> Floats:
    """What each player adds to R², entering in this order: (replicates, players)."""
    at = [*chain.from_iterable(players), 0]
    left = np.ascontiguousarray(np.moveaxis(correlation[:, at][:, :, at], 0, -1))
    unexplained = [left[-1, -1]]
    for player in players:
        for _ in player:
            left = _eliminated(left, np.empty((len(left) - 1, len(left) - 1, left.shape[-1])))
        unexplained.append(left[-1, -1])
    return -np.diff(np.stack(unexplained, axis=-1), axis=-1)


def spectrum(correlation: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Eigenvalues (..., p), eigenvectors (..., p, p) and which eigenvalues are above 0."""
    values, vectors = np.linalg.eigh(correlation)
    return values, vectors, values > COLLINEAR


def johnson(products: CrossProducts, groups: Groups | None = None) -> Floats:
    """Johnson's relative weights: the outcome's variance shared out through the nearest uncorrelated columns.

    Parameters
    ----------
    products, groups
        As in :func:`lmg`; a group gets the sum of its columns' weights.

    Returns
    -------
    ndarray, shape (..., attributes)
        At least 0, summing to R².

    References
    ----------
    Johnson (2000), Multivariate Behavioral Research 35:1-19; the weights are those of Genizi (1993), Statistica
    Sinica 3:407-420.

    Examples
    --------
    >>> found = johnson(CrossProducts.from_arrays([9, 7, 2, 6, 8], [[5, 4], [4, 4], [1, 3], [4, 2], [4, 5]]))
    >>> found.round(3).tolist()
    [0.81, 0.186]
    """
    players = checked_groups(products, groups)
    at = list(chain.from_iterable(players))
    correlation = products.correlation
    values, vectors, kept = spectrum(correlation[..., at, :][..., at])
    root = np.sqrt(np.where(kept, values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=kept)
    turned = np.einsum("...jk,...j->...k", vectors, correlation[..., at, 0])
    on_uncorrelated = np.einsum("...jk,...k->...j", vectors, inverse * turned)
    loadings = (vectors * root[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    weight = np.einsum("...jl,...l->...j", loadings**2, on_uncorrelated**2)
    starts = np.cumsum([0, *(len(player) for player in players[:-1])])
    return np.add.reduceat(weight, starts, axis=-1)


def r_squared(products: CrossProducts, groups: Groups | None = None) -> Any:
    """Share of the outcome's variance explained by all columns of the groups together, (...).

    Examples
    --------
    >>> round(float(r_squared(CrossProducts.from_arrays([1, 2, 4], [[1], [2], [3]]))), 4)
    0.9643
    """
    at = list(chain.from_iterable(checked_groups(products, groups)))
    correlation = products.correlation
    values, vectors, kept = spectrum(correlation[..., at, :][..., at])
    turned = np.einsum("...jk,...j->...k", vectors, correlation[..., at, 0])
    return np.divide(turned**2, values, out=np.zeros_like(values), where=kept).sum(axis=-1)[()]
