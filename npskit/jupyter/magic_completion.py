"""What Tab offers behind ``%nps``: frames by their names, verbs, options, and the columns of a named frame.

Nothing is evaluated: a name is looked up, and anything else gets no columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from npskit.jupyter.magic_grammar import FLAGS, VERBS, is_option, words
from npskit.jupyter.magic_query import frames_in
from npskit.jupyter.magic_run import ROLES, options_for
from npskit.labels import LANGUAGES

__all__ = ["completer", "offered"]

COLUMNS = {"by", "attributes", "stages", "team", "over", *ROLES} - {"missing", "scale", "keep"}
CHOICES = {"lang": LANGUAGES, "every": ("day", "week", "month", "quarter", "year"), "keep": ("all", "last")}


def completer(shell: Any) -> Callable[..., list[str]]:
    """The hook that IPython calls."""
    return lambda _shell, event: offered(event.line, event.symbol, shell.user_ns)


def offered(line: str, symbol: str, namespace: Mapping[str, Any]) -> list[str]:
    """The words that may come next.

    Examples
    --------
    >>> offered("%nps df tre", "tre", {})
    ['trend']
    """
    before = list(words(line.removesuffix(symbol)))[1:]
    return [name for name in candidates(before, line.startswith("%%"), namespace) if name.startswith(symbol)]


def candidates(before: list[str], cell: bool, namespace: Mapping[str, Any]) -> list[str]:
    """All words that may come after these."""
    frames = frames_in(namespace)
    head = [part for part in before if not is_option(part)]
    verb = next((part for part in head if part in VERBS), "")
    last = before[-1] if before else ""
    if is_option(last) and last.lstrip("-") not in FLAGS:
        return values(last.lstrip("-").replace("-", "_"), next((frames[part] for part in head if part in frames), None))
    options = [f"--{name.replace('_', '-')}" for name in sorted(filter(None, options_for(verb)))]
    options += ["--lang", *(f"--{flag}" for flag in FLAGS)]
    if not before:
        return [*frames, "report", *(VERBS if cell else ()), *(options if cell else ())]
    if last == "report" and len(before) == 1:
        return list(frames)
    return [*(VERBS if not verb and not any(map(is_option, before)) else ()), *dict.fromkeys(options)]


def values(option: str, frame: Any) -> list[str]:
    """The values of an option."""
    if option == "template":
        from npskit.report.catalogue import templates

        return [row["id"] for row in templates("en")]
    if option in COLUMNS and frame is not None:
        names = [str(name) for name in getattr(frame, "columns", ())]
        return [name if name.isidentifier() else repr(name) for name in names]
    return list(CHOICES.get(option, ()))
