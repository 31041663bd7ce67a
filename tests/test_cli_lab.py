"""``npskit lab``, in a JupyterLab of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from npskit.cli import main

WAIT = 60


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A file of answers in a folder beside the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Été 2024").mkdir()
    pd.DataFrame({"rating": [10, 9, 3, 7], "shop": list("abab")}).to_csv("Été 2024/answers.csv", index=False)
    return tmp_path


@pytest.fixture
def environment(tmp_path):
    """A Jupyter that knows nothing of this user's."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return {**os.environ, **{name: str(tmp_path / ".jupyter" / name) for name in names}}


def test_a_lab_opens_on_a_new_notebook_and_ends_quietly(answers, environment):
    pytest.importorskip("jupyterlab")
    options = ["--no-browser", "--port", "0", "--allow-root", "--lang", "fr"]
    command = [sys.executable, "-m", "npskit", "lab", "Été 2024/answers.csv", *options]
    with (
        open("out", "w+", encoding="utf-8") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment) as lab,
    ):
        try:
            address = shown_address(lab)
            assert "/lab/tree/%C3%89t%C3%A9%202024/answers-explorer.ipynb?token=" in address
            contents = address.replace("/lab/tree/", "/api/contents/")
            with urllib.request.urlopen(contents, timeout=WAIT) as answer:
                assert json.load(answer)["type"] == "notebook"
            lab.send_signal(signal.SIGINT)
            assert lab.wait(WAIT) == 0, Path("out").read_text(encoding="utf-8")
        finally:
            lab.kill()
    lines = Path("out").read_text(encoding="utf-8").splitlines()
    assert [line.split("\u202f: ")[0] for line in lines if line] == ["Notebook écrit", "JupyterLab"], lines


def shown_address(lab):
    """The address, once the server says it."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end and lab.poll() is None:
        found = re.search(r"http://\S+", Path("out").read_text(encoding="utf-8"))
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(Path("out").read_text(encoding="utf-8"))


def test_without_jupyterlab_the_extra_is_named_and_nothing_is_made(answers, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert main(["lab", "Été 2024/answers.csv"]) == 2
    assert "pip install 'npskit[lab]'" in capsys.readouterr().err
    assert not list(answers.rglob("*.ipynb"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such.csv"], "no-such.csv"),
        (["no-such.ipynb"], "expected a notebook"),
        (["Été 2024/answers.csv", "--template", "explorr"], "did you mean 'explorer'"),
        (["Été 2024/answers.csv", "--port", "99999"], "expected one that is free"),
        (["-p", "by='shop'"], "a file of answers"),
        (["mine.ipynb", "-p", "by='shop'"], "which has its own"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_served(answers, capsys, arguments, said):
    pytest.importorskip("jupyterlab")
    assert main(["lab", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not list(answers.rglob("*.ipynb"))
