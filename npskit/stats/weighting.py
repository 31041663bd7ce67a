"""Answers that do not count alike: weights, customers who answer often, and samples unlike the population.

A weighted score is easy; how sure it is is not. Unequal weights carry less information than as many equal ones:
Kish's effective responses say how much is left, and the interval is the one of that many answers. Customers who
answer several times resemble themselves, so their answers are taken together by cluster. Raking finds weights that
make the sample look like the population on several margins at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError, ArgumentTypeError, NpskitWarning, optional_import
from npskit.stats.intervals import interval, normal_quantile
from npskit.stats.raking import TOLERANCE, rake_cells
from npskit.stats.score import Floats, checked_counts, shares, variance

__all__ = [
    "cluster_sums",
    "clustered_interval",
    "clustered_responses",
    "clustered_standard_error",
    "design_effect",
    "effective_counts",
    "effective_responses",
    "moments_standard_error",
    "rake",
    "weighted_interval",
]


def effective_responses(weights_sum: ArrayLike, squares_sum: ArrayLike) -> Any:
    """Kish's effective number of answers: ``(Σw)² / Σw²``.

    Parameters
    ----------
    weights_sum, squares_sum : array_like, shape (...)
        Sum of the weights, and of their squares.

    Returns
    -------
    float or ndarray, shape (...)
        0 where nobody answered.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> round(float(effective_responses(0 + 1 + 2 + 3, 0 + 1 + 4 + 9)), 4)
    2.5714
    """
    total, squares = _weights(weights_sum, "weights_sum"), _weights(squares_sum, "squares_sum")
    shape = np.broadcast_shapes(total.shape, squares.shape)
    return np.divide(total**2, squares, out=np.zeros(shape), where=squares > 0)[()]


def design_effect(weights_sum: ArrayLike, squares_sum: ArrayLike, responses: ArrayLike) -> Any:
    """How many times more answers are needed than with equal weights: ``n Σw² / (Σw)²``; nan without answers.

    Examples
    --------
    >>> design_effect(6, 14, 4)
    np.float64(1.5555555555555556)
    """
    total, squares = _weights(weights_sum, "weights_sum"), _weights(squares_sum, "squares_sum")
    size = _weights(responses, "responses")
    shape = np.broadcast_shapes(total.shape, squares.shape, size.shape)
    return np.divide(size * squares, total**2, out=np.full(shape, np.nan), where=total > 0)[()]


def _weights(value: ArrayLike, where: str) -> Floats:
    array = np.asarray(value, dtype=float)
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ArgumentError(where=where, expected="finite numbers of at least 0", got=repr(value))
    return array


def effective_counts(weighted_counts: ArrayLike, effective_responses: ArrayLike) -> Floats:
    """Weighted counts (..., 3) scaled so that they sum to the effective responses (...); zeros without answers.

    Examples
    --------
    >>> effective_counts([40.0, 60.0, 100.0], 100).tolist()
    [20.0, 30.0, 50.0]
    """
    size = _weights(effective_responses, "effective_responses")
    return np.nan_to_num(shares(weighted_counts)) * size[..., None]


def weighted_interval(
    weighted_counts: ArrayLike,
    effective_responses: ArrayLike,
    *,
    confidence_level: float = 0.95,
    method: str = "adjusted_wald",
) -> tuple[Any, Any]:
    """Interval of a weighted score: that of the weighted shares in as many answers as are effective.

    Parameters
    ----------
    weighted_counts : array_like, shape (..., 3)
        Sums of the weights of detractors, passives, promoters.
    effective_responses : array_like, shape (...)
        Kish's, see :func:`effective_responses`.
    confidence_level : float, optional
    method : str, optional
        As in :func:`npskit.stats.intervals.interval`.

    Returns
    -------
    lower, upper : float or ndarray, shape (...)
        Points; nan where nobody answered.

    Examples
    --------
    >>> lower, upper = weighted_interval([40, 60, 100], 100)
    >>> f"{lower:.2f} to {upper:.2f}"
    '14.05 to 44.20'
    """
    scaled = effective_counts(weighted_counts, effective_responses)
    return interval(scaled, confidence_level=confidence_level, method=method)


def clustered_standard_error(cluster_counts: ArrayLike) -> Any:
    """Standard error of a score whose answers come in clusters (accounts, households), in points.

    Parameters
    ----------
    cluster_counts : array_like, shape (..., clusters, 3)
        Detractors, passives, promoters (or the sums of their weights) of each cluster. Clusters without answers
        are not counted.

    Returns
    -------
    float or ndarray, shape (...)
        nan with fewer than two clusters.

    Notes
    -----
    The linearised variance of a ratio with clusters drawn with replacement, as R's `survey::svymean`.

    References
    ----------
    Binder (1983), International Statistical Review 51:279-292.

    Examples
    --------
    >>> round(float(clustered_standard_error([[0, 0, 3], [2, 1, 0], [0, 1, 1], [1, 0, 2]])), 3)
    37.764
    """
    return moments_standard_error(*cluster_sums(cluster_counts))


def cluster_sums(cluster_counts: ArrayLike) -> tuple[Any, ...]:
    """Number of clusters, and sums over them of u, v, u², uv and v², each of shape (...).

    With u the promoters less the detractors of a cluster and v its answers. These six numbers are all that a clustered
    error needs, and an engine can sum them where the rows are.
    """
    array = checked_counts(cluster_counts, where="cluster_counts")
    if array.ndim < 2:
        raise ArgumentError(where="cluster_counts", expected="shape (..., clusters, 3)", got=f"shape {array.shape}")
    u, v = array[..., 2] - array[..., 0], array.sum(axis=-1)
    return (v > 0).sum(axis=-1), *(part.sum(axis=-1) for part in (u, v, u * u, u * v, v * v))


def moments_standard_error(
    clusters: ArrayLike, u: ArrayLike, v: ArrayLike, uu: ArrayLike, uv: ArrayLike, vv: ArrayLike
) -> Any:
    """`clustered_standard_error` from the sums of `cluster_sums`, arrays of shape (...).

    Examples
    --------
    >>> counts = [[0, 0, 3], [2, 1, 0], [0, 1, 1], [1, 0, 2]]
    >>> bool(moments_standard_error(*cluster_sums(counts)) == clustered_standard_error(counts))
    True
    """
    clusters, u, v, uu, uv, vv = (np.asarray(part, dtype=float) for part in (clusters, u, v, uu, uv, vv))
    known = (clusters > 1) & (v > 0)
    mean = np.divide(u, v, out=np.zeros(known.shape), where=known)
    squares = np.maximum(uu - 2 * mean * uv + mean * mean * vv, 0.0)
    spread = np.divide(clusters, clusters - 1, out=np.full(known.shape, np.nan), where=known)
    return (100 * np.sqrt(spread * np.divide(squares, v * v, out=np.zeros(known.shape), where=known)))[()]


def clustered_responses(
    counts: ArrayLike,
    clusters: ArrayLike,
    u: ArrayLike,
    v: ArrayLike,
    uu: ArrayLike,
    uv: ArrayLike,
    vv: ArrayLike,
    *,
    confidence_level: float | None = None,
) -> Any:
    """How many independent answers a clustered sample is worth.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters, or the sums of their weights.
    clusters, u, v, uu, uv, vv : array_like, shape (...)
        As from `cluster_sums`.
    confidence_level : float, optional
        With it, fewer still, for the few clusters that the error was estimated from (t with clusters - 1 degrees of
        freedom), as an interval of this level needs.

    Returns
    -------
    float or ndarray, shape (...)
        At most the answers counted; the number of clusters where every cluster answers alike.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201.

    Examples
    --------
    >>> counts = [[0, 0, 3], [2, 1, 0], [0, 1, 1], [1, 0, 2]]
    >>> round(float(clustered_responses([3, 2, 6], *cluster_sums(counts))), 2)
    5.22
    """
    array = checked_counts(counts)
    number = np.asarray(clusters, dtype=float)
    error = np.nan_to_num(np.asarray(moments_standard_error(clusters, u, v, uu, uv, vv))) / 100
    spread = np.nan_to_num(np.asarray(variance(array)))
    worth = np.divide(spread, error**2, out=number.copy(), where=(error > 0) & (spread > 0))
    worth = np.minimum(worth, array.sum(axis=-1))
    if confidence_level is not None:
        special = optional_import("scipy.special", extra="stats", purpose="compute intervals of clustered answers")
        t = special.stdtrit(np.maximum(number - 1, 1), (1 + confidence_level) / 2)
        worth = worth * (normal_quantile(confidence_level) / t) ** 2
    return worth[()]


def clustered_interval(cluster_counts: ArrayLike, *, confidence_level: float = 0.95) -> tuple[Any, Any]:
    """Interval of a clustered score, in points: the score interval of as many independent answers.

    A linearised t interval has width zero when every cluster agrees, and with eight clusters of a high score covers
    .89 where this one covers .98; with forty clusters and a middling score both cover .95.

    Examples
    --------
    >>> lower, upper = clustered_interval([[0, 0, 3], [2, 1, 0], [0, 1, 1], [1, 0, 2]])
    >>> f"{lower:.1f} to {upper:.1f}"
    '-67.7 to 87.5'
    """
    array = checked_counts(cluster_counts, where="cluster_counts")
    counts = array.sum(axis=-2)
    worth = clustered_responses(counts, *cluster_sums(array), confidence_level=confidence_level)
    return weighted_interval(counts, worth, confidence_level=confidence_level, method="score")


def rake(counts: ArrayLike, targets: Sequence[ArrayLike], *, trim: float | None = None) -> Floats:
    """Weights that give a sample the margins of its population (iterative proportional fitting).

    Parameters
    ----------
    counts : array_like, shape (L1, L2, ...)
        Answers in each combination of levels, one axis per dimension.
    targets : sequence of array_like, shapes (L1,), (L2,), ...
        Shares of the levels in the population, one array per axis.
    trim : float, optional
        Largest weight, in multiples of the mean weight; 5 is usual. None leaves the weights free.

    Returns
    -------
    ndarray, shape (L1, L2, ...)
        Weight of one answer in each combination; the mean over answers is 1, the margins meet the targets to 1e-8.

    Raises
    ------
    ArgumentError
        When a level that the population has is empty in the sample, when targets do not fit the counts, or do not
        sum to 1.

    Warns
    -----
    NpskitWarning
        When no such weights exist (too strict a trim, too many empty combinations): the margins are then only near.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11:427-444.

    Examples
    --------
    >>> rake([[40, 30], [20, 10]], [[0.5, 0.5], [0.45, 0.55]]).round(6).tolist()
    [[0.5, 1.0], [1.25, 2.5]]
    """
    sample = _table(counts)
    targets = _per_axis(targets, sample)
    codes = np.indices(sample.shape).reshape(sample.ndim, -1)
    raked = rake_cells(sample.ravel(), codes, targets, trim=trim)
    _warn_if_far(raked.distance)
    return raked.weights.reshape(sample.shape)


def _table(counts: ArrayLike) -> Floats:
    table = _weights(counts, "counts")
    if table.ndim == 0 or not table.sum() > 0:
        raise ArgumentError(where="counts", expected="a table of counts with at least one answer", got=repr(counts))
    return table


def _per_axis(targets: Sequence[ArrayLike], sample: Floats) -> Sequence[ArrayLike]:
    if isinstance(targets, str | bytes) or not hasattr(targets, "__len__"):
        raise ArgumentTypeError(where="targets", expected="one array of shares per axis of counts", got=repr(targets))
    if len(targets) != sample.ndim:
        raise ArgumentError(
            where="targets", expected=f"{sample.ndim} arrays, one per axis of counts", got=f"{len(targets)}"
        )
    for axis, target in enumerate(targets):
        share = _weights(target, f"targets[{axis}]")
        if share.shape != (sample.shape[axis],):
            raise ArgumentError(
                where=f"targets[{axis}]", expected=f"{sample.shape[axis]} shares", got=f"shape {share.shape}"
            )
    return targets


def _warn_if_far(distance: float) -> None:
    if distance > TOLERANCE:
        warnings.warn(
            f"rake: the margins miss their targets by up to {100 * distance:.2g} %; no weights meet all of them.",
            NpskitWarning,
            stacklevel=3,
        )
