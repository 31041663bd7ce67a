"""``npskit templates`` and ``npskit new``: which notebooks there are, and one of them as one's own.

What is made never takes the place of what is there, and finds its answers from where it stands: the folder with both
can be moved, or sent to somebody else.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import npskit
from npskit.cli.options import add
from npskit.cli.parameters import add_parameter_options, asked
from npskit.cli.tables import printed, written
from npskit.errors import ArgumentError, NpskitError, RatingError, ReportError, RoleError, optional_import
from npskit.labels import language, word

__all__ = ["add_commands", "add_making_options", "made"]

SUFFIX = ".ipynb"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
UNFIT = re.compile(r"[^\w.-]+")
# The tests run them, beside a file of answers with the columns that they name.
TEMPLATES_EXAMPLES = ("npskit templates", "npskit templates --lang fr --format json")
NEW_EXAMPLES = (
    "npskit new health-check --data answers.csv",
    "npskit new segments --data answers.csv -p confidence_level=0.9 --lang fr -o segments-lyon.ipynb",
    "npskit new tour",
)


def add_commands(commands: Any) -> None:
    """The commands of this file."""
    text = "list the templates and the guides"
    listing = add(commands, "templates", run_templates, text, file=False, formats=True, examples=TEMPLATES_EXAMPLES)
    add_folder_option(listing)
    text = "make a notebook from a template or a guide, beside nothing that it would overwrite"
    new = add(commands, "new", run_new, text, file=False, examples=NEW_EXAMPLES)
    new.add_argument("template", help="its id (npskit templates), or the path of a notebook of one's own")
    new.add_argument("--data", metavar="FILE", help="the answers: an export (CSV, XLSX), or Parquet")
    new.add_argument(
        "-o", "--output", metavar="NOTEBOOK", help="where to write; a free name in this folder when not given"
    )
    add_making_options(new)


def add_making_options(parser: argparse.ArgumentParser) -> None:
    """What a notebook is made with, beside its template and its data."""
    add_parameter_options(parser)
    add_folder_option(parser)


def add_folder_option(parser: argparse.ArgumentParser) -> None:
    """Folders of an organisation's own templates."""
    parser.add_argument(
        "--template-dir", action="append", default=[], metavar="FOLDER",
        help="a folder of own templates; repeat for more",
    )  # fmt: skip


def run_templates(options: argparse.Namespace) -> int:
    """``npskit templates``."""
    from npskit.report.catalogue import templates

    lang = language(options.lang)
    rows = templates(lang, folders=existing(options.template_dir), kind=None)
    names = ("id", "title", "caption", "kind", "own")
    if options.format != "text":
        return written({name: [row[name] for row in rows] for name in names}, options.format)
    for kind in ("template", "guide"):
        found = [row for row in rows if row["kind"] == kind]
        if found:
            print(word(f"cli_kind_{kind}", lang))
            printed({name: [f"  {row[name]}" if name == "id" else row[name] for row in found] for name in names[:3]},
                    options.format)  # fmt: skip
    return 0


def existing(folders: Sequence[str]) -> list[str]:
    """Folders that are there: one that was written down wrongly is told."""
    for name in folders:
        if not Path(name).expanduser().is_dir():
            raise ArgumentError(where="--template-dir", expected="a folder", got=f"no folder {name!r}")
    return list(folders)


def run_new(options: argparse.Namespace) -> int:
    """``npskit new``."""
    given = asked(options)
    lang = given.pop("lang", None)
    path = made(
        options.template, options.data, options.output, parameters=given, lang=lang, folders=options.template_dir
    )
    shown = word("cli_notebook_written", language(lang), path=path)
    print(shown, word("cli_notebook_next", language(lang), command=f"npskit lab {shlex.quote(str(path))}"), sep="\n")
    return 0


def made(
    template: str,
    data: str | None = None,
    output: str | None = None,
    *,
    parameters: dict[str, Any],
    lang: str | None = None,
    folders: Sequence[str] = (),
    beside: bool = False,
) -> Path:
    """A notebook from a template, under a name that nothing had.

    Parameters
    ----------
    template : str
        Its id, or a path that ends in ``.ipynb``.
    data : str, optional
        The answers; opened once to see that they are some.
    output : str, optional
        A notebook that is not there yet, or a folder.
    parameters : dict
        Of the template.
    lang : {"en", "fr"}, optional
    folders : sequence of str
        Of an organisation's own templates.
    beside : bool
        Without an output: in the folder of the data, and not in the current one.
    """
    from npskit.report.catalogue import parameters_of, template_path
    from npskit.report.template import prepared

    nbformat = optional_import("nbformat", extra="report", purpose="make a notebook")
    places = existing(folders)
    source = template_path(template, lang, places)
    target = target_of(output, data if beside else None)
    if data is not None:
        readable(data)
        parameters = {"data": relative(data, target if target.is_dir() else target.parent), **parameters}
    if lang is not None and "lang" in names_in(nbformat, source, parameters_of):
        parameters = {**parameters, "lang": lang}
    notebook = prepared(template, parameters, lang, places)
    notebook.metadata["kernelspec"] = dict(KERNEL)
    name = template if not template.endswith(SUFFIX) else Path(template).stem
    return saved(nbformat.writes(notebook), target, name if data is None else f"{stem(data)}-{name}")


def names_in(nbformat: Any, source: Path, parameters_of: Any) -> Sequence[str]:
    """The parameters of a notebook; none for one without their cell."""
    try:
        found: Sequence[str] = parameters_of(nbformat.read(source, as_version=4))[1]
    except ReportError:
        return ()
    return found


def target_of(output: str | None, data: str | None) -> Path:
    """Where to write: a notebook that is not there yet, or the folder in which a name is found for it."""
    if output is None:
        # A pattern of files stands in a folder too.
        return Path(data).parent if data is not None else Path()
    path = Path(output)
    if path.is_dir():
        return path
    if path.suffix != SUFFIX:
        raise ArgumentError(where="--output", expected="a notebook (.ipynb) or a folder", got=repr(output))
    if not path.parent.is_dir():
        raise ArgumentError(where="--output", expected="a folder that is there", got=repr(str(path.parent)))
    if path.exists():
        raise taken(path)
    return path


def taken(path: Path) -> ArgumentError:
    """Nothing is written over."""
    return ArgumentError(
        where="--output", expected="a name that nothing has", got=repr(str(path)), hint="leave -o out for a free name"
    )


def readable(data: str) -> None:
    """Raise what opening the answers raises; say what stands in the way of a score, which parameters may mend."""
    survey = npskit.Survey(data)
    try:
        survey.tally()
    except (RoleError, RatingError) as error:
        hint = "name it in the notebook, or with -p \"columns={'rating': '...'}\""
        print(f"npskit: warning: {NpskitError(error.message, hint=hint)}", file=sys.stderr)


def relative(data: str, folder: Path) -> str:
    """The path of the answers as seen from the notebook; whole where there is none, as between two drives."""
    place = os.path.abspath(data)
    try:
        return Path(os.path.relpath(place, folder.resolve())).as_posix()
    except ValueError:
        return place


def stem(data: str) -> str:
    """The name of the answers as the beginning of another name."""
    return UNFIT.sub("-", Path(data).stem).strip("-.") or "answers"


def saved(text: str, target: Path, name: str) -> Path:
    """Write the notebook where nothing is: the target, or the first free name in it."""
    for path in [target] if not target.is_dir() else free_names(target, name):
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            if path == target:
                raise taken(path) from None
            continue
        except OSError as error:
            raise ReportError(
                where=str(path), expected="a folder one may write in", got=str(error.strerror or error)
            ) from None
        return path
    raise AssertionError("names do not end")


def free_names(folder: Path, name: str) -> Iterator[Path]:
    """Names to try, one after the other."""
    yield folder / f"{name}{SUFFIX}"
    yield from (folder / f"{name}-{number}{SUFFIX}" for number in itertools.count(1))
