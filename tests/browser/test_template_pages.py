"""The page of each template in each language, with every chapter that can be asked for, as a reader opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Guard
from offline import charts_of
from playwright.sync_api import Page
from template_runs import ran_before

from npskit.labels import LANGUAGES
from npskit.report import templates
from npskit.report.page import page as page_of

pytest.importorskip("nbclient")

TEMPLATES = [row["id"] for row in templates("en")]
WEB, MOBILE = 1366, 390
READY = """() => [...document.querySelectorAll('figure[data-chart]')].every(each => each.dataset.chart === 'drawn')
    && [...document.querySelectorAll('[data-npskit-explorer]')].every(each => each.dataset.npskitExplorer !== '')"""
CUT = """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1);
    }).map(text => text.textContent);
})"""


def made(template: str, lang: str, folder: Path) -> tuple[Path, int]:
    """The page of a template, and how many charts are on it."""
    notebook = ran_before(template, lang)
    path = folder / f"{template}.{lang}.html"
    path.write_text(page_of(notebook, title=template, lang=lang), encoding="utf-8")
    return path, len(charts_of(notebook))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_page_opens_without_a_request_or_an_error(
    page: Page, guard: Guard, screenshot: Callable[..., Path], tmp_path: Path, template: str, lang: str
) -> None:
    path, charts = made(template, lang, tmp_path)
    guard.hear_console()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": WEB, "height": 768})
    page.goto(path.as_uri())
    page.wait_for_function(READY)
    screenshot(f"template-{template}-{lang}", full=True)
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert page.locator("figure[data-chart] svg.marks .role-mark").count() >= charts
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WEB
    page.set_viewport_size({"width": MOBILE, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= MOBILE
