"""Alerts in words: what moved, when, by how much, and whether it stayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from npskit.charts.columns import Columns, row_names
from npskit.charts.periods import as_day, period_text, short_text
from npskit.charts.words import amount, name_text, sentence
from npskit.labels import number, points, word

__all__ = ["AlertRow", "alert_label", "alert_phrase", "alert_rows", "alerts_finding"]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert: its series, the period that found it, where it began, its kind and its size in points."""

    name: str
    found: dt.date
    since: dt.date
    kind: str
    change: float


def alert_rows(table: Columns, by: Sequence[str], lang: str) -> list[AlertRow]:
    """The alerts of a table, the latest last, the larger of one period last."""
    names = row_names(table, by, lang) if by else [""] * len(table["period"])
    found = [
        AlertRow(names[at], as_day(table["period"][at]), as_day(table["since"][at]), kind, float(table["change"][at]))
        for at, kind in enumerate(table["kind"])
        if kind
    ]
    return sorted(found, key=lambda row: (row.found, abs(row.change)))


def alerts_finding(table: Columns, *, by: Sequence[str], every: str, lang: str) -> str:
    """What is to be said first: the latest alert and how many there are, or that there is none."""
    rows = alert_rows(table, by, lang)
    judged = sum(p is not None and p == p for p in table["p_value"])
    if not rows:
        groups = len(set(row_names(table, by, lang))) if by else 1
        key = f"alert_none_{every}" if groups == 1 else "alert_none_any"
        return word(key, lang, n=number(judged, lang=lang), k=number(groups, lang=lang))
    latest = rows[-1]
    phrase = alert_phrase(latest, every, lang)
    if by:
        phrase = f"{name_text(latest.name, by, lang)}{word('chart_colon', lang)} {phrase}"
    if len(rows) == 1:
        return sentence(phrase)
    return word("alert_several", lang, k=number(len(rows), lang=lang), latest=phrase)


def alert_phrase(row: AlertRow, every: str, lang: str) -> str:
    """One alert as a sentence without its capital."""
    way = "up" if row.change > 0 else "down"
    values = {
        "gap": amount(row.change, lang),
        "when": when_text(row.since, every, lang),
        "start": period_text(row.since, every, lang),
        "period": span_text(row, every, lang),
    }
    said = word(f"alert_{row.kind}_{way}", lang, **values)
    late = row.kind in ("jump", "drift") and row.found > row.since
    return said + (word("alert_seen", lang, when=when_text(row.found, every, lang)) if late else "")


def when_text(day: dt.date, every: str, lang: str) -> str:
    """ "in March 2024"."""
    return word(f"alert_in_{every}", lang, period=period_text(day, every, lang))


def span_text(row: AlertRow, every: str, lang: str) -> str:
    """The periods that stood out."""
    last = period_text(row.found, every, lang)
    if row.since == row.found:
        return last
    return word("chart_span", lang, first=period_text(row.since, every, lang), last=last)


def alert_label(row: AlertRow, every: str, lang: str) -> list[str]:
    """The two lines beside an alert: period and points, and its kind."""
    period = row.since if row.kind in ("jump", "drift") else row.found
    short = short_text(period, every, lang)
    dated = short if every == "year" else f"{short} {period.year}"
    return [f"{dated}{word('chart_colon', lang)} {signed(row.change, lang)}", word(f"alert_kind_{row.kind}", lang)]


def signed(change: float, lang: str, *, unit: bool = True) -> str:
    """The size of an alert with its sign."""
    return points(change, digits=0 if abs(change) >= 1 else 1, lang=lang, unit=unit)


def kind_words(values: Sequence[Any], lang: str) -> list[str]:
    """Kinds as shown; empty where there is none."""
    return [word(f"alert_kind_{kind}", lang) if kind else "" for kind in values]
