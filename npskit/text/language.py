"""In which language each comment is written: French, English, or not told.

A code frame has words for each language, and "pain" is bread in one of them. The small words of a sentence tell its
language almost surely (*de, les, pas* against *the, of, was*); what they leave open is asked of py3langid, restricted
to the two; and what is too short for both ("Super !") goes with most of the survey, which is counted so that it can be
said. Comments in another script, or half in one language and half in the other, are of none: words of both apply.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import optional_import
from npskit.text.terms import Corpus, stop_words

__all__ = ["Languages", "languages"]

# Small words that are the same letters in both languages.
SHARED = frozenset(
    ("a", "on", "me", "as", "or", "son", "us", "an", "but", "se", "in", "do", "may", "car", "dans", "t", "s")
)
ONLY = {"fr": "pas plus trop peu moins tres est sont avec pour", "en": "not too very more less"}
FRENCH_LETTERS = frozenset("éèêëàâçùûîïôœ")
LEAST_VOTES, LEAST_RATIO = 2, 3
# Comments shorter than this are not shown to a statistical model.
LEAST_LETTERS, LEAST_WORDS, LEAST_SURE = 20, 4, 0.8


@dataclass(frozen=True, slots=True)
class Languages:
    """Languages of comments.

    Attributes
    ----------
    codes : tuple of str or None
        "fr", "en" or None for each comment.
    assumed : int
        Comments too short to tell, taken as the language of most others.
    """

    codes: tuple[str | None, ...]
    assumed: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Comments of each language, the commonest first; "" for those that are of none."""
        return dict(Counter(code or "" for code in self.codes).most_common())


def languages(corpus: Corpus) -> Languages:
    """The language of each comment.

    Raises
    ------
    MissingExtraError
        When py3langid is needed and not installed.

    Examples
    --------
    >>> from npskit.text.terms import read
    >>> languages(read(["Le personnel est aimable", "The staff was very kind", "Super"])).codes
    ('fr', 'en', None)
    """
    votes = counted_votes(corpus)
    lengths = corpus.lengths()
    codes = [told(text, pair, n) for text, pair, n in zip(corpus.texts, votes, lengths.tolist(), strict=True)]
    usual = most_common(codes)
    open_ = [at for at, code in enumerate(codes) if code == OPEN]
    for at in open_:
        codes[at] = usual
    return Languages(tuple(code or None for code in codes), len(open_) if usual else 0)


OPEN, NEITHER = "?", ""


def most_common(codes: list[str]) -> str:
    """The language of most comments that have one, when it is most."""
    sure = Counter(code for code in codes if code in ONLY)
    return sure.most_common(1)[0][0] if sure and sure.most_common(1)[0][1] * 2 > sure.total() else NEITHER


def counted_votes(corpus: Corpus) -> list[tuple[int, int]]:
    """Small words of French and of English in each comment."""
    found = []
    for lang in ("fr", "en"):
        small = (stop_words(lang) - stop_words("en" if lang == "fr" else "fr") - SHARED) | set(ONLY[lang].split())
        is_small = np.array([word in small for word in corpus.vocabulary], dtype=np.bool_)
        found.append(per_comment(corpus, is_small))
    return list(zip(*(votes.tolist() for votes in found), strict=True))


def per_comment(corpus: Corpus, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many of the chosen words each comment holds."""
    inside = chosen[corpus.words] if len(corpus.words) else np.zeros(0, dtype=np.bool_)
    return np.bincount(corpus.documents[inside], minlength=len(corpus))


def told(text: str, votes: tuple[int, int], length: int) -> str:
    """The language of one comment, NEITHER, or OPEN when it is too short to tell."""
    letters = [char for char in text[:MOST_READ] if char.isalpha()]
    if letters and sum(is_latin(char) for char in letters) * 2 < len(letters):
        return NEITHER
    french, english = votes
    french += any(char in FRENCH_LETTERS for char in text[:MOST_READ].lower())
    if french >= LEAST_VOTES and french >= LEAST_RATIO * english:
        return "fr"
    if english >= LEAST_VOTES and english >= LEAST_RATIO * french:
        return "en"
    if min(votes) >= LEAST_VOTES + 1:
        return NEITHER
    if len(letters) < LEAST_LETTERS or length < LEAST_WORDS:
        return OPEN
    code, sure = identifier().classify(text[:MOST_READ])
    return str(code) if sure >= LEAST_SURE else OPEN


# Letters of a comment that tell its language; the rest tells no more.
MOST_READ = 2000


def is_latin(char: str) -> bool:
    """Whether a letter is of the Latin script (Unicode blocks up to Latin Extended Additional)."""
    return ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00


@cache
def identifier() -> Any:
    """py3langid restricted to the two languages; an object of its own, so that nobody else's settings change."""
    module = optional_import("py3langid.langid", extra="text", purpose="tell the language of comments")
    found = module.LanguageIdentifier.from_model_file(module.MODEL_FILE, norm_probs=True)
    found.set_languages(["en", "fr"])
    return found
