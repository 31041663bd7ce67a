"""How answers reach the kernel that runs the template.

A file is read by the notebook itself, so that the notebook can be run again. A pandas frame goes through a pickle, and
another engine's through its own Parquet, in a folder that only this user can enter and that is removed in every case. A
comment leaves the process only for the template that shows comments, which redacts them: columns that no chapter needs
become one number a row, enough to find rows that repeat each other and nothing else.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from npskit.errors import ReportError
from npskit.frames import wrap
from npskit.frames.listed import listed
from npskit.report.grouping import LONGEST_LEVEL, MOST_LEVELS, REST
from npskit.report.template import Code
from npskit.results import Result
from npskit.roles import name_rank
from npskit.survey import Survey
from npskit.survey.audit import COMPARED
from npskit.survey.audit_columns import KINDS, audit_columns
from npskit.survey.audit_rows import MOST_AUDITED, compared
from npskit.survey.plots import columns_of

if TYPE_CHECKING:
    from npskit.frames import Source

__all__ = ["Carried", "Tables", "carried", "stored"]

NOT_KEPT = "answers-were-a-frame-in-memory.csv"
SAMPLE = 1000


@dataclass(frozen=True)
class Carried:
    """What the notebook is told about the data.

    Attributes
    ----------
    data : str or Code
        A path, or the expression that opens the answers.
    remembered : str or Code
        The same as it stands in the notebook that is kept.
    temporary : Path or None
        A file that may go once it has been read.
    counted : mapping of str to int
        What had to be counted beforehand, since a copy lacks columns.
    """

    data: str
    remembered: str
    temporary: Path | None = None
    counted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Tables:
    """Parameters of a template, with frames among them in files.

    Attributes
    ----------
    parameters : mapping of str to value
    files : tuple of Code
        The expressions that open what is gone when the report is made.
    """

    parameters: Mapping[str, Any]
    files: tuple[Code, ...] = ()


@contextmanager
def stored(parameters: Mapping[str, Any]) -> Iterator[Tables]:
    """Parameters that a notebook can hold: a frame becomes the call that opens a private copy of it."""
    # A result of ours, such as a log of actions, travels as the frame it is.
    parameters = {name: each.to_frame() if isinstance(each, Result) else each for name, each in parameters.items()}
    frames = {name: value for name, value in parameters.items() if hasattr(value, "columns")}
    if not frames:
        yield Tables(parameters)
        return
    folder = Path(tempfile.mkdtemp(prefix="npskit-"))
    try:
        codes = {name: whole(value, folder / f"{name}.pickle") for name, value in frames.items()}
        yield Tables({**parameters, **codes}, tuple(codes.values()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def whole(data: Any, path: Path) -> Code:
    """A table as it is in a private file, and the expression that opens it."""
    frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(listed(data))
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        frame.to_pickle(file, compression=None)
    return Code(f"pandas.read_pickle({str(path)!r})")


@contextmanager
def carried(
    survey: Survey | str | os.PathLike[str], reading: Mapping[str, Any], by: Any = None, *, table: bool = False
) -> Iterator[Carried]:
    """The answers, or a table that holds none, where the kernel can open them, for as long as the report is made."""
    if not isinstance(survey, Survey):
        yield from_path(survey, reading)
        return
    data = survey.data
    if isinstance(data, (str, os.PathLike)):
        yield from_path(data, {})
        return
    folder = Path(tempfile.mkdtemp(prefix="npskit-"))
    try:
        if table:
            path = folder / "table.pickle"
            yield Carried(whole(data, path), NOT_KEPT, path)
            return
        yield pickled(survey, folder, by) if isinstance(data, (pd.DataFrame, pd.Series)) else saved(survey, folder, by)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def from_path(path: str | os.PathLike[str], reading: Mapping[str, Any]) -> Carried:
    """A file or folder, opened by the notebook; with hints, read there with them."""
    place = os.path.abspath(os.fspath(path))
    if not reading:
        return Carried(place, place)
    hints = "".join(f", {name}={value!r}" for name, value in reading.items())
    code = Code(f"npskit.read_survey({place!r}{hints})")
    return Carried(code, code)


def pickled(survey: Survey, folder: Path, by: Any) -> Carried:
    """A pandas frame in a private file."""
    path = folder / "answers.pickle"
    data = survey.data
    # Ratings off the scale, or two columns of them, are told at once and not after the start of a kernel.
    survey.tally()
    frame = data.to_frame("rating" if data.name is None else data.name) if isinstance(data, pd.Series) else data
    slim = without_words(frame, *needed(survey, wrap(data), by))
    if alike := comments_alike(survey):
        slim.attrs["npskit"] = {**slim.attrs.get("npskit", {}), COMPARED: alike}
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        slim.to_pickle(file, compression=None)
    return Carried(Code(f"pandas.read_pickle({str(path)!r})"), NOT_KEPT, path)


def comments_alike(survey: Survey) -> tuple[int, int, int] | None:
    """What is known of comments that are alike, since they stay behind; None without comments."""
    columns = columns_of(survey.roles())
    comment = dict(zip(columns["role"], columns["column"], strict=True)).get("comment")
    if not isinstance(comment, str) or survey.source.length() > MOST_AUDITED:
        return None
    return compared(wrap(survey.data), comment)


def saved(survey: Survey, folder: Path, by: Any) -> Carried:
    """Another engine's frame as Parquet, written by that engine."""
    source = wrap(survey.data)
    kept, customer = needed(survey, source, by)
    columns = [*kept, *customer]
    try:
        source.save(folder, columns)
    except OSError as error:
        raise ReportError(where=str(folder), expected="room for a copy of the answers", got=str(error)) from None
    # Rows that differ only in what they wrote would be alike in the copy.
    counted = {} if set(columns) == set(source.columns) else {"duplicates": source.duplicates()}
    return Carried(reopened(folder), NOT_KEPT, counted=counted)


def reopened(folder: Path) -> str:
    """How the notebook opens a folder of Parquet: by DuckDB, or by what is there instead."""
    if find_spec("duckdb") is not None:
        return str(folder)
    if find_spec("polars") is not None:
        return Code(f"polars.scan_parquet({str(folder / '**/*.parquet')!r})")
    return Code(f"pyarrow.parquet.read_table({str(folder)!r})")


def needed(survey: Survey, source: Source, by: Any) -> tuple[list[str], list[str]]:
    """Columns that a chapter may use, and those that only tell customers apart."""
    table = columns_of(survey.roles())
    roles = {role: name for role, name in zip(table["role"], table["column"], strict=True) if isinstance(name, str)}
    items = [] if by is None else list(by) if isinstance(by, (list, tuple)) else [by]
    flat = [each for item in items for each in (item if isinstance(item, (list, tuple)) else [item])]
    asked = [item if isinstance(item, str) else item.column for item in flat]
    given = [survey.settings[role] for role in ("cluster", "weight") if role in survey.settings]
    given += [] if survey.aggregated is None else survey.aggregated.counts.columns
    named = {source.column(name) for name in [*asked, *given]}
    kinds = (audit_columns(source, kind, None, list(roles.values())) for kind in KINDS)
    named |= {name for names in kinds for name in names}
    named |= {roles[role] for role in ("rating", "date", "weight") if role in roles} | set(survey.rivals("date"))
    customer = [roles["customer"]] if roles.get("customer") not in {None, *named} else []
    out = {roles.get("comment"), *customer} - named
    kept = [name for name in source.columns if name not in out and (name in named or is_short(source, name))]
    return kept, customer


def is_short(source: Source, name: str) -> bool:
    """Whether a column holds no text, or a few words over and over."""
    if source.columns.count(name) > 1 or name_rank(name, "comment"):
        return False
    values = source.sample(name, SAMPLE)
    if not values:
        # Comments may begin later; a column that is empty for so long splits nothing.
        return False
    texts = [value for value in values if isinstance(value, (str, bytes))]
    return not texts or (len(values) <= MOST_LEVELS and max(map(len, texts)) <= LONGEST_LEVEL)


def without_words(frame: pd.DataFrame, kept: list[str], customer: list[str]) -> pd.DataFrame:
    """The kept columns as they are, customers as numbers, and all others as one number a row."""
    names = list(map(str, frame.columns))
    places = [at for at, name in enumerate(names) if name in set(kept)]
    slim = frame.iloc[:, places].copy()
    slim.attrs = dict(frame.attrs)
    for name in customer:
        codes, _ = pd.factorize(frame.iloc[:, names.index(name)])
        slim[name] = pd.Series(codes, index=slim.index).where(codes >= 0)
    others = [at for at, name in enumerate(names) if name not in {*kept, *customer}]
    if others:
        slim[REST] = fingerprints(frame.iloc[:, others])
    return slim


def fingerprints(frame: pd.DataFrame) -> Any:
    """A number a row, equal where rows are; keyed by chance, so that it tells nothing of what was written."""
    key = secrets.token_hex(8)
    plain = frame.set_axis(range(frame.shape[1]), axis=1)
    try:
        return pd.util.hash_pandas_object(plain, index=False, hash_key=key).to_numpy()
    except TypeError:
        return pd.util.hash_pandas_object(plain.astype(str), index=False, hash_key=key).to_numpy()
