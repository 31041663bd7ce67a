"""Whether a survey stayed the same survey: an answer that stops being given, a share that jumps.

A question asked from 1 to 10 instead of 0 to 10, a campaign sent by text message instead of mail, a shop that begs for
tens: none of these is a change of opinion, and each moves the score. They show in counts. What the scale no longer
offers is given by nobody, while it was given before. What was switched jumps from one period to the next by more than
such shares move by themselves; how much they do is learnt from the same series, so that neither a slow drift nor months
that scatter more than drawing lots ring the bell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.intervals import normal_quantile
from npskit.stats.monitor import FEWEST_BEFORE, monitor
from npskit.stats.rates import rate_interval
from npskit.stats.student import student_quantile, student_tail

__all__ = ["Absence", "Jump", "absences", "jumps"]

Floats = NDArray[np.float64]

# Periods on either side of a jump that its size is told from.
WINDOW = 12
# A jump that stays is confirmed as if so many had been looked at.
FEW_LOOKS = 5
# Two ends may find the same jump a period apart.
NEAR = 1


@dataclass(frozen=True, slots=True)
class Absence:
    """A run of periods in which nobody gives what others give.

    Attributes
    ----------
    first, last : int
        Positions of the first and the last period of the run.
    trials : int
        Answers in the run.
    share : float
        How often it is given outside the run.
    p_value : float
        Of a run like this, or one with more answers, wherever it begins and ends.
    """

    first: int
    last: int
    trials: int
    share: float
    p_value: float


def absences(hits: ArrayLike, trials: ArrayLike, *, alpha: float = 0.05, least: int = 1) -> tuple[Absence, ...]:
    """Runs of periods without a single hit, where chance would have given some.

    Parameters
    ----------
    hits, trials : array_like (T,)
        How often something is given, and how often it could have been; in the order of time.
    alpha : float, optional
        Probability of any run when every answer is a hit with the same probability.
    least : int, optional
        Trials that a run has at least.

    Returns
    -------
    tuple of Absence

    Raises
    ------
    ArgumentError
        When shapes differ, or there are more hits than trials.

    Notes
    -----
    Exact: given all hits, each arrangement among the trials is as likely (Fisher's hypergeometric), and the
    T (T + 1) / 2 runs that there are make a family (Bonferroni).

    Examples
    --------
    >>> absences([6, 5, 7, 0, 0, 0], [10, 9, 12, 10, 11, 12])[0].first
    3
    >>> absences([1, 0, 1, 0, 0, 1], [10, 9, 12, 10, 11, 12])
    ()
    """
    seen, n = checked_trials(hits, trials)
    total, given = int(n.sum()), int(seen.sum())
    used = int((n > 0).sum())
    tests = used * (used + 1) / 2
    found = []
    for first, last in runs(seen, n) if given else []:
        inside = int(n[first : last + 1].sum())
        p_value = min(tests * none_inside(total, given, inside), 1.0)
        if p_value < alpha and inside >= least:
            found.append(Absence(first, last, inside, given / (total - inside), p_value))
    return tuple(found)


def checked_trials(hits: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Hits and trials as numbers of one shape."""
    seen, n = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    if seen.shape != n.shape or seen.ndim != 1 or (seen < 0).any() or (seen > n).any():
        raise ArgumentError(
            where="hits and trials",
            expected="two series of one length, no hit without a trial",
            got=f"{seen.shape} and {n.shape}",
        )
    return seen, n


def runs(hits: Floats, trials: Floats) -> list[tuple[int, int]]:
    """First and last period of the longest runs without a hit; both have trials."""
    found, start, end = [], -1, -1
    for at in np.flatnonzero(trials > 0).tolist():
        if hits[at]:
            found += [(start, end)] if start >= 0 else []
            start = -1
        else:
            start, end = (at if start < 0 else start), at
    return found + ([(start, end)] if start >= 0 else [])


def none_inside(total: int, hits: int, inside: int) -> float:
    """Probability that no hit is among so many of all trials.

    Examples
    --------
    >>> round(none_inside(4, 2, 2), 4)
    0.1667
    """
    outside = total - inside
    if hits > outside:
        return 0.0
    pairs = ((outside, 1.0), (outside - hits, -1.0), (total, -1.0), (total - hits, 1.0))
    return math.exp(min(sum(sign * math.lgamma(n + 1) for n, sign in pairs), 0.0))


@dataclass(frozen=True, slots=True)
class Jump:
    """A share that moved from one period to the next by more than it usually does.

    Attributes
    ----------
    series, at : int
        Which series, and the position of the first period of what is new.
    last : int
        The last period that is compared: that of the jump itself where the share came back, eleven later at most.
    stays : bool
        False where the periods after it are as those before.
    before, after, change, lower, upper : float
        Share in up to twelve periods before (around it, where the share came back), in those from `at` to `last`, and
        the difference with its interval.
    """

    series: int
    at: int
    last: int
    stays: bool
    before: float
    after: float
    change: float
    lower: float
    upper: float


def jumps(
    counts: ArrayLike,
    totals: ArrayLike,
    *,
    season: float | None = 12,
    pace: float = 1.0,
    alpha: float = 0.05,
    confidence_level: float = 0.95,
) -> tuple[Jump, ...]:
    """Shares that jumped, by the model that watches scores.

    Parameters
    ----------
    counts, totals : array_like (K, T)
        How many of how many, for K series of T periods in a row, zeros where nobody answered; one row of totals does
        for all.
    season, pace : float, optional
        As in `monitor.monitor`.
    alpha : float, optional
        Probability of any jump, in all series, while nothing moves.
    confidence_level : float, optional

    Returns
    -------
    tuple of Jump
        In the order of time; none with fewer than seven periods with answers.

    Raises
    ------
    ArgumentError
        When shapes do not fit, or there are more than the totals.
    MissingExtraError
        Without SciPy.

    Notes
    -----
    The first six periods cannot be judged by what came before them, so the series are read from both ends, with half of
    alpha each. What drifts, or comes back every year, is no jump; nor is what the scatter of the periods on both sides
    explains, by Student's t (at a fifth of alpha; a period alone, at alpha over all periods). The interval is put
    together from Wilson's two (Newcombe, Statistics in Medicine 17, 1998), of as few answers as would scatter by
    drawing lots as the periods do.

    Examples
    --------
    >>> found = jumps([[30, 34, 31, 29, 33, 30, 31, 60, 62, 58, 61]], [[100] * 11])
    >>> [(each.at, f"{each.change:+.2f}", each.stays) for each in found]
    [(7, '+0.29', True)]
    """
    said, n = np.atleast_2d(np.asarray(counts, dtype=float)), np.atleast_2d(np.asarray(totals, dtype=float))
    if n.shape[-1] != said.shape[-1] or len(n) not in (1, len(said)):
        raise ArgumentError(where="jumps", expected="counts (K, T) and totals (K, T)", got=f"{said.shape}, {n.shape}")
    n = np.broadcast_to(n, said.shape)
    if (said < 0).any() or (said > n).any():
        raise ArgumentError(where="jumps", expected="counts between 0 and the totals", got="others")
    if ((n > 0).sum(-1) <= FEWEST_BEFORE).all():
        return ()
    options: dict[str, Any] = {"season": season, "pace": pace, "alpha": alpha / 2}
    ahead = positions(said, n, options, backwards=False)
    found = sorted({*ahead, *(each for each in positions(said, n, options, backwards=True) if is_new(each, ahead))})
    told = (sized(said[row], n[row], (at, row, stays), alpha, confidence_level) for at, row, stays in found)
    return tuple(each for each in told if each is not None)


Place = tuple[int, int, bool]


def positions(said: Floats, n: Floats, options: dict[str, Any], *, backwards: bool) -> list[Place]:
    """Period, series, and whether it stays, of what the monitor finds, read from one end."""
    way = slice(None, None, -1 if backwards else 1)
    triples = np.stack([np.zeros_like(said), n - said, said], axis=-1)[:, way]
    watched = monitor(triples, **options)
    found = []
    for row, at in np.argwhere(np.isin(watched.kind, ("jump", "new", "outlier"))).tolist():
        since, stays = int(watched.since[row, at]), watched.kind[row, at] != "outlier"
        # Read from the end, what is new ends where what was there begins.
        place = since if not backwards else said.shape[1] - since - (0 if stays else 1)
        if not stays or 0 < place < said.shape[1]:
            found.append((place, row, bool(stays)))
    return found


def is_new(place: Place, ahead: list[Place]) -> bool:
    """Whether none of the jumps found from the beginning is the same."""
    at, row, _ = place
    return all(row != other or abs(at - first) > NEAR for first, other, _ in ahead)


def sized(said: Floats, n: Floats, place: Place, alpha: float, confidence_level: float) -> Jump | None:
    """One jump with the shares on both sides; None where the periods of its sides scatter as much by themselves."""
    at, row, stays = place
    used = np.flatnonzero(n > 0)
    before, after = used[used < at], used[used >= at]
    if stays:
        sides = before[-WINDOW:], after[:WINDOW]
    else:
        sides = np.concatenate([before[-WINDOW // 2 :], after[1 : 1 + WINDOW // 2]]), after[:1]
    hits, trials = (np.array([part[side].sum() for side in sides]) for part in (said, n))
    shares = hits / trials
    scatter = sum(
        float(((said[side] - n[side] * share) ** 2 / n[side]).sum()) / max(share * (1 - share), 1e-9)
        for side, share in zip(sides, shares, strict=True)
    )
    freedom = max(len(sides[0]) + len(sides[1]) - 2, 1)
    dispersion = max(scatter / freedom, 1.0)
    pooled = hits.sum() / trials.sum()
    change = float(shares[1] - shares[0])
    error = math.sqrt(dispersion * pooled * (1 - pooled) * (1 / trials).sum())
    # A period alone is picked from all; what stays has many on either side, which were found by another model.
    looks = FEW_LOOKS if stays else len(used)
    if looks * 2 * student_tail(abs(change) / error, freedom) >= alpha:
        return None
    worth = (
        dispersion * (student_quantile(0.5 + confidence_level / 2, freedom) / normal_quantile(confidence_level)) ** 2
    )
    low, high = rate_interval(hits / worth, trials / worth, confidence_level=confidence_level)
    lower = change - math.hypot(shares[1] - low[1], high[0] - shares[0])
    upper = change + math.hypot(high[1] - shares[1], shares[0] - low[0])
    return Jump(row, at, int(sides[1][-1]), stays, float(shares[0]), float(shares[1]), change, lower, upper)
