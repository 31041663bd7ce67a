"""Small cells: not shown, and not to be worked out from totals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.suppression import suppressed, suppressed_table

rows = arrays(np.int64, st.integers(1, 8), elements=st.integers(0, 15))
tables = arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.integers(0, 15))


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([40, 30, 20], [0, 0, 0]),
        ([40, 3, 20], [0, 1, 1]),
        ([3, 4, 20], [1, 1, 0]),
        ([1, 1, 20, 9], [1, 1, 0, 1]),
        ([3, 0, 20, 9], [1, 0, 0, 1]),
        ([3], [1]),
        ([3, 0], [1, 0]),
        ([5, 5], [0, 0]),
        ([0, 0], [0, 0]),
        ([3, 9, 9], [1, 1, 0]),
    ],
)
def test_cells_counted_by_hand(responses, expected):
    assert suppressed(responses).astype(int).tolist() == expected


def test_without_a_total_only_the_small_are_hidden():
    assert suppressed([40, 3, 20], total_shown=False).tolist() == [False, True, False]


def test_threshold_is_the_least_number_shown():
    assert suppressed([9, 10, 30], threshold=10).tolist() == [True, True, False]
    assert not suppressed([9, 10, 30], threshold=9).any()
    assert not suppressed([1, 2], threshold=0).any()


@given(rows)
def test_hidden_cells_protect_one_another(responses):
    hidden = suppressed(responses)
    assert hidden[(responses > 0) & (responses < 5)].all()
    assert not hidden[responses == 0].any()
    if hidden.any() and (~hidden & (responses > 0)).any():
        assert hidden.sum() >= 2
        assert responses[hidden].sum() >= 5


@given(arrays(np.int64, st.integers(1, 6), elements=st.sampled_from([0, 1, 2, 4, 5, 9, 30, 900])))
def test_no_other_choice_beside_a_total_hides_fewer_answers(responses):
    small = (responses > 0) & (responses < 5)
    others = np.flatnonzero(~small & (responses > 0))
    sizes = []
    for taken in itertools.product([False, True], repeat=len(others)):
        hidden = small.copy()
        hidden[others[list(taken)]] = True
        if not small.any() or all(taken) or (hidden.sum() >= 2 and responses[hidden].sum() >= 5):
            sizes.append(responses[hidden].sum())
    assert responses[suppressed(responses)].sum() == min(sizes)


@given(arrays(np.int64, (3, 2, 6), elements=st.integers(0, 15)))
def test_leading_shapes_are_rows_of_their_own(responses):
    alone = [[suppressed(row) for row in block] for block in responses]
    assert (suppressed(responses) == np.array(alone)).all()


@given(tables)
def test_no_hidden_cell_of_a_table_follows_from_its_totals(responses):
    hidden = suppressed_table(responses)
    assert hidden[(responses > 0) & (responses < 5)].all()
    shown = ~hidden & (responses > 0)
    for axis in (0, 1):
        for count, more in zip(hidden.sum(axis=axis), shown.any(axis=axis), strict=True):
            assert count != 1 or not more
    at = np.argwhere(hidden)
    if len(at):
        totals = np.concatenate([at[:, 0] == np.arange(5)[:, None], at[:, 1] == np.arange(5)[:, None]]).astype(float)
        moves = np.eye(len(at)) - np.linalg.pinv(totals) @ totals
        determined = np.abs(moves).max(axis=0) < 1e-9
        # Only where nothing is left beside it to hide.
        for row, column in at[determined]:
            assert not shown[row].any()
            assert not shown[:, column].any()


def safe(responses, hidden):
    """Whether what is hidden of a table is protected, by a change of the hidden cells that leaves all totals."""
    for axis in (0, 1):
        count, together = hidden.sum(axis=axis), (responses * hidden).sum(axis=axis)
        if ((count == 1) | ((count > 0) & (together < 5))).any():
            return False
    at = np.argwhere(hidden)
    totals = np.array([[cell[axis] == line for cell in at] for axis in (0, 1) for line in range(responses.shape[axis])])
    # What a cell is must not be a sum of totals: then it adds nothing to what they tell.
    rank = np.linalg.matrix_rank(totals)
    return all(np.linalg.matrix_rank(np.vstack([totals, np.arange(len(at)) == k])) > rank for k in range(len(at)))


@given(tables)
def test_no_cell_of_a_table_is_hidden_that_protects_nothing(responses):
    hidden = suppressed_table(responses)
    if not hidden.any() or not safe(responses, hidden):
        return
    for row, column in np.argwhere(hidden & (responses >= 5)):
        fewer = hidden.copy()
        fewer[row, column] = False
        assert fewer.any()
        assert not safe(responses, fewer)


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        # The smallest of the row and of the column lead to 900; the way around does not.
        ([[9, 20, 20, 900], [900, 60, 3, 12]], [[0, 1, 1, 0], [0, 1, 1, 0]]),
        # Two small ones share theirs.
        ([[60, 9, 9, 30], [60, 6, 200, 200], [60, 3, 900, 3]], [[0, 1, 0, 1], [0, 0, 0, 0], [0, 1, 0, 1]]),
        ([[3, 50, 50], [50, 3, 50], [50, 50, 50]], [[1, 1, 0], [1, 1, 0], [0, 0, 0]]),
    ],
)
def test_large_cells_are_left_alone_where_smaller_ones_protect(responses, expected):
    assert suppressed_table(responses).astype(int).tolist() == expected
    assert safe(np.array(responses), np.array(expected, dtype=bool))


@given(tables)
def test_tables_may_be_turned(responses):
    assert suppressed_table(responses).any() == suppressed_table(responses.T).any()


def test_two_blocks_joined_by_one_cell_give_it_away_unless_more_is_hidden():
    # Each row and column has two hidden cells or more, and still the middle one follows from the totals.
    table = np.full((4, 4), 50)
    for at in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)]:
        table[at] = 4
    assert suppressed_table(table).sum() > 9


def test_nothing_small_hides_nothing():
    assert not suppressed_table(np.full((3, 4), 5)).any()


@pytest.mark.parametrize("hide", [suppressed, suppressed_table])
def test_bad_numbers_are_refused(hide):
    with pytest.raises(ArgumentError, match="at least 0"):
        hide([[1, -2]])
    with pytest.raises(ArgumentError, match="at least 0"):
        hide([[1, np.nan]])
    with pytest.raises(ArgumentError, match="threshold"):
        hide([[1, 2]], threshold=-1)
    with pytest.raises(ArgumentTypeError, match="numbers"):
        hide([["a", "b"]])


def test_a_table_has_two_dimensions():
    with pytest.raises(ArgumentError, match="rows × columns"):
        suppressed_table([1, 2])
