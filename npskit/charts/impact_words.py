"""What an action did, in words: the smallest effect that would show, then the one that was found."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.charts import action_words
from npskit.charts.columns import known, quoted
from npskit.charts.periods import as_day, next_period, since_text
from npskit.charts.words import amount, sentence, told
from npskit.labels import number, word

__all__ = ["action_finding", "design_text", "effect_range", "impact_finding", "when_text"]

Columns = Mapping[str, Sequence[Any]]

LARGEST = 100


def design_text(actions: Columns, lang: str) -> str:
    """The smallest effect that this design shows, a sentence; of several actions the smallest and the largest.

    What would take more points than from one end of the score to its middle is nothing an action does.
    """
    sizes = [size for size in actions["smallest_detectable"] if known(size) and size <= LARGEST]
    if not sizes:
        return word("impact_design_none", lang)
    low, high = (math.ceil(size) for size in (min(sizes), max(sizes)))
    if low == high:
        return word("impact_design", lang, size=amount(low, lang))
    return word("impact_design_several", lang, low=number(low, lang=lang), high=amount(high, lang))


def impact_finding(actions: Columns, *, every: str, lang: str) -> str:
    """What was found, without a full stop: of one action the effect, of several which show one."""
    rows = [dict(zip(actions, values, strict=True)) for values in zip(*actions.values(), strict=True)]
    if len(rows) == 1:
        return sentence(action_finding(rows[0], every=every, lang=lang))
    k = number(len(rows), lang=lang)
    untold = sum(not row["told"] for row in rows)
    if untold == len(rows):
        return word("impact_several_unknown", lang, k=k)
    found = several_found(rows, k, lang)
    n = number(untold, lang=lang)
    return word("impact_several_untold", lang, finding=found, n=n, k=k) if untold else found


def several_found(rows: Sequence[Mapping[str, Any]], k: str, lang: str) -> str:
    """Which of several actions show an effect; that none does says how many only where all could be told."""
    shown = [row for row in rows if shows(row)]
    if not shown:
        all_told = all(row["told"] for row in rows)
        return word("impact_several_none" if all_told else "impact_several_none_told", lang, k=k)
    names = ", ".join(word("impact_named", lang, name=quoted(str(row["action"]), lang), effect=effect_text(row, lang))
                      for row in shown)  # fmt: skip
    return told("impact_several", len(shown), lang, shown=number(len(shown), lang=lang), k=k, names=names)


def action_finding(row: Mapping[str, Any], *, every: str, lang: str) -> str:
    """One action: where the score is beside what was to be expected, that nothing shows, or that none can tell."""
    when = when_text(row, every, lang)
    if not row["told"]:
        return word("impact_unknown", lang, when=when)
    way = "up" if row["effect"] > 0 else "down"
    key = "impact_none" if not shows(row) else f"impact_{way}" if row.get("until") is None else f"impact_was_{way}"
    return word(key, lang, when=when, gap=amount(row["effect"], lang), range=effect_range(row, lang))


def shows(row: Mapping[str, Any]) -> bool:
    """Whether the interval of an effect leaves out 0, and there is enough to tell."""
    return bool(row["told"]) and known(row["lower"]) and (row["lower"] > 0 or row["upper"] < 0)


def when_text(row: Mapping[str, Any], every: str, lang: str) -> str:
    """Since when, or between which days, an action was at work."""
    since, until = as_day(row["since"]), row.get("until")
    start = day_text(since, every, lang)
    if until is None:
        return word("impact_since", lang, start=start)
    last = as_day(until)
    end = since_text(last, "day", lang)
    if start != since_text(since, "day", lang) and is_first(last + dt.timedelta(days=1), every):
        end = since_text(next_period(last + dt.timedelta(days=1), every, -1), every, lang)
    elif start != since_text(since, "day", lang):
        start = since_text(since, "day", lang)
    return word("impact_between", lang, start=start, end=end)


def day_text(day: dt.date, every: str, lang: str) -> str:
    """A day, or the period that begins on it."""
    return since_text(day, every if is_first(day, every) else "day", lang)


def is_first(day: dt.date, every: str) -> bool:
    """Whether a day is the first of a month, a quarter, or a year; of weeks every day is named."""
    months = {"month": 1, "quarter": 3, "year": 12}.get(every)
    return months is not None and day.day == 1 and (day.month - 1) % months == 0


def effect_range(row: Mapping[str, Any], lang: str) -> str:
    """The interval of an effect: "+4 to +19"."""
    return action_words.effect_range(row["lower"], row["upper"], lang)


def effect_text(row: Mapping[str, Any], lang: str) -> str:
    """An effect with its sign."""
    return action_words.effect_figure(row["effect"], lang)
