"""How sure a score is: the interval around it.

The textbook interval (estimate ± 1.96 standard errors) has width zero when everyone agrees and covers the truth far
less often than it says in small or lopsided groups. The default here is Tango's score interval: promoters against
detractors are two paired proportions, and a value stays in the interval as long as a score test does not reject it.
It always holds the estimate and never leaves [-100, 100]. From five answers on it covers what it says when averaged
over the truths, less where nearly everybody is in one category (of 95 %, worst found by enumeration: .87 at five
answers, .90 at twenty, .93 at fifty). The others are there by name: ``"adjusted_wald"`` is what practitioners publish,
``"wald"`` what textbooks show, ``"bayes"`` a posterior, ``"bootstrap"`` a resampling.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError, did_you_mean
from npskit.stats.arguments import as_number
from npskit.stats.credible import credible_limits
from npskit.stats.resampling import bootstrap, resampled_limits
from npskit.stats.score import Floats, checked_counts, responses, score, standard_error

__all__ = [
    "METHODS",
    "bootstrap",
    "checked_level",
    "interval",
    "normal_quantile",
    "squared_statistic",
    "statistic_of",
]

ADJUSTMENT = np.array([0.75, 1.5, 0.75])
MOST_STEPS = 100
STEP_TOLERANCE = 1e-13

Limits = tuple[Any, Any]


def interval(
    counts: ArrayLike,
    *,
    confidence_level: float = 0.95,
    method: str = "score",
    rng: np.random.Generator | int | None = None,
    replicates: int = 10_000,
) -> Limits:
    """Interval of a score, in points.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters. Weighted counts scaled to the effective responses are welcome.
    confidence_level : float, optional
        Between 0 and 1.
    method : {"score", "adjusted_wald", "wald", "bayes", "bootstrap"}, optional
        Tango's score interval; Wald after adding (.75, 1.5, .75); Wald; highest posterior density under a
        Dirichlet(½, ½, ½) prior; percentiles of the bootstrap, exact up to 20,000 answers and drawn above.
    rng : Generator or int, optional
        Source of randomness, or its seed, for the bootstrap above 20,000 answers.
    replicates : int, optional
        How many bootstrap samples to draw there.

    Returns
    -------
    lower, upper : float or ndarray, shape (...)
        Points on [-100, 100]; nan where there is no answer.

    Raises
    ------
    ArgumentError
        When the method or the confidence level is unknown, or counts are not counts.

    Warns
    -----
    NpskitWarning
        By the bootstrap, when a category is empty: it cannot draw an answer nobody gave.

    References
    ----------
    Tango (1998), Statistics in Medicine 17:891-908. Rocks (2016), The American Statistician 70:365-372.
    Agresti and Min (2005), Statistics in Medicine 24:729-740.

    Examples
    --------
    >>> lower, upper = interval([20, 30, 50])
    >>> f"{lower:.2f} to {upper:.2f}"
    '13.96 to 44.34'
    >>> lower, upper = interval([[0, 0, 5], [0, 20, 0]], method="score")
    >>> lower.round(2).tolist(), upper.round(2).tolist()
    ([13.1, -16.11], [100.0, 16.11])
    """
    array = checked_counts(counts)
    normal_quantile(confidence_level)
    if method == "bootstrap":
        limits = resampled_limits(array, confidence_level, rng=rng, replicates=replicates)
    else:
        limits = checked_method(method)(array, confidence_level)
    lower, upper = (np.where(responses(array) > 0, np.clip(limit, -100, 100), np.nan) for limit in limits)
    return lower[()], upper[()]


def checked_level(confidence_level: float) -> float:
    """The confidence level, if it is one.

    Raises
    ------
    ArgumentError
    """
    if not 0 < as_number(confidence_level) < 1:
        raise ArgumentError(
            where="confidence_level",
            expected="a number between 0 and 1",
            got=repr(confidence_level),
            hint="95 % is written 0.95",
        )
    return confidence_level


def normal_quantile(confidence_level: float) -> float:
    """Standard normal deviate of a two-sided interval: 1.96 for .95."""
    return NormalDist().inv_cdf(0.5 + checked_level(confidence_level) / 2)


def wald_limits(counts: Floats, confidence_level: float) -> Limits:
    """Estimate ± z standard errors, not clipped."""
    half = normal_quantile(confidence_level) * standard_error(counts)
    return score(counts) - half, score(counts) + half


def adjusted_wald_limits(counts: Floats, confidence_level: float) -> Limits:
    """Wald after adding three answers, not clipped."""
    return wald_limits(counts + ADJUSTMENT, confidence_level)


def score_limits(counts: Floats, confidence_level: float) -> Limits:
    """Both ends of Tango's interval for all cells at once."""
    squared = normal_quantile(confidence_level) ** 2
    mean, decided = _moments(counts)
    # The lower end is the upper end with the two camps swapped: exact symmetry, one solver.
    either = np.stack([mean, -mean])
    total = np.broadcast_to(np.asarray(responses(counts)), either.shape)
    both = _upper_root(either, decided, total, squared)
    return np.minimum(-100 * both[1], score(counts)), np.maximum(100 * both[0], score(counts))


def _moments(counts: Floats) -> tuple[Floats, Floats]:
    """Score and share of promoters plus detractors, in [-1, 1] and [0, 1]."""
    mean = np.asarray(score(counts)) / 100
    total = np.asarray(responses(counts))
    decided = np.divide(counts[..., 0] + counts[..., 2], total, out=np.full(total.shape, np.nan), where=total > 0)
    return mean, decided


def squared_statistic(counts: ArrayLike, points: ArrayLike) -> Any:
    """Squared score statistic of "the true score is `points`"; infinite outside (-100, 100).

    Examples
    --------
    >>> round(float(squared_statistic([20, 30, 50], 30)), 9)
    0.0
    >>> round(float(squared_statistic([0, 0, 5], 13.10)) ** 0.5, 3)
    1.96
    """
    return statistic_of(counts)(points)


def statistic_of(counts: ArrayLike) -> Callable[[ArrayLike], Any]:
    """`squared_statistic` of these counts: whoever looks for a root asks for many points and counts once.

    Examples
    --------
    >>> round(float(statistic_of([0, 0, 5])(13.10)) ** 0.5, 3)
    1.96
    """
    array = checked_counts(counts)
    mean, decided = _moments(array)
    total = np.asarray(responses(array))

    def statistic(points: ArrayLike) -> Any:
        value = np.asarray(points, dtype=float) / 100
        within = np.minimum(np.maximum(value, -1), 1)
        share, _ = _restricted_share(within, mean, decided)
        spread = np.maximum(share - within**2, 0.0)
        distance = total * (mean - value) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(distance > 0, distance / np.where(np.abs(value) < 1, spread, 0.0), 0.0)
        return np.where(np.isnan(mean), np.nan, found)[()]

    return statistic


def _restricted_variance(value: Floats, mean: Floats, decided: Floats) -> tuple[Floats, Floats]:
    """Variance of one answer, and its slope, at the likeliest shares whose score is `value`."""
    share, root = _restricted_share(value, mean, decided)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (mean * (share - 1) + 2 * value * (1 - decided)) / root
    return np.maximum(share - value**2, 0.0), slope - 2 * value


def _restricted_share(value: Floats, mean: Floats, decided: Floats) -> tuple[Floats, Floats]:
    """Likeliest share of promoters plus detractors where the score is `value`, and the root in its formula.

    The likelihood's equation is quadratic in s, that share:
    s² - (decided + value·mean) s + value·(mean - value·passives) = 0, and its larger root is the one in [|value|, 1].
    """
    linear = decided + value * mean
    root = np.sqrt(np.maximum(linear**2 - 4 * value * (mean - value * (1 - decided)), 0.0))
    return (linear + root) / 2, root


def _upper_root(mean: Floats, decided: Floats, total: Floats, squared: float) -> Floats:
    """The value above `mean` at which total·(value - mean)² = z²·variance: Newton kept in a bracket."""
    near, far = mean.copy(), np.ones_like(mean)
    scale = np.divide(squared, total, out=np.zeros_like(mean), where=total > 0)
    value = np.minimum(mean + np.sqrt(scale * (np.maximum(decided - mean**2, 0.0) + scale)), 1.0)
    for _ in range(MOST_STEPS):
        variance_there, slope = _restricted_variance(value, mean, decided)
        excess = total * (value - mean) ** 2 - squared * variance_there
        near, far = np.where(excess < 0, value, near), np.where(excess >= 0, value, far)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = value - excess / (2 * total * (value - mean) - squared * slope)
        inside = (newton >= near) & (newton <= far)
        following = np.where(inside, newton, (near + far) / 2)
        moved = np.abs(following - value)
        value = following
        if not (moved > STEP_TOLERANCE).any():
            break
    return value


METHODS: dict[str, Callable[[Floats, float], Limits]] = {
    "score": score_limits,
    "adjusted_wald": adjusted_wald_limits,
    "wald": wald_limits,
    "bayes": credible_limits,
}


def checked_method(method: str) -> Callable[[Floats, float], Limits]:
    """The limits of a method, or an error that lists the methods."""
    if method not in METHODS:
        raise ArgumentError(
            where="method",
            expected="the name of an interval",
            got=repr(method),
            hint=did_you_mean(str(method), [*METHODS, "bootstrap"]),
        )
    return METHODS[method]
