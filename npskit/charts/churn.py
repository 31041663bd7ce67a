"""Retention as a picture: a curve a category, its band, and how many are still followed under it.

The end of such a curve is its most looked at part and rests on the fewest answers. So the band widens in sight, and
under the axis stands how many were followed that long.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, literal, records
from npskit.charts.letters import text_width
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import dates_text, level_share, responses_text, sentence
from npskit.labels import language, number, share, word
from npskit.scale import CATEGORIES

__all__ = ["retention_curves"]

HEIGHT, LINE, LABEL_SIZE = 250, 15, 12
MOST_DAYS = 200
MONTH = 365.25 / 12
# From so many days on the axis tells months.
MONTHS_FROM = 75
LEAST_SPAN = 0.1
MARKS = (1, 2, 3, 6, 12, 24)
# Passives are drawn in their ink: their grey would be lost as a line.
LINES = CATEGORY_INKS


def retention_curves(
    table: Any,
    *,
    title: str,
    horizon: int,
    responses: int,
    events: int,
    dates: tuple[dt.date, dt.date] | None = None,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Share of customers still there after an answer, by category.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``category, day, retained, lower, upper, at_risk``; a row a category and day.
    title : str
        The finding.
    horizon : int
        Days.
    responses, events : int
        Answers, and those followed by a departure.
    dates : tuple of datetime.date, optional
        First answer, last day of the follow-up.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"category": ["promoters"] * 2, "day": [0, 30], "retained": [1.0, 0.9], "lower": [1.0, 0.8],
    ...          "upper": [1.0, 0.95], "at_risk": [90, 40]}
    >>> retention_curves(table, title="Promoters stay", horizon=30, responses=90, events=9).title.text
    ['Promoters stay']
    """
    lang = language(lang)
    rows = columns(table, ("category", "day", "retained", "lower", "upper", "at_risk"), where="retention_curves")
    marks, labels, axis_title = time_marks(horizon, lang)
    present = [name for name in CATEGORIES if name in rows["category"]]
    ends = end_labels(rows, present, lang)
    room = max((text_width(text, LABEL_SIZE) for text, _ in ends.values()), default=0) + 14
    names = max((text_width(sentence(word(name, lang)), 11) for name in present), default=0)
    width = WIDTH - room - max(names, 40) - 6
    low = lowest(rows)
    x = alt.X(
        "day:Q", title=axis_title,
        scale=alt.Scale(domain=[0, horizon], nice=False),
        axis=alt.Axis(values=marks, labelExpr=f"{literal(labels)}[toString(datum.value)]", grid=False, titleFontSize=11,
                      titleColor=MUTED, titleFontWeight="normal", labelOverlap=False, labelFlush=False),
    )  # fmt: skip
    scale = alt.Scale(domain=[low, 1], nice=False, zero=False)
    axis = alt.Axis(title=None, format=".0%", tickCount=5)
    y = {name: alt.Y(f"{name}:Q", scale=scale, axis=axis) for name in ("retained", "lower")}
    color = alt.Color("category:N", scale=alt.Scale(domain=list(CATEGORIES), range=list(LINES)), legend=None)
    fill = alt.Color("category:N", scale=alt.Scale(domain=list(CATEGORIES), range=list(CATEGORY_COLORS)), legend=None)
    base = alt.Chart(alt.Data(values=drawn_rows(rows, lang))).encode(x=x)
    tooltip = [
        alt.Tooltip("name:N", title=word("chart_churn_category", lang)),
        alt.Tooltip("day:Q", title=word("chart_churn_day", lang)),
        alt.Tooltip("shown:N", title=word("chart_churn_retained", lang)),
        alt.Tooltip("range:N", title=word("chart_interval", lang)),
        alt.Tooltip("followed:N", title=word("chart_churn_followed", lang)),
    ]
    layers = [
        base.mark_area(opacity=0.22, interpolate="step-after").encode(y=y["lower"], y2=alt.Y2("upper:Q"), color=fill),
        base.mark_line(strokeWidth=2.2, interpolate="step-after").encode(y=y["retained"], color=color),
        base.mark_point(opacity=0, size=60).encode(y=y["retained"], color=color, tooltip=tooltip),
        *label_layers(ends, low, width),
        *followed_layers(rows, present, marks, x, lang),
    ]
    chart = LayerChart(layer=layers, width=width, height=HEIGHT).resolve_scale(color="independent")
    people, gone = responses_text(responses, lang), number(events, lang=lang)
    said = word("chart_churn_curves", lang, level=level_share(confidence_level, lang), responses=people, events=gone)
    return styled(titled(chart, title, [sentence(said), dates_text(dates, lang)]), lang)


def time_marks(horizon: int, lang: str) -> tuple[list[float], dict[str, str], str]:
    """Where the labels of the axis stand, what they say, and what they count."""
    unit, word_of = (MONTH, "months") if horizon >= MONTHS_FROM else (1.0, "days")
    whole = horizon / unit + 0.05
    steps = MARKS if unit == MONTH else (1, 2, 5, 7, 14)
    step = next((step for step in steps if whole / step <= 8), steps[-1])
    counts = range(0, int(whole) + 1, step)
    marks = [min(round(count * unit, 3), float(horizon)) for count in counts]
    labels = {f"{mark:.10g}": number(count, lang=lang) for mark, count in zip(marks, counts, strict=True)}
    return marks, labels, word(f"chart_churn_{word_of}", lang)


def lowest(rows: Columns) -> float:
    """Lower end of the axis: a round tenth below the bands."""
    low = min(rows["lower"])
    step = 0.05 if low > 0.75 else 0.1
    return max(0.0, min(float(low // step * step), 1 - LEAST_SPAN))


def drawn_rows(rows: Columns, lang: str) -> list[dict[str, Any]]:
    """The rows of the curves, thinned where there are many days."""
    last = max(rows["day"])
    step = max(1, -(-last // MOST_DAYS))
    ends = {name: max(day for each, day in zip(rows["category"], rows["day"], strict=True) if each == name)
            for name in set(rows["category"])}  # fmt: skip
    kept = [at for at, (name, day) in enumerate(zip(rows["category"], rows["day"], strict=True))
            if day % step == 0 or day == ends[name]]  # fmt: skip
    fields = {name: [rows[name][at] for at in kept] for name in ("category", "day", "retained", "lower", "upper")}
    texts = {name: [share(value, digits=1, lang=lang) for value in fields[name]]
             for name in ("retained", "lower", "upper")}  # fmt: skip
    fields["name"] = [sentence(word(name, lang)) for name in fields["category"]]
    fields["shown"] = texts["retained"]
    fields["range"] = [word("range", lang, lower=low, upper=high)
                       for low, high in zip(texts["lower"], texts["upper"], strict=True)]  # fmt: skip
    fields["followed"] = [number(rows["at_risk"][at], lang=lang) for at in kept]
    return records(fields)


def end_labels(rows: Columns, present: Sequence[str], lang: str) -> dict[str, tuple[str, float]]:
    """What stands at the end of each curve, and its height."""
    found = {}
    for name in present:
        at = max((day, at) for at, (each, day) in enumerate(zip(rows["category"], rows["day"], strict=True))
                 if each == name)[1]  # fmt: skip
        value = rows["retained"][at]
        text = word("chart_churn_left_by", lang, name=sentence(word(name, lang)), share=share(value, lang=lang))
        found[name] = (text, float(value))
    return found


def label_layers(ends: dict[str, tuple[str, float]], low: float, width: float) -> list[alt.Chart]:
    """The names at the ends of the curves, apart from each other."""
    order = sorted(ends, key=lambda name: -ends[name][1])
    places = [HEIGHT * (1 - ends[name][1]) / (1 - low) for name in order]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + LINE)
    for at in reversed(range(len(places))):
        most = HEIGHT if at == len(places) - 1 else places[at + 1] - LINE
        places[at] = min(places[at], most)
    base = alt.Chart(alt.Data(values=[{}]))
    return [
        base.mark_text(
            align="left", baseline="middle", fontSize=LABEL_SIZE, fontWeight=600, color=LINES[CATEGORIES.index(name)]
        ).encode(x=alt.XValue(width + 10), y=alt.YValue(place), text=alt.TextValue(ends[name][0]))
        for name, place in zip(order, places, strict=True)
    ]


def followed_layers(
    rows: Columns, present: Sequence[str], marks: Sequence[float], x: alt.X, lang: str
) -> list[alt.Chart]:
    """How many are still followed, a line a category under the axis."""
    at_risk = {(name, day): n for name, day, n in zip(rows["category"], rows["day"], rows["at_risk"], strict=True)}
    top = HEIGHT + 52
    layers = [heading(word("chart_churn_followed", lang), top)]
    for line, name in enumerate(reversed(present)):
        place, ink = top + LINE * (line + 1), LINES[CATEGORIES.index(name)]
        values = [
            {"day": mark, "n": number(at_risk.get((name, int(mark + 0.5)), 0), lang=lang)} for mark in marks
        ]  # fmt: skip
        look: dict[str, Any] = {"fontSize": 11, "baseline": "middle"}
        layers.append(
            alt.Chart(alt.Data(values=values)).mark_text(color=ink, **look)
            .encode(x=x, y=alt.YValue(place), text=alt.Text("n:N"))
        )  # fmt: skip
        layers.append(
            alt.Chart(alt.Data(values=[{}])).mark_text(color=ink, align="right", **look)
            .encode(x=alt.XValue(-22), y=alt.YValue(place), text=alt.TextValue(sentence(word(name, lang))))
        )  # fmt: skip
    return layers


def heading(text: str, place: float) -> alt.Chart:
    """A line of small letters in grey above the numbers."""
    mark = alt.Chart(alt.Data(values=[{}])).mark_text(color=MUTED, fontSize=10.5, align="right", baseline="middle")
    return mark.encode(x=alt.XValue(-22), y=alt.YValue(place), text=alt.TextValue(sentence(text)))
