"""How sure those will be who look at the result, not knowing how far the score wanders by itself.

The variance of an effect is known beforehand only to one who knows the wandering. Those who look later learn it from
the readings, and from few or noisy ones they learn little: then even the difference of two groups drawn by lot, which
does not wander at all, might have wandered for all they know, and their interval is wider than it need be. How wide is
found by letting them look: series are drawn from what the wandering may be, and weighed by the whole grid.

It is what `npskit.stats.impact_design` does for one design with its gaps and several actions, here for every number of
months one may wait. From the same wandering (`npskit.stats.wandering`) both tell the same smallest effect, up to what
is drawn: from one draw to another the two differ with a standard error of 2 to 4 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.stats.action_power import EFFECT_SD, START, step_variances
from npskit.stats.grid import effect_axes, harmonic_sizes, pace_of, product, season_basis, season_length
from npskit.stats.intervals import normal_quantile
from npskit.stats.mixture import mixture_quantile
from npskit.stats.statespace import TINY, sweep
from npskit.stats.wandering import Wandering, known_wandering, weighed_wandering

__all__ = ["DRAWS", "Foreseen", "foreseen", "foreseen_lot"]

Array = NDArray[np.float64]

# Series that are drawn: the smallest effect that is told from them has a standard error of 1 to 2 %.
DRAWS = 64
# Lots that are drawn.
LOTS = 128


@dataclass(frozen=True, slots=True)
class Foreseen:
    """After each of A numbers of periods, for each of R draws of the wandering.

    Attributes
    ----------
    variances : ndarray (A, R)
        Of the effect, for one who knows the wandering.
    believed : ndarray (A, R)
        For those who look at the readings: of a normal whose interval is as wide as theirs.
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
    control: bool = False,
    effect_sd: float = EFFECT_SD,
    confidence_level: float = 0.95,
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
    control : bool
        Whether the readings are differences to a control group.
    effect_sd, confidence_level : float
    draws, rng : int

    Returns
    -------
    Foreseen

    Examples
    --------
    >>> from npskit.stats.wandering import known_wandering
    >>> still = known_wandering("month", drift=0, shared=True)
    >>> found = foreseen([60.0] * 36, still, before=24, every="month", after=[12])
    >>> bool((found.believed > found.variances).all())
    True
    """
    noise, size = np.asarray(variances, float), len(np.asarray(variances))
    length = season_length(every)
    drawn, basis = wandering.drawn(draws), season_basis(size, length)
    series = drawn_series(noise, drawn, basis, harmonic_sizes(length), rng)
    columns = np.column_stack([np.arange(size) >= before, basis, series])
    stops = [before + n for n in after]
    looks = Looks(columns[..., None], noise, every, effect_sd, constants=1 + basis.shape[1], control=control)
    believed = [look.variances(looks.prior, confidence_level) for look in looks.at(stops)]
    found = step_variances(noise[: stops[-1]], drawn, before=before, every=every, after=after, effect_sd=effect_sd)
    return Foreseen(found, np.array(believed))


def foreseen_lot(variances: ArrayLike, *, every: str, draws: int = LOTS, rng: int = 0) -> Wandering:
    """What the readings before will tell of two groups drawn by lot: in truth they do not wander apart.

    Parameters
    ----------
    variances : array_like (T,)
        Sampling variance of each difference before, in points squared; infinite where nobody answers.
    every : str
    draws, rng : int

    Returns
    -------
    Wandering
        What `impact` will have learnt of the two by then, on average; from few or noisy readings little.

    Examples
    --------
    >>> few, many = (foreseen_lot([noise] * 24, every="month").typical for noise in (200.0, 2.0))
    >>> bool(many < few)
    True
    """
    noise, length = np.asarray(variances, float), season_length(every)
    basis = season_basis(len(noise), length)
    still = known_wandering(every, drift=0.0, shared=True).drawn(draws)
    series = drawn_series(noise, still, basis, harmonic_sizes(length), rng)
    columns = np.column_stack([np.zeros(len(noise)), basis, series])
    looks = Looks(columns[..., None], noise, every, EFFECT_SD, constants=1 + basis.shape[1], control=True)
    (look,) = looks.at([len(noise)])
    return weighed_wandering(every, look.shares(looks.prior).mean(axis=1))


def drawn_series(noise: Array, drawn: Wandering, basis: Array, sizes: Array, seed: int) -> Array:
    """A series (T, R) without a step for each draw of the wandering; a longer one begins with a shorter one."""
    size, draws = len(noise), len(drawn.level_sd)
    first = np.random.SeedSequence(seed)
    seeds = [first, *first.spawn(2)]
    walk, waves, around = (
        np.random.default_rng(own).standard_normal((rows, draws))
        for own, rows in zip(seeds, (size, len(sizes), size), strict=True)
    )
    level, season = np.cumsum(drawn.level_sd * walk, axis=0), basis @ (sizes[:, None] * drawn.season_sd * waves)
    sd = np.sqrt(np.where(np.isfinite(noise), noise, 0.0)[:, None] + drawn.extra_sd**2)
    return np.asarray(level + season + sd * around)


@dataclass(frozen=True, slots=True)
class Look:
    """What the grid says at one moment: posterior variance (G, 1) of the step, its mean and the fit (G, R)."""

    spread: Array
    mean: Array
    fit: Array

    def shares(self, prior: Array) -> Array:
        """Weights (G, R) of the points of the grid after the readings so far."""
        log_weights = self.fit + np.log(prior)[:, None]
        share = np.exp(log_weights - log_weights.max(axis=0))
        return np.asarray(share / share.sum(axis=0))

    def variances(self, prior: Array, confidence_level: float) -> Array:
        """Variance (R,) of a normal whose interval is as wide as that of the step over the whole grid."""
        share, tail = self.shares(prior).T, (1 - confidence_level) / 2
        sd = np.broadcast_to(np.sqrt(self.spread), self.mean.shape)
        parts = self.mean.T[..., None], sd.T[..., None], share
        lower, upper = (mixture_quantile(*parts, p)[:, 0] for p in (tail, 1 - tail))
        return np.asarray(((upper - lower) / 2 / normal_quantile(confidence_level)) ** 2)


class Looks:
    """The filter at all points of the grid, over the columns of the step, the season and the series (T, C, 1)."""

    def __init__(
        self, columns: Array, noise: Array, every: str, effect_sd: float, *, constants: int, control: bool
    ) -> None:
        length = season_length(every)
        grid = effect_axes(length, pace_of(every), control=control)
        level_sd, extra_sd = product([axis.values for axis in grid[:2]])
        self.prior = np.prod(product([axis.prior for axis in grid]), axis=0)
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
