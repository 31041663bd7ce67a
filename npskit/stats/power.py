"""How many answers are needed, and what can be seen with those one has.

Before asking: the number of answers for a margin of error, or for a difference one wants not to miss. After: the
margin reached, the power of a comparison, the smallest change that such a survey would notice. All rest on the
variance of one answer, so they need a guess of the three shares; last period's will do. Where a good part of a small
population answers, the finite-population factor narrows the margin.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.stats.intervals import normal_quantile
from npskit.stats.score import Floats, checked_counts, score, variance

__all__ = [
    "finite_population_factor",
    "margin_of_error",
    "power_difference",
    "sample_size",
    "sample_size_difference",
    "smallest_detectable",
]

ROUNDING = 1e-9


def sample_size(
    margin: ArrayLike, *, shares: ArrayLike, confidence_level: float = 0.95, population: ArrayLike | None = None
) -> Any:
    """Answers needed for an interval of ± `margin` points.

    Parameters
    ----------
    margin : array_like
        Half the width of the interval, in points.
    shares : array_like, shape (..., 3)
        Expected shares of detractors, passives, promoters.
    confidence_level : float, optional
    population : array_like, optional
        How many customers there are, when the sample is a good part of them.

    Returns
    -------
    int or ndarray of int
        Rounded up.

    Raises
    ------
    ArgumentError
        When the margin is not above 0 or the shares do not sum to 1.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 4.

    Examples
    --------
    >>> int(sample_size(5, shares=(0.2, 0.3, 0.5)))
    938
    >>> int(sample_size(5, shares=(0.2, 0.3, 0.5), population=1000))
    485
    """
    half = _above_zero(margin, "margin") / 100
    size = normal_quantile(confidence_level) ** 2 * variance(checked_shares(shares)) / half**2
    if population is not None:
        people = _above_zero(population, "population")
        size = size / (1 + (size - 1) / people)
    return _rounded_up(size)


def margin_of_error(
    responses: ArrayLike, *, shares: ArrayLike, confidence_level: float = 0.95, population: ArrayLike | None = None
) -> Any:
    """Half the width of the interval that so many answers give, in points.

    Examples
    --------
    >>> round(float(margin_of_error(938, shares=(0.2, 0.3, 0.5))), 2)
    5.0
    """
    size = _above_zero(responses, "responses")
    half = 100 * normal_quantile(confidence_level) * np.sqrt(variance(checked_shares(shares)) / size)
    if population is not None:
        half = half * finite_population_factor(size, population)
    return half[()]


def finite_population_factor(responses: ArrayLike, population: ArrayLike) -> Any:
    """What a standard error is multiplied by when `responses` of `population` people answered; 0 when all did.

    Examples
    --------
    >>> round(float(finite_population_factor(485, 1000)), 4)
    0.718
    """
    size, people = _above_zero(responses, "responses"), _above_zero(population, "population")
    if (size > people).any():
        raise ArgumentError(where="population", expected="at least as many as answered", got=f"{people.min():g}")
    factor = np.sqrt(
        np.divide(people - size, people - 1, out=np.zeros(np.broadcast(size, people).shape), where=people > 1)
    )
    return factor[()]


def sample_size_difference(
    shares_a: ArrayLike, shares_b: ArrayLike, *, power: float = 0.8, confidence_level: float = 0.95
) -> Any:
    """Answers needed in each of two groups to see their difference with the given power.

    Parameters
    ----------
    shares_a, shares_b : array_like, shape (..., 3)
        Expected shares of detractors, passives, promoters.
    power : float, optional
        Probability that the interval of the difference leaves out zero.
    confidence_level : float, optional

    Returns
    -------
    int or ndarray of int
        Per group, rounded up.

    Raises
    ------
    ArgumentError
        When the two scores are equal: no number of answers tells them apart.

    Examples
    --------
    >>> int(sample_size_difference((0.25, 0.35, 0.40), (0.20, 0.35, 0.45)))
    954
    """
    first, second = checked_shares(shares_a), checked_shares(shares_b)
    gap = np.asarray(score(second) - score(first)) / 100
    if (np.abs(gap) < ROUNDING).any():
        raise ArgumentError(where="shares_b", expected="another score than shares_a's", got="the same score")
    deviates = normal_quantile(confidence_level) + _power_quantile(power)
    return _rounded_up(deviates**2 * (variance(first) + variance(second)) / gap**2)


def power_difference(
    shares_a: ArrayLike,
    shares_b: ArrayLike,
    *,
    responses_a: ArrayLike,
    responses_b: ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> Any:
    """Probability of seeing the difference of two scores; over an array of `responses_a`, the power curve.

    Parameters
    ----------
    shares_a, shares_b : array_like, shape (..., 3)
        True shares of detractors, passives, promoters.
    responses_a, responses_b : array_like
        Answers in each group; the same in both when one is given.
    confidence_level : float, optional

    Returns
    -------
    float or ndarray
        In [1 - confidence_level, 1].

    Examples
    --------
    >>> power_difference((0.25, 0.35, 0.40), (0.20, 0.35, 0.45), responses_a=[200, 954, 2000]).round(3).tolist()
    [0.25, 0.8, 0.982]
    """
    first, second = checked_shares(shares_a), checked_shares(shares_b)
    size_a = _above_zero(responses_a, "responses_a")
    size_b = size_a if responses_b is None else _above_zero(responses_b, "responses_b")
    gap = np.abs(score(second) - score(first)) / 100
    error = np.sqrt(variance(first) / size_a + variance(second) / size_b)
    needed = normal_quantile(confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        reached = np.where(gap > 0, gap / error, 0.0)
    return (_normal_probability(reached - needed) + _normal_probability(-reached - needed))[()]


def smallest_detectable(
    responses_a: ArrayLike,
    responses_b: ArrayLike | None = None,
    *,
    shares: ArrayLike,
    power: float = 0.8,
    confidence_level: float = 0.95,
) -> Any:
    """Smallest change between two readings that would be seen with the given power, in points.

    Parameters
    ----------
    responses_a, responses_b : array_like
        Answers before and after; the same in both when one is given.
    shares : array_like, shape (..., 3)
        Shares before; the variance of one answer is taken to stay.
    power, confidence_level : float, optional

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> round(float(smallest_detectable(954, shares=(0.25, 0.35, 0.40))), 1)
    10.2
    """
    size_a = _above_zero(responses_a, "responses_a")
    size_b = size_a if responses_b is None else _above_zero(responses_b, "responses_b")
    deviates = normal_quantile(confidence_level) + _power_quantile(power)
    return (100 * deviates * np.sqrt(variance(checked_shares(shares)) * (1 / size_a + 1 / size_b)))[()]


def checked_shares(shares: ArrayLike) -> Floats:
    """Shares as an array (..., 3) that sums to 1, or an error."""
    array = checked_counts(shares, where="shares")
    total = array.sum(axis=-1)
    if (np.abs(total - 1) > 1e-6).any():
        raise ArgumentError(
            where="shares",
            expected="shares of detractors, passives, promoters that sum to 1",
            got=f"a sum of {total[np.abs(total - 1) > 1e-6].flat[0]:g}",
            hint="30 % is written 0.3",
        )
    return array


def _above_zero(value: ArrayLike, where: str) -> Floats:
    array = np.asarray(value, dtype=float)
    if not (array > 0).all():
        raise ArgumentError(where=where, expected="more than 0", got=repr(value))
    return array


def _power_quantile(power: float) -> float:
    if not (np.ndim(power) == 0 and 0 < power < 1):
        raise ArgumentError(
            where="power", expected="a number between 0 and 1", got=repr(power), hint="80 % is written 0.8"
        )
    return NormalDist().inv_cdf(power)


def _rounded_up(size: Any) -> Any:
    # An exact 100 that arrives as 100.00000000000001 asks for 100.
    return np.maximum(np.ceil(np.asarray(size) - ROUNDING), 1).astype(np.int64)[()]


def _normal_probability(deviate: Any) -> Floats:
    return np.asarray(np.vectorize(NormalDist().cdf, otypes=[float])(deviate))
