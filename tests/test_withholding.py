from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pytest

from npskit import Period
from npskit.errors import ArgumentError, EmptyDataError
from npskit.report import BriefStory, ForecastStory, Story
from npskit.survey import Survey
from npskit.survey.withholding import hidden_readings, team_trends

LEAST = 10
SIZES = {"Lyon": 600, "Nice": 520, "Metz": 400, "Pau": 160, "Gap": 120, "Tulle": 6}


def answers(seed: int = 1, sizes: dict[str, int] = SIZES) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(list(sizes), list(sizes.values()))
    days = pd.Timestamp("2023-01-05") + pd.to_timedelta(rng.integers(0, 725, len(team)), "D")
    # A month that has hardly begun, in which everybody can be told apart.
    last = pd.DataFrame({"date": pd.Timestamp("2025-01-04"), "shop": ["Lyon", "Pau"], "nps": [9, 0]})
    return pd.concat([pd.DataFrame({"date": days, "shop": team, "nps": rng.integers(0, 11, len(team))}), last])


def follows(facts: list[np.ndarray], asked: np.ndarray) -> bool:
    """Whether a sum of cells is a sum of known sums."""
    before = np.linalg.matrix_rank(np.array(facts))
    return bool(np.linalg.matrix_rank(np.array([*facts, asked])) == before)


def cell_sums(frame: pd.DataFrame, every: str) -> tuple[list[tuple[str, pd.Period]], np.ndarray]:
    months = frame["date"].dt.to_period("M")
    cells = sorted(set(zip(frame["shop"], months, strict=True)))
    return cells, np.array([((frame["shop"] == shop) & (months == month)).sum() for shop, month in cells])


def test_a_reading_is_withheld_with_the_one_that_would_give_it_away() -> None:
    assert hidden_readings([[40, 3, 25, 30]], LEAST).tolist() == [[False, True, True, False]]
    assert hidden_readings([[40, 13, 25, 30]], LEAST).tolist() == [[False] * 4]
    found = hidden_readings([[40, 30], [3, 20], [25, 30]], LEAST)
    assert found[1, 0]
    assert found.sum(0).tolist() == [2, 2]
    assert (found.sum(1) != 1).all()


def test_least_is_a_whole_number() -> None:
    with pytest.raises(ArgumentError, match="min_responses"):
        answers().nps.trend(min_responses=0)


def test_a_trend_withholds_when_it_is_asked_to_and_the_level_knows_nothing_of_it() -> None:
    frame = answers()
    every = frame.nps.trend("month")
    assert every.withheld == 0
    assert 2 in every.table["responses"]
    found = frame.nps.trend("month", min_responses=LEAST)
    assert found.withheld == found.table["responses"].count(None) == 2
    assert min(n for n in found.table["responses"] if n is not None) >= LEAST
    row = found.table["responses"].index(None)
    assert all(np.isnan(found.table[name][row]) for name in ("score", "lower", "upper"))
    assert found.table["promoters"][row] is None
    assert not np.isnan(found.table["level"][row])
    turned = frame.assign(nps=frame["nps"].where(frame["date"] < "2025-01-01", 10 - frame["nps"]))
    assert turned.nps.trend("month", min_responses=LEAST).table["level"] == found.table["level"]


def test_a_chart_tells_how_many_readings_are_withheld() -> None:
    found = answers().nps.trend("month", min_responses=LEAST)
    said = " ".join(found.plot(lang="en").title.subtitle)
    assert "2 months not shown (fewer than 10 responses, or enough to work them out)" in said
    assert "without answers" not in said
    assert "2 mois sans chiffres" in " ".join(found.plot(lang="fr").title.subtitle)


@pytest.mark.parametrize("seed", range(6))
def test_no_reading_of_a_team_follows_from_what_is_shown(seed: int) -> None:
    frame = answers(seed)
    whole = frame.nps.trend("month", min_responses=LEAST)
    veiled = [day for day, n in zip(whole.table["period"], whole.table["responses"], strict=True) if n is None]
    shown = [shop for shop, n in SIZES.items() if n >= LEAST]
    options = {"every": "month", "since": dt.date(2023, 1, 1), "least": LEAST, "veiled": veiled}
    trends = team_trends(Survey(frame), "shop", shown, **options)
    assert trends["Lyon"].every == "month"
    assert trends["Pau"].every == "quarter"

    cells, sizes = cell_sums(frame, "M")
    facts = [np.array([cell[0] == shop for cell in cells]) for shop in shown]
    for day, n in zip(whole.table["period"], whole.table["responses"], strict=True):
        facts += [] if n is None else [np.array([cell[1] == pd.Period(day, "M") for cell in cells])]
    for shop, trend in trends.items():
        for name, day, n in zip(trend.table["shop"], trend.table["period"], trend.table["responses"], strict=True):
            assert n is None or n == 0 or n >= LEAST
            if name == shop and n:
                span = pd.Period(day, trend.every[0].upper())
                inside = [cell[0] == shop and cell[1].asfreq(span.freq) == span for cell in cells]
                assert sizes[inside].sum() == n
                facts.append(np.array(inside))
    facts.append(np.ones(len(cells)))
    known = [np.asarray(fact, dtype=float) for fact in facts]
    for at in np.flatnonzero(sizes < LEAST):
        assert not follows(known, np.eye(len(cells))[at]), cells[at]


def embedded(spec: object) -> list[dict[str, str]]:
    """Rows of all data in a chart that are readings of periods."""
    if isinstance(spec, str):
        return list(csv.DictReader(io.StringIO(spec))) if "responses" in spec.partition("\n")[0].split(",") else []
    if isinstance(spec, dict):
        return [row for part in spec.values() for row in embedded(part)]
    return [row for part in spec for row in embedded(part)] if isinstance(spec, list) else []


def test_the_pages_of_a_brief_hold_no_reading_of_a_few() -> None:
    story = BriefStory(Survey(answers()), by="shop", every="month", min_responses=LEAST, lang="en")
    charts = [page.chart().to_dict() for page in story.pages]
    rows = [row for chart in [*charts, story.course().to_dict()] for row in embedded(chart)]
    readings = [row for row in rows if row.get("period")]
    assert len(readings) > 30
    assert not [row for row in readings if row["responses"] and 0 < float(row["responses"]) < LEAST]
    assert not [row for row in readings if not row["responses"] and row["score"]]
    assert {page.name: page.trend and page.trend.every for page in story.pages}["Pau"] == "quarter"


def test_the_workbook_of_a_brief_holds_no_reading_of_a_few(tmp_path: Path) -> None:
    path = tmp_path / "brief.xlsx"
    answers().nps.report(path, template="executive-brief", by="shop", every="month", lang="en")
    readings = []
    for sheet in openpyxl.load_workbook(path):
        rows = list(sheet.iter_rows(values_only=True))
        head = next((at for at, row in enumerate(rows) if "responses" in row and row[0] == "period"), None)
        if head is not None:
            at = rows[head].index("responses")
            readings += [row[at] for row in rows[head + 1 :] if isinstance(row[0], dt.datetime)]
    assert len(readings) > 30
    assert not [n for n in readings if n and n < LEAST]


def test_the_report_of_a_team_reads_it_over_periods_with_answers_enough() -> None:
    own = answers().query("shop == 'Pau'")
    every = Story(Survey(own), lang="en")
    assert every.trend.every == "month"
    assert min(n for n in every.trend.table["responses"] if n) < LEAST
    story = Story(Survey(own), min_responses=LEAST, lang="en")
    assert story.trend.every == "quarter"
    assert min(n for n in story.trend.table["responses"] if n) >= LEAST
    few = Story(Survey(answers().query("shop == 'Tulle'")), min_responses=LEAST, lang="en")
    assert few.trend is None
    assert "No period has 10 responses" in few.over_time().text


def test_reports_of_teams_withhold_what_their_threshold_says(tmp_path: Path) -> None:
    frame = answers(sizes={"Lyon": 60, "Nice": 60})
    frame.nps.report_all(tmp_path, by="shop", format="ipynb", threshold=12, lang="en", progress=False)
    found = [nbformat.read(path, 4) for path in tmp_path.glob("*.ipynb")]
    assert len(found) == 2
    for notebook in found:
        assert any("min_responses = 12" in cell.source for cell in notebook.cells)


def test_groups_by_period_hold_no_reading_of_a_few() -> None:
    story = Story(Survey(answers()), by=[("shop", Period("date", "month"))], lang="en")
    sizes = story.groups[0].table["responses"]
    assert len(sizes) > 30
    assert min(sizes) >= LEAST
    assert story.groups[0].unplaced == 0


def test_a_forecast_of_groups_holds_no_reading_of_a_few() -> None:
    story = ForecastStory(Survey(answers()), by="shop", every="month", lang="en")
    (group,) = story.group_forecasts
    assert [level for (level,) in group.found.groups][-1] != "Tulle"
    assert not [n for n in group.found.history["responses"] if 0 < n < LEAST]
    assert not [row for row in embedded(group.plot().to_dict()) if row["score"] and 0 < float(row["responses"]) < LEAST]
    assert "fewer than 10 of a group" in story.groups_asked().text
    alone = ForecastStory(Survey(answers().query("shop == 'Pau'")), min_responses=LEAST, lang="en")
    assert alone.length == "quarter"
    assert not [n for n in [*alone.forecast.history["responses"], *alone.monitor.table["responses"]] if 0 < n < LEAST]


def test_a_forecast_withholds_when_it_is_asked_to_and_says_so() -> None:
    found = answers().nps.forecast(2, min_responses=LEAST)
    assert not [n for n in found.history["responses"] if 0 < n < LEAST]
    assert any("fewer than 10 responses" in str(note) for note in found.notes)
    assert 2 in answers().nps.forecast(2).history["responses"]
    with pytest.raises(EmptyDataError, match=r"5,?000 answers or more"):
        answers().nps.forecast(2, min_responses=5000)
