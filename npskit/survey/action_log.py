"""What was done: who, since when, on what, and how many points were expected of it.

Improving what is wrong is half of the work; the other half is to look afterwards. That needs a list of what was done,
written down before the result was known, with the points it was to bring. It is a small table in a file that a team
keeps by hand, in a spreadsheet, in French or in English; its own columns stay where they are.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, NpskitError, did_you_mean, together
from npskit.labels import language, number, word
from npskit.results import Result
from npskit.roles import fold
from npskit.scale import is_missing
from npskit.survey.action_cells import (
    COLUMNS,
    STATUSES,
    Place,
    as_day,
    as_points,
    as_status,
    as_text,
    column_of,
    day_order,
    french_heads,
    in_french,
    status_words,
)
from npskit.survey.action_files import Sheet, read_sheet, sheet_of, write_sheet
from npskit.survey.actions import KINDS
from npskit.survey.wording import told

__all__ = ["KINDS", "POINTS", "ActionLog", "LoggedAction", "read_actions"]

POINTS = ("expected", "expected_lower", "expected_upper")
LEVELS, CONDITIONS = "|", " & "


@dataclass(frozen=True)
class LoggedAction:
    """One row of the log; see `ActionLog`."""

    action: str
    owner: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    driver: str | None = None
    theme: str | None = None
    segment: str | None = None
    treated: str | None = None
    expected: float | None = None
    expected_lower: float | None = None
    expected_upper: float | None = None
    status: str | None = None
    note: str | None = None

    @property
    def kind(self) -> str | None:
        """Which of driver, theme and segment it works on."""
        return next((kind for kind in KINDS if getattr(self, kind) is not None), None)

    @property
    def target(self) -> str | None:
        """The driver, theme or segment."""
        return None if self.kind is None else getattr(self, self.kind)

    @property
    def treated_by(self) -> dict[str, list[str]] | str | None:
        """Who was treated, as `impact` takes it: columns to levels, or a column of yes and no; None for everybody.

        Examples
        --------
        >>> LoggedAction("A", treated="shop=Lyon|Nice").treated_by, LoggedAction("A", treated="pilot").treated_by
        ({'shop': ['Lyon', 'Nice']}, 'pilot')
        """
        if self.treated is None or "=" not in self.treated:
            return self.treated
        pairs = [part.partition("=") for part in self.treated.split(CONDITIONS.strip())]
        return {column.strip(): [level.strip() for level in levels.split(LEVELS)] for column, _, levels in pairs}

    def started(self, today: dt.date) -> bool:
        """Whether it has begun by a day."""
        return self.status not in ("planned",) and self.since is not None and self.since <= today


@dataclass(frozen=True)
class ActionLog(Result):
    """Actions with their dates and what is expected of them, as `read_actions` gives them.

    Attributes
    ----------
    table : mapping of str to list
        A row an action: ``action, owner, since, until`` (days; the last one is included), ``driver, theme, segment``
        (what it works on, at most one), ``treated`` (as in `Survey.impact`: a column of yes and no, or
        ``shop=Lyon|Nice``; empty for everybody), ``expected, expected_lower, expected_upper`` (points of the score of
        everybody, or of those treated where some are), ``status`` (planned, running, done, dropped) and ``note``;
        then the team's own columns.
    path : Path or None
        The file it was read from.
    heads : mapping of str to str
        What the columns are called in that file.
    separator : str
        Of that file.
    places : mapping of str to str
        Action to where it stands there, "actions.csv, line 4".
    """

    table: Mapping[str, Sequence[Any]]
    path: Path | None = None
    heads: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    separator: str = field(default=",", compare=False, repr=False)
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> tuple[LoggedAction, ...]:
        """The actions one by one."""
        return tuple(LoggedAction(*row) for row in zip(*(self.table[name] for name in COLUMNS), strict=True))

    @property
    def own(self) -> tuple[str, ...]:
        """Names of the team's own columns."""
        return tuple(name for name in self.table if name not in COLUMNS)

    def sentence(self, *, lang: str | None = None) -> str:
        """How many actions there are, and in which state.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Examples
        --------
        >>> log = read_actions([{"action": "Training", "since": "2026-01-05", "status": "done"}])
        >>> log.add("A second checkout", "2026-04-01").sentence(lang="en")
        '2 actions in the log: 1 done, 1 without a status.'
        """
        lang = language(lang)
        if not len(self):
            return word("action_log_empty", lang)
        states = [each or "none" for each in self.table["status"]]
        counts = {each: states.count(each) for each in (*STATUSES, "none")}
        parts = [told(f"action_status_{each}", n, lang, n=number(n, lang=lang)) for each, n in counts.items() if n]
        return told("action_log_states", len(self), lang, n=number(len(self), lang=lang), states=", ".join(parts))

    def add(self, action: str, since: Any = None, **columns: Any) -> ActionLog:
        """The log with one more action; the log itself stays as it is.

        Parameters
        ----------
        action : str
        since : date or ISO text, optional
            May be left out of what is planned.
        **columns
            The other columns of the log, and those of one's own.

        Returns
        -------
        ActionLog

        Raises
        ------
        ArgumentError
            When the action is there already, or a value cannot be read.

        Examples
        --------
        >>> log = read_actions([{"action": "Training", "since": "2026-01-05"}])
        >>> log.add("A second checkout", "2026-04", treated={"shop": ["Lyon", "Nice"]}).table["treated"]
        [None, 'shop=Lyon|Nice']
        """
        unknown = [name for name in columns if name not in (*COLUMNS, *self.own)]
        if unknown:
            raise ArgumentError(where="add", expected="a column of the log", got=repr(unknown[0]),
                                hint=did_you_mean(unknown[0], (*COLUMNS, *self.own)))  # fmt: skip
        given = {**columns, "action": action, "since": since}
        one = {name: [written(given.get(name))] for name in (*COLUMNS, *self.own)}
        new = log_of_sheet(sheet_of(one), known={fold(name) for name in self.table["action"]}, row=f"action {action!r}")
        return replace(self, table={name: [*self.table[name], *new.table[name]] for name in self.table})

    def save(self, path: str | os.PathLike[str] | None = None, *, lang: str | None = None) -> Path:
        """Write the log, all or nothing, with text that no spreadsheet runs.

        Parameters
        ----------
        path : path, optional
            Ending in ``.csv`` or ``.xlsx``; the file it was read from unless given.
        lang : {"en", "fr"}, optional
            Language of the heads, and for French semicolons and decimal commas, as Excel wants them; those of the
            file that was read unless given.

        Returns
        -------
        Path

        Raises
        ------
        ArgumentError
            Without a path, for another ending, and for a place that cannot be written.
        """
        if path is None and self.path is None:
            raise ArgumentError(where="save", expected="a path, since this log comes from no file", got="none")
        target = Path(os.fspath(path)) if path is not None else self.path
        assert target is not None
        kept = lang is None and bool(self.heads)
        french = in_french(self.heads) if kept else language(lang) == "fr"
        heads = {**(french_heads() if french else {}), **(self.heads if kept else {})}
        separator = self.separator if kept else ";" if french else ","
        # A file that was read gains only the columns that now hold something.
        names = [name for name, values in self.table.items()
                 if not kept or name in self.heads or any(value is not None for value in values)]  # fmt: skip
        table = {**self.table, "status": status_words(self.table["status"], french=french)}
        cells = list(zip(*(table[name] for name in names), strict=True))
        write_sheet(target, [heads.get(name, name) for name in names], cells, separator=separator)
        return target


def read_actions(source: Any, *, day_first: bool | None = None) -> ActionLog:
    """Read an action log: what was done, by whom, since when, on what, with how many points expected.

    Parameters
    ----------
    source : path, DataFrame, mapping of columns, or list of mappings
        A ``.csv`` or ``.xlsx`` file, or a table. Heads in English or French: ``action`` and ``since`` are needed;
        ``owner, until``, one of ``driver, theme, segment``, ``treated, expected, expected_lower, expected_upper,
        status, note`` may be there, and columns of one's own, which are kept.
    day_first : bool, optional
        Whether 3/2 is 3 February. By default decided from all days of the file, then from its language.

    Returns
    -------
    ActionLog

    Raises
    ------
    ReadError
        For a cell of a file that cannot be read; it names file, line and column.
    ArgumentError
        For a cell of a table that cannot be read; it names row and column.
    SurveyNotFoundError
        When there is no such file.

    Notes
    -----
    What is planned may have no day yet. ``expected`` is in points of the score of everybody; of those treated, where
    ``treated`` says who they are. There ``agence=Brest`` are the answers of one level of a column,
    ``agence=Brest|Nîmes`` those of either, ``plan=Pro & agence=Brest`` those of both at once, and ``pilot`` is a column
    of yes and no; all others are the control group. Empty is everybody.

    Examples
    --------
    >>> log = read_actions([{"Action": "Formation caisse", "Responsable": "Léa", "Depuis": "5 janvier 2026",
    ...                      "Levier": "caisse", "Points attendus": "2,5", "Statut": "en cours"}])
    >>> log.rows[0].since, log.rows[0].expected, log.rows[0].status, log.rows[0].kind
    (datetime.date(2026, 1, 5), 2.5, 'running', 'driver')
    """
    if isinstance(source, ActionLog):
        return source
    if not isinstance(source, str | os.PathLike):
        return log_of_sheet(sheet_of(source), day_first=day_first)
    path = Path(os.fspath(source))
    return replace(log_of_sheet(read_sheet(path), day_first=day_first), path=path)


def log_of_sheet(
    sheet: Sheet, *, day_first: bool | None = None, known: set[str] | None = None, row: str | None = None
) -> ActionLog:
    """The log of a sheet; `known` actions may not be there again, `row` is what its one row is called in errors."""
    named = columns_of_heads(sheet)
    heads = {column: sheet.heads[at] for column, at in named.items()}
    place = replace(sheet.place, heads=tuple(heads.items()))
    names = [row] if row is not None else list(sheet.names)
    given = [{column: cells[at] for column, at in named.items()} for cells in sheet.rows]
    order = day_first if day_first is not None else day_order(
        [(name, column, cells.get(column)) for name, cells in zip(names, given, strict=True)
         for column in ("since", "until")],
        place, european=True if is_french(sheet, named) else None,
    )  # fmt: skip
    found = every_row(given, names, place, order)
    refuse_twice(found, names, place, known or set())
    own = [at for at in range(len(sheet.heads)) if at not in named.values() and sheet.heads[at]]
    table: dict[str, list[Any]] = {name: [getattr(each, name) for each in found] for name in COLUMNS}
    table |= {sheet.heads[at]: [own_cell(cells[at]) for cells in sheet.rows] for at in own}
    # A table has no lines: its rows are known by their actions.
    places = {} if row or not sheet.place.is_file else dict(zip(table["action"], map(place.at, names), strict=True))
    return ActionLog(table, None, heads, sheet.separator, places)


def columns_of_heads(sheet: Sheet) -> dict[str, int]:
    """Position of each known column.

    Raises
    ------
    ArgumentError or ReadError
        When two heads name one column, or there is none for the action or its beginning.
    """
    found: dict[str, int] = {}
    for at, head in enumerate(sheet.heads):
        column = column_of(head, sheet.place) if head else None
        if column is None:
            continue
        if column in found:
            raise sheet.place.refused("", head, f"one column of {column!r}", sheet.heads[found[column]], "rename one")
        found[column] = at
    for column in ("action", "since"):
        if column not in found:
            raise sheet.place.error(
                where=sheet.place.at(), expected=f"a column {column!r} ({french_heads()[column]!r} in French)",
                got=", ".join(filter(None, sheet.heads)) or "none",
            )  # fmt: skip
    return found


def is_french(sheet: Sheet, named: Mapping[str, int]) -> bool:
    """Whether the file was written in French: by its separator, or by heads that no English one is."""
    return sheet.separator == ";" or in_french({column: sheet.heads[at] for column, at in named.items()})


def every_row(
    given: Sequence[Mapping[str, Any]], names: Sequence[str], place: Place, day_first: bool | None
) -> list[LoggedAction]:
    """All actions, or one error for all of those that cannot be read."""
    found: list[LoggedAction] = []
    errors: list[NpskitError] = []
    for cells, name in zip(given, names, strict=True):
        try:
            found.append(read_row(cells, name, place, day_first))
        except NpskitError as error:
            errors.append(error)
    if errors:
        raise together(errors, place.source) from None
    return found


def read_row(cells: Mapping[str, Any], row: str, place: Place, day_first: bool | None) -> LoggedAction:
    """One action, its cells checked against each other."""
    texts = {name: as_text(cells.get(name)) for name in ("action", "owner", *KINDS, "treated", "note")}
    status = as_status(cells.get("status"), row, place)
    name = texts.pop("action")
    if name is None:
        raise place.refused(row, "action", "the name of the action", "none")
    since = as_day(cells.get("since"), row, "since", place, day_first=day_first)
    until = as_day(cells.get("until"), row, "until", place, day_first=day_first, last=True)
    if since is None and status not in ("planned", "dropped"):
        raise place.refused(row, "since", "the day it began", "none", "status 'planned' needs no day yet")
    if since is not None and until is not None and until < since:
        raise place.refused(row, "until", f"a day not before {since.isoformat()}, when it began", until.isoformat())
    kinds = [kind for kind in KINDS if texts[kind] is not None]
    if len(kinds) > 1:
        raise place.refused(row, kinds[1], "one of driver, theme and segment", texts[kinds[1]],
                            f"{kinds[0]} says {texts[kinds[0]]!r}: write two actions, or leave one out")  # fmt: skip
    points = {name: as_points(cells.get(name), row, name, place) for name in POINTS}
    check_points(points, row, place)
    return LoggedAction(
        action=name,
        owner=texts["owner"],
        since=since,
        until=until,
        driver=texts["driver"],
        theme=texts["theme"],
        segment=texts["segment"],
        treated=texts["treated"],
        expected=points["expected"],
        expected_lower=points["expected_lower"],
        expected_upper=points["expected_upper"],
        status=status,
        note=texts["note"],
    )


def check_points(points: Mapping[str, float | None], row: str, place: Place) -> None:
    """Refuse limits on the wrong side of what is expected, and limits of nothing."""
    expected, lower, upper = (points[name] for name in POINTS)
    if expected is None:
        limit = next((name for name in POINTS[1:] if points[name] is not None), None)
        if limit is not None:
            raise place.refused(row, "expected", f"the points expected, since {limit!r} is there", "none")
        return
    if lower is not None and lower > expected:
        raise place.refused(row, "expected_lower", f"at most the {expected:g} expected", lower)
    if upper is not None and upper < expected:
        raise place.refused(row, "expected_upper", f"at least the {expected:g} expected", upper)


def refuse_twice(found: Sequence[LoggedAction], names: Sequence[str], place: Place, known: set[str]) -> None:
    """Refuse an action that is there twice: its effect could be nobody's."""
    seen = dict.fromkeys(known, "the log")
    for action, row in zip(found, names, strict=True):
        key = fold(action.action)
        if key in seen:
            raise place.refused(row, "action", f"each action once, and {seen[key]} has it", action.action,
                                "say which: 'Training, second round'")  # fmt: skip
        seen[key] = row


def own_cell(value: Any) -> Any:
    """A cell of the team's own columns: text without its mark, anything else as it is."""
    return as_text(value) if isinstance(value, str) else None if is_missing(value) else value


def written(value: Any) -> Any:
    """A value as it stands in a cell: columns to levels as ``shop=Lyon|Nice``."""
    if not isinstance(value, Mapping):
        return value
    return CONDITIONS.join(
        f"{column}={LEVELS.join(map(str, levels if isinstance(levels, (list, tuple, set)) else [levels]))}"
        for column, levels in value.items()
    )
