"""What the controls of an explorer stand on: a small value that travels as JSON, and as the dict a person writes.

A page knows places on axes, a person knows names and days. The state holds places; here both are read, and what is
not there is an error that names the nearest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from npskit.charts.periods import next_period
from npskit.cube import AnyCube, Dimension
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, did_you_mean
from npskit.labels import language
from npskit.survey.levels import days_meant, matching

__all__ = ["COMPARISONS", "State", "checked_state", "days_of_places", "readable", "selected_places"]

COMPARISONS = ("before", "rest")


@dataclass(frozen=True, slots=True)
class State:
    """Where the controls stand.

    Attributes
    ----------
    selection : mapping of column to places
        The levels that are kept; columns that are not there are whole.
    dates : (int, int) or None
        First and last period of the cube that are kept, both included.
    every : str
        Periods of the trend.
    split : str or None
        The column whose levels are shown side by side.
    compare : {"before", "rest"} or None
        What the headline is compared with: the same length of time just before, or everybody else.
    min_responses : int
        Groups with fewer responses are greyed.
    confidence_level : float
    lang : {"en", "fr"}
    """

    selection: Mapping[str, tuple[int, ...]]
    dates: tuple[int, int] | None = None
    every: str = "month"
    split: str | None = None
    compare: str | None = None
    min_responses: int = 10
    confidence_level: float = 0.95
    lang: str = "en"

    @property
    def json(self) -> dict[str, Any]:
        """The state in plain JSON."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        selection = {name: list(places) for name, places in self.selection.items()}
        return {**found, "selection": selection, "dates": None if self.dates is None else list(self.dates)}


NAMES = tuple(field.name for field in fields(State))


def checked_state(cube: AnyCube, state: State, changes: Mapping[str, Any]) -> State:
    """A state with some parts changed, in the places of the cube.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnNotFoundError
        For parts that are unknown, and values that cannot be.
    """
    strangers = [name for name in changes if name not in NAMES]
    if strangers:
        hint = did_you_mean(str(strangers[0]), NAMES)
        raise ArgumentError(where="explore", expected="one of " + ", ".join(NAMES), got=repr(strangers[0]), hint=hint)
    read: dict[str, Callable[[Any], Any]] = {
        "selection": lambda value: checked_places(cube, value),
        "dates": lambda value: checked_dates(cube, value),
        "every": lambda value: checked_every(cube, value),
        "split": lambda value: None if value is None else segment(cube, value, "split").name,
        "compare": lambda value: checked_comparison(cube, value),
        "min_responses": checked_minimum,
        "confidence_level": checked_confidence,
        "lang": language,
    }
    return replace(state, **{name: read[name](value) for name, value in changes.items()})


def segment(cube: AnyCube, name: object, where: str) -> Dimension:
    """The column of the cube with this name, which is not that of the dates."""
    columns = [each.name for at, each in enumerate(cube.dimensions) if at != cube.date]
    if name not in columns:
        date = cube.date is not None and name == cube.names[cube.date]
        raise ColumnNotFoundError(
            where=where,
            expected="a column that is explored",
            got=f"{name!r}, the column of dates" if date else repr(name),
            hint=did_you_mean(str(name), columns) if columns else "name some with df.nps.explore(by=[...])",
        )
    return cube.dimensions[cube.axis(str(name))]


def checked_places(cube: AnyCube, selection: Any) -> dict[str, tuple[int, ...]]:
    """Places of each column, in order; a column with none of its levels or with all of them is not filtered."""
    if not isinstance(selection, Mapping):
        raise ArgumentTypeError(where="selection", expected="a mapping of columns to levels", got=repr(selection))
    found = {}
    for name, places in selection.items():
        dimension = segment(cube, name, "selection")
        kept = tuple(sorted({int(at) for at in places}))
        if kept and not 0 <= kept[0] <= kept[-1] < len(dimension):
            got = f"{kept[0]} to {kept[-1]}"
            raise ArgumentError(where=f"selection of {name!r}", expected=f"places below {len(dimension)}", got=got)
        if kept and len(kept) < len(dimension):
            found[dimension.name] = kept
    return {name: found[name] for name in cube.names if name in found}


def periods_of(cube: AnyCube, where: str) -> Dimension:
    """The dates of the cube.

    Raises
    ------
    ArgumentError
        When it has none.
    """
    if cube.date is None or not cube.dimensions[cube.date].periods:
        raise ArgumentError(
            where=where, expected="a column of dates", got="none", hint="name it: df.nps(date='...').explore()"
        )
    return cube.dimensions[cube.date]


def checked_dates(cube: AnyCube, dates: Any) -> tuple[int, int] | None:
    """First and last period, in order and inside the cube."""
    if dates is None:
        return None
    periods = len(periods_of(cube, "dates").periods)
    if not isinstance(dates, Sequence) or len(dates) != 2 or not all(isinstance(at, int) for at in dates):
        raise ArgumentTypeError(where="dates", expected="the places of two periods", got=repr(dates))
    first, last = sorted(int(at) for at in dates)
    if not 0 <= first <= last < periods:
        raise ArgumentError(where="dates", expected=f"places from 0 to {periods - 1}", got=f"{first} and {last}")
    return first, last


def checked_every(cube: AnyCube, every: Any) -> str:
    """A period that the dates of the cube can be shown by."""
    units = ("day", "week", "month", "quarter", "year") if cube.date is None else cube.dimensions[cube.date].units
    if every not in units:
        base = "" if cube.date is None else f"; dates are counted by {cube.dimensions[cube.date].every}"
        raise ArgumentError(
            where="every",
            expected="one of " + ", ".join(map(repr, units)) + base,
            got=repr(every),
            hint=did_you_mean(str(every), units),
        )
    return str(every)


def checked_comparison(cube: AnyCube, compare: Any) -> str | None:
    """What to compare with."""
    if compare is None or compare == "rest":
        return compare
    if compare != "before":
        raise ArgumentError(
            where="compare",
            expected="'before', 'rest' or None",
            got=repr(compare),
            hint=did_you_mean(str(compare), COMPARISONS),
        )
    periods_of(cube, "compare='before'")
    return "before"


def checked_minimum(value: Any) -> int:
    """A whole number of responses."""
    whole = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not (whole and value >= 0 and float(value).is_integer()):
        raise ArgumentError(where="min_responses", expected="a whole number of at least 0", got=repr(value))
    return int(value)


def checked_confidence(value: Any) -> float:
    """A probability inside (0, 1)."""
    if not isinstance(value, (int, float, np.number)) or isinstance(value, bool) or not 0 < value < 1:
        raise ArgumentError(where="confidence_level", expected="a number between 0 and 1", got=repr(value))
    return float(value)


def selected_places(cube: AnyCube, selection: Any) -> dict[str, Any]:
    """What a person selects, as the parts ``selection`` and ``dates`` of a state.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnNotFoundError
        For columns, levels and days that are not there.
    """
    selection = {} if selection is None else selection
    if not isinstance(selection, Mapping):
        raise ArgumentTypeError(
            where="selection", expected="a dict of columns to levels", got=repr(selection), hint="{'shop': ['Lyon']}"
        )
    found: dict[str, Any] = {"selection": {}, "dates": None}
    for name, wanted in selection.items():
        if cube.date is not None and name == cube.names[cube.date]:
            found["dates"] = None if wanted is None else places_of_days(cube, wanted)
            continue
        dimension = segment(cube, name, "selection")
        several = wanted if isinstance(wanted, (list, tuple, set, frozenset, range)) else [wanted]
        where = f"selection of {name!r}"
        levels = [matching(dimension.levels, level, where=where, column=dimension.name) for level in several]
        found["selection"][dimension.name] = dimension.positions(levels)
    return found


def places_of_days(cube: AnyCube, wanted: Any) -> tuple[int, int]:
    """First and last place of two days, or of one period such as ``"2024-03"``."""
    dimension = periods_of(cube, "selection")
    ends = list(wanted) if isinstance(wanted, (list, tuple)) else [wanted, wanted]
    meant = [days_meant(end) for end in ends]
    if len(ends) != 2 or meant[0] is None or meant[1] is None:
        raise ArgumentError(
            where=f"selection of {dimension.name!r}",
            expected="a first and a last day, as dates or as text such as '2024-03'",
            got=repr(wanted),
        )
    (first, _, _), (_, last, _) = sorted((meant[0], meant[1]), key=lambda days: days[0])
    places = dimension.between(first, last)
    if not places:
        known, end = dimension.periods[0], days_of_places(dimension, (0, len(dimension.periods) - 1))[1]
        raise ArgumentError(
            where=f"selection of {dimension.name!r}",
            expected=f"days from {known} to {end}",
            got=f"{first} to {last}",
        )
    return places[0], places[-1]


def days_of_places(dimension: Dimension, dates: tuple[int, int]) -> tuple[dt.date, dt.date]:
    """The first day of the first period and the last day of the last."""
    first, last = (dimension.periods[at] for at in dates)
    return first, next_period(last, dimension.every or "day") - dt.timedelta(days=1)


def readable(cube: AnyCube, state: State) -> dict[str, list[Any]]:
    """What is selected, as a person writes it: levels per column, and the first and the last day."""
    found: dict[str, list[Any]] = {
        name: [cube.dimensions[cube.axis(name)].levels[at] for at in places] for name, places in state.selection.items()
    }
    if state.dates is not None and cube.date is not None:
        found[cube.names[cube.date]] = list(days_of_places(cube.dimensions[cube.date], state.dates))
    return found
