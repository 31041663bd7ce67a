"""The three pictures of an explorer, with nothing in them yet: their rows come later, many times a second.

A chart elsewhere in this room is drawn once and says its finding in its title. Here the numbers move under the hand of
whoever explores, so the specification holds named data sets that stay empty, and the few sizes and colours that depend
on the page as parameters: the ranges of the axes, where labels stand, the width of the names. Whoever draws it fills
both in; nothing is laid out anew, so nothing jumps.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import altair as alt

from npskit.charts.columns import signed_axis, zero_line
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, CATEGORY_COLORS, INK, MUTED
from npskit.labels import language, word

__all__ = ["specs"]

# At first; whoever draws them fits them to the page.
HEIGHTS = {"trend": 210, "split": 200, "ratings": 170}
WIDTH = 600
FADED = 0.35
CHOSEN = alt.ExprRef("accent")
SCORE_COLUMN, RESPONSES_COLUMN = 44, 104


def specs(lang: str | None = None) -> dict[str, dict[str, Any]]:
    """Vega-Lite specifications of the views of an explorer.

    Parameters
    ----------
    lang : {"en", "fr"}, optional

    Returns
    -------
    dict of dict
        ``trend`` with the data sets ``readings, level, end`` and the selection ``brush``; ``split`` with ``rows,
        overall``; ``ratings`` with ``bars, categories``. Positions are numbers from 0, texts come written.

    Examples
    --------
    >>> sorted(specs("fr"))
    ['ratings', 'split', 'trend']
    """
    found: dict[str, dict[str, Any]] = json.loads(written(language(lang)))
    return found


@cache
def written(lang: str) -> str:
    """All of them as JSON; nothing in them depends on anything but the language."""
    made = {"trend": trend(lang), "split": split(lang), "ratings": ratings(lang)}
    return json.dumps({name: fixed(chart, name, lang) for name, chart in made.items()})


def fixed(chart: Any, name: str, lang: str) -> dict[str, Any]:
    """The specification with a layout that stays as it is, and no address in it."""
    spec: dict[str, Any] = styled(chart, lang).to_dict()
    spec.pop("$schema", None)
    spec["config"].pop("padding", None)
    return {**spec, "autosize": {"type": "none"}, "width": WIDTH, "height": HEIGHTS[name]}


def parameters(**values: Any) -> list[Any]:
    """Named values that the page sets; `ink` and `accent` are its colours."""
    return [alt.param(name=name, value=value) for name, value in {"ink": MUTED, "accent": ACCENT, **values}.items()]


def empty(name: str) -> Any:
    """A layer of a data set that is filled later."""
    return alt.Chart(alt.NamedData(name))


def ends(name: str) -> Any:
    """An axis from the first to the second number of a parameter."""
    both = [alt.ExprRef(f"{name}[0]"), alt.ExprRef(f"{name}[1]")]
    return alt.Scale(domain=both, nice=False, zero=False)


def points_axis(ticks: str, **look: Any) -> alt.Axis:
    """An axis in points, labelled where a parameter says."""
    marks = alt.ExprRef(ticks)
    return alt.Axis(title=None, values=marks, labelExpr=signed_axis(), gridOpacity=zero_line(0.18), **look)


def lettered(labels: str, ticks: str) -> alt.Axis:
    """An axis of positions whose names are in a parameter."""
    return alt.Axis(
        title=None,
        values=alt.ExprRef(ticks),
        labelExpr=f"{labels}[datum.value] || ''",
        grid=False,
        labelFlush=False,
        labelOverlap=False,
        labelPadding=6,
        labelColor=MUTED,
    )


def told(lang: str, *pairs: tuple[str, str]) -> list[alt.Tooltip]:
    """Texts beside the pointer: fields and the keys of their names."""
    return [alt.Tooltip(f"{field}:N", title=word(key, lang)) for field, key in pairs]


def trend(lang: str) -> LayerChart:
    """Readings with their intervals, the band of the level, and a brush over the periods."""
    x = alt.X("at:Q", scale=ends("periods"), axis=lettered("period_labels", "period_ticks"))
    y = {
        name: alt.Y(f"{name}:Q", scale=ends("span"), axis=points_axis("marks"))
        for name in ("lower", "level", "score", "level_lower")
    }
    shown = told(lang, ("label", "chart_period"), ("figure", "score"), ("range", "chart_interval"), ("n", "responses"))
    shown += told(lang, ("level_figure", "chart_level"), ("level_range", "chart_level_band"))
    enough = alt.condition("datum.enough", alt.value(1), alt.value(FADED))
    brush = alt.selection_interval(
        name="brush",
        encodings=["x"],
        zoom=False,
        mark=alt.BrushConfig(fill=ACCENT, fillOpacity=0.13, stroke=ACCENT, strokeOpacity=0.55),
    )
    readings, level = empty("readings").encode(x=x), empty("level").encode(x=x)
    layers = [
        # Something to point at over the whole height of a period.
        readings.mark_rule(strokeWidth=alt.ExprRef("reach"), opacity=0)
        .encode(y=alt.YValue(0), y2=alt.Y2Value(alt.ExprRef("height")), tooltip=shown)
        .add_params(brush),
        readings.mark_rule(color=INK, strokeWidth=1.2, clip=True).encode(
            y=y["lower"],
            y2=alt.Y2("upper:Q"),
            opacity=alt.condition("datum.enough", alt.value(alt.ExprRef("0.5 * thin")), alt.value(0.2)),
        ),
        level.mark_area(color=CHOSEN, opacity=0.25, clip=True).encode(y=y["level_lower"], y2=alt.Y2("level_upper:Q")),
        level.mark_line(color=CHOSEN, strokeWidth=2.5, clip=True).encode(y=y["level"]),
        readings.mark_circle(color=INK, clip=True).encode(
            y=y["score"],
            opacity=enough,
            size=alt.Size("size:Q", scale=None),
            tooltip=shown,
        ),
        empty("end")
        .mark_text(align="left", dx=10, fontSize=14, fontWeight=600, color=CHOSEN)
        .encode(x=x, y=y["level"], text=alt.Text("text:N")),
    ]
    values = parameters(
        periods=[-0.5, 0.5], span=[-100, 100], marks=[], period_ticks=[], period_labels=[], reach=10, thin=1
    )
    return LayerChart(layer=layers).add_params(*values)


def split(lang: str) -> LayerChart:
    """A row a level: its name, the score with its interval, score and responses in figures; a click selects."""
    y = alt.Y("row:Q", scale=ends("rows_span"), axis=None)
    x = {
        name: alt.X(f"{name}:Q", scale=ends("span"), axis=points_axis("marks", orient="top", labelPadding=4))
        for name in ("lower", "score")
    }
    shown = told(lang, ("full", "explore_level"), ("figure", "score"), ("range", "chart_interval"))
    shown += told(lang, ("n", "responses"), ("shares", "chart_share"))
    rows = empty("rows").encode(y=y, tooltip=shown)
    opacity = alt.condition("datum.enough", alt.value(1), alt.value(FADED))
    color = alt.condition("datum.chosen", alt.ColorValue(CHOSEN), alt.value(INK))
    name = alt.condition("datum.chosen", alt.ColorValue(CHOSEN), alt.ColorValue(alt.ExprRef("ink")))

    def column(field: str, right: int, **look: Any) -> Any:
        text = rows.mark_text(align="right", baseline="middle", **look)
        return text.encode(x=alt.XValue(alt.ExprRef(f"width + {right}")), text=alt.Text(f"{field}:N"), opacity=opacity)

    layers = [
        rows.mark_bar(cursor="pointer", color=CHOSEN).encode(
            x=alt.XValue(alt.ExprRef("-names")),
            x2=alt.X2Value(alt.ExprRef(f"width + {RESPONSES_COLUMN + 8}")),
            y=alt.Y("top:Q", scale=ends("rows_span"), axis=None),
            y2=alt.Y2("bottom:Q"),
            opacity=alt.condition("datum.chosen", alt.value(0.1), alt.value(0)),
        ),
        empty("overall").mark_rule(strokeDash=[3, 3], color=MUTED, clip=True).encode(x=x["score"]),
        rows.mark_rule(strokeWidth=2, clip=True).encode(
            x=x["lower"], x2=alt.X2("upper:Q"), color=color, opacity=opacity
        ),
        rows.mark_circle(size=70, clip=True).encode(x=x["score"], color=color, opacity=opacity),
        rows.mark_text(align="right", baseline="middle", fontSize=12).encode(
            x=alt.XValue(-10), text=alt.Text("name:N"), color=name, opacity=opacity
        ),
        column("figure", SCORE_COLUMN, fontSize=13, fontWeight=600).encode(color=name),
        column("n", RESPONSES_COLUMN, fontSize=12, color=MUTED),
    ]
    for layer in layers:
        if layer.mark.type != "bar":
            layer.mark.cursor = "pointer"
    values = parameters(rows_span=[0.5, -0.5], span=[-100, 100], marks=[], names=120)
    return LayerChart(layer=layers).add_params(*values)


def ratings(lang: str) -> LayerChart:
    """A bar a rating, in the colour of its category, with its share and its count."""
    x = alt.X("left:Q", scale=ends("places"), axis=lettered("rating_labels", "rating_ticks"))
    middle = alt.X("at:Q", scale=ends("places"), axis=lettered("rating_labels", "rating_ticks"))
    y = alt.Y("share:Q", scale=ends("highest"), axis=None)
    shown = told(lang, ("answer", "rating"), ("share_text", "chart_share"), ("n", "responses"))
    opacity = alt.value(alt.ExprRef("weight"))
    bars, names = empty("bars"), empty("categories").encode(x=middle)
    colors = alt.Color("category:O", scale=alt.Scale(domain=[0, 1, 2], range=list(CATEGORY_COLORS)), legend=None)
    text = bars.mark_text(baseline="bottom").encode(x=middle, y=y)
    layers = [
        bars.mark_bar().encode(
            x=x, x2=alt.X2("right:Q"), y=y, y2=alt.datum(0), color=colors, opacity=opacity, tooltip=shown
        ),
        text.mark_text(baseline="bottom", dy=-16, fontSize=12, fontWeight=600, color=alt.ExprRef("ink")).encode(
            text=alt.Text("share_text:N")
        ),
        text.mark_text(baseline="bottom", dy=-3, fontSize=11, color=MUTED).encode(text=alt.Text("short:N")),
        empty("categories")
        .mark_rule(strokeWidth=4)
        .encode(x=x, x2=alt.X2("right:Q"), y=alt.YValue(alt.ExprRef("height + 28")), color=colors),
        names.mark_text(baseline="top", fontSize=12, fontWeight=600).encode(
            y=alt.YValue(alt.ExprRef("height + 35")), text=alt.Text("text:N"), color=alt.ColorValue(alt.ExprRef("ink"))
        ),
    ]
    values = parameters(places=[-0.5, 10.5], highest=[0, 1], rating_ticks=[], rating_labels=[], weight=1)
    return LayerChart(layer=layers).add_params(*values)
