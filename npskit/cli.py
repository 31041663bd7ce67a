"""The command ``npskit``: the number, the table and the report, without opening a notebook.

An error of npskit is one message on the error stream and exit code 2, never a traceback.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import npskit
from npskit import Survey
from npskit.errors import ArgumentError, NpskitError, NpskitWarning
from npskit.labels import LANGUAGES, language, number, points, share, word
from npskit.results import plain, spreadsheet_safe
from npskit.scale import CATEGORIES, Scale
from npskit.survey.plots import columns_of

__all__ = ["main"]

USAGE_ERROR = 2
LEVEL_WIDTH = 40
ROLES = ("rating", "date", "comment", "customer", "weight", "cluster")
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
)
READ_HINTS = ("encoding", "separator", "decimal", "sheet", "question", "header", "dayfirst")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    Examples
    --------
    >>> main(["score", "no-such-file.csv"])
    2
    """
    parser = arguments_parser()
    options = parser.parse_args(arguments)
    warnings.showwarning = show_warning
    try:
        return options.run(options)
    except NpskitError as error:
        print(f"npskit: {on_the_command_line(str(error))}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; Python would complain again while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


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


def show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """A warning of npskit as one line; those of libraries are for developers and stay silent here."""
    if issubclass(category, NpskitWarning):
        print(f"npskit: warning: {on_the_command_line(str(message))}", file=sys.stderr)


def arguments_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(prog="npskit", description="The Net Promoter Score, and how sure it is.")
    parser.add_argument("--version", action="version", version=f"npskit {npskit.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add(commands, "score", run_score, "print the score with its interval, for all or per group", formats=True)
    add(commands, "audit", run_audit, "print what is wrong with a file", formats=True)
    add(commands, "roles", run_roles, "print which column was taken for what, and why", formats=True)
    report = add(commands, "report", run_report, "write a report that opens anywhere")
    add_report_options(report)
    dashboard = add(commands, "dashboard", run_dashboard, "open a file with controls, in the browser")
    add_dashboard_options(dashboard)
    demo = add(commands, "demo", run_demo, "write a report on bundled answers of a chain of garden centres", file=False)
    add_report_options(demo)
    return parser


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


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Where the report goes and what it shows."""
    parser.add_argument("-o", "--output", default="nps-report.html", metavar="PATH", help=".html, .ipynb or .pdf")
    parser.add_argument("--template", default="health-check")
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN")
    parser.add_argument("--every", choices=("day", "week", "month", "quarter", "year"))
    add_parameter_option(parser)


def add_dashboard_options(parser: argparse.ArgumentParser) -> None:
    """What the dashboard shows and where it is served."""
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN", help="explore it; repeat for more")
    parser.add_argument("--every", choices=("day", "week", "month", "quarter", "year"))
    parser.add_argument("--port", type=int, help="8866 or one near it when not given; 0 for any that is free")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    add_parameter_option(parser)


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


def run_score(options: argparse.Namespace) -> int:
    """``npskit score``."""
    survey = survey_of(options)
    by = options.by or None
    found = columns_of(survey.summary(by, confidence_level=options.confidence_level, method=options.method))
    if options.format != "text":
        return written(found, options.format)
    keys = list(found)[: list(found).index("responses")]
    lang = language(options.lang)
    level = share(options.confidence_level, lang=lang)
    if not keys:
        print(f"{word('cli_score', lang)} {one_score(found, 0, lang)}  ({level})")
        print("  ".join(f"{word(name, lang)} {number(found[name][0], lang=lang)}" for name in CATEGORIES))
        return 0
    names = [" · ".join(level_name(found[key][i], lang) for key in keys) for i in range(len(found["responses"]))]
    width = min(max(map(len, names), default=0), LEVEL_WIDTH)
    for i, name in enumerate(names):
        print(f"{name[:LEVEL_WIDTH]:<{width}}  {one_score(found, i, lang)}")
    print(word("cli_interval", lang, level=level))
    return 0


def level_name(level: Any, lang: str) -> str:
    """A level of a group as text."""
    return word("missing_level", lang) if level is None or level != level else str(level)


def one_score(found: Mapping[str, Sequence[Any]], row: int, lang: str) -> str:
    """A score with its interval and n, in aligned columns."""
    n = found["responses"][row]
    responses = word("n_responses_1" if n == 1 else "n_responses", lang, n=number(n, lang=lang))
    values = [points(found[name][row], digits=1, lang=lang) for name in ("score", "lower", "upper")]
    interval = word("range", lang, lower=values[1], upper=values[2])
    return f"{values[0]:>7}  {interval:<18}  {responses}"


def run_audit(options: argparse.Namespace) -> int:
    """``npskit audit``."""
    return printed(columns_of(survey_of(options).audit(lang=language(options.lang))), options.format)


def run_roles(options: argparse.Namespace) -> int:
    """``npskit roles``."""
    return printed(columns_of(survey_of(options).roles()), options.format)


def printed(table: Mapping[str, Sequence[Any]], kind: str) -> int:
    """A table of text, aligned, or in the format asked for."""
    if kind != "text":
        return written(table, kind)
    rows = [[("–" if is_empty(value) else str(value)) for value in row] for row in zip(*table.values(), strict=True)]
    widths = [max(len(row[i]) for row in [list(table), *rows]) for i in range(len(table))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing: None or nan."""
    return value is None or value != value


def written(table: Mapping[str, Sequence[Any]], kind: str) -> int:
    """A table as CSV or as JSON records on the output."""
    rows = [dict(zip(table, plain(row), strict=True)) for row in zip(*table.values(), strict=True)]
    if kind == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    writer = csv.DictWriter(sys.stdout, list(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: spreadsheet_safe(value) for name, value in row.items()} for row in rows)
    return 0


def run_report(options: argparse.Namespace) -> int:
    """``npskit report``; the template opens the file itself, so that an .ipynb can be run again."""
    given = {name: value for name, value in columns(options).items() if value}
    return reported(options.file, options, reading=reading(options), **given)


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


def run_dashboard(options: argparse.Namespace) -> int:
    """``npskit dashboard``; what is wrong with the file is told here, and not to the first who opens the address."""
    from npskit.report.serving import require_voila, serve
    from npskit.report.transfer import from_path
    from npskit.survey.exploration import Exploration

    require_voila()
    lang, given = language(options.lang), asked(options)
    Exploration(survey_of(options), given.get("by"))
    named = {name: value for name, value in columns(options).items() if value}
    data = from_path(options.file, reading(options)).data
    name = str(given.get("title") or Path(options.file).name)
    serve(
        "explorer",
        {"data": data, "columns": named, "lang": lang, **given},
        title=f"{word('report_template_explorer_title', lang)} · {name}",
        lang=lang,
        port=options.port,
        browser=not options.no_browser,
        ready=lambda url: print(word("cli_dashboard_ready", lang, url=url), flush=True),
    )
    return 0


def run_demo(options: argparse.Namespace) -> int:
    """``npskit demo``."""
    return reported(Survey(npskit.datasets.load("garden")), options)


def reported(survey: Survey | str, options: argparse.Namespace, **given: Any) -> int:
    """Write the report and say where it is."""
    from npskit.report import write_report

    lang = language(options.lang)
    chosen = {**given, **asked(options)}
    report = write_report(survey, Path(options.output), template=options.template, lang=lang, **chosen)
    print(word("cli_report_written", lang, path=report.path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
