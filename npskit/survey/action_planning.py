"""Before an action: how many answers, and how many months, until an effect of so many points would show.

Teams look at the score a month after an action and find what they hope for. Whether the score could have shown
anything by then is known beforehand: from the answers that come in a month, from how far the score wanders by itself,
and from whether part of the customers go without the action. So it is told for both designs, beside what more answers
would bring; and where three years would not be enough, that is the answer.

What the score does by itself is taken from where `Survey.impact` takes it (`npskit.stats.wandering`), and so the
smallest effect of a plan is the one that `impact` will tell of the same design.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.frames import Period
from npskit.labels import language, number, word
from npskit.results import Result
from npskit.stats.intervals import checked_level
from npskit.stats.score import score as score_of
from npskit.stats.score import variance
from npskit.stats.wandering import (
    Wandering,
    expected_wandering,
    known_wandering,
    learnt_weights,
    weighed_wandering,
)
from npskit.survey.action_designs import ALONE, CONTROL, DESIGNS, HORIZON, Setting, looks
from npskit.survey.estimates import effective_counts, gridded
from npskit.survey.notes import Note, noted, periods_text
from npskit.survey.planned import expected_shares, finite, moved_by, whole

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.base import Base

__all__ = ["ActionPlan", "plan_action", "planned_from"]

# Which of the two show it.
WHICH = {(True, True): "both", (True, False): "alone", (False, True): "control", (False, False): "none"}
YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
# Multiples of the answers that are tried beside.
MULTIPLES = (0.25, 0.5, 1, 2, 4)
# Periods whose answers tell how many will come; readings before, below which it is said; answers for any verdict.
RECENT, FEWEST_BEFORE, FEWEST_ANSWERS = 6, 12, 30


@dataclass(frozen=True)
class ActionPlan(Result):
    """When an effect would show, as `plan_action` gives it.

    Attributes
    ----------
    table : mapping of str to list
        ``design`` ("alone": everybody is treated; "control": part of them is not), ``periods`` (after the beginning),
        ``answers`` (until then, all groups together), ``power`` (probability that the interval of the effect leaves out
        0) and ``smallest_detectable`` (the effect that shows with the power asked for, in points, as `Survey.impact`
        will tell it; nan where none).
    options : mapping of str to list
        ``answers`` (a period), and for ``alone`` and ``control`` the periods until the effect shows; None where it does
        not within the horizon.
    effect : float
        The true effect asked about, in points.
    every : str
    answers : int
        Expected in a period.
    periods : int or None
        Those asked about.
    within : int
        Periods for which `answers_needed` holds: those asked about, or a year of them.
    shows_after, shows_after_control : int or None
        Periods until the effect shows with the power; None for not within `horizon`.
    answers_needed, answers_needed_control : int or None
        Answers a period with which it shows `within` these; None where no number is enough.
    treated_share : float
        Part of the answers that come from those treated, where there is a control group.
    drift : float
        Points by which the level is taken to wander in a month.
    drift_apart : float or None
        The same of the two groups against each other, where it is known; None for drawn by lot.
    before : int
        Readings before.
    horizon : int
        Periods looked ahead: three years.
    power, confidence_level : float
    notes : tuple of Note
    """

    table: Mapping[str, Sequence[Any]]
    options: Mapping[str, Sequence[Any]]
    effect: float
    every: str
    answers: int
    periods: int | None
    within: int
    shows_after: int | None
    shows_after_control: int | None
    answers_needed: int | None
    answers_needed_control: int | None
    treated_share: float
    drift: float
    drift_apart: float | None
    before: int
    horizon: int
    power: float = 0.8
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """After how many periods the effect shows, without a control group and with one.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        alone, control = self.shows_after, self.shows_after_control
        key = "same" if alone is not None and alone == control else WHICH[alone is not None, control is not None]
        shown = {name: "" if n is None else periods_text(n, self.every, lang)
                 for name, n in (("alone", alone), ("control", control), ("horizon", self.horizon))}  # fmt: skip
        return word(f"action_plan_{key}", lang, effect=effect_text(self.effect, lang), **self._pace(lang), **shown)

    def also(self, *, lang: str | None = None) -> str:
        """How many answers it takes for the effect to show within the periods asked about, or within a year.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        needed = (self.answers_needed, self.answers_needed_control)
        shown = ["" if n is None else number(n, lang=lang) for n in needed]
        return word(
            f"action_plan_needs_{WHICH[needed[0] is not None, needed[1] is not None]}", lang,
            effect=effect_text(self.effect, lang), within=periods_text(self.within, self.every, lang),
            every=word(f"chart_every_{self.every}", lang), alone=shown[0], control=shown[1],
        )  # fmt: skip

    def _pace(self, lang: str) -> dict[str, str]:
        from npskit.charts.words import responses_text

        return {"answers": responses_text(self.answers, lang), "every": word(f"chart_every_{self.every}", lang)}

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The smallest effect that shows, by the periods waited, with a control group and without.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.planned_action(
            self.table,
            effect=self.effect,
            every=self.every,
            answers=self.answers,
            finding=self.sentence(lang=lang).removesuffix("."),
            shows_after={ALONE: self.shows_after, CONTROL: self.shows_after_control},
            treated_share=self.treated_share,
            power=self.power,
            confidence_level=self.confidence_level,
            lang=lang,
        )


def plan_action(
    effect: float,
    *,
    answers: int,
    every: str = "month",
    before: int | None = None,
    pilot: ArrayLike | None = None,
    score: float | None = None,
    passives: float | None = None,
    drift: float | None = None,
    drift_apart: float | None = None,
    treated_share: float = 0.5,
    periods: int | None = None,
    power: float = 0.8,
    confidence_level: float = 0.95,
) -> ActionPlan:
    """How many answers and periods until an effect of so many points would show, without data.

    Parameters
    ----------
    effect : float
        True effect, in points, that one wants not to miss.
    answers : int
        Expected in a period.
    every : {"day", "week", "month", "quarter", "year"}
    before : int, optional
        Periods with as many answers before the action; two years unless given.
    pilot : array_like, shape (3,), optional
        Detractors, passives and promoters of an earlier survey, as counts or shares.
    score, passives : float, optional
        The score expected, in points, and the share of passives, when there is no such survey.
    drift : float, optional
        Points by which the level is known to wander in a month. Unless given, what `Survey.impact` expects of a score
        before any reading is averaged over: 2 points or so, and now and then several times that.
    drift_apart : float, optional
        Points by which those treated and the others are known to wander apart in a month. Unless given they are drawn
        by lot, which the readings do not tell: how far they may wander apart is then learned from the periods before,
        as `Survey.impact` learns it. With 0 the plan knows what `impact` does not: a planned .80 is then nearer to
        what is reached by lot, and the smallest effect is below the one that `impact` will tell.
    treated_share : float
        Part of the answers that come from those treated, where there is a control group.
    periods : int, optional
        Periods one can wait, for the number of answers; a year unless given.
    power : float
        Probability with which it is to show: that the interval of the effect leaves out 0.
    confidence_level : float

    Returns
    -------
    ActionPlan

    Raises
    ------
    ArgumentError
        When a figure cannot be.

    Examples
    --------
    >>> found = plan_action(16, answers=300, score=30, passives=0.3, drift=1)
    >>> found.shows_after, found.shows_after_control
    (2, 7)
    """
    if every not in HORIZON:
        raise ArgumentError(where="every", expected="one of " + ", ".join(HORIZON), got=repr(every))
    shares = expected_shares(pilot=pilot, score=score, passives=passives)
    readings = whole("before", 2 * YEAR[every] if before is None else before)
    coming = whole("answers", answers)
    wandering = expected_wandering(every) if drift is None else known_wandering(every, drift=drift)
    notes = [noted("plan_note_widest")] if pilot is None and passives is None else []
    return planned(
        effect, shares, np.full(readings, float(coming)), wandering, every=every, answers=coming, periods=periods,
        treated_share=treated_share, drift_apart=drift_apart, power=power, confidence_level=confidence_level,
        supposed=True, notes=notes,
    )  # fmt: skip


def planned_from(
    survey: Base,
    effect: float,
    *,
    every: str,
    answers: int | None,
    drift: float | None,
    until: Any,
    **options: Any,
) -> ActionPlan:
    """The plan of `Survey.plan_action`, from the answers so far."""
    from npskit.survey.ahead import day_meant
    from npskit.survey.windows import used

    period = Period(survey._column("date"), every)
    tally = survey.tally(period)
    last = None if until is None else day_meant(until, where="until", last=True)
    cells, notes = used(survey, tally, period, until=last)
    grid = gridded(cells, every)
    counts = grid.filled(effective_counts(cells, survey._moments(tally, period)))[0]
    given = grid.filled(cells.responses)[0]
    recent = given[given > 0][-RECENT:]
    coming = max(int(np.median(recent)), 1) if answers is None else whole("answers", answers)
    known = learnt_weights(counts, every=every)
    wandering = weighed_wandering(every, known)
    if drift is not None:
        wandering = known_wandering(every, drift=drift, weights=known)
    said = [*notes, *([] if answers is not None else [noted("action_plan_note_answers", n=coming)])]
    return planned(
        effect, counts.sum(axis=0) / counts.sum(), counts.sum(axis=1), wandering, every=every, answers=coming,
        worth=float(counts.sum() / given.sum()), notes=said, **options,
    )  # fmt: skip


def planned(
    effect: float,
    shares: ArrayLike,
    before: np.ndarray,
    wandering: Wandering,
    *,
    every: str,
    answers: int,
    periods: int | None,
    treated_share: float,
    drift_apart: float | None,
    power: float,
    confidence_level: float,
    worth: float = 1.0,
    supposed: bool = False,
    notes: Sequence[Note] = (),
) -> ActionPlan:
    """The plan from the readings before."""
    size = checked_effect(effect, shares)
    checked_level(confidence_level)
    if not (np.ndim(treated_share) == 0 and 0 < treated_share < 1):
        raise ArgumentError(where="treated_share", expected="a share between 0 and 1", got=repr(treated_share),
                            hint="half of the customers is 0.5")  # fmt: skip
    within = YEAR[every] if periods is None else whole("periods", periods)
    horizon = max(HORIZON[every], within)
    apart = None if drift_apart is None else known_wandering(every, drift=drift_apart, shared=True)
    setting = Setting(
        before[-2 * HORIZON[every] :], float(variance(shares)), every, worth, float(treated_share),
        {ALONE: wandering, CONTROL: apart}, supposed, power, confidence_level,
    )  # fmt: skip
    tables = [setting.rows(design, size, answers, looks(horizon)) for design in DESIGNS]
    after = {design: setting.shows_after(design, size, answers, horizon) for design in DESIGNS}
    needed = {design: setting.answers_needed(design, size, within) for design in DESIGNS}
    tried = sorted({max(round(answers * each), 1) for each in MULTIPLES})
    options: dict[str, list[Any]] = {"answers": list(tried)} | {
        design: [setting.shows_after(design, size, n, horizon) for n in tried] for design in DESIGNS
    }
    pace = known_wandering(every, drift=1.0).typical
    return ActionPlan(
        {name: [*tables[0][name], *tables[1][name]] for name in tables[0]}, options, size, every, answers,
        periods, within, after[ALONE], after[CONTROL], needed[ALONE], needed[CONTROL], float(treated_share),
        wandering.typical / pace, drift_apart, int((before > 0).sum()), horizon, power, confidence_level,
        (*notes, *notes_of(before, every, answers, drift_apart)),
    )  # fmt: skip


def checked_effect(effect: Any, shares: ArrayLike) -> float:
    """An effect that is one, and that the score has room for."""
    size = finite("effect", effect)
    if not size:
        raise ArgumentError(where="effect", expected="points other than 0", got="0")
    try:
        moved_by(shares, size)
    except ArgumentError:
        now = float(score_of(shares))
        room = f"at most {100 - now:.0f} points up, {100 + now:.0f} down, from a score of {now:+.0f}"
        raise ArgumentError(where="effect", expected=room, got=f"{size:+g}") from None
    return size


def notes_of(before: np.ndarray, every: str, answers: int, drift_apart: float | None) -> list[Note]:
    """What to know before relying on a plan."""
    readings = int((before > 0).sum())
    return [
        *([noted("action_plan_note_before", n=(readings, every))] if readings < FEWEST_BEFORE else []),
        *([noted("action_plan_note_few", n=FEWEST_ANSWERS)] if answers < FEWEST_ANSWERS else []),
        noted("action_plan_note_lot") if not drift_apart else noted("action_plan_note_apart", points=drift_apart),
        noted("action_plan_note_else"),
    ]


def effect_text(effect: float, lang: str) -> str:
    """An effect without its sign: "8 points"."""
    size = abs(effect)
    digits = 0 if abs(size - round(size)) < 1e-9 else 1
    shown = number(size, digits=digits, lang=lang)
    single = size < 2 if lang == "fr" else shown == "1"
    return f"{shown}\N{NO-BREAK SPACE}{word('point' if single else 'points', lang)}"
