"""The history: one Parquet part for each export, which holds its new rows and tells what it contributed.

A part is named by the digest of the export it comes from and is written whole or not at all, so that the parts are all
there is to know: which files were read is which parts are there, and the ledger is written from them. A run that is
killed leaves a part or none; the next one goes on with the first file that has none. Nothing else is kept of a file,
and so nothing can contradict the parts.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from npskit.errors import ReadError, optional_import
from npskit.report.durable import written_whole
from npskit.watch.duplicates import fingerprints
from npskit.watch.files import made_folder
from npskit.watch.schema import stacked, storable

__all__ = ["PARTS", "History", "Part", "read_history"]

PARTS = "parts"
KEY = b"npskit.watch"
FORMAT = 1
PURPOSE = "keep a history"
NEVER = "the history is written by npskit watch alone; bring the part back from a backup, or begin a new history"


@dataclass(frozen=True)
class Part:
    """What one export contributed.

    Attributes
    ----------
    path : Path
    told : mapping
        ``number`` (its place in the order of arrival), ``file, digest, rows_read, rows_new, refused`` (digest of the
        file that had them to how many rows), ``changed, columns, appeared, gone, roles, renamed, wording, hints,
        first, last`` (days of the new rows), ``cautions, account``.
    """

    path: Path
    told: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The digest of the export."""
        return str(self.told["digest"])

    @property
    def columns(self) -> list[str]:
        """Its columns."""
        return list(self.told["columns"])

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Its rows.

        Raises
        ------
        ReadError
        """
        parquet = optional_import("pyarrow.parquet", extra="parquet", purpose=PURPOSE)
        try:
            # Closed at once: Windows lets nobody replace a file that is open.
            with parquet.ParquetFile(self.path) as file:
                return file.read().to_pandas()
        except (OSError, ValueError) as error:
            raise damaged(self.path, error) from None

    @cached_property
    def _distinct(self) -> dict[str, pd.Series]:
        return {}

    def distinct(self, column: str) -> pd.Series:
        """The values of a column, each once."""
        if column not in self._distinct:
            self._distinct[column] = pd.Series(self.frame[column].unique())
        return self._distinct[column]

    @cached_property
    def _prints(self) -> dict[tuple[str, ...], np.ndarray]:
        return {}

    def fingerprints(self, columns: Sequence[str]) -> np.ndarray:
        """A number a row, equal where rows say the same in these columns."""
        key = tuple(columns)
        if key not in self._prints:
            self._prints[key] = fingerprints(self.frame, key)
        return self._prints[key]


@dataclass(frozen=True)
class History:
    """The parts of a folder, in the order in which their exports arrived."""

    folder: Path
    parts: tuple[Part, ...] = ()
    known: Mapping[str, Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {part.digest: part for part in self.parts})

    @classmethod
    def opened(cls, folder: Path, *, begun: bool = False) -> History:
        """The history of a folder, empty when nothing was kept yet.

        Parameters
        ----------
        folder : Path
        begun : bool
            Whether a folder of parts has to be there: of a share that is away for a moment, nothing is known.

        Raises
        ------
        ReadError
            When the parts cannot be read, or one is damaged or none.
        """
        try:
            names = sorted(os.listdir(folder / PARTS))
        except OSError as error:
            if begun or not isinstance(error, FileNotFoundError):
                got = error.strerror or str(error)
                raise ReadError(where=str(folder / PARTS), expected="a folder that can be read", got=got) from None
            names = []
        parts = [told_by(folder / PARTS / name) for name in names if name.endswith(".parquet") and name[0] != "."]
        return cls(folder, tuple(sorted(parts, key=lambda part: (part.told["number"], part.digest))))

    def with_part(
        self, frame: pd.DataFrame, told: Mapping[str, Any], *, check: Callable[[], object] = lambda: None
    ) -> History:
        """The history with one more part, which is on the disk when this returns; `check` may raise just before."""
        number = 1 + max((part.told["number"] for part in self.parts), default=0)
        told = {"format": FORMAT, "number": number, **told, "columns": [str(name) for name in frame.columns]}
        path = self.folder / PARTS / f"{told['digest']}.parquet"
        content = parquet_bytes(storable(frame), told)
        check()
        made_folder(path.parent)
        written_whole(path, content)
        return History(self.folder, (*self.parts, Part(path, told)))

    @property
    def columns(self) -> list[str]:
        """All columns of all parts, in the order in which they came."""
        return list(dict.fromkeys(name for part in self.parts for name in part.columns))

    @property
    def roles(self) -> dict[str, str]:
        """Role to column: what the first export that had one called it."""
        found: dict[str, str] = {}
        for part in self.parts:
            found = {**part.told["roles"], **found}
        return found

    @property
    def state(self) -> tuple[str, ...]:
        """What tells one state of the history from another."""
        return tuple(part.digest for part in self.parts)

    def frame(self) -> pd.DataFrame:
        """All rows, those of the first export first; ``attrs["npskit"]`` tells how they were read."""
        frame = stacked([part.frame for part in self.parts]) if self.parts else pd.DataFrame()
        frame.attrs["npskit"] = account(self)
        return frame

    def name_of(self, digest: str) -> str:
        """The file that a digest is of."""
        return str(self.known[digest].told["file"]) if digest in self.known else digest

    def ledger(self) -> dict[str, list[Any]]:
        """What each file contributed, a row a file."""
        rows = [ledger_row(self, part) for part in self.parts]
        return {name: [row[name] for row in rows] for name in LEDGER}


LEDGER = (
    "number", "file", "rows_read", "rows_new", "rows_refused", "duplicates_of", "changed", "first", "last", "appeared",
    "gone", "renamed", "wording", "cautions", "digest",
)  # fmt: skip


def ledger_row(history: History, part: Part) -> dict[str, Any]:
    """One row, its lists as texts."""
    told = part.told
    refused = [f"{history.name_of(digest) if digest else told['file']}: {n}" for digest, n in told["refused"].items()]
    texts = {
        "duplicates_of": "; ".join(refused),
        "appeared": "; ".join(told["appeared"]),
        "gone": "; ".join(told["gone"]),
        "renamed": "; ".join(f"{old} → {new}" for old, new in told["renamed"].items()),
        "cautions": " ".join(told["cautions"]),
    }
    plain = {name: told[name] for name in LEDGER if name in told}
    return {**plain, "rows_refused": sum(told["refused"].values()), **texts}


def account(history: History) -> dict[str, Any]:
    """What was done when the files were read, all together, as `npskit.read_survey` tells it of one."""
    accounts = [part.told["account"] for part in history.parts]
    sums = {name: added(each.get(name, {}) for each in accounts) for name in ("dropped", "missing_answers")}
    again = sum(sum(part.told["refused"].values()) for part in history.parts)
    return {
        **(accounts[-1] if accounts else {}),
        **sums,
        "format": "history",
        "rows_read": sum(part.told["rows_read"] for part in history.parts),
        "rows_kept": sum(part.told["rows_new"] for part in history.parts),
        "repaired_lines": sum(int(each.get("repaired_lines") or 0) for each in accounts),
        "headers": merged(each.get("headers", {}) for each in accounts),
        "questions": merged(each.get("questions", {}) for each in accounts),
        "roles": {},
        "notes": [f"{again:,} rows that an earlier export had already left out."] if again else [],
        "changed": sum(int(part.told.get("changed") or 0) for part in history.parts),
        "lacking": lacking(history),
        "files": [part.told["file"] for part in history.parts],
        "wordings": wordings(history),
    }


def lacking(history: History) -> list[dict[str, Any]]:
    """Of the files that lack a column which most have: its name, that of the file, and how many rows it brought."""
    half = len(history.parts) / 2
    usual = [name for name in history.columns if sum(name in part.columns for part in history.parts) > half]
    heads = merged(part.told["account"].get("headers", {}) for part in history.parts)
    found = []
    for part in history.parts:
        names = [heads.get(name, name) for name in usual if name not in part.columns]
        if names and part.told["rows_new"]:
            found.append({"file": part.told["file"], "rows": part.told["rows_new"], "columns": names})
    return found


def wordings(history: History) -> list[dict[str, Any]]:
    """The texts under which the rating was asked, each with the first day and the first file that has it."""
    found: dict[str, dict[str, Any]] = {}
    for part in history.parts:
        text = part.told["wording"]
        if text and part.told["rows_new"]:
            each = found.setdefault(text, {"wording": text, "file": part.told["file"], "since": None, "rows": 0})
            each["rows"] += part.told["rows_new"]
            days = [day for day in (each["since"], part.told["first"]) if day]
            each["since"] = min(days, default=None)
    return list(found.values())


def added(counts: Any) -> dict[str, int]:
    """Counts of the same name, added."""
    found: dict[str, int] = {}
    for each in counts:
        for name, n in each.items():
            found[name] = found.get(name, 0) + int(n)
    return found


def merged(mappings: Any) -> dict[str, str]:
    """Mappings one over the other, the latest on top."""
    return {name: value for each in mappings for name, value in each.items()}


def parquet_bytes(frame: pd.DataFrame, told: Mapping[str, Any]) -> bytes:
    """A part as Parquet, what it tells in its metadata."""
    arrow = optional_import("pyarrow", extra="parquet", purpose=PURPOSE)
    parquet = optional_import("pyarrow.parquet", extra="parquet", purpose=PURPOSE)
    table = arrow.Table.from_pandas(frame, preserve_index=False)
    said = json.dumps(told, ensure_ascii=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: said})
    out = io.BytesIO()
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def told_by(path: Path) -> Part:
    """A part from its file; its rows are read when somebody asks.

    Raises
    ------
    ReadError
    """
    parquet = optional_import("pyarrow.parquet", extra="parquet", purpose=PURPOSE)
    try:
        told = json.loads((parquet.read_metadata(path).metadata or {})[KEY])
        if told["format"] != FORMAT or f"{told['digest']}.parquet" != path.name:
            raise ValueError(f"format {told['format']} of {told['digest']}")
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise damaged(path, error) from None
    return Part(path, told)


def damaged(path: Path, error: Exception) -> ReadError:
    """The error for a part that cannot be read."""
    got = " ".join(str(error).split())[:200]
    return ReadError(where=str(path), expected="a part of a history", got=f"something else ({got})", hint=NEVER)


def read_history(folder: Any) -> pd.DataFrame:
    """All answers that a watch has kept, as one frame to go on with: ``read_history("history").nps.score()``.

    Parameters
    ----------
    folder : str or path
        The ``history`` of a configuration.

    Returns
    -------
    DataFrame
        A row an answer, those of the first export first. ``df.attrs["npskit"]`` tells of the files; under
        ``wordings`` there are the texts under which the rating was asked, with the day since when.

    Raises
    ------
    ReadError
        When a part is damaged.
    """
    return History.opened(Path(folder).expanduser()).frame()
