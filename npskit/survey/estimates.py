"""From counts to columns: where a tally meets the arithmetic.

The statistics know no tally and the tally no statistics. The functions here put the two together and return columns,
as mappings of name to list, ready for a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.scale import CATEGORIES
from npskit.stats import intervals, weighting
from npskit.stats.score import score
from npskit.tally import ClusterMoments, Tally

__all__ = [
    "Grid",
    "all_periods",
    "counted",
    "dated",
    "distribution",
    "effective_counts",
    "effective_responses",
    "estimates",
    "gridded",
    "joined",
    "series",
]

STEPS: dict[str, tuple[Any, int]] = {
    "day": ("D", 1),
    "week": ("D", 7),
    "month": ("M", 1),
    "quarter": ("M", 3),
    "year": ("Y", 1),
}

UNDATED, INSIDE, OUTSIDE = -1, 0, 1

Columns = dict[str, list[Any]]


def joined(levels: Mapping[str, list[Any]], columns: Columns) -> Columns:
    """The columns of groups beside those of figures.

    Raises
    ------
    ArgumentError
        When a group's column has the name of a figure, which would be lost.
    """
    for name in levels:
        if name in columns:
            raise ArgumentError(
                where=f"by={name!r}",
                expected="a column whose name the result does not use for a figure",
                got=f"{name!r}, beside {', '.join(columns)}",
                hint=f"rename it first: df.rename(columns={{{name!r}: {name + '_group'!r}}})",
            )
    return {**levels, **columns}


def counted(counts: np.ndarray) -> Columns:
    """Responses and the three categories, from counts (cells, 3)."""
    return {"responses": counts.sum(-1).tolist(), **{name: counts[:, i].tolist() for i, name in enumerate(CATEGORIES)}}


def estimates(tally: Tally, *, confidence_level: float, method: str, moments: ClusterMoments | None = None) -> Columns:
    """Score and interval per cell; weights and clusters change the interval, and add their effective n."""
    counts = tally.category_weights
    columns = {"score": score(counts)}
    columns["lower"], columns["upper"] = limits(
        tally, confidence_level=confidence_level, method=method, moments=moments
    )
    if tally.weights is not None or moments is not None:
        columns["effective_responses"] = effective_responses(tally, moments)
    return {name: np.atleast_1d(values).tolist() for name, values in columns.items()}


def limits(tally: Tally, *, confidence_level: float, method: str, moments: ClusterMoments | None) -> tuple[Any, Any]:
    """Interval of the score of each cell, in points."""
    counts = tally.category_weights
    if moments is not None:
        worth = effective_responses(tally, moments, confidence_level=confidence_level)
        return weighting.weighted_interval(counts, worth, confidence_level=confidence_level, method=method)
    if tally.weights is None:
        return intervals.interval(counts, confidence_level=confidence_level, method=method)
    # The score interval's promise is for whole counts; on scaled ones the adjusted Wald interval keeps its own.
    usual = "adjusted_wald" if method == "score" else method
    worth = effective_responses(tally)
    return weighting.weighted_interval(counts, worth, confidence_level=confidence_level, method=usual)


def effective_responses(
    tally: Tally, moments: ClusterMoments | None = None, *, confidence_level: float | None = None
) -> np.ndarray:
    """How many independent answers of weight 1 each cell is worth, shape (cells,).

    The responses; with weights Kish's effective number; with clusters what the linearised error says, and with a
    confidence level less still where the clusters are few.
    """
    if moments is not None:
        at = {cell: i for i, cell in enumerate(moments.cells)}
        order = [at.get(cell, -1) for cell in tally.cells]
        sums = {name: np.append(getattr(moments, name), 0)[order] for name in ("clusters", "u", "v", "uu", "uv", "vv")}
        worth = weighting.clustered_responses(tally.category_weights, **sums, confidence_level=confidence_level)
        return np.minimum(worth, tally.responses)
    if tally.weights is None or tally.squares is None:
        return tally.responses
    return weighting.effective_responses(tally.weights.sum(-1), tally.squares.sum(-1))


def effective_counts(tally: Tally, moments: ClusterMoments | None = None) -> np.ndarray:
    """Counts per category, shape (cells, 3); with weights or clusters, the shares times the effective responses."""
    if tally.weights is None and moments is None:
        return tally.category_counts
    return weighting.effective_counts(tally.category_weights, effective_responses(tally, moments))


def distribution(tally: Tally) -> Columns:
    """Responses and share of each rating, cell after cell."""
    used = tally.counts if tally.weights is None else tally.weights
    total = used.sum(-1, keepdims=True)
    share = np.divide(used, total, out=np.full(used.shape, np.nan), where=total > 0)
    levels = {key: [level for level in column for _ in tally.scale.ratings] for key, column in tally.columns().items()}
    ratings = {"rating": list(tally.scale.ratings) * len(tally), "responses": tally.counts.ravel().tolist()}
    return joined(levels, {**ratings, "share": share.ravel().tolist()})


@dataclass(frozen=True, slots=True)
class Dated:
    """Cells of a tally by period that are drawn, and how many answers are not: without a date, or outside."""

    tally: Tally
    undated: int
    outside: int


def dated(tally: Tally, first: dt.date | None = None, last: dt.date | None = None) -> Dated:
    """The cells whose period, the first key, lies between two periods."""
    place = np.array([place_of(cell[0], first, last) for cell in tally.cells], dtype=np.intp)
    undated, outside = (int(tally.responses[place == at].sum()) for at in (UNDATED, OUTSIDE))
    return Dated(tally.take(np.flatnonzero(place == INSIDE)), undated, outside)


def place_of(period: Any, first: dt.date | None, last: dt.date | None) -> int:
    """Whether a period is missing, inside or outside two others."""
    if period is None:
        return UNDATED
    return OUTSIDE if (first and period < first) or (last and period > last) else INSIDE


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Every group in every period: where the cells of a tally whose first key is the period belong."""

    periods: list[dt.date]
    groups: list[tuple[Any, ...]]
    rows: np.ndarray

    def filled(self, values: np.ndarray) -> np.ndarray:
        """Values of the cells, shape (groups, periods, ...); 0 where there is no cell."""
        size = len(self.groups) * len(self.periods)
        out = np.zeros((size + 1, *np.shape(values)[1:]), dtype=np.asarray(values).dtype)
        out[self.rows] = values
        return out[:-1].reshape(len(self.groups), len(self.periods), *out.shape[1:])


def gridded(tally: Tally, every: str) -> Grid:
    """Groups and periods, from the first to the last with none left out, of a tally whose first key is the period."""
    dated = [cell for cell in tally.cells if cell[0] is not None]
    periods = all_periods([day for day in tally.dates if day is not None], every)
    groups = list(dict.fromkeys(cell[1:] for cell in dated))
    at = {(period, *group): i * len(periods) + j for i, group in enumerate(groups) for j, period in enumerate(periods)}
    return Grid(periods, groups, np.array([at.get(cell, -1) for cell in tally.cells], dtype=np.intp))


def series(
    tally: Tally,
    *,
    every: str,
    confidence_level: float,
    moments: ClusterMoments | None = None,
    method: str = "score",
    breaks: Sequence[int] | None = None,
    hidden: np.ndarray | None = None,
) -> Columns:
    """One row per group and period of a tally whose first key is the period, gaps filled, with the smoothed level.

    What is `hidden`, shape (groups, periods), has no figures, and the level knows nothing of it.
    """
    grid = gridded(tally, every)
    hidden = np.zeros((len(grid.groups), len(grid.periods)), dtype=bool) if hidden is None else hidden
    counts = np.where(hidden[..., None], 0, grid.filled(effective_counts(tally, moments)))
    readings = limits(tally, confidence_level=confidence_level, method=method, moments=moments)
    answered = (grid.filled(tally.responses) > 0) & ~hidden
    lower, upper = (np.where(answered, grid.filled(np.atleast_1d(bound)), np.nan) for bound in readings)
    # Loaded here, since only a trend needs it.
    from npskit.stats.trend import level as smoothed_level

    level = smoothed_level(counts, every=every, confidence_level=confidence_level, breaks=breaks)
    numbers = {"score": score(counts), "lower": lower, "upper": upper,
               "level": level.level, "level_lower": level.lower, "level_upper": level.upper}  # fmt: skip
    levels = {key: [group[i] for group in grid.groups for _ in grid.periods] for i, key in enumerate(tally.keys[1:])}
    figures = {name: np.ravel(values).tolist() for name, values in numbers.items()}
    categories = {
        name: [None if veiled else n for n, veiled in zip(values, hidden.ravel(), strict=True)]
        for name, values in counted(grid.filled(tally.category_counts).reshape(-1, 3)).items()
    }
    return joined(levels, {"period": grid.periods * len(grid.groups), **categories, **figures})


def all_periods(starts: Sequence[dt.date], every: str) -> list[dt.date]:
    """Every period from the first to the last, those without answers included.

    Examples
    --------
    >>> [day.isoformat() for day in all_periods([dt.date(2024, 1, 1), dt.date(2024, 7, 1)], "quarter")]
    ['2024-01-01', '2024-04-01', '2024-07-01']
    """
    if not starts:
        return []
    unit, step = STEPS[every]
    first, last = (np.datetime64(edge, unit) for edge in (min(starts), max(starts)))
    return np.arange(first, last + np.timedelta64(1, unit), np.timedelta64(step, unit)).astype("M8[D]").tolist()
