"""Exports that change their shape: the same question under another name, new columns, other types.

A survey lives for years, and its tool does not stay as it was. What plays a role keeps the name that the first export
gave it; whatever else is new joins as a column that earlier answers lack. A column that was numbers and became texts
is texts. All of this is told, since a question that reads otherwise is another question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from npskit.errors import ColumnNotFoundError, RoleError
from npskit.survey import Survey
from npskit.watch.duplicates import plain_text

__all__ = ["Fitted", "fitted", "stacked", "storable"]

ROLES = ("rating", "date", "comment", "customer")


@dataclass(frozen=True)
class Fitted:
    """A frame with the names that the history has for its roles.

    Attributes
    ----------
    frame : DataFrame
    roles : mapping of str to str
        Role to column, as far as both are known.
    renamed : mapping of str to str
        What the file called a column to what it is called here.
    """

    frame: pd.DataFrame
    roles: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)


def fitted(frame: pd.DataFrame, columns: Mapping[str, Any], known: Mapping[str, str], taken: Sequence[str]) -> Fitted:
    """A frame whose roles have the names that earlier exports gave them.

    Parameters
    ----------
    frame : DataFrame
    columns : mapping
        Keywords of `npskit.Survey`.
    known : mapping of str to str
        Role to column of the history; empty for the first export.
    taken : sequence of str
        The columns of the history.

    Raises
    ------
    RoleError, ColumnNotFoundError
        When no column can be the rating.
    """
    counted = bool({"detractors", "passives", "promoters", "responses"} & set(columns))
    survey = Survey(frame, **columns)
    names = [str(name) for name in frame.columns]
    roles: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for role in ("date",) if counted else ROLES:
        before = known.get(role)
        if before in names and role not in columns:
            roles[role] = str(before)
            continue
        found = played(survey, role)
        if found is None or found == before:
            roles |= {role: found} if found else {}
        elif before is None or role in columns:
            roles[role] = found
        elif found in taken:
            # The history has it for something else, such as another question of 0 to 10.
            if role == "rating":
                raise ColumnNotFoundError(
                    where="the rating column", expected=f"{before!r} as in earlier exports", got=f"only {found!r}",
                    hint=f"if that is the same question now, say so with rename: {{{found}: {before}}}",
                )  # fmt: skip
        else:
            renamed[found], roles[role] = str(before), str(before)
    if renamed:
        frame = frame.rename(columns=renamed)
    return Fitted(frame, roles, renamed)


def played(survey: Survey, role: str) -> str | None:
    """The column that plays a role; None when none or several could, which for a rating is an error."""
    try:
        return survey.column(role)
    except RoleError:
        if role == "rating":
            raise
        return None


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames one below the other, with all columns of all.

    Examples
    --------
    >>> stacked([pd.DataFrame({"nps": [9]}), pd.DataFrame({"nps": ["NSP", None], "plan": ["a", "b"]})])["nps"].tolist()
    ['9', 'NSP', nan]
    """
    names = list(dict.fromkeys(str(name) for frame in frames for name in frame.columns))
    sizes = [len(frame) for frame in frames]
    found = {
        name: one_column([frame[name] if name in frame.columns else None for frame in frames], sizes) for name in names
    }
    return pd.DataFrame(found, index=pd.RangeIndex(sum(sizes)), columns=names)


def one_column(pieces: Sequence[pd.Series | None], sizes: Sequence[int]) -> pd.Series:
    """A column from its pieces, of their type when they agree, of texts otherwise."""
    filled = [piece for piece in pieces if piece is not None and piece.notna().any()]
    kinds = {kind_of(piece) for piece in filled}
    whole = sum(map(len, filled)) == sum(sizes)
    if kinds == {"number"} and whole:
        return pd.concat(filled, ignore_index=True)
    values: list[Any] = []
    shown = one_value if len(kinds) <= 1 else text_value
    for piece, size in zip(pieces, sizes, strict=True):
        values += [None] * size if piece is None else [shown(value) for value in piece]
    if kinds == {"date"}:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object)))
    return pd.Series(values, dtype=float) if kinds <= {"number"} else pd.Series(values, dtype=text_type(kinds))


def text_type(kinds: set[str]) -> Any:
    """What pandas itself makes of texts; objects for what is neither."""
    return pd.Series(["a"]).dtype if kinds != {"flag"} else object


def one_value(value: Any) -> Any:
    """A value, or None; of times the one on the clock where they were given."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, dt.datetime):
        return pd.Timestamp(value).tz_localize(None)
    return value


def text_value(value: Any) -> str | None:
    """A value as text, or None."""
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else plain_text(value)


def kind_of(piece: pd.Series) -> str:
    """number, date, flag or text."""
    if pd.api.types.is_bool_dtype(piece.dtype):
        return "flag"
    if pd.api.types.is_numeric_dtype(piece.dtype):
        return "number"
    if isinstance(piece.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_any_dtype(piece.dtype):
        return "date"
    given = {type(value) for value in piece.dropna()}
    if given <= {bool}:
        return "flag"
    return "date" if given and all(issubclass(each, dt.date) for each in given) else "text"


def storable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose columns Parquet can hold: of one type each, texts where a column mixes several."""
    found = frame.copy(deep=False)
    found.attrs = {}
    found.columns = [str(name) for name in frame.columns]
    for name in found.columns:
        column = found[name]
        if column.dtype != object and not isinstance(column.dtype, pd.CategoricalDtype):
            continue
        values = [one_value(value) for value in column]
        kinds = {type(value) for value in values if value is not None}
        if len(kinds) > 1 or not all(issubclass(kind, (str, bool, int, float, dt.date)) for kind in kinds):
            values = [None if value is None else text_value(value) for value in values]
        found[name] = pd.Series(values, index=found.index, dtype=object)
    return found.reset_index(drop=True)
