"""How sure those will be who look at the result, not knowing how far the score wanders by itself.

The variance of an effect is known beforehand only to one who knows the wandering. Those who look later learn it from
the readings, and from few or noisy ones they learn little: then even the difference of two groups drawn by lot, which
does not wander at all, might have wandered for all they know, and their interval is wider than it need be. How wide is
found by letting them look: series are drawn from what the wandering may be, and weighed by the whole grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.stats.action_power import EFFECT_SD, START, Wandering, step_variances
from npskit.stats.grid import axes, effect_axes, harmonic_sizes, pace_of, product, season_basis, season_length
from npskit.stats.statespace import TINY, sweep

__all__ = ["DRAWS", "Foreseen", "foreseen"]

Array = NDArray[np.float64]

# Series that are drawn: what is averaged over them differs little from one to the next.
DRAWS = 32


@dataclass(frozen=True, slots=True)
class Foreseen:
    """After each of A numbers of periods, for each of R draws of the wandering.

    Attributes
    ----------
    variances : ndarray (A, R)
        Of the effect, for one who knows the wandering.
    believed : ndarray (A, R)
        For those who look at the readings.
    """

    variances: Array
    believed: Array


def foreseen(
    variances: ArrayLike,
    wandering: Wandering,
    *,
    before: int,
    every: str,
    after: Sequence[int],
    known: ArrayLike | None = None,
    control: bool = False,
    effect_sd: float = EFFECT_SD,
    draws: int = DRAWS,
    rng: int = 0,
) -> Foreseen:
    """What will be known of a step after so many periods, by those who do not know the wandering.

    Parameters
    ----------
    variances : array_like (T,)
        Sampling variance of each reading, in points squared; infinite where nobody answers.
    wandering : Wandering
        What the series is taken to do.
    before : int
        Readings before the step.
    every : str
    after : sequence of int
        Numbers of periods, ascending.
    known : array_like (grid), optional
        Weights that the readings before have given to the grid (see `trend.Level.weights`), where they are there
        already; unless given, they are drawn too, and weighed from the prior on.
    control : bool
        Whether the readings are differences to a control group.
    effect_sd : float
    draws, rng : int

    Returns
    -------
    Foreseen

    Examples
    --------
    >>> from npskit.stats.action_power import known_wandering
    >>> still = known_wandering("month", drift=0, shared=True)
    >>> found = foreseen([60.0] * 36, still, before=24, every="month", after=[12])
    >>> bool((found.believed > found.variances).all())
    True
    """
    noise, size = np.asarray(variances, float), len(np.asarray(variances))
    length = season_length(every)
    place = np.searchsorted(np.cumsum(wandering.weights), (np.arange(draws) + 0.5) / draws)
    place = np.minimum(place, len(wandering.weights) - 1)
    level_sd, extra_sd = wandering.level_sd[place], wandering.extra_sd[place]
    drawn = Wandering(level_sd, extra_sd, wandering.season_sd[place], np.full(draws, 1 / draws))
    basis = season_basis(size, length)
    series = drawn_series(noise, drawn, basis, harmonic_sizes(length), np.random.default_rng(rng))
    columns = np.column_stack([np.arange(size) >= before, basis, series])
    stops = [before, *(before + n for n in after)]
    looks = Looks(columns[..., None], noise, every, effect_sd, constants=1 + basis.shape[1], control=control)
    believed, start = [], None
    weights = looks.prior if known is None else looks.prior / looks.usual * np.asarray(known, float).ravel()
    for at, look in enumerate(looks.at(stops)):
        if at == 0:
            start = look.fit if known is not None else None
            continue
        believed.append(look.variances(weights, start))
    found = step_variances(noise[: stops[-1]], drawn, before=before, every=every, after=after, effect_sd=effect_sd)
    return Foreseen(found, np.array(believed))


def drawn_series(noise: Array, drawn: Wandering, basis: Array, sizes: Array, rng: np.random.Generator) -> Array:
    """A series (T, R) without a step for each draw of the wandering."""
    shape = (len(noise), len(drawn.level_sd))
    level = np.cumsum(drawn.level_sd * rng.standard_normal(shape), axis=0)
    season = basis @ (sizes[:, None] * drawn.season_sd * rng.standard_normal((len(sizes), shape[1])))
    sd = np.sqrt(np.where(np.isfinite(noise), noise, 0.0)[:, None] + drawn.extra_sd**2)
    return np.asarray(level + season + sd * rng.standard_normal(shape))


@dataclass(frozen=True, slots=True)
class Look:
    """What the grid says at one moment: posterior variance (G, 1) of the step, its mean and the fit (G, R)."""

    spread: Array
    mean: Array
    fit: Array

    def variances(self, weights: Array, start: Array | None) -> Array:
        """Variance (R,) of the step over the whole grid, whose points had these weights at the start."""
        log_weights = self.fit if start is None else self.fit - start
        with np.errstate(divide="ignore"):
            log_weights = log_weights + np.log(weights)[:, None]
        share = np.exp(log_weights - log_weights.max(axis=0))
        share /= share.sum(axis=0)
        centre = np.sum(share * self.mean, axis=0)
        return np.asarray(np.sum(share * (self.spread + (self.mean - centre) ** 2), axis=0))


class Looks:
    """The filter at all points of the grid, over the columns of the step, the season and the series (T, C, 1)."""

    def __init__(
        self, columns: Array, noise: Array, every: str, effect_sd: float, *, constants: int, control: bool
    ) -> None:
        length = season_length(every)
        grid = axes(length, pace_of(every))
        level_sd, extra_sd = product([axis.values for axis in grid[:2]])
        # Where an action is to be told from the level's steps, these are taken to be larger than usual.
        priors = grid, effect_axes(length, pace_of(every), control=control)
        self.usual, self.prior = (np.prod(product([axis.prior for axis in each]), axis=0) for each in priors)
        weights = 1 / (noise[:, None] + extra_sd**2)
        past = sweep(columns, weights, level_sd**2, start=START)
        sharpness = past.precision * (weights / (past.precision + weights + TINY))
        self.shown = (columns - past.mean) * np.sqrt(sharpness)[:, None]
        self.scale = 0.5 * np.log(np.maximum(sharpness, TINY))
        self.constants = constants
        seasons = grid[2].values[:, None] * harmonic_sizes(length)
        self.sizes = np.column_stack([np.full(len(seasons), effect_sd), seasons]) ** 2

    def at(self, stops: Sequence[int]) -> list[Look]:
        """What is known after so many readings, each number once and in order."""
        k, found = self.constants, []
        gram = cross = total = scale = np.zeros(1)
        first = 0
        for last in stops:
            part = self.shown[first:last]
            own, series = part[:, :k], part[:, k:]
            gram = gram + np.einsum("tca,tda->acd", own, own)
            cross = cross + np.einsum("tca,tra->acr", own, series)
            total = total + np.einsum("tra,tra->ar", series, series)
            scale = scale + self.scale[first:last].sum(axis=0)
            found.append(self.look(gram, cross, total, scale))
            first = last
        return found

    def look(self, gram: Array, cross: Array, total: Array, scale: Array) -> Look:
        """The step and the season integrated out, at every point of the grid (A x S)."""
        shrunk = np.eye(self.constants) + self.sizes[:, :, None] * gram[:, None]
        covariance = np.linalg.inv(shrunk) * self.sizes[:, None, :]
        mean = covariance @ cross[:, None]
        fit = scale[:, None, None] - 0.5 * (total[:, None] - np.sum(mean * cross[:, None], axis=-2))
        fit = fit - 0.5 * np.linalg.slogdet(shrunk)[1][..., None]
        points = fit.shape[0] * fit.shape[1]
        return Look(
            covariance[..., 0, 0].reshape(points, 1), mean[..., 0, :].reshape(points, -1), fit.reshape(points, -1)
        )
