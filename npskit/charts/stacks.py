"""The three groups behind a score: a score of +10 is one thing with 40 % of detractors and another with 5 %.

Bars of 100 % by segment or by period, the shares written on them, so that no legend and no axis is needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, records, row_names, wrapped
from npskit.charts.periods import as_day, checked_every, period_text
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.segments import EACH_END, LETTER, LINE_HEIGHT, ends, gap_mark, row_channel
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS, MUTED, ON_CATEGORY, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import by_text, dates_text, responses_text, sentence, told
from npskit.labels import language, number, share, word
from npskit.scale import CATEGORIES

__all__ = ["shares"]

ROW, BAR = 30, 22
COUNTS = 72
# Width of a letter of the figures in the bars; a share with no room for its figure goes without.
FIGURE_LETTER = 7.0
MOST_PERIODS = 36
WHOLE = 1e-6


def shares(
    table: Any,
    by: str | Sequence[str] | None = None,
    *,
    every: str | None = None,
    dates: tuple[dt.date, dt.date] | None = None,
    undated: int = 0,
    lang: str | None = None,
) -> LayerChart:
    """Detractors, passives and promoters as bars of 100 %.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns `by` (or ``period``), ``detractors``, ``passives`` and ``promoters`` (counts, or sums of weights), a row
        a bar; ``responses`` gives the n shown when the others are weighted.
    by : str or sequence of str, optional
        The columns that name a bar; segments stand in the order of their scores, lowest first.
    every : {"day", "week", "month", "quarter", "year"}, optional
        Bars of the column ``period`` instead, in the order of time.
    dates : tuple of datetime.date, optional
        First and last day of the answers.
    undated : int
        Answers that are in no bar for want of a date; told in the subtitle.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When no bar has an answer.

    Examples
    --------
    >>> table = {"shop": ["Lyon", "Nice"], "detractors": [1, 1], "passives": [1, 1], "promoters": [2, 4]}
    >>> shares(table, "shop").title.text
    ['60% promoters, 20% passives and 20% detractors']
    """
    lang = language(lang)
    keys = ["period"] if every else [by] if isinstance(by, str) else list(by or ())
    rows = with_answers(columns(table, (*keys, *CATEGORIES), where="shares"))
    timed = bool(every) or (bool(keys) and all(isinstance(level, dt.date) for level in rows[keys[0]]))
    rows = in_order(rows, keys, timed)
    names = bar_names(rows, keys, checked_every(every) if every else None, lang)
    shown = list(range(len(names)))[-MOST_PERIODS:] if timed else ends(len(names))
    counts = [sum(rows[name]) for name in CATEGORIES]
    subtitle = [
        drawn_text(by_text(keys, lang), every, bool(keys), lang),
        left_out_text(len(shown), len(names), timed, lang),
        responses_text(sum(rows["responses"]), lang),
        dates_text(dates, lang),
        told("chart_undated", undated, lang, n=number(undated, lang=lang)) if undated else "",
    ]
    values = {name: share(n / sum(counts), lang=lang) for name, n in zip(CATEGORIES, counts, strict=True)}
    gap = 0 if timed else len(names) - len(shown)
    chart = draw(rows, [names[row] for row in shown], shown, gap, lang)
    return styled(titled(chart, word("chart_shares_title", lang, **values), subtitle), lang)


def drawn_text(by: str, every: str | None, split: bool, lang: str) -> str:
    """What the bars are, in words."""
    if every:
        return word("chart_shares_time", lang, every=word(f"chart_every_{every}", lang))
    return word("chart_shares_by", lang, by=by) if split else word("chart_shares", lang)


def left_out_text(shown: int, rows: int, timed: bool, lang: str) -> str:
    """Which bars are drawn, when not all are."""
    if shown == rows:
        return ""
    k = number(rows, lang=lang)
    return word("chart_latest", lang, shown=shown, k=k) if timed else word("chart_ends", lang, each=EACH_END, k=k)


def with_answers(table: Columns) -> Columns:
    """The rows somebody answered in."""
    table = {**table, **{name: [n or 0 for n in table[name]] for name in CATEGORIES}}
    sums = [sum(row) for row in zip(*(table[name] for name in CATEGORIES), strict=True)]
    if not any(sums):
        raise empty("shares")
    table.setdefault("responses", sums)
    kept = [row for row, n in enumerate(sums) if n]
    return {name: [values[row] for row in kept] for name, values in table.items()}


def in_order(table: Columns, keys: Sequence[str], timed: bool) -> Columns:
    """Periods in the order of time, segments by their score; without keys one row of everybody."""
    if not keys:
        return {name: [sum(table[name])] for name in (*CATEGORIES, "responses")}
    levels = table[keys[0]]
    if timed:
        order = sorted(range(len(levels)), key=lambda row: as_day(levels[row]))
    else:
        scores = [
            (high - low) / (low + middle + high)
            for low, middle, high in zip(*(table[name] for name in CATEGORIES), strict=True)
        ]
        order = sorted(range(len(levels)), key=scores.__getitem__)
    return {name: [values[row] for row in order] for name, values in table.items()}


def bar_names(table: Columns, keys: Sequence[str], every: str | None, lang: str) -> list[str]:
    """One name per bar."""
    if every:
        return [period_text(as_day(day), every, lang) for day in table["period"]]
    return row_names(table, keys, lang) if keys else [""] * len(table[CATEGORIES[0]])


def share_fields(
    table: Columns, names: Sequence[str], shown: Sequence[int], width: float, lang: str
) -> dict[str, list[Any]]:
    """A row for each bar and category, with where its part begins and ends."""
    keys = ("row", "name", "category", "category_name", "start", "end", "share_text", "label", "n")
    fields: dict[str, list[Any]] = {key: [] for key in keys}
    for at, (row, name) in enumerate(zip(shown, names, strict=True)):
        counts = [table[category][row] for category in CATEGORIES]
        start = 0.0
        for place, (category, n) in enumerate(zip(CATEGORIES, counts, strict=True)):
            part = n / sum(counts)
            text = share(part, lang=lang)
            values = (at, name, place, word(category, lang), round(start, 5), round(start + part, 5), text)
            label = text if part * width >= FIGURE_LETTER * len(text) + 2 else ""
            for key, value in zip(keys, (*values, label, responses_of(table, row, n, sum(counts), lang)), strict=True):
                fields[key].append(value)
            start += part
    return fields


def responses_of(table: Columns, row: int, n: float, whole: float, lang: str) -> str:
    """Responses of one category of a bar; with weights those of the bar, since the category's are not in the table."""
    size = table["responses"][row]
    return number(n if abs(size - whole) < WHOLE else size, lang=lang)


def draw(table: Columns, names: Sequence[str], shown: Sequence[int], left_out: int, lang: str) -> LayerChart:
    """The bars with their shares, the n at the right, and the categories named above."""
    lines = [wrapped(name) for name in names]
    width = WIDTH - COUNTS - LETTER * max(len(part) for line in lines for part in line)
    height = max(ROW, LINE_HEIGHT * max(len(line) for line in lines) + 8)
    y = row_channel(lines) if any(names) else alt.Y("row:O", axis=None)
    x = alt.X("start:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)
    fill = alt.Color("category:O", scale=alt.Scale(domain=[0, 1, 2], range=list(CATEGORY_COLORS)), legend=None)
    base = alt.Chart().encode(y=y, tooltip=tooltips(any(names), lang))
    layers = [
        base.mark_bar(height=BAR, stroke=None).encode(x=x, x2=alt.X2("end:Q"), color=fill),
        *(label_layer(base, place) for place in range(3)),
        *heads(width, [sum(table[name]) for name in CATEGORIES], lang),
        count_labels(table, shown, width, lang),
    ]
    if left_out:
        layers += gap_mark(left_out, EACH_END * height, width, lang)
    data = alt.Data(values=records(share_fields(table, names, shown, width, lang)))
    return LayerChart(layer=layers, data=data, width=width, height=alt.Step(height))


def tooltips(split: bool, lang: str) -> list[alt.Tooltip]:
    """What is shown beside the pointer."""
    shown = [("name", "chart_group")] if split else []
    shown += [("category_name", "chart_category"), ("share_text", "chart_share"), ("n", "responses")]
    return [alt.Tooltip(f"{field}:N", title=word(key, lang)) for field, key in shown]


def label_layer(base: alt.Chart, place: int) -> alt.Chart:
    """The shares of one category, written in the middle of their parts."""
    own = base.transform_filter(f"datum.category === {place}").transform_calculate(
        middle="(datum.start + datum.end) / 2"
    )
    return own.mark_text(color=ON_CATEGORY[place], fontSize=12, fontWeight=600).encode(
        x=alt.X("middle:Q"), text=alt.Text("label:N")
    )


def heads(width: float, counts: Sequence[float], lang: str) -> list[alt.Chart]:
    """Names of the three categories above the first bar: left, at the middle of the passives, right."""
    base = alt.Chart(alt.Data(values=[{}]))
    middle = width * (counts[0] + counts[1] / 2) / sum(counts)
    places: tuple[tuple[float, Any], ...] = (
        (0.0, "left"),
        (min(max(middle, 0.32 * width), 0.62 * width), "center"),
        (width, "right"),
    )
    out = []
    for (at, align), name, ink in zip(places, CATEGORIES, CATEGORY_INKS, strict=True):
        mark = base.mark_text(align=align, baseline="bottom", dy=-5, fontSize=12, fontWeight=600, color=ink)
        out.append(mark.encode(x=alt.XValue(at), y=alt.YValue(0), text=alt.TextValue(sentence(word(name, lang)))))
    return out


def count_labels(table: Columns, shown: Sequence[int], width: float, lang: str) -> alt.Chart:
    """The n of each bar, in grey at the right."""
    totals = [table["responses"][row] for row in shown]
    fields: dict[str, Sequence[Any]] = {
        "row": range(len(shown)),
        "n_text": [word("chart_n", lang, n=number(total, lang=lang)) for total in totals],
    }
    mark = alt.Chart(alt.Data(values=records(fields))).mark_text(align="right", color=MUTED, fontSize=11)
    return mark.encode(y=alt.Y("row:O", sort=None), x=alt.XValue(width + COUNTS), text=alt.Text("n_text:N"))
