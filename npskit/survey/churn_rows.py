"""From the columns of a survey to who was followed how long after which answer.

The clock starts at an answer and stops when the customer leaves, or when the data end. An answer given on the day of
leaving or after it is the answer of somebody who had made up his mind: counted, said, and left out.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit import roles as _roles
from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, RoleError
from npskit.frames.person_rows import NO_DAY, amounts, answers, day_numbers, has_zone, people, person_rows
from npskit.stats.retention import Spells
from npskit.survey.notes import Note, noted

if TYPE_CHECKING:
    from npskit.frames.pandas_source import PandasSource
    from npskit.scale import Scale
    from npskit.survey.base import Base

__all__ = ["DROPS", "Length", "Persons", "day_of", "length_of", "number_of", "persons"]

DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}
LENGTH = re.compile(r"(\d+)\s*(day|week|month|quarter|year)s?")
LONGEST = 3660
FIRST_DAY = dt.date(1970, 1, 1)
# What became of the rating since the customer's last answer: none before, not lower, lower by 1 or 2, or by more.
DROPS = ("first", "none", "some", "much")
SOME = 3
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Length:
    """A stretch of time as it was asked for, and its days."""

    days: int
    count: int
    every: str


def length_of(value: Any, *, where: str) -> Length:
    """A stretch of time from "6 months" or a number of days.

    Raises
    ------
    ArgumentError
        For anything else, and beyond ten years.

    Examples
    --------
    >>> length_of("6 months", where="horizon"), length_of(90, where="horizon").days
    (Length(days=183, count=6, every='month'), 90)
    """
    found = LENGTH.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if found is not None:
        count, every = int(found[1]), found[2]
    elif isinstance(value, int | np.integer) and not isinstance(value, bool):
        count, every = int(value), "day"
    else:
        raise ArgumentError(
            where=where, expected="a length such as '6 months', '90 days', or a number of days", got=repr(value)
        )
    days = round(count * DAYS[every])
    if not 1 <= days <= LONGEST:
        raise ArgumentError(where=where, expected=f"1 to {LONGEST:,} days", got=f"{days:,}")
    return Length(days, count, every)


def day_of(value: Any, *, where: str) -> dt.date:
    """A day given as a date, a moment or ISO text."""
    from npskit.survey.ahead import day_meant

    return day_meant(value, where=where, last=True)


def number_of(day: dt.date) -> int:
    """Days since 1970."""
    return (day - FIRST_DAY).days


def as_day(number: int) -> dt.date:
    """The day of a number of days since 1970."""
    return FIRST_DAY + dt.timedelta(days=int(number))


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """Answers that are followed, one place each.

    Attributes
    ----------
    rating, category : ndarray of int
        Place on the scale, and 0 detractor, 1 passive, 2 promoter.
    day : ndarray of int64
        Of the answer, since 1970.
    leaving : ndarray of int64
        The first day after it on which the customer left; `NO_DAY` where it is not known to have.
    customer : ndarray of int64
        Whose answers belong together: of one customer, or of one account where these were named (`cluster`).
    drop : ndarray of int
        Place in `DROPS`.
    tenure, value : ndarray of float, optional
    at : int
        Last day of the follow-up.
    given : bool
        Whether that day was asked for.
    repeated : tuple of int
        Customers with more than one answer, and their answers beyond the first.
    notes : tuple of Note
    """

    rating: np.ndarray
    category: np.ndarray
    day: np.ndarray
    leaving: np.ndarray
    customer: np.ndarray
    drop: np.ndarray
    tenure: np.ndarray | None
    value: np.ndarray | None
    at: int
    given: bool
    scale: Scale
    repeated: tuple[int, int]
    notes: tuple[Note, ...]

    def spells(self, horizon: int, *, at: int | None = None, kept: np.ndarray | None = None) -> Spells:
        """The answers as codes, followed up to a day, with the clusters numbered without gaps."""
        end = self.at if at is None else at
        kept = self.day <= end if kept is None else kept
        day, gone = self.day[kept], self.leaving[kept]
        known = (gone != NO_DAY) & (gone <= end)
        last = np.where(known, gone, end) - day
        left = known & (last <= horizon)
        _, cluster = np.unique(self.customer[kept], return_inverse=True)
        return Spells(self.category[kept], np.minimum(last, horizon), left, cluster)


def persons(survey: Base, churned: str, *, at: Any, tenure: str | None, value: str | None) -> Persons:
    """Who answered what and when, and when they left.

    Raises
    ------
    RoleError
        When the rating or the date is not found, or several columns could be the customer.
    EmptyDataError
        When no answer is left to follow.
    """
    source = survey.source
    tally = survey.tally()
    rating, date, customer = survey.column("rating"), survey.column("date"), customer_of(survey)
    wanted = [source.column(churned), *(source.column(name) for name in (tenure, value) if name)]
    account = None if survey._cluster is None else _roles.resolve(survey._cluster, source.columns)
    rows = person_rows(source, [rating, date, *filter(None, (customer, account)), *wanted])
    places = answers(rows, rating, tally.scale)
    day, gone = day_numbers(rows, date), leaving_days(rows, wanted[0])
    who, unknown, _ = people(rows, customer)
    together = who if account is None else people(rows, account)[0]
    end, given, planned = end_of(day, gone, at)
    following = next_leaving(who, day, gone)
    answered, dated = places >= 0, day != NO_DAY
    known = answered & dated
    parts = {
        "silent": int((~answered).sum()),
        "undated": int((answered & ~dated).sum()),
        "after": int((known & following.gone).sum()),
        "late": int((known & ~following.gone & (day > end)).sum()),
    }
    kept = known & ~following.gone & (day <= end)
    if not kept.any():
        raise nothing(parts, len(day), end)
    drop = drops(who, day, places, known)
    notes = [
        *told(parts, following, known, end),
        *([noted("churn_note_planned", planned, n=planned, day=as_day(end))] if planned else []),
        *before_notes(gone, day, known),
        *([noted("churn_note_no_customer")] if customer is None else
          [noted("churn_note_unknown", unknown, n=unknown)] if unknown else []),
        *([noted("churn_note_zones")] if one_has_a_zone(rows, date, wanted[0]) else []),
        *([] if given else [noted("churn_note_until", day=as_day(end))]),
        *([noted("churn_note_unweighted")] if survey._named["weight"] else []),
    ]  # fmt: skip
    found = Persons(
        places[kept], tally.scale.categories[places[kept]].astype(np.int64), day[kept], following.next[kept],
        together[kept], drop[kept], tenure_of(rows, tenure, day, kept),
        None if value is None else amounts(rows, value)[kept],
        end, given, tally.scale, repeats(who[kept]), tuple(notes),
    )  # fmt: skip
    return found


def customer_of(survey: Base) -> str | None:
    """The column of customers, else the one of accounts, None when there is none."""
    try:
        return survey.column("customer")
    except RoleError:
        if survey.rivals("customer"):
            raise
        return None if survey._cluster is None else _roles.resolve(survey._cluster, survey.source.columns)


def leaving_days(rows: PandasSource, name: str) -> np.ndarray:
    """The days of leaving, or the error that says that dates are wanted."""
    try:
        return day_numbers(rows, name)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(
            error.message,
            hint="churned= is the column of the dates on which customers left, missing for those still here; a column "
            "of yes and no, without dates, is for df.nps.economics(churned=...)",
        ) from None


def end_of(day: np.ndarray, gone: np.ndarray, at: Any) -> tuple[int, bool, int]:
    """The last day of the follow-up, whether it was asked for, and how many leave after it."""
    if at is not None:
        end = number_of(day_of(at, where="at"))
    else:
        known = np.concatenate([day[day != NO_DAY], gone[gone != NO_DAY]])
        today = number_of(dt.date.today())
        end = int(known[known <= today].max(initial=known.min() if len(known) else 0))
    return end, at is not None, int((gone > end).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Next:
    """The next day of leaving after each answer, and whether the customer had left for good by then."""

    next: np.ndarray
    gone: np.ndarray
    same_day: np.ndarray


def next_leaving(who: np.ndarray, day: np.ndarray, gone: np.ndarray) -> Next:
    """For each row the first day after it on which its customer left, whichever row of the customer says so."""
    has = gone != NO_DAY
    answer = np.where(day == NO_DAY, 0, day)
    low = int(min(answer.min(initial=0), gone[has].min(initial=0))) - 1
    width = int(max(answer.max(initial=0), gone[has].max(initial=0))) - low + 2
    keys = np.unique(who[has] * width + (gone[has] - low))
    at = np.searchsorted(keys, who * width + (answer - low), side="right")
    padded = np.append(keys, -1)
    found = padded[np.minimum(at, len(keys))]
    later = (found >= 0) & (found // width == who)
    before = padded[at - 1]
    earlier = (before >= 0) & (at > 0) & (before // width == who)
    following = np.where(later, found % width + low, NO_DAY)
    left = earlier & ~later
    return Next(following, left, left & (before % width + low == answer))


def drops(who: np.ndarray, day: np.ndarray, places: np.ndarray, known: np.ndarray) -> np.ndarray:
    """What became of the rating since the last answer of the customer, as places in `DROPS`."""
    rows = np.flatnonzero(known)
    order = rows[np.lexsort((rows, day[rows], who[rows]))]
    same = np.zeros(len(order), dtype=bool)
    same[1:] = who[order[1:]] == who[order[:-1]]
    lost = np.zeros(len(order), dtype=np.int64)
    lost[1:] = places[order[:-1]] - places[order[1:]]
    found = np.zeros(len(who), dtype=np.int64)
    found[order] = np.where(~same, 0, np.where(lost <= 0, 1, np.where(lost < SOME, 2, 3)))
    return found


def tenure_of(rows: PandasSource, name: str | None, day: np.ndarray, kept: np.ndarray) -> np.ndarray | None:
    """How long each had been a customer: the numbers given, or years since the date given."""
    if name is None:
        return None
    try:
        return amounts(rows, name)[kept]
    except ArgumentTypeError:
        since = day_numbers(rows, name)[kept]
    found: np.ndarray = np.where(since == NO_DAY, np.nan, (day[kept] - since) / DAYS_A_YEAR)
    return np.where(found < 0, np.nan, found)


def repeats(who: np.ndarray) -> tuple[int, int]:
    """Customers with more than one answer, and their answers beyond the first."""
    times = np.unique(who, return_counts=True)[1]
    return int((times > 1).sum()), int((times - 1).sum())


def one_has_a_zone(rows: PandasSource, date: str, left: str) -> bool:
    """Whether only one of two columns of dates has a time zone."""
    return has_zone(rows, date) != has_zone(rows, left) and not bool(rows.series(left).isna().all())


def told(parts: dict[str, int], following: Next, known: np.ndarray, end: int) -> list[Note]:
    """What was left out, with its number."""
    notes = [noted("churn_note_silent", parts["silent"], n=parts["silent"])] if parts["silent"] else []
    if parts["undated"]:
        notes.append(noted("churn_note_undated", parts["undated"], n=parts["undated"]))
    if parts["after"]:
        same = int((known & following.same_day).sum())
        notes.append(noted("churn_note_after", parts["after"], n=parts["after"], k=same))
    if parts["late"]:
        notes.append(noted("churn_note_late", parts["late"], n=parts["late"], day=as_day(end)))
    return notes


def before_notes(gone: np.ndarray, day: np.ndarray, known: np.ndarray) -> list[Note]:
    """That customers left before anybody answered, and that the dates of leaving know only the month."""
    has, first = gone[gone != NO_DAY], day[known].min(initial=np.iinfo(np.int64).max)
    early = int((has < first).sum())
    notes = [noted("churn_note_before", early, n=early, m=len(has))] if early else []
    if len(has) >= 20 and all(as_day(each).day == 1 for each in np.unique(has).tolist()):
        notes.append(noted("churn_note_months"))
    return notes


def nothing(parts: dict[str, int], rows: int, end: int) -> EmptyDataError:
    """The error when no answer can be followed."""
    why = {
        "silent": "without a rating", "undated": "without a date", "after": "on the day of leaving or after it",
        "late": f"after {as_day(end)}, the end of the follow-up",
    }  # fmt: skip
    got = ", ".join(f"{parts[key]:,} {reason}" for key, reason in why.items() if parts[key])
    return EmptyDataError(
        where="churn", expected="answers given before the customer left", got=got or f"{rows:,} rows, none of them",
        hint="churned= is the date on which a customer left, missing for those still here",
    )  # fmt: skip
