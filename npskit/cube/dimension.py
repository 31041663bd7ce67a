"""A column as an axis: its levels are places on it, and periods of a date group into longer ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from npskit.errors import ArgumentError, did_you_mean

__all__ = ["NESTED", "Dimension", "period_starts"]

# Calendar periods that are made of whole smaller ones.
NESTED = {
    "day": ("day", "week", "month", "quarter", "year"),
    "week": ("week",),
    "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"),
    "year": ("year",),
}


def period_starts(days: np.ndarray, every: str) -> np.ndarray:
    """The first day of the period of each day, shape of `days` (datetime64[D]); weeks start on Monday.

    Examples
    --------
    >>> period_starts(np.array(["2024-05-17"], dtype="datetime64[D]"), "quarter").tolist()
    [datetime.date(2024, 4, 1)]
    """
    if every == "day":
        return days
    if every == "week":
        # 1 January 1970 was a Thursday.
        return days - ((days.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
    if every == "year":
        return days.astype("datetime64[Y]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    if every == "quarter":
        months = months - (months.astype(np.int64) % 3).astype("timedelta64[M]")
    return months.astype("datetime64[D]")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column as an axis.

    Attributes
    ----------
    name : str
        The column.
    levels : tuple
        What is found on the axis, in the order it is shown; missing answers are None, the last. Of dates the first
        days of all periods from the first to the last, those without an answer too.
    every : {"day", "week", "month", "quarter", "year"}, optional
        The period of a date; None for another column.
    title : str, optional
        What a person reads instead of the name.

    Examples
    --------
    >>> months = Dimension("day", tuple(dt.date(2024, month, 1) for month in (11, 12)) + (dt.date(2025, 1, 1), None),
    ...                    every="month")
    >>> years, into = months.grouped("year")
    >>> [year and year.year for year in years], into.tolist()
    ([2024, 2025, None], [0, 0, 1, 2])
    """

    name: str
    levels: tuple[object, ...]
    every: str | None = None
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        object.__setattr__(self, "title", self.title or self.name)

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def units(self) -> tuple[str, ...]:
        """The periods one can look at, its own first; none for another column."""
        return () if self.every is None else NESTED[self.every]

    @property
    def periods(self) -> tuple[dt.date, ...]:
        """First days of all periods, without the place of missing dates."""
        return tuple(level for level in self.levels if isinstance(level, dt.date)) if self.every else ()

    def grouped(self, every: str) -> tuple[tuple[object, ...], np.ndarray]:
        """Levels in longer periods, and the place of each own level among them.

        Raises
        ------
        ArgumentError
            When such periods are not made of whole ones of these.
        """
        if every not in self.units:
            kind = f"{self.every}s" if self.every else "a column without dates"
            raise ArgumentError(
                where=f"periods of {self.name!r}",
                expected=", ".join(self.units) or "a column of dates",
                got=f"{every!r} of {kind}",
                hint=did_you_mean(every, self.units) if self.units else "choose the column of dates with date=...",
            )
        starts, into = np.unique(
            period_starts(np.array(self.periods, dtype="datetime64[D]"), every), return_inverse=True
        )
        rest = self.levels[len(self.periods) :]
        places = np.append(into, np.full(len(rest), len(starts))).astype(np.intp)
        return (*starts.tolist(), *rest), places

    def positions(self, levels: Sequence[object]) -> list[int]:
        """Places of levels, in their order on the axis.

        Raises
        ------
        ArgumentError
            For a level that is not there.
        """
        place = {level: at for at, level in enumerate(self.levels)}
        strangers = [level for level in levels if level not in place]
        if strangers:
            raise ArgumentError(
                where=f"levels of {self.name!r}",
                expected="levels that occur",
                got=repr(strangers[0]),
                hint=did_you_mean(str(strangers[0]), [str(level) for level in self.levels if level is not None]),
            )
        return sorted({place[level] for level in levels})

    def between(self, first: dt.date, last: dt.date) -> list[int]:
        """Places of the periods that hold a day from the first to the last."""
        if self.every is None or not self.periods:
            return []
        start = period_starts(np.array([first], dtype="datetime64[D]"), self.every)[0].item()
        return [at for at, level in enumerate(self.periods) if start <= level <= last]
