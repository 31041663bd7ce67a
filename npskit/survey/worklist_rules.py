"""Whom one may call at all: opt-outs, a rest between two calls, what a day holds, and how old an answer may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean
from npskit.roles import fold
from npskit.scale import CATEGORIES, is_missing
from npskit.survey.churn_rows import length_of

__all__ = ["Rules", "call_days", "opted_out", "rules_of"]

NO = frozenset(("no", "non", "n", "false", "faux", "0", "0 0", "none", "aucun", "in", "opt in"))
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """Contact rules.

    Attributes
    ----------
    opt_out : str, optional
        Column of who must not be called: yes, true, 1, a date; no, false, 0 and nothing mean that one may. Whatever
        else it says counts as an opt-out.
    contacted : str, optional
        Column of the day of the last contact.
    churned : str, optional
        Column of the day on which a customer left, as `Survey.churn` takes it: who has left is not called.
    rest : str or int
        Time between two contacts of a customer.
    capacity : int, optional
        Calls on a working day, of each owner where there are owners.
    oldest : str or int
        Age from which an answer is no longer followed up.
    categories : sequence of str
        Whose answers are followed up.
    half_life : str or int
        Age at which an answer counts half.
    """

    opt_out: str | None = None
    contacted: str | None = None
    churned: str | None = None
    rest: Any = "30 days"
    capacity: int | None = None
    oldest: Any = "90 days"
    categories: Sequence[str] = ("detractors", "passives")
    half_life: Any = "30 days"

    def __post_init__(self) -> None:
        for name in ("rest", "oldest", "half_life"):
            object.__setattr__(self, name, length_of(getattr(self, name), where=f"rules['{name}']").days)
        capacity = self.capacity
        if capacity is not None and not (isinstance(capacity, int) and not isinstance(capacity, bool) and capacity > 0):
            raise ArgumentError(where="rules['capacity']", expected="a number of calls a day", got=repr(capacity))
        chosen = [self.categories] if isinstance(self.categories, str) else list(self.categories)
        strange = [name for name in chosen if name not in CATEGORIES]
        if strange or not chosen:
            raise ArgumentError(
                where="rules['categories']", expected="some of " + ", ".join(CATEGORIES), got=repr(self.categories)
            )
        object.__setattr__(self, "categories", tuple(chosen))


def rules_of(given: Any) -> Rules:
    """The rules of a mapping.

    Raises
    ------
    ArgumentError
        For a rule that is unknown, or cannot be used.

    Examples
    --------
    >>> rules_of({"rest": "2 weeks", "capacity": 5}).rest
    14
    """
    if given is None or isinstance(given, Rules):
        return given or Rules()
    if not isinstance(given, Mapping):
        raise ArgumentTypeError(where="rules", expected="a mapping such as {'capacity': 5}", got=type(given).__name__)
    known = [field.name for field in fields(Rules)]
    for name in given:
        if name not in known:
            raise ArgumentError(f"rules has no {name!r}.", hint=did_you_mean(str(name), known))
    return Rules(**given)


def opted_out(values: Sequence[Any]) -> np.ndarray:
    """Which of some distinct values say that one must not be called.

    Examples
    --------
    >>> opted_out([True, "non", None, "2024-01-05", 0.0, "please not"]).tolist()
    [True, False, False, True, False, True]
    """
    return np.array([not is_missing(value) and value is not False and fold(str(value)) not in NO for value in values])


def call_days(owners: Sequence[Any], capacity: int | None, today: dt.date) -> list[dt.date | None]:
    """The working day on which each of a ranked list comes up; None without a capacity.

    Examples
    --------
    >>> [str(day) for day in call_days(["a", "a", "b"], 1, dt.date(2024, 3, 8))]
    ['2024-03-08', '2024-03-11', '2024-03-08']
    """
    if capacity is None:
        return [None] * len(owners)
    before: dict[Any, int] = {}
    days = [working(today)]
    found: list[dt.date | None] = []
    for owner in owners:
        at = before.get(owner, 0)
        before[owner] = at + 1
        while at // capacity >= len(days):
            days.append(working(days[-1] + dt.timedelta(days=1)))
        found.append(days[at // capacity])
    return found


def working(day: dt.date) -> dt.date:
    """The day, or the Monday after it."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day
