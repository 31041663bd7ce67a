"""The side panel: the frames of the kernel in front, as they are now, and cells for them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import OpenNotebook, notebook
from lab import PATIENCE, Made, Workbench, answers, written
from playwright.sync_api import expect

from npskit.labels import points, range_text

EVERY_LAB = pytest.mark.parametrize("workbench", ["newest", "oldest"], indirect=True)
READ = "import pandas as pd\ndf = pd.read_csv('answers.csv')"
WORSE = "df = df[df['nps'] < 10]"
WITHOUT = "import sys, pandas\nsys.modules['npskit'] = None"
VERBS = {"summary": "summary()", "trend": "trend().plot()", "drivers": "drivers().plot()"}


def run(opened: OpenNotebook, code: str) -> None:
    """A new last cell, run as a person runs it."""
    opened.page.evaluate(
        """async code => {
            const {commands, shell} = window.jupyterapp;
            const content = shell.currentWidget.content;
            content.activeCellIndex = content.widgets.length - 1;
            await commands.execute('notebook:insert-cell-below');
            content.activeCell.model.sharedModel.setSource(code);
            await commands.execute('notebook:run-cell');
        }""",
        code,
    )


def said(opened: OpenNotebook, name: str = "df") -> tuple[str, str]:
    """What the panel has to say of a frame: the verb's own figures, read back from the kernel."""
    figures = f"{name}.nps.summary()[['score', 'lower', 'upper', 'responses']].iloc[0].tolist()"
    score, lower, upper, responses = ast.literal_eval(opened.value(figures))
    return points(score, lang="en"), f"{range_text(lower, upper, lang='en')} · {responses:,.0f} responses"


def expect_frame(workbench: Workbench, opened: OpenNotebook, name: str = "df") -> None:
    headline, detail = said(opened, name)
    frame = workbench.frame(name)
    expect(frame.locator(".nps-Frame-detail")).to_have_text(detail, timeout=PATIENCE)
    expect(frame.locator(".nps-Frame-headline")).to_have_text(headline)


@EVERY_LAB
def test_panel_follows_the_kernel(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    server, page = workbench.server, workbench.page
    written(answers(), server.root / "answers.csv")
    server.write("other.ipynb", notebook(WITHOUT))
    workbench.open()
    workbench.show_panel()
    workbench.empty("no-notebook").wait_for()
    opened = workbench.notebook(notebook("x = 1"))
    workbench.empty("no-frames").wait_for()

    # A new frame, a changed one, and another beside it.
    run(opened, READ)
    workbench.frame("df").wait_for()
    run(opened, "import npskit")
    expect_frame(workbench, opened)
    screenshot("lab-panel")
    before = workbench.frame("df").locator(".nps-Frame-headline").inner_text()
    run(opened, WORSE)
    expect(workbench.frame("df").locator(".nps-Frame-headline")).not_to_have_text(before, timeout=PATIENCE)
    expect_frame(workbench, opened)
    run(opened, "second = df.iloc[:100]; plain = pd.DataFrame({'sales': [1, 2]})")
    expect_frame(workbench, opened, "second")
    expect(workbench.panel().locator(".nps-Frame")).to_have_count(2)
    run(opened, "del second")
    expect(workbench.panel().locator(".nps-Frame")).to_have_count(1, timeout=PATIENCE)
    assert opened.value("[name for name in globals() if 'listing' in name]") == "[]"

    # Another notebook whose kernel has no npskit, and back.
    workbench.command("docmanager:open", path="other.ipynb")
    other = Made(page, "other.ipynb")
    expect(workbench.frame("df")).to_have_count(0)
    run(other, WITHOUT)
    workbench.empty("no-npskit").wait_for()
    screenshot("lab-panel-without-npskit")
    workbench.command("docmanager:open", path=opened.path)
    workbench.frame("df").wait_for()

    # Restarted, shut down, closed.
    opened.follow()
    page.evaluate("() => window.openPanel.sessionContext.restartKernel()")
    workbench.empty("no-frames").wait_for()
    run(opened, READ)
    workbench.frame("df").wait_for()
    page.evaluate("() => window.openPanel.sessionContext.shutdown()")
    workbench.empty("no-kernel").wait_for()
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save-all')")
    # One after the other: Lab trips over a toolbar of its own that is shown and thrown away at once.
    for left in (1, 0):
        page.evaluate("() => window.jupyterapp.commands.execute('application:close')")
        expect(page.locator(".jp-NotebookPanel")).to_have_count(left)
    workbench.empty("no-notebook").wait_for()


def test_what_was_done_can_be_read_whatever_the_kernel_does(workbench: Workbench) -> None:
    written(answers(), workbench.server.root / "answers.csv")
    workbench.open()
    opened = workbench.notebook(notebook(READ))
    workbench.show_panel()
    opened.run_all()
    status = workbench.page.get_by_role("status")
    workbench.frame("df").locator("[data-verb=summary]").click()
    status.get_by_text("Cell added").wait_for()
    # The panel follows what runs, and had dropped its words for that at once.
    assert opened.value("1 + 1") == "2"
    expect(status.get_by_text("Cell added")).to_be_visible()
    status.get_by_text("Frames with a rating in").wait_for()
    expect(status.get_by_text("Cell added")).to_have_count(0)


def test_buttons_insert_cells_that_run(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    page = workbench.page
    written(answers(), workbench.server.root / "answers.csv")
    workbench.open()
    opened = workbench.notebook(notebook(READ))
    workbench.show_panel()
    opened.run_all()
    frame = workbench.frame("df")
    for verb in VERBS:
        frame.locator(f"[data-verb={verb}]").focus()
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text("Cell added").wait_for()
        page.wait_for_function(
            "verb => window.openPanel.content.activeCell.model.sharedModel.source.includes(verb)", arg=verb
        )
    sources = [cell["source"] for cell in opened.cells()]
    assert sources[:4] == [
        READ,
        "import npskit\n\ndf.nps.summary()",
        "df.nps.trend().plot()",
        "df.nps.drivers().plot()",
    ]
    screenshot("lab-inserted")
    page.evaluate("() => { window.openPanel.content.deselectAll(); window.openPanel.content.activeCellIndex = 1; }")
    for _ in range(2):
        page.keyboard.press("Shift+Enter")
        opened.wait_idle()
    page.wait_for_function(
        "() => window.openPanel.content.model.toJSON().cells.slice(0, 3).every(cell => cell.outputs.length"
        " || cell.source.startsWith('import pandas'))"
    )
    assert not [each for cell in opened.cells() for each in cell["outputs"] if each["output_type"] == "error"]

    # A frame whose rating has to be chosen, one without dates, and one with no answers.
    run(opened, "two = pd.DataFrame({'nps_q1': [9, 10, 1], 'nps_q2': [9, 3, 1]})")
    run(opened, "undated = df[['nps']]; nobody = df.iloc[:0]")
    workbench.frame("undated").wait_for()
    expect(workbench.frame("undated").locator("[data-verb=trend]")).to_have_attribute("aria-disabled", "true")
    expect(workbench.frame("two")).to_have_attribute("data-state", "ambiguous")
    workbench.frame("two").locator("[data-action=setup]").wait_for()
    expect(workbench.frame("nobody")).to_have_attribute("data-state", "empty")
    screenshot("lab-panel-states")
