"""Folders and files of a watch: made, swept, told apart by what is in them.

A process can be killed between any two lines. What it leaves of a file that is written whole or not at all is a file
beside, which has a name of its own and is swept away by the next run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from npskit.errors import ReportError

__all__ = ["digest_of", "made_folder", "swept", "working_in"]

BLOCK = 1 << 20


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


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in a folder, then where one was before, if that is there still: a share may be away for a night.

    Examples
    --------
    >>> import tempfile
    >>> before = os.getcwd()
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with working_in(Path(name)):
    ...         os.path.samefile(os.getcwd(), name)
    True
    >>> os.getcwd() == before
    True
    """
    before = ""
    with suppress(OSError):
        before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        with suppress(OSError):
            os.chdir(before or folder)
