"""Rates, their differences and the bounds of a score: published values, laws, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.bounds import bounds, gap_needed, score_if_silent_lower
from npskit.stats.intervals import interval
from npskit.stats.response import rate_difference, rate_differences_to_rest, rate_interval, spread_by_answers

# Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
WILSON = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
# Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
]


@pytest.mark.parametrize(("k", "n", "lower", "upper"), WILSON)
def test_published_intervals_of_a_rate(k, n, lower, upper):
    assert rate_interval(k, n) == pytest.approx((lower, upper), abs=6e-5)


@pytest.mark.parametrize(("a", "n", "b", "m", "lower", "upper"), NEWCOMBE)
def test_published_intervals_of_a_difference(a, n, b, m, lower, upper):
    found = rate_difference(a, n, b, m)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=6e-5)


def test_swapping_groups_flips_the_difference():
    one, other = rate_difference(20, 70, 5, 40), rate_difference(5, 40, 20, 70)
    assert (one.difference, one.lower, one.upper) == pytest.approx((-other.difference, -other.upper, -other.lower))
    assert one.p_value == pytest.approx(other.p_value)


def test_few_take_the_exact_test():
    scipy = pytest.importorskip("scipy.stats")
    table = [[0, 10], [6, 4]]
    law = scipy.hypergeom(20, 6, 10)
    assert rate_difference(0, 10, 6, 10).p_value == pytest.approx(2 * law.cdf(0))
    assert rate_difference(0, 10, 6, 10).p_value >= scipy.fisher_exact(table).pvalue - 1e-12
    assert rate_difference(0, 10, 0, 10).p_value == 1


def test_nobody_asked_is_nan_and_more_than_asked_is_refused():
    assert np.isnan(rate_interval(0, 0)).all()
    assert np.isnan(rate_difference(0, 0, 3, 9).difference)
    with pytest.raises(ArgumentError, match="those asked"):
        rate_interval(3, 2)


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
@pytest.mark.parametrize("p", [0.02, 0.1, 0.4])
def test_intervals_of_rates_and_differences_cover(p):
    rng = np.random.default_rng(1)
    k, j = rng.binomial(120, p, 20_000), rng.binomial(300, p, 20_000)
    low, high = rate_interval(k, 120)
    found = rate_difference(k, 120, j, 300)
    assert ((low <= p) & (p <= high)).mean() > 0.93
    assert ((found.lower <= 0) & (found.upper >= 0)).mean() > 0.93
    assert (found.p_value < 0.05).mean() < 0.06


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


@pytest.mark.slow
def test_segments_that_do_not_differ_are_hardly_ever_found():
    from npskit.stats.comparison import adjust

    rng = np.random.default_rng(3)
    asked = np.array([30, 60, 100, 200, 400, 800, 800, 1600])
    false = [
        (adjust(rate_differences_to_rest(rng.binomial(asked, 0.12), asked).p_value) < 0.05).any() for _ in range(1000)
    ]
    assert np.mean(false) < 0.065
