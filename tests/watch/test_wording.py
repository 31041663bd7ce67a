"""What goes wrong is told in the language of the configuration."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from watched import PLAIN, Place

import npskit
import npskit.readers
import npskit.watch
from npskit import datasets
from npskit.cli import main
from npskit.errors import ArgumentError, NpskitError, ReadError
from npskit.labels import glossary
from npskit.watch import BusyError, read_config
from npskit.watch.lock import locked
from npskit.watch.wording import in_language, reason_text, said_again

# Words that an English error has and a French one has not.
ENGLISH = re.compile(
    r"(?<![-\w])(expected|got|Hint|line|did you|There (is|are)|the|such|with|which|none|or|and|as)(?![-\w])"
)
ROOM = Path(npskit.watch.__file__).parent
WRONG = [
    "folder: x\npatern: '*.csv'",
    "folder: x\nlang: fr\nformats: [html, pfd]",
    "lang: fr\nfolder: x\ncolumns:\n  ratin: q1",
    "lang: fr\nfolder: x\ncolumns: {rating: 1}",
    "folder: x\nreading: {encodin: cp1252}",
    "folder: x\nmonitor:\n  alpha: 5",
    "folder: x\nmonitor: {since: soon}",
    "folder: x\nteams: {threshold: 5}",
    "folder: x\ntemplate: healthcheck",
    "folder: x\nparameters: {confidence: 0.9}",
    "folder: x\noutput: x",
    "folder: x\nactions: rien.csv",
    "folder: x\npattern: ../*.csv",
    "every: month",
    "folder: x\nfolder: y",
    "folder: &a x\noutput: *a",
    "- folder",
    "settle: -1\nfolder: x",
    "folder: x\nformats: no",
    "folder: x\ntitle: a: b",
]


def french(text: str) -> str:
    """The text, which is French by its words and its signs."""
    assert not ENGLISH.search(re.sub(r"«[^»]*»|/\S+|\[[^]]*\]|npskit\S*", "", text)), text
    assert not re.search(r"[^\u202f\s][;!?»](?=\s|$|[.,])", text), text
    assert "'" not in text, text
    return text


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_in_a_french_configuration_is_told_in_french(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "nps.yaml"
    path.write_text(wrong if "lang: fr" in wrong or wrong.startswith("-") else f"{wrong}\nlang: fr\n")
    if wrong.startswith("-"):
        path.write_text(f"{wrong}\n# no language can be known here\n")
    with pytest.raises(ArgumentError) as caught:
        read_config(path)
    if wrong.startswith("-"):
        assert "expected" in str(caught.value)
        return
    said = french(str(caught.value))
    assert f"{path}, ligne " in said
    assert "\u202f: attendu " in said


def test_an_english_configuration_is_told_as_before(tmp_path: Path) -> None:
    path = tmp_path / "nps.yaml"
    path.write_text("folder: x\nmonitor: {alpha: 5}\n")
    with pytest.raises(ArgumentError, match=r"line 2, monitor.alpha: expected a number between 0 and 1, got 5"):
        read_config(path)


def raised() -> set[str]:
    """What the room says is wrong, as far as it is written as it is."""
    found: set[str] = set()
    for path in ROOM.glob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func).rpartition(".")[2]
            if name != "wrong" and not name.endswith("Error"):
                continue
            texts = [*(call.args if name == "wrong" else ()), *(k.value for k in call.keywords if k.arg != "where")]
            found |= {text for each in texts for text in plain_texts(each)}
    return {text for text in found if text not in ("", "no")}


def plain_texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = [each.value if isinstance(each, ast.Constant) else "X9" for each in node.values]
        return ["".join(map(str, parts))]
    return [*plain_texts(node.body), *plain_texts(node.orelse)] if isinstance(node, ast.IfExp) else []


def test_all_that_the_room_raises_is_known_in_french() -> None:
    said = raised()
    assert len(said) > 50
    assert [text for text in said if said_again(text, "fr") == text and text not in ("X9", "X9: X9", "a X9")] == []


def test_no_key_of_errors_is_english_in_french() -> None:
    words = glossary(["error_"])
    assert len(words) > 120
    for each in words.values():
        french(re.sub(r"{\w+}", "X9", each["fr"]).replace("{{", "").replace("}}", ""))


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        ("vide.csv", b"", "un fichier vide"),
        ("echelle.csv", None, "réponses hors"),
        ("sans.csv", b"ville,prix\nLyon,12\nNice,30\n", "la colonne de la note"),
        ("binaire.csv", b"nps,ville\n9,\x00\x01\x02\n", "l’octet de contrôle"),
        ("faux.xlsx", b"nps,ville\n9,Lyon\n", "un classeur Excel"),
    ],
)
def test_files_that_cannot_be_read_are_told_in_french(
    place: Place, name: str, content: bytes | None, known: str
) -> None:
    if content is None:
        frame = datasets.load("garden")[["recommandation", "satisfaction"]].head(300)
        content = frame.assign(recommandation=frame["recommandation"] + 60).to_csv(index=False).encode()
    rating = "columns: {rating: recommandation}\n" if name == "echelle.csv" else ""
    place.configure(f"{PLAIN}lang: fr\n{rating}")
    (place.root / "exports" / name).write_bytes(content)
    event = next(event for event in place.look().events if event.kind == "unreadable")
    assert known in french(event.message)
    # What machines read is what was raised.
    assert "attendu" not in event.data["reason"]


def test_one_answer_outside_the_scale_is_told_in_the_singular_and_in_the_plural() -> None:
    for ratings, said in (([60], "1 des 21 réponses"), ([60, 61], "2 des 22 réponses")):
        with pytest.raises(NpskitError) as caught:
            npskit.Survey(pd.DataFrame({"nps": [9] * 20 + ratings})).score()
        assert f"trouvé {said} hors de l’échelle" in french(reason_text(caught.value, "fr"))


def test_a_round_that_cannot_be_done_is_told_in_french(place: Place, capsys: Any) -> None:
    place.configure(f"{PLAIN}lang: fr\n")
    path = str(place.root / "nps.yaml")
    with locked(made(place.root / "history")):
        with pytest.raises(BusyError) as caught:
            place.look()
        french(str(caught.value))
        assert main(["watch", path]) == 75
    assert "une seule à l’œuvre" in capsys.readouterr().err
    (place.root / "exports").rmdir()
    assert main(["watch", path]) == 2
    assert "attendu un dossier" in capsys.readouterr().err


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_numbers_and_names_are_written_as_the_language_does() -> None:
    got = "one of which 1,204 files were read otherwise, such as 'a.csv'"
    error = ReadError(where="column 'q1'", expected="dates in one order", got=got, hint="export it again")
    said = reason_text(error, "fr")
    assert "1\u202f204 fichiers" in said
    assert "«\u202fa.csv\u202f»" in said
    assert said.endswith("\nConseil\u202f: l’exporter à nouveau.")
    assert reason_text(error, "en") == str(error)


def test_an_error_stays_what_it_is() -> None:
    error = ArgumentError(where="x", expected="a text", got="3", hint="put it in quotes")
    told = in_language(error, "fr")
    assert (type(told), str(error).startswith("x: expected")) == (ArgumentError, True)
    assert isinstance(told, NpskitError)
    assert in_language(error, "en") is error


# Exports that a reader has to do something to, and what it says of it in French.
CAUTIONS = {
    "numeros.csv": ("nps,ville\n99,Nice\n" + "9,Lyon\n" * 30 + "98,Nice\n99,Nice\n", "99 (2 fois), 98 (1 fois)"),
    "jours.csv": ("nps,date\n" + "9,03/02/2024\n" * 20 + "8,23/02/2024\n7,hier\n", "«\u202fhier\u202f» (1)"),
    "fin.csv": ("nps,date\n" + "9,2024-02-03\n" * 20 + "8,9999-12-31\n", "1 date comme 31/12/9999"),
    "sans_noms.csv": ("9,Lyon,03/02/2024\n" + "8,Nice,13/02/2024\n" * 20, "pas de noms\u202f: elle compte"),
    "deux.csv": ("score,ville,score\n" + "9,Lyon,10\n8,Nice,3\n" * 9, "2 colonnes s’appellent «\u202fscore\u202f»"),
    "milliers.csv": ("nps;ca\n" + "9;1.200\n8;2.350\n" * 9, "séparateurs de milliers"),
    "long.csv": (
        "respondent,question,answer\n"
        + "".join(f"r{k},NPS,{k % 11}\nr{k},Ville,Lyon\n" for k in range(30))
        + "r1,NPS,10\n,NPS,3\n",
        "la dernière du fichier compte",
    ),
    "melange.csv": (
        b"nps,ville\n" + "9,Orléans\n".encode() * 30 + "8,Orléans\n".encode("cp1252"),
        "30 lignes réparées",
    ),
    "avale.csv": ('nps,avis\n9,"' + "texte assez long\n" * 2000 + '"\n' + "8,bien\n" * 30, "a avalé les réponses"),
    "echelle.csv": ("nps,ville\n" + "".join(f"{k % 5 + 1},Lyon\n" for k in range(300)), "Les notes semblent données"),
}


@pytest.mark.parametrize("name", CAUTIONS)
@pytest.mark.filterwarnings("ignore")
def test_what_readers_warn_of_is_told_in_french(place: Place, name: str) -> None:
    content, known = CAUTIONS[name]
    rating = {"sans_noms.csv": "column_1", "deux.csv": "score"}.get(name, "nps")
    place.configure(f"{PLAIN}lang: fr\ncolumns: {{rating: {rating}}}\n")
    (place.root / "exports" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    events = place.look().events
    (event,) = [event for event in events if event.kind == "read"]
    assert event.data["cautions"]
    assert known in " ".join(french(each) for each in event.data["cautions"])
    assert known in event.message


def test_all_that_readers_warn_of_is_known_in_french() -> None:
    calls = {
        ast.unparse(node).replace("\\", "").replace("'", "")
        for path in Path(npskit.readers.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".caution")
    }
    known = glossary(["error_caution_"]).values()
    parts = [part.replace("'", "")[-20:] for each in known for part in re.split(r"{\w+}", each["en"])]
    assert len(calls) > 9
    assert [call for call in calls if not any(len(part) > 9 and part in call for part in parts)] == []


def test_cautions_of_an_english_configuration_are_as_the_reader_says_them(place: Place) -> None:
    place.export("numeros.csv", CAUTIONS["numeros.csv"][0])
    assert "99 (2 times), 98 (1 time) was read as no answer." in place.one("read")["cautions"][0]


@pytest.mark.parametrize(
    ("lang", "known"),
    [
        ("en", "Column 'Recommanderiez-vous l’enseigne ?': 99 (2 times)"),
        ("fr", "Colonne «\u202fRecommanderiez-vous l’enseigne ?\u202f»\u202f: 99 (2 fois)"),
    ],
)
def test_cautions_name_columns_as_the_file_does(place: Place, lang: str, known: str) -> None:
    place.configure(f"{PLAIN}lang: {lang}\n")
    place.export("a.csv", CAUTIONS["numeros.csv"][0].replace("nps,", "Recommanderiez-vous l’enseigne ?,"))
    assert known in place.one("read")["cautions"][0]
