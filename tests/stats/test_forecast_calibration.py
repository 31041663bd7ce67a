"""Forecasts of simulated companies that no model was made for: how near, and how often inside the interval."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from npskit.stats.backtest import Backtest, rolling_origin
from npskit.stats.forecast import forecast
from npskit.stats.trend import level

sys.path.insert(0, str(Path(__file__).parent))
from companies import SIZES, company

AHEAD, BETWEEN = 6, 6


@cache
def trials(size: str, seeds: range) -> list[Backtest]:
    """Three forecasts of six months of each company, from origins half a year apart."""
    found = []
    for seed in seeds:
        counts = company(seed, size).counts
        for back in range(3):
            end = len(counts) - back * BETWEEN
            if end >= 24 + AHEAD:
                found.append(rolling_origin(counts[:end], horizon=AHEAD, origins=1, draws=2000, rng=seed))
    return found


def mean(tests: list[Backtest], name: str) -> float:
    return float(np.nanmean([getattr(test, name) for test in tests]))


def covered(tests: list[Backtest], lower: str, upper: str) -> float:
    inside = [(getattr(t, lower) <= t.reading) & (t.reading <= getattr(t, upper)) for t in tests]
    return float(np.mean(np.concatenate(inside)[np.isfinite(np.concatenate([t.reading for t in tests]))]))


@pytest.mark.parametrize("size", SIZES)
def test_some_companies_are_forecast_nearer_than_without_a_model(size):
    tests = trials(size, range(0, 40, 2))
    assert mean(tests, "crps") < 0.95 * mean(tests, "crps_last")
    assert mean(tests, "crps") < mean(tests, "crps_mean")
    assert covered(tests, "lower", "upper") > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("parity", [0, 1])
def test_intervals_hold_as_often_as_they_say(size, parity):
    tests = trials(size, range(parity, 240, 2))
    assert 0.93 <= covered(tests, "lower", "upper") <= 0.975
    assert 0.77 <= covered(tests, "lower_80", "upper_80") <= 0.86


def steady(seeds):
    return np.stack([np.random.default_rng(seed).multinomial(50, [0.2, 0.3, 0.5], size=36) for seed in seeds])


def test_constant_truth_is_held_by_a_narrow_level_in_a_few_seeds():
    lower, upper = np.quantile(forecast(steady(range(20)), 1, draws=1000, rng=0).level_draws[..., 0], [0.025, 0.975], 1)
    assert np.mean((lower <= 30) & (upper >= 30)) >= 0.93
    assert np.mean(upper - lower) <= 20


@pytest.mark.slow
def test_constant_truth_is_held_by_a_narrow_level():
    counts = steady(range(200))
    shown = level(counts)
    assert np.mean((shown.lower <= 30) & (shown.upper >= 30)) >= 0.93
    assert np.mean(shown.upper - shown.lower) <= 20
    lower, upper = np.quantile(forecast(counts, 1, draws=1000, rng=0).level_draws[..., 0], [0.025, 0.975], 1)
    assert np.mean((lower <= 30) & (upper >= 30)) >= 0.93
    assert np.mean(upper - lower) <= 22
