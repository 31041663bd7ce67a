"""A template served as a dashboard: Voila runs it for everyone who opens its address, and shows no code.

Voila would take the first kernel of the name it finds, read settings from whatever folder it is started in and let
everybody on this machine in. So it gets a kernel of this very Python, a folder of its own and a token.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, optional_import
from npskit.report.page import HIDDEN
from npskit.report.running import own_spec
from npskit.report.template import prepared

__all__ = ["free_port", "require_voila", "serve"]

HOST = "127.0.0.1"
PORT, RETRIES, LAST_PORT = 8866, 50, 65_535
# A tab that was closed ends its kernel; a browser that crashed cannot.
IDLE_SECONDS, LOOK_SECONDS = 600, 60
# Milliseconds; Voila's own default is one that it then warns of.
PING = 30_000
# Whatever else is installed for JupyterLab is made for a whole Lab and fails in Voila's page.
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
NOTEBOOK, LONGEST_FOLDER = "dashboard.ipynb", 30


def require_voila() -> None:
    """Raise when what serves a dashboard is not installed.

    Raises
    ------
    MissingExtraError
    """
    for name in ("voila.app", "ipykernel", "anywidget", "vl_convert"):
        optional_import(name, extra="dashboard", purpose="serve a dashboard")


def serve(
    template: str,
    parameters: Mapping[str, Any],
    *,
    title: str = "",
    lang: str = "en",
    port: int | None = None,
    browser: bool = True,
    ready: Callable[[str], object] = print,
) -> None:
    """Serve a template until it is interrupted.

    Parameters
    ----------
    template : str
        Its id.
    parameters : mapping
        As for `prepared`.
    title : str
        Of the browser's tab.
    lang : {"en", "fr"}
    port : int, optional
        8866 or one near it when not given; 0 for any that is free.
    browser : bool
        Whether to open the address.
    ready : callable
        Told the address, with the token that lets its reader in.

    Raises
    ------
    ArgumentError
        For a port that is taken.
    MissingExtraError
        When Voila is not installed.
    """
    require_voila()
    base: Any = optional_import("voila.app", extra="dashboard", purpose="serve a dashboard").Voila
    token, fixed = secrets.token_hex(16), None if port is None else free_port(port)

    class Server(base):
        def launch_browser(self) -> None:
            """Voila calls this once it listens; its own way would leave the token out and a file behind."""
            address = f"http://{HOST}:{self.port}/?token={token}"
            ready(address)
            if browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with tempfile.TemporaryDirectory(prefix="npskit-dashboard-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        written(folder, template, parameters, title)
        paths = [str(folder), str(Path(__file__).parent), os.environ.get("JUPYTER_PATH", "")]
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))
        work = folder / "work"
        options = {
            "Voila.config_file_paths": folder,
            "Voila.root_dir": work,
            "Voila.ip": HOST,
            "Voila.port": PORT if fixed is None else fixed,
            "Voila.port_retries": RETRIES if fixed is None else 0,
            "Voila.token": token,
            "Voila.open_browser": True,
            "Voila.log_level": "ERROR",
            "Voila.tornado_settings": {"ws_ping_timeout": PING},
            "VoilaConfiguration.template": "npskit",
            "VoilaConfiguration.extension_allowlist": EXTENSIONS,
            "VoilaExporter.language_code": lang,
            "MappingKernelManager.cull_idle_timeout": IDLE_SECONDS,
            "MappingKernelManager.cull_interval": LOOK_SECONDS,
            "KernelManager.transport": "ipc" if short_sockets() else "tcp",
        }
        Server.launch_instance([str(work / NOTEBOOK), *(f"--{name}={value}" for name, value in options.items())])


def short_sockets() -> bool:
    """Whether kernels can talk over sockets in the file system, whose paths may not be long."""
    return sys.platform == "linux" and len(tempfile.gettempdir()) < LONGEST_FOLDER


def written(folder: Path, template: str, parameters: Mapping[str, Any], title: str) -> None:
    """What Voila needs: the template with its parameters, and the kernel that runs it."""
    nbformat = optional_import("nbformat", extra="dashboard", purpose="serve a dashboard")
    notebook = prepared(template, parameters)
    notebook.cells = [cell for cell in notebook.cells if not HIDDEN & set(cell.metadata.get("tags", ()))]
    notebook.metadata["title"] = title or template
    kernel, work = folder / "kernels" / "python3", folder / "work"
    kernel.mkdir(parents=True)
    work.mkdir()
    (kernel / "kernel.json").write_text(json.dumps(own_spec(folder)), encoding="utf-8")
    nbformat.write(notebook, work / NOTEBOOK)


def free_port(port: int) -> int:
    """The port, when it can be listened on; any free one for 0.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> free_port(0) > 0
    True
    """
    problem = f"{port}" if not 0 <= port <= LAST_PORT else ""
    if not problem:
        with socket.socket() as trial:
            if sys.platform != "win32":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError as error:
                problem = f"{port} ({error.strerror})"
            else:
                return int(trial.getsockname()[1])
    raise ArgumentError(where="port", expected=f"one that is free, from 0 to {LAST_PORT}", got=problem)
