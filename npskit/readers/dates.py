"""Texts and numbers that are dates, as datetimes.

A date comes as text of any order, as seconds since 1970, as the day number of a spreadsheet, or as a month; and it
may say that there is none (31/12/9999). Each column is read as a whole by one of these ways, and the account tells by
which. What cannot be read becomes missing, counted and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from npskit.errors import shown_values
from npskit.readers.account import Account, counted
from npskit.readers.dateorder import asked_about, orders
from npskit.readers.dateparts import SENTINELS, Dates, is_dated, taken_apart
from npskit.readers.periods import is_named_date, periods_of
from npskit.roles import name_rank

__all__ = ["read_dates"]

UNIX_SECONDS = (8e8, 2.6e9)  # 1995 to 2052
EXCEL_DAYS = (34_700, 55_700)  # the same years
COMPACT_DAYS = (19_900_101, 20_991_231)
COMPACT_MONTHS = (199_001, 209_912)
NO_DAYS = (99_991_231, 19_000_101, 2_958_465)  # 31/12/9999 and 01/01/1900 as numbers
EXCEL_ZERO = np.datetime64("1899-12-30", "us")


def read_dates(
    frame: pd.DataFrame, account: Account, *, dayfirst: bool | None, european: bool, stamps: Sequence[str] = ()
) -> pd.DataFrame:
    """The frame with every column of dates as datetime64.

    ``stamps`` are columns that the tool writes as Unix time; ``european`` says that the file itself was written
    where the day comes first.
    """
    frame = without_sentinels(frame, account)
    columns: dict[str, Dates] = {}
    read: dict[str, np.ndarray] = {}
    for name in frame.columns:
        found = from_numbers(frame[name], account, is_known=name in stamps) or from_periods(frame[name], account)
        if found is not None:
            read[name], account.dates[name] = found
            account.note(f"Column {name!r} was read as {found[1]}.")
        elif is_dated(frame[name]):
            columns[name] = taken_apart(frame[name])
    ready = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    asked = asked_about([*read, *columns, *ready], account)
    decided = orders(columns, frame, account, dayfirst=dayfirst, european=european, asked=asked)
    for name, (days, reason) in decided.items():
        read[name] = parsed(columns[name], days, account)
        account.dates[name] = reason
    return frame.assign(**read) if read else frame


def without_sentinels(frame: pd.DataFrame, account: Account) -> pd.DataFrame:
    """The frame with the days that mean no date as missing, in its columns that hold datetimes already."""
    changed = {}
    for name in frame.columns[[pd.api.types.is_datetime64_any_dtype(dtype) for dtype in frame.dtypes]]:
        column = frame[name]
        if column.min().year > 1900 and column.max().year < 9999:
            continue
        days = column.dt.year * 10_000 + column.dt.month * 100 + column.dt.day
        out = days.isin([year * 10_000 + month * 100 + day for year, month, day in SENTINELS])
        if out.any():
            changed[name] = column.mask(out)
            tell_sentinels(name, int(out.sum()), account)
    return frame.assign(**changed) if changed else frame


def tell_sentinels(name: str, number: int, account: Account) -> None:
    """Dates that mean none into the account; a caution where a trend may be drawn over them."""
    tell = account.note if name_rank(name, "date") is None else account.caution
    tell(f"Column {name!r}: {counted(number, 'date')} such as 31/12/9999 or 01/01/1900 read as missing.")


def from_numbers(column: pd.Series, account: Account, *, is_known: bool) -> tuple[np.ndarray, str] | None:
    """Numbers as datetimes when the column's name or tool says that it is a date; None when they are not."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    name = str(column.name)
    if not is_known and not is_named_date(name):
        return None
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    none = np.isin(numbers, NO_DAYS)
    numbers = np.where(none, np.nan, numbers)
    found = dates_of(numbers)
    if found is not None and none.any():
        tell_sentinels(name, int(none.sum()), account)
    return found


def dates_of(numbers: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Unix seconds or milliseconds, 20240108, 202401 or Excel's 45299 as datetimes, and which of them it was."""
    present = numbers[np.isfinite(numbers)]
    if not len(present):
        return None
    lowest, highest = present.min(), present.max()
    for factor, word in ((1, "Unix seconds"), (1000, "Unix milliseconds")):
        if lowest >= UNIX_SECONDS[0] * factor and highest <= UNIX_SECONDS[1] * factor:
            return pd.to_datetime(numbers, unit="s" if factor == 1 else "ms").to_numpy(), word
    if lowest >= EXCEL_DAYS[0] and highest <= EXCEL_DAYS[1]:
        seconds = np.where(np.isnan(numbers), 0, numbers * 86_400).round().astype("timedelta64[s]")
        return np.where(np.isnan(numbers), np.datetime64("NaT", "us"), EXCEL_ZERO + seconds), "day numbers of Excel"
    if lowest >= COMPACT_DAYS[0] and highest <= COMPACT_DAYS[1]:
        return compact(numbers, "%Y%m%d", "dates without marks, year first")
    if lowest >= COMPACT_MONTHS[0] and highest <= COMPACT_MONTHS[1]:
        return compact(numbers, "%Y%m", "months, by their first day")
    return None


def compact(numbers: np.ndarray, pattern: str, reason: str) -> tuple[np.ndarray, str] | None:
    """Digits without marks as datetimes; None when one of them is no date."""
    days = pd.to_datetime(pd.Series(numbers).astype("Int64").astype(str), format=pattern, errors="coerce")
    return (days.to_numpy(), reason) if days.notna().sum() == np.isfinite(numbers).sum() else None


def from_periods(column: pd.Series, account: Account) -> tuple[np.ndarray, str] | None:
    """Texts of months or weeks as the first day of each; None when the column holds none."""
    found = periods_of(column)
    if found is None:
        return None
    times, reason = found
    tell_unread(str(column.name), column, np.isnat(times) & column.notna().to_numpy(), account)
    return times, reason


def tell_unread(name: str, texts: pd.Series | np.ndarray, unread: np.ndarray, account: Account) -> None:
    """Texts that are no dates into the account, counted; comments among them are not repeated."""
    if not unread.any():
        return
    codes, distinct = pd.factorize(texts[unread])
    told = shown_values(distinct.tolist(), np.bincount(codes).tolist())
    account.caution(
        f"Column {name!r}: {int(unread.sum()):,} of {len(unread):,} texts are no dates and became missing: {told}."
    )


def parsed(dates: Dates, days: Mapping[str, bool], account: Account) -> np.ndarray:
    """The column as datetimes; what cannot be read is missing, counted and told."""
    times = dates.times(days)
    sentinels = dates.sentinels
    if sentinels.any():
        tell_sentinels(dates.name, int(sentinels.sum()), account)
    unread = np.isnat(times) & (dates.codes >= 0) & ~sentinels
    tell_unread(dates.name, dates.texts[dates.codes], unread, account)
    zones = dates.zones
    if len(zones) == 1:
        account.note(f"Column {dates.name!r}: times are kept as written, in the zone {zone_word(zones[0])}.")
    elif len(zones) > 1:
        times = times - dates.offsets()
        account.note(f"Column {dates.name!r}: times of {len(zones)} zones were turned into UTC.")
    return times


def zone_word(minutes: float) -> str:
    """An offset as it is written.

    >>> zone_word(0), zone_word(-330)
    ('UTC', '-05:30')
    """
    hours, rest = divmod(abs(int(minutes)), 60)
    return "UTC" if minutes == 0 else f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
