"""The report on what people write: sentences anyone can check, and not a word of anybody beyond the quotes shown."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from npskit import Survey
from npskit.errors import ArgumentError
from npskit.labels import LANGUAGES
from npskit.report import VoiceStory, templates, write_report
from npskit.report.asked import asked_columns
from npskit.report.template import template_path

HOSTILE = (
    "<script>window.hacked=1</script> prix trop cher",
    '=HYPERLINK("http://evil.example","prix") cher',
    "+cmd|' /C calc'!A0 prix trop cher",
    "écrivez à jean.dupont@exemple.fr ou au 06 12 34 56 78, prix trop élevés",
    "المتجر جميل prix cher",
    "\u202egnp.exe prix cher 😀",
    "prix " * 10_000,
    "](javascript:alert(1)) **prix** | cher",
)


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@cache
def answers() -> pd.DataFrame:
    """Sixty write that it is dear and rate 2, sixty that one is welcome and rate 10; eighty rate 10 in silence."""
    dear = [f"vraiment trop cher pour ce que c'est, article numéro zzq{at:03d}" for at in range(60)]
    kind = [f"accueil très sympathique de toute l'équipe, passage wwq{at:03d}" for at in range(60)]
    days = pd.date_range("2024-01-01", periods=200, freq="D")
    return pd.DataFrame(
        {
            "nps": [2] * 60 + [10] * 140,
            "why": [*dear, *kind, *["RAS"] * 5, *[None] * 75],
            "shop": ["Lyon"] * 60 + ["Nice"] * 60 + ["Lyon", "Nice"] * 40,
            "date": days,
        }
    )


@cache
def told(lang: str = "en", **options: Any) -> VoiceStory:
    survey = Survey(answers(), comment="why", date="date")
    return VoiceStory(survey, lang=lang, codeframe="retail", today=dt.date(2024, 5, 1), **options)


def small(comments: list[Any]) -> VoiceStory:
    data = pd.DataFrame({"nps": [10, 2, 9], "why": comments})
    return VoiceStory(Survey(data, comment="why"), lang="en", today=dt.date(2024, 5, 1))


def everything(story: VoiceStory) -> str:
    chapters = "summary what what_caption by_theme words_apart who_of_what over_time reading to_do method".split()  # noqa: SIM905
    texts = [getattr(story, name)().text for name in chapters]
    texts += [block.text for block in story.blocks]
    texts += [f"{group.heading().text}\n{group.table().text}" for group in story.groups_of_themes if group.rows]
    return "\n".join(texts)


def test_the_headline_names_what_weighs_and_what_lifts() -> None:
    assert told().summary().title == (
        "“price” (50% of comments) weighs most on the score: −100 points; “welcome” (50%) lifts it most: +100"
    )


def test_who_writes_is_told_before_what_they_write() -> None:
    first, second = told().what().sentences
    assert first.startswith("120 of 200 answers come with a comment that says something (60%).")
    assert "Those who write score 0, those who write nothing +100: 100 points less" in first
    assert second.startswith("Of 120 comments, price")


def test_each_theme_has_its_figures_and_quotes() -> None:
    price = told().blocks[0]
    assert price.heading == "Price"
    assert price.sentences[0].startswith("60 comments speak of it, 50% (")
    assert "Their score is −100" in price.sentences[0]
    assert 1 <= len(price.quotes) <= 3
    assert len(set(price.quotes)) == len(price.quotes)


def test_groups_that_stay_apart_are_told() -> None:
    (groups,) = told(by="shop").groups_of_themes
    rows = groups.table().rows
    assert rows[0][:4] in [("price", "Lyon", "100%", "0%"), ("price", "Nice", "0%", "100%"),
                           ("welcome", "Lyon", "0%", "100%"), ("welcome", "Nice", "100%", "0%")]  # fmt: skip
    assert groups.in_short.startswith("shop: ")


def test_a_period_of_few_comments_is_no_point() -> None:
    data = pd.DataFrame(
        {
            "nps": [2, 9] * 40,
            "why": [f"trop cher pour moi {at}" for at in range(80)],
            "date": [dt.date(2024, at % 8 + 1, 3) for at in range(78)] + [dt.date(2024, 12, 3)] * 2,
        }
    )
    story = VoiceStory(Survey(data, comment="why", date="date"), lang="en", codeframe="retail")
    assert story.length == "month"
    assert story.followed
    shares = dict(zip(story.themes.trend["period"], story.themes.trend["share"], strict=True)) if story.themes else {}
    assert shares[dt.date(2024, 8, 1)] == 1.0
    assert pd.isna(shares[dt.date(2024, 12, 1)])


def test_non_answers_and_languages_are_counted() -> None:
    points = told().reading().points
    assert points[0] == ("125 comments were read. 5 of them say nothing, such as “nothing” or “n/a”, and are left out.")
    assert points[1].startswith("Languages: French 120.")


def test_quotes_of_another_language_are_said_to_stay_in_it() -> None:
    assert "stay in the language in which they were written" in told().reading().text
    assert "restent dans la langue" not in told("fr").reading().text


def test_too_few_comments_of_a_theme_show_nothing_of_it() -> None:
    story = told(min_responses=61)
    assert story.blocks == []
    assert not story.drawable
    assert not re.search("zzq|wwq", everything(story))
    assert "are too few to tell" in story.summary().title


@pytest.mark.parametrize("comments", [["", " ", None], ["RAS", "rien", "."]])
def test_comments_that_say_nothing_are_said_to(comments: list[Any]) -> None:
    story = small(comments)
    assert story.summary().title == "There is no comment to read"
    assert story.what().sentences[0].startswith("The column “why” holds no comment")
    assert everything(story)


def test_three_comments_are_read_and_not_shown() -> None:
    story = small(["accueil parfait", "trop cher pour moi", "jean.dupont@exemple.fr"])
    assert story.summary().title == "3 comments are too few to tell what a theme does to the score"
    assert not re.search("parfait|dupont", everything(story))


def test_several_columns_of_comments_are_listed() -> None:
    texts = {name: [f"{name} numéro {at}, trop cher" for at in range(40)] for name in ("comment", "commentaire")}
    data = pd.DataFrame({"nps": [9, 2] * 20, **texts})
    survey = Survey(data)
    story = VoiceStory(survey, lang="en")
    assert story.what().sentences[0] == (
        "Several columns may hold the comment (“comment”, “commentaire”), so none was read."
    )
    assert asked_columns(survey, "voice-of-customer", {}) == survey.rivals("comment")


def test_no_answer_is_no_error() -> None:
    assert everything(VoiceStory(Survey(pd.DataFrame({"nps": pd.Series(dtype=float)})), lang="fr"))


def test_arguments_are_checked() -> None:
    with pytest.raises(ArgumentError, match="comment_lang"):
        VoiceStory(Survey(answers()), comment_lang="de")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_has_a_gap(lang: str) -> None:
    text = everything(told(lang, by="shop"))
    assert not re.search(r"\{|\}|nan|None|  ", spaced(text))


def test_only_this_template_is_given_the_comments() -> None:
    survey = Survey(answers(), comment="why")
    assert "why" in asked_columns(survey, "voice-of-customer", {})
    assert "why" not in asked_columns(survey, "health-check", {})


def test_the_template_is_in_the_catalogue_with_its_parameters() -> None:
    (row,) = [row for row in templates("fr") if row["id"] == "voice-of-customer"]
    assert row["title"] == "La voix des clients"
    assert row["parameters"] == [
        "data", "columns", "codeframe", "by", "every", "comment_lang", "min_responses", "title", "confidence_level",
        "counted", "lang",
    ]  # fmt: skip
    assert template_path("voice-of-customer").name == "07-voice-of-customer.ipynb"


def test_a_quote_executes_nothing() -> None:
    from npskit.report.voice_block import ThemeBlock

    block = ThemeBlock("<b>", ("<i>",), HOSTILE[:4], "en", '"><script>')
    page = block._repr_html_()
    assert set(re.findall(r"</?(\w+)", page)) == {"section", "h3", "p", "ul", "li", "bdi"}
    assert "](javascript:" not in ThemeBlock("x", (), (HOSTILE[7],), "en")._repr_markdown_()


@pytest.mark.slow
@pytest.mark.usefixtures("one_kernel")
def test_a_report_holds_no_comment_but_its_quotes(tmp_path: Path) -> None:
    data = answers().copy()
    data.loc[: len(HOSTILE) * 5 - 1, "why"] = list(HOSTILE) * 5
    survey = Survey(data, comment="why", date="date")
    shown = {quote for block in VoiceStory(survey, codeframe="retail", by="shop").blocks for quote in block.quotes}
    quoted = {mark for quote in shown for mark in re.findall(r"[zw]{2}q\d{3}", quote)}
    asked = {"template": "voice-of-customer", "lang": "fr", "codeframe": "retail", "by": ["shop"], "progress": False}
    for suffix in ("html", "ipynb", "xlsx"):
        out = tmp_path / f"voice.{suffix}"
        write_report(survey, out, **asked)
        text = content(out)
        assert set(re.findall(r"[zw]{2}q\d{3}", text)) == quoted, suffix
        assert not re.search(r"jean\.dupont|06 12 34|\\u202e|\u202e", text), suffix
        assert suffix == "xlsx" or "<f>" not in text
        # Charts of a workbook say so which cells they draw; nothing is calculated.
        assert suffix != "xlsx" or all(map(CELLS.fullmatch, re.findall(r"<(?:\w+:)?f\b[^>]*>([^<]*)", text)))
        assert suffix != "html" or b"<script>window.hacked" not in out.read_bytes()


CELLS = re.compile(r"'[^']+'!\$?[A-Z]+\$?\d+(:\$[A-Z]+\$\d+)?")


def content(path: Path) -> str:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())
    if path.suffix == ".ipynb":
        return json.dumps(nbformat.read(path, as_version=4), ensure_ascii=False)
    return html.unescape(path.read_text(encoding="utf-8"))
