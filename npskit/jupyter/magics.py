"""``%load_ext npskit``: ``%nps`` and ``%%nps``, and everything as it was before at ``%unload_ext``.

A line is short for a verb of `Survey`: the same numbers, the same names of options. What is loaded is remembered beside
what it took the place of, so that a magic, a renderer or an accessor of somebody else's comes back.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import npskit
from npskit.errors import NpskitError
from npskit.jupyter.magic_completion import completer
from npskit.jupyter.magic_run import help_text, run

__all__ = ["load_ipython_extension", "unload_ipython_extension"]

NAME, RENDERER = "nps", "npskit"
KINDS = ("line", "cell")
COMMANDS = (f"%{NAME}", f"%%{NAME}")
# Hints speak of the call that mends; here it is an option.
OPTIONS = (
    (re.compile(r"df\.nps\((\w+)=('[^']*')\)"), r"--\1 \2"),
    (re.compile(r"df\.nps\.drivers\((\[[^\]]*\])\)"), r"--attributes \1"),
    (re.compile(r"\bmissing=(\[[^\]]*\])"), r"--missing \1"),
    (re.compile(r"\bscale=(?:npskit\.)?Scale\((\d+), (\d+)\)"), r"--scale \1-\2"),
    (re.compile(r"\bscale=npskit\.Scale\(\.\.\.\)"), "--scale LOW-HIGH"),
    (re.compile(r"\brating=\.\.\."), "--rating COLUMN"),
)


@dataclass
class Before:
    """What was there before the extension."""

    magics: dict[str, Callable[..., Any]] = field(default_factory=dict)
    completers: dict[str, Any] = field(default_factory=dict)
    renderer: bool = False
    active: str = "default"
    options: dict[str, Any] = field(default_factory=dict)
    kept: bool = False


loaded: WeakKeyDictionary[Any, Before] = WeakKeyDictionary()


def load_ipython_extension(shell: Any) -> None:
    """Register the accessors, the renderer of our charts and the magics; once is enough, twice is harmless."""
    npskit.accessor.register()
    if shell in loaded:
        return
    before = Before(kept=is_held(shell))
    registered = shell.magics_manager.magics
    before.magics = {kind: registered[kind][NAME] for kind in KINDS if NAME in registered[kind]}
    known = shell.Completer.custom_completers.strs if hasattr(shell.Completer, "custom_completers") else {}
    before.completers = {command: known[command] for command in COMMANDS if command in known}
    remember_renderer(before)
    loaded[shell] = before
    shell.register_magic_function(magic(shell), magic_kind="line_cell", magic_name=NAME)
    for command in COMMANDS:
        known.pop(command, None)
        shell.set_hook("complete_command", completer(shell), str_key=command)


def unload_ipython_extension(shell: Any) -> None:
    """Put back what was there before."""
    before = loaded.pop(shell, None)
    if before is None:
        return
    registered = shell.magics_manager.magics
    for kind in KINDS:
        if is_ours(registered[kind].get(NAME)):
            del registered[kind][NAME]
            registered[kind].update({NAME: before.magics[kind]} if kind in before.magics else {})
    known = getattr(shell.Completer, "custom_completers", None)
    if known is not None:
        for command in COMMANDS:
            known.strs.pop(command, None)
        known.strs.update(before.completers)
    if not loaded:
        restore_renderer(before)
        npskit.accessor.unregister(keep=before.kept or is_held(shell))


def is_ours(function: Any) -> bool:
    """Whether a magic is ours."""
    return getattr(function, "is_npskit", False)


def is_held(shell: Any) -> bool:
    """Whether somebody imported npskit, and not the extension alone: importing it is what registers `df.nps`."""
    outside = [vars(module) for name, module in list(sys.modules.items()) if name.partition(".")[0] != "npskit"
               and hasattr(module, "__dict__")]  # fmt: skip
    return any(value is npskit for names in (shell.user_ns, *outside) for value in list(names.values()))


# ---- the renderer -------------------------------------------------------------------------------------------


def remember_renderer(before: Before) -> None:
    """Note which renderers Altair has and uses; one that is not loaded has none of ours."""
    altair = sys.modules.get("altair")
    if altair is None:
        return
    before.renderer = RENDERER in altair.renderers.names()
    before.active, before.options = altair.renderers.active, dict(altair.renderers.options)
    from npskit.charts.renderer import mime_bundle

    altair.renderers.register(RENDERER, mime_bundle)


def restore_renderer(before: Before) -> None:
    """Take ours away, and go back to the active one where it was ours; what the user chose since then stays."""
    altair = sys.modules.get("altair")
    if altair is None or before.renderer:
        return
    if altair.renderers.active == RENDERER:
        altair.renderers.enable(before.active, **before.options)
    if RENDERER in altair.renderers.names():
        altair.renderers.register(RENDERER, None)


# ---- the magic ----------------------------------------------------------------------------------------------


def with_options(text: str) -> str:
    """A message of npskit with its calls written as options."""
    for call, option in OPTIONS:
        text = call.sub(option, text)
    return text


def magic(shell: Any) -> Callable[..., Any]:
    """The function behind ``%nps`` and ``%%nps``."""
    from IPython.core.error import UsageError
    from IPython.core.magic import no_var_expand

    # Braces and dollars belong to the expression.
    @no_var_expand
    def nps(line: str, cell: str | None = None) -> Any:
        try:
            return run(shell, line, cell)
        except NpskitError as error:
            # One message, and no traceback through here.
            raise UsageError(with_options(str(error))) from None

    nps.__doc__ = "\n\n".join(help_text(lang) for lang in ("en", "fr"))
    # How a reload knows its own.
    vars(nps)["is_npskit"] = True
    return nps
