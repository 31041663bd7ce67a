"""Coefficients, variance inflation, halo and what if."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.crossproducts import PARTS, CrossProducts, touchpoints
from npskit.stats.effects import coefficients, effects, limits, variance_inflation


def survey(rows=400, seed=0):
    rng = np.random.default_rng(seed)
    values = np.clip(np.round(3 + rng.normal(size=(rows, 3)) + rng.normal(size=(rows, 1))), 1, 5)
    return 1 + values @ [1.0, 0.5, -0.25] + rng.normal(size=rows), values


def in_parts(outcome, values, **given):
    return CrossProducts.from_arrays(outcome, values, parts=PARTS, rng=1, **given)


def test_coefficients_are_least_squares():
    outcome, values = survey()
    design = np.column_stack([np.ones(len(values)), values])
    expected = np.linalg.lstsq(design, outcome)[0][1:]
    np.testing.assert_allclose(coefficients(CrossProducts.from_arrays(outcome, values)), expected, rtol=1e-10)


def test_weighted_coefficients_are_those_of_repeated_rows():
    outcome, values = survey(60)
    weights = np.random.default_rng(1).integers(1, 4, 60)
    repeated = CrossProducts.from_arrays(np.repeat(outcome, weights), np.repeat(values, weights, axis=0))
    weighted = CrossProducts.from_arrays(outcome, values, weights=weights)
    np.testing.assert_allclose(coefficients(weighted), coefficients(repeated), rtol=1e-10)


def test_copies_share_the_coefficient_and_inflate_without_end():
    outcome, values = survey()
    doubled = CrossProducts.from_arrays(outcome, np.column_stack([values, values[:, 0]]))
    alone = coefficients(CrossProducts.from_arrays(outcome, values))
    np.testing.assert_allclose(coefficients(doubled)[[0, 3]], alone[0] / 2, rtol=1e-10)
    assert np.isinf(variance_inflation(doubled)).tolist() == [True, False, False, True]


def test_inflation_is_that_of_regressing_each_on_the_others():
    _, values = survey()
    others = np.column_stack([np.ones(len(values)), values[:, 1:]])
    residual = values[:, 0] - others @ np.linalg.lstsq(others, values[:, 0])[0]
    expected = values[:, 0].var() / residual.var()
    assert variance_inflation(CrossProducts.from_arrays(values[:, 0], values))[0] == pytest.approx(expected)


def test_constant_column_has_no_coefficient():
    outcome, values = survey()
    values[:, 1] = 3
    found = effects(in_parts(outcome, values), rng=1)
    assert np.isnan(found.coefficient).tolist() == [False, True, False]
    assert np.isnan(found.lower).tolist() == [False, True, False]
    assert np.isnan(found.inflation).tolist() == [False, True, False]
    assert found.performance[1] == 3
    assert np.isfinite(found.what_if([1, 0, 1]).change)


def test_intervals_hold_the_planted_coefficients():
    found = [effects(in_parts(*survey(2_000, seed)), rng=1) for seed in range(10)]
    held = [(each.lower < [1.0, 0.5, -0.25]) & (each.upper > [1.0, 0.5, -0.25]) for each in found]
    assert np.sum(held) >= 27


def test_touchpoints_keep_everybody():
    outcome, values = survey(600)
    used = np.random.default_rng(2).random(values.shape) < [1.0, 0.3, 0.6]
    rated = np.where(used, values, np.nan)
    # Who did not use the second is two points better off: that is the indicator's, not the value's.
    outcome = 5 + np.where(used, (values - 3) * [1.0, 0.5, -0.25], 0).sum(axis=1) - 2 * used[:, 1]
    found = effects(in_parts(outcome, rated, encode=touchpoints), [[1, 4], [2, 5], [3, 6]], rng=1)
    np.testing.assert_allclose(found.coefficient, [1.0, 0.5, -0.25], atol=1e-9)
    np.testing.assert_allclose(found.performance, np.nanmean(rated, axis=0))
    np.testing.assert_allclose(found.usage, used.mean(axis=0))
    assert found.responses.tolist() == used.sum(axis=0).tolist()
    assert found.inflation.max() < 5


def test_touchpoint_whose_users_all_say_the_same_has_no_coefficient():
    outcome, values = survey()
    values[:, 0] = np.where(values[:, 0] > 2, 4.1, np.nan)
    found = effects(in_parts(outcome, values, encode=touchpoints), [[1, 4], [2, 5], [3, 6]], rng=1)
    assert np.isnan(found.coefficient).tolist() == [True, False, False]


def test_what_if_is_coefficient_by_usage_by_change():
    outcome, values = survey()
    values[::2, 1] = np.nan
    found = effects(in_parts(outcome, values, encode=touchpoints), [[1, 4], [2, 5], [3, 6]], rng=1)
    answer = found.what_if([0.5, 1.0, 0])
    assert answer.change == pytest.approx(0.5 * found.coefficient[0] + 0.5 * found.coefficient[1])
    assert answer.parts.sum() == pytest.approx(answer.change)
    assert answer.lower < answer.change < answer.upper
    double = found.what_if([1.0, 2.0, 0])
    assert [double.change, double.lower, double.upper] == pytest.approx(
        [2 * answer.change, 2 * answer.lower, 2 * answer.upper]
    )
    nothing = found.what_if([0, 0, 0])
    assert (nothing.change, nothing.lower, nothing.upper) == (0, 0, 0)


def test_what_if_tells_what_nobody_can_answer():
    found = effects(in_parts(*survey()), rng=1)
    assert found.what_if([3, 0.1, 0], scale=(1, 5)).beyond.tolist() == [True, False, False]
    assert found.what_if([3, 0.1, 0], scale=[(1, 10), (1, 5), (1, 2)]).beyond.tolist() == [False, False, False]
    assert found.what_if([3, 0.1, 0]).beyond.tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("changes", "scale", "message"),
    [([1], None, "3 finite numbers"), ([1, 2, np.nan], None, "3 finite"), ([1, 0, 0], (5, 1), "lowest and highest")],
)
def test_what_if_refuses_what_does_not_fit(changes, scale, message):
    with pytest.raises(ArgumentError, match=message):
        effects(in_parts(*survey()), rng=1).what_if(changes, scale=scale)


def test_what_a_regression_cannot_answer_is_told():
    outcome, values = survey()
    with pytest.raises(EmptyDataError, match="missing for everyone"):
        effects(in_parts(outcome, np.full_like(values, np.nan)))
    with pytest.raises(ArgumentError, match="outcomes that differ, got the same one in all 400"):
        effects(in_parts(np.full(400, 10), values))
    with pytest.raises(ArgumentError, match="at least 5 answers to 3 columns that vary, got 4"):
        effects(in_parts(outcome[:4], values[:4]))
    with pytest.raises(ArgumentError, match="replicates"):
        effects(in_parts(outcome, values), replicates=0)


def test_limits_need_nearly_all_replicates():
    draws = np.tile(np.arange(100.0)[:, None], (1, 2))
    draws[:4, 0] = draws[:6, 1] = np.nan
    lower, upper = limits(draws, 0.9)
    assert np.isnan([lower[1], upper[1]]).all()
    assert 4 < lower[0] < upper[0] < 99
    with pytest.raises(ArgumentError, match="between 0 and 1"):
        limits(draws, 95)
