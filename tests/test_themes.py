"""`df.nps.themes()`: on real comments, on comments nobody should have to read, and from every engine."""

import datetime as dt
import re
import socket
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError, EmptyDataError, RoleError
from npskit.frames import wrap
from npskit.frames.written import written
from npskit.text.codeframe import Codeframe, Line


@pytest.fixture(scope="module")
def garden():
    return npskit.datasets.load("garden")


@pytest.fixture(scope="module")
def found(garden):
    return garden.nps.themes()


def of(texts, ratings=None, **columns):
    ratings = ratings or [0, 10] * (len(texts) // 2) + [8] * (len(texts) % 2)
    return pd.DataFrame({"nps": ratings, "comment": texts, **columns})


SAID = ["Trop cher", "Accueil charmant", "prix élevés", "personnel souriant", "caisse lente", "beau choix"] * 5


# ---- the figures -----------------------------------------------------------------------------------------------


def test_price_is_the_first_detractor_theme_and_welcome_the_first_promoter_theme(found):
    assert found.codeframe == "retail"
    assert found.detractor_themes[0] == found.table["theme"][0] == "price"
    assert found.promoter_themes[0] == found.table["theme"][-1] == "welcome"
    assert found.coverage > 0.8


def test_it_is_so_without_a_code_frame_too(garden):
    found = garden.nps.themes("discovery")
    assert "prix" in found.table["terms"][0]
    assert {"accueil", "personnel", "conseils"} & set(found.table["terms"][-1])
    assert found.frame is None


def test_the_contract_columns_are_there(found):
    contract = ["theme", "responses", "share", "score", "impact", "lower", "upper", "terms", "quotes"]
    assert list(found.table)[: len(contract)] == contract
    assert found.to_frame().shape[0] == len(found)
    assert "frame" not in found.to_dict()


def test_impact_is_what_leaving_the_theme_out_does(garden, found):
    told = garden.dropna(subset=["recommandation", "commentaire"])
    texts = told["commentaire"].tolist()
    from npskit.text.non_answers import are_answers

    told = told[are_answers(texts)]
    speaks = Codeframe.starter("retail").code(told["commentaire"], ["fr"] * len(told))[:, 0]
    without = told[~speaks][["recommandation"]].nps.score()
    assert len(told) == found.responses
    assert found.table["impact"][0] == pytest.approx(found.score - without)


def test_what_says_nothing_is_counted_and_left_out(found):
    assert found.non_answers > 100
    assert not re.search(r"\bras\b", " ".join(found.words["term"]))


def test_words_set_promoters_and_detractors_apart(found):
    sides = dict(zip(found.words["term"], found.words["log_odds"], strict=True))
    assert sides["prix"] < 0 < sides["accueil"]


def test_who_wrote_scores_lower_than_who_did_not(found):
    assert found.silence["upper"] < -15
    assert found.silence["commenters"] + found.silence["silent"] == 13_612


def test_sentences_in_both_languages(found):
    assert found.sentence(lang="en").startswith("Of 2,905 comments, price (26%)")
    assert "« prix »".replace(" ", "\u202f") in found.sentence(lang="fr")
    assert all(note.sentence(lang="fr") and note.sentence(lang="en") for note in found.notes)


def test_segments_and_periods(garden):
    frame = garden.assign(day=pd.date_range("2023-01-01", periods=len(garden), freq="h"))
    found = frame.nps(date="day").themes("retail", by="anciennete_annees", every="quarter", lang="fr")
    assert set(found.by) >= {"anciennete_annees", "theme", "responses", "share", "difference", "p_adjusted"}
    assert len(found.changes["theme"]) == len(found)
    assert found.trend["period"][0] == dt.date(2023, 1, 1)
    totals = dict(zip(found.trend["period"], found.trend["comments"], strict=True))
    assert sum(totals.values()) == found.responses


def test_planted_themes_are_recovered_and_their_impact_too():
    rng = np.random.default_rng(0)
    truth = rng.random(3000) < 0.2
    texts = [f"{rng.choice(['le prix monte', 'trop cher', 'des tarifs élevés'])} {k}" if bad else f"rayon {k}"
             for k, bad in enumerate(truth)]  # fmt: skip
    ratings = [int(rng.choice([0, 8, 10], p=[0.6, 0.2, 0.2] if bad else [0.1, 0.3, 0.6])) for bad in truth]
    found = of(texts, ratings).nps.themes("retail", lang="fr")
    at = found.table["theme"].index("price")
    assert found.table["responses"][at] / truth.sum() >= 0.95
    assert found.table["lower"][at] < 0.2 * 100 * (-0.4 - 0.5) < found.table["upper"][at]


# ---- speed and silence of the network --------------------------------------------------------------------------


def test_seven_thousand_comments_take_less_than_three_seconds_of_one_core(garden):
    written_ = garden[garden["commentaire"].notna()]
    many = pd.concat([written_] * 3, ignore_index=True).head(7000)
    started = time.process_time()
    many.nps.themes()
    assert time.process_time() - started < 3


def test_nothing_is_downloaded():
    code = (
        "import socket\n"
        "def no(*args, **kwargs): raise RuntimeError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = no\n"
        "import npskit\n"
        "assert npskit.datasets.load('garden').nps.themes().table['theme'][0] == 'price'\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert socket.socket.connect is not None


# ---- comments nobody should have to read -----------------------------------------------------------------------

HOSTILE = [
    "<script>alert('x')</script><img src=x onerror=alert(1)> trop cher",
    '=HYPERLINK("http://mal.example";"clic") prix',
    "+33 6 12 34 56 78 appelez, les prix !",
    "prix " + "a" * 50_000,
    "prix 😀😀😀",
    "السعر مرتفع جدا prix",
    "The prices are too high mais le personnel est aimable et les conseils sont bons",
    "\u202eprix à l'envers\u202c \x00\x07",
    "prix \ud800",
    "écrivez à zoe.martin@exemple.fr, prix trop hauts",
    "prix",
    "prix",
]


def test_hostile_comments_are_shown_unexecuted_and_masked():
    found = of(
        pd.Series(HOSTILE * 4, dtype=object), [0, 10] * 24, customer=[f"c{k % 12}" for k in range(48)]
    ).nps.themes("retail")
    page = found._repr_html_()
    assert "<script" not in page
    assert "<img" not in page
    assert "zoe.martin" not in page
    assert "6 12 34" not in page
    assert "\u202e" not in page
    page.encode("utf-8")
    quotes = [quote for row in found.table["quotes"] for quote in row]
    assert max(map(len, quotes)) <= 240
    assert not any("zoe.martin" in quote or "6 12 34" in quote for quote in quotes)


def test_redaction_of_the_whole_verb_reaches_what_is_coded():
    texts = ["écrivez à zoe.martin@exemple.fr demain"] * 20 + ["accueil"] * 20
    plain, masked = (of(texts, [0] * 20 + [10] * 20).nps.themes("retail", redact=flag) for flag in (False, True))
    # No part of an address is a word, asked for or not; what is coded is the comment as it was asked for.
    assert "martin" not in str(plain.to_dict()) + str(masked.to_dict())
    mail = [{"theme": "mail", "include": "/@exemple/"}]
    plain, masked = (of(texts, [0] * 20 + [10] * 20).nps.themes(mail, redact=flag) for flag in (False, True))
    assert (plain.coverage, masked.coverage) == (0.5, 0.0)


def test_one_person_is_quoted_once_and_copies_are_not_quoted_twice():
    found = of(["les prix sont trop élevés"] * 12 + SAID, [3] * 42, customer=["zoe"] * 42).nps.themes("retail")
    assert max(len(row) for row in found.table["quotes"]) <= 1


def test_few_comments_show_no_quote_and_no_score():
    found = of([*SAID, "rupture de stock"], [3] * 31).nps.themes("retail")
    at = found.table["theme"].index("stock")
    assert found.table["quotes"][at] == []
    assert np.isnan([found.table[name][at] for name in ("score", "impact", "lower", "upper")]).all()
    assert found.table["detractors"][at] is None
    assert found.table["responses"][at] == 1


def test_small_segments_are_not_told():
    found = of([*SAID, "trop cher"], [3] * 31, shop=["Lyon"] * 30 + ["Nice"]).nps.themes("retail", by="shop")
    rows = [share for share, shop in zip(found.by["share"], found.by["shop"], strict=True) if shop == "Nice"]
    assert np.isnan(rows).all()


@pytest.mark.parametrize("texts", [[None, None], ["", "  "], [np.nan, None]])
def test_empty_columns_are_told(texts):
    with pytest.raises((EmptyDataError, RoleError)):
        pd.DataFrame({"nps": [3, 9], "why": pd.Series(texts, dtype=object)}).nps(comment="why").themes()


def test_comments_that_all_say_nothing_are_told():
    with pytest.raises(EmptyDataError, match="2 of which say nothing"):
        pd.DataFrame({"nps": [3, 9], "why": ["RAS", "néant"]}).nps(comment="why").themes()


def test_a_single_comment_is_enough():
    found = pd.DataFrame({"nps": [3, 9], "why": ["trop cher", None]}).nps(comment="why").themes("retail", lang="fr")
    assert found.table["theme"] == ["price"]
    assert np.isnan(found.table["impact"][0])
    assert found.sentence(lang="fr")
    assert "price" in found._repr_html_()


def test_numbers_among_comments_are_read_as_text():
    assert of([*SAID, 12, 3.5], [3] * 32).nps(comment="comment").themes("retail").non_answers == 2


def test_a_code_frame_of_ones_own(tmp_path):
    frame = Codeframe([Line("Terrasse <b>", "", "terrasse*"), Line("prix", "fr", "cher, prix")])
    frame.save(tmp_path / "cadre.csv")
    survey = of([*SAID, *["belle terrasse"] * 10], [3, 10] * 20).nps
    for codeframe in (frame, tmp_path / "cadre.csv", pd.read_csv(tmp_path / "cadre.csv")):
        found = survey.themes(codeframe)
        assert {"Terrasse <b>", "prix"} <= set(found.table["theme"])
        assert found.codeframe == "own"
        assert "<b>belle" not in found._repr_html_()
        assert "Terrasse &lt;b&gt;" in found._repr_html_()


def test_a_bad_pattern_is_told_and_no_comment_is(tmp_path):
    (tmp_path / "cadre.csv").write_text("theme,lang,include,exclude\nprix,fr,/(cher/,\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="line 2, theme 'prix'") as told:
        of(SAID).nps.themes(tmp_path / "cadre.csv")
    assert "Trop cher" not in str(told.value)


def test_arguments_that_cannot_be_used_are_told():
    with pytest.raises(ArgumentError, match="language of the comments"):
        of(SAID).nps.themes(lang="de")
    with pytest.raises(ArgumentError, match="min_responses"):
        of(SAID).nps.themes(min_responses=0)


def test_rows_of_counts_have_no_comments():
    counts = pd.DataFrame({"shop": ["a"], "detractors": [3], "passives": [3], "promoters": [4]})
    with pytest.raises(RoleError):
        npskit.Survey.from_counts(counts).themes()


def test_weights_change_the_score_and_not_the_number_of_comments():
    frame = of(SAID, [0, 10] * 15, weight=[3.0, 1.0] * 15)
    plain, weighted = frame.drop(columns="weight").nps.themes("retail"), frame.nps(weight="weight").themes("retail")
    assert weighted.score == pytest.approx(-50)
    assert plain.score == pytest.approx(0)
    assert plain.table["responses"] == [
        plain.table["responses"][plain.table["theme"].index(name)] for name in plain.table["theme"]
    ]


def test_vectors_of_sentences_group_what_is_left():
    words = ["terrasse", "musique", "éclairage"]
    rng = np.random.default_rng(0)
    texts = [f"{words[k % 3]} {rng.choice(['ici', 'dehors', 'partout'])} {k}" for k in range(150)]

    def encode(said):
        return np.array([[float(word in text) for word in words] for text in said]) + rng.normal(
            0, 0.01, (len(said), 3)
        )

    found = of(texts).nps.themes("discovery", encode=encode)
    assert sorted(name.split(" · ")[0] for name in found.table["theme"]) == sorted(words)


# ---- engines ---------------------------------------------------------------------------------------------------


def polars_frame(frame):
    return pytest.importorskip("polars").from_pandas(frame)


def arrow_table(frame):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame)


def duckdb_relation(frame):
    return pytest.importorskip("duckdb").from_df(frame)


@pytest.mark.parametrize("engine", [polars_frame, arrow_table, duckdb_relation])
def test_engines_agree(engine):
    frame = of([*SAID, None, ""], [3, 10] * 16, shop=["Lyon", "Nice"] * 16,
               day=pd.to_datetime(["2024-01-05", "2024-02-06"] * 16))  # fmt: skip
    one = npskit.Survey(frame).themes("retail", by="shop", every="month", lang="fr")
    other = npskit.Survey(engine(frame)).themes("retail", by="shop", every="month", lang="fr")
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    assert one.trend["period"] == other.trend["period"]
    assert one.by["shop"] == other.by["shop"]


def test_only_rows_with_a_comment_are_read():
    rows = written(wrap(of(["cher", None, " "], [1, 2, 3])), "comment", ["nps"])
    assert (rows.comments, rows.columns) == (["cher"], [[1]])
