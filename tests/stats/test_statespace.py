"""The known-variance filter: against published digits, the closed form, and a dense solve with regressors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.score import score, standard_error
from npskit.stats.statespace import constants, known_variance_level, smooth

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "known_variance_level.csv"


def closed_form(values, variances, q):
    """Mean and sd from (D'D / q + diag(1 / V))^-1 y / V, with weight 0 for what was not seen."""
    seen = np.isfinite(values) & np.isfinite(variances)
    weight = np.where(seen, 1 / np.where(seen, variances, 1), 0)
    steps = np.diff(np.eye(len(values)), axis=0)
    covariance = np.linalg.inv(steps.T @ steps / q + np.diag(weight))
    return covariance @ (weight * np.where(seen, values, 0)), np.sqrt(np.diag(covariance))


def random_series(seed, periods):
    rng = np.random.default_rng(seed)
    return 30 + rng.normal(0, 8, periods), rng.uniform(5, 200, periods)


def test_reference_values_are_met_to_seven_digits():
    published = np.genfromtxt(REFERENCE, delimiter=",", names=True)
    counts = np.column_stack([published[name] for name in ("detractors", "passives", "promoters")])
    # 0.002 on the scale of answers in [-1, 1].
    found = known_variance_level(score(counts), standard_error(counts) ** 2, level_variance=0.002 * 100**2)
    np.testing.assert_allclose(found.mean, published["smoothed"], atol=1e-7)
    np.testing.assert_allclose(found.sd, published["smoothed_sd"], atol=1e-7)


@pytest.mark.parametrize("q", [1e-4, 0.5, 20, 1e4])
def test_equals_the_closed_form(q):
    values, variances = random_series(1, 60)
    mean, sd = closed_form(values, variances, q)
    found = known_variance_level(values, variances, level_variance=q)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-7)
    np.testing.assert_allclose(found.sd, sd, rtol=1e-7)


def test_skipped_periods_equal_the_closed_form_without_them():
    values, variances = random_series(2, 30)
    values[[0, 7, 8, 29]], variances[[3, 12]] = np.nan, [np.inf, np.nan]
    mean, sd = closed_form(values, variances, 4.0)
    found = known_variance_level(values, variances, level_variance=4.0)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(found.sd, sd, rtol=1e-9)


def test_level_that_cannot_move_is_the_weighted_mean():
    values, variances = random_series(3, 20)
    found = known_variance_level(values, variances, level_variance=0)
    np.testing.assert_allclose(found.mean, np.average(values, weights=1 / variances))
    np.testing.assert_allclose(found.sd, np.sum(1 / variances) ** -0.5)


def test_log_likelihood_is_that_of_the_differences():
    values, variances = random_series(4, 12)
    steps = np.diff(np.eye(12), axis=0)
    covariance = 3.0 * np.eye(11) + steps @ np.diag(variances) @ steps.T
    moved = steps @ values
    dense = -0.5 * (
        11 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + moved @ np.linalg.solve(covariance, moved)
    )
    # A flat prior on the first level and one on nothing at all differ by the Jacobian of D, which is 1.
    found = known_variance_level(values, variances, level_variance=3.0)
    assert found.log_likelihood == pytest.approx(dense)


def test_nothing_crosses_a_break():
    values, variances = random_series(5, 20)
    whole = known_variance_level(values, variances, level_variance=2.0, breaks=[8])
    parts = [known_variance_level(values[s], variances[s], level_variance=2.0) for s in (slice(8), slice(8, None))]
    np.testing.assert_allclose(whole.mean, np.concatenate([part.mean for part in parts]))
    np.testing.assert_allclose(whole.sd, np.concatenate([part.sd for part in parts]))
    assert whole.log_likelihood == pytest.approx(sum(part.log_likelihood for part in parts))


def test_stretch_without_observations_is_nan():
    found = known_variance_level([1.0, 2.0, np.nan, np.nan], np.ones(4), level_variance=1.0, breaks=[2])
    assert np.isfinite(found.mean[:2]).all()
    assert np.isnan(found.mean[2:]).all()
    assert np.isnan(found.sd[2:]).all()


def test_leading_axes_are_series_of_their_own():
    values = np.stack([random_series(seed, 15)[0] for seed in range(6)]).reshape(2, 3, 15)
    variances = random_series(9, 15)[1]
    q = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0]])
    found = known_variance_level(values, variances, level_variance=q)
    for place in np.ndindex(2, 3):
        alone = known_variance_level(values[place], variances, level_variance=q[place])
        np.testing.assert_allclose(found.mean[place], alone.mean)
        np.testing.assert_allclose(found.log_likelihood[place], alone.log_likelihood)


@pytest.mark.parametrize("periods", [0, 1])
def test_short_series(periods):
    found = known_variance_level(np.full(periods, 7.0), np.full(periods, 4.0), level_variance=1.0)
    assert found.mean.tolist() == [7.0] * periods
    assert found.sd.tolist() == [2.0] * periods
    assert found.log_likelihood == 0


def test_long_series_of_extreme_precisions_stays_finite():
    values = np.tile([30.0, -30.0], 750)
    found = known_variance_level(values, np.tile([1e-12, 1e12], 750), level_variance=1e-8)
    np.testing.assert_allclose(found.mean, 30.0)
    assert np.all(found.sd > 0)


def test_constants_equal_a_dense_solve():
    rng = np.random.default_rng(6)
    periods, q, start, prior = 25, 3.0, 0.02, np.array([0.0, 9.0])
    x, y, v = rng.normal(size=(periods, 2)), rng.normal(20, 9, periods), rng.uniform(4, 90, periods)
    found = constants(smooth(np.column_stack([y, x]), 1 / v, np.asarray(q), start=start), prior)
    walk = 1 / start + q * np.minimum.outer(np.arange(periods), np.arange(periods))
    for s, b_variance in enumerate(prior):
        total = walk + b_variance * x @ x.T + np.diag(v)
        solved = np.linalg.solve(total, np.column_stack([y, walk, b_variance * x]))
        fit = -0.5 * (periods * np.log(2 * np.pi) + np.linalg.slogdet(total)[1] + y @ solved[:, 0])
        state = np.column_stack([walk[:, -1], b_variance * x])
        joint = np.diag([walk[-1, -1], b_variance, b_variance]) - state.T @ np.linalg.solve(total, state)
        assert found.log_likelihood[s] == pytest.approx(fit)
        np.testing.assert_allclose(found.mean[s], walk @ solved[:, 0])
        np.testing.assert_allclose(found.variance[s], np.diag(walk - walk @ solved[:, 1:-2]))
        np.testing.assert_allclose(found.state_mean[s], state.T @ solved[:, 0], atol=1e-12)
        np.testing.assert_allclose(found.state_covariance[s], joint, atol=1e-10)


def test_zero_variance_is_refused_with_a_way_out():
    with pytest.raises(ArgumentError, match=r"1 of 2 zero or negative.*\nHint: pool the shares"):
        known_variance_level([100.0, 90.0], [0.0, 4.0], level_variance=1.0)


@pytest.mark.parametrize("q", [-1.0, np.nan, np.inf])
def test_impossible_level_variance_is_refused(q):
    with pytest.raises(ArgumentError, match="level_variance"):
        known_variance_level([1.0], [1.0], level_variance=q)


@pytest.mark.parametrize("breaks", [[3], [-1], [1.5], ["2024"]])
def test_impossible_break_is_refused(breaks):
    with pytest.raises(ArgumentError, match="breaks: expected whole positions from 0 to 2"):
        known_variance_level([1.0, 2.0, 3.0], np.ones(3), level_variance=1.0, breaks=breaks)
