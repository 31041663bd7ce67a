"""Which words set two groups apart: the log-odds of each term, shrunk by how often it is said at all.

A word said twice, both times by detractors, tells nothing, though its odds are infinite; "the" tells nothing, though it
is said a thousand times. The prior is what everybody says: a term's odds in each group begin at its share of all terms,
and only terms said often enough move away from it. The difference divided by its standard error puts words in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.comparison import adjust, two_sided

__all__ = ["Keyness", "keyness"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Keyness:
    """How far each term is from being said alike in both groups.

    Attributes
    ----------
    log_odds : ndarray (terms,)
        Log-odds in the first group minus those in the second; above 0 the first group says it more.
    error : ndarray (terms,)
        Its standard error.
    z : ndarray (terms,)
        One divided by the other.
    p_value, p_adjusted : ndarray (terms,)
        Two-sided, and after Benjamini and Hochberg's method over all terms.
    """

    log_odds: Floats
    error: Floats
    z: Floats
    p_value: Floats
    p_adjusted: Floats


def keyness(
    first: ArrayLike, second: ArrayLike, *, prior: ArrayLike | None = None, strength: float | None = None
) -> Keyness:
    """Log-odds ratios with an informative Dirichlet prior.

    Parameters
    ----------
    first, second : array_like (terms,)
        How often each term is said in each group.
    prior : array_like (terms,), optional
        How often each is said at all, above 0; the sum of both groups unless given.
    strength : float, optional
        Words that the prior is worth, in each group; as many as there are terms unless given.

    Raises
    ------
    ArgumentError
        When shapes differ, counts are negative, or the prior is not above 0.

    Notes
    -----
    Monroe, Colaresi and Quinn, "Fightin' Words" (2008), Political Analysis 16:372-403, equations 15, 16 and 22.

    Examples
    --------
    >>> found = keyness([30, 5, 100], [5, 30, 100])
    >>> found.z.round(2).tolist()
    [4.15, -4.15, 0.0]
    """
    one, other = (np.asarray(counts, dtype=float) for counts in (first, second))
    usual = one + other if prior is None else np.asarray(prior, dtype=float)
    if not one.shape == other.shape == usual.shape or one.ndim != 1:
        raise ArgumentError(
            where="keyness", expected="three lists of one length", got=f"{one.shape}, {other.shape}, {usual.shape}"
        )
    if not len(one):
        return Keyness(*(np.zeros(0) for _ in range(5)))
    if (one < 0).any() or (other < 0).any() or not (usual > 0).all():
        raise ArgumentError(where="keyness", expected="counts of at least 0 and a prior above 0", got="others")
    worth = float(len(one)) if strength is None else float(strength)
    alpha = worth * usual / usual.sum()
    if len(one) == 1:
        return Keyness(np.zeros(1), np.full(1, np.inf), np.zeros(1), np.ones(1), np.ones(1))
    odds = [np.log((said + alpha) / (said.sum() + worth - said - alpha)) for said in (one, other)]
    error = np.sqrt(1 / (one + alpha) + 1 / (other + alpha))
    difference = odds[0] - odds[1]
    z = difference / error
    p_value = two_sided(np.abs(z))
    return Keyness(difference, error, z, p_value, np.asarray(adjust(p_value, method="bh")))
