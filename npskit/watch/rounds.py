"""One round of a watch: what is new is taken in, judged, reported and told, and the round is noted as told.

Everything durable is done in steps that are whole or not at all, and what is to be told is read from what is there, not
from what this round did. So a round that is killed at any line leaves a state from which the next one goes on, and no
event is lost with the process that would have told it.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from npskit.errors import ReportError
from npskit.labels import number, word
from npskit.report.durable import written_whole
from npskit.report.ending import ended_by_signal
from npskit.watch.alerting import alerts, judged_state
from npskit.watch.arriving import check_folder
from npskit.watch.config import Config
from npskit.watch.files import made_folder, swept, working_in
from npskit.watch.history import PARTS, History, Part
from npskit.watch.ledger import LEDGER_FILE, ledger_bytes
from npskit.watch.lock import locked
from npskit.watch.reporting import reports
from npskit.watch.taking import Taken, check_hints, taken_in
from npskit.watch.telling import TROUBLE, Event, Tell, Told, event_id, status_of
from npskit.watch.wording import reason_text, spoken

__all__ = ["Outcome", "watch_once"]


@dataclass(frozen=True)
class Outcome:
    """What came out of a round.

    Attributes
    ----------
    status : int
        0 nothing, 10 an alert, 3 something that could not be read or made, 13 both.
    events : tuple of Event
        What was told, in order.
    history : History
    """

    status: int
    events: tuple[Event, ...]
    history: History


def watch_once(config: Config, *, tell: Tell | None = None) -> Outcome:
    """Look once: take in what is new, judge, report, and tell each event to `tell`.

    Parameters
    ----------
    config : Config
        As `read_config` gives it.
    tell : callable, optional
        Called with each event that no round before told to its end. When it raises, the event counts as not told.

    Returns
    -------
    Outcome

    Raises
    ------
    BusyError
        When another watch has the same history or the same reports in hand.
    NpskitError
        When the folder is not there, the history is damaged or was read otherwise, or nothing can be written.
    """
    with ExitStack() as held:
        held.enter_context(spoken(config.lang))
        # Before anything is made: where a share is not mounted there would be a second, empty history in its place.
        check_folder(config)
        places = [config.history, *([config.output] if config.formats or config.teams else [])]
        checks = [
            held.enter_context(locked(folder)) for folder in sorted({made_folder(each).resolve() for each in places})
        ]
        held.enter_context(ended_by_signal())
        # Paths among the parameters begin beside the configuration, wherever a scheduler starts.
        held.enter_context(working_in(config.path.parent))
        round_ = Round(config, tell or (lambda event: None), lambda: [check() for check in checks])
        with own_temporary(config.history):
            outcome = round_.through()
        # The last thing that is done: what a kill before it leaves untold is told again, by line and by status.
        round_.note()
        return outcome


class Round:
    """One round, under the lock."""

    def __init__(self, config: Config, tell: Tell, check: Callable[[], object]) -> None:
        self.config, self.tell, self.check = config, tell, check
        for folder in (config.history, made_folder(config.history / PARTS)):
            swept(folder)
        self.told = Told(config.history)
        self.history = History.opened(config.history, begun=True)
        # What was not there to be read was not read: answers of the history would be taken in again.
        check()
        self.events: list[Event] = []
        self.said: set[str] = set()
        self.judged = ""

    def through(self) -> Outcome:
        """From the folder to the last line."""
        check_hints(self.config, self.history)
        taken = taken_in(self.config, self.history, self.check)
        self.history = taken.history
        self.keep_ledger()
        self.say(file_events(self.config, taken))
        self.judged = judged_state(self.config, self.history)
        if self.history.parts and self.told.judged != self.judged:
            # Before the reports, which take minutes: who waits for an alert does not wait for them.
            self.say(alerts(self.config, self.history, self.frame))
        self.say(reports(self.config, self.history, lambda: self.frame))
        status = status_of(self.events)
        self.say([done(self.config, taken, status, len(self.events))])
        return Outcome(status, tuple(self.events), self.history)

    def note(self) -> None:
        """Note what was told, and the state that was judged, unless it could not be."""
        trouble = any(event.kind == "not_monitored" and event.again for event in self.events)
        judged = self.told.judged if trouble else self.judged
        self.told.note((event for event in self.events if not event.again), judged)

    @cached_property
    def frame(self) -> Any:
        """All rows, read when something needs them."""
        frame = self.history.frame()
        frame.attrs["npskit"]["source"] = self.config.name
        return frame

    def say(self, events: Iterable[Event]) -> None:
        """Tell what no round before told to its end."""
        for event in events:
            if event.again or not any(id in self.told or id in self.said for id in event.ids):
                self.tell(event)
                self.events.append(event)
                self.said |= set(event.ids)

    def keep_ledger(self) -> None:
        """The ledger for people, written from the parts."""
        path, content = self.config.history / LEDGER_FILE, ledger_bytes(self.history)
        try:
            if not path.is_file() or path.read_bytes() != content:
                written_whole(path, content)
        except (ReportError, OSError) as error:
            self.say([unwritten(self.config, path, error)])


def file_events(config: Config, taken: Taken) -> Iterator[Event]:
    """What there is to tell of files: from the parts, so that no kill between part and line loses it."""
    for part in taken.history.parts:
        yield part_event(config, taken.history, part)
    for name, part in taken.same:
        message = word("watch_same", config.lang, file=name, same=part.told["file"])
        told = {"file": name, "same_as": part.told["file"], "digest": part.digest}
        yield Event("same_file", event_id("same_file", name, part.digest), told, message)
    for name in taken.waiting:
        message = word("watch_waiting", config.lang, file=name)
        yield Event("waiting", event_id("waiting", name), {"file": name}, message, again=True)
    for name, (digest, error) in taken.unread.items():
        told = {"file": name, "digest": digest, "reason": error.message, "hint": error.hint}
        message = word("watch_unreadable", config.lang, file=name, reason=reason_text(error, config.lang))
        yield Event("unreadable", event_id("unreadable", name, digest), told, message, status=TROUBLE, again=True)


def unwritten(config: Config, path: Path, error: Exception) -> Event:
    """That the ledger could not be written: a spreadsheet may hold it, which keeps nothing else from being done."""
    reason = error.message if isinstance(error, ReportError) else str(error)
    told_reason = reason_text(error, config.lang) if isinstance(error, ReportError) else reason
    told = {"file": path.name, "path": str(path), "reason": reason}
    message = word("watch_ledger_failed", config.lang, name=path.name, reason=told_reason)
    same = event_id("report_failed", path.name, reason)
    return Event("report_failed", same, told, message, status=TROUBLE, again=True)


COUNTS = ("file", "digest", "rows_read", "rows_new", "changed", "first", "last", "appeared", "gone", "renamed")


def part_event(config: Config, history: History, part: Part) -> Event:
    """What an export contributed."""
    refused: dict[str, int] = {}
    for digest, n in part.told["refused"].items():
        # A file that is written anew every week bears one name many times.
        name = history.name_of(digest or part.digest)
        refused[name] = refused.get(name, 0) + n
    lang, total = config.lang, sum(refused.values())
    sizes = {"file": part.told["file"], "new": number(part.told["rows_new"], lang=lang)}
    message = word("watch_read", lang, **sizes)
    if total:
        files = ", ".join(refused)
        message = word("watch_read_refused", lang, **sizes, refused=number(total, lang=lang), files=files)
    # What is in doubt is for people too: nobody reads a ledger of which they do not know that they should.
    message = " ".join([message, *part.told["cautions"]])
    told = {
        **{name: part.told[name] for name in COUNTS},
        "rows_refused": total,
        "duplicates_of": refused,
        "wording": part.told["wording"],
        "reworded": reworded(history, part),
        "cautions": part.told["cautions"],
    }
    return Event("read", event_id("read", part.digest, part.told["number"], part.told["hints"]), told, message)


def reworded(history: History, part: Part) -> str | None:
    """The text of the question before, where it is another one in this export."""
    before = [each for each in history.parts if each.told["number"] < part.told["number"]]
    text = before[-1].told["wording"] if before else part.told["wording"]
    return None if text == part.told["wording"] else str(text)


def done(config: Config, taken: Taken, status: int, told: int) -> Event:
    """The last line: that the round came to its end, and with which status."""
    rows = sum(part.told["rows_new"] for part in taken.history.parts)
    data = {"status": status, "files": len(taken.history.parts), "files_new": taken.new, "rows": rows, "events": told}
    key = "watch_done" if told else "watch_nothing"
    message = word(key, config.lang, files=number(len(taken.history.parts), lang=config.lang),
                   rows=number(rows, lang=config.lang))  # fmt: skip
    return Event("done", event_id("done", taken.history.state, status, told), data, message, again=True)


@contextmanager
def own_temporary(history: Path) -> Iterator[None]:
    """A temporary folder that the next round knows: what a killed one left of the answers there goes with it."""
    usual = tempfile.tempdir
    name = f"npskit-watch-{event_id('temporary', str(history.resolve()))[:8]}"
    folder = Path(tempfile.gettempdir(), name)
    try:
        emptied(folder)
        folder.mkdir(mode=0o700)
    except OSError:
        # Somebody else's, or no room: then as everybody does.
        yield
        return
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = usual
        shutil.rmtree(folder, ignore_errors=True)


def emptied(folder: Path) -> None:
    """Remove a folder that is there and is ours; a link, or somebody else's folder, stays and is not used."""
    with suppress(FileNotFoundError):
        found = os.lstat(folder)
        mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
        if stat.S_ISDIR(found.st_mode) and mine:
            shutil.rmtree(folder, ignore_errors=True)
