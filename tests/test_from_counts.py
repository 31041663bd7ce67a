"""Counts are answers that nobody wrote out: every verb gives what it gives on the answers themselves."""

from __future__ import annotations

import datetime as dt
import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit
from npskit import Bands, Period, Survey
from npskit.errors import ArgumentError, ArgumentTypeError, NpskitWarning, RoleError
from npskit.frames import wrap
from npskit.frames.counts import Counts, whole_counts
from npskit.frames.counts_source import CountsSource
from npskit.results import plain
from npskit.scale import CATEGORIES
from npskit.survey.plots import columns_of

KEYS = ["shop", "plan", "date", "visits", "w", "account"]
PARTS = list(CATEGORIES)


def answers_of(rows: int, seed: int) -> pd.DataFrame:
    """Answers with keys that repeat, some of them missing."""
    draw = np.random.default_rng(seed)
    shop = draw.choice(["Lyon", "Nice", "Évry", None], rows, p=[0.4, 0.3, 0.2, 0.1])
    month = draw.integers(0, 8, rows)
    rating = np.clip(draw.integers(0, 11, rows) + 2 * (shop == "Lyon") - (month > 4), 0, 10)
    return pd.DataFrame(
        {
            "nps": rating,
            "shop": shop,
            "plan": draw.choice(["basic", "pro"], rows),
            "date": pd.Timestamp("2023-11-05") + pd.to_timedelta(30 * month, unit="D"),
            "visits": draw.integers(1, 6, rows),
            "w": draw.choice([0.5, 1.0, 2.0], rows),
            "account": draw.integers(0, 25, rows),
        }
    )


def counted(answers: pd.DataFrame, keys: list[str] = KEYS) -> pd.DataFrame:
    """The same answers as counts per combination of keys."""
    named = answers.assign(
        detractors=(answers["nps"] <= 6).astype(int),
        passives=answers["nps"].between(7, 8).astype(int),
        promoters=(answers["nps"] >= 9).astype(int),
    )
    return named.groupby(keys, dropna=False, sort=False)[PARTS].sum().reset_index()


def told(result: Any) -> Any:
    """What a verb gave, as plain values."""
    return (
        result.to_dict() if hasattr(result, "to_dict") and not isinstance(result, pd.DataFrame) else columns_of(result)
    )


def same(first: Any, second: Any) -> None:
    """Equal but for the last digits."""
    first, second = plain(first), plain(second)
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for name in first:
            same(first[name], second[name])
    elif isinstance(first, list):
        assert len(first) == len(second)
        for one, other in zip(first, second, strict=True):
            same(one, other)
    else:
        assert first == (pytest.approx(second) if isinstance(second, float) else second)


ASKED: dict[str, Callable[[Survey], Any]] = {
    "score": lambda survey: {"score": survey.score()},
    "summary": lambda survey: told(survey.summary()),
    "summary by": lambda survey: told(survey.summary(["shop", Bands("visits", [2, 4])], method="wald")),
    "summary of periods": lambda survey: told(survey.summary(Period("date", "quarter"), method="bayes")),
    "bootstrap": lambda survey: told(survey.summary("plan", method="bootstrap")),
    "trend": lambda survey: told(survey.trend()),
    "trend by": lambda survey: told(survey.trend("quarter", by="plan", since=dt.date(2024, 1, 1))),
    "compare": lambda survey: told(survey.compare("shop")),
    "compare two": lambda survey: told(survey.compare(["shop", "plan"], against="overall", adjustment="bh")),
    "compare with a level": lambda survey: told(survey.compare("shop", against="Nice")),
    "change": lambda survey: told(survey.change("date", "2023", "2024", by="shop")),
    "change of two": lambda survey: told(survey.change("plan", "basic", "pro", by=["shop", "visits"])),
    "segments": lambda survey: told(survey.segments(["shop", "plan", "visits"], min_responses=5, alpha=0.5)),
    "journey": lambda survey: told(survey.journey(Bands("visits", [2, 4]))),
    "scorecard": lambda survey: told(survey.scorecard("plan", "quarter")),
    "forecast": lambda survey: told(survey.forecast(2, until=dt.date(2024, 6, 30))),
    "forecast by": lambda survey: told(survey.forecast(2, by="plan", until=dt.date(2024, 6, 30))),
}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return answers_of(900, seed=3)


@pytest.fixture(scope="module")
def counts(answers: pd.DataFrame) -> pd.DataFrame:
    return counted(answers)


@pytest.mark.parametrize("verb", ASKED)
def test_every_verb_is_that_of_the_answers(answers, counts, verb):
    ask = ASKED[verb]
    same(ask(Survey.from_counts(counts)), ask(Survey(answers, rating="nps")))


@pytest.mark.parametrize("verb", ["score", "summary by", "trend by", "compare", "change", "segments"])
def test_weights_are_those_of_each_answer(answers, counts, verb):
    ask = ASKED[verb]
    same(ask(Survey.from_counts(counts, weight="w")), ask(Survey(answers, rating="nps", weight="w")))


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("verb", ["summary", "summary by", "trend", "compare", "change"])
def test_clusters_are_those_of_the_answers(answers, counts, verb, weight):
    ask = ASKED[verb]
    ours = Survey.from_counts(counts, weight=weight, cluster="account")
    same(ask(ours), ask(Survey(answers, rating="nps", weight=weight, cluster="account")))


def test_clusters_that_are_the_groups_and_rows_without_one(answers):
    answers = answers.assign(account=answers["account"].where(answers["account"] > 4))
    ours = Survey.from_counts(counted(answers), cluster="account")
    theirs = Survey(answers, rating="nps", cluster="account")
    for by in (None, "plan", "account", ["shop", "account"]):
        same(told(ours.summary(by)), told(theirs.summary(by)))


@settings(max_examples=25)
@given(st.integers(0, 400), st.integers(0, 10_000), st.sampled_from([["shop"], ["plan", "date"], KEYS]))
def test_tally_is_that_of_the_answers(rows, seed, keys):
    answers = answers_of(rows, seed)
    ours = Survey(counted(answers, keys), detractors="detractors")
    theirs = Survey(answers, rating="nps")
    for by in (None, keys[0], keys):
        mine, other = ours.tally(by), theirs.tally(by)
        assert mine.keys == other.keys
        if rows or by is None:
            assert mine.cells == other.cells
            np.testing.assert_array_equal(mine.category_counts, other.category_counts)


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=1, max_size=30), st.integers(1, 4))
def test_parts_add_to_the_whole_and_zeros_change_nothing(rows, cut):
    frame = pd.DataFrame(rows, columns=PARTS).assign(n=lambda frame: frame[PARTS].sum(axis=1))

    def tally(part):
        return Survey(part, promoters="promoters", responses="n").tally()

    whole = tally(frame)
    np.testing.assert_array_equal((tally(frame[:cut]) + tally(frame[cut:])).collapse().counts, whole.counts)
    assert whole.counts[0].tolist() == frame[PARTS].sum().tolist()
    empty = pd.DataFrame([[0, 0, 0, 0]], columns=frame.columns)
    np.testing.assert_array_equal(tally(pd.concat([frame, empty])).counts, whole.counts)


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=20), st.integers(1, 10**6))
def test_counts_of_shares_are_whole_and_add_up(shares, answers):
    parts = np.array(shares).T
    low, middle, high = whole_counts(list(parts), np.full(parts.shape[1], float(answers)), "shares", np.where)
    told_rows = parts.sum(0) > 0
    assert not (np.stack([low, high]) % 1).any()
    assert min(low.min(), middle.min(), high.min()) >= 0
    np.testing.assert_array_equal(low + middle + high, np.where(told_rows, answers, 0))
    true = 100 * (parts[2] - parts[0]) / np.where(told_rows, parts.sum(0), 1)
    assert (np.abs(100 * (high - low) / answers - true)[told_rows] <= 100 / answers + 1e-6).all()


# ---- engines ---------------------------------------------------------------------------------------------------------


def as_polars(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("polars").from_pandas(frame)


def as_lazy(frame: pd.DataFrame) -> Any:
    return as_polars(frame).lazy()


def as_pyarrow(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)


def as_duckdb(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("duckdb").connect().from_df(frame)


def as_dask(frame: pd.DataFrame) -> Any:
    dask = pytest.importorskip("dask.dataframe")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dask.from_pandas(frame, npartitions=2)


ENGINES = [as_polars, as_lazy, as_pyarrow, as_duckdb, pytest.param(as_dask, marks=pytest.mark.slow)]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda each: getattr(each, "__name__", "as_dask"))
@pytest.mark.parametrize("kind", ["counts", "shares", "percentages"])
def test_engines_agree(counts, engine, kind):
    frame, responses = counts.assign(n=counts[PARTS].sum(axis=1) * 3).drop(columns="account"), None
    if kind != "counts":
        unit, digits, responses = {"shares": (1, 2, "n"), "percentages": (100, 0, 250)}[kind]
        frame[PARTS] = (unit * frame[PARTS].div(frame[PARTS].sum(axis=1), axis=0)).round(digits)
    named = Counts(*PARTS, responses)
    ours, theirs = CountsSource(wrap(frame), named), CountsSource(wrap(engine(frame)), named)
    assert (ours.unit, ours.facts) == (theirs.unit, theirs.facts)
    assert ours.unit == kind
    for by, weight in (
        ((), None),
        (["plan", Period("date", "quarter"), Bands("visits", [2, 4])], None),
        (["shop"], "w"),
    ):
        mine, other = (source.tally("", by, weight=weight) for source in (ours, theirs))
        assert (mine.keys, mine.cells) == (other.keys, other.cells)
        np.testing.assert_array_equal(mine.counts, other.counts)
        if weight:
            np.testing.assert_allclose(mine.weights, other.weights)
            np.testing.assert_allclose(mine.squares, other.squares)
    if kind == "counts":
        same(vars_of(ours), vars_of(theirs))


def vars_of(source: CountsSource) -> dict[str, Any]:
    moments = source.cluster_moments("", ["plan"], cluster="shop", weight="w")
    return {
        "cells": list(moments.cells),
        **{name: getattr(moments, name) for name in ("clusters", "uu", "uv", "vv", "u")},
    }


@pytest.mark.parametrize("engine", [as_polars, as_duckdb], ids=lambda engine: engine.__name__)
def test_engines_refuse_alike_and_name_rows(engine):
    frame = pd.DataFrame({"shop": ["a", "b", "c"], "detractors": [1, -3, 4], "passives": 2, "promoters": 5})
    with pytest.raises(ArgumentError, match=r"1 of 3 rows with another: 'b' \(-3, 2, 5\)"):
        Survey.from_counts(engine(frame))
    with pytest.raises(ArgumentTypeError, match="column 'promoters'"):
        Survey.from_counts(engine(frame.assign(promoters="x")), promoters="promoters")
    survey = Survey.from_counts(engine(frame.assign(detractors=0, w=[1.0, -1.0, None])), weight="w")
    with pytest.raises(ArgumentError, match=r"weight column 'w'.*1 missing and 1 negative or infinite of 3 answers"):
        survey.score()
    assert list(columns_of(Survey.from_counts(engine(frame.assign(detractors=0))).summary("shop")))[:2] == [
        "shop", "responses",
    ]  # fmt: skip


def test_an_empty_frame_has_no_score():
    empty = pd.DataFrame({name: pd.Series(dtype=float) for name in PARTS}).assign(shop=pd.Series(dtype=str))
    for engine in (lambda frame: frame, as_polars, as_duckdb):
        survey = Survey(engine(empty), **dict(zip(PARTS, PARTS, strict=True)))
        assert math.isnan(survey.score())
        assert len(survey.summary("shop")) == 0


# ---- which columns ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("detractors", "passives", "promoters"),
        ("Détracteurs", "Passifs", "Promoteurs"),
        ("n_detractors", "n_passives", "n_promoters"),
        ("Nombre de détracteurs", "Nombre de neutres", "Nombre de promoteurs"),
        ("NPS Detractors", "NPS Neutrals", "NPS Promoters"),
        ("detractorCount", "passiveCount", "promoterCount"),
        ("n_0_6", "n_7_8", "n_9_10"),
        ("0-6", "7-8", "9-10"),
        ("0 à 6", "7 et 8", "9 et 10"),
    ],
)
def test_obvious_names_are_found(names):
    frame = pd.DataFrame([[1, 2, 5], [2, 0, 3]], columns=list(names)).assign(shop=["a", "b"])
    survey = Survey.from_counts(frame)
    assert survey.score() == pytest.approx(100 * (8 - 3) / 13)
    assert tuple(survey.settings.values()) == names


def test_counts_are_preferred_to_percentages_beside_them():
    frame = pd.DataFrame({"detractors": [1, 4], "passives": [2, 4], "promoters": [7, 2]})
    shares = frame.div(frame.sum(axis=1), axis=0).add_prefix("pct_")
    assert Survey.from_counts(pd.concat([shares, frame], axis=1)).tally().counts.tolist() == [[5, 6, 9]]
    assert Survey.from_counts(shares.assign(respondents=10)).tally().counts.tolist() == [[5, 6, 9]]


def test_a_summary_is_a_table_of_counts(answers):
    table = Survey(answers, rating="nps").summary(by=["shop", "plan"])
    again = Survey.from_counts(table)
    assert again.score() == pytest.approx(Survey(answers, rating="nps").score())
    same(columns_of(again.summary(by=["shop", "plan"])), columns_of(table))


def test_names_that_say_nothing_are_asked_for(counts):
    frame = counts.rename(columns={"detractors": "a", "passives": "b", "promoters": "c"})
    with pytest.raises(RoleError, match=r"(?s)the detractors column.*df\.nps\(detractors='the column'\)"):
        Survey.from_counts(frame)
    named = Survey.from_counts(frame, detractors="a", passives="B", promoters="c")
    assert named.score() == Survey.from_counts(counts).score()
    assert named.settings == {"detractors": "a", "passives": "b", "promoters": "c"}


def test_a_frame_of_counts_is_told_how_to_be_opened(counts):
    with pytest.raises(RoleError, match=r"npskit\.Survey\.from_counts\(df\)"):
        counts.nps.score()


def test_two_columns_that_could_be_it_are_asked_about(counts):
    with pytest.raises(RoleError, match="'detractors', 'n_detractors'"):
        Survey.from_counts(counts.assign(n_detractors=1))


def test_one_column_cannot_count_two_things(counts):
    with pytest.raises(ArgumentError, match="a column each"):
        Survey.from_counts(counts, detractors="promoters")


def test_accessor_and_class_open_counts_too(counts):
    score = Survey.from_counts(counts).score()
    assert counts.nps(detractors="detractors").score() == score
    assert counts.nps.from_counts(counts).score() == score
    assert type(counts.nps.from_counts(counts)) is npskit.Survey


def test_roles_say_what_is_counted(counts):
    with pytest.warns(NpskitWarning):
        survey = Survey.from_counts(counts.assign(detractors=0.2, passives=0.3, promoters=0.5), responses=40)
    roles = survey.roles().set_index("role")
    assert roles.loc[PARTS, "column"].tolist() == PARTS
    assert roles.loc["responses", "reason"] == "40 answers in every row, as the call says"
    assert roles.loc["date", "column"] == "date"
    assert not {"rating", "comment", "customer"} & set(roles.index)


# ---- shares ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shares() -> pd.DataFrame:
    return pd.DataFrame({
        "shop": ["a", "b", "c"], "detractors": [0.1, 0.25, 0.5], "passives": [0.2, 0.25, 0.1],
        "promoters": [0.7, 0.5, 0.4], "n": [10, 40, 100],
    })  # fmt: skip


@pytest.mark.parametrize("unit", [1, 100])
def test_shares_and_percentages_of_a_column_of_answers(shares, unit):
    frame = shares.assign(**{name: shares[name] * unit for name in PARTS})
    survey = Survey.from_counts(frame, responses="n")
    assert survey.tally("shop").counts.tolist() == [[1, 2, 7], [10, 10, 20], [50, 10, 40]]
    assert survey.settings["responses"] == "n"


def test_a_column_of_answers_is_found_when_shares_need_one(shares):
    assert Survey.from_counts(shares).summary()["responses"].tolist() == [150]
    with pytest.raises(ArgumentError, match="responses=, since the rows add up to 1 and are shares"):
        Survey.from_counts(shares.drop(columns="n"))


def test_an_assumed_number_of_answers_is_said_everywhere(shares):
    with pytest.warns(NpskitWarning, match="200 answers, which is an assumption") as caught:
        survey = Survey.from_counts(shares, responses=200)
    assert [each.filename for each in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert survey.summary()["responses"].tolist() == [600]
        assert "answer_note_assumed_responses" in survey.compare("shop").notes
        again = Survey(survey.data, **survey.settings)
    assert again.score() == survey.score()
    assert "assumption" in survey.notes["notes"][0]
    audit = survey.audit().set_index("check")
    assert audit.loc[["rows", "valid", "assumed_responses", "scaled_rows"], "count"].tolist() == [3, 600, 200, 0]
    assert "hypothèse" in survey.audit(lang="fr").set_index("check").loc["assumed_responses", "detail"]


def test_rounded_percentages_are_scaled_to_the_whole_and_it_is_said():
    frame = pd.DataFrame({"detractors": [8, 33], "passives": [21, 33], "promoters": [70, 33]})
    survey = frame.nps(detractors="detractors", responses=1000)
    assert survey.tally().counts.tolist() == [[81 + 333, 212 + 334, 707 + 333]]
    assert survey.aggregated.inexact == 2
    assert any("2 rows do not add up" in note for note in survey.notes["notes"])


def test_whole_numbers_that_may_be_percentages_are_asked_about():
    frame = pd.DataFrame({"detractors": [10, 20], "passives": [20, 19], "promoters": [70, 60]})
    with pytest.raises(ArgumentError, match=r"(?s)add up to 100 in all of the 2 rows.*responses=1000"):
        Survey.from_counts(frame)
    assert frame.nps(promoters="promoters", responses=100).tally().counts[0].sum() == 200
    totals = frame.assign(total=[100, 99])
    assert Survey.from_counts(totals, responses="total").tally().counts.tolist() == [[30, 39, 130]]
    assert Survey.from_counts(pd.concat([frame, frame[:1] * 2])).tally().counts.tolist() == [[50, 79, 270]]


def test_single_answers_are_counts():
    frame = pd.DataFrame({"detractors": [1, 0, 0], "passives": [0, 0, 1], "promoters": [0, 1, 0]})
    assert Survey.from_counts(frame).tally().counts.tolist() == [[1, 1, 1]]


@pytest.mark.parametrize("responses", [0, -5, 2.5, True, float("nan"), [3], 10**13])
def test_a_number_of_answers_is_whole_and_positive(shares, responses):
    with pytest.raises(ArgumentError, match="a whole number of answers per row"):
        shares.nps(detractors="detractors", responses=responses)


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "responses", "expected"),
    [
        ({"detractors": [1, -3, 4]}, None, r"numbers that are not negative, got 1 of 3 rows with another: row 7 \(-3"),
        ({"detractors": [1, np.inf, 4]}, None, "row 7"),
        ({"passives": [1, 2, 2.5]}, None, r"whole counts, got 1 of 3 rows with other numbers: row 9 \(4, 2.5, 9\)"),
        ({"passives": [1, None, 2]}, None, r"all three of them, or none.*1 of 3 rows with gaps: row 7.*fillna"),
        ({"n": [6, 99, 15]}, "n", r"counts that add up to 'n', got 1 of 3 rows that do not: row 7"),
        ({}, 50, r"add up to .* in every row, got 3 of 3 rows.*leave responses= out if these are counts"),
    ],
)
def test_bad_counts_are_named_by_row(change, responses, expected):
    frame = pd.DataFrame(
        {"detractors": [1, 3, 4], "passives": [2, 2, 2], "promoters": [3, 30, 9], "n": [6, 35, 15]}, index=[5, 7, 9]
    ).assign(**change)
    with pytest.raises(ArgumentError, match=re.compile(expected, re.DOTALL)):
        Survey(frame, detractors="detractors", responses=responses)


def test_shares_without_a_usable_number_of_answers_are_named(shares):
    for bad in ([10, None, 30], [10, -1, 30], [10, 2.5, 30]):
        with pytest.raises(ArgumentError, match=r"column 'n'.*1 of 3 rows without: row 1 \(0.25"):
            Survey.from_counts(shares.assign(n=bad), responses="n")
    survey = Survey.from_counts(shares.assign(n=[10, 0, 100]), responses="n")
    assert survey.tally("shop").responses.tolist() == [10, 0, 100]


def test_rows_without_counts_tell_of_nobody():
    frame = pd.DataFrame({"detractors": [1, None], "passives": [2, None], "promoters": [3, None], "shop": ["a", "b"]})
    survey = Survey.from_counts(frame)
    assert survey.summary(by="shop")["responses"].tolist() == [6, 0]
    assert survey.audit().set_index("check").loc["rows_without_answers", "count"] == 1
    assert any("1 row is without counts" in note for note in survey.notes["notes"])


@pytest.mark.parametrize("values", [["1", "2"], [True, False], pd.to_datetime(["2024-01-01", "2024-01-02"])])
def test_columns_of_something_else_are_refused(values):
    frame = pd.DataFrame({"detractors": values, "passives": 2, "promoters": [3, 9]})
    with pytest.raises(ArgumentTypeError, match="column 'detractors': expected counts, shares or percentages"):
        Survey.from_counts(frame, detractors="detractors")


@pytest.mark.parametrize(
    "keyword",
    [{"keep": "last"}, {"customer": "account"}, {"rating": "visits"}, {"missing": [99]}, {"scale": npskit.Scale(1, 5)}],
    ids=str,
)
def test_keywords_of_answers_are_refused(counts, keyword):
    with pytest.raises(ArgumentError, match="none, in a survey of counts"):
        Survey(counts, detractors="detractors", **keyword)


def test_what_needs_answers_says_so(counts):
    survey = Survey.from_counts(counts)
    for ask in (
        lambda: survey.drivers(["visits"]),
        lambda: survey.scorecard("plan", attributes=["visits"]),
        lambda: survey.priorities([{"action": "faster", "driver": "visits", "feasibility": 3}]),
    ):
        with pytest.raises(ArgumentError, match="expected answers, a row each, with other columns, got counts"):
            ask()
    with pytest.raises(RoleError, match="got counts"):
        survey.column("rating")
    with pytest.raises(RoleError, match="got counts"):
        survey.column("comment")
    with pytest.raises(ArgumentError, match="which do not tell who answered"):
        survey.source.repeated("account")
    with pytest.raises(ArgumentError, match="a column beside the counts, got 'passives'"):
        survey.summary(by="passives")


def test_distribution_is_of_the_three_categories(counts):
    table = Survey.from_counts(counts).distribution(by="plan")
    assert table["rating"].tolist() == PARTS * 2
    assert table.groupby("plan")["share"].sum().tolist() == pytest.approx([1, 1])


def test_segments_priorities_need_counts_only(counts, answers):
    actions = [{"action": "help", "segment": {"shop": "Nice"}, "feasibility": 4}]
    ours, theirs = (
        survey.priorities(actions) for survey in (Survey.from_counts(counts), Survey(answers, rating="nps"))
    )
    same(told(ours), told(theirs))


def test_another_frame_of_counts_is_read_alike(counts, answers):
    first, second = counts[counts["visits"] < 3], counts[counts["visits"] >= 3]
    ours = Survey.from_counts(first).compare(against=second)
    some = answers["visits"] < 3
    theirs = Survey(answers[some], rating="nps").compare(against=answers[~some])
    same(told(ours), told(theirs))


def test_counts_are_compared_with_answers(counts, answers):
    some = answers["visits"] < 3
    ours = Survey(answers[some], rating="nps").compare(
        "plan", against=Survey.from_counts(counts[counts["visits"] >= 3])
    )
    theirs = Survey(answers[some], rating="nps").compare("plan", against=answers[~some])
    same(told(ours), told(theirs))


def test_a_frame_changed_later_changes_nothing(counts):
    frame = counts.copy()
    survey = Survey.from_counts(frame)
    score = survey.score()
    frame["promoters"] = 0
    assert survey.score() == score


def test_a_path_is_read(tmp_path, counts):
    path = tmp_path / "par magasin.csv"
    text = "Magasin;Mois;Détracteurs;Passifs;Promoteurs\nLyon;01/03/2024;12;99;1 200\nNice;15/04/2024;3;10;25\n"
    path.write_text(text, encoding="cp1252")
    survey = Survey.from_counts(path)
    assert survey.tally().counts.tolist() == [[15, 109, 1225]]
    assert survey.trend().table["responses"] == [1311, 38]
    pytest.importorskip("duckdb")
    parquet = tmp_path / "counts.parquet"
    counts.to_parquet(parquet)
    assert Survey.from_counts(parquet).score() == Survey.from_counts(counts).score()


def test_charts_draw(counts):
    plot = Survey.from_counts(counts).plot
    for chart in (plot.distribution("plan"), plot.shares(Period("date")), plot.trend("quarter"), plot.compare("shop")):
        assert chart.to_dict()


# ---- a real table ----------------------------------------------------------------------------------------------------


def test_hcahps_gives_the_published_scores():
    hcahps = npskit.datasets.load("hcahps")
    with pytest.warns(NpskitWarning, match="1,000 answers"):
        nation = Survey.from_counts(hcahps[hcahps["state"] == "US"], responses=1000)
    assert nation.column("date") == "end_date"
    assert nation.trend("year").table["score"] == pytest.approx([63, 64, 66, 66, 65, 65, 66, 64, 61])
    assert nation.aggregated.inexact == 0
    states = hcahps[hcahps["state"] != "US"].nps(promoters="pct_9_10", responses=300)
    table = states.trend("year", by="state").to_frame()
    assert table.shape[0] == 51 * 9
    assert states.summary(by="state")["responses"].isin([300 * 9, 300 * 8]).all()


def test_carpentries_counted_by_quarter_keeps_its_score():
    survey = npskit.datasets.load("carpentries").nps
    table = survey.summary(by=Period("date", "quarter"))
    assert Survey.from_counts(table).score() == pytest.approx(48.37, abs=0.005)


@pytest.fixture(scope="module")
def regions() -> Survey:
    hcahps = npskit.datasets.load("hcahps")
    states = hcahps[hcahps["state"] != "US"]
    west = states["state"].isin(["AK", "AZ", "CA", "HI", "NV", "OR", "WA"])
    return states.assign(region=np.where(west, "West", "Elsewhere")).nps(promoters="pct_9_10", responses=1000)


def test_a_report_says_what_is_assumed(regions):
    from npskit.report import Story

    story = Story(regions, by="region", lang="en")
    assert "458,000 answers, given as counts in 458 rows." in story.quality().text
    for part in (story.summary(), story.quality(), story.method()):
        assert "Every row is taken as 1,000 answers, which is an assumption" in part.text
    assert story.movement.trend.every == "year"
    assert "hypothèse" in Story(regions, by="region", lang="fr").method().text


def test_dates_of_a_row_are_no_groups(regions):
    from npskit.report.grouping import suggested

    texts = regions.data.astype({"start_date": str})
    items = suggested(texts.nps(**regions.settings)).items
    assert items == ("region",)


@pytest.mark.slow
@pytest.mark.parametrize(("template", "engine"), [("health-check", as_polars), ("segments", None)])
def test_reports_run_end_to_end(tmp_path, regions, template, engine):
    survey = regions if engine is None else Survey(engine(regions.data), **regions.settings)
    options = {"by": ["region"]} if template == "segments" else {}
    made = survey.report(tmp_path / "report.html", template=template, **options)
    page = made.path.read_text(encoding="utf-8")
    assert "which is an assumption" in page
    assert "458,000" in page


def test_segments_of_counts_in_another_engine_say_what_is_assumed(regions):
    from npskit.report import SegmentsStory

    ours, theirs = (
        SegmentsStory(Survey(data, **regions.settings), by=["region"], lang="en")
        for data in (regions.data, as_polars(regions.data))
    )
    # The first line names the answers, where a frame carries a name.
    assert theirs.summary().text.splitlines()[1:] == ours.summary().text.splitlines()[1:]
    for part in ("differences", "why_it_moved"):
        assert getattr(theirs, part)().text == getattr(ours, part)().text
    assert "which is an assumption" in theirs.method().text
    assert "458,000" in theirs.summary().text


def test_a_column_of_negative_counts_is_refused_by_its_rows():
    counts = pd.DataFrame({"Nb détracteurs": [1, 2], "Nb passifs": [-3, -4], "Nb promoteurs": [5, 6]})
    with pytest.raises(ArgumentError, match=r"not negative, got 2 of 2 rows .*row 0 \(1, -3, 5\)"):
        Survey.from_counts(counts)
