"""Errors that are small one by one and add up.

A level that moves a little each month, or a step hidden in the noise of a hundred answers, shows in no single reading
and in several together. So at each period the standardised errors of the last 2, 3, 6 and 12 periods are summed beside
the single one. The sums overlap, and the five looks at a period count as fewer than five.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LOOKS", "began", "looked", "normal_deviate", "summed"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

WINDOWS = (2, 3, 6, 12)
# What looking at all of them costs at each period, in looks. Of independent normal errors Holm needs 2.3 looks at 18
# periods, 2.6 at 30, 2.8 at 60 to keep its level (200,000 simulated series); averaged parameters leave room.
LOOKS = 2.5
FARTHEST = 8.0


def normal_deviate(probability: Array) -> Array:
    """The normal deviate of a cumulated probability, at most 8 from 0; 0 for nan."""
    from scipy.special import ndtri

    return np.nan_to_num(np.clip(ndtri(np.clip(probability, 1e-16, 1 - 1e-16)), -FARTHEST, FARTHEST))


def summed(z: Array, judged: Flags, start: NDArray[np.intp], length: int) -> Array:
    """Standardised sum (L, T) of the errors of the last `length` periods that were judged, none before the start.

    Examples
    --------
    >>> summed(np.array([[1.0, 1.0, 0.0, 2.0]]), np.array([[True, True, False, True]]), np.array([0]), 3).round(2)
    array([[1.  , 1.41, 1.41, 2.12]])
    """
    used = judged & (np.arange(z.shape[1]) >= start[:, None])
    totals, numbers = (np.cumsum(np.where(used, part, 0.0), axis=1) for part in (z, np.ones(z.shape)))
    for part in (totals, numbers):
        part[:, length:] -= part[:, :-length].copy()
    return totals / np.sqrt(np.maximum(numbers, 1))


def looked(single: Array, z: Array, judged: Flags, start: NDArray[np.intp]) -> Array:
    """P-value (L, T) of the least likely of the single reading and the sums, corrected for the looks."""
    from scipy.special import ndtr

    farthest = np.max([np.abs(summed(z, judged, start, length)) for length in WINDOWS], axis=0)
    together = np.minimum(single, np.where(several(judged, start), 2 * ndtr(-farthest), 1.0))
    return np.where(judged, np.minimum(LOOKS * together, 1.0), 1.0)


def several(judged: Flags, start: NDArray[np.intp]) -> Flags:
    """Where a period has another judged one before it since the start."""
    used = judged & (np.arange(judged.shape[1]) >= start[:, None])
    return used & (np.cumsum(used, axis=1) > 1)


def began(z: Array, judged: Flags, start: int, at: int) -> int:
    """The period from which on the errors (T,) of one series up to `at` stand out most."""
    places = [t for t in range(max(start, at - max(WINDOWS) + 1), at + 1) if judged[t]]
    return max(places, key=lambda t: abs(z[t : at + 1][judged[t : at + 1]].sum()) / judged[t : at + 1].sum() ** 0.5)
