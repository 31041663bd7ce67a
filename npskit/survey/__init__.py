"""The public class: data, the roles of its columns, and verbs.

`Survey` says once which column is the rating, the date, the weight; then every verb is a scan that counts (frames),
arithmetic on the counts (stats) and a table or a record. `df.nps` is this class with every role found from names
and content.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from npskit.frames import Period
from npskit.stats.score import score
from npskit.survey.acting import Acting
from npskit.survey.ahead import break_positions
from npskit.survey.answers import Trend
from npskit.survey.auditing import Auditing
from npskit.survey.base import as_list, opened
from npskit.survey.benchmark import Benchmarking
from npskit.survey.churn import Churning
from npskit.survey.comparing import Comparing
from npskit.survey.driving import Driving
from npskit.survey.economics import Valuing
from npskit.survey.estimates import counted, distribution, estimates, gridded, joined, series
from npskit.survey.forecasting import Forecasting
from npskit.survey.impact import Proving
from npskit.survey.monitoring import Monitoring
from npskit.survey.plots import Plots
from npskit.survey.response import Silence
from npskit.survey.reviews import Reputation
from npskit.survey.reweighting import Reweighting
from npskit.survey.teams import Teams
from npskit.survey.themes import Reading
from npskit.survey.worklist import Calling

__all__ = ["Survey", "opened"]


class Survey(
    Comparing,
    Driving,
    Teams,
    Forecasting,
    Valuing,
    Monitoring,
    Proving,
    Auditing,
    Churning,
    Calling,
    Reading,
    Reweighting,
    Silence,
    Reputation,
    Benchmarking,
    Acting,
):
    """Survey answers with the roles of their columns.

    Parameters
    ----------
    data : DataFrame, Series, relation or path
        pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask, Ibis or PySpark; a path to Parquet (a file, a folder, a
        pattern), which DuckDB scans without loading it; or a path to an export, read by `npskit.read_survey`.
    rating, date, comment, customer : str, optional
        Names of the columns; found from names and content when not given.
    weight : str, optional
        Column of weights. Weights are applied only when named here.
    cluster : str, optional
        Column of the accounts (or households) that answer several times; intervals then allow for it.
    missing : sequence, optional
        Values that stand for "no answer", such as ``[11, 99]``.
    scale : Scale, optional
        The scale of the ratings; 0 to 10 unless given, or the words Promoter, Passive, Detractor
        when the column holds them.
    keep : {"all", "last"}, optional
        Whether to use every answer, or only the last one of each customer.
    detractors, passives, promoters, responses : str, optional
        Columns of counts, for data with many answers a row; see `Survey.from_counts`.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = Survey(pd.DataFrame({"nps": [10, 9, 3, 8], "shop": ["a", "a", "b", "b"]}))
    >>> survey.score()
    25.0
    >>> survey.summary(by="shop")[["shop", "responses", "score"]]
      shop  responses  score
    0    a          2  100.0
    1    b          2  -50.0
    """

    # ---- verbs ----------------------------------------------------------------------------------------------

    def score(self) -> float:
        """The Net Promoter Score: share of promoters minus share of detractors.

        Returns
        -------
        float
            Points on [-100, 100]; nan when nobody answered.

        Raises
        ------
        RoleError
            When no column, or more than one, can be the rating.
        RatingError
            When there are values outside the scale.
        """
        return float(score(self.tally().category_weights[0]))

    def summary(self, by: Any = None, *, confidence_level: float = 0.95, method: str = "score") -> Any:
        """The score with its interval, for everyone or per group.

        Parameters
        ----------
        by : str, Period, Bands or sequence of them, optional
        confidence_level : float
        method : {"score", "adjusted_wald", "wald", "bayes", "bootstrap"}
            The interval. With weights the default is the adjusted Wald interval on the effective responses; with
            clusters the score interval on as many answers as the clusters are worth.

        Returns
        -------
        table in the caller's own library
            The `by` columns, ``responses, detractors, passives, promoters`` (counts), ``score, lower, upper``
            (points); with weights or clusters also ``effective_responses``.
        """
        tally = self.tally(by)
        found = estimates(tally, confidence_level=confidence_level, method=method, moments=self._moments(tally, by))
        return self.source.table(joined(tally.columns(), {**counted(tally.category_counts), **found}))

    def distribution(self, by: Any = None) -> Any:
        """How often each rating was given.

        Returns
        -------
        table in the caller's own library
            The `by` columns, ``rating, responses, share`` (0..1, of those who answered), one row per rating of the
            scale. With weights the share is weighted and the responses are not.
        """
        return self.source.table(distribution(self.tally(by)))

    def trend(
        self,
        every: str = "month",
        by: Any = None,
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
        breaks: Any = None,
        min_responses: int | None = None,
        confidence_level: float = 0.95,
        method: str = "score",
    ) -> Trend:
        """The score over time, with the smoothed level.

        Parameters
        ----------
        every : {"day", "week", "month", "quarter", "year"}
        by : str, Bands or sequence of them, optional
            One series per group.
        since, until : datetime.date, optional
            The days whose periods are the first and the last. Without them, answers dated long before the others and
            answers dated after today are left out, as in `forecast`.
        breaks : date, ISO text or sequence of them, optional
            First periods after a change of wording, channel or sampling: the level starts anew there.
        min_responses : int, optional
            Readings of fewer answers are withheld, and with them readings that they would follow from: each group's
            total less its other periods, and each period's total less the other groups. All are shown unless given.
        confidence_level : float
        method : str
            The interval of a period's reading, as in `summary`.

        Returns
        -------
        Trend
            One row per period from the first to the last; the interval is of the period's reading, the band of the
            level.

        Raises
        ------
        ArgumentError
            When a break lies outside the answers, or `min_responses` is less than 1.
        """
        from npskit.survey.windows import drawn
        from npskit.survey.withholding import hidden_readings

        period = Period(self._column("date"), every)
        cells = [period, *as_list(by)]
        tally = self.tally(cells)
        moments = self._moments(tally, cells)
        found, notes = drawn(tally, period, since, until)
        grid = gridded(found.tally, every)
        periods = grid.periods
        positions = break_positions(breaks, periods, every) if periods else []
        options: dict[str, Any] = {"confidence_level": confidence_level, "method": method, "moments": moments}
        hidden = None if min_responses is None else hidden_readings(grid.filled(found.tally.responses), min_responses)
        table = series(found.tally, every=every, breaks=positions, hidden=hidden, **options)
        days = tuple(periods[at] for at in positions)
        about = (found.undated, found.outside, days, tuple(notes))
        return Trend(
            table, every, tally.keys[1:], confidence_level, *about,
            withheld=0 if hidden is None else int(hidden.sum()), min_responses=min_responses,
        )  # fmt: skip

    @property
    def plot(self) -> Plots:
        """Charts of the verbs: ``df.nps.plot.summary(by="shop")``."""
        return Plots(self)
