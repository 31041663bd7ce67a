"""pandas frames, keys and paths: counting answers over codes, and refusing what cannot be counted."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit
from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    MissingExtraError,
    RatingError,
    ReadError,
    RoleError,
    SurveyNotFoundError,
)
from npskit.frames import Bands, Period, is_date, wrap
from npskit.frames.dates import is_iso_date
from npskit.scale import Scale
from npskit.tally import Tally

RATINGS = [10, 9, 9, 7, 0, None, 3]


def counts_of(tally: Tally) -> dict[int, int]:
    return {int(rating): int(n) for rating, n in enumerate(tally.counts.sum(0)) if n}


TEXTS = [None if rating is None else f"{rating} - {'very' if rating > 8 else 'so so'}" for rating in RATINGS]
NUMBERS = [np.nan if rating is None else rating for rating in RATINGS]
COLUMNS = {
    "float with nan": lambda: pd.Series(NUMBERS),
    "float32": lambda: pd.Series(NUMBERS, dtype="float32"),
    "nullable integer": lambda: pd.Series(RATINGS, dtype="Int8"),
    "nullable wide integer": lambda: pd.Series(RATINGS, dtype="Int64"),
    "nullable float": lambda: pd.Series(RATINGS, dtype="Float64"),
    "Arrow integer": lambda: pd.Series(RATINGS, dtype="int8[pyarrow]"),
    "Arrow float": lambda: pd.Series(RATINGS, dtype="double[pyarrow]"),
    "sparse": lambda: pd.Series(pd.arrays.SparseArray(NUMBERS)),
    "object": lambda: pd.Series(RATINGS, dtype=object),
    "text": lambda: pd.Series(TEXTS),
    "Arrow text": lambda: pd.Series(TEXTS, dtype="string[pyarrow]"),
    "fractions": lambda: pd.Series([None if rating is None else f"{rating}/10" for rating in RATINGS]),
    "blanks around": lambda: pd.Series(["  " if rating is None else f" {rating} " for rating in RATINGS]),
    "categories of numbers": lambda: pd.Series(RATINGS, dtype="Int64").astype("category"),
    "categories of texts": lambda: pd.Series(TEXTS, dtype="category"),
    "mixed": lambda: pd.Series([10, "9", 9.0, "7.0", "0 (Not Likely)", None, "3"], dtype=object),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_ratings_as_they_come_give_the_same_counts(kind):
    if "Arrow" in kind:
        pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"q1": COLUMNS[kind](), "shop": list("aabbbab")})
    whole = wrap(frame).tally("q1")
    assert counts_of(whole) == {0: 1, 3: 1, 7: 1, 9: 2, 10: 1}
    assert whole.missing.tolist() == [1]
    split = wrap(frame).tally("q1", ["shop"])
    assert split.cells == (("a",), ("b",))
    assert (split.counts.sum(-1).tolist(), split.missing.tolist()) == ([2, 4], [1, 0])
    assert counts_of(split) == counts_of(whole)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int64", "uint8", "uint64"])
def test_whole_numbers_of_any_width_are_counted(dtype):
    ratings = pd.Series(np.arange(11).repeat(3), dtype=dtype)
    assert wrap(ratings).tally("rating").counts.tolist() == [[3] * 11]


def test_columns_of_one_matrix_are_counted():
    frame = pd.DataFrame(np.array([[9, 1], [3, 0], [10, 1]]), columns=["q1", "shop"])
    assert wrap(frame).tally("q1", ["shop"]).cells == ((0,), (1,))
    assert counts_of(wrap(frame).tally("q1")) == {3: 1, 9: 1, 10: 1}


def test_blocks_add_up(monkeypatch):
    monkeypatch.setattr("npskit.frames.counting.BLOCK", 24)
    days = pd.date_range("2024", periods=2000)
    frame = pd.DataFrame({"q1": [float(i % 11) if i % 5 else np.nan for i in range(2000)], "day": days, "w": 0.5})
    for by, weight in (([], None), ([], "w"), ([Period("day", "week")], None), ([Period("day", "year")], "w")):
        tally = wrap(frame).tally("q1", by, weight=weight)
        assert (tally.counts.sum(), tally.missing.sum(), tally.category_weights.sum()) == (
            1600, 400, 800 if weight else 1600,
        )  # fmt: skip


def test_parts_of_a_text_column_share_their_levels(monkeypatch):
    monkeypatch.setattr("npskit.frames.coding.PART", 100)
    shops = [None if i % 7 == 0 else f"shop {i % 300:03}" for i in range(1000)]
    for dtype in ("str", object):
        tally = wrap(pd.DataFrame({"q1": 9, "shop": pd.Series(shops, dtype=dtype)})).tally("q1", ["shop"])
        assert dict(zip(tally.cells, tally.responses.tolist(), strict=True)) == Counter((shop,) for shop in shops)
        assert list(tally.cells[:-1]) == sorted(tally.cells[:-1])


def test_series_is_a_column_of_its_own_name():
    assert wrap(pd.Series([10, 0], name="note")).columns == ("note",)
    assert wrap(pd.Series([10, 0])).columns == ("rating",)


@pytest.mark.parametrize("dtype", [bool, "boolean", "category"])
def test_booleans_are_refused(dtype):
    frame = pd.DataFrame({"q1": pd.Series([True, False, True], dtype=dtype)})
    with pytest.raises(RatingError, match="yes/no answer has no NPS"):
        wrap(frame).tally("q1")


def test_promoter_words_are_a_scale():
    words = pd.Series(["Promoteur", "Détracteur", None, "Passif", "promoteur"])
    tally = wrap(words).tally("rating")
    assert tally.scale.labelled
    assert tally.category_counts.tolist() == [[1, 1, 2]]


def test_value_outside_names_values_and_counts():
    ratings = pd.Series([9.0] * 90 + [11.0] * 7 + [99.0] + [np.nan] * 2, name="q1")
    for source, by in ((wrap(ratings), []), (wrap(ratings.to_frame().assign(shop="a")), ["shop"])):
        with pytest.raises(RatingError) as caught:
            source.tally("q1", by)
        assert "column 'q1': expected whole ratings from 0 to 10 or missing" in str(caught.value)
        assert "8 of 98 answers outside: 11 (7), 99 (1)" in str(caught.value)
        assert "missing=[11, 99]" in caught.value.hint


def test_text_outside_names_the_first_five():
    with pytest.raises(RatingError, match=r"'f' \(1\) and 1 more"):
        wrap(pd.Series(["10", "9", "a", "b", "c", "d", "f", "f2"], name="q1")).tally("q1")


def test_column_of_comments_is_no_rating():
    with pytest.raises(RatingError, match="choose the column of ratings"):
        wrap(pd.Series(["very good", "bad"], name="why")).tally("why")


def test_fraction_is_no_rating():
    with pytest.raises(RatingError, match=r"7\.5 \(1\)"):
        wrap(pd.DataFrame({"q1": [7.5, 8.0], "s": ["a", "b"]})).tally("q1", ["s"])


@pytest.mark.parametrize("dtype", ["float64", "Int16", "int64", object])
def test_declared_codes_are_missing_and_never_promoters(dtype):
    ratings = pd.Series([9, 11, 0, 10, 99], dtype=dtype, name="q1")
    tally = wrap(ratings).tally("q1", scale=Scale(missing=[11, 99, 0]))
    assert (counts_of(tally), tally.missing.tolist()) == ({9: 1, 10: 1}, [3])
    split = wrap(ratings.to_frame().assign(s=1)).tally("q1", ["s"], scale=Scale(missing=[11, 99, 0]))
    assert (counts_of(split), split.missing.tolist()) == ({9: 1, 10: 1}, [3])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "Int8"])
def test_counting_leaves_the_frame_as_it_was(dtype):
    frame = pd.DataFrame({"q1": pd.Series([0, 9, 10], dtype=dtype), "s": ["a", "a", "b"]})
    before = frame.copy(deep=True)
    for by in ([], ["s"]):
        wrap(frame).tally("q1", by, scale=Scale(missing=[0]))
    pd.testing.assert_frame_equal(frame, before)


def test_other_scales_are_counted():
    assert wrap(pd.Series([1, 5, 5, 3])).tally("rating", scale=Scale(1, 5)).category_counts.tolist() == [[2, 0, 2]]
    wide = Scale(0, 100, detractor_max=60, promoter_min=90)
    assert wrap(pd.Series([100, 95, 60, 61])).tally("rating", scale=wide).category_counts.tolist() == [[1, 1, 2]]
    below = Scale(-5, 5, detractor_max=1, promoter_min=4)
    assert wrap(pd.Series([-5, 4, 2], dtype="int8")).tally("rating", scale=below).category_counts.tolist() == [
        [1, 1, 1]
    ]


@pytest.mark.parametrize("ratings", [[], [None, None], [np.nan]])
def test_nothing_answered_is_an_empty_tally(ratings):
    frame = pd.DataFrame(
        {"q1": pd.Series(ratings, dtype="float64"), "s": pd.Series(["a"] * len(ratings), dtype=object)}
    )
    assert wrap(frame).tally("q1").counts.sum() == 0
    assert wrap(frame).tally("q1").missing.tolist() == [len(ratings)]
    assert len(wrap(frame).tally("q1", ["s"])) == bool(ratings)
    assert len(wrap(frame).cluster_moments("q1", ["s"], cluster="s").cells) == bool(ratings)


def test_cells_keep_the_order_of_categories_then_sorted_then_missing():
    sizes = pd.Categorical(["L", "S", None, "S"], categories=["S", "M", "L"])
    frame = pd.DataFrame(
        {"q1": [9, 9, 9, 9], "size": sizes, "year": [2024, 2023, 2024, 2022], "old": [True, False, True, True]}
    )
    assert wrap(frame).tally("q1", ["size"]).cells == (("S",), ("L",), (None,))
    assert wrap(frame).tally("q1", ["year"]).cells == ((2022,), (2023,), (2024,))
    assert wrap(frame).tally("q1", ["old", "size"]).cells == ((False, "S"), (True, "S"), (True, "L"), (True, None))


def test_levels_are_plain_python():
    frame = pd.DataFrame(
        {"q1": [9], "n": np.array([3], dtype=np.int16), "x": [1.5], "day": pd.to_datetime(["2024-05-01"])}
    )
    levels = [type(wrap(frame).tally("q1", [name]).cells[0][0]) for name in ("n", "x", "day")]
    assert levels == [int, float, dt.datetime]


def test_hundred_thousand_values_of_a_key_are_counted():
    frame = pd.DataFrame({"q1": np.arange(200_000) % 11, "id": np.arange(200_000) % 100_000})
    tally = wrap(frame).tally("q1", ["id"])
    assert (len(tally), set(tally.responses)) == (100_000, {2})


def test_three_keys_of_many_values_are_counted_without_all_their_combinations():
    row = np.arange(30_000)
    keys = {"a": row, "b": (row * 7) % 30_011, "c": np.where(row % 2, row % 29_989, np.nan)}
    frame = pd.DataFrame({"q1": (row % 11).astype("int8"), "w": 2.0, **keys})
    tally = wrap(frame).tally("q1", list(keys), weight="w")
    assert len(tally) == len(row)
    assert tally.cells[1] == (1, 7, 1.0)
    assert tally.cells[2] == (2, 14, None)
    assert tally.weights.sum() == 2 * len(row)


DAYS = ["2023-12-31", "2024-01-01", "2024-02-29", None, "2024-12-30"]
FIRST_DAYS = {
    "day": ["2023-12-31", "2024-01-01", "2024-02-29", "2024-12-30"],
    "week": ["2023-12-25", "2024-01-01", "2024-02-26", "2024-12-30"],
    "month": ["2023-12-01", "2024-01-01", "2024-02-01", "2024-12-01"],
    "quarter": ["2023-10-01", "2024-01-01", "2024-10-01"],
    "year": ["2023-01-01", "2024-01-01"],
}


def date_column(kind: str) -> pd.Series:
    if kind in ("s", "ms", "us", "ns"):
        return pd.Series(pd.to_datetime(DAYS)).astype(f"datetime64[{kind}]")
    made = {
        "text": lambda: pd.Series(DAYS),
        "moments as text": lambda: pd.Series([None if day is None else f"{day}T23:59:59" for day in DAYS]),
        "dates": lambda: pd.Series([None if day is None else dt.date.fromisoformat(day) for day in DAYS], dtype=object),
        "Arrow dates": lambda: date_column("dates").astype("date32[pyarrow]"),
        "Arrow moments": lambda: date_column("ns").astype("timestamp[us][pyarrow]"),
        "Arrow zone": lambda: date_column("zone").astype("timestamp[us, tz=America/New_York][pyarrow]"),
        "periods": lambda: pd.Series(pd.PeriodIndex(DAYS, freq="D")),
        "categories": lambda: pd.Series(pd.to_datetime(DAYS)).astype("category"),
        "zone": lambda: (pd.Series(pd.to_datetime(DAYS)) + pd.Timedelta("22h")).dt.tz_localize("America/New_York"),
    }
    return made[kind]()


@pytest.mark.parametrize("every", FIRST_DAYS)
@pytest.mark.parametrize(
    "kind", ["s", "ms", "us", "ns", "text", "moments as text", "dates", "Arrow dates", "Arrow moments", "Arrow zone",
             "periods", "categories", "zone"],
)  # fmt: skip
def test_periods_of_any_column_of_dates(kind, every):
    if "Arrow" in kind:
        pytest.importorskip("pyarrow")
    source = wrap(pd.DataFrame({"q1": [9, 8, 7, 6, 5], "day": date_column(kind)}))
    cells = source.tally("q1", [Period("day", every)]).cells
    assert [str(day) for (day,) in cells[:-1]] == FIRST_DAYS[every]
    assert cells[-1] == (None,)
    assert source.span("day") == (dt.date(2023, 12, 31), dt.date(2024, 12, 30))


def test_far_dates_and_none_at_all():
    far = pd.Series(np.array(["0001-01-01", "9999-12-31"], dtype="datetime64[s]"))
    assert wrap(pd.DataFrame({"q1": [9, 9], "day": far})).tally("q1", [Period("day", "year")]).cells[1] == (
        dt.date(9999, 1, 1),
    )
    never = wrap(pd.DataFrame({"q1": [9, 9], "day": pd.to_datetime([None, None])}))
    assert never.tally("q1", [Period("day")]).cells == ((None,),)
    assert never.span("day") == (None, None)


@pytest.mark.parametrize("values", [[3, 4], [True, False], ["02/01/2024", "2024-01-02"], ["soon", None], [2.5, 3.0]])
def test_what_is_no_date_is_refused_with_a_way_out(values):
    source = wrap(pd.DataFrame({"q1": [9, 8], "day": values}))
    with pytest.raises(ArgumentTypeError, match=r"column 'day': expected dates.*\nHint: npskit.read_survey"):
        source.tally("q1", [Period("day")])
    with pytest.raises(ArgumentTypeError):
        source.span("day")


DATE_TEXTS = {
    "2024/03/05": True, "2024-03-05 10:00:00 UTC": True, "2024-03": True, "2024-03-05T10:00:00.125Z": True,
    "2024-03-05 23:30+02:00": True, " 2024-03-05 ": True, "2024/03/05 10:00:00": True, "2024-03-05T10:00 -0500": True,
    "2024-3-05": False, "2024-02-31": False, "05/03/2024": False, "2024-03-05 a call with Marie": False, "2024": False,
    "2024-13": False, "2024-03-05 25:00": False, "2024-03/05": False, "20240305": False, "0000-01-01": False,
}  # fmt: skip


@pytest.mark.parametrize("text", DATE_TEXTS)
def test_text_taken_for_a_date_is_one_that_can_be_counted(text):
    source = wrap(pd.DataFrame({"q1": [9], "day": [text]}))
    assert is_date(text) == is_iso_date(text) == DATE_TEXTS[text]
    if DATE_TEXTS[text]:
        assert source.tally("q1", [Period("day")]).cells == ((dt.date(2024, 3, 1),),)
    else:
        with pytest.raises(ArgumentTypeError):
            source.tally("q1", [Period("day")])


COMMENT = "Marie Dupont, 06 12 34 56 78, waited an hour"


def test_errors_quote_no_comments():
    comments = [COMMENT, "marie@example.org", "RAS", *(f"still waiting for number {at}" for at in range(12))]
    source = wrap(pd.DataFrame({"q1": [9] * 15, "why": comments}))
    for ask, told in (
        (lambda: source.tally("why"), "15 of 15 answers outside: 15 texts"),
        (lambda: source.tally("why", ["q1"]), "15 of 15 answers outside: 15 texts"),
        (lambda: source.tally("q1", [Period("why")]), "got texts"),
        (lambda: source.span("why"), "got texts"),
    ):
        with pytest.raises((RatingError, ArgumentTypeError)) as caught:
            ask()
        assert f"{told} of 3 to 44 characters" in str(caught.value)
        assert "missing=" not in str(caught.value)


def test_audit_and_roles_quote_no_comments():
    comments = [f"{COMMENT} ({at})" for at in range(15)]
    frame = pd.DataFrame({"note": [10, 3, 8] * 5, "why": comments, "recommend": comments})
    audit = npskit.Survey(frame, rating="why").audit().set_index("check")
    assert audit.loc["out_of_range", "detail"] == "15 texts of 48 to 49 characters"
    with pytest.raises(RoleError) as caught:
        npskit.Survey(frame.assign(note="x")).score()
    assert "'recommend' is named like a rating but holds texts of 48 characters" in str(caught.value)
    assert "Marie" not in str(caught.value)


def test_codes_are_quoted_beside_the_number_of_comments():
    ratings = pd.Series([*[9] * 20, "NSP", "NSP", "refus", COMMENT], name="q1", dtype=object)
    with pytest.raises(RatingError) as caught:
        wrap(ratings).tally("q1")
    assert "4 of 24 answers outside: 'NSP' (2), 'refus' (1) and 1 text of 44 characters" in str(caught.value)
    assert "missing=['NSP', 'refus']" in caught.value.hint


def test_unknown_period_is_refused():
    with pytest.raises(ArgumentError, match="did you mean 'month'"):
        Period("day", "months")


def test_bands_have_names_and_an_order():
    frame = pd.DataFrame({"q1": [9] * 8, "orders": [30, 0, 1, 2, 3, 20, 21, np.nan]})
    cells = wrap(frame).tally("q1", [Bands("orders", [1, 3, 6, 21])]).cells
    assert cells == (("<1",), ("1-2",), ("3-5",), ("6-20",), ("21+",), (None,))
    assert Bands("x", [0, 1, 2.5]).labels == ("<0", "0 to <1", "1 to <2.5", "2.5+")
    assert Bands("x", [1, 2]).labels == ("<1", "1", "2+")
    assert Bands("x", [-10, -5, -4, 3]).labels == ("<-10", "-10 to -6", "-5", "-4 to 2", "3+")
    assert Bands("x", np.array([1e6, 2e6])).labels == ("<1000000", "1000000-1999999", "2000000+")


@pytest.mark.parametrize("dtype", ["float64", "Float64", "double[pyarrow]"])
def test_number_between_whole_ones_is_in_no_band_named_by_them(dtype):
    frame = pd.DataFrame({"q1": [9] * 4, "x": pd.Series([1, 2.5, None, 4], dtype=dtype)})
    assert wrap(frame).tally("q1", [Bands("x", [1, 3, 6])]).cells == (("1 to <3",), ("3 to <6",), (None,))
    whole = wrap(frame[frame["x"] != 2.5]).tally("q1", [Bands("x", [1, 3, 6])])
    assert whole.cells[0] == ("1-2",)


def test_close_edges_stay_two_bands():
    frame = pd.DataFrame({"q1": [10, 3, 9, 0], "x": [1e6, 1000000.5, 1e6, 1000001]})
    tally = wrap(frame).tally("q1", [Bands("x", [1000000, 1000000.5, 1000001])])
    assert tally.cells == (("1000000 to <1000000.5",), ("1000000.5 to <1000001",), ("1000001+",))
    assert tally.responses.tolist() == [2, 1, 1]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(), min_size=1, max_size=9, unique=True))
def test_bands_never_share_a_name(edges):
    try:
        bands = Bands("x", sorted(edges))
    except ArgumentError:
        return
    for whole in (True, False):
        assert len(set(bands.names(whole=whole))) == len(bands.edges) + 1


@pytest.mark.parametrize("edges", [[], [3, 1], [1, 1], [1, float("nan")], ["a"], "12", 3, None, [True], [1, None]])
def test_bands_need_rising_edges(edges):
    with pytest.raises(ArgumentError, match="rising edges"):
        Bands("orders", edges)


def test_bands_of_text_are_refused():
    with pytest.raises(ArgumentTypeError, match="expected numbers"):
        wrap(pd.DataFrame({"q1": [9], "size": ["big"]})).tally("q1", [Bands("size", [1])])


def test_weights_are_summed_and_squared():
    frame = pd.DataFrame({"q1": [9, 9, 0, np.nan], "w": [1.0, 2.0, 0.5, np.nan], "shop": list("aabb")})
    tally = wrap(frame).tally("q1", ["shop"], weight="w")
    assert (tally.weights[0, 9], tally.squares[0, 9], tally.weights[1, 0]) == (3.0, 5.0, 0.5)
    assert tally.counts[0, 9] == 2
    whole = wrap(frame).tally("q1", weight="w")
    assert whole.category_weights.tolist() == [[0.5, 0.0, 3.0]]


def test_nullable_weights_are_read():
    frame = pd.DataFrame({"q1": [9, None], "w": pd.Series([2, None], dtype="Int32")})
    assert wrap(frame).tally("q1", weight="w").weights.sum() == 2


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ([1, np.nan, np.nan], "2 missing of 3 answers"),
        ([1, -1, 2], "1 negative or infinite of 3"),
        ([1, np.inf, 2], "1 neg"),
    ],
)
def test_unusable_weights_are_refused_with_their_number(weights, told):
    with pytest.raises(ArgumentError, match=told):
        wrap(pd.DataFrame({"q1": [9, 8, 7], "w": weights})).tally("q1", weight="w")


def test_weights_of_text_are_refused():
    with pytest.raises(ArgumentTypeError, match="expected numbers"):
        wrap(pd.DataFrame({"q1": [9], "w": ["heavy"]})).tally("q1", weight="w")


def test_cluster_moments_done_by_hand():
    frame = pd.DataFrame({"q1": [10, 0, 0, 8, None], "account": [1, 1, 2, None, 2], "shop": list("aabba")})
    moments = wrap(frame).cluster_moments("q1", ["shop"], cluster="account")
    assert moments.cells == (("a",), ("b",))
    assert moments.clusters.tolist() == [1, 2]
    assert (moments.u.tolist(), moments.v.tolist()) == ([0, -1], [2, 2])
    assert (moments.uu.tolist(), moments.uv.tolist(), moments.vv.tolist()) == ([0, 1], [0, -1], [4, 2])


def test_rows_without_an_account_are_clusters_of_their_own():
    frame = pd.DataFrame({"q1": [10, 10, 0], "account": [None, None, None]})
    assert wrap(frame).cluster_moments("q1", cluster="account").clusters.tolist() == [3]


def test_audit_questions():
    frame = pd.DataFrame(
        {
            "q1": [9, 9, 3, 7],
            "who": ["x", "x", "y", None],
            "day": pd.to_datetime(["2024-01-02"] * 2 + ["2024-03-01", None]),
        }
    )
    source = wrap(frame)
    assert (source.length(), source.duplicates(), source.repeated("who")) == (4, 1, (1, 1))
    assert source.sample("who") == ["x", "y"]
    assert source.rating_counts("q1") == [(9, 2), (3, 1), (7, 1)]


def test_duplicates_of_lists_are_counted():
    assert wrap(pd.DataFrame({"tags": [["a"], ["a"], ["b"]]})).duplicates() == 1


def latest_ratings(frame: pd.DataFrame, scale: Scale | None = None) -> list[Any]:
    kept = wrap(frame).latest("who", "day", rating="q1", scale=scale or Scale())
    return [value for value, n in kept.rating_counts("q1") for _ in range(n)]


def test_latest_keeps_the_last_answer_of_each_customer():
    days = ["2024-01-02", "2024-03-01", "2024-03-01", None, "2023-01-01", None]
    frame = pd.DataFrame({"q1": [1, 2, 3, 4, 5, 6], "who": ["x", "x", "x", "x", None, None], "day": days})
    for column in (days, pd.to_datetime(days), pd.to_datetime(days).tz_localize("Europe/Paris")):
        assert latest_ratings(frame.assign(day=column)) == [3, 5, 6]


def test_an_empty_sheet_never_hides_the_answer_before_it():
    days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", "2024-01-05", "2024-01-07"])
    frame = pd.DataFrame({"q1": [9, None, 99, 3, None], "who": ["x", "x", "x", "y", None], "day": days})
    assert latest_ratings(frame, Scale(missing=[99])) == [9, 3]
    # What is off the scale is an answer, and stays to be refused.
    assert latest_ratings(frame) == [99, 3]
    texts = frame.assign(q1=["9 - likely", " ", "NSP", "3", None])
    assert latest_ratings(texts, Scale(missing=["NSP"])) == ["9 - likely", "3"]


def test_latest_of_one_moment_does_not_depend_on_the_order_of_the_rows():
    frame = pd.DataFrame({
        "q1": [3, 9, 9, 9, 7], "who": list("xxxxy"), "day": "2024-01-01", "shop": ["z", None, "b", "a", "a"],
        "tags": [["n"], ["n"], ["n"], ["n"], ["n"]],
    })  # fmt: skip
    for order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]):
        kept = wrap(frame.iloc[order]).latest("who", "day", rating="q1", scale=Scale())
        assert sorted(kept.frame["shop"]) == ["a", "z"]
    alike = frame.drop(columns="shop")
    assert sorted(wrap(alike).latest("who", "day", rating="q1", scale=Scale()).frame["q1"]) == [7, 9]
    twice = pd.concat([frame, frame])
    assert wrap(twice).latest("who", "day", rating="q1", scale=Scale()).length() == 2


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_blank_customers_are_nobody(blank):
    frame = pd.DataFrame({"q1": [10, 0, 5, 6], "who": [blank, blank, "x", "x"], "day": "2024-01-01"})
    assert latest_ratings(frame) == [10, 0, 6]
    assert wrap(frame).repeated("who") == (1, 1)
    assert wrap(frame.assign(who=frame["who"].astype("category"))).repeated("who") == (1, 1)
    assert wrap(frame).cluster_moments("q1", cluster="who").clusters.tolist() == [3]


def test_latest_refuses_what_it_cannot_order():
    frame = pd.DataFrame({"q1": [True, False], "who": "x", "day": ["2024-01-01", "2024-02-01"]})
    with pytest.raises(RatingError, match="yes/no"):
        wrap(frame).latest("who", "day", rating="q1", scale=Scale())
    for days in (["2024-10-01", "2024-2-01"], [1, 2], ["01/10/2024", "02/02/2024"]):
        with pytest.raises(ArgumentTypeError, match="expected dates"):
            wrap(frame.assign(q1=9, day=days)).latest("who", "day", rating="q1", scale=Scale())


def test_column_is_found_but_for_case_accents_and_punctuation():
    source = wrap(pd.DataFrame({"Note NPS": [9], "Région": ["x"]}))
    assert source.tally("note_nps", ["region"]).keys == ("Région",)


def test_missing_column_names_the_nearest():
    with pytest.raises(ColumnNotFoundError, match="did you mean 'rating'"):
        wrap(pd.DataFrame({"rating": [9], "day": ["x"]})).tally("ratng")


def test_duplicate_column_is_refused_only_when_needed():
    frame = pd.DataFrame([[9, 1, 2]], columns=["q1", "shop", "shop"])
    assert counts_of(wrap(frame).tally("q1")) == {9: 1}
    with pytest.raises(ArgumentError, match="column 'shop': expected one column of this name, got 2"):
        wrap(frame).tally("q1", ["shop"])


def test_one_column_cannot_be_two_keys():
    frame = pd.DataFrame({"q1": [9], "day": ["2024-01-01"]})
    with pytest.raises(ArgumentError, match="'day' more than once"):
        wrap(frame).tally("q1", ["day", Period("day")])


def test_column_names_need_not_be_text():
    assert counts_of(wrap(pd.DataFrame({0: [9], 1: ["a"]})).tally("0", ["1"])) == {9: 1}


@pytest.mark.parametrize("data", [[9, 10], {"q1": [9]}, None, 3])
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(ArgumentTypeError, match="expected a pandas"):
        wrap(data)


answers = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 10)),
        st.sampled_from(["a", "b", None]),
        st.integers(-3, 3),
        st.floats(0, 4, allow_subnormal=False),
    ),
    max_size=60,
)


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["q1", "shop", "n", "w"])
    return frame.astype({"q1": "float64", "shop": object, "n": "int64", "w": "float64"})


@given(answers)
def test_tally_is_what_counting_one_by_one_gives(rows):
    tally = wrap(frame_of(rows)).tally("q1", ["shop", "n"])
    by_hand = Counter((shop, n, rating) for rating, shop, n, _ in rows)
    found: Counter = Counter()
    for cell, counts, missing in zip(tally.cells, tally.counts, tally.missing, strict=True):
        found.update({(*cell, rating): int(n) for rating, n in enumerate(counts) if n})
        found.update({(*cell, None): int(missing)} if missing else {})
    assert found == by_hand


@given(answers, answers)
def test_tally_of_parts_adds_to_the_tally_of_the_whole(first, second):
    def by_cell(tally: Tally) -> dict:
        return dict(zip(tally.cells, zip(tally.counts.tolist(), tally.missing.tolist(), strict=True), strict=True))

    parts = [wrap(frame_of(rows)).tally("q1", ["shop"], weight="w") for rows in (first, second)]
    whole = wrap(frame_of(first + second)).tally("q1", ["shop"], weight="w")
    assert by_cell(parts[0] + parts[1]) == by_cell(whole)
    np.testing.assert_allclose((parts[0] + parts[1]).collapse().squares, whole.collapse().squares)


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    for year in (2023, 2024):
        folder = tmp_path / "answers" / f"year={year}"
        folder.mkdir(parents=True)
        pd.DataFrame({"q1": [9, 3, year - 2015], "shop": ["a", "b", None]}).to_parquet(folder / "part.parquet")
    return tmp_path / "answers"


def test_folder_file_and_pattern_of_parquet_are_scanned(parquet):
    folder = wrap(parquet)
    assert folder.engine == "duckdb"
    assert counts_of(folder.tally("q1")) == {3: 2, 8: 1, 9: 3}
    assert folder.tally("q1", ["year"]).cells == ((2023,), (2024,))
    assert wrap(str(parquet / "year=2023" / "part.parquet")).length() == 3
    assert wrap(str(parquet / "*" / "*.parquet")).tally("q1", ["shop"]).cells == (("a",), ("b",), (None,))
    assert list(folder.table({"a": [1]}).columns) == ["a"]


def test_path_that_is_not_there_or_not_parquet_is_refused(tmp_path):
    pytest.importorskip("duckdb")
    with pytest.raises(SurveyNotFoundError, match="nothing there"):
        wrap(tmp_path / "no.parquet")
    with pytest.raises(ReadError, match="a folder with Parquet files, got none"):
        wrap(tmp_path)
    export = tmp_path / "export.csv"
    export.write_text("q1\n9\n")
    with pytest.raises(ReadError, match=r"npskit\.read_survey"):
        wrap(export)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 no")
    with pytest.raises(ReadError, match="expected Parquet files"):
        wrap(broken)


def test_path_without_duckdb_names_the_extra(parquet, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"npskit\[duckdb\]"):
        wrap(parquet)


def test_pandas_path_loads_no_narwhals():
    code = (
        "import sys, pandas as pd; from npskit.frames import wrap; "
        "wrap(pd.DataFrame({'q1': [9], 's': ['a']})).tally('q1', ['s']); assert 'narwhals' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
