"""Student's t without SciPy: how unusual a ratio is when its standard error was estimated from few values.

A dozen forecasts decide whether a factor earned its place, and the normal curve would call one in fifteen useless ones
useful there. For whole degrees of freedom the distribution is a finite sum.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from npskit.stats.score import Floats

__all__ = ["student_quantile", "student_tail", "student_tails"]

WIDEST, HALVINGS = 1e6, 64


def student_tail(ratio: float, freedom: int) -> float:
    """Probability that t with so many degrees of freedom exceeds a ratio.

    Notes
    -----
    Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), 26.7.3 and 26.7.4.

    Examples
    --------
    >>> round(student_tail(2.228, 10), 4), round(student_tail(-12.706, 1), 4)
    (0.025, 0.975)
    """
    if math.isnan(ratio) or freedom < 1:
        return math.nan
    angle = math.atan(abs(ratio) / math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term, total = (cosine, cosine) if odd else (1.0, 1.0)
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    inside = sine * (total if freedom > 1 else 0.0)
    if odd:
        inside = 2 / math.pi * (angle + inside)
    above = max(0.5 - inside / 2, 0.0)
    return above if ratio >= 0 else 1 - above


def student_tails(ratios: Floats, freedom: int) -> Floats:
    """`student_tail` of many ratios (...) of the same degrees of freedom.

    Examples
    --------
    >>> student_tails(np.array([2.228, 0.0]), 10).round(4).tolist()
    [0.025, 0.5]
    """
    if freedom < 1:
        return np.full(np.shape(ratios), np.nan)
    angle = np.arctan(np.abs(ratios) / math.sqrt(freedom))
    cosine, sine = np.cos(angle), np.sin(angle)
    odd = freedom % 2
    term = cosine.copy() if odd else np.ones_like(cosine)
    total = term.copy()
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    inside = sine * total if freedom > 1 else np.zeros_like(sine)
    if odd:
        inside = 2 / math.pi * (angle + inside)
    above = np.maximum(0.5 - inside / 2, 0.0)
    return np.asarray(np.where(ratios >= 0, above, np.where(np.isnan(ratios), np.nan, 1 - above)))


@cache
def student_quantile(probability: float, freedom: int) -> float:
    """The ratio that t exceeds with one minus this probability, by halving.

    Examples
    --------
    >>> round(student_quantile(0.975, 10), 3), round(student_quantile(0.025, 3), 3)
    (2.228, -3.182)
    """
    low, high = -WIDEST, WIDEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = student_tail(middle, freedom) > 1 - probability
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2
