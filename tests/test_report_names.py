"""Chapters on data, silence, departures and alerts name columns as people were asked; code keeps the names it types."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from npskit import Survey, read_survey
from npskit.report.answers_story import AnswersStory
from npskit.report.churn_story import ChurnStory
from npskit.report.drivers_story import DriversStory
from npskit.report.segments_story import SegmentsStory
from npskit.report.story import Story

LANGS = ("en", "fr")
TYPED = re.compile(r"\w+='[^']*'")
ROWS = 1200
# What an export has above its columns, by what they are here.
ASKED = {
    "en": {
        "id": "Customer ID",
        "date": "Submitted at",
        "nps": "Q1. How likely are you to recommend us to a friend or colleague?",
        "shop": "Which of our shops did you visit last?",
        "visits": "How many times a year do you visit us?",
        "welcome": "Q2. Are you satisfied with the welcome in the shop?",
        "prices": "Q3. Are you satisfied with our prices?",
        "choice": "Q4. Are you satisfied with how many products were on the shelves?",
        "channel": "Contact channel of the survey",
        "since": "Since when have you been a customer of ours?",
        "spend": "Total amount of purchases in 12 months ($)",
        "no_calls": "Would you rather not be called?",
        "left": "Loyalty card cancelled on",
    },
    "fr": {
        "id": "N° client",
        "date": "Date de réponse",
        "nps": "Q1. Recommanderiez-vous notre enseigne à un ami ou à un collègue ?",
        "shop": "Dans quel magasin avez-vous effectué votre dernier achat ?",
        "visits": "Combien de fois par an venez-vous ?",
        "welcome": "Q2. Êtes-vous satisfait(e) de l’accueil en magasin ?",
        "prices": "Q3. Êtes-vous satisfait(e) de nos prix ?",
        "choice": "Q4. Êtes-vous satisfait(e) de la disponibilité des produits en rayon ?",
        "channel": "Canal de l’enquête",
        "since": "Depuis quand êtes-vous client(e) chez nous ?",
        "spend": "Montant total des achats sur 12 mois (€)",
        "no_calls": "Préférez-vous ne pas être appelé(e) ?",
        "left": "Date de résiliation de la carte de fidélité",
    },
}


def made() -> pd.DataFrame:
    draw = np.random.default_rng(3)
    visits, shop = draw.integers(1, 4, ROWS), draw.integers(0, 4, ROWS)
    mood = draw.normal(0, 1, ROWS) - 0.6 * (shop == 3)
    rating = np.clip(np.round(7.6 + 1.6 * mood), 0, 10).astype(int)
    days = pd.Timestamp("2024-01-03") + pd.to_timedelta(np.arange(ROWS) * 540 // ROWS, unit="D")
    late = np.arange(ROWS) > 0.8 * ROWS
    rating = np.where(late & (visits == 2), np.clip(rating - 5, 0, 10), rating)
    left = days + pd.to_timedelta(draw.exponential(np.where(rating < 7, 300, 1500)).astype(int) + 1, unit="D")
    silent = draw.random(ROWS) < np.where(shop == 3, 0.5, 0.1)
    rated = {
        name: np.clip(np.round(7 + k * mood + draw.normal(0, 1.2, ROWS)), 0, 10)
        for k, name in enumerate(("welcome", "prices", "choice"), 1)
    }
    return pd.DataFrame(
        {
            "id": [f"C{k:05d}" for k in range(ROWS)],
            "date": days.strftime("%Y-%m-%d"),
            "nps": pd.Series(rating).astype(object).where(~silent, ""),
            "shop": np.array(["Lyon", "Nantes", "Lille", "Nice"])[shop],
            "visits": visits,
            **rated,
            "channel": np.where(late, "SMS", draw.choice(["SMS", "mail"], ROWS)),
            "since": (days - pd.to_timedelta(draw.integers(30, 2500, ROWS), unit="D")).strftime("%Y-%m-%d"),
            "spend": draw.integers(20, 900, ROWS),
            "no_calls": draw.choice(["Oui", "Non"], ROWS),
            "left": pd.Series(left.strftime("%Y-%m-%d")).where(left < pd.Timestamp("2026-01-01"), "").to_numpy(),
        }
    )


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    out = {}
    for lang in LANGS:
        path = tmp_path_factory.mktemp("names") / f"export_{lang}.csv"
        made().rename(columns=ASKED[lang]).to_csv(path, index=False)
        out[lang] = read_survey(path)
    return out


@pytest.fixture(params=LANGS)
def asked(request, exports):
    """Language, frame, and what columns are called by code, by what they are here."""
    lang = request.param
    headers = exports[lang].attrs["npskit"]["headers"]
    names = {text: name for name, text in headers.items()}
    return lang, exports[lang], {key: names[text] for key, text in ASKED[lang].items()}


def typed(names, text):
    """Names in a text that nobody reads as words; what somebody would type, such as by='shop', has them."""
    return [name for name in names.values() if "_" in name and name in TYPED.sub("", text)]


def said(*parts):
    return "\n".join(str(part) for part in parts)


def rows(table):
    return "\n".join(" ".join(row) for row in table.rows)


def test_who_is_missing_is_told_as_people_were_asked(asked):
    lang, frame, names = asked
    by = [names["shop"], names["visits"]]
    targets = {names["shop"]: {"Lyon": 0.4, "Nantes": 0.2, "Lille": 0.2, "Nice": 0.2}}
    story = AnswersStory(Survey(frame, rating=names["nps"]), invited="rows", by=by, targets=targets, lang=lang)
    question = ASKED[lang]["shop"]
    missing = story.response.segments.sentence(lang=lang)
    assert f"Nice ({question})" in missing
    told = said(
        story.summary().text,
        story.to_do().text,
        rows(story.segments()),
        story.response.plot(lang=lang).to_json(ensure_ascii=False),
        story.weighted().text,
        story.weighting.plot(lang=lang).to_json(ensure_ascii=False),
    )
    assert typed(names, told) == []
    assert f"{question} · Nice" in rows(story.segments())
    # What code reads is called as it was.
    assert set(story.response.segments.table["column"]) == set(by)
    assert story.weighting.columns == (names["shop"],)


def test_those_invited_are_told_as_their_own_list_has_them(asked, tmp_path):
    lang, frame, names = asked
    theirs = {"en": "In which region do you live?", "fr": "Dans quelle région habitez-vous ?"}[lang]
    invited = pd.DataFrame({ASKED[lang]["id"]: [f"C{k:05d}" for k in range(2 * ROWS)]})
    invited[theirs] = np.where(np.arange(2 * ROWS) < ROWS, "Nord", "Sud")
    invited = invited.sample(frac=1, random_state=1)
    invited.to_csv(tmp_path / "invited.csv", index=False)
    options = {"rating": names["nps"], "customer": names["id"]}
    story = AnswersStory(Survey(frame, **options), invited=str(tmp_path / "invited.csv"), lang=lang)
    assert f"Sud ({theirs})" in story.response.segments.sentence(lang=lang)
    assert theirs in story.response.plot(lang=lang).to_json(ensure_ascii=False)


def test_what_goes_with_leaving_is_told_as_people_were_asked(asked):
    lang, frame, names = asked
    survey = Survey(frame, rating=names["nps"], customer=names["id"], date=names["date"])
    story = ChurnStory(
        survey, churned=names["left"], at="2025-12-31", tenure=names["since"], value=names["spend"],
        rules={"opt_out": names["no_calls"]}, lang=lang,
    )  # fmt: skip
    odds, rules = rows(story.odds()), story.ruled().text
    for key in ("since", "spend"):
        assert ASKED[lang][key] in odds
    assert ASKED[lang]["no_calls"] in rules
    told = said(odds, rules, story.summary().text, rows(story.listed()), story.data().text)
    assert typed(names, told) == []


def test_quality_of_data_is_told_as_people_were_asked_and_code_keeps_its_names(asked):
    lang, frame, names = asked
    survey = Survey(frame, rating=names["nps"], date=names["date"], customer=names["id"])
    told = "\n".join(Story(survey, lang=lang).quality().points)
    words = Story(survey, lang=lang).words
    name = names["channel"]
    shown = words.name(name)
    assert shown != name
    assert {"en": f"' in '{shown}' makes", "fr": f"\u202f» dans «\u202f{shown}\u202f» fait"}[lang] in told
    assert f"by='{name}'" in told
    assert typed(names, told) == []


def test_placeholders_of_actions_are_told_as_people_were_asked(asked):
    lang, frame, names = asked
    survey = Survey(frame, rating=names["nps"], date=names["date"], customer=names["id"])
    story = DriversStory(survey, lang=lang)
    drawn = story.priorities.plot(lang=lang).to_json(ensure_ascii=False)
    told = said(story.summary().text, story.first().text, rows(story.roadmap()), drawn)
    assert typed(names, told) == []
    assert {"en": "the welcome in the shop", "fr": "l’accueil en magasin"}[lang] in told


def test_alerts_name_their_groups_as_people_were_asked(asked):
    lang, frame, names = asked
    survey = Survey(frame, rating=names["nps"], date=names["date"])
    found = survey.monitor("month", by=names["visits"])
    assert found.by == (names["visits"],)
    assert names["visits"] in found.alerts
    question = ASKED[lang]["visits"]
    sentence = found.sentence(lang=lang)
    assert question in sentence
    drawn = found.plot(lang=lang).to_json(ensure_ascii=False)
    assert question in drawn
    assert names["visits"] not in sentence + drawn


def test_a_question_stands_in_one_pair_of_quotes_with_its_answer(asked):
    lang, frame, names = asked
    survey = Survey(frame, rating=names["nps"], date=names["date"])
    story = SegmentsStory(survey, by=names["shop"], lang=lang)
    question = ASKED[lang]["shop"]
    quoted = {"en": f"“{question}”", "fr": f"«\u202f{question}\u202f»"}[lang]
    told = [story.comparisons[0].heading().text, story.comparisons[0].in_short, story.summary().text]
    told += [Story(survey, by=names["shop"], lang=lang).groups[0].heading().text]
    told += [" ".join(story.segments.plot(lang=lang).to_dict()["title"]["text"])]
    for text in told:
        assert question in text
        assert not re.search("[«“]\u202f?[«“]", text), text
    assert " ".join(f"{quoted} = Nice".split()) in " ".join(told[-1].split())


def test_a_question_after_by_is_quoted_in_english_too(exports):
    story = DriversStory(Survey(exports["en"]), lang="en")
    text = story.what_if().text
    assert "By “" in text
    assert "?”. " in text
