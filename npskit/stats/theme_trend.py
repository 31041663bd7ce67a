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
from npskit.stats.student import student_quantile, student_tails

__all__ = ["LEAST_PERIODS", "ThemeTrend", "theme_trend"]

Floats = NDArray[np.float64]

# Periods with comments that a line and the scatter around it need.
LEAST_PERIODS = 6
STEPS = 25
TINY = 1e-300


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
    lines = Lines.through(said[:, used], n[used], time[used])
    change, lower, upper = lines.change(confidence_level)
    period_p = np.full(said.shape, np.nan)
    period_p[:, used] = lines.periods()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(used, said / n, np.nan)
    flat = np.asarray(adjust(period_p.ravel(), method="bh")).reshape(period_p.shape)
    p_value = lines.p_value()
    p_adjusted = np.asarray(adjust(p_value, method="bh"))
    parts = lines.at(time), change, lower, upper, p_value, p_adjusted, lines.dispersion
    return ThemeTrend(share, *parts, period_p, flat)


@dataclass(frozen=True, slots=True)
class Lines:
    """A line for each of M themes in P periods; nan for a theme that has none.

    Attributes
    ----------
    said, share : ndarray (M, P)
        Comments that speak of each theme, and their share by the line.
    n, time : ndarray (P,)
    place : ndarray (2, M)
        Intercept and slope, in log-odds.
    inverse : ndarray (3, M)
        Of the information: variance of the intercept, covariance, variance of the slope.
    dispersion : ndarray (M,)
    """

    said: Floats
    share: Floats
    n: Floats
    time: Floats
    place: Floats
    inverse: Floats
    dispersion: Floats

    @classmethod
    def through(cls, said: Floats, n: Floats, time: Floats) -> Lines:
        """Lines through the shares of themes."""
        told = (said.sum(axis=1) > 0) & (said.sum(axis=1) < n.sum()) & (len(n) >= LEAST_PERIODS)
        place, inverse = fitted_lines(said, n, time)
        place[:, ~told], inverse[:, ~told] = np.nan, np.nan
        share = logistic(place[0][:, None] + place[1][:, None] * time)
        squares = np.sum((said - n * share) ** 2 / (n * share * (1 - share)), axis=1)
        return cls(said, share, n, time, place, inverse, np.maximum(squares / max(len(n) - 2, 1), 1.0))

    @property
    def freedom(self) -> int:
        """Periods less what a line takes."""
        return len(self.n) - 2

    @property
    def error(self) -> Floats:
        """Standard error (M,) of the slope."""
        return np.sqrt(self.dispersion * self.inverse[2])

    def at(self, time: Floats) -> Floats:
        """The shares (M, T) by the lines at any time."""
        return logistic(self.place[0][:, None] + self.place[1][:, None] * time)

    def p_value(self) -> Floats:
        """Of a slope of 0, (M,)."""
        return 2 * student_tails(np.abs(self.place[1]) / self.error, self.freedom)

    def change(self, confidence_level: float) -> list[Floats]:
        """Share at the last end minus share at the first, and its limits, (M,) each."""
        if not len(self.n):
            return [np.full(len(self.said), np.nan)] * 3
        reach = student_quantile(0.5 + confidence_level / 2, self.freedom) * self.error
        middle, slope = self.place
        rises = slope, slope - reach, slope + reach
        return [logistic(middle + rise * self.time[-1]) - logistic(middle + rise * self.time[0]) for rise in rises]

    def periods(self) -> Floats:
        """P-value (M, P) of each period against the line of the others."""
        own, both, slope = (part[:, None] for part in self.inverse)
        weight = self.n * self.share * (1 - self.share)
        left = np.maximum(1 - weight * (own + 2 * both * self.time + slope * self.time**2), 1e-9)
        residual = angular(self.said, self.n, self.share)
        total = np.sum(residual**2, axis=1, keepdims=True)
        others = (total - residual**2 / left) / max(self.freedom - 1, 1)
        return 2 * student_tails(np.abs(residual) / np.sqrt(left * np.maximum(others, 1.0)), self.freedom - 1)


def fitted_lines(said: Floats, n: Floats, time: Floats) -> tuple[Floats, Floats]:
    """Intercepts and slopes (2, M) by Newton's method, and the inverse of the information (3, M)."""
    share = (said.sum(axis=1) + 0.5) / (n.sum() + 1)
    place = np.stack([np.log(share / (1 - share)), np.zeros(len(said))])
    inverse, moving = np.zeros((3, len(said))), np.ones(len(said), dtype=bool)
    for _ in range(STEPS):
        share = logistic(place[0][:, None] + place[1][:, None] * time)
        weight, gap = np.maximum(n * share * (1 - share), 1e-12), said - n * share
        own, both, squares = weight.sum(axis=1), weight @ time, weight @ time**2
        spread = np.maximum(own * squares - both**2, TINY)
        inverse = np.where(moving, np.stack([squares, -both, own]) / spread, inverse)
        pull, lean = gap.sum(axis=1), gap @ time
        step = np.stack([inverse[0] * pull + inverse[1] * lean, inverse[1] * pull + inverse[2] * lean])
        place = place + np.where(moving, np.clip(step, -3, 3), 0.0)
        moving &= np.abs(step).max(axis=0) >= 1e-10
        if not moving.any():
            break
    return place, inverse


def logistic(value: Floats) -> Floats:
    """The share of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def angular(said: Floats, n: Floats, share: Floats) -> Floats:
    """Residuals on the scale of angles, where small shares are no longer skewed (Anscombe 1948)."""
    seen, expected = (np.arcsin(np.sqrt((k + 0.375) / (n + 0.75))) for k in (said, n * share))
    return np.asarray(2 * np.sqrt(n + 0.5) * (seen - expected))
