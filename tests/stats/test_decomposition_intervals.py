"""Intervals of a split change: they hold the estimate, and the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.comparison import difference
from npskit.stats.decomposition import DETRACTORS, PROMOTERS, dimensions, mix_within
from npskit.stats.decomposition_intervals import decompose, decompose_dimensions

BEFORE = np.array([[100, 0, 700], [100, 0, 100]])
AFTER = np.array([[60, 0, 540], [180, 0, 220]])
counts = arrays(np.int64, (2, 3, 3), elements=st.integers(0, 20)).filter(lambda pair: pair.any(axis=(1, 2)).all())


@settings(max_examples=30)
@given(counts)
def test_intervals_hold_the_estimates(pair):
    found = decompose(*pair, draws=50, rng=1)
    for part in (found.mix, found.within, found.total, found.mix_sum, found.within_sum, found.change):
        assert (part.lower <= part.value).all()
        assert (part.value <= part.upper).all()
    assert found.total.value.sum() == pytest.approx(found.change.value, abs=1e-10)
    assert found.mix_sum.value + found.within_sum.value == pytest.approx(found.change.value, abs=1e-10)


def test_change_has_the_interval_of_the_comparison():
    found = decompose(BEFORE, AFTER, rng=1)
    direct = difference(AFTER.sum(axis=0), BEFORE.sum(axis=0))
    assert (found.change.value, found.change.lower, found.change.upper) == pytest.approx(
        (direct.difference, direct.lower, direct.upper), abs=1e-9
    )


def test_the_same_seed_gives_the_same_intervals():
    one, other = decompose(BEFORE, AFTER, rng=3), decompose(BEFORE, AFTER, rng=3)
    assert (one.mix.lower == other.mix.lower).all()


def test_more_answers_narrow_every_interval():
    few, many = decompose(BEFORE, AFTER, rng=1), decompose(BEFORE * 100, AFTER * 100, rng=1)
    for name in ("mix", "within", "total", "mix_sum", "within_sum"):
        wide, narrow = getattr(few, name), getattr(many, name)
        assert ((narrow.upper - narrow.lower) < (wide.upper - wide.lower) / 5).all()


def test_segment_without_scores_is_not_known_for_sure():
    found = decompose([[0, 0, 3], [20, 30, 50]], [[0, 0, 3], [20, 30, 50]], rng=1)
    assert found.within.lower[0] < 0 < found.within.upper[0]


def test_segment_seen_once_has_no_within_in_any_draw():
    found = decompose([[9, 9, 9], [0, 0, 0]], [[9, 9, 9], [5, 5, 5]], rng=1)
    assert found.appeared.tolist() == [False, True]
    assert found.within.lower[1] == found.within.upper[1] == 0
    assert found.mix.lower[1] < found.mix.upper[1]


def test_promoters_and_detractors_are_split_apart():
    up, down = (decompose(BEFORE, AFTER, points=points, rng=1) for points in (PROMOTERS, DETRACTORS))
    whole = decompose(BEFORE, AFTER, rng=1)
    assert up.change.value - down.change.value == pytest.approx(whole.change.value)
    assert up.mix.value - down.mix.value == pytest.approx(whole.mix.value)
    assert up.change.lower < up.change.value < up.change.upper


def test_weights_that_are_equal_change_nothing():
    sizes = [period.sum(axis=1) for period in (BEFORE, AFTER)]
    plain = decompose(BEFORE, AFTER, rng=1)
    weighted = decompose(BEFORE * 2.5, AFTER * 2.5, rng=1, effective_before=sizes[0], effective_after=sizes[1])
    for name in ("mix", "within", "mix_sum", "change"):
        one, other = getattr(plain, name), getattr(weighted, name)
        assert other.lower == pytest.approx(one.lower, abs=1e-9)
        assert other.upper == pytest.approx(one.upper, abs=1e-9)


def test_unequal_weights_widen():
    fewer = [period.sum(axis=1) / 4 for period in (BEFORE, AFTER)]
    plain = decompose(BEFORE, AFTER, rng=1)
    weighted = decompose(BEFORE, AFTER, rng=1, effective_before=fewer[0], effective_after=fewer[1])
    for name in ("mix", "within", "mix_sum", "change"):
        one, other = getattr(plain, name), getattr(weighted, name)
        assert (other.upper - other.lower) / (one.upper - one.lower) == pytest.approx(2, abs=0.25)


def test_dimensions_carry_the_estimates_of_the_split():
    before, after = np.random.default_rng(1).integers(0, 40, (2, 2, 3, 4, 3))
    found, split = decompose_dimensions(before, after, draws=100, rng=1), dimensions(before, after)
    for axis in range(3):
        assert found.mix[axis].value == pytest.approx(split.mix[axis])
        assert found.within[axis].value.sum() == pytest.approx(split.within.sum())
        assert (found.mix[axis].lower <= found.mix[axis].upper).all()
    assert found.mix_sum.value.sum() + found.within_sum.value == pytest.approx(found.change.value)
    alone = decompose_dimensions(before[0, 0], after[0, 0], draws=100, rng=1)
    assert alone.mix[0].value == pytest.approx(mix_within(before[0, 0], after[0, 0]).mix)


@pytest.mark.parametrize("split", [decompose, decompose_dimensions])
def test_bad_input_is_an_error_in_the_house_form(split):
    with pytest.raises(EmptyDataError, match="after"):
        split(BEFORE, BEFORE * 0)
    with pytest.raises(ArgumentError, match="draws"):
        split(BEFORE, AFTER, draws=0)
    with pytest.raises(ArgumentError, match="confidence_level"):
        split(BEFORE, AFTER, confidence_level=95)
    with pytest.raises(ArgumentError, match="effective"):
        split(BEFORE, AFTER, effective_before=[0, 10])


SIZES = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.4, 0.3, 0.2, 0.1])
MIDDLING = (
    np.array([[0.2, 0.3, 0.5], [0.3, 0.3, 0.4], [0.1, 0.3, 0.6], [0.4, 0.3, 0.3]]),
    np.array([[0.25, 0.3, 0.45], [0.2, 0.3, 0.5], [0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]),
)
EXTREME = (
    np.array([[0.02, 0.08, 0.9], [0.03, 0.1, 0.87], [0.1, 0.1, 0.8], [0.5, 0.4, 0.1]]),
    np.array([[0.02, 0.08, 0.9], [0.02, 0.05, 0.93], [0.02, 0.1, 0.88], [0.7, 0.2, 0.1]]),
)


def coverage(truths, n, surveys):
    """Coverage of mix, within, total per segment (3, 4) and of their sums and the change (3,)."""
    cells = [(size[:, None] * share) for size, share in zip(SIZES, truths, strict=True)]
    true = mix_within(*cells)
    rng = np.random.default_rng(7)
    held, held_sums = np.zeros((3, 4)), np.zeros(3)
    for _ in range(surveys):
        before, after = (rng.multinomial(n, cell.ravel()).reshape(-1, 3) for cell in cells)
        found = decompose(before, after, draws=400, rng=rng)
        for at, name in enumerate(("mix", "within", "total")):
            part, value = getattr(found, name), getattr(true, name)
            held[at] += (part.lower <= value) & (value <= part.upper)
        sums = (true.mix.sum(), true.within.sum(), true.total.sum())
        parts = (found.mix_sum, found.within_sum, found.change)
        held_sums += [part.lower <= value <= part.upper for part, value in zip(parts, sums, strict=True)]
    return held / surveys, held_sums / surveys


@pytest.mark.slow
@pytest.mark.parametrize("truths", [MIDDLING, EXTREME], ids=["middling", "extreme"])
@pytest.mark.parametrize("n", [150, 1000])
def test_intervals_cover_the_truth(truths, n):
    held, held_sums = coverage(truths, n, surveys=800)
    assert held.min() >= 0.90
    assert held.mean() >= 0.93
    assert held_sums.min() >= 0.92


@pytest.mark.slow
def test_intervals_of_dimensions_cover_the_truth():
    rng = np.random.default_rng(5)
    sizes = rng.dirichlet(np.ones(12), 2).reshape(2, 4, 3, 1)
    truth = sizes * rng.dirichlet([3, 3, 6], (2, 4, 3))
    true = dimensions(*truth)
    values = np.array([part.sum() for part in true.mix])
    held = np.zeros(2)
    held_within = 0.0
    for _ in range(400):
        before, after = (rng.multinomial(500, cells.ravel()).reshape(4, 3, 3) for cells in truth)
        found = decompose_dimensions(before, after, draws=400, rng=rng)
        held += (found.mix_sum.lower <= values) & (values <= found.mix_sum.upper)
        held_within += found.within_sum.lower <= true.within.sum() <= found.within_sum.upper
    assert held.min() / 400 >= 0.92
    assert held_within / 400 >= 0.91
