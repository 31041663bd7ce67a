"""Every way of installing npskit brings the whole of it, its Jupyter extension included, on a machine without Node.

Each way has a virtual environment of its own that sees the libraries of this one, so that nothing heavy is installed
again. What the card then looks like is seen in `tests/browser`; here the server that would show it is asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

for library in ("hatchling", "jupyterlab", "notebook", "pip"):
    pytest.importorskip(library)

ROOT = Path(__file__).resolve().parent.parent
WAYS = [
    pytest.param(way, marks=pytest.mark.xdist_group(f"install-{way}"))
    for way in ("folder", "editable", "sdist", "wheel")
]
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist", "build", "*.tsbuildinfo")
WHEEL_BYTES = 2_000_000
SECONDS = 120


def clean_environment(folder: Path) -> dict[str, str]:
    """Nothing but one environment's programs, and a home of its own: no Node, no settings of a developer."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return kept | {"PATH": str(folder / "bin"), "HOME": str(home), "PIP_CONFIG_FILE": os.devnull}


def run(*command: object, folder: Path, cwd: Path) -> str:
    found = subprocess.run(
        [*map(str, command)], env=clean_environment(folder), cwd=cwd, capture_output=True, text=True, timeout=SECONDS
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout + found.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the repository, where nothing that a build leaves disturbs anyone."""
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("source") / "npskit", ignore=LEFT_BEHIND))


def built(source: Path, kind: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(source.parent / kind)]
    made = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=SECONDS)
    assert made.returncode == 0, made.stderr
    (path,) = (source.parent / kind).iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return built(source, "wheel")


@pytest.fixture(scope="module")
def sdist(source: Path) -> Path:
    return built(source, "sdist")


@pytest.fixture(scope="module", params=WAYS)
def environment(request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment into which npskit was installed in one of the ways."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    # The packages there are seen as this environment sees them, without what their own .pth files would add.
    (libraries / "beside.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    what = {"folder": [source], "editable": ["-e", source]}.get(request.param)
    what = what or [request.getfixturevalue(request.param)]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    # What stands beside is not to be taken for an older npskit that has to leave.
    run(
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--ignore-installed",
        *offline,
        *what,
        folder=folder,
        cwd=folder,
    )
    return folder


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
    told = run(
        environment / "bin" / "python", "-m", "jupyterlab.labextensions", "list", folder=environment, cwd=environment
    )
    assert re.search(r"npskit v\S+.* enabled .*OK", re.sub(r"\x1b\[[0-9;]*m", "", told)), told


def test_the_server_extension_is_enabled(environment: Path) -> None:
    module = "jupyter_server.extension.serverextension"
    told = run(environment / "bin" / "python", "-m", module, "list", folder=environment, cwd=environment)
    told = re.sub(r"\x1b\[[0-9;]*m", "", told)
    assert re.search(r"npskit\.jupyter enabled", told), told
    assert re.search(r"npskit\.jupyter \S* ?OK", told), told


def test_what_is_imported_is_what_was_installed(environment: Path, source: Path) -> None:
    code = "import npskit; from importlib.metadata import version; print(npskit.__file__, version('npskit'))"
    told = run(environment / "bin" / "python", "-c", code, folder=environment, cwd=environment)
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
