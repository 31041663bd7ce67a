"""Reports say what people were asked; code keeps the names that it types."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit import Survey, datasets, read_survey
from npskit.report.brief_story import BriefStory
from npskit.report.drivers_story import DriversStory
from npskit.report.segments_story import SegmentsStory
from npskit.report.story import Story
from npskit.survey.column_words import ColumnWords, column_words, short_text

# The bundled survey under the words that its participants read, as a form's export has them.
ASKED = {
    "en": {
        "AtmosphereWelcoming": "How much do you agree with this statement? The atmosphere was welcoming",
        "LearnedSkills": "How much do you agree with this statement? I learned skills that I can use right away",
        "Material": "How much do you agree with this statement? The material was clear",
        "TrainersClearAnswers": "How much do you agree with this statement? Trainers gave clear answers",
        "LikelyToRecommend": "How likely are you to recommend this training to a friend or colleague?",
        "MemberSite": "At which site did you take part in the training?",
        "date": "Submitted at",
    },
    "fr": {
        "AtmosphereWelcoming": "Êtes-vous d’accord avec cette phrase : l’ambiance était accueillante",
        "LearnedSkills": "Êtes-vous d’accord avec cette phrase : j’ai acquis des compétences utiles tout de suite",
        "Material": "Êtes-vous d’accord avec cette phrase : le contenu était clair",
        "TrainersClearAnswers": "Êtes-vous d’accord avec cette phrase : les réponses étaient claires",
        "LikelyToRecommend": "Recommanderiez-vous cette formation à un ami ou à un collègue ?",
        "MemberSite": "Dans quel lieu avez-vous suivi cette formation ?",
        "date": "Date de réponse",
    },
}
SHORT = {
    "en": ("The atmosphere was welcoming", "Trainers gave clear answers"),
    "fr": ("l’ambiance était accueillante", "les réponses étaient claires"),
}
LANGS = ("en", "fr")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    frame = datasets.load("carpentries")
    out = {}
    for lang, asked in ASKED.items():
        path = tmp_path_factory.mktemp("columns") / f"training_{lang}.csv"
        frame[list(asked)].rename(columns=asked).to_csv(path, index=False)
        out[lang] = read_survey(path)
    return out


@pytest.fixture(scope="module")
def drivers(exports):
    return {lang: DriversStory(Survey(exports[lang]), lang=lang) for lang in LANGS}


def column_of(frame, text):
    headers = frame.attrs["npskit"]["headers"]
    return next(name for name, header in headers.items() if header == text)


def dicts(spec):
    if isinstance(spec, dict):
        yield spec
    for each in spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ():
        yield from dicts(each)


@pytest.mark.parametrize("lang", LANGS)
def test_drivers_are_told_by_what_was_asked_and_keep_their_names_in_the_table(drivers, exports, lang):
    story, asked = drivers[lang], ASKED[lang]
    names = {column_of(exports[lang], asked[key]) for key in list(asked)[:4]}
    assert set(story.drivers.table["attribute"]) == names
    said = "\n".join(each.text for each in (story.summary(), story.goes_with(), story.what_if(), story.first()))
    assert SHORT[lang][1] in said
    assert not [name for name in names if name in said]


@pytest.mark.parametrize("lang", LANGS)
def test_charts_of_drivers_have_short_labels_and_whole_questions_beside_the_pointer(drivers, lang):
    story, asked = drivers[lang], ASKED[lang]
    for chart in (story.drivers.plot(lang=lang), story.drivers.map(lang=lang), story.asymmetry.plot(lang=lang)):
        spec = chart.to_json(ensure_ascii=False)
        pairs = {
            (row["name"], row["question"]) for row in dicts(json.loads(spec)) if "name" in row and "question" in row
        }
        assert (SHORT[lang][0], asked["AtmosphereWelcoming"]) in pairs
        assert '"field": "question"' in spec


@pytest.mark.parametrize("lang", LANGS)
def test_tables_give_whole_questions_and_the_method_the_names_that_code_types(drivers, exports, lang):
    story, asked = drivers[lang], ASKED[lang]
    assert asked["Material"] in [row[0] for row in story.what_if_table().rows]
    name = column_of(exports[lang], asked["LearnedSkills"])
    assert any(line.endswith(name) or f"is {name}" in line for line in story.method().points)
    # What the note names is what the verbs take.
    assert story.drivers.what_if({name: 0.1}).table["attribute"] == [name]


@pytest.mark.parametrize("lang", LANGS)
def test_brief_names_teams_and_what_to_fix_by_what_was_asked(exports, lang):
    frame, asked = exports[lang], ASKED[lang]
    site = column_of(frame, asked["MemberSite"])
    story = BriefStory(Survey(frame), by=site, pages=2, lang=lang)
    assert asked["MemberSite"] in story.glance().text
    assert site not in story.glance().text
    fixes = story.to_fix().text
    assert any(text in fixes for text in SHORT[lang])
    assert "_" not in fixes
    assert all(site not in page.head().text for page in story.pages)
    drivers = {fix.name for fix in story.fixes if fix.kind == "driver"}
    assert drivers
    assert drivers <= set(frame.columns)
    assert len([point for point in story.method().points if any(name in point for name in drivers)]) == len(drivers)


@pytest.mark.parametrize("lang", LANGS)
def test_groups_and_segments_are_told_by_what_was_asked(exports, lang):
    frame, asked = exports[lang], ASKED[lang]
    site = column_of(frame, asked["MemberSite"])
    story = SegmentsStory(Survey(frame), by=site, lang=lang)
    texts = [each.heading().text + each.caption().text for each in story.comparisons]
    texts += [story.summary().text, story.surprises().text, story.surprises_caption().text]
    assert all(site not in text for text in texts)
    assert asked["MemberSite"] in texts[0]
    assert asked["MemberSite"] in story.surprises().text
    health = Story(Survey(frame), by=site, lang=lang)
    assert asked["MemberSite"] in health.groups[0].heading().text
    assert site not in health.groups[0].plot().to_json(ensure_ascii=False)


@pytest.mark.parametrize(("lang", "stem"), [("en", "How satisfied are you with the {}?"), ("fr", "Satisfaction {}")])
def test_what_a_battery_asks_of_satisfaction_can_be_acted_on(tmp_path, lang, stem):
    keys = list(ASKED["en"])[:4]
    asked = {key: stem.format(f"{key.lower()} ") for key in keys} | {"LikelyToRecommend": "NPS"}
    frame = datasets.load("carpentries")[list(asked)].rename(columns=asked)
    frame.to_csv(tmp_path / "battery.csv", index=False)
    story = DriversStory(Survey(read_survey(tmp_path / "battery.csv")), lang=lang)
    assert story.judgements == set()
    assert not [key for key, _ in story.drivers._notes if key == "overall"]
    assert story.candidates


def test_columns_without_words_of_an_export_are_called_as_before():
    story = DriversStory(Survey(datasets.load("carpentries")[list(ASKED["en"])]), lang="en")
    assert column_words(story.survey).texts == {}
    assert story.method().points == ()
    assert "question" not in story.drivers.words.attributes(story.drivers.table)


def test_accents_of_a_heading_come_back():
    frame = datasets.load("garden")[["recommandation"]].assign(anciennete=1)
    frame.attrs["npskit"] = {"headers": {"recommandation": "Recommandation", "anciennete": "Ancienneté"}}
    words = column_words(Survey(frame))
    assert (words.short("anciennete"), words.unlike(["anciennete"])) == ("ancienneté", [])


def test_labels_are_never_alike():
    asked = {name: f"What did you think of the very long introduction that we gave you about {name}?" for name in "ab"}
    labels = ColumnWords.of(asked).labels
    assert len(set(labels.values())) == 2
    same = ColumnWords.of({"q1": "Your opinion?", "q2": "Your opinion?"})
    assert same.labels == {"q1": "Your opinion? (q1)", "q2": "Your opinion? (q2)"}


FORMS = {
    "fr": (
        "Q{}. Êtes-vous satisfait(e) {} ?",
        ("de l’accueil en magasin", "de nos prix", "du temps d’attente en caisse"),
        ["l’accueil en magasin", "nos prix", "temps d’attente en caisse"],
    ),
    "en": (
        "{}) Are you satisfied with {}?",
        ("the welcome in the shop", "our prices", "how many products were on the shelves"),
        ["the welcome in the shop", "our prices", "how many products were on the shelves"],
    ),
}


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_of_questions_are_no_words_of_theirs(lang):
    form, asked, labels = FORMS[lang]
    words = ColumnWords.of({f"q{at}": form.format(at, what) for at, what in enumerate(asked, 2)})
    assert list(words.labels.values()) == labels
    assert words.full("q3") == form.format(3, asked[1])


def test_two_that_share_two_words_are_told_by_what_differs_where_one_is_too_long():
    asked = {
        "a": "Êtes-vous satisfait(e) de l’accueil réservé par nos équipes au rayon jardinage ?",
        "b": "Êtes-vous satisfait(e) du prix ?",
        "c": "Combien de fois êtes-vous venu(e) dans ce magasin au cours des 12 derniers mois ?",
        "d": "Combien de personnes ?",
    }
    labels = ColumnWords.of(asked).labels
    assert labels["a"] == "l’accueil réservé par nos équipes au rayon jardinage"
    assert labels["b"] == "prix"
    # What they share says nothing that can be left out.
    assert labels["c"] == "Combien de fois êtes-vous venu(e) dans ce magasin au cours…"
    assert labels["d"] == "Combien de personnes ?"


def test_long_questions_that_end_alike_are_told_by_what_differs():
    end = "du service après-vente de notre magasin de Lyon Part-Dieu depuis votre dernier achat ?"
    labels = ColumnWords.of(
        {what: f"Êtes-vous satisfait(e) de la {what} {end}" for what in ("rapidité", "clarté")}
    ).labels
    assert labels == {"rapidité": "rapidité", "clarté": "clarté"}


def test_the_same_thing_asked_twice_is_told_by_the_whole_question():
    asked = [f"Êtes-vous satisfait(e) {what} ?" for what in ("de nos prix", "de l’accueil", "du choix")]
    asked += [f"Quelle importance ont pour vous {what} ?" for what in ("nos prix", "les délais", "les conseils")]
    labels = ColumnWords.of({str(at): text for at, text in enumerate(asked)}).labels
    assert [labels["0"], labels["3"]] == [asked[0], asked[3]]
    assert [labels["1"], labels["4"]] == ["l’accueil", "les délais"]
    numbered = ColumnWords.of({"a": "Q1. Why?", "b": "Q2. Why?", "c": "Why?"}).labels
    assert numbered == {"a": "Q1. Why?", "b": "Q2. Why?", "c": "Why?"}


PIECES = st.sampled_from(["Q1.", "Êtes-vous", "satisfait(e)", "de", "du", "nos", "prix", "?", "x"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=30), max_size=6))
def test_labels_are_never_alike_nor_empty_and_cut_no_word(rows):
    texts = {f"c{at}": " ".join(row) for at, row in enumerate(rows) if row}
    labels = ColumnWords.of(texts).labels
    assert len({label.casefold() for label in labels.values()}) == len(texts)
    for name, label in labels.items():
        assert label.strip("… ")
        known = {word.strip(" ?:.") for word in texts[name].casefold().split()}
        assert {word.strip(" ?:.") for word in label.removesuffix(f" ({name})").rstrip("…").casefold().split()} <= known


@pytest.mark.parametrize("text", ["?", "– ", "word " * 60, "x" * 200, "(a) [b]", "Q: a b c d"])
def test_short_text_always_says_something_that_fits(text):
    others = [text, f"{text} more", f"{text} else", "Q: a b c e", "Q: a b c f"]
    assert 0 < len(short_text(text, others)) <= 61
    assert short_text(text, others) != "…"
