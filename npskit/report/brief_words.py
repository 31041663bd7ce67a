"""Sentences of the brief that need no figures of their own: what is at risk, and what is not shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from npskit.charts.columns import known, quoted
from npskit.charts.periods import as_day, period_text, since_text
from npskit.charts.words import sentence
from npskit.labels import date_text, has_word, month_year, word
from npskit.report.findings import Overall
from npskit.report.words import percent, size, told

if TYPE_CHECKING:
    from npskit.survey.churn_answers import Churn
    from npskit.survey.monitoring import Monitor

__all__ = ["Lack", "dated", "lacking", "leaving_told", "months_of", "risk_told", "watched_told"]

# Judged readings in which an alert is news.
LATELY = 4


@dataclass(frozen=True)
class Lack:
    """Why something is not shown, where more is known than that it is not there.

    Attributes
    ----------
    reason : str
    columns : tuple of str
        That it is about, as the export calls them.
    """

    reason: str
    columns: tuple[str, ...] = ()

    def text(self, name: str, lang: str) -> str:
        """The reason in words; the general one where there is no other."""
        key = f"report_br_no_{name}_{self.reason}"
        listing = ", ".join(quoted(column, lang) for column in self.columns)
        return word(key if has_word(key) else f"report_br_no_{name}", lang, columns=listing)


def months_of(days: Collection[dt.date], lang: str) -> tuple[str, str] | None:
    """First and last month of some days in words, or the two days where these are of one month; None without any.

    Examples
    --------
    >>> months_of([dt.date(2024, 5, 3), dt.date(2024, 1, 7)], "fr")
    ('janvier 2024', 'mai 2024')
    """
    if not days:
        return None
    first, last = min(days), max(days)
    in_words = date_text if month_year(first) == month_year(last) else month_year
    return in_words(first, lang), in_words(last, lang)


def dated(dates: tuple[str, str] | None, lang: str) -> list[str]:
    """From when to when the answers are of which something is told; nothing where all of the page is of the same.

    Examples
    --------
    >>> dated(("March 2024", "May 2026"), "en"), dated(None, "en")
    (['Answers from March 2024 to May 2026.'], [])
    """
    return [] if dates is None else [word("report_br_dated", lang, first=dates[0], last=dates[1])]


def leaving_told(found: Churn, to_call: int, lang: str) -> str:
    """Who leaves, and how many customers may be called."""
    call = told("report_br_calls", to_call, lang, n=size(to_call, lang)) if to_call else ""
    return " ".join(filter(None, [f"{found.sentence(lang=lang).rstrip('.')}.", call]))


def risk_told(found: Overall, watched: Monitor | None, lang: str, *, period: str = "") -> str:
    """Where it is not known who leaves: the detractors, of a period where it is named, and whether anything stood out
    lately."""
    n, key = found.counts[0], "report_br_detractors_in" if period else "report_br_detractors"
    said = {"n": size(n, lang), "share": percent(found.shares[0], lang), "period": period}
    text = sentence(told(key, n, lang, **said))
    return " ".join(filter(None, [text, watched_told(watched, lang)]))


def watched_told(found: Monitor | None, lang: str) -> str:
    """The last alert, where it is recent; else since when there was none, and in how many judged readings."""
    if found is None:
        return ""
    judged = [day for day, p in zip(found.table["period"], found.table["p_value"], strict=True) if known(p)]
    alerts = found.alerts["period"]
    if any(day in judged[-LATELY:] for day in alerts):
        return sentence(found.sentence(lang=lang))
    calm = [as_day(day) for day in judged if all(day > alert for alert in alerts)]
    if not calm:
        return ""
    said = {"period": period_text(calm[0], found.every, lang), "since": since_text(calm[0], found.every, lang)}
    return told("report_br_calm", len(calm), lang, n=size(len(calm), lang), **said)


def lacking(lacks: Mapping[str, bool | Lack | None], lang: str) -> list[str]:
    """What is not shown, and why, for somebody who sees the export and no code.

    Examples
    --------
    >>> lacking({"date": False, "actions": True, "churn": Lack("undated", ("left",))}, "en")
    ['No log of actions was given.', 'Who leaves: “left” says who left, but not when.']
    """
    return [lack.text(name, lang) if isinstance(lack, Lack) else word(f"report_br_no_{name}", lang)
            for name, lack in lacks.items() if lack]  # fmt: skip
