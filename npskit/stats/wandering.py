"""How far a score wanders by itself, where an action is to be told from it: expected, learnt, or known.

A plan asks before an action whether it would show, and `npskit.stats.impact` says afterwards how small an effect its
design could show. Both have to take the same thing for what the score does by itself, or one design has two numbers.
So it stands here once: what is expected before any reading (`npskit.stats.grid.effect_axes`), what the periods before
have shown of it, and a drift that somebody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.grid import axes, effect_axes, pace_of, product, season_length
from npskit.stats.step_model import StepModel

__all__ = [
    "Wandering",
    "expected_wandering",
    "known_wandering",
    "learnt_weights",
    "strata",
    "weighed_wandering",
]

Array = NDArray[np.float64]

# Of the prior, beside what was learnt: where a drift is known that the readings thought impossible.
LEAST_WEIGHT = 1e-9


@dataclass(frozen=True, slots=True)
class Wandering:
    """What a series does by itself: K possibilities and their weights.

    Attributes
    ----------
    level_sd, extra_sd, season_sd : ndarray (K,)
        Step of the level in one period, noise of a reading beyond sampling, a harmonic of the season; in points.
    weights : ndarray (K,)
        They sum to 1.
    """

    level_sd: Array
    extra_sd: Array
    season_sd: Array
    weights: Array

    @property
    def typical(self) -> float:
        """Mean step of the level in one period, in points."""
        return float(self.weights @ self.level_sd)

    def drawn(self, draws: int) -> Wandering:
        """So many of the possibilities, each as often as it weighs."""
        at = strata(self.weights, draws)
        return Wandering(self.level_sd[at], self.extra_sd[at], self.season_sd[at], np.full(draws, 1 / draws))


def strata(weights: Array, draws: int) -> NDArray[np.intp]:
    """Places of the weights (K,) at the middle of each of so many equal parts of them.

    Examples
    --------
    >>> strata(np.array([0.5, 0.0, 0.25, 0.25]), 4).tolist()
    [0, 0, 2, 3]
    """
    place = np.searchsorted(np.cumsum(weights / weights.sum()), (np.arange(draws) + 0.5) / draws)
    return np.minimum(place, len(weights) - 1)


def weighed_wandering(every: str, weights: ArrayLike) -> Wandering:
    """The whole grid with these weights (grid), in any proportion."""
    share = np.asarray(weights, float).ravel()
    level_sd, extra_sd, season_sd = product([axis.values for axis in axes(season_length(every), pace_of(every))])
    return Wandering(level_sd, extra_sd, season_sd, share / share.sum())


def expected_wandering(every: str, *, control: bool = False) -> Wandering:
    """What is expected before any reading, of a score alone or of the difference to a control group.

    Examples
    --------
    >>> [round(expected_wandering("month", control=control).typical, 1) for control in (False, True)]
    [3.2, 1.6]
    """
    return weighed_wandering(every, _prior(every, control=control))


def known_wandering(every: str, *, drift: float, shared: bool = False, weights: ArrayLike | None = None) -> Wandering:
    """A drift in points a month that is known; none beside it where both groups `shared` season and further noise.

    Season and further noise are as expected, or as the readings before have told beside such a drift where they have
    given the grid these `weights`.

    Examples
    --------
    >>> round(known_wandering("quarter", drift=1.0).typical, 2)
    1.73
    """
    if not (np.ndim(drift) == 0 and np.isfinite(drift) and drift >= 0):
        raise ArgumentError(where="drift", expected="points a month, 0 or more", got=repr(drift))
    step = drift * pace_of(every)
    if shared:
        return Wandering(np.array([step]), np.zeros(1), np.zeros(1), np.ones(1))
    level, *others = axes(season_length(every), pace_of(every))
    extra, season = product([axis.values for axis in others])
    share = _prior(every)
    if weights is not None:
        share = np.asarray(weights, float).ravel() + LEAST_WEIGHT * share
    beside = share.reshape(len(level.values), -1)
    beside = beside / beside.sum(axis=1, keepdims=True)
    place = np.interp(np.log(max(step, level.values[0])), np.log(level.values), np.arange(len(beside)))
    low, part = int(place), place % 1
    mixed = (1 - part) * beside[low] + part * beside[min(low + 1, len(beside) - 1)]
    return Wandering(np.full(len(extra), step), extra, season, mixed)


def learnt_weights(
    counts: ArrayLike,
    *,
    control: ArrayLike | None = None,
    every: str | float | None = "month",
    breaks: Sequence[int] = (),
) -> Array:
    """Weights (G,) of the points of the grid, from periods (T, 3) in which no action began; the prior without any.

    Examples
    --------
    >>> calm = learnt_weights([[60, 90, 150]] * 24)
    >>> weighed_wandering("month", calm).typical < expected_wandering("month").typical / 2
    True
    """
    series = np.asarray(counts, float)[None]
    model = StepModel(
        series,
        np.zeros((*series.shape[:2], 0)),
        control=None if control is None else np.asarray(control, float)[None],
        length=season_length(every),
        breaks=breaks,
        pace=pace_of(every),
    )
    best = model.heaviest(model.rounds(True))
    out = np.zeros(model.log_prior.size)
    np.add.at(out, best.point[0], np.exp(best.log_weights[0]))
    return out


def _prior(every: str, *, control: bool = False) -> Array:
    """Weights (G,) of the grid before any reading."""
    grid = effect_axes(season_length(every), pace_of(every), control=control)
    return np.asarray(np.prod(product([axis.prior for axis in grid]), axis=0))
