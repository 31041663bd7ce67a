"""A report for each team: in parallel, each in a kernel of its own, and never one twice.

The data are read once. A team's rows go to its kernel as those of any report do, through a private file that is gone
as soon as it is read. A run that was ended goes on where it was: what is done and made of the same data, parameters,
template and version stays as it is. One that fails keeps no other from being made.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, ReportError
from npskit.labels import language, word
from npskit.readers import read_survey
from npskit.report.catalogue import parameters_of
from npskit.report.manifest import JOURNAL
from npskit.report.progress import Told, telling
from npskit.report.story import source_name
from npskit.report.team_run import INDEX, Order, Run, processors
from npskit.report.teams import divided, team_column
from npskit.report.template import prepared
from npskit.report.writing import COLUMNS, GROWTH, THRESHOLD, check_possible
from npskit.results import Result
from npskit.survey import Survey

__all__ = ["Reports", "report_all"]

MARK = 'name="generator" content="npskit reports"'
FORMATS = ("html", "pdf", "ipynb", "xlsx", "pptx")
# States of teams that have, or would have, a report.
THERE = ("written", "unchanged", "planned")


@dataclass(frozen=True)
class Reports(Result):
    """Reports of teams.

    Attributes
    ----------
    table : mapping
        ``team, path, score, lower, upper, responses, state, message``, a row a team in the order of the page; `state`
        is ``written, unchanged, planned, withheld`` (too few responses: no numbers either) or ``failed``, of which
        `message` is the reason.
    folder : Path
    index : Path or None
        The page of all; None of a plan.
    score, lower, upper : float
        Of all teams together, or of those shown where some are withheld.
    responses : int or None
    seconds : float
    lang : str
    """

    table: Mapping[str, list[Any]]
    folder: Path
    index: Path | None
    score: float
    lower: float
    upper: float
    responses: int | None
    seconds: float
    lang: str = field(repr=False)

    @property
    def failed(self) -> dict[str, str]:
        """Team to reason, of those that could not be made."""
        rows = zip(self.table["team"], self.table["state"], self.table["message"], strict=True)
        return {team: message for team, state, message in rows if state == "failed"}

    def sentence(self) -> str:
        """How many reports there are, and where."""
        states = ("written", "unchanged", "planned", "withheld", "failed")
        sizes = {state: self.table["state"].count(state) for state in states}
        key = "many_total_planned" if self.index is None else "many_total"
        return word(key, self.lang, path=self.index, **sizes)


def report_all(
    survey: Survey | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    by: Any = None,
    template: str = "health-check",
    format: str = "html",
    lang: str | None = "en",
    jobs: int | None = None,
    threshold: int = THRESHOLD,
    dry_run: bool = False,
    progress: bool | None = None,
    told: Told | None = None,
    reading: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **options: Any,
) -> Reports:
    """A report for each level of one or more columns, and a page that leads to them.

    Parameters
    ----------
    survey : Survey or path
    folder : path
        Made when it is not there. What this wrote there before and is of the same data is not made again.
    by : str, Bands, Period or sequence of them, optional
        The teams; a column that is called so unless given. What reports are split by inside is found in each of them.
    template : str
        Id of the template.
    format : {"html", "pdf", "ipynb", "xlsx", "pptx"}
    lang : {"en", "fr"}, optional
    jobs : int, optional
        Reports made at once; as many as there are processors unless given.
    threshold : int
        Teams with fewer responses get no report, and the page has no numbers of them.
    dry_run : bool
        Whether to tell only what would be made.
    progress : bool, optional
        Whether to show a bar; by default only where somebody looks.
    told : callable, optional
        Called with a line for each team that is through.
    reading : mapping, optional
        For a path: keywords of `npskit.read_survey`.
    parameters : mapping, optional
        Parameters of the template, also those that have the name of an argument here: ``{"by": ["plan"]}`` is what
        each report is split by.
    **options
        Parameters of the template as well, and keywords of `npskit.Survey`.

    Returns
    -------
    Reports

    Raises
    ------
    RoleError
        When no column of teams is named, and none or several could be it.
    ArgumentError
        For an unknown format, template or parameter.
    ReportError
        When the folder cannot be written to, or is in use for something else.
    """
    began, lang = time.monotonic(), language(lang)
    suffix = suffix_of(format)
    check_possible(Path(folder, f"report{suffix}"), template)
    out = checked_folder(Path(folder))
    given = {name: value for name, value in {**options, **(parameters or {})}.items() if value is not None}
    data = opened(survey, reading or {}, {name: given.pop(name) for name in COLUMNS if name in given})
    names = frozenset(parameters_of(prepared(template, {}))[1])
    if unknown := [name for name in given if name not in names]:
        prepared(template, {unknown[0]: None})
    if "threshold" in names:
        given.setdefault("threshold", threshold)
    if "min_responses" in names:
        # A month of a team is read by the people it is about, too.
        given.setdefault("min_responses", threshold)
    answers = template != GROWTH or "sales" in given
    level = float(given.get("confidence_level", 0.95))
    division = divided(
        data, team_column(data) if by is None else by,
        threshold=threshold, confidence_level=level, lang=lang, answers=answers,
    )  # fmt: skip
    source = source_name(data) or (None if isinstance(survey, Survey) else Path(survey).name)
    order = Order(out, suffix, template, lang, given, names, source, answers, data.notes)
    run = Run(order, division, threshold, level, dry_run)
    run.through(worker_count(jobs), telling(progress, len(division.teams), told))
    return reports_of(run, time.monotonic() - began)


def reports_of(run: Run, seconds: float) -> Reports:
    """What came out of a run."""
    order, whole, entries = run.order, run.division.whole, run.entries()
    paths = [order.folder / run.names[team.identity] if entry.state in THERE else None for team, entry in entries]
    shown = [entry for _, entry in entries]
    table: dict[str, list[Any]] = {
        "team": [entry.label for entry in shown],
        "path": [None if path is None else str(path) for path in paths],
        **{name: [getattr(entry.figures, name) for entry in shown] for name in ("score", "lower", "upper")},
        "responses": [entry.figures.responses for entry in shown],
        "state": [entry.state for entry in shown],
        "message": [entry.message for entry in shown],
    }
    numbers = (whole.score, whole.lower, whole.upper, whole.responses)
    return Reports(table, order.folder, None if run.dry else order.folder / INDEX, *numbers, seconds, order.lang)


def opened(survey: Any, reading: Mapping[str, Any], columns: Mapping[str, Any]) -> Survey:
    """The survey; a path is read once, for all teams."""
    if isinstance(survey, Survey):
        return Survey(survey.data, **{**survey.settings, **columns}) if columns else survey
    return Survey(read_survey(survey, **reading) if reading else survey, **columns)


def suffix_of(format: str) -> str:
    """The suffix of a format.

    Raises
    ------
    ArgumentError
    """
    if format not in FORMATS:
        raise ArgumentError(where="format", expected="html, pdf, ipynb, xlsx or pptx", got=repr(format))
    return f".{format}"


def checked_folder(folder: Path) -> Path:
    """A folder for reports: one of ours, a new one, or one in which no page would be lost.

    Raises
    ------
    ReportError
    """
    problem = "a file of that name" if folder.exists() and not folder.is_dir() else ""
    nearest = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if not problem and not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        problem = "no access"
    index = folder / INDEX
    if not problem and index.exists() and not (folder / JOURNAL).exists():
        with suppress(OSError):
            problem = "" if MARK in index.read_text(encoding="utf-8", errors="replace") else f"one with its own {INDEX}"
    if problem:
        raise ReportError(
            where=f"reports in {str(folder)!r}", expected="a folder to write to", got=problem,
            hint="choose an empty or a new folder",
        )  # fmt: skip
    return folder


def worker_count(jobs: int | None) -> int:
    """How many reports to make at once.

    Raises
    ------
    ArgumentError
    """
    if jobs is None:
        return processors()
    if jobs < 1:
        raise ArgumentError(where="jobs", expected="at least 1", got=repr(jobs))
    return jobs
