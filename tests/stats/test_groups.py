"""Groups against the rest, the whole and a reference; ranks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from npskit.errors import ArgumentError
from npskit.stats.comparison import difference
from npskit.stats.groups import difference_to_overall, difference_to_reference, difference_to_rest, ranks, rest
from npskit.stats.score import score

tables = arrays(np.int64, (4, 3), elements=st.integers(0, 40))
FIELDS = ("difference", "lower", "upper", "p_value")


def values(found):
    return np.array([getattr(found, name) for name in FIELDS])


@settings(max_examples=25)
@given(tables)
def test_group_and_rest_are_all(counts):
    assert (rest(counts) + counts == counts.sum(axis=0)).all()


@settings(max_examples=25)
@given(tables)
def test_difference_to_rest_is_that_of_two_groups(counts):
    found = difference_to_rest(counts)
    direct = difference(counts[0], counts[1:].sum(axis=0))
    assert values(found)[:, 0] == pytest.approx(values(direct), nan_ok=True)


@settings(max_examples=25)
@given(tables)
def test_difference_to_the_whole_is_that_of_the_scores(counts):
    found = difference_to_overall(counts)
    expected = score(counts) - score(counts.sum(axis=0))
    known = ~np.isnan(found.difference)
    assert found.difference[known] == pytest.approx(expected[known], abs=1e-9)
    against_rest = difference_to_rest(counts)
    assert found.p_value == pytest.approx(against_rest.p_value, nan_ok=True)
    assert (np.sign(found.lower[known]) == np.sign(against_rest.lower[known])).all()


@settings(max_examples=25)
@given(tables, st.permutations(range(4)))
def test_order_of_the_groups_does_not_matter(counts, order):
    assert values(difference_to_rest(counts[order])) == pytest.approx(
        values(difference_to_rest(counts))[:, order], nan_ok=True
    )


def test_two_groups_are_each_others_rest():
    found = difference_to_rest([[20, 30, 50], [30, 30, 40]])
    assert found.difference[0] == -found.difference[1]
    assert found.lower[0] == -found.upper[1]


def test_group_that_is_the_whole_has_no_rest():
    for compare in (difference_to_rest, difference_to_overall):
        assert np.isnan(values(compare([[20, 30, 50], [0, 0, 0]]))).all()
    assert np.isnan(values(difference_to_rest([[0.1, 0.2, 0.7], [0, 0, 0]]))).all()


def test_reference_has_no_difference_to_itself():
    counts = np.random.default_rng(1).integers(1, 30, (5, 4, 3))
    found = difference_to_reference(counts, -2)
    assert np.isnan(values(found)[..., 2]).all()
    direct = difference(counts[:, 0], counts[:, 2])
    assert values(found)[..., 0] == pytest.approx(values(direct))


def test_weights_count_by_their_effective_responses():
    counts = np.array([[20, 30, 50], [30, 30, 40], [25, 25, 25]])
    plain = difference_to_rest(counts)
    same = difference_to_rest(counts * 3.0, squares=counts * 9.0)
    assert values(same) == pytest.approx(values(plain))
    wider = difference_to_rest(counts, squares=counts * 4.0)
    assert wider.difference == pytest.approx(plain.difference)
    assert ((wider.upper - wider.lower) / (plain.upper - plain.lower)).tolist() == pytest.approx([2] * 3, abs=0.15)
    assert values(difference_to_reference(counts * 3.0, 1, squares=counts * 9.0))[:, 0] == pytest.approx(
        values(difference_to_reference(counts, 1))[:, 0]
    )


@pytest.mark.slow
def test_intervals_to_rest_and_whole_cover():
    shares = np.array([[0.2, 0.3, 0.5], [0.3, 0.3, 0.4], [0.1, 0.3, 0.6], [0.02, 0.08, 0.9]])
    sizes = np.array([400, 60, 30, 15])
    rng = np.random.default_rng(1)
    counts = np.stack([rng.multinomial(n, p, 4000) for n, p in zip(sizes, shares, strict=True)], axis=1)
    truth = score(shares)
    pooled = (sizes @ truth - sizes * truth) / (sizes.sum() - sizes)
    for compare, expected in ((difference_to_rest, pooled), (difference_to_overall, sizes @ truth / sizes.sum())):
        found = compare(counts)
        held = ((found.lower <= truth - expected) & (truth - expected <= found.upper)).mean(axis=0)
        assert held.min() >= 0.93
        assert held.max() <= 0.975


def test_ranks_add_up():
    found = ranks(np.random.default_rng(0).integers(1, 30, (6, 3)), draws=2000, rng=1)
    assert [found.best.sum(), found.last.sum()] == pytest.approx([1, 1])
    assert (found.at_most[:, 0] == found.best).all()
    assert found.at_most[:, -1] == pytest.approx(np.ones(6))
    assert (np.diff(found.at_most, axis=1) >= 0).all()


def test_groups_without_answers_are_not_ranked():
    found = ranks([[0, 0, 0], [90, 5, 5], [5, 5, 90]], rng=1)
    assert np.isnan([found.best[0], found.last[0], *found.at_most[0]]).all()
    assert found.last[1:].tolist() == [1, 0]
    assert np.isnan(ranks(np.zeros((2, 3))).best).all()


def test_bad_groups_are_refused():
    with pytest.raises(ArgumentError, match="groups × 3"):
        rest([1, 2, 3])
    with pytest.raises(ArgumentError, match="reference"):
        difference_to_reference([[1, 2, 3], [1, 2, 3]], 2)
    with pytest.raises(ArgumentError, match="squares"):
        difference_to_rest([[1, 2, 3], [1, 2, 3]], squares=[[1, 2, 3]])
