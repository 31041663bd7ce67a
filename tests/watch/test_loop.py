"""A loop that runs for a year: folders that come and go, files half written, and nothing that grows."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from watched import PLAIN, Place, answers

from npskit.cli import main, watch
from npskit.errors import ReportError
from npskit.watch import BusyError, rounds, taking
from npskit.watch.lock import locked

CONFIG = PLAIN.replace("monitor: no", "monitor: {every: month}") + "formats: [html]\n"


class Naps:
    """What happens between the rounds of a loop; after the last of it somebody presses Ctrl+C.

    Only the loop may take them: threads that other tests leave sleep as well.
    """

    def __init__(self, *happens: Callable[[], object]) -> None:
        self.happens, self.sizes = iter(happens), list[tuple[int, ...]]()

    def __call__(self, seconds: float) -> None:
        self.sizes.append(sizes())
        event = next(self.happens, None)
        if event is None:
            raise KeyboardInterrupt
        event()


def sizes() -> tuple[int, ...]:
    """Open files, threads, and what lies in the folder for temporary files."""
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    return files, threading.active_count(), len(os.listdir(tempfile.gettempdir()))


@pytest.fixture
def loop(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs a loop whose naps are events; gives what they saw."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
    place.configure(CONFIG.replace("formats: []\n", ""))

    def run(*happens: Callable[[], object]) -> Naps:
        naps = Naps(*happens)
        monkeypatch.setattr(watch, "time", SimpleNamespace(sleep=naps))
        assert main(["watch", str(place.root / "nps.yaml"), "--loop", "1"]) == 130
        return naps

    return run


def moved(first: Path, second: Path) -> Callable[[], object]:
    return lambda: first.rename(second)


def test_nothing_grows_over_many_rounds_in_which_everything_happens(place: Place, loop: Any) -> None:
    exports, away = place.root / "exports", place.root / "away"
    text = answers(900, 930).to_csv(index=False)

    def a_year(n: int) -> list[Callable[[], object]]:
        return [
            lambda: place.export(f"e{n}.csv", answers(n * 20, n * 20 + 25)),
            moved(exports / f"e{n}.csv", exports / f"r{n}.csv"),
            lambda: place.export("half.csv", text[: 200 + n]),
            lambda: place.export("half.csv", text),
            lambda: place.export(f"r{n}.csv", answers(n * 20, n * 20 + 30)),
            (exports / f"r{n}.csv").unlink,
            lambda: place.export("table.xlsx", "no workbook"),
            (exports / "table.xlsx").unlink,
            lambda: (exports / "folder.csv").mkdir(exist_ok=True),
            lambda: (place.root / "nps.yaml").write_text("folder: ["),
            lambda: place.configure(CONFIG.replace("formats: []\n", "")),
            moved(exports, away),
            moved(away, exports),
        ]

    naps = loop(*(event for n in range(3) for event in a_year(n)))
    # What is imported with the first reports and the first errors opens what it keeps open.
    *held, temporary = naps.sizes[19]
    later = naps.sizes[20:]
    assert max(size[-1] for size in later) <= temporary
    # A thread of another test, and what it opens, may come meanwhile; what every third round leaves would be more.
    assert all(most <= usual + 3 for most, usual in zip(map(max, *(size[:-1] for size in later)), held, strict=True))
    frame = place.history()
    assert (len(frame), frame["date"].nunique()) == (70 + 30, 70 + 30)


def test_what_goes_wrong_is_said_once_for_as_long_as_it_stays(
    place: Place, loop: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    exports, away = place.root / "exports", place.root / "away"
    loop(moved(exports, away), *[bool] * 5, moved(away, exports), moved(exports, away))
    assert capsys.readouterr().err.count("expected a folder, got no folder") == 2


def test_a_loop_outlives_a_share_that_goes_away_in_the_middle_of_a_round(
    place: Place, loop: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.export("a.csv", answers(0, 20))
    share, usual = place.root.with_name("away"), rounds.working_in
    share_was = place.root
    shutil.rmtree(share, ignore_errors=True)

    def gone(folder: Path) -> Any:
        monkeypatch.setattr(rounds, "working_in", usual)
        share_was.rename(share)
        return usual(folder)

    monkeypatch.setattr(rounds, "working_in", gone)
    loop(bool, moved(share, share_was), bool)
    assert "expected files that stay there" in capsys.readouterr().err
    assert len(place.history()) == 20


def test_a_loop_goes_on_when_the_folder_it_was_begun_in_is_gone(
    place: Place, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = place.root / "begun"
    begun.mkdir()
    monkeypatch.chdir(begun)
    loop(begun.rmdir, lambda: place.export("a.csv", answers(0, 20)), bool)
    assert len(place.history()) == 20


def test_answers_of_a_history_that_was_away_are_not_taken_in_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    place.export("b.csv", answers(0, 30))
    history, away, listed = place.root / "history", place.root / "away", rounds.History.opened

    def opened(folder: Path, **given: Any) -> Any:
        history.rename(away)
        try:
            return listed(folder, **given)
        finally:
            away.rename(history)

    monkeypatch.setattr(rounds.History, "opened", opened)
    with pytest.raises(Exception, match="expected a folder that can be read"):
        place.look()
    monkeypatch.setattr(rounds.History, "opened", listed)
    place.look()
    assert len(place.history()) == 30


def test_a_part_is_not_written_into_another_folder_than_the_one_that_was_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.export("a.csv", answers(0, 20))
    history, away, usual = place.root / "history", place.root / "away", taking.contributed

    def meanwhile(*given: Any) -> Any:
        history.rename(away)
        (history / "parts").mkdir(parents=True)
        return usual(*given)

    monkeypatch.setattr(taking, "contributed", meanwhile)
    with pytest.raises(ReportError, match="the folder in which it began, got none, or another"):
        place.look()
    assert list((history / "parts").iterdir()) == []


def test_without_a_folder_of_exports_no_history_is_begun(place: Place) -> None:
    (place.root / "exports").rmdir()
    with pytest.raises(Exception, match="expected a folder"):
        place.look()
    assert [each.name for each in place.root.iterdir()] == ["nps.yaml"]


def test_a_ledger_that_a_spreadsheet_holds_keeps_nothing_else_from_being_done(place: Place) -> None:
    ledger = place.root / "history" / "ledger.csv"
    ledger.mkdir(parents=True)
    place.export("a.csv", answers(0, 20))
    found = place.look()
    assert (found.status, [event.kind for event in found.events]) == (3, ["report_failed", "read", "done"])
    assert found.events[0].message.startswith("ledger.csv could not be written.")
    ledger.rmdir()
    assert place.look().status == 0
    assert ledger.is_file()


def test_who_holds_a_folder_is_told_without_its_mark(tmp_path: Path) -> None:
    with locked(tmp_path) as check:
        check()
        with pytest.raises(BusyError, match=rf"\(process {os.getpid()}\)"):
            locked(tmp_path).__enter__()


def test_a_signal_that_comes_while_an_object_is_thrown_away_ends_a_loop_all_the_same(
    place: Place, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Thrown:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    def away() -> None:
        Thrown()

    lost: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    naps = Naps(away, *[bool] * 5)
    monkeypatch.setattr(watch, "time", SimpleNamespace(sleep=naps))
    assert main(["watch", str(place.root / "nps.yaml"), "--loop", "1"]) == 128 + signal.SIGTERM
    assert [type(each.exc_value) for each in lost] == [SystemExit]
    assert len(naps.sizes) == 1


@pytest.mark.parametrize("moment", ["between two rounds", "in the middle of one"])
def test_a_signal_ends_a_loop_and_nothing_is_lost(
    place: Place, loop: Any, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    place.export("a.csv", answers(0, 20))
    usual = rounds.judged_state

    def ended(*given: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return usual(*given)

    if moment == "in the middle of one":
        monkeypatch.setattr(rounds, "judged_state", ended)
    with pytest.raises(SystemExit) as end:
        loop(lambda: ended(None, None))
    assert end.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert os.listdir(tempfile.gettempdir()) == []
    monkeypatch.setattr(rounds, "judged_state", usual)
    told = place.told()
    # Of a round that came to its end nothing is told again, and of another all.
    assert [event["event"] for event in told if event["event"] == "read"] == ["read"] * (moment != "between two rounds")
    assert len(place.history()) == 20
