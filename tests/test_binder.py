"""Binder will build this repository, says the tool that Binder runs, which needs no Docker to say what it would do."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BINDER = ROOT / "binder"


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """What repo2docker decides, and the Dockerfile it would build."""
    pytest.importorskip("repo2docker")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


def test_python_is_chosen(dockerfile: str) -> None:
    assert "Building conda environment for python=3.12" in dockerfile


def test_requirements_are_installed_after_the_files_are_there(dockerfile: str) -> None:
    steps = [line for line in dockerfile.splitlines() if re.match(r"(COPY|RUN) ", line)]
    copied = next(place for place, step in enumerate(steps) if "src/ ${REPO_DIR}/" in step)
    installed = next(place for place, step in enumerate(steps) if '-r "binder/requirements.txt"' in step)
    assert copied < installed


def test_requirements_are_an_extra_of_this_project() -> None:
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").split()
    assert lines == [".[lab]"]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {"jupyterlab", "notebook"} <= {re.split(r"[^a-z-]", requirement)[0] for requirement in extras["lab"]}


def test_python_is_one_the_project_supports() -> None:
    assert (BINDER / "runtime.txt").read_text(encoding="utf-8").strip() == "python-3.12"


def test_no_slow_environment_is_asked_for() -> None:
    asked = {path.name for path in BINDER.iterdir()}
    assert asked <= {"requirements.txt", "runtime.txt", "postBuild"}
    assert not [name for name in ("environment.yml", "Dockerfile", "apt.txt") if (ROOT / name).exists()]
