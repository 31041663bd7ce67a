"""The model of leaving: equal to a library's, and true on simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.stats.hazard import PersonPeriods, fit, leaving, long_form, person_periods, sandwich

BASE = np.array([-3.0, -2.5, -2.8])
SLOPES = np.array([-0.1, 0.5])
COVARIATES = np.column_stack([np.repeat(np.arange(11), 2), np.tile([0, 1], 11)]).astype(float)


def drawn(rng, answers, *, clusters=None, spread=0.0):
    """Cells, whole periods, periods of leaving and customers, of a model with known slopes."""
    cell = rng.integers(0, len(COVARIATES), answers)
    cluster = np.arange(answers) if clusters is None else rng.integers(0, clusters, answers)
    if clusters is not None:
        # The answers of a customer share their second covariate, as a customer's value does.
        cell = cell // 2 * 2 + cluster % 2
    shift = rng.normal(0, spread, int(cluster.max()) + 1)[cluster]
    logits = (COVARIATES @ SLOPES)[cell][:, None] + BASE + shift[:, None]
    leaves = rng.random((answers, 3)) < 1 / (1 + np.exp(-logits))
    period = np.where(leaves.any(1), leaves.argmax(1), 3)
    return cell, rng.integers(0, 4, answers), period, cluster


def counted(cell, whole, period):
    return person_periods(cell, whole, period, cells=len(COVARIATES), periods=3)


def test_without_pull_it_is_the_glm_of_statsmodels():
    # Not statsmodels.api, which takes three times as long to import.
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    cell, whole, period, _ = drawn(np.random.default_rng(0), 4000)
    counts = counted(cell, whole, period)
    found = fit(COVARIATES, counts, pull=np.inf)
    design, at_risk, events = long_form(COVARIATES, counts)
    design = np.delete(design, 1, axis=1)
    theirs = GLM(np.column_stack([events, at_risk - events]), design, family=Binomial()).fit()
    assert np.delete(found.coefficients, 1) == pytest.approx(theirs.params, rel=1e-6)
    errors = np.sqrt(np.diag(found.covariance))
    assert np.delete(errors, 1) == pytest.approx(theirs.bse, rel=1e-4)


def test_errors_of_clusters_are_those_of_statsmodels():
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    cell, whole, period, cluster = drawn(np.random.default_rng(1), 3000, clusters=900)
    _, cluster = np.unique(cluster, return_inverse=True)
    found = fit(COVARIATES, counted(cell, whole, period), pull=np.inf)
    ours = sandwich(found, COVARIATES, cell, whole, period, cluster)
    seen = np.where(period < whole, period + 1, whole)
    row = np.repeat(np.arange(len(cell)), seen)
    at = np.concatenate([np.arange(each) for each in seen])
    design = np.column_stack([np.ones(len(at)), at == 1, at == 2, COVARIATES[cell[row]]]).astype(float)
    theirs = GLM((period[row] == at).astype(float), design, family=Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": cluster[row], "use_correction": False}
    )
    people = cluster.max() + 1
    errors = np.delete(np.sqrt(np.diag(ours) * (people - 1) / people), 1)
    assert errors == pytest.approx(theirs.bse, rel=1e-4)


def test_counts_add():
    cell, whole, period, _ = drawn(np.random.default_rng(2), 500)
    parts = [counted(cell[part], whole[part], period[part]) for part in (slice(200), slice(200, None))]
    summed, all_of_them = parts[0] + parts[1], counted(cell, whole, period)
    assert (summed.at_risk == all_of_them.at_risk).all()
    assert (summed.events == all_of_them.events).all()


def test_nobody_is_counted_where_staying_could_not_be_seen():
    counts = person_periods(np.zeros(2, int), np.array([1, 1]), np.array([1, 5]), cells=1, periods=3)
    assert counts.at_risk.tolist() == [[2, 0, 0]]
    assert counts.events.sum() == 0


def test_a_cell_where_everybody_stayed_is_finite():
    counts = PersonPeriods(np.array([[500], [500]]), np.array([[50], [0]]))
    found = fit(np.array([[0.0], [1.0]]), counts)
    assert np.isfinite(found.coefficients).all()
    assert 0 < found.rates[1, 0] < 0.01


def test_chance_of_leaving_grows_with_the_periods():
    rates = np.array([[0.1, 0.2, 0.3]])
    assert leaving(rates, 1)[0] == pytest.approx(0.1)
    assert leaving(rates)[0] == pytest.approx(1 - 0.9 * 0.8 * 0.7)


def held(runs, *, seed, **options):
    """Shares of runs whose 95 % limits hold the true slopes."""
    rng, inside = np.random.default_rng(seed), np.zeros(2)
    for _ in range(runs):
        cell, whole, period, cluster = drawn(rng, 1500, **options)
        _, cluster = np.unique(cluster, return_inverse=True)
        found = fit(COVARIATES, counted(cell, whole, period))
        errors = np.sqrt(np.diag(sandwich(found, COVARIATES, cell, whole, period, cluster)))[4:]
        inside += np.abs(found.slopes - SLOPES) < 1.96 * errors
    return inside / runs


def test_limits_of_slopes_hold():
    assert (held(150, seed=3) > 0.9).all()


@pytest.mark.slow
def test_limits_of_slopes_hold_with_repeated_answers():
    alone = held(1000, seed=4)
    again = held(1000, seed=5, clusters=400, spread=0.3)
    assert ((alone > 0.93) & (alone < 0.97)).all(), alone
    assert ((again > 0.92) & (again < 0.97)).all(), again
