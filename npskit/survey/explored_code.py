"""Python that gives again what an explorer shows, in the words of the library that holds the rows.

A picture moved by hand is no analysis until somebody can run it again. So a state is written as the filter that an
analyst would write in pandas, Polars, DuckDB or through Narwhals, followed by the verb.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from npskit.cube import AnyCube
from npskit.frames import Bands, Key
from npskit.frames.keys import number_text
from npskit.survey.explored_dialects import Column, Dialect, dialect_of
from npskit.survey.explored_state import State, days_of_places

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["code"]

# Longer ones are broken after the filter.
LINE = 110


def code(survey: Base, keys: Mapping[str, Key], cube: AnyCube, state: State, name: str) -> str:
    """The lines that give the numbers of a state.

    Parameters
    ----------
    survey : Survey
    keys : mapping of column to str, Bands or Period
    cube : AnyCube
    state : State
    name : str
        What the frame is called.
    """
    settings = {**survey.settings, "rating": survey._column("rating")}
    if survey.aggregated is not None:
        del settings["rating"]
    first, source = [], survey.source
    if isinstance(survey.data, str):
        first.append(f"{name} = npskit.Survey({survey.data!r}).source.frame.to_native()")
    if settings.pop("keep", None) is not None:
        people = {role: survey._column(role) for role in ("customer", "date")}
        roles = keywords({**settings, **people, "keep": "last"})
        first.append(f"last = npskit.Survey({name}, {roles}).source.frame{dialect_of(source, name).native}")
        name = "last"
    dialect = dialect_of(source, name)
    settings = {role: value for role, value in settings.items() if role not in ("date", "customer", "comment")}
    tests = [
        *(condition_of(dialect, keys[column], cube, places) for column, places in state.selection.items()),
        *([date_test(dialect, cube, state.dates)] if state.dates is not None and cube.date is not None else []),
    ]
    filtered = dialect.filtered(tests)
    summary = summary_of(keys, state)
    if len(filtered) + len(summary) > LINE:
        first.append(f"part = {filtered}")
        filtered = "part"
    last = dialect.opened(filtered, keywords(settings)) + summary
    body = "\n".join([*first, last])
    imports = [f"import {each}" for each in dialect.imports if f"{each.split()[-1]}." in body]
    return "\n".join([*imports, body])


def keywords(settings: Mapping[str, Any]) -> str:
    """Keywords of a call; a scale under its public name."""
    named = {role: f"npskit.{value!r}" if role == "scale" else repr(value) for role, value in settings.items()}
    return ", ".join(f"{role}={value}" for role, value in named.items())


def summary_of(keys: Mapping[str, Key], state: State) -> str:
    """The verb that gives the table."""
    given = []
    if state.split is not None:
        key = keys[state.split]
        bands = isinstance(key, Bands) and f"npskit.Bands({key.column!r}, {list(key.edges)})"
        given.append(f"by={bands or repr(key)}")
    if state.confidence_level != 0.95:
        given.append(f"confidence_level={state.confidence_level!r}")
    return f".summary({', '.join(given)})"


def condition_of(dialect: Dialect, key: Key, cube: AnyCube, places: Sequence[int]) -> str:
    """The condition for some levels of a column."""
    column = key if isinstance(key, str) else key.column
    dimension = cube.dimensions[cube.axis(column)]
    levels = [dimension.levels[at] for at in places]
    known, missing = [level for level in levels if level is not None], None in levels
    place = dialect.column(column)
    if isinstance(key, Bands):
        tests = [band_test(dialect, place, low, high) for low, high in band_ends(key, known)]
    else:
        tests = [dialect.among(place, known)] if known else []
    if missing:
        tests.append(dialect.absent(place))
    return tests[0] if len(tests) == 1 else f"({dialect.either.join(tests)})"


def band_ends(key: Bands, levels: Sequence[object]) -> list[tuple[float | None, float | None]]:
    """Lower and upper end of each run of bands side by side; None where it is open."""
    names = {name: at for whole in (True, False) for at, name in enumerate(key.names(whole=whole))}
    edges = [None, *key.edges, None]
    ends: list[tuple[float | None, float | None]] = []
    for at in sorted(names[str(level)] for level in levels):
        low, high = edges[at], edges[at + 1]
        if ends and ends[-1][1] is not None and ends[-1][1] == low:
            ends[-1] = (ends[-1][0], high)
        else:
            ends.append((low, high))
    return ends


def band_test(dialect: Dialect, place: Column, low: float | None, high: float | None) -> str:
    """The condition for numbers from one end up to another."""
    parts = [f"{place.text} {sign} {number_text(end)}" for sign, end in ((">=", low), ("<", high)) if end is not None]
    return dialect.both(parts) if parts else dialect.present(place)


def date_test(dialect: Dialect, cube: AnyCube, dates: tuple[int, int]) -> str:
    """The condition for days from the first to the last."""
    dimension = cube.dimensions[cube.date or 0]
    first, last = days_of_places(dimension, dates)
    return dialect.days(dialect.column(dimension.name), first, last + dt.timedelta(days=1))
