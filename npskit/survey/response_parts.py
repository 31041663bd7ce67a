"""Parts of what `Survey.response` found: answers by how late they came, and rates by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import language, number, points, word
from npskit.results import Result
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.response_words import amount_range, rate_text

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Segments", "Waves"]

ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class Waves(Result):
    """Answers by how late they came, by the reminders before them, or by whether a comment was written.

    Attributes
    ----------
    table : mapping of str to list
        ``first, last`` (days from the invitation, number of reminders, or 0 without and 1 with a comment),
        ``responses, score, lower, upper``.
    kind : {"delay", "reminder", "comment"}
    difference, lower, upper, p_value : float
        The last row minus the first, in points.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    kind: str
    difference: float
    lower: float
    upper: float
    p_value: float
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """Whether the last differ from the first, and by how much."""
        from npskit.charts.words import amount

        lang = language(lang)
        scores = [points(value, lang=lang) for value in (self.table["score"][0], self.table["score"][-1])]
        key = "lower" if self.upper < 0 else "higher" if self.lower > 0 else "open"
        return word(
            f"response_{self.kind}_{key}", lang, first=scores[0], last=scores[1], gap=amount(self.difference, lang),
            range=amount_range(self.lower, self.upper, lang), days=number(self.table["last"][0], lang=lang),
            late=number(self.table["first"][-1], lang=lang),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Segments(Result):
    """The answer rate of each segment against all others, over one column after the other.

    Attributes
    ----------
    table : mapping of str to list
        ``column, level, invited, responses, rate, rate_lower, rate_upper, difference`` (to the rate of all others),
        ``difference_lower, difference_upper, p_value, p_adjusted, score, lower, upper, worst, best``.
    adjustment : str
        For all segments of all columns together.
    confidence_level : float
    words : ColumnWords
        What the columns are called in sentences and charts; the table keeps their names.
    """

    table: Mapping[str, Sequence[Any]]
    adjustment: str = "holm"
    confidence_level: float = 0.95
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    @property
    def shown(self) -> dict[str, list[Any]]:
        """The table with its columns as people read them."""
        return self.words.named(self.table)

    @property
    def missing(self) -> dict[str, list[Any]]:
        """The segments that answer less than the others by more than chance, the largest gap first."""
        rows = [at for at, p in enumerate(self.table["p_adjusted"])
                if p == p and p < ALPHA and self.table["difference"][at] < 0]  # fmt: skip
        rows.sort(key=lambda at: self.table["difference"][at])
        return {name: [values[at] for at in rows] for name, values in self.table.items()}

    def sentence(self, *, lang: str | None = None) -> str:
        """Who is missing."""
        from npskit.charts.columns import level_text
        from npskit.charts.rows import said_name

        lang = language(lang)
        found = self.missing
        if not len(self):
            return word("response_no_segments", lang)
        if not found["level"]:
            return word("response_none_missing", lang, k=number(len(self), lang=lang))
        level, column = found["level"][0], self.words.name(found["column"][0])
        rate, gap = found["rate"][0], found["difference"][0]
        return word(
            "response_missing", lang, name=said_name(level_text(level, lang), (column,), lang), column=column,
            rate=rate_text(rate, lang), rest=rate_text(rate - gap, lang),
        )  # fmt: skip

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: how far each segment's score is known, and its answer rate.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.response_bounds(
            self.shown, title=self.sentence(lang=lang).removesuffix("."), confidence_level=self.confidence_level,
            lang=lang,
        )  # fmt: skip
