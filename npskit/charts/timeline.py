"""Is it moving: what each period printed, and the level behind it.

The score of one month is an answer of that month's respondents; most of its ups and downs are theirs. The level is
what is left when they are accounted for, and the one to steer by. Both are drawn, the sampling lighter than the level.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from statistics import median
from typing import Any

import altair as alt

from npskit.charts.columns import (
    Columns,
    columns,
    empty,
    known,
    literal,
    nice_range,
    row_names,
    signed_axis,
    zero_line,
)
from npskit.charts.moves import Found, moved, swing, trend_finding
from npskit.charts.periods import (
    MOST_LABELS,
    as_day,
    bulk,
    calendar,
    checked_every,
    label_expression,
    next_period,
    period_expression,
    period_text,
    reach,
    since_text,
    tick_days,
)
from npskit.charts.renderer import FacetChart, LayerChart, styled
from npskit.charts.theme import ACCENT, INK, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import (
    by_text,
    digits,
    left_out_parts,
    level_share,
    name_text,
    responses_text,
    score_range,
    sentence,
    withheld_parts,
)
from npskit.labels import MINUS, SEPARATORS, date_text, language, number, points, word

__all__ = ["trend"]

HEIGHT = 250
PANEL_WIDTH, PANEL_HEIGHT, PANELS_A_ROW, MOST_PANELS = 280, 130, 2, 12
PANEL_LABELS = 5
MARGIN = 72
# A season of daily points is a band; a year of months is points with their intervals.
MOST_RULES = 40
# Periods times panels; more would be neither seen nor light.
MOST_ROWS = 700
VALUES = ("score", "lower", "upper", "level", "level_lower", "level_upper")
NEEDED = ("period", "responses", "score", "lower", "upper")


def trend(
    table: Any,
    *,
    every: str = "month",
    by: str | Sequence[str] | None = None,
    confidence_level: float = 0.95,
    undated: int = 0,
    outside: int = 0,
    withheld: int = 0,
    min_responses: int | None = None,
    lang: str | None = None,
) -> LayerChart | FacetChart:
    """The score over time with the smoothed level.

    Periods far from nearly all answers, such as that of a single wrong date, are left out, and it is said.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``period`` (first day), ``responses``, ``score``, ``lower``, ``upper`` and, if there is a level,
        ``level``, ``level_lower``, ``level_upper`` (points); the `by` columns; a row a period (and group).
    every : {"day", "week", "month", "quarter", "year"}
        Length of a period.
    by : str or sequence of str, optional
        A panel for each group, of at most the twelve with most answers.
    confidence_level : float
    undated, outside : int
        Answers that are not in the table, having no date or one too far off; told in the subtitle.
    withheld, min_responses : int, optional
        Readings whose ``responses`` are missing since they are fewer than so many, or would give such ones away; told
        in the subtitle.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart or FacetChart
        An `altair.LayerChart`; with `by` an `altair.FacetChart`.

    Raises
    ------
    EmptyDataError
        When no period has an answer.

    Examples
    --------
    >>> table = {"period": [dt.date(2024, 3, 1), dt.date(2024, 4, 1)], "responses": [90, 80], "score": [10.0, 60.0],
    ...          "lower": [-5.0, 48.0], "upper": [25.0, 72.0]}
    >>> trend(table).title.text
    ['The smoothed score is up 50 points since March 2024']
    """
    lang, every = language(lang), checked_every(every)
    keys = [by] if isinstance(by, str) else list(by or ())
    rows = columns(table, (*keys, *NEEDED), where="trend")
    groups = series(rows, row_names(rows, keys, lang) if keys else [""] * len(rows["period"]))
    groups, far = near(groups)
    drawn = dict(list(groups.items())[:MOST_PANELS])
    whole = calendar([day for group in drawn.values() for day in answered(group)], every)
    days = whole[-(MOST_ROWS // len(drawn)) :]
    groups = {name: within(group, days[0], days[-1]) for name, group in groups.items()}
    drawn = {name: groups[name] for name in drawn}
    title = title_text(groups, every, keys, confidence_level, lang)
    subtitle = [
        *subtitle_parts(groups, days, len(whole), every, keys, confidence_level, lang),
        *withheld_parts(withheld, min_responses, every, lang),
        *left_out_parts(undated, outside + far, lang),
    ]
    chart = faceted(drawn, days, every, lang) if keys else one_panel(drawn, days, every, lang)
    return styled(titled(chart, title, subtitle), lang)


Series = dict[dt.date, dict[str, Any]]


def series(rows: Columns, names: Sequence[str]) -> dict[str, Series]:
    """Values per period for each group with answers; of too many groups, those with most answers first."""
    groups: dict[str, Series] = {}
    for at, (name, day) in enumerate(zip(names, rows["period"], strict=True)):
        if day is not None:
            values = {key: rows[key][at] for key in (*VALUES, "responses") if key in rows}
            groups.setdefault(name, {})[as_day(day)] = {**dict.fromkeys(VALUES), **values}
    kept = {name: group for name, group in groups.items() if answers(group)}
    if not kept:
        raise empty("trend")
    return kept if len(kept) <= MOST_PANELS else dict(sorted(kept.items(), key=lambda item: -answers(item[1])))


def near(groups: dict[str, Series]) -> tuple[dict[str, Series], int]:
    """The series without periods far from nearly all answers, and how many answers those held."""
    sizes: dict[dt.date, float] = {}
    for group in groups.values():
        for day, values in group.items():
            sizes[day] = sizes.get(day, 0) + (values["responses"] or 0)
    first, last = reach(*bulk(list(sizes), list(sizes.values())))
    far = sum(n for day, n in sizes.items() if not first <= day <= last)
    found = {name: within(group, first, last) for name, group in groups.items()}
    return {name: group for name, group in found.items() if answers(group)}, int(far)


def within(group: Series, first: dt.date, last: dt.date) -> Series:
    """The part of a series from one day to another."""
    return {day: values for day, values in group.items() if first <= day <= last}


def answers(group: Series) -> float:
    """Responses of a group over all periods."""
    return sum(values["responses"] or 0 for values in group.values())


def answered(group: Series) -> list[dt.date]:
    """The periods with answers, in order."""
    return sorted(day for day, values in group.items() if values["responses"] and known(values["score"]))


def title_text(groups: dict[str, Series], every: str, by: Sequence[str], confidence_level: float, lang: str) -> str:
    """The finding: how the level moved, or the score when there is one period only."""
    if not any(len(answered(group)) > 1 for group in groups.values()):
        return lone_title(groups, by, every, lang)
    ordered = sorted((item for item in groups.items() if answered(item[1])), key=lambda item: answered(item[1])[0])
    found = {name: finding(group, every, len(ordered), confidence_level, lang) for name, group in ordered}
    return trend_finding(found, every=every, by=by, lang=lang)


def finding(group: Series, every: str, series: int, confidence_level: float, lang: str) -> Found:
    """How one of so many series moved, over its periods with answers."""
    inside = answered(group)
    smooth = any(known(group[day]["level"]) for day in inside)
    names = ("level", "level_lower", "level_upper") if smooth else ("score", "lower", "upper")
    values = [[group[day][name] for day in inside] for name in names]
    start = since_text(inside[0], every, lang)
    change = moved(*values, series=series, confidence_level=confidence_level)
    found = swing(*values, series=series, confidence_level=confidence_level)
    if found is None:
        return Found(change, start)

    def said(at: int) -> str:
        return f"{points(values[0][at], lang=lang)} ({period_text(inside[at], every, lang)})"

    return Found(change, start, (said(found.low), said(found.high)), values[0][found.high] - values[0][found.low])


def lone_title(groups: dict[str, Series], by: Sequence[str], every: str, lang: str) -> str:
    """Title where nothing can have changed yet."""
    name, group = next(iter(groups.items()))
    day = answered(group)[0]
    values = group[day]
    said = score_range(values["score"], values["lower"], values["upper"], lang)
    about = f"{name_text(name, by, lang)}, {period_text(day, every, lang)}" if by else period_text(day, every, lang)
    return sentence(f"{about}{word('chart_colon', lang)} {said}")


def subtitle_parts(
    groups: dict[str, Series],
    days: Sequence[dt.date],
    periods: int,
    every: str,
    by: Sequence[str],
    confidence_level: float,
    lang: str,
) -> list[str]:
    """What is drawn, of whom, from when to when, and what is not there."""
    unit = word(f"chart_every_{every}", lang)
    drawn = word("chart_trend", lang, every=unit, level=level_share(confidence_level, lang))
    seen = {day for group in groups.values() for day in [*answered(group), *veiled(group)]}
    silent = len([day for day in days if day not in seen])
    first, last = (
        date_text(day, lang) if every == "week" else period_text(day, every, lang) for day in (days[0], days[-1])
    )
    units = word(f"chart_every_{every}s", lang)
    return [
        drawn,
        word("chart_trend_level", lang) if levelled(groups) else "",
        word("chart_trend_by", lang, by=by_text(by, lang)) if by else "",
        word("chart_panels", lang, shown=MOST_PANELS, k=number(len(groups), lang=lang))
        if len(groups) > MOST_PANELS
        else "",
        responses_text(sum(answers(group) for group in groups.values()), lang),
        word("chart_span", lang, first=first, last=last) if len(days) > 1 else first,
        word("chart_latest", lang, shown=len(days), k=number(periods, lang=lang)) if periods > len(days) else "",
        word("chart_silent", lang, k=f"{silent} {units}" if silent > 1 else f"{silent} {unit}") if silent else "",
    ]


def veiled(group: Series) -> list[dt.date]:
    """The periods whose answers are too few to be told."""
    return [day for day, values in group.items() if values["responses"] is None]


def trend_data(groups: dict[str, Series], days: Sequence[dt.date]) -> alt.InlineData:
    """A row for each group and period of the calendar, empty where there are no answers.

    As CSV text, since a year of days with its field names in every row would be a heavy chart.
    """
    lines = [",".join(("panel", "period", "responses", *VALUES))]
    for panel, group in enumerate(groups.values()):
        for day in days:
            values = group.get(day, {})
            numbers = [f"{values[key]:.2f}" if known(values.get(key)) else "" for key in VALUES]
            # with a time: a bare day would be read as midnight in Greenwich
            n = values.get("responses", 0)
            lines.append(f"{panel},{day.isoformat()}T00:00:00,{'' if n is None else f'{n:g}'},{','.join(numbers)}")
    parse = {**dict.fromkeys(("panel", "responses", *VALUES), "number"), "period": "date"}
    return alt.InlineData(values="\n".join(lines), format=alt.CsvDataFormat(type="csv", parse=parse))


def tooltips(has_level: bool, lang: str) -> list[alt.Tooltip]:
    """What is shown beside the pointer; the texts are written by `with_texts`."""
    shown = [("label", "chart_period"), ("figure", "score"), ("range", "chart_interval"), ("n", "responses")]
    if has_level:
        shown += [("level_figure", "chart_level"), ("level_range", "chart_level_band")]
    return [alt.Tooltip(f"{field}:N", title=word(key, lang)) for field, key in shown]


def with_texts(chart: Any, every: str, lang: str) -> Any:
    """The chart with texts for the pointer, written by Vega in the language."""
    separator = SEPARATORS[lang][0]

    def figure(field: str) -> str:
        rounded = f"round(datum.{field})"
        return f"({rounded} > 0 ? '+' : {rounded} < 0 ? '{MINUS}' : '') + abs({rounded})"

    def interval(lower: str, upper: str) -> str:
        before, between, after = word("range", lang, lower="|", upper="|").split("|")
        return f"{literal(before)} + {figure(lower)} + {literal(between)} + {figure(upper)} + {literal(after)}"

    return chart.transform_calculate(
        label=period_expression(every, lang),
        figure=figure("score"),
        range=interval("lower", "upper"),
        level_figure=figure("level"),
        level_range=interval("level_lower", "level_upper"),
        n=f"replace(format(datum.responses, ',.0f'), /[^0-9]/g, {literal(separator)})",
    )


def time_channel(days: Sequence[dt.date], every: str, lang: str, labels: int) -> alt.X:
    """The calendar, with half a period left free at both ends and few labels."""
    ticks = tick_days(days, every, labels)
    axis = alt.Axis(
        title=None,
        values=[moment(dt.datetime.combine(day, dt.time())) for day in ticks],
        labelExpr=label_expression(ticks, every, lang),
        grid=False,
        labelFlush=False,
        labelOverlap=False,
        labelPadding=6,
    )
    first, last = (dt.datetime.combine(day, dt.time()) for day in (days[0], days[-1]))
    margin = max((last - first) / (2 * max(len(days), 2)), (next_start(first, every) - first) / 2)
    margin = min(margin, (last - first) / 20) if len(days) > 2 else margin
    scale = alt.Scale(domain=[moment(first - margin), moment(last + margin)], nice=False)
    return alt.X("period:T", scale=scale, axis=axis)


def next_start(time: dt.datetime, every: str) -> dt.datetime:
    """Beginning of the next period."""
    return dt.datetime.combine(next_period(time.date(), every), dt.time())


def moment(time: dt.datetime) -> alt.DateTime:
    """A time as Vega-Lite writes it."""
    return alt.DateTime(year=time.year, month=time.month, date=time.day, hours=time.hour)


def score_channels(groups: dict[str, Series]) -> dict[str, alt.Y]:
    """One scale and axis for all values in points; left to count, Vega would drop every other mark, 0 among them."""
    rows = [values for group in groups.values() for values in group.values()]
    usual = median(values["responses"] for values in rows if values["responses"])
    # the interval of a month with two answers would leave the rest of the chart a strip; it is cut at the edge
    found = [
        values[key]
        for values in rows
        for key in VALUES
        if known(values[key]) and (key not in ("lower", "upper") or values["responses"] >= usual / 8)
    ]
    start, stop, marks = nice_range(min(found), max(found), ticks=5)
    axis = alt.Axis(title=None, values=marks, tickCount=9, labelExpr=signed_axis(), gridOpacity=zero_line(0.18))
    scale = alt.Scale(domain=[start, stop], nice=False, zero=False)
    return {key: alt.Y(f"{key}:Q", scale=scale, axis=axis) for key in VALUES}


def layers(groups: dict[str, Series], days: Sequence[dt.date], every: str, labels: int, lang: str) -> list[alt.Chart]:
    """Sampling band and level band, the level, and the points with their intervals."""
    has_level = levelled(groups)
    x, y = time_channel(days, every, lang, labels), score_channels(groups)
    base = alt.Chart().encode(x=x)
    band = base.mark_area(color=INK, opacity=0.12, clip=True).encode(y=y["lower"], y2=alt.Y2("upper:Q"))
    rules = base.mark_rule(color=INK, opacity=0.45, strokeWidth=1.2, clip=True).encode(
        y=y["lower"], y2=alt.Y2("upper:Q")
    )
    top = max(values["responses"] or 0 for group in groups.values() for values in group.values())
    biggest = max(60 * min(1, MOST_RULES / len(days)), 14)
    size = alt.Size("responses:Q", scale=alt.Scale(domain=[0, top], range=[biggest / 5, biggest]), legend=None)
    dots = base.mark_circle(color=INK, opacity=1).encode(y=y["score"], size=size, tooltip=tooltips(has_level, lang))
    answered_only = "isValid(datum.score)"
    rules, dots = (with_texts(part.transform_filter(answered_only), every, lang) for part in (rules, dots))
    level = [
        base.mark_area(color=ACCENT, opacity=0.3).encode(y=y["level_lower"], y2=alt.Y2("level_upper:Q")),
        base.mark_line(color=ACCENT, strokeWidth=2.5).encode(y=y["level"]),
    ]
    return [band, *([rules] if len(days) <= MOST_RULES else []), *(level if has_level else []), dots]


def levelled(groups: dict[str, Series]) -> bool:
    """Whether there is a level to draw: two periods of it."""
    return any(sum(known(values["level"]) for values in group.values()) > 1 for group in groups.values())


def one_panel(groups: dict[str, Series], days: Sequence[dt.date], every: str, lang: str) -> LayerChart:
    """The series of everybody, with the last level named at its end."""
    parts = layers(groups, days, every, MOST_LABELS, lang)
    ends = end_label(next(iter(groups.values())), lang)
    return LayerChart(layer=[*parts, *ends], data=trend_data(groups, days), width=WIDTH - MARGIN, height=HEIGHT)


def end_label(group: Series, lang: str) -> list[alt.Chart]:
    """The last level beside the end of its line."""
    smooth = [day for day, values in sorted(group.items()) if known(values["level"])]
    if len(smooth) < 2:
        return []
    values = group[smooth[-1]]
    text = points(values["level"], digits=digits(values["level_lower"], values["level_upper"]), lang=lang)
    end = alt.Chart(alt.Data(values=[{"period": f"{smooth[-1].isoformat()}T00:00:00", "level": values["level"]}]))
    mark = end.mark_text(align="left", dx=10, fontSize=14, fontWeight=600, color=ACCENT)
    return [mark.encode(x=alt.X("period:T"), y=alt.Y("level:Q"), text=alt.TextValue(text))]


def faceted(groups: dict[str, Series], days: Sequence[dt.date], every: str, lang: str) -> FacetChart:
    """A panel a group, all on the same axes."""
    panel = LayerChart(layer=layers(groups, days, every, PANEL_LABELS, lang), width=PANEL_WIDTH, height=PANEL_HEIGHT)
    heads = [
        f"{name}  ({word('chart_n', lang, n=number(answers(group), lang=lang))})" for name, group in groups.items()
    ]
    header = alt.Header(title=None, labelExpr=f"{literal(heads)}[datum.value]", labelLimit=PANEL_WIDTH)
    facet = alt.Facet("panel:O", sort=None, title=None, header=header)
    # an axis to each panel: shared axes stand under empty places of the last row too
    axes = alt.Resolve(axis={"x": "independent"}, scale={"x": "independent"})
    data = trend_data(groups, days)
    return FacetChart(spec=panel, facet=facet, data=data, columns=PANELS_A_ROW, spacing=24, resolve=axes)
