"""Weighted beside raw: both scores, and under them who was missing and how much a weight makes up for it.

A weighted score alone hides what was done to get it. So the raw one stands above it, and each level shows its share of
the answers and of the customers: a long line between the two is a group that hardly answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, level_names, records
from npskit.charts.letters import text_width
from npskit.charts.renderer import VConcatChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    forest,
    head_layers,
    laid_out,
    limits_text,
    points_channels,
    row_axis,
    side_layers,
    tooltips,
)
from npskit.charts.theme import ACCENT, INK, MUTED
from npskit.charts.titles import titled
from npskit.charts.words import digits, level_share, sentence
from npskit.labels import language, number, points, share, word

__all__ = ["weighted"]

MOST_LEVELS = 24
NEEDED = ("column", "level", "answers", "target", "weight")


def weighted(
    table: Any,
    *,
    scores: Mapping[str, Sequence[Any]],
    title: str,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> VConcatChart:
    """The score before and after weighting, and the share of each level in the answers and among the customers.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``column, level``, ``answers`` and ``target`` (shares), ``weight`` (mean of the level).
    scores : mapping
        Columns ``kind`` (raw, weighted), ``score, lower, upper`` (points), ``responses``; the last ones of the
        weighted row are what its answers are worth.
    title : str
        The finding.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    VConcatChart
        An `altair.VConcatChart`.

    Examples
    --------
    >>> table = {"column": ["sex"] * 2, "level": ["f", "m"], "answers": [0.25, 0.75], "target": [0.5, 0.5],
    ...          "weight": [2.0, 0.67]}
    >>> scores = {"kind": ["raw", "weighted"], "score": [25.0, 50.0], "lower": [-6.0, 15.0], "upper": [52.0, 75.0],
    ...           "responses": [40, 30.0]}
    >>> weighted(table, scores=scores, title="Weighted, +50").title.text
    ['Weighted, +50']
    """
    lang = language(lang)
    rows = columns(table, NEEDED, where="weighted")
    kept, shown = farthest(rows)
    names = names_of(kept, lang)
    sides = level_sides(kept, lang)
    # Both plots stand on one page: the names of the lower one decide.
    layout = beside(laid_out(names, sides), names, lang)
    upper = score_panel(dict(scores), layout, names, lang)
    chart = VConcatChart(vconcat=[upper, level_panel(kept, names, sides, layout, lang)], spacing=34).resolve_scale(
        x="independent", y="independent"
    )
    total = len(rows["level"])
    said = [
        sentence(word("chart_silence_weighted", lang, level=level_share(confidence_level, lang))),
        word("chart_silence_shown", lang, shown=shown, k=number(total, lang=lang)) if shown < total else "",
    ]
    return styled(titled(chart, title, said), lang)


def beside(layout: Layout, names: Sequence[str], lang: str) -> Layout:
    """The layout with room for the names of the upper plot too."""
    upper, lower = (max(text_width(name, 12) for name in each) for each in (row_names(lang), names))
    less = max(0.0, upper - lower)
    return replace(layout, width=layout.width - less, places=[place - less for place in layout.places])


def row_names(lang: str) -> list[str]:
    """The two scores."""
    return [word("chart_silence_raw", lang), word("chart_silence_weighted_row", lang)]


def farthest(rows: Columns) -> tuple[Columns, int]:
    """The levels whose share is farthest from that of the customers, in their order, and how many these are."""
    gaps = [abs(a - t) for a, t in zip(rows["answers"], rows["target"], strict=True)]
    kept = sorted(sorted(range(len(gaps)), key=lambda at: -gaps[at])[:MOST_LEVELS])
    return {name: [values[at] for at in kept] for name, values in rows.items()}, len(kept)


def names_of(rows: Columns, lang: str) -> list[str]:
    """A level with its column, when there are several."""
    levels: list[str] = []
    for column in dict.fromkeys(rows["column"]):
        own = [level for each, level in zip(rows["column"], rows["level"], strict=True) if each == column]
        levels += level_names(own, lang)
    several = len(set(rows["column"])) > 1
    return [f"{column} · {name}" if several else name for column, name in zip(rows["column"], levels, strict=True)]


def level_sides(rows: Columns, lang: str) -> list[Side]:
    """The two shares and the mean weight."""
    return [
        Side([share(value, lang=lang) for value in rows["answers"]], head=word("chart_silence_answers", lang)),
        Side([share(value, lang=lang) for value in rows["target"]], head=word("chart_silence_customers", lang),
             color=ACCENT),
        Side([number(value, digits=2, lang=lang) for value in rows["weight"]], head=word("chart_silence_weight", lang)),
    ]  # fmt: skip


def score_panel(scores: dict[str, Sequence[Any]], below: Layout, names: Sequence[str], lang: str) -> Any:
    """The two scores, the plot as wide as the one below it."""
    limits = list(zip(scores["lower"], scores["upper"], strict=True))
    counts = [number(n, lang=lang) for n in scores["responses"]]
    sides = [
        Side([points(value, digits=digits(*pair), lang=lang) for value, pair in
              zip(scores["score"], limits, strict=True)], strong=True),
        Side([word("chart_n", lang, n=counts[0]), f"{word('chart_silence_worth', lang)} {counts[1]}"]),
    ]  # fmt: skip
    own = laid_out(row_names(lang), sides)
    edge, places = below.width, []
    for side in sides:
        edge += side.width
        places.append(edge)
    layout = Layout(own.lines, own.middles, below.width, own.height, places)
    fields: dict[str, list[Any]] = {
        "value": list(scores["score"]), "lower": list(scores["lower"]), "upper": list(scores["upper"]),
        "name": row_names(lang),
        "text": list(sides[0].texts), "range": [limits_text(*pair, lang) for pair in limits], "point": [False, True],
    }  # fmt: skip
    x = points_channels([*fields["value"], *fields["lower"], *fields["upper"]], ("value", "lower", "upper"),
                        width=layout.width)  # fmt: skip
    shown = tooltips([("name", ""), ("text", word("score", lang)), ("range", word("chart_interval", lang))])
    return forest(fields, layout, sides, x, tooltip=shown)


def level_panel(rows: Columns, names: Sequence[str], sides: Sequence[Side], layout: Layout, lang: str) -> Any:
    """From the share of the answers to that of the customers, a row a level."""
    top = max([*rows["answers"], *rows["target"], 0.05])
    fields: dict[str, list[Any]] = {
        "y": layout.middles, "name": list(names), "answers": rows["answers"], "target": rows["target"],
        **{f"side_{at}": list(side.texts) for at, side in enumerate(sides)},
    }  # fmt: skip
    axis = alt.Axis(title=None, format=".0%", tickCount=max(3, int(layout.width / 70)))
    scale = alt.Scale(domain=[0, top * 1.03], nice=False)
    x = {name: alt.X(f"{name}:Q", scale=scale, axis=axis) for name in ("answers", "target")}
    heads = [("name", word("chart_silence_level", lang)), ("side_0", word("chart_silence_answers", lang)),
             ("side_1", word("chart_silence_customers", lang)),
             ("side_2", word("chart_silence_weight", lang))]  # fmt: skip
    base = alt.Chart().encode(y=row_axis(layout), tooltip=tooltips(heads))
    layers = [
        base.mark_rule(color=MUTED, opacity=0.6, strokeWidth=1.5).encode(x=x["answers"], x2=alt.X2("target:Q")),
        base.mark_circle(color=INK, size=70, opacity=1).encode(x=x["answers"]),
        base.mark_point(color=ACCENT, size=80, opacity=1, filled=False, strokeWidth=2).encode(x=x["target"]),
        *side_layers(base, sides, layout),
        *head_layers(sides, layout),
    ]
    return alt.LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)
