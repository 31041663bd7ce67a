"""Cells of an action log: days, points and words as teams type them, each refused with the place it stands in.

A log is kept by hand, in a spreadsheet, in two languages. What its columns and statuses may be called is data, in
``action_columns.csv``. A day such as 03/04/2026 reads two ways, and a month's error of its date is an effect lost; so
the whole column is asked which way, then the language of the file, and when neither says, the writer is.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from npskit.errors import ArgumentError, NpskitError, did_you_mean
from npskit.readers.dateparts import MONTH_NUMBERS, SHAPE, folded, read_day
from npskit.results import FORMULA_STARTS
from npskit.roles import fold
from npskit.scale import is_missing
from npskit.survey.levels import Days, days_meant, months_of

__all__ = [
    "COLUMNS",
    "STATUSES",
    "Place",
    "as_day",
    "as_points",
    "as_status",
    "as_text",
    "column_of",
    "day_order",
    "french_heads",
    "in_french",
    "known_words",
    "status_words",
]

COLUMNS = (
    "action",
    "owner",
    "since",
    "until",
    "driver",
    "theme",
    "segment",
    "treated",
    "expected",
    "expected_lower",
    "expected_upper",
    "status",
    "note",
)
STATUSES = ("planned", "running", "done", "dropped")
READABLE = "a day, such as 2026-03-01, 1 March 2026 or 2026-03"
NUMBER = re.compile(r"(?P<n>[+-]?\d+(?:[.,]\d+)?)\s*(?:points?|pts?)?", re.IGNORECASE)
MONTH = re.compile(r"(?P<name>[a-z]+)\.?\s+(?P<year>\d{4})", re.IGNORECASE)
# What `worklist_export.harmless` puts in front of what a spreadsheet would run.
INNER_MARK = re.compile(r"([;,|]\s*)'(?=[=+\-@＝＋－＠])")
# A head so near to a known one is a slip of the hand, and no column of the team's own.
LIKE = 0.84
DAY_FIRST = "days with the year first (2026-04-03), which read one way only"


@dataclass(frozen=True, slots=True)
class Place:
    """Where cells come from, and the error for one that cannot be read.

    Attributes
    ----------
    source : str
        Name of the file, or "actions".
    error : type of NpskitError
    heads : tuple of (str, str)
        Columns, and what they are called there.
    """

    source: str = "actions"
    error: type[NpskitError] = ArgumentError
    heads: tuple[tuple[str, str], ...] = ()

    @property
    def is_file(self) -> bool:
        """Whether the cells come from a file, and rows from lines of it."""
        return self.error is not ArgumentError

    def at(self, row: str = "", column: str = "") -> str:
        """The place in words.

        Examples
        --------
        >>> Place("actions.csv").at("line 4", "since")
        "actions.csv, line 4, column 'since'"
        >>> Place("actions.csv", heads=(("since", "Depuis"),)).at("line 4", "since")
        "actions.csv, line 4, column 'since' (there 'Depuis')"
        """
        head = dict(self.heads).get(column, column)
        named = f"column {column!r}" if fold(head) == fold(column) else f"column {column!r} (there {head!r})"
        return ", ".join([self.source, *([row] if row else []), *([named] if column else [])])

    def refused(self, row: str, column: str, expected: str, got: Any, hint: str = "") -> NpskitError:
        """The error for one cell."""
        shown = got if isinstance(got, str) and got == "none" else repr(got)
        return self.error(where=self.at(row, column), expected=expected, got=shown, hint=hint)


@cache
def known_words(kind: str) -> dict[str, str]:
    """Every folded word of a kind ("column" or "status") with the name it stands for."""
    return {word: row["name"] for row in rows() if row["kind"] == kind for word in row["words"].split("|")}


@cache
def french_heads() -> dict[str, str]:
    """The French head of each column."""
    return {row["name"]: row["french"] for row in rows() if row["kind"] == "column"}


def in_french(heads: Mapping[str, str]) -> bool:
    """Whether some of the heads are French, and no English ones.

    Examples
    --------
    >>> in_french({"action": "Action", "since": "Depuis"}), in_french({"action": "Action", "since": "Since"})
    (True, False)
    """
    french = french_heads()
    return any(fold(head) == fold(french[column]) != fold(column) for column, head in heads.items())


def status_words(values: Iterable[str | None], *, french: bool) -> list[str | None]:
    """States as a file of the language writes them.

    Examples
    --------
    >>> status_words(["done", None], french=True)
    ['terminée', None]
    """
    words = {row["name"]: row["french"] for row in rows() if row["kind"] == "status"} if french else {}
    return [None if value is None else words.get(value, value) for value in values]


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The lines of action_columns.csv."""
    lines = files("npskit.survey").joinpath("action_columns.csv").read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader(lines))


def column_of(head: Any, place: Place) -> str | None:
    """The column that a head names; None for one of the team's own.

    Raises
    ------
    ArgumentError or ReadError
        For a head that is nearly a known one.

    Examples
    --------
    >>> column_of("Depuis", Place()), column_of("Expected lower", Place()), column_of("Budget k€", Place())
    ('since', 'expected_lower', None)
    """
    from difflib import get_close_matches

    words = known_words("column")
    text = fold(str(head))
    if text in words:
        return words[text]
    close = get_close_matches(text, words, n=1, cutoff=LIKE) if len(text) > 3 else []
    if close:
        raise place.refused("", str(head), "a known name, or one of your own", head,
                            f"did you mean {words[close[0]]!r}? There are: {', '.join(COLUMNS)}")  # fmt: skip
    return None


def as_text(value: Any) -> str | None:
    """A cell as text on one line, without what keeps a spreadsheet from running it; None when empty.

    Examples
    --------
    >>> as_text("'=1+1"), as_text(" two  words "), as_text(3.0), as_text("")
    ('=1+1', 'two words', '3', None)
    """
    if is_missing(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    if text.startswith("'") and text[1:].lstrip(" ").startswith(FORMULA_STARTS):
        text = text[1:]
    return INNER_MARK.sub(r"\1", text) or None


def as_points(value: Any, row: str, column: str, place: Place) -> float | None:
    """A number of points, with a comma or a point; None when empty.

    Examples
    --------
    >>> as_points("+2,5 points", "row 1", "expected", Place()), as_points("−3", "row 1", "expected", Place())
    (2.5, -3.0)
    """
    text = as_text(value)
    if text is None:
        return None
    match = NUMBER.fullmatch(text.replace("−", "-").replace(" ", ""))
    found = float(match["n"].replace(",", ".")) if match else math.nan
    if isinstance(value, bool) or not abs(found) <= 200:
        raise place.refused(row, column, "points of the score, such as 2.5", value)
    return found


def as_status(value: Any, row: str, place: Place) -> str | None:
    """One of `STATUSES`; None when empty.

    Examples
    --------
    >>> as_status("En cours", "row 1", Place()), as_status("prévue", "row 1", Place())
    ('running', 'planned')
    """
    text = as_text(value)
    if text is None:
        return None
    words = known_words("status")
    if fold(text) not in words:
        raise place.refused(row, "status", f"one of {', '.join(STATUSES)}", text, did_you_mean(fold(text), words))
    return words[fold(text)]


def day_order(values: Iterable[tuple[str, str, Any]], place: Place, *, european: bool | None) -> bool | None:
    """Whether the day comes first in days such as 03/04/2026, of (row, column, value); None when none is so written.

    Raises
    ------
    ArgumentError or ReadError
        When days of both orders occur, or none says which and the file's language does not.

    Examples
    --------
    >>> day_order([("row 1", "since", "25/12/2025"), ("row 2", "since", "03/04/2026")], Place(), european=None)
    True
    """
    found = [(row, column, value, parts) for row, column, value in values
             if isinstance(value, str) and (parts := read_day(folded(value)))[1] == SHAPE.NUMBERS]  # fmt: skip
    # What `read_day` calls month and day are the first and the second number.
    days = [each for each in found if each[3][2] > 12]
    months = [each for each in found if each[3][3] > 12]
    if days and months:
        row, column, value, _ = months[0]
        hint = f"{days[0][2]} in {days[0][0]} has the day first: write {DAY_FIRST}"
        raise place.refused(row, column, "days in one order", value, hint)
    if days or months:
        return bool(days)
    open_ones = [each for each in found if each[3][2] != each[3][3]]
    if open_ones and european is None:
        row, column, value, _ = open_ones[0]
        raise place.refused(row, column, "a day that reads one way", value, f"write {DAY_FIRST}")
    return True if open_ones else (True if found else None)


def as_day(
    value: Any, row: str, column: str, place: Place, *, day_first: bool | None, last: bool = False
) -> dt.date | None:
    """A day; of a month, a quarter or a year its first, or its `last`. None when empty.

    Examples
    --------
    >>> place = Place("actions.csv")
    >>> days = ["2026-03-05", "5 mars 2026", "05/03/2026", "2026-03", "mars 2026", "2026-T2"]
    >>> [str(as_day(day, "line 2", "since", place, day_first=True))[5:] for day in days]
    ['03-05', '03-05', '03-05', '03-01', '03-01', '04-01']
    """
    if is_missing(value):
        return None
    if isinstance(value, dt.datetime | dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    text = as_text(value) or ""
    span = days_meant(text) or month_named(text)
    found = written_day(text, day_first) if span is None else span[1] if last else span[0]
    if found is None:
        raise place.refused(row, column, READABLE, value)
    return found


def month_named(text: str) -> Days | None:
    """First and last day of "March 2026"."""
    match = MONTH.fullmatch(folded(text))
    month = MONTH_NUMBERS.get(match["name"].lower()) if match else None
    return months_of(int(match["year"]), month, month, "month") if match and month else None


def written_day(text: str, day_first: bool | None) -> dt.date | None:
    """A day written in numbers or with the month by name, a time of day left out."""
    text = folded(text)
    for part in dict.fromkeys([text, text.split(" ")[0], text.split("T")[0]]):
        _, shape, first, second, year, _ = read_day(part)
        if shape is None:
            continue
        month, day = (second, first) if shape == SHAPE.NUMBERS and day_first else (first, second)
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            return None
    return None
