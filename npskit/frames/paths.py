"""Answers on disk that need not fit into memory: Parquet, scanned by DuckDB.

A path may name one file, a folder of them (also of folders such as ``year=2024``) or a pattern. DuckDB streams the
columns that are asked for, so two hundred million answers pass through some hundred megabytes.
"""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import Any

from npskit.errors import ReadError, SurveyNotFoundError, optional_import
from npskit.frames.zones import by_wall_clock, zones_of_files

__all__ = ["parquet_files", "scan_parquet"]

SUFFIXES = (".parquet", ".pq", ".parq")


def scan_parquet(path: str | os.PathLike[str]) -> Any:
    """A DuckDB relation over the Parquet files at a path; moments with a time zone are in the clock of that zone.

    Raises
    ------
    SurveyNotFoundError
        When nothing is there.
    ReadError
        When what is there is not Parquet.
    MissingExtraError
        When DuckDB is not installed.
    """
    files = parquet_files(path)
    duckdb = optional_import("duckdb", extra="duckdb", purpose=f"scan {os.fspath(path)!r} without loading it")
    # A connection of its own, so that no setting or view of the caller's default one is met or changed.
    connection = duckdb.connect()
    # Its progress bar would run through the answer of a command.
    connection.execute("SET enable_progress_bar = false")
    try:
        # The files are found already; DuckDB would take a name such as "sales [1].parquet" for a pattern.
        relation = connection.read_parquet(list(map(glob.escape, files)), union_by_name=True, hive_partitioning=True)
    except duckdb.Error as error:
        raise ReadError(
            where=os.fspath(path), expected="Parquet files of one survey", got=str(error).splitlines()[0].rstrip(".")
        ) from error
    return by_wall_clock(relation, zones_of_files(files, connection))


def parquet_files(path: str | os.PathLike[str]) -> list[str]:
    """The Parquet files that a path means, sorted.

    Raises
    ------
    SurveyNotFoundError
        When nothing is there.
    ReadError
        When what is there is not Parquet.
    """
    text, place = os.fspath(path), Path(path)
    if place.is_dir():
        files = sorted(str(file) for file in place.rglob("*") if file.suffix.lower() in SUFFIXES)
        if not files:
            raise ReadError(where=text, expected="a folder with Parquet files", got="none", hint=f"{SUFFIXES} count")
        return files
    found = [text] if place.is_file() else sorted(glob.glob(text, recursive=True))
    if not found:
        raise SurveyNotFoundError(
            where=text, expected="a file, a folder or a pattern", got="nothing there", hint=f"we are in {Path.cwd()}"
        )
    strangers = [file for file in found if Path(file).suffix.lower() not in SUFFIXES]
    if strangers:
        raise ReadError(
            where=strangers[0], expected="Parquet", got=f"{Path(strangers[0]).suffix or 'no suffix'}",
            hint="npskit.read_survey(path) reads CSV and XLSX exports",
        )  # fmt: skip
    return found
