"""Drivers: the importance of attributes beside the refits of all subsets that an analyst would write."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

import npskit
from npskit.stats.crossproducts import CrossProducts
from npskit.stats.drivers import importance
from npskit.stats.importance import lmg
from npskit.survey.attributes import read_attribute
from npskit.survey.driver_scan import Rows, scanned
from tests.benchmarks.measure import Line, medians

ATTRIBUTES, REPLICATES = 12, 500


def rated(rows: int, attributes: int) -> pd.DataFrame:
    """Ratings that go with a few of many attributes of 1 to 5, a fifth of which nobody gave."""
    rng = np.random.default_rng(1)
    feeling = rng.normal(size=(rows, 1))
    values = np.clip(np.round(3.4 + 0.7 * feeling + 0.8 * rng.normal(size=(rows, attributes))), 1, 5)
    nps = np.clip(np.round(7 + (values[:, :4] - 3.4) @ [0.8, 0.5, 0.3, 0.2] + 1.5 * rng.normal(size=rows)), 0, 10)
    df = pd.DataFrame(values, columns=[f"item {at}" for at in range(attributes)])
    return df.mask(rng.random(df.shape) < 0.2).assign(nps=nps)


def refits(outcome: np.ndarray, values: np.ndarray) -> np.ndarray:
    """LMG as its definition reads: R² of every subset from a least-squares fit of the rows."""
    count = values.shape[1]
    ones, total = np.ones((len(values), 1)), ((outcome - outcome.mean()) ** 2).sum()
    explained = {}
    for size in range(count + 1):
        for subset in combinations(range(count), size):
            design = np.concatenate([ones, values[:, list(subset)]], axis=1)
            fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
            explained[subset] = 1 - ((outcome - fitted) ** 2).sum() / total
    shares = np.zeros(count)
    for subset, value in explained.items():
        for player in set(range(count)) - set(subset):
            gain = explained[tuple(sorted((*subset, player)))] - value
            shares[player] += gain / (count * math.comb(count - 1, len(subset)))
    return shares


def exact_lmg(scale: float) -> Iterator[Line | str]:
    """All subsets of 10 and of 20 attributes."""
    del scale
    rng = np.random.default_rng(2)
    values = rng.normal(size=(1_000, 20)) + 0.7 * rng.normal(size=(1_000, 1))
    outcome = values @ rng.uniform(size=20) + rng.normal(size=1_000)
    few, many = (CrossProducts.from_arrays(outcome, values[:, :count]) for count in (10, 20))
    assert np.allclose(lmg(few), refits(outcome, values[:, :10]))
    works = {"ours": lambda: lmg(few), "refits of the rows": lambda: refits(outcome, values[:, :10])}
    times = medians(works, slow=("refits of the rows",))
    took, rival = times["ours"], times["refits of the rows"]
    yield Line("LMG of 10 attributes, 1,000 rows", "refits of the rows", took, rival, 100)
    took = medians({"ours": lambda: lmg(many)})["ours"]
    yield f"LMG of 20 attributes, all 1,048,576 subsets: {took:.0f} ms (under 500 ms)"
    yield Line("LMG of 20 attributes", "refits, each as long as for 10", took, rival * 2**10, 1_000)


def drivers(scale: float) -> Iterator[Line | str]:
    """A million answers to 12 attributes: the scan, and 500 bootstraps after it."""
    df = rated(int(1_000_000 * scale), ATTRIBUTES)
    survey = npskit.Survey(df, rating="nps")
    rows = Rows(survey.source, "nps", survey.tally().scale)
    attributes = [read_attribute(rows.source, f"item {at}") for at in range(ATTRIBUTES)]
    begun = time.perf_counter()
    scan = scanned(rows, attributes)
    yield f"scan of {len(df):,} answers to {ATTRIBUTES} attributes: {1e3 * (time.perf_counter() - begun):.0f} ms"
    products, groups = scan.of("rating"), scan.groups
    took = medians({"ours": lambda: importance(products, groups, replicates=REPLICATES, rng=1)}, rounds=3)["ours"]
    yield f"{REPLICATES} bootstraps of {ATTRIBUTES} attributes after the scan: {took:.0f} ms (under 3,000 ms)"
    values, outcome = df.drop(columns="nps").fillna(0.0).to_numpy(), df["nps"].to_numpy()
    part = slice(0, max(len(df) // 100, 1_000))
    begun = time.perf_counter()
    refits(outcome[part], values[part, :8])
    one = (time.perf_counter() - begun) * 1e3 * 2 ** (ATTRIBUTES - 8) * len(df) / (part.stop - part.start)
    task = f"{REPLICATES} bootstraps of {len(df):,} answers"
    yield Line(task, "refits of the rows, from a part", took, one * REPLICATES, 1_000)
