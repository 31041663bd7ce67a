"""Where is it going: what was, and apart from it what may come.

A line drawn on into the future looks like knowledge. So the future stands on ground of its own and has no points: a bar
for each next reading, as long as what the survey may print, and inside it the narrower band of the level, which is what
one steers. Both are named where they end, so that nobody needs a legend to tell them apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from npskit.charts.columns import columns, row_names
from npskit.charts.outlook_layers import Picture
from npskit.charts.outlook_words import outlook_finding
from npskit.charts.periods import checked_every, period_text
from npskit.charts.renderer import FacetChart, LayerChart, styled
from npskit.charts.timeline import MOST_PANELS, NEEDED, Series, answers, series
from npskit.charts.titles import titled
from npskit.charts.words import by_text, level_share, responses_text
from npskit.labels import NO_BREAK_SPACE, date_text, language, number, word

__all__ = ["PADDING", "PAST_PER_AHEAD", "forecast", "span_parts"]

# So many past periods for each one to come, and at least these, so that the future can be seen.
PAST_PER_AHEAD, LEAST_PAST, LEAST_PANEL_PAST = 5, 30, 20
# Names at the end of a line are cut where a font is wider than the one they were measured in.
PADDING = {"left": 8, "top": 8, "bottom": 8, "right": 28}
AHEAD = (*NEEDED, "level", "level_lower", "level_upper")


def forecast(
    history: Any,
    table: Any,
    *,
    every: str = "month",
    by: str | Sequence[str] | None = None,
    confidence_level: float = 0.95,
    breaks: Sequence[dt.date] = (),
    lang: str | None = None,
) -> LayerChart | FacetChart:
    """The score so far with its level, and what may come.

    Parameters
    ----------
    history : mapping or DataFrame
        Columns ``period`` (first day), ``responses``, ``score``, ``lower``, ``upper``, ``level``, ``level_lower``,
        ``level_upper`` (points) and the `by` columns; a row a period (and group).
    table : mapping or DataFrame
        The same columns for the periods to come: the next reading expected with its interval, and the level's.
    every : {"day", "week", "month", "quarter", "year"}
    by : str or sequence of str, optional
        A panel for each group, of at most the twelve with most answers.
    confidence_level : float
    breaks : sequence of datetime.date
        First days of periods where the level starts anew; marked.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart or FacetChart
        An `altair.LayerChart`; with `by` an `altair.FacetChart`.

    Raises
    ------
    EmptyDataError
        When no past period has an answer.

    Examples
    --------
    >>> past = {"period": [dt.date(2024, 1, 1), dt.date(2024, 2, 1)], "responses": [90, 80], "score": [28.0, 31.0],
    ...         "lower": [15.0, 18.0], "upper": [41.0, 44.0], "level": [29.0, 30.0], "level_lower": [21.0, 22.0],
    ...         "level_upper": [37.0, 38.0]}
    >>> ahead = {"period": [dt.date(2024, 3, 1)], "responses": [85], "score": [30.0], "lower": [10.0], "upper": [50.0],
    ...          "level": [30.0], "level_lower": [21.0], "level_upper": [39.0]}
    >>> forecast(past, ahead).title.text
    ['No clear direction: level expected between +21 and +39 (March 2024)']
    """
    lang, every = language(lang), checked_every(every)
    keys = [by] if isinstance(by, str) else list(by or ())
    past = grouped(columns(history, (*keys, *AHEAD), where="history"), keys, lang)
    ahead = grouped(columns(table, (*keys, *AHEAD), where="forecast"), keys, lang)
    drawn = [name for name in past if name in ahead][:MOST_PANELS]
    whole = sorted({day for name in drawn for day in past[name]})
    to_come = sorted({day for name in drawn for day in ahead[name]})
    days = whole[-max(PAST_PER_AHEAD * len(to_come), LEAST_PANEL_PAST if keys else LEAST_PAST) :]
    shown = {name: {**{day: past[name][day] for day in days if day in past[name]}, **ahead[name]} for name in drawn}
    title = outlook_finding(history, table, every=every, by=keys, confidence_level=confidence_level, lang=lang)
    subtitle = [
        word(
            "chart_forecast", lang, every=word(f"chart_every_{every}", lang), level=level_share(confidence_level, lang)
        ),
        word("chart_trend_by", lang, by=by_text(keys, lang)) if keys else "",
        word("chart_panels", lang, shown=MOST_PANELS, k=number(len(past), lang=lang)) if len(past) > len(drawn) else "",
        responses_text(sum(answers(group) for group in past.values()), lang),
        *span_parts(whole, len(days), len(to_come), every, lang),
        word("chart_forecast_keys", lang) if keys else "",
    ]
    sizes = [answers(past[name]) for name in drawn]
    picture = Picture(shown, sizes, days, to_come, every, tuple(breaks), confidence_level, lang)
    chart = titled(picture.panels() if keys else picture.alone(), title, subtitle)
    return styled(chart.properties(padding=PADDING), lang)


def span_parts(whole: Sequence[dt.date], shown: int, ahead: int, every: str, lang: str) -> list[str]:
    """From when to when, how much of it is drawn, and how many periods follow."""
    first, last = (
        date_text(day, lang) if every == "week" else period_text(day, every, lang) for day in (whole[0], whole[-1])
    )
    unit = word(f"chart_every_{every}{'' if ahead == 1 else 's'}", lang)
    latest = word("chart_latest", lang, shown=shown, k=number(len(whole), lang=lang)) if shown < len(whole) else ""
    to_come = word("chart_forecast_ahead", lang, n=f"{number(ahead, lang=lang)}{NO_BREAK_SPACE}{unit}")
    return [word("chart_span", lang, first=first, last=last), latest, to_come]


def grouped(rows: dict[str, list[Any]], keys: Sequence[str], lang: str) -> dict[str, Series]:
    """Values per period for each group."""
    return series(rows, row_names(rows, keys, lang) if keys else [""] * len(rows["period"]))
