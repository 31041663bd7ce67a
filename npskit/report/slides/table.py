"""Tables that fit: columns as wide as their words, rows as high as theirs, and as many slides as that takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from npskit.labels import number
from npskit.report.figures import figure, is_empty, range_pattern
from npskit.report.pointed import is_number
from npskit.report.slides.measure import LINE, height_of, lines_in, shortened, width_of

__all__ = ["PADDING", "SIZES", "Grid", "pages_of"]

SIZES, USUAL = (16.0, 14.0, 13.0, 12.0), 1
# Beside and above the text of a cell.
PADDING = (6.0, 3.5)
# Columns of words are not made narrower, and take no more than a part of a slide before they break.
NARROWEST, WIDEST = 84.0, 0.42


@dataclass(frozen=True)
class Grid:
    """A table as texts.

    Attributes
    ----------
    heads : tuple of str
        Empty where there are none.
    rows : tuple of tuple of str
    figures : tuple of bool
        Whether a column holds figures, which stand to the right.
    widths, heights : tuple of float
        Of columns, and of the head with the rows.
    size : float
        Of the letters.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[bool, ...]
    widths: tuple[float, ...] = ()
    heights: tuple[float, ...] = field(default=())
    size: float = SIZES[USUAL]

    @classmethod
    def of(cls, heads: Sequence[str], rows: Sequence[Sequence[Any]], lang: str) -> Grid:
        """Rows as they are shown."""
        texts = tuple(tuple(shown(value, lang) for value in row) for row in rows)
        figures = tuple(all(is_figure(row[at], lang) for row in texts) for at in range(len(heads)))
        return cls(tuple(heads), texts, figures)

    def columns(self, kept: Sequence[int]) -> Grid:
        """Some of the columns."""
        chosen = [tuple(row[at] for at in kept) for row in (self.heads, *self.rows) if row]
        heads, rows = (chosen[0], chosen[1:]) if self.heads else ((), chosen)
        return replace(self, heads=heads, rows=tuple(rows), figures=tuple(self.figures[at] for at in kept))


def shown(value: Any, lang: str) -> str:
    """A value as the language writes it."""
    if value is None:
        return "–"
    if is_number(value):
        return number(value, digits=0 if float(value).is_integer() else 1, lang=lang)
    return str(value)


def is_figure(text: str, lang: str) -> bool:
    """Whether a text is a figure, a range of them, or nothing."""
    text = text.split(" (")[0]
    return is_empty(text) or figure(text, lang) is not None or bool(ranged(text, lang))


def ranged(text: str, lang: str) -> bool:
    """Whether a text is a range of figures."""
    found = range_pattern(lang).fullmatch(text)
    return bool(found) and all(figure(each, lang) for each in found.groups()) if found else False


def pages_of(grid: Grid, width: float, first: float, room: float) -> list[Grid]:
    """The parts of a table that fit a width and a height, which is less on the first slide.

    Examples
    --------
    >>> grid = Grid.of(("shop", "score"), [("Lyon", "+5")] * 40, "en")
    >>> [len(page.rows) for page in pages_of(grid, 800, 300, 370)]
    [10, 10, 10, 10]
    """
    tried = [
        [page for part in across(grid, width, SIZES[at:]) for page in down(part, first, room)]
        for at in range(len(SIZES))
    ]
    # Larger letters where there is room, smaller ones where they save a slide.
    found = next((pages for pages in tried if len(pages) == 1), tried[USUAL])
    if len(found) == 1 or len({page.heads for page in found}) > 1:
        return found
    # Parts of one length: two rows alone on a slide look forgotten.
    most = -(-len(grid.rows) // len(found))
    even = [page for part in across(grid, width, SIZES[USUAL:]) for page in down(part, first, room, most)]
    return even if len(even) == len(found) else found


def across(grid: Grid, width: float, sizes: Sequence[float] = SIZES) -> Iterator[Grid]:
    """A table that fits a width; one with too many columns as several that repeat the first."""
    for size in sizes:
        if (widths := fitted(grid, size, width)) is not None:
            yield measured(replace(grid, widths=widths, size=size))
            return
    most = max(2, next(count for count in range(len(grid.figures) - 1, 0, -1)
                       if fitted(grid.columns(range(count)), SIZES[-1], width) is not None or count <= 2))  # fmt: skip
    yield from across(grid.columns(range(most)), width) if most < len(grid.figures) else ()
    rest = [0, *range(most, len(grid.figures))]
    if len(rest) > 1:
        yield from across(grid.columns(rest), width)


def fitted(grid: Grid, size: float, width: float) -> tuple[float, ...] | None:
    """Widths of the columns; None where they do not fit."""
    pad = 2 * PADDING[0]
    natural, least = [], []
    for at, figures in enumerate(grid.figures):
        texts = [row[at] for row in grid.rows]
        head = grid.heads[at] if grid.heads else ""
        whole = max((width_of(text, size, not at) for text in texts), default=0.0)
        longest = max((width_of(part, size, True) for part in head.split()), default=0.0)
        natural.append(max(whole, min(width_of(head, size, True), 1.6 * longest + 8)) * 1.04 + pad)
        broken = max((width_of(part, size) for text in texts for part in text.split(" ")), default=0.0)
        least.append(
            natural[-1] if figures else min(natural[-1], max(NARROWEST, longest + pad, min(broken, 160) + pad))
        )
    if not grid.heads:
        label = min(max(natural[0], 110.0), 170.0)
        return (label, width - label)
    if sum(least) > width:
        return tuple(width * each / sum(least) for each in least) if len(least) <= 2 else None
    spare = width - sum(least)
    wanted = [max(0.0, whole - low) for whole, low in zip(natural, least, strict=True)]
    share = min(1.0, spare / sum(wanted)) if sum(wanted) else 0.0
    return tuple(low + share * more for low, more in zip(least, wanted, strict=True))


def measured(grid: Grid) -> Grid:
    """With the heights of its rows."""
    rows = [grid.heads, *grid.rows] if grid.heads else list(grid.rows)
    return replace(
        grid, heights=tuple(row_height(row, grid, bool(grid.heads) and not at) for at, row in enumerate(rows))
    )


def row_height(row: Sequence[str], grid: Grid, bold: bool) -> float:
    """For the longest of its texts."""
    inner = [width - 2 * PADDING[0] for width in grid.widths]
    lines = [lines_in(text, grid.size, width, bold or not at)
             for at, (text, width) in enumerate(zip(row, inner, strict=True))]  # fmt: skip
    return max(lines, default=1) * LINE * grid.size + 2 * PADDING[1]


def down(grid: Grid, first: float, room: float, most: int | None = None) -> Iterator[Grid]:
    """Rows by the slides that hold them, at most so many; the heads stand on each."""
    head = grid.heights[: bool(grid.heads)]
    top = sum(head)
    rows: list[tuple[str, ...]] = []
    heights: list[float] = []
    left = first
    for row, height in zip(grid.rows, grid.heights[len(head) :], strict=True):
        if height > room - top:
            row, height = cut(row, grid, room - top), room - top
        if rows and (top + sum(heights) + height > left or len(rows) == most):
            yield replace(grid, rows=tuple(rows), heights=(*head, *heights))
            rows, heights, left = [], [], room
        rows.append(row)
        heights.append(height)
    if rows:
        yield replace(grid, rows=tuple(rows), heights=(*head, *heights))


def cut(row: Sequence[str], grid: Grid, height: float) -> tuple[str, ...]:
    """A row whose texts fit one slide; the notes hold them whole."""
    inner = [width - 2 * PADDING[0] for width in grid.widths]
    return tuple(
        shortened(text, grid.size, width, height - 2 * PADDING[1])
        if height_of(text, grid.size, width) > height - 2 * PADDING[1] else text
        for text, width in zip(row, inner, strict=True)
    )  # fmt: skip
