"""The answers of the verbs: frozen records that know their own picture.

A verb of `Survey` that answers a question gives back one of these: the rows, what they were computed with, and
`.plot()`. They hold values only, never the frame, so they can be kept, compared and sent on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npskit.results import Result
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Trend"]


@dataclass(frozen=True, eq=False)
class Trend(Result):
    """The score over time, as `Survey.trend` gives it.

    Attributes
    ----------
    table : mapping of str to list
        The `by` columns, then ``period`` (first day of the period), ``responses, detractors, passives, promoters``, the
        score of the period alone with its interval (``score, lower, upper``), and the smoothed level with its band
        (``level, level_lower, level_upper``). Points; a period without answers has a level and no score, one that is
        withheld no ``responses`` either, and the level is that of the others.
    every : str
        day, week, month, quarter or year.
    by : tuple of str
        Names of the columns that split the series.
    confidence_level : float
    undated, outside : int
        Answers left out because they carry no date, or one outside the days asked for.
    breaks : tuple of datetime.date
        First days of the periods where the level starts anew.
    withheld : int
        Readings that are not shown: of fewer answers than `min_responses`, or one that such a reading would follow
        from.
    min_responses : int, optional
    notes : tuple of Note
        What is left out besides: dates long before the others, or after today; `str` of each is its sentence.
    """

    table: Mapping[str, Sequence[Any]]
    every: str
    by: tuple[str, ...] = ()
    confidence_level: float = 0.95
    undated: int = 0
    outside: int = 0
    breaks: tuple[dt.date, ...] = ()
    notes: tuple[Note, ...] = ()
    withheld: int = 0
    min_responses: int | None = None

    def plot(self, *, lang: str | None = None) -> alt.LayerChart | alt.FacetChart:
        """The chart: points with their intervals, and the level with its band.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.trend(
            self.table,
            every=self.every,
            by=list(self.by) or None,
            confidence_level=self.confidence_level,
            undated=self.undated,
            outside=self.outside,
            withheld=self.withheld,
            min_responses=self.min_responses,
            lang=lang,
        )
