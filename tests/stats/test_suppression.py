"""Small cells: not shown, and not to be worked out from totals."""

from __future__ import annotations

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
