"""How a text file is cut into fields: separator, decimal mark, width, markers of missing values.

Nothing in a CSV says how it was written. Its first records do: the right separator is the one that gives most of
them as many fields as the header, and the decimal mark is the one that stands between more digits.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from npskit.errors import ArgumentError
from npskit.readers.headers import lines_above

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["SAMPLE_BYTES", "Layout", "end_of", "first_records", "head", "header_start", "layout_of"]

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_BYTES = 200_000
SAMPLE_RECORDS = 200
# Markers that machines write; the words that people write (NA, none) are left to the columns they stand in.
MACHINE_MISSING = ("", "NULL", "null", "#N/A", "NaN", "nan", "<NA>", "\\N")
COMMA_NUMBER, POINT_NUMBER = re.compile(r"-?\d+,\d+"), re.compile(r"-?\d+\.\d+")
POINT_GROUP = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
LONGEST_FIELD = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut into fields. ``nameless_first``: the rows have one field more than the header, in front.

    ``points_group``: points stand between thousands (True), perhaps they do (False), or they are decimal marks (None).
    """

    separator: str
    decimal: str = "."
    width: int = 1
    missing: tuple[str, ...] = MACHINE_MISSING
    blanks_follow: bool = False
    nameless_first: bool = False
    points_group: bool | None = None

    def records(self, text: str) -> Reader:
        """The records of a text; the reader's ``line_num`` counts the lines read so far."""
        csv.field_size_limit(LONGEST_FIELD)
        lines = io.StringIO(text, newline="\n")
        return csv.reader(lines, delimiter=self.separator, skipinitialspace=self.blanks_follow)


def head(text: bytes) -> str:
    """The start of a text, cut at the end of a line."""
    if len(text) <= SAMPLE_BYTES:
        return text.decode("utf-8")
    end = text.rfind(b"\n", 0, SAMPLE_BYTES) + 1
    return text[: end or SAMPLE_BYTES].decode("utf-8", "ignore")


def first_records(layout: Layout, sample: str, most: int = SAMPLE_RECORDS) -> list[list[str]]:
    """The first records that are not blank, as many as can be read."""
    found: list[list[str]] = []
    try:
        for record in layout.records(sample):
            if record:
                found.append(record)
            if len(found) == most:
                break
    except csv.Error:
        pass
    return found


def layout_of(text: bytes, *, separator: str | None, decimal: str | None) -> Layout:
    """The layout that explains the start of the text; what the caller named is taken as given."""
    one_character("decimal", decimal)
    sample = head(text)
    layout = max(tried(sample, separator), key=lambda each: regularity(first_records(each, sample)))
    records = first_records(layout, sample)
    width = len(records[0]) if records else 1
    nameless = has_nameless_first(records)
    # R quotes every text, so a bare NA in its files is a missing value and never a word.
    is_from_r = sample.startswith('"') and re.search(r"[,;\t ]NA[,;\t \r\n]", sample) is not None
    commas, points = decimals(records, layout.separator)
    mark = decimal or ("," if commas > points else ".")
    return replace(
        layout,
        decimal=mark,
        width=width + nameless,
        missing=(*MACHINE_MISSING, "NA") if is_from_r else MACHINE_MISSING,
        nameless_first=nameless,
        points_group=True if mark == "," else False if (layout.separator, decimal, points) == (";", None, 0) else None,
    )


def tried(sample: str, separator: str | None) -> list[Layout]:
    """The layouts that a text may have: one for each separator, or for the one that is named."""
    one_character("separator", separator)
    blanks = re.search(r'[,;|] "', sample.partition("\n")[0]) is not None
    return [Layout(mark, blanks_follow=blanks) for mark in ([separator] if separator else SEPARATORS)]


def one_character(name: str, given: str | None) -> None:
    """An error for a hint of any other length."""
    if given is not None and len(given) != 1:
        raise ArgumentError(where=name, expected="one character", got=repr(given))


def header_start(text: bytes, *, separator: str | None) -> int:
    """Position of the first byte of the header, after titles and blank lines."""
    sample = head(text)
    found = {each: first_records(each, sample) for each in tried(sample, separator)}
    above = {each: lines_above([[field.strip() for field in record] for record in found[each]]) for each in found}
    layout = max(found, key=lambda each: regularity(found[each][above[each] :]))
    return end_of(text, layout, above[layout])


def end_of(text: bytes, layout: Layout, skipped: int) -> int:
    """Position of the first byte after the first records that are not blank."""
    records = layout.records(head(text))
    read = 0
    while read < skipped:
        read += bool(next(records))
    position = 0
    for _ in range(records.line_num):
        position = text.find(b"\n", position) + 1 or len(text)
    return position


def regularity(records: list[list[str]]) -> tuple[float, int]:
    """How well one separator explains the records: the share as wide as the header, then the width."""
    width = len(records[0]) if records else 0
    if width < 2:
        return 0.0, width
    return round(sum(len(record) == width for record in records) / len(records), 1), width


def has_nameless_first(records: list[list[str]]) -> bool:
    """True for row names without a header, as R's write.table leaves them."""
    width = len(records[0]) if records else 0
    rows = records[1:]
    return len(rows) > 1 and all(len(row) == width + 1 and row[0] for row in rows) and any(row[-1] for row in rows)


def decimals(records: list[list[str]], separator: str) -> tuple[int, int]:
    """How many fields of the sample have a comma before decimals and how many a point.

    Between semicolons the three digits after a point may be the end of a thousand, and count for nothing.
    """
    fields = [field.strip() for record in records[1:] for field in record]
    commas = sum(COMMA_NUMBER.fullmatch(field) is not None for field in fields)
    pointed = [field for field in fields if POINT_NUMBER.fullmatch(field)]
    return commas, sum(separator != ";" or POINT_GROUP.fullmatch(field) is None for field in pointed)
