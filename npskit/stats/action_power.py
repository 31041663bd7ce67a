"""Whether the effect of an action would show: before it begins, from the answers one will have.

A level that wanders by itself hides a step. More answers make each reading sharper and leave the wandering as it is, so
beyond some point they tell nothing more, and beyond some number of months neither does waiting; what helps then is a
control group, in whose difference the wandering of both is gone. How sure one will be of a step does not depend on the
readings, only on when they come and how many answers they have (the model is linear and its variances are known), so
it can be said beforehand.

The step has the prior N(0, 25²) in points, the season is shrunk, and how far the level wanders is the matter of
`npskit.stats.wandering`. Whoever looks at the result does not know the wandering either; what they will believe is the
matter of `npskit.stats.action_learning`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.grid import EFFECT_SD, harmonic_sizes, season_basis, season_length
from npskit.stats.intervals import normal_quantile
from npskit.stats.statespace import TINY, sweep
from npskit.stats.wandering import Wandering

__all__ = [
    "EFFECT_SD",
    "LARGEST_EFFECT",
    "START",
    "effect_power",
    "reading_variances",
    "smallest_effect",
    "step_variances",
]

Array = NDArray[np.float64]

#: No score moves further than from -100 to 100.
LARGEST_EFFECT = 200.0
HALVINGS = 30
# Precision of the first level, per point squared: it is known to some thousand points.
START = 1e-7


def step_variances(
    variances: ArrayLike,
    wandering: Wandering,
    *,
    before: int,
    every: str,
    after: Sequence[int] | None = None,
    effect_sd: float = EFFECT_SD,
) -> Array:
    """How uncertain the step remains, after 1, 2, 3 … periods.

    Parameters
    ----------
    variances : array_like (T,)
        Sampling variance of each reading, in points squared; infinite where nobody answers.
    wandering : Wandering
    before : int
        Readings before the step.
    every : str
    after : sequence of int, optional
        Numbers of periods after which it is asked; each from 1 to T - before unless given.
    effect_sd : float
        Of the prior of the step.

    Returns
    -------
    ndarray (A, K)
        Posterior variance of the step.

    Raises
    ------
    ArgumentError
        When there is no reading before the step, or none after it.

    Notes
    -----
    The innovations of the step's column, and of the season's, say how much of it each reading shows; their products
    add up from one reading to the next, so one sweep is enough for all (de Jong 1991, as in `npskit.stats.statespace`).

    Examples
    --------
    Without wandering this is a comparison of two means, shrunk: 1 / (1 / 25² + 1 / (10² / 2 + 10² / 2)).

    >>> from npskit.stats.wandering import known_wandering
    >>> still = known_wandering("year", drift=0, shared=True)
    >>> step_variances([100.0] * 4, still, before=2, every="year")[-1].round(2).tolist()
    [86.21]
    """
    noise = np.asarray(variances, float)
    if not 0 < before < len(noise):
        raise ArgumentError(where="before", expected=f"1 to {len(noise) - 1} readings", got=repr(before))
    length = season_length(every)
    columns = np.column_stack([np.arange(len(noise)) >= before, season_basis(len(noise), length)])[..., None]
    pairs, place = np.unique(np.column_stack([wandering.level_sd, wandering.extra_sd]), axis=0, return_inverse=True)
    weights = 1 / (noise[:, None] + pairs[:, 1] ** 2)
    past = sweep(columns, weights, pairs[:, 0] ** 2, start=START)
    sharpness = past.precision * (weights / (past.precision + weights + TINY))
    shown = (columns - past.mean) * np.sqrt(sharpness)[:, None]
    asked = np.arange(1, len(noise) - before + 1) if after is None else np.asarray(after, np.intp)
    gram = np.cumsum(np.einsum("tca,tda->tacd", shown, shown), axis=0)[before - 1 + asked][:, place.ravel()]
    seasons = wandering.season_sd[:, None] * harmonic_sizes(length)
    prior = np.column_stack([np.full(len(seasons), effect_sd), seasons]) ** 2
    inner = np.eye(prior.shape[1]) + prior[:, :, None] * gram
    return np.asarray((np.linalg.inv(inner) * prior[:, None, :])[..., 0, 0])


def effect_power(
    effect: ArrayLike,
    variances: ArrayLike,
    weights: ArrayLike,
    *,
    believed: ArrayLike | None = None,
    effect_sd: float = EFFECT_SD,
    confidence_level: float = 0.95,
) -> Array:
    """Probability that the interval of the effect leaves out 0.

    Parameters
    ----------
    effect : array_like (...)
        True effect, in points.
    variances : array_like (..., K)
        What remains uncertain of it, see `step_variances`, for each possibility of the wandering.
    weights : array_like (K,)
    believed : array_like (..., K), optional
        What those take for the variances who do not know the wandering; the variances themselves unless given.
    effect_sd, confidence_level : float

    Returns
    -------
    ndarray (...)

    Notes
    -----
    With a prior variance P the posterior mean of a true effect d is normal with mean w d and variance w W, where W is
    the posterior variance and w = 1 - W / P; the interval is the mean ± z times the standard deviation believed.

    Examples
    --------
    A true effect of 2.8 standard errors is seen in 80 of 100 cases, as everywhere, where the prior is wide.

    >>> float(effect_power(2.8016, [1.0], [1.0], effect_sd=1e6).round(3))
    0.8
    """
    found, share = np.asarray(variances, float), np.asarray(weights, float)
    size = np.asarray(effect, float)[..., None]
    taken = found if believed is None else np.asarray(believed, float)
    assumed = normal_quantile(confidence_level) * np.sqrt(taken)
    shrunk = 1 - found / effect_sd**2
    spread = np.sqrt(np.maximum(shrunk * found, TINY))
    seen = normal_cdf((shrunk * size - assumed) / spread) + normal_cdf((-shrunk * size - assumed) / spread)
    return np.asarray(seen @ share)


def smallest_effect(
    variances: ArrayLike,
    weights: ArrayLike,
    *,
    power: float = 0.8,
    believed: ArrayLike | None = None,
    effect_sd: float = EFFECT_SD,
    confidence_level: float = 0.95,
) -> Array:
    """Smallest true effect that shows with the power, in points; nan where none up to `LARGEST_EFFECT` does.

    Examples
    --------
    >>> float(smallest_effect([1.0], [1.0], effect_sd=1e6).round(2))
    2.8
    """
    if not (np.ndim(power) == 0 and 0 < power < 1):
        raise ArgumentError(
            where="power", expected="a number between 0 and 1", got=repr(power), hint="80 % is written 0.8"
        )
    found = np.asarray(variances, float)
    low, high = np.zeros(found.shape[:-1]), np.full(found.shape[:-1], LARGEST_EFFECT)

    def seen(effect: Array) -> NDArray[np.bool_]:
        reached = effect_power(
            effect, found, weights, believed=believed, effect_sd=effect_sd, confidence_level=confidence_level
        )
        return np.asarray(reached >= power)

    never = ~seen(high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = seen(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(np.where(never, np.nan, high))


def normal_cdf(deviate: Array) -> Array:
    """Probability below a standard normal deviate, in the shape of the deviates."""
    return np.vectorize(math.erf, otypes=[float])(deviate / math.sqrt(2)) / 2 + 0.5


def reading_variances(answer: float, answers: ArrayLike, *, treated_share: float | None = None) -> Array:
    """Sampling variance of readings of so many answers, in points squared; with a share treated, of their difference.

    Parameters
    ----------
    answer : float
        Variance of one answer scored +1, 0 or -1.
    answers : array_like (...)
    treated_share : float, optional

    Examples
    --------
    >>> reading_variances(0.61, [100, 400]).tolist(), reading_variances(0.61, 100, treated_share=0.5).tolist()
    ([61.0, 15.25], 244.0)
    """
    n = np.asarray(answers, float)
    parts: Sequence[float] = [1.0] if treated_share is None else [treated_share, 1 - treated_share]
    with np.errstate(divide="ignore"):
        return np.asarray(sum(1e4 * answer / (n * part) for part in parts))
