"""What a score does by itself is one thing to the plan of an action and to what is said of it afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.action_learning import foreseen, foreseen_lot
from npskit.stats.action_power import reading_variances, smallest_effect
from npskit.stats.grid import axes, effect_axes, pace_of, season_length
from npskit.stats.impact import effects, smallest_detectable, step_columns, wandering_before
from npskit.stats.impact_design import designed
from npskit.stats.score import variance
from npskit.stats.step_model import StepModel
from npskit.stats.wandering import (
    Wandering,
    expected_wandering,
    known_wandering,
    learnt_weights,
    strata,
    weighed_wandering,
)

Array = np.ndarray
# Both draw: from one draw to another they differ with a standard error of 2 to 4 %.
DRAWN = 0.08


def counted(scores: Array, answers: int, rng: np.random.Generator) -> Array:
    """Answers of so many people a period, three in ten of them passive."""
    promoters = (0.7 + np.clip(scores, -60, 60) / 100) / 2
    return rng.multinomial(answers, np.stack([0.7 - promoters, np.full(scores.shape, 0.3), promoters], -1)).astype(
        float
    )


def told(variances: Array, believed: Array) -> float:
    even = np.full(len(variances), 1 / len(variances))
    return float(smallest_effect(variances, even, believed=believed))


def planned(noise: Array, wandering: Wandering, before: int, every: str, *, control: bool = False) -> float:
    """The smallest effect of a plan for as many periods as there are readings."""
    found = foreseen(noise, wandering, before=before, every=every, after=[len(noise) - before], control=control)
    return told(found.variances[0], found.believed[0])


# ---- what is expected, learnt and known ---------------------------------------------------------------------


@pytest.mark.parametrize("control", [False, True])
@pytest.mark.parametrize("every", ["month", "year"])
def test_before_any_reading_it_is_the_prior_that_effects_are_read_with(every: str, control: bool) -> None:
    counts = np.array([[20.0, 30.0, 50.0]] * 8)
    group = counts if control else None
    silent = np.zeros((8, 3))
    prior = wandering_before(silent, step_columns(8, [5]), control=silent if control else None, every=every)
    found = expected_wandering(every, control=control)
    np.testing.assert_allclose(found.weights, prior, atol=1e-4)
    length, pace = season_length(every), pace_of(every)
    model = StepModel(
        counts[None], np.zeros((1, 8, 0)), control=None if group is None else group[None], length=length, breaks=[],
        pace=pace,
    )  # fmt: skip
    np.testing.assert_allclose(found.weights, np.exp(model.log_prior).ravel())
    steps = effect_axes(length, pace, control=control)[0]
    assert found.typical == pytest.approx(float(steps.values @ steps.prior))


def test_a_score_alone_is_expected_to_wander_twice_as_far_as_its_trend_says() -> None:
    """With the prior of the trend an action gets the credit of the drift."""
    steps = axes(12, 1.0)[0]
    assert expected_wandering("month").typical > 1.9 * float(steps.values @ steps.prior)


def test_a_known_drift_leaves_what_is_beside_it_to_the_readings() -> None:
    rng = np.random.default_rng(3)
    calm = learnt_weights(counted(np.full(36, 30.0), 2000, rng))
    wavy = learnt_weights(counted(30 + 12 * np.cos(np.arange(36) * np.pi / 6), 2000, rng))
    blind, one, other = (known_wandering("month", drift=1.0, weights=weights) for weights in (None, calm, wavy))
    for found in (blind, one, other):
        assert found.typical == pytest.approx(1.0)
        assert found.weights.sum() == pytest.approx(1.0)
    expected = [float(found.weights @ found.season_sd) for found in (one, blind, other)]
    assert expected == sorted(expected)
    assert expected[0] < 0.5 < 2 < expected[2]
    # Beyond all that they hold for possible.
    far = known_wandering("month", drift=500.0, weights=calm)
    assert np.isfinite(far.weights).all()
    with pytest.raises(ArgumentError, match="drift: expected points a month"):
        known_wandering("month", drift=float("nan"))


def test_draws_are_as_many_of_each_as_it_weighs() -> None:
    weights = np.array([0.0, 0.25, 0.75])
    assert np.bincount(strata(weights, 32)).tolist() == [0, 8, 24]
    one = Wandering(np.arange(3.0), np.zeros(3), np.zeros(3), weights)
    assert one.drawn(32).typical == pytest.approx(one.typical)


# ---- one design, one number ---------------------------------------------------------------------------------

DESIGNS = [
    ("month", 300, 24, 6, 0.5),
    ("month", 1000, 36, 12, 2.0),
    ("month", 60, 12, 6, 1.0),
    ("quarter", 300, 10, 4, 1.0),
    ("year", 2000, 8, 3, 1.0),
]


@pytest.mark.parametrize(("every", "answers", "before", "after", "drift"), DESIGNS)
@pytest.mark.parametrize("control", [False, True], ids=["alone", "control"])
def test_a_plan_tells_what_impact_tells_of_the_same_design(
    every: str, answers: int, before: int, after: int, drift: float, control: bool
) -> None:
    rng, size = np.random.default_rng(2), before + after
    walk = np.cumsum(drift * pace_of(every) * rng.standard_normal(size))
    scores = 30 + walk - walk.mean()
    counts = counted(scores, answers // 2 if control else answers, rng)
    group = counted(scores, answers // 2, rng) if control else None
    own = learnt_weights(counts[:before], control=None if group is None else group[:before], every=every)
    noise = reading_variances(
        float(variance(counts[:before].sum(axis=0))), np.full(size, answers), treated_share=0.5 if control else None
    )
    found = planned(noise, weighed_wandering(every, own), before, every, control=control)
    (afterwards,) = smallest_detectable(counts, step_columns(size, [before]), control=group, every=every)
    assert found == pytest.approx(afterwards, rel=DRAWN)


@pytest.mark.parametrize(("every", "answers", "before", "after", "drift"), DESIGNS)
def test_groups_drawn_by_lot_are_planned_as_impact_will_find_them(
    every: str, answers: int, before: int, after: int, drift: float
) -> None:
    """How far they may wander apart is not known to those who look: of several lots, impact tells this on average."""
    rng, size, lots = np.random.default_rng(4), before + after, 4
    scores = 30 + np.cumsum(drift * pace_of(every) * rng.standard_normal((lots, size)), axis=1).clip(-15, 15)
    pairs = [[counted(own, answers // 2, rng) for _ in range(2)] for own in scores]
    steps = step_columns(size, [before])
    afterwards = [smallest_detectable(own, steps, control=other, every=every)[0] for own, other in pairs]
    noise = reading_variances(0.62, np.full(size, answers), treated_share=0.5)
    found = planned(noise, foreseen_lot(noise[:before], every=every), before, every, control=True)
    assert found == pytest.approx(np.mean(afterwards), rel=DRAWN)


def on_the_grid(every: str, drift: float, others: Sequence[int] = (0, 0)) -> tuple[Array, float]:
    """Weights (G,) of one point of the grid, that of the step nearest to a drift, and its drift a month."""
    grid = axes(season_length(every), pace_of(every))
    at = int(np.argmin(np.abs(np.log(grid[0].values / pace_of(every) / drift))))
    weights = np.zeros([len(axis.values) for axis in grid])
    weights[at, *others] = 1.0
    return weights.ravel(), float(grid[0].values[at] / pace_of(every))


@pytest.mark.parametrize("every", ["month", "quarter"])
@pytest.mark.parametrize("drift", [0.5, 2.0])
@pytest.mark.parametrize("control", [False, True], ids=["alone", "control"])
def test_where_the_drift_is_known_both_tell_the_same(every: str, drift: float, control: bool) -> None:
    before, size, answers = 20, 28, 400
    counts = np.tile([80.0, 120.0, 200.0], (size, 1)) / (2 if control else 1)
    weights, own = on_the_grid(every, drift)
    found = designed(
        counts, step_columns(size, [before]), weights, control=counts if control else None,
        length=season_length(every), breaks=[], pace=pace_of(every), confidence_level=0.95,
    )  # fmt: skip
    noise = reading_variances(0.61, np.full(size, answers), treated_share=0.5 if control else None)
    known = known_wandering(every, drift=own, shared=control, weights=weights)
    plan = planned(noise, known, before, every, control=control)
    assert plan == pytest.approx(told(found.variances[:, 0], found.believed[:, 0]), rel=DRAWN)


# ---- the power that is planned is reached -------------------------------------------------------------------

SERIES, BEFORE, PERIODS, ANSWERS = 150, 24, 30, 300
STEPS = step_columns(PERIODS, [BEFORE])


def walked(drift: float, rng: np.random.Generator) -> Array:
    """Scores that wander by so many points a month and have room for an effect."""
    walk = np.cumsum(drift * rng.standard_normal((SERIES, PERIODS)), axis=1)
    return np.asarray(10 + walk - walk[:, BEFORE - 1 : BEFORE])


def reached(scores: Array, effect: float, rng: np.random.Generator, *, control: bool = False) -> float:
    """Share of the series in which an effect shows."""
    lifted = scores + effect * STEPS[:, 0]
    own = counted(lifted, ANSWERS // 2 if control else ANSWERS, rng)
    other = counted(scores, ANSWERS // 2, rng) if control else None
    found = effects(own, np.broadcast_to(STEPS, (SERIES, *STEPS.shape)), control=other)
    return float(np.mean(found.lower[:, 0] > 0))


@pytest.mark.slow
def test_a_known_drift_is_planned_for_as_it_is() -> None:
    rng, powers = np.random.default_rng(6), []
    noise = reading_variances(0.69, np.full(PERIODS, ANSWERS))
    for drift in (0.5, 1.0, 2.0):
        scores = walked(drift, rng)
        before = learnt_weights(counted(scores[0], ANSWERS, rng)[:BEFORE])
        size = planned(noise, known_wandering("month", drift=drift, weights=before), BEFORE, "month")
        powers.append(reached(scores, size, rng))
    assert 0.76 < np.mean(powers) < 0.85
    assert min(powers) > 0.7


@pytest.mark.slow
def test_what_is_learnt_is_on_the_safe_side_of_usual_drifts() -> None:
    """Where the score wanders less than those who look have to allow for, a planned .80 is .85 and more."""
    rng, powers = np.random.default_rng(7), []
    noise = reading_variances(0.69, np.full(PERIODS, ANSWERS))
    for drift in (0.5, 1.0, 2.0):
        scores = walked(drift, rng)
        own = [weighed_wandering("month", learnt_weights(counted(row, ANSWERS, rng)[:BEFORE])) for row in scores[:9]]
        powers.append(reached(scores, float(np.median([planned(noise, w, BEFORE, "month") for w in own])), rng))
    assert 0.8 < np.mean(powers) < 0.93
    noise = reading_variances(0.69, np.full(PERIODS, ANSWERS), treated_share=0.5)
    lot = planned(noise, foreseen_lot(noise[:BEFORE], every="month"), BEFORE, "month", control=True)
    assert 0.78 < reached(walked(1.0, rng), lot, rng, control=True) < 0.93
