"""What a theme sounds like: a few comments that stand for the others without repeating each other.

The comment nearest to the middle of a theme is its best witness, and the second nearest says the same again. Maximal
marginal relevance (Carbonell and Goldstein 1998) takes the next one that is both near the middle and far from those
taken. One person is quoted once, personal data are masked, and long letters are cut: a quote is read at a glance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.text.redaction import redacted
from npskit.text.terms import fold

__all__ = ["quotes", "shortened"]

Floats = NDArray[np.float64]

# How much being like the theme counts against being unlike the other quotes.
RELEVANCE = 0.7
MOST_CANDIDATES = 120
LETTERS = 240
# What cannot be seen, or turns the direction of the page round it: control characters, halves of a character, and marks
# of writing direction. Letters of right-to-left scripts turn themselves.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Comments shorter or longer than this say too little, or too much, to be quoted first.
SHORT, LONG = 40, 220
ALIKE = 0.9


def quotes(
    table: Any,
    members: NDArray[np.int64],
    texts: Sequence[str],
    people: Sequence[object] | None = None,
    *,
    size: int = 3,
    letters: int = LETTERS,
) -> list[str]:
    """Quotes of a group of comments, redacted.

    Parameters
    ----------
    table : sparse array (comments, terms)
        Rows of length 1, as `tf_idf` gives them.
    members : ndarray of int
        The comments of the group.
    texts : sequence of str
    people : sequence, optional
        Who wrote each comment; None is a person of their own.
    size : int, optional
        Quotes at most.
    letters : int, optional
        Length of a quote at most.
    """
    if not len(members):
        return []
    rows = table[members]
    middle = np.asarray(rows.sum(axis=0)).ravel()
    relevance = np.asarray(rows @ (middle / (np.linalg.norm(middle) or 1.0))).ravel()
    relevance = relevance * np.array([readable(len(texts[at])) for at in members.tolist()])
    order = np.lexsort((members, -relevance))[:MOST_CANDIDATES]
    likeness = np.asarray((rows[order] @ rows[order].T).toarray())
    chosen = taken(relevance[order], likeness, [members[at] for at in order.tolist()], texts, people, size)
    return [shortened(text, letters) for text in redacted(texts[at] for at in chosen)]


def taken(
    relevance: Floats,
    likeness: Floats,
    members: Sequence[int],
    texts: Sequence[str],
    people: Sequence[object] | None,
    size: int,
) -> list[int]:
    """The comments to quote, by maximal marginal relevance."""
    chosen: list[int] = []
    said: set[str] = set()
    heard: set[object] = set()
    free = np.ones(len(members), dtype=np.bool_)
    while len(chosen) < size and free.any():
        near = likeness[:, chosen].max(axis=1) if chosen else np.zeros(len(members))
        worth = np.where(free & (near < ALIKE), RELEVANCE * relevance - (1 - RELEVANCE) * near, -np.inf)
        at = int(worth.argmax())
        if worth[at] == -np.inf:
            break
        free[at] = False
        text, person = " ".join(fold(texts[members[at]]).split()), None if people is None else people[members[at]]
        if text in said or (person is not None and person in heard):
            continue
        chosen.append(at)
        said.add(text)
        heard |= set() if person is None else {person}
    return [members[at] for at in chosen]


def readable(length: int) -> float:
    """How well a comment of so many letters reads as a quote, from 0 to 1."""
    if length < SHORT:
        return 0.4 + 0.6 * length / SHORT
    return 1.0 if length <= LONG else max(0.3, LONG / length)


def shortened(text: str, letters: int = LETTERS) -> str:
    """A text of one line that is cut between two words, with an ellipsis where something is missing.

    Examples
    --------
    >>> shortened("Trop d'attente aux caisses", 15)
    "Trop d'attente…"
    """
    line = " ".join(HIDDEN.sub(" ", text[: 4 * letters + 200]).split())
    if len(line) <= letters:
        return line
    cut = line[: letters - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > letters // 2 else cut).rstrip(" ,;:.") + "…"
