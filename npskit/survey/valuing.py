"""From a survey to money by category: which columns, one scan a category, the arithmetic, and what to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit import roles as _roles
from npskit.errors import ArgumentError, NpskitError
from npskit.scale import CATEGORIES
from npskit.stats.economics import FEWEST, FEWEST_MOVES, MEASURES, Terms, Worth, worth
from npskit.stats.intervals import checked_level
from npskit.survey.driver_scan import Rows
from npskit.survey.notes import Note, noted
from npskit.survey.spending import Spending, Wanted, candidates, currency_of, numbers_of, summed
from npskit.survey.worth import Economics

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["Economics", "valued"]

# Share of the spend of one answer in a hundred from which it is said.
HEAVY = 0.1
Columns = dict[str, list[Any]]
STAYING = "retained (or churned)"
# Without these a figure changes nothing; what it is when nobody gave it.
RECKONED_WITH = {
    "margin": ("spend",), "years": (STAYING,), "discount": (STAYING,), "new_customer": ("spend", "referrals"),
    "against": ("spend", STAYING), "customers": ("spend", STAYING),
}  # fmt: skip
USUAL = {"years": Terms().years, "discount": Terms().discount, "against": Terms().against}


def valued(
    survey: Base,
    columns: Mapping[str, str | None],
    terms: Mapping[str, Any],
    *,
    customers: int | None,
    currency: str | None,
    confidence_level: float,
    replicates: int,
    rng: int,
) -> Economics:
    """The answer of `Survey.economics`."""
    checked_level(confidence_level)
    used = Terms(**{name: value for name, value in terms.items() if value is not None})
    checked(customers, rng, replicates)
    source = survey.source
    if not any(columns.values()):
        raise no_column(survey)
    if columns["retained"] and columns["churned"]:
        raise ArgumentError(where="economics", expected="retained or churned", got="both", hint="leave one out")
    check_used(columns, terms, customers)
    wanted = wanted_of(source, columns)
    tally = survey.tally()
    unit = None if survey._cluster is None else _roles.resolve(survey._cluster, source.columns)
    rows = Rows(source, survey._column("rating"), tally.scale, survey._weight(source), unit, int(rng))
    found = summed(rows, wanted, tally.category_counts[0])
    figures = worth(
        found.parts, dict(found.known), terms=used, confidence_level=confidence_level, replicates=replicates, rng=rng
    )  # fmt: skip
    given = [name for name, column in zip(MEASURES, (wanted.spend, wanted.staying, wanted.referrals), strict=False)
             if column]  # fmt: skip
    measure = "value" if wanted.spend and len(given) > 1 else given[0]
    return Economics(
        table=table_of(found, figures),
        differences=differences_of(figures, [*given, *(["value"] if measure == "value" else [])]),
        risk=risk_of(found, figures, customers) if wanted.spend and wanted.staying else risk_columns([]),
        measure=measure,
        currency=currency_of(wanted.spend) if currency is None else currency,
        margin=terms["margin"],
        years=used.years,
        discount=used.discount,
        against=used.against,
        confidence_level=confidence_level,
        top_share=found.top_share,
        notes=(*notes_of(found, wanted, measure, terms["margin"], customers), *repeated_note(survey)),
    )


def checked(customers: Any, rng: Any, replicates: Any) -> None:
    """Refuse what cannot be a number of customers, of replicates or a seed."""
    for where, value, least in (("customers", customers, 1), ("rng", rng, 0), ("replicates", replicates, 100)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if value is not None and not (whole and value >= least):
            raise ArgumentError(where=where, expected=f"a whole number from {least:,} on", got=repr(value))


def check_used(columns: Mapping[str, str | None], terms: Mapping[str, Any], customers: int | None) -> None:
    """Refuse a figure that nothing here would be reckoned with.

    Raises
    ------
    ArgumentError
    """
    there = {"spend": bool(columns["spend"]), "referrals": bool(columns["referrals"])}
    there[STAYING] = bool(columns["retained"] or columns["churned"])
    for name, value in {**terms, "customers": customers}.items():
        lacking = [each for each in RECKONED_WITH[name] if not there[each]]
        if value != USUAL.get(name) and lacking:
            raise ArgumentError(
                where=name, expected=f"a column beside it that it is reckoned with, {lacking[0]}", got="none"
            )


def no_column(survey: Base) -> ArgumentError:
    """The error when no column of money was named, with those that could be."""
    taken = []
    for role in ("rating", "date", "comment", "customer", "weight"):
        try:
            taken.append(survey.column(role))
        except NpskitError:
            continue
    named = candidates(survey.source, taken)
    return ArgumentError(
        where="economics",
        expected="a column of money, of staying or of referrals: spend=…, retained=… (or churned=…), referrals=…",
        got="none",
        hint="columns that may be: " + ", ".join(named[:8]) if named else "join them to the answers first",
    )


def wanted_of(source: Any, columns: Mapping[str, str | None]) -> Wanted:
    """The columns by their full names."""
    stay = columns["retained"] or columns["churned"]
    numbers = {
        name: numbers_of(source, str(columns[name]), name) for name in ("spend", "referrals") if columns[name]
    }  # fmt: skip
    return Wanted(
        spend=numbers.get("spend"),
        staying=source.column(stay) if stay else None,
        referrals=numbers.get("referrals"),
        left=bool(columns["churned"]),
    )


def told(values: Any) -> list[float | None]:
    """Numbers, None where there is none."""
    return [float(value) if np.isfinite(value) else None for value in np.atleast_1d(values)]


def table_of(found: Spending, figures: Worth) -> Columns:
    """A row a category."""
    table: Columns = {
        "category": list(CATEGORIES),
        "responses": [int(n) for n in found.responses],
        "share": told(figures.shares),
    }
    for name in MEASURES[:-1]:
        each = figures.categories[name]
        table |= {
            name: told(each.value),
            f"{name}_lower": told(each.lower),
            f"{name}_upper": told(each.upper),
            f"{name}_known": [int(n) for n in found.known[name]],
        }
        if name == "spend":
            table["spend_median"] = told(found.medians)
    value = figures.categories["value"]
    return {
        **table,
        "years": told(figures.years),
        "value": told(value.value),
        "lower": told(value.lower),
        "upper": told(value.upper),
    }


def differences_of(figures: Worth, given: list[str]) -> Columns:
    """Promoters minus detractors, a row a measure."""
    rows = [figures.differences[name] for name in given]
    columns: Columns = {"measure": list(given)}
    for name, part in (("difference", "value"), ("lower", "lower"), ("upper", "upper"), ("p_value", "p_value")):
        columns[name] = [told(getattr(row, part))[0] for row in rows]
    return columns


def risk_of(found: Spending, figures: Worth, customers: int | None) -> Columns:
    """What is at risk among those who answered, and among all customers."""
    answers = int(found.responses.sum())
    rows = [("surveyed", answers, figures.at_risk), ("customers", customers, figures.at_risk_base)]
    share, revenue = float(figures.shares[0]), told(figures.revenue.value)[0]
    out = []
    for scope, base, per_answer in rows:
        if base is None:
            continue
        limits = [None if part is None else part * base for part in
                  (told(per_answer.value)[0], told(per_answer.lower)[0], told(per_answer.upper)[0])]  # fmt: skip
        whole = None if revenue is None else revenue * base
        out.append((scope, base, round(share * base), whole, *limits, told(per_answer.p_value)[0]))
    return risk_columns(out)


def risk_columns(rows: list[tuple[Any, ...]]) -> Columns:
    """Rows as columns."""
    names = ("scope", "customers", "detractors", "revenue", "at_risk", "lower", "upper", "p_value")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def notes_of(
    found: Spending, wanted: Wanted, measure: str, margin: float | None, customers: int | None
) -> list[Note]:  # fmt: skip
    """What may mislead."""
    notes = []
    given = {"spend": wanted.spend, "retention": wanted.staying, "referrals": wanted.referrals}
    answers = int(found.responses.sum())
    for name in (name for name, column in given.items() if column):
        known = int(found.known[name].sum())
        if known < answers:
            notes.append(noted(f"economics_note_{name}_known", n=known, m=answers))
    for at, category in enumerate(CATEGORIES):
        if any(found.known[name][at] < FEWEST for name, column in given.items() if column):
            notes.append(noted(f"economics_note_few_{category}", n=FEWEST))
        elif wanted.staying and min(found.known["left"][at], found.known["stayed"][at]) < FEWEST_MOVES:
            notes.append(noted(f"economics_note_moves_{category}", n=FEWEST_MOVES))
    if found.negative:
        notes.append(noted("economics_note_negative", found.negative, n=found.negative))
    if found.top_share > HEAVY:
        notes.append(noted("economics_note_heavy", share=round(100 * found.top_share)))
    if measure == "value" and margin is None:
        notes.append(noted("economics_note_revenue"))
    if measure == "value" and not wanted.staying:
        notes.append(noted("economics_note_one_period"))
    if customers is not None and wanted.spend and wanted.staying:
        notes.append(noted("economics_note_scaled", customers=customers))
    return notes


def repeated_note(survey: Base) -> list[Note]:
    """That some customers count several times."""
    try:
        _, beyond = survey.source.repeated(survey.column("customer"))
    except NpskitError:
        return []
    return [noted("economics_note_repeated", beyond, n=beyond)] if beyond else []
