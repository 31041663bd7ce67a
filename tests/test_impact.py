"""Effects of actions in a survey: who was treated, what is told first, and what may mislead."""

from __future__ import annotations

import datetime as dt
import json
import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey, charts
from npskit.charts.effects import days_drawn
from npskit.charts.impact_words import design_text
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, EmptyDataError, RoleError
from npskit.labels import LANGUAGES
from npskit.survey.impact import Impact
from npskit.survey.impact_rows import Step, step_shares

COLUMNS = ["period", "responses", "score", "expected", "expected_lower", "expected_upper", "difference"]


def answers(effect=0.0, since="2023-09-01", *, per_day=8, first="2022-01-01", last="2024-04-30", seed=0, shop=None):
    """A frame of answers a day whose expected score is 20, and `effect` more since a day (in one shop)."""
    rng = np.random.default_rng(seed)
    days = np.repeat(pd.date_range(first, last, freq="D"), per_day)
    shops = rng.choice(["Lyon", "Nice", "Paris", "Lille"], len(days))
    treated = (days >= pd.Timestamp(since)) & ((shops == shop) if shop else True)
    promoters, draw = (0.7 + (20 + effect * treated) / 100) / 2, rng.random(len(days))
    rating = np.where(draw < promoters, 10, np.where(draw < promoters + 0.3, 8, 3))
    return pd.DataFrame({"date": days, "shop": shops, "pilot": np.where(shops == shop, "oui", "non"), "nps": rating})


ROWS = [
    {"action": "New menu", "since": "2023-01-01"},
    {"action": "Training", "since": dt.date(2023, 9, 1)},
    {"action": "Campaign", "since": "2023-10", "until": "2023-12", "owner": "Ana"},
]


@cache
def every_answer() -> dict[str, Impact]:
    """One of each kind of answer."""
    return {
        "shown": Survey(answers(25)).impact("2023-09-01", by="shop"),
        "none": Survey(answers()).impact("2023-09-01"),
        "control": Survey(answers(30, "2023-09-16", shop="Lyon", per_day=16)).impact(
            "2023-09-16", treated={"shop": "lyon"}
        ),
        "several": Survey(answers(25)).impact(actions=ROWS),
        "few": Survey(answers(first="2023-08-01", last="2023-10-05", per_day=1)).impact("2023-10-01"),
    }


@cache
def drawn(name: str, lang: str) -> dict:
    """Specification of an answer's chart."""
    return every_answer()[name].plot(lang=lang).to_dict()


# ---- the answer ---------------------------------------------------------------------------------------------


def test_an_effect_is_found_with_its_interval_and_the_smallest_the_design_shows():
    found = every_answer()["shown"]
    assert found.lower < 25 < found.upper
    assert found.lower > 0
    assert found.p_positive > 0.99
    assert found.told
    assert 5 < found.smallest_detectable < 20


def test_table_has_a_row_per_period_and_the_agreed_columns():
    found = every_answer()["shown"]
    assert list(found.table) == COLUMNS
    assert len(found) == 28
    assert np.mean(found.table["difference"][20:]) == pytest.approx(found.effect, abs=4)
    assert list(every_answer()["control"].table) == [*COLUMNS, "control_responses", "control_score"]


def test_actions_have_a_row_each_in_the_order_of_their_days():
    table = every_answer()["several"].actions
    assert table["action"] == ["New menu", "Training", "Campaign"]
    assert table["until"] == [None, None, dt.date(2023, 12, 31)]
    assert {"effect", "lower", "upper", "p_positive", "smallest_detectable", "told", "overlap"} <= set(table)
    assert table["responses_after"][2] == 8 * 92


def test_one_of_several_actions_is_the_one_that_did_something():
    table = every_answer()["several"].actions
    assert table["lower"][0] < 0 < table["upper"][0]
    assert table["effect"][1] > 10


def test_treated_like_control_is_exactly_0():
    one = answers()
    frame = pd.concat([one.assign(side="a"), one.assign(side="b")])
    found = Survey(frame).impact("2023-09-01", treated={"side": "a"})
    assert found.effect == 0
    assert found.before_after["difference"] == 0


def test_a_column_of_yes_and_no_is_the_same_as_its_levels():
    frame = answers(30, shop="Lyon")
    pilot, levels = (Survey(frame).impact("2023-09-01", treated=each) for each in ("pilot", {"shop": ["Lyon"]}))
    text = Survey(frame).impact(actions=[{"action": "A", "since": "2023-09-01", "treated": "shop=Lyon"}])
    assert pilot.effect == levels.effect == text.effect
    assert pilot.lower < 30 < pilot.upper


def test_actions_for_different_people_are_each_asked_of_their_own_difference():
    frame = answers(30, shop="Lyon")
    rows = [
        {"action": "Nice only", "since": "2023-03-01", "treated": {"shop": "Nice"}},
        {"action": "Lyon only", "since": "2023-09-01", "treated": {"shop": "Lyon"}},
    ]
    table = Survey(frame).impact(actions=rows).actions
    alone = Survey(frame).impact("2023-09-01", treated={"shop": "Lyon"})
    assert table["action"] == ["Nice only", "Lyon only"]
    assert table["effect"][1] == alone.effect


def test_those_of_whom_it_is_not_known_are_left_out_and_counted():
    frame = answers(30, shop="Lyon")
    frame.loc[frame.index[:50], "pilot"] = None
    found = Survey(frame).impact("2023-09-01", treated="pilot")
    assert "50 answers of which it is not known" in " ".join(map(str, found.notes))


def test_actions_come_as_a_table_or_a_log():
    frame = answers(25)
    table = pd.DataFrame([{key: row.get(key) for key in ("action", "since", "until")} for row in ROWS])
    log = npskit.read_actions(pd.DataFrame(ROWS))
    plain = Survey(frame).impact(actions=ROWS).actions["effect"]
    assert Survey(frame).impact(actions=table).actions["effect"] == plain
    assert Survey(frame).impact(actions=log).actions["effect"] == plain


def test_a_day_inside_a_period_counts_by_the_share_of_its_days():
    months = [dt.date(2024, month, 1) for month in (3, 4, 5)]
    shares = step_shares([Step("", dt.date(2024, 4, 16), dt.date(2024, 5, 31))], months, "month")
    assert shares.ravel().tolist() == [0, 0.5, 1]
    assert "inside September 2023" in " ".join(map(str, every_answer()["control"].notes))


def test_weights_and_clusters_say_less_than_as_many_answers():
    rng = np.random.default_rng(3)
    frame = answers(25).assign(w=lambda f: rng.lognormal(0, 1, len(f)), account=lambda f: np.arange(len(f)) // 5)
    frame = frame.sort_values(["date", "nps"], ignore_index=True).assign(account=lambda f: np.arange(len(f)) // 5)
    found = [Survey(frame, **options).impact("2023-09-01") for options in ({}, {"weight": "w"}, {"cluster": "account"})]
    assert found[0].smallest_detectable < min(each.smallest_detectable for each in found[1:])


# ---- what it is held against --------------------------------------------------------------------------------


def test_placebo_dates_lie_before_the_action():
    found = every_answer()["shown"]
    assert all(day < dt.date(2023, 9, 1) for day in found.placebo["date"])
    assert len(found.placebo["date"]) == 12
    assert found.placebo_shown == sum(found.placebo["shown"]) <= 1


def test_the_plain_comparison_stands_beside():
    plain = every_answer()["shown"].before_after
    assert plain["difference"] == pytest.approx(plain["score_after"] - plain["score_before"])
    assert plain["lower"] < 25 < plain["upper"]


def test_drift_is_an_effect_for_the_plain_comparison_only():
    frame = answers()
    days = (frame["date"] - frame["date"].min()).dt.days.to_numpy() / 850
    rng = np.random.default_rng(5)
    frame["nps"] = np.where(rng.random(len(frame)) < 0.25 + 0.3 * days, 10, frame["nps"])
    found = Survey(frame).impact("2023-09-01")
    assert found.before_after["lower"] > 0
    assert found.lower < 0


def test_other_people_are_told_from_other_answers():
    frame = answers()
    late = frame["date"] >= "2023-09-01"
    rng = np.random.default_rng(6)
    frame["age"] = np.where(rng.random(len(frame)) < np.where(late, 0.8, 0.3), "old", "young")
    frame["nps"] = np.where(frame["age"] == "old", 10, frame["nps"])
    found = Survey(frame).impact("2023-09-01", by="age")
    assert found.mix.change == pytest.approx(found.before_after["difference"], abs=1e-6)
    assert found.mix.mix_lower > 0
    assert found.mix.within_lower < 0 < found.mix.within_upper
    said, titles = " ".join(found.lines()), found.plot(lang="fr").to_dict()["title"]
    assert "comes of other people answering" in said
    assert "of other answers" in said
    assert "Other people answered: that alone makes +" in found.sentence(lang="en")
    assert "D’autres personnes ont répondu" in " ".join(titles["subtitle"])
    assert "people" not in every_answer()["shown"].sentence()
    assert "Whether other people answered is not looked at" in " ".join(every_answer()["none"].lines())
    assert any(line.startswith("New menu: The plain") for line in every_answer()["several"].lines())


def test_a_start_after_a_bad_month_is_said():
    frame = answers()
    bad = (frame["date"] >= "2023-08-01") & (frame["date"] < "2023-09-01")
    frame.loc[bad & (np.arange(len(frame)) % 3 == 0), "nps"] = 2
    found = Survey(frame).impact("2023-09-01")
    said = " ".join(map(str, found.notes))
    assert "The reading of August 2023, just before the action, was unusually low" in said
    assert "unusually low" not in " ".join(map(str, every_answer()["none"].notes))


def test_actions_close_together_are_said_to_be_one():
    rows = [{"action": "A", "since": "2023-09-01"}, {"action": "B", "since": "2023-10-01"}]
    found = Survey(answers(25)).impact(actions=rows)
    assert found.actions["overlap"] == [("B",), ("A",)]
    assert "“A” and “B” cannot be told apart" in " ".join(map(str, found.notes))
    assert found.together[1] > 0


def test_two_of_three_actions_are_told_together_without_the_third():
    rows = [{"action": "A", "since": "2023-03-01"}, {"action": "B", "since": "2023-03-10"},
            {"action": "C", "since": "2023-10-01"}]  # fmt: skip
    found = Survey(answers(25, "2023-03-01")).impact(actions=rows)
    (note,) = [note for note in found.notes if note.key == "impact_note_overlap"]
    assert {note.values["one"], note.values["other"]} == {"A", "B"}
    assert note.values["effect"].value == pytest.approx(sum(found.actions["effect"][:2]))
    assert note.values["lower"].value < 25 < note.values["upper"].value
    assert "ne peuvent être distinguées l’une de l’autre, seul leur effet commun se mesure\u202f: +2" in note.sentence(
        lang="fr"
    )


def test_marked_changes_close_to_the_action_are_said():
    found = Survey(answers(25)).impact("2023-09-01", breaks="2023-08")
    assert found.breaks == (dt.date(2023, 8, 1),)
    assert "A change is marked close to the action (August 2023)" in " ".join(map(str, found.notes))


def test_repeated_respondents_are_said_unless_clusters_allow_for_them():
    frame = answers(25).assign(customer_id=lambda f: np.arange(len(f)) % 2000)
    assert "answered before" in " ".join(map(str, Survey(frame).impact("2023-09-01").notes))
    clustered = Survey(frame, cluster="customer_id").impact("2023-09-01")
    assert "answered before" not in " ".join(map(str, clustered.notes))


# ---- data that is not as one wishes -------------------------------------------------------------------------


def test_few_answers_are_a_plain_answer():
    found = every_answer()["few"]
    assert found.told is False
    assert "Not enough data to tell" in found.sentence(lang="en")
    assert "Pas assez de données" in found.sentence(lang="fr")


def test_nothing_after_the_action_is_a_plain_answer():
    found = Survey(answers(last="2023-08-31")).impact("2023-09-01")
    assert found.told is False
    assert math.isnan(found.effect)
    assert math.isinf(found.smallest_detectable)
    assert found.sentence().startswith("No effect, however large, would surely show here. Not enough data")
    assert json.dumps(found.to_dict())
    assert found.plot(lang="fr").title.text[0].startswith("Pas assez de données")


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2031-02-01", ("after the last answers (April 2024)", "après les dernières réponses (avril 2024)")),
        ("2019-02-01", ("in the first period with answers (January 2022) or before", "(janvier 2022) ou avant")),
    ],
)
def test_an_action_without_a_before_or_an_after_is_said_to_have_none(since, said):
    found = Survey(answers(per_day=2)).impact(since)
    assert found.told is False
    for lang, part in zip(("en", "fr"), said, strict=True):
        assert part in " ".join(found.lines(lang=lang))
    assert "unusually low" not in " ".join(map(str, found.notes))


def test_a_quarter_takes_an_article_in_french():
    found = Survey(answers(25)).impact("2023-10", every="quarter")
    assert "Depuis le T4\xa02023" in found.sentence(lang="fr")
    assert "Since Q4 2023" in found.sentence(lang="en").replace("\xa0", " ")


def test_until_leaves_out_what_came_later():
    found = Survey(answers(25)).impact("2023-09-01", until="2023-12")
    assert found.table["period"][-1] == dt.date(2023, 12, 1)


def test_gaps_and_a_date_of_1970_do_no_harm():
    frame = answers(25)
    month = frame["date"].dt.strftime("%Y-%m")
    frame = pd.concat([frame[month != "2022-08"], pd.DataFrame({"date": [pd.Timestamp("1970-01-01")], "nps": [0]})])
    found = Survey(frame).impact("2023-09-01")
    assert len(found) == 28
    assert found.table["responses"][7] == 0
    assert found.lower > 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ArgumentError, "since and actions: expected one of them, got none"),
        ({"since": "2023", "actions": ROWS}, ArgumentError, "expected one of them, got both"),
        ({"since": "soon"}, ArgumentError, "since: expected a date"),
        ({"actions": []}, ArgumentError, "actions: expected at least one action"),
        ({"actions": [{"action": "A"}]}, ArgumentError, "actions, row 1: expected its 'since'"),
        ({"actions": [{"since": "2023"}]}, ArgumentError, "actions, row 1: expected its 'action'"),
        ({"actions": [{"action": "A", "since": "x"}]}, ArgumentError, "since of action 'A'"),
        ({"actions": [{"action": "A", "since": "2023", "until": "2022"}]}, ArgumentError, "until of action 'A'"),
        ({"actions": [ROWS[0], ROWS[0]]}, ArgumentError, "each action once"),
        ({"since": "2023", "treated": {"shop": "Lyo"}}, ArgumentError, "did you mean 'Lyon'"),
        ({"since": "2023", "treated": {"shpo": "Lyon"}}, ColumnNotFoundError, "shpo"),
        ({"since": "2023", "treated": {"shop": ["Lyon", "Nice", "Paris", "Lille"]}}, ArgumentError, "control group"),
        ({"since": "2023", "treated": "shop"}, ArgumentError, "yes and no"),
        ({"since": "2023", "treated": 3}, ArgumentError, "columns to levels"),
        ({"since": "2023", "treated": pd.Series([True])}, ArgumentError, "got a Series"),
        ({"since": "2023", "treated": {"shop": []}}, ArgumentError, "at least one level of 'shop'"),
        ({"since": "2023", "treated": {"shop": None}}, ArgumentError, "at least one level of 'shop'"),
        ({"since": "2023-09-01", "until": "2023-05"}, ArgumentError, "until: expected a day from 2023-09-01 on"),
        ({"since": pd.NaT}, ArgumentError, "since: expected a date, .* got NaT"),
        ({"since": "1/9/2023"}, ArgumentError, "if the day comes first, write '2023-09-01'"),
        ({"actions": {"Menu": "2023-01-01"}}, ArgumentTypeError, r"Hint: \[{'action': 'New menu', 'since'"),
        ({"since": "2023", "confidence_level": 95}, ArgumentError, "confidence_level"),
        ({"since": "2023", "breaks": "1999"}, ArgumentError, "breaks"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(arguments, error, message):
    with pytest.raises(error, match=message):
        Survey(answers(per_day=2)).impact(**arguments)


def test_columns_that_together_hold_nobody_are_refused():
    with pytest.raises(
        ArgumentError, match=r"treated: expected answers of some .*, got 0 and 1,702.\nHint: looked for in"
    ):
        Survey(answers(shop="Lyon", per_day=2)).impact("2023-09-01", treated={"shop": "Nice", "pilot": "oui"})


def test_no_dates_are_refused():
    with pytest.raises(RoleError, match="date"):
        Survey(pd.DataFrame({"nps": [1, 10, 9]})).impact("2023-09-01")
    with pytest.raises(EmptyDataError):
        Survey(answers().assign(nps=np.nan)).impact("2023-09-01")


def test_other_engines_and_counts_agree():
    frame = answers(25, per_day=3)
    whole = Survey(frame).impact("2023-09-01", treated={"shop": "Lyon"})
    polars = pytest.importorskip("polars")
    assert Survey(polars.from_pandas(frame)).impact("2023-09-01", treated={"shop": "Lyon"}).effect == whole.effect
    kinds = np.select([frame["nps"] < 7, frame["nps"] < 9], ["detractors", "passives"], "promoters")
    counts = pd.crosstab([frame["date"], frame["shop"]], kinds).reset_index()
    again = Survey.from_counts(counts, date="date").impact("2023-09-01", treated={"shop": "Lyon"})
    assert again.effect == pytest.approx(whole.effect)


# ---- words and pictures -------------------------------------------------------------------------------------


def test_the_smallest_effect_is_told_first_in_both_languages():
    found = every_answer()["shown"]
    assert found.sentence(lang="en").startswith("An effect of ")
    assert " would show here 8 times in 10. Since September 2023, the score is " in found.sentence(lang="en")
    assert " au-dessus de l’attendu (intervalle" in found.sentence(lang="fr")
    assert "no effect shows" in every_answer()["none"].sentence()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["shown", "control", "several"])
def test_charts_are_drawn_and_say_what_the_sentence_says(name, lang):
    found, spec = every_answer()[name], drawn(name, lang)
    assert found.sentence(lang=lang).endswith(" ".join(spec["title"]["text"]) + ".")
    assert " ".join(spec["title"]["subtitle"]).startswith(found.sentence(lang=lang)[:20])
    assert len(spec["vconcat"]) == 2
    assert all("{" not in line for line in found.lines(lang=lang))
    pytest.importorskip("vl_convert").vegalite_to_svg(spec)


def test_actions_are_named_on_the_chart():
    assert all(row["action"] in json.dumps(drawn("several", "en")) for row in ROWS)


def test_plot_verb_is_the_chart_of_the_result():
    survey = Survey(answers(25))
    assert (
        survey.plot.impact("2023-09-01", lang="fr").to_dict()["title"]
        == (survey.impact("2023-09-01").plot(lang="fr").to_dict()["title"])
    )


def test_of_many_periods_those_around_the_action_are_drawn():
    days = [dt.date(2021, 1, 1) + dt.timedelta(days=at) for at in range(600)]
    assert days_drawn(days, [days[100]]) == days[61:181]
    assert days_drawn(days, [days[10]]) == days[:120]
    assert days_drawn(days, [days[590]]) == days[480:]
    assert days_drawn(days[:50], [days[40]]) == days[:50]
    found = Survey(answers(25, per_day=2, first="2022-10-01")).impact("2023-02-01", every="day")
    said = found.plot(lang="fr").to_dict()
    assert "120 périodes dessinées sur 578" in " ".join(said["title"]["subtitle"])
    assert "2023-02-01" in json.dumps(said)


def test_an_effect_no_score_can_have_is_none_that_shows():
    actions = {"smallest_detectable": [108.0]}
    assert design_text(actions, "en").startswith("No effect, however large")
    assert design_text({"smallest_detectable": [62.0]}, "en").startswith("An effect of 62 points")


def test_a_chart_of_nothing_is_refused():
    actions = {"action": [""], "since": [dt.date(2024, 1, 1)], "until": [None], "effect": [1.0], "lower": [0.0],
               "upper": [2.0], "smallest_detectable": [1.0], "told": [True]}  # fmt: skip
    with pytest.raises(EmptyDataError):
        charts.impact({name: [] for name in COLUMNS}, actions)


def test_an_action_that_nothing_can_be_told_of_does_not_count_as_one_without_effect():
    rows = [{"action": "A", "since": "2023-09-01"}, {"action": "Card", "since": "2031-02-01"}]
    quiet, busy = (Survey(answers(points)).impact(actions=rows) for points in (0, 25))
    assert quiet.actions["told"] == [True, False]
    assert "No action shows an effect; for 1 of the 2 there is not enough data to tell." in quiet.sentence(lang="en")
    assert "Aucune action ne montre d’effet\u202f; pour 1 sur 2 les données ne suffisent pas" in quiet.sentence(
        lang="fr"
    )
    assert "1 of 2 actions shows an effect: “A” (" in busy.sentence(lang="en")
    assert any(str(note).startswith("Card – The action begins on 1 February 2031, after") for note in busy.notes)


def two_groups():
    frame = pd.concat([answers(25).assign(shop="Lyon"), answers().assign(shop="Nice"), answers().assign(shop="Metz")])
    rows = [
        {"action": "Tills", "since": "2023-09-01", "treated": {"shop": "Lyon"}},
        {"action": "Posters", "since": "2023-10-01", "treated": {"shop": "Nice"}},
        {"action": "Radio", "since": "2023-11-01"},
    ]
    return Survey(frame).impact(actions=rows)


def test_remarks_on_some_of_several_actions_name_them():
    said = list(map(str, two_groups().notes))
    assert any(text.startswith("Radio – Without a control group") for text in said)
    assert any(text.startswith("Tills · Posters – The effect is that on the difference") for text in said)
    assert not any(text.startswith("Without a control group") for text in said)


def test_actions_on_others_are_not_drawn_over_readings_they_did_not_touch():
    found = two_groups()
    assert found.actions["treated"] == ["shop = Lyon", "shop = Nice", ""]
    spec = found.plot(lang="en").to_dict()
    assert "on others and not drawn: “Posters”, “Radio”" in " ".join(spec["title"]["subtitle"])
    bands = [layer for layer in spec["vconcat"][1]["layer"] if layer["mark"]["type"] == "rect"]
    assert len(bands) == 1
    assert "Posters" not in json.dumps(spec["vconcat"])


def test_intervals_stay_inside_the_lower_panel_or_are_marked_as_going_on():
    days = pd.date_range("2023-01-01", periods=10, freq="MS").date
    table = {"period": list(days), "responses": [90] * 9 + [3], "score": [30.0] * 10, "expected": [30.0] * 10,
             "expected_lower": [10.0] * 9 + [-60.0], "expected_upper": [50.0] * 9 + [95.0],
             "difference": [0.0] * 10}  # fmt: skip
    actions = {"action": [""], "since": [days[7]], "until": [None], "effect": [1.0], "lower": [-4.0],
               "upper": [6.0], "smallest_detectable": [9.0], "told": [True]}  # fmt: skip
    panel = charts.impact(table, actions, lang="en").to_dict()["vconcat"][1]["layer"]
    bars = next(each for each in panel if each["mark"]["type"] == "rule" and "y2" in each["encoding"])
    start, stop = bars["encoding"]["y"]["scale"]["domain"]
    assert start <= -20 <= 20 <= stop
    marks = [each["mark"]["shape"] for each in panel if each["mark"]["type"] == "point"]
    assert marks == ["triangle-up", "triangle-down"]


def test_segments_of_the_column_that_says_who_was_treated_are_refused_with_the_reason():
    survey = Survey(answers(shop="Lyon"))
    with pytest.raises(ArgumentError, match="in each of its levels all were treated or none"):
        survey.impact("2023-09-01", treated={"shop": "Lyon"}, by=["shop"], until="2024-04-30")
