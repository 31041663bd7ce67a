"""One run over all teams: which reports are there, which are made, and how far it got when it is ended.

Reports are made in threads, each of which waits for a kernel of its own. An interrupt reaches the main thread only, so
that one stops the kernels and waits until every private file is gone.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npskit.errors import NpskitError
from npskit.labels import word
from npskit.report.brief_words import months_of
from npskit.report.catalogue import template_path
from npskit.report.ending import deaf, ended_by_signal
from npskit.report.filenames import file_names
from npskit.report.growth_table import opened_table
from npskit.report.index_page import Entry, index_page
from npskit.report.manifest import Manifest, content_digest, data_digest
from npskit.report.progress import Told
from npskit.report.running import halt
from npskit.report.teams import Division, Figures, Team
from npskit.report.template import literal
from npskit.report.writing import composed, replaced
from npskit.survey import Survey
from npskit.version import VERSION

__all__ = ["INDEX", "Order", "Run", "processors"]

INDEX = "index.html"


@dataclass(frozen=True)
class Order:
    """What is asked for: the same for every team."""

    folder: Path
    suffix: str
    template: str
    lang: str
    options: Mapping[str, Any]
    names: frozenset[str]
    source: str | None
    answers: bool
    notes: Mapping[str, Any]

    def given(self, team: Team) -> dict[str, Any]:
        """Parameters for a team; the title names it."""
        if "title" not in self.names:
            return dict(self.options)
        title = self.options.get("title") or self.source
        return {**self.options, "title": " · ".join(filter(None, [title, team.label]))}


class Run:
    """One run over all teams."""

    #: Threads of linear algebra for each kernel, when several share the processors.
    threads: int | None = None

    def __init__(self, order: Order, division: Division, threshold: int, confidence_level: float, dry: bool) -> None:
        self.order, self.division, self.dry = order, division, dry
        self.threshold, self.confidence_level = threshold, confidence_level
        self.manifest = Manifest(order.folder)
        labels, identities = zip(*[(team.label, team.identity) for team in division.teams], strict=True) or ((), ())
        found = file_names(labels, order.suffix, identities=identities, known=self.manifest.names)
        self.names = dict(zip(identities, found, strict=True))
        self.states: dict[str, tuple[str, str]] = {}
        self.stopped = threading.Event()

    def through(self, jobs: int, shown: AbstractContextManager[Told]) -> None:
        """Make what is to be made; the page tells how far it got, even when it is ended."""
        if not self.dry:
            self.order.folder.mkdir(parents=True, exist_ok=True)
            self.manifest.tidy()
        with shown as tell, ended_by_signal():
            try:
                self.withhold(tell)
                self.work(jobs, tell)
            finally:
                if not self.dry:
                    self.write_index()

    def withhold(self, tell: Told) -> None:
        """Teams that are too small; a report of one that was larger before goes."""
        for team in self.division.teams:
            if team.small:
                if not self.dry:
                    for name in [name for known, name in self.manifest.names.items() if known == team.identity]:
                        self.manifest.remove(name)
                self.told(
                    team, "withheld", word("many_state_withheld", self.order.lang, threshold=self.threshold), tell
                )

    def work(self, jobs: int, tell: Told) -> None:
        """The others, so many at once; kernels that each start a thread a processor would wait for each other."""
        at_once = min(jobs, sum(not team.small for team in self.division.teams))
        self.threads = max(1, processors() // at_once) if at_once > 1 else None
        pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="npskit team")
        futures: dict[Future[tuple[str, str]], Team] = {}
        try:
            futures = {pool.submit(self.made, team): team for team in self.division.teams if not team.small}
            waiting = set(futures)
            while waiting:
                # A short wait, so that an interrupt is heard on every system.
                done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                for each in done:
                    self.told(futures[each], *each.result(), tell)
        except BaseException:
            self.stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            with deaf():
                while not all(each.done() for each in futures):
                    halt()
                    wait(futures, timeout=0.2)
            raise
        finally:
            pool.shutdown(wait=True)

    def told(self, team: Team, state: str, message: str, tell: Told) -> None:
        """Note how a team came out."""
        self.states[team.identity] = state, message
        said = message if state == "failed" else word(f"many_state_{state}", self.order.lang, threshold=self.threshold)
        tell(f"{team.label}: {said}")

    def made(self, team: Team) -> tuple[str, str]:
        """State and message of a team: its report is there, or is made."""
        name = self.names[team.identity]
        try:
            if self.stopped.is_set():
                return "waiting", ""
            rows = self.division.rows(team)
            print_ = fingerprint(self.order, self.division, team, data_digest(rows))
            if self.manifest.is_done(name, print_):
                return "unchanged", ""
            if self.dry:
                return "planned", ""
            content = composed(
                Survey(rows, **self.division.settings), self.order.suffix, self.threads,
                template=self.order.template, lang=self.order.lang, progress=False, **self.order.given(team),
            )  # fmt: skip
            if self.stopped.is_set():
                return "waiting", ""
            self.manifest.write(name, team.identity, print_, content)
        except NpskitError as error:
            return "failed", str(error)
        except Exception as error:
            # What one team's data bring up must not end the reports of the others.
            return "failed", f"{type(error).__name__}: {error}"
        return "written", ""

    def entries(self) -> list[tuple[Team, Entry]]:
        """Every team as the page shows it, the highest score first."""
        found = []
        for team in self.division.teams:
            state, message = self.states.get(team.identity, ("waiting", ""))
            there = state in ("written", "unchanged")
            figures = Figures() if team.small else team.figures
            entry = Entry(team.label, figures, state, message, self.names[team.identity] if there else None)
            found.append((team, entry))
        return sorted(found, key=lambda pair: rank(pair[1]))

    def write_index(self) -> None:
        """The page that leads to the reports."""
        order = self.order
        html = index_page(
            [entry for _, entry in self.entries()], self.division.whole, template=order.template,
            title=" · ".join(filter(None, [order.options.get("title") or order.source])), lang=order.lang,
            threshold=self.threshold, confidence_level=self.confidence_level,
            dates=months_of(self.division.days, order.lang),
        )  # fmt: skip
        replaced(order.folder / INDEX, html.encode("utf-8"))


def processors() -> int:
    """How many this process may use."""
    mine = getattr(os, "sched_getaffinity", None)
    return max(1, len(mine(0)) if mine else os.cpu_count() or 1)


def rank(entry: Entry) -> tuple[Any, ...]:
    """Place of a team on the page: by score, those without one by name."""
    score = entry.figures.score
    return (score != score, -score if score == score else 0, entry.label.casefold())


def fingerprint(order: Order, division: Division, team: Team, data: str) -> str:
    """What a report is made of; another one has another."""
    given = {name: told_apart(value, name) for name, value in order.given(team).items()}
    template = content_digest(Path(template_path(order.template, order.lang)).read_bytes())
    settings = {name: told_apart(value, name) for name, value in division.settings.items()}
    parts = (VERSION, template, order.lang, order.suffix, sorted(given.items()), sorted(settings.items()), data)
    return hashlib.sha256(repr((*parts, sorted(map(str, order.notes.items())))).encode()).hexdigest()


def told_apart(value: Any, name: str) -> str:
    """A parameter as text; a table or a file by what it holds."""
    if hasattr(value, "columns"):
        return repr(opened_table(value).columns)
    if isinstance(value, (str, os.PathLike)):
        with suppress(OSError, ValueError):
            if Path(value).is_file():
                return content_digest(Path(value).read_bytes())
    return literal(value, name)
