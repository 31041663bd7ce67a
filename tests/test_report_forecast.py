"""Reports that look ahead: sentences anyone can check, honesty where little is known, and both templates run."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import warnings
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey
from npskit.cli.parameters import parameters
from npskit.errors import ArgumentError, NpskitError
from npskit.labels import LANGUAGES
from npskit.report import ForecastStory, GrowthStory, Passage, prepared, templates, write_report
from npskit.report.asked import asked_columns
from npskit.report.growth_table import opened_table
from npskit.report.horizon import longest_period
from npskit.report.invented import invented_customers, invented_sales
from npskit.report.template import parameters_of, template_path
from npskit.report.transfer import carried, stored

TEMPLATES = ("forecast", "growth")
EMPTY = pd.DataFrame({"nps": pd.Series(dtype=float), "date": pd.Series(dtype="datetime64[ns]")})
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|without|between|readings?|level|answers?|responses?|expected|forecast|growth|sales|"
    r"rows|wide|width|helps?|periods|detractors|promoters|interval|quarter|month|year|within|lag|yes|lost|bought)\b",
    re.IGNORECASE,
)
OUTSIDE = re.compile(r"https?://(?!www\.w3\.org/|vega\.github\.io/schema)")


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def months(scores: list[int], n: int = 100, **columns: Any) -> pd.DataFrame:
    """A month a score, from January 2022 on: promoters and detractors only."""
    rows = []
    for at, score in enumerate(scores):
        day = dt.date(2022 + at // 12, at % 12 + 1, 15)
        promoters = (100 + score) * n // 200
        rows += [(10, day)] * promoters + [(2, day)] * (n - promoters)
    data = pd.DataFrame(rows, columns=["nps", "date"]).assign(**columns)
    return data.assign(date=pd.to_datetime(data["date"]))


def steady(seed: int = 1, length: int = 24, n: int = 150) -> pd.DataFrame:
    """The same truth, +30, in every month."""
    rng = np.random.default_rng(seed)
    days = np.repeat(pd.date_range("2022-01-15", periods=length, freq="MS"), n)
    return pd.DataFrame({"nps": rng.choice([10, 8, 2], len(days), p=[0.5, 0.3, 0.2]), "date": days})


def ahead(data: pd.DataFrame, lang: str = "en", **options: Any) -> ForecastStory:
    return ForecastStory(Survey(data), lang=lang, today=dt.date(2024, 5, 1), **options)


def everything(story: Any) -> str:
    chapters = """summary expected expected_table likely likely_table how_it_did tested_table learned alerts shares
        groups_asked more_answers more_table to_do data method ahead ahead_table helps what_if lags lags_table
        earned_told stake published published_table"""
    names = chapters.split()
    return "\n".join(getattr(story, name)().text for name in names if hasattr(story, name))


# ---- forecast -----------------------------------------------------------------------------------------------


def test_headline_names_the_next_period_and_its_band() -> None:
    told = ahead(steady(), every="month")
    title = told.summary().title
    found = re.fullmatch(
        r"February 2024: the next reading is expected at \+(\d+) points, between \+(\d+) and \+(\d+)", title
    )
    assert found
    score, lower, upper = map(int, found.groups())
    assert lower < score < upper
    assert abs(score - 30) < 10
    french = spaced(ahead(steady(), "fr", every="month").summary().title)
    assert french.startswith("Février 2024 : prochaine mesure attendue à +")


def test_target_is_told_for_reading_and_level() -> None:
    told = ahead(steady(), every="month", target=-50)
    assert "−50 points or more in July 2024: probability more than 99% for the reading" in told.likely().text
    assert len(told.likely_table().rows) == told.periods == 6
    assert "above the target of −50" in told.to_do().text
    without = ahead(steady(), every="month")
    assert "No target was named" in without.likely().text
    assert without.likely_table().rows == ()


@pytest.mark.parametrize("wrong", [{"target": "abc"}, {"target": 140}, {"periods": "6"}])
def test_a_target_that_is_no_score_is_refused_before_anything_runs(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        ahead(EMPTY, **wrong)


def test_noise_gives_no_alert_no_direction_and_no_season() -> None:
    told = ahead(steady(), every="month")
    assert told.monitor is not None
    assert not any(told.monitor.table["kind"])
    assert "No past period asks for an explanation of its own." in told.to_do().text
    assert "no clear direction" in told.summary().text.lower()
    assert "season" not in told.to_do().text


def test_a_jump_is_an_alert_to_ask_about() -> None:
    told = ahead(months([40] * 14 + [-30] * 10), every="month")
    assert "March 2023" in told.to_do().text
    assert "March 2023" in told.summary().text


def test_more_answers_make_the_next_reading_surer() -> None:
    told = ahead(steady(n=20), every="month")
    (now, one), (twice, two), _ = told.more
    assert (now, twice) == (20, 40)
    wide = [found.table["upper"][0] - found.table["lower"][0] for found in (one, two)]
    assert wide[1] < wide[0]
    assert "With 40 answers a month instead of 20" in told.more_answers().text
    assert "Ask for 40 answers a month instead of 20" in told.to_do().text


def test_tested_forecasts_stand_beside_what_came() -> None:
    told = ahead(steady(), every="month")
    rows = told.tested_table().rows
    assert told.forecast is not None
    assert len(rows) == min(told.forecast.backtest.tested, 12)
    assert sum(row[-1] == "yes" for row in rows) == told.forecast.backtest.inside


def test_groups_are_forecast_when_asked_for() -> None:
    data = pd.concat([months([60] * 14, shop="Lyon"), months([-60] * 14, shop="Nice")], ignore_index=True)
    told = ahead(data, every="month", by="shop", target=0)
    (group,) = told.group_forecasts
    rows = group.table().rows
    assert [row[0] for row in rows] == ["Lyon", "Nice"]
    assert (rows[0][-1], rows[1][-1]) == ("more than 99%", "less than 1%")
    assert "Nice" in told.summary().text
    assert "by=" in ahead(steady(), every="month").groups_asked().text


def test_period_is_the_longest_that_leaves_enough() -> None:
    carpentries = npskit.datasets.load("carpentries")
    assert ForecastStory(Survey(carpentries)).length == "quarter"
    assert longest_period([dt.date(year, 9, 30) for year in range(2014, 2023)]) == "year"
    assert longest_period([dt.date(2024, 1, 1) + dt.timedelta(days=at) for at in range(90)]) == "week"
    assert longest_period([dt.date(2024, 1, 1) + dt.timedelta(days=at) for at in range(9)]) == "day"


def test_counts_are_an_input_too() -> None:
    nation = npskit.datasets.load("hcahps").query("state == 'US'")
    with warnings.catch_warnings(action="ignore"):
        survey = Survey.from_counts(nation, responses=1000, date="end_date")
    told = ForecastStory(survey, lang="en", target=60)
    assert told.length == "year"
    assert told.forecast is not None
    assert "1,000" in told.data().text
    columns = asked_columns(survey, "forecast", {})
    with carried(survey, {}, columns) as data:
        frame = pd.read_pickle(data.temporary)
        assert len(Survey(frame, **survey.settings).forecast(2, every="year")) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (EMPTY, {"en": "no answer", "fr": "Aucune réponse"}),
        (steady().drop(columns="date"), {"en": "nothing to forecast from", "fr": "rien à prolonger"}),
        (steady(length=1), {"en": "fewer than 6", "fr": "moins de 6"}),
        (steady().assign(date=pd.NaT), {"en": "nothing to forecast from", "fr": "rien à prolonger"}),
    ],
    ids=["empty", "no dates", "one month", "no date known"],
)
def test_without_a_past_it_says_what_is_missing(data: pd.DataFrame, said: dict[str, str], lang: str) -> None:
    told = ahead(data, lang)
    assert told.forecast is None
    assert said[lang] in told.expected().text
    text = everything(told)
    assert "{" not in text
    assert "nan" not in text.split()
    assert told.group_forecasts == []


def test_horizon_that_was_asked_for_is_refused_in_words() -> None:
    with pytest.raises(NpskitError, match="half"):
        ahead(steady(), every="month", periods=20).summary()


# ---- growth -------------------------------------------------------------------------------------------------


def quarters(length: int, effect: float, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    nps = 20 + np.cumsum(rng.normal(0, 4, length + 1))
    growth = 0.01 + effect * np.diff(nps) + rng.normal(0, 0.01, length)
    names = [f"{2005 + at // 4}-Q{at % 4 + 1}" for at in range(length)]
    return pd.DataFrame({"quarter": names, "revenue": 100 * np.exp(np.cumsum(growth)), "nps": nps[1:].round(1)}).assign(
        revenue=lambda frame: frame["revenue"].round(2)
    )


def test_without_data_the_figures_are_said_to_be_invented() -> None:
    for lang, said in (("en", "invented"), ("fr", "inventés")):
        told = GrowthStory(lang=lang)
        assert said in told.summary().lines[0][1]
        assert said in told.data().points[0]
    assert "invented" not in everything(GrowthStory(quarters(24, 0.0), lang="en"))


def test_useless_score_is_not_said_to_help() -> None:
    told = GrowthStory(quarters(32, 0.0), lang="en")
    assert told.growth is not None
    assert told.growth.verdict != "helps"
    assert "Plan sales without" in told.to_do().text
    assert "NPS helps to foretell sales:" not in everything(told)


def test_columns_are_found_by_their_names() -> None:
    table = quarters(24, 0.0).rename(columns={"revenue": "Chiffre d'affaires", "nps": "Score NPS"})
    told = GrowthStory(table.assign(responses=200), lang="fr")
    assert (told.target, told.score, told.periods.responses()) == ("Chiffre d'affaires", "Score NPS", "responses")
    with pytest.raises(NpskitError, match="target="):
        GrowthStory(quarters(24, 0.0).assign(sales=1.0))


def test_scenario_is_points_a_path_or_paths() -> None:
    table = quarters(24, 0.0)
    base = float(table["nps"].iloc[-1])
    same = GrowthStory(table, scenario=0, lang="en").scenario
    path = GrowthStory(table, scenario=[base + 1, base + 2]).scenario
    both = GrowthStory(table, scenario={"nps": base}).scenario
    assert same is not None
    assert path is not None
    assert both is not None
    assert same.table["difference"] == both.table["difference"] == [0.0] * 4
    assert path.paths["nps"] == pytest.approx([base + 1, base + 2, base + 2, base + 2])


def test_survey_brings_the_score_where_sales_stand_apart() -> None:
    days = pd.date_range("2018-01-05", periods=96, freq="MS")
    rng = np.random.default_rng(2)
    answers = pd.DataFrame({"nps": rng.choice([10, 8, 2], 9600), "date": np.repeat(days, 100),
                            "basket": rng.lognormal(3, 0.5, 9600).round(2)})  # fmt: skip
    sales = pd.DataFrame({"quarter": [f"{2018 + at // 4}-Q{at % 4 + 1}" for at in range(32)],
                          "sales": 100 + rng.normal(0, 5, 32).cumsum().round(2) + np.arange(32)})  # fmt: skip
    told = GrowthStory(sales, survey=Survey(answers), money={"spend": "basket"}, lang="en")
    assert told.growth is not None
    assert told.growth.reliability == told.growth.reliability
    assert told.economics is not None
    assert told.economics.sentence(lang="en") in told.summary().text
    assert "basket" in asked_columns(Survey(answers), "growth", {"money": {"spend": "basket"}})


def test_earned_growth_of_the_published_example() -> None:
    customers = pd.DataFrame(
        {"before": [60, 40, 0, 0], "now": [85, 0, 25, 20], "source": [None, None, "referral", "ad"]}
    )
    told = GrowthStory(quarters(24, 0.0), customers=customers, earned={"source": "source"}, lang="en")
    assert told.earned is not None
    assert told.earned.rate == pytest.approx(0.10)
    assert "Earned growth" in told.summary().text
    assert "customers=" in GrowthStory(quarters(24, 0.0), lang="en").earned_told().text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_few_quarters_are_told_without_failing(lang: str) -> None:
    told = GrowthStory(quarters(7, 0.0), lang=lang)
    assert told.growth is None
    assert told.scenario is None
    assert "(7)" in told.summary().title
    assert "{" not in everything(told)


def test_a_file_keeps_its_headers_as_names(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    text = quarters(24, 0.0).rename(columns={"revenue": "Chiffre d'affaires"}).to_csv(sep=";", decimal=",", index=False)
    path.write_text(text, encoding="utf-8")
    told = GrowthStory(str(path), target="Chiffre d'affaires", lang="fr")
    assert told.growth is not None
    assert told.title == "sales.csv"
    assert opened_table(str(path)).every(None) == "quarter"


def test_invented_tables_are_the_same_each_time() -> None:
    pd.testing.assert_frame_equal(invented_sales(), invented_sales())
    pd.testing.assert_frame_equal(invented_customers("fr"), invented_customers("fr"))


# ---- templates ----------------------------------------------------------------------------------------------


def shown(template: str, **given: Any) -> list[Any]:
    """What the cells of a template display, run here instead of in a kernel."""
    found: list[Any] = []
    names: dict[str, Any] = {"display": lambda *parts: found.extend(parts)}
    for cell in prepared(template, given).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, template, "exec"), names)
        if last is not None:
            found.append(eval(compile(ast.Expression(last.value), template, "eval"), names))
    return [each for each in found if each is not None]


def words_of(output: Any) -> str:
    """Everything a reader of an output sees."""
    if hasattr(output, "text"):
        return str(output.text)
    spec = output.to_dict()
    return " ".join([json.dumps(spec.get("title"), ensure_ascii=False), *chart_words(spec)])


def chart_words(node: Any) -> list[str]:
    """Titles inside a chart, and texts it was given to draw."""
    if isinstance(node, list):
        return [word for each in node for word in chart_words(each)]
    if not isinstance(node, dict):
        return []
    own = [node["title"]] if isinstance(node.get("title"), str) else []
    return own + [word for key, each in node.items() if key != "datasets" for word in chart_words(each)]


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


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_template_tells_its_story_in_its_language(template: str, lang: str) -> None:
    given = {"target": 40} if template == "forecast" else {}
    outputs = shown(template, lang=lang, **given)
    charts = [each for each in outputs if hasattr(each, "to_dict")]
    assert len(charts) >= 3
    text = "\n".join(map(words_of, outputs))
    assert "{" not in "\n".join(each.text for each in outputs if isinstance(each, Passage))
    assert not OUTSIDE.search(text)
    if lang == "fr":
        # Publications and trademarks keep their names.
        lines = [line for line in text.splitlines() if "|" not in line or template == "forecast"]
        lines = [re.sub(r"\w+=…", "", line) for line in lines]
        told = [line for line in lines if "Bain & Company" not in line and "The Carpentries" not in line]
        english = [(line, ENGLISH.search(line)) for line in told]
        assert [(line, found[0]) for line, found in english if found] == []


def test_every_parameter_can_be_given() -> None:
    names = parameters_of(nbformat.read(template_path("growth"), as_version=4))[1]
    assert {"target", "nps", "factors", "horizons", "lag", "customers", "money", "lang"} <= set(names)


def test_frames_among_the_parameters_travel() -> None:
    with stored({"sales": pd.DataFrame({"a": [1]}), "target": "a"}) as told:
        assert told.parameters["target"] == "a"
        (code,) = told.files
        path = Path(code.split("'")[1])
        assert pd.read_pickle(path)["a"].tolist() == [1]
    assert not path.exists()


def test_parameters_of_the_command_are_literals_or_texts() -> None:
    assert parameters(["target=40", "nps=score", "factors=['a b']"]) == {
        "target": 40,
        "nps": "score",
        "factors": ["a b"],
    }
    with pytest.raises(ArgumentError, match="NAME=VALUE"):
        parameters(["target"])


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
def test_report_is_one_page_without_code_or_addresses(template: str, tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    data: Any = steady() if template == "forecast" else quarters(24, 0.0)
    report = data.nps.report(tmp_path / "report.html", template=template, lang="fr", progress=False)
    html = report.path.read_text(encoding="utf-8")
    assert "data-chart" in html
    assert not re.findall(r"https?://(?!www\.w3\.org/)", html)
    assert "story." not in html.split("<script>")[0]


@pytest.mark.slow
def test_report_on_sales_beside_a_survey_and_kept_as_notebook(tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    answers = steady(length=48)
    sales = pd.DataFrame({"month": pd.date_range("2022-01-01", periods=48, freq="MS").astype(str),
                          "sales": 100 + np.random.default_rng(1).normal(0, 3, 48).cumsum().round(1)})  # fmt: skip
    path = tmp_path / "report.ipynb"
    write_report(Survey(answers), path, template="growth", sales=sales, lang="en", progress=False)
    text = path.read_text(encoding="utf-8")
    assert "put the path of the table here" in text
    assert "read_pickle" not in text
