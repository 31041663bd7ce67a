"""Which columns tell how an answer came in: the channel, who asked, which team it is about, the wording.

Their names are data, in ``audit_columns.csv``, in French and English. What is named in the call comes first; a column
whose content cannot be of the kind (a text a row, dates) is not taken.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from npskit.frames import Source, is_date
from npskit.roles import fold

__all__ = ["KINDS", "audit_columns"]

KINDS = ("channel", "interviewer", "team", "wording")
# Levels that a column of each kind has at most.
MOST_LEVELS = {"channel": 20, "interviewer": 300, "team": 300, "wording": 40}
LONGEST = {"channel": 60, "interviewer": 60, "team": 80, "wording": 600}
# Columns of one kind that are looked at when nobody chose.
MOST_COLUMNS = {"channel": 2, "interviewer": 2, "team": 6, "wording": 2}
Named = str | Sequence[str] | None


@cache
def patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str] | None]]:
    """For each kind what names it, and what a name must not say besides."""
    lines = files("npskit.survey").joinpath("audit_columns.csv").read_text(encoding="utf-8").splitlines()
    return {
        row["role"]: (re.compile(row["pattern"]), re.compile(row["unless"]) if row["unless"] else None)
        for row in csv.DictReader(lines)
    }


def audit_columns(source: Source, kind: str, named: Named, taken: Sequence[str]) -> list[str]:
    """The columns of a kind: those named in the call, otherwise those whose name and content say so.

    Raises
    ------
    ColumnNotFoundError
        For a name that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit.frames import wrap
    >>> source = wrap(pd.DataFrame({"Canal": ["mail", "sms"], "Enquêteur": ["A", "B"], "note": [9, 3]}))
    >>> [audit_columns(source, kind, None, ["note"]) for kind in KINDS]
    [['Canal'], ['Enquêteur'], [], []]
    """
    if named is not None:
        return [source.column(name) for name in ([named] if isinstance(named, str) else named)]
    fits, unless = patterns()[kind]
    found = []
    for name in dict.fromkeys(source.columns):
        folded = fold(name)
        if name in taken or not fits.search(folded) or (unless and unless.search(folded)):
            continue
        if source.columns.count(name) == 1 and holds(source.sample(name), kind):
            found.append(name)
    return found[: MOST_COLUMNS[kind]]


def holds(values: Sequence[Any], kind: str) -> bool:
    """Whether distinct values can be levels of a kind."""
    known = [value for value in values if not isinstance(value, float) or value.is_integer()]
    if not 1 <= len(values) <= MOST_LEVELS[kind] or len(known) < len(values):
        return False
    texts = [str(value) for value in values]
    return max(map(len, texts)) <= LONGEST[kind] and not all(len(text) >= 10 and is_date(text) for text in texts)
