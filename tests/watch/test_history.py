"""The history and its ledger, and what else a run keeps: locks, notes, and files that are whole or not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from watched import PLAIN, Place, answers

from npskit.cli import main
from npskit.errors import ReadError
from npskit.report.durable import written_whole
from npskit.watch import BusyError, rounds
from npskit.watch.files import swept
from npskit.watch.lock import locked


def test_the_ledger_is_written_from_the_parts(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(0, 30))
    place.look()
    path = place.root / "history" / "ledger.csv"
    before = path.read_bytes()
    path.unlink()
    place.look()
    assert path.read_bytes() == before
    ledger = pd.read_csv(path)
    assert ledger["file"].tolist() == ["a.csv", "b.csv"]
    assert ledger["duplicates_of"].tolist()[1] == "a.csv: 20"


def test_a_history_that_is_gone_is_built_again_the_same(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(0, 30))
    place.look()
    folder = place.root / "history" / "parts"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(place.root / "history")
    place.look()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_exports_may_go_once_they_are_kept(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    path = place.export("b.csv", answers(0, 30))
    place.look()
    path.unlink()
    assert place.look().status == 0
    assert len(place.history()) == 30


def test_a_damaged_part_is_told_and_nothing_is_done(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    (part,) = (place.root / "history" / "parts").iterdir()
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(ReadError, match="expected a part of a history"):
        place.look()


def test_other_hints_are_another_history(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    place.configure(PLAIN + "reading: {dayfirst: false}\n")
    with pytest.raises(ReadError, match=r"read otherwise, such as 'a\.csv'"):
        place.look()
    place.configure(PLAIN + "reading: {dayfirst: false}\nhistory: second\n")
    assert place.look().status == 0


def test_what_killed_runs_left_is_swept(place: Place, tmp_path: Path) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    left = tmp_path / "history" / "parts" / ".abc.parquet.99.part"
    left.write_bytes(b"PAR1")
    told = tmp_path / "history" / "told.jsonl"
    told.write_bytes(told.read_bytes() + b'{"id": "cut')
    place.export("b.csv", answers(20, 30))
    assert place.look().status == 0
    assert not left.exists()
    assert [event["event"] for event in place.told()] == ["done"]


def test_a_file_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    for name in ("fsync", "replace"):
        usual = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, usual=usual: (steps.append(name), usual(*given)))
    written_whole(tmp_path / "a", b"x")
    assert steps == ["fsync", "replace", "fsync"]
    monkeypatch.setattr(os, "replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written_whole(tmp_path / "a", b"y")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert swept(tmp_path) == 0


def test_two_watches_at_once_are_one_too_many(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    (place.root / "history").mkdir()
    with locked(place.root / "history"):
        with pytest.raises(BusyError, match=f"process {os.getpid()}"):
            place.look()
        assert main(["watch", str(place.root / "nps.yaml")]) == 75
        assert "another that works" in capsys.readouterr().err
    assert place.look().status == 0


def test_a_lock_is_gone_with_its_process(place: Place) -> None:
    (place.root / "history").mkdir()
    code = (
        "import os, signal, sys; from pathlib import Path; from npskit.watch.lock import locked\n"
        f"with locked(Path({str(place.root / 'history')!r})): os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode != 0
    assert place.look().status == 0


def test_what_a_killed_run_left_of_answers_in_temporary_folders_goes(place: Place, tmp_path: Path) -> None:
    with rounds.own_temporary(tmp_path) as _:
        import tempfile

        folder = Path(tempfile.gettempdir())
        assert folder.name.startswith("npskit-watch-")
    assert not folder.exists()
    folder.mkdir()
    (folder / "answers.pickle").write_bytes(b"secret")
    with rounds.own_temporary(tmp_path):
        assert list(folder.iterdir()) == []
    folder.symlink_to(tmp_path)
    with rounds.own_temporary(tmp_path):
        assert Path(tempfile.gettempdir()) != folder
    assert (tmp_path / "nps.yaml").exists()
    folder.unlink()
