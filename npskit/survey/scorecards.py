"""One line per team: where it stands, where it goes, and what goes with it.

A scorecard is read by the people it is about. So a team of a few answers has no figures, since one could tell who said
what, and the trend is that of the smoothed level, since a team's month is mostly noise.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.labels import word
from npskit.results import Result
from npskit.survey.wording import Days, row_names, shown_table, signed_range, told

if TYPE_CHECKING:
    import altair as alt

__all__ = ["CHANGE", "Scorecard", "level_changes"]

CHANGE = ("level_change", "level_change_lower", "level_change_upper")
# Periods in the year that a trend looks back.
YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True, eq=False)
class Scorecard(Result):
    """A line per team, as `Survey.scorecard` gives it.

    Attributes
    ----------
    table : mapping of str to list
        The column of the teams, ``team`` (as text), ``responses``, ``score`` with ``lower, upper`` (points); the change
        of the smoothed level over the last year, or since the team's first answers, ``level_change`` with
        ``level_change_lower, level_change_upper`` (points) and ``since`` when; ``driver``, the attribute that goes most
        with the team's ratings, and ``driver_chance``, the probability that it is the first; and ``suppressed``. A
        suppressed team has no figures.
    by : str
        The column of the teams.
    every : str
        Length of the periods behind the level.
    min_responses : int
        Teams with fewer answers are not shown, and the next smallest with them when they would follow from the total.
    unplaced : int
        Answers without a team.
    confidence_level : float
    notes : tuple of str
        What the figures lack or assume, as keys of labels.
    """

    table: Mapping[str, Sequence[Any]]
    by: str
    every: str
    min_responses: int = 5
    unplaced: int = 0
    confidence_level: float = 0.95
    periods: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def sentence(self, *, lang: str | None = None) -> str:
        """How many teams there are, and which of them clearly rose or fell."""
        names = row_names(self.table, [self.by], self.periods, lang)
        shown = [at for at, hide in enumerate(self.table["suppressed"]) if not hide]
        text = told("answer_scorecard", len(shown), lang, k=len(shown))
        if len(shown) < len(names):
            text += " " + told("answer_scorecard_hidden", len(names) - len(shown), lang, k=len(names) - len(shown))
        lower, upper = self.table["level_change_lower"], self.table["level_change_upper"]
        moved = [at for at in shown if lower[at] > 0 or upper[at] < 0]
        if not any(not math.isnan(lower[at]) for at in shown):
            return text
        if not moved:
            return f"{text} {word('answer_scorecard_still', lang)}"
        most = max(moved, key=lambda at: abs(self.table["level_change"][at]))
        key = "answer_scorecard_up" if lower[most] > 0 else "answer_scorecard_down"
        limits = signed_range(lower[most], upper[most], lang)
        return f"{text} {word(key, lang, team=names[most], range=limits, k=len(moved))}"

    def plot(self, *, dates: Days | None = None, lang: str | None = None) -> alt.LayerChart:
        """The chart: a line a team with score, interval, n, trend and main driver.

        Parameters
        ----------
        dates : tuple of datetime.date, optional
            First and last day of the answers, said in the subtitle.
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        shown = shown_table({self.by: self.table[self.by]}, self.periods, lang)[self.by]
        return charts.scorecard(
            {**self.table, "team": shown},
            min_responses=self.min_responses,
            confidence_level=self.confidence_level,
            dates=dates,
            lang=lang,
        )


def level_changes(
    table: Mapping[str, Sequence[Any]], by: str, every: str, teams: Sequence[Any]
) -> dict[str, list[Any]]:
    """Change of each team's smoothed level between two of its periods with answers, at most a year apart.

    The interval takes the two levels' bands for independent; they go up and down together, so it is too wide rather
    than too narrow.
    """
    found: dict[str, list[Any]] = {name: [] for name in (*CHANGE, "since")}
    at: dict[Any, list[int]] = {}
    for row, (team, responses) in enumerate(zip(table[by], table["responses"], strict=True)):
        if responses:
            at.setdefault(team, []).append(row)
    for team in teams:
        for name, value in zip(found, moved(table, at.get(team, []), YEAR[every]), strict=True):
            found[name].append(value)
    return found


def moved(
    table: Mapping[str, Sequence[Any]], rows: Sequence[int], back: int
) -> tuple[float, float, float, dt.date | None]:
    """Change of the level over the rows of one team, its limits, and from when."""
    if len(rows) < 2:
        return math.nan, math.nan, math.nan, None
    last = rows[-1]
    # Rows of a team are its periods one after the other, gaps included.
    first = next(row for row in rows if row >= last - back)
    if first == last:
        first = rows[-2]
    (low, level, high), (low_0, level_0, high_0) = (
        [float(table[name][row]) for name in ("level_lower", "level", "level_upper")] for row in (last, first)
    )
    change = level - level_0
    below, above = np.hypot(level - low, high_0 - level_0), np.hypot(high - level, level_0 - low_0)
    return change, float(change - below), float(change + above), table["period"][first]
