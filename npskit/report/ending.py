"""How a run that is asked to end does: as an exception, so that kernels, private files and halves of reports go first.

Without this a polite request (SIGTERM, as a scheduler or `systemctl stop` sends it) ends Python where it stands, and
what it holds stays behind.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["deaf", "ended_by_signal"]


@contextmanager
def ended_by_signal() -> Iterator[threading.Event]:
    """Let a polite request to end be an exception, so that nothing is left behind; asked twice, tidy up to the end.

    What comes is set by the request: where it comes while Python throws away an object, the exception goes with it.
    """
    asked = threading.Event()
    mine = threading.current_thread() is threading.main_thread()
    if not mine or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield asked
        return

    def end(*_: Any) -> None:
        asked.set()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def deaf() -> Iterator[None]:
    """Tidy up to the end, also when asked twice to stop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[Any, Callable[..., Any] | int | None] = {
        each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
