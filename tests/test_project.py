"""The house keeps its shape: what may import what, what is packaged, and that the README tells the truth."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "npskit"
# What the TypeScript of the Jupyter extension is built with, and into, is not ours.
FOREIGN = {"__pycache__", "node_modules", "lib", ".yarn"}
LAB = PACKAGE / "jupyter" / "lab"


def own(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if not FOREIGN & set(path.relative_to(ROOT).parts))


MODULES = [path for path in own(PACKAGE.rglob("*.py")) if LAB not in path.parents]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))

# A room imports only from rooms on lower floors; rooms of one floor do not know each other.
FLOORS = {
    "errors": 1,
    "version": 1,
    "scale": 2,
    "roles": 2,
    "labels": 2,
    "tally": 3,
    "results": 3,
    "cube": 4,
    "readers": 4,
    "datasets": 4,
    "frames": 5,
    "stats": 5,
    "text": 5,
    "charts": 5,
    "survey": 6,
    "widgets": 7,
    "report": 7,
    "accessor": 8,
    "watch": 8,
    "cli": 9,
    "jupyter": 9,
}
# The package's front door and `python -m npskit` stand on all floors.
ROOF = {"__init__", "__main__"}
ROOF_FLOOR = 10
# These use npskit as a person does, through the front door, which knows neither.
GUESTS = {"cli", "jupyter", "__main__"}

HEAVY = {
    "altair",
    "anywidget",
    "dask",
    "duckdb",
    "ipywidgets",
    "IPython",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "openpyxl",
    "polars",
    "py3langid",
    "pyspark",
    "scipy",
    "sklearn",
    "statsmodels",
    "vl_convert",
}
ONLINE = re.compile(r"cdn\.|unpkg\.com|jsdelivr|esm\.sh|googleapis")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor_of(room: str) -> int:
    return ROOF_FLOOR if room in ROOF else FLOORS[room]


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function, by its full name."""
    package = ("npskit", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield from ([f"npskit.{alias.name}" for alias in node.names] if module == "npskit" else [module])


def rooms_imported(path: Path) -> set[str]:
    names = {name for name in imported(path) if name.split(".")[0] == "npskit"}
    # `from npskit import name` of something that is no room comes through the front door.
    return {room if (room := f"{name}.".split(".")[1]) in FLOORS else "__init__" for name in names}


def libraries_imported(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)} - {"npskit"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_file_stands_on_a_floor(path: Path) -> None:
    assert room_of(path) in FLOORS.keys() | ROOF, f"{name_of(path)} belongs to no room of FLOORS"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_come_from_lower_floors(path: Path) -> None:
    room = room_of(path)
    allowed = {room, "__init__"} if room in GUESTS else {room}
    upward = {other for other in rooms_imported(path) - allowed if floor_of(other) >= floor_of(room)}
    assert not upward, f"{name_of(path)} (floor {floor_of(room)}) imports {sorted(upward)}"


def test_front_door_knows_no_guest() -> None:
    assert not rooms_imported(PACKAGE / "__init__.py") & GUESTS


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) != "frames"], ids=name_of)
def test_only_frames_knows_narwhals(path: Path) -> None:
    assert "narwhals" not in libraries_imported(path)


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) == "stats"], ids=name_of)
def test_statistics_know_counts_only(path: Path) -> None:
    assert not libraries_imported(path) & {"pandas", "polars", "pyarrow", "altair"}
    assert not rooms_imported(path) & {"labels", "roles", "tally", "results"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_says_what_is_public(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree), f"{name_of(path)} has no docstring"
    assigned = {ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)}
    # A folder's empty front door and `python -m npskit` have nothing to name.
    if path.stem != "__main__" and len(tree.body) > 1:
        assert "__all__" in assigned, f"{name_of(path)} has no __all__"


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys, json\nprint(json.dumps([name.split('.')[0] for name in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


def test_import_is_light() -> None:
    assert not (loaded_by("import npskit") - loaded_by("import pandas")) & HEAVY


def test_score_on_pandas_is_light() -> None:
    call = "import npskit, pandas\nassert pandas.DataFrame({'rating': [10, 9, 8, 0]}).nps.score() == 25"
    assert not (loaded_by(call) - loaded_by("import pandas")) & HEAVY


def test_version_is_one() -> None:
    import npskit

    assert project()["project"]["version"] == npskit.__version__


def test_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{project()['project']['version']}]" in changelog or "## [Unreleased]" in changelog


def readme_command(name: str) -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"<!-- command: {name} -->\n```sh\n(.+)\n```", readme)
    return block


def test_full_job_runs_the_readme_commands() -> None:
    run = subprocess.run(["bash", ROOT / ".ci" / "run", "--commands"], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [readme_command("test"), readme_command("demo")]


@pytest.mark.parametrize(("name", "last"), [("test", "pytest"), ("demo", "npskit demo")])
def test_readme_command_needs_only_python(name: str, last: str) -> None:
    create, install, run = readme_command(name).split(" && ")
    assert create == "python3 -m venv .venv"
    assert install.startswith(".venv/bin/pip install ")
    assert run == f".venv/bin/{last}"


def test_readme_names_every_extra() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Install", 1)[1].split("\n## ", 1)[0]
    table = "\n".join(line for line in section.splitlines() if line.startswith("| `"))
    assert set(project()["project"]["optional-dependencies"]) == set(re.findall(r"`([a-z]+)`", table))


def test_errors_name_extras_that_exist() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    named = set(re.findall(r"extra=\"(\w+)\"|npskit\[(\w+)\]", sources))
    assert {first or second for first, second in named} <= set(project()["project"]["optional-dependencies"])


def test_readme_carries_the_trademark_notice() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for owner in ("Bain & Company", "NICE", "Satmetrix", "Reichheld"):
        assert owner in readme


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_files_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(((?!https?:|#)[^)]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link.split("#")[0]).exists()] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook_is_committed_clean(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert not [cell for cell in code if cell["outputs"] or cell["execution_count"] is not None]
    assert content["metadata"]["kernelspec"]["name"] == "python3"


def text_files() -> list[Path]:
    suffixes = {".py", ".ipynb", ".js", ".css", ".html", ".j2", ".csv", ".json"}
    suffixes |= {".ts", ".tsx", ".svg"}
    return [path for top in ("npskit", "notebooks") for path in own((ROOT / top).rglob("*")) if path.suffix in suffixes]


def test_nothing_is_asked_from_outside() -> None:
    online = [name_of(path) for path in text_files() if ONLINE.search(path.read_text(encoding="utf-8"))]
    assert online == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of the wheel, as hatchling builds it."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_wheel_brings_all_files_of_the_package(wheel: set[str]) -> None:
    here = {name_of(path) for path in own(PACKAGE.rglob("*")) if path.is_file() and LAB not in path.parents}
    assert here - wheel == set()
    assert "npskit/py.typed" in wheel


def test_wheel_brings_the_templates(wheel: set[str]) -> None:
    assert {f"npskit/{name_of(path)}" for path in NOTEBOOKS} - wheel == set()


def test_wheel_brings_nothing_else(wheel: set[str]) -> None:
    name = f"npskit-{project()['project']['version']}"
    assert {path.split("/")[0] for path in wheel} == {"npskit", f"{name}.dist-info", f"{name}.data"}
    assert any(name.endswith("/LICENSE") for name in wheel)


def test_pre_commit_configuration_is_valid() -> None:
    pytest.importorskip("pre_commit")
    command = [sys.executable, "-m", "pre_commit", "validate-config", ROOT / ".pre-commit-config.yaml"]
    assert subprocess.run(command, capture_output=True).returncode == 0


# Who imports a library of an extra has to tell a person which extra that is: `optional_import` does.
EXTRAS = {"scipy", "statsmodels", "sklearn", "py3langid", "regex", "openpyxl", "nbclient", "nbconvert", "voila", "pptx"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_libraries_of_extras_are_asked_for_with_the_name_of_the_extra(path: Path) -> None:
    unguarded = libraries_imported(path) & EXTRAS
    assert not unguarded, f"{name_of(path)} imports {sorted(unguarded)} without optional_import"
