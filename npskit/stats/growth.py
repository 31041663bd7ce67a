"""Does a score help to foretell the growth of sales: a regression that has to earn each factor, and its trial.

Levels prove nothing: two series that wander look related in half of all cases. So everything here is about *growth*,
``g_t = log(sales_t / sales_{t-1})``, and about changes: the growth of a period on the growth before, on the change in
the score so many periods before, on the change of each factor in the period before, and on a season. The coefficients
are shrunk and the strength averaged (`ridge`), with half of the prior on models without the score.

Two questions are asked of the score. Are the rows likelier with it (Bayes factor)? And would it have helped at the
time: from every past period, the next ones are forecast with and without it from what was known then (`rolling`), and
the one-step errors are compared (`clark_west`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.stats.clark_west import ClarkWest, clark_west
from npskit.stats.growth_series import FACTOR, OWN, SCORE, SEASON, TINY, Series, expected, walked
from npskit.stats.ridge import Ridge, averaged, bayes_factor, ridge
from npskit.stats.student import student_quantile, student_tail

__all__ = [
    "ALPHA",
    "WORTHWHILE",
    "Effect",
    "Rolling",
    "Trial",
    "Window",
    "effect",
    "fewest_rows",
    "grid",
    "log_prior",
    "rolling",
    "season_factor",
    "trial",
    "windows",
]

Array = NDArray[np.float64]

#: Prior standard deviations tried for each kind of column, in residual sds per sd of the column, with their weights.
STRENGTHS: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    SEASON: ((0.0, 1.0, 4.0, 16.0), (0.4, 0.2, 0.2, 0.2)),
    OWN: ((0.15, 0.4, 0.9), (1 / 3, 1 / 3, 1 / 3)),
    SCORE: ((0.0, 0.1, 0.2, 0.4, 0.8), (0.5, 0.125, 0.125, 0.125, 0.125)),
    FACTOR: ((0.1, 0.3, 0.8), (1 / 3, 1 / 3, 1 / 3)),
}
FEWEST_ROWS = 8
#: The smallest effect worth acting on, in residual sds of growth per sd of change: it takes a tenth off the error.
WORTHWHILE = 0.5
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Window:
    """The regression in one or many windows (...) of rows, with the columns in units of their own spread.

    Attributes
    ----------
    fit : Ridge
    scale : ndarray (..., P)
        Spread of each column without the season; 1 for those of the season.
    middle : ndarray (..., P + 1)
        Means of the columns and of the growth.
    """

    fit: Ridge
    scale: Array
    middle: Array

    def fit_of(self, at: int) -> Ridge:
        """The regression of one of the windows."""
        fit = self.fit
        parts = (fit.log_evidence[at], fit.mean[at], fit.scatter[at], fit.freedom[at], fit.inner[at])
        return Ridge(*parts, prior_sd=fit.prior_sd)

    def coefficients(self, prior: Array) -> tuple[Array, Array]:
        """Constant (...) and coefficients (..., P) in the units of the columns, averaged with this prior."""
        values = averaged(self.fit, prior) / self.scale
        return self.middle[..., -1] - np.sum(self.middle[..., :-1] * values, axis=-1), values


@dataclass(frozen=True, slots=True)
class Rolling:
    """What would have been forecast from each past period, with the score and without; log growth up to the step.

    Attributes
    ----------
    origins : ndarray (O,)
        The last period known.
    actual, with_score, without_score : ndarray (O, H)
        nan where it has not come yet or is not known.
    """

    origins: NDArray[np.int64]
    actual: Array
    with_score: Array
    without_score: Array

    def errors(self) -> tuple[Array, Array, NDArray[np.int64]]:
        """Root mean squared error with and without the score, and how many forecasts, for each step (H,)."""
        gone = np.stack([self.with_score, self.without_score]) - self.actual
        known = np.isfinite(gone).all(axis=0)
        tested = known.sum(axis=0)
        squares = np.where(known, gone, 0.0) ** 2
        mean = squares.sum(axis=1) / np.where(tested, tested, np.nan)
        return np.sqrt(mean[0]), np.sqrt(mean[1]), tested


@dataclass(frozen=True, slots=True)
class Effect:
    """The score's coefficient without any prior, in residual sds of growth per sd of change; freedom below 1: nan."""

    estimate: float
    lower: float
    upper: float
    power: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The evidence for the score at one lag."""

    bayes_factor: float
    clark_west: ClarkWest
    rolling: Rolling
    window: Window
    effect: Effect
    rows: int


def fewest_rows(factors: int) -> int:
    """Rows that a regression with so many factors takes: two for each coefficient."""
    return max(FEWEST_ROWS, 2 * (factors + 3))


def grid(kinds: NDArray[np.int64]) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Prior sds (K, P) of columns of these kinds, the log prior (K,), and which points hold the score."""
    return _grid(tuple(kinds.tolist()))


@cache
def _grid(kinds: tuple[int, ...]) -> tuple[Array, Array, NDArray[np.bool_]]:
    axes = [kind for kind in STRENGTHS if kind in kinds]
    values = np.meshgrid(*(STRENGTHS[kind][0] for kind in axes), indexing="ij")
    chances = np.meshgrid(*(STRENGTHS[kind][1] for kind in axes), indexing="ij")
    by_kind = dict(zip(axes, (value.ravel() for value in values), strict=True))
    prior_sd = np.stack([by_kind[kind] for kind in kinds], axis=1)
    found = prior_sd, np.sum([np.log(chance.ravel()) for chance in chances], axis=0), by_kind[SCORE] > 0
    for shared in found:
        shared.flags.writeable = False
    return found


def log_prior(kinds: NDArray[np.int64], score: bool | None = None) -> Array:
    """Log prior of the grid; with the score only, without it only, or (None) both alike."""
    _, prior, inside = grid(kinds)
    return prior if score is None else np.where(inside == score, prior, -np.inf)


def windows(table: Array, sizes: NDArray[np.int64], kinds: NDArray[np.int64]) -> Window:
    """The regression on the first rows (sizes of them) of a table (N, P + 1), at every point of the grid."""
    sums = np.cumsum(table, axis=0)[sizes - 1]
    products = np.cumsum(table[:, :, None] * table[:, None, :], axis=0)[sizes - 1]
    middle = sums / sizes[:, None]
    products = products - sizes[:, None, None] * middle[:, :, None] * middle[:, None, :]
    scale = spreads(products, sizes, kinds)
    outer = np.concatenate([scale, np.ones((len(scale), 1))], axis=1)
    fit = ridge(products / (outer[:, :, None] * outer[:, None, :]), sizes.astype(float), grid(kinds)[0])
    return Window(fit, scale, middle)


def spreads(products: Array, sizes: NDArray[np.int64], kinds: NDArray[np.int64]) -> Array:
    """Spread of each column (..., P) with the season taken out; 1 for the columns of the season."""
    season, others = np.flatnonzero(kinds == SEASON), np.flatnonzero(kinds != SEASON)
    left = products[:, others, others]
    freedom = np.maximum(sizes - max(len(season), 1), 1)[:, None]
    if len(season):
        inside = products[:, season[:, None], season] + 1e-9 * np.eye(len(season))
        beside = products[:, season[:, None], others]
        left = left - np.sum(beside * np.linalg.solve(inside, beside), axis=1)
    scale = np.ones((len(products), len(kinds)))
    scale[:, others] = np.sqrt(np.maximum(left, 0) / freedom)
    return np.where(scale > 1e-12, scale, 1.0)


def rolling(series: Series, steps: int = 1, first: int | None = None) -> Rolling:
    """Forecast from each past period with what was known then.

    Parameters
    ----------
    series : Series
    steps : int
        Periods ahead.
    first : int, optional
        Rows of the first window.
    """
    table, times = series.rows()
    kinds = series.kinds
    start = first or first_window(len(table), series)
    sizes = np.arange(start, len(table))
    origins = times[sizes] - 1
    if not len(sizes):
        empty = np.empty((0, steps))
        return Rolling(origins, empty, empty, empty)
    found = windows(table, sizes, kinds)
    ahead = expected(series.changes, origins, steps)
    paths = [
        np.cumsum(walked(series, origins, *found.coefficients(log_prior(kinds, score)), ahead), axis=1)
        for score in (True, False)
    ]
    padded = np.concatenate([series.growth, np.full(steps, np.nan)])
    actual = np.cumsum([padded[origins + step] for step in range(1, steps + 1)], axis=0).T
    return Rolling(origins, actual, *paths)


def first_window(rows: int, series: Series) -> int:
    """Rows before the first forecast of the past: a third of them, and enough for the coefficients."""
    season = series.season + 4 if series.season else 0
    return max(math.ceil(rows / 3), fewest_rows(len(series.changes) - 1), season)


def effect(table: Array, kinds: NDArray[np.int64], *, worthwhile: float = WORTHWHILE) -> Effect:
    """The score's coefficient by least squares, with its interval at 95 %, and the power to show a worthwhile one."""
    at = int(np.flatnonzero(kinds == SCORE)[0])
    others = np.column_stack([np.ones(len(table)), np.delete(table[:, :-1], at, axis=1)])
    both = table[:, [at, -1]]
    left = both - others @ np.linalg.lstsq(others, both, rcond=None)[0]
    freedom = len(table) - int(np.linalg.matrix_rank(others)) - 1
    inside = float(left[:, 0] @ left[:, 0])
    if freedom < 1 or not inside > 1e-12 * float(both[:, 0] @ both[:, 0]):
        return Effect(math.nan, math.nan, math.nan, math.nan)
    slope = float(left[:, 0] @ left[:, 1]) / inside
    error_sd = math.sqrt(max(float(np.sum((left[:, 1] - slope * left[:, 0]) ** 2)) / freedom, TINY))
    # sd of the column with the season out, as the prior measures it
    unit = math.sqrt(inside / (freedom + 1))
    reach, critical = 1 / math.sqrt(freedom + 1), student_quantile(1 - ALPHA / 2, freedom)
    middle = slope * unit / error_sd
    power = student_tail(critical - worthwhile / reach, freedom) + student_tail(critical + worthwhile / reach, freedom)
    return Effect(middle, middle - critical * reach, middle + critical * reach, power)


def season_factor(growth: ArrayLike, season: int) -> float:
    """How many times likelier a growth (T,) is with a season of so many periods than without; 0 when it is too short.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=40)
    >>> season_factor(noise, 4) < 1 < 100 < season_factor(noise + np.tile([4, 0, -1, -3], 10), 4)
    True
    """
    growth = np.asarray(growth, dtype=float)
    if len(growth) < 2 * season + 6:
        return 0.0
    # the score has no part in this: one that never moves, at the points of the grid that leave it out
    series = Series(growth, np.zeros((1, len(growth))), 1, season)
    table, _ = series.rows()
    if len(table) < season + 4:
        return 0.0
    prior_sd, _, _ = grid(series.kinds)
    prior = log_prior(series.kinds, score=False)
    used = np.isfinite(prior)
    logs = windows(table, np.array([len(table)]), series.kinds).fit.log_evidence[0]
    return float(bayes_factor(logs[used], prior[used], prior_sd[used, 0] > 0))


def trial(series: Series, steps: int = 1, *, worthwhile: float = WORTHWHILE) -> Trial:
    """All evidence for the score at the lag of a series."""
    table, _ = series.rows()
    kinds = series.kinds
    window = windows(table, np.array([len(table)]), kinds)
    _, prior, inside = grid(kinds)
    past = rolling(series, steps)
    test = clark_west(past.actual[:, 0], past.without_score[:, 0], past.with_score[:, 0])
    factor = float(bayes_factor(window.fit.log_evidence[0], prior, inside))
    return Trial(factor, test, past, window, effect(table, kinds, worthwhile=worthwhile), len(table))
