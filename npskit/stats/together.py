"""Groups that move together, and whose numbers add up.

What moves all groups shows in their total long before it shows in any of them. So each group is read twice: on its own,
and as a deviation from the level and season of the others, which is steady when they move together. The two readings
are weighed by how well they explain the group's history; among groups with nothing in common the second weighs nothing.
A jump to come is one of all of them: each group is as likely to jump as it was, and the total too.

Then the paths are made to agree. The total has a series of its own, and the weighted mean of the groups' paths should
be its path, draw by draw. Each group gives way as far as its own uncertainty allows, which is what conditioning normal
paths on their sum comes to (optimal reconciliation: Wickramasuriya, Athanasopoulos and Hyndman 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from npskit.stats.future import Future, drawn_scores, possible
from npskit.stats.posterior import Posterior, posterior

__all__ = ["beside_the_others", "reconciled"]

Array = NDArray[np.float64]

# Keeps groups that are certain, in points² or squared shares, from dividing by nothing.
TINY = 1e-8
# e^50 to one is sure.
SUREST = 50.0


def beside_the_others(
    counts: Array,
    own: Posterior,
    future: Future,
    whole: Array,
    total: Future,
    total_level: Array,
    *,
    season: float | None,
    pace: float,
    breaks: Sequence[int],
    ahead: Array,
    rng: np.random.Generator,
) -> Future:
    """Paths of groups (G, T, 3) read on their own, exchanged for paths beside the others where these explain more.

    Parameters
    ----------
    counts, own, future
        The groups, their own posterior and their own paths (G, D, H).
    whole, total, total_level
        Counts (1, T, 3) of all groups, their paths (1, D, H) and their level now (1,).
    season, pace, breaks, ahead, rng
        As for the groups' own.
    """
    others = whole - counts
    if not others.any():
        return future
    found = posterior(others, every=season, breaks=breaks, pace=pace)
    weights = np.exp(found.log_weights)
    level = np.einsum("lk,lkt->lt", weights, found.mean)
    coefficients = np.einsum("lk,lkh->lh", weights, found.state_mean[..., 1:])
    around = level + coefficients @ found.basis.T
    beside = posterior(counts, every=season, breaks=breaks, pace=pace, history=False, around=around)
    draws = future.level.shape[1]
    deviation, turned, extra = drawn_scores(beside, ahead, draws=draws, rng=rng)
    # The others go where the total goes.
    moved = deviation + level[:, -1, None, None] + (total.level - total_level)
    turned += (coefficients @ ahead.T)[:, None]
    chance = 1 / (1 + np.exp(np.clip(own.log_evidence - beside.log_evidence, -SUREST, SUREST)))
    taken = rng.random((len(counts), draws)) < chance[:, None]
    alone = future.level - future.jumps + total.jumps
    mixed = np.clip(np.where(taken[..., None], moved, alone), -100, 100)
    return replace(
        future,
        level=mixed,
        passives=possible(future.passives, mixed),
        season=np.where(taken[..., None], turned, future.season),
        extra=np.where(taken, extra, future.extra),
    )


def reconciled(groups: Future, total: Future, weights: Array) -> Future:
    """Paths of G groups shifted to have those of their total (1, D, H) as mean by the weights (G, D, H).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> flat = np.zeros((2, 500, 1))
    >>> groups = Future(rng.normal([[[0]], [[30]]], 5, (2, 500, 1)), flat + 0.3, flat, flat, flat[..., 0], flat[..., 0])
    >>> one = flat[:1]
    >>> total = Future(rng.normal(12, 1, (1, 500, 1)), one + 0.3, one, one, one[..., 0], one[..., 0])
    >>> found = reconciled(groups, total, flat + 0.5)
    >>> bool(np.allclose(found.level.mean(axis=0), total.level[0]))
    True
    """
    level = np.clip(groups.level + _shift(groups.level, total.level, weights), -100, 100)
    passives = groups.passives + _shift(groups.passives, total.passives, weights)
    season = groups.season + _shift(groups.season, total.season, weights)
    return replace(groups, level=level, passives=possible(passives, level), season=season)


def _shift(paths: Array, total: Array, weights: Array) -> Array:
    """What each group's path (G, D, H) gives of the gap between the total and the groups' weighted mean."""
    gap = total - np.sum(weights * paths, axis=0)
    give = weights * (paths.var(axis=1, keepdims=True) + TINY)
    return give / np.sum(weights * give, axis=0) * gap
