"""Survey exports in: one call for every tool's file, and an account of what was done to it.

An export is not yet a table. It has three header rows, previews among the answers, dates that read two ways, bytes
of three encodings and a 99 that means silence. Each of these has its room here (`encodings`, `layout`, `formats`,
`names`, `long`, `answers`, `dates`), and `read_survey` walks through them in that order. What a step changes it writes
into the account, which ends in ``df.attrs["npskit"]``; a row is never lost without a line there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, SurveyNotFoundError, did_you_mean
from npskit.readers.account import Account
from npskit.readers.answers import with_numbers, without_non_answers
from npskit.readers.columns import is_french, is_rating, named, without_blanks
from npskit.readers.dates import read_dates
from npskit.readers.delimited import read_delimited
from npskit.readers.formats import Export, recognised, unanswered
from npskit.readers.headers import is_headless, nameless, tell_headless, tell_lines_above
from npskit.readers.raw import Raw
from npskit.readers.workbooks import read_parquet, read_workbook

__all__ = ["read_survey"]

TEXTS = {".csv", ".tsv", ".txt", ".tab", ".psv", ".asc", ".dat", ""}
WORKBOOKS = {".xlsx", ".xlsm"}
PARQUETS = {".parquet", ".pq"}
# What a file is, by its first bytes; endings are wrong too often.
MAGIC = {b"PK\x03\x04": "workbook", b"PAR1": "parquet"}
FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook (.xls)", "save it as .xlsx or .csv"),
    b"\x1f\x8b": ("a gzip archive", "unpack it first"),
    b"%PDF": ("a PDF", "export the answers as CSV, XLSX or Parquet"),
    b"$FL2": ("an SPSS file", "export the answers as CSV, XLSX or Parquet"),
}


def read_survey(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    dayfirst: bool | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    question: str | None = None,
    keep_unfinished: bool = False,
) -> pd.DataFrame:
    """Read a survey export into a tidy frame, one row an answer sheet.

    Recognises Qualtrics, SurveyMonkey, Typeform, Delighted, Google Forms, Tally, French Excel CSV, plain CSV with any
    separator, XLSX, Parquet, and files with one row a question. Everything is found from the file; the hints are for
    what it cannot say.

    Parameters
    ----------
    path : str or path
        A ``.csv``, ``.tsv``, ``.txt``, ``.xlsx`` or ``.parquet`` file.
    encoding : str, optional
        Text encoding. By default UTF-8 or UTF-16 where the bytes say so; else each line is read by what its letters
        mean in Windows (CP1252) and DOS (CP850), and the repaired lines are counted.
    dayfirst : bool, optional
        Whether ``3/2`` is 3 February. By default decided from the whole column, then from the rest of the file.
    separator, decimal : str, optional
        One character each.
    sheet : str or int, optional
        Sheet of a workbook, by name or by position from 0; by default the first one that holds answers of a survey,
        else the first one that holds a table.
    header : int, optional
        The line, in a workbook the row, on which the names of the columns stand, counted from 1; 0 where there are
        none. By default the first line that names every column; titles above it are left out.
    question : str, optional
        In a file with one row a question, the recommendation question (its text, or a part only it has).
    keep_unfinished : bool
        Keep interviews that were broken off.

    Returns
    -------
    DataFrame
        Names that can be typed, numbers as numbers, dates as datetimes; labels ("10 - Extremely likely"), comments
        and identifiers such as 01000 as text. ``df.attrs["npskit"]`` tells what was done: ``source, format, encoding,
        rows_read, rows_kept, dropped, repaired_lines, headers`` (new name to original), ``questions, dates,
        missing_answers, roles, notes``.

    Raises
    ------
    SurveyNotFoundError
        When there is no such file.
    ReadError
        When the file is damaged, a row does not fit the header, or the dates read both ways and nothing decides.
    MissingExtraError
        When the library for XLSX or Parquet is not installed.

    Warns
    -----
    ReadWarning
        When something was done that may change a number: bytes repaired, a 99 read as no answer, texts that are no
        dates.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "export.csv")
    >>> text = "Date de réponse;Magasin;Note NPS\\n25/12/2024;Lyon;10\\n26/12/2024;Annecy;NSP\\n"
    >>> _ = path.write_text(text, encoding="cp1252")
    >>> df = read_survey(path)
    >>> df.columns.tolist(), df["note_nps"].tolist()
    (['date_de_reponse', 'magasin', 'note_nps'], [10.0, nan])
    >>> df.attrs["npskit"]["missing_answers"], df.attrs["npskit"]["dates"]
    ({'NSP': 1}, {'date_de_reponse': 'day first'})
    """
    file = existing(path)
    account = Account(file.name)
    check_header(header)
    try:
        raw = opened(file, account, encoding=encoding, separator=separator, decimal=decimal, sheet=sheet, header=header)
        frame = tidied(raw, account, dayfirst, header, question, keep_unfinished)
    except MemoryError:
        raise ReadError(
            where=file.name,
            expected="a table that fits in memory",
            got=f"one of {file.stat().st_size / 2**20:,.0f} MiB that does not",
            hint="save it as Parquet, which npskit.Survey('answers.parquet') counts without loading it",
        ) from None
    account.warn()
    return frame


def check_header(header: int | None) -> None:
    """An error for what is no number of a line."""
    if header is not None and (isinstance(header, bool) or not isinstance(header, int)):
        raise ArgumentTypeError(
            where="header",
            expected="the number of the line that holds the names, from 1, or 0 where there are none",
            got=repr(header),
        )


def tidied(
    raw: Raw,
    account: Account,
    dayfirst: bool | None,
    header: int | None,
    question: str | None,
    keep_unfinished: bool,
) -> pd.DataFrame:
    """The raw table as a tidy frame, with its account."""
    export = export_of(raw, account, header)
    account.format = export.format
    frame = raw.load(export.header_records)
    account.rows_read = len(frame)
    frame, export = without_blanks(frame, export, account)
    frame = unanswered(frame, export, account, keep_unfinished=keep_unfinished).reset_index(drop=True)
    frame, stamps = named(frame, export, account, question=question)
    ratings = [name for name in frame.columns if is_rating(name, account) or len(frame.columns) == 1]
    frame = without_non_answers(frame, ratings, account)
    frame = with_numbers(frame, account, ratings=ratings, points_group=raw.points_group)
    frame = read_dates(frame, account, dayfirst=dayfirst, european=raw.european or is_french(export), stamps=stamps)
    account.rows_kept = len(frame)
    frame.attrs["npskit"] = account.to_attrs()
    return frame


def export_of(raw: Raw, account: Account, header: int | None) -> Export:
    """What the first records say, after what stands above them is told."""
    if raw.above:
        tell_lines_above(raw.above, account)
    export = recognised(raw.top)
    has_names = header is not None or raw.above or export.format != "table" or not is_headless(raw.top)
    if header == 0 or not has_names:
        export = nameless(len(raw.top[0]))
        if not has_names:
            tell_headless(raw.top[0], account)
    return export


def tell_unused(account: Account, kind: str, hints: Mapping[str, Any]) -> None:
    """Note hints for another kind of file, which a folder of several kinds may be read with."""
    for name, value in hints.items():
        if value is not None:
            account.note(f"{name}={value!r} was not used: this file is {kind}.")


def existing(path: str | os.PathLike[str]) -> Path:
    """The path of a file that is there and holds something."""
    if not isinstance(path, (str, os.PathLike)):
        raise ArgumentTypeError(
            where="path",
            expected="the path of a file",
            got=f"a {type(path).__name__}",
            hint="a frame needs no reading: df.nps",
        )
    file = Path(path).expanduser()
    if file.is_dir():
        hint = (
            "a folder of Parquet files: npskit.Survey(folder)" if any(file.glob("*.parquet")) else "name a file in it"
        )
        raise ReadError(where=str(file), expected="a file", got="a folder", hint=hint)
    if not file.exists():
        beside = sorted(each.name for each in file.parent.iterdir()) if file.parent.is_dir() else []
        raise SurveyNotFoundError(f"no file {str(file)!r}.", hint=did_you_mean(file.name, beside))
    if not file.stat().st_size:
        raise ReadError(where=file.name, expected="a table", got="an empty file", hint="export it again")
    return file


def opened(
    file: Path,
    account: Account,
    *,
    encoding: str | None,
    separator: str | None,
    decimal: str | None,
    sheet: str | int | None,
    header: int | None,
) -> Raw:
    """The file as a raw table, by what its first bytes say it is."""
    with file.open("rb") as stream:
        start = stream.read(8)
    for magic, (what, hint) in FOREIGN.items():
        if start.startswith(magic):
            raise ReadError(where=file.name, expected="a survey export", got=what, hint=hint)
    ending = file.suffix.lower()
    kind = MAGIC.get(start[:4], "text")
    of_text = {"encoding": encoding, "separator": separator, "decimal": decimal}
    if kind == "workbook" or ending in WORKBOOKS:
        account.format = "excel"
        tell_unused(account, "a workbook", of_text)
        return read_workbook(file, account, sheet=sheet, header=header)
    if kind == "parquet" or ending in PARQUETS:
        if header is not None:
            raise ArgumentError(where="header", expected="a CSV or a workbook", got="Parquet, which names its columns")
        tell_unused(account, "Parquet", {**of_text, "sheet": sheet})
        return read_parquet(file)
    if ending not in TEXTS:
        known = ", ".join(sorted((TEXTS - {""}) | WORKBOOKS | PARQUETS))
        raise ReadError(
            where=file.name,
            expected=f"a file ending in one of {known}",
            got=repr(ending),
            hint="if it is text, rename it",
        )
    tell_unused(account, "a text", {"sheet": sheet})
    return read_delimited(
        file.read_bytes(), account, encoding=encoding, separator=separator, decimal=decimal, header=header
    )
