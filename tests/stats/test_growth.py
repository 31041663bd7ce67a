"""Growth on arrays: what the parts promise alone, and the verdict's ingredients on simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from npskit.stats.clark_west import clark_west
from npskit.stats.growth import effect, fewest_rows, grid, log_prior, rolling, trial, windows
from npskit.stats.growth_noise import reliability
from npskit.stats.growth_paths import paths, scenario
from npskit.stats.growth_series import Series, expected, growth_rates, habits
from npskit.stats.ridge import averaged, bayes_factor, drawn, ridge, weights
from npskit.stats.student import student_quantile, student_tail, student_tails


def company(rng, periods, beta, *, memory=0.2, season=0.0):
    """Sales whose growth follows the change in the score one period before, by beta residual sds per sd."""
    nps = 30 + rng.normal(0, 5, periods).cumsum()
    moves = np.diff(nps, prepend=nps[0])
    growth, sd = np.zeros(periods), moves.std()
    for t in range(1, periods):
        shock = beta * moves[t - 1] / sd + rng.normal()
        growth[t] = 0.01 + memory * (growth[t - 1] - 0.01) + 0.02 * shock
    shape = season * np.array([0, 0.1, -0.05, 0.3])[np.arange(periods) % 4]
    return 100 * np.exp(growth.cumsum() + shape), nps


def series(sales, nps, *, lag=1, season=0, others=()):
    changes = [np.diff(part, prepend=np.nan) for part in (nps, *others)]
    return Series(growth_rates(sales), np.stack(changes), lag, season)


def helps(found):
    return found.clark_west.p_value < 0.05 and found.bayes_factor > 3


# ---- parts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 37])
def test_student_agrees_with_scipy(freedom):
    special = pytest.importorskip("scipy.stats")
    ratios = np.array([-3.0, 0.0, 0.4, 2.2, 15.0])
    for ratio in ratios:
        assert student_tail(ratio, freedom) == pytest.approx(special.t.sf(ratio, freedom), abs=1e-12)
    np.testing.assert_allclose(student_tails(ratios, freedom), special.t.sf(ratios, freedom), atol=1e-12)
    for probability in (0.025, 0.3, 0.5, 0.975):
        assert student_quantile(probability, freedom) == pytest.approx(special.t.ppf(probability, freedom), abs=1e-8)


def test_student_without_freedom_is_nan():
    assert math.isnan(student_tail(1.0, 0))
    assert math.isnan(student_tail(math.nan, 5))
    assert np.isnan([*student_tails(np.array([1.0]), 0), *student_tails(np.array([math.nan]), 5)]).all()


def test_clark_west_is_the_mean_adjusted_gain_over_its_error():
    special = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    y, small, large = rng.normal(size=(3, 30))
    gains = (y - small) ** 2 - ((y - large) ** 2 - (small - large) ** 2)
    found = clark_west(y, small, large)
    assert found.statistic == pytest.approx(gains.mean() / (gains.std(ddof=1) / np.sqrt(30)))
    assert found.p_value == pytest.approx(special.ttest_1samp(gains, 0, alternative="greater").pvalue)


def test_clark_west_leaves_out_what_is_not_known_and_refuses_few():
    y = np.array([1.0, np.nan, 2, 3, 4, 5])
    assert clark_west(y, np.zeros(6), y / 2).tested == 5
    assert math.isnan(clark_west(y[:4], np.zeros(4), y[:4]).p_value)
    assert math.isnan(clark_west(np.ones(9), np.ones(9), np.ones(9)).p_value)


def test_ridge_is_the_closed_form():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    table = np.column_stack([x, y])
    table -= table.mean(axis=0)
    prior_sd = np.array([0.5, 0.2, 1.0])
    found = ridge(table.T @ table, np.array(40), prior_sd[None])
    direct = np.linalg.solve(table[:, :3].T @ table[:, :3] + np.diag(prior_sd**-2.0), table[:, :3].T @ table[:, 3])
    np.testing.assert_allclose(found.mean[0], direct)


def test_evidence_is_that_of_a_multivariate_t():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(12, 2)), rng.normal(size=12)
    table = np.column_stack([x, y])
    table -= table.mean(axis=0)
    sds = np.array([[0.0, 0.0], [0.7, 0.3], [2.0, 0.1]])
    found = ridge(table.T @ table, np.array(12), sds)
    # an orthonormal basis of what is left once the mean is out
    basis = np.linalg.svd(np.eye(12) - 1 / 12)[0][:, :11]
    expected_logs = []
    for sd in sds:
        z = basis.T @ x * sd
        spread = np.eye(11) + z @ z.T
        inner = basis.T @ y @ np.linalg.solve(spread, basis.T @ y)
        expected_logs.append(-0.5 * np.linalg.slogdet(spread)[1] - 5.5 * np.log(inner))
    np.testing.assert_allclose(np.diff(found.log_evidence), np.diff(expected_logs))


def test_draws_have_the_mixture_s_mean_and_leave_columns_out():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(30, 2))
    table = np.column_stack([x, x @ [0.5, 0.0] + rng.normal(size=30)])
    table -= table.mean(axis=0)
    found = ridge(table.T @ table, np.array(30), np.array([[0.5, 0.0], [0.5, 0.5]]))
    prior = np.log([0.5, 0.5])
    sample = drawn(found, prior, 20_000, rng)
    np.testing.assert_allclose(sample.values.mean(axis=0), averaged(found, prior), atol=0.01)
    assert np.mean(sample.values[:, 1] == 0) == pytest.approx(weights(found.log_evidence, prior)[0], abs=0.02)


def test_bayes_factor_does_not_depend_on_the_weight_of_the_models():
    logs, inside = np.log([0.2, 0.6, 0.2]), np.array([False, True, True])
    even = bayes_factor(logs, np.log([0.5, 0.25, 0.25]), inside)
    assert bayes_factor(logs, np.log([0.9, 0.05, 0.05]), inside) == pytest.approx(even)


def test_growth_is_a_logarithm():
    rates = growth_rates([100, 200, np.nan, 50])
    np.testing.assert_allclose(rates[1], np.log(2))
    assert np.isnan(rates[[0, 2, 3]]).all()


def test_reliability_is_what_noise_leaves():
    rng = np.random.default_rng(4)
    level = rng.normal(0, 4, 4000).cumsum()
    readings = level + rng.normal(0, 3, 4000)
    found = reliability(np.diff(readings), np.full(3999, 18.0))
    assert found.estimate == pytest.approx(16 / 34, abs=0.04)
    assert found.lower < 16 / 34 < found.upper
    assert math.isnan(reliability(np.diff(readings), np.full(3999, np.nan)).estimate)


def test_one_reading_of_one_answer_does_not_decide_the_reliability():
    rng = np.random.default_rng(8)
    noise = np.full(30, 20.0)
    readings = rng.normal(0, 8, 30).cumsum() + rng.normal(0, np.sqrt(noise))
    usual = reliability(np.diff(readings), noise[1:] + noise[:-1])
    noise[7] = 6000.0
    one = reliability(np.diff(readings), noise[1:] + noise[:-1])
    assert one.estimate == pytest.approx(usual.estimate, abs=0.1)


def test_pure_noise_is_possible_and_far_less_is_not():
    rng = np.random.default_rng(9)
    flags = [reliability(np.diff(rng.normal(0, 5, 28)), np.full(27, 50.0)).impossible for _ in range(50)]
    assert not any(flags)
    small = reliability(np.diff(rng.normal(0, 1, 28)), np.full(27, 50.0))
    assert small.impossible
    assert math.isnan(small.estimate)


def test_prior_gives_the_score_an_even_chance():
    kinds = Series(np.zeros(9), np.zeros((2, 9)), 1, 4).kinds
    _, prior, inside = grid(kinds)
    assert np.exp(prior).sum() == pytest.approx(1)
    assert np.exp(prior[inside]).sum() == pytest.approx(0.5)
    assert np.isneginf(log_prior(kinds, score=False)[inside]).all()


def test_a_window_knows_nothing_of_later_rows():
    sales, nps = company(np.random.default_rng(5), 40, 0.8)
    table, _ = series(sales, nps).rows()
    later = table.copy()
    later[25:] *= 7
    kinds, sizes = series(sales, nps).kinds, np.array([25])
    first, second = (windows(each, sizes, kinds).coefficients(log_prior(kinds)) for each in (table, later))
    np.testing.assert_array_equal(first[1], second[1])


def test_rolling_forecasts_do_not_look_ahead():
    sales, nps = company(np.random.default_rng(6), 40, 0.8)
    whole, cut = rolling(series(sales, nps), 3), rolling(series(sales[:30], nps[:30]), 3, first=13)
    same = np.isin(whole.origins, cut.origins)
    np.testing.assert_allclose(
        whole.with_score[same][:, 0], cut.with_score[np.isin(cut.origins, whole.origins)][:, 0], rtol=1e-9
    )


def test_rolling_errors_are_counted_where_the_future_has_come():
    sales, nps = company(np.random.default_rng(7), 40, 0.0)
    *errors, tested = rolling(series(sales, nps), 4).errors()
    assert tested.tolist() == list(range(int(tested[0]), int(tested[0]) - 4, -1))
    assert all(np.all(np.diff(part) > 0) for part in errors)


def test_effect_is_least_squares_in_its_own_units():
    rng = np.random.default_rng(8)
    sales, nps = company(rng, 400, 0.5)
    one = series(sales, nps)
    found = effect(one.rows()[0], one.kinds)
    assert found.lower < 0.5 < found.upper
    assert found.power > 0.999
    assert math.isnan(effect(one.rows()[0][:3], one.kinds).estimate)


def test_habits_find_drift_and_memory():
    rng = np.random.default_rng(9)
    noise = rng.normal(0, 3, 5000)
    drift, memory = habits(np.diff(noise) + 2, drifts=True)
    assert drift == pytest.approx(2, abs=0.2)
    assert memory == pytest.approx(-0.5, abs=0.05)
    assert habits(np.array([1.0]), drifts=True) == (0.0, 0.0)


def test_a_score_is_expected_to_stay():
    ahead = expected(np.array([[np.nan, 2.0, -2.0, 2.0, -2.0, 2.0, 0.0]]), np.array([6]), 3)
    np.testing.assert_array_equal(ahead, np.zeros((1, 1, 3)))


def test_paths_start_at_the_last_sales_and_spread():
    sales, nps = company(np.random.default_rng(10), 60, 0.8)
    one = series(sales, nps)
    found = paths(one, trial(one).window, 4, rng=np.random.default_rng(0))
    spread = np.log(found.sales(sales[-1])).std(axis=0)
    assert np.all(np.diff(spread) > 0)
    assert abs(np.median(found.sales(sales[-1])[:, 0]) / sales[-1] - 1) < 0.1


def test_a_scenario_equal_to_the_base_is_exactly_nothing():
    sales, nps = company(np.random.default_rng(11), 60, 0.8)
    one = series(sales, nps, season=4)
    found = paths(one, trial(one).window, 6, rng=np.random.default_rng(0))
    assert np.all(scenario(one, found, np.zeros((1, 6))) == 0)


@pytest.mark.parametrize("lag", [1, 3])
def test_a_scenario_acts_after_its_lag(lag):
    sales, nps = company(np.random.default_rng(12), 60, 0.8)
    one = series(sales, nps, lag=lag)
    found = paths(one, trial(one).window, 6, rng=np.random.default_rng(0))
    added = scenario(one, found, np.array([[5.0, 0, 0, 0, 0, 0]]))
    assert np.all(added[:, :lag] == 0)
    np.testing.assert_allclose(added[:, lag], 5 * found.coefficients[:, 1])


def test_a_hole_before_the_last_period_is_survived():
    sales, nps = company(np.random.default_rng(13), 40, 0.8)
    sales[-2] = np.nan
    one = series(sales, nps)
    found = paths(one, trial(one).window, 4, rng=np.random.default_rng(0))
    assert np.isfinite(found.growth).all()


def test_rows_grow_with_factors():
    assert [fewest_rows(k) for k in (0, 1, 3)] == [8, 8, 12]


# ---- truth --------------------------------------------------------------------------------------------------


def verdicts(make, runs, seed):
    rng = np.random.default_rng(seed)
    return np.mean([helps(trial(series(*make(rng)))) for _ in range(runs)])


def walks(rng, periods):
    """Two independent random walks, as levels."""
    return 200 + rng.normal(0, 3, periods).cumsum(), rng.normal(0, 3, periods).cumsum()


def test_a_useless_score_rarely_helps():
    assert verdicts(lambda rng: company(rng, 24, 0.0), 100, 20) <= 0.05
    assert verdicts(lambda rng: company(rng, 40, 0.0), 100, 21) <= 0.05


def test_an_effect_is_found():
    assert verdicts(lambda rng: company(rng, 80, 0.8), 40, 22) >= 0.9


def test_two_random_walks_rarely_help():
    assert verdicts(lambda rng: walks(rng, 40), 60, 23) <= 0.05


def covered(runs, periods, beta, seed, steps=4):
    """Share of true sales inside the 95 % interval at each step."""
    rng, inside = np.random.default_rng(seed), np.zeros(steps)
    for _ in range(runs):
        sales, nps = company(rng, periods + steps, beta)
        one = series(sales[:periods], nps[:periods])
        # Of a thousand draws the ends lie within half a percent of where they belong.
        ahead = paths(one, trial(one).window, steps, draws=1000, rng=np.random.default_rng(0))
        lower, upper = np.quantile(ahead.sales(sales[periods - 1]), [0.025, 0.975], axis=0)
        inside += (sales[periods:] >= lower) & (sales[periods:] <= upper)
    return inside / runs


def test_intervals_of_sales_hold_about_what_they_say():
    assert np.all(np.abs(covered(60, 40, 0.8, 24) - 0.95) < 0.08)


@pytest.mark.slow
@pytest.mark.parametrize("periods", [24, 40, 80])
def test_long_false_help(periods):
    assert verdicts(lambda rng: company(rng, periods, 0.0), 400, 30 + periods) <= 0.05
    assert verdicts(lambda rng: walks(rng, periods), 400, 31 + periods) <= 0.05


@pytest.mark.slow
def test_long_power():
    assert verdicts(lambda rng: company(rng, 80, 0.8), 200, 40) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("periods", [24, 40, 80])
@pytest.mark.parametrize("beta", [0.0, 0.8])
def test_long_coverage(periods, beta):
    found = covered(500, periods, beta, 50 + periods)
    assert np.all((found >= 0.91) & (found <= 0.98)), found
