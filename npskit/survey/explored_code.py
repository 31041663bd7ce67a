"""Python that gives again what an explorer shows, in the words of the library that holds the rows.

A picture moved by hand is no analysis until somebody can run it again. So a state is written as the filter that an
analyst would write in pandas, Polars, DuckDB or through Narwhals, followed by the verb. The line changes with every
move, also where no kernel is: so it is put together from pieces that a page can carry.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from npskit.cube import AnyCube, Dimension
from npskit.frames import Bands, Key
from npskit.frames.keys import number_text
from npskit.survey.explored_dialects import Dialect, dialect_of
from npskit.survey.explored_state import State, days_of_places

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["code", "pieces"]

Pieces = dict[str, Any]


def pieces(survey: Base, keys: Mapping[str, Key], cube: AnyCube, name: str = "df") -> Pieces:
    """What a line of Python is put together from.

    Parameters
    ----------
    survey : Survey
    keys : mapping of column to str, Bands or Period
    cube : AnyCube
    name : str
        What the frame is called.

    Returns
    -------
    dict
        ``rows`` (everybody), ``filtered`` (with ``{conditions}``), ``joint`` and ``either`` between conditions,
        ``verb`` (with ``{rows}`` and ``{arguments}``), and ``columns``: of each ``by`` and either ``among`` (with
        ``{levels}``), ``levels`` (None for the missing one) and ``missing``, or ``tests`` (one a level); of the date
        ``between`` (with ``{first}`` and ``{last}``), ``firsts`` and ``lasts``.
    """
    dialect, before = dialect_of(survey.source, name), list[str]()
    if isinstance(survey.data, str):
        before.append(f"{name} = npskit.Survey({survey.data!r}).source.frame.to_native()")
    settings = {**survey.settings, "rating": survey._column("rating")}
    if survey.aggregated is not None:
        del settings["rating"]
    if settings.pop("keep", None) is not None:
        people = {role: survey._column(role) for role in ("customer", "date")}
        roles = keywords({**settings, **people, "keep": "last"})
        before.append(f"last = npskit.Survey({name}, {roles}).source.frame{dialect.native}")
        dialect.name = "last"
    roles = keywords({role: value for role, value in settings.items() if role not in ("date", "customer", "comment")})
    columns = {each.name: column_pieces(dialect, keys[each.name], each) for each in cube.dimensions}
    rows, filtered = dialect.rows(roles), dialect.filtered(roles)
    said = " ".join([*before, rows, filtered, str(columns)])
    imports = [f"import {each}" for each in dialect.imports if f"{each.split()[-1]}." in said]
    head = "".join(f"{line}\n" for line in (*imports, *before))
    return {
        "rows": head + rows,
        "filtered": head + filtered,
        "verb": f"{{rows}}{dialect.verb(roles)}({{arguments}})",
        "joint": dialect.both,
        "either": dialect.either,
        "columns": columns,
    }


def keywords(settings: Mapping[str, Any]) -> str:
    """Keywords of a call; a scale under its public name."""
    named = {role: f"npskit.{value!r}" if role == "scale" else repr(value) for role, value in settings.items()}
    return ", ".join(f"{role}={value}" for role, value in named.items())


def column_pieces(dialect: Dialect, key: Key, dimension: Dimension) -> Pieces:
    """The pieces of one column."""
    place = dialect.column(dimension.name)
    if dimension.every is not None:
        days = [days_of_places(dimension, (at, at)) for at in range(len(dimension.periods))]
        firsts, lasts = dialect.ends(place, [(first, last + dt.timedelta(days=1)) for first, last in days])
        return {"between": dialect.between(place), "firsts": firsts, "lasts": lasts}
    if isinstance(key, Bands):
        tests = [
            dialect.absent(place) if level is None else band(dialect, place.text, key, str(level))
            for level in dimension.levels
        ]
        return {"tests": tests, "by": f"by=npskit.Bands({key.column!r}, {list(key.edges)})"}
    levels = [None if level is None else dialect.literal(level) for level in dimension.levels]
    kept = {"among": dialect.among(place), "levels": levels, "missing": dialect.absent(place)}
    return {**kept, "by": f"by={dimension.name!r}"}


def band(dialect: Dialect, place: str, key: Bands, level: str) -> str:
    """The condition for one band."""
    names = {name: at for whole in (True, False) for at, name in enumerate(key.names(whole=whole))}
    edges = [None, *key.edges, None]
    ends = ((">=", edges[names[level]]), ("<", edges[names[level] + 1]))
    parts = [f"({place} {sign} {number_text(end)})" for sign, end in ends if end is not None]
    return parts[0] if len(parts) == 1 else f"({dialect.both.join(parts)})"


def code(found: Pieces, cube: AnyCube, state: State) -> str:
    """The line for a state, as ``sentences.js`` puts it together too."""
    conditions = []
    for at, dimension in enumerate(cube.dimensions):
        places = state.dates if at == cube.date else state.selection.get(dimension.name)
        if places:
            conditions.append(condition(found["columns"][dimension.name], found["either"], places))
    rows = found["rows"]
    if conditions:
        rows = filled(found["filtered"], conditions=found["joint"].join(conditions))
    split = [] if state.split is None else [found["columns"][state.split]["by"]]
    level = [] if state.confidence_level == 0.95 else [f"confidence_level={state.confidence_level!r}"]
    return filled(found["verb"], rows=rows, arguments=", ".join([*split, *level]))


def condition(part: Pieces, either: str, places: Sequence[int]) -> str:
    """The condition for some places of a column, the missing level among them or not."""
    if "between" in part:
        return filled(part["between"], first=part["firsts"][places[0]], last=part["lasts"][places[1]])
    if "tests" in part:
        tests = [part["tests"][at] for at in places]
    else:
        known = [part["levels"][at] for at in places if part["levels"][at] is not None]
        tests = [filled(part["among"], levels=", ".join(known))] if known else []
        tests += [part["missing"]] if len(known) < len(places) else []
    return f"({either.join(tests)})" if len(tests) > 1 else tests[0]


def filled(template: str, **values: str) -> str:
    """A text with the places in braces that have a value filled, once."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)
