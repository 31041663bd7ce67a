"""A pandas column of ratings, and one of weights, understood once and read block by block.

Numbers are compared with the scale as they are; everything else (categories, "10 - Extremely likely", objects) is
understood through its distinct values. What is off the scale is only looked for when a count shows that there is some.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from npskit.frames.coding import Codes, Numbers, distinct, is_boolean, numbers
from npskit.frames.counting import (
    MOST_PACKED,
    Blocks,
    Radix,
    count_slots,
    rating_slots,
    small_type,
    spans,
)
from npskit.frames.source import boolean_error, rating_codes, scale_of, weight_error, weight_type_error
from npskit.scale import MISSING, Scale

__all__ = ["NumberRatings", "ValueRatings", "Weights", "ratings", "sizes"]


def ratings(series: pd.Series, name: str, scale: Scale | None) -> NumberRatings | ValueRatings:
    """A column of ratings of any type.

    Raises
    ------
    RatingError
        For booleans, and for texts and categories outside the scale.
    """
    if is_boolean(series):
        raise boolean_error(name, scale)
    found = numbers(series)
    if found is not None and not (scale is not None and scale.labelled):
        return NumberRatings(name, found, len(series), scale or Scale())
    return ValueRatings(name, distinct(series), len(series), scale)


class NumberRatings:
    """Ratings held as numbers."""

    def __init__(self, name: str, numbers: Numbers, length: int, scale: Scale) -> None:
        self.name, self.numbers, self.length, self.scale = name, numbers, length, scale
        self.ends = scale.lowest, scale.highest
        self.read = numbers.narrow(small_type(*self.ends))
        # A code for "no answer" may lie on the scale itself, as a 0 does in some exports.
        codes = scale.codes(scale.ratings) if scale.missing else np.arange(len(scale), dtype=np.int16)
        self.declared = np.flatnonzero(codes == MISSING)

    def slots(self, start: int, stop: int) -> np.ndarray:
        """Slot of each row: 0 for the lowest rating and so on, one past the last for no answer."""
        slots = rating_slots(self.read(start, stop), *self.ends)
        if len(self.declared):
            slots = slots.copy()
            slots[np.isin(slots, self.declared)] = len(self.scale)
        return slots

    def counts(self) -> np.ndarray:
        """Rows per slot."""
        counts = slot_counts(self.slots, self.length, len(self.scale) + 1)
        self.check(int(counts[-1]))
        return counts

    def check(self, unanswered: int) -> None:
        """Refuse values outside the scale, given how many rows took the slot of no answer."""
        if not unanswered:
            return
        missing = sum(int(self.numbers.missing(start, stop).sum()) for start, stop in spans(self.length))
        if unanswered == missing:
            return
        others: Counter = Counter()
        for start, stop in spans(self.length):
            off = rating_slots(self.read(start, stop), *self.ends) == len(self.scale)
            values = self.numbers.values(start, stop)[off & ~self.numbers.missing(start, stop)]
            others.update(dict(zip(*map(np.ndarray.tolist, np.unique(values, return_counts=True)), strict=True)))
        inside = self.length - missing - others.total()
        rating_codes(self.name, list(others), list(others.values()), self.scale, inside=inside)


class ValueRatings:
    """Ratings held as categories, texts or objects, each distinct value understood once."""

    def __init__(self, name: str, codes: Codes, length: int, scale: Scale | None) -> None:
        self.scale = scale_of(codes.levels, scale)
        self.codes = codes
        times = sizes(codes, length)
        places = rating_codes(name, [*codes.levels, None], times, self.scale)
        places = np.where(places < 0, len(self.scale), places)
        self.table = places.astype(np.min_scalar_type(len(self.scale)))
        self._counts = np.zeros(len(self.scale) + 1, dtype=np.int64)
        np.add.at(self._counts, places, times)

    def slots(self, start: int, stop: int) -> np.ndarray:
        """Slot of each row; the code -1 of a missing one reads the last place of the table."""
        return self.table.take(self.codes.read(start, stop), mode="wrap")

    def counts(self) -> np.ndarray:
        """Rows per slot."""
        return self._counts

    def check(self, unanswered: int) -> None:
        """Nothing is left to refuse: all distinct values were understood."""


def sizes(codes: Codes, length: int) -> np.ndarray:
    """How often each level occurs; the last number is of missing ones."""
    small = len(codes.levels) < MOST_PACKED
    dtype = np.uint8 if small else np.intp
    shifted = slot_counts(
        lambda a, b: np.add(codes.read(a, b), 1, dtype=dtype, casting="unsafe"), length, len(codes.levels) + 1
    )
    return np.append(shifted[1:], shifted[0])


def slot_counts(read: Blocks, length: int, size: int) -> np.ndarray:
    """Rows per slot, by the quicker of two ways."""
    return count_slots(read, length, size) if size <= MOST_PACKED else Radix([(read, size)]).count(length)[0]


class Weights:
    """A column of weights that notices, while it is read, whether any cannot be used.

    Raises
    ------
    ArgumentTypeError
        When the column holds no numbers.
    """

    def __init__(self, series: pd.Series, name: str) -> None:
        found = numbers(series)
        if found is None:
            raise weight_type_error(name, f"{series.dtype} values")
        self.name, self.numbers, self.length, self.suspect = name, found, len(series), False

    def read(self, start: int, stop: int) -> np.ndarray:
        """Weights of a block as floats, missing ones as nan."""
        floats = self.numbers.values(start, stop).astype(np.float64, copy=False)
        if self.numbers.gaps is not None:
            floats = np.where(self.numbers.gaps(start, stop), np.nan, floats)
        self.suspect |= not (floats.min(initial=0.0) >= 0)
        return floats

    def check(self, answers: NumberRatings | ValueRatings, totals: np.ndarray) -> None:
        """Refuse missing, negative and infinite weights of rows with an answer."""
        if not self.suspect and np.isfinite(totals).all():
            return
        missing = unusable = rows = 0
        for start, stop in spans(self.length):
            values = self.read(start, stop)[answers.slots(start, stop) < len(answers.scale)]
            rows += len(values)
            missing += int(np.isnan(values).sum())
            unusable += int(((values < 0) | np.isinf(values)).sum())
        if missing or unusable:
            raise weight_error(self.name, missing=missing, negative=unusable, rows=rows)
