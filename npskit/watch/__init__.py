"""A year of it: the same reports on every new export of a folder, and a word when the score moves.

A scheduler runs one line, ``npskit watch nps.yaml``, as often as it likes. Each round takes in the exports that are
new (`taking`, `duplicates`, `schema`), keeps them in a history of Parquet parts (`history`), tells alerts (`alerting`),
makes the reports again where they would be different (`reporting`), and says what it did in lines of JSON and an exit
status (`telling`). It may be killed at any line: files are written whole or not at all (`files`), one round works at a
time (`lock`), and what is to be told is read from what is there (`rounds`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from npskit.watch.config import Config, read_config
    from npskit.watch.history import History, read_history
    from npskit.watch.lock import BusyError
    from npskit.watch.rounds import Outcome, watch_once
    from npskit.watch.telling import Event

__all__ = ["BusyError", "Config", "Event", "History", "Outcome", "read_config", "read_history", "watch_once"]

ROOMS = {
    "BusyError": "lock",
    "Config": "config",
    "Event": "telling",
    "History": "history",
    "Outcome": "rounds",
    "read_config": "config",
    "read_history": "history",
    "watch_once": "rounds",
}


def __getattr__(name: str) -> Any:
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
