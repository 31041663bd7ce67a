"""What a person hands over: a list saved by a spreadsheet, identifiers that differ, targets out of reach."""

import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError, RatingError, RoleError, SurveyNotFoundError


def answers(customers):
    ratings = [1, 2, 3, 4, 5, 6][: len(customers)]
    return pd.DataFrame({"customer": customers, "rating": ratings, "date": "2024-02-01", "comment": "élevé; cher"})


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
@pytest.mark.parametrize("head", ["customer", "Customer"])
def test_a_list_saved_by_a_french_spreadsheet_comes_back(tmp_path, encoding, head):
    df = answers(["007", "012", "=A1", "-5", "a;b", "É1"])
    path = df.nps.worklist(today="2024-02-10").export(tmp_path / "list.csv", lang="fr")
    sheet = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    sheet["answered"] = "01/02/2024"
    sheet["called"] = ["05/02/2024"] * 3 + [""] * 3
    sheet.rename(columns={"customer": head}).to_csv(path, sep=";", index=False, encoding=encoding)
    found = df.nps.closed_loop(path, today="2024-03-20")
    assert (found.listed, found.called, found.unknown) == (6, 3, 0)
    again = df.nps.worklist(outcomes=path, today="2024-02-10")
    assert len(again.table["customer"]) == 3


def test_a_list_that_is_not_there_is_said():
    for name in ("none.csv", "none.xlsx"):
        with pytest.raises(SurveyNotFoundError, match="no file"):
            answers(["a"]).nps.closed_loop(name)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    found = answers(["a"]).nps.worklist(today="2024-02-10")
    for name in ("list.csv", "list.xlsx"):
        with pytest.raises(ArgumentError, match="a place that can be written"):
            found.export(tmp_path / "nowhere" / name)


def test_identifiers_that_never_meet_are_not_read_as_silence():
    invited = pd.DataFrame({"customer": ["001", "002", "003"]})
    with pytest.raises(ArgumentError, match=r"none, of 2 answers.*\n.*'007' and 7"):
        answers([1, 2]).nps.response(invited)


@pytest.mark.parametrize("by", [None, ["shop", "team"]])
def test_numbers_of_invited_by_level_ask_for_the_column(by):
    df = answers(["a", "b"]).assign(shop="Lyon", team="x")
    with pytest.raises(ArgumentError, match="one column in by="):
        df.nps.response({"Lyon": 20}, by=by)


def test_weights_that_miss_their_targets_are_not_said_to_meet_them():
    df = pd.DataFrame({"shop": ["a"] * 90 + ["b"] * 10, "rating": [9, 3] * 50})
    with pytest.warns(npskit.errors.NpskitWarning, match="percentage points"):
        weighted = df.nps.reweight({"shop": {"a": 0.02, "b": 0.98}}, trim=2)
    told = weighted.weighting.notes[0].sentence(lang="en")
    assert "without making them alike" in told
    assert "look like" not in told
    assert "rapprochent" in weighted.weighting.notes[0].sentence(lang="fr")
    assert "percentage points" in weighted.weighting.notes[1].sentence(lang="en")


@pytest.mark.parametrize("stars", [[2, 10, 8], ["★", "★★", "★★★"], [0.5, 4.5, 3.5]])
def test_the_hint_for_other_stars_names_what_reviews_takes(stars):
    with pytest.raises(RatingError) as caught:
        answers(["a"]).nps.reviews(pd.DataFrame({"stars": stars}))
    assert "stars=" in caught.value.hint
    assert "rating=" not in caught.value.hint


def test_a_theme_of_nearly_all_does_not_tell_what_the_few_others_answered():
    pytest.importorskip("sklearn")
    df = pd.DataFrame({"rating": [1, 2] + [9] * 8, "comment": ["prix", "prix cher"] + ["accueil"] * 8})
    table = df.nps.themes("retail", lang="fr").to_frame().set_index("theme")
    assert table.loc["welcome", "score"] == 100
    assert table.loc["welcome", ["impact", "lower", "upper", "p_adjusted"]].isna().all()


def test_a_trend_of_themes_asks_for_the_period():
    pytest.importorskip("sklearn")
    with pytest.raises(ArgumentError, match=r"every='month'"):
        answers(["a", "b"]).nps.themes("retail", lang="fr").plot_trend()


def test_an_empty_column_of_comments_is_named_as_such():
    with pytest.raises(RoleError, match=r"comment='comment'.*'comment' has the name, but is empty"):
        answers(["a", "b"]).assign(comment="").nps.themes("retail", lang="fr")


def test_more_answers_than_invited_name_the_segment_as_it_is_written():
    with pytest.raises(ArgumentError, match="invited: Lyon: expected at least as many"):
        answers(["a", "b"]).assign(shop="Lyon").nps.response({"Lyon": 1}, by="shop")
