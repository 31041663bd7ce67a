"""From a file of answers to its report in two clicks, whatever the file is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from harness import JupyterServer
from lab import HOSTILE, Made, Workbench, answers, chosen, written
from playwright.sync_api import expect

EVERY_LAB = pytest.mark.parametrize("workbench", ["newest", "oldest"], indirect=True)


def folder_of(server: JupyterServer, name: str, *files: str) -> Path:
    """A folder of the server's with answers in files."""
    for file in files:
        written(answers(), server.root / name / file)
    return server.root / name


@EVERY_LAB
def test_report_of_a_hostile_name_runs_by_itself_when_wished(
    workbench: Workbench, screenshot: Callable[..., Path]
) -> None:
    chosen(workbench.server, autoRun=True)
    folder = folder_of(workbench.server, "Ventes d'été {2024}", HOSTILE)
    (folder / "notes.txt").write_text("no answers", encoding="utf-8")
    workbench.open(folder.name)
    workbench.file("notes.txt").click(button="right")
    workbench.page.get_by_role("menuitem", name="Rename").wait_for()
    expect(workbench.page.get_by_role("menuitem", name="NPS")).to_have_count(1)
    workbench.page.keyboard.press("Escape")
    workbench.choose(HOSTILE, "Open as NPS report")
    workbench.page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context")
    (made,) = folder.glob("*.ipynb")
    opened = Made(workbench.page, f"{folder.name}/{made.name}")
    assert made.name.endswith("-health-check.ipynb")
    assert opened.parameters()["data"] == HOSTILE
    opened.ran_by_itself()
    assert opened.value("survey.summary()['responses'].tolist()") == "[400]"
    assert opened.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('npskit'))") == []
    screenshot("lab-report")


@EVERY_LAB
def test_explore_shows_the_explorer(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    folder = folder_of(workbench.server, "explored", "answers.parquet")
    workbench.open(folder.name)
    workbench.choose("answers.parquet", "Explore NPS")
    opened = Made(workbench.page, "explored/answers-explorer.ipynb")
    assert opened.parameters()["data"] == "answers.parquet"
    assert set(opened.counts()) == {None}, "nothing runs unless the settings say so"
    opened.run_all()
    score = workbench.page.locator(".jp-OutputArea").get_by_text("400 responses").filter(visible=True).first
    score.scroll_into_view_if_needed()
    expect(score).to_be_visible()
    screenshot("lab-explore")


def test_workbook_and_export_make_notebooks_beside_them(workbench: Workbench) -> None:
    chosen(workbench.server, privacyThreshold=25, defaultTemplate="explorer")
    folder = folder_of(workbench.server, "several", "answers.xlsx", "Ü.csv")
    workbench.open(folder.name)
    workbench.file("answers.xlsx").click()
    workbench.file("Ü.csv").click(modifiers=["Control"])
    workbench.file("Ü.csv").click(button="right")
    workbench.page.get_by_role("menuitem", name="Open as NPS report").click()
    Made(workbench.page, "several/Ü-explorer.ipynb")
    workbench.command("docmanager:open", path="several/answers-explorer.ipynb")
    opened = Made(workbench.page, "several/answers-explorer.ipynb")
    assert opened.parameters()["data"] == "answers.xlsx"
    assert opened.parameters()["min_responses"] == 25
    opened.run_all()
    assert opened.value("survey.summary()['responses'].tolist()") == "[400]"


def test_file_that_is_gone_is_told(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    workbench.guard.allow_errors("status of 404")
    folder = folder_of(workbench.server, "gone", "answers.csv")
    workbench.open(folder.name)
    workbench.file("answers.csv").wait_for()
    (folder / "answers.csv").unlink()
    workbench.choose("answers.csv", "Open as NPS report")
    dialog = workbench.page.get_by_role("dialog")
    expect(dialog).to_contain_text("The notebook was not made")
    expect(dialog).to_contain_text("answers.csv")
    screenshot("lab-gone")
    workbench.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert not list(folder.glob("*.ipynb"))
