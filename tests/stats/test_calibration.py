"""Told against observed risk: values by hand, a library's, and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.stats.calibration import concordance, observed_expected, reliability, risk_bands


def test_bands_are_even_as_far_as_ties_allow():
    band = risk_bands(np.repeat([0.1, 0.2, 0.3, 0.4, 0.5], 20), bands=5)
    assert np.bincount(band).tolist() == [20] * 5
    assert set(risk_bands(np.full(50, 0.2)).tolist()) == {0}


def test_reliability_by_hand():
    risk = np.repeat([0.1, 0.3], 100)
    left = np.concatenate([np.arange(100) < 10, np.arange(100) < 30])
    found = reliability(risk, left, np.arange(200), bands=2)
    assert found.responses.tolist() == [100, 100]
    assert found.expected.tolist() == pytest.approx([0.1, 0.3])
    assert found.observed.tolist() == pytest.approx([0.1, 0.3])
    # Wilson (1927) for 10 of 100, a little wider by the correction for few customers.
    assert (found.lower[0], found.upper[0]) == pytest.approx((0.055, 0.174), abs=0.002)


def test_concordance_is_the_mann_whitney_share():
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(0)
    risk, left = rng.integers(0, 8, 300) / 10, rng.random(300) < 0.3
    found = concordance(risk, left, np.arange(300))
    wanted = mannwhitneyu(risk[left], risk[~left]).statistic / (left.sum() * (~left).sum())
    assert found.concordance == pytest.approx(wanted)


def test_without_events_there_is_nothing_to_tell():
    nobody = np.zeros(40, dtype=bool)
    assert np.isnan(concordance(np.full(40, 0.1), nobody, np.arange(40)).concordance)
    ratio, lower, _ = observed_expected(np.full(40, 0.1), nobody, np.arange(40))
    assert ratio == 0
    assert np.isnan(lower)


def test_answers_twice_widen_by_root_two():
    rng = np.random.default_rng(1)
    risk = rng.uniform(0.05, 0.4, 400)
    left = rng.random(400) < risk
    once = observed_expected(risk, left, np.arange(400))
    twice = observed_expected(np.repeat(risk, 2), np.repeat(left, 2), np.repeat(np.arange(400), 2))
    assert twice == pytest.approx(once, rel=1e-6)
    single = concordance(risk, left, np.arange(400))
    double = concordance(np.repeat(risk, 2), np.repeat(left, 2), np.repeat(np.arange(400), 2))
    assert (double.lower, double.upper) == pytest.approx((single.lower, single.upper), rel=1e-3)


def test_limits_hold_the_truth():
    rng, runs = np.random.default_rng(2), 300
    ratio_held = area_held = 0
    big = rng.uniform(0.05, 0.4, 200_000)
    gone = rng.random(len(big)) < big
    truth = concordance(big, gone, np.arange(len(big))).concordance
    for _ in range(runs):
        risk = rng.uniform(0.05, 0.4, 500)
        left = rng.random(500) < risk
        _, low, high = observed_expected(risk, left, np.arange(500))
        area = concordance(risk, left, np.arange(500))
        ratio_held += low <= 1 <= high
        area_held += area.lower <= truth <= area.upper
    assert 0.92 < ratio_held / runs < 0.98
    assert 0.92 < area_held / runs < 0.98
