"""What comes next: the verb, what its draws add up to, what it says of itself, and how it is drawn."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey, charts
from npskit.charts import outlook_words, renderer
from npskit.charts.letters import elided, text_width
from npskit.charts.periods import short_text
from npskit.errors import ArgumentError, EmptyDataError
from npskit.labels import LANGUAGES
from npskit.scale import CATEGORIES

RATINGS = (3, 8, 10)
SHARES = ((0.2, 0.3, 0.5), (0.35, 0.3, 0.35), (0.1, 0.25, 0.65))
SHOPS = ("Lyon", "Nice", "Paris")


def survey(
    periods: int = 36, size: int = 60, *, start: str = "2020-01-01", freq: str = "MS", seed: int = 0, shops: int = 0
) -> pd.DataFrame:
    """So many answers in each period, all of constant shares, with a shop or without."""
    rng = np.random.default_rng(seed)
    width = {"D": 1, "W-MON": 7}.get(freq, 28)
    days = pd.date_range(start, periods=periods, freq=freq).repeat(size)
    parts = []
    for place in range(max(shops, 1)):
        ratings = rng.choice(RATINGS, len(days), p=SHARES[place % len(SHARES)])
        # Somebody answers on the last day, so that no period looks unfinished.
        spread = np.where(np.arange(len(days)) % size == 0, width - 1, rng.integers(0, width, len(days)))
        named = {"shop": SHOPS[place]} if shops else {}
        parts.append(pd.DataFrame({"nps": ratings, "date": days + pd.to_timedelta(spread, unit="D"), **named}))
    return pd.concat(parts, ignore_index=True)


def answers(rows: list[tuple[str, int, int, int]]) -> pd.DataFrame:
    """Answers from day, detractors, passives, promoters."""
    values = [(day, rating) for day, *n in rows for rating, k in zip(RATINGS, n, strict=True) for _ in range(k)]
    return pd.DataFrame(values, columns=["date", "nps"]).assign(date=lambda frame: pd.to_datetime(frame["date"]))


@cache
def alone() -> npskit.survey.forecasts.Forecast:
    return survey().nps.forecast(6)


@cache
def by_shop() -> npskit.survey.forecasts.Forecast:
    return survey(shops=3, size=30).nps.forecast(4, by="shop")


def keys(found: object) -> list[str]:
    """What is remarked on, beside that these answers ended years ago."""
    names = [note.key.removeprefix("forecast_note_") for note in found.notes]
    return [name for name in names if name != "ended"]


# ---- the table ----------------------------------------------------------------------------------------------


def test_the_table_has_the_columns_of_the_contract_and_the_periods_to_come():
    found = alone()
    share_columns = [*CATEGORIES, *(f"{name}_{end}" for name in CATEGORIES for end in ("lower", "upper"))]
    assert list(found.table)[:8] == [
        "period",
        "responses",
        "score",
        "lower",
        "upper",
        "level",
        "level_lower",
        "level_upper",
    ]
    assert set(list(found.table)[8:]) == set(share_columns)
    assert found.periods == [dt.date(2023, month, 1) for month in range(1, 7)]
    assert len(found) == 6
    assert found.to_frame().shape == (6, 17)


def test_shares_sum_to_one_and_make_the_score_in_every_row_and_draw():
    for found in (alone(), by_shop(), by_shop().total):
        shares = found.share_draws
        assert shares.sum(axis=-1) == pytest.approx(1)
        assert 100 * (shares[..., 2] - shares[..., 0]) == pytest.approx(found.draws)
        table = found.to_frame()
        assert table[list(CATEGORIES)].sum(axis=1).to_numpy() == pytest.approx(1)
        assert (100 * (table["promoters"] - table["detractors"])).to_numpy() == pytest.approx(table["score"].to_numpy())


def test_limits_are_in_order_and_on_the_scale():
    table = alone().to_frame()
    for name, low, high in (("score", "lower", "upper"), ("level", "level_lower", "level_upper")):
        assert (table[low] < table[name]).all()
        assert (table[name] < table[high]).all()
        assert table[low].min() >= -100
        assert table[high].max() <= 100
    assert (table["upper"] - table["lower"] > table["level_upper"] - table["level_lower"]).all()


def test_a_constant_score_is_foretold():
    months = pd.date_range("2020-01-01", periods=24, freq="MS").strftime("%Y-%m-28")
    table = answers([(day, 12, 18, 30) for day in months]).nps.forecast(6).to_frame()
    assert table["level"].to_numpy() == pytest.approx(30, abs=1)
    assert (table["level_upper"] - table["level_lower"] < 30).all()
    assert table["responses"].tolist() == [60] * 6
    assert table[list(CATEGORIES)].to_numpy() == pytest.approx(np.tile([0.2, 0.3, 0.5], (6, 1)), abs=0.02)


def test_trend_and_forecast_agree_on_the_level_so_far():
    frame = survey(40, 45, seed=3)
    found, trend = frame.nps.forecast(3), frame.nps.trend()
    assert {name: found.history[name] for name in trend.table} == trend.table
    # The draws start from that level.
    assert found.level_draws[:, 0].mean() == pytest.approx(trend.table["level"][-1], abs=0.5)


def test_the_same_call_gives_the_same_figures_and_another_rng_others():
    frame = survey(20)
    assert frame.nps.forecast(2).table == frame.nps.forecast(2).table
    assert frame.nps.forecast(2).table != frame.nps.forecast(2, rng=1).table


def test_a_wider_level_of_confidence_is_wider():
    frame = survey(20)
    wide, narrow = (frame.nps.forecast(2, confidence_level=level).to_frame() for level in (0.95, 0.5))
    assert (wide["upper"] - wide["lower"] > 2 * (narrow["upper"] - narrow["lower"])).all()


def test_planned_answers_decide_how_far_a_reading_may_be():
    frame = survey(24, 50)
    few, many = (frame.nps.forecast(3, planned_responses=n).to_frame() for n in (20, 2000))
    assert few["responses"].tolist() == [20] * 3
    assert ((few["upper"] - few["lower"]) > 2 * (many["upper"] - many["lower"])).all()
    assert frame.nps.forecast(3, planned_responses=[10, 20, 30]).table["responses"] == [10, 20, 30]


def test_planned_answers_count_as_much_as_weights_leave_of_them():
    frame = survey(24, 60).assign(poids=lambda f: np.where(np.arange(len(f)) % 2, 3.0, 0.5))
    plain, weighted = (each.forecast(2, planned_responses=400) for each in (frame.nps, frame.nps(weight="poids")))
    assert weighted.table["responses"] == [400, 400]
    assert frame.nps(weight="poids").forecast(2, planned_responses=61).table["responses"] == [61, 61]
    assert np.median(weighted.response_draws) < 300
    widths = [each.table["upper"][0] - each.table["lower"][0] for each in (plain, weighted)]
    assert widths[1] > widths[0]
    assert keys(weighted) == ["worth"]


def test_clusters_widen_what_may_come():
    rng = np.random.default_rng(0)
    account = np.repeat(np.arange(240), 10)
    liking = rng.choice([2, 10], 240)[account]
    days = pd.date_range("2022-01-01", periods=12, freq="MS").repeat(200)
    frame = pd.DataFrame({"nps": liking, "account": account, "date": days})
    plain, clustered = (each.forecast(2).to_frame() for each in (frame.nps, frame.nps(cluster="account")))
    assert (clustered["upper"] - clustered["lower"] > 1.5 * (plain["upper"] - plain["lower"])).all()


@pytest.mark.parametrize(
    ("every", "freq", "following"),
    [
        ("day", "D", dt.date(2020, 1, 31)),
        ("week", "W-MON", dt.date(2020, 8, 3)),
        ("quarter", "QS", dt.date(2027, 7, 1)),
        ("year", "YS", dt.date(2050, 1, 1)),
    ],
)
def test_every_length_of_period_goes_on_where_the_answers_end(every, freq, following):
    frame = survey(30, 20, freq=freq)
    found = frame.nps.forecast(2, every, until="2060")
    assert found.every == every
    assert found.periods[0] == following


# ---- groups -------------------------------------------------------------------------------------------------


def test_groups_have_rows_of_their_own_under_their_own_names():
    found = by_shop()
    assert found.by == ("shop",)
    assert found.table["shop"] == [name for name in SHOPS for _ in range(4)]
    assert found.groups == [(name,) for name in SHOPS]
    assert found.draws.shape[0] == 3
    levels = found.to_frame().groupby("shop")["level"].mean()
    assert levels["Nice"] < levels["Lyon"] < levels["Paris"]


def test_the_total_is_the_weighted_sum_of_the_groups_in_every_draw():
    found = by_shop()
    weights = found.response_draws / found.response_draws.sum(axis=0)
    assert (weights * found.draws).sum(axis=0) == pytest.approx(found.total.draws)
    assert found.total.by == ()
    assert found.response_draws.sum(axis=0) == pytest.approx(found.total.response_draws)


def test_the_total_has_the_history_of_everybody():
    whole = survey(shops=3, size=30).nps.trend()
    assert by_shop().total.history["score"] == pytest.approx(whole.table["score"])


def test_two_columns_make_groups_too():
    frame = survey(14, 30, shops=2).assign(kind=lambda f: np.where(np.arange(len(f)) % 2, "new", "old"))
    found = frame.nps.forecast(2, by=["shop", "kind"])
    assert found.by == ("shop", "kind")
    assert len(found.groups) == 4
    assert 0 <= found.probability(0, group=("Lyon", "old")) <= 1


# ---- how likely ---------------------------------------------------------------------------------------------


def test_a_higher_score_is_never_more_likely():
    for found in (alone(), by_shop()):
        chances = [found.probability(score) for score in range(-100, 101, 5)]
        assert chances[0] == 1
        assert chances == sorted(chances, reverse=True)
    assert alone().probability(30, of="level") == pytest.approx(0.5, abs=0.45)
    assert alone().probability(-20, of="level") > alone().probability(60, of="level")


def test_a_period_is_named_as_people_write_it():
    found = alone()
    last = found.probability(30)
    for text in (
        "2023-06",
        "2023-06-17",
        dt.date(2023, 6, 1),
        dt.datetime(2023, 6, 30, 12),
        pd.Timestamp("2023-06-02"),
    ):
        assert found.probability(30, at=text) == last
    quarters = survey(20, 30, freq="QS", start="2015-01-01").nps.forecast(4, every="quarter")
    assert quarters.probability(0, at="2020-Q4") == quarters.probability(0, at="2020-T4") == quarters.probability(0)
    assert quarters.probability(0, at="2020-11") == quarters.probability(0)
    weeks = survey(20, 30, freq="W-MON").nps.forecast(2, every="week")
    assert weeks.probability(0, at="2020-W22") == weeks.probability(0, at="2020-05-27")


@pytest.mark.parametrize("at", ["2022-12", "2023", "2023-Q1", "next", 5, "2023-07-01"])
def test_another_period_is_an_error_that_lists_those_forecast(at):
    with pytest.raises(ArgumentError, match=r"2023-01, 2023-02, 2023-03, 2023-04, 2023-05, 2023-06"):
        alone().probability(30, at=at)


def test_groups_are_asked_by_name_and_everybody_without():
    found = by_shop()
    assert found.probability(20, group="nice") < found.probability(20, group="Paris")
    assert found.probability(20) == found.total.probability(20)
    with pytest.raises(ArgumentError, match="did you mean 'Nice'"):
        found.probability(20, group="Nise")
    with pytest.raises(ArgumentError, match="no groups"):
        alone().probability(20, group="Nice")


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": 140},
        {"score": "40"},
        {"score": True},
        {"score": None},
        {"score": [30, 40]},
        {"score": 4, "of": "mean"},
    ],
)
def test_what_is_no_score_is_refused(wrong):
    with pytest.raises(ArgumentError):
        alone().probability(**wrong)


# ---- what it says of itself ---------------------------------------------------------------------------------


def test_the_backtest_lays_forecasts_beside_what_came():
    back = alone().backtest
    table = back.to_frame()
    one = table[table["step"] == 1]
    assert one["period"].tolist() == [dt.date(2022, month, 1) for month in range(1, 13)]
    assert set(table["step"]) == set(range(1, 7))
    score = pd.Series(alone().history["score"], index=alone().history["period"])
    assert one["score"].tolist() == pytest.approx(score[one["period"]].tolist())
    assert one["inside"].tolist() == one["score"].between(one["lower"], one["upper"]).tolist()
    assert (back.tested, back.inside) == (12, int(one["inside"].sum()))
    assert back.errors["crps"] == pytest.approx(one["crps"].mean())
    assert "Over the last 12\u00a0months the 95% interval held" in back.sentence()
    assert f"{back.inside} of 12 readings" in back.sentence()
    assert "95\u202f%" in back.sentence(lang="fr")


def test_the_backtest_of_groups_has_their_columns():
    back = by_shop().backtest
    assert set(back.table["shop"]) == set(SHOPS)
    assert back.tested == 36
    assert "segments" in back.sentence()


def test_a_short_history_has_a_short_backtest():
    back = survey(6).nps.forecast(1).backtest
    assert back.tested == 0
    assert "too short" in back.sentence()
    assert "short for a test" in survey(8).nps.forecast(2).backtest.sentence()


def test_the_explanation_has_a_line_for_each_part():
    told = alone().explain()
    assert told.table["topic"] == ["noise", "movement", "season", "outlook", "backtest", "note"]
    assert "60 responses" in str(told)
    assert alone().sentence() in str(told)
    noise = told.to_frame().set_index("topic").loc["noise"]
    # One answer of these shares has a variance of .61; sixty make a standard error of ten points.
    assert noise["value"] == pytest.approx(100 * np.sqrt(0.61 / 60), abs=2.5)
    assert noise["upper"] == pytest.approx(1.95996 * noise["value"], rel=1e-4)
    french = str(alone().explain(lang="fr"))
    assert not re.search(r"\b(the|responses|level|reading|season)\b", french)


def test_a_season_is_told_with_its_high_and_its_low():
    rows = []
    for month in pd.date_range("2018-01-01", periods=60, freq="MS"):
        promoters = round(600 + 150 * np.cos(2 * np.pi * (month.month - 7) / 12))
        rows.append((month.strftime("%Y-%m-%d"), 1000 - promoters - 200, 200, promoters))
    found = answers(rows).nps.forecast(12)
    line = found.explain().table["sentence"][2]
    assert "its high is July (+" in line
    assert "its low January (−" in line
    score = dict(zip(found.table["period"], found.table["score"], strict=True))
    assert score[dt.date(2023, 7, 1)] - score[dt.date(2023, 1, 1)] == pytest.approx(60, abs=12)


def test_groups_each_have_an_outlook():
    told = by_shop().explain().to_frame()
    assert (told["topic"] == "group").sum() == 3
    assert "Nice: level expected at" in str(by_shop().explain())


def test_each_sentence_of_a_range_names_its_level():
    found = survey(24, 20, shops=2).nps.forecast(2, by="shop", confidence_level=0.8)
    told = found.explain().to_frame().set_index("topic")["sentence"]
    assert "80% of cases" in told["noise"]
    assert "with a probability of 80%" in told["outlook"]
    assert all("(80%)" in text for text in told["group"])
    assert "95%" in told["backtest"]


def test_sentences_of_both_languages():
    assert re.fullmatch(
        r"No clear direction: level expected between [+−]\d+ and \+\d+ \(June 2023\)", alone().sentence()
    )
    assert alone().sentence(lang="fr").startswith("Pas de direction nette\u202f: niveau attendu entre")
    assert by_shop().sentence().startswith("Nice is expected")
    assert "de moins que Paris" in by_shop().sentence(lang="fr")


def test_a_direction_is_named_when_the_band_leaves_the_present_out():
    history = {"period": [dt.date(2024, 1, 1)], "level": [30.0], "level_lower": [28.0], "level_upper": [32.0]}
    ahead = {"period": [dt.date(2024, 2, 1)], "level": [40.0], "level_lower": [35.0], "level_upper": [45.0]}
    asked = {"every": "month", "confidence_level": 0.95, "lang": "en"}
    assert outlook_words.outlook_finding(history, ahead, **asked) == (
        "Level expected to rise from +30 to between +35 and +45 (February 2024)"
    )
    fallen = {**ahead, "level": [20.0], "level_lower": [15.0], "level_upper": [25.0]}
    assert "fall" in outlook_words.outlook_finding(history, fallen, **asked)
    shops = {"shop": ["a"], **history}, {"shop": ["a"], **ahead}
    assert outlook_words.outlook_finding(*shops, by=["shop"], **asked).startswith("A: level expected to rise")


def test_a_clean_history_needs_no_notes_but_that_it_ended_long_ago():
    assert list(map(str, alone().notes)) == [
        "The last answers are of December 2022: the forecast starts there, not today."
    ]
    assert survey(20, 20).nps.forecast(1, until="2021-08").notes == ()


# ---- bad input ----------------------------------------------------------------------------------------------


def test_fewer_than_six_periods_are_refused_with_their_number():
    with pytest.raises(EmptyDataError, match=r"(?s)at least 6 periods.*got 5"):
        survey(5).nps.forecast(1)


@pytest.mark.parametrize("periods", [19, 0, -1, 2.5, "6", True, None])
def test_a_horizon_over_half_the_history_or_none_is_refused(periods):
    with pytest.raises(ArgumentError, match="periods"):
        survey(36, 20).nps.forecast(periods)


def test_under_twelve_periods_it_says_that_intervals_hold_less_often():
    found = survey(9).nps.forecast(2)
    assert keys(found) == ["short"]
    assert "Only 9\u00a0months" in str(found.notes[0])


def test_segments_without_answers_are_dropped_with_a_note():
    frame = survey(24, 20, shops=2)
    empty = pd.DataFrame({"nps": [None] * 3, "date": pd.to_datetime(["2021-05-01"] * 3), "shop": ["Metz"] * 3})
    gone = survey(8, 20, shops=1).assign(shop="Brest")
    young = survey(3, 20, start="2021-10-01").assign(shop="Dijon")
    found = pd.concat([frame, empty, gone, young]).nps.forecast(3, by="shop")
    assert set(found.table["shop"]) == {"Lyon", "Nice"}
    assert keys(found) == ["nobody", "stopped", "young"]
    said = " ".join(map(str, found.notes))
    assert "Metz" in said
    assert "Brest" in said
    assert "Dijon" in said
    assert found.total is not None


def test_no_segment_with_enough_periods_is_refused():
    frame = survey(12, 4, shops=1).assign(shop=lambda f: f["date"].dt.strftime("%m"))
    with pytest.raises(EmptyDataError, match="none among 12"):
        frame.nps.forecast(2, by="shop")


def test_answers_from_the_future_are_left_out_and_said():
    today = dt.date.today()
    frame = survey(24, 20, start=f"{today.year - 3}-01-01")
    late = pd.DataFrame({"nps": [10] * 3, "date": pd.Timestamp(today) + pd.Timedelta(days=400)})
    found = pd.concat([frame, late]).nps.forecast(3)
    assert keys(found)[0] == "future"
    assert found.periods == frame.nps.forecast(3).periods
    assert "3 answers dated after today" in str(found.notes[0])
    only = late.assign(date=late["date"] + pd.to_timedelta(range(3), unit="D"))
    with pytest.raises(EmptyDataError, match="until="):
        only.nps.forecast(1)


def test_until_ends_the_history():
    found = survey(36, 20).nps.forecast(3, until="2021-12-31")
    assert found.periods[0] == dt.date(2022, 1, 1)
    assert keys(found) == ["later"]
    with pytest.raises(ArgumentError, match="until"):
        survey(36, 20).nps.forecast(3, until="soon")


def test_a_date_far_in_the_past_makes_no_history():
    wrong = pd.DataFrame({"nps": [10], "date": [pd.Timestamp("1970-01-01")]})
    found = pd.concat([wrong, survey(24, 30)]).nps.forecast(3)
    assert len(found.history["period"]) == 24
    assert keys(found) == ["far"]
    assert str(found.notes[0]).startswith("1 answer dated long before")


def test_answers_without_a_date_are_counted():
    missing = pd.DataFrame({"nps": [10] * 4, "date": [pd.NaT] * 4})
    assert keys(pd.concat([survey(24, 30), missing]).nps.forecast(3)) == ["undated"]


def test_a_gap_of_a_year_widens_the_level_and_is_said():
    whole = survey(48, 40)
    date = whole["date"]
    gap = whole[(date < "2022-06-01") | (date >= "2023-10-01")]
    found = gap.nps.forecast(3)
    assert keys(found) == ["gap"]
    assert "16\u00a0months" in str(found.notes[0])
    width = np.subtract(found.history["level_upper"], found.history["level_lower"])
    assert width[37] > 1.3 * width[20]
    silent = whole[(date < "2022-06-01") | (date >= "2022-08-01")]
    assert keys(silent.nps.forecast(3)) == ["silent"]


def test_a_period_with_one_answer_says_next_to_nothing():
    whole = survey(24, 40)
    one = pd.concat([whole[whole["date"].dt.to_period("M") != "2021-07"], answers([("2021-07-03", 1, 0, 0)])])
    found = one.nps.forecast(3)
    assert keys(found) == ["lone"]
    assert found.table["level"][0] == pytest.approx(whole.nps.forecast(3).table["level"][0], abs=3)


def test_a_last_period_that_is_not_over_is_said_and_does_not_pull():
    whole = survey(24, 60)
    part = pd.concat([whole, answers([("2022-01-04", 5, 0, 0)])])
    found = part.nps.forecast(3)
    assert keys(found) == ["open"]
    assert "January 2022" in str(found.notes[0])
    assert found.periods[0] == dt.date(2022, 2, 1)
    assert found.table["level"][0] > 15


def test_the_present_period_is_said_to_be_open_only_where_it_has_fewer_answers_than_chance_explains():
    today = dt.date.today()
    start = pd.Timestamp(today).to_period("M").to_timestamp() - pd.DateOffset(months=12)
    days = [day for day in pd.date_range(start, periods=13, freq="MS") for _ in range(30)]
    frame = pd.DataFrame({"nps": [10, 3, 8] * (len(days) // 3), "date": days})
    assert keys(frame.nps.forecast(2)) == keys(frame.iloc[:-3].nps.forecast(2)) == []
    assert keys(frame.iloc[:-15].nps.forecast(2)) == ["open"]


def test_answers_dated_after_today_in_the_present_period_are_counted_and_said():
    year = dt.date.today().year
    frame = survey(8, 20, freq="YS", start=f"{year - 8}-01-01")
    late = pd.DataFrame({"nps": [10] * 20, "date": pd.Timestamp(year, 12, 31)})
    found = pd.concat([frame, late]).nps.forecast(2, "year")
    if dt.date.today() < dt.date(year, 12, 31):
        assert keys(found) == ["short", "early"] or set(keys(found)) == {"short", "early"}
        assert "20 answers are dated after today" in " ".join(map(str, found.notes))
        assert "alert_note" not in "".join(keys(pd.concat([frame, late]).nps.monitor("year")))
        assert "early" in keys(pd.concat([frame, late]).nps.monitor("year"))


def test_a_trend_has_the_past_of_a_forecast():
    frame = survey(24, 20)
    wrong = pd.DataFrame({"nps": [10, 10], "date": pd.to_datetime(["2062-05-01", "1970-01-01"])})
    dirty = pd.concat([frame, wrong])
    trend, found = dirty.nps.trend(breaks="2021-06"), dirty.nps.forecast(3, breaks="2021-06")
    assert trend.table == found.history
    assert (len(trend.table["period"]), trend.outside) == (24, 2)
    assert trend.breaks == found.breaks == (dt.date(2021, 6, 1),)
    assert [str(note)[:22] for note in trend.notes] == ["1 answer dated long be", "1 answer dated after t"]
    assert len(dirty.nps.trend(until=dt.date(2062, 12, 1)).table["period"]) > 400
    assert wrong.iloc[:1].nps(date="date", rating="nps").trend().table["period"] == [dt.date(2062, 5, 1)]
    with pytest.raises(ArgumentError, match="breaks"):
        frame.nps.trend(breaks="1999")


@pytest.mark.filterwarnings("ignore::npskit.errors.NpskitWarning")
def test_assumed_numbers_of_answers_are_said():
    months = pd.date_range("2020-01-01", periods=12, freq="MS")
    shares = pd.DataFrame({"date": months, "detractors": 0.2, "passives": 0.3, "promoters": 0.5})
    counted = Survey.from_counts(shares, responses=50)
    for found in (counted.forecast(2), counted.monitor()):
        assert "answer_note_assumed_responses" in keys(found)


def test_a_break_starts_the_level_anew():
    before, after = survey(24, 60), survey(12, 60, start="2022-01-01", seed=5)
    after["nps"] = after["nps"].replace({10: 3, 3: 10})
    frame = pd.concat([before, after])
    marked = frame.nps.forecast(3, breaks="2022-01")
    assert marked.breaks == (dt.date(2022, 1, 1),)
    assert marked.table["level"][0] == pytest.approx(-30, abs=8)
    assert marked.history["level"][23] > 20
    assert marked.history["level"][24] < -15
    assert keys(marked) == []


def test_a_short_stretch_after_a_break_is_said():
    found = survey(24, 40).nps.forecast(3, breaks=[dt.date(2021, 11, 3), "2021-03"])
    assert found.breaks == (dt.date(2021, 3, 1), dt.date(2021, 11, 1))
    assert keys(found) == ["break"]
    assert "2\u00a0months only" in str(found.notes[-1])


@pytest.mark.parametrize("breaks", ["2020-01", "2023-05", "soon", 7, [None]])
def test_breaks_outside_the_history_are_refused(breaks):
    with pytest.raises(ArgumentError, match="breaks"):
        survey(24, 20).nps.forecast(3, breaks=breaks)


@pytest.mark.parametrize("planned", [0, -5, "many", [10, 20], [10, None, 5], float("nan")])
def test_plans_that_are_none_are_refused(planned):
    with pytest.raises(ArgumentError, match="planned_responses"):
        survey(24, 20).nps.forecast(3, planned_responses=planned)


@pytest.mark.parametrize(
    "wrong", [*({"confidence_level": level} for level in (0, 1, 95, "0.95", None)), {"rng": "x"}, {"rng": -1}]
)
def test_what_is_no_level_of_confidence_or_no_seed_is_refused(wrong):
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        survey(12, 10).nps.forecast(3, **wrong)


def test_a_group_named_like_a_figure_is_refused():
    with pytest.raises(ArgumentError, match="rename it first"):
        survey(12, 20, shops=2).rename(columns={"shop": "level"}).nps.forecast(2, by="level")


def test_another_period_is_refused():
    with pytest.raises(ArgumentError, match="fortnight"):
        survey(12, 10).nps.forecast(2, every="fortnight")


def test_without_dates_or_answers_there_is_nothing_to_forecast():
    with pytest.raises(LookupError, match="date"):
        pd.DataFrame({"nps": [10, 9, 3]}).nps.forecast(2)
    nobody = survey(12, 2).assign(nps=np.nan)
    with pytest.raises((EmptyDataError, LookupError)):
        nobody.nps(rating="nps").forecast(2)


def test_promoters_only_are_foretold_within_the_scale():
    months = pd.date_range("2021-01-01", periods=18, freq="MS").strftime("%Y-%m-%d")
    found = answers([(day, 0, 0, 12) for day in months]).nps.forecast(6)
    assert max(found.table["upper"]) <= 100
    same = answers([(day.strftime("%Y-%m-%d"), 0, 0, 9) for day in pd.date_range("2019-01-01", periods=24, freq="MS")])
    assert "nothing tells a season" in str(same.nps.forecast(2).explain())
    assert min(found.table["lower"]) > 30
    assert found.share_draws.min() >= 0


# ---- engines ------------------------------------------------------------------------------------------------


def test_every_engine_gives_the_same_forecast(tmp_path):
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    frame = survey(14, 20, shops=2)
    path = tmp_path / "answers.parquet"
    frame.to_parquet(path)
    relation = duckdb.connect().read_parquet(str(path))
    expected = Survey(frame).forecast(2, by="shop")
    for data in (polars.from_pandas(frame).lazy(), relation):
        found = Survey(data).forecast(2, by="shop")
        assert found.table == expected.table
        assert found.notes == expected.notes


def test_counts_are_forecast_as_their_answers_are():
    frame = survey(14, 20)
    counted = frame.assign(month=frame["date"].dt.to_period("M").dt.to_timestamp())
    table = counted.groupby("month")["nps"].value_counts().unstack(fill_value=0).reset_index()
    table = table.rename(columns={3: "detractors", 8: "passives", 10: "promoters"})
    columns = {name: name for name in CATEGORIES}
    found = Survey.from_counts(table, **columns, date="month").forecast(2)
    assert found.table == frame.nps.forecast(2).table


# ---- results ------------------------------------------------------------------------------------------------


def test_a_forecast_can_be_kept_sent_and_shown():
    found = by_shop()
    again = pickle.loads(pickle.dumps(found))
    assert again.table == found.table
    plain = found.to_dict()
    json.dumps(plain)
    assert "draws" not in plain
    assert "_counts" not in plain
    assert "<table>" in found._repr_html_()
    assert "draws" not in repr(found)
    assert repr(found).startswith(f"Forecast: {found.sentence()}\n")
    assert repr(found).count("\n") == 13


# ---- charts -------------------------------------------------------------------------------------------------


@cache
def foretold() -> dict[str, npskit.survey.forecasts.Forecast]:
    """A forecast for each kind of chart."""
    frame = survey(20, 20)
    return {
        "alone": alone(),
        "groups": by_shop(),
        "one": frame.nps.forecast(1),
        "week": survey(40, 10, freq="W-MON").nps.forecast(8, "week"),
        "quarter": survey(12, 20, freq="QS", start="2015-01-01").nps.forecast(3, "quarter"),
        "break": frame.nps.forecast(3, breaks=["2020-09", "2021-08"]),
    }


@cache
def specs(lang: str) -> dict[str, dict]:
    drawn = {name: found.plot(lang=lang) for name, found in foretold().items()}
    drawn["shares"] = alone().plot_shares(lang=lang)
    # The languages differ in texts only, which the schema does not look at.
    return {name: chart.to_dict(validate=lang == "en") for name, chart in drawn.items()}


def rows(spec: dict) -> list[str]:
    """The lines of the data of a chart."""
    return max((text for text in spec["datasets"].values() if isinstance(text, str)), key=len).splitlines()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_charts_are_valid_light_and_without_network(lang):
    for name, spec in specs(lang).items():
        text = json.dumps(spec)
        assert len(text) < 60_000, name
        assert '"url"' not in text, name
        assert max(map(len, spec["title"]["text"])) <= 78, name
        assert max(map(len, spec["title"]["subtitle"])) <= 105, name


def test_the_charts_render():
    pytest.importorskip("vl_convert")
    for name in ("groups", "shares", "break"):
        spec = specs("fr")[name]
        svg = renderer.svg_text(spec)
        for trouble in ("NaN", "undefined", ">null<", "[object"):
            assert trouble not in svg, (name, trouble)


def test_french_charts_hold_no_english_word():
    english = re.compile(
        r"\b(responses?|detractors?|passives?|promoters?|interval|level|share|from|and|the|of|by|since|month|weeks?|"
        r"quarter|reading|next|forecast|expected|between|clear|change)\b",
        re.IGNORECASE,
    )
    for name, spec in specs("fr").items():
        texts = [json.dumps(spec["title"], ensure_ascii=False), spec["description"]]
        texts += re.findall(r'"(?:title|text)": (?:\{"value": )?"([^"]*)"', json.dumps(spec, ensure_ascii=False))
        said = [text.replace('"text"', "").replace("subtitle", "") for text in texts]
        assert not english.search(" ".join(said)), (name, english.search(" ".join(said)))


def test_the_title_is_the_finding_and_the_subtitle_tells_n_and_dates():
    title = specs("en")["alone"]["title"]
    assert " ".join(title["text"]) == alone().sentence()
    subtitle = " · ".join(title["subtitle"]).replace("\u00a0", " ")
    for part in ("2,160 responses", "January 2020 to December 2022", "the latest 30 of 36 periods", "6 months to come"):
        assert part in subtitle


def test_what_may_come_is_named_beside_it():
    texts = re.findall(r'"text": \{"value": "([^"]*)"', json.dumps(specs("en")["alone"], ensure_ascii=False))
    assert texts[0] == "forecast"
    assert texts[1] == "next reading, 95%"
    assert re.fullmatch(r"[+−]\d+", texts[2])
    assert texts[3] == "level, 95%"
    marked = [layer for layer in specs("en")["break"]["layer"] if '"change"' in json.dumps(layer)]
    assert [layer["mark"]["align"] for layer in marked] == ["right", "left"]


def test_weeks_begin_on_the_first_as_french_is_written():
    assert short_text(dt.date(2026, 6, 1), "week", "fr") == "1er juin"
    assert short_text(dt.date(2026, 6, 1), "week", "en") == "1 Jun"


def test_long_names_keep_their_ends_and_their_n():
    name = "Centre commercial régional de Villeneuve-d'Ascq"
    both = [elided(f"{name} {end}", 270, 12.5) for end in ("Nord", "Sud")]
    assert [text[-4:] for text in both] == ["Nord", " Sud"]
    assert max(text_width(text, 12.5) for text in both) <= 270


def test_panels_are_headed_by_the_responses_so_far():
    head = specs("en")["groups"]["facet"]["header"]["labelExpr"]
    assert head.count("n = 1,080") == 3


def test_past_and_future_rows_are_told_apart():
    lines = rows(specs("en")["alone"])
    kinds = [line.split(",")[2] for line in lines[1:]]
    assert kinds.count("past") == 30
    assert kinds.count("ahead") == 6
    assert kinds.count("joint") == 1


def test_many_groups_are_twelve_panels_and_a_word_on_the_rest():
    past = {"period": [dt.date(2024, month, 1) for month in range(1, 9)], "responses": [40] * 8, "score": [30.0] * 8}
    past |= {"lower": [10.0] * 8, "upper": [50.0] * 8, "level": [30.0] * 8}
    past |= {"level_lower": [22.0] * 8, "level_upper": [38.0] * 8}
    ahead = {name: values[:2] for name, values in past.items()} | {
        "period": [dt.date(2024, 9, 1), dt.date(2024, 10, 1)]
    }
    both = [
        {
            "shop": [f"s{k}" for k in range(14) for _ in table["period"]],
            **{name: values * 14 for name, values in table.items()},
        }
        for table in (past, ahead)
    ]
    chart = charts.forecast(*both, by="shop", lang="en")
    assert "the 12 with most responses, of 14" in " · ".join(chart.title.subtitle)
    assert "None of the 14 segments" in " ".join(chart.title.text)
    assert len({line.split(",")[0] for line in rows(chart.to_dict())[1:]}) == 12


def test_a_chart_of_no_past_is_refused():
    row = {"period": [dt.date(2024, 1, 1)], "responses": [0], **{name: [None] for name in
           ("score", "lower", "upper", "level", "level_lower", "level_upper")}}  # fmt: skip
    with pytest.raises(EmptyDataError):
        charts.forecast(row, row)
    with pytest.raises(EmptyDataError):
        charts.forecast_shares({**row, **{name: [0] for name in CATEGORIES}}, {**row, **{
            f"{name}{end}": [0.3] for name in CATEGORIES for end in ("", "_lower", "_upper")}})  # fmt: skip


def test_the_charts_are_under_plot():
    frame = survey(14, 20, shops=2)
    assert frame.nps.plot.forecast(2, by="shop", lang="en").title.text
    assert frame.nps.plot.forecast_shares(2, lang="en").title.text
