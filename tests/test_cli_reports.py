"""``npskit report``: formats, a report for each team, and what its end tells a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from npskit.cli import main
from npskit.errors import ReportError
from npskit.report import team_run, writing


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of two shops, in the folder we stand in."""
    monkeypatch.chdir(tmp_path)
    rows = {"nps": [10, 9, 3, 8, 7, 0] * 20, "shop": ["Lyon", "Nice"] * 60, "plan": ["a", "a", "b"] * 40}
    pd.DataFrame(rows).to_csv(tmp_path / "answers.csv", index=False)
    return tmp_path / "answers.csv"


@pytest.fixture
def composing(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Reports are made at once, without a kernel; what was asked for is kept."""
    made: list[dict[str, Any]] = []

    def composed(survey: Any, suffix: str, *_: Any, **options: Any) -> bytes:
        made.append({"suffix": suffix, **options})
        if "fails" in options:
            raise ReportError("on purpose.")
        return b"report"

    for module in (team_run, writing):
        monkeypatch.setattr(module, "composed", composed)
    return made


Composing = list[dict[str, Any]]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([], "nps-report.html"),
        (["--format", "xlsx"], "nps-report.xlsx"),
        (["-o", "q4", "--format", "pptx"], "q4.pptx"),
        (["-o", "q4.ipynb"], "q4.ipynb"),
        (["-o", "q4", "--format", "ipynb"], "q4.ipynb"),
        (["-o", "q4.v2", "--format", "html"], "q4.v2.html"),
        (["-o", "q4.HTM", "--format", "html"], "q4.HTM"),
    ],
)
def test_the_format_names_the_file(export: Path, composing: Composing, arguments: list[str], name: str) -> None:
    assert main(["report", str(export), *arguments]) == 0
    assert Path(name).read_bytes() == b"report"


def test_a_format_against_the_name_is_an_error(
    export: Path, composing: Composing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(export), "-o", "q4.pdf", "--format", "html"]) == 2
    assert "q4.html" in capsys.readouterr().err
    assert composing == []


def test_all_writes_a_report_for_each_team_and_a_page(
    export: Path, composing: Composing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(export), "--all", "--by", "shop", "-o", "out", "--format", "xlsx"]) == 0
    assert {path.name for path in Path("out").iterdir() if path.name[0] != "."} == {
        "lyon.xlsx",
        "nice.xlsx",
        "index.html",
    }
    seen = capsys.readouterr()
    assert "2 written" in seen.out
    assert sorted(seen.err.splitlines()) == ["Lyon: written", "Nice: written"]
    assert {each["title"] for each in composing} == {"answers.csv · Lyon", "answers.csv · Nice"}
    assert main(["report", str(export), "--all", "--by", "shop", "-o", "out", "--format", "xlsx", "--lang", "en"]) == 0
    assert "2 unchanged" in capsys.readouterr().out


def test_all_finds_the_teams_and_takes_parameters_of_the_reports(export: Path, composing: Composing) -> None:
    assert main(["report", str(export), "--all", "-p", "by=['plan']", "--lang", "fr", "--jobs", "1"]) == 0
    assert [each["by"] for each in composing] == [["plan"], ["plan"]]
    assert {each["lang"] for each in composing} == {"fr"}
    assert 'lang="fr"' in Path("nps-reports/index.html").read_text(encoding="utf-8")


def test_failures_are_told_at_the_end_and_by_the_status(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def composed(survey: Any, suffix: str, *_: Any, **options: Any) -> bytes:
        if "Nice" in options["title"]:
            raise ReportError("on purpose.")
        return b"report"

    monkeypatch.setattr(team_run, "composed", composed)
    assert main(["report", str(export), "--all", "--by", "shop", "-o", "out"]) == 1
    seen = capsys.readouterr()
    assert seen.err.splitlines()[-1] == "npskit: Nice: on purpose."
    assert "1 written" in seen.out
    assert "1 not made" in seen.out
    assert Path("out/lyon.html").exists()


def test_a_plan_lists_and_writes_nothing(
    export: Path, composing: Composing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(export), "--all", "--by", "shop", "-o", "out", "--dry-run"]) == 0
    assert "2 to be made" in capsys.readouterr().out
    assert not Path("out").exists()
    assert composing == []


@pytest.mark.parametrize(
    "wrong",
    [
        ["--jobs", "2"],
        ["--dry-run"],
        ["--all", "--by", "nope"],
        ["--all", "--jobs", "0"],
        ["--all", "-o", "answers.csv"],
        ["--all", "-o", "out.html"],
    ],
)
def test_wrong_options_are_told(
    export: Path, composing: Composing, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(export), *wrong]) == 2
    assert capsys.readouterr().err.startswith("npskit: ")
    assert composing == []


def test_a_threshold_withholds(export: Path, composing: Composing, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(export), "--all", "--by", "shop", "--threshold", "61"]) == 0
    assert "2 withheld" in capsys.readouterr().out
    assert composing == []


def test_a_file_of_one_team_has_its_report(export: Path, composing: Composing) -> None:
    pd.DataFrame({"nps": [10, 3, 9] * 20, "team": ["North"] * 60}).to_csv("one.csv", index=False)
    assert main(["report", "one.csv", "--all"]) == 0
    assert Path("nps-reports", "north.html").exists()


def test_hints_name_the_option(export: Path, composing: Composing, capsys: pytest.CaptureFixture[str]) -> None:
    pd.DataFrame({"nps": [10, 3, 9, 8] * 20, "plan": ["a", "b"] * 40}).to_csv("plans.csv", index=False)
    assert main(["report", "plans.csv", "--all"]) == 2
    assert "--by 'plan'" in capsys.readouterr().err


def test_who_stops_is_told_how_to_go_on(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: Any, **__: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("npskit.report.many.report_all", stopped)
    assert main(["report", str(export), "--all", "--by", "shop"]) == 130
    assert "run the same line again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [([], "npskit: stopped; nothing was written.\n"), (["--all", "--by", "shop"], "run the same line again")],
)
def test_a_request_to_end_is_one_line_and_the_status_of_the_signal(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: list[str], told: str
) -> None:
    def ended(*_: Any, **__: Any) -> bytes:
        raise SystemExit(143)

    monkeypatch.setattr("npskit.report.many.report_all", ended)
    monkeypatch.setattr(writing, "composed", ended)
    with pytest.raises(SystemExit) as error:
        main(["report", str(export), *more])
    assert error.value.code == 143
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
