"""The verb that asks whether an action worked, and its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError
from npskit.frames import Period
from npskit.labels import language
from npskit.results import Result
from npskit.survey.ahead import day_meant
from npskit.survey.base import Base, as_list
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.changes import Decomposition

__all__ = ["Impact", "Proving"]

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Impact(Result):
    """What an action did to the score, as `Survey.impact` gives it.

    Attributes
    ----------
    table : mapping of str to list
        A row a period: ``period`` (first day), ``responses``, the reading ``score``, the reading ``expected`` had there
        been no action, with the range ``expected_lower, expected_upper`` of a reading of so many answers, and the
        ``difference`` (points); with a control group of those treated, and ``control_responses, control_score``.
    actions : mapping of str to list
        A row an action, in the order of their days: ``action, since, until, treated``, ``effect, lower,
        upper`` (points), ``p_positive``, ``smallest_detectable``, ``responses_before, responses_after``,
        ``periods_before, periods_after``, ``told`` and ``overlap`` (names of actions it cannot be told apart from).
    every : str
    effect, lower, upper : float
        Of the action, of several the first: posterior mean and interval, in points; nan without answers before or
        after.
    p_positive : float
        Probability that the effect is above 0.
    smallest_detectable : float
        Smallest true effect that this design shows with probability .8: from when how many answer, and how far the
        score wandered before; infinite where none would.
    told : bool
        Whether there are enough answers and periods to tell; False is "not enough data to tell", whatever the interval.
    together : tuple of float
        Effect, lower and upper of all actions together.
    placebo : mapping of str to list
        A row a date before the action at which nothing began: ``date, effect, lower, upper`` and ``shown``, whether the
        interval leaves out 0.
    before_after : mapping of str to float
        The plain comparison, for comparison: ``score_before, score_after, difference, lower, upper`` (with a control
        group the difference of differences), which takes every drift and season for the action.
    mix : Decomposition or None
        The plain comparison split by the segment columns: other people, and other answers. None without `by`.
    treated : str
        Who was treated; empty for everybody.
    breaks : tuple of datetime.date
    confidence_level : float
    notes : tuple of Note
        What may mislead; `str` of each is its sentence in English.
    """

    table: Columns
    actions: Columns
    every: str
    effect: float
    lower: float
    upper: float
    p_positive: float
    smallest_detectable: float
    told: bool
    together: tuple[float, float, float]
    placebo: Columns
    before_after: Mapping[str, float]
    mix: Decomposition | None = None
    treated: str = ""
    breaks: tuple[dt.date, ...] = ()
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = ()

    @property
    def placebo_shown(self) -> int:
        """How many of the placebo dates showed an effect where there was none."""
        return sum(self.placebo["shown"])

    def sentence(self, *, lang: str | None = None) -> str:
        """The smallest effect this design shows, what was found, and when that is mostly other people answering.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.impact_words import design_text, impact_finding
        from npskit.survey.impact_words import mix_warning

        lang = language(lang)
        said = f"{design_text(self.actions, lang)} {impact_finding(self.actions, every=self.every, lang=lang)}."
        warning = mix_warning(self, lang)
        return f"{said} {warning}." if warning else said

    def lines(self, *, lang: str | None = None) -> list[str]:
        """A sentence an action, then placebo dates, the plain comparison, and who answered.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.impact_words import impact_lines

        return impact_lines(self, language(lang))

    def plot(self, *, lang: str | None = None) -> alt.VConcatChart:
        """The chart: what happened, what would have been expected, and the difference.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts
        from npskit.survey.impact_words import mix_warning

        return charts.impact(
            self.table,
            self.actions,
            every=self.every,
            treated=self.treated,
            breaks=self.breaks,
            confidence_level=self.confidence_level,
            warning=mix_warning(self, language(lang)),
            lang=lang,
        )


class Proving(Base):
    """Survey answers in which actions are looked for."""

    def impact(
        self,
        since: Any = None,
        *,
        treated: Any = None,
        every: str = "month",
        actions: Any = None,
        by: Any = None,
        breaks: Any = None,
        until: Any = None,
        confidence_level: float = 0.95,
    ) -> Impact:
        """Whether an action worked: its effect on the score beyond what the score would have done anyway.

        Parameters
        ----------
        since : datetime.date or ISO text
            First day of the action; None when `actions` are given.
        treated : mapping of str to level(s), or str, optional
            Who was treated: columns to levels, ``{"shop": ["Lyon", "Nice"]}`` (or as a log has it,
            ``"shop=Lyon|Nice"``), or a column of yes and no. All others are the control group, and the effect is that
            on the difference of the two. Everybody unless given.
        every : {"day", "week", "month", "quarter", "year"}
            Length of a period.
        actions : table, list of mappings, or log of actions, optional
            Several actions on one time line: ``action``, ``since``, and if need be ``until`` (the last day) and
            ``treated``.
        by : str, Period, Bands or sequence of them, optional
            Columns of segments: how much of the plain before-and-after is that other people answered.
        breaks : date, ISO text or sequence of them, optional
            First periods after another change (wording, channel, sampling), where the level starts anew.
        until : datetime.date or ISO text, optional
            Day whose period is the last one used; today unless given.
        confidence_level : float

        Returns
        -------
        Impact
            In a design that cannot tell, `told` is False and the sentence says so.

        Raises
        ------
        ArgumentError
            When an action has no day or name, `until` is before it, a group is not there, or nobody is left as control.
        EmptyDataError
            When no answer has a usable date.
        RoleError
            When no column, or more than one, can be the date.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("carpentries").nps.impact("2017-10", every="quarter")
        >>> f"{found.effect:.0f} ({found.lower:.0f} to {found.upper:.0f}), shows {found.smallest_detectable:.0f}"
        '-27 (-45 to -9), shows 24'
        """
        from npskit.survey.impact_answers import acted
        from npskit.survey.impact_rows import asked_steps

        steps = asked_steps(since, actions, treated)
        last = None if until is None else day_meant(until, where="until", last=True)
        if since is not None and last is not None and last < steps[0].since:
            raise ArgumentError(where="until", expected=f"a day from {steps[0].since} on, when it began", got=str(last))
        period = Period(self._column("date"), every)
        return acted(self, steps, period, by=as_list(by), breaks=breaks, until=last, confidence_level=confidence_level)
