"""How much of the movement of a score is sampling noise, from a few dozen changes of which each is known differently.

A plain mean of the noise lets one period with a single answer speak for the whole series. So each change counts by its
own noise: changes are taken to vary by ``true² + noise²``, every share that the true part may have in a period of usual
noise is weighed by how likely it makes the changes, and the answer is the mean of these shares with its interval. Two
changes beside each other share a reading, so that they tell less than two that do not: the log likelihood is divided
by 1 + 2 × (1/2)², the variance that squares of such changes have in excess.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Reliability", "reliability", "thin"]

OVERLAP = 1.5
# Log odds of the shares that are weighed.
ODDS = np.linspace(-9, 9, 721)
# The variance of an answer is known but for a factor, where only the score is given; a standard normal quantile.
SLACK, SURE = 0.5, -3.1
# Times the usual noise from which a reading tells next to nothing.
THIN = 5


@dataclass(frozen=True, slots=True)
class Reliability:
    """Share of the variance of changes that is not sampling noise, 0..1, in a period of usual noise.

    Attributes
    ----------
    estimate, lower, upper : float
        Mean and 95 % interval; nan where it is not known.
    impossible : bool
        Whether the changes are smaller than the noise alone would make them: the noise is not theirs.
    """

    estimate: float
    lower: float
    upper: float
    impossible: bool = False


def reliability(changes: ArrayLike, noise: ArrayLike) -> Reliability:
    """Share of the variance of changes that is not sampling noise.

    Parameters
    ----------
    changes : array_like (T,)
        Changes from one reading to the next; nan where not known.
    noise : array_like (T,)
        Sampling variance of each change, in the unit squared.

    Examples
    --------
    >>> found = reliability([6.0, -6.0] * 20, [18.0] * 40)
    >>> round(found.estimate, 2), found.lower < 0.5 < found.upper
    (0.46, True)
    >>> reliability([1.0, -1.0] * 20, [18.0] * 40).impossible
    True
    """
    moves, given = np.asarray(changes, dtype=float), np.asarray(noise, dtype=float)
    known = np.isfinite(moves) & np.isfinite(given) & (given > 0)
    squares, spread = moves[known] ** 2, given[known]
    if len(squares) < 2:
        return Reliability(math.nan, math.nan, math.nan)
    if is_impossible(squares, spread):
        return Reliability(math.nan, math.nan, math.nan, impossible=True)
    variance = np.median(spread) * np.exp(ODDS)[:, None] + spread
    logs = -0.5 * np.sum(np.log(variance) + squares / variance, axis=1) / OVERLAP
    shares = 1 / (1 + np.exp(-ODDS))
    weights = np.exp(logs - logs.max()) * shares * (1 - shares)
    weights /= weights.sum()
    lower, upper = np.interp([0.025, 0.975], np.cumsum(weights), shares)
    return Reliability(float(weights @ shares), float(lower), float(upper))


def is_impossible(squares: NDArray[np.float64], noise: NDArray[np.float64]) -> bool:
    """Whether squared changes are far below their noise, by the cube root of a chi-square (Wilson and Hilferty)."""
    freedom = len(squares) / OVERLAP
    root = float(np.mean(squares / (SLACK * noise))) ** (1 / 3)
    spread = 2 / (9 * freedom)
    return (root - (1 - spread)) / math.sqrt(spread) < SURE


def thin(noise: ArrayLike) -> NDArray[np.bool_]:
    """Which readings rest on so few answers that they tell next to nothing beside the others.

    Examples
    --------
    >>> thin([60.0, 60.0, np.nan, 6000.0]).tolist()
    [False, False, False, True]
    """
    noise = np.asarray(noise, dtype=float)
    known = noise[np.isfinite(noise)]
    return np.nan_to_num(noise, nan=0.0) > THIN * np.median(known) if len(known) else np.zeros(len(noise), dtype=bool)
