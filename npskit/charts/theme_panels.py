"""Which themes grow: a small panel a theme, its share each period, and the line through them.

The line takes the accent only where the change is more than chance would make of a theme that people write about in
bursts, and single periods only where they lie off the line of the others. All panels share one axis, so that a theme
of two per cent does not look like one of thirty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, literal, records
from npskit.charts.letters import elided
from npskit.charts.periods import as_day, checked_every, period_text, tick_days, tick_lines
from npskit.charts.renderer import ConcatChart, styled
from npskit.charts.rows import said_name
from npskit.charts.theme import ACCENT, INK, MUTED
from npskit.charts.titles import titled
from npskit.labels import language, number, share, word

__all__ = ["theme_trend"]

MOST_PANELS, PANELS_A_ROW = 9, 3
PANEL_WIDTH, PANEL_HEIGHT = 172, 96
MOST_TICKS = 3
ALPHA = 0.05
NEEDED = ("theme", "period", "share", "comments")


@dataclass(frozen=True, slots=True)
class Panel:
    """One theme: its periods with share, line and p-value, and whether it changed."""

    name: str
    days: list[dt.date]
    rows: list[dict[str, Any]]
    p_adjusted: float | None
    mean: float

    @property
    def changed(self) -> bool:
        """Whether the theme grew or shrank by more than chance."""
        return self.p_adjusted is not None and known(self.p_adjusted) and self.p_adjusted < ALPHA

    @property
    def ends(self) -> tuple[float, float]:
        """Share at both ends of the line."""
        fitted = [row["fitted"] for row in self.rows if known(row["fitted"])]
        return (fitted[0], fitted[-1]) if fitted else (0.0, 0.0)


def theme_trend(table: Any, changes: Any = None, *, every: str = "month", lang: str | None = None) -> ConcatChart:
    """Share of comments that speak of each theme, over time.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``theme``, ``period`` (first day), ``share`` (0 to 1), ``comments``; if there, ``fitted`` (the line) and
        ``p_adjusted`` of the period; a row for each theme and period.
    changes : mapping or DataFrame, optional
        Columns ``theme`` and ``p_adjusted``: a row a theme.
    every : {"day", "week", "month", "quarter", "year"}
    lang : {"en", "fr"}, optional

    Returns
    -------
    ConcatChart
        An `altair.ConcatChart`, a panel a theme.

    Raises
    ------
    EmptyDataError
        When no period has comments.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"theme": ["price"] * 3, "period": ["2024-01-01", "2024-02-01", "2024-03-01"],
    ...          "share": [0.1, 0.12, 0.11], "comments": [50, 60, 55]}
    >>> theme_trend(table, lang="en").title.text
    ['Too few periods to tell a trend of the themes']
    """
    lang = language(lang)
    checked_every(every)
    panels = panels_of(columns(table, NEEDED, where="theme_trend"), changes)
    shown = sorted(panels, key=lambda panel: (not panel.changed, -panel.mean))[:MOST_PANELS]
    days = shown[0].days
    unit = word(f"chart_every_{every}", lang)
    subtitle = [
        word("chart_theme_trend_drawn", lang, every=unit),
        word("chart_theme_trend_chance", lang) if is_judged(panels) else "",
        word("chart_theme_trend_shown", lang, shown=len(shown), k=number(len(panels), lang=lang))
        if len(panels) > len(shown)
        else "",
        word("chart_span", lang, first=period_text(days[0], every, lang), last=period_text(days[-1], every, lang)),
    ]
    top = max((row["share"] for panel in shown for row in panel.rows if known(row["share"])), default=0.1) * 1.06 or 0.1
    charts = [drawn(panel, every, top, lang) for panel in shown]
    chart = ConcatChart(concat=charts, columns=PANELS_A_ROW, spacing=22)
    return styled(titled(chart, finding(panels, every, lang), subtitle), lang)


def panels_of(rows: Columns, changes: Any) -> list[Panel]:
    """The rows of each theme in the order of time."""
    found = (
        {} if changes is None or not len(list(changes)) else columns(changes, ("theme", "p_adjusted"), where="changes")
    )
    judged = dict(zip(found.get("theme", []), found.get("p_adjusted", []), strict=True))
    themes: dict[Any, list[dict[str, Any]]] = {}
    fitted = rows.get("fitted", [None] * len(rows["theme"]))
    chance = rows.get("p_adjusted", [None] * len(rows["theme"]))
    for at, theme in enumerate(rows["theme"]):
        row = {"day": as_day(rows["period"][at]), "share": rows["share"][at], "comments": rows["comments"][at],
               "fitted": fitted[at], "p_adjusted": chance[at]}  # fmt: skip
        themes.setdefault(theme, []).append(row)
    panels = []
    for theme, each in themes.items():
        each.sort(key=lambda row: row["day"])
        shares = [(row["share"], row["comments"]) for row in each if known(row["share"]) and row["comments"]]
        if shares:
            mean = sum(value * n for value, n in shares) / sum(n for _, n in shares)
            panels.append(Panel(str(theme), [row["day"] for row in each], each, judged.get(theme), mean))
    if not panels:
        raise empty("theme_trend")
    return panels


def is_judged(panels: Sequence[Panel]) -> bool:
    """Whether there were periods enough for a line."""
    return any(known(panel.p_adjusted) for panel in panels)


def finding(panels: Sequence[Panel], every: str, lang: str) -> str:
    """The theme that changed most, else the period that stands out most, else that nothing did."""
    if not is_judged(panels):
        return word("chart_theme_young", lang)
    changed = [panel for panel in panels if panel.changed]
    if changed:
        most = max(changed, key=lambda panel: abs(panel.ends[1] - panel.ends[0]))
        first, last = most.ends
        key = "chart_theme_rises" if last > first else "chart_theme_falls"
        words = {"first": share(first, lang=lang), "last": share(last, lang=lang)}
        return word(key, lang, theme=named(most.name, lang), **words)
    apart = [(row["p_adjusted"], panel, row) for panel in panels for row in panel.rows if stands(row)]
    if not apart:
        return word("chart_theme_steady", lang)
    _, panel, row = min(apart, key=lambda each: each[0])
    period = period_text(row["day"], every, lang)
    return word(
        "chart_theme_stands", lang, theme=named(panel.name, lang), period=period, share=share(row["share"], lang=lang)
    )


def named(name: str, lang: str) -> str:
    """A name no longer than a title can hold."""
    return said_name(name, ["theme"], lang).strip("“”«»\u202f")


def stands(row: dict[str, Any]) -> bool:
    """Whether a period lies off the line of the others."""
    return row["p_adjusted"] is not None and known(row["p_adjusted"]) and row["p_adjusted"] < ALPHA


def drawn(panel: Panel, every: str, top: float, lang: str) -> alt.LayerChart:
    """Points of the periods and the line, the axis shared."""
    rows = [
        {
            "at": at,
            "value": row["share"] if known(row["share"]) else None,
            "line": row["fitted"] if known(row["fitted"]) else None,
            "point": stands(row),
            "label": period_text(row["day"], every, lang),
            "figure": share(row["share"], lang=lang) if known(row["share"]) else "–",
            "n": number(row["comments"] or 0, lang=lang),
        }
        for at, row in enumerate(panel.rows)
    ]
    tooltip = [
        alt.Tooltip(f"{field}:N", title=word(key, lang))
        for field, key in (("label", "chart_period"), ("figure", "chart_theme_share"), ("n", "theme_head_responses"))
    ]
    x = alt.X(
        "at:Q", axis=time_axis(panel.days, every, lang), scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], nice=False)
    )
    percent = alt.Axis(title=None, format=".0%", tickCount=3)
    scale = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(alt.Data(values=records(by_column(rows)))).encode(x=x)
    line = (
        base.transform_filter("isValid(datum.line)")
        .mark_line(strokeWidth=2.4 if panel.changed else 1.4, color=ACCENT if panel.changed else MUTED)
        .encode(y=alt.Y("line:Q", axis=percent, scale=scale))
    )
    dots = (
        base.transform_filter("isValid(datum.value)")
        .mark_circle(opacity=1)
        .encode(
            y=alt.Y("value:Q", axis=percent, scale=scale),
            color=alt.condition("datum.point", alt.value(ACCENT), alt.value(INK)),
            size=alt.condition("datum.point", alt.value(70), alt.value(26)),
            tooltip=tooltip,
        )
    )
    title = alt.TitleParams(
        [elided(panel.name, PANEL_WIDTH, 12.5), share(panel.mean, lang=lang)],
        fontSize=12, lineHeight=15, fontWeight=600, offset=6, frame="group",
    )  # fmt: skip
    return alt.LayerChart(layer=[line, dots], width=PANEL_WIDTH, height=PANEL_HEIGHT, title=title)


def by_column(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Rows as columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def time_axis(days: Sequence[dt.date], every: str, lang: str) -> alt.Axis:
    """A few periods, named under their points."""
    ticks = tick_days(days, every, MOST_TICKS)
    lines = tick_lines(ticks, every, lang)
    texts = {str(days.index(day)): lines[day.isoformat()] for day in ticks}
    return alt.Axis(
        title=None,
        values=[int(at) for at in texts],
        labelExpr=f"{literal(texts)}['' + datum.value] || ''",
        grid=False,
        labelFlush=False,
        labelOverlap=False,
        labelPadding=6,
    )
