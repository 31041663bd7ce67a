"""What is drawn in a native chart: series of numbers with their limits, and the axes that they are drawn along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from npskit.charts.theme import INK

__all__ = ["Drawing", "Numbers", "Series", "reached", "rounded", "shown_by"]

Numbers = tuple[float | None, ...]
PARTED = ("values", "lower", "upper", "colours", "labels", "tops")


@dataclass(frozen=True)
class Series:
    """A row of numbers that is drawn.

    Attributes
    ----------
    name : str
    values : tuple of float or None
    lower, upper : tuple of float or None
        Ends of their intervals; empty when there are none.
    xs : tuple of float
        Of points, where they are along the other axis.
    look : {"bar", "line", "dots", "limit", "guide", "hidden"}
    colour : str
    colours : tuple of str
        Of each value, where they differ.
    labels : tuple of str
        Texts beside the values, where they are not the values.
    lefts : tuple of bool
        Which of them stand to the left.
    tops : tuple of float
        What the limits belong to, where it is not the values.
    dashed : bool
    marked : bool
        Whether a line has a mark at each of its values, where there are not many.
    """

    name: str
    values: Numbers
    lower: Numbers = ()
    upper: Numbers = ()
    xs: tuple[float, ...] = ()
    look: str = "bar"
    colour: str = INK
    colours: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    lefts: tuple[bool, ...] = ()
    tops: Numbers = ()
    dashed: bool = False
    marked: bool = True


@dataclass(frozen=True)
class Drawing:
    """A chart.

    Attributes
    ----------
    kind : {"rows", "columns", "dots", "time", "bridge", "points"}
    categories : tuple of str
    series : tuple of Series
    shown, shown_x : str
        Formats of the numbers, as a spreadsheet writes them.
    title_x, title_y : str
        What is measured.
    low, high : float or None
        What the axis has to reach, beside what is drawn.
    reach_x : tuple of float
        The same of the other axis.
    days : tuple of str
        Of a chart over time, the first days of its periods.
    """

    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    shown: str = "General"
    shown_x: str = "General"
    title_x: str = ""
    title_y: str = ""
    low: float | None = None
    high: float | None = None
    reach_x: tuple[float, ...] = ()
    days: tuple[str, ...] = ()

    def fixed(self) -> Drawing:
        """With an axis that reaches over all that is drawn, so that its parts have the same."""
        stacked = [sum(each.values[at] or 0.0 for each in self.series) for at in range(len(self.categories))]
        ends = [end for each in self.series for end in (*each.lower, *each.upper) if end is not None]
        singles = [value for each in self.series for value in each.values if value is not None]
        low, high, _ = rounded([0.0, *(stacked if self.kind == "bridge" else singles), *ends])
        return replace(self, low=low if self.low is None else self.low, high=high)

    def part(self, start: int, stop: int) -> Drawing:
        """Some of its rows, for a slide of their own."""
        cut = [
            replace(
                each,
                **{name: getattr(each, name)[start:stop] for name in PARTED},
            )
            for each in self.series
        ]
        return replace(self, categories=self.categories[start:stop], series=tuple(cut))


def reached(drawn: Drawing) -> list[float]:
    """What an axis has to show; bars begin at zero."""
    values = [value for each in drawn.series for value in each.values if value is not None]
    ends = [end for each in drawn.series for end in (*each.lower, *each.upper) if end is not None]
    if drawn.kind == "bridge":
        tops = [top for each in drawn.series for top in each.tops if top is not None]
        return [*tops, *ends, *([0.0] if drawn.low is None else [drawn.low])]
    return [*values, *ends, *([0.0] if drawn.kind in ("rows", "columns") else [])]


def rounded(values: Sequence[float], most: int = 6) -> tuple[float, float, float]:
    """Round numbers below and above all values, and the step between the lines of an axis, which are so many at most.

    Examples
    --------
    >>> rounded([-12.0, 47.0]), rounded([0.0, 0.0])
    ((-20.0, 50.0, 10.0), (0.0, 1.0, 1.0))
    """
    low, high = min(values), max(values)
    if low == high:
        return low, low + 1.0, 1.0
    sizes = (unit * 10.0**power for power in range(-6, 16) for unit in (1, 2, 5))
    step = next(size for size in sizes if (high - low) / size <= most)
    return step * (low // step) + 0.0, step * -(-high // step), step


def shown_by(series: Sequence[Series]) -> str:
    """A format for numbers that nothing tells: shares in per cent."""
    values = [abs(value) for each in series for value in each.values if value is not None]
    return "0%" if values and max(values) <= 1 else "#,##0" if values and max(values) >= 100 else "General"
