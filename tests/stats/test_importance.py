"""LMG and Johnson: published digits, brute force, laws."""

from __future__ import annotations

import csv
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats import importance as module
from npskit.stats.crossproducts import CrossProducts, contrasts, touchpoints
from npskit.stats.importance import johnson, lmg, lmg_draws, r_squared

REFERENCE = Path(__file__).parents[1] / "data" / "reference"


def correlated(rows, columns, seed=0, common=1.0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns)) + common * rng.normal(size=(rows, 1))
    return values @ rng.normal(size=columns) + 2 * rng.normal(size=rows), values


def by_definition(products, players):
    """Shapley's mean of gains, each subset solved by itself."""
    correlation = products.correlation

    def explained(subset):
        at = [column for player in subset for column in players[player]]
        if not at:
            return 0.0
        inverse = np.linalg.pinv(correlation[np.ix_(at, at)], rcond=1e-10)
        return correlation[0, at] @ inverse @ correlation[at, 0]

    found = np.zeros(len(players))
    for player in range(len(players)):
        others = [other for other in range(len(players)) if other != player]
        for size in range(len(players)):
            weight = 1 / (len(players) * math.comb(len(players) - 1, size))
            for subset in combinations(others, size):
                found[player] += weight * (explained((*subset, player)) - explained(subset))
    return found


def test_published_swiss():
    rows = np.loadtxt(REFERENCE / "swiss.csv", delimiter=",", skiprows=1)
    with open(REFERENCE / "drivers_swiss.csv") as file:
        expected = list(csv.DictReader(file))
    products = CrossProducts.from_arrays(rows[:, 0], rows[:, 1:])
    assert lmg(products).round(9).tolist() == [float(row["lmg"]) for row in expected]
    assert johnson(products).round(9).tolist() == [float(row["johnson"]) for row in expected]
    assert round(float(r_squared(products)), 7) == 0.7067350


@pytest.mark.parametrize("columns", [1, 2, 5, 8])
def test_all_subsets_at_once_equal_each_by_itself(columns):
    products = CrossProducts.from_arrays(*correlated(150, columns, seed=columns))
    expected = by_definition(products, [[at] for at in range(1, columns + 1)])
    np.testing.assert_allclose(lmg(products), expected, atol=1e-12)


def test_groups_enter_together():
    products = CrossProducts.from_arrays(*correlated(150, 7))
    groups = [[3, 1], [2], [5, 6, 7]]
    np.testing.assert_allclose(lmg(products, groups), by_definition(products, groups), atol=1e-12)
    assert lmg(products, groups).sum() == pytest.approx(r_squared(products, groups), abs=1e-12)
    assert johnson(products, groups).sum() == pytest.approx(r_squared(products, groups), abs=1e-12)


@settings(max_examples=40)
@given(st.integers(1, 9), st.integers(0, 10_000), st.booleans())
def test_shares_sum_to_r_squared(columns, seed, collinear):
    outcome, values = correlated(60, columns, seed)
    if collinear:
        values[:, -1] = values[:, : max(1, columns - 1)].sum(axis=1)
    products = CrossProducts.from_arrays(outcome, values)
    for share in (lmg(products), johnson(products)):
        assert share.sum() == pytest.approx(r_squared(products), abs=1e-10)
        assert (share >= -1e-15).all()


def test_neither_order_nor_unit_of_columns_matters():
    outcome, values = correlated(100, 6)
    expected = lmg(CrossProducts.from_arrays(outcome, values))
    order = [4, 0, 5, 2, 1, 3]
    moved = lmg(CrossProducts.from_arrays(3 - 10 * outcome, values[:, order] * [1, -2, 30, 1e3, 1, 7] + 5))
    np.testing.assert_allclose(moved, expected[order], atol=1e-12)


def test_columns_that_say_the_same_share_equally():
    outcome, values = correlated(100, 4)
    doubled = CrossProducts.from_arrays(outcome, np.column_stack([values, 5 - 3 * values[:, 1], values[:, 1]]))
    share = lmg(doubled)
    assert share[1] == pytest.approx(share[4], abs=1e-12)
    assert share[1] == pytest.approx(share[5], abs=1e-12)
    assert johnson(doubled)[1] == pytest.approx(johnson(doubled)[4], abs=1e-12)
    assert share.sum() == pytest.approx(r_squared(CrossProducts.from_arrays(outcome, values)), abs=1e-12)


def test_constant_columns_get_nothing():
    outcome, values = correlated(100, 3)
    values[:, 1] = 4
    products = CrossProducts.from_arrays(outcome, values)
    assert lmg(products)[1] == pytest.approx(0, abs=1e-15)
    assert johnson(products)[1] == 0


def test_attribute_equal_to_the_outcome_explains_it_all():
    outcome, values = correlated(100, 3)
    values[:, 0] = outcome
    products = CrossProducts.from_arrays(outcome, values)
    assert lmg(products).sum() == pytest.approx(1, abs=1e-12)
    assert lmg(products).argmax() == 0


def test_one_outcome_is_explained_by_nothing():
    _, values = correlated(100, 3)
    assert lmg(CrossProducts.from_arrays(np.full(100, 9), values)).tolist() == [0, 0, 0]


def test_centring_a_touchpoint_changes_nothing():
    outcome, values = correlated(200, 3)
    values[::4, 0] = np.nan
    values[1::3, 2] = np.nan
    groups = [[1, 4], [2, 5], [3, 6]]
    raw = CrossProducts.from_arrays(outcome, touchpoints(values))
    centre = CrossProducts.from_arrays(outcome, touchpoints(values - np.nanmean(values, axis=0)))
    np.testing.assert_allclose(lmg(raw, groups), lmg(centre, groups), atol=1e-12)


def test_pairs_of_contrasts_are_one_player():
    rng = np.random.default_rng(0)
    values = rng.integers(1, 6, (500, 2)).astype(float)
    products = CrossProducts.from_arrays(values[:, 0] == 1, contrasts(values, bottom=1, top=5))
    assert lmg(products, [[1, 3, 5], [2, 4, 6]])[0] == pytest.approx(1, abs=0.02)


def test_replicates_are_taken_together():
    products = CrossProducts.from_arrays(*correlated(300, 5), parts=300, rng=1)
    replicates = products.resampled(7, rng=1)
    one = CrossProducts(*(getattr(replicates, name)[3] for name in CrossProducts.__slots__))
    for share in (lmg, johnson, r_squared):
        np.testing.assert_allclose(share(replicates)[3], share(one), atol=1e-13)


def test_common_orders_stand_for_all_orders(monkeypatch):
    products = CrossProducts.from_arrays(*correlated(300, 9), parts=300, rng=1)
    replicates, total = products.resampled(200, rng=1), products.collapse()
    exact = lmg_draws(total, replicates)
    monkeypatch.setattr(module, "MOST_EXACT_DRAWS", 8)
    drawn = lmg_draws(total, replicates, rng=1)
    assert ((drawn - exact).std(axis=0) < 0.15 * exact.std(axis=0)).all()
    np.testing.assert_allclose(drawn.sum(axis=1), r_squared(replicates), atol=1e-10)


def test_twenty_attributes_are_exact():
    products = CrossProducts.from_arrays(*correlated(400, 20))
    assert lmg(products).sum() == pytest.approx(r_squared(products), abs=1e-10)


def test_more_than_twenty_are_johnsons():
    products = CrossProducts.from_arrays(*correlated(400, 21))
    with pytest.raises(ArgumentError, match="at most 20 attributes"):
        lmg(products)
    assert johnson(products).sum() == pytest.approx(r_squared(products), abs=1e-10)


@pytest.mark.parametrize("groups", [[], [[]], [[0]], [[1], [1]], [[3]], [["a"]]])
def test_groups_that_do_not_fit_are_told(groups):
    products = CrossProducts.from_arrays(*correlated(20, 2))
    with pytest.raises(ArgumentError, match="positions from 1 to 2"):
        lmg(products, groups)
