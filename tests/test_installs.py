"""Every way of installing npskit brings the whole of it, its Jupyter extension included, on a machine without Node.

Here the programs and a server are asked; that JupyterLab then shows the card is in `browser/test_installed_card.py`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
from installing import ROOT, WAYS, built, clean_environment, copied, installed, run

for library in ("hatchling", "jupyterlab", "notebook", "pip"):
    pytest.importorskip(library)

WHEEL_BYTES = 2_000_000
SECONDS = 120


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return built(source, "wheel")


@pytest.fixture(scope="module")
def sdist(source: Path) -> Path:
    return built(source, "sdist")


@pytest.fixture(
    scope="module", params=[pytest.param(way, marks=pytest.mark.xdist_group(f"install-{way}")) for way in WAYS]
)
def environment(request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment into which npskit was installed in one of the ways."""
    return installed(request.param, source, tmp_path_factory.mktemp("environment"))


def test_there_is_no_node(environment: Path) -> None:
    for name in ("node", "npm", "nodejs", "jlpm"):
        assert shutil.which(name, path=clean_environment(environment)["PATH"]) is None


def test_extension_is_where_jupyter_looks(environment: Path) -> None:
    extension = environment / "share" / "jupyter" / "labextensions" / "npskit"
    about = json.loads((extension / "package.json").read_text(encoding="utf-8"))
    assert about["name"] == "npskit"
    assert (extension / about["jupyterlab"]["_build"]["load"]).is_file()
    config = environment / "etc" / "jupyter" / "jupyter_server_config.d" / "npskit.json"
    assert json.loads(config.read_text("utf-8"))["ServerApp"]["jpserver_extensions"] == {"npskit.jupyter": True}


def test_the_lab_extension_is_enabled(environment: Path) -> None:
    told = run(environment, "-m", "jupyterlab.labextensions", "list")
    assert re.search(r"npskit v\S+.* enabled .*OK", re.sub(r"\x1b\[[0-9;]*m", "", told)), told


def test_the_server_extension_is_enabled(environment: Path) -> None:
    module = "jupyter_server.extension.serverextension"
    told = run(environment, "-m", module, "list")
    told = re.sub(r"\x1b\[[0-9;]*m", "", told)
    assert re.search(r"npskit\.jupyter enabled", told), told
    assert re.search(r"npskit\.jupyter \S* ?OK", told), told


def test_what_is_imported_is_what_was_installed(environment: Path, source: Path) -> None:
    code = "import npskit; from importlib.metadata import version; print(npskit.__file__, version('npskit'))"
    told = run(environment, "-c", code)
    path, version = told.split()
    assert Path(path).is_relative_to(environment) or Path(path).is_relative_to(source)
    assert version in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.fixture
def ask(environment: Path) -> Iterator[Callable[[str], object]]:
    """``ask(path)``: what a Jupyter server of the environment answers."""
    runtime = environment / "runtime"
    command = [environment / "bin" / "python", "-m", "jupyter_server", "--port=0", "--no-browser", "--allow-root"]
    options = {"JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_PLATFORM_DIRS": "1"}
    with (environment / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*map(str, command), "--IdentityProvider.token=token"],
            cwd=environment,
            env=clean_environment(environment) | options,
            stdout=log,
            stderr=log,
        )

    def answer(path: str) -> object:
        card = runtime / f"jpserver-{process.pid}.json"
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                url = json.loads(card.read_text(encoding="utf-8"))["url"]
                request = urllib.request.Request(url + path, headers={"Authorization": "token token"})
                with urllib.request.urlopen(request, timeout=30) as found:
                    return json.load(found)
            except urllib.error.HTTPError:
                raise
            except (OSError, ValueError):
                time.sleep(0.1)
        raise AssertionError((environment / "server.log").read_text(encoding="utf-8"))

    yield answer
    process.terminate()
    process.wait(timeout=30)


def test_a_server_lists_the_templates(environment: Path, ask: Callable[[str], object]) -> None:
    answered = ask("npskit/templates")
    assert isinstance(answered, list)
    assert {"health-check", "explorer"} <= {template["id"] for template in answered}


def test_wheel_is_small(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = sum(info.compress_size for info in archive.infolist() if "/datasets/" in info.filename)
    assert wheel.stat().st_size - data < WHEEL_BYTES


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_brings_what_is_run_and_nothing_it_is_made_from(names: set[str]) -> None:
    assert not [name for name in names if "node_modules" in name or name.endswith((".tsbuildinfo", ".ts", ".tsx"))]
    assert not [name for name in names if PurePosixPath(name).name in ("yarn.lock", "tsconfig.json")]
    (data,) = {name.split("/")[0] for name in names if name.split("/")[0].endswith(".data")}
    assert f"{data}/data/etc/jupyter/jupyter_server_config.d/npskit.json" in names
    assert f"{data}/data/share/jupyter/labextensions/npskit/package.json" in names


def test_wheel_brings_every_notebook(names: set[str]) -> None:
    notebooks = {path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").rglob("*.ipynb")}
    assert any("/guides/" in name for name in notebooks)
    assert {f"npskit/{name}" for name in notebooks if "checkpoint" not in name} <= names


def test_sdist_brings_the_sources_of_the_extension(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"npskit/jupyter/lab/package.json", "npskit/jupyter/lab/yarn.lock", "binder/postBuild"} <= names
    assert not [name for name in names if "node_modules" in name]
