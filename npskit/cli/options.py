"""Options that several commands share, and what they say as keywords of npskit."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import npskit
from npskit.errors import ArgumentError
from npskit.labels import LANGUAGES

if TYPE_CHECKING:
    from npskit import Survey
    from npskit.scale import Scale

__all__ = ["add", "columns", "reading", "survey_of"]

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
    examples: Sequence[str] = (),
) -> argparse.ArgumentParser:
    """One command, with its examples and the options that say how to read the file."""
    parser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog="\n  ".join(["examples:", *examples]) if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("--lang", choices=LANGUAGES, default=None, help="language of what is printed or drawn")
    if file:
        add_reading_options(parser)
    if formats:
        parser.add_argument("--format", choices=("text", "csv", "json"), default="text")
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
    return npskit.Survey(npskit.read_survey(options.file, **hints) if hints else options.file, **columns(options))


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
    return npskit.Scale(int(low), int(high))
