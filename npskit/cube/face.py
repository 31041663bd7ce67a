"""One face for every cube: views of a selected part, as arrays or as the tally that all verbs go on from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Self

import numpy as np

from npskit.cube.dimension import Dimension
from npskit.errors import ArgumentError, ColumnNotFoundError, did_you_mean
from npskit.scale import Scale
from npskit.tally import Tally

__all__ = ["MOST_CELLS", "AnyCube", "Selection", "as_index", "regrouped"]

# Cells, ratings not counted, that are held.
MOST_CELLS = 4_000_000
Selection = Mapping[int, Sequence[int]]


class AnyCube(ABC):
    """What all cubes answer, whether they hold every combination or count the rows again.

    Attributes
    ----------
    dimensions : tuple of Dimension
    scale : Scale
    """

    __slots__ = ()
    dimensions: tuple[Dimension, ...]
    scale: Scale

    @abstractmethod
    def tables(self, selection: Selection, views: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
        """Views with one more column, of rows without an answer: shape (levels of the axes …, ratings + 1)."""

    @abstractmethod
    def without(self, axis: int) -> AnyCube:
        """The cube with a column summed away."""

    @abstractmethod
    def coarser(self, axis: int, every: str) -> AnyCube:
        """The cube with the dates of an axis in longer periods."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def date(self) -> int | None:
        """The axis of dates, None when there is none."""
        return next((at for at, dimension in enumerate(self.dimensions) if dimension.every), None)

    def titled(self, titles: Mapping[str, str]) -> Self:
        """The same cube; a person reads these titles instead of the names of its columns."""
        found = copy(self)
        dimensions = tuple(replace(each, title=titles.get(each.name, each.title)) for each in self.dimensions)
        # Also of a cube that is frozen: this one is nobody else's yet.
        object.__setattr__(found, "dimensions", dimensions)
        return found

    def axis(self, name: str) -> int:
        """The axis of a column.

        Raises
        ------
        ColumnNotFoundError
        """
        if name not in self.names:
            raise ColumnNotFoundError(f"the cube has no column {name!r}.", hint=did_you_mean(name, self.names))
        return self.names.index(name)

    def marginal(self, selection: Selection, axes: Sequence[int] = ()) -> np.ndarray:
        """Answers of the selected part by the levels of some axes.

        Parameters
        ----------
        selection : mapping of axis to positions
            Places kept on an axis; axes that are not named are kept whole, and of none nothing is left.
        axes : sequence of int
            What spans the answer.

        Returns
        -------
        ndarray of int64, shape (levels of the axes …, ratings)
            Places that are not selected hold 0.
        """
        return self._table(selection, axes)[..., :-1]

    def views(self, selection: Selection, views: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
        """Answers by the axes of several views at once, each of which ignores what is selected on its own axes.

        Parameters
        ----------
        selection : mapping of axis to positions
        views : mapping of name to axes

        Returns
        -------
        dict of ndarray of int64, shape (levels of the axes …, ratings)
        """
        return {name: table[..., :-1] for name, table in self.tables(selection, views).items()}

    def tally(self, selection: Selection, axes: Sequence[int] = (), *, every: str | None = None) -> Tally:
        """The selected part as the tally of its rows by some axes; dates in the periods of `every` when given."""
        table = self._table(selection, axes)
        levels: list[tuple[object, ...]] = []
        for place, at in enumerate(axes):
            dimension = self.dimensions[at]
            names = dimension.levels
            if every is not None and dimension.every is not None:
                names, into = dimension.grouped(every)
                table = regrouped(table, place, into, len(names))
            levels.append(names)
        rows = table.reshape(-1, table.shape[-1])
        used = np.flatnonzero(rows.any(-1)) if axes else np.zeros(1, dtype=np.intp)
        places = np.unravel_index(used, table.shape[:-1]) if axes else ()
        columns = [[names[at] for at in found] for names, found in zip(levels, places, strict=True)]
        return Tally(
            counts=rows[used, :-1],
            scale=self.scale,
            keys=tuple(self.dimensions[at].name for at in axes),
            cells=tuple(zip(*columns, strict=True)) if axes else ((),),
            missing=rows[used, -1],
        )

    def _table(self, selection: Selection, axes: Sequence[int]) -> np.ndarray:
        """The selected part by some axes, 0 in places that are not selected, and rows without an answer."""
        table = self.tables(selection, {"": axes})[""]
        for place, at in enumerate(axes):
            if at in selection:
                kept = np.zeros(table.shape[place], dtype=bool)
                kept[as_index(selection[at], len(kept))] = True
                table = table * kept.reshape(-1, *[1] * (table.ndim - place - 1))
        return table


def as_index(positions: Sequence[int], size: int) -> slice | np.ndarray:
    """Places on an axis as a slice where they lie side by side, else as they are, each once.

    Raises
    ------
    ArgumentError
        For a place beyond the axis.
    """
    places = np.unique(np.asarray(list(positions), dtype=np.intp))
    if not len(places):
        return slice(0, 0)
    first, last = int(places[0]), int(places[-1])
    if first < 0 or last >= size:
        raise ArgumentError(where="selection", expected=f"positions from 0 to {size - 1}", got=f"{first} to {last}")
    return slice(first, last + 1) if last - first + 1 == len(places) else places


def regrouped(array: np.ndarray, axis: int, into: np.ndarray, size: int) -> np.ndarray:
    """Places of an axis summed into fewer; `into` tells where each goes, rising."""
    found = np.zeros((*array.shape[:axis], size, *array.shape[axis + 1 :]), dtype=array.dtype)
    if len(into):
        starts = np.flatnonzero(np.diff(into, prepend=-1))
        found[(slice(None),) * axis + (into[starts],)] = np.add.reduceat(array, starts, axis=axis)
    return found
