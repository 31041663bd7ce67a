"""The story of the second template: which groups differ, where it stands out, why it moved, along the way, by team.

Each chapter is one verb of `Survey` with its sentence and its chart. A chapter that cannot be told says what is
missing; one that was not asked for is not there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from npskit.charts.columns import quoted
from npskit.charts.periods import period_text
from npskit.charts.words import told
from npskit.errors import ArgumentError, NpskitError
from npskit.frames import Bands, Period
from npskit.labels import date_text, share, word
from npskit.report.groups import SMALL
from npskit.report.naming import named_groups, named_segments, named_steps
from npskit.report.passage import Headline, Passage
from npskit.report.quality import quality_in_short
from npskit.report.sides import FEWEST, Sides, last_two
from npskit.report.story import Story, unrepeated, who_answered
from npskit.report.words import size
from npskit.scale import is_missing
from npskit.survey import Survey
from npskit.survey.changes import Decomposition
from npskit.survey.column_words import after_by
from npskit.survey.comparisons import Comparison
from npskit.survey.journeys import Journey
from npskit.survey.levels import level_text
from npskit.survey.scorecards import Scorecard
from npskit.survey.surprises import Segments
from npskit.survey.wording import signed, signed_range

__all__ = ["Difference", "SegmentsStory"]

SHARES_SHOWN = 3


@dataclass(frozen=True)
class Difference:
    """The groups of one column beside the others, as the report shows them.

    Attributes
    ----------
    found : Comparison
        With columns and levels named as a reader would.
    dates : tuple of datetime.date or None
    lang : str
    """

    found: Comparison
    dates: tuple[dt.date, dt.date] | None
    lang: str

    @property
    def in_short(self) -> str:
        """One sentence for the first screen, which names the column."""
        told, said = self.found.sentence(lang=self.lang), [after_by(name, self.lang) for name in self.found.by]
        if " · ".join(self.found.by).casefold() in told.casefold():
            return told
        return word("report_by_told", self.lang, by=" · ".join(said), told=told)

    def heading(self) -> Passage:
        """The name of the column above its chart."""
        by = " · ".join(after_by(name, self.lang) for name in self.found.by)
        return Passage(word("report_by", self.lang, by=by), kind="lead", level=3)

    def plot(self) -> Any:
        """The chart: a row a group, its difference with the interval."""
        return self.found.plot(dates=self.dates, lang=self.lang)

    def caption(self) -> Passage:
        """The sentence below the chart."""
        notes = (word(key, self.lang) for key in self.found.notes)
        return Passage(sentences=(self.found.sentence(lang=self.lang), *notes), kind="caption")


class SegmentsStory(Story):
    """What there is to say about groups, segments, changes, stages and teams.

    Parameters
    ----------
    survey : Survey
    stages : str, Bands or Period, optional
        What customers go through; without it there is no such chapter.
    team : str, Bands or Period, optional
        The same for teams.
    over : str or Period, optional
        The column that tells the two sides of a change apart; the date when not given.
    before, after : level, optional
        The two sides; the last two comparable ones when not given.
    min_responses : int
        The fewest responses of a stage or a team that is shown.
    **options
        Of `Story`.

    Examples
    --------
    >>> import pandas as pd
    >>> shops = pd.DataFrame({"nps": [10, 2] * 100, "shop": ["Lyon", "Nice"] * 100})
    >>> story = SegmentsStory(Survey(shops), lang="en")
    >>> story.differences().sentences
    ('1 column could be compared; its groups differ.',)
    >>> story.why_it_moved().sentences[0]
    'No column was recognised as the date of the answers, so there is no change to explain.'
    """

    def __init__(
        self, survey: Survey, *, stages: Any = None, team: Any = None, over: Any = None, before: Any = None,
        after: Any = None, min_responses: int = 5, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(survey, **options)
        self._shown: Any = {"min_responses": min_responses, "confidence_level": self.confidence_level}
        self.stages, self.team, self.over, self.before, self.after = stages, team, over, before, after
        if (before is None) != (after is None):
            one = "after" if before is None else "before"
            raise ArgumentError(where="before and after", expected="both sides, or none", got=f"only {one}")

    # ---- what was found -------------------------------------------------------------------------------------

    @property
    def items(self) -> list[list[Any]]:
        """What groups are compared by, three at most when found."""
        return [list(item) if isinstance(item, tuple) else [item] for item in self.suggestion.items]

    @cached_property
    def dates(self) -> tuple[dt.date, dt.date] | None:
        """First and last day of the answers; None without readable dates."""
        days = sorted(self.days)
        return (days[0], days[-1]) if days else None

    @cached_property
    def days(self) -> dict[dt.date, int]:
        """Answers of each day; empty without readable dates."""
        column = self.roles.get("date")
        if column is None:
            return {}
        try:
            tally = self.survey.tally([Period(column, "day")])
        except NpskitError:
            return {}
        pairs = zip((cell[0] for cell in tally.cells), tally.responses, strict=True)
        return {day: int(n) for day, n in pairs if isinstance(day, dt.date) and n}

    @cached_property
    def comparisons(self) -> list[Difference]:
        """The groups of each column beside the others."""
        found = []
        # Where no column was sure to part the answers, the nearest was picked from all.
        picked = 1 if self._by is not None or self.suggestion.apart else max(self.suggestion.examined, 1)
        for items in self.items if self.overall.responses else []:
            try:
                each = self.survey.compare(items, confidence_level=self.confidence_level)
            except ArgumentError:
                if self._by is not None:
                    raise
                continue
            found.append(shown(named_groups(each, items, self.lang, self.words), picked))
        return [Difference(each, self.dates, self.lang) for each in found]

    @cached_property
    def segments(self) -> Segments | None:
        """The segments that stand out, none of them when nothing was found; None when there is nowhere to look."""
        if not self.overall.responses:
            return None
        looked = None if self._by is None else [item for items in self.items for item in items]
        try:
            found = self.survey.segments(looked, confidence_level=self.confidence_level)
        except ArgumentError:
            return None
        return named_segments(found, self.lang, self.words)

    @cached_property
    def sides(self) -> tuple[Any, Any, Any, tuple[str, str]] | None:
        """What tells two sides apart, the sides, and what they are called; None when there are no two."""
        if self.before is not None:
            over = self.over or self.roles.get("date")
            names = (str(self.before), str(self.after))
            return (over, self.before, self.after, names) if over else None
        if isinstance(self.over, str) and self.over != self.roles.get("date"):
            return self._last_levels(self.over)
        found = last_two(self.days, self.over.every if isinstance(self.over, Period) else self.every)
        return self._periods(found) if found else None

    def _periods(self, found: Sides) -> tuple[Any, Any, Any, tuple[str, str]]:
        days = (found.before, found.after)
        first, second = (period_text(day, found.every, self.lang) for day in days)
        column = self.over.column if isinstance(self.over, Period) else self.roles["date"]
        return Period(str(column), found.every), *days, (first, second)

    def _last_levels(self, column: str) -> tuple[Any, Any, Any, tuple[str, str]] | None:
        tally = self.survey.tally([column])
        pairs = zip(tally.cells, tally.responses, strict=True)
        levels = [cell[0] for cell, n in pairs if n and not is_missing(cell[0])]
        if len(levels) < 2:
            return None
        before, after = levels[-2:]
        return column, before, after, (level_text(before), level_text(after))

    @cached_property
    def moves(self) -> list[Decomposition]:
        """The change by each column of groups, one that reverses it first."""
        if self.sides is None or not self.overall.responses:
            return []
        over, before, after, names = self.sides
        found = []
        for items in self.items:
            if any(column_of(item) == column_of(over) for item in items):
                continue
            try:
                each = self.survey.change(over, before, after, by=items, confidence_level=self.confidence_level)
            except NpskitError:
                if self.before is not None:
                    raise
                continue
            found.append(replace(named_groups(each, items, self.lang, self.words), before=names[0], after=names[1]))
        return sorted(found, key=lambda each: not each.reversal)

    @property
    def move(self) -> Decomposition | None:
        """The change that is drawn; None when none can be explained."""
        return self.moves[0] if self.moves else None

    @cached_property
    def journey(self) -> Journey | None:
        """The score along the stages; None when they were not asked for."""
        if self.stages is None or not self.overall.responses:
            return None
        found = self.survey.journey(self.stages, **self._shown)
        return named_steps(found, self._banded(self.stages, found.table[found.by]), "stage", self.lang, self.words)

    @cached_property
    def scorecard(self) -> Scorecard | None:
        """A line a team; None when they were not asked for."""
        if self.team is None or not self.overall.responses:
            return None
        found = self.survey.scorecard(self.team, every=self.every or "month", **self._shown)
        return named_steps(found, self._banded(self.team, found.table[found.by]), "team", self.lang, self.words)

    def _banded(self, item: Any, levels: Sequence[Any]) -> Any:
        """The item as the verb took it: a column of many numbers became bands."""
        numbers = isinstance(item, str) and not any(isinstance(v, str) for v in self.survey.source.sample(item))
        return Bands(item, [0]) if numbers and any(isinstance(level, str) for level in levels) else item

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: the score, and each chapter in a line."""
        found, lang = self.overall, self.lang
        kicker = word("report_template_segments_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", quality_in_short(self.survey, found, self.duplicates, lang))]
        if found.responses:
            lines = [
                ("report_who_label", who_answered(found, self.survey.settings.get("cluster"), lang)),
                *[("report_groups_label", each.in_short) for each in self.comparisons],
                *([] if self.comparisons else [("report_groups_label", word("report_no_groups", lang))]),
                ("report_surprises_label", self._surprise()),
                ("report_moved_label", self.move.sentence(lang=lang) if self.move else self._no_move()),
                *([("report_stages_label", self.journey.sentence(lang=lang))] if self.journey else []),
                *([("report_teams_label", self.scorecard.sentence(lang=lang))] if self.scorecard else []),
            ]
        named = unrepeated([(word(key, lang), text) for key, text in lines])
        return Headline(" · ".join(filter(None, kicker)), self._title(), found.shares, named, lang)

    def differences(self) -> Passage:
        """Heading above the differences: what was compared, and how the columns were chosen."""
        chosen = self.where().sentences
        return Passage(word("report_differences", self.lang), chosen)

    def _surprise(self) -> str:
        return word("report_no_groups", self.lang) if self.segments is None else self.segments.sentence(lang=self.lang)

    def surprises(self) -> Passage:
        """The segments that stand out, or that there are none; and in which columns was looked."""
        heading, lang = word("report_surprises", self.lang), self.lang
        if not self.overall.responses:
            return Passage(heading)
        if self.segments is None:
            return Passage(heading, (self._surprise(), word("report_no_groups_hint", lang)))
        columns = ", ".join(quoted(self.words.short(name), lang) for name in self.segments.columns)
        looked = told("report_looked", len(self.segments.columns), lang, columns=columns)
        return Passage(heading, (self._surprise(), looked))

    def surprises_caption(self) -> Passage:
        """What share of all detractors the segments below the others hold, and what the figures assume."""
        if not self.segments:
            return Passage(kind="caption")
        table, lang = self.segments.table, self.lang
        low = [at for at, gap in enumerate(table["difference"]) if gap < 0]
        low = sorted(low, key=lambda at: table["share_of_responses"][at] - table["share_of_detractors"][at])[
            :SHARES_SHOWN
        ]
        points = tuple(
            word(
                "report_holds",
                lang,
                segment=table["segment"][at],
                detractors=share(table["share_of_detractors"][at], lang=lang),
                responses=share(table["share_of_responses"][at], lang=lang),
            )
            for at in low
        )
        notes = [word("report_halved", lang)] if self.segments.halved else []
        notes += [word(key, lang) for key in self.segments.notes]
        head = word("report_holds_head" if low else "report_holds_none", lang)
        return Passage(sentences=(*notes, head), points=points, kind="caption")

    def why_it_moved(self) -> Passage:
        """The change and its two parts, or what is missing to explain one."""
        heading, lang = word("report_moved", self.lang), self.lang
        if not self.overall.responses:
            return Passage(heading)
        if self.move is None:
            hint = "report_no_groups_hint" if self.sides else "report_moved_hint"
            return Passage(heading, (self._no_move(), word(hint, lang)))
        return Passage(heading, (word("report_moved_parts", lang), self.move.sentence(lang=lang)))

    def why_caption(self) -> Passage:
        """How the sides were chosen, and the parts by the other columns."""
        if self.move is None:
            return Passage(kind="caption")
        lang, asked = self.lang, self.before is not None or self.over is not None
        names = {"before": self.move.before, "after": self.move.after}
        chosen = () if asked else (word("report_sides", lang, **names),)
        notes = tuple(word(key, lang) for key in self.move.notes)
        return Passage(sentences=(*chosen, *notes), points=tuple(map(self._parts, self.moves[1:])), kind="caption")

    def _parts(self, each: Decomposition) -> str:
        lang = self.lang
        return word(
            "report_parts",
            lang,
            by=" · ".join(after_by(name, lang) for name in each.by),
            mix=signed(each.mix, lang),
            mix_range=signed_range(each.mix_lower, each.mix_upper, lang),
            within=signed(each.within, lang),
            within_range=signed_range(each.within_lower, each.within_upper, lang),
        )

    def _no_move(self) -> str:
        lang = self.lang
        if self.sides:
            return word("report_moved_no_groups", lang)
        if self.days:
            return word("report_moved_no_sides", lang, n=FEWEST)
        if self.survey.rivals("date"):
            return self._no_time()
        column = self.roles.get("date")
        return word(
            "report_moved_unreadable" if column else "report_moved_no_date", lang, column=self.words.name(str(column))
        )

    def along(self) -> Passage:
        """Where the score drops along the stages."""
        return self._chapter("report_stages", self.journey)

    def teams(self) -> Passage:
        """The line a team."""
        return self._chapter("report_teams", self.scorecard)

    def _chapter(self, key: str, found: Journey | Scorecard | None) -> Passage:
        lang = self.lang
        if found is None:
            return Passage()
        notes = [word(note, lang) for note in found.notes]
        if found.unplaced:
            notes.append(told("report_unplaced", found.unplaced, lang, n=size(found.unplaced, lang)))
        return Passage(word(key, lang), (found.sentence(lang=lang), *notes))

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang, told_before = self.lang, super().method()
        others = {word("report_method_difference", lang), word("report_method_level", lang)}
        kept = [sentence for sentence in told_before.sentences if sentence not in others]
        own = [word("report_method_compare", lang), word("report_method_segments", lang)]
        if self.moves:
            own.append(word("report_method_change", lang))
        place = next((at for at, text in enumerate(kept) if word("report_method_chance", lang) in text), 0) + 1
        return replace(told_before, sentences=(*kept[:place], *own, *kept[place:]))


def column_of(item: Any) -> str:
    """The column behind an item."""
    return item if isinstance(item, str) else item.column


def shown(found: Comparison, columns: int) -> Comparison:
    """A comparison without the few answers of no group, its p-values adjusted for the columns it was picked from."""
    missing = np.array([[is_missing(level) for level in found.table[key]] for key in found.by]).any(axis=0)
    few = missing & (np.asarray(found.table["responses"]) < SMALL)
    kept = np.flatnonzero(~few).tolist()
    table = {name: [values[at] for at in kept] for name, values in found.table.items()}
    table["p_adjusted"] = np.minimum(np.asarray(table["p_adjusted"], dtype=float) * columns, 1.0).tolist()
    reference = [found.reference[at] for at in kept]
    return replace(found, table=table, reference=reference, rank_probabilities=found.rank_probabilities[kept])
