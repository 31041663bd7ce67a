"""Quantiles of a mixture of normals.

Where the parameters of a model are averaged instead of estimated, what is known of a level is one normal for
each value of the parameters, each with its weight. Their mixture has a sharper middle and longer tails than one
normal of the same variance, and is lopsided where the parts disagree; so a band is read from the mixture itself.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["mixture_quantile", "normal"]

Array = NDArray[np.float64]

# Newton's error after a step of d sd is of the order of d², so the last step may be as long as this.
STEP_TOLERANCE = 1e-4
MOST_STEPS = 60
# Keeps a step out of a gap between the parts finite; the bracket then cuts it.
TINY = 1e-100
# Abramowitz and Stegun's series, the highest power first.
SERIES = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153)


def mixture_quantile(mean: Array, sd: Array, weights: Array, probability: float) -> Array:
    """Quantile of a mixture of K normals.

    Parameters
    ----------
    mean, sd : ndarray (L, K, T)
        The parts, in any unit.
    weights : ndarray (L, K)
        Their weights, in any proportion.
    probability : float
        Between 0 and 1.

    Returns
    -------
    ndarray (L, T)
        The place below which the mixture has that probability, to about 1e-7 in probability.

    Notes
    -----
    Newton's method, kept between the smallest and the largest quantile of the parts, which hold the mixture's.

    Examples
    --------
    >>> mean, sd = np.array([[[0.0], [10.0]]]), np.array([[[1.0], [1.0]]])
    >>> mixture_quantile(mean, sd, np.array([[0.5, 0.5]]), 0.975).round(2).tolist()
    [[11.64]]
    """
    weights = (weights / weights.sum(axis=1, keepdims=True))[..., None]
    own = mean + NormalDist().inv_cdf(probability) * sd
    low, high = own.min(axis=1, initial=np.inf), own.max(axis=1, initial=-np.inf)
    place, scale = np.sum(weights * own, axis=1), np.sum(weights * sd, axis=1)
    for _ in range(MOST_STEPS):
        below, density = normal((place[:, None] - mean) / sd)
        excess = np.sum(weights * below, axis=1) - probability
        low, high = np.where(excess < 0, place, low), np.where(excess < 0, high, place)
        following = place - excess / np.maximum(np.sum(weights * density / sd, axis=1), TINY)
        following = np.where((following >= low) & (following <= high), following, (low + high) / 2)
        step, place = np.abs(following - place), following
        if np.all(step <= STEP_TOLERANCE * scale):
            break
    return place


def normal(z: Array) -> tuple[Array, Array]:
    """Distribution and density of the standard normal.

    By Abramowitz and Stegun 26.2.17, to 7.5e-8 and without SciPy.

    Examples
    --------
    >>> below, density = normal(np.array([0.0, 1.959964]))
    >>> below.round(4).tolist(), density.round(4).tolist()
    ([0.5, 0.975], [0.3989, 0.0584])
    """
    # In place where it can be: this is most of what a trend takes.
    density = -0.5 * z
    density *= z
    np.exp(density, out=density)
    density /= math.sqrt(math.tau)
    t = 0.2316419 * np.abs(z)
    t += 1
    np.divide(1, t, out=t)
    above = t * SERIES[0]
    for term in SERIES[1:]:
        above += term
        above *= t
    above *= density
    return np.where(z > 0, 1 - above, above), density
