"""A drawing as a chart that the presentation's program can edit: its numbers are in a sheet inside it.

Limits are error bars that point to columns of that sheet, where they are the difference of value and limit, so that
who changes a number there sees the chart follow.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from npskit.charts.theme import INK, MUTED
from npskit.errors import optional_import
from npskit.report.slides.labels import CHART, DRAWING, SMALLEST, add_labels, add_names, localised, plain
from npskit.report.slides.panels import skipped
from npskit.report.slides.series import Drawing, Series, reached, rounded

__all__ = ["TAGS", "add_chart", "colour_of"]

TAGS = {"en": "en-GB", "fr": "fr-FR"}
SHEET = "Sheet1"
TYPES = {
    "rows": "BAR_CLUSTERED", "columns": "COLUMN_CLUSTERED", "bridge": "BAR_STACKED", "time": "LINE_MARKERS",
    "dots": "LINE_MARKERS",
    "points": "XY_SCATTER",
}  # fmt: skip
GRID = "DFE3E6"
# Lines of an axis at most, and of one that is not so long.
USUAL, FEWER, SMALL = 6, 4, 200.0


def add_chart(
    slide: Any, drawn: Drawing, box: tuple[float, float, float, float], lang: str, *, legend: bool = True
) -> Any:
    """A native chart on a slide; the box is left, top, width and height in points."""
    util = optional_import("pptx.util", extra="pptx", purpose="write slides")
    enum = optional_import("pptx.enum.chart", extra="pptx", purpose="write slides")
    data = data_of(drawn)
    kind = getattr(enum.XL_CHART_TYPE, TYPES[drawn.kind])
    frame = slide.shapes.add_chart(kind, *(util.Pt(each) for each in box), data)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(workbook_of(drawn))
    chart.has_title = False
    drawn = replace(drawn, shown=localised(drawn.shown, lang), shown_x=localised(drawn.shown_x, lang))
    chart.font.size, chart.font.name = util.Pt(SMALLEST), "Arial"
    chart.font.color.rgb = colour_of("#3c444b")
    chart.font._rPr.set("lang", TAGS[lang])
    look_of_axes(chart, drawn, box[2:], util, enum)
    for at, (series, own) in enumerate(zip(chart.series, drawn.series, strict=True)):
        draw(series, own, drawn, util)
        if any(value is not None for value in own.lower):
            add_limits(series, own, drawn, at)
        add_labels(series, own, drawn, box[2], lang, util, enum)
        if drawn.kind == "points" and any(own.labels):
            add_names(chart, series, own, box[2:], util, enum)
    add_legend(chart, drawn, util, enum, legend)
    return frame


def colour_of(text: str) -> Any:
    """A colour."""
    colour = optional_import("pptx.dml.color", extra="pptx", purpose="write slides")
    return colour.RGBColor.from_string(text.lstrip("#").upper())


def tinted(colour: str) -> str:
    """Half way to white.

    Examples
    --------
    >>> tinted("#6b7c8c")
    '#b5bdc5'
    """
    return "#" + "".join(f"{(int(colour[at : at + 2], 16) + 255) // 2:02x}" for at in (1, 3, 5))


def data_of(drawn: Drawing) -> Any:
    """The numbers of a chart."""
    data = optional_import("pptx.chart.data", extra="pptx", purpose="write slides")
    if drawn.kind == "points":
        points = data.XyChartData()
        for each in drawn.series:
            series = points.add_series(plain(each.name))
            for x, y in zip(each.xs, each.values, strict=True):
                series.add_data_point(x, y)
        return points
    found = data.CategoryChartData()
    found.categories = [plain(name) for name in drawn.categories]
    for each in drawn.series:
        found.add_series(plain(each.name), each.values)
    return found


def workbook_of(drawn: Drawing) -> bytes:
    """The sheet inside a chart: texts are texts, and no name from the data a formula."""
    xlsx = optional_import("xlsxwriter", extra="pptx", purpose="write slides")
    file = io.BytesIO()
    book = xlsx.Workbook(file, {"in_memory": True})
    sheet, form = book.add_worksheet(SHEET), book.add_format({"num_format": drawn.shown})
    sheet.set_column(0, 0, 40)
    for row, name in enumerate(drawn.categories, start=1):
        sheet.write_string(row, 0, plain(name))
    for at, series in enumerate(drawn.series):
        top, column = place(drawn, at)
        sheet.write_string(top, column, plain(series.name))
        for row, value in enumerate(series.values, start=top + 1):
            if drawn.kind == "points":
                sheet.write_number(row, 0, series.xs[row - top - 1])
            if value is not None:
                sheet.write_number(row, column, value, form)
        if any(value is not None for value in series.lower):
            write_limits(sheet, series, top, column, limits_column(drawn, at), form)
    book.close()
    return file.getvalue()


def place(drawn: Drawing, at: int) -> tuple[int, int]:
    """Row of the head and column of a series."""
    if drawn.kind != "points":
        return 0, at + 1
    return sum(len(each.values) + 2 for each in drawn.series[:at]), 1


def limits_column(drawn: Drawing, at: int) -> int:
    """First of the four columns with limits of a series."""
    if drawn.kind == "points":
        return 2
    limited = [any(value is not None for value in each.lower) for each in drawn.series]
    return 1 + len(drawn.series) + 4 * sum(limited[:at])


def write_limits(sheet: Any, series: Series, top: int, column: int, first: int, form: Any) -> None:
    """Both ends, and how far they are from the value, which is what error bars are made of."""
    for offset, end in enumerate(("lower", "upper", "−", "+")):
        sheet.write_string(top, first + offset, f"{plain(series.name)} {end}")
    value_letter, low, high = (letter(each) for each in (column, first, first + 1))
    for row, (minus, plus) in enumerate(lengths(series), start=top + 1):
        for offset, ends in enumerate((series.lower, series.upper)):
            if (known := ends[row - top - 1]) is not None:
                sheet.write_number(row, first + offset, known, form)
        if minus is None or plus is None:
            continue
        if series.tops:
            sheet.write_number(row, first + 2, minus, form)
            sheet.write_number(row, first + 3, plus, form)
            continue
        sheet.write_formula(row, first + 2, f"={value_letter}{row + 1}-{low}{row + 1}", form, minus)
        sheet.write_formula(row, first + 3, f"={high}{row + 1}-{value_letter}{row + 1}", form, plus)


def letter(column: int) -> str:
    """The letters of a column.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    return (letter(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def lengths(series: Series) -> list[tuple[float | None, float | None]]:
    """How far the ends are from the value, below and above."""
    return [
        (None, None) if top is None or low is None or high is None else (max(0.0, top - low), max(0.0, high - top))
        for top, low, high in zip(series.tops or series.values, series.lower, series.upper, strict=True)
    ]


def add_limits(series: Any, own: Series, drawn: Drawing, at: int) -> None:
    """Error bars from the sheet, in the place that the schema gives them."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    top, _ = place(drawn, at)
    first, last = top + 2, top + 1 + len(own.values)
    sides = {}
    for side, offset, which in (("minus", 2, 0), ("plus", 3, 1)):
        column = letter(limits_column(drawn, at) + offset)
        points = [pair[which] for pair in lengths(own)]
        cells = "".join(
            f'<c:pt idx="{k}"><c:v>{value!r}</c:v></c:pt>' for k, value in enumerate(points) if value is not None
        )
        sides[side] = (
            f"<c:{side}><c:numRef><c:f>{SHEET}!${column}${first}:${column}${last}</c:f><c:numCache>"
            f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(points)}"/>{cells}</c:numCache></c:numRef>'
            f"</c:{side}>"
        )
    colour = "3C444B" if own.look == "bar" else (own.colour or INK).lstrip("#").upper()
    direction = '<c:errDir val="y"/>' if drawn.kind in ("points", "time", "dots") else ""
    xml = (
        f'<c:errBars xmlns:c="{CHART}" xmlns:a="{DRAWING}">{direction}<c:errBarType val="both"/>'
        f'<c:errValType val="cust"/><c:noEndCap val="1"/>{sides["plus"]}{sides["minus"]}'
        f'<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    element = series._element
    anchor = next(each for name in ("cat", "xVal", "val", "yVal")
                  for each in element.findall(f"{{{CHART}}}{name}"))  # fmt: skip
    anchor.addprevious(lxml.fromstring(xml))


def draw(series: Any, own: Series, drawn: Drawing, util: Any) -> None:
    """Colours, lines and markers of a series."""
    if drawn.kind in ("rows", "columns", "bridge"):
        series.invert_if_negative = False
        if own.look == "hidden":
            series.format.fill.background()
            return
        # Where a limit or a number stands on a bar, the bar is light enough for it to be read.
        light = drawn.kind == "bridge" or any(value is not None for value in own.lower)
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour_of(tinted(own.colour) if light else own.colour)
        for at, colour in enumerate(own.colours):
            if colour != own.colour and own.values[at] is not None:
                fill = series.points[at].format.fill
                fill.solid()
                fill.fore_color.rgb = colour_of(tinted(colour) if light else colour)
        return
    enum = optional_import("pptx.enum.dml", extra="pptx", purpose="write slides")
    markers = optional_import("pptx.enum.chart", extra="pptx", purpose="write slides").XL_MARKER_STYLE
    line, marker = series.format.line, series.marker
    series.smooth = False
    if own.look == "dots":
        line.fill.background()
    else:
        line.color.rgb = colour_of(own.colour)
        line.width = util.Pt({"line": 2.25, "guide": 1, "limit": 0.75}[own.look])
        if own.dashed or own.look == "limit":
            line.dash_style = enum.MSO_LINE.DASH if own.dashed else enum.MSO_LINE.ROUND_DOT
    lined = own.look == "line" and drawn.kind == "time" and own.marked and len(own.values) <= 40
    dotted = own.look == "dots" or lined
    if not dotted:
        marker.style = markers.NONE
        return
    marker.style, marker.size = markers.CIRCLE, 8 if own.look == "dots" else 6
    filled(marker.format, own.colour)
    for at, colour in enumerate(own.colours):
        if colour != own.colour:
            point = series.points[at].marker
            point.style, point.size = markers.CIRCLE, 8
            filled(point.format, colour)


def filled(form: Any, colour: str) -> None:
    """A marker of one colour."""
    form.fill.solid()
    form.fill.fore_color.rgb = colour_of(colour)
    form.line.color.rgb = colour_of(colour)


def look_of_axes(chart: Any, drawn: Drawing, size: tuple[float, float], util: Any, enum: Any) -> None:
    """Quiet axes: names low, figures with light lines, and what is measured."""
    lines = FEWER if size[0 if drawn.kind in ("rows", "bridge") else 1] < SMALL else USUAL
    names, figures = chart.category_axis, chart.value_axis
    for axis in (names, figures):
        axis.format.line.color.rgb = colour_of(MUTED if axis is names else f"#{GRID}")
        axis.tick_labels.font.size = util.Pt(SMALLEST)
        axis.major_tick_mark = axis.minor_tick_mark = enum.XL_TICK_MARK.NONE
        axis.tick_label_position = enum.XL_TICK_LABEL_POSITION.LOW
    figures.has_major_gridlines = True
    figures.major_gridlines.format.line.color.rgb = colour_of(f"#{GRID}")
    if drawn.kind != "points":
        ends = [end for end in (drawn.low, drawn.high) if end is not None]
        low, high, step = rounded([*reached(drawn), *ends], lines)
        figures.minimum_scale, figures.maximum_scale = low, high
        figures.major_unit = step
        figures.tick_labels.number_format = coarse(drawn.shown, step)
        figures.tick_labels.number_format_is_linked = False
    if drawn.kind == "time" and (every := skipped(drawn, size[0])) > 1:
        named_every(names, every)
    if drawn.kind in ("rows", "bridge"):
        names.reverse_order = True
        figures.tick_label_position = enum.XL_TICK_LABEL_POSITION.HIGH
    if drawn.kind in ("rows", "columns", "bridge"):
        plot = chart.plots[0]
        plot.gap_width = 45
        plot.overlap = 100 if drawn.kind == "bridge" else 0
        plot.vary_by_categories = False
    if drawn.kind == "points":
        names.has_major_gridlines = False
        margins(names, [*drawn.reach_x, *(x for each in drawn.series for x in each.xs)], drawn.shown_x)
        ends = [end for end in (drawn.low, drawn.high) if end is not None]
        margins(figures, [*reached(drawn), *ends], drawn.shown)
        titled(names, drawn.title_x, util)
        titled(figures, drawn.title_y, util)


def named_every(axis: Any, every: int) -> None:
    """Name one place of so many: a program that had to choose would turn the names."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    after = axis._element.find(f"{{{CHART}}}noMultiLvlLbl")
    after.addprevious(lxml.fromstring(f'<c:tickLblSkip xmlns:c="{CHART}" val="{every}"/>'))


def margins(axis: Any, values: Sequence[float], shown: str) -> None:
    """An axis that begins and ends at a round number near its values."""
    low, high, axis.major_unit = rounded(values)
    if "%" in shown and min(values) >= 0 and max(values) <= 1:
        low, high = max(low, 0.0), min(high, 1.0)
    axis.minimum_scale, axis.maximum_scale = low, high
    axis.tick_labels.number_format = coarse(shown, axis.major_unit)
    axis.tick_labels.number_format_is_linked = False


def coarse(shown: str, step: float) -> str:
    """A format for the lines of an axis: no more digits than their step has.

    Examples
    --------
    >>> coarse("0.0%", 0.05), coarse("+#,##0.0;0.0", 0.5), coarse('[<0.005]"< 1%";0%', 0.05)
    ('0%', '+#,##0.0;0.0', '0%')
    """
    shown = shown.split(";")[-1] if shown.startswith("[") else shown
    unit = 100 * step if "%" in shown else step
    return shown.replace(".00", "").replace(".0", "") if abs(unit - round(unit)) < 1e-9 else shown


def titled(axis: Any, text: str, util: Any) -> None:
    """What an axis measures."""
    axis.has_title = bool(text)
    if text:
        axis.axis_title.text_frame.text = plain(text)
        font = axis.axis_title.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold = util.Pt(SMALLEST), False


def add_legend(chart: Any, drawn: Drawing, util: Any, enum: Any, wanted: bool = True) -> None:
    """The names of series, where there are several that a reader tells apart."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    names: set[str] = set()
    silent = []
    for at, each in enumerate(drawn.series):
        if each.look in ("hidden", "guide", "limit") or each.name in names or drawn.kind == "bridge":
            silent.append(at)
        names.add(each.name)
    chart.has_legend = wanted and len(drawn.series) - len(silent) > 1
    if not chart.has_legend:
        return
    chart.legend.position, chart.legend.include_in_layout = enum.XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = util.Pt(SMALLEST)
    position = chart.legend._element.find(f"{{{CHART}}}legendPos")
    for at in reversed(silent):
        position.addnext(lxml.fromstring(
            f'<c:legendEntry xmlns:c="{CHART}"><c:idx val="{at}"/><c:delete val="1"/></c:legendEntry>'
        ))  # fmt: skip
