"""A column of weights beside the answers, in a copy of the frame and in its own library.

What a row weighs depends on its cell only, and there are few cells. A pandas frame gets its column from the codes of
the keys; every other engine is given one expression, so that no row leaves it and lazy frames stay lazy.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError
from npskit.frames.coding import key_codes
from npskit.frames.counts_source import CountsSource
from npskit.frames.keys import Key
from npskit.frames.pandas_source import PandasSource
from npskit.frames.source import Source

__all__ = ["MOST_CELLS", "is_query", "with_weights"]

#: Cells that one expression of another engine can tell apart.
MOST_CELLS = 2_000


def with_weights(
    source: Source, by: Sequence[Key], weights: Mapping[tuple[object, ...], float], name: str, *, lazy: bool = False
) -> Any:
    """The frame with one more column: the weight of the cell that a row is in, 0 for other cells.

    Parameters
    ----------
    source : Source
    by : sequence of str, Period or Bands
    weights : mapping of tuple to float
        Cells, as tuples of levels in the order of `by`.
    name : str
        Of the new column.
    lazy : bool
        Whether the frame of another engine stays a query; else it is collected.

    Raises
    ------
    ArgumentError
        In other engines than pandas, for more than `MOST_CELLS` cells.

    Examples
    --------
    >>> source = PandasSource(pd.DataFrame({"sex": ["m", "f", None]}))
    >>> with_weights(source, ["sex"], {("m",): 0.5, ("f",): 2.0}, "weight")["weight"].tolist()
    [0.5, 2.0, 0.0]
    """
    if isinstance(source, CountsSource):
        source = source.frame_source
    if isinstance(source, PandasSource):
        return source.frame.assign(**{name: pandas_weights(source, by, weights)})
    return engine_weights(source, by, weights, name, lazy=lazy)


def is_query(data: Any) -> bool:
    """Whether data of another engine are a query that has not run, or a path, rather than rows in memory."""
    if isinstance(data, (pd.DataFrame, pd.Series)):
        return False
    if isinstance(data, (str, os.PathLike)):
        return True
    import narwhals as nw

    from npskit.frames.narwhals_source import opened

    return isinstance(opened(data), nw.LazyFrame)


def pandas_weights(source: PandasSource, by: Sequence[Key], weights: Mapping[tuple[object, ...], float]) -> np.ndarray:
    """The weight of each row."""
    rows = source.length()
    code, levels = np.zeros(rows, dtype=np.int64), []
    for column, key in zip(source.key_columns(by), by, strict=True):
        codes = key_codes(source.series(column), key, column)
        own = codes.read(0, rows).astype(np.int64)
        # A missing level is the last place.
        own = np.where((own < 0) | (own > len(codes.levels)), len(codes.levels), own)
        code = code * (len(codes.levels) + 1) + own
        levels.append([*codes.levels, None])
    present, at = np.unique(code, return_inverse=True)
    table = []
    for each in present.tolist():
        cell: list[object] = []
        for column in reversed(levels):
            each, place = divmod(each, len(column))
            cell.append(column[place])
        table.append(weights.get(tuple(reversed(cell)), 0.0))
    return np.asarray(table, dtype=float)[at] if table else np.zeros(rows)


def engine_weights(
    source: Source, by: Sequence[Key], weights: Mapping[tuple[object, ...], float], name: str, *, lazy: bool
) -> Any:
    """The frame of another engine with the column."""
    import narwhals as nw

    from npskit.frames.narwhals_source import NarwhalsSource, rows_of

    source = cast("NarwhalsSource", source)
    if len(weights) > MOST_CELLS:
        raise ArgumentError(
            where="targets", expected=f"at most {MOST_CELLS:,} combinations of levels in {source.engine}",
            got=f"{len(weights):,}", hint="merge levels, or use a pandas frame",
        )  # fmt: skip
    conditions: list[dict[object, Any]] = []
    for key in source._keys(by):
        raw = [row[0] for row in rows_of(source.frame.select(key.column).unique())]
        meant: dict[object, list[Any]] = {}
        for value, level in zip(raw, key.levels(raw), strict=True):
            meant.setdefault(level, []).append(value)
        conditions.append({level: is_one_of(key.column, values) for level, values in meant.items()})
    parts = []
    for cell, weight in weights.items():
        if all(level in known for level, known in zip(cell, conditions, strict=True)):
            held = [known[level] for level, known in zip(cell, conditions, strict=True)]
            parts.append(nw.when(nw.all_horizontal(*held, ignore_nulls=True)).then(nw.lit(float(weight))))
    frame = source.frame.with_columns(nw.coalesce(*parts, nw.lit(0.0)).alias(name))
    return frame.to_native() if lazy else frame.collect().to_native()


def is_one_of(column: Any, values: Sequence[Any]) -> Any:
    """An expression: whether a raw key is one of these, missing ones among them."""
    known = [value for value in values if value is not None and value == value]
    found = column.is_in(known).fill_null(False) if known else None
    if len(known) < len(values):
        missing = column.is_null()
        if any(value is not None and value != value for value in values):
            missing = missing | column.is_nan()
        found = missing if found is None else found | missing
    return found
