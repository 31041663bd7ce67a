"""Sentences and small tables on who leaves: how sure it is, and what follows from it, neither more nor less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from npskit.labels import NARROW_SPACE, number, word
from npskit.report.tables import Table
from npskit.report.words import percent
from npskit.survey.churn_model import FEWEST_EVENTS
from npskit.survey.churn_words import length_text, risk_text
from npskit.survey.column_words import NO_WORDS, ColumnWords, spoken
from npskit.survey.wording import told

if TYPE_CHECKING:
    from npskit.survey.churn_answers import Churn, OddsRatios
    from npskit.survey.worklist_answers import Worklist

__all__ = ["advice", "evidence", "odds_table", "risk_table"]

NOTHING = "–"
# Bands come with English numbers.
FRENCH = str.maketrans({",": NARROW_SPACE, ".": ","})
DROPS = ("first", "some", "much")


def evidence(found: Churn, lang: str) -> str:
    """How many were followed, how many left, and what chance would do."""
    difference, responses = found.difference, sum(found.table["responses"])
    left, n = int(difference["customers"]), number(responses, lang=lang)
    said = told("report_churn_followed", left, lang, n=n, k=number(left, lang=lang),
                horizon=length_text(found.length, lang))  # fmt: skip
    p_value = difference["p_value"]
    if left < FEWEST_EVENTS or p_value != p_value:
        return f"{said} {word('report_churn_sure_few', lang, k=FEWEST_EVENTS)}" if left else said
    key = found.verdict.replace(" ", "_")
    ratio = number(difference["detectable"], digits=1, lang=lang)
    return f"{said} {word(f'report_churn_sure_{key}', lang, p=percent(p_value, lang), ratio=ratio)}"


def risk_table(found: Churn, lang: str) -> Table:
    """A row a category: answers, departures, risk, interval, and how many were followed to the end."""
    names = ("category", "responses", "events", "risk", "interval", "followed")
    heads = [word(f"report_churn_head_{name}", lang, horizon=length_text(found.length, lang)) for name in names]
    rows = zip(*(found.table[name] for name in ("category", "responses", "events", "risk", "lower", "upper",
                                                "followed")), strict=True)  # fmt: skip
    return Table(tuple(heads), tuple(risk_row(row, lang) for row in rows))


def risk_row(row: tuple[Any, ...], lang: str) -> tuple[str, ...]:
    """One category."""
    category, responses, events, risk, lower, upper, followed = row
    shown = [NOTHING if each is None else risk_text(each, lang) for each in (risk, lower, upper)]
    ends = NOTHING if NOTHING in shown[1:] else word("range", lang, lower=shown[1], upper=shown[2])
    counts = [number(each, lang=lang) for each in (responses, events, followed)]
    return word(category, lang), *counts[:2], shown[0], ends, counts[2]


def odds_table(found: OddsRatios, lang: str, *, years: str | None = None, words: ColumnWords = NO_WORDS) -> Table:
    """A row a term of the model; `years` is the column of which years are counted."""
    heads = tuple(word(f"report_churn_head_{name}", lang) for name in ("term", "odds", "interval"))
    columns = (found.table[name] for name in ("term", "level", "odds_ratio", "lower", "upper"))
    rows = []
    for term, level, *values in zip(*columns, strict=True):
        shown = [number(each, digits=2, lang=lang) for each in values]
        ends = word("range", lang, lower=shown[1], upper=shown[2])
        rows.append((term_text(term, level, lang, years=years, words=words), shown[0], ends))
    return Table(heads, tuple(rows))


def term_text(term: str, level: str, lang: str, *, years: str | None = None, words: ColumnWords = NO_WORDS) -> str:
    """A term in words: a point of the rating, a drop, a band of a column."""
    if term == "rating" and not level:
        return word("report_churn_term_rating", lang)
    if term == "drop" and level in DROPS:
        return word(f"report_churn_term_{level}", lang)
    name = spoken(words.full(term) if term in words.texts else term, lang)
    if level == "?":
        return word("report_churn_term_unknown", lang, name=name)
    key = "report_churn_term_years" if term == years else "report_churn_term_band"
    return word(key, lang, name=name, level=level.translate(FRENCH) if lang == "fr" else level)


def advice(found: Churn | None, worklist: Worklist | None, *, value: str | None, outcomes: Any, lang: str) -> list[str]:
    """What to do, each for a reason found above."""
    points = [] if found is None else [word(f"report_churn_do_{verdict_of(found)}", lang)]
    if found is not None and found.validation is not None:
        told_risks = found.validation
        if told_risks.ratio_lower > 1 or told_risks.ratio_upper < 1:
            points.append(word("report_churn_do_uncalibrated", lang))
        if told_risks.concordance_lower <= 0.5:
            points.append(word("report_churn_do_blind", lang))
    if worklist is None:
        return points
    if len(worklist) and value is None:
        points.append(word("report_churn_do_value", lang))
    if len(worklist):
        points.append(word("report_churn_do_export", lang))
    points.append(word("report_churn_do_chance" if outcomes is not None else "report_churn_do_outcomes", lang))
    return points


def verdict_of(found: Churn) -> str:
    """The verdict with its direction."""
    if found.verdict != "differ":
        return found.verdict.replace(" ", "_")
    gap = found.difference
    return "more" if gap["lower"] > 0 else "less" if gap["upper"] < 0 else "otherwise"
