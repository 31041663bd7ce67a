"""Excel and Parquet files to a raw table.

An XLSX is a zip of XML, and a few kilobytes of zip can hold gigabytes of XML; so the sizes that its directory
declares are added up before anything is unpacked.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

from npskit.errors import ArgumentError, ReadError, optional_import
from npskit.readers.account import Account
from npskit.readers.headers import lines_above
from npskit.readers.raw import TOP_RECORDS, Raw
from npskit.readers.sheets import calls, sheet_of, sheet_rows, shown

__all__ = ["read_parquet", "read_workbook"]

GIB, MIB = 2**30, 2**20
LARGEST_CONTENT = GIB
SUSPECT_RATIO = 200
SUSPECT_CONTENT = 100 * MIB
MOST_LOOKED_AT = 50


def read_workbook(path: Path, account: Account, *, sheet: str | int | None = None, header: int | None = None) -> Raw:
    """One sheet of an Excel workbook, its formulas as the values last computed."""
    refuse_bomb(path)
    openpyxl = optional_import("openpyxl", extra="excel", purpose="read Excel workbooks")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises KeyError, ValueError, XML errors alike for a damaged file
        raise ReadError(where=path.name, expected="an Excel workbook", got=f"a damaged one ({error})") from error
    try:
        chosen = sheet_of(book, sheet, account)
        rows, leading = sheet_rows(chosen, path.name)
        others = [each.title for each in book.worksheets if each is not chosen]
    finally:
        book.close()
    if not rows:
        where = f"{path.name}, sheet {chosen.title!r}"
        raise ReadError(where=where, expected="a table", got="an empty sheet", hint=calls(others))
    above = lines_above_in(rows) if header is None else named_row(header, leading, len(rows))
    table, width = rows[above:], len(rows[0])
    return Raw(
        top=[[shown(cell) for cell in row] for row in table[:TOP_RECORDS]],
        load=lambda skipped: typed(pd.DataFrame(table[skipped:], columns=range(width), dtype=object)),
        above=[" ".join(filter(None, map(shown, row))) for row in rows[:above]],
    )


def refuse_bomb(path: Path) -> None:
    """An error for a file that is no zip, or one that would unpack to more than any survey holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            content = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise ReadError(
            where=path.name,
            expected="an Excel workbook (.xlsx)",
            got="a file that is none",
            hint="if it is a CSV with a wrong ending, rename it to .csv",
        ) from None
    ratio = content / max(path.stat().st_size, 1)
    if content > LARGEST_CONTENT or (ratio > SUSPECT_RATIO and content > SUSPECT_CONTENT):
        raise ReadError(
            where=path.name,
            expected="a workbook of at most 1 GiB unpacked",
            got=f"{content / MIB:,.0f} MiB unpacked from {path.stat().st_size / MIB:,.1f} MiB ({ratio:,.0f} times)",
            hint="export the answers as CSV or Parquet",
        )


def lines_above_in(rows: list[list[object]]) -> int:
    """How many of the rows stand above the header."""
    return lines_above([[shown(cell) for cell in row] for row in rows[:MOST_LOOKED_AT]])


def named_row(header: int, leading: int, rows: int) -> int:
    """The same for the row that the caller names, in a sheet that begins with some blank ones."""
    if not 0 <= header <= leading + rows:
        raise ArgumentError(
            where="header",
            expected=f"the row that holds the names, 1 to {leading + rows:,}, or 0 where there are none",
            got=str(header),
        )
    return max(header - 1 - leading, 0)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells of one kind as a column of that kind; blank texts are missing."""
    frame = frame.map(lambda cell: None if isinstance(cell, str) and not cell.strip() else cell)
    return frame.apply(one_type)


def one_type(column: pd.Series) -> pd.Series:
    """A column of one type, or of texts when people mixed numbers and words in it."""
    kinds = {type(cell) for cell in column if not is_blank(cell)}
    if str in kinds and len(kinds) > 1:
        return column.map(lambda cell: None if is_blank(cell) else as_text(cell)).infer_objects()
    if not kinds:
        return column.astype(float)  # as a CSV reader types a column that holds nothing
    return column.infer_objects()


def is_blank(cell: object) -> bool:
    """True for an empty cell."""
    return cell is None or cell != cell


def as_text(cell: object) -> str:
    """A cell as Excel shows it: 10, not 10.0."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def read_parquet(path: Path) -> Raw:
    """The columns of one Parquet file, typed as they are."""
    optional_import("pyarrow", extra="parquet", purpose="read Parquet files")
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except MemoryError:
        raise
    except Exception as error:  # pyarrow's errors share no base that can be named without importing it
        raise ReadError(
            where=path.name, expected="a Parquet file", got=f"a damaged one ({str(error).rstrip(chr(46))})"
        ) from error
    names = [str(name) for name in frame.columns]
    frame = frame.reset_index(drop=True)
    frame.columns = pd.RangeIndex(len(names))
    return Raw(top=[names], load=lambda skipped: frame)
