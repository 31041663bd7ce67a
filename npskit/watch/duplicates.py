"""Which rows of an export the history has already.

Most tools write all answers into every export, so that the second file repeats the first. Counted twice, answers make
every interval too narrow, and nothing looks wrong. Two rows are one answer when they agree in the columns that both
files have; where the tool numbers its answers, when the number agrees, since comments get edited and statuses move on.
Equal answers of several people are no duplicates: a row that stands twice in a file is refused as often as the history
has it, and not more.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from npskit.roles import fold

__all__ = ["Refusal", "Rows", "fingerprints", "refusal"]

# How tools call the number that they give an answer sheet.
NUMBERS = re.compile(
    r"(response|reponse|respondent|repondant|submission|soumission|answer|record|interview|entry|questionnaire)s?"
    r" ?(id|uuid|guid|key|token|number|no|numero)"
    r"|(id|uuid|numero|no|n) (de )?(la |l )?(reponse|repondant|soumission|questionnaire|enquete)|respnum"
)
# Without one of these, rows of different people are too often alike.
TELLING = ("date", "customer", "comment")
ODD, SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)


@dataclass(frozen=True)
class Refusal:
    """What was refused of an export.

    Attributes
    ----------
    kept : array of bool
        Whether each row is new.
    refused : mapping of str to int
        Digest of the file that had them before to how many rows; "" for rows that repeat the file's own.
    changed : int
        Refused rows that say something else elsewhere than the answer they repeat; the history keeps what it had.
    differing : mapping of str to int
        Column to how many of the changed rows say something else in it.
    alike : mapping of str to int
        Of the refused rows those that no number tells apart, and that may be answers of other people.
    """

    kept: np.ndarray
    refused: Mapping[str, int]
    changed: int = 0
    alike: Mapping[str, int] = field(default_factory=dict)
    differing: Mapping[str, int] = field(default_factory=dict)


def refusal(frame: pd.DataFrame, earlier: Sequence[Any], roles: Mapping[str, str], key: Sequence[str]) -> Refusal:
    """What of a frame is new.

    Parameters
    ----------
    frame : DataFrame
    earlier : sequence of parts
        With ``digest``, ``columns`` and ``fingerprints(columns)``.
    roles : mapping of str to str
        Role to column.
    key : sequence of str
        Columns that name an answer; found when empty.
    """
    rows = Rows(frame)
    kept = np.ones(len(frame), dtype=bool)
    refused: dict[str, int] = {}
    alike: dict[str, int] = {}
    differing: dict[str, int] = {}
    changed = 0
    if key:
        own = rows.prints(tuple(key))
        kept = rows.blank(tuple(key)) | ~pd.Series(own).duplicated().to_numpy()
        refused |= {"": int((~kept).sum())} if not kept.all() else {}
    for part in earlier:
        again = np.zeros(len(frame), dtype=bool)
        ways = compared(rows, part, roles, tuple(key))
        for columns, among in ways:
            again |= repeated(rows.prints(columns), part.fingerprints(columns), kept & among & ~again)
        if again.any():
            refused[part.digest] = int(again.sum())
            both = tuple(sorted(set(rows.columns) & set(part.columns)))
            alike |= {part.digest: int(again.sum())} if columns == both else {}
            other = again & ~np.isin(rows.prints(both), part.fingerprints(both))
            changed += int(other.sum())
            for name, n in elsewhere(rows, part, other, ways[0][0], both).items():
                differing[name] = differing.get(name, 0) + n
            kept &= ~again
    return Refusal(kept, refused, changed, alike, differing)


def elsewhere(
    rows: Rows, part: Any, other: np.ndarray, number: tuple[str, ...], both: tuple[str, ...]
) -> dict[str, int]:
    """Of the rows that say something else than the answers of their numbers: in which columns, and how many."""
    if not other.any():
        return {}
    beside = {name: (*number, name) for name in both if name not in number}
    counts = {
        name: int((other & ~np.isin(rows.prints(each), part.fingerprints(each))).sum()) for name, each in beside.items()
    }
    return {name: n for name, n in counts.items() if n}


class Rows:
    """A frame with the numbers of its rows, each computed once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame, self.columns = frame, [str(name) for name in frame.columns]
        self._prints: dict[tuple[str, ...], np.ndarray] = {}

    def prints(self, columns: tuple[str, ...]) -> np.ndarray:
        """A number a row, equal where rows say the same in these columns."""
        if columns not in self._prints:
            self._prints[columns] = fingerprints(self.frame, columns)
        return self._prints[columns]

    def blank(self, columns: tuple[str, ...]) -> np.ndarray:
        """Rows that lack one of these columns."""
        return self.frame[list(columns)].isna().any(axis=1).to_numpy(dtype=bool)


def compared(rows: Rows, part: Any, roles: Mapping[str, str], key: tuple[str, ...]) -> list[tuple[Any, np.ndarray]]:
    """Columns by which rows are one answer, with the rows that are told by them; none when nothing tells people apart.

    A row without its number is told by all that it says.
    """
    both = tuple(sorted(set(rows.columns) & set(part.columns)))
    number = key if set(key) <= set(both) else ()
    if not key:
        number = next(((name,) for name in both if is_number(rows, part, name, roles)), ())
    blank = rows.blank(number) if number else np.ones(len(rows.frame), dtype=bool)
    # Rows of counts have no rating, and differ by what they count.
    told = "rating" not in roles or (roles["rating"] in both and any(roles.get(role) in both for role in TELLING))
    found: list[tuple[Any, np.ndarray]] = [(number, ~blank)] if number else []
    return [*found, (both, blank)] if told and blank.any() else found


def is_number(rows: Rows, part: Any, name: str, roles: Mapping[str, str]) -> bool:
    """Whether a column numbers the answers of both files alike.

    It is called so, no number stands twice, and of the numbers that both have more than half stand beside the same
    rating and date; numbers that begin anew in every file do not.
    """
    values = rows.frame[name].dropna()
    if not NUMBERS.fullmatch(fold(name)) or 2 * len(values) < len(rows.frame) or not values.is_unique:
        return False
    beside = (name, *(roles[role] for role in ("rating", "date") if roles.get(role) in part.columns))
    alike = np.isin(rows.prints((name,)), part.fingerprints((name,))) & ~rows.blank((name,))
    agreed = alike & np.isin(rows.prints(beside), part.fingerprints(beside))
    return 2 * int(agreed.sum()) > int(alike.sum())


def repeated(prints: np.ndarray, theirs: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Which of the rows still kept the others have, each of theirs used once."""
    again = np.zeros(len(prints), dtype=bool)
    at = np.flatnonzero(kept & np.isin(prints, theirs))
    if not len(at):
        return again
    known, sizes = np.unique(theirs, return_counts=True)
    turn = pd.Series(prints[at]).groupby(prints[at]).cumcount().to_numpy()
    again[at] = turn < sizes[np.searchsorted(known, prints[at])]
    return again


def fingerprints(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A number a row, equal where rows say the same in these columns, in whatever type a file has it.

    Examples
    --------
    >>> first = pd.DataFrame({"nps": [10, 9], "shop": ["a", None]})
    >>> second = pd.DataFrame({"nps": [10.0, 9.5], "shop": ["a ", None]})
    >>> (fingerprints(first, ["nps", "shop"]) == fingerprints(second, ["nps", "shop"])).tolist()
    [True, False]
    """
    found = np.zeros(len(frame), dtype=np.uint64)
    for name in columns:
        codes, values = pd.factorize(frame[name], use_na_sentinel=True)
        # The last one is of what is missing, whose code is -1; a text of blanks says as little.
        said = np.array([f"{name}\0{plain_text(value)}" for value in values] + [f"{name}\0"], dtype=object)
        found = (found ^ pd.util.hash_array(said, categorize=False)[codes]) * ODD
        found ^= found >> SHIFT
    return found


def plain_text(value: Any) -> str:
    """A value as text, the same for 3 and 3.0, for a day and its midnight.

    Examples
    --------
    >>> plain_text(3.0), plain_text(" a "), plain_text(pd.Timestamp("2024-03-01"))
    ('3', 'a', '2024-03-01T00:00:00')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dt.date):
        moment = pd.Timestamp(value)
        return (moment.tz_convert(None) if moment.tzinfo else moment).isoformat()
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)
