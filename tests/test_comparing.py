"""Is it different, why did it move, where is it bad: laws, counts done in one's head, truth by simulation."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Period, Survey
from npskit.errors import ArgumentError, ColumnNotFoundError, EmptyDataError
from npskit.frames import wrap
from npskit.frames.source import Source
from npskit.stats.comparison import difference
from npskit.survey.levels import days_meant

SHARES = [0.03, 0.01, 0.02, 0.03, 0.03, 0.08, 0.07, 0.13, 0.22, 0.18, 0.20]


def answers(counts: dict[object, tuple[int, int, int]], column: str = "shop") -> pd.DataFrame:
    """Detractors, passives and promoters of each level as rows."""
    rows = [
        (level, rating)
        for level, (detractors, passives, promoters) in counts.items()
        for rating in [3] * detractors + [8] * passives + [10] * promoters
    ]
    return pd.DataFrame(rows, columns=[column, "nps"])


def noise(rows: int, columns: int = 6, levels: int = 5, seed: int = 0) -> pd.DataFrame:
    """Answers that have nothing to do with their columns."""
    rng = np.random.default_rng(seed)
    names = np.array([f"level {at}" for at in range(levels)])
    frame = pd.DataFrame({f"column_{at}": names[rng.integers(0, levels, rows)] for at in range(columns)})
    return frame.assign(nps=rng.choice(11, rows, p=SHARES))


@pytest.fixture
def shops() -> Survey:
    return Survey(answers({"Lyon": (20, 30, 50), "Nice": (30, 30, 40), "Paris": (10, 20, 20)}))


@pytest.fixture(scope="module")
def garden() -> pd.DataFrame:
    return npskit.datasets.load("garden")


@pytest.fixture(scope="module")
def carpentries() -> pd.DataFrame:
    return npskit.datasets.load("carpentries")


# ---- compare ------------------------------------------------------------------------------------------------


def test_compare_gives_the_contract_columns_under_the_groups_own_name(shops):
    frame = shops.compare("shop").to_frame()
    assert list(frame) == ["shop", "responses", "detractors", "passives", "promoters", "score", "difference", "lower",
                           "upper", "p_value", "p_adjusted", "best"]  # fmt: skip
    assert frame["shop"].tolist() == ["Lyon", "Nice", "Paris"]
    assert frame["responses"].tolist() == [100, 100, 50]


def test_compare_is_the_difference_to_all_other_answers(shops):
    row = shops.compare("shop").to_frame().iloc[0]
    alone = difference([20, 30, 50], [40, 50, 60])
    assert row["difference"] == pytest.approx(alone.difference)
    assert (row["lower"], row["upper"], row["p_value"]) == pytest.approx((alone.lower, alone.upper, alone.p_value))


def test_compare_with_a_level_is_antisymmetric(shops):
    one = shops.compare("shop", against="Nice").to_frame().set_index("shop").loc["Lyon"]
    other = shops.compare("shop", against="Lyon").to_frame().set_index("shop").loc["Nice"]
    assert one["difference"] == -other["difference"] == pytest.approx(20)
    assert (one["lower"], one["upper"]) == pytest.approx((-other["upper"], -other["lower"]))
    assert one["p_value"] == pytest.approx(other["p_value"])


def test_swapping_two_frames_turns_the_signs():
    first, second = answers({"a": (20, 30, 50)}), answers({"a": (30, 30, 40)})
    one, other = first.nps(rating="nps").compare(against=second), Survey(second).compare(against=first)
    assert one.table["difference"] == pytest.approx([-x for x in other.table["difference"]])
    assert one.table["lower"] == pytest.approx([-x for x in other.table["upper"]])
    assert one.table["best"][0] + other.table["best"][0] == pytest.approx(1, abs=0.02)


def test_against_the_overall_is_the_share_of_the_others_times_the_difference_to_them(shops):
    rest, overall = shops.compare("shop").to_frame(), shops.compare("shop", against="overall")
    others = 1 - rest["responses"] / rest["responses"].sum()
    assert overall.to_frame()["difference"].tolist() == pytest.approx((others * rest["difference"]).tolist())
    assert overall.reference == pytest.approx([shops.score()] * 3)


def test_ranks_sum_to_one_and_at_most_all_is_certain(shops):
    found = shops.compare("shop")
    assert found.rank_probabilities.sum(axis=1) == pytest.approx([1, 1, 1])
    assert found.at_most(3) == pytest.approx([1, 1, 1])
    assert found.at_most(1).tolist() == found.table["best"]
    with pytest.raises(ArgumentError, match="1 to 3"):
        found.at_most(4)


def test_the_adjustment_is_holm_unless_named():
    survey = Survey(answers({level: (20 + 3 * at, 30, 50 - 3 * at) for at, level in enumerate("abcd")}))
    holm, bh = survey.compare("shop"), survey.compare("shop", adjustment="bh")
    assert holm.table["p_value"] == bh.table["p_value"]
    assert all(one >= other for one, other in zip(holm.table["p_adjusted"], bh.table["p_adjusted"], strict=True))
    with pytest.raises(ArgumentError, match="'holm' or 'bh'"):
        survey.compare("shop", adjustment="bonferroni")


def test_row_order_and_level_names_do_not_matter(shops):
    frame = shops._data
    turned = frame.sample(frac=1, random_state=1).assign(
        shop=lambda f: f["shop"].map({"Lyon": "c", "Nice": "b", "Paris": "a"})
    )
    one, other = (x.compare("shop").to_frame() for x in (shops, Survey(turned)))
    assert other["difference"].tolist()[::-1] == pytest.approx(one["difference"].tolist())
    assert other["p_adjusted"].tolist()[::-1] == pytest.approx(one["p_adjusted"].tolist())


def test_two_waves_however_the_year_is_written(carpentries):
    year = carpentries.assign(year=carpentries["date"].dt.year)
    told = [
        year.nps.compare("year", against=2017),
        year.nps.compare("year", against="2017"),
        year.nps.compare(Period("date", "year"), against=dt.date(2017, 1, 1)),
        year.nps.compare(Period("date", "year"), against="2017"),
        year.nps.compare("date", against="2017"),
    ]
    for found in told:
        frame = found.to_frame()
        assert frame["score"].round(1).tolist() == [68.9, 48.5, 42.3]
        assert frame["difference"].round(2).tolist()[::2] == [20.42, -6.22]
        assert math.isnan(frame["difference"][1])
    assert told[-1].sentence() == "2016 is 20 points above 2017 (interval: +8 to +31)."


def test_several_columns_make_one_group_each(garden):
    found = garden.nps.compare([Bands("visites", [6]), "a_commente"], against=("6+", 1))
    assert list(found.table)[:2] == ["visites", "a_commente"]
    assert found.to_frame()["difference"].isna().sum() == 1


def test_groups_of_two_frames_are_matched_by_level():
    first = answers({"Lyon": (20, 30, 50), "Nice": (30, 30, 40)})
    second = answers({"Nice": (20, 30, 50), "Paris": (10, 10, 10)})
    frame = Survey(first).compare("shop", against=Survey(second)).to_frame().set_index("shop")
    assert frame.loc["Nice", "difference"] == pytest.approx(-20)
    assert frame["difference"].isna().tolist() == [True, False, True]


def test_a_missing_group_is_shown_and_takes_no_rank():
    frame = answers({"Lyon": (20, 30, 50), "Nice": (30, 30, 40), None: (5, 5, 5)})
    found = Survey(frame).compare("shop")
    assert found.to_frame()["shop"].isna().tolist() == [False, False, True]
    assert math.isnan(found.table["best"][2])
    assert sum(found.table["best"][:2]) == pytest.approx(1)


def test_weights_and_clusters_widen_the_difference():
    rng = np.random.default_rng(1)
    frame = answers({"Lyon": (100, 100, 200), "Nice": (120, 100, 180)}).assign(
        weight=lambda f: rng.choice([0.2, 3.0], len(f)), account=lambda f: np.arange(len(f)) // 8
    )
    plain, weighted, clustered = (
        Survey(frame, **options).compare("shop", against="Nice")
        for options in ({}, {"weight": "weight"}, {"cluster": "account"})
    )
    widths = [each.table["upper"][0] - each.table["lower"][0] for each in (plain, weighted, clustered)]
    assert widths[1] > 1.2 * widths[0]
    assert widths[2] > 1.5 * widths[0]
    assert weighted.table["effective_responses"][0] < 400
    assert clustered.notes == ("answer_note_clusters",)
    weighted_score = Survey(frame, weight="weight").summary("shop")["score"]
    assert weighted.table["difference"][0] == pytest.approx(weighted_score[0] - weighted_score[1])


def test_nothing_apart_is_told():
    survey = Survey(answers({"a": (20, 30, 50), "b": (21, 30, 49), "c": (19, 30, 51)}))
    assert survey.compare("shop").sentence().startswith("None of the 3 groups")
    assert survey.compare("shop").sentence(lang="fr").startswith("Aucun des 3 groupes")


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda s: s.compare("shop", against="Lyn"), ArgumentError, "did you mean 'Lyon'"),
        (lambda s: s.compare("shpo"), ColumnNotFoundError, "did you mean 'shop'"),
        (lambda s: s.compare(), ArgumentError, "another frame"),
        (lambda s: s.compare("only"), ArgumentError, "at least two groups"),
        (lambda s: s.compare("empty"), ArgumentError, "no value in any row"),
        (lambda s: s.compare("nps"), ArgumentError, "another column than the rating"),
        (lambda s: s.compare(["shop", "only"], against="Lyon"), ArgumentError, "a level of each"),
        (lambda s: s.compare("shop", against=("Lyon", "x")), ArgumentError, "a level of each"),
    ],
)
def test_bad_input_of_compare_is_told(shops, call, error, told):
    frame = shops._data.assign(only="x", empty=None)
    with pytest.raises(error, match=told):
        call(Survey(frame))


def test_an_empty_frame_is_an_error_of_the_house(shops):
    nobody = Survey(shops._data.assign(nps=np.nan))
    for call in (lambda: nobody.compare("shop"), lambda: nobody.change("shop", "Lyon", "Nice", by="shop2")):
        with pytest.raises((EmptyDataError, ColumnNotFoundError)):
            call()
    with pytest.raises(EmptyDataError):
        Survey(shops._data.iloc[:0]).compare("shop")


# ---- change -------------------------------------------------------------------------------------------------


def moved(before: dict, after: dict) -> pd.DataFrame:
    return pd.concat([answers(before).assign(year=2023), answers(after).assign(year=2024)])


SIMPSON = moved({"a": (100, 0, 700), "b": (100, 0, 100)}, {"a": (60, 0, 540), "b": (180, 0, 220)})


def test_a_change_is_mix_plus_within_to_the_last_digit():
    found = Survey(SIMPSON).change("year", 2023, 2024, by="shop")
    frame = found.to_frame()
    assert found.change == pytest.approx(-8, abs=1e-12)
    assert frame["total"].sum() == pytest.approx(found.change, abs=1e-10)
    assert (frame["mix"] + frame["within"]).tolist() == pytest.approx(frame["total"].tolist(), abs=1e-12)
    assert found.mix + found.within == pytest.approx(found.change, abs=1e-10)
    assert found.score_after - found.score_before == pytest.approx(found.change, abs=1e-12)
    assert frame["mix"].round(2).tolist() == [-4.3, -10.2]


def test_the_simpson_case_is_told_in_both_languages():
    found = Survey(SIMPSON).change("year", 2023, 2024, by="shop")
    assert found.reversal
    assert found.sentence().startswith(
        "From 2023 to 2024 every segment went up and the score of all went down by 8 points"
    )
    assert "chaque segment a monté" in found.sentence(lang="fr")


def test_the_published_split_holds_to_the_digits(data):
    # 100,000 answers a period make the shares and scores of the reference exact.
    reference = pd.read_csv(data / "reference" / "mix_within.csv")
    frames = []
    for year, part in ((2023, "before"), (2024, "after")):
        for row in reference.to_dict("records"):
            n, score = round(1000 * row[f"weight_{part}"]), row[f"score_{part}"]
            promoters = round(n * (50 + score / 2) / 100, 6)
            rows = [(row["segment"], year, 10, promoters), (row["segment"], year, 0, n - promoters)]
            frames += [pd.DataFrame(rows, columns=["segment", "year", "nps", "weight"])]
    found = Survey(pd.concat(frames), weight="weight").change("year", 2023, 2024, by="segment").to_frame()
    assert found["mix"].tolist() == pytest.approx(reference["mix"].tolist(), abs=1e-9)
    assert found["within"].tolist() == pytest.approx(reference["within"].tolist(), abs=1e-9)


def test_time_run_backwards_turns_the_signs(carpentries):
    one = carpentries.nps.change("date", "2016", "2017", by="Pace")
    other = carpentries.nps.change("date", "2017", "2016", by="Pace")
    assert one.change == pytest.approx(-other.change)
    assert one.table["mix"] == pytest.approx([-x for x in other.table["mix"]])
    assert one.table["within"] == pytest.approx([-x for x in other.table["within"]])


def test_promoters_and_detractors_are_split_apart():
    found = Survey(SIMPSON).change("year", 2023, 2024, by="shop")
    for part in ("mix", "within", "total"):
        apart = np.array(found.promoters[part]) - np.array(found.detractors[part])
        assert apart == pytest.approx(np.array(found.table[part]), abs=1e-10)


def test_segments_seen_once_are_flagged_and_all_mix():
    frame = moved({"a": (10, 10, 80), "old": (5, 5, 10)}, {"a": (10, 10, 80), "new": (10, 5, 5)})
    found = Survey(frame).change("year", 2023, 2024, by="shop").to_frame().set_index("shop")
    assert found["appeared"].to_dict() == {"a": False, "new": True, "old": False}
    assert found["vanished"].to_dict() == {"a": False, "new": False, "old": True}
    assert found.loc[["new", "old"], "within"].tolist() == [0, 0]
    assert found["total"].sum() == pytest.approx(-25 / 3, abs=1e-10)


def test_several_columns_sum_exactly_and_keep_their_names(carpentries):
    found = carpentries.nps.change("date", "2016", "2018", by=["Pace", "HandsOn"])
    frame, dims = found.to_frame(), pd.DataFrame(found.dimensions)
    assert list(frame)[:2] == ["Pace", "HandsOn"]
    assert frame["total"].sum() == pytest.approx(found.change, abs=1e-9)
    assert frame["mix"].sum() == pytest.approx(dims["mix"].sum(), abs=1e-9) == pytest.approx(found.mix, abs=1e-9)
    for _, part in dims.groupby("dimension"):
        assert part["within"].sum() == pytest.approx(found.within, abs=1e-9)
    assert (frame["mix_lower"] <= frame["mix"]).all()
    assert (frame["within"] <= frame["within_upper"]).all()


def test_periods_can_be_put_together(carpentries):
    both = carpentries.nps.change(Period("date", "year"), ["2016", "2017"], "2018", by="Pace")
    quarters = carpentries.nps.change(Period("date", "quarter"), ["2016", "2017"], "2018", by="Pace")
    assert both.before == "2016 + 2017"
    assert both.change == pytest.approx(quarters.change)
    assert both.responses_before + both.responses_after == 889


def test_a_segment_alone_is_all_within():
    frame = moved({"a": (10, 10, 80)}, {"a": (20, 10, 70)})
    found = Survey(frame).change("year", 2023, 2024, by="shop")
    assert (found.mix, found.within) == (0, pytest.approx(-20))


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda s: s.change("year", 2023, 2026, by="shop"), ArgumentError, "'2023', '2024'"),
        (lambda s: s.change("year", 2023, 2023, by="shop"), ArgumentError, "one side only"),
        (lambda s: s.change("year", 2023, 2024, by=None), ArgumentError, "compare"),
        (lambda s: s.change("year", 2023, 2024, by="year"), ArgumentError, "once"),
        (lambda s: s.change("shop", "a", "c", by="year"), ArgumentError, "a level of 'shop'"),
        (lambda s: s.change(Period("day", "month"), "2023-01", "2031-05", by="shop"), EmptyDataError, "2031-05"),
        (lambda s: s.change(Period("day", "month"), "last", "2023-01", by="shop"), ArgumentError, "ISO text"),
    ],
)
def test_bad_input_of_change_is_told(call, error, told):
    with pytest.raises(error, match=told):
        call(Survey(SIMPSON.assign(day=lambda f: f["year"].astype(str) + "-01-05")))


def test_iso_text_names_days():
    assert days_meant("2017")[:2] == (dt.date(2017, 1, 1), dt.date(2017, 12, 31))
    assert days_meant("2016-02")[:2] == (dt.date(2016, 2, 1), dt.date(2016, 2, 29))
    assert days_meant("T4 2017") == (dt.date(2017, 10, 1), dt.date(2017, 12, 31), "quarter")
    assert days_meant(pd.Timestamp("2017-05-01"))[2] == "day"
    assert days_meant("2017-13") is days_meant("soon") is days_meant(True) is None


# ---- segments -----------------------------------------------------------------------------------------------


def planted(seed: int, rows: int = 4000) -> pd.DataFrame:
    frame = noise(rows, seed=seed)
    hit = (frame["column_1"] == "level 2").to_numpy()
    rng = np.random.default_rng(seed + 1000)
    worse = hit & (rng.random(rows) < 0.35)
    return frame.assign(nps=np.where(worse, 2, frame["nps"]))


def test_the_planted_segment_is_found_first():
    for seed in range(5):
        found = Survey(planted(seed)).segments()
        assert found.table["segment"][0] == "column_1 level 2"
        assert found.table["conditions"][0] == {"column_1": "level 2"}
        assert found.table["difference"][0] < 0
        assert found.table["column_1"][0] == "level 2"
        assert found.table["column_2"][0] is None
        assert found.halved


def test_a_planted_pair_is_found_first():
    frame = noise(8000, seed=3)
    hit = ((frame["column_0"] == "level 1") & (frame["column_4"] == "level 3")).to_numpy()
    frame["nps"] = np.where(hit & (np.random.default_rng(5).random(8000) < 0.6), 1, frame["nps"])
    found = Survey(frame).segments()
    assert found.table["segment"][0] == "column_0 level 1 · column_4 level 3"
    assert abs(found.table["z_beyond_parents"][0]) > 2


def test_noise_finds_nothing_and_says_so():
    hits = sum(len(Survey(noise(1500, seed=seed)).segments()) > 0 for seed in range(10))
    assert hits <= 1
    empty = next(found for seed in range(10) if not len(found := Survey(noise(1500, seed=seed)).segments()))
    assert empty.sentence().startswith("None of the")
    assert empty.sentence() in empty._repr_html_()
    assert list(empty.to_frame())[:7] == ["segment", "responses", "score", "difference", "lower", "upper", "p_value"]


@pytest.mark.slow
@pytest.mark.parametrize("rows", [800, 5000])
def test_noise_gives_a_hit_in_at_most_a_tenth_of_a_hundred_surveys(rows):
    assert sum(len(Survey(noise(rows, seed=seed)).segments()) > 0 for seed in range(100)) <= 10


@pytest.mark.slow
def test_accounts_that_answer_alike_are_no_segments():
    hits = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        mood = np.repeat(rng.normal(0, 1.5, 250), 6)
        plans = {f"plan_{at}": np.repeat(rng.choice(list("abcde"), 250), 6) for at in range(4)}
        rating = np.clip(np.round(7.5 + mood + rng.normal(0, 1, 1500)), 0, 10)
        frame = pd.DataFrame({"nps": rating, "account": np.repeat(np.arange(250), 6), **plans})
        hits += len(Survey(frame, cluster="account").segments(list(plans))) > 0
    assert hits <= 9


def test_row_order_and_level_names_do_not_change_the_segments():
    frame = planted(2, rows=1800)
    found = Survey(frame).segments().to_frame()
    shuffled = Survey(frame.sample(frac=1, random_state=0)).segments().to_frame()
    assert shuffled["segment"].tolist() == found["segment"].tolist()
    assert shuffled["difference"].tolist() == pytest.approx(found["difference"].tolist())
    other_names = frame.replace({f"level {at}": f"{'zyxwv'[at]}" for at in range(5)})
    renamed = Survey(other_names).segments().to_frame()
    assert renamed["difference"].tolist() == pytest.approx(found["difference"].tolist())


def test_numbers_are_cut_and_rare_levels_lumped():
    rng = np.random.default_rng(0)
    towns = np.array([f"town {at}" for at in range(900)])[np.minimum(rng.geometric(0.01, 6000), 899)]
    frame = noise(6000, columns=1).assign(town=towns, visits=rng.integers(1, 200, 6000))
    frame.loc[::3, "column_0"] = None
    crossings = wrap(frame).crossings("nps", ["town", "column_0"])
    assert len(crossings.levels[0]) == 201
    assert crossings.reportable[0].tolist()[-1:] == [False]
    assert crossings.levels[1][-1] is None
    assert not crossings.reportable[1][-1]
    assert all(table.sum() == 6000 for table in crossings.counts.values())
    found = Survey(frame).segments(["visits", "town"])
    assert found.columns == ("visits", "town")
    # Four bands and the towns with enough answers; no pair of them has thirty in one half.
    assert found.tested < 60


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("depth", [1, 2])
def test_pandas_counts_pairs_as_the_tallies_do(weight, depth):
    frame = noise(3000, columns=3).assign(
        weight=np.random.default_rng(0).uniform(0.5, 2, 3000),
        day=pd.date_range("2024-01-01", periods=3000, freq="h"),
        age=np.arange(3000) % 90,
    )
    frame.loc[::7, "nps"] = np.nan
    frame.loc[::5, "column_1"] = None
    source = wrap(frame)
    by = ["column_0", "column_1", Period("day", "month"), Bands("age", [30, 60])]
    quick = source.crossings("nps", by, weight=weight, depth=depth)
    slow = Source.crossings(source, "nps", by, weight=weight, depth=depth)
    assert quick.levels == slow.levels
    for name in ("counts", "weights", "squares"):
        one, other = getattr(quick, name), getattr(slow, name)
        assert (one is None) == (other is None) == (weight is None and name != "counts")
        for key in one or ():
            assert one[key] == pytest.approx(other[key])


def test_weighted_segments_are_said_to_be_measured_where_they_were_found():
    frame = planted(1).assign(weight=np.random.default_rng(0).uniform(0.5, 2, 4000))
    found = Survey(frame, weight="weight").segments()
    assert found.table["segment"][0] == "column_1 level 2"
    assert not found.halved
    assert found.notes == ("answer_note_not_halved",)


def test_who_wrote_stands_out_in_the_garden(garden):
    found = garden.nps.segments()
    assert found.columns == ("visites", "ticket_eur", "anciennete_annees", "a_commente")
    assert found.table["segment"][0] == "a_commente 1"
    assert found.table["share_of_detractors"][0] == pytest.approx(0.52, abs=0.01)
    assert "52% of all detractors" in found.sentence()


def test_bad_input_of_segments_is_told():
    frame = noise(200, columns=1)
    with pytest.raises(ArgumentError, match="1 or 2"):
        Survey(frame).segments(depth=3)
    with pytest.raises(ArgumentError, match="at least one column"):
        Survey(frame[["nps"]], rating="nps").segments()
    few = Survey(frame).segments(min_responses=500)
    assert (few.tested, len(few)) == (0, 0)
    assert "500" in few.sentence()
    assert len(Survey(frame.assign(column_0="one")).segments("column_0")) == 0


# ---- engines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_engines_give_the_numbers_of_pandas(engine, carpentries):
    frame = planted(4, rows=1500).assign(year=lambda f: np.where(np.arange(len(f)) % 2, 2023, 2024))
    if engine == "polars":
        other = pytest.importorskip("polars").from_pandas(frame)
    else:
        other = pytest.importorskip("duckdb").from_df(frame)
    one, two = Survey(frame), Survey(other)
    for call in (
        lambda s: s.compare("column_1"),
        lambda s: s.compare("year", against=2023),
        lambda s: s.change("year", 2023, 2024, by=["column_0", "column_2"]),
        lambda s: s.segments(),
        lambda s: s.segments(depth=1),
    ):
        pd.testing.assert_frame_equal(call(one).to_frame(), call(two).to_frame(), check_dtype=False)


# ---- what is shown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_answer_draws_itself_and_becomes_json(lang, carpentries):
    survey = carpentries.nps
    for found in (
        survey.compare("date", against="2017"),
        carpentries[carpentries["date"] > "2018"].nps.compare(against=carpentries[carpentries["date"] < "2017"]),
        survey.change("date", "2016", "2017", by=["Pace", "HandsOn"]),
        survey.segments(),
        survey.segments("Pace", min_responses=500),
    ):
        assert found.plot(lang=lang).to_dict()["title"]["text"]
        assert found.sentence(lang=lang)
        assert json.loads(json.dumps(found.to_dict()))["table"]
    assert survey.plot.compare("Pace", lang=lang).to_dict()
    assert survey.plot.change("date", "2016", "2018", by="Pace", lang=lang).to_dict()
    assert survey.plot.segments("Pace", lang=lang).to_dict()


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{"cluster": "account"}, {"cluster": "account", "weight": "weight"}, {"weight": "weight"}]
)
def test_differences_cover_the_truth_with_weights_and_clusters(options):
    rng = np.random.default_rng(0)
    covered, surveys = 0, 300
    for _ in range(surveys):
        mood = np.repeat(rng.normal(0, 1 if "cluster" in options else 0, 120), 4)
        frame = pd.DataFrame(
            {
                "nps": np.clip(np.round(7.8 + mood + rng.normal(0, 1.2, 480)), 0, 10),
                "account": np.repeat(np.arange(120), 4),
                "plan": np.repeat(rng.choice(["a", "b"], 120), 4),
                "weight": rng.choice([0.3, 1, 2.5], 480),
            }
        )
        table = Survey(frame, **options).compare("plan", against="b").table
        covered += table["lower"][0] <= 0 <= table["upper"][0]
    assert covered / surveys > 0.92
