"""Survey answers in every other engine: group there, bring back the few groups.

Polars, PyArrow, DuckDB, Dask, Ibis and PySpark differ in what they call missing, in what an aggregation may hold and in
which date functions they have. So they are asked for one thing that all do alike: count the raw ratings by raw keys,
made beforehand as plain columns. At most cells × distinct ratings rows come back, and are understood in Python.
"""

from __future__ import annotations

import datetime as dt
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.frames.engine_keys import TEXTS, EngineKey, engine_key, is_missing, moment_column, period_key
from npskit.frames.keys import Key, Period, plain_level
from npskit.frames.source import (
    Source,
    as_keys,
    boolean_error,
    codes_of,
    gathered,
    rating_codes,
    scale_of,
    weight_error,
    weight_type_error,
)
from npskit.frames.zones import by_wall_clock
from npskit.scale import MISSING, OUTSIDE, Scale
from npskit.tally import ClusterMoments, Tally

__all__ = ["NarwhalsSource"]

# Names of the columns we make; no survey has them.
RATING, NUMBER, WEIGHT, SQUARE, ABSENT, UNUSABLE, CLUSTER, U, V, UU, UV, VV, LAST = (
    f"npskit_{name}"
    for name in ["rating", "number", "w", "ww", "absent", "unusable", "cluster", "u", "v", "uu", "uv", "vv", "last"]
)
HEAD = 1000


class NarwhalsSource(Source):
    """A frame, table or relation of any engine that Narwhals knows.

    Raises
    ------
    ArgumentTypeError
        For an object that is none.
    """

    def __init__(self, data: Any) -> None:
        frame = opened(data)
        if isinstance(frame, nw.Series):
            frame = frame.alias(frame.name or "rating").to_frame()
        if frame.implementation.is_duckdb():
            frame = nw.from_native(by_wall_clock(nw.to_native(frame), {}))
        self.implementation = frame.implementation
        self.engine = str(self.implementation.value)
        self.frame: nw.LazyFrame[Any] = frame.lazy()

    @cached_property
    def schema(self) -> dict[str, Any]:
        """Types of the columns."""
        return dict(self.frame.collect_schema())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.schema)

    @cached_property
    def _head(self) -> list[tuple[Any, ...]]:
        """The first rows, read once for all columns, since each question costs Spark a second."""
        return rows_of(self.frame.head(HEAD))

    def sample(self, name: str, rows: int = HEAD) -> list[Any]:
        at = self.columns.index(self.column(name))
        head = self._head[:rows] if rows <= HEAD else rows_of(self.frame.head(rows))
        values = (plain_level(row[at]) for row in head)
        return list(dict.fromkeys(value for value in values if value is not None))

    def length(self) -> int:
        return int(rows_of(self.frame.select(nw.len()))[0][0])

    def rating_counts(self, rating: str) -> list[tuple[Any, int]]:
        return list(self._grouped([], self.column(rating)).values.items())

    def tally(
        self, rating: str, by: Sequence[Key] = (), *, scale: Scale | None = None, weight: str | None = None
    ) -> Tally:
        rating, keys = self._rating(rating, scale), self._keys(by)
        weight = None if weight is None else self._weight(weight)
        groups = self._grouped(keys, rating, weight)
        scale = scale_of(groups.values, scale)
        slots = groups.slots(rating, scale)
        if weight is not None:
            groups.check_weights(weight, slots < len(scale))
        names = tuple(key.name for key in keys)
        return gathered(
            names, groups.cells(keys), slots, groups.sums(weight is not None), scale, [key.order for key in keys]
        )

    def _keys(self, by: Sequence[Key]) -> list[EngineKey]:
        keys = as_keys(by)
        return [
            engine_key(key, name, f"npskit_key{at}", self.schema[name], whole=self._is_whole)
            for at, (key, name) in enumerate(zip(keys, self.key_columns(keys), strict=True))
        ]

    def _is_whole(self, name: str) -> bool:
        """Whether a column of numbers holds whole ones only; gaps count for nothing."""
        value = nw.col(name)
        broken = (value % 1 != 0) & ~is_missing(name, self.schema[name])
        found = self.frame.select(nw.when(broken).then(nw.lit(1)).otherwise(nw.lit(0)).alias(NUMBER))
        return not rows_of(found.select(nw.col(NUMBER).max()))[0][0]

    def _rating(self, rating: str, scale: Scale | None) -> str:
        name = self.column(rating)
        if self.schema[name] == nw.Boolean:
            raise boolean_error(name, scale)
        return name

    def _weight(self, weight: str) -> str:
        name = self.column(weight)
        if not self.schema[name].is_numeric():
            raise weight_type_error(name, f"{self.schema[name]} values")
        return name

    def _grouped(self, keys: Sequence[EngineKey], rating: str, weight: str | None = None) -> Groups:
        """Rows of raw keys, raw rating, number of rows and, with weights, their sums."""
        columns = [*(key.column for key in keys), nw.col(rating).alias(RATING)]
        names, summed = [*(key.alias for key in keys), RATING], []
        if weight is not None:
            columns.append(nw.col(weight).cast(nw.Float64).alias(WEIGHT))
            summed = [WEIGHT, SQUARE, ABSENT, UNUSABLE]
        frame = self.frame.select(*columns)
        frame = frame if weight is None else frame.with_columns(*weight_columns())
        groups = frame.group_by(*names).agg(nw.len().alias(NUMBER), *(nw.col(name).sum() for name in summed))
        # Dask lists categories that never occur together, with no rows.
        rows = [row for row in rows_of(groups.select(*names, NUMBER, *summed)) if row[len(names)]]
        return Groups(rows, len(keys))

    def cluster_moments(
        self,
        rating: str,
        by: Sequence[Key] = (),
        *,
        cluster: str,
        scale: Scale | None = None,
        weight: str | None = None,
    ) -> ClusterMoments:
        tally = self.tally(rating, by, scale=scale, weight=weight)
        keys, name, account = self._keys(by), self._rating(rating, scale), self.column(cluster)
        raw = list(self._grouped([], name).values)
        codes = tally.scale.codes(raw)
        answers = [value for value, code in zip(raw, codes, strict=True) if code >= 0]
        detractors, _, promoters = (
            [value for value in answers if tally.scale.categories[tally.scale.code(value)] == category]
            for category in range(3)
        )
        column = nw.col(name) if self.schema[name].is_numeric() else nw.col(name).cast(nw.String)
        frame = self.frame.select(
            *(key.column for key in keys),
            among(column, promoters, 1.0, among(column, detractors, -1.0, nw.lit(0.0))).alias(U),
            among(column, answers, 1.0, nw.lit(0.0)).alias(V),
            (nw.lit(1.0) if weight is None else nw.col(self._weight(weight)).cast(nw.Float64)).alias(WEIGHT),
            nw.col(account).alias(CLUSTER),
        ).filter(nw.col(V) > 0)
        frame = frame.with_columns(nw.col(U) * nw.col(WEIGHT), nw.col(V) * nw.col(WEIGHT))
        names = [key.alias for key in keys]
        missing = is_missing(CLUSTER, self.schema[account])
        accounts = frame.filter(~missing).group_by(*names, CLUSTER).agg(nw.col(U).sum(), nw.col(V).sum())
        rows = [*moments(accounts, names), *moments(frame.filter(missing), names)]
        return summed_moments(tally.cells, keys, rows)

    def duplicates(self) -> int:
        return self.length() - int(rows_of(self.frame.unique().select(nw.len()))[0][0])

    def repeated(self, customer: str) -> tuple[int, int]:
        name = self.column(customer)
        people = self.frame.select(nw.col(name).alias(CLUSTER)).filter(~is_missing(CLUSTER, self.schema[name]))
        times = people.group_by(CLUSTER).agg(nw.len().alias(NUMBER)).filter(nw.col(NUMBER) > 1)
        number, rows = rows_of(times.select(nw.len(), nw.col(NUMBER).sum()))[0]
        return int(number), int(rows or 0) - int(number)

    def span(self, date: str) -> tuple[dt.date, dt.date] | tuple[None, None]:
        name = self.column(date)
        key = period_key(Period(name, "day"), name, RATING, self.schema[name])
        days = key.levels([row[0] for row in rows_of(self.frame.select(key.column).unique())])
        known = [day for day in days if isinstance(day, dt.date)]
        return (min(known), max(known)) if known else (None, None)

    def latest(self, customer: str, date: str, *, rating: str, scale: Scale) -> NarwhalsSource:
        person, day, name = self.column(customer), self.column(date), self._rating(rating, scale)
        moment = moment_column(day, self.schema[day])
        # Refuses texts that are no dates.
        self.span(day)
        others = {f"npskit_other{at}": each for at, each in enumerate(self._sortable(but=name))}
        frame = self.frame.with_columns(
            moment.alias(LAST),
            self._answer_codes(name, scale).alias(NUMBER),
            *(column.alias(alias) for alias, column in others.items()),
        ).filter(nw.col(NUMBER) != MISSING)
        nobody = is_missing(person, self.schema[person])
        last = frame.filter(~nobody).unique(subset=[person], keep="last", order_by=[LAST, *others, NUMBER, name])
        parts = [part.select(*self.columns) for part in (last, frame.filter(nobody))]
        return NarwhalsSource(nw.concat(parts).to_native())

    def _answer_codes(self, name: str, scale: Scale) -> nw.Expr:
        """The code of each answer on the scale; one for all that are outside."""
        raw = list(self._grouped([], name).values)
        codes = codes_of(name, raw, scale)
        column = nw.col(name) if self.schema[name].is_numeric() else nw.col(name).cast(nw.String)
        found = nw.lit(OUTSIDE)
        for code in sorted({int(code) for code in codes} - {OUTSIDE}):
            values = [value for value, each in zip(raw, codes, strict=True) if each == code and value is not None]
            found = among(column, values, code, found)
        return nw.when(is_missing(name, self.schema[name])).then(nw.lit(MISSING)).otherwise(found)

    def _sortable(self, *, but: str) -> list[nw.Expr]:
        """The columns but one by which rows can be told apart, in one order of all engines."""
        found = []
        for name, dtype in self.schema.items():
            if name == but:
                continue
            if dtype in TEXTS:
                found.append(nw.col(name).cast(nw.String))
            elif dtype.is_float():
                found.append(nw.when(~nw.col(name).is_nan()).then(nw.col(name)))
            elif dtype.is_numeric() or dtype.is_temporal() or dtype == nw.Boolean:
                found.append(nw.col(name))
        return found

    def where(self, key: Key, level: object) -> Any:
        found = self._keys([key])[0]
        values = [row[0] for row in rows_of(self.frame.select(found.column).unique())]
        raw = [value for value, each in zip(values, found.levels(values), strict=True) if each == level]
        return (
            self.frame.with_columns(found.column).filter(nw.col(found.alias).is_in(raw)).drop(found.alias).to_native()
        )

    def save(self, folder: str | os.PathLike[str], columns: Sequence[str]) -> None:
        frame = self.frame.select(*(nw.col(self.column(name)) for name in columns))
        if self.implementation.is_pyarrow():
            frame.collect().write_parquet(Path(folder, "answers.parquet"))
        else:
            # Spark and Dask make a folder of this name, with the Parquet files in it.
            spread = self.implementation.is_spark_like() or self.implementation.is_dask()
            frame.sink_parquet(os.fspath(Path(folder, "answers" if spread else "answers.parquet")))

    def table(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        backend: Any = self.engine if self.engine in ("polars", "pyarrow") else "pandas"
        return nw.from_dict(dict(columns), backend=backend).to_native()


def opened(data: Any) -> Any:
    """The Narwhals frame or series of a native one."""
    try:
        with warnings.catch_warnings():
            # Narwhals announces a package of its own for Dask, which is not published yet.
            warnings.filterwarnings("ignore", message="Dask support is moving", category=FutureWarning)
            return nw.from_native(data, allow_series=True)
    except nw.exceptions.DuplicateError as error:
        found = str(error).splitlines()[-1].strip("- ")
        raise ArgumentError(where="columns", expected="each name once", got=found, hint="rename one") from None
    except TypeError:
        raise ArgumentTypeError(
            where="data",
            expected="a pandas, Polars, PyArrow, DuckDB, Dask, Ibis or PySpark frame, or a path",
            got=f"{type(data).__module__}.{type(data).__qualname__}",
            hint="pandas.DataFrame(data) makes a frame of lists and dictionaries",
        ) from None


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups that came back: raw keys (`width` of them), the raw rating, the number of rows, and sums of weights."""

    rows: list[tuple[Any, ...]]
    width: int

    @property
    def values(self) -> dict[Any, int]:
        """Distinct raw ratings and how often each occurs; nan and null are both None."""
        found: dict[Any, int] = {}
        for row in self.rows:
            value = plain_level(row[self.width])
            found[value] = found.get(value, 0) + int(row[self.width + 1])
        return found

    def slots(self, rating: str, scale: Scale) -> np.ndarray:
        """Rating of each group as its place on the scale, one past the last for no answer."""
        values = self.values
        codes = rating_codes(rating, list(values), list(values.values()), scale)
        place = {value: int(code) if code >= 0 else len(scale) for value, code in zip(values, codes, strict=True)}
        return np.array([place[plain_level(row[self.width])] for row in self.rows], dtype=np.intp)

    def cells(self, keys: Sequence[EngineKey]) -> list[tuple[object, ...]]:
        """Levels of each group."""
        return cells_of(self.rows, keys)

    def sums(self, weighted: bool) -> list[np.ndarray]:
        """Counts and, with weights, sums of weights and squares."""
        counts = np.array([int(row[self.width + 1]) for row in self.rows], dtype=np.int64)
        return [counts, *(self._floats(at) for at in ((1, 2) if weighted else ()))]

    def _floats(self, at: int) -> np.ndarray:
        return np.array([float(row[self.width + 1 + at] or 0.0) for row in self.rows])

    def check_weights(self, weight: str, answered: np.ndarray) -> None:
        """Refuse missing, negative and infinite weights of answers."""
        missing, unusable = (int(self._floats(at)[answered].sum()) for at in (3, 4))
        if missing or unusable:
            rows = int(self.sums(False)[0][answered].sum())
            raise weight_error(weight, missing=missing, negative=unusable, rows=rows)


def cells_of(rows: Sequence[tuple[Any, ...]], keys: Sequence[EngineKey]) -> list[tuple[object, ...]]:
    """The levels of rows that begin with the raw values of the keys."""
    columns = [key.levels([row[at] for row in rows]) for at, key in enumerate(keys)]
    return list(zip(*columns, strict=True)) if columns else [()] * len(rows)


def rows_of(frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
    """The few rows of an answer, as Python tuples."""
    if frame.implementation.is_pyspark():
        # By way of Arrow, Spark would warn of pandas 3, which these rows never meet.
        return [tuple(row) for row in frame.to_native().collect()]
    return frame.collect().rows()


def weight_columns() -> list[nw.Expr]:
    """What is summed of weights: squares, and how many cannot be used (as numbers, since Spark sums no booleans)."""
    weight = nw.col(WEIGHT)
    absent = weight.is_null() | weight.is_nan()
    unusable = (weight < 0) | (weight == float("inf"))
    return [
        (weight * weight).alias(SQUARE),
        nw.when(absent).then(nw.lit(1)).otherwise(nw.lit(0)).alias(ABSENT),
        nw.when(unusable & ~absent).then(nw.lit(1)).otherwise(nw.lit(0)).alias(UNUSABLE),
    ]


def among(column: nw.Expr, values: Sequence[Any], value: float, otherwise: nw.Expr) -> nw.Expr:
    """One number where the column is one of the values, else the other expression."""
    return nw.when(column.is_in(values)).then(nw.lit(value)).otherwise(otherwise) if values else otherwise


def moments(frame: nw.LazyFrame[Any], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of keys, number of clusters and sums of uu, uv, vv, u, v, from one row a cluster."""
    u, v = nw.col(U), nw.col(V)
    frame = frame.with_columns((u * u).alias(UU), (u * v).alias(UV), (v * v).alias(VV))
    sums = [nw.len().alias(NUMBER), *(nw.col(name).sum() for name in (UU, UV, VV, U, V))]
    found = frame.group_by(*names).agg(*sums) if names else frame.select(*sums)
    return rows_of(found.select(*names, NUMBER, UU, UV, VV, U, V))


def summed_moments(
    cells: tuple[tuple[object, ...], ...], keys: Sequence[EngineKey], rows: Sequence[tuple[Any, ...]]
) -> ClusterMoments:
    """Moments in the order of the cells."""
    place = {cell: at for at, cell in enumerate(cells)}
    sums = np.zeros((6, len(cells)))
    for row, cell in zip(rows, cells_of(rows, keys), strict=True):
        sums[:, place[cell]] += [float(value or 0.0) for value in row[len(keys) :]]
    return ClusterMoments(cells, sums[0].astype(np.int64), *sums[1:])
