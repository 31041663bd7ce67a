"""What if: the score now and after a move, and the path on which it gets there beside the one it takes anyway.

The two are drawn on one ground, since what counts is the distance between them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import columns, known, nice_range, signed_axis, zero_line
from npskit.charts.outlook_layers import ground
from npskit.charts.periods import MOST_LABELS, as_day, period_text
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.timeline import time_channel
from npskit.charts.titles import titled
from npskit.charts.words import level_share, responses_text, score_range
from npskit.labels import language, points, word

__all__ = ["before_and_after", "simulated_path"]

HEIGHT, MARGIN, ROW = 230, 110, 46
NAMES = 110
# Past periods for each one to come, and at least these.
PAST_PER_AHEAD, LEAST_PAST = 3, 12
# Two figures at the end of the lines stand at least so many points apart, of the height of the chart.
APART = 0.13


def before_and_after(
    now: Sequence[float],
    after: Sequence[float],
    *,
    finding: str,
    responses: float,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Two scores, each with its interval.

    Parameters
    ----------
    now, after : sequence of float, shape (3,)
        Score, lower and upper end, in points.
    finding : str
        The title.
    responses : float
    confidence_level : float
    lang : {"en", "fr"}, optional

    Examples
    --------
    >>> before_and_after((30, 14, 44), (40, 25, 53), finding="Up by 10", responses=100).title.text
    ['Up by 10']
    """
    lang = language(lang)
    rows = [
        {"name": word(key, lang), "score": row[0], "lower": row[1], "upper": row[2], "color": color,
         "figure": points(row[0], lang=lang), "range": score_range(row[0], row[1], row[2], lang)}
        for key, row, color in (("app_sim_now", now, INK), ("app_sim_after", after, ACCENT))
    ]  # fmt: skip
    start, stop, marks = nice_range(min(now[1], after[1]) - 2, max(now[2], after[2]) + 2, ticks=8)
    axis = alt.Axis(title=None, values=marks, labelExpr=signed_axis(), labelFlush=False, gridOpacity=zero_line(0.18))
    scale = alt.Scale(domain=[start, stop], nice=False, zero=False)
    names = alt.Axis(title=None, labelLimit=NAMES, labelPadding=8)
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("name:N", sort=None, axis=names),
        color=alt.Color("color:N", scale=None),
        tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("range:N", title=word("score", lang))],
    )
    x = alt.X("score:Q", axis=axis, scale=scale)
    layers = [
        base.mark_rule(strokeWidth=3, opacity=0.6).encode(
            x=alt.X("lower:Q", axis=axis, scale=scale), x2=alt.X2("upper:Q")
        ),
        base.mark_circle(size=140, opacity=1).encode(x=x),
        base.mark_text(fontSize=15, fontWeight=600, dy=-15).encode(x=x, text=alt.Text("figure:N")),
    ]
    said = [
        word("app_sim_drawn_now", lang, level=level_share(confidence_level, lang)),
        responses_text(responses, lang),
    ]
    return styled(titled(LayerChart(layer=layers, width=WIDTH - NAMES, height=2 * ROW), finding, said), lang)


def simulated_path(
    history: Any, path: Any, *, every: str, finding: str, confidence_level: float = 0.95, lang: str | None = None
) -> LayerChart:
    """The level so far, and the two ways it may go on.

    Parameters
    ----------
    history : mapping or DataFrame
        ``period, level, level_lower, level_upper``.
    path : mapping or DataFrame
        ``period, base, level, level_lower, level_upper``.
    every : {"day", "week", "month", "quarter", "year"}
    finding : str
        The title.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Raises
    ------
    EmptyDataError
        When there is nothing to draw.

    Examples
    --------
    >>> past = {"period": [dt.date(2024, 1, 1)], "level": [30.0], "level_lower": [25.0], "level_upper": [35.0]}
    >>> path = {"period": [dt.date(2024, 2, 1)], "base": [30.0], "level": [34.0], "level_lower": [28.0],
    ...         "level_upper": [40.0]}
    >>> simulated_path(past, path, every="month", finding="Up by 4").title.text
    ['Up by 4']
    """
    lang = language(lang)
    ahead = columns(path, ("period", "base", "level", "level_lower", "level_upper"), where="path")
    most = max(PAST_PER_AHEAD * len(ahead["period"]), LEAST_PAST)
    needed = ("period", "level", "level_lower", "level_upper")
    past = {name: values[-most:] for name, values in columns(history, needed, where="history").items()}
    last = len(past["period"]) - 1
    rows = [
        *(row_of(past, at, "past", every, lang) for at in range(last + 1)),
        {**row_of(past, last, "to come", every, lang), "base": past["level"][last]},
        *(row_of(ahead, at, "to come", every, lang) for at in range(len(ahead["period"]))),
    ]
    days = [as_day(day) for day in (*past["period"], *ahead["period"])]
    x, y = time_channel(days, every, lang, MOST_LABELS), level_channel(rows)
    base = alt.Chart().encode(x=alt.X("period:T"))
    before = base.transform_filter("datum.kind === 'past'")
    after = base.transform_filter("datum.kind !== 'past'")
    tips = [alt.Tooltip("label:N", title=word("chart_period", lang)),
            alt.Tooltip("figure:N", title=word("app_sim_with", lang)),
            alt.Tooltip("without:N", title=word("app_sim_base", lang))]  # fmt: skip
    layers = [
        *ground(as_day(past["period"][last]), days[-1], every, word("chart_outlook", lang)),
        before.mark_area(color=INK, opacity=0.2, clip=True).encode(
            y=alt.Y("level_lower:Q"), y2=alt.Y2("level_upper:Q")
        ),
        before.mark_line(color=INK, strokeWidth=2, clip=True).encode(x=x, y=y),
        after.mark_area(color=ACCENT, opacity=0.25, clip=True).encode(
            y=alt.Y("level_lower:Q"), y2=alt.Y2("level_upper:Q")
        ),
        after.mark_line(color=MUTED, strokeWidth=2, strokeDash=[4, 3], clip=True).encode(y=alt.Y("base:Q")),
        after.mark_line(color=ACCENT, strokeWidth=2.5, clip=True).encode(y=alt.Y("level:Q")),
        after.mark_circle(color=ACCENT, size=36, opacity=1, clip=True).encode(y=alt.Y("level:Q"), tooltip=tips),
        *end_names(days[-1], ahead, rows, lang),
    ]
    chart = LayerChart(layer=layers, data=alt.InlineData(values=rows), width=WIDTH - MARGIN, height=HEIGHT)
    unit = word(f"chart_every_{every}", lang)
    said = [word("app_sim_drawn_path", lang, every=unit, level=level_share(confidence_level, lang))]
    return styled(titled(chart, finding, said), lang)


def row_of(table: dict[str, list[Any]], at: int, kind: str, every: str, lang: str) -> dict[str, Any]:
    """A period as Vega takes it."""
    day = as_day(table["period"][at])
    row = {name: table[name][at] for name in ("level", "level_lower", "level_upper")}
    base = table["base"][at] if "base" in table else None
    texts = [points(value, lang=lang) if known(value) else "–" for value in (row["level"], base)]
    return {**row, "base": base, "period": f"{day.isoformat()}T00:00:00", "kind": kind,
            "label": period_text(day, every, lang), "figure": texts[0], "without": texts[1]}  # fmt: skip


def level_channel(rows: Sequence[dict[str, Any]]) -> alt.Y:
    """Scale and axis of points around all that is drawn."""
    ends = [row[name] for row in rows for name in ("level_lower", "level_upper", "base") if known(row[name])]
    start, stop, marks = nice_range(min(ends), max(ends))
    axis = alt.Axis(title=None, values=marks, labelExpr=signed_axis(), gridOpacity=zero_line(0.18))
    return alt.Y("level:Q", axis=axis, scale=alt.Scale(domain=[start, stop], nice=False, zero=False))


def end_names(
    day: dt.date, ahead: dict[str, list[Any]], rows: Sequence[dict[str, Any]], lang: str
) -> list[alt.Chart]:  # fmt: skip
    """Both levels beside the ends of their lines, kept apart."""
    level, base = ahead["level"][-1], ahead["base"][-1]
    ends = [row[name] for row in rows for name in ("level_lower", "level_upper") if known(row[name])]
    gap = APART * (max(ends) - min(ends))
    moved = abs(level - base) > 1e-9
    shift = max(gap - abs(level - base), 0) / 2 if moved else 0.0
    sign = 1 if level >= base else -1
    shown: list[tuple[float, float, str, str, Any]] = [(level, level + sign * shift, "app_sim_with", ACCENT, 600)]
    if moved:
        shown.append((base, base - sign * shift, "app_sim_base", MUTED, 400))
    period = f"{day.isoformat()}T00:00:00"
    return [
        alt.Chart(alt.Data(values=[{"period": period, "at": height, "text": text_of(value, key, lang, named=moved)}]))
        .mark_text(align="left", dx=10, fontSize=13, fontWeight=weight, color=color)
        .encode(x=alt.X("period:T"), y=alt.Y("at:Q"), text=alt.Text("text:N"))
        for value, height, key, color, weight in shown
    ]  # fmt: skip


def text_of(value: float, key: str, lang: str, *, named: bool) -> str:
    """A level with the path it ends, such as "+38 with"."""
    figure = points(value, lang=lang)
    return f"{figure} {word(key, lang)}" if named else figure
