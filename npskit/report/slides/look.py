"""The look of a presentation: wide slides, two layouts with real titles, our colours as its theme's.

A title is a placeholder, so that a screen reader and the outline find it; a new slide that somebody adds looks like
the others; and whoever changes the theme changes all of them.
"""

from __future__ import annotations

import re
from typing import Any

from npskit.charts.theme import ACCENT, CATEGORY_COLORS, INK
from npskit.errors import optional_import
from npskit.report.slides.plan import BODY, MARGIN, SIZE, TITLE
from npskit.scale import CATEGORIES

__all__ = ["FIRST", "FOOTER", "NUMBER", "QUIET", "TEXT", "blank"]

TEXT, QUIET = "#22272B", "#5D666E"
FONT = "Arial"
# Places on the first slide: title and what is below it.
FIRST = ((MARGIN, 150.0, 874.0, 120.0), (MARGIN, 282.0, 874.0, 120.0))
FOOTER, NUMBER = (MARGIN, 508.0, 760.0, 20.0), (817.0, 508.0, 100.0, 20.0)
KEPT = ("Title Slide", "Title Only")
THEME = "application/vnd.openxmlformats-officedocument.theme+xml"
COLOURS = {
    "dk2": TEXT, "lt2": "#F6F7F8", "accent1": CATEGORY_COLORS[2], "accent2": CATEGORY_COLORS[0], "accent3": INK,
    "accent4": ACCENT, "accent5": CATEGORY_COLORS[1], "accent6": QUIET, "hlink": CATEGORY_COLORS[2], "folHlink": INK,
}  # fmt: skip


def blank() -> Any:
    """A presentation without slides."""
    pptx = optional_import("pptx", extra="pptx", purpose="write slides")
    util = optional_import("pptx.util", extra="pptx", purpose="write slides")
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = (util.Pt(each) for each in SIZE)
    without_others(deck)
    painted(deck)
    master = deck.slide_master
    for layout in (master, *deck.slide_layouts):
        first = getattr(layout, "name", "") == KEPT[0]
        for shape in list(layout.placeholders):
            arranged(shape, first, util)
        if first:
            striped(layout, util)
    return deck


def striped(layout: Any, util: Any) -> None:
    """The three categories as a mark above the title of the first slide."""
    for at, colour in enumerate(CATEGORY_COLORS):
        shape = layout.shapes._spTree
        left, top, width, height = (int(util.Pt(each)) for each in (MARGIN + 40 * at, 120, 38, 6))
        shape.append(optional_import("lxml.etree", extra="pptx", purpose="write slides").fromstring(
            '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
            f'<p:nvSpPr><p:cNvPr id="{900 + at}" name="{CATEGORIES[at]}"/><p:cNvSpPr/>'
            '<p:nvPr userDrawn="1"/></p:nvSpPr>'
            f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
            f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="{colour[1:].upper()}"/>'
            "</a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
        ))  # fmt: skip


def without_others(deck: Any) -> None:
    """Only the two layouts that are used."""
    layouts = deck.slide_layouts
    for layout in list(layouts):
        if layout.name not in KEPT:
            layouts.remove(layout)


def painted(deck: Any) -> None:
    """Our fonts and colours as the theme's."""
    for relation in deck.slide_master.part.rels.values():
        part = relation.target_part
        if part.content_type != THEME:
            continue
        xml = part.blob.decode("utf-8")
        xml = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", xml)
        for name, colour in COLOURS.items():
            xml = re.sub(
                rf"(<a:{name}>).*?(</a:{name}>)", rf'\g<1><a:srgbClr val="{colour.lstrip("#").upper()}"/>\g<2>',
                xml, flags=re.DOTALL,
            )  # fmt: skip
        part._blob = xml.encode("utf-8")


def arranged(shape: Any, first: bool, util: Any) -> None:
    """A placeholder of a layout where our slides have it."""
    kinds = optional_import("pptx.enum.shapes", extra="pptx", purpose="write slides").PP_PLACEHOLDER
    anchors = optional_import("pptx.enum.text", extra="pptx", purpose="write slides").MSO_ANCHOR
    kind = shape.placeholder_format.type
    boxes = {
        kinds.TITLE: TITLE, kinds.CENTER_TITLE: FIRST[0], kinds.SUBTITLE: FIRST[1], kinds.FOOTER: FOOTER,
        kinds.SLIDE_NUMBER: NUMBER, kinds.BODY: BODY,
    }  # fmt: skip
    box = boxes.get(kind)
    if box is None:
        shape._element.getparent().remove(shape._element)
        return
    shape.left, shape.top, shape.width, shape.height = (util.Pt(each) for each in box)
    frame = shape.text_frame
    if kind in (kinds.TITLE, kinds.CENTER_TITLE, kinds.SUBTITLE):
        without_margins(frame)
        frame.vertical_anchor = anchors.BOTTOM if kind == kinds.CENTER_TITLE else anchors.TOP
        listed(frame, "l", 32 if kind == kinds.CENTER_TITLE else 24, kind != kinds.SUBTITLE)
    elif kind in (kinds.FOOTER, kinds.SLIDE_NUMBER):
        without_margins(frame)
        listed(frame, "r" if kind == kinds.SLIDE_NUMBER else "l", 12, False)


def without_margins(frame: Any) -> None:
    """A text that begins at the edge of its box."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def listed(frame: Any, side: str, size: float, bold: bool) -> None:
    """The style of a placeholder's paragraphs, for those who write into it."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    body = frame._txBody
    name = "{http://schemas.openxmlformats.org/drawingml/2006/main}lstStyle"
    for old in body.findall(name):
        body.remove(old)
    colour = (TEXT if bold else QUIET).lstrip("#")
    style = lxml.fromstring(
        '<a:lstStyle xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f'<a:lvl1pPr marL="0" indent="0" algn="{side}"><a:buNone/><a:defRPr sz="{size * 100:.0f}" b="{int(bold)}">'
        f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>'
    )
    body.insert(1, style)
