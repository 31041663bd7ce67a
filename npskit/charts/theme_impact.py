"""What people write, and what it does to the score: how far each theme moves it, and how many speak of it.

A theme that many mention without anger and one that few mention in rage may weigh the same; so the place of a point is
what the theme does to the score, and the area of its disc is the number of people behind it. The title names the theme
that weighs most and the one that lifts most only where their intervals leave out 0.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, quoted, records
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Side,
    head_layers,
    laid_out,
    leaves_out_zero,
    limits_text,
    points_channels,
    row_axis,
    row_color,
    said_name,
    side_layers,
    signed_figure,
    tooltips,
    way_labels,
)
from npskit.charts.titles import titled
from npskit.charts.words import amount, dates_text, level_share, told
from npskit.labels import language, number, points, share, word

__all__ = ["themes"]

MOST_ROWS = 18
SMALLEST, LARGEST = 30, 420
NEEDED = ("theme", "responses", "share", "impact", "lower", "upper")


def themes(
    table: Any,
    *,
    score: float | None = None,
    responses: int | None = None,
    non_answers: int = 0,
    coverage: float | None = None,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Impact of themes on the score, with how many speak of each.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``theme``, ``responses``, ``share`` (0 to 1), ``impact``, ``lower``, ``upper`` (points); if there,
        ``score`` of those who speak of it and ``terms`` (lists of words); a row a theme.
    score : float, optional
        Of all who write, in points, said in the subtitle.
    responses : int, optional
        Comments that say something.
    non_answers : int, optional
        Comments that say nothing.
    coverage : float, optional
        Share of comments with a theme of the code frame.
    confidence_level : float, optional
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
        When no theme has an impact.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"theme": ["price", "welcome"], "responses": [80, 60], "share": [0.4, 0.3],
    ...          "impact": [-9.0, 5.2], "lower": [-12.1, 2.9], "upper": [-6.0, 7.4]}
    >>> themes(table).title.text
    ['“price” weighs most on the score (−9 points), “welcome” lifts it most (+5)']
    """
    lang = language(lang)
    rows, whole = strongest(columns(table, NEEDED, where="themes"))
    names = [" ".join(str(name).split()) for name in rows["theme"]]
    named = ends(rows)
    covered = word("chart_theme_covered", lang, share=share(coverage or 0.0, lang=lang))
    subtitle = [
        word("chart_theme_drawn", lang, level=level_share(confidence_level, lang)),
        word("chart_theme_area", lang),
        word("chart_theme_shown", lang, shown=len(names), k=number(whole, lang=lang)) if whole > len(names) else "",
        "" if responses is None else told("chart_theme_comments", responses, lang, n=number(responses, lang=lang)),
        told("chart_theme_nothing", non_answers, lang, n=number(non_answers, lang=lang)) if non_answers else "",
        covered if coverage is not None and known(coverage) else "",
        word("chart_theme_whole", lang, score=points(score, lang=lang)) if score is not None and known(score) else "",
        dates_text(dates, lang),
    ]
    return styled(titled(draw(rows, names, named, lang), finding(rows, names, named, lang), subtitle), lang)


def strongest(rows: Columns) -> tuple[Columns, int]:
    """The themes with an impact from the lowest to the highest; of very many those furthest from 0."""
    told_ = [at for at, value in enumerate(rows["impact"]) if known(value)]
    if not told_:
        raise empty("themes")
    kept = sorted(told_, key=lambda at: -abs(rows["impact"][at]))[:MOST_ROWS]
    kept.sort(key=lambda at: rows["impact"][at])
    return {name: [values[at] for at in kept] for name, values in rows.items()}, len(told_)


def ends(rows: Columns) -> tuple[int | None, int | None]:
    """The row that surely weighs most and the one that surely lifts most."""
    sure = [at for at, pair in enumerate(zip(rows["lower"], rows["upper"], strict=True)) if leaves_out_zero(*pair)]
    down = next((at for at in sure if rows["impact"][at] < 0), None)
    return down, next((at for at in reversed(sure) if rows["impact"][at] > 0), None)


def finding(rows: Columns, names: list[str], named: tuple[int | None, int | None], lang: str) -> str:
    """Both ends, as far as they are sure."""
    words: dict[str, str] = {}
    down, up = named
    for key, at in (("down", down), ("up", up)):
        if at is not None:
            impact = rows["impact"][at]
            words |= {key: bare(names[at], lang), f"{key}_impact": ("−" if impact < 0 else "+") + amount(impact, lang)}
    if down is not None and up is not None:
        # The unit is said once, and the line stays whole.
        words["up_impact"] = signed_figure(rows["impact"][up], None, None, lang)
        return word("chart_theme_both", lang, **words)
    for key in ("down", "up"):
        if key in words:
            return word(f"chart_theme_{key}", lang, theme=words[key], impact=words[f"{key}_impact"])
    return word("chart_theme_none", lang)


def bare(name: str, lang: str) -> str:
    """A name no longer than a title can hold, without quotation marks of its own."""
    short = said_name(name, ["theme"], lang)
    return name if quoted(name, lang) == short else short


def draw(rows: Columns, names: list[str], named: tuple[int | None, int | None], lang: str) -> LayerChart:
    """The rows: interval, disc, impact, share and number."""
    triples = list(zip(rows["impact"], rows["lower"], rows["upper"], strict=True))
    figures = [signed_figure(*three, lang) for three in triples]
    counts = [number(n, lang=lang) for n in rows["responses"]]
    shares = [share(value, lang=lang) for value in rows["share"]]
    sides = [
        Side(figures, strong=True),
        Side(shares, head=word("chart_theme_share", lang)),
        Side([word("chart_n", lang, n=n) for n in counts]),
    ]
    layout = laid_out(names, sides)
    scores = rows.get("score", [None] * len(names))
    fields: dict[str, list[Any]] = {
        "name": names,
        "value": rows["impact"],
        "lower": rows["lower"],
        "upper": rows["upper"],
        "figure": figures,
        "range": [limits_text(low, high, lang) for _, low, high in triples],
        "share": shares,
        "n": counts,
        "size": rows["responses"],
        "score": [points(value, lang=lang) if known(value) else "–" for value in scores],
        "terms": [", ".join(map(str, each or ()))[:80] for each in rows.get("terms", [()] * len(names))],
        "point": [at in named for at in range(len(names))],
        "y": layout.middles,
        **{f"side_{i}": list(side.texts) for i, side in enumerate(sides)},
    }
    bounds = [value for three in triples for value in three]
    x = points_channels(bounds, ("value", "lower", "upper"), width=layout.width, zero=True)
    pointer = (("name", "chart_theme_theme"), ("figure", "theme_head_impact"), ("range", "chart_interval"),
               ("n", "theme_head_responses"), ("share", "chart_theme_share"), ("score", "chart_theme_own_score"),
               ("terms", "chart_theme_terms"))  # fmt: skip
    base = alt.Chart().encode(
        y=row_axis(layout), tooltip=tooltips([(field, word(key, lang)) for field, key in pointer])
    )
    ways = way_labels(word("chart_theme_weighs", lang), word("chart_theme_lifts", lang), layout.width)
    layers = [*discs(base, x), *side_layers(base, sides, layout), *head_layers(sides, layout), *ways]
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)


def discs(base: alt.Chart, x: dict[str, alt.X]) -> list[alt.Chart]:
    """The interval and, on it, a disc as large as the number of people."""
    size = alt.Size("size:Q", legend=None, scale=alt.Scale(rangeMin=SMALLEST, rangeMax=LARGEST, domainMin=0))
    return [
        base.transform_filter("isValid(datum.lower) && isValid(datum.upper)")
        .mark_rule(opacity=0.75, strokeWidth=1.5)
        .encode(x=x["lower"], x2=alt.X2("upper:Q"), color=row_color()),
        base.mark_circle(opacity=1).encode(x=x["value"], color=row_color(), size=size),
    ]
