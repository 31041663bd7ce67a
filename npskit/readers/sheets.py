"""One sheet of a workbook as rows, and which sheet that is.

Beside its answers a workbook holds a read-me, a pivot, a chart. The first sheet that looks like answers is read, and
the others are told. A sheet can also claim to be immense: one cell in its last corner makes seventeen billion, of
which all but a few are empty. So rows are taken as they come, without the blanks at their ends, and a sheet that is
nearly all blank is refused before it is laid out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from npskit.errors import ArgumentError, ReadError, did_you_mean
from npskit.readers.account import Account
from npskit.readers.headers import holds_answers, lines_above
from npskit.readers.raw import TOP_RECORDS

__all__ = ["calls", "sheet_of", "sheet_rows", "shown"]

EXCEL_ROWS = 1_048_576
MOST_CELLS = 50_000_000
SPARSE_CELLS, SHARE_FILLED = 2_000_000, 0.02
ROWS_LOOKED_AT = 2_000


def sheet_of(book: Any, sheet: str | int | None, account: Account) -> Any:
    """The sheet asked for, or the first shown one that holds answers, or else two rows."""
    names = list(book.sheetnames)
    if isinstance(sheet, int) and not isinstance(sheet, bool):
        if not 0 <= sheet < len(names):
            raise ArgumentError(where="sheet", expected=f"0 to {len(names) - 1}", got=str(sheet), hint=calls(names))
        return book[names[sheet]]
    if sheet is not None:
        if sheet not in names:
            raise ArgumentError(f"no sheet {sheet!r}.", hint=f"{did_you_mean(str(sheet), names)} Pass {calls(names)}.")
        return book[sheet]
    tops = {each.title: top_of(each) for each in book.worksheets if each.sheet_state == "visible"}
    filled = [title for title, top in tops.items() if len(top) > 1]
    if not filled:
        return book.worksheets[0]
    answering = [title for title in filled if holds_answers(tops[title])]
    chosen = (answering or filled)[0]
    tell_others(chosen, filled, answering, tops, account)
    return book[chosen]


def tell_others(
    chosen: str, filled: list[str], answering: list[str], tops: dict[str, list[list[str]]], account: Account
) -> None:
    """Name the sheets that were not read; a caution when one of them has the same columns, as a year per sheet has."""
    others = [title for title in filled if title != chosen]
    if not others:
        return
    first = filled[0]
    why = "" if chosen == first else f", since {first!r} holds no ratings" if first not in answering else ""
    account.note(f"Sheet {chosen!r} was read{why}; another one is read with {calls(others)}.")
    alike = [title for title in answering if title != chosen and header_of(tops[title]) == header_of(tops[chosen])]
    if alike:
        listing = ", ".join(map(repr, alike))
        account.caution(f"Only sheet {chosen!r} was read; {listing} with the same columns may hold further answers.")


def header_of(top: list[list[str]]) -> list[str]:
    """The names of the columns."""
    return top[lines_above(top)]


def calls(names: list[str]) -> str:
    """How to name a sheet in the call.

    >>> calls(["Lisez-moi", "Réponses"])
    "sheet='Lisez-moi' or sheet='Réponses'"
    """
    return " or ".join(f"sheet={name!r}" for name in names[:5]) + (" …" if len(names) > 5 else "")


def top_of(sheet: Any) -> list[list[str]]:
    """The first rows that hold something, as text."""
    rows = (trimmed(row) for row in islice(raw_rows(sheet), ROWS_LOOKED_AT))
    return [[shown(cell) for cell in row] for row in islice(filter(None, rows), TOP_RECORDS)]


def sheet_rows(sheet: Any, source: str) -> tuple[list[list[object]], int]:
    """All rows from the first to the last that hold something, equally wide, and how many blank ones came before."""
    rows: list[list[object]] = []
    blank = leading = width = filled = 0
    for row in map(trimmed, raw_rows(sheet)):
        if not row:
            blank += 1
            continue
        if not rows:
            leading, blank = blank, 0
        width, filled = max(width, len(row)), filled + sum(cell is not None for cell in row)
        refuse_absurd(len(rows) + blank + 1, width, filled, f"{source}, sheet {sheet.title!r}")
        rows.extend([] for _ in range(blank))
        rows.append(row)
        blank = 0
    margin = min((first_filled(row) for row in rows if row), default=0)
    return [row[margin:] + [None] * (width - max(len(row), margin)) for row in rows], leading


def first_filled(row: list[object]) -> int:
    """Position of the first cell that holds something."""
    return next(at for at, cell in enumerate(row) if not is_blank(cell))


def refuse_absurd(rows: int, width: int, filled: int, where: str) -> None:
    """An error for a sheet that is nearly all blank, or larger than any survey."""
    cells = rows * width
    if cells > MOST_CELLS or (cells > SPARSE_CELLS and filled < SHARE_FILLED * cells):
        raise ReadError(
            where=where,
            expected="a table",
            got=f"{filled:,} filled cells spread over {rows:,} rows and {width:,} columns",
            hint="delete what stands far from the table, or save the table as CSV",
        )


def raw_rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    """The rows of a sheet; the size that the file declares for it is often wrong, so it is not believed."""
    sheet.reset_dimensions()
    number = 0
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > EXCEL_ROWS:
                break
            yield row
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises KeyError, ValueError, XML errors alike for a damaged sheet
        where = f"sheet {sheet.title!r}, row {number + 1:,}"
        raise ReadError(where=where, expected="a row of an Excel workbook", got=f"a damaged one ({error})") from error


def trimmed(row: tuple[object, ...]) -> list[object]:
    """A row without the blank cells at its end."""
    end = next((at for at in range(len(row), 0, -1) if not is_blank(row[at - 1])), 0)
    return list(row[:end])


def is_blank(cell: object) -> bool:
    """True for a cell that shows nothing: formatted blank cells are no answers."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: object) -> str:
    """A cell of the header as text."""
    return "" if cell is None else str(cell).strip()
