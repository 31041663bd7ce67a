"""Texts inside a chart: the number beside each bar, the names of points, and how the language writes both."""

from __future__ import annotations

import re
from typing import Any

from npskit.errors import optional_import
from npskit.labels import NARROW_SPACE, number
from npskit.report.figures import without_sign
from npskit.report.slides.measure import width_of
from npskit.report.slides.names import placed
from npskit.report.slides.series import Drawing, Series

__all__ = ["CHART", "DRAWING", "SMALLEST", "add_labels", "add_names", "localised", "plain"]

SMALLEST = 12
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Rows and columns that say their number beside them, as far as there is room.
MOST_LABELLED = 30
# What the figures of an axis take beside columns.
BESIDE = 50.0
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


def add_labels(series: Any, own: Series, drawn: Drawing, width: float, lang: str, util: Any, enum: Any) -> None:
    """The number beside each bar, at its foot where its interval would cross it; the name beside each named point."""
    position = enum.XL_LABEL_POSITION
    if any(own.labels):
        for at, text in enumerate(own.labels):
            if drawn.kind != "points" and text and own.values[at] is not None:
                written(series, at, text, position.INSIDE_BASE, util)
        return
    if drawn.kind not in ("rows", "columns", "dots") or len(own.values) * len(drawn.series) > MOST_LABELLED:
        return
    shown = drawn.shown
    if drawn.kind == "columns" and not (shown := fitting_form(drawn, width)):
        return
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, shown, False
    labels.font.size, labels.font.bold = util.Pt(SMALLEST), True
    limited = any(value is not None for value in own.lower)
    if limited:
        legible(labels._element)
    labels.position = position.RIGHT if drawn.kind == "dots" else (
        position.INSIDE_BASE if limited else position.OUTSIDE_END
    )  # fmt: skip
    for at, value in enumerate(own.values):
        zero = without_sign(shown, value) if value is not None else shown
        if value is not None and zero != shown and not shown.startswith("["):
            digits = len(zero.split(";")[0].rstrip("%").partition(".")[2])
            written(series, at, number(0, digits=digits, lang=lang), labels.position, util)


def fitting_form(drawn: Drawing, width: float) -> str:
    """The format in which numbers fit above their columns; without decimals where these do not, or empty.

    Examples
    --------
    >>> drawn = Drawing("columns", ("a", "b"), (Series("share", (0.004, 0.5)),), "0.0%")
    >>> fitting_form(drawn, 400), fitting_form(drawn, 116), fitting_form(drawn, 80)
    ('0.0%', '[<0.005]"";0%', '')
    """
    room = (width - BESIDE) / max(1, len(drawn.categories) * len(drawn.series))
    values = [value for each in drawn.series for value in each.values if value is not None]
    percent, digits = "%" in drawn.shown, len(drawn.shown.rstrip("%").partition(".")[2].split(";")[0])

    def widest(digits: int) -> float:
        texts = [f"{100 * value:.{digits}f}\u202f%" if percent else f"{value:+,.{digits}f}" for value in values]
        return max((width_of(text, SMALLEST, True) for text in texts), default=0.0)

    if widest(digits) <= room or drawn.shown.startswith("["):
        return drawn.shown if widest(0) <= room else ""
    if not digits or widest(0) > room:
        return ""
    whole = drawn.shown.replace(".0", "")
    # Of what is nothing without decimals nothing is said.
    return f'[<0.005]"";{whole}' if percent and min(values) >= 0 else whole


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
