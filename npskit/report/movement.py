"""The score over time in sentences: how far the smoothed level moved, and whether its band supports saying so."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npskit.charts.moves import moved, swing
from npskit.charts.periods import as_day, bulk, period_text, reach
from npskit.charts.words import amount
from npskit.errors import NpskitError
from npskit.frames import Period
from npskit.frames.keys import EVERY
from npskit.labels import date_text, word
from npskit.report.words import score_text, size, told
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.withholding import enough, longer

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.survey.answers import Trend
    from npskit.tally import Tally

__all__ = ["Movement", "movement", "usual_period", "without_gaps"]

DAYS_SHOWN = 3
# Two days are two years as well as two weeks.
FEWEST_APART = 3
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


def without_gaps(every: str, days: Collection[dt.date]) -> str:
    """The longest period that still parts the days as this one does: a table of years has no quarters.

    Examples
    --------
    >>> without_gaps("month", [dt.date(year, 9, 30) for year in range(2014, 2023)])
    'year'
    """

    def parts(length: str) -> int:
        return len({Period("", length).first_day(day) for day in days})

    found = parts(every)
    longer = EVERY[EVERY.index(every) + 1 :] if found >= FEWEST_APART else ()
    return next((length for length in reversed(longer) if parts(length) == found), every)


def movement(
    survey: Survey,
    column: str,
    *,
    every: str | None = None,
    min_responses: int | None = None,
    confidence_level: float = 0.95,
    lang: str,
    words: ColumnWords = NO_WORDS,
) -> Movement:
    """The trend and its sentences; dates that cannot be read are said to be so.

    The length of a period follows the bulk of the answers, and dates far from it are left out of the trend. Where
    `min_responses` is given, readings of fewer are withheld, and periods that nobody asked for are as long as that
    takes.
    """
    by_day = Period(column, "day")
    if every is not None:
        Period(column, every)
    try:
        sizes = sizes_of(survey.tally([by_day]))
        if not sizes:
            return unusable("report_time_empty", words.name(column), lang)
        first, last = bulk(list(sizes), list(sizes.values()))
        since, until = reach(first, last)
        length = every or without_gaps(usual_period(first, last), [day for day in sizes if since <= day <= until])
        if min_responses is not None and every is None:
            length = long_enough(length, {day: n for day, n in sizes.items() if since <= day <= until}, min_responses)
        options: dict[str, Any] = {"min_responses": min_responses, "confidence_level": confidence_level}
        trend = survey.trend(length, since=since, until=until, **options)
    except NpskitError:
        return unusable("report_time_unreadable", words.name(column), lang)
    return told_of(trend, [day for day in sorted(sizes) if not since <= day <= until], lang)


def long_enough(every: str, sizes: Mapping[dt.date, int], least: int) -> str:
    """The shortest period, from `every` on, of which enough have so many answers; `every` where none has."""

    def answers(length: str) -> list[int]:
        found = Counter[dt.date]()
        for day, n in sizes.items():
            found[Period("", length).first_day(day)] += n
        return list(found.values())

    return next((length for length in (every, *longer(every)) if enough(answers(length), least)), every)


def sizes_of(tally: Tally) -> dict[dt.date, int]:
    """Answers of each day with answers, from a tally by day."""
    cells = zip(tally.cells, tally.responses, strict=True)
    return {cell[0]: int(n) for cell, n in cells if isinstance(cell[0], dt.date) and n}


def unusable(key: str, column: str, lang: str) -> Movement:
    """That there are dates, and that they say nothing."""
    text = word(key, lang, column=column)
    return Movement(None, text, (text, word("report_time_hint", lang)))


def told_of(trend: Trend, far: list[dt.date], lang: str) -> Movement:
    """The sentences of a trend, and of the answers that are not in it."""
    rows = trend.table
    answered = [row for row, n in enumerate(rows["responses"]) if n]
    left_out = [*undated(trend.undated, lang), *outside(trend.outside, far, lang)]
    if not answered and trend.withheld:
        text = word("report_time_withheld", lang, k=size(trend.min_responses or 0, lang))
        return Movement(None, text, (text, *left_out))
    if not answered:
        text = word("report_time_empty", lang, column="")
        return Movement(None, text, (text, *left_out))
    names = [period_text(as_day(rows["period"][row]), trend.every, lang) for row in answered]
    if len(answered) == 1:
        text = word("report_time_one", lang, period=names[0])
        return Movement(trend, text, (text, *left_out))
    short, *long = level_told(trend, answered, names, lang)
    return Movement(trend, short, (*long, *left_out))


def undated(n: int, lang: str) -> list[str]:
    """That answers have no date."""
    return [told("report_undated", n, lang, n=size(n, lang))] if n else []


def outside(n: int, days: list[dt.date], lang: str) -> list[str]:
    """That answers are dated far from all others, and when."""
    if not n:
        return []
    listing = ", ".join(date_text(day, lang) for day in days[:DAYS_SHOWN])
    return [told("report_far", n, lang, n=size(n, lang), days=listing + (", …" if len(days) > DAYS_SHOWN else ""))]


def level_told(trend: Trend, answered: list[int], names: list[str], lang: str) -> list[str]:
    """How the level moved in short, then in full: from its first to its last period, and where it was on the way."""
    values = [[trend.table[name][row] for row in answered] for name in LEVEL]
    change = moved(*values, confidence_level=trend.confidence_level)

    def level(at: int) -> tuple[str, str]:
        score, low, high = score_text(values[0][at], values[1][at], values[2][at], lang)
        return score, word("range", lang, lower=low, upper=high)

    said = {"start": names[0], "end": names[-1], "gap": amount(change or 0, lang)}
    said |= dict(zip(("first", "first_range", "last", "last_range"), (*level(0), *level(-1)), strict=True))
    kind = "none" if change is None else "up" if change > 0 else "down"
    found = swing(*values, confidence_level=trend.confidence_level)
    if found is None:
        return [word(f"report_move_{kind}_short", lang, **said), word(f"report_move_{kind}", lang, **said)]
    ends = {"low_period": names[found.low], "high_period": names[found.high], "k": size(len(answered), lang)}
    ends |= dict(zip(("low", "low_range", "high", "high_range"), (*level(found.low), *level(found.high)), strict=True))
    short = "report_move_swing_short" if change is None else f"report_move_{kind}_short"
    long = "report_move_swing_none" if change is None else f"report_move_{kind}"
    return [word(key, lang, **said, **ends) for key in (short, long, "report_move_swing")]
