"""Weights, clusters and raking: published values, laws, coverage."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError, ArgumentTypeError, NpskitWarning
from npskit.stats.intervals import interval
from npskit.stats.score import score, standard_error
from npskit.stats.weighting import (
    cluster_sums,
    clustered_interval,
    clustered_responses,
    clustered_standard_error,
    design_effect,
    effective_counts,
    effective_responses,
    rake,
    weighted_interval,
)

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "raking.csv"


@pytest.mark.parametrize(
    ("weights", "expected"), [((0, 1, 2, 3), 1.5555555555555556), ((1, 1, 1000), 2.9880418803112336)]
)
def test_published_design_effects(weights, expected):
    weights = np.array(weights, dtype=float)
    found = design_effect(weights.sum(), (weights**2).sum(), len(weights))
    assert found == pytest.approx(expected, rel=1e-15)
    assert effective_responses(weights.sum(), (weights**2).sum()) == pytest.approx(len(weights) / expected)


def test_equal_weights_lose_nothing():
    assert effective_responses(3 * 7, 9 * 7) == 7
    assert design_effect(3 * 7, 9 * 7, 7) == 1
    assert weighted_interval([40, 60, 100], 100) == pytest.approx((14.05, 44.20), abs=0.006)


def test_nobody_is_no_effective_response():
    assert effective_responses([0, 4], [0, 8]).tolist() == [0, 2]
    assert np.isnan(design_effect(0, 0, 0))
    assert np.isnan(weighted_interval([[0, 0, 0], [1, 1, 1]], [0, 3])[0]).tolist() == [True, False]


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40))
def test_effective_responses_are_between_one_and_all(weights):
    weights = np.array(weights)
    assert 1 - 1e-9 <= effective_responses(weights.sum(), (weights**2).sum()) <= len(weights) * (1 + 1e-9)


def test_effective_counts_keep_the_shares():
    found = effective_counts([[2.0, 3, 5], [0, 0, 0]], [40, 0])
    assert found.tolist() == [[8, 12, 20], [0, 0, 0]]


def test_clusters_of_one_are_plain_answers():
    counts = np.array([3, 4, 8])
    singles = np.repeat(np.eye(3), counts, axis=0)
    n = counts.sum()
    assert clustered_standard_error(singles) == pytest.approx(standard_error(counts) * (n / (n - 1)) ** 0.5)


def test_answering_twice_is_no_second_opinion():
    singles = np.repeat(np.eye(3), [3, 4, 8], axis=0)
    assert clustered_standard_error(2 * singles) == pytest.approx(clustered_standard_error(singles))


def test_clusters_agree_with_the_sandwich_of_a_regression():
    regression = pytest.importorskip("statsmodels.regression.linear_model")
    rng = np.random.default_rng(4)
    clusters = rng.integers(0, 4, (12, 3)).astype(float)
    answers, accounts = [], []
    for account, counts in enumerate(clusters):
        answers += [value for value, times in zip((-1, 0, 1), counts, strict=True) for _ in range(int(times))]
        accounts += [account] * int(counts.sum())
    fitted = regression.OLS(answers, np.ones(len(answers))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(accounts), "use_correction": False}
    )
    correction = (len(set(accounts)) / (len(set(accounts)) - 1)) ** 0.5
    assert clustered_standard_error(clusters) == pytest.approx(100 * fitted.bse[0] * correction)


def test_clustered_interval_uses_few_degrees_of_freedom():
    two = np.array([[0, 2, 2], [1, 2, 1]])
    sums, counts = cluster_sums(two), two.sum(axis=0)
    plain, few = (clustered_responses(counts, *sums, confidence_level=level) for level in (None, 0.5))
    # With one degree of freedom the quartile of t is 1, that of the normal .6745.
    assert few / plain == pytest.approx(0.67449**2, rel=1e-4)
    lower, upper = clustered_interval(two, confidence_level=0.5)
    assert lower <= score(counts) <= upper


def test_many_clusters_give_the_linearised_t_interval():
    clusters = np.random.default_rng(3).multinomial(4, (0.3, 0.3, 0.4), 2000)
    lower, upper = clustered_interval(clusters)
    assert (upper - lower) / 2 == pytest.approx(1.961 * clustered_standard_error(clusters), rel=1e-3)


def test_clusters_that_all_agree_are_worth_one_answer_each():
    agreed = np.array([[0, 0, 5]] * 8)
    assert clustered_responses([0, 0, 40], *cluster_sums(agreed)) == 8
    lower, upper = clustered_interval(agreed)
    assert lower < 40
    assert upper == 100


def test_too_few_clusters_have_no_error():
    assert np.isnan(clustered_standard_error([[1, 2, 3]]))
    assert np.isnan(clustered_standard_error([[1, 2, 3], [0, 0, 0]]))
    found = clustered_interval(np.array([[[1, 2, 3], [0, 0, 0]], [[1, 2, 3], [1, 1, 1]], [[0] * 3] * 2]))
    assert np.isnan(found[0]).tolist() == [False, False, True]
    assert found[0][0] < -99
    with pytest.raises(ArgumentError, match="clusters"):
        clustered_standard_error([1, 2, 3])


def test_published_raking_weights():
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counts = np.array([float(row["count"]) for row in rows]).reshape(2, 2)
    expected = np.array([float(row["weight"]) for row in rows]).reshape(2, 2)
    assert rake(counts, [[0.5, 0.5], [0.45, 0.55]]) == pytest.approx(expected, abs=1e-8)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([(2, 3), (4, 2, 3), (5,)]))
def test_raked_margins_meet_their_targets(seed, shape):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 60, shape)
    targets = [rng.dirichlet(np.full(levels, 4.0)) for levels in shape]
    weighted = counts * rake(counts, targets)
    assert weighted.sum() == pytest.approx(counts.sum())
    for axis, target in enumerate(targets):
        others = tuple(other for other in range(len(shape)) if other != axis)
        assert weighted.sum(axis=others) / weighted.sum() == pytest.approx(target, abs=1e-8)


def test_a_sample_like_its_population_keeps_weight_one():
    assert rake([[10, 20], [30, 60]], [[0.25, 0.75], [1 / 3, 2 / 3]]) == pytest.approx(np.ones((2, 2)))


def test_trimmed_weights_stay_under_the_cap_and_still_meet_the_margins():
    counts = np.array([[400, 30, 50], [60, 2, 40], [300, 20, 98]])
    targets = [[0.4, 0.3, 0.3], [0.5, 0.2, 0.3]]
    assert rake(counts, targets).max() > 5
    weights = rake(counts, targets, trim=5)
    assert weights.max() <= 5
    weighted = counts * weights / counts.sum()
    assert weighted.sum(axis=1) == pytest.approx(targets[0], abs=1e-8)
    assert weighted.sum(axis=0) == pytest.approx(targets[1], abs=1e-8)


def test_what_no_weights_can_meet_is_told():
    with pytest.warns(NpskitWarning, match="miss their targets"):
        rake([[10, 0], [0, 10]], [[0.5, 0.5], [0.3, 0.7]])
    with pytest.warns(NpskitWarning, match="miss their targets"):
        weights = rake([98, 2], [[0.5, 0.5]], trim=5)
    assert weights.max() <= 5


def test_an_empty_target_level_is_named():
    with pytest.raises(ArgumentError, match=r"targets\[1\], level 2: .*\nHint: merge"):
        rake([[10, 20, 0], [30, 40, 0]], [[0.5, 0.5], [0.3, 0.3, 0.4]])
    weights = rake([[10, 20, 0], [30, 40, 0]], [[0.5, 0.5], [0.4, 0.6, 0]])
    assert np.isfinite(weights).all()


@pytest.mark.parametrize(
    ("targets", "word"),
    [
        ([[0.5, 0.5]], "2 arrays"),
        ([[0.5, 0.5], [0.2, 0.3, 0.5]], "2 shares"),
        ([[50, 50], [0.5, 0.5]], "sum to 1"),
        ([[1.5, -0.5], [0.5, 0.5]], "at least 0"),
    ],
)
def test_targets_fit_the_table(targets, word):
    with pytest.raises(ArgumentError, match=word):
        rake([[1, 2], [3, 4]], targets)


def test_other_arguments_of_raking():
    with pytest.raises(ArgumentError, match="trim"):
        rake([1, 2], [[0.5, 0.5]], trim=0.5)
    with pytest.raises(ArgumentTypeError, match="targets"):
        rake([1, 2], 0.5)
    with pytest.raises(ArgumentError, match="counts"):
        rake([0, 0], [[0.5, 0.5]])


@pytest.mark.slow
@pytest.mark.parametrize(("variation", "expected"), [(0.3, 0.943), (0.7, 0.945), (1.2, 0.957)])
def test_weighted_interval_covers(variation, expected):
    rng = np.random.default_rng(50)
    surveys, n, spread = 20_000, 50, np.sqrt(np.log1p(variation**2))
    answers = rng.choice(3, size=(surveys, n), p=(0.2, 0.3, 0.5))
    weights = rng.lognormal(0, spread, (surveys, n))
    counts = np.stack([(weights * (answers == category)).sum(axis=1) for category in range(3)], axis=1)
    size = effective_responses(weights.sum(axis=1), (weights**2).sum(axis=1))
    lower, upper = weighted_interval(counts, size)
    assert ((lower <= 30) & (upper >= 30)).mean() == pytest.approx(expected, abs=0.012)


@pytest.mark.slow
def test_clustered_interval_covers_where_the_plain_one_does_not():
    rng = np.random.default_rng(8)
    shares = rng.dirichlet(np.array([0.2, 0.3, 0.5]) * 2, (4000, 40))
    counts = rng.multinomial(5, shares)
    lower, upper = clustered_interval(counts)
    assert ((lower <= 30) & (upper >= 30)).mean() == pytest.approx(0.95, abs=0.02)
    lower, upper = interval(counts.sum(axis=1))
    assert ((lower <= 30) & (upper >= 30)).mean() < 0.85
