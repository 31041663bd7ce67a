"""Whether the day or the month comes first, decided once for a whole column.

``01/02/2024`` is February in Lyon and January in Boston, and nothing in the cell says which. The column does: one
``25/12`` anywhere settles it for all. When it does not, the rest of the file is asked (another date column, AM and
PM, a column of months, the order of the rows, the language of the file), and when nothing answers, the reader asks
the analyst instead of guessing: a trend over swapped months looks quite plausible. But it asks only for the date of
the answers; nobody should have to settle a date of birth to get a score.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from npskit.errors import ReadError
from npskit.readers.account import Account
from npskit.readers.dateparts import SHAPE, Dates
from npskit.readers.periods import is_named_date
from npskit.roles import name_rank

__all__ = ["EXAMPLES", "asked_about", "orders"]

SHARE_OF_TYPOS = 0.05
SHARE_OF_MONTHS = 0.95
FEWEST_SORTED = 5
EXAMPLES = 3


def orders(
    columns: Mapping[str, Dates],
    frame: pd.DataFrame,
    account: Account,
    *,
    dayfirst: bool | None,
    european: bool,
    asked: Collection[str],
) -> dict[str, tuple[dict[str, bool], str]]:
    """For each column, whether the day comes first (by the mark between the numbers), and why.

    An undecided column is an error when it is among the ``asked`` ones; any other is left out and noted.
    """
    found: dict[str, tuple[dict[str, bool], str]] = {}
    undecided: list[str] = []
    for name, dates in columns.items():
        try:
            own = fixed_order(dates) or asked_order(dates, dayfirst) or own_order(dates)
        except ReadError:
            if name in asked:
                raise
            undecided.append(name)
            continue
        if own:
            found[name] = own
    known = {days for order, _ in found.values() for days in order.values()}
    for name, dates in columns.items():
        if name in found or name in undecided:
            continue
        try:
            days, reason = corroborated(dates, frame, known=known, european=european)
        except ReadError:
            if name in asked:
                raise
            undecided.append(name)
        else:
            found[name] = everywhere(dates, days), f"{order_word(days)}, by {reason}"
    tell_undecided([columns[name] for name in undecided], account)
    return found


def asked_about(names: Collection[str], account: Account) -> list[str]:
    """The columns that may be the date of the answers, among the names of all columns of dates.

    >>> asked_about(["date", "date_of_birth"], Account("x")), asked_about(["date_of_birth"], Account("x"))
    (['date'], [])
    """
    if account.roles.get("date") in names:
        return [account.roles["date"]]
    ranks = {name: rank for name in names if (rank := name_rank(name, "date")) is not None}
    if ranks:
        return [name for name, rank in ranks.items() if rank == min(ranks.values())]
    return [name for name in names if len(names) == 1 and not is_named_date(name)]


def tell_undecided(columns: list[Dates], account: Account) -> None:
    """Note the columns that stay texts since their order is open."""
    for dates in columns:
        both = dates.numbers["a"] != dates.numbers["b"]
        account.note(
            f"Column {dates.name!r} was kept as text: its dates ({shown(dates.numbers[both])}) do not show whether the "
            "day or the month comes first; dayfirst= decides."
        )


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
