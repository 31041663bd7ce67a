"""Errors and cautions in the language of a configuration.

An error is raised in English by whoever finds it, and most of them know of no language: readers, frames, the check of
a template. But who reads the lines of a watch chose a language in its configuration. So what can be said wrong there
stands in labels.csv (``error_``) as it is raised, with its places left open, beside how the other language says it;
an error is told again by finding its words there. What is not there stays as it is. So it is with what readers warn of.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TypeVar

from npskit.errors import NpskitError, ReadWarning
from npskit.labels import LANGUAGES, NARROW_SPACE, glossary, language, word

__all__ = ["caution_text", "in_language", "language_said", "reason_text", "said_again", "spoken"]

PREFIX = "error_"
# What a name may be asked for in a hint, or shown as found: as Python writes a text.
QUOTED = re.compile(r"(?<![\w’])'([^'\n]*)'(?!\w)|(?<!\w)\"([^\"\n]*)\"(?!\w)")
# What a reader says of a column, by the name that code types.
BEGINNING = re.compile(r"^Column '([^']*)':")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
DEEPEST = 12
SAID = re.compile(rf"^lang:\s*['\"]?({'|'.join(LANGUAGES)})\b", re.MULTILINE)
MOST_READ = 1_000_000
Error = TypeVar("Error", bound=NpskitError)


@contextmanager
def spoken(lang: str) -> Iterator[None]:
    """What goes wrong inside is told in a language."""
    try:
        yield
    except NpskitError as error:
        told = in_language(error, lang)
        if told is error:
            raise
        raise told from error.__cause__


def language_said(path: Path) -> str:
    """The language of a configuration, also of one that is no YAML; that of the session where it says none."""
    try:
        with path.open("rb") as file:
            found = SAID.search(file.read(MOST_READ).decode("utf-8", "replace"))
    except OSError:
        found = None
    return language(found[1] if found else None)


def in_language(error: Error, lang: str) -> Error:
    """The same error with its words in another language.

    Examples
    --------
    >>> from npskit.errors import ArgumentError
    >>> found = ArgumentError(where="nps.yaml, line 2, monitor.alpha", expected="a number between 0 and 1", got="3")
    >>> in_language(found, "fr").message
    'nps.yaml, ligne 2, monitor.alpha\\u202f: attendu un nombre entre 0 et 1, trouvé 3.'
    """
    if language(lang) == "en":
        return error
    told = copy.copy(error)
    told.message, told.hint = reason_text(error, lang), ""
    told.args = (told.message,)
    return told


def reason_text(error: NpskitError, lang: str) -> str:
    """Message and hint of an error."""
    if language(lang) == "en":
        return str(error)
    return "\n".join([said_again(error.message, lang), *hint_text(error.hint, lang)])


def hint_text(english: str, lang: str) -> list[str]:
    """What to do, as a sentence; none for no hint."""
    # An error that came through another one has its hint as a sentence.
    whole = english[:-1] if english.endswith(".") and not is_said(english) else english
    hint = said_again(whole, lang)
    return [word("watch_hint", lang, hint=hint if hint.endswith((".", "?", ")")) else f"{hint}.")] if hint else []


def is_said(text: str) -> bool:
    """Whether a text is one of the known sentences."""
    return any(pattern.fullmatch(text) for _, pattern in sentences())


def caution_text(warning: Warning, lang: str, headers: Mapping[str, str] | None = None) -> str:
    """What a reader warns of, in a language, of columns as their file calls them.

    Examples
    --------
    >>> from npskit.errors import ReadWarning
    >>> found = ReadWarning(source="mars.csv", sentences=["Column 'nps': 99 (3 times) was read as no answer."])
    >>> caution_text(found, "en", {"nps": "Would you recommend us?"})
    "mars.csv: Column 'Would you recommend us?': 99 (3 times) was read as no answer."
    >>> caution_text(found, "fr")
    'mars.csv\u202f: Colonne «\u202fnps\u202f»\u202f: 99 (3 fois) lu comme une absence de réponse.'
    """
    if isinstance(warning, ReadWarning) and warning.sentences:
        known = headers or {}
        sentences = [BEGINNING.sub(lambda found: f"Column {known.get(found[1], found[1])!r}:", each)
                     for each in warning.sentences]  # fmt: skip
        said = " ".join(said_again(each, lang) for each in sentences)
        return f"{warning.source}{word('chart_colon', lang)} {said}"
    if language(lang) == "en":
        return str(warning)
    message, _, hint = str(warning).partition("\nHint: ")
    return " ".join([said_again(message, lang), *hint_text(hint, lang)])


def said_again(text: str, lang: str) -> str:
    """English words of an error in a language; as they are where nobody said them otherwise.

    Examples
    --------
    >>> said_again("did you mean 'rating'? There are: country, rating.", "fr")
    'vouliez-vous dire «\\u202frating\\u202f»\\u202f? Il y a\\u202f: country, rating.'
    >>> said_again("1,204", "fr"), said_again("something new", "fr")
    ('1\\u202f204', 'something new')
    """
    return text if language(lang) == "en" else quoted_so(told(text, lang, DEEPEST))


def told(text: str, lang: str, depth: int) -> str:
    """The text by the first of the known sentences that it is, its parts told the same way."""
    if THOUSANDS.fullmatch(text):
        return text.replace(",", NARROW_SPACE)
    for key, pattern in sentences():
        if depth and (found := pattern.fullmatch(text)):
            parts = {name: told(part, lang, depth - 1) for name, part in found.groupdict().items()}
            return word(key, lang, **parts)
    return text


@cache
def sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each known sentence as a pattern, those with the most words of their own first."""
    known = {key: words["en"] for key, words in glossary([PREFIX]).items()}
    own = {key: sum(len(text) for text, *_ in Formatter().parse(english)) for key, english in known.items()}
    return tuple((key, pattern_of(known[key])) for key in sorted(known, key=lambda key: -own[key]))


def pattern_of(english: str) -> re.Pattern[str]:
    """A sentence whose places may hold anything; that of a number, n, no bracket."""
    held = {name: "[^()]" if name == "n" else "." for _, name, *_ in Formatter().parse(english) if name}
    parts = [
        re.escape(text) + (f"(?P<{name}>{held[name]}+?)" if name else "")
        for text, name, *_ in Formatter().parse(english)
    ]
    return re.compile("".join(parts), re.DOTALL)


def quoted_so(text: str) -> str:
    """Texts in the quotation marks of French, and apostrophes that curl."""
    marked = QUOTED.sub(lambda found: f"«{NARROW_SPACE}{found[1] or found[2] or ''}{NARROW_SPACE}»", text)
    return re.sub(r"(?<=\w)'(?=\w)", "’", marked)
