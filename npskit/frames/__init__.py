"""Any engine in, small additive counts out: the only room that knows what holds the rows.

pandas frames take our own path over integer codes, which is ten times faster than a generic group-by there. Polars,
PyArrow, DuckDB, Dask, Ibis and PySpark group in their own engine, through Narwhals, so that at most cells × ratings
rows leave it. A path to Parquet is scanned by DuckDB without being loaded.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from npskit.frames.dates import is_date
from npskit.frames.keys import Bands, Key, Period
from npskit.frames.pandas_source import PandasSource
from npskit.frames.source import Source

if TYPE_CHECKING:
    from npskit.frames.products import Coded, Products, ordered_levels

__all__ = ["Bands", "Coded", "Key", "Period", "Products", "Source", "is_date", "ordered_levels", "wrap"]


def wrap(data: Any) -> Source:
    """Survey answers behind one face, whatever holds them.

    Parameters
    ----------
    data : DataFrame, Series, relation or path
        A pandas frame or series; a Polars frame (eager or lazy) or series, PyArrow table, DuckDB relation, Dask, Ibis
        or PySpark frame; or the path of a Parquet file, of a folder of them, or a pattern (``answers/*.parquet``).

    Raises
    ------
    ArgumentTypeError
        For anything else.
    SurveyNotFoundError
        When no file is at the path.
    MissingExtraError
        For a path when DuckDB is not installed.

    Examples
    --------
    >>> source = wrap(pd.DataFrame({"shop": ["Lyon", "Nice", "Lyon"], "q1": [9, 3, 10]}))
    >>> source.tally("q1", by=["shop"]).category_counts.tolist()
    [[0, 0, 2], [1, 0, 0]]
    """
    if isinstance(data, (pd.DataFrame, pd.Series)):
        return PandasSource(data)
    # Narwhals costs 50 ms to import, which a pandas user need not pay.
    from npskit.frames.narwhals_source import NarwhalsSource

    if isinstance(data, (str, os.PathLike)):
        from npskit.frames.paths import scan_parquet

        data = scan_parquet(data)
    return NarwhalsSource(data)


def __getattr__(name: str) -> Any:
    """Load the cross-products on first use: only the search for drivers needs them."""
    if name in ("Coded", "Products", "ordered_levels"):
        return getattr(import_module("npskit.frames.products"), name)
    raise AttributeError(f"module 'npskit.frames' has no attribute {name!r}")
