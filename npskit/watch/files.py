"""Files written whole or not at all, also when the machine loses its power.

A process can be killed between any two lines. So what is written goes into a file beside, is forced onto the disk, and
takes its place in one step that the file system does or does not do. What a killed process leaves is such a file
beside, which has a name of its own and is swept away by the next run.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from npskit.errors import ReportError

__all__ = ["digest_of", "made_folder", "swept", "written_whole"]

BLOCK = 1 << 20


def written_whole(path: Path, content: bytes) -> None:
    """Write all of a file or nothing, and return when it is on the disk.

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
        os.replace(part, path)
        on_disk(path.parent)
    except OSError as error:
        got = error.strerror or str(error)
        raise ReportError(where=str(path), expected="to write it", got=got) from None
    finally:
        part.unlink(missing_ok=True)


def on_disk(folder: Path) -> None:
    """Force the names of a folder onto the disk, where the system can."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def made_folder(folder: Path) -> Path:
    """The folder, made when it is not there.

    Raises
    ------
    ReportError
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        got = "a file of that name" if folder.exists() else error.strerror or str(error)
        raise ReportError(where=str(folder), expected="a folder to write to", got=got) from None
    return folder


def swept(folder: Path) -> int:
    """Remove what killed runs had begun to write into a folder of ours; how many files that were."""
    left = list(folder.glob(".*.part"))
    for part in left:
        part.unlink(missing_ok=True)
    return len(left)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's content."""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
