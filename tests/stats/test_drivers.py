"""Importance with its uncertainty: laws, planted drivers, bad input, coverage."""

from __future__ import annotations

import time

import numpy as np
import pytest

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.crossproducts import PARTS, CrossProducts, touchpoints
from npskit.stats.drivers import importance, rank_shares
from npskit.stats.importance import lmg

SLOPES = np.array([0.9, 0.6, 0.3, 0.0])


def survey(rows, rng, correlation=0.5, slopes=SLOPES, noise=2.0):
    """Ratings of 0-10 and attributes of 1-5 that share one feeling; the last attribute does nothing."""
    feeling = rng.normal(size=(rows, 1))
    own = rng.normal(size=(rows, len(slopes)))
    values = np.clip(np.round(3.5 + np.sqrt(correlation) * feeling + np.sqrt(1 - correlation) * own), 1, 5)
    return np.clip(np.round(7 + (values - 3.5) @ slopes + noise * rng.normal(size=rows)), 0, 10), values


def in_parts(outcome, values, **given):
    return CrossProducts.from_arrays(outcome, values, parts=PARTS, rng=1, **given)


@pytest.mark.parametrize("method", ["lmg", "johnson"])
def test_parts_of_the_answer_fit_together(method):
    found = importance(in_parts(*survey(500, np.random.default_rng(0))), method=method, rng=1)
    assert found.method == method
    assert found.importance.sum() == pytest.approx(found.r_squared, abs=1e-10)
    assert found.johnson.sum() == pytest.approx(found.r_squared, abs=1e-10)
    assert (found.lower < found.importance).all()
    assert (found.importance < found.upper).all()
    np.testing.assert_allclose(found.rank_probabilities.sum(axis=0), 1)
    np.testing.assert_allclose(found.rank_probabilities.sum(axis=1), 1)
    assert found.draws.shape == (500, 4)
    assert found.responses == found.effective_responses == 500
    assert (found.rank_probabilities.argmax(axis=0)[:1] == 0).all()


def test_row_order_changes_only_the_luck_of_the_draw():
    outcome, values = survey(5_000, np.random.default_rng(0))
    order = np.random.default_rng(1).permutation(5_000)
    one, other = (
        importance(in_parts(outcome, values), rng=1),
        importance(in_parts(outcome[order], values[order]), rng=1),
    )
    assert np.array_equal(one.importance, other.importance)
    np.testing.assert_allclose(one.upper - one.lower, other.upper - other.lower, rtol=0.25)


def test_same_seed_same_answer():
    rows = in_parts(*survey(300, np.random.default_rng(0)))
    one, other = importance(rows, rng=3), importance(rows, rng=3)
    assert np.array_equal(one.lower, other.lower)
    assert np.array_equal(one.rank_probabilities, other.rank_probabilities)


def test_null_driver_shares_what_goes_together_and_its_rank_says_so():
    rng = np.random.default_rng(4)
    feeling = rng.normal(size=(3_000, 1))
    values = np.sqrt(0.7) * feeling + np.sqrt(0.3) * rng.normal(size=(3_000, 4))
    outcome = values @ [1.0, 0.8, 0.6, 0.0] + 2.6 * rng.normal(size=3_000)
    found = importance(in_parts(outcome, values), rng=1)
    assert found.importance[3] == pytest.approx(0.07, abs=0.015)
    assert found.lower[3] > 0.03
    assert found.rank_probabilities[3, 3] > 0.95
    # The share is of what goes together; the coefficient knows that it does nothing by itself.
    assert found.effects.lower[3] < 0 < found.effects.upper[3]


def test_three_hundred_answers_do_not_settle_who_is_first():
    rng = np.random.default_rng(5)
    found = importance(in_parts(*survey(300, rng, slopes=np.array([0.5, 0.42, 0.4, 0.35]))), rng=1)
    assert found.rank_probabilities.max() < 0.95


def test_identical_attributes_share_importance_and_rank():
    outcome, values = survey(400, np.random.default_rng(0))
    found = importance(in_parts(outcome, np.column_stack([values[:, 0], values])), rng=1)
    assert found.importance[0] == pytest.approx(found.importance[1], abs=1e-12)
    assert found.rank_probabilities[0, 0] == pytest.approx(found.rank_probabilities[1, 0], abs=0.1)
    assert np.isinf(found.effects.inflation[:2]).all()
    assert found.effects.coefficient[0] == pytest.approx(found.effects.coefficient[1])


def test_constant_attribute_comes_last_with_nothing():
    outcome, values = survey(400, np.random.default_rng(0))
    values[:, 1] = 4
    found = importance(in_parts(outcome, values), rng=1)
    assert found.importance[1] == pytest.approx(0, abs=1e-15)
    assert found.upper[1] == pytest.approx(0, abs=1e-12)
    assert found.rank_probabilities[1, 3] == 1
    assert np.isnan(found.effects.coefficient[1])


def test_attribute_equal_to_the_outcome_leads():
    outcome, values = survey(400, np.random.default_rng(0))
    values[:, 2] = outcome
    found = importance(in_parts(outcome, values), rng=1)
    assert found.r_squared == pytest.approx(1)
    assert found.rank_probabilities[2, 0] == 1
    assert found.effects.coefficient[2] == pytest.approx(1)


def test_fifty_attributes_are_answered_by_johnson():
    rng = np.random.default_rng(0)
    outcome, values = survey(500, rng, slopes=np.linspace(0.3, 0, 50))
    found = importance(in_parts(outcome, values), replicates=100, rng=1)
    assert found.method == "johnson"
    assert np.array_equal(found.importance, found.johnson)
    assert found.importance.sum() == pytest.approx(found.r_squared)
    with pytest.raises(ArgumentError, match="at least 52 answers to 50 columns that vary, got 30"):
        importance(in_parts(outcome[:30], values[:30]))


def test_all_missing_and_one_outcome_are_told():
    outcome, values = survey(100, np.random.default_rng(0))
    with pytest.raises(EmptyDataError, match="got none"):
        importance(in_parts(outcome, np.full_like(values, np.nan)))
    with pytest.raises(ArgumentError, match="outcomes that differ"):
        importance(in_parts(np.full(100, 9), values))
    with pytest.raises(ArgumentError, match="did you mean 'lmg'"):
        importance(in_parts(outcome, values), method="lgm")
    with pytest.raises(ArgumentError, match="cross-products in parts"):
        importance(CrossProducts.from_arrays(outcome, values))


def test_unused_touchpoints_keep_their_row():
    rng = np.random.default_rng(0)
    outcome, values = survey(3_000, rng)
    missing = rng.random(values.shape) < 0.5
    rated = np.where(missing, np.nan, values)
    found = importance(in_parts(outcome, rated, encode=touchpoints), [[at, at + 4] for at in range(1, 5)], rng=1)
    assert found.responses == 3_000
    assert found.rank_probabilities[0, 0] > 0.9
    assert found.importance.sum() == pytest.approx(found.r_squared, abs=1e-10)
    assert found.johnson.sum() == pytest.approx(found.r_squared, abs=1e-10)


def test_weights_widen_the_interval():
    rng = np.random.default_rng(0)
    outcome, values = survey(2_000, rng)
    plain = importance(in_parts(outcome, values), rng=1)
    uneven = importance(in_parts(outcome, values, weights=rng.lognormal(0, 1, 2_000)), rng=1)
    assert uneven.effective_responses < 1_200
    assert (uneven.upper - uneven.lower).mean() > 1.2 * (plain.upper - plain.lower).mean()


def test_equal_values_have_no_rank_of_their_own():
    found = rank_shares(np.full((2_000, 3), 0.2), rng=1)
    np.testing.assert_allclose(found, 1 / 3, atol=0.05)


@pytest.mark.slow
def test_five_hundred_replicates_of_a_million_rows_take_under_three_seconds():
    rng = np.random.default_rng(0)
    values = rng.integers(1, 6, (1_000_000, 12)).astype(np.int8)
    rows = in_parts(np.minimum(values.sum(axis=1) // 6, 10), values)
    start = time.perf_counter()
    importance(rows, rng=1)
    assert time.perf_counter() - start < 3


@pytest.mark.slow
def test_parts_spread_like_rows():
    """Standard errors of LMG from 1,000 parts of 20 rows and from the rows themselves."""
    outcome, values = survey(20_000, np.random.default_rng(0))
    from_parts = lmg(in_parts(outcome, values).resampled(1_000, rng=1)).std(axis=0)
    rng = np.random.default_rng(2)
    rows = (rng.integers(0, 20_000, 20_000) for _ in range(400))
    from_rows = np.array([lmg(CrossProducts.from_arrays(outcome[at], values[at])) for at in rows]).std(axis=0)
    np.testing.assert_allclose(from_parts, from_rows, rtol=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "correlation"), [(300, 0.4), (300, 0.7), (5_000, 0.5)])
def test_coverage_of_importance(rows, correlation):
    rng = np.random.default_rng(rows)
    true = lmg(CrossProducts.from_arrays(*survey(1_000_000, rng, correlation)))
    covered = np.zeros(len(true))
    for _ in range(300):
        found = CrossProducts.from_arrays(*survey(rows, rng, correlation), parts=PARTS, rng=rng)
        draws = lmg(found.resampled(500, rng=rng))
        lower, upper = np.quantile(draws, [0.025, 0.975], axis=0)
        covered += (lower <= true) & (true <= upper)
    print(rows, correlation, covered / 300)
    assert covered.mean() / 300 == pytest.approx(0.945, abs=0.02)
    assert (covered / 300 > 0.9).all()
