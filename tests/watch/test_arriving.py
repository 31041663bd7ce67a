"""Files that are no exports, or not yet: what is unreadable, still being written, gone or oddly named."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from watched import PLAIN, Place, answers

from npskit.errors import SurveyNotFoundError


def test_a_bad_file_stops_nothing_and_is_told_until_it_is_mended(place: Place) -> None:
    place.export("a.csv", "%PDF-1.7")
    place.export("b.csv", answers(0, 20))
    outcome = place.look()
    assert outcome.status == 3
    assert [event.kind for event in outcome.events] == ["read", "unreadable", "done"]
    again = place.look()
    assert [event.kind for event in again.events] == ["unreadable", "done"]
    assert again.events[0].id == outcome.events[1].id
    place.export("a.csv", answers(20, 30))
    assert place.look().status == 0
    assert len(place.history()) == 30


def test_a_fault_in_a_reader_is_one_of_its_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.watch import taking

    place.export("a.csv", answers(0, 20))
    monkeypatch.setattr(taking, "read_survey", lambda path, **_: 1 / 0)
    event = place.one("unreadable")
    assert "ZeroDivisionError" in event["reason"]


def test_what_is_still_being_written_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.configure(PLAIN.replace("settle: 0", "settle: 0.3"))
    path = place.export("a.csv", answers(0, 20))
    os.utime(path)
    stopped = threading.Event()

    def write() -> None:
        while not stopped.is_set():
            with path.open("a") as file:
                file.write("9,2024-06-01,Lyon\n")
            time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        outcome = place.look()
    finally:
        stopped.set()
        writer.join()
    assert (outcome.status, [event.kind for event in outcome.events]) == (0, ["waiting", "done"])
    assert not outcome.history.parts
    assert place.one("read")["rows_read"] == len(path.read_text().splitlines()) - 1


def test_a_file_that_changes_while_it_is_read_was_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.watch import taking

    path = place.export("a.csv", answers(0, 20))
    usual = taking.read_survey

    def meanwhile(name: Any, **options: Any) -> pd.DataFrame:
        found = usual(name, **options)
        path.write_text(answers(0, 25).to_csv(index=False))
        return found

    monkeypatch.setattr(taking, "read_survey", meanwhile)
    assert [event.kind for event in place.look().events] == ["waiting", "done"]
    monkeypatch.setattr(taking, "read_survey", usual)
    assert place.one("read")["rows_new"] == 25


@pytest.mark.parametrize("name", [".a.csv", "~$a.xlsx", "a.csv.part", "a.csv.crdownload", "a.pdf", "deep/a.csv"])
def test_files_of_programs_at_work_are_no_exports(place: Place, name: str) -> None:
    place.export(name, answers(0, 20))
    assert [event["event"] for event in place.told()] == ["done"]


def test_patterns_look_into_folders_where_they_say_so(place: Place) -> None:
    place.configure(PLAIN + 'pattern: ["*/*.csv"]\n')
    place.export("deep/A.CSV", answers(0, 20))
    place.export("b.csv", answers(20, 30))
    assert place.one("read")["file"] == "deep/A.CSV"


def test_hostile_names_are_told_and_run_nowhere(place: Place) -> None:
    name = '=cmd|"x"\n\u202eé.csv'
    place.export(name, answers(0, 20))
    event = place.one("read")
    assert event["file"] == name
    ledger = (place.root / "history" / "ledger.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in ledger
    if sys.platform == "linux":
        raw = os.fsencode(place.root / "exports") + b"/\xff.csv"
        Path(os.fsdecode(raw)).write_text(answers(20, 30).to_csv(index=False))
        assert place.one("read")["rows_new"] == 10


def test_a_folder_that_is_not_there_is_an_error(place: Place) -> None:
    place.configure(PLAIN.replace("folder: exports", "folder: export"))
    with pytest.raises(SurveyNotFoundError, match="line 1, folder") as error:
        place.look()
    assert "did you mean 'exports'" in str(error.value)
    place.configure(PLAIN.replace("folder: exports", "folder: inbox"))
    with pytest.raises(SurveyNotFoundError, match="make it, or say under 'folder'"):
        place.look()
    place.configure(PLAIN.replace("folder: exports", "folder: nps.yaml"))
    with pytest.raises(SurveyNotFoundError, match="got a file"):
        place.look()


def test_a_file_of_something_else_is_told_with_a_way_out(place: Place) -> None:
    place.export("a.csv", "a,b\n1,2\n")
    event = place.one("unreadable")
    assert "'columns: {rating: its name}'" in event["hint"]
    assert "df.nps" not in event["message"]
    place.export("a.csv", "")
    assert place.one("unreadable")["hint"] == "export it again"


def test_a_watch_without_reports_needs_no_place_for_them(place: Place) -> None:
    place.configure(PLAIN + "output: nps.yaml/reports\n")
    place.export("a.csv", answers(0, 20))
    assert place.look().status == 0
