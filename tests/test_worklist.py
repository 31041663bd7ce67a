"""Whom to call: the order, the rules, an export that nothing executes, and what came back."""

from __future__ import annotations

import csv
import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from npskit import Survey
from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, RoleError
from npskit.labels import LANGUAGES
from npskit.survey.worklist_export import harmless
from npskit.survey.worklist_outcomes import median_wait, welch

TODAY = dt.date(2024, 3, 15)
HOSTILE = [
    "=HYPERLINK(\"http://x.example\",\"click\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "  =1+1",
    "\n=1+1", "＝1+1", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "ok;=1+1;", "a,=1+1", "x" * 50_000,
    "bad \x00\x07 letters", "emoji 🎉 ‮right to left", "call me: jo@example.org or 06 12 34 56 78", "", None,
]  # fmt: skip


def answers(**columns) -> pd.DataFrame:
    frame = {
        "customer": list("abcdef"), "rating": [0, 6, 7, 8, 9, 10], "date": ["2024-03-01"] * 6,
        "comment": ["late", "dear", "fine", "", "good", "top"],
    }  # fmt: skip
    return pd.DataFrame({**frame, **columns})


def hostile() -> pd.DataFrame:
    n = len(HOSTILE)
    customers = [f"=c{at}" if at % 2 else f"c{at}" for at in range(n)]
    return pd.DataFrame({"customer": customers, "rating": [3] * n, "date": ["2024-03-01"] * n, "comment": HOSTILE})


def back(**columns) -> pd.DataFrame:
    frame = {
        "customer": list("abcd"), "answered": ["2024-03-01"] * 4, "called": ["2024-03-04", "2024-03-06", None, None],
        "resolved": ["2024-03-10", None, None, None],
    }  # fmt: skip
    return pd.DataFrame({**frame, **columns})


def keys(found) -> list[str]:
    return [note.key for note in found.notes]


# --- the list -------------------------------------------------------------------------------------------------------


def test_without_a_risk_the_rating_stands_in_and_it_is_said():
    found = answers().nps.worklist(today=TODAY)
    assert found.table["customer"] == ["a", "b", "c", "d"]
    assert found.source == "rating"
    assert {"worklist_note_no_risk", "worklist_note_no_value"} <= set(keys(found))


def test_priority_is_risk_times_value_times_recency():
    days = ["2024-03-01", "2024-03-15", "2024-02-14", "2024-03-15", "2024-03-15", "2024-03-15"]
    found = answers(date=days, spend=[10, 20, 40, 80, 1, 1]).nps.worklist(
        value="spend", risk={"detractors": 0.4, "passives": 0.2, "promoters": 0.1}, today=TODAY
    )
    table = found.to_frame().set_index("customer")
    assert table["recency"].round(3).to_dict() == {"d": 1.0, "b": 1.0, "c": 0.5, "a": round(0.5 ** (14 / 30), 3)}
    assert np.allclose(table["priority"], table["risk"] * table["value"] * table["recency"])
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["priority"].is_monotonic_decreasing
    assert json.dumps(found.to_dict())


def test_the_last_answer_of_each_customer_counts_with_its_drop():
    twice = pd.concat([answers(), answers(date=["2024-03-10"] * 6, rating=[5, 2, 7, 3, 1, 10])])
    found = twice.nps.worklist(today=TODAY)
    table = found.to_frame().set_index("customer")
    assert table["rating"].to_dict() == {"e": 1, "b": 2, "d": 3, "a": 5, "c": 7}
    assert table["lost"].to_dict() == {"e": 8, "b": 4, "d": 5, "a": 0, "c": 0}
    assert found.reasons(lang="en")[0] == "rated 1 on 10 March 2024 · 8 points lower than before"
    assert found.reasons(lang="fr")[0] == "note de 1 le 10 mars 2024 · 8 points de moins qu’avant"


def test_a_model_of_churn_gives_the_risk():
    rng = np.random.default_rng(0)
    n = 3000
    rating = rng.integers(0, 11, n)
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 430, n), unit="D")
    left = day + pd.to_timedelta(rng.exponential(np.where(rating < 7, 300, 1500)).astype(int) + 1, unit="D")
    frame = pd.DataFrame(
        {
            "customer": np.arange(n), "rating": rating, "date": day,
            "left": pd.Series(left).where(left <= "2024-03-15"), "spend": rng.exponential(100, n),
        }
    )  # fmt: skip
    risk = frame.nps.churn("left", at="2024-03-15", value="spend")
    found = frame.nps.worklist(risk=risk, value="spend", today=TODAY)
    assert found.source == "model"
    assert "risk of leaving" in found.reasons(lang="en")[0]
    by_rating = found.to_frame().groupby("rating")["risk"].mean()
    assert by_rating[0] > by_rating[8]
    few = frame.head(300).nps.churn("left", at="2024-03-15", horizon="1 month")
    assert frame.nps.worklist(risk=few, today=TODAY).source == "categories"


def test_contact_rules():
    frame = answers(
        optout=["yes", None, False, "non", None, None], spoken=[None, "2024-03-10", "2024-01-01", None, None, None]
    )
    found = frame.nps.worklist(rules={"opt_out": "optout", "contacted": "spoken"}, today=TODAY)
    assert found.table["customer"] == ["c", "d"]
    assert {"worklist_note_opted", "worklist_note_rested"} <= set(keys(found))
    assert frame.nps.worklist(rules={"contacted": "spoken", "rest": 3}, today=TODAY).table["customer"] == list("abcd")


def test_who_was_called_rests():
    found = answers().nps.worklist(outcomes=back(), today=TODAY)
    assert found.table["customer"] == ["c", "d"]


def test_old_answers_and_answers_to_come_are_left_out():
    days = ["2023-01-01", "2024-03-01", "2024-04-01", "2024-03-01", "2024-03-01", "2024-03-01"]
    found = answers(date=days).nps.worklist(today=TODAY)
    assert found.table["customer"] == ["b", "d"]
    assert {"worklist_note_old", "worklist_note_late"} <= set(keys(found))


def test_capacity_fills_the_working_days_of_each_owner():
    found = answers(team=["x", "x", "x", "y", "y", "y"]).nps.worklist(
        owner="team", rules={"capacity": 1}, today="2024-03-08"
    )
    by = found.to_frame().set_index("customer")["call_on"]
    assert by.to_dict() == {
        "a": dt.date(2024, 3, 8), "b": dt.date(2024, 3, 11), "c": dt.date(2024, 3, 12), "d": dt.date(2024, 3, 8),
    }  # fmt: skip


def test_a_limit_says_who_waits():
    found = answers().nps.worklist(today=TODAY, limit=1)
    assert (len(found), found.waiting) == (1, 3)
    assert "worklist_note_cut" in keys(found)


def test_nobody_to_call_is_a_list_too():
    found = answers(rating=[9, 9, 9, 10, 10, 10]).nps.worklist(today=TODAY)
    assert len(found) == 0
    assert found.sentence(lang="en") == "Nobody to call"


def test_themes_are_named_in_the_reason():
    from npskit.text.codeframe import Codeframe

    frame = Codeframe.read(pd.DataFrame({"theme": ["price"], "lang": ["en"], "include": ["dear"], "exclude": [""]}))
    found = answers().nps.worklist(themes=frame, today=TODAY)
    assert found.table["themes"] == ["", "price", "", ""]
    assert found.reasons(lang="en")[1].endswith("about: price")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_in_both_languages(lang):
    found = answers(spend=[1, 2, 3, 4, 5, 6]).nps.worklist(value="spend", today=TODAY)
    assert found.sentence(lang=lang)
    assert all(note.sentence(lang=lang) for note in found.notes)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rules": {"capcity": 3}}, ArgumentError),
        ({"rules": {"capacity": 0}}, ArgumentError),
        ({"rules": {"categories": ["haters"]}}, ArgumentError),
        ({"rules": {"rest": "soon"}}, ArgumentError),
        ({"rules": 3}, ArgumentTypeError),
        ({"risk": {"detractors": 0.3}}, ArgumentError),
        ({"risk": {"detractors": 3, "passives": 0.1, "promoters": 0}}, ArgumentError),
        ({"risk": 0.3}, ArgumentTypeError),
        ({"limit": 0}, ArgumentError),
        ({"themes": "price"}, ArgumentTypeError),
        ({"today": "2020-01-01"}, EmptyDataError),
        ({"value": "comment"}, ArgumentTypeError),
    ],
)
def test_bad_input_is_named(options, error):
    with pytest.raises(error):
        answers().nps.worklist(**{"today": TODAY, **options})


def test_without_customers_there_is_no_list():
    with pytest.raises(RoleError):
        answers().drop(columns="customer").nps.worklist(today=TODAY)


def test_polars_gives_the_same_list():
    pl = pytest.importorskip("polars")
    frame = answers(spend=[1.0, 2, 3, None, 5, 6])
    ours, theirs = (Survey(each).worklist(value="spend", today=TODAY) for each in (frame, pl.from_pandas(frame)))
    assert ours.table == theirs.table


# --- what leaves ----------------------------------------------------------------------------------------------------


def cells(path) -> list[list[str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_csv_holds_no_formula_however_it_is_cut(tmp_path, separator, lang):
    path = hostile().nps.worklist(today=TODAY).export(tmp_path / "list.csv", lang=lang)
    text = path.read_text(encoding="utf-8-sig")
    for line in text.splitlines():
        for cell in line.split(separator):
            assert not cell.strip('" ').startswith(STARTS), cell
    for row in csv.reader(text.splitlines(), delimiter=separator):
        assert not any(cell.lstrip().startswith(STARTS) for cell in row)


def test_workbook_holds_texts_only(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    path = hostile().nps.worklist(today=TODAY).export(tmp_path / "list.xlsx")
    sheet = openpyxl.load_workbook(path).active
    values = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in values if cell.data_type == "f"]
    like = [cell for cell in values if isinstance(cell.value, str) and cell.value.startswith(STARTS)]
    assert like
    assert {(cell.data_type, cell.quotePrefix) for cell in like} == {("s", True)}
    assert max(len(str(cell.value)) for cell in values) < 32_767
    assert sheet.max_row == len(HOSTILE) + 1


def test_comments_are_redacted_where_they_leave(tmp_path):
    found = hostile().nps.worklist(today=TODAY)
    assert any("jo@example.org" in (comment or "") for comment in found.table["comment"])
    text = found.export(tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    assert "jo@example.org" not in text
    assert "06 12 34 56 78" not in text
    assert "[e-mail]" in text
    assert "jo@example.org" in found.export(tmp_path / "raw.csv", redact=False).read_text(encoding="utf-8-sig")


def test_html_is_escaped():
    html = hostile().nps.worklist(today=TODAY)._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_columns_that_say_nothing_stay_at_home(tmp_path):
    head = cells(answers().nps.worklist(today=TODAY).export(tmp_path / "list.csv", lang="en"))[0]
    assert head == ["rank", "customer", "reason", "rating", "answered", "lost", "comment", "called", "resolved"]


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"csv or \.xlsx"):
        answers().nps.worklist(today=TODAY).export(tmp_path / "list.docx")


def test_numbers_and_days_stay_what_they_are():
    assert harmless(-3) == -3
    assert harmless(dt.date(2024, 3, 1), text=True) == "2024-03-01"
    assert harmless(float("nan")) == ""


# --- what comes back ------------------------------------------------------------------------------------------------


def test_figures_done_in_ones_head():
    later = pd.concat([answers(), answers(date=["2024-06-01"] * 6, rating=[8, 6, 5, 9, 9, 9])])
    found = later.nps.closed_loop(back(), today="2024-06-30")
    rows = {row["measure"]: row for row in found.to_frame().to_dict("records")}
    assert (found.listed, found.called, found.resolved) == (4, 2, 1)
    assert rows["reached"]["value"] == 0.5
    assert rows["resolved"]["value"] == 0.5
    # 3 and 5 days of four: half are called on the fifth day
    assert rows["days_to_call"]["value"] == 5
    assert rows["change_called"]["value"] == 4
    assert rows["change_not_called"]["value"] == -0.5
    assert rows["difference"]["value"] == 4.5
    assert np.isnan(rows["difference"]["lower"])
    assert "no experiment" in found.change_sentence(lang="en")
    assert keys(found)[0] == "worklist_note_chosen"


def test_unknown_customers_and_duplicates_are_named():
    outcomes = pd.concat([back(), back(customer=["a", "zz", None, "yy"])])
    found = answers().nps.closed_loop(outcomes, today=TODAY)
    told = {note.key: note for note in found.notes}
    assert set(told["worklist_note_strangers"].values["names"]) == {"zz", "yy"}
    assert told["worklist_note_twice"].values["names"] == ("a",)
    assert "worklist_note_nobody" in told
    assert found.called == 2


def test_calls_before_the_answer_do_not_count():
    found = answers().nps.closed_loop(back(called=["2024-02-01", "2024-03-06", None, None]), today=TODAY)
    assert found.called == 1
    assert "worklist_note_early" in keys(found)


def test_more_than_half_waiting_have_no_median():
    found = answers().nps.closed_loop(back(called=["2024-03-04", None, None, None]), today=TODAY)
    assert found.table["value"][2] is None
    assert "still waiting" in found.sentence(lang="en")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_exported_list_comes_back(tmp_path, suffix, lang):
    pytest.importorskip("openpyxl")
    frame = answers(customer=["=a", "O'Hara", 7, "008", "e", "f"]).astype({"customer": object})
    found = frame.nps.worklist(today=TODAY)
    path = found.export(tmp_path / f"list.{suffix}", lang=lang)
    loop = frame.nps.closed_loop(path, today=TODAY)
    assert (loop.listed, loop.called, loop.unknown) == (4, 0, 0)
    assert found.outcomes(path, today=TODAY).table == loop.table
    assert frame.nps.worklist(outcomes=path, today=TODAY).table["customer"] == found.table["customer"]


def test_outcomes_of_a_list_count_who_is_missing_in_them():
    found = answers().nps.worklist(today=TODAY)
    loop = found.outcomes(back().head(1).drop(columns="answered"), today=TODAY)
    assert (loop.listed, loop.called) == (4, 1)


def test_outcomes_without_their_columns():
    with pytest.raises(ArgumentError, match="called"):
        answers().nps.closed_loop(back().drop(columns="called"))
    with pytest.raises(EmptyDataError):
        answers().nps.closed_loop(back(customer=list("wxyz")), today=TODAY)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_outcomes_speak_both_languages(lang):
    found = answers().nps.closed_loop(back(), today=TODAY)
    assert found.sentence(lang=lang)
    assert found.change_sentence(lang=lang)
    assert all(note.sentence(lang=lang) for note in found.notes)


def test_median_of_waits_allows_for_those_who_wait():
    days, called = np.array([1, 2, 3, 9, 9]), np.array([True, True, True, False, False])
    assert median_wait(days, called)[0] == 3


def test_difference_is_that_of_welch():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(0)
    first, second = rng.normal(1, 2, 40), rng.normal(0, 1, 60)
    limits = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert welch(first, second)[1:] == pytest.approx((limits.low, limits.high), abs=0.01)


def test_calls_that_change_nothing_show_nothing():
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n = 200
        ill = rng.integers(0, 7, n)
        again = np.clip(ill + rng.integers(-1, 4, n), 0, 10)
        frame = pd.DataFrame({"customer": [*range(n)] * 2, "rating": [*ill, *again],
                              "date": ["2024-01-01"] * n + ["2024-03-01"] * n})  # fmt: skip
        calls = pd.DataFrame({"customer": range(n), "answered": "2024-01-01",
                              "called": np.where(rng.random(n) < 0.5, "2024-01-05", None)})  # fmt: skip
        found = frame.nps.closed_loop(calls, today="2024-04-01").to_frame().iloc[-1]
        held += found["lower"] <= 0 <= found["upper"]
    assert held >= 52


def test_a_result_of_themes_names_them_too():
    frame = answers(comment=["the price is high", "price", "price price", "x", "y", "z"])
    themes = frame.nps.themes("retail", lang="en")
    found = frame.nps.worklist(themes=themes, today=TODAY)
    assert found.table["themes"][0]
