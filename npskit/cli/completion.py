"""``npskit completion``: a script that lets the shell complete the command.

The script is written once and holds all names, so that nothing of Python starts while somebody types.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from npskit.cli.options import add
from npskit.errors import optional_import

__all__ = ["add_commands"]

SHELLS = ("bash", "zsh", "tcsh")
EXAMPLES = (
    "npskit completion bash > ~/.local/share/bash-completion/completions/npskit",
    "npskit completion zsh > ~/.zfunc/_npskit",
    "npskit completion tcsh > ~/.npskit.csh",
)
# What an argument takes, by its name.
FILES = {"file", "data", "parameters", "output", "config"}
FOLDERS = {"template_dir"}


def add_commands(commands: Any) -> None:
    """The command of this file."""
    text = "print the script that lets a shell complete this command"
    parser = add(commands, "completion", run_completion, text, file=False, examples=EXAMPLES)
    parser.add_argument("shell", choices=SHELLS)


def run_completion(options: argparse.Namespace) -> int:
    """``npskit completion``."""
    from npskit.cli import arguments_parser

    shtab = optional_import("shtab", extra="completion", purpose="complete the command in a shell")
    parser = arguments_parser()
    # Where shtab looks, argparse has no attribute of its own.
    actions: list[Any] = list(every_action(parser))
    for action in actions:
        told = completed(shtab, action.dest)
        if told is not None and not action.choices:
            action.complete = told
    print(shtab.complete(parser, shell=options.shell))
    return 0


def every_action(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of all commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from every_action(inner)


def completed(shtab: Any, name: str) -> Any:
    """What completes an argument: files, folders or the ids of templates."""
    if name in FILES:
        return shtab.FILE
    if name in FOLDERS:
        return shtab.DIRECTORY
    return template_ids() if name == "template" else None


def template_ids() -> dict[str, Any]:
    """The ids of templates, and notebooks of one's own."""
    from npskit.report.catalogue import templates

    ids = " ".join(row["id"] for row in templates("en", kind=None))
    function = "_npskit_templates"
    body = (
        f'{function}() {{\n  compgen -W "{ids}" -- "$1"\n  compgen -f -X "!*.ipynb" -- "$1"\n  compgen -d -- "$1"\n}}'
    )
    return {"bash": function, "zsh": f"({ids})", "tcsh": f"({ids})", "preamble": {"bash": body}}
