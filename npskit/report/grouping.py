"""By what to split the score when nobody said: columns worth a director's look, found from names and content.

A shop, a country or the number of visits tells where the score is good or bad. A satisfaction, an intention or
"strongly agree" does not: it is the same opinion asked twice. Names and words of the one kind and the other are data,
in ``grouping.csv``. Of what is left, the columns that part the answers most are taken, and only differences that hold
up against everything that was looked at count as such.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.frames import Bands
from npskit.report.findings import farthest
from npskit.roles import fold, name_rank
from npskit.scale import Scale
from npskit.stats.score import score
from npskit.survey.estimates import effective_counts
from npskit.survey.plots import columns_of

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.tally import Tally

__all__ = ["REST", "Suggestion", "suggested"]

# The stand-in for columns that do not leave the caller's process (see transfer).
REST = "npskit: other columns"
MOST_LEVELS = 12
MOST_COLUMNS = 24
FINE_BANDS = 64
LONGEST_LEVEL = 90
FEWEST_ANSWERS = 10
LEAST_COVERAGE = 0.3
QUESTION_NUMBER = re.compile(r"^q ?\d+(?:[a-z](?= ))? ?")

Item = Any  # a column's name, Bands, Period, or a tuple of them


@dataclass(frozen=True)
class Suggestion:
    """Columns to split by.

    Attributes
    ----------
    items : tuple of str or Bands
        Those that part the answers most, at most as many as asked for.
    examined : int
        How many columns were compared.
    pairs : int
        How many pairs of groups that makes.
    apart : bool
        Whether any group stands apart, given all the pairs.
    """

    items: tuple[Item, ...]
    examined: int = 0
    pairs: int = 0
    apart: bool = False


@dataclass(frozen=True)
class Split:
    """A column that was compared."""

    item: Item
    rank: int
    explained: float
    scores: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    @property
    def pairs(self) -> int:
        return len(self.scores) * (len(self.scores) - 1) // 2


def suggested(survey: Survey, *, most: int = 3, confidence_level: float = 0.95) -> Suggestion:
    """Columns that part the answers most, or the best one when no group of any stands apart.

    Parameters
    ----------
    survey : Survey
    most : int
    confidence_level : float

    Returns
    -------
    Suggestion

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit import Survey
    >>> answers = pd.DataFrame({"nps": [10, 2] * 100, "shop": ["Lyon", "Nice"] * 100, "satisfaction": [9, 3] * 100})
    >>> suggested(Survey(answers)).items
    ('shop',)
    """
    splits = compared(survey, confidence_level)
    pairs = sum(split.pairs for split in splits)

    def stands_apart(split: Split) -> bool:
        bounds = (split.scores, split.lower, split.upper)
        return farthest(*bounds, pairs=pairs, confidence_level=confidence_level) is not None

    apart = [split for split in splits if stands_apart(split)]
    chosen = apart[:most] or splits[:1]
    return Suggestion(tuple(split.item for split in chosen), len(splits), pairs, bool(apart))


def compared(survey: Survey, confidence_level: float) -> list[Split]:
    """The candidates that do split the answers, those that explain most first.

    Numbers of unknown meaning (gates, codes) are only looked at when there is nothing better.
    """
    found = candidates(survey)
    for ranks in ((1, 2), (3,)):
        items = [(name, rank) for name, rank in found if rank in ranks][:MOST_COLUMNS]
        splits = [split for name, rank in items if (split := split_of(survey, name, rank, confidence_level))]
        if splits:
            return sorted(splits, key=lambda split: -split.explained)
    return []


def candidates(survey: Survey) -> list[tuple[str, int]]:
    """Columns that may be segments with their rank (1 by name, 2 by content, 3 numbers of unknown meaning)."""
    source = survey.source
    taken = {column for column in columns_of(survey.roles())["column"] if isinstance(column, str)}
    ranked = []
    for name in dict.fromkeys(source.columns):
        if name not in taken and name != REST and source.columns.count(name) == 1 and not is_opinion(name):
            rank = rank_of(name, source.sample(name))
            if rank is not None:
                ranked.append((name, rank))
    return sorted(ranked, key=lambda pair: pair[1])


@cache
def patterns() -> Mapping[str, re.Pattern[str]]:
    """One pattern a kind, from grouping.csv."""
    lines = files("npskit.report").joinpath("grouping.csv").read_text(encoding="utf-8").splitlines()
    kinds: dict[str, list[str]] = {}
    for row in csv.DictReader(lines):
        kinds.setdefault(row["kind"], []).append(row["pattern"])
    return {kind: re.compile("|".join(found)) for kind, found in kinds.items()}


def short_name(name: str) -> str:
    """The folded name without the number of its question."""
    return QUESTION_NUMBER.sub("", fold(name))


def is_segment(name: str) -> bool:
    """Whether a name is one of a segment."""
    return any(patterns()[kind].search(short_name(name)) for kind in ("segment", "coded", "amount"))


def is_opinion(name: str) -> bool:
    """Whether a name is one of an opinion, or of a rating or a comment that lost the role to another column."""
    lost = (name_rank(name, "rating") or 9) <= 4 or name_rank(name, "comment") is not None
    return lost or bool(patterns()["outcome"].search(short_name(name)))


def is_technical(name: str) -> bool:
    """Whether numbers under this name identify, date or weigh, rather than measure."""
    elsewhere = any(name_rank(name, role) for role in ("date", "customer", "weight"))
    return not is_segment(name) and (elsewhere or bool(patterns()["technical"].search(short_name(name))))


def rank_of(name: str, values: Sequence[Any]) -> int | None:
    """Rank of a column with these distinct values, None when it is no segment."""
    if len(values) < 2:
        return None
    if sum(is_number(value) or (isinstance(value, str) and value.strip().isdigit()) for value in values) * 2 > len(
        values
    ):
        return number_rank(name, values) if all(map(is_number, values)) else None
    if len(values) > MOST_LEVELS or Scale.labels().fits(values) or not all(isinstance(v, str | bool) for v in values):
        return None
    texts = [str(value) for value in values]
    opinions = sum(bool(patterns()["opinion"].search(fold(text))) for text in texts)
    if opinions * 2 >= len(texts) or max(map(len, texts)) > LONGEST_LEVEL:
        return None
    return 1 if is_segment(name) else 2


def number_rank(name: str, values: Sequence[Any]) -> int | None:
    """Rank of a column of numbers: yes/no, a few codes of a known meaning, or an amount to be cut into bands."""
    folded, kinds = short_name(name), patterns()
    if is_technical(name):
        return None
    if kinds["amount"].search(folded):
        return 1
    if len(values) <= MOST_LEVELS:
        coded = kinds["coded"].search(folded) or set(map(float, values)) == {0.0, 1.0}
        return 2 if coded else None
    identifies = kinds["segment"].search(folded) or (
        len(values) > 900 and all(float(value).is_integer() for value in values)
    )
    return None if identifies else 3


def is_number(value: Any) -> bool:
    """Whether a value is a finite number, and no boolean."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def split_of(survey: Survey, name: str, rank: int, confidence_level: float) -> Split | None:
    """A candidate with its figures, or None when it does not split the answers."""
    values = survey.source.sample(name)
    numbers = all(map(is_number, values))
    item: Item | None = quartile_bands(survey, name, values) if numbers and len(values) > MOST_LEVELS else name
    if item is None:
        return None
    tally = survey.tally([item])
    if numbers and item == name and len(tally) > MOST_LEVELS + 1:
        # The sample held few of the values that there are.
        item = quartile_bands(survey, name, [cell[0] for cell in tally.cells if cell[0] is not None])
        if item is None:
            return None
        tally = survey.tally([item])
    known = [at for at, cell in enumerate(tally.cells) if cell[0] is not None]
    named = tally.take(known)
    large = [at for at, n in enumerate(named.responses) if n >= FEWEST_ANSWERS]
    covered = named.responses.sum() >= LEAST_COVERAGE * max(tally.responses.sum(), 1)
    if not 2 <= len(large) <= len(known) <= MOST_LEVELS or not covered:
        return None
    return figures(survey, item, rank, named.take(large), confidence_level)


def figures(survey: Survey, item: Item, rank: int, tally: Tally, confidence_level: float) -> Split:
    """Scores and intervals of the groups, and how much of the answers' spread they explain."""
    rows = columns_of(survey.summary([item], confidence_level=confidence_level))
    at = {level: row for row, level in enumerate(next(iter(rows.values())))}
    order = [at[cell[0]] for cell in tally.cells]
    scores, lower, upper = (tuple(float(rows[name][row]) for row in order) for name in ("score", "lower", "upper"))
    return Split(item, rank, explained(effective_counts(tally)), scores, lower, upper)


def explained(counts: np.ndarray) -> float:
    """Share of the spread of the answers (-1, 0, +1) that lies between groups, corrected for chance (omega squared).

    counts has the shape (groups, 3). Hays (1963).

    Examples
    --------
    >>> round(explained(np.array([[0, 0, 50], [50, 0, 0]])), 6)
    1.0
    """
    counts = np.asarray(counts, dtype=float)
    sizes, means = counts.sum(-1), score(counts) / 100
    grand = float(sizes @ means / sizes.sum())
    between = float(sizes @ (means - grand) ** 2)
    total = float((counts * (np.array([-1, 0, 1]) - grand) ** 2).sum())
    within = (total - between) / max(sizes.sum() - len(sizes), 1)
    return float((between - (len(sizes) - 1) * within) / (total + within)) if total else 0.0


def quartile_bands(survey: Survey, name: str, values: Sequence[Any]) -> Bands | None:
    """Four bands of about as many answers each, with round edges.

    The answers are counted once in fine bands, whose edges come from a sample; so any engine needs one scan.
    """
    edges = fine_edges([float(value) for value in values])
    if len(edges) < 2:
        return None
    fine = Bands(name, edges)
    tally = survey.tally([fine])
    place = {label: at for at, label in enumerate(fine.labels)}
    sizes = np.zeros(len(fine.labels))
    for cell, n in zip(tally.cells, tally.responses, strict=True):
        if cell[0] is not None:
            sizes[place[str(cell[0])]] = n
    if not sizes.sum():
        return None
    below = sizes.cumsum()[:-1] / sizes.sum()
    nearest = {int(np.argmin(np.abs(below - part))) for part in (0.25, 0.5, 0.75)}
    chosen = [edges[at] for at in sorted(nearest) if 0.02 < below[at] < 0.98]
    return Bands(name, chosen) if chosen else None


def fine_edges(values: Sequence[float]) -> list[float]:
    """Rising round numbers among the values, at most `FINE_BANDS`.

    Examples
    --------
    >>> fine_edges([1, 2, 3, 4, 5])
    [2, 3, 4, 5]
    >>> fine_edges([0.5, 1312.0, 2718.0])
    [1300, 2700]
    """
    ordered = sorted(values)
    if len(ordered) > FINE_BANDS:
        ordered = [float(q) for q in np.quantile(ordered, np.linspace(0, 1, FINE_BANDS))]
    rounded = sorted({rounded_two(value) for value in ordered})
    return [high for low, high in pairwise(rounded) if high > ordered[0]]


def rounded_two(value: float) -> float:
    """A number with two significant digits, whole where it is ten or more or came whole."""
    if value == 0 or (float(value).is_integer() and abs(value) < 100):
        return int(value)
    digits = 1 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits > 0 else int(round(value, digits))
