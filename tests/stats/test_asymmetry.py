"""Penalty and reward: planted ones are found, and what cannot be told is not told."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.asymmetry import asymmetry
from npskit.stats.crossproducts import PARTS, CrossProducts, contrasts

# Must-be, delighter, performance, neither; in points.
PENALTY, REWARD = np.array([-40, 0, -30, 0]), np.array([0, 40, 30, 0])


def survey(rows, rng, penalty=PENALTY, reward=REWARD):
    values = rng.integers(1, 6, (rows, len(penalty))).astype(float)
    mean = ((values == 1) @ penalty + (values == 5) @ reward) / 100
    return 100.0 * np.where(rng.random(rows) < np.abs(mean), np.sign(mean), 0), values


def rows_of(outcome, values, **given):
    encode = partial(contrasts, bottom=1, top=5)
    return CrossProducts.from_arrays(outcome, values, encode=encode, parts=PARTS, rng=1, **given)


def test_planted_kinds_are_found():
    outcome, values = survey(4_000, np.random.default_rng(0))
    found = asymmetry(rows_of(outcome, values), rng=1)
    assert found.kinds == ("must-be", "delighter", "performance", "cannot tell")
    np.testing.assert_allclose(found.penalty, PENALTY, atol=6)
    np.testing.assert_allclose(found.reward, REWARD, atol=6)
    np.testing.assert_allclose(found.balance, found.penalty + found.reward)
    np.testing.assert_allclose(found.bottom, (values == 1).mean(axis=0))
    assert (found.penalty_lower < found.penalty).all()
    assert (found.penalty < found.penalty_upper).all()


def test_nothing_planted_is_seldom_told():
    rng = np.random.default_rng(0)
    told = [
        kind != "cannot tell"
        for _ in range(10)
        for kind in asymmetry(
            rows_of(*(100 * rng.integers(-1, 2, 400), rng.integers(1, 6, (400, 4)))), replicates=200, rng=rng
        ).kinds
    ]
    assert np.mean(told) <= 0.15


def test_reversing_the_scales_swaps_penalty_and_reward():
    outcome, values = survey(1_000, np.random.default_rng(1))
    one, other = asymmetry(rows_of(outcome, values), rng=1), asymmetry(rows_of(-outcome, 6 - values), rng=1)
    np.testing.assert_allclose(one.penalty, -other.reward, atol=1e-9)
    np.testing.assert_allclose(one.penalty_lower, -other.reward_upper, atol=1e-9)


def test_nobody_at_the_bottom_has_no_penalty():
    outcome, values = survey(1_000, np.random.default_rng(0))
    values[:, 0] = np.maximum(values[:, 0], 2)
    found = asymmetry(rows_of(outcome, values), rng=1)
    assert np.isnan([found.penalty[0], found.penalty_lower[0], found.balance_upper[0]]).all()
    assert np.isfinite(found.reward[0])
    assert found.kinds[0] == "cannot tell"


def test_nobody_in_the_middle_is_no_reference():
    outcome, values = survey(1_000, np.random.default_rng(0))
    values[:, 1] = np.where(values[:, 1] > 2, 5, 1)
    found = asymmetry(rows_of(outcome, values), rng=1)
    assert np.isnan([found.penalty[1], found.reward[1], found.reward_lower[1]]).all()
    assert found.kinds[1] == "cannot tell"


def test_few_answers_at_an_end_tell_no_kind():
    rng = np.random.default_rng(0)
    outcome, values = survey(8_000, rng)
    rare = (values[:, 1] == 1) & (rng.random(8_000) < 0.99)
    values[rare, 1] = 3
    assert (values[:, 1] == 1).sum() < 30
    assert asymmetry(rows_of(outcome, values), rng=1).kinds[1] == "cannot tell"


def test_an_end_that_points_the_wrong_way_tells_no_kind():
    rng = np.random.default_rng(0)
    values = rng.integers(1, 6, (8_000, 2)).astype(float)
    mean = np.where(values[:, 0] == 1, -0.2, 0) + np.where(values[:, 0] == 5, -0.2, 0)
    outcome = 100.0 * np.where(rng.random(8_000) < np.abs(mean), np.sign(mean), 0)
    assert asymmetry(rows_of(outcome, values), rng=1).kinds[0] == "cannot tell"


def test_unused_touchpoints_keep_their_row():
    rng = np.random.default_rng(0)
    outcome, values = survey(8_000, rng)
    used = rng.random(values.shape) < 0.7
    mean = ((used & (values == 1)) @ PENALTY + (used & (values == 5)) @ REWARD) / 100
    outcome = 100.0 * np.where(rng.random(8_000) < np.abs(mean), np.sign(mean), 0)
    found = asymmetry(rows_of(outcome, np.where(used, values, np.nan)), rng=1)
    assert found.responses == 8_000
    assert found.kinds == ("must-be", "delighter", "performance", "cannot tell")
    np.testing.assert_allclose(found.usage, used.mean(axis=0))


def test_columns_that_are_no_contrasts_are_told():
    with pytest.raises(ArgumentError, match="bottom, top, used"):
        asymmetry(CrossProducts.from_arrays([1, 2, 3], [[1, 2], [2, 1], [3, 4]], parts=3))


@pytest.mark.slow
def test_coverage_of_penalty_and_reward():
    rng = np.random.default_rng(0)
    covered = np.zeros((2, 4))
    for _ in range(200):
        found = asymmetry(rows_of(*survey(500, rng)), replicates=400, rng=rng)
        covered[0] += (found.penalty_lower <= PENALTY) & (found.penalty_upper >= PENALTY)
        covered[1] += (found.reward_lower <= REWARD) & (found.reward_upper >= REWARD)
    print(covered / 200)
    assert covered.mean() / 200 == pytest.approx(0.945, abs=0.025)
