"""Room for the texts of a drawing, whatever font shows them.

The kernel draws with the fonts of its own machine, and an SVG keeps that width; where the reader's font is wider, names
at the edge are cut, since a notebook on the web or exported shows the drawing as an image. So the drawing is widened to
what its texts may need, as reckoned in `letters`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from npskit.charts.letters import text_width

__all__ = ["with_room"]

SIZED = re.compile(r'width="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)" viewBox="0 0 (?P=width) (?P=height)"')
MOVED = re.compile(r"translate\((-?[\d.e-]+)(?:[ ,]\s*(-?[\d.e-]+))?\)")
# Parts of a text that lie before its place.
BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}
BOLD, PADDING = 1.15, 3.0


def with_room(svg: str) -> str:
    """The drawing, as wide as its texts may be.

    Parameters
    ----------
    svg : str
        As Vega writes it: moved by ``translate``, sizes in pixels.

    Examples
    --------
    >>> text = '<text text-anchor="end" font-size="10px" transform="translate(20,5)">{}</text>'
    >>> drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="9" viewBox="0 0 90 9">' + text + "</svg>"
    >>> with_room(drawing.format("Li")) == drawing.format("Li")
    True
    >>> with_room(drawing.format("Lyon")).partition(">")[0]
    '<svg xmlns="http://www.w3.org/2000/svg" width="98" height="9" viewBox="-8 0 98 9"'
    """
    sized = SIZED.search(svg)
    if sized is None:
        return svg
    width = float(sized["width"])
    places = list(extents(ElementTree.fromstring(svg), 0.0))
    left = min((place[0] - PADDING for place in places if place[0] < 0), default=0.0)
    right = max((place[1] + PADDING for place in places if place[1] > width), default=width)
    if left == 0 and right == width:
        return svg
    box = f"{round(right - left)}"
    wide = f'width="{box}" height="{sized["height"]}" viewBox="{round(left)} 0 {box} {sized["height"]}"'
    return svg[: sized.start()] + wide + svg[sized.end() :]


def extents(element: ElementTree.Element, x: float) -> Iterator[tuple[float, float]]:
    """Where the texts of an element may begin and end; those that are turned keep to their place."""
    transform = element.get("transform", "")
    moved = MOVED.match(transform)
    x += float(moved[1]) if moved else 0.0
    if element.tag.rpartition("}")[2] == "text" and "rotate" not in transform:
        at = x + float(element.get("x", 0) or 0)
        size = float(element.get("font-size", "11px").removesuffix("px"))
        bold = BOLD if element.get("font-weight", "normal") in ("600", "700", "bold") else 1.0
        before = BEFORE.get(element.get("text-anchor", "start"), 0.0)
        for line in lines(element):
            wide = bold * text_width(line, size)
            yield at - before * wide, at + (1 - before) * wide
        return
    for child in element:
        yield from extents(child, x)


def lines(element: ElementTree.Element) -> list[str]:
    """The lines of a text, each a ``tspan`` where there are several."""
    return ["".join(each.itertext()) for each in element] or [element.text or ""]
