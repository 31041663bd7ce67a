"""The command ``npskit``: the number, the table and the report, without opening a notebook.

An error of npskit is one message on the error stream and exit code 2, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import npskit
from npskit.cli import completion, lab, notebooks, reports, scores, watch
from npskit.cli.output import let_letters_fit
from npskit.errors import NpskitError, NpskitWarning
from npskit.labels import word

__all__ = ["main"]

USAGE_ERROR = 2
ENDED = 128 + signal.SIGTERM
GOES_ON = "npskit: stopped; run the same line again to go on where it was."
# Hints speak of the call that mends; here it is an option.
OPTIONS: tuple[tuple[str, Any], ...] = (
    (r"df\.nps\((\w+)=('[^']*')\)", r"--\1 \2"),
    (r"missing=\[([^\]]*)\]", lambda found: "--missing " + found[1].replace(", ", ",")),
    (r"scale=(?:npskit\.)?Scale\((\d+), (\d+)\)", r"--scale \1-\2"),
    (r"scale=npskit\.Scale\(\.\.\.\)", "--scale LOW-HIGH"),
    (r"dayfirst=True/False", "--dayfirst or --monthfirst"),
    (r"dayfirst=True", "--dayfirst"),
    (r"dayfirst=False", "--monthfirst"),
    (r"\bheader=(\d+)", r"--header \1"),
    (r"\b(keep|sheet|encoding|separator|decimal|question|rating|date|weight)=('[^']*')", r"--\1 \2"),
    (r"\brating=\.\.\.", "--rating COLUMN"),
    (r"\bby=('[^']*')", r"--by \1"),
)
# What is typed in a shell keeps its quotation marks in every language.
TYPED = re.compile("(--[a-z-]+) «\u202f(.*?)\u202f»")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    Examples
    --------
    >>> main(["score", "no-such-file.csv"])
    2
    """
    let_letters_fit()
    parser = arguments_parser()
    options = parser.parse_args(arguments)
    lang = getattr(options, "lang", None)
    warnings.showwarning = partial(show_warning, lang=lang)
    try:
        return options.run(options)
    except NpskitError as error:
        print(f"npskit: {error_text(error, lang)}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; Python would complain again while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        if getattr(options, "all", False):
            print(GOES_ON, file=sys.stderr)
        return 130
    except SystemExit as end:
        # Asked to end while it wrote something; whoever asked reads a log, and not a terminal.
        if end.code == ENDED:
            print(GOES_ON if goes_on(options) else "npskit: stopped; nothing was written.", file=sys.stderr)
        raise


def goes_on(options: argparse.Namespace) -> bool:
    """Whether the same line does the rest of what it was stopped at."""
    return bool(getattr(options, "all", False)) or options.run is watch.run_watch


def on_the_command_line(text: str) -> str:
    """A message of npskit with its calls written as options.

    Examples
    --------
    >>> on_the_command_line("pass missing=[11, 99], or df.nps(rating='q 1')")
    "pass --missing 11,99, or --rating 'q 1'"
    """
    for pattern, option in OPTIONS:
        text = re.sub(pattern, option, text)
    return text


def error_text(error: NpskitError, lang: str | None) -> str:
    """An error in the language that was asked for, as far as its words are known there; else in English.

    Examples
    --------
    >>> error_text(NpskitError("no file 'mars.csv'."), "fr")
    'aucun fichier «\\u202fmars.csv\\u202f».'
    """
    if lang in (None, "en"):
        return on_the_command_line(str(error))
    from npskit.watch.wording import reason_text

    written = NpskitError(on_the_command_line(error.message), hint=on_the_command_line(error.hint))
    return TYPED.sub(r"\1 '\2'", reason_text(written, lang))


def show_warning(message: Warning | str, category: type[Warning], *_: Any, lang: str | None = None, **__: Any) -> None:
    """A warning of npskit as one line; those of libraries are for developers and stay silent here."""
    if not issubclass(category, NpskitWarning):
        return
    text = str(message)
    if lang not in (None, "en") and isinstance(message, Warning):
        from npskit.watch.wording import caution_text

        text = caution_text(message, lang)
    head = word("cli_warning", lang or "en") + word("chart_colon", lang or "en")
    print(f"npskit: {head} {on_the_command_line(text)}", file=sys.stderr)


def arguments_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="npskit",
        description="The Net Promoter Score, and how sure it is.",
        epilog="npskit COMMAND --help shows examples of each.",
    )
    parser.add_argument("--version", action="version", version=f"npskit {npskit.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for room in (scores, reports, watch, notebooks, lab, completion):
        room.add_commands(commands)
    return parser
