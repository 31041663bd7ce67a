"""Sums and cross-products: all that a regression needs to know of the rows, and they add.

Three counts say everything about a score; what drives it needs how each pair of columns moves together. That is one
small matrix whatever the number of rows, and the matrices of two files, two months or two machines add up. Kept in a
thousand *parts* (each row in one part, at random), it also holds its own uncertainty: drawing parts with replacement
is a bootstrap that never sees the rows again. With fewer rows than parts, each row is its own part and this is the
ordinary bootstrap of rows.

Raw sums, not centred ones: for ratings they are whole numbers, exact in any order. A column whose spread is less than
a millionth of its level counts as constant, so centre such a column first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.resampling import redrawn
from npskit.stats.score import Floats

__all__ = ["CONSTANT", "PARTS", "CrossProducts", "contrasts", "touchpoints"]

PARTS = 1_000
# Numbers held at once while scanning: 16 MB of them.
BLOCK = 2_000_000
# A variance below this share of the mean square is rounding.
CONSTANT = 1e-12

Encode = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Sums and cross-products of an outcome (column 0) and other columns.

    Any leading axes are parts, replicates or groups, each with sums of its own.

    Attributes
    ----------
    responses : ndarray, shape (...)
        Rows without a missing value.
    weights, squares : ndarray, shape (...)
        Sum of the weights, and of their squares; both equal `responses` when rows count alike.
    sums : ndarray, shape (..., columns)
        Weighted sum of each column.
    products : ndarray, shape (..., columns, columns)
        Weighted sum of the product of each pair of columns.

    Examples
    --------
    >>> one = CrossProducts.from_arrays([9, 7, 2], [[5, 4], [4, 4], [1, 3]])
    >>> other = CrossProducts.from_arrays([10], [[5, 2]])
    >>> both = one + other
    >>> both.responses.item(), both.means.tolist()
    (4, [7.0, 3.75, 3.25])
    >>> both.products[0].tolist()
    [234.0, 125.0, 90.0]
    """

    responses: Any
    weights: Any
    squares: Any
    sums: Any
    products: Any

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        shape, columns = self.responses.shape, self.products.shape[-1] if self.products.ndim else 0
        expected = [shape, shape, shape, (*shape, columns), (*shape, columns, columns)]
        if [getattr(self, name).shape for name in self.__slots__] != expected:
            raise ArgumentError(
                where="CrossProducts",
                expected="responses, weights, squares (...), sums (..., columns), products (..., columns, columns)",
                got=", ".join(str(getattr(self, name).shape) for name in self.__slots__),
            )

    @classmethod
    def from_arrays(
        cls,
        outcome: ArrayLike,
        columns: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        encode: Encode | None = None,
        parts: int | None = None,
        part: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
    ) -> CrossProducts:
        """Cross-products of rows held in memory, in one scan and blocks of a few megabytes.

        Parameters
        ----------
        outcome : array_like, shape (rows,)
            What is to be explained.
        columns : array_like, shape (rows, columns)
            What may explain it.
        weights : array_like, shape (rows,), optional
            How much each row counts.
        encode : callable, optional
            Makes the columns of one block of rows from its values, such as :func:`touchpoints`.
        parts : int, optional
            Spread the rows at random over this many parts (:data:`PARTS` is usual), the leading axis. Without it
            there is no leading axis.
        part : array_like of int, shape (rows,), optional
            The part of each row, instead of at random: rows of one customer belong in one part.
        rng : Generator or int, optional
            Source of randomness, or its seed.

        Returns
        -------
        CrossProducts
            Of the rows without a nan; the others are left out.

        Raises
        ------
        ArgumentError
            When lengths differ, a value is infinite or a weight is negative.

        Examples
        --------
        >>> nan = float("nan")
        >>> CrossProducts.from_arrays([9, nan, 3], [[1.0], [2.0], [nan]]).responses.item()
        1
        """
        rows = _Rows.checked(outcome, columns, weights, part)
        generator = np.random.default_rng(rng)
        count = _part_count(parts, rows.part)
        width = rows.values(slice(0, 1), encode)[0].shape[1]
        total = np.zeros((count or 1, width, width))
        responses, squares = np.zeros(count or 1, dtype=np.int64), np.zeros(count or 1)
        # A block holds its values about three times: as given, encoded, sorted by part.
        step = max(count or 1, BLOCK // (3 * width))
        for start in range(0, len(rows.outcome), step):
            values, weight, label = rows.values(slice(start, start + step), encode)
            if label is None:
                label = _spread(len(values), count or 1, generator)
            _add_block(total, values, weight, label)
            responses += np.bincount(label, minlength=len(total))
            squares += np.bincount(label, weights=None if weight is None else weight**2, minlength=len(total))
        found = cls(responses, total[:, 0, 0], squares, total[:, 0, 1:], total[:, 1:, 1:])
        return found.collapse() if count is None else found

    def __add__(self, other: CrossProducts) -> CrossProducts:
        if not isinstance(other, CrossProducts):
            return NotImplemented
        if self.products.shape != other.products.shape:
            raise ArgumentError(
                where="adding cross-products",
                expected=f"the same parts and columns {self.products.shape}",
                got=str(other.products.shape),
            )
        return CrossProducts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def collapse(self) -> CrossProducts:
        """One for everything: the sum over the leading axes."""
        axes = tuple(range(self.responses.ndim))
        return CrossProducts(*(getattr(self, name).sum(axis=axes) for name in self.__slots__))

    def select(self, positions: Sequence[int]) -> CrossProducts:
        """These columns in this order; the outcome stands at 0 and the first one selected becomes the outcome."""
        at = list(positions)
        return CrossProducts(
            self.responses, self.weights, self.squares, self.sums[..., at], self.products[..., at, :][..., at]
        )

    def mapped(self, matrix: ArrayLike) -> CrossProducts:
        """Cross-products of other columns, each a sum of the present ones: ``columns @ matrix``."""
        by = np.asarray(matrix, dtype=float)
        products = by.T @ self.products @ by
        return CrossProducts(self.responses, self.weights, self.squares, self.sums @ by, products)

    def resampled(self, replicates: int, *, rng: np.random.Generator | int | None = None) -> CrossProducts:
        """Bootstrap replicates, on the leading axis: as many parts as there are, drawn with replacement.

        References
        ----------
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 8.
        """
        if self.responses.ndim != 1:
            raise ArgumentError(
                where="resampled",
                expected="cross-products in parts, one axis of them",
                got=f"{self.responses.ndim} leading axes",
                hint=f"pass parts={PARTS} to from_arrays",
            )
        if not isinstance(replicates, int | np.integer) or replicates < 1:
            raise ArgumentError(where="replicates", expected="a whole number above 0", got=repr(replicates))
        filled = np.flatnonzero(self.responses > 0)
        if not len(filled):
            raise EmptyDataError(where="resampled", expected="at least one complete row", got="none")
        drawn = redrawn(len(filled), int(replicates), np.random.default_rng(rng))
        return CrossProducts(*(_drawn_sum(drawn, getattr(self, name)[filled]) for name in self.__slots__))

    @property
    def effective_responses(self) -> Any:
        """Kish's, shape (...): ``(Σw)² / Σw²``, 0 without rows."""
        return _ratio(self.weights**2, self.squares)

    @property
    def means(self) -> Floats:
        """Shape (..., columns); 0 without rows."""
        return _ratio(self.sums, self.weights[..., None])

    @property
    def covariance(self) -> Floats:
        """Of the population, shape (..., columns, columns); exactly 0 for a column that does not vary."""
        weights = self.weights[..., None, None]
        mean = self.means
        raw = _ratio(self.products, weights)
        varies = _diagonal(raw) - mean**2 > CONSTANT * _diagonal(raw)
        both = varies[..., :, None] & varies[..., None, :]
        return np.where(both, raw - mean[..., :, None] * mean[..., None, :], 0.0)

    @property
    def correlation(self) -> Floats:
        """Shape (..., columns, columns); 0, on the diagonal too, for a column that does not vary."""
        covariance = self.covariance
        scale = np.sqrt(_diagonal(covariance))
        return _ratio(covariance, scale[..., :, None] * scale[..., None, :])


@dataclass(frozen=True, slots=True)
class _Rows:
    """Arrays of one length, read block by block."""

    outcome: NDArray[Any]
    columns: NDArray[Any]
    weights: NDArray[Any] | None
    part: NDArray[np.int64] | None

    @classmethod
    def checked(
        cls, outcome: ArrayLike, columns: ArrayLike, weights: ArrayLike | None, part: ArrayLike | None
    ) -> _Rows:
        rows = cls(
            np.asarray(outcome),
            np.asarray(columns),
            None if weights is None else np.asarray(weights, dtype=float),
            None if part is None else np.asarray(part, dtype=np.int64),
        )
        shapes = [array.shape for array in (rows.outcome, rows.weights, rows.part) if array is not None]
        if rows.columns.ndim != 2 or any(shape != rows.columns.shape[:1] for shape in shapes):
            raise ArgumentError(
                where="from_arrays",
                expected="outcome (rows,), columns (rows, columns), weights and part (rows,)",
                got=" and ".join(str(shape) for shape in (*shapes, rows.columns.shape)),
            )
        if rows.weights is not None and (rows.weights < 0).any():
            raise ArgumentError(where="weights", expected="numbers of at least 0", got=f"{rows.weights.min():g}")
        if rows.part is not None and len(rows.part) and rows.part.min() < 0:
            raise ArgumentError(where="part", expected="whole numbers from 0", got=str(rows.part.min()))
        return rows

    def values(self, at: slice, encode: Encode | None) -> tuple[Floats, Floats | None, NDArray[np.int64] | None]:
        """Complete rows of a block as ``[1, outcome, columns…]``, their weights and parts."""
        columns = self.columns[at].astype(float)
        outcome = self.outcome[at].astype(float)[:, None]
        columns = columns if encode is None else encode(columns)
        block = np.concatenate([np.ones_like(outcome), outcome, columns], axis=1)
        weights = None if self.weights is None else self.weights[at]
        known = np.isfinite(block).all(axis=1)
        if weights is not None:
            known &= np.isfinite(weights)
        if not known.all() and np.isinf(block).any():
            raise ArgumentError(where="from_arrays", expected="finite numbers or nan", got="an infinite value")
        part = None if self.part is None else self.part[at][known]
        return block[known], None if weights is None else weights[known], part


def _part_count(parts: int | None, part: NDArray[np.int64] | None) -> int | None:
    largest = 0 if part is None or not len(part) else int(part.max()) + 1
    if parts is None:
        return None if part is None else largest
    if not isinstance(parts, int | np.integer) or parts < max(1, largest):
        raise ArgumentError(where="parts", expected=f"a whole number of at least {max(1, largest)}", got=repr(parts))
    return int(parts)


def _spread(rows: int, parts: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A part for each row, at random and as evenly as can be."""
    if parts == 1:
        return np.zeros(rows, dtype=np.int64)
    # The odd rows go to parts drawn anew, or small blocks would all meet in the first ones.
    full = np.arange(rows - rows % parts, dtype=np.int64) % parts
    return rng.permutation(np.concatenate([full, rng.permutation(parts)[: rows % parts]]))


def _add_block(total: Floats, values: Floats, weights: Floats | None, part: NDArray[np.int64]) -> None:
    if len(total) > 1:
        order = np.argsort(part, kind="stable")
        values, part = values[order], part[order]
        weights = None if weights is None else weights[order]
    weighted = values if weights is None else values * weights[:, None]
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    for start, stop in pairwise([*starts, len(part)]):
        total[part[start]] += weighted[start:stop].T @ values[start:stop]


def _drawn_sum(drawn: Floats, values: NDArray[Any]) -> Floats:
    flat = values.reshape(len(values), -1).astype(float)
    return (drawn @ flat).reshape(len(drawn), *values.shape[1:])


def _diagonal(matrix: Floats) -> Floats:
    return np.asarray(np.diagonal(matrix, axis1=-2, axis2=-1))


def _ratio(value: Any, by: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(value), np.shape(by))
    return np.divide(value, by, out=np.zeros(shape), where=np.asarray(by) > 0)


def touchpoints(values: Floats) -> Floats:
    """Values with 0 where missing, then 1 where used: (rows, p) to (rows, 2 p), so that nobody is left out.

    Few people use everything, and leaving out who missed one touchpoint leaves out nearly all. A pair (value, used)
    spans the same space as the centred value and the indicator, so the centre need not be known before the scan.

    Examples
    --------
    >>> touchpoints(np.array([[5.0, float("nan")], [3.0, 2.0]])).tolist()
    [[5.0, 0.0, 1.0, 0.0], [3.0, 2.0, 1.0, 1.0]]
    """
    used = ~np.isnan(values)
    return np.concatenate([np.where(used, values, 0.0), used], axis=1)


def contrasts(values: Floats, *, bottom: ArrayLike, top: ArrayLike) -> Floats:
    """1 at or below `bottom`, 1 at or above `top`, 1 where used: (rows, p) to (rows, 3 p).

    `bottom` and `top` are one number, or one per column.

    Examples
    --------
    >>> contrasts(np.array([[1.0], [3.0], [5.0], [float("nan")]]), bottom=1, top=5).tolist()
    [[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    used = ~np.isnan(values)
    ends = values <= np.asarray(bottom, dtype=float), values >= np.asarray(top, dtype=float)
    return np.concatenate([*ends, used], axis=1).astype(float)
