"""The marks of alerts, from the ground up: the range expected of each reading, the reading, and what stands out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import altair as alt

from npskit.charts.alert_words import AlertRow, alert_label, kind_words
from npskit.charts.columns import known, signed_axis, zero_line
from npskit.charts.letters import elided
from npskit.charts.periods import MOST_LABELS, next_period, period_text
from npskit.charts.placement import Box, Placed, placed
from npskit.charts.renderer import ConcatChart, LayerChart
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.timeline import time_channel
from npskit.labels import number, points, range_text, word

__all__ = ["Panel", "side_by_side"]

HEIGHT, PANEL_HEIGHT, PANEL_WIDTH, PANELS_A_ROW, PANEL_LABELS = 270, 150, 280, 2, 5
MARGIN = 56
# Of the room of a period; of very many periods the bars become a band.
PART_OF_STEP, WIDEST_BAR, MOST_BARS = 0.72, 22, 60
MOST_NAMED = {HEIGHT: 8, PANEL_HEIGHT: 3}
LINE_HEIGHT, FONT_SIZE = 14, 11.5


@dataclass(frozen=True)
class Panel:
    """One series with its alerts, on a calendar and a scale shared by all."""

    name: str
    group: dict[dt.date, dict[str, Any]]
    days: Sequence[dt.date]
    scale: tuple[float, float, list[int]]
    alerts: Sequence[AlertRow]
    every: str
    breaks: Sequence[dt.date]
    lang: str

    def alone(self) -> LayerChart:
        """The series of everybody."""
        width = WIDTH - MARGIN
        layers = self.layers(width, HEIGHT, MOST_LABELS)
        return LayerChart(layer=layers, width=width, height=HEIGHT)

    def layers(self, width: int, height: int, labels: int) -> list[alt.Chart]:
        """All marks, with their data."""
        base = alt.Chart(alt.Data(values=self.rows)).encode(x=time_channel(self.days, self.every, self.lang, labels))
        return [
            *self.expected(base, width),
            base.mark_line(color=INK, opacity=0.45, strokeWidth=1.2).encode(
                y=self.y("score"), detail=alt.Detail("stretch:O")
            ),
            self.dots(base),
            *self.names(width, height),
            *self.marks_of_breaks(),
        ]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each period of the calendar; a period without answers ends a stretch of the line."""
        inside = {day: alert for alert in self.alerts for day in self.days if alert.since <= day <= alert.found}
        found, stretch = [], 0
        for day in self.days:
            values = self.group.get(day)
            if values is None or not known(values["score"]):
                stretch += 1
                continue
            alert = inside.get(day)
            # The point that is named: a jump is named where it began, and not where it was confirmed.
            mark = "" if alert is None else "found" if alert.kind != "jump" or day == alert.since else "part"
            found.append({"period": f"{day.isoformat()}T00:00:00", "stretch": stretch, "mark": mark,
                          **self.figures(day, values)})  # fmt: skip
        return found

    def figures(self, day: dt.date, values: dict[str, Any]) -> dict[str, Any]:
        """Values of one period, and the texts shown beside the pointer."""
        lang = self.lang
        judged = known(values["p_value"])
        low, high = self.scale[:2]
        limits = {key: min(max(values[key], low), high) if judged else None for key in ("lower", "upper")}
        return {
            "score": round(values["score"], 2),
            "expected": round(values["expected"], 2) if judged else None,
            **limits,
            "label": period_text(day, self.every, lang),
            "figure": points(values["score"], lang=lang),
            "range": range_text(values["lower"], values["upper"], lang=lang) if judged else word("alert_early", lang),
            "n": number(values["responses"], lang=lang),
            "kind": kind_words([values["kind"]], lang)[0],
        }

    def y(self, field: str) -> alt.Y:
        """The scale of scores."""
        start, stop, marks = self.scale
        axis = alt.Axis(title=None, values=marks, labelExpr=signed_axis(), gridOpacity=zero_line(0.18))
        return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[start, stop], nice=False, zero=False))

    def expected(self, base: alt.Chart, width: int) -> list[alt.Chart]:
        """The range of each reading before it was seen, and its middle."""
        judged = base.transform_filter("isValid(datum.expected)")
        if len(self.days) > MOST_BARS:
            area = base.mark_area(color=INK, opacity=0.2, interpolate="step").encode(
                y=self.y("lower"), y2=alt.Y2("upper:Q"), detail=alt.Detail("stretch:O")
            )
            return [area]
        bar = min(PART_OF_STEP * width / (len(self.days) + 1), WIDEST_BAR)
        return [
            judged.mark_bar(color=INK, opacity=0.2, width=bar, clip=True).encode(
                y=self.y("lower"), y2=alt.Y2("upper:Q")
            ),
            judged.mark_tick(color=INK, opacity=0.5, thickness=1, width=bar, orient="horizontal").encode(
                y=self.y("expected")
            ),
        ]

    def dots(self, base: alt.Chart) -> alt.Chart:
        """The readings; those of an alert in the accent colour."""
        alert, part = "datum.mark === 'found'", "datum.mark !== ''"
        few = len(self.days) <= MOST_BARS
        tooltips = [("label", "chart_period"), ("figure", "score"), ("range", "alert_range"), ("n", "responses"),
                    ("kind", "alert_kind")]  # fmt: skip
        return base.mark_circle(opacity=1).encode(
            y=self.y("score"),
            color=alt.condition(part, alt.value(ACCENT), alt.value(INK)),
            size=alt.condition(alert, alt.value(90 if few else 60), alt.value(34 if few else 14)),
            tooltip=[alt.Tooltip(f"{field}:N", title=word(key, self.lang)) for field, key in tooltips],
        )

    def names(self, width: int, height: int) -> list[alt.Chart]:
        """Date, points and kind beside the last alerts."""
        named = sorted(self.alerts, key=lambda row: row.found)[-MOST_NAMED[height] :]
        spots = {row["period"][:10]: self.spot(row, width, height) for row in self.rows}
        at = [spots[(row.since if row.since.isoformat() in spots else row.found).isoformat()]
              if row.kind in ("jump", "drift") else spots[row.found.isoformat()] for row in named]  # fmt: skip
        texts = [alert_label(row, self.every, self.lang) for row in named]
        dots = [around(*spot) for spot in spots.values() if spot not in at]
        line = [around(*spot) for pair in pairwise(spots.values()) for spot in between(*pair)]
        found = placed(at, texts, width=width, height=height, radius=6, taken=dots, avoided=line)
        out = []
        for place, text, (x, y) in zip(found, texts, at, strict=True):
            if place is None:
                continue
            if place.led_to is not None:
                out.append(rule(x, y, *place.led_to))
            out.append(label(text, place))
        return out

    def spot(self, row: dict[str, Any], width: int, height: int) -> tuple[float, float]:
        """Where a reading stands, in pixels."""
        low, high = self.span
        at = dt.datetime.fromisoformat(row["period"])
        start, stop, _ = self.scale
        return width * ((at - low) / (high - low)), height * (stop - row["score"]) / (stop - start)

    @cached_property
    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The ends of the axis of time."""
        channel: Any = time_channel(self.days, self.every, self.lang, PANEL_LABELS).to_dict()
        first, last = channel["scale"]["domain"]
        return moment_of(first), moment_of(last)

    def marks_of_breaks(self) -> list[alt.Chart]:
        """A rule at each marked change."""
        seen = [day for day in self.breaks if self.days[0] < day <= self.days[-1]]
        if not seen:
            return []
        rows = []
        for day in seen:
            before = next_period(day, self.every, -1)
            middle = dt.datetime.combine(before, dt.time()) + (day - before) / 2
            rows.append({"at": middle.isoformat(timespec="seconds")})
        return [alt.Chart(alt.Data(values=rows)).mark_rule(color=MUTED, strokeDash=[2, 3]).encode(x=alt.X("at:T"))]


def moment_of(edge: dict[str, int]) -> dt.datetime:
    """A time from the form in which Vega-Lite has it."""
    return dt.datetime(edge["year"], edge["month"], edge["date"], edge.get("hours", 0))


def around(x: float, y: float) -> Box:
    """The place of a reading."""
    return Box(x - 4, y - 4, x + 4, y + 4)


def between(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Places along a line."""
    parts = max(int(math.dist(start, end) / 8), 1)
    return [
        (start[0] + (end[0] - start[0]) * k / parts, start[1] + (end[1] - start[1]) * k / parts)
        for k in range(1, parts)
    ]


def label(text: Sequence[str], place: Placed) -> alt.Chart:
    """Lines of text at a place in pixels."""
    mark = alt.Chart(alt.Data(values=[{}])).mark_text(
        align=place.align, baseline="top", fontSize=FONT_SIZE, fontWeight=600, color=ACCENT, lineHeight=LINE_HEIGHT
    )
    x, y = (alt.value(round(at, 1)) for at in (place.anchor, place.box.top))
    return mark.encode(x=x, y=y, text=alt.TextValue(list(text)))


def rule(x: float, y: float, to_x: float, to_y: float) -> alt.Chart:
    """A thin line from a point to its label."""
    mark = alt.Chart(alt.Data(values=[{}])).mark_rule(color=ACCENT, strokeWidth=0.8)
    ends = {"x": x, "y": y, "x2": to_x, "y2": to_y}
    return mark.encode(**{name: alt.value(round(end, 1)) for name, end in ends.items()})


def side_by_side(panels: Sequence[Panel]) -> ConcatChart:
    """A panel a group, all on the same axes."""
    charts = []
    for panel in panels:
        answers = sum(values["responses"] or 0 for values in panel.group.values())
        n = word("chart_n", panel.lang, n=number(answers, lang=panel.lang))
        title = alt.TitleParams(
            [elided(panel.name, PANEL_WIDTH, 12.5), n],
            fontSize=12,
            lineHeight=15,
            fontWeight=600,
            offset=8,
            frame="group",
        )
        layers = panel.layers(PANEL_WIDTH, PANEL_HEIGHT, PANEL_LABELS)
        charts.append(alt.LayerChart(layer=layers, width=PANEL_WIDTH, height=PANEL_HEIGHT, title=title))
    return ConcatChart(concat=charts, columns=PANELS_A_ROW, spacing=24)
