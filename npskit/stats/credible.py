"""What one may believe about a score after seeing the counts: the highest-density interval.

The prior is Jeffreys', Dirichlet(½, ½, ½). The density of promoters minus detractors is one integral over the share of
those two together, whose inverse square roots at both ends an angle takes away; so it is summed exactly, without draws
and without special functions. The interval is the shortest one holding the asked probability, not equal tails: in a
group without detractors an equal-tailed interval would leave out the likeliest values.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from npskit.stats.score import Floats, score, standard_error

__all__ = ["credible_limits"]

MOST_NODES = 40
BINS = 256
CELLS_PER_BLOCK = 50
# The root of a share has an angle with a standard deviation of about 1 / (2 sqrt(n)); 3.2 / sqrt(n) leaves out 1e-9.
ANGLE_REACH = 3.2
SCORE_REACH = 7.0
HALVINGS = 40


@cache
def gauss_legendre() -> tuple[Floats, Floats]:
    """Nodes and weights of the integral, made when first asked for: NumPy's polynomials take 5 ms to load."""
    return np.polynomial.legendre.leggauss(MOST_NODES)


def credible_limits(counts: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    """Highest posterior density limits, in points; (...,) each."""
    cells = counts.reshape(-1, 3)
    blocks = [
        _block_limits(cells[start : start + CELLS_PER_BLOCK], confidence_level)
        for start in range(0, len(cells), CELLS_PER_BLOCK)
    ]
    limits = np.concatenate(blocks, axis=1) if blocks else np.empty((2, 0))
    lower, upper = 100 * limits.reshape(2, *counts.shape[:-1])
    return lower, upper


def _block_limits(cells: Floats, confidence_level: float) -> Floats:
    edges = _edges(cells)
    density = _density(cells, (edges[:, 1:] + edges[:, :-1]) / 2)
    return _shortest(edges, density / density.sum(axis=1, keepdims=True), confidence_level)


def _edges(cells: Floats) -> Floats:
    """Grid of values around each posterior: (cells, bins + 1)."""
    with_prior = cells + 0.5
    centre, reach = score(with_prior) / 100, SCORE_REACH * standard_error(with_prior) / 100
    low, high = np.maximum(centre - reach, -1.0), np.minimum(centre + reach, 1.0)
    return low[:, None] + (high - low)[:, None] * np.linspace(0, 1, BINS + 1)


def _density(cells: Floats, value: Floats) -> Floats:
    """Posterior density of promoters - detractors at (cells, bins) values, up to a factor per cell.

    With s the share of both together, it is the integral over s of
    (s + value)^(promoters - ½) (s - value)^(detractors - ½) (1 - s)^(passives - ½); s = |value| + (1 - |value|) sin²
    turns the exponents -½ at both ends into a plain angle.
    """
    size = np.abs(value)[:, :, None]
    angle, step = _angles(cells, size)
    decided = size + (1 - size) * np.sin(angle) ** 2
    near, far = np.where(value > 0, cells[:, :1], cells[:, 2:]), np.where(value > 0, cells[:, 2:], cells[:, :1])
    log = (
        near[:, :, None] * np.log(np.maximum(decided - size, 1e-300))
        + (far[:, :, None] - 0.5) * np.log(decided + size)
        + cells[:, 1, None, None] * np.log(np.maximum(1 - decided, 1e-300))
    )
    log -= log.max(axis=(1, 2), keepdims=True)
    return np.asarray((np.exp(log) @ gauss_legendre()[1]) * step)


def _angles(cells: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes (cells, bins, nodes) over the part of the integral that has mass, and its half width."""
    decided, passives = cells[:, 0] + cells[:, 2], cells[:, 1]
    middle = np.arctan2(np.sqrt(decided), np.sqrt(passives))
    reach = ANGLE_REACH / np.sqrt(np.maximum(decided + passives, 1e-9))
    ends = np.sin(np.clip(np.stack([middle - reach, middle + reach]), 0, np.pi / 2))[:, :, None, None] ** 2
    low, high = np.arcsin(np.sqrt(np.clip((ends - size) / np.maximum(1 - size, 1e-300), 0, 1)))
    return (low + high) / 2 + (high - low) / 2 * gauss_legendre()[0], ((high - low) / 2)[:, :, 0]


def _read(table: Floats, place: Floats) -> Floats:
    """Linear reading of each cell's row of `table` at fractional places; place is (cells, ...)."""
    place = np.clip(place, 0, table.shape[1] - 1)
    left = np.minimum(place.astype(np.intp), table.shape[1] - 2)
    row = (np.arange(len(table)) * table.shape[1]).reshape(-1, *[1] * (place.ndim - 1))
    before = table.ravel()[row + left]
    return before + (place - left) * (table.ravel()[row + left + 1] - before)


def _shortest(edges: Floats, density: Floats, confidence_level: float) -> Floats:
    """Ends of the shortest interval of each cell, by halving on the density at both ends."""
    cumulated = np.concatenate([np.zeros((len(edges), 1)), np.cumsum(density, axis=1)], axis=1)
    low = np.zeros(len(edges))
    high = _inverse(cumulated, np.full(len(edges), 1 - confidence_level) * cumulated[:, -1])
    for _ in range(HALVINGS):
        left = (low + high) / 2
        right = _inverse(cumulated, _read(cumulated, left) + confidence_level * cumulated[:, -1])
        # The density is known as the middle of each bin, that is at half places.
        rising = _read(density, left - 0.5) < _read(density, right - 0.5)
        low, high = np.where(rising, left, low), np.where(rising, high, left)
    right = _inverse(cumulated, _read(cumulated, low) + confidence_level * cumulated[:, -1])
    return np.stack([_read(edges, low), _read(edges, right)])


def _inverse(cumulated: Floats, probability: Floats) -> Floats:
    """Fractional place at which each row reaches its probability."""
    after = np.clip((cumulated < probability[:, None]).sum(axis=1), 1, cumulated.shape[1] - 1)
    rows = np.arange(len(cumulated))
    before, reached = cumulated[rows, after - 1], cumulated[rows, after]
    step = np.divide(probability - before, reached - before, out=np.zeros(len(rows)), where=reached > before)
    return np.asarray(after - 1 + np.clip(step, 0, 1))
