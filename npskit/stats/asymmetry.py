"""What a bad experience costs and what a good one earns: they need not be the same.

A checkout that works earns nothing and one that fails costs everything; one coefficient for both hides it. So each
attribute enters with two indicators, at the bottom and at the top of its scale, the middle being the reference
(penalty-reward contrast). A penalty alone is what Kano calls a must-be, a reward alone a delighter, both a
performance attribute. Where the intervals do not tell, the answer is that they do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from npskit.errors import ArgumentError
from npskit.stats.crossproducts import CrossProducts
from npskit.stats.effects import REPLICATES, checked_size, coefficients, limits, variance_inflation
from npskit.stats.score import Floats

__all__ = ["KINDS", "Asymmetry", "asymmetry"]

# Answers at the bottom and at the top of the scale without which a kind is not told.
FEWEST_AT_AN_END = 30
KINDS = ("must-be", "performance", "delighter", "cannot tell")


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Penalty and reward of each attribute, in the unit of the outcome (points, when it is -100, 0 or 100).

    Attributes
    ----------
    penalty, penalty_lower, penalty_upper : ndarray, shape (attributes,)
        Bottom against middle, the other attributes held still: negative when a bad experience costs. nan when nobody
        is at the bottom, or nobody in the middle.
    reward, reward_lower, reward_upper : ndarray, shape (attributes,)
        Top against middle: positive when a good experience earns.
    balance, balance_lower, balance_upper : ndarray, shape (attributes,)
        Reward plus penalty: below 0 when a bad experience costs more than a good one earns.
    bottom, top, usage : ndarray, shape (attributes,)
        Share of all answers at the bottom, at the top, and that used it at all.
    kinds : tuple of str
        ``"performance"`` when the intervals of penalty and reward both leave out 0; ``"must-be"`` when only that of
        the penalty does and the balance is below 0 too; ``"delighter"`` the other way round; ``"cannot tell"``
        otherwise, with fewer than 30 answers at an end, and where an end points the wrong way by more than half of
        what the other does.
    responses : int
    confidence_level : float
    """

    penalty: Floats
    penalty_lower: Floats
    penalty_upper: Floats
    reward: Floats
    reward_lower: Floats
    reward_upper: Floats
    balance: Floats
    balance_lower: Floats
    balance_upper: Floats
    bottom: Floats
    top: Floats
    usage: Floats
    kinds: tuple[str, ...]
    responses: int
    confidence_level: float


@dataclass(frozen=True, slots=True)
class _Contrast:
    estimate: Floats
    lower: Floats
    upper: Floats


def asymmetry(
    products: CrossProducts,
    *,
    confidence_level: float = 0.95,
    replicates: int = REPLICATES,
    rng: np.random.Generator | int | None = None,
) -> Asymmetry:
    """Penalty and reward of each attribute, with bootstrap intervals.

    Parameters
    ----------
    products : CrossProducts
        In parts, of an outcome of -100, 0 or 100 and the columns of :func:`npskit.stats.crossproducts.contrasts`:
        p at the bottom, p at the top, p used.
    confidence_level : float, optional
    replicates : int, optional
    rng : Generator or int, optional

    Returns
    -------
    Asymmetry

    Raises
    ------
    ArgumentError
        When the columns do not come in threes, there are hardly more answers than columns or all outcomes are the
        same.
    EmptyDataError
        When no row is complete.

    Notes
    -----
    "Only the penalty is clear" alone would call an attribute must-be whose reward is as large but less sure; that the
    balance must be clear too keeps a difference in certainty from passing for a difference in effect.

    References
    ----------
    Brandt (1987), in Add Value to Your Service, AMA, 61-65 (penalty-reward contrast). Kano et al. (1984), Journal of
    the Japanese Society for Quality Control 14:39-48.

    Examples
    --------
    >>> from functools import partial
    >>> from npskit.stats.crossproducts import contrasts
    >>> generator = np.random.default_rng(1)
    >>> checkout, gift = generator.integers(1, 6, (2, 2000))
    >>> points = 100 * np.sign(generator.normal(0.5 - 1.0 * (checkout == 1) + 0.8 * (gift == 5)))
    >>> rows = CrossProducts.from_arrays(
    ...     points, np.stack([checkout, gift], axis=1), encode=partial(contrasts, bottom=1, top=5), parts=1000, rng=1
    ... )
    >>> asymmetry(rows, rng=1).kinds
    ('must-be', 'delighter')
    """
    columns = products.products.shape[-1] - 1
    attributes, rest = divmod(columns, 3)
    if rest or not attributes:
        raise ArgumentError(
            where="asymmetry",
            expected="three columns per attribute: bottom, top, used",
            got=f"{columns} columns",
            hint="pass encode=partial(contrasts, bottom=…, top=…) to from_arrays",
        )
    total = products.collapse()
    checked_size(total, [[at] for at in range(1, columns + 1)])
    drawn = products.resampled(replicates, rng=rng)
    penalty, reward = _estimable(total, attributes)
    penalties, rewards = _estimable(drawn, attributes)
    pairs = (penalty, penalties), (reward, rewards), (penalty + reward, penalties + rewards)
    costs, earns, balance = (_Contrast(one, *_limits(one, draws, confidence_level)) for one, draws in pairs)
    bottom, top, usage = total.means[1:].reshape(3, attributes)
    return Asymmetry(
        penalty=costs.estimate,
        penalty_lower=costs.lower,
        penalty_upper=costs.upper,
        reward=earns.estimate,
        reward_lower=earns.lower,
        reward_upper=earns.upper,
        balance=balance.estimate,
        balance_lower=balance.lower,
        balance_upper=balance.upper,
        bottom=bottom,
        top=top,
        usage=usage,
        kinds=_kinds(costs, earns, balance, np.minimum(bottom, top) * float(total.effective_responses)),
        responses=int(total.responses),
        confidence_level=confidence_level,
    )


def _estimable(products: CrossProducts, attributes: int) -> tuple[Floats, Floats]:
    """Penalty and reward, (..., attributes) each; nan where other columns say the same."""
    found = coefficients(products)
    found = np.where(np.isfinite(variance_inflation(products)), found, np.nan)
    return found[..., :attributes], found[..., attributes : 2 * attributes]


def _limits(estimate: Floats, draws: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    known = np.isfinite(estimate)
    lower, upper = limits(draws, confidence_level)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def _kinds(costs: _Contrast, earns: _Contrast, balance: _Contrast, fewest: Floats) -> tuple[str, ...]:
    # A kind compares two ends: both need answers, and a low rating that earns or a high one that costs is another
    # attribute showing through. Comparisons with nan are false, so what is not known is not told.
    low_earns = (costs.lower > 0) & (costs.estimate > earns.estimate / 2)
    high_costs = (earns.upper < 0) & (earns.estimate < costs.estimate / 2)
    told = (fewest >= FEWEST_AT_AN_END) & ~low_earns & ~high_costs
    clear = told & (costs.upper < 0), told & (earns.lower > 0), balance.upper < 0, balance.lower > 0
    return tuple(_kind(*of_one) for of_one in zip(*clear, strict=True))


def _kind(penalty: bool, reward: bool, costs_more: bool, earns_more: bool) -> str:
    if penalty and reward:
        return "performance"
    if penalty and costs_more:
        return "must-be"
    if reward and earns_more:
        return "delighter"
    return "cannot tell"
