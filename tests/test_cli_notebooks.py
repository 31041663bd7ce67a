"""``npskit templates`` and ``npskit new``."""

import csv
import io
import json
import threading

import nbformat
import pandas as pd
import pytest

from npskit.cli import main
from npskit.cli.notebooks import made


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A file of answers in the current folder."""
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"rating": [10, 9, 3, 7], "shop": list("abab")}).to_csv("answers.csv", index=False)
    return tmp_path


@pytest.fixture
def own(tmp_path):
    """An organisation's folder with a template."""
    folder = tmp_path / "own"
    folder.mkdir()
    cell = nbformat.v4.new_code_cell("data = 'x.csv'\nlang = 'en'", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# House report"), cell])
    notebook.metadata["kernelspec"] = {"name": "elsewhere", "display_name": "Elsewhere"}
    nbformat.write(notebook, folder / "house.ipynb")
    return folder


def parameters(path):
    """The cell with the parameters of a run."""
    cells = nbformat.read(path, as_version=4).cells
    (source,) = [cell.source for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
    namespace = {}
    exec(source, namespace)
    return {name: value for name, value in namespace.items() if not name.startswith("__")}


def test_templates_and_guides_are_listed_in_both_languages(capsys):
    assert main(["templates"]) == 0
    english = capsys.readouterr().out
    assert main(["templates", "--lang", "fr"]) == 0
    french = capsys.readouterr().out
    assert "health-check  " in english
    assert "Guides" in english
    assert "Bilan NPS" in french


def test_own_templates_are_listed(own, capsys):
    assert main(["templates", "--template-dir", str(own), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"id": "house", "title": "House report", "caption": "", "kind": "template", "own": True} in rows
    assert main(["templates", "--format", "csv"]) == 0
    assert next(csv.DictReader(io.StringIO(capsys.readouterr().out)))["id"] == "executive-brief"


def test_a_folder_that_is_not_there_is_told(capsys):
    assert main(["templates", "--template-dir", "no-folder"]) == 2
    assert "no folder 'no-folder'" in capsys.readouterr().err


def test_a_new_notebook_says_what_to_do_next(answers, capsys):
    assert main(["new", "health-check", "--data", "answers.csv", "--lang", "fr"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Notebook écrit\u202f: answers-health-check.ipynb",
        "Pour l’ouvrir\u202f: npskit lab answers-health-check.ipynb",
    ]
    assert parameters("answers-health-check.ipynb") == {"data": "answers.csv", "lang": "fr"}


def test_nothing_is_overwritten(answers):
    for _ in range(3):
        assert main(["new", "forecast", "--data", "answers.csv"]) == 0
    names = sorted(path.name for path in answers.glob("*.ipynb"))
    assert names == ["answers-forecast-1.ipynb", "answers-forecast-2.ipynb", "answers-forecast.ipynb"]


def test_two_at_once_both_get_their_own(answers):
    paths = []
    threads = [threading.Thread(target=lambda: paths.append(made("growth", parameters={}))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(paths)) == 6


def test_an_output_that_is_there_is_left_alone(answers, capsys):
    (answers / "mine.ipynb").write_text("mine")
    assert main(["new", "forecast", "-o", "mine.ipynb"]) == 2
    assert "a name that nothing has" in capsys.readouterr().err
    assert (answers / "mine.ipynb").read_text() == "mine"


@pytest.mark.parametrize(("output", "said"), [("a.txt", ".ipynb"), ("no/such/a.ipynb", "a folder that is there")])
def test_an_output_that_cannot_be_is_told(answers, capsys, output, said):
    assert main(["new", "forecast", "-o", output]) == 2
    assert said in capsys.readouterr().err


def test_data_is_found_from_where_the_notebook_is(answers):
    (answers / "reports" / "2024").mkdir(parents=True)
    assert main(["new", "segments", "--data", "answers.csv", "-o", "reports/2024"]) == 0
    path = answers / "reports" / "2024" / "answers-segments.ipynb"
    assert parameters(path) == {"data": "../../answers.csv"}


@pytest.mark.parametrize("name", ['it\'s "{x}".csv', "été\nλ.csv", "a';import os;'.csv"])
def test_hostile_names_stay_names(answers, name):
    (answers / name).write_bytes((answers / "answers.csv").read_bytes())
    assert main(["new", "health-check", "--data", name, "-o", "a.ipynb"]) == 0
    assert parameters("a.ipynb") == {"data": name}
    assert main(["new", "health-check", "--data", name]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["health-chek"], "did you mean 'health-check'"),
        (["health-check", "--data", "answer.csv"], "answer.csv"),
        (["health-check", "--data", "broken.xlsx"], "broken.xlsx"),
        (["health-check", "-p", "targt=3"], "'targt'"),
        (["health-check", "-p", "data='x'"], "the file on the command line"),
        (["no-such.ipynb"], "no-such.ipynb"),
        (["broken.ipynb"], "broken.ipynb"),
    ],
)
def test_what_is_wrong_is_told_now(answers, capsys, arguments, said):
    (answers / "broken.xlsx").write_bytes(b"no workbook")
    (answers / "broken.ipynb").write_bytes(b"{no notebook")
    assert main(["new", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("npskit: ")
    assert not list(answers.glob("*health-check*"))


def test_a_rating_that_cannot_be_told_is_a_warning(answers, capsys):
    pd.DataFrame({"q1": [1, 2], "q2": [10, 9]}).to_csv("two.csv", index=False)
    assert main(["new", "health-check", "--data", "two.csv"]) == 0
    assert "npskit: warning: " in capsys.readouterr().err
    assert parameters("two-health-check.ipynb") == {"data": "two.csv"}


def test_a_guide_and_an_own_notebook_can_be_templates(answers, own):
    assert main(["new", "tour"]) == 0
    assert main(["new", str(own / "house.ipynb"), "--data", "answers.csv", "--lang", "fr"]) == 0
    assert parameters("answers-house.ipynb") == {"data": "answers.csv", "lang": "fr"}
    assert main(["new", "house", "--template-dir", str(own), "-o", "b.ipynb"]) == 0
    assert nbformat.read("b.ipynb", as_version=4).metadata["kernelspec"]["name"] == "python3"


def test_parameters_come_from_a_file_and_p_wins(answers):
    (answers / "p.yaml").write_text("every: month\nby: [shop]\ntitle: 'Été'\nlang: fr\n", encoding="utf-8")
    assert main(["new", "health-check", "--parameters", "p.yaml", "-p", "every=week", "-o", "a.ipynb"]) == 0
    assert parameters("a.ipynb") == {"every": "week", "by": ["shop"], "title": "Été", "lang": "fr"}
    assert main(["new", "health-check", "--parameters", "p.yaml", "--lang", "en", "-o", "b.ipynb"]) == 0
    assert parameters("b.ipynb")["lang"] == "en"
    (answers / "p.json").write_text('{"by": ["shop"]}')
    assert main(["new", "health-check", "--parameters", "p.json", "-o", "c.ipynb"]) == 0
    assert parameters("c.ipynb") == {"by": ["shop"]}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.yaml", "by: [shop\nevery: month\n", "p.yaml, line 2, column 6"),
        ("p.yaml", "by: !!python/object/apply:os.system ['touch hacked']\n", "p.yaml, line 1, column 5"),
        ("p.yaml", "a: &a [x]\nb: [*a, *a]\n", "p.yaml, line 2, column 5"),
        ("p.yaml", "by: a\nby: b\n", "'by' twice"),
        ("p.yaml", "- by\n", "lines such as 'target: 40'"),
        ("p.yaml", "1: by\n", "names of parameters"),
        ("p.yaml", "by: " + "[" * 3000 + "]" * 3000, "a few levels deep"),
        ("p.yaml", "by: \x00", "plain YAML"),
        ("p.yaml", "by: " + "9" * 5000, "plain YAML"),
        ("p.yaml", "before: 2024-13-45\n", "plain YAML"),
        ("p.yaml", "by: é\n".encode("latin-1"), "p.yaml, line 1, column 5"),
        ("p.yaml", b"a" * 1_000_001, "at most 1 MB"),
        ("p.json", '{"by": [1,\n}', "p.json, line 2, column 1"),
        ("p.json", '{"by": 1, "by": 2}', "'by' twice"),
        ("p.json", "[" * 100_000, "a few levels deep"),
        ("p.json", "{\"by\": " + "9" * 5000 + "}", "JSON"),
        ("p.toml", "by = 1", ".yaml or .json"),
    ],
)  # fmt: skip
def test_a_file_of_parameters_is_data(answers, capsys, name, content, said):
    (answers / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["new", "health-check", "--parameters", name]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("npskit: ")
    assert len(error) < 400
    assert not (answers / "hacked").exists()
    assert not list(answers.glob("*.ipynb"))


@pytest.mark.parametrize(("name", "said"), [("gone.yaml", "no 'gone.yaml'"), ("folder.yaml", "can be read")])
def test_a_file_of_parameters_has_to_be_there(answers, capsys, name, said):
    (answers / "folder.yaml").mkdir()
    assert main(["new", "health-check", "--parameters", name]) == 2
    assert said in capsys.readouterr().err


def test_an_empty_file_of_parameters_sets_none(answers):
    for name in ("p.yaml", "p.json"):
        (answers / name).write_text("# nothing\n" if name == "p.yaml" else "")
        assert main(["new", "health-check", "--parameters", name]) == 0
