"""A chart in an app: drawn without a network, replaced in one step."""

from __future__ import annotations

import re
import uuid
from html import escape
from typing import Any

import ipywidgets as widgets

__all__ = ["Picture"]

SIZE = re.compile(r'width="(\d+)" height="(\d+)" viewBox="0 0 \1 \2"')
# Titles are cut where the browser's font is wider than the one they were measured in.
ROOM = 1.07


def widened(found: re.Match[str]) -> str:
    """The size of an SVG with room at its right.

    Examples
    --------
    >>> re.sub(SIZE, widened, '<svg width="600" height="300" viewBox="0 0 600 300">')
    '<svg width="642" height="300" viewBox="0 0 642 300">'
    """
    width, height = round(int(found[1]) * ROOM), found[2]
    return f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'


class Picture(widgets.VBox):
    """A chart that is replaced in one step and keeps its height, so that nothing flashes or jumps.

    As an SVG in the page, which every front end draws at once; without vl-convert as an output that Jupyter draws.
    """

    def __init__(self) -> None:
        # Identifiers inside an SVG are those of the whole page.
        self._own = f"n{uuid.uuid4().hex[:8]}-"
        self._html = widgets.HTML()
        self._html.add_class("npskit-picture")
        super().__init__([self._html], layout=widgets.Layout(width="100%", min_width="0"))

    @property
    def svg(self) -> str:
        """The markup shown; empty when the front end draws."""
        return str(self._html.value)

    def show(self, chart: Any) -> None:
        """Draw a chart in the place of the one before."""
        from npskit.charts.renderer import mime_bundle

        if chart is None:
            self.children, self._html.value = [self._html], ""
            return
        spec = chart.to_dict()
        bundle = mime_bundle(spec)
        drawn = bundle.get("image/svg+xml")
        if drawn is None:
            output = widgets.Output(outputs=({"output_type": "display_data", "data": bundle, "metadata": {}},))
            self.children = [output]
            return
        drawn = re.sub(SIZE, widened, drawn, count=1)
        own = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\g<1>{self._own}\g<2>", drawn)
        text = escape(str(spec.get("description", "")), quote=True)
        self._html.value = f'<div role="img" aria-label="{text}">{own}</div>'
        self.children = [self._html]

    def fade(self, faded: bool) -> None:
        """Whether what is shown is of an earlier state."""
        (self._html.add_class if faded else self._html.remove_class)("npskit-stale")
