"""Forecasts: laws of draws, bad input, and coverage on simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError
from npskit.stats.forecast import forecast, forecast_groups
from npskit.stats.trend import level, pace_of

STEADY = np.tile([20, 30, 50], (24, 1))

some_counts = hnp.arrays(int, st.tuples(st.integers(6, 14), st.just(3)), elements=st.integers(0, 40)).filter(
    lambda counts: (counts.sum(axis=1) > 0).sum() >= 6 and counts[0].sum() > 0
)


def assert_coherent(found):
    """Shares that are shares, sum to 1 and make the score, in every draw."""
    for points, parts in ((found.draws, found.share_draws), (found.level_draws, found.level_share_draws)):
        assert np.all((parts >= -1e-12) & (parts <= 1 + 1e-12))
        np.testing.assert_allclose(parts.sum(axis=-1), 1, atol=1e-12)
        np.testing.assert_allclose(parts[..., 2] - parts[..., 0], points / 100, atol=1e-12)
        assert np.all(np.abs(points) <= 100)


@settings(max_examples=30, deadline=None)
@given(some_counts, st.integers(0, 5))
def test_shares_sum_to_one_and_make_the_score_in_every_draw(counts, seed):
    assert_coherent(forecast(counts, 3, draws=200, rng=seed))


def test_readings_are_whole_answers():
    found = forecast(STEADY, 4, planned_responses=12, rng=1)
    answers = found.share_draws * 12
    np.testing.assert_allclose(answers, answers.round(), atol=1e-9)
    assert np.all(found.responses == 12)


def test_the_same_seed_gives_the_same_draws():
    assert np.array_equal(forecast(STEADY, 3, rng=4).draws, forecast(STEADY, 3, rng=4).draws)
    assert not np.array_equal(forecast(STEADY, 3, rng=4).draws, forecast(STEADY, 3, rng=5).draws)


def test_level_starts_where_the_trend_ends():
    rng = np.random.default_rng(7)
    truth = np.clip(0.5 + np.cumsum(rng.normal(0, 0.02, (3, 30)), axis=1), 0.1, 0.75)
    counts = rng.multinomial(150, np.stack([0.95 - truth, np.full(truth.shape, 0.05), truth], axis=-1))
    found, shown = forecast(counts, 6, draws=20_000, rng=0), level(counts)
    np.testing.assert_allclose(found.level, shown.level[:, -1], atol=1e-6)
    np.testing.assert_allclose(found.level_now_sd, shown.sd[:, -1], rtol=1e-6)
    np.testing.assert_allclose(found.level_draws[..., 0].mean(axis=1), shown.level[:, -1], atol=0.2)
    np.testing.assert_allclose(found.level_sd, shown.level_sd)


def test_the_further_the_wider_and_the_reading_wider_than_the_level():
    found = forecast(STEADY, 12, rng=2)
    widths = np.diff(np.quantile(found.level_draws, [0.1, 0.9], axis=0), axis=0)[0]
    readings = np.diff(np.quantile(found.draws, [0.1, 0.9], axis=0), axis=0)[0]
    assert widths[11] > widths[5] > widths[0]
    assert np.all(readings > widths)


def test_more_planned_answers_narrow_the_reading_and_leave_the_level():
    few, many = (forecast(STEADY, 3, planned_responses=n, rng=3) for n in (20, 2_000))
    assert few.draws.std() > 2 * many.draws.std()
    assert few.level_draws.std() == pytest.approx(many.level_draws.std(), rel=0.1)


def test_planned_answers_may_differ_by_period():
    found = forecast(STEADY, 3, planned_responses=[10, 100, 1000], rng=3)
    assert found.responses[0].tolist() == [10, 100, 1000]


def test_season_goes_on_where_it_was():
    months = np.arange(54)
    score = 20 + 15 * np.cos(2 * np.pi * (months - 3) / 12)
    counts = np.round(2000 * np.stack([0.4 - score / 200, np.full(54, 0.2), 0.4 + score / 200], axis=1))
    found = forecast(counts[:48], 6, rng=5)
    np.testing.assert_allclose(np.median(found.draws, axis=0), score[48:], atol=5)
    assert found.season_weight > 0.9
    assert found.season_cycle.shape == (12,)
    assert np.argmax(found.season_cycle) == 3
    assert forecast(counts[:48], 6, season=None, rng=5).season_cycle.shape == (0,)


@pytest.mark.parametrize("counts", [[0, 0, 5], [7, 0, 0], [0, 20, 0], [0, 0, 1]])
def test_unanimous_answers_stay_on_the_scale(counts):
    found = forecast(np.tile(counts, (12, 1)), 4, rng=0)
    assert_coherent(found)
    assert np.median(found.draws) == pytest.approx(100 * (counts[2] - counts[0]) / sum(counts), abs=1e-9)


def test_periods_without_answers_are_skipped():
    counts = STEADY.copy()
    counts[[3, 8, 22, 23]] = 0
    found = forecast(counts, 4, rng=0)
    assert np.median(found.level_draws) == pytest.approx(30, abs=1)
    assert found.responses.min() == 100
    assert found.level_draws[:, 0].std() > forecast(STEADY, 4, rng=0).level_draws[:, 0].std()


def test_marked_break_forgets_the_level_before():
    counts = np.vstack([np.tile([60, 20, 20], (12, 1)), STEADY[:6]])
    assert np.median(forecast(counts, 3, breaks=[12], rng=0).level_draws) == pytest.approx(30, abs=2)


def test_leading_axes_are_series_of_their_own():
    counts = np.stack([STEADY, STEADY[:, ::-1], 10 * STEADY]).reshape(3, 1, 24, 3)
    found = forecast(counts, 5, draws=500, rng=0)
    assert found.draws.shape == (3, 1, 500, 5)
    assert found.share_draws.shape == (3, 1, 500, 5, 3)
    assert found.level.shape == (3, 1)
    assert found.level[1, 0] == pytest.approx(-30, abs=1)


def test_series_that_cannot_be_forecast_among_others_is_nan():
    counts = np.stack([STEADY, np.zeros_like(STEADY), np.where(np.arange(24)[:, None] < 3, STEADY, 0)])
    found = forecast(counts, 3, draws=100, rng=0)
    assert np.isfinite(found.draws[0]).all()
    assert np.isnan(found.draws[1:]).all()
    assert np.isnan(found.level[1:]).all()


def test_groups_add_up_to_the_total_in_every_draw():
    counts = np.stack([STEADY, 3 * STEADY[:, ::-1], np.zeros_like(STEADY)])
    groups, total = forecast_groups(counts, 4, draws=500, rng=0)
    assert_coherent(total)
    n = np.nan_to_num(groups.responses)
    np.testing.assert_allclose(np.nansum(groups.draws * n, axis=0) / n.sum(axis=0), total.draws)
    assert total.responses == pytest.approx(n.sum(axis=0))
    assert np.median(total.level_draws) == pytest.approx(-15, abs=3)


def test_weeks_quarters_and_years_are_forecast():
    for periods, season, every in ((120, 52, "week"), (16, 4, "quarter"), (9, None, "year")):
        counts = np.tile([20, 30, 50], (periods, 1))
        found = forecast(counts, 4, season=season, pace=pace_of(every), rng=0)
        assert np.median(found.draws) == pytest.approx(30, abs=2)


def test_too_few_periods_are_refused_with_their_number():
    with pytest.raises(EmptyDataError, match=r"at least 6 periods with answers.*got 5"):
        forecast(STEADY[:5], 2)
    with pytest.raises(EmptyDataError, match="got 0"):
        forecast(np.zeros((24, 3)), 2)
    with pytest.raises(EmptyDataError, match="since the last break"):
        forecast(np.where(np.arange(24)[:, None] < 20, STEADY, 0), 2, breaks=[20])


def test_horizon_over_half_the_history_is_refused():
    with pytest.raises(ArgumentError, match="at most 12, half of the 24 periods"):
        forecast(STEADY, 13)
    with pytest.raises(ArgumentError, match="at most 6, half of the 12"):
        forecast(np.where(np.arange(24)[:, None] < 12, 0, STEADY), 7)


@pytest.mark.parametrize(
    "bad",
    [
        {"periods": 0},
        {"periods": 2.5},
        {"draws": 0},
        {"planned_responses": -5},
        {"planned_responses": [10, 20]},
        {"planned_responses": np.nan},
        {"season": 1},
        {"breaks": [99]},
        {"planned_responses": "many"},
        {"planned_responses": [[10, 20, 30]]},
        {"planned_responses": 0.2},
        {"pace": -1},
        {"pace": "month"},
        {"rng": "dice"},
        {"rng": -1},
    ],
)
def test_bad_arguments_are_named(bad):
    with pytest.raises(ArgumentError):
        forecast(STEADY, **({"periods": 3} | bad))


def test_bad_counts_are_named():
    with pytest.raises(ArgumentError, match="at least 0"):
        forecast(-STEADY, 3)
    with pytest.raises(ArgumentTypeError):
        forecast([["a", "b", "c"]] * 12, 3)
    with pytest.raises(ArgumentError, match=r"\(G, T, 3\)"):
        forecast_groups(STEADY, 3)


def test_a_period_that_has_just_begun_does_not_widen_the_next_reading():
    full = np.tile([12, 18, 30], (24, 1))
    begun = np.vstack([full, [1, 0, 1]])
    widths = [
        np.ptp(np.quantile(forecast(counts, 3, rng=1).draws, [0.025, 0.975], axis=0), axis=0)
        for counts in (full, begun)
    ]
    assert np.all(widths[1] < 1.15 * widths[0])
