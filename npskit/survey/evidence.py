"""How much each group's answers say: counts, and what weights and clusters take away from them.

Every comparison of groups needs two things of each: the (weighted) counts of the three categories, and how many
independent, equal answers they are worth. The second is kept as sums of squared weights, since those add when groups
are put together; answers of one account that resemble each other are entered as if their weights were more unequal, by
the group's design effect. So one path serves plain, weighted and clustered surveys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.stats import weighting
from npskit.stats.score import responses
from npskit.survey.estimates import effective_responses
from npskit.tally import ClusterMoments, Tally

__all__ = ["Evidence", "evidence"]

# A cell of answers is worth something, or its squares would have no end.
LEAST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Counts of k groups and what they are worth.

    Attributes
    ----------
    counts : ndarray, shape (k, 3)
        Sums of weights; counts without weights.
    squares : ndarray, shape (k, 3), or None
        Sums of squared weights, raised by the design effect of clusters; None when every answer counts as one.
    """

    counts: np.ndarray
    squares: np.ndarray | None = None

    @property
    def effective(self) -> np.ndarray:
        """Effective responses, shape (k,)."""
        if self.squares is None:
            return np.asarray(responses(self.counts))
        return np.asarray(weighting.effective_responses(self.counts.sum(-1), self.squares.sum(-1)))

    @property
    def effective_counts(self) -> np.ndarray:
        """Counts scaled to the effective responses, shape (k, 3)."""
        if self.squares is None:
            return self.counts
        return weighting.effective_counts(self.counts, self.effective)

    def take(self, rows: Any) -> Evidence:
        """Groups at these positions."""
        return Evidence(self.counts[rows], None if self.squares is None else self.squares[rows])

    def pooled(self, rows: Any) -> Evidence:
        """Groups at these positions as one, shape (1, 3)."""
        part = self.take(rows)
        sums = [None if each is None else each.sum(0, keepdims=True) for each in (part.counts, part.squares)]
        return Evidence(sums[0] if sums[0] is not None else self.counts, sums[1])

    def placed(self, rows: Any, size: int) -> Evidence:
        """Groups put at these positions among `size`, the others empty."""

        def spread(values: np.ndarray) -> np.ndarray:
            out = np.zeros((size, 3))
            np.add.at(out, rows, values)
            return out

        return Evidence(spread(self.counts), None if self.squares is None else spread(self.squares))


def evidence(tally: Tally, moments: ClusterMoments | None = None, *, confidence_level: float | None = None) -> Evidence:
    """Counts and squares of the cells of a tally; with a confidence level few clusters are worth less still."""
    counts = np.asarray(tally.category_weights, dtype=float)
    if moments is not None:
        worth = np.maximum(effective_responses(tally, moments, confidence_level=confidence_level), LEAST)
        return Evidence(counts, counts * (counts.sum(-1) / worth)[:, None])
    if tally.squares is None:
        return Evidence(counts)
    return Evidence(counts, tally.scale.category_counts(tally.squares))
