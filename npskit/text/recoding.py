"""Coding again after a word was added: only the line that changed is read.

Whoever builds a code frame adds a word, looks, and adds the next. The comments stay the same, and of forty lines one
is another; so what a line says of each comment is kept, and patterns, which are slow, are run once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npskit.text.codeframe import Codeframe, Line, left_out, met_by, of_language, rules_of
from npskit.text.editing import items
from npskit.text.rules import Found, Index, Pattern, Phrase
from npskit.text.terms import Corpus

__all__ = ["Recoder"]

Flags = NDArray[np.bool_]


class Remembering(Index):
    """Places of words, and of patterns as they were found before."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus)
        self._patterns: dict[str, Found] = {}

    def pattern(self, rule: Pattern) -> Found:
        """Comments in which a pattern is met; run once."""
        if rule.text not in self._patterns:
            self._patterns[rule.text] = super().pattern(rule)
        return self._patterns[rule.text]


class Recoder:
    """Comments that are coded by one code frame after another.

    Parameters
    ----------
    corpus : Corpus
    langs : sequence of str or None, optional
        Language of each comment.

    Examples
    --------
    >>> from npskit.text.terms import read
    >>> recoder = Recoder(read(["Trop cher", "Bel accueil"]))
    >>> recoder.code(Codeframe([Line("price", "fr", "cher*")])).tolist()
    [[True], [False]]
    """

    def __init__(self, corpus: Corpus, langs: Sequence[str | None] | None = None) -> None:
        self.corpus, self.langs = corpus, langs
        self.index = Remembering(corpus)
        self._known: dict[Line, Flags] = {}

    def code(self, frame: Codeframe | None) -> Flags:
        """The same as `Codeframe.code`, (comments, themes) of bool; without a code frame there is no theme."""
        themes = () if frame is None else frame.themes
        place = {theme: at for at, theme in enumerate(themes)}
        matrix = np.zeros((len(self.corpus), len(themes)), dtype=np.bool_)
        for at, line in enumerate(() if frame is None else frame.lines):
            matrix[:, place[line.theme]] |= self._coded(line, at)
        return matrix

    def _coded(self, line: Line, at: int) -> Flags:
        if line not in self._known:
            include, allowed, aside = self._begun(line, at)
            found = np.zeros(len(self.corpus), dtype=np.bool_)
            for rule in include:
                found[met_by(self.index, rule, allowed, aside)[0]] = True
            self._known[line] = found
        return self._known[line]

    def _begun(self, line: Line, at: int) -> tuple[tuple[Phrase | Pattern, ...], Flags, Flags]:
        """Rules of a line, the comments it may code, and the words set aside."""
        include, exclude = rules_of(line, at)
        allowed = of_language(line.lang, self.langs, len(self.corpus))
        return include, allowed, left_out(self.index, exclude, allowed)

    def met(self, frame: Codeframe, theme: str) -> list[tuple[str, str, int]]:
        """Each rule of a theme as it is written, its language, and in how many comments it is met, most first."""
        found = []
        for at, line in enumerate(frame.lines):
            if line.theme == theme:
                include, allowed, aside = self._begun(line, at)
                times = [len(np.unique(met_by(self.index, rule, allowed, aside)[0])) for rule in include]
                found += [(text, line.lang, n) for text, n in zip(items(line.include), times, strict=True)]
        return sorted(found, key=lambda row: (-row[2], row[0]))

    def holding(self, rule: Phrase) -> NDArray[np.int64]:
        """The comments that hold a word or phrase."""
        return np.unique(self.index.phrase(rule).documents)
