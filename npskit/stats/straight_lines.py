"""Who ticked the same box from top to bottom, beyond what being content explains.

Ten fives in a row may be a happy customer or a hurried one. People who like the whole like its parts, so equal answers
are common without any haste; how common follows from how often *two* of a person's answers agree. If one feeling behind
all items explains the pairs, it also says how often all of them agree; those who only tick one column add to both, but
to the second much more. The two equations give their share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.student import student_quantile

__all__ = ["StraightLines", "straight_lines"]

Floats = NDArray[np.float64]

# Strengths of the common feeling that are looked at, and the points its normal curve is summed over.
STRENGTHS = np.linspace(0.0, 0.99, 34)
POINTS = 161
EDGE = 8.0


@dataclass(frozen=True, slots=True)
class StraightLines:
    """Equal answers to all items.

    Attributes
    ----------
    rows : int
        Those who answered all items.
    equal : int
        Those whose answers are all the same.
    expected : float
        How many of them one feeling behind all items explains, given how often two answers agree.
    share, lower, upper : float
        Share of those who tick one column whatever the item says, with its interval.
    strength : float
        Correlation of two items that is left when these are set aside.
    """

    rows: int
    equal: int
    expected: float
    share: float
    lower: float
    upper: float
    strength: float


def straight_lines(
    answers: ArrayLike, equal: ArrayLike, agreeing: ArrayLike, *, confidence_level: float = 0.95
) -> StraightLines:
    """Share of straight lines from counts.

    Parameters
    ----------
    answers : array_like (items, levels)
        How often each level was given to each item by those who answered all of them.
    equal : array_like (parts,)
        Rows with one answer to all items, in each of several parts of the rows.
    agreeing : array_like (parts, 2)
        Sum over rows of the share of pairs of items that agree; and rows.
    confidence_level : float, optional

    Returns
    -------
    StraightLines
        nan shares where nobody answers all items, or everyone gives one answer.

    Raises
    ------
    ArgumentError
        With fewer than three items or two parts.

    Notes
    -----
    The items are cut from normal variables with one common factor. Agreement of two and of all items is summed over the
    factor; share and strength solve both equations; the interval is the jackknife's over the parts (Quenouille 1956,
    Tukey 1958).

    Examples
    --------
    >>> quarter = [[25, 25, 25, 25]] * 3
    >>> found = straight_lines(quarter, [1, 2, 1, 2], [[6.4, 25], [6.2, 25], [6.2, 25], [6.2, 25]])
    >>> found.equal, round(found.expected), round(found.share, 2)
    (6, 6, 0.0)
    """
    table, same = np.asarray(answers, dtype=float), np.asarray(equal, dtype=float)
    pairs = np.asarray(agreeing, dtype=float)
    if table.ndim != 2 or len(table) < 3 or len(same) < 2 or pairs.shape != (len(same), 2):
        raise ArgumentError(
            where="straight_lines",
            expected="answers (items, levels) of three items or more, equal (parts,) and agreeing (parts, 2)",
            got=f"{table.shape}, {same.shape}, {pairs.shape}",
        )
    rows, shown = float(pairs[:, 1].sum()), int(same.sum())
    if not rows or (table > 0).any(0).sum() < 2:
        return StraightLines(int(rows), shown, math.nan, math.nan, math.nan, math.nan, math.nan)
    two, all_items = agreement(table / table.sum(1, keepdims=True))
    agreed = float(pairs[:, 0].sum())
    share, strength = solved(agreed / rows, shown / rows, two, all_items)
    left = rows - pairs[:, 1]
    without = [
        solved((agreed - pair) / many, (shown - own) / many, two, all_items)[0]
        for pair, own, many in zip(pairs[:, 0], same, left, strict=True)
        if 0 < many < rows
    ]
    reach = jackknife(np.array(without)) * (student_quantile(0.5 + confidence_level / 2, max(len(without) - 1, 1)))
    expected = rows * float(np.interp(pairs[:, 0].sum() / rows, two, all_items))
    return StraightLines(int(rows), shown, expected, share, max(share - reach, 0.0), min(share + reach, 1.0), strength)


def jackknife(without: Floats) -> float:
    """Standard error from the estimates without one part each; nan with fewer than two."""
    parts = len(without)
    return math.sqrt((parts - 1) / parts * float(((without - without.mean()) ** 2).sum())) if parts > 1 else math.nan


def agreement(shares: Floats) -> tuple[Floats, Floats]:
    """How often two items, and all items, agree for each of `STRENGTHS`, from the shares (items, levels)."""
    points = np.linspace(-EDGE, EDGE, POINTS)
    weight = np.exp(-(points**2) / 2)
    weight /= weight.sum()
    below = np.cumsum(shares, axis=1)[:, :-1].ravel()
    cuts = np.array([quantile(share) for share in below]).reshape(len(shares), -1)
    two, everything = np.empty(len(STRENGTHS)), np.empty(len(STRENGTHS))
    items = len(shares)
    for at, strength in enumerate(STRENGTHS):
        under = normal((cuts[:, :, None] - math.sqrt(strength) * points) / math.sqrt(1 - strength))
        edges = np.concatenate([np.zeros((items, 1, POINTS)), under, np.ones((items, 1, POINTS))], axis=1)
        each = np.diff(edges, axis=1)
        both = (each.sum(0) ** 2 - (each**2).sum(0)).sum(0) / (items * (items - 1))
        two[at], everything[at] = weight @ both, weight @ each.prod(0).sum(0)
    return two, everything


def quantile(share: float) -> float:
    """The normal deviate below which a share lies, within reach of the sums."""
    return NormalDist().inv_cdf(min(max(share, 1e-12), 1 - 1e-12))


def normal(value: Floats) -> Floats:
    """The normal distribution, closely enough for shares (Abramowitz and Stegun 1964, 26.2.17: error below 1e-7)."""
    t = 1 / (1 + 0.2316419 * np.abs(value))
    terms = 0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429
    tail = np.exp(-(value**2) / 2) / math.sqrt(2 * math.pi) * sum(c * t ** (k + 1) for k, c in enumerate(terms))
    return np.asarray(np.where(value >= 0, 1 - tail, tail))


def solved(pair: float, everything: float, two: Floats, all_items: Floats) -> tuple[float, float]:
    """Share of straight lines and strength of the feeling behind the others, from how often two and all items agree.

    Nobody is a straight line where the feeling explains all that are equal; then the share is 0.
    """
    share = (pair - two) / np.maximum(1 - two, 1e-12)
    usable = share > 0
    highest, alone = (float(np.interp(pair, two, each)) for each in (STRENGTHS, all_items))
    shares, strengths = np.append(share[usable], 0.0), np.append(STRENGTHS[usable], highest)
    # The more pairs are ascribed to lines, the more equal rows there should be.
    excess = np.append((share + (1 - share) * all_items)[usable], alone) - everything
    above = np.flatnonzero(excess >= 0)
    if not len(above):
        return float(shares[0]), float(strengths[0])
    at = int(above[-1])
    if at == len(shares) - 1:
        return 0.0, highest
    part = excess[at] / (excess[at] - excess[at + 1])
    first, second = (float(each[at] + part * (each[at + 1] - each[at])) for each in (shares, strengths))
    return first, second
