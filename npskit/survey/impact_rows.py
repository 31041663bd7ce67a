"""What an effect is asked of: the actions with their days, and who was treated.

An action is a row: what, from which day on, perhaps until which, perhaps for whom. Here rows are understood and checked
before anything is computed, and the answers are put on one time line, those treated beside those not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, ColumnNotFoundError
from npskit.frames import Source
from npskit.scale import is_missing
from npskit.survey.actions import rows_of
from npskit.survey.ahead import coming, day_meant
from npskit.survey.base import as_list
from npskit.survey.estimates import all_periods
from npskit.survey.evidence import evidence
from npskit.survey.levels import level_text, matching
from npskit.survey.spending import yes_or_no
from npskit.tally import ClusterMoments, Tally

__all__ = ["Group", "Step", "TimeLine", "asked_steps", "membership", "step_shares", "time_line", "treated_text"]

Floats = np.ndarray
Treated = Mapping[str, Any] | str | None

EXAMPLE = "[{'action': 'New menu', 'since': '2024-03-01'}]"


@dataclass(frozen=True)
class Step:
    """One action: its name, its first day, its last one if it ended, and who was treated."""

    name: str
    since: dt.date
    until: dt.date | None = None
    treated: Treated = None


def asked_steps(since: Any, actions: Any, treated: Treated) -> list[Step]:
    """The actions that are asked of, in the order of their days.

    Raises
    ------
    ArgumentError
        When neither or both of `since` and `actions` are given, or a row has no day or no name.
    """
    if (since is None) == (actions is None):
        raise ArgumentError(
            where="since and actions",
            expected="one of them",
            got="none" if since is None else "both",
            hint=f"since='2024-03-01', or actions={EXAMPLE}",
        )
    if actions is None:
        return [Step("", day_meant(since, where="since"), None, as_written(treated))]
    table = getattr(actions, "table", actions)
    rows = rows_of(table, example=EXAMPLE)
    if not rows:
        raise ArgumentError(where="actions", expected="at least one action", got="none")
    found = [step_of(row, at, treated) for at, row in enumerate(rows)]
    names = [step.name for step in found]
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise ArgumentError(where="actions", expected="each action once", got=f"{twice[0]!r} more than once")
    return sorted(found, key=lambda step: step.since)


def step_of(row: Mapping[str, Any], at: int, treated: Treated) -> Step:
    """One row."""
    given = {name: value for name, value in row.items() if not is_missing(value)}
    for name in ("action", "since"):
        if name not in given:
            raise ArgumentError(where=f"actions, row {at + 1}", expected=f"its {name!r}", got="none")
    where = f"of action {given['action']!r}"
    since = day_meant(given["since"], where=f"since {where}")
    until = day_meant(given["until"], where=f"until {where}", last=True) if "until" in given else None
    if until is not None and until < since:
        raise ArgumentError(where=f"until {where}", expected=f"a day from {since} on", got=str(until))
    return Step(str(given["action"]), since, until, as_written(given.get("treated", treated)))


def as_written(treated: Treated) -> Treated:
    """Who was treated, of a text such as ``shop=Lyon|Nice`` the columns with their levels."""
    if not isinstance(treated, str):
        return treated
    from npskit.survey.action_log import LoggedAction

    return LoggedAction("", treated=treated).treated_by


def treated_text(treated: Treated) -> str:
    """Who was treated, as a person reads it."""
    if treated is None or isinstance(treated, str):
        return treated or ""
    if not isinstance(treated, Mapping) or not treated:
        raise ArgumentError(
            where="treated", expected="columns to levels, or a column of yes and no", got=told_of(treated),
            hint="treated={'shop': ['Lyon', 'Nice']}",
        )  # fmt: skip
    return " · ".join(
        f"{column} = {' + '.join(map(level_text, as_list(levels)))}" for column, levels in treated.items()
    )


def told_of(value: Any) -> str:
    """What was given, of a table or the like its kind."""
    return repr(value) if isinstance(value, (str, bool, int, float, Mapping, list)) else f"a {type(value).__name__}"


@dataclass(frozen=True)
class Group:
    """The columns that tell who was treated, and the levels of each that were."""

    columns: tuple[str, ...] = ()
    levels: tuple[tuple[Any, ...], ...] = ()
    untreated: tuple[Any, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.columns)

    def side(self, values: Sequence[Any]) -> int:
        """1 for the treated, 0 for the others, -1 for those of whom it is not known."""
        if any(is_missing(value) for value in values):
            return -1
        if all(value in levels for value, levels in zip(values, self.levels, strict=True)):
            return 1
        return 0 if self.untreated is None or values[0] in self.untreated else -1


def membership(source: Source, treated: Treated) -> Group:
    """Who was treated, looked up in the data.

    Raises
    ------
    ArgumentError
        When a column or a level is not there, everybody was treated or nobody, or a column is no yes and no.
    """
    if treated is None:
        return Group()
    if isinstance(treated, str):
        try:
            said = yes_or_no(source, treated, where="treated")
        except ColumnNotFoundError as error:
            from npskit.survey.action_treated import meant

            raise ColumnNotFoundError(error.message, hint=meant(source, treated) or error.hint) from None
        yes, no = (tuple(value for value, is_yes in said.items() if is_yes is way) for way in (True, False))
        if not yes or not no:
            raise ArgumentError(
                where=f"treated={treated!r}", expected="some who were treated and some who were not",
                got="only yes" if yes else "only no", hint="leave out treated= where everybody was",
            )  # fmt: skip
        return Group((source.column(treated),), (yes,), no)
    columns, levels = [], []
    for name, wanted in treated.items():
        column = source.column(str(name))
        known = [value for value, _ in source.rating_counts(column) if not is_missing(value)]
        where = f"treated[{column!r}]"
        found = tuple(matching(known, each, where=where, column=column) for each in as_list(wanted))
        if not found:
            raise ArgumentError(where=where, expected=f"at least one level of {column!r}", got=repr(wanted))
        columns.append(column)
        levels.append(found)
    if len(columns) == 1 and not set(known) - set(levels[0]):
        raise ArgumentError(
            where="treated", expected=f"levels of {columns[0]!r} beside those treated, as a control group", got="none",
            hint="leave out treated= where everybody was",
        )  # fmt: skip
    return Group(tuple(columns), tuple(levels))


@dataclass(frozen=True, eq=False)
class TimeLine:
    """Answers per period of those treated (or of everybody) and of the control group.

    ``counts`` and ``control`` (T, 3) are effective counts, ``responses`` and ``control_responses`` (T,) answers;
    ``unknown`` are the answers of which it is not known whether they were treated.
    """

    periods: list[dt.date]
    every: str
    counts: Floats
    responses: Floats
    control: Floats | None
    control_responses: Floats | None
    unknown: int


def time_line(tally: Tally, moments: ClusterMoments | None, group: Group, every: str) -> TimeLine:
    """The time line of a tally whose keys are the period and the columns of the group."""
    dated = [day for day in tally.dates if day is not None]
    periods = all_periods(dated, every)
    place = {day: at for at, day in enumerate(periods)}
    sides = np.array([group.side(cell[1 : 1 + len(group.columns)]) if group else 1 for cell in tally.cells])
    at = np.array([place[day] for day in dated], dtype=np.intp)
    found = evidence(tally, moments)
    parts = []
    for side in (1, 0):
        rows = np.flatnonzero(sides == side)
        answers = np.zeros(len(periods), dtype=np.int64)
        np.add.at(answers, at[rows], tally.responses[rows])
        parts.append((found.take(rows).placed(at[rows], len(periods)).effective_counts, answers))
    (counts, answers), (control, others) = parts
    if group and not (answers.any() and others.any()):
        raise ArgumentError(
            where="treated", expected="answers of some who were treated and of some who were not",
            got=f"{answers.sum():,} and {others.sum():,}", hint=f"looked for in {', '.join(map(repr, group.columns))}",
        )  # fmt: skip
    unknown = int(tally.responses[sides < 0].sum())
    if not group:
        return TimeLine(periods, every, counts, answers, None, None, unknown)
    return TimeLine(periods, every, counts, answers, control, others, unknown)


def step_shares(steps: Sequence[Step], periods: Sequence[dt.date], every: str) -> Floats:
    """Share of the days of each period on which each action was at work, (T, E).

    Examples
    --------
    >>> months = [dt.date(2024, 3, 1), dt.date(2024, 4, 1), dt.date(2024, 5, 1)]
    >>> step_shares([Step("A", dt.date(2024, 4, 16))], months, "month").ravel().tolist()
    [0.0, 0.5, 1.0]
    """
    out = np.zeros((len(periods), len(steps)))
    ends = [*periods[1:], *coming(periods[-1], every, 1)]
    for t, (first, after) in enumerate(zip(periods, ends, strict=True)):
        for e, step in enumerate(steps):
            last = after if step.until is None else min(after, step.until + dt.timedelta(days=1))
            out[t, e] = max((last - max(first, step.since)).days, 0) / (after - first).days
    return out
