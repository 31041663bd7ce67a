"""Where the best shop is on each attribute, luck taken out.

The highest of forty means is high partly by luck, the more so the fewer answered. So the means are first drawn
towards the overall mean by how much of their spread is more than chance (a random-effects estimate); when all of it
may be chance, no shop is better and nothing can be gained by copying it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.survey.attributes import Attribute
from npskit.survey.driver_scan import Rows, level_means

__all__ = ["best_levels", "shrunken"]

FEWEST = 30


def best_levels(rows: Rows, attributes: Sequence[Attribute], column: str) -> dict[str, tuple[Any, float]]:
    """For each attribute the best level of a column, and how far the overall mean is below it.

    None and 0 when what sets the levels apart may all be chance.

    Raises
    ------
    ArgumentError
        When no level has 30 answers to an attribute, or there are too many levels.
    """
    levels, sums = level_means(rows, attributes, column)
    found = {}
    for at, attribute in enumerate(attributes):
        value, used = 2 * at, 2 * at + 1
        weight = sums.sums[:, used]
        answers = np.divide(weight, sums.weights, out=np.zeros_like(weight), where=sums.weights > 0)
        answers = answers * sums.effective_responses
        enough = np.flatnonzero(answers >= FEWEST)
        if not len(enough):
            raise ArgumentError(
                where=f"to_best={column!r}",
                expected=f"a level with at least {FEWEST} answers to {attribute.name!r}",
                got=f"at most {answers.max(initial=0):.0f}",
            )
        mean = sums.sums[enough, value] / weight[enough]
        variance = np.maximum(sums.products[enough, value, value] / weight[enough] - mean**2, 0.0)
        overall = float(sums.sums[:, value].sum() / weight.sum())
        drawn = shrunken(mean, variance / answers[enough], overall)
        best = int(np.argmax(drawn))
        gap = max(float(drawn[best]) - overall, 0.0)
        found[attribute.name] = (levels[enough[best]] if gap else None, gap)
    return found


def shrunken(mean: np.ndarray, variance: np.ndarray, overall: float) -> np.ndarray:
    """Means drawn towards the overall one; `variance` is that of each mean. (k,)

    The spread between means beyond chance by the method of moments (DerSimonian and Laird 1986, Controlled Clinical
    Trials 7:177-188).

    Examples
    --------
    >>> shrunken(np.array([3.9, 4.1]), np.array([0.1, 0.1]), 4.0).tolist()
    [4.0, 4.0]
    >>> shrunken(np.array([3.0, 5.0]), np.array([1e-9, 1e-9]), 4.0).round(3).tolist()
    [3.0, 5.0]
    """
    if len(mean) < 2:
        return mean
    precision = 1 / np.maximum(variance, 1e-12)
    centre = (precision * mean).sum() / precision.sum()
    spread = (precision * (mean - centre) ** 2).sum() - (len(mean) - 1)
    between = max(0.0, spread / (precision.sum() - (precision**2).sum() / precision.sum()))
    return overall + between / (between + variance) * (mean - overall) if between else np.full_like(mean, overall)
