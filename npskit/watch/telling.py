"""What a scheduler is told: a line of JSON for each event, and never the same one as if it were new.

Nobody can tell something exactly once to somebody who may not listen. So an event has an id that is made of what it is
about, and of nothing that another try would change; it is noted as told when the whole run is through. A run that is
killed in between tells it again, with the same id, and its exit status says it again too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npskit.errors import ReportError
from npskit.results import plain

__all__ = ["ALERT", "BUSY", "ERROR", "NOTHING", "TROUBLE", "Event", "Told", "event_id", "line_of", "status_of"]

# Exit statuses. Alert and trouble in one run are the sum of both; 1 is left to Python, for what nobody foresaw.
NOTHING, ERROR, TROUBLE, ALERT, BUSY = 0, 2, 3, 10, 75
TOLD = "told.jsonl"


@dataclass(frozen=True)
class Event:
    """Something to tell.

    Attributes
    ----------
    kind : str
        ``read, same_file, waiting, unreadable, alert, not_monitored, report, report_failed`` or ``done``.
    id : str
        The same whenever the same is told.
    data : mapping
    message : str
        The same as a sentence, in the language of the configuration.
    status : int
        What it makes of the exit status.
    again : bool
        Whether it is told in every run, for as long as it holds.
    same : tuple of str
        Further ids of what it is about: told under one of them, it is told.
    """

    kind: str
    id: str
    data: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    status: int = NOTHING
    again: bool = False
    same: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids under which it is noted as told."""
        return (self.id, *self.same)


def event_id(*about: Any) -> str:
    """An id made of what an event is about.

    Examples
    --------
    >>> event_id("alert", "2024-03-01") == event_id("alert", "2024-03-01"), len(event_id("alert"))
    (True, 16)
    """
    return hashlib.sha256(json.dumps(plain(list(about)), ensure_ascii=True).encode()).hexdigest()[:16]


def line_of(event: Event) -> str:
    """An event as one line of JSON, in letters that every terminal and log can hold.

    Examples
    --------
    >>> line_of(Event("read", "0a", {"file": "août.csv"}))
    '{"event": "read", "id": "0a", "file": "ao\\\\u00fbt.csv"}'
    """
    said = {"message": event.message} if event.message else {}
    return json.dumps({"event": event.kind, "id": event.id, **plain(event.data), **said}, ensure_ascii=True)


def status_of(events: Iterable[Event]) -> int:
    """The exit status of a run that told these: each kind of status counts once."""
    return sum({event.status for event in events})


class Told:
    """Which events were told by runs that came to their end.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Told(folder).note([Event("alert", "a", same=("b",))], "state 1")
    >>> told = Told(folder)
    >>> "a" in told, "b" in told, "c" in told, told.judged
    (True, True, False, 'state 1')
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / TOLD
        self.ids: set[str] = set()
        self.judged = ""
        self._torn = False
        self._read()

    def __contains__(self, id: str) -> bool:
        return id in self.ids

    def _read(self) -> None:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return
        self._torn = bool(content) and not content.endswith(b"\n")
        for line in content.splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                # Cut off by a kill or a power failure: what it was to note is told again.
                continue
            if isinstance(said, dict):
                self.ids |= {str(id) for id in (said.get("id"), *said.get("same", ())) if id}
                self.judged = str(said.get("judged", self.judged))

    def note(self, events: Iterable[Event], judged: str) -> None:
        """Note events as told, and the state of the history in which all alerts were.

        It is one write and no wait for the disk: a note that a power failure takes is told again, and the less time
        there is between the note and the exit status, the fewer kills can come in between.
        """
        new = {event.id: event for event in events if event.id not in self.ids}
        said = [{"id": event.id} | ({"same": [*event.same]} if event.same else {}) for event in new.values()]
        # Last, so that a line that is cut off leaves the state unjudged.
        said += [{"judged": judged}] if judged != self.judged else []
        if not said:
            return
        text = ("\n" if self._torn else "") + "".join(json.dumps(each) + "\n" for each in said)
        try:
            with open(self.path, "ab", buffering=0) as file:
                file.write(text.encode())
        except OSError as error:
            got = error.strerror or str(error)
            raise ReportError(where=str(self.path), expected="to note what was told", got=got) from None
        self.ids |= {id for event in new.values() for id in event.ids}
        self.judged, self._torn = judged, False


Tell = Callable[[Event], None]
