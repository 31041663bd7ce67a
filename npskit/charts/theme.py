"""One look for every chart: three category colours, one accent, quiet everything else.

The host decides between light and dark, and a chart cannot know which. So the background is transparent; title and
axis have no colour of their own, since JupyterLab and VS Code give Vega's dark theme to charts on a dark page and an
SVG takes the colour of the text around it; and figures inside a chart, which Vega always paints, have middle tones
that read on white and on black. The three category colours differ in lightness as much as in hue: they stay apart for
the colour-blind and in grey print, which the tests measure.
"""

from __future__ import annotations

from typing import Any

from npskit.labels import locale

__all__ = [
    "ACCENT",
    "CATEGORY_COLORS",
    "CATEGORY_INKS",
    "FONT",
    "INK",
    "MUTED",
    "ON_CATEGORY",
    "WIDTH",
    "host_text",
    "theme",
]

CATEGORY_COLORS = ("#d46342", "#c4c4bc", "#2b6a8a")
# Text written on the three category colours.
ON_CATEGORY = ("#ffffff", "#222222", "#ffffff")
# Names of the categories written in their own colours; the grey of the passives would be too light.
CATEGORY_INKS = ("#d46342", "#7a7a7a", "#2b6a8a")
# Scores are not a category: a slate of their own, and one accent for "this is the point".
INK = "#6b7c8c"
ACCENT = "#8a5cc4"
MUTED = "#7a7a7a"
# Names of fonts that are there already, one for each system; nothing is fetched.
FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
)
# Whole width in pixels: what A4 with margins holds without being scaled down.
WIDTH = 660


def theme(lang: str | None = None) -> dict[str, Any]:
    """The Vega-Lite ``config`` of every chart.

    Parameters
    ----------
    lang : {"en", "fr"}, optional
        Language of the number and date formats.

    Examples
    --------
    >>> theme("fr")["locale"]["number"]["decimal"]
    ','
    """
    quiet = {"labelColor": MUTED, "labelFontSize": 11}
    return {
        "background": "transparent",
        "font": FONT,
        "locale": locale(lang),
        "padding": 8,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 16,
            "fontWeight": 600,
            "lineHeight": 21,
            "subtitleColor": MUTED,
            "subtitleFontSize": 12,
            "subtitleLineHeight": 17,
            "subtitlePadding": 4,
            "offset": 14,
        },
        "axis": {"domain": False, "ticks": False, "labelFontSize": 12, "gridColor": MUTED, "gridOpacity": 0.18},
        "axisQuantitative": quiet,
        "axisTemporal": quiet,
        "header": {"labelFontSize": 12, "labelFontWeight": 600, "labelAnchor": "start"},
        "range": {"category": list(CATEGORY_COLORS)},
    }


def host_text() -> dict[str, Any]:
    """What an SVG's configuration holds besides: text in the colour of the page it stands in."""
    return {"title": {"color": "currentColor"}, "style": {"guide-label": {"fill": "currentColor"}}}
