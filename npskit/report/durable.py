"""Files written whole or not at all, also when the machine loses its power.

A process can be killed between any two lines, and a machine can stop. So what is written goes into a file beside, is
forced onto the disk, and takes its place in one step that the file system does or does not do: what is noted as done
later cannot be empty.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from npskit.errors import ReportError

__all__ = ["written_whole"]

# A scanner of viruses, or what makes an index of files, opens whatever is new for a moment.
PAUSES = (0.05, 0.2, 0.5, 1.0) if os.name == "nt" else ()


def written_whole(path: Path, content: bytes, *, where: str = "") -> None:
    """Write all of a file or nothing, and return when it is on the disk.

    Parameters
    ----------
    path : Path
    content : bytes
    where : str
        What an error calls the file; its path unless given.

    Raises
    ------
    ReportError

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     written_whole(Path(name, "a.txt"), b"whole")
    ...     [each.name for each in Path(name).iterdir()], Path(name, "a.txt").read_bytes()
    (['a.txt'], b'whole')
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        take_place(part, path)
        on_disk(path.parent)
    except OSError as error:
        got = error.strerror or str(error)
        raise ReportError(where=where or str(path), expected="to write it", got=got) from None
    finally:
        # What is left of it on a disk that is away, the next run removes.
        with suppress(OSError):
            part.unlink(missing_ok=True)


def take_place(part: Path, path: Path) -> None:
    """Let a file take its place in one step; on Windows for as long as whoever looks at either lets nobody move it."""
    for pause in PAUSES:
        with suppress(PermissionError):
            os.replace(part, path)
            return
        time.sleep(pause)
    os.replace(part, path)


def on_disk(folder: Path) -> None:
    """Force the names of a folder onto the disk, where the system can."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
