"""The verb that looks ahead: where the score is going, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.frames import Period
from npskit.stats.arguments import generator
from npskit.survey.ahead import break_positions, day_meant
from npskit.survey.base import Base, as_list
from npskit.survey.windows import used

if TYPE_CHECKING:
    from npskit.survey.forecasts import Forecast
    from npskit.survey.past import Past

__all__ = ["Forecasting"]


class Forecasting(Base):
    """Survey answers with a future."""

    def forecast(
        self,
        periods: int = 6,
        every: str = "month",
        by: Any = None,
        *,
        planned_responses: Any = None,
        breaks: Any = None,
        until: Any = None,
        min_responses: int | None = None,
        confidence_level: float = 0.95,
        rng: np.random.Generator | int | None = 0,
    ) -> Forecast:
        """Where the score is going: the next readings and the level behind them, with how sure they are.

        Parameters
        ----------
        periods : int
            How many periods ahead, at most half of those behind.
        every : {"day", "week", "month", "quarter", "year"}
            Length of a period.
        by : str, Bands or sequence of them, optional
            One series per group; `Forecast.total` is then their sum, draw by draw.
        planned_responses : number or sequence, optional
            Answers expected in each period to come, or in every one (with `by` in each group); otherwise as many as in
            the last twelve periods.
        breaks : date, ISO text or sequence of them, optional
            First periods after a change of wording, channel or sampling: the level starts anew there.
        until : datetime.date or ISO text, optional
            Day whose period is the last one used; today unless given.
        min_responses : int, optional
            Readings of fewer answers are not used, nor those that they would follow from; all are unless given.
        confidence_level : float
        rng : Generator or int, optional
            Of the draws.

        Returns
        -------
        Forecast
            A row per period to come. What may mislead stands in its `notes`; how well earlier forecasts of the same
            kind held in its `backtest`.

        Raises
        ------
        EmptyDataError
            When fewer than six periods have answers.
        ArgumentError
            When the horizon is longer than half the history, or a break lies outside it.

        Examples
        --------
        >>> import npskit
        >>> ahead = npskit.datasets.load("carpentries").nps.forecast(2, every="quarter", until="2018")
        >>> ahead.table["period"]
        [datetime.date(2018, 10, 1), datetime.date(2019, 1, 1)]
        """
        from npskit.survey.forecasts import foretold

        past = self._past(every, by, until=until, least=min_responses)
        positions = break_positions(breaks, past.periods, every)
        options: dict[str, Any] = {
            "breaks": positions,
            "confidence_level": confidence_level,
            "rng": generator(rng),
        }
        everybody = self._past(every, until=until, least=min_responses) if past.by else None
        return foretold(past, everybody, periods, planned_responses=planned_responses, **options)

    def _past(self, every: str, by: Any = None, *, until: Any = None, least: int | None = None) -> Past:
        """Answers per group and period that a model of time may use, and what is said of the others."""
        from npskit.survey.past import named_groups, past_of

        period = Period(self._column("date"), every)
        items = [period, *as_list(by)]
        tally = self.tally(items)
        last = None if until is None else day_meant(until, where="until", last=True)
        _, last_day = self.source.span(period.column)
        cells, notes = used(self, tally, period, until=last, least=least)
        told: dict[str, Any] = {"named": named_groups(tally), "notes": notes, "until": last, "last_day": last_day}
        return past_of(cells, self._moments(tally, items), period, **told)
