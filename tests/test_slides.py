"""A report as slides: findings as titles, charts that one can edit, and nothing that leaves a slide."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from decks import charts_in, opened

from npskit.report.contents import Line, Sheet, contents
from npskit.report.slides.drawing import drawing
from npskit.report.slides.measure import height_of, lines_in, width_of
from npskit.report.slides.names import placed
from npskit.report.slides.plan import plan
from npskit.report.slides.series import Series
from npskit.report.slides.table import PADDING, Grid, pages_of

nbformat = pytest.importorskip("nbformat")
pptx = pytest.importorskip("pptx")

from npskit.report.slides import slides  # noqa: E402

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'


def notebook(*bundles: dict[str, Any]) -> Any:
    v4 = nbformat.v4
    return v4.new_notebook(
        cells=[v4.new_code_cell("x", outputs=[v4.new_output("display_data", data=each) for each in bundles])]
    )


def deck_of(*bundles: dict[str, Any], title: str = "NPS", lang: str = "en") -> Any:
    return opened(slides(notebook(*bundles), title=title, lang=lang))


def html(text: str) -> dict[str, Any]:
    return {"text/html": text}


def encoding(**channels: Any) -> dict[str, Any]:
    return {name: {"field": each[0], "type": each[1]} if isinstance(each, tuple) else {"field": each}
            for name, each in channels.items()}  # fmt: skip


TIPS = [{"field": "name", "title": "shop"}, {"field": "figure", "title": "score"}, {"field": "n", "title": "responses"}]


def rows_chart(rows: list[dict[str, Any]], title: str = "Lyon leads") -> dict[str, Any]:
    dots = {**encoding(x=("score", "quantitative"), y=("row", "ordinal")), "tooltip": TIPS}
    span = encoding(x=("lower", "quantitative"), x2="upper", y=("row", "ordinal"))
    spec = {
        "title": {"text": title, "subtitle": ["by shop"]}, "description": f"{title}. by shop · 90 responses.",
        "data": {"values": rows}, "layer": [{"mark": "circle", "encoding": dots}, {"mark": "rule", "encoding": span}],
    }  # fmt: skip
    return {"application/vnd.vegalite.v5+json": spec, "image/svg+xml": SVG}


def shops(*scores: float, reach: float = 8.0) -> list[dict[str, Any]]:
    return [
        {"name": f"shop {at}", "figure": f"{score:+.0f}".replace("-", "−"), "score": score, "lower": score - reach,
         "upper": score + reach, "row": at, "n": str(30 + at)}
        for at, score in enumerate(scores)
    ]  # fmt: skip


def test_title_slide_then_the_answer_then_findings() -> None:
    first = html('<header><p class="nps-kicker">NPS · shops · 1 May</p><h1>The score is +5</h1>'
                 "<dl><dt>Who</dt><dd>90 answers</dd></dl></header>")  # fmt: skip
    section = html(
        "<section class='nps nps-section'><h2>Where?</h2><p>Lyon is 9 points below.</p><p>So it is.</p></section>"
    )
    deck = deck_of(first, section, title="NPS · shops")
    assert [slide.shapes.title.text for slide in deck.slides] == [
        "NPS · shops",
        "The score is +5",
        "Lyon is 9 points below.",
    ]
    assert deck.slides[0].placeholders[1].text == "The score is +5\n1 May"
    table = next(shape.table for shape in deck.slides[1].shapes if getattr(shape, "has_table", False))
    assert [cell.text for cell in table.rows[0].cells] == ["Who", "90 answers"]
    assert any(shape.has_text_frame and shape.text_frame.text == "Where?" for shape in deck.slides[2].shapes)


def test_rows_are_native_bars_with_their_limits_in_the_sheet() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    (chart,) = charts_in(deck_of(html("<h2>Where?</h2>"), rows_chart(shops(-20.0, 30.5))))
    assert chart.chart_type.name == "BAR_CLUSTERED"
    assert list(chart.plots[0].categories) == ["shop 0 (n = 30)", "shop 1 (n = 31)"]
    assert list(chart.series[0].values) == [-20.0, 30.5]
    bars = chart._chartSpace.xpath(".//c:errBars")
    assert [each.text for each in bars[0].iter(f"{{{CHART}}}f")] == ["Sheet1!$F$2:$F$3", "Sheet1!$E$2:$E$3"]
    assert [float(each.text) for each in bars[0].find(f"{{{CHART}}}plus").iter(f"{{{CHART}}}v")] == [8, 8]
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))["Sheet1"]
    assert sheet["E2"].value == "=B2-C2"
    assert [sheet["C3"].value, sheet["D3"].value] == [22.5, 38.5]
    known = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob), data_only=True)["Sheet1"]
    assert known["E2"].value == 8


def test_bars_begin_at_zero_and_marks_need_not() -> None:
    (bars,) = charts_in(deck_of(rows_chart(shops(5.0, 60.0))))
    assert bars.value_axis.minimum_scale <= 0
    (dots,) = charts_in(deck_of(rows_chart(shops(50.0, 60.0, reach=2.0))))
    assert dots.chart_type.name == "LINE_MARKERS"
    assert dots.value_axis.minimum_scale > 0


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "<b>&\"'", "a\x0bb\x00", "http://x.y/z"])
def test_no_name_is_a_formula_or_breaks_a_file(text: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    rows = [{**row, "name": f"{text} {at}"} for at, row in enumerate(shops(-5.0, 30.0))]
    shown = html("<h2>T</h2><table><tr><td>a</td><td>b</td></tr><tr><td>x &lt;b&gt;</td><td>1</td></tr></table>")
    deck = deck_of(rows_chart(rows, title=text), shown, title=text, lang="fr")
    (chart,) = charts_in(deck)
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))["Sheet1"]
    assert all(cell.data_type != "f" for cell in sheet["A"])
    assert sheet.hyperlinks == [] if hasattr(sheet, "hyperlinks") else True


def test_language_is_told_on_every_run_and_every_chart() -> None:
    deck = deck_of(html("<h2>Où ?</h2><p>Lyon est en tête.</p><p>Oui.</p>"), rows_chart(shops(-5.0, 30.0)), lang="fr")
    for slide in deck.slides:
        for run in slide.element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr"):
            if run.getparent().tag.endswith("}r"):
                assert run.get("lang") == "fr-FR"
    assert deck.core_properties.language == "fr-FR"
    assert charts_in(deck)[0].font._rPr.get("lang") == "fr-FR"


def test_pictures_say_what_they_show_and_notes_hold_their_numbers() -> None:
    pytest.importorskip("vl_convert")
    rows = [{"pair": "a", "side": "x"}]
    spec = {"title": "A pair", "description": "A pair. two figures.", "data": {"values": rows}, "mark": "text",
            "encoding": {"text": {"field": "side"}, "tooltip": [{"field": "pair", "title": "pair"}]}}  # fmt: skip
    deck = deck_of({"application/vnd.vegalite.v5+json": spec, "image/svg+xml": SVG})
    (picture,) = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    assert picture._element.xpath(".//p:cNvPr")[0].get("descr") == "A pair. two figures."
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    assert any("pair\na" in text for text in notes)


def test_long_tables_go_on_and_wide_ones_repeat_their_first_column() -> None:
    grid = Grid.of(
        ("shop", *(f"a rather long head {at}" for at in range(14))), [("Lyon", *["1,234,567"] * 14)] * 60, "en"
    )
    pages = pages_of(grid, 874, 300, 374)
    assert len(pages) > 4
    assert {page.heads[0] for page in pages} == {"shop"}
    assert {head for page in pages for head in page.heads} == set(grid.heads)
    for page in pages:
        assert sum(page.widths) <= 874.01
        assert sum(page.heights) <= 374.01
        assert page.size >= 12


def test_a_cell_longer_than_a_slide_is_cut_and_said_to_be() -> None:
    (page,) = pages_of(Grid.of(("who", "comment"), [("a", "word " * 4000)], "en"), 800, 370, 370)
    assert page.rows[0][1].endswith("…")
    assert height_of(page.rows[0][1], page.size, page.widths[1] - 2 * PADDING[0]) <= 370


def test_charts_of_many_rows_part_and_keep_their_axis() -> None:
    deck = deck_of(rows_chart(shops(*(float(at - 20) for at in range(40)))))
    charts = charts_in(deck)
    assert sum(len(list(chart.plots[0].categories)) for chart in charts) == 40
    assert len(charts) > 1
    assert len({(chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) for chart in charts}) == 1


def test_a_sentence_before_several_charts_is_no_slide_of_its_own() -> None:
    sheet = contents(notebook(rows_chart(shops(-5.0, 30.0))), "en")[0]
    items: list[Line | Sheet] = [
        Line("h1", "+5"),
        Line("h2", "Where?"),
        Line("p", "Two were compared."),
        Line("h3", "By a"),
        sheet,
    ]
    found = plan(items, "T", "en")
    assert [slide.kind for slide in found] == ["title", "chart"]
    assert [line.text for line in found[-1].lines] == ["Two were compared."]


def test_time_bridge_and_points_are_told_apart() -> None:
    days = [{"period": f"2024-0{at}-01", "score": 10.0 + at, "lower": at - 1.0, "upper": 20.0 + at, "figure": f"+1{at}"}
            for at in range(1, 6)]  # fmt: skip
    tips = [{"field": "period", "title": "period"}, {"field": "figure", "title": "score"}]
    along = encoding(x=("period", "temporal"), y=("score", "quantitative"))
    span = encoding(x=("period", "temporal"), y=("lower", "quantitative"), y2="upper")
    layers = [{"mark": "line", "encoding": along}, {"mark": "circle", "encoding": {**along, "tooltip": tips}},
              {"mark": "area", "encoding": span}]  # fmt: skip
    found = drawing({"data": {"values": days}, "layer": layers}, "en")
    assert found is not None
    assert (found.kind, found.categories[0]) == ("time", "January 2024")
    assert (found.series[0].look, found.series[0].name) == ("line", "score")
    assert [each.look for each in found.series[1:]] == ["limit", "limit"]

    steps = [{"name": "2023", "start": 0.0, "end": 10.0, "y": 1, "figure": "+10"},
             {"name": "mix", "start": 10.0, "end": -4.0, "y": 2, "figure": "−14"}]  # fmt: skip
    own = {**encoding(x=("start", "quantitative"), x2="end", y=("y", "quantitative")), "tooltip": TIPS[:2]}
    found = drawing({"data": {"values": steps}, "mark": "rule", "encoding": own}, "en")
    assert found is not None
    assert found.kind == "bridge"
    assert [each.values for each in found.series] == [(0.0, 0.0), (10.0, 10.0), (0.0, -4.0)]

    both = {
        **encoding(x=("told", "quantitative"), y=("came", "quantitative")),
        "tooltip": [{"field": "told", "title": "told"}],
    }
    found = drawing({"data": {"values": [{"told": 0.1, "came": 0.2}]}, "mark": "circle", "encoding": both}, "en")
    assert found is not None
    assert (found.kind, found.series[0].xs, found.series[0].values) == ("points", (0.1,), (0.2,))


def test_lines_that_a_colour_tells_apart_are_series() -> None:
    rows = [{"t": f"2024-0{at}-01", "v": float(at), "who": who} for at in (1, 2) for who in ("a", "b")]
    own = {**encoding(x=("t", "temporal"), y=("v", "quantitative"), color=("who", "nominal")), "tooltip": TIPS[:1]}
    found = drawing({"data": {"values": rows}, "mark": "line", "encoding": own}, "en")
    assert found is not None
    assert [(each.name, each.values) for each in found.series] == [("a", (1.0, 2.0)), ("b", (1.0, 2.0))]


@pytest.mark.parametrize(
    "more",
    [
        {"encoding": {**encoding(y=("v", "quantitative")), "x": {"field": "t", "timeUnit": "year"}}},
        {"encoding": {"x": {"field": "who", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}}},
        {"transform": [{"aggregate": [], "groupby": ["who"]}]},
        {"facet": {"field": "who"}},
        {"encoding": {**encoding(x=("t", "temporal"), y=("v", "quantitative"))}},
    ],
)  # fmt: skip
def test_what_a_chart_computes_itself_is_shown_as_its_picture(more: dict[str, Any]) -> None:
    rows = [{"t": day, "v": 1.0, "who": "a"} for day in ("2024-01-01", "2024-01-01", "2024-02-01")]
    assert drawing({"data": {"values": rows}, "mark": "line", **more}, "en") is None


def test_names_of_points_do_not_cross() -> None:
    near = Series("", (1.0, 1.01, 1.0), xs=(5.0, 5.05, 5.1), labels=("a long name", "another name", "a third name"))
    assert len(placed(near, (0, 10, 0, 2), (600, 300), 12)) <= 2


def test_widths_are_those_of_the_font() -> None:
    image = pytest.importorskip("PIL.ImageFont")
    for name, bold in (("LiberationSans-Regular", False), ("LiberationSans-Bold", True)):
        path = Path(f"/usr/share/fonts/truetype/liberation/{name}.ttf")
        if not path.exists():
            pytest.skip("no font to measure with")
        font = image.truetype(str(path), 1000)
        for text in (
            "The score is +53 points, between +52 and +55",
            "«\u202fQualité\u202f» : 7\u202f% (6 à 8)",
            "WMil.,;",
        ):
            assert width_of(text, 1000, bold) == pytest.approx(font.getlength(text, features=["-kern"]), rel=0.02)


def test_lines_are_counted_like_a_program_breaks_them() -> None:
    assert lines_in("a\nb", 12, 100) == 2
    assert lines_in("x" * 100, 12, 60) > 8
