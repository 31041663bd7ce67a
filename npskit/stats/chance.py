"""How likely a reading this high or this low was, when so many people answer.

The reading of ten answers takes one of twenty-one values, that of fifty happy customers cannot rise and can fall far:
a normal curve gives either the wrong odds. So for a true score the chance of a reading follows from the three shares,
by the saddlepoint of their generating function: closed in form, as quick for five thousand answers as for five, and
good in the tails, where alerts are decided. The true score itself is not known; the chance is averaged over where it
was expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from npskit.errors import optional_import

__all__ = ["Chance", "TrueScores", "chance", "reading_limit", "reading_normal", "special", "true_scores"]

Array = NDArray[np.float64]

# The expected true scores are kept as so many points, these many standard deviations apart.
STRIDE, REACH = 0.5, 6.0
PLACES = np.arange(-REACH, REACH + STRIDE / 2, STRIDE)
# Half a stride as standard deviation around each makes their sum smooth.
KERNEL = 0.5 * STRIDE
LEAST_SHARE = 1e-4
# Nearer to the mean than this the saddlepoint is 0 / 0, and its limit is used.
NEAR = 1e-3
STEPS = 4


@dataclass(frozen=True, slots=True)
class TrueScores:
    """Places (..., J) where the true score may be, in [-1, 1], with their weights, and the passives there."""

    place: Array
    weight: Array
    passives: Array
    stride: Array


@dataclass(frozen=True, slots=True)
class Chance:
    """Of a reading, each (...): P(at most as high), P(at least as high), and the middle of the two cumulated."""

    at_most: Array
    at_least: Array
    middle: Array


def special() -> ModuleType:
    """The normal distribution of SciPy, which an extra brings."""
    return optional_import("scipy.special", extra="stats", purpose="tell which periods moved")


def true_scores(weights: Array, mean: Array, sd: Array, passives: Array) -> TrueScores:
    """Places of a mixture of normals (..., K) of the true score in points, with a share of passives (...)."""
    centre = np.sum(weights * mean, axis=-1, keepdims=True)
    spread = np.sqrt(np.sum(weights * (sd**2 + (mean - centre) ** 2), axis=-1, keepdims=True))
    edges = centre + spread * (PLACES[:-1] + STRIDE / 2)
    inner = sum(
        weights[..., k, None] * special().ndtr((edges - mean[..., k, None]) / sd[..., k, None])
        for k in range(mean.shape[-1])
    )
    whole = np.concatenate([np.zeros_like(centre), inner, np.ones_like(centre)], axis=-1)
    place = np.clip((centre + spread * PLACES) / 100, -1, 1)
    return TrueScores(place, np.diff(whole, axis=-1), passives[..., None], spread / 100 * KERNEL)


def reading_normal(reading: Array, n: Array, score: Array, passives: Array, kernel: Array | float = 0.0) -> Array:
    """Normal deviate whose probability is P(mean of n answers < reading), for a true score in [-1, 1].

    Between two possible readings this is the lattice saddlepoint formula with Barndorff-Nielsen's r*; `kernel` is a
    further standard deviation of the true score.

    Notes
    -----
    Daniels, *Tail probability approximations*, International Statistical Review 55 (1987). For +1, 0, -1 the
    saddlepoint solves a quadratic equation.
    """
    silent = np.minimum(passives, 1 - np.abs(score))
    up, down = ((1 - silent + sign * score) / 2 for sign in (1, -1))
    up, down, silent = (np.maximum(part, LEAST_SHARE) for part in (up, down, silent))
    total = up + down + silent
    up, down, silent = up / total, down / total, silent / total
    inside = np.abs(reading) < 1
    r = np.clip(reading, -1 + 1e-9, 1 - 1e-9)
    tilt = (silent * r + np.sqrt((silent * r) ** 2 + 4 * up * down * (1 - r * r))) / (2 * up * (1 - r))
    theta, moment = np.log(tilt), down / tilt + silent + up * tilt
    curve = (down / tilt + up * tilt) / moment - r * r
    root = np.sign(theta) * np.sqrt(np.maximum(2 * n * (theta * r - np.log(moment)), 0))
    jump = 2 * np.sinh(theta / 2) * np.sqrt(n * np.maximum(curve, 1e-12))
    mean = up - down
    own = up + down - mean**2
    third = (up - down) - 3 * mean * (up + down) + 2 * mean**3
    near = np.abs(root) < NEAR
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(near, root + third / own**1.5 / np.sqrt(n) / 6, root + np.log(jump / root) / root)
    found = found * np.sqrt(own / (own + n * kernel**2))
    return np.where(inside, found, np.copysign(40.0, reading))


def chance(reading: Array, n: Array, scores: TrueScores) -> Chance:
    """Chance of readings (...) in points of n (...) answers; nan where nobody answered."""
    step = 0.5 / np.maximum(n, 1e-9)
    below, up_to = (_below(reading / 100 + side * step, n, scores) for side in (-1, 1))
    return Chance(up_to, 1 - below, (below + up_to) / 2)


def reading_limit(probability: float, n: Array, scores: TrueScores) -> Array:
    """The reading of n (...) answers below which lies a probability, in points, as if readings were continuous."""
    aim = special().ndtri(probability)
    mean = np.sum(scores.weight * scores.place, axis=-1)
    own = np.maximum(1 - np.minimum(scores.passives[..., 0], 1 - np.abs(mean)) - mean**2, 0.01) / np.maximum(n, 1e-9)
    spread = np.sqrt(own + np.sum(scores.weight * (scores.place - mean[..., None]) ** 2, axis=-1))
    low, high = np.full(mean.shape, -1.0), np.full(mean.shape, 1.0)
    place = np.clip(mean + aim * spread, -0.999, 0.999)
    for _ in range(STEPS):
        found = special().ndtri(np.clip(_below(place, n, scores), 1e-12, 1 - 1e-12))
        low, high = np.where(found < aim, place, low), np.where(found < aim, high, place)
        following = place + (aim - found) * spread
        place = np.where((following > low) & (following < high), following, (low + high) / 2)
    return 100 * np.clip(place, -1, 1)


def _below(reading: Array, n: Array, scores: TrueScores) -> Array:
    """P(reading below), averaged over the true scores."""
    deviate = reading_normal(reading[..., None], n[..., None], scores.place, scores.passives, scores.stride)
    return np.sum(scores.weight * special().ndtr(deviate), axis=-1)
