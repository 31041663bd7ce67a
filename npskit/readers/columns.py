"""From columns by position to columns by name.

Between the raw records and a tidy frame stands the header: some of its columns are nameless leftovers, some names
occur twice, and in a long file the real columns are the questions. What is left out or renamed here is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from npskit.errors import ArgumentError
from npskit.readers.account import Account
from npskit.readers.formats import Export
from npskit.readers.long import is_long, pivoted, rating_question
from npskit.readers.names import tidy_names
from npskit.roles import name_rank

__all__ = ["is_french", "is_rating", "named", "without_blanks"]

EXACT_INTEGERS = 2**53
FRENCH_WORDS = ("horodateur", "recommand", "magasin", "commentaire", "enquete", "reponse", "prenom")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a frame before they get short names: as in `formats.Export`, for the columns that are left."""

    headers: list[str]
    originals: list[str]
    details: list[str]
    questions: list[str]
    roles: dict[str, int]
    stamps: list[int]


def without_blanks(frame: pd.DataFrame, export: Export, account: Account) -> tuple[pd.DataFrame, Export]:
    """The frame without rows and nameless columns that hold nothing, and without a nameless column of row numbers."""
    frame = without_blank_rows(frame, account)
    headers = [*export.headers, *[""] * (len(frame.columns) - len(export.headers))]
    headers = ["" if header.startswith("Unnamed: ") else header for header in headers]
    nameless = [at for at in range(frame.shape[1]) if not headers[at]]
    out = [at for at in nameless if len(frame) and frame[at].isna().all()]
    if 0 in nameless and is_row_number(frame[0]):
        out.append(0)
        account.note("The first column has no name and counts the rows; it was left out.")
    if any(at not in out for at in nameless):
        account.note("Columns without a name were called by their place, such as column_3.")
    return frame.drop(columns=out), replace(export, headers=headers)


def without_blank_rows(frame: pd.DataFrame, account: Account) -> pd.DataFrame:
    """The frame without rows that hold nothing, when every other row has a date or an id that shows it is a record."""
    if len(frame.columns) < 2 or frame.iloc[:, 0].notna().all():
        return frame
    blank = frame.isna().all(axis=1)
    filled = frame[~blank]
    if not blank.any() or filled.empty or not filled.notna().all().any():
        return frame
    account.drop("blank", int(blank.sum()))
    whole = [at for at in filled if filled[at].dtype.kind == "f" and is_whole(filled[at])]
    return filled.astype(dict.fromkeys(whole, "int64"))


def is_whole(column: pd.Series) -> bool:
    """True for floats that are integers without a gap, which they were before the blank rows."""
    return bool(column.notna().all() and (column % 1 == 0).all() and column.abs().max() < EXACT_INTEGERS)


def is_row_number(column: pd.Series) -> bool:
    """True for 0, 1, 2, … or 1, 2, 3, …"""
    if not pd.api.types.is_integer_dtype(column) or not len(column):
        return False
    first = int(column.iloc[0])
    return first in (0, 1) and bool((column.to_numpy() == range(first, first + len(column))).all())


def named(
    frame: pd.DataFrame, export: Export, account: Account, *, question: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """The frame under names that can be typed, a long file laid side by side; and its columns of Unix time."""
    columns = kept_columns(export, [int(at) for at in frame.columns])
    if export.format in ("table", "google forms"):
        frame, columns = side_by_side(frame, columns, account, question=question)
    if question is not None and account.format != "long":
        raise ArgumentError(
            where="question",
            expected="a file with one row a question",
            got=f"one with a row an answer sheet ({account.format})",
            hint="name the rating on the frame: df.nps(rating=...)",
        )
    names = tidy_names(columns.headers, details=columns.details)
    account.headers.update(zip(names, columns.originals, strict=True))
    pairs = zip(names, columns.questions, strict=False)
    account.questions.update({name: text for name, text in pairs if text and text != name})
    account.roles.update({role: names[at] for role, at in columns.roles.items()})
    tell_repeated(columns, account)
    frame = frame.set_axis(names, axis=1)
    ask_repeated_rating(frame, columns, account)
    return frame, [names[at] for at in columns.stamps]


def kept_columns(export: Export, kept: list[int]) -> Columns:
    """What the export says of the columns that are left, by their new places."""
    place = {at: new for new, at in enumerate(kept)}
    return Columns(
        headers=[export.headers[at] for at in kept],
        originals=[(export.originals or export.headers)[at] for at in kept],
        details=[export.details[at] for at in kept] if export.details else [],
        questions=[export.questions[at] for at in kept] if export.questions else [],
        roles={role: place[at] for role, at in export.roles.items() if at in place},
        stamps=[place[at] for at in export.stamps if at in place],
    )


def side_by_side(
    frame: pd.DataFrame, columns: Columns, account: Account, *, question: str | None
) -> tuple[pd.DataFrame, Columns]:
    """A long file as one row per answer sheet; any other as it is."""
    if len(set(columns.headers)) < len(columns.headers):
        return frame, columns
    named_frame = frame.set_axis(columns.headers, axis=1)
    long = is_long(named_frame)
    if long is None:
        return frame, columns
    account.format = "long"
    questions = [str(each).strip() for each in named_frame[long.question].dropna().unique()]
    rating = rating_question(questions, question)
    wide = pivoted(named_frame, long, account)
    headers = [str(name) for name in wide.columns]
    roles = {"customer": headers.index(long.respondent)} if name_rank(long.respondent, "customer") else {}
    if rating is not None:
        roles["rating"] = headers.index(rating)
    return wide, Columns(headers, headers, [], ["" if h not in questions else h for h in headers], roles, [])


def tell_repeated(columns: Columns, account: Account) -> None:
    """Note the names that occur more than once in the header."""
    full = list(zip(columns.headers, columns.details or columns.headers, strict=True))
    repeated = list(dict.fromkeys(header for header, detail in full if header and full.count((header, detail)) > 1))
    if repeated:
        listing = ", ".join(map(repr, repeated[:5]))
        account.note(f"Names that occur more than once in the header were numbered: {listing}.")


def ask_repeated_rating(frame: pd.DataFrame, columns: Columns, account: Account) -> None:
    """Warn of two columns under one name that says rating: the number in the new name would choose between them."""
    ranked = {header for header in columns.headers if header and name_rank(header, "rating") is not None}
    for header in sorted(ranked):
        same = [name for name, given in zip(frame.columns, columns.headers, strict=True) if given == header]
        details = [
            columns.details[at] for at, given in enumerate(columns.headers) if given == header and columns.details
        ]
        differ = any(not frame[name].equals(frame[same[0]]) for name in same[1:])
        if differ and len(set(details)) < 2:
            names = " and ".join(map(repr, same))
            account.caution(
                f"{len(same)} columns are called {header!r} and differ; they are now {names}. "
                f"Say which one is the rating: df.nps(rating={same[-1]!r})."
            )


def is_rating(name: str, account: Account) -> bool:
    """True for a column that may be the rating, by its name, its question or what the format tells."""
    texts = {name, account.headers.get(name, name), account.questions.get(name, name)}
    return account.roles.get("rating") == name or any(name_rank(text, "rating") is not None for text in texts)


def is_french(export: Export) -> bool:
    """True when the header is in French, where the day comes first."""
    words = " ".join(export.headers).casefold()
    return any(sign in words for sign in "éèêàç") or any(word in words for word in FRENCH_WORDS)
