"""One watch at a time: a lock that the system lets go of when its holder ends, however it ends.

A file that merely exists would stay after a kill and keep everybody out; this one is held, not left. Who finds it held
is told by whom.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from npskit.errors import NpskitError, ReportError

__all__ = ["LOCK", "BusyError", "locked"]

LOCK = ".npskit-watch.lock"


class BusyError(NpskitError, RuntimeError):
    """Another watch holds the folder."""


@contextmanager
def locked(folder: Path) -> Iterator[Callable[[], None]]:
    """Hold a folder; what comes is to be called before it is written to, and raises when it is no more the one held.

    Raises
    ------
    BusyError
        When another process, or this one, holds it already.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name, locked(Path(name)):
    ...     try:
    ...         with locked(Path(name)):
    ...             pass
    ...     except BusyError as error:
    ...         print("process" in str(error))
    True
    """
    path = folder / LOCK
    try:
        file = open(path, "a+b")  # noqa: SIM115 it is closed below, whatever happens while it is held
    except OSError as error:
        got = error.strerror or str(error)
        raise ReportError(where=str(path), expected="a folder to write to", got=got) from None
    with file:
        if not taken(file):
            raise BusyError(
                where=f"watch of {str(folder)!r}",
                expected="to be the only one",
                got=f"another that works ({holder(path)})",
                hint="let it end; what it does not do, the next run does",
            )
        mark = f"process {os.getpid()}, {secrets.token_hex(8)}"
        file.truncate(0)
        file.write(mark.encode())
        file.flush()
        yield lambda: check_held(path, mark)


def check_held(path: Path, mark: str) -> None:
    """Raise when a lock is not where it was taken: a share went away, and something else may be in its place.

    Raises
    ------
    ReportError
    """
    found = ""
    try:
        found = path.read_text(encoding="utf-8", errors="replace")
    except PermissionError:
        # On Windows a locked file may not be read.
        return
    except OSError:
        pass
    if found != mark:
        raise ReportError(where=str(path.parent), expected="the folder in which it began", got="none, or another")


def holder(path: Path) -> str:
    """Who says to hold the lock."""
    with suppress(OSError):
        # On Windows a locked file cannot be read by others.
        return path.read_text(encoding="utf-8", errors="replace").partition(",")[0][:100] or "process unknown"
    return "process unknown"


def taken(file: Any) -> bool:
    """Whether the lock could be had, without waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
