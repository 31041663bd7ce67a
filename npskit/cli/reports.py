"""``npskit report``, ``demo`` and ``dashboard``: what opens in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import npskit
from npskit.cli.options import add, columns, reading, survey_of
from npskit.cli.parameters import add_parameter_options, asked
from npskit.labels import language, word

if TYPE_CHECKING:
    from npskit import Survey

__all__ = ["add_commands"]

# The tests run them, beside a file of answers with the columns that they name.
REPORT_EXAMPLES = (
    "npskit report answers.csv --by shop --lang fr -o report.html",
    "npskit report answers.csv --template segments -p confidence_level=0.9 -o segments.ipynb",
)
DASHBOARD_EXAMPLES = ("npskit dashboard answers.csv --by shop --no-browser",)
DEMO_EXAMPLES = ("npskit demo -o demo.html",)


def add_commands(commands: Any) -> None:
    """The commands of this file."""
    report = add(commands, "report", run_report, "write a report that opens anywhere", examples=REPORT_EXAMPLES)
    add_report_options(report)
    dashboard = add(
        commands, "dashboard", run_dashboard, "open a file with controls, in the browser", examples=DASHBOARD_EXAMPLES
    )
    add_dashboard_options(dashboard)
    text = "write a report on bundled answers of a chain of garden centres"
    demo = add(commands, "demo", run_demo, text, file=False, examples=DEMO_EXAMPLES)
    add_report_options(demo)


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Where the report goes and what it shows."""
    parser.add_argument("-o", "--output", default="nps-report.html", metavar="PATH", help=".html, .ipynb or .pdf")
    parser.add_argument("--template", default="health-check")
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN")
    parser.add_argument("--every", choices=("day", "week", "month", "quarter", "year"))
    add_parameter_options(parser)


def add_dashboard_options(parser: argparse.ArgumentParser) -> None:
    """What the dashboard shows and where it is served."""
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN", help="explore it; repeat for more")
    parser.add_argument("--every", choices=("day", "week", "month", "quarter", "year"))
    parser.add_argument("--port", type=int, help="8866 or one near it when not given; 0 for any that is free")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    add_parameter_options(parser)


def run_report(options: argparse.Namespace) -> int:
    """``npskit report``; the template opens the file itself, so that an .ipynb can be run again."""
    given = {name: value for name, value in columns(options).items() if value}
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
    from npskit.report import write_report

    chosen = {**given, **asked(options)}
    lang = language(chosen.pop("lang", None))
    report = write_report(survey, Path(options.output), template=options.template, lang=lang, **chosen)
    print(word("cli_report_written", lang, path=report.path))
    return 0
