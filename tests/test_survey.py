import datetime as dt
import math
import warnings

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Period, Scale, Survey
from npskit.errors import ArgumentError, ColumnNotFoundError, RatingError, RoleError, ScaleWarning
from npskit.survey.answers import Trend


@pytest.fixture
def shops():
    return pd.DataFrame(
        {
            "nps": [10, 9, 8, 3, 0, 10, None, 7],
            "shop": ["Lyon", "Lyon", "Lyon", "Nice", "Nice", "Nice", "Nice", None],
            "date": pd.to_datetime(["2024-01-05"] * 3 + ["2024-02-05"] * 2 + ["2024-04-30"] * 2 + [None]),
            "customer": ["a", "b", "c", "a", "d", "e", "f", "g"],
            "visits": [1, 2, 3, 5, 8, 21, 30, 4],
            "poids": [1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 1.0],
        }
    )


def test_the_score_is_done_in_the_head(shops):
    assert shops.nps.score() == pytest.approx(100 * (3 - 2) / 7)


def test_the_known_score_of_a_real_survey():
    assert npskit.datasets.load("garden").nps.score() == pytest.approx(53.4161, abs=1e-3)


def test_summary_gives_the_contract_columns(shops):
    table = shops.nps.summary()
    assert list(table) == ["responses", "detractors", "passives", "promoters", "score", "lower", "upper"]
    assert table["responses"].tolist() == [7]


def test_summary_by_keeps_the_column_names_and_the_missing_group(shops):
    table = shops.nps.summary(by="shop")
    assert table["shop"].isna().tolist() == [False, False, True]
    assert table["score"].round(1).tolist() == [66.7, -33.3, 0.0]
    assert (table["lower"] <= table["score"]).all()


def test_summary_by_bands_and_periods(shops):
    table = shops.nps.summary(by=[Bands("visits", [2, 5, 20]), Period("date", "quarter")])
    assert list(table)[:2] == ["visits", "date"]
    assert table["responses"].sum() == 7


def test_columns_are_found_whatever_their_case(shops):
    assert shops.nps.summary(by="SHOP")["responses"].sum() == 7


def test_distribution_lists_the_whole_scale(shops):
    table = shops.nps.distribution()
    assert table["rating"].tolist() == list(range(11))
    assert table["share"].sum() == pytest.approx(1)
    assert shops.nps.distribution(by="shop").shape[0] == 33


def test_trend_fills_the_months_without_answers(shops):
    trend = shops.nps.trend()
    assert isinstance(trend, Trend)
    frame = trend.to_frame()
    assert frame["period"].tolist() == [dt.date(2024, m, 1) for m in (1, 2, 3, 4)]
    assert frame["responses"].tolist() == [3, 2, 0, 1]
    assert math.isnan(frame["score"][2])
    assert frame[["level", "level_lower", "level_upper"]].notna().all(axis=None)
    assert trend.undated == 1


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
def test_every_period_sums_to_the_dated_answers(shops, every):
    assert shops.nps.trend(every).to_frame()["responses"].sum() == 6


def test_trend_by_group_has_one_series_each(shops):
    frame = shops.nps.trend(by="shop").to_frame()
    assert frame.groupby("shop").size().tolist() == [4, 4]


def test_unknown_period_is_an_error(shops):
    with pytest.raises(ArgumentError, match="fortnight"):
        shops.nps.trend("fortnight")


def test_weights_apply_only_when_named(shops):
    plain, weighted = shops.nps, shops.nps(weight="poids")
    assert plain.score() == pytest.approx(100 / 7)
    assert weighted.score() == pytest.approx(100 * (4 - 2) / 9)
    table = weighted.summary()
    assert table["effective_responses"][0] == pytest.approx(9**2 / (5 * 1 + 2 * 4))


def test_clusters_widen_the_interval():
    frame = pd.DataFrame({"nps": [10, 10, 10, 0, 0, 0] * 10, "account": np.repeat(range(20), 3)})
    alone, together = frame.nps.summary(), frame.nps(cluster="account").summary()
    assert together["upper"][0] - together["lower"][0] > 1.3 * (alone["upper"][0] - alone["lower"][0])


def test_each_answer_its_own_cluster_is_nearly_the_plain_interval():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"nps": rng.integers(0, 11, 4000), "account": range(4000)})
    clustered = frame.nps(cluster="account").summary()
    plain = frame.nps.summary()
    assert clustered["lower"][0] == pytest.approx(plain["lower"][0], abs=0.02)


def test_clusters_widen_the_trend_too():
    rng = np.random.default_rng(0)
    account = np.repeat(np.arange(60), 10)
    liking = rng.choice([2, 10], 60)[account]
    dates = pd.to_datetime(rng.choice(["2024-01-10", "2024-02-10", "2024-03-10"], 600))
    frame = pd.DataFrame({"nps": liking, "account": account, "date": dates})
    alone, together = frame.nps.trend().to_frame(), frame.nps(cluster="account").trend().to_frame()
    assert ((together["upper"] - together["lower"]) > 1.2 * (alone["upper"] - alone["lower"])).all()
    spread, usual = (t["level_upper"] - t["level_lower"] for t in (together, alone))
    assert (spread > 1.2 * usual).all()
    period = frame.nps(cluster="account").summary(by=Period("date"))
    assert together["lower"].tolist() == pytest.approx(period["lower"].tolist())


def test_a_single_cluster_says_that_it_knows_nothing():
    table = pd.DataFrame({"nps": [10, 9, 3], "account": ["a"] * 3}).nps(cluster="account").summary()
    assert (table["lower"][0], table["upper"][0]) == pytest.approx((-100, 100), abs=1)


@pytest.mark.parametrize("verb", ["summary", "distribution", "trend"])
def test_a_group_named_like_a_figure_is_refused(shops, verb):
    name = {"summary": "score", "distribution": "rating", "trend": "period"}[verb]
    frame = shops.rename(columns={"shop": name})
    with pytest.raises(ArgumentError, match="rename it first"):
        getattr(frame.nps(rating="nps"), verb)(by=name)


def test_roles_that_are_not_there_are_refused_at_once(shops):
    with pytest.raises(ColumnNotFoundError, match="did you mean 'date'"):
        shops.nps(date="dat")


def test_values_instead_of_a_column_are_refused(shops):
    with pytest.raises(TypeError, match="put the values into a column"):
        shops.nps.summary(by=shops["shop"])
    with pytest.raises(TypeError, match=r"npskit.Scale"):
        shops.nps(scale=(1, 5))


def test_keeping_the_last_answer_uses_one_per_customer(shops):
    assert shops.nps(keep="last").summary()["responses"][0] == 6


def test_another_keep_is_refused(shops):
    with pytest.raises(ArgumentError, match="'all' or 'last'"):
        shops.nps(keep="first")


def test_declared_codes_are_missing():
    frame = pd.DataFrame({"nps": [10, 11, 99, 0]})
    with pytest.raises(RatingError, match=r"(?s)2 of 4.*11.*99.*missing=\["):
        frame.nps.score()
    assert frame.nps(missing=[11, 99]).score() == 0


def test_another_scale_has_its_own_cuts():
    frame = pd.DataFrame({"nps": [5, 5, 4, 1]})
    assert frame.nps(scale=Scale(1, 5)).score() == 25.0


def test_ones_to_fives_warn():
    frame = pd.DataFrame({"nps": [1, 2, 3, 4, 5] * 10})
    with pytest.warns(ScaleWarning, match="1 to 5"):
        assert frame.nps.score() == -100


def test_words_are_an_answer_too():
    frame = pd.DataFrame({"nps_group": ["Promoteur", "Promoteur", "Passif", "Détracteur", None]})
    assert frame.nps.score() == 25.0
    assert frame.nps.distribution()["rating"].tolist() == ["detractors", "passives", "promoters"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([10, 9, 3], dtype="int8"),
        pd.Series([10.0, 9.0, 3.0, np.nan]),
        pd.Series([10, 9, 3, None], dtype="Int64"),
        pd.Series([10, 9, 3, None], dtype="int64[pyarrow]"),
        pd.Series([10, 9, 3, None], dtype="category"),
        pd.Series(["10 - Extremely likely", "9/10", " 3 ", ""]),
        pd.Series(["10 - Extremely likely", "9/10", "3 (Not likely)", None], dtype="category"),
        pd.Series(["10", "9", "3", None], dtype="string[pyarrow]"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_ratings_as_they_come(values):
    assert values.nps.score() == pytest.approx(100 / 3)
    assert pd.DataFrame({"nps": values}).nps.score() == pytest.approx(100 / 3)


def test_booleans_are_refused():
    with pytest.raises((RatingError, RoleError)):
        pd.DataFrame({"nps": [True, False]}).nps.score()


def test_two_ratings_are_asked_about(shops):
    with pytest.raises(RoleError, match=r"(?s)'nps', 'recommend'.*df.nps\(rating='nps'\)"):
        shops.assign(recommend=shops["nps"]).nps.score()


def test_the_attitude_item_is_not_the_rating():
    frame = pd.DataFrame({"Recommend": ["Agree", "Disagree"] * 5, "LikelyToRecommend": range(10)})
    assert frame.nps.roles().set_index("role")["column"]["rating"] == "LikelyToRecommend"


def test_no_rating_lists_the_columns_that_hold_some(shops):
    frame = shops.rename(columns={"nps": "q7"})
    with pytest.raises(RoleError, match="columns that hold ratings: q7"):
        frame.nps.score()
    assert frame.nps(rating="q7").score() == pytest.approx(100 / 7)


def test_what_the_export_told_is_used():
    frame = pd.DataFrame({"Q1": [10, 9], "Q2": [1, 2]})
    frame.attrs["npskit"] = {"roles": {"rating": "Q1"}}
    assert frame.nps.score() == 100


def test_roles_tell_why(shops):
    roles = shops.nps.roles().set_index("role")
    assert roles["column"].to_dict() == {
        "rating": "nps", "date": "date", "comment": None, "customer": "customer", "weight": "poids"
    } or roles["column"]["comment"] is not roles["column"]["rating"]  # fmt: skip
    assert "not applied" in roles["reason"]["weight"]


def test_audit_counts_everything(shops):
    checks = pd.concat([shops, shops.tail(1)]).nps.audit().set_index("check")["count"]
    assert checks[["rows", "valid", "missing", "out_of_range", "duplicates"]].tolist() == [9, 8, 1, 0, 1]
    assert checks["repeated_customers"] == 2


def test_an_audit_of_data_without_a_clear_rating_says_why(shops):
    audit = shops.assign(recommend=shops["nps"]).nps.audit().set_index("check")
    assert audit.loc["rows", "count"] == 8
    assert "'nps', 'recommend'" in audit.loc["rating_column", "detail"]


def test_a_header_too_long_for_a_name_is_still_read(tmp_path):
    question = "On a scale of 0 to 10, how likely is it that you would recommend our company to a friend?"
    path = tmp_path / "a.csv"
    path.write_text(f'Date,"{question}",Why\n2024-01-13,9,x\n2024-01-14,3,y\n')
    assert npskit.read_survey(path).nps.score() == 0


def test_audit_names_what_is_out_of_range():
    audit = pd.DataFrame({"nps": [10, 9, 11, 11, 99]}).nps.audit().set_index("check")
    assert audit.loc["out_of_range", "count"] == 3
    assert audit.loc["out_of_range", "detail"] == "11 (2), 99 (1)"


# ---- bad input ------------------------------------------------------------------------------------------------------


def test_an_empty_frame_has_no_score():
    frame = pd.DataFrame({"nps": pd.Series([], dtype=float), "shop": pd.Series([], dtype=str)})
    assert math.isnan(frame.nps.score())
    assert frame.nps.summary(by="shop").empty
    assert frame.nps.summary()["responses"].tolist() == [0]


def test_a_frame_without_columns_says_so():
    with pytest.raises(RoleError, match="none among 0 columns"):
        pd.DataFrame().nps.score()


def test_all_missing_has_no_score():
    frame = pd.DataFrame({"nps": [None, np.nan], "date": pd.to_datetime(["2024-01-01", "2024-02-01"])})
    assert math.isnan(frame.nps.score())
    assert math.isnan(frame.nps.summary()["lower"][0])
    assert frame.nps.audit().set_index("check")["count"]["missing"] == 2
    assert frame.nps.trend().to_frame()["responses"].tolist() == [0, 0]


def test_one_row_is_an_answer():
    table = pd.DataFrame({"nps": [10]}).nps.summary()
    assert table["score"][0] == 100
    assert table["lower"][0] < 0


def test_all_the_same_still_has_an_interval():
    table = pd.DataFrame({"nps": [10] * 50}).nps.summary()
    assert 80 < table["lower"][0] < 100


def test_text_named_as_rating_is_an_error(shops):
    with pytest.raises(RatingError, match=r"column 'shop'.*Lyon"):
        shops.nps(rating="shop").score()


def test_duplicate_column_names_are_named():
    frame = pd.DataFrame([[1, 2]], columns=["nps", "nps"])
    with pytest.raises(ArgumentError, match="'nps'"):
        frame.nps(rating="nps").score()


def test_a_by_column_that_is_missing_suggests_the_nearest(shops):
    with pytest.raises(ColumnNotFoundError, match="did you mean 'shop'"):
        shops.nps.summary(by="shopp")


def test_a_by_column_of_a_hundred_thousand_values_is_answered():
    frame = pd.DataFrame({"nps": np.arange(100_000) % 11, "id": np.arange(100_000)})
    assert len(frame.nps.summary(by="id")) == 100_000


def test_only_package_warnings_are_raised(shops):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shops.nps.summary(by=["shop", "customer"])


def test_a_survey_of_a_path_reads_it(tmp_path, shops):
    path = tmp_path / "export.csv"
    shops.to_csv(path, index=False)
    assert Survey(path).score() == pytest.approx(100 / 7)
    assert Survey(str(path)).summary(by="shop")["responses"].sum() == 7
