"""The bounds of a score and what more answers are worth: laws, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.bounds import bounds, gap_needed, score_if_silent_lower
from npskit.stats.intervals import interval
from npskit.stats.response import spread_by_answers


def test_the_ends_are_exact():
    found = bounds([20, 30, 50], 100)
    assert (found.worst, found.best) == (-35, 65)
    # All silent ones added by hand.
    assert (found.worst, found.best) == (100 * (50 - 120) / 200, 100 * (150 - 20) / 200)


def test_everybody_answered_leaves_the_score_and_its_interval():
    found = bounds([20, 30, 50], 0)
    assert found.worst == found.best == 30
    assert (found.lower, found.upper) == pytest.approx(interval([20, 30, 50]), abs=1e-6)


def test_nobody_answered_leaves_the_whole_scale():
    found = bounds([0, 0, 0], 40)
    assert (found.worst, found.best, found.lower, found.upper) == (-100, 100, -100, 100)
    assert np.isnan(bounds([0, 0, 0], 0).worst)


def test_swapping_promoters_and_detractors_negates_the_bounds():
    one, other = bounds([[5, 9, 30], [1, 1, 1]], [20, 7]), bounds([[30, 9, 5], [1, 1, 1]], [20, 7])
    assert one.lower == pytest.approx(-np.asarray(other.upper))
    assert one.worst == pytest.approx(-np.asarray(other.best))


def test_more_silent_ones_widen_the_bounds():
    found = bounds([20, 30, 50], [0, 10, 100, 1000])
    assert (np.diff(found.worst) < 0).all()
    assert (np.diff(found.best) > 0).all()
    assert (found.lower < found.worst).all()
    assert (found.upper > found.best).all()


def test_silent_ones_as_the_others_change_nothing_and_the_ends_are_the_bounds():
    assert score_if_silent_lower(30, 0.25, 0) == 30
    ends = score_if_silent_lower(30, 0.5, [130, -70])
    found = bounds([20, 30, 50], 100)
    assert ends == pytest.approx([found.worst, found.best])
    assert score_if_silent_lower(30, 0.5, 1000) == pytest.approx(found.worst)
    assert score_if_silent_lower(30.0, 0.25, np.arange(6).reshape(2, 3)).shape == (2, 3)


def test_the_gap_needed_brings_the_score_to_the_target():
    gap = gap_needed(30, 0.4, 10)
    assert score_if_silent_lower(30, 0.4, gap) == pytest.approx(10)
    assert np.isnan(gap_needed(30, 0.9, 0))
    assert gap_needed(30, 1.0, 30) == 0


def test_four_times_the_answers_halve_the_margin():
    small, large = spread_by_answers([20, 30, 50], [1000, 4000])
    assert large == pytest.approx(small / 2, rel=0.01)


def test_bad_arguments_are_named():
    with pytest.raises(ArgumentError, match="silent"):
        bounds([1, 2, 3], -1)
    with pytest.raises(ArgumentError):
        bounds([1, 2, 3], 1, confidence_level=2)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "mood"), [(0.3, 0.0), (0.3, 0.6), (0.95, 0.4)])
def test_limits_hold_the_score_whatever_the_silent_think(rate, mood):
    """In the worst case the silent are all detractors, which these limits must hold too."""
    rng = np.random.default_rng(2)
    shares = np.array([0.2, 0.3, 0.5])
    truth = 100 * (rate * (shares[2] - shares[0]) - (1 - rate) * mood)
    held = []
    for _ in range(400):
        answered = rng.binomial(500, rate)
        found = bounds(rng.multinomial(answered, shares), 500 - answered)
        held.append(found.lower <= truth <= found.upper)
    assert np.mean(held) > 0.93
