"""The score along stages and by team: order, drops, and nobody's answers given away."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Period, Survey
from npskit.errors import ArgumentError, ColumnNotFoundError
from npskit.stats.comparison import difference

STAGES = ["welcome", "first order", "settled", "leaving"]


def staged() -> pd.DataFrame:
    rows = []
    for stage, (detractors, passives, promoters) in zip(
        STAGES, [(10, 20, 70), (15, 20, 65), (40, 20, 40), (30, 20, 50)], strict=True
    ):
        rows += [(stage, rating) for rating in [3] * detractors + [8] * passives + [10] * promoters]
    return pd.DataFrame(rows, columns=["stage_of_life", "nps"])


def teams(sizes: dict[str, int], seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(list(sizes), list(sizes.values()))
    days = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 900, len(team)), unit="D")
    return pd.DataFrame({"team": team, "nps": rng.integers(0, 11, len(team)), "date": days})


# ---- journey ------------------------------------------------------------------------------------------------


def test_a_journey_follows_the_order_that_is_given():
    found = Survey(staged()).journey("stage_of_life", order=STAGES)
    assert found.table["stage"] == found.table["stage_of_life"] == STAGES
    assert found.table["score"] == pytest.approx([60, 50, 0, 20])
    assert found.table["change"][1:] == pytest.approx([-10, -50, 20])
    assert math.isnan(found.table["change"][0])
    assert found.drop == 2


def test_a_categorical_has_its_own_order_and_a_text_is_sorted():
    frame = staged()
    ordered = frame.assign(stage_of_life=pd.Categorical(frame["stage_of_life"], STAGES, ordered=True))
    assert Survey(ordered).journey("stage_of_life").table["stage"] == STAGES
    assert Survey(frame).journey("stage_of_life").table["stage"] == sorted(STAGES)


def test_the_change_between_stages_is_mover():
    found = Survey(staged()).journey("stage_of_life", order=STAGES)
    alone = difference([40, 20, 40], [15, 20, 65])
    row = found.to_frame().iloc[2]
    assert (row["change_lower"], row["change_upper"]) == pytest.approx((alone.lower, alone.upper))
    assert row["p_value"] == pytest.approx(alone.p_value)


def test_the_largest_drop_is_told_in_both_languages():
    found = Survey(staged()).journey("stage_of_life", order=STAGES)
    assert found.sentence().startswith("The score drops most from “first order” to settled: 50 points less")
    assert "50 points de moins" in found.sentence(lang="fr").replace("\xa0", " ")
    assert Survey(staged()).journey("stage_of_life", order=STAGES[2:]).sentence().endswith("drops nowhere.")


def test_stages_left_out_are_counted():
    found = Survey(staged()).journey("stage_of_life", order=STAGES[:2])
    assert found.unplaced == 200


def test_bands_of_tenure_are_stages():
    found = npskit.datasets.load("garden").nps.journey(Bands("anciennete_annees", [1, 3, 10]))
    assert found.table["stage"] == ["<1", "1-2", "3-9", "10+"]
    assert sum(found.table["responses"]) + found.unplaced == 13612


def test_small_stages_and_the_next_smallest_are_hidden():
    frame = pd.concat([staged(), pd.DataFrame({"stage_of_life": ["gone"] * 3, "nps": [0, 10, 10]})])
    found = Survey(frame).journey("stage_of_life", order=[*STAGES, "gone"])
    hidden = [stage for stage, hide in zip(found.table["stage"], found.table["suppressed"], strict=True) if hide]
    assert "gone" in hidden
    assert len(hidden) == 2
    for name in ("responses", "score", "lower", "upper", "change"):
        assert pd.isna(found.to_frame()[name][4])
    # Whatever is shown, the hidden one cannot be worked out from the total.
    assert pd.isna(found.to_frame()["responses"]).sum() == 2


def test_weights_and_clusters_reach_the_journey():
    frame = staged().assign(w=1.0, account=lambda f: np.arange(len(f)) // 5)
    plain, weighted = Survey(frame).journey("stage_of_life"), Survey(frame, weight="w").journey("stage_of_life")
    assert weighted.table["change"][1:] == pytest.approx(plain.table["change"][1:])
    clustered = Survey(frame, cluster="account").journey("stage_of_life")
    assert clustered.table["change_lower"][1] < plain.table["change_lower"][1]


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda s: s.journey("stage"), ColumnNotFoundError, "stage_of_life"),
        (lambda s: s.journey("stage_of_life", order=["welcom", "settled"]), ArgumentError, "did you mean 'welcome'"),
        (lambda s: s.journey("stage_of_life", order=["welcome"]), ArgumentError, "at least two stages"),
        (lambda s: s.journey("one"), ArgumentError, "at least two groups"),
        (lambda s: s.journey(["stage_of_life", "one"]), ArgumentError, "one column"),
        (lambda s: s.scorecard("stage_of_life", every="fortnight"), ArgumentError, "fortnight"),
    ],
)
def test_bad_input_is_told(call, error, told):
    with pytest.raises(error, match=told):
        call(Survey(staged().assign(one="x")))


# ---- scorecard ----------------------------------------------------------------------------------------------


def test_a_scorecard_has_a_line_per_team():
    survey = Survey(teams({"a": 300, "b": 200, "c": 100}))
    found = survey.scorecard("team", every="quarter")
    frame, summary = found.to_frame(), survey.summary("team")
    assert list(frame) == ["team", "responses", "score", "lower", "upper", "level_change", "level_change_lower",
                           "level_change_upper", "since", "driver", "driver_chance", "suppressed"]  # fmt: skip
    for name in ("responses", "score", "lower", "upper"):
        assert frame[name].tolist() == pytest.approx(summary[name].tolist())
    assert (frame["level_change_lower"] < frame["level_change"]).all()
    assert (frame["level_change"] < frame["level_change_upper"]).all()


def test_the_trend_is_that_of_the_smoothed_level_over_a_year():
    survey = Survey(teams({"a": 300, "b": 200}))
    trend = survey.trend("quarter", by="team").to_frame()
    trend = trend[trend["team"] == "a"].reset_index(drop=True)
    found = survey.scorecard("team", every="quarter").to_frame().iloc[0]
    assert found["level_change"] == pytest.approx(trend["level"].iloc[-1] - trend["level"].iloc[-5])
    assert found["since"] == trend["period"].iloc[-5]


def test_a_team_that_falls_is_named():
    frame = teams({"a": 2000, "b": 2000})
    late = (frame["team"] == "b") & (frame["date"] > "2023-09-01")
    frame.loc[late, "nps"] = np.minimum(frame.loc[late, "nps"], 4)
    told = Survey(frame).scorecard("team").sentence()
    assert "b fell most" in told


def test_small_teams_are_not_given_away():
    found = Survey(teams({"a": 50, "b": 40, "c": 20, "d": 3})).scorecard("team")
    frame = found.to_frame()
    assert frame["suppressed"].tolist() == [False, False, True, True]
    figures = frame.drop(columns=["team", "suppressed"])
    assert figures[frame["suppressed"]].isna().all(axis=None)
    assert "2 are not, to protect those who answered" in found.sentence()
    assert frame["suppressed"].tolist() == Survey(teams({"a": 50, "b": 40, "c": 20, "d": 3})).scorecard(
        "team", min_responses=4
    ).to_frame()["suppressed"].tolist()  # fmt: skip
    assert not any(Survey(teams({"a": 50, "d": 3})).scorecard("team", min_responses=3).table["suppressed"])


def test_without_dates_there_is_no_trend_and_that_is_noted():
    found = Survey(staged()).scorecard("stage_of_life")
    assert found.notes == ("answer_note_no_date",)
    assert found.to_frame()["level_change"].isna().all()


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_the_main_driver_of_each_team(engine):
    rng = np.random.default_rng(0)
    frame = teams({"a": 200, "b": 200, "c": 12}).drop(columns="date")
    service, price = rng.integers(1, 6, (2, len(frame)))
    own = np.where(frame["team"] == "a", service, price)
    frame = frame.assign(service=service, price=price, nps=np.clip(2 * own + rng.integers(-1, 2, len(frame)), 0, 10))
    data = frame if engine == "pandas" else pytest.importorskip("polars").from_pandas(frame)
    found = Survey(data, rating="nps").scorecard("team", attributes=["service", "price"])
    assert found.table["driver"] == ["service", "price", None]
    assert found.table["driver_chance"][:2] == [1, 1]


def test_periods_can_be_the_teams():
    found = Survey(teams({"a": 300})).journey(Period("date", "year"))
    assert found.sentence().count("20") >= 1
    assert sum(found.table["responses"]) == 300


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_journeys_and_scorecards_draw_themselves(lang):
    survey = Survey(teams({"a": 300, "b": 200, "c": 3}))
    for found in (survey.journey("team"), survey.scorecard("team", every="quarter")):
        assert found.plot(lang=lang).to_dict()["title"]["text"]
        assert found.sentence(lang=lang)
        assert json.loads(json.dumps(found.to_dict()))["table"]
    assert survey.plot.journey("team", lang=lang).to_dict()
    assert survey.plot.scorecard("team", lang=lang).to_dict()
