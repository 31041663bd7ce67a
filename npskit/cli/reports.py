"""``npskit report``, ``demo`` and ``dashboard``: what is given to somebody to read."""

from __future__ import annotations

import argparse
import copy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import npskit
from npskit.cli.options import add, columns, reading, survey_of
from npskit.cli.parameters import add_parameter_options, asked
from npskit.errors import ArgumentError
from npskit.labels import language, word

if TYPE_CHECKING:
    from npskit import Survey

__all__ = ["add_commands"]

SOME_FAILED = 1
REPORT, FOLDER = "nps-report.html", "nps-reports"
# Formats of a report, with the suffixes that say the same.
FORMATS = {"html": (".html", ".htm"), "pdf": (".pdf",), "ipynb": (".ipynb",), "xlsx": (".xlsx",), "pptx": (".pptx",)}

# The tests run them, beside a file of answers with the columns that they name.
REPORT_EXAMPLES = (
    "npskit report answers.csv --by shop --lang fr -o report.html",
    "npskit report answers.csv --all --by shop -o reports/",
    "npskit report answers.csv --template segments -p confidence_level=0.9 -o segments.ipynb",
)
DASHBOARD_EXAMPLES = ("npskit dashboard answers.csv --by shop --no-browser",)
DEMO_EXAMPLES = ("npskit demo -o demo.html",)


def add_commands(commands: Any) -> None:
    """The commands of this file."""
    report = add(commands, "report", run_report, "write a report that opens anywhere", examples=REPORT_EXAMPLES)
    add_report_options(report)
    add_many_options(report)
    dashboard = add(
        commands, "dashboard", run_dashboard, "open a file with controls, in the browser", examples=DASHBOARD_EXAMPLES
    )
    add_dashboard_options(dashboard)
    text = "write a report on bundled answers of a chain of garden centres"
    demo = add(commands, "demo", run_demo, text, file=False, examples=DEMO_EXAMPLES)
    add_report_options(demo)


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Where the report goes and what it shows."""
    parser.add_argument("-o", "--output", metavar="PATH", help=".html, .pdf, .pptx, .xlsx, .ipynb; with --all a folder")
    parser.add_argument("--format", choices=tuple(FORMATS), help="what to write, where the name does not say so")
    parser.add_argument("--template", default="health-check")
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN")
    parser.add_argument("--every", choices=("day", "week", "month", "quarter", "year"))
    add_parameter_options(parser)


def add_many_options(parser: argparse.ArgumentParser) -> None:
    """A report for each team."""
    many = parser.add_argument_group("a report for each team")
    many.add_argument(
        "--all", action="store_true", help="one for each level of --by (found when not given), and a page of all; "
        "what is done and still holds is not done again"
    )  # fmt: skip
    many.add_argument("--jobs", type=int, metavar="N", help="reports made at once; one for each processor if not given")
    many.add_argument(
        "--threshold", type=int, metavar="N", help="teams with fewer responses get no report; 10 when not given"
    )
    many.add_argument("--dry-run", action="store_true", help="only tell what would be made")
    many.add_argument("--verbose", action="store_true", help="a line for each report instead of a bar")


def add_dashboard_options(parser: argparse.ArgumentParser) -> None:
    """What the dashboard shows and where it is served."""
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN", help="explore it; repeat for more")
    parser.add_argument("--every", choices=("day", "week", "month", "quarter", "year"))
    parser.add_argument("--port", type=int, help="8866 or one near it when not given; 0 for any that is free")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    add_parameter_options(parser)


def run_report(options: argparse.Namespace) -> int:
    """``npskit report``; the template opens the file itself, so that an .ipynb can be run again."""
    from npskit.report.ending import ended_by_signal

    given = {name: value for name, value in columns(options).items() if value}
    if options.all:
        with ended_by_signal():
            return reported_all(options, given)
    unfit = [name for name in ("jobs", "threshold", "dry_run", "verbose") if getattr(options, name)]
    if unfit:
        raise ArgumentError(where=f"--{unfit[0].replace('_', '-')}", expected="--all beside it", got="one report")
    return reported(options.file, options, reading=reading(options), **given)


def run_dashboard(options: argparse.Namespace) -> int:
    """``npskit dashboard``; what is wrong with the file is told here, and not to the first who opens the address."""
    from npskit.report.serving import require_voila, serve
    from npskit.report.transfer import from_path
    from npskit.survey.exploration import Exploration

    require_voila()
    given = asked(options)
    lang = language(given.pop("lang", None))
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
    return reported(npskit.Survey(npskit.datasets.load("garden")), options)


def reported(survey: Survey | str, options: argparse.Namespace, **given: Any) -> int:
    """Write the report and say where it is."""
    from npskit.report.ending import ended_by_signal

    chosen = {**given, **asked(options)}
    lang = language(chosen.pop("lang", None))
    path = output_of(options)
    with ended_by_signal():
        from npskit.report import write_report

        report = write_report(survey, path, template=options.template, lang=lang, **chosen)
    print(word("cli_report_written", lang, path=report.path))
    return 0


def output_of(options: argparse.Namespace) -> Path:
    """Where one report goes: the format wins over a name that says nothing, and contradicts no other.

    Examples
    --------
    >>> output_of(argparse.Namespace(output="q4", format="pdf")).name
    'q4.pdf'
    """
    path, asked_for = Path(options.output or REPORT), options.format
    if asked_for is None or path.suffix.lower() in FORMATS[asked_for]:
        return path
    if options.output is None:
        return path.with_suffix(f".{asked_for}")
    if path.suffix.lower() in {suffix for several in FORMATS.values() for suffix in several}:
        raise ArgumentError(
            where=f"--format {asked_for}", expected=f"a name that ends in .{asked_for}, or in nothing",
            got=repr(options.output), hint=f"for example {str(path.with_suffix(f'.{asked_for}'))!r}",
        )  # fmt: skip
    return path.with_name(f"{path.name}.{asked_for}")


def folder_of(options: argparse.Namespace) -> str:
    """Where many reports go; a name that is one report's would become a folder that nothing opens."""
    folder = options.output or FOLDER
    named = next((name for name, several in FORMATS.items() if Path(folder).suffix.lower() in several), None)
    if named and not Path(folder).is_dir():
        raise ArgumentError(
            where="--output", expected="a folder, with --all", got=repr(folder),
            hint=f"for example --format {named} -o {str(Path(folder).with_suffix(''))!r}",
        )  # fmt: skip
    return folder


def reported_all(options: argparse.Namespace, given: dict[str, Any]) -> int:
    """Write the reports of all teams, and say which could not be made."""
    from npskit.report.many import report_all

    # Here --by names the teams; what each report is split by is a parameter like any other.
    inside = copy.copy(options)
    inside.by = []
    chosen = asked(inside)
    lang = language(chosen.pop("lang", None))
    watched = sys.stderr.isatty() and not options.verbose and not options.dry_run
    found = report_all(
        options.file,
        folder_of(options),
        by=options.by or None,
        template=options.template,
        format=options.format or "html",
        lang=lang,
        jobs=options.jobs,
        dry_run=options.dry_run,
        progress=watched,
        told=None if watched else lambda line: print(line, file=sys.stderr, flush=True),
        reading=reading(options),
        parameters=chosen,
        **({} if options.threshold is None else {"threshold": options.threshold}),
        **given,
    )
    print(found.sentence())
    for team, reason in found.failed.items():
        print(f"npskit: {team}: {reason}", file=sys.stderr)
    return SOME_FAILED if found.failed else 0
