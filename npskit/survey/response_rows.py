"""Invitations and the answers to them: who was asked, who answered which of his invitations, and when.

An export of answers knows nothing of the silent; the list of those invited does. The two are matched by customer, and
by date where a customer was asked more than once. Whatever does not fit is counted and said: the same person twice on
the list, answers of people nobody invited, invitations without a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError, RoleError
from npskit.frames import wrap
from npskit.frames.pandas_source import PandasSource
from npskit.frames.person_rows import NO_DAY, answers, day_numbers, people, person_rows
from npskit.roles import fold
from npskit.scale import Scale
from npskit.survey.columns import Columns
from npskit.survey.levels import level_text
from npskit.survey.notes import Note, noted

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["SILENT", "Invitations", "identity", "matched", "own_rows"]

#: Category of an invitation that nobody answered.
SILENT = -1
SENT = re.compile(
    r"^(date )?(sent|invited|invitation|envoi|envoye|invite|emailed|mailed|send)( (date|at|on|day|le|time|timestamp))?$"
    r"|^date (of |d |de |du |de l )?(envoi|invitation|sending|sollicitation)$|^(sollicitation|envoye le|invite le)$"
)
REMINDED = re.compile(
    r"^(date )?(reminder|reminded|relance|rappel)( ?\d+)?( (date|at|on|le|sent))?( ?\d+)?$"
    r"|^date (of |de |du )?(reminder|relance|rappel)( ?\d+)?$"
)


@dataclass(frozen=True, slots=True, eq=False)
class Invitations:
    """Those who were asked, one place each.

    Attributes
    ----------
    rows : PandasSource
        The list, all of its rows.
    kept : ndarray of int
        The rows that are invitations.
    category : ndarray of int
        Of the answer: 0 detractor, 1 passive, 2 promoter, `SILENT`.
    sent, answered : ndarray of int64
        Days since 1970, `NO_DAY` where not known.
    reminders : ndarray of int64, shape (columns, invitations)
    sent_column : str, optional
    roles : tuple of str
        Columns of the list that are no segments.
    notes : tuple of Note
    """

    rows: PandasSource
    kept: np.ndarray
    category: np.ndarray
    sent: np.ndarray
    answered: np.ndarray
    reminders: np.ndarray
    sent_column: str | None
    roles: tuple[str, ...]
    notes: tuple[Note, ...]


def identity(level: object) -> str:
    """What makes two entries the same customer: 12, 12.0 and "12 " are one, and so are two spellings of an address.

    Examples
    --------
    >>> identity(12.0), identity(" 12"), identity("Zoe@Exemple.fr")
    ('12', '12', 'zoe@exemple.fr')
    """
    if type(level) is int:
        return str(level)
    text = level.strip() if isinstance(level, str) else level_text(level).strip()
    return text.casefold() if "@" in text else text


def found_columns(rows: PandasSource, pattern: re.Pattern[str]) -> list[str]:
    """Columns whose name fits and that hold dates."""
    from npskit.survey.levels import holds_dates

    return [name for name in rows.columns if pattern.search(fold(name)) and holds_dates(rows.sample(name))]


def sent_column(rows: PandasSource, named: str | None) -> str | None:
    """The column of the day of invitation; None when there is none."""
    if named is not None:
        return rows.column(named)
    found = found_columns(rows, SENT)
    if len(found) > 1:
        raise RoleError(
            where="the day of invitation", expected="one column of the list", got=", ".join(map(repr, found)),
            hint=f"name it: sent={found[0]!r}",
        )  # fmt: skip
    return found[0] if found else None


def reminder_columns(rows: PandasSource, named: Any) -> list[str]:
    """The columns of the days of reminders."""
    if named is None:
        return found_columns(rows, REMINDED)
    return [rows.column(name) for name in ([named] if isinstance(named, str) else list(named))]


def customer_column(survey: Base, rows: PandasSource, named: str | None) -> str:
    """The column of the list that names customers: the one asked for, of the name it has in the answers, or found."""
    if named is not None:
        return rows.column(named)
    own = survey.column("customer")
    same = [name for name in rows.columns if fold(name) == fold(own)]
    if same:
        return same[0]
    try:
        return Columns(rows, named={}, notes={}, scale=Scale()).find("customer").column
    except RoleError as error:
        raise RoleError(
            where="the customers of the invited", expected=f"a column such as {own!r}, as in the answers",
            got=error.message.rpartition("got ")[2].removesuffix("."), hint="name it: customer='...'",
        ) from None  # fmt: skip


def matched(survey: Base, invited: Any, *, customer: str | None, sent: str | None, reminded: Any) -> Invitations:
    """Invitations with the answers to them.

    Raises
    ------
    RoleError
        When the customer, the rating or the day of invitation cannot be decided.
    ArgumentError
        When no answer is of anybody on the list.
    EmptyDataError
        When nobody was invited.
    """
    source = wrap(invited)
    rows = person_rows(source, source.columns)
    name = customer_column(survey, rows, customer)
    day_name, reminder_names = sent_column(rows, sent), reminder_columns(rows, reminded)
    codes, blank, names = people(rows, name)
    place: dict[str, int] = {}
    unified = np.array([place.setdefault(identity(level), len(place)) for level in names], dtype=np.int64)
    codes = np.where(codes < len(names), np.append(unified, 0)[np.minimum(codes, len(names))], SILENT)
    day = np.full(len(codes), NO_DAY) if day_name is None else day_numbers(rows, day_name)
    kept = first_of_each(codes, day)
    if not len(kept):
        raise EmptyDataError(where="response", expected="at least one customer who was invited", got="none")
    own = own_answers(survey, place)
    if own.uninvited and not len(own.customer):
        raise ArgumentError(
            where="invited", expected="customers who are among those who answered",
            got=f"none, of {own.uninvited:,} answers",
            hint="compare their identifiers: '007' and 7 are two customers; customer= names the column of the list",
        )  # fmt: skip
    parts = {"blank": blank, "twice": int((codes >= 0).sum()) - len(kept)}
    category, answered, lost = answers_to(codes[kept], day[kept], own)
    reminders = np.array([day_numbers(rows, each)[kept] for each in reminder_names], dtype=np.int64).reshape(
        -1, len(kept)
    )
    return Invitations(
        rows, kept, category, day[kept], answered, reminders, day_name,
        (name, *([day_name] if day_name else []), *reminder_names), tuple(counted_notes(parts | lost)),
    )  # fmt: skip


def first_of_each(codes: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Rows of invitations, in their order: a customer once, or once a day of invitation."""
    order = np.lexsort((np.arange(len(codes)), day, codes))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (codes[order][1:] != codes[order][:-1]) | (day[order][1:] != day[order][:-1])
    new &= codes[order] >= 0
    return np.sort(order[new])


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Answers: the customer by its number on the list (below 0: not on it), the category and the day."""

    customer: np.ndarray
    category: np.ndarray
    day: np.ndarray
    unknown: int
    uninvited: int


def own_answers(survey: Base, place: dict[str, int]) -> Own:
    """The answers of the survey, those of people who are not on the list counted."""
    source, tally = survey.source, survey.tally()
    rating, name = survey.column("rating"), survey.column("customer")
    try:
        date: str | None = survey.column("date")
    except RoleError:
        date = None
    rows = person_rows(source, [rating, name, *([date] if date else [])])
    places = answers(rows, rating, tally.scale)
    codes, _, names = people(rows, name)
    on_list = np.array([place.get(identity(level), SILENT) for level in names], dtype=np.int64)
    known = codes < len(names)
    customer = np.where(known, np.append(on_list, SILENT)[np.minimum(codes, len(names))], SILENT)
    valid = places >= 0
    day = np.full(len(codes), NO_DAY) if date is None else day_numbers(rows, date)
    used = valid & (customer >= 0)
    return Own(
        customer[used], tally.scale.categories[places[used]].astype(np.int64), day[used],
        unknown=int((valid & ~known).sum()), uninvited=int((valid & known & (customer < 0)).sum()),
    )  # fmt: skip


def answers_to(codes: np.ndarray, day: np.ndarray, own: Own) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """Category and day of the answer to each invitation, and how many answers are to none."""
    category, answered = np.full(len(codes), SILENT), np.full(len(codes), NO_DAY)
    # An answer without a day is to the last invitation; an invitation without a day came before any answer.
    days = np.concatenate([day[day != NO_DAY], own.day[own.day != NO_DAY]])
    low = int(days.min(initial=0)) - 1
    width = int(days.max(initial=0)) - low + 2
    asked = codes * width + np.where(day == NO_DAY, 0, day - low)
    order = np.argsort(asked, kind="stable")
    when = own.customer * width + np.where(own.day == NO_DAY, width - 1, own.day - low)
    at = np.searchsorted(asked[order], when, side="right") - 1
    to = order[np.maximum(at, 0)]
    early = (at < 0) | (codes[to] != own.customer)
    # The last answer to an invitation is written last.
    latest = np.lexsort((np.arange(len(when)), when))
    latest = latest[~early[latest]]
    category[to[latest]], answered[to[latest]] = own.category[latest], own.day[latest]
    used = int((category != SILENT).sum())
    lost = {"early": int(early.sum()), "again": len(latest) - used, "unknown": own.unknown, "uninvited": own.uninvited}
    return category, answered, lost


def counted_notes(parts: dict[str, int]) -> list[Note]:
    """What was left out, with its number."""
    order = ("blank", "twice", "uninvited", "unknown", "early", "again")
    return [noted(f"response_note_{key}", parts[key], n=parts[key]) for key in order if parts[key]]


def own_rows(survey: Base, *, sent: str | None, reminded: Any) -> Invitations:
    """Every row of the survey as an invitation, those without a rating as silent."""
    source, tally = survey.source, survey.tally()
    rows = person_rows(source, source.columns)
    rating = survey.column("rating")
    places = answers(rows, rating, tally.scale)
    if not len(places):
        raise EmptyDataError(where="response", expected="at least one customer who was invited", got="none")
    category = np.where(places >= 0, tally.scale.categories[np.maximum(places, 0)], SILENT).astype(np.int64)
    roles = {role: name for role in ("date", "comment", "customer") if (name := role_or_none(survey, role))}
    answered = day_numbers(rows, roles["date"]) if "date" in roles else np.full(len(places), NO_DAY)
    sent_name = sent_column(rows, sent)
    day = np.full(len(places), NO_DAY) if sent_name is None else day_numbers(rows, sent_name)
    names = [name for name in reminder_columns(rows, reminded) if name != sent_name]
    reminders = np.array([day_numbers(rows, each) for each in names], dtype=np.int64).reshape(-1, len(places))
    known = (category != SILENT) & (answered != NO_DAY)
    return Invitations(
        rows, np.arange(len(places)), category, day, np.where(known, answered, NO_DAY), reminders, sent_name,
        (rating, *roles.values(), *([sent_name] if sent_name else []), *names),
        (noted("response_note_own_rows", len(places), n=len(places)),),
    )  # fmt: skip


def role_or_none(survey: Base, role: str) -> str | None:
    """The column of a role; None when it cannot be decided."""
    try:
        return survey.column(role)
    except RoleError:
        return None
