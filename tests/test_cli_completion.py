"""The scripts of ``npskit completion``, in the shells they are for."""

import os
import shutil
import subprocess
import sys

import pytest

from npskit.cli import main

# What a shell does at a press of Tab, without a terminal.
BASH = """
source script.bash
COMP_WORDS=({words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
$(complete -p npskit | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def script(tmp_path, monkeypatch, capsys):
    """A folder with the script for a shell and a few files."""
    pytest.importorskip("shtab")

    def write(shell):
        monkeypatch.chdir(tmp_path)
        for name in ("answers.csv", "mine.ipynb", "p.yaml"):
            (tmp_path / name).touch()
        assert main(["completion", shell]) == 0
        (tmp_path / f"script.{shell}").write_text(capsys.readouterr().out, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("npskit sc", {"score"}),
        ("npskit new h", {"health-check"}),
        ("npskit new to", {"tour"}),
        ("npskit new m", {"mine.ipynb"}),
        ("npskit new health-check --data a", {"answers.csv"}),
        ("npskit new health-check --parameters p", {"p.yaml"}),
        ("npskit report answers.csv --template s", {"segments"}),
        ("npskit lab ans", {"answers.csv"}),
        ("npskit lab --template e", {"executive-brief", "explorer"}),
        ("npskit score --confi", {"--confidence-level"}),
        ("npskit score answers.csv --format ''", {"text", "csv", "json"}),
        ("npskit audit --lang ''", {"en", "fr"}),
        ("npskit completion ''", {"bash", "zsh", "tcsh"}),
    ],
)
def test_bash_completes(script, words, found):
    folder = script("bash")
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    # Without any Python on the path: the script holds all it needs.
    done = subprocess.run([bash, "-c", BASH.format(words=words)], cwd=folder, capture_output=True, text=True,
                          env={"PATH": os.defpath})  # fmt: skip
    assert set(done.stdout.split()) == found, done.stderr


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_read_their_script(script, shell):
    folder = script(shell)
    text = (folder / f"script.{shell}").read_text()
    assert "health-check" in text
    assert "npskit" in text
    if shutil.which(shell):
        assert subprocess.run([shell, "-n", f"script.{shell}"], cwd=folder, capture_output=True).returncode == 0


def test_without_the_library_the_extra_is_named(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 2
    assert "pip install 'npskit[completion]'" in capsys.readouterr().err
