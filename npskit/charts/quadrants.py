"""Which driver is worth a look: how much an attribute goes with the rating, against how it is rated.

Four quadrants, cut where the caller says, and every attribute written beside its point. The interesting corner is the
upper left one, rated low and going with the rating; but a point lies there by estimate only. The accent and the title
are for those whose interval of importance lies wholly above the line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from statistics import fmean, median
from typing import Any, Literal, NamedTuple

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, level_text, literal, records
from npskit.charts.drivers import outcome_words, share_marks, share_range
from npskit.charts.placement import LABEL_LINE, Box, Placed, box_of, placed
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import chance_text, emphasis, listed, name_lines, row_color, said_name, tooltips
from npskit.charts.theme import MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import dates_text, level_share, sentence
from npskit.errors import ArgumentError
from npskit.labels import NARROW_SPACE, language, number, share, word

__all__ = ["Frame", "importance_performance", "label_layers", "label_rows"]

HEIGHT = 380
# Left of the plot: the figures of the axis.
MARGIN = 52
MOST_LABELS, MOST_LINES, MOST_NAMED, SHORT_LINE = 30, 3, 3, 16
# Pixels more for each attribute beyond a dozen, up to so many.
USUAL, TALLER, TALLEST = 12, 8, 520
CROSSHAIRS: dict[str, Callable[[Sequence[float]], float]] = {"mean": fmean, "median": median}
CORNERS: tuple[tuple[Literal["left", "right"], int], ...] = (("left", 0), ("right", 0), ("left", 1), ("right", 1))
UNITS = ("rating", "share")
NEEDED = ("attribute", "importance", "performance")


class Frame(NamedTuple):
    """The rectangle of a map: its ends in data (left, right, low, high) and its size in pixels."""

    left: float
    right: float
    low: float
    high: float
    width: float
    height: float

    def pixels(self, x: float, y: float) -> tuple[float, float]:
        """From data to pixels from the top left."""
        across = (x - self.left) / (self.right - self.left)
        return across * self.width, (self.high - y) / (self.high - self.low) * self.height

    def data(self, x: float, y: float) -> tuple[float, float]:
        """From pixels back to data, so that labels follow when the chart is given another size."""
        across = self.left + x / self.width * (self.right - self.left)
        return across, self.high - y / self.height * (self.high - self.low)


def importance_performance(
    table: Any,
    *,
    crosshair: str | tuple[float, float] = "mean",
    outcome: str = "rating",
    performance_unit: str = "rating",
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Attributes by how they are rated and how much they go with the rating.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``attribute``, ``importance`` (share of the outcome's variance) and ``performance`` (mean rating of the
        attribute); if there, ``lower`` and ``upper`` of the importance, ``responses`` and ``question`` (the whole name,
        for the pointer); a row an attribute.
    crosshair : {"mean", "median"} or (performance, importance), optional
        Where the quadrants meet.
    outcome : {"rating", "detractor", "score"}, optional
        What the attributes go with.
    performance_unit : {"rating", "share"}, optional
        Whether performances are means of the attributes' own scale, or per cent of the way along it (0 to 100).
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
        When no attribute has both figures.
    ArgumentError
        When the crosshair is not known.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"attribute": ["checkout", "price"], "importance": [0.31, 0.12], "performance": [3.1, 4.2],
    ...          "lower": [0.26, 0.08], "upper": [0.37, 0.17]}
    >>> importance_performance(table).title.text
    ['Checkout is among the lower rated and goes with the rating more than most']
    """
    lang = language(lang)
    rows = placeable(columns(table, NEEDED, where="importance_performance"))
    names = [level_text(name, lang) for name in rows["attribute"]]
    about, unit = outcome_words(outcome, lang), checked_unit(performance_unit, lang)
    cross, said = crossed(crosshair, rows, unit, lang)
    named = clear_and_low(rows, cross)
    frame = framed(rows, cross)
    fields = map_fields(rows, names, named, unit, lang)
    labels = label_rows(
        fields["x"],
        fields["value"],
        names,
        named,
        frame,
        taken=corner_boxes(frame, lang),
        avoided=[*interval_boxes(fields, frame), *cross_boxes(cross, frame)],
    )
    unnamed = len(names) - sum(row is not None for row in labels)
    subtitle = [
        word("chart_map", lang, level=level_share(confidence_level, lang)),
        said,
        word("chart_unnamed", lang, k=number(unnamed, lang=lang)) if unnamed else "",
        answers_text(rows, lang),
        dates_text(dates, lang),
        word("chart_not_causes", lang),
    ]
    chart = draw(fields, [row for row in labels if row is not None], cross, frame, unit, about, lang)
    return styled(titled(chart, finding(names, named, about, lang), subtitle), lang)


def placeable(table: Columns) -> Columns:
    """Rows with both figures, the most important first, which is the order labels are placed in."""
    order = [
        at
        for at, pair in enumerate(zip(table["importance"], table["performance"], strict=True))
        if known(pair[0]) and known(pair[1])
    ]
    if not order:
        raise empty("importance_performance")
    order.sort(key=lambda at: -table["importance"][at])
    return {name: [values[at] for at in order] for name, values in table.items()}


def crossed(crosshair: Any, rows: Columns, unit: str, lang: str) -> tuple[tuple[float, float], str]:
    """Performance and importance where the quadrants meet, and how that is said."""
    if isinstance(crosshair, str):
        if crosshair not in CROSSHAIRS:
            raise ArgumentError(
                where="crosshair", expected='"mean", "median" or (performance, importance)', got=repr(crosshair)
            )
        middle = CROSSHAIRS[crosshair]
        at = middle(rows["performance"]), middle(rows["importance"])
        return at, word(f"chart_crosshair_{crosshair}", lang)
    try:
        rated, important = (float(value) for value in crosshair)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            where="crosshair", expected='"mean", "median" or (performance, importance)', got=repr(crosshair)
        ) from error
    figures = {
        "importance": share(important, lang=lang),
        "performance": number(rated, digits=0 if unit else 1, lang=lang) + unit,
    }
    return (rated, important), word("chart_crosshair_at", lang, **figures)


def checked_unit(performance_unit: str, lang: str) -> str:
    """What stands behind a performance."""
    if performance_unit not in UNITS:
        raise ArgumentError(where="performance_unit", expected="one of " + ", ".join(UNITS), got=repr(performance_unit))
    return "" if performance_unit == "rating" else (NARROW_SPACE if lang == "fr" else "") + "%"


def clear_and_low(rows: Columns, cross: tuple[float, float]) -> list[int]:
    """Attributes rated under the line whose importance is above it with its whole interval."""
    lower = rows.get("lower", [None] * len(rows["importance"]))
    triples = zip(lower, rows["performance"], strict=True)
    return [at for at, (low, rated) in enumerate(triples) if known(low) and low > cross[1] and rated < cross[0]]


def finding(names: Sequence[str], named: Sequence[int], about: dict[str, str], lang: str) -> str:
    """The attributes of the upper left quadrant, where the intervals hold."""
    if not named:
        return word("chart_map_none", lang, **about)
    if len(named) > MOST_NAMED:
        return word("chart_map_many", lang, k=number(len(named), lang=lang), **about)
    said = [said_name(names[at], ["attribute"], lang) for at in named]
    key = "chart_map_one" if len(said) == 1 else "chart_map_some"
    return sentence(word(key, lang, names=listed(said, "chart_and", lang), **about))


def answers_text(rows: Columns, lang: str) -> str:
    """The n of the attributes, one figure or from the fewest to the most."""
    counts = [n for n in rows.get("responses", []) if known(n)]
    if not counts:
        return ""
    low, high = (number(n, lang=lang) for n in (min(counts), max(counts)))
    return word("chart_n", lang, n=low) if low == high else word("chart_n_range", lang, low=low, high=high)


def framed(rows: Columns, cross: tuple[float, float]) -> Frame:
    """Ends of the map, with room around the points for their names."""
    rated = [*rows["performance"], cross[0]]
    heights = [value for key in ("importance", "lower", "upper") for value in rows.get(key, []) if known(value)]
    side = max((max(rated) - min(rated)) * 0.12, 0.05)
    top = max(*heights, cross[1], 0.01) * 1.08
    tall = min(HEIGHT + TALLER * max(len(rows["importance"]) - USUAL, 0), TALLEST)
    return Frame(min(rated) - side, max(rated) + side, min(0.0, *heights) - 0.07 * top, top, WIDTH - MARGIN, tall)


def corner_boxes(frame: Frame, lang: str) -> list[Box]:
    """Where the names of the quadrants stand."""
    boxes = []
    for (side, low), text in zip(CORNERS, corner_texts(lang), strict=True):
        size = box_of([text], 0, 0)
        left = 4 if side == "left" else frame.width - size.right - 4
        top = frame.height - 17 if low else 2
        boxes.append(Box(left, top, left + size.right, top + 15))
    return boxes


def corner_texts(lang: str) -> list[str]:
    """Names of the quadrants: upper left, upper right, lower left, lower right."""
    return [word(f"chart_quadrant_{key}", lang) for key in ("improve", "keep", "wait", "enough")]


def map_fields(rows: Columns, names: Sequence[str], named: Sequence[int], unit: str, lang: str) -> dict[str, list[Any]]:
    """What Vega is given for the points."""
    value = rows["importance"]
    lower, upper = (
        [bound if known(bound) else middle for bound, middle in zip(rows.get(key, value), value, strict=True)]
        for key in ("lower", "upper")
    )
    return {
        "name": list(names),
        "question": rows.get("question", list(names)),
        "x": rows["performance"],
        "value": value,
        "lower": lower,
        "upper": upper,
        "figure": [chance_text(part, lang) for part in value],
        "range": [share_range(*pair, lang) for pair in zip(lower, upper, strict=True)],
        "rated": [number(rated, digits=0 if unit else 2, lang=lang) + unit for rated in rows["performance"]],
        "n": [number(n, lang=lang) if known(n) else "–" for n in rows.get("responses", [None] * len(names))],
        "point": [at in named for at in range(len(names))],
    }


def interval_boxes(fields: dict[str, list[Any]], frame: Frame) -> list[Box]:
    """The intervals, which labels keep off where they can."""
    ends = zip(fields["x"], fields["lower"], fields["upper"], strict=True)
    pairs = [(frame.pixels(x, low), frame.pixels(x, high)) for x, low, high in ends]
    return [Box(high[0] - 2, high[1], high[0] + 2, low[1]) for low, high in pairs]


def cross_boxes(cross: tuple[float, float], frame: Frame) -> list[Box]:
    """The two lines of the quadrants."""
    x, y = frame.pixels(*cross)
    return [Box(x - 1, 0, x + 1, frame.height), Box(0, y - 1, frame.width, y + 1)]


def label_rows(
    xs: Sequence[float],
    ys: Sequence[float],
    names: Sequence[str],
    named: Sequence[int],
    frame: Frame,
    *,
    taken: Sequence[Box] = (),
    avoided: Sequence[Box] = (),
    radius: float = 6.0,
) -> list[dict[str, Any] | None]:
    """A label for each point, in data coordinates; the named ones are placed first, None where there is no room."""
    order = [*named, *(at for at in range(len(names)) if at not in named)]
    points = [frame.pixels(xs[at], ys[at]) for at in order]
    texts = [
        name_lines(names[at], LABEL_LINE, MOST_LINES) if rank < MOST_LABELS else [] for rank, at in enumerate(order)
    ]
    about: dict[str, Any] = {
        "width": frame.width,
        "height": frame.height,
        "radius": radius,
        "taken": taken,
        "avoided": avoided,
    }
    places = placed(points, texts, **about)
    if any(place is None and text for place, text in zip(places, texts, strict=True)):
        # where there is no room for a whole name, its beginning may do
        pairs = zip(order, texts, places, strict=True)
        texts = [text if place or not text else name_lines(names[at], SHORT_LINE, 1) for at, text, place in pairs]
        places = placed(points, texts, **about)
    out: list[dict[str, Any] | None] = [None] * len(names)
    for at, text, place in zip(order, texts, places, strict=True):
        if place is not None:
            out[at] = label_row(xs[at], ys[at], text, place, frame, at in named)
    return out


def label_row(x: float, y: float, text: Sequence[str], place: Placed, frame: Frame, point: bool) -> dict[str, Any]:
    """One label as Vega takes it."""
    across, up = frame.data(place.anchor, place.box.top)
    row = {"x": x, "value": y, "at_x": across, "at_y": up, "align": place.align, "text": "\n".join(text)}
    if place.led_to is not None:
        row["to_x"], row["to_y"] = frame.data(*place.led_to)
    return {**row, "point": point}


def label_layers(labels: Sequence[dict[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The names, and thin lines to those that stand away from their points."""
    base = alt.Chart(alt.Data(values=list(labels)))
    lines = base.transform_filter("isValid(datum.to_x)").mark_rule(color=MUTED, strokeWidth=0.8, opacity=0.7)
    look: dict[str, Any] = {"baseline": "top", "fontSize": 11.5, "lineBreak": "\n", "lineHeight": 13}
    texts = base.mark_text(align=alt.ExprRef("datum.align"), **look)
    return [
        lines.encode(x=x, y=y, x2=alt.X2("to_x:Q"), y2=alt.Y2("to_y:Q")),
        texts.encode(x=alt.X("at_x:Q"), y=alt.Y("at_y:Q"), text=alt.Text("text:N"), color=row_color()),
    ]


def draw(
    fields: dict[str, list[Any]],
    labels: Sequence[dict[str, Any]],
    cross: tuple[float, float],
    frame: Frame,
    unit: str,
    about: dict[str, str],
    lang: str,
) -> LayerChart:
    """Lines and names of the quadrants, intervals, points and their names."""
    x, y = axes(frame, unit, lang)
    pointer = (("question", "chart_attribute"), ("figure", "chart_share"), ("range", "chart_interval"),
               ("rated", "chart_performance"), ("n", "responses"))  # fmt: skip
    base = alt.Chart(alt.Data(values=records(fields))).encode(
        x=x, tooltip=tooltips([(field, word(key, lang)) for field, key in pointer])
    )
    layers = [
        *cross_layers(cross, frame, lang),
        base.mark_rule(strokeWidth=1.2, opacity=0.45).encode(
            y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q"), color=row_color()
        ),
        *label_layers(labels, x, y),
        base.mark_circle(opacity=1).encode(y=y, color=row_color(), size=emphasis(120, 70)),
        *axis_titles(
            frame, word("chart_map_x_share" if unit else "chart_map_x", lang), word("chart_map_y", lang, **about)
        ),
    ]
    return LayerChart(layer=layers, width=frame.width, height=frame.height)


def axes(frame: Frame, unit: str, lang: str) -> tuple[alt.X, alt.Y]:
    """Scales over the frame, with few figures."""
    marks, texts = share_marks(frame.high, lang)
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
    step = next((step for step in steps if (frame.right - frame.left) / step <= 7), 100)
    first = int(frame.left // step) + 1
    rated = [round(step * k, 6) for k in range(first, int(frame.right // step) + 1)]
    said = {f"{value:g}": number(value, digits=0 if step >= 1 else 1, lang=lang) + unit for value in rated}
    look: dict[str, Any] = {"title": None, "grid": False, "labelFlush": False}
    x_axis = alt.Axis(values=rated, labelExpr=f"{literal(said)}[datum.value]", **look)
    y_axis = alt.Axis(values=marks, labelExpr=f"{literal(texts)}[datum.value]", **look)
    return (
        alt.X("x:Q", axis=x_axis, scale=alt.Scale(domain=[frame.left, frame.right], nice=False, zero=False)),
        alt.Y("value:Q", axis=y_axis, scale=alt.Scale(domain=[frame.low, frame.high], nice=False, zero=False)),
    )


def cross_layers(cross: tuple[float, float], frame: Frame, lang: str) -> list[alt.Chart]:
    """The two lines, and what each corner means, in grey."""
    base = alt.Chart(alt.Data(values=[{"x": cross[0], "value": cross[1]}]))
    line: dict[str, Any] = {"color": MUTED, "strokeWidth": 1, "opacity": 0.6, "strokeDash": [3, 3]}
    layers = [base.mark_rule(**line).encode(x=alt.X("x:Q")), base.mark_rule(**line).encode(y=alt.Y("value:Q"))]
    blank = alt.Chart(alt.Data(values=[{}]))
    for (side, low), text in zip(CORNERS, corner_texts(lang), strict=True):
        mark = blank.mark_text(align=side, baseline="bottom" if low else "top", color=MUTED, fontSize=11.5)
        at = 4 if side == "left" else frame.width - 4
        layers.append(
            mark.encode(x=alt.XValue(at), y=alt.YValue(frame.height - 3 if low else 4), text=alt.TextValue(text))
        )
    return layers


def axis_titles(frame: Frame, across: str, up: str) -> list[alt.Chart]:
    """What the axes are, in small letters at their ends."""
    base = alt.Chart(alt.Data(values=[{}]))
    look: dict[str, Any] = {"color": MUTED, "fontSize": 11}
    return [
        base.mark_text(align="right", baseline="top", **look).encode(
            x=alt.XValue(frame.width), y=alt.YValue(frame.height + 22), text=alt.TextValue(f"{across} →")
        ),
        base.mark_text(align="left", baseline="bottom", **look).encode(
            x=alt.XValue(-MARGIN + 16), y=alt.YValue(-7), text=alt.TextValue(f"↑ {up}")
        ),
    ]
