"""Which points of a chart are named, and on which side: a presentation's program does not move names that collide."""

from __future__ import annotations

from npskit.report.slides.measure import LINE, width_of
from npskit.report.slides.series import Series

__all__ = ["placed"]

# What axes and their titles take of a chart's width and height, and how far a name is from its point.
AXES, GAP = (90.0, 70.0), 7.0
Box = tuple[float, float, float, float]


def placed(
    series: Series, reach: tuple[float, float, float, float], size: tuple[float, float], letters: float
) -> dict[int, str]:
    """Value to "left" or "right", of those whose names have room; the highest come first.

    Parameters
    ----------
    series : Series
    reach : tuple of float
        Ends of both axes: left, right, bottom, top.
    size : tuple of float
        Width and height of the chart, in points.
    letters : float
        Size of the names.

    Examples
    --------
    >>> two = Series("", (1.0, 1.0), xs=(0.0, 0.1), labels=("Lyon", "Nice"), lefts=(False, False))
    >>> placed(two, (0, 10, 0, 2), (500, 300), 12)
    {0: 'left', 1: 'right'}
    """
    width, height = (whole - axes for whole, axes in zip(size, AXES, strict=True))
    left, right, bottom, top = reach
    spots = [
        (width * (x - left) / (right - left), height * (top - (y or 0.0)) / (top - bottom))
        for x, y in zip(series.xs, series.values, strict=True)
    ]
    taken: list[Box] = [(x - 4, y - 4, x + 4, y + 4) for x, y in spots]
    found: dict[int, str] = {}
    for at in sorted(range(len(spots)), key=lambda at: -(series.values[at] or 0.0)):
        if not series.labels[at]:
            continue
        sides = ("left", "right") if series.lefts and series.lefts[at] else ("right", "left")
        for side in sides:
            box = box_of(spots[at], series.labels[at], letters, side)
            others = [each for k, each in enumerate(taken) if k != at]
            if -AXES[0] / 2 <= box[0] and box[2] <= width + 10 and not any(crosses(box, each) for each in others):
                taken.append(box)
                found[at] = side
                break
    return dict(sorted(found.items()))


def box_of(spot: tuple[float, float], text: str, letters: float, side: str) -> Box:
    """Where a name would be."""
    x, y = spot
    wide, high = width_of(text, letters) + 4, LINE * letters
    start = x - GAP - wide if side == "left" else x + GAP
    return start, y - high / 2, start + wide, y + high / 2


def crosses(first: Box, second: Box) -> bool:
    """Whether two boxes share a part."""
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
