"""Notebook 7, which has pages for one thing each: files in one tab of the browser, a notebook in another."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import NOTEBOOK_7_OWN_ERRORS
from lab import PATIENCE, Made, Workbench, answers, chosen, written
from playwright.sync_api import expect

EVERY_NOTEBOOK = pytest.mark.parametrize("workbench", ["newest", "oldest"], indirect=True)


@EVERY_NOTEBOOK
def test_file_becomes_a_notebook_that_runs_in_its_own_tab(workbench: Workbench, artifacts: Path) -> None:
    server, page = workbench.server, workbench.page
    workbench.guard.allow_errors(*NOTEBOOK_7_OWN_ERRORS)
    chosen(server, autoRun=True, defaultTemplate="explorer")
    written(answers(), server.root / "seven é" / "l'été.xlsx")
    page.goto(f"{server.url}tree/{quote('seven é')}?token={server.token}", timeout=PATIENCE)
    workbench.file("l'été.xlsx").wait_for()
    with page.context.expect_page(timeout=PATIENCE) as opening:
        workbench.choose("l'été.xlsx", "Open as NPS report")
    tab = opening.value
    tab.set_default_timeout(PATIENCE)
    made = Made(tab, "seven é/l'été-explorer.ipynb")
    assert made.parameters()["data"] == "l'été.xlsx"
    made.ran_by_itself()
    assert made.value("survey.summary()['responses'].tolist()") == "[400]"

    # The menu and the panel are in the page of the notebook.
    menu = tab.locator("#jp-MainMenu, #menu-panel").get_by_role("menuitem", name="NPS", exact=True).first
    menu.click()
    tab.get_by_role("menuitem", name="Show the NPS panel").click()
    frame = tab.locator(".nps-Frame[data-frame=survey]")
    expect(frame.locator(".nps-Frame-detail")).to_contain_text("400 responses", timeout=PATIENCE)
    tab.screenshot(path=artifacts / "notebook7-panel.png")
    frame.locator("[data-verb=summary]").click()
    tab.get_by_role("status").get_by_text("Cell added").wait_for()
    assert made.cells()[-1]["source"] == "survey.summary()"
    tab.close()
