"""The catalogue of templates and guides, and what stands in folders of an organisation."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from npskit.errors import ArgumentError, ReadError, ReportError
from npskit.report import catalogue
from npskit.report.catalogue import MOST_BYTES, template_path, templates, titled
from npskit.report.template import prepared

PARAMETERS = "data = None\nlang: str = 'en'\n(low, high) = 0, 1"


def notebook(*sources: str, parameters: str | None = PARAMETERS, **metadata: Any) -> Any:
    cells = [nbformat.v4.new_markdown_cell(source) for source in sources]
    if parameters is not None:
        cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def write(path: Path, *sources: str, parameters: str | None = PARAMETERS, **metadata: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(*sources, parameters=parameters, **metadata), path)
    return path


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def own(folder: Path, lang: str = "en", kind: str | None = "template") -> list[dict[str, Any]]:
    return [row for row in templates(lang, folders=[folder], kind=kind) if row["own"]]


def test_ours_come_first_in_their_order() -> None:
    found = templates("en")
    assert ids(found)[:3] == ["executive-brief", "health-check", "segments"]
    assert all(row["kind"] == "template" and not row["own"] and "data" in row["parameters"] for row in found)
    assert all(set(row) == {"id", "title", "caption", "kind", "parameters", "own"} for row in found)


def test_no_version_is_listed_twice() -> None:
    names = ids(templates("fr", kind=None))
    assert sorted(set(names)) == sorted(names)
    assert not [name for name in names if name.endswith((".fr", ".en")) or name[0].isdigit()]


def test_own_template_joins_ours(tmp_path: Path) -> None:
    write(tmp_path / "7-shops.ipynb", "Words\n\n## The *shops* of [ours](x) `now` ##")
    found = own(tmp_path)
    assert found == [
        {
            "id": "shops",
            "title": "The shops of ours now",
            "caption": "",
            "kind": "template",
            "parameters": ["data", "lang", "low", "high"],
            "own": True,
        }
    ]
    assert ids(templates(folders=[str(tmp_path)]))[-1] == "shops"
    assert template_path("shops", folders=[tmp_path]) == tmp_path / "7-shops.ipynb"


def test_own_template_takes_the_place_of_ours(tmp_path: Path) -> None:
    write(tmp_path / "segments.ipynb", npskit={"title": "Our segments"})
    found = templates("en", folders=[tmp_path])
    assert ids(found) == ids(templates())
    assert [row["title"] for row in found if row["own"]] == ["Our segments"]
    assert titled("segments", "title", "en", [tmp_path]) == "Our segments"


@pytest.mark.parametrize(
    ("said", "en", "fr"),
    [
        ({"title": "Shops"}, "Shops", "Shops"),
        ({"title": {"en": "Shops", "fr": "Magasins"}}, "Shops", "Magasins"),
        ({"title": {"fr": "Magasins"}}, "Magasins", "Magasins"),
        ({"title": 3}, "The heading", "The heading"),
        ({"title": {"en": 3}}, "The heading", "The heading"),
        ({"title": " \n "}, "The heading", "The heading"),
        ({"title": "A\n B"}, "A B", "A B"),
        ("shops", "The heading", "The heading"),
    ],
)
def test_titles_are_the_notebooks_own(tmp_path: Path, said: Any, en: str, fr: str) -> None:
    write(tmp_path / "shops.ipynb", "# The heading", npskit=said)
    assert [own(tmp_path, lang)[0]["title"] for lang in ("en", "fr")] == [en, fr]


def test_name_is_the_title_where_nothing_else_is(tmp_path: Path) -> None:
    write(tmp_path / "shops_north-2.ipynb", "no heading #1", npskit={"caption": {"en": "Where", "fr": "Où"}})
    (found,) = own(tmp_path, "fr")
    assert (found["title"], found["caption"]) == ("Shops north 2", "Où")


def test_long_titles_are_cut(tmp_path: Path) -> None:
    write(tmp_path / "x.ipynb", "# " + "a" * 9999, npskit={"caption": "b" * 9999})
    (found,) = own(tmp_path)
    assert (len(found["title"]), len(found["caption"])) == (120, 400)


def test_french_version_stands_beside(tmp_path: Path) -> None:
    plain = write(tmp_path / "2-shops.ipynb", "# Shops")
    french = write(tmp_path / "2-shops.fr.ipynb", "# Magasins", parameters="donnees = None")
    assert own(tmp_path)[0]["title"] == "Shops"
    assert own(tmp_path, "fr")[0]["title"] == "Magasins"
    assert own(tmp_path, "fr")[0]["parameters"] == ["donnees"]
    assert template_path("shops", "fr", [tmp_path]) == french
    assert template_path("shops", "en", [tmp_path]) == plain
    assert prepared("shops", {}, "fr", [tmp_path]).cells[0].source == "# Magasins"
    assert prepared("shops", {}, "en", [tmp_path]).cells[0].source == "# Shops"


def test_only_version_serves_every_language(tmp_path: Path) -> None:
    french = write(tmp_path / "shops.fr.ipynb", "# Magasins")
    assert own(tmp_path, "en")[0]["id"] == "shops"
    assert template_path("shops", "en", [tmp_path]) == french


def test_language_of_the_parameters_decides_unless_said(tmp_path: Path) -> None:
    write(tmp_path / "shops.ipynb", "# Shops")
    write(tmp_path / "shops.fr.ipynb", "# Magasins")
    assert prepared("shops", {"lang": "fr"}, folders=[tmp_path]).cells[0].source == "# Magasins"
    assert prepared("shops", {"lang": "fr"}, "en", [tmp_path]).cells[0].source == "# Shops"


def test_guides_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "guides" / "1-tour.ipynb", "# Tour", parameters=None)
    write(tmp_path / "notes.ipynb", "# Notes", parameters=None, npskit={"kind": "guide"})
    write(tmp_path / "odd.ipynb", "# Odd", npskit={"kind": ["guide"]})
    assert ids(own(tmp_path)) == ["odd"]
    assert sorted(ids(own(tmp_path, kind="guide"))) == ["notes", "tour"]
    kinds = [row["kind"] for row in templates(folders=[tmp_path], kind=None)]
    assert kinds == sorted(kinds, reverse=True)


def test_guide_takes_no_parameters(tmp_path: Path) -> None:
    write(tmp_path / "guides" / "tour.ipynb", "# Tour", parameters=None)
    assert len(prepared("tour", {}, folders=[tmp_path]).cells) == 1
    with pytest.raises(ReportError, match="tagged 'parameters'"):
        prepared("tour", {"data": "x"}, folders=[tmp_path])


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"not json",
        b"\xff\xfe\x00",
        b'{"cells": 3, "metadata": {}}',
        b'{"cells": [3], "metadata": {}}',
        b'{"cells": [], "metadata": []}',
        b'{"cells": [{"cell_type": "markdown"}], "metadata": {}}',
        b"[" * 200_000,
        b'{"worksheets": [], "metadata": {}, "nbformat": 3}',
        b'{"cells": [], "metadata": {}, "x": ' + b"9" * 5000 + b"}",
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_left_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bad: bytes
) -> None:
    (tmp_path / "bad.ipynb").write_bytes(bad)
    write(tmp_path / "good.ipynb")
    with caplog.at_level(logging.WARNING, "npskit"):
        assert ids(own(tmp_path)) == ["good"]
        assert ids(own(tmp_path)) == ["good"]
    assert [str(tmp_path / "bad.ipynb") in record.message for record in caplog.records] == [True]
    with pytest.raises(ReadError):
        prepared("bad", {}, folders=[tmp_path])


def test_huge_notebook_is_left_out_without_being_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(500_000_000)
    monkeypatch.setattr(json, "loads", lambda *_: pytest.fail("read"))
    with caplog.at_level(logging.WARNING, "npskit"):
        assert own(tmp_path) == []
    assert "20 MB" in caplog.text
    with pytest.raises(ReadError, match="20 MB"):
        prepared("huge", {}, folders=[tmp_path])


def test_largest_notebook_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "large.ipynb")
    with path.open("ab") as file:
        file.write(b" " * (MOST_BYTES - path.stat().st_size))
    assert ids(own(tmp_path)) == ["large"]
    with path.open("ab") as file:
        file.write(b" ")
    assert own(tmp_path) == []


def test_changed_notebook_is_told_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", "# Before")
    assert own(tmp_path)[0]["title"] == "Before"
    write(path, "# Afterwards")
    assert own(tmp_path)[0]["title"] == "Afterwards"


def test_what_is_no_notebook_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "words.txt").write_text("x")
    write(tmp_path / ".hidden.ipynb")
    write(tmp_path / ".ipynb_checkpoints" / "x-checkpoint.ipynb")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.ipynb")
    assert own(tmp_path, kind=None) == []


def test_missing_folder_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "npskit"):
        assert own(tmp_path / "nowhere") == []
        assert own(tmp_path / "nowhere") == []
    assert len(caplog.records) == 1


def test_folders_of_the_home_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(tmp_path / "ours" / "x.ipynb")
    assert ids(templates(folders=["~/ours"]))[-1] == "x"


def test_scratch_notebooks_beside_ours_are_no_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "01-real.ipynb")
    write(tmp_path / "Untitled.ipynb")
    write(tmp_path / "guides" / "walk.ipynb", "# A walk")
    monkeypatch.setattr(catalogue, "folder", lambda: tmp_path)
    assert [(row["id"], row["title"]) for row in templates("en", kind=None)] == [("real", "Real"), ("walk", "A walk")]


def test_template_may_be_a_path(tmp_path: Path) -> None:
    path = write(tmp_path / "3-mine.ipynb", "# Mine")
    assert template_path(path) == template_path(str(path)) == path
    assert "data = 'x.csv'" in prepared(str(path), {"data": "x.csv"}).cells[-1].source
    assert titled(path, "title", "en") == "Mine"
    with pytest.raises(ArgumentError, match="no file"):
        prepared(tmp_path / "none.ipynb", {})


def test_unknown_ids_are_named(tmp_path: Path) -> None:
    write(tmp_path / "shops.ipynb")
    with pytest.raises(ArgumentError, match="did you mean 'shops'"):
        template_path("shop", folders=[tmp_path])
    assert titled("sales-north", "title", "en") == "Sales north"
    assert titled("sales-north", "caption", "en") == ""


def test_nothing_of_an_earlier_run_is_taken_over(tmp_path: Path) -> None:
    ran = notebook("# Ran", widgets={"application/vnd.jupyter.widget-state+json": {}})
    output = nbformat.v4.new_output("display_data", {"text/html": "<script>alert(1)</script>"})
    ran.cells[-1].update(outputs=[output], execution_count=3)
    nbformat.write(ran, tmp_path / "ran.ipynb")
    found = prepared("ran", {}, folders=[tmp_path])
    assert "alert" not in nbformat.writes(found)
    assert "widgets" not in found.metadata
    assert found.cells[-1].execution_count is None


@pytest.mark.parametrize("minor", [2, 4, 5])
def test_older_formats_and_lacking_ids_are_taken(tmp_path: Path, minor: int) -> None:
    old = notebook("# Old")
    old.nbformat_minor = minor
    content = json.loads(nbformat.writes(old, version=nbformat.NO_CONVERT))
    for cell in content["cells"]:
        cell.pop("id", None)
    (tmp_path / "old.ipynb").write_text("\ufeff" + json.dumps(content), encoding="utf-8")
    found = prepared("old", {"data": "x"}, folders=[tmp_path])
    nbformat.validate(found)
    assert own(tmp_path)[0]["title"] == "Old"
