"""What `Survey.benchmark` found: where one stands, among those who were asked alike and those who were not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import EmptyDataError
from npskit.labels import language, number, points, word
from npskit.results import Result
from npskit.survey.benchmark_context import MEASURES
from npskit.survey.benchmark_sources import industry_text, shown_name
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

__all__ = ["ASKED", "THIS", "Benchmark"]

# Kinds of rows that were asked in this very survey.
ASKED = ("own", "competitor")
# How the own row is called in the table where no name was given.
THIS = "this survey"
MOST_INDUSTRIES = 3


@dataclass(frozen=True, eq=False)
class Benchmark(Result):
    """One's own score beside others, as `Survey.benchmark` gives it.

    Attributes
    ----------
    table : mapping of str to list
        A row a brand or figure: ours, competitors by falling score, figures of the industry, companies' own.
        ``name``; ``kind``: own, competitor (both asked in this survey), industry mean (of companies' scores), industry
        survey, vendor customers, estimate (no survey), company (published), not said; ``score, lower, upper`` (points;
        no limits where the number of answers is not known); ``responses``; ``publisher, year, population, country,
        channel, study, industry, url, reliability`` of what was published. Of brands asked here ``p_best, rank,
        p_rank`` (probability of just that rank), ``rank_lower, rank_upper``. ``difference``: score minus ours, with
        ``difference_lower, difference_upper, p_value, p_adjusted`` (Holm over all); never for a figure without n.
        With `context` also ``revenue_growth, customer_growth, market_share`` (0.12 is 12 %).
    own : str or None
        Name of the own row; None when several brands were asked and none said to be ours.
    score, lower, upper : float
        Of ours; nan without.
    range_lower, range_upper : float
        Of the figures published of the industry, companies' own left aside; nan without.
    figures, sources : int
        Figures in that range, and how many publishers they are from.
    industries : tuple of str
    rank_probabilities : ndarray, shape (brands, brands)
        Of the brands asked in this survey in the order of the table.
    confidence_level : float
    notes : tuple of Note
        What may mislead; `str` of each is its sentence in English.
    """

    table: Mapping[str, Sequence[Any]]
    own: str | None
    score: float
    lower: float
    upper: float
    range_lower: float
    range_upper: float
    figures: int
    sources: int
    industries: tuple[str, ...] = ()
    rank_probabilities: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def _repr_html_(self) -> str:
        """The table with years as they are written, and below it what may mislead."""
        years = [None if year is None else str(int(year)) for year in self.table.get("year", ())]
        whole = replace(self, table={**self.table, "year": years}) if years else self
        remarks = "".join(f"<li>{escape(note.sentence(lang=language(None)))}</li>" for note in self.notes)
        return super(Benchmark, whole)._repr_html_() + (f"<ul>{remarks}</ul>" if remarks else "")

    @property
    def brands(self) -> int:
        """How many brands were asked in this survey."""
        return len(self.rank_probabilities)

    @property
    def range_text(self) -> str:
        """The range published, "+7 to +35"; empty without."""
        return self.range_sentence(lang="en") if self.figures else ""

    def sentence(self, *, lang: str | None = None) -> str:
        """Rank among the brands asked, and place in the range of what is published.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Examples
        --------
        >>> import npskit
        >>> print(npskit.datasets.load("garden").nps.benchmark(industry="restaurants").sentence())
        This survey: +53; the one published figure for restaurants is +43.
        """
        lang = language(lang)
        parts = [self.brands_sentence(lang=lang), self.range_sentence(lang=lang)]
        return " ".join(part for part in parts if part)

    def brands_sentence(self, *, lang: str | None = None) -> str:
        """Our rank with its limits and the brand farthest from us, or who leads; empty when none was asked.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.benchmark_words import brands_sentence

        return brands_sentence(self, language(lang)) if self.brands else ""

    def range_sentence(self, *, lang: str | None = None) -> str:
        """The range published, and where our score lies; empty without figures.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.benchmark_words import range_sentence

        return range_sentence(self, language(lang))

    def caution(self, *, lang: str | None = None) -> str:
        """What misleads most about the range published, such as figures of long ago; empty where it is of few.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Examples
        --------
        >>> import npskit
        >>> garden = npskit.datasets.load("garden")
        >>> garden.nps.benchmark(industry="banking", country="France", year=2026).caution(lang="en")
        '20 of 20 figures are more than 3 years away from this survey (2026).'
        """
        from npskit.survey.benchmark_words import caution_text

        return caution_text(self, language(lang))

    def industry_text(self, *, lang: str | None = None) -> str:
        """The industries in words.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        names = [industry_text(key, lang) for key in self.industries[:MOST_INDUSTRIES]]
        more = len(self.industries) - MOST_INDUSTRIES
        return ", ".join(names) + (f" {word('forecast_more', lang, k=number(more, lang=lang))}" if more > 0 else "")

    @property
    def has_context(self) -> bool:
        """Whether growth or market shares stand beside."""
        return any(value is not None for name in MEASURES for value in self.table.get(name, ()))

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: the brands with their intervals, and the range published with every figure.

        Growth and market share beside the score are `plot_context`.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        lang = language(lang)
        told = [text for text in (self.brands_sentence(lang=lang), self.range_sentence(lang=lang)) if text]
        return charts.benchmark(
            self.table, title=told[0].removesuffix(".") if told else self.score_text(lang),
            said=[text.removesuffix(".") for text in told[1:]], names=self.names(lang=lang),
            industry=self.industry_text(lang=lang), caution=self.caution(lang=lang).removesuffix("."),
            confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip

    def plot_differences(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: what each brand, and each figure with its n, scores more or less than ours, with intervals.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Raises
        ------
        EmptyDataError
            When no brand is ours, or nobody can be compared with it.
        """
        from npskit import charts
        from npskit.charts.words import told

        if self.own is None or "difference" not in self.table:
            raise EmptyDataError(where="benchmark", expected="others to compare ours with", got="none",
                                 hint="own='our brand' says which brand of competitors= is ours")  # fmt: skip
        lang = language(lang)
        drawn = {"difference_lower": "lower", "difference_upper": "upper", "p_best": "best"}
        left_out = ("lower", "upper", "name")
        table = {drawn.get(name, name): values for name, values in self.table.items() if name not in left_out}
        brand = word("benchmark_brand", lang)
        names = self.names(lang=lang)
        ours = names[list(self.table["kind"]).index("own")]
        compared = sum(value is not None for value in self.table["difference"])
        none = told("benchmark_none_differs", compared, lang, name=ours, k=number(compared, lang=lang))
        return charts.differences(
            {brand: names, **table}, brand, against=ours, confidence_level=self.confidence_level, none=none, lang=lang
        )

    def plot_context(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart of growth and market share beside the score, unknown ones said to be so.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Raises
        ------
        EmptyDataError
            When no context was given.
        """
        from npskit import charts

        if not self.has_context:
            raise EmptyDataError(where="benchmark", expected="growth or market shares by name", got="none",
                                 hint="context={'name': [...], 'market_share': [...]}")  # fmt: skip
        return charts.benchmark_context(self.table, names=self.names(lang=lang), lang=lang)

    def names(self, *, lang: str | None = None) -> list[str]:
        """The names of the rows as they are shown.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.words import sentence

        lang = language(lang)
        published = [kind not in ASKED for kind in self.table["kind"]]
        return [
            sentence(word("benchmark_this", lang)) if name == THIS and not other else
            shown_name(str(name), lang) if other else str(name)
            for name, other in zip(self.table["name"], published, strict=True)
        ]  # fmt: skip

    def own_text(self, lang: str) -> str:
        """How ours is called in a sentence."""
        return word("benchmark_this", lang) if self.own in (None, THIS) else str(self.own)

    def score_text(self, lang: str) -> str:
        """Our score with its sign."""
        return points(self.score, lang=lang)
