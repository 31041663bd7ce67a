"""Cells too small to be shown, and those that would give them away.

A team of three can work out who said what, so its score is not shown. But when the total is shown, one hidden cell is
the total less the others: then the next smallest is hidden with it, which is the least that protects it. In a table
with totals of rows and of columns a hidden cell can also follow from several totals together. It does not where it
lies on a way around: cells, each in a row or a column with the one before, that lead back to it. On such a way numbers
may go up and down in turn, and all totals stay. So each small cell gets the way around that hides the fewest answers.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.score import Floats

__all__ = ["suppressed", "suppressed_table"]

Flags = NDArray[np.bool_]
Cell = tuple[int, int]


def suppressed(responses: ArrayLike, *, threshold: float = 5, total_shown: bool = True) -> Flags:
    """Which cells not to show.

    Parameters
    ----------
    responses : array_like, shape (..., k)
        Answers per cell; the cells of the last axis make up a total.
    threshold : float, optional
        Cells with fewer answers are not shown. Empty cells give nobody away and are.
    total_shown : bool, optional
        Whether the total is shown too: then the smallest others are hidden until at least two are, with at least
        `threshold` answers together. No other choice that does so hides fewer answers.

    Returns
    -------
    ndarray of bool, shape (..., k)

    Raises
    ------
    ArgumentError
        When a number of answers is negative or the threshold is not a number of at least 0.

    Examples
    --------
    >>> suppressed([40, 3, 12, 9, 0]).tolist()
    [False, True, False, True, False]
    >>> suppressed([40, 3, 12, 9, 0], total_shown=False).tolist()
    [False, True, False, False, False]
    """
    size = _checked(responses, threshold)
    small = (size > 0) & (size < threshold)
    if not total_shown:
        return np.asarray(small)
    # Empty cells last: hiding nothing hides nothing.
    order = np.argsort(np.where(size > 0, size, np.inf), axis=-1, kind="stable")
    ordered = np.take_along_axis(size, order, axis=-1)
    before = np.cumsum(ordered, axis=-1) - ordered
    needed = (np.arange(size.shape[-1]) < 2) | (before < threshold)
    hidden = np.zeros(size.shape, dtype=bool)
    np.put_along_axis(hidden, order, needed & (ordered > 0) & small.any(axis=-1, keepdims=True), axis=-1)
    return hidden | small


def suppressed_table(responses: ArrayLike, *, threshold: float = 5) -> Flags:
    """Which cells of a table not to show when the totals of its rows and of its columns are shown.

    Parameters
    ----------
    responses : array_like, shape (rows, columns)
        Answers per cell.
    threshold : float, optional
        As in :func:`suppressed`.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Every row and every column has no hidden cell, or at least two with at least `threshold` answers together
        where it has so many, and no hidden cell follows from all totals. None that was hidden to protect others could
        be shown again; hides few answers, not provably the fewest.

    Examples
    --------
    >>> suppressed_table([[20, 3, 15], [18, 22, 9], [30, 25, 40]]).astype(int).tolist()
    [[0, 1, 1], [0, 1, 1], [0, 0, 0]]

    A large cell is left alone where the way around can avoid it:

    >>> suppressed_table([[9, 20, 20, 900], [900, 60, 3, 12]]).astype(int).tolist()
    [[0, 1, 1, 0], [0, 1, 1, 0]]
    """
    size = _checked(responses, threshold)
    if size.ndim != 2:
        raise ArgumentError(where="responses", expected="rows × columns", got=f"shape {size.shape}")
    small = suppressed(size, threshold=threshold, total_shown=False)
    hidden = _joined(size, small, threshold)
    # Where there is no way around, as in a table of one row, as much as there is beside is hidden.
    while True:
        grown = _closed(size, _closed(size, hidden, threshold).T.copy(), threshold, turned=True)
        if (grown == hidden).all():
            grown = _loosened(size, hidden)
        if (grown == hidden).all():
            return _needed(size, small, hidden, threshold)
        hidden = grown


def _joined(size: Floats, small: Flags, threshold: float) -> Flags:
    """The small cells, each on the way around that hides the fewest answers, and lines that hide enough together."""
    hidden = small.copy()
    for at in sorted(zip(*np.nonzero(small), strict=True), key=lambda at: -size[at]):
        for cell in _way_around(size, hidden, at) or ():
            hidden[cell] = True
    for axis in (0, 1):
        for line in range(size.shape[axis]):
            inside = [(line, each) if axis == 0 else (each, line) for each in range(size.shape[1 - axis])]
            own = [cell for cell in inside if hidden[cell]]
            ways = {
                cell: [cell, *way]
                for cell in inside
                if own and sum(size[each] for each in own) < threshold and not hidden[cell] and size[cell] > 0
                and (way := _way_around(size, hidden, cell)) is not None
            }  # fmt: skip
            for cell in min(ways.values(), key=lambda way: sum(size[each] for each in way), default=()):
                hidden[cell] = True
    return hidden


def _way_around(size: Floats, hidden: Flags, at: Cell) -> list[Cell] | None:
    """The cells to hide so that one lies on a ring of hidden cells, with the fewest answers; None if there is none.

    Rows and columns are places, cells join them: the shortest way from the row of a cell to its column (Dijkstra).
    """
    rows, columns = size.shape
    goal = rows + at[1]
    best, before = {at[0]: 0.0}, dict[int, tuple[int, Cell]]()
    waiting = [(0.0, at[0])]
    while waiting:
        far, place = heappop(waiting)
        if place == goal:
            break
        if far > best[place]:
            continue
        for other in range(columns) if place < rows else range(rows):
            cell, reached = ((place, other), rows + other) if place < rows else ((other, place - rows), other)
            length = far + (0.0 if hidden[cell] else size[cell])
            if cell != at and size[cell] > 0 and length < best.get(reached, np.inf):
                best[reached], before[reached] = length, (place, cell)
                heappush(waiting, (length, reached))
    if goal not in before:
        return None
    way, place = [], goal
    while place != at[0]:
        place, cell = before[place]
        way.append(cell)
    return [cell for cell in way if not hidden[cell]]


def _needed(size: Floats, small: Flags, hidden: Flags, threshold: float) -> Flags:
    """Without cells that protect nothing any more, the largest first."""
    if not _is_safe(size, hidden, threshold):
        return hidden
    for at in sorted(zip(*np.nonzero(hidden & ~small), strict=True), key=lambda at: -size[at]):
        fewer = hidden.copy()
        fewer[at] = False
        hidden = fewer if _is_safe(size, fewer, threshold) else hidden
    return hidden


def _is_safe(size: Floats, hidden: Flags, threshold: float) -> bool:
    """Whether all lines hide nothing or enough, and no hidden cell follows from the totals."""
    for axis in (0, 1):
        some, together = hidden.any(axis=axis), (size * hidden).sum(axis=axis)
        if (some & ((hidden.sum(axis=axis) < 2) | (together < threshold))).any():
            return False
    return not _determined(hidden).any()


def _closed(size: Floats, hidden: Flags, threshold: float, *, turned: bool = False) -> Flags:
    """Rows (columns when `turned`) with one hidden cell, or too few answers hidden, get their next smallest hidden."""
    table = size.T if turned else size
    hidden = hidden.copy()
    for row, mask in zip(table, hidden, strict=True):
        while mask.any() and (mask.sum() < 2 or row[mask].sum() < threshold) and (~mask & (row > 0)).any():
            mask[np.argmin(np.where(~mask & (row > 0), row, np.inf))] = True
    return hidden.T if turned else hidden


def _loosened(size: Floats, hidden: Flags) -> Flags:
    """Hide one more cell in the row or column of each hidden one that the totals determine."""
    more = hidden.copy()
    for row, column in np.argwhere(_determined(hidden)):
        beside = np.zeros(size.shape, dtype=bool)
        beside[row], beside[:, column] = True, True
        beside &= ~more & (size > 0)
        if beside.any():
            more.flat[np.argmin(np.where(beside, size, np.inf))] = True
    return more


def _determined(hidden: Flags) -> Flags:
    """Which hidden cells follow from the totals: no change of the hidden cells that keeps all totals moves them."""
    at = np.argwhere(hidden)
    rows = (at[:, 0] == np.arange(hidden.shape[0])[:, None]).astype(float)
    columns = (at[:, 1] == np.arange(hidden.shape[1])[:, None]).astype(float)
    totals = np.concatenate([rows, columns])
    out = np.zeros(hidden.shape, dtype=bool)
    out[tuple(at.T)] = np.diag(np.eye(len(at)) - np.linalg.pinv(totals) @ totals) < 1e-9
    return out


def _checked(responses: ArrayLike, threshold: float) -> Floats:
    try:
        size = np.asarray(responses, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(where="responses", expected="numbers of answers", got=repr(responses)[:60]) from error
    if size.ndim == 0 or not (np.isfinite(size) & (size >= 0)).all():
        raise ArgumentError(where="responses", expected="numbers of answers of at least 0", got=repr(responses)[:60])
    if not (np.ndim(threshold) == 0 and np.isfinite(threshold) and threshold >= 0):
        raise ArgumentError(where="threshold", expected="a number of at least 0", got=repr(threshold))
    return size
