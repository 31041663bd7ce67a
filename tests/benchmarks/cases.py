"""What is measured: each promise of speed beside what an analyst would write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

import npskit
from npskit.frames import Period
from npskit.stats.intervals import interval
from tests.benchmarks.driver_cases import drivers, exact_lmg
from tests.benchmarks.explorer_cases import explorer
from tests.benchmarks.forecast_cases import forecasts
from tests.benchmarks.measure import Line, Work, import_times, medians, peak_beyond
from tests.benchmarks.segment_cases import segments

SHARES = [0.03, 0.01, 0.02, 0.03, 0.03, 0.08, 0.07, 0.13, 0.22, 0.18, 0.20]
KEYS = ["shop", "channel", "size"]
Case = Callable[[float], Iterator["Line | str"]]


def one_scan(scale: float) -> Iterator[Line | str]:
    """100 M ratings in one byte each."""
    rows = int(100_000_000 * scale)
    ratings = np.resize(np.random.default_rng(1).choice(11, size=min(rows, 10_000_000), p=SHARES).astype(np.int8), rows)
    df = pd.DataFrame({"q1": ratings})
    s, survey = df["q1"], npskit.Survey(df, rating="q1")
    yield memory("score", survey.score)
    times = medians(
        {
            "ours": survey.score,
            "two means": lambda: ((s >= 9).mean() - (s <= 6).mean()) * 100,
            "value_counts": lambda: s.value_counts(),
            "pd.cut and groupby": lambda: df.groupby(pd.cut(s, [-1, 6, 8, 10]), observed=False).size(),
            **column_rivals(df),
        },
        rounds=11,
        slow=("pd.cut and groupby",),
    )
    targets = {"two means": 1.5, "pd.cut and groupby": 50}
    yield from lines(f"score of {rows:,} int8", times, targets)


def column_rivals(df: pd.DataFrame) -> dict[str, Work]:
    """The same score by Polars and DuckDB."""
    import duckdb
    import polars as pl

    frame = pl.DataFrame({"q1": df["q1"].to_numpy()})
    connection = duckdb.connect()
    connection.register("df", df)
    means = ((pl.col("q1") >= 9).mean() - (pl.col("q1") <= 6).mean()) * 100
    return {
        "Polars, two means": lambda: frame.lazy().select(means).collect(),
        "DuckDB on the frame": lambda: connection.sql(
            "select avg((q1 >= 9)::int) - avg((q1 <= 6)::int) from df"
        ).fetchall(),
    }


def other_types(scale: float) -> Iterator[Line | str]:
    """The same ratings as exports hold them."""
    rows = int(10_000_000 * scale)
    codes = np.random.default_rng(2).choice(11, size=rows, p=SHARES)
    gaps = np.random.default_rng(3).random(rows) < 0.1
    plain = pd.Series(codes)
    for name, s in {
        "int64": plain,
        "float64 with nan": plain.astype("float64").mask(gaps),
        "Int64": plain.astype("Int64").mask(gaps),
        "int8[pyarrow]": plain.astype("Int8").mask(gaps).astype("int8[pyarrow]"),
        "category": plain.astype("category"),
        "text": plain.astype(str) + " - label",
    }.items():
        survey = npskit.Survey(s.rename("q1"))
        rivals: dict[str, Work] = {"value_counts": s.value_counts}
        if name not in ("category", "text"):
            rivals = {"two means without missing": lambda s=s: two_means(s.dropna()), **rivals}
        yield from lines(f"score of {rows:,} {name}", medians({"ours": survey.score, **rivals}), {})


def two_means(s: pd.Series) -> float:
    """What an analyst writes."""
    return ((s >= 9).mean() - (s <= 6).mean()) * 100


def segmented(rows: int) -> pd.DataFrame:
    """Answers with three categorical keys (400 cells), a moment and a weight."""
    rng = np.random.default_rng(4)
    levels = {"shop": 10, "channel": 8, "size": 5}
    keys = {
        name: pd.Categorical.from_codes(
            rng.integers(0, count, rows, dtype=np.int8), [f"{name} {i}" for i in range(count)]
        )
        for name, count in levels.items()
    }
    seconds = rng.integers(0, 4 * 365 * 86_400, rows)
    return pd.DataFrame(
        {
            "q1": rng.choice(11, size=rows, p=SHARES).astype(np.int8),
            **keys,
            "day": pd.Timestamp("2021-01-01") + pd.to_timedelta(seconds, unit="s"),
            "weight": rng.uniform(0.5, 2.0, rows),
        }
    )


def by_keys(scale: float) -> Iterator[Line | str]:
    """10 M answers by three keys, by month, and weighted."""
    import duckdb
    import polars as pl

    rows = int(10_000_000 * scale)
    df = segmented(rows)
    frame = pl.from_pandas(df)
    connection = duckdb.connect()
    connection.register("df", df)
    counted = [(pl.col("q1") <= 6).sum().alias("d"), (pl.col("q1") >= 9).sum().alias("p"), pl.len()]
    sums = "count(*), sum((q1 <= 6)::int), sum((q1 >= 9)::int)"
    survey = npskit.Survey(df, rating="q1")
    month, weighted = Period("day", "month"), npskit.Survey(df, rating="q1", weight="weight")
    yield memory("by three keys", lambda: survey.summary(by=KEYS))
    yield memory("by month", lambda: survey.summary(by=month))
    yield memory("weighted by three keys", lambda: weighted.summary(by=KEYS))
    yield from lines(
        f"summary of {rows:,} by three keys",
        medians(
            {
                "ours": lambda: survey.summary(by=KEYS),
                "groupby of two indicators": lambda: analyst(df, KEYS),
                "groupby and apply of two means": lambda: df.groupby(KEYS, observed=True)["q1"].agg(two_means),
                "Polars lazy": lambda: frame.lazy().group_by(KEYS).agg(counted).collect(),
                "DuckDB on the frame": lambda: connection.sql(
                    f"select {', '.join(KEYS)}, {sums} from df group by all"
                ).fetchall(),
                "Polars, converted from the frame": lambda: (
                    pl.from_pandas(df[[*KEYS, "q1"]]).lazy().group_by(KEYS).agg(counted).collect()
                ),
            },
            slow=("groupby and apply of two means",),
        ),
        {"groupby of two indicators": 10, "Polars lazy": 1, "DuckDB on the frame": 1},
    )
    yield from lines(
        f"summary of {rows:,} by month",
        medians(
            {
                "ours": lambda: survey.summary(by=month),
                "dt.to_period and groupby": lambda: analyst(df.assign(month=df["day"].dt.to_period("M")), ["month"]),
                "Polars lazy, truncate": lambda: (
                    frame.lazy().group_by(pl.col("day").dt.truncate("1mo")).agg(counted).collect()
                ),
                "DuckDB on the frame": lambda: connection.sql(
                    f"select date_trunc('month', day), {sums} from df group by all"
                ).fetchall(),
            }
        ),
        {"dt.to_period and groupby": 5},
    )
    yield from lines(
        f"weighted summary of {rows:,} by three keys",
        medians(
            {"ours": lambda: weighted.summary(by=KEYS), "groupby of weighted indicators": lambda: analyst_weighted(df)}
        ),
        {},
    )


def analyst(df: pd.DataFrame, keys: list[str]) -> pd.Series:
    """The usual way: two indicator columns, a groupby, a difference of means."""
    means = df.assign(p=df["q1"] >= 9, d=df["q1"] <= 6).groupby(keys, observed=True)[["p", "d"]].mean()
    return (means["p"] - means["d"]) * 100


def analyst_weighted(df: pd.DataFrame) -> pd.Series:
    """The usual way with weights."""
    w = df["weight"]
    sums = (
        df.assign(p=(df["q1"] >= 9) * w, d=(df["q1"] <= 6) * w).groupby(KEYS, observed=True)[["p", "d", "weight"]].sum()
    )
    return (sums["p"] - sums["d"]) / sums["weight"] * 100


def bootstrap(scale: float) -> Iterator[Line | str]:
    """10,000 replicates from the counts, beside one scan of the rows; exact limits of 1,000 segments."""
    rows = int(10_000_000 * scale)
    s = pd.Series(np.random.default_rng(5).choice(11, size=rows, p=SHARES).astype(np.int8), name="q1")
    survey = npskit.Survey(s)
    counts = survey.tally().category_counts[0]
    limits = {"ours": lambda: interval(counts, method="bootstrap", replicates=10_000, rng=1)}
    scans = {"one scan by npskit": survey.score, "one scan by two means": lambda: two_means(s)}
    yield from lines(f"10,000 replicates on {rows:,}", medians({**limits, **scans}, rounds=9), dict.fromkeys(scans, 1))
    rng = np.random.default_rng(6)
    for size in (30, 200, 10_000):
        segments = rng.multinomial(size, [0.27, 0.35, 0.38], size=1000)
        took = medians({"ours": lambda segments=segments: interval(segments, method="bootstrap")})["ours"]
        yield f"exact bootstrap limits of 1,000 segments of {size:,}: {took:.1f} ms (under 150 ms)"


def imports(scale: float) -> Iterator[Line | str]:
    """What `import npskit` adds to `import pandas`, in fresh interpreters."""
    del scale
    before, beyond = import_times("pandas", "npskit")
    yield f"import npskit: {beyond:.0f} ms beyond import pandas, which takes {before:.0f} ms (at most 50 ms)"


def lines(task: str, times: dict[str, float], targets: dict[str, Any]) -> Iterator[Line]:
    """A line per rival."""
    for rival, took in times.items():
        if rival != "ours":
            yield Line(task, rival, times["ours"], took, float(targets.get(rival, 0)))


def memory(task: str, work: Work) -> str:
    """What the work takes beyond its input."""
    return f"memory beyond the input, {task}: {peak_beyond(work):.1f} MB (under 100 MB)"


CASES: dict[str, Case] = {
    "scan": one_scan,
    "types": other_types,
    "keys": by_keys,
    "bootstrap": bootstrap,
    "lmg": exact_lmg,
    "drivers": drivers,
    "segments": segments,
    "forecast": forecasts,
    "explorer": explorer,
    "import": imports,
}
