"""Drivers and priorities as a user meets them: planted truth, words, touchpoints, engines, bad input."""

from __future__ import annotations

import csv
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, EmptyDataError, NpskitWarning
from npskit.frames import Coded, wrap
from npskit.stats.crossproducts import CrossProducts, touchpoints
from npskit.stats.importance import lmg

NAMES = ["checkout", "advice", "parking", "music"]
SLOPES = np.array([1.2, 0.7, 0.4, 0.0])


def answers(rows=2_000, seed=0, missing_parking=0.0):
    """Ratings that go with checkout most and with music not at all; parking only where it was used."""
    rng = np.random.default_rng(seed)
    feeling = rng.normal(size=(rows, 1))
    values = np.clip(np.round(3.4 + 0.6 * feeling + 0.9 * rng.normal(size=(rows, 4))), 1, 5)
    used = rng.random(rows) >= missing_parking
    reach = np.where(np.arange(4) == 2, used[:, None], True)
    nps = np.clip(np.round(6.5 + ((values - 3.4) * reach) @ SLOPES + 1.5 * rng.normal(size=rows)), 0, 10)
    df = pd.DataFrame(values, columns=NAMES)
    df.loc[~used, "parking"] = np.nan
    return df.assign(nps=nps, shop=rng.choice(["Lyon", "Nice", "Pau"], rows), account=rng.integers(0, 300, rows),
                     weight=rng.uniform(0.5, 2.0, rows))  # fmt: skip


@pytest.fixture(scope="module")
def df():
    return answers()


@pytest.fixture(scope="module")
def found(df):
    return df.nps.drivers()


# ---- drivers ------------------------------------------------------------------------------------------------


def test_attributes_are_found_and_in_order(found):
    assert found.table["attribute"] == NAMES
    assert found.table["rank_first"][0] > 0.99
    assert found.left_out == {}


def test_parts_sum_to_the_whole(found):
    assert sum(found.table["importance"]) == pytest.approx(found.r_squared, abs=1e-9)
    assert sum(found.table["johnson"]) == pytest.approx(found.r_squared, abs=1e-9)
    np.testing.assert_allclose(found.rank_probabilities.sum(axis=0), 1)
    lower, value, upper = (np.array(found.table[name]) for name in ("lower", "importance", "upper"))
    assert ((lower < value) & (value < upper)).all()


def test_verb_agrees_with_the_arithmetic_on_arrays(df, found):
    direct = lmg(CrossProducts.from_arrays(df["nps"], df[NAMES]))
    np.testing.assert_allclose(found.table["importance"], direct, atol=1e-12)


def test_a_null_driver_has_a_share_but_no_coefficient(found):
    at = found.table["attribute"].index("music")
    assert found.table["importance"][at] > 0.01
    assert found.table["coefficient_lower"][at] < 0 < found.table["coefficient_upper"][at]
    assert found.table["points_lower"][at] < 0 < found.table["points_upper"][at]


def test_order_of_rows_and_columns_changes_no_estimate(df, found):
    mixed = df.sample(frac=1, random_state=1)[["music", "nps", "parking", "checkout", "advice"]].nps.drivers()
    assert mixed.table["attribute"] == NAMES
    np.testing.assert_allclose(mixed.table["importance"], found.table["importance"], atol=1e-12)


def test_same_seed_same_intervals(df, found):
    assert df.nps.drivers().table["lower"] == found.table["lower"]
    assert df.nps.drivers(rng=5).table["lower"] != found.table["lower"]


@pytest.mark.parametrize("outcome", ["detractor", "score"])
def test_other_outcomes(df, outcome):
    other = df.nps.drivers(outcome=outcome)
    assert other.table["attribute"][0] == "checkout"
    assert (other.table["coefficient"][0] < 0) == (outcome == "detractor")
    assert sum(other.table["importance"]) == pytest.approx(other.r_squared, abs=1e-9)


def test_words_promoter_and_detractor_have_a_score_to_explain(df):
    words = pd.cut(df["nps"], [-1, 6, 8, 10], labels=["Detractor", "Passive", "Promoter"]).astype(str)
    named = df.assign(nps=words).nps(rating="nps").drivers(NAMES, outcome="score")
    np.testing.assert_allclose(named.table["importance"], df.nps.drivers(outcome="score").table["importance"])


def test_quadrants_meet_at_the_named_crosshair(df, found):
    assert found.importance_crosshair == pytest.approx(np.mean(found.table["importance"]))
    assert df.nps.drivers(crosshair="median").importance_crosshair == pytest.approx(
        np.median(found.table["importance"])
    )
    placed = df.nps.drivers(crosshair=(5.0, 0.0))
    assert (placed.performance_crosshair, placed.importance_crosshair) == (5.0, 0.0)
    assert set(placed.table["quadrant"]) == {"concentrate"}


def test_weights_count_rows_more(df):
    whole = df.assign(weight=np.where(df["shop"] == "Lyon", 2.0, 1.0))
    twice = pd.concat([df, df[df["shop"] == "Lyon"]])
    weighted, doubled = whole.nps(weight="weight").drivers(NAMES), twice.nps.drivers(NAMES)
    np.testing.assert_allclose(weighted.table["importance"], doubled.table["importance"], atol=1e-12)
    assert weighted.responses == len(df)
    assert (np.array(weighted.table["upper"]) - weighted.table["lower"] > 0).all()


def test_clusters_widen_intervals():
    base = answers(400)
    many = pd.concat([base.assign(account=np.arange(400))] * 5)
    alone, together = many.nps.drivers(NAMES), many.nps(cluster="account").drivers(NAMES)
    wide = np.array(together.table["upper"]) - together.table["lower"]
    assert (wide > 1.6 * (np.array(alone.table["upper"]) - alone.table["lower"])).all()
    np.testing.assert_allclose(alone.table["importance"], together.table["importance"])


def test_touchpoints_keep_everybody():
    partly = answers(missing_parking=0.6)
    found = partly.nps.drivers()
    at = found.table["attribute"].index("parking")
    assert found.responses == len(partly)
    assert found.table["usage"][at] == pytest.approx(0.4, abs=0.03)
    assert found.table["mean"][at] == pytest.approx(partly["parking"].mean())
    assert found.table["responses"][at] == partly["parking"].notna().sum()
    encoded = CrossProducts.from_arrays(partly["nps"], partly[["parking"]].to_numpy(), encode=touchpoints)
    alone = partly.nps.drivers("parking")
    assert alone.table["importance"][0] == pytest.approx(lmg(encoded, [[1, 2]])[0])


def test_a_few_missing_answers_are_left_out_and_told():
    gaps = answers()
    gaps.loc[:79, "advice"] = np.nan
    found = gaps.nps.drivers()
    assert found.responses == 1_920
    assert "80 of 2,000" in " ".join(found.warnings)
    assert "80 réponses sur" in " ".join(found.notes("fr"))


# ---- words, codes, what is found ----------------------------------------------------------------------------

SCALES = {
    "agreement": ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
    "accord": ["Pas du tout d’accord", "Plutôt pas d'accord", "Ni d'accord ni pas d'accord", "Plutôt d’accord",
               "Tout à fait d’accord"],
    "satisfaits": ["Très insatisfait", "Insatisfait", "Ni satisfait ni insatisfait", "Satisfait", "Très satisfait"],
    "fréquence": ["Jamais", "Rarement", "Parfois", "Souvent", "Toujours"],
    "quality": ["Poor", "Fair", "Good", "Very good", "Excellent"],
    "likelihood": ["Very unlikely", "Unlikely", "Neutral", "Likely", "Very likely"],
    "numbered": ["1 - bad", "2", "3", "4", "5 - good"],
}  # fmt: skip


@pytest.mark.parametrize("scale", SCALES)
def test_words_are_ordered(df, found, scale):
    words = dict(zip([1.0, 2.0, 3.0, 4.0, 5.0], SCALES[scale], strict=True))
    worded = df[["nps", *NAMES]].assign(**{name: df[name].map(words) for name in NAMES})
    other = worded.nps.drivers()
    np.testing.assert_allclose(other.table["importance"], found.table["importance"], atol=1e-12)
    assert other.table["mean"] == pytest.approx(found.table["mean"])


def test_seven_words_of_agreement_have_seven_places(df):
    some = ["Strongly disagree", "Disagree", "Somewhat disagree", "Neutral"]
    levels = [*some, "Somewhat agree", "Agree", "Strongly agree"]
    seven = pd.Series(np.random.default_rng(0).choice(levels, len(df)))
    read = df.assign(seven=seven).nps.drivers([*NAMES, "seven"])
    at = read.table["attribute"].index("seven")
    assert read.table["mean"][at] == pytest.approx(seven.map({word: i + 1 for i, word in enumerate(levels)}).mean())


def test_not_applicable_is_no_answer(df):
    words = df["parking"].map({1: "Très mauvais", 2: "Mauvais", 3: "Moyen", 4: "Bon", 5: "Très bon"})
    words[::3] = "Sans objet"
    found = df.assign(parking=words).nps.drivers(NAMES)
    at = found.table["attribute"].index("parking")
    assert found.table["usage"][at] == pytest.approx(2 / 3, abs=0.01)
    assert found.responses == len(df)


def test_ordered_categories_need_no_known_words(df):
    order = ["lukewarm", "warm", "hot", "boiling", "steam"]
    heat = pd.Categorical.from_codes(df["checkout"].astype(int) - 1, order, ordered=True)
    found = df.assign(checkout=heat).nps.drivers(NAMES)
    assert found.table["mean"][0] == pytest.approx(df["checkout"].mean())


def test_unknown_words_are_asked_about(df):
    colours = df.assign(checkout=df["checkout"].map({1: "red", 2: "blue", 3: "green", 4: "grey", 5: "pink"}))
    with pytest.raises(ArgumentError, match=r"ordered answer scale.*\n.*\.map\("):
        colours.nps.drivers(NAMES)
    assert "checkout" not in colours.nps.drivers().table["attribute"]


def test_one_strange_word_among_known_ones_is_told(df):
    words = df["advice"].map(dict(zip(range(1, 6), SCALES["satisfaits"], strict=True)))
    words[:30] = "grmpf"
    with pytest.warns(NpskitWarning, match="grmpf"):
        found = df.assign(advice=words).nps.drivers(NAMES)
    assert "advice" in found.table["attribute"]


def test_ids_dates_weights_counts_and_groups_are_no_attributes(df):
    rng = np.random.default_rng(1)
    rows = len(df)
    more = df.assign(
        respondent=np.arange(rows),
        visits=rng.integers(1, 6, rows),
        age=rng.integers(1, 8, rows),
        zone_code=rng.integers(1, 6, rows),
        day=pd.date_range("2024-01-01", periods=rows, freq="h"),
        member=rng.integers(0, 2, rows),
        ticket=rng.gamma(2, 20, rows),
        comment="nothing to say",
    )
    found = more.nps(rating="nps").drivers()
    assert sorted(found.table["attribute"]) == sorted(NAMES)
    assert set(found.left_out) >= {"visits", "zone_code"}
    assert any("visits" in note for note in found.warnings)


def test_another_question_of_recommendation_is_left_out_and_told(df):
    again = df.assign(recommend_brand=np.clip(df["nps"] - 1, 0, 10))
    found = again.nps(rating="nps").drivers()
    assert found.left_out["recommend_brand"] == "another rating"
    assert any("recommend_brand" in note for note in found.warnings)


def test_codes_beside_the_scale_are_told_or_refused(df):
    coded = df.assign(parking=df["parking"].where(df.index % 4 > 0, 6).where(df.index % 4 != 1, 0))
    with pytest.warns(NpskitWarning, match=r"missing=\[0, 6\]"):
        coded.nps.drivers(NAMES)
    clean = coded.nps.drivers(NAMES, missing=[0, 6])
    assert clean.table["usage"][clean.table["attribute"].index("parking")] == pytest.approx(0.5)
    with pytest.raises(ArgumentError, match=r"99 \(500\)[\s\S]*missing=\[99\]"):
        df.assign(parking=df["parking"].where(df.index % 4 > 0, 99)).nps.drivers(NAMES)


# ---- bad input ----------------------------------------------------------------------------------------------


def test_amounts_may_be_named(df):
    years = df.assign(years=np.random.default_rng(0).integers(0, 18, len(df)))
    found = years.nps.drivers(["checkout", "years"])
    assert np.isnan(found.table["performance"][found.table["attribute"].index("years")])
    assert found.table["quadrant"].count(None) == 1
    assert found.asymmetry().table["attribute"] == ["checkout"]
    assert not found.what_if({"years": 30}).table["beyond"][0]


def test_constant_attribute_has_no_importance(df):
    found = df.assign(music=3).nps.drivers(NAMES)
    assert found.table["importance"][-1] == 0
    assert np.isnan(found.table["coefficient"][-1])
    assert any("music" in note and "alike" in note for note in found.warnings)


def test_attribute_that_equals_the_rating(df):
    copied = df.assign(copy=df["nps"])
    with pytest.raises(ArgumentError, match="the same order in all 2,000"):
        copied.nps(rating="nps").drivers(["copy", *NAMES])
    with pytest.raises(ArgumentError, match="the rating itself"):
        df.nps.drivers(["nps", *NAMES])
    found = copied.nps(rating="nps").drivers()
    assert found.table["attribute"] == NAMES
    assert "copy" in found.left_out


def test_two_identical_attributes_share(df):
    found = df.assign(twin=df["checkout"]).nps.drivers()
    rows = dict(zip(found.table["attribute"], found.table["importance"], strict=True))
    assert rows["twin"] == pytest.approx(rows["checkout"])
    assert any("twin" in note and "split" in note for note in found.warnings)


def test_attribute_missing_for_everyone_is_left_out(df):
    found = df.assign(music=np.nan).nps.drivers(NAMES)
    assert found.left_out == {"music": "no answers"}
    assert any("music" in note for note in found.warnings)
    with pytest.raises(EmptyDataError):
        df.assign(music=np.nan).nps.drivers("music")


def test_fifty_attributes_get_johnsons_weights():
    rng = np.random.default_rng(0)
    many = pd.DataFrame(rng.integers(1, 6, (600, 50)), columns=[f"item {i}" for i in range(50)])
    found = many.assign(nps=np.clip(many["item 0"] * 2 + rng.integers(-1, 2, 600), 0, 10)).nps.drivers(replicates=50)
    assert found.method == "johnson"
    assert found.table["attribute"][0] == "item 0"
    assert any("50 attributes" in note for note in found.warnings)


@pytest.mark.parametrize(
    ("asked", "kind", "says"),
    [
        ({"attributes": ["chekout"]}, ColumnNotFoundError, "checkout"),
        ({"attributes": ["checkout", "checkout"]}, ArgumentError, "each once"),
        ({"attributes": ["shop"]}, ArgumentError, "ordered answer scale"),
        ({"outcome": "promoter"}, ArgumentError, "detractor"),
        ({"method": "shap"}, ArgumentError, "lmg"),
        ({"crosshair": "middle"}, ArgumentError, "median"),
        ({"confidence_level": 95}, ArgumentError, "between 0 and 1"),
        ({"replicates": 0}, ArgumentError, "replicates"),
        ({"rng": -1}, ArgumentError, "seed"),
    ],
)
def test_bad_arguments_are_told(df, asked, kind, says):
    with pytest.raises(kind, match=says):
        df.nps.drivers(**asked)


def test_nothing_to_explain_with(df):
    with pytest.raises(ArgumentError, match="none among 2 columns"):
        df[["nps", "shop"]].nps.drivers()


def test_one_rating_only(df):
    with pytest.raises(ArgumentError, match="outcomes that differ"):
        df.assign(nps=9).nps.drivers()


def test_unusable_weights_are_told(df):
    with pytest.raises(ArgumentError, match="negative"):
        df.assign(weight=-1.0).nps(weight="weight").drivers()


# ---- what if and asymmetry ----------------------------------------------------------------------------------


def test_what_if_is_coefficient_times_usage_times_change():
    found = answers(missing_parking=0.6).nps.drivers()
    at = found.table["attribute"].index("parking")
    moved = found.what_if({"parking": 0.5})
    assert moved.change == pytest.approx(found.table["points"][at] * found.table["usage"][at] * 0.5)
    assert moved.lower < moved.change < moved.upper
    assert not moved.beyond


def test_what_if_of_nothing_is_nothing_and_parts_add(found):
    assert found.what_if({"checkout": 0}).change == 0
    both = found.what_if({"checkout": 0.3, "music": -0.2})
    assert both.change == pytest.approx(sum(both.table["change"]))


def test_extrapolation_is_flagged(found):
    far = found.what_if({"checkout": 3})
    assert far.beyond
    assert far.table["beyond"] == [True]
    assert "beyond" in far.sentence("en")
    assert "au-delà" in far.sentence("fr")


@pytest.mark.parametrize("changes", [{"chekout": 1}, {"checkout": "much"}, {"checkout": float("inf")}, {}, None])
def test_what_if_refuses_what_it_cannot_move(found, changes):
    with pytest.raises(ArgumentError):
        found.what_if(changes)


def test_everyone_at_the_best_shop(df):
    lifted = df.assign(checkout=np.where(df["shop"] == "Lyon", 5, df["checkout"]))
    found = lifted.nps.drivers(NAMES)
    best = found.what_if(to_best="shop")
    rows = dict(zip(best.table["attribute"], best.table["best"], strict=True))
    assert rows["checkout"] == "Lyon"
    at = best.table["attribute"].index("checkout")
    assert best.table["move"][at] == pytest.approx(5 - lifted["checkout"].mean(), abs=0.03)
    assert found.what_if(["checkout"], to_best="shop").table["attribute"] == ["checkout"]
    with pytest.raises(ArgumentError, match="at least 30"):
        lifted.head(60).nps.drivers(NAMES).what_if(to_best="account")


def test_the_luckiest_of_many_equal_shops_promises_little(df):
    shops = df.assign(shop=np.random.default_rng(2).integers(0, 40, len(df)).astype(str))
    naive = shops.groupby("shop")["checkout"].mean().max() - shops["checkout"].mean()
    promised = shops.nps.drivers(NAMES).what_if(["checkout"], to_best="shop").table["move"][0]
    assert promised < 0.3 * naive


def test_asymmetry_tells_what_costs_from_what_earns():
    rng = np.random.default_rng(3)
    basic, gift, steady = rng.integers(1, 6, (3, 6_000))
    feeling = 7.3 - 3.5 * (basic <= 2) + 2.5 * (gift == 5) + 1.0 * (steady - 3) + rng.normal(0, 1, 6_000)
    df = pd.DataFrame({"nps": np.clip(np.round(feeling), 0, 10), "basic": basic, "gift": gift, "steady": steady})
    told = df.nps.drivers().asymmetry()
    kinds = dict(zip(told.table["attribute"], told.table["kind"], strict=True))
    assert kinds == {"basic": "must-be", "gift": "delighter", "steady": "performance"}
    assert told.table["bottom_max"] == [2.0] * 3
    assert "basic" in told.sentence("en")
    assert "gift" in told.sentence("fr")


def test_cuts_may_be_named(df, found):
    told = found.asymmetry(cuts={"checkout": (1, 4)})
    assert (told.table["bottom_max"][0], told.table["top_min"][0]) == (1, 4)
    with pytest.raises(ArgumentError, match="bottom below top"):
        found.asymmetry(cuts=(5, 1))
    with pytest.raises(ArgumentError, match="no driver"):
        found.asymmetry(cuts={"nothing": (1, 5)})


def test_a_stored_copy_holds_no_rows(found):
    stored = pickle.loads(pickle.dumps(found))
    assert len(pickle.dumps(found)) < 500_000
    assert stored.table == found.table
    assert stored.what_if({"checkout": 0.5}).change == found.what_if({"checkout": 0.5}).change
    with pytest.raises(ArgumentError, match="stored copy"):
        stored.asymmetry()


def test_sentences_speak_both_languages(found):
    assert found.sentence("en").startswith("“checkout” goes most with the rating")
    assert found.sentence("fr").startswith("«\u202fcheckout\u202f»")
    open_order = answers(60).nps.drivers(NAMES)
    assert "resamples" in open_order.sentence("en") or "goes most" in open_order.sentence("en")
    assert "table" in found.to_dict()
    assert not any(key.startswith("_") for key in found.to_dict())


# ---- engines ------------------------------------------------------------------------------------------------


def in_engine(name, frame):
    if name == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        connection = duckdb.connect()
        connection.register("answers", frame)
        return connection.table("answers")
    if name == "dask":
        return pytest.importorskip("dask.dataframe").from_pandas(frame, npartitions=3)
    polars = pytest.importorskip("polars")
    return polars.from_pandas(frame).lazy() if name == "polars lazy" else polars.from_pandas(frame)


@pytest.mark.parametrize("name", ["polars", "polars lazy", "duckdb", "dask"])
def test_engines_agree_given_the_same_parts(name):
    frame = answers(missing_parking=0.3)
    frame["advice"] = frame["advice"].map(dict(zip(range(1, 6), SCALES["accord"], strict=True)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked = {"rating": "nps", "cluster": "account", "weight": "weight"}
        expected = Survey(frame, **asked).drivers()
        found = Survey(in_engine(name, frame), **asked).drivers()
        assert found.table["attribute"] == expected.table["attribute"]
        for column in ("importance", "lower", "upper", "points_lower", "usage", "mean"):
            np.testing.assert_allclose(found.table[column], expected.table[column], rtol=1e-7, err_msg=column)
        told, wanted = found.asymmetry().table, expected.asymmetry().table
        np.testing.assert_allclose(told["penalty_lower"], wanted["penalty_lower"], rtol=1e-6)
        best, wanted_best = (each.what_if(to_best="shop").change for each in (found, expected))
        assert best == pytest.approx(wanted_best)


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_engines_deal_rows_at_random_and_agree_on_the_estimates(name, df, found):
    other = Survey(in_engine(name, df), rating="nps").drivers(NAMES)
    np.testing.assert_allclose(other.table["importance"], found.table["importance"], atol=1e-10)
    width, usual = (np.array(each.table["upper"]) - each.table["lower"] for each in (other, found))
    np.testing.assert_allclose(width, usual, rtol=0.25)


@pytest.mark.spark
def test_spark_sums_by_itself(df, spark):
    rows = df.head(300)[["nps", "checkout", "parking", "account"]]
    frame = spark.createDataFrame([tuple(map(float, row)) for row in rows.to_numpy()], list(rows))
    coded = [Coded("nps", {float(i): (float(i),) for i in range(11)}),
             Coded("parking", {float(i): (float(i), 1.0) for i in range(1, 6)}, (0.0, 0.0), 2)]  # fmt: skip
    for unit in (None, "account"):
        ours = wrap(rows.astype(float)).cross_products(coded, unit=unit)
        theirs = wrap(frame).cross_products(coded, unit=unit)
        np.testing.assert_allclose(theirs.products.sum(0), ours.products.sum(0))
        if unit:
            np.testing.assert_allclose(theirs.products, ours.products)


# ---- real surveys -------------------------------------------------------------------------------------------


def test_overall_rating_leads_at_the_airport(extra_data):
    airport = npskit.read_survey(extra_data("sfo_2017.csv"))
    battery = [name for name in airport if name.startswith("Q7")]
    found = airport.nps(missing=[11]).drivers(battery, missing=[0, 6])
    assert found.table["attribute"][0] == "Q7ALL"
    assert found.table["rank_first"][0] == 1
    assert found.responses > 2_600
    assert {each for each in found.table["mean"] if not 1 <= each <= 5} == set()
    with pytest.warns(NpskitWarning, match=r"missing=\[0, 6\]"):
        wide = airport.nps(missing=[11]).drivers(replicates=20)
    assert not {"DESTGEO", "Q19AGE", "Q5TIMESFLOWN", "LANG", "GATE"} & set(wide.table["attribute"])


def test_likert_words_of_a_real_survey():
    found = npskit.datasets.load("carpentries").nps.drivers(replicates=20)
    assert found.table["attribute"][0] == "Worth"
    assert not {"Pace", "HandsOn", "Recommend"} & set(found.table["attribute"])
    assert found.responses == 889


def test_two_judgements_of_a_garden_centre_are_told_as_such():
    found = npskit.datasets.load("garden").nps.drivers(replicates=50)
    assert found.table["attribute"] == ["intention", "satisfaction"]
    assert found.r_squared == pytest.approx(0.704, abs=0.001)
    assert any("judgement of the whole" in note for note in found.warnings)


# ---- priorities ---------------------------------------------------------------------------------------------

CHECKOUT = {"action": "A second checkout", "driver": "checkout", "move": 0.5, "feasibility": 4}
ACTIONS = [
    {**CHECKOUT, "cost": 20_000, "owner": "=cmd()"},
    {"action": "Softer music", "driver": "music", "move": 0.5, "feasibility": 5},
    {"action": "Help Nice", "segment": "shop Nice", "feasibility": 3},
]  # fmt: skip


def test_priorities_weigh_impact_by_feasibility(df, found):
    first = df.nps.priorities(ACTIONS, drivers=found)
    assert first.table["action"][0] == "A second checkout"
    assert first.table["rank"][0] == 1
    at = first.table["action"].index("A second checkout")
    assert first.table["impact"][at] == pytest.approx(found.what_if({"checkout": 0.5}).change)
    assert first.table["value"][at] == pytest.approx(0.8 * first.table["impact"][at])
    assert first.table["per_cost"][at] == pytest.approx(first.table["value"][at] / 20_000)
    assert "A second checkout" in first.sentence("en")
    assert first.sentence("fr")


def test_priorities_take_any_table_and_compute_drivers(df):
    as_frame = df.nps.priorities(pd.DataFrame(ACTIONS))
    assert as_frame.table["action"] == df.nps.priorities(ACTIONS).table["action"]
    polars = pytest.importorskip("polars")
    assert df.nps.priorities(polars.DataFrame(ACTIONS[:2])).table["rank"][0] == 1


def test_a_segment_gains_its_share_of_the_gap(df):
    low = df.assign(nps=np.where(df["shop"] == "Nice", np.clip(df["nps"] - 3, 0, 10), df["nps"]))
    open_gap = low.nps.priorities([{"action": "Help Nice", "segment": {"shop": "nice"}, "feasibility": 5}])
    inside, outside = low[low["shop"] == "Nice"].nps.score(), low[low["shop"] != "Nice"].nps.score()
    share = (low["shop"] == "Nice").mean()
    assert open_gap.table["impact"][0] == pytest.approx(share * (outside - inside))
    assert open_gap.table["impact"][0] == pytest.approx(outside - low.nps.score())
    assert open_gap.table["lower"][0] < open_gap.table["impact"][0] < open_gap.table["upper"][0]
    given = low.nps.priorities([{"action": "x", "segment": "shop=Nice", "move": 10, "feasibility": 5}])
    assert given.table["impact"][0] == pytest.approx(10 * share)


def test_a_segment_above_the_others_gains_nothing_by_being_level(df):
    high = df.assign(nps=np.where(df["shop"] == "Nice", np.clip(df["nps"] + 3, 0, 10), df["nps"]))
    found = high.nps.priorities([{"action": "Help Nice", "segment": "shop Nice", "feasibility": 5}])
    assert [found.table[name][0] for name in ("move", "impact", "lower", "upper")] == [0, 0, 0, 0]


@pytest.mark.parametrize("text", ["visits 3-5", "visits=3-5 & shop=Lyon", "visits 3-5 · shop Lyon", "visits 6+"])
def test_segments_are_read_from_the_text_of_a_report(df, text):
    wide = df.assign(visits=np.random.default_rng(0).integers(1, 9, len(df)))
    found = wide.nps(rating="nps").priorities([{"action": "x", "segment": text, "move": 10, "feasibility": 5}])
    chosen = wide["visits"].ge(6) if "+" in text else wide["visits"].between(3, 5)
    chosen &= wide["shop"].eq("Lyon") if "Lyon" in text else True
    assert found.table["impact"][0] == pytest.approx(10 * chosen.mean())


def test_a_theme_is_those_it_concerns(df):
    queue = df.assign(queue=df["checkout"] <= 2)
    found = queue.nps.priorities([{"action": "Shorter queues", "theme": "queue", "feasibility": 5}])
    without = queue[~queue["queue"]].nps.score()
    assert found.table["impact"][0] == pytest.approx(without - queue.nps.score())
    with pytest.raises(ArgumentError, match="yes and no"):
        df.nps.priorities([{"action": "x", "theme": "shop", "feasibility": 5}])


def test_clusters_and_weights_widen_what_a_segment_promises(df):
    asked = [{"action": "x", "segment": {"shop": "Nice"}, "feasibility": 5}]
    low = df.assign(nps=np.where(df["shop"] == "Nice", np.clip(df["nps"] - 3, 0, 10), df["nps"]))
    many = pd.concat([low.head(300).assign(account=np.arange(300))] * 4)
    plain, clustered = many.nps.priorities(asked).table, many.nps(cluster="account").priorities(asked).table
    assert clustered["upper"][0] - clustered["lower"][0] > 1.7 * (plain["upper"][0] - plain["lower"][0])
    weighted = low.nps(weight="weight").priorities(asked).table
    assert weighted["lower"][0] < weighted["impact"][0] < weighted["upper"][0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"driver": "chekout"}, "checkout"),
        ({"feasibility": 6}, "1 .hardly. to 5"),
        ({"feasibility": None}, "got none"),
        ({"move": None}, "a move"),
        ({"move": "far"}, "a number"),
        ({"cost": 0}, "above 0"),
        ({"segment": "shop Lyon"}, "one of driver, theme and segment"),
        ({"effort": 3}, "known columns"),
        ({"driver": None, "segment": "shop Paris"}, "Lyon"),
        ({"driver": None, "segment": "Paris"}, "a column and its level"),
        ({"driver": None}, "one of driver"),
        ({"action": "Softer music"}, "more than once"),
        ({"action": None}, "name of the action"),
    ],
)
def test_bad_actions_are_told(df, found, change, says):
    row = {**ACTIONS[0], **change}
    with pytest.raises(ArgumentError, match=says):
        df.nps.priorities([row, ACTIONS[1]], drivers=found)


@pytest.mark.parametrize("actions", ["a checkout", 5, [1, 2], None])
def test_actions_must_be_a_table(df, actions):
    with pytest.raises(ArgumentTypeError, match="table"):
        df.nps.priorities(actions)


def test_no_actions(df):
    with pytest.raises(ArgumentError, match="at least one"):
        df.nps.priorities([])


def test_the_roadmap_is_a_file_that_runs_nothing(df, found, tmp_path):
    first = df.nps.priorities(ACTIONS, drivers=found)
    path = first.export(tmp_path / "roadmap.csv")
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["action"] for row in rows] == first.table["action"]
    assert "'=cmd()" in [row["owner"] for row in rows]
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(first.export(tmp_path / "roadmap.xlsx")).active
    assert sheet.max_row == 4
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    with pytest.raises(ArgumentError, match=r"\.csv or \.xlsx"):
        first.export(tmp_path / "roadmap.pdf")


# ---- long ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_intervals_cover_the_importance_of_the_population():
    truth = np.array(answers(400_000, seed=99).nps.drivers(NAMES, replicates=2).table["importance"])
    held = np.zeros(4)
    for seed in range(100):
        table = answers(1_000, seed=seed).nps.drivers(NAMES, replicates=200).table
        order = [table["attribute"].index(name) for name in NAMES]
        lower, upper = (np.array(table[end])[order] for end in ("lower", "upper"))
        held += (lower <= truth) & (truth <= upper)
    assert (held / 100 >= 0.88).all(), held
