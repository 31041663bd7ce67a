"""What `Survey.reviews` found: the stars that strangers read, beside the answers of those who were asked.

New customers read the stars and never the survey. The two are not the same measure: who rates in public chose to, and a
star becomes a promoter only by a mapping somebody made. So the mapping stands in every result, and what needs it less
(how many are at the ends of the scale, whether the two move together) stands beside the levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.errors import EmptyDataError
from npskit.labels import language, number, points, share, word
from npskit.results import Result
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.reviews_themes import ReviewThemes

__all__ = ["Movement", "Reviews"]


@dataclass(frozen=True, eq=False)
class Movement(Result):
    """Both scores by period, and whether they move together.

    Attributes
    ----------
    table : mapping of str to list
        ``period, reviews, public, public_lower, public_upper, mean`` (rating), ``responses, score, lower, upper``.
    every : str
    correlation, lower, upper : float
        Of the changes from one period to the next.
    changes : int
        Pairs of changes it rests on.
    verdict : {"together", "against", "no sign", "cannot tell"}
        "together" or "against" when the interval leaves out 0; "no sign" when it has 0 and leaves out .5; always
        "cannot tell" with fewer than 12 changes.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    every: str
    correlation: float
    lower: float
    upper: float
    changes: int
    verdict: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """Whether they move together, or that it cannot be told."""
        lang = language(lang)
        shown = {name: number(value, digits=2, lang=lang, sign=True) if value == value else "–" for name, value in
                 (("r", self.correlation), ("lower", self.lower), ("upper", self.upper))}  # fmt: skip
        key = self.verdict.replace(" ", "_")
        return word(f"reviews_{key}", lang, k=number(self.changes, lang=lang), **shown)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: both scores over time.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        lang = language(lang)
        return charts.review_trend(
            self.table, title=self.sentence(lang=lang).removesuffix("."), every=self.every,
            mapping=word("reviews_mapping", lang, **self.mapping), confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reviews(Result):
    """Public ratings beside the survey, as `Survey.reviews` gives them.

    Attributes
    ----------
    table : mapping of str to list
        A row a public rating, lowest first: ``rating, category`` (what it counts as), ``reviews, share``, and of the
        survey's answers that lie nearest to it on a straight line from end to end: ``answers`` (such as "9-10"),
        ``responses, survey_share``.
    reviews, responses : int
    public, public_lower, public_upper : float
        Score of the public ratings by the mapping, in points.
    mean : float
        Mean public rating, which no mapping touches.
    score, lower, upper : float
        Of the survey.
    difference, difference_lower, difference_upper, p_value : float
        Public minus survey.
    extremes, extremes_survey : float
        Share of ratings at the two ends (the first and the last row of the table).
    extremes_difference, extremes_lower, extremes_upper : float
    movement : Movement, optional
        None when one of the two has no dates.
    mapping : mapping
        How public ratings count: ``detractors, passives, promoters`` as texts.
    confidence_level : float
    notes : tuple of Note
    themes : ReviewThemes, optional
        What both write about, where a code frame was given.
    """

    table: Mapping[str, Sequence[Any]]
    reviews: int
    responses: int
    public: float
    public_lower: float
    public_upper: float
    mean: float
    score: float
    lower: float
    upper: float
    difference: float
    difference_lower: float
    difference_upper: float
    p_value: float
    extremes: float
    extremes_survey: float
    extremes_difference: float
    extremes_lower: float
    extremes_upper: float
    mapping: Mapping[str, str]
    movement: Movement | None = None
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)
    themes: ReviewThemes | None = None

    def sentence(self, *, lang: str | None = None) -> str:
        """Both levels, and the mapping that makes one of them.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.words import amount

        lang = language(lang)
        key = "lower" if self.difference_upper < 0 else "higher" if self.difference_lower > 0 else "open"
        limits = [points(value, lang=lang) for value in (self.difference_lower, self.difference_upper)]
        return word(
            f"reviews_{key}", lang, public=points(self.public, lang=lang), score=points(self.score, lang=lang),
            gap=amount(self.difference, lang), range=word("range", lang, lower=limits[0], upper=limits[1]),
        )  # fmt: skip

    def selection(self, *, lang: str | None = None) -> str:
        """Who speaks out: the share at the ends of the scale, in public and in the survey."""
        lang = language(lang)
        if self.extremes_survey != self.extremes_survey:
            return word("reviews_ends_alone", lang, public=share(self.extremes, lang=lang))
        key = "more" if self.extremes_lower > 0 else "fewer" if self.extremes_upper < 0 else "as_many"
        return word(
            f"reviews_ends_{key}", lang, public=share(self.extremes, lang=lang),
            survey=share(self.extremes_survey, lang=lang),
        )  # fmt: skip

    def named_mapping(self, *, lang: str | None = None) -> str:
        """How public ratings are read."""
        return word("reviews_mapping", language(lang), **self.mapping)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: shares of each rating in public and in the survey.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.review_shares(
            self.table, title=self.sentence(lang=lang).removesuffix("."),
            said=[self.selection(lang=lang).removesuffix(".")], mapping=self.named_mapping(lang=lang),
            reviews=self.reviews, responses=self.responses, lang=lang,
        )  # fmt: skip

    def plot_trend(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: both scores over time.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Raises
        ------
        EmptyDataError
            When one of the two has no dates.
        """
        if self.movement is None:
            raise EmptyDataError(where="reviews", expected="dates of the reviews and of the answers", got="none of one",
                                 hint="name them: date='...' of the reviews, df.nps(date='...')")  # fmt: skip
        return self.movement.plot(lang=lang)
