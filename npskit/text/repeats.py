"""Comments that are those of another row, but for a word.

Two people praise "l'accueil" in the same three words every day. That two write the same dozen words is a copy: an
import run twice, a form filled in for customers, a text handed out. So only longer comments are compared; case, accents
and punctuation are no difference, and neither is one word more, less or changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from npskit.text.terms import cleaned, fold

__all__ = ["LEAST_WORDS", "Repeats", "repeats"]

#: Words that a comment has at least to be compared.
LEAST_WORDS = 8
# Of a letter, this many first words decide.
MOST_WORDS = 80
WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many comments are alike.

    Attributes
    ----------
    compared : int
        Comments long enough.
    repeated : int
        Those like an earlier one.
    groups : tuple of tuple of int
        Positions of comments that are alike, the largest group first.
    """

    compared: int
    repeated: int
    groups: tuple[tuple[int, ...], ...]


def repeats(texts: Sequence[str | None]) -> Repeats:
    """Comments alike in all words but one.

    Examples
    --------
    >>> found = repeats([
    ...     "Le personnel était très accueillant et le magasin bien rangé.",
    ...     "le personnel etait tres accueillant, et le magasin tres bien range !",
    ...     "Très bon accueil",
    ...     "Très bon accueil",
    ... ])
    >>> found.compared, found.repeated, found.groups
    (2, 1, ((0, 1),))
    """
    words = {at: WORDS.findall(fold(cleaned(text)))[:MOST_WORDS] for at, text in enumerate(texts) if text}
    words = {at: found for at, found in words.items() if len(found) >= LEAST_WORDS}
    leader = {at: at for at in words}

    def first(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    seen: dict[int, int] = {}
    for at, found in words.items():
        # Alike but for a word: they share what is left when one word, or none, is taken out of either.
        for key in signatures(found):
            other = first(seen.setdefault(key, at))
            leader[max(first(at), other)] = min(first(at), other)
    groups = defaultdict(list)
    for at in words:
        groups[first(at)].append(at)
    alike = sorted(
        (tuple(group) for group in groups.values() if len(group) > 1), key=lambda group: (-len(group), group)
    )
    return Repeats(len(words), sum(len(group) - 1 for group in alike), tuple(alike))


def signatures(words: Sequence[str]) -> set[int]:
    """One number for the words, and one for each way to leave one out."""
    return {hash(tuple(words)), *(hash((*words[:at], *words[at + 1 :])) for at in range(len(words)))}
