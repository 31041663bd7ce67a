"""Score, shares and standard error: laws, counts done in one's head, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.score import responses, score, shares, standard_error, variance

triples = st.tuples(*[st.integers(0, 10**6)] * 3).filter(any)


def test_score_of_counts_done_in_the_head():
    assert score([1, 2, 3]) == pytest.approx(100 / 3)
    assert score([20, 30, 50]) == 30
    assert score([[1, 0, 0], [0, 1, 0], [0, 0, 1]]).tolist() == [-100, 0, 100]


def test_empty_cell_is_nan():
    assert np.isnan(score([0, 0, 0]))
    assert np.isnan(variance([0, 0, 0]))
    assert np.isnan(standard_error([0, 0, 0]))
    assert np.isnan(shares([[0, 0, 0], [1, 1, 2]])).tolist() == [[True] * 3, [False] * 3]


def test_leading_shape_is_kept():
    counts = np.arange(24).reshape(2, 4, 3)
    assert score(counts).shape == variance(counts).shape == responses(counts).shape == (2, 4)
    assert shares(counts).shape == (2, 4, 3)
    assert score(np.empty((0, 3))).shape == (0,)


def test_one_group_gives_a_number():
    assert isinstance(score([1, 2, 3]), float)
    assert isinstance(standard_error([1, 2, 3]), float)


def test_variance_and_standard_error_by_hand():
    assert variance([1, 0, 1]) == 1
    assert variance([0, 7, 0]) == 0
    assert standard_error([50, 0, 50]) == 10


def test_fractional_counts_are_welcome():
    assert score([0.5, 1.0, 1.5]) == score([1, 2, 3])


@given(triples)
def test_score_lies_on_its_scale(counts):
    assert -100 <= score(counts) <= 100


@given(triples)
def test_swapping_the_camps_negates_the_score(counts):
    assert score(counts[::-1]) == -score(counts)
    assert variance(counts[::-1]) == variance(counts)


@given(triples, st.integers(2, 50))
def test_scaling_leaves_the_score_and_shrinks_the_error(counts, factor):
    scaled = [factor * count for count in counts]
    assert score(scaled) == pytest.approx(score(counts))
    assert standard_error(scaled) == pytest.approx(standard_error(counts) / factor**0.5, abs=1e-6)


@pytest.mark.parametrize("wrong", [[1, 2], 5, [1, -2, 3], [1, np.nan, 3], [[1, 2, 3, 4]]])
def test_what_are_no_counts_is_refused(wrong):
    with pytest.raises(ArgumentError, match=r"counts: expected .*, got"):
        score(wrong)


def test_words_are_refused():
    with pytest.raises(ArgumentTypeError, match="counts"):
        score(["a", "b", "c"])
