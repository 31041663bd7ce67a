"""How well a code frame codes as a person does: agreement beyond what chance would give.

Two coders who both say "price" once in ten comments agree on nine of ten without reading. Cohen's kappa leaves that
out. Precision tells how many of the coded comments a person would have coded, recall how many of a person's it found,
and F1 is their harmonic mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError

__all__ = ["Agreement", "agreement", "counted"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two coders; (...,) each, nan where it cannot be told.

    Attributes
    ----------
    kappa : float or ndarray
        Cohen's kappa: 1 for full agreement, 0 for what chance gives.
    precision, recall, f1 : float or ndarray
        Of the first coder, taking the second's as true.
    agreed : float or ndarray
        Share of comments coded alike.
    """

    kappa: Any
    precision: Any
    recall: Any
    f1: Any
    agreed: Any


def agreement(both: ArrayLike, only_first: ArrayLike, only_second: ArrayLike, neither: ArrayLike) -> Agreement:
    """Agreement from four counts of comments.

    Parameters
    ----------
    both, only_first, only_second, neither : array_like (...,)
        Comments that both coders, only one, or none gave the theme.

    Notes
    -----
    Cohen (1960), Educational and Psychological Measurement 20:37-46; van Rijsbergen, *Information Retrieval* (1979).

    Examples
    --------
    >>> found = agreement(20, 5, 10, 15)
    >>> f"kappa {found.kappa:.2f}, F1 {found.f1:.3f}"
    'kappa 0.40, F1 0.727'
    """
    a, b, c, d = (np.asarray(counts, dtype=float) for counts in (both, only_first, only_second, neither))
    if min(float(each.min(initial=0)) for each in (a, b, c, d)) < 0:
        raise ArgumentError(where="agreement", expected="counts of at least 0", got="negative ones")
    n = a + b + c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = (a + d) / n
        by_chance = ((a + b) * (a + c) + (c + d) * (b + d)) / n**2
        kappa = (agreed - by_chance) / (1 - by_chance)
        precision, recall, f1 = a / (a + b), a / (a + c), 2 * a / (2 * a + b + c)
    return Agreement(kappa[()], precision[()], recall[()], f1[()], agreed[()])


def counted(first: ArrayLike, second: ArrayLike) -> tuple[Any, Any, Any, Any]:
    """The four counts from what each coder said, (comments, ...) of bool, for `agreement`."""
    one, other = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    if one.shape != other.shape:
        raise ArgumentError(where="agreement", expected="codes of one shape", got=f"{one.shape} and {other.shape}")
    return (one & other).sum(0), (one & ~other).sum(0), (~one & other).sum(0), (~one & ~other).sum(0)
