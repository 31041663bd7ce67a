"""The command as a scheduler runs it: lines, sentences, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from watched import PLAIN, STEADY, WATCHED, Place, answers, months

from npskit.cli import main
from npskit.errors import NpskitError
from npskit.watch import BusyError


def test_the_command_tells_machines_and_people_apart(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.configure(WATCHED + "lang: fr\n")
    place.export("a.csv", months([*STEADY, 0.3]))
    assert main(["watch", str(place.root / "nps.yaml")]) == 10
    said = capsys.readouterr()
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["event"] for event in events] == ["read", "alert", "done"]
    assert events[-1]["status"] == 10
    # Whoever is sent what stands on the error stream wants to be sent nothing else.
    assert said.err == f"npskit: {events[1]['message']}\n"
    assert events[0]["message"] == "Nouvelles lignes dans a.csv\u202f: 1\u202f200."
    assert main(["watch", str(place.root / "nps.yaml")]) == 0
    assert capsys.readouterr().err == ""


def test_what_is_in_doubt_is_told_to_people_once(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.configure(PLAIN + "teams: {by: shop, threshold: 1000}\n")
    place.export("a.csv", answers(0, 20))
    place.look()
    place.export("b.csv", answers(20, 40).rename(columns={"shop": "store"}))
    config = str(place.root / "nps.yaml")
    assert main(["watch", config]) == 0
    said = capsys.readouterr().err
    assert "has no column 'shop', by which teams.by in nps.yaml splits (new: store)" in said
    assert "'rename: {store: shop}'" in said
    assert main(["watch", config]) == 0
    assert capsys.readouterr().err == ""


def test_an_alert_and_trouble_are_both_told_by_the_status(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    place.export("bad.csv", "%PDF-1.7")
    path = str(place.root / "nps.yaml")
    assert [main(["watch", path]), main(["watch", path])] == [13, 3]


def test_alerts_are_no_failure_where_the_scheduler_tries_those_again(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    assert main(["watch", str(place.root / "nps.yaml"), "--no-alert-status"]) == 0
    assert place.look().status == 0


def test_a_line_that_nobody_took_is_not_told(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    command = [sys.executable, "-m", "npskit", "watch", str(place.root / "nps.yaml")]
    with open("/dev/full", "w") if os.path.exists("/dev/full") else open(os.devnull, "w") as full:
        if full.name != "/dev/full":
            pytest.skip("no device that is full")
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 2
    assert "expected to write an event" in run.stderr
    assert "Traceback" not in run.stderr
    assert place.look().status == 10


def test_errors_of_the_command_are_one_message(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.configure("folder: nowhere\nformats: []\n")
    assert main(["watch", str(place.root / "nps.yaml")]) == 2
    assert capsys.readouterr().err.count("npskit:") == 1
    assert main(["watch", str(place.root / "nps.yaml"), "--loop", "0"]) == 2


def test_the_ledger_is_printed(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    assert main(["watch", str(place.root / "nps.yaml"), "--ledger", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["rows_new"] == 20
    assert main(["watch", str(place.root / "nps.yaml"), "--check"]) == 0
    assert "Exports there now: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--check", "--loop", "5"], "--loop: expected no --check beside it"),
        (["--init", "--ledger"], "--ledger: expected no --init beside it"),
        (["--ledger", "--no-alert-status"], "--no-alert-status: expected no --ledger beside it"),
        (["--format", "csv"], "--format: expected --ledger beside it"),
    ],
)
def test_an_option_without_effect_is_refused(
    place: Place, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["watch", str(place.root / "nps.yaml"), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_loop_goes_on_when_a_round_fails(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.cli import watch

    naps = iter(range(3))

    def nap(seconds: float) -> None:
        if next(naps) == 0:
            (place.root / "exports").rename(place.root / "away")
            place.configure(PLAIN.replace("folder: exports", "folder: away"))
        else:
            raise KeyboardInterrupt

    place.configure(PLAIN.replace("folder: exports", "folder: elsewhere"))
    place.export("a.csv", answers(0, 20))
    monkeypatch.setattr(watch, "time", SimpleNamespace(sleep=nap))
    assert main(["watch", str(place.root / "nps.yaml"), "--loop", "5"]) == 130
    assert len(place.history()) == 20


def test_errors_are_those_of_npskit() -> None:
    assert issubclass(BusyError, NpskitError)
