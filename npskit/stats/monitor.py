"""Which period moved beyond what its answers explain, and whether it stayed.

A dashboard shouts at every fall of ten points, and with eighty answers a month such falls come every season by
themselves. Here each reading is held against what was expected of it the period before, the noise of its n included,
and what counts is how unlikely it was, given how many readings were looked at. Under the model the errors are
independent (Rosenblatt, *Remarks on a multivariate transformation*, 1952), so the periods, and the sums over the last
few, make one family; Holm's method keeps the chance of any false alarm in any of the series below alpha.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.alert_kinds import KINDS, alerts
from npskit.stats.arguments import as_number
from npskit.stats.comparison import adjust
from npskit.stats.statespace import checked_breaks
from npskit.stats.trend import checked_series
from npskit.stats.watching import FEWEST_BEFORE, Watch

__all__ = ["FEWEST_BEFORE", "KINDS", "Monitored", "monitor"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Monitored:
    """Each period against what was expected of it; arrays (..., T), in points.

    Attributes
    ----------
    score : ndarray
        The readings; nan where nobody answered.
    expected : ndarray
        Reading expected the period before.
    lower, upper : ndarray
        A reading beyond these is an alert by itself: with probability 1 - alpha or more, no reading of any series is.
        nan where a period is not judged.
    p_value : ndarray
        Of the single reading, two-sided, from the chance of each number of answers.
    p_adjusted : ndarray
        Of the reading, or of what it and those before it add up to, adjusted for all periods and series (Holm); at
        least alpha where there is no alert, since the periods are read once, in the order of time.
    kind : ndarray of str
        One of `KINDS` where ``p_adjusted < alpha``, "" elsewhere.
    since : ndarray of int
        Position at which what an alert found began; -1 without alert.
    change : ndarray
        Its size; nan without alert.
    judged : ndarray of bool
        False for the first six periods with answers, the first after a marked break, and those without answers.
    """

    score: Array
    expected: Array
    lower: Array
    upper: Array
    p_value: Array
    p_adjusted: Array
    kind: NDArray[np.str_]
    since: NDArray[np.intp]
    change: Array
    judged: NDArray[np.bool_]


def monitor(
    counts: ArrayLike,
    *,
    season: float | None = 12,
    pace: float = 1.0,
    breaks: Sequence[int] | None = None,
    alpha: float = 0.05,
) -> Monitored:
    """Find the periods that moved beyond what their answers explain.

    Parameters
    ----------
    counts : array_like (..., T, 3)
        Detractors, passives and promoters of T periods in a row, zeros where nobody answered. Weighted counts are first
        scaled to their effective responses.
    season : float, optional
        Periods in a season; None for none.
    pace : float
        How far the level wanders in a period, in multiples of a month's; see `trend.pace_of`.
    breaks : sequence of int, optional
        Positions of the first period after a change of wording, channel or sampling, which is not judged.
    alpha : float
        Probability of any alert, over all periods and series, when nothing moves.

    Returns
    -------
    Monitored

    Raises
    ------
    ArgumentError
        If the counts are not (..., T, 3) or negative, or alpha does not lie between 0 and 1.
    EmptyDataError
        When no series has more than six periods with answers.

    Notes
    -----
    What is expected is the model of `trend.posterior`, its parameters weighted by what was known at each period; the
    chance of a reading is that of so many answers by their three shares, which a normal curve misses at small n.

    Examples
    --------
    >>> found = monitor([[20, 30, 50]] * 12 + [[45, 30, 25]] * 4)
    >>> found.kind.tolist().index("jump"), bool(found.change[12] < -45)
    (12, True)
    """
    counts = checked_series(counts)
    if not 0 < as_number(alpha) < 1:
        raise ArgumentError(where="alpha", expected="a number between 0 and 1", got=repr(alpha))
    *leading, periods, _ = counts.shape
    series = counts.reshape(math.prod(leading), periods, 3)
    positions = checked_breaks(breaks, periods)
    watch = Watch(series, season=season, pace=pace, breaks=positions, alpha=alpha).run()
    found = Monitored(
        watch.score,
        watch.expected,
        watch.lower,
        watch.upper,
        watch.p_value,
        adjusted(watch),
        *with_kinds(watch),
        watch.judged,
    )
    return Monitored(*(getattr(found, name).reshape(*leading, periods) for name in Monitored.__slots__))


def adjusted(watch: Watch) -> Array:
    """P-values (L, T) after Holm over all judged periods of all series."""
    out = np.full(watch.n.shape, np.nan)
    out[watch.judged] = adjust(watch.p_looked[watch.judged], method="holm")
    quiet = watch.judged.copy()
    for row, events in enumerate(watch.events):
        quiet[row, [event.found for event in events]] = False
    # Of a period before an alert Holm might say more once that is found; by then it was read.
    out[quiet] = np.maximum(out[quiet], watch.alpha)
    return out


def with_kinds(watch: Watch) -> tuple[NDArray[np.str_], NDArray[np.intp], Array]:
    """Kind, beginning and size (L, T) of the alerts, at the periods that found them."""
    shape = watch.n.shape
    kind, since, change = np.full(shape, "", "<U8"), np.full(shape, -1, np.intp), np.full(shape, np.nan)
    for row, found in alerts(watch).items():
        for alert in found:
            kind[row, alert.found], since[row, alert.found] = alert.kind, alert.first
            change[row, alert.found] = alert.change
    return kind, since, change
