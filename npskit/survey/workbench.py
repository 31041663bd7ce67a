"""Building a code frame: what it covers, what it leaves over, and which words would cover more.

Comments are read once; each change of the code frame codes only the line that changed. What is shown and proposed comes
from the comments without personal data, while coding reads them as they are, as `Survey.themes` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError, EmptyDataError, RoleError
from npskit.frames.written import written
from npskit.labels import language, number, share, word
from npskit.results import Result
from npskit.survey.hand_codes import HandCodes
from npskit.survey.theme_coding import coded, without_personal
from npskit.text.codeframe import Codeframe, coverage, overlap
from npskit.text.discovery import AMOUNTS, Topics, topics
from npskit.text.editing import with_words
from npskit.text.language import Languages, languages
from npskit.text.non_answers import are_answers
from npskit.text.quotes import shortened
from npskit.text.recoding import Recoder
from npskit.text.redaction import redacted
from npskit.text.rules import Phrase, parsed
from npskit.text.terms import read, terms

__all__ = ["Covered", "Workbench"]

Flags = NDArray[np.bool_]
# Comments that a proposed word stands in: a word of one comment may be a name.
LEAST_TERM, MOST_TERMS = 3, 20
SPOKEN = ("fr", "en")


@dataclass(frozen=True, eq=False)
class Covered(Result):
    """What a code frame covers of the comments.

    Attributes
    ----------
    table : mapping of str to list
        A row a theme: ``theme, responses, share`` (0..1, of all comments) and ``alone`` (comments with no other theme).
    responses : int
        Comments that say something.
    uncovered : int
        Comments without a theme.
    coverage, overlap : float
        Share of comments with a theme, and share of these with more than one.
    terms : tuple of (str, int)
        The commonest words of the uncovered comments, and in how many of these each is.
    groups : tuple of (str, int)
        Groups of comments that share words, and how many of each are uncovered.
    agreement : mapping of str to list
        With a sample coded by hand: ``theme, responses`` (its comments), ``by_hand, by_frame, both``, ``kappa,
        precision, recall, f1``.
    frame : Codeframe or None
    """

    table: Mapping[str, Sequence[Any]]
    responses: int
    uncovered: int
    coverage: float
    overlap: float
    terms: tuple[tuple[str, int], ...]
    groups: tuple[tuple[str, int], ...]
    agreement: Mapping[str, Sequence[Any]]
    matrix: Flags = field(repr=False)
    frame: Codeframe | None = field(default=None, repr=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """Coverage and overlap in words.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        values = {
            "n": number(self.responses, lang=lang),
            "share": share(self.coverage, lang=lang, digits=1),
            "overlap": share(self.overlap, lang=lang, digits=1),
            "left": number(self.uncovered, lang=lang),
        }
        if not self.uncovered:
            return word("workbench_said_all", lang, **values)
        said = word("workbench_said", lang, **values)
        return said + (" " + word("workbench_said_overlap", lang, **values) if self.overlap == self.overlap else "")


class Workbench:
    """The comments of a survey, read once, to be coded by one code frame after another.

    Parameters
    ----------
    survey : Survey
    codeframe : as in `Survey.themes`
        "discovery" starts without a code frame.
    comments_lang : {"en", "fr"}, optional
        Language of the comments; told for each unless said.
    sample : frame, optional
        Comments coded by hand; see `HandCodes`.

    Raises
    ------
    RoleError
        When no column, or more than one, can be the comment.
    EmptyDataError
        When no comment says anything.

    Examples
    --------
    >>> import npskit
    >>> bench = Workbench(npskit.datasets.load("garden").nps, "retail", comments_lang="fr")
    >>> found = bench.covered(bench.first)
    >>> found.responses, found.coverage > 0.7
    (2905, True)
    """

    def __init__(
        self, survey: Any, codeframe: Any = None, *, comments_lang: str | None = None, sample: Any = None
    ) -> None:
        if comments_lang not in (None, *SPOKEN):
            raise ArgumentError(where="comments_lang", expected="'en' or 'fr'", got=repr(comments_lang))
        texts, column = said_comments(survey)
        self.corpus = read(texts)
        self.told = self._told(self.corpus, comments_lang)
        self._recoder = Recoder(self.corpus, self.told.codes)
        self.shown = redacted(texts)
        self.name, self.first = self._begun(codeframe)
        self.sample = (
            None if sample is None else HandCodes(sample, column, lambda corpus: self._told(corpus, comments_lang))
        )
        self._met: tuple[tuple[Codeframe, str], list[tuple[str, str, int]]] | None = None

    @staticmethod
    def _told(corpus: Any, spoken: str | None) -> Languages:
        return languages(corpus) if spoken is None else Languages((spoken,) * len(corpus))

    def _begun(self, codeframe: Any) -> tuple[str, Codeframe | None]:
        name, frame, _ = coded(self.corpus, self.told, codeframe)
        return name, frame

    @staticmethod
    def opened(codeframe: Any) -> Codeframe | None:
        """What is given as a code frame: a starter's name, a path, a frame, a Codeframe; None and "discovery" none."""
        if codeframe is None or (isinstance(codeframe, str) and codeframe == "discovery"):
            return None
        try:
            return Codeframe.starter(codeframe) if isinstance(codeframe, str) else Codeframe.read(codeframe)
        except ArgumentError:
            if not isinstance(codeframe, str):
                raise
            return Codeframe.read(codeframe)

    @cached_property
    def found(self) -> Any:
        """Words and pairs of words of the comments, without personal data."""
        return terms(without_personal(self.corpus), least=LEAST_TERM)

    @cached_property
    def _subjects(self) -> Flags:
        """Terms that speak of something: "pas" and "trop" do with another word only."""
        pairs = zip(self.found.words, self.found.names, strict=True)
        return np.array([len(words) > 1 or name not in AMOUNTS for words, name in pairs], dtype=np.bool_)

    def groups(self, frame: Codeframe | None) -> Topics:
        """The comments that a code frame leaves over, in groups that share words."""
        return topics(self.found, np.asarray(~self._recoder.code(frame).any(axis=1)))

    def covered(self, frame: Codeframe | None, groups: Topics | None = None) -> Covered:
        """What a code frame covers."""
        matrix = self._recoder.code(frame)
        times, left = matrix.sum(axis=0), np.asarray(~matrix.any(axis=1))
        size = len(self.corpus)
        alone = matrix[matrix.sum(axis=1) == 1].sum(axis=0)
        return Covered(
            table={
                "theme": list(() if frame is None else frame.themes),
                "responses": times.tolist(),
                "share": (times / size).tolist(),
                "alone": alone.tolist(),
            },
            responses=size,
            uncovered=int(left.sum()),
            coverage=coverage(matrix),
            overlap=overlap(matrix),
            terms=self._proposed(left),
            groups=() if groups is None else tuple(
                zip(groups.names, (groups.matrix & left[:, None]).sum(axis=0).tolist(), strict=True)
            ),
            agreement={} if self.sample is None else self.sample.agreement(frame),
            matrix=matrix,
            frame=frame,
        )  # fmt: skip

    def _proposed(self, left: Flags) -> tuple[tuple[str, int], ...]:
        """The commonest terms of the comments left over."""
        times = self.found.counts(left) * self._subjects
        order = np.lexsort((np.arange(len(times)), -times))[:MOST_TERMS]
        return tuple((self.found.names[at], int(times[at])) for at in order.tolist() if times[at] >= LEAST_TERM)

    def words(self, frame: Codeframe | None, theme: str) -> list[tuple[str, str, int]]:
        """Each word of a theme, its language and in how many comments it is met."""
        if frame is None:
            return []
        if self._met is None or self._met[0][0] is not frame or self._met[0][1] != theme:
            self._met = (frame, theme), self._recoder.met(frame, theme)
        return self._met[1]

    def added(self, frame: Codeframe | None, theme: str, words: str, lang: str | None = None) -> Codeframe:
        """The code frame with words more; in the language of the comments that hold them, unless said.

        Raises
        ------
        ArgumentError
            For a pattern that cannot be read or takes too long.
        """
        found = with_words(frame, theme, words, self.language_of(words) if lang is None else lang)
        # A pattern that takes too long is refused before it becomes part of anything.
        self._recoder.code(found)
        if self.sample is not None:
            self.sample.recoder.code(found)
        return found

    def language_of(self, words: str) -> str:
        """The language of most comments that hold the first of the words, or else of most comments."""
        first = next(iter(parsed(words, where="words")), None)
        rows = self._recoder.holding(first) if isinstance(first, Phrase) else np.array([], dtype=np.int64)
        codes = [self.told.codes[at] for at in rows.tolist()] or list(self.told.codes)
        times = {lang: codes.count(lang) for lang in SPOKEN}
        best = max(times, key=lambda lang: times[lang])
        return best if times[best] * 2 > len(codes) else ""

    def comments(self, found: Covered, view: str, theme: str, groups: Topics) -> NDArray[np.int64]:
        """The comments of a view: "uncovered", "theme" (those of the chosen one), "rest", or a group's name."""
        left = np.asarray(~found.matrix.any(axis=1))
        names = list(found.table["theme"])
        if view == "theme":
            rows = found.matrix[:, names.index(theme)] if theme in names else np.zeros_like(left)
        elif view in groups.names:
            rows = left & groups.matrix[:, groups.names.index(view)]
        else:
            rows = np.asarray(left & ~groups.matrix.any(axis=1)) if view == "rest" else left
        return np.flatnonzero(rows)

    def text(self, at: int) -> str:
        """A comment as it may be shown: without personal data, on one line, not too long. It is no HTML."""
        return shortened(self.shown[at])


def said_comments(survey: Any) -> tuple[list[str], str]:
    """Comments that say something, of rated answers where ratings are known, and the name of their column."""
    column = survey._column("comment")
    try:
        found = survey._comments(None, None)
        texts = [text for text, category in zip(found.texts, found.categories, strict=True) if category >= 0]
    except RoleError:
        texts = written(survey.source, column).comments
    said = [text for text, is_said in zip(texts, are_answers(texts), strict=True) if is_said]
    if not said:
        raise EmptyDataError(
            where=f"column {column!r}", expected="at least one comment that says something",
            got=f"none of {len(texts):,}",
            hint="name the column of comments: df.nps(comment='why')",
        )  # fmt: skip
    return said, column
