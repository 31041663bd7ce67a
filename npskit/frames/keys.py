"""What one can group by beside a plain column: periods of a date and bands of a number.

Whatever engine reads the rows, the first day of a period and the name of a band come from here, so that a month in
Spark is the month of pandas. Engines count in small integers (a month is ``year * 12 + month - 1``, a day is one less
than its `date.toordinal`); only the few distinct ones become dates.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from numbers import Real
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean

__all__ = ["EVERY", "Bands", "Key", "Period", "known_first", "level_order", "plain_level"]

EVERY = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """Group by the day, week, month, quarter or year of a column of dates.

    Moments with a time zone count in the clock of that zone. A DuckDB relation does not know the zone its column was
    written in and counts in UTC (a path to Parquet files knows it), Spark counts in the zone of its session. A text
    such as ``2024-03`` stands for the first day of the month.

    Parameters
    ----------
    column : str
    every : {"day", "week", "month", "quarter", "year"}

    Raises
    ------
    ArgumentError
        For another `every`.

    Examples
    --------
    >>> Period("answered", "quarter").first_day(dt.date(2024, 5, 17))
    datetime.date(2024, 4, 1)
    """

    column: str
    every: str = "month"

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            raise ArgumentError(
                where="every",
                expected="one of 'day', 'week', 'month', 'quarter', 'year'",
                got=repr(self.every),
                hint=did_you_mean(str(self.every), EVERY),
            )

    def first_day(self, day: dt.date) -> dt.date:
        """The first day of the period that a day belongs to; weeks start on Monday."""
        if self.every == "day":
            return day
        if self.every == "week":
            return day - dt.timedelta(days=day.weekday())
        month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}[self.every]
        return dt.date(day.year, month, 1)

    @property
    def counts_months(self) -> bool:
        """Whether an engine should count months instead of days."""
        return self.every in ("month", "quarter", "year")

    def from_number(self, number: int) -> dt.date:
        """The first day of the period from the count of months since the year 0, or of days since 1 January 1.

        That day was a Monday, so that whole weeks are sevens of days.
        """
        if self.counts_months:
            return self.first_day(dt.date(number // 12, number % 12 + 1, 1))
        return self.first_day(dt.date.fromordinal(number + 1))


@dataclass(frozen=True, slots=True)
class Bands:
    """Group by bands of a number, such as orders placed before the answer.

    Bands of whole numbers are named by the numbers in them ("1-2"); where the column holds others, by both ends
    ("1 to <3"), so that a 2.5 is never counted under "1-2".

    Parameters
    ----------
    column : str
    edges : sequence of float
        Lower ends of the bands, rising; the last band is open.

    Raises
    ------
    ArgumentError
        When the edges are no numbers, or do not rise.

    Examples
    --------
    >>> Bands("orders", [1, 3, 6, 21]).labels
    ('<1', '1-2', '3-5', '6-20', '21+')
    >>> Bands("orders", [1, 3, 6, 21]).names(whole=False)
    ('<1', '1 to <3', '3 to <6', '6 to <21', '21+')
    """

    column: str
    edges: Sequence[float]

    def __post_init__(self) -> None:
        edges = plain_edges(self.edges)
        if not edges or not all(low < high for low, high in pairwise(edges)):
            raise ArgumentError(
                where=f"bands of {self.column!r}",
                expected="rising edges, the lower ends of the bands",
                got=str(self.edges if edges is None else list(edges)),
                hint=f"for example Bands({self.column!r}, [1, 3, 6, 21])",
            )
        object.__setattr__(self, "edges", edges)

    @property
    def is_whole(self) -> bool:
        """Whether all edges are whole numbers, so that bands of whole numbers can be named by these."""
        return all(float(edge).is_integer() for edge in self.edges)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the bands of a column of whole numbers, the one below the first edge included."""
        return self.names(whole=True)

    def names(self, *, whole: bool) -> tuple[str, ...]:
        """Names of the bands of a column that holds whole numbers only, or others too."""
        named = whole_band if whole and self.is_whole else open_band
        inner = (named(low, high) for low, high in pairwise(self.edges))
        return (f"<{number_text(self.edges[0])}", *inner, f"{number_text(self.edges[-1])}+")


Key = str | Period | Bands


def plain_edges(edges: Iterable[Any]) -> tuple[float, ...] | None:
    """Edges as Python numbers, None when some are not finite numbers."""
    try:
        plain = tuple(edge.item() if hasattr(edge, "item") else edge for edge in edges)
    except TypeError:
        return None
    numbers = all(isinstance(edge, Real) and not isinstance(edge, bool) and math.isfinite(edge) for edge in plain)
    return plain if numbers else None


def number_text(number: float) -> str:
    """A number with all of its digits and no exponent, so that different ones never read alike.

    Examples
    --------
    >>> number_text(1e6), number_text(1000000.5), number_text(0.00001)
    ('1000000', '1000000.5', '0.00001')
    """
    return f"{int(number)}" if float(number).is_integer() else f"{Decimal(repr(float(number))):f}"


def whole_band(low: float, high: float) -> str:
    """The whole numbers from one edge up to the next."""
    last = int(high) - 1
    if last == low:
        return number_text(low)
    return f"{number_text(low)}-{last}" if low >= 0 else f"{number_text(low)} to {last}"


def open_band(low: float, high: float) -> str:
    """All numbers from one edge up to the next."""
    return f"{number_text(low)} to <{number_text(high)}"


def not_numbers(column: str, got: str) -> ArgumentTypeError:
    """The error for a column that should hold numbers."""
    return ArgumentTypeError(
        where=f"column {column!r}", expected="numbers", got=got, hint="pandas.to_numeric(column) converts it"
    )


def plain_level(value: object) -> object:
    """A level as plain Python: NumPy scalars unwrapped, nan, NaT and NA as None."""
    if isinstance(value, (str, int)):
        return value
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def level_order(levels: Sequence[Any]) -> list[int]:
    """Positions of levels in the order they are shown: sorted numbers, dates or text, the missing one last.

    Examples
    --------
    >>> level_order(["b", None, "a"])
    [2, 0, 1]
    """
    known = [at for at, level in enumerate(levels) if level is not None]
    try:
        known.sort(key=lambda at: levels[at])
    except TypeError:
        known.sort(key=lambda at: (type(levels[at]).__name__, str(levels[at])))
    return known + [at for at, level in enumerate(levels) if level is None]


def known_first(levels: Sequence[object]) -> list[int]:
    """Positions of levels as they are, the missing one last."""
    return sorted(range(len(levels)), key=lambda at: levels[at] is None)
