"""What the verbs about groups share: their columns looked up, their answers counted, their sides put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError, did_you_mean
from npskit.frames import Key, Period
from npskit.survey.base import Base
from npskit.survey.estimates import effective_responses
from npskit.survey.evidence import Evidence
from npskit.survey.grouping import banded
from npskit.survey.levels import chosen, item_text, level_text
from npskit.tally import ClusterMoments, Tally

__all__ = ["Gathering", "answered", "has_groups", "row_of", "shown_side", "side_of"]

Counted = tuple[Tally, ClusterMoments | None]


class Gathering(Base):
    """Survey answers counted by groups."""

    def _grouping(self, by: Any) -> list[Key]:
        """The items of `by`, which cannot be the rating itself.

        Raises
        ------
        ArgumentError
            For the rating: its groups differ by what they are.
        """
        items = self._items(self.source, by)
        rating = self._column("rating")
        if rating in map(item_text, items):
            hint = "df.nps.distribution() shows how often each rating was given"
            raise ArgumentError(where="by", expected="another column than the rating", got=repr(rating), hint=hint)
        return items

    def _banded(self, by: Any) -> list[Key]:
        """The items of `by`, with columns of many numbers cut into bands."""
        found = []
        for item in self._grouping(by):
            bands = banded(self, item) if isinstance(item, str) else item
            found.append(item if bands is None else bands)
        return found

    def _counted(self, items: Sequence[Key]) -> Counted:
        tally = self.tally(list(items))
        return tally, self._moments(tally, list(items))

    def _alike(self, data: Any) -> Gathering:
        """Another frame read as this one is."""
        return Gathering(data, **self.settings)

    def _design_effect(self, whole: Tally) -> float | None:
        """How many times an answer's variance clusters make that of all answers; None without clusters."""
        moments = self._moments(whole, None)
        if moments is None or not whole.responses[0]:
            return None
        plain, worth = (float(effective_responses(whole, each)[0]) for each in (None, moments))
        return max(plain / worth, 1.0) if worth else None

    def _about(self, items: Sequence[Key]) -> dict[str, Any]:
        """What a result says of its groups: which are periods, and what is assumed of clusters."""
        periods = {item.column: item.every for item in items if isinstance(item, Period)}
        clusters = () if self._cluster is None else ("answer_note_clusters",)
        assumed = (
            () if self.aggregated is None or self.aggregated.assumed is None else ("answer_note_assumed_responses",)
        )
        return {"periods": periods, "notes": (*clusters, *assumed)}


def has_groups(tally: Tally, items: Sequence[Key]) -> None:
    """Refuse to compare fewer than two groups with answers.

    Raises
    ------
    ArgumentError, EmptyDataError
    """
    named = " and ".join(repr(item_text(item)) for item in items)
    if not tally.responses.sum():
        hint = "look at df.nps.audit() for why no answer was counted"
        raise EmptyDataError(where="by", expected=f"answers in {named}", got="none", hint=hint)
    groups = [cell for cell, n in zip(tally.cells, tally.responses, strict=True) if n]
    if len(groups) < 2:
        only = "no value in any row" if groups[0] == (None,) else f"only {level_text(groups[0])!r}"
        raise ArgumentError(
            where="by",
            expected=f"at least two groups with answers in {named}",
            got=only,
            hint="choose a column with several levels, or another frame to compare with: against=df_last_year",
        )


def row_of(tally: Tally, items: Sequence[Key], against: Any) -> int:
    """Which group is meant.

    Raises
    ------
    ArgumentError
        When there is none, or a Period's text means several.
    """
    wanted = list(against) if isinstance(against, (list, tuple)) else [against]
    if len(wanted) != len(items):
        raise ArgumentError(
            where="against",
            expected=f"'rest', 'overall', another survey, or a level of each of {', '.join(tally.keys)}",
            got=repr(against),
        )
    cell = []
    for item, key, level in zip(items, tally.keys, wanted, strict=True):
        found = chosen(item, tally.levels(key), level, where="against")
        if len(found) > 1:
            hint = f"Period({key!r}, 'year') compares years, for example"
            raise ArgumentError(where="against", expected="one period", got=f"{len(found)} in {level!r}", hint=hint)
        cell.append(found[0])
    if tuple(cell) not in tally.cells:
        hint = did_you_mean(level_text(cell), map(level_text, tally.cells))
        raise ArgumentError(where="against", expected="a group that occurs", got=level_text(cell), hint=hint)
    return tally.cells.index(tuple(cell))


def answered(tally: Tally, levels: set[object]) -> list[tuple[object, ...]]:
    """Segments (all keys but the last) with answers at any of these levels of the last key, in the tally's order."""
    pairs = zip(tally.cells, tally.responses, strict=True)
    return list(dict.fromkeys(cell[:-1] for cell, n in pairs if n and cell[-1] in levels))


def side_of(
    tally: Tally, found: Evidence, place: Mapping[tuple[object, ...], int], levels: Sequence[object]
) -> tuple[Evidence, np.ndarray]:
    """Evidence and responses of the segments at these levels of the last key."""
    wanted = set(levels)
    rows = [at for at, cell in enumerate(tally.cells) if cell[-1] in wanted and cell[:-1] in place]
    into = np.array([place[tally.cells[at][:-1]] for at in rows], dtype=np.intp)
    answers = np.zeros(len(place), dtype=np.int64)
    np.add.at(answers, into, tally.responses[rows])
    return found.take(rows).placed(into, len(place)), answers


def shown_side(wanted: Any) -> str:
    """How one side of a change is called."""
    if isinstance(wanted, (list, tuple, set, frozenset, range)):
        return " + ".join(map(shown_side, wanted))
    return str(wanted.date()) if isinstance(wanted, dt.datetime) else level_text(wanted)
