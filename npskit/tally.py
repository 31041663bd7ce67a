"""The one idea: every number is a function of counts.

A frame of any size and any engine is scanned once into a `Tally`: for each cell (a combination of levels of the keys)
how often each rating was given, and with weights the sum of weights and of squared weights. Tallies add, so two files,
two months or two machines can be counted apart and put together; everything after works on this small value and
never sees the frame again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, ColumnNotFoundError, did_you_mean
from npskit.scale import Scale

__all__ = ["ClusterMoments", "Tally"]

CELLS_SHOWN = 12
SHADES = ("#d46342", "#c4c4bc", "#2b6a8a")


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Answers counted per rating and cell.

    Attributes
    ----------
    counts : ndarray of int64, shape (cells, ratings)
        Responses per rating.
    scale : Scale
        What the ratings mean.
    keys : tuple of str
        Names of the columns that span the cells; empty for one cell that holds everything.
    cells : tuple of tuple
        One tuple of levels per cell, in the order of `keys`; a missing level is None.
    missing : ndarray of int64, shape (cells,)
        Rows without an answer.
    weights, squares : ndarray of float64, shape (cells, ratings), optional
        Sum of the weights, and of their squares, of the responses counted in `counts`.

    Examples
    --------
    >>> counts = np.zeros((2, 11), dtype=np.int64)
    >>> counts[0, 10], counts[1, 3] = 3, 1
    >>> tally = Tally(counts, Scale(), keys=("shop",), cells=(("Lyon",), ("Nice",)), missing=[0, 2])
    >>> tally.category_counts.tolist()
    [[0, 0, 3], [1, 0, 0]]
    >>> (tally + tally).collapse().category_counts.tolist()
    [[2, 0, 6]]
    """

    counts: np.ndarray
    scale: Scale
    keys: tuple[str, ...] = ()
    cells: tuple[tuple[object, ...], ...] = ((),)
    missing: np.ndarray = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    weights: np.ndarray | None = None
    squares: np.ndarray | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", np.asarray(self.counts, dtype=np.int64).reshape(-1, len(self.scale)))
        object.__setattr__(self, "missing", np.asarray(self.missing, dtype=np.int64).reshape(-1))
        if not len(self.counts) == len(self.cells) == len(self.missing):
            raise ArgumentError(
                where="Tally",
                expected="one row of counts and one number of missing answers per cell",
                got=f"{len(self.counts)} rows and {len(self.missing)} numbers for {len(self.cells)} cells",
            )

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def responses(self) -> np.ndarray:
        """Answers per cell, shape (cells,)."""
        return self.counts.sum(-1)

    @property
    def category_counts(self) -> np.ndarray:
        """Detractors, passives and promoters per cell, shape (cells, 3)."""
        return self.scale.category_counts(self.counts)

    @property
    def category_weights(self) -> np.ndarray:
        """Sum of weights per category, shape (cells, 3); the counts when there are no weights."""
        return self.category_counts if self.weights is None else self.scale.category_counts(self.weights)

    @property
    def dates(self) -> list[dt.date | None]:
        """First level of each cell, where the first key is a day or a period; None where it is none.

        Examples
        --------
        >>> cells = (dt.date(2026, 1, 1), "Lyon"), (None, "Lyon")
        >>> Tally(np.zeros((2, 11), dtype=int), Scale(), ("day", "shop"), cells, missing=[0, 0]).dates
        [datetime.date(2026, 1, 1), None]
        """
        return [level if isinstance(level, dt.date) else None for level, *_ in self.cells]

    def levels(self, key: str) -> tuple[object, ...]:
        """Distinct levels of a key, in the order of the cells."""
        at = self._position(key)
        return tuple(dict.fromkeys(cell[at] for cell in self.cells))

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        if self.keys != other.keys or self.scale != other.scale or (self.weights is None) != (other.weights is None):
            raise ArgumentError(
                where="adding two tallies",
                expected=f"the same keys {self.keys}, scale and weighting",
                got=f"keys {other.keys}, scale {other.scale.text}, weighted {other.weights is not None}",
            )
        return self._joined((*self.cells, *other.cells), other)

    def _joined(self, cells: tuple[tuple[object, ...], ...], other: Tally) -> Tally:
        def stack(name: str) -> np.ndarray | None:
            first, second = getattr(self, name), getattr(other, name)
            return None if first is None else np.concatenate([first, second])

        stacked: dict[str, Any] = {name: stack(name) for name in ("counts", "missing", "weights", "squares")}
        both = replace(self, cells=cells, **stacked)
        return both.grouped(cells, self.keys)

    def collapse(self, *keys: str) -> Tally:
        """Keep these keys and sum over the others; with none, one cell for everything."""
        at = [self._position(key) for key in keys]
        return self.grouped([tuple(cell[i] for i in at) for cell in self.cells], keys)

    def grouped(self, cells: Iterable[tuple[object, ...]], keys: tuple[str, ...]) -> Tally:
        """Sum the cells that get the same new name; `cells` names them one by one."""
        order: dict[tuple[object, ...], int] = {}
        into = np.array([order.setdefault(cell, len(order)) for cell in cells], dtype=np.intp)
        if not keys and not order:
            order[()] = 0

        def summed(values: np.ndarray | None) -> np.ndarray | None:
            if values is None:
                return None
            out = np.zeros((len(order), *values.shape[1:]), dtype=values.dtype)
            np.add.at(out, into, values)
            return out

        sums: dict[str, Any] = {
            name: summed(getattr(self, name)) for name in ("counts", "missing", "weights", "squares")
        }
        return replace(self, keys=keys, cells=tuple(order), **sums)

    def select(self, **levels: object) -> Tally:
        """Cells whose keys have these levels (one level, or a list of them)."""
        wanted = {
            self._position(key): set(level) if isinstance(level, (list, tuple, set, frozenset)) else {level}
            for key, level in levels.items()
        }
        return self.take([i for i, cell in enumerate(self.cells) if all(cell[at] in ok for at, ok in wanted.items())])

    def take(self, positions: Iterable[int]) -> Tally:
        """Cells at these positions, in this order."""
        at = np.asarray(list(positions), dtype=np.intp)
        parts = {name: getattr(self, name) for name in ("counts", "missing", "weights", "squares")}
        rows: dict[str, Any] = {name: None if part is None else part[at] for name, part in parts.items()}
        return replace(self, cells=tuple(self.cells[i] for i in at), **rows)

    def columns(self) -> Mapping[str, list[object]]:
        """The levels as columns: key to one level per cell."""
        return {key: [cell[at] for cell in self.cells] for at, key in enumerate(self.keys)}

    def _position(self, key: str) -> int:
        if key not in self.keys:
            raise ColumnNotFoundError(f"the tally has no key {key!r}.", hint=did_you_mean(key, self.keys))
        return self.keys.index(key)

    def _repr_html_(self) -> str:
        """A bar of the eleven ratings per cell, drawn from the counts alone."""
        rows = [self._row_html(i) for i in range(min(len(self), CELLS_SHOWN))]
        more = f"<p>… {len(self) - CELLS_SHOWN:,} more cells</p>" if len(self) > CELLS_SHOWN else ""
        return f"<table>{''.join(rows)}</table>{more}"

    def _row_html(self, cell: int) -> str:
        counts, top = self.counts[cell], max(int(self.counts[cell].max()), 1)
        bars = "".join(
            f'<rect x="{i * 14}" y="{30 - 28 * count / top:.1f}" width="12" height="{28 * count / top:.1f}" '
            f'fill="{SHADES[category]}"><title>{escape(str(rating))}: {count:,}</title></rect>'
            for i, (count, category, rating) in enumerate(
                zip(counts, self.scale.categories, self.scale.ratings, strict=True)
            )
        )
        name = escape(" · ".join("–" if level is None else str(level) for level in self.cells[cell]))
        svg = f'<svg width="{14 * len(counts)}" height="30" role="img">{bars}</svg>'
        return f"<tr><th>{name}</th><td>{svg}</td><td>n = {int(counts.sum()):,}</td></tr>"


@dataclass(frozen=True, slots=True, eq=False)
class ClusterMoments:
    """What a clustered standard error needs, summed over the clusters of each cell.

    With u the (weighted) sum of answers scored -1, 0, +1 in a cluster and v the (weighted) number of them.

    Attributes
    ----------
    cells : tuple of tuple
        As in `Tally`.
    clusters : ndarray of int64, shape (cells,)
    uu, uv, vv, u, v : ndarray of float64, shape (cells,)
        Sums over clusters of u², uv, v², u and v.
    """

    cells: tuple[tuple[object, ...], ...]
    clusters: np.ndarray
    uu: np.ndarray
    uv: np.ndarray
    vv: np.ndarray
    u: np.ndarray
    v: np.ndarray
