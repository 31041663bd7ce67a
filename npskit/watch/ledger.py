"""The ledger for people: what each file contributed, as a table that a spreadsheet opens and does not run."""

from __future__ import annotations

import csv
import io

from npskit.results import spreadsheet_safe
from npskit.watch.history import History

__all__ = ["LEDGER_FILE", "ledger_bytes"]

LEDGER_FILE = "ledger.csv"


def ledger_bytes(history: History) -> bytes:
    """The ledger as CSV, with the mark by which Excel knows UTF-8."""
    table = history.ledger()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table)
    writer.writerows([spreadsheet_safe(value) for value in row] for row in zip(*table.values(), strict=True))
    return out.getvalue().encode("utf-8-sig", "backslashreplace")
