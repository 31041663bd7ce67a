"""The apps where people move them: in JupyterLab, with the mouse and the keyboard, without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import OpenNotebook, notebook
from playwright.sync_api import expect

SETUP = "import npskit\ntraining = npskit.datasets.load('carpentries')\ngarden = npskit.datasets.load('garden')"
LONG = "How likely are you to recommend the shop in the old town of Lyon to a friend"
OTHER = LONG.replace("shop in the old town of Lyon", "web site of the very same shop")
OPEN = (
    f"import pandas as pd\nanswers = pd.DataFrame({{{{{LONG!r}: [10, 9, 3, 8, 7, 10] * 20, "
    f"{OTHER!r}: [1, 2, 9, 9, 10, 5] * 20}}}})"
)
APPS = {
    "simulator": "app = training.nps.simulator(until='2018', attributes=['Worth', 'Material'], lang={lang!r}, "
    "detractors_to_passives=0.3, over='WhenTaking')",
    "money": "sold = garden.assign(resté=(garden.index % 10 > garden['recommandation'].lt(7) * 3 + 0))\n"
    "app = sold.nps.simulator(spend='ticket_eur', retained='resté', customers=200_000, lang={lang!r})",
    "setup": OPEN + "\napp = answers.nps.setup(lang={lang!r})",
    "planner": "app = npskit.planner(lang={lang!r})",
    "forecast": "app = training.nps.forecast_app(until='2018', lang={lang!r})",
}


def opened(open_notebook: Callable[..., OpenNotebook], app: str, *, lang: str = "en", where: str = "lab") -> Any:
    """A notebook with the app drawn, scrolled to it."""
    found = open_notebook(notebook(SETUP, APPS[app].format(lang=lang) + "\napp"), app=where)
    found.run_all()
    shown = found.page.locator(".npskit-app")
    shown.locator(".npskit-picture svg" if app != "setup" else ".npskit-finding b").first.wait_for(timeout=60_000)
    shown.scroll_into_view_if_needed()
    return found


def kernel(found: OpenNotebook, expression: str, wanted: str) -> None:
    """Wait until the kernel says so."""
    for _ in range(60):
        if found.value(expression) == wanted:
            return
        found.page.wait_for_timeout(100)
    assert found.value(expression) == wanted


def settled(found: OpenNotebook) -> None:
    """Wait until what is shown is of the state as it is."""
    kernel(found, "app._waiting is None", "True")
    found.page.wait_for_timeout(300)


NAMELESS = """all => all.filter(one => !one.labels?.[0]?.textContent.trim() && !one.getAttribute('aria-label')
    && !one.textContent.trim()).map(one => one.outerHTML)"""
BEYOND = """all => all.filter(one => one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().right
    > one.closest('.npskit-app').getBoundingClientRect().right + 2).map(one => one.outerHTML.slice(0, 200))"""


def slider_dragged_moves_the_kernel_and_the_picture(found: OpenNotebook) -> None:
    page = found.page
    box = page.locator(".npskit-app .noUi-origin .noUi-handle").nth(0).bounding_box()
    assert box is not None
    before = page.locator(".npskit-picture svg").inner_html()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 7):
        page.mouse.move(box["x"] + box["width"] / 2 + 12 * step, box["y"] + box["height"] / 2)
    page.mouse.up()
    said = page.locator(".npskit-app").get_by_label("Periods ahead")
    knob = page.locator(".npskit-app .noUi-handle").nth(0)
    page.wait_for_timeout(1000)
    for _ in range(100):
        horizon = int(float(knob.get_attribute("aria-valuenow") or 0))
        if said.input_value() == found.value("app.horizon") == str(horizon):
            break
        page.wait_for_timeout(100)
    assert said.input_value() == found.value("app.horizon") == str(horizon)
    assert horizon > 6
    settled(found)
    assert found.value("len(app.result.periods)") == str(horizon)
    page.wait_for_function("before => document.querySelector('.npskit-picture svg').innerHTML !== before", arg=before)
    page.locator(".npskit-code", has_text=f"forecast({horizon}, until='2018')").wait_for()


def keyboard_alone_answers_a_question(found: OpenNotebook) -> None:
    page = found.page
    page.locator(".npskit-app").get_by_label("Margin wanted").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    kernel(found, "app.margin", "2.0")
    settled(found)
    expect(page.locator(".npskit-finding")).to_contain_text("5,859\xa0responses")
    assert found.value("app.result.responses == npskit.plan(margin=2, score=30, passives=0.3).responses") == "True"
    assert page.evaluate("document.activeElement.labels[0].textContent").startswith("Score expected")


def state_set_from_python_moves_what_is_shown(found: OpenNotebook) -> None:
    page = found.page
    found.value("app.set_trait('passives_to_promoters', 0.25)")
    settled(found)
    expect(page.locator(".npskit-app").get_by_label("Passives who become promoters")).to_have_value("25")
    expect(page.locator(".npskit-app table")).to_contain_text("Passives to promoters")
    found.value("app.set_trait('detractors_to_passives', 2.0)")
    settled(found)
    expect(page.locator(".npskit-problem")).to_contain_text("expected a share from 0 to 1")
    assert "Traceback" not in page.locator(".npskit-app").inner_text()
    page.locator(".npskit-app").get_by_role("button", name="Back to now").click()
    kernel(found, "app.result.change", "0.0")


def column_picked_gives_the_survey(found: OpenNotebook) -> None:
    page = found.page
    page.locator(".npskit-app").get_by_label("Rating: would you recommend us?").select_option(label=LONG)
    kernel(found, "app.rating", repr(LONG))
    settled(found)
    assert found.value("app.survey.score()") == found.value(f"answers.nps(rating={LONG!r}).score()")
    expect(page.locator(".npskit-code")).to_contain_text(f"df.nps(rating='{LONG}')")
    page.locator(".npskit-picture svg").wait_for()


# What is done with an app that has been seen.
MOVES = {
    "forecast": slider_dragged_moves_the_kernel_and_the_picture,
    "planner": keyboard_alone_answers_a_question,
    "simulator": state_set_from_python_moves_what_is_shown,
    "setup": column_picked_gives_the_survey,
}


@pytest.mark.parametrize("app", APPS)
def test_app_is_drawn_in_both_languages_with_a_name_on_every_control_and_moves(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., object], app: str
) -> None:
    found = opened(open_notebook, app)
    page = found.page
    fields = page.locator(".npskit-app :is(input, select, button)")
    assert not fields.evaluate_all(NAMELESS)
    page.set_viewport_size({"width": 1280, "height": 1150})
    screenshot(f"app-{app}-en")
    page.locator(".npskit-app").get_by_label("Language").select_option(label="Français")
    kernel(found, "app.lang", "'fr'")
    settled(found)
    expect(page.locator(".npskit-app").get_by_label("Langue")).to_have_value("Français")
    assert not fields.evaluate_all(NAMELESS)
    screenshot(f"app-{app}-fr")
    for width in (1000, 720):
        page.set_viewport_size({"width": width, "height": 1150})
        page.wait_for_timeout(200)
        assert not page.locator(".npskit-app :is(input, select, svg, p, li, pre, button)").evaluate_all(BEYOND)
    screenshot(f"app-{app}-narrow")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".npskit-app").get_by_label("Langue").select_option(label="English")
    kernel(found, "app.lang", "'en'")
    settled(found)
    page.locator(".npskit-app").scroll_into_view_if_needed()
    if app in MOVES:
        MOVES[app](found)


def test_apps_run_in_notebook_7(open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., object]) -> None:
    found = opened(open_notebook, "planner", where="notebook")
    found.value("app.set_trait('goal', 'change')")
    settled(found)
    expect(found.page.locator(".npskit-finding")).to_contain_text("each time")
    screenshot("app-planner-notebook")
