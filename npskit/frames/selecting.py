"""The rows that lie on some levels of some keys, in the caller's own library.

A selection is made on levels as they are counted: a band, a month, a missing answer. Which raw values these stand for
is asked of the same keys that counted them, so that the rows are exactly those behind a number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from npskit.frames.counts_source import CountsSource
from npskit.frames.keys import Key, plain_level
from npskit.frames.pandas_source import PandasSource
from npskit.frames.source import Source

if TYPE_CHECKING:
    from npskit.frames.narwhals_source import NarwhalsSource

__all__ = ["Condition", "selected"]

Condition = tuple[Key, Collection[object]]


def selected(source: Source, conditions: Sequence[Condition]) -> Any:
    """The rows that meet every condition.

    Parameters
    ----------
    source : Source
    conditions : sequence of (key, levels)
        The levels of a key to keep; None stands for rows without one.

    Returns
    -------
    frame of the same library
        With all columns; lazy where the data are.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = PandasSource(pd.DataFrame({"shop": ["Lyon", None, "Nice"], "nps": [9, 3, 10]}))
    >>> selected(rows, [("shop", ["Lyon", None])])["nps"].tolist()
    [9, 3]
    """
    if isinstance(source, CountsSource):
        source = source.frame_source
    if isinstance(source, PandasSource):
        return selected_rows(source, conditions)
    # Every other source is of Narwhals.
    return selected_by_engine(cast("NarwhalsSource", source), conditions)


def selected_rows(source: PandasSource, conditions: Sequence[Condition]) -> Any:
    """The rows of a pandas frame, by the codes of its keys."""
    from npskit.frames.coding import key_codes

    kept = np.ones(source.length(), dtype=bool)
    for key, levels in conditions:
        name = source.key_columns([key])[0]
        codes = key_codes(source.series(name), key, name)
        table = np.array([is_among(level, levels) for level in [*codes.levels, None]], dtype=bool)
        # The code of a missing level is -1, which is the last place.
        kept &= table.take(codes.read(0, source.length()), mode="wrap")
    return source.frame[kept]


def selected_by_engine(source: NarwhalsSource, conditions: Sequence[Condition]) -> Any:
    """The rows of any other engine, by the raw values that mean these levels."""
    import narwhals as nw

    from npskit.frames.narwhals_source import rows_of

    frame, made = source.frame, list[str]()
    for at, (key, levels) in enumerate(conditions):
        found = source._keys([key])[0]
        alias = f"npskit_kept{at}"
        column = found.column.alias(alias)
        values = [row[0] for row in rows_of(source.frame.select(column).unique())]
        raw = [
            value
            for value, level in zip(values, found.levels(values), strict=True)
            if is_among(plain_level(level), levels)
        ]
        known = [value for value in raw if plain_level(value) is not None]
        test = nw.col(alias).is_in(known) if known else nw.lit(False)
        if len(known) < len(raw):
            test = test | is_gap(nw, alias, source.frame.select(column).collect_schema()[alias])
        frame, made = frame.with_columns(column).filter(test), [*made, alias]
    return frame.drop(*made).to_native() if made else frame.to_native()


def is_gap(nw: Any, name: str, dtype: Any) -> Any:
    """Whether a value is null, or nan where there can be nan; blank text is a level like any other."""
    column = nw.col(name)
    return column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()


def is_among(level: object, levels: Collection[object]) -> bool:
    """Whether a level is one of these; yes is not 1."""
    return any(level == each and isinstance(level, bool) == isinstance(each, bool) for each in levels)
