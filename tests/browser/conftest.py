"""One Chromium and one Jupyter server for all browser tests; a guarded page of its own for each."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright.sync_api")

from harness import Guard, JupyterServer, OpenNotebook, browser_flags
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Raised by Notebook's own bundles over any notebook: from 7.2 on, 7.6, and 7.2 over one without a checkpoint.
NOTEBOOK_7_OWN_ERRORS = (
    "reading 'schema'",
    "Command 'filebrowser:open-path' not registered",
    "reading 'last_modified'",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=browser_flags())
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def guard(context: BrowserContext) -> Iterator[Guard]:
    """The watch over this test's pages; `guard.allow_errors(...)` for an error that is not ours."""
    guard = Guard(context)
    yield guard
    guard.check()


@pytest.fixture
def page(context: BrowserContext, guard: Guard) -> Page:
    """An empty page that reaches nothing outside this machine."""
    return context.new_page()


@pytest.fixture
def screenshot(page: Page, artifacts: Path) -> Callable[..., Path]:
    """``screenshot(name, full=False)`` keeps a picture of the page among the artifacts, for people to look at."""

    def take(name: str, *, full: bool = False) -> Path:
        path = artifacts / f"{name}.png"
        page.screenshot(path=path, full_page=full)
        return path

    return take


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *values: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """``serve(folder)`` gives the address under which a browser finds the folder's files."""
    servers: list[ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SilentHandler, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """A Jupyter server with folders of its own, for JupyterLab and Notebook 7."""
    pytest.importorskip("jupyterlab")
    pytest.importorskip("notebook")
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_notebook(page: Page, guard: Guard, jupyter: JupyterServer) -> Iterator[Callable[..., OpenNotebook]]:
    """``open_notebook(content, app="lab")`` shows it in JupyterLab; ``app="notebook"``, in Notebook 7."""

    def open_(content: nbformat.NotebookNode, *, app: str = "lab") -> OpenNotebook:
        if app == "notebook":
            guard.allow_errors(*NOTEBOOK_7_OWN_ERRORS)
        return OpenNotebook(page, jupyter, jupyter.write(f"{uuid.uuid4().hex}.ipynb", content), app=app)

    yield open_
    page.goto("about:blank")
    jupyter.stop_kernels()
