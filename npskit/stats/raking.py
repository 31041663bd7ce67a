"""Weights on several margins at once, from the combinations that occur.

Six questions of ten answers each have a million combinations, of which a survey of two thousand has at most two
thousand. `npskit.stats.weighting.rake` takes the whole table; the sweeps run over the cells that hold answers here, so
that what they cost depends on the answers and not on how many questions one could cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError
from npskit.stats.score import Floats

__all__ = ["TOLERANCE", "Raked", "rake_cells"]

#: Margins nearer to their targets than this are met.
TOLERANCE = 1e-8
AIMED = 1e-10
MOST_ROUNDS, LOOK_AGAIN = 5_000, 100
LARGEST_FACTOR = 1e100


@dataclass(frozen=True, slots=True)
class Raked:
    """Weight of one answer in each cell (cells,), mean 1, and how far the margins are from their targets (a share)."""

    weights: Floats
    distance: float


def rake_cells(
    counts: ArrayLike, codes: ArrayLike, targets: Sequence[ArrayLike], *, trim: float | None = None
) -> Raked:
    """Weights that give cells of answers the margins of their population (iterative proportional fitting).

    Parameters
    ----------
    counts : array_like, shape (cells,)
        Answers in each cell.
    codes : array_like of int, shape (axes, cells)
        The level of each cell on each axis.
    targets : sequence of array_like, shapes (levels of the axis,)
        Shares in the population; each sums to 1 (to .01, since published ones are rounded), and is 0 for a level
        without answers.
    trim : float, optional
        Largest weight, in multiples of the mean.

    Returns
    -------
    Raked
        A distance above `TOLERANCE` says that no such weights exist: too strict a trim, or combinations that are
        missing.

    Raises
    ------
    ArgumentError
        When shapes do not fit, a target is no share, a level that the population has is empty, or the trim is not
        above 1.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11:427-444.

    Examples
    --------
    >>> raked = rake_cells([40, 30, 20, 10], [[0, 0, 1, 1], [0, 1, 0, 1]], [[0.5, 0.5], [0.45, 0.55]])
    >>> raked.weights.round(6).tolist(), raked.distance < 1e-8
    ([0.5, 1.0, 1.25, 2.5], True)
    """
    sample, axes = checked(counts, codes)
    margins = [checked_target(target, sample, at, axis) for target, axis, at in zip_axes(targets, axes)]
    if trim is not None and not (np.ndim(trim) == 0 and trim > 1):
        raise ArgumentError(where="trim", expected="a multiple of the mean weight above 1", got=repr(trim))
    cap = np.inf if trim is None else float(trim)
    factor, before = np.ones_like(sample), np.inf
    for sweep in range(MOST_ROUNDS):
        for axis, margin in zip(axes, margins, strict=True):
            present = np.bincount(axis, sample * np.minimum(factor, cap), len(margin))
            ratio = np.divide(margin, present, out=np.zeros_like(margin), where=present > 0)
            factor = np.minimum(factor * ratio[axis], LARGEST_FACTOR)
        distance = farthest(sample * np.minimum(factor, cap), axes, margins)
        if distance < AIMED:
            break
        if sweep % LOOK_AGAIN == LOOK_AGAIN - 1:
            # Weights at their limit stay there, and the margins where they are.
            if before - distance < AIMED:
                break
            before = distance
    weights = levelled(np.minimum(factor, cap), sample, cap)
    return Raked(weights, farthest(sample * weights, axes, margins))


def levelled(weights: Floats, sample: Floats, cap: float) -> Floats:
    """Weights of mean 1 none of which passes the limit, also where the margins could not be met."""
    for _ in range(LOOK_AGAIN):
        mean = float(sample @ weights)
        if abs(mean - 1) < AIMED:
            break
        weights = np.minimum(weights / mean, cap)
    return weights


def checked(counts: ArrayLike, codes: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    """Shares of the cells in the sample, and their codes."""
    sample = np.asarray(counts, dtype=float)
    axes = np.asarray(codes, dtype=np.intp)
    if sample.ndim != 1 or axes.ndim != 2 or axes.shape[1:] != sample.shape:
        raise ArgumentError(
            where="codes", expected="axes × cells, and one count per cell", got=f"{axes.shape} and {sample.shape}"
        )
    if not (np.isfinite(sample) & (sample >= 0)).all() or not sample.sum() > 0:
        raise ArgumentError(where="counts", expected="counts with at least one answer", got=repr(counts))
    return sample / sample.sum(), axes


def zip_axes(targets: Sequence[ArrayLike], axes: NDArray[np.intp]) -> list[tuple[ArrayLike, NDArray[np.intp], int]]:
    """Targets with the codes of their axis."""
    if len(targets) != len(axes):
        raise ArgumentError(where="targets", expected=f"{len(axes)} arrays, one per axis", got=f"{len(targets)}")
    return [(target, axis, at) for at, (target, axis) in enumerate(zip(targets, axes, strict=True))]


def checked_target(target: ArrayLike, sample: Floats, at: int, axis: NDArray[np.intp]) -> Floats:
    """Shares of one margin, checked against the cells."""
    where, share = f"targets[{at}]", np.asarray(target, dtype=float)
    if share.ndim != 1 or len(share) <= int(axis.max(initial=0)) or not (np.isfinite(share) & (share >= 0)).all():
        raise ArgumentError(where=where, expected="a share of at least 0 for each level", got=repr(target))
    # Published shares are rounded; a sum of .999 is meant as 1, one of .9 or 100 is not.
    if abs(share.sum() - 1) > 0.01:
        raise ArgumentError(
            where=where, expected="shares that sum to 1", got=f"a sum of {share.sum():g}", hint="50 % is written 0.5"
        )
    empty = np.flatnonzero((share > 0) & (np.bincount(axis, sample, len(share)) == 0))
    if len(empty):
        raise ArgumentError(
            where=f"{where}, level {empty[0]}",
            expected="at least one answer, as the population has some",
            got="none",
            hint="merge the level with a neighbour, or leave it out of the targets",
        )
    return share / share.sum()


def farthest(weighted: Floats, axes: NDArray[np.intp], margins: Sequence[Floats]) -> float:
    """The largest distance of a weighted share from its target."""
    return max(
        float(np.abs(np.bincount(axis, weighted, len(margin)) - margin).max())
        for axis, margin in zip(axes, margins, strict=True)
    )
