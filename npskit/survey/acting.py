"""The verbs of those who act: whether an effect will show, and whether what was done shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from npskit.survey.base import Base

if TYPE_CHECKING:
    from npskit.survey.action_planning import ActionPlan
    from npskit.survey.action_review import ActionReview

__all__ = ["Acting"]


class Acting(Base):
    """Answers by which actions are planned and followed; `Survey` is one of these."""

    def plan_action(
        self,
        effect: float,
        *,
        every: str = "month",
        answers: int | None = None,
        treated_share: float = 0.5,
        periods: int | None = None,
        power: float = 0.8,
        drift: float | None = None,
        drift_apart: float | None = None,
        until: Any = None,
        confidence_level: float = 0.95,
    ) -> ActionPlan:
        """How many answers and periods until an effect of so many points would show, with a control group or without.

        Parameters
        ----------
        effect : float
            True effect, in points, that one wants not to miss.
        every : {"day", "week", "month", "quarter", "year"}
        answers : int, optional
            Expected in a period; as many as usual of late unless given.
        treated_share : float
            Part of the answers that come from those treated, where there is a control group.
        periods : int, optional
            Periods one can wait, for the number of answers; a year unless given.
        power : float
            Probability with which it is to show: that the interval of the effect leaves out 0.
        drift : float, optional
            Points by which the level is known to wander in a month; learned from the answers unless given, as `impact`
            learns it.
        drift_apart : float, optional
            Points by which those treated and the others are known to wander apart in a month. Unless given they are
            drawn by lot, which the readings do not tell: how far they may wander apart is then learned from the periods
            before, as `impact` learns it. With 0 the plan knows what `impact` does not: a planned .80 is then nearer to
            what is reached by lot, and the smallest effect is below the one that `impact` will tell.
        until : datetime.date or ISO text, optional
            Day whose period is the last one before the action; today unless given.
        confidence_level : float

        Returns
        -------
        ActionPlan

        Raises
        ------
        ArgumentError
            When a figure cannot be.
        RoleError
            When no column, or more than one, can be the date.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("carpentries").nps.plan_action(10, every="quarter")
        >>> found.answers, found.shows_after
        (104, None)
        """
        from npskit.survey.action_planning import planned_from

        return planned_from(
            self, effect, every=every, answers=answers, drift=drift, until=until, periods=periods, power=power,
            treated_share=treated_share, drift_apart=drift_apart, confidence_level=confidence_level,
        )  # fmt: skip

    def action_log(
        self,
        log: Any,
        *,
        every: str | None = None,
        until: Any = None,
        confidence_level: float = 0.95,
        **options: Any,
    ) -> ActionReview:
        """Expected beside observed, for each action of a log.

        Parameters
        ----------
        log : path, table, list of mappings or ActionLog
            As `npskit.read_actions` takes it.
        every : {"day", "week", "month", "quarter", "year"}, optional
            Period of the readings; the month unless given.
        until : datetime.date or ISO text, optional
            Last day that is looked at; today unless given.
        confidence_level : float
        **options
            Further ones of `impact`, such as ``breaks``.

        Returns
        -------
        ActionReview
            A row an action, with one of four answers: shown, not shown, cannot tell, not started.

        Raises
        ------
        ReadError, ArgumentError
            For a log that cannot be read; file, row and column are named.
        RoleError
            When no column, or more than one, can be the date.

        Notes
        -----
        The effects are those of `impact`, all actions on one time line. What is expected is compared with the effect on
        everybody, or on those treated where the log says who they are.
        """
        from npskit.survey.action_review import reviewed

        survey: Any = self
        return reviewed(survey, log, every=every, until=until, confidence_level=confidence_level, **options)
