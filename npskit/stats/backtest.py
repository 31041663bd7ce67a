"""What a forecast would have said, had it been asked before.

Anybody can draw a fan. What tells whether it deserves trust is to stand at earlier periods, forecast from what was
known then, and compare with the readings that came: how far off (CRPS, in points: the mean error of the whole
distribution, which for a forecast without spread is the plain error), and how often inside the interval. Beside it
stand the two forecasts that need no model: the last value, and the mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.stats.arguments import generator
from npskit.stats.forecast import RECENT_PERIODS, check_whole, forecast, is_forecastable
from npskit.stats.mixture import normal
from npskit.stats.score import responses as answers_of
from npskit.stats.score import score, variance
from npskit.stats.statespace import checked_breaks
from npskit.stats.trend import PSEUDO_ANSWERS, checked_series

__all__ = ["Backtest", "crps_of", "rolling_origin"]

Array = NDArray[np.float64]

DRAWS = 1000
QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts from O earlier periods, H steps ahead, beside what came; nan where nobody answered then.

    Attributes
    ----------
    origins : ndarray of int (O,)
        Position of the first period that each forecast did not see.
    reading, responses : ndarray (..., O, H)
        The score that came, in points, and its number of answers.
    median, lower, upper, lower_80, upper_80 : ndarray (..., O, H)
        The forecast and its 95 % and 80 % intervals.
    crps, crps_last, crps_mean : ndarray (..., O, H)
        Error of the forecast, of the last value and of the mean, in points.
    """

    origins: NDArray[np.int64]
    reading: Array
    responses: Array
    median: Array
    lower: Array
    upper: Array
    lower_80: Array
    upper_80: Array
    crps: Array
    crps_last: Array
    crps_mean: Array

    @property
    def inside(self) -> Array:
        """1 where the reading lay within the 95 % interval, 0 where not, nan where there was none."""
        return _within(self.reading, self.lower, self.upper)

    @property
    def tested(self) -> Any:
        """Readings that were forecast (...)."""
        return np.isfinite(self.crps).sum(axis=(-2, -1))

    @property
    def coverage_95(self) -> Any:
        """Share of the readings within the 95 % interval (...)."""
        return _mean(self.inside)

    @property
    def coverage_80(self) -> Any:
        """Share of the readings within the 80 % interval (...)."""
        return _mean(_within(self.reading, self.lower_80, self.upper_80))

    @property
    def ratio_to_last(self) -> Any:
        """Mean CRPS over that of the last value (...): under 1, the model was nearer."""
        return _mean(self.crps) / _mean(self.crps_last)

    @property
    def ratio_to_mean(self) -> Any:
        """Mean CRPS over that of the mean (...)."""
        return _mean(self.crps) / _mean(self.crps_mean)


def crps_of(draws: ArrayLike, truth: ArrayLike) -> Any:
    """Continuous ranked probability score of draws (..., D, H) for what came (..., H), in the unit of the draws.

    Notes
    -----
    ``E|X - y| - E|X - X'| / 2`` (Gneiting and Raftery 2007), over the empirical distribution of the draws.

    Examples
    --------
    >>> crps_of([[30.0], [30.0]], [34.0]).tolist()
    [4.0]
    >>> crps_of([[20.0], [40.0]], [30.0]).tolist()
    [5.0]
    """
    ordered = np.sort(np.asarray(draws, float), axis=-2)
    count = ordered.shape[-2]
    error = np.mean(np.abs(ordered - np.asarray(truth, float)[..., None, :]), axis=-2)
    # Mean |X - X'| from the order: the i-th smallest stands above i others and below count - 1 - i.
    rank = (2 * np.arange(count) - count + 1)[:, None] / count**2
    return error - np.sum(rank * ordered, axis=-2)


def rolling_origin(
    counts: ArrayLike,
    *,
    horizon: int = 1,
    origins: int = 12,
    season: float | None = 12,
    pace: float = 1.0,
    breaks: Sequence[int] | None = None,
    draws: int = DRAWS,
    rng: int | np.random.Generator | None = None,
) -> Backtest:
    """Forecast each of the last periods from those before it.

    Parameters
    ----------
    counts : array_like (..., T, 3)
        Detractors, passives and promoters of T periods in a row.
    horizon : int, default 1
        Steps ahead from each origin.
    origins : int, default 12
        At most so many origins, the last ones that leave ``horizon`` periods to compare with and have 6 periods with
        answers and twice the horizon before them; fewer, or none, on a short history.
    season, pace, breaks, draws, rng
        As in `npskit.stats.forecast.forecast`.

    Returns
    -------
    Backtest

    Notes
    -----
    The rivals are normal. *Last value*: the last reading, with the mean squared change over as many periods in the
    past as variance. *Mean*: of all past readings, with their variance times 1 + 1/n. Neither variance may be smaller
    than what sampling alone gives: that of the last and the next reading, and that of the next.

    Examples
    --------
    >>> found = rolling_origin([[20, 30, 50], [24, 30, 46]] * 15, rng=0)
    >>> int(found.tested), found.median.shape
    (12, (12, 1))
    >>> float(found.coverage_95)
    1.0
    """
    counts = checked_series(counts)
    check_whole("horizon", horizon)
    check_whole("origins", origins)
    history = counts.shape[-2]
    positions = checked_breaks(breaks, history)
    source = generator(rng)
    rows, ends = [], []
    for end in range(max(history - horizon - origins + 1, 0), history - horizon + 1):
        past, known = counts[..., :end, :], [position for position in positions if position < end]
        if not is_forecastable(past, horizon, breaks=known).any():
            continue
        found = forecast(past, horizon, season=season, pace=pace, breaks=known, draws=draws, rng=source)
        ends.append(end)
        rows.append(_judged(found.draws, past, counts[..., end : end + horizon, :]))
    empty = np.empty((*counts.shape[:-2], 0, horizon))
    names = [f.name for f in fields(Backtest)[1:]]
    return Backtest(
        np.array(ends, int), **{name: np.stack([r[name] for r in rows], axis=-2) if rows else empty for name in names}
    )


def _judged(draws: Array, past: Array, future: Array) -> dict[str, Array]:
    """One origin's forecast (..., H) beside what came and beside the two rivals."""
    reading = np.asarray(score(future))
    limits = np.quantile(draws, QUANTILES, axis=-2)
    last, mean = _rivals(past, reading.shape[-1])
    return {
        "reading": reading,
        "responses": np.asarray(answers_of(future)),
        **dict(zip(("lower", "lower_80", "median", "upper_80", "upper"), limits, strict=True)),
        "crps": crps_of(draws, reading),
        "crps_last": _crps_of_normal(*last, reading),
        "crps_mean": _crps_of_normal(*mean, reading),
    }


def _rivals(past: Array, horizon: int) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Mean and sd (..., H) of the last value's forecast and of the mean's."""
    *leading, _, _ = past.shape
    shape = (math.prod(leading), horizon)
    last, mean = np.full((2, *shape), np.nan), np.full((2, *shape), np.nan)
    for row, own in enumerate(past.reshape(math.prod(leading), *past.shape[-2:])):
        n = np.asarray(answers_of(own))
        if not (n > 0).any():
            continue
        readings, seen = np.asarray(score(own)), n > 0
        usual = np.median(n[seen][-RECENT_PERIODS:])
        answer = 1e4 * float(variance(own.sum(axis=0) + PSEUDO_ANSWERS))
        last[0, row], mean[0, row] = readings[seen][-1], readings[seen].mean()
        spread = readings[seen].var(ddof=1) if seen.sum() > 1 else 0.0
        mean[1, row] = max(spread, answer / usual) * (1 + 1 / seen.sum())
        for step in range(1, horizon + 1):
            changes = readings[step:] - readings[:-step]
            squares = np.mean(changes[np.isfinite(changes)] ** 2) if np.isfinite(changes).any() else 0.0
            last[1, row, step - 1] = max(squares, answer / n[seen][-1] + answer / usual)
    shaped = [(m.reshape(*leading, horizon), np.sqrt(v).reshape(*leading, horizon)) for m, v in (last, mean)]
    return shaped[0], shaped[1]


def _crps_of_normal(mean: Array, sd: Array, truth: Array) -> Array:
    """CRPS of a normal forecast in closed form (Gneiting and Raftery 2007)."""
    z = (truth - mean) / sd
    below, density = normal(z)
    return sd * (z * (2 * below - 1) + 2 * density - 1 / math.sqrt(math.pi))


def _within(reading: Array, lower: Array, upper: Array) -> Array:
    known = np.isfinite(reading) & np.isfinite(lower)
    return np.where(known, (lower <= reading) & (reading <= upper), np.nan)


def _mean(values: Array) -> Any:
    """Mean over origins and steps of what is known, nan when nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=(-2, -1))
    total = np.sum(np.where(known, values, 0.0), axis=(-2, -1))
    return np.divide(total, count, out=np.full(np.shape(count), np.nan), where=count > 0)[()]
