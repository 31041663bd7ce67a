"""Hostile comments in a real browser: what leaves the frame runs nothing there, and tells nobody's address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

import npskit
from npskit.report import write_report
from npskit.report.page import page as page_of

nbformat = pytest.importorskip("nbformat")

PERSONAL = ("zoe.martin", "exemple.fr", "06 12 34 56 78")
COMMENTS = [
    "<script>document.title='run'</script> trop cher",
    "<img src=x onerror=\"document.title='run'\"> prix élevés",
    "</script><script>document.title='run'</script> les prix",
    "<iframe srcdoc=\"<script>parent.document.title='run'</script>\"></iframe> bel accueil",
    "<svg onload=\"document.title='run'\"></svg> trop cher, zoe.martin@exemple.fr",
    "{{constructor.constructor('document.title=1')()}} bon accueil, 06 12 34 56 78",
]
SHOPS = ["<script>document.title='run'</script>", "<img src=x onerror=\"document.title='run'\">", "Évry"]


def answers() -> pd.DataFrame:
    size = 360
    return pd.DataFrame(
        {
            "note": [10, 9, 2, 3, 8, 6, 7, 1, 10] * (size // 9),
            "commentaire": COMMENTS * (size // 6),
            "magasin": SHOPS * (size // 3),
            "vendeur": ["zoe.martin@exemple.fr", "jo@exemple.fr"] * (size // 2),
        }
    )


@pytest.fixture
def nothing_runs(page: Page) -> Iterator[None]:
    """No dialog opens, and nobody renames the page."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield
    page.wait_for_timeout(300)
    assert dialogs == []
    assert page.title() not in ("run", "1")
    html = page.content()
    assert not [each for each in PERSONAL if each in html]
    assert not page.locator("img[src=x], iframe[srcdoc], svg[onload]").count()


@pytest.mark.usefixtures("nothing_runs")
def test_report_of_hostile_comments(page: Page, tmp_path: Path, screenshot: Callable[..., Path]) -> None:
    answers().to_csv(tmp_path / "answers.csv", index=False)
    write_report(tmp_path / "answers.csv", tmp_path / "report.html", lang="fr")
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_function("() => [...document.querySelectorAll('figure[data-chart]')].every(f => f.dataset.chart)")
    assert "Évry" in page.locator("body").inner_text()
    screenshot("privacy-report", full=True)


@pytest.mark.usefixtures("nothing_runs")
def test_dashboard_page_of_hostile_comments(page: Page, tmp_path: Path, screenshot: Callable[..., Path]) -> None:
    answers().nps.explore().to_html(tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())
    levels = page.locator(".nx-level")
    levels.filter(has_text="Évry").first.wait_for(state="attached")
    assert levels.filter(has_text="<script>document.title='run'</script>").count()
    screenshot("privacy-dashboard")


@pytest.mark.usefixtures("nothing_runs")
def test_quotes_of_hostile_comments_in_a_page(page: Page, tmp_path: Path, screenshot: Callable[..., Path]) -> None:
    from npskit.charts.renderer import mime_bundle

    found = npskit.Survey(answers()).themes("retail", lang="fr", by="magasin")
    bundles = [{"text/html": found._repr_html_()}, mime_bundle(found.plot(lang="fr").to_dict())]
    outputs = [nbformat.v4.new_output("display_data", data=bundle) for bundle in bundles]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])
    (tmp_path / "themes.html").write_text(page_of(notebook, title="Thèmes", lang="fr"), encoding="utf-8")
    page.goto((tmp_path / "themes.html").as_uri())
    text = page.locator("body").inner_text()
    assert "[e-mail]" in text or "[phone]" in text
    assert "document.title='run'" in text
    screenshot("privacy-quotes", full=True)


def test_list_of_hostile_comments_to_call(page: Page, tmp_path: Path, screenshot: Callable[..., Path]) -> None:
    frame = answers().assign(client=range(360), date=pd.Timestamp("2024-05-01"))
    found = frame.nps(comment="commentaire", customer="client", date="date").worklist(today="2024-05-20")
    assert len(found)
    outputs = [nbformat.v4.new_output("display_data", data={"text/html": found._repr_html_()})]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])
    (tmp_path / "list.html").write_text(page_of(notebook, title="Appels", lang="fr"), encoding="utf-8")
    page.goto((tmp_path / "list.html").as_uri())
    assert "document.title='run'" in page.locator("body").inner_text()
    assert page.title() == "Appels"
    assert not page.locator("img[src=x], iframe[srcdoc], svg[onload]").count()
    screenshot("privacy-list", full=True)
