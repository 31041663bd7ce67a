"""The guides run as written: offline, from any folder, without a warning, and what they say is what they compute."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from offline import ENGLISH, charts_of, nowhere, outputs, run, shown, texts_of

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
GUIDES = sorted((NOTEBOOKS / "guides").glob("*.ipynb"))
FRENCH_TEMPLATES = sorted(NOTEBOOKS.glob("*.fr.ipynb"))
LONG = {"01-tour.fr", "04-the-statistics-behind", "05-gallery"}

# Put before the cells of the gallery, and after them: which charts it draws.
WATCH = """
from npskit import charts
drawn = set()
def watched(name, draw):
    return lambda *args, **kwds: (drawn.add(name), draw(*args, **kwds))[1]
for name in charts.__all__:
    setattr(charts, name, watched(name, getattr(charts, name)))
"""
TELL = "print(*sorted(drawn))"

NUMBER = re.compile(r"[0-9][0-9.,_\u202f]*[0-9]|[0-9]")


def stem(path: Path) -> str:
    return path.stem


def code_of(notebook: Any) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of nobody to run in."""
    with nowhere() as folder:
        yield folder


def plain(text: str) -> str:
    """A number without the marks between its thousands."""
    return re.sub(r"(?<=\d)[,_\u202f](?=\d{3})", "", text)


def not_computed(notebook: Any) -> list[str]:
    """Numbers of the prose that stand neither in the code nor in what it shows."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    prose = re.split(r"^## Sources$", prose, flags=re.MULTILINE)[0]
    prose = re.sub(r"^#+ \d+\.|\]\([^)]*\)|`[^`]*`|^ {4}.*$", "", prose, flags=re.MULTILINE)
    charts = " ".join(text for spec in charts_of(notebook) for text in texts_of(spec))
    known = plain(f"{code_of(notebook)} {shown(notebook)} {charts}").replace(",", ".")
    found = set(NUMBER.findall(known)) | {"0", "10", "100", "95"}
    percent = {f"{float(each) * 100:g}" for each in found if re.fullmatch(r"0\.\d+", each)}
    return [each for each in NUMBER.findall(plain(prose)) if each.replace(",", ".") not in found | percent]


CASES = [pytest.param(path, id=path.stem, marks=pytest.mark.slow if path.stem in LONG else ()) for path in GUIDES]


@pytest.mark.parametrize("path", CASES)
def test_a_guide_runs_and_tells_the_truth(path: Path, place: Path) -> None:
    notebook = read(path)
    if path.stem == "05-gallery":
        notebook.cells.insert(0, nbformat.v4.new_code_cell(WATCH))
        notebook.cells.append(nbformat.v4.new_code_cell(TELL))
    run(notebook, place)
    assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []
    charts = charts_of(notebook)
    assert all(next(texts_of({"title": spec.get("title")}), "") for spec in charts)
    assert not_computed(notebook) == []
    if path.stem.endswith(".fr"):
        no_english(notebook, charts)
    if path.stem == "05-gallery":
        from npskit import charts as public

        assert notebook.cells[-1].outputs[0].text.split() == sorted(public.__all__)
        assert len(charts) == sum(cell.id.endswith("-chart") for cell in notebook.cells)


def no_english(notebook: Any, charts: list[dict[str, Any]]) -> None:
    said = [*shown(notebook).splitlines(), *(text for spec in charts for text in texts_of(spec))]
    assert [line for line in said if ENGLISH.search(line)] == []


def calls(source: str) -> list[str]:
    """What a cell calls, without what it prints."""
    names = [ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sorted(set(names) - {"round", "df.nps.roles().drop"})


def test_the_french_tour_takes_the_steps_of_the_english_one() -> None:
    english, french = (read(NOTEBOOKS / "guides" / f"01-tour{lang}.ipynb") for lang in ("", ".fr"))
    assert [cell.id for cell in english.cells] == [cell.id for cell in french.cells]
    for one, other in zip(english.cells, french.cells, strict=True):
        if one.cell_type == "code":
            assert calls(one.source) == calls(other.source), one.id


def test_french_prose_has_its_spaces() -> None:
    for path in [*FRENCH_TEMPLATES, *(path for path in GUIDES if path.stem.endswith(".fr"))]:
        prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
        text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", prose, flags=re.DOTALL)
        assert re.findall(r".{12} [:;!?%»]|« ?\w.{8}|\w[;!?%»].{8}|'", text) == [], path.name


def test_the_gallery_misses_no_public_chart() -> None:
    from npskit import survey
    from npskit.survey.plots import Plots

    gallery = read(NOTEBOOKS / "guides" / "05-gallery.ipynb")
    code = code_of(gallery)
    prose = "\n".join(cell.source for cell in gallery.cells if cell.cell_type == "markdown")
    verbs = {name for name in vars(Plots) if not name.startswith("_")}
    assert verbs - set(re.findall(r"\.nps\.plot\.(\w+)\(", code)) == set()
    assert verbs - set(re.findall(r"^\*\*(\w+)\*\*", prose, flags=re.MULTILINE)) == set()
    names = [f"npskit.survey.{module.name}" for module in pkgutil.iter_modules(survey.__path__)]
    modules = [importlib.import_module(name) for name in names]
    methods = {
        name
        for module in modules
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__ and hasattr(kind, "to_frame")
        for name in vars(kind)
        if name == "map" or name.startswith("plot")
    }
    assert {name for name in methods if f".{name}(" not in f"{code} {prose}"} == set()


@pytest.mark.parametrize("path", GUIDES, ids=stem)
def test_a_guide_is_a_valid_notebook_with_stable_cells(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z0-9-]+", name)] == []
    assert json.loads(path.read_text(encoding="utf-8"))["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("path", GUIDES, ids=stem)
def test_links_of_a_guide_lead_somewhere(path: Path) -> None:
    prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(((?!https?:|#)[^)]+)\)", prose)
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", GUIDES, ids=stem)
def test_a_guide_has_a_title_in_the_catalogue(path: Path) -> None:
    from npskit.labels import word

    name = re.sub(r"^\d+-|\.fr$", "", path.stem)
    assert all(word(f"report_template_{name}_{part}", lang) for part in ("title", "caption") for lang in ("en", "fr"))
