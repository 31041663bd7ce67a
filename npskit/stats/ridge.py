"""A regression on few rows whose coefficients are shrunk, by an amount that nobody has to choose.

Twenty quarters cannot estimate six coefficients freely, and how strongly to shrink them cannot be told from twenty
quarters either. So no strength is chosen: every strength of a grid is tried, each is weighted by its prior times how
well it foretold the rows (its marginal likelihood), and the answer is the mixture. A strength of 0 takes a column out,
so that the models with a column and without it are two parts of one grid, and the ratio of their weights is the Bayes
factor. Everything is computed from cross-products, for many windows of the rows at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Coefficients", "Ridge", "averaged", "bayes_factor", "drawn", "ridge"]

Array = NDArray[np.float64]
# A window in which the outcome never moves has no error to speak of, and no logarithm either.
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Ridge:
    """The regression at every point of the grid.

    Attributes
    ----------
    log_evidence : ndarray (..., K)
        Log marginal likelihood of the rows, up to a constant that all points share.
    mean : ndarray (..., K, P)
        Coefficients.
    scatter : ndarray (..., K)
        Sum of squares that is left, and was not given away by the prior: error variance × chi-square with
        `freedom` degrees.
    freedom : ndarray (...)
        Rows minus one.
    inner : ndarray (..., K, P, P)
        Precision of the coefficients in units of the prior sd and of the error sd.
    prior_sd : ndarray (K, P)
    """

    log_evidence: Array
    mean: Array
    scatter: Array
    freedom: Array
    inner: Array
    prior_sd: Array


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Draws from the mixture: coefficients (D, P) and the error's standard deviation (D,)."""

    values: Array
    error_sd: Array


def ridge(products: Array, rows: Array, prior_sd: Array) -> Ridge:
    """Regress the last column on the others at every point of a grid of prior standard deviations.

    Parameters
    ----------
    products : ndarray (..., P + 1, P + 1)
        Cross-products of the columns around their means, the outcome last; the constant is free.
    rows : ndarray (...)
        Rows behind each, at least two.
    prior_sd : ndarray (K, P)
        Prior standard deviation of each coefficient per unit of its column, in error standard deviations; 0 leaves
        the column out.

    Returns
    -------
    Ridge

    Notes
    -----
    The conjugate normal model with Jeffreys' prior of the error variance: O'Hagan and Forster, *Kendall's Advanced
    Theory of Statistics 2B: Bayesian Inference* (2004), chapter 11.

    Examples
    --------
    >>> x = np.array([-1.0, 0.0, 1.0, -1.0, 0.0, 1.0])
    >>> table = np.column_stack([x, 2 * x + [0.1, -0.1, 0.0, -0.1, 0.1, 0.0]])
    >>> found = ridge(table.T @ table, np.array(6), np.array([[0.0], [100.0]]))
    >>> found.mean.round(2).tolist(), bool(found.log_evidence[1] > found.log_evidence[0])
    ([[0.0], [2.0]], True)
    """
    gram, cross, total = products[..., None, :-1, :-1], products[..., None, :-1, -1], products[..., None, -1, -1]
    inner = np.eye(prior_sd.shape[-1]) + prior_sd[:, :, None] * gram * prior_sd[:, None, :]
    scaled = prior_sd * cross
    solved = np.linalg.solve(inner, scaled[..., None])[..., 0]
    scatter = np.maximum(total - np.sum(scaled * solved, axis=-1), TINY)
    freedom = np.asarray(rows, dtype=float) - 1
    log_evidence = -0.5 * np.linalg.slogdet(inner)[1] - 0.5 * freedom[..., None] * np.log(scatter)
    return Ridge(log_evidence, prior_sd * solved, scatter, freedom, inner, prior_sd)


def averaged(found: Ridge, log_prior: Array) -> Array:
    """Coefficients (..., P) averaged over the points of the grid; a prior of -inf leaves a point out.

    Examples
    --------
    >>> found = ridge(np.array([[4.0, 2.0], [2.0, 2.0]]), np.array(5), np.array([[0.0], [1.0]]))
    >>> averaged(found, np.array([-np.inf, 0.0])).tolist()
    [0.4]
    """
    return np.sum(weights(found.log_evidence, log_prior)[..., None] * found.mean, axis=-2)


def weights(log_evidence: Array, log_prior: Array) -> Array:
    """Posterior weights (..., K) of the points of the grid."""
    log_weights = log_evidence + log_prior
    return np.exp(log_weights - np.logaddexp.reduce(log_weights, axis=-1, keepdims=True))


def bayes_factor(log_evidence: Array, log_prior: Array, inside: NDArray[np.bool_]) -> Array:
    """How many times likelier the rows are under the points `inside` than under the others, each by its own prior.

    Examples
    --------
    >>> float(bayes_factor(np.log([0.1, 0.3, 0.5]), np.log([0.5, 0.25, 0.25]), np.array([False, True, True])).round(3))
    4.0
    """

    def evidence(chosen: NDArray[np.bool_]) -> Array:
        joint = np.logaddexp.reduce(log_evidence[..., chosen] + log_prior[chosen], axis=-1)
        return np.asarray(joint - np.logaddexp.reduce(log_prior[chosen]))

    return np.exp(np.clip(evidence(inside) - evidence(~inside), -700, 700))


def drawn(found: Ridge, log_prior: Array, draws: int, rng: np.random.Generator) -> Coefficients:
    """Coefficients and error sd drawn from the mixture, of one window of rows.

    Examples
    --------
    >>> one = ridge(np.array([[40.0, 20.0], [20.0, 20.0]]), np.array(50), np.array([[1.0]]))
    >>> values = drawn(one, np.zeros(1), 4000, np.random.default_rng(1)).values
    >>> float(values.mean().round(1)), values.shape
    (0.5, (4000, 1))
    """
    chance = weights(found.log_evidence, log_prior)
    points = np.sort(rng.choice(len(chance), size=draws, p=chance / chance.sum()))
    used, where = np.unique(points, return_inverse=True)
    error_sd = np.sqrt(found.scatter[points] / rng.chisquare(float(found.freedom), size=draws))
    # inner = L L'; L'^-1 z has the inverse of inner as its covariance.
    factor = np.linalg.inv(np.linalg.cholesky(found.inner[used]))
    noise = np.einsum("dji,dj->di", factor[where], rng.standard_normal((draws, found.mean.shape[-1])))
    values = found.mean[points] + error_sd[:, None] * found.prior_sd[points] * noise
    order = rng.permutation(draws)
    return Coefficients(values[order], error_sd[order])
