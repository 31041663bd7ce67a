"""Moments in the clock of their own zone, where DuckDB only knows instants.

DuckDB drops the zone of a column and shows instants in the zone of the machine, so that an answer given in Paris at
half past midnight counts for the month before on a server in New York. Parquet files written by pandas, Polars or Arrow
say which zone was meant; where nothing says it, UTC is the one choice that is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["by_wall_clock", "zones_of_files"]

OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def by_wall_clock(relation: Any, zones: Mapping[str, str]) -> Any:
    """A DuckDB relation whose moments with a time zone are plain ones, in the zone of their column or else in UTC."""
    zoned = [
        name
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if str(kind) == "TIMESTAMP WITH TIME ZONE"
    ]
    if not zoned:
        return relation
    clocks = ", ".join(f"{clock(name, zones.get(name, 'UTC'))} as {quoted(name)}" for name in zoned)
    return relation.project(f"* replace ({clocks})")


def clock(name: str, zone: str) -> str:
    """The expression of a column's wall clock; DuckDB knows no zones that are given by their distance to UTC."""
    offset = OFFSET.fullmatch(zone)
    if offset is None:
        return f"timezone('{zone}', {quoted(name)})"
    return f"timezone('UTC', {quoted(name)}) {offset[1]} interval '{int(offset[2]) * 60 + int(offset[3])} minutes'"


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def zones_of_files(files: Sequence[str], connection: Any) -> dict[str, str]:
    """The zone of each column of moments, as the first Parquet file says it."""
    try:
        from pyarrow import parquet
    except ImportError:
        return {}
    schema = parquet.read_schema(files[0])
    zones = {field.name: zone for field in schema if (zone := getattr(field.type, "tz", None))}
    known = {name for (name,) in connection.execute("select name from pg_timezone_names()").fetchall()} if zones else ()
    return {name: zone for name, zone in zones.items() if zone in known or OFFSET.fullmatch(zone)}
