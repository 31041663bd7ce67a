"""The apps where people move them: in JupyterLab, with the mouse and the keyboard, without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import OpenNotebook, notebook

SETUP = "import npskit\ntraining = npskit.datasets.load('carpentries')\ngarden = npskit.datasets.load('garden')"
APPS = {
    "planner": "app = npskit.planner(lang={lang!r})",
    "forecast": "app = training.nps.forecast_app(until='2018', lang={lang!r})",
}


def opened(open_notebook: Callable[..., OpenNotebook], app: str, *, lang: str = "en", where: str = "lab") -> Any:
    """A notebook with the app drawn, scrolled to it."""
    found = open_notebook(notebook(SETUP, APPS[app].format(lang=lang) + "\napp"), app=where)
    found.run_all()
    shown = found.page.locator(".npskit-app")
    shown.locator(".npskit-picture svg").first.wait_for(timeout=30_000)
    shown.scroll_into_view_if_needed()
    return found


def kernel(found: OpenNotebook, expression: str, wanted: str) -> None:
    """Wait until the kernel says so."""
    for _ in range(60):
        if found.value(expression) == wanted:
            return
        found.page.wait_for_timeout(100)
    assert found.value(expression) == wanted


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("app", APPS)
def test_app_is_drawn_and_every_control_has_a_name(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., object], app: str, lang: str
) -> None:
    found = opened(open_notebook, app, lang=lang)
    fields = found.page.locator(".npskit-app :is(input, select, button)")
    nameless = fields.evaluate_all(
        "all => all.filter(one => !one.labels?.[0]?.textContent.trim() && !one.getAttribute('aria-label')"
        " && !one.textContent.trim()).map(one => one.outerHTML)"
    )
    assert not nameless
    screenshot(f"app-{app}-{lang}")
