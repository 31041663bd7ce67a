"""Is it different: each group beside the others, with how sure that is.

A comparison is computed from the tally of the groups alone. Each row is a group; its difference to what it is compared
with has an interval and a p-value, the p-values are adjusted for being many, and beside them stands the probability
that the group is the best of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.labels import language, word
from npskit.results import Result
from npskit.stats import groups
from npskit.stats.comparison import Difference, adjust, difference, rank_probabilities
from npskit.stats.score import score
from npskit.survey.estimates import counted, joined
from npskit.survey.evidence import Evidence, evidence
from npskit.survey.wording import Days, gap_text, row_names, shown_table, signed_range
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    import altair as alt

__all__ = ["OTHER", "Comparison", "between", "compared"]

# What the groups are compared with when that is no level.
OTHER = "other"
KINDS = ("rest", "overall", OTHER)
# Draws times groups of the rank probabilities: a second or two.
MOST_DRAWN, DRAWS, FEWEST_DRAWS = 10_000_000, 10_000, 500

Moments = ClusterMoments | None


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """Scores of groups and their differences, as `Survey.compare` gives them.

    Attributes
    ----------
    table : mapping of str to list
        The `by` columns, ``responses, detractors, passives, promoters`` (counts), ``score`` (points), ``difference``
        to what the group is compared with and its interval ``lower, upper`` (points), ``p_value``, ``p_adjusted``, and
        ``best``: the probability that the group has the highest score. With weights also ``effective_responses``. The
        level that the others are compared with has no difference.
    by : tuple of str
    against : str
        ``"rest"``, ``"overall"``, ``"other"`` (another frame) or the level.
    reference : list of float
        For each row the score that it is compared with, in points.
    rank_probabilities : ndarray, shape (rows, ranks)
        Probability of each group to be at each rank, the highest score first. A group of missing levels, and one
        without answers, takes no rank.
    confidence_level : float
    adjustment : {"holm", "bh"}
    periods : mapping of str to str
        Which of the `by` columns are periods, and of what length; their levels are first days.
    notes : tuple of str
        What the figures assume beside what is asked, as keys of labels.
    """

    table: Mapping[str, Sequence[Any]]
    by: tuple[str, ...]
    against: str
    reference: Sequence[float]
    rank_probabilities: np.ndarray
    confidence_level: float = 0.95
    adjustment: str = "holm"
    periods: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def at_most(self, rank: int) -> np.ndarray:
        """Probability of each group to be among the `rank` best, shape (rows,).

        Parameters
        ----------
        rank : int
            1 for the best alone.

        Raises
        ------
        ArgumentError
            When there is no such rank.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("carpentries").nps.compare(npskit.Period("date", "year"))
        >>> found.at_most(3).round(2).tolist()[:2]
        [1.0, 1.0]
        """
        ranks = self.rank_probabilities.shape[1]
        if isinstance(rank, bool) or not isinstance(rank, (int, np.integer)) or not 1 <= rank <= ranks:
            raise ArgumentError(where="rank", expected=f"a whole number from 1 to {ranks}", got=repr(rank))
        return np.minimum(self.rank_probabilities[:, :rank].sum(axis=1), 1.0)

    def sentence(self, *, lang: str | None = None) -> str:
        """The largest difference that holds given how many were compared, or that there is none."""
        gaps = np.asarray(self.table["difference"], dtype=float)
        tested = np.flatnonzero(np.isfinite(gaps))
        reference = self._reference_text(lang)
        if not len(tested):
            return word("answer_compare_nothing", lang)
        adjusted = np.nan_to_num(np.asarray(self.table["p_adjusted"], dtype=float), nan=1.0)
        held = [at for at in tested if adjusted[at] < 1 - self.confidence_level]
        if not held and len(tested) > 1:
            return word("answer_compare_none", lang, k=len(tested), reference=reference)
        row = int(max(held or tested, key=lambda at: abs(gaps[at])))
        told = self._told(row, reference, lang)
        return told if held else word("answer_compare_open", lang, finding=told)

    def _told(self, row: int, reference: str, lang: str | None) -> str:
        from npskit.charts.words import sentence

        gap, lower, upper = (float(self.table[name][row]) for name in ("difference", "lower", "upper"))
        group = row_names(self.table, self.by, self.periods, lang)[row] if self.by else word("answer_these", lang)
        return sentence(
            word(
                "answer_compare_above" if gap > 0 else "answer_compare_below",
                lang,
                group=group,
                gap=gap_text(gap, lang),
                reference=reference,
                range=signed_range(lower, upper, lang),
            )
        )

    def _reference_text(self, lang: str | None) -> str:
        from npskit.charts.columns import quoted

        if self.against in KINDS:
            return word(f"answer_the_{self.against}", lang)
        bare = len(self.by) == 1 and not any(letter.isalpha() for letter in self.against)
        return self.against if bare or " " not in self.against else quoted(self.against, language(lang))

    def plot(self, *, dates: Days | None = None, lang: str | None = None) -> alt.LayerChart:
        """The chart: a row a group, its difference with the interval, and n.

        Parameters
        ----------
        dates : tuple of datetime.date, optional
            First and last day of the answers, said in the subtitle.
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        # Two whole surveys make one row, which has a name and no column.
        table = shown_table(self.table, self.periods, lang) if self.by else self._alone(lang)
        return charts.differences(
            table,
            list(self.by) or word("answer_survey", lang),
            against=self._reference_text(lang) if self.against == OTHER else self.against,
            confidence_level=self.confidence_level,
            adjustment=self.adjustment,
            dates=dates,
            lang=lang,
        )

    def _alone(self, lang: str | None) -> dict[str, Any]:
        return {word("answer_survey", lang): [word("answer_these", lang)], **self.table}


def compared(
    tally: Tally,
    moments: Moments,
    *,
    against: str,
    row: int | None,
    confidence_level: float,
    adjustment: str,
    rng: np.random.Generator | int | None,
    **about: Any,
) -> Comparison:
    """Groups of one tally against the rest, the whole, or the group at `row`."""
    found = evidence(tally, moments, confidence_level=confidence_level)
    options: dict[str, Any] = {"squares": found.squares, "confidence_level": confidence_level}
    if row is not None:
        gaps = groups.difference_to_reference(found.counts, row, **options)
        reference = np.repeat(score(found.counts[row]), len(tally))
    elif against == "rest":
        gaps, reference = groups.difference_to_rest(found.counts, **options), score(groups.rest(found.counts))
    else:
        gaps = groups.difference_to_overall(found.counts, **options)
        reference = np.repeat(score(found.counts.sum(axis=0)), len(tally))
    ranks = ranked(tally, found, rng)
    return Comparison(
        table=joined(dict(tally.columns()), {**figures(tally, found, gaps, adjustment), "best": ranks[:, 0].tolist()}),
        by=tally.keys,
        against=against,
        reference=np.asarray(reference, dtype=float).tolist(),
        rank_probabilities=ranks,
        confidence_level=confidence_level,
        adjustment=adjustment,
        **about,
    )


def between(
    first: tuple[Tally, Moments],
    second: tuple[Tally, Moments],
    *,
    confidence_level: float,
    adjustment: str,
    rng: np.random.Generator | int | None,
    **about: Any,
) -> Comparison:
    """Groups of one survey, each against the same group of another."""
    (tally, _), (other, _) = first, second
    cells = list(dict.fromkeys([*tally.cells, *other.cells]))
    place = {cell: at for at, cell in enumerate(cells)}
    mine, theirs = (
        evidence(*pair, confidence_level=confidence_level).placed([place[cell] for cell in pair[0].cells], len(cells))
        for pair in (first, second)
    )
    whole = on_cells(tally, cells)
    gaps = difference(mine.effective_counts, theirs.effective_counts, confidence_level=confidence_level)
    # Without groups the two surveys themselves are ranked; with them, the groups of the first.
    ranks = ranked(whole, mine, rng) if tally.keys else two_ranked(mine, theirs, rng)
    return Comparison(
        table=joined(dict(whole.columns()), {**figures(whole, mine, gaps, adjustment), "best": ranks[:, 0].tolist()}),
        by=tally.keys,
        against=OTHER,
        reference=np.atleast_1d(score(theirs.counts)).tolist(),
        rank_probabilities=ranks,
        confidence_level=confidence_level,
        adjustment=adjustment,
        **about,
    )


def on_cells(tally: Tally, cells: Sequence[tuple[object, ...]]) -> Tally:
    """The tally with these cells, those it does not have without answers."""
    at = {cell: row for row, cell in enumerate(tally.cells)}
    rows = np.array([at.get(cell, -1) for cell in cells], dtype=np.intp)

    def padded(values: np.ndarray | None) -> np.ndarray | None:
        if values is None:
            return None
        return np.concatenate([values, np.zeros((1, *values.shape[1:]), dtype=values.dtype)])[rows]

    parts: dict[str, Any] = {name: padded(getattr(tally, name)) for name in ("counts", "missing", "weights", "squares")}
    return Tally(scale=tally.scale, keys=tally.keys, cells=tuple(cells), **parts)


def figures(tally: Tally, found: Evidence, gaps: Difference, adjustment: str) -> dict[str, list[Any]]:
    """Counts, scores and differences of the rows of a comparison."""
    p_value = np.atleast_1d(np.asarray(gaps.p_value, dtype=float))
    numbers = {
        "score": score(found.counts),
        **({} if found.squares is None else {"effective_responses": found.effective}),
        "difference": gaps.difference,
        "lower": gaps.lower,
        "upper": gaps.upper,
        "p_value": p_value,
        "p_adjusted": adjust(p_value, method=adjustment),
    }
    return {**counted(tally.category_counts), **{name: np.atleast_1d(part).tolist() for name, part in numbers.items()}}


def ranked(tally: Tally, found: Evidence, rng: Any) -> np.ndarray:
    """Rank probabilities (rows, ranks) among the groups that have a level and answers; nan for the others."""
    named = [at for at, cell in enumerate(tally.cells) if None not in cell and found.counts[at].sum() > 0]
    ranks = np.full((len(tally), max(len(named), 1)), np.nan)
    if named:
        draws = int(np.clip(MOST_DRAWN // len(named), FEWEST_DRAWS, DRAWS))
        ranks[named] = rank_probabilities(found.effective_counts[named], draws=draws, rng=rng)
    return ranks


def two_ranked(mine: Evidence, theirs: Evidence, rng: Any) -> np.ndarray:
    """Probabilities of the first of two surveys to be above and below the second, shape (1, 2)."""
    both = np.concatenate([mine.effective_counts, theirs.effective_counts])
    return rank_probabilities(both, rng=rng)[:1] if both.sum(axis=1).all() else np.full((1, 2), np.nan)
