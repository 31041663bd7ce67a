"""What people rated beside the recommendation, read as numbers.

The checkout "4", "4 - good" or "Plutôt satisfait", "Sans objet" for who never went there, a 6 that means "not used":
an attribute is a column and the number each of its answers stands for. The words of ordered answer scales are data,
in ``likert.csv``, one family of words a scale. A scale of which too few words are known is asked about, not guessed.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError
from npskit.frames import Source, ordered_levels
from npskit.roles import fold
from npskit.scale import Scale, is_missing

__all__ = ["Attribute", "read_attribute"]

# Distinct values above which a column is an amount, taken as it is.
MOST_LEVELS = 24
LEAST_KNOWN = 0.8
HIGHEST = 10
NUMBER = re.compile(
    r"\s*(?P<n>[+-]?\d{1,3})(?:[.,]0+)?\s*(?:(?:/|sur|out of)\s*\d+\s*)?(?:$|[-–—:=.)(]\s*\D.*)", re.DOTALL
)
# Ambiguous only when given by more than this share of those who answered.
FREQUENT = 0.01


@dataclass(frozen=True)
class Attribute:
    """A column with the number of each answer.

    Attributes
    ----------
    name : str
        The column.
    numbers : mapping of raw value to float, or None
        None for an amount, whose values are numbers as they are.
    lowest, highest : float
        The ends of the scale; for an amount, nan.
    answered : float
        Share of all rows with an answer.
    family : str
        The scale of words, such as ``agreement5``; "" for numbers.
    ambiguous : tuple of float
        Answers beside the scale that may stand for "no answer", such as 0 and 6 beside 1 to 5.
    unknown : tuple of str
        Words that were not understood and count as no answer.
    """

    name: str
    numbers: Mapping[Any, float] | None
    lowest: float = math.nan
    highest: float = math.nan
    answered: float = 1.0
    family: str = ""
    ambiguous: tuple[float, ...] = ()
    unknown: tuple[str, ...] = field(default=())

    @property
    def has_scale(self) -> bool:
        """Whether the ends of the scale are known."""
        return self.highest > self.lowest

    @property
    def levels(self) -> list[float]:
        """The distinct numbers."""
        return sorted(set((self.numbers or {}).values()))

    @property
    def cuts(self) -> tuple[float, float]:
        """Highest answer of the bottom and lowest of the top, for what a low rating costs and a high one earns.

        0-10 and 1-10: 6 and 9, as detractors and promoters are cut; any other scale: its top answer, and at the bottom
        as many answers as fit into 45 % of it (1-5: 1 and 2; 1-7: 1 to 3; 1-3: 1).
        """
        if self.highest == HIGHEST:
            return 6.0, 9.0
        size = self.highest - self.lowest + 1
        return self.lowest + max(1, math.floor(0.45 * size)) - 1, self.highest


def read_attribute(source: Source, name: str, missing: Sequence[Any] = ()) -> Attribute:
    """A column as numbers on its scale.

    Parameters
    ----------
    source : Source
    name : str
    missing : sequence
        Codes that stand for "no answer", beside words that say so.

    Raises
    ------
    ArgumentError
        When the answers are words of no known order, or codes such as 99 stand beside a scale.
    EmptyDataError
        When nobody answered.
    """
    values = source.sample(name)
    if len(values) > MOST_LEVELS and all(map(is_real, values)):
        return Attribute(name, None)
    counts = [pair for pair in source.rating_counts(name) if pair[1]]
    codes = Scale(missing=tuple(missing))
    answers = {raw: n for raw, n in counts if not is_missing(raw) and not codes.is_declared_missing(raw)}
    answers = {raw: n for raw, n in answers.items() if not (isinstance(raw, str) and fold(raw) in non_answers())}
    rows = sum(n for _, n in counts)
    if not answers:
        raise EmptyDataError(where=f"column {name!r}", expected="answers", got=f"none in {rows:,} rows")
    found = read_values(source, name, answers)
    known = sum(answers[raw] for raw in found.numbers or {})
    return Attribute(**{**vars(found), "answered": known / max(rows, 1)})


def read_values(source: Source, name: str, answers: Mapping[Any, int]) -> Attribute:
    """An attribute from its distinct answers and how often each was given."""
    numbers = {raw: value for raw in answers if (value := as_number(raw)) is not None}
    if len(numbers) == len(answers):
        return on_scale(name, numbers, answers)
    levels = ordered_levels(source, name)
    if levels is not None:
        places = {level: at + 1.0 for at, level in enumerate(levels) if level in answers}
        return Attribute(name, places, 1.0, float(len(levels)), family="ordered")
    family, words = family_of(answers)
    if not family:
        raise unknown_words(name, answers)
    unknown = tuple(str(raw) for raw in answers if raw not in words)
    ends = [value for value, _ in families()[family]]
    return Attribute(name, words, min(ends), max(ends), family=family, unknown=unknown)


def is_real(value: object) -> bool:
    """Whether a value is a number, and no boolean."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool | np.bool_)


def as_number(raw: Any) -> float | None:
    """A number, a yes or no, or text that starts with a number; None for any other."""
    if isinstance(raw, str):
        match = NUMBER.fullmatch(raw.strip().strip("\"'"))
        return float(match["n"]) if match else None
    try:
        value = float(raw)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def on_scale(name: str, numbers: Mapping[Any, float], answers: Mapping[Any, int]) -> Attribute:
    """An attribute of numbers: its scale, and what may be a code beside it."""
    times: dict[float, int] = {}
    for raw, value in numbers.items():
        times[value] = times.get(value, 0) + answers[raw]
    strangers = codes_beside(sorted(times))
    if strangers:
        raise stranger_codes(name, strangers, times)
    halves = all((2 * value).is_integer() for value in times)
    if not halves or min(times) < 0 or max(times) > HIGHEST:
        # An amount: it has no highest answer.
        return Attribute(name, dict(numbers))
    lowest, highest = scale_ends(times)
    total = sum(times.values())
    beside = {0.0, 6.0} if highest == 6 else {0.0} if (lowest, highest) == (0, 5) else set()
    ambiguous = tuple(sorted(value for value in beside if times.get(value, 0) > FREQUENT * total))
    return Attribute(name, dict(numbers), lowest, highest, ambiguous=ambiguous)


def codes_beside(values: Sequence[float]) -> list[float]:
    """Values that cannot belong to the scale of the others: below 0, above 10, or after a wide gap above 5 or 7.

    Numbers that simply go on above 10 are an amount, such as years.

    Examples
    --------
    >>> codes_beside([1, 2, 3, 4, 5, 9]), codes_beside([0, 3, 7, 10, 99]), codes_beside([1, 2, 3, 7, 8])
    ([9], [99], [])
    >>> codes_beside([8, 9, 10, 11, 12, 14])
    []
    """
    inside = [value for value in values if 0 <= value <= HIGHEST]
    if len(inside) < 3 or {HIGHEST + 1, HIGHEST + 2} <= set(values):
        return []
    for end in (5, 7):
        core = [value for value in inside if value <= end]
        beyond = [value for value in inside if value > end]
        if len(core) >= end - 1 and len(beyond) == 1 and beyond[0] >= end + 2:
            return [value for value in values if value not in core]
    return [value for value in values if value not in inside]


def scale_ends(times: Mapping[float, int]) -> tuple[float, float]:
    """The scale that the answers were most likely given on.

    Examples
    --------
    >>> scale_ends({1: 3, 4: 8}), scale_ends({0: 1, 9: 4}), scale_ends({2: 9, 7: 5}), scale_ends({0: 4, 1: 5})
    ((1.0, 5.0), (0.0, 10.0), (1.0, 7.0), (0.0, 1.0))
    """
    low, high = min(times), max(times)
    start = 0.0 if low == 0 else 1.0
    many = sum(times.values()) >= 100
    if set(times) <= {0.0, 1.0}:
        return 0.0, 1.0
    for end in (5.0, 7.0, 10.0):
        # Among a hundred answers someone gave the highest, unless the scale ends there.
        if high <= end:
            return start, high if many and high < end and high in (3, 4, 6) else end
    return start, float(HIGHEST)


@cache
def families() -> dict[str, tuple[tuple[float, frozenset[str]], ...]]:
    """Each family of words: the words of each place on its scale."""
    lines = files("npskit.survey").joinpath("likert.csv").read_text(encoding="utf-8").splitlines()
    found: dict[str, list[tuple[float, frozenset[str]]]] = {}
    for row in csv.DictReader(lines):
        words = frozenset(row["words"].split("|"))
        found.setdefault(row["family"], []).append((float(row["value"] or "nan"), words))
    return {family: tuple(places) for family, places in found.items()}


@cache
def non_answers() -> frozenset[str]:
    """Words that say that there is no answer."""
    return families()["none"][0][1]


def family_of(values: Mapping[Any, int]) -> tuple[str, dict[Any, float]]:
    """The family that knows most of the words and tells most of them apart, with the place of each; "" for none.

    Examples
    --------
    >>> family_of({"Agree": 3, "Strongly agree": 1, "Disagree": 1})
    ('agreement5', {'Agree': 4.0, 'Strongly agree': 5.0, 'Disagree': 2.0})
    >>> family_of({"Red": 1, "Blue": 1})
    ('', {})
    """
    best: tuple[tuple[int, int, int], str, dict[Any, float]] = ((0, 0, 0), "", {})
    for family, places in families().items():
        if family == "none":
            continue
        known = {raw: value for raw in values for value, words in places if fold(str(raw)) in words}
        # Of two scales that fit alike, the one with fewer places: its ends were used.
        rank = (len(known), len(set(known.values())), -len(places))
        if known and rank > best[0]:
            best = rank, family, known
    _, family, known = best
    return (family, known) if len(known) >= LEAST_KNOWN * len(values) else ("", {})


def unknown_words(name: str, answers: Mapping[Any, int]) -> ArgumentError:
    """The error for answers whose order is not known."""
    ranked = sorted(answers, key=lambda raw: -answers[raw])
    shown = ", ".join(repr(str(raw)[:40]) for raw in ranked[:5]) + (", …" if len(ranked) > 5 else "")
    first = str(ranked[0])[:40]
    return ArgumentError(
        where=f"attribute {name!r}",
        expected="numbers, or the words of an ordered answer scale",
        got=shown,
        hint=f"say their order: df[{name!r}] = df[{name!r}].map({{{first!r}: 1, ...}}), and pass missing=[...] for "
        "those that are no answers",
    )


def stranger_codes(name: str, strangers: Sequence[float], times: Mapping[float, int]) -> ArgumentError:
    """The error for codes that would be taken for answers."""
    shown = ", ".join(f"{value:g} ({times[value]:,})" for value in strangers[:5])
    codes = ", ".join(f"{value:g}" for value in strangers[:5])
    return ArgumentError(
        where=f"attribute {name!r}",
        expected="answers on one scale",
        got=f"{shown} beside {', '.join(f'{value:g}' for value in sorted(times) if value not in strangers)}",
        hint=f"pass missing=[{codes}] to drivers() if these are no answers",
    )
