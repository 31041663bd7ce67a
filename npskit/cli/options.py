"""Options that several commands share, and what they say as keywords of npskit."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Callable, Sequence
from typing import Any

import npskit
from npskit import Survey
from npskit.errors import ArgumentError
from npskit.labels import LANGUAGES
from npskit.scale import Scale

__all__ = ["add", "add_parameter_option", "asked", "columns", "parameters", "reading", "survey_of"]

ROLES = ("rating", "date", "comment", "customer", "weight", "cluster")
READ_HINTS = ("encoding", "separator", "decimal", "sheet", "question", "header", "dayfirst")


def add(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *,
    file: bool = True,
    formats: bool = False,
) -> argparse.ArgumentParser:
    """One command, with the options that say how to read the file."""
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--lang", choices=LANGUAGES, default=None, help="language of what is printed or drawn")
    if file:
        add_reading_options(parser)
    if formats:
        parser.add_argument("--format", choices=("text", "csv", "json"), default="text")
    if name == "score":
        parser.add_argument("--by", action="append", default=[], metavar="COLUMN", help="group by; repeat for more")
        parser.add_argument("--confidence-level", type=float, default=0.95, metavar="0.95")
        parser.add_argument("--method", default="score", help="score, adjusted_wald, wald, bayes or bootstrap")
    return parser


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """The file, the roles of its columns, and hints for reading it."""
    parser.add_argument("file", help="an export (CSV, XLSX), or Parquet: a file, a folder, a 'pattern*.parquet'")
    roles = parser.add_argument_group("columns, found when not named")
    for role in ROLES:
        roles.add_argument(f"--{role}", metavar="COLUMN")
    roles.add_argument(
        "--missing", action="append", default=[], metavar="CODE", help="a code for 'no answer', such as 11"
    )
    roles.add_argument("--scale", metavar="LOW-HIGH", help="the scale of the ratings, such as 1-5")
    roles.add_argument(
        "--keep", choices=("all", "last"), default="all", help="use every answer, or each customer's last"
    )
    reading = parser.add_argument_group("reading, decided from the file when not given")
    for hint in READ_HINTS[:-2]:
        reading.add_argument(f"--{hint}")
    reading.add_argument("--header", type=int, metavar="LINE", help="line of the column names, from 1; 0 for none")
    day = reading.add_mutually_exclusive_group()
    day.add_argument("--dayfirst", action="store_true", default=None, help="01/02/2024 is the first of February")
    day.add_argument("--monthfirst", dest="dayfirst", action="store_false", help="01/02/2024 is the second of January")


def add_parameter_option(parser: argparse.ArgumentParser) -> None:
    """Any parameter of a template."""
    parser.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE",
        help="any parameter of the template, such as target=40 or 'factors=[\"price\"]'; repeat for more",
    )  # fmt: skip


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """Keywords of `read_survey` that were given."""
    return {hint: getattr(options, hint) for hint in READ_HINTS if getattr(options, hint) is not None}


def columns(options: argparse.Namespace) -> dict[str, Any]:
    """Keywords of `Survey`."""
    named = {role: getattr(options, role) for role in ROLES}
    return {**named, "missing": codes(options.missing), "scale": scale_from(options.scale), "keep": options.keep}


def survey_of(options: argparse.Namespace) -> Survey:
    """The survey that the options describe."""
    hints = reading(options)
    return Survey(npskit.read_survey(options.file, **hints) if hints else options.file, **columns(options))


def codes(texts: Sequence[str]) -> list[str]:
    """Codes for "no answer": ``--missing 11 --missing 99`` or ``--missing 11,99``."""
    return [code.strip() for text in texts for code in text.split(",") if code.strip()]


def scale_from(text: str | None) -> Scale | None:
    """A scale written as "1-5"."""
    if text is None:
        return None
    low, _, high = text.partition("-")
    if not (low.isdigit() and high.isdigit()):
        raise ArgumentError(where="--scale", expected="LOW-HIGH such as 1-5", got=repr(text))
    return Scale(int(low), int(high))


def asked(options: argparse.Namespace) -> dict[str, Any]:
    """Parameters of the template that were given."""
    named = {"by": options.by or None, "every": options.every, **parameters(options.parameter)}
    return {name: value for name, value in named.items() if value is not None}


def parameters(texts: Sequence[str]) -> dict[str, Any]:
    """Parameters of a template: ``NAME=VALUE``, a value that is no Python literal being a text.

    Examples
    --------
    >>> parameters(["target=40", "nps=score", "factors=['price']"])
    {'target': 40, 'nps': 'score', 'factors': ['price']}
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ArgumentError(where="--parameter", expected="NAME=VALUE such as target=40", got=repr(text))
        try:
            found[name.strip()] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            found[name.strip()] = value
    return found
