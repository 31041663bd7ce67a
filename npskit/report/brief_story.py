"""The story of the brief: one page for whoever decides, then a page for each team, told from the same counts.

A director has a minute. So each question has one line, in the order in which it is asked: how do we stand, did it
move and why, what comes next, what is at risk, how do others stand; then three things to fix and what became of the
actions taken. What the data do not allow is said once, in one line, with what it would take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from npskit.charts.columns import quoted
from npskit.charts.words import dates_text, sentence
from npskit.labels import date_text, word
from npskit.report.brief_actions import actions_table, actions_told, newest
from npskit.report.brief_change import level_beside
from npskit.report.brief_fixes import MOST
from npskit.report.brief_found import BriefFindings
from npskit.report.brief_others import beside, others_in_short
from npskit.report.brief_page import BriefPage, BriefTable, labelled
from npskit.report.brief_words import Lack, dated, lacking, leaving_told, risk_told
from npskit.report.findings import Overall
from npskit.report.passage import Headline, Passage
from npskit.report.quality import quality_in_short
from npskit.report.story import who_answered
from npskit.report.words import score_text, size
from npskit.survey.column_words import spoken

__all__ = ["BriefStory"]

# Of the chart on the first page, which has to hold all else.
HEIGHT = 110
# Points between the ends of an interval from which on it says nothing of where the score will be.
NO_OUTLOOK = 100
ENDS = {"score": ("lower", "upper"), "level": ("level_lower", "level_upper")}


def widest(table: Mapping[str, Sequence[float]], lower: str, upper: str) -> float:
    """The widest interval of a forecast's table, of the reading its next one."""
    pairs = list(zip(table[lower], table[upper], strict=True))
    return max(high - low for low, high in (pairs[:1] if lower == "lower" else pairs))


class BriefStory(BriefFindings):
    """What a director, and then each team, needs to know.

    Parameters
    ----------
    survey : Survey, optional
        Without it the bundled survey of The Carpentries, whose sites are the teams.
    by : str, Bands or Period, optional
        What makes the teams; the column that is called so when not given.
    actions : path, table or ActionLog, optional
        What was done, as `npskit.read_actions` takes it.
    industry, competitors, own, country, channel : optional
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
    >>> from npskit import Survey
    >>> story = BriefStory(Survey(pd.DataFrame({"nps": [10] * 60 + [2] * 40})), lang="en")
    >>> story.summary().title
    'The score is +20 points, between +0.4 and +38'
    >>> story.pages
    []
    """

    def summary(self) -> Headline:
        """The director's page: a line for each question."""
        lang, found = self.lang, self.overall
        kicker = word("report_template_executive-brief_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", self._data())]
        now = self.current or found
        if found.responses:
            lines = [
                ("report_who_label", who_answered(now, self.survey.settings.get("cluster"), lang)),
                ("report_can_label", self._can_be_said(now)),
                ("report_br_whole_label", self._whole()),
                ("report_br_change_label", self._changed()),
                ("report_br_why_label", self.change.because(lang) if self.change else ""),
                ("report_br_teams_label", self.teams.in_short() if self.teams else ""),
                ("report_br_outlook_label", self._outlook()),
                ("report_br_risk_label", self._risk()),
                ("report_br_others_label", self._beside_others()),
                ("report_br_acted_label", "" if self.review is None else self.review.sentence(lang=lang)),
                *lines,
                ("report_br_missing_label", self._missing()),
            ]
        named = labelled((word(key, lang), text) for key, text in lines)
        return BriefPage(" · ".join(filter(None, kicker)), self._title(), now.shares, named, lang)

    def _title(self) -> str:
        """The score of the last period; of all answers where there is one period, or no dates."""
        if self.current is None or self.change is None:
            return super()._title()
        return self._scored("report_br_headline", self.current, period=sentence(self.change.names(self.lang)[1]))

    def _whole(self) -> str:
        """The score of all answers with their dates; empty where the headline is of all of them."""
        if self.dates is None:
            return ""
        (first, last), n = self.dates, size(self.overall.responses, self.lang)
        return sentence(self._scored("report_br_whole", self.overall, first=first, last=last, n=n))

    def _scored(self, key: str, found: Overall, **said: str) -> str:
        """A sentence with a score, and its interval where there is one."""
        score, lower, upper = score_text(found.score, found.lower, found.upper, self.lang)
        return word(
            f"{key}{'' if found.is_sure else '_bare'}", self.lang, score=score, lower=lower, upper=upper, **said
        )

    def _changed(self) -> str:
        """The last period against the one before; and what the level says, where that is something else."""
        if self.change is None:
            return ""
        first, *notes = self.change.sentences(self.lang)
        return " ".join(filter(None, [first, level_beside(self.change, self.trend, self.lang), *notes]))

    def _beside_others(self) -> str:
        around = " ".join(dated(self.dates, self.lang))
        return others_in_short(self.others, mixed=self._is_mixed, lang=self.lang, dated=around)

    def _data(self) -> str:
        """From when to when the answers are, and how good."""
        days = self.outlook.days
        span = sentence(dates_text((min(days), max(days)), self.lang)) + ". " if days else ""
        said = span + quality_in_short(self.survey, self.overall, self.duplicates, self.lang)
        return f"{said} {self._unweighted()}".rstrip()

    def _unweighted(self) -> str:
        """That there are weights which nobody asked to apply; empty where there are none, or they are applied."""
        column = self.roles.get("weight")
        if column is None or "weight" in self.survey.settings:
            return ""
        return word("report_br_weight", self.lang, column=quoted(self.words.full(column), self.lang))

    def _outlook(self) -> str:
        found = self.outlook.forecast
        if found is None:
            return ""
        wide = {name: widest(found.table, *ends) >= NO_OUTLOOK for name, ends in ENDS.items()}
        if wide["level"]:
            return word("report_br_outlook_few", self.lang)
        level = sentence(found.sentence(lang=self.lang)) + "."
        return level if wide["score"] else f"{self.outlook._title()}. {level}"

    def _risk(self) -> str:
        """Who leaves, where that is known; else the detractors, and whether anything stood out lately."""
        if self.calls.churn is not None:
            listed = self.calls.worklist
            return leaving_told(self.calls.churn, 0 if listed is None else len(listed), self.lang)
        period = self.change.names(self.lang)[1] if self.change else ""
        return risk_told(self.current or self.overall, self.outlook.monitor, self.lang, period=period)

    def _missing(self) -> str:
        """What the page does not show, and what it would take."""
        dated = self.roles.get("date") is not None
        lacks = {
            "date": None if dated else self._lack("several" if self.survey.rivals("date") else "", "date"),
            "change": dated and self.change is None,
            "outlook": dated and self.outlook.forecast is None,
            "drivers": self.levers.drivers is None,
            "comments": self._themes_lack(),
            "churn": self._churn_lack(),
            "calls": self.roles.get("customer") is None and self.calls.why_not not in ("customer", "counts"),
            "teams": self.teams is None,
            "benchmark": self.industry is None and self.competitors is None,
            "actions": self.log is None,
        }
        small = self.teams.left_out() if self.teams and not self.teams.rows else []
        return " ".join([*lacking(lacks, self.lang), *small])

    def _lack(self, reason: str, role: str) -> Lack:
        """Why a role is not played, with the columns between which it cannot be decided."""
        return Lack(reason, tuple(map(self.words.full, self.survey.rivals(role))))

    def _themes_lack(self) -> Lack | None:
        if self.themes is not None:
            return None
        if self.survey.rivals("comment"):
            return self._lack("several", "comment")
        return Lack("" if self.roles.get("comment") is None else self.unread)

    def _churn_lack(self) -> Lack | None:
        """Why it is not known who leaves."""
        if self.calls.churn is not None:
            return None
        reason = self.calls.why_not
        if reason == "customer":
            return self._lack(reason, "customer")
        columns = getattr(self.calls.leaving, reason) if reason in ("rivals", "undated") else ()
        return Lack(reason, tuple(map(self.words.full, columns)))

    @property
    def _is_mixed(self) -> bool:
        """Whether the answers are on several brands, none of which is said to be ours."""
        return self.competitors is not None and self.own is None

    def to_fix(self) -> BriefTable:
        """Three things to fix, with their points."""
        lang = self.lang
        heads = tuple(word(f"report_br_head_{name}", lang) for name in ("fix", "from", "points", "range"))
        rows = tuple(fix.row(lang) for fix in self.fixes)
        notes = word("report_br_fix_about" if rows else "report_br_fix_none", lang), *dated(self.dates, lang)
        return BriefTable(
            heads,
            rows,
            texts=2,
            heading=word(f"report_br_fix{'' if len(rows) == MOST else '_first'}", lang),
            notes=(" ".join(notes),),
        )

    def done(self) -> BriefTable | None:
        """The actions begun last, expected beside observed; None without any."""
        if self.review is None:
            return None
        rows = newest(self.review)
        return actions_table(rows, more=len(self.review) - len(rows), lang=self.lang)

    def acted(self) -> Passage:
        """Heading of the chart of all actions."""
        return Passage(word("report_br_acted", self.lang), kind="section nps-sheet")

    def acted_notes(self) -> Passage:
        """A line an action, and what may mislead."""
        return actions_told(self.review, self.lang, hidden=self._unshown) if self.review else Passage()

    def when(self) -> Passage:
        """Heading of the chart over time."""
        return Passage(word("report_br_moved_label", self.lang), kind="lead", level=3)

    def course(self) -> Any:
        """The chart of the score over time; None without dates."""
        return self.trend.plot(lang=self.lang).properties(height=HEIGHT) if self.trend else None

    def glance(self) -> Passage:
        """Heading above the chart of all teams, and who is not on it."""
        if self.teams is None:
            return Passage()
        told_teams = (self.teams.in_short(), *self.teams.left_out())
        heading = word("report_br_teams", self.lang, column=spoken(self.teams.column, self.lang))
        # After the page of the actions or of the others there is room; the director's page stays alone.
        kind = "section" if self.review or self.others else "section nps-sheet"
        return Passage(heading, told_teams, kind=kind)

    def stands(self) -> Passage:
        """Heading of the chart of the others; empty when nobody asked."""
        return beside(self.others, self.lang)[0]

    def stands_notes(self) -> Passage:
        """What may mislead about the others."""
        return beside(self.others, self.lang)[1]

    def overview(self) -> Any:
        """The chart of all teams that are shown, with a page or without."""
        return self.teams.shown_card().plot(lang=self.lang) if self.teams else None

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        before, lang = super().method(), self.lang
        # Of groups, whose differences are told with a wider interval, the brief tells nothing.
        groups = word("report_method_difference", lang)
        before = replace(before, sentences=tuple(text for text in before.sentences if text != groups))
        parts = {"change": self.change, "fix": self.fixes, "teams": self.teams, "actions": self.review}
        own = [word(f"report_method_br_{name}", lang) for name, part in parts.items() if part]
        place = next((at for at, text in enumerate(before.sentences)
                      if word("report_method_chance", lang) in text), 0) + 1  # fmt: skip
        return replace(before, sentences=(*before.sentences[:place], *own, *before.sentences[place:]))
