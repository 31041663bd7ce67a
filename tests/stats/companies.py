"""Simulated companies that no model was made for: counts of months whose truth is known.

Each seed draws how the mood moves (still, wandering, returning to its mean, drifting, turned over, in steps of heavy
tails), what the season looks like (none, a wave, one bad month, a saw, a summer, one that grows), how much surveys
differ beyond sampling (not, always, now and then a spoilt month), and how many answer (with growth, bursts, gaps).
Everything is drawn on the scale of points, with the passives on their own, so that no design has home advantage.
Even seeds may be looked at while designing; odd ones are for the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIZES", "Company", "company"]

Array = NDArray[np.float64]

#: Answers a month, from and to.
SIZES = {"tiny": (8, 30), "small": (30, 100), "mid": (100, 500), "large": (500, 5000)}


@dataclass(frozen=True)
class Company:
    """Counts (T, 3) and the expected score behind them, without (``level``) and with season and extra noise."""

    counts: NDArray[np.int64]
    level: Array
    expected: Array


def company(seed: int, size: str, *, periods: int | None = None) -> Company:
    """One company; the same seed and size give the same one."""
    rng = np.random.default_rng([seed, list(SIZES).index(size)])
    periods = int(rng.integers(30, 79)) if periods is None else periods
    level = np.clip(rng.uniform(-40, 65) + mood(rng, periods), -88, 92)
    expected = np.clip(level + season(rng, periods) + extra(rng, periods), -95, 96)
    passives = rng.uniform(0.1, 0.45) + np.cumsum(rng.normal(0, 0.004, periods))
    passives = np.clip(passives, 0.02, 0.98 * (1 - np.abs(expected) / 100))
    promoters = (1 - passives + expected / 100) / 2
    shares = np.stack([1 - passives - promoters, passives, promoters], axis=1)
    answers = numbers(rng, periods, *SIZES[size])
    return Company(rng.multinomial(answers, shares / shares.sum(axis=1, keepdims=True)), level, expected)


def mood(rng: np.random.Generator, periods: int) -> Array:
    """What the level does, in points from where it began."""
    kind = rng.choice(["still", "walk", "returning", "drift", "turned", "heavy"], p=[0.15, 0.25, 0.2, 0.1, 0.2, 0.1])
    sd = np.exp(rng.uniform(np.log(0.3), np.log(4)))
    if kind == "still":
        return np.zeros(periods)
    if kind == "walk":
        return np.cumsum(rng.normal(0, sd, periods))
    if kind == "returning":
        back, found = rng.uniform(0.4, 0.97), np.zeros(periods)
        found[0] = rng.normal(0, sd / np.sqrt(1 - back**2))
        for t in range(1, periods):
            found[t] = back * found[t - 1] + rng.normal(0, sd)
        return found
    if kind == "drift":
        return rng.normal(0, 0.5) * np.arange(periods) + np.cumsum(rng.normal(0, 0.3 * sd, periods))
    if kind == "heavy":
        return np.cumsum(0.5 * sd * rng.standard_t(2.5, periods))
    steps = (rng.random(periods) < 1 / 40) * rng.normal(0, 10, periods)
    # Some changes arrive over a quarter.
    spread = np.ones(3) / 3 if rng.random() < 0.4 else np.ones(1)
    return np.cumsum(np.convolve(steps, spread)[:periods] + rng.normal(0, 0.25 * sd, periods))


def season(rng: np.random.Generator, periods: int) -> Array:
    """What the calendar adds, in points."""
    kind = rng.choice(["none", "wave", "month", "saw", "summer", "growing"], p=[0.45, 0.2, 0.1, 0.08, 0.1, 0.07])
    months, size = (np.arange(periods) + rng.integers(12)) % 12, rng.choice([-1, 1]) * rng.uniform(2, 12)
    wave = np.cos(2 * np.pi * months / 12)
    shapes = {
        "none": np.zeros(periods),
        "wave": wave + 0.3 * np.cos(4 * np.pi * months / 12 + rng.uniform(0, 6.28)),
        "month": np.where(months == 0, -1.5, 0.0),
        "saw": months / 5.5 - 1,
        "summer": np.where((months >= 5) & (months <= 7), 1.0, 0.0),
        "growing": wave * np.linspace(0.2, 1.4, periods),
    }
    return size * shapes[kind]


def extra(rng: np.random.Generator, periods: int) -> Array:
    """What surveys differ by beyond sampling, in points."""
    kind = rng.choice(["none", "always", "spoilt"], p=[0.6, 0.25, 0.15])
    if kind == "always":
        return rng.normal(0, rng.uniform(1, 5), periods)
    spoilt = rng.random(periods) < 0.03
    return np.where(spoilt, rng.normal(0, 15, periods), 0.0) if kind == "spoilt" else np.zeros(periods)


def numbers(rng: np.random.Generator, periods: int, low: float, high: float) -> NDArray[np.int64]:
    """How many answer, with growth, bursts and now and then nobody."""
    base = np.exp(rng.uniform(np.log(low), np.log(high)) + rng.normal(0, 0.008) * np.arange(periods))
    bursts = np.exp(rng.normal(0, rng.uniform(0.05, 0.6), periods))
    gaps = rng.random(periods) < rng.choice([0.0, 0.04])
    return np.where(gaps, 0, np.maximum(np.rint(base * bursts), 1)).astype(int)
