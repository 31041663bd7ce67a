"""The brief: every line is the verbs' own figure, nothing that chance explains is news, and no small team is shown."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Period, Survey, datasets
from npskit.charts.columns import quoted
from npskit.errors import ArgumentError, ColumnNotFoundError
from npskit.labels import LANGUAGES, word
from npskit.report import BriefStory, prepared, templates
from npskit.report.asked import asked_columns
from npskit.report.brief_actions import actions_of, actions_table, actions_told, newest
from npskit.report.brief_change import change, level_beside
from npskit.report.brief_fixes import Fix, first_of, theme_fixes
from npskit.report.brief_page import BriefPage, BriefTable
from npskit.report.brief_periods import recent
from npskit.report.brief_words import watched_told
from npskit.report.invented import invented_leavers
from npskit.report.teams import team_column
from npskit.report.template import parameters_of, template_path
from npskit.report.transfer import carried, stored
from npskit.stats.score import score
from npskit.survey.action_review import ActionReview
from npskit.survey.monitoring import Monitor
from npskit.survey.notes import noted

TEMPLATE = "executive-brief"
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|without|between|answers?|responses?|customers?|level|others|beyond|chance|interval|"
    r"points? (above|below)|called|shown|down|up|clear|since|quarter|month|to fix|comments? speak)\b",
    re.IGNORECASE,
)


def answers(n: int = 1200, *, seed: int = 1, lift: float = 0.0, gap: float = 0.0) -> pd.DataFrame:
    """A year of three shops: from October on `lift` of the ratings are tens, and `gap` of those of Nice are ones."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 366, n), unit="D")
    shop = rng.choice(["Lyon", "Nice", "Paris"], n)
    rating = rng.choice([3, 7, 8, 9, 10], n)
    rating = np.where((day >= "2024-10-01") & (rng.random(n) < lift), 10, rating)
    rating = np.where((shop == "Nice") & (rng.random(n) < gap), 1, rating)
    return pd.DataFrame({"nps": rating, "date": day, "shop": shop})


def told(frame: pd.DataFrame, lang: str = "en", **options: Any) -> BriefStory:
    return BriefStory(Survey(frame), lang=lang, **options)


def everything(story: BriefStory) -> str:
    parts = [story.summary(), story.to_fix(), story.glance(), story.stands_notes(), story.acted_notes(), story.method()]
    own = [part for page in story.pages for part in page.parts()]
    return "\n".join(part.text for part in [*parts, *own] if hasattr(part, "text"))


def lines(story: BriefStory) -> dict[str, str]:
    return dict(story.summary().lines)


@pytest.fixture(scope="module")
def sample() -> BriefStory:
    """The bundled survey."""
    return BriefStory(lang="en")


# ---- the last period --------------------------------------------------------------------------------------


def test_periods_are_long_enough_and_a_last_one_of_few_answers_is_left_aside() -> None:
    monthly = {dt.date(2024, month, 10): 120 for month in range(1, 7)}
    found = recent(monthly)
    assert found is not None
    assert (found.every, found.before, found.after) == ("month", dt.date(2024, 5, 1), dt.date(2024, 6, 1))
    few = {dt.date(2024, month, 10): 40 for month in range(1, 13)}
    assert recent(few).every == "quarter"
    begun = recent({**monthly, dt.date(2024, 7, 1): 3})
    assert (begun.after, begun.aside) == (dt.date(2024, 6, 1), (dt.date(2024, 7, 1), 3))
    assert recent(few, "month").every == "month"
    assert recent({dt.date(2024, 1, 1): 500}) is None
    assert recent({}) is None
    yearly = recent({dt.date(year, 9, 30): 900 for year in range(2015, 2024)})
    assert (yearly.every, yearly.after) == ("year", dt.date(2023, 1, 1))


def daily(first: dt.date, days: int, each: int = 4) -> dict[dt.date, int]:
    """So many answers on each of so many days."""
    return {first + dt.timedelta(days=at): each for at in range(days)}


def test_a_period_that_has_just_begun_is_not_compared_and_one_nearly_over_is_named_with_its_day() -> None:
    begun = recent(daily(dt.date(2024, 1, 1), 317))  # to 12 November
    assert (begun.after, begun.aside, begun.until) == (dt.date(2024, 10, 1), (dt.date(2024, 11, 1), 48), None)
    nearly = recent(daily(dt.date(2024, 1, 1), 332))  # to 27 November
    assert (nearly.after, nearly.aside, nearly.until) == (dt.date(2024, 11, 1), None, dt.date(2024, 11, 27))
    assert nearly.names("en")[1] == "November 2024 so far (up to 27 November 2024)"
    over = recent(daily(dt.date(2024, 1, 1), 335))
    assert (over.after, over.until) == (dt.date(2024, 11, 1), None)


def test_two_months_of_a_year_are_not_set_against_ten() -> None:
    # Thirteen months of 60 answers: too few a month, and neither year is whole.
    found = recent(daily(dt.date(2025, 11, 1), 380, 2))
    assert (found.every, found.before, found.after) == ("quarter", dt.date(2026, 4, 1), dt.date(2026, 7, 1))
    assert found.aside[0] == dt.date(2026, 10, 1)
    asked = recent(daily(dt.date(2025, 11, 1), 380, 2), "year")
    assert not asked.are_alike
    assert asked.names("en") == ("2025 (from 1 November 2025)", "2026 so far (up to 15 November 2026)")


def test_waves_of_some_weeks_a_year_are_whole_periods() -> None:
    waves = {dt.date(year, 9, day): 30 for year in range(2016, 2024) for day in range(5 + year % 7, 25)}
    found = recent(waves)
    assert (found.every, found.after, found.aside, found.until) == ("year", dt.date(2023, 1, 1), None, None)


def test_answers_that_are_worth_less_ask_for_longer_periods() -> None:
    days = daily(dt.date(2024, 1, 1), 335)
    assert [recent(days, worth=worth).every for worth in (1.0, 0.5)] == ["month", "quarter"]


def test_the_headline_is_of_the_last_period_and_all_answers_come_after_it_with_their_dates() -> None:
    frame = answers(3000, lift=0.6)
    for lang, begins, label, dates in (
        ("en", "Q4 2024: score of ", "All answers", "January 2024 to December 2024: "),
        ("fr", "T4\xa02024\u202f: score de ", "Toutes les réponses", "Janvier 2024 à décembre 2024\u202f: "),
    ):
        story = told(frame, lang, every="quarter")
        last = story.survey.summary(Period("date", "quarter")).iloc[-1]
        page, whole = story.summary(), lines(story)[label]
        assert page.title.startswith(f"{begins}{last['score']:+.0f}")
        assert (story.current.lower, story.current.upper) == (last["lower"], last["upper"])
        assert story.current.score == pytest.approx(story.change.after)
        assert page.shares[2] == pytest.approx(last["promoters"] / last["responses"])
        assert whole.startswith(f"{dates}{story.overall.score:+.0f}")
        assert [name for name, _ in page.lines].index(label) == 2


def test_what_is_of_all_answers_says_its_dates() -> None:
    story = told(answers(3000, gap=0.4), every="quarter", industry="airlines")
    said = "Answers from January 2024 to December 2024."
    for text in (lines(story)["Teams"], lines(story)["Others"], story.to_fix().text, story.glance().text):
        assert said in text
    for head in (page.head() for page in story.pages):
        assert head.kicker.endswith("shop · January 2024 to December 2024")
        assert dict(head.lines)["Who answered"].endswith(said)
    assert lines(story)["Risk"].startswith("Q4 2024: ")
    assert "stands" not in story.summary().text


def test_without_two_periods_the_headline_is_of_all_and_says_no_dates_twice() -> None:
    for frame in (answers(300).drop(columns="date"), answers(300).assign(date="2024-05-05")):
        story = told(frame)
        assert story.summary().title.startswith("The score is ")
        assert "Answers from" not in everything(story)
        assert "All answers" not in lines(story)


def test_a_chart_over_time_has_points_to_follow() -> None:
    few = answers(330, seed=4)
    few["date"] = pd.date_range("2022-01-01", "2024-12-31", periods=330)
    story = told(few)
    assert story.change.recent.every == "year"
    assert sum(map(bool, story.trend.table["responses"])) > 4
    assert told(few, every="year").trend.every == "year"


def fell(last: float, before: float) -> Survey:
    """A year and a half in which the score was at `before` and, in the last three months, at `last`."""
    rows = []
    for at, day in enumerate(pd.date_range("2025-01-01", "2026-06-30", periods=3600)):
        promoters = last if day >= pd.Timestamp("2026-04-01") else before
        rows.append((10 if at % 100 < promoters else 2, day))
    return Survey(pd.DataFrame(rows, columns=["nps", "date"]))


def test_it_is_said_why_two_readings_and_the_level_differ() -> None:
    survey = fell(20, 80)
    story = BriefStory(survey, every="month", lang="en")
    assert not story.change.is_clear
    moved = story.trend.plot(lang="en").to_dict()["title"]["text"][0]
    said = level_beside(story.change, story.trend, "en")
    assert said.startswith("These are two readings; the level, drawn from the whole series, is down ")
    # In the words of the chart below it.
    assert said.rpartition(" is ")[2] == moved.rpartition(" is ")[2] + "."
    assert said in lines(story)["Last period"]
    quarters = BriefStory(survey, every="quarter", lang="en")
    assert quarters.change.is_clear
    assert level_beside(quarters.change, quarters.trend, "en") == ""
    assert level_beside(quarters.change, None, "en") == ""
    calm = BriefStory(fell(60, 60), every="month", lang="fr")
    assert level_beside(calm.change, calm.trend, "fr") == ""
    up = replace(calm.change, points=9.0, lower=1.0, upper=17.0)
    assert "n’a pas nettement évolué depuis janvier 2025" in level_beside(up, calm.trend, "fr")


def test_calm_is_told_from_the_first_reading_that_was_judged() -> None:
    days = [dt.date(2024, month, 1) for month in range(1, 10)]
    table = {"period": days, "responses": [50] * 9, "p_value": [float("nan")] * 6 + [0.4, 0.5, 0.6], "kind": [""] * 9}
    said = watched_told(Monitor(table, "month"), "en")
    assert said == "Of the 3 readings judged since July 2024, none has stood out."
    assert "3 mesures examinées depuis juillet 2024" in watched_told(Monitor(table, "month"), "fr")
    one = {**table, "p_value": [float("nan")] * 8 + [0.6]}
    said = watched_told(Monitor(one, "month"), "en")
    assert said == "The one reading judged, that of September 2024, has not stood out."
    assert watched_told(Monitor({**table, "p_value": [float("nan")] * 9}, "month"), "en") == ""
    # An alert of long ago: told is what came after it.
    late = {**table, "p_value": [0.01] + [0.5] * 8, "kind": ["jump"] + [""] * 8}
    assert watched_told(Monitor(late, "month"), "en").startswith("Of the 8 readings judged since February 2024")


def test_the_interval_beside_the_others_is_said_to_be_of_one_difference() -> None:
    story = told(answers(3000, gap=0.4))
    (page,) = [page for page in story.pages if page.name == "Nice"]
    beside = page.teams.beside(page.row)
    said = dict(page.head().lines)["Beside the others"]
    assert f"{beside['lower']:.0f} to {beside['upper']:.0f}".replace("-", "−") in said
    assert "interval of this difference by itself" in said
    assert "given the 3 compared" in said
    method = story.method().text
    assert "without adjustment" in method
    assert "the interval shown is the widened one" not in method


def test_a_level_that_has_not_moved_starts_nowhere_in_french() -> None:
    said = dict(told(answers(3000), "fr", every="quarter").pages[0].head().lines)["Dans le temps"]
    assert "niveau depuis le T" in said
    assert "point de départ" not in said


def test_a_change_is_that_of_the_verb_and_adds_up() -> None:
    story = told(answers(3000, lift=0.6), every="quarter")
    found = story.change
    assert found is not None
    direct = story.survey.change(Period("date", found.recent.every), found.recent.before, found.recent.after, by="shop")
    assert (found.points, found.lower, found.upper) == (direct.change, direct.change_lower, direct.change_upper)
    assert found.points == pytest.approx(found.why.mix + found.why.within)
    assert found.points == pytest.approx(found.after - found.before)
    assert "up " in lines(story)["Last period"]
    assert "What people answered: +" in lines(story)["Why"]


def test_who_answered_is_told_where_only_that_changed() -> None:
    rows = [(10, "a", 300, 100), (2, "b", 100, 300)]
    parts = [pd.DataFrame({"nps": rating, "shop": shop, "date": ["2024-01-15"] * one + ["2024-02-15"] * two})
             for rating, shop, one, two in rows]  # fmt: skip
    story = told(pd.concat(parts))
    assert story.change.why.within == 0
    assert story.change.points == -100
    assert "what people answered: 0" in lines(story)["Why"].lower()
    assert "down 100 points" in lines(story)["Last period"]


def test_no_clear_change_is_said_to_be_none() -> None:
    for lang, words in (("en", "No clear change from"), ("fr", "Pas d’évolution nette")):
        story = told(answers(seed=5), lang)
        assert not story.change.is_clear
        assert story.summary().text.count(words) == 1
        assert story.change.because(lang) == ""


def test_columns_whose_levels_come_and_go_explain_nothing() -> None:
    frame = answers(2000, lift=0.5)
    frame["event"] = frame["date"].dt.strftime("event of %Y-%m-%d")
    found = change(Survey(frame), "date", ["event", Period("date", "week")], every=None, confidence_level=0.95)
    assert found.why is None
    named = change(Survey(frame), "date", ["event", "shop"], every=None, confidence_level=0.95)
    assert named.item == "shop"
    assert named.points == pytest.approx(found.points)


def test_a_segment_of_few_answers_is_not_named() -> None:
    frame = answers(2000)
    small = pd.DataFrame({"nps": [0] * 6 + [10] * 6, "shop": "Tiny", "date": ["2024-08-01"] * 6 + ["2024-11-01"] * 6})
    found = change(
        Survey(pd.concat([frame, small])), "date", ["shop"], every="quarter", confidence_level=0.95, least=10
    )
    assert "Tiny" not in " ".join(found.sentences("en")) + found.because("en")


@pytest.mark.slow
def test_news_is_rare_where_nothing_moves() -> None:
    clear = [told(answers(800, seed=seed)).change.is_clear for seed in range(200)]
    # At 95 % five in a hundred; 200 draws of that stay below 21 in 999 of 1,000 cases.
    assert sum(clear) <= 20


# ---- three things to fix ----------------------------------------------------------------------------------


def test_order_is_what_each_brings_at_least() -> None:
    fixes = [Fix("driver", name, 9, lower, 20) for name, lower in (("a", 1), ("b", 3), ("c", -1), ("d", 2), ("e", 0.5))]
    assert [fix.name for fix in first_of(fixes)] == ["b", "d", "a"]


def test_a_theme_counts_what_the_score_of_all_would_be_without_it() -> None:
    frame = pd.DataFrame({
        "nps": [10] * 300 + [2] * 60 + [9] * 60 + [2] * 40,
        "comment": [""] * 300 + ["much too expensive, the price!"] * 60 + ["friendly staff"] * 60 + ["hm so so"] * 40,
    })  # fmt: skip
    story = told(frame)
    (fix,) = [fix for fix in story.fixes if fix.name == "price"]
    counts = np.array([100.0, 0, 360])
    assert fix.points == pytest.approx(score(counts - [60, 0, 0]) - score(counts))
    assert fix.lower < fix.points < fix.upper
    assert "“price”, of which" in story.to_fix().text
    assert theme_fixes(None, counts, worth=1, confidence_level=0.95) == []


def test_a_team_brings_its_share_of_the_gap() -> None:
    story = told(answers(3000, gap=0.4))
    (fix,) = [fix for fix in story.fixes if fix.kind == "team"]
    frame = story.survey.data
    inside, outside = frame[frame["shop"] == "Nice"], frame[frame["shop"] != "Nice"]
    assert fix.name == "Nice"
    assert fix.points == pytest.approx(len(inside) / len(frame) * (outside.nps.score() - inside.nps.score()))
    assert "“Nice” level with the others" in story.to_fix().text


def test_a_driver_moves_as_far_as_it_can_and_is_not_alone_in_being_looked_at() -> None:
    rng = np.random.default_rng(3)
    service, price, noise = rng.integers(1, 6, (3, 1500))
    nps = np.clip(service + service + rng.integers(-1, 2, 1500), 0, 10)
    story = told(pd.DataFrame({"nps": nps, "service": service, "price": price, "parking": noise}))
    (fix,) = story.fixes
    alone = story.levers.drivers.what_if({"service": 0.5})
    assert (fix.name, fix.size) == ("service", 0.5)
    assert fix.points == pytest.approx(alone.change)
    assert fix.lower < alone.lower < alone.upper < fix.upper


def test_nothing_is_put_first_where_nothing_is_clear() -> None:
    for lang, words in (("en", "nothing is put first"), ("fr", "rien n’est mis en premier")):
        story = told(answers(seed=5), lang)
        assert story.fixes == ()
        assert words in story.to_fix().text


@pytest.mark.slow
def test_chance_alone_seldom_puts_something_first() -> None:
    rng = np.random.default_rng(0)
    found = 0
    for seed in range(60):
        frame = answers(500, seed=seed)
        frame[["service", "price", "parking"]] = rng.integers(1, 6, (500, 3))
        found += bool(told(frame).fixes)
    # Drivers and teams at 5 % each side by side; 60 draws of 10 % stay below 14 in 998 of 1,000 cases.
    assert found <= 13


# ---- teams ------------------------------------------------------------------------------------------------


def test_figures_of_a_team_are_those_of_the_verbs() -> None:
    story = told(answers(3000, gap=0.3))
    table = story.survey.summary("shop").set_index("shop")
    against = story.survey.compare("shop").to_frame().set_index("shop")
    assert [page.name for page in story.pages] == ["Lyon", "Nice", "Paris"]
    for page in story.pages:
        row, head = table.loc[page.name], page.head()
        assert f"{row['score']:+.0f}".replace("-", "−") in head.title
        assert head.shares == pytest.approx(
            [row[kind] / row["responses"] for kind in ("detractors", "passives", "promoters")]
        )
        assert page.teams.beside(page.row)["difference"] == against.loc[page.name, "difference"]
    assert "Below the others beyond chance: Nice" in lines(story)["Teams"]
    assert "points below the others" in story.pages[1].head().text


def test_weights_move_the_bar_with_the_score() -> None:
    frame = answers(900)
    frame["w"] = np.where(frame["nps"] >= 9, 3.0, 1.0)
    story = BriefStory(Survey(frame, weight="w"), lang="en")
    for page in story.pages:
        detractors, _, promoters = page.shares
        scores = dict(zip(story.teams.scorecard.table["shop"], story.teams.scorecard.table["score"], strict=True))
        assert 100 * (promoters - detractors) == pytest.approx(scores[page.name])


def test_small_teams_are_nowhere() -> None:
    frame = answers(900)
    tiny = pd.DataFrame({"nps": [0] * 9, "date": "2024-11-05", "shop": "Tinyville"})
    story = told(pd.concat([frame, tiny]), min_responses=10)
    text = everything(story) + json.dumps(story.overview().to_dict())
    assert "Tinyville" not in text
    # One alone would follow from the total and the others: a second one goes with it.
    assert len(story.pages) == 2
    assert "Not shown, to protect those who answered: 2 teams, each" in text
    assert "Tinyville" in everything(told(pd.concat([frame, tiny]), min_responses=5))


def test_pages_are_those_of_the_largest_and_the_rest_is_counted() -> None:
    frame = answers(900)
    frame.loc[:399, "shop"] = "Lyon"
    story = told(frame, pages=1)
    assert [page.name for page in story.pages] == ["Lyon"]
    assert "having fewer answers than those below: 2 teams." in story.glance().text
    named = [story.teams.name(at) for at in story.teams.charted]
    assert named == ["Lyon", "Nice", "Paris"]
    assert all(name in str(story.overview().to_dict()) for name in named)
    assert len(told(frame, pages=0).teams.charted) == 3
    assert told(frame, pages=0).pages == []
    with pytest.raises(ArgumentError, match="pages"):
        told(frame, pages=-1)
    with pytest.raises(ArgumentError, match="min_responses"):
        told(frame, min_responses=0)


def test_a_gap_that_many_comparisons_explain_is_told_as_such(sample: BriefStory) -> None:
    (page,) = [page for page in sample.pages if page.name.startswith("MAR 22-23")]
    beside = page.teams.beside(page.row)
    assert beside["upper"] < 0 < beside["p_adjusted"] - 0.05
    assert "chance alone may bring such a gap" in page.head().text


def test_calls_of_a_team_are_its_own_and_masked() -> None:
    story = told(invented_leavers("en").tail(900))
    whole = story.calls.worklist.table
    owners = dict(zip(whole["customer"], whole["owner"], strict=True))
    assert [page.name for page in story.pages] == ["A", "B", "C"]
    for page in story.pages:
        assert {owners[customer] for customer in page.calls.table["customer"]} == {page.name}
        assert len(page.to_call().rows) == 5
        assert page.to_call().rows[0][0] == "1"
        assert f"{len(page.calls) + page.calls.waiting} customers may be called" in page.head().text
    assert "06 12" not in everything(story)
    assert story.calls.churn.sentence(lang="en").rstrip(".") in lines(story)["Risk"]


def test_names_of_customers_stand_there_only_when_asked_for() -> None:
    frame = invented_leavers("en").tail(400)
    frame["customer"] = frame["customer"] + "@example.org"
    assert "@example.org" not in everything(told(frame))
    assert "@example.org" in everything(told(frame, identities=True))


def test_teams_may_be_bands_or_a_column_named_otherwise() -> None:
    garden = Survey(npskit.datasets.load("garden").drop(columns="commentaire"))
    story = BriefStory(garden, by=Bands("visites", [3, 6, 11]), lang="en")
    assert [page.name for page in story.pages] == ["visites <3", "visites 3–5", "visites 6–10", "visites 11+"]
    with pytest.raises(ColumnNotFoundError):
        BriefStory(garden, by="shops").summary()
    with pytest.raises(ArgumentError, match="by"):
        BriefStory(garden, by=["visites", "a_commente"]).summary()


# ---- others -----------------------------------------------------------------------------------------------


def test_published_figures_are_a_range_with_every_source(sample: BriefStory) -> None:
    story = told(answers(300), industry="airlines")
    assert {7.0, 31.0, 35.0} <= set(story.others.table["score"])
    assert "between" not in lines(story)["Others"]
    assert f"+{story.others.range_lower:.0f} to +{story.others.range_upper:.0f}" in lines(story)["Others"]
    assert len(story.stands_notes().points) == len(story.others.notes)
    assert sample.others is None
    assert "neither an industry nor competitors were named" in lines(sample)["Not shown"]


def test_the_brief_says_which_figures_were_asked_otherwise() -> None:
    story = told(answers(300), industry="airlines", channel="téléphone")
    assert any("asked by a person (telephone)" in text for text in story.stands_notes().points)
    frame = answers(300).assign(canal="CATI")
    story = told(frame, industry="airlines")
    assert any("asked by a person (telephone, as the column" in text for text in story.stands_notes().points)
    # So the copy of the answers that a report carries keeps that column, and only where it matters.
    assert "canal" in asked_columns(Survey(frame), TEMPLATE, {"industry": "airlines"})
    assert "canal" not in asked_columns(Survey(frame), TEMPLATE, {})


def test_with_brands_the_brief_is_of_ours() -> None:
    frame = npskit.read_survey(Path(__file__).parent / "data" / "exports" / "google_forms_fr.csv")
    ours = BriefStory(Survey(frame), competitors="marque", own="Décathlon", lang="en")
    assert ours.overall.responses == 15
    assert ours.summary().title.startswith("The score is +67")
    assert "rank 1" in lines(ours)["Others"]
    mixed = BriefStory(Survey(frame), competitors="marque", lang="en")
    assert mixed.overall.responses == 93
    assert "of all brands together" in lines(mixed)["Others"]
    with pytest.raises(ArgumentError, match="Décathlon"):
        BriefStory(Survey(frame), competitors="marque", own="Decathlon")


# ---- actions ----------------------------------------------------------------------------------------------


def review(*rows: dict[str, Any]) -> ActionReview:
    """A review of actions of which only some columns are given."""
    nan = float("nan")
    empty = {"owner": None, "since": dt.date(2024, 3, 1), "until": None, "status": None, "treated": None,
             "expected": None, "expected_lower": None, "expected_upper": None, "effect": nan, "lower": nan,
             "upper": nan, "smallest_detectable": nan, "responses_before": 100, "responses_after": 100,
             "answer": "cannot tell", "as_expected": None, "target_kind": None, "target": None, "target_before": nan,
             "target_after": nan, "target_change": nan, "target_lower": nan, "target_upper": nan}  # fmt: skip
    full = [{**empty, **row} for row in rows]
    return ActionReview({name: [row[name] for row in full] for name in ("action", *empty)})


def test_expected_stands_beside_observed() -> None:
    done = {"action": "Bills", "expected": 4, "effect": 3.2, "lower": 1.4, "upper": 5.0, "answer": "shown"}
    found = review(done, {"action": "Chat", "answer": "not started", "since": None, "expected": 0.5})
    table = actions_table(newest(found), more=2, lang="en")
    assert table.rows[0] == ("Bills", "1 March 2024", "+4", "+3", "+1 to +5", "it shows")
    assert table.rows[1] == ("Chat", "–", "+0.5", "–", "–", "not started")
    assert table.notes == ("2 more actions are further down.",)
    assert actions_table([], lang="en") is None
    assert actions_table(newest(found), lang="fr").rows[0][-1] == "se voit"


def test_actions_begun_last_come_first() -> None:
    days = [dt.date(2024, month, 1) for month in (2, 5, 3)]
    rows = [{"action": f"a{day.month}", "since": day} for day in days]
    found = review({"action": "later", "answer": "not started"}, *rows)
    assert [row["action"] for row in newest(found, 4)] == ["a5", "a3", "a2", "later"]
    assert [row["action"] for row in newest(found)] == ["a5", "a3", "a2"]


def test_a_team_has_its_own_actions() -> None:
    found = review(
        {"action": "on it", "target_kind": "segment", "target": "shop=Lyon"},
        {"action": "said plainly", "target_kind": "segment", "target": "shop Lyon"},
        {"action": "tried with it", "treated": "shop=Lyon"},
        {"action": "its own", "owner": "lyon"},
        {"action": "of all", "target_kind": "driver", "target": "Lyon"},
        {"action": "of another", "treated": "shop=Nice"},
    )
    own = [row["action"] for row in actions_of(found, "shop", "Lyon", "Lyon")]
    assert own == ["on it", "said plainly", "tried with it", "its own"]


def test_what_became_of_a_team_that_is_not_shown_is_not_told() -> None:
    row = {"action": "Till", "target_kind": "segment", "target": "shop=Tiny", "target_before": -80.0,
           "target_after": 20.0, "target_change": 100.0, "target_lower": 10.0, "target_upper": 190.0}  # fmt: skip
    assert "−80" in actions_told(review(row), "en").text
    assert "−80" not in actions_told(review(row), "en", hidden={"Till"}).text


def test_a_log_travels_and_a_brief_without_dates_has_no_review() -> None:
    log = npskit.read_actions([{"action": "Bills", "since": "2024-03-01"}])
    with stored({"actions": log}) as given:
        assert given.parameters["actions"].startswith("pandas.read_pickle(")
    story = told(answers(100).drop(columns="date"), actions=log)
    assert story.review is None
    assert story.done() is None
    assert "Nothing over time" in lines(story)["Not shown"]
    with pytest.raises(npskit.errors.NpskitError):
        told(answers(100), actions="no-such-log.csv").summary()


def test_actions_are_those_of_the_verb() -> None:
    log = [{"action": "Tens", "since": "2024-10-01", "expected": 30}, {"action": "Next", "since": "2999-01-01"}]
    story = told(answers(4000, lift=0.7), actions=log)
    direct = story.survey.action_log(log)
    assert story.review.table["effect"][0] == direct.table["effect"][0]
    assert [row[0] for row in story.done().rows] == ["Tens", "Next"]
    assert direct.sentence(lang="en") in lines(story)["Actions"]
    assert "No log of actions" not in lines(story).get("Not shown", "")


# ---- what is missing, hostile data ------------------------------------------------------------------------


CASES = {
    "empty": answers(30).iloc[:0].astype({"nps": float}),
    "no ratings": answers(30).assign(nps=np.nan),
    "one": answers(1),
    "no dates": answers(300).drop(columns="date"),
    "one day": answers(300).assign(date="2024-05-05"),
    "one team": answers(300).assign(shop="Lyon"),
    "all small": answers(60).assign(shop=[f"s{at}" for at in range(60)]),
    "ratings alone": answers(60)[["nps"]],
}


@pytest.mark.parametrize(("name", "lang"), [(name, LANGUAGES[at % 2]) for at, name in enumerate(CASES)])
def test_what_is_missing_is_said_and_nothing_is_nan(name: str, lang: str) -> None:
    by = "shop" if "shop" in CASES[name] else None
    story = BriefStory(Survey(CASES[name], rating="nps"), by=by, lang=lang)
    text = everything(story)
    assert not re.search(r"\bnan\b|\bNone\b|[{}]", text)
    if story.overall.responses:
        assert ("Who leaves" if lang == "en" else "Qui part") in text
        assert "=…" not in text
        assert (word("report_br_no_teams", lang) in text) == (story.teams is None)


def test_hostile_names_are_text_and_short() -> None:
    frame = answers(900)
    name = "<script>alert(1)</script> | *a* " + "x" * 200
    frame["shop"] = frame["shop"].replace({"Lyon": name})
    story = told(frame)
    page = next(page for page in story.pages if page.name.startswith("<script>"))
    assert "<script>alert" not in page.head()._repr_html_()
    assert len(page.name) <= 44
    assert "\\|" in page.head()._repr_markdown_()


def test_counts_make_a_brief() -> None:
    rows = npskit.datasets.load("hcahps").query("state in ['AK', 'AL', 'AR', 'AZ']")
    with pytest.warns(npskit.errors.NpskitWarning):
        survey = Survey.from_counts(rows, responses=1000, date="end_date")
    story = BriefStory(survey, by="state", lang="en")
    assert [page.name for page in story.pages] == ["AK", "AL", "AR", "AZ"]
    assert "from 2021 to 2022" in lines(story)["Last period"]


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_every_engine_tells_the_same(name: str) -> None:
    library = pytest.importorskip(name)
    frame = answers(900, gap=0.3)
    other = library.from_pandas(frame) if name == "polars" else library.from_df(frame)
    one, two = told(frame), BriefStory(Survey(other), lang="en")
    assert one.summary().text == two.summary().text
    assert [page.head().text for page in one.pages] == [page.head().text for page in two.pages]


# ---- pages ------------------------------------------------------------------------------------------------


def test_each_team_begins_a_sheet_and_the_first_page_does_not() -> None:
    first = BriefPage("k", "t", (0.1, 0.3, 0.6), (("a", "b"),), "en")
    other = BriefPage("k", "t", (), (), "en", first=False)
    assert "<h1>" in first._repr_html_()
    assert "nps-sheet" not in first._repr_html_()
    assert "nps-sheet" in other._repr_html_()
    assert "\n# t" in first._repr_markdown_()
    assert "\n## t" in other._repr_markdown_()
    table = BriefTable(("a",), (), heading="To <do>", notes=("none",))
    assert table.text == "To <do>\nnone"
    assert "<table" not in table._repr_html_()
    assert "&lt;do&gt;" in table._repr_html_()


def shown(**given: Any) -> list[Any]:
    """What the cells of the template display, run here instead of in a kernel."""
    found: list[Any] = []
    names: dict[str, Any] = {"display": lambda *parts: found.extend(parts)}
    for cell in prepared(TEMPLATE, given).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, TEMPLATE, "exec"), names)
            if last is not None:
                found.append(eval(compile(ast.Expression(last.value), TEMPLATE, "eval"), names))
    return [each for each in found if each is not None]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_template_tells_the_bundled_survey(lang: str) -> None:
    outputs = shown(lang=lang)
    heads = [each for each in outputs if isinstance(each, BriefPage)]
    assert [each.first for each in heads] == [True] + [False] * 6
    assert len([each for each in outputs if hasattr(each, "to_dict")]) == 8
    text = "\n".join(each.text for each in outputs if hasattr(each, "text"))
    part = {"en": "Q3 2018 so far (up to 8 September 2018) against Q2 2018",
            "fr": "T3\xa02018 à ce jour (jusqu’au 8 septembre 2018) contre T2\xa02018"}  # fmt: skip
    assert part[lang] in text
    assert not re.search(r"[{}]", text)
    if lang == "fr":
        data = re.compile(
            r"«[^»]*»|\w+=\S*|^.*?\u202f: \+|AUG.*?\)|My training event is not listed|Bain & Company.*|The Carpentries"
        )
        kept = [data.sub("", line) for line in text.splitlines()]
        assert [(line, hit[0]) for line in kept if (hit := ENGLISH.search(line))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_template_is_valid_listed_and_short(lang: str) -> None:
    notebook = nbformat.read(template_path(TEMPLATE, lang), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert max(len(cell.source.splitlines()) for cell in code) <= 16
    wanted = {"data", "columns", "by", "every", "actions", "industry", "competitors", "churned", "title", "lang"}
    assert wanted | {"confidence_level"} <= set(parameters_of(notebook)[1])
    assert parameters_of(notebook)[1] == parameters_of(nbformat.read(template_path(TEMPLATE, "en"), as_version=4))[1]
    row = next(row for row in templates(lang) if row["id"] == TEMPLATE)
    assert row["title"]
    assert row["caption"]


def test_a_copy_keeps_what_the_brief_needs() -> None:
    frame = invented_leavers("en").tail(400).assign(brand="We")
    survey = Survey(frame)
    asked = asked_columns(survey, TEMPLATE, {"by": "agent", "competitors": "brand"})
    assert {"agent", "brand", "left", "customer", "comment"} <= set(asked)
    log = [{"action": "A", "since": "2024-01-01", "treated": "since=2020"}]
    assert "since" in asked_columns(survey, TEMPLATE, {"by": "agent", "actions": log})
    with carried(survey, {}, asked) as data:
        copy = pd.read_pickle(data.temporary)
    there = told(copy, by="agent").summary().lines
    here = told(frame, by="agent").summary().lines
    # Rows that repeat each other are told from the columns that are there.
    assert [line for line in there if line[0] != "The data"] == [line for line in here if line[0] != "The data"]


def sheets(path: Path) -> list[str]:
    """The text of each page of a PDF."""
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return text.split("\f")[:-1]


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("pdftotext") and shutil.which("chromium")), reason="needs a browser and poppler")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_first_page_is_one_sheet_and_each_team_begins_another(lang: str, tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    frame = invented_leavers(lang)
    frame["agent"] = frame["agent"].map(lambda each: f"Agent {each} " + "of a long name " * 3)
    survey = Survey(frame)
    log = [{"action": f"A thing that was done, number {at}", "since": f"2024-0{at}-01", "expected": at}
           for at in range(1, 6)]  # fmt: skip
    path = tmp_path / "brief.pdf"
    survey.report(path, template=TEMPLATE, lang=lang, industry="airlines", actions=log, progress=False)
    found = sheets(path)
    begins = [
        at for at, text in enumerate(found) if re.search(r"^Agent [ABC].*:", "\n".join(text.split("\n")[:8]), re.M)
    ]
    # The director's page, those of actions, of others and of all teams, and one for each of the three.
    assert begins == [4, 5, 6]
    assert len(found) <= 8


def test_a_team_s_chart_over_time_does_not_stand_under_the_heading_of_its_actions() -> None:
    log = [{"action": "Tills", "since": "2024-06-01", "treated": "shop=Nice"}]
    pages = {page.name: page for page in told(answers(3000), by="shop", actions=log).pages}
    kinds = [type(part).__name__ for part in pages["Nice"].parts()][:-1]
    assert kinds[-2:] == ["BriefTable", "Passage"]
    assert pages["Nice"].parts()[-2].heading == "Over time"
    assert "Passage" not in [type(part).__name__ for part in pages["Lyon"].parts()]


def test_a_workbook_s_sheets_of_teams_say_of_which_team_they_are() -> None:
    from npskit.report.workbook import distinct, sheet_name

    taken = {"over time"}
    for team in ("Lyon: +12 points, between +3 and +21", "Nice\u202f: +2 points"):
        taken.add(sheet_name(distinct("Over time", team, taken), taken).casefold())
    assert taken == {"over time", "lyon – over time", "nice – over time"}
    assert sheet_name("Lyon Part-Dieu: +34 points, between +28 and +40", set())[-1] != ","


def test_an_outlook_that_says_nothing_is_not_given() -> None:
    days = pd.date_range("2024-07-01", periods=15, freq="5D")
    few = told(pd.DataFrame({"nps": [10, 2, 8, 9, 6] * 3, "date": days}), lang="en")
    said = lines(few).get("Outlook", "")
    assert "between −100" not in said
    assert "+100" not in said
    assert "next reading" in lines(told(answers(3000)))["Outlook"]


def test_the_country_of_the_customers_is_that_of_the_benchmark() -> None:
    at_home = told(answers(300), industry="airlines", country="FR").stands_notes().text
    assert "come from elsewhere" in at_home
    assert "country=" not in at_home


# ---- what a director reads ---------------------------------------------------------------------------------------

# An argument, a call or a name of the package: words of those who type code.
CODE = re.compile(r"\w+=[…\w(\[\"']|\w+= |npskit\.|df\.|\w\(\)|None|True|False")


def page_texts(story):
    parts = [story.summary(), story.to_fix(), story.glance(), *story.stands_notes().points, story.acted_notes()]
    return [getattr(part, "text", part) for part in [*parts, *(page.head() for page in story.pages)]]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", ["garden", "carpentries"])
@pytest.mark.parametrize("options", [{}, {"industry": "retail"}])
def test_no_line_of_the_brief_speaks_code(name, options, lang):
    story = BriefStory(Survey(datasets.load(name)), pages=2, lang=lang, **options)
    assert not [found[0] for text in page_texts(story) for found in CODE.finditer(text)]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, {"en": "no column says who left", "fr": "aucune colonne ne dit qui est parti"}),
        ({"left": "yes"}, {"en": "“left” says who left, but not when", "fr": "mais pas quand"}),
        (
            {"left_on": "2019-01-01", "churn_date": "2019-01-01"},
            {"en": "several columns may hold the day of leaving", "fr": "plusieurs colonnes peuvent donner le jour"},
        ),
    ],
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_missing_is_said_in_words_of_the_export(columns, said, lang):
    frame = datasets.load("carpentries")[["LikelyToRecommend", "date", "MemberSite"]].assign(**columns)
    missing = dict(BriefStory(Survey(frame), lang=lang).summary().lines)[word("report_br_missing_label", lang)]
    assert said[lang] in missing


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_weights_that_are_there_and_not_applied_are_told_in_one_line(lang):
    frame = datasets.load("carpentries")[["LikelyToRecommend", "date"]].assign(poids=[1.0, 2.5, 0.4] * 322 + [1.0])
    frame.attrs["npskit"] = {"headers": {"poids": "Poids de redressement"}}
    told = word("report_br_weight", lang, column=quoted("Poids de redressement", lang))
    data = word("report_data_label", lang)
    assert dict(BriefStory(Survey(frame), lang=lang).summary().lines)[data].endswith(told)
    applied = BriefStory(Survey(frame, weight="poids"), lang=lang)
    assert told not in dict(applied.summary().lines)[data]


def test_remarks_keep_their_argument_for_those_who_type():
    note = noted("benchmark_note_years", first=2015, last=2020)
    assert "year=" in note.sentence(lang="en")
    assert "year=" not in note.sentence(lang="en", plain=True)
    nested = noted("impact_note_named", names=("prices",), note=note)
    assert "year=" not in nested.sentence(lang="fr", plain=True)


def test_how_people_liked_a_shop_names_no_team() -> None:
    rng = np.random.default_rng(3)
    answers = pd.DataFrame(
        {
            "nps": rng.integers(0, 11, 200),
            "etes_vous_satisfait_de_laccueil_en_magasin": rng.integers(1, 6, 200),
            "satisfaction_with_the_shop": rng.integers(1, 6, 200),
            "dans_quel_magasin_avez_vous_achete": rng.choice(["Lyon", "Nantes", "Lille"], 200),
        }
    )
    assert team_column(Survey(answers)) == "dans_quel_magasin_avez_vous_achete"


def test_that_nobody_can_be_called_back_is_said_with_what_it_takes():
    frame = pd.DataFrame({"nps": [9, 3, 10, 8] * 30, "shop": ["Lyon", "Nice"] * 60})
    assert "no column tells who answered" in lines(BriefStory(Survey(frame), lang="en"))["Not shown"]
    told = frame.assign(**{"N° client": [f"C{n}" for n in range(120)]})
    assert "no column tells who answered" not in lines(BriefStory(Survey(told), lang="en"))["Not shown"]
