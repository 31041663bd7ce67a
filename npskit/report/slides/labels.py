"""Texts inside a chart: the number beside each bar, the names of points, and how the language writes both."""

from __future__ import annotations

import re
from typing import Any

from npskit.errors import optional_import
from npskit.labels import NARROW_SPACE, number
from npskit.report.figures import without_sign
from npskit.report.slides.names import placed
from npskit.report.slides.series import Drawing, Series

__all__ = ["CHART", "DRAWING", "SMALLEST", "add_labels", "add_names", "localised", "plain"]

SMALLEST = 12
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Rows and columns that say their number beside them, as far as there is room.
MOST_LABELLED = 30
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def plain(text: str) -> str:
    """A text without what no presentation holds."""
    return ILLEGAL.sub("", text)


def localised(shown: str, lang: str) -> str:
    """A format as the language writes it: French leaves a narrow space before the percent sign.

    Examples
    --------
    >>> localised("0%", "fr"), localised('[<0.005]"< 1%";0%', "en")
    ('0"\u202f"%', '[<0.005]"< 1%";0%')
    """
    if lang != "fr" or NARROW_SPACE in shown:
        return shown
    return shown.replace('1%"', f'1{NARROW_SPACE}%"').replace("0%", f'0"{NARROW_SPACE}"%')


def add_labels(series: Any, own: Series, drawn: Drawing, lang: str, util: Any, enum: Any) -> None:
    """The number beside each bar, at its foot where its interval would cross it; the name beside each named point."""
    position = enum.XL_LABEL_POSITION
    if any(own.labels):
        for at, text in enumerate(own.labels):
            if drawn.kind != "points" and text and own.values[at] is not None:
                written(series, at, text, position.INSIDE_BASE, util)
        return
    if drawn.kind not in ("rows", "columns", "dots") or len(own.values) * len(drawn.series) > MOST_LABELLED:
        return
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, drawn.shown, False
    labels.font.size, labels.font.bold = util.Pt(SMALLEST), True
    limited = any(value is not None for value in own.lower)
    if limited:
        legible(labels._element)
    labels.position = position.RIGHT if drawn.kind == "dots" else (
        position.INSIDE_BASE if limited else position.OUTSIDE_END
    )  # fmt: skip
    for at, value in enumerate(own.values):
        zero = without_sign(drawn.shown, value) if value is not None else drawn.shown
        if value is not None and zero != drawn.shown and not drawn.shown.startswith("["):
            digits = len(zero.split(";")[0].rstrip("%").partition(".")[2])
            written(series, at, number(0, digits=digits, lang=lang), labels.position, util)


def add_names(chart: Any, series: Any, own: Series, size: tuple[float, float], util: Any, enum: Any) -> None:
    """The names of points, as far as there is room."""
    across, up = chart.category_axis, chart.value_axis
    reach = (across.minimum_scale, across.maximum_scale, up.minimum_scale, up.maximum_scale)
    for at, side in placed(own, reach, size, SMALLEST).items():
        written(series, at, own.labels[at], getattr(enum.XL_LABEL_POSITION, side.upper()), util)


def written(series: Any, at: int, text: str, place: Any, util: Any) -> None:
    """A text beside one value."""
    label = series.points[at].data_label
    label.has_text_frame = True
    label.text_frame.word_wrap = False
    label.text_frame.text = plain(text)
    label.text_frame.paragraphs[0].runs[0].font.size = util.Pt(SMALLEST)
    legible(label._dLbl)
    label.position = place


def legible(element: Any) -> None:
    """A label that is read where a line crosses it: it lies on a veil."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    veil = lxml.fromstring(
        f'<c:spPr xmlns:c="{CHART}" xmlns:a="{DRAWING}"><a:solidFill><a:srgbClr val="FFFFFF"><a:alpha val="70000"/>'
        "</a:srgbClr></a:solidFill></c:spPr>"
    )
    after = ("txPr", "dLblPos", "showLegendKey", "showVal")
    anchor = next(each for name in after for each in element.findall(f"{{{CHART}}}{name}"))
    anchor.addprevious(veil)
