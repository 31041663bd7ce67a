"""Answers that repeat within a row or within a day, counted: small sums that add over parts of the rows.

Whoever ticks one column gives the same answer to all items; whoever answers twice on a day is one voice counted twice.
Both need rows, and leave as counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.frames.coding import distinct
from npskit.frames.pandas_source import PandasSource
from npskit.frames.person_rows import NO_DAY, day_numbers, people

__all__ = ["EqualAnswers", "answered_twice_a_day", "equal_answers"]

#: Levels of a scale that equal answers are counted by.
MOST_LEVELS = 24


@dataclass(frozen=True, slots=True, eq=False)
class EqualAnswers:
    """Rows that answer all items, and how alike their answers are.

    Attributes
    ----------
    answers : ndarray of int64, shape (items, levels)
        How often each level was given to each item.
    equal : ndarray of int64, shape (parts,)
        Rows with one answer to all items.
    agreeing : ndarray, shape (parts, 2)
        Sum over rows of the share of pairs of items that agree; and rows.
    levels : tuple of float
    """

    answers: np.ndarray
    equal: np.ndarray
    agreeing: np.ndarray
    levels: tuple[float, ...]


def equal_answers(rows: PandasSource, items: Mapping[str, Mapping[Any, float]], *, parts: int = 20) -> EqualAnswers:
    """Count the answers of those who answer all items.

    Parameters
    ----------
    rows : PandasSource
    items : mapping of column to mapping
        The number each of its values stands for; other values are no answer.
    parts : int
        Each row belongs to one part, in turn.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = PandasSource(pd.DataFrame({"a": [5, 4, 1], "b": [5, 2, 1], "c": [5, 2, None]}))
    >>> found = equal_answers(rows, {name: {1: 1, 2: 2, 4: 4, 5: 5} for name in "abc"}, parts=2)
    >>> found.equal.tolist(), found.agreeing[:, 1].tolist()
    ([1, 0], [1.0, 1.0])
    """
    levels = tuple(sorted({value for numbers in items.values() for value in numbers.values()}))
    place = {level: at for at, level in enumerate(levels)}
    given = np.stack([item_codes(rows, name, numbers, place) for name, numbers in items.items()])
    given = given[:, (given >= 0).all(axis=0)]
    times = np.stack([(given == at).sum(axis=0) for at in range(len(levels))])
    pairs = (times * (times - 1)).sum(axis=0) / (len(items) * (len(items) - 1))
    part = np.arange(given.shape[1]) % parts
    return EqualAnswers(
        np.stack([np.bincount(each, minlength=len(levels)) for each in given]),
        np.bincount(part, (times == len(items)).any(axis=0), parts).astype(np.int64),
        np.stack([np.bincount(part, pairs, parts), np.bincount(part, minlength=parts)], axis=1),
        levels,
    )


def item_codes(rows: PandasSource, name: str, numbers: Mapping[Any, float], place: Mapping[float, int]) -> np.ndarray:
    """The place of each row's answer among the levels, -1 for none."""
    codes = distinct(rows.series(name))
    table = [place[numbers[level]] if level in numbers else -1 for level in codes.levels]
    return np.array([*table, -1], dtype=np.int64).take(codes.read(0, rows.length()), mode="wrap")


def answered_twice_a_day(rows: PandasSource, customer: str, date: str, answered: Sequence[str] = ()) -> tuple[int, int]:
    """Customers with several rows on one day, and those rows beyond the first of the day.

    Parameters
    ----------
    rows : PandasSource
    customer, date : str
    answered : sequence of str
        Columns of which one must hold something for a row to count.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"id": [1, 1, 1, 2], "day": pd.to_datetime(["2024-03-05"] * 2 + ["2024-03-09"] * 2)})
    >>> answered_twice_a_day(PandasSource(frame), "id", "day")
    (1, 1)
    """
    codes, _, names = people(rows, customer)
    days = day_numbers(rows, date)
    kept = (codes < len(names)) & (days != NO_DAY)
    if answered:
        kept &= np.any([rows.series(name).notna().to_numpy() for name in answered], axis=0)
    # One number for a person's day, since sorting pairs takes ten times as long.
    first, span = (int(days[kept].min()), int(np.ptp(days[kept])) + 1) if kept.any() else (0, 1)
    pairs, times = np.unique(codes[kept] * span + (days[kept] - first), return_counts=True)
    again = times > 1
    return len(np.unique(pairs[again] // span)), int((times[again] - 1).sum())
