"""Power and sample size: published values, inverses of each other, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats.comparison import difference
from npskit.stats.power import (
    finite_population_factor,
    margin_of_error,
    power_difference,
    sample_size,
    sample_size_difference,
    smallest_detectable,
)

SHARES = (0.2, 0.3, 0.5)
LOW, HIGH = (0.25, 0.35, 0.40), (0.20, 0.35, 0.45)


def test_difference_of_ten_points_needs_954_per_group():
    assert sample_size_difference(LOW, HIGH) == 954
    assert power_difference(LOW, HIGH, responses_a=954) >= 0.8 > power_difference(LOW, HIGH, responses_a=952)


def test_sizes_done_in_the_head():
    # All promoters or detractors: variance 1, so z² / margin² = 3.8415 / .01 = 384.15.
    assert sample_size(10, shares=(0.5, 0, 0.5)) == 385
    assert sample_size(10, shares=(0, 1, 0)) == 1
    assert isinstance(int(sample_size([10, 5], shares=SHARES)[1]), int)


@given(st.floats(0.5, 30), st.sampled_from([None, 1000, 50_000]))
def test_the_size_reaches_the_margin_and_one_less_does_not(margin, population):
    size = sample_size(margin, shares=SHARES, population=population)
    assert margin_of_error(size, shares=SHARES, population=population) <= margin + 1e-6
    if size > 1:
        assert margin_of_error(size - 1, shares=SHARES, population=population) > margin


def test_asking_everyone_leaves_no_margin():
    assert finite_population_factor([100, 1, 1], [100, 1, 1e12]) == pytest.approx([0, 0, 1])
    assert margin_of_error(1000, shares=SHARES, population=1000) == 0
    assert sample_size(0.01, shares=SHARES, population=500) == 500


def test_power_curve_rises_from_the_level_to_one():
    curve = power_difference(LOW, HIGH, responses_a=np.array([1, 10, 100, 1000, 10_000]))
    assert (np.diff(curve) > 0).all()
    assert 0.05 < curve[0] < 0.06
    assert curve[-1] > 0.9999
    assert power_difference(LOW, LOW, responses_a=100) == pytest.approx(0.05)


def test_smallest_detectable_inverts_the_power():
    change = smallest_detectable(954, shares=LOW)
    assert change == pytest.approx(10, abs=0.3)
    assert smallest_detectable(400, shares=LOW) > change
    assert smallest_detectable(954, 1e12, shares=LOW) == pytest.approx(change / 2**0.5, rel=1e-6)


@pytest.mark.parametrize("wrong", [(20, 30, 50), (0.2, 0.3, 0.4), (0.2, 0.8), (-0.1, 0.6, 0.5)])
def test_shares_sum_to_one(wrong):
    with pytest.raises(ArgumentError, match="shares"):
        sample_size(5, shares=wrong)


def test_impossible_questions_are_refused():
    with pytest.raises(ArgumentError, match="margin"):
        sample_size(0, shares=SHARES)
    with pytest.raises(ArgumentError, match="the same score"):
        sample_size_difference(LOW, (0.35, 0.15, 0.5))
    with pytest.raises(ArgumentError, match=r"0\.8"):
        sample_size_difference(LOW, HIGH, power=80)
    with pytest.raises(ArgumentError, match="population"):
        finite_population_factor(10, 5)
    with pytest.raises(ArgumentError, match="responses_a"):
        power_difference(LOW, HIGH, responses_a=-3)


@pytest.mark.slow
def test_power_is_reached_in_simulation():
    rng = np.random.default_rng(954)
    first, second = rng.multinomial(954, LOW, 4000), rng.multinomial(954, HIGH, 4000)
    assert (difference(second, first).p_value < 0.05).mean() == pytest.approx(0.8, abs=0.02)
