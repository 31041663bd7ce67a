"""The pictures: what their titles say, what Vega is given, and how they look to those who see colours differently."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import re
import subprocess
import sys
from functools import cache
from itertools import combinations
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import pytest

from npskit import Period, Survey, charts
from npskit.charts import columns, moves, periods, renderer, theme, words
from npskit.errors import ArgumentError, ColumnNotFoundError, EmptyDataError
from npskit.labels import LANGUAGES, NARROW_SPACE
from npskit.scale import Scale

AWKWARD = ["Property: Plan", "a.b[0]", 'it\'s "quoted"', "back\\slash", "</script>", "datum['x']", "ratio % été"]
SHOPS = {
    "shop": ["Nice", "Lyon", "Paris"],
    "responses": [400, 300, 500],
    "detractors": [40, 90, 100],
    "passives": [100, 120, 150],
    "promoters": [260, 90, 250],
    "score": [55.0, 0.0, 30.0],
    "lower": [48.0, -9.0, 23.0],
    "upper": [61.0, 9.0, 37.0],
}
MONTHS = [dt.date(2024, month, 1) for month in range(3, 9)]


def months(level: list[float], *, half: float = 3.0, days: list[dt.date] | None = None) -> dict[str, list]:
    """A trend table whose scores are its levels."""
    n = len(level)
    return {
        "period": list(days or MONTHS[:n]),
        "responses": [100] * n,
        "score": list(level),
        "lower": [value - 15 for value in level],
        "upper": [value + 15 for value in level],
        "level": level,
        "level_lower": [value - half for value in level],
        "level_upper": [value + half for value in level],
    }


def one_score(lang: str, **changes: object) -> alt.LayerChart:
    values = {"score": 53.4, "lower": 52.2, "upper": 54.6, "responses": 13612, "counts": [1225, 3948, 8439]}
    return charts.score(**{**values, **changes}, lang=lang)


@cache
def every_chart(lang: str) -> dict[str, object]:
    """One of each, for what all must hold."""
    ratings = {"rating": list(range(11)), "responses": [1, 0, 2, 3, 1, 8, 9, 20, 40, 60, 90]}
    by = {"shop": ["a"] * 11 + ["b"] * 11, **{key: value * 2 for key, value in ratings.items()}}
    series = months([10.0, 20.0, 30.0, 40.0])
    grouped = {"shop": ["a"] * 4 + ["b"] * 4, **{key: value * 2 for key, value in series.items()}}
    return {
        "score": one_score(lang),
        "distribution": charts.distribution(ratings, lang=lang),
        "distribution by": charts.distribution(by, by="shop", lang=lang),
        "by_segment": charts.by_segment(SHOPS, "shop", overall=30.0, lang=lang),
        "trend": charts.trend(series, every="month", lang=lang),
        "trend by": charts.trend(grouped, every="month", by="shop", lang=lang),
        "shares": charts.shares(SHOPS, "shop", lang=lang),
        "shares over time": charts.shares({**SHOPS, "period": MONTHS[:3]}, every="month", lang=lang),
        "shares of all": charts.shares(SHOPS, lang=lang),
    }


@cache
def every_spec(lang: str) -> dict[str, dict]:
    """Their specifications, validated by Altair."""
    return {name: chart.to_dict() for name, chart in every_chart(lang).items()}


def title(chart: alt.LayerChart) -> str:
    return " ".join(chart.title.text)


def subtitle(chart: alt.LayerChart) -> str:
    return " · ".join(chart.title.subtitle)


# --- what all charts hold -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_is_a_valid_light_altair_chart_with_its_data_inline(lang: str) -> None:
    for name, chart in every_chart(lang).items():
        assert isinstance(chart, (alt.LayerChart, alt.FacetChart)), name
        text = json.dumps(every_spec(lang)[name])
        assert len(text) < 60_000, name
        assert '"url"' not in text, name


def test_every_chart_renders_to_svg() -> None:
    pytest.importorskip("vl_convert")
    for name, spec in every_spec("fr").items():
        svg = renderer.svg_text(spec)
        assert svg.startswith("<svg"), name
        for trouble in ("NaN", "undefined", ">null<", "[object"):
            assert trouble not in svg, (name, trouble)
        assert not re.search(r"https?://(?!www\.w3\.org)", svg), name


def test_french_charts_hold_no_english_word() -> None:
    english = re.compile(
        r"\b(responses?|detractors?|passives?|promoters?|interval|overall|level|share|from|and|points? (below|above)|"
        r"the|of|by|since|month|period|rating|group|category|missing)\b",
        re.IGNORECASE,
    )
    for name, spec in every_spec("fr").items():
        seen = [spec["title"], spec["description"], *re.findall(r'"title": "([^"]*)"', json.dumps(spec))]
        assert not english.search(json.dumps(seen, ensure_ascii=False).replace('"text"', "").replace("subtitle", "")), (
            name
        )


def test_french_labels_have_the_typography_of_french() -> None:
    for text in chart_labels("fr"):
        assert not set("'\"") & set(text), text
        assert not re.search(r"[^\u202f][:;!?»]|«[^\u202f]", text), text


def chart_labels(lang: str) -> list[str]:
    from npskit import labels

    return [entry[lang] for key, entry in labels._table().items() if key.startswith("chart_")]


def test_title_and_subtitle_are_the_description_too() -> None:
    chart = one_score("en")
    assert title(chart) in chart.description
    assert "13,612" in chart.description


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lines_of_titles_fit_the_width(lang: str) -> None:
    for name, chart in every_chart(lang).items():
        assert max(map(len, chart.title.text)) <= 78, name
        assert max(map(len, chart.title.subtitle)) <= 105, name


# --- findings in words ----------------------------------------------------------------------------------------------


def test_score_is_said_with_its_interval() -> None:
    assert title(one_score("en")) == "The score is +53, between +52 and +55"
    assert title(one_score("fr")) == "Le score est de +53, entre +52 et +55"
    assert "9% detractors, 29% passives, 62% promoters" in subtitle(one_score("en"))
    assert f"62{NARROW_SPACE}% de promoteurs" in subtitle(one_score("fr"))


def test_score_has_decimals_only_when_the_interval_supports_them() -> None:
    assert (
        title(one_score("fr", score=-30.04, lower=-30.2, upper=-29.9)) == "Le score est de −30,0, entre −30,2 et −29,9"
    )
    assert title(one_score("en", score=0.0, lower=-8.2, upper=8.2)) == "The score is 0, between −8 and +8"


def test_dates_stand_in_the_subtitle() -> None:
    span = (dt.date(2024, 3, 1), dt.date(2024, 6, 5))
    assert "1 March 2024 to 5 June 2024" in subtitle(one_score("en", dates=span))
    assert "du 1er mars 2024 au 5 juin 2024" in subtitle(one_score("fr", dates=span))


def test_widest_clear_difference_between_segments_is_named() -> None:
    assert title(charts.by_segment(SHOPS, "shop", lang="en")) == "Lyon is 55 points below Nice"
    assert title(charts.by_segment(SHOPS, "shop", lang="fr")) == f"Lyon{NARROW_SPACE}: 55\u00a0points de moins que Nice"


def test_bands_are_named_with_their_column() -> None:
    bands = {**SHOPS, "visits": ["21+", "1-2", "3-5"]}
    assert title(charts.by_segment(bands, "visits", lang="en")) == "Visits 1-2 is 55 points below 21+"


def test_names_of_several_words_are_quoted() -> None:
    table = {**SHOPS, "shop": ["Nice", "Retrait en magasin", "Paris"]}
    assert title(charts.by_segment(table, "shop", lang="fr")).startswith(
        f"«{NARROW_SPACE}Retrait en magasin{NARROW_SPACE}»{NARROW_SPACE}: 55"
    )
    assert title(charts.by_segment(table, "shop", lang="en")).startswith("“Retrait en magasin” is 55")


def test_overlapping_segments_do_not_stand_apart() -> None:
    wide = {**SHOPS, "lower": [-10.0, -60.0, -20.0], "upper": [90.0, 60.0, 70.0]}
    assert title(charts.by_segment(wide, "shop", lang="en")).startswith("No segment stands apart")
    assert title(charts.by_segment(wide, "shop", lang="fr")).startswith("Aucun segment ne se détache")


def test_overlapping_intervals_may_still_differ() -> None:
    # 672 and 217 answers: the intervals touch, and the difference of 13 points has p = .003.
    pair = {
        "shop": ["a", "b"],
        "responses": [672, 217],
        "score": [45.0, 58.0],
        "lower": [40.0, 49.5],
        "upper": [50.0, 65.5],
    }
    assert title(charts.by_segment(pair, "shop", lang="en")) == "A is 13 points below b"


def test_extremes_of_noise_among_many_segments_do_not_stand_apart() -> None:
    rng = np.random.default_rng(5)
    k = 120
    score = 30 + 12 * rng.standard_normal(k)
    noise = {"shop": [f"s{i}" for i in range(k)], "responses": [50] * k, "score": score}
    noise |= {"lower": score - 1.96 * 12, "upper": score + 1.96 * 12}
    assert words.farthest_apart(noise["score"], noise["lower"], noise["upper"]) is not None
    assert title(charts.by_segment(noise, "shop", lang="en")) == "No segment stands apart, given that 120 are compared"


def test_widening_grows_with_the_pairs_and_never_narrows() -> None:
    assert words.widening(1, 0.95) == 1
    assert 1.9 < words.widening(30 * 29 // 2, 0.95) < 2.0
    assert words.widening(1000, 0.95) > words.widening(100, 0.95)


def test_farthest_apart_agrees_with_comparing_all_pairs() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        scores = rng.uniform(-50, 50, 12)
        half = rng.uniform(1, 60, 12)
        clear = [
            (scores[j] - scores[i], (i, j))
            for i in range(12)
            for j in range(12)
            if scores[j] - scores[i] > np.hypot(half[i], half[j])
        ]
        expected = max(clear)[1] if clear else None
        assert words.farthest_apart(scores, scores - half, scores + half) == expected


def test_single_segment_is_said_as_its_score() -> None:
    one = {key: values[:1] for key, values in SHOPS.items()}
    assert title(charts.by_segment(one, "shop", lang="en")) == "Nice: +55, between +48 and +61"


def test_change_of_the_level_is_said_since_the_first_period() -> None:
    assert title(charts.trend(months([10.0, 12.0, 13.0]), lang="en")) == "No clear change since March 2024"
    assert (
        title(charts.trend(months([10.0, 12.0, 16.0], half=2.9), lang="en"))
        == "The smoothed score is up 6 points since March 2024"
    )
    down = charts.trend(months([16.0, 12.0, 10.0], half=2.9), lang="fr")
    assert title(down) == "Le score lissé est en baisse de 6\u00a0points depuis mars 2024"


def test_unclear_trend_says_so_in_french() -> None:
    assert title(charts.trend(months([10.0, 12.0]), lang="fr")) == "Pas d’évolution nette depuis mars 2024"


def test_one_period_is_said_as_its_score() -> None:
    chart = charts.trend(months([30.0]), lang="en")
    assert title(chart) == "March 2024: +30, between +15 and +45"
    assert "smoothed" not in subtitle(chart)


def test_trend_by_segment_names_the_widest_clear_change() -> None:
    first, second = months([10.0, 12.0, 14.0]), months([50.0, 30.0, 20.0])
    table = {"shop": ["a"] * 3 + ["Lyon"] * 3, **{key: first[key] + second[key] for key in first}}
    assert title(charts.trend(table, by="shop", lang="en")) == "Lyon: down 30 points since March 2024"
    flat = {"shop": ["a"] * 3 + ["b"] * 3, **{key: first[key] * 2 for key in first}}
    assert (
        title(charts.trend(flat, by="shop", lang="en")) == "No clear change since March 2024 in any of the 2 segments"
    )


def test_title_by_group_counts_from_its_own_first_period() -> None:
    old, new = months([30.0] * 6), months([10.0, 40.0], days=MONTHS[4:])
    table = {"shop": ["old"] * 6 + ["new"] * 2, **{key: old[key] + new[key] for key in old}}
    assert title(charts.trend(table, by="shop", lang="en")) == "New: up 30 points since July 2024"


def test_change_of_one_among_many_groups_must_hold_for_all() -> None:
    one = months([10.0, 12.0, 16.0], half=3.4)
    assert title(charts.trend(one, lang="en")).startswith("The smoothed score is up 6 points")
    table = {"shop": [f"s{k}" for k in range(8) for _ in range(3)], **{key: values * 8 for key, values in one.items()}}
    assert title(charts.trend(table, by="shop", lang="en")).startswith("No clear change since March 2024 in any")


def test_slump_between_equal_ends_is_named() -> None:
    slump = months([30.0, 30.0, -20.0, 31.0, 30.0])
    assert title(charts.trend(slump, lang="en")) == (
        "Lowest at −20 (May 2024), highest at +31 (June 2024), no clear change between the first and the last month"
    )
    assert "au plus bas à −20 (mai 2024)" in title(charts.trend(slump, lang="fr")).lower()
    both = {"shop": ["a"] * 5 + ["b c"] * 5, **{key: values * 2 for key, values in slump.items()}}
    both["level"] = [30.0] * 5 + slump["level"]
    assert title(charts.trend(both, by="shop", lang="en")).startswith("“b c”: lowest at −20 (May 2024), highest")


def test_swing_must_hold_for_all_pairs_of_periods() -> None:
    level = [0.0, 5.0, -5.0] + [0.0] * 57
    band = [value - 3.5 for value in level], [value + 3.5 for value in level]
    assert moves.swing(level, *band) is None
    assert moves.swing(level[:4], band[0][:4], band[1][:4]) == moves.Swing(low=2, high=1)


def test_noise_seldom_swings() -> None:
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        level = rng.normal(0, 5, 24)
        hits += moves.swing(level, level - 1.96 * 5, level + 1.96 * 5) is not None
    assert hits <= 14


def test_pairs_looked_at_elsewhere_count_for_the_title() -> None:
    table = {"shop": ["a", "b"], "responses": [300, 300], "score": [0.0, 18.0]}
    table |= {"lower": [-9.0, 9.0], "upper": [9.0, 27.0]}
    assert title(charts.by_segment(table, "shop", lang="en")) == "A is 18 points below b"
    assert (
        title(charts.by_segment(table, "shop", pairs=48, lang="en"))
        == "No segment stands apart, given that 48 pairs are compared"
    )
    assert "48 paires" in title(charts.by_segment(table, "shop", pairs=48, lang="fr"))


WEIGHTED = {"rating": [0, 10], "responses": [50, 50], "share": [0.1, 0.9]}


def test_weighted_ratings_are_drawn_and_told_by_their_shares() -> None:
    chart = charts.distribution(WEIGHTED, lang="en")
    assert title(chart) == "90% promoters and 10% detractors: the score is +80"
    assert "Weighted share" in subtitle(chart)
    assert "100\u00a0responses" in subtitle(chart)
    top = next(row for row in data_of(chart) if row["answer"] == "10")
    assert (top["share"], top["share_text"], top["n"]) == (0.9, "90%", "50")
    assert "Detractors 10%" in chart.to_json()


def test_weighted_groups_tell_the_score_only_with_the_weights_of_all() -> None:
    both = {"shop": ["a"] * 2 + ["b"] * 2, **{key: values * 2 for key, values in WEIGHTED.items()}}
    assert (
        title(charts.distribution(both, by="shop", lang="en")) == "Weighted share of answers for each rating, by shop"
    )
    known = charts.distribution(both, by="shop", counts=[10, 0, 90], lang="en")
    assert title(known) == "90% promoters and 10% detractors: the score is +80"
    assert "n = 100" in known.to_json(ensure_ascii=False).replace("\u00a0", " ")


def test_shares_that_are_those_of_the_responses_are_not_called_weighted() -> None:
    table = {"rating": [3, 8, 10], "responses": [10, 30, 60], "share": [0.1, 0.3, 0.6]}
    bare = {name: values for name, values in table.items() if name != "share"}
    assert charts.distribution(table).to_dict() == charts.distribution(bare).to_dict()


def test_score_without_an_interval_is_said_alone() -> None:
    chart = one_score("en", lower=float("nan"), upper=None)
    assert title(chart) == "The score is +53"
    assert "how sure it is" in subtitle(chart)
    assert "NaN" not in (renderer.svg_text(chart.to_dict()) or "")
    rows = {**SHOPS, "lower": [48.0, float("nan"), 23.0], "upper": [61.0, float("nan"), 37.0]}
    assert title(charts.by_segment(rows, "shop", lang="en")) == "Paris is 25 points below Nice"
    assert "NaN" not in json.dumps(charts.by_segment(rows, "shop").to_dict())


def test_end_of_an_interval_that_leaves_out_zero_is_not_rounded_to_it() -> None:
    assert title(one_score("en", score=6.0, lower=0.3, upper=12.0)) == "The score is +6, between +0.3 and +12"
    assert words.limit_texts(-12.0, -0.04, "fr") == ("−12", "−0,04")


def test_distribution_says_shares_and_score() -> None:
    table = {"rating": [3, 8, 10], "responses": [10, 30, 60]}
    assert title(charts.distribution(table, lang="en")) == "60% promoters and 10% detractors: the score is +50"
    assert title(charts.distribution({"rating": [9], "responses": [4]}, lang="en")) == "All 4 responses are 9"
    only = charts.distribution({"rating": [9], "responses": [1]}, lang="fr")
    assert title(only) == f"La seule réponse est «{NARROW_SPACE}9{NARROW_SPACE}»"


# --- data given to Vega ---------------------------------------------------------------------------------------------


def field_names(spec: object) -> set[str]:
    """Every field an encoding reads."""
    if isinstance(spec, dict):
        own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
        return own.union(*(field_names(value) for value in spec.values()))
    return set().union(*(field_names(value) for value in spec)) if isinstance(spec, list) else set()


@pytest.mark.parametrize("key", AWKWARD)
def test_awkward_column_and_level_names_are_only_text(key: str) -> None:
    table = {**{name: values for name, values in SHOPS.items() if name != "shop"}, key: [*AWKWARD[:2], None]}
    series = {
        **{name: values * 2 for name, values in months([1.0, 2.0]).items()},
        key: [AWKWARD[2]] * 2 + [AWKWARD[3]] * 2,
    }
    drawn = [charts.by_segment(table, key), charts.shares(table, [key]), charts.trend(series, by=key)]
    for chart in drawn:
        spec = chart.to_dict()
        assert all(name.isidentifier() for name in field_names(spec))
        assert "NaN" not in (renderer.svg_text(spec) or "")


def test_missing_level_is_named_in_the_language() -> None:
    table = {**SHOPS, "shop": [None, float("nan"), "Lyon"]}
    assert "(non renseigné)" in [row["name"] for row in data_of(charts.by_segment(table, "shop", lang="fr"))]
    assert "(not given)" in [row["name"] for row in data_of(charts.shares(table, "shop", lang="en"))]


def test_groups_of_one_displayed_name_stay_apart() -> None:
    spaces = {**SHOPS, "shop": ["Lyon", "Lyon ", "Le  Mans"]}
    assert [row["name"] for row in data_of(charts.by_segment(spaces, "shop"))] == ["Lyon␣", "Le Mans", "Lyon"]
    floats = {**SHOPS, "version": [2.21, 2.24, 3.0]}
    assert [row["name"] for row in data_of(charts.by_segment(floats, "version"))] == ["2.24", "3", "2.21"]
    kinds = columns.level_names([1, "1", True, None, "(not given)"], "en")
    assert kinds == ["1", "1 (2)", "yes", "(not given)", "(not given) (2)"]
    crossed = {"a": ["x · y", "x", "x"], "b": ["z", "y · z", "y · z"]}
    assert columns.row_names(crossed, ["a", "b"], "en") == ["x · y · z", "x · y · z (2)", "x · y · z (2)"]


def test_series_and_panels_of_one_displayed_name_stay_apart() -> None:
    first, second = months([10.0, 12.0]), months([60.0, 20.0])
    table = {"shop": ["Lyon"] * 2 + ["Lyon "] * 2, **{key: first[key] + second[key] for key in first}}
    assert title(charts.trend(table, by="shop", lang="en")) == "Lyon␣: down 40 points since March 2024"
    ratings = {"version": [2.21, 2.24], "rating": [10, 0], "responses": [3, 1]}
    assert "2.24  (n = 1)" in charts.distribution(ratings, by="version").to_json(ensure_ascii=False)


def test_segments_are_sorted_by_score_and_keys_joined() -> None:
    table = {**SHOPS, "plan": ["a", "b", True]}
    rows = data_of(charts.by_segment(table, ["shop", "plan"], lang="fr"))
    assert [row["name"] for row in rows] == ["Lyon · b", "Paris · oui", "Nice · a"]
    assert [row["figure"] for row in rows] == ["0", "+30", "+55"]


def data_of(chart: alt.LayerChart) -> list[dict]:
    """The inline rows."""
    return chart.data.values


def test_more_than_thirty_segments_show_both_ends_and_say_so() -> None:
    k = 1000
    many = {"shop": [f"s{i}" for i in range(k)], "responses": [50] * k, "score": [i / 10 for i in range(k)]}
    many |= {"lower": [i / 10 - 9 for i in range(k)], "upper": [i / 10 + 9 for i in range(k)]}
    chart = charts.by_segment(many, "shop", lang="en")
    names = [row["name"] for row in data_of(chart)]
    assert names == [f"s{i}" for i in [*range(15), *range(985, 1000)]]
    assert "the 15 lowest and the 15 highest of 1,000 segments" in subtitle(chart)
    assert len(json.dumps(chart.to_dict())) < 60_000


def test_long_names_are_wrapped_and_never_cut() -> None:
    name = "Retrait en magasin des commandes passées sur le site Internet"
    spec = charts.by_segment({**SHOPS, "shop": [name, "b", "c" * 90]}, "shop", lang="fr").to_json()
    assert '"labelLimit": 0' in spec
    assert columns.wrapped(name) == ["Retrait en magasin des commandes", "passées sur le site Internet"]
    assert "".join(columns.wrapped("c" * 90)) == "c" * 90


def test_periods_without_answers_are_gaps() -> None:
    days = [MONTHS[0], MONTHS[1], MONTHS[4]]
    chart = charts.trend(months([10.0, 12.0, 14.0], days=days), lang="en")
    assert chart.data.values.count("\n") == 5
    assert "0,2024-05-01T00:00:00,0,,,,,," in chart.data.values
    assert "2 months without answers" in subtitle(chart)


def test_period_with_a_level_and_no_score_keeps_its_level() -> None:
    table = months([10.0, 12.0, 14.0])
    table["score"][1] = table["lower"][1] = table["upper"][1] = float("nan")
    table["responses"][1] = 0
    chart = charts.trend(table, lang="fr")
    assert "0,2024-04-01T00:00:00,0,,,,12.00,9.00,15.00" in chart.data.values
    assert "1 mois sans réponse" in subtitle(chart)


def test_long_daily_series_stays_light_and_says_what_it_left_out() -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=k) for k in range(1500)]
    chart = charts.trend(months([30.0] * 1500, days=days), every="day", lang="en")
    assert len(json.dumps(chart.to_dict())) < 60_000
    assert "the latest 700 of 1,500 periods" in subtitle(chart)


def test_date_far_from_all_others_is_left_out_and_said() -> None:
    days = [dt.date(1970, 1, 1), *(dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(300))]
    table = {**months([30.0] * 301, days=days), "responses": [2] + [100] * 300}
    chart = charts.trend(table, every="day", lang="en")
    assert "1 January 2024 to 26 October 2024" in subtitle(chart)
    assert "2 responses far from these dates left out" in subtitle(chart)
    assert "without answers" not in subtitle(chart)


def test_dates_to_come_do_not_hide_those_that_were() -> None:
    days = [*(dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(300)), dt.date(2099, 1, 1)]
    table = {**months([30.0] * 301, days=days), "responses": [100] * 300 + [1]}
    chart = charts.trend(table, every="day", lang="en")
    assert "1 response far from these dates left out" in subtitle(chart)
    assert chart.data.values.count("\n") == 300


def test_answers_left_out_are_counted_in_the_subtitle() -> None:
    chart = charts.trend(months([1.0, 2.0]), undated=3, outside=1, lang="fr")
    assert "3 réponses sans date exclues" in subtitle(chart)
    assert "1 réponse à une date éloignée, exclue" in subtitle(chart)
    bars = charts.shares({**SHOPS, "period": MONTHS[:3]}, every="month", undated=1, lang="en")
    assert "1 response without a date left out" in subtitle(bars)


def test_trend_of_many_groups_stays_light() -> None:
    one = months([30.0] * 60, days=[periods.next_period(MONTHS[0], "month", k) for k in range(60)])
    table = {"shop": [f"s{k}" for k in range(40) for _ in range(60)], **{key: value * 40 for key, value in one.items()}}
    chart = charts.trend(table, by="shop", lang="en")
    assert "the 12 with most responses, of 40" in subtitle(chart)
    assert len(json.dumps(chart.to_dict())) < 60_000


def test_tables_may_be_frames_of_a_library() -> None:
    frame = pd.DataFrame(SHOPS).astype({"responses": "Int64"})
    assert (
        charts.by_segment(frame, "shop", lang="en").to_dict() == charts.by_segment(SHOPS, "shop", lang="en").to_dict()
    )
    stamped = pd.DataFrame(months([1.0, 2.0])).assign(period=lambda table: pd.to_datetime(table["period"]))
    assert charts.trend(stamped).to_dict() == charts.trend(months([1.0, 2.0])).to_dict()


@pytest.mark.parametrize("module", ["polars", "pyarrow"])
def test_tables_of_other_libraries(module: str) -> None:
    library = pytest.importorskip(module)
    frame = library.DataFrame(SHOPS) if module == "polars" else library.table(SHOPS)
    assert title(charts.by_segment(frame, "shop", lang="en")) == "Lyon is 55 points below Nice"


def test_scale_of_words_has_three_bars_and_other_scales_their_own() -> None:
    labelled = Scale.labels()
    table = {"rating": list(labelled.ratings), "responses": [1, 2, 7]}
    assert "promoteurs" in charts.distribution(table, scale=labelled, lang="fr").to_json()
    five = charts.distribution({"rating": [1, 5], "responses": [1, 3]}, scale=Scale(1, 5), lang="en")
    assert title(five) == "75% promoters and 25% detractors: the score is +50"
    assert len(data_of(five)) == 5


# --- nothing to draw, and wrong arguments ---------------------------------------------------------------------------


def test_nothing_to_draw_is_said() -> None:
    nobody = {key: [] for key in [*SHOPS, "period", "rating"]}
    silent = {**SHOPS, "responses": [0] * 3, "score": [float("nan")] * 3}
    calls = [
        lambda: charts.score(score=float("nan"), lower=float("nan"), upper=float("nan"), responses=0, counts=[0, 0, 0]),
        lambda: charts.distribution(nobody),
        lambda: charts.distribution({"rating": [1], "responses": [0]}),
        lambda: charts.by_segment(nobody, "shop"),
        lambda: charts.by_segment(silent, "shop"),
        lambda: charts.trend(nobody),
        lambda: charts.trend({**silent, "period": MONTHS[:3]}),
        lambda: charts.shares(nobody, "shop"),
    ]
    for call in calls:
        with pytest.raises(EmptyDataError, match="expected at least one answer"):
            call()


def test_wrong_column_period_and_language_are_named() -> None:
    with pytest.raises(ColumnNotFoundError, match="did you mean 'shop'"):
        charts.by_segment(SHOPS, "shp")
    with pytest.raises(ArgumentError, match="every"):
        charts.trend(months([1.0]), every="fortnight")
    with pytest.raises(ArgumentError, match="lang"):
        one_score("de")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_answer_is_drawn(lang: str) -> None:
    row = {"responses": [1], "score": [100.0], "lower": [-58.0], "upper": [100.0], "shop": ["a"], "period": MONTHS[:1]}
    row |= {"detractors": [0], "passives": [0], "promoters": [1]}
    for chart in (
        charts.by_segment(row, "shop", lang=lang),
        charts.trend(row, lang=lang),
        charts.shares(row, lang=lang),
    ):
        assert "NaN" not in (renderer.svg_text(chart.to_dict()) or "")


# --- axes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", periods.EVERY)
def test_few_labels_stand_on_the_time_axis_whatever_its_length(every: str) -> None:
    for length in (1, 2, 5, 9, 10, 13, 24, 60, 61, 400, 3000):
        days = [periods.next_period(dt.date(2001, 1, 1), every, k) for k in range(length)]
        ticks = periods.tick_days(days, every)
        assert min(length, 2) <= len(ticks) <= 9
        assert set(ticks) <= set(days)


def test_labels_of_months_are_in_the_language_with_the_year_once() -> None:
    assert periods.tick_lines(MONTHS[:2], "month", "fr") == {"2024-03-01": ["mars", "2024"], "2024-04-01": ["avr."]}


@pytest.mark.parametrize(
    ("low", "high"), [(-100, 100), (52.2, 54.6), (29.99, 30.01), (-3, 1), (100, 100), (-100, -100)]
)
def test_axis_of_scores_holds_the_values_with_round_marks(low: float, high: float) -> None:
    start, stop, marks = columns.nice_range(low, high)
    assert -100 <= start <= low <= high <= stop <= 100
    assert 1 <= len(marks) <= 10
    assert all(start <= mark <= stop for mark in marks)


# --- colours --------------------------------------------------------------------------------------------------------

# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = TO_XYZ.sum(1)


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(first: str, second: str) -> float:
    low, high = sorted((TO_XYZ @ linear(color))[1] for color in (first, second))
    return (high + 0.05) / (low + 0.05)


def test_categories_stay_apart_in_grey_print() -> None:
    lightness = [lab(linear(color))[0] for color in theme.CATEGORY_COLORS]
    assert min(abs(a - b) for a, b in combinations(lightness, 2)) >= 12


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_categories_stay_apart_for_the_colour_blind(deficiency: str) -> None:
    matrix = np.array(DEFICIENCIES[deficiency])
    seen = [lab(matrix @ linear(color)) for color in theme.CATEGORY_COLORS]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= 25


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_texts_and_points_read_on_light_and_dark_pages(page: str) -> None:
    assert contrast(theme.MUTED, page) >= 4
    for color in (theme.INK, theme.ACCENT, *theme.CATEGORY_INKS):
        assert contrast(color, page) >= 3


def test_figures_read_on_their_bars() -> None:
    for ink, color in zip(theme.ON_CATEGORY, theme.CATEGORY_COLORS, strict=True):
        assert contrast(ink, color) >= 3.5


def test_background_and_text_follow_the_host() -> None:
    config = theme.theme("en")
    assert config["background"] == "transparent"
    assert "color" not in config["title"]
    assert theme.theme("fr")["locale"]["number"]["decimal"] == ","


# --- renderer and further editing -----------------------------------------------------------------------------------


def test_display_needs_no_network_and_changes_no_setting() -> None:
    before = alt.renderers.active
    bundle = one_score("en")._repr_mimebundle_()
    assert set(bundle) - {"image/svg+xml"} == {"application/vnd.vegalite.v5+json", "text/plain"}
    assert bundle["text/plain"].startswith("The score is +53, between +52 and +55\n")
    assert alt.renderers.active == before
    assert "npskit" in alt.renderers.names()
    if "image/svg+xml" in bundle:
        assert "currentColor" in bundle["image/svg+xml"]


def test_renderer_serves_other_charts_by_name() -> None:
    with alt.renderers.enable("npskit"):
        bundle = alt.Chart(alt.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q")._repr_mimebundle_()
    assert "text/html" not in bundle
    assert "application/vnd.vegalite.v5+json" in bundle


def test_renderer_the_user_chose_is_used() -> None:
    with alt.renderers.enable("json"):
        assert "application/json" in one_score("en")._repr_mimebundle_()[0]


def test_without_vl_convert_there_is_no_svg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "vl_convert", lambda: None)
    assert "image/svg+xml" not in one_score("en")._repr_mimebundle_()


def edits(chart: alt.LayerChart) -> dict[str, object]:
    other = alt.Chart(alt.Data(values=[{"v": 40}])).mark_rule().encode(x="v:Q")
    return {
        "properties": chart.properties(width=300),
        "configure": chart.configure_axis(grid=False),
        "+": chart + other,
        "|": chart | chart,
        "&": chart & other,
        "| |": (chart | other) | chart,
        "interactive": chart.interactive(),
        "copy": chart.copy(),
        "deepcopy": copy.deepcopy(chart),
        "pickle": pickle.loads(pickle.dumps(chart)),
    }


def test_further_editing_keeps_theme_language_and_display() -> None:
    for name, chart in edits(one_score("fr")).items():
        assert isinstance(chart, renderer.Styled), name
        config = chart.to_dict()["config"]
        assert config["locale"]["number"]["decimal"] == ",", name
        assert config["background"] == "transparent", name
        assert "text/html" not in chart._repr_mimebundle_(), name


def test_configuration_of_the_user_wins() -> None:
    config = one_score("en").configure_title(fontSize=30).to_dict()["config"]
    assert config["title"]["fontSize"] == 30
    assert config["title"]["anchor"] == "start"


def test_charts_save_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    one_score("en").save(str(path))
    spec = json.loads(path.read_text(encoding="utf-8"))
    assert alt.Chart.from_dict(spec).to_dict()["title"] == spec["title"]


def test_png_has_a_page_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    chart = one_score("en")
    chart.save(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert "background" not in chart.to_dict()


def test_importing_charts_loads_no_altair() -> None:
    code = "import sys, npskit.charts as charts; assert 'altair' not in sys.modules; print(*dir(charts))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == sorted(charts.__all__)


def test_weighted_shares_show_the_responses_counted() -> None:
    table = {"shop": ["a"], "responses": [10], "detractors": [1.5], "passives": [1.5], "promoters": [3.0]}
    chart = charts.shares(table, "shop", lang="en")
    assert title(chart) == "50% promoters, 25% passives and 25% detractors"
    assert "n = 10" in chart.to_json(ensure_ascii=False).replace("\u00a0", " ")


# --- df.nps.plot ----------------------------------------------------------------------------------------------------


def answers(**columns: object) -> Survey:
    """Two hundred answers, half of them 10 and half 0."""
    return Survey(pd.DataFrame({"nps": [10, 0] * 100, **columns}))


def test_shares_by_period_leave_undated_answers_out_and_say_so() -> None:
    days = [*pd.date_range("2024-01-01", periods=190), *[pd.NaT] * 10]
    for by in (Period("day"), [Period("day", "month")]):
        chart = answers(day=days).plot.shares(by, lang="en")
        assert "10 responses without a date left out" in subtitle(chart)
        assert "190\u00a0responses" in subtitle(chart)
    assert "10 responses without a date left out" in subtitle(answers(day=days).plot.trend(lang="en"))


def test_unreadable_dates_stop_no_chart() -> None:
    survey = Survey(pd.DataFrame({"nps": [10, 0], "day": ["yesterday", "today"]}), date="day")
    charts_of = survey.plot
    for chart in (charts_of.score(), charts_of.distribution(), charts_of.summary("day"), charts_of.shares()):
        assert "2\u00a0responses" in subtitle(chart)


def test_charts_take_the_options_of_their_verbs() -> None:
    survey = answers(shop=["Lyon", "Nice"] * 100, day=pd.date_range("2024-01-01", periods=200))
    assert "80% interval" in subtitle(survey.plot.trend("quarter", confidence_level=0.8, lang="en"))
    few = Survey(pd.DataFrame({"nps": [10] * 5}))
    assert title(few.plot.score(method="wald", lang="en")) == "The score is +100, between +100 and +100"
    assert title(few.plot.score(lang="en")) == "The score is +100, between +13 and +100"
    bayes, tango = (data_of(survey.plot.summary("shop", method=method))[0]["upper"] for method in ("bayes", "score"))
    assert bayes != tango
    by = survey.plot.distribution("shop", lang="en")
    assert isinstance(by, alt.FacetChart)
    assert title(by) == "50% promoters and 50% detractors: the score is 0"
