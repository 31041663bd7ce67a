"""Output that cannot hold every letter: no command ends in the middle of a table for a space that is too narrow.

Where Windows writes to a file or a pipe it does so in the letters of its country, which have no narrow space before a
French colon and no minus sign. Such a sign is written as the plainer one that everybody reads for it, and a letter of
the data that has none by its number: it is not lost, and not taken for another.
"""

from __future__ import annotations

import codecs
import sys

__all__ = ["holds_all_letters", "let_letters_fit"]

NAME = "npskit.plainer"
PLAINER = {
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2018": "'",
    "\u2019": "'", "\u2026": "...", "\u2192": "->", "\u2264": "<=", "\u2265": ">=", "\u00d7": "x", "\u00b7": "-",
    "\u00ab": '"', "\u00bb": '"', "\u201c": '"', "\u201d": '"',
}  # fmt: skip


def let_letters_fit() -> None:
    """Have the output and the error stream write what they can of letters that they do not have."""
    codecs.register_error(NAME, plainer)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that takes the bytes of names as they are goes on doing so.
        if getattr(stream, "errors", None) in ("strict", "backslashreplace") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=NAME)


def plainer(error: UnicodeError) -> tuple[str, int]:
    """What to write for a letter.

    Examples
    --------
    >>> let_letters_fit()
    >>> "Score\\u202f: \\u221212 → é, 東".encode("cp1252", NAME)
    b'Score : -12 -> \\xe9, \\\\u6771'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letter = error.object[error.start]
    return PLAINER.get(letter) or ascii(letter)[1:-1], error.start + 1


def holds_all_letters() -> bool:
    """Whether the output can hold any text as it is."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")
