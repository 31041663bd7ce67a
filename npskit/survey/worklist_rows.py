"""The last answer of each customer who may be called, with what is known of him.

Everything here is a place in the frame or a number: what people wrote is fetched for those on the list alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, NpskitError
from npskit.frames.coding import distinct
from npskit.frames.person_rows import NO_DAY, amounts, answers, day_numbers, people, person_rows
from npskit.scale import CATEGORIES
from npskit.survey.churn_answers import Churn
from npskit.survey.churn_rows import drops, number_of, tenure_of
from npskit.survey.notes import Note, noted
from npskit.survey.worklist_rules import Rules, opted_out

if TYPE_CHECKING:
    from npskit.frames.pandas_source import PandasSource
    from npskit.scale import Scale
    from npskit.survey.base import Base

__all__ = ["Listed", "comment_of", "listed", "risks_of", "values_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Last answers, one a customer.

    Attributes
    ----------
    rows : PandasSource
        All rows, from which texts are fetched.
    at : ndarray of int
        The row of each.
    rating, category, day, drop, lost : ndarray of int
        Place on the scale, category, day since 1970, place in `DROPS`, points lower than the answer before (0 where
        higher, or where there is none).
    notes : tuple of Note
    """

    rows: PandasSource
    at: np.ndarray
    rating: np.ndarray
    category: np.ndarray
    day: np.ndarray
    drop: np.ndarray
    lost: np.ndarray
    customer: str
    date: str
    scale: Scale
    notes: tuple[Note, ...]


def comment_of(survey: Base) -> str | None:
    """The column of comments, None when there is none or it cannot be decided."""
    try:
        return survey.column("comment")
    except NpskitError:
        return None


def listed(survey: Base, rules: Rules, today: dt.date, columns: list[str], called: Mapping[Any, int]) -> Listed:
    """Who may be called, in the order of the frame.

    Parameters
    ----------
    survey : Survey
    rules : Rules
    today : datetime.date
    columns : list of str
        Further columns that are needed.
    called : mapping
        The last day each customer was called, from outcomes.

    Raises
    ------
    RoleError
        When the rating, the date or the customer cannot be decided.
    EmptyDataError
        When nobody has answered up to today.
    """
    source = survey.source
    tally = survey.tally()
    rating, date, customer = survey.column("rating"), survey.column("date"), survey.column("customer")
    ruled = [name for name in (rules.opt_out, rules.contacted, rules.churned) if name]
    rows = person_rows(source, [rating, date, customer, *columns, *ruled])
    places, day = answers(rows, rating, tally.scale), day_numbers(rows, date)
    who, unknown, names = people(rows, customer)
    now = number_of(today)
    known = (places >= 0) & (day != NO_DAY) & (who < len(names)) & (day <= now)
    if not known.any():
        raise EmptyDataError(
            where="worklist", expected=f"answers of known customers up to {today}", got="none",
            hint="name the last day with today=, and look at df.nps.audit()",
        )  # fmt: skip
    order = np.flatnonzero(known)
    order = order[np.lexsort((order, day[order], who[order]))]
    last = order[np.append(who[order[1:]] != who[order[:-1]], True)]
    lost = np.zeros(len(who), dtype=np.int64)
    same = who[order[1:]] == who[order[:-1]]
    lost[order[1:]] = np.where(same, np.maximum(places[order[:-1]] - places[order[1:]], 0), 0)
    category = tally.scale.categories[places].astype(np.int64)
    contact = last_contact(rows, rules.contacted, who, len(names), now, called, names)
    reasons = {
        "category": ~np.isin(category[last], [CATEGORIES.index(name) for name in rules.categories]),
        "gone": of_customers(has_left(rows, rules.churned, now), who, len(names))[who[last]],
        "old": now - day[last] > rules.oldest,
        "opted": of_customers(refused(rows, rules.opt_out), who, len(names))[who[last]],
        "rested": now - contact[who[last]] < rules.rest,
    }
    kept = np.ones(len(last), dtype=bool)
    notes = [noted("worklist_note_unknown", unknown, n=unknown)] if unknown else []
    late = int(((places >= 0) & (day != NO_DAY) & (day > now)).sum())
    notes += [noted("worklist_note_late", late, n=late, day=today)] if late else []
    for name, out in reasons.items():
        n = int((kept & out).sum())
        kept &= ~out
        if n and name != "category":
            days = {"old": rules.oldest, "rested": rules.rest}.get(name)
            notes.append(noted(f"worklist_note_{name}", n, n=n, **({} if days is None else {"k": days})))
    last = last[kept]
    drop = drops(who, day, places, known)
    return Listed(
        rows, last, places[last], category[last], day[last], drop[last], lost[last], rows.column(customer),
        rows.column(date), tally.scale, tuple(notes),
    )  # fmt: skip


def refused(rows: PandasSource, name: str | None) -> np.ndarray:
    """Which rows say that their customer must not be called."""
    if name is None:
        return np.zeros(rows.length(), dtype=bool)
    codes = distinct(rows.series(name))
    table = np.append(opted_out(codes.levels), False)
    return table.take(codes.read(0, rows.length()), mode="wrap")


def has_left(rows: PandasSource, name: str | None, now: int) -> np.ndarray:
    """Which rows say that their customer left up to today."""
    if name is None:
        return np.zeros(rows.length(), dtype=bool)
    day = day_numbers(rows, name)
    left: np.ndarray = (day != NO_DAY) & (day <= now)
    return left


def of_customers(flags: np.ndarray, who: np.ndarray, customers: int) -> np.ndarray:
    """Customers of whom any row says so."""
    return np.bincount(who, flags, max(customers, int(who.max(initial=0)) + 1)) > 0


def last_contact(
    rows: PandasSource,
    name: str | None,
    who: np.ndarray,
    customers: int,
    now: int,
    called: Mapping[Any, int],
    names: list[Any],
) -> np.ndarray:
    """The last day up to today on which each customer was contacted; long ago where never."""
    found = np.full(max(customers, int(who.max(initial=0)) + 1), np.iinfo(np.int32).min, dtype=np.int64)
    if name is not None:
        day = day_numbers(rows, name)
        known = (day != NO_DAY) & (day <= now)
        np.maximum.at(found, who[known], day[known])
    if called:
        from npskit.survey.worklist_outcomes import identity

        told = np.array([called.get(identity(each), np.iinfo(np.int32).min) for each in names], dtype=np.int64)
        found[: len(told)] = np.maximum(found[: len(told)], np.where(told <= now, told, np.iinfo(np.int32).min))
    return found


def values_of(listed: Listed, name: str | None) -> tuple[np.ndarray, list[Note]]:
    """What each customer is worth; the median where it is not known, 1 without a column."""
    if name is None:
        return np.ones(len(listed.at)), [noted("worklist_note_no_value")]
    value = amounts(listed.rows, name)[listed.at]
    gaps = ~np.isfinite(value)
    middle = float(np.median(value[~gaps])) if (~gaps).any() else 1.0
    notes = [noted("worklist_note_value", int(gaps.sum()), n=int(gaps.sum()))] if gaps.any() else []
    negative = int((value[~gaps] < 0).sum())
    notes += [noted("worklist_note_negative", negative, n=negative)] if negative else []
    return np.maximum(np.where(gaps, middle, value), 0.0), notes


def risks_of(listed: Listed, risk: Any) -> tuple[np.ndarray, str, list[Note]]:
    """The risk of each customer, where it comes from, and what is to be said of it.

    `risk` is a `Churn`, rates by category, or None: then the rating stands in its place.
    """
    if risk is None:
        top = max(len(listed.scale) - 1, 1)
        return 1 - listed.rating / top, "rating", [noted("worklist_note_no_risk")]
    if isinstance(risk, Churn):
        return of_churn(listed, risk)
    if isinstance(risk, Mapping):
        return rates(risk)[listed.category], "rates", []
    raise ArgumentTypeError(
        where="risk", expected="the answer of df.nps.churn(...), or rates such as {'detractors': 0.3, ...}",
        got=type(risk).__name__,
    )  # fmt: skip


def rates(given: Mapping[str, Any]) -> np.ndarray:
    """Rates of the three categories."""
    values = [given.get(name) for name in CATEGORIES]
    good = [isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1 for value in values]
    if not all(good) or len(given) != len(CATEGORIES):
        raise ArgumentError(
            where="risk", expected="a rate from 0 to 1 for each of detractors, passives and promoters",
            got=repr(dict(given)),
        )  # fmt: skip
    return np.array(values, dtype=float)


def of_churn(listed: Listed, risk: Churn) -> tuple[np.ndarray, str, list[Note]]:
    """The risk a model gives, or that of the category where there is no model."""
    model = risk._model
    if model is not None and model.ratings == len(listed.scale):
        found: dict[str, np.ndarray] = {}
        for key, band in model.bands.items():
            if band.name in listed.rows.columns:
                full = listed.rows
                found[key] = (
                    amounts(full, band.name)[listed.at] if key == "value"
                    else np.asarray(tenure_of(full, band.name, day_numbers(full, listed.date), listed.at))
                )  # fmt: skip
        notes = [] if risk.verdict == "differ" else [noted("worklist_note_no_difference")]
        return model.risk(listed.rating, listed.drop, found.get("tenure"), found.get("value")), "model", notes
    table = [each if each is not None else np.nan for each in risk.table["risk"]]
    known = np.array(table, dtype=float)
    known = np.where(np.isfinite(known), known, np.nanmax(known) if np.isfinite(known).any() else 1.0)
    notes = [] if risk.verdict == "differ" else [noted("worklist_note_no_difference")]
    return known[listed.category], "categories", notes
