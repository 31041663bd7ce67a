"""Figures as a page writes them, read back as numbers: "+39", "13 612", "30,4 %", "+37 to +42".

A page writes every figure in its reader's language, with as many digits as it supports. A spreadsheet wants numbers,
and shows them in the language of whoever opens it. So the figure becomes the number with the format that shows as many
digits and the same sign.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from npskit.labels import MINUS, NARROW_SPACE, NO_BREAK_SPACE, SEPARATORS, word

__all__ = ["Figure", "figure", "format_of", "parted", "without_sign"]

EMPTY = ("", "–", "—")
SPACES = f"[ {NARROW_SPACE}{NO_BREAK_SPACE}]"
WITH_RANGE = re.compile(r"(.+?)\s*\((.+)\)")
LONGEST_PLAIN = 999


@dataclass(frozen=True)
class Figure:
    """A number and how it was written.

    Attributes
    ----------
    value : float
        A share in 0..1 where it was written in %.
    digits : int
        After the decimal sign, as written.
    signed, percent, grouped : bool
        Whether a plus, a percent sign and separators of thousands were written.
    """

    value: float
    digits: int = 0
    signed: bool = False
    percent: bool = False
    grouped: bool = False

    def holds(self, value: float) -> bool:
        """Whether a more precise number may be the one that was written so."""
        unit = 10.0 ** -(self.digits + 2 * self.percent)
        return abs(value - self.value) <= 0.5000001 * unit


@cache
def pattern(lang: str) -> re.Pattern[str]:
    """What a figure looks like in a language."""
    decimal = re.escape(SEPARATORS[lang][1])
    thousands = f"[,{NARROW_SPACE}]" if lang == "en" else SPACES
    points = "|".join(sorted({re.escape(word(key, lang)) for key in ("point", "points")}, key=len, reverse=True))
    return re.compile(
        rf"(?:n{SPACES}={SPACES})?(?P<sign>[+\-{MINUS}]?)(?P<whole>\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)"
        rf"(?:{decimal}(?P<part>\d+))?(?:{SPACES}?(?P<percent>%)|{SPACES}(?:{points}))?"
    )


def figure(text: str, lang: str) -> Figure | None:
    """The number that a text is; None for any other text.

    Examples
    --------
    >>> figure("+39", "en"), figure("30,4\\u202f%", "fr").value, figure("3 / 5", "en")
    (Figure(value=39.0, digits=0, signed=True, percent=False, grouped=False), 0.304, None)
    """
    found = pattern(lang).fullmatch(text.strip())
    if found is None:
        return None
    whole, part = re.sub(r"\D", "", found["whole"]), found["part"] or ""
    value = float(f"{whole}.{part or 0}") * (-1 if found["sign"] in ("-", MINUS) else 1)
    percent, grouped = bool(found["percent"]), not found["whole"].isdigit()
    value = round(value / 100, len(part) + 2) if percent else value
    return Figure(value + 0.0, len(part), found["sign"] == "+", percent, grouped)


def parted(texts: Sequence[str | None], lang: str) -> list[list[str | None]] | None:
    """A column of ranges as its lower and upper ends, and one of "figure (range)" as three columns; else None.

    Examples
    --------
    >>> parted(["+37 to +42", "–"], "en"), parted(["+4 (−1 to +9)"], "en"), parted(["Lyon"], "en")
    ([['+37', None], ['+42', None]], [['+4'], ['−1'], ['+9']], None)
    """
    split: list[tuple[str | None, ...] | None] = [None if is_empty(text) else ends(str(text), lang) for text in texts]
    known = {len(each) for each in split if each}
    if len(known) != 1 or any(each == () for each in split):
        return None
    (size,) = known
    return [[each[at] if each else None for each in split] for at in range(size)]


def ends(text: str, lang: str) -> tuple[str | None, ...]:
    """The two or three figures of a text; none for another text."""
    pieces = range_pattern(lang).fullmatch(text.strip())
    if pieces and all(figure(piece, lang) for piece in pieces.groups()):
        return pieces.groups()
    several = WITH_RANGE.fullmatch(text.strip())
    if several and figure(several[1], lang):
        inner = (None, None) if is_empty(several[2]) else ends(several[2], lang)
        return (several[1], *inner) if len(inner) == 2 else ()
    return ()


@cache
def range_pattern(lang: str) -> re.Pattern[str]:
    """What a range looks like in a language."""
    return re.compile(
        re.escape(word("range", lang, lower="\0", upper="\1")).replace("\0", "(.+?)").replace("\1", "(.+)")
    )


def is_empty(text: str | None) -> bool:
    """Whether a cell holds nothing."""
    return text is None or text.strip() in EMPTY


def format_of(figures: Sequence[Figure]) -> str:
    """The format of a spreadsheet that shows a column as it was written.

    Examples
    --------
    >>> format_of([Figure(39.0, signed=True), Figure(-1.5, digits=1)]), format_of([Figure(0.3, percent=True)])
    ('+#,##0.0;"−"#,##0.0;0.0', '0%')
    """
    digits = max((each.digits for each in figures), default=0)
    part = "." + "0" * digits if digits else ""
    # A year is no number of thousands.
    plain = not any(each.grouped for each in figures) and any(abs(each.value) > LONGEST_PLAIN for each in figures)
    percent = any(each.percent for each in figures)
    base = ("0" if plain or percent else "#,##0") + part + ("%" if percent else "")
    zero = f"0{part}" + ("%" if percent else "")
    if any(each.signed for each in figures):
        return f'+{base};"{MINUS}"{base};{zero}'
    return f'{base};"{MINUS}"{base}' if any(each.value < 0 for each in figures) else base


def without_sign(shown: str, value: float) -> str:
    """The format for a number that it rounds to nothing: "0", and neither "−0" nor "+0"; else the format.

    Examples
    --------
    >>> signed = format_of([Figure(39.0, signed=True)])
    >>> without_sign(signed, -0.2), without_sign(signed, -0.7) == signed
    ('0;0;0', True)
    """
    zero = shown.split(";")[-1].removeprefix(f'"{MINUS}"')
    digits = len(zero.rstrip("%").partition(".")[2]) + 2 * zero.endswith("%")
    return ";".join([zero] * 3) if ";" in shown and round(value, digits) == 0 else shown
