"""What a detractor, a passive and a promoter bring in, and what the detractors may cost.

The field multiplies a score by somebody else's money. Here a category is worth what its own people spent, how many of
them stayed and whom they brought: means of sums that add up, with intervals that allow for the skew of money.

- Years a customer is expected to stay within a horizon of Y: ``1 + q + … + q^(Y-1)`` with
  ``q = retention / (1 + discount)``; without a horizon and a discount that is ``1 / (1 - retention)``.
- Value: ``spend × margin × years + referrals × value of a new customer``. Referrals are counted once, for the period
  that was seen.
- Revenue at risk: ``detractors × their spend × (revenue kept by the others - revenue kept by detractors)``, where
  revenue kept is spend of those who stayed over spend of all, so that large customers count as such. It is the loss
  beyond what would be lost anyway, in a period as long as the one in which leaving was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.stats.score import Floats
from npskit.stats.studentized import Estimates, studentized

__all__ = ["AGAINST", "FEWEST", "FEWEST_MOVES", "MEASURES", "SUMS", "Terms", "Worth", "expected_years", "worth"]

# Sums of one category: weight of all; spend and the weight of those whose spend is known; the same of staying and of
# referrals; spend of those who stayed, and of those of whom it is known whether they did.
SUMS = ("weight", "spend", "spent", "stayed", "seen", "referrals", "referred", "kept", "kept_of")
MEASURES = ("spend", "retention", "referrals", "value")
AGAINST = {"others": (1, 2), "passives": (1,), "promoters": (2,)}
# Answers below which a category gets no figure, and people that must have left (and stayed) for a rate.
FEWEST, FEWEST_MOVES = 30, 5


@dataclass(frozen=True, slots=True)
class Terms:
    """What is assumed beside the data.

    Attributes
    ----------
    margin : float
        Share of the spend that is earned; 1 gives value in revenue.
    years : int
        Horizon, in periods as long as the one in which leaving was seen; at least 1.
    discount : float
        Per period.
    new_customer : float, optional
        Value of a customer who was brought; None takes the mean value of those who answered.
    against : {"others", "passives", "promoters"}
        Whose revenue kept is what detractors could have kept.
    """

    margin: float = 1.0
    years: int = 5
    discount: float = 0.0
    new_customer: float | None = None
    against: str = "others"

    def __post_init__(self) -> None:
        if isinstance(self.years, bool) or not isinstance(self.years, int | np.integer) or not 1 <= self.years <= 100:
            raise ArgumentError(where="years", expected="a whole number from 1 to 100", got=repr(self.years))
        for name in ("margin", "discount", "new_customer"):
            value = getattr(self, name)
            number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
            if value is not None and not number:
                raise ArgumentTypeError(where=name, expected="a number", got=repr(value))
        if not 0 < self.margin <= 1:
            hint = f"margin={self.margin / 100:g} if you mean {self.margin:g} %" if 1 < self.margin <= 100 else ""
            raise ArgumentError(where="margin", expected="a share above 0, at most 1", got=repr(self.margin), hint=hint)
        if not 0 <= self.discount < 1:
            raise ArgumentError(where="discount", expected="a share from 0 to below 1", got=repr(self.discount))
        if self.against not in AGAINST:
            raise ArgumentError(where="against", expected=" or ".join(map(repr, AGAINST)), got=repr(self.against))


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """Figures by category, their differences, and what is at risk.

    Attributes
    ----------
    categories : mapping of measure to Estimates, shape (3,)
        ``spend, retention, referrals, value`` of detractors, passives, promoters; nan where they were not given or
        rest on too few.
    years : ndarray, shape (3,)
        Expected years within the horizon.
    differences : mapping of measure to Estimates, shape (1,)
        Promoters minus detractors.
    shares : ndarray, shape (3,)
    revenue, at_risk, at_risk_base : Estimates, shape (1,)
        Per answer: what detractors spend, and what of it is at risk with the share of detractors taken as it is, or as
        drawn from a larger base.
    """

    categories: dict[str, Estimates]
    years: Floats
    differences: dict[str, Estimates]
    shares: Floats
    revenue: Estimates
    at_risk: Estimates
    at_risk_base: Estimates


def expected_years(retention: Any, years: int, discount: float = 0.0) -> Any:
    """Periods a customer is expected to be there, the present one included, within a horizon.

    Parameters
    ----------
    retention : array_like
        Probability to stay for another period.
    years : int
        Horizon in periods.
    discount : float
        Later periods count for that much less each.

    Examples
    --------
    >>> round(expected_years(0.8, 5), 4), round(expected_years(0.8, 100), 4), expected_years(1.0, 5)
    (3.3616, 5.0, 5.0)
    """
    stay = retention / (1 + discount)
    total = 1.0 + 0 * stay
    for _ in range(years - 1):
        total = 1.0 + stay * total
    return total


def worth(
    parts: Floats,
    known: dict[str, Floats],
    *,
    terms: Terms | None = None,
    confidence_level: float = 0.95,
    replicates: int = 2000,
    rng: np.random.Generator | int | None = None,
) -> Worth:
    """Value per category, differences and revenue at risk, from sums over parts.

    Parameters
    ----------
    parts : ndarray, shape (parts, 3, sums)
        `SUMS` of detractors, passives and promoters in each part (a row, a customer, or some of them at random).
    known : mapping of str to ndarray, shape (3,)
        Unweighted answers of each category: ``spend``, ``retention``, ``referrals`` (of whom it is known), ``stayed``
        and ``left``.
    terms : Terms, optional
    confidence_level : float
    replicates : int
    rng : Generator or int, optional

    Returns
    -------
    Worth
        A figure on fewer than 30 answers is nan, and so are the limits of what uses a retention of which fewer than
        5 left or fewer than 5 stayed.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rows = np.zeros((600, 3, len(SUMS)))
    >>> category = np.repeat([0, 1, 2], 200)
    >>> spend = rng.gamma(4, 25, 600)
    >>> stayed = rng.random(600) < np.array([.5, .7, .9])[category]
    >>> one = np.ones(600)
    >>> each = np.stack([one, spend, one, stayed, one, 0 * one, 0 * one, spend * stayed, spend], 1)
    >>> rows[np.arange(600), category] = each
    >>> left = np.bincount(category[~stayed])
    >>> known = {"spend": [200] * 3, "retention": [200] * 3, "referrals": [0] * 3, "stayed": 200 - left, "left": left}
    >>> found = worth(rows, known, rng=1)
    >>> found.categories["value"].value.round().tolist()
    [194.0, 290.0, 397.0]
    """
    terms = terms or Terms()
    array = np.asarray(parts, dtype=float)
    flat = array.reshape(len(array), -1)
    found = studentized(
        flat, Figures(terms), confidence_level=confidence_level, replicates=replicates, rng=rng
    )  # fmt: skip
    return checked(found, {name: np.asarray(values) for name, values in known.items()}, shares(flat), terms)


def shares(flat: Floats) -> Floats:
    """Share of each category."""
    weight = flat.sum(axis=0).reshape(3, -1)[:, 0]
    return weight / weight.sum() if weight.sum() else np.full(3, np.nan)


class Figures:
    """Every figure from the sums of the three categories, in one row: what the bootstrap asks again and again."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def __call__(self, flat: Any) -> Any:
        sums = flat.reshape(*flat.shape[:-1], 3, len(SUMS))
        get = {name: sums[..., at] for at, name in enumerate(SUMS)}
        spend, stay = get["spend"] / get["spent"], get["stayed"] / get["seen"]
        brought = get["referrals"] / get["referred"]
        value = self.own(spend, stay, get) + self.gift(brought, get)
        by_category = [spend, stay, brought, value]
        gaps = [each[..., 2:] - each[..., :1] for each in by_category]
        return np.concatenate([*by_category, *gaps, *self.risk(spend, get)], axis=-1)

    def own(self, spend: Any, stay: Any, get: dict[str, Any]) -> Any:
        """What a customer spends within the horizon, times the margin; of one period when leaving was never seen."""
        seen = added(get["seen"].real) > 0
        years = np.where(seen, expected_years(stay, self.terms.years, self.terms.discount), 1.0)
        return spend * self.terms.margin * years

    def gift(self, brought: Any, get: dict[str, Any]) -> Any:
        """What those brought are worth; nothing when nobody was asked."""
        new: Any = self.terms.new_customer
        if new is None:
            whole = {name: added(get[name]) for name in ("spend", "spent", "stayed", "seen")}
            new = self.own(whole["spend"] / whole["spent"], whole["stayed"] / whole["seen"], whole)
        asked = added(get["referred"].real) > 0
        return np.where(asked, brought * new, 0.0)

    def risk(self, spend: Any, get: dict[str, Any]) -> list[Any]:
        """Revenue of detractors, what of it is at risk, and the same with their share: per answer or per detractor."""
        others = list(AGAINST[self.terms.against])
        kept = get["kept"][..., 0] / get["kept_of"][..., 0]
        kept_others, of_others = (sum(get[name][..., at] for at in others) for name in ("kept", "kept_of"))
        reference = kept_others / of_others
        excess = spend[..., 0] * (reference - kept)
        share = get["weight"][..., 0] / added(get["weight"])[..., 0]
        return [part[..., None] for part in (spend[..., 0], excess, excess * share)]


def added(each: Any) -> Any:
    """The categories together (..., 1): NumPy's own sum takes longer over an axis of three."""
    return sum(each[..., at : at + 1] for at in range(each.shape[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Enough:
    """Which figures rest on enough answers, and which are sure enough for limits."""

    known: dict[str, Floats]
    reference: list[int]

    def asked(self, measure: str) -> bool:
        """Whether a column was given at all."""
        return bool(self.known[measure].sum())

    @property
    def moved(self) -> Any:
        """Where enough left and enough stayed."""
        return (self.known["left"] >= FEWEST_MOVES) & (self.known["stayed"] >= FEWEST_MOVES)

    def told(self, measure: str) -> Any:
        """Categories that get a figure, shape (3,)."""
        if measure != "value":
            return self.known[measure] >= FEWEST
        given = [name for name in ("retention", "referrals") if self.asked(name)]
        return np.logical_and.reduce([self.told(name) for name in ("spend", *given)])

    def sure(self, measure: str) -> Any:
        """Categories whose figure gets limits, shape (3,)."""
        stays = measure == "retention" or (measure == "value" and self.asked("retention"))
        return self.told(measure) & (self.moved if stays else True)

    @property
    def risk(self) -> tuple[bool, bool]:
        """Whether a revenue at risk is told, and with limits."""
        pooled = {name: self.known[name][self.reference].sum() for name in ("retention", "left", "stayed")}
        told = self.told("spend")[0] and self.told("retention")[0] and pooled["retention"] >= FEWEST
        return bool(told), bool(told and self.moved[0] and min(pooled["left"], pooled["stayed"]) >= FEWEST_MOVES)


def checked(found: Estimates, known: dict[str, Floats], share: Floats, terms: Terms) -> Worth:
    """The figures in their places, without those that rest on too few."""
    enough = Enough(known, list(AGAINST[terms.against]))
    categories, differences = {}, {}
    for at, name in enumerate(MEASURES):
        told, sure = enough.told(name), enough.sure(name)
        categories[name] = kept(found, slice(3 * at, 3 * at + 3), told, sure)
        differences[name] = kept(found, slice(12 + at, 13 + at), told[[0, 2]].all(), sure[[0, 2]].all())
    rate = categories["retention"]
    value, lower, upper = (np.clip(part, 0, 1) for part in (rate.value, rate.lower, rate.upper))
    categories["retention"] = Estimates(value, lower, upper, rate.p_value)
    years = expected_years(rate.value, terms.years, terms.discount)
    spends = bool(enough.told("spend")[0])
    revenue = scaled(kept(found, slice(16, 17), spends, spends), float(share[0]))
    at_risk = scaled(kept(found, slice(17, 18), *enough.risk), float(share[0]))
    base = kept(found, slice(18, 19), *enough.risk)
    return Worth(categories, years, differences, share, revenue, at_risk, base)


def kept(found: Estimates, at: slice, enough: Any, sure: Any) -> Estimates:
    """Some figures, with nan where there is not enough to tell them or not enough to be sure of them."""
    value = np.where(enough, found.value[at], np.nan)
    limits = {name: np.where(enough & sure, getattr(found, name)[at], np.nan) for name in ("lower", "upper", "p_value")}
    return Estimates(value, **limits)


def scaled(found: Estimates, times: float) -> Estimates:
    """Amounts for so many."""
    return Estimates(found.value * times, found.lower * times, found.upper * times, found.p_value)
