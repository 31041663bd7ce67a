"""The words that set detractors and promoters apart: what one side writes more than the other.

A bar's length is how sure the difference is and not how often a word is said, which stands beside it. Words of
detractors point left in their colour, words of promoters right in theirs.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, known, records
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import Side, head_layers, laid_out, row_axis, side_layers, tooltips, way_labels
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import dates_text, told
from npskit.labels import language, number, word

__all__ = ["theme_words"]

MOST_A_SIDE = 10
ROW, BAR = 22, 13
EMPTY_HEIGHT = 48
NEEDED = ("term", "detractors", "promoters", "z")


def theme_words(
    table: Any,
    *,
    responses: int | None = None,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Words that detractors and promoters use to different degrees.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``term``, ``detractors``, ``promoters`` (comments) and ``z`` (standard errors; below 0 detractors say it
        more); a row a term. No rows: no word sets them apart, which the chart says.
    responses : int, optional
        Comments that say something.
    dates : tuple of datetime.date, optional
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Examples
    --------
    >>> table = {"term": ["prix", "accueil"], "detractors": [142, 10], "promoters": [173, 125], "z": [-6.5, 5.1]}
    >>> theme_words(table, lang="en").title.text
    ['Detractors write “prix”, promoters “accueil”']
    """
    lang = language(lang)
    rows = sides_of(table)
    subtitle = [
        word("chart_theme_words_drawn", lang) if rows["term"] else "",
        word("chart_theme_words_prior", lang) if rows["term"] else "",
        "" if responses is None else told("chart_theme_comments", responses, lang, n=number(responses, lang=lang)),
        dates_text(dates, lang),
    ]
    chart = draw(rows, lang) if rows["term"] else nothing(lang)
    return styled(titled(chart, finding(rows, lang), subtitle), lang)


def sides_of(table: Any) -> Columns:
    """The surest words of each side: detractors' from the top, promoters' from the bottom."""
    names = list(getattr(table, "column_names", getattr(table, "columns", table)))
    if not names or not len(table[names[0]]):
        return {name: [] for name in NEEDED}
    rows = columns(table, NEEDED, where="theme_words")
    order = sorted((at for at, z in enumerate(rows["z"]) if known(z)), key=lambda at: rows["z"][at])
    low = [at for at in order if rows["z"][at] < 0][:MOST_A_SIDE]
    high = [at for at in order if rows["z"][at] > 0][-MOST_A_SIDE:]
    return {name: [values[at] for at in (*low, *high)] for name, values in rows.items()}


def finding(rows: Columns, lang: str) -> str:
    """The surest word of each side."""
    words: dict[str, str] = {}
    if rows["z"] and rows["z"][0] < 0:
        words["down"] = str(rows["term"][0])
    if rows["z"] and rows["z"][-1] > 0:
        words["up"] = str(rows["term"][-1])
    key = "both" if len(words) == 2 else next(iter(words), "none")
    return word(f"chart_theme_words_{key}", lang, **words)


def draw(rows: Columns, lang: str) -> LayerChart:
    """A bar a word, and how many of each side wrote it."""
    names = [str(term) for term in rows["term"]]
    counts = {key: [number(n, lang=lang) for n in rows[key]] for key in ("detractors", "promoters")}
    sides = [
        Side(counts["detractors"], head=word("chart_theme_more_detractors", lang), color=CATEGORY_INKS[0], weight=400),
        Side(counts["promoters"], head=word("chart_theme_more_promoters", lang), color=CATEGORY_INKS[2], weight=400),
    ]
    layout = laid_out(names, sides, row=ROW)
    fields: dict[str, list[Any]] = {
        "name": names,
        "z": rows["z"],
        "zero": [0.0] * len(names),
        "z_text": [number(z, digits=1, lang=lang, sign=True) for z in rows["z"]],
        "side": ["low" if z < 0 else "high" for z in rows["z"]],
        **counts,
        "y": layout.middles,
        **{f"side_{i}": list(side.texts) for i, side in enumerate(sides)},
    }
    pointer = (("name", "chart_theme_term"), ("z_text", "chart_theme_z"), ("detractors", "chart_theme_more_detractors"),
               ("promoters", "chart_theme_more_promoters"))  # fmt: skip
    base = alt.Chart().encode(
        y=row_axis(layout), tooltip=tooltips([(field, word(key, lang)) for field, key in pointer])
    )
    reach = max(map(abs, rows["z"])) * 1.05
    axis = alt.Axis(title=None, tickCount=5, labelColor=MUTED, labelFontSize=11)
    x = alt.X("z:Q", axis=axis, scale=alt.Scale(domain=[-reach, reach], nice=False))
    colour = alt.Color(
        "side:N",
        legend=None,
        scale=alt.Scale(domain=["low", "high"], range=[CATEGORY_COLORS[0], CATEGORY_COLORS[2]]),
    )
    bars = base.mark_bar(height=BAR, opacity=1).encode(x=x, x2=alt.X2("zero:Q"), color=colour)
    ways = way_labels(
        word("chart_theme_more_detractors", lang),
        word("chart_theme_more_promoters", lang),
        layout.width,
        colors=(CATEGORY_INKS[0], CATEGORY_INKS[2]),
    )
    layers = [bars, *side_layers(base, sides, layout), *head_layers(sides, layout), *ways]
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)


def nothing(lang: str) -> LayerChart:
    """A quiet line where the rows would be."""
    base = alt.Chart(alt.Data(values=[{}]))
    mark = base.mark_text(align="left", baseline="middle", color=MUTED, fontSize=12)
    text = mark.encode(
        x=alt.XValue(0), y=alt.YValue(EMPTY_HEIGHT / 2), text=alt.TextValue(word("chart_theme_words_none", lang))
    )
    return LayerChart(layer=[text], width=WIDTH - 20, height=EMPTY_HEIGHT)
