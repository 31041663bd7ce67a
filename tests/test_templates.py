"""Every template in every language: valid, listed, run as it stands, told in one language, and made into documents.

Those made of a template by an organisation's own data have tests of their own, beside what tells the story.
"""

from __future__ import annotations

import ast
import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from decks import charts_in, checked, opened
from offline import ENGLISH, charts_of, outputs, shown, texts_of
from template_runs import run_template

import npskit
from npskit.labels import LANGUAGES, _table, word
from npskit.report import templates
from npskit.report.contents import Sheet, contents
from npskit.report.slides.drawing import drawing
from npskit.report.slides.panels import panels
from npskit.report.template import template_path

nbformat = pytest.importorskip("nbformat")

TEMPLATES = [row["id"] for row in templates("en")]
# Licences, and books and articles with their authors, have one name in every language.
NAMED = ("CC BY",)
EVIDENCE = files("npskit.survey") / "growth_evidence.csv"
ARGUMENT = re.compile(r"\w+=\S*")
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)")
# What a missing value or a word without its value looks like.
RAW = re.compile(r"\b(nan|NaT|None(?! of)|<NA>|inf)\b|[{}]")
SHORTEST_FRAGMENT = 10
EVERY_TEMPLATE = pytest.mark.parametrize("template", TEMPLATES)


@dataclass(frozen=True)
class Ran:
    """A template that ran in a language, without any data given: with every chapter, and as it stands."""

    template: str
    lang: str
    notebooks: tuple[Any, ...]

    @property
    def notebook(self) -> Any:
        """With every chapter."""
        return self.notebooks[0]

    @property
    def charts(self) -> list[dict[str, Any]]:
        return charts_of(self.notebook)

    @property
    def lines(self) -> list[str]:
        """What a reader sees of both, charts included."""
        said = [line for each in self.notebooks for line in shown(each).splitlines()]
        said += [text for each in self.notebooks for spec in charts_of(each) for text in texts_of(spec)]
        return [html.unescape(line) for line in said]


def one(template: str, lang: str) -> Any:
    """A template in a language, which stays in one of the processes that share the work."""
    marks = [pytest.mark.slow, pytest.mark.xdist_group(f"{template}-{lang}")]
    return pytest.param((template, lang), id=f"{template}-{lang}", marks=marks)


@pytest.fixture(scope="module", params=[one(template, lang) for template in TEMPLATES for lang in LANGUAGES])
def ran(request: pytest.FixtureRequest) -> Ran:
    template, lang = request.param
    return Ran(template, lang, run_template(template, lang))


# ---- as they stand ------------------------------------------------------------------------------------------


def read(template: str, lang: str) -> Any:
    return nbformat.read(template_path(template, lang), as_version=4)


@EVERY_TEMPLATE
def test_each_language_has_its_notebook(template: str) -> None:
    english, french = (template_path(template, lang) for lang in LANGUAGES)
    assert french.name == english.name.replace(".ipynb", ".fr.ipynb")
    for lang in LANGUAGES:
        row = next(row for row in templates(lang) if row["id"] == template)
        assert row["title"]
        assert row["caption"]
        assert "lang" in row["parameters"]


@EVERY_TEMPLATE
@pytest.mark.parametrize("lang", LANGUAGES)
def test_notebook_is_valid_clean_and_short(template: str, lang: str) -> None:
    notebook = read(template, lang)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    names = [cell.id for cell in notebook.cells]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z0-9-]+", name)] == []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 16


@EVERY_TEMPLATE
def test_both_languages_run_the_same_code(template: str) -> None:
    english, french = (read(template, lang).cells for lang in LANGUAGES)
    assert [cell.id for cell in english] == [cell.id for cell in french]
    assert [cell.metadata for cell in english] == [cell.metadata for cell in french]
    for ours, theirs in zip(english, french, strict=True):
        if ours.cell_type == "markdown":
            assert ours.source != theirs.source, ours.id
        else:
            told = ours.source.replace('lang = "en"', 'lang = "fr"')
            assert ast.dump(ast.parse(told)) == ast.dump(ast.parse(theirs.source)), ours.id


@EVERY_TEMPLATE
def test_every_parameter_is_explained_in_each_language(template: str) -> None:
    explained = []
    for lang in LANGUAGES:
        (cell,) = [cell for cell in read(template, lang).cells if "parameters" in cell.metadata.get("tags", ())]
        explained.append([line.partition("  # ")[2] for line in cell.source.splitlines()])
    english, french = explained
    assert [bool(text) for text in english] == [bool(text) for text in french]
    assert [text for text, other in zip(english, french, strict=True) if text and text == other] == []


# ---- as they run --------------------------------------------------------------------------------------------


@cache
def fragments(lang: str) -> frozenset[str]:
    """What the labels of a language say around their values, where that is long enough to tell the language."""
    parts = (part for words in _table().values() for part in re.split(r"\{[^}]*\}", words[lang]))
    stripped = (part.strip(" .,;:()\u202f\u00a0") for part in parts)
    return frozenset(part for part in stripped if len(part) >= SHORTEST_FRAGMENT and " " in part)


@cache
def words_of_the_data(name: str) -> frozenset[str]:
    """Words that bundled answers bring: columns and levels stand as they are in every language."""
    frame = npskit.datasets.load(name)
    texts = [*frame.columns, *(each for column in frame for each in frame[column].unique() if isinstance(each, str))]
    return frozenset(match.lower() for text in texts for match in re.findall(r"\w+", text))


@cache
def names() -> tuple[str, ...]:
    """What is called the same in every language."""
    rows = csv.DictReader(io.StringIO(EVIDENCE.read_text(encoding="utf-8")))
    return (*NAMED, *(row["source"] for row in rows))


def english_words(ran: Ran) -> Iterator[tuple[str, str]]:
    """English words of a French report, each with its line, save what the answers and publications brought."""
    # The first line names the answers.
    brought = words_of_the_data("carpentries") if "carpentries" in "\n".join(ran.lines) else frozenset()
    for line in ran.lines:
        for name in names():
            line = line.replace(name, "")
        for match in ENGLISH.finditer(ARGUMENT.sub("", line)):
            if match[0].lower() not in brought:
                yield match[0], line


def test_it_runs_without_a_warning_and_shows_something(ran: Ran) -> None:
    for notebook in ran.notebooks:
        assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []
        opened = next(cell for cell in notebook.cells if cell.id == "open")
        assert opened.outputs
        charts = charts_of(notebook)
        assert charts or ran.template == "explorer"
        assert all(next(texts_of({"title": spec.get("title")}), "") for spec in charts)


def test_it_is_told_in_one_language(ran: Ran) -> None:
    text = "\n".join(ran.lines)
    (other,) = set(LANGUAGES) - {ran.lang}
    own = "\n".join(words[ran.lang] for words in _table().values())
    assert [part for part in fragments(other) if part in text and part not in own] == []
    if ran.lang == "fr":
        assert list(english_words(ran)) == []


def test_nothing_that_is_missing_shows_its_name(ran: Ran) -> None:
    assert [line for line in ran.lines if RAW.search(line)] == []


def test_its_page_asks_nobody_and_leaves_out_the_code(ran: Ran) -> None:
    from npskit.report.page import page

    for notebook in ran.notebooks:
        made = page(notebook, title="T", lang=ran.lang)
        assert f'<html lang="{ran.lang}">' in made
        assert not ADDRESS.findall(made)
        assert made.count("data-chart=") == len(charts_of(notebook))
        assert not [cell.id for cell in notebook.cells if cell.source in made.split("<script>")[0]]


def test_its_workbook_has_its_figures(ran: Ran) -> None:
    from npskit.report.workbook import workbook

    openpyxl = pytest.importorskip("openpyxl")
    for notebook in ran.notebooks:
        book = openpyxl.load_workbook(io.BytesIO(workbook(notebook, title="T", lang=ran.lang)))
        assert book.sheetnames[0] == word("workbook_summary", ran.lang)
        assert len(book.sheetnames) > 2
        numbers = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float)]
        assert numbers


# Their charts that are pictures: the pair of errors, and those of the explorer, which react to each other; with every
# chapter, shares of ratings on two scales.
PICTURES = {"growth": 1, "explorer": 4}
MORE_PICTURES = {"who-answers": 1}


def test_its_slides_fit_and_can_be_edited(ran: Ran) -> None:
    pytest.importorskip("pptx")
    from npskit.report.slides import slides

    for notebook in ran.notebooks:
        pictures = PICTURES | (MORE_PICTURES if notebook is ran.notebook else {})
        deck = opened(slides(notebook, title="T", lang=ran.lang))
        checked(deck)
        assert len(deck.slides) >= 3
        specs = [item.spec for item in contents(notebook, ran.lang) if isinstance(item, Sheet) and item.spec]
        native = [spec for spec in specs if panels(spec, ran.lang) or drawing(spec, ran.lang)]
        assert len(charts_in(deck)) >= len(native)
        assert len(specs) - len(native) <= pictures.get(ran.template, 0)
