"""Where it is bad, of all the places one could look: the segments that stand out, in the order they were found.

The order is that of the search (the furthest from chance first), not of the size of the difference, which favours small
segments. A segment matters by how far it is and by how much of the trouble it holds, so each row has its difference to
all others with the interval, and its share of all detractors beside its share of all answers. That nothing was found
is an answer too, and is drawn as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, known
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Side,
    chance_text,
    counts_side,
    forest,
    has_column,
    laid_out,
    leaves_out_zero,
    limits_text,
    points_channels,
    said_name,
    signed_figure,
    tooltips,
    way_labels,
)
from npskit.charts.theme import MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import amount, dates_text, level_share, sentence, told
from npskit.labels import language, number, points, share, word

__all__ = ["surprising"]

MOST_ROWS = 15
EMPTY_HEIGHT = 48
# Two conditions of two lines each.
MOST_LINES = 4
NEEDED = ("segment", "responses", "difference", "lower", "upper")


def surprising(
    table: Any,
    *,
    overall: float | None = None,
    tested: int | None = None,
    halved: bool = False,
    alpha: float = 0.05,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Segments that stand out, with their differences to all other answers.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``segment`` (text), ``responses``, ``difference``, ``lower``, ``upper`` (points); if there, ``score``,
        ``share_of_detractors`` and ``share_of_responses`` (0 to 1); a row a segment, in the order it was found. No
        rows: nothing was found, which the chart says.
    overall : float, optional
        The score of everybody, in points, said in the subtitle.
    tested : int, optional
        How many segments were looked at.
    halved : bool, optional
        Whether segments were found in one half of the answers and measured in the other.
    alpha : float, optional
        Share of false discoveries that was allowed.
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
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"segment": ["visits 1-2"], "responses": [300], "difference": [-31.0], "lower": [-40.0],
    ...          "upper": [-22.0], "share_of_detractors": [0.38], "share_of_responses": [0.12]}
    >>> surprising(table).title.text
    ['“visits 1-2” is 31 points below all others and holds 38% of all detractors']
    >>> surprising({}, tested=412).title.text
    ['No segment stands out from the others']
    """
    lang = language(lang)
    rows = found_rows(table)
    shown = len(rows["segment"][:MOST_ROWS])
    texts = [" ".join(str(name).split()) for name in rows["segment"]]
    named = first_clear(rows)
    subtitle = [
        word("chart_surprising", lang, level=level_share(confidence_level, lang)) if shown else "",
        searched_text(tested, halved and bool(shown), alpha, lang),
        word("chart_first_rows", lang, shown=shown, k=number(len(texts), lang=lang)) if len(texts) > shown else "",
        word("chart_overall", lang, score=points(overall, lang=lang)) if overall is not None and known(overall) else "",
        dates_text(dates, lang),
    ]
    chart = draw(rows, texts[:shown], named, lang) if shown else nothing(lang)
    return styled(titled(chart, finding(rows, texts, named, lang), subtitle), lang)


def found_rows(table: Any) -> Columns:
    """The rows with a difference, in their order; none is fine."""
    names = list(getattr(table, "column_names", getattr(table, "columns", table)))
    if not names or not len(table[names[0]]):
        return {name: [] for name in NEEDED}
    rows = columns(table, NEEDED, where="surprising")
    kept = [at for at, value in enumerate(rows["difference"]) if known(value)]
    return {name: [values[at] for at in kept] for name, values in rows.items()}


def first_clear(rows: Columns) -> int | None:
    """The first row whose interval leaves out 0: in the half it was measured in, it need not be the very first."""
    clear = map(leaves_out_zero, rows["lower"], rows["upper"])
    return next((at for at, sure in enumerate(clear) if sure), None)


def searched_text(tested: int | None, halved: bool, alpha: float, lang: str) -> str:
    """How many segments were looked at and what guards against chance."""
    if tested is None:
        return ""
    looked = word("chart_tested", lang, k=number(tested, lang=lang), share=share(alpha, lang=lang))
    return word("chart_halved", lang, tested=looked) if halved else looked


def finding(rows: Columns, names: Sequence[str], named: int | None, lang: str) -> str:
    """The first segment that holds, with what it has of all detractors; or that none was found, or none confirmed."""
    if not names:
        return word("chart_nothing_found", lang)
    if named is None:
        return told("chart_found_unsure", len(names), lang, k=number(len(names), lang=lang))
    gap = rows["difference"][named]
    words = {"segment": said_name(names[named], ["segment"], lang), "gap": amount(gap, lang)}
    held = rows.get("share_of_detractors", [None] * len(names))[named]
    if gap > 0:
        return sentence(word("chart_found_above", lang, **words))
    if held is None or not known(held):
        return sentence(word("chart_found_below", lang, **words))
    return sentence(word("chart_found_holds", lang, **words, share=chance_text(held, lang)))


def draw(rows: Columns, names: Sequence[str], named: int | None, lang: str) -> LayerChart:
    """The forest with its columns."""
    shown = len(names)
    cut: Columns = {key: values[:shown] for key, values in rows.items()}
    figures = [signed_figure(*three, lang) for three in zip(cut["difference"], cut["lower"], cut["upper"], strict=True)]
    sides = [Side(figures, strong=True), *share_sides(cut, lang), counts_side(cut["responses"], lang)]
    layout = laid_out(names, sides, most=MOST_LINES)
    scores = cut.get("score", [None] * shown)
    fields: dict[str, list[Any]] = {
        "row": list(range(shown)),
        "name": list(names),
        "value": cut["difference"],
        "lower": cut["lower"],
        "upper": cut["upper"],
        "figure": figures,
        "range": [limits_text(*pair, lang) for pair in zip(cut["lower"], cut["upper"], strict=True)],
        "score": [points(value, lang=lang) if known(value) else "–" for value in scores],
        "n": [number(n or 0, lang=lang) for n in cut["responses"]],
        "point": [at == named for at in range(shown)],
    }
    bounds = [*cut["difference"], *cut["lower"], *cut["upper"]]
    x = points_channels(bounds, ("value", "lower", "upper"), width=layout.width, zero=True)
    pointer = (("name", "chart_segment"), ("figure", "chart_difference_word"), ("range", "chart_interval"),
               ("score", "score"), ("n", "responses"))  # fmt: skip
    above = way_labels(word("chart_lower", lang), word("chart_higher", lang), layout.width)
    return forest(
        fields, layout, sides, x, tooltip=tooltips([(field, word(key, lang)) for field, key in pointer]), above=above
    )


def share_sides(rows: Columns, lang: str) -> list[Side]:
    """What each segment has of all detractors and of all answers."""
    heads = (("share_of_detractors", "chart_of_detractors"), ("share_of_responses", "chart_of_responses"))
    return [
        Side([chance_text(value, lang) for value in rows[column]], head=word(key, lang).replace("|", "\n"))
        for column, key in heads
        if has_column(rows, column)
    ]


def nothing(lang: str) -> LayerChart:
    """A quiet line where the rows would be."""
    base = alt.Chart(alt.Data(values=[{}]))
    mark = base.mark_text(align="left", baseline="middle", color=MUTED, fontSize=12)
    text = mark.encode(
        x=alt.XValue(0), y=alt.YValue(EMPTY_HEIGHT / 2), text=alt.TextValue(word("chart_nothing_found_why", lang))
    )
    return LayerChart(layer=[text], width=WIDTH - 20, height=EMPTY_HEIGHT)
