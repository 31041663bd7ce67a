"""Rolling origins: what a forecast would have said."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.backtest import crps_of, rolling_origin

STEADY = np.random.default_rng(1).multinomial(100, [0.2, 0.3, 0.5], size=36)


def test_crps_of_draws_is_that_of_their_distribution():
    scipy_stats = pytest.importorskip("scipy.stats")
    draws = scipy_stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[:, None]
    z = 0.7
    exact = z * (2 * scipy_stats.norm.cdf(z) - 1) + 2 * scipy_stats.norm.pdf(z) - 1 / np.sqrt(np.pi)
    assert crps_of(draws, [z]).item() == pytest.approx(exact, abs=1e-3)


def test_forecast_sees_only_what_came_before_its_origin():
    changed = STEADY.copy()
    changed[30:] = [90, 5, 5]
    found, other = (rolling_origin(counts, origins=6, rng=0) for counts in (STEADY, changed))
    np.testing.assert_array_equal(found.median[0], other.median[0])
    assert found.reading[0, 0] != other.reading[0, 0]
    assert found.origins.tolist() == [30, 31, 32, 33, 34, 35]


def test_constant_truth_is_forecast_better_than_by_the_last_value():
    found = rolling_origin(STEADY, horizon=3, origins=12, rng=0)
    assert found.median.shape == (12, 3)
    assert found.tested == 36
    assert found.ratio_to_last < 0.9
    assert found.coverage_95 > 0.85
    assert np.all((found.lower <= found.lower_80) & (found.lower_80 <= found.median))


def test_short_history_has_fewer_origins_or_none():
    assert rolling_origin(STEADY[:10], rng=0).origins.tolist() == [6, 7, 8, 9]
    none = rolling_origin(STEADY[:6], rng=0)
    assert none.tested == 0
    assert np.isnan(none.coverage_95)


def test_periods_without_answers_are_not_judged():
    counts = STEADY.copy()
    counts[33] = 0
    found = rolling_origin(counts, origins=4, rng=0)
    assert found.tested == 3
    assert np.isnan(found.inside[1, 0])


def test_series_side_by_side_and_one_without_answers():
    found = rolling_origin(np.stack([STEADY, 0 * STEADY]), origins=3, rng=0)
    assert found.crps.shape == (2, 3, 1)
    assert found.tested.tolist() == [3, 0]
    assert np.isnan(found.coverage_95[1])


def test_a_break_counts_only_once_it_has_come():
    found = rolling_origin(STEADY, origins=4, breaks=[34], rng=0)
    assert found.origins.tolist() == [32, 33, 34, 35]
    assert np.isfinite(found.crps).all()


@pytest.mark.parametrize("bad", [{"horizon": 0}, {"origins": 1.5}, {"breaks": [99]}])
def test_bad_arguments_are_named(bad):
    with pytest.raises(ArgumentError):
        rolling_origin(STEADY, **bad)
