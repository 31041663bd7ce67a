"""The grammar of ``%nps``: an expression, a verb, options.

    %nps EXPRESSION [VERB] [--option value ...]

The expression is Python, with whatever spaces it has; it ends where a word outside brackets and quotes is a verb or an
option. `split` is the one place that knows this; nothing is evaluated here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from npskit.errors import ArgumentError, did_you_mean

__all__ = ["VERBS", "Command", "is_expression", "split", "words"]

VERBS = (
    "summary", "distribution", "trend", "compare", "change", "segments", "drivers", "priorities", "journey",
    "scorecard", "forecast", "monitor", "simulate", "economics", "audit", "roles", "explore", "report",
)  # fmt: skip
FLAGS = ("table", "help")
CLOSING = {"(": ")", "[": "]", "{": "}"}
# Columns and languages are texts, however much they look like numbers.
TEXTS = {"by", "lang", "template", "rating", "date", "comment", "customer", "weight", "cluster", "scale", "keep"}


@dataclass(frozen=True, slots=True)
class Command:
    """What one line asks for.

    Attributes
    ----------
    expression : str
        Python that gives the answers; empty where a query gives them.
    verb : str
        Empty for the score.
    path : str
        Of a report.
    options : mapping of str to value
    """

    expression: str
    verb: str = ""
    path: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def words(line: str) -> Iterator[str]:
    """The parts of a line between spaces that are outside brackets and quotes.

    Examples
    --------
    >>> list(words("df.query('a > 1') [0, 1] --by 'my shop'"))
    ["df.query('a > 1')", '[0, 1]', '--by', "'my shop'"]
    """
    closing: list[str] = []
    quote, start, skip = "", 0, False
    for at, letter in enumerate(line):
        if skip:
            skip = False
        elif quote:
            skip = letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in CLOSING:
            closing.append(CLOSING[letter])
        elif closing and letter == closing[-1]:
            closing.pop()
        elif letter.isspace() and not closing:
            if line[start:at].strip():
                yield line[start:at].strip()
            start = at
    if line[start:].strip():
        yield line[start:].strip()


def split(line: str, *, query: bool = False) -> Command:
    """What a line asks for.

    Parameters
    ----------
    line : str
    query : bool
        Whether a query gives the answers, so that the line needs no expression.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> split("df[df.visits > 3] trend --every week --by shop --by team")
    Command(expression='df[df.visits > 3]', verb='trend', path='', options={'every': 'week', 'by': ['shop', 'team']})
    >>> split("report df 'my report.html' --lang fr")
    Command(expression='df', verb='report', path='my report.html', options={'lang': 'fr'})
    """
    parts = list(words(line))
    first = next((at for at, part in enumerate(parts) if is_option(part)), len(parts))
    head, options = parts[:first], options_of(parts[first:])
    verb, path = "", ""
    if head and head[0] == "report" and len(head) > (1 if query else 2):
        head, verb, path = head[1:-1], "report", text(head[-1])
    elif len(head) > (1 if query else 2) and head[-2] == "report":
        head, verb, path = head[:-2], "report", text(head[-1])
    elif head and head[-1] in VERBS and (query or len(head) > 1):
        head, verb = head[:-1], head[-1]
    expression = " ".join(head)
    if expression and not is_expression(expression):
        raise not_understood(head)
    if verb == "report" and not path:
        raise ArgumentError(where="%nps report", expected="a frame and a path, such as df report.html", got="no path")
    return Command(expression, verb, path, options)


def is_option(part: str) -> bool:
    """Whether a part is the name of an option; ``- 3`` and ``--3`` are Python."""
    return part == "-p" or (part.startswith("--") and part[2:3].isalpha())


def is_expression(code: str) -> bool:
    """Whether a text is one Python expression."""
    try:
        ast.parse(code, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def not_understood(head: list[str]) -> ArgumentError:
    """The line is no expression: the last word may be a verb that was mistyped."""
    before, after = " ".join(head[:-1]), " ".join(head[1:])
    if head[0] in (*VERBS, "score") and len(head) > 1 and is_expression(after):
        told = f"%nps {after}" if head[0] == "score" else f"%nps {after} {head[0]}"
        told += " report.html" if head[0] == "report" else ""
        return ArgumentError(where="%nps", expected="the frame first", got=repr(" ".join(head)), hint=told)
    if len(head) > 1 and is_expression(before):
        return ArgumentError(where="%nps", expected="a verb", got=repr(head[-1]), hint=did_you_mean(head[-1], VERBS))
    return ArgumentError(
        where="%nps", expected="a frame or another Python expression", got=repr(" ".join(head)),
        hint="an option begins with --, such as --by shop",
    )  # fmt: skip


def options_of(parts: list[str]) -> dict[str, Any]:
    """Options with their values; one that is given again becomes a list."""
    found: dict[str, Any] = {}
    at = 0
    while at < len(parts):
        name, equals, value = parts[at].partition("=")
        if not is_option(name):
            raise ArgumentError(where="%nps", expected="an option such as --by", got=repr(parts[at]))
        at += 1
        key = name.lstrip("-").replace("-", "_")
        if key in FLAGS and not equals:
            found[key] = True
            continue
        if not equals:
            if at == len(parts) or is_option(parts[at]):
                raise ArgumentError(where="%nps", expected=f"a value after {name}", got="none")
            value, at = parts[at], at + 1
        if key == "p":
            key, _, value = value.partition("=")
        given = text(value) if key in TEXTS and value[:1] not in "[(" else literal(value)
        found[key] = given if key not in found else [*as_list(found[key]), *as_list(given)]
    return found


def as_list(value: Any) -> list[Any]:
    """A value or several as several."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def text(value: str) -> str:
    """A text, with or without quotes."""
    found = literal(value) if value[:1] in {"'", '"'} else value
    return found if isinstance(found, str) else value


def literal(value: str) -> Any:
    """A Python literal; anything else is a text."""
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
