"""An action log as a file: read as it was typed, written whole or not at all.

Several people keep one file, and a report may read it while one of them saves it. So what is written goes into a file
beside, and takes the other's place in one step. What a spreadsheet would run is made text on the way out.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    ReadError,
    SurveyNotFoundError,
    did_you_mean,
    optional_import,
)
from npskit.readers.delimited import content_start
from npskit.readers.encodings import decode
from npskit.readers.layout import layout_of
from npskit.results import as_text_cell
from npskit.scale import is_missing
from npskit.survey.action_cells import Place
from npskit.survey.plots import columns_of
from npskit.survey.worklist_export import harmless

__all__ = ["Sheet", "read_sheet", "sheet_of", "write_sheet"]

ENDINGS = (".csv", ".xlsx")
TEXTS = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")
WIDE = 48


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells under their heads, with where each row stands.

    Attributes
    ----------
    place : Place
    heads : tuple of str
    rows : tuple of tuple
    names : tuple of str
        "line 4" of a text file, "row 4" of a workbook or a table.
    separator : str
        Of a text file.
    """

    place: Place
    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    names: tuple[str, ...]
    separator: str = ","


def read_sheet(path: Path) -> Sheet:
    """The cells of a file.

    Raises
    ------
    SurveyNotFoundError
        When there is no such file; the hint names one that is called alike.
    ReadError
        For a file that is no table, and for a line with too many cells.
    """
    if not path.is_file():
        beside = [each.name for each in path.parent.iterdir() if each.suffix.lower() in (*TEXTS, *WORKBOOKS)
                  ] if path.parent.is_dir() else []  # fmt: skip
        raise SurveyNotFoundError(
            where=str(path), expected="the file of an action log", got="none", hint=did_you_mean(path.name, beside)
        )
    ending = path.suffix.lower()
    if ending not in (*TEXTS, *WORKBOOKS):
        raise ReadError(where=path.name, expected="a name that ends in .csv or .xlsx", got=repr(ending or path.name))
    return workbook(path) if ending in WORKBOOKS else text_file(path)


def text_file(path: Path) -> Sheet:
    """The records of a text file, whatever its encoding and separator."""
    content = decode(path.read_bytes(), source=path.name).data.decode("utf-8").removeprefix("\ufeff")
    place = Place(path.name, ReadError)
    if not content.strip():
        raise ReadError(where=path.name, expected="a head and a row for each action", got="an empty file")
    # Excel's line "sep=;" names the separator and is no record.
    begin, announced = content_start(content.encode("utf-8"))
    body = content.encode("utf-8")[begin:]
    separator = layout_of(body, separator=announced, decimal=None).separator
    reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), delimiter=separator, strict=True)
    first = content.encode("utf-8").count(b"\n", 0, begin) + 1
    found, names, line = [], [], first
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                found.append(tuple(record))
                names.append(f"line {line:,}")
            line = reader.line_num + first
    except csv.Error as error:
        raise ReadError(where=place.at(f"line {line:,}"), expected="a record", got=str(error),
                        hint='double a quote that belongs to a text ("")') from None  # fmt: skip
    return of_records(place, found, names, separator)


def workbook(path: Path) -> Sheet:
    """The rows of the first sheet that holds any."""
    from npskit.readers.workbooks import refuse_bomb

    refuse_bomb(path)
    openpyxl = optional_import("openpyxl", extra="excel", purpose="read Excel workbooks")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
        book.close()
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises KeyError, ValueError, XML errors alike for a damaged file
        raise ReadError(where=path.name, expected="an Excel workbook", got=f"a damaged one ({error})") from error
    for rows in sheets:
        numbered = [(at, row) for at, row in enumerate(rows, start=1) if not all(map(is_missing, row))]
        if numbered:
            place = Place(path.name, ReadError)
            return of_records(place, [row for _, row in numbered], [f"row {at:,}" for at, _ in numbered])
    raise ReadError(where=path.name, expected="a head and a row for each action", got="an empty workbook")


def of_records(place: Place, records: Sequence[tuple[Any, ...]], names: Sequence[str], separator: str = ",") -> Sheet:
    """A sheet of records, the first of which holds the heads; each as wide as these."""
    last = max((at for at, head in enumerate(records[0], start=1) if not is_missing(head) and str(head).strip()))
    heads = tuple("" if is_missing(head) else str(head).strip() for head in records[0][:last])
    rows = []
    for record, name in zip(records[1:], names[1:], strict=True):
        beyond = [cell for cell in record[last:] if not is_missing(cell) and str(cell).strip()]
        if beyond:
            raise place.error(
                where=place.at(name), expected=f"{last:,} cells as in the head", got=f"{len(record):,}",
                hint=f"a text with {separator!r} in it must stand in quotes",
            )  # fmt: skip
        rows.append((*record[:last], *[None] * (last - len(record))))
    return Sheet(place, heads, tuple(rows), tuple(names[1:]), separator)


def sheet_of(table: Any) -> Sheet:
    """The cells of a table of any library, a mapping of columns, or mappings."""
    if isinstance(table, Sequence) and not isinstance(table, str):
        if all(isinstance(row, Mapping) for row in table):
            heads = tuple(dict.fromkeys(str(head) for row in table for head in row))
            plain = [{str(head): value for head, value in row.items()} for row in table]
            rows = tuple(tuple(row.get(head) for head in heads) for row in plain)
            return Sheet(Place(), heads, rows, tuple(f"row {at:,}" for at in range(1, len(rows) + 1)))
    elif isinstance(table, Mapping) or hasattr(table, "to_dict") or hasattr(table, "to_pydict"):
        columns = dict(table) if isinstance(table, Mapping) else columns_of(table)
        if all(isinstance(values, (list, tuple)) for values in columns.values()):
            if len({len(values) for values in columns.values()}) > 1:
                raise ArgumentError(where="actions", expected="columns of one length", got="several")
            rows = tuple(zip(*columns.values(), strict=True))
            return Sheet(Place(), tuple(map(str, columns)), rows, tuple(f"row {at + 1:,}" for at in range(len(rows))))
    raise ArgumentTypeError(
        where="actions",
        expected="the path of a file, a table, or a list of dictionaries",
        got=type(table).__name__,
        hint="[{'action': 'A second checkout', 'since': '2026-03-01', 'expected': 3}]",
    )


def write_sheet(path: Path, heads: Sequence[str], rows: Sequence[Sequence[Any]], *, separator: str = ",") -> None:
    """Write all or nothing, with text that no spreadsheet runs.

    Raises
    ------
    ArgumentError
        For another ending than .csv and .xlsx, and a place that cannot be written.
    MissingExtraError
        For a workbook without openpyxl.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ArgumentError(where="path", expected="a name that ends in .csv or .xlsx", got=repr(str(path)))
    content = as_text_file(heads, rows, separator) if ending == ".csv" else as_workbook(heads, rows)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise ArgumentError(
            where=f"path {str(path)!r}", expected="a place that can be written", got=error.strerror or str(error),
            hint="make the folder, or close the file in the spreadsheet",
        ) from None  # fmt: skip
    finally:
        part.unlink(missing_ok=True)


def as_text_file(heads: Sequence[str], rows: Sequence[Sequence[Any]], separator: str) -> bytes:
    """Bytes of a text file, with the mark by which Excel knows UTF-8; a French one has its decimal commas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow([harmless(head, text=True) for head in heads])
    for row in rows:
        cells = [harmless(cell, text=True) for cell in row]
        writer.writerow([str(cell).replace(".", ",") if separator == ";" and isinstance(cell, float) else cell
                         for cell in cells])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def as_workbook(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Bytes of a workbook whose texts are marked as such."""
    openpyxl = optional_import("openpyxl", extra="excel", purpose="write a workbook")
    styles = optional_import("openpyxl.styles", extra="excel", purpose="write a workbook")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "actions"
    for row in [heads, *rows]:
        sheet.append([harmless(cell) for cell in row])
    sheet.freeze_panes = "A2"
    for cells in sheet.iter_cols():
        cells[0].font = styles.Font(bold=True)
        longest = max(len(str(cell.value or "")) for cell in cells)
        sheet.column_dimensions[cells[0].column_letter].width = min(max(longest + 2, 10), WIDE)
        for cell in cells:
            as_text_cell(cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
