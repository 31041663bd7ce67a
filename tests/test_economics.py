"""Money by category and earned growth: what they say of real and simulated data, and what they refuse."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import charts
from npskit.charts.economics import round_marks
from npskit.charts.money import fineness, money, money_range
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, EmptyDataError
from npskit.labels import NARROW_SPACE
from npskit.survey.spending import yes_or_no


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.delenv("NPSKIT_LANG", raising=False)


def company(size=900, *, seed=1, stay=(0.5, 0.75, 0.9), spend=(100, 130, 160)):
    """Categories that differ; the customers of a year."""
    rng = np.random.default_rng(seed)
    category = rng.choice(3, size, p=[0.25, 0.3, 0.45])
    return pd.DataFrame(
        {
            "customer_id": np.arange(size),
            "nps": np.array([4, 8, 10])[category],
            "spend_eur": (np.array(spend)[category] * rng.gamma(4, 0.25, size)).round(2),
            "stayed": rng.random(size) < np.array(stay)[category],
            "referrals": rng.poisson(np.array([0.05, 0.2, 0.5])[category]),
        }
    )


def keys_of(found):
    return [note.key.removeprefix("economics_note_").removeprefix("earned_note_") for note in found.notes]


@pytest.fixture(scope="module")
def whole():
    return company().nps.economics(
        spend="spend_eur", retained="stayed", referrals="referrals", margin=0.4, customers=50_000, replicates=400
    )


# --- figures --------------------------------------------------------------------------------------------------------


def test_figures_are_those_of_a_group_by(whole):
    frame = company()
    groups = frame.groupby(pd.cut(frame["nps"], [-1, 6, 8, 10]), observed=True)
    assert whole.table["spend"] == pytest.approx(groups["spend_eur"].mean().tolist())
    assert whole.table["retention"] == pytest.approx(groups["stayed"].mean().tolist())
    assert whole.table["referrals"] == pytest.approx(groups["referrals"].mean().tolist())
    assert whole.table["responses"] == groups.size().tolist()
    assert whole.table["spend_median"] == pytest.approx(groups["spend_eur"].median().tolist(), rel=0.03)


def test_value_follows_its_formula(whole):
    frame = company()
    stay = frame["stayed"].mean()
    new = 0.4 * frame["spend_eur"].mean() * sum(stay**k for k in range(5))
    for at in range(3):
        spend, kept, brought = (whole.table[name][at] for name in ("spend", "retention", "referrals"))
        years = sum(kept**k for k in range(5))
        assert whole.table["years"][at] == pytest.approx(years)
        assert whole.table["value"][at] == pytest.approx(spend * 0.4 * years + brought * new)


def test_risk_is_the_loss_beyond_that_of_the_others(whole):
    frame = company()
    low = frame["nps"] <= 6
    kept = [frame[part & frame["stayed"]]["spend_eur"].sum() / frame[part]["spend_eur"].sum() for part in (low, ~low)]
    revenue = frame[low]["spend_eur"].sum()
    assert whole.risk["scope"] == ["surveyed", "customers"]
    assert whole.risk["revenue"][0] == pytest.approx(revenue)
    assert whole.risk["at_risk"][0] == pytest.approx(revenue * (kept[1] - kept[0]))
    assert whole.risk["at_risk"][1] == pytest.approx(whole.risk["at_risk"][0] * 50_000 / len(frame))
    width = [(high - low) / high for low, high in zip(whole.risk["lower"], whole.risk["upper"], strict=True)]
    assert width[1] > width[0]


def test_differences_are_promoters_minus_detractors(whole):
    assert whole.differences["measure"] == ["spend", "retention", "referrals", "value"]
    value = whole.table["value"]
    assert whole.differences["difference"][-1] == pytest.approx(value[2] - value[0])
    assert max(whole.differences["p_value"]) < 0.01


def test_against_promoters_more_is_at_risk(whole):
    options = {"spend": "spend_eur", "retained": "stayed", "replicates": 200}
    found = company().nps.economics(**options, against="promoters")
    assert found.risk["at_risk"][0] > whole.risk["at_risk"][0]
    assert "than promoters" in found.risk_sentence()


def test_churned_is_the_opposite_of_retained():
    frame = company().assign(churned=lambda df: np.where(df["stayed"], "no", "Yes"))
    first = frame.nps.economics(spend="spend_eur", retained="stayed", replicates=200)
    second = frame.nps.economics(spend="spend_eur", churned="churned", replicates=200)
    assert first.table == second.table
    assert first.risk == second.risk


def test_weights_are_used():
    frame = company().assign(w=lambda df: np.where(df["spend_eur"] > 120, 3.0, 1.0))
    found = frame.nps(weight="w").economics(spend="spend_eur", replicates=200)
    low = frame[frame["nps"] <= 6]
    assert found.table["spend"][0] == pytest.approx(np.average(low["spend_eur"], weights=low["w"]))
    assert found.table["spend_known"][0] == len(low)


def test_accounts_that_repeat_widen_the_interval():
    frame = pd.concat([company(300)] * 6, ignore_index=True)
    rows = frame.nps.economics(spend="spend_eur", retained="stayed", replicates=300)
    accounts = frame.nps(cluster="customer_id").economics(spend="spend_eur", retained="stayed", replicates=300)
    assert accounts.table["value"] == pytest.approx(rows.table["value"])
    assert accounts.table["upper"][2] - accounts.table["lower"][2] > 1.8 * (
        rows.table["upper"][2] - rows.table["lower"][2]
    )
    assert "repeated" in keys_of(rows)


@pytest.mark.parametrize("engine", ["polars", "pyarrow", "duckdb"])
def test_engines_agree(engine):
    frame = company().drop(columns="customer_id").assign(stayed=lambda df: np.where(df["stayed"], "oui", "non"))
    frame.loc[3, "spend_eur"] = np.nan
    module = pytest.importorskip(engine)
    other = {
        "polars": lambda: module.from_pandas(frame).lazy(),
        "pyarrow": lambda: module.Table.from_pandas(frame),
        "duckdb": lambda: module.connect().from_df(frame),
    }[engine]()
    options = {"spend": "spend_eur", "retained": "stayed", "referrals": "referrals", "replicates": 200}
    first, second = frame.nps.economics(**options), npskit.Survey(other).economics(**options)
    for name in ("responses", "spend", "spend_median", "retention", "referrals", "value", "spend_known"):
        assert second.table[name] == pytest.approx(first.table[name])
    assert second.table["lower"] == pytest.approx(first.table["lower"], rel=0.05)
    assert second.risk["at_risk"] == pytest.approx(first.risk["at_risk"])


# --- what is told ---------------------------------------------------------------------------------------------------


def test_no_difference_is_told_as_none():
    found = company(seed=5, stay=(0.8, 0.8, 0.8), spend=(100, 100, 100)).nps.economics(
        spend="spend_eur", retained="stayed", replicates=300
    )
    assert found.sentence().startswith("No clear difference in value between promoters and detractors")
    assert found.risk_sentence().startswith("No clear revenue at risk: the ")


def test_a_difference_the_other_way_is_told_as_such():
    frame = company(stay=(0.9, 0.75, 0.5), spend=(160, 130, 100))
    found = frame.nps.economics(spend="spend_eur", retained="stayed", replicates=300)
    assert "less than a detractor" in found.sentence()
    assert found.risk["upper"][0] < 0
    assert found.risk_sentence().startswith("No revenue at risk: ")


def test_sentences_in_both_languages(whole):
    assert whole.sentence(lang="en").startswith("A promoter is worth €")
    assert f"{NARROW_SPACE}€ de plus qu’un détracteur" in whole.sentence(lang="fr")
    assert "of 50,000 customers" in whole.risk_sentence(lang="en")
    assert f"sur 50{NARROW_SPACE}000 clients" in whole.risk_sentence(lang="fr")
    assert whole.assumed(lang="en").startswith("value = spend × margin of 40% × periods expected out of 5")


@pytest.mark.parametrize(
    ("columns", "measure", "words"),
    [
        ({"spend": "spend_eur"}, "spend", "Promoters spend €"),
        ({"retained": "stayed"}, "retention", "More promoters stay"),
        ({"referrals": "referrals"}, "referrals", "A promoter brings 0."),
    ],
)
def test_one_column_is_told_by_itself(columns, measure, words):
    found = company().nps.economics(**columns, replicates=300)
    assert found.measure == measure
    assert found.sentence().startswith(words)
    assert found.risk["scope"] == []
    assert found.risk_sentence() == ""
    assert found.plot(lang="fr").title.text


def test_refunds_heavy_tails_and_gaps_are_said():
    frame = company(2000)
    frame.loc[::40, "spend_eur"] = -5.0
    frame.loc[1::50, "spend_eur"] = np.nan
    frame.loc[2::100, "spend_eur"] = 30_000.0
    frame["here"] = frame["stayed"].astype(object).where(frame.index % 3 > 0)
    found = frame.nps.economics(spend="spend_eur", retained="here", replicates=200)
    assert keys_of(found) == ["spend_known", "retention_known", "negative", "heavy", "revenue"]
    assert found.notes[0].values == {"n": 1960, "m": 2000}
    assert "50 answers have a spend below 0" in str(found.notes[2])
    assert all(note.sentence(lang="fr") for note in found.notes)


def test_too_few_detractors_get_no_figure():
    frame = company()
    few = pd.concat([frame[frame["nps"] > 6], frame[frame["nps"] <= 6].head(20)])
    found = few.nps.economics(spend="spend_eur", retained="stayed", replicates=200)
    assert found.table["spend"][0] is None
    assert found.table["spend"][2] is not None
    assert "few_detractors" in keys_of(found)
    assert found.sentence().startswith("Too few answers")
    assert found.risk_sentence().startswith("Too few customers")
    assert found.plot().title.text


def test_nobody_leaving_is_not_certainty():
    frame = company(stay=(1.0, 1.0, 1.0))
    found = frame.nps.economics(spend="spend_eur", retained="stayed", replicates=200)
    assert found.table["retention"] == [1.0, 1.0, 1.0]
    assert found.table["lower"] == [None, None, None]
    assert keys_of(found)[:3] == ["moves_detractors", "moves_passives", "moves_promoters"]
    assert found.sentence().startswith("Too few customers left")
    assert found.plot(lang="fr").title.text


def test_rules_of_thumb_stand_apart(whole):
    rules = whole.rule_of_thumb(lang="fr")
    assert len(rules) >= 5
    assert min(rules.table["year"]) >= 1990
    assert all(rules.table["source"])
    assert "calculé sur ces réponses" in rules.sentence(lang="fr")


def test_garden_tells_a_clear_but_skewed_difference():
    found = npskit.datasets.load("garden").nps.economics(spend="ticket_eur", replicates=400)
    assert [round(value) for value in found.table["spend"]] == [64, 76, 76]
    assert [round(value) for value in found.table["spend_median"]] == [47, 55, 53]
    assert found.differences["difference"][0] == pytest.approx(11.86, abs=0.01)
    assert found.differences["lower"][0] > 0
    assert keys_of(found) == ["negative", "heavy"]
    json.dumps(found.to_dict())


# --- what is refused ------------------------------------------------------------------------------------------------


def test_no_column_lists_candidates():
    with pytest.raises(ArgumentError, match=r"spend='spend_eur', retained='stayed', referrals='referrals'"):
        company().nps.economics()


def test_a_name_that_says_who_left_is_not_who_stayed():
    frame = company().rename(columns={"stayed": "Exited"})
    with pytest.raises(ArgumentError, match="churned='Exited'"):
        frame.nps.economics(retained="Exited")


def test_dates_of_leaving_are_refused_with_a_way_out():
    frame = company().assign(gone=dt.date(2024, 5, 1))
    with pytest.raises(ArgumentError, match="isna"):
        frame.nps.economics(churned="gone")


def test_words_that_are_neither_yes_nor_no_are_named():
    frame = company().assign(status=lambda df: np.where(df["stayed"], "active", "dormant"))
    with pytest.raises(ArgumentError, match="'dormant'"):
        frame.nps.economics(retained="status")
    with pytest.raises(ArgumentError, match="different values"):
        frame.nps.economics(retained="spend_eur")


def test_non_answers_are_no_answers():
    source = npskit.Survey(pd.DataFrame({"nps": [9, 9, 9, 9, 9], "here": ["Oui", "non", "N/A", None, "YES"]})).source
    assert yes_or_no(source, "here", where="retained") == {"Oui": True, "non": False, "YES": True}


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"spend": "spnd_eur"}, ColumnNotFoundError, "did you mean 'spend_eur'"),
        ({"spend": "text"}, ArgumentTypeError, "texts"),
        ({"spend": "stayed"}, ArgumentTypeError, "numbers"),
        ({"spend": "empty"}, EmptyDataError, "no values"),
        ({"spend": "spend_eur", "margin": 40}, ArgumentError, "margin=0.4"),
        ({"spend": "spend_eur", "customers": 0}, ArgumentError, "customers"),
        ({"spend": "spend_eur", "confidence_level": 95}, ArgumentError, "confidence_level"),
        ({"retained": "stayed", "churned": "stayed"}, ArgumentError, "both"),
        ({"referrals": "below"}, ArgumentError, "below 0"),
    ],
)
def test_what_cannot_be_used_is_refused(options, error, words):
    frame = company().assign(text="12,50 €", empty=np.nan, below=-1)
    with pytest.raises(error, match=words):
        frame.nps.economics(**options)


# --- earned growth --------------------------------------------------------------------------------------------------


def accounts(size=600, seed=1):
    rng = np.random.default_rng(seed)
    old = rng.random(size) < 0.6
    before = np.where(old, rng.gamma(3, 100, size), 0.0)
    now = np.where(old, before * (rng.random(size) < 0.85) * rng.uniform(0.8, 1.4, size), rng.gamma(3, 80, size))
    source = rng.choice(["Bouche à oreille", "Parrainage", "Publicité", None], size, p=[0.3, 0.2, 0.4, 0.1])
    return pd.DataFrame({"id": np.arange(size), "before": before, "now": now, "source": np.where(old, "", source)})


def test_earned_growth_of_the_published_example():
    """Reichheld, Darnell and Burns (2021)."""
    frame = pd.DataFrame({"before": [60, 40, 0, 0], "now": [85, 0, 25, 20], "how": ["", "", "referral", "advertising"]})
    found = npskit.earned_growth(frame, source="how")
    assert (found.net_revenue_retention, found.earned_new) == pytest.approx((0.85, 0.25))
    assert (found.rate, found.ratio) == pytest.approx((0.10, 1 / 3))
    assert found.sentence() == "Earned growth of 10.0%, out of 30.0% in all"
    assert found.parts().endswith("which is 33% of all growth")


def test_the_bridge_adds_up():
    frame = accounts()
    found = npskit.earned_growth(frame, source="source", replicates=200)
    revenue = dict(zip(found.table["step"], found.table["revenue"], strict=True))
    assert revenue["start"] == pytest.approx(frame["before"].sum())
    assert sum(value for step, value in revenue.items() if step != "end") == pytest.approx(revenue["end"])
    assert revenue["end"] == pytest.approx(frame["now"].sum())
    assert found.table["customers"][-1] == (frame["now"] > 0).sum()
    assert found.rate == pytest.approx(found.net_revenue_retention + found.earned_new - 1)
    assert found.growth == pytest.approx(revenue["end"] / revenue["start"] - 1)


def test_unknown_sources_stand_apart_with_bounds():
    found = npskit.earned_growth(accounts(), source="source", replicates=200)
    assert found.unknown_new > 0
    assert found.rate_if_all == pytest.approx(found.rate + found.unknown_new)
    assert found.sentence().startswith("Earned growth between ")
    assert "inconnue" in found.sentence(lang="fr")


def test_no_source_counts_none_as_earned():
    found = npskit.earned_growth(accounts(), replicates=200)
    assert found.earned_new == 0
    assert found.rate == pytest.approx(found.net_revenue_retention - 1)
    assert keys_of(found) == ["no_source"]


def test_words_of_a_source_that_nobody_taught_us_are_named():
    frame = accounts().replace({"source": {"Publicité": "Minitel"}})
    found = npskit.earned_growth(frame, source="source", replicates=200)
    assert "Minitel" in str(found.notes[0])
    told = npskit.earned_growth(frame, source="source", earned=["parrainage", "Bouche à oreille"], replicates=200)
    assert told.notes == ()
    assert told.rate == pytest.approx(found.rate)
    with pytest.raises(ArgumentError, match="Minitel"):
        npskit.earned_growth(frame, source="source", earned="minitels")


def test_yes_and_no_tell_who_was_earned():
    words = accounts()
    yes = words.assign(source=words["source"].isin(["Bouche à oreille", "Parrainage"]).where(words["source"].notna()))
    first, second = (npskit.earned_growth(each, source="source", replicates=200) for each in (words, yes))
    assert first.rate == pytest.approx(second.rate)
    assert first.unknown_new == pytest.approx(second.unknown_new)


def test_earned_growth_takes_any_engine():
    frame = accounts().rename(columns={"before": "CA 2023 (€)", "now": "CA 2024 (€)"})
    polars = pytest.importorskip("polars").from_pandas(frame)
    options = {"before": "CA 2023 (€)", "now": "CA 2024 (€)", "source": "source", "replicates": 200}
    first, second = (npskit.earned_growth(each, **options) for each in (frame, polars))
    assert first.table == second.table
    assert first.intervals == second.intervals
    assert first.currency == "€"


def test_missing_and_negative_revenue_are_said():
    frame = accounts()
    frame.loc[0, "now"], frame.loc[1, "now"] = np.nan, -5.0
    found = npskit.earned_growth(frame, source="source", replicates=200)
    assert keys_of(found) == ["missing", "negative"]
    assert str(found.notes[0]) == "1 revenue is missing and counts as none."


def test_a_customer_twice_is_refused():
    frame = pd.concat([accounts(), accounts().head(2)])
    with pytest.raises(ArgumentError, match="2 customers in 4 rows"):
        npskit.earned_growth(frame, customer="id")


def test_no_revenue_before_is_refused():
    with pytest.raises(EmptyDataError, match="above 0"):
        npskit.earned_growth(pd.DataFrame({"before": [0, 0], "now": [1, 2]}))
    with pytest.raises(ColumnNotFoundError, match="revenue"):
        npskit.earned_growth(pd.DataFrame({"revenue": [0, 0], "now": [1, 2]}))
    with pytest.raises(ArgumentTypeError, match="numbers"):
        npskit.earned_growth(pd.DataFrame({"before": ["1 €"], "now": [1]}))


# --- pictures and amounts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_pictures_say_the_finding(whole, lang):
    chart = whole.plot(lang=lang)
    assert " ".join(chart.title.text) == whole.sentence(lang=lang)
    assert whole.risk_sentence(lang=lang) in chart.description
    spec = json.dumps(chart.to_dict(), ensure_ascii=False)
    assert ("Détracteurs" if lang == "fr" else "Detractors") in spec
    found = npskit.earned_growth(accounts(), source="source", replicates=200)
    assert " ".join(found.plot(lang=lang).title.text) == found.sentence(lang=lang)


def test_small_steps_cut_the_axis():
    table = {"step": ["start", "lost", "end"], "customers": [9, 1, 8], "revenue": [1e6, -900.0, 999_100.0],
             "share": [1.0, -0.0009, 0.9991]}  # fmt: skip
    spec = charts.revenue_bridge(table, title="Little").to_dict()
    domain = next(layer["encoding"]["x"]["scale"]["domain"] for layer in spec["layer"] if "x" in layer["encoding"])
    assert domain[0] > 900_000


def test_nothing_to_draw_is_an_error():
    table = {"category": ["detractors"], "responses": [0], "value": [None], "lower": [None], "upper": [None]}
    with pytest.raises(EmptyDataError, match="draw"):
        charts.category_values(table, title="")


def test_amounts_are_no_finer_than_their_interval():
    assert money(1234.4, "en", "$", digits=fineness(1100, 1350)) == "$1,230"
    assert money_range(870_000, 1_890_000, "en", "€") == "€0.9m to €1.9m"
    assert money_range(0.2, 30, "en", sign=True) == "+0.2 to +30.0"
    assert money(None, "fr") == "–"
    assert money(0.0, "en", "€", sign=True) == "€0"


def test_marks_are_round_and_inside():
    for low, high in ((0.0, 3.2), (58.0, 84.0), (-900.0, 12_000.0), (0.0, 7_300_000.0)):
        marks, _ = round_marks(low, high, ticks=5)
        assert 2 <= len(marks) <= 6
        assert low <= marks[0] < marks[-1] <= high
