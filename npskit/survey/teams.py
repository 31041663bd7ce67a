"""The verbs for the people who act on the score: the way customers go, and a line for each team."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, NpskitError, NpskitWarning, RoleError
from npskit.frames import Key, Period
from npskit.survey.aggregated import needs_answers
from npskit.survey.estimates import estimates, series
from npskit.survey.gathering import Gathering, has_groups
from npskit.survey.journeys import Journey, along, hidden, veiled
from npskit.survey.levels import chosen, item_text, level_text
from npskit.survey.scorecards import CHANGE, Scorecard, level_changes
from npskit.tally import Tally

__all__ = ["Teams"]

LIMITS = ("score", "lower", "upper")
# A team with fewer answers has no main driver worth naming.
FEWEST_FOR_DRIVER = 30
REPLICATES = 50


class Teams(Gathering):
    """Survey answers along the customers' way and by team."""

    def journey(
        self,
        stages: Any,
        *,
        order: Sequence[Any] | None = None,
        min_responses: int = 5,
        confidence_level: float = 0.95,
    ) -> Journey:
        """The score along the stages that customers go through, and where it drops.

        Parameters
        ----------
        stages : str, Bands or Period
            A touchpoint, a team or a stage of the customer's life: a column, or bands of how long they have been
            customers, such as ``Bands("tenure", [1, 12, 36])``. A column of many numbers is cut into four bands.
        order : sequence, optional
            The stages from the first to the last; those left out are not shown. Otherwise the order of a categorical
            column or of bands, or else sorted.
        min_responses : int
            Stages with fewer answers are not shown.
        confidence_level : float

        Returns
        -------
        Journey

        Raises
        ------
        ArgumentError
            When there are fewer than two stages, or `order` names one that is not there.

        Examples
        --------
        >>> import npskit
        >>> garden = npskit.datasets.load("garden")
        >>> found = garden.nps.journey(npskit.Bands("anciennete_annees", [1, 3, 10]))
        >>> found.table["stage"]
        ['<1', '1-2', '3-9', '10+']
        """
        item = self._one(stages, "stages")
        tally, moments = self._counted([item])
        has_groups(tally, [item])
        rows = stage_rows(tally, item, order)
        limits = estimates(tally, confidence_level=confidence_level, method="score", moments=moments)
        return along(
            tally,
            moments,
            rows,
            limits={name: [limits[name][row] for row in rows] for name in LIMITS},
            min_responses=min_responses,
            confidence_level=confidence_level,
            **self._about([item]),
        )

    def scorecard(
        self,
        team: Any,
        every: str = "month",
        *,
        attributes: str | Sequence[str] | None = None,
        min_responses: int = 5,
        confidence_level: float = 0.95,
        **options: Any,
    ) -> Scorecard:
        """One line per team: score, interval, trend, main driver, n.

        Parameters
        ----------
        team : str, Bands or Period
        every : {"day", "week", "month", "quarter", "year"}
            Length of the periods behind the trend.
        attributes : str or sequence of str, optional
            Columns among which the main driver of each team is looked for; without them none is.
        min_responses : int
            Teams with fewer answers are not shown.
        confidence_level : float
        **options
            Of `Survey.drivers`, such as ``missing=[0, 6]``.

        Returns
        -------
        Scorecard
            Without a column of dates there is no trend, and `notes` says so.

        Raises
        ------
        ArgumentError
            When there are fewer than two teams.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("carpentries").nps.scorecard("Pace", every="quarter")
        >>> found.table["team"][:2], found.table["suppressed"][3]
        (['Just right', 'Slightly fast'], True)
        """
        item = self._one(team, "team")
        tally, moments = self._counted([item])
        has_groups(tally, [item])
        rows = [at for at, cell in enumerate(tally.cells) if cell[0] is not None]
        teams = [tally.cells[at][0] for at in rows]
        responses = tally.responses[rows]
        covered = hidden(responses, min_responses)
        limits = estimates(tally, confidence_level=confidence_level, method="score", moments=moments)
        trends, notes = self._trends(item, every, teams, confidence_level)
        named = self._main_drivers(item, teams, responses, covered, attributes, options)
        about = self._about([item])
        key = tally.keys[0]
        figures = {"responses": responses.tolist(), **{name: [limits[name][at] for at in rows] for name in LIMITS}}
        return Scorecard(
            table={
                **({} if key == "team" else {key: teams}),
                "team": teams if key == "team" else list(map(level_text, teams)),
                **veiled({**figures, **trends, **named}, covered),
                "suppressed": covered.tolist(),
            },
            by=key,
            every=every,
            min_responses=min_responses,
            unplaced=int(tally.responses.sum() - responses.sum()),
            confidence_level=confidence_level,
            **{**about, "notes": (*about["notes"], *notes)},
        )

    def _one(self, by: Any, where: str) -> Key:
        """The one item that is asked for."""
        items = self._banded(by)
        if len(items) != 1:
            raise ArgumentError(where=where, expected="one column, Bands or Period", got=f"{len(items)}")
        return items[0]

    def _trends(
        self, item: Key, every: str, teams: Sequence[object], confidence_level: float
    ) -> tuple[dict[str, list[Any]], tuple[str, ...]]:
        """Changes of the teams' levels, or missing ones and why."""
        lacking: dict[str, list[Any]] = {name: [np.nan] * len(teams) for name in CHANGE}
        lacking["since"] = [None] * len(teams)
        try:
            dates = Period(self._column("date"), every)
        except RoleError:
            # A period that does not exist is refused with dates and without.
            Period("", every)
            return lacking, ("answer_note_no_date",)
        if dates.column == item_text(item):
            return lacking, ("answer_note_no_date",)
        tally, moments = self._counted([dates, item])
        table = series(tally, every=every, confidence_level=confidence_level, moments=moments)
        return level_changes(table, item_text(item), every, teams), ()

    def _main_drivers(
        self,
        item: Key,
        teams: Sequence[object],
        responses: np.ndarray,
        covered: np.ndarray,
        attributes: str | Sequence[str] | None,
        options: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """The first driver of each team that is shown and large enough, with the chance that it is the first."""
        found: dict[str, list[Any]] = {"driver": [None] * len(teams), "driver_chance": [np.nan] * len(teams)}
        if attributes is None:
            if options:
                raise ArgumentError(
                    where=next(iter(options)),
                    expected="attributes= beside it, among which the main driver is",
                    got="none",
                )
            return found
        needs_answers(self, "attributes")
        for name in [attributes] if isinstance(attributes, str) else attributes:
            # A team that has no main driver is no error, and so would be a column that is not there.
            self.source.column(name)
        for at, level in enumerate(teams):
            if covered[at] or responses[at] < FEWEST_FOR_DRIVER:
                continue
            first = self._first_driver(item, level, attributes, options)
            found["driver"][at], found["driver_chance"][at] = first
        return found

    def _first_driver(
        self, item: Key, level: object, attributes: str | Sequence[str], options: Mapping[str, Any]
    ) -> tuple[str | None, float]:
        from npskit.survey import Survey

        # The source has each customer's last answer already, where only that is used.
        part = Survey(self.source.where(item, level), **{**self.settings, "keep": "all"})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NpskitWarning)
                table = part.drivers(attributes, **{"replicates": REPLICATES, **options}).table
        except NpskitError:
            # A team in which an attribute is the same for everybody has no driver to name.
            return None, np.nan
        return table["attribute"][0], float(table["rank_first"][0])


def stage_rows(tally: Tally, item: Key, order: Sequence[Any] | None) -> list[int]:
    """Positions of the stages in their order."""
    levels = [cell[0] for cell in tally.cells]
    if order is None:
        return [at for at, level in enumerate(levels) if level is not None]
    named = [level for each in order for level in chosen(item, levels, each, where="order")]
    rows = [levels.index(level) for level in dict.fromkeys(named)]
    if len(rows) < 2:
        raise ArgumentError(where="order", expected="at least two stages", got=repr(list(order)))
    return rows
