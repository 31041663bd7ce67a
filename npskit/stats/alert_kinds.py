"""What an alert turned out to be: a jump, a drift, the season, an outlier, or too new to tell.

Whether a reading was unlikely is judged with what was known then; what it was is told with hindsight. Did the readings
after it stay? Does one step describe them, or a slope over several periods? Did the same month stand out in other
years, in the same direction?
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npskit.stats.score import responses, score
from npskit.stats.trend import level, pooled_variance
from npskit.stats.watching import Event, Watch

__all__ = ["KINDS", "Alert", "alerts"]

Array = NDArray[np.float64]

#: What an alert can be; "new" where no reading after it tells yet.
KINDS = ("jump", "drift", "season", "outlier", "new")

# Readings before and after an alert that its shape is told from, and the fewest periods of a slope.
BEFORE, AFTER, SHORTEST = 12, 6, 3
# Another year's reading of the same month stands out by so many standard errors, and by so much of this one's size.
STANDS_OUT, AS_LARGE = 2.0, 0.5


@dataclass(frozen=True, slots=True)
class Alert:
    """Where it was found, where what it found began, its kind, and its size in points."""

    found: int
    first: int
    kind: str
    change: float


@dataclass(frozen=True, slots=True)
class Line:
    """One series in hindsight: readings, their variance, and the season and level that the whole series gives."""

    reading: Array
    variance: Array
    season: Array
    level: Array

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Periods with a reading."""
        return np.isfinite(self.reading)


def alerts(watch: Watch) -> dict[int, list[Alert]]:
    """The alerts of each series that has any."""
    rows = [row for row, events in enumerate(watch.events) if events]
    if not rows:
        return {}
    counts = watch.counts[rows]
    hindsight = level(counts, every=watch.season)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 1e4 * pooled_variance(counts) / np.asarray(responses(counts)) + hindsight.extra_sd[:, None] ** 2
    readings = np.asarray(score(counts))
    return {
        row: told(watch, row, Line(readings[at], variance[at], hindsight.season[at], hindsight.level[at]))
        for at, row in enumerate(rows)
    }


def told(watch: Watch, row: int, line: Line) -> list[Alert]:
    """The alerts of one series."""
    events = watch.events[row]
    edges = [-1, *(event.found for event in events)], [*(event.first for event in events[1:]), len(line.reading)]
    return [
        named(event, line, watch.expected[row], start + 1, end, watch.season)
        for event, start, end in zip(events, *(edges[0][:-1], edges[1]), strict=True)
    ]


def named(event: Event, line: Line, expected: Array, start: int, end: int, season: float | None) -> Alert:
    """Kind and size of an alert, from the readings between the alerts around it."""
    inside = slice(event.first, event.found + 1)
    change = float(np.nanmean(line.reading[inside] - expected[inside]))
    if is_season(event, line, season):
        return Alert(event.found, event.first, "season", change)
    if math.isnan(event.stays) and event.first == event.found:
        return Alert(event.found, event.first, "new", change)
    if event.stays < 0.5:
        return Alert(event.found, event.first, "outlier", change)
    return shaped(event, line, start, end, change)


def is_season(event: Event, line: Line, season: float | None) -> bool:
    """Whether the same periods of the other years stand out too, in the same direction, from the level of the whole."""
    if season is None or season != int(season):
        return False
    own = np.arange(event.first, event.found + 1)
    years = np.arange(-len(line.reading) // int(season), len(line.reading) // int(season) + 1)
    others = (own + int(season) * years[years != 0, None]).ravel()
    others = others[(others >= 0) & (others < len(line.reading))]
    others = others[line.answered[others]]
    if not len(others):
        return False
    gap, error = line.reading - line.level, np.sqrt(line.variance)
    mine, theirs = np.nanmean(gap[own]), float(np.mean(gap[others]))
    sharp = abs(theirs) * math.sqrt(len(others)) > STANDS_OUT * float(np.sqrt(np.mean(error[others] ** 2)))
    return bool(sharp and mine * theirs > 0 and abs(theirs) > AS_LARGE * abs(mine))


def shaped(event: Event, line: Line, start: int, end: int, change: float) -> Alert:
    """A jump where one step describes the readings around the alert best, a drift where a slope does."""
    times = np.arange(max(start, event.first - BEFORE), min(end, event.found + 1 + AFTER))
    times = times[line.answered[times]]
    values, weights = (line.reading - line.season)[times], 1 / line.variance[times]
    steps = [(t - 1, t) for t in range(event.first - 1, event.found + 1)]
    slopes = [
        (t, u)
        for t in range(event.first - BEFORE, event.found)
        for u in range(max(t + SHORTEST, event.found - 1), int(times[-1]) + 1)
    ]
    jump, drift = (best(times, values, weights, edges) for edges in (steps, slopes))
    if drift is not None and (jump is None or drift[0] + math.log(len(times)) < jump[0]):
        return Alert(event.found, drift[2] + 1, "drift", drift[1])
    if jump is None:
        return Alert(event.found, event.first, "jump", change)
    # A step on the last reading there is has nothing after it that could have stayed.
    alone = math.isnan(event.stays) and jump[2] + 1 == event.found
    return Alert(event.found, jump[2] + 1, "new" if alone else "jump", jump[1])


def best(
    times: NDArray[np.intp], values: Array, weights: Array, edges: Sequence[tuple[int, int]]
) -> tuple[float, float, int] | None:
    """Misfit, height and last period before it, of the ramp between two periods that fits best."""
    found = None
    for low, high in edges:
        ramp = np.clip((times - low) / (high - low), 0, 1)
        centred = ramp - np.average(ramp, weights=weights)
        size = np.sum(weights * centred**2)
        if low < times[0] or size <= 0:
            continue
        height = float(np.sum(weights * centred * values) / size)
        rest = values - np.average(values, weights=weights) - height * centred
        misfit = float(np.sum(weights * rest**2))
        if found is None or misfit < found[0]:
            found = (misfit, height, low)
    return found
