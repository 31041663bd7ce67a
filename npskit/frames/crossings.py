"""Answers by every column and by every two of them: what a search for unusual segments counts.

A tally per pair would read each column eleven times for twelve columns. Here a pandas column is coded once per block of
rows and every pair counted from the codes, so that sixty-six pairs of a million rows take a fraction of a second. Other
engines count pair by pair where the rows are. Levels without end (a town, a postcode) keep the most frequent ones and
lump the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from npskit.frames.coding import Codes
from npskit.frames.counting import Blocks, spans
from npskit.frames.keys import level_order
from npskit.scale import Scale
from npskit.tally import Tally

__all__ = ["LUMPED", "Crossings", "category_reader", "kept_levels", "of_codes", "of_tallies"]

# What stands for all levels that are too rare to be kept.
LUMPED = "…"
BLOCK = 1 << 16
Pair = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Answers per category by C columns and by their pairs.

    Attributes
    ----------
    levels : tuple of tuple
        The levels of each column; the missing one is None, the lumped ones are `LUMPED`.
    reportable : tuple of ndarray of bool
        For each column which of its levels say something: not the missing nor the lumped ones.
    counts : mapping
        ``(i,)`` to counts (L_i, 3) and ``(i, j)``, i < j, to counts (L_i, L_j, 3).
    weights, squares : mapping, optional
        With weights: their sums and the sums of their squares, of the same shapes.
    """

    levels: tuple[tuple[object, ...], ...]
    reportable: tuple[np.ndarray, ...]
    counts: Mapping[Pair, np.ndarray]
    weights: Mapping[Pair, np.ndarray] | None = None
    squares: Mapping[Pair, np.ndarray] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Levels of a column that are kept, and where each of its codes goes (the code -1 reads the last place)."""

    levels: tuple[object, ...]
    places: np.ndarray

    @property
    def reportable(self) -> np.ndarray:
        return np.array([level is not None and level is not LUMPED for level in self.levels], dtype=bool)


def kept_levels(levels: Sequence[object], answers: np.ndarray, most: int, *, ordered: bool = False) -> Kept:
    """The levels with answers in the order they are shown, the rarest beyond `most` lumped, the missing one last.

    Parameters
    ----------
    levels : sequence
        Without the missing one.
    answers : ndarray, shape (levels + 1,)
        Answers per level; the last number is of the missing ones.
    most : int
    ordered : bool
        Whether the levels are in their order already.

    Examples
    --------
    >>> kept = kept_levels(["b", "c", "a"], np.array([5, 1, 2, 3]), 2)
    >>> kept.levels, kept.places.tolist()
    (('a', 'b', '…', None), [1, 2, 0, 3])
    """
    shown = [at for at in (range(len(levels)) if ordered else level_order(levels)) if answers[at] > 0]
    frequent = set(sorted(shown, key=lambda at: -answers[at])[:most])
    kept = [at for at in shown if at in frequent]
    names: list[object] = [levels[at] for at in kept]
    places = np.full(len(levels) + 1, len(kept), dtype=np.int64)
    places[kept] = np.arange(len(kept))
    if len(kept) < len(shown):
        names.append(LUMPED)
    places[-1] = len(names)
    if answers[-1] > 0:
        names.append(None)
    return Kept(tuple(names), np.minimum(places, max(len(names) - 1, 0)))


def keys_of(columns: int, depth: int) -> list[Pair]:
    """Columns, and with a depth of 2 their pairs."""
    return [key for size in range(1, depth + 1) for key in combinations(range(columns), size)]


def of_codes(
    codes: Sequence[Codes],
    categories: Blocks,
    length: int,
    *,
    weight: Blocks | None,
    depth: int,
    most_levels: int,
) -> Crossings:
    """Crossings of columns coded in a frame of ours; `categories` gives 0, 1, 2, and 3 for no answer."""
    kept = [
        kept_levels(each.levels, answers, most_levels, ordered=each.ordered)
        for each, answers in zip(codes, level_counts(codes, categories, length), strict=True)
    ]
    sizes = [max(len(each.levels), 1) for each in kept]
    # The single columns are sums of pairs, where there are any.
    keys = [key for key in keys_of(len(codes), depth) if len(key) == min(depth, len(codes))]
    kinds = 1 if weight is None else 3
    sums = {key: np.zeros((kinds, int(np.prod([sizes[at] for at in key])) * 3)) for key in keys}
    for start, stop in spans(length, BLOCK):
        category = categories(start, stop)
        rows = category < 3
        whole = bool(rows.all())
        at = [each.places.take(code.read(start, stop), mode="wrap") for each, code in zip(kept, codes, strict=True)]
        at, category = (at, category) if whole else ([each[rows] for each in at], category[rows])
        last = [each * 3 + category for each in at]
        values: list[Any] = [None]
        if weight is not None:
            weights = weight(start, stop) if whole else weight(start, stop)[rows]
            values += [weights, weights * weights]
        for key, total in sums.items():
            index = last[key[-1]] if len(key) == 1 else at[key[0]] * (3 * sizes[key[1]]) + last[key[1]]
            for kind, each in enumerate(values):
                total[kind] += np.bincount(index, each, total.shape[1])
    tables = [{key: total[kind].reshape(*(sizes[at] for at in key), 3) for key, total in sums.items()}
              for kind in range(kinds)]  # fmt: skip
    return crossed(kept, [with_singles(each, len(codes)) for each in tables])


def level_counts(codes: Sequence[Codes], categories: Blocks, length: int) -> list[np.ndarray]:
    """Answers per level of each column, the missing ones last."""
    counts = [np.zeros(len(each.levels) + 1, dtype=np.int64) for each in codes]
    for start, stop in spans(length, max([BLOCK, *map(len, counts)])):
        rows = categories(start, stop) < 3
        for total, each in zip(counts, codes, strict=True):
            found = np.add(each.read(start, stop), 1, dtype=np.int64)[rows]
            sizes = np.bincount(found, minlength=len(total))
            total += np.append(sizes[1:], sizes[0])
    return counts


def with_singles(tables: Mapping[Pair, np.ndarray], columns: int) -> dict[Pair, np.ndarray]:
    """Tables of pairs with those of the single columns before them."""
    if columns < 2 or all(len(key) == 1 for key in tables):
        return dict(tables)
    singles: dict[Pair, np.ndarray] = {(0,): tables[(0, 1)].sum(axis=1)}
    singles.update({(at,): tables[(0, at)].sum(axis=0) for at in range(1, columns)})
    return {**singles, **tables}


def of_tallies(singles: Sequence[Tally], pair: Any, *, depth: int, most_levels: int) -> Crossings:
    """Crossings from the tally of each column and ``pair(i, j)``, a tally of two."""
    kept = []
    for each in singles:
        levels = [cell[0] for cell in each.cells if cell[0] is not None]
        answers = [int(n) for n, cell in zip(each.responses, each.cells, strict=True) if cell[0] is not None]
        missing = int(each.responses.sum()) - sum(answers)
        kept.append((levels, kept_levels(levels, np.array([*answers, missing]), most_levels, ordered=True)))
    at = [dict(zip([*levels, None], each.places.tolist(), strict=True)) for levels, each in kept]
    tallies = {key: singles[key[0]] if len(key) == 1 else pair(*key) for key in keys_of(len(singles), depth)}
    sizes = [max(len(each.levels), 1) for _, each in kept]

    def placed(name: str) -> dict[Pair, np.ndarray]:
        out = {}
        for key, tally in tallies.items():
            table = np.zeros((*(sizes[column] for column in key), 3))
            rows = [[at[column].get(level, 0) for column, level in zip(key, cell, strict=True)] for cell in tally.cells]
            np.add.at(table, tuple(np.array(rows, dtype=np.intp).reshape(-1, len(key)).T), by_category(tally, name))
            out[key] = table
        return out

    weighted = singles[0].weights is not None
    return crossed(
        [each for _, each in kept], [placed(name) for name in ("counts", "weights", "squares")[: 3 if weighted else 1]]
    )


def by_category(tally: Tally, name: str) -> np.ndarray:
    """Counts, weights or squares of a tally per category."""
    return tally.scale.category_counts(getattr(tally, name))


def crossed(kept: Sequence[Kept], tables: Sequence[Mapping[Pair, np.ndarray]]) -> Crossings:
    """The value from its parts."""
    return Crossings(
        tuple(each.levels for each in kept),
        tuple(each.reportable for each in kept),
        tables[0],
        *(tables[1:] or (None, None)),
    )


def category_reader(slots: Blocks, scale: Scale) -> Blocks:
    """Categories of blocks of rows, 3 for no answer, from the slots of their ratings."""
    table = np.append(scale.categories, 3).astype(np.int64)
    return lambda start, stop: table.take(slots(start, stop))
