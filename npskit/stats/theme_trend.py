"""Which themes grow, and which period stands out, when comments do not come one by one.

A forwarded post, a broken lift or a local campaign makes many people write of one thing in one month, so shares of
themes vary more from month to month than drawing lots would. A test that does not know this finds trends everywhere.
So the variation beyond chance is measured from the series itself, around its own line, and every error is widened by
it. Many themes are looked at; what is called a change is corrected for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.comparison import adjust
from npskit.stats.student import student_quantile, student_tail

__all__ = ["LEAST_PERIODS", "ThemeTrend", "theme_trend"]

Floats = NDArray[np.float64]

# Periods with comments that a line and the scatter around it need.
LEAST_PERIODS = 6
STEPS = 25


@dataclass(frozen=True, slots=True)
class ThemeTrend:
    """Shares over time: a line a theme, and each period against it.

    Attributes
    ----------
    share : ndarray (themes, periods)
        Nan in periods without comments.
    fitted : ndarray (themes, periods)
        The line (straight on the scale of log-odds).
    change, lower, upper : ndarray (themes,)
        Share at the end of the line minus share at its beginning, with the interval.
    p_value, p_adjusted : ndarray (themes,)
        Of a constant share; after Benjamini and Hochberg's method over the themes.
    dispersion : ndarray (themes,)
        Variation around the line, 1 when it is that of drawing lots, and never taken as less.
    period_p, period_adjusted : ndarray (themes, periods)
        Of a period being where the line of the others puts it; after the same method over all themes and periods.
    """

    share: Floats
    fitted: Floats
    change: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    p_adjusted: Floats
    dispersion: Floats
    period_p: Floats
    period_adjusted: Floats


def theme_trend(counts: ArrayLike, totals: ArrayLike, *, confidence_level: float = 0.95) -> ThemeTrend:
    """Trend of the share of each theme, with over-dispersion.

    Parameters
    ----------
    counts : array_like (themes, periods)
        Comments that speak of each theme.
    totals : array_like (periods,)
        All comments.
    confidence_level : float, optional

    Returns
    -------
    ThemeTrend
        All nan with fewer than six periods with comments, and for a theme nobody, or everybody, speaks of.

    Raises
    ------
    ArgumentError
        When shapes do not fit, or more speak of a theme than write.

    Notes
    -----
    Quasi-likelihood logistic regression on time (McCullagh and Nelder, *Generalized Linear Models*, 1989, section
    4.5) with Pearson's estimate of the dispersion and Student's t; a period is told apart by its studentised residual.

    Examples
    --------
    >>> found = theme_trend([[10, 12, 15, 16, 20, 22, 24, 27]], [100] * 8)
    >>> f"{found.change[0]:+.2f}, p = {found.p_adjusted[0]:.4f}"
    '+0.17, p = 0.0069'
    """
    said, n = np.atleast_2d(np.asarray(counts, dtype=float)), np.asarray(totals, dtype=float)
    if n.ndim != 1 or said.shape[1:] != n.shape:
        raise ArgumentError(
            where="theme_trend",
            expected="counts (themes, periods) and totals (periods,)",
            got=f"{said.shape}, {n.shape}",
        )
    if (said < 0).any() or (said > n).any():
        raise ArgumentError(where="theme_trend", expected="counts between 0 and the totals", got="others")
    used = n > 0
    if not len(said):
        none, nothing = np.zeros(0), np.zeros(said.shape)
        return ThemeTrend(nothing, nothing, none, none, none, none, none, none, nothing, nothing)
    time = np.linspace(-0.5, 0.5, len(n)) if len(n) > 1 else np.zeros(1)
    found = [line(row[used], n[used], time[used], time, confidence_level) for row in said]
    fitted, change, lower, upper, p_value, dispersion = (np.array([each[k] for each in found]) for k in range(6))
    period_p = np.full(said.shape, np.nan)
    period_p[:, used] = np.array([each[6] for each in found])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(used, said / n, np.nan)
    flat = np.asarray(adjust(period_p.ravel(), method="bh")).reshape(period_p.shape)
    p_adjusted = np.asarray(adjust(p_value, method="bh"))
    return ThemeTrend(share, fitted, change, lower, upper, p_value, p_adjusted, dispersion, period_p, flat)


def line(
    said: Floats, n: Floats, time: Floats, everywhere: Floats, confidence_level: float
) -> tuple[Floats, float, float, float, float, float, Floats]:
    """One theme: the line in all periods, its change with limits, p-value, dispersion, and a p-value a period."""
    if len(n) < LEAST_PERIODS or said.sum() == 0 or said.sum() == n.sum():
        nothing = np.full(len(everywhere), np.nan)
        return nothing, np.nan, np.nan, np.nan, np.nan, np.nan, np.full(len(n), np.nan)
    design = np.column_stack([np.ones_like(time), time])
    place, inverse = fitted_line(said, n, design)
    share = logistic(design @ place)
    weight = n * share * (1 - share)
    residual = (said - n * share) / np.sqrt(weight)
    freedom = len(n) - 2
    dispersion = max(float(residual @ residual) / freedom, 1.0)
    error = float(np.sqrt(dispersion * inverse[1, 1]))
    reach = student_quantile(0.5 + confidence_level / 2, freedom) * error
    p_value = 2 * student_tail(abs(float(place[1])) / error, freedom)
    ends = (time[0], time[-1])
    change, lower, upper = (rise(place[0], slope, ends) for slope in (place[1], place[1] - reach, place[1] + reach))
    leverage = weight * np.einsum("pi,ij,pj->p", design, inverse, design)
    periods = apart(angular(said, n, share), leverage, freedom)
    return logistic(place[0] + place[1] * everywhere), change, lower, upper, p_value, dispersion, periods


def fitted_line(said: Floats, n: Floats, design: Floats) -> tuple[Floats, Floats]:
    """Intercept and slope by Newton's method, and the inverse of the information."""
    share = (said.sum() + 0.5) / (n.sum() + 1)
    place = np.array([np.log(share / (1 - share)), 0.0])
    for _ in range(STEPS):
        share = logistic(design @ place)
        weight = np.maximum(n * share * (1 - share), 1e-12)
        inverse = np.linalg.inv(design.T @ (weight[:, None] * design))
        step = inverse @ (design.T @ (said - n * share))
        place = place + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(place, dtype=float), np.asarray(inverse, dtype=float)


def logistic(value: Floats) -> Floats:
    """The share of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def rise(middle: float, slope: float, ends: tuple[float, float]) -> float:
    """Share at the last end minus share at the first."""
    first, last = (float(logistic(np.asarray(middle + slope * end))) for end in ends)
    return last - first


def angular(said: Floats, n: Floats, share: Floats) -> Floats:
    """Residuals on the scale of angles, where small shares are no longer skewed (Anscombe 1948)."""
    seen, expected = (np.arcsin(np.sqrt((k + 0.375) / (n + 0.75))) for k in (said, n * share))
    return np.asarray(2 * np.sqrt(n + 0.5) * (seen - expected))


def apart(residual: Floats, leverage: Floats, freedom: int) -> Floats:
    """P-value of each period against the line of the others."""
    left = np.maximum(1 - leverage, 1e-9)
    others = (residual @ residual - residual**2 / left) / max(freedom - 1, 1)
    ratio = np.abs(residual) / np.sqrt(left * np.maximum(others, 1.0))
    return np.array([2 * student_tail(float(each), freedom - 1) for each in ratio])
