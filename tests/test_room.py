"""Drawings have room for their texts where the reader's font is wider than the kernel's."""

import re

import pandas as pd
import pytest

import npskit
from npskit.charts.letters import text_width
from npskit.charts.renderer import svg_text
from npskit.charts.room import with_room

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20" viewBox="0 0 100 20">{}</svg>'
TEXT = (
    '<g transform="translate({x},5)"><text text-anchor="{anchor}" font-size="12px" font-weight="600">{text}</text></g>'
)


def box(svg):
    left, _, width, _ = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', svg).groups()
    return float(left), float(left) + float(width)


@pytest.mark.parametrize(("anchor", "x"), [("end", 60), ("start", 20), ("middle", 50)])
def test_a_text_that_may_be_wider_widens_the_drawing(anchor, x):
    text = "What they answered (within)"
    left, right = box(with_room(DRAWING.format(TEXT.format(x=x, anchor=anchor, text=text))))
    assert right - left >= text_width(text, 12) / (2 if anchor == "middle" else 1)
    assert left <= 0
    assert right >= 100


def test_a_drawing_whose_texts_fit_stays_as_it_is():
    drawing = DRAWING.format(TEXT.format(x=50, anchor="middle", text="Lyon"))
    assert with_room(drawing) == drawing
    assert with_room("<svg/>") == "<svg/>"


def test_long_names_beside_a_chart_are_whole_in_its_picture():
    pytest.importorskip("vl_convert")
    names = ["AtmosphereWelcoming", "TrainersConsiderate"]
    answers = pd.DataFrame({"rating": [10, 3, 9, 7] * 30, "team": names * 60})
    svg = svg_text(npskit.Survey(answers).plot.summary(by="team").to_dict())
    left, right = box(svg)
    at = float(re.search(r'<g fill="none"[^>]*translate\(([\d.]+),', svg)[1])
    assert at - left >= text_width(names[0], 12)
    assert right > at
