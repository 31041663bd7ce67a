"""The marks of a forecast, from the ground up: the future's ground, the past, the bars and band of what may come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from npskit.charts.columns import known, literal
from npskit.charts.letters import elided, text_width
from npskit.charts.periods import MOST_LABELS, next_period
from npskit.charts.renderer import FacetChart, LayerChart
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.timeline import (
    MOST_RULES,
    PANEL_LABELS,
    PANELS_A_ROW,
    VALUES,
    Series,
    score_channels,
    time_channel,
    tooltips,
    with_texts,
)
from npskit.charts.words import level_share
from npskit.labels import number, points, word

__all__ = ["HOLLOW", "NAME_GAP", "Picture", "bar_width", "ground", "hollow_size"]

HEIGHT, PANEL_HEIGHT, PANEL_WIDTH = 270, 140, 270
MARGIN, GAPS = 150, {"row": 12, "column": 40}
LABEL_GAP, NAME_GAP, HEAD_SIZE, SMALL_SIZE = 15, 6, 12.5, 11
# Of the room of a period; wider bars would look like blocks.
PART_OF_STEP, WIDEST_BAR = 0.6, 16
# What is expected and has not come yet is a ring.
HOLLOW: dict[str, Any] = {"filled": False, "fill": "white", "fillOpacity": 0.9, "strokeWidth": 1.4, "opacity": 1}
FIELDS = ("panel", "period", "kind", "stretch", "last", "responses", *VALUES)
TEXTS = ("period", "kind")


@dataclass(frozen=True)
class Picture:
    """What is drawn of series that have a past, of so many responses each, and periods to come."""

    groups: dict[str, Series]
    sizes: Sequence[float]
    past: Sequence[dt.date]
    ahead: Sequence[dt.date]
    every: str
    breaks: tuple[dt.date, ...]
    confidence_level: float
    lang: str

    @property
    def days(self) -> list[dt.date]:
        """Every period drawn."""
        return [*self.past, *self.ahead]

    def alone(self) -> LayerChart:
        """The series of everybody, with the bars and the band named where they end."""
        width = WIDTH - MARGIN
        parts = [*self.layers(width, MOST_LABELS), *self.names()]
        return LayerChart(layer=parts, data=self.data(), width=width, height=HEIGHT)

    def panels(self) -> FacetChart:
        """A panel a group, all on the same axes, each with its expected level at the end."""
        parts = [*self.layers(PANEL_WIDTH, PANEL_LABELS), self.figures()]
        spec = LayerChart(layer=parts, width=PANEL_WIDTH, height=PANEL_HEIGHT)
        heads = [[elided(name, PANEL_WIDTH, HEAD_SIZE), word("chart_n", self.lang, n=number(size, lang=self.lang))]
                 for name, size in zip(self.groups, self.sizes, strict=True)]  # fmt: skip
        header = alt.Header(title=None, labelExpr=f"{literal(heads)}[datum.value]", labelLimit=0)
        facet = alt.Facet("panel:O", sort=None, title=None, header=header)
        # an axis to each panel: shared axes stand under empty places of the last row too
        axes = alt.Resolve(axis={"x": "independent"}, scale={"x": "independent"})
        return FacetChart(spec=spec, facet=facet, data=self.data(), columns=PANELS_A_ROW, spacing=GAPS, resolve=axes)

    def layers(self, width: float, labels: int) -> list[alt.Chart]:
        """All marks without the names."""
        x, y = time_channel(self.days, self.every, self.lang, labels), score_channels(self.groups)
        # The axes are written once: with every mark they would be most of the specification.
        base = alt.Chart().encode(x=alt.X("period:T"))
        past = base.transform_filter("datum.kind === 'past'")
        ahead = base.transform_filter("datum.kind === 'ahead'")
        joined = base.transform_filter("datum.kind !== 'past'")
        return [
            *ground(self.past[-1], self.ahead[-1], self.every, word("chart_outlook", self.lang)),
            *self.sampling(past),
            ahead.mark_bar(color=INK, opacity=0.22, clip=True, width=bar_width(width, self.days)).encode(
                y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
            ),
            past.mark_area(color=ACCENT, opacity=0.3, clip=True).encode(
                y=alt.Y("level_lower:Q"), y2=alt.Y2("level_upper:Q"), detail=alt.Detail("stretch:O")
            ),
            joined.mark_area(color=ACCENT, opacity=0.3, clip=True).encode(
                y=alt.Y("level_lower:Q"), y2=alt.Y2("level_upper:Q")
            ),
            past.mark_line(color=ACCENT, strokeWidth=2.5).encode(x=x, y=y["level"], detail=alt.Detail("stretch:O")),
            joined.mark_line(color=ACCENT, strokeWidth=2, strokeDash=[4, 3]).encode(y=alt.Y("level:Q")),
            self.dots(past),
            with_texts(ahead, self.every, self.lang)
            .mark_point(**HOLLOW, color=INK, size=hollow_size(width, self.days))
            .encode(y=alt.Y("score:Q"), tooltip=self.ahead_tooltips()),
            *self.marks_of_breaks(width),
        ]

    def sampling(self, past: alt.Chart) -> list[alt.Chart]:
        """The intervals of the readings so far: thin rules, of very many a band."""
        known_only = past.transform_filter("isValid(datum.score)")
        if len(self.past) > MOST_RULES:
            return [past.mark_area(color=INK, opacity=0.14, clip=True).encode(y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q"))]
        return [
            known_only.mark_rule(color=INK, opacity=0.4, strokeWidth=1.1, clip=True).encode(
                y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
            )
        ]

    def dots(self, past: alt.Chart) -> alt.Chart:
        """The readings so far, larger for more responses."""
        top = max(own[day]["responses"] or 0 for own in self.groups.values() for day in self.past if day in own)
        biggest = max(50 * min(1, MOST_RULES / len(self.past)), 14)
        size = alt.Size("responses:Q", scale=alt.Scale(domain=[0, top], range=[biggest / 5, biggest]), legend=None)
        marked = with_texts(past.transform_filter("isValid(datum.score)"), self.every, self.lang)
        return marked.mark_circle(color=INK, opacity=1).encode(
            y=alt.Y("score:Q"), size=size, tooltip=tooltips(has_level=True, lang=self.lang)
        )

    def ahead_tooltips(self) -> list[alt.Tooltip]:
        """What is shown beside the pointer over a period to come."""
        shown = [
            ("label", "chart_period"),
            ("figure", "chart_expected"),
            ("range", "chart_interval"),
            ("n", "chart_expected_n"),
        ]
        shown += [("level_figure", "chart_level"), ("level_range", "chart_level_band")]
        return [alt.Tooltip(f"{field}:N", title=word(key, self.lang)) for field, key in shown]

    def marks_of_breaks(self, width: float) -> list[alt.Chart]:
        """A rule at each change that was marked."""
        seen = [day for day in self.breaks if self.past[0] < day <= self.past[-1] and day in self.past]
        if not seen:
            return []
        name = word("chart_break", self.lang)
        # A late change is named on its left: its name would run into the ground of what is to come.
        step = width / len(self.days)
        late = [(self.days.index(self.ahead[0]) - self.days.index(day)) * step < text_width(name, SMALL_SIZE) + 8
                for day in seen]  # fmt: skip
        rows = [{"at": iso(midway(next_period(day, self.every, -1), day)), "late": int(is_late)}
                for day, is_late in zip(seen, late, strict=True)]  # fmt: skip
        base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("at:T"))
        sides: list[tuple[Any, int, int]] = [("right", -4, 1)] * any(late) + [("left", 4, 0)] * (not all(late))
        texts = [
            base.transform_filter(f"datum.late === {flag}")
            .mark_text(align=align, baseline="top", dx=dx, fontSize=SMALL_SIZE, color=MUTED)
            .encode(y=alt.YValue(0), text=alt.TextValue(name))
            for align, dx, flag in sides
        ]
        return [base.mark_rule(color=MUTED, strokeDash=[2, 3]), *texts]

    def names(self) -> list[alt.Chart]:
        """The bars and the band, named at the end of the last period."""
        row = next(iter(self.groups.values()))[self.ahead[-1]]
        axis: Any = score_channels(self.groups)["score"].to_dict()
        scale = axis["scale"]["domain"]
        per_point = HEIGHT / (scale[1] - scale[0])
        share = level_share(self.confidence_level, self.lang)
        level = points(row["level"], lang=self.lang)
        heights = apart(
            [min(row["upper"], scale[1]) * per_point, row["level"] * per_point + 8, row["level"] * per_point - 8]
        )
        texts = (
            f"{word('chart_next_reading', self.lang)}, {share}",
            level,
            f"{word('chart_level_to_come', self.lang)}, {share}",
        )
        looks: tuple[dict[str, Any], ...] = (
            {"color": INK, "fontSize": 11},
            {"color": ACCENT, "fontSize": 15, "fontWeight": 600},
            {"color": ACCENT, "fontSize": 11},
        )
        out = []
        for text, height, look in zip(texts, heights, looks, strict=True):
            data = alt.Data(values=[{"level": height / per_point}])
            mark = alt.Chart(data).mark_text(align="left", baseline="middle", **look)
            out.append(
                mark.encode(x=alt.XValue(WIDTH - MARGIN + NAME_GAP), y=alt.Y("level:Q"), text=alt.TextValue(text))
            )
        return out

    def figures(self) -> alt.Chart:
        """The expected level at the end of each panel."""
        base = with_texts(alt.Chart().transform_filter("datum.last === 1"), self.every, self.lang)
        mark = base.mark_text(align="left", baseline="middle", fontSize=13, fontWeight=600, color=ACCENT)
        return mark.encode(x=alt.XValue(PANEL_WIDTH + NAME_GAP), y=alt.Y("level:Q"), text=alt.Text("level_figure:N"))

    def data(self) -> alt.InlineData:
        """A row for each group and period drawn; the last past one again, where the future's band begins."""
        rows = []
        for panel, own in enumerate(self.groups.values()):
            for day in self.days:
                kind = "past" if day in self.past else "ahead"
                stretch = sum(day >= each for each in self.breaks)
                rows.append((panel, day, kind, stretch, int(day == self.ahead[-1]), own.get(day, {})))
            joint = {key: own.get(self.past[-1], {}).get(key) for key in ("level", "level_lower", "level_upper")}
            rows.append((panel, self.past[-1], "joint", 0, 0, joint))
        parse = {name: "number" for name in FIELDS if name not in TEXTS} | {"period": "date"}
        return alt.InlineData(values=rows_text(rows), format=alt.CsvDataFormat(type="csv", parse=parse))


def rows_text(rows: Sequence[tuple[Any, ...]]) -> str:
    """The rows as CSV, with a time: a bare day would be read as midnight in Greenwich."""
    lines = [",".join(FIELDS)]
    for panel, day, kind, stretch, last, values in rows:
        figures = [f"{values[key]:.2f}" if known(values.get(key)) else "" for key in ("responses", *VALUES)]
        lines.append(f"{panel},{day.isoformat()}T00:00:00,{kind},{stretch},{last},{','.join(figures)}")
    return "\n".join(lines)


def ground(last: dt.date, end: dt.date, every: str, text: str) -> list[alt.Chart]:
    """The ground the future stands on, its edge, and its name."""
    start = midway(last, next_period(last, every))
    stop = midway(end, next_period(end, every))
    base = alt.Chart(alt.Data(values=[{"from": iso(start), "to": iso(stop)}]))
    edges = base.encode(x=alt.X("from:T"))
    name = edges.mark_text(align="left", baseline="bottom", dx=2, dy=-3, fontSize=11, color=MUTED)
    return [
        edges.mark_rect(color=INK, opacity=0.09, clip=True).encode(x2=alt.X2("to:T")),
        edges.mark_rule(color=MUTED, opacity=0.7),
        name.encode(y=alt.YValue(0), text=alt.TextValue(text)),
    ]


def bar_width(width: float, days: Sequence[dt.date]) -> float:
    """Width of the bar of one period, in pixels."""
    return round(max(min(PART_OF_STEP * width / len(days), WIDEST_BAR), 1.5), 1)


def hollow_size(width: float, days: Sequence[dt.date]) -> float:
    """Area of the sign of an expected reading: as wide as its bar, within reason."""
    return float(np.clip(bar_width(width, days) ** 2, 9, 26))


def midway(first: dt.date, second: dt.date) -> dt.datetime:
    """The time between the beginnings of two periods."""
    start, stop = (dt.datetime.combine(day, dt.time()) for day in (first, second))
    return start + (stop - start) / 2


def iso(time: dt.datetime) -> str:
    """A time as Vega reads it."""
    return time.isoformat(timespec="seconds")


def apart(heights: Sequence[float]) -> list[float]:
    """Heights of lines of text from the top one down, the upper ones raised where they would touch."""
    out = list(heights)
    for at in range(len(out) - 2, -1, -1):
        out[at] = max(out[at], out[at + 1] + LABEL_GAP)
    return out
