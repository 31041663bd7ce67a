"""Where a score is going, and how sure one can be.

The next reading differs from today's for four reasons, and each is drawn: the level wanders (and now and then jumps),
the season turns, surveys differ by more than sampling, and other people answer. Only the first is what one steers, so
the level and the reading are kept apart. How far the level steps, how strong the season is and how large the extra
noise cannot be told from a few years of months; so they are drawn as well, from what `npskit.stats.posterior` says of
them, which is also what `npskit.stats.trend` shows: the forecast begins where the trend ends.

A reading is drawn as answers: so many detractors, passives and promoters. So the three shares sum to 1 and make the
score in every draw, no draw leaves the scale, and twelve answers give the coarse numbers that twelve answers give.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.arguments import as_number, generator
from npskit.stats.forecastable import FEWEST_PERIODS, check_whole, checked_plan, is_forecastable, refused
from npskit.stats.future import Future, drawn_paths, drawn_readings, drawn_responses
from npskit.stats.grid import season_basis
from npskit.stats.posterior import PSEUDO_ANSWERS, Posterior, block_size, checked_series, posterior
from npskit.stats.score import responses as answers_of
from npskit.stats.score import standard_error
from npskit.stats.statespace import checked_breaks
from npskit.stats.together import beside_the_others, reconciled

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

#: Future numbers of answers are drawn from this many past periods that had any.
RECENT_PERIODS = 12
# A recent period of fewer answers than this share of their median says nothing of how many there will be.
LEAST_USUAL = 0.2


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
    A local level with known observation variance, a shrunk season and jumps, averaged over a grid of its parameters
    (see `npskit.stats.posterior`); the shares come from the same filter on the share of passives.

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
    asked = _Asked(history, periods, season, pace, planned_responses, breaks, draws, rng)
    series = counts.reshape(math.prod(leading), history, 3)
    chosen = asked.chosen(series)
    found = _empty(len(series), chosen, draws, periods, season)
    block = block_size(history, season)
    for first in range(0, len(chosen), block):
        part = chosen[first : first + block]
        learned, future = asked.future(series[part])
        _fill(found, part, learned | asked.readings(series[part], future))
    arrays = {f.name: getattr(found, f.name) for f in fields(found)}
    return replace(found, **{name: array.reshape((*leading, *array.shape[1:])) for name, array in arrays.items()})


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
        The groups (G first; one that cannot be forecast is nan and no part of the total), and the total.

    Notes
    -----
    See `npskit.stats.together`: each group is read on its own and as a deviation from the others, its paths are shifted
    to have the total's path as their weighted mean, draw by draw, and the answers are drawn in the groups. The total's
    level is that of the total's own series; the field ``level`` of a group is that of its own.

    Examples
    --------
    >>> groups, total = forecast_groups([[[20, 30, 50]] * 24, [[2, 3, 5]] * 24], 3, rng=0)
    >>> weighted = np.sum(groups.draws * groups.responses, axis=0) / groups.responses.sum(axis=0)
    >>> bool(np.allclose(weighted, total.draws))
    True
    """
    counts = checked_series(counts)
    if counts.ndim != 3:
        expected = "groups by periods by detractors, passives, promoters (G, T, 3)"
        raise ArgumentError(where="counts", expected=expected, got=f"shape {counts.shape}")
    asked = _Asked(counts.shape[1], periods, season, pace, planned_responses, breaks, draws, rng)
    chosen = asked.chosen(counts)
    together = counts[chosen].sum(axis=0)[None]
    learned, whole = asked.future(together)
    block = block_size(counts.shape[1], season)
    parts = [
        asked.future(counts[chosen[first : first + block]], (together, whole, learned["level"]))
        for first in range(0, len(chosen), block)
    ]
    own = {name: np.concatenate([learned[name] for learned, _ in parts]) for name in parts[0][0]}
    future = Future(*(np.concatenate([getattr(f, name) for _, f in parts]) for name in Future.__slots__))
    n = asked.responses(counts[chosen])
    future = reconciled(future, whole, n / n.sum(axis=0))
    groups = _empty(len(counts), chosen, draws, periods, season)
    _fill(groups, chosen, own | asked.readings(counts[chosen], future, n))
    total = Forecast(**{name: array[0] for name, array in (_sums(groups, chosen) | learned).items()})
    return groups, total


def _sums(groups: Forecast, chosen: NDArray[np.intp]) -> dict[str, Array]:
    """The total's draws (1, D, H): the response-weighted means of the groups'."""
    n = groups.responses[chosen]
    weights = n / n.sum(axis=0)
    names = ("draws", "level_draws", "passives", "level_passives")
    sums = {name: np.sum(getattr(groups, name)[chosen] * weights, axis=0)[None] for name in names}
    return sums | {"responses": n.sum(axis=0)[None]}


class _Asked:
    """What was asked for, checked, and the source of the draws."""

    def __init__(
        self,
        history: int,
        periods: int,
        season: float | None,
        pace: float,
        planned: ArrayLike | None,
        breaks: Sequence[int] | None,
        draws: int,
        rng: int | np.random.Generator | None,
    ) -> None:
        check_whole("periods", periods)
        check_whole("draws", draws)
        if not 0 < as_number(pace) < math.inf:
            raise ArgumentError(where="pace", expected="a positive number", got=repr(pace))
        self.history, self.periods, self.season, self.pace, self.draws = history, periods, season, pace, draws
        self.planned = checked_plan(planned, periods)
        self.breaks = checked_breaks(breaks, history)
        self.rng = generator(rng)

    def chosen(self, series: Array) -> NDArray[np.intp]:
        """The series (L, T, 3) that can be forecast; an error when none can."""
        chosen = np.flatnonzero(is_forecastable(series, self.periods, breaks=self.breaks))
        if len(series) and not len(chosen):
            raise refused(series, self.periods)
        return chosen

    def future(
        self, series: Array, whole: tuple[Array, Future, Array] | None = None
    ) -> tuple[dict[str, Array], Future]:
        """What was learned of series (L, T, 3), and their paths; as parts of a whole: its counts, paths and level."""
        breaks, pace = self.breaks, self.pace
        mood = posterior(series, every=self.season, breaks=breaks, pace=pace, history=False)
        calm = posterior(_passives_as_scores(series), every=None, breaks=breaks, pace=pace, history=False, jumps=False)
        ahead = season_basis(self.history + self.periods, self.season)[self.history :]
        drawn = drawn_paths(mood, calm, ahead, pace=pace, draws=self.draws, rng=self.rng)
        if whole is not None:
            drawn = beside_the_others(
                series, mood, drawn, *whole, season=self.season, pace=pace, breaks=breaks, ahead=ahead, rng=self.rng
            )
        return self.learned(series, mood), drawn

    def learned(self, series: Array, mood: Posterior) -> dict[str, Array]:
        weights, now = np.exp(mood.log_weights), mood.mean[..., -1]
        level = np.sum(weights * now, axis=1)
        spread = np.sum(weights * (mood.variance[..., -1] + (now - level[:, None]) ** 2), axis=1)
        cycle = season_basis(_cycle(self.season), self.season)
        coefficients = np.einsum("lk,lkh->lh", weights, mood.state_mean[..., 1:])
        return {
            "level": np.clip(level, -100, 100),
            "level_now_sd": np.sqrt(spread),
            "level_sd": np.sum(weights * mood.level_sd, axis=1),
            "extra_sd": np.sum(weights * mood.extra_sd, axis=1),
            "season_sd": np.sum(weights * mood.season_sd, axis=1),
            "season_weight": np.sum(weights * (mood.season_sd > 0), axis=1),
            "season_cycle": coefficients @ cycle.T,
            "reading_sd": _reading_sd(series),
        }

    def responses(self, series: Array) -> Array:
        recent = [_usual(own[own > 0][-RECENT_PERIODS:]) for own in np.asarray(answers_of(series))]
        return drawn_responses(recent, self.planned, (self.draws, self.periods), rng=self.rng)

    def readings(self, series: Array, future: Future, n: Array | None = None) -> dict[str, Array]:
        n = self.responses(series) if n is None else n
        points, passives = drawn_readings(future, n, rng=self.rng)
        return {
            "draws": points,
            "passives": passives,
            "responses": n,
            "level_draws": future.level,
            "level_passives": future.passives,
        }


def _usual(recent: Array) -> Array:
    """Numbers of answers without those of a period that has only begun, or of a survey that hardly went out."""
    return recent[recent >= LEAST_USUAL * np.median(recent)]


def _reading_sd(series: Array) -> Array:
    """Standard error (L,) of a reading with the usual number of answers, at the shares of the last periods."""
    found = np.empty(len(series))
    for row, counts in enumerate(series):
        recent = counts[counts.sum(axis=1) > 0][-RECENT_PERIODS:]
        pooled = recent.sum(axis=0) + PSEUDO_ANSWERS
        found[row] = standard_error(pooled * (np.median(recent.sum(axis=1)) / pooled.sum()))
    return found


def _fill(found: Forecast, rows: NDArray[np.intp], arrays: dict[str, Array]) -> None:
    for name, array in arrays.items():
        getattr(found, name)[rows] = array


def _cycle(season: float | None) -> int:
    return 0 if season is None else math.ceil(season)


def _passives_as_scores(counts: Array) -> Array:
    """Counts whose score is the share of passives in percent."""
    others = counts[..., 0] + counts[..., 2]
    return np.stack([np.zeros(others.shape), others, counts[..., 1]], axis=-1)


def _three_shares(points: Array, passives: Array) -> Array:
    promoters = (1 - passives + points / 100) / 2
    return np.stack([promoters - points / 100, passives, promoters], axis=-1)


def _empty(series: int, chosen: NDArray[np.intp], draws: int, periods: int, season: float | None) -> Forecast:
    """A forecast to be filled, nan for the series that are not chosen."""
    cube, row = (series, draws, periods), (series,)
    cycle = (series, _cycle(season))
    shapes = {f.name: cube if at < 5 else row for at, f in enumerate(fields(Forecast))} | {"season_cycle": cycle}
    arrays = {name: np.empty(shape) for name, shape in shapes.items()}
    aside = np.setdiff1d(np.arange(series), chosen)
    for array in arrays.values():
        array[aside] = np.nan
    return Forecast(**arrays)
