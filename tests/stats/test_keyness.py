import math

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.keyness import keyness


def by_hand(y1, y2, prior, strength):
    """Equations 15, 16, 20 and 22 of Monroe, Colaresi and Quinn (2008), one word at a time."""
    n1, n2, total, z = sum(y1), sum(y2), sum(prior), []
    for a, b, usual in zip(y1, y2, prior, strict=True):
        alpha = strength * usual / total
        first = math.log((a + alpha) / (n1 + strength - a - alpha))
        second = math.log((b + alpha) / (n2 + strength - b - alpha))
        z.append((first - second) / math.sqrt(1 / (a + alpha) + 1 / (b + alpha)))
    return z


def test_it_is_the_formula():
    one, other, prior = [12, 0, 40, 7], [3, 9, 41, 7], [20, 11, 90, 30]
    np.testing.assert_allclose(keyness(one, other, prior=prior, strength=25).z, by_hand(one, other, prior, 25))


def test_it_is_the_posterior_of_two_groups_of_words():
    rng = np.random.default_rng(1)
    one, other, prior = np.array([60, 25, 300, 115]), np.array([30, 50, 310, 110]), np.array([9.0, 8, 60, 23])
    found = keyness(one, other, prior=prior, strength=100)
    draws = [np.log(p / (1 - p)) for p in (rng.dirichlet(counts + prior, 200_000) for counts in (one, other))]
    apart = draws[0] - draws[1]
    np.testing.assert_allclose(found.log_odds, apart.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(found.error[:2], apart.std(axis=0)[:2], rtol=0.1)


def test_swapping_the_groups_turns_the_sign():
    one, other = keyness([5, 9, 30], [11, 2, 28]), keyness([11, 2, 28], [5, 9, 30])
    np.testing.assert_allclose(one.z, -other.z)
    np.testing.assert_allclose(one.p_value, other.p_value)


def test_rare_words_tell_less_than_common_ones():
    found = keyness([2, 40, 500], [0, 10, 500])
    assert found.z[1] > found.z[0]


def test_words_said_alike_are_seldom_told_apart():
    rng = np.random.default_rng(3)
    shares = rng.dirichlet(np.full(200, 0.5))
    hits = []
    for _ in range(200):
        one, other = rng.multinomial(3000, shares), rng.multinomial(2000, shares)
        hits.append((keyness(one, other, prior=shares + 1e-6).p_adjusted < 0.05).any())
    assert np.mean(hits) <= 0.05


def test_nothing_and_one_word_are_fine():
    assert len(keyness([], []).z) == 0
    assert keyness([3], [5]).z.tolist() == [0.0]


@pytest.mark.parametrize("counts", [([1], [1, 2]), ([-1, 2], [1, 2]), ([0, 1], [0, 1])])
def test_what_are_no_counts_is_told(counts):
    with pytest.raises(ArgumentError, match="keyness"):
        keyness(*counts)
