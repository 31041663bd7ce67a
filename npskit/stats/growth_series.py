"""Sales, the score and other factors on one calendar, as growth and changes; and the paths that follow from them.

What one knows at the end of a period is the growth so far and the changes so far. The next growth follows from the
regression; the one after it needs a growth and changes that have not come yet. So a path is walked step by step, each
step feeding the next, with the changes that are expected, drawn, or supposed.
"""

from __future__ import annotations

import math
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
    for at, origin in enumerate(origins):
        for k, known in enumerate(changes[:, 1 : origin + 1]):
            drift, memory = habits(known, drifts=k > 0)
            last = known[-1] - drift if len(known) and math.isfinite(known[-1]) else 0.0
            out[at, k] = drift + last * memory ** np.arange(1, steps + 1)
    return out


def habits(changes: Array, *, drifts: bool) -> tuple[float, float]:
    """Mean change, drawn to 0 as far as it is not clear, and how much of a change is repeated (or undone) next."""
    known = changes[np.isfinite(changes)]
    if len(known) < 3:
        return 0.0, 0.0
    ratio = float(known.mean() ** 2 * len(known) / max(known.var(ddof=1), TINY))
    drift = float(known.mean()) * ratio / (1 + ratio) if drifts else 0.0
    around = changes - drift
    first, second = around[:-1], around[1:]
    both = np.isfinite(first) & np.isfinite(second)
    # as if four more pairs had shown no memory: a prior sd of one half
    weight = float(np.sum(first[both] ** 2) + 4 * np.nanmean(around**2))
    memory = float(np.sum(first[both] * second[both])) / weight if weight > 0 else 0.0
    return drift, float(np.clip(memory, -0.9, 0.9))


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
