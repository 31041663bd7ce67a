"""The story of the seventh template: what people write, what goes with it, in their words, and what was not understood.

Comments are read, counted and left where they are: what this story says of them are figures of at least so many people,
words that several of them used, and a few quotes in which personal data are masked. Who writes is not who answers, so
that is told before anything else.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from npskit.charts.columns import known, quoted
from npskit.charts.periods import period_text
from npskit.errors import ArgumentError, EmptyDataError, NpskitError
from npskit.labels import LANGUAGES, date_text, points, word
from npskit.report.horizon import answered, answered_days
from npskit.report.passage import Headline, Passage
from npskit.report.quality import quality_in_short
from npskit.report.story import Story, unrepeated
from npskit.report.tables import Table
from npskit.report.voice_block import ThemeBlock, block_of, matter
from npskit.report.voice_groups import Speakers, speakers
from npskit.report.voice_words import (
    by_chance,
    changed,
    headline,
    proposed,
    read_told,
    steps,
    uncovered_table,
    who_writes,
)
from npskit.report.words import percent, rating_range, size
from npskit.stats.theme_trend import LEAST_PERIODS
from npskit.survey import Survey
from npskit.survey.theme_answers import Themes
from npskit.version import VERSION

__all__ = ["VoiceStory"]

# Each group of columns is read over again, and few readers look at a third.
MOST_FOUND = 2
STARTERLESS = "discovery"
LONGEST_FIRST = ("year", "quarter", "month", "week", "day")
BUNDLED = "npskit.datasets: garden"


@dataclass(frozen=True)
class Asked:
    """How the comments are read."""

    codeframe: Any
    lang: str | None
    min_responses: int


class VoiceStory(Story):
    """What there is to say about what people write.

    Parameters
    ----------
    survey : Survey
    codeframe : str, path, frame or Codeframe, optional
        As in `Survey.themes`.
    comment_lang : {"en", "fr"}, optional
        Language of the comments; told for each unless given. `lang` is that of the report.
    min_responses : int
        Themes and groups with fewer comments show neither quotes nor figures that tell ratings.
    **options
        Of `Story`; ``by`` names the groups of which it is told who speaks of what.

    Raises
    ------
    ArgumentError
        For another language, or a number of responses below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> story = VoiceStory(Survey(pd.DataFrame({"nps": [10, 2]})), lang="en")
    >>> story.summary().title
    'There is no comment to read'
    >>> story.what().sentences[0]
    'No column was recognised as the comment, so there is nothing to read.'
    """

    def __init__(
        self, survey: Survey, *, codeframe: Any = None, comment_lang: str | None = None, min_responses: int = 5,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(survey, **options)
        if comment_lang not in (None, *LANGUAGES):
            raise ArgumentError(where="comment_lang", expected="'en' or 'fr', or None", got=repr(comment_lang))
        self.asked = Asked(codeframe, comment_lang, min_responses)

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def length(self) -> str | None:
        """Length of a period, as asked for or as found; None without dates to follow the themes by."""
        column = self.roles.get("date")
        if column is None:
            return None
        try:
            days = answered_days(self.survey, column)
        except NpskitError:
            return None
        return (self.every or longest_of_enough(days)) if days else None

    @cached_property
    def items(self) -> list[list[Any]]:
        """What groups are told apart by: as asked for, or the columns that part the scores most."""
        items = self.suggestion.items if self._by is not None else self.suggestion.items[: MOST_FOUND + 1]
        return [list(item) if isinstance(item, tuple) else [item] for item in items]

    @cached_property
    def themes(self) -> Themes | None:
        """The themes over time and by the first groups; None when there is nothing to read."""
        if not self.overall.responses or self.roles.get("comment") is None:
            return None
        try:
            found = self._read(self.items[0] if self.items else None, self.asked.codeframe, self.length)
        except EmptyDataError:
            return None
        return without_small_periods(found)

    def _read(self, by: Sequence[Any] | None, codeframe: Any, every: str | None) -> Themes:
        return self.survey.themes(
            codeframe,
            lang=self.asked.lang,
            by=by,
            every=every,
            redact=True,
            min_responses=self.asked.min_responses,
            confidence_level=self.confidence_level,
        )

    @cached_property
    def groups_of_themes(self) -> list[Speakers]:
        """Who speaks of what, for each of the columns that part those who write."""
        if self.themes is None:
            return []
        told = []
        for at, items in enumerate(self.items):
            found = self.themes if not at else self._read(items, self.themes.frame or STARTERLESS, None)
            each = speakers(found, items, self.lang, self.words)
            told += [each] if each else []
        return told if self._by is not None else told[:MOST_FOUND]

    @property
    def drawable(self) -> bool:
        """Whether any theme is spoken of by so many that its effect may be shown."""
        return self.themes is not None and any(map(known, self.themes.table["impact"]))

    @property
    def followed(self) -> bool:
        """Whether there are enough periods to follow the themes."""
        if self.themes is None or not self.themes.trend:
            return False
        rows = zip(self.themes.trend["period"], self.themes.trend["share"], strict=True)
        return len({period for period, share in rows if known(share)}) >= LEAST_PERIODS

    @property
    def spoken(self) -> str:
        """The language of all comments; empty where there are several."""
        codes = list(self.themes.languages) if self.themes else []
        return codes[0] if len(codes) == 1 else ""

    @cached_property
    def blocks(self) -> list[ThemeBlock]:
        """The themes that matter, with their quotes."""
        return [block_of(row, self.lang, self.spoken) for row in matter(self.themes)] if self.themes else []

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: what weighs on the score and what lifts it, and who writes."""
        found, lang = self.themes, self.lang
        kicker = word("report_template_voice-of-customer_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", quality_in_short(self.survey, self.overall, self.duplicates, lang))]
        if self.overall.responses:
            lines = [("report_voice_score_label", f"{self._title()}."), *self._lines(found), *lines]
        title = headline(found, lang) if found else word("report_voice_headline_empty", lang)
        named = unrepeated([(word(key, lang), text) for key, text in lines])
        return Headline(" · ".join(filter(None, kicker)), title, self.overall.shares, named, lang)

    def _lines(self, found: Themes | None) -> list[tuple[str, str]]:
        if found is None:
            return [("report_voice_who_label", self._missing[0])]
        lang = self.lang
        sides = (("down", found.detractor_themes), ("up", found.promoter_themes)) if self.drawable else ()
        lines = [("report_voice_who_label", " ".join(who_writes(found, self.overall.responses, lang)[:2]))]
        lines += [(f"report_voice_{side}_label", changed(found, names, side, lang)) for side, names in sides]
        lines += [("report_voice_groups_label", said) for said in self._groups_in_short()]
        if self.followed:
            lines.append(("report_time_label", f"{chart_title(found.plot_trend(lang=lang))}."))
        if known(found.coverage):
            share = percent(found.coverage, lang)
            lines.append(("report_voice_covered_label", word("report_voice_covered_short", lang, share=share)))
        return lines

    def _groups_in_short(self) -> list[str]:
        """The groups that stay apart; one sentence where none does."""
        return [each.in_short for each in self.groups_of_themes if each.rows] or self._quiet()

    def _quiet(self) -> list[str]:
        """The columns by which no group stays apart, in one sentence; nothing where there is none."""
        names = [quoted(each.by, self.lang) for each in self.groups_of_themes if not each.rows]
        return [word("report_voice_groups_quiet", self.lang, by=", ".join(names))] if names else []

    @property
    def _missing(self) -> tuple[str, ...]:
        """Why there is nothing to read, and what to do."""
        lang, column = self.lang, self.roles.get("comment")
        if not self.overall.responses:
            return (f"{word('report_headline_none', lang)}.",)
        if column is not None:
            return (
                word("report_voice_empty", lang, column=quoted(self.words.name(column), lang)),
                word("report_voice_empty_hint", lang),
            )
        rivals = self.survey.rivals("comment")
        if rivals:
            names = ", ".join(quoted(self.words.name(name), lang) for name in rivals)
            return (word("report_voice_several", lang, columns=names), word("report_voice_choose", lang))
        return (word("report_voice_no_column", lang), word("report_voice_hint", lang))

    def what(self) -> Passage:
        """Heading above the chart: who writes and who does not, then what was found."""
        heading, lang = word("report_voice_what", self.lang), self.lang
        if self.themes is None:
            return Passage(heading, self._missing)
        who = " ".join(who_writes(self.themes, self.overall.responses, lang))
        said = self.themes.sentence(lang=lang) if self.drawable else headline(self.themes, lang) + "."
        return Passage(heading, (who, said))

    def what_caption(self) -> Passage:
        """What the effect is, and how many of the intervals chance would move."""
        if self.themes is None:
            return Passage(kind="caption")
        score = points(self.themes.score, lang=self.lang)
        effect = [word("report_voice_effect", self.lang, score=score)] if self.drawable else []
        return Passage(sentences=(" ".join([*effect, *by_chance(self.themes, self.lang)]),), kind="caption")

    def by_theme(self) -> Passage:
        """Heading above the themes: which are told, and how the quotes were chosen."""
        lang = self.lang
        least = size(self.asked.min_responses, lang)
        sentences = (word("report_voice_blocks", lang), word("report_voice_quotes", lang, least=least))
        return Passage(word("report_voice_by_theme", lang), sentences)

    def words_apart(self) -> Passage:
        """Heading above the words of each side, or that there are none."""
        found, lang = self.themes, self.lang
        key = "report_voice_words_told" if found and len(found.words["term"]) else "report_voice_words_none"
        return Passage(word("report_voice_words", lang), (word(key, lang),))

    def who_of_what(self) -> Passage:
        """Heading above the groups: how they were chosen."""
        lang = self.lang
        heading = word("report_voice_groups", lang)
        if not self.groups_of_themes:
            return Passage(heading, (word("report_no_groups", lang), word("report_no_groups_hint", lang)))
        key = "report_voice_groups_found" if self._by is None else "report_voice_groups_asked"
        return Passage(heading, (word(key, lang), *self._quiet()))

    def over_time(self) -> Passage:
        """Heading above the themes over time, or why there are none."""
        lang, heading = self.lang, word("report_voice_time", self.lang)
        if self.themes is None:
            return super().over_time()
        if self.followed:
            return Passage(heading, (f"{chart_title(self.themes.plot_trend(lang=lang))}.",))
        if self.length is None:
            return Passage(heading, super().over_time().sentences if self.movement is None else (self._no_time(),))
        least = size(self.asked.min_responses, lang)
        periods = sorted({period for period in self.themes.trend.get("period", ()) if period is not None})
        said = [period_text(day, self.length, lang) for day in (periods[:1] + periods[-1:])]
        span = word("range", lang, lower=said[0], upper=said[-1]) if said else "–"
        return Passage(
            heading, (word("report_voice_young", lang, k=size(LEAST_PERIODS, lang), span=span, least=least),)
        )

    def reading(self) -> Passage:
        """What was read, in which languages, with which code frame, and what that does not cover."""
        if self.themes is None:
            return Passage(word("report_voice_reading", self.lang), self._missing)
        lang = self.lang
        rest = word("report_voice_rest" if proposed(self.themes) else "report_voice_rest_none", lang)
        # Of a bundled survey, which comments it leaves out.
        bundled = self.survey.notes.get("source") == BUNDLED
        said = [word("report_voice_bundled_garden", lang)] if bundled else []
        read = read_told(self.themes, self.asked.codeframe, lang)
        return Passage(word("report_voice_reading", lang), points=(*read, *said, rest))

    def not_covered(self) -> Table | None:
        """The commonest words of comments without a theme."""
        return uncovered_table(self.themes, self.lang) if self.themes else None

    def to_do(self) -> Passage:
        """What one may do next."""
        lang = self.lang
        points_ = steps(self.themes, lang) if self.themes else self._missing[1:]
        return Passage(word("report_voice_do", lang), points=points_)

    def method(self) -> Passage:
        """How comments were read and coded, what the figures assume, and what this cannot see."""
        lang, scale, settings = self.lang, self.overall.scale, self.survey.settings
        promoters, detractors = (rating_range(scale, at, lang, before=" ") for at in (2, 0))
        least = size(self.asked.min_responses, lang)
        read = ("coding", "limits", "effect", "words", "groups", *(["time"] if self.followed else []), "topics")
        weighted = (
            [word("report_method_weight", lang, column=self.words.name(settings["weight"]))]
            if "weight" in settings
            else []
        )
        sentences = [
            *(word(f"report_voice_method_{key}", lang, level=self._level()) for key in read if self.themes),
            word("report_voice_method_private", lang, least=least) if self.themes else "",
            word("report_method_score", lang, promoters=promoters, detractors=detractors),
            *weighted,
            self._attribution(),
            word("report_method_made", lang, version=VERSION),
            word("report_trademarks", lang),
        ]
        return self._at_the_end(sentences)


def longest_of_enough(days: Sequence[dt.date]) -> str:
    """The longest period of which there are enough to follow a theme; of too few, the most."""
    return next((every for every in LONGEST_FIRST if answered(days, every) >= LEAST_PERIODS), LONGEST_FIRST[-1])


def without_small_periods(found: Themes) -> Themes:
    """The themes without shares of periods in which so few wrote that a point would be a person."""
    rows = zip(found.trend.get("share", ()), found.trend.get("comments", ()), strict=True)
    shares = [share if n >= found.min_responses else math.nan for share, n in rows]
    return replace(found, trend={**found.trend, "share": shares}) if shares else found


def chart_title(chart: Any) -> str:
    """The finding that a chart says above itself."""
    text = chart.title.text
    return " ".join(text) if isinstance(text, (list, tuple)) else str(text)
