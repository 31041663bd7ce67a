"""What the report on silence is given: invitees, targets and public ratings, and what a copy of the answers must keep.

A list of invitees is matched by customer, so only for it do customers travel to the notebook as they are. Who wrote a
comment is counted beforehand, so that what was written need not travel at all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from npskit.errors import ColumnNotFoundError, NpskitError, ReadError
from npskit.roles import fold, resolve
from npskit.survey import Survey
from npskit.survey.base import opened
from npskit.survey.plots import columns_of
from npskit.survey.response_late import written_counts
from npskit.survey.response_rows import REMINDED, SENT, role_or_none

__all__ = ["ROWS", "WROTE", "columns_kept", "counted_beforehand", "flag_column", "is_list", "read"]

#: In place of invitees: every row of the answers is an invitation.
ROWS = "rows"
WROTE = "wrote"
NUMBER = re.compile(r"\s*\d+\s*")
# Said by the survey itself, so surer than texts, of which a file may hold only some.
FLAG = re.compile(r"^(a commente|commented|(has|wrote|left) (a )?comments?|with comment|avec commentaire)$")
TWO = 2


def read(given: Any, name: str) -> Any:
    """What a parameter stands for: a path is read, a number is one, everything else is as it is.

    Raises
    ------
    ReadError
        When there is no such file.

    Examples
    --------
    >>> read("2000", "invited"), read({"shop": {"Lyon": 1}}, "targets")
    (2000, {'shop': {'Lyon': 1}})
    """
    if isinstance(given, str) and NUMBER.fullmatch(given):
        return int(given)
    if not isinstance(given, (str, os.PathLike)) or given == ROWS:
        return given
    if not Path(given).exists():
        hint = " The list of those invited, their number, or 'rows'." if name == "invited" else ""
        raise ReadError(where=name, expected="the path of a table", got=repr(os.fspath(given)), hint=hint.strip())
    return opened(given)


def is_list(invited: Any) -> bool:
    """Whether invitees may be named one by one, rather than counted."""
    if isinstance(invited, str):
        return invited != ROWS and not NUMBER.fullmatch(invited)
    return isinstance(invited, os.PathLike) or (hasattr(invited, "columns") and not isinstance(invited, Mapping))


def columns_kept(survey: Survey, given: Mapping[str, Any]) -> list[Any]:
    """Columns of the answers that the parameters need: what is split and weighted by, days, and with a list who it was.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = Survey(pd.DataFrame({"customer": ["a", "b"], "rating": [9, 2], "shop": ["Lyon", "Nice"]}))
    >>> columns_kept(survey, {"targets": {"shop": {"Lyon": 0.5, "Nice": 0.5}}, "invited": "list.csv"})
    ['shop', 'customer']
    """
    columns = survey.source.columns
    items = [*listed(given.get("by")), *targeted(given.get("targets"))]
    kept = [item for item in items if is_own(item if isinstance(item, str) else item.column, columns)]
    kept += [name for name in columns if SENT.search(fold(name)) or REMINDED.search(fold(name))]
    if is_list(given.get("invited")) and survey.aggregated is None:
        table = columns_of(survey.roles())
        customer = dict(zip(table["role"], table["column"], strict=True)).get("customer")
        kept += [customer] if isinstance(customer, str) else list(survey.rivals("customer"))
    return kept


def listed(items: Any) -> Iterator[Any]:
    """Every item of lists and tuples of them."""
    if isinstance(items, (list, tuple)):
        for item in items:
            yield from listed(item)
    elif items is not None:
        yield items


def targeted(targets: Any) -> list[Any]:
    """The columns that targets are of, or may be."""
    try:
        table = read(targets, "targets")
    except NpskitError:
        return []
    if isinstance(table, Mapping):
        return list(table)
    if not hasattr(table, "columns"):
        return []
    names = {str(name).casefold(): name for name in table.columns}
    named = table[names["column"]] if "column" in names else []
    return [*map(str, table.columns), *map(str, dict.fromkeys(named))]


def is_own(name: str, columns: tuple[str, ...]) -> bool:
    """Whether the answers have the column: what splits the invitees may be on their list only."""
    try:
        resolve(name, columns)
    except ColumnNotFoundError:
        return False
    return True


def flag_column(survey: Survey) -> str | None:
    """The one column that says who wrote a comment; None when there is none, or several.

    Examples
    --------
    >>> from npskit import datasets
    >>> flag_column(Survey(datasets.load("garden")))
    'a_commente'
    """
    found = [name for name in survey.source.columns if FLAG.search(fold(name))]
    return found[0] if len(found) == 1 and len(survey.source.sample(found[0])) == TWO else None


def counted_beforehand(survey: Survey) -> dict[str, list[int]]:
    """Categories of the answers with a comment, where a column of comments is known."""
    if flag_column(survey) or survey.aggregated is not None or role_or_none(survey, "comment") is None:
        return {}
    return {WROTE: written_counts(survey, survey.tally()).astype(int).tolist()}
