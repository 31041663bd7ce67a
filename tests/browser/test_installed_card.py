"""Whichever way npskit is installed, without Node, JupyterLab shows its cards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import JupyterServer
from installing import WAYS, copied, installed
from playwright.sync_api import Page

for library in ("hatchling", "jupyterlab", "notebook", "pip"):
    pytest.importorskip(library)


class BesideServer(JupyterServer):
    """The JupyterLab of this environment with the extensions of another one."""

    def command(self) -> list[str]:
        return [*super().command(), f"--LabApp.app_dir={Path(sys.prefix) / 'share' / 'jupyter' / 'lab'}"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("source"))


@pytest.fixture(params=WAYS)
def server(request: pytest.FixtureRequest, source: Path, tmp_path: Path) -> Iterator[JupyterServer]:
    environment = installed(request.param, source, tmp_path / "environment")
    server = BesideServer(tmp_path, python=str(environment / "bin" / "python"))
    server.start()
    yield server
    server.stop()


def test_lab_shows_the_cards(page: Page, server: JupyterServer) -> None:
    page.goto(f"{server.url}lab?token={server.token}", timeout=60_000)
    section = page.locator(".jp-Launcher-section", has=page.get_by_role("heading", name="NPS", exact=True))
    section.get_by_text("NPS health check", exact=True).wait_for(timeout=60_000)
    assert section.locator(".jp-LauncherCard").count() >= len(server.request("npskit/templates"))
    page.goto("about:blank")
