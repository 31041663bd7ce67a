"""Months and weeks instead of days: their texts as the first day of each.

A monthly file says ``2024-01``, "janvier 2024" or ``2024-W05``, and a trend needs days. The first day stands for the
period, as everywhere in this package. A text such as ``01/2024`` may be many things, so only a column whose name says
that it is a date or a period is read so.
"""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd

from npskit.readers.dateparts import MONTH_NUMBERS, NAMED, folded
from npskit.roles import fold, name_rank

__all__ = ["is_named_date", "periods_of"]

SAMPLE = 400
SHARE_READ = 0.8
WORDS = {"date", "day", "jour", "month", "mois", "week", "semaine", "period", "periode"}
YEAR = r"(?P<year>(?:19|20)\d\d)"
MONTHS = [
    re.compile(rf"{YEAR}[-/](?P<month>\d{{1,2}})"),
    re.compile(rf"(?P<month>\d{{1,2}})[-/]{YEAR}"),
    re.compile(rf"(?P<name>{NAMED})\.?[\s/-]*{YEAR}"),
    re.compile(rf"{YEAR}[\s/-]*(?P<name>{NAMED})\.?"),
    re.compile(rf"(?P<name>{NAMED})\.?[-/'](?P<short>\d\d)"),
]
WEEK = r"(?:week|wk|w|semaine|sem\.?|s)\s?(?P<week>\d{1,2})"
WEEKS = [re.compile(rf"{YEAR}[\s-]?{WEEK}"), re.compile(rf"{WEEK}[\s/-]{YEAR}")]


def is_named_date(name: str) -> bool:
    """Whether a column's name says date or period, of the answer or of anything else.

    >>> is_named_date("mois_enquete"), is_named_date("Date d'achat"), is_named_date("score")
    (True, True, False)
    """
    return name_rank(name, "date") is not None or not WORDS.isdisjoint(fold(name).split())


def periods_of(column: pd.Series) -> tuple[np.ndarray, str] | None:
    """The first day of each period, shape (rows,), and what the periods are; None for a column of anything else."""
    if not (pd.api.types.is_string_dtype(column.dtype) or column.dtype == object) or not is_named_date(
        str(column.name)
    ):
        return None
    sample = column.dropna().head(SAMPLE).unique().tolist()
    read = [text for text in sample if isinstance(text, str) and first_day(text) is not None]
    if not read or len(read) < SHARE_READ * len(sample):
        return None
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    days = [first_day(str(text)) for text in distinct]
    table = np.array([*days, None], dtype="datetime64[us]")
    is_week = any(week_of(text) is not None for text in read)
    return table[codes], "weeks, by their Monday" if is_week else "months, by their first day"


def first_day(text: str) -> dt.date | None:
    """The first day of a month or of an ISO week; None for any other text.

    >>> [str(first_day(text)) for text in ("2024-01", "janv. 2024", "Feb-24", "2024-W01", "S05 2024", "9/10")]
    ['2024-01-01', '2024-01-01', '2024-02-01', '2024-01-01', '2024-01-29', 'None']
    """
    try:
        return week_of(text) or month_of(text)
    except ValueError:  # month 13, week 54
        return None


def week_of(text: str) -> dt.date | None:
    """The Monday of an ISO week."""
    match = matched(WEEKS, text)
    return dt.date.fromisocalendar(int(match["year"]), int(match["week"]), 1) if match else None


def month_of(text: str) -> dt.date | None:
    """The first day of a month."""
    match = matched(MONTHS, text)
    if match is None:
        return None
    part = match.groupdict()
    month = MONTH_NUMBERS[part["name"]] if part.get("name") else int(part["month"])
    return dt.date(int(part.get("year") or f"20{part['short']}"), month, 1)


def matched(patterns: list[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The match of the first pattern that the whole text follows."""
    plain = folded(text).casefold()
    return next(filter(None, (pattern.fullmatch(plain) for pattern in patterns)), None)
