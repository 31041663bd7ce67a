"""The explorer's traits without a browser: what the page sends and what Python sets meet in one state."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from npskit import Survey, read_survey
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError
from npskit.labels import word
from npskit.survey.exploration import Exploration
from npskit.survey.plots import columns_of
from npskit.widgets.payload import unpacked

pytest.importorskip("anywidget")

from npskit.widgets import explorer as module
from npskit.widgets.explorer import Explorer, public_payload, still
from npskit.widgets.progress import Progress

ROWS = 2000


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    draw = np.random.default_rng(8)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 200, ROWS), unit="D")
    shops = draw.choice(["Lyon", "Nice", None], ROWS, p=[0.6, 0.39, 0.01])
    return pd.DataFrame(
        {"nps": draw.integers(0, 11, ROWS), "shop": shops, "size": draw.choice(list("SML"), ROWS), "date": days}
    )


@pytest.fixture
def seen(frame: pd.DataFrame) -> Explorer:
    return frame.nps.explore(["shop", "size"], split="shop")


def heard(explorer: Explorer, *, past: int, moving: bool = False, **changes: Any) -> None:
    """What a page says."""
    state = {**explorer.exploration.state.json, **changes, "past": past, "moving": moving}
    explorer.set_state({"state": json.loads(json.dumps(state))})


def test_python_moves_the_state_that_the_page_follows(seen: Explorer) -> None:
    seen.selection = {"shop": "nice", "date": "2024-02"}
    seen.split = "size"
    assert seen.state["selection"] == {"shop": [1]}
    assert (seen.state["split"], seen.state["past"]) == ("size", 2)
    assert seen.selection == {"shop": ["Nice"], "date": [dt.date(2024, 2, 1), dt.date(2024, 2, 29)]}
    seen.undo()
    assert (seen.split, seen.state["past"]) == ("shop", 1)
    seen.reset()
    assert seen.selection == {}


def test_what_cannot_be_moves_nothing(seen: Explorer) -> None:
    with pytest.raises(ArgumentError, match=r"did you mean 'Lyon'\? There are: 'Lyon', 'Nice'"):
        seen.selection = {"shop": ["Lyom"]}
    with pytest.raises(ColumnNotFoundError, match="did you mean 'size'"):
        seen.split = "sise"
    assert (seen.selection, seen.split, seen.state["past"]) == ({}, "shop", 0)


def test_none_is_a_value_like_others(seen: Explorer) -> None:
    seen.compare, seen.selection = "rest", {"shop": ["Nice"]}
    seen.compare = seen.split = seen.selection = None
    assert (seen.compare, seen.split, seen.selection) == (None, None, {})
    assert (seen.state["compare"], seen.state["split"], seen.state["selection"]) == (None, None, {})
    assert seen.exploration.split is None
    with pytest.raises(ArgumentError, match="every"):
        seen.every = None
    assert seen.every == "month"


@pytest.mark.parametrize("name", ["", "page.pdf", "nowhere/page.html", "folder.html"])
def test_a_page_that_cannot_be_written_says_why(seen: Explorer, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ArgumentError, match="path: expected"):
        seen.to_html(tmp_path / name if name else "")
    with pytest.raises(ArgumentTypeError, match="title: expected text"):
        seen.to_html(tmp_path / "page.html", title=3)  # type: ignore[arg-type]


def test_the_page_moves_the_traits_and_a_drag_is_one_change(seen: Explorer, frame: pd.DataFrame) -> None:
    changed: list[Any] = []
    seen.observe(lambda change: changed.append(change["new"]), "selection")
    heard(seen, past=1, selection={"shop": [0]})
    for last in range(5, 9):
        heard(seen, past=1, dates=[0, last], moving=True)
    heard(seen, past=2, dates=[0, 9])
    assert seen.exploration.depth == 2
    part = frame[(frame["shop"] == "Lyon") & (frame["date"] < "2024-01-11")]
    assert columns_of(seen.table) == columns_of(part.nps.summary("shop"))
    pd.testing.assert_frame_equal(seen.frame(), part)
    assert changed[0] == {"shop": ["Lyon"]}
    heard(seen, past=1, dates=None)
    assert (seen.selection, seen.exploration.depth) == ({"shop": ["Lyon"]}, 1)


def test_columns_too_many_for_a_page_are_moved_from_python(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SENT", 700)
    seen = frame.nps.explore(["shop", "size"], split="size")
    assert [each["name"] for each in seen.payload["dimensions"]] == ["size", "date"]
    assert "shop" in seen.payload["notes"][-1]["en"]
    before = unpacked(seen.payload).sum()
    seen.selection = {"shop": ["Nice"]}
    assert before == ROWS
    assert unpacked(seen.payload).sum() == (frame["shop"] == "Nice").sum()
    heard(seen, past=2, selection={"size": [0]})
    assert set(seen.selection) == {"shop", "size"}


def test_a_page_for_everybody_holds_no_small_group(seen: Explorer, tmp_path: Path) -> None:
    page = seen.to_html(tmp_path / "page.html", threshold=30, title="Spring").read_text(encoding="utf-8")
    found = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1])
    groups = unpacked(found).sum(-1)
    assert groups[groups > 0].min() >= 30
    assert found["title"] == "Spring"
    assert found["state"]["selection"] == {}
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)


def test_a_page_that_withholds_says_so_where_it_says_all(frame: pd.DataFrame) -> None:
    rare = frame.assign(shop=["Rare"] * 3 + list(frame["shop"][3:])).drop(columns="date")
    made = module.public_payload(rare.nps.explore(["shop"]).exploration, 10, None)
    assert made["words"]["explore_everyone"]["en"] == "All answers on this page"
    assert "withheld" in made["words"]["explore_code"]["en"]
    assert "On this page" in made["notes"][0]["en"]


def test_words_are_in_the_language_asked_for(frame: pd.DataFrame) -> None:
    seen = frame.nps.explore(["shop"], lang="fr")
    assert "Exécutez cette cellule" in seen._still
    assert "data:image/svg+xml" in seen._still
    assert seen.payload["state"]["lang"] == "fr"


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "npskit.widgets.explorer")
    with pytest.raises(ImportError, match=r"npskit\[explore\]"):
        frame.nps.explore()


def test_progress_is_told_only_of_long_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Progress("en") as told:
        told(0.2)
        assert capsys.readouterr().err == ""
        told.start -= 5
        told(0.4)
        assert "Counting the answers: 40%" in capsys.readouterr().err


ASKED = {
    "en": ("Which of our shops did you visit last?", "“Which of our shops did you visit last?”"),
    "fr": ("Dans quel magasin êtes-vous venu(e) ?", "«\u202fDans quel magasin êtes-vous venu(e) ?\u202f»"),
}


@pytest.mark.parametrize("lang", ASKED)
def test_columns_are_called_as_people_were_asked_and_typed_by_their_names(tmp_path, lang):
    question, quoted = ASKED[lang]
    frame = pd.DataFrame({"nps": [10, 2, 9, 8] * 50, question: ["Lyon", "Nice"] * 100, "Carte": ["Oui", "Non"] * 100})
    frame.to_csv(tmp_path / "shops.csv", index=False)
    read = read_survey(tmp_path / "shops.csv")
    name = next(each for each, header in read.attrs["npskit"]["headers"].items() if header == question)
    explorer = Explorer(Survey(read), [name], lang=lang)
    explorer.selection = {name: ["Lyon"]}
    seen = explorer.exploration
    assert seen.words(lang).endswith(f"{quoted}{word('chart_colon', lang)} Lyon")
    (column,) = [each for each in explorer.payload["dimensions"] if each["name"] == name]
    assert (column["title"], column["question"], column["spoken"][lang]) == (question, question, quoted)
    assert name in explorer.code
    assert name in explorer.table.columns
    page = public_payload(seen, 10, None)
    assert page["dimensions"][0]["title"] == question
    assert name not in still(seen, "")


def test_notes_name_columns_as_people_were_asked(tmp_path):
    asked = "Which street do you live in, and at what number?"
    frame = pd.DataFrame({"nps": [10, 2, 9, 8] * 500, asked: [f"Street {k}" for k in range(2000)]})
    frame["Shop"] = ["Lyon", "Nice"] * 1000
    frame.to_csv(tmp_path / "streets.csv", index=False)
    told = Exploration(Survey(read_survey(tmp_path / "streets.csv"))).notes
    assert any(f"“{asked}” (" in note["en"] for note in told)
    assert any(f"«\u202f{asked}\u202f» (" in note["fr"] for note in told)
