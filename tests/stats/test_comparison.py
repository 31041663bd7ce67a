"""Differences, many tests, ranks: published values, laws, coverage."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats.comparison import adjust, difference, rank_probabilities
from npskit.stats.score import score

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "differences.csv"
triples = st.tuples(*[st.integers(0, 300)] * 3).filter(any)
methods = st.sampled_from(["score", "adjusted_wald", "wald"])


def reference_rows():
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", reference_rows(), ids=lambda row: row["method"])
def test_published_differences(row):
    one, two = ([float(row[f"{letter}{group}"]) for letter in "dpr"] for group in (1, 2))
    found = difference(two, one, method=row["method"])
    published = [float(row[name]) for name in ("difference", "lower", "upper", "p_value")]
    assert [found.difference, found.lower, found.upper, found.p_value] == pytest.approx(published, abs=1e-7)


def test_sign_is_first_minus_second():
    found = difference([10, 30, 60], [30, 30, 40])
    assert found.difference == 40
    assert 0 < found.lower < 40 < found.upper
    assert found.p_value < 0.001


@given(triples, triples, methods)
def test_swapping_the_groups_flips_the_result_exactly(first, second, method):
    one, other = difference(first, second, method=method), difference(second, first, method=method)
    assert (one.difference, one.lower, one.upper) == (-other.difference, -other.upper, -other.lower)
    assert one.p_value == other.p_value


@given(triples, triples, methods)
def test_interval_holds_the_estimate_on_its_scale(first, second, method):
    found = difference(first, second, method=method)
    assert -200 <= found.lower <= found.difference <= found.upper <= 200
    assert 0 <= found.p_value <= 1


@given(triples, triples, st.sampled_from([0.01, 0.05, 0.2, 0.5]), st.sampled_from(["score", "adjusted_wald"]))
def test_p_value_and_interval_say_the_same(first, second, alpha, method):
    found = difference(first, second, method=method, confidence_level=1 - alpha)
    if min(abs(found.lower), abs(found.upper)) > 1e-7:
        assert (found.lower > 0 or found.upper < 0) == (found.p_value < alpha)


@given(triples, triples)
def test_the_interval_at_the_level_of_the_p_value_ends_at_zero(first, second):
    found = difference(first, second)
    if 1e-6 < found.p_value < 0.999:
        at = difference(first, second, confidence_level=1 - found.p_value)
        assert min(abs(at.lower), abs(at.upper)) < 1e-5


@given(triples)
def test_equal_groups_do_not_differ(counts):
    found = difference(counts, counts)
    assert found.difference == 0
    assert found.p_value == 1


def test_empty_cell_is_nan():
    found = difference([[0, 0, 0], [1, 2, 3]], [1, 2, 3])
    for value in (found.difference, found.lower, found.upper, found.p_value):
        assert np.isnan(value).tolist() == [True, False]


def test_leading_shapes_broadcast():
    counts = np.random.default_rng(1).integers(1, 30, (4, 5, 3))
    found = difference(counts, counts[0])
    assert found.lower.shape == found.p_value.shape == (4, 5)
    assert found.difference == pytest.approx(score(counts) - score(counts[0]))


def test_unanimous_camps_are_far_apart():
    found = difference([0, 0, 8], [8, 0, 0])
    assert found.difference == found.upper == 200
    assert found.p_value < 1e-4


@pytest.mark.parametrize("method", ["bayes", "bootstrap"])
def test_other_intervals_carry_the_score_p_value(method):
    first, second = [20, 30, 50], [30, 30, 40]
    found, usual = difference(first, second, method=method), difference(first, second)
    assert found.p_value == usual.p_value
    assert (found.lower, found.upper) == pytest.approx((usual.lower, usual.upper), abs=1)


def test_unknown_method_is_refused():
    with pytest.raises(ArgumentError, match="method"):
        difference([1, 2, 3], [1, 2, 3], method="t")
    with pytest.raises(ArgumentError, match="second"):
        difference([1, 2, 3], [1, 2])


@pytest.mark.parametrize(("method", "theirs"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_adjustments_equal_statsmodels(method, theirs, monkeypatch):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    # It collects garbage at each call, which takes half a minute where thousands of tests are in memory.
    monkeypatch.setattr("gc.collect", lambda *generation: 0)
    rng = np.random.default_rng(2)
    for size in (1, 2, 7, 60):
        p_values = rng.random((20, size)) ** 3
        expected = [multitest.multipletests(row, method=theirs)[1] for row in p_values]
        assert adjust(p_values, method=method) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("method", ["holm", "bh"])
def test_missing_p_values_are_neither_counted_nor_changed(method):
    adjusted = adjust([0.01, np.nan, 0.04, 0.03], method=method)
    assert np.isnan(adjusted).tolist() == [False, True, False, False]
    assert adjusted[[0, 2, 3]] == pytest.approx(adjust([0.01, 0.04, 0.03], method=method))
    assert np.isnan(adjust([np.nan, np.nan], method=method)).all()
    assert adjust(0.03, method=method) == 0.03
    assert adjust([], method=method).shape == (0,)


def test_adjustments_refuse_what_is_no_p_value():
    with pytest.raises(ArgumentError, match="p_values"):
        adjust([0.5, 1.5])
    with pytest.raises(ArgumentError, match="did you mean 'holm'"):
        adjust([0.5], method="Holm")


def test_rank_probabilities_are_a_doubly_stochastic_table():
    counts = np.random.default_rng(0).integers(0, 30, (6, 3))
    found = rank_probabilities(counts, draws=2000, rng=3)
    assert found.sum(axis=0) == pytest.approx(np.ones(6))
    assert found.sum(axis=1) == pytest.approx(np.ones(6))
    assert (found == rank_probabilities(counts, draws=2000, rng=3)).all()


def test_equal_groups_share_the_ranks():
    assert rank_probabilities([[5, 5, 5]] * 4, rng=1) == pytest.approx(np.full((4, 4), 0.25), abs=0.02)


def test_a_group_without_answers_takes_no_rank():
    found = rank_probabilities([[0, 0, 0], [0, 10, 90], [90, 10, 0]], rng=1)
    assert np.isnan(found[0]).all()
    assert found[1:].tolist() == [[1, 0, 0], [0, 1, 0]]
    assert np.isnan(rank_probabilities(np.zeros((2, 3)))).all()


def test_rank_probabilities_refuse_other_shapes():
    with pytest.raises(ArgumentError, match="counts"):
        rank_probabilities([1, 2, 3])
    with pytest.raises(ArgumentError, match="draws"):
        rank_probabilities([[1, 2, 3]], draws=0)


def every_triple(n):
    return np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])


def exact_coverage(n, truth_1, truth_2):
    """Coverage and false-alarm-free share of MOVER, summed over all pairs of outcomes of n against n."""
    outcomes = every_triple(n)
    factorial = np.concatenate([[1], np.cumprod(np.arange(1.0, n + 1))])
    ways = factorial[n] / factorial[outcomes].prod(axis=1)
    chance = [ways * np.prod(np.power(truth, outcomes), axis=1) for truth in (truth_1, truth_2)]
    found = difference(outcomes[:, None], outcomes[None])
    truth = 100 * (truth_1[2] - truth_1[0] - truth_2[2] + truth_2[0])
    held = (found.lower - 1e-9 <= truth) & (truth <= found.upper + 1e-9)
    return float(chance[0] @ held @ chance[1])


TRUTHS = [(0.2, 0.3, 0.5), (0.1, 0.2, 0.7), (0.4, 0.2, 0.4), (0.1, 0.8, 0.1), (0.05, 0.05, 0.9)]


@pytest.mark.parametrize("first", TRUTHS)
def test_mover_covers_at_five_against_five(first):
    assert min(exact_coverage(5, first, second) for second in TRUTHS) >= 0.92
