"""Sales, the score and other factors on one calendar, as growth and changes; and the paths that follow from them.

What one knows at the end of a period is the growth so far and the changes so far. The next growth follows from the
regression; the one after it needs a growth and changes that have not come yet. So a path is walked step by step, each
step feeding the next, with the changes that are expected, drawn, or supposed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FACTOR", "OWN", "SCORE", "SEASON", "TINY", "Series", "expected", "growth_rates", "habits", "walked"]

Array = NDArray[np.float64]

# What a column of the regression is.
SEASON, OWN, SCORE, FACTOR = range(4)
# Keeps the variance of a series that never moves from being divided by.
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Series:
    """Sales, score and factors on one calendar without holes; what is not known is nan.

    Attributes
    ----------
    growth : ndarray (T,)
        Log growth; nan in the first period.
    changes : ndarray (1 + F, T)
        Change in the score, then of each factor; nan in the first period.
    lag : int
        Periods between a change in the score and the growth it may foretell; those of factors act after one.
    season : int
        Periods in a season, 0 for none.
    """

    growth: Array
    changes: Array
    lag: int = 1
    season: int = 0

    @property
    def lags(self) -> list[int]:
        """Lag of each change."""
        return [self.lag] + [1] * (len(self.changes) - 1)

    @property
    def kinds(self) -> NDArray[np.int64]:
        """What each column of the regression is."""
        return np.array([SEASON] * self.season + [OWN, SCORE] + [FACTOR] * (len(self.changes) - 1))

    def season_columns(self, times: NDArray[np.int64]) -> Array:
        """A column for each part of the season, summing to 0 in each row."""
        return np.eye(self.season)[times % self.season] - 1 / self.season if self.season else np.zeros((len(times), 0))

    def columns(self) -> Array:
        """What was known one period before each period (T, P); nan where something was not."""
        periods = len(self.growth)
        parts = [shifted(self.growth, 1)] + [shifted(x, k) for x, k in zip(self.changes, self.lags, strict=True)]
        return np.hstack([self.season_columns(np.arange(periods)), np.stack(parts, axis=1)])

    def rows(self) -> tuple[Array, NDArray[np.int64]]:
        """The rows of the regression (N, P + 1), the growth last, and their periods."""
        table = np.hstack([self.columns(), self.growth[:, None]])
        times = np.flatnonzero(np.isfinite(table).all(axis=1))
        return table[times], times


def growth_rates(values: ArrayLike) -> Array:
    """Log growth (T,) of a series of positive values; nan in the first period and beside a nan.

    Examples
    --------
    >>> growth_rates([100, 110, 99]).round(3).tolist()
    [nan, 0.095, -0.105]
    """
    logs = np.log(np.asarray(values, dtype=float))
    return np.diff(logs, prepend=np.nan)


def expected(changes: Array, origins: NDArray[np.int64], steps: int) -> Array:
    """Changes (O, 1 + F, steps) to expect after each origin, from those known then.

    The score is expected to stay, a factor to go on as it has on average as far as that is clear; and what was above
    or below that in the last period is partly made up for, or goes on, as it did before.
    """
    out = np.empty((len(origins), len(changes), steps))
    for k, known in enumerate(changes):
        drift, memory = habits_at(known[1:], origins, drifts=k > 0)
        last = np.where((origins > 0) & np.isfinite(known[origins]), known[origins] - drift, 0.0)
        out[:, k] = drift[:, None] + last[:, None] * memory[:, None] ** np.arange(1, steps + 1)
    return out


def habits(changes: Array, *, drifts: bool) -> tuple[float, float]:
    """Mean change, drawn to 0 as far as it is not clear, and how much of a change is repeated (or undone) next."""
    drift, memory = habits_at(changes, np.array([len(changes)]), drifts=drifts)
    return float(drift[0]), float(memory[0])


def habits_at(changes: Array, numbers: NDArray[np.int64], *, drifts: bool) -> tuple[Array, Array]:
    """The habits (O,) that the first so many changes (T,) show: each of the numbers (O,) by itself."""
    known = np.isfinite(changes) & (np.arange(len(changes)) < numbers[:, None])
    n = known.sum(axis=1)
    enough, count = n >= 3, np.maximum(n, 3)
    values = np.where(known, changes, 0.0)
    mean = values.sum(axis=1) / count
    spread = np.sum(np.where(known, values - mean[:, None], 0.0) ** 2, axis=1) / (count - 1)
    ratio = mean**2 * count / np.maximum(spread, TINY)
    drift = mean * ratio / (1 + ratio) if drifts else np.zeros(len(numbers))
    around = np.where(known, values - drift[:, None], 0.0)
    both = known[:, :-1] & known[:, 1:]
    first, second = np.where(both, around[:, :-1], 0.0), np.where(both, around[:, 1:], 0.0)
    # as if four more pairs had shown no memory: a prior sd of one half
    weight = np.sum(first**2, axis=1) + 4 * np.sum(around**2, axis=1) / count
    memory = np.sum(first * second, axis=1) / np.where(weight > 0, weight, 1.0)
    return np.where(enough, drift, 0.0), np.where(enough, np.clip(memory, -0.9, 0.9), 0.0)


def walked(
    series: Series, origins: NDArray[np.int64], constant: Array, coefficients: Array, ahead: Array,
    errors: Array | None = None,
) -> Array:  # fmt: skip
    """Growth (N, steps) after each origin, one step feeding the next; changes `ahead` (N, 1 + F, steps)."""
    steps = ahead.shape[-1]
    before, out = series.growth[origins], np.empty((len(origins), steps))
    before = np.where(np.isfinite(before), before, np.nanmean(series.growth))
    own = series.season
    for step in range(steps):
        now = constant + np.sum(coefficients[:, :own] * series.season_columns(origins + step + 1), axis=1)
        now += coefficients[:, own] * before
        for k, lag in enumerate(series.lags):
            back = step - lag
            change = ahead[:, k, back] if back >= 0 else series.changes[k, origins + back + 1]
            now += coefficients[:, own + 1 + k] * np.where(np.isfinite(change), change, 0.0)
        if errors is not None:
            now += errors[:, step]
        out[:, step] = before = now
    return out


def shifted(values: Array, periods: int) -> Array:
    """Values moved so many periods later, nan before."""
    return np.concatenate([np.full(periods, np.nan), values])[: len(values)]
