"""The verb that watches, and its answer: which period moved beyond what its answers explain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.frames import Period
from npskit.labels import language
from npskit.results import Result
from npskit.stats.arguments import as_number
from npskit.survey.ahead import break_positions, day_meant
from npskit.survey.base import Base, as_list
from npskit.survey.column_words import NO_WORDS, ColumnWords, column_words
from npskit.survey.estimates import effective_counts, gridded, joined
from npskit.survey.levels import level_text
from npskit.survey.notes import Note, noted
from npskit.survey.past import named_groups
from npskit.survey.windows import used
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    import altair as alt

    from npskit.stats.monitor import Monitored

__all__ = ["Monitor", "Monitoring"]

FIGURES = ("score", "expected", "lower", "upper", "p_value", "p_adjusted")


@dataclass(frozen=True, eq=False)
class Monitor(Result):
    """Each period against what was expected of it, as `Survey.monitor` gives it.

    Attributes
    ----------
    table : mapping of str to list
        The `by` columns, then ``period`` (first day), ``responses``, the reading ``score``, what was ``expected`` of it
        the period before, ``lower, upper`` (a reading beyond them is an alert by itself; with probability 1 - alpha no
        reading of any series leaves them while nothing moves), ``p_value`` of the single reading, ``p_adjusted`` of
        what it and those before it add up to after Holm's method over all periods and series, ``kind`` ("" without
        alert), ``since`` (first day of the period in which what was found began) and ``change`` (points). A period
        that is not judged has nan: the first six with answers, the first after a break, those without answers.
    every : str
        day, week, month, quarter or year.
    by : tuple of str
        Names of the columns that split the series.
    alpha : float
        Probability of any alert, over all periods and series, while nothing moves.
    judged : int
        Periods of all series that are judged.
    breaks : tuple of datetime.date
        First days of the periods where the level starts anew.
    notes : tuple of Note
        What is left out or may mislead; `str` of each is its sentence in English.
    words : ColumnWords
        What the `by` columns are called in sentences and charts; the table keeps their names.

    Notes
    -----
    The kinds: ``jump`` (one step, and the readings after it stay), ``drift`` (several periods add up), ``season`` (the
    same period of other years stands out too), ``outlier`` (the readings after it came back), ``new`` (no reading after
    it tells yet).
    """

    table: Mapping[str, Sequence[Any]]
    every: str
    by: tuple[str, ...] = ()
    alpha: float = 0.05
    judged: int = 0
    breaks: tuple[dt.date, ...] = ()
    notes: tuple[Note, ...] = ()
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    @property
    def alerts(self) -> dict[str, list[Any]]:
        """The rows of the table that are alerts."""
        rows = [at for at, kind in enumerate(self.table["kind"]) if kind]
        return {name: [values[at] for at in rows] for name, values in self.table.items()}

    def sentence(self, *, lang: str | None = None) -> str:
        """The latest alert and how many there are, or that there is none.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.alert_words import alerts_finding
        from npskit.charts.columns import columns

        table, by = self.words.grouped(self.table, self.by)
        rows = columns(table, table, where="monitor")
        return alerts_finding(rows, by=by, every=self.every, lang=language(lang)) + "."

    def plot(self, *, lang: str | None = None) -> alt.LayerChart | alt.ConcatChart:
        """The chart: readings on the range expected of each, the alerts named.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        table, by = self.words.grouped(self.table, self.by)
        return charts.monitor(
            table,
            every=self.every,
            by=list(by) or None,
            alpha=self.alpha,
            breaks=self.breaks,
            lang=lang,
        )


class Monitoring(Base):
    """Survey answers that are watched."""

    def monitor(
        self,
        every: str = "month",
        by: Any = None,
        *,
        alpha: float = 0.05,
        breaks: Any = None,
        until: Any = None,
        min_responses: int | None = None,
    ) -> Monitor:
        """Which period moved beyond what its number of responses explains, and whether it stayed.

        Parameters
        ----------
        every : {"day", "week", "month", "quarter", "year"}
            Length of a period.
        by : str, Bands or sequence of them, optional
            One series per group; all groups share `alpha`.
        alpha : float
            Probability of any alert, over all periods and groups, while nothing moves.
        breaks : date, ISO text or sequence of them, optional
            First periods after a change of wording, channel or sampling: the level starts anew there.
        until : datetime.date or ISO text, optional
            Day whose period is the last one used; today unless given.
        min_responses : int, optional
            Readings of fewer answers are not used, nor those that they would follow from; all are unless given.

        Returns
        -------
        Monitor
            A row per period and group. The first six periods with answers are not judged.

        Raises
        ------
        EmptyDataError
            When no group has more than six periods with answers.
        ArgumentError
            When alpha does not lie between 0 and 1, or a break outside the answers.
        RoleError
            When no column, or more than one, can be the date.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("carpentries").nps.monitor("quarter")
        >>> found.alerts["kind"], found.alerts["period"]
        (['jump'], [datetime.date(2017, 10, 1)])
        """
        if not 0 < as_number(alpha) < 1:
            raise ArgumentError(where="alpha", expected="a number between 0 and 1", got=repr(alpha))
        period = Period(self._column("date"), every)
        items = [period, *as_list(by)]
        tally = self.tally(items)
        last = None if until is None else day_meant(until, where="until", last=True)
        cells, notes = used(self, tally, period, until=last, least=min_responses)
        return watched(
            cells,
            self._moments(tally, items),
            every,
            alpha=alpha,
            breaks=breaks,
            named=named_groups(tally),
            notes=notes,
            words=column_words(self),
        )


def watched(
    tally: Tally,
    moments: ClusterMoments | None,
    every: str,
    *,
    alpha: float,
    breaks: Any,
    named: Sequence[tuple[Any, ...]],
    notes: Sequence[Note],
    words: ColumnWords = NO_WORDS,
) -> Monitor:
    """The answer, from a tally whose first key is the period."""
    from npskit.stats.monitor import monitor
    from npskit.stats.trend import SEASON_LENGTHS, pace_of

    grid = gridded(tally, every)
    positions = break_positions(breaks, grid.periods, every)
    counts = grid.filled(effective_counts(tally, moments))
    found = monitor(counts, season=SEASON_LENGTHS[every], pace=pace_of(every), breaks=positions, alpha=alpha)
    answers = grid.filled(tally.responses)
    levels = {key: [group[i] for group in grid.groups for _ in grid.periods] for i, key in enumerate(tally.keys[1:])}
    return Monitor(
        table=joined(levels, {"period": grid.periods * len(grid.groups), **figures(found, grid.periods, answers)}),
        every=every,
        by=tally.keys[1:],
        alpha=float(alpha),
        judged=int(found.judged.sum()),
        breaks=tuple(grid.periods[at] for at in positions),
        notes=(*notes, *group_notes(found, grid.groups, named), *lone_notes(answers, every)),
        words=words,
    )


def figures(found: Monitored, periods: Sequence[dt.date], answers: np.ndarray) -> dict[str, list[Any]]:
    """The columns of the figures, a row per group and period."""
    since = [None if at < 0 else periods[at] for at in found.since.ravel().tolist()]
    return {
        "responses": answers.ravel().tolist(),
        **{name: getattr(found, name).ravel().tolist() for name in FIGURES},
        "kind": found.kind.ravel().tolist(),
        "since": since,
        "change": found.change.ravel().tolist(),
    }


def group_notes(found: Monitored, groups: Sequence[tuple[Any, ...]], named: Sequence[tuple[Any, ...]]) -> list[Note]:
    """Which groups nobody answers in, and which have too few periods to be judged."""
    judged = np.any(found.judged, axis=1).tolist()
    young = [group for group, any_judged in zip(groups, judged, strict=True) if not any_judged]
    kinds = (("silent", [group for group in named if group not in groups]), ("young", young))
    return [noted(f"alert_note_{key}", names=tuple(map(level_text, which))) for key, which in kinds if which]


def lone_notes(answers: np.ndarray, every: str) -> list[Note]:
    """That periods have a single answer."""
    lone = int((answers.sum(axis=0) == 1).sum())
    return [noted("forecast_note_lone", n=(lone, every))] if lone else []
