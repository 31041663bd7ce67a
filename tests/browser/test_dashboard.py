"""`npskit dashboard` as somebody uses it: one command, one address, and everything moves without a network."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from harness import OpenNotebook
from playwright.sync_api import ConsoleMessage, Page

from npskit.datasets import load
from npskit.labels import points
from npskit.report.template import template_path
from npskit.stats.score import score
from npskit.survey.exploration import Exploration

pytest.importorskip("voila")
pytest.importorskip("anywidget")

# Voila's page carries parts of another JupyterLab than the one installed, and says so.
VOILA_OWN_WARNINGS = ("of shared singleton module", "of shared module")
HOSTILE = 'it\'s a "te{st}" <b>.csv' if sys.platform != "win32" else "it's a te{st}.csv"
READY = "() => document.querySelector('[data-npskit-explorer]')?.dataset.npskitExplorer === 'ready'"
SECONDS = 180_000


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    size = 900
    shop = rng.choice(["Lyon", "Nice", "Paris <b>"], size)
    happy = np.where(shop == "Lyon", 9, 7)
    return pd.DataFrame(
        {
            "nps": np.clip(rng.normal(happy, 2), 0, 10).round().astype(int),
            "shop": shop,
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 500, size), unit="D"),
            "comment": [f"what customer {at} wrote to us" for at in range(size)],
        }
    )


@pytest.fixture(scope="module")
def export(answers: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dashboard") / HOSTILE
    answers.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def address(export: Path) -> Iterator[str]:
    """The address that the command prints."""
    command = [sys.executable, "-m", "npskit", "dashboard", str(export), "--port", "0", "--no-browser"]
    options = ["--by", "shop", "-p", "title=Shops & more"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # A command that says nothing is ended, and so is what it would have said.
        patience = threading.Timer(SECONDS / 1000, process.kill)
        patience.start()
        line = process.stdout.readline()
        patience.cancel()
        assert line, f"no address after {SECONDS / 1000:.0f} seconds, exit status {process.poll()}"
        try:
            yield next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        finally:
            process.send_signal(signal.SIGINT)
            try:
                assert process.wait(timeout=30) == 0
            finally:
                # Where signals of a terminal are ignored, as behind a `&`, it would be waited for without an end.
                process.kill()


@pytest.fixture
def console(page: Page) -> Iterator[None]:
    """Nothing but Voila's own remarks is left in the console."""
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        own = message.type == "warning" and any(part in message.text for part in VOILA_OWN_WARNINGS)
        # Its page is told of no MathJax, which it would ask a network for.
        own |= "mathjax2-extension:plugin uses 'fullMathjaxUrl'" in message.text
        if message.type in ("error", "warning") and not own:
            messages.append(message.text)

    page.on("console", note)
    yield
    assert messages == []


def shown_score(answers: pd.DataFrame, shop: str | None = None) -> str:
    chosen = answers if shop is None else answers[answers["shop"] == shop]
    return points(chosen.nps(rating="nps").score())


def tick(page: Page, shop: str) -> None:
    """Open the filter of the shops and tick one, as a hand does."""
    page.locator(".nx-levels summary").first.click()
    page.locator(".nx-levels label", has_text=shop).first.click()


@pytest.mark.usefixtures("console")
def test_a_tick_moves_the_number(
    page: Page, address: str, answers: pd.DataFrame, screenshot: Callable[..., Path]
) -> None:
    page.goto(address, timeout=SECONDS)
    told = page.locator(".nx-score")
    told.wait_for(timeout=SECONDS)
    assert page.title() == "Explorer · Shops & more"
    assert page.locator("h1").first.inner_text() == "Shops & more"
    assert told.inner_text() == shown_score(answers)
    tick(page, "Lyon")
    page.wait_for_function("() => !document.querySelector('.nx-filtered-by').innerText.startsWith('All')")
    assert told.inner_text() == shown_score(answers, "Lyon")
    assert page.locator(".nx-trend canvas").bounding_box()["height"] > 200  # type: ignore[index]  # it is drawn
    assert page.locator(".jp-CodeMirrorEditor, .jp-InputArea-editor").count() == 0
    screenshot("dashboard")


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_its_notebook_runs_where_notebooks_are_opened(open_notebook: Callable[..., OpenNotebook], app: str) -> None:
    opened = open_notebook(nbformat.read(template_path("explorer"), as_version=4), app=app)
    opened.run_all()
    opened.page.locator(".nx-score").wait_for()
    assert opened.page.locator(".nx-score").inner_text() == points(load("carpentries").nps.score())


def test_nobody_gets_in_without_the_token(address: str) -> None:
    with urllib.request.urlopen(address.partition("?")[0], timeout=30) as answer:
        assert "/login" in answer.url


@pytest.mark.parametrize("path", ["voila/files/dashboard.ipynb", "api/contents"])
def test_no_file_is_given_out(address: str, path: str) -> None:
    front, _, query = address.partition("?")
    with pytest.raises(urllib.error.HTTPError, match=r"40[34]"):
        urllib.request.urlopen(f"{front}{path}?{query}", timeout=30)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_report_moves_without_a_kernel(
    page: Page, export: Path, answers: pd.DataFrame, tmp_path: Path, screenshot: Callable[..., Path], lang: str
) -> None:
    from npskit.report import write_report

    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
    report = write_report(export, tmp_path / "dashboard.html", template="explorer", lang=lang, by=["shop"])
    text = report.path.read_text(encoding="utf-8")
    assert "what customer" not in text
    page.goto(report.path.as_uri())
    page.wait_for_function(READY)
    assert page.locator("h1").inner_text() == HOSTILE
    tick(page, "Lyon")
    page.wait_for_timeout(200)
    cube = Exploration(answers.nps, ["shop"]).publishable(10).cube
    counts = cube.scale.category_counts(cube.marginal({cube.axis("shop"): [0]}))
    groups = cube.marginal({}, range(len(cube.dimensions))).sum(-1)
    assert groups[groups > 0].min() >= 10, "a small group is left out, or joined to others by coarser dates"
    assert page.locator(".nx-score").inner_text() == points(float(score(counts)), lang=lang)
    screenshot(f"dashboard-report-{lang}", full=True)
    assert messages == []
