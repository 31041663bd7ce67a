"""Forecasts of one survey at many horizons: what a person who moves a slider asks for, one after the other.

The answers are counted once for each length of period, and a forecast asked for again is not made again.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import NpskitError
from npskit.stats.forecast import FEWEST_PERIODS
from npskit.survey.ahead import break_positions

if TYPE_CHECKING:
    from npskit.survey.forecasting import Forecasting
    from npskit.survey.forecasts import Forecast
    from npskit.survey.past import Past

__all__ = ["Horizon"]

# The longest period with so many of them answered is a readable one to begin with; then how far to look.
ENOUGH = 12
LONGEST_FIRST = ("quarter", "month", "week", "day")
AHEAD = {"day": 14, "week": 8, "month": 6, "quarter": 4, "year": 2}
# A target to begin with: the next round number above where the level is.
ROUND = 5
MOST_KEPT = 40


class Horizon:
    """A survey's future, asked about several times.

    Parameters
    ----------
    survey : Survey
    until : date or ISO text, optional
        Day whose period is the last one used, as in `Survey.forecast`.

    Examples
    --------
    >>> import npskit
    >>> ahead = Horizon(npskit.datasets.load("carpentries").nps, until="2018")
    >>> ahead.most_periods("quarter"), ahead.forecast(2, "quarter").periods[0]
    (5, datetime.date(2018, 10, 1))
    """

    def __init__(self, survey: Forecasting, *, until: Any = None) -> None:
        self._survey, self._until = survey, until
        self._pasts: dict[str, Past] = {}
        self._made: dict[tuple[str, ...], Forecast] = {}

    def past(self, every: str) -> Past:
        """The answers by period.

        Raises
        ------
        NpskitError
            When there is no date, or no answer with one.
        """
        if every not in self._pasts:
            self._pasts[every] = self._survey._past(every, until=self._until)
        return self._pasts[every]

    def most_periods(self, every: str) -> int:
        """How many periods ahead can be asked for: half of those behind; 0 when there is no past."""
        try:
            return len(self.past(every).periods) // 2
        except NpskitError:
            return 0

    def suggestion(self, every: str | None = None, periods: int | None = None) -> dict[str, Any]:
        """A horizon and a target to begin with: ``every, horizon, target``.

        The longest period of which enough have answers; where no forecast can be made, months, so that the error says
        why.
        """
        lengths = ((ENOUGH, LONGEST_FIRST), (FEWEST_PERIODS, LONGEST_FIRST))
        every = every or next(
            (each for enough, names in lengths for each in names if self._answered(each) >= enough), "month"
        )
        horizon = periods or max(min(AHEAD[every], self.most_periods(every)), 1)
        try:
            level = self.forecast(horizon, every).table["level"][-1]
        except NpskitError:
            return {"every": every, "horizon": horizon}
        return {"every": every, "horizon": horizon, "target": float(min(np.floor(level / ROUND + 1) * ROUND, 100))}

    def _answered(self, every: str) -> int:
        try:
            return int((self.past(every).whole > 0).sum())
        except NpskitError:
            return 0

    def forecast(
        self,
        periods: int,
        every: str = "month",
        *,
        planned_responses: Any = None,
        breaks: Any = None,
        confidence_level: float = 0.95,
    ) -> Forecast:
        """The same as `Survey.forecast`, from the answers already counted.

        Raises
        ------
        NpskitError
            What `Survey.forecast` raises.
        """
        from npskit.survey.forecasts import foretold

        key = tuple(map(repr, (periods, every, planned_responses, breaks, confidence_level)))
        if key not in self._made:
            past = self.past(every)
            positions = break_positions(breaks, past.periods, every)
            if len(self._made) >= MOST_KEPT:
                self._made.pop(next(iter(self._made)))
            self._made[key] = foretold(
                past, None, periods, planned_responses=planned_responses, breaks=positions,
                confidence_level=confidence_level, rng=np.random.default_rng(0),
            )  # fmt: skip
        return self._made[key]

    def last_day(self, every: str) -> dt.date:
        """First day of the last period with answers."""
        return self.past(every).periods[-1]
