"""Where is it bad: one row a segment, sorted by score, with what is known of each.

A row is a name, a point, a thin interval, its figure and its n, so that a segment of twelve answers looks as unsure
as it is. Beyond thirty rows nobody reads on: the fifteen lowest and the fifteen highest are drawn, and that is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import (
    Columns,
    columns,
    empty,
    known,
    literal,
    nice_range,
    records,
    row_names,
    signed_axis,
    wrapped,
    zero_line,
)
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.theme import ACCENT, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import (
    by_text,
    dates_text,
    digits,
    level_share,
    limit_texts,
    responses_text,
    segments_finding,
)
from npskit.labels import language, number, points, word

__all__ = ["by_segment"]

MOST_ROWS = 30
EACH_END = 15
ROW = 26
LINE_HEIGHT = 14
LETTER = 6.4
# Right of the plot: where the figures end, and where the n end.
FIGURES, COUNTS = 40, 110
NEEDED = ("responses", "score", "lower", "upper")
NOTHING = "–"


def by_segment(
    table: Any,
    by: str | Sequence[str],
    *,
    overall: float | None = None,
    pairs: int | None = None,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Scores of segments with their intervals, lowest first.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns `by`, ``responses``, ``score``, ``lower`` and ``upper`` (points), a row a segment.
    by : str or sequence of str
        The columns that name a segment.
    overall : float, optional
        The score of everybody, in points, drawn as a reference line.
    pairs : int, optional
        How many pairs of segments were looked at, here and in other charts, of which the title names one; those of
        this table when not given.
    confidence_level : float
        The level of the intervals in the table.
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
        When no segment has an answer.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"shop": ["Lyon", "Nice"], "responses": [90, 80], "score": [10.0, 60.0],
    ...          "lower": [-5.0, 48.0], "upper": [25.0, 72.0]}
    >>> by_segment(table, "shop").title.text
    ['Lyon is 50 points below Nice']
    """
    lang = language(lang)
    keys = [by] if isinstance(by, str) else list(by)
    rows = sorted_rows(columns(table, (*keys, *NEEDED), where="by_segment"))
    names = row_names(rows, keys, lang)
    title, named = segments_finding(names, rows, keys, pairs=pairs, confidence_level=confidence_level, lang=lang)
    shown = ends(len(names))
    fields = segment_fields(rows, names, shown, named, lang)
    subtitle = [
        word("chart_by_segment", lang, by=by_text(keys, lang), level=level_share(confidence_level, lang)),
        word("chart_ends", lang, each=EACH_END, k=number(len(names), lang=lang)) if len(shown) < len(names) else "",
        responses_text(sum(rows["responses"]), lang),
        dates_text(dates, lang),
    ]
    chart = draw(fields, " · ".join(keys), overall, len(names) - len(shown), lang)
    return styled(titled(chart, title, subtitle), lang)


def sorted_rows(table: Columns) -> Columns:
    """Rows with answers, lowest score first, more answers first among equals."""
    order = [row for row, n in enumerate(table["responses"]) if n and known(table["score"][row])]
    if not order:
        raise empty("by_segment")
    order.sort(key=lambda row: (table["score"][row], -table["responses"][row]))
    return {name: [values[row] for row in order] for name, values in table.items()}


def ends(rows: int) -> list[int]:
    """Positions drawn: all, or the lowest and the highest."""
    return list(range(rows)) if rows <= MOST_ROWS else [*range(EACH_END), *range(rows - EACH_END, rows)]


def segment_fields(
    table: Columns, names: Sequence[str], shown: Sequence[int], named: Sequence[int], lang: str
) -> dict[str, list[Any]]:
    """What Vega is given, under names of ours, texts already in the language."""
    score, lower, upper = ([table[key][row] for row in shown] for key in ("score", "lower", "upper"))
    places = [digits(low, high) for low, high in zip(lower, upper, strict=True)]
    counts = [number(table["responses"][row], lang=lang) for row in shown]
    return {
        "row": list(range(len(shown))),
        "name": [names[row] for row in shown],
        "score": score,
        "lower": lower,
        "upper": upper,
        "figure": [points(value, digits=k, lang=lang) for value, k in zip(score, places, strict=True)],
        "range": [range_of(low, high, lang) for low, high in zip(lower, upper, strict=True)],
        "n": counts,
        "n_text": [word("chart_n", lang, n=count) for count in counts],
        "point": [row in named for row in shown],
    }


def range_of(lower: float | None, upper: float | None, lang: str) -> str:
    """An interval for the pointer; a dash where there is none."""
    if lower is None or upper is None:
        return NOTHING
    low, high = limit_texts(lower, upper, lang)
    return word("range", lang, lower=low, upper=high)


def draw(fields: dict[str, list[Any]], key_title: str, overall: float | None, left_out: int, lang: str) -> LayerChart:
    """The layers: interval, point, figure and n of each row, and the reference line."""
    lines = [wrapped(name) for name in fields["name"]]
    width = WIDTH - COUNTS - LETTER * max(len(part) for line in lines for part in line)
    height = max(ROW, LINE_HEIGHT * max(len(line) for line in lines) + 8)
    x = score_channels(fields, lang)
    color = alt.condition("datum.point", alt.value(ACCENT), alt.value(INK))
    base = alt.Chart().encode(y=row_channel(lines), tooltip=tooltips(key_title, lang))
    layers = [
        base.transform_filter("isValid(datum.lower)")
        .mark_rule(strokeWidth=1.5, opacity=0.75)
        .encode(x=x["lower"], x2=alt.X2("upper:Q"), color=color),
        base.mark_circle(size=70, opacity=1).encode(x=x["score"], color=color),
        base.mark_text(align="right", fontSize=12, fontWeight=600).encode(
            color=color, x=alt.XValue(width + FIGURES), text=alt.Text("figure:N")
        ),
        base.mark_text(align="right", color=MUTED, fontSize=11).encode(
            x=alt.XValue(width + COUNTS), text=alt.Text("n_text:N")
        ),
    ]
    if overall is not None and known(overall):
        layers = [*reference(overall, lang), *layers]
    if left_out:
        layers += gap_mark(left_out, EACH_END * height, width, lang)
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=width, height=alt.Step(height))


def score_channels(fields: dict[str, list[Any]], lang: str) -> dict[str, alt.X]:
    """One scale and axis for the score and both bounds."""
    found = [value for key in ("lower", "score", "upper") for value in fields[key] if known(value)]
    start, stop, marks = nice_range(min(found), max(found))
    axis = alt.Axis(
        title=None,
        values=marks,
        labelExpr=signed_axis(),
        labelFlush=False,
        gridOpacity=zero_line(0.18),
    )
    scale = alt.Scale(domain=[start, stop], nice=False, zero=False)
    return {field: alt.X(f"{field}:Q", scale=scale, axis=axis) for field in ("lower", "score", "upper")}


def row_channel(lines: list[list[str]]) -> alt.Y:
    """Rows in the order of the data, labelled with the lines of their names."""
    axis = alt.Axis(
        labelExpr=f"{literal(lines)}[datum.value]",
        labelLimit=0,
        labelPadding=8,
        labelFontSize=12,
        labelLineHeight=LINE_HEIGHT,
        labelOffset=centred(lines),
    )
    return alt.Y("row:O", sort=None, title=None, axis=axis)


def centred(lines: list[list[str]]) -> dict[str, Any]:
    """Shift of a label that brings the middle of its lines to the row; Vega puts the first line there."""
    more = sorted({len(line) for line in lines if len(line) > 1})
    sizes = literal([len(line) for line in lines])
    shifts = [{"test": f"{sizes}[datum.value] === {k}", "value": -LINE_HEIGHT * (k - 1) / 2} for k in more]
    return {"condition": shifts, "value": 0}


def tooltips(key_title: str, lang: str) -> list[alt.Tooltip]:
    """What is shown beside the pointer."""
    return [
        alt.Tooltip("name:N", title=key_title),
        alt.Tooltip("figure:N", title=word("score", lang)),
        alt.Tooltip("range:N", title=word("chart_interval", lang)),
        alt.Tooltip("n:N", title=word("responses", lang)),
    ]


def reference(overall: float, lang: str) -> list[alt.Chart]:
    """A thin line at everybody's score, named above the rows."""
    base = alt.Chart(alt.Data(values=[{"overall": overall}])).encode(x=alt.X("overall:Q"))
    text = word("chart_overall", lang, score=points(overall, lang=lang))
    return [
        base.mark_rule(color=MUTED, strokeDash=[3, 3]),
        base.mark_text(color=MUTED, fontSize=11, baseline="bottom", dy=-4).encode(
            y=alt.YValue(0), text=alt.TextValue(text)
        ),
    ]


def gap_mark(left_out: int, y: float, width: float, lang: str) -> list[alt.Chart]:
    """A thin line across the rows where segments were left out, with their number."""
    base = alt.Chart(alt.Data(values=[{}])).encode(y=alt.YValue(y))
    text = word("chart_left_out", lang, k=number(left_out, lang=lang))
    return [
        base.mark_rule(color=MUTED, opacity=0.5).encode(x=alt.XValue(0), x2=alt.X2Value(width + COUNTS)),
        base.mark_text(color=MUTED, fontSize=11, align="right", baseline="bottom", dy=-2).encode(
            x=alt.XValue(width - 4), text=alt.TextValue(text)
        ),
    ]
