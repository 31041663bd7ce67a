"""What the brief is made of: the findings of other stories, each counted once and only when it is asked for.

Drivers, forecast, churn and themes are found as their own reports find them, so that a page of the brief and such a
report never tell two numbers.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit import datasets
from npskit.errors import ArgumentError, EmptyDataError, MissingExtraError, NpskitError, NpskitWarning, RoleError
from npskit.frames import Bands, Period
from npskit.report.brief_actions import actions_of, actions_table
from npskit.report.brief_change import Change, change
from npskit.report.brief_fixes import Fix, driver_fixes, first_of, team_fixes, theme_fixes
from npskit.report.brief_others import own_answers
from npskit.report.brief_page import BriefTable
from npskit.report.brief_teams import TeamPage, Teams, own_calls, own_trend, teams_of
from npskit.report.brief_words import months_of
from npskit.report.churn_story import ChurnStory
from npskit.report.drivers_story import DriversStory
from npskit.report.findings import Overall, overall
from npskit.report.forecast_story import ForecastStory
from npskit.report.movement import Movement, movement
from npskit.report.story import Story
from npskit.report.teams import looked_up, team_column
from npskit.survey import Survey
from npskit.survey.column_words import ColumnWords, column_words
from npskit.survey.withholding import team_trends

if TYPE_CHECKING:
    from npskit.survey.action_review import ActionReview
    from npskit.survey.answers import Trend
    from npskit.survey.benchmark_answers import Benchmark
    from npskit.survey.theme_answers import Themes

__all__ = ["BriefFindings"]

# The bundled survey shown where there are no data, and what makes its teams.
SAMPLE, SAMPLE_TEAMS, SAMPLE_PAGES = "carpentries", "MemberSite", 6
MOST_PAGES, FEWEST_ANSWERS = 40, 10
# Drivers compared within each team.
MOST_DRIVERS = 8
# Points of a chart over time.
FEWEST_POINTS = 4
ALL_CALLS = 100_000


class BriefFindings(Story):
    """What there is to tell; parameters as `BriefStory`."""

    min_responses: int

    def __init__(
        self,
        survey: Survey | None = None,
        *,
        by: Any = None,
        actions: Any = None,
        industry: str | None = None,
        competitors: str | None = None,
        own: str | None = None,
        country: str | None = None,
        channel: str | None = None,
        churned: str | None = None,
        attributes: Any = None,
        pages: int | None = None,
        min_responses: int | None = None,
        identities: bool = False,
        **options: Any,
    ) -> None:
        if survey is None:
            survey, by = Survey(datasets.load(SAMPLE)), by or SAMPLE_TEAMS
            pages = SAMPLE_PAGES if pages is None else pages
        self.asked = survey
        if competitors is not None and own is not None:
            survey = own_answers(survey, competitors, own)
        super().__init__(survey, **options)
        self._team, self.log, self.attributes = by, actions, attributes
        self.industry, self.competitors, self.own = industry, competitors, own
        self.country, self.channel = country, channel
        self.most_pages = checked("pages", MOST_PAGES if pages is None else pages, 0)
        self.min_responses = checked("min_responses", FEWEST_ANSWERS if min_responses is None else min_responses, 1)
        self.churned, self.identities = churned, identities
        # Why comments that are there could not be read; known once they were tried.
        self.unread = ""

    @cached_property
    def movement(self) -> Movement | None:
        """The score over time, in periods as long as those of the change, or shorter where these make no chart."""
        column = self.roles.get("date")
        if column is None or not self.overall.responses:
            return None
        every = self.change.recent.every if self.change else self.every
        options: dict[str, Any] = {"words": self.words, "confidence_level": self.confidence_level, "lang": self.lang}
        options["min_responses"] = self.min_responses
        found = movement(self.survey, column, every=every, **options)
        are_few = found.trend is None or sum(map(bool, found.trend.table["responses"])) < FEWEST_POINTS
        return movement(self.survey, column, **options) if are_few and self.every is None else found

    @cached_property
    def current(self) -> Overall | None:
        """The score of the last period, which is that of today; None without dates, or with one period."""
        if self.change is None:
            return None
        within = Period(str(self.roles["date"]), self.change.recent.every), self.change.recent.after
        return overall(self.survey, within=within, confidence_level=self.confidence_level)

    @cached_property
    def dates(self) -> tuple[str, str] | None:
        """First and last month of all answers in words, where the headline is of a part of them."""
        return None if self.current is None else months_of(self.outlook.days, self.lang)

    @cached_property
    def words(self) -> ColumnWords:
        """What the export calls the columns; our own answers are of the same file as all."""
        return column_words(self.asked)

    @property
    def shown_columns(self) -> list[str]:
        """Columns that the pages name, those of teams and drivers among them."""
        team = [] if self.item is None else [getattr(self.item, "column", self.item)]
        weight = [self.roles["weight"]] if self.roles.get("weight") else []
        return [*super().shown_columns, *weight, *team, *(fix.name for fix in self.fixes if fix.kind == "driver")]

    @property
    def _shared(self) -> dict[str, Any]:
        """Options of the stories that this one is made of."""
        return {"lang": self.lang, "confidence_level": self.confidence_level, "today": self.today}

    @cached_property
    def item(self) -> Any:
        """What makes the teams; None where nothing does."""
        if not self.overall.responses:
            return None
        if self._team is not None:
            named = self._team[0] if isinstance(self._team, (list, tuple)) and len(self._team) == 1 else self._team
            if not isinstance(named, (str, Bands, Period)):
                raise ArgumentError(where="by", expected="one column that makes the teams", got=repr(self._team))
            return looked_up(named, self.survey.source.columns)
        try:
            return team_column(self.survey)
        except RoleError:
            return None

    @cached_property
    def change(self) -> Change | None:
        """The last period against the one before; None without dates, or with one period."""
        column = self.roles.get("date")
        if column is None or not self.overall.responses:
            return None
        items = [*([] if self.item is None else [self.item]), *self.suggestion.items]
        worth = min((self.overall.effective or self.overall.responses) / self.overall.responses, 1.0)
        options: dict[str, Any] = {"confidence_level": self.confidence_level, "least": self.min_responses}
        options["worth"] = worth
        found = change(self.survey, column, items, every=self.every, **options)
        return None if found is None else replace(found, words=self.words)

    @cached_property
    def levers(self) -> DriversStory:
        """What goes with the score."""
        return DriversStory(self.survey, attributes=self.attributes, **self._shared)

    @cached_property
    def outlook(self) -> ForecastStory:
        """Where the score is going, and which periods stand out."""
        return ForecastStory(self.survey, every=self.every, **self._shared)

    @cached_property
    def calls(self) -> ChurnStory:
        """Who leaves, and whom to call."""
        owner = self.item if isinstance(self.item, str) else None
        options: dict[str, Any] = {"owner": owner, "identities": self.identities, "limit": ALL_CALLS}
        return ChurnStory(self.survey, churned=self.churned, **options, **self._shared)

    @cached_property
    def themes(self) -> Themes | None:
        """What people write; None without comments, or without the libraries that read them."""
        if not self.overall.responses or self.roles.get("comment") is None or self.survey.aggregated is not None:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NpskitWarning)
                return self.survey.themes(by=self.item, confidence_level=self.confidence_level)
        except (EmptyDataError, MissingExtraError) as error:
            self.unread = "unread" if isinstance(error, MissingExtraError) else "few"
            return None

    @cached_property
    def teams(self) -> Teams | None:
        """All teams, counted once; None where there are none to tell apart."""
        if self.item is None:
            return None
        options: dict[str, Any] = {"confidence_level": self.confidence_level}
        found = self.levers.drivers
        names = [] if found is None else list(found.table["attribute"])[:MOST_DRIVERS]
        rated: dict[str, Any] = {"attributes": names} if len(names) > 1 else {}
        try:
            every = self.change.recent.every if self.change else self.every or "month"
            card = self.survey.scorecard(self.item, every, min_responses=self.min_responses, **rated, **options)
            beside = self.survey.compare(self.item, **options)
        except (ArgumentError, EmptyDataError):
            if self._team is not None and self._are_several:
                raise
            return None
        options = {"most": self.most_pages, "lang": self.lang, "title": self.title, "words": self.words}
        return teams_of(card, beside, self.item, dates=self.dates, **options)

    @cached_property
    def others(self) -> Benchmark | None:
        """Brands asked in the same survey, or what is published; None where nobody asked, or nobody answered."""
        named = {"industry": self.industry, "competitors": self.competitors, "own": self.own}
        given: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        if not self.overall.responses or not given.keys() - {"own"}:
            return None
        place: dict[str, Any] = {"country": self.country, "channel": self.channel}
        return self.asked.benchmark(**place, confidence_level=self.confidence_level, **given)

    @cached_property
    def review(self) -> ActionReview | None:
        """What was done, expected beside observed; None without a log, answers or dates."""
        if self.log is None or not self.overall.responses or self.roles.get("date") is None:
            return None
        return self.survey.action_log(self.log, every=self.every, confidence_level=self.confidence_level)

    @property
    def _are_several(self) -> bool:
        """Whether the column of the teams holds more than one with answers."""
        tally = self.survey.tally([self.item])
        return sum(n > 0 for n in tally.responses) > 1

    @cached_property
    def fixes(self) -> tuple[Fix, ...]:
        """Three things to fix, those first that surely bring most."""
        if not self.overall.responses:
            return ()
        found = [*driver_fixes(self.levers), *self._theme_fixes()]
        if self.teams is not None and isinstance(self.item, str):
            below = [(self.teams.level(at), self.teams.name(at)) for at in self.teams.apart(-1)]
            found += team_fixes(self.survey, below, self.item, self.confidence_level)
        return first_of(found)

    def _theme_fixes(self) -> list[Fix]:
        # With weights the comments count otherwise than the answers.
        if "weight" in self.survey.settings or self.themes is None:
            return []
        everybody = np.asarray(self.overall.counts, dtype=float)
        worth = min((self.overall.effective or self.overall.responses) / self.overall.responses, 1.0)
        return theme_fixes(self.themes, everybody, worth=worth, confidence_level=self.confidence_level)

    @cached_property
    def _trends(self) -> dict[Any, Trend]:
        """The periods of every team that is shown, without those in which too few answered."""
        if self.change is None or self.teams is None or self.movement is None or self.movement.trend is None:
            return {}
        levels = [self.teams.level(row) for row in self.teams.rows]
        whole = self.movement.trend
        veiled = [day for day, n in zip(whole.table["period"], whole.table["responses"], strict=True) if n is None]
        options: dict[str, Any] = {"every": whole.every, "since": whole.table["period"][0], "veiled": veiled}
        options |= {"least": self.min_responses, "confidence_level": self.confidence_level}
        try:
            return team_trends(self.survey, self.item, levels, **options)
        except NpskitError:
            return {}

    @cached_property
    def pages(self) -> list[TeamPage]:
        """A page for each team that is shown."""
        teams = self.teams
        if teams is None or len(teams.scorecard.table["score"]) < 2:
            return []
        listed = self.calls.worklist if isinstance(self.item, str) else None
        tally = self.survey.tally([self.item])
        pages = []
        for row in teams.rows:
            level = teams.level(row)
            pages.append(TeamPage(
                teams, row, tally.take([list(tally.cells).index((level,))]).collapse(),
                trend=own_trend(self._trends[level], level) if level in self._trends else None,
                themes=self.themes,
                calls=own_calls(listed, level) if listed is not None else None,
                actions=self._own_actions(level, teams.name(row)), identities=self.identities,
            ))  # fmt: skip
        return pages

    @property
    def _unshown(self) -> set[str]:
        """Actions on teams that are not shown."""
        if self.review is None or self.teams is None:
            return set()
        card = self.teams.scorecard
        hidden = [at for at, hide in enumerate(card.table["suppressed"]) if hide]
        rows = [actions_of(self.review, card.by, self.teams.level(at), self.teams.name(at)) for at in hidden]
        return {str(row["action"]) for each in rows for row in each}

    def _own_actions(self, level: Any, name: str) -> BriefTable | None:
        if self.review is None or self.teams is None:
            return None
        return actions_table(actions_of(self.review, self.teams.scorecard.by, level, name), lang=self.lang)


def checked(name: str, value: Any, least: int) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ArgumentError(where=name, expected=f"a whole number of at least {least}", got=repr(value))
    return int(value)
