"""Many series at once: a strip each, shaded by how far into its expected range a reading lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.alert_layers import Panel
from npskit.charts.alert_words import alert_label
from npskit.charts.columns import known, literal
from npskit.charts.letters import text_width
from npskit.charts.periods import tick_days, tick_lines
from npskit.charts.renderer import LayerChart
from npskit.charts.theme import ACCENT, CATEGORY_COLORS, MUTED, WIDTH
from npskit.labels import word

__all__ = ["strips"]

ROW_HEIGHT, GAP = 22, 3
NAME_WIDTH, FONT_SIZE = 150, 11.5
MOST_TICKS = 7
PALEST, DARKEST = 0.06, 0.62


def strips(panels: Sequence[Panel]) -> LayerChart:
    """A strip a group: warm below, cool above what was expected; alerts in the accent colour, the latest in words."""
    lang, days = panels[0].lang, panels[0].days
    names = [short_name(panel.name) for panel in panels]
    texts = [last_alert(panel) for panel in panels]
    left = min(max(text_width(name, 12.5) for name in names), NAME_WIDTH)
    right = max((text_width(text, FONT_SIZE + 0.5) for text in texts), default=0)
    width, height = int(WIDTH - left - right - 40), ROW_HEIGHT * len(panels)
    x = alt.X("at:Q", scale=alt.Scale(domain=[0, len(days)], nice=False), axis=time_axis(panels[0]))
    label = alt.Axis(
        title=None, labelExpr=f"{literal(names)}[datum.value]", labelLimit=NAME_WIDTH + 10, labelPadding=6, grid=False
    )
    y = alt.Y("row:O", sort=None, axis=label, scale=alt.Scale(paddingInner=GAP / ROW_HEIGHT, paddingOuter=0))
    shown = [("label", "chart_period"), ("figure", "score"), ("range", "alert_range"), ("n", "responses"),
             ("kind", "alert_kind")]  # fmt: skip
    colour = alt.condition(
        "datum.mark !== ''",
        alt.value(ACCENT),
        alt.Color(
            "side:N", scale=alt.Scale(domain=[-1, 1], range=[CATEGORY_COLORS[0], CATEGORY_COLORS[2]]), legend=None
        ),
    )
    cells = alt.Chart(alt.Data(values=cells_of(panels))).encode(x=x, x2=alt.X2("to:Q"), y=y)
    blocks = cells.transform_filter("datum.side !== 0").mark_rect()
    early = cells.transform_filter("datum.side === 0").mark_rect(color=MUTED, opacity=0.12)
    tooltip = [alt.Tooltip(f"{field}:N", title=word(key, lang)) for field, key in shown]
    parts = [
        early.encode(tooltip=tooltip),
        blocks.encode(color=colour, opacity=alt.Opacity("shade:Q", scale=None), tooltip=tooltip),
        said(texts, width),
    ]
    return LayerChart(layer=parts, width=width, height=height)


def cells_of(panels: Sequence[Panel]) -> list[dict[str, Any]]:
    """A cell for each reading: where it is, how dark and of which side."""
    out = []
    for row, panel in enumerate(panels):
        places = {day.isoformat(): at for at, day in enumerate(panel.days)}
        for cell in panel.rows:
            at = places[cell["period"][:10]]
            values = panel.group[panel.days[at]]
            out.append({"row": row, "at": at + 0.06, "to": at + 0.94, **shade(values, cell["mark"]),
                        **{key: cell[key] for key in ("mark", "label", "figure", "range", "n", "kind")}})  # fmt: skip
    return out


def shade(values: dict[str, Any], mark: str) -> dict[str, float]:
    """How far a reading lies from what was expected, as a part of the way to its limit; 0 where it is not judged."""
    if not known(values["p_value"]):
        return {"side": 0, "shade": 0.0}
    gap = values["score"] - values["expected"]
    room = (values["upper"] if gap > 0 else values["lower"]) - values["expected"]
    part = min(abs(gap / room), 1.0) if room else 0.0
    opacity = 1.0 if mark else PALEST + (DARKEST - PALEST) * part
    return {"side": 1 if gap >= 0 else -1, "shade": round(opacity, 3)}


def time_axis(panel: Panel) -> alt.Axis:
    """Few periods named in the middle of their cells."""
    ticks = tick_days(panel.days, panel.every, MOST_TICKS)
    lines = tick_lines(ticks, panel.every, panel.lang)
    texts = {f"{panel.days.index(day) + 0.5:g}": lines[day.isoformat()] for day in ticks}
    return alt.Axis(
        title=None,
        values=[float(at) for at in texts],
        labelExpr=f"{literal(texts)}['' + datum.value] || ''",
        grid=False,
        labelFlush=False,
        labelOverlap=False,
        labelPadding=6,
    )


def last_alert(panel: Panel) -> str:
    """The latest alert of a group in one line, and how many came before it."""
    if not panel.alerts:
        return ""
    dated, kind = alert_label(max(panel.alerts, key=lambda row: row.found), panel.every, panel.lang)
    return f"{dated}, {kind}"


def said(texts: Sequence[str], width: int) -> alt.Chart:
    """The latest alert of each group at the end of its strip."""
    rows = [{"row": row, "text": text} for row, text in enumerate(texts)]
    mark = alt.Chart(alt.Data(values=rows)).mark_text(
        align="left", baseline="middle", fontSize=FONT_SIZE, fontWeight=600, color=ACCENT
    )
    return mark.encode(x=alt.XValue(width + 8), y=alt.Y("row:O", sort=None), text=alt.Text("text:N"))


def short_name(name: str) -> str:
    """A name that fits beside its strip."""
    while text_width(name, 12.5) > NAME_WIDTH:
        name = name.rstrip("…")[:-1] + "…"
    return name
