"""Which day of the week, which interviewer, which team answers differently, when answers do not come one by one.

A sunny Tuesday, a strike, a long queue: answers of one day, or of one interviewer in one month, resemble each other, so
a hundred of them tell less than a hundred. How much less is measured from what the periods of the same group differ by,
and every error is widened by it. Groups are compared where they stand side by side, within a period, so that a level
that drifts is nobody's merit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.comparison import adjust
from npskit.stats.intervals import normal_quantile
from npskit.stats.score import checked_counts, variance
from npskit.stats.student import student_quantile, student_tails

__all__ = ["GroupEffects", "Outlying", "group_effects", "outlying_shares"]

Floats = NDArray[np.float64]
HALVINGS = 40
# Groups that are taken out one after the other.
MOST_FOUND = 20
# Among so many squares the largest tenth is left out, since another outlier may be among them.
LEAST_TRIMMED = 8
TRIMMED = 10


@dataclass(frozen=True, slots=True)
class GroupEffects:
    """Each group against the others in the same periods; arrays (K,), in points, nan where none stand beside it.

    Attributes
    ----------
    difference, lower, upper : ndarray
        Score of the group minus that of the others, with its interval.
    p_value, p_adjusted : ndarray
        Of no difference; after Holm's method over the groups.
    between : float
        Standard deviation of the same group from period to period beyond chance, in points.
    freedom : int
        Degrees of freedom that it is measured with.
    """

    difference: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    p_adjusted: Floats
    between: float
    freedom: int


def group_effects(
    counts: ArrayLike, groups: ArrayLike, strata: ArrayLike, *, alpha: float = 0.05, confidence_level: float = 0.95
) -> GroupEffects:
    """Score of each group against the others within strata, with over-dispersion.

    Parameters
    ----------
    counts : array_like (U, 3)
        Detractors, passives and promoters of each unit: a day, or an interviewer's month.
    groups : array_like of int (U,)
        Number of each unit's group, from 0.
    strata : array_like of int (U,)
        Number of the period within which it is compared, from 0.
    alpha : float, optional
        Groups with an adjusted p-value below this are found, and are no longer among the others of the rest: one that
        scores far below does not make all others score above.
    confidence_level : float, optional

    Returns
    -------
    GroupEffects

    Raises
    ------
    ArgumentError
        When shapes differ.

    Notes
    -----
    The mean of a unit of n answers has the variance s²/n + t²; t² is where the weighted squares around groups and
    strata add up to their degrees of freedom (Paule and Mandel, Journal of Research NBS 87, 1982). Strata are weighted
    as Mantel and Haenszel do, and Student's t bears the doubt about t².

    Examples
    --------
    >>> days = [[20, 30, 50]] * 5 + [[45, 30, 25]]
    >>> found = group_effects(days * 8, [0, 1, 2, 3, 4, 5] * 8, np.repeat(range(8), 6))
    >>> int(np.argmin(found.difference)), f"{found.difference[5]:+.0f}", bool(found.p_adjusted[5] < 0.001)
    (5, '-50', True)
    """
    given = checked_counts(counts)
    group, stratum = np.asarray(groups, dtype=np.intp), np.asarray(strata, dtype=np.intp)
    if given.ndim != 2 or group.shape != stratum.shape or len(group) != len(given):
        raise ArgumentError(
            where="group_effects", expected="counts (U, 3), groups (U,) and strata (U,)",
            got=f"{given.shape}, {group.shape}, {stratum.shape}",
        )  # fmt: skip
    size = int(group.max(initial=-1)) + 1
    n = given.sum(-1)
    kept = n > 0
    mean = (given[kept, 2] - given[kept, 0]) / n[kept]
    units = Units(mean, group[kept], np.unique(stratum[kept], return_inverse=True)[1])
    noise = float(variance(given.sum(0))) / n[kept]
    between = extra_variance(units, noise)
    return stepped_down(units, 1 / (noise + between), size, between, alpha, confidence_level)


def stepped_down(
    units: Units, weight: Floats, size: int, between: float, alpha: float, confidence_level: float
) -> GroupEffects:
    """Effects, each group that is found taken out of the others before the next is looked for."""
    freedom = residuals(units, weight)[1]
    reach = student_quantile(0.5 + confidence_level / 2, freedom) if freedom else np.nan
    difference, error = against_rest(units, weight, size)
    p_value, p_adjusted = judged(difference, error, freedom)
    left = np.ones(size, dtype=bool)
    while len(found := np.flatnonzero(left & (p_adjusted < alpha))) and left.sum() > 2 and (~left).sum() < MOST_FOUND:
        left[found[np.argmin(p_value[found])]] = False
        rows = left[units.group]
        values, errors = against_rest(units.take(rows), weight[rows], size)
        fresh = left & np.isfinite(values)
        difference, error = np.where(fresh, values, difference), np.where(fresh, errors, error)
        again = judged(np.where(fresh, values, np.nan), errors, freedom)
        p_value, p_adjusted = (np.where(fresh, new, old) for new, old in zip(again, (p_value, p_adjusted), strict=True))
    lower, upper = (np.clip(difference + sign * reach * error, -200, 200) for sign in (-1, 1))
    return GroupEffects(difference, lower, upper, p_value, p_adjusted, 100 * float(np.sqrt(between)), freedom)


def judged(difference: Floats, error: Floats, freedom: int) -> tuple[Floats, Floats]:
    """P-values by Student's t, and after Holm's method."""
    p_value = 2 * student_tails(np.abs(difference / error), freedom)
    return p_value, np.asarray(adjust(p_value))


@dataclass(frozen=True, slots=True)
class Units:
    """Means of units, with the number of the group and of the stratum of each."""

    mean: Floats
    group: NDArray[np.intp]
    stratum: NDArray[np.intp]

    def take(self, rows: NDArray[np.bool_]) -> Units:
        """Some of the units."""
        return Units(self.mean[rows], self.group[rows], self.stratum[rows])


def extra_variance(units: Units, noise: Floats) -> float:
    """Variance between units of one group and stratum beyond that of their answers, by halving."""
    low, high = 0.0, 4.0

    def beyond(extra: float) -> bool:
        weight = 1 / (noise + extra)
        residual, freedom = residuals(units, weight)
        return bool(freedom) and float(weight @ residual**2) > freedom

    if not beyond(0.0):
        return 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle) else (low, middle)
    return high


def sums(units: Units, weight: Floats) -> tuple[Floats, Floats]:
    """Weights by group and stratum, and the same times the means, (K, S)."""
    shape = int(units.group.max(initial=-1)) + 1, int(units.stratum.max(initial=-1)) + 1
    at = units.group * shape[1] + units.stratum
    size = shape[0] * shape[1]
    table, totals = (np.asarray(np.bincount(at, part, size), float) for part in (weight, weight * units.mean))
    return table.reshape(shape), totals.reshape(shape)


def residuals(units: Units, weight: Floats) -> tuple[Floats, int]:
    """What a level a stratum and an effect a group leave of the means, and its degrees of freedom."""
    table, totals = sums(units, weight)
    columns = table.sum(0)
    levels = totals.sum(0) / columns
    shared = np.diag(table.sum(1)) - (table / columns) @ table.T
    values, vectors = np.linalg.eigh(shared)
    known = np.abs(values) > 1e-10 * np.abs(values).max(initial=0.0)
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=known)
    effects = vectors @ (inverse * (vectors.T @ (totals.sum(1) - table @ levels)))
    levels = levels - (effects @ table) / columns
    rank = len(columns) + np.sum(np.abs(values) > 1e-10 * max(shared.max(initial=0.0), 1e-300))
    return units.mean - levels[units.stratum] - effects[units.group], max(len(units.mean) - int(rank), 0)


def against_rest(units: Units, weight: Floats, size: int) -> tuple[Floats, Floats]:
    """Difference (K,) to the others of the same strata, and its error, in points."""
    table, totals = sums(units, weight)
    others = table.sum(0) - table
    # What is left of a stratum that is one group's own is a rounding error.
    others = np.where(others > 1e-9 * table.sum(0), others, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = np.where((table > 0) & (others > 0), table * others / (table + others), 0.0)
        apart = np.where(shared > 0, totals / table - (totals.sum(0) - totals) / others, 0.0)
        whole = shared.sum(1)
        found = np.where(whole > 0, (shared * apart).sum(1) / whole, np.nan), np.where(whole > 0, whole**-0.5, np.nan)
    missing = np.full(size - len(table), np.nan)
    return np.concatenate([100 * found[0], missing]), np.concatenate([100 * found[1], missing])


@dataclass(frozen=True, slots=True)
class Outlying:
    """Each share against those of the others; arrays (K,).

    Attributes
    ----------
    share, usual : ndarray
        Share of the group, and the one that the others centre on.
    lower, upper : ndarray
        Between these lie groups as the others are, with so many answers.
    p_value, p_adjusted : ndarray
        Of a share so high or higher; after Holm's method over the groups.
    """

    share: Floats
    usual: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    p_adjusted: Floats


def outlying_shares(
    counts: ArrayLike, totals: ArrayLike, *, confidence_level: float = 0.95, least: int = 10
) -> Outlying:
    """Which group's share is higher than those of the others, given how much groups differ by themselves.

    Parameters
    ----------
    counts, totals : array_like (K,)
        How many of how many.
    confidence_level : float, optional
    least : int, optional
        Groups with fewer are not looked at.

    Returns
    -------
    Outlying
        All nan with fewer than four groups.

    Raises
    ------
    ArgumentError
        When shapes differ, or there are more than the totals.

    Notes
    -----
    A funnel plot with additive over-dispersion (Spiegelhalter, Quality and Safety in Health Care 14, 2005) on the scale
    of angles: each group is held against the others, whose own scatter is measured without it and, among eight or more,
    without the most extreme tenth.

    Examples
    --------
    >>> found = outlying_shares([30, 34, 28, 33, 31, 60], [100] * 6)
    >>> (found.p_adjusted < 0.05).tolist(), round(float(found.usual[5]), 2)
    ([False, False, False, False, False, True], 0.31)
    """
    said, n = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    if said.shape != n.shape or said.ndim != 1 or (said < 0).any() or (said > n).any():
        raise ArgumentError(
            where="outlying_shares", expected="counts (K,) between 0 and totals (K,)", got=f"{said.shape}, {n.shape}"
        )
    fields = {name: np.full(len(n), np.nan) for name in ("share", "usual", "lower", "upper", "p_value")}
    used = np.flatnonzero(n >= least)
    if len(used) >= 4:
        own = each_group(angle(said[used], n[used]), n[used], confidence_level)
        for name, value in own.items():
            fields[name][used] = value
        fields["share"][used] = said[used] / n[used]
    return Outlying(**fields, p_adjusted=adjust(fields["p_value"]))


def angle(said: Floats, n: Floats) -> Floats:
    """A share on the scale where its variance does not depend on it (Anscombe 1948)."""
    return np.asarray(np.arcsin(np.sqrt((said + 0.375) / (n + 0.75))))


def each_group(values: Floats, n: Floats, confidence_level: float) -> dict[str, Floats]:
    """Each group (K,) against the others, all on the scale of angles."""
    rows = np.arange(len(values))
    # Row k holds all but the k-th.
    others = np.where(rows[:-1] < rows[:, None], rows[:-1], rows[:-1] + 1)
    noise = 1 / (4 * n + 2)
    extra, kept = between_groups(values[others], noise[others])
    weight = 1 / (noise[others] + extra[:, None])
    whole = weight.sum(axis=1)
    centre = np.sum(weight * values[others], axis=1) / whole
    error = np.sqrt(noise + extra + 1 / whole)
    reach = student_quantile(0.5 + confidence_level / 2, kept - 1) * error
    lower, usual, upper = (np.sin(np.clip(each, 0, np.pi / 2)) ** 2 for each in
                           (centre - reach, centre, centre + reach))  # fmt: skip
    p_value = student_tails((values - centre) / error, kept - 1)
    return {"usual": usual, "lower": lower, "upper": upper, "p_value": p_value}


def between_groups(values: Floats, noise: Floats) -> tuple[Floats, int]:
    """Variance (R,) between groups (R, K) beyond that of their answers, by halving, and how many groups it rests on."""
    many = values.shape[1]

    def mean_square(extra: Floats) -> Floats:
        weight = 1 / (noise + extra[:, None])
        centre = np.sum(weight * values, axis=1) / weight.sum(axis=1)
        mean, _ = trimmed_mean_square(weight * (values - centre[:, None]) ** 2)
        return mean * many / (many - 1)

    low, high = np.zeros(len(values)), np.ones(len(values))
    some = mean_square(low) > 1
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        beyond = mean_square(middle) > 1
        low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
    return np.where(some, high, 0.0), trimmed_mean_square(values[0])[1]


def trimmed_mean_square(squares: Floats) -> tuple[Floats, int]:
    """Mean (...) of squares (..., K) of normal deviates, without the largest tenth of eight or more, and how many stay.

    What leaving out takes away on average is given back: the mean of a chi-square below its own quantile is that of a
    chi-square with two degrees more.

    Examples
    --------
    >>> mean, kept = trimmed_mean_square(np.array([1.0, 1.0, 4.0]))
    >>> float(mean), kept
    (2.0, 3)
    >>> mean, kept = trimmed_mean_square(np.random.default_rng(1).standard_normal(20_000) ** 2)
    >>> round(float(mean), 1), kept
    (1.0, 18000)
    """
    many = squares.shape[-1]
    left_out = math.ceil(many / TRIMMED) if many >= LEAST_TRIMMED else 0
    if not left_out:
        return squares.mean(axis=-1) if many else np.ones(squares.shape[:-1]), many
    kept = np.sort(squares, axis=-1)[..., : many - left_out]
    # The normal deviate beyond which the share left out lies, on either side.
    cut = normal_quantile(1 - left_out / many)
    inside = math.erf(cut / math.sqrt(2))
    below = inside - cut * math.sqrt(2 / math.pi) * math.exp(-cut * cut / 2)
    return kept.mean(axis=-1) * inside / below, many - left_out
