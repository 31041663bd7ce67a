"""Groups that move together: what the others say of a group, and sums that hold."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.stats.backtest import crps_of
from npskit.stats.forecast import forecast, forecast_groups
from npskit.stats.score import score
from npskit.stats.trend import level


def moving(groups, *, together, seed, responses=40, periods=42):
    """Counts (G, T, 3) of groups whose levels wander, all alike or each for itself."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 4, (1 if together else groups, periods))
    truth = np.clip(rng.uniform(0, 40, (groups, 1)) + np.cumsum(steps, axis=1), -65, 65)
    promoters = (0.7 + truth / 100) / 2
    shares = np.stack([0.7 - promoters, np.full(truth.shape, 0.3), promoters], axis=-1)
    return rng.multinomial(responses, shares)


def errors(counts, seed):
    """CRPS of the last four periods of the groups: each on its own, and together."""
    past, came = counts[:, :-4], score(counts[:, -4:])
    own = forecast(past, 4, draws=500, rng=seed)
    groups, _ = forecast_groups(past, 4, draws=500, rng=seed)
    return np.array([crps_of(found.draws, came).mean() for found in (own, groups)])


def test_total_has_the_level_of_its_own_series():
    counts = moving(5, together=True, seed=1)
    groups, total = forecast_groups(counts, 4, draws=4000, rng=0)
    shown = level(counts.sum(axis=0))
    assert total.level == pytest.approx(shown.level[-1])
    assert total.level_draws[:, 0].mean() == pytest.approx(shown.level[-1], abs=0.5)
    weighted = np.sum(groups.level_draws * groups.responses, axis=0) / groups.responses.sum(axis=0)
    np.testing.assert_allclose(weighted, total.level_draws)


def test_total_is_no_surer_than_its_own_series():
    counts = moving(12, together=True, seed=2)
    _, total = forecast_groups(counts, 4, draws=2000, rng=0)
    alone = forecast(counts.sum(axis=0), 4, draws=2000, rng=0)
    assert total.draws.std(axis=0) == pytest.approx(alone.draws.std(axis=0), rel=0.15)
    apart = forecast(counts, 4, draws=2000, rng=0).draws.mean(axis=0)
    # Groups drawn apart would cancel each other out.
    assert np.all(apart.std(axis=0) < 0.85 * total.draws.std(axis=0))


def test_one_group_is_the_total():
    counts = moving(1, together=True, seed=3)
    groups, total = forecast_groups(counts, 4, draws=300, rng=0)
    np.testing.assert_allclose(groups.draws[0], total.draws)
    np.testing.assert_allclose(groups.level_draws[0], total.level_draws)


def test_groups_that_move_together_tell_of_each_other():
    own, together = np.sum([errors(moving(8, together=True, seed=seed), seed) for seed in range(6)], axis=0)
    assert together < 0.98 * own


@pytest.mark.slow
def test_groups_with_nothing_in_common_lose_nothing():
    own, together = np.sum([errors(moving(8, together=False, seed=seed), seed) for seed in range(40)], axis=0)
    assert together < 1.01 * own


@pytest.mark.slow
def test_readings_of_groups_that_move_together_are_covered():
    inside = []
    for seed in range(40):
        counts = moving(6, together=True, seed=seed)
        found, _ = forecast_groups(counts[:, :-4], 4, draws=1000, rng=seed)
        lower, upper = np.quantile(found.draws, [0.025, 0.975], axis=-2)
        came = score(counts[:, -4:])
        inside.append((lower <= came) & (came <= upper))
    assert 0.93 < np.mean(inside) < 0.98
