"""Whether told risks came true, on customers the model has never seen.

A model that sorts customers well may still say 40 % where 20 % leave, and the other way round. So two things are told:
the leavers observed against those expected, in all and by band of risk, and how often one who left had been given a
higher risk than one who stayed. Everything is counted by distinct risk; customers who answered twice count together.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from npskit.stats.rates import rate_interval
from npskit.stats.retention import cluster_products

__all__ = ["Concordance", "Reliability", "concordance", "observed_expected", "reliability", "risk_bands"]

FEWEST_IN_BAND = 20


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Told and observed risk by band, lowest first.

    Attributes
    ----------
    responses, events : ndarray of int, shape (bands,)
    expected, observed, lower, upper : ndarray, shape (bands,)
        Shares.
    """

    responses: np.ndarray
    events: np.ndarray
    expected: np.ndarray
    observed: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True, slots=True)
class Concordance:
    """Chance that one who left had been given the higher risk, a tie counting half; .5 sorts nobody."""

    concordance: float
    lower: float
    upper: float


def risk_bands(risk: np.ndarray, bands: int = 5) -> np.ndarray:
    """Band of each answer, 0 for the lowest risk; as even as ties allow, fewer where there are few answers.

    Examples
    --------
    >>> risk_bands(np.array([0.1, 0.1, 0.3, 0.2]), bands=2).tolist()
    [0, 0, 1, 1]
    """
    values, places, sizes = np.unique(risk, return_inverse=True, return_counts=True)
    middles = (np.cumsum(sizes) - sizes / 2) / max(len(risk), 1)
    wanted = np.minimum((middles * bands).astype(int), bands - 1)
    _, band = np.unique(wanted, return_inverse=True)
    found: np.ndarray = band[places] if len(values) else places
    return found


def reliability(
    risk: np.ndarray, left: np.ndarray, cluster: np.ndarray, *, bands: int = 5, confidence_level: float = 0.95
) -> Reliability:
    """Told and observed risk in bands of risk.

    Parameters
    ----------
    risk : ndarray, shape (answers,)
        Told before.
    left : ndarray of bool
    cluster : ndarray of int
    bands : int
        At most; a band holds about 20 answers at least.
    confidence_level : float

    Notes
    -----
    Wilson's interval on as many answers as the customers of the band are worth.
    """
    band = risk_bands(risk, max(1, min(bands, len(risk) // FEWEST_IN_BAND)))
    size = int(band.max(initial=-1)) + 1
    responses = np.bincount(band, minlength=size)
    events = np.bincount(band, left, size)
    observed = events / responses
    spread = np.array([
        float(cluster_products(left[band == at] - observed[at], renumbered(cluster[band == at]))[0, 0])
        for at in range(size)
    ])  # fmt: skip
    alone = responses * observed * (1 - observed)
    effect = np.where((alone > 0) & (spread > 0), spread / np.where(alone > 0, alone, 1), 1.0)
    worth = responses / np.maximum(effect, 1.0)
    lower, upper = rate_interval(observed * worth, worth, confidence_level=confidence_level)
    expected = np.bincount(band, risk, size) / responses
    return Reliability(responses, events.astype(int), expected, observed, lower, upper)


def renumbered(cluster: np.ndarray) -> np.ndarray:
    """The same customers, numbered without gaps."""
    numbers: np.ndarray = np.unique(cluster, return_inverse=True)[1]
    return numbers


def observed_expected(
    risk: np.ndarray,
    left: np.ndarray,
    cluster: np.ndarray,
    *,
    error: float = 0.0,
    confidence_level: float = 0.95,
) -> tuple[float, float, float]:
    """Leavers observed for each one expected, with its interval; nan where none was.

    Parameters
    ----------
    risk : ndarray, shape (answers,)
    left : ndarray of bool
    cluster : ndarray of int
    error : float
        Standard error of the number expected, which was estimated too.
    confidence_level : float

    Examples
    --------
    >>> found = observed_expected(np.full(100, 0.1), np.arange(100) < 12, np.arange(100))
    >>> [round(each, 2) for each in found]
    [1.2, 0.7, 2.05]
    """
    expected, observed = float(risk.sum()), float(left.sum())
    if not (expected > 0 and observed > 0):
        return (0.0 if expected > 0 else float("nan"), float("nan"), float("nan"))
    ratio = observed / expected
    spread = float(np.hypot(np.sqrt(cluster_products(left - risk * ratio, cluster)[0, 0]) / observed, error / expected))
    z = NormalDist().inv_cdf(0.5 + confidence_level / 2)
    return ratio, ratio * float(np.exp(-z * spread)), ratio * float(np.exp(z * spread))


def concordance(
    risk: np.ndarray, left: np.ndarray, cluster: np.ndarray, *, confidence_level: float = 0.95
) -> Concordance:
    """How well told risks sort those who left from those who stayed.

    Notes
    -----
    The area under the curve, with the variance of Obuchowski (1997), which is that of DeLong et al. (1988) where each
    customer answered once.

    Examples
    --------
    >>> found = concordance(np.array([0.1, 0.2, 0.3, 0.4]), np.array([False, True, False, True]), np.arange(4))
    >>> found.concordance
    0.75
    """
    _, place = np.unique(risk, return_inverse=True)
    size = int(place.max(initial=-1)) + 1
    gone, here = np.bincount(place, left, size), np.bincount(place, ~left, size)
    m, n = gone.sum(), here.sum()
    if not (m and n):
        return Concordance(float("nan"), float("nan"), float("nan"))
    below = (np.cumsum(here) - here / 2) / n
    above = (m - np.cumsum(gone) + gone / 2) / m
    area = float((gone * below).sum() / m)
    values = np.where(left, (below[place] - area) / m, (above[place] - area) / n)
    spread = float(np.sqrt(cluster_products(values, cluster)[0, 0]))
    z = NormalDist().inv_cdf(0.5 + confidence_level / 2)
    return Concordance(area, max(area - z * spread, 0.0), min(area + z * spread, 1.0))
