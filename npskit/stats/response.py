"""What more answers are worth: how wide the interval of a score is, and would be with so many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.stats.intervals import interval
from npskit.stats.score import checked_counts

__all__ = ["margin", "spread_by_answers"]


def margin(counts: ArrayLike, *, confidence_level: float = 0.95) -> Any:
    """Half the width of the interval of a score, in points; nan without answers.

    Examples
    --------
    >>> round(float(margin([20, 30, 50])), 1)
    15.2
    """
    lower, upper = interval(counts, confidence_level=confidence_level)
    return (np.subtract(upper, lower) / 2)[()]


def spread_by_answers(counts: ArrayLike, answers: ArrayLike, *, confidence_level: float = 0.95) -> Any:
    """The margin of so many answers with the shares of these counts, shape of `answers`.

    Examples
    --------
    >>> spread_by_answers([20, 30, 50], [100, 400]).round(1).tolist()
    [15.2, 7.6]
    """
    given, size = checked_counts(counts), np.asarray(answers, dtype=float)
    shares = given / given.sum()
    return margin(shares * size[..., None], confidence_level=confidence_level)
