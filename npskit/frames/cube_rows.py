"""Rows as places on axes, counted in blocks on two cores.

All columns of a row make one number, each a digit of it, and a histogram counts these. For a cube the histogram is far
larger than the cache, so blocks are large too, and two of them are counted at a time: NumPy lets go of the interpreter
while it does.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from npskit.frames.counting import Blocks, spans

__all__ = ["Digit", "Rows", "count_all", "counted"]

# Rows made into numbers at a time, while they are in the cache; rows counted at a time; counters up to which a block
# has its own.
PART, BLOCK, MOST_OWN = 1 << 16, 1 << 20, 1 << 23
WORKERS = min(2, os.cpu_count() or 1)
Told = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Digit:
    """A reader of codes from `lowest` (-1 where some are missing, else 0), and how many codes there are from it on."""

    read: Blocks
    size: int
    lowest: int = 0


def in_blocks(work: Callable[[int, int], object], length: int, block: int, told: Told) -> None:
    """Do the work on each block, two at a time."""
    ends = list(spans(length, block))
    if len(ends) < 2 or WORKERS < 2:
        for start, stop in ends:
            work(start, stop)
            told(stop / length)
        return
    with ThreadPoolExecutor(WORKERS) as pool:
        for (_, stop), _ in zip(ends, pool.map(work, *zip(*ends, strict=True)), strict=True):
            told(stop / length)


def numbers(digits: Sequence[Digit], start: int, stop: int, out: np.ndarray) -> np.ndarray:
    """The number of each row, the first digit counting most; in as few bytes as the digits so far need."""
    # As if all codes began at 0, and set right at once.
    shift = 0
    for digit in digits:
        shift = shift * digit.size - digit.lowest
    for low, high in spans(stop - start, PART):
        total, room = np.zeros(high - low, dtype=np.int16), 1
        for digit in digits:
            room *= digit.size
            # Half of the room, since a code of -1 borrows from the digits before.
            if room > np.iinfo(total.dtype).max // 2:
                total = total.astype(np.int32 if room < 1 << 30 else np.int64)
            total *= total.dtype.type(digit.size)
            np.add(total, digit.read(start + low, start + high), out=total, casting="unsafe")
        np.add(total, shift, out=out[low:high])
    return out[: stop - start]


def count_all(digits: Sequence[Digit], length: int, told: Told) -> np.ndarray:
    """How often each combination of codes occurs, shape (size of each digit …)."""
    shape = tuple(digit.size for digit in digits)
    slots = math.prod(shape)
    total = np.zeros(slots, dtype=np.uint32 if length < 1 << 32 else np.uint64)
    block = BLOCK if slots > MOST_OWN else max(BLOCK, slots)
    one, lock, own = total.dtype.type(1), threading.Lock(), threading.local()

    def add(start: int, stop: int) -> None:
        if not hasattr(own, "room"):
            own.room = np.empty(min(block, length), dtype=np.intp)
        found = numbers(digits, start, stop, own.room)
        counts = None if slots > MOST_OWN else np.bincount(found, minlength=slots)
        with lock:
            if counts is None:
                np.add.at(total, found, one)
            else:
                np.add(total, counts, out=total, casting="unsafe")

    in_blocks(add, length, block, told)
    return total.reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows, or cells that stand for many, as places on axes.

    Attributes
    ----------
    places : sequence of (reader of places, number of levels)
        For each axis.
    slots : reader
        Rating of each row, one past the last for no answer.
    size : int
        Ratings and the place past the last.
    length : int
    times : ndarray, optional
        How many rows each stands for.
    """

    places: Sequence[tuple[Blocks, int]]
    slots: Blocks
    size: int
    length: int
    times: np.ndarray | None = None

    def count(self, questions: Sequence[tuple[Mapping[int, np.ndarray], tuple[int, ...]]]) -> list[np.ndarray]:
        """Rows by the axes of each question, of those that are on a kept place of every filter; in one pass.

        Parameters
        ----------
        questions : sequence of (filters, axes)
            Filters tell for an axis which of its places are kept.

        Returns
        -------
        list of ndarray of int64, shape (levels of the axes …, ratings + 1)
        """
        shapes = [(*(self.places[at][1] for at in axes), self.size) for _, axes in questions]
        totals = [np.zeros(math.prod(shape), dtype=np.int64) for shape in shapes]
        for start, stop in spans(self.length, max(BLOCK // 4, *map(len, totals)) if totals else None):
            read = {
                at: self.places[at][0](start, stop)
                for at in {at for filters, axes in questions for at in (*filters, *axes)}
            }
            kept = {(at, id(some)): some[read[at]] for filters, _ in questions for at, some in filters.items()}
            slots = self.slots(start, stop)
            times = None if self.times is None else self.times[start:stop]
            for (filters, axes), total in zip(questions, totals, strict=True):
                masks = [kept[at, id(some)] for at, some in filters.items()]
                total += counted([*(read[at] for at in axes), slots], shapes_of(self, axes), masks, times)
        return [total.reshape(shape) for total, shape in zip(totals, shapes, strict=True)]


def shapes_of(rows: Rows, axes: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes of a table by some axes."""
    return (*(rows.places[at][1] for at in axes), rows.size)


def counted(
    codes: Sequence[np.ndarray], shape: tuple[int, ...], masks: Sequence[np.ndarray], times: np.ndarray | None
) -> np.ndarray:
    """Rows of a block per combination of codes, of those that all masks keep."""
    at = np.zeros(len(codes[-1]), dtype=np.intp)
    for code, size in zip(codes, shape, strict=True):
        at *= size
        at += code
    if masks:
        kept = np.logical_and.reduce(masks) if len(masks) > 1 else masks[0]
        at, times = at[kept], None if times is None else times[kept]
    return np.bincount(at, times, math.prod(shape)).astype(np.int64)
