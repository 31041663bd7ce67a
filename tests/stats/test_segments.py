"""Surprising segments: the planted one first, none in noise, parents' effect removed."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.cells import Cells
from npskit.stats.comparison import difference
from npskit.stats.segments import surprising

SHARES = (0.2, 0.3, 0.5)
LOW = (0.5, 0.25, 0.25)


def tallied(codes, categories, levels, weights=None):
    """Cells of coded columns (n, C) with `levels` levels each."""
    found = {}
    for i in range(codes.shape[1]):
        found[(i,)] = np.bincount(codes[:, i] * 3 + categories, weights, levels * 3).reshape(levels, 3)
        for j in range(i + 1, codes.shape[1]):
            index = (codes[:, i] * levels + codes[:, j]) * 3 + categories
            found[(i, j)] = np.bincount(index, weights, levels**2 * 3).reshape(levels, levels, 3)
    return found


def survey(n, seed, shares=SHARES, planted=(), columns=6, levels=5):
    """Codes and categories; where all (column, level) of `planted` hold, the answers are low."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, levels, (n, columns))
    inside = np.all([codes[:, column] == level for column, level in planted], axis=0) if planted else np.zeros(n, bool)
    return codes, np.where(inside, rng.choice(3, n, p=LOW), rng.choice(3, n, p=shares))


def found_in(n, seed, **planted):
    codes, categories = survey(n, seed, **planted)
    levels = planted.get("levels", 5)
    return surprising(Cells(tallied(codes, categories, levels)))


@pytest.mark.parametrize("n", [1900, 6000])
def test_planted_segment_is_found_first(n):
    for seed in range(15):
        found = found_in(n, seed, planted=[(2, 3)], columns=4)
        assert found.columns[0].tolist() == [2, -1]
        assert found.levels[0].tolist() == [3, -1]
        assert found.difference[0] < 0
        assert found.halved == (n > 2000)


def test_planted_pair_is_found_first_and_beyond_its_parents():
    for seed in range(15):
        found = found_in(6000, seed, planted=[(1, 4), (3, 2)], columns=4)
        assert found.columns[0].tolist() == [1, 3]
        assert found.levels[0].tolist() == [4, 2]
        assert found.z_beyond_parents[0] < -2


def noisy_hits(n, shares, columns):
    return sum(len(found_in(n, seed, shares=shares, columns=columns).score) > 0 for seed in range(100))


def test_noise_has_no_segment():
    assert noisy_hits(900, SHARES, columns=4) <= 10


@pytest.mark.slow
@pytest.mark.parametrize("shares", [SHARES, (0.02, 0.03, 0.95)], ids=["middling", "extreme"])
@pytest.mark.parametrize("n", [900, 1900, 4000, 20_000])
def test_noise_of_any_size_has_no_segment(n, shares):
    assert noisy_hits(n, shares, columns=6) <= 10


@pytest.mark.slow
def test_children_of_a_low_parent_are_no_news():
    # 25 of them are low against the rest; a quarter of a false pair a survey is what was measured.
    pairs = sum((found_in(20_000, seed, planted=[(0, 1)]).columns[:, 1] >= 0).sum() for seed in range(10))
    assert pairs <= 7


def test_figures_are_those_of_the_estimation_half():
    one, other = (Cells(tallied(*survey(3000, seed, planted=[(2, 3)]), 5)) for seed in (1, 2))
    found = surprising(one, estimation=other)
    inside = other.counts[(2,)][3]
    direct = difference(inside, other.total - inside)
    assert found.responses[0] == inside.sum()
    assert (found.difference[0], found.lower[0], found.upper[0]) == pytest.approx(
        (direct.difference, direct.lower, direct.upper)
    )
    both = one + other
    assert found.share_of_detractors[0] == pytest.approx(both.counts[(2,)][3, 0] / both.total[0])
    assert found.share_of_responses[0] == pytest.approx(both.counts[(2,)][3].sum() / both.total.sum())


def test_small_surveys_are_not_halved():
    found = found_in(1500, 1, planted=[(0, 0)])
    assert not found.halved
    codes, _ = survey(1500, 1, planted=[(0, 0)])
    assert found.responses[0] == (codes[:, 0] == 0).sum()


@pytest.mark.slow
def test_intervals_from_the_other_half_cover():
    held, all_found = 0, 0
    for seed in range(150):
        found = found_in(4000, seed, planted=[(1, 4), (3, 2)], columns=4)
        pair = (found.columns == [1, 3]).all(axis=1) & (found.levels == [4, 2]).all(axis=1)
        # Inside -25; outside 30 points, but for nothing: the pair is the only low one.
        held += ((found.lower[pair] <= -55) & (found.upper[pair] >= -55)).sum()
        all_found += pair.sum()
    assert all_found >= 135
    assert held / all_found >= 0.91


def test_levels_and_columns_may_have_any_order():
    codes, categories = survey(1800, 5, planted=[(2, 3)])
    found = surprising(Cells(tallied(codes, categories, 5)))
    turned = surprising(Cells(tallied(4 - codes[::-1, ::-1], categories[::-1], 5)))
    assert len(found.score) == len(turned.score)
    assert turned.columns[0].tolist() == [3, -1]
    assert turned.levels[0].tolist() == [1, -1]
    assert turned.statistic == pytest.approx(found.statistic)


def test_small_segments_are_not_tested():
    table = np.array([[29, 0, 0], [100, 200, 400]])
    assert surprising(Cells({(0,): table})).tested == 0
    assert surprising(Cells({(0,): table}), min_responses=29).levels.tolist() == [[0, -1]]


def test_two_levels_are_one_finding_the_lower():
    found = surprising(Cells({(0,): [[100, 300, 500], [300, 300, 300]]}))
    assert found.levels.tolist() == [[1, -1]]
    assert found.tested == 1


def test_copied_column_is_found_once():
    codes, categories = survey(3000, 1, planted=[(0, 2)], columns=2)
    doubled = np.column_stack([codes, codes[:, 0][:, None]])
    once, twice = (surprising(Cells(tallied(each, categories, 5))) for each in (codes, doubled))
    assert twice.tested == once.tested
    assert twice.columns[:, 0].tolist() == once.columns[:, 0].tolist()


def test_level_inside_another_makes_no_pair():
    codes, categories = survey(3000, 1, columns=1)
    nested = np.column_stack([codes, codes // 3])
    assert surprising(Cells(tallied(nested, categories, 5))).tested == 5 + 1


def test_one_level_and_no_answers_give_nothing():
    for table in ([[50, 60, 70]], np.zeros((4, 3)), np.zeros((0, 3))):
        found = surprising(Cells({(0,): table}))
        assert found.tested == len(found.score) == 0
        assert found.columns.shape == (0, 2)


def test_unanimous_answers_give_nothing():
    found = surprising(Cells({(0,): [[0, 0, 100]] * 4}))
    assert found.tested == 4
    assert len(found.score) == 0


def test_only_reportable_levels_are_tested():
    codes, categories = survey(1900, 1, planted=[(0, 2)], columns=2)
    flags = [np.arange(5) != 2, np.ones(5, dtype=bool)]
    found = surprising(Cells(tallied(codes, categories, 5)), reportable=flags)
    assert [0, 2] not in np.column_stack([found.columns[:, 0], found.levels[:, 0]]).tolist()
    with pytest.raises(ArgumentError, match="reportable"):
        surprising(Cells(tallied(codes, categories, 5)), reportable=flags[:1])


def test_alpha_is_a_share():
    with pytest.raises(ArgumentError, match="alpha"):
        surprising(Cells({(0,): [[1, 2, 3]]}), alpha=5)


def test_equal_weights_change_nothing():
    tables = tallied(*survey(1900, 3, planted=[(0, 2)]), 5)
    plain = surprising(Cells(tables))
    weighted = surprising(
        Cells(tables, {key: 2.0 * table for key, table in tables.items()}, {key: 4.0 * tables[key] for key in tables})
    )
    for name in ("responses", "score", "difference", "lower", "upper", "p_adjusted", "share_of_detractors"):
        assert getattr(weighted, name) == pytest.approx(getattr(plain, name))


def test_weights_are_counted_by_their_effective_responses():
    codes, categories = survey(1900, 3, planted=[(0, 2)])
    weights = np.random.default_rng(1).choice([0.2, 1.8], 1900)
    tables = [tallied(codes, categories, 5, part) for part in (None, weights, weights**2)]
    plain, weighted = surprising(Cells(tables[0])), surprising(Cells(*tables))
    assert weighted.levels[0].tolist() == plain.levels[0].tolist()
    assert abs(weighted.statistic[0]) < abs(plain.statistic[0])
    assert weighted.upper[0] - weighted.lower[0] > plain.upper[0] - plain.lower[0]


def test_statistic_is_welch():
    stats = pytest.importorskip("scipy.stats")
    table = np.array([[100, 100, 100], [30, 20, 60], [80, 90, 100]])
    found = surprising(Cells({(0,): table}), min_responses=5, alpha=0.9999)
    worth = np.array([-1, 0, 1])
    for level, statistic, p_value in zip(found.levels[:, 0], found.statistic, found.p_value, strict=True):
        inside = np.repeat(worth, table[level])
        outside = np.repeat(worth, table.sum(axis=0) - table[level])
        theirs = stats.ttest_ind(inside, outside, equal_var=False)
        # Never more certain than Welch: the variance inside is at least that of all answers.
        assert 0.9 * abs(theirs.statistic) <= abs(statistic) <= abs(theirs.statistic) + 1e-9
        if inside.var() >= np.repeat(worth, table.sum(axis=0)).var():
            assert (statistic, p_value) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-4)
    assert len(found.score) == 3
