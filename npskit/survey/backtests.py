"""How well the forecast would have done: made again at earlier periods, and laid beside what came.

An interval of 95 % is a claim about how often it holds. So the same model is asked at each of the last periods for the
next ones, and its answers stand beside the readings, next to two forecasts anybody can make: the last value again, and
the mean of all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.labels import language, number, share, word
from npskit.results import Result
from npskit.survey.estimates import joined
from npskit.survey.notes import periods_text

if TYPE_CHECKING:
    from npskit.stats import backtest as stats

__all__ = ["Backtest", "rolled"]

ORIGINS = 12
# Of fewer one cannot say "over the last months".
FEWEST_ORIGINS = 4
FIGURES = {"responses": "responses", "score": "reading", "forecast": "median", "lower": "lower", "upper": "upper",
           "lower_80": "lower_80", "upper_80": "upper_80", "crps": "crps", "crps_last_value": "crps_last",
           "crps_mean": "crps_mean"}  # fmt: skip
ERRORS = ("crps", "crps_last_value", "crps_mean")


@dataclass(frozen=True, eq=False)
class Backtest(Result):
    """Forecasts from earlier periods beside the readings that came, as `Forecast.backtest` gives them.

    Attributes
    ----------
    table : mapping of str to list
        The `by` columns, ``period`` (that was forecast), ``step`` (periods ahead), ``responses`` and ``score`` (what
        came), ``forecast`` (median) with ``lower, upper`` (95 %) and ``lower_80, upper_80``; then the error of the
        whole forecast ``crps`` (points; smaller is nearer), beside ``crps_last_value`` and ``crps_mean``; ``inside``:
        whether the reading lay within the 95 % interval.
    every : str
    by : tuple of str
    tested : int
        Readings that were forecast one period ahead.
    inside : int
        How many of them lay within the 95 % interval.
    coverage_95, coverage_80 : mapping of int to float
        Share within the intervals for each step.
    errors : mapping of str to float
        Mean ``crps``, ``crps_last_value`` and ``crps_mean`` one period ahead, in points.
    """

    table: Mapping[str, Sequence[Any]]
    every: str
    by: tuple[str, ...] = ()
    tested: int = 0
    inside: int = 0
    coverage_95: Mapping[int, float] = field(default_factory=dict)
    coverage_80: Mapping[int, float] = field(default_factory=dict)
    errors: Mapping[str, float] = field(default_factory=dict)

    def sentence(self, *, lang: str | None = None) -> str:
        """How many of the last readings lay within the interval, and how far off the forecast was beside two others.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        if not self.tested:
            return word("forecast_backtest_none", lang)
        origins = len({day for day, step in zip(self.table["period"], self.table["step"], strict=True) if step == 1})
        few = "forecast_backtest_few" if origins < FEWEST_ORIGINS else "forecast_backtest"
        held = word(
            "forecast_backtest_groups" if self.by and origins >= FEWEST_ORIGINS else few,
            lang,
            periods=periods_text(origins, self.every, lang),
            level=share(0.95, lang=lang),
            inside=number(self.inside, lang=lang),
            tested=number(self.tested, lang=lang),
        )
        errors = {name: number(value, digits=1, lang=lang) for name, value in self.errors.items()}
        return f"{held} {word('forecast_backtest_errors', lang, **errors)}"


def rolled(
    counts: np.ndarray,
    history: Mapping[str, Sequence[Any]],
    levels: Mapping[str, list[Any]],
    *,
    every: str,
    horizon: int,
    breaks: Sequence[int],
) -> Backtest:
    """Forecasts of counts (groups, T, 3), or (T, 3), from their last periods but one, but two, ..."""
    from npskit.stats.backtest import rolling_origin
    from npskit.stats.forecast import FEWEST_PERIODS
    from npskit.stats.trend import SEASON_LENGTHS, pace_of

    asked: dict[str, Any] = {"season": SEASON_LENGTHS[every], "pace": pace_of(every), "breaks": list(breaks), "rng": 0}
    periods = list(dict.fromkeys(history["period"]))
    # One step ahead reaches the last period; further steps need origins further back.
    parts = [rows_of(rolling_origin(counts, horizon=1, origins=ORIGINS, **asked), periods, levels, [1])]
    # A forecast reaches no further than half of what is behind it.
    furthest = min(horizon, len(periods) // 3, len(periods) - FEWEST_PERIODS)
    if furthest > 1:
        further = rolling_origin(counts, horizon=furthest, origins=ORIGINS, **asked)
        parts.append(rows_of(further, periods, levels, range(2, furthest + 1)))
    table = {name: [value for part in parts for value in part[name]] for name in parts[0]}
    steps = np.asarray(table["step"], dtype=int)
    within = {
        level: held(table, *ends) for level, ends in (("95", ("lower", "upper")), ("80", ("lower_80", "upper_80")))
    }
    one = steps == 1
    return Backtest(
        table,
        every,
        tuple(levels),
        int(one.sum()),
        int(within["95"][one].sum()),
        {int(step): float(within["95"][steps == step].mean()) for step in np.unique(steps)},
        {int(step): float(within["80"][steps == step].mean()) for step in np.unique(steps)},
        {name: float(np.asarray(table[name])[one].mean()) if one.any() else float("nan") for name in ERRORS},
    )


def held(table: Mapping[str, Sequence[Any]], lower: str, upper: str) -> np.ndarray:
    """Which readings lay within their limits."""
    score = np.asarray(table["score"], dtype=float)
    return (np.asarray(table[lower], dtype=float) <= score) & (score <= np.asarray(table[upper], dtype=float))


def rows_of(
    found: stats.Backtest, periods: Sequence[Any], levels: Mapping[str, list[Any]], steps: Sequence[int]
) -> dict[str, list[Any]]:
    """A row per group, origin and step where there was a reading to compare with."""
    *leading, origins, ahead = found.crps.shape
    shape = (math.prod(leading), origins, ahead)
    values = {name: np.asarray(getattr(found, own)).reshape(shape) for name, own in FIGURES.items()}
    group, origin, column = np.nonzero(np.isfinite(values["crps"]))
    kept = np.isin(column + 1, list(steps))
    group, origin, column = group[kept], origin[kept], column[kept]
    figures = {name: each[group, origin, column].tolist() for name, each in values.items()}
    inside = (figures["score"], figures["lower"], figures["upper"])
    return joined(
        {key: [names[at] for at in group] for key, names in levels.items()},
        {
            "period": [periods[at] for at in found.origins[origin] + column],
            "step": (column + 1).tolist(),
            **figures,
            "responses": [round(n) for n in figures["responses"]],
            "inside": [low <= score <= high for score, low, high in zip(*inside, strict=True)],
        },
    )
