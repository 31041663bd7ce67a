"""The command where not every letter can be written, as on Windows into a file; and files that are held there."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from npskit.cli import main
from npskit.report import durable
from npskit.report.durable import written_whole

SHOPS = ["Győr ≥ 3", "Évry", "東京"]


@pytest.fixture
def answers(tmp_path: Path) -> str:
    frame = pd.DataFrame({"nps": [10, 9, 0, 7, 8, 3] * 40, "magasin": SHOPS * 80, "date": "2024-05-01"})
    frame.to_csv(path := tmp_path / "réponses.csv", index=False)
    return str(path)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command whose output knows the letters of an encoding; gives the bytes."""

    def run(arguments: list[str], encoding: str, status: int = 0) -> bytes:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, newline="\r\n"))
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace"))
        assert main(arguments) == status
        sys.stdout.flush()
        return raw.getvalue()

    return run


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_no_command_ends_for_a_letter_that_cannot_be_written(answers: str, printed: Any, encoding: str) -> None:
    commands = [["score", answers], ["score", answers, "--by", "magasin"], ["audit", answers], ["roles", answers],
                ["audit", answers, "--format", "json"], ["templates"]]  # fmt: skip
    for lang in ("fr", "en"):
        for command in commands:
            assert printed([*command, "--lang", lang], encoding)


def test_signs_that_are_missing_are_written_as_plainer_ones(answers: str, printed: Any) -> None:
    said = printed(["score", answers, "--by", "magasin", "--lang", "fr"], "cp1252").decode("cp1252")
    assert "Gy\\u0151r >= 3" in said
    assert "Évry" in said
    assert "\\u202f" not in said
    assert "\\u2212" not in said


def test_json_holds_every_letter_wherever_it_goes(answers: str, printed: Any) -> None:
    said = printed(["score", answers, "--by", "magasin", "--format", "json"], "cp1252")
    assert [row["magasin"] for row in json.loads(said)] == [row["magasin"] for row in json.loads(said.decode("ascii"))]
    assert {row["magasin"] for row in json.loads(said)} == set(SHOPS)


def test_utf_8_is_written_as_it_was(answers: str, printed: Any) -> None:
    said = printed(["score", answers, "--by", "magasin", "--format", "csv"], "utf-8").decode("utf-8")
    assert {row["magasin"] for row in csv.DictReader(io.StringIO(said))} == set(SHOPS)


def test_an_error_names_a_file_in_letters_that_there_are(printed: Any) -> None:
    printed(["score", "Prüfung ≥ 3.csv"], "cp1252", 2)
    sys.stderr.flush()
    assert b"Pr\xfcfung >= 3.csv" in sys.stderr.buffer.getvalue()


def test_a_file_that_somebody_looks_at_is_written_when_they_have_seen_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, tries = os.replace, []

    def held(first: Any, second: Any) -> None:
        tries.append(first)
        if len(tries) < 3:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        usual(first, second)

    monkeypatch.setattr(durable, "PAUSES", (0.001, 0.001))
    monkeypatch.setattr(os, "replace", held)
    written_whole(tmp_path / "a.txt", b"whole")
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]
    tries[:] = []
    monkeypatch.setattr(durable, "PAUSES", (0.001,))
    with pytest.raises(Exception, match="used by another process"):
        written_whole(tmp_path / "a.txt", b"other")
    assert (tmp_path / "a.txt").read_bytes() == b"whole"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]
