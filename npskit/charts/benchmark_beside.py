"""Growth and market share beside the score: four small columns on common rows, and no line drawn through them.

A score alone does not say how a company fares. What does stands in the columns to its right, as far as it is known;
where it is not, that is written, since an empty place would read as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, records
from npskit.charts.letters import text_width
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import NAME_SIZE, Layout, laid_out, row_axis
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.labels import MINUS, language, number, points, share, word

__all__ = ["benchmark_context"]

MEASURES = ("score", "revenue_growth", "customer_growth", "market_share")
ASKED = ("own", "competitor")
GAP, FIGURE, BAR = 22, 46, 12
MOST_ROWS = 20


def benchmark_context(table: Any, *, names: Sequence[str] | None = None, lang: str | None = None) -> LayerChart:
    """Score, growth of revenue and of customers, and market share, by name.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``name, kind, score, revenue_growth, customer_growth, market_share``; shares are 0..1. Rows that were
        asked are drawn, and published ones of which anything is known beside.
    names : sequence of str, optional
        Names of the rows as shown.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When nothing is known of any row.

    Examples
    --------
    >>> table = {"name": ["us", "them"], "kind": ["own", "competitor"], "score": [30.0, 20.0],
    ...          "revenue_growth": [0.05, None], "customer_growth": [None, None], "market_share": [0.1, 0.2]}
    >>> benchmark_context(table).title.text
    ['Score, growth and market share, side by side']
    """
    lang = language(lang)
    rows = columns(table, ("name", "kind", *MEASURES), where="benchmark_context")
    rows["shown"] = list(names or map(str, rows["name"]))
    kept = [at for at, kind in enumerate(rows["kind"]) if kind in ASKED or beside(rows, at)][:MOST_ROWS]
    if not any(beside(rows, at) for at in kept):
        raise empty("benchmark_context")
    drawn: Columns = {name: [values[at] for at in kept] for name, values in rows.items()}
    chart = draw(drawn, [name for name in MEASURES if any(map(known, drawn[name]))], lang)
    parts = [word("benchmark_beside_drawn", lang), word("benchmark_beside_caution", lang)]
    return styled(titled(chart, word("benchmark_beside_title", lang), parts), lang)


def beside(rows: Columns, at: int) -> bool:
    """Whether anything but the score is known of a row."""
    return any(known(rows[name][at]) for name in MEASURES[1:])


def draw(rows: Columns, measures: Sequence[str], lang: str) -> LayerChart:
    """A column of bars for each measure."""
    layout = laid_out(rows["shown"], [])
    longest = max(text_width(line, NAME_SIZE) for lines in layout.lines for line in lines)
    wide = (WIDTH - longest - 16) / len(measures) - GAP
    layers: list[alt.Chart] = []
    for at, name in enumerate(measures):
        layers += column_layers(rows, name, at * (wide + GAP), wide, layout, lang)
    return LayerChart(layer=layers, width=len(measures) * (wide + GAP) - GAP, height=layout.height)


def column_layers(rows: Columns, name: str, left: float, wide: float, layout: Layout, lang: str) -> list[alt.Chart]:
    """Bars from zero with their figure, and a word where nothing is known."""
    found = [value for value in rows[name] if known(value)]
    low, high = min([0.0, *found]), max([0.0, *found])
    room, span = wide - FIGURE, (high - low) or 1.0
    zero = left + (FIGURE if low < 0 else 0) - (room - (FIGURE if low < 0 else 0)) * low / span
    scale = (room - (FIGURE if low < 0 else 0)) / span
    fields: dict[str, list[Any]] = {"y": [], "zero": [], "end": [], "text": [], "known": [], "point": [], "minus": []}
    for at, value in enumerate(rows[name]):
        there = known(value)
        fields["y"].append(layout.middles[at])
        fields["zero"].append(zero)
        fields["end"].append(zero + scale * value if there else zero)
        fields["text"].append(figure(value, name, lang) if there else word("benchmark_unknown", lang))
        fields["known"].append(there)
        fields["minus"].append(bool(there and value < 0))
        fields["point"].append(rows["kind"][at] == "own")
    return marks(records(fields), layout, zero, word(f"benchmark_beside_{name}", lang))


def marks(values: list[dict[str, Any]], layout: Layout, zero: float, head: str) -> list[alt.Chart]:
    """The layers of one column; places are pixels, so that columns of different units share the picture."""
    base = alt.Chart(alt.Data(values=values)).encode(y=row_axis(layout))
    pixels = alt.X("end:Q", scale=None, axis=None)
    color = alt.condition("datum.point", alt.value(ACCENT), alt.value(INK))
    told = base.encode(x=pixels, text=alt.Text("text:N"))
    text: dict[str, Any] = {"baseline": "middle", "fontSize": 11}
    one = alt.Chart(alt.Data(values=[{}]))
    return [
        base.transform_filter("datum.known").mark_bar(height=BAR, opacity=0.9).encode(
            x=pixels, x2=alt.X2("zero:Q"), color=color
        ),
        told.transform_filter("datum.known && !datum.minus").mark_text(align="left", dx=5, **text).encode(color=color),
        told.transform_filter("datum.known && datum.minus").mark_text(align="right", dx=-5, **text).encode(color=color),
        told.transform_filter("!datum.known").mark_text(align="left", dx=5, color=MUTED, fontStyle="italic", **text),
        one.mark_rule(color=MUTED, opacity=0.4).encode(
            x=alt.XValue(zero), y=alt.YValue(0), y2=alt.Y2Value(layout.height)
        ),
        one.mark_text(align="left", baseline="bottom", dy=-6, color=MUTED, fontSize=11, fontWeight=600).encode(
            x=alt.XValue(values[0]["zero"] if not any(row["minus"] for row in values) else min(
                row["end"] for row in values) - FIGURE), y=alt.YValue(0), text=alt.TextValue(head)
        ),
    ]  # fmt: skip


def figure(value: float, name: str, lang: str) -> str:
    """One value in its unit: points, growth with its sign, or a share."""
    if name == "score":
        return points(value, lang=lang)
    digits = 1 if abs(value) < 0.0995 else 0
    text = share(abs(value), digits=digits, lang=lang)
    if name == "market_share" or number(100 * value, digits=digits) == "0":
        return text
    return (MINUS if value < 0 else "+") + text
