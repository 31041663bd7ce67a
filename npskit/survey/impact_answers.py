"""From answers to the effect of an action: counted once for each group of treated, then asked what a step explains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.frames import Key, Period
from npskit.stats.impact import Effects, effects, smallest_detectable
from npskit.stats.intervals import checked_level
from npskit.survey.ahead import break_positions, period_code
from npskit.survey.impact import Impact
from npskit.survey.impact_checks import NAMED, before_after, impact_notes, placebo
from npskit.survey.impact_rows import (
    Group,
    Step,
    TimeLine,
    membership,
    step_shares,
    time_line,
    treated_text,
)
from npskit.survey.notes import Note, noted
from npskit.survey.windows import used
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.base import Base
    from npskit.survey.changes import Decomposition

__all__ = ["FEWEST_ANSWERS", "acted"]

#: Below these, no answer: in each cell before and after, treated and control; periods before, and after.
FEWEST_ANSWERS, FEWEST_BEFORE, FEWEST_AFTER = 30, 3, 2
# Effects whose estimates hang together more than this are one effect to the data.
INSEPARABLE = -0.7

Columns = dict[str, list[Any]]


def acted(
    survey: Base,
    steps: Sequence[Step],
    period: Period,
    *,
    by: Sequence[Any],
    breaks: Any,
    until: dt.date | None,
    confidence_level: float,
) -> Impact:
    """The answer; actions with other groups of treated are asked of their own difference, and added to the table."""
    checked_level(confidence_level)
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(treated_text(step.treated), []).append(step)
    found = [
        one_group(survey, group, period, by=by if not at else (), breaks=breaks, until=until, level=confidence_level)
        for at, group in enumerate(groups.values())
    ]
    first = found[0]
    if len(found) == 1:
        return first
    rows = [
        {name: values[at] for name, values in each.actions.items()}
        for each in found
        for at in range(len(each.actions["action"]))
    ]
    rows.sort(key=lambda row: (row["since"], row["action"]))
    notes = notes_of_all(found)
    return replace(first, actions={name: [row[name] for row in rows] for name in rows[0]}, notes=tuple(notes))


def notes_of_all(found: Sequence[Impact]) -> list[Note]:
    """What holds for all actions, then what holds for some, with their names."""
    for_all = [note for note in found[0].notes if all(note in each.notes for each in found)]
    some: list[tuple[Note, list[str]]] = []
    for each in found:
        for note in (note for note in each.notes if note not in for_all):
            said, names = note, each.actions["action"]
            if note.key == NAMED:
                said, names = note.values["note"], note.values["names"]
            known = next((names for one, names in some if one == said), None)
            if known is None:
                some.append((said, list(names)))
            else:
                known += names
    own = [noted(NAMED, names=tuple(names), note=note) for note, names in some]
    return [*for_all, *own]


def refuse_treated_segments(survey: Base, group: Group, by: Sequence[Any]) -> None:
    """Refuse segments of the column that says who was treated.

    Raises
    ------
    ArgumentError
    """
    names = [survey.source.column(each if isinstance(each, str) else each.column) for each in by]
    same = [name for name in names if name in group.columns]
    if same:
        raise ArgumentError(
            where="by", expected="columns other than those of treated=", got=repr(same[0]),
            hint="in each of its levels all were treated or none, so it cannot have changed who answered; leave it out",
        )  # fmt: skip


def one_group(
    survey: Base,
    steps: Sequence[Step],
    period: Period,
    *,
    by: Sequence[Any],
    breaks: Any,
    until: dt.date | None,
    level: float,
) -> Impact:
    """The effects of actions on the same people."""
    group = membership(survey.source, steps[0].treated)
    refuse_treated_segments(survey, group, by)
    items: list[Key] = [period, *group.columns]
    tally = survey.tally(items)
    cells, said = used(survey, tally, period, until=until)
    line = time_line(cells, survey._moments(cells, items), group, period.every)
    positions = break_positions(breaks, line.periods, period.every)
    shares = step_shares(steps, line.periods, period.every)
    asked: dict[str, Any] = {"control": line.control, "every": period.every, "breaks": positions}
    found = effects(line.counts, shares, **asked, confidence_level=level)
    smallest = smallest_detectable(line.counts, shares, **asked, confidence_level=level)
    rows = action_rows(steps, line, shares, found, smallest)
    placebos = placebo(line, shares, positions, confidence_level=level)
    return Impact(
        table=periods_table(line, found),
        actions=rows,
        every=period.every,
        **{name: rows[name][0] for name in ("effect", "lower", "upper", "p_positive", "smallest_detectable", "told")},
        together=tuple(found.together.tolist()),
        placebo=placebos,
        before_after=before_after(line, shares[:, 0], confidence_level=level),
        mix=mix(survey, group, period, line, shares[:, 0], by, level) if by else None,
        treated=treated_text(steps[0].treated),
        breaks=tuple(line.periods[at] for at in positions),
        confidence_level=float(level),
        notes=(*said, *impact_notes(survey, line, steps, shares, found, rows, placebos, positions, level)),
    )


def periods_table(line: TimeLine, found: Effects) -> Columns:
    """A row a period: what happened and what was to be expected."""
    columns: Columns = {
        "period": line.periods,
        "responses": line.responses.tolist(),
        "score": found.score.tolist(),
        "expected": found.expected.tolist(),
        "expected_lower": found.lower_expected.tolist(),
        "expected_upper": found.upper_expected.tolist(),
        "difference": (found.score - found.expected).tolist(),
    }
    if line.control is not None and line.control_responses is not None:
        from npskit.stats.score import score

        columns["control_responses"] = line.control_responses.tolist()
        columns["control_score"] = np.atleast_1d(score(line.control)).tolist()
    return columns


def action_rows(
    steps: Sequence[Step], line: TimeLine, shares: np.ndarray, found: Effects, smallest: np.ndarray
) -> Columns:
    """A row an action."""
    rows = []
    for e, step in enumerate(steps):
        sizes = design(line, shares[:, e])
        known = bool(np.isfinite(found.effect[e]))
        told = known and sizes["cell"] >= FEWEST_ANSWERS
        told = told and sizes["periods_before"] >= FEWEST_BEFORE and sizes["periods_after"] >= FEWEST_AFTER
        rows.append({
            "action": step.name, "since": step.since, "until": step.until, "treated": treated_text(step.treated),
            **{name: float(getattr(found, name)[e]) for name in ("effect", "lower", "upper", "p_positive")},
            "smallest_detectable": float(smallest[e]),
            **{name: size for name, size in sizes.items() if name != "cell"},
            "told": told,
            "overlap": overlap(found.correlation[e], e, steps),
        })  # fmt: skip
    return {name: [row[name] for row in rows] for name in rows[0]}


def design(line: TimeLine, share: np.ndarray) -> dict[str, int]:
    """Answers and periods without and with the action; a cell is the smallest of them, with control of four."""
    without, with_it = share == 0, share >= 0.5
    found = {
        "responses_before": int(line.responses[without].sum()),
        "responses_after": int(line.responses[with_it].sum()),
    }
    answered, cells = line.responses > 0, list(found.values())
    if line.control_responses is not None:
        answered &= line.control_responses > 0
        cells += [int(line.control_responses[side].sum()) for side in (without, with_it)]
    periods = {"periods_before": int((answered & without).sum()), "periods_after": int((answered & with_it).sum())}
    return {**found, **periods, "cell": min(cells)}


def overlap(correlation: np.ndarray, at: int, steps: Sequence[Step]) -> tuple[str, ...]:
    """Names of the actions that one cannot be told apart from."""
    return tuple(step.name for e, step in enumerate(steps) if e != at and correlation[e] < INSEPARABLE)


def mix(
    survey: Base, group: Group, period: Period, line: TimeLine, share: np.ndarray, by: Sequence[Any], level: float
) -> Decomposition | None:
    """The plain before-and-after of those treated, split by segment; None where a side has no answers."""
    from npskit.survey.changes import decomposition
    from npskit.survey.evidence import evidence
    from npskit.survey.gathering import Gathering

    assert isinstance(survey, Gathering)
    items = survey._banded(list(by))
    keys: list[Key] = [period, *group.columns, *items]
    tally = survey.tally(keys)
    side = dict(zip(line.periods, np.where(share == 0, 0, np.where(share == 1, 1, -1)).tolist(), strict=True))
    first = 1 + len(group.columns)
    dated = zip(tally.dates, tally.cells, strict=True)
    sides = np.array([side[day] if day in side and treated_cell(group, cell) else -1 for day, cell in dated])
    segments = list(dict.fromkeys(cell[first:] for cell, at in zip(tally.cells, sides, strict=True) if at >= 0))
    found, place = evidence(tally, survey._moments(tally, keys)), {cell: at for at, cell in enumerate(segments)}
    parts, answers = [], np.zeros((2, len(segments)), dtype=np.int64)
    for at in (0, 1):
        rows = np.flatnonzero(sides == at)
        into = np.array([place[tally.cells[row][first:]] for row in rows], dtype=np.intp)
        parts.append(found.take(rows).placed(into, len(segments)))
        np.add.at(answers[at], into, tally.responses[rows])
    if not answers.sum(axis=1).all():
        return None
    columns = {key: [segment[at] for segment in segments] for at, key in enumerate(_keys_of(tally, first))}
    options: dict[str, Any] = {"confidence_level": level, "rng": 0, **survey._about(items)}
    before, after = parts
    spans = span_text(line, share == 0), span_text(line, share == 1)
    return decomposition(columns, before, after, answers, over=period.column, names=spans, **options)


def span_text(line: TimeLine, side: np.ndarray) -> str:
    """The first and the last of some periods, as dates that need no language."""
    days = [period_code(line.periods[at], line.every) for at in np.flatnonzero(side)]
    return " – ".join(dict.fromkeys((days[0], days[-1])))


def treated_cell(group: Group, cell: tuple[Any, ...]) -> bool:
    """Whether the answers of a cell are of those treated."""
    return not group or group.side(cell[1 : 1 + len(group.columns)]) == 1


def _keys_of(tally: Tally, first: int) -> tuple[str, ...]:
    return tally.keys[first:]
