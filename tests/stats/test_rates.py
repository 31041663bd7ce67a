"""Shares of a group and their differences: published values, laws, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.comparison import adjust
from npskit.stats.rates import rate_difference, rate_differences_to_rest, rate_interval

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
    (10, 10, 0, 10, 0.6075, 1.0),
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
def test_segments_that_do_not_differ_are_hardly_ever_found():
    rng = np.random.default_rng(3)
    asked = np.array([30, 60, 100, 200, 400, 800, 800, 1600])
    false = [
        (adjust(rate_differences_to_rest(rng.binomial(asked, 0.12), asked).p_value) < 0.05).any() for _ in range(1000)
    ]
    assert np.mean(false) < 0.065
