"""Plans: the figures of the power room, read from either end, and bad questions refused in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit
from npskit.errors import ArgumentError
from npskit.labels import LANGUAGES
from npskit.stats import power
from npskit.stats.score import score
from npskit.survey.calling import call, literal, subject
from npskit.survey.horizon import Horizon
from npskit.survey.planned import detectable, expected_shares, moved_by
from npskit.survey.planning import plan

PILOT = (20, 30, 50)
SHARES = (0.2, 0.3, 0.5)
THREE = st.tuples(*[st.integers(1, 400)] * 3)


def test_margin_is_that_of_the_power_room() -> None:
    assert plan(margin=5, pilot=PILOT).responses == power.sample_size(5, shares=SHARES) == 938
    assert plan(margin=5, pilot=PILOT, population=1000).responses == 485


def test_change_is_that_of_the_power_room() -> None:
    after = moved_by(SHARES, 4)
    assert plan(change=4, pilot=PILOT, power=0.9).responses == power.sample_size_difference(SHARES, after, power=0.9)


@settings(max_examples=25)
@given(THREE, st.integers(20, 5000))
def test_what_n_answers_give_asked_backwards_is_n(pilot: tuple[int, int, int], n: int) -> None:
    forth = plan(responses=n, pilot=pilot)
    back = plan(margin=forth.margin, pilot=pilot)
    assert back.responses == n
    assert forth.margin == pytest.approx(float(power.margin_of_error(n, shares=np.array(pilot) / sum(pilot))))


@given(THREE, st.integers(50, 20_000), st.booleans())
def test_smallest_change_is_seen_with_the_power(pilot: tuple[int, int, int], n: int, falling: bool) -> None:
    shares = np.array(pilot) / sum(pilot)
    change = float(detectable(n, shares, falling=falling))
    if np.isnan(change):
        return
    after = moved_by(shares, -change if falling else change)
    assert power.power_difference(shares, after, responses_a=n) == pytest.approx(0.8, abs=2e-3) or change < 1e-6


@given(THREE, st.floats(-60, 60))
def test_shares_moved_by_a_change_have_that_score(pilot: tuple[int, int, int], change: float) -> None:
    shares = np.array(pilot) / sum(pilot)
    if not -100 <= score(shares) + change <= 100:
        with pytest.raises(ArgumentError, match="keeps a score"):
            moved_by(shares, change)
        return
    after = moved_by(shares, change)
    assert after.min() >= 0
    assert after.sum() == pytest.approx(1)
    assert score(after) - score(shares) == pytest.approx(change, abs=1e-9)


@given(st.floats(-100, 100), st.floats(0, 1))
def test_a_score_and_passives_make_shares_of_that_score(middle: float, part: float) -> None:
    passives = part * (1 - abs(middle) / 100)
    shares = expected_shares(score=middle, passives=passives)
    assert score(shares) == pytest.approx(middle, abs=1e-9)
    assert shares[1] == pytest.approx(passives)


def test_a_score_alone_plans_for_the_widest_interval() -> None:
    guessed = plan(margin=5, score=30)
    assert guessed.responses >= max(plan(margin=5, score=30, passives=part).responses for part in (0.1, 0.4, 0.7))
    assert [note.key for note in guessed.notes] == ["plan_note_widest"]


def test_invitations_follow_from_the_answer_rate() -> None:
    found = plan(margin=5, pilot=PILOT, answer_rate=0.2)
    assert found.invitations == 4690
    assert plan(responses=100, pilot=PILOT, answer_rate=0.1).invitations == 1000
    assert plan(margin=5, pilot=PILOT).invitations is None


def test_more_invitations_than_customers_is_said() -> None:
    found = plan(margin=1, pilot=PILOT, population=3000, answer_rate=0.2)
    assert [note.key for note in found.notes] == ["plan_note_all"]
    assert "600" in str(found.notes[0])
    assert plan(change=1, pilot=PILOT, population=3000).notes[0].key == "plan_note_beyond"


def test_curve_goes_through_the_plan() -> None:
    found = plan(margin=5, pilot=PILOT)
    at = found.table["responses"].index(938)
    assert found.table["margin"][at] == pytest.approx(5, abs=0.01)
    assert np.all(np.diff(found.table["margin"]) < 0)
    assert max(plan(margin=5, pilot=PILOT, population=1000).table["responses"]) == 1000


def test_a_fall_is_planned_for_with_its_own_curve() -> None:
    found = plan(change=-4, pilot=PILOT)
    at = found.table["responses"].index(found.responses)
    assert found.table["detectable"][at] == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "one of margin, change and responses"),
        ({"margin": 5, "change": 4}, "got margin and change"),
        ({"margin": 0}, "more than 0"),
        ({"margin": float("nan")}, "a number"),
        ({"change": 0}, "the same score"),
        ({"change": 90}, "between -100 and 100"),
        ({"responses": 12.5}, "a whole number"),
        ({"margin": 5, "answer_rate": 20}, "answer_rate=0.2"),
        ({"margin": 5, "population": -1}, "whole number"),
        ({"margin": 5, "confidence_level": 95}, "95 % is written 0.95"),
        ({"responses": 100, "power": 80}, "80 % is written 0.8"),
        ({"responses": 100, "population": 50}, "at most the population"),
        ({"margin": 5, "score": 120}, "points from -100 to 100"),
        ({"margin": 5, "score": 90, "passives": 0.3}, "from 0 to 0.1"),
        ({"margin": 5, "pilot": (0, 0, 0)}, "not all 0"),
        ({"margin": 5, "pilot": (1, 1, 1), "score": 3}, "got both"),
    ],
)
def test_bad_questions_are_refused_in_words(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        plan(**{"pilot": PILOT, **wrong} if "score" not in wrong and "pilot" not in wrong else wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("asked", [{"margin": 5}, {"change": -4, "answer_rate": 0.125}, {"responses": 5}])
def test_plans_are_told_and_drawn(lang: str, asked: dict[str, float]) -> None:
    found = plan(**asked, pilot=PILOT)  # type: ignore[arg-type]
    assert "{" not in found.sentence(lang) + found.also(lang)
    assert "nan" not in found.sentence(lang) + found.also(lang)
    assert found.plot(lang=lang).to_dict()["title"]["text"]


def test_plan_is_public() -> None:
    assert npskit.plan is plan


def test_a_call_is_the_python_that_runs() -> None:
    text = call("plan", margin=5.0, pilot=(20, 30, 50), population=None)
    assert text == "plan(margin=5, pilot=(20, 30, 50))"
    assert eval(text, {"plan": plan}).responses == 938
    assert literal(npskit.Bands("visits", [1, 3, 6])) == "npskit.Bands('visits', [1, 3, 6])"
    assert literal(np.float64(0.5)) == "0.5"


def test_subject_names_what_the_survey_was_told() -> None:
    import pandas as pd

    frame = pd.DataFrame({"q1": [9, 3], "nps": [1, 2]})
    scaled = npskit.Survey(frame, rating="q1", scale=npskit.Scale(1, 5), missing=[9])
    again = eval(subject(scaled), {"df": frame, "npskit": npskit})
    assert again.settings == scaled.settings


def test_subject_of_other_engines_is_a_survey() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"q1": [9, 3]})
    assert subject(npskit.Survey(frame)) == "df.nps"
    assert subject(npskit.Survey("answers.parquet", rating=None)) == "npskit.Survey(df)"


def test_horizon_forecasts_what_the_verb_does() -> None:
    training = npskit.datasets.load("carpentries")
    ahead = Horizon(training.nps, until="2018")
    own = ahead.forecast(3, "quarter", planned_responses=80, breaks="2017-10")
    verb = training.nps.forecast(3, "quarter", planned_responses=80, breaks="2017-10", until="2018")
    assert own.table == verb.table
    assert own is ahead.forecast(3, "quarter", planned_responses=80, breaks="2017-10")
    usual = ahead.suggestion()
    assert usual["every"] in ("month", "quarter")
    assert usual["horizon"] <= ahead.most_periods(usual["every"])
    assert usual["target"] % 5 == 0


def test_horizon_without_dates_suggests_something_all_the_same() -> None:
    ahead = Horizon(npskit.datasets.load("garden").nps)
    assert ahead.suggestion() == {"every": "month", "horizon": 1}
    assert ahead.most_periods("month") == 0
