import csv
import datetime as dt
from importlib.resources import files
from string import Formatter

import pytest

from npskit import labels
from npskit.errors import ArgumentError


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.delenv("NPSKIT_LANG", raising=False)
    yield
    labels._setting.clear()


def rows():
    return list(csv.DictReader(files("npskit").joinpath("labels.csv").read_text(encoding="utf-8").splitlines()))


def placeholders(text):
    return sorted(field for _, field, _, _ in Formatter().parse(text) if field)


def test_every_word_has_both_languages():
    assert [row["key"] for row in rows() if not (row["en"].strip() and row["fr"].strip())] == []


def test_both_languages_fill_the_same_places():
    different = [row["key"] for row in rows() if placeholders(row["en"]) != placeholders(row["fr"])]
    assert different == []


def test_no_key_stands_twice():
    keys = [row["key"] for row in rows()]
    assert sorted(set(keys)) == sorted(keys)


def test_french_punctuation_has_its_narrow_space():
    wrong = [row["key"] for row in rows() if any(f" {mark}" in row["fr"] for mark in ":;!?%»")]
    assert wrong == []


def test_numbers_follow_the_language():
    assert labels.number(1234567.891, digits=1, lang="fr") == "1\u202f234\u202f567,9"
    assert labels.number(1234567.891, digits=1, lang="en") == "1,234,567.9"


def test_a_score_shows_its_sign_and_never_minus_zero():
    assert labels.points(30.4) == "+30"
    assert labels.points(-30.4) == "−30"
    assert labels.points(-0.2) == "0"


def test_points_are_counted_as_the_language_does():
    assert labels.points(1.0, unit=True, lang="en") == "+1 point"
    assert labels.points(1.5, digits=1, unit=True, lang="en") == "+1.5 points"
    assert labels.points(1.5, digits=1, unit=True, lang="fr") == "+1,5\u00a0point"


def test_shares_are_percentages():
    assert labels.share(0.5, lang="fr") == "50\u202f%"


def test_missing_numbers_are_a_dash():
    assert labels.points(float("nan")) == "–"
    assert labels.share(float("nan")) == "–"


def test_the_first_of_a_french_month_is_premier():
    assert labels.date_text(dt.date(2024, 3, 1), "fr") == "1er mars 2024"
    assert labels.date_text(dt.date(2024, 3, 5), "en") == "5 March 2024"


def test_the_language_is_chosen_once():
    labels.set_language("fr")
    assert labels.word("promoters") == "promoteurs"
    assert labels.word("promoters", "en") == "promoters"


def test_the_environment_may_choose(monkeypatch):
    monkeypatch.setenv("NPSKIT_LANG", "fr")
    assert labels.language() == "fr"


def test_another_language_is_refused():
    with pytest.raises(ArgumentError, match="'en' or 'fr'"):
        labels.set_language("de")


def test_an_unknown_key_is_an_error():
    with pytest.raises(ArgumentError, match="promoters"):
        labels.word("promotrs")


def test_vega_gets_months_of_the_language():
    assert labels.locale("fr")["time"]["shortMonths"][1] == "févr."
    assert len(labels.locale("en")["time"]["days"]) == 7
