"""Who leaves: the frames people have, what is left out and said, and the verdict on simulated truth."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from npskit import Survey
from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, RoleError
from npskit.labels import LANGUAGES
from npskit.survey.churn_rows import next_leaving

END = dt.date(2023, 12, 31)
COLUMNS = ["category", "responses", "events", "risk", "lower", "upper", "followed"]


def answers(seed=0, customers=1500, *, ratios=(3.0, 1.5, 1.0), rate=1 / 1500) -> pd.DataFrame:
    """Customers who answer one to four times in two years, as long as they stay."""
    rng, span = np.random.default_rng(seed), 729
    mood = rng.normal(7.5, 2.2, customers)
    leaving = rng.exponential(1 / (rate * np.asarray(ratios)[np.where(mood < 6.5, 0, np.where(mood < 8.5, 1, 2))]))
    who = np.repeat(np.arange(customers), rng.integers(1, 5, customers))
    day = rng.integers(0, span, len(who))
    who, day = who[day < leaving[who]], day[day < leaving[who]]
    left = np.floor(leaving[who]) + 1
    start = pd.Timestamp("2022-01-01")
    return pd.DataFrame(
        {
            "customer": who,
            "date": start + pd.to_timedelta(day, unit="D"),
            "rating": np.clip(np.round(mood[who] + rng.normal(0, 0.8, len(who))), 0, 10),
            "left": start + pd.to_timedelta(np.where(left <= span, left, np.nan), unit="D"),
            "tenure": rng.integers(0, 2000, customers)[who] + day,
            "spend": np.exp(rng.normal(4, 1, customers))[who],
        }
    )


def few(**columns) -> pd.DataFrame:
    """Six customers, two of a category."""
    frame = {
        "customer": list("abcdef"), "rating": [2, 3, 7, 8, 9, 10], "date": ["2023-01-10"] * 6,
        "left": ["2023-02-10", None, "2023-03-10", None, None, None],
    }  # fmt: skip
    return pd.DataFrame({**frame, **columns})


def keys(found) -> list[str]:
    return [note.key for note in found.notes]


@pytest.fixture(scope="module")
def frame():
    return answers()


@pytest.fixture(scope="module")
def found(frame):
    return frame.nps.churn("left", at=END, tenure="tenure", value="spend")


def test_the_contract(found):
    assert list(found.table) == COLUMNS
    assert found.table["category"] == ["detractors", "passives", "promoters"]
    assert len(found.to_frame()) == 3
    assert json.dumps(found.to_dict())
    assert "<table>" in found._repr_html_()
    assert found.verdict == "differ"
    assert found.difference["lower"] > 0
    assert list(found.curves().table)[:3] == ["category", "day", "retained"]
    assert list(found.hazard.table) == ["term", "level", "odds_ratio", "lower", "upper"]
    assert {"rating", "drop", "tenure", "spend"} == set(found.hazard.table["term"])


def test_risk_is_the_end_of_the_curve(found):
    curves = found.curves().to_frame().groupby("category").last()
    risks = dict(zip(found.table["category"], found.table["risk"], strict=True))
    assert {name: 1 - each for name, each in curves["retained"].items()} == pytest.approx(risks)


def test_a_point_in_the_rating_lowers_the_odds(found):
    assert found.hazard.table["upper"][0] < 1
    assert "odds of leaving times" in found.hazard.sentence(lang="en")


def test_risks_come_true_and_are_tested_on_later_answers(found):
    told = found.validation
    assert told.ratio_lower < 1 < told.ratio_upper
    assert told.concordance_lower > 0.5
    assert (told.since - told.until).days == found.horizon
    assert sum(told.table["responses"]) == told.responses
    assert sum(told.table["events"]) == told.events


def test_worth_is_the_difference_of_the_risks(found):
    risk = found.table["risk"]
    assert found.worth.table["customers"] == pytest.approx(
        [5 * (risk[0] - risk[2]), 10 * (risk[0] - risk[1]), 10 * (risk[1] - risk[2])]
    )
    assert found.worth.table["lower"][0] > 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_and_charts_speak_both_languages(found, lang):
    for each in (found, found.validation, found.worth):
        assert each.sentence(lang=lang)
        spec = each.plot(lang=lang).to_dict()
        assert " ".join(spec["title"]["text"]) == each.sentence(lang=lang)
    assert all(note.sentence(lang=lang) for note in found.notes)


def test_the_verb_has_its_chart(frame):
    title = frame.nps.plot.churn("left", at=END, lang="en").to_dict()["title"]["text"]
    assert title[0].startswith("Detractors leave more often")


def test_where_nothing_differs_no_sign_is_told():
    found = answers(1, 4000, ratios=(1, 1, 1)).nps.churn("left", at=END)
    assert found.verdict == "no sign"
    assert found.sentence(lang="en").startswith("No sign")
    assert found.difference["lower"] < 0 < found.difference["upper"]
    assert "no clear number" in found.worth.sentence(lang="en")


def test_of_few_customers_it_cannot_tell():
    found = answers(2, 700, ratios=(1, 1, 1)).nps.churn("left", at=END, horizon="2 months")
    assert found.verdict == "cannot tell"
    assert found.difference["detectable"] > 1.5


def test_fewer_than_fifty_have_curves_only():
    found = answers(3, 120).nps.churn("left", at=END)
    assert 0 < found.difference["customers"] < 50
    assert (found.hazard, found.validation, found.worth) == (None, None, None)
    assert found.verdict == "cannot tell"
    assert "churn_note_few" in keys(found)
    assert found.plot(lang="fr").to_dict()


def test_answers_of_those_who_had_left_are_dropped_and_counted():
    days = ["2023-01-10", "2023-01-10", "2023-03-10", "2023-01-10", "2023-01-10", "2023-01-10"]
    found = few(left=["2023-01-05", None, "2023-03-10", None, None, "2023-02-20"], date=days).nps.churn(
        "left", at="2023-12-31"
    )
    assert found.table["responses"] == [1, 1, 2]
    (note,) = [note for note in found.notes if note.key == "churn_note_after"]
    assert (note.values["n"], note.values["k"]) == (2, 1)


def test_everybody_answered_after_leaving():
    with pytest.raises(EmptyDataError, match="6 on the day of leaving or after it"):
        few(left=["2022-12-01"] * 6).nps.churn("left")


def test_departures_before_the_first_answer_are_said():
    found = few(left=["2022-12-01", None, None, None, None, None]).nps.churn("left", at="2023-12-31")
    assert {"churn_note_before", "churn_note_after", "churn_note_nobody"} <= set(keys(found))
    assert found.sentence(lang="en").startswith("Nobody left")


def test_nobody_left_still_has_limits():
    found = few(left=[None] * 6).nps.churn("left", at="2023-12-31")
    assert found.table["risk"] == [0, 0, 0]
    assert all(0 < upper < 1 for upper in found.table["upper"])
    assert found.plot(lang="en").to_dict()


def test_everybody_left():
    found = few(left=["2023-02-10"] * 6).nps.churn("left", at="2023-12-31")
    assert found.table["risk"] == [1, 1, 1]
    assert "churn_note_everybody" in keys(found)
    assert found.plot(lang="en").to_dict()


def test_a_horizon_beyond_the_follow_up_is_refused():
    with pytest.raises(ArgumentError, match="at most 59 days") as error:
        few().nps.churn("left")
    assert "horizon='29 days'" in str(error.value)


def test_answers_after_the_end_are_left_out():
    late = few(date=["2023-01-10"] * 5 + ["2024-01-10"]).nps.churn("left", at="2023-12-31")
    assert late.table["responses"] == [2, 2, 1]
    assert "churn_note_late" in keys(late)


def test_departures_after_the_end_are_still_here():
    found = few(left=["2023-02-10", "2023-11-10", None, None, None, None]).nps.churn(
        "left", at="2023-03-31", horizon="2 months"
    )
    assert found.table["events"] == [1, 0, 0]
    assert "churn_note_planned" in keys(found)


def test_planned_departures_do_not_prolong_the_follow_up():
    ahead = (dt.date.today() + dt.timedelta(days=90)).isoformat()
    found = few(left=[ahead, "2023-09-01", None, None, None, None]).nps.churn("left", horizon="3 months")
    assert found.at == dt.date(2023, 9, 1)
    assert {"churn_note_planned", "churn_note_until"} <= set(keys(found))


def test_who_came_back_leaves_again():
    following = next_leaving(np.array([0, 0, 0]), np.array([5, 20, 40]), np.array([10, 30, 10]))
    assert following.next[:2].tolist() == [10, 30]
    assert following.gone.tolist() == [False, False, True]


def test_one_row_of_a_customer_says_when_all_left():
    twice = pd.DataFrame(
        {
            "customer": ["a", "a", "b", "c"], "rating": [9, 2, 9, 3], "left": [None, "2023-05-01", None, None],
            "date": ["2023-01-01", "2023-03-01", "2023-01-01", "2023-01-01"],
        }
    )  # fmt: skip
    found = twice.nps.churn("left", at="2023-12-31")
    assert found.table["events"] == [1, 0, 1]
    assert found.difference["customers"] == 1
    assert "churn_note_repeated" in keys(found)


def test_without_customers_it_is_said():
    found = few().drop(columns="customer").nps.churn("left", at="2023-12-31")
    assert "churn_note_no_customer" in keys(found)
    some = few(customer=["a", "b", None, "", "e", "f"]).nps.churn("left", at="2023-12-31")
    assert "churn_note_unknown" in keys(some)


def test_two_columns_of_customers_are_to_be_decided():
    with pytest.raises(RoleError):
        few(client=list("uvwxyz"), customer=list("abcdef")).rename(columns={"client": "client_id",
            "customer": "customer_id"}).nps.churn("left", at="2023-12-31")  # fmt: skip


def test_silent_customers_are_no_group():
    found = few(rating=[2, None, 7, 8, 9, 10]).nps.churn("left", at="2023-12-31")
    assert "had less time to answer" in str(next(note for note in found.notes if note.key == "churn_note_silent"))


def test_zones_count_by_their_own_clock():
    zoned = few(date=pd.to_datetime(["2023-01-10 23:30"] * 6).tz_localize("Europe/Paris"))
    found = zoned.nps.churn("left", at="2023-12-31")
    assert found.first == dt.date(2023, 1, 10)
    assert "churn_note_zones" not in keys(found) or found.table["events"] == [1, 1, 0]


@pytest.mark.parametrize(
    ("columns", "options", "error"),
    [
        ({"left": [True, False] * 3}, {}, ArgumentTypeError),
        ({"left": [1, 0] * 3}, {}, ArgumentTypeError),
        ({"left": ["yes", "no"] * 3}, {}, ArgumentTypeError),
        ({}, {"horizon": "soon"}, ArgumentError),
        ({}, {"horizon": 0}, ArgumentError),
        ({}, {"at": "never"}, ArgumentError),
        ({"since": ["long"] * 6}, {"tenure": "since"}, ArgumentTypeError),
        ({}, {"at": "2022-01-01"}, EmptyDataError),
        ({}, {"confidence_level": 2}, ArgumentError),
    ],
)
def test_bad_input_is_named(columns, options, error):
    with pytest.raises(error):
        few(**columns).nps.churn("left", **options)


def test_yes_and_no_is_sent_elsewhere():
    with pytest.raises(ArgumentTypeError, match="economics"):
        few(left=["yes", "no"] * 3).nps.churn("left")


def test_counts_know_no_customers():
    counts = pd.DataFrame({"detractors": [3], "passives": [2], "promoters": [5], "left": ["2023-01-01"]})
    with pytest.raises(RoleError):
        Survey.from_counts(counts).churn("left")


def test_tenure_may_be_a_date():
    frame = answers(4, 1200)
    frame["since"] = frame["date"] - pd.to_timedelta(frame["tenure"], unit="D")
    found = frame.nps.churn("left", at=END, tenure="since")
    assert "since" in found.hazard.table["term"]


@pytest.mark.parametrize("engine", ["polars", "lazy", "arrow", "duckdb"])
def test_engines_agree(frame, found, engine):
    pl = pytest.importorskip("polars")
    native = pl.from_pandas(frame)
    if engine == "lazy":
        native = native.lazy()
    elif engine == "arrow":
        native = native.to_arrow()
    elif engine == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        connection = duckdb.connect()
        connection.register("answers", native.to_arrow())
        native = connection.table("answers")
    other = Survey(native).churn("left", at=END, tenure="tenure", value="spend")
    assert other.table == found.table
    assert other.validation.concordance == pytest.approx(found.validation.concordance)


def test_order_of_rows_does_not_matter(frame, found):
    again = frame.sample(frac=1, random_state=1).nps.churn("left", at=END, tenure="tenure", value="spend")
    for name in COLUMNS[1:]:
        assert again.table[name] == pytest.approx(found.table[name])


@pytest.mark.slow
def test_on_data_without_a_difference_it_hardly_ever_differs():
    verdicts = [answers(100 + seed, 1500, ratios=(1, 1, 1)).nps.churn("left", at=END).verdict for seed in range(300)]
    assert verdicts.count("differ") / len(verdicts) < 0.075


@pytest.mark.slow
def test_told_risks_come_true():
    held = []
    for seed in range(120):
        told = answers(500 + seed, 1500).nps.churn("left", at=END).validation
        held.append(told.ratio_lower <= 1 <= told.ratio_upper)
    assert np.mean(held) > 0.88


def test_accounts_widen_the_intervals(frame, found):
    accounts = frame.assign(account=frame["customer"] // 10)
    wide = accounts.nps(customer="customer", cluster="account").churn("left", at=END)
    assert wide.table["risk"] == found.table["risk"]
    assert wide.difference["customers"] < found.difference["customers"]
