"""Draws of what comes: paths of the level, numbers of answers, answers.

Each draw takes one answer to what is not known (`npskit.stats.posterior`), a state in the last period, and goes on from
there: the level steps, and now and then jumps; the season turns. Then so many people answer, each a promoter, a passive
or a detractor with the chances that the path gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npskit.stats.grid import JUMP_FACTORS, JUMP_SDS, jump_rates
from npskit.stats.posterior import Posterior

__all__ = ["Future", "drawn_paths", "drawn_readings", "drawn_responses", "drawn_scores", "possible"]

Array = NDArray[np.float64]

# Below this variance of a count the expansion is a bad stand-in for the binomial; above, it is within .006 of it.
LEAST_NORMAL = 1.0
# Added to variances, in points², so that a season that is none has a root.
TINY = 1e-8


@dataclass(frozen=True, slots=True)
class Future:
    """Paths of L series (L, D, H), in points and as share of passives.

    Attributes
    ----------
    level, passives : ndarray (L, D, H)
        Without season and noise.
    jumps : ndarray (L, D, H)
        Part of the level that is jumps.
    season : ndarray (L, D, H)
        What the season adds.
    extra, extra_passives : ndarray (L, D)
        Sd of what a survey adds beyond sampling.
    """

    level: Array
    passives: Array
    jumps: Array
    season: Array
    extra: Array
    extra_passives: Array


def drawn_paths(
    mood: Posterior, calm: Posterior, ahead: Array, *, pace: float, draws: int, rng: np.random.Generator
) -> Future:
    """Paths from the posterior of the score and from that of the passives' share in percent.

    ``ahead`` (H, C) are the season's columns in the future periods.
    """
    level, season, extra = drawn_scores(mood, ahead, draws=draws, rng=rng)
    jumps = _jumps(mood.jump_factor, level.shape, pace, rng)
    level = np.clip(level + jumps, -100, 100)
    share, _, extra_passives = _walks(calm, len(ahead), draws, rng)
    passives = possible(share / 100, level)
    return Future(level, passives, jumps, season, extra, extra_passives / 100)


def drawn_scores(mood: Posterior, ahead: Array, *, draws: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Level without jumps and season (L, D, H), and what a survey adds (L, D)."""
    level, coefficients, extra = _walks(mood, len(ahead), draws, rng)
    return level, coefficients @ ahead.T, extra


def drawn_responses(
    recent: Sequence[Array], planned: Array | None, shape: tuple[int, int], *, rng: np.random.Generator
) -> Array:
    """Numbers of answers (L, D, H): planned, or drawn from the recent ones of each series."""
    if planned is not None:
        return np.broadcast_to(planned, (len(recent), *shape)).copy()
    drawn = np.stack([rng.choice(own, shape) for own in recent])
    return np.maximum(np.rint(drawn), 1.0)


def drawn_readings(future: Future, n: Array, *, rng: np.random.Generator) -> tuple[Array, Array]:
    """Score in points and share of passives (L, D, H) of n answers each."""
    points = rng.standard_normal(n.shape)
    points *= future.extra[..., None]
    points += future.level
    points += future.season
    np.clip(points, -100, 100, out=points)
    passives = rng.standard_normal(n.shape)
    passives *= future.extra_passives[..., None]
    passives += future.passives
    passives = possible(passives, points)
    # Rounding may leave a hair less than none, or more than all.
    promoters = np.clip((1 - passives + points / 100) / 2, 0, 1)
    answered = _binomial(n, promoters, rng)
    others = np.minimum(passives / np.maximum(1 - promoters, TINY), 1)
    calm = _binomial(n - answered, others, rng)
    return 100 * (2 * answered + calm - n) / n, calm / n


def _walks(found: Posterior, periods: int, draws: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Paths (L, D, H), season's coefficients (L, D, C) and extra noise (L, D), answers drawn."""
    weights = np.exp(found.log_weights)
    lines, answers = weights.shape
    counts = rng.multinomial(draws, weights / weights.sum(axis=1, keepdims=True))
    # In any order, so that a draw of one series has nothing to do with the same draw of another.
    taken = np.stack([rng.permutation(np.repeat(np.arange(answers), own)) for own in counts])
    at = taken + answers * np.arange(lines)[:, None]
    size = found.state_mean.shape[-1]
    root = np.linalg.cholesky(found.state_covariance + TINY * np.eye(size)).reshape(-1, size, size)
    state = np.einsum("ldij,ldj->ldi", root.take(at, axis=0), rng.standard_normal((lines, draws, size)))
    state += found.state_mean.reshape(-1, size).take(at, axis=0)
    steps = rng.standard_normal((lines, draws, periods))
    steps *= found.level_sd.take(at)[..., None]
    steps[..., 0] += state[..., 0]
    return _summed(steps), state[..., 1:], found.extra_sd.take(at)


def _summed(steps: Array) -> Array:
    """Running sums over the last axis, in place: it is short, which is not what NumPy's own are made for."""
    for period in range(1, steps.shape[-1]):
        steps[..., period] += steps[..., period - 1]
    return steps


def _jumps(factor: Array, shape: tuple[int, ...], pace: float, rng: np.random.Generator) -> Array:
    """What jumps of either size add (L, D, H), and mostly nothing; how often there are any is drawn (L, F) too."""
    lines, draws, _ = shape
    often = np.stack([rng.choice(JUMP_FACTORS.values, draws, p=own) for own in factor]).reshape(lines, draws, 1)
    chance, edges = rng.random(shape) / often, np.cumsum(jump_rates(pace))
    jumped = chance < edges[-1]
    found = np.zeros(shape)
    sizes = JUMP_SDS[np.searchsorted(edges, chance[jumped], side="right")]
    found[jumped] = sizes * rng.standard_normal(len(sizes))
    return _summed(found)


def possible(passives: Array, points: Array) -> Array:
    """The share of passives, kept where the score leaves it room."""
    return np.clip(passives, 0, 1 - np.abs(points) / 100)


def _binomial(n: Array, chance: Array, rng: np.random.Generator) -> Array:
    """Whole numbers with a binomial distribution; mostly by Cornish and Fisher's expansion."""
    mean = n * chance
    variance = mean * (1 - chance)
    z = rng.standard_normal(n.shape)
    found = z * z
    found -= 1
    found *= (1 - 2 * chance) / 6
    found += mean
    found += np.sqrt(variance) * z
    np.rint(found, out=found)
    np.clip(found, 0, n, out=found)
    few = variance < LEAST_NORMAL
    found[few] = rng.binomial(n[few].astype(np.int64), chance[few])
    return found
