"""Forecasts: a model for each series, or all of them at once."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from npskit.stats.backtest import rolling_origin
from npskit.stats.forecast import forecast
from npskit.stats.trend import level
from tests.benchmarks.measure import Line, medians, peak_beyond

MONTHS, AHEAD = 48, 6


def series(count: int) -> np.ndarray:
    """Counts (count, 48, 3) of segments whose mood wanders."""
    rng = np.random.default_rng(1)
    truth = np.clip(30 + np.cumsum(rng.normal(0, 2, (count, MONTHS)), axis=1), -65, 65)
    promoters = (0.7 + truth / 100) / 2
    shares = np.stack([0.7 - promoters, np.full(truth.shape, 0.3), promoters], axis=-1)
    return rng.multinomial(rng.integers(30, 300, (count, 1)), shares)


def components(scores: np.ndarray) -> Any:
    """What an analyst would fit to one series: a level and a season, their variances estimated."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    season = [{"period": 12, "harmonics": 2}]
    fitted = UnobservedComponents(scores, "local level", freq_seasonal=season).fit(disp=False)
    return fitted.get_forecast(AHEAD).conf_int()


def smoothing(scores: np.ndarray) -> Any:
    """The other usual choice: exponential smoothing with a season."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    fitted = ETSModel(pd.Series(scores), error="add", seasonal="add", seasonal_periods=12).fit(disp=False)
    return fitted.get_prediction(MONTHS, MONTHS + AHEAD - 1).pred_int()


def each(model: Any, counts: np.ndarray) -> list[Any]:
    """One model after the other; those that do not converge are no news here."""
    scores = 100.0 * (counts[..., 2] - counts[..., 0]) / counts.sum(axis=-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [model(own) for own in scores]


def forecasts(scale: float) -> Iterator[Line | str]:
    """One series, twenty, and a thousand; ours brings 2,000 draws of all three shares."""
    for count in (1, 20):
        counts = series(count)
        times = medians(
            {
                "ours": lambda c=counts: forecast(c, AHEAD, rng=0),
                "statsmodels UnobservedComponents": lambda c=counts: each(components, c),
                "statsmodels ETS": lambda c=counts: each(smoothing, c),
            },
            rounds=9 if count == 1 else 3,
        )
        for rival in list(times)[1:]:
            task = f"forecast of {count} series of {MONTHS} months"
            yield Line(task, rival, times["ours"], times[rival], 1)
    counts = series(max(20, int(1000 * scale)))
    for name, work in {
        "forecast": lambda: forecast(counts, AHEAD, rng=0),
        "trend": lambda: level(counts),
        "backtest of 12 origins of one series": lambda: rolling_origin(counts[0], horizon=AHEAD, rng=0),
    }.items():
        begun = time.perf_counter()
        work()
        what = name if "one series" in name else f"{name} of {len(counts):,} series"
        yield f"{what}: {time.perf_counter() - begun:.2f} s"
    beyond = peak_beyond(lambda: forecast(counts, AHEAD, rng=0))
    yield f"memory beyond the input, forecast of {len(counts):,}: {beyond:.0f} MB, all of it draws"
