"""Mix and within: the published case, exact sums, symmetry, several dimensions."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from npskit.errors import ArgumentError
from npskit.stats.decomposition import DETRACTORS, PROMOTERS, SCORE, dimensions, is_reversal, mix_within
from npskit.stats.score import score

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "mix_within.csv"


def tables(*shape):
    return arrays(np.int64, (*shape, 3), elements=st.integers(0, 40))


def periods(*shape):
    return st.tuples(tables(*shape), tables(*shape)).filter(lambda pair: pair[0].any() and pair[1].any())


def change(before, after):
    return score(after.reshape(-1, 3).sum(axis=0)) - score(before.reshape(-1, 3).sum(axis=0))


def counts_of(weight, points, n=10_000):
    decided = 0.8
    return [weight * n * (decided - points / 100) / 2, weight * n * 0.2, weight * n * (decided + points / 100) / 2]


def test_published_decomposition():
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = [{name: float(row[name]) for name in row if name != "segment"} for row in csv.DictReader(file)]
    before = [counts_of(row["weight_before"], row["score_before"]) for row in rows]
    after = [counts_of(row["weight_after"], row["score_after"], n=700) for row in rows]
    for split in (mix_within(before, after), mix_within(np.array(before) * 3, after)):
        assert split.mix == pytest.approx([row["mix"] for row in rows], abs=1e-10)
        assert split.within == pytest.approx([row["within"] for row in rows], abs=1e-10)
        assert split.total.sum() == pytest.approx(-3.90, abs=1e-10)


@given(periods(4))
def test_parts_sum_to_the_change(pair):
    split = mix_within(*pair)
    assert split.total == pytest.approx(split.mix + split.within, abs=1e-12)
    assert split.total.sum() == pytest.approx(change(*pair), abs=1e-10)


@given(periods(4))
def test_swapping_the_periods_turns_every_sign(pair):
    one, other = mix_within(*pair), mix_within(*pair[::-1])
    assert one.mix == pytest.approx(-other.mix, abs=1e-10)
    assert one.within == pytest.approx(-other.within, abs=1e-10)
    assert (one.appeared == other.vanished).all()


@given(periods(4), st.permutations(range(4)))
def test_order_of_the_segments_does_not_matter(pair, order):
    split, moved = mix_within(*pair), mix_within(*(part[order] for part in pair))
    assert moved.mix == pytest.approx(split.mix[order], abs=1e-10)
    assert moved.within == pytest.approx(split.within[order], abs=1e-10)


@given(periods(4))
def test_promoters_minus_detractors_is_the_score_part_by_part(pair):
    whole, up, down = (mix_within(*pair, points=points) for points in (SCORE, PROMOTERS, DETRACTORS))
    assert up.mix - down.mix == pytest.approx(whole.mix, abs=1e-10)
    assert up.within - down.within == pytest.approx(whole.within, abs=1e-10)


@given(periods(4))
def test_same_sizes_are_no_mix_and_same_scores_no_within(pair):
    before, _ = pair
    twice = mix_within(before, before * 2)
    assert twice.total == pytest.approx(np.zeros(4), abs=1e-10)
    turned = mix_within(before, before[:, ::-1])
    assert turned.mix == pytest.approx(np.zeros(4), abs=1e-10)


def test_segment_seen_once_is_all_mix_and_flagged():
    split = mix_within([[1, 2, 7], [0, 0, 0], [5, 5, 5]], [[2, 2, 6], [10, 0, 0], [0, 0, 0]])
    assert split.appeared.tolist() == [False, True, False]
    assert split.vanished.tolist() == [False, False, True]
    assert split.within[1:].tolist() == [0, 0]
    assert split.mix[1] < 0


def test_one_segment_is_all_within():
    split = mix_within([[20, 30, 50]], [[30, 30, 40]])
    assert (split.mix.tolist(), split.within.tolist()) == ([0.0], [-20.0])


def test_leading_shapes_are_series_of_periods():
    months = np.random.default_rng(1).integers(1, 30, (6, 4, 3))
    split = mix_within(months[:-1], months[1:])
    assert split.mix.shape == split.appeared.shape == (5, 4)
    assert split.mix[2] == pytest.approx(mix_within(months[2], months[3]).mix)


def test_period_without_answers_is_nan():
    assert np.isnan(mix_within([[0, 0, 0], [0, 0, 0]], [[1, 2, 3], [4, 5, 6]]).total).all()


@pytest.mark.parametrize("split", [mix_within, dimensions, is_reversal])
def test_periods_of_other_segments_are_refused(split):
    with pytest.raises(ArgumentError, match="same segments"):
        split([[1, 2, 3]], [[1, 2, 3], [1, 2, 3]])
    with pytest.raises(ArgumentError, match="at least 0"):
        split([[1, 2, -3]], [[1, 2, 3]])
    with pytest.raises(ArgumentError, match="same segments"):
        split([1, 2, 3], [1, 2, 3])


def test_every_segment_up_and_the_total_down_is_a_reversal():
    before, after = np.array([[10, 0, 70], [10, 0, 10]]), np.array([[6, 0, 54], [18, 0, 22]])
    assert is_reversal(before, after)
    assert is_reversal(after, before)
    assert not is_reversal(before, before)
    assert not is_reversal(before, [[6, 0, 54], [9, 0, 11]])
    assert not is_reversal(before[:1], after[:1])
    assert is_reversal([before, before], [after, before]).tolist() == [True, False]


def test_segments_seen_once_do_not_hide_a_reversal():
    before, after = [[10, 0, 70], [10, 0, 10], [0, 0, 0]], [[6, 0, 54], [18, 0, 22], [0, 0, 1]]
    assert is_reversal(before, after)


@given(periods(2, 3, 2))
def test_dimensions_sum_to_the_change(pair):
    split = dimensions(*pair)
    assert [part.shape for part in split.mix] == [(2,), (3,), (2,)]
    whole = sum(part.sum() for part in split.mix) + split.within.sum()
    assert whole == pytest.approx(change(*pair), abs=1e-10)


@given(periods(2, 3, 2))
def test_dimensions_turn_with_time_and_do_not_depend_on_their_order(pair):
    split, back = dimensions(*pair), dimensions(*pair[::-1])
    turned = dimensions(*(part.transpose(2, 0, 1, 3) for part in pair))
    for axis, other in ((0, 1), (1, 2), (2, 0)):
        assert split.mix[axis] == pytest.approx(-back.mix[axis], abs=1e-10)
        assert split.mix[axis] == pytest.approx(turned.mix[other], abs=1e-10)
    assert split.within == pytest.approx(turned.within.transpose(1, 2, 0), abs=1e-10)


@given(periods(5))
def test_one_dimension_is_kitagawa(pair):
    split, simple = dimensions(*pair), mix_within(*pair)
    assert split.mix[0] == pytest.approx(simple.mix, abs=1e-10)
    assert split.within == pytest.approx(simple.within, abs=1e-10)


@given(periods(4))
def test_a_dimension_of_one_level_changes_nothing(pair):
    split, simple = dimensions(*(part[:, None] for part in pair)), mix_within(*pair)
    assert split.mix[0] == pytest.approx(simple.mix, abs=1e-10)
    assert split.mix[1] == pytest.approx([0], abs=1e-10)


def test_independent_dimensions_are_das_gupta():
    # Das Gupta's three factors a, b, r: Δa·[(b0 r0 + b1 r1)/3 + (b0 r1 + b1 r0)/6], summed over the cells.
    rng = np.random.default_rng(3)
    (a0, a1), (b0, b1) = rng.dirichlet(np.ones(3), 2), rng.dirichlet(np.ones(4), 2)
    r0, r1 = rng.uniform(-0.7, 0.7, (2, 3, 4))
    cells = [
        np.stack([(0.8 - r) / 2, np.full(r.shape, 0.2), (0.8 + r) / 2], axis=-1) * np.outer(a, b)[..., None]
        for a, b, r in ((a0, b0, r0), (a1, b1, r1))
    ]
    split = dimensions(*cells)
    r0, r1 = 100 * r0, 100 * r1
    of_a = (a1 - a0) @ ((r0 @ b0 + r1 @ b1) / 3 + (r1 @ b0 + r0 @ b1) / 6)
    of_b = (b1 - b0) @ ((r0.T @ a0 + r1.T @ a1) / 3 + (r1.T @ a0 + r0.T @ a1) / 6)
    assert [part.sum() for part in split.mix] == pytest.approx([of_a, of_b], abs=1e-10)


def test_an_untouched_dimension_has_no_mix():
    rng = np.random.default_rng(4)
    inner = rng.integers(1, 30, (3, 4, 3))
    split = dimensions(inner * np.array([1, 2, 3])[:, None, None], inner * np.array([3, 1, 4])[:, None, None])
    assert split.within == pytest.approx(np.zeros((3, 4)), abs=1e-10)
    assert abs(split.mix[0].sum()) > 0.1
    many = np.full((2,) * 7 + (3,), 1)
    with pytest.raises(ArgumentError, match="at most 6"):
        dimensions(many, many)
