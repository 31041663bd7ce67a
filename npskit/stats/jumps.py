"""In which periods a level may have jumped.

A new manager, a strike, a price: now and then a level moves in one period as far as it wanders in two years. A filter
that knows only wandering spreads such a step over its neighbours and believes ever after in a restless level. So sets
of jumps are tried beside "none". There are too many sets to try them all; they are grown, one jump a round, from the
best set so far, where the evidence is. The evidence costs nothing: at each period the two sweeps of the smoother say
what the past and what the future make of the level, and a jump is the better explanation when the two disagree by more
than their variances allow. What is proposed here is then run exactly and weighed like everything else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.stats.grid import JUMP_SDS
from npskit.stats.statespace import TINY, Smoothed

__all__ = ["LEAST_ODDS", "evidence", "proposals"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

# A jump is tried where its odds are at least this, and among the best so many of a round.
LEAST_ODDS, LEAST_OF_BEST, MOST_TRIED = 0.1, 0.1, 3
# e^60 is sure enough, and finite.
SUREST = 60.0


def evidence(found: Smoothed, columns: Array, weights: Array, points: tuple[Places, Places], slopes: Array) -> Array:
    """Bayes factor (T, Q, P, sizes) of one more jump in each period, at Q rows and P points of the grid of each.

    Parameters
    ----------
    found : Smoothed
        Of R rows at A points.
    columns, weights : ndarray (T, C, R, 1) and (T, R, A)
        What was smoothed.
    points : two ndarrays (Q, 1) and (Q, P)
        The rows, and their points.
    slopes : ndarray (Q, P, H)
        The constants, whose part is taken out.
    """
    row, at = points
    own = weights[:, row, at]
    before, after = found.past.precision[:, row, at], found.future.precision[:, row, at] + own
    ahead = found.future.precision[:, None, row, at] * found.future.mean[:, :, row, at]
    ahead += own[:, None] * columns[:, :, row[:, 0]]
    gap = ahead / (after + TINY)[:, None] - found.past.mean[:, :, row, at]
    gap = gap[:, 0] - np.einsum("thqp,qph->tqp", gap[:, 1:], slopes)
    # Variance of a jump in units of that of the gap; 0 where past or future know nothing.
    size = (before * (after / (before + after + TINY)))[..., None] * JUMP_SDS**2
    log_factor = 0.5 * (gap[..., None] ** 2 / JUMP_SDS**2 * size**2 / (1 + size) - np.log1p(size))
    return np.exp(np.minimum(log_factor, SUREST))


def proposals(odds: Array) -> list[Places]:
    """Jumps to try for each row of odds (Q, J), the likeliest first.

    Examples
    --------
    >>> [tried.tolist() for tried in proposals(np.array([[0.0, 2.0, 0.15, 0.5], [0.0, 0.05, 0.0, 0.0]]))]
    [[1, 3], []]
    """
    least = np.maximum(LEAST_ODDS, LEAST_OF_BEST * odds.max(axis=1, initial=0.0))
    ordered = np.argsort(-odds, axis=1)[:, :MOST_TRIED]
    return [tried[odds[row, tried] >= least[row]] for row, tried in enumerate(ordered)]
