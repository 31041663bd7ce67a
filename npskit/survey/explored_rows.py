"""The rows behind what an explorer shows, as long as they are those that were counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.cube import AnyCube
from npskit.errors import ArgumentError
from npskit.frames import Key, wrap
from npskit.frames.selecting import Condition, selected
from npskit.survey.explored_state import State

if TYPE_CHECKING:
    from npskit.frames import Source
    from npskit.survey.base import Base

__all__ = ["conditions", "rows"]


def conditions(keys: Mapping[str, Key], cube: AnyCube, state: State) -> list[Condition]:
    """What a state keeps: keys with their levels."""
    places: dict[str, Sequence[int]] = dict(state.selection)
    if state.dates is not None and cube.date is not None:
        places[cube.names[cube.date]] = range(state.dates[0], state.dates[1] + 1)
    return [(keys[name], {cube.dimensions[cube.axis(name)].levels[at] for at in some}) for name, some in places.items()]


def rows(survey: Base, keys: Mapping[str, Key], cube: AnyCube, state: State) -> Any:
    """The rows that a state keeps, as a frame of the caller's own library.

    Raises
    ------
    ArgumentError
        When the data have changed since they were counted.
    """
    source, kept = survey.source, conditions(keys, cube, state)
    places = {cube.axis(name): some for name, some in state.selection.items()}
    if state.dates is not None and cube.date is not None:
        places[cube.date] = tuple(range(state.dates[0], state.dates[1] + 1))
    expected = cube.tables({}, {"": ()})[""]
    check(counted(survey, source, cube), expected)
    frame = selected(source, kept)
    if kept:
        filtered = cube.tables(places, {"": ()})[""]
        if survey.aggregated is None:
            check(counted(survey, wrap(frame), cube), filtered)
    return eager(survey.data, frame)


def counted(survey: Base, source: Source, cube: AnyCube) -> np.ndarray:
    """Rows per rating now, and those without."""
    tally = source.tally(survey._column("rating"), scale=cube.scale)
    return np.append(tally.counts[0], tally.missing)


def check(now: np.ndarray, then: np.ndarray) -> None:
    """Refuse rows that are no longer those that were counted."""
    if not np.array_equal(now, then):
        raise ArgumentError(
            where="explore",
            expected=f"the data as they were counted, {int(then[:-1].sum()):,} responses in {int(then.sum()):,} rows",
            got=f"{int(now[:-1].sum()):,} in {int(now.sum()):,}, or other ratings",
            hint="the frame has changed since; explore it anew: df.nps.explore()",
        )


def eager(data: Any, frame: Any) -> Any:
    """A frame collected where the data are not lazy."""
    lazy = hasattr(frame, "collect") and not hasattr(data, "collect")
    return frame.collect() if lazy and type(frame).__module__.startswith("polars") else frame
