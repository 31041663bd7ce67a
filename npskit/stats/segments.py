"""Where is it bad: the segments that stand out, among all of them, and not by chance.

A dozen columns make thousands of segments, and the worst of thousands is bad even when nothing is. So every segment of
enough answers is tested against all other answers, false discoveries are held to a share (Benjamini-Hochberg), and in
large surveys the segment is found in one half and its figures come from the other. A segment of two columns counts as
news only where it departs from what its two parents explain: when Lyon is low and the young are low, the young of
Lyon are no discovery until they are lower than both together make them.

Measured with six columns of five or six levels: noise gives any hit in 0 to 3 of 100 surveys of 800 to 50,000 answers,
middling or extreme; a planted segment of one column comes first in 40 of 40 surveys, one of two columns in 37 of 40 at
1,900 answers and in all from 5,000 on, and beside one of one column stand .1 to .4 pairs a survey that are none. Twelve
columns of ten levels take 30 ms, the deal into halves another 30.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.cells import Cells, Key, halves
from npskit.stats.comparison import adjust, difference, two_sided
from npskit.stats.score import Floats
from npskit.stats.weighting import effective_counts

__all__ = ["Surprising", "surprising"]

HALVED_ABOVE = 2_000
BEYOND_PARENTS = 2.0

Levels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Surprising:
    """Segments found, the furthest from the rest (in standard errors) first.

    Attributes
    ----------
    columns, levels : ndarray of int, shape (m, 2)
        Which column and which level of it; the second is -1 for a segment of one column.
    responses, score, difference, lower, upper : ndarray, shape (m,)
        Figures, in points against all other answers; from the estimation half when `halved`.
    p_value, p_adjusted, statistic : ndarray, shape (m,)
        Of the test that found it.
    z_beyond_parents : ndarray, shape (m,)
        Departure of a pair from the sum of its parents' effects, in standard errors; nan for one column.
    share_of_detractors, share_of_responses : ndarray, shape (m,)
        Share of all detractors, and of all answers, that are in it; in [0, 1], both halves together.
    tested : int
        How many segments were tested.
    halved : bool
        Whether it was found in one half and measured in the other.
    """

    columns: Levels
    levels: Levels
    responses: Floats
    score: Floats
    difference: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    p_adjusted: Floats
    statistic: Floats
    z_beyond_parents: Floats
    share_of_detractors: Floats
    share_of_responses: Floats
    tested: int
    halved: bool


class _Candidates(NamedTuple):
    """Segments to be tested: where they are, their weighted counts (m, 3) and effective responses (m,)."""

    columns: Levels
    levels: Levels
    counts: Floats
    squares: Floats
    beyond: Floats


def surprising(
    cells: Cells,
    *,
    estimation: Cells | None = None,
    min_responses: int = 30,
    alpha: float = 0.05,
    confidence_level: float = 0.95,
    halved_above: int = HALVED_ABOVE,
    reportable: Any = None,
    rng: np.random.Generator | int | None = 0,
) -> Surprising:
    """Segments of one or two columns whose score differs from that of all other answers.

    Parameters
    ----------
    cells : Cells
        Tallies of every column and, for segments of two, of every pair; all answers, or the half to find in.
    estimation : Cells, optional
        The half to measure in, when the rows were dealt before counting. Otherwise unweighted cells of more than
        `halved_above` answers are dealt here, see :func:`npskit.stats.cells.halves`; weighted ones are not.
    min_responses : int, optional
        Segments with fewer (effective) answers, or with fewer outside, in the half to find in are not tested.
    alpha : float, optional
        Share of false discoveries among the found (Benjamini-Hochberg).
    confidence_level : float, optional
        Of the differences.
    halved_above : int, optional
    reportable : sequence of array_like of bool, optional
        For each column which levels may be reported: a level that collects missing or rare ones may not.
    rng : Generator or int, optional
        Of the deal; a seed by default, so that the same survey gives the same segments.

    Returns
    -------
    Surprising

    Notes
    -----
    The test is Welch's, with a variance inside the segment not below that of all answers: a segment of thirty in
    which by chance everybody agrees has no variance and would be infinitely far from the rest. A pair must depart
    from its parents in the direction of its difference, |z| > 2, and with false discoveries among the pairs held to
    `alpha` too. Parents are measured outside the pair: expected is the mean of (a without b) plus that of (b without
    a) minus that of neither. The same answers under two names (a copied column, a level inside another) are tested
    once, under the first; of a column with two levels only the lower one.

    References
    ----------
    Welch (1947), Biometrika 34:28-35. Benjamini and Hochberg (1995), JRSS B 57:289-300.

    Examples
    --------
    >>> shop = [[100, 300, 600], [110, 290, 600], [240, 300, 460]]
    >>> found = surprising(Cells({(0,): shop}), rng=1)
    >>> found.levels[0].tolist(), f"{found.difference[0]:+.0f} ({found.lower[0]:.0f} to {found.upper[0]:.0f})"
    ([2, -1], '-31 (-39 to -23)')
    """
    if not (np.ndim(alpha) == 0 and 0 < alpha < 1):
        raise ArgumentError(where="alpha", expected="a number between 0 and 1", got=repr(alpha))
    found_in, measured_in, whole = _parts(cells, estimation, halved_above, rng)
    known = _distinct(whole, _reportable(cells, reportable))
    tables = [_candidates(found_in, whole, key, known, min_responses) for key in cells]
    candidates = _Candidates(*(np.concatenate(parts) for parts in zip(*tables, strict=True)))
    statistic, p_value = _welch(candidates, found_in)
    p_adjusted = adjust(p_value, method="bh")
    kept = np.flatnonzero((p_adjusted <= alpha) & _beyond(candidates, statistic, p_adjusted <= alpha, alpha))
    kept = kept[np.argsort(-np.abs(statistic[kept]), kind="stable")]
    columns, levels = candidates.columns[kept], candidates.levels[kept]
    return Surprising(
        columns=columns,
        levels=levels,
        **_figures(measured_in, columns, levels, confidence_level),
        p_value=p_value[kept],
        p_adjusted=p_adjusted[kept],
        statistic=statistic[kept],
        z_beyond_parents=candidates.beyond[kept],
        **_shares(whole, columns, levels),
        tested=len(statistic),
        halved=measured_in is not found_in,
    )


def _parts(cells: Cells, estimation: Cells | None, halved_above: int, rng: Any) -> tuple[Cells, Cells, Cells]:
    """Cells to find in, to measure in, and all."""
    if estimation is not None:
        return cells, estimation, cells + estimation
    fractions = cells.weights is not None or bool((cells.total % 1).any())
    if fractions or cells.total.sum() <= halved_above:
        return cells, cells, cells
    return *halves(cells, rng=rng), cells


def _reportable(cells: Cells, reportable: Any) -> list[NDArray[np.bool_]]:
    sizes = [len(cells.counts[(i,)]) for i in range(cells.columns)]
    given = [np.ones(size, dtype=bool) for size in sizes] if reportable is None else [*map(_flags, reportable)]
    if [len(flags) for flags in given] != sizes:
        raise ArgumentError(
            where="reportable", expected=f"one flag per level, {sizes}", got=f"{[len(flags) for flags in given]}"
        )
    return given


def _flags(given: ArrayLike) -> NDArray[np.bool_]:
    return np.array(given, dtype=bool)


def _distinct(cells: Cells, known: list[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
    """Reportable levels that are not another column's level over again."""
    for key in cells:
        if len(key) == 2:
            answers = cells.counts[key].sum(axis=-1)
            rows, columns = answers.sum(axis=1, keepdims=True), answers.sum(axis=0, keepdims=True)
            same = (answers > 0) & (answers == rows) & (answers == columns) & known[key[0]][:, None]
            known[key[1]] = known[key[1]] & ~same.any(axis=0)
    return known


def _candidates(cells: Cells, whole: Cells, key: Key, known: list[NDArray[np.bool_]], least: int) -> _Candidates:
    counts, squares = _weighted(cells, key)
    size = _effective(counts, squares)
    rest = _effective(_less(counts.reshape(-1, 3).sum(axis=0), counts), _less(squares.sum(), squares))
    tested = (size >= least) & (rest >= least) & (_news(whole, key) if len(key) == 2 else _lower(whole, key))
    for axis, column in enumerate(key):
        tested &= known[column].reshape([-1 if at == axis else 1 for at in range(len(key))])
    found = np.argwhere(tested)
    columns, levels = np.full((len(found), 2), -1), np.full((len(found), 2), -1)
    columns[:, : len(key)], levels[:, : len(key)] = key, found
    beyond = _beyond_parents(counts, squares, found) if len(key) == 2 else np.full(len(found), np.nan)
    return _Candidates(columns, levels, counts[tested], squares[tested], beyond)


def _weighted(cells: Cells, key: Key) -> tuple[Floats, Floats]:
    """Weighted counts (..., 3) and sum of squared weights (...) of one table."""
    if cells.weights is None or cells.squares is None:
        return cells.counts[key], cells.counts[key].sum(axis=-1)
    return cells.weights[key], cells.squares[key].sum(axis=-1)


def _effective(counts: Floats, squares: Floats) -> Floats:
    size = counts.sum(axis=-1)
    return np.divide(size**2, squares, out=np.zeros(size.shape), where=squares > 0)


def _less(whole: ArrayLike, part: ArrayLike) -> Floats:
    """Difference of sums of weights, with what rounding leaves of nothing cleared."""
    left = np.asarray(whole) - np.asarray(part)
    return np.where(left > 1e-12 * np.asarray(whole), left, 0.0)


def _lower(cells: Cells, key: Key) -> NDArray[np.bool_]:
    """All levels, but of two that fill a column only the lower one: the other is the same finding upside down."""
    counts, _ = _weighted(cells, key)
    size = counts.sum(axis=-1)
    filled = size > 0
    if filled.sum() != 2:
        return filled
    mean = np.where(filled, (counts[:, 2] - counts[:, 0]) / np.where(filled, size, 1), np.inf)
    return np.arange(len(size)) == np.argmin(mean)


def _news(cells: Cells, key: Key) -> NDArray[np.bool_]:
    """Pairs that are not the whole of one of their parents."""
    answers = cells.counts[key].sum(axis=-1)
    return (answers < answers.sum(axis=1, keepdims=True)) & (answers < answers.sum(axis=0, keepdims=True))


def _moments(counts: Floats, squares: Floats, least_variance: float) -> tuple[Floats, Floats, Floats]:
    """Mean, squared standard error and effective size; nan without answers."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = counts.sum(axis=-1)
        mean = (counts[..., 2] - counts[..., 0]) / size
        variance = np.maximum((counts[..., 2] + counts[..., 0]) / size - mean**2, least_variance)
        effective = size**2 / squares
    return mean, variance / effective, effective


def _overall_variance(counts: Floats) -> float:
    detractors, _, promoters = counts.reshape(-1, 3).sum(axis=0) / max(counts.sum(), 1e-300)
    return float(promoters + detractors - (promoters - detractors) ** 2)


def _welch(candidates: _Candidates, cells: Cells) -> tuple[Floats, Floats]:
    counts, squares = _weighted(cells, (0,))
    whole, all_squares, floor = counts.sum(axis=0), squares.sum(), _overall_variance(counts)
    mean, error, size = _moments(candidates.counts, candidates.squares, floor)
    rest_mean, rest_error, rest_size = _moments(
        _less(whole, candidates.counts), _less(all_squares, candidates.squares), 0.0
    )
    # Unbiased variances: the population's over n - 1 instead of n.
    error, rest_error = error * size / (size - 1), rest_error * rest_size / (rest_size - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.nan_to_num((mean - rest_mean) / np.sqrt(error + rest_error))
        freedom = (error + rest_error) ** 2 / (error**2 / (size - 1) + rest_error**2 / (rest_size - 1))
    return statistic, two_sided(_normal_deviate(np.abs(statistic), np.nan_to_num(freedom, nan=np.inf)))


def _normal_deviate(t: Floats, freedom: Floats) -> Floats:
    """Normal deviate with the tail of Student's t, without SciPy: Hill (1970), Comm. ACM 13:617-619, to 1e-5."""
    a = freedom - 0.5
    b = 48 * a**2
    with np.errstate(invalid="ignore"):
        y = np.where(np.isfinite(freedom), a * np.log1p(t**2 / freedom), t**2)
        tail = ((-0.4 * y - 3.3) * y - 24) * y - 85.5
        bend = (tail / (0.8 * y**2 + 100 + b) + y + 3) / b + 1
    return np.where(np.isfinite(freedom), bend, 1.0) * np.sqrt(y)


def _beyond_parents(counts: Floats, squares: Floats, found: Levels) -> Floats:
    """Departure of cells (m, 2) from what their row and column explain, in standard errors; nan if they cannot."""
    floor = _overall_variance(counts)
    at_row, at_column = found.T
    whole, whole_q = counts.sum(axis=(0, 1)), squares.sum()
    row, column = counts.sum(axis=1)[at_row], counts.sum(axis=0)[at_column]
    row_q, column_q = squares.sum(axis=1)[at_row], squares.sum(axis=0)[at_column]
    counts, squares = counts[at_row, at_column], squares[at_row, at_column]
    quarters = (
        (counts, squares),
        (_less(row, counts), _less(row_q, squares)),
        (_less(column, counts), _less(column_q, squares)),
        (_less(whole, row + column - counts), _less(whole_q, row_q + column_q - squares)),
    )
    moments = [_moments(part, part_q, floor) for part, part_q in quarters]
    both, only_row, only_column, neither = (mean for mean, _, _ in moments)
    error = sum(squared for _, squared, _ in moments)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((both - only_row - only_column + neither) / np.sqrt(error))


def _beyond(candidates: _Candidates, statistic: Floats, found: NDArray[np.bool_], alpha: float) -> NDArray[np.bool_]:
    """All single segments, and the pairs that depart from their parents on the side of their difference."""
    pair = candidates.columns[:, 1] >= 0
    z = np.where(pair & found, candidates.beyond, np.nan)
    sure = np.nan_to_num(adjust(two_sided(np.abs(z)), method="bh"), nan=1.0) <= alpha
    with np.errstate(invalid="ignore"):
        return ~pair | (sure & (np.abs(z) > BEYOND_PARENTS) & (z * statistic > 0))


def _figures(cells: Cells, columns: Levels, levels: Levels, confidence_level: float) -> dict[str, Any]:
    """Responses, score, difference, lower, upper of each segment."""
    answers = _gathered(cells.counts, columns, levels).sum(axis=-1)
    counts = _gathered(cells.weights or cells.counts, columns, levels)
    squares = _gathered(cells.squares or cells.counts, columns, levels).sum(axis=-1)
    whole, all_squares = (part.sum(axis=0) for part in _weighted(cells, (0,)))
    inside = effective_counts(counts, _effective(counts, squares))
    others = _less(whole, counts)
    outside = effective_counts(others, _effective(others, _less(all_squares, squares)))
    found = difference(inside, outside, confidence_level=confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = 100 * (counts[:, 2] - counts[:, 0]) / counts.sum(axis=-1)
    limits = {"difference": found.difference, "lower": found.lower, "upper": found.upper}
    return {"responses": answers, "score": score, **limits}


def _gathered(tables: Any, columns: Levels, levels: Levels) -> Floats:
    rows = [
        tables[tuple(column[column >= 0].tolist())][tuple(level[column >= 0].tolist())]
        for column, level in zip(columns, levels, strict=True)
    ]
    return np.array(rows, dtype=float).reshape(-1, 3)


def _shares(cells: Cells, columns: Levels, levels: Levels) -> dict[str, Any]:
    """Share of all detractors and share of all answers in each segment."""
    counts, whole = _gathered(cells.weights or cells.counts, columns, levels), _weighted(cells, (0,))[0].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        detractors, answers = counts[:, 0] / whole[0], counts.sum(axis=-1) / whole.sum()
    return {"share_of_detractors": detractors, "share_of_responses": answers}
