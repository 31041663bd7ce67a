"""What the story on silence is built from: rates, bounds, commenters, weights, public ratings, each found once."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, NpskitWarning, RoleError
from npskit.report.answers_given import ROWS, WROTE, flag_column, read
from npskit.report.story import Story
from npskit.stats.arguments import as_number
from npskit.survey import Survey
from npskit.survey.column_words import ColumnWords
from npskit.survey.response_answers import Reminders, Response, Silent
from npskit.survey.response_late import commenters, waves
from npskit.survey.response_parts import Waves
from npskit.survey.reviews_answers import Reviews
from npskit.survey.reweighting_answers import Weighting

__all__ = ["Answered"]

LOWER_BY, EXTRA, WIDEST = 10.0, 100, 200
# Periods of invitations that a table can show.
EVERY, MOST_PERIODS = ("month", "quarter", "year"), 24
# Rows up to which those without a rating are looked at one by one.
MOST_ROWS = 1_000_000


class Answered(Story):
    """The findings; `AnswersStory` says them."""

    def __init__(
        self, survey: Survey, *, invited: Any = None, targets: Any = None, silent: float | None = None,
        reviews: Any = None, extra: int | None = None, commented: str | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(survey, **options)
        self.invited, self.targets = read(invited, "invited"), read(targets, "targets")
        if silent is not None and not 0 <= as_number(silent) <= WIDEST:
            raise ArgumentError(where="silent", expected="how many points lower, 0 to 200", got=repr(silent))
        self.public, self._silent = read(reviews, "reviews"), silent
        self._commented = None if commented is None else survey.source.column(commented)
        self.extra = EXTRA if extra is None else int(extra)

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def words(self) -> ColumnWords:
        """What the columns are called, those of the list of the invited too."""
        return super().words if self.response is None else self.response.segments.words

    @cached_property
    def shown_columns(self) -> list[str]:
        """Columns that the page shows."""
        found = self.response or self.blank
        segments = [] if found is None else found.segments.table["column"]
        weights = [] if self.weighting is None else self.weighting.columns
        return [*super().shown_columns, *segments, *weights, *([self.flag] if self.flag else [])]

    @cached_property
    def response(self) -> Response | None:
        """Who answered; None where it is not known who was invited."""
        rows = self.overall.responses + self.overall.missing
        empty = self._own_rows and not rows
        return None if self.invited is None or empty else self._response()

    @property
    def _own_rows(self) -> bool:
        return isinstance(self.invited, str) and self.invited == ROWS

    def _response(self, every: str | None = None) -> Response:
        """The answer rates; a number alone is not split."""
        whole = isinstance(self.invited, (int, float))
        given = None if self._own_rows else self.invited
        return self.survey.response(
            given, by=None if whole else self._by, every=every, confidence_level=self.confidence_level
        )

    @cached_property
    def periods(self) -> Response | None:
        """The rates by period of the invitation; None without its days."""
        if self.response is None or isinstance(self.invited, (int, float, Mapping)):
            return None
        if self.every:
            return self._response(self.every)
        for every in EVERY:
            try:
                found = self._response(every)
            except RoleError:
                return None
            if len(set(found.table["period"])) <= MOST_PERIODS:
                return found if len(set(found.table["period"])) > 1 else None
        return None

    @cached_property
    def blank(self) -> Response | None:
        """Rows without a rating as if they were silent, where nobody said who was invited."""
        rows = self.overall.responses + self.overall.missing
        few = self.overall.missing and self.overall.responses and rows <= MOST_ROWS
        if self.invited is not None or self.survey.aggregated is not None or not few:
            return None
        return self.survey.response(confidence_level=self.confidence_level)

    @cached_property
    def commenters(self) -> Waves | None:
        """Those who wrote a comment against those who only rated; None where that is not known."""
        if not self.overall.responses:
            return None
        if self.flag or WROTE not in self.counted:
            return commenters(self.survey, self.flag, confidence_level=self.confidence_level)
        wrote = np.array(self.counted[WROTE], dtype=float)
        counts = np.array([self.survey.tally().category_counts.sum(0) - wrote, wrote])
        return waves("comment", [(0, 0), (1, 1)], counts, self.confidence_level) if counts.sum(1).all() else None

    @cached_property
    def flag(self) -> str | None:
        """The column that says who wrote a comment, as asked for or as found."""
        return self._commented or flag_column(self.survey)

    @property
    def late(self) -> Waves | None:
        """Answers by the reminders before them, or by how late they came."""
        return None if self.response is None else self.response.waves or self.response.late

    @cached_property
    def lower_by(self) -> float:
        """The case that is told: as asked, as the last to answer are, or 10 points."""
        if self._silent is not None:
            return float(self._silent)
        late = self.late
        return -late.difference if late is not None and late.upper < 0 else LOWER_BY

    @cached_property
    def silent(self) -> Silent | None:
        """The score of all if the silent are lower; None where nobody is, or nobody answered."""
        found = self.response
        return found.silent(self.lower_by) if found and 0 < found.responses < found.invited else None

    @cached_property
    def reminders(self) -> Reminders | None:
        """What more answers would buy; None where nobody is left to ask."""
        if self.response is None or self.silent is None:
            return None
        return self.response.reminders(
            min(self.extra, self.response.invited - self.response.responses), lower=self.lower_by
        )

    @cached_property
    def weighting(self) -> Weighting | None:
        """Raw and weighted score; None without targets or answers."""
        if self.targets is None or not self.overall.responses:
            return None
        with warnings.catch_warnings():
            # Said among the remarks.
            warnings.simplefilter("ignore", NpskitWarning)
            return self.survey.reweight(self.targets, confidence_level=self.confidence_level).weighting

    @cached_property
    def reviews(self) -> Reviews | None:
        """Public ratings beside the survey; None where none are given."""
        if self.public is None or not self.overall.responses:
            return None
        return self.survey.reviews(self.public, every=self.every or "month", confidence_level=self.confidence_level)
