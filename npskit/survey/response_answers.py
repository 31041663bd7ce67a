"""What `Survey.response` found: how many answered, who did not, and what the score of all can be.

The answer rate is easy to compute and says little by itself: a tenth may be enough when silence is chance, and nine in
ten too few when it is not. So the rate stands beside the two ends the score of all can have, and everything between is
a sentence that begins with "if".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.labels import language, number, points, word
from npskit.results import Result
from npskit.stats.arguments import as_number
from npskit.stats.bounds import bounds, gap_needed, score_if_silent_lower
from npskit.stats.response import spread_by_answers
from npskit.survey.notes import Note, noted
from npskit.survey.response_parts import Segments, Waves
from npskit.survey.response_words import people_text, rate_text

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Reminders", "Response", "Silent"]

MOST_LOWER = 100


@dataclass(frozen=True, eq=False)
class Silent(Result):
    """The score of all invited when the silent are so many points lower than those who answered.

    Attributes
    ----------
    table : mapping of str to list
        ``lower_by`` (points, 0 to 100), ``score, lower, upper`` of all invited; the interval is of those who answered,
        moved with the score.
    lower_by : float
        The case that is told.
    score, lower, upper : float
        Of it.
    responding : float
        Score of those who answered.
    needed : float
        How many points lower the silent must be for the score of all to be the `target`; nan when they cannot.
    target : float
    hint : float
        How many points lower the last to answer are than the first; nan when not known.
    rate : float
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    lower_by: float
    score: float
    lower: float
    upper: float
    responding: float
    needed: float
    target: float
    hint: float
    rate: float
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """The case in words."""
        from npskit.charts.words import amount

        lang = language(lang)
        key = "same" if self.rate >= 1 else "lower" if self.lower_by >= 0 else "higher"
        return word(
            f"response_silent_{key}", lang, k=amount(self.lower_by, lang), score=points(self.score, lang=lang),
            responding=points(self.responding, lang=lang),
        )  # fmt: skip

    def turning(self, *, lang: str | None = None) -> str:
        """How much lower the silent must be for the target; empty when they cannot, or need not."""
        from npskit.charts.words import amount

        lang = language(lang)
        if not self.needed > 0:
            return ""
        values = {"k": amount(self.needed, lang), "target": points(self.target, lang=lang)}
        return word("response_silent_needed", lang, **values)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: the score of all for every gap.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.silent_curve(
            self.table, title=self.sentence(lang=lang).removesuffix("."), lower_by=self.lower_by, score=self.score,
            target=self.target, needed=self.needed, hint=self.hint, said=[self.turning(lang=lang).removesuffix(".")],
            rate=self.rate, confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reminders(Result):
    """What more answers are worth: a narrower interval, and a bias that stays.

    Attributes
    ----------
    table : mapping of str to list
        Two rows, now and then (``when``): ``responses, rate, margin`` (half the interval, points), ``worst, best``
        (score of all invited), ``bias`` (points by which the score is too high if the silent are `lower_by` lower and
        those who answer the reminder are like the other silent) and ``bias_alike`` (if they are like those who
        answered before).
    extra : int
    lower_by : float
    notes : tuple of Note
    """

    table: Mapping[str, Sequence[Any]]
    extra: int
    lower_by: float
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """What the interval gains, beside what stays."""
        from npskit.charts.words import amount

        lang = language(lang)
        margins = [number(value, digits=1, lang=lang) for value in self.table["margin"]]
        biases = [number(value, digits=1, lang=lang) for value in (*self.table["bias"], self.table["bias_alike"][-1])]
        return word(
            "response_reminders_1" if self.extra == 1 else "response_reminders", lang,
            n=number(self.extra, lang=lang), now=margins[0], then=margins[1], k=amount(self.lower_by, lang),
            bias=biases[0], bias_then=biases[1], bias_alike=biases[2],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Response(Result):
    """Who answered, as `Survey.response` gives it.

    Attributes
    ----------
    table : mapping of str to list
        The `by` columns and, with `every`, ``period``; ``invited, responses, rate, rate_lower, rate_upper`` (0..1),
        ``score, lower, upper`` (of those who answered), ``worst, best`` (of all invited, if the silent were all
        detractors or all promoters).
    segments : Segments
        Each segment against the others.
    invited, responses : int
    rate, rate_lower, rate_upper : float
    score, lower, upper : float
        Of those who answered, in points; nan when nobody did.
    worst, best : float
        Ends of the score of all invited; exact.
    bound_lower, bound_upper : float
        Limits of the score of the customers that the invited were drawn from, whatever the silent think.
    counts : sequence of float
        Detractors, passives, promoters.
    late, waves, commenters : Waves, optional
        Late answers against early ones, answers by the reminders before them, commenters against those who only rated.
    by, every : of the table
    confidence_level : float
    notes : tuple of Note
        What was left out, and what may mislead.
    """

    table: Mapping[str, Sequence[Any]]
    segments: Segments
    invited: int
    responses: int
    rate: float
    rate_lower: float
    rate_upper: float
    score: float
    lower: float
    upper: float
    worst: float
    best: float
    bound_lower: float
    bound_upper: float
    counts: Sequence[float]
    late: Waves | None = None
    waves: Waves | None = None
    commenters: Waves | None = None
    by: tuple[str, ...] = ()
    every: str | None = None
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """How many answered, and between which ends the score of all lies.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        key = "none" if not self.responses else "all" if self.responses == self.invited else "some"
        score, worst, best = (points(value, lang=lang) for value in (self.score, self.worst, self.best))
        return word(
            f"response_{key}", lang, invited=people_text(self.invited, lang), n=number(self.responses, lang=lang),
            rate=rate_text(self.rate, lang), score=score, worst=worst, best=best,
        )  # fmt: skip

    def score_if(self, lower: ArrayLike) -> Any:
        """Score of all invited when the silent are so many points lower than those who answered.

        Parameters
        ----------
        lower : array_like
            Points; below 0 the silent are happier.

        Returns
        -------
        float or ndarray, of the shape of `lower`
            The silent stay between -100 and 100.
        """
        return score_if_silent_lower(self.score, self.rate, lower)

    def silent(self, lower: float = 10, *, target: float = 0) -> Silent:
        """The same with its interval, and how much lower the silent must be for the score to reach a target.

        Parameters
        ----------
        lower : float
            Points that the silent are lower, -100 to 100.
        target : float
            A score, in points.

        Raises
        ------
        ArgumentError
            For a number outside, and when nobody answered.
        """
        if not -200 <= as_number(lower) <= 200:
            raise ArgumentError(where="lower", expected="points between -200 and 200", got=repr(lower))
        if not self.responses:
            raise ArgumentError(where="silent", expected="at least one answer to compare with", got="none")
        grid = sorted({*map(float, range(MOST_LOWER + 1)), float(lower)})
        table = {name: np.asarray(values).tolist() for name, values in
                 zip(("score", "lower", "upper"), self._moved(np.array(grid)), strict=True)}  # fmt: skip
        score, low, high = (float(value) for value in self._moved(np.array(float(lower))))
        hints = [-each.difference for each in (self.waves, self.late) if each is not None and each.upper < 0]
        return Silent(
            {"lower_by": grid, **table}, float(lower), score, low, high, responding=self.score,
            needed=gap_needed(self.score, self.rate, target), target=float(target),
            hint=hints[0] if hints else float("nan"), rate=self.rate, confidence_level=self.confidence_level,
        )  # fmt: skip

    def _moved(self, lower: np.ndarray) -> tuple[Any, Any, Any]:
        """Score and limits of all invited."""
        middle = np.asarray(self.score_if(lower))
        shift = middle - self.score
        return middle, np.maximum(self.lower + shift, -100), np.minimum(self.upper + shift, 100)

    def reminders(self, extra: int = 100, *, lower: float = 10) -> Reminders:
        """What more answers would do to the interval, beside the bias that they cannot repair.

        Parameters
        ----------
        extra : int
            Answers more, of those who are silent now.
        lower : float
            Points that the silent are lower than those who answered, for the bias; 0 to 200.

        Raises
        ------
        ArgumentError
            When there are not so many silent, nobody answered, or `lower` is none of those points.
        """
        silent = self.invited - self.responses
        if not 0 <= as_number(lower) <= 200:
            raise ArgumentError(where="lower", expected="0 to 200 points", got=repr(lower))
        if not 1 <= as_number(extra) <= silent or not self.responses:
            raise ArgumentError(
                where="extra", expected=f"1 to {silent:,}, the number of the silent, and answers to start from",
                got=f"{extra!r} beside {self.responses:,} answers",
            )  # fmt: skip
        counts = np.array(self.counts)
        answers = np.array([self.responses, self.responses + extra], dtype=float)
        ends = bounds(counts / counts.sum() * answers[:, None], self.invited - answers)
        silent_score = float(np.clip(self.score - lower, -100, 100))
        truth = float(self.score_if(lower))
        then = (self.score * self.responses + silent_score * extra) / answers[1]
        table = {
            "when": ["now", "then"], "responses": answers.astype(int).tolist(),
            "rate": (answers / self.invited).tolist(),
            "margin": spread_by_answers(counts, answers, confidence_level=self.confidence_level).tolist(),
            "worst": ends.worst.tolist(), "best": ends.best.tolist(),
            "bias": [self.score - truth, then - truth],
            # Those who come are then of the kind that answers, and the others are as silent as before.
            "bias_alike": [self.score - truth, self.score - truth],
        }  # fmt: skip
        return Reminders(table, int(extra), float(lower), (noted("response_note_reminders"),))

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: how far the score of each segment is known, and its answer rate.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        table = self.segments.shown if len(self.segments) else self.whole
        title = (self.segments if self.segments.missing["level"] else self).sentence(lang=lang)
        return charts.response_bounds(
            table, title=title.removesuffix("."), overall=self.whole, confidence_level=self.confidence_level, lang=lang
        )

    @property
    def whole(self) -> dict[str, list[Any]]:
        """Everybody as one row."""
        return {
            "column": [""], "level": [""], "invited": [self.invited], "responses": [self.responses],
            "rate": [self.rate], "p_adjusted": [float("nan")],
            **{name: [getattr(self, name)] for name in ("score", "lower", "upper", "worst", "best")},
        }  # fmt: skip
