"""Two scores or many: the difference, how sure it is, and who is likely first.

Two intervals that overlap do not say that two scores are alike, and a difference of standard errors fails in the
groups where Wald fails. MOVER recovers the variance of a difference from the two intervals themselves, each on the
side that matters, so it inherits the score interval's coverage. The p-value here turns that interval around: it is
below 5 % exactly when the 95 % interval leaves out zero. The sign is kept: first minus second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, did_you_mean
from npskit.stats.intervals import ADJUSTMENT, checked_method, interval, normal_quantile, statistic_of
from npskit.stats.score import Floats, checked_counts, responses, score, standard_error

__all__ = ["Difference", "adjust", "difference", "mover_limits", "rank_probabilities"]

HALVINGS = 60
BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """First score minus second, in points on [-200, 200], with its interval and two-sided p-value; (...,) each."""

    difference: Any
    lower: Any
    upper: Any
    p_value: Any


def difference(
    first: ArrayLike, second: ArrayLike, *, confidence_level: float = 0.95, method: str = "score"
) -> Difference:
    """Difference of two scores from independent answers: first minus second.

    Parameters
    ----------
    first, second : array_like, shape (..., 3)
        Detractors, passives, promoters; the leading shapes broadcast.
    confidence_level : float, optional
        Between 0 and 1.
    method : {"score", "adjusted_wald", "wald", "bayes", "bootstrap"}, optional
        The interval of each score. The two Wald methods are the usual normal ones; ``"adjusted_wald"`` adds
        (.75, 1.5, .75) to both groups and gives the difference of the adjusted scores, as it is published.

    Returns
    -------
    Difference
        `difference`, `lower`, `upper` in points and `p_value`; nan where one side has no answer. The p-value of
        ``"bayes"`` and ``"bootstrap"`` is that of ``"score"``.

    Raises
    ------
    ArgumentError
        When the method or the confidence level is unknown, or counts are not counts.

    References
    ----------
    Zou and Donner (2008), Statistics in Medicine 27:1693-1702 (MOVER).

    Examples
    --------
    >>> found = difference([20, 30, 50], [30, 30, 40])
    >>> f"{found.difference:+.0f} points, {found.lower:.2f} to {found.upper:.2f}, p = {found.p_value:.3f}"
    '+20 points, -2.53 to 41.79, p = 0.082'
    """
    first, second = checked_counts(first, where="first"), checked_counts(second, where="second")
    if method != "bootstrap":
        checked_method(method)
    if method in ("wald", "adjusted_wald"):
        added = ADJUSTMENT if method == "adjusted_wald" else np.zeros(3)
        found = _normal_difference(first, second, added, confidence_level)
    else:
        found = _mover_difference(first, second, confidence_level, method)
    known = (responses(first) > 0) & (responses(second) > 0)
    return Difference(*(np.where(known, value, np.nan)[()] for value in found))


def _normal_difference(first: Floats, second: Floats, added: Floats, confidence_level: float) -> tuple[Any, ...]:
    first, second = first + added, second + added
    estimate = np.asarray(score(first) - score(second))
    error = np.asarray(_both(standard_error(first), standard_error(second)))
    half = normal_quantile(confidence_level) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        deviate = np.where(estimate == 0, 0.0, np.abs(estimate) / error)
    return estimate, np.maximum(estimate - half, -200), np.minimum(estimate + half, 200), two_sided(deviate)


def _both(one: Any, other: Any) -> Any:
    return np.sqrt(one * one + other * other)


def two_sided(deviate: Floats) -> Floats:
    """P-value of an absolute normal deviate."""
    return np.asarray(np.vectorize(math.erfc, otypes=[float])(deviate / math.sqrt(2)))


def _mover_difference(first: Floats, second: Floats, confidence_level: float, method: str) -> tuple[Any, ...]:
    return *mover_limits(first, second, confidence_level, method), _mover_p_value(first, second)


def mover_limits(first: Floats, second: Floats, confidence_level: float, method: str = "score") -> tuple[Any, Any, Any]:
    """`difference` without its p-value, which takes most of the time: estimate, lower, upper."""
    score_1, score_2 = score(first), score(second)
    lower_1, upper_1 = interval(first, confidence_level=confidence_level, method=method)
    lower_2, upper_2 = interval(second, confidence_level=confidence_level, method=method)
    estimate = score_1 - score_2
    lower = estimate - _both(score_1 - lower_1, upper_2 - score_2)
    upper = estimate + _both(upper_1 - score_1, score_2 - lower_2)
    return estimate, lower, upper


def _mover_p_value(first: Floats, second: Floats) -> Floats:
    """The level at which the MOVER interval of the two score intervals ends at zero.

    There, the distances from the higher score to its lower end and from the lower score to its upper end are the
    two legs of a right triangle whose hypotenuse is the difference, and both ends have the same statistic: one
    angle to find.
    """
    first, second = np.broadcast_arrays(first, second)
    swapped = np.asarray(score(first) < score(second))[..., None]
    high, low = np.where(swapped, second, first), np.where(swapped, first, second)
    top, bottom = np.asarray(score(high)), np.asarray(score(low))
    gap = top - bottom
    near, far = np.zeros(gap.shape), np.full(gap.shape, np.pi / 2)
    of_both = statistic_of(np.stack([high, low]))

    def both(angle: Floats) -> Floats:
        return np.asarray(of_both(np.stack([top - gap * np.cos(angle), bottom + gap * np.sin(angle)])))

    for _ in range(HALVINGS):
        angle = (near + far) / 2
        of_high, of_low = both(angle)
        above = of_high > of_low
        near, far = np.where(above, angle, near), np.where(above, far, angle)
    return two_sided(np.sqrt(both((near + far) / 2).min(axis=0)))


def adjust(p_values: ArrayLike, *, method: str = "holm") -> NDArray[np.float64]:
    """P-values adjusted for being many, along the last axis.

    Parameters
    ----------
    p_values : array_like, shape (..., k)
        Each in [0, 1]; nan is no test and is neither counted nor changed.
    method : {"holm", "bh"}, optional
        Holm's step-down (any false finding) or Benjamini and Hochberg's step-up (share of false findings).

    Returns
    -------
    ndarray, shape (..., k)

    References
    ----------
    Holm (1979), Scand. J. Statistics 6:65-70. Benjamini and Hochberg (1995), JRSS B 57:289-300.

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.03]).tolist()
    [0.03, 0.06, nan, 0.06]
    >>> adjust([0.01, 0.04, 0.03], method="bh").round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    if method not in ("holm", "bh"):
        raise ArgumentError(
            where="method", expected="an adjustment", got=repr(method), hint=did_you_mean(str(method), ["holm", "bh"])
        )
    given = np.asarray(p_values, dtype=float)
    if ((given < 0) | (given > 1)).any():
        raise ArgumentError(where="p_values", expected="values in [0, 1]", got=f"{given.min():g} to {given.max():g}")
    values = np.atleast_1d(given)
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    tests = np.isfinite(values).sum(axis=-1, keepdims=True)
    stepped = _holm(ordered, tests) if method == "holm" else _benjamini_hochberg(ordered, tests)
    adjusted = np.empty_like(values)
    np.put_along_axis(adjusted, order, np.where(np.isnan(ordered), np.nan, np.minimum(stepped, 1)), axis=-1)
    return adjusted.reshape(given.shape)


def _holm(ordered: Floats, tests: Any) -> Floats:
    place = np.arange(ordered.shape[-1])
    return np.asarray(np.maximum.accumulate(ordered * (tests - place), axis=-1))


def _benjamini_hochberg(ordered: Floats, tests: Any) -> Floats:
    # The missing stand last in the order; as 1 they leave the running minimum alone.
    place = np.arange(1, ordered.shape[-1] + 1)
    scaled = np.where(np.isnan(ordered), 1.0, ordered * tests / place)
    return np.asarray(np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1])


def rank_probabilities(
    counts: ArrayLike, *, draws: int = 10_000, rng: np.random.Generator | int | None = None
) -> NDArray[np.float64]:
    """Probability that each group has each rank, from draws of the shares under a Dirichlet(½, ½, ½) prior.

    Parameters
    ----------
    counts : array_like, shape (k, 3)
        Detractors, passives, promoters of k groups.
    draws : int, optional
        How many.
    rng : Generator or int, optional
        Source of randomness, or its seed.

    Returns
    -------
    ndarray, shape (k, k)
        Row i, column j: probability that group i is at rank j, the highest score first. The first column is
        P(best); ``cumsum(axis=1)`` gives P(rank ≤ j + 1). A group without answers has nan and takes no rank.

    Examples
    --------
    >>> rank_probabilities([[10, 30, 60], [30, 30, 40], [0, 0, 0]], rng=1).round(2).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [nan, nan, nan]]
    """
    array = checked_counts(counts)
    if array.ndim != 2:
        raise ArgumentError(where="counts", expected="groups × 3", got=f"shape {array.shape}")
    if not (isinstance(draws, int | np.integer) and draws > 0):
        raise ArgumentError(where="draws", expected="a whole number above 0", got=repr(draws))
    answered = np.flatnonzero(responses(array) > 0)
    found = np.full((len(array), len(array)), np.nan)
    found[answered] = 0.0
    if len(answered):
        ranked = _rank_counts(array[answered] + 0.5, int(draws), np.random.default_rng(rng))
        found[np.ix_(answered, np.arange(len(answered)))] = ranked / draws
    return found


def _rank_counts(concentration: Floats, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    groups = len(concentration)
    found = np.zeros((groups, groups), dtype=np.int64)
    block = max(1, BLOCK // (3 * groups))
    for start in range(0, draws, block):
        drawn = rng.standard_gamma(concentration, size=(min(block, draws - start), groups, 3))
        best_first = np.argsort((drawn[..., 0] - drawn[..., 2]) / drawn.sum(axis=-1), axis=1)
        for rank in range(groups):
            found[:, rank] += np.bincount(best_first[:, rank], minlength=groups)
    return found
