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
from npskit.stats.score import responses, variance
from npskit.survey.estimates import effective_responses
from npskit.tally import ClusterMoments, Tally

__all__ = ["Evidence", "evidence"]

MOMENTS = ("clusters", "u", "v", "uu", "uv", "vv")


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


def evidence(tally: Tally, moments: ClusterMoments | None = None) -> Evidence:
    """Counts and squares of the cells of a tally."""
    counts = np.asarray(tally.category_weights, dtype=float)
    if moments is not None:
        return Evidence(counts, clustered_squares(tally, moments, counts))
    if tally.squares is None:
        return Evidence(counts)
    return Evidence(counts, tally.scale.category_counts(tally.squares))


def clustered_squares(tally: Tally, moments: ClusterMoments, counts: np.ndarray) -> np.ndarray:
    """Squares with which each cell is worth as many answers as its clustered variance says.

    Never more than without clusters; a cell where everybody agrees is worth its clusters, since a variance of nothing
    says nothing about how alike the answers of an account are.
    """
    at = {cell: i for i, cell in enumerate(moments.cells)}
    order = [at.get(cell, -1) for cell in tally.cells]
    parts = {name: np.append(getattr(moments, name), 0)[order] for name in MOMENTS}
    error = np.asarray(weighting.moments_standard_error(**parts)) / 100
    spread, plain = np.asarray(variance(counts)), np.asarray(effective_responses(tally), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(error > 0, spread / error**2, parts["clusters"])
        worth = np.clip(np.where(parts["clusters"] > 1, worth, 1.0), 1e-9, np.maximum(plain, 1e-9))
        effect = np.where(worth > 0, counts.sum(-1) / worth, 0.0)
    return counts * effect[:, None]
