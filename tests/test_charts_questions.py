"""The pictures of the questions after the number: what their titles claim, where labels stand, what is hidden."""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd
import pytest

from npskit import charts
from npskit.charts import letters, placement, quadrants, renderer, rows
from npskit.errors import ArgumentError, ColumnNotFoundError, EmptyDataError
from npskit.labels import LANGUAGES, MINUS, NARROW_SPACE, NO_BREAK_SPACE

NAN = float("nan")
DATES = (dt.date(2024, 3, 1), dt.date(2024, 6, 5))
AWKWARD = ["Property: Plan", "a.b[0]", 'it\'s "quoted"', "back\\slash", "</script>", "datum['x']", "ratio % été"]
LONG = "Service après-vente, retours et remboursements des articles volumineux commandés en ligne"

DIFFERENCES = {
    "shop": ["Nice", "Lyon", "Paris"],
    "responses": [400, 300, 500],
    "score": [55.0, 0.0, 30.0],
    "difference": [33.0, -44.0, 1.0],
    "lower": [24.0, -55.0, -8.0],
    "upper": [42.0, -33.0, 10.0],
    "p_value": [0.0, 0.0, 0.8],
    "p_adjusted": [0.0, 0.0, 0.8],
    "best": [0.999, 0.0, 0.001],
}
CHANGE = {
    "shop": ["Lyon", "Nice"],
    "responses_before": [800, 200],
    "responses_after": [600, 400],
    "score_before": [75.0, 0.0],
    "score_after": [80.0, 10.0],
    "mix": [-4.3, -10.2],
    "mix_lower": [-6.0, -13.0],
    "mix_upper": [-2.6, -7.4],
    "within": [3.5, 3.0],
    "within_lower": [-1.0, -2.0],
    "within_upper": [8.0, 8.0],
    "appeared": [False, False],
    "vanished": [False, False],
}
SUMS = {
    "before": 2023,
    "after": 2024,
    "score_before": 60.0,
    "score_after": 52.0,
    "change": -8.0,
    "change_lower": -13.0,
    "change_upper": -3.0,
    "mix": -14.5,
    "mix_lower": -18.0,
    "mix_upper": -11.0,
    "within": 6.5,
    "within_lower": 0.6,
    "within_upper": 13.0,
}
FOUND = {
    "segment": ["visits 1-2 · shop Lyon", "channel phone"],
    "responses": [300, 120],
    "score": [-11.0, 40.0],
    "difference": [-31.0, 20.0],
    "lower": [-40.0, 9.0],
    "upper": [-22.0, 31.0],
    "share_of_detractors": [0.38, 0.05],
    "share_of_responses": [0.12, 0.06],
}
DRIVERS = {
    "attribute": ["checkout", "price", "delivery"],
    "importance": [0.31, 0.12, 0.04],
    "lower": [0.26, 0.08, 0.01],
    "upper": [0.37, 0.17, 0.07],
    "rank_first": [0.99, 0.01, 0.0],
    "performance": [3.1, 4.2, 4.4],
    "coefficient": [0.8, 0.3, -0.2],
    "coefficient_lower": [0.7, 0.2, -0.3],
    "coefficient_upper": [0.9, 0.4, -0.1],
    "responses": [900, 880, 400],
}
EFFECTS = {
    "attribute": ["checkout", "gift wrap", "price"],
    "penalty": [-24.0, -1.0, -9.0],
    "penalty_lower": [-30.0, -5.0, -14.0],
    "penalty_upper": [-18.0, 3.0, -4.0],
    "reward": [3.0, 12.0, 8.0],
    "reward_lower": [-2.0, 8.0, 3.0],
    "reward_upper": [8.0, 16.0, 13.0],
    "bottom": [0.1, 0.2, 0.3],
    "top": [0.5, 0.4, 0.3],
    "kind": ["must-be", "delighter", "performance"],
}
ACTIONS = {
    "action": ["faster checkout", "gift wrap", "new parking"],
    "driver": ["checkout", None, None],
    "impact": [2.4, 0.4, 1.1],
    "lower": [1.5, -0.2, 0.2],
    "upper": [3.3, 1.0, 2.0],
    "feasibility": [4, 5, 4],
    "rank": [1, 3, 2],
    "beyond": [False, True, False],
    "cost": [1000.0, None, 20000.0],
    "owner": ["web", None, "site"],
}
STAGES = {
    "stage": ["welcome", "first order", "a year on", "renewal"],
    "responses": [300, 280, None, 200],
    "score": [40.0, 12.0, None, 10.0],
    "lower": [33.0, 3.0, None, 1.0],
    "upper": [47.0, 21.0, None, 19.0],
    "change": [None, -28.0, None, None],
    "change_lower": [None, -40.0, None, None],
    "change_upper": [None, -16.0, None, None],
    "suppressed": [False, False, True, False],
}
TEAMS = {
    "team": ["Lyon", "Nice", "Paris"],
    "responses": [90, None, 400],
    "score": [-10.0, NAN, 45.0],
    "lower": [-25.0, NAN, 38.0],
    "upper": [5.0, NAN, 52.0],
    "level_change": [-9.0, NAN, 1.0],
    "level_change_lower": [-15.0, NAN, -4.0],
    "level_change_upper": [-3.0, NAN, 6.0],
    "since": [dt.date(2023, 6, 1), None, dt.date(2023, 6, 1)],
    "driver": [LONG, None, "price"],
    "driver_chance": [0.8, NAN, 0.6],
    "suppressed": [False, True, False],
}


def in_other_names(table: dict, name: str, levels: list) -> dict:
    """The same table with other names in its first column."""
    return {**table, name: [*levels, *table[name][len(levels) :]]}


@cache
def every_chart(lang: str) -> dict[str, alt.LayerChart]:
    """One of each and its quiet twin, for what all must hold."""
    return {
        "differences": charts.differences(DIFFERENCES, "shop", dates=DATES, lang=lang),
        "differences to a level": charts.differences(
            {**DIFFERENCES, "difference": [None, -44.0, 1.0]}, "shop", against="Nice", lang=lang
        ),
        "differences of two surveys": charts.differences(
            {key: values[:1] for key, values in DIFFERENCES.items()}, [], against="other", adjustment="bh", lang=lang
        ),
        "waterfall": charts.waterfall(CHANGE, "shop", **SUMS, reversal=True, lang=lang),
        "surprising": charts.surprising(FOUND, overall=20.0, tested=412, halved=True, dates=DATES, lang=lang),
        "nothing surprising": charts.surprising({}, tested=412, lang=lang),
        "importance": charts.importance(DRIVERS, r_squared=0.47, method="lmg", dates=DATES, lang=lang),
        "importance for detractors": charts.importance(DRIVERS, outcome="detractor", method="johnson", lang=lang),
        "importance_performance": charts.importance_performance(DRIVERS, dates=DATES, lang=lang),
        "map along the scale": charts.importance_performance(
            DRIVERS, crosshair=(4.0, 0.1), performance_unit="share", lang=lang
        ),
        "asymmetry": charts.asymmetry(EFFECTS, responses=900, dates=DATES, lang=lang),
        "priorities": charts.priorities(ACTIONS, dates=DATES, lang=lang),
        "journey": charts.journey(STAGES, dates=DATES, lang=lang),
        "scorecard": charts.scorecard(TEAMS, dates=DATES, lang=lang),
    }


@cache
def every_spec(lang: str) -> dict[str, dict]:
    return {name: chart.to_dict() for name, chart in every_chart(lang).items()}


def title(chart: alt.LayerChart) -> str:
    return " ".join(chart.title.text)


def subtitle(chart: alt.LayerChart) -> str:
    return " · ".join(chart.title.subtitle)


def text_of(chart: alt.LayerChart) -> str:
    return json.dumps(chart.to_dict(validate=False), ensure_ascii=False)


def data_of(chart: alt.LayerChart) -> list[dict]:
    return chart.data.values


# --- what all hold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_is_a_valid_light_altair_chart_of_ours(lang: str) -> None:
    for name, chart in every_chart(lang).items():
        assert isinstance(chart, alt.LayerChart), name
        assert isinstance(chart, renderer.Styled), name
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


def test_names_of_rows_have_the_colour_of_the_page() -> None:
    pytest.importorskip("vl_convert")
    svg = renderer.svg_text(every_spec("en")["differences"])
    assert re.search(r'<text[^>]*fill="currentColor"[^>]*>Lyon<', svg)


def test_french_charts_hold_no_english_word() -> None:
    english = re.compile(
        r"\b(responses?|detractors?|interval|overall|level|share|from|and|points? (below|above)|the|of|by|since|stage|"
        r"first|rating|attribute|drop|team|trend|hidden|below|above|others?|answered|lower|higher|driver)\b",
        re.IGNORECASE,
    )
    ours = {"first order", "a year on"}
    for name, spec in every_spec("fr").items():
        texts = [
            *spec["title"]["text"],
            *spec["title"]["subtitle"],
            *re.findall(r'"title": "([^"]*)"', json.dumps(spec)),
        ]
        seen = " ".join(texts)
        for own in ours:
            seen = seen.replace(own, "")
        assert not english.search(seen), (name, seen)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lines_of_titles_fit_the_width(lang: str) -> None:
    for name, chart in every_chart(lang).items():
        assert max(map(len, chart.title.text)) <= 78, name
        assert max(map(len, chart.title.subtitle)) <= 105, name
        assert " ".join(chart.title.text) in chart.description, name


def test_dates_stand_in_the_subtitle() -> None:
    for name in ("differences", "surprising", "importance", "asymmetry", "journey", "scorecard", "priorities"):
        assert "1 March 2024 to 5 June 2024" in subtitle(every_chart("en")[name]), name
        assert "du 1er mars 2024 au 5 juin 2024" in subtitle(every_chart("fr")[name]), name


def field_names(spec: object) -> set[str]:
    """Every field an encoding reads."""
    if isinstance(spec, dict):
        own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
        return own.union(*(field_names(value) for value in spec.values()))
    return set().union(*(field_names(value) for value in spec)) if isinstance(spec, list) else set()


@pytest.mark.parametrize("key", AWKWARD)
def test_awkward_column_names_are_only_text(key: str) -> None:
    groups = {**{name: values for name, values in DIFFERENCES.items() if name != "shop"}, key: [key, AWKWARD[0], None]}
    change = {**{name: values for name, values in CHANGE.items() if name != "shop"}, key: [key, None]}
    for chart in (charts.differences(groups, key), charts.waterfall(change, [key], **SUMS)):
        assert all(name.isidentifier() for name in field_names(chart.to_dict(validate=False)))


def test_awkward_level_names_are_only_text() -> None:
    three, other = AWKWARD[:3], AWKWARD[3:6]
    drawn = [
        charts.differences(in_other_names(DIFFERENCES, "shop", three), "shop"),
        charts.waterfall(in_other_names(CHANGE, "shop", other[:2]), "shop", **SUMS),
        charts.surprising(in_other_names(FOUND, "segment", other[1:])),
        charts.importance(in_other_names(DRIVERS, "attribute", three)),
        charts.importance_performance(in_other_names(DRIVERS, "attribute", other)),
        charts.asymmetry(in_other_names(EFFECTS, "attribute", three)),
        charts.priorities(in_other_names(ACTIONS, "action", other)),
        charts.journey(in_other_names(STAGES, "stage", [*three, AWKWARD[6]])),
        charts.scorecard(in_other_names(TEAMS, "team", other)),
    ]
    for chart in drawn:
        spec = chart.to_dict(validate=False)
        assert all(name.isidentifier() for name in field_names(spec))
        assert "NaN" not in (renderer.svg_text(spec) or "")


def test_tables_may_be_frames_of_a_library() -> None:
    pairs = [
        (charts.differences(pd.DataFrame(DIFFERENCES), "shop"), charts.differences(DIFFERENCES, "shop")),
        (charts.importance(pd.DataFrame(DRIVERS)), charts.importance(DRIVERS)),
        (charts.surprising(pd.DataFrame(FOUND)), charts.surprising(FOUND)),
        (charts.scorecard(pd.DataFrame(TEAMS)), charts.scorecard(TEAMS)),
    ]
    for from_frame, from_mapping in pairs:
        assert from_frame.to_dict(validate=False) == from_mapping.to_dict(validate=False)


def test_empty_frame_of_discoveries_is_a_finding() -> None:
    assert title(charts.surprising(pd.DataFrame(FOUND).iloc[:0], lang="en")) == "No segment stands out from the others"


def test_nothing_to_draw_is_said() -> None:
    def nobody(table: dict) -> dict:
        return {key: [] for key in table}

    hidden = {**STAGES, "suppressed": [True] * 4}
    calls = [
        lambda: charts.differences(nobody(DIFFERENCES), "shop"),
        lambda: charts.differences({**DIFFERENCES, "difference": [NAN] * 3}, "shop"),
        lambda: charts.waterfall(CHANGE, "shop", before=1, after=2, score_before=NAN, score_after=1.0),
        lambda: charts.importance({**DRIVERS, "importance": [NAN] * 3}),
        lambda: charts.importance_performance({**DRIVERS, "performance": [None] * 3}),
        lambda: charts.asymmetry({**EFFECTS, "penalty": [NAN] * 3, "reward": [NAN] * 3}),
        lambda: charts.priorities({**ACTIONS, "rank": [None] * 3}),
        lambda: charts.journey(hidden),
        lambda: charts.scorecard({**TEAMS, "suppressed": [True] * 3}),
    ]
    for call in calls:
        with pytest.raises(EmptyDataError, match="expected at least"):
            call()


def test_wrong_column_and_choice_are_named() -> None:
    with pytest.raises(ColumnNotFoundError, match="did you mean 'shop'"):
        charts.differences(DIFFERENCES, "shp")
    for wrong in (
        {"crosshair": "middle"},
        {"crosshair": (1, 2, 3)},
        {"outcome": "money"},
        {"performance_unit": "mile"},
    ):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            charts.importance_performance(DRIVERS, **wrong)


# --- differences ----------------------------------------------------------------------------------------------------


def test_widest_clear_difference_on_each_side_is_named() -> None:
    assert (
        title(charts.differences(DIFFERENCES, "shop", lang="en"))
        == "Lyon is 44 points below the others, Nice 33 points above"
    )
    assert title(charts.differences(DIFFERENCES, "shop", lang="fr")) == (
        f"Lyon{NARROW_SPACE}: 44{NO_BREAK_SPACE}points de moins que les autres{NARROW_SPACE}; "
        f"Nice{NARROW_SPACE}: 33{NO_BREAK_SPACE}points de plus"
    )


def test_accent_is_for_what_holds_after_the_adjustment() -> None:
    adjusted = {**DIFFERENCES, "p_adjusted": [0.2, 0.001, 0.9]}
    chart = charts.differences(adjusted, "shop", lang="en")
    assert [row["point"] for row in data_of(chart)] == [True, False, False]
    assert title(chart) == "Lyon is 44 points below the others"
    none = charts.differences({**DIFFERENCES, "p_adjusted": [0.2, 0.3, 0.9]}, "shop", lang="en")
    assert title(none) == "No segment stands apart, given that 3 are compared"
    assert "coloured" not in subtitle(none)


def test_of_two_groups_each_is_the_other_of_the_other() -> None:
    two = {key: values[:2] for key, values in DIFFERENCES.items()}
    assert title(charts.differences(two, "shop", lang="en")) == "Lyon is 44 points below Nice"


def test_a_wave_is_compared_with_another_by_its_bare_name() -> None:
    waves = {
        "year": [2018, 2017],
        "responses": [500, 480],
        "score": [30.0, 40.0],
        "difference": [-10.0, None],
        "lower": [-18.0, None],
        "upper": [-2.0, None],
        "p_adjusted": [0.01, None],
    }
    chart = charts.differences(waves, "year", against=2017, lang="en")
    assert title(chart) == "Year 2018 is 10 points below 2017"
    assert "year 2017: +40 (n = 480)" in subtitle(chart)
    assert [row["name"] for row in data_of(chart)] == ["2018"]


def test_chances_are_never_none_nor_certain() -> None:
    chart = charts.differences(DIFFERENCES, "shop", lang="en")
    assert [row["side_1"] for row in data_of(chart)] == ["< 1%", "< 1%", "> 99%"]


def test_of_many_groups_the_lowest_and_the_highest_are_drawn() -> None:
    k = 80
    gaps = np.linspace(-40, 40, k)
    table = {"shop": [f"{LONG} {i}" for i in range(k)], "responses": [100] * k, "difference": gaps}
    table |= {"lower": gaps - 10, "upper": gaps + 10, "p_adjusted": [0.001] * k, "best": [0.01] * k}
    chart = charts.differences(table, "shop", lang="fr")
    assert len(data_of(chart)) == 30
    assert "les 15 plus bas et les 15 plus hauts de 80" in subtitle(chart)
    assert "50 entre les deux" in text_of(chart)
    assert len(text_of(chart)) < 60_000


# --- waterfall ------------------------------------------------------------------------------------------------------


def test_parts_lead_from_the_score_before_to_the_score_after() -> None:
    drawn = [row for row in data_of(charts.waterfall(CHANGE, "shop", **SUMS, lang="en")) if row["kind"] != "head"]
    assert drawn[0]["end"] == 60.0
    for before, after in pairwise(drawn[:-1]):
        assert after["start"] == pytest.approx(before["end"])
    assert drawn[-2]["end"] == pytest.approx(drawn[-1]["end"])
    assert [row["kind"] for row in drawn] == ["total", "mix", "mix", "within", "within", "total"]


def test_reversal_is_a_finding_only_where_intervals_hold_both() -> None:
    simpson = charts.waterfall(CHANGE, "shop", **SUMS, reversal=True, lang="en")
    assert title(simpson).startswith("Down 8 points between 2023 and 2024, although scores rose inside the segments")
    assert "each segment by itself went up, all together down" in subtitle(simpson)
    unsure = charts.waterfall(CHANGE, "shop", **{**SUMS, "within_lower": -1.0}, reversal=True, lang="en")
    assert title(unsure) == f"Down 8 points between 2023 and 2024, of which {MINUS}14 by who answered"
    assert "each segment by itself went up" in subtitle(unsure)


def test_change_that_may_be_chance_is_not_claimed() -> None:
    still = charts.waterfall(CHANGE, "shop", **{**SUMS, "change_upper": 1.0, "within_lower": -1.0}, lang="fr")
    assert title(still) == "Pas d’évolution nette entre 2023 et 2024"
    offset = charts.waterfall(CHANGE, "shop", **{**SUMS, "change_upper": 1.0}, lang="en")
    assert title(offset).startswith("No clear change between 2023 and 2024: ")
    bare = {key: value for key, value in SUMS.items() if not key.startswith(("mix", "within"))}
    assert title(charts.waterfall(CHANGE, "shop", **bare, lang="en")) == "Down 8 points between 2023 and 2024"


def test_largest_clear_part_takes_the_accent() -> None:
    marked = [row["name"] for row in data_of(charts.waterfall(CHANGE, "shop", **SUMS, lang="en")) if row["point"]]
    assert marked == ["Nice"]
    assert not any(
        row["point"] for row in data_of(charts.waterfall(CHANGE, "shop", **{**SUMS, "change_upper": 2.0}, lang="en"))
    )


def test_of_many_segments_the_largest_are_drawn_and_the_rest_together() -> None:
    k, rng = 30, np.random.default_rng(2)
    mix, within = rng.normal(0, 1, (2, k))
    table = {"shop": [f"shop {i}" for i in range(k)], "mix": mix, "within": within}
    table |= {f"responses_{side}": [50] * k for side in ("before", "after")}
    table |= {f"score_{side}": [10.0] * k for side in ("before", "after")}
    after = float(30 + mix.sum() + within.sum())
    rows = data_of(
        charts.waterfall(table, "shop", before="a", after="b", score_before=30.0, score_after=after, lang="en")
    )
    parts = [row for row in rows if row["kind"] in ("mix", "within")]
    assert len(parts) == 10
    assert sum(row["name"].endswith("others") for row in parts) == 2
    assert sum(row["end"] - row["start"] for row in parts) == pytest.approx(after - 30)


def test_new_segments_are_flagged() -> None:
    new = {**CHANGE, "appeared": [False, True], "responses_before": [800, 0], "score_before": [75.0, None]}
    names = [row["name"] for row in data_of(charts.waterfall(new, "shop", **SUMS, lang="fr"))]
    assert "Nice (nouveau)" in names


# --- discoveries ----------------------------------------------------------------------------------------------------


def test_first_segment_is_said_with_its_share_of_detractors() -> None:
    assert title(charts.surprising(FOUND, lang="en")) == (
        "“visits 1-2 · shop Lyon” is 31 points below all others and holds 38% of all detractors"
    )


def test_segment_not_confirmed_in_the_other_half_is_not_named() -> None:
    shaky = {**FOUND, "upper": [3.0, 31.0]}
    chart = charts.surprising(shaky, lang="en")
    assert title(chart) == "“channel phone” is 20 points above all others"
    assert [row["name"] for row in data_of(chart)] == FOUND["segment"]
    none = {**FOUND, "upper": [3.0, 31.0], "lower": [-40.0, -1.0]}
    assert title(charts.surprising(none, lang="en")).startswith("2 segments stand out, but how far")


def test_nothing_found_says_how_many_were_looked_at() -> None:
    chart = charts.surprising({}, tested=412, lang="fr")
    assert title(chart) == "Aucun segment ne se détache des autres"
    assert "412 segments testés" in subtitle(chart)


# --- drivers --------------------------------------------------------------------------------------------------------


def test_one_driver_is_named_only_when_it_is_surely_the_first() -> None:
    chances = {
        (0.99, 0.01, 0.0): "Checkout goes most with the rating: 31% of its variation",
        (0.70, 0.28, 0.02): "Checkout or price goes most with the rating: the answers do not tell which",
        (None, None, None): "Which of the 3 attributes goes most with the rating, the answers do not tell",
    }
    for chance, said in chances.items():
        assert title(charts.importance({**DRIVERS, "rank_first": list(chance)}, lang="en")) == said
    assert "all together 47% (R²)" in subtitle(charts.importance(DRIVERS, r_squared=0.47, lang="en"))
    assert "cause" in subtitle(charts.importance(DRIVERS, lang="fr"))


def test_outcome_is_said() -> None:
    chart = charts.importance(DRIVERS, outcome="detractor", lang="fr")
    assert title(chart).startswith(f"Checkout{NARROW_SPACE}: le critère le plus lié au fait d’être détracteur")


def test_a_driver_that_clearly_goes_the_other_way_says_so() -> None:
    assert [row["reverse"] for row in data_of(charts.importance(DRIVERS, lang="en"))] == ["", "", "in reverse"]


def test_map_names_what_is_low_and_clearly_above_the_line() -> None:
    assert title(charts.importance_performance(DRIVERS, lang="en")) == (
        "Checkout is among the lower rated and goes with the rating more than most"
    )
    unsure = {**DRIVERS, "lower": [0.10, 0.08, 0.01]}
    assert title(charts.importance_performance(unsure, lang="en")).startswith("None of the lower rated attributes")
    assert "lines at 10% and 4.0" in subtitle(charts.importance_performance(DRIVERS, crosshair=(4.0, 0.1), lang="en"))


def test_asymmetry_names_the_clearest_kind() -> None:
    assert (
        title(charts.asymmetry(EFFECTS, lang="en"))
        == "Checkout: a low rating costs 24 points, more than a high one earns"
    )
    no_must = {**EFFECTS, "kind": ["cannot tell", "delighter", "performance"]}
    assert title(charts.asymmetry(no_must, lang="en")) == (
        "“gift wrap”: a high rating earns 12 points, more than a low one costs"
    )
    both = {**EFFECTS, "kind": ["cannot tell", "cannot tell", "performance"]}
    assert (
        title(charts.asymmetry(both, lang="en")) == "Price: a low rating costs 9 points and a high one earns 8 points"
    )
    none = {**EFFECTS, "kind": ["cannot tell"] * 3}
    assert title(charts.asymmetry(none, lang="fr")).endswith("Les réponses ne le disent pas")
    assert [row["kind"] for row in data_of(charts.asymmetry(EFFECTS, lang="fr"))] == [
        "indispensable",
        "proportionnel",
        "séduisant",
    ]


# --- what first -----------------------------------------------------------------------------------------------------


def test_first_action_is_said_with_its_interval_and_ties_as_ties() -> None:
    assert title(charts.priorities(ACTIONS, lang="en")) == "“faster checkout” comes first: +2.4 points (+1.5 to +3.3)"
    tied = {**ACTIONS, "rank": [1, 3, 1]}
    assert title(charts.priorities(tied, lang="en")) == (
        "“faster checkout” and “new parking” share the first place: their intervals overlap"
    )
    idle = {**ACTIONS, "lower": [-1.0, -0.2, 0.2]}
    assert title(charts.priorities(idle, lang="en")) == "No action brings clearly more than zero"


def test_actions_without_impact_are_counted_and_those_beyond_marked() -> None:
    chart = charts.priorities({**ACTIONS, "impact": [2.4, 0.4, NAN], "rank": [1, 2, None]}, lang="en")
    assert "1 without a known impact" in subtitle(chart)
    assert "* further than anyone has answered" in subtitle(chart)
    assert "gift wrap *" in text_of(chart)


def test_discs_of_one_feasibility_stand_side_by_side() -> None:
    k = 4
    same = {"action": [f"a{i}" for i in range(k)], "impact": [1.0] * k, "lower": [0.5] * k, "upper": [1.5] * k}
    same |= {"feasibility": [3] * k, "rank": [1] * k}
    discs = next(layer.data.values for layer in charts.priorities(same).layer if "rank" in layer.data.values[0])
    places = sorted(row["x"] for row in discs)
    assert min(b - a for a, b in pairwise(places)) > 0.1


# --- stages and teams -----------------------------------------------------------------------------------------------


def test_largest_clear_drop_is_named_in_the_order_of_the_stages() -> None:
    chart = charts.journey(STAGES, lang="en")
    assert title(chart) == "“first order” is 28 points below welcome, the largest drop"
    assert [row["name"] for row in data_of(chart)] == STAGES["stage"]
    assert [row["point"] for row in data_of(chart)] == [False, True, False, False]


def test_drop_that_may_be_chance_is_not_named() -> None:
    for unsure in ({"change_upper": [None, 2.0, None, None]}, {"p_adjusted": [None, 0.2, None, None]}):
        assert title(charts.journey({**STAGES, **unsure}, lang="en")).startswith("No drop from one stage to the next")
    held = {**STAGES, "change_upper": [None, -1.0, None, None], "p_adjusted": [None, 0.03, None, None]}
    assert "the largest drop" in title(charts.journey(held, lang="en"))


def test_suppressed_rows_show_no_figure_even_when_the_table_has_one() -> None:
    leaky = {
        **STAGES,
        "score": [40.0, 12.0, 66.6, 10.0],
        "responses": [300, 280, 3, 200],
        "lower": [33.0, 3.0, 1.6, 1.0],
    }
    chart = charts.journey(leaky, lang="en")
    assert "66.6" not in text_of(chart)
    row = data_of(chart)[2]
    assert row["hidden"]
    assert (row["value"], row["lower"], row["n"]) == (None, None, "–")
    assert "fewer than 5 responses" in subtitle(chart)
    assert "780" in subtitle(chart)


def test_scorecard_lists_the_lowest_first_and_the_hidden_last() -> None:
    chart = charts.scorecard(TEAMS, lang="en")
    assert [row["name"] for row in data_of(chart)] == ["Lyon", "Paris", "Nice"]
    assert title(chart) == "Lyon is 55 points below Paris"
    assert [row["side_1"] for row in data_of(chart)] == [f"▼ {MINUS}9", "+1", ""]
    assert data_of(chart)[0]["side_2"].count("\n") == 1
    assert "since 1 June 2023" in data_of(chart)[0]["trend"]


def test_scorecard_of_scores_alone() -> None:
    plain = {key: TEAMS[key] for key in ("team", "responses", "score", "lower", "upper", "suppressed")}
    chart = charts.scorecard(plain, lang="fr")
    assert "tendance" not in subtitle(chart)
    assert "side_2" not in data_of(chart)[0]


# --- where texts stand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_labels_cover_neither_each_other_nor_a_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in zip(*rng.uniform(20, (580, 360), (25, 2)).T, strict=True)]
    texts = [rows.name_lines(f"{LONG[: rng.integers(4, 60)]}", 20, 3) for _ in points]
    found = placement.placed(points, texts, width=600, height=380)
    boxes = [label.box for label in found if label is not None]
    assert len(boxes) >= 23
    for at, box in enumerate(boxes):
        assert box.left >= 0 and box.right <= 600 and box.top >= 0 and box.bottom <= 380  # noqa: PT018
        assert not any(box.overlap(other) for other in boxes[:at])
        for x, y in points:
            assert not box.overlap(placement.Box(x - 6, y - 6, x + 6, y + 6))


def test_label_away_from_its_point_is_led_to_it() -> None:
    points = [(100.0, 100.0)] * 12
    found = placement.placed(points, [["delivery time"]] * 12, width=400, height=300)
    assert any(label is not None and label.led_to is not None for label in found)


def test_no_room_leaves_the_label_out() -> None:
    assert placement.placed([(5, 5)], [["much too long a name"]], width=20, height=20) == [None]


def test_line_through_a_box_is_found() -> None:
    box = placement.Box(10, 10, 20, 20)
    assert placement.crosses_box((0, 15), (30, 15), box)
    assert placement.crosses_box((0, 0), (30, 30), box)
    assert not placement.crosses_box((0, 5), (30, 5), box)
    assert not placement.crosses_box((0, 15), (9, 15), box)


def test_frame_goes_to_pixels_and_back() -> None:
    frame = quadrants.Frame(1.0, 5.0, 0.0, 0.4, 600.0, 380.0)
    assert frame.pixels(1.0, 0.4) == (0.0, 0.0)
    assert frame.data(*frame.pixels(3.3, 0.1)) == pytest.approx((3.3, 0.1))


def test_thirty_attributes_with_long_names_stay_light_and_named() -> None:
    k, rng = 30, np.random.default_rng(3)
    table = {"attribute": [f"{LONG[: 12 + i]} {i}" for i in range(k)], "importance": rng.gamma(1, 0.03, k)}
    table |= {"performance": rng.normal(4, 0.4, k), "responses": [900] * k}
    table |= {"lower": table["importance"] * 0.7, "upper": table["importance"] * 1.3}
    chart = charts.importance_performance(table, lang="fr")
    assert len(text_of(chart)) < 60_000
    labels = next(layer.data.values for layer in chart.layer if "at_x" in getattr(layer.data, "values", [{}])[0])
    assert len(labels) >= 24


def test_long_names_are_cut_after_few_lines_and_long_words_stay_whole() -> None:
    lines = rows.name_lines(LONG)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert rows.name_lines("InformationReasonableTime", 20) == ["InformationReasonableTime"]
    assert all(len(line) <= 30 for line in rows.name_lines("x" * 90))


def test_width_of_a_text_grows_with_its_letters() -> None:
    assert letters.text_width("", 12) == 0
    assert letters.text_width("ill", 12) < letters.text_width("abc", 12) < letters.text_width("WMW", 12)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_equal_and_extreme_values_are_drawn(lang: str) -> None:
    flat = {**DIFFERENCES, "difference": [0.0] * 3, "lower": [0.0] * 3, "upper": [0.0] * 3, "p_adjusted": [1.0] * 3}
    wide = {
        **DIFFERENCES,
        "difference": [200.0, -200.0, 0.0],
        "lower": [150.0, -200.0, -9.0],
        "upper": [200.0, -150.0, 9.0],
    }
    still = {**CHANGE, **{key: [0.0, 0.0] for key in CHANGE if key.startswith(("mix", "within"))}}
    same = {**DRIVERS, "importance": [0.0] * 3, "lower": [0.0] * 3, "upper": [0.0] * 3, "performance": [4.0] * 3}
    none = {**ACTIONS, **{key: [0.0] * 3 for key in ("impact", "lower", "upper")}}
    drawn = [
        charts.differences(flat, "shop", lang=lang),
        charts.differences(wide, "shop", lang=lang),
        charts.waterfall(still, "shop", before=1, after=2, score_before=-100.0, score_after=-100.0, lang=lang),
        charts.importance(same, lang=lang),
        charts.importance_performance(same, lang=lang),
        charts.priorities(none, lang=lang),
        charts.journey({**STAGES, "score": [-100.0] * 4, "lower": [-100.0] * 4, "upper": [-100.0] * 4}, lang=lang),
    ]
    for chart in drawn:
        assert "NaN" not in (renderer.svg_text(chart.to_dict(validate=False)) or "")
