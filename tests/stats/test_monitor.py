"""Alerts: exact odds at small n, false alarms on constant truth, what is found, and of what kind it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import ndtr

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.alert_kinds import Line, named
from npskit.stats.chance import chance, reading_limit, reading_normal, true_scores
from npskit.stats.monitor import KINDS, monitor
from npskit.stats.onestep import expected
from npskit.stats.scan import summed
from npskit.stats.watching import Event, Watch

MONTHS = np.arange(24)

some_counts = hnp.arrays(int, st.tuples(st.integers(8, 14), st.just(3)), elements=st.integers(1, 40))


def simulated(truth, responses, *, seed, passives=0.3):
    """Counts (..., T, 3) whose expected score is the truth, in points."""
    rng = np.random.default_rng(seed)
    promoters = (1 - passives + truth / 100) / 2
    shares = np.stack([1 - passives - promoters, np.full(truth.shape, passives), promoters], axis=-1)
    return rng.multinomial(responses, np.clip(shares, 0, 1))


def alone(counts):
    """Where (L, T) series that are monitored one by one set off an alert."""
    # Side by side, each with an alpha of its own: Holm's limit of a first alert is then that of the series by itself.
    watch = Watch(counts.astype(float), season=12, pace=1.0, breaks=[], alpha=0.05 * len(counts)).run()
    found = np.zeros(counts.shape[:2], bool)
    for row, events in enumerate(watch.events):
        found[row, [event.found for event in events]] = True
    return found


def fired(found):
    return float(found.any(axis=1).mean())


def exact(n, shares):
    """P(promoters minus detractors = -n..n)."""
    found = np.ones(1)
    for _ in range(n):
        found = np.convolve(found, shares)
    return found


# ---- odds of one reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shares", [(0.2, 0.3, 0.5), (0.02, 0.08, 0.9), (0.3, 0.4, 0.3)])
@pytest.mark.parametrize(("n", "most"), [(10, 0.1), (50, 0.07), (200, 0.02)])
def test_tails_of_a_reading_are_those_of_its_number_of_answers(n, most, shares):
    below = np.cumsum(exact(n, shares))
    halves = (np.arange(-n, n + 1) + 0.5) / n
    found = ndtr(reading_normal(halves, np.float64(n), np.float64(shares[2] - shares[0]), np.float64(shares[1])))
    for true, ours in ((below, found), (1 - below, 1 - found)):
        tail = (true > 1e-6) & (true < 0.5)
        np.testing.assert_allclose(ours[tail], true[tail], rtol=most)


def test_a_reading_that_cannot_be_exceeded_is_not_surprising():
    scores = true_scores(np.ones((1, 1)), np.full((1, 1), 92.0), np.full((1, 1), 2.0), np.full(1, 0.05))
    found = chance(np.array([100.0]), np.array([8.0]), scores)
    assert found.at_least.item() > 0.5
    assert found.at_most.item() == pytest.approx(1)


def test_limits_hold_what_they_say():
    scores = true_scores(np.full((1, 2), 0.5), np.array([[20.0, 30.0]]), np.array([[3.0, 6.0]]), np.full(1, 0.3))
    n = np.array([300.0])
    for probability in (0.001, 0.025, 0.9, 0.999):
        limit = reading_limit(probability, n, scores)
        assert chance(limit, n, scores).middle.item() == pytest.approx(probability, rel=0.02)


def test_what_is_expected_converges_to_a_constant_truth_and_knows_no_future():
    counts = np.tile([[20.0, 30.0, 50.0]], (20, 1))
    other = counts.copy()
    other[15:] = [80, 10, 10]
    found, changed = (expected(each[None], season=12) for each in (counts, other))
    centre = np.sum(found.weights * found.mean, axis=-1)[0]
    assert centre[6:] == pytest.approx(30, abs=1.5)
    np.testing.assert_allclose(found.mean[:, :16], changed.mean[:, :16])
    assert found.weights.sum(-1) == pytest.approx(1)


def test_errors_of_neighbours_add_up_from_the_start_only():
    z, judged, start = np.ones((1, 6)), np.ones((1, 6), bool), np.zeros((1, 6), int)
    assert summed(z, judged, start, 4)[0][0, 5] == pytest.approx(2)
    start[:, 4:] = 4
    assert summed(z, judged, start, 4)[0][0] == pytest.approx(np.sqrt([1, 2, 3, 4, 1, 2]))


# ---- laws ---------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(some_counts)
def test_swapping_promoters_and_detractors_mirrors_every_figure(counts):
    found, swapped = monitor(counts), monitor(counts[:, ::-1])
    np.testing.assert_allclose(swapped.expected, -found.expected, atol=1e-6)
    np.testing.assert_allclose(swapped.lower, -found.upper, atol=0.05)
    np.testing.assert_allclose(swapped.p_value, found.p_value, rtol=1e-4)
    assert swapped.kind.tolist() == found.kind.tolist()


@settings(max_examples=15, deadline=None)
@given(some_counts)
def test_figures_lie_on_their_scales(counts):
    found = monitor(counts)
    seen = found.judged
    assert np.all((found.p_value[seen] >= 0) & (found.p_value[seen] <= 1))
    assert np.all((found.lower[seen] >= -100) & (found.upper[seen] <= 100))
    assert np.all(found.lower[seen] <= found.upper[seen])
    assert np.array_equal(found.kind != "", seen & (np.nan_to_num(found.p_adjusted, nan=1) < 0.05))
    assert set(found.kind[found.kind != ""]) <= set(KINDS)


def test_a_period_that_was_read_is_no_alert_afterwards():
    counts = np.full((13, 3), 16)
    counts[[0, 11], 0] = counts[[0, 6], 2] = 1
    found = monitor(counts)
    assert np.flatnonzero(found.kind != "").tolist() == np.flatnonzero(found.p_adjusted < 0.05).tolist() == [11]


def test_a_reading_outside_its_limits_is_an_alert():
    counts = simulated(np.where(MONTHS == 20, -20.0, 30.0), 200, seed=1)
    found = monitor(counts)
    outside = (found.score < found.lower) | (found.score > found.upper)
    assert np.flatnonzero(outside).tolist() == [20]
    assert found.kind[20] != ""


def test_series_share_alpha_and_are_otherwise_their_own():
    counts = simulated(np.full((6, 24), 30.0), 80, seed=2).reshape(2, 3, 24, 3)
    found, one = monitor(counts), monitor(counts[1, 2])
    assert found.kind.shape == (2, 3, 24)
    np.testing.assert_allclose(found.p_value[1, 2], one.p_value)
    assert np.nanmax(found.lower[1, 2] - one.lower) <= 0


# ---- false alarms -------------------------------------------------------------------------------------------


def test_series_watched_side_by_side_are_those_watched_one_by_one():
    counts = simulated(np.tile(np.where(MONTHS >= 14, 0.0, 30.0), (12, 1)), 60, seed=14)
    one_by_one = np.array([monitor(each).kind != "" for each in counts])
    assert 3 <= one_by_one.any(axis=1).sum() <= 12
    assert np.array_equal(alone(counts), one_by_one)


def test_constant_truth_is_quiet():
    assert fired(alone(simulated(np.full((60, 24), 30.0), 50, seed=3))) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 3, 10, 50, 500])
@pytest.mark.parametrize(("truth", "passives"), [(30, 0.3), (90, 0.08), (-90, 0.08), (0, 0.04)])
def test_constant_truth_sets_off_at_most_5_percent_of_series(n, truth, passives):
    counts = simulated(np.full((200, 24), float(truth)), n, seed=4, passives=passives)
    # 5 % and what 200 series may show of it by chance
    assert fired(alone(counts)) <= 0.05 + 1.65 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 500])
def test_season_and_slow_walk_set_off_few_series(n):
    walk = 30 + np.cumsum(np.random.default_rng(5).normal(0, 1, (200, 24)), axis=1)
    season = np.tile(30 + 5 * np.cos(2 * np.pi * MONTHS / 12), (200, 1))
    for truth in (walk, season):
        assert fired(alone(simulated(truth, n, seed=6))) <= 0.08


# ---- what is found ------------------------------------------------------------------------------------------


def test_a_jump_is_found_told_as_such_and_not_twice():
    found = monitor(simulated(np.where(MONTHS >= 14, 0.0, 35.0), 200, seed=7))
    (at,) = np.flatnonzero(found.kind != "")
    assert found.kind[at] == "jump"
    assert 14 <= at <= 16
    assert found.since[at] == 14
    assert found.change[at] == pytest.approx(-35, abs=8)


def test_an_outlier_comes_back_and_is_not_a_second_alert():
    found = monitor(simulated(np.where(MONTHS == 14, -10.0, 35.0), 200, seed=8))
    assert [(at, found.kind[at]) for at in np.flatnonzero(found.kind != "")] == [(14, "outlier")]
    assert found.expected[17:] == pytest.approx(35, abs=6)


def test_the_last_reading_cannot_tell_yet():
    found = monitor(simulated(np.where(MONTHS == 23, -10.0, 35.0), 200, seed=9))
    assert found.kind[23] == "new"


def test_several_periods_add_up_to_a_drift():
    truth = 40 - np.clip(3.0 * (np.arange(36) - 15), 0, 36)
    found = monitor(simulated(truth, 1000, seed=10))
    (at, *_) = np.flatnonzero(found.kind != "")
    assert found.kind[at] == "drift"
    assert found.change[at] < -8


def test_the_same_month_of_every_year_is_the_season():
    months = np.arange(48)
    found = monitor(simulated(np.where(months % 12 == 11, 5.0, 35.0), 600, seed=11))
    at = np.flatnonzero(found.kind != "")
    assert set(at % 12) == {11}
    assert set(found.kind[at]) == {"season"}


@pytest.mark.slow
@pytest.mark.parametrize(("size", "n", "least"), [(20, 100, 0.4), (20, 500, 0.9), (10, 500, 0.35)])
def test_a_jump_is_found_within_three_periods(size, n, least):
    found = alone(simulated(np.tile(np.where(MONTHS >= 14, 30.0 - size, 30.0), (200, 1)), n, seed=12))
    assert found[:, 14:17].any(axis=1).mean() >= least


# ---- bad input ----------------------------------------------------------------------------------------------


def test_first_periods_and_silent_ones_are_not_judged():
    counts = np.tile([[10, 15, 25]], (12, 1))
    counts[[2, 8]] = 0
    found = monitor(counts)
    assert np.flatnonzero(~found.judged).tolist() == [*range(7), 8]
    assert np.isnan(found.p_value[8])
    assert np.isfinite(found.expected[8])


def test_a_step_on_the_last_reading_is_yet_to_be_confirmed():
    reading = np.array([30.0, 31, 29, 30, 28, 27, 26, -53])
    line = Line(reading, np.full(8, 100.0), np.zeros(8), reading)
    event = Event(first=5, found=7, way=-1.0, stays=np.nan)
    found = named(event, line, np.full(8, 30.0), 0, 8, None)
    assert (found.kind, found.first) == ("new", 7)
    reading[5:] = -30, -28, -32
    assert named(event, line, np.full(8, 30.0), 0, 8, None).kind == "jump"


def test_a_marked_break_is_not_judged_and_starts_the_level_anew():
    counts = simulated(np.where(MONTHS >= 14, -30.0, 35.0), 200, seed=13)
    found = monitor(counts, breaks=[14])
    assert not found.judged[14]
    assert found.kind[15:].tolist() == [""] * 9
    assert found.expected[18:] == pytest.approx(-30, abs=8)


def test_a_single_answer_is_no_alert():
    counts = np.tile([[5, 15, 80]], (16, 1))
    counts[12] = [1, 0, 0]
    assert not monitor(counts).kind.any()


def test_a_long_gap_widens_what_is_expected():
    counts = np.tile([[20, 30, 50]], (30, 1))
    counts[12:24] = 0
    found = monitor(counts)
    assert found.upper[24] - found.lower[24] > found.upper[11] - found.lower[11]


def test_too_few_periods_are_refused_with_their_number():
    with pytest.raises(EmptyDataError, match=r"at least 7 periods with answers.*got 6"):
        monitor([[20, 30, 50]] * 6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"counts": [20, 30, 50]}, r"counts: expected periods by .*got shape \(3,\)"),
        ({"alpha": 5}, "alpha: expected a number between 0 and 1, got 5"),
        ({"breaks": [99]}, "breaks: expected whole positions"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        monitor(**{"counts": [[20, 30, 50]] * 12, **arguments})
