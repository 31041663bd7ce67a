"""From rows to a cube: which periods its dates get, and what is too large to be one.

The cells of a cube are all combinations of levels, whether they occur or not, and each column more multiplies them. So
dates are counted by day while that stays light, else by month, quarter or year; and where even years are too many the
rows are counted again for each control. Engines other than pandas count the cells that occur, laid out here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from npskit.cube import MOST_CELLS, AnyCube, Cube, Dimension, IndexedCube, period_starts
from npskit.errors import ArgumentError
from npskit.frames.counting import Blocks
from npskit.frames.cube_rows import Rows
from npskit.frames.keys import Key, Period
from npskit.scale import Scale
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.frames.source import Source

__all__ = ["LIGHT_CELLS", "MOST_LEVELS", "Progress", "base_period", "cube", "dense", "planned", "with_all_periods"]

# Cells up to which days are worth their room.
LIGHT_CELLS = 500_000
# Where no array can hold every combination: levels of a column, and cells that an engine brings here.
MOST_LEVELS, MOST_FETCHED = 5_000, 2_000_000
PERIODS = ("day", "month", "quarter", "year")
Progress = Callable[[float], object]
Span = tuple[dt.date | None, dt.date | None]


def cube(
    source: Source,
    rating: str,
    keys: Sequence[Key],
    *,
    date: str | Period | None,
    scale: Scale | None,
    progress: Progress | None,
) -> AnyCube:
    """The cube of any engine: what its tallies find, laid out.

    Parameters
    ----------
    rating : str
    keys : sequence of str, Period or Bands
        What spans the cube, in this order.
    date : str or Period, optional
        The column of dates, the last axis: in the finest periods that keep the cube in bounds, or those that are given.
    scale : Scale, optional
    progress : callable, optional
        Is told which fraction is done.

    Raises
    ------
    ArgumentError
        When the columns have too many levels.
    """
    told, names = progress or ignored, source.key_columns([*keys, *([] if date is None else [date])])
    dimensions, steps = [], len(names) + 1
    for at, (key, name) in enumerate(zip(keys, names, strict=False)):
        found = source.tally(rating, [key], scale=scale)
        dimensions.append(dimension(name, key, [cell[0] for cell in found.cells]))
        told((at + 1) / steps)
    by = list(keys)
    if date is not None:
        by.append(planned(date, names[-1], lambda: source.span(names[-1]), dimensions))
        found = source.tally(rating, by[-1:], scale=scale)
        dimensions.append(dimension(names[-1], by[-1], [cell[0] for cell in found.cells]))
        told(len(names) / steps)
    cells = checked(dimensions)
    if cells > MOST_CELLS and min(cells, source.length()) > MOST_FETCHED:
        raise too_large(dimensions)
    tally = source.tally(rating, by, scale=scale)
    made = dense(tally, dimensions) if cells <= MOST_CELLS else indexed(tally, dimensions)
    told(1.0)
    return made


def ignored(fraction: float) -> None:
    """Where nobody watches the progress."""


def dimension(name: str, key: Key, levels: Sequence[object]) -> Dimension:
    """The axis of a key with these levels."""
    every = key.every if isinstance(key, Period) else None
    return Dimension(name, tuple(levels) if every is None else with_all_periods(levels, every), every)


def planned(date: str | Period, name: str, span: Callable[[], Span], others: Sequence[Dimension]) -> Period:
    """The periods of a date beside other axes; months where no cube can hold every combination."""
    if isinstance(date, Period):
        return date
    return Period(name, base_period(span(), math.prod(map(len, others))) or "month")


def base_period(span: Span, cells: int) -> str | None:
    """The finest period that keeps a cube of so many cells in bounds; None when not even years do.

    Weeks are no base, since no month is made of whole ones.

    Examples
    --------
    >>> span = dt.date(2021, 1, 1), dt.date(2023, 12, 31)
    >>> [base_period(span, cells) for cells in (400, 9_600, 200_000, 800_000, 2_000_000)]
    ['day', 'month', 'quarter', 'year', None]
    """
    first, last = span
    if first is None or last is None:
        return "day"
    for every in PERIODS:
        # One place more for answers without a date.
        if cells * (len(calendar(first, last, every)) + 1) <= (LIGHT_CELLS if every == "day" else MOST_CELLS):
            return every
    return None


def calendar(first: dt.date, last: dt.date, every: str) -> list[dt.date]:
    """First days of all periods from that of one day to that of another."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + np.timedelta64(1, "D"))
    return np.unique(period_starts(days, every)).tolist()


def with_all_periods(levels: Iterable[object], every: str) -> tuple[object, ...]:
    """Levels of dates with the periods between them that nobody answered in, the missing one last."""
    levels = list(levels)
    dates = [level for level in levels if isinstance(level, dt.date)]
    rest = (None,) if None in levels else ()
    return (*calendar(min(dates), max(dates), every), *rest) if dates else rest


def coordinates(tally: Tally, dimensions: Sequence[Dimension]) -> tuple[np.ndarray, ...]:
    """The place of each cell on each axis."""
    places = [{level: at for at, level in enumerate(each.levels)} for each in dimensions]
    rows = [[place[level] for place, level in zip(places, cell, strict=True)] for cell in tally.cells]
    return tuple(np.array(rows, dtype=np.intp).reshape(len(rows), len(dimensions)).T)


def dense(tally: Tally, dimensions: Sequence[Dimension]) -> Cube:
    """A tally by some columns as a cube of these axes."""
    shape, where = tuple(map(len, dimensions)), coordinates(tally, dimensions)
    counts, missing = np.zeros((*shape, len(tally.scale)), dtype=np.int64), np.zeros(shape, dtype=np.int64)
    counts[where], missing[where] = tally.counts, tally.missing
    return Cube(tuple(dimensions), counts, tally.scale, missing)


def indexed(tally: Tally, dimensions: Sequence[Dimension]) -> IndexedCube:
    """A tally by some columns, whose cells are counted again for each control."""
    table = np.column_stack([tally.counts, tally.missing])
    cells, slots = np.nonzero(table)
    places = [
        (block_of(at[cells]), len(each)) for at, each in zip(coordinates(tally, dimensions), dimensions, strict=True)
    ]
    rows = Rows(places, block_of(slots), table.shape[1], len(cells), table[cells, slots])
    return IndexedCube(dimensions, tally.scale, rows.count)


def block_of(values: np.ndarray) -> Blocks:
    """A reader of an array."""
    return lambda start, stop: values[start:stop]


def checked(dimensions: Sequence[Dimension]) -> int:
    """The number of combinations; the error when no cube can be made of them."""
    cells = math.prod(map(len, dimensions))
    if cells > MOST_CELLS and any(len(each) > MOST_LEVELS for each in dimensions):
        raise too_large(dimensions)
    return cells


def too_large(dimensions: Sequence[Dimension]) -> ArgumentError:
    """The error that says which column to leave out or to bin, the one that helps most first."""
    cells = math.prod(map(len, dimensions))
    largest = sorted(dimensions, key=len, reverse=True)
    product = " × ".join(f"{each.name} {len(each):,}" for each in dimensions)
    helps = ", ".join(f"{cells // len(each):,} without {each.name!r}" for each in largest[:3])
    return ArgumentError(
        where="columns to explore",
        expected=f"at most {MOST_CELLS:,} combinations of levels, or {MOST_LEVELS:,} levels a column",
        got=f"{cells:,} combinations ({product})",
        hint=f"leave out {largest[0].name!r} or put its levels into fewer; combinations left: {helps}",
    )
