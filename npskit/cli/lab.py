"""``npskit lab``: JupyterLab, open on a notebook of a file of answers."""

from __future__ import annotations

import argparse
import secrets
import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from npskit.cli.notebooks import SUFFIX, add_making_options, made
from npskit.cli.options import add
from npskit.cli.parameters import asked
from npskit.errors import ArgumentError, SurveyNotFoundError, optional_import
from npskit.labels import language, word

__all__ = ["add_commands"]

ERROR = 40
LAB_EXAMPLES = (
    "npskit lab",
    "npskit lab answers.csv",
    "npskit lab answers.csv --template health-check --lang fr --no-browser",
)


def add_commands(commands: Any) -> None:
    """The command of this file."""
    text = "open JupyterLab, on a new notebook of a file of answers"
    lab = add(commands, "lab", run_lab, text, file=False, examples=LAB_EXAMPLES)
    lab.add_argument("file", nargs="?", help="the answers, or a notebook; the current folder when not given")
    lab.add_argument("--template", default="explorer", help="of the new notebook; explorer when not given")
    lab.add_argument("--port", type=int, help="8888 or one near it when not given; 0 for any that is free")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--allow-root", action="store_true", help="serve although one is root, as in a container")
    add_making_options(lab)


def run_lab(options: argparse.Namespace) -> int:
    """``npskit lab``."""
    labapp = optional_import("jupyterlab.labapp", extra="lab", purpose="open JupyterLab")
    given = asked(options)
    lang = given.pop("lang", None)
    port = None if options.port is None else free_port(options.port)
    path = notebook_of(options, given, lang)
    if path is not None:
        print(word("cli_notebook_written" if str(path) != options.file else "cli_lab_opens", language(lang), path=path))
    root = Path() if path is None or within(path, Path()) else path.parent
    token = secrets.token_hex(24)
    arguments = {
        "ServerApp.root_dir": root.resolve(),
        "ServerApp.open_browser": not options.no_browser,
        "ServerApp.log_level": ERROR,
        "LabApp.log_level": ERROR,
        "IdentityProvider.token": token,
        **({} if port is None else {"ServerApp.port": port, "ServerApp.port_retries": 0}),
        **({"ServerApp.allow_root": True} if options.allow_root else {}),
    }
    argv = [
        *([] if path is None else [str(path.resolve())]),
        *(f"--{name}={value}" for name, value in arguments.items()),
    ]
    place = "" if path is None else path.resolve().relative_to(root.resolve()).as_posix()
    serving(labapp.LabApp, place, language(lang)).launch_instance(argv)
    return 0


def free_port(port: int) -> int:
    """The port, when it is free."""
    from npskit.report.serving import free_port

    return free_port(port)


def notebook_of(options: argparse.Namespace, given: dict[str, Any], lang: str | None) -> Path | None:
    """The notebook to open: the one that is named, or one made for the file."""
    name = options.file
    if name is None:
        if given:
            raise ArgumentError(
                where="parameters", expected="a file of answers that they are for", got=repr(sorted(given))
            )
        return None
    if not name.endswith(SUFFIX):
        return made(options.template, name, parameters=given, lang=lang, folders=options.template_dir, beside=True)
    if given:
        raise ArgumentError(where="parameters", expected="a file of answers", got=f"{name!r}, which has its own")
    if not Path(name).is_file():
        raise SurveyNotFoundError(where=repr(name), expected="a notebook", got="no file")
    return Path(name)


def within(path: Path, folder: Path) -> bool:
    """Whether a file is in a folder or in one of its folders."""
    return path.resolve().is_relative_to(folder.resolve())


def serving(lab: Any, path: str, lang: str) -> Any:
    """JupyterLab that says its address once it listens, and ends at Ctrl+C without asking."""
    base: Any = lab.serverapp_class

    class Server(base):
        def init_signal(self) -> None:
            """As Jupyter does, and then Ctrl+C."""
            super().init_signal()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: self.stop(from_signal=True))

        def start_app(self) -> None:
            """As Jupyter does, and then the address."""
            super().start_app()
            place = f"tree/{quote(path)}" if path else ""
            address = f"{self.connection_url}lab/{place}?token={self.identity_provider.token}"
            print(word("cli_lab_ready", lang, url=address), flush=True)

    # Jupyter takes the module for the extension's name.
    return type("Lab", (lab,), {"serverapp_class": Server, "__module__": lab.__module__})
