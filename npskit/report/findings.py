"""Numbers the story is built from, before they are words.

Each finding is a small frozen record computed from counts. A sentence, a chart and a test read the same record, so
none of them can say something else than the others.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.charts.words import farthest_apart, widening
from npskit.scale import Scale
from npskit.survey.estimates import effective_responses
from npskit.survey.plots import columns_of

if TYPE_CHECKING:
    from npskit.frames import Period
    from npskit.survey import Survey
    from npskit.tally import Tally

__all__ = ["Gap", "Overall", "farthest", "overall"]

# From −100 to +100.
WIDEST = 200.0


@dataclass(frozen=True)
class Overall:
    """The score of everybody.

    Attributes
    ----------
    score, lower, upper : float
        Points; nan when nobody answered.
    counts : tuple of int
        Detractors, passives, promoters.
    ratings : tuple of int
        Answers per rating of the scale.
    shares : tuple of float
        The same in 0..1, weighted when there are weights; empty when nobody answered.
    missing : int
        Rows without an answer.
    scale : Scale
    effective : float or None
        Effective responses, with weights or clusters.
    weighted : float or None
        Those that the weights alone leave (Kish), with weights.
    """

    score: float
    lower: float
    upper: float
    counts: tuple[int, ...]
    ratings: tuple[int, ...]
    shares: tuple[float, ...]
    missing: int
    scale: Scale = field(default_factory=Scale)
    effective: float | None = None
    weighted: float | None = None

    @property
    def responses(self) -> int:
        """Number of answers."""
        return sum(self.counts)

    @property
    def is_sure(self) -> bool:
        """Whether the answers tell how sure the score is."""
        return not (math.isnan(self.lower) or math.isnan(self.upper))

    @property
    def chance(self) -> float:
        """By how many points two such surveys of an unchanged world may differ: half the width of the interval of
        their difference (MOVER)."""
        return math.hypot(self.score - self.lower, self.upper - self.score)


def overall(survey: Survey, *, within: tuple[Period, dt.date] | None = None, confidence_level: float = 0.95) -> Overall:
    """The score of everybody, or of those who answered `within` a period, with what it is made of."""
    by = [] if within is None else [within[0]]
    tally = survey.tally(by)
    at = 0 if within is None else tally.dates.index(within[1])
    rows = columns_of(survey.summary(by or None, confidence_level=confidence_level))
    return overall_of(tally.take([at]), {name: values[at] for name, values in rows.items()})


def overall_of(tally: Tally, row: Mapping[str, Any]) -> Overall:
    """One cell with its row of the summary."""
    weights = tally.category_weights[0]
    total = float(weights.sum())
    return Overall(
        score=number_or_nan(row["score"]),
        lower=number_or_nan(row["lower"]),
        upper=number_or_nan(row["upper"]),
        counts=tuple(int(n) for n in tally.category_counts[0]),
        ratings=tuple(int(n) for n in tally.counts[0]),
        shares=tuple(float(part) / total for part in weights) if total else (),
        missing=int(tally.missing.sum()),
        scale=tally.scale,
        effective=row.get("effective_responses"),
        weighted=None if tally.weights is None else float(effective_responses(tally)[0]),
    )


def number_or_nan(value: Any) -> float:
    """A cell of a table of any library as a float."""
    return math.nan if value is None else float(value)


@dataclass(frozen=True)
class Gap:
    """The largest difference between two rows that their intervals hold apart.

    Attributes
    ----------
    low, high : int
        Positions of the two rows.
    points, lower, upper : float
        High minus low with its interval (MOVER), as wide as it takes for all pairs that were looked at.
    """

    low: int
    high: int
    points: float
    lower: float
    upper: float


def farthest(
    scores: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    pairs: int | None = None,
    confidence_level: float = 0.95,
) -> Gap | None:
    """The largest difference whose interval, widened for all the pairs one could have picked, leaves out 0.

    Parameters
    ----------
    scores, lower, upper : sequence of float
        Points, one row a group.
    pairs : int, optional
        How many pairs were looked at; those of these rows when not given.
    confidence_level : float

    Returns
    -------
    Gap or None
        None when no two groups stay apart.

    Examples
    --------
    >>> gap = farthest([0.0, 60.0, 20.0], [-10.0, 50.0, -30.0], [10.0, 70.0, 70.0])
    >>> gap.low, gap.high, gap.points, round(gap.lower, 1)
    (0, 1, 60.0, 42.7)
    >>> farthest([0.0, 8.0], [-10.0, -2.0], [10.0, 18.0]) is None
    True
    """
    rows = len(scores)
    wide = widening(pairs or rows * (rows - 1) // 2, confidence_level)
    found = farthest_apart(scores, lower, upper, widening=wide)
    if found is None:
        return None
    low, high = found
    gap = scores[high] - scores[low]
    below = math.hypot(scores[high] - lower[high], upper[low] - scores[low])
    above = math.hypot(upper[high] - scores[high], scores[low] - lower[low])
    return Gap(low, high, gap, gap - wide * below, min(gap + wide * above, WIDEST))
