"""Sums and cross-products of columns, made where the rows are.

What goes with the score is a question about pairs of columns, and sums of products of pairs add up over rows, parts
and machines. Each column first becomes a few numbers (the answer on its scale, whether it was used at all, whether it
lies at the bottom) by its distinct values; so words, codes for "no answer" and touchpoints that people did not use
are one thing, a small table. Rows are dealt to parts, from which a bootstrap draws without ever meeting a row again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from npskit.frames.coding import Codes, distinct, identities
from npskit.frames.counting import spans
from npskit.frames.keys import level_order
from npskit.frames.source import weight_error, weight_type_error

if TYPE_CHECKING:
    from npskit.frames.pandas_source import PandasSource
    from npskit.frames.source import Source

__all__ = ["Coded", "Products", "cross_products", "ordered_levels"]

# Numbers held at once while scanning: 32 MB of them.
BLOCK = 4_000_000
FEWEST_ROWS = 1 << 14


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as the numbers that its values stand for.

    Attributes
    ----------
    column : str
    numbers : mapping of raw value to tuple of float, or None
        The numbers of each distinct value, `width` of them; a value that is not there counts as missing. None takes
        numbers as they are: the value, and 1 beside it when `width` is 2.
    missing : tuple of float, optional
        The numbers of a missing value; None leaves the row out.
    width : int
    """

    column: str
    numbers: Mapping[Any, tuple[float, ...]] | None
    missing: tuple[float, ...] | None = None
    width: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Sums of rows, weights, columns and products of columns, for each part.

    Attributes
    ----------
    rows, weights, squares : ndarray, shape (parts,)
        Rows that were complete, the sum of their weights and of the squares of these.
    sums : ndarray, shape (parts, columns)
    products : ndarray, shape (parts, columns, columns)
    levels : list
        What each part is, when rows were parted by a column: its level, None for random parts of it.
    """

    rows: np.ndarray
    weights: np.ndarray
    squares: np.ndarray
    sums: np.ndarray
    products: np.ndarray
    levels: list[Any] = field(default_factory=list)


def cross_products(
    source: Source,
    columns: Sequence[Coded],
    *,
    weight: str | None = None,
    unit: str | None = None,
    parts: int = 1000,
    seed: int = 0,
) -> Products:
    """Sums and cross-products of coded columns, in one scan.

    Parameters
    ----------
    source : Source
        pandas is summed in blocks; Polars, PyArrow and Dask give the columns concerned and are summed alike; DuckDB,
        Spark and Ibis sum by themselves, so that only one row a part leaves them.
    columns : sequence of Coded
    weight : str, optional
    unit : str, optional
        Column whose rows stay in one part (a customer, a shop). Up to `parts` levels each is a part of its own.
    parts : int
    seed : int
        Which rows meet in a part.

    Raises
    ------
    ArgumentError
        For missing or negative weights.
    """
    columns = [Coded(source.column(each.column), each.numbers, each.missing, each.width) for each in columns]
    weight = None if weight is None else source.column(weight)
    unit = None if unit is None else source.column(unit)
    from npskit.frames.pandas_source import PandasSource

    if isinstance(source, PandasSource):
        return _Scan(source, columns, weight, unit, parts, seed).summed()
    from npskit.frames.engine_products import engine_products
    from npskit.frames.narwhals_source import NarwhalsSource

    return engine_products(cast("NarwhalsSource", source), columns, weight, unit, parts, seed)


def ordered_levels(source: Source, name: str) -> list[Any] | None:
    """The levels of an ordered categorical (of pandas) in their order, None for any other column."""
    frame = getattr(source, "frame", None)
    if not isinstance(frame, pd.DataFrame):
        return None
    dtype = frame.iloc[:, source.columns.index(source.column(name))].dtype
    return list(dtype.categories) if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered else None


class _Column:
    """A pandas column read as its numbers, block by block."""

    def __init__(self, series: pd.Series, coded: Coded) -> None:
        self.width, self.coded = coded.width, coded
        self.values: np.ndarray | None = None
        if coded.numbers is None:
            self.values = series.to_numpy(dtype=float, na_value=np.nan)
            return
        self.codes = distinct(series)
        rows = [coded.numbers.get(level, coded.missing) for level in self.codes.levels] + [coded.missing]
        self.known = np.array([row is not None for row in rows])
        # The code -1 of a missing value reads the last row.
        self.table = np.array([row or (0.0,) * self.width for row in rows], dtype=float)

    def fill(self, out: np.ndarray, known: np.ndarray, start: int, stop: int) -> None:
        """Write the numbers of a block of rows, and mark the rows that have none."""
        if self.values is None:
            codes = self.codes.read(start, stop)
            for at in range(self.width):
                out[:, at] = self.table[:, at].take(codes, mode="wrap")
            if not self.known.all():
                known &= self.known.take(codes, mode="wrap")
            return
        values = self.values[start:stop]
        answered = np.isfinite(values)
        out[:, 0] = np.where(answered, values, 0.0)
        out[:, 1:] = answered[:, None]
        if self.coded.missing is None:
            known &= answered


class _Scan:
    """One pass over a pandas frame."""

    def __init__(
        self,
        source: PandasSource,
        columns: Sequence[Coded],
        weight: str | None,
        unit: str | None,
        parts: int,
        seed: int,
    ) -> None:
        self.columns = [_Column(source.series(each.column), each) for each in columns]
        self.weight_name, self.length = weight, source.length()
        self.weights = None if weight is None else weights_of(source.series(weight), weight)
        self.width = sum(each.width for each in self.columns)
        self.dealt = _Dealt(None if unit is None else identities(source.series(unit)), parts, seed)

    def summed(self) -> Products:
        """The sums of each part."""
        size = len(self.dealt)
        total = np.zeros((size, self.width + 1, self.width + 1))
        rows, squares = np.zeros(size, dtype=np.int64), np.zeros(size)
        for values, weight, part in self._blocks():
            rows += np.bincount(part, minlength=size)
            squares += np.bincount(part, None if weight is None else weight**2, minlength=size)
            add_products(total, values, weight, part)
        return Products(rows, total[:, 0, 0], squares, total[:, 0, 1:], total[:, 1:, 1:], self.dealt.levels)

    def _blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray | None, np.ndarray]]:
        """Complete rows as ``[1, numbers…]``, their weights and parts."""
        for start, stop in spans(self.length, max(FEWEST_ROWS, BLOCK // (self.width + 1))):
            values, known = np.ones((stop - start, self.width + 1)), np.ones(stop - start, dtype=bool)
            at = 1
            for column in self.columns:
                column.fill(values[:, at : at + column.width], known, start, stop)
                at += column.width
            weight = None if self.weights is None else self.weights[start:stop]
            part = self.dealt.read(start, stop)
            if not known.all():
                values, part = values[known], part[known]
                weight = None if weight is None else weight[known]
            if weight is not None:
                check_weights(weight, str(self.weight_name))
            yield values, weight, part


class _Dealt:
    """The part of each row: at random, or by the levels of a column."""

    def __init__(self, unit: Codes | None, parts: int, seed: int) -> None:
        self.unit, self.parts, self.rng = unit, parts, np.random.default_rng(seed)
        self.levels: list[Any] = []
        if unit is None:
            return
        order, count = level_order(unit.levels), len(unit.levels)
        places = np.empty(count + 1, dtype=np.int64)
        places[-1] = -1
        if count <= parts:
            places[order] = np.arange(count)
            # A row without a level is alone, so such rows are dealt to parts of their own.
            self.levels = [*(unit.levels[at] for at in order), *[None] * parts]
        else:
            places[:-1] = self.rng.permutation(count) % parts
            self.levels = [None] * 2 * parts
        self.places, self.first = places, len(self.levels) - parts

    def __len__(self) -> int:
        return len(self.levels) or self.parts

    def read(self, start: int, stop: int) -> np.ndarray:
        """Parts of a block of rows."""
        if self.unit is None:
            return self._random(stop - start)
        part = self.places.take(self.unit.read(start, stop), mode="wrap")
        alone = np.flatnonzero(part < 0)
        part[alone] = self.first + self._random(len(alone))
        return part

    def _random(self, rows: int) -> np.ndarray:
        # Few rows never meet in a part, many are spread evenly; blocks begin at a part drawn anew.
        return (self.rng.permutation(rows) + self.rng.integers(self.parts)) % self.parts


def add_products(total: np.ndarray, values: np.ndarray, weight: np.ndarray | None, part: np.ndarray) -> None:
    """Add the products of all pairs of columns of these rows to their parts."""
    order = np.argsort(part, kind="stable")
    values, ordered = values[order], part[order]
    weighted = values if weight is None else values * weight[order, None]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(ordered)], strict=True):
        total[ordered[start]] += weighted[start:stop].T @ values[start:stop]


def weights_of(series: pd.Series, name: str) -> np.ndarray:
    """A column of weights as floats."""
    if not pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype):
        raise weight_type_error(name, f"{series.dtype} values")
    return series.to_numpy(dtype=float, na_value=np.nan)


def check_weights(weight: np.ndarray, name: str) -> None:
    """Refuse missing, negative and infinite weights."""
    missing, unusable = int(np.isnan(weight).sum()), int(((weight < 0) | np.isinf(weight)).sum())
    if missing or unusable:
        raise weight_error(name, missing=missing, negative=unusable, rows=len(weight))
