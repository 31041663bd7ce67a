"""What was done already: a journal beside the reports, so that a run goes on where another was ended.

A line is written before a report takes its place, with the digest of what it will hold, and another after. Whenever a
run is ended, even at once and by force, the next one finds for each report that it is there whole and of which data,
or makes it. The last line may be cut off, and is then left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from npskit.report.writing import replaced

__all__ = ["JOURNAL", "Manifest", "content_digest", "data_digest"]

JOURNAL = ".npskit-reports.jsonl"
FORMAT = 1


class Manifest:
    """The journal of a folder.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     manifest = Manifest(Path(name))
    ...     manifest.write("lyon.html", "Lyon", "abc", b"<p>")
    ...     Manifest(Path(name)).is_done("lyon.html", "abc"), Manifest(Path(name)).is_done("lyon.html", "other")
    (True, False)
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._lock = folder, threading.Lock()
        self.entries = read(folder / JOURNAL)

    @property
    def names(self) -> dict[str, str]:
        """Team to the name of its file."""
        return {str(entry["team"]): name for name, entry in self.entries.items() if "team" in entry}

    def is_done(self, name: str, fingerprint: str) -> bool:
        """Whether a file is there, whole, and made of what has this fingerprint."""
        entry, path = self.entries.get(name), self.folder / name
        if entry is None or entry.get("fingerprint") != fingerprint or not path.is_file():
            return False
        return bool(entry.get("done")) or content_digest(path.read_bytes()) == entry.get("content")

    def write(self, name: str, team: str, fingerprint: str, content: bytes) -> None:
        """Write a file whole, and note it before and after."""
        entry = {"file": name, "team": team, "fingerprint": fingerprint, "content": content_digest(content)}
        self.note(entry)
        replaced(self.folder / name, content)
        self.note({**entry, "done": True})

    def remove(self, name: str) -> None:
        """Remove a file that this journal knows."""
        (self.folder / name).unlink(missing_ok=True)
        self.note({"file": name, "removed": True})

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add a line."""
        line = json.dumps({"format": FORMAT, **entry}, ensure_ascii=True) + "\n"
        with self._lock:
            # A line that was cut off must not run into the next.
            torn = self._is_torn()
            with open(self.folder / JOURNAL, "a", encoding="utf-8") as file:
                file.write(("\n" if torn else "") + line)
                file.flush()
                os.fsync(file.fileno())
            apply(self.entries, entry)

    def _is_torn(self) -> bool:
        path = self.folder / JOURNAL
        if not path.exists() or not path.stat().st_size:
            return False
        with open(path, "rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def tidy(self) -> None:
        """Make the journal short again, and remove what a run that was ended by force had begun to write."""
        with self._lock:
            lines = [json.dumps({"format": FORMAT, **entry}) for entry in self.entries.values()]
            replaced(self.folder / JOURNAL, "".join(f"{line}\n" for line in lines).encode())
            for name in [*self.entries, "index.html", JOURNAL]:
                for part in self.folder.glob(f".{glob_safe(name)}.*.part"):
                    part.unlink(missing_ok=True)


def glob_safe(name: str) -> str:
    """A name with nothing that a pattern takes for something else."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The entries of a journal by file; lines that cannot be read are left out."""
    entries: dict[str, dict[str, Any]] = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return entries
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        # A journal that came from elsewhere must not lead out of its folder.
        if isinstance(entry, dict) and entry.get("format") == FORMAT and is_name(entry.get("file")):
            apply(entries, {key: value for key, value in entry.items() if key != "format"})
    return entries


def is_name(name: object) -> bool:
    """Whether this is the name of a file and no path."""
    return isinstance(name, str) and bool(name) and name == Path(name).name and name not in (".", "..")


def apply(entries: dict[str, dict[str, Any]], entry: Mapping[str, Any]) -> None:
    """What a line says of its file."""
    if entry.get("removed"):
        entries.pop(str(entry["file"]), None)
    else:
        entries[str(entry["file"])] = dict(entry)


def content_digest(content: bytes) -> str:
    """The digest of a file."""
    return hashlib.sha256(content).hexdigest()


def data_digest(frame: pd.DataFrame) -> str:
    """A digest of rows and columns, the same for the same data in every run.

    Examples
    --------
    >>> frame = pd.DataFrame({"nps": [9, None], "shop": ["a", "b"]})
    >>> data_digest(frame) == data_digest(frame.copy()), data_digest(frame) == data_digest(frame[::-1])
    (True, False)
    """
    plain = frame.set_axis(range(frame.shape[1]), axis=1)
    try:
        rows = pd.util.hash_pandas_object(plain, index=False, categorize=True)
    except TypeError:
        rows = pd.util.hash_pandas_object(plain.astype(str), index=False)
    kinds = repr([(str(name), str(dtype)) for name, dtype in zip(frame.columns, frame.dtypes, strict=True)])
    return hashlib.sha256(kinds.encode() + b"\0" + rows.to_numpy().tobytes()).hexdigest()
