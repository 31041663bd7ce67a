"""The explorer as somebody opens it from an email: figures as in Python, hands on it, odd data, both languages."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from npskit.cube import Cube, Dimension
from npskit.labels import _table, number, points, range_text, share
from npskit.scale import Scale
from npskit.stats.comparison import difference
from npskit.stats.intervals import interval
from npskit.stats.score import score
from npskit.stats.trend import level
from npskit.survey import Survey
from npskit.survey.exploration import Exploration
from npskit.widgets.page import write_page
from npskit.widgets.payload import payload

pytest.importorskip("vl_convert")

READY = "() => document.querySelector('[data-npskit-explorer]').dataset.npskitExplorer !== ''"
EXPLORER = "document.querySelector('[data-npskit-explorer]').explorer"
MONTHS = 24
HOSTILE = (
    "<script>alert(1)</script>", '"quotes" & \'single\'', "emoji 🙂", "</script><img src=x onerror=alert(2)>",
    "a.b[0]", "{curly}", "${x}", None,
)  # fmt: skip
LONG = tuple(f"{at:02d} a name of a segment that goes on until it has sixty letters" for at in range(40))

Shown = Callable[..., dict[str, Any]]


def months(count: int) -> tuple[dt.date, ...]:
    return tuple(dt.date(2022 + at // 12, at % 12 + 1, 1) for at in range(count))


def filled(*dimensions: Dimension, mean: float = 3.0, seed: int = 1) -> Cube:
    """A cube of random answers."""
    rng = np.random.default_rng(seed)
    shape = (*map(len, dimensions), 11)
    return Cube(dimensions, rng.poisson(mean * np.linspace(0.5, 1.5, 11), shape), Scale())


SHOPS = Dimension("shop", ("Lyon", "Nice", "Paris", None), title="Shop")
CHANNELS = Dimension("channel", ("web", "phone"))
DATES = Dimension("day", (*months(MONTHS), None), every="month")


@pytest.fixture(scope="module")
def cube() -> Cube:
    # The last of the dates is that of answers without one.
    return filled(SHOPS, DATES, CHANNELS, mean=1.2)


@pytest.fixture
def shown(page: Page, tmp_path: Path) -> Iterator[Shown]:
    """``shown(cube, state={...})`` opens its page from disk; no message of an error may be left in the console."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: messages.append(f"dialog {dialog.message}"))

    def show(cube: Cube, *, lang: str = "en", width: int = 1280, hash: str = "", **given: Any) -> dict[str, Any]:
        page.set_viewport_size({"width": width, "height": 900})
        path = write_page(tmp_path / "explorer.html", payload(cube, **given), lang)
        page.goto(path.as_uri() + hash)
        page.wait_for_function(READY)
        return state_of(page)

    yield show
    assert messages == []


def state_of(page: Page) -> dict[str, Any]:
    """The state once everything of it is drawn."""
    page.evaluate(f"async () => {{ await {EXPLORER}.drawn(); await {EXPLORER}.drawn(); }}")
    return page.evaluate(f"{EXPLORER}.state")


def random_state(cube: Cube, rng: np.random.Generator) -> dict[str, Any]:
    selection = {}
    for dimension in cube.dimensions:
        if not dimension.every and rng.random() < 0.6:
            size = rng.integers(1, len(dimension))
            selection[dimension.name] = sorted(rng.choice(len(dimension), size, replace=False).tolist())
    dates = sorted(rng.integers(0, MONTHS, 2).tolist()) if rng.random() < 0.6 else None
    return {
        "selection": selection,
        "dates": dates,
        "every": str(rng.choice(["month", "quarter", "year"])),
        "split": str(rng.choice(["shop", "channel"])),
        "compare": str(rng.choice(["before", "rest"])),
        "min_responses": 10,
        "confidence_level": float(rng.choice([0.8, 0.95, 0.99])),
        "lang": "en",
    }


def in_python(cube: Cube, state: dict[str, Any]) -> dict[str, Any]:
    """The figures of a state, straight from the cube and the statistics."""
    places = {cube.axis(name): some for name, some in state["selection"].items()}
    dated = places if state["dates"] is None else {**places, 1: range(state["dates"][0], state["dates"][1] + 1)}
    three, sure = cube.scale.category_counts, {"confidence_level": state["confidence_level"]}
    ratings = cube.marginal(dated)
    counts = three(ratings)
    split = cube.axis(state["split"])
    rows = three(cube.views(dated, {"": (split,)})[""])
    periods = cube.views(places, {"": (1,)})[""]
    levels, into = cube.dimensions[1].grouped(state["every"])
    trend = np.zeros((len(levels) - 1, 3))
    np.add.at(trend, into[:-1], three(periods)[:-1])
    smooth = level(trend, every=state["every"], **sure)
    other = None
    if state["compare"] == "rest":
        other = three(cube.marginal({})) - counts
    elif state["dates"] is not None and 2 * state["dates"][0] - state["dates"][1] - 1 >= 0:
        first, last = state["dates"]
        other = three(cube.marginal({**places, 1: range(2 * first - last - 1, first)}))
    change = difference(counts, other, **sure) if other is not None and other.sum() and counts.sum() else None
    return {
        "headline": [*counts, score(counts), *interval(counts, **sure)],
        "change": None if change is None else [change.difference, change.lower, change.upper],
        "split": [[*row, score(row), *interval(row, **sure)] for row in rows],
        "trend": [[*row, score(row), *interval(row, **sure)] for row in trend],
        "level": [smooth.level, smooth.lower, smooth.upper],
        "distribution": ratings,
    }


IN_BROWSER = """states => {
  const { answers } = document.querySelector("[data-npskit-explorer]").explorer;
  const figures = (row) => ["detractors", "passives", "promoters", "score", "lower", "upper"].map((name) => row[name]);
  return states.map((state) => {
    const headline = answers.headline(state), band = answers.trendLevel(state);
    return {
      headline: figures(headline),
      change: headline.change && [headline.change.difference, headline.change.lower, headline.change.upper],
      split: answers.split(state).map(figures), trend: answers.trend(state).map(figures),
      level: ["level", "lower", "upper"].map((name) => [...band[name]]), distribution: answers.distribution(state),
    };
  });
}"""


def test_figures_are_those_of_python(page: Page, shown: Shown, cube: Cube) -> None:
    rng = np.random.default_rng(20)
    shown(cube)
    states = [random_state(cube, rng) for _ in range(30)]
    for state, found in zip(states, page.evaluate(IN_BROWSER, states), strict=True):
        wanted = in_python(cube, state)
        for name in ("headline", "split", "trend", "distribution"):
            np.testing.assert_allclose(np.array(found[name], float), wanted[name], atol=1e-6, err_msg=f"{name} {state}")
        np.testing.assert_allclose(found["level"], wanted["level"], atol=0.05, err_msg=str(state))
        assert (found["change"] is None) == (wanted["change"] is None), state
        if wanted["change"] is not None:
            np.testing.assert_allclose(found["change"], wanted["change"], atol=1e-6)


def test_headline_is_told_as_python_tells_it(page: Page, shown: Shown, cube: Cube) -> None:
    counts = cube.scale.category_counts(cube.marginal({}))
    low, high = (points(float(limit), lang="fr") for limit in interval(counts))
    shown(cube, lang="fr")
    assert page.locator(".nx-score").inner_text() == points(float(score(counts)), lang="fr")
    assert page.locator(".nx-interval").inner_text().startswith(f"entre {low} et {high}")
    assert number(int(counts.sum()), lang="fr") in page.locator(".nx-size").inner_text()
    assert page.locator(".nx-strip b").first.inner_text() == share(counts[0] / counts.sum(), lang="fr")


def brush(page: Page, first: float, last: float) -> None:
    """Drag over the trend, from one part of its width to another."""
    box = page.locator(".nx-trend canvas").bounding_box()
    assert box is not None
    left, width = box["x"] + 40, box["width"] - 88
    page.mouse.move(left + first * width, box["y"] + 90)
    page.mouse.down()
    for part in np.linspace(first, last, 8):
        page.mouse.move(left + part * width, box["y"] + 90)
    page.mouse.up()
    page.wait_for_timeout(50)


def click_row(page: Page, row: int) -> None:
    page.locator(".nx-split canvas").scroll_into_view_if_needed()
    box = page.locator(".nx-split canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 30, box["y"] + 26 * (row + 1.5))
    page.wait_for_timeout(50)


def test_brush_click_undo_and_reset(page: Page, shown: Shown, cube: Cube, screenshot: Callable[..., Path]) -> None:
    first = shown(cube, state={"split": "shop", "compare": "before"})
    brush(page, 0.51, 0.99)
    brushed = state_of(page)
    assert brushed["dates"] == [12, 23]
    assert "January 2023 to December 2023" in page.locator(".nx-filtered-by").inner_text()
    wanted = in_python(cube, brushed)
    assert points(wanted["change"][0]) in page.locator(".nx-change").inner_text()
    click_row(page, 1)
    clicked = state_of(page)
    assert clicked["selection"] == {"shop": [1]}
    assert page.locator(".nx-filtered-by").inner_text() == "Shop: Nice · January 2023 to December 2023"
    assert page.locator(".nx-score").inner_text() == points(in_python(cube, clicked)["headline"][3])
    screenshot("explorer-page")
    click_row(page, 1)
    assert state_of(page)["selection"] == {}
    for wanted_state in (clicked, brushed, first):
        page.get_by_role("button", name="Undo").click()
        assert state_of(page) == wanted_state
    assert page.get_by_role("button", name="Undo").is_disabled()
    click_row(page, 0)
    page.get_by_role("button", name="Reset").click()
    assert state_of(page) == first


def test_a_click_beside_the_brush_takes_the_dates_away(page: Page, shown: Shown, cube: Cube) -> None:
    shown(cube, state={"dates": [2, 5]})
    box = page.locator(".nx-trend canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 120, box["y"] + 90)
    page.wait_for_timeout(50)
    assert state_of(page)["dates"] is None


def test_brush_and_fields_show_one_range(page: Page, shown: Shown, cube: Cube) -> None:
    shown(cube)
    page.get_by_label("From").select_option("3")
    page.get_by_label("To", exact=True).select_option("7")
    assert state_of(page)["dates"] == [3, 7]
    page.get_by_role("button", name="all dates").click()
    assert state_of(page)["dates"] is None
    brush(page, 0.01, 0.24)
    assert page.get_by_label("To", exact=True).input_value() == "5"


def test_keyboard_reaches_every_control(page: Page, shown: Shown, cube: Cube) -> None:
    shown(cube, state={"split": "shop"})
    page.get_by_role("button", name="Reset").focus()
    names = []
    for _ in range(16):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("document.activeElement.labels?.[0]?.textContent || document.activeElement.innerText")
        )
    for wanted in ("Shop", "channel", "From", "To", "Split by", "Compare with", "Confidence level", "Language"):
        assert any(str(name).startswith(wanted) for name in names), (wanted, names)
    page.locator(".nx-levels summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert state_of(page)["selection"] == {"shop": [0]}
    responses = int(cube.scale.category_counts(cube.views({0: [0]}, {"": (0,)})[""])[0].sum())
    assert page.locator(".nx-levels .nx-count").first.inner_text() == number(responses)


def test_every_control_has_a_name(page: Page, shown: Shown, cube: Cube) -> None:
    shown(cube, state={"split": "shop"})
    nameless = page.evaluate(
        "[...document.querySelectorAll('select, input')].filter(each => !each.labels.length && !each.ariaLabel).length"
    )
    assert nameless == 0


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_page_is_in_one_language(page: Page, shown: Shown, cube: Cube, lang: str) -> None:
    other = {"en": "fr", "fr": "en"}[lang]
    shown(cube, lang=other, state={"split": "shop", "compare": "before"})
    page.locator("select", has=page.locator("option[value=fr]")).select_option(lang)
    state_of(page)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    text = page.evaluate("document.body.innerText")
    foreign = [
        words[other]
        for key, words in _table().items()
        if key.startswith(("explore_", "chart_every", "month_")) and "lang" not in key and "{" not in words[other]
        and len(words[other]) > 5 and words[other] not in words[lang] and words[other] in text
    ]  # fmt: skip
    assert foreign == []


def test_few_responses_are_greyed_and_stay(page: Page, shown: Shown, cube: Cube) -> None:
    shown(cube, state={"split": "shop", "dates": [3, 3]})
    page.locator(".nx-split details").evaluate("each => each.open = true")
    page.get_by_label("Grey where").fill("100000")
    page.get_by_label("Grey where").press("Enter")
    state_of(page)
    assert page.locator(".nx-split tbody tr.nx-faded").count() == len(SHOPS)
    assert "fewer than 100,000" in page.locator(".nx-size").inner_text()


def test_table_holds_what_the_picture_shows(page: Page, shown: Shown, cube: Cube) -> None:
    state = shown(cube, state={"split": "shop"})
    page.locator(".nx-split details").evaluate("each => each.open = true")
    page.wait_for_timeout(50)
    cells = page.locator(".nx-split tbody tr").first.locator("th, td").all_inner_texts()
    row = in_python(cube, state)["split"][0]
    assert cells[0] == "Lyon"
    assert cells[1:5] == [number(sum(row[:3])), *map(number, row[:3])]
    assert cells[5:] == [points(row[3], digits=1), range_text(row[4], row[5])]


def test_hostile_names_are_text(page: Page, shown: Shown, screenshot: Callable[..., Path]) -> None:
    odd = Dimension("<b>column</b>", HOSTILE, title="<img src=x onerror=alert(3)>")
    title = "</title><script>alert(4)</script>"
    notes = ["<script>alert(5)</script>"]
    shown(filled(odd, DATES), state={"split": odd.name, "selection": {odd.name: [0, 3]}}, title=title, notes=notes)
    assert "<script>alert(1)</script>, </script><img src=x" in page.locator(".nx-filtered-by").inner_text()
    assert page.locator("h1").inner_text() == title
    page.locator(".nx-levels summary").click()
    shown_names = page.locator(".nx-level").all_inner_texts()
    assert shown_names[:7] == list(HOSTILE[:7])
    page.locator(".nx-ratings").scroll_into_view_if_needed()
    box = page.locator(".nx-split canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 26 * 4.5, steps=3)
    page.locator("#vg-tooltip-element.visible").wait_for()
    assert "</script><img" in page.locator("#vg-tooltip-element").inner_text()
    assert page.locator("#vg-tooltip-element img, .nx-views img").count() == 0
    screenshot("explorer-hostile")


@pytest.mark.parametrize("width", [600, 1000, 1280])
def test_forty_long_names_fit(page: Page, shown: Shown, screenshot: Callable[..., Path], width: int) -> None:
    named = Dimension("segment of customers with a long name", LONG)
    shown(filled(named, DATES, mean=0.5), width=width, state={"split": named.name, "selection": {named.name: [7]}})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    scroll = page.locator(".nx-scroll")
    assert scroll.evaluate("each => each.scrollHeight > each.clientHeight && each.scrollWidth <= each.clientWidth")
    if width < 860:
        page.locator(".nx-fold summary").first.click()
    page.locator(".nx-levels summary").first.click()
    page.get_by_role("searchbox").fill("39 a name")
    assert page.locator(".nx-levels li:visible").count() == 2, "the one found, and the one that is ticked"
    screenshot(f"explorer-long-{width}")


ODD = {
    "one period": (SHOPS, Dimension("day", months(1), every="month")),
    "no date": (SHOPS, CHANNELS),
    "no segment": (DATES,),
    "no column": (),
    "one level": (Dimension("shop", ("Lyon",)), DATES),
    "only missing dates": (SHOPS, Dimension("day", (None,), every="month")),
}


@pytest.mark.parametrize("case", list(ODD))
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_odd_data_are_explored(page: Page, shown: Shown, screenshot: Callable[..., Path], case: str, lang: str) -> None:
    cube = filled(*ODD[case])
    names = [each.name for each in cube.dimensions if not each.every]
    shown(cube, lang=lang, state={"split": names[0] if names else None, "compare": "rest"})
    wanted = points(float(score(cube.scale.category_counts(cube.marginal({})))), lang=lang)
    assert page.locator(".nx-score").inner_text() == wanted
    screenshot(f"explorer-{case.replace(' ', '-')}-{lang}", full=True)


def test_nobody_is_told(page: Page, shown: Shown) -> None:
    counts = np.zeros((2, 11), dtype=int)
    counts[0, 10] = 30
    shown(Cube((Dimension("shop", ("Lyon", "Nice")),), counts, Scale()), state={"selection": {"shop": [1]}})
    assert page.locator(".nx-interval").inner_text() == "Nobody answered in this selection"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_schemes(
    page: Page, shown: Shown, cube: Cube, screenshot: Callable[..., Path], scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    shown(cube, state={"split": "shop"})
    ink, paper = page.evaluate(
        """() => {
            const style = getComputedStyle(document.querySelector(".npskit-explorer"));
            return [style.color, style.backgroundColor];
        }"""
    )
    bright = [sum(map(int, each.strip("rgb()").split(","))) / 765 for each in (ink, paper)]
    assert abs(bright[0] - bright[1]) > 0.6
    assert (bright[1] > 0.5) == (scheme == "light")
    screenshot(f"explorer-{scheme}", full=True)


def test_a_view_can_be_linked(page: Page, shown: Shown, cube: Cube) -> None:
    shown(cube, state={"split": "shop"})
    click_row(page, 2)
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function(READY)
    assert state_of(page)["selection"] == {"shop": [2]}


@pytest.mark.parametrize(
    "hash", ["#nonsense", "#%7B%22selection%22%3A%7B%22shop%22%3A%5B99%5D%7D%2C%22dates%22%3A5%7D"]
)
def test_an_address_that_does_not_fit_is_left_out(shown: Shown, cube: Cube, hash: str) -> None:
    state = shown(cube, hash=hash)
    assert state["selection"] == {}
    assert state["dates"] is None


def test_page_names_no_address(cube: Cube, tmp_path: Path) -> None:
    text = write_page(tmp_path / "page.html", payload(cube)).read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!www\.w3\.org/)[^\s\"']+", text) == []
    assert len(text) < 1_300_000


def test_line_of_python_is_that_of_an_exploration(page: Page, shown: Shown) -> None:
    rng = np.random.default_rng(4)
    size = 600
    frame = pd.DataFrame(
        {
            "rating": rng.integers(0, 11, size),
            "shop": rng.choice(np.array(["Lyon", "L'Isle", 'say "hi"', None], dtype=object), size),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, size), "D"),
        }
    )
    seen = Exploration(Survey(frame, date="day"), by=["shop"])
    shown(seen.cube, state=seen.state.json, code=seen.code_pieces())
    for state in (
        {"shop": ["Lyon"]},
        {"shop": ["L'Isle", None]},
        {"shop": ['say "hi"'], "day": ["2024-02", "2024-05"]},
    ):
        seen.selection = state
        page.evaluate(f"state => {EXPLORER}.setState(state)", seen.state.json)
        state_of(page)
        assert page.locator(".nx-code code").inner_text() == seen.code()


def test_copy_puts_the_line_on_the_clipboard(page: Page, shown: Shown, cube: Cube) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    columns = {name: {"among": "", "levels": [], "missing": "", "by": f"by='{name}'"} for name in ("shop", "channel")}
    code = {"rows": "df", "filtered": "df[{conditions}]", "joint": " & ", "either": " | ",
            "verb": "{rows}.nps().summary({arguments})", "columns": columns}  # fmt: skip
    shown(cube, state={"split": "shop"}, code=code)
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "df.nps().summary(by='shop')"


def test_state_is_plain_json(shown: Shown, cube: Cube) -> None:
    state = shown(cube)
    assert json.loads(json.dumps(state)) == state
    assert set(state) == {
        "selection", "dates", "every", "split", "compare", "min_responses", "confidence_level", "lang"
    }  # fmt: skip
