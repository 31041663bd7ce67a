"""Before asking: how many answers a question needs, how many invitations that is, and what so many answers can tell.

People ask in three ways: "within 5 points", "so that we would see a change of 4", "we will have 400, what is that
worth?" All three are one relation between the number of answers and what they resolve, read from either end; so the
answer to each is the same record, a `Plan`, with both ends filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.labels import language, number, share, word
from npskit.results import Result
from npskit.stats.intervals import checked_level
from npskit.stats.power import margin_of_error, sample_size, sample_size_difference
from npskit.stats.score import score as score_of
from npskit.survey.notes import Note, noted
from npskit.survey.planned import curve, detectable, expected_shares, finite, moved_by, rate_of, whole

if TYPE_CHECKING:
    import altair as alt

__all__ = ["GOALS", "Plan", "plan"]

GOALS = ("margin", "change", "responses")
# Below this many the intervals of the plan, which rest on the normal curve, are rough.
FEWEST = 30


@dataclass(frozen=True)
class Plan(Result):
    """How many answers, and what they tell, as `plan` gives it.

    Attributes
    ----------
    table : mapping of str to list
        The curve around the choice: ``responses``, ``margin`` (± points) and ``detectable`` (the smallest rise of the
        score between two such surveys that would be seen with the power; the smallest fall when one was asked for).
    goal : {"margin", "change", "responses"}
        What was asked: the margin or the change to reach, or what so many answers give.
    responses : int
        Answers needed, or given; for a change, in each of the two surveys.
    invitations : int or None
        People to invite for these, at the answer rate.
    margin : float
        Half the width of the interval of these answers, in points; the one asked for when that was the question.
    change : float or None
        The change asked for, in points.
    detectable : float
        Smallest rise (or fall, when one was asked for) seen with the power between two such surveys, in points; nan
        when none would be.
    shares : tuple of float
        Detractors, passives, promoters the plan rests on.
    score : float
    confidence_level, power : float
    population : int or None
    answer_rate : float or None
    notes : tuple of Note
        What to know before relying on it; `str` of each is its sentence in English.
    """

    table: Mapping[str, Sequence[Any]]
    goal: str
    responses: int
    invitations: int | None
    margin: float
    change: float | None
    detectable: float
    shares: tuple[float, float, float]
    score: float
    confidence_level: float = 0.95
    power: float = 0.8
    population: int | None = None
    answer_rate: float | None = None
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, lang: str | None = None) -> str:
        """What is needed, or what is reached, and how many people that is to invite.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        if self.invitations is None or self.answer_rate is None:
            return self._told(lang)
        key = "plan_invitations_each" if self.goal == "change" else "plan_invitations"
        rate = share(self.answer_rate, digits=rate_digits(self.answer_rate), lang=lang)
        return f"{self._told(lang)} {word(key, lang, n=number(self.invitations, lang=lang), rate=rate)}"

    def also(self, lang: str | None = None) -> str:
        """The other side: what change two such surveys show, or how wide the interval of each is.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.words import level_share

        lang = language(lang)
        change, power = change_text(self.detectable, lang), level_share(self.power, lang)
        if self.goal == "change":
            level = level_share(self.confidence_level, lang)
            return word("plan_also_margin", lang, margin=margin_text(self.margin, lang), level=level)
        key = "plan_also_change" if np.isfinite(self.detectable) else "plan_also_nothing"
        return word(key, lang, change=change, power=power)

    def _told(self, lang: str) -> str:
        from npskit.charts.words import level_share, responses_text

        values = {
            "responses": responses_text(self.responses, lang),
            "margin": margin_text(self.margin, lang),
            "change": change_text(self.change if self.change is not None else self.detectable, lang),
            "level": level_share(self.confidence_level, lang),
            "power": level_share(self.power, lang),
        }
        hidden = self.goal == "responses" and not np.isfinite(self.detectable)
        return word(f"plan_{self.goal}{'_only' if hidden else ''}", lang, **values)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """What is told against the number of answers, with this plan's point on it.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.planning import resolution

        drawn = "detectable" if self.goal == "change" else "margin"
        return resolution(
            self.table,
            drawn=drawn,
            responses=self.responses,
            value=abs(self.change) if self.change is not None else self.margin,
            finding=self._told(language(lang)).removesuffix("."),
            shares=self.shares,
            confidence_level=self.confidence_level,
            power=self.power,
            population=self.population,
            lang=lang,
        )


def plan(
    *,
    margin: float | None = None,
    change: float | None = None,
    responses: int | None = None,
    pilot: ArrayLike | None = None,
    score: float | None = None,
    passives: float | None = None,
    confidence_level: float = 0.95,
    power: float = 0.8,
    population: int | None = None,
    answer_rate: float | None = None,
) -> Plan:
    """How many answers are needed, or what so many tell.

    Parameters
    ----------
    margin : float, optional
        Half the width of the interval wanted, in points.
    change : float, optional
        The change of the score one wants not to miss, in points, with its sign; it is expected from detractors and
        promoters in equal parts, as far as there are detractors (promoters) to lose.
    responses : int, optional
        The answers one will have. Exactly one of these three.
    pilot : array_like, shape (3,), optional
        Detractors, passives and promoters of an earlier survey, as counts or shares.
    score : float, optional
        The score expected, when there is no such survey.
    passives : float, optional
        Share of passives expected with `score`; without it the plan is made for the widest interval that score can
        have, which is without passives.
    confidence_level, power : float, optional
    population : int, optional
        All customers, when the answers will be a good part of them.
    answer_rate : float, optional
        Share of those invited who answer.

    Returns
    -------
    Plan

    Raises
    ------
    ArgumentError
        When not exactly one question is asked, or a figure cannot be.

    Examples
    --------
    >>> plan(margin=5, pilot=(20, 30, 50)).responses
    938
    >>> round(plan(responses=400, score=30, passives=0.3).margin, 1)
    7.7
    """
    goal = asked(margin=margin, change=change, responses=responses)
    shares = expected_shares(pilot=pilot, score=score, passives=passives)
    checked_level(confidence_level)
    people = None if population is None else whole("population", population)
    rate = None if answer_rate is None else rate_of(answer_rate)
    terms: dict[str, Any] = {"shares": shares, "confidence_level": confidence_level}
    if margin is not None:
        needed = int(sample_size(finite("margin", margin), population=people, **terms))
    elif change is not None:
        after = moved_by(shares, finite("change", change))
        needed = int(sample_size_difference(shares, after, power=power, confidence_level=confidence_level))
    else:
        needed = whole("responses", responses)
    if goal == "responses" and people is not None and needed > people:
        raise ArgumentError(where="responses", expected=f"at most the population of {people:,}", got=f"{needed:,}")
    sizes = curve(needed, people)
    seen: dict[str, Any] = {
        "power": power,
        "confidence_level": confidence_level,
        "falling": change is not None and change < 0,
    }
    answered = needed if people is None else min(needed, people)
    reached = float(margin_of_error(answered, population=people, **terms))
    invitations = None if rate is None else ceil(round(needed / rate, 9))
    return Plan(
        table={
            "responses": sizes.tolist(),
            "margin": np.asarray(margin_of_error(sizes, population=people, **terms)).tolist(),
            "detectable": detectable(sizes, shares, **seen).tolist(),
        },
        goal=goal,
        responses=needed,
        invitations=invitations,
        margin=reached if margin is None else float(margin),
        change=None if change is None else float(change),
        detectable=float(detectable(needed, shares, **seen)),
        shares=(float(shares[0]), float(shares[1]), float(shares[2])),
        score=float(score_of(shares)),
        confidence_level=confidence_level,
        power=power,
        population=people,
        answer_rate=rate,
        notes=tuple(notes_of(goal, needed, invitations, people, rate, guessed=pilot is None and passives is None)),
    )


def asked(**questions: Any) -> str:
    """The one question that was asked."""
    given = [name for name, value in questions.items() if value is not None]
    if len(given) != 1:
        raise ArgumentError(
            where="plan",
            expected="one of margin, change and responses",
            got=" and ".join(given) or "none",
            hint="plan(margin=5), plan(change=4) or plan(responses=400)",
        )
    return given[0]


def notes_of(
    goal: str, needed: int, invitations: int | None, population: int | None, rate: float | None, *, guessed: bool
) -> list[Note]:
    """What to know before relying on a plan."""
    notes = []
    if population is not None and needed > population:
        notes.append(noted("plan_note_beyond", n=needed, population=population))
    elif invitations is not None and rate is not None and population is not None and invitations > population:
        notes.append(noted("plan_note_all", n=int(population * rate), population=population))
    if population is not None and goal != "margin":
        notes.append(noted("plan_note_change_population"))
    if guessed:
        notes.append(noted("plan_note_widest"))
    if needed < FEWEST:
        notes.append(noted("plan_note_few", n=FEWEST))
    return notes


def margin_text(margin: float, lang: str) -> str:
    """ "±5 points", with a decimal where it has one."""
    digits = 0 if abs(margin - round(margin)) < 1e-9 or margin >= 20 else 1
    shown = number(margin, digits=digits, lang=lang)
    single = margin < 2 if lang == "fr" else shown == "1"
    return f"±{shown} {word('point' if single else 'points', lang)}"


def change_text(change: float, lang: str) -> str:
    """A change without its sign: the sentence has the word for it."""
    size = abs(change)
    if not np.isfinite(size):
        return "–"
    digits = 0 if abs(size - round(size)) < 1e-9 or size >= 10 else 1
    shown = number(size, digits=digits, lang=lang)
    single = size < 2 if lang == "fr" else shown == "1"
    return f"{shown} {word('point' if single else 'points', lang)}"


def rate_digits(rate: float) -> int:
    """Decimals of a percentage that has some."""
    return 0 if abs(100 * rate - round(100 * rate)) < 1e-9 else 1
