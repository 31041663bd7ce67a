"""Cross-products in engines that compute by themselves.

DuckDB, Spark and Ibis deal their rows to parts, multiply columns and sum, in one query; one row a part comes back.
No random number is common to all of them, so dealing rows is the one thing asked of each in its own words. Polars,
PyArrow and Dask hold the rows in this process (or next to it) and give the few columns concerned, as pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw
import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.frames.engine_keys import is_missing
from npskit.frames.keys import level_order, plain_level
from npskit.frames.narwhals_source import NarwhalsSource, rows_of
from npskit.frames.pandas_source import PandasSource
from npskit.frames.products import Coded, Products, cross_products
from npskit.frames.source import weight_error, weight_type_error

__all__ = ["engine_products"]

PART, UNIT, ALONE, KNOWN, WEIGHT, SQUARE, ABSENT, UNUSABLE, NUMBER = (
    f"npskit_{name}" for name in ("part", "unit", "alone", "known", "w", "ww", "absent", "unusable", "number")
)


def engine_products(
    source: NarwhalsSource, columns: Sequence[Coded], weight: str | None, unit: str | None, parts: int, seed: int
) -> Products:
    """Sums and cross-products by an engine; see :func:`npskit.frames.products.cross_products`."""
    implementation = source.implementation
    if implementation.is_polars() or implementation.is_pyarrow() or implementation.is_dask():
        wanted = dict.fromkeys([*(each.column for each in columns), *filter(None, (weight, unit))])
        held = PandasSource(source.frame.select(*wanted).collect().to_pandas())
        return cross_products(held, columns, weight=weight, unit=unit, parts=parts, seed=seed)
    frame, levels = parted(source, unit, parts, seed)
    keys = [PART] if unit is None else [UNIT, ALONE]
    frame, names = coded(source, frame, columns, weight, keys)
    return collected(summed(frame, names, keys, weighted=weight is not None), keys, names, weight, parts, levels)


def parted(source: NarwhalsSource, unit: str | None, parts: int, seed: int) -> tuple[nw.LazyFrame[Any], list[Any]]:
    """The frame with the part of each row, and the levels of the unit when each is a part."""
    native = dealt(source, parts, seed)
    if unit is None:
        return native, []
    column = nw.col(unit)
    missing = is_missing(unit, source.schema[unit])
    distinct = rows_of(source.frame.filter(~missing).select(column.alias(UNIT)).unique().head(parts + 2))
    levels = list(dict.fromkeys(plain_level(raw) for (raw,) in distinct))
    if len(levels) > parts:
        native = hashed(source, native, unit, parts)
        column, levels = nw.col(UNIT), []
    alone = nw.when(missing).then(nw.col(PART)).otherwise(nw.lit(-1)).alias(ALONE)
    return native.with_columns(column.alias(UNIT), alone), [levels[at] for at in level_order(levels)]


def dealt(source: NarwhalsSource, parts: int, seed: int) -> nw.LazyFrame[Any]:
    """The frame with a part for each row, as good as random and the same in every query."""
    native: Any = nw.to_native(source.frame)
    if source.implementation.is_duckdb():
        part = f"cast(hash(row_number() over () + {1_000_003 * int(seed)}) % {parts} as bigint)"
        return nw.from_native(native.project(f'*, {part} as "{PART}"'))
    if source.implementation.is_pyspark():
        from pyspark.sql import functions

        return nw.from_native(native.withColumn(PART, (functions.rand(int(seed)) * parts).cast("bigint")))
    if source.implementation.is_ibis():
        import ibis

        return nw.from_native(native.mutate(**{PART: (ibis.random() * parts).floor().cast("int64")}))
    raise no_parts(source)


def hashed(source: NarwhalsSource, frame: nw.LazyFrame[Any], unit: str, parts: int) -> nw.LazyFrame[Any]:
    """The frame with a part for each level of a column that has too many of them."""
    native: Any = nw.to_native(frame)
    if source.implementation.is_duckdb():
        quoted = unit.replace('"', '""')
        return nw.from_native(native.project(f'*, cast(hash("{quoted}") % {parts} as bigint) as "{UNIT}"'))
    if source.implementation.is_pyspark():
        from pyspark.sql import functions

        return nw.from_native(
            native.withColumn(
                UNIT, functions.pmod(functions.xxhash64(functions.col(f"`{unit}`")), functions.lit(parts))
            )
        )
    if source.implementation.is_ibis():
        return nw.from_native(native.mutate(**{UNIT: native[unit].hash().abs() % parts}))
    raise no_parts(source)


def no_parts(source: NarwhalsSource) -> ArgumentTypeError:
    """The error of an engine that deals no rows."""
    return ArgumentTypeError(
        where="cross-products",
        expected="pandas, Polars, PyArrow, Dask, DuckDB, Spark or Ibis",
        got=source.engine,
        hint="pass the columns concerned as one of these, for example relation.to_arrow_table()",
    )


def coded(
    source: NarwhalsSource, frame: nw.LazyFrame[Any], columns: Sequence[Coded], weight: str | None, keys: list[str]
) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Complete rows as numbers, weights beside them."""
    numbers, known = [], []
    for at, each in enumerate(columns):
        found, is_known = expressions(each, source.schema[each.column])
        numbers += [number.alias(f"npskit_x{at}_{place}") for place, number in enumerate(found)]
        if is_known is not None:
            known.append(is_known)
    names = [f"npskit_x{at}_{place}" for at, each in enumerate(columns) for place in range(each.width)]
    for is_known in known:
        frame = frame.filter(is_known)
    if weight is None:
        return frame.select(*keys, *numbers), names
    if not source.schema[weight].is_numeric():
        raise weight_type_error(weight, f"{source.schema[weight]} values")
    return frame.select(*keys, *numbers, nw.col(weight).cast(nw.Float64).alias(WEIGHT)), names


def expressions(each: Coded, dtype: Any) -> tuple[list[nw.Expr], nw.Expr | None]:
    """The numbers of a column, and which rows have them (None: all)."""
    if each.numbers is None:
        if not dtype.is_numeric():
            raise ArgumentError(where=f"column {each.column!r}", expected="numbers", got=f"{dtype} values")
        missing = is_missing(each.column, dtype)
        value = nw.when(missing).then(nw.lit(0.0)).otherwise(nw.col(each.column).cast(nw.Float64))
        used = nw.when(missing).then(nw.lit(0.0)).otherwise(nw.lit(1.0))
        return [value, used][: each.width], ~missing if each.missing is None else None
    column = nw.col(each.column)
    column = column if dtype.is_numeric() or dtype == nw.Boolean else column.cast(nw.String)
    by_number: list[dict[float, list[Any]]] = [{} for _ in range(each.width)]
    for raw, numbers in each.numbers.items():
        for place, number in enumerate(numbers):
            by_number[place].setdefault(float(number), []).append(raw)
    default = each.missing or (0.0,) * each.width
    found = [
        chosen(column, groups, float(default[place]), numeric=dtype.is_numeric())
        for place, groups in enumerate(by_number)
    ]
    return found, column.is_in(list(each.numbers)) if each.missing is None else None


def chosen(column: nw.Expr, groups: dict[float, list[Any]], default: float, *, numeric: bool) -> nw.Expr:
    """One number for each group of values."""
    found = nw.lit(default)
    itself = [values[0] for number, values in groups.items() if values == [number]] if numeric else []
    if itself:
        # An engine compiles what it is asked: one condition for numbers that stand for themselves, and not eleven.
        found = nw.when(column.is_in(itself)).then(column.cast(nw.Float64)).otherwise(found)
        groups = {number: values for number, values in groups.items() if values != [number]}
    for number, values in groups.items():
        found = nw.when(column.is_in(values)).then(nw.lit(number)).otherwise(found)
    return found


def summed(frame: nw.LazyFrame[Any], names: list[str], keys: list[str], *, weighted: bool) -> nw.LazyFrame[Any]:
    """One row a part: rows, weights, sums and products of pairs."""
    pairs = list(combinations_with_replacement(range(len(names)), 2))
    one = nw.col(WEIGHT)
    if weighted:
        absent = one.is_null() | one.is_nan()
        bad = (one < 0) | (one == float("inf"))
        frame = frame.with_columns(
            (one * one).alias(SQUARE),
            nw.when(absent).then(nw.lit(1)).otherwise(nw.lit(0)).alias(ABSENT),
            nw.when(bad & ~absent).then(nw.lit(1)).otherwise(nw.lit(0)).alias(UNUSABLE),
            *((nw.col(name) * one).alias(f"{name}_w") for name in names),
        )
    first = [f"{name}_w" if weighted else name for name in names]
    extra = [WEIGHT, SQUARE, ABSENT, UNUSABLE] if weighted else []
    made = [(nw.col(first[i]) * nw.col(names[j])).alias(f"npskit_p{i}_{j}") for i, j in pairs]
    products = [f"npskit_p{i}_{j}" for i, j in pairs]
    frame = frame.select(*keys, *extra, *first, *made)
    order = [*extra, *first, *products]
    found = frame.group_by(*keys).agg(nw.len().alias(NUMBER), *(nw.col(name).sum() for name in order))
    return found.select(*keys, NUMBER, *order)


def collected(
    frame: nw.LazyFrame[Any], keys: list[str], names: list[str], weight: str | None, parts: int, levels: list[Any]
) -> Products:
    """The sums as arrays, each part in its place."""
    rows = rows_of(frame)
    place = {level: at for at, level in enumerate(levels)}
    size = parts if len(keys) == 1 else (len(levels) or parts) + parts
    width = len(names)
    sums = np.zeros((size, len(rows[0]) - len(keys) if rows else 0))
    for row in rows:
        sums[part_of(row[: len(keys)], place, size - parts)] += [float(value or 0.0) for value in row[len(keys) :]]
    if not rows:
        empty = np.zeros(size)
        return Products(empty, empty, empty, np.zeros((size, width)), np.zeros((size, width, width)), levels)
    number, at = sums[:, 0], 1
    weights = squares = number
    if weight is not None:
        weights, squares, absent, unusable = sums[:, 1:5].T
        at = 5
        if absent.sum() or unusable.sum():
            raise weight_error(weight, missing=int(absent.sum()), negative=int(unusable.sum()), rows=int(number.sum()))
    upper = np.triu_indices(width)
    products = np.zeros((size, width, width))
    products[:, upper[0], upper[1]] = products[:, upper[1], upper[0]] = sums[:, at + width :]
    known = [*levels, *[None] * (size - len(levels))] if len(keys) > 1 else []
    return Products(number.astype(np.int64), weights, squares, sums[:, at : at + width], products, known)


def part_of(key: tuple[Any, ...], place: dict[Any, int], first: int) -> int:
    """Where a part stands: by its level, or after all levels for rows without one."""
    if len(key) == 1:
        return int(key[0])
    unit, alone = key
    if int(alone) >= 0:
        return first + int(alone)
    return place[plain_level(unit)] if place else int(unit)
