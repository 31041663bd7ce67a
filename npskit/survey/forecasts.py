"""The answer to "where is it going": periods to come, each with what to expect and how sure that is.

Two things are foretold and kept apart. The *level* is what customers think; it is the one to steer. The *reading* is
what the survey will print, which differs from the level by the season and by who happens to answer. All figures of a
row are means of the same draws, so the shares sum to 1 and promoters minus detractors is the score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from npskit.errors import ArgumentError
from npskit.results import Result
from npskit.scale import CATEGORIES
from npskit.stats.arguments import as_number
from npskit.stats.intervals import checked_level
from npskit.survey.ahead import coming, period_meant
from npskit.survey.backtests import Backtest, rolled
from npskit.survey.estimates import joined, series
from npskit.survey.levels import level_text, matching
from npskit.survey.notes import Note
from npskit.survey.past import Past, break_notes

if TYPE_CHECKING:
    import altair as alt

    from npskit.stats import forecast as stats
    from npskit.survey.outlook import Explanation

__all__ = ["Forecast", "foretold"]

Columns = dict[str, list[Any]]
# Draws of all series and periods held at once: some hundred megabytes with their shares.
MOST_DRAWN, DRAWS, FEWEST_DRAWS = 3_000_000, 2000, 500
# Of a forecast printed in a terminal.
ROWS_SHOWN, SHOWN = 12, ("score", "lower", "upper", "level", "level_lower", "level_upper")
LEARNED = ("reading_sd", "extra_sd", "level_sd", "season_sd", "season_weight")


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(Result):
    """The score in periods to come, as `Survey.forecast` gives it.

    Attributes
    ----------
    table : mapping of str to list
        The `by` columns, ``period`` (first day), ``responses`` (expected, the median), the next reading ``score`` with
        ``lower, upper``, and the level behind it ``level, level_lower, level_upper`` (points); then ``detractors,
        passives, promoters`` of the reading (shares 0..1, which sum to 1) each with its ``_lower`` and ``_upper``.
        Score, level and shares are means of the draws, the limits their quantiles.
    every : str
        day, week, month, quarter or year.
    by : tuple of str
        Names of the columns that split the series.
    confidence_level : float
    history : mapping of str to list
        The past, with the columns of `Trend.table`.
    breaks : tuple of datetime.date
        First days of the periods where the level starts anew.
    learned : mapping of str to list
        What the series told, a row per group: ``reading_sd`` (sampling noise of one reading with the usual number of
        answers), ``extra_sd`` (what differs between readings besides), ``level_sd`` (step of the level per period),
        ``season_sd`` (points), ``season_weight`` (probability of a season), ``season`` (what it adds in each of its
        periods, the first of the history first).
    notes : tuple of Note
        What may mislead; `str` of each is its sentence in English.
    total : Forecast or None
        With `by` the forecast of everybody: in every draw the sum of the groups.
    draws, level_draws : ndarray (groups, draws, periods)
        Next readings and levels, in points; without `by` there is no first axis.
    share_draws, level_share_draws : ndarray (groups, draws, periods, 3)
        Detractors, passives and promoters of the readings, and behind the levels.
    response_draws : ndarray (groups, draws, periods)
    """

    table: Mapping[str, Sequence[Any]]
    every: str
    history: Mapping[str, Sequence[Any]]
    by: tuple[str, ...] = ()
    confidence_level: float = 0.95
    breaks: tuple[dt.date, ...] = ()
    learned: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    total: Forecast | None = None
    draws: np.ndarray = field(repr=False, kw_only=True)
    level_draws: np.ndarray = field(repr=False, kw_only=True)
    share_draws: np.ndarray = field(repr=False, kw_only=True)
    level_share_draws: np.ndarray = field(repr=False, kw_only=True)
    response_draws: np.ndarray = field(repr=False, kw_only=True)
    _counts: np.ndarray = field(repr=False, kw_only=True)
    _breaks: tuple[int, ...] = field(repr=False, kw_only=True, default=())

    def __repr__(self) -> str:
        head = self.to_frame().head(ROWS_SHOWN)[[*self.by, "period", "responses", *SHOWN]].round(1)
        more = f"\n… {len(self) - len(head):,} more rows" if len(self) > len(head) else ""
        return f"Forecast: {self.sentence(lang='en')}\n{head.to_string(index=False)}{more}"

    @property
    def periods(self) -> list[dt.date]:
        """First days of the periods to come."""
        return list(dict.fromkeys(self.table["period"]))

    @property
    def groups(self) -> list[tuple[Any, ...]]:
        """The levels of the `by` columns of each series, in the order of the draws."""
        return list(dict.fromkeys(zip(*(self.table[key] for key in self.by), strict=True))) if self.by else [()]

    @cached_property
    def backtest(self) -> Backtest:
        """The same forecast, made at earlier periods and compared with what came; computed when first asked for."""
        levels = {key: [group[at] for group in self.groups] for at, key in enumerate(self.by)}
        return rolled(
            self._counts, self.history, levels, every=self.every, horizon=len(self.periods), breaks=self._breaks
        )

    def probability(
        self, score: float, at: Any = None, *, group: Any = None, of: Literal["score", "level"] = "score"
    ) -> float:
        """How likely a period's score, or level, is to be so high or higher.

        Parameters
        ----------
        score : float
            In points.
        at : date or ISO text, optional
            A period to come, such as ``"2026-12"``, ``"2026-Q4"`` or a day in it; the last one unless given.
        group : level or tuple of levels, optional
            One of the groups; with `by` and without it, everybody.
        of : {"score", "level"}
            The next reading, or the level behind it.

        Returns
        -------
        float
            0..1.

        Raises
        ------
        ArgumentError
            When the period is not forecast, there is no such group, or the score is not on the scale.

        Examples
        --------
        >>> import npskit
        >>> ahead = npskit.datasets.load("carpentries").nps.forecast(2, every="quarter", until="2018")
        >>> ahead.probability(0, at="2018-Q4") >= ahead.probability(90, at="2018-Q4")
        True
        """
        if not -100 <= as_number(score) <= 100:
            raise ArgumentError(where="score", expected="points from -100 to 100", got=repr(score))
        if of not in ("score", "level"):
            raise ArgumentError(where="of", expected="'score' or 'level'", got=repr(of))
        if group is None and self.total is not None:
            return self.total.probability(score, at, of=of)
        column = len(self.periods) - 1 if at is None else period_meant(at, self.periods, self.every)
        drawn = (self.draws if of == "score" else self.level_draws)[..., column]
        return float(np.mean(drawn[self._place(group)] >= score))

    def _place(self, group: Any) -> Any:
        """Where the draws of a group are."""
        if not self.by:
            if group is not None:
                raise ArgumentError(where="group", expected="None, since the forecast has no groups", got=repr(group))
            return ...
        wanted = group if isinstance(group, (tuple, list)) else (group,)
        if len(wanted) != len(self.by):
            raise ArgumentError(where="group", expected=f"a level of each of {', '.join(self.by)}", got=repr(group))
        columns = zip(self.by, zip(*self.groups, strict=True), wanted, strict=True)
        cell = tuple(matching(list(dict.fromkeys(own)), each, where="group", column=key) for key, own, each in columns)
        if cell not in self.groups:
            raise ArgumentError(where="group", expected="a group that is forecast", got=level_text(cell))
        return self.groups.index(cell)

    def sentence(self, *, lang: str | None = None) -> str:
        """Whether the level has a direction, and where it may be in the last period; with groups, what sets them apart.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.outlook_words import outlook_finding

        return outlook_finding(
            self.history, self.table, every=self.every, by=self.by, confidence_level=self.confidence_level, lang=lang
        )

    def explain(self, *, lang: str | None = None) -> Explanation:
        """What the series told: noise of a reading, movement of the level, season, outlook, and what to beware of.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.outlook import explanation

        return explanation(self, lang)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart | alt.FacetChart:
        """The chart: readings and level so far, and apart from them what may come.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.forecast(
            self.history,
            self.table,
            every=self.every,
            by=list(self.by) or None,
            confidence_level=self.confidence_level,
            breaks=self.breaks,
            lang=lang,
        )

    def plot_shares(self, *, lang: str | None = None) -> alt.HConcatChart:
        """The chart of the three categories, each with its interval; with `by` of everybody.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        if self.total is not None:
            return self.total.plot_shares(lang=lang)
        from npskit import charts

        # What the answers are worth, so that weights show in the shares.
        shown = dict(zip(CATEGORIES, self._counts.T.tolist(), strict=True))
        return charts.forecast_shares(
            {**self.history, **shown}, self.table, every=self.every, confidence_level=self.confidence_level, lang=lang
        )


def foretold(
    past: Past,
    everybody: Past | None,
    periods: int,
    *,
    planned_responses: Any,
    breaks: Sequence[int],
    confidence_level: float,
    rng: np.random.Generator,
) -> Forecast:
    """The forecast of what follows a past; of groups also that of `everybody`."""
    from npskit.stats import forecast as stats
    from npskit.stats.trend import SEASON_LENGTHS, pace_of

    asked: dict[str, Any] = {
        "season": SEASON_LENGTHS[past.every],
        "pace": pace_of(past.every),
        "planned_responses": planned(planned_responses, past.worth),
        "breaks": list(breaks),
        "draws": draws_for(len(past.kept), periods),
        "rng": rng,
    }
    told: dict[str, Any] = {"breaks": breaks, "confidence_level": checked_level(confidence_level)}
    plan = None if planned_responses is None else np.asarray(planned_responses, dtype=float)
    if everybody is None:
        return answer(stats.forecast(past.counts[0], periods, **asked), past, past.counts[0], plan=plan, **told)
    counts = past.counts[past.kept]
    rest = past.counts[past.young].sum(axis=0)
    counted = (rest.sum(axis=-1) > 0).sum() >= stats.FEWEST_PERIODS
    parts = np.concatenate([counts, rest[None]]) if counted else counts
    groups, total = stats.forecast_groups(parts, periods, **asked)
    together = None if plan is None else plan * len(parts)
    whole = answer(total, everybody, everybody.counts[0], plan=together, **told)
    return answer(groups, past, counts, total=whole, plan=plan, **told)


def draws_for(series: int, periods: Any) -> int:
    """Draws of so many series: fewer where they would not fit into memory."""
    cells = series * periods if isinstance(periods, int) and periods > 0 else series
    return int(np.clip(MOST_DRAWN // cells, FEWEST_DRAWS, DRAWS))


def planned(responses: Any, worth: float) -> Any:
    """Planned answers as what they are worth."""
    if responses is None:
        return None
    try:
        answers = np.asarray(responses, dtype=float)
    except (TypeError, ValueError):
        answers = np.array(np.nan)
    if not (np.isfinite(answers).all() and (answers >= 1).all()):
        expected = "a number of answers of at least 1, or one for each period"
        raise ArgumentError(where="planned_responses", expected=expected, got=repr(responses))
    return np.maximum(answers * worth, 1.0)


def answer(
    found: stats.Forecast,
    past: Past,
    counts: np.ndarray,
    *,
    breaks: Sequence[int],
    confidence_level: float,
    plan: np.ndarray | None,
    total: Forecast | None = None,
) -> Forecast:
    """The result of draws; of more groups than the past has, its own come first."""
    own: Any = slice(len(past.kept)) if past.by else ...
    names = ("draws", "level_draws", "share_draws", "level_share_draws", "responses")
    draws, levels, shares, level_shares, responses = (np.asarray(getattr(found, name))[own] for name in names)
    ahead = coming(past.periods[-1], past.every, draws.shape[-1])
    groups = [past.grid.groups[at] for at in past.kept]
    median = np.median(responses, axis=-2)
    # A plan is shown as it was made, and not as what is left of it after weights.
    expected = np.rint(median / past.worth if plan is None else np.broadcast_to(plan, median.shape))
    columns = {key: [group[at] for group in groups for _ in ahead] for at, key in enumerate(past.by)}
    figures = {
        "period": ahead * len(groups),
        "responses": expected.astype(int).ravel().tolist(),
        **summed("score", draws, confidence_level),
        **summed("level", levels, confidence_level),
        **shares_summed(shares, confidence_level),
    }
    past_series = series(
        past.tally, every=past.every, confidence_level=confidence_level, moments=past.moments, breaks=breaks
    )
    return Forecast(
        table=joined(columns, figures),
        every=past.every,
        history=past.of(past_series),
        by=past.by,
        confidence_level=confidence_level,
        breaks=tuple(past.periods[at] for at in breaks),
        learned=learned(found, own, groups, past.by),
        notes=(*past.notes, *break_notes(past, list(breaks))),
        total=total,
        draws=draws,
        level_draws=levels,
        share_draws=shares,
        level_share_draws=level_shares,
        response_draws=responses,
        _counts=counts,
        _breaks=tuple(breaks),
    )


def summed(name: str, draws: np.ndarray, confidence_level: float) -> Columns:
    """Mean and limits of draws (..., D, H), a row per series and period."""
    tail = (1 - confidence_level) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail], axis=-2)
    ends = ("lower", "upper") if name == "score" else (f"{name}_lower", f"{name}_upper")
    parts = dict(zip((name, *ends), (draws.mean(axis=-2), lower, upper), strict=True))
    return {key: np.ravel(values).tolist() for key, values in parts.items()}


def shares_summed(draws: np.ndarray, confidence_level: float) -> Columns:
    """The three shares from draws (..., D, H, 3), then the limits of each."""
    columns: Columns = {}
    for at, name in enumerate(CATEGORIES):
        columns |= summed(name, draws[..., at], confidence_level)
    return {**{name: columns[name] for name in CATEGORIES}, **columns}


def learned(found: stats.Forecast, own: Any, groups: Sequence[tuple[Any, ...]], by: Sequence[str]) -> Columns:
    """What each series told of its noise, its movement and its season."""
    levels = {key: [group[at] for group in groups] for at, key in enumerate(by)}
    rows = len(groups)
    # The total of groups is one series, whatever else its draws are made of.
    values = {name: np.atleast_1d(getattr(found, name))[:rows].tolist() for name in LEARNED}
    cycle = np.atleast_2d(found.season_cycle)[:rows]
    return joined(levels, {**values, "season": cycle.tolist()})
