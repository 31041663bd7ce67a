"""Where along the way it drops: the score stage after stage, from the first to the last.

The stages run down the page, so that their names can be as long as they are, and a line leads from one score to the
next. The one stretch in the accent is the largest drop, when it is more than chance given how many steps there are. A
stage of too few answers keeps its row and shows no figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, records, row_names
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    counts_side,
    forest,
    has_column,
    hidden_layer,
    laid_out,
    points_channels,
    row_axis,
    row_color,
    said_name,
    signed_figure,
    tooltips,
    way_labels,
)
from npskit.charts.segments import range_of
from npskit.charts.titles import titled
from npskit.charts.words import amount, dates_text, digits, level_share, responses_text, sentence, widening
from npskit.labels import language, number, points, word

__all__ = ["hidden_text", "journey", "shown_rows"]

NEEDED = ("responses", "score", "lower", "upper")


def journey(
    table: Any,
    *,
    by: str = "stage",
    min_responses: int = 5,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """The score along stages in their order, the largest drop marked.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns `by`, ``responses``, ``score``, ``lower``, ``upper`` (points); if there, ``change`` from the stage
        before with ``change_lower``, ``change_upper`` and ``p_adjusted``, and ``suppressed``; a row a stage, in order.
    by : str, optional
        The column that names a stage.
    min_responses : int, optional
        What suppressed stages have fewer of, said in the subtitle.
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
        When no stage has a score that may be shown.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"stage": ["welcome", "first order", "renewal"], "responses": [300, 280, 200],
    ...          "score": [40.0, 35.0, 12.0], "lower": [33.0, 27.0, 3.0], "upper": [47.0, 43.0, 21.0],
    ...          "change": [None, -5.0, -23.0], "change_lower": [None, -16.0, -35.0],
    ...          "change_upper": [None, 6.0, -11.0]}
    >>> journey(table).title.text
    ['Renewal is 23 points below “first order”, the largest drop']
    """
    lang = language(lang)
    rows = shown_rows(columns(table, (by, *NEEDED), where="journey"), "journey")
    names = row_names(rows, [by], lang)
    drop = largest_drop(rows, confidence_level)
    subtitle = [
        word("chart_journey", lang, level=level_share(confidence_level, lang)),
        hidden_text(rows, min_responses, lang),
        responses_text(sum(n or 0 for n in rows["responses"]), lang),
        dates_text(dates, lang),
    ]
    return styled(titled(draw(rows, names, drop, lang), finding(names, rows, drop, by, lang), subtitle), lang)


def shown_rows(table: Columns, where: str) -> Columns:
    """The rows, those that are suppressed or have no answers without any figure."""
    hidden = [bool(flag) for flag in table.get("suppressed", [False] * len(table["score"]))]
    if not any(known(score) and not hide for score, hide in zip(table["score"], hidden, strict=True)):
        raise empty(where)
    figures = ("responses", "score", "lower", "upper", "change", "change_lower", "change_upper", "level_change",
               "level_change_lower", "level_change_upper", "driver", "driver_chance")  # fmt: skip
    rows = {
        name: [None if hide and name in figures else value for value, hide in zip(values, hidden, strict=True)]
        for name, values in table.items()
    }
    return {**rows, "suppressed": hidden}


def hidden_text(rows: Columns, min_responses: int, lang: str) -> str:
    """What "hidden" means, when something is."""
    return word("chart_hidden_why", lang, n=number(min_responses, lang=lang)) if any(rows["suppressed"]) else ""


def largest_drop(rows: Columns, confidence_level: float) -> int | None:
    """The stage with the largest fall from the one before that is more than chance among all steps."""
    changes = rows.get("change", [])
    steps = [at for at, value in enumerate(changes) if known(value)]
    wide = widening(len(steps), confidence_level)
    clear = [at for at in steps if changes[at] < 0 and is_clear(rows, at, wide, 1 - confidence_level)]
    return min(clear, key=lambda at: changes[at], default=None)


def is_clear(rows: Columns, at: int, wide: float, alpha: float) -> bool:
    """Whether a fall holds: by its adjusted p-value where there is one, else by its widened interval."""
    value, upper = rows["change"][at], rows.get("change_upper", [None] * (at + 1))[at]
    if not known(upper) or upper >= 0:
        return False
    p = rows.get("p_adjusted", [None] * (at + 1))[at]
    return p < alpha if known(p) else value + wide * (upper - value) < 0


def finding(names: Sequence[str], rows: Columns, drop: int | None, by: str, lang: str) -> str:
    """Where the score falls most, or that no fall is more than chance."""
    if drop is None:
        return word("chart_no_drop" if has_column(rows, "change") else "chart_stages", lang)
    stage, before = (said_name(names[at], [by], lang) for at in (drop, drop - 1))
    gap = amount(rows["change"][drop], lang)
    return sentence(word("chart_largest_drop", lang, stage=stage, before=before, gap=gap))


def draw(rows: Columns, names: Sequence[str], drop: int | None, lang: str) -> LayerChart:
    """The forest in the order of the stages, with the line from one to the next."""
    places = [digits(low, high) if known(low) else 0 for low, high in zip(rows["lower"], rows["upper"], strict=True)]
    score = rows["score"]
    figures = [
        points(value, digits=k, lang=lang) if known(value) else "" for value, k in zip(score, places, strict=True)
    ]
    sides = [Side(figures, strong=True), *change_sides(rows, lang), counts_side(rows["responses"], lang)]
    layout = laid_out(names, sides, row=34)
    fields: dict[str, list[Any]] = {
        "row": list(range(len(names))),
        "name": list(names),
        "value": score,
        "lower": rows["lower"],
        "upper": rows["upper"],
        "figure": [figure or "–" for figure in figures],
        "range": [range_of(*pair, lang) for pair in zip(rows["lower"], rows["upper"], strict=True)],
        "change": [text or "–" for text in change_texts(rows, lang)],
        "n": ["–" if n is None else number(n, lang=lang) for n in rows["responses"]],
        "hidden": rows["suppressed"],
        "point": [at == drop for at in range(len(names))],
    }
    bounds = [value for key in ("score", "lower", "upper") for value in rows[key]]
    x = points_channels(bounds, ("value", "lower", "upper"), width=layout.width)
    pointer = (("name", "chart_stage"), ("figure", "score"), ("range", "chart_interval"), ("change", "chart_change"),
               ("n", "responses"))  # fmt: skip
    return forest(
        fields,
        layout,
        sides,
        x,
        tooltip=tooltips([(field, word(key, lang)) for field, key in pointer]),
        below=[path(score, drop, layout, x)],
        above=[
            hidden_layer(alt.Chart().encode(y=row_axis(layout)), lang),
            *way_labels(word("chart_lower", lang), word("chart_higher", lang), layout.width),
        ],
    )


def change_texts(rows: Columns, lang: str) -> list[str]:
    """The change from the stage before."""
    nothing = [None] * len(rows["score"])
    changes, lower, upper = (rows.get(f"change{end}", nothing) for end in ("", "_lower", "_upper"))
    return [signed_figure(*three, lang) for three in zip(changes, lower, upper, strict=True)]


def change_sides(rows: Columns, lang: str) -> list[Side]:
    """The column of changes, where the table has them."""
    if not has_column(rows, "change"):
        return []
    return [Side(change_texts(rows, lang), head=word("chart_change_before", lang).replace("|", "\n"))]


def path(scores: Sequence[float | None], drop: int | None, layout: Layout, x: dict[str, alt.X]) -> alt.Chart:
    """A line from each score to the next; a hidden stage interrupts it."""
    lines = []
    for at, (first, second) in enumerate(pairwise(scores)):
        if known(first) and known(second):
            for value, middle in ((first, layout.middles[at]), (second, layout.middles[at + 1])):
                lines.append({"step": at, "value": value, "y": middle, "point": at + 1 == drop})
    mark = alt.Chart(alt.Data(values=records_of(lines))).mark_line(strokeWidth=2, opacity=0.45)
    return mark.encode(
        x=x["value"], y=row_axis(layout), detail=alt.Detail("step:O"), order=alt.Order("y:Q"), color=row_color()
    )


def records_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the line; one that draws nothing where there is none."""
    return lines or records({"step": [0], "value": [None], "y": [None], "point": [False]})
