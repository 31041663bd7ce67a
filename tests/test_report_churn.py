"""The report on who leaves: what it says of simulated truth, what it leaves out, and what it shows of whom."""

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
from npskit.errors import ArgumentError, ColumnNotFoundError
from npskit.labels import LANGUAGES
from npskit.report import ChurnStory, Passage, prepared, templates
from npskit.report.asked import asked_columns
from npskit.report.callbacks import are_codes, in_short, nameless
from npskit.report.invented import invented_leavers, invented_outcomes
from npskit.report.leaving import leaving_column
from npskit.report.tables import Table
from npskit.report.template import parameters_of, template_path
from npskit.report.transfer import carried
from npskit.survey.notes import noted

TEMPLATE = "churn-and-callbacks"
CHAPTERS = (
    "leaves", "risks", "goes_with", "odds", "tested", "worth", "call", "listed", "ruled", "became", "became_table",
    "to_do", "data", "method",
)  # fmt: skip
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|without|between|answers?|responses?|customers?|leave|left|risk|odds|rows|within|call|"
    r"called|beforehand|detractors|promoters|interval|month|year|yes|lost|worth|point more)\b",
    re.IGNORECASE,
)


def people(n: int = 1500, ratios: tuple[float, ...] = (4, 2, 1), rate: float = 0.01, seed: int = 1) -> pd.DataFrame:
    """An answer each in 2023, and the day of leaving up to its end; rates a month by category."""
    rng = np.random.default_rng(seed)
    rating = rng.integers(0, 11, n)
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 364, n), unit="D")
    times = np.asarray(ratios)[np.where(rating < 7, 0, np.where(rating < 9, 1, 2))]
    left = day + pd.to_timedelta(rng.exponential(30.4 / (rate * times)).astype(int) + 1, unit="D")
    return pd.DataFrame({"customer": [f"C{at}" for at in range(n)], "date": day, "rating": rating,
                         "left": left.to_series().reset_index(drop=True).where(left <= "2023-12-31"),
                         "comment": "fine"})  # fmt: skip


def story(frame: pd.DataFrame, lang: str = "en", **options: Any) -> ChurnStory:
    return ChurnStory(Survey(frame), lang=lang, **options)


def everything(told: ChurnStory) -> str:
    return "\n".join([told.summary().text, *(getattr(told, name)().text for name in CHAPTERS)])


@pytest.fixture(scope="module")
def known() -> ChurnStory:
    return story(people(), at="2023-12-31")


def test_answer_comes_first_with_how_sure_it_is(known: ChurnStory) -> None:
    head = known.summary()
    assert known.churn is not None
    assert head.title == known.churn.sentence(lang="en")
    assert head.title.startswith("Detractors leave more often")
    assert "less than 0.1% of such samples" in dict(head.lines)["How sure"]
    assert "they leave more often" in known.to_do().text


def test_risks_are_those_of_the_verb(known: ChurnStory) -> None:
    direct = known.survey.churn("left", at="2023-12-31")
    assert [row[0] for row in known.risks().rows] == ["detractors", "passives", "promoters"]
    assert [int(row[1].replace(",", "")) for row in known.risks().rows] == direct.table["responses"]
    assert all(row[3].endswith("%") for row in known.risks().rows)


def test_where_nothing_differs_it_says_no_sign() -> None:
    same = people(6000, ratios=(1, 1, 1), rate=0.03, seed=3)
    told = story(same, at="2023-12-31")
    assert told.churn is not None
    assert told.churn.verdict == "no sign"
    assert told.summary().title.startswith("No sign that detractors leave more or less")
    assert "would have shown in four samples of five" in told.summary().text
    assert "Do not count on ratings" in told.to_do().text
    assert "leave more often" not in everything(told)
    assert "Aucun signe" in story(same, "fr", at="2023-12-31").summary().title


def test_fewer_than_fifty_have_curves_and_no_model() -> None:
    told = story(people(150, rate=0.01), at="2023-12-31")
    assert told.churn is not None
    assert 0 < told.churn.difference["customers"] < 50
    assert told.churn.hazard is None
    assert told.odds().rows == ()
    assert told.worth() == told.tested() == Passage()
    assert "fewer than 50" in told.goes_with().text
    assert "fewer than 50" in told.summary().text
    assert "What a point is worth" not in dict(told.summary().lines)


def test_nobody_left_is_told() -> None:
    frame = people(300).assign(left=pd.NaT)
    told = story(frame, churned="left", at="2023-12-31")
    assert told.summary().title.startswith("Nobody left")
    assert "nan" not in everything(told).lower().split()
    assert "at=" not in told.data().text


def test_shorter_horizon_is_taken_and_said_where_nobody_asked() -> None:
    frame = people(400, rate=0.2).query("date >= '2023-09-15'")
    told = story(frame, at="2023-12-31")
    assert told.churn is not None
    assert told.churn.length == (3, "month")
    assert "a shorter time was taken" in told.data().text
    with pytest.raises(ArgumentError, match="horizon"):
        story(frame, at="2023-12-31", horizon="6 months").summary()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (people(40).drop(columns="left"), {"en": "no column holds the days", "fr": "aucune colonne ne donne"}),
        (people(40).assign(left="no"), {"en": "but not when", "fr": "mais pas quand"}),
        (people(40).assign(churn_date=people(40)["left"]), {"en": "several columns", "fr": "plusieurs colonnes"}),
        (people(40).drop(columns="date"), {"en": "date of the answers", "fr": "date des réponses"}),
        (people(40).assign(rating=np.nan), {"en": "no answer", "fr": "Aucune réponse"}),
        (people(40).assign(left="2022-01-01"), {"en": "No customer can be followed", "fr": "Aucun client ne peut"}),
        (people(400, rate=9).query("date > '2023-12-20'"), {"en": "long enough", "fr": "assez longtemps"}),
        (people(40).iloc[:0], {"en": "no answer", "fr": "Aucune réponse"}),
    ],
    ids=["no column", "yes and no", "two columns", "no dates", "no ratings", "all gone", "too short", "empty"],
)  # fmt: skip
def test_what_is_missing_is_said(frame: pd.DataFrame, said: dict[str, str], lang: str) -> None:
    named = {"rating": "rating"} if frame["rating"].isna().all() else {}
    told = ChurnStory(Survey(frame, **named), lang=lang)
    assert told.churn is None
    assert said[lang] in told.summary().title
    assert said[lang] in told.leaves().text
    text = everything(told)
    assert "nan" not in text.lower().split()
    assert "None" not in text
    assert told.odds() == told.risks() == Table((), ())


def test_counts_know_no_customers() -> None:
    survey = Survey.from_counts(pd.DataFrame({"detractors": [25], "passives": [30], "promoters": [50]}))
    told = ChurnStory(survey, lang="en")
    assert told.worklist is None
    assert "Counts do not tell who left" in told.summary().title


def test_bundled_answers_have_no_days_of_leaving() -> None:
    for name, said in (("garden", "Without the date of the answers"), ("carpentries", "no column holds the days")):
        told = ChurnStory(Survey(npskit.datasets.load(name)), lang="en")
        assert told.churn is None
        assert said in told.summary().title


def test_column_is_found_by_name_and_content() -> None:
    wrap = npskit.frames.wrap
    found = leaving_column(wrap(people(40).rename(columns={"left": "date_resiliation"}).assign(lost=1)))
    assert (found.column, found.undated) == ("date_resiliation", ("lost",))
    assert leaving_column(wrap(people(40).assign(left=[True, False] * 20))).column is None
    assert leaving_column(wrap(people(40).drop(columns="left").assign(Département="69"))).undated == ()
    assert (
        leaving_column(wrap(people(40).drop(columns="left").assign(lost_because="it was too dear for us"))).undated
        == ()
    )
    assert "found in column “left”" in story(people(), at="2023-12-31").data().text
    with pytest.raises(ColumnNotFoundError):
        story(people(40), churned="gone").summary()


def test_list_is_short_and_who_has_left_is_not_on_it(known: ChurnStory) -> None:
    assert known.worklist is not None
    frame = known.survey.data
    gone = set(frame.loc[frame["left"].notna(), "customer"])
    assert len(known.listed().rows) == 20
    assert not gone & set(known.survey.worklist(rules=known.rules, today="2023-12-31").table["customer"])
    assert "customers have left" in known.ruled().text
    assert len(story(people(), at="2023-12-31", limit=3).listed().rows) == 3


def test_planned_departures_are_called() -> None:
    frame = people(60).assign(left="2024-02-01", rating=3, date="2023-12-01")
    told = story(frame, at="2023-12-31", churned="left")
    assert told.worklist is not None
    assert len(told.worklist) == 20


def test_comments_are_redacted_and_short() -> None:
    frame = people(400).assign(comment="Call 06 12 34 56 78 or jo@example.org. " + "word " * 200)
    text = story(frame, at="2023-12-31").listed().text
    assert "[phone]" in text
    assert "12 34" not in text
    assert "example.org" not in text
    assert max(map(len, text.splitlines())) < 500
    assert in_short("x" * 1000).endswith("x …")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_and_addresses_stand_in_the_list_only_when_asked_for(lang: str) -> None:
    frame = people(400)
    frame["customer"] = [f"jo{at}@example.org" for at in range(400)]
    told = story(frame, lang, at="2023-12-31")
    text = everything(told)
    assert "@example.org" not in text
    assert "identities=True" in text
    assert "@example.org" in story(frame, lang, at="2023-12-31", identities=True).listed().text
    assert not are_codes(["Anna Meyer"])
    assert are_codes(["A-17", 12, 3.0])


def test_hostile_words_are_text() -> None:
    frame = people(400).assign(comment="<script>alert(1)</script>=1+1 | *a*\n## b ‮x")
    html = story(frame, at="2023-12-31").listed()._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    markdown = story(frame, at="2023-12-31").listed()._repr_markdown_()
    assert len(markdown.splitlines()) == 22


def test_without_a_model_the_rating_orders_the_list_and_it_is_said() -> None:
    told = story(people(200).drop(columns="left"))
    assert told.worklist is not None
    assert told.worklist.source == "rating"
    assert "the rating stands in its place" in told.ruled().text
    assert "20 customers to call" in told.summary().text


def test_without_customers_there_is_nobody_to_call() -> None:
    told = story(people().drop(columns="customer"), at="2023-12-31")
    assert told.churn is not None
    assert told.worklist is None
    assert "nobody to call" in told.call().text
    assert "No column of customers" in told.data().text


def test_rules_are_told_and_checked() -> None:
    frame = people(400).assign(no_calls="no")
    told = story(frame, at="2023-12-31", rules={"opt_out": "no_calls", "capacity": 1, "rest": "2 weeks"})
    assert "column no_calls" in told.ruled().text
    assert "1 call a working day" in told.ruled().text
    assert "call on" in told.listed().heads
    with pytest.raises(ArgumentError, match="rules"):
        story(frame, rules={"optout": "no_calls"})


def test_earlier_calls_are_told_without_names() -> None:
    frame = people(400)
    back = pd.DataFrame({"customer": [*frame["customer"][:9], "stranger"], "called": ["2023-12-30"] * 5 + [None] * 5})
    told = story(frame, at="2023-12-31", outcomes=back)
    assert told.loop is not None
    assert (told.loop.listed, told.loop.unknown) == (9, 1)
    assert "no experiment" in told.became().text
    assert "stranger" not in everything(told)
    assert "stranger" in story(frame, at="2023-12-31", outcomes=back, identities=True).became().text
    assert "outcomes=" in story(frame, at="2023-12-31").became().text
    nobody = story(frame, at="2023-12-31", outcomes=back.tail(1))
    assert nobody.loop is None
    assert "None of the customers" in nobody.became().text
    assert [each.key for each in nameless([noted("worklist_note_nobody", 1, n=1)])] == ["worklist_note_nobody"]


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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_template_without_data_says_that_they_are_invented(lang: str) -> None:
    frame = invented_leavers(lang)
    pd.testing.assert_frame_equal(frame, invented_leavers(lang))
    assert invented_outcomes(frame, lang).equals(invented_outcomes(frame, lang))
    outputs = shown(lang=lang)
    charts = [each for each in outputs if hasattr(each, "to_dict")]
    assert len(charts) == 3
    told = [each for each in outputs if hasattr(each, "text")]
    assert {"en": "invented", "fr": "inventés"}[lang] in told[0].lines[0][1]
    text = "\n".join(each.text for each in told)
    assert "{" not in text
    if lang == "fr":
        titles = [json.dumps(chart.to_dict()["title"], ensure_ascii=False) for chart in charts]
        lines = [re.sub(r"df\.nps\.\S+|\w+=\S*", "", line) for line in [*text.splitlines(), *titles]]
        lines = [line for line in lines if "Bain & Company" not in line and '"anchor"' not in line]
        assert [(line, found[0]) for line in lines if (found := ENGLISH.search(line))] == []


@pytest.mark.parametrize("data", ["people", "bare", "short"])
def test_template_runs_on_what_lacks_something(data: str, tmp_path: Path) -> None:
    frames = {"people": people(300), "bare": people(30)[["rating"]], "short": people(60).assign(left=pd.NaT)}
    frames[data].to_csv(tmp_path / "a.csv", index=False)
    outputs = shown(data=str(tmp_path / "a.csv"), churned="left" if data == "short" else None)
    assert outputs
    assert Passage() not in outputs
    assert all("{" not in each.text for each in outputs if isinstance(each, Passage))


def test_template_is_valid_listed_and_short() -> None:
    notebook = nbformat.read(template_path(TEMPLATE), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 15
    wanted = (
        "churned",
        "at",
        "horizon",
        "tenure",
        "value",
        "owner",
        "rules",
        "outcomes",
        "limit",
        "identities",
        "lang",
    )
    assert set(wanted) <= set(parameters_of(notebook)[1])
    for lang in LANGUAGES:
        row = next(row for row in templates(lang) if row["id"] == TEMPLATE)
        assert row["title"]
        assert row["caption"]


def test_customers_and_comments_travel_for_this_template_only() -> None:
    frame = people(60).assign(spend=1.5, agent="A", gone=[f"2024-{at % 12 + 1:02}-01" for at in range(60)],
                              comment=[f"words number {at}" for at in range(60)])  # fmt: skip
    survey = Survey(frame)
    asked = asked_columns(survey, TEMPLATE, {"churned": "gone", "rules": {"opt_out": "agent"}, "value": "spend"})
    assert {"gone", "agent", "spend", "customer", "comment"} <= set(asked)
    with carried(survey, {}, asked) as data:
        copy = pd.read_pickle(data.temporary)
    assert copy["customer"].tolist() == frame["customer"].tolist()
    assert copy["comment"].tolist() == frame["comment"].tolist()
    with carried(survey, {}, asked_columns(survey, "health-check", {})) as data:
        copy = pd.read_pickle(data.temporary)
    assert "comment" not in copy
    assert copy["customer"].tolist() != frame["customer"].tolist()


PRIVATE = "Call 06 12 34 56 78 <script>alert(1)</script>"


def is_clean(html: str) -> None:
    """A page without code, addresses or personal data."""
    assert html.count("data-chart=") >= 2
    assert not re.findall(r"https?://(?!www\.w3\.org/)", html)
    assert "story." not in html.split("<script>")[0]
    assert "12 34 56" not in html
    assert "<script>alert" not in html


@pytest.mark.slow
def test_report_is_one_page_without_code_addresses_or_personal_data(tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    frame = people(900).assign(comment=PRIVATE)
    report = frame.nps.report(tmp_path / "a.html", template=TEMPLATE, lang="fr", churned="left", progress=False)
    is_clean(report.path.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.usefixtures("one_kernel")
def test_report_of_another_engine_in_other_formats(tmp_path: Path) -> None:
    polars, openpyxl = pytest.importorskip("polars"), pytest.importorskip("openpyxl")
    frame = polars.from_pandas(people(600).assign(comment="Call 06 12 34 56 78 =1+1"))
    kept, book = (
        frame.nps.report(tmp_path / f"a{suffix}", template=TEMPLATE, lang="en", churned="left", progress=False).path
        for suffix in (".ipynb", ".xlsx")
    )
    text = kept.read_text(encoding="utf-8")
    assert "put the path of the answers here" in text
    assert "12 34 56" not in text
    assert "[phone]" in text
    sheets = openpyxl.load_workbook(book)
    assert len(sheets.sheetnames) > 4
    values = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in values if cell.data_type == "f"]
    assert not [cell for cell in values if "12 34 56" in str(cell.value)]


@pytest.mark.slow
def test_command_makes_the_report(tmp_path: Path) -> None:
    from npskit.cli import main

    people(600).assign(comment=PRIVATE).to_csv(tmp_path / "a.csv", index=False)
    out = tmp_path / "a.html"
    given = ["report", str(tmp_path / "a.csv"), "--template", TEMPLATE, "-p", "churned=left", "-o", str(out)]
    assert main(given) == 0
    html = out.read_text(encoding="utf-8")
    assert "Detractors leave" in html
    is_clean(html)
