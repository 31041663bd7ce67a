"""Time on an axis: the calendar between the first and the last period, and the few labels it needs.

Periods without answers are not in the table, and a line drawn through the rest would hide that. So the calendar is
filled, and the rows without values break the lines. The labels are written here, in the language, since a browser
knows only the one its Vega was built with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from npskit.charts.columns import literal
from npskit.errors import ArgumentError
from npskit.labels import date_text, language, month_year, word

__all__ = [
    "EVERY",
    "as_day",
    "bulk",
    "calendar",
    "label_expression",
    "next_period",
    "period_expression",
    "period_text",
    "reach",
    "since_text",
    "tick_days",
]

EVERY = ("day", "week", "month", "quarter", "year")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}
# Labels stand on every so many periods, counted from a calendar beginning; for days and weeks, beyond these, on months.
STRIDES = {
    "day": (1, 2, 7, 14),
    "week": (1, 2),
    "month": (1, 2, 3, 6),
    "quarter": (1, 2),
    "year": (1, 2, 5, 10, 20, 50),
}
MONTH_STRIDES = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
MOST_LABELS = 9
# Of so few answers none is an outlier; of more, the outermost part on either side does not say when people answered.
FEWEST_DATED, TAIL = 20, 0.01
LEAST_REACH = dt.timedelta(days=366)


def checked_every(every: str) -> str:
    """The length of a period, if it is one."""
    if every not in EVERY:
        raise ArgumentError(where="every", expected="one of " + ", ".join(EVERY), got=repr(every))
    return every


def as_day(value: Any) -> dt.date:
    """The first day of a period, from any kind of date.

    >>> as_day("2024-03-01"), as_day(dt.datetime(2024, 3, 1))
    (datetime.date(2024, 3, 1), datetime.date(2024, 3, 1))
    """
    if isinstance(value, str):
        return dt.date.fromisoformat(value[:10])
    return value.date() if isinstance(value, dt.datetime) else value


def bulk(days: Sequence[dt.date], sizes: Sequence[float]) -> tuple[dt.date, dt.date]:
    """First and last day of the answers without the outermost hundredth on either side.

    A single wrong date, such as 1 January 1970, then decides nothing.

    >>> bulk([dt.date(1970, 1, 1), dt.date(2024, 3, 1), dt.date(2024, 5, 1)], [1, 60, 40])
    (datetime.date(2024, 3, 1), datetime.date(2024, 5, 1))
    """
    rows = sorted((day, n) for day, n in zip(days, sizes, strict=True) if n)
    total = sum(n for _, n in rows)
    cut = max(TAIL * total, 1) if total >= FEWEST_DATED else 0
    return beyond(rows, cut), beyond(rows[::-1], cut)


def beyond(rows: Sequence[tuple[dt.date, float]], cut: float) -> dt.date:
    """The first day by which more than `cut` answers have come."""
    seen = 0.0
    for day, n in rows:
        seen += n
        if seen > cut:
            return day
    return rows[-1][0]


def reach(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Days around the bulk of the answers beyond which a date is too far off: as long again, at least a year."""
    far = max(last - first, LEAST_REACH)
    low, high = dt.date.min, dt.date.max
    return first - far if first - low > far else low, last + far if high - last > far else high


def next_period(day: dt.date, every: str, steps: int = 1) -> dt.date:
    """First day of the period that begins `steps` periods later.

    >>> next_period(dt.date(2024, 11, 1), "quarter")
    datetime.date(2025, 2, 1)
    """
    if every in DAYS:
        return day + dt.timedelta(days=DAYS[every] * steps)
    months = day.year * 12 + day.month - 1 + MONTHS[every] * steps
    return dt.date(months // 12, months % 12 + 1, 1)


def calendar(days: Sequence[dt.date], every: str) -> list[dt.date]:
    """Every period from the first to the last, with those of `days` among them."""
    out, last = [min(days)], max(days)
    while (following := next_period(out[-1], every)) <= last:
        out.append(following)
    return sorted({*out, *days})


def place(day: dt.date, every: str) -> int:
    """Number of a period since a calendar beginning, so that labels fall on January, not on the first answer."""
    if every in DAYS:
        return (day.toordinal() - 1) // DAYS[every]
    return (day.year * 12 + day.month - 1) // MONTHS[every]


def tick_days(days: Sequence[dt.date], every: str, most: int = MOST_LABELS) -> list[dt.date]:
    """The periods that are labelled, at most `most` of them."""
    if len(days) <= most:
        return list(days)
    choices = [[day for day in days if place(day, every) % stride == 0] for stride in STRIDES[every]]
    choices += [
        [day for day in days if begins_month(day, every) and (day.year * 12 + day.month - 1) % stride == 0]
        for stride in MONTH_STRIDES
    ]
    return next((ticks for ticks in choices if 1 < len(ticks) <= most), [days[0], days[-1]])


def begins_month(day: dt.date, every: str) -> bool:
    """Whether a period is the first of its month."""
    return day.day <= DAYS.get(every, 1)


def tick_lines(ticks: Sequence[dt.date], every: str, lang: str) -> dict[str, list[str]]:
    """ISO day to the lines of its label: the period, and the year below where it begins."""
    lines: dict[str, list[str]] = {}
    year = None
    for day in ticks:
        short = short_text(day, every, lang)
        lines[day.isoformat()] = [short] if every == "year" or day.year == year else [short, str(day.year)]
        year = day.year
    return lines


def short_text(day: dt.date, every: str, lang: str) -> str:
    """A period on an axis: "Mar", "Q1", "4 Mar", "2024"."""
    if every == "year":
        return str(day.year)
    if every == "quarter":
        return word("chart_quarter_short", lang, quarter=(day.month + 2) // 3)
    month = word(f"month_short_{day.month}", lang)
    first = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return month if every == "month" else f"{first} {month}"


def label_expression(ticks: Sequence[dt.date], every: str, lang: str) -> str:
    """Vega expression from a time to the lines of its label."""
    return f"{literal(tick_lines(ticks, every, lang))}[timeFormat(datum.value, '%Y-%m-%d')] || ''"


def since_text(day: dt.date, every: str, lang: str) -> str:
    """A period after "since"; a day and a quarter take an article in French.

    >>> since_text(dt.date(2024, 4, 1), "quarter", "fr")
    'le T2\\xa02024'
    """
    text = period_text(day, every, lang)
    return word("chart_since_day", lang, day=text) if every in ("day", "quarter") else text


def period_expression(every: str, lang: str) -> str:
    """Vega expression from the time ``datum.period`` to the period in words, as `period_text` gives it."""
    time = "datum.period"
    months = literal([word(f"month_{month}", lang) for month in range(1, 13)])
    year = f"year({time})"
    if every == "year":
        return f"'' + {year}"
    if every == "quarter":
        before, between, after = word("chart_quarter", lang, quarter="|", year="|").split("|")
        return f"{literal(before)} + quarter({time}) + {literal(between)} + {year} + {literal(after)}"
    month_and_year = f"{months}[month({time})] + ' ' + {year}"
    number = f"(date({time}) === 1 ? '1er' : date({time}))" if lang == "fr" else f"date({time})"
    return month_and_year if every == "month" else f"{number} + ' ' + {month_and_year}"


def period_text(day: dt.date, every: str, lang: str | None = None) -> str:
    """A period in words by its first day: "March 2024", "Q1 2024", "the week of 4 March 2024".

    >>> period_text(dt.date(2024, 4, 1), "quarter", "fr")
    'T2\\xa02024'
    """
    lang = language(lang)
    if every == "year":
        return str(day.year)
    if every == "quarter":
        return word("chart_quarter", lang, quarter=(day.month + 2) // 3, year=day.year)
    if every == "month":
        return month_year(day, lang)
    return word("chart_week", lang, day=date_text(day, lang)) if every == "week" else date_text(day, lang)
