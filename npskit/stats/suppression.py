"""Cells too small to be shown, and those that would give them away.

A team of three can work out who said what, so its score is not shown. But when the total is shown, one hidden cell is
the total less the others: then the next smallest is hidden with it. In a table with totals of rows and of columns a
hidden cell can also follow from several totals together, so it is checked that no hidden number is determined by all
of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.score import Floats

__all__ = ["suppressed", "suppressed_table"]

Flags = NDArray[np.bool_]


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
        `threshold` answers together.

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
        where it has so many, and no hidden cell follows from all totals. Hides few cells, not provably the fewest.

    Examples
    --------
    >>> suppressed_table([[20, 3, 15], [18, 22, 9], [30, 25, 40]]).astype(int).tolist()
    [[0, 1, 1], [0, 1, 1], [0, 0, 0]]
    """
    size = _checked(responses, threshold)
    if size.ndim != 2:
        raise ArgumentError(where="responses", expected="rows × columns", got=f"shape {size.shape}")
    hidden = suppressed(size, threshold=threshold, total_shown=False)
    while True:
        grown = _closed(size, _closed(size, hidden, threshold).T.copy(), threshold, turned=True)
        if (grown == hidden).all():
            grown = _loosened(size, hidden)
        if (grown == hidden).all():
            return hidden
        hidden = grown


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
    at = np.argwhere(hidden)
    rows = (at[:, 0] == np.arange(size.shape[0])[:, None]).astype(float)
    columns = (at[:, 1] == np.arange(size.shape[1])[:, None]).astype(float)
    totals = np.concatenate([rows, columns])
    # A cell is determined when no change of the hidden cells that keeps all totals moves it.
    free = np.diag(np.eye(len(at)) - np.linalg.pinv(totals) @ totals)
    more = hidden.copy()
    for row, column in at[free < 1e-9]:
        beside = np.zeros(size.shape, dtype=bool)
        beside[row], beside[:, column] = True, True
        beside &= ~more & (size > 0)
        if beside.any():
            more.flat[np.argmin(np.where(beside, size, np.inf))] = True
    return more


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
