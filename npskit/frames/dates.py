"""Which values are dates: one rule for whoever looks for a column of dates and for every engine that counts by one.

A text is a date when it starts with the year: ``2024-03-05``, ``2024/03/05``, with a time of day and a zone behind it
or without, and ``2024-03`` for the month. Anything else is for `npskit.read_survey`, which sees the whole column. The
pattern is written in what the regular expressions of all engines share. Texts count by the clock they show, whatever
zone they name, as the reader's do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from npskit.errors import ArgumentTypeError, shown_values

__all__ = ["DATE_TEXT", "MONTH_LENGTH", "ZONE_TEXT", "days_of", "is_date", "is_iso_date", "moment_text", "not_dates"]

# Groups that capture would make pandas warn.
MONTH, DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
ZONE_TEXT = " ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)$"
TAIL = f"(?:[T ]{CLOCK}(?:{ZONE_TEXT[:-1]})?)?"
DATE_TEXT = f"^[0-9]{{4}}(?:-{MONTH}(?:-{DAY}{TAIL})?|/{MONTH}(?:/{DAY}{TAIL})?)$"
MONTH_LENGTH = len("2024-03")


def is_iso_date(text: str) -> bool:
    """Whether a text is a date that starts with its year.

    Examples
    --------
    >>> [is_iso_date(text) for text in ("2024-03-05 10:00:00 UTC", "2024/03/05", "2024-03", "05/03/2024", "2024-02-31")]
    [True, True, True, False, False]
    """
    try:
        return text_day(text) is not None
    except ValueError:
        return False


def is_date(value: object) -> bool:
    """Whether a value, as a source gives it, is a date, a moment or a text that is one."""
    try:
        return parsed_day(value) is not None
    except ValueError:
        return False


def text_day(text: str) -> dt.date | None:
    """The day of a date text, the first one of a month, None for blank text; a ValueError for another text."""
    text = text.strip()
    if not text:
        return None
    if re.match(DATE_TEXT, text) is None:
        raise ValueError("no date")
    return dt.date(int(text[:4]), int(text[5:7]), int(text[8:10] or 1))


def parsed_day(value: object) -> dt.date | None:
    """The day of a date, a moment or a date text, None for blank text.

    Raises
    ------
    ValueError
        For text in another order or anything that is no date.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        return text_day(value)
    start = getattr(value, "start_time", None)
    if isinstance(start, dt.datetime):
        return start.date()
    raise ValueError("no date")


def days_of(column: str, values: Iterable[object]) -> list[dt.date | None]:
    """The day of each distinct value of a column, or the error that says which cannot be read."""
    days: list[dt.date | None] = []
    strangers: list[object] = []
    for value in values:
        try:
            days.append(None if value is None else parsed_day(value))
        except ValueError:
            if value not in strangers[-1:]:
                strangers.append(value)
    if strangers:
        raise not_dates(column, shown_values(strangers))
    return days


def moment_text(value: object) -> str | None:
    """A date, a moment or a date text as text that sorts by time, None for a missing one.

    Examples
    --------
    >>> moment_text("2024/03/05 10:00 UTC"), moment_text(dt.date(2024, 3, 5)), moment_text("2024-03")
    ('2024-03-05 10:00:00', '2024-03-05 00:00:00', '2024-03-01 00:00:00')
    """
    day = None if value is None else parsed_day(value)
    if day is None:
        return None
    if not isinstance(value, str):
        moment = getattr(value, "start_time", value)
        clock = moment.time() if isinstance(moment, dt.datetime) else dt.time()
        return f"{day.isoformat()} {clock.isoformat()}"
    clock_text = re.sub(ZONE_TEXT, "", value.strip()[11:])
    return f"{day.isoformat()} {clock_text or '00:00'}{'' if len(clock_text) > 5 else ':00'}"


def not_dates(column: str, got: str) -> ArgumentTypeError:
    """The error for a column that should hold dates."""
    return ArgumentTypeError(
        where=f"column {column!r}",
        expected="dates, or text such as 2024-03-31",
        got=got,
        hint="npskit.read_survey(path) settles the order of day and month from the whole column; "
        "pandas.to_datetime(column, dayfirst=...) converts it by hand",
    )


def sorted_places(values: Sequence[object]) -> list[int]:
    """The place of each value among the distinct ones in their order, -1 for a missing one.

    Examples
    --------
    >>> sorted_places(["b", None, "a", "b"])
    [1, -1, 0, 1]
    """
    given: set[Any] = {value for value in values if value is not None}
    known = sorted(given)
    place: dict[object, int] = {value: at for at, value in enumerate(known)}
    return [place.get(value, -1) for value in values]
