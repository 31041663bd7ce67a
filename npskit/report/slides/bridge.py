"""A bridge as a native chart: bars that begin where the last one ended, on a part that is not drawn.

A stack cannot go through zero, so what of a step is above it and what is below are two series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from npskit.charts.theme import INK
from npskit.labels import word
from npskit.report.figures import figure, format_of
from npskit.report.pointed import is_number
from npskit.report.slides.marks import Mark, Named, Row, number_at
from npskit.report.slides.series import Drawing, Series, shown_by

__all__ = ["bridge"]

# Of its axis, what a total is that stands for no length.
THIN = 0.01


def bridge(marks: Sequence[Mark], named: Named, words: Sequence[Mark]) -> Drawing | None:
    """Steps from one figure to another, each from where the last one ended."""
    steps = [mark for mark in marks if mark.field("x") == "start" and mark.field("x2") == "end"]
    tips = next((mark.part.tips for mark in steps if len(mark.part.tips) > 1), ())
    if not tips:
        return None
    # Rows of the same places that begin nowhere are totals, and those that end nowhere say what the next are part of.
    others = [mark for mark in (*marks, *words) if mark.part.tips == tips and mark not in steps]
    rows: dict[float, tuple[Row, str]] = {}
    for mark in (*steps, *others):
        for row in mark.part.rows:
            if (at := number_at(row, steps[0].field("y"))) is not None:
                rows.setdefault(at, (row, mark.colour(row) or INK))
    stepping = {id(row) for mark in marks if mark.field("x") == "end" or mark in steps for row in mark.part.rows}
    ordered = [Step.of(rows[y][0], rows[y][1], id(rows[y][0]) in stepping, tips) for y in sorted(rows)]
    if not ordered or len({id(row) for row, _ in rows.values()}) < len(steps[0].part.rows):
        return None
    known = [end for step in ordered for end in (step.start, step.end) if end is not None]
    reach = (max(known) - min(known)) or 1.0
    head = tips[1][1]
    series = [bridge_part(ordered, reach, side, head if side else f"{head} (−)") for side in (True, False)]
    base = tuple(None if step.end is None else sum(step.base(reach)) for step in ordered)
    hidden = Series(word("slides_base", named.lang), base, look="hidden")
    totals = [read for step in ordered if step.start in (None, 0) and (read := figure(step.figure, named.lang))]
    lowest = min([*known, *(step.low for step in ordered if step.low is not None)])
    # Steps that are small beside the totals are seen where the axis begins close to them.
    zoomed = lowest > 0 and any(step.start is None and step.end is not None for step in ordered)
    return Drawing(
        "bridge", tuple(step.name for step in ordered), (hidden, *(each for each in series if any(each.values))),
        format_of(totals) if totals else shown_by([hidden]),
        low=lowest - 0.15 * (max(known) - lowest) if zoomed else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A row of a bridge: a step, a total, or the heading of steps."""

    name: str
    figure: str
    colour: str
    start: float | None
    end: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, row: Row, colour: str, drawn: bool, tips: Sequence[tuple[str, str]]) -> Step:
        """From a row of the chart."""
        name, text = (str(row.get(field) or "") for field, _ in tips[:2])
        ends = [number_at(row, each) if drawn else None for each in ("start", "end", "low", "high")]
        return cls(name if drawn else f"{name}: {text}", text, colour, *ends)

    def span(self, reach: float) -> tuple[float, float]:
        """From where to where it is drawn; a total is a mark that stands for no length."""
        end = self.end or 0.0
        start = end - THIN * reach if self.start is None else self.start
        return min(start, end), max(start, end)

    def base(self, reach: float) -> tuple[float, float]:
        """What is left empty below it, or above it where it is negative."""
        low, high = self.span(reach)
        return max(0.0, low), min(0.0, high)


def bridge_part(steps: Sequence[Step], reach: float, positive: bool, head: str) -> Series:
    """What of the steps is above zero, or below it; limits go with the side of their end."""
    spans = [step.span(reach) for step in steps]
    ours = [step.end is not None and (span[1] > 0) == positive for step, span in zip(steps, spans, strict=True)]
    lengths = tuple(
        None if step.end is None else max(0.0, high) - max(0.0, low) if positive else min(0.0, low) - min(0.0, high)
        for step, (low, high) in zip(steps, spans, strict=True)
    )
    lower, upper = (tuple(getattr(step, end) if own else None for step, own in zip(steps, ours, strict=True))
                    for end in ("low", "high"))  # fmt: skip
    limited = any(map(is_number, lower))
    return Series(
        head, lengths, lower if limited else (), upper if limited else (), colours=tuple(step.colour for step in steps),
        labels=tuple(step.figure if own else "" for step, own in zip(steps, ours, strict=True)),
        tops=tuple(
            None if step.end is None else high if positive else low
            for step, (low, high) in zip(steps, spans, strict=True)
        ),
    )  # fmt: skip
