"""A code frame changed a word at a time, as people do who read comments.

A code frame is never changed in place: each step gives another one, so that every step can be taken back. What was
written in a cell stays as it was written, quotation marks and patterns included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from npskit.errors import ArgumentError, did_you_mean
from npskit.text.codeframe import Codeframe, Line
from npskit.text.rules import ITEM, parsed
from npskit.text.terms import fold

__all__ = ["items", "with_words", "without_word"]

ENDS = ",;|\n"


def items(cell: str) -> list[str]:
    """The rules of a cell as they are written.

    Examples
    --------
    >>> items('cher, tarif*; "prix, qualité", /a,b/')
    ['cher', 'tarif*', '"prix, qualité"', '/a,b/']
    """
    found, at = [], 0
    while at < len(cell):
        met = ITEM.match(cell, at)
        if met is None or met.end() == at:
            break
        at = met.end()
        text = met[0][:-1] if met[0][-1] in ENDS else met[0]
        if parsed(text, where="cell"):
            found.append(text.strip())
    return found


def same(first: str, second: str) -> bool:
    """Whether two rules say the same; a pattern only when it is the same letter by letter."""
    if "/" in (first[:1], second[:1]):
        return first == second
    return fold(first).strip('"“”«» ') == fold(second).strip('"“”«» ')


def with_words(frame: Codeframe | None, theme: str, words: str, lang: str = "") -> Codeframe:
    """The code frame with words more.

    Parameters
    ----------
    frame : Codeframe or None
        None for one without lines.
    theme : str
        A new one comes last.
    words : str
        A word, or several rules with commas between them as they stand in a code frame.
    lang : {"", "en", "fr"}, optional
        The line they go to: that of the language, or the theme's line for all languages, or a new one.

    Raises
    ------
    ArgumentError
        For a pattern that cannot be read, and for no word at all.

    Examples
    --------
    >>> frame = with_words(Codeframe([Line("price", "fr", "cher")]), "price", "tarif*, CHER", "fr")
    >>> frame.lines[0].include
    'cher, tarif*'
    """
    where = f"theme {theme!r}"
    parsed(words, where=where)
    given = items(words)
    if not given:
        raise ArgumentError(where=where, expected="a word", got=repr(words[:40]))
    lines = list(frame.lines) if frame is not None else []
    own = [at for at, line in enumerate(lines) if line.theme == theme]
    # A code frame that knows no languages goes on without them.
    if lines and not own and not any(line.lang for line in lines):
        lang = ""
    places = [at for at in own if lines[at].lang == lang] or [at for at in own if not lines[at].lang]
    if not places:
        at = own[-1] + 1 if own else len(lines)
        return Codeframe([*lines[:at], Line(theme, lang, ", ".join(unsaid(given, []))), *lines[at:]])
    at = places[0]
    more = unsaid(given, items(lines[at].include))
    if not more and frame is not None:
        return frame
    lines[at] = replace(lines[at], include=", ".join([*filter(None, [lines[at].include.rstrip(" ,;|\n")]), *more]))
    return Codeframe(lines)


def unsaid(given: Sequence[str], known: Sequence[str]) -> list[str]:
    """What is given and neither known nor given before."""
    kept: list[str] = []
    for each in given:
        if not any(same(each, other) for other in (*known, *kept)):
            kept.append(each)
    return kept


def without_word(frame: Codeframe, theme: str, word: str) -> Codeframe | None:
    """The code frame without a word of a theme; a line without words goes, None when no line is left.

    Raises
    ------
    ArgumentError
        When the theme has no such word.

    Examples
    --------
    >>> without_word(Codeframe([Line("price", "fr", "cher, prix")]), "price", "Cher").lines[0].include
    'prix'
    """
    lines, known, removed = [], [], False
    for line in frame.lines:
        if line.theme != theme:
            lines.append(line)
            continue
        own = items(line.include)
        known += own
        kept = [each for each in own if not same(each, word)]
        removed = removed or len(kept) < len(own)
        if len(kept) == len(own):
            lines.append(line)
        elif kept:
            lines.append(replace(line, include=", ".join(kept)))
    if not removed:
        raise ArgumentError(f"theme {theme!r} has no word {word!r}.", hint=did_you_mean(word, known))
    return Codeframe(lines) if lines else None
