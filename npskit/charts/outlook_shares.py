"""Who will answer how: the three categories, what they were and what the next readings may print.

A score can stand still while promoters and detractors both grow. Three panels of one height and one scale, since three
lines with their intervals in one panel hide each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, literal, zero_line
from npskit.charts.outlook import PADDING, PAST_PER_AHEAD, span_parts
from npskit.charts.outlook_layers import HOLLOW, NAME_GAP, bar_width, ground, hollow_size
from npskit.charts.periods import as_day, checked_every, period_text
from npskit.charts.renderer import HConcatChart, LayerChart, styled
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS
from npskit.charts.timeline import time_channel
from npskit.charts.titles import titled
from npskit.charts.words import level_share, responses_text, sentence
from npskit.labels import NARROW_SPACE, language, number, share, word
from npskit.scale import CATEGORIES

__all__ = ["forecast_shares"]

PANEL_WIDTH, HEIGHT, GAP = 165, 230, 44
LEAST_PAST, LABELS = 18, 3
STEPS = (0.05, 0.1, 0.2, 0.25)
MOST_MARKS = 6
# A share and its limits.
ENDS = ("", "_lower", "_upper")


def forecast_shares(
    history: Any,
    table: Any,
    *,
    every: str = "month",
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> HConcatChart:
    """Detractors, passives and promoters so far, and in the next readings.

    Parameters
    ----------
    history : mapping or DataFrame
        Columns ``period`` (first day), ``detractors``, ``passives``, ``promoters`` (counts, or sums of weights), and
        ``responses`` where these are weighted; a row a period.
    table : mapping or DataFrame
        For the periods to come ``period`` and the three shares (0..1), each with its ``_lower`` and ``_upper``.
    every : {"day", "week", "month", "quarter", "year"}
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    HConcatChart
        An `altair.HConcatChart`, a panel for each category.

    Raises
    ------
    EmptyDataError
        When no past period has an answer.

    Examples
    --------
    >>> past = {"period": [dt.date(2024, 1, 1), dt.date(2024, 2, 1)], "detractors": [20, 18], "passives": [30, 32],
    ...         "promoters": [50, 50]}
    >>> ahead = {"period": [dt.date(2024, 3, 1)], "detractors": [0.19], "passives": [0.31], "promoters": [0.5]}
    >>> for name, low, high in [("detractors", 0.1, 0.3), ("passives", 0.2, 0.4), ("promoters", 0.4, 0.6)]:
    ...     ahead |= {f"{name}_lower": [low], f"{name}_upper": [high]}
    >>> forecast_shares(past, ahead).title.text
    ['March 2024: 50% promoters expected (40% to 60%), 19% detractors (10% to 30%)']
    """
    lang, every = language(lang), checked_every(every)
    past = with_shares(columns(history, ("period", *CATEGORIES), where="history"))
    ahead = columns(table, ("period", *(f"{name}{end}" for name in CATEGORIES for end in ENDS)), where="forecast")
    to_come = list(map(as_day, ahead["period"]))
    whole = list(map(as_day, past["period"]))
    shown = max(PAST_PER_AHEAD * len(to_come) // 2, LEAST_PAST)
    subtitle = [
        word(
            "chart_forecast_shares",
            lang,
            every=word(f"chart_every_{every}", lang),
            level=level_share(confidence_level, lang),
        ),
        responses_text(sum(past["responses"]), lang),
        *span_parts(whole, min(shown, len(whole)), len(to_come), every, lang),
    ]
    picture = Panels({name: values[-shown:] for name, values in past.items()}, ahead, every, lang)
    chart = HConcatChart(hconcat=[picture.panel(at) for at in range(len(CATEGORIES))], spacing=GAP)
    return styled(titled(chart, title_text(ahead, every, lang), subtitle).properties(padding=PADDING), lang)


def with_shares(past: Columns) -> Columns:
    """The shares of the past beside its responses, none where nobody answered."""
    sizes = [sum(row) for row in zip(*(past[name] for name in CATEGORIES), strict=True)]
    if not any(sizes):
        raise empty("forecast_shares")
    shares = {
        name: [n / size if size else None for n, size in zip(past[name], sizes, strict=True)] for name in CATEGORIES
    }
    return {"period": past["period"], "responses": past.get("responses", sizes), **shares}


def title_text(ahead: Columns, every: str, lang: str) -> str:
    """What is expected of the last period."""
    values: dict[str, str] = {}
    for name in ("promoters", "detractors"):
        middle, lower, upper = (share(ahead[f"{name}{end}"][-1], lang=lang) for end in ENDS)
        values |= {name: middle, f"{name}_range": word("chart_share_range", lang, lower=lower, upper=upper)}
    period = period_text(as_day(ahead["period"][-1]), every, lang)
    return sentence(word("chart_forecast_shares_title", lang, period=period, **values))


@dataclass(frozen=True)
class Panels:
    """What the three panels share: the calendar, the scale, the language."""

    past: Columns
    ahead: Columns
    every: str
    lang: str

    @property
    def days(self) -> list[dt.date]:
        """Every period drawn."""
        return [as_day(day) for day in (*self.past["period"], *self.ahead["period"])]

    def panel(self, place: int) -> LayerChart:
        """One category: its shares so far with a line through them, and a bar for each next reading."""
        name, color, ink = CATEGORIES[place], CATEGORY_COLORS[place], CATEGORY_INKS[place]
        x = time_channel(self.days, self.every, self.lang, LABELS)
        base = alt.Chart().encode(x=alt.X("period:T"))
        past = base.transform_filter("datum.lower === null")
        ahead = base.transform_filter("datum.lower !== null")
        told = self.tooltips()
        head = alt.TitleParams(sentence(word(name, self.lang)), color=ink, fontSize=13, anchor="start", frame="group")
        layers = [
            *ground(as_day(self.past["period"][-1]), self.days[-1], self.every, word("chart_outlook", self.lang)),
            past.mark_line(color=color, strokeWidth=1.4, opacity=0.75).encode(x=x, y=self.channel()),
            past.mark_circle(color=ink, size=22, opacity=1).encode(y=alt.Y("share:Q"), tooltip=told),
            ahead.mark_bar(color=ink, opacity=0.38, width=bar_width(PANEL_WIDTH, self.days)).encode(
                y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q"), tooltip=told
            ),
            ahead.mark_point(**HOLLOW, color=ink, size=hollow_size(PANEL_WIDTH, self.days)).encode(
                y=alt.Y("share:Q"), tooltip=told
            ),
            self.end(name, ink),
        ]
        return LayerChart(
            layer=layers, data=alt.Data(values=self.rows(name)), width=PANEL_WIDTH, height=HEIGHT, title=head
        )

    def end(self, name: str, ink: str) -> alt.Chart:
        """The share expected in the last period, beside it."""
        value = self.ahead[name][-1]
        row = {"share": round(value, 4)}
        mark = alt.Chart(alt.Data(values=[row])).mark_text(align="left", fontSize=13, fontWeight=600, color=ink)
        return mark.encode(
            x=alt.XValue(PANEL_WIDTH + NAME_GAP), y=alt.Y("share:Q"), text=alt.TextValue(share(value, lang=self.lang))
        )

    def channel(self) -> alt.Y:
        """The axis of shares, from 0, the same in all panels."""
        parts = [self.past[name] for name in CATEGORIES] + [self.ahead[f"{name}_upper"] for name in CATEGORIES]
        most = max(value for part in parts for value in part if value is not None)
        step = next((step for step in STEPS if most / step <= MOST_MARKS - 1), STEPS[-1])
        marks = [round(step * at, 2) for at in range(int(1 / step) + 1) if step * at < most + step]
        gap = NARROW_SPACE if self.lang == "fr" else ""
        axis = alt.Axis(
            title=None,
            values=marks,
            tickCount=len(marks),
            gridOpacity=zero_line(0.5),
            labelExpr=f"round(100 * datum.value) + {literal(gap + '%')}",
        )
        return alt.Y("share:Q", axis=axis, scale=alt.Scale(domain=[0, max(most, marks[-2])], nice=False))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A row a period: its share, and the limits of those to come."""
        ahead = [self.ahead[f"{name}{end}"] for end in ENDS]
        values = [(value, None, None) for value in self.past[name]] + list(zip(*ahead, strict=True))
        sizes = [*self.past["responses"], *self.ahead.get("responses", [None] * len(self.ahead["period"]))]
        rows = zip(self.days, values, sizes, strict=True)
        kept = [(day, *parts, n) for day, parts, n in rows if parts[0] is not None]
        return [
            {
                "period": f"{day.isoformat()}T00:00:00",
                "share": rounded(value),
                "lower": rounded(lower),
                "upper": rounded(upper),
                "label": period_text(day, self.every, self.lang),
                "figure": share(value, lang=self.lang),
                "range": "–" if lower is None else self.range_text(lower, upper),
                "n": "–" if n is None else number(n, lang=self.lang),
            }
            for day, value, lower, upper, n in kept
        ]

    def range_text(self, lower: float, upper: float) -> str:
        """An interval of a share in words."""
        low, high = (share(bound, lang=self.lang) for bound in (lower, upper))
        return word("chart_share_range", self.lang, lower=low, upper=high)

    def tooltips(self) -> list[alt.Tooltip]:
        """What is shown beside the pointer."""
        shown = [("label", "chart_period"), ("figure", "chart_share"), ("range", "chart_interval"), ("n", "responses")]
        return [alt.Tooltip(f"{field}:N", title=word(key, self.lang)) for field, key in shown]


def rounded(value: float | None) -> float | None:
    """A share with the digits a picture has room for."""
    return None if value is None else round(value, 4)
