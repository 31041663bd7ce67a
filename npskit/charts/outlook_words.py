"""What a forecast says in one sentence: whether the level has a direction, and where it may be.

A level that wanders has no direction of its own, and most forecasts must say so. One is named only when the band of the
last period leaves out where the level is now; with groups, for all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from npskit.charts.columns import known, row_names
from npskit.charts.periods import as_day, period_text
from npskit.charts.words import amount, farthest_apart, limit_texts, name_text, sentence, widening
from npskit.labels import language, number, points, word

__all__ = ["direction", "outlook_clause", "outlook_finding"]

Table = Mapping[str, Sequence[Any]]
LEVEL = ("level", "level_lower", "level_upper")


def outlook_finding(
    history: Table, table: Table, *, every: str, by: Sequence[str] = (), confidence_level: float, lang: str | None
) -> str:
    """The finding of a forecast, from the past and the periods to come."""
    return sentence(outlook_clause(history, table, every=every, by=by, confidence_level=confidence_level, lang=lang))


def outlook_clause(
    history: Table, table: Table, *, every: str, by: Sequence[str] = (), confidence_level: float, lang: str | None
) -> str:
    """The finding without its capital, as it stands after a colon."""
    lang = language(lang)
    ends, now = last_rows(table, by, lang), levels_now(history, by, lang)
    wide = widening(len(ends), confidence_level)
    moves = {name: direction(now.get(name), row, wide) for name, row in ends.items()}
    clear = {name: move for name, move in moves.items() if move}
    if not by:
        ((name, row),) = ends.items()
        return told(row, clear.get(name, 0), now.get(name), every, lang)
    if clear:
        name = max(clear, key=lambda each: abs(ends[each]["level"] - (now[each] or 0)))
        text = told(ends[name], clear[name], now[name], every, lang)
        return f"{name_text(name, by, lang)}{word('chart_colon', lang)} {text}"
    return apart(ends, by, every, confidence_level, lang)


def direction(now: float | None, row: Mapping[str, Any], wide: float = 1.0) -> int:
    """1 or -1 when the band of the level leaves out where it is now, else 0."""
    if now is None or not known(now):
        return 0
    below, above = row["level"] - row["level_lower"], row["level_upper"] - row["level"]
    return int(row["level"] - wide * below > now) - int(row["level"] + wide * above < now)


def told(row: Mapping[str, Any], move: int, now: float | None, every: str, lang: str) -> str:
    """What is expected of one series."""
    lower, upper = limit_texts(row["level_lower"], row["level_upper"], lang)
    period = period_text(as_day(row["period"]), every, lang)
    key = {0: "forecast_flat", 1: "forecast_up", -1: "forecast_down"}[move]
    shown = "" if now is None else points(now, lang=lang)
    return word(key, lang, lower=lower, upper=upper, period=period, now=shown)


def apart(ends: Mapping[str, Mapping[str, Any]], by: Sequence[str], every: str, level: float, lang: str) -> str:
    """The two groups furthest apart in the last period, where that is more than the bands allow."""
    names, rows = list(ends), list(ends.values())
    period = period_text(as_day(rows[0]["period"]), every, lang)
    k = len(rows)
    values = ([row[name] for row in rows] for name in LEVEL)
    pair = farthest_apart(*values, widening=widening(k * (k - 1) // 2, level))
    if pair is None:
        return word("forecast_none_apart", lang, k=number(k, lang=lang), period=period)
    low, high = pair
    gap = amount(rows[high]["level"] - rows[low]["level"], lang)
    low_name, high_name = (name_text(names[at], by, lang) for at in pair)
    return word("forecast_apart", lang, low=low_name, high=high_name, gap=gap, period=period)


def series_names(table: Table, by: Sequence[str], lang: str) -> list[str]:
    """The name of each row's series; empty texts without groups."""
    columns = {key: list(table[key]) for key in by}
    return row_names(columns, by, lang) if by else [""] * len(table["period"])


def last_rows(table: Table, by: Sequence[str], lang: str) -> dict[str, dict[str, Any]]:
    """The last period to come of each series."""
    names = series_names(table, by, lang)
    return {name: {key: table[key][at] for key in ("period", *LEVEL)} for at, name in enumerate(names)}


def levels_now(history: Table, by: Sequence[str], lang: str) -> dict[str, float | None]:
    """The last known level of each series."""
    names = series_names(history, by, lang)
    return {name: level for name, level in zip(names, history["level"], strict=True) if known(level)}
