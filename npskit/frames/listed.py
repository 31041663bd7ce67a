"""A small frame as it is: its rows as columns of plain values, in their order.

Surveys are counted where they are. A table of twenty quarters is no survey: it is read whole, whatever library holds
it, and what follows needs no frame. An index of dates, as pandas users keep it, is a column like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from npskit.errors import ArgumentError
from npskit.frames.keys import plain_level

__all__ = ["MOST_LISTED", "listed"]

#: More rows than this are no table of periods or customers that a person put together.
MOST_LISTED = 5_000_000


def listed(data: Any, *, most: int = MOST_LISTED) -> dict[str, list[Any]]:
    """Every column of a frame as a list, missing values as None.

    Parameters
    ----------
    data : DataFrame, relation or mapping of columns
    most : int
        Rows above which it is refused.

    Raises
    ------
    ArgumentTypeError
        For anything that is no frame.
    ArgumentError
        For a column that is there twice, or too many rows.

    Examples
    --------
    >>> listed(pd.DataFrame({"sales": [1.5, None]}, index=pd.Index(["2024-Q1", "2024-Q2"], name="quarter")))
    {'quarter': ['2024-Q1', '2024-Q2'], 'sales': [1.5, None]}
    """
    if isinstance(data, Mapping):
        data = pd.DataFrame(dict(data))
    if isinstance(data, pd.Series):
        data = data.to_frame("value" if data.name is None else data.name)
    return pandas_columns(data, most) if isinstance(data, pd.DataFrame) else other_columns(data, most)


def pandas_columns(frame: pd.DataFrame, most: int) -> dict[str, list[Any]]:
    """Columns of a pandas frame, with an index of dates among them."""
    checked(list(map(str, frame.columns)), len(frame), most)
    if isinstance(frame.index, (pd.DatetimeIndex, pd.PeriodIndex)) or frame.index.name is not None:
        name = frame.index.name or "period"
        if name not in frame.columns:
            frame = frame.reset_index(names=name)
    return {str(name): [plain_level(value) for value in frame.iloc[:, at]] for at, name in enumerate(frame.columns)}


def other_columns(data: Any, most: int) -> dict[str, list[Any]]:
    """Columns of a frame of any other library."""
    import narwhals as nw

    from npskit.frames.narwhals_source import opened, rows_of

    frame = opened(data)
    frame = frame.to_frame().lazy() if isinstance(frame, nw.Series) else frame.lazy()
    names = frame.collect_schema().names()
    rows = rows_of(frame.head(most + 1))
    checked(names, len(rows), most)
    return {name: [plain_level(row[at]) for row in rows] for at, name in enumerate(names)}


def checked(names: list[str], rows: int, most: int) -> None:
    """Refuse what is not one column per name, or no small table."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(where="columns", expected="each name once", got=f"{twice[0]!r} twice", hint="rename one")
    if rows > most:
        raise ArgumentError(
            where="the table", expected=f"at most {most:,} rows", got=f"{rows:,} or more", hint="sum them up first"
        )
