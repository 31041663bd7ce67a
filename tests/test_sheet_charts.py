"""Charts of a workbook that follow its cells, and pictures where the cells do not hold what is drawn."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest

from npskit import charts

nbformat = pytest.importorskip("nbformat")
openpyxl = pytest.importorskip("openpyxl")

from npskit.report.workbook import workbook  # noqa: E402

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
TIPS = [{"field": "name", "title": "shop"}, {"field": "text", "title": "difference"},
        {"field": "range", "title": "interval"}]  # fmt: skip


def sheet_of(spec: dict[str, Any], lang: str = "en") -> Any:
    v4 = nbformat.v4
    bundle = {"application/vnd.vegalite.v5+json": spec, "image/svg+xml": SVG}
    cells = [v4.new_code_cell("x", outputs=[v4.new_output("display_data", data=bundle)])]
    book = openpyxl.load_workbook(io.BytesIO(workbook(v4.new_notebook(cells=cells), title="T", lang=lang)))
    return book.worksheets[1]


def signed(value: float) -> str:
    return f"{value:+.0f}".replace("-", "−")


def differences(*values: float, reach: float = 4.0, tips: list[dict[str, str]] = TIPS) -> dict[str, Any]:
    """Bars of differences with their intervals, of which some stand out."""
    rows = [
        {"name": f"shop {at}", "difference": value, "lower": value - reach, "upper": value + reach, "row": at,
         "text": signed(value), "range": f"{signed(value - reach)} to {signed(value + reach)}", "point": at == 0}
        for at, value in enumerate(values)
    ]  # fmt: skip
    colour = {"condition": {"test": "datum.point", "value": "#8a5cc4"}, "value": "#6b7c8c"}
    place = {"field": "row", "type": "ordinal"}
    dots = {"x": {"field": "difference", "type": "quantitative"}, "y": place, "tooltip": tips, "color": colour}
    span = {"x": {"field": "lower", "type": "quantitative"}, "x2": {"field": "upper"}, "y": place}
    layers = [{"mark": "circle", "encoding": dots}, {"mark": "rule", "encoding": span}]
    return {"title": "One is lower", "data": {"values": rows}, "layer": layers}


def cells_at(sheet: Any, reference: str) -> list[Any]:
    """What a chart reads."""
    return [cell[0].value for cell in sheet[reference.rpartition("!")[2].replace("$", "")]]


def test_differences_are_bars_that_follow_their_cells() -> None:
    sheet = sheet_of(differences(-20.0, 15.0, 30.0))
    assert sheet._images == []
    (chart,) = sheet._charts
    assert (chart.tagname, chart.type, chart.legend) == ("barChart", "bar", None)
    (series,) = chart.series
    assert cells_at(sheet, series.val.numRef.f) == [-20, 15, 30]
    assert cells_at(sheet, series.cat.numRef.f) == ["shop 0", "shop 1", "shop 2"]
    assert cells_at(sheet, series.tx.strRef.f + ":" + series.tx.strRef.f.rpartition("!")[2]) == ["difference"]
    # The one that is the point keeps its colour, half way to white below its interval.
    assert [(each.idx, each.graphicalProperties.solidFill.srgbClr) for each in series.dPt] == [(0, "C4ADE1")]


def test_intervals_reach_as_far_as_the_cells_beside_say_which_stay_off_the_paper() -> None:
    sheet = sheet_of(differences(-20.0, 15.0, 30.0))
    bars = sheet._charts[0].series[0].errBars
    assert (bars.errValType, bars.errBarType) == ("cust", "both")
    assert cells_at(sheet, bars.minus.numRef.f) == [4, 4, 4]
    assert cells_at(sheet, bars.plus.numRef.f) == [4, 4, 4]
    last = sheet[sheet.print_area.rpartition(":")[2].replace("$", "")].column
    first = sheet[bars.minus.numRef.f.rpartition("!")[2].partition(":")[0].replace("$", "")].column
    assert last < first
    heads = [cell.value for row in sheet.iter_rows() for cell in row]
    assert {"difference −", "difference +"} <= set(heads)


@pytest.mark.parametrize(("values", "labelled"), [((-20.0, 15.0, 30.0), True), ((-20.0, 1.0, 30.0), False)])
def test_no_number_stands_on_an_interval(values: tuple[float, ...], labelled: bool) -> None:
    (series,) = sheet_of(differences(*values))._charts[0].series
    assert (series.dLbls is not None) is labelled


def test_a_path_over_time_is_lines_with_the_ends_of_its_interval() -> None:
    days = [dt.date(2023, month, 1) for month in (1, 4, 7, 10)]
    scores = [10.0, 12.0, 30.0, 28.0]
    table = {"period": days, "responses": [40] * 4, "score": scores, "level": [each + 1 for each in scores]}
    for name, middle, reach in (("", scores, 9), ("level_", table["level"], 3)):
        table |= {f"{name}lower": [each - reach for each in middle], f"{name}upper": [each + reach for each in middle]}
    sheet = sheet_of(dict(charts.trend(table, every="quarter", lang="en").to_dict()))
    assert sheet._images == []
    (chart,) = sheet._charts
    assert chart.tagname == "lineChart"
    names = [sheet[each.tx.strRef.f.rpartition("!")[2].replace("$", "")].value for each in chart.series]
    assert names == ["level", "score", "level, interval, lower end", "level, interval, upper end"]
    assert [round(each) for each in cells_at(sheet, chart.series[2].val.numRef.f)] == [8, 10, 28, 26]
    assert chart.series[1].errBars is not None
    # What limits is no name of its own.
    assert [entry.idx for entry in chart.legend.legendEntry] == [2, 3]


def test_what_the_table_does_not_hold_is_the_picture() -> None:
    pytest.importorskip("PIL")
    pytest.importorskip("vl_convert")
    sheet = sheet_of(differences(-20.0, 15.0, tips=TIPS[:1] + TIPS[2:]))
    assert sheet._charts == []
    assert len(sheet._images) == 1
    sheet = sheet_of(differences(*(float(at) for at in range(40))))
    assert sheet._charts == []
