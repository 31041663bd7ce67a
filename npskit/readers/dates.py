"""Texts that are dates, read by one rule for the whole column.

``01/02/2024`` is February in Lyon and January in Boston, and nothing in the cell says which. The column does: one
``25/12`` anywhere settles it for all. When it does not, the rest of the file is asked (another date column, AM and
PM, a column of months, the order of the rows, the language of the file), and when nothing answers, the reader asks
the analyst instead of guessing: a trend over swapped months looks quite plausible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from npskit.errors import ReadError
from npskit.readers.account import Account
from npskit.readers.dateparts import SHAPE, Dates, is_dated, taken_apart
from npskit.roles import name_rank

__all__ = ["read_dates"]

SHARE_OF_TYPOS = 0.05
SHARE_OF_MONTHS = 0.95
FEWEST_SORTED = 5
EXAMPLES = 3
UNIX_SECONDS = (8e8, 2.6e9)  # 1995 to 2052
COMPACT_DAYS = (19_900_101, 20_991_231)


def read_dates(
    frame: pd.DataFrame, account: Account, *, dayfirst: bool | None, european: bool, stamps: Sequence[str] = ()
) -> pd.DataFrame:
    """The frame with every column of dates as datetime64.

    ``stamps`` are columns that the tool writes as Unix time; ``european`` says that the file itself was written
    where the day comes first.
    """
    columns: dict[str, Dates] = {}
    read: dict[str, np.ndarray] = {}
    for name in frame.columns:
        stamp = from_numbers(frame[name], is_known=name in stamps)
        if stamp is not None:
            read[name], account.dates[name] = stamp
        elif is_dated(frame[name]):
            columns[name] = taken_apart(frame[name])
    for name, (days, reason) in orders(columns, frame, dayfirst=dayfirst, european=european).items():
        read[name] = parsed(columns[name], days, account)
        account.dates[name] = reason
    return frame.assign(**read) if read else frame


def from_numbers(column: pd.Series, *, is_known: bool) -> tuple[np.ndarray, str] | None:
    """Unix seconds, milliseconds or 20240108 as datetimes, when the column's name or tool says that it is a date."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    if not is_known and name_rank(str(column.name), "date") is None:
        return None
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    lowest, highest = (np.nanmin(numbers), np.nanmax(numbers)) if np.isfinite(numbers).any() else (np.nan, np.nan)
    for factor, word in ((1, "Unix seconds"), (1000, "Unix milliseconds")):
        if lowest >= UNIX_SECONDS[0] * factor and highest <= UNIX_SECONDS[1] * factor:
            return pd.to_datetime(numbers, unit="s" if factor == 1 else "ms").to_numpy(), word
    if lowest >= COMPACT_DAYS[0] and highest <= COMPACT_DAYS[1]:
        days = pd.to_datetime(pd.Series(numbers).astype("Int64").astype(str), format="%Y%m%d", errors="coerce")
        if days.notna().sum() == np.isfinite(numbers).sum():
            return days.to_numpy(), "year first"
    return None


def orders(
    columns: Mapping[str, Dates], frame: pd.DataFrame, *, dayfirst: bool | None, european: bool
) -> dict[str, tuple[dict[str, bool], str]]:
    """For each column, whether the day comes first (by the mark between the numbers), and why."""
    found: dict[str, tuple[dict[str, bool], str]] = {}
    for name, dates in columns.items():
        own = fixed_order(dates) or asked_order(dates, dayfirst) or own_order(dates)
        if own:
            found[name] = own
    known = {days for order, _ in found.values() for days in order.values()}
    for name, dates in columns.items():
        if name not in found:
            days, reason = corroborated(dates, frame, known=known, european=european)
            found[name] = everywhere(dates, days), f"{order_word(days)}, by {reason}"
    return found


def fixed_order(dates: Dates) -> tuple[dict[str, bool], str] | None:
    """The order of dates that leave no question: year first, or the month by name."""
    if not dates.numbers.empty:
        return None
    return {}, "year first" if (dates.days["shape"] == SHAPE.YEAR_FIRST).any() else "month by name"


def asked_order(dates: Dates, dayfirst: bool | None) -> tuple[dict[str, bool], str] | None:
    """The order that the caller named."""
    return None if dayfirst is None else (everywhere(dates, dayfirst), f"{order_word(dayfirst)}, as asked")


def own_order(dates: Dates) -> tuple[dict[str, bool], str] | None:
    """The order that the numbers of the column show by themselves; None when all of them read both ways."""
    numbers = dates.numbers
    days, months = int((numbers["a"] > 12).sum()), int((numbers["b"] > 12).sum())
    if not days and not months:
        same = bool((numbers["a"] == numbers["b"]).all())
        return (everywhere(dates, True), "both orders agree") if same else None
    if min(days, months) <= SHARE_OF_TYPOS * max(days, months):
        return everywhere(dates, days > months), order_word(days > months)
    by_mark = {str(mark): order_of_mark(group) for mark, group in numbers.groupby("mark")}
    if None in by_mark.values():
        raise contradiction(dates)
    words = ", ".join(f"{order_word(bool(first))} with {mark!r}" for mark, first in by_mark.items())
    return {mark: bool(first) for mark, first in by_mark.items()}, words


def order_of_mark(numbers: pd.DataFrame) -> bool | None:
    """The order of the dates written with one mark, None when they contradict each other or say nothing."""
    days, months = bool((numbers["a"] > 12).any()), bool((numbers["b"] > 12).any())
    return None if days == months else days


def order_word(days: bool) -> str:
    """The order in words."""
    return "day first" if days else "month first"


def everywhere(dates: Dates, days: bool) -> dict[str, bool]:
    """The same order for each mark of a column."""
    return dict.fromkeys(map(str, dates.numbers["mark"].unique()), days)


def corroborated(dates: Dates, frame: pd.DataFrame, *, known: set[bool], european: bool) -> tuple[bool, str]:
    """The order by what else the file says; an error that asks when it says nothing."""
    if len(known) == 1:
        return next(iter(known)), "another date column of the file"
    if dates.clocks["half"].notna().any():
        return False, "its AM and PM"
    if (dates.numbers["mark"] == ".").all():
        return True, "the dots between its numbers"
    by_months = order_by_months(dates, frame)
    if by_months is not None:
        return by_months, "the column of months"
    by_rows = order_by_rows(dates)
    if by_rows is not None:
        return by_rows, "the order of the rows"
    if european:
        return True, "the language of the file"
    raise undecided(dates)


def order_by_months(dates: Dates, frame: pd.DataFrame) -> bool | None:
    """The order under which the dates agree with a column of month numbers, if the file has one."""
    for name in frame.columns:
        is_named = {"month", "mois"} & set(str(name).lower().split("_"))
        if not is_named or not pd.api.types.is_numeric_dtype(frame[name]):
            continue
        months = frame[name].to_numpy(dtype=float, na_value=np.nan)
        agree = {days: float((dates.months(days) == months)[dates.codes >= 0].mean()) for days in (True, False)}
        if max(agree.values()) >= SHARE_OF_MONTHS and agree[True] != agree[False]:
            return agree[True] > agree[False]
    return None


def order_by_rows(dates: Dates) -> bool | None:
    """The order under which the rows are sorted by date, when they are under one only."""
    if len(dates.numbers) < FEWEST_SORTED:
        return None
    is_sorted = []
    for days in (True, False):
        times = pd.Series(dates.times(everywhere(dates, days))).dropna()
        is_sorted.append(times.is_monotonic_increasing or times.is_monotonic_decreasing)
    return is_sorted[0] if is_sorted[0] != is_sorted[1] else None


def undecided(dates: Dates) -> ReadError:
    """The question put to the analyst."""
    both = dates.numbers["a"] != dates.numbers["b"]
    return ReadError(
        where=f"column {dates.name!r}",
        expected="dates that show whether the day or the month comes first",
        got=f"{shown(dates.numbers[both])}, which read both ways",
        hint="pass dayfirst=True (3/2 is 3 February) or dayfirst=False (3/2 is 2 March)",
    )


def contradiction(dates: Dates) -> ReadError:
    """The error for a column in which both orders occur."""
    numbers = dates.numbers
    days, months = shown(numbers[numbers["a"] > 12]), shown(numbers[numbers["b"] > 12])
    return ReadError(
        where=f"column {dates.name!r}",
        expected="dates in one order",
        got=f"the day first in {days} and the month first in {months}",
        hint="pass dayfirst=True or dayfirst=False to read all in one order; those that do not fit become missing",
    )


def shown(days: pd.DataFrame) -> str:
    """The first few dates as they are written."""
    return ", ".join(map(str, days["text"].head(EXAMPLES)))


def parsed(dates: Dates, days: Mapping[str, bool], account: Account) -> np.ndarray:
    """The column as datetimes; what cannot be read is missing, counted and told."""
    times = dates.times(days)
    unread = np.isnat(times) & (dates.codes >= 0)
    if unread.any():
        examples = ", ".join(map(repr, pd.unique(dates.texts[dates.codes[unread]])[:EXAMPLES]))
        account.caution(
            f"Column {dates.name!r}: {int(unread.sum()):,} of {len(times):,} texts are no dates "
            f"and became missing ({examples})."
        )
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
