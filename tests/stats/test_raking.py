"""Raking over the cells that occur: the published weights, the same as over the whole table, and its limits."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.raking import TOLERANCE, rake_cells
from npskit.stats.weighting import rake

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "raking.csv"


def test_published_weights():
    with REFERENCE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    genders, ages = (list(dict.fromkeys(row[name] for row in rows)) for name in ("gender", "age"))
    codes = [[genders.index(row["gender"]) for row in rows], [ages.index(row["age"]) for row in rows]]
    found = rake_cells([int(row["count"]) for row in rows], codes, [[0.5, 0.5], [0.45, 0.55]])
    assert found.weights == pytest.approx([float(row["weight"]) for row in rows], abs=1e-8)


@pytest.mark.parametrize("trim", [None, 2.6])
def test_the_same_as_over_the_whole_table(trim):
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 60, (3, 4))
    targets = [rng.dirichlet([90] * size) for size in counts.shape]
    codes = np.indices(counts.shape).reshape(2, -1)
    found = rake_cells(counts.ravel(), codes, targets, trim=trim)
    assert found.distance < TOLERANCE
    assert found.weights == pytest.approx(rake(counts, targets, trim=trim).ravel(), abs=1e-8)


def test_margins_are_met_over_eight_axes():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 5, (8, 3000))
    targets = [rng.dirichlet([60] * 5) for _ in range(8)]
    found = rake_cells(np.ones(3000), codes, targets)
    weights = found.weights / 3000
    assert found.distance < TOLERANCE
    for code, target in zip(codes, targets, strict=True):
        assert np.bincount(code, weights, 5) == pytest.approx(target, abs=1e-8)
    assert found.weights.mean() == pytest.approx(1)


def test_a_limit_that_leaves_no_weights_says_how_far():
    found = rake_cells([98, 2], [[0, 1]], [[0.5, 0.5]], trim=5)
    assert found.distance == pytest.approx(0.4)
    assert found.weights == pytest.approx([0.9 / 0.98, 5])


def test_combinations_that_are_missing_say_how_far():
    assert rake_cells([10, 10], [[0, 1], [0, 1]], [[0.5, 0.5], [0.3, 0.7]]).distance > 0.05


@pytest.mark.parametrize(
    ("counts", "codes", "targets", "where"),
    [
        ([1, 2], [[0, 1]], [[0.5, 0.5], [1.0]], "targets"),
        ([1, 2], [[0, 1]], [[0.5, 0.6]], "targets[0]"),
        ([1, 2], [[0, 1]], [[1.0]], "targets[0]"),
        ([1, 0], [[0, 1]], [[0.5, 0.5]], "level 1"),
        ([0, 0], [[0, 1]], [[0.5, 0.5]], "counts"),
        ([1, 2], [0, 1], [[0.5, 0.5]], "codes"),
    ],
)
def test_bad_arguments_are_named(counts, codes, targets, where):
    with pytest.raises(ArgumentError) as raised:
        rake_cells(counts, codes, targets)
    assert where in str(raised.value)


def test_a_limit_below_the_mean_is_refused():
    with pytest.raises(ArgumentError):
        rake_cells([1, 2], [[0, 1]], [[0.5, 0.5]], trim=1)
