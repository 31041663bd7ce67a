"""Where along the way it drops: the score stage after stage, in the order people go through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.labels import word
from npskit.results import Result
from npskit.stats.comparison import adjust, difference
from npskit.stats.suppression import suppressed
from npskit.survey.evidence import evidence
from npskit.survey.levels import level_text
from npskit.survey.wording import Days, gap_text, row_names, shown_table, signed_range
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Journey", "along", "hidden", "veiled"]

Columns = dict[str, list[Any]]


@dataclass(frozen=True, eq=False)
class Journey(Result):
    """The score along stages, as `Survey.journey` gives it.

    Attributes
    ----------
    table : mapping of str to list
        One row a stage, in order: the column of the stages, ``stage`` (as text), ``responses``, ``score`` with
        ``lower, upper`` (points), ``change`` from the stage before with ``change_lower, change_upper`` (points),
        ``p_value, p_adjusted`` (Holm, over all steps), and ``suppressed``. A suppressed stage has no figures; nor has
        a change to or from it.
    by : str
        The column of the stages.
    drop : int or None
        Position of the stage at which the score falls most from the one before; None where it falls nowhere.
    min_responses : int
        Stages with fewer answers are not shown, and the next smallest with them when they would follow from the total.
    unplaced : int
        Answers without a stage, or of a stage that was not asked for.
    confidence_level : float
    periods : mapping of str to str
    notes : tuple of str
    """

    table: Mapping[str, Sequence[Any]]
    by: str
    drop: int | None
    min_responses: int = 5
    unplaced: int = 0
    confidence_level: float = 0.95
    periods: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def sentence(self, *, lang: str | None = None) -> str:
        """Between which two stages the score falls most, or that it falls nowhere."""
        if self.drop is None:
            shown = sum(not each for each in self.table["suppressed"])
            return word("answer_journey_no_drop" if shown > 1 else "answer_journey_hidden", lang, k=shown)
        row = {name: values[self.drop] for name, values in self.table.items()}
        names = row_names(self.table, [self.by], self.periods, lang)
        told = word(
            "answer_journey_drop",
            lang,
            before=names[self.drop - 1],
            # The column was just named.
            after=names[self.drop].removeprefix(f"{self.by} "),
            gap=gap_text(row["change"], lang),
            range=signed_range(row["change_lower"], row["change_upper"], lang),
        )
        held = row["p_adjusted"] < 1 - self.confidence_level
        return told if held else word("answer_compare_open", lang, finding=told)

    def plot(self, *, dates: Days | None = None, lang: str | None = None) -> alt.LayerChart:
        """The chart: the stages in order with their scores, intervals and n, and the largest drop.

        Parameters
        ----------
        dates : tuple of datetime.date, optional
            First and last day of the answers, said in the subtitle.
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        shown = shown_table({self.by: self.table[self.by]}, self.periods, lang)[self.by]
        return charts.journey(
            {**self.table, "stage": shown},
            min_responses=self.min_responses,
            confidence_level=self.confidence_level,
            dates=dates,
            lang=lang,
        )


def along(
    tally: Tally,
    moments: ClusterMoments | None,
    rows: Sequence[int],
    *,
    limits: Columns,
    min_responses: int,
    confidence_level: float,
    **about: Any,
) -> Journey:
    """The cells at `rows` of a tally as stages, `limits` being the score of each with its interval."""
    found = evidence(tally, moments, confidence_level=confidence_level).take(list(rows))
    responses = tally.responses[list(rows)]
    covered = hidden(responses, min_responses)
    known = np.where(covered[:, None], 0.0, found.effective_counts)
    step = difference(known[1:], known[:-1], confidence_level=confidence_level)
    p_value = np.append(np.nan, step.p_value)
    changes = {
        "change": np.append(np.nan, step.difference),
        "change_lower": np.append(np.nan, step.lower),
        "change_upper": np.append(np.nan, step.upper),
        "p_value": p_value,
        "p_adjusted": adjust(p_value),
    }
    key = tally.keys[0]
    levels = [tally.cells[row][0] for row in rows]
    names = {} if key == "stage" else {key: levels}
    figures = veiled({"responses": responses.tolist(), **limits}, covered)
    fallen = np.where(changes["change"] < 0, changes["change"], np.nan)
    return Journey(
        table={
            **names,
            "stage": levels if key == "stage" else list(map(level_text, levels)),
            **figures,
            **{name: values.tolist() for name, values in changes.items()},
            "suppressed": covered.tolist(),
        },
        by=key,
        drop=None if np.isnan(fallen).all() else int(np.nanargmin(fallen)),
        min_responses=min_responses,
        unplaced=int(tally.responses.sum() - responses.sum()),
        confidence_level=confidence_level,
        **about,
    )


def hidden(responses: np.ndarray, min_responses: int) -> np.ndarray:
    """Which groups are too small to be shown, or would give those away, shape (groups,)."""
    return suppressed(responses, threshold=min_responses)


def veiled(columns: Mapping[str, Sequence[Any]], covered: np.ndarray) -> Columns:
    """Columns with the covered rows missing: no number, and no count either."""
    out = {}
    for name, values in columns.items():
        gap = float("nan") if any(isinstance(value, float) for value in values) else None
        out[name] = [gap if hide else value for value, hide in zip(values, covered, strict=True)]
    return out
