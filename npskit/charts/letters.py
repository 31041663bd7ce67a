"""How wide a text will be, before any browser has seen it.

Columns and labels are laid out where the chart is made, and the font is only known where it is shown. So a width is
reckoned from classes of letters, with the proportions of the widest of the usual system fonts; capitals matter most,
since the columns of a survey are often named in nothing else.
"""

from __future__ import annotations

__all__ = ["elided", "text_width"]

# Parts of the font's size.
NARROW, SPACE, SMALL, FIGURE, CAPITAL, WIDE = 0.36, 0.32, 0.61, 0.64, 0.7, 0.97
NARROW_LETTERS = frozenset("iljtfrIJ.,;:'’!|()[]{}/·-–«»‹›°")
WIDE_LETTERS = frozenset("mwMW@%")
SPACES = frozenset(" \u00a0\u202f")


def text_width(text: str, size: float) -> float:
    """Width of one line in pixels at a font size.

    >>> round(text_width("illicit", 12)), round(text_width("MAXIMUM", 12))
    (33, 64)
    """
    return size * sum(map(letter_width, text))


def letter_width(letter: str) -> float:
    """Width of a letter as a part of the font's size."""
    if letter in SPACES:
        return SPACE
    if letter in NARROW_LETTERS:
        return NARROW
    if letter in WIDE_LETTERS:
        return WIDE
    if letter.isdigit():
        return FIGURE
    if letter.isascii() and letter.islower():
        return SMALL
    # ideographs and symbols fill their square
    return CAPITAL if letter.isupper() or ord(letter) < 0x2E80 else 1.0


def elided(text: str, width: float, size: float) -> str:
    """The text, without its middle where it is too wide: names often differ at their ends.

    >>> elided("Centre commercial de Villeneuve-d'Ascq", 180, 12), elided("Lyon", 180, 12)
    ("Centre comme…neuve-d'Ascq", 'Lyon')
    """
    kept = text
    left = len(text)
    while text_width(kept, size) > width and left > 2:
        left -= 1
        start = (left + 1) // 2
        kept = f"{text[:start].rstrip()}…{text[len(text) - left + start :].lstrip()}"
    return kept
