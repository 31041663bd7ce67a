"""The cube of a pandas frame, from the codes of its columns in one pass.

The codes of a column are its digits as they are; only a column that has missing answers gets a place more, and levels
that never occur are left out beforehand, since each would multiply the array.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from npskit.cube import MOST_CELLS, AnyCube, Cube, Dimension, IndexedCube
from npskit.frames.coding import EPOCH, FIRST_DAY, LAST_DAY, Codes, Days, key_codes, moment_codes
from npskit.frames.counting import Blocks, spans
from npskit.frames.cube_rows import Digit, Rows, count_all
from npskit.frames.cubes import Progress, checked, dimension, ignored, planned
from npskit.frames.keys import Key, Period, level_order
from npskit.frames.ratings import ratings
from npskit.scale import Scale

if TYPE_CHECKING:
    from npskit.frames.pandas_source import PandasSource

__all__ = ["cube"]


def cube(
    source: PandasSource,
    rating: str,
    keys: Sequence[Key],
    *,
    date: str | Period | None,
    scale: Scale | None,
    progress: Progress | None,
) -> AnyCube:
    """As :func:`npskit.frames.cubes.cube`."""
    names = source.key_columns([*keys, *([] if date is None else [date])])
    answers, length = ratings(source.series(rating), source.column(rating), scale), source.length()
    axes = [key_axis(source.series(name), key, name) for key, name in zip(keys, names, strict=False)]
    if date is not None:
        axes.append(date_axis(source, date, names[-1], [axis.dimension for axis in axes]))
    dimensions, size = [axis.dimension for axis in axes], len(answers.scale) + 1
    if checked(dimensions) > MOST_CELLS:
        answers.check(int(answers.counts()[-1]))
        rows = Rows([(axis.places, len(axis.dimension)) for axis in axes], answers.slots, size, length)
        return IndexedCube(dimensions, answers.scale, rows.count)
    table = count_all([*(axis.digit for axis in axes), Digit(answers.slots, size)], length, progress or ignored)
    answers.check(int(table[..., -1].sum()))
    for at, axis in enumerate(axes):
        table = axis.arranged(table, at)
    return Cube(tuple(dimensions), table[..., :-1], answers.scale, table[..., -1])


@dataclass(frozen=True, slots=True)
class Axis:
    """A column with its levels in their order, and its codes.

    Attributes
    ----------
    dimension : Dimension
    digit : Digit
    order : ndarray of int
        Which value of the digit stands at each place of the axis; -1 for a period that does not occur.
    """

    dimension: Dimension
    digit: Digit
    order: np.ndarray

    def arranged(self, table: np.ndarray, axis: int) -> np.ndarray:
        """A table by digits as one by places."""
        if np.array_equal(self.order, np.arange(self.digit.size)):
            return table
        found = table.take(self.order, axis)
        found[(slice(None),) * axis + (self.order < 0,)] = 0
        return found

    def places(self, start: int, stop: int) -> np.ndarray:
        """The place of each row of a block."""
        table = np.zeros(self.digit.size, dtype=np.intp)
        table[self.order[self.order >= 0]] = np.flatnonzero(self.order >= 0)
        codes: Any = self.digit.read(start, stop)
        return table.take(np.subtract(codes, self.digit.lowest, dtype=np.intp))


def key_axis(series: pd.Series, key: Key, name: str) -> Axis:
    """The axis of a column."""
    codes = key_codes(series, key, name)
    return axis_of(codes, occurring(codes, len(series)), key, name)


def date_axis(source: PandasSource, date: str | Period, name: str, others: Sequence[Dimension]) -> Axis:
    """The axis of dates, in periods that suit the others; moments without a zone are looked over once for all."""
    series = source.series(name)
    days = Days.of(series)
    if days is None or days.zoned:
        return key_axis(series, planned(date, name, lambda: source.span(name), others), name)
    ends = days.ends()
    period = planned(date, name, lambda: (day_of(ends.first), day_of(ends.last)), others)
    codes = moment_codes(days, ends, period, name)
    return axis_of(codes, np.array([*[True] * len(codes.levels), ends.gaps]), period, name)


def day_of(number: int | None) -> dt.date | None:
    """The date of a day since 1970; None for one that no date can be, which is refused where the days are read."""
    return None if number is None or not FIRST_DAY <= number <= LAST_DAY else dt.date.fromordinal(number + EPOCH)


def axis_of(codes: Codes, seen: np.ndarray, key: Key, name: str) -> Axis:
    """The axis of a column whose levels, and last a missing one, were seen or not."""
    used, gaps = np.flatnonzero(seen[:-1]), bool(seen[-1])
    levels = [codes.levels[at] for at in used]
    order = list(range(len(levels))) if codes.ordered else level_order(levels)
    read = codes.read if len(used) == len(codes.levels) else recoded(codes, used)
    found = dimension(name, key, [*(levels[at] for at in order), *([None] if gaps else [])])
    place = {levels[at]: at + gaps for at in order} | ({None: 0} if gaps else {})
    return Axis(
        found,
        Digit(read, len(levels) + gaps, -1 if gaps else 0),
        np.array([place.get(level, -1) for level in found.levels], dtype=np.intp),
    )


def recoded(codes: Codes, used: np.ndarray) -> Blocks:
    """A reader of codes among the levels that occur."""
    table = np.full(len(codes.levels) + 1, -1, dtype=np.min_scalar_type(-len(used) - 1))
    table[used] = np.arange(len(used))
    return lambda start, stop: table.take(codes.read(start, stop), mode="wrap")


def occurring(codes: Codes, length: int) -> np.ndarray:
    """Which levels occur, and last whether any row has none; shape (levels + 1,).

    Usually the first blocks have every level, and the least code of the others tells of missing ones.
    """
    seen = np.zeros(len(codes.levels) + 1, dtype=bool)
    for start, stop in spans(length):
        block = codes.read(start, stop)
        if not seen[:-1].all():
            shifted = np.add(block, 1, dtype=np.intp)
            seen |= np.roll(np.bincount(shifted, minlength=len(seen)) > 0, -1)
        elif seen[-1] or block.dtype.kind == "u":
            break
        else:
            seen[-1] = block.min() < 0
    return seen
