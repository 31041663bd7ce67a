"""The report as a director sees it: in a browser without a network, and on paper."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import OpenNotebook
from playwright.sync_api import Page

import npskit
from npskit.labels import _table
from npskit.report import prepared, write_report

pytest.importorskip("nbclient")

DRAWN = "() => [...document.querySelectorAll('figure[data-chart]')].every(f => f.dataset.chart === 'drawn')"
CASES = {"garden": "fr", "carpentries": "en"}


@pytest.fixture(scope="module", params=list(CASES))
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a bundled survey."""
    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    write_report(npskit.datasets.load(request.param).nps(), path, lang=CASES[request.param])
    return path


def shown(page: Page, path: Path) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(path.as_uri())
    page.wait_for_function(DRAWN)


def test_every_chart_is_drawn_without_a_network(page: Page, report: Path, screenshot: Callable[..., Path]) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    shown(page, report)
    figures = page.locator("figure[data-chart]")
    assert figures.count() >= 3
    for at in range(figures.count()):
        assert figures.nth(at).locator("svg.marks .role-mark").count() > 0
    assert messages == []
    screenshot(f"report-{report.stem}-first")
    screenshot(f"report-{report.stem}", full=True)


def test_summary_fits_the_first_screen(page: Page, report: Path) -> None:
    shown(page, report)
    box = page.locator("header").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 768
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


def test_twenty_lines_of_summary_fit_the_first_screen(page: Page, report: Path) -> None:
    shown(page, report)
    bottom = page.evaluate(
        """() => {
            const list = document.querySelector("dl");
            list.innerHTML = "<dt>x</dt><dd>one line of the summary</dd>".repeat(20);
            return document.querySelector("header").getBoundingClientRect().bottom;
        }"""
    )
    assert bottom <= 768


def test_no_text_is_cut_by_its_chart(page: Page, report: Path) -> None:
    shown(page, report)
    cut = page.evaluate(
        """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll("text")].filter(text => {
                const box = text.getBoundingClientRect();
                return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1);
            }).map(text => text.textContent);
        })"""
    )
    assert cut == []


def test_page_is_in_one_language(page: Page, report: Path) -> None:
    shown(page, report)
    lang = CASES[report.stem]
    assert page.evaluate("document.documentElement.lang") == lang
    text = page.evaluate("document.body.innerText")
    other = {"fr": "en", "en": "fr"}[lang]
    foreign = [
        words[other]
        for key, words in _table().items()
        if key.startswith(("report_", "chart_")) and "{" not in words[other] and len(words[other]) > 6
        and words[other] not in words[lang] and words[other] in text
    ]  # fmt: skip
    assert foreign == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_schemes(
    page: Page, report: Path, screenshot: Callable[..., Path], scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    shown(page, report)
    paper, text, title = page.evaluate(
        """() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
                  getComputedStyle(document.querySelector("figure .role-title-text text")).fill]"""
    )
    assert text == title
    assert text != paper
    if scheme == "dark":
        screenshot(f"report-{report.stem}-dark", full=True)


def test_pictures_stand_in_where_scripts_do_not_run(page: Page, report: Path, browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(report.as_uri())
    assert bare.locator("figure svg").count() >= 3
    context.close()


def test_paper_is_a4_and_cuts_no_chart(
    report: Path, chromium: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPSKIT_CHROMIUM", chromium)
    name, out = report.stem, artifacts / f"report-{report.stem}.pdf"
    write_report(npskit.datasets.load(name).nps(), out, lang=CASES[name])
    assert out.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdfinfo"):
        told = subprocess.run(["pdfinfo", out], capture_output=True, text=True, check=True).stdout
        assert "A4" in told
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", out, "-"], capture_output=True, text=True, check=True).stdout
        assert "Net Promoter" in text
        assert {"garden": "Détracteurs", "carpentries": "Detractors"}[name] in text


def test_template_runs_in_jupyterlab_as_it_is(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., Path]
) -> None:
    opened = open_notebook(prepared("health-check", {"lang": "fr"}))
    cells = opened.run_all()
    shown = [output for cell in cells for output in cell.get("outputs", []) if "data" in output]
    charts = [output for output in shown if "application/vnd.vegalite.v5+json" in output["data"]]
    assert len(charts) >= 3
    assert opened.value("round(survey.score(), 1)") == "53.4"
    screenshot("report-template-lab")
