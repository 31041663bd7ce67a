"""How sure one will be of a step: closed forms, laws, and the power that is planned against the one that is reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats.action_learning import foreseen, foreseen_lot
from npskit.stats.action_power import (
    EFFECT_SD,
    effect_power,
    reading_variances,
    smallest_effect,
    step_variances,
)
from npskit.stats.grid import harmonic_sizes, season_basis
from npskit.stats.impact import effects, step_columns
from npskit.stats.power import smallest_detectable
from npskit.stats.wandering import Wandering, expected_wandering, known_wandering

STILL = known_wandering("month", drift=0, shared=True)


def by_inversion(noise: np.ndarray, level: float, extra: float, season: float, before: int) -> float:
    """The variance of the step from the covariance of all readings, its level starting from nowhere."""
    size = len(noise)
    step = (np.arange(size) >= before).astype(float)
    basis = season_basis(size, 12) * season * harmonic_sizes(12)
    walk = np.minimum.outer(np.arange(size), np.arange(size)) * level**2
    cov = walk + basis @ basis.T + np.diag(noise + extra**2) + 1e7
    return float(1 / (1 / EFFECT_SD**2 + step @ np.linalg.solve(cov, step)))


# ---- closed forms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "extra", "season"), [(0, 0, 0), (1.0, 0, 0), (2.5, 2.0, 2.5), (0.5, 0, 5.0)])
def test_the_sweep_is_the_inverse_of_the_covariance(level: float, extra: float, season: float) -> None:
    noise = np.linspace(20, 90, 30)
    one = Wandering(*(np.array([each]) for each in (level, extra, season)), np.ones(1))
    found = step_variances(noise, one, before=18, every="month")
    for after in (1, 5, 12):
        wanted = by_inversion(noise[: 18 + after], level, extra, season, 18)
        assert found[after - 1, 0] == pytest.approx(wanted, rel=1e-3)


def test_without_wandering_it_is_the_comparison_of_two_surveys() -> None:
    """With a prior that says nothing, and one reading on either side, `stats.power` says the same."""
    noise = reading_variances(0.61, [500.0, 500.0])
    found = step_variances(noise, STILL, before=1, every="month", effect_sd=1e4)
    two = smallest_detectable(500, shares=(0.2, 0.3, 0.5))
    assert smallest_effect(found, STILL.weights, effect_sd=1e4)[0] == pytest.approx(two, rel=2e-3)


def test_a_wide_prior_gives_the_textbook_power() -> None:
    for effect, power in ((1.96, 0.5), (2.8016, 0.8), (3.2415, 0.9)):
        assert effect_power(effect, [1.0], [1.0], effect_sd=1e6) == pytest.approx(power, abs=1e-3)


def test_a_control_group_of_half_has_four_times_the_noise() -> None:
    assert reading_variances(0.61, 100, treated_share=0.5) == 4 * reading_variances(0.61, 100)
    assert reading_variances(0.61, 100, treated_share=0.1) == pytest.approx(61 / 0.09)
    assert np.isinf(reading_variances(0.61, 0))


# ---- laws ---------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(5, 500), min_size=4, max_size=30),
    st.floats(0, 4),
    st.floats(0, 3),
    st.data(),
)
def test_more_periods_and_more_answers_tell_more(
    noise: list[float], level: float, extra: float, data: st.DataObject
) -> None:
    before = data.draw(st.integers(1, len(noise) - 1))
    one = Wandering(np.array([level]), np.array([extra]), np.array([1.0]), np.ones(1))
    found = step_variances(noise, one, before=before, every="month")[:, 0]
    assert (np.diff(found) <= 1e-6).all()
    assert (found <= EFFECT_SD**2 + 1e-6).all()
    sharper = step_variances(np.array(noise) / 2, one, before=before, every="month")[:, 0]
    assert (sharper <= found + 1e-6).all()
    calmer = Wandering(np.array([level / 2]), np.array([extra]), np.array([1.0]), np.ones(1))
    assert (step_variances(noise, calmer, before=before, every="month")[:, 0] <= found + 1e-6).all()


def test_power_grows_with_the_effect_and_is_even() -> None:
    found = step_variances(np.full(30, 60.0), expected_wandering("month"), before=24, every="month")
    weights = expected_wandering("month").weights
    powers = [effect_power(np.full(6, size), found, weights)[-1] for size in (0, 4, 8, 16, 40, 90)]
    assert (np.diff(powers) > 0).all()
    assert powers[0] < 0.05
    assert effect_power(np.full(6, -8.0), found, weights)[-1] == pytest.approx(powers[2])


def test_the_smallest_effect_has_the_power() -> None:
    weights = expected_wandering("month").weights
    found = step_variances(np.full(40, 60.0), expected_wandering("month"), before=24, every="month")
    for power in (0.5, 0.8, 0.95):
        size = smallest_effect(found, weights, power=power)
        assert effect_power(size, found, weights) == pytest.approx(np.full(16, power), abs=1e-5)


def test_beyond_some_number_answers_tell_nothing_more() -> None:
    drifting = known_wandering("month", drift=2.0)
    few, many, most = (
        step_variances(np.full(36, noise), drifting, before=24, every="month")[-1] @ drifting.weights
        for noise in (60.0, 0.06, 0.006)
    )
    assert few > many > 2.0**2 / 2
    assert many == pytest.approx(most, rel=0.02)


def test_a_period_without_answers_tells_nothing() -> None:
    noise = np.full(30, 60.0)
    noise[[5, 26]] = np.inf
    found = step_variances(noise, STILL, before=24, every="month")[:, 0]
    assert found[2] == pytest.approx(found[1])
    full = step_variances(np.full(28, 60.0), STILL, before=23, every="month")[:, 0]
    assert found[-1] == pytest.approx(full[-1])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ArgumentError, match="before: expected 1 to 3 readings"):
        step_variances([1.0] * 4, STILL, before=4, every="month")
    with pytest.raises(ArgumentError, match=r"80 % is written 0\.8"):
        smallest_effect([1.0], [1.0], power=80)
    with pytest.raises(ArgumentError, match="drift: expected points a month"):
        known_wandering("month", drift=-1)


def test_who_does_not_know_the_wandering_is_less_sure() -> None:
    found = foreseen(np.full(36, 80.0), STILL, before=24, every="month", after=[3, 12])
    assert (found.believed > found.variances).all()
    assert (found.believed.mean(axis=1)[1] < found.believed.mean(axis=1)[0]).all()
    sharp = foreseen(np.full(36, 2.0), STILL, before=24, every="month", after=[12])
    assert sharp.believed.mean() < found.believed[1].mean() / 2


def test_what_is_foreseen_is_the_same_each_time() -> None:
    first, second = (foreseen(np.full(36, 80.0), STILL, before=24, every="month", after=[12]) for _ in range(2))
    assert (first.believed == second.believed).all()


def test_the_difference_to_a_control_group_is_expected_to_wander_less() -> None:
    alone, control = (
        foreseen(np.full(30, 80.0), STILL, before=24, every="month", after=[6], control=control).believed.mean()
        for control in (False, True)
    )
    assert control < alone


def test_of_groups_drawn_by_lot_little_is_learnt_from_noisy_readings() -> None:
    prior = expected_wandering("month", control=True).typical
    noisy, sharp = (foreseen_lot(np.full(24, noise), every="month").typical for noise in (5000.0, 5.0))
    assert sharp < prior / 2
    assert 0.8 * prior < noisy < 1.2 * prior
    assert foreseen_lot(np.full(24, np.inf), every="month").typical == pytest.approx(prior)


# ---- the power that is reached ------------------------------------------------------------------------------


def drawn_counts(scores: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Answers of n people a period, a rise coming from detractors and promoters in equal parts."""
    shift = (scores - 30) / 200
    ends = [np.clip(part, 0.01, 0.97) for part in (0.2 - shift, 0.5 + shift)]
    shares = np.stack([ends[0], np.clip(1 - ends[0] - ends[1], 0.001, 1), ends[1]], axis=-1)
    return rng.multinomial(n, shares / shares.sum(axis=-1, keepdims=True)).astype(float)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wandering", "answers", "before", "after", "control"),
    [
        (expected_wandering("month"), 300, 24, 6, False),
        (known_wandering("month", drift=1.0), 1000, 36, 12, False),
        (STILL, 300, 24, 6, True),
        (STILL, 1000, 36, 12, True),
    ],
    ids=["grid, 300 answers", "drift 1, 1000 answers", "drawn by lot, 300", "drawn by lot, 1000"],
)
def test_the_planned_power_is_reached(
    wandering: Wandering, answers: int, before: int, after: int, control: bool
) -> None:
    """Series drawn, people asked, the effect read by `stats.impact`: within .1, a standard error being .035."""
    rng, runs, size = np.random.default_rng(5), 130, before + after
    noise = np.full(size, float(reading_variances(0.61, answers, treated_share=0.5 if control else None)))
    plan = foreseen(noise, wandering, before=before, every="month", after=[after], control=control)
    even = np.full(plan.variances.shape[1], 1 / plan.variances.shape[1])
    target = smallest_effect(plan.variances, even, believed=plan.believed)[0]
    steps = np.broadcast_to(step_columns(size, [before]), (runs, size, 1))
    for effect, planned in ((0.0, None), (target, 0.8)):
        at = rng.choice(len(wandering.weights), p=wandering.weights, size=runs)
        sds = (wandering.level_sd, wandering.extra_sd, wandering.season_sd)
        level, extra, season = (values[at][:, None] for values in sds)
        basis = season_basis(size, 12) * harmonic_sizes(12)
        # What moves both groups is in neither difference.
        walk = np.cumsum((1.0 if control else level) * rng.standard_normal((runs, size)), axis=1)
        scores = 25 + walk - walk[:, before - 1 : before]
        scores += (season * rng.standard_normal((runs, basis.shape[1]))) @ basis.T
        scores += extra * rng.standard_normal((runs, size))
        lifted = scores + effect * (np.arange(size) >= before)
        own = drawn_counts(lifted, answers // 2 if control else answers, rng)
        found = effects(own, steps, control=drawn_counts(scores, answers // 2, rng) if control else None)
        reached = float(((found.lower > 0) | (found.upper < 0)).mean())
        assert reached < 0.1 if planned is None else reached == pytest.approx(planned, abs=0.1)
