"""Growth and market share beside the score: four small columns on common rows, and no line drawn through them.

A score alone does not say how a company fares. What does stands in the columns to its right, as far as it is known;
where it is not, that is written, since an empty place would read as zero. Each column is its figures and beside them
bars from zero; a figure that is alone in its column has no bar, since there is nothing it could be longer than.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, records
from npskit.charts.letters import text_width
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import NAME_SIZE, Layout, laid_out, row_axis
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import told
from npskit.labels import MINUS, language, number, points, share, word

__all__ = ["benchmark_context"]

MEASURES = ("score", "revenue_growth", "customer_growth", "market_share")
ASKED = ("own", "competitor")
GAP, NEAR, BAR, SIZE = 24, 6, 12, 11
# Bars are as long as the page allows, within these.
SHORTEST, LONGEST = 20, 110
# First place, and the narrowest column.
EDGE, NARROWEST = 6, 60
NAME_LINE = 26
MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A measure: its head in lines, its figures as texts, where it begins, how wide these are, how long its bars."""

    name: str
    head: list[str]
    texts: list[str]
    left: float
    figures: float
    bars: float

    @property
    def start(self) -> float:
        """Where the bars begin."""
        return self.left + self.figures + NEAR


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
    whole = [at for at, kind in enumerate(rows["kind"]) if kind in ASKED or beside(rows, at)]
    if not any(beside(rows, at) for at in whole):
        raise empty("benchmark_context")
    kept = shortened(whole, rows)
    drawn: Columns = {name: [values[at] for at in kept] for name, values in rows.items()}
    chart = draw(drawn, [name for name in MEASURES if any(map(known, drawn[name]))], lang)
    left = len(whole) - len(kept)
    parts = [word("benchmark_beside_drawn", lang), word("benchmark_beside_caution", lang),
             told("benchmark_more_rows", left, lang, n=number(left, lang=lang)) if left else ""]  # fmt: skip
    return styled(titled(chart, word("benchmark_beside_title", lang), parts), lang)


def shortened(whole: Sequence[int], rows: Columns) -> list[int]:
    """The rows that a page holds: ours and those of which something is known before the others."""
    first = sorted(whole, key=lambda at: (rows["kind"][at] != "own", not beside(rows, at)))
    return sorted(first[:MOST_ROWS])


def beside(rows: Columns, at: int) -> bool:
    """Whether anything but the score is known of a row."""
    return any(known(rows[name][at]) for name in MEASURES[1:])


def draw(rows: Columns, measures: Sequence[str], lang: str) -> LayerChart:
    """A column of figures and bars for each measure."""
    layout = laid_out(rows["shown"], [], line=NAME_LINE)
    longest = max(text_width(line, NAME_SIZE) for lines in layout.lines for line in lines)
    placed = columns_of(rows, measures, WIDTH - longest - 16 - EDGE, lang)
    layers = [layer for column in placed for layer in column_layers(rows, column, layout)]
    last = placed[-1]
    return LayerChart(layer=layers, width=max(last.start + last.bars, last.left + head_width(last.head)),
                      height=layout.height)  # fmt: skip


def columns_of(rows: Columns, measures: Sequence[str], width: float, lang: str) -> list[Column]:
    """The columns side by side, what the figures leave of the width shared by those that have bars."""
    texts = {name: [figure(value, name, lang) if known(value) else word("benchmark_unknown", lang)
                    for value in rows[name]] for name in measures}  # fmt: skip
    figures = {name: max(text_width(text, SIZE) for text in column) for name, column in texts.items()}
    barred = [name for name in measures if sum(map(known, rows[name])) > 1]
    rest = width - sum(figures[name] if name in barred else max(NARROWEST, figures[name]) for name in measures)
    rest -= GAP * (len(measures) - 1) + NEAR * len(barred)
    bars = min(LONGEST, max(SHORTEST, rest / max(1, len(barred))))
    found, left = [], float(EDGE)
    for name in measures:
        long = bars if name in barred else 0.0
        wide = max(NARROWEST, figures[name] + (NEAR + long if long else 0.0))
        head = head_lines(word(f"benchmark_beside_{name}", lang), wide)
        found.append(Column(name, head, texts[name], left, figures[name], long))
        left += max(wide, head_width(head)) + GAP
    return found


def head_lines(head: str, width: float) -> list[str]:
    """A head in as few lines as its column is wide."""
    lines: list[str] = []
    for part in head.split(" "):
        joined = f"{lines[-1]} {part}" if lines else part
        fits = bool(lines) and head_width([joined]) <= width
        lines[-1:] = [joined] if fits else [*lines[-1:], part]
    return lines


def head_width(lines: Sequence[str]) -> float:
    """Width of the longest line of a head."""
    return max(text_width(line, SIZE) for line in lines)


def column_layers(rows: Columns, column: Column, layout: Layout) -> list[alt.Chart]:
    """Figures, and bars from zero where there are several; a word where nothing is known."""
    values = rows[column.name]
    found = [value for value in values if known(value)]
    low, high = min([0.0, *found]), max([0.0, *found])
    scale = column.bars / ((high - low) or 1.0)
    zero = column.start - scale * low
    fields: dict[str, list[Any]] = {
        "y": list(layout.middles), "text": column.texts, "known": [known(value) for value in values],
        "zero": [zero] * len(values), "end": [zero + scale * value if known(value) else zero for value in values],
        "point": [kind == "own" for kind in rows["kind"]],
    }  # fmt: skip
    return [*marks(records(fields), column, layout, zero), *head_marks(column)]


def marks(values: list[dict[str, Any]], column: Column, layout: Layout, zero: float) -> list[alt.Chart]:
    """The layers of one column; places are pixels, so that columns of different units share the picture."""
    base = alt.Chart(alt.Data(values=values)).encode(y=row_axis(layout))
    color = alt.condition("datum.point", alt.value(ACCENT), alt.value(INK))
    look: dict[str, Any] = {"align": "right", "baseline": "middle", "fontSize": SIZE}
    told_at = base.encode(x=alt.XValue(column.left + column.figures), text=alt.Text("text:N"))
    texts = [
        told_at.transform_filter("datum.known").mark_text(**look).encode(color=color),
        told_at.transform_filter("!datum.known").mark_text(color=MUTED, fontStyle="italic", **look),
    ]
    if not column.bars:
        return texts
    pixels = alt.X("end:Q", scale=None, axis=None)
    bars = base.transform_filter("datum.known").mark_bar(height=BAR, opacity=0.9)
    rule = alt.Chart(alt.Data(values=[{}])).mark_rule(color=MUTED, opacity=0.4)
    return [
        bars.encode(x=pixels, x2=alt.X2("zero:Q"), color=color),
        rule.encode(x=alt.XValue(zero), y=alt.YValue(0), y2=alt.Y2Value(layout.height)),
        *texts,
    ]


def head_marks(column: Column) -> list[alt.Chart]:
    """What the column holds, above its first row."""
    base = alt.Chart(alt.Data(values=[{}]))
    look: dict[str, Any] = {"align": "left", "baseline": "bottom", "color": MUTED, "fontSize": SIZE, "fontWeight": 600}
    return [
        base.mark_text(dy=-6 - 13 * up, **look).encode(
            x=alt.XValue(column.left), y=alt.YValue(0), text=alt.TextValue(line)
        )
        for up, line in enumerate(reversed(column.head))
    ]


def figure(value: float, name: str, lang: str) -> str:
    """One value in its unit: points, growth with its sign, or a share."""
    if name == "score":
        return points(value, lang=lang)
    # No decimal that says nothing: 5% as it was given, and not 5.0%.
    digits = 1 if abs(value) < 0.0995 and round(1000 * value) % 10 else 0
    text = share(abs(value), digits=digits, lang=lang)
    if name == "market_share" or number(100 * value, digits=digits) == "0":
        return text
    return (MINUS if value < 0 else "+") + text
