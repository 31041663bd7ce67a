import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats.quality import absences, jumps, none_inside
from npskit.stats.quality_groups import group_effects, outlying_shares, trimmed_mean_square
from npskit.stats.straight_lines import agreement, normal, quantile, solved, straight_lines

# ---- absences -------------------------------------------------------------------------------------------------------


def test_chance_of_no_hit_is_the_hypergeometric():
    # 5 of 10 trials are hits; none of a given 3 is one: C(7, 5) / C(10, 5).
    assert none_inside(10, 5, 3) == pytest.approx(math.comb(7, 5) / math.comb(10, 5))
    assert none_inside(10, 8, 3) == 0
    assert none_inside(10, 0, 3) == 1


def test_a_run_spans_periods_without_trials():
    (found,) = absences([5, 6, 7, 0, 0, 0], [12, 12, 12, 12, 0, 12])
    assert (found.first, found.last, found.trials, found.share) == (3, 5, 24, 0.5)


def test_a_run_in_the_middle_is_found_with_both_ends():
    (found,) = absences([9, 8, 0, 0, 9, 8], [20] * 6)
    assert (found.first, found.last) == (2, 3)


def test_what_is_never_given_is_no_absence():
    assert absences([0, 0, 0], [40, 40, 40]) == ()
    assert absences([], []) == ()


def test_runs_are_allowed_for():
    # One run of one period has a chance of 1 in 66 by itself; among 21 runs that is no news.
    assert absences([2, 1, 0, 2, 1, 2], [2, 2, 2, 2, 2, 2]) == ()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_runs_hold_no_hit_and_do_not_overlap(pairs):
    hits, trials = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    taken = set()
    for run in absences(hits, trials, alpha=1.01):
        inside = range(run.first, run.last + 1)
        assert not any(hits[at] for at in inside)
        assert trials[run.first]
        assert trials[run.last]
        assert not taken & set(inside)
        taken |= set(inside)


def test_more_hits_than_trials_are_refused():
    with pytest.raises(ArgumentError, match="no hit without a trial"):
        absences([3], [2])


@pytest.mark.slow
@pytest.mark.parametrize(("n", "share"), [(5, 0.6), (20, 0.3), (100, 0.1), (400, 0.02)])
def test_absences_ring_once_in_twenty_at_most(n, share):
    rng, times = np.random.default_rng(3), 2000
    rung = sum(bool(absences(rng.binomial(k := rng.poisson(n, 12), share), k)) for _ in range(times))
    # With the error of so many trials.
    assert rung / times <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)


# ---- jumps ----------------------------------------------------------------------------------------------------------


def test_a_jump_is_found_where_it_is_and_sized():
    (found,) = jumps([[30] * 8 + [60] * 8], [[100] * 16])
    assert (found.series, found.at, found.stays) == (0, 8, True)
    assert (found.before, found.after) == pytest.approx((0.3, 0.6))
    assert found.lower < found.change < found.upper


def test_a_jump_among_the_first_periods_is_found_from_the_other_end():
    (found,) = jumps([[30] * 3 + [60] * 13], [[100] * 16])
    assert (found.at, found.stays) == (3, True)


def test_a_period_alone_is_told_apart_from_a_jump():
    said = [[30] * 8 + [65] + [30] * 7]
    (found,) = jumps(said, [[100] * 16])
    assert (found.at, found.last, found.stays, found.after) == (8, 8, False, 0.65)


def test_turning_time_round_turns_the_change_round():
    said = np.array([[30, 33, 28, 31, 30, 29, 32, 30, 60, 58, 61, 62, 60, 59, 61, 60]])
    (ahead,) = jumps(said, [[100] * 16])
    (back,) = jumps(said[:, ::-1], [[100] * 16])
    assert back.at == 16 - ahead.at
    assert back.change == pytest.approx(-ahead.change)


def test_few_periods_have_no_usual_step():
    assert jumps([[30, 90, 30, 90, 30, 90]], [[100] * 6]) == ()


def test_shapes_of_shares_are_checked():
    with pytest.raises(ArgumentError, match="counts"):
        jumps([[1, 2]], [[3, 4, 5]])
    with pytest.raises(ArgumentError, match="between 0"):
        jumps([[5, 2]], [[3, 4]])


def beating(rng, *, periods, n, scatter, drift, step=0.0):
    """Counts of a share around .4 that scatters and drifts from period to period, with a step half way."""
    share = 0.4 + scatter * rng.standard_normal(periods) + np.cumsum(drift * rng.standard_normal(periods))
    share = np.clip(share + np.where(np.arange(periods) >= periods // 2, step, 0), 0.02, 0.98)
    totals = rng.poisson(n, periods)
    return rng.binomial(totals, share), totals


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "scatter", "drift"), [(30, 0, 0), (300, 0, 0), (200, 0.03, 0), (1000, 0.03, 0), (200, 0, 0.01)]
)
def test_jumps_ring_once_in_twenty_at_most(n, scatter, drift):
    rng, times = np.random.default_rng(4), 150
    rung = sum(bool(jumps(*beating(rng, periods=18, n=n, scatter=scatter, drift=drift))) for _ in range(times))
    assert rung / times <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "step"), [(60, 0.25), (200, 0.2)])
def test_begging_is_found(n, step):
    rng, times = np.random.default_rng(5), 60
    found = [jumps(*beating(rng, periods=16, n=n, scatter=0.02, drift=0, step=step)) for _ in range(times)]
    assert np.mean([any(abs(each.at - 8) <= 1 and each.change > 0 for each in one) for one in found]) > 0.85


# ---- groups ---------------------------------------------------------------------------------------------------------


def test_two_groups_side_by_side_differ_by_the_mean_of_their_strata():
    # 100 answers a cell: scores 10 and 30, then 50 and 70; the level of the strata is nobody's merit.
    counts = [[40, 10, 50], [30, 10, 60], [20, 10, 70], [10, 10, 80]]
    found = group_effects(counts * 2, [0, 1, 0, 1] * 2, [0, 0, 1, 1, 2, 2, 3, 3])
    assert found.difference == pytest.approx([-20, 20])
    assert found.lower[1] < 20 < found.upper[1]


def test_one_group_far_below_does_not_lift_the_others():
    rng = np.random.default_rng(13)
    scores = np.array([-0.4, *[0.3] * 5])
    shares = np.stack([0.35 - scores / 2, np.full(6, 0.3), 0.35 + scores / 2], axis=1)
    counts = np.array([rng.multinomial(60, share) for _ in range(12) for share in shares])
    found = group_effects(counts, np.tile(range(6), 12), np.repeat(range(12), 6))
    assert np.flatnonzero(found.p_adjusted < 0.05).tolist() == [0]
    assert found.lower[0] < -70 < found.upper[0]
    assert np.abs(found.difference[1:]).max() < 12


def test_a_group_that_never_stands_beside_another_has_no_difference():
    found = group_effects([[10, 10, 20]] * 5, [0, 1, 0, 1, 2], [0, 0, 1, 1, 2])
    assert np.isnan(found.difference[2])
    assert not np.isnan(found.difference[:2]).any()


def test_units_without_answers_change_nothing():
    counts = np.array([[10, 10, 20], [12, 8, 22], [8, 9, 20], [14, 10, 9]] * 3)
    group, stratum = [0, 1] * 6, np.repeat(range(6), 2)
    with_empty = np.vstack([counts, [[0, 0, 0]]])
    one, other = group_effects(counts, group, stratum), group_effects(with_empty, [*group, 1], [*stratum, 9])
    assert one.difference == pytest.approx(other.difference)
    assert one.p_value == pytest.approx(other.p_value)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_swapping_promoters_and_detractors_turns_effects_round(seed):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(8, (24, 3)) + 1
    group, stratum = np.tile(range(4), 6), np.repeat(range(6), 4)
    one, other = (group_effects(each, group, stratum) for each in (counts, counts[:, ::-1]))
    assert one.difference == pytest.approx(-other.difference)
    assert one.lower == pytest.approx(-other.upper)


def test_days_that_differ_more_than_their_answers_widen_the_interval():
    rng = np.random.default_rng(6)
    group, stratum = np.tile(range(7), 12), np.repeat(range(3), 28)
    still = np.tile([[40, 60, 100]], (84, 1))
    wild = np.array([[max(40 - k, 5), 60, max(100 + k, 5)] for k in rng.integers(-30, 30, 84)])
    calm, rough = (group_effects(each, group, stratum) for each in (still, wild))
    assert calm.between == 0
    assert rough.between > 10
    assert (rough.upper - rough.lower).mean() > 2 * (calm.upper - calm.lower).mean()


def test_shapes_of_units_are_checked():
    with pytest.raises(ArgumentError, match="groups"):
        group_effects([[1, 2, 3]], [0, 1], [0])


def weeks(rng, *, days, n, scatter, effect=0.0):
    """Days with their weekday and month; the level wanders, each day scatters, Sundays score apart."""
    weekday = np.arange(days) % 7
    level = 0.3 + np.cumsum(0.01 * rng.standard_normal(days)) + scatter * rng.standard_normal(days)
    level = np.clip(level + np.where(weekday == 6, effect, 0), -0.65, 0.65)
    shares = np.stack([0.35 - level / 2, np.full(days, 0.3), 0.35 + level / 2], axis=1)
    return np.array([rng.multinomial(k, each) for k, each in zip(rng.poisson(n, days), shares, strict=True)]), weekday


@pytest.mark.slow
@pytest.mark.parametrize(("days", "n", "scatter"), [(84, 5, 0), (84, 50, 0), (84, 50, 0.15), (364, 3, 0.1)])
def test_weekdays_ring_once_in_twenty_at_most_and_intervals_cover(days, n, scatter):
    rng, times = np.random.default_rng(7), 400
    rung = covered = 0
    for _ in range(times):
        counts, weekday = weeks(rng, days=days, n=n, scatter=scatter)
        found = group_effects(counts, weekday, np.arange(days) // 28)
        rung += bool((found.p_adjusted < 0.05).any())
        covered += bool(found.lower[6] <= 0 <= found.upper[6])
    assert rung / times <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)
    assert 0.92 < covered / times < 0.985


@pytest.mark.slow
def test_sundays_are_found_with_their_size():
    rng, times = np.random.default_rng(8), 150
    found = [
        group_effects(*weeks(rng, days=84, n=50, scatter=0.1, effect=-0.2), np.arange(84) // 28) for _ in range(times)
    ]
    assert np.mean([each.p_adjusted[6] < 0.05 for each in found]) > 0.8
    assert np.mean([each.lower[6] <= -20 <= each.upper[6] for each in found]) > 0.9


def test_one_team_with_many_tens_is_found_among_teams_that_differ():
    found = outlying_shares([20, 26, 31, 24, 35, 28, 22, 30, 25, 70], [100] * 10)
    assert np.flatnonzero(found.p_adjusted < 0.05).tolist() == [9]
    assert found.share[9] == 0.7
    assert found.usual[9] == pytest.approx(0.266, abs=0.01)
    assert found.usual[9] < found.upper[9] < 0.7


def test_few_groups_or_answers_are_not_judged():
    assert np.isnan(outlying_shares([1, 2, 90], [100] * 3).p_value).all()
    assert np.isnan(outlying_shares([1, 2, 9, 3, 4], [100, 100, 9, 100, 100]).p_value).tolist() == [0, 0, 1, 0, 0]


def test_a_trimmed_mean_square_is_not_moved_by_an_outlier():
    squares = np.random.default_rng(9).standard_normal(200) ** 2
    assert trimmed_mean_square(np.append(squares, 400.0))[0] == pytest.approx(trimmed_mean_square(squares)[0], rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "n", "scatter"), [(5, 50, 0), (5, 500, 0.05), (12, 100, 0.05), (30, 60, 0.08)])
def test_teams_ring_once_in_twenty_at_most(groups, n, scatter):
    rng, times = np.random.default_rng(10), 400 if groups < 20 else 100
    rung = 0
    for _ in range(times):
        totals = rng.poisson(n, groups) + 10
        share = np.clip(0.4 + scatter * rng.standard_normal(groups), 0.02, 0.98)
        rung += bool((outlying_shares(rng.binomial(totals, share), totals).p_adjusted < 0.05).any())
    assert rung / times <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)


# ---- straight lines -------------------------------------------------------------------------------------------------


def test_agreement_without_a_common_feeling_is_that_of_independent_answers():
    two, everything = agreement(np.array([[0.2, 0.3, 0.5], [0.1, 0.4, 0.5], [0.3, 0.3, 0.4]]))
    # Sum over levels of the products, over pairs and over all three.
    pairs = [0.02 + 0.12 + 0.25, 0.06 + 0.09 + 0.20, 0.03 + 0.12 + 0.20]
    assert two[0] == pytest.approx(np.mean(pairs), abs=1e-4)
    assert everything[0] == pytest.approx(0.006 + 0.036 + 0.1, abs=1e-4)


def test_agreement_of_two_is_the_orthant_of_sheppard():
    # Two items cut in half agree with probability 1/2 + arcsin(r) / pi (Sheppard 1899).
    two, everything = agreement(np.array([[0.5, 0.5]] * 3))
    strengths = np.linspace(0.0, 0.99, 34)
    assert two == pytest.approx(0.5 + np.arcsin(strengths) / np.pi, abs=1e-3)
    # Of three: 1/4 + 3 arcsin(r) / (2 pi), the same author's.
    assert everything == pytest.approx(0.25 + 3 * np.arcsin(strengths) / (2 * np.pi), abs=1e-3)


def test_the_normal_curve_is_close():
    assert normal(np.array([0.0, 1.959964, -1.959964])) == pytest.approx([0.5, 0.975, 0.025], abs=1e-6)
    assert quantile(0.975) == pytest.approx(1.959964, abs=1e-6)


def test_lines_and_feeling_are_told_apart_where_both_equations_hold():
    two, everything = agreement(np.array([[0.1, 0.2, 0.4, 0.3]] * 6))
    at, lines = 15, 0.08
    share, strength = solved(lines + (1 - lines) * two[at], lines + (1 - lines) * everything[at], two, everything)
    assert share == pytest.approx(lines, abs=2e-3)
    assert strength == pytest.approx(np.linspace(0.0, 0.99, 34)[at], abs=0.01)


def test_no_more_equal_rows_than_explained_are_no_lines():
    two, everything = agreement(np.array([[0.1, 0.2, 0.4, 0.3]] * 6))
    assert solved(two[10], everything[10] - 0.01, two, everything)[0] == 0


def test_one_answer_for_all_tells_nothing():
    found = straight_lines([[0, 40]] * 4, [20, 20], [[20.0, 20], [20.0, 20]])
    assert (found.rows, found.equal) == (40, 40)
    assert math.isnan(found.share)


def test_few_items_are_refused():
    with pytest.raises(ArgumentError, match="three items"):
        straight_lines([[1, 2]] * 2, [1, 1], [[1, 2], [1, 2]])


def ticked(rng, *, rows, items, levels, feeling, lines):
    """Counts of answers of one feeling and of people who tick one column."""
    latent = math.sqrt(feeling) * rng.standard_normal((rows, 1))
    latent = latent + math.sqrt(1 - feeling) * rng.standard_normal((rows, items))
    cuts = np.linspace(-1.8, 0.8, levels - 1)
    given = np.searchsorted(cuts, latent)
    lined = rng.random(rows) < lines
    given[lined] = rng.integers(0, levels, (int(lined.sum()), 1))
    times = np.stack([(given == level).sum(1) for level in range(levels)], axis=1)
    pairs = (times * (times - 1)).sum(1) / (items * (items - 1))
    part = np.arange(rows) % 20
    answers = np.stack([np.bincount(each, minlength=levels) for each in given.T])
    agreeing = np.stack([np.bincount(part, pairs, 20), np.bincount(part, minlength=20)], axis=1)
    return answers, np.bincount(part, (times == items).any(1), 20), agreeing


@pytest.mark.slow
@pytest.mark.parametrize(("items", "levels", "feeling"), [(5, 5, 0.5), (8, 5, 0.7), (4, 11, 0.6)])
def test_content_people_are_no_lines(items, levels, feeling):
    rng, times = np.random.default_rng(11), 200
    found = [
        straight_lines(*ticked(rng, rows=600, items=items, levels=levels, feeling=feeling, lines=0))
        for _ in range(times)
    ]
    assert np.mean([each.lower > 0.01 for each in found]) <= 0.05
    assert abs(np.mean([each.strength for each in found]) - feeling) < 0.03


@pytest.mark.slow
def test_lines_are_found_with_their_share():
    rng, times = np.random.default_rng(12), 100
    found = [straight_lines(*ticked(rng, rows=800, items=6, levels=5, feeling=0.5, lines=0.1)) for _ in range(times)]
    assert np.mean([each.lower > 0.01 for each in found]) > 0.95
    assert 0.08 < np.mean([each.share for each in found]) < 0.11


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "scatter"), [([300] + [10] * 5, 0.15), ([30] * 20, 0.1), ([40, 40, 40], 0.0)])
def test_interviewers_ring_once_in_twenty_at_most(sizes, scatter):
    rng, times, periods = np.random.default_rng(14), 200, 8
    group, stratum = np.repeat(range(len(sizes)), periods), np.tile(range(periods), len(sizes))
    rung = 0
    for _ in range(times):
        score = np.clip(0.3 + scatter * rng.standard_normal(len(group)), -0.65, 0.65)
        shares = np.stack([0.35 - score / 2, np.full(len(group), 0.3), 0.35 + score / 2], axis=1)
        n = rng.poisson(np.repeat(sizes, periods))
        counts = np.array([rng.multinomial(k, share) for k, share in zip(n, shares, strict=True)])
        rung += bool((group_effects(counts, group, stratum).p_adjusted < 0.05).any())
    assert rung / times <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)
