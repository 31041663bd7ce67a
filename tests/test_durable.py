"""Files that are whole or not there, and on the disk before anybody says so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from npskit.errors import ReportError
from npskit.report.writing import replaced


def test_a_report_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    forced, moved = os.fsync, os.replace

    def fsync(handle: int) -> None:
        seen.append("forced")
        forced(handle)

    def replace(source: Any, target: Any) -> None:
        seen.append("moved")
        moved(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    replaced(tmp_path / "a.html", b"<p>")
    # The second is the folder with its new name, where the system can.
    assert seen[:2] == ["forced", "moved"]
    assert (tmp_path / "a.html").read_bytes() == b"<p>"


def test_a_full_disk_leaves_the_report_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    replaced(tmp_path / "a.html", b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match=r"report '.*a\.html'.* got No space left"):
        replaced(tmp_path / "a.html", b"after")
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_bytes() == b"before"
