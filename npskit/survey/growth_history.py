"""A table of sales, scores and factors as series on one calendar: what is read, checked and told before any arithmetic.

A row is a period. Rows may stand in any order and periods may be missing; growth across a hole is not known, and how
many rows that costs is told. The score may be a column, or a trend of the survey itself, which brings what each
reading is worth.
"""

from __future__ import annotations

import datetime as dt
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    ScaleWarning,
    did_you_mean,
    shown_value,
)
from npskit.frames.listed import listed
from npskit.roles import resolve
from npskit.stats.growth import season_factor
from npskit.stats.growth_series import Series, growth_rates
from npskit.stats.trend import pooled_variance
from npskit.survey.answers import Trend
from npskit.survey.estimates import all_periods
from npskit.survey.growth_calendar import SEASONS, first_days, found_column, shown

__all__ = ["History", "Note", "read_history"]

Array = NDArray[np.float64]
Note = tuple[str, Mapping[str, Any]]
# Variance of one answer of -1, 0, +1 beside the square of its mean, where only the score is known: a third passives.
ANSWER_VARIANCE = 2 / 3
SPREAD_OF_POINTS = 100.0**2
# Rows without dates may be quarters or months; a season that two series share looks like one foretelling the other.
# Distinct broken numbers within ±1 from which a score looks like shares.
FEWEST_SHARES = 3
UNDATED_SEASONS, CLEAR_SEASON = (4, 12), 3.0


@dataclass(frozen=True)
class History:
    """Series of one calendar without holes; what is not known is nan.

    Attributes
    ----------
    periods : list of datetime.date or int
        First days, or 1, 2, … where the table has no dates.
    every : str
        "" where the table has no dates.
    sales, nps, noise : ndarray (T,)
        `noise` is the sampling variance of each reading, in points squared.
    factors : mapping of str to ndarray (T,)
    notes : tuple of (key, values)
    """

    periods: list[Any]
    every: str
    sales: Array
    nps: Array
    noise: Array
    factors: Mapping[str, Array]
    notes: tuple[Note, ...] = ()

    @cached_property
    def season(self) -> int:
        """Periods of a season that a table of this length can show; without dates one that does show; 0 for none."""
        if not self.every:
            growth = growth_rates(self.sales)
            best = max(UNDATED_SEASONS, key=lambda length: season_factor(growth, length))
            return best if season_factor(growth, best) > CLEAR_SEASON else 0
        length = SEASONS.get(self.every, 0)
        return length if length and len(self.sales) >= 2 * length + 6 else 0

    def series(self, lag: int) -> Series:
        """Growth and changes."""
        changes = [np.diff(part, prepend=np.nan) for part in (self.nps, *self.factors.values())]
        return Series(growth_rates(self.sales), np.stack(changes), lag, self.season)


def read_history(
    frame: Any,
    *,
    target: str,
    nps: Any,
    factors: Sequence[str],
    period: str | None,
    every: str | None,
    responses: str | None,
) -> History:
    """Read and check a table, see `npskit.forecast_growth`."""
    columns = listed(frame)
    target = resolve(target, list(columns))
    factors = [resolve(name, list(columns)) for name in factors]
    score = None if isinstance(nps, Trend) else score_column(columns, nps)
    check_apart([target, *([score] if score else []), *factors])
    worth = responses_column(columns, responses, [target, score, *factors])
    column = found_column(columns, period, [name for name in (target, score, worth, *factors) if name])
    days, length = periods_of(columns, column, target, every, nps.every if isinstance(nps, Trend) else None)
    calendar: list[Any] = days if column is None else all_periods(days, length)
    on = placed(columns, days, calendar)
    sales = on(target)
    check_positive(target, sales, calendar, length)
    if isinstance(nps, Trend):
        readings, noise = of_trend(nps, calendar, length)
    else:
        readings = on(str(score))
        answers = on(worth) if worth else np.full(len(calendar), np.nan)
        check_answers(worth or "", answers, calendar, length)
        noise = sampling(readings, answers)
    check_points(readings, "the trend" if score is None else f"column {score!r}")
    parts = {name: on(name) for name in factors}
    check_moves({target: sales, score or "nps": readings, **parts})
    first, last = (int(edge) for edge in np.flatnonzero(np.isfinite(sales))[[0, -1]])
    kept = slice(first, last + 1)
    return History(
        periods=calendar[kept],
        every=length,
        sales=sales[kept],
        nps=readings[kept],
        noise=noise[kept],
        factors={name: part[kept] for name, part in parts.items()},
        notes=(*told(days, calendar, sales, readings, last, length), *shares_note(score, readings)),
    )


def periods_of(
    columns: Mapping[str, Sequence[Any]], column: str | None, target: str, every: str | None, wanted: str | None
) -> tuple[list[Any], str]:
    """The period of each row and its length; the number of the row, and "", where there are no dates."""
    if column is not None:
        return dated(column, columns[column], wanted, every)
    if wanted is not None:
        raise ArgumentError(
            where="nps",
            expected="a table with a column of periods, to align the trend by",
            got=f"columns {', '.join(map(repr, columns))}",
            hint="pass period='the column'",
        )
    return list(range(1, len(columns[target]) + 1)), ""


def placed(
    columns: Mapping[str, Sequence[Any]], days: Sequence[Any], calendar: Sequence[Any]
) -> Callable[[str], Array]:
    """What gives a column of numbers on the calendar."""
    place = {day: at for at, day in enumerate(calendar)}
    rows = np.array([place[day] for day in days], dtype=np.intp)

    def on(name: str) -> Array:
        out = np.full(len(calendar), np.nan)
        out[rows] = numbers(name, columns[name])
        return out

    return on


def dated(column: str, values: Sequence[Any], wanted: str | None, asked: str | None) -> tuple[list[dt.date], str]:
    """First day of the period of each row; with a trend in the trend's periods, which must be those of the table."""
    days, length = first_days(column, values, asked)
    if wanted is not None and length != wanted:
        raise ArgumentError(
            where=f"column {column!r}",
            expected=f"a row for each {wanted}, as the trend has",
            got=f"a row for each {length}, from {shown(min(days), length)} to {shown(max(days), length)}",
            hint=f"pass nps=df.nps.trend({length!r})",
        )
    return days, length


def score_column(columns: Mapping[str, Any], nps: Any) -> str:
    """The column of the score."""
    if not isinstance(nps, str):
        raise ArgumentTypeError(
            where="nps",
            expected="the name of a column, or a trend as df.nps.trend('quarter') gives it",
            got=type(nps).__name__,
        )
    try:
        return resolve(nps, list(columns))
    except ColumnNotFoundError:
        raise ColumnNotFoundError(
            f"no column {nps!r} for the score.",
            hint=f"name it with nps='…', or pass nps=df.nps.trend('quarter'). {did_you_mean(nps, columns)}",
        ) from None


def responses_column(columns: Mapping[str, Any], named: str | None, taken: Sequence[str | None]) -> str | None:
    """The column of how many answered: the one named, else one called ``responses``."""
    if named is not None:
        return resolve(named, list(columns))
    return "responses" if "responses" in columns and "responses" not in taken else None


def check_apart(names: Sequence[str]) -> None:
    """Refuse a column in two places: growth would explain itself."""
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise ArgumentError(
            where="columns",
            expected="target, nps and each factor to be columns of their own",
            got=f"{twice[0]!r} more than once",
        )


def numbers(name: str, values: Sequence[Any]) -> Array:
    """A column of numbers, missing ones nan."""
    out, wrong = np.full(len(values), np.nan), []
    for at, value in enumerate(values):
        try:
            out[at] = math.nan if value is None or value == "" else float(value)
        except (TypeError, ValueError):
            wrong.append(value)
    if wrong or not np.isfinite(out[~np.isnan(out)]).all():
        got = (
            f"{len(wrong):,} of {len(values):,} that are none, such as {shown_value(wrong[0])}" if wrong else "infinity"
        )
        raise ArgumentTypeError(where=f"column {name!r}", expected="numbers or missing", got=got)
    if not np.isfinite(out).any():
        raise ArgumentError(where=f"column {name!r}", expected="at least one number", got="none")
    return out


def check_positive(target: str, sales: Array, calendar: Sequence[Any], every: str) -> None:
    """Refuse sales of which no growth can be computed."""
    at = np.flatnonzero(sales <= 0).tolist()
    if not at:
        return
    some = ", ".join(f"{sales[k]:g} ({shown(calendar[k], every)})" for k in at[:3])
    raise ArgumentError(
        where=f"target {target!r}",
        expected="amounts above 0, since growth is a ratio",
        got=f"{len(at)} of {int(np.isfinite(sales).sum())} at 0 or below: {some}",
        hint="leave these periods empty if nothing was sold, or forecast revenue instead of a profit or a growth rate",
    )


def check_points(readings: Array, where: str) -> None:
    """Refuse a score that is none."""
    known = readings[np.isfinite(readings)]
    if len(known) and np.abs(known).max() > 100:
        raise ArgumentError(
            where=where,
            expected="scores from -100 to 100",
            got=f"{known[np.abs(known).argmax()]:g}",
            hint="pass the column of the score with nps='…'",
        )


def check_moves(parts: Mapping[str, Array]) -> None:
    """Refuse what never changes: nothing can be learned from it."""
    for name, part in parts.items():
        moves = np.diff(part)
        moves = moves[np.isfinite(moves)]
        if len(moves) and not np.abs(moves).max() > 0:
            raise ArgumentError(
                where=f"column {name!r}",
                expected="values that change",
                got="the same in every period",
                hint="name another column, or leave it out",
            )


def check_answers(name: str, answers: Array, calendar: Sequence[Any], every: str) -> None:
    """Refuse a negative number of answers."""
    at = np.flatnonzero(answers < 0).tolist()
    if at:
        raise ArgumentError(
            where=f"column {name!r}",
            expected="numbers of answers, not negative",
            got=f"{len(at):,} below 0: " + ", ".join(f"{answers[k]:g} ({shown(calendar[k], every)})" for k in at[:3]),
            hint="leave a number that is not known empty",
        )


def shares_note(score: str | None, readings: Array) -> list[Note]:
    """That a score looks as if given in shares of 1; with a warning, since scenarios would be of hundredths."""
    known = np.unique(readings[np.isfinite(readings)])
    broken = known[known % 1 != 0]
    if score is None or len(broken) < FEWEST_SHARES or np.abs(known).max() > 1:
        return []
    warnings.warn(
        f"column {score!r}: every score lies from {known[0]:g} to {known[-1]:g}, and was taken as points from -100 to "
        f"100.\nHint: if these are shares, multiply them by 100: df[{score!r}] * 100.",
        ScaleWarning,
        stacklevel=4,
    )
    return [("growth_note_shares", {})]


def sampling(readings: Array, responses: Array) -> Array:
    """Sampling variance of readings of which only the score and the responses are known."""
    variance = np.maximum(ANSWER_VARIANCE - (readings / 100) ** 2, 0.05)
    return np.where(responses > 0, SPREAD_OF_POINTS * variance / np.where(responses > 0, responses, np.nan), np.nan)


def of_trend(trend: Trend, calendar: Sequence[dt.date], every: str) -> tuple[Array, Array]:
    """Readings of a trend and their sampling variance, on the calendar of the sales."""
    if trend.by:
        raise ArgumentError(
            where="nps",
            expected="one series",
            got=f"a trend by {', '.join(trend.by)}",
            hint=f"pass nps=df.nps.trend({trend.every!r})",
        )
    table = trend.table
    counts = np.array([table[name] for name in ("detractors", "passives", "promoters")], dtype=float).T
    worth = np.asarray(table.get("effective_responses", table["responses"]), dtype=float)
    answered = np.flatnonzero(worth > 0).tolist()
    days = [as_date(table["period"][at]) for at in answered]
    common = set(days) & set(calendar)
    if not common:
        ends = [f"{shown(days[0], every)} to {shown(days[-1], every)}"] if days else ["nothing"]
        raise ArgumentError(
            where="nps",
            expected=f"a trend over periods of the table, which go from {shown(calendar[0], every)} to "
            f"{shown(calendar[-1], every)}",
            got=f"one from {ends[0]}",
        )
    variance = SPREAD_OF_POINTS * pooled_variance(counts) / np.where(worth > 0, worth, np.nan)
    place = {day: at for at, day in enumerate(calendar)}
    readings, noise = np.full(len(calendar), np.nan), np.full(len(calendar), np.nan)
    for at, day in zip(answered, days, strict=True):
        if day in place:
            readings[place[day]], noise[place[day]] = table["score"][at], variance[at]
    return readings, noise


def as_date(value: Any) -> dt.date:
    """The day of a date or a moment."""
    return value.date() if isinstance(value, dt.datetime) else value


def told(
    days: Sequence[Any], calendar: Sequence[Any], sales: Array, readings: Array, last: int, every: str
) -> tuple[Note, ...]:
    """What was repaired or left out, as keys of labels."""
    notes: list[Note] = []
    if not every:
        notes.append(("growth_note_order", {}))
    elif list(days) != sorted(days):
        notes.append(("growth_note_sorted", {}))
    inside = slice(int(np.flatnonzero(np.isfinite(sales))[0]), last + 1)
    gone, silent = np.isnan(sales[inside]), np.isnan(readings[inside])
    for key, part in (("growth_note_holes", gone), ("growth_note_silent", silent & ~gone)):
        missing = int(part.sum())
        if missing:
            notes.append((key, {"k": missing}))
    if last + 1 < len(calendar):
        notes.append(("growth_note_ahead", {"k": len(calendar) - last - 1}))
    if future := future_periods(calendar[: last + 1], sales):
        notes.append(("growth_note_future", {"periods": future}))
    return tuple(notes)


def future_periods(calendar: Sequence[Any], sales: Array) -> list[dt.date]:
    """Periods with sales that have not begun yet."""
    today = dt.date.today()
    pairs = zip(calendar, sales, strict=False)
    return [day for day, value in pairs if isinstance(day, dt.date) and day > today and np.isfinite(value)]
