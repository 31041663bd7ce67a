"""A code frame: which words say which theme, as a table that anyone can read and change.

People who have read thousands of comments know what they are about. What they know is written down here, a line a
theme and language: the words that speak of it, and the words that only look as if they did. Ten such lines code
better than a statistical model without labels, and everybody can see why a comment is where it is. A comment may
have several themes; what no line covers is counted, and its commonest terms are proposed as the next lines.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, SurveyNotFoundError, did_you_mean
from npskit.text.rules import Index, Pattern, Phrase, parsed
from npskit.text.terms import Corpus, Ints, Surfaces, read, terms

__all__ = ["STARTERS", "Codeframe", "Coding", "Line"]

STARTERS = ("retail", "software", "travel", "health")
COLUMNS = ("theme", "lang", "include", "exclude")
LANGUAGES = ("", "en", "fr")
Flags = NDArray[np.bool_]
# What makes a theme, and what sets a place or a comment aside.
Rules = tuple[tuple[Phrase | Pattern, ...], tuple[Phrase | Pattern, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a code frame: the words of a theme in a language ("" for all)."""

    theme: str
    lang: str
    include: str
    exclude: str = ""


@dataclass(frozen=True, slots=True)
class Coding:
    """Which comments speak of which themes.

    Attributes
    ----------
    matrix : ndarray (comments, themes) of bool
    terms : tuple of tuple of str
        For each theme the words that were met most, as people write them.
    themes : tuple of str
    """

    matrix: Flags
    terms: tuple[tuple[str, ...], ...]
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Codeframe:
    """Themes and their words.

    Parameters
    ----------
    lines : sequence of Line
        In `include` words (``cher``), beginnings (``tarif*``), phrases (``"rapport qualité prix"``; a phrase needs no
        quotes) and patterns (``/\\d+ ?%/``), with commas between them; case, accents and apostrophes count for
        nothing. In `exclude` a phrase is set aside where it stands (``"à tout prix"``), while a word, beginning or
        pattern leaves the whole comment out of the theme.

    Raises
    ------
    ArgumentError
        For a line without theme or words, a language that is not known, or a pattern that cannot be read; the error
        names line and theme.

    Examples
    --------
    >>> frame = Codeframe([Line("price", "fr", "cher*, prix", '"à tout prix"'), Line("welcome", "fr", "accueil*")])
    >>> frame.code(["Trop CHÈRE, mais bel accueil !", "à tout prix"], ["fr", "fr"]).tolist()
    [[True, True], [False, False]]
    """

    lines: Sequence[Line]
    _rules: tuple[Rules, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.lines))
        if not self.lines:
            raise ArgumentError(where="code frame", expected="at least one line", got="none")
        object.__setattr__(self, "_rules", tuple(rules_of(line, at) for at, line in enumerate(self.lines)))

    @classmethod
    def starter(cls, name: str) -> Codeframe:
        """One of the code frames that come with npskit, in French and English.

        Parameters
        ----------
        name : {"retail", "software", "travel", "health"}

        Examples
        --------
        >>> Codeframe.starter("retail").themes[:3]
        ('price', 'welcome', 'advice')
        """
        if name not in STARTERS:
            raise ArgumentError(f"no starter code frame {name!r}.", hint=did_you_mean(str(name), STARTERS))
        text = files("npskit").joinpath("data", "codeframes", f"{name}.csv").read_text(encoding="utf-8")
        return cls(lines_of(csv.DictReader(io.StringIO(text)), where=name))

    @classmethod
    def read(cls, source: Any) -> Codeframe:
        """A code frame from a CSV file (commas, semicolons or tabs), a frame or rows, with the columns of a line.

        Raises
        ------
        SurveyNotFoundError
            When no file is at the path.
        ReadError
            When a column is missing.
        """
        if isinstance(source, Codeframe):
            return source
        if isinstance(source, (str, os.PathLike)):
            return cls(lines_of(rows_of_file(Path(source)), where=Path(source).name))
        return cls(lines_of(rows_of_frame(source), where="code frame"))

    @property
    def themes(self) -> tuple[str, ...]:
        """Names of the themes, in their order."""
        return tuple(dict.fromkeys(line.theme for line in self.lines))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the code frame as a CSV that `read` and a spreadsheet open."""
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows((line.theme, line.lang, line.include, line.exclude) for line in self.lines)

    def code(self, texts: Corpus | Iterable[str], langs: Sequence[str | None] | None = None) -> Flags:
        """Which comments speak of which themes.

        Parameters
        ----------
        texts : Corpus or iterable of str
        langs : sequence of str or None, optional
            Language of each comment; lines of every language apply where it is None.

        Returns
        -------
        ndarray (comments, themes) of bool

        Raises
        ------
        ArgumentError
            When a pattern takes longer than two seconds.
        """
        return self.coding(texts, langs).matrix

    def coding(self, texts: Corpus | Iterable[str], langs: Sequence[str | None] | None = None) -> Coding:
        """As `code`, with the words that were met."""
        corpus = texts if isinstance(texts, Corpus) else read(texts)
        index, surfaces = Index(corpus), Surfaces(corpus)
        matrix = np.zeros((len(corpus), len(self.themes)), dtype=np.bool_)
        met: list[Counter[str]] = [Counter() for _ in self.themes]
        for line, (include, exclude) in zip(self.lines, self._rules, strict=True):
            column = self.themes.index(line.theme)
            allowed = of_language(line.lang, langs, len(corpus))
            aside = left_out(index, exclude, allowed)
            for rule in include:
                documents, places = met_by(index, rule, allowed, aside)
                matrix[documents, column] = True
                met[column].update(said(rule, documents, places, corpus, surfaces))
        return Coding(matrix, tuple(tuple(most(counter)) for counter in met), self.themes)


def rules_of(line: Line, at: int) -> Rules:
    """The rules of a line, checked."""
    # The first line of a file holds the names of the columns.
    where = f"code frame, line {at + 2}, theme {line.theme!r}"
    if not line.theme.strip():
        raise ArgumentError(where=f"code frame, line {at + 2}", expected="the name of a theme", got="none")
    if line.lang not in LANGUAGES:
        raise ArgumentError(where=where, expected="'en', 'fr' or nothing as lang", got=repr(line.lang))
    include = parsed(line.include, where=where)
    if not include:
        raise ArgumentError(where=where, expected="at least one word in include", got=repr(line.include[:40]))
    return include, parsed(line.exclude, where=where)


def lines_of(rows: Iterable[dict[str, Any]], *, where: str) -> list[Line]:
    """Rows as lines; empty rows are skipped.

    Raises
    ------
    ReadError
        When there is no column of themes or of words.
    """
    lines = []
    for row in rows:
        known = {str(name).strip().lower(): row[name] for name in row if name is not None}
        for name in ("theme", "include"):
            if name not in known:
                raise ReadError(
                    where=where, expected="columns theme, lang, include, exclude", got=", ".join(map(str, known))
                )
        theme, lang, include, exclude = (text_of(known.get(name)) for name in COLUMNS)
        if theme or include:
            lines.append(Line(theme, lang.lower(), include, exclude))
    return lines


def text_of(value: Any) -> str:
    """A cell as text; nothing for what is missing."""
    return "" if value is None or value != value else str(value).strip()


def rows_of_file(path: Path) -> list[dict[str, Any]]:
    """Rows of a CSV file in the encoding and with the separator it has."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise SurveyNotFoundError(
            f"no code frame at {str(path)!r}.", hint=f"starters are {', '.join(STARTERS)}"
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


def rows_of_frame(source: Any) -> list[dict[str, Any]]:
    """Rows of any frame with named columns, or of a list of mappings."""
    if isinstance(source, (list, tuple)) and all(isinstance(row, (dict, Line)) for row in source):
        return [{name: getattr(row, name) for name in COLUMNS} if isinstance(row, Line) else row for row in source]
    names = [str(name) for name in getattr(source, "columns", source if isinstance(source, dict) else ())]
    if not names:
        raise ArgumentTypeError(
            where="codeframe",
            expected="a starter's name, the path of a CSV, a frame or a Codeframe",
            got=type(source).__name__,
            hint=f"codeframe={STARTERS[0]!r}",
        )
    return [dict(zip(names, row, strict=True)) for row in zip(*(list(source[name]) for name in names), strict=True)]


def of_language(lang: str, langs: Sequence[str | None] | None, size: int) -> Flags:
    """Comments to which a line applies."""
    if not lang or langs is None:
        return np.ones(size, dtype=np.bool_)
    return np.array([code is None or code == lang for code in langs], dtype=np.bool_)


def left_out(index: Index, rules: Sequence[Phrase | Pattern], allowed: Flags) -> Flags:
    """Words that do not count; `allowed` loses the comments that a word or pattern leaves out."""
    aside = np.zeros(len(index.corpus.words), dtype=np.bool_)
    for rule in rules:
        found = index.pattern(rule) if isinstance(rule, Pattern) else index.phrase(rule)
        if found.length > 1:
            for step in range(found.length):
                aside[found.starts + step] = True
        else:
            allowed[found.documents] = False
    return aside


def met_by(index: Index, rule: Phrase | Pattern, allowed: Flags, aside: Flags) -> tuple[Ints, Ints]:
    """Comments in which a rule is met and where; nothing that was set aside."""
    if isinstance(rule, Pattern):
        found = index.pattern(rule)
        return found.documents[allowed[found.documents]], found.starts
    found = index.phrase(rule)
    kept = allowed[found.documents]
    for step in range(found.length):
        kept &= ~aside[found.starts + step]
    return found.documents[kept], found.starts[kept]


def said(rule: Phrase | Pattern, documents: Ints, places: Ints, corpus: Corpus, surfaces: Surfaces) -> dict[str, int]:
    """The words by which a rule was met, and in how many comments."""
    if isinstance(rule, Pattern) or not len(documents):
        return {}
    if len(rule.parts) > 1:
        return {corpus.span(int(places[0]), int(places[0]) + len(rule.parts)): len(np.unique(documents))}
    pairs = np.unique(np.stack([corpus.words[places], documents]), axis=1)[0]
    ids, times = np.unique(pairs, return_counts=True)
    return {surfaces.name(word): n for word, n in zip(ids.tolist(), times.tolist(), strict=True)}


def most(counter: Counter[str], size: int = 6) -> list[str]:
    """The commonest words; ties by the alphabet."""
    return [word for word, _ in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:size]]


def coverage(matrix: Flags) -> float:
    """Share of comments with at least one theme; nan without comments."""
    return float(matrix.any(axis=1).mean()) if len(matrix) else float("nan")


def overlap(matrix: Flags) -> float:
    """Share of the covered comments that have more than one theme; nan where none is covered."""
    counts = matrix.sum(axis=1)
    return float((counts > 1).sum() / (counts > 0).sum()) if (counts > 0).any() else float("nan")


def uncovered_terms(corpus: Corpus, matrix: Flags, *, size: int = 20) -> list[tuple[str, int]]:
    """The commonest terms of the comments without a theme, and in how many of these each is."""
    found = terms(corpus, least=1)
    times = found.counts(np.asarray(~matrix.any(axis=1)))
    order = np.lexsort((np.arange(len(times)), -times))[:size]
    return [(found.names[at], int(times[at])) for at in order if times[at] > 0]
