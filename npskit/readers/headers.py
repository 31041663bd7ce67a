"""Where the names of the columns stand, when it is not in the first line.

A sheet made by a person begins with a title, the date of the export, a blank line; a file made by a machine may begin
with the first answer. Both lose something in silence when the first line is taken for the header: there every name,
here an answer. So the header is the first line that names every column of the body and is unlike it, and a first line
that is just like the rows below it is an answer. Where neither is plain, the first line is the header, as always.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from npskit.readers.account import Account, counted
from npskit.readers.dateparts import has_shape
from npskit.readers.formats import Export, recognised
from npskit.readers.long import long_columns
from npskit.readers.raw import TOP_RECORDS
from npskit.roles import ROLES, name_rank
from npskit.scale import Scale

__all__ = ["holds_answers", "is_headless", "lines_above", "nameless", "tell_headless", "tell_lines_above"]

MOST_LINES_ABOVE = 12
SHARE_OF_KIND = 0.8
FEWEST_NUMBERED = 3
MOST_TOLD = 2  # such as "exported on" and its day
LINES_TOLD, LONGEST_LINE_TOLD = 3, 60
NUMBER = re.compile(r"[-+]?\d[\d \u00a0\u202f]*(?:[.,]\d+)*\s?[€$£%]?")


def lines_above(records: Sequence[Sequence[str]]) -> int:
    """How many records stand above the header: titles, blank lines, groups of columns.

    >>> lines_above([["Survey 2024", "", ""], ["", "", ""], ["Date", "NPS", "Shop"], ["2024-01-08", "9", "Lyon"]])
    2
    >>> lines_above([["Date", "NPS", "Shop"], ["2024-01-08", "9", "Lyon"]])
    0
    """
    if not records or recognised([list(record) for record in records]).format != "table":
        return 0
    most = 0
    for at, record in enumerate(records[: MOST_LINES_ABOVE + 1]):
        names = sum(map(bool, record))
        if (
            most <= max(MOST_TOLD, names // 2)
            and most < max(names, 1)
            and is_header(record, records[at + 1 : at + 1 + TOP_RECORDS])
        ):
            return at
        most = max(most, names)
    return 0


def is_header(record: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """True for texts that name every column of the body, of which one at least holds only numbers or dates."""
    named = {at for at, cell in enumerate(record) if cell}
    if len(named) < 2 or any(kind_of(record[at]) != "text" for at in named):
        return False
    columns = {at: cells_of(body, at) for at in range(max(map(len, body), default=0))}
    used = {at: cells for at, cells in columns.items() if cells}
    return used.keys() <= named and any(kind_of_all(cells) in ("number", "date") for cells in used.values())


def tell_lines_above(above: Sequence[str], account: Account) -> None:
    """Note the lines above the header, with what they say."""
    said = [text[:LONGEST_LINE_TOLD] + ("…" if len(text) > LONGEST_LINE_TOLD else "") for text in above if text]
    more = ", …" if len(said) > LINES_TOLD else ""
    told = f": {', '.join(map(repr, said[:LINES_TOLD]))}{more}" if said else ""
    account.note(f"{counted(len(above), 'line')} above the header left out{told}.")


def is_headless(records: Sequence[Sequence[str]]) -> bool:
    """True when the first record holds an answer like those below it, and no names.

    >>> is_headless([["9"], ["10"], ["3"]]), is_headless([["2024-01-08", "9", "Lyon"], ["2024-01-09", "3", "Annecy"]])
    (True, True)
    >>> is_headless([["nps"], ["10"], ["3"]]), is_headless([["2022", "2023"], ["45", "52"], ["61", "38"]])
    (False, False)
    """
    first, body = (records[0], records[1:]) if records else ((), ())
    cells = {at: cell for at, cell in enumerate(first) if cell}
    columns = {at: cells_of(body, at) for at in range(len(first))}
    leading = next((at for at, column in columns.items() if column), None)
    if leading not in cells or is_numbering(list(cells.values())):
        return False
    if all(kind_of(cell) == "text" and cell not in columns[at] for at, cell in cells.items()):
        return False
    likenesses = [likeness(cell, columns[at]) for at, cell in cells.items()]
    return None not in likenesses and 1 in likenesses


def likeness(cell: str, column: Sequence[str]) -> int | None:
    """1 when a cell is surely a value of its column, 0 when it may be one, None when it is a name."""
    kind = kind_of(cell)
    if kind == "text":
        if cell in column:
            return int(Scale().code(cell) >= 0)
        return None if is_role(cell, column) else 0
    if kind != kind_of_all(column):
        return None
    return 1 if kind == "date" or is_near(cell, column) else None


def is_role(name: str, column: Sequence[str]) -> bool:
    """True for the name of a role, over a column that may play it."""
    roles = [role for role in ROLES if name_rank(name, role) is not None]
    return bool(roles) and (roles != ["rating"] or any(Scale().code(cell) >= 0 for cell in column))


def is_numbering(cells: Sequence[str]) -> bool:
    """True for 0, 1, 2, … or 1, 2, 3, …, with which programs name columns that have no names."""
    numbers = [int(cell) for cell in cells if cell.isdecimal()]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True:
        return False
    return len(numbers) >= FEWEST_NUMBERED or (len(numbers) == len(cells) > 1 and numbers[0] == 0)


def is_near(cell: str, column: Sequence[str]) -> bool:
    """True for a number about as large as those of the column, or on the scale of ratings with them."""
    value, values = number_of(cell), [number_of(other) for other in column if kind_of(other) == "number"]
    lowest, highest = min(values), max(values)
    if min(value, lowest) >= 0 and max(value, highest) <= 10:
        return True
    return 2 * lowest - highest <= value <= 2 * highest - lowest


def number_of(cell: str) -> float:
    """A number by its digits and last mark, whatever stands around them."""
    whole, mark, rest = re.sub(r"[^\d.,-]", "", cell).replace(",", ".").rpartition(".")
    return float(whole.replace(".", "") + mark + rest)


def kind_of(cell: str) -> str:
    """Number, date or text."""
    return "number" if NUMBER.fullmatch(cell) else "date" if has_shape(cell) else "text"


def kind_of_all(cells: Sequence[str]) -> str:
    """The kind of nearly all cells; text when they differ."""
    kinds = [kind_of(cell) for cell in cells]
    return next((kind for kind in ("number", "date") if kinds.count(kind) > SHARE_OF_KIND * len(kinds)), "text")


def cells_of(body: Sequence[Sequence[str]], at: int) -> list[str]:
    """The cells of one column that hold something."""
    return [record[at] for record in body if at < len(record) and record[at]]


def nameless(width: int) -> Export:
    """A table without a header, its columns called by their place."""
    return Export("table", 0, [f"column_{at + 1}" for at in range(width)])


def tell_headless(first: Sequence[str], account: Account) -> None:
    """Caution that the first line was taken for an answer."""
    told = [cell for cell in first if kind_of(cell) != "text"] or first  # a comment is not repeated
    account.caution(
        f"The first line holds data ({', '.join(told[:LINES_TOLD])}) and no names: it was kept as a row, and the "
        "columns were called by their place, such as column_1. header=1 reads it as names."
    )


def holds_answers(records: Sequence[Sequence[str]]) -> bool:
    """True for the first records of a survey: a tool's export, one row a question, or a column of ratings."""
    top = [list(record) for record in records[lines_above(records) :]]
    if not top:
        return False
    export = recognised(top)
    if export.format != "table" or long_columns(export.headers) is not None:
        return True
    rated = [at for at, header in enumerate(export.headers) if name_rank(header, "rating") is not None]
    return any(Scale().code(cell) >= 0 for at in rated for cell in cells_of(top[1:], at))
