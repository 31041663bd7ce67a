"""The side panel over what nobody looked at yet: a query promises nothing about its columns until it is scored."""

from __future__ import annotations

import pytest
from harness import notebook
from lab import PATIENCE, Workbench
from playwright.sync_api import expect

QUERY = """import time
import duckdb
import pandas as pd
one = pd.DataFrame({"nps": [10]})
query = duckdb.sql("select 10 as nps, date '2024-01-01' as date")
other = duckdb.sql("select 0 as nps")"""


def test_a_query_is_scored_when_asked_and_may_have_dates(workbench: Workbench) -> None:
    pytest.importorskip("duckdb")
    workbench.open()
    workbench.show_panel()
    opened = workbench.notebook(notebook(QUERY, "time.sleep(4)"))
    opened.run_all()
    frame, one, other = (workbench.frame(name) for name in ("query", "one", "other"))
    expect(frame).to_have_attribute("data-state", "large", timeout=PATIENCE)
    expect(frame.locator("[data-verb=trend]")).to_have_attribute("aria-disabled", "false")
    expect(one.locator("[data-verb=trend]")).to_have_attribute("aria-disabled", "true")
    expect(one.locator(".nps-Frame-roles")).to_contain_text("1 row")
    expect(one.locator(".nps-Frame-roles")).not_to_contain_text("1 rows")
    # A kernel at work answers later, and what was asked for stays when something else is asked.
    workbench.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-cell')")
    workbench.page.wait_for_function("() => window.openPanel.sessionContext.session.kernel.status === 'busy'")
    frame.locator("[data-action=score]").click()
    expect(frame.locator(".nps-Frame-headline")).to_have_text("+100", timeout=PATIENCE)
    expect(frame.locator("[data-verb=trend]")).to_have_attribute("aria-disabled", "false")
    other.locator("[data-action=score]").click()
    expect(other.locator(".nps-Frame-headline")).to_have_text("−100", timeout=PATIENCE)
    expect(frame.locator(".nps-Frame-headline")).to_have_text("+100")
