"""Reports of the whole history, made when something in them would be different."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from watched import PLAIN, Place, answers


def test_reports_are_made_when_something_changed_and_not_otherwise(
    place: Place, composing: list[dict[str, Any]], tmp_path: Path
) -> None:
    def made() -> list[str]:
        composing.clear()
        place.look()
        return [each["suffix"] for each in composing]

    text = PLAIN.replace("formats: []", "formats: [html, xlsx]")
    place.configure(text)
    assert made() == []
    place.export("a.csv", answers(0, 20))
    assert made() == [".html", ".xlsx"]
    assert made() == []
    place.export("b.csv", answers(0, 20).iloc[::-1])
    assert made() == [".html", ".xlsx"]
    place.configure(text + "every: week\n")
    assert made() == [".html", ".xlsx"]
    assert composing[0]["every"] == "week"
    (tmp_path / "reports" / "health-check.html").unlink()
    assert made() == [".html"]
    place.configure(text + "every: week\nby: shop\nlang: fr\n")
    assert made() == [".html", ".xlsx"]
    assert (composing[0]["by"], composing[0]["lang"], composing[0]["title"]) == (["shop"], "fr", "exports")


def test_a_report_that_fails_is_tried_again_and_keeps_nothing_else(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from npskit.watch import reporting

    place.configure(PLAIN.replace("formats: []", "formats: [html, pdf]"))
    place.export("a.csv", answers(0, 20))
    usual = reporting.composed

    def composed(survey: Any, suffix: str, **options: Any) -> bytes:
        if suffix == ".pdf":
            raise OSError("no printer")
        return usual(survey, suffix, **options)

    monkeypatch.setattr(reporting, "composed", composed)
    outcome = place.look()
    assert outcome.status == 3
    assert [event.kind for event in outcome.events] == ["read", "report", "report_failed", "done"]
    assert [event["event"] for event in place.told()] == ["report_failed", "done"]


def test_a_template_of_ones_own_stands_beside_the_configuration(
    place: Place, composing: list[dict[str, Any]], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(repository / "notebooks" / "01-health-check.ipynb", place.root / "mine.ipynb")
    place.configure(PLAIN.replace("formats: []", "formats: html\ntemplate: mine.ipynb"))
    place.export("a.csv", answers(0, 20))
    monkeypatch.chdir(place.root / "exports")
    assert place.one("report")["file"] == "mine.html"
    notebook = place.root / "mine.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("the", "thy", 1), encoding="utf-8")
    assert place.one("report")["file"] == "mine.html"
    assert len(composing) == 2
    assert Path.cwd() == place.root / "exports"


def test_teams_get_reports_of_their_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.report import team_run

    made: list[str] = []

    def composed(survey: Any, suffix: str, *_: Any, **options: Any) -> bytes:
        made.append(options["title"])
        return b"page"

    monkeypatch.setattr(team_run, "composed", composed)
    place.configure(PLAIN + "title: Shops\nteams: {by: shop, threshold: 5}\n")
    place.export("a.csv", answers(0, 40))
    assert place.one("report")["file"] == "teams/index.html"
    assert sorted(made) == ["Shops · Lyon", "Shops · Nice"]
    assert [event["event"] for event in place.told()] == ["done"]
    place.export("b.csv", answers(40, 80).query("shop == 'Lyon'"))
    place.look()
    assert sorted(made) == ["Shops · Lyon", "Shops · Lyon", "Shops · Nice"]
