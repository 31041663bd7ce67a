"""Panels as native charts of one slide: one scale, one order of periods, a name above each, and room for all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from decks import charts_in, checked, opened
from hypothesis import given
from hypothesis import strategies as st

from npskit import charts
from npskit.charts.renderer import mime_bundle
from npskit.labels import LANGUAGES
from npskit.report.slides.panels import Panel, Panels, arranged, panels
from npskit.report.slides.series import Drawing, Series

nbformat = pytest.importorskip("nbformat")
pptx = pytest.importorskip("pptx")

from npskit.report.slides import slides  # noqa: E402

PICTURE = 13
QUARTERS = [dt.date(2023, month, 1) for month in (1, 4, 7, 10)]


def trend(teams: int = 2, lang: str = "en") -> dict[str, Any]:
    """A chart of a score over four quarters by team."""
    table: dict[str, list[Any]] = {name: [] for name in ("shop", "period", "responses", "score", "lower", "upper",
                                                         "level", "level_lower", "level_upper")}  # fmt: skip
    for team in range(teams):
        for at, day in enumerate(QUARTERS):
            score = 10.0 * team + at
            row = (f"shop {team}", day, 40, score, score - 9, score + 9, score, score - 4, score + 4)
            for name, value in zip(table, row, strict=True):
                table[name].append(value)
    return dict(charts.trend(table, by="shop", every="quarter", lang=lang).to_dict())


def deck_of(*specs: dict[str, Any], lang: str = "en") -> Any:
    v4 = nbformat.v4
    outputs = [v4.new_output("display_data", data=mime_bundle(each)) for each in specs]
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=outputs)])
    deck = opened(slides(notebook, title="NPS", lang=lang))
    checked(deck)
    return deck


def frames(deck: Any) -> list[list[Any]]:
    """The charts of each slide that has some."""
    found = [[shape for shape in slide.shapes if shape.has_chart] for slide in deck.slides]
    return [each for each in found if each]


def texts(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_panels_are_native_charts_of_one_slide_with_one_scale(lang: str) -> None:
    deck = deck_of(trend(lang=lang), lang=lang)
    (own,) = frames(deck)
    assert len(own) == 2
    assert not [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == PICTURE]
    scales = {(each.chart.value_axis.minimum_scale, each.chart.value_axis.maximum_scale) for each in own}
    assert scales == {(-10.0, 30.0)}
    assert len({(each.width, each.height, each.top) for each in own}) == 1


def test_names_stand_above_their_charts_and_the_series_are_named_once() -> None:
    deck = deck_of(trend())
    (slide,) = [each for each in deck.slides if any(shape.has_chart for shape in each.shapes)]
    shown = texts(slide)
    assert [text.split(" (")[0] for text in shown if text.startswith("shop")] == ["shop 0", "shop 1"]
    assert "— level    ● score" in shown
    assert not any(chart.has_legend for chart in charts_in(deck))
    described = [each._element.xpath(".//p:cNvPr")[0].get("descr") for each in frames(deck)[0]]
    assert [each[:6] for each in described] == ["shop 0", "shop 1"]


def test_a_period_without_answers_is_a_gap_and_no_other_axis() -> None:
    rows = [{"shop": shop, "day": str(day), "share": 0.1 * at} for shop in "ab" for at, day in enumerate(QUARTERS)]
    own = {"x": {"field": "day", "type": "temporal"}, "y": {"field": "share", "type": "quantitative"},
           "tooltip": [{"field": "day", "title": "quarter"}, {"field": "share", "title": "share"}]}  # fmt: skip
    spec = {
        "facet": {"field": "shop"},
        "spec": {"mark": "line", "encoding": own},
        "data": {"values": rows[1:2] + rows[3:]},
    }
    found = panels(spec, "en")
    assert found is not None
    first, second = (each.drawn for each in found.panels)
    assert first.categories == second.categories == ("Q1 2023", "Q2 2023", "Q3 2023", "Q4 2023")
    assert first.series[0].values == (None, 0.1, None, pytest.approx(0.3))


def test_months_have_short_names_where_there_is_little_room() -> None:
    labels = ["January 2024", "February 2024"]
    rows = [
        {"theme": theme, "at": at, "label": label, "share": 0.1 + at}
        for theme in "ab"
        for at, label in enumerate(labels)
    ]
    own = {"x": {"field": "at", "type": "quantitative"}, "y": {"field": "share", "type": "quantitative"},
           "tooltip": [{"field": "label", "title": "period"}, {"field": "share", "title": "share"}]}  # fmt: skip
    found = panels(
        {"facet": {"field": "theme"}, "spec": {"mark": "circle", "encoding": own}, "data": {"values": rows}}, "en"
    )
    assert found is not None
    assert found.panels[0].drawn.categories == ("Jan 2024", "Feb 2024")
    assert found.panels[0].drawn.series[0].values == (0.1, 1.1)


def test_many_panels_go_on_with_the_same_size_and_scale() -> None:
    deck = deck_of(trend(teams=9))
    pages = frames(deck)
    assert [len(page) for page in pages] == [6, 3]
    every = [each for page in pages for each in page]
    assert len({(each.width, each.height) for each in every}) == 1
    assert len({(each.chart.value_axis.minimum_scale, each.chart.value_axis.maximum_scale) for each in every}) == 1
    titles = [slide.shapes.title.text for slide in deck.slides if any(shape.has_chart for shape in slide.shapes)]
    assert [title[-5:] for title in titles] == ["(1/2)", "(2/2)"]


def test_parts_of_two_measures_have_scales_of_their_own() -> None:
    rows = [{"name": "a", "value": 1.0, "row": 0}, {"name": "b", "value": 2.0, "row": 1}]
    larger = [{**row, "value": 100 * row["value"]} for row in rows]
    own = {"x": {"field": "value", "type": "quantitative"}, "y": {"field": "row", "type": "ordinal"},
           "tooltip": [{"field": "name", "title": "shop"}, {"field": "value", "title": "points"}]}  # fmt: skip
    beside = [{"title": name, "data": {"values": each}, "mark": "bar", "encoding": own}
              for name, each in (("few", rows), ("many", larger))]  # fmt: skip
    found = panels({"hconcat": beside}, "en")
    assert found is not None
    assert [(each.title, each.drawn.high) for each in found.panels] == [("few", None), ("many", None)]
    found = panels({"hconcat": beside, "resolve": {"scale": {"x": "shared"}}}, "en")
    assert found is not None
    assert [each.drawn.high for each in found.panels] == [200.0, 200.0]


def test_a_panel_that_is_no_chart_of_theirs_leaves_the_picture() -> None:
    rows = [{"name": "a", "value": 1.0, "row": 0}]
    bar = {"data": {"values": rows}, "mark": "bar", "encoding": {"x": {"field": "value", "type": "quantitative"}}}
    assert panels({"hconcat": [bar, {"data": {"values": rows}, "mark": "arc", "encoding": {}}]}, "en") is None
    assert panels({"facet": {"field": "name"}, "data": {"values": rows}, "spec": bar}, "en") is None


def test_what_joins_two_figures_is_no_interval() -> None:
    rows = [{"name": name, "before": 0.2, "after": 0.4, "y": at} for at, name in enumerate("ab")]
    place = {"field": "y", "type": "ordinal"}
    tips = [{"field": "name"}, {"field": "before", "title": "before"}, {"field": "after", "title": "after"}]
    ends = [{"mark": "circle", "encoding": {"x": {"field": end, "type": "quantitative"}, "y": place, "tooltip": tips}}
            for end in ("before", "after")]  # fmt: skip
    line = {"mark": "rule", "encoding": {"x": {"field": "before", "type": "quantitative"}, "x2": {"field": "after"},
                                         "y": place}}  # fmt: skip
    from npskit.report.slides.drawing import drawing

    found = drawing({"data": {"values": rows}, "layer": [line, *ends]}, "en")
    assert found is not None
    assert [(each.name, each.lower) for each in found.series] == [("before", ()), ("after", ())]


def drawing_of(kind: str, count: int, name: str) -> Drawing:
    return Drawing(kind, tuple(f"{name} {at}" for at in range(count)), (Series("score", (1.0,) * count),))


KINDS, NAMES = st.sampled_from(["rows", "columns", "time", "dots"]), st.sampled_from(["a", "a longer name of it"])
TITLES = st.sampled_from(["", "Lyon", "a very long name " * 9])
DRAWN = st.builds(Panel, TITLES, st.builds(drawing_of, KINDS, st.integers(1, 12), NAMES))


@given(st.lists(DRAWN, min_size=2, max_size=20), st.booleans(), st.sampled_from([570.0, 874.0]), st.floats(200, 384))
def test_nothing_leaves_a_slide_or_lies_over_another(
    found: list[Panel], stacked: bool, width: float, room: float
) -> None:
    pages = arranged(Panels(tuple(found), stacked), width, room)
    assert not pages or [each.panel for page in pages for each in page] == found
    for page in pages:
        assert len(page) <= 6
        boxes = [box for each in page for box in ((each.above, each.box) if each.title else (each.box,))]
        for left, top, wide, tall in boxes:
            assert left >= 0
            assert top >= 0
            assert left + wide <= width + 0.01
            assert top + tall <= room + 0.01
        for at, (left, top, wide, tall) in enumerate(boxes):
            for other in boxes[at + 1 :]:
                across = left + wide <= other[0] or other[0] + other[2] <= left
                assert across or top + tall <= other[1] + 0.01 or other[1] + other[3] <= top + 0.01
        assert all(each.box[3] >= 100 for each in page if each.panel.drawn.kind != "rows")
