"""The report on who answers: what it says of simulated truth, of what is missing, and what it lets travel."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey
from npskit.errors import ArgumentError, ColumnNotFoundError, ReadError
from npskit.labels import LANGUAGES
from npskit.report import AnswersStory, Passage, prepared, templates
from npskit.report.answers_given import flag_column, is_list, read
from npskit.report.asked import asked_columns, beforehand
from npskit.report.tables import Table
from npskit.report.template import parameters_of, template_path
from npskit.report.transfer import carried

TEMPLATE = "who-answers"
CHAPTERS = [
    *("answered", "segments", "over_time", "by_period", "without_rating", "known", "gaps", "comments"),
    *("comments_table", "last", "last_table", "weighted", "more", "more_rows", "in_public", "to_do", "data", "method"),
]
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|without|between|answers?|responses?|customers?|silent|invited|rows|lower|higher|"
    r"interval|rate|month|weighted|score of|now|then|comments? are|nobody)\b",
    re.IGNORECASE,
)
STARS = {1: 30, 2: 5, 3: 5, 4: 20, 5: 40}


def people(n: int = 2400, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The invited and the answers: Nice answers half as often, and the less content answer late or not at all."""
    rng = np.random.default_rng(seed)
    shop = rng.choice(["Lyon", "Nice", "Lille"], n, p=[0.5, 0.3, 0.2])
    mood = rng.normal(8, 2, n)
    answered = rng.random(n) < np.where(shop == "Nice", 0.2, 0.42) * np.clip(mood / 8, 0.4, 1.3)
    sent = pd.Timestamp("2024-01-03") + pd.to_timedelta(rng.integers(0, 150, n), unit="D")
    delay = np.clip(rng.exponential(6, n) + np.maximum(0, 8 - mood) * 2, 0, 40).astype(int)
    invited = pd.DataFrame({"customer": [f"C{at}" for at in range(n)], "shop": shop, "sent": sent})
    answers = pd.DataFrame(
        {"customer": invited["customer"], "shop": shop, "date": sent + pd.to_timedelta(delay, unit="D"),
         "rating": np.clip(np.round(mood), 0, 10).astype(int),
         "comment": [f"words number {at} <script>alert(1)</script> 06 12 34 56 78" if said else "" for at, said in
                     enumerate(rng.random(n) < 0.3)]}
    )  # fmt: skip
    return invited, answers[answered].reset_index(drop=True)


INVITED, ANSWERS = people()
TARGETS = {"shop": {"Lyon": 0.5, "Nice": 0.3, "Lille": 0.2}}


def story(frame: pd.DataFrame = ANSWERS, lang: str = "en", **options: Any) -> AnswersStory:
    return AnswersStory(Survey(frame), lang=lang, **options)


def everything(told: AnswersStory) -> str:
    return "\n".join([told.summary().text, *(getattr(told, name)().text for name in CHAPTERS)])


@pytest.fixture(scope="module")
def known() -> AnswersStory:
    return story(invited=INVITED, targets=TARGETS, reviews=STARS)


# ---- who answered ---------------------------------------------------------------------------------------------


def test_bounds_come_first_with_the_rate(known: AnswersStory) -> None:
    head, found = known.summary(), known.survey.response(INVITED)
    assert head.title.startswith(f"{found.rate:.0%} answered: the score of all 2,400 invited lies between −")
    assert known.response is not None
    assert (known.response.worst, known.response.best) == (found.worst, found.best)
    assert "Nice" in dict(head.lines)["Who is missing"]
    assert f"{found.responses} of 2,400 invited answered" in known.answered().text


def test_rates_of_segments_and_periods_are_those_of_the_verb(known: AnswersStory) -> None:
    rows = {row[0]: row for row in known.segments().rows}
    assert set(rows) == {"Lyon", "Nice", "Lille"}
    assert rows["Nice"] == known.segments().rows[0]
    assert int(rows["Nice"][1]) == int((INVITED["shop"] == "Nice").sum())
    assert rows["Nice"][5].startswith("−")
    months = [row[0] for row in known.by_period().rows]
    assert months[0] == "January 2024"
    assert sum(int(row[1].replace(",", "")) for row in known.by_period().rows) == len(INVITED)
    assert len(story(invited=INVITED, every="quarter").by_period().rows) == 2


def test_silent_are_as_low_as_the_last_unless_said_otherwise(known: AnswersStory) -> None:
    assert known.late is not None
    assert known.late.upper < 0
    assert known.lower_by == -known.late.difference
    assert "a hint and no measurement" in known.known().text
    other = story(invited=INVITED, silent=20)
    assert other.silent is not None
    assert other.silent.lower_by == 20
    assert "an example and no finding" in other.known().text
    assert "−20" in [row[0] for row in other.gaps().rows]
    assert story(invited=5000).lower_by == 10
    for wrong in (-5, 300, "10", [1]):
        with pytest.raises(ArgumentError, match="silent"):
            story(silent=wrong)


def test_number_alone_has_bounds_and_does_not_tell_who_is_missing() -> None:
    for invited in (5000, "5000"):
        told = story(invited=invited)
        assert "does not tell who is missing" in told.answered().text
        assert told.segments() == told.last_table() == Table((), ())
        assert "lies between" in told.summary().title
        assert "day of the invitation" in told.last().text
    with pytest.raises(ArgumentError, match="at least as many"):
        story(invited=5).summary()


def test_numbers_by_segment_and_rows() -> None:
    told = story(invited={"Lyon": 1300, "Nice": 800, "Lille": 600}, by=["shop"])
    assert len(told.segments().rows) == 3
    assert told.periods is None
    blank = pd.concat([ANSWERS, ANSWERS.assign(rating=np.nan).head(100)], ignore_index=True)
    rows = story(blank, invited="rows")
    assert rows.response is not None
    assert rows.response.invited == len(blank)
    assert "Every row" in rows.data().text
    assert rows.without_rating() == Passage()


def test_paths_are_read(tmp_path: Path) -> None:
    INVITED.to_csv(tmp_path / "list.csv", index=False)
    pd.DataFrame({"column": "shop", "level": ["Lyon", "Nice", "Lille"], "share": [0.5, 0.3, 0.2]}).to_csv(
        tmp_path / "targets.csv", index=False
    )
    told = story(invited=str(tmp_path / "list.csv"), targets=tmp_path / "targets.csv")
    assert told.summary().title == story(invited=INVITED).summary().title
    assert told.weighting is not None
    with pytest.raises(ReadError, match="invited"):
        story(invited="nowhere.csv")
    assert read("12", "invited") == 12
    assert [is_list(each) for each in (12, "12", "rows", "a.csv", INVITED, {"Lyon": 3})] == [False] * 3 + [True] * 2 + [
        False
    ]


# ---- where it is not known ---------------------------------------------------------------------------------------


def test_garden_tells_commenters_from_silent_raters_and_invents_nobody() -> None:
    told = story(npskit.datasets.load("garden"))
    assert told.summary().title.startswith("Those who wrote a comment score +39, those who only rated +59")
    assert told.response is None
    assert "not in it" in told.answered().text
    assert "a_commente" in told.comments().text
    assert "342 of 13,954 rows have no rating" in told.without_rating().text
    assert "supposed and not known" in told.known().text
    worst, best = (int(told.gaps().rows[3][at].replace("−", "-")) for at in (2, 3))
    assert best - worst == 100
    assert "Keep the list" in told.to_do().text


def test_carpentries_and_counts() -> None:
    told = story(npskit.datasets.load("carpentries"))
    assert "nan" not in everything(told).lower().split()
    counts = Survey.from_counts(pd.DataFrame({"detractors": [200], "passives": [300], "promoters": [500]}))
    both = AnswersStory(counts, lang="en"), AnswersStory(counts, lang="en", invited=4000)
    assert both[0].commenters is None
    assert "25% answered" in both[1].summary().title
    assert all(everything(each) for each in both)


def test_flag_is_surer_than_texts_and_both_may_be_named() -> None:
    frame = ANSWERS.assign(commented=np.where(np.arange(len(ANSWERS)) % 2, "yes", "no"), other=1)
    assert flag_column(Survey(frame)) == "commented"
    assert flag_column(Survey(frame.assign(has_comment="yes"))) is None
    assert story(frame).commenters != story().commenters
    assert story(frame).comments_table().rows[1][1] == str(len(frame) // 2)
    named = story(frame.rename(columns={"commented": "remark"}), commented="remark")
    assert named.comments_table() == story(frame).comments_table()
    with pytest.raises(ColumnNotFoundError):
        story(commented="nothing")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("given", [{}, {"invited": 5000}, {"invited": "rows"}], ids=["unknown", "number", "rows"])
@pytest.mark.parametrize(
    "frame",
    [ANSWERS.iloc[:0], ANSWERS.assign(rating=np.nan), ANSWERS[["rating"]], ANSWERS.iloc[:1],
     ANSWERS.assign(comment="all"), ANSWERS.assign(comment="")],
    ids=["empty", "no ratings", "ratings only", "one", "all wrote", "nobody wrote"],
)  # fmt: skip
def test_what_is_missing_is_said(frame: pd.DataFrame, given: dict[str, Any], lang: str) -> None:
    told = AnswersStory(Survey(frame, rating="rating"), lang=lang, targets=TARGETS if "shop" in frame and len(
        frame["shop"].unique()) > 2 else None, **given)  # fmt: skip
    text = everything(told)
    assert told.summary().title
    assert "nan" not in text.lower().split()
    assert "None" not in text or lang == "en"
    assert "{" not in text.replace("{'comment': …}", "")
    if not told.overall.responses:
        assert told.gaps() == told.more_rows() == Table((), ())
        assert told.reminders is None


def test_all_answered_leaves_nothing_to_suppose() -> None:
    told = story(invited=len(ANSWERS))
    assert told.silent is None
    assert told.summary().title.startswith(f"All {len(ANSWERS)} invited answered")
    assert "nobody left to remind" in told.more().text
    assert "random sample" not in told.to_do().text


# ---- weights, more answers, public ratings ------------------------------------------------------------------------


def test_raw_stands_beside_weighted_with_what_it_cannot_repair(known: AnswersStory) -> None:
    direct = known.survey.reweight(TARGETS).weighting
    assert known.weighting is not None
    assert known.weighting.score == direct.score
    assert "repair nothing else" in known.weighted().text
    assert "above the raw" in known.summary().text or "below the raw" in known.summary().text or "as the raw" in (
        known.summary().text
    )  # fmt: skip
    assert "targets=" in story().weighted().text
    with pytest.raises(ArgumentError, match="Nice"):
        story(targets={"shop": {"Lyon": 0.5, "Lille": 0.5}}).weighted()


def test_more_answers_narrow_and_do_not_repair(known: AnswersStory) -> None:
    assert "100 more answers narrow" in known.more().text
    assert "no smaller bias" in known.more().text
    assert len(known.more_rows().rows) == 2
    assert story(invited=len(ANSWERS) + 3).reminders.extra == 3  # type: ignore[union-attr]
    assert "without the number of invited" in story().more().text
    assert "leave the interval at about" in story(pd.concat([ANSWERS] * 30), invited=90_000).more().text


def test_public_ratings_name_their_mapping(known: AnswersStory) -> None:
    assert "5 promoter, 4 passive, 1-3 detractor" in known.in_public().text
    assert "Public ratings score 0" in known.summary().text
    assert story().in_public() == Passage()


def test_advice_follows_from_findings(known: AnswersStory) -> None:
    told = known.to_do().text
    assert "Remind Nice (shop) first" in told
    assert "Show both scores" in told
    assert "last to answer score lower" in told
    assert "Weighting by shop" in story(invited=INVITED).to_do().text
    even = story(invited=INVITED.assign(shop=np.where(np.arange(len(INVITED)) % 2, "a", "b"))).to_do().text
    assert "Remind" not in even


# ---- the template -------------------------------------------------------------------------------------------------


def shown(**given: Any) -> list[Any]:
    """What the cells of the template display, run here instead of in a kernel."""
    found: list[Any] = []
    names: dict[str, Any] = {"display": lambda *parts: found.extend(parts)}
    for cell in prepared(TEMPLATE, given).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, TEMPLATE, "exec"), names)
            if last is not None:
                found.append(eval(compile(ast.Expression(last.value), TEMPLATE, "eval"), names))
    return [each for each in found if each is not None]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("who")
    rng = np.random.default_rng(1)
    day = pd.Timestamp("2024-01-03") + pd.to_timedelta(rng.integers(0, 150, 600), unit="D")
    tables = {"data": ANSWERS, "invited": INVITED,
              "reviews": pd.DataFrame({"stars": rng.integers(1, 6, 600), "date": day})}  # fmt: skip
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return {name: str(folder / f"{name}.csv") for name in tables}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_template_tells_everything_in_one_language(files: dict[str, str], lang: str) -> None:
    outputs = shown(lang=lang, targets=TARGETS, **files)
    charts = [each for each in outputs if hasattr(each, "to_dict") and not hasattr(each, "text")]
    assert len(charts) == 6
    told = [each for each in outputs if hasattr(each, "text")]
    assert Passage() not in told
    text = "\n".join(each.text for each in told)
    assert "{" not in text
    if lang == "fr":
        titles = [json.dumps(chart.to_dict()["title"], ensure_ascii=False) for chart in charts]
        lines = [re.sub(r"\w+='?\w*", "", line) for line in [*text.splitlines(), *titles]]
        lines = [line for line in lines if "Bain & Company" not in line and '"anchor"' not in line]
        assert [(line, found[0]) for line in lines if (found := ENGLISH.search(line))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_template_without_data_is_the_garden_survey(lang: str) -> None:
    outputs = shown(lang=lang)
    assert len([each for each in outputs if hasattr(each, "to_dict") and not hasattr(each, "text")]) == 1
    assert Passage() not in outputs


def test_template_is_valid_listed_and_short() -> None:
    notebook = nbformat.read(template_path(TEMPLATE), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 15
    wanted = "data columns invited by every targets silent reviews extra commented title confidence_level counted lang"
    assert set(wanted.split()) == set(parameters_of(notebook)[1])
    for lang in LANGUAGES:
        row = next(row for row in templates(lang) if row["id"] == TEMPLATE)
        assert row["title"]
        assert row["caption"]


def test_comments_never_travel_and_customers_only_with_a_list() -> None:
    survey = Survey(ANSWERS)
    asked = asked_columns(survey, TEMPLATE, {"invited": INVITED, "by": ["region"], "targets": TARGETS})
    assert set(asked) == {"shop", "customer"}
    with carried(survey, {}, asked) as data:
        copy = pd.read_pickle(data.temporary)
    assert "comment" not in copy
    assert copy["customer"].tolist() == ANSWERS["customer"].tolist()
    with carried(survey, {}, asked_columns(survey, TEMPLATE, {"invited": 4000})) as data:
        copy = pd.read_pickle(data.temporary)
    assert copy["customer"].tolist() != ANSWERS["customer"].tolist()
    counted = beforehand(survey, TEMPLATE)
    assert sum(counted["wrote"]) == int((ANSWERS["comment"] != "").sum())
    assert beforehand(survey, "health-check") == beforehand(Survey(ANSWERS[["rating"]]), TEMPLATE) == {}
    told = story(copy, counted=counted)
    assert told.comments_table() == story().comments_table()


def is_clean(html: str) -> None:
    """A page without code, addresses or comments."""
    assert not re.findall(r"https?://(?!www\.w3\.org/)", html)
    assert "story." not in html.split("<script>")[0]
    assert "12 34 56" not in html
    assert "<script>alert" not in html


@pytest.mark.slow
def test_report_is_one_page_without_code_addresses_or_comments(tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    given = {"invited": INVITED, "targets": TARGETS, "reviews": STARS, "progress": False}
    html = ANSWERS.nps.report(tmp_path / "a.html", template=TEMPLATE, lang="en", **given).path.read_text("utf-8")
    assert html.count("data-chart=") >= 5
    is_clean(html)


@pytest.mark.slow
@pytest.mark.usefixtures("one_kernel")
def test_report_of_another_engine_in_other_formats(tmp_path: Path) -> None:
    polars, openpyxl = pytest.importorskip("polars"), pytest.importorskip("openpyxl")
    frame = polars.from_pandas(ANSWERS)
    kept, book = (
        frame.nps.report(tmp_path / f"a{suffix}", template=TEMPLATE, invited=INVITED, progress=False).path
        for suffix in (".ipynb", ".xlsx")
    )
    text = kept.read_text(encoding="utf-8")
    assert "put the path of the answers here" in text
    assert "put the path of the table here" in text
    assert "12 34 56" not in text
    sheets = openpyxl.load_workbook(book)
    assert len(sheets.sheetnames) > 4
    values = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in values if cell.data_type == "f" or "12 34 56" in str(cell.value)]


@pytest.mark.slow
def test_command_makes_the_report(tmp_path: Path, files: dict[str, str]) -> None:
    from npskit.cli import main

    out = tmp_path / "a.html"
    given = ["report", files["data"], "--template", TEMPLATE, "--lang", "fr", "-p", "invited=2000", "-o", str(out)]
    assert main(given) == 0
    html = out.read_text(encoding="utf-8")
    assert "2\u202f000 invités" in html
    is_clean(html)
