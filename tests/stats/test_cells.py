"""Tallies of columns and pairs: they add, agree with one another and are dealt in two halves."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats import cells as module
from npskit.stats.cells import Cells, halves


def tallied(codes, categories, levels, weights=None):
    """Cells of coded columns (n, C) with `levels` levels each."""
    found = {}
    for i in range(codes.shape[1]):
        found[(i,)] = np.bincount(codes[:, i] * 3 + categories, weights, levels * 3).reshape(levels, 3)
        for j in range(i + 1, codes.shape[1]):
            index = (codes[:, i] * levels + codes[:, j]) * 3 + categories
            found[(i, j)] = np.bincount(index, weights, levels**2 * 3).reshape(levels, levels, 3)
    return found


def drawn(n, seed=1, columns=3, levels=4):
    rng = np.random.default_rng(seed)
    return rng.integers(0, levels, (n, columns)), rng.choice(3, n, p=[0.2, 0.3, 0.5])


def test_cells_of_two_files_add_to_those_of_both():
    codes, categories = drawn(500)
    parts = [Cells(tallied(codes[part], categories[part], 4)) for part in (slice(200), slice(200, None))]
    both = parts[0] + parts[1]
    for key, table in tallied(codes, categories, 4).items():
        assert (both.counts[key] == table).all()
    assert both.columns == 3
    assert both.total.sum() == 500


def test_weighted_cells_add_with_their_squares():
    codes, categories = drawn(300)
    weights = np.random.default_rng(2).uniform(0.5, 2, 300)
    tables = [tallied(codes, categories, 4, part) for part in (None, weights, weights**2)]
    twice = Cells(*tables) + Cells(*tables)
    assert twice.weights[(0, 1)] == pytest.approx(2 * tables[1][(0, 1)])
    assert twice.squares[(2,)] == pytest.approx(2 * tables[2][(2,)])
    with pytest.raises(ArgumentError, match="weighting"):
        Cells(*tables) + Cells(tables[0])


def test_halves_add_up_to_all_answers_in_every_table():
    codes, categories = drawn(1001)
    cells = Cells(tallied(codes, categories, 4))
    one, other = halves(cells, rng=1)
    for key in cells:
        assert (one.counts[key] + other.counts[key] == cells.counts[key]).all()
        assert one.counts[key].min() >= 0
    assert abs(one.total - other.total).max() <= 1


def test_halves_depend_on_the_seed_alone():
    cells = Cells(tallied(*drawn(1000), 4))
    first, again, another = (halves(cells, rng=seed)[0].counts[(0, 1)] for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != another).any()


def test_a_deck_too_large_for_numpy_is_dealt_in_two(monkeypatch):
    cells = Cells({(0,): [[400, 500, 600], [600, 500, 400]]})
    monkeypatch.setattr(module, "MOST_DEALT", 300)
    tables = [halves(cells, rng=seed)[0].counts[(0,)] for seed in range(300)]
    assert (np.sum(tables[0], axis=0) == 500).all()
    assert np.mean(tables, axis=0) == pytest.approx(cells.counts[(0,)] / 2, rel=0.01)
    # Hypergeometric: 500 of 1,000 cards with 400 marked.
    assert np.var(tables, axis=0)[0, 0] == pytest.approx(500 * 0.4 * 0.6 * 500 / 999, rel=0.3)


def test_halves_of_a_cell_share_nothing():
    rng = np.random.default_rng(3)
    pairs = []
    for _ in range(400):
        table = rng.multinomial(400, [0.1, 0.1, 0.2, 0.2, 0.2, 0.2]).reshape(2, 3)
        one, other = halves(Cells({(0,): table}), rng=rng)
        pairs.append([half.counts[(0,)][0, 0] / half.total[0] for half in (one, other)])
    assert abs(np.corrcoef(np.transpose(pairs))[0, 1]) < 0.15


def test_weighted_cells_are_dealt_where_the_rows_are():
    table = {(0,): np.ones((2, 3))}
    with pytest.raises(ArgumentError, match="weighted cells"):
        halves(Cells(table, table, table))
    with pytest.raises(ArgumentError, match="fractions"):
        halves(Cells({(0,): np.full((2, 3), 0.5)}))


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "each column from 0"),
        ({(1,): [[1, 2, 3]]}, "each column from 0"),
        ({(0,): [[1, 2, 3]], (1,): [[1, 2, 2]]}, "the same answers"),
        ({(0,): [[1, 2, 3]], (0, 0): [[[1, 2, 3]]]}, "with i < j"),
        ({(0,): [[1, 2, 3]], (0, 1): [[[1, 2, 3]]]}, "with i < j"),
        ({(0,): [[1, 2, 3]], (1,): [[1, 2, 3]], (0, 1): [[1, 2, 3]]}, "shape"),
        ({(0,): [[1, 2, -3]]}, "at least 0"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tables, message):
    with pytest.raises(ArgumentError, match=message):
        Cells(tables)


def test_weights_come_with_squares():
    table = {(0,): [[1, 2, 3]]}
    with pytest.raises(ArgumentError, match="together"):
        Cells(table, weights=table)
    with pytest.raises(ArgumentError, match="keys of the counts"):
        Cells(table, {}, {})
