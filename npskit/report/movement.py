"""The score over time in sentences: how far the smoothed level moved, and whether its band supports saying so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.labels import word
from npskit.report.words import score_text, size, told

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.survey.answers import Trend

__all__ = ["Movement", "movement", "usual_period"]


LEVEL = ("level", "level_lower", "level_upper")


@dataclass(frozen=True)
class Movement:
    """What there is to say about time.

    Attributes
    ----------
    trend : Trend or None
        The periods; None when the dates cannot be used.
    in_short : str
        One sentence for the first screen.
    sentences : tuple of str
    """

    trend: Trend | None
    in_short: str
    sentences: tuple[str, ...]


def usual_period(first: dt.date, last: dt.date) -> str:
    """Length of a period that gives a chart with enough, and not too many, points.

    Examples
    --------
    >>> usual_period(dt.date(2024, 1, 1), dt.date(2024, 2, 20)), usual_period(dt.date(2018, 1, 1), dt.date(2024, 1, 1))
    ('week', 'quarter')
    """
    days = (last - first).days + 1
    for limit, every in ((14, "day"), (60, "week"), (4 * 366, "month"), (20 * 366, "quarter")):
        if days <= limit:
            return every
    return "year"


def movement(
    survey: Survey, column: str, *, every: str | None = None, confidence_level: float = 0.95, lang: str
) -> Movement:
    """The trend and its sentences; dates that cannot be read are said to be so."""
    try:
        first, last = survey.source.span(column)
        if first is None or last is None:
            return unusable("report_time_empty", column, lang)
        trend = survey.trend(every or usual_period(first, last), confidence_level=confidence_level)
    except (ArgumentError, ArgumentTypeError):
        if every:
            raise
        return unusable("report_time_unreadable", column, lang)
    return told_of(trend, lang)


def unusable(key: str, column: str, lang: str) -> Movement:
    """That there are dates, and that they say nothing."""
    text = word(key, lang, column=column)
    return Movement(None, text, (text, word("report_time_hint", lang)))


def told_of(trend: Trend, lang: str) -> Movement:
    """The sentences of a trend."""
    from npskit.charts.periods import as_day, period_text

    rows = trend.table
    answered = [row for row, n in enumerate(rows["responses"]) if n]
    undated = [told("report_undated", trend.undated, lang, n=size(trend.undated, lang))] if trend.undated else []
    if not answered:
        text = word("report_time_empty", lang, column="")
        return Movement(None, text, (text, *undated))
    names = [period_text(as_day(rows["period"][row]), trend.every, lang) for row in (answered[0], answered[-1])]
    if len(answered) == 1:
        text = word("report_time_one", lang, period=names[0])
        return Movement(trend, text, (text, *undated))
    short, long = level_told(trend, answered, names, lang)
    return Movement(trend, short, (long, *undated))


def level_told(trend: Trend, answered: list[int], names: list[str], lang: str) -> tuple[str, str]:
    """From where to where the level went, short and with its band; no clear change where the two bands overlap."""
    from npskit.charts.words import amount, moved

    level, lower, upper = ([trend.table[name][row] for row in answered] for name in LEVEL)
    change = moved(level, lower, upper)
    first, last = (score_text(level[at], lower[at], upper[at], lang) for at in (0, -1))
    values = {
        "start": names[0],
        "end": names[1],
        "first": first[0],
        "first_range": word("range", lang, lower=first[1], upper=first[2]),
        "last": last[0],
        "last_range": word("range", lang, lower=last[1], upper=last[2]),
        "gap": amount(change or 0, lang),
    }
    kind = "none" if change is None else "up" if change > 0 else "down"
    return word(f"report_move_{kind}_short", lang, **values), word(f"report_move_{kind}", lang, **values)
