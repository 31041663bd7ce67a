"""Whether two series move together: laws, and how often chance is taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.comovement import comovement


def test_the_same_series_and_its_mirror():
    values = np.random.default_rng(0).normal(size=30)
    assert comovement(values, 3 * values + 7).correlation == pytest.approx(1)
    assert comovement(values, -values).upper < -0.99


def test_swapping_and_flipping():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 30))
    found, flipped = comovement(one, other), comovement(other, -one)
    assert (found.correlation, found.lower) == pytest.approx((-flipped.correlation, -flipped.upper))


def test_only_neighbouring_periods_known_in_both_are_used():
    values = np.arange(10.0) ** 2
    gap = values.copy()
    gap[4] = np.nan
    assert comovement(values, gap).changes == 7


def test_too_few_changes_have_no_limits():
    found = comovement([1, 3, 2, 5], [2, 5, 3, 9])
    assert (found.lower, found.upper) == (-1, 1)
    assert np.isnan(comovement([1, 2], [1, 2]).correlation)
    assert np.isnan(comovement([1, 1, 1, 1], [1, 2, 3, 1]).correlation)


def test_lengths_that_differ_are_refused():
    with pytest.raises(ArgumentError):
        comovement([1, 2, 3], [1, 2])


@pytest.mark.parametrize("noise", [0.0, 1.0, 20.0])
def test_unrelated_series_rarely_seem_to_move_together(noise):
    rng = np.random.default_rng(2)
    walks = np.cumsum(rng.normal(size=(400, 2, 36)), axis=-1) + noise * rng.normal(size=(400, 2, 36))
    found = [comovement(one, other) for one, other in walks]
    assert np.mean([each.lower > 0 or each.upper < 0 for each in found]) < 0.08


def test_levels_would_seem_to():
    rng = np.random.default_rng(3)
    walks = np.cumsum(rng.normal(size=(400, 2, 36)), axis=-1)
    assert np.mean([abs(np.corrcoef(each)[0, 1]) > 0.33 for each in walks]) > 0.4


def test_intervals_hold_a_correlation_of_changes():
    rng = np.random.default_rng(4)
    steps = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=(400, 36))
    found = [comovement(*np.cumsum(each, axis=0).T) for each in steps]
    assert np.mean([each.lower < 0.6 < each.upper for each in found]) > 0.94
