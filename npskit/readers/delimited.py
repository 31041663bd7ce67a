"""Delimited text to a raw table, without losing a row.

pandas fills a row that is too short with missing values and says nothing, so half a comment can end up as a missing
rating. Here a file is trusted only when its separators, counted outside quotes, add up to what the header promises;
otherwise it is walked record by record, to forgive what is harmless (separators at the end, blank lines) and to name
the line that is not. Numbers that are names (postcode 01000, +33…) are noticed before they lose their zeros.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, ReadError
from npskit.readers.account import Account, counted
from npskit.readers.encodings import Decoded, decode
from npskit.readers.layout import SAMPLE_BYTES, Layout, end_of, first_records, head, header_start, layout_of
from npskit.readers.raw import TOP_RECORDS, Raw
from npskit.readers.thousands import GROUPED_BYTES, are_grouped, may_be_grouped

__all__ = ["read_delimited"]

EXACT_INTEGERS = 2**53
MOST_RATING = 10
BLOCK, LONGEST_NUMBER = 1_000_000, 40
CONTROLS_SOUGHT = 200_000
BLANK_LINES = re.compile(rb"[\r\n]*")
MARKS = re.compile(r"[;\t\r|]+|,{2,}")
SWALLOWED_LINES = 30
LONG_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, where it begins in it, and how it is cut."""

    data: bytes
    source: str
    first_line: int
    layout: Layout

    def where(self, line: int) -> str:
        """A line of the file, counted as an editor counts."""
        return f"{self.source}, line {self.first_line + line - 1:,}"


def read_delimited(
    data: bytes,
    account: Account,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    header: int | None = None,
) -> Raw:
    """The records of a text file, its top rows as text and the rest as a frame on demand."""
    decoded = decode(data, encoding=encoding, source=account.source)
    tell_repairs(decoded, account)
    refuse_binary(decoded.data, account.source)
    content = decoded.data if b"\n" in decoded.data else decoded.data.replace(b"\r", b"\n")
    begin, announced = content_start(content)
    if not content[begin:].strip():
        raise ReadError(where=account.source, expected="a table", got="an empty file", hint="export it again")
    start = table_start(content, begin, header=header, separator=separator or announced)
    layout = layout_of(content[start:], separator=separator or announced, decimal=decimal)
    text = Text(content[start:], account.source, content.count(b"\n", 0, start) + 1, layout)
    top = [[field.strip() for field in record] for record in first_records(layout, head(text.data), TOP_RECORDS)]
    if layout.nameless_first:
        top[0].insert(0, "")
    return Raw(
        top=top,
        load=lambda skipped: body(text, skipped, account),
        european=layout.separator == ";" or layout.decimal == ",",
        points_group=layout.points_group,
        above=[MARKS.sub(" ", line).strip(' ",') for line in content[begin:start].decode("utf-8").split("\n")[:-1]],
    )


def tell_repairs(decoded: Decoded, account: Account) -> None:
    """What had to be done to the bytes."""
    account.encoding, account.repaired_lines = decoded.encoding, decoded.repaired_lines
    if decoded.repaired_lines:
        account.caution(f"{counted(decoded.repaired_lines, 'line')} with letters in a second encoding repaired.")
    if decoded.guessed:
        account.caution(f"{counted(decoded.guessed, 'line')} with bytes that fit no encoding, kept as they read best.")


def refuse_binary(data: bytes, source: str) -> None:
    """An error for bytes that no text editor writes."""
    control = re.search(rb"[\x00-\x08\x0e-\x1f]", data[:CONTROLS_SOUGHT])
    position = control.start() if control else data.find(b"\0")
    if position >= 0:
        raise ReadError(
            where=f"{source}, line {data.count(bytes([10]), 0, position) + 1:,}",
            expected="text",
            got=f"the control byte 0x{data[position]:02X}; the file is binary or damaged",
            hint="export it again as CSV, XLSX or Parquet",
        )


def content_start(content: bytes) -> tuple[int, str | None]:
    """Where the table begins, after blank lines and Excel's line ``sep=;``; and the separator that line names."""
    match = re.match(rb'[\r\n]*(?:"?sep=(.)"?\r?\n)?[\r\n]*', content, re.IGNORECASE)
    announced = match[1].decode("latin-1") if match and match[1] else None
    return match.end() if match else 0, announced


def table_start(content: bytes, begin: int, *, header: int | None, separator: str | None) -> int:
    """Where the header begins: on the line that the caller names, else after the lines that are none."""
    if header == 0:
        return begin
    if header is None:
        start = begin + header_start(content[begin : begin + SAMPLE_BYTES + 1], separator=separator)
        blank = BLANK_LINES.match(content, start)
        return blank.end() if blank else start
    lines = content.rstrip().count(b"\n") + 1
    if not 1 <= header <= lines:
        raise ArgumentError(
            where="header",
            expected=f"the line that holds the names, 1 to {lines:,}, or 0 where there are none",
            got=str(header),
        )
    start = 0
    for _ in range(header - 1):
        start = content.find(b"\n", start) + 1
    return max(begin, start)


def body(text: Text, skipped: int, account: Account) -> pd.DataFrame:
    """All records after the first ones, each as wide as the header."""
    layout = text.layout
    rest = text.data[end_of(text.data, layout, skipped) :].rstrip(b"\r\n")
    if not rest:
        return pd.DataFrame({position: pd.Series(dtype="str") for position in range(layout.width)})
    try:
        frame = parsed(rest, layout)
        is_sure = bool(frame[layout.width - 1].notna().all()) or is_regular(rest, layout)
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        is_sure = False
    if not is_sure:
        frame = parsed(walked(text, skipped), layout)
    tell_swallowed(frame, account)
    return frame


def is_regular(rest: bytes, layout: Layout) -> bool:
    """True when the separators outside quotes are as many as full records have."""
    parts = rest.split(b'"')
    outside = b"".join(parts[::2])
    lines = outside.count(b"\n") + 1
    return len(parts) % 2 == 1 and outside.count(layout.separator.encode()) == lines * (layout.width - 1)


def parsed(rest: bytes, layout: Layout) -> pd.DataFrame:
    """Fields as numbers where a whole column is numbers, else as text."""
    frame = by_pandas(rest, layout)
    has_marks = has_marked_numbers(rest, layout.separator)
    has_groups = layout.points_group is not None and GROUPED_BYTES.search(rest) is not None
    suspects = [
        name
        for name in frame.columns
        if may_lose_digits(frame[name], has_marks=has_marks) or (has_groups and may_be_grouped(frame[name]))
    ]
    if suspects:
        exact = by_pandas(rest, layout, usecols=suspects, dtype="str")
        for name in suspects:
            if is_identifier(exact[name]) or (has_groups and are_grouped(exact[name].dropna().unique().tolist())):
                frame[name] = exact[name]
    return frame


def by_pandas(rest: bytes, layout: Layout, **options: Any) -> pd.DataFrame:
    """pandas' own parser, told to interpret nothing but numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            io.BytesIO(rest),
            sep=layout.separator,
            decimal=layout.decimal,
            header=None,
            names=list(range(layout.width)),
            index_col=False,
            keep_default_na=False,
            na_values=list(layout.missing),
            skipinitialspace=layout.blanks_follow,
            skip_blank_lines=layout.width > 1,
            low_memory=False,
            **options,
        )


def has_marked_numbers(rest: bytes, separator: str) -> bool:
    """True when some field is all digits after a leading zero or plus, as in 01000 or +33612345678."""
    codes = np.frombuffer(rest, np.uint8)
    return any(
        has_marked_number(codes[max(start - 1, 0) : start + BLOCK + LONGEST_NUMBER], separator)
        for start in range(0, len(codes), BLOCK)
    )


def has_marked_number(codes: np.ndarray, separator: str) -> bool:
    """The same for one block of bytes, small enough for the cache."""
    ends = np.zeros(256, bool)
    ends[[ord(separator), 10, 13, 34]] = True
    digits = np.zeros(256, bool)
    digits[48:58] = True
    codes = np.concatenate([[10], codes, [10]]).astype(np.uint8)
    at = np.flatnonzero((codes == 48) | (codes == 43))
    at = at[ends[codes[at - 1]] & digits[codes[at + 1]]] + 2
    while len(at):
        if ends[codes[at]].any():
            return True
        at = at[digits[codes[at]]] + 1
    return False


def may_lose_digits(column: pd.Series, *, has_marks: bool) -> bool:
    """True for whole numbers that may have been written with zeros in front, or with more digits than a float has."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    highest = column.abs().max()
    if not highest > MOST_RATING:
        return False
    if column.dtype.kind == "f":
        whole = bool((column.dropna() % 1 == 0).all())
        return whole and (has_marks or highest > EXACT_INTEGERS)
    return has_marks


def is_identifier(column: pd.Series) -> bool:
    """True when a column of digits has a leading zero or plus, or more digits than a number keeps."""
    return bool((column.str.match(r"[0+]\d") | (column.str.len() > 15)).fillna(False).any())


def tell_swallowed(frame: pd.DataFrame, account: Account) -> None:
    """Warn of a text so many lines long that a stray quote may have swallowed the records after it."""
    for name in frame.columns[[dtype.kind not in "iufb" for dtype in frame.dtypes]]:
        lengths = frame[name].str.len()
        if not lengths.max() > LONG_TEXT:
            continue
        lines = frame[name].where(lengths > LONG_TEXT).str.count("\n").to_numpy(float, na_value=np.nan)
        row = int(np.nanargmax(lines))
        if lines[row] >= SWALLOWED_LINES:
            account.caution(
                f"Row {row + 1:,} holds a text of {int(lines[row]) + 1:,} lines; "
                "if a quote was never closed there, it has swallowed the answers that follow."
            )


def walked(text: Text, skipped: int) -> bytes:
    """The records written anew, all at one width; an error naming the first line that has another."""
    layout = text.layout
    found = numbered_records(text)
    header, rows = found[:skipped], found[skipped:]
    named = max((len(trimmed(record)) for _, record in header), default=layout.width - layout.nameless_first)
    least = named + layout.nameless_first
    for line, record in rows:
        if len(record) < least or len(trimmed(record)) > layout.width:
            raise ragged(text, found, line)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.separator, lineterminator="\n")
    width = layout.width
    writer.writerows([*record[:width], *[""] * (width - len(record))] for _, record in rows)
    return out.getvalue().encode("utf-8")


def numbered_records(text: Text) -> list[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on."""
    records = text.layout.records(text.data.decode("utf-8"))
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for record in records:
            if record or text.layout.width == 1:
                found.append((line, record))
            line = records.line_num + 1
    except csv.Error as error:
        raise ReadError(where=text.where(line), expected="a record", got=str(error)) from None
    if found and text.data.count(b'"') % 2 and "\n" in "".join(found[-1][1]):
        raise ReadError(
            where=text.where(found[-1][0]),
            expected="a closing quote for each opening one",
            got="a quote that is open to the end of the file",
            hint='double a quote that belongs to a text ("")',
        )
    return found


def trimmed(record: list[str]) -> list[str]:
    """A record without the empty fields at its end."""
    width = next((i for i in range(len(record), 0, -1) if record[i - 1].strip()), 0)
    return record[:width]


def ragged(text: Text, found: list[tuple[int, list[str]]], line: int) -> ReadError:
    """The error for the record that begins on a line and does not fit the header."""
    at = next(i for i, (start, _) in enumerate(found) if start == line)
    fields = len(found[at][1])
    following = len(found[at + 1][1]) if at + 1 < len(found) else 0
    return ReadError(
        where=text.where(line),
        expected=f"{text.layout.width:,} fields as in the header",
        got=f"{fields:,}",
        hint=ragged_hint(fields, following, text.layout),
    )


def ragged_hint(fields: int, following: int, layout: Layout) -> str:
    """What to mend in a record of so many fields, by how many the record after it has.

    >>> ragged_hint(2, 3, Layout(";", width=3))
    "1 field is missing at its end: add ';' for each answer that is empty, or delete the line"
    """
    if fields > layout.width:
        return f"a text with {layout.separator!r} in it must stand in quotes"
    if following < layout.width and fields + following - 1 == layout.width:
        return "it goes on in the next line: a text with a line break in it must stand in quotes"
    missing = layout.width - fields
    return (
        f"{counted(missing, 'field')} {'is' if missing == 1 else 'are'} missing at its end: "
        f"add {layout.separator!r} for each answer that is empty, or delete the line"
    )
