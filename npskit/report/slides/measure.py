"""How much room a text takes, so that nothing leaves a slide whoever opens it.

A slide has a size, and the program that shows it does not make it longer. So texts are measured before they are
placed, in the advance widths of Arial, which are those of Helvetica and Liberation Sans: the three fonts that one of
every system's programs takes for each other. They are numbers here, since the machine that writes need have none.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

__all__ = ["LINE", "fitting", "height_of", "lines_in", "shortened", "width_of"]

# Height of a line in sizes of its font.
LINE = 1.2
# Advance widths in thousandths of the size (Adobe's metrics of Helvetica), by the characters that have them.
REGULAR = {
    139: "\u202f", 191: "'", 222: "ijl’‘", 260: "|", 278: " !,./:;I[\\]ft·\u00a0", 333: "()-`r“”", 334: "{}",
    350: "•", 355: '"', 389: "*", 400: "°", 469: "^", 500: "Jcksvxyz", 584: "+<=>~−×", 611: "FTZ", 667: "&ABEKPSVXY",
    722: "CDHNRUw", 737: "®", 778: "GOQ", 833: "Mm", 889: "%", 944: "Wœ", 1000: "—…→←™Æ", 1015: "@",
}  # fmt: skip
BOLD = {
    139: "\u202f", 238: "'", 278: " ,./I\\ijl’‘·\u00a0", 280: "|", 333: "!()-:;[]`ft", 350: "•", 389: "*r{}", 400: "°",
    474: '"', 500: "z“”", 584: "+<=>^~−×", 611: "?FLTZbdghnopqu", 667: "EPSVXY", 722: "&ABCDHKNRU", 737: "®",
    778: "GOQw", 833: "M", 889: "%m", 944: "Wœ", 975: "@", 1000: "—…→←™Æ",
}  # fmt: skip
OTHERS, FULL = 556, 1000
# Programs break lines a little earlier or later than the widths say.
SLACK = 0.97


@cache
def advance(letter: str, bold: bool) -> int:
    """Width of a character, in thousandths; an accent takes none, and an ideograph a whole size."""
    widths = BOLD if bold else REGULAR
    found = next((width for width, letters in widths.items() if letter in letters), None)
    if found is not None:
        return found
    base = unicodedata.normalize("NFD", letter)[0]
    if base != letter:
        return advance(base, bold)
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn"):
        return 0
    return FULL if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF else OTHERS


def width_of(text: str, size: float, bold: bool = False) -> float:
    """Width of a text in points.

    Examples
    --------
    >>> width_of("iW", 10), width_of("", 10)
    (11.66, 0.0)
    """
    return size * sum(advance(letter, bold) for letter in text) / 1000


def lines_in(text: str, size: float, width: float, bold: bool = False) -> int:
    """How many lines a text takes in a column so wide, broken at spaces, and in words where one is wider.

    Examples
    --------
    >>> lines_in("one", 12, 100), lines_in("one two three four", 12, 50), lines_in("x" * 40, 12, 50)
    (1, 3, 5)
    """
    room, total = SLACK * width, 0
    for paragraph in text.split("\n"):
        used, total = 0.0, total + 1
        for word in paragraph.split(" "):
            wide = width_of(word, size, bold)
            space = width_of(" ", size, bold) if used else 0.0
            if used and used + space + wide > room:
                used, space, total = 0.0, 0.0, total + 1
            if wide > room:
                total += math.ceil(wide / room) - 1
                wide = wide % room
            used += space + wide
    return total


def height_of(text: str, size: float, width: float, bold: bool = False) -> float:
    """Height of a text in points."""
    return LINE * size * lines_in(text, size, width, bold)


def fitting(text: str, sizes: Sequence[float], width: float, height: float, bold: bool = False) -> float | None:
    """The first of the sizes in which a text fits; None if it does in none.

    Examples
    --------
    >>> fitting("A title that is long enough for two lines", (28, 20), 300, 70), fitting("x " * 400, (28, 20), 300, 70)
    (28, None)
    """
    return next((size for size in sizes if height_of(text, size, width, bold) <= height), None)


def shortened(text: str, size: float, width: float, height: float, bold: bool = False) -> str:
    """A text with as many of its words as fit, and an ellipsis in place of the rest.

    Examples
    --------
    >>> shortened("one two three", 12, 100, 20), shortened("one two three four five", 12, 60, 20)
    ('one two three', 'one two…')
    """
    if height_of(text, size, width, bold) <= height:
        return text
    # Beyond what letters of no more than a fifth of their height would take, nothing need be measured.
    most = min(len(text), int(5 * width / size * max(1.0, height / size)))
    kept = text[
        : max(
            0, bisect_left(range(most), True, key=lambda at: height_of(text[:at] + "…", size, width, bold) > height) - 1
        )
    ]
    return (kept.rpartition(" ")[0] or kept).rstrip(" ,;:·") + "…"
