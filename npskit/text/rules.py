"""What a code frame's cell says: words, beginnings of words, phrases and patterns, and where each is met.

``cher, tarif*, "rapport qualité prix", /\\d+ ?%/`` are four rules, apart by commas or semicolons. Words and phrases
are looked up in the corpus' array of words, blind to case, accents and apostrophes; a pattern between slashes is run on
the folded text. Patterns come from people: a bad one is told with its line, and one that would run for minutes is
stopped.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError, optional_import
from npskit.text.terms import Corpus, Ints, fold

__all__ = ["Found", "Index", "Pattern", "Phrase", "parsed"]

ITEM = re.compile(r'\s*(?:/((?:[^/\\]|\\.)*)/|"([^"]*)"|“([^”]*)”|«([^»]*)»|([^,;|\n]*))\s*(?:[,;|\n]|$)')
# Letters, digits and the star that ends a beginning.
PART = re.compile(r"[^\W_]+\*?")
# Seconds that one pattern may take over all comments.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word or several in a row.

    Attributes
    ----------
    text : str
        As it stands in the code frame.
    parts : tuple of (str, bool)
        Folded words, and whether each is only the beginning of one.
    """

    text: str
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression with the place it comes from, for its errors."""

    text: str
    where: str


def parsed(cell: str, *, where: str) -> tuple[Phrase | Pattern, ...]:
    """The rules of a cell.

    Raises
    ------
    ArgumentError
        For a pattern that cannot be read.

    Examples
    --------
    >>> [rule.text for rule in parsed('cher, tarif*, "qualité prix", /\\\\d+ euros?/', where="line 2")]
    ['cher', 'tarif*', 'qualité prix', '\\\\d+ euros?']
    """
    rules: list[Phrase | Pattern] = []
    at = 0
    while at < len(cell):
        found = ITEM.match(cell, at)
        if found is None or found.end() == at:
            raise ArgumentError(
                where=where,
                expected='words, "phrases" or /patterns/ with commas between them',
                got=repr(cell[at : at + 40]),
                hint="close the quotation mark or the slash",
            )
        at = found.end()
        pattern, *texts = found.groups()
        if pattern:
            compiled(pattern, where)
            rules.append(Pattern(pattern, where))
            continue
        text = next((text for text in texts if text), "").strip()
        parts = tuple((part.rstrip("*"), part.endswith("*")) for part in PART.findall(fold(text)))
        if parts:
            rules.append(Phrase(text, parts))
    return tuple(rules)


def compiled(pattern: str, where: str) -> Any:
    """A pattern of the `regex` library, accents taken out as they are from the text.

    Raises
    ------
    ArgumentError
        When it cannot be read; the line and theme are named.
    """
    library = optional_import("regex", extra="text", purpose="run patterns of a code frame that can be stopped")
    bare = "".join(fold(char) if not char.isascii() else char for char in pattern)
    try:
        return library.compile(bare, library.IGNORECASE | library.VERSION0)
    except library.error as error:
        raise ArgumentError(
            where=where,
            expected="a regular expression between the slashes",
            got=f"/{pattern}/ ({error})",
            hint=r"put a backslash before a character that stands for itself, as in \( or \*",
        ) from None


@dataclass(frozen=True, slots=True)
class Found:
    """Where rules are met: comments, and the places of words for those that have some."""

    documents: Ints
    starts: Ints
    length: int


class Index:
    """Where each word of a corpus stands."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.words = list(corpus.vocabulary)
        self._order = np.argsort(corpus.words, kind="stable")
        self._edges = np.searchsorted(corpus.words[self._order], np.arange(len(self.words) + 1))

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.str_], Ints]:
        words = np.array(self.words or [""], dtype=np.str_)
        order = np.argsort(words, kind="stable")
        return words[order], order.astype(np.int64)

    @cached_property
    def folded(self) -> list[str]:
        """The comments for patterns: whole, folded, with their punctuation."""
        return [fold(text) for text in self.corpus.texts]

    def ids(self, word: str, beginning: bool) -> Ints:
        """Places in the vocabulary of a word, or of all that begin with it."""
        if not beginning:
            place = self.corpus.vocabulary.get(word)
            return np.array([] if place is None else [place], dtype=np.int64)
        words, order = self._sorted
        first, last = np.searchsorted(words, [word, word + "\U0010ffff"])
        return order[first:last] if self.words else np.array([], dtype=np.int64)

    def places(self, ids: Ints) -> Ints:
        """Where the words of these ids stand, in order."""
        found = [self._order[self._edges[at] : self._edges[at + 1]] for at in ids.tolist()]
        return np.sort(np.concatenate(found)) if found else np.array([], dtype=np.int64)

    def phrase(self, rule: Phrase) -> Found:
        """Where a phrase begins."""
        corpus = self.corpus
        starts = self.places(self.ids(*rule.parts[0]))
        for step, part in enumerate(rule.parts[1:], start=1):
            starts = starts[starts + step < len(corpus.words)]
            if not len(starts):
                break
            after = starts + step
            beside = np.isin(corpus.words[after], self.ids(*part))
            starts = starts[beside & (corpus.documents[after] == corpus.documents[starts])]
        return Found(corpus.documents[starts], starts, len(rule.parts))

    def pattern(self, rule: Pattern) -> Found:
        """Comments in which a pattern is met.

        Raises
        ------
        ArgumentError
            When it takes too long.
        """
        search = compiled(rule.text, rule.where).search
        until = time.monotonic() + PATIENCE
        met = []
        try:
            for at, text in enumerate(self.folded):
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                if search(text, timeout=left):
                    met.append(at)
        except TimeoutError:
            raise ArgumentError(
                where=rule.where,
                expected=f"a pattern that reads all comments within {PATIENCE:g} seconds",
                got=f"/{rule.text}/, which was stopped",
                hint="a repetition inside a repetition, such as (a+)+, takes forever: use words and phrases",
            ) from None
        return Found(np.array(met, dtype=np.int64), np.array([], dtype=np.int64), 0)
