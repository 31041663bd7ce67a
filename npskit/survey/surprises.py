"""Where is it bad: the segments that stand out among all that were looked at, or that there is none.

The search is in `stats.segments`; here its cells get the names of columns and levels, and what it found a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.frames import Bands, Period
from npskit.labels import number, share, word
from npskit.results import Result
from npskit.stats.cells import Cells
from npskit.stats.score import score
from npskit.stats.segments import HALVED_ABOVE, Surprising, surprising
from npskit.survey.levels import item_text, level_text
from npskit.survey.wording import Days, gap_text, shown_table, signed_range, told

if TYPE_CHECKING:
    import altair as alt

    from npskit.frames.crossings import Crossings

__all__ = ["Segments", "found_segments"]

FIGURES = ("responses", "score", "difference", "lower", "upper", "p_value", "p_adjusted", "z_beyond_parents",
           "share_of_detractors", "share_of_responses")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Segments(Result):
    """Segments whose score differs from that of all other answers, as `Survey.segments` gives them.

    Attributes
    ----------
    table : mapping of str to list
        One row a segment, the furthest from the rest (in standard errors) first; no row means that none was found.
        ``segment`` (as text), ``responses``, ``score``, ``difference`` to all other answers with ``lower, upper``
        (points), ``p_value`` and ``p_adjusted`` (Benjamini-Hochberg) of the test that found it, ``z_beyond_parents``
        (departure of a pair from what its two columns explain, in standard errors), ``share_of_detractors`` and
        ``share_of_responses`` (0..1), ``conditions`` (column to level), and the columns under their own names, missing
        where the segment does not speak of them.
    columns : tuple of str
        Those that were looked at.
    tested : int
        How many segments had enough answers to be tested.
    halved : bool
        Whether segments were found in one half of the answers and measured in the other; the figures are then of the
        second half, the two shares of all.
    overall : float
        Score of all answers, in points.
    responses : int
        Number of all answers.
    min_responses, depth : int
    alpha : float
        Share of false discoveries allowed among the found.
    notes : tuple of str
        What the figures assume beside what is asked, as keys of labels.
    """

    table: Mapping[str, Sequence[Any]]
    columns: tuple[str, ...]
    tested: int
    halved: bool
    overall: float
    responses: int
    min_responses: int = 30
    depth: int = 2
    alpha: float = 0.05
    confidence_level: float = 0.95
    notes: tuple[str, ...] = ()

    def sentence(self, *, lang: str | None = None) -> str:
        """The segment furthest from the rest with what it weighs, or that none was found among so many."""
        if not self.tested:
            return told("answer_segments_small", self.min_responses, lang, n=number(self.min_responses, lang=lang))
        if not len(self):
            return told("answer_segments_none", self.tested, lang, k=number(self.tested, lang=lang))
        row = {name: values[0] for name, values in self.table.items()}
        return word(
            "answer_segments_above" if row["difference"] > 0 else "answer_segments_below",
            lang,
            segment=row["segment"],
            gap=gap_text(row["difference"], lang),
            range=signed_range(row["lower"], row["upper"], lang),
            detractors=share(row["share_of_detractors"], lang=lang),
            responses=share(row["share_of_responses"], lang=lang),
            k=told("answer_segments_count", len(self), lang, k=number(len(self), lang=lang)),
            tested=number(self.tested, lang=lang),
        )

    def plot(self, *, dates: Days | None = None, lang: str | None = None) -> alt.LayerChart:
        """The chart: a row a segment with its score and interval, and the share of all detractors that it holds.

        Parameters
        ----------
        dates : tuple of datetime.date, optional
            First and last day of the answers, said in the subtitle.
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.surprising(
            self.table,
            overall=self.overall,
            tested=self.tested,
            halved=self.halved,
            alpha=self.alpha,
            confidence_level=self.confidence_level,
            dates=dates,
            lang=lang,
        )

    def _repr_html_(self) -> str:
        # The conditions say in values what the name of the segment says in words.
        shown = {name: self.table[name] for name in ("segment", *FIGURES)}
        return Result._repr_html_(replace(self, table=shown)) if len(self) else f"<p>{self.sentence()}</p>"


def found_segments(
    crossings: Crossings,
    items: Sequence[str | Period | Bands],
    *,
    design_effect: float | None = None,
    depth: int,
    min_responses: int,
    alpha: float,
    confidence_level: float,
    rng: np.random.Generator | int | None,
    notes: tuple[str, ...] = (),
) -> Segments:
    """The search over the crossings of the items' columns; a design effect makes answers of clusters worth less."""
    weights, squares = crossings.weights, crossings.squares
    if design_effect is not None:
        weights = crossings.counts if weights is None else weights
        squares = {key: design_effect * table for key, table in (crossings.squares or crossings.counts).items()}
    cells = Cells(crossings.counts, weights, squares)
    found = surprising(
        cells,
        min_responses=min_responses,
        alpha=alpha,
        confidence_level=confidence_level,
        reportable=crossings.reportable,
        rng=rng,
    )
    names = [item_text(item) for item in items]
    periods = {item.column: item.every for item in items if isinstance(item, Period)}
    whole = (cells.weights or cells.counts)[(0,)].sum(axis=0)
    responses = int(cells.counts[(0,)].sum())
    kept_whole = (
        ("answer_note_not_halved",) if responses > HALVED_ABOVE and not found.halved and len(found.score) else ()
    )
    return Segments(
        table=rows(found, crossings, names, periods),
        columns=tuple(names),
        tested=found.tested,
        halved=found.halved,
        overall=float(score(whole)),
        responses=responses,
        min_responses=min_responses,
        depth=depth,
        alpha=alpha,
        confidence_level=confidence_level,
        notes=(*notes, *kept_whole),
    )


def rows(
    found: Surprising, crossings: Crossings, names: Sequence[str], periods: Mapping[str, str]
) -> dict[str, list[Any]]:
    """The segments found as columns."""
    conditions = [
        {names[column]: crossings.levels[column][level] for column, level in zip(*pair, strict=True) if column >= 0}
        for pair in zip(found.columns.tolist(), found.levels.tolist(), strict=True)
    ]
    figures = {name: getattr(found, name).tolist() for name in FIGURES}
    figures["responses"] = [int(n) for n in figures["responses"]]
    segments = [" · ".join(said(name, level, periods) for name, level in each.items()) for each in conditions]
    own: dict[str, list[Any]] = {"segment": segments, **figures, "conditions": conditions}
    asked = {name: [each.get(name) for each in conditions] for name in names if name not in own}
    return {**own, **asked}


def said(name: str, level: object, periods: Mapping[str, str]) -> str:
    """One condition as text."""
    if name in periods:
        level = shown_table({name: [level]}, periods, "en")[name][0]
    return f"{name} {level_text(level)}"
