"""The guides run as written: offline, from any folder, without a warning, and what they say is what they compute."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import pkgutil
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
GUIDES = sorted((NOTEBOOKS / "guides").glob("*.ipynb"))
HEALTH = NOTEBOOKS / "01-health-check.ipynb"
FRENCH = NOTEBOOKS / "01-health-check.fr.ipynb"
FRENCH_TEMPLATES = sorted(NOTEBOOKS.glob("*.fr.ipynb"))
LONG = {"01-tour.fr", "04-the-statistics-behind", "05-gallery"}

# Loaded by every Python that starts below: an address that is not this computer is refused, and written down.
GUARD = """
import os, socket

LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}


def noted(call, host_of):
    def guarded(*args, **kwds):
        host = host_of(*args)
        if host not in LOCAL:
            with open(os.environ["NPSKIT_TEST_CALLS"], "a") as file:
                file.write(f"{host}\\n")
            raise OSError(f"no network here: {host}")
        return call(*args, **kwds)
    return guarded


def host(sock, address, *rest):
    return address[0] if sock.family in (socket.AF_INET, socket.AF_INET6) else None


socket.socket.connect = noted(socket.socket.connect, host)
socket.socket.connect_ex = noted(socket.socket.connect_ex, host)
socket.getaddrinfo = noted(socket.getaddrinfo, lambda name, *rest: name)
"""

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

ENGLISH = re.compile(
    r"\b(the|and|of|with|from|below|above|others|between|expected|interval|chance|quarter|quarters|month|months|"
    r"answers|customers|segments? that|importance of|by|is|are|which|all|none|no)\b",
    re.IGNORECASE,
)
VEGALITE = re.compile(r"application/vnd\.vegalite\.v\d+.*\+json")
NUMBER = re.compile(r"[0-9][0-9.,_\u202f]*[0-9]|[0-9]")


def stem(path: Path) -> str:
    return path.stem


def code_of(notebook: Any) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of nobody to run in, with an empty one for temporary files, and no network."""
    # Its path is short: kernels talk through sockets in it.
    with tempfile.TemporaryDirectory(prefix="g-") as name:
        folder = Path(name)
        for part in ("here", "tmp", "guard"):
            (folder / part).mkdir()
        (folder / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(folder / "guard"))
        monkeypatch.setenv("NPSKIT_TEST_CALLS", str(folder / "calls"))
        monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
        monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        monkeypatch.delenv("NPSKIT_LANG", raising=False)
        monkeypatch.delenv("NPSKIT_GUIDE_SPARK", raising=False)
        monkeypatch.chdir(folder / "here")
        yield folder
        os.chdir(ROOT)


def run(notebook: Any, place: Path) -> Any:
    """The notebook with its outputs; it left nothing behind and called nobody."""
    pytest.importorskip("nbclient", reason="the report extra is not installed")
    pytest.importorskip("ipykernel", reason="the report extra is not installed")
    for library in ("vl_convert", "anywidget", "openpyxl", "scipy"):
        pytest.importorskip(library, reason="the lab extra is not installed")
    from npskit.report.running import executed

    executed(notebook, lang="en", progress=False)
    assert list((place / "here").iterdir()) == []
    assert [left.name for left in (place / "tmp").iterdir()] == []
    assert not (place / "calls").exists(), (place / "calls").read_text(encoding="utf-8")
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def charts_of(notebook: Any) -> list[dict[str, Any]]:
    """The specifications of the charts that are shown."""
    bundles = [output.data for output in outputs(notebook) if "data" in output]
    return [bundle[kind] for bundle in bundles for kind in bundle if VEGALITE.fullmatch(kind)]


def texts_of(spec: Any) -> Iterator[str]:
    """Titles of a chart, of its axes and of its legends."""
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name in ("title", "subtitle", "text") and isinstance(value, (str, list)):
                yield from ([value] if isinstance(value, str) else [each for each in value if isinstance(each, str)])
            if name not in ("data", "datasets"):
                yield from texts_of(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from texts_of(value)


def shown(notebook: Any) -> str:
    """Everything a reader sees that is not a chart."""
    parts = []
    for output in outputs(notebook):
        if output.output_type == "stream":
            parts.append(output.text)
        elif "data" in output and not any(VEGALITE.fullmatch(kind) for kind in output.data):
            parts.append(output.data.get("text/html") or output.data.get("text/plain", ""))
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", "\n".join(parts), flags=re.DOTALL)


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


def test_the_french_health_check_runs_in_french(place: Path) -> None:
    notebook = run(read(FRENCH), place)
    no_english(notebook, charts_of(notebook))
    assert "points" in shown(notebook)


def statements(source: str) -> list[str]:
    """The code of a cell without comments."""
    return [ast.dump(node) for node in ast.parse(source).body]


def test_the_french_health_check_has_the_code_of_the_english_one() -> None:
    pairs = list(zip(read(HEALTH).cells, read(FRENCH).cells, strict=True))
    assert [one.id for one, _ in pairs] == [other.id for _, other in pairs]
    assert [one.metadata for one, _ in pairs] == [other.metadata for _, other in pairs]
    changed = [
        (before, after)
        for one, other in pairs
        if one.cell_type == "code"
        for before, after in zip(statements(one.source), statements(other.source), strict=True)
        if before != after
    ]
    assert changed == [tuple(ast.dump(ast.parse(f'lang = "{lang}"').body[0]) for lang in ("en", "fr"))]
    assert all(one.source != other.source for one, other in pairs if one.cell_type == "markdown")


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


@pytest.mark.parametrize("path", FRENCH_TEMPLATES, ids=stem)
def test_a_french_template_runs_what_the_english_one_does(path: Path) -> None:
    english, french = read(path.with_name(path.name.replace(".fr.", "."))), read(path)
    assert [cell.id for cell in english.cells] == [cell.id for cell in french.cells]
    for one, other in zip(english.cells, french.cells, strict=True):
        if one.cell_type == "code":
            told = one.source.replace('lang = "en"', 'lang = "fr"')
            assert ast.dump(ast.parse(told)) == ast.dump(ast.parse(other.source)), one.id


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


@pytest.mark.parametrize("path", [*GUIDES, FRENCH], ids=stem)
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
