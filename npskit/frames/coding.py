"""pandas columns as small integer codes, read block by block.

Whatever a column holds (categories, texts, nullable integers, dates with a time zone) its *distinct* values are few,
and the rows need only say which. So a column becomes `Codes`: the levels, and a reader that gives the codes of any
block of rows, without a converted copy of the whole column wherever pandas allows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from npskit.cube import period_starts
from npskit.frames.counting import Blocks, lowered, narrow, spans
from npskit.frames.dates import days_of, not_dates
from npskit.frames.keys import Bands, Key, Period, not_numbers, plain_level

__all__ = ["Codes", "Numbers", "distinct", "identities", "key_codes", "numbers"]

# A key of integers closer together than this is coded by subtraction instead of hashing.
WIDEST_RANGE = 1 << 16
PART = 1 << 21
UNITS_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
NOT_A_TIME = np.iinfo(np.int64).min
EPOCH = dt.date(1970, 1, 1).toordinal()
FIRST_DAY, LAST_DAY = dt.date.min.toordinal() - EPOCH, dt.date.max.toordinal() - EPOCH


@dataclass(frozen=True, slots=True)
class Codes:
    """Distinct levels of a column and the code of each row, -1 for missing.

    Attributes
    ----------
    levels : list
        Plain Python values.
    read : callable
        Codes of the rows from start to stop, any integer type.
    ordered : bool
        Whether the levels are in an order of their own, as those of a categorical are.
    """

    levels: list[Any]
    read: Blocks
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """A reader of a numeric column.

    Attributes
    ----------
    values : callable
        Numbers of the rows from start to stop; where there is a gap, any.
    gaps : callable, optional
        Which of these rows hold no number.
    """

    values: Blocks
    gaps: Blocks | None = None

    def missing(self, start: int, stop: int) -> np.ndarray:
        """Which rows hold no number, or nan."""
        values = self.values(start, stop)
        nan = values != values if values.dtype.kind == "f" else np.zeros(stop - start, dtype=bool)
        return nan if self.gaps is None else nan | self.gaps(start, stop)

    def narrow(self, dtype: Any) -> Blocks:
        """A reader of whole numbers in a small type; what does not fit, and what is missing, reads as its minimum."""
        values, gaps = self.values, self.gaps
        if gaps is None:
            return lambda a, b: narrow(values(a, b), dtype)
        return lambda a, b: lowered(narrow(values(a, b), dtype), gaps(a, b))


def numbers(series: pd.Series) -> Numbers | None:
    """A reader of a column of numbers of any kind (NumPy, nullable, Arrow, sparse), None for another column."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return array_numbers(series.to_numpy()) if dtype.kind in "iuf" else None
    if isinstance(dtype, pd.SparseDtype):
        return array_numbers(np.asarray(series.array)) if dtype.kind in "iuf" else None
    if isinstance(dtype, pd.CategoricalDtype) or dtype.kind not in "iuf":
        return None
    return arrow_numbers(series.array) if isinstance(dtype, pd.ArrowDtype) else masked_numbers(series.array)


def array_numbers(values: np.ndarray) -> Numbers:
    """A reader of a NumPy column; a column of a wider matrix is copied block by block, so that it is scanned once."""
    if values.flags.c_contiguous:
        return Numbers(slices(values))
    return Numbers(lambda a, b: np.ascontiguousarray(values[a:b]))


def arrow_numbers(array: Any) -> Numbers:
    """A reader of an Arrow column: the numbers as they lie in its buffers, and the bits that tell its gaps."""
    import pyarrow as pa

    chunks = array.__arrow_array__()

    def values(start: int, stop: int) -> np.ndarray:
        parts = [
            pa.Array.from_buffers(chunk.type, len(chunk), [None, chunk.buffers()[1]], offset=chunk.offset).to_numpy()
            for chunk in chunks.slice(start, stop - start).chunks
        ]
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, array.dtype.numpy_dtype), *parts])

    def gaps(start: int, stop: int) -> np.ndarray:
        return chunks.slice(start, stop - start).is_null().to_numpy()

    return Numbers(values, gaps if chunks.null_count else None)


def masked_numbers(array: Any) -> Numbers:
    """A reader of a nullable column."""
    # pandas has no public way to the two parts but through copies that take longer than the scan.
    return Numbers(slices(array._data), slices(array._mask) if array._mask.any() else None)


def is_boolean(series: pd.Series) -> bool:
    """Whether a column holds True and False; a categorical of them too."""
    dtype = series.dtype.categories.dtype if isinstance(series.dtype, pd.CategoricalDtype) else series.dtype
    return bool(pd.api.types.is_bool_dtype(dtype))


def distinct(series: pd.Series) -> Codes:
    """Any column by its distinct values, in the order a categorical gives or else as they appear."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.array.codes
        return Codes([plain_level(level) for level in series.cat.categories], slices(codes), ordered=True)
    try:
        codes, levels = factorized(series)
    except TypeError:
        codes, levels = factorized(series.map(repr, na_action="ignore"))
    return Codes(levels, slices(codes))


def identities(series: pd.Series) -> Codes:
    """A column of customers or accounts by its distinct values; blank text names nobody."""
    codes = distinct(series)
    named = [not isinstance(level, str) or bool(level.strip()) for level in codes.levels]
    if all(named):
        return codes
    table = np.where([*named, False], np.cumsum([*named, False]) - 1, -1)
    levels = [level for level, name in zip(codes.levels, named, strict=True) if name]
    return Codes(levels, lambda a, b: table.take(codes.read(a, b), mode="wrap"), codes.ordered)


def factorized(series: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Codes in the order of appearance, and the levels as plain Python.

    Part by part, since pandas gives eight bytes to each code, and holds them twice.
    """
    plain = isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufO"
    values: Any = series.to_numpy() if plain else series.array
    known: dict[Any, int] = {}
    codes = np.empty(len(series), dtype=np.int8)
    for start, stop in spans(len(series), PART):
        part, levels = pd.factorize(values[start:stop])
        places = placed(plain_levels(levels.tolist()), known)
        codes = codes.astype(np.min_scalar_type(-len(known) - 1), copy=False)
        codes[start:stop] = np.array([*places, -1], dtype=codes.dtype).take(part, mode="wrap")
    return codes, list(known)


def plain_levels(levels: list[Any]) -> list[Any]:
    """Levels as plain Python, which texts and whole numbers are already."""
    return levels if {str, int}.issuperset(map(type, levels)) else list(map(plain_level, levels))


def placed(levels: list[Any], known: dict[Any, int]) -> list[int]:
    """The place of each level among those known, to which new ones are added."""
    if not known:
        known.update(zip(levels, range(len(levels)), strict=True))
        if len(known) == len(levels):
            return list(known.values())
        known.clear()
    return [known.setdefault(level, len(known)) for level in levels]


def slices(codes: np.ndarray) -> Blocks:
    """A reader of an array."""
    return lambda start, stop: codes[start:stop]


def key_codes(series: pd.Series, key: Key, column: str) -> Codes:
    """The codes of a key."""
    if isinstance(key, Period):
        return period_codes(series, key, column)
    if isinstance(key, Bands):
        return band_codes(series, key, column)
    return plain_codes(series)


def plain_codes(series: pd.Series) -> Codes:
    """The codes of a plain column; close integers and booleans without hashing."""
    dtype = series.dtype
    if not (isinstance(dtype, np.dtype) and dtype.kind in "iub" and len(series)):
        return distinct(series)
    values = series.to_numpy()
    values = values.view(np.int8) if dtype.kind == "b" else values
    lowest, highest = int(values.min()), int(values.max())
    if highest - lowest >= WIDEST_RANGE:
        return distinct(series)
    levels = [bool(level) if dtype.kind == "b" else level for level in range(lowest, highest + 1)]

    width = values.dtype.itemsize
    # In one or two bytes the difference may pass the sign bit; in more it is far from it.
    kind = f"u{width}" if width < 4 else f"i{width}"

    def read(start: int, stop: int) -> np.ndarray:
        return (values[start:stop] - values.dtype.type(lowest)).view(kind)

    return Codes(levels, read, ordered=True)


def period_codes(series: pd.Series, key: Period, column: str) -> Codes:
    """The codes of the periods of a column of dates."""
    days = Days.of(series)
    if days is None:
        if is_boolean(series) or pd.api.types.is_numeric_dtype(series.dtype):
            raise not_dates(column, f"{series.dtype} values")
        return mapped_dates(distinct(series), key, column)
    return moment_codes(days, days.ends(), key, column)


def moment_codes(days: Days, ends: Ends, key: Period, column: str) -> Codes:
    """The codes of the periods of moments that lie between two days."""
    if ends.first is None or ends.last is None:
        return Codes([], lambda a, b: np.full(b - a, -1, dtype=np.int8))
    first, last = ends.first, ends.last
    if first < FIRST_DAY or last > LAST_DAY:
        raise not_dates(column, "a year before 1 or after 9999")
    table, levels = day_table(key, first, last)

    def read(start: int, stop: int) -> np.ndarray:
        at = days.read(start, stop)
        at -= first - 1
        # NaT lies far below the first day, so that it is clipped to the first place.
        return table.take(at, mode="clip")

    return Codes(levels, read, ordered=True)


@dataclass(frozen=True, slots=True)
class Ends:
    """The first and the last day of a column since 1970, None when all are missing; and whether any is missing."""

    first: int | None
    last: int | None
    gaps: bool


class Days:
    """A column of moments as days since 1970, in local wall time."""

    def __init__(self, array: Any) -> None:
        self.array, self.zoned, self.a_day = array, array.tz is not None, UNITS_A_DAY[array.unit]

    @classmethod
    def of(cls, series: pd.Series) -> Days | None:
        """The days of a column, None when it holds no moments."""
        dtype = series.dtype
        if isinstance(dtype, pd.ArrowDtype):
            if dtype.kind != "M" and not str(dtype).startswith("date"):
                return None
            unit: Any = getattr(dtype.pyarrow_dtype, "unit", "s").replace("day", "s")
            zone = getattr(dtype.pyarrow_dtype, "tz", None)
            plain: Any = np.dtype(f"datetime64[{unit}]") if zone is None else pd.DatetimeTZDtype(unit, zone)
            return cls(series.astype(plain).array)
        return cls(series.array) if isinstance(dtype, pd.DatetimeTZDtype) or dtype.kind == "M" else None

    def read(self, start: int, stop: int) -> np.ndarray:
        """Days of a block of rows."""
        block = self.array[start:stop]
        return (block.tz_localize(None) if self.zoned else block).asi8 // self.a_day

    def ends(self) -> Ends:
        """The first and the last day there is; for moments with a zone these or one beyond."""
        lows, highs, gaps = [], [], False
        for start, stop in spans(len(self.array)):
            block = self.array[start:stop].asi8
            low = block.min()
            if low == NOT_A_TIME:
                gaps, block = True, block[block != NOT_A_TIME]
                if not len(block):
                    continue
                low = block.min()
            lows.append(low)
            highs.append(block.max())
        if not lows:
            return Ends(None, None, gaps)
        first, last = int(min(lows)) // self.a_day, int(max(highs)) // self.a_day
        # Wall time is up to a day from the UTC that zoned moments are stored in.
        return Ends(first - self.zoned, last + self.zoned, gaps)


def day_table(key: Period, first: int, last: int) -> tuple[np.ndarray, list[dt.date]]:
    """The code of the period of each day from the first to the last, after a -1 for a missing one."""
    starts = period_starts(np.arange(first, last + 1).astype("datetime64[D]"), key.every)
    levels, codes = np.unique(starts, return_inverse=True)
    return np.insert(codes, 0, -1).astype(np.min_scalar_type(-len(levels) - 1)), levels.tolist()


def mapped_dates(codes: Codes, key: Period, column: str) -> Codes:
    """The codes of periods of dates given as objects, texts or categories, read from their distinct values."""
    days = days_of(column, codes.levels)
    starts = [None if day is None else key.first_day(day) for day in days]
    levels = sorted({start for start in starts if start is not None})
    place: dict[dt.date | None, int] = {level: at for at, level in enumerate(levels)}
    table = np.array([*(place.get(start, -1) for start in starts), -1], dtype=np.intp)
    return Codes(levels, lambda a, b: table.take(codes.read(a, b), mode="wrap"), ordered=True)


def band_codes(series: pd.Series, key: Bands, column: str) -> Codes:
    """The codes of the bands of a column of numbers."""
    found = numbers(series)
    if found is None:
        raise not_numbers(column, f"{series.dtype} values")
    edges, whole = np.asarray(key.edges, dtype=np.float64), key.is_whole and is_whole(found, len(series))

    def read(start: int, stop: int) -> np.ndarray:
        codes = np.searchsorted(edges, found.values(start, stop), side="right").astype(np.int32)
        codes[found.missing(start, stop)] = -1
        return codes

    return Codes(list(key.names(whole=whole)), read, ordered=True)


def is_whole(column: Numbers, length: int) -> bool:
    """Whether a column of numbers holds whole ones only; gaps count for nothing."""
    for start, stop in spans(length):
        values = column.values(start, stop)
        if values.dtype.kind != "f":
            return True
        with np.errstate(invalid="ignore"):
            broken = values % 1 != 0
        if broken.any() and (broken & ~column.missing(start, stop)).any():
            return False
    return True


def combined(codes: Sequence[Codes], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Combinations of keys that occur, for when all possible ones are too many to count.

    Returns
    -------
    dense : ndarray of int, shape (length,)
        Which combination each row has.
    positions : ndarray of int, shape (combinations, keys)
        The code of each key in each combination, -1 for missing.
    """
    dense, positions = np.zeros(length, dtype=np.int64), np.zeros((1, 0), dtype=np.int64)
    for each in codes:
        size = len(each.levels) + 1
        for start, stop in spans(length):
            dense[start:stop] *= size
            dense[start:stop] += each.read(start, stop)
        dense += 1
        dense, used = pd.factorize(dense)
        before, code = np.divmod(used, size)
        positions = np.column_stack([positions[before], code - 1])
    return dense, positions
