"""Writes ../labextension/sources.sha256: what the committed bundle was built from.

Bundles of the same sources differ between folders and machines, so a rebuilt bundle cannot be compared with the
committed one. A hash of the sources can, and needs no Node.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["digest", "main", "sources"]

HERE = Path(__file__).resolve().parent
RECORD = HERE.parent / "labextension" / "sources.sha256"
FILES = ("core.package.json", "package.json", "tsconfig.json", "yarn.lock")
FOLDERS = ("schema", "src", "style")


def sources() -> Iterator[Path]:
    """The files that decide what the bundle does."""
    yield from (HERE / name for name in FILES)
    for folder in FOLDERS:
        yield from sorted(path for path in (HERE / folder).rglob("*") if path.is_file())


def digest() -> str:
    """SHA-256 over names and contents, the same whatever the line ends of a checkout."""
    total = hashlib.sha256()
    for path in sources():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.relative_to(HERE).as_posix()}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def main() -> None:
    RECORD.write_text(f"{digest()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
