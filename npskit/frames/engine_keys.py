"""Keys as plain columns of any engine.

An engine groups by numbers and short texts: the count of a month, the place of a band, the ten characters of a day.
What these mean is settled in Python, on the few of them that come back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from npskit.errors import LONGEST_CODE
from npskit.frames.dates import DATE_TEXT, MONTH_LENGTH, ZONE_TEXT, days_of, not_dates
from npskit.frames.keys import Bands, Key, Period, not_numbers, plain_level

__all__ = ["TEXTS", "EngineKey", "engine_key", "is_missing", "moment_column", "period_key"]

TEXTS = (nw.String, nw.Categorical, nw.Enum)
# Stands for a text that is too long for a date, so that no comments are fetched to say what they are not.
LONG = "npskit text of length "


@dataclass(frozen=True, slots=True)
class EngineKey:
    """A key as a plain column of the engine, and what its raw values mean.

    Attributes
    ----------
    name, alias : str
        The column it stands on, and the name it has while grouping.
    column : narwhals.Expr
    levels : callable
        Raw values to levels.
    order : sequence, optional
        Levels in an order of their own.
    """

    name: str
    alias: str
    column: nw.Expr
    levels: Callable[[Sequence[Any]], Sequence[object]] = lambda raw: list(map(plain_level, raw))
    order: Sequence[object] | None = None


def engine_key(key: Key, name: str, alias: str, dtype: Any, *, whole: Callable[[str], bool]) -> EngineKey:
    """A key on a column of this type; `whole` tells whether a column of numbers holds whole ones only."""
    if isinstance(key, Period):
        return period_key(key, name, alias, dtype)
    if isinstance(key, Bands):
        if not dtype.is_numeric():
            raise not_numbers(name, f"{dtype} values")
        names = key.names(whole=dtype.is_integer() or (key.is_whole and whole(name)))
        return band_key(key, name, alias, dtype, names)
    order = tuple(dtype.categories) if isinstance(dtype, nw.Enum) else None
    return EngineKey(name, alias, nw.col(name).alias(alias), order=order)


def period_key(key: Period, name: str, alias: str, dtype: Any) -> EngineKey:
    """A period as a count of months, weeks or days; texts as the ten characters of their day."""
    if dtype in TEXTS:
        return EngineKey(name, alias, day_text(name).alias(alias), lambda raw: text_periods(key, name, raw))
    if dtype not in (nw.Datetime, nw.Date):
        raise not_dates(name, f"{dtype} values")
    # Dask has no missing integers, so a missing date is counted as some day and marked after.
    date = nw.col(name).dt
    year, month, day = (part.fill_null(1).cast(nw.Int64) for part in (date.year(), date.month(), date.ordinal_day()))
    number, size = {
        "year": (year, 12),
        "quarter": ((year * 12 + month - 1) // 3, 3),
        "month": (year * 12 + month - 1, 1),
        "week": ((ordinal(year, day) - 1) // 7, 7),
        "day": (ordinal(year, day) - 1, 1),
    }[key.every]
    marked = nw.when(nw.col(name).is_null()).then(nw.lit(-1)).otherwise(number).alias(alias)
    return EngineKey(
        name, alias, marked, lambda raw: [None if at < 0 else key.from_number(int(at) * size) for at in raw]
    )


def ordinal(year: nw.Expr, day: nw.Expr) -> nw.Expr:
    """`date.toordinal` from a year and a day of the year, since no subtraction of dates runs everywhere."""
    before = year - 1
    return 365 * before + before // 4 - before // 100 + before // 400 + day


def bare_text(name: str) -> nw.Expr:
    """A column of texts without outer blanks."""
    return nw.col(name).cast(nw.String).str.strip_chars()


def day_text(name: str) -> nw.Expr:
    """The day of a date text, another short text as it is, and only the length of a longer one."""
    text = bare_text(name)
    length = text.str.len_chars()
    other = nw.when(length <= LONGEST_CODE).then(text).otherwise(nw.concat_str(nw.lit(LONG), length.cast(nw.String)))
    return nw.when(text.str.contains(DATE_TEXT)).then(text.str.slice(0, 10)).otherwise(other)


def text_periods(key: Period, name: str, raw: Sequence[Any]) -> list[object]:
    """The periods of days given as text."""
    texts = [plain_level(text) for text in raw]
    # Texts of the same length stand for those that stayed where they are.
    found = ["-" * int(text.removeprefix(LONG)) if isinstance(text, str) and text.startswith(LONG) else text
             for text in texts]  # fmt: skip
    return [None if day is None else key.first_day(day) for day in days_of(name, found)]


def moment_column(name: str, dtype: Any) -> nw.Expr:
    """A column of dates as what sorts by time: itself, or the text that `npskit.frames.dates.moment_text` makes."""
    if dtype in (nw.Datetime, nw.Date):
        return nw.col(name)
    if dtype not in TEXTS:
        raise not_dates(name, f"{dtype} values")
    text = bare_text(name)
    day, clock = text.str.slice(0, 10).str.replace_all("/", "-", literal=True), text.str.slice(11)
    clock = clock.str.replace_all(ZONE_TEXT, "")
    whole_day = nw.when(text.str.len_chars() == MONTH_LENGTH).then(nw.concat_str(day, nw.lit("-01"))).otherwise(day)
    ending = nw.when(clock.str.len_chars() == 0).then(nw.lit("00:00:00")).otherwise(nw.lit(""))
    ending = nw.when(clock.str.len_chars() == len("10:00")).then(nw.lit(":00")).otherwise(ending)
    moment = nw.concat_str(whole_day, nw.lit(" "), clock, ending)
    # Dask cannot sort by a text that is missing.
    return nw.when(text.str.len_chars() > 0).then(moment).otherwise(nw.lit(""))


def band_key(key: Bands, name: str, alias: str, dtype: Any, names: Sequence[str]) -> EngineKey:
    """A band as its place, made by one condition per edge."""
    value = nw.col(name)
    band = nw.lit(0)
    for at, edge in enumerate(key.edges):
        band = nw.when(value >= edge).then(nw.lit(at + 1)).otherwise(band)
    band = nw.when(is_missing(name, dtype)).then(nw.lit(-1)).otherwise(band)
    levels = (*names, None)
    return EngineKey(name, alias, band.alias(alias), lambda raw: [levels[int(at)] for at in raw], levels)


def is_missing(name: str, dtype: Any) -> nw.Expr:
    """Whether a value is null, nan where there can be nan, or blank text, which names nobody."""
    column = nw.col(name)
    if dtype in TEXTS:
        return column.is_null() | (bare_text(name).str.len_chars() == 0)
    return column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()
