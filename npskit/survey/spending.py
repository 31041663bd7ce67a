"""What an export says of money: which columns hold it, who stayed, and the sums of each category.

Spend, staying and referrals are summed by category where the rows are, in parts, so that intervals need no second look
at a row. A column is taken as what it was named, and refused when it is something else: a column that says who left,
given as the one that says who stayed, would turn every figure round.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, shown_values
from npskit.frames import Bands, Coded, Products, Source
from npskit.frames.source import rating_codes
from npskit.roles import fold
from npskit.scale import is_missing
from npskit.stats.economics import SUMS
from npskit.survey.attributes import non_answers
from npskit.survey.driver_scan import Rows

__all__ = ["Spending", "Wanted", "candidates", "currency_of", "summed", "yes_or_no"]

YES = frozenset(["1", "yes", "y", "true", "oui", "o", "vrai"])
NO = frozenset(["0", "no", "n", "false", "non", "faux"])
LEAVING = re.compile(
    r"\b(churn\w*|left|leav\w*|exit\w*|attrit\w*|resili\w*|depart(?!e?ment)\w*|parti|perdu\w*|lost|cancel\w*)\b"
)
NAMES = {
    "spend": re.compile(
        r"\b(spend\w*|spent|revenue\w*|sales|amount\w*|ticket\w*|basket\w*|panier\w*|montant\w*|ca|chiffre|achats?|"
        r"depens\w*|turnover|billing\w*|invoice\w*|factur\w*|mrr|arr|eur|usd|gbp|monthly ?charges?|total ?charges?)\b"
    ),
    "retained": re.compile(
        r"\b(retain\w*|retention|renew\w*|renouvel\w*|active?|actif|stay\w*|rest[ei]\w*|fidel\w*)\b"
    ),
    "churned": LEAVING,
    "referrals": re.compile(r"\b(referr\w*|parrain\w*|filleul\w*|recommended (count|customers)|brought)\b"),
}
CURRENCIES = {"€": "€", "$": "$", "£": "£", "eur": "€", "euro": "€", "euros": "€", "usd": "$", "gbp": "£"}
# Bands of spend by their ratio, from a twentieth of the mean to a thousand times it.
RATIO, LOWEST, HIGHEST = 1.25, -14, 32
TOP = 0.01
MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Columns by what they say; None where there is none."""

    spend: str | None = None
    staying: str | None = None
    referrals: str | None = None
    # Whether `staying` names those who left.
    left: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """What the scan gives.

    Attributes
    ----------
    parts : ndarray, shape (parts, 3, sums)
        See `npskit.stats.economics.SUMS`.
    responses : ndarray, shape (3,)
    known : mapping of str to ndarray, shape (3,)
        Answers behind each measure, see `npskit.stats.economics.worth`.
    negative : int
        Answers with a spend below 0.
    medians : ndarray, shape (3,)
        Of the spend, read from narrow bands.
    top_share : float
        Share of the spend of the one answer in a hundred that spent most.
    """

    parts: np.ndarray
    responses: np.ndarray
    known: Mapping[str, np.ndarray]
    negative: int
    medians: np.ndarray
    top_share: float


def candidates(source: Source, taken: Sequence[str]) -> list[str]:
    """Keywords with the columns whose names fit them, such as ``spend='ticket_eur'``."""
    free = [name for name in source.columns if name not in taken]
    found = [
        f"{keyword}={name!r}"
        for keyword, pattern in NAMES.items()
        for name in free
        if pattern.search(fold(name)) and (keyword in ("retained", "churned") or holds_numbers(source, name))
    ]
    return found or [f"spend={name!r}" for name in free if holds_numbers(source, name)]


def holds_numbers(source: Source, name: str) -> bool:
    """Whether the first values of a column are numbers."""
    values = source.sample(name)
    return bool(values) and not any(isinstance(value, (str, bool, dt.date)) for value in values)


def numbers_of(source: Source, name: str, where: str) -> str:
    """A column of numbers, or the error that it is none."""
    column = source.column(name)
    values = [value for value in source.sample(column) if not is_missing(value)]
    if not values:
        raise EmptyDataError(where=f"{where}={column!r}", expected="numbers", got="no values in the first rows")
    if not holds_numbers(source, column):
        kind = "texts" if any(isinstance(value, str) for value in values) else type(values[0]).__name__ + " values"
        hint = f"df[{column!r}] = pd.to_numeric(df[{column!r}].str.replace(',', '.'))" if kind == "texts" else ""
        raise ArgumentTypeError(where=f"{where}={column!r}", expected="a column of numbers", got=kind, hint=hint)
    return column


def yes_or_no(source: Source, name: str, *, where: str) -> dict[Any, bool]:
    """What each value of a column says; missing ones and non-answers are left out.

    Raises
    ------
    ArgumentError
        For a value that is neither; dates among them.
    """
    column = source.column(name)
    values = [value for value in source.sample(column) if not is_missing(value)]
    if any(isinstance(value, dt.date) for value in values):
        raise ArgumentError(
            where=f"{where}={column!r}",
            expected="yes or no",
            got="dates",
            hint=f"say who has one: df['here'] = df[{column!r}].isna(), then retained='here' for a date of leaving",
        )
    pairs = [] if len(values) > MOST_VALUES else source.rating_counts(column)
    found, unknown = {}, []
    for value, size in pairs:
        text = "" if is_missing(value) else fold(f"{value:g}" if isinstance(value, float) else str(value))
        if text in YES | NO:
            found[value] = text in YES
        elif text and text not in non_answers():
            unknown.append((value, size))
    if unknown or not pairs:
        texts = shown_values(*zip(*unknown, strict=True)) if unknown else f"more than {MOST_VALUES} different values"
        raise ArgumentError(
            where=f"{where}={column!r}",
            expected="0 and 1, True and False, or yes and no (oui, non)",
            got=texts,
            hint=f"for example df['here'] = df[{column!r}] == …, then {where}='here'",
        )
    return found


def staying(source: Source, wanted: Wanted) -> dict[Any, tuple[float, float]]:
    """Each value of the column as (stayed, known)."""
    column = str(wanted.staying)
    if not wanted.left and LEAVING.search(fold(column)):
        raise ArgumentError(
            where=f"retained={column!r}",
            expected="a column that says who stayed",
            got="a name that says who left",
            hint=f"pass churned={column!r} if 1 or yes means that a customer left; rename the column if not",
        )
    found = yes_or_no(source, column, where="churned" if wanted.left else "retained")
    return {raw: (float(said != wanted.left), 1.0) for raw, said in found.items()}


def summed(rows: Rows, wanted: Wanted, responses: np.ndarray) -> Spending:
    """One scan per category that has answers, and one that counts each column."""
    source = rows.source
    stays = staying(source, wanted) if wanted.staying else {}
    columns = []
    if wanted.spend:
        columns.append(Coded(wanted.spend, None, (0.0, 0.0), 2))
    if wanted.staying:
        columns.append(Coded(wanted.staying, stays, (0.0, 0.0), 2))
    if wanted.referrals:
        columns.append(Coded(wanted.referrals, None, (0.0, 0.0), 2))
    found = [rows.products([coded, *columns]) if coded else None for coded in categories(rows, responses)]
    size = max((len(each.rows) for each in found if each is not None), default=0)
    parts = np.stack([sums_of(each, wanted, size) for each in found], axis=1)
    known = {"spend": np.zeros(3), "retention": np.zeros(3), "referrals": np.zeros(3)}
    known |= {"stayed": np.zeros(3), "left": np.zeros(3)}
    negative, medians, top = 0, np.full(3, np.nan), float("nan")
    if wanted.spend:
        total = parts.sum(axis=(0, 1))
        bands, counts = banded(rows, wanted.spend, abs(total[SUMS.index("spend")]) / max(total[SUMS.index("spent")], 1))
        known["spend"], negative = counts.sum(axis=0), int(counts[0].sum())
        medians, top = np.array([median_of(bands, counts[:, at]) for at in range(3)]), top_share(bands, counts)
    if wanted.staying:
        known |= moved(rows, wanted.staying, stays)
    if wanted.referrals:
        counts = band_counts(rows, wanted.referrals, [0.0, 1.0])
        if counts[0].any():
            where, got = f"referrals={wanted.referrals!r}", f"{int(counts[0].sum()):,} answers with a number below 0"
            raise ArgumentError(where=where, expected="numbers of customers brought", got=got)
        known["referrals"] = counts.sum(axis=0)
    return Spending(parts, responses, known, negative, medians, top)


def categories(rows: Rows, responses: np.ndarray) -> list[Coded | None]:
    """The rating as an indicator of each category, which leaves out the rows of the others."""
    counts = rows.source.rating_counts(rows.rating)
    values = [raw for raw, _ in counts]
    codes = rating_codes(rows.rating, values, [n for _, n in counts], rows.scale)
    at = [int(rows.scale.categories[code]) if code >= 0 else -1 for code in codes]
    numbers = [{raw: (1.0,) for raw, place in zip(values, at, strict=True) if place == kind} for kind in range(3)]
    return [
        Coded(rows.rating, each, None) if answers else None for each, answers in zip(numbers, responses, strict=True)
    ]


def sums_of(found: Products | None, wanted: Wanted, size: int) -> np.ndarray:
    """The sums of one category, (parts, sums)."""
    out = {name: np.zeros(size) for name in SUMS}
    if found is None:
        return np.stack(list(out.values()), axis=1)
    places, at = {}, 1
    for name in ("spend", "staying", "referrals"):
        if getattr(wanted, name):
            places[name], at = at, at + 2
    out["weight"] = np.asarray(found.weights, dtype=float)
    pairs = {"spend": ("spend", "spent"), "staying": ("stayed", "seen"), "referrals": ("referrals", "referred")}
    for name, place in places.items():
        for shift, sum_ in enumerate(pairs[name]):
            out[sum_] = found.sums[:, place + shift]
    if "spend" in places and "staying" in places:
        spend, stay = places["spend"], places["staying"]
        out["kept"], out["kept_of"] = found.products[:, spend, stay], found.products[:, spend, stay + 1]
    return np.stack(list(out.values()), axis=1)


def band_counts(rows: Rows, column: str, edges: Sequence[float]) -> np.ndarray:
    """Answers by band of a number and category, the band below the first edge first; missing ones left out."""
    key = Bands(column, edges)
    tally = rows.source.tally(rows.rating, [key], scale=rows.scale)
    place = {name: at for whole in (False, True) for at, name in enumerate(key.names(whole=whole))}
    counts = np.zeros((len(edges) + 1, 3))
    for (level,), cell in zip(tally.cells, tally.category_counts, strict=True):
        if level is not None:
            counts[place[str(level)]] += cell
    return counts


def banded(rows: Rows, column: str, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Lower ends of bands of spend (the first is of what is below 0), and answers by band and category."""
    scale = float(f"{mean:.2g}") if mean > 0 else 1.0
    edges = [0.0, *(float(f"{scale * RATIO**k:.6g}") for k in range(LOWEST, HIGHEST))]
    return np.array([-np.inf, *edges]), band_counts(rows, column, edges)


def median_of(bands: np.ndarray, counts: np.ndarray) -> float:
    """The median, between the ends of its band; nan when it lies below 0 or there is none."""
    total = counts.sum()
    if not total:
        return float("nan")
    reached = np.cumsum(counts)
    at = int(np.searchsorted(reached, total / 2))
    if at == 0:
        return float("nan")
    low, high = bands[at], bands[min(at + 1, len(bands) - 1)]
    return float(low + (high - low) * (total / 2 - reached[at - 1]) / max(counts[at], 1))


def top_share(bands: np.ndarray, counts: np.ndarray) -> float:
    """Share of the (positive) spend of the one in a hundred who spent most, from the middles of the bands."""
    size = counts[1:].sum(axis=1)
    low, high = bands[1:], np.append(bands[2:], bands[-1] * RATIO)
    middle = np.where(low > 0, np.sqrt(low * high), 0.0)
    top = TOP * size.sum()
    above = np.append(np.cumsum(size[::-1])[::-1][1:], 0.0)
    taken = np.clip(top - above, 0, size)
    whole = float((size * middle).sum())
    return float((taken * middle).sum() / whole) if whole else float("nan")


def moved(rows: Rows, column: str, stays: Mapping[Any, tuple[float, float]]) -> dict[str, np.ndarray]:
    """Answers of each category of whom it is known, that stayed, and that left."""
    tally = rows.source.tally(rows.rating, [column], scale=rows.scale)
    counts = {True: np.zeros(3), False: np.zeros(3)}
    said = {text_of(raw): bool(stayed) for raw, (stayed, _) in stays.items()}
    for (level,), cell in zip(tally.cells, tally.category_counts, strict=True):
        if text_of(level) in said:
            counts[said[text_of(level)]] += cell
    return {"retention": counts[True] + counts[False], "stayed": counts[True], "left": counts[False]}


def text_of(value: Any) -> str:
    """A value that is yes or no, whatever the type an engine gives it."""
    return "" if is_missing(value) else fold(f"{value:g}" if isinstance(value, float) else str(value))


def currency_of(name: str | None) -> str:
    """The currency that the name of a column ends in, "" for none.

    Examples
    --------
    >>> currency_of("ticket_eur"), currency_of("Spend ($)"), currency_of("revenue")
    ('€', '$', '')
    """
    words = [*(name or ""), *fold(name or "").split()]
    return next((CURRENCIES[word] for word in words if word in CURRENCIES), "")
