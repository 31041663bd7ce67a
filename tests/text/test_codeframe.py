import re
import time

import numpy as np
import pandas as pd
import pytest

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, SurveyNotFoundError
from npskit.text.codeframe import STARTERS, Codeframe, Line, coverage, overlap, uncovered_terms
from npskit.text.terms import fold, read


def met(include, text, *, exclude="", lang=None):
    frame = Codeframe([Line("theme", "", include, exclude)])
    return bool(frame.code([text], [lang])[0, 0])


@pytest.mark.parametrize(
    ("include", "text"),
    [
        ("cher", "C'est CHER !"),
        ("chère", "trop chere"),
        ("tarif*", "vos tarifications"),
        ('"qualité prix"', "bonne qualité-prix"),
        ("rapport qualité prix", "le rapport qualité/prix"),
        ("trop d'attente", "Trop d’attente"),
        ("mal accueilli*", "très mal accueillies ici"),
        (r"/\d+ ?%/", "25 % plus cher"),
        ("/ch[eè]r\\b/", "trop chèr"),
        ("cher; prix\ntarif", "les prix"),
        ("السعر", "السعر مرتفع جدا"),
    ],
)
def test_words_beginnings_phrases_and_patterns_are_met(include, text):
    assert met(include, text)


@pytest.mark.parametrize(
    ("include", "text"),
    [("cher", "je cherche"), ('"qualité prix"', "prix de qualité"), ("prix", "primes"), ("tarif*", "un atarif")],
)
def test_other_words_are_not(include, text):
    assert not met(include, text)


def test_an_excluded_phrase_is_set_aside_where_it_stands():
    assert not met("prix", "je veux à tout prix revenir", exclude='"à tout prix"')
    assert met("prix", "à tout prix, mais vos prix montent", exclude='"à tout prix"')


def test_an_excluded_word_leaves_the_comment_out():
    assert not met("carte", "la carte de fidélité", exclude="fidélité")


def test_lines_apply_to_their_language_and_to_comments_of_none():
    frame = Codeframe([Line("bread", "fr", "pain"), Line("hurt", "en", "pain")])
    assert frame.code(["pain"] * 3, ["fr", "en", None]).tolist() == [[True, False], [False, True], [True, True]]


def test_a_bad_pattern_names_line_and_theme():
    with pytest.raises(ArgumentError, match=re.escape("line 3, theme 'queue'")):
        Codeframe([Line("price", "", "cher"), Line("queue", "", "/(attente/")])


def test_a_pattern_that_would_run_for_minutes_is_stopped(monkeypatch):
    monkeypatch.setattr("npskit.text.rules.PATIENCE", 0.3)
    frame = Codeframe([Line("price", "", "/(a|aa)+$/")])
    started = time.monotonic()
    with pytest.raises(ArgumentError, match=r"line 2, theme .price.: .*stopped"):
        frame.code(["a" * 60 + "!" for _ in range(50)])
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "at least one line"),
        ([Line("", "", "a")], "name of a theme"),
        ([Line("a", "de", "b")], "'en', 'fr'"),
        ([Line("a", "", " , ")], "at least one word"),
        ([Line("a", "", '"b')], None),
    ],
)
def test_lines_that_say_nothing_are_refused(lines, message):
    if message is None:
        assert met('"b', "b")
    else:
        with pytest.raises(ArgumentError, match=message):
            Codeframe(lines)


def test_a_frame_travels_through_its_file(tmp_path):
    frame = Codeframe.starter("travel")
    frame.save(tmp_path / "frame.csv")
    assert Codeframe.read(tmp_path / "frame.csv").lines == frame.lines


def test_a_french_spreadsheet_is_read(tmp_path):
    path = tmp_path / "cadre.csv"
    path.write_bytes('theme;lang;include;exclude\nprix;fr;"cher, chère";\n;;;\n'.encode("cp1252"))
    assert Codeframe.read(path).lines == (Line("prix", "fr", "cher, chère"),)


def test_frames_of_any_library_are_read():
    lines = (Line("prix", "", "cher"),)
    assert Codeframe.read(pd.DataFrame({"theme": ["prix"], "include": ["cher"], "exclude": [None]})).lines == lines
    assert Codeframe.read([{"theme": "prix", "include": "cher"}]).lines == lines
    polars = pytest.importorskip("polars")
    assert Codeframe.read(polars.DataFrame({"Theme": ["prix"], "include": ["cher"]})).lines == lines


def test_what_is_no_code_frame_is_told(tmp_path):
    with pytest.raises(SurveyNotFoundError, match="starters"):
        Codeframe.read(tmp_path / "none.csv")
    with pytest.raises(ReadError, match="include"):
        Codeframe.read(pd.DataFrame({"theme": ["a"]}))
    with pytest.raises(ArgumentTypeError, match="retail"):
        Codeframe.read(3)
    with pytest.raises(ArgumentError, match="retail"):
        Codeframe.starter("retale")


def test_coverage_overlap_and_what_is_left():
    frame = Codeframe([Line("price", "", "prix"), Line("welcome", "", "accueil")])
    corpus = read(["prix et accueil", "prix", "parking plein", "parking"])
    matrix = frame.code(corpus)
    assert coverage(matrix) == 0.5
    assert overlap(matrix) == 0.5
    assert uncovered_terms(corpus, matrix)[0] == ("parking", 2)
    assert np.isnan(coverage(matrix[:0]))


def test_terms_are_those_that_were_met_as_people_write_them():
    coding = Codeframe([Line("price", "", "cher*, tarif*")]).coding(["Chère", "chère", "tarifs"])
    assert coding.terms == (("chère", "tarifs"),)


@pytest.mark.parametrize("name", STARTERS)
def test_starters_have_ten_to_fourteen_themes_in_both_languages(name):
    frame = Codeframe.starter(name)
    assert 10 <= len(frame.themes) <= 15
    for theme in frame.themes:
        assert {line.lang for line in frame.lines if line.theme == theme} == {"fr", "en"}
    assert not [line for line in frame.lines if "/" not in line.include and fold(line.include) == ""]


@pytest.mark.parametrize(
    ("name", "text", "lang", "expected"),
    [
        ("retail", "Trop cher, et personne pour conseiller", "fr", {"price", "advice", "staff_presence"}),
        ("retail", "Accueil chaleureux, hôtesse souriante", "fr", {"welcome"}),
        ("retail", "Je cherche toujours mes mots", "fr", set()),
        ("retail", "The queue at the checkout is endless", "en", {"waiting"}),
        ("retail", "I will definitely return, friendly staff", "en", {"welcome"}),
        ("retail", "Je paie par carte bancaire", "fr", set()),
        ("software", "The app crashes and support never responds", "en", {"reliability", "support"}),
        ("software", "Prise en main intuitive, mais l'export Excel plante", "fr",
         {"ease_of_use", "integration", "reliability", "reporting"}),
        ("travel", "Vol retardé de trois heures et valise perdue", "fr", {"punctuality", "baggage"}),
        ("travel", "Dirty room, but a delicious breakfast", "en", {"cleanliness", "comfort", "food"}),
        ("health", "Deux heures d'attente, mais infirmières à l'écoute", "fr", {"waiting", "staff", "listening"}),
        ("health", "The doctor explained everything and took the time", "en", {"staff", "information", "listening"}),
    ],
)  # fmt: skip
def test_starters_code_as_a_reader_would(name, text, lang, expected):
    frame = Codeframe.starter(name)
    row = frame.code([text], [lang])[0]
    assert {theme for theme, is_met in zip(frame.themes, row, strict=True) if is_met} == expected
