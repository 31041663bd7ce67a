"""What weights did, and what they cannot do.

A weighted score looks repaired. It is, as far as who is missing can be told by the columns one weighted by; where mood
decides who answers, the weights move the score a little and leave most of the error. So both scores stand side by side,
and the limits of the method are part of the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import language, number, points, word
from npskit.results import Result
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Weighting"]


@dataclass(frozen=True, eq=False)
class Weighting(Result):
    """How answers are weighted, as `Survey.weighting` tells it.

    Attributes
    ----------
    table : mapping of str to list
        A row a level of each column: ``column, level, responses``, its share of the ``answers``, its ``target`` share,
        its ``weighted`` share (the target, unless a limit on the weights kept it away), and the mean ``weight`` of an
        answer. Empty for weights that were given.
    responses : int
        Answers.
    score_raw, lower_raw, upper_raw : float
        Without weights, in points.
    score, lower, upper : float
        With them.
    design_effect : float
        How many times more answers give this certainty than equal weights would need.
    effective_responses : float
        Kish's: equal answers that are worth as much.
    lowest, highest : float
        Range of the weights of answers, whose mean is 1.
    trimmed : int
        Answers at the largest weight that is allowed.
    trim : float, optional
        That weight.
    distance : float
        The farthest a weighted share is from its target, 0..1.
    column : str
        Column of the weights.
    confidence_level : float
    notes : tuple of Note
    words : ColumnWords
        What the columns are called in sentences and charts; the table keeps their names.
    """

    table: Mapping[str, Sequence[Any]]
    responses: int
    score_raw: float
    lower_raw: float
    upper_raw: float
    score: float
    lower: float
    upper: float
    design_effect: float
    effective_responses: float
    lowest: float
    highest: float
    trimmed: int
    trim: float | None
    distance: float
    column: str
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that were weighted by."""
        return tuple(dict.fromkeys(self.table["column"]))

    def sentence(self, *, lang: str | None = None) -> str:
        """Both scores, the raw one too.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.words import amount, by_text, digits, score_range

        lang = language(lang)
        change = self.score - self.score_raw
        key = "same" if abs(change) < 0.05 or change != change else "higher" if change > 0 else "lower"
        names = [self.words.name(name) for name in self.columns]
        return word(
            f"reweight_{key}", lang, columns=by_text(names, lang) or self.column,
            score=score_range(self.score, self.lower, self.upper, lang),
            raw=points(self.score_raw, digits=digits(self.lower_raw, self.upper_raw), lang=lang),
            change=amount(change, lang), worth=number(self.effective_responses, lang=lang),
            n=number(self.responses, lang=lang),
        )  # fmt: skip

    def plot(self, *, lang: str | None = None) -> alt.VConcatChart:
        """The chart: both scores, and who was missing.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.weighted(
            self.words.named(self.table), scores=self._scores(), title=self.sentence(lang=lang).removesuffix("."),
            confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip

    def _scores(self) -> dict[str, list[Any]]:
        """The two scores as a table."""
        return {
            "kind": ["raw", "weighted"],
            "score": [self.score_raw, self.score],
            "lower": [self.lower_raw, self.lower],
            "upper": [self.upper_raw, self.upper],
            "responses": [self.responses, self.effective_responses],
        }
