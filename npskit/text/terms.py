"""Comments as words that compare: "Accueil", "l’accueil" and "ACCUEIL" are one.

Every comment is read once into numbers: a word is its place in the vocabulary of folded forms (no case, no accents,
no apostrophes), and all comments stand one behind the other in one array. Looking up a phrase, counting a term or
finding the words beside another one is then arithmetic on that array, which is what makes thousands of comments a
matter of milliseconds. The forms in which people wrote each word are kept, because a theme is named by these.

Negations and *trop, peu, plus, moins* are words like any other: without them "pas cher" and "trop cher" are the same.
"""

from __future__ import annotations

import csv
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.text.redaction import KINDS

__all__ = ["Corpus", "Terms", "fold", "read", "stop_words", "terms"]

Ints = NDArray[np.int64]

WORD = re.compile(r"[^\W_]+|[.!?;:()\n…]")
TAG = re.compile(r"<[^<>]{1,500}>")
# What `redacted` puts in place of personal data is nothing that anybody wrote.
MASK = re.compile("|".join(map(re.escape, KINDS.values())))
IRREGULAR = {"can't": "can not", "won't": "will not", "shan't": "shall not", "cannot": "can not"}
CONTRACTED = re.compile(r"\b(?:can't|won't|shan't|cannot)\b")
CONTRACTION = re.compile(r"\b(\w{2,12})n't\b")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "´": "'", "`": "'"})
# Words before an apostrophe that French leaves out of writing when two words meet.
ELIDED = frozenset(["l", "d", "j", "n", "m", "t", "s", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"])
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Corpus:
    """Comments as one array of words.

    Attributes
    ----------
    texts : tuple of str
    words : ndarray (tokens,)
        Place of each word in `vocabulary`, comment after comment.
    written : ndarray (tokens,)
        Place of each word as it was written in `forms`.
    documents : ndarray (tokens,)
        The comment of each word.
    follows : ndarray (tokens,) of bool
        Whether the word stands behind another one of its sentence.
    vocabulary : dict of str to int
        Folded forms.
    forms : tuple of str
        Words as written, in lower case.
    """

    texts: tuple[str, ...]
    words: Ints
    written: Ints
    documents: Ints
    follows: NDArray[np.bool_]
    vocabulary: dict[str, int]
    forms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def span(self, start: int, stop: int) -> str:
        """The words from one place to another as written."""
        said = ""
        for form in (self.forms[at] for at in self.written[start:stop]):
            glue = "" if not said else "'" if said.rsplit(" ", 1)[-1] in ELIDED else " "
            said += glue + form
        return said

    def lengths(self) -> Ints:
        """Words of each comment."""
        return np.bincount(self.documents, minlength=len(self)).astype(np.int64)


def fold(text: str) -> str:
    """Text in lower case without accents, typographic apostrophes as plain ones.

    Examples
    --------
    >>> fold("L’Œillet FANÉ")
    "l'oeillet fane"
    """
    plain = text.lower().translate(LIGATURES)
    if plain.isascii():
        return plain
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


def cleaned(text: str) -> str:
    """A comment in lower case, without the markup of a page it was copied from, English negations spelled out."""
    if "[" in text:
        text = MASK.sub(" ", text)
    if "<" in text or "&" in text:
        text = html.unescape(TAG.sub(" ", text))
    text = text.lower() if text.isascii() else unicodedata.normalize("NFC", text).lower().translate(LIGATURES)
    if "n't" in text or "cannot" in text:
        text = CONTRACTED.sub(lambda found: IRREGULAR[found[0]], text)
        text = CONTRACTION.sub(r"\1 not", text)
    return text


def read(texts: Iterable[str]) -> Corpus:
    """Comments read into words.

    Examples
    --------
    >>> corpus = read(["L’accueil est parfait !", "accueil PARFAIT, isn't it"])
    >>> list(corpus.vocabulary)
    ['l', 'accueil', 'est', 'parfait', 'is', 'not', 'it']
    """
    kept = tuple(texts)
    vocabulary: dict[str, int] = {}
    places: dict[str, tuple[int, int]] = {}
    forms: list[str] = []
    words, written, follows, lengths = list[int](), list[int](), list[bool](), list[int]()
    for text in kept:
        before, beside = len(words), False
        for token in WORD.findall(cleaned(text)):
            place = places.get(token)
            if place is None:
                place = places[token] = placed(token, vocabulary, forms)
            if place[0] < 0:
                beside = False
                continue
            words.append(place[0])
            written.append(place[1])
            follows.append(beside)
            beside = True
        lengths.append(len(words) - before)
    return Corpus(
        kept,
        np.array(words, dtype=np.int64),
        np.array(written, dtype=np.int64),
        np.repeat(np.arange(len(kept), dtype=np.int64), lengths),
        np.array(follows, dtype=np.bool_),
        vocabulary,
        tuple(forms),
    )


def placed(token: str, vocabulary: dict[str, int], forms: list[str]) -> tuple[int, int]:
    """Places of a new word in the vocabulary and among the forms; (-1, -1) for what ends a sentence."""
    if not token[0].isalnum():
        return -1, -1
    forms.append(token[:LONGEST_WORD])
    return vocabulary.setdefault(fold(token)[:LONGEST_WORD], len(vocabulary)), len(forms) - 1


@cache
def stop_words(lang: str | None = None) -> frozenset[str]:
    """Words without a subject of their own, folded; of both languages unless one is named."""
    lines = files("npskit").joinpath("data", "stop_words.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines)
    return frozenset(word for row in rows if lang in (None, row["lang"]) for word in row["words"].split())


@dataclass(frozen=True, slots=True)
class Terms:
    """Which comments hold which terms: single words and pairs of neighbours, stop words between them skipped.

    Attributes
    ----------
    names : tuple of str
        Terms as most people wrote them.
    documents, ids : ndarray (entries,)
        Each comment with each of its terms once, by comment.
    size : int
        Number of comments.
    words : tuple of tuple of int
        The folded words of each term, as places in the corpus' vocabulary.
    """

    names: tuple[str, ...]
    documents: Ints
    ids: Ints
    size: int
    words: tuple[tuple[int, ...], ...]

    def counts(self, rows: NDArray[np.bool_] | None = None) -> Ints:
        """Comments with each term, of all or of some comments."""
        ids = self.ids if rows is None else self.ids[rows[self.documents]]
        return np.bincount(ids, minlength=len(self.names)).astype(np.int64)


def terms(corpus: Corpus, *, least: int = 5, most: int = 1500) -> Terms:
    """The terms that at least some comments hold.

    Parameters
    ----------
    corpus : Corpus
    least : int, optional
        Comments that a term must be in.
    most : int, optional
        Terms kept, the commonest first.

    Examples
    --------
    >>> found = terms(read(["temps d'attente trop long", "Temps d'attente", "trop cher"]), least=2)
    >>> sorted(found.names)
    ['attente', 'temps', "temps d'attente", 'trop']
    """
    keep = content(corpus)
    at = np.flatnonzero(keep[corpus.words])
    size = max(len(corpus.vocabulary), 1)
    words, documents = corpus.words[at], corpus.documents[at]
    # Two words are neighbours when nothing but stop words of the same sentence stands between them.
    sentence = np.cumsum(~corpus.follows)[at]
    pairs = np.flatnonzero((sentence[1:] == sentence[:-1]) & (words[1:] != words[:-1]))
    first, second = at[pairs], at[pairs + 1]
    close = second - first <= MOST_BETWEEN
    first, second = first[close], second[close]
    codes = np.concatenate([words, size + corpus.words[first] * size + corpus.words[second]])
    owners = np.concatenate([documents, corpus.documents[first]])
    different, ids = np.unique(codes, return_inverse=True)
    entries = np.unique(owners * max(len(different), 1) + ids)
    owners, ids = np.divmod(entries, max(len(different), 1))
    times = np.bincount(ids, minlength=len(different))
    order = np.lexsort((different, -times))
    chosen = np.sort(order[: min(most, int((times >= least).sum()))])
    place = np.full(len(different), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    inside = place[ids] >= 0
    kept = different[chosen].tolist()
    made = [(code,) if code < size else divmod(code - size, size) for code in kept]
    names = named(corpus, made, first, second)
    return Terms(names, owners[inside], place[ids[inside]], len(corpus), tuple(made))


# Words from the first to the second of a pair: "carte de la fidélité" at most.
MOST_BETWEEN = 3


def content(corpus: Corpus) -> NDArray[np.bool_]:
    """Which words of the vocabulary can be terms: no stop word, no number, no single letter."""
    stops = stop_words()
    return np.array(
        [len(word) > 1 and word not in stops and not word[0].isdigit() for word in corpus.vocabulary], dtype=np.bool_
    )


def named(corpus: Corpus, made: Sequence[tuple[int, ...]], first: Ints, second: Ints) -> tuple[str, ...]:
    """Each term as it is most often written."""
    single = Surfaces(corpus)
    wanted = {words for words in made if len(words) == 2}
    spans: dict[tuple[int, ...], Counter[str]] = {}
    pairs = zip(corpus.words[first].tolist(), corpus.words[second].tolist(), strict=True)
    for pair, start, stop in zip(pairs, first.tolist(), second.tolist(), strict=True):
        if pair in wanted:
            seen = spans.setdefault(pair, Counter())
            # A few dozen uses tell how a pair is written.
            if seen.total() < MOST_USES:
                seen[corpus.span(start, stop + 1)] += 1
    return tuple(
        single.name(words[0]) if len(words) == 1 else max(spans[words].items(), key=lambda item: (item[1], item[0]))[0]
        for words in made
    )


MOST_USES = 60


class Surfaces:
    """How each word of a vocabulary is most often written."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @cached_property
    def _best(self) -> dict[int, str]:
        corpus = self._corpus
        pairs, times = np.unique(np.stack([corpus.words, corpus.written]), axis=1, return_counts=True)
        best: dict[int, tuple[int, str]] = {}
        for word, form, n in zip(*pairs.tolist(), times.tolist(), strict=True):
            best[word] = max(best.get(word, (0, "")), (n, corpus.forms[form]))
        return {word: form for word, (_, form) in best.items()}

    def name(self, word: int) -> str:
        """The commonest form of a word."""
        return self._best[word]


def tf_idf(found: Terms) -> Any:
    """Comments × terms, rare terms weighing more, each comment of length 1; a SciPy sparse array.

    Presence and not frequency counts: a comment that says "cher" ten times is one customer.
    """
    from npskit.errors import optional_import

    sparse = optional_import("scipy.sparse", extra="text", purpose="group comments")
    rarity = np.log((1 + found.size) / (1 + found.counts())) + 1
    values = rarity[found.ids]
    lengths = np.sqrt(np.bincount(found.documents, values * values, found.size))
    values = values / lengths[found.documents]
    return sparse.csr_array((values, (found.documents, found.ids)), shape=(found.size, len(found.names)))
