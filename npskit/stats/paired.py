"""Several scores from the same people: who rates many brands is one person, and not many answers.

When everybody rates every brand, a generous mood lifts all of a person's ratings together. It makes each score less
sure and leaves their difference alone, so that differences are surer than two samples of strangers would give. Where
only some people rate two brands, the truth lies between, and nobody has to be left out for it: the linearised errors
of two scores, multiplied person by person, say how much they have in common, which is nothing where nobody rated both.

A person is a row of sums here, (groups, 3); beyond two thousand people several are added up to one row, which changes
neither scores nor, but for chance, their covariance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.comparison import HALVINGS, Difference, two_sided
from npskit.stats.intervals import interval, squared_statistic
from npskit.stats.score import Floats, checked_counts, responses, score

__all__ = ["correlations", "covariances", "paired_difference", "paired_rank_probabilities", "person_sums"]

MOST_PERSONS = 2_000
# Beyond this correlation the two errors would cancel, which no sample can show.
MOST_ALIKE = 0.999
BLOCK = 4_000_000


def person_sums(
    person: ArrayLike,
    group: ArrayLike,
    category: ArrayLike,
    *,
    groups: int,
    weights: ArrayLike | None = None,
    most: int = MOST_PERSONS,
) -> Floats:
    """Answers added up by person, group and category.

    Parameters
    ----------
    person, group, category : array_like of int, shape (n,)
        Of each answer: who gave it, to which of the groups, and 0, 1, 2 for detractor, passive, promoter.
    groups : int
    weights : array_like, shape (n,), optional
    most : int
        Beyond so many persons, several share a row.

    Returns
    -------
    ndarray, shape (persons, groups, 3)

    Examples
    --------
    >>> person_sums([0, 0, 1], [0, 1, 1], [2, 0, 1], groups=2).tolist()
    [[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    """
    rows, place = np.unique(np.asarray(person, dtype=np.int64), return_inverse=True)
    size = min(len(rows), most)
    found = np.zeros((size, groups, 3))
    amount = 1.0 if weights is None else np.asarray(weights, dtype=float)
    np.add.at(found, (place % max(size, 1), np.asarray(group), np.asarray(category)), amount)
    return found


def covariances(persons: ArrayLike) -> Floats:
    """Covariance of the scores of all groups, in points squared.

    Parameters
    ----------
    persons : array_like, shape (persons, groups, 3)
        As `person_sums` gives them.

    Returns
    -------
    ndarray, shape (groups, groups)
        Its diagonal is the squared clustered standard error without the factor for few clusters. Where nobody
        answered both groups there is no covariance: 0; nan for a group without answers.

    References
    ----------
    Binder (1983), International Statistical Review 51:279-292.

    Examples
    --------
    >>> alike = person_sums([0, 0, 1, 1, 2, 2], [0, 1] * 3, [2, 2, 0, 0, 1, 1], groups=2)
    >>> covariances(alike).round(1).tolist()
    [[2222.2, 2222.2], [2222.2, 2222.2]]
    """
    array = checked_persons(persons)
    leaning, answers = array[..., 2] - array[..., 0], array.sum(axis=-1)
    total = answers.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = leaning.sum(axis=0) / total
        error = 100 * (leaning - mean * answers) / total
    return np.asarray(error.T @ error)


def correlations(persons: ArrayLike) -> Floats:
    """Correlation of the errors of the scores, (groups, groups), shrunk by 1 - 2 / m where m people answered both.

    Ten people who rate two brands show their correlation badly: with it as it is, 95 % intervals of their difference
    cover .91 where moods count most, shrunk .94 or more; from fifty people on the two are the same. 0 where a group's
    answers are all alike, or fewer than three people answered both.

    Examples
    --------
    >>> alike = person_sums([*range(20)] * 2, [0] * 20 + [1] * 20, ([0] * 5 + [1] * 5 + [2] * 10) * 2, groups=2)
    >>> correlations(alike).round(2).tolist()
    [[1.0, 0.9], [0.9, 1.0]]
    """
    array = checked_persons(persons)
    found = np.nan_to_num(covariances(array))
    spread = np.sqrt(np.diag(found))
    both = np.multiply.outer(spread, spread)
    there = (array.sum(axis=-1) > 0).astype(float)
    shrunk = 1 - 2 / np.maximum(there.T @ there, 2)
    np.fill_diagonal(shrunk, 1.0)
    return shrunk * np.divide(found, both, out=np.zeros_like(found), where=both > 0)


def paired_difference(
    first: ArrayLike, second: ArrayLike, correlation: ArrayLike, *, confidence_level: float = 0.95
) -> Difference:
    """First score minus second, whose errors are correlated since some people answered both.

    Parameters
    ----------
    first, second : array_like, shape (..., 3)
        Detractors, passives, promoters.
    correlation : array_like, shape (...)
        Of the errors of the two scores, as from `correlations`; 0 gives `npskit.stats.comparison.difference`.
    confidence_level : float, optional

    Returns
    -------
    Difference
        In points; nan where one side has no answer.

    References
    ----------
    Zou and Donner (2008), Statistics in Medicine 27:1693-1702, section 2 (MOVER with a correlation).
    Newcombe (1998), Statistics in Medicine 17:2635-2650, method 8 (paired proportions).

    Examples
    --------
    >>> for shared in (0.0, 0.6):
    ...     found = paired_difference([20, 30, 50], [30, 30, 40], shared)
    ...     print(f"{found.difference:+.0f}, {found.lower:.1f} to {found.upper:.1f}, p = {found.p_value:.3f}")
    +20, -2.5 to 41.8, p = 0.082
    +20, 5.8 to 33.9, p = 0.006
    """
    first, second = checked_counts(first, where="first"), checked_counts(second, where="second")
    shared = np.clip(checked_correlation(correlation), -MOST_ALIKE, MOST_ALIKE)
    top, bottom = score(first), score(second)
    ends = [interval(each, confidence_level=confidence_level) for each in (first, second)]
    estimate = top - bottom
    below = third_side(top - ends[0][0], ends[1][1] - bottom, shared)
    above = third_side(ends[0][1] - top, bottom - ends[1][0], shared)
    known = (responses(first) > 0) & (responses(second) > 0)
    parts = (estimate, np.maximum(estimate - below, -200), np.minimum(estimate + above, 200))
    p_value = paired_p_value(first, second, shared)
    return Difference(*(np.where(known, part, np.nan)[()] for part in (*parts, p_value)))


def third_side(one: Any, other: Any, cosine: Any) -> Any:
    """Length of the side of a triangle opposite to an angle, from the two other sides and its cosine."""
    return np.sqrt(np.maximum(one * one + other * other - 2 * cosine * one * other, 0.0))


def paired_p_value(first: Floats, second: Floats, shared: Any) -> Floats:
    """The level at which the interval ends at zero.

    There, the distances from the higher score to its lower end and from the lower score to its upper end are two sides
    of a triangle with the difference as the third, and both ends have the same statistic: one angle to find.
    """
    first, second = np.broadcast_arrays(first, second)
    swapped = np.asarray(score(first) < score(second))[..., None]
    high, low = np.where(swapped, second, first), np.where(swapped, first, second)
    top, bottom = np.asarray(score(high)), np.asarray(score(low))
    between = np.broadcast_to(np.arccos(shared), top.shape)
    scale = (top - bottom) / np.sin(between)
    near, far = np.zeros(top.shape), np.pi - between

    def statistics(angle: Floats) -> tuple[Any, Any]:
        one, other = scale * np.sin(angle), scale * np.sin(angle + between)
        return squared_statistic(high, top - one), squared_statistic(low, bottom + other)

    for _ in range(HALVINGS):
        angle = (near + far) / 2
        of_high, of_low = statistics(angle)
        near, far = np.where(of_high > of_low, near, angle), np.where(of_high > of_low, angle, far)
    return two_sided(np.sqrt(np.minimum(*statistics((near + far) / 2))))


def paired_rank_probabilities(
    persons: ArrayLike, *, draws: int = 10_000, rng: np.random.Generator | int | None = None
) -> NDArray[np.float64]:
    """Probability that each group has each rank, when the same people answered several.

    Every person gets a random weight, the same for all groups they answered (Rubin's Bayesian bootstrap), and every
    group three half answers of nobody, one of each category. Where nobody answers twice this is exactly the draw of
    `npskit.stats.comparison.rank_probabilities`.

    Parameters
    ----------
    persons : array_like, shape (persons, groups, 3)
    draws : int, optional
    rng : Generator or int, optional

    Returns
    -------
    ndarray, shape (groups, groups)
        Row i, column j: probability that group i is at rank j, the highest score first; nan without answers.

    References
    ----------
    Rubin (1981), Annals of Statistics 9:130-134.

    Examples
    --------
    >>> sure = person_sums([*range(40)] * 2, [0] * 40 + [1] * 40, [2] * 40 + [0] * 40, groups=2)
    >>> paired_rank_probabilities(sure, rng=1).round(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    array = checked_persons(persons)
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise ArgumentError(where="draws", expected="a whole number above 0", got=repr(draws))
    answered = np.flatnonzero(array.sum(axis=(0, 2)) > 0)
    found = np.full((array.shape[1],) * 2, np.nan)
    found[answered] = 0.0
    if len(answered):
        ranked = rank_counts(array[:, answered], int(draws), np.random.default_rng(rng))
        found[np.ix_(answered, np.arange(len(answered)))] = ranked / draws
    return found


def rank_counts(array: Floats, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each group came out at each rank, (groups, groups)."""
    persons, groups, _ = array.shape
    leaning, answers = array[..., 2] - array[..., 0], array.sum(axis=-1)
    # What one answer counts as: 1, or with weights the weight of one effective answer.
    unit = (array**2).sum(axis=(0, 2)) / np.maximum(array.sum(axis=(0, 2)), 1e-300)
    unit = np.where(np.isin(array, (0.0, 1.0)).all(axis=(0, 2)), 1.0, unit)
    found = np.zeros((groups, groups), dtype=np.int64)
    block = max(1, BLOCK // (persons + 3 * groups))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        weight = rng.standard_exponential((size, persons))
        prior = unit[:, None] * rng.standard_gamma(0.5, (size, groups, 3))
        scores = weight @ leaning + prior[..., 2] - prior[..., 0]
        best_first = np.argsort(-scores / (weight @ answers + prior.sum(axis=-1)), axis=1)
        for rank in range(groups):
            found[:, rank] += np.bincount(best_first[:, rank], minlength=groups)
    return found


def checked_persons(persons: ArrayLike) -> Floats:
    """Sums by person, or an error."""
    array = checked_counts(persons, where="persons")
    if array.ndim != 3:
        raise ArgumentError(where="persons", expected="persons × groups × 3", got=f"shape {array.shape}")
    return array


def checked_correlation(correlation: ArrayLike) -> Floats:
    """Correlations, or an error."""
    array = np.asarray(correlation, dtype=float)
    if not (np.abs(array) <= 1 + 1e-9).all():
        raise ArgumentError(where="correlation", expected="numbers from -1 to 1", got=repr(correlation))
    return array
