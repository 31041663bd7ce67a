"""Excel and Parquet files to a raw table.

An XLSX is a zip of XML, and a few kilobytes of zip can hold gigabytes of XML; so the sizes that its directory
declares are added up before anything is unpacked.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from npskit.errors import ArgumentError, ReadError, did_you_mean, optional_import
from npskit.readers.account import Account
from npskit.readers.raw import TOP_RECORDS, Raw

__all__ = ["read_parquet", "read_workbook"]

GIB, MIB = 2**30, 2**20
LARGEST_CONTENT = GIB
SUSPECT_RATIO = 200
SUSPECT_CONTENT = 100 * MIB


def read_workbook(path: Path, account: Account, *, sheet: str | int | None = None) -> Raw:
    """One sheet of an Excel workbook, its formulas as the values last computed."""
    refuse_bomb(path)
    openpyxl = optional_import("openpyxl", extra="excel", purpose="read Excel workbooks")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises KeyError, ValueError, XML errors alike for a damaged file
        raise ReadError(where=path.name, expected="an Excel workbook", got=f"a damaged one ({error})") from error
    try:
        chosen = sheet_of(book, sheet, account)
        rows = [list(row) for row in rows_of(chosen)]
    finally:
        book.close()
    rows = without_blank_end(rows)
    if not rows:
        raise ReadError(where=f"{path.name}, sheet {chosen.title!r}", expected="a table", got="an empty sheet")
    width = max(len(row) for row in rows)
    rows = [row + [None] * (width - len(row)) for row in rows]
    top = [[shown(cell) for cell in row] for row in rows[:TOP_RECORDS]]
    return Raw(top=top, load=lambda skipped: typed(pd.DataFrame(rows[skipped:], columns=range(width), dtype=object)))


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


def sheet_of(book: Any, sheet: str | int | None, account: Account) -> Any:
    """The sheet asked for, or the first one that is shown and has two rows."""
    names = list(book.sheetnames)
    if isinstance(sheet, int) and not isinstance(sheet, bool):
        if not 0 <= sheet < len(names):
            raise ArgumentError(where="sheet", expected=f"0 to {len(names) - 1}", got=str(sheet))
        return book[names[sheet]]
    if sheet is not None:
        if sheet not in names:
            raise ArgumentError(f"no sheet {sheet!r}.", hint=did_you_mean(str(sheet), names))
        return book[sheet]
    filled = [each for each in book.worksheets if each.sheet_state == "visible" and has_table(each)]
    if len(filled) > 1:
        others = ", ".join(repr(each.title) for each in filled[1:])
        account.note(f"Sheet {filled[0].title!r} was read; sheet= reads another one ({others}).")
    return filled[0] if filled else book.worksheets[0]


def rows_of(sheet: Any) -> Any:
    """The rows of a sheet; the size that the file declares for it is often wrong, so it is not believed."""
    sheet.reset_dimensions()
    return sheet.iter_rows(values_only=True)


def has_table(sheet: Any) -> bool:
    """True when at least two rows of the sheet hold something."""
    filled = (row for row in rows_of(sheet) if any(cell is not None for cell in row))
    return next(filled, None) is not None and next(filled, None) is not None


def without_blank_end(rows: list[list[object]]) -> list[list[object]]:
    """The rows from the first to the last that hold something: formatted blank cells are no answers."""
    filled = [i for i, row in enumerate(rows) if any(cell is not None for cell in row)]
    return rows[filled[0] : filled[-1] + 1] if filled else []


def shown(cell: object) -> str:
    """A cell of the header as text."""
    return "" if cell is None else str(cell).strip()


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
    except Exception as error:  # pyarrow's errors share no base that can be named without importing it
        raise ReadError(
            where=path.name, expected="a Parquet file", got=f"a damaged one ({str(error).rstrip(chr(46))})"
        ) from error
    names = [str(name) for name in frame.columns]
    frame = frame.reset_index(drop=True)
    frame.columns = pd.RangeIndex(len(names))
    return Raw(top=[names], load=lambda skipped: frame)
