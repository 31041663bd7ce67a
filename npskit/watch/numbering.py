"""A column that would tell answers apart, when the configuration names none.

A tool that numbers its answers under a name of its own, "N° dossier" say, lets an answer that was corrected come in a
second time, as another one. Which column is such a number is for people to say, since a number of a customer looks the
same; so that is told, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from npskit.errors import NpskitError
from npskit.labels import number, word
from npskit.roles import fold
from npskit.watch.arriving import arrivals
from npskit.watch.config import Config
from npskit.watch.duplicates import NUMBERS, Rows, plain_text

__all__ = ["key_hint", "numbering", "numbers_all", "twice"]

LONGEST = 40
# Of the exports in the folder those that are looked into, and no giants.
LOOKED, LARGEST = 3, 50_000_000
FEWEST = 10


def numbering(frame: pd.DataFrame, roles: Mapping[str, str]) -> list[str]:
    """Columns that name each row: a short word with a digit, or a whole number, in every row another.

    A rating, a date or a comment is none, and neither is a line number, which says where a row stands and not which it
    is. What looks like a customer may well be one: people are asked.

    Examples
    --------
    >>> frame = pd.DataFrame({"nps": range(12), "case": [f"D{n}" for n in range(12)], "row": range(1, 13)})
    >>> numbering(frame, {"rating": "nps"})
    ['case']
    """
    taken = {name for role, name in roles.items() if role != "customer"}
    return [name for name in map(str, frame.columns) if name not in taken and is_numbering(frame[name])]


def is_numbering(column: pd.Series) -> bool:
    """Whether a column has another short word with a digit, or whole number, in every row."""
    if len(column) < FEWEST or column.isna().any() or not column.is_unique:
        return False
    if pd.api.types.is_numeric_dtype(column.dtype):
        whole = bool((column % 1 == 0).all()) if column.dtype.kind in "iuf" else False
        return whole and int(column.max() - column.min()) + 1 != len(column)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return False
    return all(
        isinstance(value, str) and len(value) <= LONGEST and len(value.split()) == 1 and any(map(str.isdigit, value))
        and not is_day(value)
        for value in column
    )  # fmt: skip


def is_day(text: str) -> bool:
    """Whether a text has the look of a day or a time."""
    return not any(map(str.isalpha, text.replace("T", "").replace("Z", ""))) and any(mark in text for mark in "/:")


def numbers_all(frame: pd.DataFrame, roles: Mapping[str, str], parts: Sequence[Any]) -> list[str]:
    """Columns that name each row of a frame, and each row of all parts that have them."""
    return [
        name for name in numbering(frame, roles)
        if all(is_numbering(part.frame[name]) for part in parts if name in part.columns)
    ]  # fmt: skip


def twice(config: Config, fit: Any, kept: np.ndarray, parts: Sequence[Any], account: Mapping[str, Any]) -> list[str]:
    """That rows which are kept have a number that came before with the same day: answers that were corrected.

    Where there is no day, a number of a customer is left alone: the same person may have answered twice.
    """
    if config.key or config.duplicates != "rows":
        return []
    rows, date = Rows(fit.frame), fit.roles.get("date")
    for name in numbers_all(fit.frame, fit.roles, parts):
        beside = (name,) if date is None else (name, date)
        known = [part.fingerprints(beside) for part in parts if set(beside) <= set(part.columns)]
        again = kept & np.isin(rows.prints(beside), np.concatenate(known)) if known else np.zeros(len(kept), bool)
        if again.any() and (date is not None or name != fit.roles.get("customer")):
            example = plain_text(fit.frame[name][again].iloc[0])
            n = int(again.sum())
            key = "watch_twice" if n > 1 else "watch_twice_1"
            head = account.get("headers", {}).get(name, name)
            values = {"n": number(n, lang=config.lang), "key": name, "column": head, "file": config.path.name}
            return [word(key, config.lang, example=example, **values)]
    return []


def key_hint(config: Config, lang: str) -> str:
    """That a column is another in every row of the exports that are there, and would do as a key; "" for none."""
    from npskit.watch.taking import answers

    if config.key or config.duplicates != "rows":
        return ""
    found: list[str] | None = None
    heads: dict[str, str] = {}
    looked = 0
    try:
        for arrival in arrivals(config):
            if looked == LOOKED:
                break
            try:
                if arrival.path.stat().st_size > LARGEST:
                    continue
                frame, _ = answers(config, arrival)
                own = numbering(frame, roles_of(frame, config))
            except (NpskitError, OSError, ValueError):
                # A run tells what is wrong with it.
                continue
            looked += 1
            heads |= frame.attrs.get("npskit", {}).get("headers", {})
            found = own if found is None else [name for name in found if name in own]
    except NpskitError:
        return ""
    named = [name for name in found or [] if not NUMBERS.fullmatch(fold(name))]
    if not named:
        return ""
    shown = heads.get(named[0], named[0])
    return word("watch_key_hint", lang, key=named[0], column=shown, file=config.path.name)


def roles_of(frame: pd.DataFrame, config: Config) -> dict[str, str]:
    """What plays a role in an export, as far as it can be known."""
    from npskit.watch.schema import fitted

    return dict(fitted(frame, config.columns, {}, []).roles)
