"""One Chromium and one Jupyter server per environment for all browser tests; a guarded page of its own for each.

JupyterLab is megabytes of scripts. A profile keeps what was fetched and compiled of them, and nothing else, from one
test to the next.

Most tests look at the JupyterLab of this very environment. ``jupyter_for("oldest")`` is the oldest one supported, in an
environment that NPSKIT_OLDEST_PYTHON names: npskit installed beside JupyterLab 4.2 and Notebook 7.2.
"""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright.sync_api")

from harness import Guard, JupyterServer, OpenNotebook, browser_flags
from lab import Workbench, chosen
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# Raised by Notebook's own bundles over any notebook: from 7.2 on, 7.6, and 7.2 over one without a checkpoint.
NOTEBOOK_7_OWN_ERRORS = (
    "reading 'schema'",
    "Command 'filebrowser:open-path' not registered",
    "reading 'last_modified'",
)
# How long anything may take that says nothing else.
WAIT = 20_000
# Which variable names the Python of an environment that is not this one.
ENVIRONMENTS = {"oldest": "NPSKIT_OLDEST_PYTHON"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: measures times, so that nothing else may run beside it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def profile(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        profile = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=chromium,
            args=browser_flags(),
            viewport={"width": 1280, "height": 900},
            service_workers="block",
        )
        yield profile
        profile.close()


@pytest.fixture(scope="session")
def browser(profile: BrowserContext) -> Browser:
    """The browser itself, for contexts of another kind."""
    assert profile.browser is not None
    return profile.browser


@pytest.fixture
def context(profile: BrowserContext) -> BrowserContext:
    profile.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    return profile


@pytest.fixture
def guard(context: BrowserContext) -> Iterator[Guard]:
    """The watch over this test's pages; `guard.allow_errors(...)` for an error that is not ours."""
    guard = Guard(context)
    yield guard
    guard.leave()
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


def python_of(name: str) -> str:
    """The Python of an environment: ``"newest"`` is this one, others are named by a variable."""
    if name == "newest":
        pytest.importorskip("jupyterlab")
        pytest.importorskip("notebook")
        return sys.executable
    if not os.environ.get(ENVIRONMENTS[name]):
        pytest.skip(f"{ENVIRONMENTS[name]} names no Python with the {name} JupyterLab")
    return os.environ[ENVIRONMENTS[name]]


@pytest.fixture(scope="session")
def jupyter_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], JupyterServer]]:
    """``jupyter_for("newest")`` or ``("oldest")``: the server of that JupyterLab, started when first asked for."""
    with ExitStack() as running:

        @cache
        def started(name: str) -> JupyterServer:
            server = JupyterServer(tmp_path_factory.mktemp(f"jupyter-{name}"), python=python_of(name))
            server.start()
            running.callback(server.stop)
            return server

        yield started


@pytest.fixture(scope="session")
def jupyter(jupyter_for: Callable[[str], JupyterServer]) -> JupyterServer:
    """The Jupyter server of this environment, for JupyterLab and Notebook 7."""
    return jupyter_for("newest")


@pytest.fixture
def open_notebook(
    page: Page, guard: Guard, jupyter_for: Callable[[str], JupyterServer]
) -> Iterator[Callable[..., OpenNotebook]]:
    """``open_notebook(content, app="lab", on="newest")`` shows it in JupyterLab; ``app="notebook"``, in Notebook 7."""
    used: list[JupyterServer] = []

    def open_(content: nbformat.NotebookNode, *, app: str = "lab", on: str = "newest") -> OpenNotebook:
        if app == "notebook":
            guard.allow_errors(*NOTEBOOK_7_OWN_ERRORS)
        used.append(jupyter_for(on))
        return OpenNotebook(page, used[-1], used[-1].write(f"{uuid.uuid4().hex}.ipynb", content), app=app)

    yield open_
    page.goto("about:blank")
    for server in used:
        server.stop_kernels()


@pytest.fixture
def workbench(
    page: Page, guard: Guard, jupyter_for: Callable[[str], JupyterServer], request: pytest.FixtureRequest
) -> Iterator[Workbench]:
    """JupyterLab with npskit's extension, as whoever never changed a setting; a parameter names another environment."""
    server = jupyter_for(getattr(request, "param", "newest"))
    yield Workbench(page, guard, server)
    page.goto("about:blank")
    chosen(server)
    server.stop_kernels()
