"""The same reports of the whole history, made again when something in them would be different, and not otherwise.

What is there is known from the journal that reports for teams keep too: a line before a report takes its place, with
the digest of what it will hold, and another after. Whenever a run is killed, the next one finds for each report that it
is there whole and of which history, or makes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from npskit.errors import NpskitError, ReportError
from npskit.labels import word
from npskit.report.catalogue import template_path
from npskit.report.durable import written_whole
from npskit.report.manifest import JOURNAL, Manifest, content_digest
from npskit.report.many import report_all
from npskit.report.team_run import INDEX, told_apart
from npskit.report.writing import check_possible, composed
from npskit.survey import Survey
from npskit.version import VERSION
from npskit.watch.config import Config
from npskit.watch.files import made_folder
from npskit.watch.history import History
from npskit.watch.taking import keywords
from npskit.watch.telling import TROUBLE, Event, event_id
from npskit.watch.wording import reason_text

__all__ = ["TEAMS", "check_reports", "reports"]

TEAMS = "teams"


def reports(config: Config, history: History, frame: Callable[[], Any]) -> Iterator[Event]:
    """Make what is to be made; an event for each report that is there, and each that could not be made.

    Parameters
    ----------
    config : Config
    history : History
    frame : callable
        Gives the rows of the history, when a report needs them.
    """
    if not history.parts or not (config.formats or config.teams):
        return
    manifest = opened(config.output)
    for kind in config.formats:
        name = f"{Path(config.template).stem}.{kind}"
        print_ = fingerprint(config, history, config.template, kind, config.template_parameters())
        try:
            if not manifest.is_done(name, print_):
                write(manifest, name, print_, one_report(config, history, frame(), kind))
        except Exception as error:
            yield failed(config, name, error)
        else:
            yield written(config, name, print_)
    if config.teams is not None:
        yield from team_reports(config, history, frame)


def check_reports(config: Config) -> None:
    """Raise for a report that could not be made on this machine, whatever the answers.

    Raises
    ------
    ReportError
        When a template is not for paper, or there is no browser to print it.
    MissingExtraError
        When a library is not installed.
    """
    orders = [(config.template, kind) for kind in config.formats]
    if config.teams is not None:
        orders.append((config.teams.template, config.teams.format))
    for template, kind in orders:
        check_possible(config.output / f"report.{kind}", template)


def opened(folder: Path) -> Manifest:
    """The journal of a folder, without what killed runs left there."""
    manifest = Manifest(made_folder(folder))
    if (folder / JOURNAL).exists():
        manifest.tidy()
    return manifest


def write(manifest: Manifest, name: str, print_: str, content: bytes) -> None:
    """Write a report whole, noted before and after; it is on the disk before it is said to be."""
    entry = {"file": name, "fingerprint": print_, "content": content_digest(content)}
    manifest.note(entry)
    written_whole(manifest.folder / name, content)
    manifest.note({**entry, "done": True})


def one_report(config: Config, history: History, frame: Any, kind: str) -> bytes:
    """The content of the report of all, in one format."""
    check_possible(config.output / f"report.{kind}", config.template)
    given = {"title": config.name, **config.template_parameters()}
    survey = Survey(frame, **keywords(config, history))
    return composed(survey, f".{kind}", template=config.template, lang=config.lang, progress=False, **given)


def team_reports(config: Config, history: History, frame: Callable[[], Any]) -> Iterator[Event]:
    """A report for each team; those whose answers are the same are left as they are."""
    teams, folder = config.teams, config.output / TEAMS
    assert teams is not None
    given = dict(teams.parameters)
    asked = {**given, "by of teams": teams.by, "threshold of teams": teams.threshold}
    print_ = fingerprint(config, history, teams.template, teams.format, asked)
    name = f"{TEAMS}/{INDEX}"
    try:
        if not Manifest(made_folder(folder)).is_done(INDEX, print_):
            found = report_all(
                Survey(without_sums(frame()), **keywords(config, history)), folder,
                by=teams.by, template=teams.template, format=teams.format,
                lang=config.lang, threshold=teams.threshold, progress=False,
                parameters={"title": config.name, **given},
            )  # fmt: skip
            if found.failed:
                for team, reason in found.failed.items():
                    yield failed(config, f"{TEAMS}/{team}", ReportError(reason))
                return
            Manifest(folder).note({"file": INDEX, "fingerprint": print_, "done": True})
    except Exception as error:
        yield failed(config, name, error)
    else:
        yield written(config, name, print_)


def without_sums(frame: Any) -> Any:
    """The rows without what was counted over all files: a team whose answers are the same keeps its report."""
    plain = frame.copy(deep=False)
    notes = frame.attrs["npskit"]
    plain.attrs = {"npskit": {name: notes[name] for name in ("source", "headers", "questions") if name in notes}}
    return plain


def fingerprint(config: Config, history: History, template: str, kind: str, parameters: Mapping[str, Any]) -> str:
    """What a report is made of; another one has another."""
    given = sorted((name, told_apart(value, name)) for name, value in parameters.items())
    columns = sorted((name, told_apart(value, name)) for name, value in keywords(config, history).items())
    source = content_digest(Path(template_path(template, config.lang)).read_bytes())
    parts = (VERSION, source, config.lang, kind, config.name, given, columns, history.state)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def written(config: Config, name: str, print_: str) -> Event:
    """That a report is there."""
    path = config.output / name
    told = {"file": name, "path": str(path), "template": config.template, "lang": config.lang}
    return Event("report", event_id("report", name, print_), told, word("watch_report", config.lang, path=path))


def failed(config: Config, name: str, error: BaseException) -> Event:
    """That a report could not be made; it is tried again in every run."""
    reason = str(error) if isinstance(error, NpskitError) else f"{type(error).__name__}: {error}"
    told = {"file": name, "path": str(config.output / name), "reason": reason}
    told_reason = reason_text(error, config.lang) if isinstance(error, NpskitError) else reason
    message = word("watch_report_failed", config.lang, name=name, reason=told_reason)
    return Event("report_failed", event_id("report_failed", name, reason), told, message, status=TROUBLE, again=True)
