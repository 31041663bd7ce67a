"""What a theme does to the score: what the score would be without those who speak of it.

Of those who write, some speak of price. Leaving them out moves the score by ``share × (their score − the others')``,
and that is the theme's impact: what few say in anger and what many say with a shrug can be compared. It says what goes
together, not what would happen if the price fell.

The interval takes both parts as uncertain: how far the two scores are apart (MOVER on the two score intervals) and how
many speak of it (Wilson). It keeps its promise from a dozen comments on, where a normal interval does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.stats.comparison import difference
from npskit.stats.intervals import normal_quantile
from npskit.stats.rates import rate_interval
from npskit.stats.score import Floats, checked_counts, responses, score

__all__ = ["ThemeImpact", "theme_impact"]


@dataclass(frozen=True, slots=True)
class ThemeImpact:
    """Impact of themes, (...,) each.

    Attributes
    ----------
    impact, lower, upper : float or ndarray
        Score of all minus score without the theme, in points.
    share, share_lower, share_upper : float or ndarray
        Share of comments that speak of it, 0..1.
    score : float or ndarray
        Score of those who do.
    p_value : float or ndarray
        Two-sided, of both groups having the same score.
    """

    impact: Any
    lower: Any
    upper: Any
    share: Any
    share_lower: Any
    share_upper: Any
    score: Any
    p_value: Any


def theme_impact(members: ArrayLike, everybody: ArrayLike, *, confidence_level: float = 0.95) -> ThemeImpact:
    """Score of all minus score without the theme, with its interval.

    Parameters
    ----------
    members : array_like (..., 3)
        Detractors, passives and promoters who speak of the theme.
    everybody : array_like (..., 3)
        Those of everyone who writes.
    confidence_level : float, optional

    Returns
    -------
    ThemeImpact
        nan where nobody, or everybody, speaks of the theme.

    Raises
    ------
    ArgumentError
        When more speak of a theme than write.

    Notes
    -----
    Zou and Donner (2008), Statistics in Medicine 27:1693-1702, for the difference of the two scores and, with
    ``(share·(d − l))² + (d·(share − l_share))²``, for its product with the share; Wilson (1927) for the share.

    Examples
    --------
    >>> found = theme_impact([60, 25, 15], [200, 300, 500])
    >>> f"{found.impact:.2f} points ({found.lower:.2f} to {found.upper:.2f})"
    '-8.33 points (-10.52 to -6.15)'
    """
    inside, whole = checked_counts(members, where="members"), checked_counts(everybody, where="everybody")
    outside = whole - inside
    if (outside < -1e-9).any():
        raise ArgumentError(where="members", expected="no more than everybody", got="more")
    outside = np.maximum(outside, 0.0)
    n, total = np.asarray(responses(inside)), np.asarray(responses(whole))
    low, high = rate_interval(n, total, confidence_level=confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = n / total
    apart = difference(inside, outside, confidence_level=confidence_level)
    gap, below, above = (np.asarray(each) for each in (apart.difference, apart.lower, apart.upper))
    # Where fewer than all speak of it, the impact is further from 0 the more do.
    fewer, more = share - low, high - share
    down, up = np.where(gap > 0, fewer, more), np.where(gap > 0, more, fewer)
    impact, z = share * gap, normal_quantile(confidence_level)
    lower = impact - product_margin(share, gap, down, gap - below, z)
    upper = impact + product_margin(share, gap, up, above - gap, z)
    return ThemeImpact(impact[()], lower[()], upper[()], share[()], low[()], high[()], score(inside), apart.p_value)


def product_margin(first: Floats, second: Floats, first_margin: Floats, second_margin: Floats, z: float) -> Floats:
    """Margin of a product of two independent estimates: the variance of one has three parts.

    Margins are z standard deviations wide, and the third part has two of them.
    """
    both = first_margin * second_margin / z
    return np.asarray(np.sqrt((first * second_margin) ** 2 + (second * first_margin) ** 2 + both**2))
