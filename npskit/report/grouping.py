"""By what to split the score when nobody said: columns worth a director's look, found from names and content.

A shop, a country or the number of visits tells where the score is good or bad. A satisfaction, an intention or
"strongly agree" does not: it is the same opinion asked twice. Names and words tell one kind from the other (see
`survey.grouping`). Of what is left, the columns that part the answers most are taken, and only differences that hold
up against everything that was looked at count as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.report.findings import farthest
from npskit.report.groups import shown_rows
from npskit.scale import CATEGORIES
from npskit.stats.score import score
from npskit.survey.estimates import effective_counts
from npskit.survey.grouping import LONGEST_LEVEL, MOST_LEVELS, REST, candidates, is_number, quartile_bands
from npskit.survey.plots import columns_of

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.tally import Tally

__all__ = ["LONGEST_LEVEL", "MOST_LEVELS", "REST", "Suggestion", "suggested"]

MOST_COLUMNS = 24
FEWEST_ANSWERS = 10
LEAST_COVERAGE = 0.3
# What a table of scores calls its own columns.
FIGURES = {"responses", *CATEGORIES, "score", "lower", "upper", "effective_responses"}

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
    cluster = survey.settings.get("cluster")
    unfit = FIGURES | ({survey.source.column(cluster)} if cluster else set())
    found = [(name, rank) for name, rank in candidates(survey) if name not in unfit]
    for ranks in ((1, 2), (3,)):
        items = [(name, rank) for name, rank in found if rank in ranks][:MOST_COLUMNS]
        splits = [split for name, rank in items if (split := split_of(survey, name, rank, confidence_level))]
        if splits:
            return sorted(splits, key=lambda split: -split.explained)
    return []


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
    """Scores and intervals of the groups as the chart shows them, and how much of the spread the large ones explain."""
    rows = columns_of(survey.summary([item], confidence_level=confidence_level))
    shown = shown_rows(rows, list(rows)[:1])
    scores, lower, upper = (tuple(float(rows[name][row]) for row in shown) for name in ("score", "lower", "upper"))
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
