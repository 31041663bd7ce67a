"""What first: actions by the points they can bring and how feasible they are, to be shared with every team.

A driver gains its coefficient times its move times the share of people who use it. A segment, or the people concerned
by a theme, gain their share of all answers times the points they move, at most until they are level with everybody
else. Each is as uncertain as what it stands on, so actions whose intervals overlap share a rank.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, optional_import
from npskit.labels import language, word
from npskit.results import Result, as_text_cell, spreadsheet_safe
from npskit.stats import priority
from npskit.survey.actions import Action, read_actions
from npskit.survey.column_words import NO_WORDS, ColumnWords, column_words
from npskit.survey.driver_answers import estimate, named
from npskit.survey.segment_impact import Gain, segment_gain

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.action_log import ActionLog
    from npskit.survey.drivers import Drivers
    from npskit.survey.driving import Driving

__all__ = ["Priorities", "prioritised"]


@dataclass(frozen=True)
class Priorities(Result):
    """Actions in the order of what they can bring, as `Survey.priorities` gives them.

    Attributes
    ----------
    table : mapping of str to list
        One row per action, the first first: ``action``; ``driver, theme, segment`` (what it works on, the others
        None); ``move``; ``impact, lower, upper`` (points of the score, whole); ``feasibility`` (1 to 5); ``value,
        value_lower, value_upper`` (impact × feasibility / 5); ``rank`` (shared where intervals overlap that of the
        first of the rank); ``beyond`` (whether the move leads further than anyone has answered, or than the gap);
        ``cost``, ``per_cost`` (value per unit of cost) and ``owner``.
    confidence_level : float
    words : ColumnWords
        What drivers are called beside the pointer; the table keeps their names.
    """

    table: Mapping[str, Sequence[Any]]
    confidence_level: float = 0.95
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    def sentence(self, lang: str | None = None) -> str:
        """Which action comes first, or which share the first rank.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        first = [name for name, rank in zip(self.table["action"], self.table["rank"], strict=True) if rank == 1]
        if not first:
            return word("answer_priorities_none", lang)
        impact, lower, upper = (self.table[name][0] for name in ("impact", "lower", "upper"))
        values = estimate("impact", impact, lower, upper, lang)
        key = "answer_priorities_one" if len(first) == 1 else "answer_priorities_several"
        return word(key, lang, first=named(first[:1], lang), names=named(first, lang), **values)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The matrix: impact against feasibility.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        drivers = [None if name is None else self.words.texts.get(name, name) for name in self.table["driver"]]
        return charts.priorities({**self.table, "driver": drivers}, confidence_level=self.confidence_level, lang=lang)

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the roadmap to share, with text that a spreadsheet cannot run.

        Parameters
        ----------
        path : path
            Ending in ``.csv`` or ``.xlsx``.

        Returns
        -------
        Path

        Raises
        ------
        ArgumentError
            For another ending.
        MissingExtraError
            For Excel without openpyxl.
        """
        target = Path(path)
        rows = [[in_a_cell(value) for value in row] for row in zip(*self.table.values(), strict=True)]
        if target.suffix.lower() == ".csv":
            with target.open("w", newline="", encoding="utf-8-sig") as file:
                csv.writer(file).writerows(
                    [list(self.table), *([spreadsheet_safe(each) for each in row] for row in rows)]
                )
        elif target.suffix.lower() == ".xlsx":
            write_workbook(target, [list(self.table), *rows])
        else:
            raise ArgumentError(where="export", expected="a path ending in .csv or .xlsx", got=repr(str(path)))
        return target

    def log(self, path: Any = None, *, since: Any = None, actions: Any = None, **columns: Any) -> ActionLog:
        """Chosen actions as rows of an action log, with the points that are expected of them.

        Parameters
        ----------
        path : path, optional
            The file of the log, to which they are added; it is made when it is not there.
        since : date or ISO text, optional
            When they begin; without it they are planned.
        actions : int, str or sequence of str, optional
            The first so many, or these by name; all unless given.
        **columns
            Other columns of the log, such as ``owner`` or ``treated``, the same for all of them.

        Returns
        -------
        ActionLog
            See `npskit.read_actions` and `Survey.action_log`.

        Raises
        ------
        ArgumentError
            When one is in the log already, or the file cannot be written.
        """
        from npskit.survey.action_bridge import log_of_priorities

        return log_of_priorities(self, path, since=since, actions=actions, **columns)


def in_a_cell(value: Any) -> Any:
    """A cell as plain text or a number; nothing for what is not known."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value if isinstance(value, (str, int, float)) else str(value)


def write_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    """One sheet, its head in bold."""
    book = optional_import("openpyxl", extra="excel", purpose="write Excel").Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for line in sheet.iter_rows():
        for cell in line:
            as_text_cell(cell)
    sheet.freeze_panes = "A2"
    book.save(path)


def prioritised(
    survey: Driving, actions: Any, drivers: Drivers | None, confidence_level: float, options: Mapping[str, Any]
) -> Priorities:
    """Actions with their gains, weighed and ranked."""
    given = read_actions(actions)
    if drivers is None and any(action.kind == "driver" for action in given):
        drivers = survey.drivers(confidence_level=confidence_level, **options)
    gains = [gain_of(survey, action, drivers, confidence_level) for action in given]
    impact, lower, upper = (np.array([getattr(gain, end) for gain in gains]) for end in ("impact", "lower", "upper"))
    feasibility = [action.feasibility for action in given]
    cost = np.array([np.nan if action.cost is None else action.cost for action in given])
    found = priority.priorities(impact, lower, upper, feasibility, cost=cost)
    columns: dict[str, Sequence[Any]] = {
        "action": [action.name for action in given],
        **{
            kind: [action.shown if action.kind == kind else None for action in given]
            for kind in ("driver", "theme", "segment")
        },
        "move": [gain.move for gain in gains],
        "impact": impact.tolist(),
        "lower": lower.tolist(),
        "upper": upper.tolist(),
        "feasibility": feasibility,
        "value": found.value.tolist(),
        "value_lower": found.lower.tolist(),
        "value_upper": found.upper.tolist(),
        "rank": [None if np.isnan(rank) else int(rank) for rank in found.rank],
        "beyond": [gain.beyond for gain in gains],
        "cost": [action.cost for action in given],
        "per_cost": found.per_cost.tolist(),
        "owner": [action.owner for action in given],
    }
    table = {name: [values[at] for at in found.order] for name, values in columns.items()}
    return Priorities(table, confidence_level, column_words(survey))


def gain_of(survey: Driving, action: Action, drivers: Drivers | None, confidence_level: float) -> Gain:
    """What an action can bring."""
    if action.kind == "driver" and drivers is not None:
        if action.move is None:
            raise ArgumentError(
                where=f"action {action.name!r}", expected="a move, how far the driver's mean can change", got="none"
            )
        found = drivers.what_if({action.target: action.move})
        return Gain(action.move, found.change, found.lower, found.upper, found.beyond)
    return segment_gain(survey, action, confidence_level)
