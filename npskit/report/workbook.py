"""A report as a workbook: what was found on the first sheet, then a sheet for each table and chart.

Numbers are numbers, in formats that a spreadsheet shows in its own language. A chart of which the table beside it holds
all numbers is one of the spreadsheet, which follows its cells; any other is there as the picture of the page.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from npskit.errors import optional_import
from npskit.labels import NARROW_SPACE, NO_BREAK_SPACE, language, word
from npskit.report.contents import Line, Sheet, contents
from npskit.report.figures import figure, format_of, is_empty, parted, without_sign
from npskit.report.pointed import is_number
from npskit.report.sheet_charts import Column, add_native, drawn_from
from npskit.results import as_text_cell

__all__ = ["workbook"]

ILLEGAL_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
ILLEGAL_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_NAME, LONGEST_TEXT = 31, 32_000
PROSE = 110
MOST_BARS = 30
PICTURE_WIDTH, LINE_HEIGHT = 720, 15
# What Excel keeps for itself.
RESERVED = {"history", "historique"}
# What begins or ends no name.
EDGES = f"' ?!:;{NARROW_SPACE}{NO_BREAK_SPACE}"
SIZES = {"h1": 16, "h2": 13, "h3": 11}


def workbook(notebook: Any, *, title: str, lang: str | None = None) -> bytes:
    """The workbook of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    title : str
    lang : {"en", "fr"}, optional

    Returns
    -------
    bytes
        Of an XLSX file.

    Raises
    ------
    MissingExtraError
        When openpyxl is not installed.
    """
    openpyxl = optional_import("openpyxl", extra="excel", purpose="write a workbook")
    lang = language(lang)
    book = openpyxl.Workbook()
    book.properties.title, book.properties.creator = safe(title), "npskit"
    book.properties.language = lang
    first = book.active
    first.title = sheet_name(word("workbook_summary", lang), set())
    names = {first.title.casefold()}
    links: list[tuple[Line | Sheet, str]] = []
    chapter = ""
    for item in contents(notebook, lang):
        name = ""
        if isinstance(item, Line):
            chapter = item.text if item.kind in ("h1", "h2") else chapter
        else:
            name = sheet_name(distinct(item.name or title, chapter, names), names)
            names.add(name.casefold())
            write_sheet(book.create_sheet(name), item, lang)
        links.append((item, name))
    write_summary(first, links)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def distinct(text: str, chapter: str, taken: set[str]) -> str:
    """A name with that of the chapter before it, a team's page say, where it alone is taken already.

    Examples
    --------
    >>> distinct("Actions", "Lyon: +12 points", {"actions"}), distinct("Actions", "Lyon: +12 points", set())
    ('Lyon – Actions', 'Actions')
    """
    owner = chapter.partition(":")[0].rstrip(f"{NARROW_SPACE}{NO_BREAK_SPACE} ")
    return f"{owner} – {text}" if owner and chapter != text and sheet_name(text, set()).casefold() in taken else text


def sheet_name(text: str, taken: set[str]) -> str:
    """A name that a spreadsheet takes, and that no other sheet has.

    Examples
    --------
    >>> sheet_name("Score: by [shop]/day", set()), sheet_name("Where", {"where"}), sheet_name("''", set())
    ('Score by shop day', 'Where (2)', 'Sheet')
    """
    base = (
        " ".join(ILLEGAL_NAME.sub(" ", safe(text)).split())
        .lstrip("=+@-")
        .strip(f"' ?!:;,{NARROW_SPACE}{NO_BREAK_SPACE}")
    )
    base = base if base and base.casefold() not in RESERVED else f"{base} Sheet".strip()
    name, at = cut(base, LONGEST_NAME), 1
    if len(name) < len(base) and len(name.rpartition(" ")[0]) > LONGEST_NAME / 2:
        name = name.rpartition(" ")[0].rstrip(" ,;–")
    while name.casefold() in taken:
        at += 1
        end = f" ({at})"
        name = cut(base, LONGEST_NAME - len(end)) + end
    return name


def cut(text: str, most: int) -> str:
    """A text of at most so many UTF-16 units, which is how a spreadsheet counts."""
    while len(text.encode("utf-16-le")) > 2 * most:
        text = text[:-1]
    return text.rstrip("' ")


def safe(value: Any) -> Any:
    """A value that holds nothing that a workbook cannot."""
    return ILLEGAL_TEXT.sub("", value)[:LONGEST_TEXT] if isinstance(value, str) else value


def put(sheet: Any, row: int, column: int, value: Any) -> Any:
    """A cell with a value that is no formula."""
    return as_text_cell(sheet.cell(row, column, safe(value)))


def write_summary(sheet: Any, items: Sequence[tuple[Line | Sheet, str]]) -> None:
    """The sentences in their order, with a link to each table where it stands."""
    styles = optional_import("openpyxl.styles", extra="excel", purpose="write a workbook")
    links = optional_import("openpyxl.worksheet.hyperlink", extra="excel", purpose="write a workbook")
    wrapped = styles.Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, PROSE
    sheet.sheet_view.showGridLines = False
    row, label = 0, False
    for item, name in items:
        if isinstance(item, Sheet):
            row += 1
            cell = put(sheet, row, 2, f"→ {item.title or item.name or name}")
            place = f"'{name.replace(chr(39), chr(39) * 2)}'!A1"
            cell.hyperlink = links.Hyperlink(ref=cell.coordinate, location=place)
            cell.font = styles.Font(color="2B6A8A", underline="single")
            label = False
            continue
        # A label and what it labels stand in one row, a heading over both columns.
        row += 0 if item.kind == "dd" and label else 2 if item.kind in ("h2", "h3") else 1
        cell = put(sheet, row, 1 if item.kind in (*SIZES, "dt") else 2, item.text)
        cell.alignment = wrapped if cell.column == 2 else styles.Alignment(vertical="top")
        if item.kind in SIZES:
            cell.font = styles.Font(bold=True, size=SIZES[item.kind])
            sheet.row_dimensions[row].height = 1.5 * SIZES[item.kind]
        elif (tall := lines_in(str(cell.value), PROSE)) > 1 and cell.column == 2:
            # Not every spreadsheet makes room for a wrapped text by itself.
            sheet.row_dimensions[row].height = tall * LINE_HEIGHT
        label = item.kind == "dt"
    printed_across(sheet)


def lines_in(text: str, width: float) -> int:
    """How many lines a text takes in a column so wide, in letters, where the font is a wide one.

    Examples
    --------
    >>> lines_in("One.", 110), lines_in("Thirteen words. " * 13, 110)
    (1, 3)
    """
    return sum(max(1, math.ceil(1.15 * len(line) / width)) for line in text.split("\n"))


def write_sheet(sheet: Any, item: Sheet, lang: str) -> None:
    """A table below its title; its heads stay when it is scrolled."""
    styles = optional_import("openpyxl.styles", extra="excel", purpose="write a workbook")
    put(sheet, 1, 1, item.title or item.name).font = styles.Font(bold=True, size=13)
    for at, note in enumerate(item.notes, start=2):
        put(sheet, at, 1, note).font = styles.Font(color="6B6B6B")
    columns, top = columns_of(item, lang), 3 + len(item.notes)
    for place, column in enumerate(columns, start=1):
        head = put(sheet, top, place, column.head)
        head.font, head.fill = styles.Font(bold=True), styles.PatternFill("solid", fgColor="EEF1F3")
        # Words after a column of figures would touch them.
        indent = int(place > 1 and side(column) == "left")
        head.alignment = styles.Alignment(wrap_text=True, vertical="top", horizontal=side(column), indent=indent)
        sheet.column_dimensions[head.column_letter].width = column.width
        for row, value in enumerate(column.values, start=top + 1):
            cell = put(sheet, row, place, value)
            wrapped = isinstance(value, str)
            cell.alignment = styles.Alignment(wrap_text=wrapped, vertical="top", horizontal=side(column), indent=indent)
            if is_number(value):
                shown = column.each[row - top - 1] if column.each else column.shown
                cell.number_format = without_sign(shown, value)
    for row, tall in enumerate(heights(columns), start=top + 1):
        if tall > 1:
            sheet.row_dimensions[row].height = tall * LINE_HEIGHT
    if columns:
        sheet.print_title_rows = f"{top}:{top}"
        sheet.freeze_panes = sheet.cell(top + 1, 1)
    illustrate(sheet, item, columns, top, lang)
    printed_across(sheet)


def heights(columns: Sequence[Column]) -> list[int]:
    """Lines that the longest text of each row takes."""
    rows = zip(*(column.values for column in columns), strict=True)
    return [
        max(lines_in(value, column.width) if isinstance(value, str) else 1
            for value, column in zip(row, columns, strict=True))
        for row in rows
    ]  # fmt: skip


def side(column: Column) -> str:
    """Figures stand to the right, words to the left."""
    return "right" if any(map(is_number, column.values)) else "left"


def printed_across(sheet: Any) -> None:
    """On paper, a sheet is as wide as a page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def columns_of(item: Sheet, lang: str) -> list[Column]:
    """The columns of a table, ranges as two, figures as numbers."""
    found: list[Column] = []
    for at, head in enumerate(item.heads):
        values = [row[at] for row in item.rows]
        texts = [value if value is None or isinstance(value, str) else None for value in values]
        pieces = parted(texts, lang) if at and not any(map(is_number, values)) else None
        if pieces is None:
            made = column_of(head, values, item, lang, first=not at)
            found.append(replace(made, shown=item.formats[at]) if at in item.formats else made)
            continue
        heads = [head] * (len(pieces) - 2) + [word(f"workbook_{end}", lang, name=head) for end in ("lower", "upper")]
        found += [column_of(name, piece, item, lang) for name, piece in zip(heads, pieces, strict=True)]
    return found


def column_of(head: str, values: Sequence[Any], item: Sheet, lang: str, first: bool = False) -> Column:
    """A column of figures as numbers, with the more precise ones behind them; any other as it is."""
    values = [None if isinstance(value, str) and is_empty(value) else value for value in values]
    if any(map(is_number, values)):
        whole = all(float(value).is_integer() for value in values if is_number(value))
        return Column(head, list(values), "0" if whole else "0.0")
    read = [figure(str(value), lang) if isinstance(value, str) else None for value in values]
    known = [each for each in read if each]
    if not known or (first and (len(known) < len(values) or any(each.percent or each.signed for each in known))):
        return Column(head, [day_of(value) for value in values], "yyyy-mm-dd" if first else "General")
    precise = behind(read, item)
    numbers = [
        value if each is None and (value is None or precise is None) else
        (each.value if precise is None and each else precise[row] if precise else value)
        for row, (value, each) in enumerate(zip(values, read, strict=True))
    ]  # fmt: skip
    numbers = [int(each) if isinstance(each, float) and each.is_integer() else each for each in numbers]
    if not first and len({(each.percent, each.digits) for each in known}) > 1:
        # Shares, days and points under one head, whole ones and tenths: each as it was written.
        forms = tuple("General" if each is None else format_of([each]) for each in read)
        return Column(head, numbers, format_of(known), forms)
    return Column(head, numbers, "0" if first else format_of(known))


def behind(read: Sequence[Any], item: Sheet) -> list[Any] | None:
    """The numbers of the chart that all the figures of a column were written from."""
    for numbers in item.numbers.values():
        pairs = [(each, value) for each, value in zip(read, numbers, strict=True) if each is not None]
        if pairs and all(is_number(value) and each.holds(value) for each, value in pairs):
            whole = all(float(value).is_integer() for _, value in pairs)
            if not whole and all(is_number(value) for value in numbers):
                return list(numbers)
    return None


def day_of(value: Any) -> Any:
    """A day as such, and anything else as it is."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return dt.date.fromisoformat(value)
    return value


def illustrate(sheet: Any, item: Sheet, columns: Sequence[Column], top: int, lang: str) -> None:
    """The chart beside its table: one of the spreadsheet where the table holds all that it draws, or the picture."""
    corner = sheet.cell(top, len(columns) + 2 if columns else 1).coordinate
    if item.picture and (found := drawn_from(item, columns, lang)) is not None:
        add_native(sheet, found, columns, top)
        return
    scores = next((at for at, column in enumerate(columns[:2]) if column.head == word("score", lang)), 0)
    # A score over time is a line with its band, which the picture shows.
    if (
        scores
        and columns[0].head != word("chart_period", lang)
        and item.picture
        and 1 < len(item.rows) <= MOST_BARS
        and side(columns[scores]) == "right"
    ):
        sheet.add_chart(bars(sheet, columns, scores, top), corner)
    elif item.picture and find_spec("PIL") is not None:
        sheet.add_image(picture(item.picture), corner)


def bars(sheet: Any, columns: Sequence[Column], scores: int, top: int) -> Any:
    """Scores by group as bars, the first group on top."""
    charts = optional_import("openpyxl.chart", extra="excel", purpose="write a workbook")
    labels = optional_import("openpyxl.chart.label", extra="excel", purpose="write a workbook")
    last = top + len(columns[0].values)
    chart = charts.BarChart()
    chart.type, chart.legend, chart.gapWidth = "bar", None, 60
    chart.add_data(charts.Reference(sheet, min_col=scores + 1, min_row=top, max_row=last), titles_from_data=True)
    chart.set_categories(charts.Reference(sheet, min_col=1, min_row=top + 1, max_row=last))
    chart.title = None
    chart.x_axis.scaling.orientation = "maxMin"
    # Without this the newest spreadsheets leave the axes out.
    chart.x_axis.delete, chart.y_axis.delete = False, False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = "0"
    series = chart.series[0]
    series.graphicalProperties.solidFill = "2B6A8A"
    series.invertIfNegative = False
    series.dLbls = labels.DataLabelList()
    series.dLbls.showVal, series.dLbls.showSerName, series.dLbls.showCatName = True, False, False
    series.dLbls.showLegendKey = False
    chart.width, chart.height = 18, max(6, 0.8 * len(columns[0].values) + 2.5)
    return chart


def picture(svg: str) -> Any:
    """A chart as it stands in the page, sharp on paper."""
    converter = optional_import("vl_convert", extra="report", purpose="put charts into a workbook")
    images = optional_import("openpyxl.drawing.image", extra="excel", purpose="write a workbook")
    image = images.Image(io.BytesIO(converter.svg_to_png(svg, scale=2)))
    shown = min(image.width / 2, PICTURE_WIDTH)
    image.width, image.height = int(shown), int(image.height * shown / image.width)
    return image
