"""How much of the growth was earned: customers who came back for more, and customers whom they brought.

Revenue may grow because customers are happy or because new ones were bought with advertising and discounts; the
accounts show one number. Earned growth (Reichheld, Darnell and Burns 2021) parts it: what last period's customers
bring in now, plus what new customers bring in who came by recommendation. The published example: from 100 to 130, with
a net revenue retention of 85 % and 45 from new customers, of which 25 were earned, is an earned growth rate of 10 %
and a third of all growth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.score import Floats
from npskit.stats.studentized import percentiles

__all__ = ["BOUGHT", "EARNED", "STEPS", "UNKNOWN", "EarnedSums", "bridge", "earned_sums", "growth"]

# How a new customer came, and the steps from the revenue before to the revenue now.
EARNED, BOUGHT, UNKNOWN = 0, 1, 2
STEPS = ("start", "lost", "shrunk", "grown", "earned_new", "bought_new", "unknown_new", "end")
PARTS = 1000
# Customers of before that a bootstrap needs.
FEWEST = 30
Limits = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class EarnedSums:
    """Sums over customers; they add.

    Attributes
    ----------
    steps : ndarray, shape (parts, 7)
        The steps of `STEPS` but the end, which is their sum.
    customers : ndarray, shape (parts, 7)
        Customers behind each step; those of before at the start.
    """

    steps: Floats
    customers: Floats

    def __add__(self, other: EarnedSums) -> EarnedSums:
        return EarnedSums(
            np.concatenate([self.steps, other.steps]), np.concatenate([self.customers, other.customers])
        )  # fmt: skip


def earned_sums(
    before: ArrayLike, now: ArrayLike, source: ArrayLike, *, parts: int = PARTS, rng: Any = 0
) -> EarnedSums:
    """Sums of each step, over parts into which customers fall at random.

    Parameters
    ----------
    before, now : array_like, shape (customers,)
        Revenue of each customer in the two periods; nan counts as none.
    source : array_like of int, shape (customers,)
        0 earned, 1 bought, 2 unknown; read for new customers only.
    parts : int
    rng : Generator or int

    Examples
    --------
    >>> sums = earned_sums([60, 40, 0, 0], [85, 0, 25, 20], [2, 2, 0, 1])
    >>> sums.steps.sum(axis=0).tolist()
    [100.0, -40.0, 0.0, 25.0, 25.0, 20.0, 0.0]
    """
    first, last = (np.nan_to_num(np.asarray(values, dtype=float)) for values in (before, now))
    origin = np.asarray(source, dtype=int)
    if not first.shape == last.shape == origin.shape or first.ndim != 1:
        shapes = ", ".join(str(each.shape) for each in (first, last, origin))
        raise ArgumentError(where="earned_sums", expected="before, now and source of one length", got=shapes)
    old, new, change = first != 0, (first == 0) & (last != 0), last - first
    gone = old & (last == 0)
    masks = [old, gone, old & ~gone & (change < 0), old & (change > 0) & ~gone]
    masks += [new & (origin == kind) for kind in (EARNED, BOUGHT, UNKNOWN)]
    order = np.random.default_rng(rng).permutation(len(first)) % parts
    size = min(parts, len(first))
    amounts = [first, *[change] * 3, *[last] * 3]
    steps = [np.bincount(order, np.where(mask, amount, 0.0), size) for mask, amount in zip(masks, amounts, strict=True)]
    customers = [np.bincount(order, mask, size) for mask in masks]
    return EarnedSums(np.stack(steps, axis=1), np.stack(customers, axis=1))


def bridge(sums: EarnedSums) -> tuple[Floats, Floats]:
    """Amounts and customers of every step of `STEPS`; the steps after the start add up to the end.

    Examples
    --------
    >>> bridge(earned_sums([100, 0, 0], [85, 25, 20], [2, 0, 1]))[0].tolist()
    [100.0, 0.0, -15.0, 0.0, 25.0, 20.0, 0.0, 130.0]
    """
    amounts, customers = sums.steps.sum(axis=0), sums.customers.sum(axis=0)
    end = customers[0] - customers[1] + customers[4:].sum()
    return np.append(amounts, sum(amounts.tolist())), np.append(customers, end)


def growth(
    sums: EarnedSums,
    *,
    confidence_level: float = 0.95,
    replicates: int = 2000,
    rng: np.random.Generator | int | None = None,
) -> dict[str, Limits]:
    """Net revenue retention, new revenue by source, earned growth rate and ratio, each with its interval.

    Parameters
    ----------
    sums : EarnedSums
    confidence_level : float
    replicates : int
    rng : Generator or int, optional

    Returns
    -------
    mapping of str to (value, lower, upper)
        ``net_revenue_retention``, ``earned_new``, ``bought_new``, ``unknown_new`` (of the revenue before), ``growth``,
        ``rate`` (new customers of unknown source not counted as earned), ``rate_if_all`` (all of them counted) and
        ``ratio`` (earned growth over all growth; nan where revenue did not grow, and without an interval where it may
        not have grown). Fewer than 30 customers before give no interval.

    Raises
    ------
    EmptyDataError
        When there was no revenue before.

    References
    ----------
    Reichheld, Darnell and Burns (2021), Net Promoter 3.0, Harvard Business Review 99(6), 80-89.

    Examples
    --------
    >>> found = growth(earned_sums([100, 0, 0], [85, 25, 20], [2, 0, 1]), rng=1)
    >>> {name: round(found[name][0], 3) for name in ("net_revenue_retention", "earned_new", "rate", "ratio")}
    {'net_revenue_retention': 0.85, 'earned_new': 0.25, 'rate': 0.1, 'ratio': 0.333}
    """
    total = sums.steps.sum(axis=0)
    if not total[0] > 0:
        raise EmptyDataError(
            where="earned growth", expected="revenue above 0 in the period before", got=f"{total[0]:g}"
        )  # fmt: skip
    value, lower, upper = percentiles(
        sums.steps, rates, confidence_level=confidence_level, replicates=replicates, rng=rng
    )
    if sums.customers[:, 0].sum() < FEWEST:
        lower = upper = np.full(len(RATES), np.nan)
    out = {name: (float(value[at]), float(lower[at]), float(upper[at])) for at, name in enumerate(RATES)}
    return {**out, "ratio": where_grown(out["ratio"], out["growth"])}


RATES = (
    "net_revenue_retention", "earned_new", "bought_new", "unknown_new", "growth", "rate", "rate_if_all", "ratio",
)  # fmt: skip


def rates(steps: Any) -> Any:
    """The figures of `RATES` from the sums of the steps."""
    share = steps / steps[..., :1]
    kept = 1 + share[..., 1:4].sum(axis=-1)
    earned, bought, unknown = share[..., 4], share[..., 5], share[..., 6]
    whole, rate = kept - 1 + earned + bought + unknown, kept - 1 + earned
    return np.stack([kept, earned, bought, unknown, whole, rate, rate + unknown, rate / whole], axis=-1)


def where_grown(ratio: Limits, whole: Limits) -> Limits:
    """The ratio: a share of growth has no meaning without growth, and no limits where there may be none."""
    nan = float("nan")
    if not whole[0] > 0:
        return nan, nan, nan
    return ratio if whole[1] > 0 else (ratio[0], nan, nan)
