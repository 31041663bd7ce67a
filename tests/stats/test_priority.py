"""Priorities: impact with its interval, weighed by feasibility, ranked with ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.priority import impact, impact_from_draws, priorities, rank_with_ties

actions = st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8).map(
    lambda rows: tuple(np.array([[v, v - below, v + above] for v, below, above in rows], dtype=float).T)
)


def test_impact_is_coefficient_times_gap_times_share():
    found = impact(4, 0.5, 0.25, lower=2, upper=8)
    assert (found.impact, found.lower, found.upper) == (0.5, 0.25, 1.0)


def test_lowering_turns_the_interval():
    found = impact(-4, -0.5, lower=-6, upper=1)
    assert (found.impact, found.lower, found.upper) == (2, -0.5, 3)


def test_draws_and_interval_agree():
    draws = np.random.default_rng(1).normal([8, -3], [1, 0.5], (20_000, 2))
    lower, upper = np.quantile(draws, [0.025, 0.975], axis=0)
    one = impact_from_draws(draws, [0.5, -2], [0.2, 1])
    other = impact(draws.mean(axis=0), [0.5, -2], [0.2, 1], lower=lower, upper=upper)
    assert one.impact == pytest.approx(other.impact)
    assert one.lower == pytest.approx(other.lower)
    assert one.upper == pytest.approx(other.upper)


def test_uncertain_gap_widens():
    rng = np.random.default_rng(1)
    coefficient = rng.normal(8, 1, (4000, 1))
    sure, unsure = impact_from_draws(coefficient, [1]), impact_from_draws(coefficient, rng.normal(1, 0.3, (4000, 1)))
    assert unsure.upper - unsure.lower > 1.5 * (sure.upper - sure.lower)


@pytest.mark.parametrize("share", [-0.1, 1.1, 40])
def test_share_is_a_share(share):
    with pytest.raises(ArgumentError, match="share"):
        impact(4, 1, share, lower=3, upper=5)


def test_feasibility_keeps_fifths_of_the_impact():
    found = priorities([10, 10], [8, 8], [12, 12], [5, 1])
    assert found.value.tolist() == [10, 2]
    assert (found.lower.tolist(), found.upper.tolist()) == ([8, pytest.approx(1.6)], [12, pytest.approx(2.4)])
    assert found.rank.tolist() == [1, 2]
    assert np.isnan(found.per_cost).all()


def test_cost_is_told_and_does_not_rank():
    found = priorities([10, 1], [8, 0.5], [12, 1.5], [5, 5], cost=[100, 1])
    assert found.per_cost.tolist() == [0.1, 1]
    assert found.rank.tolist() == [1, 2]
    assert np.isnan(priorities([10], [8], [12], [5], cost=[np.nan]).per_cost).all()


def test_order_lists_by_rank_then_value():
    found = priorities([1, 9, 10, np.nan], [0.5, 6, 7, np.nan], [1.5, 12, 13, np.nan], [5, 5, 5, 5])
    assert found.order.tolist() == [2, 1, 0, 3]
    assert found.rank[:3].tolist() == [3, 1, 1]
    assert np.isnan(found.rank[3])


def test_a_chain_of_overlaps_is_cut_at_the_leader():
    assert rank_with_ties([10, 8, 5], [7, 5, 4], [13, 11, 6]).tolist() == [1, 1, 3]


def test_touching_intervals_overlap():
    assert rank_with_ties([2, 1], [1.5, 0.5], [2.5, 1.5]).tolist() == [1, 1]


@given(actions)
def test_ranks_never_run_against_values(given_actions):
    value = given_actions[0]
    rank = rank_with_ties(*given_actions)
    order = np.argsort(-value, kind="stable")
    assert (np.diff(rank[order]) >= 0).all()
    assert rank.min() == 1
    for one in np.unique(rank):
        assert (rank < one).sum() == one - 1


@given(actions, st.randoms(use_true_random=False))
def test_order_of_the_actions_does_not_matter(given_actions, random):
    value, lower, upper = given_actions
    if len(set(value)) == len(value):
        order = random.sample(range(len(value)), len(value))
        moved = rank_with_ties(value[order], lower[order], upper[order])
        assert (moved == rank_with_ties(*given_actions)[order]).all()


@given(actions)
def test_members_of_a_rank_overlap_their_leader(given_actions):
    value, lower, upper = given_actions
    rank = rank_with_ties(*given_actions)
    for one in np.unique(rank):
        members = np.flatnonzero(rank == one)
        leader = members[np.argmax(value[members])]
        assert (upper[members] >= lower[leader]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [0], [2], [6]), "feasibility"),
        (([1], [0], [2], [0.5]), "feasibility"),
        (([1], [2], [0], [3]), "lower"),
        (([1, 2], [0], [2], [3]), "as many of each"),
    ],
)
def test_bad_actions_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        priorities(*arguments)


def test_other_bad_input_is_refused():
    with pytest.raises(ArgumentError, match="cost"):
        priorities([1], [0], [2], [3], cost=[0])
    with pytest.raises(ArgumentTypeError, match="feasibility"):
        priorities([1], [0], [2], ["high"])
    with pytest.raises(ArgumentError, match="draws"):
        impact_from_draws([1, 2], [1, 2])


def test_no_actions_have_no_ranks():
    found = priorities([], [], [], [])
    assert found.rank.shape == found.order.shape == (0,)
