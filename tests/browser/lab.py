"""What a person does with npskit's extension in JupyterLab and Notebook 7: looks, clicks, types, and reads."""

from __future__ import annotations

import ast
import json
import urllib.request
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
import pandas as pd
from harness import COLOUR, READY, Guard, JupyterServer, OpenNotebook
from playwright.sync_api import Locator, Page

__all__ = ["HOSTILE", "PATIENCE", "Made", "Workbench", "answers", "chosen", "written"]

# A loaded machine takes its time; nothing here waits longer than it must.
PATIENCE = 90_000
# Said by the hosts themselves: by JupyterLab 4.2 when a notebook runs, by any when a kernel restarts or a notebook is
# closed while the debugger is asked, by Notebook 7 on every page. And by the server's list of kernels when it is asked
# for while one starts: jupyter_server shows a kernel before it has noted its `last_activity`, without which it answers
# 500 (6 of 1,785 requests with kernels starting one after the other); whoever lists them asks again.
OWN_ERRORS = (
    "Failed to update the table of contents",
    "setting 'isRunning'",
    "reading 'isRunning'",
    "Could not restore the debugger state",
    "Canceled future for debug_request message",
    "Cannot convert undefined or null to object",
    "/api/kernels: Failed to load resource: the server responded with a status of 500",
)
PLUGIN = "npskit:plugin"
# Quotes of all kinds, braces, a backslash, what shells and addresses care for, accents in two spellings, an emoji.
HOSTILE = "l’été \"2024\" 'a' {b} {{c}} #1 50% é ü e\u0301 ;$(x) `y` \\n & 🙂.csv"


def answers(rows: int = 400) -> pd.DataFrame:
    """Dated answers of two shops."""
    ratings = [10, 9, 8, 10, 3, 7, 9, 0, 10, 6] * (rows // 10)
    dates = pd.date_range("2024-01-01", periods=rows, freq="D").strftime("%Y-%m-%d")
    return pd.DataFrame({"nps": ratings, "shop": ["Nice", "Évry"] * (rows // 2), "date": dates})


def written(table: pd.DataFrame, path: Path) -> Path:
    """The table as a file of the format that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    formats = {".csv": pd.DataFrame.to_csv, ".xlsx": pd.DataFrame.to_excel, ".parquet": pd.DataFrame.to_parquet}
    formats[path.suffix](table, path, index=False)
    return path


def chosen(server: JupyterServer, *, plugin: str = PLUGIN, **values: Any) -> None:
    """What a person chose in the settings editor before."""
    body = json.dumps({"raw": json.dumps(values)}).encode()
    headers = {"Authorization": f"token {server.token}", "Content-Type": "application/json"}
    address = f"{server.url}lab/api/settings/{quote(plugin)}"
    urllib.request.urlopen(urllib.request.Request(address, body, headers, method="PUT"), timeout=30).close()


class Made(OpenNotebook):
    """A notebook that opens by itself: nobody asked for its address."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        self.path = path
        page.wait_for_function(
            "path => window.jupyterapp?.shell?.currentWidget?.context?.path === path", arg=path, timeout=PATIENCE
        )
        self.follow()

    def follow(self) -> None:
        """Take the notebook in front as this one."""
        self.page.evaluate(READY)
        self.wait_idle()

    def parameters(self) -> dict[str, Any]:
        """What the cells of parameters set, ours and then those of this run."""
        found: dict[str, Any] = {}
        for cell in self.cells():
            tags = cell["metadata"].get("tags", [])
            if "parameters" in tags or "injected-parameters" in tags:
                body = ast.parse(cell["source"]).body
                found |= {node.targets[0].id: ast.literal_eval(node.value) for node in body}
        return found

    def counts(self) -> list[int | None]:
        """When each cell of code ran."""
        return [cell["execution_count"] for cell in self.cells() if cell["cell_type"] == "code"]

    def ran_by_itself(self) -> list[dict[str, Any]]:
        """Wait until every cell ran, unasked; an error in one fails the test."""
        self.page.wait_for_function(
            """() => {
                const cells = window.openPanel.content.model.toJSON().cells.filter(each => each.cell_type === 'code');
                return cells.every(each => each.execution_count !== null)
                    || cells.some(each => each.outputs.some(output => output.output_type === 'error'));
            }""",
            timeout=2 * PATIENCE,
        )
        self.wait_idle()
        cells = self.cells()
        for output in (output for cell in cells for output in cell.get("outputs", [])):
            assert output["output_type"] != "error", COLOUR.sub("", "\n".join(output["traceback"]))
        return cells


class Workbench:
    """JupyterLab in front of a person, or a page of Notebook 7."""

    def __init__(self, page: Page, guard: Guard, server: JupyterServer) -> None:
        self.page, self.guard, self.server = page, guard, server
        guard.hear_console()
        guard.allow_errors(*OWN_ERRORS)
        page.set_default_timeout(PATIENCE)

    def open(self, folder: str = "") -> None:
        """Lab at a folder, with nothing open but the launcher."""
        place = f"lab/tree/{quote(folder)}" if folder else "lab"
        self.page.goto(f"{self.server.url}{place}?reset&token={self.server.token}", timeout=PATIENCE)
        self.page.wait_for_function("() => window.jupyterapp?.commands.hasCommand('npskit:new')", timeout=PATIENCE)
        self.card().first.wait_for()

    # ---- launcher, menus, palette

    def section(self) -> Locator:
        heading = self.page.get_by_role("heading", name="NPS", exact=True)
        return self.page.locator(".jp-Launcher-section", has=heading)

    def card(self, title: str = "") -> Locator:
        return self.section().locator(".jp-LauncherCard").filter(has_text=title)

    def file(self, name: str) -> Locator:
        """A file in the file browser, however much of its name is shown."""
        return self.page.locator(".jp-DirListing-item").filter(
            has=self.page.locator(".jp-DirListing-itemText").get_by_text(name, exact=True)
        )

    def choose(self, name: str, entry: str) -> None:
        """An entry of a file's context menu."""
        self.file(name).click(button="right")
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def notebook(self, content: nbformat.NotebookNode) -> Made:
        """A notebook of the server's root, opened in what is open already."""
        path = self.server.write(f"{uuid.uuid4().hex}.ipynb", content)
        self.command("docmanager:open", path=path)
        return Made(self.page, path)

    def command(self, name: str, **arguments: Any) -> Any:
        return self.page.evaluate(
            "([name, given]) => window.jupyterapp.commands.execute(name, given).then(found => "
            "typeof found === 'string' ? found : null)",
            [name, arguments],
        )

    # ---- the panel

    def panel(self) -> Locator:
        return self.page.locator(".nps-Panel")

    def show_panel(self) -> None:
        self.page.locator(".jp-SideBar [data-id=nps-panel], .jp-SideBar [title=NPS]").first.click()
        self.panel().wait_for()

    def frame(self, name: str) -> Locator:
        return self.panel().locator(f".nps-Frame[data-frame='{name}']")

    def empty(self, state: str) -> Locator:
        return self.panel().locator(f".nps-Empty[data-state='{state}']")
