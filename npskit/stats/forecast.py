"""Where a score is going, and how sure one can be.

The next reading differs from today's for four reasons, and each is drawn: the level wanders (and now and then jumps),
the season turns, surveys differ by more than sampling, and other people answer. Only the first is what one steers, so
the level and the reading are kept apart. How far the level steps, how strong the season is and how large the extra
noise cannot be told from a few years of months; so they are drawn as well, from what `npskit.stats.trend` says of them.

A reading is drawn as answers: so many detractors, passives and promoters. So the three shares sum to 1 and make the
score in every draw, no draw leaves the scale, and twelve answers give the coarse numbers that twelve answers give.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.score import responses as answers_of
from npskit.stats.score import shares
from npskit.stats.statespace import checked_breaks
from npskit.stats.trend import PSEUDO_ANSWERS, Posterior, checked_series, posterior, season_basis

__all__ = [
    "FEWEST_PERIODS",
    "RECENT_PERIODS",
    "Forecast",
    "check_whole",
    "forecast",
    "forecast_groups",
    "is_forecastable",
]

Array = NDArray[np.float64]

#: Periods with answers that a forecast needs.
FEWEST_PERIODS = 6

# A company is turned over once in four years or so: a jump in this share of the months, of this sd in points.
JUMP_RATE, JUMP_SD = 0.02, 8.0
#: Future numbers of answers are drawn from this many past periods that had any.
RECENT_PERIODS = 12
BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class Forecast:
    """Draws of the future of a series of scores; D draws, H periods.

    Attributes
    ----------
    draws, level_draws : ndarray (..., D, H)
        Next readings, and the level without season and noise, in points.
    passives, level_passives : ndarray (..., D, H)
        Share of passives in the readings and in the level.
    responses : ndarray (..., D, H)
        Number of answers behind each reading.
    level, level_now_sd : ndarray (...)
        Level in the last period, as `npskit.stats.trend.level` gives it, and its standard deviation.
    level_sd, extra_sd, season_sd : ndarray (...)
        Posterior means of the step of the level, of the noise beyond sampling, and of a harmonic of the season.
    season_weight : ndarray (...)
        Probability that there is a season at all.
    season_cycle : ndarray (..., S)
        What the season adds in each of its periods, counted from the first period of the history; S = 0 without one.
    reading_sd : ndarray (...)
        Sampling noise of one reading with the usual number of answers, in points.
    """

    draws: Array
    level_draws: Array
    passives: Array
    level_passives: Array
    responses: Array
    level: Array
    level_now_sd: Array
    level_sd: Array
    extra_sd: Array
    season_sd: Array
    season_weight: Array
    season_cycle: Array
    reading_sd: Array

    @property
    def share_draws(self) -> Array:
        """Shares (..., D, H, 3) of detractors, passives and promoters in the next readings."""
        return _three_shares(self.draws, self.passives)

    @property
    def level_share_draws(self) -> Array:
        """Shares (..., D, H, 3) of detractors, passives and promoters behind the level."""
        return _three_shares(self.level_draws, self.level_passives)


def forecast(
    counts: ArrayLike,
    periods: int,
    *,
    season: float | None = 12,
    pace: float = 1.0,
    planned_responses: ArrayLike | None = None,
    breaks: Sequence[int] | None = None,
    draws: int = 2000,
    rng: int | np.random.Generator | None = None,
) -> Forecast:
    """Draw the next periods of series of counts.

    Parameters
    ----------
    counts : array_like (..., T, 3)
        Detractors, passives and promoters of T periods in a row; rows of zeros where nobody answered. Weighted counts
        are first scaled to their effective responses.
    periods : int
        How many periods ahead, at most half the history.
    season : float or None, default 12
        Periods in a season: 12 for months, 52 for weeks, 4 for quarters; None for none.
    pace : float, default 1
        How far the level wanders in a period, in multiples of a month's; see `npskit.stats.trend.pace_of`.
    planned_responses : number or array_like (periods,), optional
        Answers expected in each future period; drawn from the last 12 periods that had any if left out.
    breaks : sequence of int, optional
        Positions of the first period after a change of wording, channel or sampling: the level starts anew there.
    draws : int, default 2000
        Number of draws.
    rng : int, numpy.random.Generator or None
        Source of the draws; the same whole number gives the same draws.

    Returns
    -------
    Forecast
        A series among several that cannot be forecast (see `is_forecastable`) is nan.

    Raises
    ------
    EmptyDataError
        If no series has 6 periods with answers and one since its last break.
    ArgumentError
        If the horizon is over half the history, or another argument is out of range.

    Notes
    -----
    A local level with known observation variance, shrunk season and heavy-tailed future steps, averaged over a grid of
    its parameters (see `npskit.stats.trend`); the shares come from the same filter on the share of passives.

    Examples
    --------
    >>> found = forecast([[20, 30, 50]] * 24, 3, rng=0)
    >>> found.draws.shape, found.share_draws.shape
    ((2000, 3), (2000, 3, 3))
    >>> bool(abs(np.median(found.level_draws[:, 0]) - 30) < 1)
    True
    """
    counts = checked_series(counts)
    *leading, history, _ = counts.shape
    series = counts.reshape(math.prod(leading), history, 3)
    positions = checked_breaks(breaks, history)
    check_whole("periods", periods)
    check_whole("draws", draws)
    if not (math.isfinite(pace) and pace > 0):
        raise ArgumentError(where="pace", expected="a positive number", got=repr(pace))
    chosen = np.flatnonzero(is_forecastable(series, periods, breaks=positions))
    if len(series) and not len(chosen):
        raise _refused(series, periods)
    planned = _checked_plan(planned_responses, periods)
    generator = np.random.default_rng(rng)
    found = _empty(len(series), draws, periods, season)
    block = max(1, BLOCK // (270 * history))
    for first in range(0, len(chosen), block):
        part = chosen[first : first + block]
        mood = posterior(series[part], every=season, pace=pace, breaks=positions)
        calm = posterior(_passives_as_scores(series[part]), every=None, pace=pace, breaks=positions)
        drawn = _Draws(series[part], draws, periods, pace, planned, generator).run(mood, calm, season)
        for name, array in drawn.items():
            getattr(found, name)[part] = array
    arrays = {f.name: getattr(found, f.name) for f in fields(found)}
    shaped = {name: array.reshape((*leading, *array.shape[1:])) for name, array in arrays.items()}
    return replace(found, **shaped)


def forecast_groups(
    counts: ArrayLike,
    periods: int,
    *,
    season: float | None = 12,
    pace: float = 1.0,
    planned_responses: ArrayLike | None = None,
    breaks: Sequence[int] | None = None,
    draws: int = 2000,
    rng: int | np.random.Generator | None = None,
) -> tuple[Forecast, Forecast]:
    """Draw the future of groups (G, T, 3) and of their total, which is their sum in every draw.

    Parameters are those of `forecast`; planned responses are those of each group.

    Returns
    -------
    tuple of Forecast
        The groups (G first), and the total.

    Examples
    --------
    >>> groups, total = forecast_groups([[[20, 30, 50]] * 24, [[2, 3, 5]] * 24], 3, rng=0)
    >>> weighted = np.sum(groups.draws * groups.responses, axis=0) / groups.responses.sum(axis=0)
    >>> bool(np.allclose(weighted, total.draws))
    True
    """
    counts = checked_series(counts)
    if counts.ndim != 3:
        raise ArgumentError(
            where="counts",
            expected="groups by periods by detractors, passives, promoters (G, T, 3)",
            got=f"shape {counts.shape}",
        )
    asked: dict[str, Any] = {"season": season, "pace": pace, "breaks": breaks, "draws": draws}
    generator = np.random.default_rng(rng)
    groups = forecast(counts, periods, planned_responses=planned_responses, rng=generator, **asked)
    whole = forecast(counts.sum(axis=0), periods, rng=generator, **asked)
    return groups, _summed(groups, whole)


def _summed(groups: Forecast, whole: Forecast) -> Forecast:
    """The total as the response-weighted sum of the groups' draws."""
    kept = np.isfinite(groups.level)
    weights = groups.responses[kept] / np.sum(groups.responses[kept], axis=0)
    names = ("draws", "level_draws", "passives", "level_passives")
    sums = {name: np.sum(getattr(groups, name)[kept] * weights, axis=0) for name in names}
    return replace(whole, **sums, responses=groups.responses[kept].sum(axis=0))


@dataclass(frozen=True, slots=True)
class _Draws:
    """Draws of the future of L series at once."""

    counts: Array
    draws: int
    periods: int
    pace: float
    planned: Array | None
    rng: np.random.Generator

    def run(self, mood: Posterior, calm: Posterior, season: float | None) -> dict[str, Array]:
        history = self.counts.shape[1]
        level, coefficients, extra = self.paths(mood)
        turning = coefficients @ season_basis(history + self.periods, season)[history:].T
        calm_level, _, calm_extra = self.paths(calm)
        level = np.clip(level, -100, 100)
        level_passives = np.clip(calm_level / 100, 0, 1 - np.abs(level) / 100)
        noisy = np.clip(level + turning + self.normal(extra), -100, 100)
        noisy_passives = np.clip((calm_level + self.normal(calm_extra)) / 100, 0, 1 - np.abs(noisy) / 100)
        n = self.future_responses()
        promoters, passives = self.answers(n, noisy, noisy_passives)
        weights = np.exp(mood.log_weights)
        cycle = season_basis(0 if season is None else math.ceil(season), season)
        return {
            "draws": 100 * (2 * promoters + passives - n) / n,
            "passives": passives / n,
            "level_draws": level,
            "level_passives": level_passives,
            "responses": n,
            "level": np.clip(np.sum(weights * mood.mean[..., -1], axis=1), -100, 100),
            "level_now_sd": _mixed_sd(weights, mood.mean[..., -1], mood.variance[..., -1]),
            "level_sd": weights @ mood.level_sd,
            "extra_sd": weights @ mood.extra_sd,
            "season_sd": weights @ mood.season_sd,
            "season_weight": weights @ (mood.season_sd > 0),
            "season_cycle": np.einsum("lk,lkh->lh", weights, mood.state_mean[..., 1:]) @ cycle.T,
            "reading_sd": self.reading_sd(),
        }

    def paths(self, found: Posterior) -> tuple[Array, Array, Array]:
        """Level (L, D, H), season's coefficients (L, D, C) and extra noise (L, D), points of the grid drawn."""
        weights = np.exp(found.log_weights)
        at = np.stack([self.rng.choice(weights.shape[1], self.draws, p=own / own.sum()) for own in weights])
        rows = np.arange(len(weights))[:, None]
        u, s, _ = np.linalg.svd(found.state_covariance)
        root = u * np.sqrt(s)[..., None, :]
        size = found.state_mean.shape[-1]
        noise = self.rng.standard_normal((*at.shape, size))
        state = found.state_mean[rows, at] + np.einsum("ldij,ldj->ldi", root[rows, at], noise)
        steps = self.rng.standard_normal((*at.shape, self.periods)) * found.level_sd[at][..., None]
        jumps = self.rng.random(steps.shape) < JUMP_RATE * self.pace**2
        steps[jumps] += JUMP_SD * self.rng.standard_normal(int(jumps.sum()))
        return state[..., :1] + np.cumsum(steps, axis=-1), state[..., 1:], found.extra_sd[at]

    def normal(self, sd: Array) -> Array:
        return self.rng.standard_normal((*sd.shape, self.periods)) * sd[..., None]

    def future_responses(self) -> Array:
        shape = (len(self.counts), self.draws, self.periods)
        if self.planned is not None:
            return np.broadcast_to(self.planned, shape).astype(float)
        drawn = np.empty(shape)
        for row, own in enumerate(np.asarray(answers_of(self.counts))):
            drawn[row] = self.rng.choice(own[own > 0][-RECENT_PERIODS:], shape[1:])
        return np.maximum(np.rint(drawn), 1.0)

    def answers(self, n: Array, points: Array, passives: Array) -> tuple[Array, Array]:
        """Promoters and passives among n answers."""
        promoters = np.clip((1 - passives + points / 100) / 2, 0, 1)
        drawn = self.rng.binomial(n.astype(int), promoters)
        rest = np.clip(np.divide(passives, 1 - promoters, out=np.zeros(n.shape), where=promoters < 1), 0, 1)
        return drawn.astype(float), self.rng.binomial(n.astype(int) - drawn, rest).astype(float)

    def reading_sd(self) -> Array:
        own = np.asarray(answers_of(self.counts))
        usual = np.array([np.median(row[row > 0][-RECENT_PERIODS:]) for row in own])
        pooled = self.counts[:, -RECENT_PERIODS:].sum(axis=1) + PSEUDO_ANSWERS
        d, _, p = np.moveaxis(np.asarray(shares(pooled)), -1, 0)
        return 100 * np.sqrt((p + d - (p - d) ** 2) / usual)


def _passives_as_scores(counts: Array) -> Array:
    """Counts whose score is the share of passives in percent."""
    others = counts[..., 0] + counts[..., 2]
    return np.stack([np.zeros(others.shape), others, counts[..., 1]], axis=-1)


def _three_shares(points: Array, passives: Array) -> Array:
    promoters = (1 - passives + points / 100) / 2
    return np.stack([promoters - points / 100, passives, promoters], axis=-1)


def _mixed_sd(weights: Array, mean: Array, variance: Array) -> Array:
    centre = np.sum(weights * mean, axis=1, keepdims=True)
    return np.sqrt(np.sum(weights * (variance + (mean - centre) ** 2), axis=1))


def is_forecastable(counts: ArrayLike, periods: int, *, breaks: Sequence[int] | None = None) -> NDArray[np.bool_]:
    """Which series (...) have 6 periods with answers, one since the last break, and a history of twice the periods.

    Examples
    --------
    >>> is_forecastable([[[20, 30, 50]] * 8, [[0, 0, 0]] * 8], 4).tolist()
    [True, False]
    """
    answered = np.asarray(answers_of(counts)) > 0
    positions = checked_breaks(breaks, answered.shape[-1])
    since = answered[..., max(positions, default=0) :].any(axis=-1)
    return since & (answered.sum(axis=-1) >= FEWEST_PERIODS) & (_history(answered) >= 2 * periods)


def _history(answered: NDArray[np.bool_]) -> Any:
    """Periods since the first one with answers, 0 without any."""
    return np.sum(np.logical_or.accumulate(answered, axis=-1), axis=-1)


def _refused(counts: Array, periods: int) -> ArgumentError | EmptyDataError:
    """Why no series can be forecast."""
    answered = np.asarray(answers_of(counts)) > 0
    history, most = int(_history(answered).max()), int(answered.sum(axis=-1).max())
    if most >= FEWEST_PERIODS and periods > history / 2:
        return ArgumentError(
            where="periods",
            expected=f"at most {history // 2}, half of the {history} periods of the history",
            got=str(periods),
            hint="ask for fewer periods",
        )
    return EmptyDataError(
        where="counts",
        expected=f"at least {FEWEST_PERIODS} periods with answers, one of them since the last break",
        got=f"{most} with answers",
        hint="use shorter periods, such as months instead of quarters, or wait for more",
    )


def check_whole(where: str, value: int) -> None:
    """A count of things, or an error that says so."""
    if not (isinstance(value, int | np.integer) and value >= 1):
        raise ArgumentError(where=where, expected="a whole number of at least 1", got=repr(value))


def _checked_plan(planned: ArrayLike | None, periods: int) -> Array | None:
    if planned is None:
        return None
    array = np.asarray(planned, float)
    if array.shape not in ((), (periods,)) or not np.all(np.isfinite(array) & (array >= 1)):
        raise ArgumentError(
            where="planned_responses",
            expected=f"a number of answers of at least 1, or {periods} of them, one for each period",
            got=repr(planned),
        )
    return np.rint(array)


def _empty(series: int, draws: int, periods: int, season: float | None) -> Forecast:
    cube, row = (series, draws, periods), (series,)
    cycle = (series, 0 if season is None else math.ceil(season))
    shapes = {f.name: cube if at < 5 else row for at, f in enumerate(fields(Forecast))} | {"season_cycle": cycle}
    return Forecast(**{name: np.full(shape, np.nan) for name, shape in shapes.items()})
