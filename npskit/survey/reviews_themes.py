"""What the public writes about beside what the survey's customers write about, by one code frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import EmptyDataError
from npskit.labels import language, share, word
from npskit.results import Result
from npskit.stats.comparison import adjust
from npskit.stats.rates import rate_difference

if TYPE_CHECKING:
    from npskit.survey.theme_answers import Themes

__all__ = ["ReviewThemes", "beside"]


@dataclass(frozen=True, eq=False)
class ReviewThemes(Result):
    """Themes of public reviews beside those of the survey, as the field `themes` of `Reviews` holds them.

    Attributes
    ----------
    table : mapping of str to list
        A row a theme of the code frame, the one furthest apart first: ``theme, reviews, public_share, responses,
        survey_share``; ``difference, lower, upper`` (public minus survey, 0..1) and ``p_adjusted`` (Holm, over all
        themes). Shares are of the comments that say something.
    reviews, responses : int
        Public reviews and answers with such a comment.
    codeframe : str
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    reviews: int
    responses: int
    codeframe: str
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """The theme that is furthest apart, or that none is beyond chance.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.theme_answers import theme_name

        lang = language(lang)
        sure = [at for at, p in enumerate(self.table["p_adjusted"]) if p < 1 - self.confidence_level]
        if not sure:
            return word("reviews_themes_none", lang, n=self.reviews, m=self.responses)
        row = {name: values[sure[0]] for name, values in self.table.items()}
        return word(
            f"reviews_themes_{'more' if row['difference'] > 0 else 'less'}", lang, theme=theme_name(row["theme"], lang),
            public=share(row["public_share"], lang=lang), survey=share(row["survey_share"], lang=lang),
        )  # fmt: skip


def beside(public: Themes, survey: Themes) -> ReviewThemes:
    """Two codings by one frame as one table; topics found beside the frame are of one side only and left out.

    Raises
    ------
    EmptyDataError
        When the code frame meets no comment of either side.
    """
    sides = [coded(each) for each in (public, survey)]
    themes = sorted(sides[0].keys() | sides[1].keys())
    if not themes:
        raise EmptyDataError(where="reviews", expected="comments that the code frame covers", got="none")
    counts = [np.array([side.get(theme, 0) for theme in themes]) for side in sides]
    level = survey.confidence_level
    apart = rate_difference(counts[0], public.responses, counts[1], survey.responses, confidence_level=level)
    order = np.argsort(-np.abs(apart.difference), kind="stable")
    columns = {
        "theme": np.array(themes, dtype=object), "reviews": counts[0], "public_share": counts[0] / public.responses,
        "responses": counts[1], "survey_share": counts[1] / survey.responses,
        "difference": apart.difference, "lower": apart.lower, "upper": apart.upper,
        "p_adjusted": adjust(apart.p_value, method="holm"),
    }  # fmt: skip
    table = {name: np.asarray(values)[order].tolist() for name, values in columns.items()}
    return ReviewThemes(table, public.responses, survey.responses, survey.codeframe, level)


def coded(side: Themes) -> dict[str, int]:
    """Comments of each theme of the code frame."""
    columns = (side.table[name] for name in ("theme", "responses", "found"))
    return {theme: n for theme, n, found in zip(*columns, strict=True) if not found}
