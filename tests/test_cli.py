import csv
import io
import json
import sys

import pandas as pd
import pytest

from npskit.cli import error_text, main, show_warning
from npskit.errors import ReadWarning, RoleError


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.csv"
    frame = pd.DataFrame({"Note NPS": [10, 9, 3, 7], "Magasin": ["Lyon", "Lyon", "Nice", "=1+1"]})
    frame.to_csv(path, index=False, sep=";")
    return str(path)


def test_score_says_how_sure_it_is(export, capsys):
    assert main(["score", export]) == 0
    shown = capsys.readouterr().out
    assert "+25.0" in shown
    assert "95%" in shown
    assert "4 responses" in shown


def test_score_by_group_in_french(export, capsys):
    assert main(["score", export, "--by", "magasin", "--lang", "fr"]) == 0
    shown = capsys.readouterr().out
    assert "+100,0" in shown
    assert "2 réponses" in shown


def test_a_table_as_csv_carries_no_formula(export, capsys):
    assert main(["score", export, "--by", "magasin", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["magasin"] for row in rows} == {"Lyon", "Nice", "'=1+1"}


def test_a_table_as_json(export, capsys):
    assert main(["score", export, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["responses"] == 4


@pytest.mark.parametrize(("command", "said"), [("audit", "out_of_range"), ("roles", "note_nps")])
def test_other_tables_are_printed(export, capsys, command, said):
    assert main([command, export]) == 0
    assert said in capsys.readouterr().out


def test_an_audit_speaks_french(export, capsys):
    assert main(["audit", export, "--lang", "fr"]) == 0
    assert "toutes les réponses sont sur l’échelle" in capsys.readouterr().out


def test_hints_are_options(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("nps\n5\n11\n12\n")
    assert main(["score", str(path)]) == 2
    assert "--missing 11,12" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "no-such-file.csv"], "no-such-file.csv"),
        (["score", "EXPORT", "--by", "magazin"], "did you mean 'magasin'"),
        (["score", "EXPORT", "--rating", "magasin"], "expected whole ratings"),
        (["score", "EXPORT", "--method", "magic"], "magic"),
        (["score", "EXPORT", "--confidence-level", "95"], "95"),
        (["score", "EXPORT", "--scale", "five"], "1-5"),
        (["report", "EXPORT", "-o", "report.docx"], ".html"),
    ],
)
def test_errors_are_one_message_and_exit_two(export, capsys, arguments, said):
    assert main([export if argument == "EXPORT" else argument for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.startswith("npskit: ")
    assert "Traceback" not in captured.err


def test_codes_for_no_answer_and_scales_are_options(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("nps\n5\n5\n4\n1\n77\n")
    assert main(["score", str(path), "--missing", "77", "--scale", "1-5"]) == 0
    assert "+25.0" in capsys.readouterr().out


def test_a_dashboard_names_the_extra_it_needs(export, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "voila.app", None)
    assert main(["dashboard", export]) == 2
    assert "pip install 'npskit[dashboard]'" in capsys.readouterr().err


@pytest.fixture
def served(monkeypatch):
    """What would have been served."""
    from npskit.report import serving

    calls = []
    monkeypatch.setattr(serving, "require_voila", lambda: None)
    monkeypatch.setattr(serving, "serve", lambda template, parameters, **options: calls.append((parameters, options)))
    return calls


def test_a_dashboard_is_served_with_its_parameters(export, served):
    arguments = ["--by", "magasin", "--rating", "note_nps", "--lang", "fr", "--no-browser", "-p", "title=\"'{x}"]
    assert main(["dashboard", export, *arguments]) == 0
    ((parameters, options),) = served
    assert parameters == {
        "data": export, "columns": {"rating": "note_nps", "keep": "all"}, "lang": "fr", "by": ["magasin"],
        "title": "\"'{x}",
    }  # fmt: skip
    assert options["title"] == "Explorateur · \"'{x}"
    assert options["browser"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-file.csv"], "no-such-file.csv"),
        (["EXPORT", "--by", "magazin"], "did you mean 'magasin'"),
        (["EXPORT", "--rating", "magasin"], "expected whole ratings"),
    ],
)
def test_what_is_wrong_with_a_dashboard_is_told_before_it_is_served(export, capsys, served, arguments, said):
    assert main(["dashboard", *(export if argument == "EXPORT" else argument for argument in arguments)]) == 2
    assert said in capsys.readouterr().err
    assert not served


def test_the_explorer_is_not_for_paper(export, tmp_path, capsys):
    assert main(["report", export, "--template", "explorer", "-o", str(tmp_path / "a.pdf")]) == 2
    assert "a.html" in capsys.readouterr().err


def test_errors_are_told_in_the_language_that_was_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.csv").write_text("nps,shop\n" + "9,Lyon\n" * 40 + "3\n" + "9,Nice\n" * 5, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("folder: in\n output: x\n", encoding="utf-8")
    told = {}
    for name, line in {
        "short": ["report", "short.csv", "-o", "x.html"],
        "column": ["score", "short.csv", "--rating", "note"],
        "file": ["score", "shrt.csv"],
        "yaml": ["watch", "bad.yaml", "--check"],
    }.items():
        assert main([*line, "--lang", "fr"]) == 2
        told[name] = capsys.readouterr().err
    assert "il manque 1 champ à la fin\u202f: ajouter «\u202f,\u202f»" in told["short"]
    assert "vouliez-vous dire «\u202fshort.csv\u202f»" in told["file"]
    assert "mettre entre guillemets un texte qui contient deux-points" in told["yaml"]
    assert not any(english in text for text in told.values() for english in ("Hint", "expected", "There are"))
    assert main(["score", "shrt.csv"]) == 2
    assert "did you mean 'short.csv'?" in capsys.readouterr().err


def test_what_is_typed_keeps_its_quotation_marks():
    error = RoleError("no rating.", hint="name it: df.nps(rating='q 1'); columns that hold ratings: q 1")
    assert error_text(error, "fr").endswith("l’indiquer\u202f: --rating 'q 1'\u202f; colonnes de notes\u202f: q 1.")


def test_warnings_are_told_in_the_language_that_was_asked_for(capsys):
    found = ReadWarning(source="mars.csv", sentences=["Column 'nps': 99 (3 times) was read as no answer."])
    show_warning(found, ReadWarning, lang="fr")
    assert "attention\u202f: mars.csv\u202f: Colonne" in capsys.readouterr().err
    show_warning(found, ReadWarning)
    assert capsys.readouterr().err.startswith("npskit: warning: ")
