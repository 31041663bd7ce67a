"""The few columns that a question about persons needs row by row, whatever library holds them.

Scores are counted where the answers are. When a customer left after which answer is known only by looking at each one,
so these columns, and no others, are brought into memory: a pandas frame has them there already, Polars, PyArrow, DuckDB
and Dask hand them over. Days are counted by the clock that each column shows, as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.frames.coding import Days, distinct, identities, is_boolean, numbers
from npskit.frames.counts_source import CountsSource
from npskit.frames.dates import days_of, not_dates
from npskit.frames.keys import not_numbers
from npskit.frames.last_answers import answer_codes
from npskit.frames.pandas_source import PandasSource
from npskit.frames.source import Source
from npskit.scale import Scale

__all__ = ["MOST_ROWS", "NO_DAY", "amounts", "answers", "day_numbers", "has_zone", "people", "person_rows", "texts"]

#: More rows of persons than this are not brought into memory from another engine.
MOST_ROWS = 20_000_000
#: Stands for a missing day.
NO_DAY = np.iinfo(np.int64).min
EPOCH = np.datetime64("1970-01-01", "D")


def person_rows(source: Source, columns: Sequence[str]) -> PandasSource:
    """These columns of every row, in pandas.

    Raises
    ------
    ArgumentTypeError
        For rows of counts, which know no persons, and for Spark.
    ArgumentError
        For more than `MOST_ROWS` rows of another engine.

    Examples
    --------
    >>> rows = person_rows(PandasSource(pd.DataFrame({"q1": [9, None], "left": ["2024-03-05", None]})), ["left"])
    >>> day_numbers(rows, "left").tolist()[0]
    19787
    """
    names = list(dict.fromkeys(source.column(name) for name in columns))
    if isinstance(source, CountsSource):
        raise ArgumentTypeError(
            where="the data", expected="answers, a row each, since customers are followed one by one", got="counts"
        )
    if isinstance(source, PandasSource):
        return source
    if "spark" in source.engine:
        raise ArgumentTypeError(
            where="the data", expected="answers in pandas, Polars, PyArrow, DuckDB or Dask", got=source.engine,
            hint="select the columns, then .toPandas()",
        )  # fmt: skip
    rows = source.length()
    if rows > MOST_ROWS:
        raise ArgumentError(
            where="the data", expected=f"at most {MOST_ROWS:,} rows", got=f"{rows:,}", hint="draw customers by chance"
        )
    from npskit.frames.narwhals_source import NarwhalsSource

    frame: Any = cast(NarwhalsSource, source).frame.select(*names).collect()
    return PandasSource(frame.to_pandas())


def day_numbers(rows: PandasSource, name: str) -> np.ndarray:
    """Days since 1970 of a column of dates, `NO_DAY` where there is none.

    Raises
    ------
    ArgumentTypeError
        For a column that holds no dates.
    """
    series, column = rows.series(name), rows.column(name)
    if series.isna().all():
        return np.full(len(series), NO_DAY)
    found = Days.of(series)
    if found is not None:
        days = found.read(0, len(series)).astype(np.int64)
        days[series.isna().to_numpy()] = NO_DAY
        return days
    if is_boolean(series) or numbers(series) is not None:
        raise not_dates(column, f"{series.dtype} values")
    codes = distinct(series)
    known = [NO_DAY if day is None else int((np.datetime64(day, "D") - EPOCH).astype(int))
             for day in days_of(column, codes.levels)]  # fmt: skip
    return np.array([*known, NO_DAY], dtype=np.int64).take(codes.read(0, len(series)), mode="wrap")


def has_zone(rows: PandasSource, name: str) -> bool:
    """Whether a column holds moments with a time zone."""
    found = Days.of(rows.series(name))
    return found is not None and found.zoned


def people(rows: PandasSource, name: str | None) -> tuple[np.ndarray, int, list[Any]]:
    """Which customer each row is of, numbered from 0; a row without one is a customer of its own.

    Returns
    -------
    codes : ndarray of int64
    unknown : int
        Rows without a customer.
    names : list
        The known customers, in the order of their numbers.
    """
    if name is None:
        return np.arange(rows.length()), rows.length(), []
    found = identities(rows.series(name))
    codes = found.read(0, rows.length()).astype(np.int64)
    alone = codes < 0
    codes[alone] = len(found.levels) + np.arange(int(alone.sum()))
    return codes, int(alone.sum()), found.levels


def answers(rows: PandasSource, name: str, scale: Scale) -> np.ndarray:
    """The place of each rating on the scale, below 0 where there is no answer."""
    return answer_codes(rows.series(name), scale).astype(np.int64)


def amounts(rows: PandasSource, name: str) -> np.ndarray:
    """A column of numbers as floats, nan where there is none.

    Raises
    ------
    ArgumentTypeError
        For a column of anything else.
    """
    series, column = rows.series(name), rows.column(name)
    if series.isna().all():
        return np.full(len(series), np.nan)
    if is_boolean(series) or numbers(series) is None:
        raise not_numbers(column, f"{series.dtype} values")
    values = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
    found: np.ndarray = np.where(np.isfinite(values), values, np.nan)
    return found


def texts(rows: PandasSource, name: str) -> list[str | None]:
    """A column of any values as text, None where there is nothing."""
    codes = distinct(rows.series(name))
    shown = [None if level is None or not str(level).strip() else str(level) for level in codes.levels]
    table = [*shown, None]
    return [table[code] for code in codes.read(0, rows.length()).tolist()]
