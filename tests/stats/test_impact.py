"""The effect of an action: exact where it can be, silent under drift, and as sure as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from npskit.errors import ArgumentError
from npskit.stats.action_power import smallest_effect, step_variances
from npskit.stats.comparison import difference
from npskit.stats.grid import effect_axes, harmonic_sizes, pace_of, product, season_basis
from npskit.stats.impact import (
    EFFECT_SD,
    effect_variances,
    effects,
    smallest_detectable,
    step_columns,
    wandering_before,
)
from npskit.stats.posterior import PSEUDO_ANSWERS, pooled_variance
from npskit.stats.score import score
from npskit.stats.statespace import regression, smooth
from npskit.stats.wandering import known_wandering

SMALL = {"max_examples": 10, "deadline": None}
some_counts = hnp.arrays(int, st.tuples(st.integers(8, 12), st.just(3)), elements=st.integers(1, 40))


def drifting(series, periods, answers, sd, *, seed, effect=0.0, since=0, start=30.0, common=0.0):
    """Counts (series, periods, 3) of a level that wanders by `sd` a period, with an effect from a period on."""
    rng = np.random.default_rng(seed)
    level = start + common + np.cumsum(rng.normal(0, 1, (series, periods)), axis=1) * np.reshape(sd, (-1, 1))
    truth = np.clip(level + effect * (np.arange(periods) >= since), -69, 69)
    promoters = (0.7 + truth / 100) / 2
    shares = np.stack([0.7 - promoters, np.full(truth.shape, 0.3), promoters], axis=-1)
    return rng.multinomial(answers, shares)


def shown(found):
    """Share of the intervals of the first effect that leave out 0."""
    return float(np.mean((found.lower[:, 0] > 0) | (found.upper[:, 0] < 0)))


def error(share, series):
    """What a share may be off by in so many series, one-sided 5 %."""
    return 1.65 * math.sqrt(share * (1 - share) / series)


# ---- exact --------------------------------------------------------------------------------------------------


def by_matrices(counts, steps, *, every):
    """Effects and their variances from the covariance of all readings at once, mixed over the grid without jumps."""
    periods, size = steps.shape
    grid = effect_axes({"year": None, "quarter": 4}[every], {"year": math.sqrt(12), "quarter": math.sqrt(3)}[every])
    points, prior = product([axis.values for axis in grid]), np.prod(product([axis.prior for axis in grid]), axis=0)
    length = None if every == "year" else 4
    basis, answer = season_basis(periods, length), 1e4 * pooled_variance(counts)
    times = np.minimum.outer(np.arange(periods), np.arange(periods))
    reading, log_weights, means, variances = np.asarray(score(counts)), [], [], []
    for level_sd, extra_sd, season_sd in zip(*points, strict=True):
        waves = basis * harmonic_sizes(length) * season_sd
        total = (
            answer[0] / PSEUDO_ANSWERS.sum() + level_sd**2 * times + waves @ waves.T + EFFECT_SD**2 * steps @ steps.T
        )
        total = total + np.diag(answer / counts.sum(-1) + extra_sd**2)
        inverse = np.linalg.inv(total)
        cross = EFFECT_SD**2 * steps
        means.append(cross.T @ inverse @ reading)
        variances.append(np.diag(EFFECT_SD**2 * np.eye(size) - cross.T @ inverse @ cross))
        log_weights.append(-0.5 * (reading @ inverse @ reading + np.linalg.slogdet(total)[1]))
    weights = np.exp(np.array(log_weights) - np.max(log_weights)) * prior
    return weights / weights.sum() @ np.array(means), np.array(variances)


@pytest.mark.parametrize("every", ["year", "quarter"])
def test_effects_are_those_of_the_covariance_of_all_readings(every):
    counts = np.random.default_rng(1).integers(5, 40, (11, 3))
    steps = step_columns(11, [4, 8], [6, None])
    found, spread = by_matrices(counts, steps, every=every)
    np.testing.assert_allclose(effects(counts, steps, every=every, jumps=False).effect, found, atol=2e-3)
    np.testing.assert_allclose(effect_variances(counts, steps, every=every), spread, rtol=1e-8)


@pytest.mark.slow
def test_the_nile_fell_by_248_when_it_was_dammed():
    """Cobb 1978; Durbin and Koopman 2012, section 2.10: a step in 1899 leaves the level of the Nile constant."""
    flow = pytest.importorskip("statsmodels.datasets").nile.load_pandas().data
    step = (flow["year"] >= 1899).to_numpy(float)
    columns = np.column_stack([flow["volume"].to_numpy(float), step])
    weights = np.full(len(step), 1 / 15_000.0)
    _, mean, covariance = regression(smooth(columns, weights, np.zeros(())), np.array([[1e12]]))
    assert float(mean.squeeze()) == pytest.approx(849.97 - 1097.75, abs=0.01)
    assert float(covariance.squeeze()) == pytest.approx(15_000 * (1 / 28 + 1 / 72), rel=1e-6)


def test_variances_are_those_of_a_plan():
    """The planner knows the same of a design: with the level placed by some thousand points instead of 3 answers."""
    counts = np.tile([[40, 60, 100]], (24, 1))
    wandering = known_wandering("year", drift=1 / math.sqrt(12), shared=True)
    noise = 1e4 * pooled_variance(counts) / 200
    (planned,) = step_variances(noise, wandering, before=12, every="year")[-1]
    grid = effect_axes(None, math.sqrt(12))
    at = np.argmin(np.abs(product([axis.values for axis in grid])[0] - 1.0) + product([a.values for a in grid])[1])
    found = effect_variances(counts, step_columns(24, [12]), every="year")[at, 0]
    level = product([axis.values for axis in grid])[0][at]
    other = known_wandering("year", drift=level / math.sqrt(12), shared=True)
    assert found == pytest.approx(step_variances(noise, other, before=12, every="year")[-1][0], rel=0.02)
    assert planned == pytest.approx(found, rel=0.35)


# ---- laws ---------------------------------------------------------------------------------------------------


@settings(**SMALL)
@given(some_counts)
def test_treated_like_control_gives_exactly_0(counts):
    found = effects(counts, step_columns(len(counts), [5]), control=counts)
    assert found.effect.tolist() == [0.0]
    assert found.lower[0] == pytest.approx(-found.upper[0], abs=1e-4)
    assert found.lower[0] < 0
    np.testing.assert_allclose(found.expected, found.score)


@settings(**SMALL)
@given(some_counts)
def test_swapping_promoters_and_detractors_negates_the_effect(counts):
    steps = step_columns(len(counts), [5])
    found, swapped = effects(counts, steps), effects(counts[:, ::-1], steps)
    np.testing.assert_allclose(swapped.effect, -found.effect, atol=1e-6)
    np.testing.assert_allclose(swapped.lower, -found.upper, atol=1e-3)
    np.testing.assert_allclose(swapped.p_positive, 1 - found.p_positive, atol=1e-6)


def test_swapping_the_groups_negates_the_effect():
    counts = drifting(2, 24, 80, 1.0, seed=1)
    steps = step_columns(24, [14])
    one, other = effects(counts[0], steps, control=counts[1]), effects(counts[1], steps, control=counts[0])
    np.testing.assert_allclose(one.effect, -other.effect, atol=1e-9)


def test_series_do_not_depend_on_each_other():
    counts = drifting(3, 20, 60, 1.0, seed=2)
    steps = step_columns(20, [12])
    together, alone = effects(counts, steps), effects(counts[1], steps)
    np.testing.assert_allclose(together.effect[1], alone.effect, atol=1e-6)
    np.testing.assert_allclose(together.expected[1], alone.expected, atol=1e-6)


def test_a_group_that_moves_with_its_control_has_no_effect():
    shock = 15 * np.sin(np.arange(24))[None]
    both = drifting(2, 24, 400, 0.0, seed=3, common=shock)
    found = effects(both[0], step_columns(24, [14]), control=both[1])
    assert found.lower[0] < 0 < found.upper[0]
    assert abs(found.effect[0]) < 5


def test_what_was_expected_is_the_reading_without_the_step():
    counts = drifting(1, 24, 800, 0.0, seed=4, effect=20, since=14)[0]
    found = effects(counts, step_columns(24, [14]))
    assert found.expected == pytest.approx(30, abs=4)
    inside = (found.score >= found.lower_expected) & (found.score <= found.upper_expected)
    assert inside[:14].all()
    assert not inside[14:].any()


def test_two_actions_of_one_month_cannot_be_told_apart_but_their_sum_can():
    counts = drifting(1, 24, 400, 0.0, seed=5, effect=20, since=14)[0]
    found = effects(counts, step_columns(24, [14, 14]))
    assert found.correlation[0, 1] < -0.9
    one = effects(counts, step_columns(24, [14]))
    assert found.together == pytest.approx([one.effect[0], one.lower[0], one.upper[0]], abs=0.5)
    assert found.upper[0] - found.lower[0] > 3 * (found.together[2] - found.together[1])


def test_an_action_that_ended_is_told_from_what_came_after():
    counts = drifting(1, 30, 500, 0.0, seed=6)[0]
    counts[12:18] = drifting(1, 6, 500, 0.0, seed=7, start=55.0)[0]
    found = effects(counts, step_columns(30, [12], [17]))
    assert found.effect[0] == pytest.approx(25, abs=5)


def test_a_jump_elsewhere_is_no_effect():
    counts = drifting(1, 36, 500, 0.0, seed=8, effect=-30, since=10)[0]
    found = effects(counts, step_columns(36, [24]))
    assert found.lower[0] < 0 < found.upper[0]
    assert np.argmax(found.jump) == 10


def test_without_answers_on_one_side_there_is_no_effect():
    counts = np.tile([[20, 30, 50]], (12, 1))
    counts[8:] = 0
    for since in (8, 0):
        found = effects(counts, step_columns(12, [since]))
        assert np.isnan([found.effect, found.lower, found.upper, found.p_positive]).all()
        assert smallest_detectable(counts, step_columns(12, [since])).tolist() == [math.inf]


def test_more_answers_and_a_control_group_show_smaller_effects():
    steps = step_columns(36, [24])
    sizes = [smallest_detectable(np.tile([[k, 2 * k, 2 * k]], (36, 1)), steps)[0] for k in (4, 20, 100)]
    assert sizes == sorted(sizes, reverse=True)
    drift = drifting(1, 36, 400, 4.0, seed=9)[0]
    alike = smallest_detectable(drift, steps, control=drift)[0]
    assert alike < smallest_detectable(drift, steps)[0]


def test_the_smallest_effect_is_known_before_the_outcome():
    counts = drifting(2, 36, 100, 1.0, seed=10)
    counts[1, :24] = counts[0, :24]
    one, other = (smallest_detectable(each, step_columns(36, [24]))[0] for each in counts)
    assert one == pytest.approx(other, rel=0.05)


def test_who_does_not_know_the_wandering_needs_a_larger_effect():
    counts, steps = drifting(1, 24, 100, 0.0, seed=11)[0], step_columns(24, [16])
    told = smallest_detectable(counts, steps)[0]
    weights = wandering_before(counts, steps)
    knowing = smallest_effect(effect_variances(counts, steps)[:, 0], weights)
    assert knowing < told < 1.3 * knowing


def test_the_smallest_effect_allows_for_gaps_and_a_control_group_of_few():
    steps, counts = step_columns(24, [16]), np.tile([[20, 30, 50]], (24, 1))
    gaps = counts.copy()
    gaps[[3, 4, 5, 18, 19]] = 0
    assert smallest_detectable(gaps, steps)[0] > smallest_detectable(counts, steps)[0]
    few, many = (smallest_detectable(counts, steps, control=k * np.array([[2, 3, 5]] * 24))[0] for k in (1, 50))
    assert few > many


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": np.zeros((5, 1))}, "steps: expected a row for each of 12 periods"),
        ({"steps": np.zeros(12)}, "steps: expected a row for each"),
        ({"control": [[1, 2, 3]]}, r"steps: .* control \(1, 3\)"),
        ({"confidence_level": 95}, "confidence_level"),
        ({"breaks": [40]}, "breaks: expected whole positions"),
        ({"every": "moon"}, "every: expected a period"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    given_ = {"counts": [[20, 30, 50]] * 12, "steps": step_columns(12, [6]), **arguments}
    with pytest.raises(ArgumentError, match=message):
        effects(**given_)


# ---- simulations with known truth ---------------------------------------------------------------------------

SERIES = 250
DESIGNS = [(36, 24, 100), (30, 24, 400)]


@pytest.mark.slow
@pytest.mark.parametrize(("periods", "since", "answers"), DESIGNS)
def test_drift_is_taken_for_an_effect_in_8_percent_and_by_before_and_after_in_a_third(periods, since, answers):
    alarms, plain = [], []
    for sd in (0.5, 1, 2, 3):
        counts = drifting(SERIES, periods, answers, sd, seed=20)
        alarms.append(shown(effects(counts, step_columns(periods, [since]))))
        naive = difference(counts[:, since:].sum(1), counts[:, :since].sum(1))
        plain.append(float(np.mean((naive.lower > 0) | (naive.upper < 0))))
    assert np.mean(alarms) <= 0.08
    assert max(alarms) <= 0.08 + error(0.08, SERIES)
    assert np.mean(plain) > 0.3
    assert plain[2] > 0.3
    assert plain[3] > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.0, 6.0, 12.0, 15.0])
def test_intervals_hold_known_effects(effect):
    """Where the score wanders as the prior says, the interval holds the effect in 95 of 100 cases."""
    steps = effect_axes(None, 1.0)[0]
    sd = np.random.default_rng(30).choice(steps.values, SERIES, p=steps.prior / steps.prior.sum())
    found = effects(
        drifting(SERIES, 36, 200, np.minimum(sd, 5), seed=31, effect=effect, since=24, start=5.0),
        step_columns(36, [24]),
    )
    held = float(np.mean((found.lower[:, 0] <= effect) & (found.upper[:, 0] >= effect)))
    assert 0.93 - error(0.95, SERIES) <= held <= 0.98


@pytest.mark.slow
def test_large_effects_are_shrunk_by_a_twentieth():
    found = effects(drifting(SERIES, 36, 100, 1.0, seed=32, effect=35, since=24, start=0.0), step_columns(36, [24]))
    assert 0.9 < found.effect.mean() / 35 < 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("every", "periods", "since", "answers"),
    [*(("month", *design) for design in DESIGNS), ("month", 18, 12, 60), ("quarter", 10, 6, 100)],
)
def test_power_is_what_the_smallest_detectable_effect_says(every, periods, since, answers):
    """Over the drifts there are; who took the wandering for known told what shows in 70 of 100 and not in 80."""
    power, steps = [], step_columns(periods, [since])
    for sd in (0.5, 1, 2, 3):
        own = {"sd": sd * pace_of(every), "start": 10.0}
        design = drifting(12, periods, answers, **own, seed=40)
        size = float(np.median([smallest_detectable(each, steps, every=every)[0] for each in design]))
        series = drifting(SERIES, periods, answers, **own, seed=41, effect=size, since=since)
        power.append(float(np.mean(effects(series, steps, every=every).lower[:, 0] > 0)))
    assert 0.76 < np.mean(power) < 0.88
    assert min(power) > 0.62


@pytest.mark.slow
@pytest.mark.parametrize("own", [0.0, 0.5, 1.0])
def test_shocks_common_to_both_groups_are_no_effect(own):
    rng = np.random.default_rng(50)
    common = np.cumsum(rng.normal(0, 3, (200, 30)), axis=1) * 0.6 + 4 * rng.normal(0, 1, (200, 30))
    steps = step_columns(30, [20])
    control = drifting(200, 30, 300, 0.0, seed=51, common=common, start=10.0)
    for effect in (0.0, 12.0):
        treated = drifting(200, 30, 300, own, seed=52, common=common, start=15.0, effect=effect, since=20)
        found = effects(treated, steps, control=control)
        held = float(np.mean((found.lower[:, 0] <= effect) & (found.upper[:, 0] >= effect)))
        assert held >= 0.93 - error(0.93, 200)
        # A fifth of them, by themselves, have intervals half as wide again.
        alone = effects(treated[:40], steps)
        assert np.mean(found.upper - found.lower) < np.mean(alone.upper - alone.lower)
        if not effect:
            assert shown(found) <= 0.08
        else:
            assert shown(found) > 0.6
