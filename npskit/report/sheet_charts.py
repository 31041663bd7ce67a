"""Charts of a spreadsheet that follow its cells: bars with their intervals, and lines over time.

A chart of ours says what it draws, and the table below it holds the same numbers. Where each series is a column of that
table, the spreadsheet draws it from there, and who changes a cell or copies the chart has it with its numbers. Where
one is not, such as a path of which the table tells the end only, the picture of the page is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from npskit.errors import optional_import
from npskit.report.contents import Sheet
from npskit.report.pointed import is_number
from npskit.report.slides.drawing import drawing
from npskit.report.slides.native import tinted
from npskit.report.slides.series import Drawing, Series, rounded
from npskit.results import as_text_cell

__all__ = ["Column", "Drawn", "add_native", "drawn_from"]

MOST_BARS, MOST_PERIODS = 30, 120
# Of an axis, what holds no number.
SHORT = 0.1
WIDEST, NARROWEST = 48, 9
ALONG = ("rows", "dots", "columns")
# In centimetres: a chart, and a row; in columns, what a chart takes.
WIDTH, ROW, BESIDE = 18.0, 0.53, 12
LINE_WIDTHS = {"line": 28_575, "limit": 9_525}
DARK, GRID = "3C444B", "DFE3E6"


@dataclass(frozen=True)
class Column:
    """A column of a sheet: values, and the format of numbers, or that of each where they are of several kinds."""

    head: str
    values: list[Any]
    shown: str = "General"
    each: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """For the longest of its texts."""
        texts = [self.head, *(value if isinstance(value, str) else "0" * 9 for value in self.values)]
        return min(max(NARROWEST, *(len(text) + 2 for text in texts)), WIDEST)

    @property
    def figures(self) -> list[float | None]:
        """Its numbers, and nothing where there is none."""
        return [float(value) if is_number(value) else None for value in self.values]


@dataclass(frozen=True)
class Drawn:
    """A chart whose series are columns of a sheet.

    Attributes
    ----------
    drawn : Drawing
    places : tuple of int
        The column of each series.
    """

    drawn: Drawing
    places: tuple[int, ...]


def drawn_from(item: Sheet, columns: Sequence[Column], lang: str) -> Drawn | None:
    """The chart of a sheet as one of its columns; None where it draws what they do not hold.

    Examples
    --------
    >>> rows = [{"name": "a", "score": 5.0, "row": 0}, {"name": "b", "score": -2.0, "row": 1}]
    >>> own = {"x": {"field": "score", "type": "quantitative"}, "y": {"field": "row", "type": "ordinal"},
    ...        "tooltip": [{"field": "name"}, {"field": "score"}]}
    >>> sheet = Sheet("where", spec={"data": {"values": rows}, "mark": "bar", "encoding": own})
    >>> drawn_from(sheet, [Column("shop", ["a", "b"]), Column("score", [5.0, -2.0])], "en").places
    (1,)
    """
    drawn = drawing(item.spec, lang) if item.spec else None
    most = MOST_BARS if drawn is not None and drawn.kind in ALONG else MOST_PERIODS
    if drawn is None or drawn.kind not in (*ALONG, "time") or not 1 < len(drawn.categories) <= most:
        return None
    if len(columns) < 2 or len(columns[0].values) != len(drawn.categories):
        return None
    places = [place_of(each.name, each.values, columns) for each in drawn.series]
    ends = [place_of("", end, columns) for each in drawn.series if each.lower for end in (each.lower, each.upper)]
    if None in places or None in ends or len(set(places)) < len(places):
        return None
    return Drawn(drawn, tuple(each for each in places if each is not None))


def place_of(name: str, values: Sequence[float | None], columns: Sequence[Column]) -> int | None:
    """The column that holds such numbers, written in full or rounded; of several, the one of this name."""
    found = [at for at, column in enumerate(columns) if at and holds(column, values)]
    return next((at for at in found if columns[at].head == name), found[0] if found else None)


def holds(column: Column, values: Sequence[float | None]) -> bool:
    """Whether the numbers of a column are these, as far as they are written."""
    figures = column.figures
    known = [each for each in figures if each is not None]
    if not known or [each is None for each in figures] != [each is None for each in values]:
        return False
    scale = 100 if "%" in column.shown else 1
    whole = all(abs(scale * each - round(scale * each)) < 1e-9 for each in known)
    near = 0.5 / scale if whole else 0.05 / scale
    return all(
        abs(each - value) <= near + 1e-9
        for each, value in zip(figures, values, strict=True)
        if each is not None and value is not None
    )


def add_native(sheet: Any, found: Drawn, columns: Sequence[Column], top: int) -> None:
    """Put it beside the table of a sheet whose heads stand in a row."""
    charts = optional_import("openpyxl.chart", extra="excel", purpose="write a workbook")
    drawn, last = found.drawn, top + len(columns[0].values)
    chart = charts.LineChart() if drawn.kind == "time" else charts.BarChart()
    spare = len(columns) + 2 + BESIDE
    for place, own in zip(found.places, drawn.series, strict=True):
        chart.add_data(charts.Reference(sheet, min_col=place + 1, min_row=top, max_row=last), titles_from_data=True)
        looked(chart.series[-1], own, drawn, columns[place])
        if any(map(is_number, own.lower)):
            write_lengths(sheet, own, columns[place], top, spare)
            chart.series[-1].errBars = limits_of(sheet, own, drawn, (spare, top + 1, last))
            spare += 2
    chart.set_categories(charts.Reference(sheet, min_col=1, min_row=top + 1, max_row=last))
    chart.title = None
    told = [at for at, own in enumerate(drawn.series) if own.look != "limit"]
    chart.legend = legend_of(told, len(drawn.series)) if len(told) > 1 else None
    axes(chart, drawn, columns[found.places[0]].shown)
    if all(isinstance(day, dt.date) and day.day == 1 for day in columns[0].values):
        chart.x_axis.number_format = "yyyy-mm"
    bars = len(drawn.series) * len(drawn.categories)
    chart.width = WIDTH
    chart.height = max(6.0, (0.8 if len(drawn.series) == 1 else 0.6) * bars + 2.5) if along_names(drawn) else 9.0
    sheet.add_chart(chart, sheet.cell(top, len(columns) + 2).coordinate)
    if spare > len(columns) + 2 + BESIDE:
        # What only the chart reads stays off the paper.
        bottom = max(last, top + int(chart.height / ROW) + 1)
        sheet.print_area = f"A1:{sheet.cell(bottom, len(columns) + 1 + BESIDE).coordinate}"


def write_lengths(sheet: Any, own: Series, column: Column, top: int, place: int) -> None:
    """How far the interval reaches down and up, which a spreadsheet draws it from, to the right of the chart."""
    styles = optional_import("openpyxl.styles", extra="excel", purpose="write a workbook")
    for offset, (sign, ends) in enumerate((("−", own.lower), ("+", own.upper))):
        cells = [(top, f"{column.head} {sign}"), *enumerate(lengths(ends, own.values), start=top + 1)]
        for row, value in cells:
            if value is not None:
                cell = as_text_cell(sheet.cell(row, place + offset, value))
                cell.font, cell.number_format = styles.Font(color="9A9A9A"), "General"


def lengths(ends: Sequence[float | None], values: Sequence[float | None]) -> list[float | None]:
    """From values to the ends of their intervals."""
    return [None if end is None or value is None else abs(end - value) for end, value in zip(ends, values, strict=True)]


def along_names(drawn: Drawing) -> bool:
    """Whether bars lie, each beside its name."""
    return drawn.kind in ("rows", "dots")


def crowded(drawn: Drawing) -> bool:
    """Whether a number at the foot of a bar would stand on its interval."""
    values = [value for each in drawn.series for value in each.values if value is not None]
    ends = [end for each in drawn.series for end in (*each.lower, *each.upper) if end is not None]
    low, high, _ = rounded([0.0, *values, *ends])
    return min(map(abs, values)) < SHORT * (high - low)


def axes(chart: Any, drawn: Drawing, shown: str) -> None:
    """Quiet axes that every program shows; bars begin at zero, a path where it is."""
    ends = [end for each in drawn.series for end in (*each.values, *each.lower, *each.upper) if end is not None]
    low, high, step = rounded([*ends, *([] if drawn.kind == "time" else [0.0])])
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = low, high, step
    # Without this the newest spreadsheets leave the axes out.
    chart.x_axis.delete, chart.y_axis.delete = False, False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = shown.replace("0.0", "0") if step >= (0.01 if "%" in shown else 1) else shown
    shapes = optional_import("openpyxl.chart.shapes", extra="excel", purpose="write a workbook")
    chart.y_axis.majorGridlines.spPr = shapes.GraphicalProperties(ln=line_of(GRID, 9_525))
    if along_names(drawn):
        chart.type, chart.x_axis.scaling.orientation = "bar", "maxMin"
        chart.y_axis.crosses = "max"
    elif drawn.kind == "columns":
        chart.type = "col"
    if drawn.kind != "time":
        chart.gapWidth = 60


def looked(series: Any, own: Series, drawn: Drawing, column: Column) -> None:
    """Colours, lines, marks and limits of a series."""
    labels = optional_import("openpyxl.chart.label", extra="excel", purpose="write a workbook")
    limited, colour = any(map(is_number, own.lower)), own.colour.lstrip("#").upper()
    if drawn.kind == "time":
        markers = optional_import("openpyxl.chart.marker", extra="excel", purpose="write a workbook")
        series.smooth = False
        dash = "sysDot" if own.look == "limit" else "dash" if own.dashed else ""
        width = LINE_WIDTHS.get(own.look, 0)
        series.graphicalProperties.line = line_of("" if own.look == "dots" else colour, width, dash)
        series.marker = markers.Marker(symbol="circle" if own.look == "dots" else "none", size=7)
        series.marker.graphicalProperties.solidFill = series.marker.graphicalProperties.line.solidFill = colour
    else:
        series.invertIfNegative = False
        # Light where a limit stands on it.
        painted = [(tinted(each) if limited else each).lstrip("#").upper() for each in (own.colour, *own.colours)]
        series.graphicalProperties.solidFill = painted[0]
        for at, each in enumerate(painted[1:]):
            if each != painted[0]:
                series.dPt.append(point_of(at, each))
        if len(drawn.categories) * len(drawn.series) <= MOST_BARS and not (limited and crowded(drawn)):
            series.dLbls = labels.DataLabelList()
            series.dLbls.showVal, series.dLbls.showSerName, series.dLbls.showCatName = True, False, False
            series.dLbls.showLegendKey, series.dLbls.showPercent = False, False
            series.dLbls.position = "inBase" if limited else "outEnd"
            series.dLbls.numFmt = column.shown


def limits_of(sheet: Any, own: Series, drawn: Drawing, cells: tuple[int, int, int]) -> Any:
    """The interval as error bars from two columns of cells: the first of them, and the first and last row."""
    errors = optional_import("openpyxl.chart.error_bar", extra="excel", purpose="write a workbook")
    sources = optional_import("openpyxl.chart.data_source", extra="excel", purpose="write a workbook")
    shapes = optional_import("openpyxl.chart.shapes", extra="excel", purpose="write a workbook")
    charts = optional_import("openpyxl.chart", extra="excel", purpose="write a workbook")
    place, first, last = cells
    minus, plus = (
        sources.NumDataSource(numRef=sources.NumRef(f=str(
            charts.Reference(sheet, min_col=column, min_row=first, max_row=last)
        )))
        for column in (place, place + 1)
    )  # fmt: skip
    colour = DARK if drawn.kind != "time" else own.colour.lstrip("#").upper()
    return errors.ErrorBars(
        errDir="y" if drawn.kind == "time" else None, errBarType="both", errValType="cust", noEndCap=True,
        plus=plus, minus=minus, spPr=shapes.GraphicalProperties(ln=line_of(colour, 15_875)),
    )  # fmt: skip


def point_of(at: int, colour: str) -> Any:
    """One bar in a colour of its own."""
    markers = optional_import("openpyxl.chart.marker", extra="excel", purpose="write a workbook")
    point = markers.DataPoint(idx=at, invertIfNegative=False)
    point.graphicalProperties.solidFill = colour
    return point


def line_of(colour: str, width: int, dash: str = "") -> Any:
    """A line, or none."""
    drawing_line = optional_import("openpyxl.drawing.line", extra="excel", purpose="write a workbook").LineProperties
    if not colour:
        return drawing_line(noFill=True)
    return drawing_line(solidFill=colour, w=width, prstDash=dash or None)


def legend_of(told: Sequence[int], count: int) -> Any:
    """The names above, without those of limits."""
    legends = optional_import("openpyxl.chart.legend", extra="excel", purpose="write a workbook")
    silent = [legends.LegendEntry(idx=at, delete=True) for at in range(count) if at not in told]
    return legends.Legend(legendPos="t", legendEntry=silent)
