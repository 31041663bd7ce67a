"""Where labels stand beside their points so that none covers another.

Vega can hide labels that collide, and a map of drivers with half of its names hidden is no map. So the places are
computed here, with texts measured by their letters: each label tries places around its point, near ones
first, and takes the one that is free and costs least; farther ones get a thin line to their point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from npskit.charts.letters import text_width

__all__ = ["LABEL_LINE", "Box", "Placed", "box_of", "placed"]

SIZE, LINE_HEIGHT = 11.5, 13
LABEL_LINE = 20
# Distances tried, in pixels from the point; beyond the first two a line leads to the label.
DISTANCES = (9, 14, 24, 36, 52, 72, 96, 124, 156)
LED_FROM = 20
DIRECTIONS = 16
MARGIN = 2.0

PASSES = 4

Align = Literal["left", "center", "right"]
Line = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from its left and top."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """Area in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0

    def grown(self, by: float) -> Box:
        """The same with a margin."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point of the rectangle that is nearest."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


@dataclass(frozen=True, slots=True)
class Placed:
    """A label: its box, how its text is aligned, and where a line to the point ends, if it needs one."""

    box: Box
    align: Align
    led_to: tuple[float, float] | None

    @property
    def anchor(self) -> float:
        """Where the text is anchored across."""
        middle = (self.box.left + self.box.right) / 2
        return {"left": self.box.left, "right": self.box.right, "center": middle}[self.align]


def box_of(lines: Sequence[str], left: float, top: float) -> Box:
    """The rectangle of some lines of text."""
    wide = max((text_width(line, SIZE) for line in lines), default=0.0)
    return Box(left, top, left + wide, top + LINE_HEIGHT * len(lines))


def placed(
    points: Sequence[tuple[float, float]],
    texts: Sequence[Sequence[str]],
    *,
    width: float,
    height: float,
    radius: float = 6.0,
    taken: Sequence[Box] = (),
    avoided: Sequence[Box] = (),
) -> list[Placed | None]:
    """A place for each label inside `width` × `height`, or None where there is no room.

    Parameters
    ----------
    points : sequence of (x, y)
        In pixels from the top left; the labels of the first ones are placed first.
    texts : sequence of lines
    radius : float, optional
        Of the points, which no label may cover.
    taken, avoided : sequence of Box, optional
        What no label may cover, and what it covers only when it must.

    Examples
    --------
    >>> one, other = placed([(50, 50), (52, 52)], [["checkout"], ["price"]], width=200, height=100)
    >>> one.box.overlap(other.box)
    0.0
    """
    order = list(range(len(points)))
    best: list[Placed | None] = []
    for _ in range(PASSES):
        found = one_pass(points, texts, order, Box(0, 0, width, height), radius, taken, avoided)
        if not best or found.count(None) < best.count(None):
            best = found
        left = [at for at in order if found[at] is None]
        if not left:
            break
        order = [*left, *(at for at in order if found[at] is not None)]
    return best


def one_pass(
    points: Sequence[tuple[float, float]],
    texts: Sequence[Sequence[str]],
    order: Sequence[int],
    page: Box,
    radius: float,
    taken: Sequence[Box],
    avoided: Sequence[Box],
) -> list[Placed | None]:
    """Each label in turn where it is cheapest; those without room are tried first in the next pass."""
    dots = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    blocked = list(taken)
    lines: list[Line] = []
    out: list[Placed | None] = [None] * len(points)
    for at in order:
        if not texts[at]:
            continue
        others = [*blocked, *(dot for dot in dots if dot != dots[at])]
        choice = best_choice(points[at], texts[at], radius, page, others, avoided, lines)
        out[at] = choice
        if choice is not None:
            blocked.append(choice.box.grown(MARGIN))
            if choice.led_to is not None:
                lines.append((points[at], choice.led_to))
    return out


def best_choice(
    point: tuple[float, float],
    text: Sequence[str],
    radius: float,
    page: Box,
    blocked: Sequence[Box],
    avoided: Sequence[Box],
    lines: Sequence[Line],
) -> Placed | None:
    """The cheapest place that is free; farther ones are not looked at when they cannot be cheaper."""
    least, best = math.inf, None
    size = box_of(text, 0, 0)
    walls, hedges = corners(blocked), corners(avoided)
    for distance in DISTANCES:
        if distance > least:
            break
        found = choices(*point, distance, size, radius, page)
        boxes = corners([choice.box for choice in found])
        covers = (overlaps(boxes, walls) > 0).sum(axis=1)
        avoiding = overlaps(boxes, hedges).sum(axis=1)
        for choice, covered, area in zip(found, covers, avoiding, strict=True):
            worth = math.inf if covered else cost(choice, point, float(area), blocked, lines, least)
            if worth < least:
                least, best = worth, choice
    return best


def corners(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Left, top, right and bottom of each box, a row each."""
    return np.array([(box.left, box.top, box.right, box.bottom) for box in boxes], dtype=float).reshape(-1, 4)


def overlaps(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area that each box has in common with each of the others."""
    first = np.maximum(boxes[:, None, :2], others[None, :, :2])
    last = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    area: NDArray[np.float64] = (last - first).clip(min=0).prod(axis=2)
    return area


def choices(x: float, y: float, distance: float, size: Box, radius: float, page: Box) -> list[Placed]:
    """Places at a distance from a point that lie inside the page, the one at the right first."""
    found = []
    for step in range(DIRECTIONS):
        angle = 2 * math.pi * step / DIRECTIONS
        across, down = math.cos(angle), math.sin(angle)
        align: Align = "left" if across > 0.3 else "right" if across < -0.3 else "center"
        reach = max(distance, radius + (3 if align == "center" else 4))
        left = x + reach * across - {"left": 0.0, "right": size.right, "center": size.right / 2}[align]
        top = y + reach * down - (size.bottom if down < -0.5 else 0.0 if down > 0.5 else size.bottom / 2)
        box = Box(left, top, left + size.right, top + size.bottom)
        if box.left >= page.left and box.right <= page.right and box.top >= page.top and box.bottom <= page.bottom:
            found.append(Placed(box, align, box.nearest(x, y) if distance >= LED_FROM else None))
    return found


def cost(
    choice: Placed,
    point: tuple[float, float],
    avoiding: float,
    blocked: Sequence[Box],
    lines: Sequence[Line],
    least: float,
) -> float:
    """How bad a free place is: infinite where it costs more than `least`, else by what it covers and crosses."""
    total = math.dist(choice.box.nearest(*point), point)
    # beside the point reads better than above or below it
    total += {"left": 0.0, "right": 1.0, "center": 4.0}[choice.align] + (12 if choice.led_to else 0)
    total += 0.08 * avoiding
    if total >= least or any(crosses_box(*line, choice.box) for line in lines):
        return math.inf
    if choice.led_to is None:
        return total
    if any(crosses_box(point, choice.led_to, box) for box in blocked):
        return math.inf
    return total + sum(60.0 for line in lines if crossing(point, choice.led_to, *line))


def crosses_box(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    """Whether a line passes through a rectangle (Liang and Barsky 1984)."""
    first, last = 0.0, 1.0
    sides = ((box.left, box.right), (box.top, box.bottom))
    for (low, high), at, to in zip(sides, start, end, strict=True):
        step = to - at
        if step == 0:
            if not low < at < high:
                return False
            continue
        enters, leaves = sorted(((low - at) / step, (high - at) / step))
        first, last = max(first, enters), min(last, leaves)
    return first < last


def crossing(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    """Whether two lines cross."""

    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
