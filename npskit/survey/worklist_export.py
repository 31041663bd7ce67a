"""A list of customers on its way into a spreadsheet, which must find nothing to execute.

A comment of ``=HYPERLINK(…)`` is a formula to Excel, in a CSV file as in a workbook. A cell of a workbook says that it
is text; in a CSV file a leading apostrophe does. That is also opened with other separators than it was written with, so
that what stands behind a semicolon may begin a cell: there, too. Comments lose what identifies people; letters that a
workbook refuses are left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, optional_import
from npskit.results import as_text_cell, spreadsheet_safe

__all__ = ["exported", "harmless"]

# What a workbook cannot hold, and how much a cell can.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST = 32_000
INNER = re.compile(r"([;,|])(\s*)(?=[=+\-@＝＋－＠])")
WIDE, NARROW = 60, 14


def harmless(value: Any, *, text: bool = False) -> Any:
    """A value as a cell; `text` for a CSV file, whose cells may be cut at other separators and must not run.

    Examples
    --------
    >>> harmless("=1+1", text=True), harmless("ok;=1+1", text=True), harmless(3.0), harmless("two\\nlines")
    ("'=1+1", "ok;'=1+1", 3, 'two lines')
    """
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.date):
        return value.isoformat() if text else value
    flat = " ".join(FORBIDDEN.sub("", str(value)).split())[:LONGEST]
    return INNER.sub(r"\1\2'", spreadsheet_safe(flat)) if text else flat


def exported(path: Any, heads: Sequence[str], columns: Mapping[str, Sequence[Any]], *, separator: str = ",") -> Path:
    """Write a table to ``.csv`` or ``.xlsx``.

    Raises
    ------
    ArgumentError
        For another ending, and a place that cannot be written.
    MissingExtraError
        For a workbook without openpyxl.
    """
    target = Path(os.fspath(path))
    suffix = target.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise ArgumentError(where="path", expected="a name that ends in .csv or .xlsx", got=repr(str(path)))
    try:
        return written(target, heads, columns, separator)
    except OSError as error:
        raise ArgumentError(
            where=f"path {str(target)!r}", expected="a place that can be written", got=error.strerror or str(error),
            hint="make the folder, or close the file in the spreadsheet",
        ) from None  # fmt: skip


def written(target: Path, heads: Sequence[str], columns: Mapping[str, Sequence[Any]], separator: str) -> Path:
    """The file, by its ending."""
    rows = zip(*columns.values(), strict=True)
    if target.suffix.lower() == ".csv":
        # With the mark by which Excel knows UTF-8.
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
            writer.writerow([harmless(head, text=True) for head in heads])
            writer.writerows([harmless(value, text=True) for value in row] for row in rows)
        return target
    openpyxl = optional_import("openpyxl", extra="excel", purpose="write a workbook")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "worklist"
    sheet.append([harmless(head) for head in heads])
    for row in rows:
        sheet.append([harmless(value) for value in row])
    look(sheet, heads)
    book.save(target)
    return target


def look(sheet: Any, heads: Sequence[str]) -> None:
    """A first row that stays, wide columns for texts; and every text marked as such."""
    styles = optional_import("openpyxl.styles", extra="excel", purpose="write a workbook")
    sheet.freeze_panes = "A2"
    for cell in sheet[1]:
        cell.font = styles.Font(bold=True)
    for cells in sheet.iter_rows():
        for cell in cells:
            as_text_cell(cell)
    for at, column in enumerate(sheet.iter_cols(), start=1):
        longest = max((len(str(cell.value)) for cell in column[:50] if cell.value is not None), default=0)
        letter = sheet.cell(row=1, column=at).column_letter
        sheet.column_dimensions[letter].width = min(max(longest + 2, NARROW if at > 1 else 8), WIDE)
        if longest > WIDE:
            for cell in column[1:]:
                cell.alignment = styles.Alignment(wrap_text=True, vertical="top")
