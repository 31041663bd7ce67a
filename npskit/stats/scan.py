"""Errors that are small one by one and add up.

A level that moves a little each month, or a step hidden in the noise of a hundred answers, shows in no single reading
and in several together. So at each period the standardised errors of the last 2, 3, 6 and 12 periods are summed beside
the single one. The sums overlap, and the five looks at a period count as fewer than five.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.stats.chance import special

__all__ = ["LOOKS", "began", "looked", "normal_deviate", "summed"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

WINDOWS = (2, 3, 6, 12)
# What looking at all of them costs at each period, in looks. Of independent normal errors Holm needs 2.3 looks at 18
# periods, 2.6 at 30, 2.8 at 60 to keep its level (200,000 simulated series); averaged parameters leave room.
LOOKS = 2.5
FARTHEST = 8.0


def normal_deviate(probability: Array) -> Array:
    """The normal deviate of a cumulated probability, at most 8 from 0; 0 for nan."""
    return np.nan_to_num(np.clip(special().ndtri(np.clip(probability, 1e-16, 1 - 1e-16)), -FARTHEST, FARTHEST))


def summed(z: Array, judged: Flags, start: Places, length: int) -> tuple[Array, Places]:
    """Standardised sum (L, T) of the errors of the last `length` periods, and how many of them were judged.

    None is used from before the start (L, T) of each period: what came before is another story.

    Examples
    --------
    >>> start = np.zeros((1, 4), int)
    >>> summed(np.array([[1.0, 1.0, 0.0, 2.0]]), np.array([[True, True, False, True]]), start, 3)[0].round(2)
    array([[1.  , 1.41, 1.41, 2.12]])
    """
    end = np.arange(1, z.shape[1] + 1)
    first = np.minimum(np.maximum(end - length, start), end)
    rows = np.arange(len(z))[:, None]
    sums = [np.pad(np.cumsum(np.where(judged, part, 0), axis=1), ((0, 0), (1, 0))) for part in (z, judged)]
    total, number = (part[:, 1:] - part[rows, first] for part in sums)
    return total / np.sqrt(np.maximum(number, 1)), number


def looked(single: Array, z: Array, judged: Flags, start: Places) -> Array:
    """P-value (L, T) of the least likely of the single reading and the sums, corrected for the looks."""
    least = single
    for length in WINDOWS:
        total, number = summed(z, judged, start, length)
        least = np.where(number > 1, np.minimum(least, 2 * special().ndtr(-np.abs(total))), least)
    return np.where(judged, np.minimum(LOOKS * least, 1.0), 1.0)


def began(z: Array, judged: Flags, start: int, at: int) -> int:
    """The period from which on the errors (T,) of one series up to `at` stand out most."""
    places = [t for t in range(max(start, at - max(WINDOWS) + 1), at + 1) if judged[t]]
    return max(places, key=lambda t: abs(z[t : at + 1][judged[t : at + 1]].sum()) / judged[t : at + 1].sum() ** 0.5)
