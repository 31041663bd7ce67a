"""What a point more of one attribute goes with, the others held still, and what if it moved.

Importance says how much of the outcome goes with an attribute; it has no sign and no unit. The partial coefficient
has both: points of outcome per point of attribute. Multiplied by a change and by the share of people the touchpoint
reaches, it is the arithmetic of *what if*. It stays arithmetic: the coefficient tells what goes together, and
attributes that say nearly the same (variance inflation, halo) cannot be told apart however many answers there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.crossproducts import CrossProducts
from npskit.stats.halo import centring
from npskit.stats.importance import Groups, checked_groups, spectrum
from npskit.stats.intervals import checked_level
from npskit.stats.score import Floats

__all__ = [
    "REPLICATES",
    "Effects",
    "WhatIf",
    "checked_size",
    "coefficients",
    "effects",
    "effects_of",
    "limits",
    "variance_inflation",
]

REPLICATES = 500
# Of the replicates, at most this share may lack a value (an attribute that did not vary in them).
MOST_MISSING = 0.05
IN_NULL_SPACE = 1e-8


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Change of the outcome when attributes move.

    Attributes
    ----------
    change, lower, upper : float
        In the unit of the outcome.
    parts : ndarray, shape (attributes,)
        What each attribute brings; they sum to `change`.
    reached : ndarray, shape (attributes,)
        Mean of each attribute after its change.
    beyond : ndarray of bool, shape (attributes,)
        Whether that lies outside the scale, which nobody can answer.
    """

    change: float
    lower: float
    upper: float
    parts: Floats
    reached: Floats
    beyond: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Effects:
    """Partial coefficients of the attributes, with what is needed to use them.

    Attributes
    ----------
    coefficient, lower, upper : ndarray, shape (attributes,)
        Outcome per unit of the attribute, the others held still; nan when the attribute does not vary. Two columns
        that say the same have half each.
    performance : ndarray, shape (attributes,)
        Mean among those who used it.
    usage : ndarray, shape (attributes,)
        Share of answers that used it, weighted.
    responses : ndarray, shape (attributes,)
        Answers that used it; with weights, that share of all answers.
    inflation : ndarray, shape (attributes,)
        Variance inflation: 1 when unrelated to the others, inf when the others say the same.
    draws, usage_draws : ndarray, shape (replicates, attributes)
        Bootstrap replicates of `coefficient` and `usage`.
    confidence_level : float
    """

    coefficient: Floats
    lower: Floats
    upper: Floats
    performance: Floats
    usage: Floats
    responses: Floats
    inflation: Floats
    draws: Floats
    usage_draws: Floats
    confidence_level: float

    def what_if(self, changes: ArrayLike, *, scale: ArrayLike | None = None) -> WhatIf:
        """Change of the outcome if the means of attributes changed: the sum of coefficient × usage share × change.

        Parameters
        ----------
        changes : array_like, shape (attributes,)
            In units of each attribute, among those who use it; 0 leaves it where it is.
        scale : array_like, shape (2,) or (attributes, 2), optional
            Lowest and highest answer, to tell when the change leads beyond.

        Returns
        -------
        WhatIf

        Raises
        ------
        ArgumentError
            When there is not one finite change per attribute.

        Examples
        --------
        >>> rows = CrossProducts.from_arrays([9, 7, 2, 6, 8, 3], [[5], [4], [1], [4], [4], [2]], parts=6, rng=1)
        >>> found = effects(rows, rng=1).what_if([0.5], scale=(1, 5))
        >>> round(found.change, 3), bool(found.lower < found.change < found.upper), found.beyond.tolist()
        (0.897, True, [False])
        """
        moved = np.asarray(changes, dtype=float)
        if moved.shape != self.coefficient.shape or not np.isfinite(moved).all():
            raise ArgumentError(where="changes", expected=f"{len(self.coefficient)} finite numbers", got=repr(changes))
        # An attribute that stays where it is needs no coefficient.
        at = moved != 0
        parts = np.zeros(len(moved))
        parts[at] = (self.coefficient * self.usage * moved)[at]
        draws = (self.draws * self.usage_draws * moved)[:, at].sum(axis=1)
        lower, upper = limits(draws, self.confidence_level)
        reached = self.performance + moved
        return WhatIf(float(parts.sum()), float(lower), float(upper), parts, reached, _beyond(reached, scale) & at)


def _beyond(reached: Floats, scale: ArrayLike | None) -> NDArray[np.bool_]:
    if scale is None:
        return np.zeros(reached.shape, dtype=bool)
    ends = np.asarray(scale, dtype=float)
    if ends.shape not in ((2,), (len(reached), 2)) or not (ends[..., 0] < ends[..., 1]).all():
        raise ArgumentError(where="scale", expected="lowest and highest answer, one pair or one each", got=repr(scale))
    return np.asarray((reached < ends[..., 0]) | (reached > ends[..., 1]))


def effects(
    products: CrossProducts,
    groups: Groups | None = None,
    *,
    confidence_level: float = 0.95,
    replicates: int = REPLICATES,
    rng: np.random.Generator | int | None = None,
) -> Effects:
    """Partial coefficients with bootstrap intervals.

    Parameters
    ----------
    products : CrossProducts
        In parts, see :meth:`CrossProducts.from_arrays`.
    groups : sequence of sequences of int, optional
        Positions (value,) or (value, used) of each attribute, the outcome standing at 0; each column by itself by
        default.
    confidence_level : float, optional
    replicates : int, optional
    rng : Generator or int, optional

    Returns
    -------
    Effects

    Raises
    ------
    EmptyDataError
        When no row is complete.
    ArgumentError
        When there are hardly more answers than columns, or all outcomes are the same.

    Examples
    --------
    >>> rows = CrossProducts.from_arrays([9, 7, 2, 6, 8, 3], [[5], [4], [1], [4], [4], [2]], parts=6, rng=1)
    >>> effects(rows, rng=1).coefficient.round(3).tolist()
    [1.794]
    """
    total, players = products.collapse(), checked_groups(products, groups)
    checked_size(total, players)
    return effects_of(total, products.resampled(replicates, rng=rng), players, confidence_level)


def effects_of(
    total: CrossProducts, drawn: CrossProducts, players: list[list[int]], confidence_level: float
) -> Effects:
    """Effects from sums of all rows and sums of replicates."""
    values, matrix = [player[0] - 1 for player in players], centring(total, players)
    centred = total.mapped(matrix)
    coefficient = coefficients(centred, players)[values]
    draws = coefficients(drawn.mapped(matrix), players)[:, values]
    lower, upper = limits(draws, confidence_level)
    usage = _usage(total, players)
    return Effects(
        coefficient=coefficient,
        lower=lower,
        upper=upper,
        performance=_performance(total, players),
        usage=usage,
        responses=np.rint(usage * total.responses),
        inflation=variance_inflation(centred, players)[values],
        draws=draws,
        usage_draws=_usage(drawn, players),
        confidence_level=confidence_level,
    )


def checked_size(total: CrossProducts, players: list[list[int]]) -> None:
    """Raise what a regression cannot answer: no row, hardly more rows than columns, one outcome."""
    responses = int(total.responses)
    if not responses:
        raise EmptyDataError(
            where="drivers",
            expected="answers with an outcome and all attributes",
            got="none",
            hint="an attribute that is missing for everyone leaves no answer; leave it out, or treat the attributes "
            "as touchpoints that people may not have used",
        )
    if total.covariance[0, 0] == 0:
        raise ArgumentError(
            where="drivers", expected="outcomes that differ", got=f"the same one in all {responses:,} answers"
        )
    spread = np.diagonal(total.covariance) > 0
    varying = int(spread[list(chain.from_iterable(players))].sum())
    if responses < varying + 2:
        raise ArgumentError(
            where="drivers",
            expected=f"at least {varying + 2} answers to {varying} columns that vary",
            got=str(responses),
            hint="name fewer attributes",
        )


def limits(draws: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    """Percentile limits over the leading axis; nan where more than 5 % of the replicates have no value."""
    checked_level(confidence_level)
    missing = np.isnan(draws).mean(axis=0) if len(draws) else np.ones(draws.shape[1:])
    known = missing <= MOST_MISSING
    found = np.full((2, *draws.shape[1:]), np.nan)
    if known.any():
        tail = (1 - confidence_level) / 2
        found[:, known] = np.nanquantile(draws[:, known], [tail, 1 - tail], axis=0)
    return found[0], found[1]


def coefficients(products: CrossProducts, groups: Groups | None = None) -> Floats:
    """Least-squares coefficients of the columns in the groups, the others absent: (..., columns - 1).

    nan for a column that does not vary or is in no group. Columns that say the same share their coefficient (the
    shortest of the solutions, in standard deviations).

    Examples
    --------
    >>> coefficients(CrossProducts.from_arrays([1, 3, 5, 8], [[1, 2], [2, 2], [3, 2], [4, 2]])).round(2).tolist()
    [2.3, nan]
    """
    at, correlation, scale = _standardised(products, groups)
    values, vectors, kept = spectrum(correlation[..., 1:, 1:])
    turned = np.einsum("...jk,...j->...k", vectors, correlation[..., 1:, 0])
    turned = np.divide(turned, values, out=np.zeros_like(turned), where=kept)
    slopes = np.einsum("...jk,...k->...j", vectors, turned) * scale[..., :1]
    found = np.full((*products.responses.shape, products.products.shape[-1] - 1), np.nan)
    varies = scale[..., 1:] > 0
    found[..., np.array(at) - 1] = np.divide(slopes, scale[..., 1:], out=np.full(slopes.shape, np.nan), where=varies)
    return found


def _standardised(products: CrossProducts, groups: Groups | None) -> tuple[list[int], Floats, Floats]:
    """Positions of the columns; correlations and standard deviations of the outcome and these."""
    at = list(chain.from_iterable(checked_groups(products, groups)))
    both = products.select([0, *at])
    return at, both.correlation, np.sqrt(np.diagonal(both.covariance, axis1=-2, axis2=-1))


def variance_inflation(products: CrossProducts, groups: Groups | None = None) -> Floats:
    """How many times wider a coefficient's variance is than if the columns were unrelated: (..., columns - 1).

    inf when other columns say the same; nan for a column that does not vary or is in no group.

    Examples
    --------
    >>> variance_inflation(CrossProducts.from_arrays([1, 3, 5, 9], [[1, 2], [2, 4], [3, 6], [4, 8]])).tolist()
    [inf, inf]
    """
    at, correlation, scale = _standardised(products, groups)
    values, vectors, kept = spectrum(correlation[..., 1:, 1:])
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=kept)
    inflation = np.einsum("...jk,...k->...j", vectors**2, inverse)
    lost = np.einsum("...jk,...k->...j", vectors**2, (~kept).astype(float))
    inflation = np.where(lost > IN_NULL_SPACE, np.inf, inflation)
    found = np.full((*products.responses.shape, products.products.shape[-1] - 1), np.nan)
    found[..., np.array(at) - 1] = np.where(scale[..., 1:] > 0, inflation, np.nan)
    return found


def _usage(products: CrossProducts, players: list[list[int]]) -> Floats:
    everyone = np.ones(products.responses.shape)
    share = [products.means[..., player[1]] if len(player) > 1 else everyone for player in players]
    return np.stack(share, axis=-1)


def _performance(products: CrossProducts, players: list[list[int]]) -> Floats:
    usage = _usage(products, players)
    mean = products.means[..., [player[0] for player in players]]
    return np.divide(mean, usage, out=np.full(usage.shape, np.nan), where=usage > 0)
