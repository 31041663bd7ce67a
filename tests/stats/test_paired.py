"""Scores from the same people: what is shared is left out of a difference, and nothing else changes."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats.comparison import adjust, difference, rank_probabilities
from npskit.stats.paired import (
    correlations,
    covariances,
    paired_difference,
    paired_rank_probabilities,
    person_sums,
)
from npskit.stats.weighting import clustered_standard_error

counts_of = st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(lambda each: sum(each) > 0)


def moods(rng, people, brands, halo, cuts, share=1.0, reps=None):
    """Categories of people whose answers to all brands share a mood, and which they gave."""
    shape = (people,) if reps is None else (reps, people)
    latent = np.sqrt(halo) * rng.normal(size=(*shape, 1)) + np.sqrt(1 - halo) * rng.normal(size=(*shape, brands))
    return (latent > cuts[..., 0]).astype(int) + (latent > cuts[..., 1]), rng.random((*shape, brands)) < share


def cuts(*shares):
    ppf = NormalDist().inv_cdf
    return np.array([[ppf(d), ppf(d + p)] for d, p, _ in shares])


def sums_of(category, given_):
    who, brand = np.nonzero(given_)
    return person_sums(who, brand, category[who, brand], groups=category.shape[1])


# ---- laws -----------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(counts_of, counts_of)
def test_without_a_correlation_it_is_the_difference_of_strangers(first, second):
    ours, plain = paired_difference(first, second, 0.0), difference(first, second)
    for name in ("difference", "lower", "upper", "p_value"):
        assert getattr(ours, name) == pytest.approx(getattr(plain, name), abs=1e-6)


@settings(max_examples=40)
@given(counts_of, counts_of, st.floats(-0.9, 0.9))
def test_swapping_the_two_negates_the_difference(first, second, shared):
    one, other = paired_difference(first, second, shared), paired_difference(second, first, shared)
    assert (one.difference, one.lower, one.upper) == pytest.approx((-other.difference, -other.upper, -other.lower))
    assert one.p_value == pytest.approx(other.p_value, abs=1e-9)


@settings(max_examples=40)
@given(counts_of, counts_of, st.floats(-0.9, 0.9), st.sampled_from([0.8, 0.95]))
def test_p_value_is_below_the_level_just_when_the_interval_leaves_out_zero(first, second, shared, level):
    found = paired_difference(first, second, shared, confidence_level=level)
    if abs(found.p_value - (1 - level)) > 1e-6 and min(abs(found.lower), abs(found.upper)) > 1e-6:
        assert (found.p_value < 1 - level) == (found.lower > 0 or found.upper < 0)


def test_what_people_share_makes_a_difference_surer():
    widths = [
        np.ptp([(f := paired_difference([20, 30, 50], [30, 30, 40], r)).lower, f.upper]) for r in (-0.5, 0, 0.5, 0.9)
    ]
    assert widths == sorted(widths, reverse=True)


def test_paired_proportions_as_published():
    # Newcombe (1998), table II, case 36/12/2/0: method 8 gives .0569 to .3404; without passives a score is 2p - 1.
    phi = -24 / np.sqrt(48 * 2 * 38 * 12)
    found = paired_difference([2, 0, 48], [12, 0, 38], phi)
    assert np.array([found.difference, found.lower, found.upper]) / 200 == pytest.approx(
        [0.2, 0.0569, 0.3404], abs=5e-5
    )


def test_complete_pairs_have_the_variance_of_their_differences():
    rng = np.random.default_rng(1)
    category, all_ = moods(rng, 40, 2, 0.6, cuts((0.2, 0.3, 0.5), (0.3, 0.3, 0.4)))
    found = covariances(sums_of(category, all_))
    apart = category[:, 0] - category[:, 1]
    assert found[0, 0] + found[1, 1] - 2 * found[0, 1] == pytest.approx(100**2 * apart.var() / 40)


def test_the_diagonal_is_the_clustered_error():
    rng = np.random.default_rng(2)
    category, some = moods(rng, 30, 3, 0.3, cuts(*[(0.2, 0.3, 0.5)] * 3), share=0.7)
    sums = sums_of(category, some)
    people = some.sum(axis=0)
    for at in range(3):
        error = clustered_standard_error(sums[:, at]) ** 2 * (people[at] - 1) / people[at]
        assert covariances(sums)[at, at] == pytest.approx(error)


def test_sums_of_two_halves_are_those_of_the_whole():
    parts = [person_sums([0, 1], [0, 1], [2, 0], groups=2), person_sums([2, 3], [0, 0], [1, 2], groups=2)]
    whole = person_sums([0, 1, 2, 3], [0, 1, 0, 0], [2, 0, 1, 2], groups=2)
    assert np.array_equal(np.concatenate(parts), whole)


def test_many_people_share_rows_and_the_covariance_stays():
    rng = np.random.default_rng(3)
    category, all_ = moods(rng, 6_000, 2, 0.5, cuts((0.2, 0.3, 0.5), (0.3, 0.3, 0.4)))
    who, brand = np.nonzero(all_)
    few, full = (person_sums(who, brand, category[who, brand], groups=2, most=most) for most in (2_000, 6_000))
    assert len(few) == 2_000
    assert np.array_equal(few.sum(axis=0), full.sum(axis=0))
    assert correlations(few)[0, 1] == pytest.approx(correlations(full)[0, 1], abs=0.06)
    assert np.sqrt(np.diag(covariances(few))) == pytest.approx(np.sqrt(np.diag(covariances(full))), rel=0.06)


def test_no_correlation_where_nobody_answered_both_or_all_say_the_same():
    apart = person_sums([0, 1, 2, 3], [0, 0, 1, 1], [2, 0, 2, 0], groups=2)
    assert correlations(apart)[0, 1] == 0
    agreed = person_sums([0, 1, 2] * 2, [0] * 3 + [1] * 3, [2, 2, 2, 0, 1, 2], groups=2)
    assert correlations(agreed)[0, 1] == 0
    two = person_sums([0, 1] * 2, [0, 0, 1, 1], [2, 0, 2, 0], groups=2)
    assert correlations(two)[0, 1] == 0


def test_ranks_of_strangers_are_those_of_the_counts():
    counts = np.array([[5, 10, 20], [8, 10, 17], [12, 10, 6]])
    each = [(g, c) for g in range(3) for c in range(3) for _ in range(counts[g, c])]
    brand, category = np.array(each).T
    ours = paired_rank_probabilities(person_sums(range(len(each)), brand, category, groups=3), draws=20_000, rng=1)
    assert ours == pytest.approx(rank_probabilities(counts, draws=20_000, rng=2), abs=0.02)
    assert ours.sum(axis=0) == pytest.approx([1, 1, 1])


def test_the_same_people_tell_who_is_first_more_clearly():
    rng = np.random.default_rng(5)
    category, all_ = moods(rng, 60, 2, 0.95, cuts((0.2, 0.3, 0.5), (0.3, 0.3, 0.4)))
    who, brand = np.nonzero(all_)
    paired = paired_rank_probabilities(sums_of(category, all_), rng=1)[0, 0]
    strangers = person_sums(who + 1000 * brand, brand, category[who, brand], groups=2)
    assert paired > paired_rank_probabilities(strangers, rng=1)[0, 0] > 0.5


def test_a_group_without_answers_takes_no_rank():
    found = paired_rank_probabilities(person_sums([0, 1], [0, 0], [2, 1], groups=2), rng=1)
    assert found[0, 0] == 1
    assert np.isnan(found[1]).all()


def test_weights_of_one_size_change_nothing():
    rng = np.random.default_rng(6)
    category, all_ = moods(rng, 50, 2, 0.5, cuts((0.2, 0.3, 0.5), (0.3, 0.3, 0.4)))
    who, brand = np.nonzero(all_)
    tripled = person_sums(who, brand, category[who, brand], groups=2, weights=np.full(len(who), 3.0))
    assert correlations(tripled) == pytest.approx(correlations(sums_of(category, all_)), nan_ok=True)
    one, other = (paired_rank_probabilities(each, rng=1) for each in (tripled, sums_of(category, all_)))
    assert one == pytest.approx(other, abs=1e-12)


def test_what_is_no_correlation_or_no_sums_is_refused():
    with pytest.raises(ArgumentError, match="correlation"):
        paired_difference([1, 1, 1], [1, 1, 1], 1.5)
    with pytest.raises(ArgumentError, match="persons"):
        covariances([[1, 2, 3]])
    with pytest.raises(ArgumentError, match="draws"):
        paired_rank_probabilities(np.ones((2, 2, 3)), draws=0)


# ---- truth by simulation --------------------------------------------------------------------------------------------

TRUTHS = {"middling": ((0.25, 0.35, 0.40), (0.20, 0.30, 0.50)), "apart": ((0.05, 0.15, 0.80), (0.30, 0.30, 0.40))}


def samples(rng, people, brands, halo, share, shares, reps):
    """Counts of many surveys (reps, brands, 3), and the correlations with the first brand (reps, brands)."""
    counts, alike = np.zeros((reps, brands, 3)), np.zeros((reps, brands))
    for at in range(reps):
        sums = sums_of(*moods(rng, people, brands, halo, cuts(*shares), share))
        counts[at], alike[at] = sums.sum(axis=0), correlations(sums)[:, 0]
    return counts, alike


def covered(rng, people, halo, share, shares, reps=1_200):
    """Share of intervals that hold the true difference, and their mean width beside that of strangers."""
    truth = 100 * ((shares[0][2] - shares[0][0]) - (shares[1][2] - shares[1][0]))
    counts, alike = samples(rng, people, 2, halo, share, shares, reps)
    found, plain = (
        paired_difference(counts[:, 0], counts[:, 1], alike[:, 1]), difference(counts[:, 0], counts[:, 1])
    )  # fmt: skip
    hits = (found.lower <= truth) & (truth <= found.upper)
    return hits.mean(), (found.upper - found.lower).mean() / (plain.upper - plain.lower).mean()


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize(("people", "halo", "share"), [(12, 0.9, 1.0), (20, 0.5, 0.7), (60, 0.9, 1.0), (60, 0.0, 0.7)])
def test_intervals_of_paired_differences_cover_the_truth(truth, people, halo, share):
    cover, width = covered(np.random.default_rng(7), people, halo, share, TRUTHS[truth])
    # The Monte-Carlo error of 1,200 intervals is .006.
    assert 0.93 <= cover <= (0.99 if people < 30 else 0.97)
    assert width < (0.75 if halo == 0.9 and truth == "middling" else 1.03)


def test_brands_that_are_alike_are_rarely_told_apart():
    counts, alike = samples(np.random.default_rng(8), 60, 6, 0.5, 0.8, [(0.2, 0.3, 0.5)] * 6, 600)
    found = paired_difference(counts[:, 1:], counts[:, :1], alike[:, 1:])
    alarms = (adjust(found.p_value) < 0.05).any(axis=1).mean()
    # One standard error of 600 trials at .05 is .009.
    assert alarms <= 0.05 + 2.5 * 0.009


def test_probability_of_being_the_highest_means_what_it_says():
    rng = np.random.default_rng(9)
    told, true = [], []
    for _ in range(500):
        shares = rng.dirichlet([4, 4, 6], size=3)
        category, some = moods(rng, 30, 3, 0.5, cuts(*shares), 0.9)
        told.append(paired_rank_probabilities(sums_of(category, some), draws=400, rng=rng)[:, 0])
        best = np.zeros(3)
        best[np.argmax(shares[:, 2] - shares[:, 0])] = 1
        true.append(best)
    told, true = np.concatenate(told), np.concatenate(true)
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        inside = (told >= low) & (told < high)
        assert true[inside].mean() == pytest.approx(told[inside].mean(), abs=3 * np.sqrt(0.25 / inside.sum()))
