"""Which comments say something: "RAS", "néant" and "nothing" are an empty box with letters in it.

Left in, they become the favourite theme of promoters, who have nothing to complain of. The phrases are data
(``data/comment_non_answers.csv``): what stands for no answer, and the courtesies around it that change nothing.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from npskit.text.terms import cleaned, fold

__all__ = ["are_answers", "is_answer"]

LETTERS = re.compile(r"[^\W_]+")
# Longer comments are never one of the phrases with its courtesies.
LONGEST = 90
# A single letter is a slip of the hand.
LEAST_LETTERS = 2


@cache
def phrases() -> frozenset[str]:
    """What stands for no answer, folded, without courtesies."""
    return frozenset(words for kind, words in rows() if kind == "answer")


@cache
def fillers() -> re.Pattern[str]:
    """Courtesies, the longest first."""
    words = sorted((words for kind, words in rows() if kind == "filler"), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, words))})(?!\S)")


def rows() -> list[tuple[str, str]]:
    """Lines of the data file."""
    text = files("npskit").joinpath("data", "comment_non_answers.csv").read_text(encoding="utf-8")
    return [(row["kind"], row["words"]) for row in csv.DictReader(text.splitlines())]


def is_answer(text: str) -> bool:
    """Whether a comment says something.

    Examples
    --------
    >>> [is_answer(text) for text in ["Rien à signaler, merci.", "RAS", "...", "10", "rien à dire, c'est parfait"]]
    [False, False, False, False, True]
    """
    if len(text) > LONGEST:
        return any(char.isalpha() for char in text) or has_picture(text)
    words = LETTERS.findall(fold(cleaned(text)))
    if sum(char.isalpha() for word in words for char in word) < LEAST_LETTERS:
        return has_picture(text)
    whole = " ".join(words)
    if whole in phrases():
        return False
    return bool(left := " ".join(fillers().sub(" ", whole).split())) and left not in phrases()


def has_picture(text: str) -> bool:
    """Whether there is an emoji: it says something, though not in words."""
    return any(unicodedata.category(char) == "So" for char in text)


def are_answers(texts: Iterable[str | None]) -> list[bool]:
    """For each comment whether it says something; a missing one does not."""
    return [text is not None and is_answer(text) for text in texts]
