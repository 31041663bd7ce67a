"""Sales to come: many possible paths, and what another path of the score would add to each.

A path draws the coefficients and the size of the errors from the averaged regression, and then an error and new
changes of the score and the factors for every period; the errors of sales and the changes are drawn together as they
came together. So the paths spread by everything that is not known. A scenario changes what goes in and nothing else:
the same draws are walked again, and a scenario equal to the base differs by exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npskit.stats.growth import Window, log_prior
from npskit.stats.growth_series import Series, habits, walked
from npskit.stats.ridge import drawn

__all__ = ["Paths", "paths", "scenario"]

Array = NDArray[np.float64]
DRAWS = 4000
# Rows that speak for no correlation between errors and changes, added to those there are.
PRIOR_ROWS = 10


@dataclass(frozen=True, slots=True)
class Paths:
    """Draws of what is to come.

    Attributes
    ----------
    growth : ndarray (D, H)
        Log growth of each period to come.
    coefficients : ndarray (D, P)
        In the units of the columns: season, own growth before, score, factors.
    error_sd : ndarray (D,)
    """

    growth: Array
    coefficients: Array
    error_sd: Array

    def sales(self, last: float) -> Array:
        """Sales (D, H) of each period, from those of the last one known."""
        return last * np.exp(np.cumsum(self.growth, axis=1))


def paths(series: Series, window: Window, steps: int, *, draws: int = DRAWS, rng: np.random.Generator) -> Paths:
    """Draw paths of growth after the last period of a series.

    Parameters
    ----------
    series : Series
        Its last growth must be known.
    window : Window
        The regression on all rows.
    steps : int
    draws : int
    rng : numpy.random.Generator
    """
    found = drawn(window.fit_of(0), log_prior(series.kinds), draws, rng)
    values = found.values / window.scale[0]
    rows = float(window.fit.freedom[0]) + 1
    # least squares finds too little memory in few rows, by this much: Kendall (1954), Biometrika 41:403
    own = values[:, series.season]
    values[:, series.season] = own + np.where(np.abs(own) < 1, (1 + 3 * own) / rows, 0.0)
    middle = window.middle[0, -1] + found.error_sd * rng.standard_normal(draws) / np.sqrt(rows)
    constant = middle - values @ window.middle[0, :-1]
    noise = rng.standard_normal((draws, steps, 1 + len(series.changes))) @ shared(series, window).T
    origin = len(series.growth) - 1
    ahead = moving(series, origin, noise[..., 1:], rng)
    growth = walked(
        series, np.full(draws, origin), constant, values, ahead, errors=found.error_sd[:, None] * noise[..., 0]
    )
    return Paths(growth, values, found.error_sd)


def moving(series: Series, origin: int, noise: Array, rng: np.random.Generator) -> Array:
    """Changes (D, 1 + F, H) to come: what is expected, with innovations (D, H, 1 + F) that are partly undone again."""
    draws, steps, _ = noise.shape
    ahead = np.empty((draws, len(series.changes), steps))
    for k, known in enumerate(series.changes):
        drift, memory = habits(known[1:], drifts=k > 0)
        new = innovations(known[1:], drift, memory)
        rows = max(int(np.isfinite(new).sum()), 1)
        # neither the memory nor the size of the innovations is known better than from so many rows
        sd = np.sqrt(np.nansum(new**2) / rng.chisquare(rows, draws))
        kept = np.clip(memory + np.sqrt((1 - memory**2) / (rows + 4)) * rng.standard_normal(draws), -0.95, 0.95)
        around = np.full(draws, np.nan_to_num(known[origin] - drift))
        for step in range(steps):
            around = kept * around + sd * noise[:, step, k]
            ahead[:, k, step] = drift + around
    return ahead


def innovations(known: Array, drift: float, memory: float) -> Array:
    """What of each change (T,) was new; nan where the change before is not known."""
    around = known - drift
    return around - memory * np.concatenate([[np.nan], around[:-1]])


def shared(series: Series, window: Window) -> Array:
    """Root (1 + F + 1, ...) of the correlations of errors and innovations, drawn towards none."""
    constant, values = window.coefficients(log_prior(series.kinds))
    columns = [series.growth - constant[0] - series.columns() @ values[0]]
    for k, known in enumerate(series.changes):
        columns.append(innovations(known, *habits(known[1:], drifts=k > 0)))
    table = np.stack(columns)
    table = table[:, np.isfinite(table).all(axis=0)]
    size = table.shape[1]
    spread = np.sqrt(np.mean(table**2, axis=1)) if size else np.ones(len(table))
    unit = table / np.where(spread > 0, spread, 1.0)[:, None]
    correlation = (unit @ unit.T + PRIOR_ROWS * np.eye(len(table))) / (size + PRIOR_ROWS)
    scale = np.sqrt(np.diag(correlation))
    return np.linalg.cholesky(correlation / scale[:, None] / scale[None, :])


def scenario(series: Series, found: Paths, moves: Array) -> Array:
    """Log sales (D, H) that other changes add in each period, the same draws walked again.

    Parameters
    ----------
    series : Series
    found : Paths
    moves : ndarray (1 + F, H)
        The supposed changes minus those of the base, score first.
    """
    draws, steps = found.growth.shape
    before, out, own = np.zeros(draws), np.zeros((draws, steps)), series.season
    for step in range(steps):
        now = found.coefficients[:, own] * before
        for k, lag in enumerate(series.lags):
            if step >= lag:
                now = now + found.coefficients[:, own + 1 + k] * moves[k, step - lag]
        out[:, step] = before = now
    return np.cumsum(out, axis=1)
