"""Segments: all columns and pairs of them beside a groupby for each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

import npskit
from tests.benchmarks.measure import Line, medians

SHARES = [0.03, 0.01, 0.02, 0.03, 0.03, 0.08, 0.07, 0.13, 0.22, 0.18, 0.20]
COLUMNS, LEVELS = 12, 10


def crossed(rows: int, kind: str) -> pd.DataFrame:
    """Answers with twelve columns of ten levels, one of which is lower."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, LEVELS, (COLUMNS, rows), dtype=np.int8)
    names = [f"level {at}" for at in range(LEVELS)]
    columns = {f"column {at}": pd.Categorical.from_codes(codes[at], names) for at in range(COLUMNS)}
    nps = rng.choice(11, size=rows, p=SHARES).astype(np.int8)
    nps = np.where((codes[3] == 7) & (rng.random(rows) < 0.1), np.int8(2), nps)
    df = pd.DataFrame({"nps": nps, **columns})
    return df if kind == "categories" else df.astype(dict.fromkeys(columns, "str"))


def by_pairs(df: pd.DataFrame) -> list[pd.DataFrame]:
    """The counts that an analyst would take first: a groupby per column and per pair, of two indicators."""
    marked = df.assign(p=df["nps"] >= 9, d=df["nps"] <= 6)
    names = [name for name in df if name != "nps"]
    keys = [*([name] for name in names), *(list(pair) for pair in combinations(names, 2))]
    return [marked.groupby(key, observed=True)[["p", "d"]].agg(["sum", "size"]) for key in keys]


def segments(scale: float) -> Iterator[Line | str]:
    """The search to depth 2 over twelve columns of a million answers."""
    rows = int(1_000_000 * scale)
    for kind in ("categories", "texts"):
        df = crossed(rows, kind)
        survey = npskit.Survey(df, rating="nps")
        begun = time.perf_counter()
        survey.summary(by="column 0")
        yield f"one scan by one column of {rows:,} answers, {kind}: {1e3 * (time.perf_counter() - begun):.0f} ms"
        names = [name for name in df if name != "nps"]
        times = medians(
            {
                "ours": lambda s=survey, n=names: s.segments(n),
                "groupby per column and pair": lambda df=df: by_pairs(df),
            },
            rounds=3,
            slow=("groupby per column and pair",),
        )
        rival = "groupby per column and pair"
        yield Line(f"segments of {rows:,}, {COLUMNS} columns of {kind}", rival, times["ours"], times[rival], 5)
        yield f"segments, {kind}: {times['ours']:.0f} ms (under 2,000 ms)"
