"""The story of the brief: one page for whoever decides, then a page for each team, told from the same counts.

A director has a minute. So each question has one line, in the order in which it is asked: how do we stand, did it
move and why, what comes next, what is at risk, how do others stand; then three things to fix and what became of the
actions taken. What the data do not allow is said once, in one line, with what it would take.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit import datasets
from npskit.charts.words import dates_text, sentence
from npskit.errors import ArgumentError, EmptyDataError, MissingExtraError, NpskitError, NpskitWarning, RoleError
from npskit.frames import Bands, Period
from npskit.labels import date_text, word
from npskit.report.brief_change import Change, change
from npskit.report.brief_fixes import MOST, Fix, driver_fixes, first_of, team_fixes, theme_fixes
from npskit.report.brief_others import beside, others_in_short, own_answers
from npskit.report.brief_page import BriefPage, BriefTable, labelled
from npskit.report.brief_teams import TeamPage, Teams, own_calls, own_trend, teams_of
from npskit.report.brief_words import lacking, leaving_told, risk_told
from npskit.report.churn_story import ChurnStory
from npskit.report.drivers_story import DriversStory
from npskit.report.forecast_story import ForecastStory
from npskit.report.movement import Movement, movement
from npskit.report.passage import Headline, Passage
from npskit.report.quality import quality_in_short
from npskit.report.story import Story, who_answered
from npskit.report.teams import looked_up, team_column
from npskit.survey import Survey

if TYPE_CHECKING:
    from npskit.survey.answers import Trend
    from npskit.survey.benchmark_answers import Benchmark
    from npskit.survey.theme_answers import Themes

__all__ = ["BriefStory"]

# The bundled survey shown where there are no data, and what makes its teams.
SAMPLE, SAMPLE_TEAMS, SAMPLE_PAGES = "carpentries", "MemberSite", 6
MOST_PAGES, FEWEST_ANSWERS = 40, 10
# Drivers compared within each team.
MOST_DRIVERS = 8
ALL_CALLS = 100_000


class BriefStory(Story):
    """What a director, and then each team, needs to know.

    Parameters
    ----------
    survey : Survey, optional
        Without it the bundled survey of The Carpentries, whose sites are the teams.
    by : str, Bands or Period, optional
        What makes the teams; the column that is called so when not given.
    actions : path, table or ActionLog, optional
        What was done, as `npskit.read_actions` takes it.
    industry, competitors, own : optional
        As `Survey.benchmark` takes them.
    churned : str, optional
        Column of the days on which customers left; found by name and content when not given.
    attributes : sequence of str, optional
        Columns of ratings beside the recommendation; found when not given.
    pages : int, optional
        Teams that get a page, the largest first; 40 when not given.
    min_responses : int
        Teams with fewer answers are not shown.
    identities : bool
        Whether customers known by an e-mail address or a name are shown; codes are anyhow.
    **options
        Of `Story`.

    Examples
    --------
    >>> import pandas as pd
    >>> story = BriefStory(Survey(pd.DataFrame({"nps": [10] * 60 + [2] * 40})), lang="en")
    >>> story.summary().title
    'The score is +20 points, between +0.4 and +38'
    >>> story.pages
    []
    """

    def __init__(
        self,
        survey: Survey | None = None,
        *,
        by: Any = None,
        actions: Any = None,
        industry: str | None = None,
        competitors: str | None = None,
        own: str | None = None,
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
        self.most_pages = checked("pages", MOST_PAGES if pages is None else pages, 0)
        self.min_responses = checked("min_responses", FEWEST_ANSWERS if min_responses is None else min_responses, 1)
        self.churned, self.identities = churned, identities

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def movement(self) -> Movement | None:
        """The score over time, in periods as long as those of the change."""
        column = self.roles.get("date")
        if column is None or not self.overall.responses:
            return None
        every = self.change.recent.every if self.change else self.every
        return movement(self.survey, column, every=every, confidence_level=self.confidence_level, lang=self.lang)

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
        options: dict[str, Any] = {"confidence_level": self.confidence_level, "least": self.min_responses}
        return change(self.survey, column, items, every=self.every, **options)

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
        except (EmptyDataError, MissingExtraError):
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
        return teams_of(card, beside, self.item, most=self.most_pages, lang=self.lang, title=self.title)

    @cached_property
    def others(self) -> Benchmark | None:
        """Brands asked in the same survey, or what is published; None where nobody asked, or nobody answered."""
        named = {"industry": self.industry, "competitors": self.competitors, "own": self.own}
        given = {name: value for name, value in named.items() if value is not None}
        if not self.overall.responses or not given.keys() - {"own"}:
            return None
        return self.asked.benchmark(confidence_level=self.confidence_level, **given)

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
    def _trends(self) -> Trend | None:
        """The periods of every team."""
        if self.change is None or self.teams is None or self.movement is None or self.movement.trend is None:
            return None
        days = self.movement.trend.table["period"]
        try:
            return self.survey.trend(
                self.change.recent.every, by=self.item, since=days[0], confidence_level=self.confidence_level
            )
        except NpskitError:
            return None

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
                trend=own_trend(self._trends, level) if self._trends else None,
                themes=self.themes,
                calls=own_calls(listed, level) if listed is not None else None,
                identities=self.identities,
            ))  # fmt: skip
        return pages

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The director's page: a line for each question."""
        lang, found = self.lang, self.overall
        kicker = word("report_template_executive-brief_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", self._data())]
        if found.responses:
            lines = [
                ("report_who_label", who_answered(found, self.survey.settings.get("cluster"), lang)),
                ("report_can_label", self._can_be_said()),
                ("report_br_change_label", " ".join(self.change.sentences(lang)) if self.change else ""),
                ("report_br_why_label", self.change.because(lang) if self.change else ""),
                ("report_br_teams_label", self.teams.in_short() if self.teams else ""),
                ("report_br_outlook_label", self._outlook()),
                ("report_br_risk_label", self._risk()),
                ("report_br_others_label", others_in_short(self.others, mixed=self._is_mixed, lang=lang)),
                *lines,
                ("report_br_missing_label", self._missing()),
            ]
        named = labelled((word(key, lang), text) for key, text in lines)
        return BriefPage(" · ".join(filter(None, kicker)), self._title(), found.shares, named, lang)

    def _data(self) -> str:
        """From when to when the answers are, and how good."""
        days = self.outlook.days
        span = sentence(dates_text((min(days), max(days)), self.lang)) + ". " if days else ""
        return span + quality_in_short(self.survey, self.overall, self.duplicates, self.lang)

    def _outlook(self) -> str:
        found = self.outlook.forecast
        if found is None:
            return ""
        return f"{self.outlook._title()}. {sentence(found.sentence(lang=self.lang))}."

    def _risk(self) -> str:
        """Who leaves, where that is known; else the detractors, and whether anything stood out lately."""
        if self.calls.churn is not None:
            listed = self.calls.worklist
            return leaving_told(self.calls.churn, 0 if listed is None else len(listed), self.lang)
        return risk_told(self.overall, self.outlook.monitor, self.lang)

    def _missing(self) -> str:
        """What the page does not show, and what it would take."""
        dated = self.roles.get("date") is not None
        lacks = {
            "date": not dated,
            "change": dated and self.change is None,
            "outlook": dated and self.outlook.forecast is None,
            "drivers": self.levers.drivers is None,
            "comments": self.themes is None,
            "churn": self.calls.churn is None,
            "teams": self.teams is None,
            "benchmark": self.industry is None and self.competitors is None,
            "actions": self.log is None,
        }
        small = self.teams.left_out() if self.teams and not self.teams.rows else []
        return " ".join([*lacking(lacks, self.lang), *small])

    @property
    def _is_mixed(self) -> bool:
        """Whether the answers are on several brands, none of which is said to be ours."""
        return self.competitors is not None and self.own is None

    def to_fix(self) -> BriefTable:
        """Three things to fix, with their points."""
        lang = self.lang
        heads = tuple(word(f"report_br_head_{name}", lang) for name in ("fix", "from", "points", "range"))
        rows = tuple(fix.row(lang) for fix in self.fixes)
        note = word("report_br_fix_about" if rows else "report_br_fix_none", lang)
        return BriefTable(
            heads,
            rows,
            texts=2,
            heading=word(f"report_br_fix{'' if len(rows) == MOST else '_first'}", lang),
            notes=(note,),
        )

    def course(self) -> Any:
        """The chart of the score over time; None without dates."""
        return self.trend.plot(lang=self.lang).properties(height=150) if self.trend else None

    def glance(self) -> Passage:
        """Heading above the chart of all teams, and who is not on it."""
        if self.teams is None:
            return Passage()
        told_teams = (self.teams.in_short(), *self.teams.left_out())
        heading = word("report_br_teams", self.lang, column=self.teams.column)
        return Passage(heading, told_teams, kind="section nps-sheet")

    def stands(self) -> Passage:
        """Heading of the chart of the others; empty when nobody asked."""
        return beside(self.others, self.lang)[0]

    def stands_notes(self) -> Passage:
        """What may mislead about the others."""
        return beside(self.others, self.lang)[1]

    def overview(self) -> Any:
        """The chart of the teams that have a page."""
        return self.teams.shown_card().plot(lang=self.lang) if self.teams else None

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        before, lang = super().method(), self.lang
        own = [word(f"report_method_br_{name}", lang) for name, shown in
               (("change", self.change), ("fix", self.fixes), ("teams", self.teams)) if shown]  # fmt: skip
        place = next((at for at, text in enumerate(before.sentences)
                      if word("report_method_chance", lang) in text), 0) + 1  # fmt: skip
        return replace(before, sentences=(*before.sentences[:place], *own, *before.sentences[place:]))


def checked(name: str, value: Any, least: int) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ArgumentError(where=name, expected=f"a whole number of at least {least}", got=repr(value))
    return int(value)
