"""Sales growth as a user meets it: tables of any library, the verdict, scenarios, words, pictures, bad input."""

from __future__ import annotations

import datetime as dt
import json
import pickle

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey, forecast_growth
from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    EmptyDataError,
    RoleError,
    ScaleWarning,
)
from npskit.survey.growth import literature
from npskit.survey.growth_calendar import every_of, period_day


def company(periods=60, beta=0.8, seed=1, season=0.0):
    """Quarterly sales that follow the change in NPS, and a little the change in spending."""
    rng = np.random.default_rng(seed)
    nps, ads = 30 + rng.normal(0, 4, periods).cumsum(), 50 + rng.normal(0, 4, periods).cumsum()
    growth = np.zeros(periods)
    for t in range(1, periods):
        before = max(t - 2, 0)
        pushed = beta * (nps[t - 1] - nps[before]) / 4 + 0.4 * (ads[t - 1] - ads[before]) / 4
        growth[t] = 0.01 + 0.2 * (growth[t - 1] - 0.01) + 0.02 * (pushed + rng.normal())
    shape = season * np.array([0, 0.1, -0.05, 0.3])[np.arange(periods) % 4]
    quarters = pd.period_range("2008Q1", periods=periods, freq="Q").astype(str)
    sales = 8e6 * np.exp(growth.cumsum() + shape)
    return pd.DataFrame({"quarter": quarters, "revenue": sales, "nps": np.clip(nps, -100, 100), "ads": ads})


@pytest.fixture(scope="module")
def df():
    return company()


@pytest.fixture(scope="module")
def found(df):
    return forecast_growth(df, factors=["ads"])


@pytest.fixture(scope="module")
def open_question():
    return forecast_growth(company(24, 0.0, seed=4, season=1.0))


def survey(first="2008-01-01", last="2022-12-31", answers=12_000):
    rng = np.random.default_rng(5)
    days = rng.choice(pd.date_range(first, last), answers)
    return Survey(pd.DataFrame({"rating": rng.choice([3, 8, 10], answers, p=[0.2, 0.3, 0.5]), "date": days}))


# ---- answers ------------------------------------------------------------------------------------------------


def test_an_effect_is_found_with_its_evidence(found):
    assert found.verdict == "helps"
    assert found.evidence["clark_west_p_value"] < 0.05
    assert found.evidence["bayes_factor"] > 3
    assert found.evidence["effect"] > 0
    assert found.evidence["error_with_nps"] < found.evidence["error_without_nps"]


def test_few_quarters_cannot_tell(open_question):
    assert open_question.verdict == "cannot tell"
    assert open_question.evidence["power"] < 0.75


def test_many_quarters_of_nothing_show_no_sign():
    given = [forecast_growth(company(80, 0.0, seed=seed)).verdict for seed in range(6)]
    assert given.count("no sign") >= 4
    assert "helps" not in given


def test_an_effect_the_other_way_keeps_its_sign():
    found = forecast_growth(company(80, -0.8))
    assert found.verdict == "helps"
    assert found.evidence["effect"] < 0
    assert found.evidence["chance_positive"] < 0.01
    assert "less growth" in found.sentence("en")


def test_table_has_a_row_per_horizon_in_units_of_sales(found, df):
    table = found.table
    assert table["horizon"] == [1, 2, 4]
    assert table["period"] == [dt.date(2023, 1, 1), dt.date(2023, 4, 1), dt.date(2023, 10, 1)]
    for name in ("target", "total", "growth", "on_year"):
        prefix = "" if name == "target" else f"{name}_"
        low, middle, high = (np.array(table[key]) for key in (f"{prefix}lower", name, f"{prefix}upper"))
        assert np.all((low < middle) & (middle < high))
    np.testing.assert_allclose(np.array(table["target"]) / df["revenue"].iloc[-1] - 1, table["growth"])
    assert table["total"][2] > 3 * table["target"][0]
    assert table["tested"][0] > 30


def test_growth_on_the_year_before_is_of_the_same_quarter(found, df):
    np.testing.assert_allclose(found.table["on_year"][0], found.table["target"][0] / df["revenue"].iloc[-4] - 1)


def test_four_lags_are_shown_and_one_was_chosen(found):
    assert found.lags["lag"] == [1, 2, 3, 4]
    assert found.lags["chosen"] == [True, False, False, False]
    assert found.lags["bayes_factor"][0] == found.evidence["bayes_factor"] > max(found.lags["bayes_factor"][1:])


def test_another_lag_is_another_question(df):
    late = forecast_growth(df, lag=3)
    assert late.verdict != "helps"
    assert late.lags["chosen"].index(True) == 2


def test_coefficients_are_of_growth_score_and_factors(found):
    assert found.coefficients["column"] == ["revenue", "nps", "ads"]
    assert found.coefficients["coefficient"][1] == pytest.approx(0.02 * 0.8 / 4, rel=0.4)
    assert 0 < found.coefficients["effect_lower"][1] < found.coefficients["effect_upper"][1]


def test_a_strong_season_is_forecast_and_hides_no_effect():
    seasonal = forecast_growth(company(60, 0.8, season=1.0))
    assert seasonal.verdict == "helps"
    assert seasonal.season == 4
    # the fourth quarter is a third above the first
    assert seasonal.path["target"][3] / seasonal.path["target"][0] > 1.2
    assert max(abs(share) for share in seasonal.table["on_year"]) < 0.3


def test_seed_decides_the_paths_and_not_the_verdict(df):
    first, again, other = (forecast_growth(df, rng=seed) for seed in (0, 0, 1))
    assert first.table == again.table != other.table
    assert first.evidence["bayes_factor"] == other.evidence["bayes_factor"]


def test_result_can_be_kept_and_sent(found):
    kept = pickle.loads(pickle.dumps(found))
    assert kept.what_if(nps=40).table == found.what_if(nps=40).table
    sent = json.loads(json.dumps(found.to_dict()))
    assert sent["verdict"] == "helps"
    assert not [name for name in sent if name.startswith("_")]


# ---- scenarios ----------------------------------------------------------------------------------------------


def test_a_path_equal_to_the_base_differs_by_exactly_nothing(found):
    same = found.what_if(**found.base)
    assert set(same.table["difference"]) == set(same.table["total_upper"]) == {0.0}
    assert found.what_if().table["lower"] == [0.0] * 4
    assert "no difference" in same.sentence("en")


def test_a_rise_acts_one_period_later_and_adds_up(found):
    rise = found.what_if(nps=found.base["nps"][0] + 5)
    assert rise.table["difference"][0] == 0
    assert min(rise.table["lower"][1:]) > 0
    np.testing.assert_allclose(np.cumsum(rise.table["difference"]), rise.table["total_difference"], rtol=1e-9)
    assert not rise.beyond


def test_a_path_may_be_given_period_by_period(found):
    start = found.base["nps"][0]
    slow, fast = found.what_if(nps=[start, start + 5]), found.what_if(nps=start + 5)
    assert slow.paths["nps"] == [start, start + 5, start + 5, start + 5]
    assert slow.table["difference"][1] == 0 < fast.table["difference"][1]


def test_factors_have_scenarios_too(found):
    more = found.what_if(ads=found.base["ads"][0] + 5)
    assert more.table["difference"][3] > 0


def test_a_move_beyond_history_is_said(found):
    far = found.what_if(nps=-100)
    assert far.beyond
    assert any("larger than any" in note for note in far.notes("en"))


def test_a_scenario_without_shown_help_says_so(open_question):
    supposed = open_question.what_if(nps=90)
    assert supposed.table["lower"][3] < 0 < supposed.table["upper"][3]
    assert any("not shown" in note for note in supposed.notes("en"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"adz": 3}, "did you mean 'ads'"), ({"nps": 130}, "-100 to 100"), ({"nps": [1] * 5}, "up to 4"),
     ({"ads": np.nan}, "a number"), ({"nps": []}, "up to 4")],
)  # fmt: skip
def test_wrong_scenarios_are_refused(found, wrong, message):
    with pytest.raises(ArgumentError, match=message):
        found.what_if(**wrong)


def test_a_scenario_of_words_is_refused(found):
    for wrong in ("high", [[40]], {"a": 1}):
        with pytest.raises(ArgumentTypeError, match="numbers"):
            found.what_if(nps=wrong)


def test_a_scenario_says_where_it_starts(found):
    now = npskit.labels.number(found.base["nps"][0], lang="en", sign=True)
    said = found.what_if(nps=[60, 70]).sentence("en")
    assert said.startswith(f"NPS from {now} now to +60, then +70: ")
    assert f"de {now} aujourd’hui à +60, puis +70" in found.what_if(nps=[60, 70]).sentence("fr")


# ---- tables -------------------------------------------------------------------------------------------------


def test_every_library_gives_the_same(df, found):
    polars = pytest.importorskip("polars")
    frame = polars.from_pandas(df)
    for given in (frame, frame.lazy(), df.to_dict("list"), frame.to_arrow()):
        assert forecast_growth(given, factors="ads").table == found.table


def test_order_of_rows_does_not_matter_and_is_said(df, found):
    mixed = forecast_growth(df.sample(frac=1, random_state=1), factors=["ads"])
    assert mixed.table == found.table
    assert any("order of time" in note for note in mixed.notes("en"))


@pytest.mark.parametrize(
    "periods",
    [
        pd.period_range("2008Q1", periods=60, freq="Q"),
        pd.date_range("2008-03-31", periods=60, freq="QE"),
        [f"T{q} {year}" for year in range(2008, 2023) for q in (1, 2, 3, 4)],
        [dt.date(year, month, 15) for year in range(2008, 2023) for month in (2, 5, 8, 11)],
        [day.strftime("%d/%m/%Y") for day in pd.date_range("2008-03-31", periods=60, freq="QE")],
        [day.strftime("%d/%m/%y") for day in pd.date_range("2008-01-01", periods=60, freq="QS")],
        [day.strftime("%m/%d/%Y") for day in pd.date_range("2008-01-01", periods=60, freq="QS")],
        [f"Q{q}/{year % 100:02}" for year in range(2008, 2023) for q in (1, 2, 3, 4)],
        [f"{q}T{year % 100:02}" for year in range(2008, 2023) for q in (1, 2, 3, 4)],
        [100 * year + month for year in range(2008, 2023) for month in (1, 4, 7, 10)],
    ],
    ids=[
        "periods",
        "last days",
        "French quarters",
        "mid-quarter days",
        "day first",
        "day first, 1st",
        "month first",
        "Q1/08",
        "1T08",
        "200801",
    ],
)
def test_quarters_are_read_however_they_are_written(df, found, periods):
    assert forecast_growth(df.assign(quarter=periods), factors=["ads"]).table == found.table


def test_an_index_of_dates_is_a_column(df, found):
    indexed = df.assign(quarter=pd.date_range("2008-01-01", periods=60, freq="QS")).set_index("quarter")
    assert forecast_growth(indexed, factors=["ads"]).table == found.table


def test_years_are_periods_and_amounts_are_not(df):
    years = df.head(30).drop(columns="quarter").assign(year=range(1990, 2020), staff=range(1991, 2021))
    found = forecast_growth(years, horizons=2)
    assert (found.every, found.table["period"]) == ("year", [dt.date(2021, 1, 1)])


def test_day_first_dates_keep_their_gaps(df):
    texts = [day.strftime("%d/%m/%Y") for day in pd.date_range("2008-01-01", periods=60, freq="QS")]
    holed = forecast_growth(df.assign(quarter=texts).drop(index=[20, 40]))
    assert any("without sales: 2" in note for note in holed.notes("en"))


@pytest.mark.parametrize("texts", [["01/08"] * 60, ["abc"] * 60, [None, *["2008-Q1"] * 59], [1, 2, 3, 4] * 15])
def test_a_column_of_dates_that_cannot_be_read_is_no_order_of_rows(df, texts):
    with pytest.raises(ArgumentTypeError, match="column 'quarter'"):
        forecast_growth(df.assign(quarter=texts))


def test_without_dates_rows_are_taken_in_order(df):
    bare = forecast_growth(df.drop(columns="quarter"))
    assert (bare.every, bare.season, bare.table["period"]) == ("", 0, [61, 62, 64])
    assert any("no dates" in note for note in bare.notes("en"))


def test_a_season_shared_without_dates_is_no_foretelling():
    rng = np.random.default_rng(7)
    given = []
    for seed in range(12):
        sales = company(40, 0.0, seed=seed, season=1.0)["revenue"]
        nps = 30 + rng.normal(0, 3, 40) + np.tile([4, -4, 0, 6], 10)
        found = forecast_growth(pd.DataFrame({"revenue": sales, "nps": nps}))
        given.append((found.verdict, found.season))
    assert [verdict for verdict, _ in given].count("helps") <= 1
    assert {season for _, season in given} == {4}


def test_two_columns_of_dates_are_asked_about(df):
    both = df.assign(closed=pd.date_range("2008-01-01", periods=60, freq="QS"), opened=df["quarter"])
    with pytest.raises(RoleError, match=r"period='"):
        forecast_growth(both.drop(columns="quarter"))
    assert forecast_growth(both, period="closed").every == "quarter"


def test_holes_cost_rows_and_are_told(df, found):
    holed = forecast_growth(df.drop(index=[20, 40]), factors=["ads"])
    assert holed.evidence["rows"] == found.evidence["rows"] - 6
    assert any("without sales: 2" in note for note in holed.notes("en"))
    silent = forecast_growth(df.assign(nps=df["nps"].mask(df.index == 30)), factors=["ads"])
    assert any("without NPS: 1" in note for note in silent.notes("en"))


def test_periods_after_the_last_sales_are_left_out(df):
    ahead = forecast_growth(df.assign(revenue=df["revenue"].mask(df.index >= 58)))
    assert ahead.table["period"][0] == dt.date(2022, 7, 1)
    assert any("after the last sales: 2" in note for note in ahead.notes("en"))


def test_reliability_comes_from_the_answers(df, found):
    assert np.isnan(found.reliability)
    few, many = (forecast_growth(df.assign(responses=n)).reliability for n in (2_000, 100_000))
    assert 0 < few < many <= 1
    named = forecast_growth(df.assign(n=2_000), responses="n")
    assert named.reliability == pytest.approx(few)
    assert named.evidence["worthwhile"] == pytest.approx(0.5 * np.sqrt(few))
    assert 0 < named.reliability_lower < few < named.reliability_upper


def test_answers_that_cannot_be_those_of_the_score_are_named(df):
    found = forecast_growth(df.assign(responses=60), factors=["ads"])
    assert found.verdict == "helps"
    assert np.isnan(found.reliability)
    assert found.evidence["power"] > 0.5
    assert any("cannot be those behind NPS" in note for note in found.notes("en"))
    assert not any("no effect of it could" in text for text in found.explain("en"))


def test_help_of_a_score_that_is_mostly_noise_is_doubted(df):
    found = forecast_growth(df.assign(responses=400), factors=["ads"])
    assert found.verdict == "helps"
    assert 0 < found.reliability < 0.25
    told = " ".join(found.explain("en"))
    assert "Yet by the number of answers" in told
    assert "would have been seen" not in told
    assert "95% interval" in told


def test_a_quarter_of_one_answer_is_named(df):
    answers = np.where(np.arange(60) == 7, 1, 20_000)
    found = forecast_growth(df.assign(responses=answers))
    assert found.reliability == pytest.approx(forecast_growth(df.assign(responses=20_000)).reliability, abs=0.05)
    assert any("fewer answers than usual (Q4 2009)" in note.replace("\u00a0", " ") for note in found.notes("en"))


def test_negative_answers_are_refused(df):
    with pytest.raises(ArgumentError, match=r"1 below 0: -5 \(2008-Q4\)"):
        forecast_growth(df.assign(responses=np.where(np.arange(60) == 3, -5, 500)))


def test_a_score_in_shares_is_warned_of(df):
    with pytest.warns(ScaleWarning, match="multiply them by 100"):
        found = forecast_growth(df.assign(nps=df["nps"] / 100))
    assert any("between −1 and +1" in note for note in found.notes("en"))


def test_sales_of_the_future_are_told(df):
    ahead = df.assign(quarter=pd.period_range(f"{dt.date.today().year - 5}Q1", periods=60, freq="Q").astype(str))
    assert any("have not begun yet" in note for note in forecast_growth(ahead).notes("en"))


def test_the_survey_s_own_trend_is_aligned_by_period(df):
    trend = survey().trend("quarter")
    found = forecast_growth(df.drop(columns="nps"), nps=trend)
    assert found.history["nps"] == pytest.approx(trend.table["score"])
    assert found.verdict != "helps"
    # the truth never moved: all of its changes are noise
    assert found.reliability < 0.4


def test_a_trend_of_other_periods_is_refused_with_both(df):
    with pytest.raises(ArgumentError, match=r"each month.*each quarter, from 2008-Q1 to 2022-Q4"):
        forecast_growth(df, nps=survey().trend("month"))
    with pytest.raises(ArgumentError, match=r"2008-Q1 to 2022-Q4.*1990-Q1 to 1991-Q4"):
        forecast_growth(df, nps=survey("1990-01-01", "1991-12-31").trend("quarter"))
    with pytest.raises(EmptyDataError, match=r"2008-Q1 to 2022-Q4 \(60 periods\).*2008-Q1 to 2008-Q4 \(4 periods\)"):
        forecast_growth(df, nps=survey("2008-01-01", "2008-12-31").trend("quarter"))
    with pytest.raises(ArgumentError, match="column of periods"):
        forecast_growth(df.drop(columns="quarter"), nps=survey().trend("quarter"))


def test_texts_of_periods():
    assert period_day("2023 T2") == period_day("Q2-2023") == dt.date(2023, 4, 1)
    assert period_day("mars 2023") == dt.date(2023, 3, 1)
    assert period_day(12.5) is period_day(True) is period_day("12") is None
    assert every_of([dt.date(2023, 1, 2), dt.date(2023, 1, 9)]) == "week"


# ---- bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (lambda df: df.assign(revenue=df["revenue"].mask(df.index == 3, 0)), {}, ArgumentError, r"0 \(2008-Q4\)"),
        (lambda df: df.assign(revenue=-df["revenue"]), {}, ArgumentError, "60 of 60 at 0 or below"),
        (lambda df: pd.concat([df, df.tail(2)]), {}, ArgumentError, "2 given more than once: 2022-Q3, 2022-Q4"),
        (lambda df: df, {"horizons": 31}, ArgumentError, "at most 30, half of the 60 quarters"),
        (lambda df: df, {"horizons": [0, 1]}, ArgumentError, "periods ahead"),
        (lambda df: df, {"horizons": []}, ArgumentError, "periods ahead"),
        (lambda df: df, {"lag": 5}, ArgumentError, "1, 2, 3 or 4"),
        (lambda df: df.head(9), {"horizons": 1}, EmptyDataError, "at least 8 rows"),
        (lambda df: df.iloc[:0], {}, ArgumentError, "at least one number"),
        (lambda df: df, {"target": "revenu"}, ColumnNotFoundError, "did you mean 'revenue'"),
        (lambda df: df, {"nps": "score"}, ColumnNotFoundError, "trend"),
        (lambda df: df, {"nps": 3}, ArgumentTypeError, "name of a column"),
        (lambda df: df, {"factors": ["nps"]}, ArgumentError, "more than once"),
        (lambda df: df.assign(nps=30), {}, ArgumentError, "values that change"),
        (lambda df: df.assign(revenue=30.0), {}, ArgumentError, "values that change"),
        (lambda df: df.assign(nps=df["nps"] * 30), {}, ArgumentError, "-100 to 100"),
        (lambda df: df.assign(revenue="a lot"), {}, ArgumentTypeError, "60 of 60 that are none"),
        (lambda df: df.assign(revenue=np.inf), {}, ArgumentTypeError, "infinity"),
        (lambda df: df, {"period": "ads"}, ArgumentTypeError, "2023-Q4"),
        (lambda df: df, {"rng": "x"}, ArgumentError, "rng"),
        (lambda df: df, {"every": "decade"}, ArgumentError, "every"),
        (lambda df: df, {"confidence_level": 95}, ArgumentError, "confidence"),
        (lambda df: [1, 2], {}, ArgumentTypeError, "pandas"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(df, change, options, error, message):
    with pytest.raises(error, match=message):
        forecast_growth(change(df), **options)


def test_more_factors_than_rows_allow_are_refused(df):
    rng = np.random.default_rng(0)
    many = df.head(16).assign(**{f"f{k}": rng.normal(size=16) for k in range(6)})
    with pytest.raises(EmptyDataError, match="with 14 rows at most 4 factors"):
        forecast_growth(many, factors=[f"f{k}" for k in range(6)])
    assert forecast_growth(many, factors=["f0", "f1", "f2"]).verdict == "cannot tell"


# ---- words and pictures -------------------------------------------------------------------------------------


def test_the_finding_says_sales_and_verdict(found, open_question):
    assert found.sentence("en").startswith("Revenue, Q4 2023: ")
    assert "NPS helps to foretell sales" in found.sentence("en")
    assert "22 trimestres ne permettent pas" in open_question.sentence("fr")
    assert "cannot be told from 22 quarters" in open_question.sentence("en")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_evidence_and_literature_are_told(found, open_question, lang):
    for result in (found, open_question):
        told = " ".join(result.explain(lang))
        assert all(name in told for name in ("Clark-West p", "van Doorn", "Keiningham", "Baehre"))
        assert "{" not in told


def test_rendered_result_cites_the_literature(found):
    page = found._repr_html_()
    assert "<b>Revenue, Q4 2023" in page
    assert "van Doorn et al. 2013" in page


def test_literature_has_its_sources_and_both_sides():
    facts = literature()
    assert {2007, 2013, 2022} <= {fact["year"] for fact in facts}
    assert all(fact["source"] and fact["finding"] and fact["url"].startswith("https://") for fact in facts)
    values = [fact["value"] for fact in facts if fact["value"] is not None]
    assert min(values) < 0 < max(values)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_charts_are_drawn_with_the_finding(found, open_question, lang):
    pytest.importorskip("altair")
    for result in (found, open_question):
        scenario = result.what_if(nps=40)
        for chart, finding in (
            (result.plot(lang=lang), result.sentence(lang)),
            (result.plot_evidence(lang=lang), result.verdict_text(lang)),
            (scenario.plot(lang=lang), scenario.sentence(lang)),
        ):
            spec = chart.to_dict()
            assert " ".join(spec["title"]["text"]) == finding
            assert len(json.dumps(spec)) < 60_000


def test_a_table_without_dates_is_drawn_by_its_rows():
    bare = forecast_growth(company(30).drop(columns="quarter"))
    assert "2020-01-01" in json.dumps(bare.plot(lang="en").to_dict())
    assert "period 34" in bare.plot(lang="en").to_dict()["title"]["text"][0]


def test_charts_of_nothing_are_refused():
    from npskit import charts
    from npskit.errors import NpskitError

    with pytest.raises(NpskitError):
        charts.sales_path({"period": [], "target": []}, {"period": [], "target": [], "lower": [], "upper": []},
                          target="sales", every="quarter", finding="")  # fmt: skip


def test_untested_horizons_say_so():
    from npskit import charts

    nothing = {"horizon": [1], "error_with_nps": [np.nan], "error_without_nps": [np.nan], "tested": [0]}
    spec = json.dumps(charts.forecast_errors(nothing, every="month", finding="x", lang="en").to_dict())
    assert "not enough past" in spec


def test_name_is_public_and_lazy():
    assert "forecast_growth" in dir(npskit)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("periods", "beta", "least", "most"), [(24, 0.0, 0, 0.05), (40, 0.0, 0, 0.05), (80, 0.8, 0.8, 1)]
)
def test_long_verdicts(periods, beta, least, most):
    given = [forecast_growth(company(periods, beta, seed=seed)).verdict for seed in range(200)]
    assert least <= given.count("helps") / 200 <= most
