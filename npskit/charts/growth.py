"""Where sales are going, what a scenario adds to them, and whether the score made past forecasts better.

Three pictures of one answer. The first is the one for a director: sales so far, the band of what is to come on a ground
of its own, and in the title whether the score has to do with it. The second shows a scenario as what it adds and
nothing else. The third is the evidence: the error of past forecasts with the score and without it, side by side.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, literal, records, zero_line
from npskit.charts.growth_words import amount_text, error_text, periods_word, places, signed_share, time_text, unit_of
from npskit.charts.outlook_layers import ground
from npskit.charts.periods import MOST_LABELS, as_day, next_period, short_text
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import GAP
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.timeline import time_channel
from npskit.charts.titles import titled
from npskit.charts.words import level_share
from npskit.labels import language, number, word

__all__ = ["forecast_errors", "sales_difference", "sales_path"]

MARGIN, HEIGHT, SMALL_HEIGHT = 160, 260, 190
# A table without dates is drawn as years from here on, under the numbers of its rows.
ROW_YEAR = 2000
ROW = 40
MOST_BARS = 24
# Labels of the axis of errors, which need no finer steps than theirs.
STEPS_OF_ERRORS = 2


def sales_path(
    history: Any,
    path: Any,
    *,
    target: str,
    every: str,
    finding: str,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Sales so far and to come.

    Parameters
    ----------
    history : mapping or DataFrame
        Columns ``period`` (first day, or the number of the row) and ``target`` (sales).
    path : mapping or DataFrame
        A row a period to come: ``period``, ``target, lower, upper``; and, for what is written beside the end,
        ``total, total_lower, total_upper`` and ``on_year, on_year_lower, on_year_upper``.
    target : str
        What is sold, as the axis and the screen reader name it.
    every : {"day", "week", "month", "quarter", "year", ""}
        "" for a table without dates.
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
    >>> days = [dt.date(2024, 1, 1), dt.date(2024, 4, 1)]
    >>> to_come = {"period": [dt.date(2024, 7, 1)], "target": [120.0], "lower": [110.0], "upper": [131.0]}
    >>> sales_path({"period": days, "target": [100, 110]}, to_come, target="sales", every="quarter",
    ...            finding="More to come").title.text
    ['More to come']
    """
    lang = language(lang)
    past = columns(history, ("period", "target"), where="sales_path")
    to_come = columns(path, ("period", "target", "lower", "upper"), where="sales_path")
    rows = [at for at, value in enumerate(past["target"]) if known(value)]
    if not rows or not to_come["period"]:
        raise empty("sales_path")
    days, ahead = ([drawn_day(value) for value in part["period"]] for part in (past, to_come))
    unit = unit_of(max(*to_come["upper"], *(past["target"][at] for at in rows)))
    start = {"day": days[rows[-1]], "value": past["target"][rows[-1]]}
    x = time_axis([*days, *ahead], every, lang)
    y = alt.Y("value:Q", title=None, axis=amount_axis(unit, lang), scale=alt.Scale(zero=False))
    layers = [
        *ground(days[-1], ahead[-1], every or "year", word("chart_growth_to_come", lang)),
        *future_layers(start, ahead, to_come, every, unit, lang, x, y),
        *past_layers([(days[at], past["target"][at]) for at in rows], past["period"], every, unit, lang, x, y),
        *end_layers(ahead[-1], to_come, unit, lang, x, y),
    ]
    parts = [
        word("chart_growth_drawn", lang, every=periods_word(1, every, lang), level=level_share(confidence_level, lang)),
        word("chart_span", lang, first=time_text(past["period"][0], every, lang),
             last=time_text(past["period"][-1], every, lang)),
        total_text(to_come, every, lang),
        word("chart_growth_cited", lang),
    ]  # fmt: skip
    return styled(titled(LayerChart(layer=layers, width=WIDTH - MARGIN, height=HEIGHT), finding, parts), lang)


def drawn_day(period: Any) -> dt.date:
    """The day at which a period is drawn."""
    return dt.date(ROW_YEAR + period, 1, 1) if isinstance(period, int) else as_day(period)


def time_axis(days: Sequence[dt.date], every: str, lang: str) -> alt.X:
    """The calendar, or the numbers of the rows."""
    x = time_channel(days, every or "year", lang, MOST_LABELS)
    if not every:
        names = {day.isoformat(): str(day.year - ROW_YEAR) for day in days}
        x["axis"]["labelExpr"] = f"{literal(names)}[timeFormat(datum.value, '%Y-%m-%d')] || ''"
    return x


def amount_axis(unit: tuple[str, float], lang: str, *, sign: bool = False) -> alt.Axis:
    """Amounts in one unit, in the number format of the language; of differences the line of 0 stands out."""
    before, after = word(f"growth_unit_{unit[0]}", lang, n="|").split("|") if unit[0] else ("", "")
    figure = f"format(datum.value / {unit[1]:.0f}, ',')"
    plus = "(datum.value > 0 ? '+' : '') + " if sign else ""
    text = f"{plus}{literal(before)} + {figure} + (datum.value === 0 ? '' : {literal(after)})"
    grid: dict[str, Any] = {"gridOpacity": zero_line(0.18)} if sign else {}
    return alt.Axis(title=None, tickCount=5, labelExpr=text, **grid)


def moment(day: dt.date) -> str:
    """A day as Vega reads it; a bare one would be midnight in Greenwich."""
    return f"{day.isoformat()}T00:00:00"


def past_layers(
    points: Sequence[tuple[dt.date, float]], periods: Sequence[Any], every: str, unit: tuple[str, float], lang: str,
    x: alt.X, y: alt.Y,
) -> list[alt.Chart]:  # fmt: skip
    """The sales that are known, broken where a period is missing."""
    names = {drawn_day(period): time_text(period, every, lang) for period in periods}
    rows, stretch, before = [], 0, None
    for day, value in points:
        if before is not None and next_period(before, every or "year") != day:
            stretch += 1
        text = amount_text(value, value / 100, unit, lang)
        rows.append({"period": moment(day), "value": value, "part": stretch, "label": names[day], "figure": text})
        before = day
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    texts = [alt.Tooltip("label:N", title=word("chart_period", lang)), alt.Tooltip("figure:N", title=" ")]
    size = 26 if len(rows) <= 60 else 12
    return [
        base.mark_line(color=INK, strokeWidth=2, strokeJoin="round").encode(detail=alt.Detail("part:N")),
        base.mark_circle(color=INK, opacity=1, size=size).encode(tooltip=texts),
    ]


def future_layers(
    start: Mapping[str, Any], days: Sequence[dt.date], to_come: Columns, every: str, unit: tuple[str, float], lang: str,
    x: alt.X, y: alt.Y,
) -> list[alt.Chart]:  # fmt: skip
    """The band and the middle of what is to come, from the last sales known."""
    first = {"period": moment(start["day"]), **dict.fromkeys(("value", "lower", "upper"), start["value"]), "label": ""}
    rows = [first]
    for at, day in enumerate(days):
        value, lower, upper = (to_come[name][at] for name in ("target", "lower", "upper"))
        texts = [amount_text(x, upper - lower, unit, lang) for x in (value, lower, upper)]
        rows.append(
            {"period": moment(day), "value": value, "lower": lower, "upper": upper,
             "label": time_text(to_come["period"][at], every, lang), "figure": texts[0],
             "range": word("range", lang, lower=texts[1], upper=texts[2])}
        )  # fmt: skip
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    shown = (("label", "chart_period"), ("figure", "chart_growth_expected"), ("range", "chart_interval"))
    tips = [alt.Tooltip(f"{name}:N", title=word(key, lang)) for name, key in shown]
    band = base.mark_area(color=ACCENT, opacity=0.25).encode(y=alt.Y("lower:Q", axis=y["axis"], scale=y["scale"]))
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, strokeDash=[5, 3])
    dots = base.mark_circle(color=ACCENT, opacity=1, size=40).transform_filter("datum.label !== ''")
    return [band.encode(y2=alt.Y2("upper:Q")), line.encode(y=y), dots.encode(y=y, tooltip=tips)]


def end_layers(day: dt.date, to_come: Columns, unit: tuple[str, float], lang: str, x: alt.X, y: alt.Y) -> list[Any]:
    """The last amount beside its end, and its growth on the year before where that is known."""
    value, lower, upper = (to_come[name][-1] for name in ("target", "lower", "upper"))
    end = alt.Chart(alt.Data(values=[{"period": moment(day), "value": value}])).encode(x=x, y=y)
    bold = end.mark_text(align="left", dx=12, fontSize=14, fontWeight=600, color=ACCENT)
    out = [bold.encode(text=alt.TextValue(amount_text(value, upper - lower, unit, lang)))]
    year = [to_come.get(name, [None])[-1] for name in ("on_year", "on_year_lower", "on_year_upper")]
    if all(known(part) for part in year):
        growth = signed_share(year[0], year[2] - year[1], lang)
        text = word("chart_growth_on_year", lang, growth=growth)
        small = end.mark_text(align="left", dx=12, dy=16, fontSize=11, color=MUTED)
        out.append(small.encode(text=alt.TextValue(text)))
    return out


def total_text(to_come: Columns, every: str, lang: str) -> str:
    """The periods to come summed."""
    if len(to_come["period"]) < 2 or "total" not in to_come:
        return ""
    value, lower, upper = (to_come[name][-1] for name in ("total", "total_lower", "total_upper"))
    texts = [amount_text(part, upper - lower, unit_of(upper), lang) for part in (value, lower, upper)]
    values = {"value": texts[0], "lower": texts[1], "upper": texts[2]}
    count = len(to_come["period"])
    return word("chart_growth_total", lang, k=count, unit=periods_word(count, every, lang), **values)


def sales_difference(
    table: Any,
    *,
    target: str,
    every: str,
    finding: str,
    notes: Sequence[str] = (),
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """What a scenario adds to the sales of each period to come.

    Parameters
    ----------
    table : mapping or DataFrame
        A row a period: ``period``, ``difference, lower, upper`` (in units of sales), ``share`` (of the base).
    target : str
    every : str
        As in `sales_path`.
    finding : str
        The title.
    notes : sequence of str
        Further lines of the subtitle.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Examples
    --------
    >>> table = {"period": [dt.date(2024, 1, 1)], "difference": [20.0], "lower": [5.0], "upper": [36.0]}
    >>> sales_difference(table, target="sales", every="quarter", finding="NPS at +50: +20").title.text
    ['NPS at +50: +20']
    """
    lang = language(lang)
    rows = columns(table, ("period", "difference", "lower", "upper"), where="sales_difference")
    rows = {name: values[:MOST_BARS] for name, values in rows.items()}
    unit = unit_of(max(max(abs(low), abs(high)) for low, high in zip(rows["lower"], rows["upper"], strict=True)))
    widest = max(high - low for low, high in zip(rows["lower"], rows["upper"], strict=True))
    marks = [
        {"at": at, "value": value, "lower": low, "upper": high, "top": max(high, 0.0),
         "figure": amount_text(value, widest, unit, lang, sign=True),
         "label": time_text(rows["period"][at], every, lang),
         "range": word("range", lang, lower=amount_text(low, widest, unit, lang, sign=True),
                       upper=amount_text(high, widest, unit, lang, sign=True))}
        for at, (value, low, high) in enumerate(
            zip(rows["difference"], rows["lower"], rows["upper"], strict=True)
        )
    ]  # fmt: skip
    names = [axis_lines(period, every, at, rows["period"], lang) for at, period in enumerate(rows["period"])]
    axis = alt.Axis(title=None, labelExpr=f"{literal(names)}[datum.value]", labelAngle=0, labelPadding=8)
    base = alt.Chart(alt.Data(values=marks)).encode(x=alt.X("at:O", axis=axis, scale=alt.Scale(padding=0.4)))
    grid = amount_axis(unit, lang, sign=True)
    y = alt.Y("value:Q", axis=grid, scale=alt.Scale(zero=True))
    tips = [alt.Tooltip(f"{name}:N", title=word(key, lang))
            for name, key in (("label", "chart_period"), ("figure", "chart_growth_added"), ("range", "chart_interval"))
            ]  # fmt: skip
    ends = base.mark_text(baseline="bottom", dy=-6, fontSize=12, fontWeight=600, color=ACCENT)
    layers = [
        base.mark_bar(color=ACCENT, opacity=0.35, size=34).encode(y=y, tooltip=tips),
        base.mark_rule(color=ACCENT, strokeWidth=1.6).encode(y=alt.Y("lower:Q", axis=grid), y2=alt.Y2("upper:Q")),
        ends.encode(y=alt.Y("top:Q", axis=grid), text=alt.Text("figure:N")),
    ]
    level = level_share(confidence_level, lang)
    said = [word("chart_growth_difference", lang, every=periods_word(1, every, lang), level=level), *notes]
    return styled(titled(LayerChart(layer=layers, width=WIDTH - 90, height=SMALL_HEIGHT), finding, said), lang)


def axis_lines(period: Any, every: str, at: int, periods: Sequence[Any], lang: str) -> list[str]:
    """A period under its bar, with the year below where it begins."""
    if not every:
        return [str(period)]
    day = as_day(period)
    fresh = at == 0 or as_day(periods[at - 1]).year != day.year
    short = short_text(day, every, lang)
    return [short, str(day.year)] if fresh and every != "year" else [short]


def forecast_errors(table: Any, *, every: str, finding: str, evidence: str = "", lang: str | None = None) -> LayerChart:
    """The error of past forecasts with the score and without it, by how far ahead they looked.

    Parameters
    ----------
    table : mapping or DataFrame
        A row a horizon: ``horizon`` (periods), ``error_with_nps, error_without_nps`` (root mean squared error of log
        growth) and ``tested`` (forecasts).
    every : str
        As in `sales_path`.
    finding : str
        The title.
    evidence : str
        A line of the subtitle.
    lang : {"en", "fr"}, optional

    Examples
    --------
    >>> table = {"horizon": [1], "error_with_nps": [0.02], "error_without_nps": [0.03], "tested": [20]}
    >>> forecast_errors(table, every="quarter", finding="NPS helps").title.text
    ['NPS helps']
    """
    lang = language(lang)
    rows = columns(table, ("horizon", "error_with_nps", "error_without_nps", "tested"), where="forecast_errors")
    pairs = [(rows["error_with_nps"][at], rows["error_without_nps"][at]) for at in range(len(rows["horizon"]))]
    top = max((value for pair in pairs for value in pair if known(value)), default=0.01)
    marks = {
        "at": list(range(len(pairs))),
        "with": [pair[0] for pair in pairs],
        "without": [pair[1] for pair in pairs],
        "pair": [pair_text(*pair, lang) for pair in pairs],
        "side": [side_text(rows["tested"][at], lang) for at in range(len(pairs))],
    }
    names = [ahead_text(h, every, lang) for h in rows["horizon"]]
    place = alt.Y("at:O", title=None, scale=alt.Scale(paddingOuter=0.5), axis=alt.Axis(
        labelExpr=f"{literal(names)}[datum.value]", labelFontSize=12))  # fmt: skip
    scale = alt.Scale(domain=[0, top * 1.1], nice=False)
    digits = places(STEPS_OF_ERRORS * 100 * top)
    across = alt.Axis(title=None, tickCount=5, labelExpr=f"format(datum.value, '.{digits}%')")
    base = alt.Chart(alt.Data(values=records(marks))).encode(y=place)
    near = base.transform_filter("isValid(datum.with)")
    tip = [alt.Tooltip("pair:N", title=" ")]
    layers: list[Any] = [
        near.mark_rule(color=MUTED, strokeWidth=2, opacity=0.5).encode(
            x=alt.X("with:Q", scale=scale, axis=across), x2=alt.X2("without:Q")
        )
    ]
    for name, color in (("without", INK), ("with", ACCENT)):
        dots = near.mark_circle(color=color, size=130, opacity=1)
        layers.append(dots.encode(x=alt.X(f"{name}:Q", scale=scale, axis=across), tooltip=tip))
    layers += [*point_names(pairs, place, scale, across, lang), *side_layer(base, WIDTH - 240)]
    parts = [word("chart_growth_errors", lang), evidence, word("chart_growth_cited", lang)]
    chart = LayerChart(layer=layers, width=WIDTH - 240, height=ROW * (len(pairs) + 0.6))
    return styled(titled(chart, finding, parts), lang)


def ahead_text(horizon: int, every: str, lang: str) -> str:
    """How far ahead, in words."""
    unit = periods_word(horizon, every, lang)
    return word("chart_growth_ahead", lang, k=number(horizon, lang=lang), unit=unit)


def pair_text(with_score: float | None, without: float | None, lang: str) -> str:
    """Both errors, for the pointer."""
    if not (known(with_score) and known(without)):
        return ""
    parts = (("chart_growth_with", with_score), ("chart_growth_without", without))
    return " · ".join(f"{word(key, lang)} {error_text(value, lang)}" for key, value in parts if value is not None)


def side_text(tested: Any, lang: str) -> str:
    """How many forecasts were tried, or that none could be."""
    if not tested:
        return word("chart_growth_untested", lang)
    return word("chart_growth_tested", lang, n=number(int(tested), lang=lang))


def point_names(pairs: Sequence[tuple[Any, Any]], y: alt.Y, scale: alt.Scale, axis: alt.Axis, lang: str) -> list[Any]:
    """Both points named at the first row that has them, each on its own side."""
    at = next((k for k, pair in enumerate(pairs) if known(pair[0]) and known(pair[1])), None)
    if at is None:
        return []
    with_score, without = pairs[at]
    data = alt.Data(values=[{"at": at, "with": with_score, "without": without}])
    out = []
    for name, color, left in (("with", ACCENT, with_score <= without), ("without", INK, with_score > without)):
        mark = alt.Chart(data).mark_text(
            align="right" if left else "left", dx=-10 if left else 10, fontSize=11, fontWeight=600, color=color
        )
        text = alt.value(word(f"chart_growth_{name}", lang))
        out.append(mark.encode(x=alt.X(f"{name}:Q", scale=scale, axis=axis), y=y, text=text))
    return out


def side_layer(base: alt.Chart, edge: float) -> list[alt.Chart]:
    """How many forecasts stand behind a row, at the right."""
    mark = base.mark_text(align="left", fontSize=11, color=MUTED)
    return [mark.encode(x=alt.XValue(edge + GAP), text=alt.Text("side:N"))]
