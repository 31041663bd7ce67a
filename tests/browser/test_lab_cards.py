"""The launcher, the palette and the menu: a notebook from a template, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import JupyterServer, OpenNotebook, notebook
from lab import Made, Workbench, chosen
from playwright.sync_api import expect

EVERY_LAB = pytest.mark.parametrize("workbench", ["newest", "oldest"], indirect=True)


def offered(server: JupyterServer, lang: str = "en") -> list[str]:
    """Titles of the cards that there must be: each template, then the tour."""
    every = server.request(f"npskit/templates?lang={lang}&kind=all")
    return [row["title"] for row in every if row["kind"] == "template" or row["id"] == "tour"]


@EVERY_LAB
def test_card_of_each_template_makes_its_notebook(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    folder = workbench.server.root / "cards" / "Été 2024"
    folder.mkdir(parents=True)
    workbench.open("cards/Été 2024")
    expect(workbench.card()).to_have_text(offered(workbench.server))
    assert all(caption for caption in workbench.card().evaluate_all("cards => cards.map(card => card.title)"))
    expect(workbench.card().locator("svg")).to_have_count(len(offered(workbench.server)))
    screenshot("lab-cards")
    workbench.card("Segments and changes").click()
    made = Made(workbench.page, "cards/Été 2024/segments.ipynb")
    assert made.parameters()["lang"] == "en"
    assert made.parameters()["data"] is None
    assert set(made.counts()) == {None}
    # Two at once, and one before: nobody's notebook is written over.
    both = workbench.page.evaluate(
        "() => Promise.all([1, 2].map(() => window.jupyterapp.commands.execute("
        "'npskit:new', {template: 'segments', cwd: 'cards/Été 2024'})))"
    )
    assert sorted(both) == [f"cards/Été 2024/segments-{number}.ipynb" for number in (2, 3)]
    assert len(list(folder.glob("*.ipynb"))) == 3


def test_keyboard_alone_finds_cards_palette_and_menu(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    (workbench.server.root / "keys").mkdir()
    workbench.open("keys")
    page = workbench.page
    titles = offered(workbench.server)
    workbench.card(titles[titles.index("Segments and changes") - 1]).focus()
    page.keyboard.press("Tab")
    expect(workbench.card("Segments and changes")).to_be_focused()
    page.keyboard.press("Enter")
    Made(page, "keys/segments.ipynb")
    page.keyboard.press("Control+Shift+c")
    page.locator(".lm-CommandPalette-input").wait_for()
    page.keyboard.type("NPS")
    page.locator(".lm-CommandPalette-item", has_text="Show the NPS panel").wait_for()
    shown = " | ".join(page.locator(".lm-CommandPalette-itemLabel").all_inner_texts())
    verbs = [f"Insert a cell: {verb}" for verb in ("Summary", "Trend", "Drivers", "Forecast", "Explore")]
    for label in [*(f"New notebook: {title}" for title in offered(workbench.server)), "NPS settings", *verbs]:
        assert label in shown
    page.keyboard.press("Control+a")
    page.keyboard.type("new notebook: sales and nps")
    page.locator(".lm-CommandPalette-item.lm-mod-active", has_text="New notebook: Sales and NPS").wait_for()
    screenshot("lab-palette")
    page.keyboard.press("Enter")
    Made(page, "keys/growth.ipynb")
    menu = page.locator("#jp-MainMenu").get_by_role("menuitem", name="NPS", exact=True)
    menu.click()
    entries = page.locator(".lm-Menu-item[data-type=submenu], .lm-Menu-item[data-type=command]")
    expect(entries).to_have_text(
        [re.compile(word) for word in ("New notebook", "Insert a cell", "Show the NPS panel", "NPS settings")]
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.get_by_role("menuitem", name=titles[0]).wait_for()
    screenshot("lab-menu")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert titles[1] == "NPS health check"
    Made(page, "keys/health-check.ipynb")


def test_notebook_that_asks_to_run_by_itself_is_not_run(workbench: Workbench, open_notebook: Callable) -> None:
    """Only one that was just made here is: what a notebook says of itself, somebody else may have written."""
    chosen(workbench.server, autoRun=True)
    content = notebook("ran = True")
    content.metadata["npskit"] = {"run": True, "autoRun": True, "npskit:run": True}
    content.cells[0].metadata["tags"] = ["parameters"]
    opened: OpenNotebook = open_notebook(content)
    assert opened.value("'ran' in globals()") == "False"
    assert [cell["execution_count"] for cell in opened.cells()] == [None]
