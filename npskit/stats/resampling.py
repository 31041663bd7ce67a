"""The bootstrap without the rows.

Drawing n answers with replacement from n answers is drawing three counts from a trinomial, so a replicate costs two
binomial draws whatever n is. For groups of ordinary size even that is not needed: the sum of n answers of +1, 0 or -1
takes few values and its exact distribution is one inverse Fourier transform of the n-th power of the distribution
of one answer. The percentiles are then exact and no seed is involved.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError, NpskitWarning
from npskit.stats.score import Floats, checked_counts, responses, shares

__all__ = ["bootstrap", "redrawn", "resampled_limits"]

MOST_EXACT_RESPONSES = 20_000
BLOCK = 1_000_000
# Draws held at once where parts are drawn: as many as a cache holds.
DRAWS_AT_ONCE = 100_000
# exp(-40) is below the rounding of the sums; 8 standard deviations and 16 answers leave out less than 1e-12.
NEGLIGIBLE_LOG = -40.0
WINDOW_DEVIATIONS = 8
WINDOW_ANSWERS = 16


def bootstrap(counts: ArrayLike, *, replicates: int = 10_000, rng: np.random.Generator | int | None = None) -> Floats:
    """Bootstrap replicates of the score, drawn from the counts.

    Parameters
    ----------
    counts : array_like, shape (..., 3)
        Detractors, passives, promoters; fractional totals are rounded to whole answers.
    replicates : int, optional
        How many.
    rng : Generator or int, optional
        Source of randomness, or its seed.

    Returns
    -------
    ndarray, shape (replicates, ...)
        Points; nan where there is no answer.

    Warns
    -----
    NpskitWarning
        When a category is empty: no replicate can hold an answer nobody gave.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> draws = bootstrap([20, 30, 50], replicates=2000, rng=1)
    >>> draws.shape, bool(abs(draws.std() - 7.81) < 0.5)
    ((2000,), True)
    """
    array = checked_counts(counts)
    if not (isinstance(replicates, int | np.integer) and replicates > 0):
        raise ArgumentError(where="replicates", expected="a whole number above 0", got=repr(replicates))
    _warn_of_empty_categories(array)
    return _draws(array, int(replicates), np.random.default_rng(rng))


def _warn_of_empty_categories(counts: Floats) -> None:
    answered = np.asarray(responses(counts)) > 0
    hollow = int((answered & (counts == 0).any(axis=-1)).sum())
    if hollow:
        warnings.warn(
            f"bootstrap: {hollow} of {int(answered.sum())} groups have an empty category, which no replicate can "
            "fill; their intervals are too narrow. method='score' has no such limit.",
            NpskitWarning,
            stacklevel=3,
        )


def _draws(counts: Floats, replicates: int, rng: np.random.Generator) -> Floats:
    total = np.rint(np.asarray(responses(counts))).astype(np.int64)
    share = np.where(total[..., None] > 0, np.nan_to_num(shares(counts)), 0.0)
    rest = 1 - share[..., 2]
    detractors_among_rest = np.divide(share[..., 0], rest, out=np.zeros_like(rest), where=rest > 0)
    size = (replicates, *total.shape)
    promoters = rng.binomial(total, share[..., 2], size=size)
    detractors = rng.binomial(total - promoters, np.minimum(detractors_among_rest, 1.0), size=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * (promoters - detractors) / total)


def redrawn(parts: int, replicates: int, rng: np.random.Generator) -> Floats:
    """How often each of some parts is drawn in each replicate of as many draws with replacement, as floats.

    An even multinomial, of which NumPy draws one binomial for each part; drawing the parts themselves and counting them
    takes an eighth of the time.

    Returns
    -------
    ndarray, shape (replicates, parts)

    Examples
    --------
    >>> times = redrawn(5, 3, np.random.default_rng(1))
    >>> times.shape, times.sum(axis=1).tolist()
    ((3, 5), [5.0, 5.0, 5.0])
    """
    times = np.empty((replicates, parts))
    size = max(1, DRAWS_AT_ONCE // max(parts, 1))
    for first in range(0, replicates, size):
        block = times[first : first + size]
        drawn = rng.integers(parts, size=block.shape)
        # Each replicate counts in numbers of its own.
        drawn += parts * np.arange(len(block))[:, None]
        block[:] = np.bincount(drawn.ravel(), minlength=block.size).reshape(block.shape)
    return times


def resampled_limits(
    counts: Floats, confidence_level: float, *, rng: np.random.Generator | int | None, replicates: int
) -> tuple[Any, Any]:
    """Percentile limits: exact up to 20,000 answers, drawn above; (...,) each, in points."""
    _warn_of_empty_categories(counts)
    cells = counts.reshape(-1, 3)
    total = np.rint(np.asarray(responses(cells)))
    limits = np.full((2, len(cells)), np.nan)
    tail = (1 - confidence_level) / 2
    exact = np.flatnonzero((total > 0) & (total <= MOST_EXACT_RESPONSES))
    limits[:, exact] = _exact_limits(cells[exact], total[exact], tail)
    generator = np.random.default_rng(rng)
    for cell in np.flatnonzero(total > MOST_EXACT_RESPONSES):
        draws = _draws(cells[cell], replicates, generator)
        limits[:, cell] = np.quantile(draws, [tail, 1 - tail])
    lower, upper = limits.reshape(2, *counts.shape[:-1])
    return lower, upper


def _exact_limits(cells: Floats, total: Floats, tail: float) -> Floats:
    share = shares(cells)
    mean, decided = share[:, 2] - share[:, 0], share[:, 2] + share[:, 0]
    deviation = np.sqrt(total * np.maximum(decided - mean**2, 0.0))
    reach = np.minimum(np.ceil(WINDOW_DEVIATIONS * deviation) + WINDOW_ANSWERS, total + np.abs(mean * total) + 1)
    limits = np.empty((2, len(cells)))
    # Cells of like width share a transform of one length, and a block stays within a few megabytes.
    order = np.argsort(reach, kind="stable")
    start = 0
    while start < len(order):
        stop = _block_end(reach[order], start)
        block = order[start:stop]
        limits[:, block] = _block_limits(mean[block], decided[block], total[block], int(reach[block].max()), tail)
        start = stop
    return limits


def _block_end(reach: Floats, start: int) -> int:
    """End of the block that begins at `start`: alike in width (within twice) and small in memory."""
    alike = int(np.searchsorted(reach, 2 * reach[start], side="right"))
    length = 2 * int(reach[alike - 1]) + 2
    return min(alike, start + max(1, BLOCK // length))


def _block_limits(mean: Floats, decided: Floats, total: Floats, reach: int, tail: float) -> Floats:
    length = 1 << int(2 * reach + 1).bit_length()
    centre = np.rint(mean * total)
    probability = _sum_distribution(mean, decided, total, centre - length // 2, length)
    cumulated = np.cumsum(probability, axis=1)
    # Half a rounding error of slack, so that a tie falls the same way from both ends.
    low = (cumulated < tail - 1e-12).sum(axis=1)
    high = (cumulated < 1 - tail - 1e-12).sum(axis=1)
    first = centre - length // 2
    return np.stack([100 * (first + low) / total, 100 * (first + high) / total])


def _sum_distribution(mean: Floats, decided: Floats, total: Floats, first: Floats, length: int) -> Floats:
    """Probability that `total` answers sum to first, first + 1, …: (cells, length)."""
    angle = 2 * np.pi * np.arange(length // 2 + 1) / length
    cosine, sine = np.cos(angle), np.sin(angle)
    real = 1 + decided[:, None] * (cosine - 1)
    imaginary = mean[:, None] * sine
    squared = real**2 + imaginary**2
    cell, wave = np.nonzero(squared > np.exp(2 * NEGLIGIBLE_LOG / total)[:, None])
    # The characteristic function of one answer, to the power of n, turned so that `first` comes first. Most
    # frequencies vanish in that power and are never computed.
    size = total[cell] * np.log(squared[cell, wave]) / 2
    turn = first[cell] * angle[wave] - total[cell] * np.arctan2(imaginary[cell, wave], real[cell, wave])
    waves = np.zeros(squared.shape, dtype=complex)
    waves[cell, wave] = np.exp(size + 1j * turn)
    return np.fft.irfft(waves, n=length, axis=1)
