"""A browser without a network, and the JupyterLab it looks at.

What is shown to a person is tested where a person sees it, on a machine that may have no network. So a `Guard` watches
each browser context: an address outside this machine is refused and fails the test, and so does an error in the page.
A `JupyterServer` has folders of its own, so that a developer's settings neither help nor hinder.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebSocket

__all__ = ["COLOUR", "READY", "Guard", "JupyterServer", "OpenNotebook", "browser_flags", "notebook"]

LOCAL = r"(data:|blob:|about:|file:|(https?|wss?)://(127\.0\.0\.1|localhost|\[::1\])([:/]|$))"
OUTSIDE = re.compile(f"^(?!{LOCAL})")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SERVER_START_SECONDS = 180
CELL_SECONDS = 120
# In the page nothing else ends a wait for a kernel that never answers.
IN_TIME = (
    "const inTime = promise => Promise.race([promise, new Promise((_, failed) => "
    f"setTimeout(() => failed(new Error('no answer within {CELL_SECONDS} s')), {CELL_SECONDS * 1000}))]);"
)
READY = (
    "async () => {"
    + IN_TIME
    + """
    const panel = window.jupyterapp.shell.currentWidget;
    await inTime(panel.context.ready);
    await inTime(panel.sessionContext.ready);
    window.openPanel = panel;
}"""
)
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def browser_flags() -> list[str]:
    """What a Chromium needs to run as root in a container, to find nobody outside and to ask nobody anything."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]


def notebook(*sources: str) -> nbformat.NotebookNode:
    """A notebook of code cells for the kernel of this very environment."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


class Guard:
    """Remembers what a browser asks outside this machine, where `browser_flags` refuse it, and errors of its pages.

    It only listens: a route would take the browser's cache away.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.allowed: list[str] = []
        self.origins = {"file://"}
        self.hears = False
        self.context = context
        self.heard = {
            "request": self.note_request,
            "console": self.note_console,
            "weberror": self.note_error,
            "page": self.note_page,
        }
        for event, note in self.heard.items():
            context.on(event, note)  # type: ignore[call-overload]

    def leave(self) -> None:
        """Close the pages and take away what they stored; the context is for the next test."""
        for event, note in self.heard.items():
            self.context.remove_listener(event, note)
        # A browser without a page ends.
        left, *closed = self.context.pages
        for page in closed:
            page.close()
        self.context.clear_cookies()
        self.context.clear_permissions()
        session = self.context.new_cdp_session(left)
        for origin in self.origins:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()

    def allow_errors(self, *parts: str) -> None:
        """Do not fail on page errors that contain one of these texts."""
        self.allowed.extend(parts)

    def hear_console(self) -> None:
        """Fail on errors in the console too, from here on."""
        self.hears = True

    def note_request(self, request: Request) -> None:
        if OUTSIDE.match(request.url):
            self.outside.append(request.url)
        elif request.url.startswith("http"):
            self.origins.add("/".join(request.url.split("/")[:3]))

    def note_page(self, page: Page) -> None:
        page.on("websocket", self.note_socket)

    def note_error(self, error: Any) -> None:
        text = error.error.message
        if not any(part in text for part in self.allowed):
            self.errors.append(f"{text}\n{error.error.stack or ''}")

    def note_console(self, message: ConsoleMessage) -> None:
        # The path is said first, so that an error can be allowed of one address alone.
        text = f"{urlsplit(message.location['url']).path}: {message.text}"
        if self.hears and message.type == "error" and not any(part in text for part in self.allowed):
            self.errors.append(f"console: {text}\n{message.location}")

    def note_socket(self, socket: WebSocket) -> None:
        if OUTSIDE.match(socket.url):
            self.outside.append(socket.url)

    def check(self) -> None:
        """Fail if a page asked for an outside address or raised an error."""
        assert not self.outside, "asked outside this machine:\n" + "\n".join(self.outside)
        assert not self.errors, "errors in the page:\n" + "\n".join(self.errors)


class JupyterServer:
    """JupyterLab and Notebook 7 over one folder, on a free port of this machine.

    The addresses are ``{url}lab/tree/{path}`` and ``{url}notebooks/{path}``; ``root`` is the folder they show. Programs
    and kernels are those of ``python``, by default this very environment.
    """

    def __init__(self, folder: Path, *, python: str = sys.executable, base_url: str = "/") -> None:
        self.python = python
        self.base_url = base_url
        self.root = folder / "work"
        self.log = folder / "server.log"
        self.homes = {name: folder / name.lower() for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")}
        self.folder = folder
        self.token = "npskit-tests"
        self.url = ""

    def start(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.write_settings()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.root, env=self.environment(), stdout=log, stderr=log
            )
        try:
            self.url = self.wait()
        except BaseException:
            self.stop()
            raise

    def command(self) -> list[str]:
        options = {
            "ServerApp.root_dir": self.root,
            "ServerApp.port": 0,
            "ServerApp.base_url": self.base_url,
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": self.token,
            "LabApp.expose_app_in_browser": True,
            "LabApp.news_url": None,
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "JupyterNotebookApp.expose_app_in_browser": True,
        }
        return [self.python, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]

    def environment(self) -> dict[str, str]:
        own = {f"JUPYTER_{name}": str(path) for name, path in self.homes.items()}
        own |= {
            "IPYTHONDIR": str(self.folder / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        return inherited | own

    def write_settings(self) -> None:
        for name, values in SETTINGS.items():
            path = self.folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")

    def wait(self) -> str:
        """The address, once the server answers there."""
        card = self.homes["RUNTIME_DIR"] / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + SERVER_START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                port = json.loads(card.read_text(encoding="utf-8"))["port"]
                self.url = f"http://127.0.0.1:{port}{self.base_url}"
                self.request("api/status")
                return self.url
            except (OSError, ValueError):
                time.sleep(0.1)
        raise RuntimeError(f"no Jupyter server after {SERVER_START_SECONDS} s:\n{self.log.read_text(encoding='utf-8')}")

    def request(self, path: str, method: str = "GET") -> Any:
        """What the server's REST interface answers, as JSON."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def write(self, name: str, content: nbformat.NotebookNode) -> str:
        """Put a notebook into the served folder; its path there."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(content, path)
        return name

    def stop_kernels(self) -> None:
        for session in self.request("api/sessions"):
            self.request(f"api/sessions/{session['id']}", method="DELETE")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=15)


class OpenNotebook:
    """A notebook in front of a person, in JupyterLab or in Notebook 7."""

    def __init__(self, page: Page, server: JupyterServer, path: str, *, app: str = "lab") -> None:
        self.page = page
        place = f"lab/tree/{path}?reset&" if app == "lab" else f"notebooks/{path}?"
        page.goto(f"{server.url}{place}token={server.token}", timeout=60_000)
        page.wait_for_function(
            "path => window.jupyterapp?.shell?.currentWidget?.context?.path === path", arg=path, timeout=60_000
        )
        page.evaluate(READY)
        self.wait_idle()

    def wait_idle(self, *, seconds: float = CELL_SECONDS) -> None:
        """Until the kernel has nothing to do."""
        self.page.wait_for_function(
            "() => window.openPanel.sessionContext.session?.kernel?.status === 'idle'", timeout=seconds * 1000
        )

    def run_all(self, *, seconds: float = CELL_SECONDS) -> list[dict[str, Any]]:
        """Run every cell and give the cells back; an error in one fails the test."""
        self.page.evaluate(
            """() => {
                window.ranAll = false;
                window.jupyterapp.commands.execute('notebook:run-all-cells').finally(() => window.ranAll = true);
            }"""
        )
        self.page.wait_for_function("() => window.ranAll", timeout=seconds * 1000)
        self.wait_idle(seconds=seconds)
        cells = self.cells()
        for cell in cells:
            for output in cell.get("outputs", []):
                assert output["output_type"] != "error", COLOUR.sub("", "\n".join(output["traceback"]))
        return cells

    def cells(self) -> list[dict[str, Any]]:
        """The cells as a saved notebook would have them, with outputs."""
        return self.page.evaluate("() => window.openPanel.content.model.toJSON().cells")

    def value(self, expression: str) -> str:
        """``repr`` of a Python expression in the notebook's kernel."""
        answer = self.page.evaluate(
            "async expression => {"
            + IN_TIME
            + """
                const kernel = window.openPanel.sessionContext.session.kernel;
                const options = {code: '', store_history: false, user_expressions: {value: expression}};
                return (await inTime(kernel.requestExecute(options).done)).content.user_expressions.value;
            }""",
            expression,
        )
        assert answer["status"] == "ok", answer
        return answer["data"]["text/plain"]
