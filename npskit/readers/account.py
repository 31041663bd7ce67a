"""What was done to a file while it was read.

A reader that mends silently is worse than one that fails: the analyst must be able to say why the frame has fewer
rows than the export. Every step writes here, and the whole goes into ``df.attrs["npskit"]`` as plain JSON.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

from npskit.errors import ReadWarning

__all__ = ["Account", "counted"]


@dataclass(slots=True)
class Account:
    """The running account of one reading; filled by each step, told once at the end."""

    source: str
    format: str = ""
    encoding: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    repaired_lines: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    missing_answers: dict[str, int] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)

    def drop(self, reason: str, rows: int) -> None:
        """Rows left out, with the reason."""
        if rows:
            self.dropped[reason] = self.dropped.get(reason, 0) + rows

    def note(self, sentence: str) -> None:
        """Something done that changes no number."""
        self.notes.append(sentence)

    def caution(self, sentence: str) -> None:
        """Something done that may change a number: noted, and warned about at the end."""
        self.notes.append(sentence)
        self.cautions.append(sentence)

    def warn(self) -> None:
        """One warning for the whole file, so that a notebook shows one block and not five."""
        if self.cautions:
            warnings.warn(ReadWarning(source=self.source, sentences=self.cautions), stacklevel=3)

    def to_attrs(self) -> dict[str, Any]:
        """The account as a dict of plain JSON values."""
        dropped = [f"{rows:,} {reason}" for reason, rows in self.dropped.items()]
        told = [f"{sum(self.dropped.values()):,} of {self.rows_read:,} rows left out: {', '.join(dropped)}."]
        return {
            "source": self.source,
            "format": self.format,
            "encoding": self.encoding,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "dropped": dict(self.dropped),
            "repaired_lines": self.repaired_lines,
            "headers": dict(self.headers),
            "questions": dict(self.questions),
            "dates": dict(self.dates),
            "missing_answers": dict(self.missing_answers),
            "roles": dict(self.roles),
            "notes": (told if dropped else []) + list(self.notes),
        }


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "line"), counted(1050, "line")
    ('1 line', '1,050 lines')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
