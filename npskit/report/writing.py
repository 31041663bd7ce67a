"""From a survey to a file: check what can be checked, carry the answers, run the template, write all or nothing."""

from __future__ import annotations

import importlib.util
import os
import time
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from npskit.errors import ReportError, optional_import
from npskit.labels import language, number, word
from npskit.report.asked import SHOWN, asked_columns, beforehand
from npskit.report.durable import written_whole
from npskit.report.page import page, vega
from npskit.report.printing import browser, printed
from npskit.report.running import executed
from npskit.report.slides import slides
from npskit.report.story import source_name
from npskit.report.template import INJECTED, Code, literal, prepared, template_path, titled
from npskit.report.transfer import Carried, carried, stored
from npskit.report.workbook import workbook
from npskit.survey import Survey

__all__ = ["Report", "write_report"]

SUFFIXES = (".html", ".htm", ".ipynb", ".pdf", ".pptx", ".xlsx")
# Those that hold charts which react.
PAGES = (".html", ".htm", ".pdf")
LIBRARIES = ("nbformat", "nbclient", "ipykernel", "vl_convert")
ROLES = ("rating", "date", "comment", "customer", "weight", "cluster")
COLUMNS = (*ROLES, "missing", "scale", "keep", "detractors", "passives", "promoters", "responses")
# The template whose rows are periods instead of answers.
GROWTH = "growth"
# The template that is live in a notebook, and in a page holds no group smaller than a threshold.
EXPLORER, THRESHOLD = "explorer", 10


@dataclass(frozen=True)
class Report:
    """A report that was written.

    Attributes
    ----------
    path : Path
    template : str
    lang : str
    seconds : float
        How long it took.
    size : int
        Of the file, in bytes.
    """

    path: Path
    template: str
    lang: str
    seconds: float
    size: int

    def open(self) -> None:
        """Show it in the browser."""
        webbrowser.open(self.path.resolve().as_uri())

    def _told(self, link: str) -> str:
        seconds = number(self.seconds, digits=1, lang=self.lang)
        return word(
            "report_written", self.lang, link=link, seconds=seconds, size=number(self.size / 1000, lang=self.lang)
        )

    def _repr_html_(self) -> str:
        # A notebook server serves files by their path relative to the notebook.
        with suppress(ValueError):
            href = os.path.relpath(self.path).replace(os.sep, "/")
            return self._told(f'<a href="{escape(href)}" target="_blank">{escape(self.path.name)}</a>')
        return self._told(escape(str(self.path)))

    def __str__(self) -> str:
        return self._told(str(self.path))


def write_report(
    survey: Survey | str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    template: str = "health-check",
    lang: str | None = "en",
    progress: bool | None = None,
    reading: Mapping[str, Any] | None = None,
    **options: Any,
) -> Report:
    """Run a template on a survey and write what it shows.

    Parameters
    ----------
    survey : Survey or path
        A path is opened by the notebook itself (an export with `npskit.read_survey`, Parquet by scanning), so that a
        report kept as ``.ipynb`` can be run again.
    path : path
        ``.html`` (one file, no network), ``.pdf``, ``.pptx``, ``.xlsx`` or ``.ipynb``.
    template : str
        Id of the template.
    lang : {"en", "fr"}, optional
    progress : bool, optional
        Whether to show which cell runs; by default only where somebody looks.
    reading : mapping, optional
        For a path: keywords of `npskit.read_survey`.
    **options
        Parameters of the template (such as ``by, every, title, confidence_level``), and the keywords of
        `npskit.Survey`.

    Returns
    -------
    Report

    Raises
    ------
    ReportError
        When it cannot be made or written; nothing is left behind then.
    RoleError, RatingError
        When the rating column of a frame cannot be told or read; for a path they come as ReportError.
    ArgumentError
        For an unknown template, parameter or language.
    MissingExtraError
        When the libraries for reports are not installed.
    """
    began, lang = time.monotonic(), language(lang)
    out = writable(Path(path))
    check_possible(out, template)
    content = composed(
        survey, out.suffix.lower(), template=template, lang=lang, progress=progress, reading=reading, **options
    )
    replaced(out, content)
    return Report(out, template, lang, time.monotonic() - began, len(content))


def composed(
    survey: Survey | str | os.PathLike[str],
    suffix: str,
    threads: int | None = None,
    /,
    *,
    template: str,
    lang: str,
    progress: bool | None = None,
    reading: Mapping[str, Any] | None = None,
    **options: Any,
) -> bytes:
    """The content of a report.

    `suffix` tells what it shall be and `threads` how many of linear algebra its kernel starts; the rest is as in
    `write_report`.
    """
    columns = {
        **(survey.settings if isinstance(survey, Survey) else {}),
        **{name: options.pop(name) for name in COLUMNS if name in options},
    }
    in_memory = isinstance(survey, Survey) and not isinstance(survey.data, (str, os.PathLike))
    if in_memory and "comment" not in SHOWN.get(template, ()):
        # What people wrote stays in this process, so the notebook has no such column.
        columns.pop("comment", None)
    given = {name: value for name, value in options.items() if value is not None}
    if template == EXPLORER and suffix != ".ipynb":
        given.setdefault("threshold", THRESHOLD)
    # The rows of this template are periods, unless they stand apart.
    table = template == GROWTH and "sales" not in given
    asked = [] if table else asked_columns(survey, template, given)
    with stored(given) as told, carried(survey, reading or {}, asked, table=table) as data:
        parameters = {"data": Code(data.data) if isinstance(data.data, Code) else str(data.data), "columns": columns}
        if counted := {**data.counted, **beforehand(survey, template)}:
            parameters["counted"] = counted
        notebook = prepared(template, {**parameters, "lang": lang, **told.parameters})
        meanwhile = vega if suffix in PAGES else None
        executed(notebook, lang=lang, progress=progress, read=data.temporary, meanwhile=meanwhile, threads=threads)
        forgetting(notebook, told.files)
        return written(notebook, suffix, template, lang, data, given.get("title") or named(survey))


def check_possible(path: Path, template: str) -> None:
    """Raise before a long run what can be known before it.

    Raises
    ------
    ReportError
        When the template is not for paper, or there is no browser to print it.
    ArgumentError
        For an unknown template.
    MissingExtraError
        When a library is not installed.
    """
    suffix = path.suffix.lower()
    if template == EXPLORER and suffix == ".pdf":
        raise ReportError(
            where=f"report {str(path)!r}", expected="a page whose controls move", got="paper",
            hint=f"for example {str(path.with_suffix('.html'))!r}, or another template",
        )  # fmt: skip
    check_libraries()
    if suffix == ".pdf":
        browser()
    if suffix == ".xlsx":
        optional_import("openpyxl", extra="excel", purpose="write a workbook")
    if suffix == ".pptx":
        optional_import("pptx", extra="pptx", purpose="write slides")
    template_path(template)


def named(survey: Survey | str | os.PathLike[str]) -> str | None:
    """What the answers are called, where it is known."""
    return source_name(survey) if isinstance(survey, Survey) else Path(survey).name


def check_libraries() -> None:
    """Raise before a long run when a library for reports is missing.

    Raises
    ------
    MissingExtraError
    """
    # Found, not imported: the kernel imports them, and here they would cost seconds.
    for name in LIBRARIES:
        if importlib.util.find_spec(name) is None:
            optional_import(name, extra="report", purpose="write a report")


def writable(path: Path) -> Path:
    """The path, when a report can be written there.

    Raises
    ------
    ReportError
        For another suffix, a folder that is not there or may not be written to.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ReportError(
            where=f"report {str(path)!r}",
            expected="a name that ends in .html, .ipynb, .pdf, .pptx or .xlsx",
            got=repr(path.suffix or path.name),
            hint=f"for example {str(path.with_suffix('.html'))!r}" if path.name else "",
        )
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        problem = "a folder of that name" if path.is_dir() else "no such folder" if not folder.exists() else "no access"
        raise ReportError(
            where=f"report {str(path)!r}", expected=f"a folder to write to, {str(folder)!r}", got=problem,
            hint="make the folder first, or choose another path",
        )  # fmt: skip
    return path


def written(notebook: Any, suffix: str, template: str, lang: str, data: Carried, title: str | None) -> bytes:
    """The content of the file."""
    if suffix == ".ipynb":
        return notebook_bytes(notebook, data)
    name = " · ".join(filter(None, [titled(template, "title", lang), title]))
    if suffix == ".xlsx":
        return workbook(notebook, title=name, lang=lang)
    if suffix == ".pptx":
        return slides(notebook, title=name, lang=lang)
    html = page(notebook, title=name, lang=lang)
    return printed(html) if suffix == ".pdf" else html.encode("utf-8")


def notebook_bytes(notebook: Any, data: Carried) -> bytes:
    """The executed notebook; where the answers were in memory, it says so instead of naming a file that is gone."""
    nbformat = optional_import("nbformat", extra="report", purpose="write a report")
    for cell in notebook.cells:
        if INJECTED in cell.metadata.get("tags", ()) and data.remembered != data.data:
            before, after = (
                literal(Code(data.data) if isinstance(data.data, Code) else data.data),
                literal(data.remembered),
            )
            cell.source = cell.source.replace(f"data = {before}", f"data = {after}  # put the path of the answers here")
    return str(nbformat.writes(notebook)).encode("utf-8")


def forgetting(notebook: Any, files: Sequence[Code]) -> None:
    """Where a table was in memory, say so instead of naming a file that is gone."""
    for cell in notebook.cells:
        if INJECTED in cell.metadata.get("tags", ()):
            for file in files:
                cell.source = cell.source.replace(str(file), "None  # put the path of the table here")


def replaced(path: Path, content: bytes) -> None:
    """Write all of a report or nothing, and return when it is on the disk."""
    written_whole(path, content, where=f"report {str(path)!r}")
