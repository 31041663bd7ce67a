"""Cross-products: they add, they do not depend on the order of rows, and parts of them stand for the rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats import crossproducts
from npskit.stats.crossproducts import PARTS, CrossProducts, contrasts, touchpoints


def answers(rows, columns, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, (rows, columns)).astype(float)
    return np.clip(values.sum(axis=1) - columns + rng.integers(-2, 3, rows), 0, 10), values


def same(first, second):
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in CrossProducts.__slots__)


@settings(max_examples=30)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 5), st.integers(0, 1000))
def test_sums_of_parts_are_the_sums_of_the_whole(first, second, columns, seed):
    outcome, values = answers(first + second, columns, seed)
    weights = np.random.default_rng(seed).integers(1, 4, first + second)
    one = CrossProducts.from_arrays(outcome[:first], values[:first], weights=weights[:first])
    other = CrossProducts.from_arrays(outcome[first:], values[first:], weights=weights[first:])
    assert same(one + other, CrossProducts.from_arrays(outcome, values, weights=weights))


@settings(max_examples=20)
@given(st.integers(0, 300), st.sampled_from([1, 7, PARTS]), st.integers(0, 1000))
def test_random_parts_collapse_to_the_whole(rows, parts, seed):
    outcome, values = answers(rows, 3, seed)
    found = CrossProducts.from_arrays(outcome, values, parts=parts, rng=seed)
    assert found.responses.shape == (parts,)
    assert found.responses.max() - found.responses.min() <= 1
    assert same(found.collapse(), CrossProducts.from_arrays(outcome, values))


def test_row_order_does_not_matter():
    outcome, values = answers(500, 4)
    order = np.random.default_rng(1).permutation(500)
    assert same(CrossProducts.from_arrays(outcome, values), CrossProducts.from_arrays(outcome[order], values[order]))


def test_blocks_are_only_a_way_of_scanning(monkeypatch):
    outcome, values = answers(1_000, 4)
    whole = CrossProducts.from_arrays(outcome, values)
    monkeypatch.setattr(crossproducts, "BLOCK", 500)
    assert same(CrossProducts.from_arrays(outcome, values), whole)
    parts = CrossProducts.from_arrays(outcome, values, parts=8, rng=1)
    assert same(parts.collapse(), whole)
    assert parts.responses.tolist() == pytest.approx([125] * 8, abs=15)


def test_few_rows_get_a_part_each():
    outcome, values = answers(300, 2)
    assert np.unique(CrossProducts.from_arrays(outcome, values, parts=PARTS).responses).tolist() == [0, 1]


def test_named_parts_keep_their_rows_together():
    found = CrossProducts.from_arrays([1, 2, 3, 4], [[1], [0], [1], [1]], part=[2, 0, 2, 0])
    assert found.responses.tolist() == [2, 0, 2]
    assert found.sums.tolist() == [[6, 1], [0, 0], [4, 2]]


def test_agrees_with_numpy():
    outcome, values = answers(200, 3)
    found = CrossProducts.from_arrays(outcome, values)
    rows = np.column_stack([outcome, values])
    np.testing.assert_allclose(found.covariance, np.cov(rows.T, bias=True), rtol=1e-12)
    np.testing.assert_allclose(found.correlation, np.corrcoef(rows.T), rtol=1e-12)
    np.testing.assert_allclose(found.means, rows.mean(axis=0))


def test_weights_are_like_repeated_rows():
    outcome, values = answers(50, 2)
    weights = np.random.default_rng(1).integers(1, 4, 50)
    weighted = CrossProducts.from_arrays(outcome, values, weights=weights)
    repeated = CrossProducts.from_arrays(np.repeat(outcome, weights), np.repeat(values, weights, axis=0))
    assert np.array_equal(weighted.correlation, repeated.correlation)
    assert weighted.responses == 50
    assert weighted.effective_responses == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_constant_column_is_unrelated_to_all():
    found = CrossProducts.from_arrays([1.1, 2.2, 3.3], [[0.1, 1], [0.1, 2], [0.1, 4]]).correlation
    assert found[1].tolist() == [0, 0, 0]


def test_missing_rows_are_left_out_and_infinite_ones_refused():
    nan = float("nan")
    rows = CrossProducts.from_arrays([1, nan, 3, 4], [[1], [2], [nan], [4]], weights=[1, 1, 1, nan])
    assert rows.responses == 1
    with pytest.raises(ArgumentError, match="finite numbers or nan"):
        CrossProducts.from_arrays([1, 2], [[1], [np.inf]])


def test_nobody_is_zero_everywhere():
    found = CrossProducts.from_arrays([], np.empty((0, 2)))
    assert found.responses == 0
    assert CrossProducts.from_arrays([1, 2], np.full((2, 1), np.nan), parts=3).responses.tolist() == [0, 0, 0]
    assert found.correlation.tolist() == np.zeros((3, 3)).tolist()
    with pytest.raises(EmptyDataError, match="at least one complete row"):
        CrossProducts.from_arrays([], np.empty((0, 2)), parts=10).resampled(5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"outcome": [1, 2], "columns": [[1], [2], [3]]}, r"columns \(rows, columns\)"),
        ({"outcome": [1, 2], "columns": [1, 2]}, r"columns \(rows, columns\)"),
        ({"outcome": [1, 2], "columns": [[1], [2]], "weights": [1, -1]}, "at least 0"),
        ({"outcome": [1, 2], "columns": [[1], [2]], "part": [0, -1]}, "whole numbers from 0"),
        ({"outcome": [1, 2], "columns": [[1], [2]], "parts": 0}, "at least 1"),
        ({"outcome": [1, 2], "columns": [[1], [2]], "part": [0, 5], "parts": 3}, "at least 6"),
    ],
)
def test_bad_input_is_told(given, message):
    with pytest.raises(ArgumentError, match=message):
        CrossProducts.from_arrays(**given)


def test_what_does_not_fit_does_not_add():
    one, other = (CrossProducts.from_arrays([1, 2], np.ones((2, width))) for width in (1, 2))
    with pytest.raises(ArgumentError, match="the same parts and columns"):
        one + other
    with pytest.raises(ArgumentError, match="cross-products in parts"):
        one.resampled(10)
    with pytest.raises(ArgumentError, match="responses, weights, squares"):
        CrossProducts(1, 1, 1, [1, 2], [[1]])


def test_select_and_map_are_of_columns():
    outcome, values = answers(80, 3)
    found = CrossProducts.from_arrays(outcome, values)
    assert same(found.select([2, 0]), CrossProducts.from_arrays(values[:, 1], outcome[:, None]))
    mapped = found.mapped([[1, 0], [0, 1], [0, 2], [0, 0]])
    assert same(mapped, CrossProducts.from_arrays(outcome, (values[:, 0] + 2 * values[:, 1])[:, None]))


def test_resampling_parts_spreads_like_resampling_rows():
    outcome, values = answers(20_000, 2)
    rows = np.column_stack([outcome, values])
    drawn = CrossProducts.from_arrays(outcome, values, parts=PARTS, rng=1).resampled(1_000, rng=2)
    expected = rows.std(axis=0) / np.sqrt(len(rows))
    np.testing.assert_allclose(drawn.means.std(axis=0), expected, rtol=0.12)


def test_touchpoints_and_contrasts_are_made_block_by_block(monkeypatch):
    monkeypatch.setattr(crossproducts, "BLOCK", 60)
    outcome, values = answers(40, 2)
    values[::3, 1] = np.nan
    found = CrossProducts.from_arrays(outcome, values, encode=touchpoints)
    assert same(found, CrossProducts.from_arrays(outcome, touchpoints(values)))
    assert found.responses == 40
    assert found.sums[-1] == 26
    assert contrasts(values, bottom=[1, 2], top=5)[:, 1].sum() == (values[:, 1] <= 2).sum()
