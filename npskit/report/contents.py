"""What an executed report says, as plain records: its sentences in order, its tables, and its charts as tables.

A workbook shows what the page shows, so it is made of the very outputs that the page is made of: our sections and any
table that is HTML, and of a chart what one reads when pointing at it, which every chart of ours says in words of the
language. Where the chart also holds the number behind a figure, the number is taken. So templates know nothing of
workbooks, and an organisation's own template needs nothing for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from npskit.report.page import HIDDEN, VEGALITE, joined
from npskit.report.pointed import Pointed, pointed, said

__all__ = ["TABLE_TYPE", "Line", "Sheet", "contents"]

# The standard type of a table with its fields described (Frictionless Data).
TABLE_TYPE = "application/vnd.dataresource+json"
EMPHASIS = re.compile(r"\*\*|`")
HEADINGS = ("h1", "h2", "h3", "h4")
TEXTS = (*HEADINGS, "p", "li", "dt", "dd")
# What sections of ours are called in the page, where they are more than a section.
PARTS = ("lead", "caption", "note")
SILENT = ("style", "script", "svg", "template")


@dataclass(frozen=True)
class Line:
    """A sentence or a heading.

    Attributes
    ----------
    kind : str
        The element it was: ``h1, h2, h3, p, li, dt, dd``.
    text : str
    part : str
        What it is in the page: ``kicker, lead, caption, note``; empty for the rest.
    """

    kind: str
    text: str
    part: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table as it was shown.

    Attributes
    ----------
    name : str
        The heading it stands under.
    title : str
        The finding of its chart; empty for a table.
    notes : tuple of str
        What is said below the title.
    heads : tuple of str
    rows : tuple of tuple
        Texts as shown, or numbers.
    numbers : mapping of str to list
        Other numbers of the same rows, among which are those behind the texts.
    formats : mapping of int to str
        Of columns that hold numbers already.
    picture : str
        The chart as SVG.
    spec : mapping
        The chart as specified, once for all of its tables.
    """

    name: str
    title: str = ""
    notes: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    numbers: Mapping[str, list[Any]] = field(default_factory=dict)
    formats: Mapping[int, str] = field(default_factory=dict)
    picture: str = ""
    spec: Mapping[str, Any] = field(default_factory=dict, repr=False)


def contents(notebook: Any, lang: str) -> list[Line | Sheet]:
    """Everything a notebook shows, in its order."""
    found: list[Line | Sheet] = []
    for data in outputs(notebook):
        name = next((item.text for item in reversed(found) if isinstance(item, Line) and item.kind in HEADINGS), "")
        found += parts(data, name, lang)
    return found


def outputs(notebook: Any) -> Iterator[Mapping[str, Any]]:
    """The display bundles that a page shows."""
    for cell in notebook.cells:
        if HIDDEN & set(cell.metadata.get("tags", ())):
            continue
        if cell.cell_type == "markdown":
            yield {"text/markdown": cell.source}
        for output in cell.get("outputs", ()):
            if output.output_type in ("display_data", "execute_result"):
                yield output.data
            elif output.output_type == "stream" and output.name == "stdout":
                yield {"text/plain": output.text}


def parts(data: Mapping[str, Any], name: str, lang: str) -> list[Line | Sheet]:
    """Lines and tables of an output."""
    if TABLE_TYPE in data:
        tables = data[TABLE_TYPE]
        return [described(each, name) for each in (tables if isinstance(tables, list) else [tables])]
    if specs := [kind for kind in data if VEGALITE.fullmatch(kind)]:
        return list(charted(data[specs[0]], name, joined(data.get("image/svg+xml", "")), lang))
    if "text/html" in data:
        return read_html(joined(data["text/html"]), name)
    text = joined(data.get("text/markdown") or data.get("text/plain") or "")
    return [Line(*marked(line)) for line in text.splitlines() if line.strip()]


def marked(line: str) -> tuple[str, str]:
    """Kind and text of a line of Markdown."""
    text = EMPHASIS.sub("", line.lstrip("#")).strip()
    level = len(line) - len(line.lstrip("#"))
    return (f"h{min(level, 3)}" if level else "p"), text


def described(table: Mapping[str, Any], name: str) -> Sheet:
    """A table that comes with the description of its fields."""
    fields = table["schema"]["fields"]
    rows = tuple(tuple(row.get(each["name"]) for each in fields) for row in table["data"])
    heads = tuple(str(each.get("title") or each["name"]) for each in fields)
    return Sheet(str(table.get("title") or name), heads=heads, rows=rows)


def read_html(html: str, name: str) -> list[Line | Sheet]:
    """Lines and tables of HTML."""
    reader = Reader(name)
    reader.feed(html)
    reader.close()
    return reader.found


class Reader(HTMLParser):
    """Collects headings, paragraphs, items and tables."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name, self.found = name, list[Line | Sheet]()
        self.rows: list[list[str]] | None = None
        self.text: list[str] | None = None
        self.silent, self.part, self.kicker = 0, "", False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Begin a text, a row or a table."""
        if tag in SILENT:
            self.silent += 1
        elif tag == "table":
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag == "section":
            self.part = next((name for name in PARTS if f"nps-{name}" in classes_of(attrs)), "")
        elif tag in TEXTS or tag in ("td", "th"):
            self.text, self.kicker = [], "nps-kicker" in classes_of(attrs)

    def handle_data(self, data: str) -> None:
        """Text, where it is shown."""
        if self.text is not None and not self.silent:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """A text, or a table, is complete."""
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "section":
            self.part = ""
        elif tag == "table" and self.rows is not None:
            self.found += [table_of(self.rows, self.name)] if len(self.rows) > 1 else []
            self.rows = None
        elif self.text is not None and (tag in TEXTS or tag in ("td", "th")):
            text, self.text = " ".join("".join(self.text).split(" ")).strip(), None
            if tag in ("td", "th"):
                if self.rows:
                    self.rows[-1].append(text)
            elif text:
                self.found.append(Line(tag, text, "kicker" if self.kicker else self.part))
                self.name = text if tag in HEADINGS else self.name


def classes_of(attrs: Any) -> list[str]:
    """The classes of an element."""
    return (dict(attrs).get("class") or "").split()


def table_of(rows: Sequence[Sequence[str]], name: str) -> Sheet:
    """A table of HTML; the first row holds its heads."""
    width = max(map(len, rows))
    heads, *others = [(*row, *[""] * (width - len(row))) for row in rows]
    return Sheet(name, heads=heads, rows=tuple(others))


def charted(spec: Mapping[str, Any], name: str, picture: str, lang: str) -> Iterator[Sheet]:
    """A chart as the tables that one reads when pointing at it; one without rows if there are none."""
    title, notes = said(spec.get("title"))
    for at, table in enumerate(pointed(spec, lang) or [Pointed(())]):
        rows = tuple(table.rows)
        drawn, once = ("", {}) if at else (picture, spec)
        yield Sheet(name or title, title, notes, table.heads, rows, table.numbers, table.formats, drawn, once)
