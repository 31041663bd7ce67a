"""All the answers by one column and by every two: what a search for unusual segments has to know.

The search never sees rows. It asks for the tallies of each column and of each pair of columns, and these add, so an
engine may count them where the rows are. Found and measured on the same answers, the largest of a thousand chance
differences looks like a discovery; so the counts can also be dealt at random into two halves, one to find in and one
to measure in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError
from npskit.stats.score import Floats, checked_counts

__all__ = ["Cells", "halves"]

Key = tuple[int, ...]

MOST_DEALT = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Tallies of C columns and of their pairs, all over the same answers.

    Attributes
    ----------
    counts : mapping
        ``(i,)`` to counts (L_i, 3) for every column i from 0, and ``(i, j)`` with i < j to counts (L_i, L_j, 3).
        Missing levels are levels, or the tallies do not add up.
    weights, squares : mapping, optional
        With weights: sums of the weights, and of their squares, of the same shapes.

    Raises
    ------
    ArgumentError
        When a column has no tally of its own, shapes disagree, or totals do.

    Examples
    --------
    >>> shop, age = [[1, 2, 3], [4, 5, 6]], [[5, 7, 9]]
    >>> cells = Cells({(0,): shop, (1,): age, (0, 1): [[[1, 2, 3]], [[4, 5, 6]]]})
    >>> cells.columns, cells.total.tolist(), (cells + cells).total.tolist()
    (2, [5.0, 7.0, 9.0], [10.0, 14.0, 18.0])
    """

    counts: Mapping[Key, Any]
    weights: Mapping[Key, Any] | None = None
    squares: Mapping[Key, Any] | None = None
    columns: int = field(init=False)

    def __post_init__(self) -> None:
        for name in ("counts", "weights", "squares"):
            given = getattr(self, name)
            if given is not None:
                tables = {tuple(key): checked_counts(table, where=f"{name}{list(key)}") for key, table in given.items()}
                object.__setattr__(self, name, tables)
        object.__setattr__(self, "columns", sum(len(key) == 1 for key in self.counts))
        self._check()

    def _check(self) -> None:
        if (self.weights is None) != (self.squares is None):
            raise ArgumentError(where="Cells", expected="weights and squares together", got="one of them")
        if {key for key in self.counts if len(key) == 1} != {(i,) for i in range(self.columns)} or not self.columns:
            raise ArgumentError(
                where="Cells", expected="a tally (i,) for each column from 0 on", got=f"{sorted(self.counts)[:5]}"
            )
        for name in ("counts", "weights", "squares"):
            for key, table in (getattr(self, name) or {}).items():
                self._check_table(name, key, table)
            if getattr(self, name) is not None and getattr(self, name).keys() != self.counts.keys():
                raise ArgumentError(where=f"Cells.{name}", expected="the keys of the counts", got="others")

    def _check_table(self, name: str, key: Key, table: Floats) -> None:
        where = f"{name}{list(key)}"
        if len(key) > 2 or list(key) != sorted(set(key)) or not all(0 <= i < self.columns for i in key):
            raise ArgumentError(where=where, expected="a column (i,) or a pair (i, j) with i < j", got=f"{key}")
        shape = (*(len(self.counts[(i,)]) for i in key), 3)
        if table.shape != shape:
            raise ArgumentError(where=where, expected=f"shape {shape}", got=f"{table.shape}")
        sums, whole = table.reshape(-1, 3).sum(axis=0), getattr(self, name)[(0,)].sum(axis=0)
        if not (np.abs(sums - whole) <= 1e-8 + 1e-6 * np.abs(whole)).all():
            raise ArgumentError(
                where=where,
                expected=f"the same answers as in the first column, {whole.tolist()}",
                got=f"{sums.tolist()}",
                hint="count missing levels as a level of their own",
            )

    def __add__(self, other: Cells) -> Cells:
        if not isinstance(other, Cells):
            return NotImplemented
        if self.counts.keys() != other.counts.keys() or (self.weights is None) != (other.weights is None):
            raise ArgumentError(where="adding cells", expected="the same tables and weighting", got="others")

        def summed(name: str) -> dict[Key, Floats] | None:
            mine, theirs = getattr(self, name), getattr(other, name)
            return None if mine is None else {key: table + theirs[key] for key, table in mine.items()}

        return Cells(summed("counts") or {}, summed("weights"), summed("squares"))

    def __iter__(self) -> Iterator[Key]:
        return iter(sorted(self.counts, key=lambda key: (len(key), key)))

    @property
    def total(self) -> Floats:
        """Detractors, passives and promoters of all answers, shape (3,)."""
        return np.asarray(self.counts[(0,)].sum(axis=0))


def halves(cells: Cells, *, rng: np.random.Generator | int | None = None) -> tuple[Cells, Cells]:
    """Deal the answers at random into two halves, table by table.

    Each table is dealt on its own (multivariate hypergeometric, within each category), so that a cell's two halves
    share no answer; two tables need not put the same answer on the same side, and nothing that compares a cell with
    the rest of its own table asks them to.

    Parameters
    ----------
    cells : Cells
        Whole numbers of answers, without weights.
    rng : Generator or int, optional
        Source of randomness, or its seed.

    Raises
    ------
    ArgumentError
        With weights or fractions: answers that do not count alike are dealt where the rows are.

    Examples
    --------
    >>> one, other = halves(Cells({(0,): [[10, 20, 30], [30, 20, 10]]}), rng=1)
    >>> (one + other).counts[(0,)].tolist()
    [[10.0, 20.0, 30.0], [30.0, 20.0, 10.0]]
    >>> one.total.tolist()
    [20.0, 20.0, 20.0]
    """
    if cells.weights is not None or any((table % 1).any() for table in cells.counts.values()):
        raise ArgumentError(
            where="halves",
            expected="whole numbers of answers without weights",
            got="weighted cells" if cells.weights is not None else "fractions",
            hint="deal the rows in two before counting, and pass both halves",
        )
    generator = np.random.default_rng(rng)
    one = {key: _dealt(cells.counts[key], generator) for key in cells}
    return Cells(one), Cells({key: cells.counts[key] - table for key, table in one.items()})


def _dealt(table: Floats, rng: np.random.Generator) -> Floats:
    flat = table.reshape(-1, 3).astype(np.int64)
    half = flat.sum(axis=0) // 2
    return (
        np.stack([_half(flat[:, at], int(half[at]), rng) for at in range(3)], axis=1).reshape(table.shape).astype(float)
    )


def _half(answers: NDArray[np.int64], taken: int, rng: np.random.Generator) -> NDArray[np.int64]:
    total = int(answers.sum())
    if total < MOST_DEALT:
        return rng.multivariate_hypergeometric(answers, taken, method="marginals")
    # NumPy deals no billion at once: two decks of the same make-up give the same spread.
    deck = answers // 2
    first = int(deck.sum()) // 2
    return _half(deck, first, rng) + _half(answers - deck, taken - first, rng)
