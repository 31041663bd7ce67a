"""What every deck of slides has to be, whatever it was made of: nothing leaves a slide, and nothing is too small."""

from __future__ import annotations

import io
import itertools
from typing import Any

from npskit.report.slides.measure import height_of
from npskit.report.slides.plan import BODY, MARGIN, SIZE

__all__ = ["charts_in", "checked", "opened"]

POINT = 12_700


def opened(content: bytes) -> Any:
    """A deck as python-pptx reads it."""
    import pptx

    return pptx.Presentation(io.BytesIO(content))


def charts_in(deck: Any) -> list[Any]:
    """The charts that one can edit."""
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def needed(shape: Any) -> float:
    """Height of the texts of a box."""
    total = 0.0
    for paragraph in shape.text_frame.paragraphs:
        indent = 0 if paragraph._p.pPr is None else int(paragraph._p.pPr.get("marL", 0))
        for run in paragraph.runs[:1]:
            total += height_of(paragraph.text, run.font.size.pt, (shape.width - indent) / POINT)
    return total


def checked(deck: Any) -> None:
    """Nothing leaves a slide, no letter is small, every slide has a title and notes, every figure says what it is."""
    width, height = deck.slide_width, deck.slide_height
    assert (width / POINT, height / POINT) == SIZE
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert all(titles)
    for slide in deck.slides:
        assert slide.has_notes_slide
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= width
            assert shape.top + shape.height <= height
            if shape.has_text_frame and not shape.is_placeholder:
                assert needed(shape) <= shape.height / POINT + 3, shape.text_frame.text
            if shape.has_chart or getattr(shape, "has_table", False) or shape.shape_type == 13:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
            if getattr(shape, "has_table", False):
                assert shape.top / POINT + sum(row.height for row in shape.table.rows) / POINT <= BODY[1] + BODY[3] + 1
        sizes = [int(each) for each in slide.element.xpath(".//@sz") if str(each).isdigit()]
        assert all(each >= 1200 for each in sizes)
        boxes = [shape for shape in slide.shapes if not shape.is_placeholder]
        for first, second in itertools.combinations(boxes, 2):
            across = first.left + first.width <= second.left or second.left + second.width <= first.left
            above, below = sorted((first, second), key=lambda shape: shape.top)
            apart = across or above.top + above.height <= below.top + 4 * POINT
            assert apart, titles
    assert MARGIN > 0
