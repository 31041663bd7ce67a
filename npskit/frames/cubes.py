"""From rows to a cube: which periods its dates get, and what is too large to be one.

The cells of a cube are all combinations of levels, whether they occur or not. A column more multiplies them; so dates
are counted by day while that stays light, and else by month, quarter or year. Engines other than pandas count the cells
that occur, and these are laid out here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from npskit.cube import AnyCube, Cube, Dimension, period_starts
from npskit.errors import ArgumentError
from npskit.frames.keys import Key, Period
from npskit.scale import Scale
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.frames.source import Source

__all__ = ["LIGHT_CELLS", "MOST_CELLS", "base_period", "calendar", "cube", "dense", "too_large"]

# Cells, ratings not counted, that are held; and those up to which days are worth their room.
MOST_CELLS, LIGHT_CELLS = 4_000_000, 500_000
Progress = Callable[[float], object]


def cube(
    source: Source,
    rating: str,
    keys: Sequence[Key],
    *,
    date: str | Period | None,
    scale: Scale | None,
    progress: Progress | None,
) -> AnyCube:
    """The cube of any engine: what its tally finds, laid out."""
    told = progress or (lambda fraction: None)
    found = []
    for at, key in enumerate(keys):
        found.append(source.tally(rating, [key], scale=scale))
        told((at + 1) / (len(keys) + 2))
    levels = [tuple(cell[0] for cell in each.cells) for each in found]
    names = source.key_columns(keys)
    columns = [Dimension(name, each, every_of(key)) for name, each, key in zip(names, levels, keys, strict=True)]
    by = list(keys)
    if date is not None:
        period = date if isinstance(date, Period) else None
        name = source.column(date if isinstance(date, str) else date.column)
        if period is None:
            every = base_period(source.span(name), math.prod(map(len, levels)))
            period = Period(name, every or "month")
        by.append(period)
        columns.append(Dimension(name, (), period.every))
    tally = source.tally(rating, by, scale=scale)
    made = dense(tally, columns)
    told(1.0)
    return made


def every_of(key: Key) -> str | None:
    """The period of a key, None for another."""
    return key.every if isinstance(key, Period) else None


def base_period(span: tuple[dt.date | None, dt.date | None], cells: int) -> str | None:
    """The finest period that keeps a cube of so many cells in bounds; None when not even years do.

    Weeks are no base, since no month is made of whole ones.

    Examples
    --------
    >>> span = dt.date(2021, 1, 1), dt.date(2023, 12, 31)
    >>> [base_period(span, cells) for cells in (400, 9_600, 200_000, 1_000_000, 2_000_000)]
    ['day', 'month', 'quarter', 'year', None]
    """
    first, last = span
    if first is None or last is None:
        return "day"
    for every in ("day", "month", "quarter", "year"):
        if cells * (len(calendar(first, last, every)) + 1) <= (LIGHT_CELLS if every == "day" else MOST_CELLS):
            return every
    return None


def calendar(first: dt.date, last: dt.date, every: str) -> list[dt.date]:
    """First days of all periods from that of one day to that of another."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return np.unique(period_starts(days, every)).tolist()


def with_all_periods(levels: Sequence[object], every: str) -> tuple[object, ...]:
    """Levels of dates with the periods between them that nobody answered in, the missing one last."""
    dates = [level for level in levels if isinstance(level, dt.date)]
    rest = (None,) if None in levels else ()
    return (*calendar(min(dates), max(dates), every), *rest) if dates else rest


def dense(tally: Tally, dimensions: Sequence[Dimension]) -> Cube:
    """A tally by some columns as a cube; levels of dates are found in it, others are given in their order."""
    axes = []
    for at, dimension in enumerate(dimensions):
        levels = dimension.levels
        if dimension.every is not None:
            levels = with_all_periods({cell[at] for cell in tally.cells}, dimension.every)
        axes.append(replace(dimension, levels=levels))
    shape = tuple(map(len, axes))
    if math.prod(shape) > MOST_CELLS:
        raise too_large(axes)
    places = [{level: at for at, level in enumerate(axis.levels)} for axis in axes]
    rows = [tuple(place[level] for place, level in zip(places, cell, strict=True)) for cell in tally.cells]
    at = tuple(np.array(rows, dtype=np.intp).reshape(len(rows), len(axes)).T)
    counts, missing = np.zeros((*shape, len(tally.scale)), dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
    counts[at], missing[at] = tally.counts, tally.missing
    return Cube(tuple(axes), counts, tally.scale, missing)


def too_large(dimensions: Sequence[Dimension]) -> ArgumentError:
    """The error that says which column to leave out or to bin."""
    cells = math.prod(map(len, dimensions))
    largest = sorted((each for each in dimensions if each.every is None), key=len, reverse=True)[:3]
    helps = "; ".join(f"without {each.name!r} {cells // len(each):,}" for each in largest)
    product = " × ".join(f"{each.name} ({len(each):,})" for each in dimensions)
    return ArgumentError(
        where="columns to explore",
        expected=f"at most {MOST_CELLS:,} combinations of levels",
        got=f"{cells:,}: {product}",
        hint=f"leave a column out, or bin it: {helps}",
    )
