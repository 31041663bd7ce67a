"""What an effect is held against: dates at which nothing began, the plain comparison, and what else may explain it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import RoleError
from npskit.stats.comparison import difference
from npskit.stats.impact import Effects, effects
from npskit.stats.onestep import expected
from npskit.stats.posterior import pooled_variance
from npskit.stats.score import responses, score
from npskit.stats.trend import SEASON_LENGTHS, pace_of
from npskit.survey.ahead import coming
from npskit.survey.impact_rows import Step, TimeLine
from npskit.survey.notes import Figure, Note, noted

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["NAMED", "UNTOLD", "before_after", "impact_notes", "low_before", "placebo"]

Columns = dict[str, list[Any]]

#: A remark on some of several actions, with their names.
NAMED = "impact_note_named"
#: Remarks that nothing can be told of an action.
UNTOLD = ("impact_note_few", "impact_note_ahead", "impact_note_behind")
# Placebo dates have so many periods with answers before them and after them, all before the action; at most so many.
PLACEBO_BEFORE, PLACEBO_AFTER, MOST_PLACEBOS = 6, 3, 24
# Standard errors below what was expected from which on readings are unusually low: one in twenty are.
LOW = 1.645
LAST_READINGS = 3
# A level has jumped where that is more likely than not; a jump or a break so near is not told from the action.
LIKELY, NEAR = 0.5, 2
# Share of answers by people who answered before, from which on it is said.
REPEATED = 0.05


def placebo(line: TimeLine, shares: np.ndarray, breaks: Sequence[int], *, confidence_level: float) -> Columns:
    """Effects found at dates before the first action, from what was known by then."""
    first = first_step(shares)
    seen = line.responses[:first] > 0
    if line.control_responses is not None:
        seen &= line.control_responses[:first] > 0
    so_far: np.ndarray = np.cumsum(seen) - seen
    places = np.flatnonzero((so_far >= PLACEBO_BEFORE) & (seen.sum() - so_far >= PLACEBO_AFTER))
    if len(places) > MOST_PLACEBOS:
        places = places[np.unique(np.linspace(0, len(places) - 1, MOST_PLACEBOS).round().astype(int))]
    columns: Columns = {"date": [line.periods[at] for at in places]}
    if not len(places):
        return {**columns, "effect": [], "lower": [], "upper": [], "shown": []}
    steps = (np.arange(first)[:, None] >= places).T[..., None].astype(float)
    control = None if line.control is None else line.control[:first]
    found = effects(
        line.counts[:first], steps, control=control, every=line.every, breaks=[at for at in breaks if at < first],
        confidence_level=confidence_level,
    )  # fmt: skip
    ends = [np.asarray(each)[:, 0] for each in (found.effect, found.lower, found.upper)]
    shown = (ends[1] > 0) | (ends[2] < 0)
    return {**columns, **dict(zip(("effect", "lower", "upper", "shown"), map(list_of, (*ends, shown)), strict=True))}


def list_of(values: np.ndarray) -> list[Any]:
    """Plain values."""
    found: list[Any] = values.tolist()
    return found


def first_step(shares: np.ndarray) -> int:
    """Position of the first period in which an action was at work; all periods where none was."""
    at_work = shares.any(axis=1)
    return int(np.argmax(at_work)) if at_work.any() else len(shares)


def before_after(line: TimeLine, share: np.ndarray, *, confidence_level: float) -> dict[str, float]:
    """The plain comparison of the answers with and without the action; the difference of differences with a control."""
    parts = [side.sum(axis=0) for side in (line.counts[share == 0], line.counts[share == 1])]
    scores = [float(score(part)) for part in parts]
    found = difference(parts[1], parts[0], confidence_level=confidence_level)
    gap, lower, upper = float(found.difference), float(found.lower), float(found.upper)
    if line.control is not None:
        others = [side.sum(axis=0) for side in (line.control[share == 0], line.control[share == 1])]
        other = difference(others[1], others[0], confidence_level=confidence_level)
        whole = gap - float(other.difference)
        down = math.hypot(gap - lower, float(other.upper) - float(other.difference))
        up = math.hypot(upper - gap, float(other.difference) - float(other.lower))
        gap, lower, upper = whole, whole - down, whole + up
    return {"score_before": scores[0], "score_after": scores[1], "difference": gap, "lower": lower, "upper": upper}


def low_before(line: TimeLine, shares: np.ndarray) -> list[int]:
    """Positions of the last readings before the first action when they are unusually low, by themselves or together."""
    first = first_step(shares)
    counts = line.counts[:first]
    n = np.asarray(responses(counts))
    answered = np.flatnonzero(n > 0)
    if len(answered) <= PLACEBO_BEFORE:
        return []
    found = expected(counts[None], season=SEASON_LENGTHS[line.every], pace=pace_of(line.every))
    mean = np.sum(found.weights * found.mean, axis=-1)[0]
    spread = np.sum(found.weights * (found.sd**2 + (found.mean - mean[None, :, None]) ** 2), axis=-1)[0]
    noise = 1e4 * np.asarray(pooled_variance(counts)) / np.maximum(n, 1e-9)
    z = (np.asarray(score(counts)) - mean) / np.sqrt(spread + noise)
    last = answered[-LAST_READINGS:]
    if z[last[-1]] < -LOW:
        return [int(last[-1])]
    return last.tolist() if z[last].sum() / math.sqrt(len(last)) < -LOW else []


def impact_notes(
    survey: Base,
    line: TimeLine,
    steps: Sequence[Step],
    shares: np.ndarray,
    found: Effects,
    rows: Columns,
    placebos: Columns,
    breaks: Sequence[int],
    level: float,
) -> list[Note]:
    """What may mislead."""
    return [
        *design_notes(line, steps, rows, shares),
        *(bad_month(line, shares, breaks, level) if rows["told"][0] else []),
        *overlap_notes(line, shares, rows, breaks, level),
        *other_changes(line, shares, found, breaks),
        *placebo_notes(placebos),
        *([noted("impact_note_unknown", line.unknown, n=line.unknown)] if line.unknown else []),
        *repeated_notes(survey, int(line.responses.sum())),
        *([noted("impact_note_alone")] if line.control is None else [noted("impact_note_control")]),
    ]


def design_notes(line: TimeLine, steps: Sequence[Step], rows: Columns, shares: np.ndarray) -> list[Note]:
    """That there are few answers or periods, or that an action began inside a period."""
    notes = []
    for at, told in enumerate(rows["told"]):
        if not told:
            sides: dict[str, Any] = {name: rows[name][at] for name in ("responses_before", "responses_after")}
            sides |= {name: (rows[name][at], line.every) for name in ("periods_before", "periods_after")}
            few = outside(line, steps[at].since, sides) or noted("impact_note_few", **sides)
            notes.append(few if len(steps) == 1 else noted(NAMED, names=(steps[at].name,), note=few))
    partial = [at for at in range(len(shares)) if shares[at].max() > 0 and not np.isin(shares[at], (0, 1)).all()]
    if partial:
        notes.append(noted("impact_note_partial", period=(line.periods[partial[0]], line.every)))
    return notes


def outside(line: TimeLine, since: dt.date, sides: Mapping[str, Any]) -> Note | None:
    """That all answers are from before an action, or from after it began; None where both are there."""
    seen = [day for day, n in zip(line.periods, line.responses, strict=True) if n]
    if not seen or (sides["responses_before"] and since < coming(seen[-1], line.every, 1)[0]):
        return None
    if sides["responses_before"]:
        return noted("impact_note_ahead", since=since, last=(seen[-1], line.every))
    return noted("impact_note_behind", since=since, first=(seen[0], line.every))


def bad_month(line: TimeLine, shares: np.ndarray, breaks: Sequence[int], level: float) -> list[Note]:
    """That the readings just before the action were unusually low, and the effect without them."""
    low = low_before(line, shares)
    if not low or not shares.any():
        return []
    counts = line.counts.copy()
    counts[low] = 0
    found = effects(
        counts, shares, control=line.control, every=line.every, breaks=breaks, confidence_level=level
    )  # fmt: skip
    if not np.isfinite(found.effect[0]):
        return []
    span = {"first": (line.periods[low[0]], line.every), "last": (line.periods[low[-1]], line.every)}
    ends = figures(found.effect[0], found.lower[0], found.upper[0])
    return [noted("impact_note_low", len(low), **span, **ends)]


def figures(effect: float, lower: float, upper: float) -> dict[str, Any]:
    """An effect and its interval, as a remark holds them."""
    limits = {"lower": Figure(float(lower), "points"), "upper": Figure(float(upper), "points")}
    return {"effect": Figure(float(effect), "change"), **limits}


def overlap_notes(line: TimeLine, shares: np.ndarray, rows: Columns, breaks: Sequence[int], level: float) -> list[Note]:
    """Which actions cannot be told apart, and what each two of them did together."""
    names, notes = rows["action"], []
    for one, other in combinations(range(len(names)), 2):
        if names[other] in rows["overlap"][one] and rows["told"][one] and rows["told"][other]:
            asked: dict[str, Any] = {"control": line.control, "every": line.every, "breaks": breaks}
            both = effects(line.counts, shares, **asked, confidence_level=level, together=[one, other]).together
            notes.append(noted("impact_note_overlap", one=names[one], other=names[other], **figures(*both)))
    return notes


def other_changes(line: TimeLine, shares: np.ndarray, found: Effects, breaks: Sequence[int]) -> list[Note]:
    """Marked changes near the action, and jumps of the level that nobody marked."""
    first = first_step(shares)
    near = [at for at in breaks if abs(at - first) <= NEAR]
    jumped = [at for at in np.flatnonzero(found.jump > LIKELY).tolist() if at not in breaks]
    notes = [noted("impact_note_break", period=(line.periods[at], line.every)) for at in near]
    return notes + [noted("impact_note_jump", period=(line.periods[at], line.every)) for at in jumped]


def placebo_notes(placebos: Columns) -> list[Note]:
    """How many placebo dates showed an effect; that there were too few periods to try any."""
    dates, shown = len(placebos["date"]), sum(placebos["shown"])
    if not dates:
        return [noted("impact_note_no_placebo")]
    return [noted("impact_note_placebo", shown, shown=shown, dates=dates)] if shown else []


def repeated_notes(survey: Base, answers: int) -> list[Note]:
    """That many answers are by people who answered before, unless clusters allow for it."""
    if survey._cluster is not None or survey._keep == "last":
        return []
    try:
        people, more = survey.source.repeated(survey.column("customer"))
    except RoleError:
        return []
    del people
    return [noted("impact_note_repeated", n=int(more))] if answers and more > REPEATED * answers else []
