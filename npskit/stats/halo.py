"""One overall feeling behind all attributes, and touchpoints told apart from who used them.

People who are content tick every box a little higher. When nearly all of the attributes' correlation lies in one
common factor, a list of drivers is a list of synonyms, and the reader should be told. For touchpoints that not
everybody used, the attributes are compared among those who used both; so a value is first freed of its use.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from npskit.stats.crossproducts import CONSTANT, CrossProducts
from npskit.stats.importance import Groups, checked_groups
from npskit.stats.score import Floats

__all__ = ["centring", "halo"]


def centring(products: CrossProducts, players: list[list[int]]) -> Floats:
    """Matrix for :meth:`CrossProducts.mapped` that takes the mean of its users from each touchpoint's value.

    A value that is 0 where not used says mostly who used it. With the mean of its users taken out (or nothing left,
    when they all said the same), it says how they liked it and leaves the use to the indicator.
    """
    total = products.collapse()
    matrix = np.eye(len(total.sums))
    for value, *used in players:
        if used and total.sums[used[0]] > 0:
            mean, square = total.sums[value] / total.sums[used[0]], total.products[value, value] / total.sums[used[0]]
            matrix[used[0], value] = -mean
            if square - mean**2 <= CONSTANT * square:
                matrix[:, value] = 0.0
    return matrix


def halo(products: CrossProducts, groups: Groups | None = None) -> float:
    """Share of the attributes' correlation in one common factor, in (0, 1]: the first eigenvalue over their number.

    Near 1, people answered all attributes with one overall feeling, and no method can say which one it is about.
    Touchpoints are compared among those who used both. nan with fewer than two attributes that vary.

    Examples
    --------
    >>> rows = CrossProducts.from_arrays([9, 7, 2, 6], [[5, 5], [4, 4], [1, 1], [3, 3]])
    >>> round(halo(rows), 3)
    1.0
    """
    correlation = _correlation_of_users(products.collapse(), checked_groups(products, groups))
    varies = np.diagonal(correlation) > 0
    if varies.sum() < 2:
        return float("nan")
    return float(min(np.linalg.eigvalsh(correlation[np.ix_(varies, varies)])[-1] / varies.sum(), 1.0))


def _correlation_of_users(total: CrossProducts, players: list[list[int]]) -> Floats:
    """Correlations of the values among those who used both, (attributes, attributes)."""
    centre, value = total.mapped(centring(total, players)), [player[0] for player in players]
    # With the mean at 0, as where not used, a sum over everyone is one over those who used both.
    together = _used_together(total, players)
    users = together.diagonal()
    mean = np.divide(centre.sums[value], users, out=np.zeros(len(value)), where=users > 0)
    mean_product = np.divide(
        centre.products[np.ix_(value, value)], together, out=np.zeros_like(together), where=together > 0
    )
    covariance = mean_product - mean[:, None] * mean
    varies = centre.covariance.diagonal()[value] > 0
    scale = np.sqrt(np.where(varies, covariance.diagonal(), 0.0))
    scales = scale[:, None] * scale
    return np.clip(np.divide(covariance, scales, out=np.zeros_like(scales), where=scales > 0), -1.0, 1.0)


def _used_together(total: CrossProducts, players: list[list[int]]) -> Floats:
    """Sum of the weights of those who used both of each pair, (attributes, attributes)."""
    used = [player[1] if len(player) > 1 else None for player in players]

    def both(first: Any, second: Any) -> float:
        if first is None and second is None:
            return float(total.weights)
        if first is None or second is None:
            return float(total.sums[first if second is None else second])
        return float(total.products[first, second])

    return np.array([[both(first, second) for second in used] for first in used])
