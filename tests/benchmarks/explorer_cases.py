"""The explorer: a cube of a hundred million answers, and one move of its controls, beside scans of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from npskit.cube import AnyCube
from npskit.frames import Period, wrap
from npskit.stats.intervals import interval
from tests.benchmarks.measure import Line, Work, medians, peak_beyond

SHARES = [0.03, 0.01, 0.02, 0.03, 0.03, 0.08, 0.07, 0.13, 0.22, 0.18, 0.20]
SIZES = {"shop": 10, "channel": 8, "size": 5, "plan": 4, "region": 6, "month": 36}
KEYS = list(SIZES)
# Four shops, three channels, a year and a half; each view ignores the filter on what it shows.
PICKED = {"shop": [1, 3, 4, 8], "channel": [0, 2, 5], "month": list(range(10, 28))}
VIEWS: dict[str, list[str]] = {"headline": [], "trend": ["month"], "split": ["shop"], "ratings": ["q1"]}


def explored(rows: int) -> pd.DataFrame:
    """Answers with five segments, and the day they were given, which is also there as its month."""
    rng = np.random.default_rng(7)
    part = min(rows, 10_000_000)
    codes = {name: np.resize(rng.integers(0, size, part, dtype=np.int8), rows) for name, size in SIZES.items()}
    names = {name: [f"{name} {at:02}" for at in range(size)] for name, size in SIZES.items()}
    df = pd.DataFrame({name: pd.Categorical.from_codes(each, names[name]) for name, each in codes.items()})
    df["q1"] = np.resize(rng.choice(11, size=part, p=SHARES).astype(np.int8), rows)
    starts = pd.date_range("2021-01-01", periods=36, freq="MS").to_numpy().astype("datetime64[s]")
    df["day"] = starts[codes["month"]] + np.resize(rng.integers(0, 28 * 86_400, part), rows).astype("timedelta64[s]")
    return df


def explorer(scale: float) -> Iterator[Line | str]:
    """The cube of 10 × 8 × 5 × 4 × 6 × 36 combinations, and a move of three filters over four views."""
    df = explored(int(100_000_000 * scale))
    yield from building(df)
    yield from moving(df)
    yield from indexing(df.iloc[: len(df) // 10])


def building(df: pd.DataFrame) -> Iterator[Line | str]:
    """One scan, beside group-bys that keep three of the eleven ratings apart."""
    import duckdb

    source, connection = wrap(df), duckdb.connect()
    connection.register("df", df)
    beyond = peak_beyond(lambda: source.cube("q1", KEYS))
    yield f"memory beyond the frame, cube of {len(df):,}: {beyond:.0f} MB (under 200 MB)"
    sums = "count(*), sum((q1 <= 6)::int), sum((q1 >= 9)::int)"
    listed, dated = ", ".join(KEYS), ", ".join([*KEYS[:-1], "date_trunc('month', day)"])
    times = medians(
        {
            "ours": lambda: source.cube("q1", KEYS),
            "ours by day": lambda: source.cube("q1", KEYS[:-1], date=Period("day", "month")),
            "groupby of two indicators": lambda: analyst(df),
            "DuckDB, three sums": lambda: connection.sql(f"select {listed}, {sums} from df group by all").fetchnumpy(),
            "DuckDB, months of a day": lambda: connection.sql(
                f"select {dated}, {sums} from df group by all"
            ).fetchnumpy(),
        },
        rounds=3,
        slow=("groupby of two indicators",),
    )
    months = "DuckDB, months of a day"
    by_day, theirs = times.pop("ours by day"), times.pop(months)
    yield Line(f"cube of {len(df):,} by five keys and a day", months, by_day, theirs, 4)
    for rival, took in times.items():
        if rival != "ours":
            yield Line(f"cube of {len(df):,} by six keys", rival, times["ours"], took, 4)


def analyst(df: pd.DataFrame) -> pd.DataFrame:
    """What one would write."""
    return df.assign(p=df["q1"] >= 9, d=df["q1"] <= 6).groupby(KEYS, observed=True)[["p", "d"]].mean()


def moving(df: pd.DataFrame) -> Iterator[Line | str]:
    """Three filters, four views, each with the intervals of its scores; the rivals only count."""
    cube = wrap(df).cube("q1", KEYS)
    ours = medians({"ours": lambda: move(cube)}, rounds=31)["ours"]
    yield f"a move, four views with intervals: {ours:.1f} ms (under 8 ms)"
    rivals = row_rivals(df)
    times = medians(rivals, rounds=3, slow=("pandas, filter and groupby",))
    targets = {"pandas, filter and groupby": 500}
    for rival, took in times.items():
        yield Line(f"a move over {len(df):,}", rival, ours, took, targets.get(rival, 20))


def move(cube: AnyCube) -> dict[str, Any]:
    """What the explorer answers when a control is moved."""
    selection = {cube.axis(name): places for name, places in PICKED.items()}
    views = {name: [cube.axis(column) for column in columns if column != "q1"] for name, columns in VIEWS.items()}
    counted = cube.views(selection, views)
    return {name: (part, *interval(cube.scale.category_counts(part))) for name, part in counted.items()}


def others(columns: list[str]) -> dict[str, list[str]]:
    """The levels picked of the columns that a view filters by."""
    return {name: [f"{name} {at:02}" for at in places] for name, places in PICKED.items() if name not in columns}


def row_rivals(df: pd.DataFrame) -> dict[str, Work]:
    """The same four views counted from the rows."""
    import duckdb
    import polars as pl

    frame, connection = pl.from_pandas(df[[*KEYS, "q1"]]), duckdb.connect()
    connection.register("df", df)
    counted = [(pl.col("q1") <= 6).sum().alias("d"), (pl.col("q1") >= 9).sum().alias("p"), pl.len()]

    def by_pandas(columns: list[str]) -> object:
        mask = np.logical_and.reduce([df[name].isin(levels) for name, levels in others(columns).items()])
        kept = df.loc[mask, [*columns, *(["q1"] if "q1" not in columns else [])]]
        marked = kept.assign(p=kept["q1"] >= 9, d=kept["q1"] <= 6)
        return marked.groupby(columns or (lambda _: 0), observed=True)[["p", "d"]].agg(["sum", "size"])

    def by_polars(columns: list[str]) -> pl.LazyFrame:
        mask = pl.all_horizontal([pl.col(name).is_in(levels) for name, levels in others(columns).items()])
        rows = frame.lazy().filter(mask)
        return rows.group_by(columns).agg(counted) if columns else rows.select(counted)

    def by_duckdb(columns: list[str]) -> object:
        where = " and ".join(f"{name} in {tuple(levels)}" for name, levels in others(columns).items())
        sums = "count(*), sum((q1 <= 6)::int), sum((q1 >= 9)::int)"
        return connection.sql(f"select {', '.join([*columns, sums])} from df where {where} group by all").fetchall()

    return {
        "pandas, filter and groupby": lambda: [by_pandas(columns) for columns in VIEWS.values()],
        "Polars on the rows": lambda: [by_polars(columns).collect() for columns in VIEWS.values()],
        "DuckDB on the rows": lambda: [by_duckdb(columns) for columns in VIEWS.values()],
    }


def indexing(df: pd.DataFrame) -> Iterator[Line | str]:
    """A cube too large to be held: one pass when a control is taken in hand, then small tables."""
    towns = np.random.default_rng(8).integers(0, 2_000, len(df), dtype=np.int16)
    source = wrap(df.assign(town=towns))
    cube = source.cube("q1", [*KEYS[:-1], "town"], date="day")
    views: dict[str, list[int]] = {"headline": [], "trend": [6], "split": [0], "ratings": []}
    places = iter(range(1, 1_000))

    def taken() -> object:
        at = next(places)
        return cube.views({0: [at % 10], 1: [at % 8], 2: [0, 1]}, views)

    def moved() -> object:
        return cube.views({0: [1], 1: [2], 2: [0, 1], 6: list(range(next(places) % 30, 36))}, views)

    moved()
    times = medians({"another control": taken, "the same control": moved, "again": moved}, rounds=5)
    yield (
        f"indexed cube of {len(df):,}: {times['another control']:.0f} ms when another control is taken, "
        f"then {times['again']:.2f} ms a move"
    )
