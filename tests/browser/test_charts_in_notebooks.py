"""What an analyst types in JupyterLab and Notebook 7 is drawn there, without a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from harness import OpenNotebook, notebook

CHARTS = (
    "import npskit\ndf = npskit.datasets.load('garden')\ntraining = npskit.datasets.load('carpentries')",
    "df.nps.summary(by=npskit.Bands('visites', [1, 3, 6, 11, 21]))",
    "df.nps.plot.distribution(lang='fr')",
    "training.nps.trend('quarter').plot(lang='en')",
    "df.nps.compare(npskit.Bands('visites', [1, 3, 6, 11, 21])).plot(lang='fr')",
    "df.nps.segments()",
)
DRAWN = ".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg, .vega-embed canvas, .vega-embed svg"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_charts_and_tables_are_drawn(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., object], app: str
) -> None:
    opened = open_notebook(notebook(*CHARTS), app=app)
    cells = opened.run_all()
    kinds = [set().union(*(output.get("data", {}) for output in cell["outputs"])) for cell in cells]
    assert all("application/vnd.vegalite.v5+json" in kinds[at] for at in (2, 3, 4))
    assert all("text/html" not in kinds[at] for at in (2, 3, 4))
    assert "text/html" in kinds[5]
    opened.page.locator(DRAWN).first.wait_for(timeout=20_000)
    for _ in range(40):
        if opened.page.locator(DRAWN).count() >= 3:
            break
        opened.page.wait_for_timeout(250)
    assert opened.page.locator(DRAWN).count() >= 3
    screenshot(f"charts-in-{app}")
