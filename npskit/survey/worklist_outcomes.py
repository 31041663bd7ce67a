"""What became of the list: who was reached, how fast, and what they answered next.

Those who were called were chosen, so that their next rating against that of the others says what happened and not what
calling did; and whoever is on such a list had just given a low rating, which tends to be followed by a higher one
anyhow. Both are said wherever the figures are shown.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, EmptyDataError, did_you_mean, optional_import
from npskit.frames.listed import listed
from npskit.frames.pandas_source import PandasSource
from npskit.frames.person_rows import NO_DAY, answers, day_numbers, people, person_rows
from npskit.labels import language, number, share, word
from npskit.results import FORMULA_STARTS, Result
from npskit.roles import fold
from npskit.scale import is_missing
from npskit.stats.rates import rate_interval
from npskit.stats.retention import Spells, curve, followed
from npskit.stats.student import student_quantile
from npskit.survey.churn_rows import day_of, number_of
from npskit.survey.notes import Note, noted
from npskit.survey.wording import told

if TYPE_CHECKING:
    from npskit.survey.base import Base
    from npskit.survey.worklist_answers import Worklist

__all__ = ["ClosedLoop", "closed_loop", "identity", "last_calls", "of_list"]

LEVEL = 0.95
# Fewer answers in a group have no interval.
FEWEST_COMPARED = 5
NAMED = 5


@dataclass(frozen=True, eq=False)
class ClosedLoop(Result):
    """Figures of a list that came back, as `Survey.closed_loop` gives them.

    Attributes
    ----------
    table : mapping of str to list
        ``measure, n, value, lower, upper``: ``reached`` (share of those listed who were called), ``resolved`` (share
        of those called), ``days_to_call`` (median since the answer, those not yet called still waiting; missing while
        fewer than half are called), ``change_called`` and ``change_not_called`` (mean change of the next rating, in
        points of the scale), ``difference`` (of the two). 95 % intervals.
    listed, called, resolved : int
    unknown, repeated : int
        Customers of the outcomes who never answered, and who are in it several times.
    today : datetime.date
    notes : tuple of Note
        The first says that this is no experiment.
    """

    table: Mapping[str, Sequence[Any]]
    listed: int
    called: int
    resolved: int
    unknown: int
    repeated: int
    today: dt.date
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """Share reached and time to call.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        days = self._row("days_to_call")["value"]
        reached = share(self._row("reached")["value"], lang=lang)
        key = "worklist_loop" if days is not None else "worklist_loop_waiting"
        values = {} if days is None else {"days": number(days, lang=lang)}
        return told(key, self.listed, lang, share=reached, n=number(self.listed, lang=lang), **values)

    def change_sentence(self, *, lang: str | None = None) -> str:
        """The next rating of those called against the others, and that this is no experiment.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        row = self._row("difference")
        caution = word("worklist_note_chosen", lang)
        if row["lower"] is None:
            return f"{word('worklist_change_few', lang)} {caution}"
        key = "more" if row["lower"] > 0 else "less" if row["upper"] < 0 else "open"
        shown = [number(row[name], digits=1, lang=lang, sign=True) for name in ("value", "lower", "upper")]
        return f"{word(f'worklist_change_{key}', lang, gap=shown[0], lower=shown[1], upper=shown[2])} {caution}"

    def _row(self, measure: str) -> dict[str, Any]:
        at = list(self.table["measure"]).index(measure)
        return {name: values[at] for name, values in self.table.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Rows that came back, one a customer: identity to days, `NO_DAY` where there is none."""

    names: list[str]
    called: np.ndarray
    resolved: np.ndarray
    answered: np.ndarray
    repeated: list[str]
    nobody: int


def identity(value: Any) -> str:
    """A customer as text, alike in a frame, a CSV file and a workbook.

    Examples
    --------
    >>> identity(7.0), identity("7"), identity(" '=a"), identity("O'Hara")
    ('7', '7', '=a', "O'Hara")
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def opened(outcomes: Any) -> Any:
    """The rows of a path, or a frame as it is."""
    if not isinstance(outcomes, str | os.PathLike):
        return outcomes
    path = Path(outcomes)
    if path.suffix.lower() == ".xlsx" and path.exists():
        optional_import("openpyxl", extra="excel", purpose="read a workbook")
        return pd.read_excel(path, dtype={"customer": object})
    from npskit.readers import read_survey

    # A spreadsheet saves a CSV file in its own encoding, and days as they are written where it runs.
    return read_survey(path)


def read(outcomes: Any) -> Outcomes:
    """The outcomes, one row a customer; of several the first call counts, and the last resolution.

    Raises
    ------
    ArgumentError
        When there is no column ``customer`` or ``called``.
    """
    columns = listed(opened(outcomes))
    names = {fold(name): name for name in columns}
    for name in ("customer", "called"):
        if name not in names:
            raise ArgumentError(f"outcomes: no column {name!r}.", hint=did_you_mean(name, columns))
    rows = PandasSource(pd.DataFrame(columns))
    given = columns[names["customer"]]
    kept = [at for at, value in enumerate(given) if not is_missing(value)]
    days = {
        name: day_numbers(rows, names[name])[kept] if name in names else np.full(len(kept), NO_DAY)
        for name in ("called", "resolved", "answered")
    }
    people_of = [identity(given[at]) for at in kept]
    order: dict[str, int] = {}
    place = np.array([order.setdefault(name, len(order)) for name in people_of], dtype=np.intp)
    late = np.iinfo(np.int64).max
    first = np.full(len(order), late)
    np.minimum.at(first, place, np.where(days["called"] == NO_DAY, late, days["called"]))
    last, since = np.full(len(order), NO_DAY), np.full(len(order), NO_DAY)
    np.maximum.at(last, place, days["resolved"])
    np.maximum.at(since, place, days["answered"])
    times = np.bincount(place, minlength=len(order))
    repeated = [name for name, n in zip(order, times, strict=True) if n > 1]
    return Outcomes(list(order), np.where(first == late, NO_DAY, first), last, since, repeated, len(given) - len(kept))


def last_calls(outcomes: Any) -> dict[str, int]:
    """The last day on which each customer was called."""
    columns = listed(opened(outcomes))
    found = read(pd.DataFrame(columns))
    calls: dict[str, int] = {}
    names = {fold(name): name for name in columns}
    days = day_numbers(PandasSource(pd.DataFrame(columns)), names["called"])
    for value, day in zip(columns[names["customer"]], days.tolist(), strict=True):
        if not is_missing(value) and day != NO_DAY:
            calls[identity(value)] = max(day, calls.get(identity(value), day))
    return {name: calls[name] for name in found.names if name in calls}


def of_list(worklist: Worklist, outcomes: Any, answers: Any, *, today: Any) -> ClosedLoop:
    """The figures of one list; without later answers there is no change."""
    from npskit.survey import Survey

    table = worklist.table
    own = pd.DataFrame({name: list(table[name]) for name in ("customer", "rating", "answered")})
    own = own.rename(columns={"answered": "date"})
    survey: Any
    if answers is None:
        survey = Survey(own, customer="customer", rating="rating", date="date")
    else:
        survey = answers if hasattr(answers, "closed_loop") else answers.nps
    came = pd.DataFrame(listed(opened(outcomes)))
    names = {fold(str(name)): str(name) for name in came.columns}
    if "customer" not in names:
        raise ArgumentError("outcomes: no column 'customer'.", hint=did_you_mean("customer", list(came.columns)))
    came = came.rename(columns={names[key]: key for key in ("customer", "called", "resolved") if key in names})
    known = {identity(name): day for name, day in zip(table["customer"], table["answered"], strict=True)}
    came["answered"] = [known.get(identity(name)) for name in came["customer"]]
    back = {identity(name) for name in came["customer"]}
    waiting = [name for name in table["customer"] if identity(name) not in back]
    rest = pd.DataFrame({"customer": waiting, "answered": [known[identity(name)] for name in waiting]})
    columns = {name: [*came.get(name, [None] * len(came)), *rest.get(name, [None] * len(rest))]
               for name in ("customer", "called", "resolved", "answered")}  # fmt: skip
    return closed_loop(survey, columns, today=today)


def closed_loop(survey: Base, outcomes: Any, *, today: Any) -> ClosedLoop:
    """The figures of outcomes, by customer."""
    end = dt.date.today() if today is None else day_of(today, where="today")
    found = read(outcomes)
    rating, date, customer = (survey.column(role) for role in ("rating", "date", "customer"))
    scale = survey.tally().scale
    rows = person_rows(survey.source, [rating, date, customer])
    places, day = answers(rows, rating, scale), day_numbers(rows, date)
    who, _, names = people(rows, customer)
    number_by = {identity(name): at for at, name in enumerate(names)}
    code = np.array([number_by.get(name, -1) for name in found.names], dtype=np.int64)
    good = (places >= 0) & (day != NO_DAY) & (day <= number_of(end)) & (who < len(names))
    history = History(who[good], day[good], places[good])
    answered = history.before(code, np.where(found.answered != NO_DAY, found.answered, latest(found, end)))
    inside = (code >= 0) & (answered.day != NO_DAY)
    if not inside.any():
        raise EmptyDataError(
            where="outcomes", expected="customers who are among those who answered", got="none",
            hint="compare their identifiers with those of the answers",
        )  # fmt: skip
    called = np.where(found.called <= number_of(end), found.called, NO_DAY)
    early = inside & (called != NO_DAY) & (called < answered.day)
    called = np.where(early, NO_DAY, called)
    notes = notes_of(found, code, inside, early, found.resolved)
    rows_of = figures(answered, history.after(code, answered.day), called, found.resolved, inside, number_of(end))
    table = {name: [row[at] for row in rows_of] for at, name in enumerate(("measure", "n", "value", "lower", "upper"))}
    return ClosedLoop(
        table, int(inside.sum()), int((inside & (called != NO_DAY)).sum()),
        int((inside & (called != NO_DAY) & (found.resolved != NO_DAY)).sum()),
        int((code < 0).sum()), len(found.repeated), end, tuple(notes),
    )  # fmt: skip


def latest(found: Outcomes, end: dt.date) -> np.ndarray:
    """The day up to which an answer may have put a customer on the list: that of the call, or today."""
    last: np.ndarray = np.where(found.called != NO_DAY, found.called, number_of(end))
    return last


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A day and a place on the scale for each customer asked about; `NO_DAY` where there is none."""

    day: np.ndarray
    place: np.ndarray


class History:
    """All answers in the order of customers and days."""

    def __init__(self, who: np.ndarray, day: np.ndarray, place: np.ndarray) -> None:
        order = np.lexsort((day, who))
        self.who, self.day, self.place = who[order], day[order], place[order]
        self.low = int(day.min(initial=0)) - 1
        self.width = int(day.max(initial=0)) - self.low + 2
        self.keys = self.who * self.width + (self.day - self.low)

    def _key(self, code: np.ndarray, day: np.ndarray) -> np.ndarray:
        key: np.ndarray = code * self.width + np.clip(day - self.low, 0, self.width - 1)
        return key

    def _taken(self, at: np.ndarray, code: np.ndarray) -> Answer:
        if not len(self.who):
            return Answer(np.full(len(code), NO_DAY), np.zeros(len(code), dtype=np.int64))
        inside = (at >= 0) & (at < len(self.who))
        at = np.clip(at, 0, len(self.who) - 1)
        same = inside & (self.who[at] == code)
        return Answer(np.where(same, self.day[at], NO_DAY), self.place[at])

    def before(self, code: np.ndarray, day: np.ndarray) -> Answer:
        """The last answer of each customer on a day or before."""
        return self._taken(np.searchsorted(self.keys, self._key(code, day), side="right") - 1, code)

    def after(self, code: np.ndarray, day: np.ndarray) -> Answer:
        """The first answer of each customer after a day."""
        safe = np.where(day == NO_DAY, self.low, day)
        return self._taken(np.searchsorted(self.keys, self._key(code, safe), side="right"), code)


Row = tuple[str, int, float | None, float | None, float | None]


def figures(
    answered: Answer, following: Answer, called: np.ndarray, resolved: np.ndarray, inside: np.ndarray, end: int
) -> list[Row]:
    """A row a measure."""
    reached = inside & (called != NO_DAY)
    waited = np.where(reached, called, end)[inside] - answered.day[inside]
    again = inside & (following.day != NO_DAY)
    change = (following.place - answered.place).astype(float)
    # Who answered again before the call was not yet called.
    first = again & reached & (called < following.day)
    groups = change[first], change[again & ~first]
    return [
        ("reached", int(inside.sum()), *proportion(int(reached.sum()), int(inside.sum()))),
        ("resolved", int(reached.sum()), *proportion(int((reached & (resolved != NO_DAY)).sum()), int(reached.sum()))),
        ("days_to_call", int(inside.sum()), *median_wait(waited, reached[inside])),
        ("change_called", len(groups[0]), *mean(groups[0])),
        ("change_not_called", len(groups[1]), *mean(groups[1])),
        ("difference", len(groups[0]) + len(groups[1]), *welch(*groups)),
    ]


def proportion(k: int, n: int) -> tuple[float | None, float | None, float | None]:
    """A share with Wilson's interval."""
    if not n:
        return None, None, None
    lower, upper = rate_interval(k, n, confidence_level=LEVEL)
    return k / n, float(lower), float(upper)


def median_wait(days: np.ndarray, called: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Median days to the call, and its limits (Brookmeyer and Crowley 1982); None where the curve stays above."""
    # A call on the day of the answer took part of a day.
    size = int(days.max(initial=0)) + 1
    spells = Spells(np.zeros(len(days), dtype=np.int64), days + 1, called, np.arange(len(days)))
    found = curve(followed(spells, horizon=size, categories=1), confidence_level=LEVEL)

    def reach(line: np.ndarray) -> float | None:
        below = np.flatnonzero(line[0] <= 0.5)
        return float(below[0] - 1) if len(below) else None

    return reach(found.retained), reach(found.lower), reach(found.upper)


def mean(values: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """A mean with Student's interval."""
    if not len(values):
        return None, None, None
    middle = float(values.mean())
    if len(values) < FEWEST_COMPARED:
        return middle, None, None
    margin = student_quantile(0.5 + LEVEL / 2, len(values) - 1) * float(values.std(ddof=1)) / len(values) ** 0.5
    return middle, middle - margin, middle + margin


def welch(first: np.ndarray, second: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Difference of two means with Welch's interval."""
    if not (len(first) and len(second)):
        return None, None, None
    gap = float(first.mean() - second.mean())
    if min(len(first), len(second)) < FEWEST_COMPARED:
        return gap, None, None
    parts = np.array([each.var(ddof=1) / len(each) for each in (first, second)])
    if not parts.sum():
        return gap, None, None
    freedom = parts.sum() ** 2 / (parts**2 / (np.array([len(first), len(second)]) - 1)).sum()
    margin = student_quantile(0.5 + LEVEL / 2, max(int(freedom), 1)) * float(np.sqrt(parts.sum()))
    return gap, gap - margin, gap + margin


def notes_of(
    found: Outcomes, code: np.ndarray, inside: np.ndarray, early: np.ndarray, resolved: np.ndarray
) -> list[Note]:
    """That this is no experiment, and what of the outcomes could not be used."""
    unknown = [name for name, at in zip(found.names, code, strict=True) if at < 0]
    notes = [noted("worklist_note_chosen")]
    if unknown:
        notes.append(noted("worklist_note_strangers", len(unknown), n=len(unknown), names=tuple(unknown)))
    if found.repeated:
        names = tuple(found.repeated)
        notes.append(noted("worklist_note_twice", len(names), n=len(names), names=names))
    if found.nobody:
        notes.append(noted("worklist_note_nobody", found.nobody, n=found.nobody))
    counts = {
        "early": int(early.sum()),
        "uncalled": int((inside & (found.called == NO_DAY) & (resolved != NO_DAY)).sum()),
        "unanswered": int(((code >= 0) & ~inside).sum()),
    }
    return [*notes, *(noted(f"worklist_note_{key}", n, n=n) for key, n in counts.items() if n)]
