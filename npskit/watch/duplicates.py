"""Which rows of an export the history has already.

Most tools write all answers into every export, so that the second file repeats the first. Counted twice, answers make
every interval too narrow, and nothing looks wrong. Two rows are one answer when they agree in the columns that both
files have; where the tool numbers its answers, when number, rating and date agree, since comments get edited and
statuses move on. Equal answers of several people are no duplicates: a row that stands twice in a file is refused as
often as the history has it, and not more.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from npskit.roles import fold

__all__ = ["Refusal", "compared_columns", "fingerprints", "refusal"]

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
    """

    kept: np.ndarray
    refused: Mapping[str, int]
    changed: int = 0


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
    kept = np.ones(len(frame), dtype=bool)
    own: dict[tuple[str, ...], np.ndarray] = {}
    refused: dict[str, int] = {}
    changed = 0
    if key:
        prints = fingerprints(frame, key)
        kept = ~pd.Series(prints).duplicated().to_numpy()
        refused |= {"": int((~kept).sum())} if not kept.all() else {}
    for part in earlier:
        columns = compared_columns(frame, part.columns, roles, key)
        if not columns or not kept.any():
            continue
        if columns not in own:
            own[columns] = fingerprints(frame, columns)
        prints = own[columns]
        theirs = part.fingerprints(columns)
        again = repeated(prints, theirs, kept)
        if again.any():
            refused[part.digest] = int(again.sum())
            shared = tuple(name for name in frame.columns if name in set(part.columns))
            if set(shared) != set(columns):
                changed += int((~np.isin(fingerprints(frame[again], shared), part.fingerprints(shared))).sum())
            kept &= ~again
    return Refusal(kept, refused, changed)


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


def compared_columns(
    frame: pd.DataFrame, others: Sequence[str], roles: Mapping[str, str], key: Sequence[str]
) -> tuple[str, ...]:
    """The columns by which rows are one answer; none when nothing tells people apart."""
    both = [name for name in map(str, frame.columns) if name in set(others)]
    if key:
        return tuple(key) if set(key) <= set(both) else ()
    for name in both:
        if NUMBERS.fullmatch(fold(name)) and frame[name].notna().all() and frame[name].is_unique:
            return tuple(
                dict.fromkeys([name, *(roles[role] for role in ("rating", "date") if roles.get(role) in both)])
            )
    # Rows of counts have no rating, and differ by what they count.
    told = "rating" not in roles or (roles["rating"] in both and any(roles.get(role) in both for role in TELLING))
    return tuple(sorted(both)) if told else ()


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
        return pd.Timestamp(value).isoformat()
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)
