"""The smoothed level: laws of counts, short series, breaks, and the coverage of its band on simulated truth."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from npskit.errors import ArgumentError
from npskit.stats.grid import JUMP_SDS, harmonic_sizes, jump_rates, season_length
from npskit.stats.posterior import block_size
from npskit.stats.trend import level, pooled_variance, posterior

MONTHS = np.arange(36)
BANDS = ("level", "lower", "upper")

some_counts = hnp.arrays(int, st.tuples(st.integers(1, 8), st.just(3)), elements=st.integers(0, 40))


def simulated(truth, responses, *, seed, passives=0.3):
    """Counts (..., T, 3) whose expected score is the truth, in points."""
    rng = np.random.default_rng(seed)
    promoters = (1 - passives + truth / 100) / 2
    shares = np.stack([1 - passives - promoters, np.full(truth.shape, passives), promoters], axis=-1)
    return rng.multinomial(responses, shares)


def coverage(found, truth):
    return np.mean((found.lower <= truth) & (truth <= found.upper))


def walk(series, *, sd, seed, periods=36):
    steps = np.random.default_rng(seed).normal(0, sd, (series, periods))
    return np.clip(30 + np.cumsum(steps, axis=1), -65, 65)


@settings(max_examples=30, deadline=None)
@given(some_counts)
def test_swapping_promoters_and_detractors_negates_the_level_and_its_band(counts):
    found, swapped = level(counts), level(counts[:, ::-1])
    np.testing.assert_allclose(swapped.level, -found.level, atol=1e-8)
    np.testing.assert_allclose(swapped.lower, -found.upper, atol=1e-5)
    np.testing.assert_allclose(swapped.upper, -found.lower, atol=1e-5)
    np.testing.assert_allclose(swapped.season, -found.season, atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(some_counts)
def test_level_lies_in_its_band_and_on_the_scale(counts):
    found = level(counts)
    if counts.sum() == 0:
        assert np.isnan(found.level).all()
        return
    assert np.all((found.lower <= found.level) & (found.level <= found.upper))
    assert np.all((found.lower >= -100) & (found.upper <= 100))
    assert found.weights.sum() == pytest.approx(1)


def test_more_answers_narrow_the_band():
    counts = np.tile([20, 30, 50], (24, 1))
    widths = [np.ptp([f.lower, f.upper], axis=0) for f in (level(counts), level(10 * counts), level(100 * counts))]
    assert np.all(widths[0] > widths[1])
    assert np.all(widths[1] > widths[2])


def test_leading_axes_are_series_of_their_own_in_any_order():
    counts = simulated(walk(6, sd=3, seed=1, periods=14), 60, seed=2).reshape(2, 3, 14, 3)
    found, turned = level(counts), level(counts.swapaxes(0, 1))
    assert found.level.shape == (2, 3, 14)
    assert found.level_sd.shape == (2, 3)
    assert found.weights.shape[:2] == (2, 3)
    for name in BANDS:
        np.testing.assert_allclose(getattr(turned, name).swapaxes(0, 1), getattr(found, name), atol=1e-6)
        np.testing.assert_allclose(getattr(level(counts[1, 2]), name), getattr(found, name)[1, 2], atol=1e-4)


def test_many_series_go_through_in_blocks(monkeypatch):
    counts = simulated(walk(5, sd=3, seed=3, periods=9), 40, seed=4)
    whole = level(counts)
    monkeypatch.setattr(sys.modules[block_size.__module__], "BLOCK", 2_000)
    np.testing.assert_allclose(level(counts).level, whole.level)


def test_period_without_answers_is_filled_with_a_wider_band():
    counts = np.tile([20, 30, 50], (12, 1))
    counts[5:8] = 0
    found = level(counts, every=None)
    assert found.level[5:8] == pytest.approx(found.level[4], abs=0.5)
    assert found.sd[6] > found.sd[5] > found.sd[4]
    assert found.sd[6] > found.sd[7] > found.sd[8]


def test_period_without_answers_says_nothing_about_the_others():
    counts = np.tile([20, 30, 50], (6, 1))
    longer = np.vstack([counts, np.zeros((3, 3))])
    np.testing.assert_allclose(level(longer, every=None).level[:6], level(counts, every=None).level, atol=1e-9)


@pytest.mark.parametrize("counts", [[[0, 0, 5]], [[0, 20, 0]], [[1, 1, 8]], [[10, 15, 25]], [[0, 0, 1]]])
def test_one_period_is_shrunk_and_uncertain_as_the_adjusted_wald_interval(counts):
    adjusted = np.asarray(counts)[0] + [0.75, 1.5, 0.75]
    shares = adjusted / adjusted.sum()
    centre = 100 * (shares[2] - shares[0])
    own = 100 * np.sqrt((shares[2] + shares[0] - (centre / 100) ** 2) / adjusted.sum())
    found = level(counts)
    assert found.level.item() == pytest.approx(centre, abs=0.6)
    # What a season and the noise beyond sampling may add is a little more than the counts alone say.
    assert own < found.sd.item() < np.hypot(own, 4.5)
    assert found.lower.item() == pytest.approx(max(centre - 1.96 * own, -100), abs=5)


def test_two_periods_pull_each_other_together():
    found = level([[30, 30, 40], [10, 30, 60]])
    assert 10 < found.level[0] < found.level[1] < 50


def test_no_periods_and_no_series_give_empty_results():
    assert level(np.zeros((0, 3))).level.shape == (0,)
    assert level(np.zeros((2, 0, 3))).upper.shape == (2, 0)
    assert level(np.zeros((0, 5, 3))).sd.shape == (0, 5)
    assert posterior(np.zeros((0, 3))).state_mean.shape == (220, 5)


def test_nobody_answered_is_nan():
    found = level(np.zeros((4, 3)))
    for name in (*BANDS, "sd"):
        assert np.isnan(getattr(found, name)).all()


def test_marked_break_lets_the_level_jump():
    truth = np.where(MONTHS < 18, 10.0, 30.0)
    counts = simulated(truth, 40, seed=5)
    marked, unmarked = level(counts, breaks=[18]), level(counts)
    assert np.abs(marked.level - truth).max() < np.abs(unmarked.level - truth).max()
    assert marked.level_sd < unmarked.level_sd
    assert np.mean(marked.upper - marked.lower) < np.mean(unmarked.upper - unmarked.lower)


def test_a_jump_that_shows_needs_no_mark():
    truth = np.where(MONTHS < 18, 10.0, 50.0)
    found = level(simulated(truth, 400, seed=5))
    np.testing.assert_allclose(found.level, truth, atol=1)
    assert found.jump[18] > 0.99
    assert found.jump.sum() < 1.2
    assert found.level_sd < 1


def test_nothing_jumps_in_a_steady_series():
    assert level(simulated(np.full((10, 36), 30.0), 100, seed=5)).jump.sum(axis=1).mean() < 0.3


def test_stretch_after_a_break_without_answers_is_nan():
    found = level([[20, 30, 50]] * 3 + [[0, 0, 0]] * 2, breaks=[3])
    assert np.isfinite(found.lower[:3]).all()
    assert np.isnan(found.lower[3:]).all()


def test_season_is_taken_out_of_the_level():
    season = 10 * np.cos(2 * np.pi * MONTHS / 12)
    found = level(simulated(30 + season, 2_000, seed=6))
    np.testing.assert_allclose(found.season, season, atol=4)
    np.testing.assert_allclose(found.level, 30, atol=4)


@pytest.mark.parametrize(("every", "length"), [("day", 7), ("week", 52), ("month", 12), ("quarter", 4), (6.5, 6.5)])
def test_season_follows_the_period(every, length):
    t = np.arange(3 * int(np.ceil(length)))
    found = level(simulated(20 + 12 * np.cos(2 * np.pi * t / length), 1_000, seed=7), every=every)
    assert np.corrcoef(found.season, np.cos(2 * np.pi * t / length))[0, 1] > 0.95


@pytest.mark.parametrize("every", ["year", None])
def test_no_season_is_exactly_none(every):
    found = level(simulated(np.full(8, 20.0), 100, seed=8), every=every)
    assert found.season.tolist() == [0] * 8
    assert found.season_sd == 0


def test_unanimous_month_does_not_outweigh_the_others():
    counts = np.tile([10, 15, 25], (24, 1))
    counts[12] = [0, 0, 5]
    assert level(counts).level[12] == pytest.approx(30, abs=4)


def test_pooled_variance_follows_the_neighbours_and_stops_at_a_break():
    counts = np.array([[25, 0, 25]] * 3 + [[0, 50, 0]] * 3)
    crossing, stopped = pooled_variance(counts), pooled_variance(counts, breaks=[3])
    assert np.all(np.diff(crossing) < 0)
    assert stopped[2] > 0.95
    assert stopped[3] < 0.05


def test_posterior_ends_where_the_level_ends():
    counts = simulated(walk(2, sd=3, seed=9, periods=20), 80, seed=10)
    found = posterior(counts)
    assert found.mean.shape == (*found.log_weights.shape, 20)
    np.testing.assert_allclose(np.exp(found.log_weights).sum(axis=-1), 1)
    np.testing.assert_allclose(found.state_mean[..., 0], found.mean[..., -1])
    np.testing.assert_allclose(found.state_covariance[..., 0, 0], found.variance[..., -1])
    smallest = np.linalg.eigvalsh(found.state_covariance).min()
    assert smallest > -1e-9


def test_band_follows_the_confidence_level():
    counts = simulated(walk(1, sd=2, seed=11)[0], 80, seed=12)
    wide, narrow = level(counts, confidence_level=0.95), level(counts, confidence_level=0.8)
    assert np.all(wide.lower < narrow.lower)
    assert np.all(narrow.upper < wide.upper)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"counts": [20, 30, 50]}, r"counts: expected periods by .*got shape \(3,\)"),
        ({"counts": [[20, -30, 50]]}, "counts: expected finite counts of at least 0, got -30"),
        ({"every": "months"}, r"every: expected .*'months'.\nHint: did you mean 'month'\?"),
        ({"every": 1}, "every: expected a season of at least 2 periods"),
        ({"confidence_level": 95}, "confidence_level: expected a number between 0 and 1, got 95"),
        ({"breaks": [2]}, "breaks: expected whole positions from 0 to 1"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        level(**{"counts": [[20, 30, 50], [10, 20, 30]], **arguments})


def test_constant_truth_is_held_narrowly_in_a_few_seeds():
    truth = np.full((20, 36), 30.0)
    found = level(simulated(truth, 50, seed=13))
    assert coverage(found, truth) >= 0.93
    assert np.mean(found.upper - found.lower) <= 20


@pytest.mark.slow
def test_constant_truth_is_held_in_93_percent_and_at_most_20_points_wide():
    truth = np.full((200, 36), 30.0)
    found = level(simulated(truth, 50, seed=14))
    assert coverage(found, truth) >= 0.93
    assert np.mean(found.upper - found.lower) <= 20


@pytest.mark.slow
@pytest.mark.parametrize("every", ["month", None])
def test_band_covers_95_percent_when_the_truth_is_drawn_from_the_prior(every):
    # The one place where coverage is a theorem: wrong algebra anywhere in filter, season or mixture shows here.
    rng = np.random.default_rng(15)
    empty = posterior(np.zeros((0, 3)), every=every)
    drawn = rng.choice(empty.level_sd.size, 400, p=np.exp(empty.log_weights))
    jumped = rng.choice(3, (400, 36), p=[1 - jump_rates(1).sum(), *jump_rates(1)])
    steps = np.hypot(empty.level_sd[drawn, None], np.array([0, *JUMP_SDS])[jumped])
    truth = np.cumsum(rng.normal(0, 1, (400, 36)) * steps, axis=1)
    basis, length = posterior(np.zeros((36, 3)), every=every).basis, season_length(every)
    size = empty.season_sd[drawn, None] * harmonic_sizes(length)
    season = (rng.normal(0, 1, (400, basis.shape[1])) * size) @ basis.T
    reading = truth + season + rng.normal(0, 1, truth.shape) * empty.extra_sd[drawn, None]
    kept = np.abs(reading).max(axis=1) < 60
    found = level(simulated(reading[kept], 100, seed=16), every=every)
    assert 0.93 < coverage(found, truth[kept]) < 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("sd", "least"), [(2, 0.9), (5, 0.89)])
def test_walking_truth_is_covered(sd, least):
    truth = walk(200, sd=sd, seed=17)
    assert coverage(level(simulated(truth, 100, seed=18)), truth) > least


@pytest.mark.slow
def test_step_is_covered_away_from_it_and_everywhere_when_marked():
    truth = np.broadcast_to(np.where(MONTHS < 18, 20.0, 40.0), (200, 36))
    counts, away = simulated(truth, 200, seed=19), np.abs(MONTHS - 17.5) > 3
    unmarked = level(counts)
    assert np.mean(((unmarked.lower <= truth) & (truth <= unmarked.upper))[:, away]) > 0.95
    assert coverage(level(counts, breaks=[18]), truth) > 0.95


@pytest.mark.slow
def test_level_under_a_season_is_covered():
    truth = np.full((200, 36), 30.0)
    season = 8 * np.cos(2 * np.pi * MONTHS / 12 + 1)
    assert coverage(level(simulated(truth + season, 200, seed=20)), truth) > 0.95


def test_a_fall_is_not_smeared_over_its_neighbours():
    counts = np.array([[100, 100, 800], [100, 100, 800], [550, 100, 350]])
    found = level(counts, every="month")
    assert found.level == pytest.approx([70, 70, -20], abs=3)
    assert found.lower[1] > 50 > 0 > found.upper[2]


def test_a_year_may_move_further_than_a_month():
    counts = np.array([[40, 250, 1000]] * 3 + [[430, 390, 520]] * 3)
    year, month = (level(counts // 20, every=every) for every in ("year", "month"))
    assert year.level_sd > month.level_sd
    assert year.level[0] - year.level[-1] >= month.level[0] - month.level[-1]
