"""The prebuilt Lab extension: the committed bundle is that of the committed sources, and an installation brings it."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import npskit

ROOT = Path(__file__).resolve().parent.parent
JUPYTER = ROOT / "npskit" / "jupyter"
LAB = JUPYTER / "lab"
BUNDLE = JUPYTER / "labextension"


def tool(name: str) -> ModuleType:
    """One of the small programs beside the sources."""
    spec = importlib.util.spec_from_file_location(f"npskit_lab_{name}", LAB / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_bundle_was_built_from_these_sources() -> None:
    recorded = (BUNDLE / "sources.sha256").read_text(encoding="utf-8").strip()
    assert recorded == tool("freshness").digest(), "run `jlpm build` in npskit/jupyter/lab"


def test_the_words_are_those_of_the_table() -> None:
    assert (LAB / "src" / "words.json").read_text(encoding="utf-8") == tool("words").text(), "run `python words.py`"


def test_every_word_is_used() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (LAB / "src").glob("*.ts*"))
    # Those of a setting and the captions of commands are looked up by a name that is put together.
    plain = [key for key in tool("words").words()["en"] if not key.startswith("setting_") and "_caption" not in key]
    assert [key for key in plain if f"'{key}'" not in sources] == []


def test_the_bundle_carries_npskits_version() -> None:
    assert read(LAB / "package.json")["version"] == read(BUNDLE / "package.json")["version"] == npskit.__version__


def test_the_bundle_loads_what_is_there() -> None:
    load = read(BUNDLE / "package.json")["jupyterlab"]["_build"]["load"]
    assert (BUNDLE / load).is_file()
    assert sum(path.stat().st_size for path in BUNDLE.rglob("*") if path.is_file()) < 150_000


def test_the_oldest_lab_has_all_that_the_bundle_shares() -> None:
    (entry,) = (BUNDLE / "static").glob("remoteEntry.*.js")
    demanded = set(re.findall(r'"\^(\d[\d.]*)"', entry.read_text(encoding="utf-8")))
    ranges = read(LAB / "package.json")["dependencies"].values()
    assert demanded <= {each.removeprefix("^") for each in ranges}
    assert read(LAB / "core.package.json")["resolutions"] == read(LAB / "package.json")["dependencies"]


def test_the_settings_say_in_english_what_the_table_says() -> None:
    words = tool("words").words()["en"]
    schema = read(BUNDLE / "schemas" / "npskit" / "plugin.json")
    assert [schema["title"], schema["description"]] == [words["setting_title"], words["setting_description"]]
    for name, setting in schema["properties"].items():
        assert setting["title"] == words[f"setting_{name}_title"]
        assert setting["description"] == words[f"setting_{name}_description"]
        for choice in setting.get("oneOf", []):
            assert choice["title"] == words[f"setting_{name}_{choice['const']}"]


def test_data_never_become_markup() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (LAB / "src").glob("*.ts*"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|\bany\b[;>)\]]", sources)


def test_jupyter_is_told_where_the_parts_are() -> None:
    from npskit import jupyter

    (point,) = jupyter._jupyter_labextension_paths()
    assert (JUPYTER / point["src"] / "package.json").is_file()
    assert point["dest"] == read(LAB / "package.json")["name"]
    config = read(JUPYTER / "jupyter-config" / "npskit.json")
    assert config == {"ServerApp": {"jpserver_extensions": {"npskit.jupyter": True}}}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Name to size in the wheel, built where no Node is found."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    without_node = os.environ | {"PATH": str(Path(sys.executable).parent)}
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=without_node)
    assert run.returncode == 0, run.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {each.filename: each.file_size for each in archive.infolist()}


def test_the_wheel_puts_the_parts_where_jupyter_looks(wheel: dict[str, int]) -> None:
    data = f"npskit-{npskit.__version__}.data/data"
    assert f"{data}/etc/jupyter/jupyter_server_config.d/npskit.json" in wheel
    for path in BUNDLE.rglob("*"):
        if path.is_file():
            name = f"{data}/share/jupyter/labextensions/npskit/{path.relative_to(BUNDLE).as_posix()}"
            assert wheel.get(name) == path.stat().st_size


def test_the_wheel_leaves_the_sources_of_the_bundle_out(wheel: dict[str, int]) -> None:
    assert [name for name in wheel if name.startswith("npskit/jupyter/lab/") or "node_modules" in name] == []
