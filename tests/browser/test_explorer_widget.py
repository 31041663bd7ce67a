"""The explorer where analysts move it: in JupyterLab and in Notebook 7, with the mouse, without a network."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness import Guard, JupyterServer, OpenNotebook, notebook
from playwright.sync_api import Locator, Page, expect

pytest.importorskip("anywidget")

DATA = """
import numpy as np, pandas as pd, npskit
from npskit import Survey
draw = np.random.default_rng(3)
rows = 6000
df = pd.DataFrame({
    "note": draw.choice([np.nan, *range(11)], rows, p=np.array([3, 1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 8]) / 33),
    "shop": draw.choice(["Lyon", "Nice", "Évry", None], rows, p=[.5, .3, .15, .05]),
    "size": draw.choice(list("SML"), rows),
    "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(draw.integers(0, 720, rows), unit="D"),
})
"""
CHECK = """
def agrees(explorer, **names):
    *lines, last = explorer.code.split("\\n")
    space = {"df": df, "npskit": npskit, **names}
    exec("\\n".join(lines), space)
    pd.testing.assert_frame_equal(eval(last, space), explorer.table, check_dtype=False)
    rows = explorer.frame()
    found = Survey(rows, rating="note").summary()
    seen = explorer.exploration.headline()
    assert [seen[name] for name in found] == [column.iloc[0] for _, column in found.items()]
    return len(rows)
"""
EXPLORE = 'explorer = df.nps(rating="note").explore(["shop", "size"])\nexplorer'
APPS = ["lab", "notebook"]


@pytest.fixture
def explorer(open_notebook: Callable[..., OpenNotebook], page: Page, guard: Guard, request: Any) -> OpenNotebook:
    app = getattr(request, "param", "lab")
    page.on("console", lambda line: guard.errors.append(line.text) if is_error(line) else None)
    opened = open_notebook(notebook(DATA, CHECK, EXPLORE), app=app)
    opened.run_all()
    shown(page)
    return opened


def is_error(line: Any) -> bool:
    """Errors of ours; a server's own missing settings and sockets that a restart closes are not."""
    text = f"{line.text} {(line.location or {}).get('url', '')}"
    return line.type == "error" and not any(part in text for part in ("Failed to load resource", "WebSocket", "schema"))


def shown(page: Page, number: int = 0) -> Locator:
    place = page.locator(".npskit-explorer").nth(number)
    expect(place.locator(".nx-trend canvas")).to_be_visible(timeout=60_000)
    settle(page, number)
    return place


def settle(page: Page, number: int = 0) -> None:
    """Until the last move is drawn."""
    page.wait_for_function(
        "at => document.querySelectorAll('.npskit-explorer')[at]?.explorer !== undefined", arg=number, timeout=30_000
    )
    page.evaluate("at => document.querySelectorAll('.npskit-explorer')[at].explorer.drawn()", number)


def responses(page: Page, number: int = 0) -> int:
    settle(page, number)
    text = page.locator(".npskit-explorer").nth(number).locator(".nx-size").inner_text()
    return int("".join(letter for letter in text.split("r")[0] if letter.isdigit()))


def until(opened: OpenNotebook, expression: str, wanted: str) -> None:
    """Until the kernel has heard."""
    for _ in range(60):
        if (found := opened.value(expression)) == wanted:
            return
        opened.page.wait_for_timeout(50)
    assert found == wanted


def tick(place: Locator, column: str, level: str) -> None:
    # A narrow page folds its controls.
    outer = place.locator("details.nx-fold").first
    if outer.get_attribute("open") is None:
        outer.locator("summary").first.click()
    fold = place.locator("details.nx-levels").filter(has=place.page.locator("summary", has_text=column))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.get_by_label(level).click()


def drag(page: Page, place: Locator, first: float, last: float, steps: int = 12) -> None:
    """Drag over a part of the trend, from 0 to 1."""
    canvas = place.locator(".nx-trend canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    left, width = box["x"] + 40, box["width"] - 88
    y = box["y"] + box["height"] / 2
    page.mouse.move(left + first * width, y)
    page.mouse.down()
    page.mouse.move(left + last * width, y, steps=steps)
    page.mouse.up()


@pytest.mark.parametrize("explorer", APPS, indirect=True)
def test_every_move_reaches_the_kernel_and_equals_the_verbs_as_does_a_bar_that_is_clicked(
    explorer: OpenNotebook, page: Page, screenshot: Callable[..., Path], request: pytest.FixtureRequest
) -> None:
    place = page.locator(".npskit-explorer")
    everybody = responses(page)
    assert explorer.value('int(df["note"].count())') == str(everybody)
    tick(place, "shop", "Lyon")
    until(explorer, "explorer.selection", "{'shop': ['Lyon']}")
    assert explorer.value("agrees(explorer)") == explorer.value('int((df["shop"] == "Lyon").sum())')
    few = responses(page)
    assert explorer.value('int(df.loc[df["shop"] == "Lyon", "note"].count())') == str(few)
    drag(page, place, 0.25, 0.6)
    until(explorer, "'date' in explorer.selection", "True")
    assert responses(page) < few
    until(explorer, "explorer.exploration.headline()['responses']", str(responses(page)))
    explorer.value("agrees(explorer)")
    shown_code = place.locator(".nx-code code").inner_text()
    assert explorer.value("explorer.code") == repr(shown_code)
    screenshot(f"explorer-{request.node.callspec.params['explorer']}")
    place.get_by_role("button", name="Undo").click()
    until(explorer, "list(explorer.selection)", "['shop']")
    place.get_by_role("button", name="Undo").click()
    until(explorer, "explorer.selection", "{}")
    assert responses(page) == everybody
    tick(place, "size", "M")
    place.get_by_role("button", name="Reset").click()
    until(explorer, "explorer.selection", "{}")

    # A bar of the groups.
    explorer.value("setattr(explorer, 'split', 'shop')")
    until(explorer, "explorer.split", "'shop'")
    page.wait_for_timeout(300)
    settle(page)
    canvas = place.locator(".nx-split canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 40)
    until(explorer, "len(explorer.selection.get('shop', []))", "1")
    explorer.value("agrees(explorer)")
    settle(page)
    assert len(page.locator(".npskit-explorer .nx-filtered-by").inner_text()) > 5


def test_python_moves_the_page_and_after_a_restart_it_still_answers(
    explorer: OpenNotebook, page: Page, screenshot: Callable[..., Path]
) -> None:
    place = page.locator(".npskit-explorer")
    everybody = responses(page)
    explorer.value("setattr(explorer, 'selection', {'shop': ['Nice', None], 'date': ['2023-03', '2023-08']})")
    expect(place.locator(".nx-filtered-by")).to_contain_text("Nice")
    assert str(responses(page)) == explorer.value("explorer.exploration.headline()['responses']")
    tick(place, "size", "L")
    until(explorer, "sorted(explorer.selection)", "['date', 'shop', 'size']")
    explorer.value("explorer.undo()")
    expect(place.locator(".nx-filtered-by")).not_to_contain_text("size")
    explorer.value("setattr(explorer, 'lang', 'fr')")
    expect(place.locator(".nx-filtered-by")).to_contain_text("non renseigné")
    settle(page)
    screenshot("explorer-fr")
    explorer.value("explorer.reset()")
    expect(place.locator(".nx-filtered-by")).not_to_contain_text("Nice")
    assert explorer.value("explorer.lang") == "'fr'"
    place.get_by_role("button", name="Annuler").click()
    until(explorer, "sorted(explorer.selection)", "['date', 'shop']")

    # The kernel forgets everything, the page answers by itself, and the cell runs again.
    explorer.value("explorer.reset()")
    expect(place.locator(".nx-filtered-by")).not_to_contain_text("Nice")
    assert responses(page) == everybody
    page.evaluate("() => window.openPanel.sessionContext.session.kernel.restart()")
    explorer.wait_idle()
    tick(page.locator(".npskit-explorer"), "shop", "Lyon")
    assert responses(page) < everybody
    explorer.run_all()
    shown(page)
    assert responses(page) == everybody


def test_two_explorers_do_not_meet_and_opened_without_a_kernel_they_are_pictures(
    open_notebook: Callable[..., OpenNotebook],
    page: Page,
    jupyter: JupyterServer,
    screenshot: Callable[..., Path],
) -> None:
    opened = open_notebook(notebook(DATA, CHECK, EXPLORE, EXPLORE.replace("explorer", "other")))
    opened.run_all()
    first, second = shown(page, 0), shown(page, 1)
    tick(first, "shop", "Lyon")
    tick(second, "shop", "Nice")
    until(opened, "explorer.selection, other.selection", "({'shop': ['Lyon']}, {'shop': ['Nice']})")
    assert responses(page, 0) != responses(page, 1)
    opened.value("agrees(explorer), agrees(other)")

    still = page.locator(".npskit-still")
    for at in (0, 1):
        expect(still.nth(at)).to_be_hidden()
    page.evaluate("async () => { await window.openPanel.context.save(); }")
    path = page.evaluate("() => window.openPanel.context.path")
    page.goto("about:blank")
    jupyter.stop_kernels()
    again = OpenNotebook(page, jupyter, path)
    for at in (0, 1):
        expect(still.nth(at)).to_be_visible(timeout=30_000)
        expect(still.nth(at)).to_contain_text("Run this cell")
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    screenshot("explorer-reopened")
    assert again.cells()


TIMED = """
() => {
  const place = document.querySelector(".npskit-explorer");
  const times = (window.npskitTimes = []);
  let moved = null;
  place.addEventListener("pointermove", () => { moved = performance.now(); }, true);
  new MutationObserver(() => {
    if (moved === null) return;
    const from = moved;
    moved = null;
    place.explorer.drawn().then(() => requestAnimationFrame(() => times.push(performance.now() - from)));
  }).observe(place.querySelector(".nx-size"), { childList: true, characterData: true, subtree: true });
}
"""


@pytest.mark.alone
def test_the_picture_follows_the_mouse(explorer: OpenNotebook, page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    place = page.locator(".npskit-explorer")
    page.evaluate(TIMED)
    canvas = place.locator(".nx-trend canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    left, width, y = box["x"] + 40, box["width"] - 88, box["y"] + box["height"] / 2
    page.mouse.move(left, y)
    page.mouse.down()
    # Each move brings another month under the brush, long after the one before.
    for month in [*range(2, 24), *range(22, 8, -1)]:
        page.mouse.move(left + width * month / 24, y)
        page.wait_for_timeout(400)
    page.mouse.up()
    settle(page)
    times = json.loads(page.evaluate("JSON.stringify(window.npskitTimes)"))
    assert len(times) >= 30
    with capsys.disabled():
        median, slowest = statistics.median(times), max(times)
        print(f"\nmouse to picture, {len(times)} moves: median {median:.0f} ms, slowest {slowest:.0f} ms")
    until(explorer, "'date' in explorer.selection", "True")
    until(explorer, "explorer.exploration.headline()['responses']", str(responses(page)))
    explorer.value("explorer.undo()")
    until(explorer, "explorer.selection", "{}")
