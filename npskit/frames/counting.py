"""Counting in blocks that stay in the cache, with NumPy alone.

A column of ratings is eleven small numbers repeated, and a key is a few more. So each row becomes one small number, the
code of the rating and those of the keys each a digit of it, and a histogram of a cached block counts them. That is many
times faster than hashing, sorting or converting the whole column, and needs a few megabytes however long it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

__all__ = ["BLOCK", "Blocks", "Radix", "count_slots", "narrow", "rating_slots", "small_type", "spans"]

BLOCK = 1 << 18
# Four slots of so many kinds fit into sixteen bits.
MOST_PACKED = 16
Blocks = Callable[[int, int], np.ndarray]


def spans(length: int, block: int | None = None) -> Iterator[tuple[int, int]]:
    """Starts and ends of the blocks of a column."""
    block = block or BLOCK
    for start in range(0, length, block):
        yield start, min(start + block, length)


def small_type(lowest: int, highest: int) -> Any:
    """The smallest signed integers that hold the scale, their minimum kept free."""
    return np.dtype(np.int8 if lowest > -128 and highest < 128 else np.int32)


def narrow(values: np.ndarray, dtype: Any) -> np.ndarray:
    """Values in the small type of the scale; whatever does not fit becomes its minimum."""
    if values.dtype == dtype:
        return values
    room = np.iinfo(dtype)
    if values.dtype.kind != "f" and values.min() >= room.min and values.max() <= room.max:
        return values.astype(dtype)
    with np.errstate(invalid="ignore"):
        small = values.astype(dtype)
    # Comparing in the wide type keeps both sides alike; NumPy compares mixed types several times slower.
    return lowered(small, small.astype(values.dtype) != values)


def lowered(small: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Integers, with the minimum of their type in the places of a mask; four times as fast as a masked copy."""
    # -1 has all bits set, so that a hit turns the maximum into the minimum.
    cap = np.negative(where.astype(small.dtype)) ^ small.dtype.type(np.iinfo(small.dtype).max)
    return np.minimum(small, cap, out=cap)


def rating_slots(small: np.ndarray, lowest: int, highest: int) -> np.ndarray:
    """Slot of each narrow value: 0 for the lowest rating and so on, one past the last for all that is off the scale."""
    unsigned = small.view(f"u{small.dtype.itemsize}")
    if lowest == 0 and unsigned.max(initial=0) <= highest:
        return unsigned
    shifted = unsigned - unsigned.dtype.type(lowest) if lowest > 0 else unsigned + unsigned.dtype.type(-lowest)
    # The least of two arrays takes a tenth of the time of the least of an array and a number.
    return np.minimum(shifted, np.full_like(shifted, highest - lowest + 1), out=shifted)


def count_slots(read: Blocks, length: int, size: int) -> np.ndarray:
    """How often each slot from 0 to `size` - 1 occurs, shape (size,); for at most sixteen slots.

    Four slots make one number of sixteen bits, so that a quarter of the rows is counted; the sums over the other three
    places are the counts of each.
    """
    sums, rest = np.zeros(size**4, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for start, stop in spans(length, 2 * BLOCK):
        slots = read(start, stop)
        whole = len(slots) // 4 * 4
        first, *others = slots[:whole].reshape(4, -1)
        fours = first.astype(np.uint16)
        for other in others:
            fours *= size
            fours += other
        sums += np.bincount(fours, minlength=len(sums))
        rest += np.bincount(slots[whole:], minlength=size)
    places = sums.reshape(size, size, size, size)
    return sum((places.sum(tuple({0, 1, 2, 3} - {place})) for place in range(4)), rest)


class Radix:
    """Counts of combinations of codes, each code a digit of one number.

    Parameters
    ----------
    digits : sequence of (blocks, size)
        A reader of codes and how many codes there are. A code of -1 stands for missing: every digit but the last has
        a place for it, before the others.
    """

    def __init__(self, digits: Sequence[tuple[Blocks, int]]) -> None:
        self.readers = [read for read, _ in digits]
        self.sizes = [size + 1 for _, size in digits[:-1]] + [digits[-1][1]]
        self.slots = int(np.prod(self.sizes, dtype=object))
        self.strides = [int(np.prod(self.sizes[at + 1 :], dtype=object)) for at in range(len(digits))]
        # Shifting all digits with a place for "missing" at once costs one addition a row.
        self.shift = sum(self.strides[:-1])
        self.dtype = np.int16 if self.slots < 1 << 15 else np.int32 if self.slots < 1 << 31 else np.int64

    def index(self, start: int, stop: int) -> np.ndarray:
        """The number of each row of a block."""
        total = np.add(self.readers[-1](start, stop), self.shift, dtype=self.dtype, casting="unsafe")
        for read, stride in zip(self.readers[:-1], self.strides[:-1], strict=True):
            codes = read(start, stop)
            total += np.multiply(codes, stride, dtype=self.dtype, casting="unsafe")
        return total

    def count(self, length: int, weights: Blocks | None = None) -> list[np.ndarray]:
        """Counts per combination and, with weights, the sums of the weights and of their squares."""
        sums = [np.zeros(self.slots, dtype=np.int64)] + [np.zeros(self.slots) for _ in range(2 if weights else 0)]
        # Three arrays of eight bytes a row share the cache when there are weights.
        for start, stop in spans(length, max(BLOCK if weights is None else BLOCK // 4, self.slots)):
            index = self.index(start, stop)
            if weights is None:
                sums[0] += np.bincount(index, minlength=self.slots)
                continue
            index, weight = index.astype(np.intp), weights(start, stop)
            for total, values in zip(sums, (None, weight, weight * weight), strict=True):
                total += np.bincount(index, values, minlength=self.slots)
        return sums

    def positions(self, used: np.ndarray) -> np.ndarray:
        """The codes of combinations of all digits but the last, shape (used, digits - 1); -1 is missing."""
        rest, codes = used, []
        for size in reversed(self.sizes[:-1]):
            rest, digit = np.divmod(rest, size)
            codes.append(digit - 1)
        return np.column_stack(codes[::-1]) if codes else np.zeros((len(used), 0), dtype=np.intp)
