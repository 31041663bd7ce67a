"""Did it work: what happened, what would have been expected, and the difference.

The readings stand on the range in which a reading of so many answers would have been without the action, so that what
the action did is what leaves the range and stays out of it. Below, the differences with the effect as a step: the same
figures without the ups and downs that were to be expected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.alert_layers import PART_OF_STEP, WIDEST_BAR, Panel
from npskit.charts.columns import Columns, columns, empty, known, nice_range, quoted, signed_axis, zero_line
from npskit.charts.impact_words import design_text, effect_range, effect_text, impact_finding
from npskit.charts.letters import elided
from npskit.charts.periods import MOST_LABELS, as_day, calendar, checked_every, next_period, period_text
from npskit.charts.renderer import VConcatChart, styled
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.timeline import time_channel
from npskit.charts.titles import titled
from npskit.charts.words import level_share, responses_text
from npskit.labels import language, number, points, range_text, word

__all__ = ["impact"]

NEEDED = ("period", "responses", "score", "expected", "expected_lower", "expected_upper", "difference")
ACTIONS = ("action", "since", "until", "effect", "lower", "upper", "smallest_detectable", "told")
UPPER, LOWER, MARGIN = 220, 120, 56
# Of so many periods the numbers of answers are written; so many are drawn, some of them before the action.
MOST_NUMBERED, MOST_PERIODS, LEAST_BEFORE = 30, 120, 40
# Room for the name of an action, and that of one of its letters.
NAME_WIDTH, FONT_SIZE, LETTER = 170, 11.5, 6.4


def impact(
    table: Any,
    actions: Any,
    *,
    every: str = "month",
    treated: str = "",
    breaks: Sequence[dt.date] = (),
    confidence_level: float = 0.95,
    warning: str = "",
    lang: str | None = None,
) -> VConcatChart:
    """Readings beside those expected without the actions, and the difference below.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``period`` (first day), ``responses``, ``score``, ``expected``, ``expected_lower``, ``expected_upper``
        and ``difference`` (points); a row a period.
    actions : mapping or DataFrame
        Columns ``action``, ``since``, ``until`` (days), ``effect``, ``lower``, ``upper``, ``smallest_detectable``
        (points) and ``told``; a row an action. With ``treated``, those of other groups than `treated` are not drawn.
    every : {"day", "week", "month", "quarter", "year"}
    treated : str
        Who was treated, where there is a control group.
    breaks : sequence of datetime.date
        First days of periods after a marked change.
    confidence_level : float
    warning : str
        What else may explain the finding, said right after it.
    lang : {"en", "fr"}, optional

    Returns
    -------
    VConcatChart

    Raises
    ------
    EmptyDataError
        When no period has an answer.

    Examples
    --------
    >>> days = [dt.date(2024, month, 1) for month in (3, 4)]
    >>> table = {"period": days, "responses": [90, 80], "score": [31.0, 45.0], "expected": [30.0, 30.0],
    ...          "expected_lower": [8.0, 7.0], "expected_upper": [52.0, 53.0], "difference": [1.0, 15.0]}
    >>> actions = {"action": [""], "since": [days[1]], "until": [None], "effect": [12.0], "lower": [4.0],
    ...            "upper": [20.0], "smallest_detectable": [9.5], "told": [True]}
    >>> impact(table, actions).title.text
    ['Since April 2024, the score is 12 points above what was to be expected', '(interval: +4 to +20)']
    """
    lang, every = language(lang), checked_every(every)
    rows = columns(table, NEEDED, where="impact")
    acted = columns(actions, ACTIONS, where="impact")
    drawn, others = on_these(acted, columns(actions, ("treated",), where="impact")["treated"], treated) if (
        "treated" in actions) else (acted, ())  # fmt: skip
    group = readings(rows)
    seen = sorted(day for day, values in group.items() if values["responses"] and known(values["score"]))
    if not seen:
        raise empty("impact")
    whole = calendar(seen, every)
    days = days_drawn(whole, [as_day(day) for day in drawn["since"]])
    answered = {day: group[day] for day in seen}
    panel = Readings("", answered, days, top_range(answered, days), (), every, tuple(breaks), lang)
    width = WIDTH - MARGIN
    chart = VConcatChart(
        vconcat=[
            alt.LayerChart(layer=panel.upper(drawn, width), width=width, height=UPPER),
            alt.LayerChart(layer=panel.differences(drawn, width), width=width, height=LOWER),
        ],
        spacing=14,
    )
    said = subtitle(answered, days, len(whole), acted, every, treated, confidence_level, lang, others)
    return styled(titled(chart, impact_finding(acted, every=every, lang=lang), [said[0], warning, *said[1:]]), lang)


Group = dict[dt.date, dict[str, Any]]


def days_drawn(days: Sequence[dt.date], since: Sequence[dt.date]) -> Sequence[dt.date]:
    """The latest periods, or those around the first action where it began before them."""
    first = sum(day <= min(since, default=days[-1]) for day in days)
    start = max(min(len(days) - MOST_PERIODS, first - LEAST_BEFORE), 0)
    return days[start : start + MOST_PERIODS]


def on_these(actions: Columns, groups: Sequence[Any], treated: str) -> tuple[Columns, tuple[str, ...]]:
    """The actions on those whose readings are drawn, and the names of the others."""
    own = [at for at, group in enumerate(groups) if (group or "") == treated]
    others = tuple(str(name) for at, name in enumerate(actions["action"]) if at not in own)
    return {name: [values[at] for at in own] for name, values in actions.items()}, others


def readings(rows: Columns) -> Group:
    """Values per period, named as the panel of alerts names them."""
    return {
        as_day(day): {
            **{name: rows[name][at] for name in ("responses", "score", "expected", "difference")},
            "lower": rows["expected_lower"][at],
            "upper": rows["expected_upper"][at],
            "p_value": 1.0 if known(rows["expected"][at]) else None,
            "kind": "",
        }
        for at, day in enumerate(rows["period"])
    }


def top_range(group: Group, days: Sequence[dt.date]) -> tuple[float, float, list[int]]:
    """Ends and marks of the axis of scores: all readings, and the ranges but for those of very few answers."""
    rows = [group[day] for day in days if day in group]
    usual = sorted(row["responses"] for row in rows)[len(rows) // 2]
    found = [row["score"] for row in rows]
    found += [row[key] for row in rows for key in ("lower", "upper")
              if known(row[key]) and row["responses"] >= usual / 2]  # fmt: skip
    return nice_range(min(found), max(found), ticks=5)


class Readings(Panel):
    """The panel of readings on what was expected of each, with the actions."""

    def upper(self, actions: Columns, width: int) -> list[alt.Chart]:
        """What happened, and what was to be expected."""
        base = alt.Chart(alt.Data(values=self.rows)).encode(x=self.time(labels=False))
        line = base.mark_line(color=INK, opacity=0.45, strokeWidth=1.2)
        return [
            *self.expected(base, width),
            *self.rules(actions),
            *self.titles(actions, width),
            line.encode(y=self.y("score"), detail=alt.Detail("stretch:O")),
            self.dots(base),
            *self.numbers(base),
            *self.marks_of_breaks(),
        ]

    def time(self, *, labels: bool = True) -> alt.X:
        """The axis of time, of the upper panel without its labels; both end where the days do, bars or not."""
        channel: Any = time_channel(self.days, self.every, self.lang, MOST_LABELS)
        scale = alt.Scale(domain=channel["scale"]["domain"], nice=False, padding=0)
        bare = alt.Axis(labels=False, ticks=False, title=None, grid=False)
        return alt.X("period:T", scale=scale, axis=channel["axis"] if labels else bare)

    def figures(self, day: dt.date, values: dict[str, Any]) -> dict[str, Any]:
        """Values of one period, the difference among them, and the texts shown beside the pointer."""
        found = super().figures(day, values)
        if not known(values["difference"]):
            return found
        ends = [values["score"] - values[key] for key in ("upper", "lower")]
        return {
            **found,
            "responses": values["responses"], "difference": round(values["difference"], 2),
            "low": round(ends[0], 2), "high": round(ends[1], 2),
            "gap": f"{points(values['difference'], lang=self.lang)} ({range_text(*ends, lang=self.lang)})",
        }  # fmt: skip

    def dots(self, base: alt.Chart) -> alt.Chart:
        """The readings."""
        shown = [("label", "chart_period"), ("figure", "score"), ("range", "impact_expected"), ("n", "responses")]
        return base.mark_circle(opacity=1, color=INK, size=40 if len(self.days) <= 60 else 16).encode(
            y=self.y("score"), tooltip=[alt.Tooltip(f"{field}:N", title=word(key, self.lang)) for field, key in shown]
        )

    def numbers(self, base: alt.Chart) -> list[alt.Chart]:
        """How many answered, along the bottom."""
        if len(self.days) > MOST_NUMBERED:
            return []
        mark = base.mark_text(color=MUTED, fontSize=9.5, baseline="top")
        return [mark.encode(y=alt.YValue(UPPER + 4), text=alt.Text("n:N"))]

    def rules(self, actions: Columns) -> list[alt.Chart]:
        """A rule where each action begins."""
        rows = [{"at": begins.isoformat(timespec="seconds")} for _, begins in self.inside(actions)]
        return (
            [alt.Chart(alt.Data(values=rows)).mark_rule(color=ACCENT, strokeWidth=1.2).encode(x=alt.X("at:T"))]
            if rows
            else []
        )

    def inside(self, actions: Columns) -> list[tuple[str, dt.datetime]]:
        """Names and beginnings of the actions that begin in the days drawn."""
        start, stop = self.span
        pairs = (
            (name, self.begins(as_day(day))) for name, day in zip(actions["action"], actions["since"], strict=True)
        )
        return [(name or "", begins) for name, begins in pairs if start <= begins <= stop]

    def titles(self, actions: Columns, width: int) -> list[alt.Chart]:
        """The names of the actions above the panel, in as many rows as it takes to keep them apart."""
        start, stop = self.span
        ends: list[float] = []
        out: list[alt.Chart] = []
        for name, begins in self.inside(actions):
            text = elided(name, NAME_WIDTH, FONT_SIZE)
            x = width * ((begins - start) / (stop - start))
            left = min(x - 3, width - LETTER * len(text))
            row = next((at for at, end in enumerate(ends) if end + 8 <= left), len(ends))
            ends[row : row + 1] = [left + LETTER * len(text)]
            mark = alt.Chart(alt.Data(values=[{}])).mark_text(
                color=ACCENT, fontSize=FONT_SIZE, fontWeight=600, baseline="bottom", align="left"
            )
            y = alt.value(-4 - 14 * row)
            out += [mark.encode(x=alt.XValue(round(left, 1)), y=y, text=alt.TextValue(text))] if text else []
        return out

    def begins(self, day: dt.date) -> dt.datetime:
        """Where a day stands: the mark of a period is its first day, and what begins with it, half a period before."""
        first = max((each for each in self.days if each <= day), default=day)
        after = next_period(first, self.every)
        inside = dt.datetime.combine(first, dt.time()) + (day - first)
        return inside - (dt.datetime.combine(after, dt.time()) - dt.datetime.combine(first, dt.time())) / 2

    def differences(self, actions: Columns, width: int) -> list[alt.Chart]:
        """The difference of each reading to what was expected, and the effects as steps."""
        base = alt.Chart(alt.Data(values=[row for row in self.rows if "difference" in row])).encode(x=self.time())
        y = self.gap_axis(actions)
        bar = min(PART_OF_STEP * width / (len(self.days) + 1), WIDEST_BAR) / 4
        shown = [("label", "chart_period"), ("gap", "chart_difference_word"), ("n", "responses")]
        tips = [alt.Tooltip(f"{field}:N", title=word(key, self.lang)) for field, key in shown]
        return [
            *self.effects(actions, y),
            *self.rules(actions),
            *self.beyond(actions, y),
            base.mark_rule(color=INK, opacity=0.35, strokeWidth=max(min(bar, 1.4), 0.6), clip=True).encode(
                y=y("low"), y2=alt.Y2("high:Q")
            ),
            base.mark_circle(color=INK, opacity=1, size=30 if len(self.days) <= 60 else 14).encode(
                y=y("difference"), tooltip=tips
            ),
        ]

    def gap_range(self, actions: Columns) -> tuple[float, float, list[int]]:
        """Ends and marks of the axis of differences: with 0, and with all intervals but those of very few answers."""
        rows = [row for row in self.rows if "difference" in row]
        usual = sorted(row["responses"] for row in rows)[len(rows) // 2] if rows else 0
        found = [row["difference"] for row in rows]
        found += [row[end] for row in rows for end in ("low", "high") if row["responses"] >= usual / 2]
        told = [at for at, known_of in enumerate(actions["told"]) if known_of]
        found += [actions[name][at] for name in ("lower", "upper") for at in told if known(actions[name][at])]
        return nice_range(min([0.0, *found]), max([0.0, *found]), ticks=4)

    def beyond(self, actions: Columns, y: Any) -> list[alt.Chart]:
        """A mark where an interval goes on beyond the axis."""
        start, stop, _ = self.gap_range(actions)
        out = []
        for shape, end, over in (("triangle-up", stop, "high"), ("triangle-down", start, "low")):
            rows = [{"period": row["period"], "edge": end} for row in self.rows
                    if over in row and (row[over] > stop if over == "high" else row[over] < start)]  # fmt: skip
            mark = alt.Chart(alt.Data(values=rows)).mark_point(
                shape=shape, size=22, color=INK, filled=True, opacity=0.5
            )
            out += [mark.encode(x=self.time(), y=y("edge"))] if rows else []
        return out

    def gap_axis(self, actions: Columns) -> Any:
        """The scale of differences, symmetric enough to show 0."""
        start, stop, marks = self.gap_range(actions)
        title = word("impact_difference", self.lang)
        axis = alt.Axis(
            title=title, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=0, titleY=-9, titleFontSize=11,
            titleFontWeight="normal", titleColor=MUTED, values=marks, labelExpr=signed_axis(),
            gridOpacity=zero_line(0.18),
        )  # fmt: skip
        scale = alt.Scale(domain=[start, stop], nice=False, zero=False)
        return lambda field: alt.Y(f"{field}:Q", axis=axis, scale=scale)

    def effects(self, actions: Columns, y: Any) -> list[alt.Chart]:
        """Effects as steps with their intervals; of several at once each from its own beginning to the next."""
        start, stop = self.span
        rows = [{name: actions[name][at] for name in ACTIONS} for at in range(len(actions["action"]))]
        rows = [row for row in rows if known(row["effect"]) and row["told"]]
        edges = [self.begins(as_day(row["since"])) for row in rows]
        ends = [*edges[1:], stop][: len(rows)]
        out: list[alt.Chart] = []
        for row, first, last in zip(rows, edges, ends, strict=True):
            own = stop if row["until"] is None else self.begins(as_day(row["until"]) + dt.timedelta(days=1))
            span = {"from": max(first, start), "to": min(last, own, stop)}
            if span["from"] >= span["to"]:
                continue
            text = f"{effect_text(row, self.lang)} ({effect_range(row, self.lang)})"
            values = {**{key: at.isoformat(timespec="seconds") for key, at in span.items()}, "text": text,
                      **{key: round(row[key], 2) for key in ("effect", "lower", "upper")}}  # fmt: skip
            base = alt.Chart(alt.Data(values=[values])).encode(x=alt.X("from:T"), x2=alt.X2("to:T"))
            tip = [alt.Tooltip("text:N", title=word("impact_effect", self.lang))]
            band, line = (
                base.mark_rect(color=ACCENT, opacity=0.16, clip=True),
                base.mark_rule(color=ACCENT, strokeWidth=2),
            )
            out += [
                band.encode(y=y("lower"), y2=alt.Y2("upper:Q"), tooltip=tip),
                line.encode(y=y("effect"), tooltip=tip),
            ]
        return out


def subtitle(
    group: Group,
    days: Sequence[dt.date],
    periods: int,
    actions: Columns,
    every: str,
    treated: str,
    confidence_level: float,
    lang: str,
    others: Sequence[str] = (),
) -> list[str]:
    """The smallest effect that would show, what is drawn, of whom, from when to when."""
    several = "_several" if len(actions["action"]) > 1 else ""
    first, last = (period_text(day, every, lang) for day in (days[0], days[-1]))
    answers = sum(values["responses"] for values in group.values())
    return [
        design_text(actions, lang).removesuffix("."),
        word(f"impact_drawn{several}", lang, every=word(f"chart_every_{every}", lang)),
        word("impact_numbered", lang) if len(days) <= MOST_NUMBERED else "",
        word("impact_treated", lang, treated=treated) if treated else "",
        word("impact_elsewhere", lang, names=", ".join(quoted(name, lang) for name in others)) if others else "",
        word("impact_level", lang, level=level_share(confidence_level, lang)),
        responses_text(answers, lang),
        word("chart_span", lang, first=first, last=last) if len(days) > 1 else first,
        word("impact_window", lang, shown=len(days), k=number(periods, lang=lang)) if periods > len(days) else "",
    ]
