"""Errors that say where, what was expected, what was found and what to do.

An analyst reads an error in a notebook cell, far from this code. So every error of npskit has the same shape,
*where, expected, got, hint*, and is also the built-in exception that a caller would catch: a wrong rating is a
``ValueError``, an unknown column a ``KeyError``, a missing file a ``FileNotFoundError``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "ColumnNotFoundError",
    "EmptyDataError",
    "MissingExtraError",
    "NpskitError",
    "NpskitWarning",
    "RatingError",
    "ReadError",
    "ReadWarning",
    "ReportError",
    "RoleError",
    "ScaleWarning",
    "SurveyNotFoundError",
    "did_you_mean",
    "optional_import",
    "quotable",
    "shown_value",
    "shown_values",
    "together",
]

MOST_NAMES_SHOWN = 12
MOST_VALUES_SHOWN = 5
# Longer texts, and those of more words, are what people wrote and not codes.
LONGEST_CODE, MOST_WORDS = 20, 3
# A telephone number has more digits.
MOST_DIGITS = 8
# Of a library of jsonschema.
GRAMMAR = "rfc3987_syntax"


class NpskitError(Exception):
    """Base of all errors raised on purpose by npskit.

    Parameters
    ----------
    message : str, optional
        The whole sentence, when the four parts do not fit.
    where, expected, got, hint : str, optional
        The place, what should have been there, what was there, and what to do.

    Examples
    --------
    >>> print(RatingError(where="column 'q1'", expected="0 to 10", got="11 (7 times)", hint="pass missing=[11]"))
    column 'q1': expected 0 to 10, got 11 (7 times).
    Hint: pass missing=[11].
    """

    def __init__(
        self, message: str = "", *, where: str = "", expected: str = "", got: str = "", hint: str = ""
    ) -> None:
        if not message:
            parts = [f"expected {expected}" if expected else "", f"got {got}" if got else ""]
            message = ", ".join(part for part in parts if part)
            message = f"{where}: {message}." if where else f"{message}."
        self.message = message
        self.hint = hint
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """Message and hint, as shown to a person."""
        if not self.hint:
            return self.message
        return f"{self.message}\nHint: {self.hint}" + ("" if self.hint.endswith((".", "?", ")")) else ".")

    def __str__(self) -> str:
        # KeyError would show repr() of the message, with the line break escaped.
        return self.text

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the lines of the caller's own code, then the message; not the inside of this package."""
        inside = (str(Path(__file__).parent), str(Path(getattr(sys.modules.get("IPython"), "__file__", "-")).parent))
        frames = [frame for frame in extract_tb(self.__traceback__) if not frame.filename.startswith(inside)]
        # A cell is no file; what is one is named.
        files = [f"{frame.filename}, " if Path(frame.filename).is_file() else "" for frame in frames]
        lines = [
            f"{file}line {frame.lineno}: {frame.line}" for file, frame in zip(files, frames, strict=True) if frame.line
        ]
        return [*lines, f"{type(self).__name__}: {self.text}"]

    def __reduce__(self) -> tuple[type, tuple[str], dict[str, str]]:
        return type(self), (self.message,), {"message": self.message, "hint": self.hint}


class RatingError(NpskitError, ValueError):
    """An answer that is not on the scale."""


class ColumnNotFoundError(NpskitError, KeyError):
    """A column that the data does not have."""


class RoleError(NpskitError, LookupError):
    """No column, or more than one, fits a role."""


class ArgumentError(NpskitError, ValueError):
    """An argument whose value cannot be used."""


class ArgumentTypeError(NpskitError, TypeError):
    """An argument of a type that cannot be used."""


class EmptyDataError(NpskitError, ValueError):
    """No answers where at least one is needed."""


class ReadError(NpskitError, ValueError):
    """A file that cannot be read as survey answers."""


class SurveyNotFoundError(NpskitError, FileNotFoundError):
    """A file that is not there."""


class MissingExtraError(NpskitError, ImportError):
    """A library that is not installed; the message names the extra that brings it."""


class ReportError(NpskitError, RuntimeError):
    """A report that could not be made."""


class NpskitWarning(UserWarning):
    """A number was produced that may mislead."""


class ScaleWarning(NpskitWarning):
    """The answers look as if given on another scale."""


class ReadWarning(NpskitWarning):
    """A file was read with repairs.

    Parameters
    ----------
    message : str
        The whole text.
    source : str, optional
        The file.
    sentences : sequence of str, optional
        What was done to it, each for itself.

    Examples
    --------
    >>> print(ReadWarning(source="march.csv", sentences=("1 line with letters in a second encoding repaired.",)))
    march.csv: 1 line with letters in a second encoding repaired.
    """

    def __init__(self, message: str = "", *, source: str = "", sentences: Sequence[str] = ()) -> None:
        super().__init__(message or f"{source}: {' '.join(sentences)}")
        self.source, self.sentences = source, tuple(sentences)


def together(errors: Sequence[NpskitError], where: str) -> NpskitError:
    """One error for those of several rows, so that all of them can be mended at once; of a single one itself.

    Examples
    --------
    >>> rows = [ReadError(where=f"a.csv, line {n}", expected="a day", got="'soon'") for n in (2, 5)]
    >>> print(together(rows, "a.csv"))
    a.csv: expected rows that can be used, got 2 that cannot.
    Hint: mend these:
    a.csv, line 2: expected a day, got 'soon'.
    a.csv, line 5: expected a day, got 'soon'.
    """
    first = errors[0]
    if len(errors) == 1:
        return first
    shown = [error.message for error in errors[:MOST_NAMES_SHOWN]]
    more = [f"and {len(errors) - len(shown):,} more."] if len(errors) > len(shown) else []
    return type(first)(
        where=where, expected="rows that can be used", got=f"{len(errors):,} that cannot",
        hint="\n".join(["mend these:", *shown, *more]),
    )  # fmt: skip


def did_you_mean(name: str, candidates: Iterable[str], *, quoted: bool = False) -> str:
    """Hint for a name that is not among the candidates; quoted where commas may be part of them.

    Examples
    --------
    >>> did_you_mean("ratng", ["country", "rating"])
    "did you mean 'rating'? There are: country, rating."
    """
    import difflib

    names = [str(candidate) for candidate in candidates]
    folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.6)
    shown = ", ".join(map(repr if quoted else str, names[:MOST_NAMES_SHOWN]))
    shown += ", …" if len(names) > MOST_NAMES_SHOWN else ""
    listing = f"There are: {shown}." if names else "There are none."
    return f"did you mean {folded[close[0]]!r}? {listing}" if close else listing


def optional_import(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import a library that an extra brings, or say which extra that is."""
    try:
        # To look for the grammar takes longer than to get what is loaded, which is asked for again and again.
        with nullcontext() if module in sys.modules else grammar_later():
            return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{module.partition('.')[0]} is needed to {purpose} and is not installed.",
            hint=f"pip install 'npskit[{extra}]'",
        ) from error


@contextmanager
def grammar_later() -> Iterator[None]:
    """Let jsonschema come without its grammar of international web addresses until somebody asks about one.

    Notebooks and charts are described by schemas without any, and the grammar alone takes more than a second.
    """
    if GRAMMAR in sys.modules or find_spec(GRAMMAR) is None:
        yield
        return
    later = sys.modules[GRAMMAR] = ModuleType(GRAMMAR)
    vars(later)["is_valid_syntax"] = valid_syntax
    try:
        yield
    finally:
        if sys.modules.get(GRAMMAR) is later:
            del sys.modules[GRAMMAR]


def valid_syntax(rule: str, text: str) -> bool:
    """What the grammar says of a text."""
    return bool(importlib.import_module(GRAMMAR).is_valid_syntax(rule, text))


def shown_value(value: object) -> str:
    """A raw value as an error shows it: whole floats as integers, texts in quotes.

    Examples
    --------
    >>> shown_value(99.0), shown_value("NSP")
    ('99', "'NSP'")
    """
    if isinstance(value, str):
        return repr(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_code(value: object) -> bool:
    """Whether a raw value is a number, a date or a short text such as NSP, and nothing that a person wrote."""
    if hasattr(value, "isoformat"):
        return True
    text = str(value)
    if sum(map(str.isdigit, text)) > MOST_DIGITS:
        return False
    if hasattr(value, "__float__"):
        return True
    return len(text) <= LONGEST_CODE and len(text.split()) <= MOST_WORDS and "@" not in text


def quotable(values: Sequence[object]) -> list[bool]:
    """Which of several distinct raw values may be shown; no text may when most of the texts are comments.

    Examples
    --------
    >>> quotable([99, "NSP", "the shop in Lyon was out of stock"])
    [True, True, False]
    """
    codes = [is_code(value) for value in values]
    texts = [code for value, code in zip(values, codes, strict=True) if isinstance(value, str)]
    prose = texts.count(False) * 2 > len(texts)
    return [code and not (prose and isinstance(value, str)) for value, code in zip(values, codes, strict=True)]


def shown_values(values: Sequence[object], sizes: Sequence[int] | None = None) -> str:
    """Distinct raw values and how often each occurs: the first codes as they are, comments as their number and length.

    An error ends in a report, a log or a ticket, where nobody may read what a customer wrote.

    Examples
    --------
    >>> shown_values([11.0, "NSP", "the shop in Lyon was out of stock"], [7, 2, 1])
    "11 (7), 'NSP' (2) and 1 text of 33 characters"
    """
    known = quotable(values)
    times = [""] * len(values) if sizes is None else [f" ({size:,})" for size in sizes]
    quoted = [shown_value(value) + n for value, n, code in zip(values, times, known, strict=True) if code]
    lengths = [len(str(value)) for value, code in zip(values, known, strict=True) if not code]
    parts = [", ".join(quoted[:MOST_VALUES_SHOWN])] if quoted else []
    if len(quoted) > MOST_VALUES_SHOWN:
        parts.append(f"{len(quoted) - MOST_VALUES_SHOWN:,} more")
    if lengths:
        low, high = min(lengths), max(lengths)
        between = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        rows = sum(size for size, code in zip(sizes or [0] * len(values), known, strict=True) if not code)
        number = f"{rows:,} " if rows else "a " if len(lengths) == 1 else ""
        parts.append(f"{number}{'text' if 1 in (rows, len(lengths)) else 'texts'} of {between} characters")
    return " and ".join(parts)
