"""A report as slides: one for each finding, with charts that one can edit, tables, and notes for who presents.

They are made of the same outputs as the page and the workbook, so that all three say the same. A chart is one of the
presentation's own wherever it has such a kind; its numbers are inside it. Panels beside each other are as many charts
of one slide. Any other is the picture of the page, which says what it shows to those who cannot see it, and whose
numbers are in the notes.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.errors import optional_import
from npskit.labels import language
from npskit.report.contents import Line, Sheet, contents
from npskit.report.slides.labels import plain
from npskit.report.slides.look import QUIET, TEXT, blank
from npskit.report.slides.measure import fitting, shortened
from npskit.report.slides.native import TAGS, add_chart, colour_of
from npskit.report.slides.panels import SIGNS, key_name, key_text, keys_height
from npskit.report.slides.plan import (
    BETWEEN,
    BODY,
    GAP,
    INDENT,
    KICKER,
    MARGIN,
    NOTE_SIZE,
    PROSE,
    SIDE,
    TITLE,
    Slide,
    body_top,
    plan,
    text_height,
)
from npskit.report.slides.series import Series
from npskit.report.slides.table import PADDING, Grid

__all__ = ["slides"]

TITLE_SIZES, FIRST_SIZES = (26.0, 24.0, 22.0, 20.0), (36.0, 32.0, 28.0, 24.0)
# Rows of a picture's table that the notes hold.
MOST_NOTED = 200
LONGEST_ALT = 400
Box = tuple[float, float, float, float]


def slides(notebook: Any, *, title: str, lang: str | None = None) -> bytes:
    """The presentation of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    title : str
    lang : {"en", "fr"}, optional

    Returns
    -------
    bytes
        Of a PPTX file.

    Raises
    ------
    MissingExtraError
        When python-pptx is not installed.
    """
    deck, lang = blank(), language(lang)
    deck.core_properties.title, deck.core_properties.author = plain(title)[:255], "npskit"
    deck.core_properties.language = TAGS[lang]
    items = contents(notebook, lang)
    writer = Writer(deck, title, lang, method_of(items))
    for slide in plan(items, title, lang):
        writer.write(slide)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def method_of(items: Sequence[Line | Sheet]) -> str:
    """How the numbers were computed, which the notes of every slide with numbers hold."""
    return "\n".join(item.text for item in items if isinstance(item, Line) and item.part == "note")


class Writer:
    """Writes slides into a presentation."""

    def __init__(self, deck: Any, title: str, lang: str, method: str) -> None:
        self.deck, self.title, self.lang, self.method = deck, title, lang, method
        self.util = optional_import("pptx.util", extra="pptx", purpose="write slides")
        self.text = optional_import("pptx.enum.text", extra="pptx", purpose="write slides")

    def write(self, planned: Slide) -> None:
        """One slide."""
        if planned.kind == "title":
            self.first(planned)
            return
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[1])
        place = f" ({planned.place})" if planned.place else ""
        self.titled(slide, planned.title, place)
        self.framed(slide)
        if planned.kicker:
            self.box(slide, KICKER, [shortened(planned.kicker, 14, KICKER[2], KICKER[3])], 14, QUIET)
        kinds = {"text": self.told, "chart": self.charted, "panels": self.panelled, "picture": self.pictured,
                 "table": self.tabled}  # fmt: skip
        kinds[planned.kind](slide, planned)
        slide.notes_slide.notes_text_frame.text = plain(self.noted(planned))
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            self.tag(paragraph)

    def first(self, planned: Slide) -> None:
        """The first slide: what this is, and the answer."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[0])
        title, below = slide.shapes.title, slide.placeholders[1]
        self.fill(title.text_frame, [planned.title], fitting(planned.title, FIRST_SIZES, 874, 120, True) or 24)
        known = set(planned.title.split(" · "))
        said = " · ".join(part for part in planned.kicker.split(" · ") if part not in known)
        texts = [each for each in (*(line.text for line in planned.lines), said) if each]
        self.fill(below.text_frame, texts, fitting("\n".join(texts), (22, 20, 18, 16), 874, 110) or 16)
        slide.notes_slide.notes_text_frame.text = plain(self.method)

    def titled(self, slide: Any, title: str, place: str) -> None:
        """The finding, as large as it may be in its place."""
        whole = f"{title}{place}"
        size = fitting(whole, TITLE_SIZES, TITLE[2], TITLE[3], True)
        room = TITLE[3] if not place else TITLE[3] - 1
        text = whole if size else shortened(title, TITLE_SIZES[-1], TITLE[2] - 60, room, True) + place
        self.fill(slide.shapes.title.text_frame, [text], size or TITLE_SIZES[-1])

    def framed(self, slide: Any) -> None:
        """Footer and number of a slide, as its layout has them."""
        for shape in slide.slide_layout.placeholders:
            if shape.placeholder_format.idx in (11, 12):
                copied = copy.deepcopy(shape._element)
                for tagged in copied.xpath(".//a:fld/a:rPr | .//a:r/a:rPr"):
                    tagged.set("lang", TAGS[self.lang])
                slide.shapes._spTree.append(copied)
        for shape in slide.placeholders:
            if shape.placeholder_format.idx == 11:
                text = shortened(self.title, 12, 740, 20)
                self.fill(shape.text_frame, [text], 12)

    def told(self, slide: Any, planned: Slide) -> None:
        """Sentences."""
        self.paragraphs(slide, (BODY[0], BODY[1], PROSE, BODY[3]), planned.lines, planned.size)

    def charted(self, slide: Any, planned: Slide) -> None:
        """A native chart with sentences beside."""
        top = self.subtitled(slide, planned)
        width = BODY[2] - (SIDE + 24 if planned.lines else 0)
        room = height = BODY[1] + BODY[3] - top
        assert planned.drawn is not None
        if planned.drawn.kind in ("rows", "bridge") and not planned.place:
            height = min(height, 52.0 * len(planned.drawn.categories) + 70)
        frame = add_chart(slide, planned.drawn, (MARGIN, top, width, height), self.lang)
        self.described(frame, planned)
        if planned.lines:
            self.paragraphs(slide, (MARGIN + width + 24, top, SIDE, room), planned.lines, planned.size)

    def panelled(self, slide: Any, planned: Slide) -> None:
        """Native charts beside each other, each under its name, with what they draw above and sentences beside."""
        top = start = self.subtitled(slide, planned)
        width = BODY[2] - (SIDE + GAP if planned.lines else 0)
        if planned.keys:
            start += keys_height(planned.keys, width)
            self.keyed(slide, (MARGIN, top, width, start - top - 4), planned.keys)
        for placed in planned.placed:
            above, box = moved(placed.above, MARGIN, start), moved(placed.box, MARGIN, start)
            if placed.title:
                texts = self.box(slide, above, [placed.title], NOTE_SIZE, TEXT).text_frame.paragraphs
                texts[0].runs[0].font.bold = True
            frame = add_chart(slide, placed.panel.drawn, box, self.lang, legend=not planned.keys)
            self.described(frame, planned, placed.panel.title)
        if planned.lines:
            beside = (MARGIN + width + GAP, top, SIDE, BODY[1] + BODY[3] - top)
            self.paragraphs(slide, beside, planned.lines, planned.size)

    def keyed(self, slide: Any, box: Box, keys: Sequence[Series]) -> None:
        """What the series are called, each after its mark in its colour."""
        shape = self.box(slide, box, [key_text(keys)], NOTE_SIZE, TEXT)
        paragraph = shape.text_frame.paragraphs[0]
        paragraph.runs[0].text = ""
        for at, each in enumerate(keys):
            for text, colour in ((f"{SIGNS.get(each.look, SIGNS['bar'])} ", each.colour), (key_name(keys, at), TEXT)):
                run = paragraph.add_run()
                run.text, run.font.size = plain(text), self.util.Pt(NOTE_SIZE)
                run.font.color.rgb = colour_of(colour)
        self.tag(paragraph)

    def pictured(self, slide: Any, planned: Slide) -> None:
        """A chart as the picture of the page."""
        assert planned.sheet is not None
        top = self.subtitled(slide, planned)
        picture = picture_of(planned.sheet)
        if picture is None:
            return
        shape = slide.shapes.add_picture(io.BytesIO(picture), 0, 0)
        room = (BODY[2], BODY[1] + BODY[3] - top)
        scale = min(self.util.Pt(room[0]) / shape.width, self.util.Pt(room[1]) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left, shape.top = self.util.Pt(MARGIN), self.util.Pt(top)
        self.described(shape, planned)

    def tabled(self, slide: Any, planned: Slide) -> None:
        """A native table below its sentences."""
        top = BODY[1]
        if planned.lines:
            height = text_height(planned.lines, planned.size, BODY[2])
            self.paragraphs(slide, (MARGIN, top, BODY[2], height), planned.lines, planned.size)
            top += height + 10
        grid = planned.grid
        assert grid is not None
        rows = len(grid.rows) + bool(grid.heads)
        frame = slide.shapes.add_table(
            rows, len(grid.widths), *(self.util.Pt(each) for each in (MARGIN, top, sum(grid.widths), sum(grid.heights)))
        )
        self.described(frame, planned)
        table = frame.table
        table.first_row, table.horz_banding = bool(grid.heads), False
        for at, width in enumerate(grid.widths):
            table.columns[at].width = self.util.Pt(width)
        for at, height in enumerate(grid.heights):
            table.rows[at].height = self.util.Pt(height)
        self.cells(table, grid)

    def cells(self, table: Any, grid: Grid) -> None:
        """Texts of a table, figures to the right, a light line below each row."""
        rows = [grid.heads, *grid.rows] if grid.heads else list(grid.rows)
        for at, row in enumerate(rows):
            head = bool(grid.heads) and not at
            for column, text in enumerate(row):
                cell = table.cell(at, column)
                cell.margin_left = cell.margin_right = self.util.Pt(PADDING[0])
                cell.margin_top = cell.margin_bottom = self.util.Pt(PADDING[1])
                cell.vertical_anchor = self.text.MSO_ANCHOR.TOP
                cell.fill.background()
                bold = head or (bool(grid.heads) and not column and len(row) > 1)
                self.fill(
                    cell.text_frame,
                    text.split("\n"),
                    grid.size,
                    QUIET if head or (not grid.heads and not column) else TEXT,
                    bold,
                )
                if grid.figures[column] and column:
                    for paragraph in cell.text_frame.paragraphs:
                        paragraph.alignment = self.text.PP_ALIGN.RIGHT
                ruled(cell)

    def subtitled(self, slide: Any, planned: Slide) -> float:
        """What is drawn, of how many answers; gives back where the chart begins."""
        top = body_top(planned)
        if planned.notes:
            self.box(slide, (MARGIN, BODY[1] - 2, BODY[2], top - BODY[1]), planned.notes, NOTE_SIZE, QUIET)
        return top

    def paragraphs(self, slide: Any, box: Box, lines: Sequence[Line], size: float) -> None:
        """Sentences and points, with space between them."""
        shape = self.box(slide, box, [line.text for line in lines], size, TEXT)
        for paragraph, line in zip(shape.text_frame.paragraphs, lines, strict=True):
            paragraph.space_after = self.util.Pt(BETWEEN * size)
            if line.kind == "li":
                bulleted(paragraph, self.util.Pt(INDENT))

    def box(self, slide: Any, box: Box, texts: Sequence[str], size: float, colour: str) -> Any:
        """A box of text."""
        shape = slide.shapes.add_textbox(*(self.util.Pt(each) for each in box))
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        self.fill(frame, texts, size, colour)
        return shape

    def fill(self, frame: Any, texts: Sequence[str], size: float, colour: str = "", bold: bool | None = None) -> None:
        """Paragraphs of one look, in the language of the report."""
        frame.word_wrap = True
        for at, text in enumerate(texts or [""]):
            paragraph = frame.paragraphs[0] if not at else frame.add_paragraph()
            paragraph.text = ""
            run = paragraph.add_run()
            run.text = plain(text).replace("\v", " ")
            run.font.size, run.font.bold = self.util.Pt(size), bold
            if colour:
                run.font.color.rgb = colour_of(colour)
            self.tag(paragraph)

    def tag(self, paragraph: Any) -> None:
        """Say which language a paragraph is in."""
        for run in paragraph.runs:
            run.font._rPr.set("lang", TAGS[self.lang])

    def described(self, shape: Any, planned: Slide, part: str = "") -> None:
        """What it shows, for those who cannot see it; of several charts, the part that it is."""
        spec: Mapping[str, Any] = planned.sheet.spec if planned.sheet else {}
        text = str(spec.get("description") or " ".join([planned.title, *planned.notes]))
        name = shape._element.xpath(".//p:cNvPr")[0]
        name.set("descr", plain(f"{part}. {text}" if part else text)[:LONGEST_ALT])
        name.set("name", plain(part or planned.title)[:60])

    def noted(self, planned: Slide) -> str:
        """The notes: where this is from, of how many answers, the numbers of a picture, how it was computed."""
        parts = [planned.kicker, planned.title, *planned.notes]
        if planned.sheet is not None and planned.kind in ("picture", "table"):
            parts += ["", *rows_as_text(planned.sheet)]
        if planned.kind != "text":
            parts += ["", self.method]
        return "\n".join(parts).strip()


def moved(box: Box, across: float, down: float) -> Box:
    """A box somewhere else."""
    return box[0] + across, box[1] + down, box[2], box[3]


def rows_as_text(sheet: Sheet) -> list[str]:
    """A table, a line a row."""
    rows = [sheet.heads, *sheet.rows[:MOST_NOTED]]
    return ["\t".join("" if value is None else str(value) for value in row) for row in rows if row]


def picture_of(sheet: Sheet) -> bytes | None:
    """The chart without its title, which the slide has, sharp on a wall."""
    from npskit.charts.renderer import svg_text

    converter = optional_import("vl_convert", extra="report", purpose="put charts into slides")
    bare = {name: value for name, value in sheet.spec.items() if name != "title"}
    svg = svg_text(bare) or sheet.picture
    return bytes(converter.svg_to_png(svg, scale=3)) if svg else None


def bulleted(paragraph: Any, indent: int) -> None:
    """A point of a list."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(int(indent)))
    properties.set("indent", str(-int(indent)))
    properties.append(
        lxml.fromstring('<a:buChar xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" char="•"/>')
    )


def ruled(cell: Any) -> None:
    """A light line below, and none elsewhere."""
    lxml = optional_import("lxml.etree", extra="pptx", purpose="write slides")
    properties = cell._tc.get_or_add_tcPr()
    fills = list(properties)
    for fill in fills:
        properties.remove(fill)
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    for side in ("lnL", "lnR", "lnT"):
        properties.append(lxml.fromstring(f'<a:{side} {space} w="0"><a:noFill/></a:{side}>'))
    line = f'<a:lnB {space} w="9525"><a:solidFill><a:srgbClr val="DFE3E6"/></a:solidFill></a:lnB>'
    properties.append(lxml.fromstring(line))
    for fill in fills:
        properties.append(fill)
