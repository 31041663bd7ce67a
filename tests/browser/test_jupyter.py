"""A notebook that uses npskit, in the two programs analysts open it with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from harness import OpenNotebook, notebook

APPS = ["lab", "notebook"]


@pytest.mark.parametrize("on", ["newest", "oldest"])
@pytest.mark.parametrize("app", APPS)
def test_notebook_runs_to_its_end(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., Path], app: str, on: str
) -> None:
    opened = open_notebook(notebook("import npskit\nanswer = 6 * 7", "print(answer)"), app=app, on=on)
    cells = opened.run_all()
    assert cells[1]["outputs"][0]["text"] == "42\n"
    assert opened.value("answer + 1") == "43"
    screenshot(f"trivial-{app}-{on}")


@pytest.mark.parametrize("app", APPS)
def test_failing_cell_fails_the_test(open_notebook: Callable[..., OpenNotebook], app: str) -> None:
    opened = open_notebook(notebook("1 / 0"), app=app)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        opened.run_all()
