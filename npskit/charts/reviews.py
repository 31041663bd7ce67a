"""Public ratings beside the survey: how often each rating is given, and both scores over time.

Two colours all through: the accent for what the public reads, slate for the survey. The mapping of stars to categories
stands in the subtitle of both charts, since it makes the level of one of the two scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, nice_range, records, signed_axis, zero_line
from npskit.charts.periods import as_day, period_text
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import tooltips
from npskit.charts.theme import ACCENT, INK, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import level_share, responses_text, sentence
from npskit.labels import language, number, points, share, word

__all__ = ["review_shares", "review_trend"]

BAR, HEIGHT, LABEL, ROOM, LINE = 14, 250, 92, 120, 15
NEEDED = ("rating", "share", "reviews", "survey_share", "answers")
PERIODS = ("period", "reviews", "public", "public_lower", "public_upper", "responses", "score", "lower", "upper")


def review_shares(
    table: Any,
    *,
    title: str,
    mapping: str,
    reviews: int,
    responses: int,
    said: Sequence[str] = (),
    lang: str | None = None,
) -> LayerChart:
    """Share of each public rating, beside the answers of the survey that lie nearest to it.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``rating, share, reviews``, ``answers`` (such as "9-10") and ``survey_share``; lowest rating first.
    title : str
        The finding.
    mapping : str
        How public ratings count, in words.
    reviews, responses : int
    said : sequence of str
        Further parts of the subtitle.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"rating": [1, 5], "share": [0.4, 0.6], "reviews": [40, 60], "answers": ["0-5", "6-10"],
    ...          "survey_share": [0.2, 0.8]}
    >>> review_shares(table, title="Stars", mapping="5 promotes", reviews=100, responses=90).title.text
    ['Stars']
    """
    lang = language(lang)
    rows = columns(table, NEEDED, where="review_shares")
    values = [value for name in ("share", "survey_share") for value in rows[name] if known(value)]
    width = WIDTH - LABEL - ROOM
    scale = alt.Scale(domain=[0, max(values) * 1.02 or 1], nice=False)
    x = alt.X("value:Q", scale=scale, axis=alt.Axis(title=None, format=".0%", tickCount=5))
    layers: list[alt.Chart] = []
    for side, (name, color) in enumerate((("share", ACCENT), ("survey_share", INK))):
        drawn = bar_rows(rows, name, side, lang)
        if drawn:
            layers += bar_layers(drawn, x, color)
    layers += rating_labels(rows, lang)
    chart = LayerChart(layer=layers, width=width, height=(2 * BAR + 12) * len(rows["rating"]))
    parts = [
        sentence(word("reviews_drawn", lang)), *said, mapping,
        word("reviews_counts", lang, reviews=number(reviews, lang=lang), responses=responses_text(responses, lang)),
    ]  # fmt: skip
    return styled(titled(chart, title, parts), lang)


def bar_rows(rows: Columns, name: str, side: int, lang: str) -> list[dict[str, Any]]:
    """One bar a rating, the highest first, the public one above that of the survey."""
    size = len(rows["rating"])
    fields: dict[str, list[Any]] = {"value": [], "y": [], "text": [], "what": [], "rating": []}
    for at in range(size):
        value = rows[name][at]
        if not known(value):
            continue
        fields["value"].append(value)
        fields["y"].append((2 * BAR + 12) * (size - 1 - at) + 6 + BAR * (side + 0.5))
        of = rows["rating"][at] if side == 0 else rows["answers"][at]
        key = "reviews_of_public" if side == 0 else "reviews_of_survey"
        fields["text"].append(share(value, digits=1 if value < 0.095 else 0, lang=lang))
        fields["what"].append(word(key, lang, rating=of))
        fields["rating"].append(str(of))
    return records(fields)


def bar_layers(rows: list[dict[str, Any]], x: alt.X, color: str) -> list[alt.Chart]:
    """Bars with their share and what they are of."""
    y = alt.Y("y:Q", axis=None, scale=None)
    shown = tooltips([("what", ""), ("text", "")])
    base = (
        alt.Chart(alt.Data(values=rows))
        .transform_calculate(said="datum.text + '  ' + datum.what")
        .encode(x=x, y=y, tooltip=shown)
    )
    return [
        base.mark_bar(color=color, height=BAR - 2, opacity=0.9, cornerRadiusEnd=2).encode(x2=alt.datum(0)),
        base.mark_text(color=color, align="left", dx=6, fontSize=11).encode(text=alt.Text("said:N")),
    ]


def rating_labels(rows: Columns, lang: str) -> list[alt.Chart]:
    """The public ratings at the left of their bars."""
    size = len(rows["rating"])
    texts = [{"y": (2 * BAR + 12) * (size - 1 - at) + 6 + BAR, "text": word("reviews_rating", lang, rating=rating)}
             for at, rating in enumerate(rows["rating"])]  # fmt: skip
    mark = alt.Chart(alt.Data(values=texts)).mark_text(align="right", fontSize=12, fontWeight=600, baseline="middle")
    return [
        mark.encode(
            x=alt.XValue(-10), y=alt.Y("y:Q", axis=None, scale=None), text=alt.Text("text:N"), color=alt.ColorValue(INK)
        )
    ]


def review_trend(
    table: Any,
    *,
    title: str,
    mapping: str,
    every: str = "month",
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Score of the public ratings and of the survey over time, with their intervals.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``period, reviews, public, public_lower, public_upper, responses, score, lower, upper``.
    title : str
        The finding.
    mapping : str
        How public ratings count, in words.
    every : {"day", "week", "month", "quarter", "year"}
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When no period has a reading.

    Examples
    --------
    >>> import datetime as dt
    >>> table = {"period": [dt.date(2024, 1, 1), dt.date(2024, 2, 1)], "reviews": [20, 30], "public": [10.0, 5.0],
    ...          "public_lower": [-20.0, -25.0], "public_upper": [40.0, 35.0], "responses": [200, 210],
    ...          "score": [40.0, 38.0], "lower": [30.0, 28.0], "upper": [50.0, 48.0]}
    >>> review_trend(table, title="Cannot tell", mapping="5 promotes").title.text
    ['Cannot tell']
    """
    lang = language(lang)
    rows = columns(table, PERIODS, where="review_trend")
    sides = [("public", "public_lower", "public_upper", "reviews", ACCENT, word("reviews_public", lang)),
             ("score", "lower", "upper", "responses", INK, word("reviews_survey", lang))]  # fmt: skip
    drawn = [(series(rows, names, every, lang), color, label) for *names, color, label in sides]
    found = [row[key] for part, _, _ in drawn for row in part for key in ("low", "high")]
    if not found:
        raise empty("review_trend")
    low, high, marks = nice_range(min(found), max(found), ticks=6)
    # Room between the lowest mark and the dates.
    low -= 0.05 * (high - low)
    width = WIDTH - 36 - 90
    days = [as_day(day) for day in rows["period"]]
    x = alt.X("day:T", title=None, scale=alt.Scale(domain=[days[0].isoformat(), days[-1].isoformat()], type="utc"),
              axis=alt.Axis(grid=False, tickCount=6, labelFlush=False))  # fmt: skip
    axis = alt.Axis(title=None, values=marks, labelExpr=signed_axis(), gridOpacity=zero_line(0.18))
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    y = {name: alt.Y(f"{name}:Q", scale=scale, axis=axis) for name in ("value", "low")}
    layers: list[alt.Chart] = []
    shifts = apart([part[-1]["value"] if part else None for part, _, _ in drawn], high - low)
    for (part, color, label), shift in zip(drawn, shifts, strict=True):
        if part:
            layers += series_layers(part, x, y, color, label, shift, lang)
    chart = LayerChart(layer=layers, width=width, height=HEIGHT)
    parts = [sentence(word("reviews_trend_drawn", lang, every=word(f"chart_every_{every}", lang),
                           level=level_share(confidence_level, lang))), mapping]  # fmt: skip
    return styled(titled(chart, title, parts), lang)


def series(rows: Columns, names: Sequence[str], every: str, lang: str) -> list[dict[str, Any]]:
    """The readings of one side, those of periods without answers left out."""
    value, low, high, n = names

    def said(name: str, at: int) -> str:
        return points(rows[name][at], lang=lang)

    return [
        {
            "day": as_day(rows["period"][at]).isoformat(), "value": rows[value][at], "low": rows[low][at],
            "high": rows[high][at], "when": period_text(as_day(rows["period"][at]), every, lang),
            "text": said(value, at), "n": number(rows[n][at], lang=lang),
            "range": word("range", lang, lower=said(low, at), upper=said(high, at)),
        }
        for at in range(len(rows["period"])) if known(rows[value][at])
    ]  # fmt: skip


def apart(ends: Sequence[float | None], span: float) -> list[float]:
    """Pixels by which the two names at the ends of the lines move, so that both can be read."""
    first, second = ends
    if first is None or second is None:
        return [0.0, 0.0]
    gap = HEIGHT * (first - second) / span
    less = max(0.0, LINE - abs(gap)) / 2
    return [-less, less] if gap >= 0 else [less, -less]


def series_layers(
    rows: list[dict[str, Any]], x: alt.X, y: dict[str, alt.Y], color: str, label: str, shift: float, lang: str
) -> list[alt.Chart]:
    """Band, line, points and the name at the end."""
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    shown = tooltips([("when", ""), ("text", label), ("range", word("chart_interval", lang)), ("n", "n")])
    end = alt.Chart(alt.Data(values=rows[-1:])).encode(x=x, y=y["value"])
    return [
        base.mark_area(color=color, opacity=0.15).encode(y=y["low"], y2=alt.Y2("high:Q")),
        base.mark_line(color=color, strokeWidth=2).encode(y=y["value"]),
        base.mark_circle(color=color, size=40, opacity=1).encode(y=y["value"], tooltip=shown),
        end.mark_text(color=color, align="left", dx=10, dy=shift, fontSize=12, fontWeight=600).encode(
            text=alt.TextValue(label)
        ),
    ]
