"""Whether told risks came true, and what a point of NPS goes with: a point with its interval each."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import altair as alt

from npskit.charts.columns import columns, records
from npskit.charts.economics import amount_channels
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import Side, forest, laid_out, leaves_out_zero, tooltips
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import level_share, sentence
from npskit.labels import language, number, share, word

__all__ = ["point_worth", "reliability"]

SIDE = 300


def reliability(
    table: Any, *, title: str, told: Sequence[str] = (), confidence_level: float = 0.95, lang: str | None = None
) -> LayerChart:
    """Risk told beforehand against the share that left, by band of risk.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``responses, events, expected, observed, lower, upper``; a row a band.
    title : str
        The finding.
    told : sequence of str
        Further parts of the subtitle.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"responses": [100, 100], "events": [9, 31], "expected": [0.1, 0.3], "observed": [0.09, 0.31],
    ...          "lower": [0.05, 0.23], "upper": [0.16, 0.41]}
    >>> reliability(table, title="As many left as was told").title.text
    ['As many left as was told']
    """
    lang = language(lang)
    rows = columns(table, ("responses", "events", "expected", "observed", "lower", "upper"), where="reliability")
    highest = max(max(rows["upper"]), max(rows["expected"])) * 1.04
    top = min(1.0, ceil(highest * 20) / 20)
    scale = alt.Scale(domain=[0, top], nice=False)
    look: dict[str, Any] = {"format": ".0%", "tickCount": 5, "titleFontSize": 11, "titleColor": MUTED,
                            "titleFontWeight": "normal"}  # fmt: skip
    x = alt.X("expected:Q", scale=scale, axis=alt.Axis(title=word("chart_churn_told", lang), **look))
    heads: dict[str, Any] = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "start", "titleX": 0, "titleY": -10}
    axis = alt.Axis(title=word("chart_churn_observed", lang), **look, **heads)
    y = {name: alt.Y(f"{name}:Q", scale=scale, axis=axis) for name in ("observed", "lower")}
    fields = {
        **{name: rows[name] for name in ("expected", "observed", "lower", "upper")},
        "n": [word("chart_n", lang, n=number(n, lang=lang)) for n in rows["responses"]],
        **{f"{name}_text": [share(value, digits=1, lang=lang) for value in rows[name]]
           for name in ("expected", "observed")},
        "range": [word("range", lang, lower=share(low, lang=lang), upper=share(high, lang=lang))
                  for low, high in zip(rows["lower"], rows["upper"], strict=True)],
    }  # fmt: skip
    base = alt.Chart(alt.Data(values=records(fields))).encode(
        x=x,
        tooltip=tooltips(
            [("expected_text", word("chart_churn_told", lang)), ("observed_text", word("chart_churn_observed", lang)),
             ("range", word("chart_interval", lang)), ("n", "n")]
        ),
    )  # fmt: skip
    line = alt.Chart(alt.Data(values=[{"expected": 0, "observed": 0}, {"expected": top, "observed": top}]))
    layers = [
        line.mark_line(color=MUTED, opacity=0.5, strokeDash=[4, 4], strokeWidth=1).encode(x=x, y=y["observed"]),
        base.mark_rule(color=INK, strokeWidth=2.2, opacity=0.75).encode(y=y["lower"], y2=alt.Y2("upper:Q")),
        base.mark_circle(color=ACCENT, size=110, opacity=1).encode(y=y["observed"]),
    ]
    chart = LayerChart(layer=layers, width=WIDTH - 60, height=SIDE)
    drawn = word("chart_churn_reliability", lang, level=level_share(confidence_level, lang))
    subtitle = [sentence(drawn), *told]
    return styled(titled(chart, title, subtitle), lang)


def point_worth(
    table: Any,
    *,
    title: str,
    horizon: str,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Customers kept of 1,000 for one point of NPS, by the step that brings the point.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``step, moved, customers, lower, upper``.
    title : str
        The finding.
    horizon : str
        In words.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"step": ["both"], "moved": [5], "customers": [0.8], "lower": [0.5], "upper": [1.1]}
    >>> point_worth(table, title="A point keeps customers", horizon="6 months").title.text
    ['A point keeps customers']
    """
    lang = language(lang)
    rows = columns(table, ("step", "moved", "customers", "lower", "upper"), where="point_worth")
    limits = list(zip(rows["lower"], rows["upper"], strict=True))

    def shown(value: float) -> str:
        return number(value, digits=1, lang=lang, sign=True)

    texts = [shown(value) for value in rows["customers"]]
    ranges = [word("range", lang, lower=shown(low), upper=shown(high)) for low, high in limits]
    sides = [
        Side(texts, head=word("chart_churn_kept", lang), strong=True),
        Side(ranges, head=word("chart_interval", lang)),
        Side([number(n, lang=lang) for n in rows["moved"]], head=word("chart_churn_moved", lang)),
    ]
    names = [word(f"chart_churn_step_{step}", lang) for step in rows["step"]]
    layout = laid_out(names, sides, row=34)
    fields = {
        "value": rows["customers"], "lower": rows["lower"], "upper": rows["upper"], "name": names, "text": texts,
        "range": ranges, "point": [at == 0 and leaves_out_zero(*pair) for at, pair in enumerate(limits)],
    }  # fmt: skip
    found = [value for name in ("value", "lower", "upper") for value in fields[name]]
    x = amount_channels(
        found, ("value", "lower", "upper"), layout,
        lambda value, digits: number(value, digits=max(0, digits), lang=lang, sign=True), zero=True,
    )  # fmt: skip
    tooltip = tooltips(
        [("name", ""), ("text", word("chart_churn_kept", lang)), ("range", word("chart_interval", lang))]
    )
    chart = forest(fields, layout, sides, x, tooltip=tooltip)
    subtitle = word("chart_churn_worth", lang, horizon=horizon, level=level_share(confidence_level, lang))
    return styled(titled(chart, title, [sentence(subtitle)]), lang)
