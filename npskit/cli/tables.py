"""A table on the output: aligned text, CSV that no spreadsheet runs, or JSON records."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.cli.output import holds_all_letters

__all__ = ["printed", "written"]


def printed(table: Mapping[str, Sequence[Any]], kind: str) -> int:
    """A table of text, aligned, or in the format asked for."""
    if kind != "text":
        return written(table, kind)
    rows = [[("–" if is_empty(value) else str(value)) for value in row] for row in zip(*table.values(), strict=True)]
    widths = [max(len(row[i]) for row in [list(table), *rows]) for i in range(len(table))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing: None or nan."""
    return value is None or value != value


def written(table: Mapping[str, Sequence[Any]], kind: str) -> int:
    """A table as CSV or as JSON records on the output."""
    from npskit.results import plain, spreadsheet_safe

    rows = [dict(zip(table, plain(row), strict=True)) for row in zip(*table.values(), strict=True)]
    if kind == "json":
        print(json.dumps(rows, ensure_ascii=not holds_all_letters(), indent=1))
        return 0
    writer = csv.DictWriter(sys.stdout, list(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: spreadsheet_safe(value) for name, value in row.items()} for row in rows)
    return 0
