"""What --help promises runs, and the command is quick to say what it is."""

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from npskit.cli import arguments_parser, main

ROOT = Path(__file__).resolve().parent.parent


def commands():
    """Command to its parser."""
    (found,) = [each for each in arguments_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return found.choices


def examples():
    """Every example of every --help."""
    lines = [line.strip() for parser in commands().values() for line in (parser.epilog or "").splitlines()]
    return [line for line in lines if line.startswith("npskit ")]


@pytest.fixture
def beside_answers(tmp_path, monkeypatch):
    """A folder with the file that the examples name."""
    monkeypatch.chdir(tmp_path)
    days = pd.date_range("2024-01-01", periods=120).strftime("%Y-%m-%d")
    frame = pd.DataFrame(
        {"rating": [10, 9, 3, 7] * 30, "shop": ["Lyon", "Nice", "Lyon", "Lyon", "Nice"] * 24, "date": days}
    )
    frame.to_csv("answers.csv", index=False)
    Path("nps.yaml").write_text("folder: .\nformats: []\nsettle: 0\n")
    return tmp_path


@pytest.mark.parametrize("name", commands())
def test_every_help_shows_examples(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert f"examples:\n  npskit {name}" in capsys.readouterr().out


@pytest.mark.parametrize("example", examples())
def test_examples_of_help_run(example, beside_answers, monkeypatch, capsys):
    from npskit.report import serving, writing

    # One report runs; that each template does on a file of answers is tested beside what tells its story.
    if not example.startswith("npskit report answers.csv --by"):
        monkeypatch.setattr(writing, "executed", lambda notebook, **_: notebook)
    # What serves until it is interrupted is served by tests of its own.
    monkeypatch.setattr(serving, "serve", lambda *_, **__: None)
    monkeypatch.setattr("npskit.cli.lab.serving", lambda *_: argparse.Namespace(launch_instance=lambda _: None))
    words = shlex.split(example.partition(" > ")[0])
    assert main(words[1:]) == 0, capsys.readouterr().err


def run(*arguments, **options):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **options)


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["templates"], ["new", "tour"], ["completion", "bash"]]
)
def test_what_needs_no_answers_starts_without_pandas(arguments, tmp_path):
    if arguments[0] == "completion":
        pytest.importorskip("shtab")
    code = (
        f"import sys; sys.argv[0] = 'npskit'\nfrom npskit.cli import main\ntry: main({arguments})\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'IPython', 'altair'} & set(sys.modules)), file=sys.stderr)"
    )
    done = run("-c", code, cwd=tmp_path)
    assert done.stderr.strip() == "[]"


def test_python_m_npskit_is_the_command(tmp_path):
    assert run("-m", "npskit", "--version", cwd=tmp_path).stdout.startswith("npskit ")


def test_a_script_of_another_name_registers_the_accessor(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text("import npskit, pandas\nprint(pandas.DataFrame({'nps': [10, 0]}).nps.score())")
    assert run(str(script), env={**os.environ, "PYTHONPATH": str(ROOT)}).stdout == "0.0\n"


def test_the_command_registers_it_with_its_survey(tmp_path):
    code = (
        "import sys; sys.argv[0] = 'npskit'\nimport npskit\nnpskit.Survey\nimport pandas\nprint(pandas.DataFrame.nps)"
    )
    assert "NPSAccessor" in run("-c", code, cwd=tmp_path).stdout
