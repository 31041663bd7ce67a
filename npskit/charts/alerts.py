"""Which period moved: each reading against the range that was expected of it.

A line of scores makes every fall look like news. Here each reading stands on the range that was expected of it before
it was seen, as wide as its number of answers makes it, so that most ups and downs are visibly nothing; what is left
is named where it happened. Many series are a strip each, whose shades say how far into its range a reading lies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from statistics import median
from typing import Any

from npskit.charts.alert_layers import Panel, side_by_side
from npskit.charts.alert_strips import strips
from npskit.charts.alert_words import alert_rows, alerts_finding
from npskit.charts.columns import Columns, columns, empty, known, nice_range, row_names
from npskit.charts.periods import as_day, calendar, checked_every, period_text
from npskit.charts.renderer import ConcatChart, LayerChart, styled
from npskit.charts.titles import titled
from npskit.charts.words import by_text, level_share, responses_text
from npskit.labels import NO_BREAK_SPACE, date_text, language, number, word

__all__ = ["monitor"]

NEEDED = ("period", "responses", "score", "expected", "lower", "upper", "p_value", "kind", "since", "change")
MOST_PANELS, MOST_STRIPS = 6, 30
MOST_PERIODS = {"alone": 120, "panels": 60, "strips": 60}


def monitor(
    table: Any,
    *,
    every: str = "month",
    by: str | Sequence[str] | None = None,
    alpha: float = 0.05,
    breaks: Sequence[dt.date] = (),
    lang: str | None = None,
) -> LayerChart | ConcatChart:
    """Readings with the range expected of each before it was seen, and the alerts named.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``period`` (first day), ``responses``, ``score``, ``expected``, ``lower``, ``upper`` (points),
        ``p_value``, ``kind`` ("" where there is no alert), ``since`` (first day of the period in which what an alert
        found began), ``change`` (points), and the `by` columns; a row a period (and group).
    every : {"day", "week", "month", "quarter", "year"}
    by : str or sequence of str, optional
        A panel for each group, of more than six a strip; those with alerts first.
    alpha : float
        Probability of any alert when nothing moves.
    breaks : sequence of datetime.date
        First days of periods after a marked change.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart or ConcatChart

    Raises
    ------
    EmptyDataError
        When no period has an answer.

    Examples
    --------
    >>> days = [dt.date(2024, month, 1) for month in (3, 4)]
    >>> table = {"period": days, "responses": [90, 80], "score": [31.0, 5.0], "expected": [30.0, 30.0],
    ...          "lower": [8.0, 7.0], "upper": [52.0, 53.0], "p_value": [0.9, 0.001], "kind": ["", "new"],
    ...          "since": [None, days[1]], "change": [None, -25.0]}
    >>> monitor(table).title.text
    ['The score fell by 25 points in April 2024; the next reading will tell', 'whether it stays']
    """
    lang, every = language(lang), checked_every(every)
    keys = [by] if isinstance(by, str) else list(by or ())
    rows = columns(table, (*keys, *NEEDED), where="monitor")
    names = row_names(rows, keys, lang) if keys else [""] * len(rows["period"])
    groups = series(rows, names)
    kind = "alone" if not keys else "panels" if len(groups) <= MOST_PANELS else "strips"
    alerts = alert_rows(rows, keys, lang)
    ordered = in_order(groups, [alert.name for alert in alerts]) if keys else groups
    whole = calendar([day for group in groups.values() for day in answered(group)], every)
    days = whole[-MOST_PERIODS[kind] :]
    drawn = {name: ordered[name] for name in list(ordered)[: MOST_STRIPS if kind == "strips" else MOST_PANELS]}
    scale = score_range(list(drawn.values()), days)
    panels = [
        Panel(name, group, days, scale, [a for a in alerts if a.name == name and a.found in days], every, breaks, lang)
        for name, group in drawn.items()
    ]
    chart = {
        "alone": lambda: panels[0].alone(),
        "panels": lambda: side_by_side(panels),
        "strips": lambda: strips(panels),
    }
    said = subtitle(groups, days, len(whole), kind, keys, every, alpha, lang)
    return styled(titled(chart[kind](), alerts_finding(rows, by=keys, every=every, lang=lang), said), lang)


Group = dict[dt.date, dict[str, Any]]


def series(rows: Columns, names: Sequence[str]) -> dict[str, Group]:
    """Values per period for each group with answers."""
    groups: dict[str, Group] = {}
    for at, (name, day) in enumerate(zip(names, rows["period"], strict=True)):
        groups.setdefault(name, {})[as_day(day)] = {key: rows[key][at] for key in NEEDED[1:]}
    kept = {name: group for name, group in groups.items() if answered(group)}
    if not kept:
        raise empty("monitor")
    return kept


def answered(group: Group) -> list[dt.date]:
    """The periods with answers, in order."""
    return sorted(day for day, values in group.items() if values["responses"] and known(values["score"]))


def answers(group: Group) -> float:
    """Responses of a group over all periods."""
    return sum(values["responses"] or 0 for values in group.values())


def in_order(groups: dict[str, Group], alerted: Sequence[str]) -> dict[str, Group]:
    """Groups with the latest alerts first, then those with most answers."""
    latest = {name: at for at, name in enumerate(alerted)}
    return dict(sorted(groups.items(), key=lambda item: (-latest.get(item[0], -1), -answers(item[1]))))


def score_range(groups: Sequence[Group], days: Sequence[dt.date]) -> tuple[float, float, list[int]]:
    """Ends and marks of the axis of scores; the range of a month with two answers does not decide them."""
    rows = [group[day] for group in groups for day in days if day in group and group[day]["responses"]]
    usual = median(row["responses"] for row in rows)
    found = [row["score"] for row in rows if known(row["score"])]
    found += [
        row[key] for row in rows for key in ("lower", "upper") if known(row[key]) and row["responses"] >= usual / 2
    ]
    return nice_range(min(found), max(found), ticks=5)


def subtitle(
    groups: dict[str, Group],
    days: Sequence[dt.date],
    periods: int,
    kind: str,
    by: Sequence[str],
    every: str,
    alpha: float,
    lang: str,
) -> list[str]:
    """What is drawn, of whom, from when to when, and what is not judged."""
    unit, units = (word(f"chart_every_{every}{s}", lang) for s in ("", "s"))
    first, last = (
        date_text(day, lang) if every == "week" else period_text(day, every, lang) for day in (days[0], days[-1])
    )
    start = max(unjudged(group) for group in groups.values())
    silent = len(days) - len({day for group in groups.values() for day in answered(group)})
    most = MOST_STRIPS if kind == "strips" else MOST_PANELS
    return [
        word("alert_drawn_strips" if kind == "strips" else "alert_drawn", lang, every=unit),
        word("alert_by_chance", lang, alpha=level_share(alpha, lang)),
        word("chart_trend_by", lang, by=by_text(by, lang)) if by else "",
        word("alert_shown", lang, shown=most, k=number(len(groups), lang=lang)) if by and len(groups) > most else "",
        responses_text(sum(map(answers, groups.values())), lang),
        word("chart_span", lang, first=first, last=last) if len(days) > 1 else first,
        word("chart_latest", lang, shown=len(days), k=number(periods, lang=lang)) if periods > len(days) else "",
        word("alert_unjudged", lang, n=f"{start}{NO_BREAK_SPACE}{units if start > 1 else unit}") if start else "",
        word("chart_silent", lang, k=f"{silent} {units if silent > 1 else unit}") if silent else "",
    ]


def unjudged(group: Group) -> int:
    """Periods with answers before the first that is judged."""
    days = answered(group)
    return next((at for at, day in enumerate(days) if known(group[day]["p_value"])), len(days))
