"""What stands on which slide: a slide says one thing, its title is the finding, and nothing leaves it.

The parts of a report come in their order. A heading with sentences is a slide; each chart and each table is one with
the sentences that belong to it beside; what does not fit goes on to the next. All lengths are points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from npskit.labels import word
from npskit.report.contents import HEADINGS, Line, Sheet
from npskit.report.slides.drawing import drawing, scores_drawing
from npskit.report.slides.measure import LINE, height_of, lines_in
from npskit.report.slides.panels import Panels, Placed, arranged, panels
from npskit.report.slides.series import Drawing, Series
from npskit.report.slides.table import Grid, pages_of

__all__ = ["BODY", "MARGIN", "SIDE", "SIZE", "TITLE", "Slide", "body_top", "plan", "text_height"]

Box = tuple[float, float, float, float]
SIZE = (960.0, 540.0)
MARGIN = 43.0
KICKER, TITLE = (MARGIN, 24.0, 874.0, 20.0), (MARGIN, 44.0, 874.0, 66.0)
BODY = (MARGIN, 116.0, 874.0, 384.0)
# Sentences beside a chart.
SIDE = 280.0
GAP = 24.0
PROSE = 800.0
TEXT_SIZES, SIDE_SIZES, NOTE_SIZE = (18.0, 16.0, 14.0), (14.0, 13.0, 12.0), 12.0
INDENT, BETWEEN = 16.0, 0.45
# So many sentences are no slide where charts follow.
MOST_LED = 2
# A sentence that is a title, and not a paragraph.
LONGEST_TITLE = 150
# What the axis of a chart of rows takes, and the part of its width that names take.
AXES, NAMES = 40.0, 0.3


@dataclass(frozen=True)
class Slide:
    """A slide.

    Attributes
    ----------
    kind : {"title", "text", "chart", "panels", "picture", "table"}
    title : str
    kicker : str
        Where in the report it is, above the title.
    lines : tuple of Line
        Sentences.
    size : float
        Of their letters.
    notes : tuple of str
        What is drawn, of how many answers.
    sheet : Sheet or None
    drawn : Drawing or None
    placed : tuple of Placed
        Charts beside each other.
    keys : tuple of Series
        What they draw, said once.
    grid : Grid or None
    place : str
        The part of several that it is.
    """

    kind: str
    title: str
    kicker: str = ""
    lines: tuple[Line, ...] = ()
    size: float = 16.0
    notes: tuple[str, ...] = ()
    sheet: Sheet | None = None
    drawn: Drawing | None = None
    placed: tuple[Placed, ...] = ()
    keys: tuple[Series, ...] = ()
    grid: Grid | None = None
    place: str = ""


@dataclass
class Section:
    """A heading and what stands under it."""

    trail: tuple[str, ...]
    items: list[Line | Sheet] = field(default_factory=list)
    kicker: str = ""
    first: bool = False

    @property
    def heading(self) -> str:
        """The last of its headings."""
        return self.trail[-1] if self.trail else ""


def plan(items: Sequence[Line | Sheet], title: str, lang: str) -> list[Slide]:
    """The slides of a report's contents.

    Examples
    --------
    >>> [slide.title for slide in plan([Line("h1", "The score is +5"), Line("p", "Of 12 answers.")], "NPS", "en")]
    ['NPS', 'The score is +5']
    """
    found: list[Slide] = []
    for section in led(sections(items)):
        if section.first and not any(slide.kind == "title" for slide in found):
            found.insert(0, Slide("title", title, section.kicker, (Line("p", section.heading),)))
        found += slides_of(section, lang)
    return found or [Slide("title", title)]


def sections(items: Sequence[Line | Sheet]) -> Iterator[Section]:
    """Headings with what follows them; a small line above the first heading goes with it."""
    section, kicker, whole = Section(()), "", ""
    trail: dict[int, str] = {}
    for item in items:
        if isinstance(item, Line) and item.part == "kicker":
            kicker = item.text
        elif isinstance(item, Line) and item.kind in HEADINGS:
            yield section
            level = HEADINGS.index(item.kind)
            # The first heading of all is that of the whole, and over nothing in particular.
            kept = {at: text for at, text in trail.items() if at < level and text != whole}
            trail, whole = kept | {level: item.text}, whole or item.text if not level else whole
            section, kicker = Section(tuple(trail.values()), kicker=kicker, first=level == 0), ""
        else:
            section.items.append(item)
    yield section


def led(found: Iterator[Section]) -> Iterator[Section]:
    """Sections; a sentence over several charts goes with the first of them, and is no slide of its own."""
    held: Section | None = None
    for section in found:
        if held is not None:
            under = section.trail[: len(held.trail)] == held.trail and any(
                isinstance(each, Sheet) for each in section.items
            )
            if under:
                section.items = [*held.items, *section.items]
            else:
                yield held
            held = None
        texts = [item for item in section.items if isinstance(item, Line) and item.kind in ("p", "li")]
        if 0 < len(texts) == len(section.items) <= MOST_LED and not section.first and section.heading:
            held = section
        else:
            yield section
    if held is not None:
        yield held


def slides_of(section: Section, lang: str) -> Iterator[Slide]:
    """The slides of a section."""
    above = section.kicker or " · ".join(section.trail[:-1])
    pairs = [item for item in section.items if isinstance(item, Line) and item.kind in ("dt", "dd")]
    others = [item for item in section.items if item not in pairs]
    charts = [item for item in others if isinstance(item, Sheet) and item.spec]
    if pairs and not section.first and len(charts) == 1 and narrow(told_pairs(pairs)):
        found = list(sheet_slides(section, charts[0], told_pairs(pairs), above, lang))
        notes = (" · ".join([charts[0].title, *said_of(charts[0])]),)
        yield from (replace(each, title=section.heading, kicker=above, notes=notes) for each in found)
        others = [item for item in others if item is not charts[0]]
    elif pairs:
        kicker = f"{word('slides_summary', lang)} · {above}" if above else word("slides_summary", lang)
        yield from table_slides(Slide("table", section.heading, kicker), paired(pairs), lang)
    lines, sheets = [], [item for item in others if isinstance(item, Sheet) and (item.spec or not item.title)]
    if not sheets:
        yield from text_slides(section, [each for each in others if isinstance(each, Line)], above)
        return
    beside: dict[int, list[Line]] = {at: [] for at in range(len(sheets))}
    at = 0
    for item in others:
        if isinstance(item, Line):
            # What leads to a chart goes with the next, what explains one with the last.
            lines.append(item) if item.part == "lead" and at else beside[max(0, at - 1)].append(item)
        elif item in sheets:
            beside[at] += lines
            lines, at = [], at + 1
    beside[len(sheets) - 1] += lines
    for number, sheet in enumerate(sheets):
        yield from sheet_slides(section, sheet, beside[number], above, lang)


def narrow(lines: Sequence[Line]) -> bool:
    """Whether sentences fit beside a chart."""
    return text_height(lines, SIDE_SIZES[-1], SIDE) <= BODY[3] - 40


def told_pairs(lines: Sequence[Line]) -> list[Line]:
    """Labels and what they label, as sentences."""
    rows = paired(lines).rows
    return [Line("p", " – ".join(filter(None, [label, text.replace("\n", " ")]))) for label, text in rows]


def paired(lines: Sequence[Line]) -> Grid:
    """Labels and what they label, as a table without heads."""
    rows: list[list[str]] = []
    for line in lines:
        if line.kind == "dt" or not rows:
            rows.append([line.text if line.kind == "dt" else "", "" if line.kind == "dt" else line.text])
        else:
            rows[-1][1] = f"{rows[-1][1]}\n{line.text}".strip()
    return Grid((), tuple(tuple(row) for row in rows), (False, False))


def text_slides(section: Section, lines: Sequence[Line], above: str) -> Iterator[Slide]:
    """Sentences under a finding, or under their heading."""
    if not lines:
        return
    noted = any(line.part == "note" for line in lines)
    title, kicker, rest = titled(section, lines, above) if not noted else (section.heading, above, list(lines))
    slide = Slide("text", title, kicker)
    size = next((size for size in TEXT_SIZES if text_height(rest, size, PROSE) <= BODY[3]), TEXT_SIZES[-1])
    yield from numbered([replace(slide, lines=tuple(part), size=size) for part in filled(rest, size, PROSE, BODY[3])])


def titled(section: Section, lines: Sequence[Line], above: str) -> tuple[str, str, list[Line]]:
    """The finding as the title and its heading above it; the heading is the title of a single sentence."""
    if section.heading and len(lines) > 1 and not section.first:
        named = len(section.trail) > 1 and "?" not in section.heading
        title = f"{section.heading} – {lines[0].text}" if named else lines[0].text
        if len(title) <= LONGEST_TITLE:
            return title, " · ".join(filter(None, [above, "" if named else section.heading])), list(lines[1:])
    return section.heading or lines[0].text, above, list(lines if section.heading else lines[1:])


def sheet_slides(section: Section, sheet: Sheet, lines: list[Line], above: str, lang: str) -> Iterator[Slide]:
    """A chart, or a table, with its sentences."""
    path = " · ".join(filter(None, [above, section.heading]))
    if sheet.spec:
        title = sheet.title or section.heading
        lines = [line for line in lines if line.text != title]
        yield from chart_slides(Slide("chart", title, path if title != section.heading else above,
                                      notes=said_of(sheet), sheet=sheet), lines, lang)  # fmt: skip
        return
    if (drawn := scores_drawing(sheet, lang)) is not None:
        yield from drawn_slides(Slide("chart", sheet.name, path, sheet=sheet), drawn, lines)
        return
    title, kicker, rest = titled(section, lines, above) if lines else (section.heading or sheet.name, above, [])
    if lines and len(lines) == 1 and len(lines[0].text) <= LONGEST_TITLE:
        title, kicker, rest = lines[0].text, path, []
    used = text_height(rest, SIDE_SIZES[0], BODY[2])
    slide = Slide("table", title, kicker, sheet=sheet, size=SIDE_SIZES[0])
    if used > 0.4 * BODY[3]:
        yield from text_slides(replace_items(section), lines, above)
        yield from table_slides(
            replace(slide, title=section.heading or sheet.name, kicker=above), gridded(sheet, lang), lang
        )
    else:
        yield from table_slides(replace(slide, lines=tuple(rest)), gridded(sheet, lang), lang)


def said_of(sheet: Sheet) -> tuple[str, ...]:
    """What a chart says it draws, in one piece: its own lines are as long as the chart is wide."""
    text, known = (" ".join(each.split(" ")) for each in (str(sheet.spec.get("description") or ""), f"{sheet.title}. "))
    rest = text.removeprefix(known).strip().removesuffix(".")
    return (rest,) if rest and rest != text and sheet.notes else sheet.notes


def replace_items(section: Section) -> Section:
    """A section without what stands under it."""
    return Section(section.trail, kicker=section.kicker)


def gridded(sheet: Sheet, lang: str) -> Grid:
    """A table as texts."""
    return Grid.of(sheet.heads, sheet.rows, lang)


def chart_slides(slide: Slide, lines: Sequence[Line], lang: str) -> Iterator[Slide]:
    """A chart with the sentences that fit beside it; the others follow."""
    sheet = slide.sheet
    several = panels(sheet.spec, lang) if sheet else None
    if several is not None and (found := list(panel_slides(slide, several, lines))):
        yield from found
        return
    drawn = drawing(sheet.spec, lang) if sheet else None
    if drawn is None:
        yield replace(slide, kind="picture")
        yield from following(slide, lines)
        return
    yield from drawn_slides(slide, drawn, lines)


def drawn_slides(slide: Slide, drawn: Drawing, lines: Sequence[Line]) -> Iterator[Slide]:
    """A native chart on as many slides as its rows take."""
    room = BODY[3] - (body_top(slide) - BODY[1])
    narrow, wide = split(drawn, BODY[2] - SIDE - GAP, room), split(drawn, BODY[2], room)
    # Sentences make way where they would part the chart.
    beside = lines if len(narrow) == len(wide) else []
    size = next((size for size in SIDE_SIZES if text_height(beside, size, SIDE) <= room), SIDE_SIZES[0])
    first, *later = list(filled(beside, size, SIDE, room)) or [[]]
    made = [replace(slide, drawn=part, lines=tuple(first), size=size) for part in (narrow if first else wide)]
    yield from numbered([made[0], *(replace(each, lines=()) for each in made[1:])])
    yield from following(slide, [line for part in later for line in part] if beside else lines)


def panel_slides(slide: Slide, several: Panels, lines: Sequence[Line]) -> Iterator[Slide]:
    """Charts beside each other on as many slides as they take; none where one is larger than a slide."""
    room = BODY[3] - (body_top(slide) - BODY[1])
    narrow, wide = arranged(several, BODY[2] - SIDE - GAP, room), arranged(several, BODY[2], room)
    if not wide:
        return
    size = next((size for size in SIDE_SIZES if text_height(lines, size, SIDE) <= room), 0.0)
    # Sentences stand beside where they fit as a whole and part nothing.
    beside = bool(lines and size) and len(narrow) == len(wide) == 1
    made = [replace(slide, kind="panels", placed=tuple(page), keys=several.keys, lines=tuple(lines) if beside else (),
                    size=size or slide.size) for page in (narrow if beside else wide)]  # fmt: skip
    yield from numbered(made)
    yield from following(slide, [] if beside else lines)


def following(slide: Slide, lines: Sequence[Line]) -> Iterator[Slide]:
    """Sentences on a chart that had no room beside it."""
    size = next((size for size in TEXT_SIZES if text_height(lines, size, PROSE) <= BODY[3]), TEXT_SIZES[-1])
    for part in filled(lines, size, PROSE, BODY[3]):
        yield Slide("text", slide.title, slide.kicker, tuple(part), size)


def split(drawn: Drawing, width: float, room: float) -> list[Drawing]:
    """A chart of many rows as several, all with the same axis."""
    if drawn.kind not in ("rows", "bridge"):
        return [drawn]
    bars = len(drawn.series) if drawn.kind == "rows" else 1
    heights = [max(bars, lines_in(name, NOTE_SIZE, NAMES * width)) * LINE * NOTE_SIZE + 3 for name in drawn.categories]
    cuts, used = [0], 0.0
    for at, height in enumerate(heights):
        if used + height > room - AXES and used:
            cuts.append(at)
            used = 0.0
        used += height
    if len(cuts) == 1:
        return [drawn]
    # Parts of one length, so that bars have one height.
    most = -(-len(heights) // len(cuts))
    whole = drawn.fixed()
    return [whole.part(start, start + most) for start in range(0, len(heights), most)]


def table_slides(slide: Slide, grid: Grid, lang: str) -> Iterator[Slide]:
    """A table on as many slides as its rows take; the sentences stand above its first."""
    taken = text_height(slide.lines, slide.size, BODY[2])
    used = taken + 10.0 if slide.lines else 0.0
    pages = pages_of(grid, BODY[2], BODY[3] - used, BODY[3])
    made = [replace(slide, grid=page, lines=slide.lines if not at else ()) for at, page in enumerate(pages)]
    yield from numbered(made)


def numbered(slides: Sequence[Slide]) -> list[Slide]:
    """Parts of one thing say which they are."""
    several = len(slides) > 1
    return [replace(each, place=f"{at}/{len(slides)}" if several else "") for at, each in enumerate(slides, start=1)]


def filled(lines: Sequence[Line], size: float, width: float, room: float) -> Iterator[list[Line]]:
    """Lines by the boxes that hold them."""
    part: list[Line] = []
    for line in lines:
        if part and text_height([*part, line], size, width) > room:
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def text_height(lines: Sequence[Line], size: float, width: float) -> float:
    """Height of paragraphs with the space between them."""
    heights = [
        height_of(line.text, size, width - (INDENT if line.kind == "li" else 0)) + BETWEEN * size for line in lines
    ]
    return sum(heights)


def body_top(slide: Slide) -> float:
    """Where a chart begins, below what is said about it."""
    height = sum(height_of(note, NOTE_SIZE, BODY[2]) for note in slide.notes)
    return BODY[1] + (height + 8.0 if height else 0.0)
