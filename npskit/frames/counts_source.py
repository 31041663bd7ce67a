"""A table of counts behind the face of a source: as if each answer were a row, and none is written out.

A million answers in a hundred rows stay a hundred rows: where other sources count rows, this one adds up its three
columns. It has one column that its frame has not, `ANSWER`, which holds the words Detractor, Passive and Promoter; so
every verb that counts works on it, and those that need ratings or people say why they cannot.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from npskit.errors import ArgumentError
from npskit.frames.counts import ANSWER, Counts, Facts, unit_of
from npskit.frames.keys import Key
from npskit.frames.pandas_source import PandasSource
from npskit.frames.source import Source, as_keys
from npskit.scale import Scale
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    from npskit.frames.products import Coded, Products

__all__ = ["CountsSource"]

WORDS = ("Detractor", "Passive", "Promoter")


class Cells(Protocol):
    """Rows of counts in one engine."""

    def facts(self) -> Facts:
        """Rows of each condition."""

    def rows(self, condition: str) -> str:
        """The first rows of a condition, by name."""

    def tally(self, by: Sequence[Key], weight: str | None) -> Tally:
        """The counts added up per cell."""

    unit: str


class CountsSource(Source):
    """Rows that tell of many answers each.

    Parameters
    ----------
    source : Source
        The frame as it is.
    counts : Counts
        Which of its columns count what.

    Raises
    ------
    ArgumentError
        When the columns hold neither counts nor shares, or may hold both.
    ArgumentTypeError
        When they hold no numbers.
    """

    def __init__(self, source: Source, counts: Counts) -> None:
        self.frame_source, self.engine = source, source.engine
        columns = tuple(source.column(name) for name in counts.columns)
        if len(set(columns)) < len(columns):
            raise ArgumentError(where="counts", expected="a column each", got=", ".join(map(repr, columns)))
        responses = columns[3] if len(columns) > 3 else checked_number(counts.responses)
        self.counts = Counts(columns[0], columns[1], columns[2], responses)
        self._cells = cells_of(source, self.counts)
        self.facts = self._cells.facts()
        self.unit = self._cells.unit = unit_of(self.facts, self.counts, self._cells.rows)

    @property
    def assumed(self) -> int | None:
        """The number of answers that every row is taken as; None where the data say it."""
        return self.counts.responses if isinstance(self.counts.responses, int) and self.unit != "counts" else None

    @property
    def inexact(self) -> int:
        """Rows whose rounded shares do not add up to the whole, and were scaled to it."""
        return 0 if self.unit == "counts" else int(getattr(self.facts, f"inexact_{self.unit}"))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return self.frame_source.columns

    def column(self, name: str) -> str:
        return ANSWER if name == ANSWER else super().column(name)

    def sample(self, name: str, rows: int = 1000) -> list[Any]:
        return list(WORDS) if name == ANSWER else self.frame_source.sample(name, rows)

    def length(self) -> int:
        return int(self.tally(ANSWER).responses[0])

    def rating_counts(self, rating: str) -> list[tuple[Any, int]]:
        if rating != ANSWER:
            return self.frame_source.rating_counts(rating)
        return list(zip(WORDS, self.tally(ANSWER).counts[0].tolist(), strict=True))

    def tally(
        self, rating: str, by: Sequence[Key] = (), *, scale: Scale | None = None, weight: str | None = None
    ) -> Tally:
        by = as_keys(by)
        counted = set(self.key_columns(by)) & set(self.counts.columns)
        if counted:
            raise ArgumentError(where="by", expected="a column beside the counts", got=repr(counted.pop()))
        return self._cells.tally(by, None if weight is None else self.column(weight))

    def cluster_moments(
        self,
        rating: str,
        by: Sequence[Key] = (),
        *,
        cluster: str,
        scale: Scale | None = None,
        weight: str | None = None,
    ) -> ClusterMoments:
        by, account = as_keys(by), self.column(cluster)
        place = {cell: at for at, cell in enumerate(self.tally(rating, by, weight=weight).cells)}
        within = account in self.key_columns(by)
        tally = self.tally(rating, by if within else [*by, account], weight=weight)
        at = self.key_columns(by).index(account) if within else len(by)
        sums = np.zeros((6, len(place)))
        rows = zip(tally.cells, tally.counts, tally.category_weights, squares_of(tally), strict=True)
        for cell, counts, weights, squares in rows:
            key = cell if within else cell[:at]
            sums[:, place[key]] += moments(counts, weights, squares, alone=cell[at] is None)
        return ClusterMoments(tuple(place), sums[0].astype(np.int64), *sums[1:])

    def duplicates(self) -> int:
        return self.frame_source.duplicates()

    def repeated(self, customer: str) -> tuple[int, int]:
        raise not_told("customers", "who answered")

    def span(self, date: str) -> tuple[dt.date, dt.date] | tuple[None, None]:
        return self.frame_source.span(date)

    def latest(self, customer: str, date: str, *, rating: str, scale: Scale) -> Source:
        raise not_told("keep", "who answered last")

    def where(self, key: Key, level: object) -> Any:
        return self.frame_source.where(key, level)

    def save(self, folder: str | os.PathLike[str], columns: Sequence[str]) -> None:
        self.frame_source.save(folder, columns)

    def table(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        return self.frame_source.table(columns)

    def cross_products(
        self,
        columns: Sequence[Coded],
        *,
        weight: str | None = None,
        unit: str | None = None,
        parts: int = 1000,
        seed: int = 0,
    ) -> Products:
        raise not_told("products of columns", "what each person answered")


def not_told(where: str, what: str) -> ArgumentError:
    """The error for a question that counts cannot answer."""
    return ArgumentError(
        where=where,
        expected="answers, a row each",
        got=f"counts, which do not tell {what}",
        hint="use the frame of the answers: npskit.Survey(answers)",
    )


def checked_number(responses: Any) -> int | None:
    """Answers of every row, or None.

    Raises
    ------
    ArgumentError
        For anything but a whole number above 0.
    """
    if responses is None:
        return None
    whole = isinstance(responses, (int, float, np.number)) and not isinstance(responses, bool)
    if not whole or responses < 1 or responses % 1 or responses > 1e12:
        raise ArgumentError(
            where="responses",
            expected="the name of a column, or a whole number of answers per row",
            got=repr(responses),
        )
    return int(responses)


def squares_of(tally: Tally) -> np.ndarray:
    """Sums of squared weights per category; the counts when there are no weights."""
    return tally.category_counts if tally.squares is None else tally.scale.category_counts(tally.squares)


def moments(counts: np.ndarray, weights: np.ndarray, squares: np.ndarray, *, alone: bool) -> list[float]:
    """Clusters, uu, uv, vv, u, v of the answers of one cluster, or of as many as there are answers."""
    u, v = weights[2] - weights[0], weights.sum()
    if alone:
        return [counts.sum(), squares[0] + squares[2], squares[2] - squares[0], squares.sum(), u, v]
    return [float(counts.any()), u * u, u * v, v * v, u, v]


def cells_of(source: Source, counts: Counts) -> Cells:
    """The rows of counts in their engine."""
    if isinstance(source, PandasSource):
        from npskit.frames.pandas_counts import PandasCells

        return PandasCells(source, counts)
    from npskit.frames.engine_counts import EngineCells
    from npskit.frames.narwhals_source import NarwhalsSource

    return EngineCells(cast(NarwhalsSource, source), counts)
