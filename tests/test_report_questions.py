"""Reports that answer questions: sentences anyone can check, and honesty where there is nothing to say."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Survey
from npskit.errors import ArgumentError, NpskitError
from npskit.labels import LANGUAGES
from npskit.report import DriversStory, SegmentsStory, templates, write_report
from npskit.report.asked import asked_columns
from npskit.report.sides import last_two
from npskit.report.template import template_path

TEMPLATES = ("segments", "drivers-and-priorities")
EMPTY = pd.DataFrame({"nps": pd.Series(dtype=float), "shop": pd.Series(dtype=str)})


def answers(promoters: int, detractors: int, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"nps": [10] * promoters + [2] * detractors, **columns})


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def shops() -> pd.DataFrame:
    """Lyon +60, Nice −60."""
    return pd.concat([answers(80, 20, shop="Lyon"), answers(20, 80, shop="Nice")], ignore_index=True)


def reversed_years() -> pd.DataFrame:
    """Each shop goes up by 10 and the whole goes down, since Nice, the lower one, grows from a tenth to nine tenths."""
    parts = [
        answers(810, 90, shop="Lyon", date="2022"), answers(20, 80, shop="Nice", date="2022"),
        answers(95, 5, shop="Lyon", date="2023"), answers(225, 675, shop="Nice", date="2023"),
    ]  # fmt: skip
    data = pd.concat(parts, ignore_index=True)
    days = pd.to_timedelta(np.arange(len(data)) * 7 % 365, unit="D")
    return data.assign(date=pd.to_datetime(data["date"] + "-01-01") + days)


def rated() -> pd.DataFrame:
    """The checkout makes the rating, the parking nothing."""
    rng = np.random.default_rng(1)
    checkout, parking = rng.integers(1, 6, (2, 600))
    nps = np.clip(2 * checkout + rng.integers(-1, 2, 600), 0, 10)
    return pd.DataFrame({"nps": nps, "checkout": checkout, "parking": parking})


def segments(data: pd.DataFrame, lang: str = "en", **options: Any) -> SegmentsStory:
    return SegmentsStory(Survey(data), lang=lang, today=dt.date(2024, 5, 1), **options)


def drivers(data: pd.DataFrame, lang: str = "en", **options: Any) -> DriversStory:
    return DriversStory(Survey(data), lang=lang, today=dt.date(2024, 5, 1), **options)


def everything(story: Any) -> str:
    chapters = """summary differences surprises surprises_caption why_it_moved why_caption along teams goes_with
        drivers_notes high_and_low costs_and_earns what_if what_if_table first roadmap method"""
    names = chapters.split()
    return "\n".join(getattr(story, name)().text for name in names if hasattr(story, name))


# ---- segments -----------------------------------------------------------------------------------------------


def test_groups_are_compared_with_the_others() -> None:
    told = segments(shops())
    assert [group.found.by for group in told.comparisons] == [("shop",)]
    assert "120 points" in told.comparisons[0].caption().text
    assert "Lyon" in told.summary().text
    assert "120 points" in spaced(segments(shops(), "fr").summary().text)


def test_segment_holds_its_share_of_the_detractors() -> None:
    text = segments(shops()).surprises_caption().text
    assert "shop Nice: 80% of all detractors, 50% of the answers." in text
    french = spaced(segments(shops(), "fr").surprises_caption().text)
    assert "shop Nice : 80 % des détracteurs, 50 % des réponses." in french


def test_noise_says_that_nothing_was_found() -> None:
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"nps": rng.integers(0, 11, 400), "shop": rng.choice(["a", "b", "c"], 400)})
    told = segments(data)
    assert not told.segments
    assert "none of its groups stands apart" in told.differences().text
    assert re.search(r"None of the \d+ segments examined differs", told.surprises().text)


def test_simpson_is_told() -> None:
    # 2022: (900 × 80 − 100 × 60) / 1,000 = +66; 2023: (100 × 90 − 900 × 50) / 1,000 = −36
    told = segments(reversed_years())
    assert told.move is not None
    assert told.move.reversal
    assert "every segment went up and the score of all went down by 102 points" in told.why_it_moved().text
    assert "2022 and 2023 are the last two periods of one length" in told.why_caption().text
    assert "chaque segment a monté" in segments(reversed_years(), "fr").why_it_moved().text


def test_sides_can_be_named() -> None:
    data = reversed_years().assign(wave=lambda frame: frame["date"].dt.year).drop(columns="date")
    told = segments(data, by="shop", over="wave", before=2022, after=2023)
    assert "From 2022 to 2023" in told.why_it_moved().text
    assert "From 2022 to 2023" in segments(data, by="shop", over="wave").why_it_moved().text
    with pytest.raises(ArgumentError, match="both sides"):
        segments(data, over="wave", before=2022)


def test_without_dates_it_says_what_is_missing() -> None:
    told = segments(shops())
    assert told.move is None
    assert "No column was recognised as the date" in told.why_it_moved().text


def test_half_a_year_is_not_compared_with_a_whole_one() -> None:
    days = {dt.date(2022, 1, 1) + dt.timedelta(days=at): 3 for at in range(365 + 365 + 170)}
    found = last_two(days)
    assert found is not None
    assert (found.every, found.before.year, found.after.year) == ("year", 2022, 2023)
    assert last_two({day: n for day, n in days.items() if day.year == 2022 and day.month < 2}) is None
    assert last_two({dt.date(2022, 1, 1): 10, dt.date(2023, 1, 1): 10}) is None


def test_stages_and_teams_are_chapters_only_when_asked_for() -> None:
    bare, asked = segments(shops()), segments(shops().assign(tenure=[0, 5] * 100), stages="tenure", team="shop")
    assert (bare.journey, bare.scorecard, bare.along().text) == (None, None, "")
    assert asked.along().heading == "Where along the way does it drop?"
    assert asked.scorecard is not None
    assert asked.scorecard.table["team"] == ["Lyon", "Nice"]


def test_columns_read_as_words() -> None:
    data = shops().assign(a_commente=[0, 1] * 100, customer_tenure=[1, 5, 9, 20] * 50)
    told = segments(data, "fr", by=["a_commente", Bands("customer_tenure", [3, 6, 11])])
    assert told.comparisons[0].found.table["a commente"] == ["a commente = non", "a commente = oui"]
    assert told.comparisons[1].found.table["customer tenure"] == ["<3", "3–5", "6–10", "11+"]


# ---- drivers ------------------------------------------------------------------------------------------------


def test_driver_is_told_with_its_share() -> None:
    told = drivers(rated())
    assert "“checkout” goes most with the rating" in told.goes_with().text
    assert "no survey can say" in told.goes_with().text
    assert "« checkout »" in spaced(drivers(rated(), "fr").goes_with().text)


def test_placeholder_says_that_it_is_one() -> None:
    told = drivers(rated())
    assert [action["driver"] for action in told.candidates] == ["checkout"]
    assert "placeholders: no one proposed them" in told.first().text
    assert "Improve checkout" in told.roadmap().text
    assert "provisoires" in drivers(rated(), "fr").first().text


def test_own_actions_are_ranked_and_no_placeholder() -> None:
    action = {"action": "A <b>till", "driver": "checkout", "move": 0.5, "feasibility": 4, "cost": 3, "owner": "Ann"}
    told = drivers(rated(), actions=[action])
    assert "placeholder" not in told.summary().text + told.first().text
    row = told.roadmap().rows[0]
    assert (row[0], row[1], row[4], row[6], row[7]) == ("1", "A <b>till", "4 / 5", "3", "Ann")
    assert "A &lt;b&gt;till" in told.roadmap()._repr_html_()
    impact, value = float(row[2]), float(row[5])
    assert value == pytest.approx(impact * 4 / 5, abs=0.1)


def test_no_driver_moves_beyond_its_best_answer() -> None:
    data = rated().assign(nearly=[5] * 570 + [4] * 30)
    room = drivers(data, attributes=["checkout", "nearly"]).room
    assert "nearly" not in room
    assert room["checkout"] == 0.5


def test_judgement_of_the_whole_is_nothing_to_act_on() -> None:
    told = drivers(rated().rename(columns={"checkout": "satisfaction"}))
    assert told.candidates == []
    assert "no action is proposed" in told.first().text


def test_codes_of_attributes_are_no_answers() -> None:
    data = rated().assign(parking=lambda frame: frame["parking"].where(frame.index % 2 == 0, 0))
    told = drivers(data, attributes=["checkout", "parking"], missing_attributes=[0])
    assert told.drivers is not None
    usage = dict(zip(told.drivers.table["attribute"], told.drivers.table["usage"], strict=True))
    assert usage["parking"] == pytest.approx(0.5)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_attributes_it_says_what_to_do(lang: str) -> None:
    told = drivers(shops(), lang)
    assert told.drivers is None
    assert told.priorities is None
    assert told.moves is None
    assert "attributes=" in told.goes_with().text
    assert "nan" not in everything(told)


def test_attributes_asked_for_that_are_not_there_are_an_error() -> None:
    with pytest.raises(NpskitError):
        drivers(rated(), attributes=["chekout"]).summary()


# ---- both ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", [SegmentsStory, DriversStory])
@pytest.mark.parametrize(
    "data", [EMPTY, pd.DataFrame({"nps": [np.nan] * 2, "shop": ["a", "b"]}), answers(1, 0), answers(40, 0, shop="a")],
    ids=["empty", "all missing", "one row", "all the same"],
)  # fmt: skip
def test_little_or_nothing_is_told_without_failing(data: pd.DataFrame, kind: type, lang: str) -> None:
    text = everything(kind(Survey(data), lang=lang))
    assert "nan" not in text.split()
    assert "{" not in text


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_is_valid_clean_and_short(template: str) -> None:
    notebook = nbformat.read(template_path(template), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 14
    assert all(len(line) <= 120 for cell in notebook.cells for line in cell.source.splitlines())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_templates_have_titles(lang: str) -> None:
    found = {template["id"]: template for template in templates(lang)}
    assert set(TEMPLATES) <= set(found)
    assert all(found[name]["title"] and found[name]["caption"] for name in TEMPLATES)


def test_columns_that_are_asked_for_travel() -> None:
    survey = Survey(shops().assign(town=[f"town {at % 20}" for at in range(200)]))
    assert "town" in asked_columns(survey, "segments", {})
    given = {"by": ["a", ("b", "c")], "team": "d", "actions": [{"segment": {"e": 1}}, {"theme": "f"}]}
    assert asked_columns(survey, "segments", given) == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "options", "said"),
    [
        ("segments", {"team": "shop", "lang": "fr"}, "Une ligne par équipe"),
        ("drivers-and-priorities", {"lang": "en"}, "placeholders"),
    ],
)
def test_report_is_one_page_without_code_or_addresses(
    template: str, options: dict[str, str], said: str, tmp_path: Path
) -> None:
    pytest.importorskip("nbclient")
    data = reversed_years() if template == "segments" else rated()
    report = write_report(Survey(data), tmp_path / "report.html", template=template, progress=False, **options)
    html = report.path.read_text(encoding="utf-8")
    assert said in html
    assert "data-chart" in html
    assert not re.findall(r"https?://(?!www\.w3\.org/)", html)
    assert "story." not in html.split("<script>")[0]


def test_bundled_data_open_by_themselves() -> None:
    told = SegmentsStory(Survey(npskit.datasets.load("carpentries")), lang="en")
    assert told.move is not None
    assert "MemberSite" in told.surprises().text
