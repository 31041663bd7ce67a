"""The report: sentences anyone can check in their head, a page without addresses, and nothing left behind."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Period, Scale, Survey
from npskit.errors import ArgumentError, ArgumentTypeError, MissingExtraError, RatingError, ReportError
from npskit.labels import LANGUAGES, _table
from npskit.report import Story, prepared, templates, write_report
from npskit.report.findings import farthest
from npskit.report.grouping import REST, suggested
from npskit.report.groups import band_text
from npskit.report.movement import usual_period
from npskit.report.page import chart_html, page, vega
from npskit.report.passage import Headline, Passage
from npskit.report.printing import browser
from npskit.report.running import readable
from npskit.report.template import Code, literal, template_path
from npskit.report.transfer import carried

pytest.importorskip("nbclient")

NARROW = "\u202f"
HOSTILE = "<script>alert(1)</script>"
ENDING = "</script><b>"
FORMULA = '=HYPERLINK("http://evil.example","x")'
SECRET = "Madame Dupont, 06 12 34 56 78, a été très déçue"


def frame(promoters: int, passives: int, detractors: int, **columns: Any) -> pd.DataFrame:
    ratings = [10] * promoters + [8] * passives + [2] * detractors
    return pd.DataFrame({"nps": ratings, **columns})


def spaced(text: str) -> str:
    """Text with ordinary spaces for the no-break ones that French numbers bring."""
    return text.replace("\u00a0", " ").replace(NARROW, " ")


def two_shops() -> pd.DataFrame:
    """Lyon +60, Nice −60, a hundred answers each."""
    lyon, nice = frame(80, 0, 20, shop="Lyon"), frame(20, 0, 80, shop="Nice")
    return pd.concat([lyon, nice], ignore_index=True)


def story(data: pd.DataFrame, lang: str = "en", **options: Any) -> Story:
    return Story(Survey(data), lang=lang, today=dt.date(2024, 5, 1), **options)


# ---- the answer ---------------------------------------------------------------------------------------------


def test_headline_says_score_and_interval_in_both_languages() -> None:
    data = frame(50, 30, 20)
    assert story(data).summary().title == "The score is +30 points, between +14 and +44"
    assert spaced(story(data, "fr").summary().title) == "Le score est de +30 points, entre +14 et +44"


def test_summary_names_the_three_shares() -> None:
    text = story(frame(50, 30, 20)).summary().text
    assert "100 answers: 50% promoters (9 or 10), 30% passives (7 or 8), 20% detractors (0 to 6)." in text
    french = story(frame(50, 30, 20), "fr").summary().text
    assert f"100 réponses{NARROW}: 50{NARROW}% de promoteurs (9 ou 10)" in french


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (frame(80, 10, 10), "Promoters outnumber detractors."),
        (frame(10, 10, 80), "Detractors outnumber promoters."),
        (frame(30, 40, 30), "contains zero"),
    ],
)
def test_what_can_be_said_follows_the_interval(data: pd.DataFrame, said: str) -> None:
    assert said in story(data).summary().text


def test_negative_score_has_a_real_minus() -> None:
    assert "−70 points" in story(frame(10, 10, 80)).summary().title


def test_gap_that_chance_explains_is_the_half_width_of_a_difference() -> None:
    # ±15.2 points around +30 from 100 answers: two such surveys differ by up to √2 × 15.2
    assert "less than 22 points" in story(frame(50, 30, 20)).summary().text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"nps": pd.Series(dtype=float), "shop": pd.Series(dtype=str)}),
        pd.DataFrame({"nps": [np.nan, np.nan], "shop": ["a", "b"]}),
    ],
    ids=["empty", "all missing"],
)
def test_no_answer_is_said_and_nothing_is_drawn(data: pd.DataFrame, lang: str) -> None:
    told = story(data, lang)
    assert (
        told.summary().title
        == {
            "en": "There is no answer to compute a score from",
            "fr": "Aucune réponse ne permet de calculer un score",
        }[lang]
    )
    assert (told.groups, told.trend, told.where().sentences) == ([], None, ())
    assert told.quality().points
    assert "nan" not in told.summary().text


@pytest.mark.parametrize("data", [frame(1, 0, 0), frame(40, 0, 0)], ids=["one row", "all the same"])
def test_one_answer_and_equal_answers_are_told(data: pd.DataFrame) -> None:
    told = story(data)
    assert told.summary().title.startswith("The score is +100 points, between ")
    assert "nan" not in "\n".join(part.text for part in (told.summary(), told.quality(), told.method()))


def test_weights_are_named_and_effective_answers_told() -> None:
    data = frame(50, 30, 20, w=[1.0, 3.0] * 50)
    told = Story(Survey(data, weight="w"), lang="en")
    assert "Weighted, they count as 80." in told.summary().text
    assert "weighted by “w”" in told.method().text


# ---- the data -----------------------------------------------------------------------------------------------


def test_quality_counts_missing_duplicates_and_codes() -> None:
    data = pd.DataFrame({"nps": [10, 10, 9, 11, None], "id": [1, 1, 2, 3, 4]})
    told = Story(Survey(data, missing=[11], customer="id"), lang="en").quality().points
    assert told[0] == "5 rows, of which 3 hold a valid rating (60%)."
    assert "2 rows hold no answer (40%); they are left out of the score." in told
    assert "Read as no answer: 11 (1)." in told
    assert "1 row repeats another in every column; it is counted." in told
    assert "1 customer has more than one row (1 beyond the first). Every answer counts." in told


def test_rows_are_not_taken_for_answers() -> None:
    data = pd.DataFrame({"customer_id": ["a", "a", "b", "c"], "nps": [9, None, 3, 8]})
    assert "1 customer has more than one row (1 beyond the first)." in story(data).quality().text


def test_number_of_an_answer_does_not_tell_customers_apart() -> None:
    told = story(frame(5, 3, 2, **{"Respondent ID": range(10)})).quality().text
    assert "“Respondent ID” numbers the answers, not the customers" in told
    assert "No customer has more than one row." in story(frame(5, 3, 2, customer_id=range(10))).quality().text


def test_equal_rows_are_told_only_where_rows_have_something_of_their_own() -> None:
    assert "repeat" not in story(two_shops()).summary().text
    assert story(two_shops()).duplicates is None
    assert "repeat" in story(two_shops().assign(day=pd.Timestamp("2024-01-01"))).quality().text


def test_quality_tells_what_reading_left_out() -> None:
    data = frame(5, 0, 0)
    data.attrs["npskit"] = {"dropped": {"preview": 3, "odd reason": 1}, "repaired_lines": 2}
    told = story(data, "fr").quality().text
    assert f"4 lignes ont été écartées à la lecture{NARROW}: 3 d’aperçu, 1 odd reason." in told
    assert "2 lignes contenaient des lettres dans un autre encodage et ont été réparées." in told


def test_other_scale_is_warned_of_in_words() -> None:
    with pytest.warns(npskit.errors.ScaleWarning):
        told = story(pd.DataFrame({"nps": [1, 2, 3, 4, 5] * 10})).quality().text
    assert "look as if given from 1 to 5" in told


# ---- where --------------------------------------------------------------------------------------------------


def test_largest_difference_is_named_in_both_languages() -> None:
    said = story(two_shops(), by="shop").groups[0].in_short
    assert said == "By shop: Nice at −60 points, 120 points below Lyon."
    french = story(two_shops(), "fr", by="shop").groups[0].in_short
    assert spaced(french) == "Selon « shop » : Nice à −60 points, soit 120 points de moins que Lyon."


def test_no_group_stands_apart_is_said() -> None:
    data = pd.concat([frame(5, 2, 3, shop="Lyon"), frame(4, 3, 3, shop="Nice")])
    told = story(data)
    assert "no group stands apart" in told.summary().text
    assert told.groups[0].gap is None
    assert "1 column could be compared; none of its groups stands apart" in told.where().text


def test_sentence_and_chart_name_the_same_groups() -> None:
    group = story(two_shops(), by="shop").groups[0]
    assert group.plot().title.text == ["Nice is 120 points below Lyon"]


def noise(seed: int, columns: int = 8, levels: str = "ABCD") -> pd.DataFrame:
    """400 answers and columns that have nothing to do with them."""
    rng = np.random.default_rng(seed)
    data = {"nps": rng.choice([10, 8, 3], 400, p=[0.5, 0.3, 0.2])}
    names = ("shop", "region", "channel", "plan", "device", "city", "agence", "brand")
    return pd.DataFrame(data | {name: rng.choice(list(levels), 400) for name in names[:columns]})


@pytest.mark.slow
def test_report_on_noise_seldom_names_a_difference() -> None:
    told = [story(noise(seed)) for seed in range(60)]
    named = [each for each in told if any(group.gap for group in each.groups)]
    assert len(named) <= 6
    for each in told:
        apart = any(group.gap for group in each.groups)
        assert each.suggestion.apart == apart
        assert ("no group stands apart" in each.where().text) == (not apart)


def test_difference_is_judged_by_all_the_pairs_that_were_compared() -> None:
    data = noise(2).assign(shop=["A"] * 200 + ["B"] * 200, nps=[10] * 110 + [3] * 90 + [10] * 82 + [3] * 118)
    alone, among = story(data, by="shop").groups[0], story(data)
    assert alone.gap is not None
    assert alone.plot().title.text == ["B is 28 points below A"]
    assert alone.sentences[0].endswith("(interval: 8 to 47).")
    (group,) = among.groups
    assert (group.keys, group.gap, group.pairs) == (("shop",), None, 43)
    assert "no group stands apart" in among.where().text
    assert "43 pairs" in group.sentences[0]
    assert group.plot().title.text == ["No segment stands apart, given that 43 pairs are compared"]


def test_several_columns_asked_for_share_their_pairs() -> None:
    groups = story(noise(1), by=["shop", "region", "plan"]).groups
    assert [group.pairs for group in groups] == [18, 18, 18]


def test_interval_shown_is_the_widened_one() -> None:
    wide = farthest([0.0, 60.0], [-10.0, 50.0], [10.0, 70.0], pairs=20)
    alone = farthest([0.0, 60.0], [-10.0, 50.0], [10.0, 70.0])
    assert wide.lower < alone.lower < 60 < alone.upper < wide.upper
    three = pd.concat([two_shops(), frame(50, 0, 50, shop="Paris")])
    assert "(interval widened for 3 pairs compared: " in story(three, by="shop").groups[0].sentences[0]


def test_codes_are_no_yes_and_no() -> None:
    data = pd.concat([frame(80, 0, 20, sexe=1), frame(20, 0, 80, sexe=0)])
    group = story(data, by="sexe").groups[0]
    assert group.in_short == "By sexe: sexe 0 at −60 points, 120 points below sexe 1."
    booleans = story(data.assign(sexe=data["sexe"] == 1), by="sexe").groups[0]
    assert booleans.names == ["no", "yes"]


def test_columns_of_figures_and_clusters_are_not_suggested() -> None:
    data = two_shops().rename(columns={"shop": "promoters"}).assign(agency=["a", "b"] * 100)
    assert suggested(Survey(data, cluster="agency")).items == ()


def test_yes_no_columns_and_bands_are_shown_in_the_language() -> None:
    data = pd.concat([frame(80, 0, 20, is_member=1, visits=2.0), frame(20, 0, 80, is_member=0, visits=30.0)])
    told = story(data, "fr", by=["is_member", Bands("visits", [1.5, 10])])
    assert told.groups[0].names == ["non", "oui"]
    assert told.groups[1].names == ["visits 1,5–10", "visits 10+"]
    assert "visits » : 10+ à" in spaced(told.groups[1].in_short)
    assert band_text("0.5 to <1.5", "en") == "0.5–1.5"


def test_crossed_columns_and_periods_are_one_chapter() -> None:
    data = two_shops().assign(day=pd.Timestamp("2024-03-05"))
    told = story(data, by=[("shop", Period("day", "month"))])
    assert told.groups[0].keys == ("shop", "day")
    assert told.groups[0].names == ["“Lyon · March 2024”", "“Nice · March 2024”"]


def test_column_with_very_many_levels_is_drawn_and_told() -> None:
    data = pd.DataFrame({"nps": [10, 0] * 1000, "code": [f"c{i}" for i in range(2000)]})
    group = story(data, by="code").groups[0]
    assert group.gap is None
    assert "the 15 lowest and the 15 highest of 2,000 segments" in " ".join(group.plot().title.subtitle)


def test_good_columns_are_found_in_the_garden() -> None:
    found = suggested(npskit.datasets.load("garden").nps())
    columns = [item if isinstance(item, str) else item.column for item in found.items]
    assert "visites" in columns
    assert not {"satisfaction", "intention", "recommandation", "respondent"} & set(columns)
    assert found.apart


def test_opinions_identifiers_and_categories_are_no_segments() -> None:
    data = frame(
        50,
        30,
        20,
        id=range(100),
        satisfaction=[9, 8, 2, 5] * 25,
        clear=["Agree", "Disagree", "Strongly agree", "Neutral"] * 25,
        nps_group=["Promoter"] * 50 + ["Passive"] * 30 + ["Detractor"] * 20,
        day=pd.date_range("2024-01-01", periods=100),
    )
    assert suggested(Survey(data)).items == ()


def test_numbers_are_cut_into_bands_of_like_size() -> None:
    (bands,) = suggested(Survey(frame(400, 300, 300, visits=list(range(1, 101)) * 10))).items
    assert isinstance(bands, Bands)
    assert [round(edge / 5) * 5 for edge in bands.edges] == [25, 50, 75]


def test_noise_in_many_columns_seldom_stands_apart() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(20):
        noise = {f"plan {k}": rng.choice(["a", "b", "c"], 300) for k in range(8)}
        hits += suggested(Survey(pd.DataFrame({"nps": rng.choice([10, 8, 3], 300), **noise}))).apart
    assert hits <= 3


def test_farthest_keeps_to_what_the_intervals_hold() -> None:
    assert farthest([0, 10], [-1, 9], [1, 11]).points == 10
    assert farthest([0, 10], [-9, 1], [9, 19]) is None


# ---- how sure ----------------------------------------------------------------------------------------------


def test_weighted_survey_says_one_thing_everywhere() -> None:
    survey = Survey(frame(50, 0, 50, w=[9.0] * 50 + [1.0] * 50, shop=["Lyon", "Nice"] * 50), weight="w")
    told = Story(survey, lang="en")
    assert "90% promoters (9 or 10), 0% passives (7 or 8), 10% detractors (0 to 6)" in told.summary().text
    assert told.summary().title.startswith("The score is +80 points")
    for chart in (survey.plot.distribution(), survey.plot.distribution("shop")):
        assert chart.title.text == ["90% promoters and 10% detractors: the score is +80"]
    assert survey.plot.shares().title.text == ["90% promoters, 0% passives and 10% detractors"]
    assert survey.plot.score().title.text[0].startswith("The score is +80")
    assert "100\u00a0responses" in " ".join(survey.plot.distribution().title.subtitle)


def test_method_names_the_interval_that_was_used() -> None:
    data = frame(50, 30, 20, w=[1.0, 3.0] * 50, account=[n // 5 for n in range(100)])
    assert "score intervals (Tango) at 95%" in Story(Survey(data), lang="en").method().text
    assert "adjusted Wald intervals on the effective" in Story(Survey(data, weight="w"), lang="en").method().text
    clustered = Story(Survey(data, cluster="account"), lang="en")
    assert "independent answers as the linearised error leaves" in clustered.method().text
    assert "Since answers of one “account” may be alike, they say as much as" in clustered.summary().text


def test_method_reads_well_for_a_scale_of_words() -> None:
    words = pd.DataFrame({"category": ["promoter", "passive", "detractor"] * 20})
    assert "share of promoters minus the share of detractors, in points" in story(words).method().text


def test_single_cluster_is_told_in_words() -> None:
    told = Story(Survey(frame(9, 0, 1, account="x"), cluster="account"), lang="en")
    assert "they say as much as a single independent one" in told.summary().text
    assert "too few for almost any" in told.summary().text


def unlike(ratings: list[int]) -> pd.DataFrame:
    """Answers whose weights and accounts have nothing to do with what they say."""
    order = np.random.default_rng(5).permutation(len(ratings))
    return pd.DataFrame({"nps": np.array(ratings)[order], "account": np.arange(len(ratings)) // 3,
                         "w": np.where(np.arange(len(ratings)) % 2, 0.4, 1.6)})  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_makes_answers_say_less_is_the_true_reason(lang: str) -> None:
    apart, alike = unlike([10, 9, 7, 3] * 300), unlike([10, 9, 7, 3] * 300)
    alike["nps"] = alike["account"].map(lambda n: [10, 9, 7, 3][n % 4])
    found = {
        name: Story(Survey(frame, **roles), lang=lang).summary().text
        for name, frame, roles in (
            ("weights", apart, {"weight": "w"}),
            ("free", apart, {"cluster": "account"}),
            ("weights, free", apart, {"weight": "w", "cluster": "account"}),
            ("clusters", alike, {"cluster": "account"}),
            ("both", alike, {"weight": "w", "cluster": "account"}),
        )
    }
    weighted, shared, nothing = (
        ("Weighted", "may be alike", "takes nothing away") if lang == "en" else
        ("Une fois pondérées", "pouvant se ressembler", "n’y enlève rien")
    )  # fmt: skip
    told = {name: tuple(part in text for part in (weighted, shared, nothing)) for name, text in found.items()}
    assert told == {
        "weights": (True, False, False),
        "free": (False, False, True),
        "weights, free": (True, False, True),
        "clusters": (False, True, False),
        "both": (True, True, False),
    }


def test_score_without_an_interval_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = pd.DataFrame({"score": [80.0], "lower": [np.nan], "upper": [np.nan], "responses": [10]})
    monkeypatch.setattr(Survey, "summary", lambda *_, **__: unsure)
    told = story(frame(9, 0, 1))
    assert told.summary().title == "The score is +80 points"
    assert "no interval to compute" in told.summary().text
    assert "nan" not in told.summary().text


def test_end_of_an_interval_that_leaves_out_zero_is_never_zero() -> None:
    said = story(frame(532, 0, 468)).summary()
    assert said.title == "The score is +6 points, between +0.2 and +13"
    assert "is +0.2 to +13" in said.text


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_few_answers_have_no_gap_in_points(n: int) -> None:
    assert "too few for almost any" in story(frame(n, 0, 0)).summary().text


# ---- over time ----------------------------------------------------------------------------------------------


def monthly(*scores: int) -> pd.DataFrame:
    """A hundred answers a month, with these scores."""
    parts = [
        frame((100 + score) // 2, 0, (100 - score) // 2, day=pd.Timestamp(2024, 1 + at, 9))
        for at, score in enumerate(scores)
    ]
    return pd.concat(parts, ignore_index=True)


def test_fall_is_told_with_its_start_and_level() -> None:
    said = story(monthly(60, 60, 60, 60, -20, -20, -20, -20)).summary().text
    assert re.search(r"Over time: Down \d+ points since January 2024: the smoothed level is now −\d+ points", said)
    french = story(monthly(60, 60, 60, 60, -20, -20, -20, -20), "fr").over_time().text
    assert "a baissé de" in french
    assert "janvier 2024" in french


def test_nothing_changed_is_said() -> None:
    told = story(monthly(30, 30, 30, 30, 30, 30))
    assert "No clear change between January 2024 and June 2024." in told.summary().text
    assert "no change can be claimed" in told.over_time().text


def test_one_period_is_no_trend() -> None:
    told = story(monthly(30), every="month")
    assert "All answers fall in one period (January 2024)" in told.over_time().text


def test_missing_dates_say_what_to_do() -> None:
    assert "Keep the date of the answer" in story(frame(5, 3, 2)).over_time().text
    told = Story(Survey(frame(5, 3, 2, day=[pd.NaT] * 10), date="day"), lang="fr")
    assert "La colonne des dates est vide" in told.over_time().text


@pytest.mark.parametrize("every", [None, "week"])
def test_unreadable_dates_do_not_stop_the_report(every: str | None) -> None:
    survey = Survey(frame(5, 3, 2, day=["yesterday"] * 10), date="day")
    assert "could not be read" in Story(survey, lang="en", every=every).over_time().text
    assert survey.plot.distribution().title.text == ["50% promoters and 20% detractors: the score is +30"]


def test_unknown_length_of_a_period_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="every"):
        _ = story(monthly(30, 30), every="fortnight").trend


def test_two_possible_dates_are_both_named() -> None:
    days = pd.date_range("2024-01-01", periods=10)
    told = story(frame(5, 3, 2, date_saisie=days, date_enquete=days)).over_time().text
    assert "(“date_saisie”, “date_enquete”)" in told
    assert "Say which" in told


def test_slump_between_two_equal_ends_is_named() -> None:
    told = story(monthly(60, 60, -40, -40, -40, 60, 60))
    assert re.search(
        r"No clear change between January 2024 and July 2024, but a low of −\d+ points \(\w+ 2024\) and a high",
        told.movement.in_short,
    )
    assert "given that 7 periods are compared" in told.over_time().text
    assert "un creux à" in story(monthly(60, 60, -40, -40, -40, 60, 60), "fr").movement.in_short


def test_stray_date_decides_nothing_and_is_told() -> None:
    days = [pd.Timestamp("1970-01-01"), *pd.date_range("2024-01-01", periods=399)]
    told = story(frame(200, 100, 100, day=days))
    assert told.trend.every == "month"
    assert told.trend.table["period"][0] == dt.date(2024, 1, 1)
    assert "1 answer is dated far from all others (1 January 1970) and is left out here." in told.over_time().text
    weeks = story(frame(20, 10, 10, day=[pd.Timestamp("1900-01-01"), *pd.date_range("2024-01-01", periods=39)]))
    assert weeks.trend.every == "week"


def test_few_dates_are_all_kept() -> None:
    days = [pd.Timestamp("2019-01-01"), *pd.date_range("2024-01-01", periods=9)]
    assert story(frame(5, 3, 2, day=days)).trend.outside == 0


@pytest.mark.parametrize(
    ("days", "every"), [(5, "day"), (45, "week"), (400, "month"), (2000, "quarter"), (9000, "year")]
)
def test_period_follows_the_span(days: int, every: str) -> None:
    first = dt.date(2000, 1, 1)
    assert usual_period(first, first + dt.timedelta(days=days)) == every


# ---- words --------------------------------------------------------------------------------------------------


def report_labels() -> Iterator[tuple[str, str]]:
    yield from ((key, words["fr"]) for key, words in _table().items() if key.startswith("report_"))


@pytest.mark.parametrize(("key", "text"), list(report_labels()), ids=lambda value: value if " " not in value else "")
def test_french_typography(key: str, text: str) -> None:
    assert not re.search(r"[^\u202f][:;!?»%](?=\s|$|[.,])", text.replace("…", "")), text
    assert not re.search(r"«[^\u202f]", text), text
    assert "'" not in text, text


def test_both_languages_take_the_same_values() -> None:
    for key, words in _table().items():
        if key.startswith("report_"):
            fields = [set(re.findall(r"{(\w+)}", words[lang])) for lang in LANGUAGES]
            assert fields[0] == fields[1], key


def test_names_from_the_data_are_escaped() -> None:
    told = Passage(HOSTILE, (ENDING,), (FORMULA,))
    assert "<script" not in told._repr_html_()
    assert "<b>" not in told._repr_html_()
    assert not re.search(r"(?<!\\)<", told._repr_markdown_())
    head = Headline(HOSTILE, ENDING, (0.1, 0.3, 0.6), ((HOSTILE, ENDING),), "en")
    assert "<script" not in head._repr_html_()
    assert "<b>" not in head._repr_html_()


# ---- templates ----------------------------------------------------------------------------------------------


def test_templates_have_titles_in_both_languages() -> None:
    assert {t["id"]: t["title"] for t in templates("fr")}["health-check"] == "Bilan NPS"
    assert all(t["title"] and t["caption"] for lang in LANGUAGES for t in templates(lang))


def test_template_is_valid_clean_and_short() -> None:
    notebook = nbformat.read(template_path("health-check"), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 12


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -1.5,
        float("inf"),
        'it\'s "quoted"\n{x} \\ é',
        HOSTILE,
        [1, "a", None],
        ("shop", Bands("visits", (1.0, 3.0))),
        {"missing": [11, "NSP"], "scale": Scale(1, 5, missing=[9])},
        Scale.labels(),
        Period("day", "week"),
        dt.date(2024, 3, 1),
        dt.datetime(2024, 3, 1, 12),
    ],
    ids=repr,
)
def test_parameters_survive_being_written(value: object) -> None:
    assert eval(literal(value), {"npskit": npskit, "datetime": dt}) == value


def test_parameters_take_numpy_and_refuse_objects() -> None:
    assert literal(np.int64(3)) == "3"
    with pytest.raises(ArgumentTypeError, match="parameter 'by'"):
        literal(object(), "by")


def test_parameters_go_into_a_cell_after_the_defaults() -> None:
    notebook = prepared("health-check", {"lang": "fr", "data": Code("pandas.read_pickle('x')")})
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    at = tags.index(["parameters"])
    assert tags[at + 1] == ["injected-parameters"]
    assert notebook.cells[at + 1].source == (
        "# The parameters of this run\nimport pandas\nlang = 'fr'\ndata = pandas.read_pickle('x')"
    )


def test_unknown_template_and_parameter_are_named() -> None:
    with pytest.raises(ArgumentError, match="health-check"):
        prepared("helth-check", {})
    with pytest.raises(ArgumentError, match="did you mean 'every'"):
        prepared("health-check", {"evry": "week"})


# ---- carrying the answers -----------------------------------------------------------------------------------


def with_comments() -> pd.DataFrame:
    data = two_shops().assign(comment=[f"{SECRET} {at % 150}" for at in range(200)], email="x")
    data["email"] = [f"client{at % 190}@example.org" for at in range(200)]
    return data


def test_comments_do_not_leave_and_files_are_private() -> None:
    survey = Survey(with_comments())
    with carried(survey, {}) as data:
        assert data.temporary is not None
        content = data.temporary.read_bytes()
        assert SECRET.encode() not in content
        assert b"example.org" not in content
        assert data.temporary.stat().st_mode & 0o777 == 0o600
        assert data.temporary.parent.stat().st_mode & 0o777 == 0o700
        copy = Survey(pd.read_pickle(data.temporary))
        assert REST in copy.source.columns
        assert copy.score() == survey.score()
        assert copy.audit().equals(survey.audit())
    assert not data.temporary.parent.exists()


def test_possible_dates_travel_with_the_answers() -> None:
    days = pd.date_range("2024-01-01", periods=200).astype(str)
    survey = Survey(with_comments().assign(date_saisie=days, date_enquete=days))
    with carried(survey, {}) as data:
        copy = Survey(pd.read_pickle(data.temporary))
    assert Story(copy, lang="en").over_time().text == Story(survey, lang="en").over_time().text


def test_comments_that_begin_late_do_not_leave() -> None:
    late = frame(1200, 0, 0, **{"Plus à dire": [None] * 1100 + [f"{SECRET} {at}" for at in range(100)]})
    with carried(Survey(late), {}) as data:
        assert "Plus à dire" not in pd.read_pickle(data.temporary).columns


def test_settings_make_a_survey_again() -> None:
    options = {"rating": "nps", "cluster": "shop", "missing": [11], "scale": Scale(0, 10), "keep": "last"}
    data = two_shops().assign(customer_id=range(200), day=pd.Timestamp("2024-01-01"))
    assert Survey(data, **options).settings == options
    assert Survey(data).settings == {}


def test_private_file_goes_when_the_work_fails() -> None:
    with pytest.raises(RuntimeError, match="stop"), carried(Survey(two_shops()), {}) as data:
        raise RuntimeError("stop")
    assert data.temporary is not None
    assert not data.temporary.parent.exists()


def test_what_the_reader_noted_travels() -> None:
    data = two_shops()
    data.attrs["npskit"] = {"source": "export.csv"}
    with carried(data.nps(), {}) as found:
        assert pd.read_pickle(found.temporary).attrs == data.attrs


def test_path_is_left_to_the_notebook(tmp_path: Path) -> None:
    with carried("a'b.csv", {"dayfirst": True}) as data:
        expected = os.path.abspath("a'b.csv")
        assert data.data == f"npskit.read_survey({expected!r}, dayfirst=True)"
    with carried(tmp_path / "x.csv", {}) as data:
        assert data.data == str(tmp_path / "x.csv")


def test_parquet_is_named_by_its_file(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    path = tmp_path / "été 2024.parquet"
    pd.DataFrame({"nps": [10, 9, 0]}).to_parquet(path)
    assert Story(Survey(path)).title == "été 2024.parquet"
    assert [Story(Survey(several)).title for several in (tmp_path, f"{tmp_path}/*.parquet")] == [None, None]


@pytest.mark.parametrize("engine", ["polars", "pyarrow", "duckdb"])
def test_other_engines_write_their_own_parquet(engine: str) -> None:
    pytest.importorskip("duckdb")
    module = pytest.importorskip(engine)
    data = with_comments()
    native = {
        "polars": lambda: module.from_pandas(data).lazy(),
        "pyarrow": lambda: module.Table.from_pandas(data),
        "duckdb": lambda: module.from_df(data),
    }[engine]()
    with carried(Survey(native), {}) as found:
        copy = Survey(str(found.data))
        assert copy.score() == Survey(data).score()
        assert "comment" not in copy.source.columns
        assert found.counted == {"duplicates": 0}
        assert Story(copy, counted=found.counted).duplicates == 0
    assert not Path(found.data).exists()


# ---- what can be checked before running ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report", "report.docx", "report.html.zip"])
def test_unknown_suffix_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReportError, match=r"\.html, \.ipynb, \.pdf, \.pptx or \.xlsx"):
        write_report(Survey(two_shops()), tmp_path / name)


def test_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no such folder"):
        write_report(Survey(two_shops()), tmp_path / "nowhere" / "report.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ReportError, match="a folder of that name"):
        write_report(Survey(two_shops()), tmp_path / "folder.html")


def test_folder_that_may_not_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ReportError, match="no access"):
        write_report(Survey(two_shops()), tmp_path / "report.html")


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "nbclient" else found(name))
    monkeypatch.setitem(__import__("sys").modules, "nbclient", None)
    with pytest.raises(MissingExtraError, match=r"npskit\[report\]"):
        write_report(Survey(two_shops()), tmp_path / "report.html")


def test_pdf_without_a_browser_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPSKIT_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(ReportError, match="NPSKIT_CHROMIUM"):
        write_report(Survey(two_shops()), tmp_path / "report.pdf")
    with pytest.raises(ReportError, match="none at"):
        browser()


def test_unknown_option_and_language_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="did you mean 'every'"):
        write_report(Survey(two_shops()), tmp_path / "report.html", evry="week")
    with pytest.raises(ArgumentError, match="'en' or 'fr'"):
        write_report(Survey(two_shops()), tmp_path / "report.html", lang="de")


def test_errors_keep_their_words_and_lose_their_traceback() -> None:
    class CellError(Exception):
        ename, evalue = "RatingError", "column 'q': expected 0 to 10, got 11.\nHint: pass missing=[11]."

    found = readable(CellError(), nbformat.v4.new_notebook())
    assert isinstance(found, ReportError)
    assert str(found) == "column 'q': expected 0 to 10, got 11.\nHint: pass missing=[11]."
    CellError.ename, CellError.evalue = "ZeroDivisionError", "division by zero"
    assert str(readable(CellError(), nbformat.v4.new_notebook())) == (
        "the report's kernel: expected it to run to its end, got ZeroDivisionError: division by zero."
    )


# ---- the page -----------------------------------------------------------------------------------------------

ADDRESS = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}", re.IGNORECASE)


def test_chart_cannot_end_its_script() -> None:
    found = chart_html({"$schema": "https://vega.example/", "title": ENDING + "\u2028<!--"}, "", True)
    assert found.count("</script") == 1
    assert "<!--" not in found
    assert "vega.example" not in found


def test_picture_with_a_script_is_only_an_image() -> None:
    found = chart_html({}, "<svg><script>x</script></svg>", True)
    assert "<svg" not in found
    assert "data:image/svg+xml;base64," in found


def test_vega_comes_without_addresses() -> None:
    script = vega()
    assert not re.search(r"https?://(?!www\.w3\.org/)", script)
    assert "</script" not in script


def test_page_shows_outputs_of_every_kind_and_no_code() -> None:
    output = nbformat.v4.new_output
    cells = [
        nbformat.v4.new_markdown_cell("**note** <i>x</i>"),
        nbformat.v4.new_markdown_cell("unseen", metadata={"tags": ["remove_cell"]}),
        nbformat.v4.new_code_cell(
            "secret_code()",
            outputs=[
                output("stream", name="stdout", text="out <1>"),
                output("stream", name="stderr", text="warned"),
                output("display_data", {"image/png": "aGk=", "text/plain": "picture"}),
                output("display_data", {"text/markdown": "*quiet*"}),
                output("display_data", {"text/plain": "<plain>"}),
            ],
        ),
    ]
    found = page(nbformat.v4.new_notebook(cells=cells), title=HOSTILE, lang="fr")
    for shown in (
        "<strong>note</strong>",
        "out &lt;1&gt;",
        "data:image/png;base64,aGk=",
        "<em>quiet</em>",
        "&lt;plain&gt;",
    ):
        assert shown in found
    for kept in ("secret_code", "unseen", "warned", "<i>", "data-chart", "<script>alert"):
        assert kept not in found
    assert '<html lang="fr">' in found


# ---- real runs ----------------------------------------------------------------------------------------------


def left_behind() -> set[str]:
    return {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("npskit-")}


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a frame whose names and texts mean harm, in French."""
    data = with_comments().assign(day=pd.date_range("2024-01-01", periods=200).astype(str))
    data["shop"] = data["shop"].replace({"Lyon": HOSTILE, "Nice": ENDING})
    data["plan"] = [FORMULA, "={x}", "a`b", "\\u003c"] * 50
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    before = left_behind()
    found = data.nps().report(path, lang="fr", by=["shop", "plan"], title=ENDING)
    assert found.path == path
    assert found.size == path.stat().st_size
    assert left_behind() <= before
    assert [name.name for name in path.parent.iterdir()] == ["report.html"]
    assert 'href="' in found._repr_html_()
    return path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_page_is_self_contained(hostile_page: str) -> None:
    visible = hostile_page.replace("http://evil.example", "")
    assert not ADDRESS.search(visible), ADDRESS.findall(visible)[:5]
    markup = hostile_page.replace(vega(), "")
    assert not re.search(r"<(link|iframe|object|embed)\b|<script[^>]+src=|<img[^>]+src=\"(?!data:)", markup)
    assert hostile_page.count(vega()) == 1
    assert hostile_page.count('type="application/json"') == 4


@pytest.mark.slow
def test_page_escapes_names_and_holds_no_comment(hostile_page: str) -> None:
    body = hostile_page.split("<body>")[1]
    assert "<script>alert" not in body
    assert "</script><b>" not in body
    assert "Dupont" not in body
    assert "client1@" not in body
    assert "survey.plot" not in body
    assert f"Selon «{NARROW}shop{NARROW}»" in body


@pytest.mark.slow
def test_notebook_output_is_valid_and_can_be_run_again(tmp_path: Path) -> None:
    source = tmp_path / "l'export.csv"
    two_shops().assign(nps=lambda d: d["nps"].replace({8: 11})).to_csv(source, index=False)
    out = tmp_path / "report.ipynb"
    write_report(source, out, lang="en", missing=[11], by="shop", progress=False)
    notebook = nbformat.read(out, as_version=4)
    nbformat.validate(notebook)
    injected = next(cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert f"data = {str(source)!r}" in injected.source
    assert "columns = {'missing': [11]}" in injected.source
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in shown if output.output_type == "error"]
    charts = [output.data for output in shown if "application/vnd.vegalite.v5+json" in output.get("data", {})]
    assert len(charts) == 2
    assert all("image/svg+xml" in chart for chart in charts)


def off_the_scale() -> pd.DataFrame:
    data = two_shops()
    data.loc[0, "nps"] = 12
    return data


def test_ratings_off_the_scale_are_told_before_anything_runs(tmp_path: Path) -> None:
    before = left_behind()
    with pytest.raises(RatingError, match=r"12 \(1\)"):
        write_report(Survey(off_the_scale()), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
    assert left_behind() <= before


@pytest.mark.slow
def test_failing_report_leaves_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "export.csv"
    off_the_scale().to_csv(source, index=False)
    before = left_behind()
    with pytest.raises(ReportError) as caught:
        write_report(source, tmp_path / "report.html")
    assert "12 (1)" in str(caught.value)
    assert "missing=[12]" in caught.value.hint
    assert "Traceback" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]
    assert left_behind() <= before
    assert capfd.readouterr().err == ""
