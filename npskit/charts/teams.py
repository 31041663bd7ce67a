"""One line per team: where it stands, where it is going, what goes with it, and how many answers say so.

A league table invites to read a rank into noise. So the interval is the widest thing in each row, the trend is that of
the smoothed level with an arrow only when its interval leaves out 0, the main driver stands with the chance that it is
the first, and a team too small to be shown is said to be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, known, level_text, row_names, wrapped
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Side,
    chance_text,
    counts_side,
    forest,
    has_column,
    hidden_layer,
    laid_out,
    leaves_out_zero,
    left_out_mark,
    limits_text,
    points_channels,
    row_axis,
    signed_figure,
    tooltips,
    way_labels,
)
from npskit.charts.segments import EACH_END, ends, range_of
from npskit.charts.stages import hidden_text, shown_rows
from npskit.charts.titles import titled
from npskit.charts.words import by_text, dates_text, digits, level_share, responses_text, segments_finding
from npskit.labels import date_text, language, number, points, word

__all__ = ["scorecard"]

NAME_LINE, DRIVER_LINE, DRIVER_LINES = 22, 22, 2
NEEDED = ("responses", "score", "lower", "upper")
UP, DOWN = "▲", "▼"


def scorecard(
    table: Any,
    *,
    by: str = "team",
    min_responses: int = 5,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """A row per team with score, interval, change of the level, main driver and n, lowest score first.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns `by`, ``responses``, ``score``, ``lower``, ``upper`` (points); if there, ``level_change`` with
        ``level_change_lower``, ``level_change_upper`` (points) and ``since`` (a date), ``driver`` with
        ``driver_chance``, and ``suppressed``; a row a team. Suppressed teams come last, without figures.
    by : str, optional
        The column that names a team.
    min_responses : int, optional
        What suppressed teams have fewer of, said in the subtitle.
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
        When no team has a score that may be shown.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"team": ["Lyon", "Nice"], "responses": [90, None], "score": [10.0, None], "lower": [-5.0, None],
    ...          "upper": [25.0, None], "driver": ["checkout", None], "suppressed": [False, True]}
    >>> scorecard(table).title.text
    ['Lyon: +10, between −5 and +25']
    """
    lang = language(lang)
    rows = lowest_first(shown_rows(columns(table, (by, *NEEDED), where="scorecard"), "scorecard"))
    names = row_names(rows, [by], lang)
    scored = sum(known(score) for score in rows["score"])
    seen = {name: values[:scored] for name, values in rows.items()}
    title, named = segments_finding(names[:scored], seen, [by], confidence_level=confidence_level, lang=lang)
    shown = [*ends(scored), *range(scored, len(names))]
    subtitle = [
        word("chart_by_segment", lang, by=by_text([by], lang), level=level_share(confidence_level, lang))
        if by != "team"
        else word("chart_scorecard", lang, level=level_share(confidence_level, lang)),
        word("chart_level_changes", lang) if has_column(rows, "level_change") else "",
        word("chart_ends", lang, each=EACH_END, k=number(scored, lang=lang)) if len(shown) < len(names) else "",
        hidden_text(rows, min_responses, lang),
        responses_text(sum(n or 0 for n in rows["responses"]), lang),
        dates_text(dates, lang),
    ]
    cut = {name: [values[at] for at in shown] for name, values in rows.items()}
    points_at = [shown.index(at) for at in named if at in shown]
    chart = draw(cut, [names[at] for at in shown], points_at, len(names) - len(shown), lang)
    return styled(titled(chart, title, subtitle), lang)


def lowest_first(rows: Columns) -> Columns:
    """Teams by their scores, those without one last in the order given."""
    order = sorted(
        range(len(rows["score"])),
        key=lambda at: (not known(rows["score"][at]), rows["score"][at] if known(rows["score"][at]) else 0.0),
    )
    return {name: [values[at] for at in order] for name, values in rows.items()}


def draw(rows: Columns, names: Sequence[str], named: Sequence[int], left_out: int, lang: str) -> LayerChart:
    """The forest with its columns."""
    places = [digits(low, high) if known(low) else 0 for low, high in zip(rows["lower"], rows["upper"], strict=True)]
    figures = [
        points(value, digits=k, lang=lang) if known(value) else ""
        for value, k in zip(rows["score"], places, strict=True)
    ]
    sides = [Side(figures, strong=True), *trend_sides(rows, lang), *driver_sides(rows, lang)]
    sides.append(counts_side(rows["responses"], lang))
    layout = laid_out(names, sides, line=NAME_LINE)
    fields: dict[str, list[Any]] = {
        "row": list(range(len(names))),
        "name": list(names),
        "value": rows["score"],
        "lower": rows["lower"],
        "upper": rows["upper"],
        "figure": [figure or "–" for figure in figures],
        "range": [range_of(*pair, lang) for pair in zip(rows["lower"], rows["upper"], strict=True)],
        "trend": trend_details(rows, lang),
        "driver": driver_details(rows, lang),
        "n": ["–" if n is None else number(n, lang=lang) for n in rows["responses"]],
        "hidden": rows["suppressed"],
        "point": [at in named for at in range(len(names))],
    }
    bounds = [value for key in ("score", "lower", "upper") for value in rows[key]]
    x = points_channels(bounds, ("value", "lower", "upper"), width=layout.width)
    pointer = (("name", "chart_team"), ("figure", "score"), ("range", "chart_interval"), ("trend", "chart_trend_word"),
               ("driver", "chart_driver"), ("n", "responses"))  # fmt: skip
    return forest(
        fields,
        layout,
        sides,
        x,
        tooltip=tooltips([(field, word(key, lang)) for field, key in pointer]),
        above=[
            hidden_layer(alt.Chart().encode(y=row_axis(layout)), lang),
            *way_labels(word("chart_lower", lang), word("chart_higher", lang), layout.width),
            *left_out_mark(left_out, EACH_END, layout, lang),
        ],
    )


def column(rows: Columns, name: str) -> list[Any]:
    """A column, of nothing where the table does not have it."""
    return rows.get(name, [None] * len(rows["score"]))


def changes(rows: Columns) -> list[tuple[Any, Any, Any]]:
    """Change of the level and its limits, team by team."""
    three = (column(rows, f"level_change{end}") for end in ("", "_lower", "_upper"))
    return list(zip(*three, strict=True))


def trend_sides(rows: Columns, lang: str) -> list[Side]:
    """The change of the level, with an arrow where its interval leaves out 0."""
    if not has_column(rows, "level_change"):
        return []
    texts = []
    for value, lower, upper in changes(rows):
        arrow = (UP if value > 0 else DOWN) + " " if leaves_out_zero(lower, upper) else ""
        texts.append(arrow + signed_figure(value, lower, upper, lang))
    return [Side(texts, head=word("chart_trend_word", lang))]


def trend_details(rows: Columns, lang: str) -> list[str]:
    """The change with its interval and since when."""
    out = []
    for (value, lower, upper), since in zip(changes(rows), column(rows, "since"), strict=True):
        if not known(value):
            out.append("–")
            continue
        limits = f" ({limits_text(lower, upper, lang)})"
        start = f", {word('chart_since', lang, day=date_text(since, lang))}" if isinstance(since, dt.date) else ""
        out.append(signed_figure(value, lower, upper, lang) + limits + start)
    return out


def driver_sides(rows: Columns, lang: str) -> list[Side]:
    """The main driver of each team, in two short lines at most."""
    if not has_column(rows, "driver"):
        return []
    texts = []
    for name in column(rows, "driver"):
        lines = wrapped(level_text(name, lang), DRIVER_LINE) if name is not None else [""]
        if len(lines) > DRIVER_LINES:
            lines = [*lines[: DRIVER_LINES - 1], lines[DRIVER_LINES - 1][: DRIVER_LINE - 1].rstrip() + "…"]
        texts.append("\n".join(lines))
    return [Side(texts, head=word("chart_driver", lang), left=True)]


def driver_details(rows: Columns, lang: str) -> list[str]:
    """The main driver with the chance that it is the first."""
    out = []
    for name, chance in zip(column(rows, "driver"), column(rows, "driver_chance"), strict=True):
        if name is None:
            out.append("–")
        else:
            text = chance_text(chance, lang)
            said = f" ({word('chart_first_chance', lang, chance=text)})" if text else ""
            out.append(level_text(name, lang) + said)
    return out
