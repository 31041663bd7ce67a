"""Language, settings, an organisation's server behind a prefix, and what a person is told when it refuses."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from harness import Guard, JupyterServer, notebook
from lab import PATIENCE, Made, Workbench, answers, chosen, written
from playwright.sync_api import Page, expect

TRANSLATION = "@jupyterlab/translation-extension:plugin"
PACK = importlib.util.find_spec("jupyterlab_language_pack_fr_FR")
CONFIG = """
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

class Store(AsyncLargeFileManager):
    '''One of its folders can only be read, whoever runs the server.'''

    async def get(self, path, *args, **kwargs):
        model = await super().get(path, *args, **kwargs)
        if path.strip("/") == "closed":
            model["writable"] = False
        return model

c.ServerApp.contents_manager_class = Store
c.NPSKit.template_dirs = ["templates"]
"""


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """A server as JupyterHub starts one: a prefix, templates of its own, a shared folder, people who speak French."""
    server = JupyterServer(tmp_path_factory.mktemp("organisation"), base_url="/user/ana@example.org/lab-1/")
    server.homes["CONFIG_DIR"].mkdir(parents=True)
    (server.homes["CONFIG_DIR"] / "jupyter_server_config.py").write_text(CONFIG, encoding="utf-8")
    own = notebook("data = None\nmin_responses = 1", "import npskit\nsurvey = npskit.Survey(data)")
    own.cells[0].metadata["tags"] = ["parameters"]
    own.metadata["npskit"] = {"title": {"en": "Our stores", "fr": "Nos magasins"}}
    (server.root / "templates").mkdir(parents=True)
    nbformat.write(own, server.root / "templates" / "stores.ipynb")
    server.start()
    chosen(server, plugin=TRANSLATION, locale="fr_FR")
    if PACK is None:
        chosen(server, language="fr")
    yield server
    server.stop()


def test_french_person_behind_a_prefix(
    page: Page, guard: Guard, organisation: JupyterServer, screenshot: Callable[..., Path]
) -> None:
    written(answers(), organisation.root / "closed" / "réponses.csv")
    written(answers(), organisation.root / "ouvert" / "réponses.csv")
    workbench = Workbench(page, guard, organisation)
    guard.allow_errors("status of 403")
    workbench.open("closed")
    workbench.card("Bilan NPS").wait_for()
    workbench.card("Nos magasins").wait_for()
    screenshot("lab-french")

    # A folder that is only read: told in words, and nothing is left there.
    workbench.choose("réponses.csv", "Ouvrir comme rapport NPS")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Le notebook n’a pas été créé")
    expect(dialog).to_contain_text("closed")
    screenshot("lab-refused")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert [path.name for path in (organisation.root / "closed").iterdir()] == ["réponses.csv"]

    page.evaluate("() => window.jupyterapp.commands.execute('filebrowser:go-to-path', {path: 'ouvert'})")
    workbench.file("réponses.csv").wait_for()
    made_path = workbench.command("npskit:new", template="stores", cwd="ouvert", file="ouvert/réponses.csv")
    made = Made(page, made_path)
    assert made.parameters() == {"data": "réponses.csv", "min_responses": 10}
    page.evaluate("() => window.jupyterapp.commands.execute('npskit:open-panel')")
    made.run_all()
    frame = workbench.frame("survey")
    expect(frame.locator(".nps-Frame-detail")).to_contain_text("400 réponses", timeout=PATIENCE)
    expect(frame.locator("[data-verb=summary]")).to_have_text("Synthèse")
    screenshot("lab-french-panel")


def test_settings_change_the_language_at_once(workbench: Workbench, screenshot: Callable[..., Path]) -> None:
    workbench.open()
    page = workbench.page
    workbench.card("NPS health check").wait_for()
    workbench.command("npskit:open-settings")
    language = page.locator("select[name*=npskit][name$=language]")
    language.wait_for()
    screenshot("lab-settings")
    language.select_option(label="Français")
    menu = page.locator("#jp-MainMenu").get_by_role("menuitem", name="NPS", exact=True)
    page.wait_for_function(
        "() => window.jupyterapp.commands.label('npskit:open-panel') === 'Afficher le panneau NPS'", timeout=PATIENCE
    )
    menu.click()
    page.locator(".lm-Menu-itemLabel", has_text="Nouveau notebook").wait_for()
    page.keyboard.press("Escape")
    workbench.command("launcher:create")
    workbench.card("Bilan NPS").last.wait_for()
    workbench.show_panel()
    workbench.empty("no-notebook").get_by_text("Aucun notebook").wait_for()
