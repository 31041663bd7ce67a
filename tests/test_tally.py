import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError, ColumnNotFoundError
from npskit.scale import Scale
from npskit.tally import Tally

SHOPS = (("Lyon", 2024), ("Nice", 2024), ("Lyon", 2025))


def shops(seed=0, weighted=False):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 9, (3, 11))
    extra = {"weights": counts * 1.5, "squares": counts * 2.25} if weighted else {}
    return Tally(counts, Scale(), keys=("shop", "year"), cells=SHOPS, missing=[1, 2, 3], **extra)


answers = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10)), max_size=40)


def counted(rows):
    cells = tuple(dict.fromkeys((cell,) for cell, _ in rows))
    counts = np.zeros((len(cells), 11), dtype=int)
    for cell, rating in rows:
        counts[cells.index((cell,)), rating] += 1
    return Tally(counts, Scale(), keys=("k",), cells=cells, missing=np.zeros(len(cells)))


def as_dict(tally):
    return dict(zip(tally.cells, tally.counts.tolist(), strict=True))


@given(answers, answers)
def test_tallies_add_like_the_rows_they_count(first, second):
    assert as_dict(counted(first) + counted(second)) == as_dict(counted(first + second))


@given(answers)
def test_collapsing_to_nothing_counts_everyone(rows):
    assert counted(rows).collapse().counts.sum() == len(rows)


def test_collapse_keeps_the_keys_asked_for():
    tally = shops()
    assert tally.collapse("shop").cells == (("Lyon",), ("Nice",))
    assert tally.collapse("shop").counts[0].tolist() == (tally.counts[0] + tally.counts[2]).tolist()
    assert tally.collapse("shop").missing.tolist() == [4, 2]


def test_weights_and_squares_travel():
    tally = shops(weighted=True)
    both = tally + tally
    assert both.weights.tolist() == (2 * tally.weights).tolist()
    assert tally.collapse().squares.tolist() == [tally.squares.sum(0).tolist()]


def test_select_takes_levels():
    assert shops().select(shop="Lyon").cells == (("Lyon", 2024), ("Lyon", 2025))
    assert shops().select(shop=["Lyon", "Nice"], year=2024).cells == (("Lyon", 2024), ("Nice", 2024))


def test_unknown_key_names_the_nearest():
    with pytest.raises(ColumnNotFoundError, match="did you mean 'shop'"):
        shops().collapse("shoop")


def test_tallies_of_different_keys_do_not_add():
    with pytest.raises(ArgumentError, match="same keys"):
        shops() + shops().collapse("shop")
    with pytest.raises(ArgumentError, match="weighted"):
        shops() + shops(weighted=True)


def test_shape_is_checked():
    with pytest.raises(ArgumentError, match="per cell"):
        Tally(np.zeros((2, 11)), Scale(), keys=("k",), cells=(("a",),), missing=[0])


def test_drawing_escapes_levels():
    tally = Tally(np.ones((1, 11)), Scale(), keys=("k",), cells=(("<script>",),), missing=[0])
    assert "&lt;script&gt;" in tally._repr_html_()
    assert "<script>" not in tally._repr_html_()
