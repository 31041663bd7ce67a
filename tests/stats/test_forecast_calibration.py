"""Forecasts of simulated companies that no model was made for: how near, and how often inside the interval."""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from npskit.stats.backtest import rolling_origin
from npskit.stats.forecast import forecast
from npskit.stats.trend import level

sys.path.insert(0, str(Path(__file__).parent))
from companies import SIZES, company

AHEAD, BETWEEN = 6, 6


# What is compared, one array (forecasts, steps) for each.
NAMES = ("reading", "lower", "upper", "lower_80", "upper_80", "crps", "crps_last", "crps_mean")


@cache
def trials(size: str, seeds: range) -> dict[str, NDArray[np.float64]]:
    """Three forecasts of six months of each company, from origins half a year apart."""
    alike = defaultdict(list)
    for seed in seeds:
        counts = company(seed, size).counts
        for back in range(3):
            end = len(counts) - back * BETWEEN
            if end >= 24 + AHEAD:
                alike[end].append(counts[:end])
    # Histories of one length go through at once.
    found = [rolling_origin(alike[end], horizon=AHEAD, origins=1, rng=end) for end in sorted(alike)]
    return {name: np.concatenate([getattr(test, name)[:, 0] for test in found]) for name in NAMES}


def covered(tests: dict[str, NDArray[np.float64]], lower: str, upper: str) -> float:
    inside = (tests[lower] <= tests["reading"]) & (tests["reading"] <= tests[upper])
    return float(np.mean(inside[np.isfinite(tests["reading"])]))


@pytest.mark.parametrize("size", SIZES)
def test_some_companies_are_forecast_nearer_than_without_a_model(size):
    tests = trials(size, range(0, 120, 2))
    ours, last, mean = (np.nanmean(tests[name]) for name in ("crps", "crps_last", "crps_mean"))
    assert ours < 0.95 * last
    assert ours < mean
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
