"""One face for every engine: what a survey asks of its data.

A `Source` hides who holds the rows. It answers with small additive values only (a `Tally`, a `ClusterMoments`, a few
levels), so that nothing above it ever meets a frame. What engines share lives here: looking up columns, reading raw
values on a scale, refusing what is off it, and putting cells in order.
"""

from __future__ import annotations

import datetime as dt
import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import (
    MOST_VALUES_SHOWN,
    ArgumentError,
    ArgumentTypeError,
    RatingError,
    quotable,
    shown_value,
    shown_values,
)
from npskit.frames.keys import Bands, Key, Period, known_first, level_order
from npskit.roles import resolve
from npskit.scale import MISSING, OUTSIDE, Scale
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    from npskit.cube import AnyCube
    from npskit.frames.crossings import Crossings
    from npskit.frames.products import Coded, Products

__all__ = ["Source"]

Levels = Sequence[object]


class Source(ABC):
    """The data of a survey, whatever its engine."""

    engine: str

    @cached_property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @abstractmethod
    def sample(self, name: str, rows: int = 1000) -> list[Any]:
        """Distinct values of the first rows of a column, missing ones left out."""

    @abstractmethod
    def length(self) -> int:
        """Number of rows."""

    @abstractmethod
    def rating_counts(self, rating: str) -> list[tuple[Any, int]]:
        """Distinct raw values of a column and how often each occurs; None for missing ones."""

    @abstractmethod
    def tally(
        self, rating: str, by: Sequence[Key] = (), *, scale: Scale | None = None, weight: str | None = None
    ) -> Tally:
        """Count the answers per rating and cell.

        Parameters
        ----------
        rating : str
        by : sequence of str, Period or Bands
            What spans the cells; cells that do not occur are left out.
        scale : Scale, optional
            0 to 10 unless given, or Promoter, Passive, Detractor when the column holds these words.
        weight : str, optional

        Raises
        ------
        RatingError
            When there are values outside the scale; it names them and their counts.
        ColumnNotFoundError
            For a column that is not there.
        ArgumentError
            For missing or negative weights, and for dates or numbers that cannot be read.
        """

    def crossings(
        self,
        rating: str,
        by: Sequence[Key],
        *,
        scale: Scale | None = None,
        weight: str | None = None,
        depth: int = 2,
        most_levels: int = 200,
    ) -> Crossings:
        """Answers per category by every column of `by` and, with a depth of 2, by every two; levels beyond the most
        frequent are lumped."""
        from npskit.frames.crossings import of_tallies

        self.key_columns(by)
        options: dict[str, Any] = {"scale": scale, "weight": weight}
        return of_tallies(
            [self.tally(rating, [key], **options) for key in by],
            lambda first, second: self.tally(rating, [by[first], by[second]], **options),
            depth=depth,
            most_levels=most_levels,
        )

    def cube(
        self,
        rating: str,
        keys: Sequence[Key] = (),
        *,
        date: str | Period | None = None,
        scale: Scale | None = None,
        progress: Callable[[float], object] | None = None,
    ) -> AnyCube:
        """Answers by every combination of the keys and of the periods of a date, see :mod:`npskit.frames.cubes`."""
        from npskit.frames.cubes import cube

        return cube(self, rating, as_keys(keys), date=date, scale=scale, progress=progress)

    @abstractmethod
    def cluster_moments(
        self,
        rating: str,
        by: Sequence[Key] = (),
        *,
        cluster: str,
        scale: Scale | None = None,
        weight: str | None = None,
    ) -> ClusterMoments:
        """Sums over clusters, for each cell of the tally; an answer without a cluster is one of its own."""

    @abstractmethod
    def duplicates(self) -> int:
        """Rows that repeat an earlier row in every column."""

    @abstractmethod
    def repeated(self, customer: str) -> tuple[int, int]:
        """Customers in more than one row, and their rows beyond the first."""

    @abstractmethod
    def span(self, date: str) -> tuple[dt.date, dt.date] | tuple[None, None]:
        """First and last day; two None when no row has one."""

    @abstractmethod
    def latest(self, customer: str, date: str, *, rating: str, scale: Scale) -> Source:
        """The last answer of each customer.

        Rows without an answer (no rating, or a code declared as missing) go first, so that an empty sheet never hides
        the answer before it. A customer without a date is older than any; rows without a customer (none, or blank)
        all stay. Of several answers of one moment the one is kept that is last by the other columns, in their order
        (a response number among them tells best), then by its rating: a choice that depends neither on the engine nor
        on the order of the rows, and on what was answered only where nothing else differs.

        Parameters
        ----------
        customer, date, rating : str
        scale : Scale
            What counts as an answer. Values outside the scale do, and stay to be refused.

        Raises
        ------
        ArgumentTypeError
            When the dates cannot be read. Texts are compared by the clock they show, whatever zone they name.
        RatingError
            For booleans.
        """

    @abstractmethod
    def where(self, key: Key, level: object) -> Any:
        """The rows of one level of a key, as a frame of the same library (lazy where it can be)."""

    @abstractmethod
    def save(self, folder: str | os.PathLike[str], columns: Sequence[str]) -> None:
        """Write these columns as Parquet into a folder, by the engine itself, so that no row passes through Python."""

    @abstractmethod
    def table(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """Columns as a table of the caller's own library."""

    def cross_products(
        self,
        columns: Sequence[Coded],
        *,
        weight: str | None = None,
        unit: str | None = None,
        parts: int = 1000,
        seed: int = 0,
    ) -> Products:
        """Sums and cross-products of coded columns, see :func:`npskit.frames.products.cross_products`."""
        from npskit.frames.products import cross_products

        return cross_products(self, columns, weight=weight, unit=unit, parts=parts, seed=seed)

    def column(self, name: str) -> str:
        """The column of this name, or of the only name that differs in case, accents or punctuation.

        Raises
        ------
        ColumnNotFoundError
            When there is none.
        ArgumentError
            When several columns carry the name.
        """
        found = resolve(name, self.columns)
        times = self.columns.count(found)
        if times > 1:
            raise ArgumentError(
                where=f"column {found!r}",
                expected="one column of this name",
                got=f"{times}",
                hint="rename the others, for example df.columns = [...]",
            )
        return found

    def key_columns(self, by: Sequence[Key]) -> tuple[str, ...]:
        """The column behind each key.

        Raises
        ------
        ArgumentError
            When two keys stand on one column, since a cell could not name both.
        """
        names = tuple(self.column(key if isinstance(key, str) else key.column) for key in by)
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise ArgumentError(
                where="by",
                expected="each column once",
                got=f"{twice[0]!r} more than once",
                hint="copy the column first",
            )
        return names


def as_keys(by: Key | Sequence[Key] | None) -> tuple[Key, ...]:
    """What to group by, as a tuple."""
    if by is None:
        return ()
    return (by,) if isinstance(by, (str, Period, Bands)) else tuple(by)


def scale_of(values: Iterable[object], scale: Scale | None) -> Scale:
    """The scale to read distinct values on when none was named."""
    if scale is not None:
        return scale
    values, words = list(values), Scale.labels()
    return words if any(isinstance(value, str) for value in values) and words.fits(values) else Scale()


def rating_codes(
    column: str, values: Sequence[object], sizes: Sequence[int] | np.ndarray, scale: Scale, *, inside: int = 0
) -> np.ndarray:
    """Code of each distinct raw value, or the error that names those outside the scale and how often they occur.

    Raises
    ------
    RatingError
        When any value is outside the scale, or there are booleans.
    """
    codes = codes_of(column, values, scale)
    sizes = np.asarray(sizes, dtype=np.int64)
    outside = (codes == OUTSIDE) & (sizes > 0)
    if outside.any():
        found = [(values[at], int(sizes[at])) for at in np.flatnonzero(outside).tolist()]
        raise outside_error(column, found, inside + int(sizes[codes != MISSING].sum()), scale)
    return codes


def codes_of(column: str, values: Iterable[object], scale: Scale) -> np.ndarray:
    """Code of each distinct raw value, those outside the scale too, or the error for booleans."""
    try:
        return scale.codes(values)
    except RatingError as error:
        raise RatingError(f"column {column!r}: {error.message}", hint=error.hint) from None


def outside_error(column: str, found: list[tuple[Any, int]], answers: int, scale: Scale) -> RatingError:
    """The error for answers that are not on the scale."""
    found = sorted(found, key=lambda pair: -pair[1])
    values, sizes = [value for value, _ in found], [size for _, size in found]
    outside = sum(sizes)
    codes = [value for value, code in zip(values, quotable(values), strict=True) if code]
    declared = ", ".join(map(shown_value, codes[:MOST_VALUES_SHOWN]))
    missing = f"pass missing=[{declared}] if these are no answers, or " if codes else ""
    other = "choose the column of ratings with rating=..." if outside == answers else "scale=npskit.Scale(...)"
    return RatingError(
        where=f"column {column!r}",
        expected=f"{scale.text} or missing",
        got=f"{outside:,} of {answers:,} answers outside: {shown_values(values, sizes)}",
        hint=missing + other + ("" if outside == answers else " if this is another scale"),
    )


def boolean_error(column: str, scale: Scale | None) -> RatingError:
    """The error for a yes/no column taken for ratings."""
    return RatingError(
        where=f"column {column!r}",
        expected=(scale or Scale()).text,
        got="True and False",
        hint="a yes/no answer has no NPS; choose the column of ratings with rating=...",
    )


def weight_error(column: str, *, missing: int, negative: int, rows: int) -> ArgumentError:
    """The error for weights that cannot be used."""
    parts = [f"{missing:,} missing" if missing else "", f"{negative:,} negative or infinite" if negative else ""]
    return ArgumentError(
        where=f"weight column {column!r}",
        expected="a number that is not negative for every answer",
        got=f"{' and '.join(filter(None, parts))} of {rows:,} answers",
        hint="drop these rows, or give them a weight (1 for an ordinary answer)",
    )


def weight_type_error(column: str, kind: str) -> ArgumentTypeError:
    """The error for a weight column that holds no numbers."""
    return ArgumentTypeError(where=f"weight column {column!r}", expected="numbers", got=kind, hint="convert it first")


def assembled(
    keys: tuple[str, ...],
    levels: Sequence[Levels],
    positions: np.ndarray,
    sums: Sequence[np.ndarray],
    scale: Scale,
    ordered: Sequence[bool],
) -> Tally:
    """A tally from counted cells, in the order that is shown.

    Parameters
    ----------
    levels
        The levels of each key.
    positions : ndarray of int, shape (cells, keys)
        Which level each cell has of each key.
    sums : sequence of ndarray, shape (cells, ratings + 1)
        Counts and, with weights, sums of weights and squares; the last column holds the rows without an answer.
    ordered
        For each key, whether its levels are in their order already, as those of a categorical are.
    """
    ranks = []
    for at, (each, done) in enumerate(zip(levels, ordered, strict=True)):
        shown = known_first(each) if done else level_order(each)
        rank = np.empty(len(shown), dtype=np.intp)
        rank[shown] = np.arange(len(shown))
        ranks.append(rank[positions[:, at]])
    order = np.lexsort(ranks[::-1]) if ranks else np.arange(len(positions))
    columns = [[each[at] for at in positions[order, i]] for i, each in enumerate(levels)]
    cells = tuple(zip(*columns, strict=True)) if columns else ((),) * len(order)
    counts, *weights = (part[order] for part in sums)
    return Tally(
        counts=counts[:, :-1],
        scale=scale,
        keys=keys,
        cells=cells,
        missing=counts[:, -1],
        weights=weights[0][:, :-1] if weights else None,
        squares=weights[1][:, :-1] if weights else None,
    )


def gathered(
    keys: tuple[str, ...],
    cells: Sequence[tuple[object, ...]],
    slots: np.ndarray,
    sums: Sequence[np.ndarray],
    scale: Scale,
    orders: Sequence[Levels | None],
) -> Tally:
    """A tally from groups that an engine counted; several may share a cell and a rating.

    Parameters
    ----------
    cells
        The levels of each group.
    slots : ndarray of int, shape (groups,)
        The rating of each group; one past the last for no answer.
    sums : sequence of ndarray, shape (groups,)
        Counts and, with weights, sums of weights and squares.
    orders
        For each key the levels in an order of their own, None to sort them.
    """
    found: dict[tuple[object, ...], int] = {} if keys else {(): 0}
    into = np.array([found.setdefault(cell, len(found)) for cell in cells], dtype=np.intp)
    totals = [np.zeros((len(found), len(scale) + 1), dtype=part.dtype) for part in sums]
    for total, part in zip(totals, sums, strict=True):
        np.add.at(total, (into, slots), part)
    levels = [list(dict.fromkeys([*(order or ()), *(cell[at] for cell in found)])) for at, order in enumerate(orders)]
    places = [{level: at for at, level in enumerate(each)} for each in levels]
    rows = [[place[level] for place, level in zip(places, cell, strict=True)] for cell in found]
    positions = np.array(rows, dtype=np.intp).reshape(len(found), len(keys))
    return assembled(keys, levels, positions, totals, scale, [order is not None for order in orders])
