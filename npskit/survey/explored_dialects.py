"""How pandas, Polars, DuckDB and Narwhals write the same filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from npskit.frames import Source, is_date

__all__ = ["Column", "Dialect", "dialect_of"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as code writes it.

    Attributes
    ----------
    text : str
    kind : {"", "date", "moment", "text", "float"}
        What decides how it is compared.
    """

    text: str
    kind: str = ""


def lowest_text(first: dt.date) -> str:
    """The text from which dates as text sort after a day: a month alone stands for its first day."""
    return first.isoformat()[:7] if first.day == 1 else first.isoformat()


class Dialect:
    """The filters of one library; this one writes those of pandas."""

    imports: tuple[str, ...] = ("datetime", "npskit", "pandas as pd")
    either, native = " | ", ""

    def __init__(self, source: Source, name: str) -> None:
        self.source, self.name = source, name

    def column(self, name: str) -> Column:
        """A column with its kind."""
        frame = self.source.frame  # type: ignore[attr-defined]  # of pandas
        label = frame.columns[self.source.columns.index(name)]
        text = f"{self.name}[{label!r}]"
        values = self.source.sample(name)
        if frame.dtypes.iloc[self.source.columns.index(name)].kind == "M":
            return Column(text, "moment")
        kind = (
            "text" if any(isinstance(value, str) for value in values) else "date" if any(map(is_date, values)) else ""
        )
        return Column(text, kind)

    def filtered(self, tests: Sequence[str]) -> str:
        """The frame with the rows that pass all tests."""
        return f"{self.name}[{' & '.join(tests)}]" if tests else self.name

    def opened(self, frame: str, roles: str) -> str:
        """The survey of a frame."""
        return f"{frame}.nps({roles})"

    def both(self, parts: Sequence[str]) -> str:
        """All of some comparisons."""
        return " & ".join(f"({part})" for part in parts)

    def among(self, place: Column, levels: Sequence[object]) -> str:
        """Whether a column is one of these levels."""
        return f"{place.text}.isin({list(levels)!r})"

    def absent(self, place: Column) -> str:
        """Whether a value is missing."""
        return f"{place.text}.isna()"

    def present(self, place: Column) -> str:
        """Whether a value is there."""
        return f"{place.text}.notna()"

    def days(self, place: Column, first: dt.date, after: dt.date) -> str:
        """Whether a date lies from one day up to before another."""
        if place.kind == "text":
            last = after - dt.timedelta(days=1)
            text = f'{place.text}.str.strip().str[:10].str.replace("/", "-")'
            return f"{text}.between({lowest_text(first)!r}, {last.isoformat()!r})"
        text = place.text if place.kind == "moment" else f"pd.to_datetime({place.text})"
        return self.both([f"{text} >= {first.isoformat()!r}", f"{text} < {after.isoformat()!r}"])


class OfEngines(Dialect):
    """Filters through Narwhals, for any other library."""

    imports = ("datetime", "narwhals as nw", "npskit")
    native, namespace = ".to_native()", "nw"

    def column(self, name: str) -> Column:
        kind = str(self.source.schema[name])  # type: ignore[attr-defined]  # of any engine but pandas
        kinds = {"Date": "date", "String": "text", "Categorical": "text", "Enum": "text", "Float32": "float"}
        moment = "moment" if kind.startswith("Datetime") else ""
        found = moment or kinds.get(kind, "float" if kind == "Float64" else "")
        return Column(f"{self.namespace}.col({name!r})", found)

    def filtered(self, tests: Sequence[str]) -> str:
        return f"nw.from_native({self.name}).filter({', '.join(tests)}).to_native()" if tests else self.name

    def opened(self, frame: str, roles: str) -> str:
        return f"npskit.Survey({frame}, {roles})"

    def among(self, place: Column, levels: Sequence[object]) -> str:
        return f"{place.text}.is_in({list(levels)!r})"

    def absent(self, place: Column) -> str:
        gap = f"{place.text}.is_null()"
        return f"({gap} | {place.text}.is_nan())" if place.kind == "float" else gap

    def present(self, place: Column) -> str:
        return f"~({self.absent(place)})"

    def days(self, place: Column, first: dt.date, after: dt.date) -> str:
        if place.kind == "text":
            last = after - dt.timedelta(days=1)
            text = f"{place.text}.{self.trimmed}"
            return f"{text}.is_between({lowest_text(first)!r}, {last.isoformat()!r})"
        text = f"{place.text}.dt.date()" if place.kind == "moment" else place.text
        return self.both([f"{text} >= {first!r}", f"{text} < {after!r}"])

    trimmed = 'str.strip_chars().str.slice(0, 10).str.replace_all("/", "-")'


class OfPolars(OfEngines):
    """Filters of Polars."""

    imports = ("datetime", "npskit", "polars as pl")
    namespace = "pl"

    def filtered(self, tests: Sequence[str]) -> str:
        return f"{self.name}.filter({', '.join(tests)})" if tests else self.name

    def opened(self, frame: str, roles: str) -> str:
        return f"{frame}.nps({roles})"


class OfDuckDB(OfEngines):
    """Filters of a DuckDB relation, in SQL."""

    imports = ("npskit",)
    either = " OR "

    def column(self, name: str) -> Column:
        escaped = name.replace('"', '""')
        return Column(f'"{escaped}"', super().column(name).kind)

    def filtered(self, tests: Sequence[str]) -> str:
        return f"{self.name}.filter({' AND '.join(tests)!r})" if tests else self.name

    def both(self, parts: Sequence[str]) -> str:
        return " AND ".join(parts)

    def among(self, place: Column, levels: Sequence[object]) -> str:
        return f"{place.text} IN ({', '.join(map(sql, levels))})"

    def absent(self, place: Column) -> str:
        gap = f"{place.text} IS NULL"
        return f"({gap} OR isnan({place.text}))" if place.kind == "float" else gap

    def present(self, place: Column) -> str:
        return f"NOT ({self.absent(place)})"

    def days(self, place: Column, first: dt.date, after: dt.date) -> str:
        if place.kind == "text":
            last = after - dt.timedelta(days=1)
            text = f"replace(substr(trim({place.text}), 1, 10), '/', '-')"
            return f"{text} BETWEEN '{lowest_text(first)}' AND '{last.isoformat()}'"
        return self.both([f"{place.text} >= DATE '{first}'", f"{place.text} < DATE '{after}'"])


def sql(level: object) -> str:
    """A level as SQL writes it."""
    if isinstance(level, str):
        return "'" + level.replace("'", "''") + "'"
    if isinstance(level, dt.datetime):
        return f"TIMESTAMP '{level}'"
    return (
        f"DATE '{level}'"
        if isinstance(level, dt.date)
        else str(level).upper()
        if isinstance(level, bool)
        else str(level)
    )


def dialect_of(source: Source, name: str) -> Dialect:
    """The dialect of the library that holds the rows."""
    source = getattr(source, "frame_source", source)
    kind = {"pandas": Dialect, "polars": OfPolars, "duckdb": OfDuckDB}.get(source.engine, OfEngines)
    return kind(source, name)
