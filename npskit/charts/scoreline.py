"""The answer first: one number and how sure it is, on a line no taller than it needs.

A gauge shows a single number on half a page and leaves out the interval. Here the interval is what is drawn, on the
part of the scale from -100 to 100 around it, so that a width of three points can be seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import empty, known, nice_range, signed_axis, zero_line
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import dates_text, digits, level_share, limit_texts, responses_text, score_range, three_shares
from npskit.labels import language, number, points, word

__all__ = ["score"]

HEIGHT = 64
# The axis is this many intervals wide, and at least so many points.
ZOOM, LEAST_SPAN = 6, 4
NOTHING = "–"


def score(
    *,
    score: float,
    lower: float | None,
    upper: float | None,
    responses: float,
    counts: Sequence[float] | None = None,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """The score with its interval.

    Parameters
    ----------
    score, lower, upper : float
        The score and its interval, in points; nan where the answers do not tell how sure the score is.
    responses : float
        Number of answers.
    counts : sequence of float, shape (3,), optional
        Detractors, passives and promoters, told in the subtitle.
    confidence_level : float
    dates : tuple of datetime.date, optional
        First and last day of the answers.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When there is no answer.

    Examples
    --------
    >>> score(score=30.0, lower=14.0, upper=44.3, responses=100, counts=[20, 30, 50]).title.text
    ['The score is +30, between +14 and +44']
    """
    lang = language(lang)
    if not responses or not known(score):
        raise empty("score")
    sure = known(lower) and known(upper)
    subtitle = [
        word("chart_score_drawn", lang, level=level_share(confidence_level, lang))
        if sure
        else word("chart_score_bare", lang),
        three_shares(counts, lang) if counts is not None else "",
        responses_text(responses, lang),
        dates_text(dates, lang),
    ]
    title = word("chart_score_title", lang, range=score_range(score, lower, upper, lang))
    low, high = (lower, upper) if lower is not None and upper is not None and sure else (score, score)
    return styled(titled(draw(score, low, high, responses, lang), title, subtitle), lang)


def draw(score: float, lower: float, upper: float, responses: float, lang: str) -> LayerChart:
    """The interval as a line with its ends named, the score as a point under its figure."""
    places = digits(lower, upper)
    low, high = limit_texts(lower, upper, lang) if lower < upper else ("", "")
    row = {
        "score": score,
        "lower": lower,
        "upper": upper,
        "figure": points(score, digits=places, lang=lang),
        "low": low,
        "high": high,
        "range": word("range", lang, lower=low, upper=high) if low else NOTHING,
        "n": number(responses, lang=lang),
    }
    x = channels(lower, upper, lang)
    tooltip = [
        alt.Tooltip("figure:N", title=word("score", lang)),
        alt.Tooltip("range:N", title=word("chart_interval", lang)),
        alt.Tooltip("n:N", title=word("responses", lang)),
    ]
    base = alt.Chart(alt.Data(values=[row])).encode(y=alt.YValue(HEIGHT - 18), tooltip=tooltip)
    end: dict[str, Any] = {"color": MUTED, "fontSize": 12, "baseline": "middle"}
    layers = [
        base.mark_rule(color=ACCENT, strokeWidth=3, opacity=0.6).encode(x=x["lower"], x2=alt.X2("upper:Q")),
        base.mark_circle(color=ACCENT, size=160, opacity=1).encode(x=x["score"]),
        base.mark_text(color=ACCENT, fontSize=26, fontWeight=600, baseline="bottom", dy=-12).encode(
            x=x["score"], text=alt.Text("figure:N")
        ),
        base.mark_text(align="right", dx=-11, **end).encode(x=x["lower"], text=alt.Text("low:N")),
        base.mark_text(align="left", dx=11, **end).encode(x=x["upper"], text=alt.Text("high:N")),
    ]
    return LayerChart(layer=layers, width=WIDTH - 20, height=HEIGHT)


def channels(lower: float, upper: float, lang: str) -> dict[str, alt.X]:
    """One scale and axis for the score and both bounds, wide enough for the figures beside the ends."""
    middle = (lower + upper) / 2
    half = max(ZOOM * (upper - lower), LEAST_SPAN) / 2
    left = min(max(middle - half, -100), 100 - LEAST_SPAN)
    start, stop, marks = nice_range(left, max(min(middle + half, 100), left + LEAST_SPAN), ticks=8)
    axis = alt.Axis(
        title=None,
        values=marks,
        labelExpr=signed_axis(),
        labelFlush=False,
        gridOpacity=zero_line(0.18),
    )
    scale = alt.Scale(domain=[start, stop], nice=False, zero=False)
    return {field: alt.X(f"{field}:Q", scale=scale, axis=axis) for field in ("lower", "score", "upper")}
