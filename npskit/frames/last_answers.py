"""The last answer of each customer in a pandas frame, found without sorting it.

The latest moment of each customer is one pass; only customers with several answers at that moment are looked at again,
by the other columns and the rating last, so that the choice is the same in every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from npskit.frames.coding import Days, distinct, identities, is_boolean, numbers
from npskit.frames.dates import days_of, moment_text, not_dates, sorted_places
from npskit.frames.keys import level_order
from npskit.frames.source import boolean_error, codes_of
from npskit.scale import MISSING, Scale

__all__ = ["last_answers"]


def last_answers(
    frame: pd.DataFrame, customer: pd.Series, date: pd.Series, rating: pd.Series, scale: Scale
) -> np.ndarray:
    """Positions of the rows that stay, rising."""
    people, answers = identities(customer).read(0, len(frame)), answer_codes(rating, scale)
    answered = np.flatnonzero(answers != MISSING)
    known = people[answered] >= 0
    rows, settled = answered[known], [answered[~known]]
    for values in orders(frame, moments(date), answers, rating):
        alone = np.bincount(people[rows])[people[rows]] == 1
        settled.append(rows[alone])
        rows = rows[~alone]
        if not len(rows):
            break
        rows = highest(rows, people[rows], values(rows))
    # What is left more than once is alike in every column.
    _, first = np.unique(people[rows], return_index=True)
    return np.sort(np.concatenate([*settled, rows[first]]))


def orders(
    frame: pd.DataFrame, when: np.ndarray, answers: np.ndarray, rating: pd.Series
) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Readers of what decides between the rows of a customer: the moment, each other column, the rating."""
    yield when.__getitem__
    for at in np.flatnonzero(frame.columns != rating.name).tolist():
        yield partial(places, frame.iloc[:, at])
    yield answers.__getitem__
    yield partial(places, rating)


def highest(rows: np.ndarray, groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Those of the rows that hold the highest value of their group."""
    best = np.full(int(groups.max(initial=-1)) + 1, np.iinfo(np.int64).min)
    np.maximum.at(best, groups, values)
    return rows[values == best[groups]]


def places(column: pd.Series, rows: np.ndarray) -> np.ndarray:
    """The place of the value of each row among the values of these rows in their order, -1 for a missing one."""
    codes = distinct(column.iloc[rows])
    order = level_order(codes.levels)
    table = np.full(len(order) + 1, -1)
    table[order] = np.arange(len(order))
    return table.take(codes.read(0, len(rows)), mode="wrap")


def answer_codes(series: pd.Series, scale: Scale) -> np.ndarray:
    """Code of the answer in each row."""
    name = str(series.name)
    if is_boolean(series):
        raise boolean_error(name, scale)
    codes = distinct(series)
    table = codes_of(name, [*codes.levels, None], scale).astype(np.int64)
    return table.take(codes.read(0, len(series)), mode="wrap")


def moments(series: pd.Series) -> np.ndarray:
    """A number for each row that rises with time; the lowest where there is no date."""
    name, days = str(series.name), Days.of(series)
    if days is not None:
        return days.array.asi8
    if is_boolean(series) or numbers(series) is not None:
        raise not_dates(name, f"{series.dtype} values")
    codes = distinct(series)
    days_of(name, codes.levels)
    table = np.array([*sorted_places([moment_text(level) for level in codes.levels]), -1])
    return table.take(codes.read(0, len(series)), mode="wrap")
