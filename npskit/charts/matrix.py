"""What first: how many points an action can bring against how feasible it is.

The actions are numbered by rank, and those whose intervals overlap share a number: a list in an exact order would claim
more than is known. The intervals are drawn, thin, since the whole ranking hangs on them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, level_text, literal, nice_range, records, signed_axis
from npskit.charts.placement import Box, box_of
from npskit.charts.quadrants import CORNERS, Frame, axis_titles, label_layers, label_rows
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import has_column, limits_text, listed, row_color, said_name, signed_figure, tooltips
from npskit.charts.theme import MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import dates_text, level_share, sentence
from npskit.labels import language, number, word

__all__ = ["priorities"]

HEIGHT, MARGIN = 380, 52
FEASIBILITY = (1, 2, 3, 4, 5)
# Of the numbered discs; steps in which actions of one feasibility are moved apart, and how many at most.
RADIUS, STEP, MOST_STEPS = 10.0, 12.0, 4
MOST_NAMED = 3
NEEDED = ("action", "impact", "lower", "upper", "feasibility", "rank")


def priorities(
    table: Any,
    *,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Actions by impact and feasibility, numbered by rank.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``action``, ``impact``, ``lower``, ``upper`` (points of the score), ``feasibility`` (1 to 5) and
        ``rank`` (shared where it cannot be told); if there, ``beyond`` (whether the move leads further than anyone has
        answered), ``driver``, ``theme``, ``segment``, ``owner`` and ``cost``; a row an action.
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
        When no action has an impact.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"action": ["faster checkout", "gift wrap"], "impact": [2.4, 0.4], "lower": [1.5, -0.2],
    ...          "upper": [3.3, 1.0], "feasibility": [4, 5], "rank": [1, 2]}
    >>> priorities(table).title.text
    ['“faster checkout” comes first: +2.4 points (+1.5 to +3.3)']
    """
    lang = language(lang)
    given = columns(table, NEEDED, where="priorities")
    rows = ranked(given)
    names = [level_text(name, lang) for name in rows["action"]]
    first = [at for at, rank in enumerate(rows["rank"]) if rank == 1]
    title, named = finding(names, rows, first, lang)
    unknown = len(given["action"]) - len(names)
    subtitle = [
        word("chart_matrix", lang, level=level_share(confidence_level, lang)),
        word("chart_matrix_ranks", lang),
        word("chart_beyond", lang) if any(rows.get("beyond", [])) else "",
        word("chart_no_impact", lang, k=number(unknown, lang=lang)) if unknown else "",
        dates_text(dates, lang),
    ]
    return styled(titled(draw(rows, names, named, lang), title, subtitle), lang)


def ranked(table: Columns) -> Columns:
    """Rows with an impact and a rank, first ranks first."""
    order = [
        at
        for at, (impact, rank, feasible) in enumerate(
            zip(table["impact"], table["rank"], table["feasibility"], strict=True)
        )
        if known(impact) and known(rank) and known(feasible)
    ]
    if not order:
        raise empty("priorities")
    order.sort(key=lambda at: (table["rank"][at], -table["impact"][at]))
    rows = {name: [values[at] for at in order] for name, values in table.items()}
    for bound in ("lower", "upper"):
        rows[bound] = [
            limit if known(limit) else value for limit, value in zip(rows[bound], rows["impact"], strict=True)
        ]
    return rows


def finding(names: Sequence[str], rows: Columns, first: Sequence[int], lang: str) -> tuple[str, list[int]]:
    """The action that comes first, or that several do, or that none clearly brings anything."""
    if not any(rows["lower"][at] > 0 for at in first):
        return word("chart_no_action", lang), []
    if len(first) > MOST_NAMED:
        return word("chart_first_many", lang, k=number(len(first), lang=lang)), list(first)
    said = [said_name(names[at], ["action"], lang) for at in first]
    if len(first) > 1:
        return sentence(word("chart_first_share", lang, names=listed(said, "chart_and", lang))), list(first)
    at = first[0]
    impact, lower, upper = (rows[key][at] for key in ("impact", "lower", "upper"))
    words = {"impact": signed_figure(impact, lower, upper, lang), "range": limits_text(lower, upper, lang)}
    return sentence(word("chart_first_action", lang, name=said[0], **words)), list(first)


def framed(rows: Columns) -> Frame:
    """Ends of the matrix: all five grades of feasibility, all intervals, and 0."""
    low, high = min(0.0, *rows["lower"], *rows["impact"]), max(0.0, *rows["upper"], *rows["impact"])
    span = max(high - low, 1.0)
    return Frame(0.5, 5.5, low - 0.1 * span, high + 0.12 * span, WIDTH - MARGIN, HEIGHT)


def stood_apart(rows: Columns, frame: Frame) -> list[float]:
    """Feasibility as drawn: actions that would cover each other stand side by side, the first where it belongs."""
    shifts = sorted((sign * STEP * k for k in range(MOST_STEPS + 1) for sign in (1, -1)), key=abs)
    discs: list[Box] = []
    lines: list[Box] = []
    out = []
    for at, feasible in enumerate(rows["feasibility"]):
        middle, y = frame.pixels(feasible, rows["impact"][at])
        low, high = (frame.pixels(feasible, rows[bound][at])[1] for bound in ("lower", "upper"))
        tries = [
            (around(middle + shift, y), Box(middle + shift - 3, high, middle + shift + 3, low)) for shift in shifts
        ]
        costs = [
            covered(disc, line, discs, lines) + abs(shift) for (disc, line), shift in zip(tries, shifts, strict=True)
        ]
        best = costs.index(min(costs))
        discs.append(tries[best][0])
        lines.append(tries[best][1])
        out.append(frame.data(middle + shifts[best], y)[0])
    return out


def covered(disc: Box, line: Box, discs: Sequence[Box], lines: Sequence[Box]) -> float:
    """How much an action and its interval would hide of the others: discs count most."""
    hidden = sum(disc.overlap(other) > 0 for other in discs)
    crossed = sum(line.overlap(other) > 0 for other in [*discs, *lines]) + sum(
        disc.overlap(other) > 0 for other in lines
    )
    return 1000.0 * hidden + 100.0 * crossed


def around(x: float, y: float) -> Box:
    """The square of a disc."""
    return Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)


def draw(rows: Columns, names: Sequence[str], named: Sequence[int], lang: str) -> LayerChart:
    """Intervals, numbered discs, names, and what the corners mean."""
    frame = framed(rows)
    fields = action_fields(rows, names, named, stood_apart(rows, frame), lang)
    marked = [
        f"{name} *" if beyond else name
        for name, beyond in zip(names, rows.get("beyond", [False] * len(names)), strict=True)
    ]
    found = label_rows(
        fields["x"],
        fields["value"],
        marked,
        named,
        frame,
        taken=corner_boxes(frame, lang),
        avoided=[*interval_boxes(fields, frame), zero_box(frame)],
        radius=RADIUS,
    )
    x, y = axes(frame, lang)
    base = alt.Chart(alt.Data(values=records(fields))).encode(x=x, tooltip=pointer(fields, lang))
    zero = alt.Chart(alt.Data(values=[{"value": 0}])).mark_rule(color=MUTED, opacity=0.6).encode(y=alt.Y("value:Q"))
    layers = [
        zero,
        *corner_layers(frame, lang),
        base.mark_rule(strokeWidth=1.4, opacity=0.5).encode(
            y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q"), color=row_color()
        ),
        *label_layers([row for row in found if row is not None], x, y),
        base.mark_circle(size=330, opacity=1).encode(y=y, color=row_color()),
        base.mark_text(color="#ffffff", fontSize=11, fontWeight=600, baseline="middle").encode(
            y=y, text=alt.Text("rank:N")
        ),
        *axis_titles(frame, word("chart_matrix_x", lang), word("chart_matrix_y", lang)),
    ]
    return LayerChart(layer=layers, width=frame.width, height=frame.height)


def action_fields(
    rows: Columns, names: Sequence[str], named: Sequence[int], xs: Sequence[float], lang: str
) -> dict[str, list[Any]]:
    """What Vega is given for the actions."""
    three = list(zip(rows["impact"], rows["lower"], rows["upper"], strict=True))
    fields: dict[str, list[Any]] = {
        "name": list(names),
        "x": list(xs),
        "value": rows["impact"],
        "lower": rows["lower"],
        "upper": rows["upper"],
        "rank": [number(rank, lang=lang) for rank in rows["rank"]],
        "figure": [signed_figure(*limits, lang) for limits in three],
        "range": [limits_text(lower, upper, lang) for _, lower, upper in three],
        "feasible": [
            number(value, digits=0 if float(value).is_integer() else 1, lang=lang) for value in rows["feasibility"]
        ],
        "point": [at in named for at in range(len(names))],
    }
    for key in ("driver", "theme", "segment", "owner"):
        if has_text(rows, key):
            fields[key] = ["–" if value is None else level_text(value, lang) for value in rows[key]]
    if has_column(rows, "cost"):
        fields["cost"] = [number(value, lang=lang) if known(value) else "–" for value in rows["cost"]]
    return fields


def has_text(rows: Columns, key: str) -> bool:
    """Whether a column is there with at least one value."""
    return any(value is not None for value in rows.get(key, []))


def pointer(fields: dict[str, list[Any]], lang: str) -> list[alt.Tooltip]:
    """What is shown beside the pointer."""
    shown = (("name", "chart_action"), ("rank", "chart_rank"), ("figure", "chart_impact"), ("range", "chart_interval"),
             ("feasible", "chart_feasibility"), ("driver", "chart_driver"), ("theme", "chart_theme"),
             ("segment", "chart_segment"), ("owner", "chart_owner"), ("cost", "chart_cost"))  # fmt: skip
    return tooltips([(field, word(key, lang)) for field, key in shown if field in fields])


def interval_boxes(fields: dict[str, list[Any]], frame: Frame) -> list[Box]:
    """The intervals, which labels keep off where they can."""
    ends = zip(fields["x"], fields["lower"], fields["upper"], strict=True)
    pairs = [(frame.pixels(x, low), frame.pixels(x, high)) for x, low, high in ends]
    return [Box(high[0] - 2, high[1], high[0] + 2, low[1]) for low, high in pairs]


def zero_box(frame: Frame) -> Box:
    """The line of no effect."""
    _, y = frame.pixels(frame.left, 0.0)
    return Box(0, y - 1, frame.width, y + 1)


def corner_texts(lang: str) -> list[str]:
    """Much or little, hard or easy: upper left, upper right, lower left, lower right."""
    return [word(f"chart_corner_{key}", lang) for key in ("much_hard", "much_easy", "little_hard", "little_easy")]


def corner_boxes(frame: Frame, lang: str) -> list[Box]:
    """Where the names of the corners stand."""
    boxes = []
    for (side, low), text in zip(CORNERS, corner_texts(lang), strict=True):
        size = box_of([text], 0, 0)
        left = 4 if side == "left" else frame.width - size.right - 4
        boxes.append(Box(left, frame.height - 17 if low else 2, left + size.right, frame.height if low else 17))
    return boxes


def corner_layers(frame: Frame, lang: str) -> list[alt.Chart]:
    """What each corner means, in grey."""
    blank = alt.Chart(alt.Data(values=[{}]))
    layers = []
    for (side, low), text in zip(CORNERS, corner_texts(lang), strict=True):
        mark = blank.mark_text(align=side, baseline="bottom" if low else "top", color=MUTED, fontSize=11.5)
        at = 4 if side == "left" else frame.width - 4
        layers.append(
            mark.encode(x=alt.XValue(at), y=alt.YValue(frame.height - 3 if low else 4), text=alt.TextValue(text))
        )
    return layers


def axes(frame: Frame, lang: str) -> tuple[alt.X, alt.Y]:
    """Five grades across, points up."""
    said = {str(grade): str(grade) for grade in FEASIBILITY}
    said |= {"1": word("chart_grade_hardly", lang), "5": word("chart_grade_at_once", lang)}
    x_axis = alt.Axis(title=None, values=list(FEASIBILITY), labelExpr=f"{literal(said)}[datum.value]", gridOpacity=0.12)
    marks = nice_range(frame.low, frame.high, ticks=7)[2]
    y_axis = alt.Axis(title=None, values=marks, labelExpr=signed_axis(), grid=False)
    return (
        alt.X("x:Q", axis=x_axis, scale=alt.Scale(domain=[frame.left, frame.right], nice=False, zero=False)),
        alt.Y("value:Q", axis=y_axis, scale=alt.Scale(domain=[frame.low, frame.high], nice=False, zero=False)),
    )
