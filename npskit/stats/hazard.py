"""The chance to leave in the next weeks, by what is known of a customer on the day of the answer.

Time since the answer is cut into a few periods; in each, those still there leave or stay. That is a logistic regression
on counts: one cell for each combination of a few binned covariates, one pair of numbers for each period. An answer
takes part in a period only if it could be followed to its end, so that nobody is counted for leaving in a period in
which staying could not have been seen. A weak pull towards no effect keeps cells in which everybody stayed finite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Hazard", "PersonPeriods", "expected_error", "fit", "leaving", "person_periods", "sandwich"]

ROUNDS, PRECISE = 60, 1e-10
# Standard deviation of the pull, in logits for a standard deviation of the covariate.
PULL = 2.5
MOST_LOGIT = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class PersonPeriods:
    """Answers at risk in each period, and those whose customer left in it, by cell of the covariates.

    Attributes
    ----------
    at_risk, events : ndarray, shape (cells, periods)
    """

    at_risk: np.ndarray
    events: np.ndarray

    def __add__(self, other: PersonPeriods) -> PersonPeriods:
        return PersonPeriods(self.at_risk + other.at_risk, self.events + other.events)


def person_periods(
    cell: np.ndarray, whole: np.ndarray, period: np.ndarray, *, cells: int, periods: int
) -> PersonPeriods:
    """Count answers by cell and period.

    Parameters
    ----------
    cell : ndarray of int, shape (answers,)
    whole : ndarray of int
        How many periods could be followed to their end.
    period : ndarray of int
        The period in which the customer left; `periods` or more where none.

    Examples
    --------
    >>> found = person_periods(np.array([0, 0]), np.array([3, 2]), np.array([1, 9]), cells=1, periods=3)
    >>> found.at_risk.tolist(), found.events.tolist()
    ([[2, 2, 0]], [[0, 1, 0]])
    """
    seen, left = seen_periods(whole, period)
    size = periods + 1
    lengths = np.bincount(cell.astype(np.int64) * size + seen, minlength=cells * size).reshape(cells, size)
    at_risk = np.cumsum(lengths[:, ::-1], axis=1)[:, ::-1][:, 1:]
    events = np.bincount(cell[left].astype(np.int64) * periods + period[left], minlength=cells * periods)
    return PersonPeriods(at_risk, events.reshape(cells, periods))


def seen_periods(whole: np.ndarray, period: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In how many periods each answer takes part, and whether it ends with the customer leaving."""
    left = period < whole
    return np.where(left, period + 1, whole), left


@dataclass(frozen=True, slots=True, eq=False)
class Hazard:
    """A fitted model of leaving.

    Attributes
    ----------
    coefficients : ndarray, shape (1 + periods + covariates,)
        Logits: of all, of each period, of each covariate.
    covariance : ndarray
        Of the coefficients, by the curvature of the likelihood.
    rates : ndarray, shape (cells, periods)
        Chance to leave in the period, of those there at its beginning.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    rates: np.ndarray

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.rates.shape[1])

    @property
    def slopes(self) -> np.ndarray:
        """Logits of the covariates."""
        return self.coefficients[1 + self.periods :]


def fit(covariates: np.ndarray, counts: PersonPeriods, *, pull: float = PULL) -> Hazard:
    """Penalised maximum likelihood, by reweighted least squares.

    Parameters
    ----------
    covariates : ndarray, shape (cells, covariates)
    counts : PersonPeriods
    pull : float
        Standard deviation of the normal pull towards 0, in logits for a standard deviation of each covariate and for
        each period; `inf` for none (then without the first period, which is the reference).

    Returns
    -------
    Hazard

    Notes
    -----
    The discrete-time model of Cox (1972) and Allison (1982), with a logistic link; the pull is a ridge (le Cessie and
    van Houwelingen 1992).

    Examples
    --------
    >>> counts = PersonPeriods(np.array([[1000], [1000]]), np.array([[100], [200]]))
    >>> found = fit(np.array([[0.0], [1.0]]), counts, pull=np.inf)
    >>> bool(np.isclose(found.slopes[0], np.log((200 / 800) / (100 / 900)))), found.rates.round(3).tolist()
    (True, [[0.1], [0.2]])
    """
    design, at_risk, events = long_form(covariates, counts)
    penalty = penalties(design, at_risk, counts.at_risk.shape[1], pull)
    free = np.ones(design.shape[1], dtype=bool)
    if not np.isfinite(pull):
        free[1] = False
    values = np.zeros(design.shape[1])
    overall = np.clip(events.sum() / max(at_risk.sum(), 1), 1e-6, 1 - 1e-6)
    values[0] = np.log(overall / (1 - overall))
    curvature = np.eye(design.shape[1])
    used = design[:, free]
    for _ in range(ROUNDS):
        rate = expit(design @ values)
        slope = used.T @ (events - at_risk * rate) - (penalty * values)[free]
        curvature = (used.T * (at_risk * rate * (1 - rate))) @ used + np.diag(penalty[free])
        move = np.linalg.pinv(curvature, hermitian=True) @ slope
        values[free] += np.clip(move, -5, 5)
        if np.abs(move).max(initial=0.0) < PRECISE:
            break
    covariance = np.zeros((len(values), len(values)))
    covariance[np.ix_(free, free)] = np.linalg.pinv(curvature, hermitian=True)
    return Hazard(values, covariance, rates_of(covariates, values, counts.at_risk.shape[1]))


def long_form(covariates: np.ndarray, counts: PersonPeriods) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, number at risk and events of each cell and period in which anybody was."""
    cells, periods = np.nonzero(counts.at_risk)
    dummies = np.eye(counts.at_risk.shape[1])[periods]
    design = np.column_stack([np.ones(len(cells)), dummies, covariates[cells]])
    return design, counts.at_risk[cells, periods].astype(float), counts.events[cells, periods].astype(float)


def penalties(design: np.ndarray, at_risk: np.ndarray, periods: int, pull: float) -> np.ndarray:
    """Weight of the squares of the coefficients; the overall level has none."""
    found = np.zeros(design.shape[1])
    if not np.isfinite(pull):
        return found
    weights = at_risk / max(at_risk.sum(), 1)
    spread = weights @ design**2 - (weights @ design) ** 2
    found[1 : 1 + periods] = 1 / pull**2
    found[1 + periods :] = np.maximum(spread[1 + periods :], 1e-6) / pull**2
    return found


def expit(logits: np.ndarray) -> np.ndarray:
    """Chances of logits."""
    chances: np.ndarray = 1 / (1 + np.exp(-np.clip(logits, -MOST_LOGIT, MOST_LOGIT)))
    return chances


def rates_of(covariates: np.ndarray, values: np.ndarray, periods: int) -> np.ndarray:
    """Chance of each cell to leave in each period."""
    level = values[0] + values[1 : 1 + periods]
    return expit((covariates @ values[1 + periods :])[:, None] + level)


def leaving(rates: np.ndarray, periods: int | None = None) -> np.ndarray:
    """Chance to leave within so many periods, or all, from those of each; the last axis is the periods.

    Examples
    --------
    >>> leaving(np.array([[0.1, 0.2]])).round(2).tolist()
    [0.28]
    """
    found: np.ndarray = 1 - np.prod(1 - rates[..., :periods], axis=-1)
    return found


def sandwich(
    found: Hazard,
    covariates: np.ndarray,
    cell: np.ndarray,
    whole: np.ndarray,
    period: np.ndarray,
    cluster: np.ndarray,
) -> np.ndarray:
    """Covariance of the coefficients that allows for customers with more than one answer (Liang and Zeger 1986)."""
    from npskit.stats.retention import cluster_products

    seen, left = seen_periods(whole, period)
    expected = np.concatenate([np.zeros((len(covariates), 1)), np.cumsum(found.rates, axis=1)], axis=1)
    expected = expected[cell, seen]
    # What an answer adds to the slope of the likelihood: of all, of each period, of each covariate.
    parts = [left - expected]
    parts += [(left & (period == at)) - np.where(seen > at, found.rates[cell, at], 0.0) for at in range(found.periods)]
    parts += [covariates[cell, at] * parts[0] for at in range(covariates.shape[1])]
    size = int(cluster.max(initial=-1)) + 1
    sums = np.stack([np.bincount(cluster, part, size) for part in parts], axis=1)
    middle = cluster_products(sums, np.arange(size))
    covariance: np.ndarray = found.covariance @ middle @ found.covariance
    return covariance


def expected_error(found: Hazard, covariates: np.ndarray, covariance: np.ndarray, answers: np.ndarray) -> float:
    """Standard error of the number expected to leave, of so many answers a cell.

    Examples
    --------
    >>> found = fit(np.zeros((1, 0)), PersonPeriods(np.array([[100]]), np.array([[10]])), pull=np.inf)
    >>> round(expected_error(found, np.zeros((1, 0)), found.covariance, np.array([100])), 2)
    3.0
    """
    # The logit of a period moves the chance to have stayed by its rate.
    moved = (answers * (1 - leaving(found.rates)))[:, None] * found.rates
    slope = np.concatenate([[moved.sum()], moved.sum(0), moved.sum(1) @ covariates])
    return float(np.sqrt(max(slope @ covariance @ slope, 0.0)))
