"""A place to watch, and reports without a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from watched import Place

pytest.importorskip("pyarrow")
pytest.importorskip("yaml")


@pytest.fixture(autouse=True)
def composing(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Reports are made at once, without a kernel; what was asked for is kept."""
    from npskit.watch import reporting

    made: list[dict[str, Any]] = []

    def composed(survey: Any, suffix: str, **options: Any) -> bytes:
        made.append({"survey": survey, "suffix": suffix, **options})
        return f"{options['title']} {survey.score():.1f}".encode()

    monkeypatch.setattr(reporting, "composed", composed)
    monkeypatch.setattr(reporting, "check_possible", lambda path, template: None)
    return made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
