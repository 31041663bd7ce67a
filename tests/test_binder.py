"""Binder will build this repository, says the tool that Binder runs, which needs no Docker to say what it would do.

What the image's server then shows in a browser is in ``browser/test_binder_image.py``.
"""

from __future__ import annotations

import os
import re
import tomllib

import image
import pytest

BINDER = image.ROOT / "binder"
REPOSITORY_AND_BRANCH = "npskit/npskit/main"
OPENS = re.compile(r"(?:lab/tree|voila/render|notebooks|doc/tree)/(.+)")


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """What repo2docker decides, and the Dockerfile it would build."""
    pytest.importorskip("repo2docker")
    return image.dockerfile()


def test_python_is_chosen(dockerfile: str) -> None:
    assert image.python_version(dockerfile) == "3.12"


def test_it_stands_on_the_image_of_requirements_files(dockerfile: str) -> None:
    assert re.search(r"^FROM docker\.io/library/buildpack-deps:\d\d\.04$", dockerfile, re.MULTILINE)


def test_requirements_are_installed_after_the_files_are_there(dockerfile: str) -> None:
    steps = image.steps(dockerfile)
    copied = next(place for place, step in enumerate(steps) if re.search(r"^COPY .*src/ \$\{REPO_DIR\}/$", step))
    (installed,) = (place for place, step in enumerate(steps) if "pip install" in step)
    assert re.fullmatch(r'RUN \S+/bin/pip install --no-cache-dir -r "binder/requirements.txt"', steps[installed])
    assert steps[installed - 1] == "USER ${NB_USER}"
    assert copied < installed


def test_only_post_build_is_run_after_the_files_are_there(dockerfile: str) -> None:
    steps = image.steps(dockerfile)
    copied = next(place for place, step in enumerate(steps) if re.search(r"^COPY .*src/ \$\{REPO_DIR\}/$", step))
    _, *others = [step for step in steps[copied:] if step.startswith("RUN ")]
    assert others == ["RUN chmod +x binder/postBuild", "RUN ./binder/postBuild"]


def test_no_second_solve_and_no_system_packages(dockerfile: str) -> None:
    assert "env update" not in dockerfile
    assert len(re.findall(r"apt-get .*install", dockerfile)) == 2  # locales, and what every image has


def test_what_it_starts_is_a_notebook_server(dockerfile: str) -> None:
    assert image.server_command(dockerfile)[:2] == ["jupyter", "notebook"]
    assert "ENTRYPOINT" in dockerfile


def test_image_brings_a_lab_this_project_supports() -> None:
    pytest.importorskip("repo2docker")
    versions = dict(line.split("==") for line in image.base_packages())
    assert {"jupyterlab", "notebook", "jupyterhub"} <= set(image.base_packages(asked=True)) <= set(versions)
    assert tuple(map(int, versions["jupyterlab"].split(".")[:2])) >= (4, 2)
    assert tuple(map(int, versions["notebook"].split(".")[:2])) >= (7, 2)


def test_requirements_are_an_extra_of_this_project() -> None:
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").split()
    assert lines == [".[lab]"]
    pyproject = (image.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(pyproject)["project"]["optional-dependencies"]
    assert {"jupyterlab", "notebook"} <= {re.split(r"[^a-z-]", requirement)[0] for requirement in extras["lab"]}


def test_post_build_runs_as_it_is() -> None:
    assert os.access(BINDER / "postBuild", os.X_OK)
    assert (BINDER / "postBuild").read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")


def test_python_is_one_the_project_supports() -> None:
    assert (BINDER / "runtime.txt").read_text(encoding="utf-8").strip() == "python-3.12"


def test_no_slow_environment_is_asked_for() -> None:
    asked = {path.name for path in BINDER.iterdir()}
    assert asked == {"requirements.txt", "runtime.txt", "postBuild"}
    assert not [name for name in ("environment.yml", "Dockerfile", "apt.txt") if (image.ROOT / name).exists()]


def test_badges_lead_to_this_repository() -> None:
    assert set(image.badges().values()) == {REPOSITORY_AND_BRANCH}
    readme = (image.ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count("mybinder.org/v2/") == len(image.badges())
    assert readme.index("mybinder.org/v2/") < readme.index("\n## ")


def test_badges_open_the_lab_the_health_check_and_the_dashboard() -> None:
    lab, health, dashboard = image.badges()
    assert lab == "lab"
    assert health.startswith("lab/tree/")
    assert dashboard.startswith("voila/render/")


@pytest.mark.parametrize("path", [path for path in image.badges() if path != "lab"])
def test_badge_opens_what_is_there(path: str) -> None:
    opened = OPENS.fullmatch(path)
    assert opened
    assert (image.ROOT / opened[1]).is_file()
