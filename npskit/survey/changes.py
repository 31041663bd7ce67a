"""Why did it move: a change of the score split into who answered and what they answered.

The rows are the segments; the mix of each is what its new size does, the within what its new score does, and all of
them add up to the change of the score, to the last digit. With several columns the rows are their combinations, and a
second table tells the same by column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.labels import word
from npskit.results import Result
from npskit.stats.decomposition import DETRACTORS, PROMOTERS, SCORE, is_reversal
from npskit.stats.decomposition_intervals import DimensionDecomposition, Part, decompose, decompose_dimensions
from npskit.stats.score import score
from npskit.survey.estimates import joined
from npskit.survey.evidence import Evidence
from npskit.survey.wording import gap_text, shown_table, signed, signed_range

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Decomposition", "decomposition"]

PARTS = ("mix", "within", "total")
# Draws times cells of the cross: a second or two.
MOST_DRAWN = 4_000_000
DRAWS, FEWEST_DRAWS = 2_000, 400

Columns = dict[str, list[Any]]


@dataclass(frozen=True, eq=False)
class Decomposition(Result):
    """A change of the score split by segment, as `Survey.change` gives it.

    Attributes
    ----------
    table : mapping of str to list
        One row a segment: the `by` columns, ``responses_before, responses_after``, ``score_before, score_after``
        (points), ``mix``, ``within`` and their sum ``total`` with intervals (``mix_lower`` …; points of the change),
        and the flags ``appeared`` and ``vanished`` of segments with answers on one side only.
    dimensions : mapping of str to list
        With several columns, the same by column: ``dimension, level``, the mix of the level, and the within of all
        cells that have it; all ``mix`` and, of any one dimension, all ``within`` add up to the change. Empty with one.
    promoters, detractors : mapping of str to list
        The change of their shares (in points of 100) split in the same way: the `by` columns, ``mix, within, total``
        with intervals. The score's parts are those of the promoters minus those of the detractors.
    over : str
        The column that tells the two sides apart.
    by : tuple of str
    before, after : str
        The two sides.
    responses_before, responses_after : int
    score_before, score_after, change, change_lower, change_upper : float
        Points.
    mix, mix_lower, mix_upper, within, within_lower, within_upper : float
        Their sums over all segments.
    reversal : bool
        Whether every segment moved one way and the score the other (Simpson).
    confidence_level : float
    periods : mapping of str to str
        Which of the `by` columns are periods, and of what length.
    notes : tuple of str
        What the figures assume beside what is asked, as keys of labels.
    """

    table: Mapping[str, Sequence[Any]]
    dimensions: Mapping[str, Sequence[Any]]
    promoters: Mapping[str, Sequence[Any]]
    detractors: Mapping[str, Sequence[Any]]
    over: str
    by: tuple[str, ...]
    before: str
    after: str
    responses_before: int
    responses_after: int
    score_before: float
    score_after: float
    change: float
    change_lower: float
    change_upper: float
    mix: float
    mix_lower: float
    mix_upper: float
    within: float
    within_lower: float
    within_upper: float
    reversal: bool
    confidence_level: float = 0.95
    periods: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def sentence(self, *, lang: str | None = None) -> str:
        """From where to where the score went, by mix and within; and when every segment went the other way, that."""
        limits = signed_range(self.change_lower, self.change_upper, lang)
        words = {
            "before": self.before,
            "after": self.after,
            "change": signed(self.change, lang),
            "range": limits,
            "mix": signed(self.mix, lang, unit=False),
            "mix_range": signed_range(self.mix_lower, self.mix_upper, lang),
            "within": signed(self.within, lang, unit=False),
            "within_range": signed_range(self.within_lower, self.within_upper, lang),
        }
        if self.reversal:
            key = "answer_change_reversal_down" if self.change < 0 else "answer_change_reversal_up"
            return word(key, lang, **words, gap=gap_text(self.change, lang))
        held = self.change_lower > 0 or self.change_upper < 0
        return word("answer_change" if held else "answer_change_open", lang, **words)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: a waterfall from the score before to the score after.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.waterfall(
            shown_table(self.table, self.periods, lang),
            list(self.by),
            before=self.before,
            after=self.after,
            score_before=self.score_before,
            score_after=self.score_after,
            change=self.change,
            change_lower=self.change_lower,
            change_upper=self.change_upper,
            mix=self.mix,
            mix_lower=self.mix_lower,
            mix_upper=self.mix_upper,
            within=self.within,
            within_lower=self.within_lower,
            within_upper=self.within_upper,
            reversal=self.reversal,
            confidence_level=self.confidence_level,
            lang=lang,
        )


def decomposition(
    levels: Mapping[str, list[Any]],
    before: Evidence,
    after: Evidence,
    answers: np.ndarray,
    *,
    over: str,
    names: tuple[str, str],
    confidence_level: float,
    rng: np.random.Generator | int | None,
    **about: Any,
) -> Decomposition:
    """The change between two groups of answers over the same K segments.

    Parameters
    ----------
    levels : mapping
        Column to the level of each segment.
    before, after : Evidence
        Counts (K, 3) of the two sides, zeros where a segment has no answer.
    answers : ndarray, shape (2, K)
        Responses of the two sides.
    over : str
    names : tuple of str
        The two sides, as shown.
    """
    # One seed for all three splits, so that they are the same draws looked at three times.
    seed = int(np.random.default_rng(rng).integers(2**32)) if isinstance(rng, np.random.Generator) else rng
    split: Callable[..., tuple[Columns, Columns, dict[str, Any]]] = one_column if len(levels) == 1 else several_columns
    options: dict[str, Any] = {"confidence_level": confidence_level, "rng": seed}
    found, dims, sums = split(levels, before, after, points=SCORE, **options)
    promoters, detractors = (
        {**levels, **split(levels, before, after, points=points, **options)[0]} for points in (PROMOTERS, DETRACTORS)
    )
    flags = {
        "appeared": ((answers[0] == 0) & (answers[1] > 0)).tolist(),
        "vanished": ((answers[0] > 0) & (answers[1] == 0)).tolist(),
    }
    whole = [float(score(side.counts.sum(axis=0))) for side in (before, after)]
    return Decomposition(
        table=joined(dict(levels), {**sides(before, after, answers), **found, **flags}),
        dimensions=dims,
        promoters=promoters,
        detractors=detractors,
        over=over,
        by=tuple(levels),
        before=names[0],
        after=names[1],
        responses_before=int(answers[0].sum()),
        responses_after=int(answers[1].sum()),
        score_before=whole[0],
        score_after=whole[1],
        **sums,
        reversal=bool(is_reversal(before.counts, after.counts)),
        confidence_level=confidence_level,
        **about,
    )


def sides(before: Evidence, after: Evidence, answers: np.ndarray) -> Columns:
    """Responses and scores of the segments on both sides."""
    return {
        "responses_before": answers[0].tolist(),
        "responses_after": answers[1].tolist(),
        "score_before": np.atleast_1d(score(before.counts)).tolist(),
        "score_after": np.atleast_1d(score(after.counts)).tolist(),
    }


def limits(name: str, part: Part) -> dict[str, Any]:
    """A part as three columns, or three numbers."""
    return {
        f"{name}{suffix}": np.asarray(value, dtype=float).tolist()
        for suffix, value in (("", part.value), ("_lower", part.lower), ("_upper", part.upper))
    }


def one_column(
    levels: Mapping[str, list[Any]], before: Evidence, after: Evidence, *, points: Any, **options: Any
) -> tuple[Columns, Columns, dict[str, Any]]:
    """Parts per segment of one column, nothing by dimension, and the sums."""
    del levels
    found = decompose(
        before.counts,
        after.counts,
        points=points,
        effective_before=worth(before),
        effective_after=worth(after),
        **options,
    )
    parts = {name: value for key in PARTS for name, value in limits(key, getattr(found, key)).items()}
    sums = {**limits("mix", found.mix_sum), **limits("within", found.within_sum), **limits("change", found.change)}
    return parts, {}, sums


def several_columns(
    levels: Mapping[str, list[Any]], before: Evidence, after: Evidence, *, points: Any, **options: Any
) -> tuple[Columns, Columns, dict[str, Any]]:
    """Parts per combination of several columns, the same by dimension, and the sums."""
    axes = [list(dict.fromkeys(column)) for column in levels.values()]
    shape = tuple(map(len, axes))
    cells = int(np.prod(shape, dtype=object))
    if cells * FEWEST_DRAWS > MOST_DRAWN:
        raise ArgumentError(
            where="by",
            expected=f"columns with at most {MOST_DRAWN // FEWEST_DRAWS:,} combinations of levels",
            got=f"{' × '.join(map(str, shape))} = {cells:,}",
            hint="name fewer columns, or cut numbers into Bands",
        )
    at = np.ravel_multi_index(
        tuple(
            np.array([axis.index(level) for level in column])
            for axis, column in zip(axes, levels.values(), strict=True)
        ),
        shape,
    )
    crossed = [side.placed(at, cells) for side in (before, after)]
    effective = [None if (each := worth(side)) is None else each.reshape(shape) for side in crossed]
    found = decompose_dimensions(
        crossed[0].counts.reshape(*shape, 3),
        crossed[1].counts.reshape(*shape, 3),
        points=points,
        draws=int(np.clip(MOST_DRAWN // cells, FEWEST_DRAWS, DRAWS)),
        effective_before=effective[0],
        effective_after=effective[1],
        **options,
    )
    parts: Columns = {}
    for key in PARTS:
        columns = limits(key, getattr(found, f"cell_{key}"))
        parts.update({name: np.ravel(values)[at].tolist() for name, values in columns.items()})
    sums = {**limits("mix", found.mix_whole), **limits("within", found.within_sum), **limits("change", found.change)}
    return parts, by_dimension(dict(zip(levels, axes, strict=True)), found), sums


def by_dimension(axes: Mapping[str, list[Any]], found: DimensionDecomposition) -> Columns:
    """Mix and within of the levels, column after column."""
    columns: Columns = {
        "dimension": [name for name, axis in axes.items() for _ in axis],
        "level": [level for axis in axes.values() for level in axis],
    }
    for key in ("mix", "within"):
        per_axis = [limits(key, part) for part in getattr(found, key)]
        columns.update({name: [value for each in per_axis for value in each[name]] for name in per_axis[0]})
    return columns


def worth(side: Evidence) -> np.ndarray | None:
    """Effective responses of the segments, None where each answer counts as one."""
    return None if side.squares is None else side.effective
