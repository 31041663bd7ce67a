"""Did it work: the effect of an action, where before-and-after would mostly tell of something else.

The mean of the months after an action minus the mean of those before it says what the level would have done anyway,
which in a score that wanders is most of it: with a level that moves two points a month, half of all actions that do
nothing "work". Here the step of the action is one explanation beside the others (`npskit.stats.step_model`), all
answers about what cannot be told are tried, and the effect is their mixture. A control group takes away what moves
both groups.

What such a design could show at all is known before any reading: :func:`smallest_detectable` says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.action_power import smallest_effect
from npskit.stats.grid import pace_of, season_length
from npskit.stats.impact_design import designed
from npskit.stats.intervals import checked_level
from npskit.stats.mixture import mixture_quantile, normal
from npskit.stats.posterior import block_size, checked_series
from npskit.stats.score import responses, score
from npskit.stats.statespace import checked_breaks
from npskit.stats.step_model import EFFECT_SD, StepModel, Stepped
from npskit.stats.wandering import learnt_weights

__all__ = [
    "EFFECT_SD",
    "Effects",
    "effect_variances",
    "effects",
    "smallest_detectable",
    "step_columns",
    "wandering_before",
]

Array = NDArray[np.float64]

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of E actions on series of T periods, and what would have been without them; in points.

    Attributes
    ----------
    effect, lower, upper : ndarray (..., E)
        Posterior mean and interval; nan where no period with answers lies before, or none after.
    p_positive : ndarray (..., E)
        Posterior probability that the effect is above 0.
    correlation : ndarray (..., E, E)
        Of the effects: near -1 where two actions cannot be told apart.
    together : ndarray (..., 3)
        Effect, lower and upper of all actions together, or of those asked for.
    score, expected, lower_expected, upper_expected : ndarray (..., T)
        The readings (nan where nobody answered), the reading expected had there been no action, and the range of such
        a reading with its number of answers.
    jump : ndarray (..., T)
        Probability that the level jumped into the period, of itself.
    """

    effect: Array
    lower: Array
    upper: Array
    p_positive: Array
    correlation: Array
    together: Array
    score: Array
    expected: Array
    lower_expected: Array
    upper_expected: Array
    jump: Array


def effects(
    counts: ArrayLike,
    steps: ArrayLike,
    *,
    control: ArrayLike | None = None,
    every: str | float | None = "month",
    breaks: Sequence[int] | None = None,
    confidence_level: float = 0.95,
    jumps: bool = True,
    together: Sequence[int] | None = None,
) -> Effects:
    """Effects of actions on a score, and what would have been without them.

    Parameters
    ----------
    counts : array_like (..., T, 3)
        Detractors, passives and promoters of T periods in a row, zeros where nobody answered; of those treated, when
        there is a control group.
    steps : array_like (..., T, E)
        How much of each action was at work in each period: 0 before, 1 after (see :func:`step_columns`).
    control : array_like (..., T, 3), optional
        The same of a group that was not treated: then the series is the difference of the two.
    every : {"day", "week", "month", "quarter", "year"}, float or None
        What a period is, or the number of periods in a season; None for no season.
    breaks : sequence of int, optional
        Positions of the first period after another change that is known of; the level starts anew there.
    confidence_level : float
    jumps : bool
        Whether the level may have jumped in other periods.
    together : sequence of int, optional
        Positions of the actions whose effects are added up; all unless given.

    Returns
    -------
    Effects

    Raises
    ------
    ArgumentError
        When shapes do not fit, counts are not counts, or an argument is out of range.

    Notes
    -----
    The local level of `trend.level` with a regression on the steps (Harvey, *Forecasting, Structural Time Series Models
    and the Kalman Filter*, 1989, section 7.3, intervention analysis), each effect with the prior N(0, 25²), averaged
    over the grid. Of two equal groups the difference is 0 and so is the effect, exactly.

    Examples
    --------
    >>> counts = [[20, 30, 50]] * 12 + [[10, 20, 70]] * 8
    >>> found = effects(counts, step_columns(20, [12]))
    >>> f"{found.effect[0]:+.0f} ({found.lower[0]:+.0f} to {found.upper[0]:+.0f})"
    '+29 (+20 to +38)'
    """
    counts, steps = checked_series(counts), np.asarray(steps, float)
    *leading, periods, _ = counts.shape
    checked_level(confidence_level)
    other = None if control is None else checked_series(control)
    if steps.ndim < 2 or steps.shape[-2] != periods or (other is not None and other.shape[-2] != periods):
        got = f"steps {steps.shape}" + ("" if other is None else f", control {other.shape}")
        raise ArgumentError(where="steps", expected=f"a row for each of {periods} periods", got=got)
    leading = list(np.broadcast_shapes(tuple(leading), steps.shape[:-2]))
    lines, size = int(np.prod(leading)), steps.shape[-1]
    series, at = (
        np.broadcast_to(each, (*leading, *each.shape[-2:])).reshape(lines, periods, -1) for each in (counts, steps)
    )
    rest = None if other is None else np.broadcast_to(other, (*leading, periods, 3)).reshape(lines, periods, 3)
    length, positions = season_length(every), checked_breaks(breaks, periods)
    parts, summed = [], list(range(size) if together is None else together)
    for first in range(0, max(lines, 1), block_size(periods, length)):
        part = slice(first, first + block_size(periods, length))
        own = None if rest is None else rest[part]
        model = StepModel(series[part], at[part], control=own, length=length, breaks=positions, pace=pace_of(every))
        found = model.stepped(model.rounds(jumps))
        parts.append(_read(found, model, series[part], own, at[part], confidence_level, summed))
    joined = [np.concatenate([part[i] for part in parts]) for i in range(len(parts[0]))]
    shapes = [(size,)] * 4 + [(size, size), (3,)] + [(periods,)] * 5
    return Effects(*(each.reshape(*leading, *shape) for each, shape in zip(joined, shapes, strict=True)))


def step_columns(periods: int, since: Sequence[int], until: Sequence[int | None] | None = None) -> Array:
    """Steps (T, E) that begin at these positions, and end after the last period of those that have an end.

    Examples
    --------
    >>> step_columns(5, [1, 3], [2, None]).T.tolist()
    [[0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]]
    """
    times, ends = np.arange(periods)[:, None], [None] * len(since) if until is None else list(until)
    last = np.array([periods if end is None else end for end in ends])
    return ((times >= np.asarray(since)) & (times <= last)).astype(float)


def _read(
    found: Stepped,
    model: StepModel,
    counts: Array,
    control: Array | None,
    steps: Array,
    confidence_level: float,
    summed: list[int],
) -> list[Array]:
    """The fields of `Effects` for L series, from the answers that weigh something."""
    tail = (1 - confidence_level) / 2
    weights = found.weights
    centre = np.einsum("lk,lke->le", weights, found.effect)
    sd = np.sqrt(np.maximum(np.diagonal(found.covariance, axis1=-2, axis2=-1), 1e-12))
    lower, upper = (mixture_quantile(found.effect, sd, weights, p) for p in (tail, 1 - tail))
    positive = np.einsum("lk,lke->le", weights, normal(found.effect / sd)[0])
    apart = found.effect - centre[:, None]
    covariance = np.einsum("lk,lkef->lef", weights, found.covariance)
    covariance += np.einsum("lk,lke,lkf->lef", weights, apart, apart)
    scale = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    correlation = covariance / scale[:, :, None] / scale[:, None, :]
    spread = found.covariance[..., summed, :][..., summed].sum((-2, -1))[..., None]
    parts = found.effect[..., summed].sum(-1, keepdims=True), np.sqrt(np.maximum(spread, 1e-12))
    ends = [mixture_quantile(*parts, weights, p)[:, 0] for p in (tail, 1 - tail)]
    together = np.stack([centre[:, summed].sum(-1), *ends], axis=-1)
    known = _told_apart(model.answered, steps)
    shown = [np.where(known, each, np.nan) for each in (centre, lower, upper, positive)]
    return [*shown, correlation, together, *_without(found, counts, control, tail)]


def _without(found: Stepped, counts: Array, control: Array | None, tail: float) -> list[Array]:
    """Readings, and what was to be expected of them without the actions, each (L, T)."""
    base = 0.0 if control is None else np.asarray(score(control))
    level = np.einsum("lk,lkt->lt", found.weights, found.expected)
    answered = np.isfinite(found.noise)
    sd = np.sqrt(found.variance + np.where(answered, found.noise, 0.0))
    ends = [mixture_quantile(found.expected, sd, found.weights, p) for p in (tail, 1 - tail)]
    return [np.asarray(score(counts)), *(np.clip(base + each, -100, 100) for each in (level, *ends)), found.jump]


def _told_apart(answered: NDArray[np.bool_], steps: Array) -> NDArray[np.bool_]:
    """Which of the steps (L, E) has periods with answers both without it and with it."""
    here = answered[:, :, None]
    least, most = np.where(here, steps, np.inf).min(axis=1), np.where(here, steps, -np.inf).max(axis=1)
    return np.asarray(most > least)


def effect_variances(
    counts: ArrayLike,
    steps: ArrayLike,
    *,
    control: ArrayLike | None = None,
    every: str | float | None = "month",
    breaks: Sequence[int] | None = None,
) -> Array:
    """How uncertain each effect remains (G, E), at each point of the grid: it depends on when how many answer.

    Of the counts (T, 3) only the numbers of answers and the variance of one are used, not the scores.

    Examples
    --------
    A level that stands still is a comparison of two means, shrunk: 1 / (1 / 25² + 1 / (61 / 2 + 61 / 2)).

    >>> found = effect_variances([[20, 30, 50]] * 4, step_columns(4, [2]), every="year")
    >>> bool(54 < found.min() < 60 < found.max())
    True
    """
    counts, steps = checked_series(counts)[None], np.asarray(steps, float)[None]
    other = None if control is None else checked_series(control)[None]
    positions = checked_breaks(breaks, counts.shape[1])
    model = StepModel(counts, steps, control=other, length=season_length(every), breaks=positions, pace=pace_of(every))
    (rows,) = model.rounds(False)
    spread = np.diagonal(rows.covariance[0], axis1=-2, axis2=-1)[..., -model.effects :]
    return spread.reshape(-1, model.effects)


def smallest_detectable(
    counts: ArrayLike,
    steps: ArrayLike,
    *,
    control: ArrayLike | None = None,
    every: str = "month",
    breaks: Sequence[int] | None = None,
    confidence_level: float = 0.95,
    power: float = POWER,
) -> Array:
    """Smallest true effect of each of E actions whose interval leaves out 0 with this probability, in points.

    It follows from the design: when how many answer, and how far the score wandered before the first action. Those who
    look do not know the wandering, and their interval allows for it (see `npskit.stats.impact_design`); taken as known,
    what was told showed in 70 of 100 series and not in 80. A plan of the same design tells the same, up to what either
    draws (`npskit.stats.action_learning`).

    Parameters
    ----------
    counts, steps, control, every, breaks : as in :func:`effects`, of one series.
    confidence_level, power : float

    Returns
    -------
    ndarray (E,)
        Infinite where no effect would show so surely.

    Examples
    --------
    >>> few, many = (smallest_detectable(k * np.array([[2, 3, 5]] * 24), step_columns(24, [12]))[0] for k in (5, 50))
    >>> bool(many < few)
    True
    """
    counts, steps = checked_series(counts), np.asarray(steps, float)
    other = None if control is None else checked_series(control)
    checked_level(confidence_level)
    found = designed(
        counts,
        steps,
        wandering_before(counts, steps, control=control, every=every, breaks=breaks),
        control=other,
        length=season_length(every),
        breaks=checked_breaks(breaks, len(counts)),
        pace=pace_of(every),
        confidence_level=confidence_level,
    )
    share = np.full(len(found.variances), 1 / len(found.variances))
    smallest = np.array([
        float(smallest_effect(own, share, power=power, believed=believed, confidence_level=confidence_level))
        for own, believed in zip(found.variances.T, found.believed.T, strict=True)
    ])  # fmt: skip
    known = _told_apart(_answered(counts, control)[None], steps[None])[0]
    return np.where(known & np.isfinite(smallest), smallest, np.inf)


def wandering_before(
    counts: Array,
    steps: Array,
    *,
    control: ArrayLike | None = None,
    every: str = "month",
    breaks: Sequence[int] | None = None,
) -> Array:
    """Weights (G,) of the points of the grid, from the periods before the first step; the prior without any."""
    first = int(np.argmax(np.any(steps != steps[:1], axis=1))) or len(counts)
    before = [at for at in checked_breaks(breaks, len(counts)) if at < first]
    other = None if control is None else np.asarray(control, float)[:first]
    return learnt_weights(counts[:first], control=other, every=every, breaks=before)


def _answered(counts: Array, control: ArrayLike | None) -> NDArray[np.bool_]:
    """Periods (T,) whose readings say something."""
    found = np.asarray(responses(counts)) > 0
    return found if control is None else found & (np.asarray(responses(control)) > 0)
