"""How sure those will be who look at an effect, in a design that is there: when how many answer, and what went before.

Who knew how far the score wanders would know beforehand how uncertain an effect remains. Nobody does: the wandering is
learnt from the same few readings, and an interval that allows for what it may be is wider than the one of who knows.
The smallest effect that is told first is to be the one that shows, so those who look are let look: at readings drawn
from what the score may do, of this very calendar with its gaps, its changes and its control group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npskit.stats.intervals import normal_quantile
from npskit.stats.mixture import mixture_quantile
from npskit.stats.posterior import block_size
from npskit.stats.step_model import StepModel
from npskit.stats.wandering import strata

__all__ = ["Design", "designed"]

Array = NDArray[np.float64]

# Ways the score may wander that are drawn: each has its own uncertainty, and what is averaged over them hardly changes.
DRAWS, SEED = 32, 0


@dataclass(frozen=True, slots=True)
class Design:
    """Variances (R, E) of E effects in R drawn series: for one who knows the wandering, and for those who look."""

    variances: Array
    believed: Array


def designed(
    counts: Array,
    steps: Array,
    weights: Array,
    *,
    control: Array | None,
    length: float | None,
    breaks: Sequence[int],
    pace: float,
    confidence_level: float,
) -> Design:
    """What will be known of each effect, drawn from points of the grid that have these weights.

    Parameters
    ----------
    counts, control : ndarray (T, 3)
        Of which only the numbers of answers and the variance of one are used.
    steps : ndarray (T, E)
    weights : ndarray (G,)
    length, breaks, pace : as in `SeriesModel`.
    confidence_level : float
        That of the interval whose width is what those believe who look.

    Returns
    -------
    Design
    """
    place, rng = strata(weights, DRAWS), np.random.default_rng(SEED)
    size, parts = max(1, block_size(len(counts), length)), []
    for first in range(0, DRAWS, size):
        own = place[first : first + size]
        rest = None if control is None else np.repeat(control[None], len(own), axis=0)
        series, at = (np.repeat(each[None], len(own), axis=0) for each in (counts, steps))
        model = StepModel(series, at, control=rest, length=length, breaks=breaks, pace=pace)
        parts.append(looked(model, own, confidence_level, rng))
    variances, believed = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Design(variances, believed)


def looked(model: StepModel, place: NDArray[np.intp], level: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Both variances for the series of a model, whose readings are drawn from one point of the grid each."""
    lines = np.arange(len(place))
    level_at, season_at = np.divmod(place, len(model.seasons))
    model.columns[:, 0, :, 0] = drawn_readings(model, level_at, season_at, rng)
    rounds = model.rounds(False)
    found, tail = model.stepped(rounds), (1 - level) / 2
    sd = np.sqrt(np.maximum(np.diagonal(found.covariance, axis1=-2, axis2=-1), 1e-12))
    lower, upper = (mixture_quantile(found.effect, sd, found.weights, p) for p in (tail, 1 - tail))
    own = rounds[0].covariance[lines, level_at, season_at][:, -model.effects :, -model.effects :]
    known = np.diagonal(own, axis1=-2, axis2=-1)
    return known, ((upper - lower) / 2 / normal_quantile(level)) ** 2


def drawn_readings(
    model: StepModel, level_at: NDArray[np.intp], season_at: NDArray[np.intp], rng: np.random.Generator
) -> Array:
    """Readings (T, L) without a step; 0 where nobody answered, as there."""
    periods, waves = model.basis.shape
    lines = np.arange(len(level_at))
    draws = [rng.standard_normal((size, len(lines))) for size in (periods, waves, periods)]
    level = np.cumsum(model.level_sd[level_at] * draws[0], axis=0)
    season = model.basis @ (np.sqrt(model.seasons[season_at, :waves]).T * draws[1])
    weight = model.weights[:, lines, level_at]
    noise = np.divide(draws[2], np.sqrt(weight), out=np.zeros(weight.shape), where=weight > 0)
    return np.where(weight > 0, level + season + noise, 0.0)
