"""What a score can be when part of those asked said nothing.

Without an assumption about the silent, the score of all who were asked is known only up to two ends: every silent one a
detractor, or every one a promoter. The ends are far apart, and they are the only thing that holds for certain; each
narrower figure is an assumption, and here the assumption is a number one moves: how many points lower the silent are.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.stats.intervals import checked_level, interval
from npskit.stats.score import checked_counts, score, standard_error

__all__ = ["Bounds", "bounds", "gap_needed", "score_if_silent_lower"]

HALVINGS = 60
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Bounds:
    """Score of all asked if the silent were all detractors or all promoters, and limits for those they stand for.

    `worst` and `best` are exact for those asked; `lower` and `upper` allow for these being a sample of customers.
    """

    worst: Any
    best: Any
    lower: Any
    upper: Any


def bounds(counts: ArrayLike, silent: ArrayLike, *, confidence_level: float = 0.95) -> Bounds:
    """Worst and best case of the score of everybody who was asked.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters among those who answered.
    silent : array_like, shape (...)
        Asked, and did not answer.
    confidence_level : float
        That the limits hold the score of the customers, whatever the silent think.

    Returns
    -------
    Bounds
        Points, (...) each; nan where nobody was asked.

    References
    ----------
    Horowitz and Manski (1995), Econometrica 63:281-302; Imbens and Manski (2004), Econometrica 72:1845-1857.

    Examples
    --------
    >>> found = bounds([20, 30, 50], 100)
    >>> float(found.worst), float(found.best)
    (-35.0, 65.0)
    >>> f"{found.lower:.1f} to {found.upper:.1f}"
    '-44.5 to 71.9'
    """
    checked_level(confidence_level)
    given, mute = checked_counts(counts), np.asarray(silent, dtype=float)
    if not (np.isfinite(mute) & (mute >= 0)).all():
        raise ArgumentError(where="silent", expected="numbers of at least 0", got=repr(silent))
    given = np.broadcast_to(given, (*np.broadcast_shapes(given.shape[:-1], mute.shape), 3))
    mute = np.broadcast_to(mute, given.shape[:-1])
    low = given + mute[..., None] * np.array([1.0, 0.0, 0.0])
    high = given + mute[..., None] * np.array([0.0, 0.0, 1.0])
    worst, best = np.asarray(score(low)), np.asarray(score(high))
    errors = np.maximum(np.asarray(standard_error(low)), np.asarray(standard_error(high)))
    lower, upper = np.full(worst.shape, np.nan), np.full(worst.shape, np.nan)
    levels = np.full(worst.shape, np.nan)
    for at in np.ndindex(worst.shape):
        if np.isfinite(worst[at]):
            levels[at] = round(one_end_level(best[at] - worst[at], errors[at], confidence_level), 9)
    # Nearly all rows, with many silent, share one level.
    for level in np.unique(levels[np.isfinite(levels)]).tolist():
        rows = levels == level
        lower[rows] = interval(low[rows], confidence_level=level)[0]
        upper[rows] = interval(high[rows], confidence_level=level)[1]
    return Bounds(worst[()], best[()], lower[()], upper[()])


def one_end_level(gap: float, error: float, confidence_level: float) -> float:
    """Two-sided level of the two outer limits: the score is at one end only, so they may be a little nearer."""
    ratio = gap / error if error > 0 else (np.inf if gap > 0 else 0.0)
    cdf = NORMAL.cdf
    low, high = 0.0, 10.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if cdf(middle + min(ratio, 40.0)) - cdf(-middle) < confidence_level:
            low = middle
        else:
            high = middle
    return 2 * cdf(high) - 1


def score_if_silent_lower(score: ArrayLike, rate: ArrayLike, lower: ArrayLike) -> Any:
    """Score of all asked when the silent are so many points lower than those who answered.

    Parameters
    ----------
    score : array_like
        Of those who answered, in points.
    rate : array_like
        Share of the asked who answered, 0..1.
    lower : array_like
        Points; below 0 the silent are happier. The silent stay between -100 and 100.

    Returns
    -------
    float or ndarray
        All three broadcast.

    Examples
    --------
    >>> score_if_silent_lower(30.0, 0.25, [0, 20, 400]).tolist()
    [30.0, 15.0, -67.5]
    """
    own, share, less = (np.asarray(each, dtype=float) for each in (score, rate, lower))
    silent = np.clip(own - less, -100, 100)
    return (share * own + (1 - share) * silent)[()]


def gap_needed(score: float, rate: float, target: float) -> float:
    """How many points lower the silent must be for the score of all asked to be the target; nan when they cannot.

    Examples
    --------
    >>> gap_needed(30, 0.25, 0), gap_needed(30, 0.9, 0)
    (40.0, nan)
    """
    if not rate < 1:
        return 0.0 if score == target else float("nan")
    gap = (score - target) / (1 - rate)
    return gap if -100 <= score - gap <= 100 else float("nan")
