"""Which exports are there, and whether they are whole yet.

A file appears in a folder before it is all there: it is being copied, or downloaded. So one that changed a moment ago
is looked at twice, and waits for the next run when it has not come to rest; and one that changes while it is read was
not read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from npskit.errors import SurveyNotFoundError, did_you_mean
from npskit.watch.config import Config
from npskit.watch.files import digest_of

__all__ = ["Arrival", "arrivals", "check_folder", "is_at_rest", "stamp", "unsettled"]

# What browsers, editors and copying programs call a file that is not there yet; and Excel one that is open.
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")
BESIDE = (".", "~$")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An export: its path, its name as told (relative to the folder), and what the system says of its content."""

    path: Path
    name: str
    stamp: tuple[int, ...]

    def digest(self) -> str | None:
        """The digest of its content; None when it changed meanwhile."""
        found = digest_of(self.path)
        return found if stamp(self.path) == self.stamp else None


def arrivals(config: Config) -> list[Arrival]:
    """The exports of the folder, the oldest first.

    Raises
    ------
    SurveyNotFoundError
        When the folder is not there: a share that is not mounted is no folder without exports.
    """
    check_folder(config)
    folder = config.folder
    own = [config.output.resolve(), config.history.resolve()]
    try:
        there = [each for each in matching(folder, config.pattern) if each[0].is_file()]
    except OSError as error:
        got = error.strerror or str(error)
        raise SurveyNotFoundError(where=str(folder), expected="a folder that can be read", got=got) from None
    outside = [each for each in there if not any(each[0].resolve().is_relative_to(folder) for folder in own)]
    found = [Arrival(path, name, stamp(path)) for path, name in outside]
    return sorted(found, key=lambda each: (each.stamp[1:2], each.name))


def check_folder(config: Config) -> None:
    """Raise where there is no folder of exports.

    Raises
    ------
    SurveyNotFoundError
    """
    folder = config.folder
    if not folder.is_dir():
        place = config.places.place("folder") if config.places else None
        where = f"{place.file}, line {place.line}, folder" if place else "folder"
        got = f"a file, {str(folder)!r}" if folder.exists() else f"no folder {str(folder)!r}"
        raise SurveyNotFoundError(where=where, expected="a folder", got=got, hint=meant(folder))


def meant(folder: Path) -> str:
    """What may have been meant by a folder that is not there, and what to do otherwise."""
    try:
        beside = sorted(each.name for each in folder.parent.iterdir() if each.is_dir())
    except OSError:
        beside = []
    guess = did_you_mean(folder.name, beside)
    make = "make it, or say under 'folder' where exports arrive"
    return guess if guess.startswith("did you mean") else make


def matching(folder: Path, patterns: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Files whose names fit, in capitals or not, without those of programs that are at work."""
    deep = any("/" in each for each in patterns)
    for path in folder.rglob("*") if deep else folder.iterdir():
        name = path.relative_to(folder).as_posix()
        if path.name.startswith(BESIDE) or path.name.lower().endswith(UNFINISHED):
            continue
        if any(fnmatchcase(name.casefold() if "/" in each else name_here(name), each.casefold()) for each in patterns):
            yield path, name


def name_here(name: str) -> str:
    """The name of a file that stands in the folder itself; that of one deeper fits no pattern without a slash."""
    return "" if "/" in name else name.casefold()


def stamp(path: Path) -> tuple[int, ...]:
    """Size, time of change and place of a file, which differ when its content does; empty when it is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ino


def is_at_rest(arrival: Arrival, settle: float, now: float) -> bool:
    """Whether a file changed so long ago that nobody writes it; one from the future is not known to rest."""
    return bool(arrival.stamp) and 0 <= settle <= now - arrival.stamp[1] / 1e9


def unsettled(found: Iterable[Arrival], settle: float) -> set[str]:
    """Names of files that are still being written: those that changed a moment ago are looked at twice."""
    young = [each for each in found if not is_at_rest(each, settle, time.time())]
    if young and settle:
        time.sleep(settle)
    return {each.name for each in young if not each.stamp or stamp(each.path) != each.stamp}
