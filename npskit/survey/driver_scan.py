"""The one scan behind drivers: outcome and attributes as numbers, summed with their products.

Every answer gives three outcomes at once (the rating, whether it is a detractor's, and +100, 0 or -100 points), so
that importance may be told of one and effects in points of another without a second scan. An attribute that part of
the people did not use is a pair, its value and whether it was used; then nobody is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.frames import Coded, Products, Source
from npskit.frames.source import rating_codes
from npskit.scale import Scale
from npskit.stats.crossproducts import PARTS, CrossProducts
from npskit.survey.attributes import Attribute

__all__ = ["OUTCOMES", "Rows", "Scan", "contrasted", "level_means", "scanned"]

OUTCOMES = ("rating", "detractor", "score")
# As many answers may be left out for a missing attribute before attributes get their used-indicator.
MOST_LEFT_OUT = 0.05


@dataclass(frozen=True)
class Rows:
    """Where the rows are: what every scan of one call has in common.

    Attributes
    ----------
    source : Source
    rating : str
    scale : Scale
    weight, unit : str, optional
        Columns of the weights, and of who must stay together when rows are drawn.
    seed : int
    """

    source: Source
    rating: str
    scale: Scale
    weight: str | None = None
    unit: str | None = None
    seed: int = 0

    def products(self, columns: Sequence[Coded], *, unit: str | None = None, parts: int = PARTS) -> Products:
        """Sums and products of these columns."""
        return self.source.cross_products(
            columns, weight=self.weight, unit=unit or self.unit, parts=parts, seed=self.seed
        )


@dataclass(frozen=True)
class Scan:
    """Cross-products of the outcomes (columns 0 to 2) and the attributes.

    Attributes
    ----------
    attributes : tuple of Attribute
    used : tuple of bool
        Whether an attribute has an indicator of its use beside its value.
    products : CrossProducts
        In parts.
    """

    attributes: tuple[Attribute, ...]
    used: tuple[bool, ...]
    products: CrossProducts

    @property
    def groups(self) -> list[list[int]]:
        """Positions of each attribute once an outcome stands at 0."""
        starts = np.cumsum([1, *(2 if used else 1 for used in self.used)]).tolist()
        return [list(range(a, b)) for a, b in pairwise(starts)]

    def of(self, outcome: str) -> CrossProducts:
        """Cross-products with one outcome at 0."""
        first, last = len(OUTCOMES), self.products.products.shape[-1]
        return self.products.select([OUTCOMES.index(outcome), *range(first, last)])

    def without(self, names: Sequence[str]) -> Scan:
        """The same without some attributes; the rows are those that were summed."""
        keep = [at for at, each in enumerate(self.attributes) if each.name not in names]
        positions = [place - 1 + len(OUTCOMES) for at in keep for place in self.groups[at]]
        return Scan(
            tuple(self.attributes[at] for at in keep),
            tuple(self.used[at] for at in keep),
            self.products.select([*range(len(OUTCOMES)), *positions]),
        )


def scanned(rows: Rows, attributes: Sequence[Attribute]) -> Scan:
    """Outcomes and attributes in one scan."""
    used = need_indicator(attributes)
    columns = [outcomes(rows), *(coded(each, pair) for each, pair in zip(attributes, used, strict=True))]
    return Scan(tuple(attributes), used, of_products(rows.products(columns)))


def contrasted(
    rows: Rows, attributes: Sequence[Attribute], used: Sequence[bool], cuts: Mapping[str, tuple[float, float]]
) -> CrossProducts:
    """Cross-products of the points and, of all attributes, those at the bottom, at the top, and used at all."""
    columns = [outcomes(rows)]
    for each, pair in zip(attributes, used, strict=True):
        bottom, top = cuts[each.name]
        numbers = {
            raw: (float(value <= bottom), float(value >= top), 1.0) for raw, value in (each.numbers or {}).items()
        }
        columns.append(Coded(each.name, numbers, (0.0, 0.0, 0.0) if pair else None, 3))
    found = of_products(rows.products(columns))
    first, last = len(OUTCOMES), found.products.shape[-1]
    threes = [at for place in range(3) for at in range(first + place, last, 3)]
    return found.select([OUTCOMES.index("score"), *threes])


def level_means(rows: Rows, attributes: Sequence[Attribute], column: str) -> tuple[list[Any], CrossProducts]:
    """The levels of a column, and for each the products of (value, used) of every attribute."""
    found = rows.products([coded(each, True) for each in attributes], unit=column)
    known = [at for at, level in enumerate(found.levels) if level is not None]
    if not known:
        raise ArgumentError(
            where=f"to_best={column!r}",
            expected=f"a column of at most {PARTS:,} levels, such as the shop",
            got="more" if found.rows.any() else "none",
        )
    whole = of_products(found)
    return [found.levels[at] for at in known], CrossProducts(*(getattr(whole, name)[known] for name in whole.__slots__))


def of_products(found: Products) -> CrossProducts:
    """What a source summed, for the arithmetic."""
    return CrossProducts(found.rows, found.weights, found.squares, found.sums, found.products)


def outcomes(rows: Rows) -> Coded:
    """Each rating as rating, detractor (0 or 100) and points (-100, 0, 100)."""
    counts = rows.source.rating_counts(rows.rating)
    values, sizes = [raw for raw, _ in counts], [n for _, n in counts]
    codes = rating_codes(rows.rating, values, sizes, rows.scale)
    categories = rows.scale.categories
    numbers = {
        raw: (float(rows.scale.lowest + code), 100.0 * (categories[code] == 0), 100.0 * (categories[code] - 1.0))
        for raw, code in zip(values, codes, strict=True)
        if code >= 0
    }
    return Coded(rows.rating, {raw: tuple(map(float, each)) for raw, each in numbers.items()}, None, len(OUTCOMES))


def need_indicator(attributes: Sequence[Attribute]) -> tuple[bool, ...]:
    """Which attributes too few people answered to leave out those who did not.

    Examples
    --------
    >>> some = [Attribute("price", {}, answered=0.99), Attribute("parking", {}, answered=0.4)]
    >>> need_indicator(some)
    (False, True)
    """
    order = sorted(range(len(attributes)), key=lambda at: attributes[at].answered, reverse=True)
    lost, used = 0.0, [True] * len(attributes)
    for at in order:
        lost += 1 - attributes[at].answered
        # How many lack an amount is not counted beforehand.
        used[at] = lost > MOST_LEFT_OUT or attributes[at].numbers is None
    return tuple(used)


def coded(attribute: Attribute, used: bool) -> Coded:
    """An attribute as its value, or as (value, used)."""
    if attribute.numbers is None:
        return Coded(attribute.name, None, (0.0, 0.0) if used else None, 1 + used)
    numbers = {raw: (value, 1.0)[: 1 + used] for raw, value in attribute.numbers.items()}
    return Coded(attribute.name, numbers, (0.0, 0.0) if used else None, 1 + used)
