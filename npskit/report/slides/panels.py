"""Panels beside each other as charts of one slide, each of which can be edited.

A chart of groups is the same chart again and again: what one compares is where the marks stand, so the panels keep one
scale, one size and one order of periods. What the series are is said once above them, and a group's name stands above
its chart. A slide holds so many as can be read; the others follow on the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from npskit.charts.theme import MUTED
from npskit.labels import word
from npskit.report.pointed import rows_of, said
from npskit.report.slides.drawing import drawing
from npskit.report.slides.marks import marks_of
from npskit.report.slides.measure import LINE, height_of, lines_in, shortened, width_of
from npskit.report.slides.series import Drawing, Series, reached

__all__ = ["SIGNS", "Panel", "Panels", "Placed", "arranged", "key_name", "key_text", "keys_height", "panels", "skipped"]

Spec = Mapping[str, Any]
Box = tuple[float, float, float, float]
BESIDE = ("hconcat", "vconcat", "concat")
NAMED = re.compile(r"(\[.*\])\[datum\.value\]")
# On a slide, in a row, and beyond which nobody turns the slides.
MOST_A_SLIDE, MOST_A_ROW, MOST = 6, 3, 36
LETTERS, GAP = 12.0, 18.0
# The least that a chart needs: along its places, across them, and of a row of names with its axis.
LEAST_WIDTH, LEAST_HEIGHT, LEAST_NAMED, AXES, NAMES = 240.0, 118.0, 380.0, 40.0, 0.3
# Beyond this a bar is thick, and not easier to read.
MOST_A_BAR, LEGEND = 52.0, 22.0
# How a series is drawn, as a character.
SIGNS = {"bar": "■", "dots": "●", "line": "—"}
# Kinds whose names stand beside their bars, and not below.
ACROSS = ("rows", "bridge")


@dataclass(frozen=True)
class Panel:
    """A chart among others.

    Attributes
    ----------
    title : str
    drawn : Drawing
    """

    title: str
    drawn: Drawing


@dataclass(frozen=True)
class Panels:
    """All panels of a chart.

    Attributes
    ----------
    panels : tuple of Panel
    stacked : bool
        Whether they stand below each other, as parts of one picture do.
    keys : tuple of Series
        What all of them draw, said once; empty where each says it itself, or where there is one thing only.
    """

    panels: tuple[Panel, ...]
    stacked: bool = False
    keys: tuple[Series, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A panel on a slide: its title and its chart, in points from the corner of the place for all."""

    panel: Panel
    title: str
    above: Box
    box: Box


def panels(spec: Spec, lang: str) -> Panels | None:
    """The native charts of a specification of several panels; None where one of them is none, or there is one only.

    Examples
    --------
    >>> rows = [{"shop": shop, "name": name, "score": 5.0, "row": name} for shop in "ab" for name in "xy"]
    >>> place, tips = {"field": "row", "type": "ordinal"}, [{"field": "name"}, {"field": "score"}]
    >>> bars = {"x": {"field": "score", "type": "quantitative"}, "y": place, "tooltip": tips}
    >>> facet = {"facet": {"field": "shop"}, "data": {"values": rows}, "spec": {"mark": "bar", "encoding": bars}}
    >>> found = panels(facet, "en")
    >>> [(panel.title, panel.drawn.kind, panel.drawn.low, panel.drawn.high) for panel in found.panels]
    [('a', 'rows', 0.0, 5.0), ('b', 'rows', 0.0, 5.0)]
    """
    pieces = list(pieces_of(spec))
    if not 1 < len(pieces) <= MOST:
        return None
    drawings = [drawing(piece, lang, terse=True) for _, piece in pieces]
    days = sorted({day for each in drawings if each for day in each.days})
    if any(each and each.days and list(each.days) != days for each in drawings):
        # A group without an answer in a period has a gap there, and not another axis.
        drawings = [drawing(piece, lang, terse=True, days=days) for _, piece in pieces]
    known = [each for each in drawings if each is not None]
    if len(known) < len(pieces):
        return None
    known = [briefly(each, lang) for each in shared(spec, [piece for _, piece in pieces], known)]
    named = [entries(each) for each in known]
    alike = all([each.name for each in names] == [each.name for each in named[0]] for names in named)
    keys = tuple(coloured([names[at] for names in named]) for at in range(len(named[0]))) if alike else ()
    found = tuple(Panel(title or titled(piece, each), each) for (title, piece), each in zip(pieces, known, strict=True))
    return Panels(found, "vconcat" in spec, keys if len(keys) > 1 else ())


def pieces_of(spec: Spec) -> Iterator[tuple[str, Spec]]:
    """Each panel as a chart of its own, with its title."""
    if "facet" in spec:
        yield from faceted(spec)
        return
    for name in BESIDE:
        for piece in spec.get(name) or ():
            inherited = {"data": spec.get("data") or {}, **piece, "datasets": spec.get("datasets") or {}}
            several = list(pieces_of(inherited))
            yield from several or [(said(piece.get("title"))[0], inherited)]


def faceted(spec: Spec) -> Iterator[tuple[str, Spec]]:
    """The panels of a facet by one field, in the order of its rows."""
    facet, rows = spec["facet"], rows_of(spec.get("data") or {}, spec)
    name = str(facet.get("field") or "")
    if not name or facet.get("bin") or facet.get("timeUnit") or spec.get("transform"):
        return
    found = NAMED.fullmatch(str((facet.get("header") or {}).get("labelExpr") or ""))
    names = json.loads(found[1]) if found else []
    for level in dict.fromkeys(row.get(name) for row in rows):
        at = int(level) if isinstance(level, (int, float)) else len(names)
        title = names[at] if at < len(names) else level
        lines = title if isinstance(title, list) else [title]
        own = {"values": [row for row in rows if row.get(name) == level]}
        yield " · ".join(" ".join(str(line).split()) for line in lines), {**spec["spec"], "data": own}


def briefly(drawn: Drawing, lang: str) -> Drawing:
    """With months by their short names, where periods are called so."""
    short = {word(f"month_{month}", lang): word(f"month_short_{month}", lang) for month in range(1, 13)}
    names = tuple(" ".join(short.get(part, part) for part in name.split(" ")) for name in drawn.categories)
    return replace(drawn, categories=names) if drawn.kind == "time" and len(set(names)) == len(names) else drawn


def shared(spec: Spec, pieces: Sequence[Spec], drawn: Sequence[Drawing]) -> list[Drawing]:
    """With one scale for all, where the chart has one."""
    channel = "x" if drawn[0].kind in ACROSS else "y"
    said_so = ((spec.get("resolve") or {}).get("scale") or {}).get(channel)
    ranges = {json.dumps(each) for piece in pieces for each in domains(piece, channel)}
    one = said_so != "independent" if "facet" in spec else said_so == "shared" or len(ranges) == 1
    if not one or len({each.kind for each in drawn}) > 1 or drawn[0].kind == "bridge":
        return list(drawn)
    ends = [end for each in drawn for end in reached(each)]
    return [replace(each, low=min(ends), high=max(ends)) for each in drawn]


def domains(piece: Spec, channel: str) -> Iterator[Any]:
    """What the scales of a panel reach over."""
    for mark in marks_of(piece):
        if (mark.encoding(channel).get("scale") or {}).get("domain"):
            yield mark.encoding(channel)["scale"]["domain"]


def entries(drawn: Drawing) -> list[Series]:
    """The series that a reader tells apart, each name once."""
    told = [each for each in drawn.series if each.look not in ("hidden", "guide", "limit") and each.name]
    return list({each.name: each for each in reversed(told)}.values())[::-1]


def coloured(alike: Sequence[Series]) -> Series:
    """A series of all panels, in grey where they have different colours."""
    one = len({each.colour for each in alike}) == 1 and not alike[0].colours
    return alike[0] if one else replace(alike[0], colour=MUTED)


def titled(piece: Spec, drawn: Drawing) -> str:
    """What a panel without a title shows: what its axis or its only series says."""
    channel = "x" if drawn.kind in ACROSS else "y"
    axes = [mark.encoding(channel).get("axis") or {} for mark in marks_of(piece)]
    title = next((str(each["title"]) for each in axes if isinstance(each, Mapping) and each.get("title")), "")
    names = [each.name for each in entries(drawn)]
    return title or (names[0] if len(names) == 1 else "")


def keys_height(keys: Sequence[Series], width: float) -> float:
    """What the line takes that says what the series are."""
    return height_of(key_text(keys), LETTERS, width) + 8.0 if keys else 0.0


def key_text(keys: Sequence[Series]) -> str:
    """That line.

    Examples
    --------
    >>> key_text([Series("score", (), look="dots"), Series("level", (), look="line")])
    '● score    — level'
    """
    return "".join(f"{SIGNS.get(each.look, SIGNS['bar'])} {key_name(keys, at)}" for at, each in enumerate(keys))


def key_name(keys: Sequence[Series], at: int) -> str:
    """A name in it, with the space to the next."""
    return keys[at].name + ("" if at == len(keys) - 1 else "    ")


def arranged(found: Panels, width: float, room: float) -> list[list[Placed]]:
    """The panels by slides, in rows and columns of one size; empty where one is larger than a slide."""
    room -= keys_height(found.keys, width)
    tried = []
    for columns in range(1, min(MOST_A_ROW, len(found.panels)) + 1):
        wide = (width - (columns - 1) * GAP) / columns
        roomy = all(wide >= least_width(each.drawn) for each in found.panels)
        if roomy and (pages := paged(found, columns, wide, room)):
            empty = -len(found.panels) % columns
            tried.append(((len(pages), empty, columns if found.stacked else -columns), columns, wide, pages))
    if not tried:
        return []
    _, columns, wide, pages = min(tried, key=lambda each: each[0])
    rows = max(len(page) for page in pages)
    return [list(on_slide(page, columns, wide, room, len(pages) > 1, rows, bool(found.keys))) for page in pages]


def paged(found: Panels, columns: int, wide: float, room: float) -> list[list[Sequence[Panel]]]:
    """Rows of panels by slides, as even as can be; none where a row is higher than a slide."""
    rows: list[Sequence[Panel]] = [found.panels[at : at + columns] for at in range(0, len(found.panels), columns)]
    needs = [max(least_height(each, wide, bool(found.keys)) for each in row) for row in rows]
    most = min(MOST_A_SLIDE // columns, max(1, int((room + GAP) // (max(needs) + GAP))))
    if max(needs) > room:
        return []
    most = -(-len(rows) // -(-len(rows) // most))
    return [rows[at : at + most] for at in range(0, len(rows), most)]


def on_slide(
    page: Sequence[Sequence[Panel]], columns: int, wide: float, room: float, several: bool, rows: int, keyed: bool
) -> Iterator[Placed]:
    """Where each panel stands; on several slides all are as high as on the fullest."""
    needs = [max(least_height(each, wide, keyed) for each in row) for row in page]
    count = rows if several else len(page)
    spare = (room - (count - 1) * GAP - (max(needs) * count if several else sum(needs))) / count
    top = 0.0
    for row, need in zip(page, needs, strict=True):
        tall = min((max(needs) if several else need) + spare, max(map(most_height, row)))
        heading = max(title_height(each.title, wide) for each in row)
        for at, each in enumerate(row):
            left = at * (wide + GAP)
            title = shortened(each.title, LETTERS, wide, 2 * LINE * LETTERS, True)
            yield Placed(each, title, (left, top, wide, heading), (left, top + heading, wide, tall - heading))
        top += tall + GAP


def least_width(drawn: Drawing) -> float:
    """How wide a panel has to be."""
    return LEAST_NAMED if drawn.kind in ACROSS else LEAST_WIDTH


def least_height(panel: Panel, wide: float, keyed: bool) -> float:
    """How high a panel has to be, with its title and what says its series."""
    drawn = panel.drawn
    extra = title_height(panel.title, wide) + (LEGEND if len(entries(drawn)) > 1 and not keyed else 0.0)
    if drawn.kind not in ACROSS:
        return LEAST_HEIGHT + extra
    bars = len(drawn.series) if drawn.kind == "rows" else 1
    rows = (max(bars, lines_in(name, LETTERS, NAMES * wide)) * LINE * LETTERS + 3 for name in drawn.categories)
    return sum(rows) + AXES + extra


def most_height(panel: Panel) -> float:
    """How high a panel may be: bars need not be thick."""
    drawn = panel.drawn
    return MOST_A_BAR * len(drawn.categories) + 110.0 if drawn.kind in ACROSS else float("inf")


def title_height(title: str, wide: float) -> float:
    """Of the name above a panel, which has two lines at most."""
    return (min(2, lines_in(title, LETTERS, wide, True)) * LINE * LETTERS + 2.0) if title else 0.0


def skipped(drawn: Drawing, wide: float) -> int:
    """Of how many periods one is named, so that names stand beside each other.

    Examples
    --------
    >>> skipped(Drawing("time", ("January 2024",) * 12, ()), 280), skipped(Drawing("time", ("Q1",) * 4, ()), 280)
    (5, 1)
    """
    widest = max((width_of(name, LETTERS) for name in drawn.categories), default=0.0) + 10.0
    return max(1, -(-int(widest * len(drawn.categories)) // int(wide - 50.0)))
