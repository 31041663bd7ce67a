from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError, RatingError
from npskit.scale import MISSING, OUTSIDE, Scale


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("10 - Extremely likely", 10),
        ("0 (Not Likely)", 0),
        ("9/10", 9),
        (" 8 ", 8),
        ("8.0", 8),
        ("8,0", 8),
        ("7 sur 10", 7),
        ("7 out of 10", 7),
        ("10 – Très probable", 10),
        ("0 = pas du tout probable", 0),
        ("Extremely likely (10)", 10),
        ("Très probable : 10", 10),
    ],
)
def test_labels_of_the_tools_are_read(text, rating):
    assert Scale().code(text) == rating


@pytest.mark.parametrize(
    "text", ["3-5 years", "25 - 34 years old", "10 000", "7.5", "9/20", "11", "-1", "NSP", "2 kids"]
)
def test_text_that_is_no_rating_is_outside(text):
    assert Scale().code(text) == OUTSIDE


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT, "", "  "])
def test_no_answer_is_missing(value):
    assert Scale().code(value) == MISSING


@pytest.mark.parametrize("value", [10, 10.0, np.int8(10), np.float32(10), Decimal(10), "10"])
def test_numbers_of_any_kind_are_ratings(value):
    assert Scale().code(value) == 10


@pytest.mark.parametrize("value", [True, False, np.True_])
def test_booleans_are_refused(value):
    with pytest.raises(RatingError, match=r"yes/no"):
        Scale().code(value)


def test_declared_codes_are_missing_as_number_and_as_text():
    assert Scale(missing=[11, 99, "NSP"]).codes([11, 11.0, "11", "99.0", "NSP", 98]).tolist() == [
        -1,
        -1,
        -1,
        -1,
        -1,
        -2,
    ]


def test_declared_codes_may_be_text_for_a_column_of_numbers():
    assert Scale(missing=["11"]).codes([11, 11.0, "11", " 11 ", 10]).tolist() == [-1, -1, -1, -1, 10]


def test_a_single_missing_code_needs_no_list():
    assert Scale(missing=11).code(11) == MISSING
    assert Scale(missing="NSP").code("NSP") == MISSING


def test_categories_follow_the_cut_points():
    assert Scale().categories.tolist() == [0] * 7 + [1] * 2 + [2] * 2
    assert Scale(1, 5).categories.tolist() == [0, 0, 0, 1, 2]
    assert Scale(1, 10).categories.tolist() == [0] * 6 + [1] * 2 + [2] * 2
    assert Scale(0, 100, detractor_max=60, promoter_min=90).categories.tolist().count(2) == 11


def test_unknown_scale_asks_for_cut_points():
    with pytest.raises(ArgumentError, match="detractor_max"):
        Scale(1, 9)


@pytest.mark.parametrize("ends", [(5, 1), ("a", 3), (0.5, 3)])
def test_ends_are_whole_and_in_order(ends):
    with pytest.raises(ArgumentError, match="the lower first"):
        Scale(*ends)


def test_cut_points_out_of_order_are_refused():
    with pytest.raises(ArgumentError, match="lowest <= detractor_max < promoter_min <= highest"):
        Scale(0, 10, detractor_max=9, promoter_min=7)


def test_words_in_both_languages_are_categories():
    values = ["Promoter", "promoteurs", "PASSIF", "Neutre", "Détracteur", "detractor", "maybe", None]
    assert Scale.labels().codes(values).tolist() == [2, 2, 1, 1, 0, 0, OUTSIDE, MISSING]


def test_category_counts_sum_ratings():
    assert Scale().category_counts(np.arange(11)).tolist() == [21, 15, 19]
    assert Scale().category_counts(np.ones((4, 2, 11))).shape == (4, 2, 3)


@given(st.lists(st.integers(0, 500), min_size=11, max_size=11))
def test_category_counts_lose_nothing(counts):
    assert Scale().category_counts(np.array(counts)).sum() == sum(counts)


def test_ones_to_fives_resemble_another_scale():
    assert Scale().resembles([0, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0]) == "1-5"
    assert Scale().resembles([0, 9, 9, 9, 9, 9, 3, 3, 0, 0, 0]) == "1-7"
    assert Scale().resembles([3, 9, 9, 9, 9, 9, 0, 0, 0, 0, 1]) == ""


def test_few_answers_resemble_nothing():
    assert Scale().resembles([0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0]) == ""


def test_a_rating_column_may_hold_some_strangers():
    assert Scale().fits([*range(12)])
    assert not Scale().fits(["Strongly agree", "Agree"])
    assert not Scale().fits([True, False])
    assert not Scale().fits([])


def test_replacing_the_missing_codes_keeps_the_cuts():
    scale = Scale(0, 10, detractor_max=5, promoter_min=8).replace(missing=[99])
    assert (scale.detractor_max, scale.promoter_min, scale.code(99)) == (5, 8, MISSING)
