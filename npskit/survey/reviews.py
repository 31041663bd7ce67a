"""The verb that reads public ratings beside the survey."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, RatingError, RoleError
from npskit.frames import Period
from npskit.roles import fold
from npskit.scale import CATEGORIES, Scale
from npskit.stats.comovement import FEWEST_CHANGES, comovement
from npskit.stats.comparison import difference
from npskit.stats.intervals import checked_level, interval
from npskit.stats.rates import rate_difference
from npskit.stats.score import score
from npskit.survey.base import Base
from npskit.survey.estimates import all_periods, effective_counts
from npskit.survey.notes import Note, noted
from npskit.survey.reviews_answers import Movement, Reviews
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.reviews_themes import ReviewThemes

__all__ = ["Reputation"]

STARS = Scale(1, 5)
NAMES = re.compile(r"^((nb|nombre|number) (d |de |of )?)?(stars?|etoiles?)( rating)?$|^(star|review|public) rating$"
                   r"|^note (publique|avis|google|trustpilot)$")  # fmt: skip
# Answers of a period from which it is drawn, and used for the movement.
FEWEST = 5
STRONG = 0.5


class Reputation(Base):
    """Answers beside what the public reads; `Survey` is one of these."""

    def reviews(
        self,
        public: Any,
        *,
        stars: str | None = None,
        date: str | None = None,
        comment: str | None = None,
        scale: Scale = STARS,
        every: str = "month",
        codeframe: Any = None,
        confidence_level: float = 0.95,
    ) -> Reviews:
        """Public ratings beside the survey: level, trend, themes, and who speaks out.

        Parameters
        ----------
        public : DataFrame, relation, path or mapping
            A row a review; or a mapping of rating to number, as the pages show it.
        stars, date, comment : str, optional
            Columns of the reviews; found when not given.
        scale : Scale
            How public ratings count. Stars from 1 to 5 unless given, of which 5 is a promoter, 4 a passive and 1 to 3
            are detractors; every result tells it.
        every : {"day", "week", "month", "quarter", "year"}
            Period of the trend.
        codeframe : str, path, frame or Codeframe, optional
            By which the comments of both are coded, as in `themes`; without it comments are not read.
        confidence_level : float

        Returns
        -------
        Reviews

        Raises
        ------
        RoleError
            When the column of stars cannot be decided.
        ArgumentError
            For a column that would not be read: of a mapping, or of comments without a code frame.
        RatingError
            When public ratings are not on the scale.
        EmptyDataError
            When there are no reviews, or no answers, or with a code frame no comments.
        MissingExtraError
            With a code frame, without the libraries of ``npskit[text]``.

        Notes
        -----
        The levels compare only as far as the mapping does; the share at the ends does not need it.
        Whether reviews are genuine, and one customer's several, is not known here.

        Examples
        --------
        >>> import pandas as pd
        >>> df = pd.DataFrame({"rating": [10] * 50 + [8] * 30 + [3] * 20})
        >>> found = df.nps.reviews({1: 30, 2: 5, 3: 5, 4: 20, 5: 40})
        >>> found.public, found.score, round(found.extremes, 2), round(found.extremes_survey, 2)
        (0.0, 30.0, 0.7, 0.5)
        """
        checked_level(confidence_level)
        if not isinstance(scale, Scale):
            raise ArgumentTypeError(where="scale", expected="npskit.Scale", got=repr(scale), hint="npskit.Scale(1, 5)")
        check_used(public, codeframe, {"stars": stars, "date": date, "comment": comment})
        own = self.tally()
        reader = None if isinstance(public, Mapping) else public_reader(public, stars, date, scale)
        theirs = of_mapping(public, scale) if reader is None else public_tally(reader)
        for name, tally in (("reviews", theirs), ("the survey", own)):
            if not tally.responses.sum():
                raise EmptyDataError(where="reviews", expected=f"at least one rating in {name}", got="none")
        movement, notes = None, [Note("reviews_note_mapping", mapping_of(scale))]
        days = None if reader is None else date_columns(self, reader)
        if reader is not None and days is not None:
            movement, more = movement_of(self, reader, days, every, confidence_level)
            notes += more
        else:
            notes.append(noted("reviews_note_undated"))
        if self._named["weight"]:
            notes.append(noted("reviews_note_weighted"))
        answer = found(own, theirs, movement, (*notes, noted("reviews_note_chosen")), confidence_level)
        if codeframe is None:
            return answer
        if reader is None:
            raise ArgumentError(
                where="codeframe", expected="reviews with comments, a row each", got="numbers of ratings"
            )
        said = self._read_beside(reader, comment, codeframe, confidence_level)
        return replace(answer, themes=said)

    def _read_beside(self, reader: Base, comment: str | None, codeframe: Any, confidence_level: float) -> ReviewThemes:
        """What both write about, each review being a writer of its own."""
        from npskit.survey.reviews_themes import beside
        from npskit.survey.themes import Reading

        options: dict[str, Any] = {"codeframe": codeframe, "confidence_level": confidence_level}
        survey: Any = self
        public = Reading(reader.data, **{**reader.settings, "comment": comment})
        return beside(public.themes(**options), survey.themes(**options))


def check_used(public: Any, codeframe: Any, columns: Mapping[str, str | None]) -> None:
    """Refuse a column that would not be read.

    Raises
    ------
    ArgumentError
    """
    named = [name for name, column in columns.items() if column is not None]
    if named and isinstance(public, Mapping):
        raise ArgumentError(
            where=named[0], expected="reviews, a row each, in which it is a column", got="numbers of ratings"
        )
    if columns["comment"] is not None and codeframe is None:
        raise ArgumentError(
            where="comment", expected="codeframe= beside it, by which comments are read", got="none",
            hint="reviews(public, comment='...', codeframe='retail')",
        )  # fmt: skip


def public_reader(public: Any, stars: str | None, date: str | None, scale: Scale) -> Base:
    """The reviews as answers on their scale."""
    reader = Base(public, rating=stars, date=date, scale=scale)
    if stars is None:
        named = [name for name in reader.source.columns if NAMES.search(fold(name))]
        if len(named) > 1:
            raise RoleError(where="the column of stars", expected="one", got=", ".join(map(repr, named)),
                            hint=f"name it: stars={named[0]!r}")  # fmt: skip
        if named:
            reader = Base(public, rating=named[0], date=date, scale=scale)
    return reader


def public_tally(reader: Base) -> Tally:
    """Counts of each rating; the error for others names what `reviews` takes."""
    try:
        return reader.tally()
    except RatingError as error:
        raise RatingError(
            error.message,
            hint="name the column with stars=; another scale, or ratings that are no answers, with "
            "scale=npskit.Scale(1, 10) or scale=npskit.Scale(1, 5, missing=[0])",
        ) from None  # fmt: skip


def of_mapping(public: Mapping[Any, Any], scale: Scale) -> Tally:
    """Counts of each rating."""
    codes = scale.codes(list(public))
    outside = [str(rating) for rating, code in zip(public, codes, strict=True) if code < 0]
    if outside:
        raise ArgumentError(where="public", expected=f"numbers of {scale.text}", got=", ".join(outside[:5]),
                            hint="scale=npskit.Scale(...) says how public ratings count")  # fmt: skip
    counts = np.zeros(len(scale))
    for code, n in zip(codes.tolist(), public.values(), strict=True):
        if isinstance(n, bool) or not isinstance(n, (int, float, np.number)) or not (n >= 0 and float(n).is_integer()):
            raise ArgumentError(where="public", expected="whole numbers of ratings", got=repr(n))
        counts[code] += n
    return Tally(counts[None, :], scale)


def mapping_of(scale: Scale) -> dict[str, str]:
    """Which ratings count as which category, as texts."""
    found = {}
    for at, name in enumerate(CATEGORIES):
        own = [rating for rating, category in zip(scale.ratings, scale.categories, strict=True) if category == at]
        found[name] = span_text(own)
    return found


def span_text(ratings: list[Any]) -> str:
    """Ratings as "1-3", "5", or a dash for none."""
    if not ratings:
        return "–"
    return str(ratings[0]) if len(ratings) == 1 else f"{ratings[0]}-{ratings[-1]}"


def date_columns(survey: Base, reader: Base) -> tuple[str, str] | None:
    """The columns of dates of both; None where one has none."""
    try:
        return survey.column("date"), reader.column("date")
    except RoleError:
        if reader._named["date"] or survey._named["date"] or reader.rivals("date"):
            raise
        return None


def movement_of(
    survey: Base, reader: Base, days: tuple[str, str], every: str, confidence_level: float
) -> tuple[Movement, list[Note]]:
    """Both scores by period."""
    both = [each.tally(Period(day, every)) for each, day in zip((survey, reader), days, strict=True)]
    periods = all_periods([cell[0] for tally in both for cell, n in zip(tally.cells, tally.responses, strict=True)
                           if isinstance(cell[0], dt.date) and n], every)  # fmt: skip
    place = {day: at for at, day in enumerate(periods)}
    columns: list[dict[str, Any]] = []
    undated = []
    for tally in both:
        counts, numbers, sums = np.zeros((len(periods), 3)), np.zeros(len(periods)), np.zeros(len(periods))
        used = effective_counts(tally)
        for at, cell in enumerate(tally.cells):
            if isinstance(cell[0], dt.date) and cell[0] in place:
                to = place[cell[0]]
                counts[to], numbers[to] = used[at], tally.responses[at]
                sums[to] = 0.0 if tally.scale.labelled else float(tally.counts[at] @ np.array(tally.scale.ratings))
        lower, upper = interval(counts, confidence_level=confidence_level)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = sums / numbers
        columns.append(
            {"n": numbers, "score": np.atleast_1d(score(counts)), "lower": lower, "upper": upper, "mean": mean}
        )
        undated.append(int(tally.responses.sum() - numbers.sum()))
    own, theirs = columns
    scores = [np.where(each["n"] >= FEWEST, each["score"], np.nan) for each in columns]
    told = comovement(*scores, confidence_level=confidence_level)
    table = {
        "period": periods, "reviews": theirs["n"].astype(int).tolist(),
        **{name: theirs[key].tolist() for name, key in
           (("public", "score"), ("public_lower", "lower"), ("public_upper", "upper"), ("mean", "mean"))},
        "responses": own["n"].astype(int).tolist(),
        **{name: own[name].tolist() for name in ("score", "lower", "upper")},
    }  # fmt: skip
    notes = [noted("reviews_note_few", told.changes, n=told.changes, k=FEWEST_CHANGES)
             ] if told.changes < FEWEST_CHANGES else [noted("reviews_note_noise")]  # fmt: skip
    notes += [
        noted(f"reviews_note_no_date_{name}", n, n=n)
        for name, n in zip(("survey", "public"), undated, strict=True)
        if n
    ]
    movement = Movement(
        table, every, told.correlation, told.lower, told.upper, told.changes, verdict_of(told),
        mapping_of(reader.tally().scale), confidence_level,
    )  # fmt: skip
    return movement, notes


def verdict_of(told: Any) -> str:
    """What the movement holds."""
    if told.changes < FEWEST_CHANGES or told.correlation != told.correlation:
        return "cannot tell"
    if told.lower > 0 or told.upper < 0:
        return "together" if told.lower > 0 else "against"
    return "no sign" if told.upper < STRONG else "cannot tell"


def nearest(own: Scale, theirs: Scale) -> np.ndarray | None:
    """The public rating nearest to each answer, on a straight line from end to end; None for answers in words.

    Examples
    --------
    >>> nearest(Scale(), Scale(1, 5)).tolist()
    [0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4]
    """
    if own.labelled or theirs.labelled:
        return None
    place = np.arange(len(own)) * (len(theirs) - 1) / (len(own) - 1)
    return np.floor(place + 0.5).astype(int)


def found(
    own: Tally, theirs: Tally, movement: Movement | None, notes: tuple[Note, ...], confidence_level: float
) -> Reviews:
    """The answer, from two tallies of one cell."""
    asked, public = effective_counts(own)[0], theirs.category_counts[0].astype(float)
    gap = difference(public, asked, confidence_level=confidence_level)
    limits = [interval(counts, confidence_level=confidence_level) for counts in (public, asked)]
    counts = theirs.counts[0].astype(float)
    n, to = float(counts.sum()), nearest(own.scale, theirs.scale)
    weights = own.counts[0] if own.weights is None else own.weights[0] * own.responses[0] / own.weights[0].sum()
    others = None if to is None else np.bincount(to, weights, len(counts))
    ends = [counts[0] + counts[-1], float("nan") if others is None else others[0] + others[-1]]
    m = float(own.responses[0])
    ratings = [float(each) for each in theirs.scale.ratings] if not theirs.scale.labelled else []
    table = {
        "rating": list(theirs.scale.ratings),
        "category": [CATEGORIES[at] for at in theirs.scale.categories],
        "reviews": counts.astype(int).tolist(),
        "share": (counts / n).tolist(),
        "answers": [None if to is None else
                    span_text([r for r, at in zip(own.scale.ratings, to, strict=True) if at == place])
                    for place in range(len(counts))],
        "responses": [None] * len(counts) if others is None else np.rint(others).astype(int).tolist(),
        "survey_share": [None] * len(counts) if others is None else (others / m).tolist(),
    }  # fmt: skip
    apart = (
        None if others is None else rate_difference(ends[0], n, min(ends[1], m), m, confidence_level=confidence_level)
    )
    nan = float("nan")
    return Reviews(
        table=table, reviews=int(n), responses=int(m),
        public=float(score(public)), public_lower=float(limits[0][0]), public_upper=float(limits[0][1]),
        mean=float(counts @ np.array(ratings)) / n if ratings else nan,
        score=float(score(asked)), lower=float(limits[1][0]), upper=float(limits[1][1]),
        difference=float(gap.difference), difference_lower=float(gap.lower), difference_upper=float(gap.upper),
        p_value=float(gap.p_value), extremes=float(ends[0] / n), extremes_survey=float(ends[1] / m),
        extremes_difference=nan if apart is None else float(apart.difference),
        extremes_lower=nan if apart is None else float(apart.lower),
        extremes_upper=nan if apart is None else float(apart.upper),
        mapping=mapping_of(theirs.scale), movement=movement, confidence_level=confidence_level, notes=notes,
    )  # fmt: skip
