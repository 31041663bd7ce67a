"""How pandas, Polars, DuckDB and Narwhals write the same filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from npskit.frames import Source, is_date
from npskit.frames.narwhals_source import NarwhalsSource
from npskit.frames.pandas_source import PandasSource

__all__ = ["Column", "Dialect", "dialect_of"]

Ends = tuple[list[str], list[str]]


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


def text_ends(days: Sequence[tuple[dt.date, dt.date]]) -> Ends:
    """First and last days as texts, which sort like the days; a month alone stands for its first day."""
    firsts = [first.isoformat()[:7] if first.day == 1 else first.isoformat() for first, _ in days]
    return firsts, [(after - dt.timedelta(days=1)).isoformat() for _, after in days]


class Dialect:
    """The filters of one library; this one writes those of pandas."""

    imports: tuple[str, ...] = ("datetime", "decimal", "npskit", "pandas as pd")
    both, either, native = " & ", " | ", ""

    def __init__(self, source: Source, name: str) -> None:
        self.source, self.name = source, name

    def column(self, name: str) -> Column:
        """A column with its kind."""
        assert isinstance(self.source, PandasSource)
        frame = self.source.frame
        at = self.source.columns.index(name)
        text = f"{self.name}[{frame.columns[at]!r}]"
        values = self.source.sample(name)
        if frame.dtypes.iloc[at].kind == "M":
            return Column(text, "moment")
        if any(isinstance(value, str) for value in values):
            return Column(text, "text")
        return Column(text, "date" if any(map(is_date, values)) else "")

    def rows(self, roles: str) -> str:
        """The survey of everybody."""
        return self.name

    def filtered(self, roles: str) -> str:
        """The survey of the rows that meet ``{conditions}``."""
        return f"{self.name}[{{conditions}}]"

    def verb(self, roles: str) -> str:
        """What follows the rows."""
        return f".nps({roles}).summary"

    def literal(self, level: object) -> str:
        """A level as code writes it."""
        return repr(level)

    def among(self, place: Column) -> str:
        """Whether a column is one of ``{levels}``."""
        return f"{place.text}.isin([{{levels}}])"

    def absent(self, place: Column) -> str:
        """Whether a value is missing."""
        return f"{place.text}.isna()"

    def between(self, place: Column) -> str:
        """Whether a date lies from ``{first}`` to ``{last}``."""
        if place.kind == "text":
            return f"""{place.text}.str.strip().str[:10].str.replace("/", "-").between({{first}}, {{last}})"""
        text = place.text if place.kind == "moment" else f"pd.to_datetime({place.text})"
        return f"({text} >= {{first}}) & ({text} < {{last}})"

    def ends(self, place: Column, days: Sequence[tuple[dt.date, dt.date]]) -> Ends:
        """The first day of each period, and the last, or the one after it, as `between` wants it."""
        firsts, lasts = text_ends(days)
        if place.kind != "text":
            firsts, lasts = [first.isoformat() for first, _ in days], [after.isoformat() for _, after in days]
        return list(map(repr, firsts)), list(map(repr, lasts))


class OfEngines(Dialect):
    """Filters through Narwhals, for any other library."""

    imports = ("datetime", "decimal", "narwhals as nw", "npskit")
    native, namespace = ".to_native()", "nw"

    def column(self, name: str) -> Column:
        assert isinstance(self.source, NarwhalsSource)
        kind = str(self.source.schema[name])
        kinds = {"Date": "date", "String": "text", "Categorical": "text", "Float32": "float", "Float64": "float"}
        found = "moment" if kind.startswith("Datetime") else "text" if kind.startswith("Enum") else kinds.get(kind, "")
        return Column(f"{self.namespace}.col({name!r})", found)

    def rows(self, roles: str) -> str:
        return f"npskit.Survey({self.name}, {roles})"

    def filtered(self, roles: str) -> str:
        return f"npskit.Survey(nw.from_native({self.name}).filter({{conditions}}).to_native(), {roles})"

    def verb(self, roles: str) -> str:
        return ".summary"

    def among(self, place: Column) -> str:
        return f"{place.text}.is_in([{{levels}}])"

    def absent(self, place: Column) -> str:
        gap = f"{place.text}.is_null()"
        return f"({gap} | {place.text}.is_nan())" if place.kind == "float" else gap

    def between(self, place: Column) -> str:
        if place.kind == "text":
            text = f'{place.text}.str.strip_chars().str.slice(0, 10).str.replace_all("/", "-")'
            return f"{text}.is_between({{first}}, {{last}})"
        text = f"{place.text}.dt.date()" if place.kind == "moment" else place.text
        return f"({text} >= {{first}}) & ({text} < {{last}})"

    def ends(self, place: Column, days: Sequence[tuple[dt.date, dt.date]]) -> Ends:
        if place.kind == "text":
            return super().ends(place, days)
        return [repr(first) for first, _ in days], [repr(after) for _, after in days]


class OfPolars(OfEngines):
    """Filters of Polars."""

    imports = ("datetime", "decimal", "npskit", "polars as pl")
    namespace = "pl"

    def rows(self, roles: str) -> str:
        return self.name

    def filtered(self, roles: str) -> str:
        return f"{self.name}.filter({{conditions}})"

    def verb(self, roles: str) -> str:
        return f".nps({roles}).summary"


class OfDuckDB(OfEngines):
    """Filters of a DuckDB relation, in SQL."""

    both, either = " AND ", " OR "

    def column(self, name: str) -> Column:
        escaped = name.replace('"', '""')
        return Column(f'"{escaped}"', super().column(name).kind)

    def filtered(self, roles: str) -> str:
        return f'npskit.Survey({self.name}.filter("""{{conditions}}"""), {roles})'

    def literal(self, level: object) -> str:
        if isinstance(level, str):
            return "'" + level.replace("\\", "\\\\").replace("'", "''") + "'"
        if isinstance(level, dt.datetime):
            return f"TIMESTAMP '{level}'"
        return f"DATE '{level}'" if isinstance(level, dt.date) else str(level)

    def among(self, place: Column) -> str:
        return f"{place.text} IN ({{levels}})"

    def absent(self, place: Column) -> str:
        gap = f"{place.text} IS NULL"
        return f"({gap} OR isnan({place.text}))" if place.kind == "float" else gap

    def between(self, place: Column) -> str:
        if place.kind == "text":
            return f"(replace(substr(trim({place.text}), 1, 10), '/', '-') BETWEEN '{{first}}' AND '{{last}}')"
        return f"({place.text} >= DATE '{{first}}' AND {place.text} < DATE '{{last}}')"

    def ends(self, place: Column, days: Sequence[tuple[dt.date, dt.date]]) -> Ends:
        if place.kind == "text":
            return text_ends(days)
        return [first.isoformat() for first, _ in days], [after.isoformat() for _, after in days]


def dialect_of(source: Source, name: str) -> Dialect:
    """The dialect of the library that holds the rows."""
    source = getattr(source, "frame_source", source)
    kind = {"pandas": Dialect, "polars": OfPolars, "duckdb": OfDuckDB}.get(source.engine, OfEngines)
    return kind(source, name)
