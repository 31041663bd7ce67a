"""The badges of the README, opened as Binder opens them: its image's packages, its server's command, its address.

NPSKIT_BINDER_PYTHON names the Python of an environment made as Binder would (`.ci/run` makes one): what stands in
repo2docker's image, then binder/requirements.txt.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import JupyterServer, OpenNotebook
from image import ROOT, badges, dockerfile, server_command
from playwright.sync_api import Page

from npskit.datasets import load
from npskit.labels import points

PYTHON = os.environ.get("NPSKIT_BINDER_PYTHON", "")
LAB, HEALTH_CHECK, DASHBOARD = badges()
SECONDS = 180_000
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist", "build")


class BinderServer(JupyterServer):
    """The server of the image, over a copy of this repository, where a person's part of Binder's address leads."""

    def command(self) -> list[str]:
        with socket.socket() as found:
            found.bind(("", 0))
            port = found.getsockname()[1]
        given = {"ServerApp.base_url": self.base_url, "ServerApp.port": port, "IdentityProvider.token": self.token}
        return [*server_command(dockerfile()), *(f"--{name}={value}" for name, value in given.items())]

    def environment(self) -> dict[str, str]:
        folder = str(Path(self.python).parent)
        return super().environment() | {"PATH": os.pathsep.join([folder, os.environ["PATH"]])}

    def write_settings(self) -> None:
        """What the image gives otherwise, or only a test wants, so that the command stays as it is."""
        super().write_settings()
        seen = {"expose_app_in_browser": True}
        config = {
            "jupyter_server_config": {"ServerApp": {"allow_root": True, "open_browser": False}},
            "jupyter_lab_config": {"LabApp": seen},
            "jupyter_notebook_config": {"JupyterNotebookApp": seen},
        }
        self.homes["CONFIG_DIR"].mkdir()
        for name, values in config.items():
            (self.homes["CONFIG_DIR"] / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BinderServer]:
    if not PYTHON:
        pytest.skip("NPSKIT_BINDER_PYTHON names no Python with what Binder installs")
    pytest.importorskip("repo2docker")
    server = BinderServer(tmp_path_factory.mktemp("binder"), python=PYTHON, base_url="/user/npskit-abc/")
    shutil.copytree(ROOT, server.root, ignore=LEFT_BEHIND)
    server.start()
    yield server
    server.stop()


def address(image: BinderServer, path: str) -> str:
    """Where Binder leads a person once the image runs."""
    return f"{image.url}{path}?token={image.token}"


def test_lab_has_a_card_for_each_template(page: Page, image: BinderServer, screenshot: Callable[..., Path]) -> None:
    page.goto(address(image, LAB), timeout=SECONDS)
    page.locator(".jp-Launcher-section", has_text="Notebook").first.wait_for(timeout=SECONDS)
    section = page.locator(".jp-Launcher-section", has=page.get_by_role("heading", name="NPS", exact=True))
    section.wait_for()
    templates = image.request("npskit/templates?kind=template")
    assert len(templates) >= 6
    assert section.locator(".jp-LauncherCard").count() >= len(templates)
    for template in templates:
        section.get_by_text(template["title"], exact=True).wait_for()
    screenshot("binder-lab")


def test_health_check_runs_to_its_end(page: Page, image: BinderServer, screenshot: Callable[..., Path]) -> None:
    opened = OpenNotebook(page, image, HEALTH_CHECK.removeprefix("lab/tree/"))
    cells = [cell for cell in opened.run_all(seconds=SECONDS / 1000) if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in cells)
    assert any("image/svg+xml" in output.get("data", {}) for cell in cells for output in cell["outputs"])
    screenshot("binder-health-check")
    page.goto("about:blank")
    image.stop_kernels()


def test_dashboard_shows_the_score(page: Page, image: BinderServer, screenshot: Callable[..., Path]) -> None:
    page.goto(address(image, DASHBOARD), timeout=SECONDS)
    told = page.locator(".nx-score")
    told.wait_for(timeout=SECONDS)
    assert told.inner_text() == points(load("carpentries").nps.score())
    assert page.locator(".jp-CodeMirrorEditor, .jp-InputArea-editor").count() == 0
    page.locator(".nx-trend canvas").wait_for()
    screenshot("binder-dashboard")


def test_nobody_gets_in_without_the_token(page: Page, image: BinderServer) -> None:
    page.goto(f"{image.url}{LAB}", timeout=SECONDS)
    assert "/user/npskit-abc/login" in page.url
