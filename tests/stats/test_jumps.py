"""Where a level jumped: what the evidence is, and what is found."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.stats.forecast import forecast
from npskit.stats.grid import JUMP_SDS, jump_rates, pace_of
from npskit.stats.jumps import evidence, proposals
from npskit.stats.posterior import posterior
from npskit.stats.statespace import regression, smooth


def steps(*levels, months=12, responses=300, seed=1):
    """Counts of stretches of months, each at its level."""
    truth = np.repeat(levels, months)
    promoters = (0.7 + truth / 100) / 2
    shares = np.stack([0.7 - promoters, np.full(truth.shape, 0.3), promoters], axis=-1)
    return np.random.default_rng(seed).multinomial(responses, shares)


def test_evidence_is_the_ratio_of_the_two_likelihoods():
    rng = np.random.default_rng(2)
    columns, weights = rng.normal(0, 10, (7, 1, 1, 1)), rng.uniform(0.01, 0.1, (7, 1, 1))
    variance, start = np.array([4.0]), np.full((7, 1, 1), 0.001)
    plain = smooth(columns, weights, variance, start=start)
    points = np.zeros((1, 1), int), np.zeros((1, 1), int)
    found = evidence(plain, columns, weights, points, np.zeros((1, 1, 0)))[:, 0, 0]
    for t in range(1, 7):
        for at, sd in enumerate(JUMP_SDS):
            jumps = np.zeros((7, 1, 1))
            jumps[t] = sd**2
            jumped = smooth(columns, weights, variance, start=start, jumps=jumps)
            gain = [regression(each, np.ones(1))[0].item() for each in (jumped, plain)]
            assert np.log(found[t, at]) == pytest.approx(gain[0] - gain[1], abs=1e-9)


def test_only_jumps_that_stand_out_are_proposed():
    assert [tried.tolist() for tried in proposals(np.array([[0.0, 0.05], [9.0, 0.2]]))] == [[], [0]]


def test_several_jumps_are_found_where_they_were():
    found = posterior(steps(20, 50, 10, 45))
    assert np.flatnonzero(found.jump > 0.5).tolist() == [12, 24, 36]


def test_a_ruin_is_a_jump_of_the_second_size():
    found = posterior(steps(60, -25, responses=1000))
    assert found.jump[12] > 0.99
    assert np.exp(found.log_weights) @ found.level_sd < 1


def test_a_jump_in_a_gap_is_put_on_its_far_side():
    counts = steps(20, 50)
    counts[10:14] = 0
    found = posterior(counts)
    assert found.jump[14] > 0.9
    assert np.all(found.jump[10:14] == 0)


def test_no_jump_is_looked_for_at_a_marked_break():
    assert posterior(steps(20, 60), breaks=[12]).jump.max() < 0.3


def test_after_a_jump_the_level_is_as_steady_as_before():
    counts = steps(20, 50, months=18)
    jumped, steady = (forecast(each, 1, rng=0).level_draws for each in (counts, np.vstack([counts[18:], counts[18:]])))
    widths = [np.diff(np.quantile(draws, [0.1, 0.9])).item() for draws in (jumped, steady)]
    assert widths[0] == pytest.approx(widths[1], rel=0.35)
    assert np.median(jumped) == pytest.approx(50, abs=3)


def test_jumps_are_as_frequent_as_time_goes_by():
    assert jump_rates(pace_of("quarter")).sum() == pytest.approx(3 * jump_rates(1).sum())
    assert jump_rates(1000).sum() == pytest.approx(1 / 3)
