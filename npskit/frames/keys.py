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
from itertools import pairwise

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean

__all__ = ["EVERY", "Bands", "Key", "Period", "level_order", "plain_level"]

EVERY = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """Group by the day, week, month, quarter or year of a column of dates.

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

    Parameters
    ----------
    column : str
    edges : sequence of float
        Lower ends of the bands, rising; the last band is open.

    Raises
    ------
    ArgumentError
        When the edges do not rise.

    Examples
    --------
    >>> Bands("orders", [1, 3, 6, 21]).labels
    ('<1', '1-2', '3-5', '6-20', '21+')
    """

    column: str
    edges: Sequence[float]

    def __post_init__(self) -> None:
        edges = tuple(self.edges)
        rising = all(low < high for low, high in pairwise(edges))
        if not edges or not rising or not all(math.isfinite(edge) for edge in edges):
            raise ArgumentError(
                where=f"bands of {self.column!r}",
                expected="rising edges, the lower ends of the bands",
                got=str(list(edges)),
                hint=f"for example Bands({self.column!r}, [1, 3, 6, 21])",
            )
        object.__setattr__(self, "edges", edges)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the bands, the one below the first edge included."""
        whole = all(float(edge).is_integer() for edge in self.edges)
        texts = [f"{edge:g}" for edge in self.edges]
        inner = [
            _whole_band(int(low), int(high)) if whole else f"{low:g} to <{high:g}" for low, high in pairwise(self.edges)
        ]
        return (f"<{texts[0]}", *inner, f"{texts[-1]}+")


Key = str | Period | Bands


def _whole_band(low: int, high: int) -> str:
    return f"{low}" if high - low == 1 else f"{low}-{high - 1}"


def parsed_day(value: object) -> dt.date | None:
    """The day of a date, a moment or an ISO text, None for a missing one.

    Raises
    ------
    ValueError
        For text in another order or anything that is no date.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value.strip()).date() if value.strip() else None
    start = getattr(value, "start_time", None)
    if isinstance(start, dt.datetime):
        return start.date()
    raise ValueError(f"no date: {value!r}")


def days_of(column: str, values: Iterable[object]) -> list[dt.date | None]:
    """The day of each distinct value of a column, or the error that says which cannot be read."""
    days: list[dt.date | None] = []
    for value in values:
        try:
            days.append(None if value is None else parsed_day(value))
        except ValueError:
            raise not_dates(column, repr(value)) from None
    return days


def not_dates(column: str, got: str) -> ArgumentTypeError:
    """The error for a column that should hold dates."""
    return ArgumentTypeError(
        where=f"column {column!r}",
        expected="dates, or ISO text such as 2024-03-31",
        got=got,
        hint="npskit.read_survey(path) settles the order of day and month from the whole column; "
        "pandas.to_datetime(column, dayfirst=...) converts it by hand",
    )


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


def level_order(levels: Sequence[object]) -> list[int]:
    """Positions of levels in the order they are shown: sorted numbers, dates or text, the missing one last.

    Examples
    --------
    >>> level_order(["b", None, "a"])
    [2, 0, 1]
    """
    known = [at for at, level in enumerate(levels) if level is not None]
    try:
        known.sort(key=lambda at: levels[at])  # type: ignore[arg-type, return-value]  # a mix falls through
    except TypeError:
        known.sort(key=lambda at: (type(levels[at]).__name__, str(levels[at])))
    return known + [at for at, level in enumerate(levels) if level is None]
