"""A cube too large to be held: it holds the few tables that the next moves of one control need.

Columns of many levels multiply to more combinations than there are rows. But a person moves one control at a time. So
one pass over the rows counts, for that control's axis, a table of its places by the levels of each view under the
filters of all others; then every move of it is a sum over some places of these small tables. When another control is
taken in hand, the rows are counted again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from npskit.cube.dense import Cube
from npskit.cube.dimension import Dimension
from npskit.cube.face import MOST_CELLS, AnyCube, Selection, as_index, regrouped
from npskit.scale import Scale

__all__ = ["Count", "IndexedCube"]

Question = tuple[Mapping[int, np.ndarray], tuple[int, ...]]
Count = Callable[[Sequence[Question]], list[np.ndarray]]
# Tables that are kept: those of a few views, and of the question before.
MOST_KEPT = 16


class IndexedCube(AnyCube):
    """Answers counted again for each control that is taken in hand.

    Parameters
    ----------
    dimensions : sequence of Dimension
    scale : Scale
    count : callable
        One pass over the rows. It is given questions, each a mapping of axis to the places that are kept (a mask) and
        the axes that span the answer, and gives an ndarray of shape (levels of the axes …, ratings + 1) for each.

    Attributes
    ----------
    active : int or None
        The axis that is moved: the last whose selection alone changed.
    passes : int
        How often the rows were counted.

    Examples
    --------
    >>> shops = Dimension("shop", ("Lyon", "Nice"))
    >>> table = np.zeros((2, 12), dtype=int)
    >>> table[:, 10] = 3, 4
    >>> def count(questions):
    ...     rows = [table[filters.get(0, np.ones(2, dtype=bool))] for filters, _ in questions]
    ...     return [part if axes else part.sum(0) for part, (_, axes) in zip(rows, questions)]
    >>> cube = IndexedCube([shops], Scale(), count)
    >>> [int(cube.views({0: places}, {"all": ()})["all"].sum()) for places in ([0], [1], [0, 1])], cube.passes
    ([3, 4, 7], 1)
    """

    def __init__(self, dimensions: Sequence[Dimension], scale: Scale, count: Count) -> None:
        self.dimensions, self.scale, self.count = tuple(dimensions), scale, count
        self.active: int | None = self.date if self.date is not None else 0 if self.dimensions else None
        self.passes = 0
        self._last: dict[int, bytes] = {}
        self._tables: dict[object, np.ndarray] = {}

    def views(self, selection: Selection, views: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
        now = {at: self._mask(at, some).tobytes() for at, some in selection.items()}
        moved = [at for at in now.keys() | self._last.keys() if now.get(at) != self._last.get(at)]
        if len(moved) == 1:
            self.active = moved[0]
        self._last = now
        return super().views(selection, views)

    def tables(self, selection: Selection, views: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
        masks = {at: self._mask(at, some) for at, some in selection.items()}
        asked = {name: self._question(masks, tuple(axes)) for name, axes in views.items()}
        keys = {name: key_of(question) for name, question in asked.items()}
        new = {keys[name]: question for name, question in asked.items() if keys[name] not in self._tables}
        if new:
            self.passes += 1
            self._tables.update(zip(new, self.count(list(new.values())), strict=True))
        found = {}
        for name, axes in views.items():
            table = self._tables[keys[name]] = self._tables.pop(keys[name])
            if len(asked[name][1]) > len(axes):
                kept = masks.get(self.active if self.active is not None else -1)
                table = (table if kept is None else table[kept]).sum(0)
            found[name] = table
        while len(self._tables) > max(MOST_KEPT, len(keys)):
            self._tables.pop(next(iter(self._tables)))
        return found

    def _question(self, masks: Mapping[int, np.ndarray], axes: tuple[int, ...]) -> Question:
        """What to count for a view: by the active axis too, unfiltered, where that is not its own and not too much."""
        others = {at: mask for at, mask in masks.items() if at not in axes}
        active = self.active
        if active is None or active in axes:
            return others, axes
        if math.prod(len(self.dimensions[at]) for at in (active, *axes)) > MOST_CELLS:
            return others, axes
        others.pop(active, None)
        return others, (active, *axes)

    def _mask(self, axis: int, positions: Sequence[int]) -> np.ndarray:
        mask = np.zeros(len(self.dimensions[axis]), dtype=bool)
        mask[as_index(positions, len(mask))] = True
        return mask

    def without(self, axis: int) -> AnyCube:
        dimensions = [each for at, each in enumerate(self.dimensions) if at != axis]
        count = self.count

        def fewer(questions: Sequence[Question]) -> list[np.ndarray]:
            def old(at: int) -> int:
                return at + (at >= axis)

            return count([({old(at): m for at, m in some.items()}, tuple(map(old, axes))) for some, axes in questions])

        return fitting(dimensions, self.scale, fewer)

    def coarser(self, axis: int, every: str) -> AnyCube:
        levels, into = self.dimensions[axis].grouped(every)
        dimensions = list(self.dimensions)
        dimensions[axis] = replace(dimensions[axis], levels=levels, every=every)
        count = self.count

        def longer(questions: Sequence[Question]) -> list[np.ndarray]:
            fine = [({at: m[into] if at == axis else m for at, m in some.items()}, axes) for some, axes in questions]
            return [
                regrouped(table, axes.index(axis), into, len(levels)) if axis in axes else table
                for table, (_, axes) in zip(count(fine), fine, strict=True)
            ]

        return fitting(dimensions, self.scale, longer)


def fitting(dimensions: Sequence[Dimension], scale: Scale, count: Count) -> AnyCube:
    """The cube with every combination held where these are few enough."""
    if math.prod(map(len, dimensions)) > MOST_CELLS:
        return IndexedCube(dimensions, scale, count)
    table = count([({}, tuple(range(len(dimensions))))])[0]
    return Cube(tuple(dimensions), table[..., :-1], scale, table[..., -1])


def key_of(question: Question) -> object:
    """A question as the key of its answer."""
    filters, axes = question
    return frozenset((at, mask.tobytes()) for at, mask in filters.items()), axes
