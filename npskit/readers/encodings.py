"""Bytes to text, for files that were glued together from several systems.

A survey export passes through a till, a call centre's old database and a spreadsheet, and each writes *é* with
another byte: 0xE9 in Windows (CP1252), 0x82 in DOS (CP850), two bytes in UTF-8. When all three meet in one file no
single encoding reads it: one shows ``n?tions`` or ``f‚n‚es``. So a file that is not UTF-8 is read byte by byte: each
high byte has at most three readings, and the letters around it say which one a person would have written. The rule
knows French best and takes Windows when nothing speaks against it, so a plain CP1252 file comes out unchanged.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from npskit.errors import ArgumentError, ReadError

__all__ = ["Decoded", "decode"]

WINDOWS, DOS, MAC = "cp1252", "cp850", "mac_roman"
MAC_E_ACUTE = 0x8E
WORD_SEEN, GUESS = 8, 0.5
# What is left of là, voilà, delà, celà, déjà without its last letter: there 0x85 is no "…".
WANTS_A_GRAVE = re.compile(r"(?:\b|d'|-)(?:l|voil|au-del|del|cel|d[ée]j|hol)$", re.IGNORECASE)
MOST_BYTES_COUNTED = 4_000_000
# Windows letters that no French or neighbouring text in DOS would hold at these codes need no second look.
DOUBTFUL = re.compile(rb"[\x80-\xbf\xc1-\xc6\xca-\xdf\xe1\xe3-\xe6\xec-\xf3\xf5-\xf8\xfa\xfd-\xff]")
FRENCH = frozenset("éèêëàâäçùûüôöîïÿœæÉÈÊËÀÂÄÇÙÛÜÔÖÎÏŸŒÆ")
NEIGHBOURS = frozenset("ñßáíóúìòãõåøÑÁÍÓÚÌÒÃÕÅØ")  # letters of the languages next door
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UTF8_LETTER = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
HIGH_BYTE = re.compile(rb"(" + UTF8_LETTER + rb")|([\x80-\xff])")
# UTF-8 read as Windows and saved as UTF-8 again: "Ã©" for "é", "â€™" for the apostrophe.
TWICE = re.compile("[ÂÃ][\u0080-\u00bf\u0152-\u0178\u2013-\u203a\u20ac\u2122]|â€[\u0080-\u00ff\u0152-\u2122]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as UTF-8 bytes, with what had to be done to get there.

    ``repaired_lines`` counts the lines that held bytes of another encoding than the rest of the file, ``guessed``
    the bytes for which no reading is a letter or sign that fits.
    """

    data: bytes
    encoding: str
    repaired_lines: int = 0
    guessed: int = 0


def decode(data: bytes, *, encoding: str | None = None, source: str = "file") -> Decoded:
    """Bytes of a text file as UTF-8, by the encoding named or the one the bytes show."""
    if encoding is not None:
        return declared(data, encoding, source)
    for bom, name in BOMS:
        if data.startswith(bom):
            return declared(data, name, source)
    if is_wide(data):
        name = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return declared(data, name, source)
    if data.isascii():
        return Decoded(data, "ascii")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return mixed(data)
    return undoubled(data)


def is_wide(data: bytes) -> bool:
    """True for UTF-16 without a mark: every other byte of the Latin text at its start is zero."""
    start = data[:400]
    halves = start[0::2], start[1::2]
    return len(start) >= 8 and any(half.count(0) > 0.8 * len(half) for half in halves)


def declared(data: bytes, encoding: str, source: str) -> Decoded:
    """The file in the encoding that the caller, or its first bytes, named."""
    try:
        text = data.decode(encoding)
    except LookupError:
        raise ArgumentError(
            where="encoding", expected="a text encoding that Python knows", got=repr(encoding), hint="'cp1252'"
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadError(
            where=f"{source}, line {line:,}",
            expected=f"text in {encoding}",
            got=f"the byte 0x{data[error.start]:02X}, which is none",
            hint="leave encoding= out and it is found from the bytes",
        ) from None
    return Decoded(text.lstrip("\ufeff").encode("utf-8"), encoding.removesuffix("-sig"))


def undoubled(data: bytes) -> Decoded:
    """UTF-8, with letters that were encoded twice taken back."""
    if b"\xc3\x83" not in data and b"\xc3\xa2\xe2\x82\xac" not in data:
        return Decoded(data, "utf-8")
    lines = data.decode("utf-8").split("\n")
    repaired = [TWICE.sub(once, line) for line in lines]
    changed = sum(a != b for a, b in zip(lines, repaired, strict=True))
    return Decoded("\n".join(repaired).encode("utf-8"), "utf-8", changed)


def once(match: re.Match[str]) -> str:
    """One doubly encoded letter taken back, or left when it was none."""
    windows = "".join(c if ord(c) < 0xA0 and ord(c) > 0x7F else "" for c in match[0])
    try:
        raw = b"".join(c.encode("latin-1" if c in windows else WINDOWS) for c in match[0])
        return raw.decode("utf-8")
    except UnicodeError:
        return match[0]


def mixed(data: bytes) -> Decoded:
    """A file that is not UTF-8, each high byte read by the letters around it."""
    if most_common_high_byte(data) == MAC_E_ACUTE:
        return Decoded(data.decode(MAC).encode("utf-8"), MAC)
    spans = list(doubtful_lines(data))
    readings = [read_line(data[start:end]) for start, end in spans]
    seen = [used for _, used in readings]
    if is_dos(data, seen):
        return Decoded(data.decode(DOS).encode("utf-8"), DOS)
    main = WINDOWS if has_plain_line(data, spans) else commonest(seen)
    pieces, last = [], 0
    for (start, end), (text, _) in zip(spans, readings, strict=True):
        pieces += [data[last:start].decode(WINDOWS), text]
        last = end
    pieces.append(data[last:].decode(WINDOWS))
    repaired = sum(bool(used - {main, "?"}) for used in seen)
    guessed = sum("?" in used for used in seen)
    return Decoded("".join(pieces).encode("utf-8"), main, repaired, guessed)


def most_common_high_byte(data: bytes) -> int:
    """The byte above 127 that occurs most at the start of the file; in French that is its é."""
    counts = np.bincount(np.frombuffer(data[:MOST_BYTES_COUNTED], np.uint8), minlength=256)
    return 128 + int(counts[128:].argmax())


def doubtful_lines(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each line with a byte that has more than one sensible reading."""
    end = -1
    for match in DOUBTFUL.finditer(data):
        if match.start() >= end:
            start = data.rfind(b"\n", 0, match.start()) + 1
            end = data.find(b"\n", match.start())
            end = len(data) if end < 0 else end
            yield start, end


def is_dos(data: bytes, seen: list[set[str]]) -> bool:
    """True when the whole file is CP850: nearly every line with accents shows it, and none needs Windows alone."""
    dos = sum(DOS in used for used in seen)
    other = sum(WINDOWS in used and DOS not in used for used in seen)
    windows_letters = sum(data.count(bytes([byte])) for byte in b"\xe9\xe8\xe0\xea\xe7")
    return dos > 9 * (other + windows_letters)


def has_plain_line(data: bytes, spans: list[tuple[int, int]]) -> bool:
    """True when lines outside the doubtful ones hold Windows accents too."""
    starts = [start for start, _ in spans]
    ends = [end for _, end in spans]
    between = zip([0, *ends], [*starts, len(data)], strict=True)
    return any(not data[start:end].isascii() for start, end in between)


def commonest(seen: list[set[str]]) -> str:
    """The encoding that most lines use."""
    return max((WINDOWS, DOS, "utf-8"), key=lambda name: sum(name in used for used in seen))


def read_line(line: bytes) -> tuple[str, set[str]]:
    """One line as text, and the encodings that its high bytes were found in."""
    used: set[str] = set()
    shape = "".join(chr(b) if b < 128 else "é" for b in line)  # neighbours count as letters until they are read
    text = ""
    start = 0
    for match in HIGH_BYTE.finditer(line):
        text += line[start : match.start()].decode("ascii")
        start = match.end()
        letter = match[1].decode("utf-8", "ignore") if match[1] else ""
        if letter and is_written(letter):
            text += letter
            used.add("utf-8")
            continue
        for position in range(match.start(), match.end()):
            letter, name = read_byte(line[position], text[-WORD_SEEN:], shape[position + 1 : position + 3])
            text += letter
            used.add(name)
    return text + line[start:].decode("ascii"), used


def is_written(letter: str) -> bool:
    """True for a letter or sign that occurs in a European comment, so that two bytes can be trusted as UTF-8."""
    return letter in FRENCH or letter in NEIGHBOURS or letter in "€’‘“”«»…–—°\u00a0\u202f²³œ" or ord(letter) > 0x2000


@lru_cache(maxsize=65_536)
def read_byte(byte: int, before: str, after: str) -> tuple[str, str]:
    """The most plausible letter for one byte, and the encoding that writes it so.

    >>> read_byte(0x82, "d", "t"), read_byte(0x80, "5", " "), read_byte(0x80, " ", "a")
    (('é', 'cp850'), ('€', 'cp1252'), ('Ç', 'cp850'))
    """
    if byte == 0xA0 and before[-1:] == " " and after[:1] == " " and after[1:2].isalpha():
        # Between two spaces a no-break space says nothing; DOS wrote á there, and in French that word is à.
        return "à", DOS
    windows = bytes([byte]).decode(WINDOWS, "replace")
    dos = bytes([byte]).decode(DOS)
    fit_windows, fit_dos = plausibility(windows, before, after), plausibility(dos, before, after)
    letter, name = (dos, DOS) if fit_dos > fit_windows or windows == "\ufffd" else (windows, WINDOWS)
    return letter, name if max(fit_windows, fit_dos) > GUESS else "?"


def plausibility(letter: str, before: str, after: str) -> float:
    """How well a letter or sign fits between its neighbours; 0 when nobody writes it there."""
    left, right = before[-1:].isalpha(), after[:1].isalpha()
    if letter in FRENCH or letter in NEIGHBOURS:
        return letter_fit(letter, before[-1:], after, left=left, right=right)
    if letter == "…" and WANTS_A_GRAVE.search(before):
        return 0.3
    return sign_fit(letter, before[-1:], after, left=left, right=right)


def letter_fit(letter: str, before: str, after: str, *, left: bool, right: bool) -> float:
    """A letter belongs in a word of its own case; *à* and *À* are words by themselves."""
    common = 4.0 if letter in "éèàêçôîâûùïëœÉÀÈÊÇÔ" else 3.0 if letter in FRENCH else 1.5
    if not left and not right:
        return common - 1 if letter in "àÀ" and not before.isdigit() else 0.5
    if letter.isupper():
        fits = (not left or before.isupper()) and (not right or after[:1].isupper() or not left)
        return common if fits else 0.2
    return common if not before.isupper() or right or letter in "éèê" else 1.0


def sign_fit(sign: str, before: str, after: str, *, left: bool, right: bool) -> float:
    """A sign belongs where it is used: an apostrophe between letters, a degree after n or a number."""
    inside, digit = left and right, before.isdigit()
    if sign in "’‘":
        return 5.0 if inside else 3.0
    if sign in "“«„":
        return 4.5 if right and not left else 1.0 if not left else 0.3
    if sign in "”»":
        return 4.5 if left and not right else 1.0 if not right else 0.3
    if sign == "…":
        return 4.5 if left and not right else 1.0
    if sign in "–—":
        return 4.0 if not left and not right else 0.3
    if sign in "€£$%‰":
        return 4.5 if digit or not (left or right) else 0.4
    if sign == "°":
        return 4.5 if before in "nN" or digit or (before == " " and not right) else 0.3
    if sign in "²³½¼¾":
        return 4.5 if before in "mM" or digit else 0.3
    if sign == "§":
        return 2.0 if not right else 0.4
    if sign == "·":
        return 3.2 if inside else 0.4
    if sign in "\u00a0•™®©":
        return 2.0 if not inside else 0.3
    return 0.3 if sign.isprintable() and sign.isalpha() else 0.0
