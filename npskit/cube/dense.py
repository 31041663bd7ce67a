"""A cube that holds every combination of levels, so that a move is a sum over slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from npskit.cube.dimension import Dimension
from npskit.cube.face import AnyCube, Selection, as_index, regrouped
from npskit.errors import ArgumentError
from npskit.scale import Scale

__all__ = ["Cube"]


@dataclass(frozen=True, slots=True, eq=False)
class Cube(AnyCube):
    """Answers counted for every combination of levels.

    Attributes
    ----------
    dimensions : tuple of Dimension
        The axes.
    counts : ndarray of unsigned integers, shape (levels of each axis …, ratings)
        Responses per rating, in integers that hold the sum of all of them.
    scale : Scale
    missing : ndarray of unsigned integers, shape (levels of each axis …)
        Rows without an answer; none unless given.

    Examples
    --------
    >>> shops, months = Dimension("shop", ("Lyon", "Nice")), Dimension("month", (1, 2, 3))
    >>> counts = np.zeros((2, 3, 11), dtype=int)
    >>> counts[0, :, 10], counts[1, 1, 0] = 5, 4
    >>> cube = Cube((shops, months), counts, Scale())
    >>> seen = cube.views({0: [0], 1: [1, 2]}, {"all": (), "shop": (0,)})
    >>> cube.scale.category_counts(seen["all"]).tolist(), cube.scale.category_counts(seen["shop"]).tolist()
    ([0, 0, 10], [[0, 0, 10], [4, 0, 0]])
    """

    dimensions: tuple[Dimension, ...]
    counts: np.ndarray
    scale: Scale
    missing: np.ndarray = field(default_factory=lambda: np.zeros((), dtype=np.uint32))

    def __post_init__(self) -> None:
        shape = (*map(len, self.dimensions), len(self.scale))
        counts = np.asarray(self.counts)
        missing = np.asarray(self.missing)
        missing = np.broadcast_to(missing, shape[:-1]) if missing.ndim == 0 else missing
        if counts.shape != shape or missing.shape != shape[:-1]:
            raise ArgumentError(
                where="Cube",
                expected=f"counts of shape {shape} and missing of shape {shape[:-1]}",
                got=f"{counts.shape} and {missing.shape}",
            )
        kind = np.uint32 if int(counts.sum()) + int(missing.sum()) < 1 << 32 else np.uint64
        object.__setattr__(self, "dimensions", tuple(self.dimensions))
        object.__setattr__(self, "counts", np.asarray(counts, dtype=kind, order="C"))
        object.__setattr__(self, "missing", np.asarray(missing, dtype=kind, order="C"))

    def views(self, selection: Selection, views: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
        return self._summed(self.counts, selection, views)

    def tables(self, selection: Selection, views: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
        answers = self._summed(self.counts, selection, views)
        missing = self._summed(self.missing[..., None], selection, views)
        return {name: np.concatenate([answers[name], missing[name]], axis=-1) for name in views}

    def _summed(
        self, array: np.ndarray, selection: Selection, views: Mapping[str, Sequence[int]]
    ) -> dict[str, np.ndarray]:
        places = {at: as_index(some, len(self.dimensions[at])) for at, some in selection.items()}
        distinct = list(dict.fromkeys(tuple(sorted(axes)) for axes in views.values()))
        sums: dict[tuple[int, ...], np.ndarray] = {}
        share(array, tuple(range(len(self.dimensions))), places, distinct, sums)
        found = {}
        for name, axes in views.items():
            order = tuple(np.argsort(np.argsort(axes))) if len(axes) else ()
            found[name] = sums[tuple(sorted(axes))].transpose(*order, len(axes)).astype(np.int64)
        return found

    def without(self, axis: int) -> Cube:
        dimensions = tuple(each for at, each in enumerate(self.dimensions) if at != axis)
        return Cube(dimensions, self.counts.sum(axis), self.scale, self.missing.sum(axis))

    def coarser(self, axis: int, every: str) -> Cube:
        levels, into = self.dimensions[axis].grouped(every)
        dimensions = list(self.dimensions)
        dimensions[axis] = replace(dimensions[axis], levels=levels, every=every)
        counts, missing = (regrouped(part, axis, into, len(levels)) for part in (self.counts, self.missing))
        return Cube(tuple(dimensions), counts, self.scale, missing)


def share(
    array: np.ndarray,
    axes: tuple[int, ...],
    places: Mapping[int, slice | np.ndarray],
    views: Sequence[tuple[int, ...]],
    found: dict[tuple[int, ...], np.ndarray],
) -> None:
    """Sum away what none of the views shows, then go on with each half of them."""
    needed = {at for view in views for at in view}
    gone = [at for at in axes if at not in needed]
    array = summed(array, [axes.index(at) for at in gone], [places.get(at, slice(None)) for at in gone])
    axes = tuple(at for at in axes if at in needed)
    if len(views) == 1:
        found[views[0]] = array
        return
    half = (len(views) + 1) // 2
    share(array, axes, places, views[:half], found)
    share(array, axes, places, views[half:], found)


def summed(array: np.ndarray, gone: Sequence[int], places: Sequence[slice | np.ndarray]) -> np.ndarray:
    """The sum over selected places of some axes."""
    for axis, some in zip(gone, places, strict=True):
        index: list[Any] = [slice(None)] * array.ndim
        index[axis] = some
        array = array[tuple(index)]
    return array.sum(tuple(gone), dtype=array.dtype)
