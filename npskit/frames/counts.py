"""Counts instead of answers: how many detractors, passives and promoters each row tells of.

A dashboard, an office of statistics or a colleague seldom gives answers; they give a table with a row for each shop and
month. Its three columns are counts, or shares of 1 or of 100, and then somebody must say of how many answers. What such
columns say is decided here once for all engines, from a few numbers of rows that are at odds with one reading or the
other: the conditions are written in operators that arrays and expressions of engines share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError

__all__ = [
    "ANSWER",
    "ROWS_NAMED",
    "Counts",
    "Facts",
    "NeedsResponses",
    "conditions",
    "facts_of",
    "named_rows",
    "no_numbers",
    "unit_of",
    "whole_counts",
]

# The column that a row of each answer would have; no frame has one of this name.
ANSWER = "npskit_answer"
# Three shares, each rounded to a whole percent, are at most so far from 100 together; and so near is no rounding.
ROUNDED, EXACT = 1.5, 1e-6
UNITS = {"shares": 1.0, "percentages": 100.0}
# Beyond it a float cannot tell one whole number from the next.
MOST = 2.0**53
ROWS_NAMED = 3


class NeedsResponses(ArgumentError):
    """Columns that may be counted, once it is said of how many answers they tell."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Which columns hold detractors, passives and promoters, and of how many answers they tell.

    Attributes
    ----------
    detractors, passives, promoters : str
        Columns of counts, of shares (0..1) or of percentages.
    responses : str or int, optional
        A column of answers, or as many for every row; needed for shares and percentages.
    """

    detractors: str
    passives: str
    promoters: str
    responses: str | int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns concerned: three, or four with one of answers."""
        three = (self.detractors, self.passives, self.promoters)
        return (*three, self.responses) if isinstance(self.responses, str) else three

    @property
    def settings(self) -> dict[str, Any]:
        """The keywords that name these columns."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of each condition, see `conditions`; `rows` are all of them."""

    rows: int
    empty: int
    partial: int
    negative: int
    broken: int
    told: int
    off_shares: int
    off_percentages: int
    inexact_shares: int
    inexact_percentages: int
    unknown: int
    off_responses: int


def conditions(parts: Any, gaps: Any, responses: Any, unknown: Any) -> dict[str, Any]:
    """What may be wrong with a row, as arrays or as expressions of an engine.

    Parameters
    ----------
    parts, gaps : sequence of three
        Detractors, passives and promoters with gaps filled by 0, and where these were.
    responses, unknown
        Answers of each row, gaps filled by 0, and where they cannot be used.
    """
    detractors, passives, promoters = parts
    total = detractors + passives + promoters
    absent, some = gaps[0] & gaps[1] & gaps[2], gaps[0] | gaps[1] | gaps[2]
    told = total > 0

    def off(unit: float, by: float) -> Any:
        return told & ((total < unit * (1 - by)) | (total > unit * (1 + by)))

    return {
        "empty": absent,
        "partial": some & ~absent,
        "negative": any_of([(part < 0) | (part >= MOST) for part in parts]),
        "broken": any_of([part % 1 != 0 for part in parts]),
        "told": told,
        **{f"off_{name}": off(unit, ROUNDED / 100) for name, unit in UNITS.items()},
        **{f"inexact_{name}": off(unit, EXACT) for name, unit in UNITS.items()},
        "unknown": told & unknown,
        "off_responses": told & ((total < responses) | (total > responses)),
    }


def any_of(masks: list[Any]) -> Any:
    """Where any of the masks is true."""
    first, *others = masks
    for each in others:
        first = first | each
    return first


def unit_of(facts: Facts, counts: Counts, rows: Callable[[str], str]) -> str:
    """What the columns hold: "counts", "shares" or "percentages".

    Parameters
    ----------
    facts : Facts
    counts : Counts
    rows : callable
        Names the first rows of a condition, for an error.

    Raises
    ------
    ArgumentError
        When they hold none of these, or may hold one as well as another.
    """
    checked(facts, counts, rows)
    near = next((name for name in UNITS if facts.told and not getattr(facts, f"off_{name}")), None)
    if counts.responses is None:
        if facts.broken:
            raise unsaid(facts, counts, rows, near)
        if near == "percentages":
            raise ambiguous(facts, counts)
        return "counts"
    as_counted = isinstance(counts.responses, str) and not facts.broken and not facts.off_responses
    if as_counted or not facts.told:
        return "counts"
    if near is None:
        raise not_shares(facts, counts, rows)
    if facts.unknown:
        got = f"{facts.unknown:,} of {facts.rows:,} rows without: {rows('unknown')}"
        expected = "a whole number of answers, not negative, in every row with shares"
        raise ArgumentError(where=f"column {counts.responses!r}", expected=expected, got=got)
    return near


def checked(facts: Facts, counts: Counts, rows: Callable[[str], str]) -> None:
    """Refuse what is neither a count nor a share."""
    if facts.negative:
        raise ArgumentError(
            where=named(counts),
            expected="numbers that are not negative",
            got=f"{facts.negative:,} of {facts.rows:,} rows with another: {rows('negative')}",
        )
    if facts.partial:
        raise ArgumentError(
            where=named(counts),
            expected="all three of them, or none, in each row",
            got=f"{facts.partial:,} of {facts.rows:,} rows with gaps: {rows('partial')}",
            hint="where an empty cell means nobody, fill it: df.fillna(0)",
        )


def named(counts: Counts) -> str:
    """The three columns as the place of an error."""
    return f"columns {counts.detractors!r}, {counts.passives!r} and {counts.promoters!r}"


def unsaid(facts: Facts, counts: Counts, rows: Callable[[str], str], near: str | None) -> ArgumentError:
    """The error for numbers that are not whole, without a number of answers."""
    if near is None:
        return ArgumentError(
            where=named(counts),
            expected="whole counts",
            got=f"{facts.broken:,} of {facts.rows:,} rows with other numbers: {rows('broken')}",
            hint="shares need responses=..., and add up to 1 or 100 in every row",
        )
    return NeedsResponses(
        where=named(counts),
        expected=f"responses=, since the rows add up to {UNITS[near]:g} and are {near}",
        got="None",
        hint="responses='a column of answers', or responses=1000 to take every row as so many: the intervals need it",
    )


def ambiguous(facts: Facts, counts: Counts) -> ArgumentError:
    """The error for whole numbers that add up to 100."""
    return NeedsResponses(
        where=named(counts),
        expected="counts, or percentages with responses=",
        got=f"whole numbers that add up to 100 in all of the {facts.told:,} rows, which may be either",
        hint="for percentages pass responses='a column of answers', or responses=1000 to take every row as so many; "
        "counts of 100 answers a row stay as they are with responses=100",
    )


def not_shares(facts: Facts, counts: Counts, rows: Callable[[str], str]) -> ArgumentError:
    """The error for rows that add up neither to the answers named nor to 1 or 100."""
    kind = min(UNITS, key=lambda name: getattr(facts, f"off_{name}"))
    counted = isinstance(counts.responses, str) and not facts.broken
    condition = "off_responses" if counted and facts.off_responses < facts.told / 2 else f"off_{kind}"
    hint = (
        "leave responses= out if these are counts" if not facts.broken else "the three categories make up all answers"
    )
    return ArgumentError(
        where=named(counts),
        expected=f"counts that add up to {counts.responses!r}" if condition == "off_responses"
        else f"{kind} that add up to {UNITS[kind]:g} in every row",
        got=f"{getattr(facts, condition):,} of {facts.rows:,} rows that do not: {rows(condition)}",
        hint=hint,
    )  # fmt: skip


def whole_counts(parts: Any, responses: Any, unit: str, choose: Callable[[Any, Any, Any], Any]) -> tuple[Any, Any, Any]:
    """Detractors, passives and promoters as whole numbers; those made of shares add up to the answers of the row.

    Detractors and promoters are within half an answer of their share, so that no score is off by more than one
    answer.

    Parameters
    ----------
    parts : sequence of three arrays or expressions
    responses
        Answers of each row.
    unit : str
    choose : callable
        ``choose(condition, one, other)``, since NumPy and engines have different words for it.

    Examples
    --------
    >>> import numpy as np
    >>> parts = [np.array([x]) for x in (8.0, 21.0, 70.0)]
    >>> [int(each[0]) for each in whole_counts(parts, np.array([1000.0]), "percentages", np.where)]
    [81, 212, 707]
    """
    if unit == "counts":
        return tuple(parts)
    detractors, passives, promoters = parts
    total = detractors + passives + promoters
    answers = choose(total > 0, responses, 0.0)
    total = choose(total > 0, total, 1.0)
    low, high = rounded(answers * detractors / total), rounded(answers * promoters / total)
    high = choose(low + high > answers, answers - low, high)
    return low, answers - low - high, high


def rounded(value: Any) -> Any:
    """The nearest whole number of one that is not negative."""
    value = value + 0.5
    return value - value % 1


def facts_of(numbers: Mapping[str, Any]) -> Facts:
    """Facts from sums that an engine may give as None, or as a float."""
    return Facts(**{name: int(n or 0) for name, n in numbers.items()})


def no_numbers(column: str, kind: str) -> ArgumentTypeError:
    """The error for a column of counts that holds something else."""
    return ArgumentTypeError(
        where=f"column {column!r}", expected="counts, shares or percentages", got=kind, hint="convert it first"
    )


def named_rows(rows: Sequence[tuple[str, Sequence[float]]]) -> str:
    """ "row 3 (-1, 2, 5), row 7 (2.5, 0, 1)"."""
    return ", ".join(f"{name} ({', '.join(f'{value:g}' for value in values)})" for name, values in rows)
