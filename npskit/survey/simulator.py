"""A survey one can move: what is needed of it is computed once, then each set of moves is arithmetic on counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError, NpskitError, RoleError, did_you_mean
from npskit.stats.intervals import checked_level
from npskit.stats.score import responses, score, shares
from npskit.survey.ahead import period_meant
from npskit.survey.drivers import finite
from npskit.survey.horizon import Horizon
from npskit.survey.moved import Counted, gone, limited, together
from npskit.survey.moves import checked_share
from npskit.survey.notes import Note, noted
from npskit.survey.simulation import Simulation

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.survey.driver_answers import WhatIf
    from npskit.survey.drivers import Drivers
    from npskit.survey.worth import Economics
    from npskit.tally import Tally

__all__ = ["Simulator"]

MOST_SEGMENTS, MOST_LEVELS = 6, 40
MONEY = ("spend", "retained", "churned", "customers", "margin", "against", "currency")


class Simulator:
    """Moves of the answers of one survey.

    Parameters
    ----------
    survey : Survey
    attributes : sequence of str, optional
        Attributes that may be drivers; found unless given.
    until : date or ISO text, optional
        Day whose period is the last one the path starts from.
    **money
        Of `Survey.economics`: ``spend, retained`` (or ``churned``), ``customers`` and others.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"nps": [0] * 20 + [8] * 30 + [10] * 50})
    >>> found = Simulator(answers.nps).simulate(detractors_to_passives=0.5)
    >>> found.score_now, found.score, found.change
    (30.0, 40.0, 10.0)
    """

    def __init__(self, survey: Survey, *, attributes: Any = None, until: Any = None, **money: Any) -> None:
        unknown = [name for name in money if name not in MONEY]
        if unknown:
            raise ArgumentError(f"no argument {unknown[0]!r}.", hint=did_you_mean(unknown[0], MONEY))
        self._survey, self._attributes, self._money = survey, attributes, money
        self._horizon = Horizon(survey, until=until)
        self._known: dict[Any, Any] = {}

    def _once(self, key: Any, made: Any) -> Any:
        """A value computed when first asked for; an error is remembered too."""
        if key not in self._known:
            try:
                self._known[key] = made()
            except NpskitError as error:
                self._known[key] = error
        if isinstance(self._known[key], NpskitError):
            raise self._known[key]
        return self._known[key]

    # ---- what can be moved ----------------------------------------------------------------------------------

    def segments(self) -> list[Any]:
        """Columns (or bands) whose mix may be moved: those with few enough levels to be moved one by one."""
        from npskit.survey.grouping import segment_items

        def found() -> list[Any]:
            source = self._survey.source
            items = segment_items(self._survey, most=2 * MOST_SEGMENTS)
            few = [item for item in items if not isinstance(item, str) or len(source.sample(item)) <= MOST_LEVELS]
            return few[:MOST_SEGMENTS]

        try:
            return list(self._once("segments", found))
        except NpskitError:
            return []

    def levels(self, over: Any) -> dict[str, list[Any]]:
        """``level, share, score`` of the levels of a column, the largest first."""
        tally = self._tally(over)
        weights = tally.category_weights
        sizes = np.asarray(responses(weights))
        order = np.argsort(-sizes, kind="stable")
        return {
            "level": [tally.cells[at][0] for at in order],
            "share": (sizes[order] / sizes.sum()).tolist(),
            "score": np.atleast_1d(score(weights[order])).tolist(),
        }

    def drivers(self) -> Drivers | None:
        """The drivers, or None when no attribute is found (a named one that is none raises)."""
        try:
            found: Drivers = self._once("drivers", lambda: self._survey.drivers(self._attributes))
        except NpskitError:
            if self._attributes is not None:
                raise
            return None
        return found

    def driver_ranges(self) -> list[tuple[str, float, float, float]]:
        """``attribute, mean, lowest, highest`` of the drivers that have a scale, the most important first."""
        found = self.drivers()
        if found is None:
            return []
        scales = {each.name: (each.lowest, each.highest) for each in found._attributes if each.has_scale}
        rows = zip(found.table["attribute"], found.table["mean"], strict=True)
        return [(name, mean, *scales[name]) for name, mean in rows if name in scales]

    def economics(self) -> Economics | None:
        """What categories are worth, when columns of money were named."""
        if not self._money:
            return None
        found: Economics = self._once("economics", lambda: self._survey.economics(**self._money))
        return found

    def suggestion(self) -> dict[str, Any]:
        """Length of a period and how many ahead, for a path."""
        return {name: value for name, value in self._horizon.suggestion().items() if name != "target"}

    def periods(self, periods: int, every: str) -> list[Any]:
        """First days of the periods of a path; none where no forecast can be made."""
        try:
            return self._horizon.forecast(periods, every).periods
        except NpskitError:
            return []

    def _tally(self, over: Any = None) -> Tally:
        def counted() -> Tally:
            tally = self._survey.tally(None if over is None else [over])
            kept = tally.take(np.flatnonzero(tally.responses > 0))
            if not len(kept):
                raise EmptyDataError(where="simulate", expected="at least one answer", got="none")
            return kept

        found: Tally = self._once(("tally", repr(over)), counted)
        return found

    # ---- the arithmetic -------------------------------------------------------------------------------------

    def simulate(
        self,
        *,
        detractors_to_passives: float = 0.0,
        passives_to_promoters: float = 0.0,
        drivers: Mapping[str, float] | None = None,
        over: Any = None,
        mix: Mapping[Any, float] | None = None,
        reached_by: Any = None,
        periods: int | None = None,
        every: str | None = None,
        confidence_level: float = 0.95,
    ) -> Simulation:
        """What the moves do to the score, its path and the revenue at risk.

        Parameters
        ----------
        detractors_to_passives, passives_to_promoters : float
            Share of them that moves, 0..1.
        drivers : mapping of str to float, optional
            Attribute to the mean it reaches.
        over, mix : column (or Bands), mapping of level to share, optional
            Share of answers of some levels of a column; the others share the rest as they do now.
        reached_by : date or ISO text, optional
            Period in which the moves are complete, after even steps from now; the last one of the path unless given.
        periods, every : int, str, optional
            The path, as in `Survey.forecast`; by default what suits the history.
        confidence_level : float

        Returns
        -------
        Simulation

        Raises
        ------
        ArgumentError
            For a share outside 0..1, a mean outside the attribute's scale, an unknown attribute or level, a mix without
            its column, or a period that is not on the path.
        """
        checked_level(confidence_level)
        if mix and over is None:
            raise ArgumentError(
                where="mix", expected="the column of the levels too", got="none", hint="over='that column'"
            )
        kinds = {
            "detractors_to_passives": checked_share("detractors_to_passives", detractors_to_passives),
            "passives_to_promoters": checked_share("passives_to_promoters", passives_to_promoters),
        }
        counted = Counted(self._survey, self._tally(), self._tally(over), over, mix or {}, confidence_level)
        what_if = self._what_if(drivers or {})
        steps = counted.steps(kinds)
        if what_if is not None:
            steps["drivers"] = (what_if.change, what_if.lower, what_if.upper)
        before = counted.now()
        after = counted.after(kinds) if set(steps) - {"drivers"} else before
        if what_if is not None:
            # A score ends at 100, so a step ends there too and the steps go on adding up to the change.
            steps["drivers"] = limited(steps["drivers"], around=after[0])
            after = limited(together([after, steps["drivers"]]))
        change = together(list(steps.values()))
        path, history, notes, reached, length = self._path(kinds, counted, what_if, reached_by, periods, every)
        names = ("score", "lower", "upper")
        return Simulation(
            table={"part": list(steps), **{name: [step[at] for step in steps.values()] for at, name in
                                           enumerate(("change", "lower", "upper"))}},
            **{f"{name}_now": value for name, value in zip(names, before, strict=True)},
            **dict(zip(names, after, strict=True)),
            **dict(zip(("change", "change_lower", "change_upper"), change, strict=True)),
            shares_now=tuple(shares(counted.counts.sum(axis=0)).tolist()),
            shares=tuple(shares(counted.moved(kinds)).tolist()),
            moves={**kinds, "drivers": dict(drivers or {}), "over": over, "mix": dict(mix or {})},
            mix=counted.mix_table(),
            path=path,
            risk=self._risk(counted, kinds),
            every=length,
            reached_by=reached,
            responses=int(self._tally().responses.sum()),
            confidence_level=confidence_level,
            drivers=what_if,
            history=history,
            notes=(*notes, *self._notes(counted, bool(what_if))),
        )  # fmt: skip

    def _what_if(self, levels: Mapping[str, float]) -> WhatIf | None:
        """What goes with means of attributes that differ from now."""
        if not levels:
            return None
        found = self.drivers()
        if found is None:
            raise ArgumentError(where="drivers", expected="an attribute of the survey", got=repr(next(iter(levels))))
        now = dict(zip(found.table["attribute"], found.table["mean"], strict=True))
        scales = {each.name: (each.lowest, each.highest) for each in found._attributes if each.has_scale}
        for name, level in levels.items():
            if name not in now:
                raise ArgumentError(f"no driver {name!r}.", hint=did_you_mean(str(name), now))
            low, high = scales.get(name, (-np.inf, np.inf))
            if not low <= finite(name, level) <= high:
                scale = f"a mean from {low:g} to {high:g}"
                raise ArgumentError(where=f"drivers[{name!r}]", expected=scale, got=repr(level))
        moves = {name: finite(name, level) - now[name] for name, level in levels.items()}
        moves = {name: move for name, move in moves.items() if abs(move) > 1e-9}
        return found.what_if(moves) if moves else None

    def _path(
        self, kinds: Mapping[str, float], counted: Counted, what_if: WhatIf | None, reached_by: Any,
        periods: int | None, every: str | None,
    ) -> tuple[dict[str, list[Any]], Mapping[str, Any], list[Note], Any, str]:  # fmt: skip
        """The path with its history, what is to be said of it, when the moves are complete, length of a period."""
        from npskit.survey.simulated_path import walked

        usual = self.suggestion() if periods is None or every is None else {}
        every, periods = every or usual["every"], periods or usual["horizon"]
        try:
            ahead = self._horizon.forecast(periods, every, confidence_level=counted.level)
        except NpskitError as error:
            if reached_by is not None:
                raise
            undated = isinstance(error, RoleError)
            note = (
                noted("app_sim_no_date") if undated else noted("app_sim_no_path", why=error.message.removesuffix("."))
            )
            return {}, {}, [note], None, every
        at = len(ahead.periods) - 1 if reached_by is None else period_meant(reached_by, ahead.periods, every)
        extra = counted.extra_draws(what_if, len(ahead.level_draws))
        table = walked(ahead, kinds, extra, complete=at, confidence_level=counted.level)
        return table, ahead.history, list(ahead.notes), ahead.periods[at], every

    def _risk(self, counted: Counted, kinds: Mapping[str, float]) -> dict[str, Any]:
        """Revenue at risk before and after, which goes with the number of detractors."""
        found = self.economics()
        if found is None or not found.risk["scope"]:
            return {}
        row = {name: values[-1] for name, values in found.risk.items()}
        now = [row[name] for name in ("at_risk", "lower", "upper")]
        factor = counted.detractor_factor(kinds)
        after: list[float | None] = [None if value is None else value * factor[0] for value in now]
        if None in now:
            difference: list[float | None] = [None if now[0] is None else now[0] * (factor[0] - 1), None, None]
        else:
            difference = list(gone((now[0], now[1], now[2]), factor))
        names = ("at_risk_now", "at_risk", "difference")
        columns = {
            f"{name}{end}": value
            for name, values in zip(names, (now, after, difference), strict=True)
            for end, value in zip(("", "_lower", "_upper"), values, strict=True)
        }
        return {**columns, "currency": found.currency, "customers": row["customers"], "scope": row["scope"]}

    def _notes(self, counted: Counted, by_drivers: bool) -> list[Note]:
        notes = []
        if by_drivers and self._money:
            notes.append(noted("app_sim_note_risk_drivers"))
        if len(counted.sizes) > 1 and (counted.worth[counted.target > 0] < 30).any():
            notes.append(noted("app_sim_note_small"))
        return notes
