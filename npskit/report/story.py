"""The story of a survey, top to bottom: the answer, how sure, how good the data, where, since when.

`Story` counts once and keeps what it found; each part of the template asks it for one chapter. Every sentence is
computed, and where nothing differs it says so. An analyst who changes the template calls the same few methods.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npskit.charts.columns import quoted
from npskit.charts.words import level_share
from npskit.frames import Bands, Period, wrap
from npskit.labels import date_text, language, number, share, word
from npskit.report.findings import Overall, overall
from npskit.report.grouping import Suggestion, suggested
from npskit.report.groups import Group, group_of
from npskit.report.movement import Movement, movement
from npskit.report.passage import Headline, Passage
from npskit.report.quality import quality, quality_in_short, tells_rows_apart
from npskit.report.words import rating_range, score_text, size, told
from npskit.scale import CATEGORIES
from npskit.survey import Survey
from npskit.survey.aggregated import remarks
from npskit.survey.column_words import ColumnWords, column_words
from npskit.survey.plots import columns_of
from npskit.version import VERSION

if TYPE_CHECKING:
    from npskit.survey.answers import Trend
    from npskit.survey.base import Base

__all__ = ["Story"]

# Points from which a gap that chance explains is no news: with one or two answers it is nearly the whole scale.
HARDLY_ANY = 100
# Readings of a group by period with fewer answers are not shown, unless another number is asked for.
FEWEST_OF_GROUP = 10
# Clusters that take less of the answers than this take nothing that anybody would tell.
LEAST_COST = 0.02

By = str | Bands | Period | tuple[Any, ...]


class Story:
    """What there is to say about a survey.

    Parameters
    ----------
    survey : Survey
    by : str, Bands, Period or sequence of them, optional
        One chapter for each; a tuple of columns crosses them. Found from names and content when not given.
    every : {"day", "week", "month", "quarter", "year"}, optional
        Length of a period; from the span of the dates when not given.
    lang : {"en", "fr"}, optional
    title : str, optional
        What was surveyed, shown above the headline; the name of the file that was read when not given.
    confidence_level : float
    counted : mapping, optional
        ``duplicates``, when they were counted on columns that are no longer there.
    min_responses : int, optional
        Readings of a period that fewer answered are not shown, nor those that would give them away; all are unless
        given, but those of groups with fewer than ten.
    today : datetime.date, optional
        The date the report bears.

    Examples
    --------
    >>> import pandas as pd
    >>> story = Story(Survey(pd.DataFrame({"nps": [10] * 60 + [8] * 20 + [2] * 20})))
    >>> story.summary().title
    'The score is +40 points, between +23 and +54'
    >>> story.over_time().sentences[0]
    'No column was recognised as the date of the answers, so there is no trend to show.'
    """

    def __init__(
        self,
        survey: Survey,
        *,
        by: By | Sequence[By] | None = None,
        every: str | None = None,
        lang: str | None = None,
        title: str | None = None,
        confidence_level: float = 0.95,
        counted: Mapping[str, int] | None = None,
        min_responses: int | None = None,
        today: dt.date | None = None,
    ) -> None:
        self.survey, self.every, self.lang = survey, every, language(lang)
        self.title = title or source_name(survey)
        self.confidence_level, self.today = confidence_level, today or dt.date.today()
        self.counted = dict(counted or {})
        self.min_responses = min_responses
        self._by = None if by is None else [by] if isinstance(by, (str, Bands, Period, tuple)) else list(by)

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def overall(self) -> Overall:
        """The score of everybody."""
        return overall(self.survey, confidence_level=self.confidence_level)

    @cached_property
    def roles(self) -> dict[str, str | None]:
        """Role to column."""
        table = columns_of(self.survey.roles())
        pairs = zip(table["role"], table["column"], strict=True)
        return {role: column if isinstance(column, str) else None for role, column in pairs}

    @cached_property
    def words(self) -> ColumnWords:
        """What the export calls the columns."""
        return column_words(self.survey)

    @property
    def shown_columns(self) -> list[str]:
        """Columns that the page names."""
        items = [each for item in self.suggestion.items for each in (item if isinstance(item, tuple) else (item,))]
        named = [getattr(item, "column", item) for item in items]
        settings = [str(self.survey.settings[role]) for role in ("weight", "cluster") if role in self.survey.settings]
        rivals = [*self.survey.rivals("date"), *self.survey.rivals("comment")]
        customer = self.roles.get("customer")
        return [*([customer] if customer else []), *rivals, *named, *settings]

    @cached_property
    def suggestion(self) -> Suggestion:
        """What to split by, as asked or as found."""
        if self._by is not None or not self.overall.responses:
            return Suggestion(tuple(self._by or ()))
        return suggested(self.survey, confidence_level=self.confidence_level)

    @cached_property
    def groups(self) -> list[Group]:
        """The score by each of the columns, with a chart each; what is named holds up against all that was compared."""
        if not self.overall.responses:
            return []
        options: dict[str, Any] = {"confidence_level": self.confidence_level, "lang": self.lang}
        options["least"] = self.min_responses or FEWEST_OF_GROUP
        items = self.suggestion.items
        groups = [
            group_of(self.survey, item, overall=self.overall.score, words=self.words, **options) for item in items
        ]
        groups = [group for group in groups if group.table["score"]]
        pairs = max(self.suggestion.pairs, sum(group.own_pairs for group in groups))
        return [replace(group, pairs=pairs) for group in groups]

    @cached_property
    def movement(self) -> Movement | None:
        """The score over time; None without dates."""
        column = self.roles.get("date")
        if column is None or not self.overall.responses:
            return None
        options: dict[str, Any] = {"every": self.every, "confidence_level": self.confidence_level, "lang": self.lang}
        return movement(self.survey, column, min_responses=self.min_responses, words=self.words, **options)

    @cached_property
    def duplicates(self) -> int | None:
        """Rows that repeat another; None where rows hold nothing of their own, so that equal ones mean nothing."""
        if "duplicates" in self.counted:
            return self.counted["duplicates"]
        return wrap(self.survey.data).duplicates() if tells_rows_apart(self.survey) else None

    @property
    def trend(self) -> Trend | None:
        """The periods behind the chapter on time; None without dates."""
        return self.movement.trend if self.movement else None

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: the answer, how sure, and the rest of the story in a line each."""
        found, lang = self.overall, self.lang
        kicker = word("report_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", quality_in_short(self.survey, found, self.duplicates, lang))]
        if found.responses:
            lines = [
                ("report_who_label", who_answered(found, self.survey.settings.get("cluster"), lang)),
                ("report_can_label", self._can_be_said()),
                ("report_cannot_label", self._cannot_be_said()),
                *lines,
                *[("report_groups_label", group.in_short) for group in self.groups],
                *([] if self.groups else [("report_groups_label", word("report_no_groups", lang))]),
                ("report_time_label", self._time_in_short()),
            ]
        named = unrepeated([(word(key, lang), text) for key, text in lines])
        return Headline(" · ".join(filter(None, kicker)), self._title(), found.shares, named, lang)

    def _title(self) -> str:
        found = self.overall
        if not found.responses:
            return word("report_headline_none", self.lang)
        score, lower, upper = score_text(found.score, found.lower, found.upper, self.lang)
        key = "report_headline" if found.is_sure else "report_headline_bare"
        return word(key, self.lang, score=score, lower=lower, upper=upper)

    def _can_be_said(self, of: Overall | None = None) -> str:
        found, lang = of or self.overall, self.lang
        side = "positive" if found.lower > 0 else "negative" if found.upper < 0 else "zero"
        key = f"report_can_{side if found.is_sure else 'unsure'}"
        _, lower, upper = score_text(found.score, found.lower, found.upper, lang)
        return word(key, lang, lower=lower, upper=upper, level=self._level())

    def _attribution(self) -> str:
        notes = self.survey.notes
        if not notes.get("attribution"):
            return ""
        # As words: the page holds no address.
        source = str(notes["attribution"]).replace("https://", "")
        return word("report_attribution", self.lang, source=source, licence=notes.get("licence", ""))

    def _level(self) -> str:
        return level_share(self.confidence_level, self.lang)

    def _cannot_be_said(self) -> str:
        if not self.overall.is_sure:
            return word("report_cannot_unsure", self.lang)
        chance = max(math.ceil(self.overall.chance - 1e-9), 1)
        if chance >= HARDLY_ANY:
            return word("report_cannot_any", self.lang)
        return word(
            "report_cannot_1" if chance == 1 else "report_cannot", self.lang, gap=number(chance, lang=self.lang)
        )

    def _time_in_short(self) -> str:
        return self.movement.in_short if self.movement else self._no_time()

    def _no_time(self) -> str:
        rivals = self.survey.rivals("date")
        if not rivals:
            return word("report_time_none", self.lang)
        listing = ", ".join(quoted(self.words.name(name), self.lang) for name in rivals)
        return word("report_time_several", self.lang, columns=listing)

    def quality(self) -> Passage:
        """How good the data are: what is missing, doubled, repaired or left out."""
        points = quality(
            self.survey,
            self.overall,
            customer=self.roles.get("customer"),
            repeated=self.duplicates,
            words=self.words,
            lang=self.lang,
        )
        return Passage(word("report_quality", self.lang), points=tuple(points))

    def answers(self) -> Passage:
        """Heading above the chart of the ratings."""
        return Passage(word("report_answers", self.lang))

    def where(self) -> Passage:
        """Heading above the charts by group: what was compared, and how the columns were chosen."""
        found, lang = self.suggestion, self.lang
        if not self.groups:
            sentences = [word("report_no_groups", lang), word("report_no_groups_hint", lang)]
        elif self._by is not None:
            sentences = [word("report_groups_asked", lang)]
        elif found.apart:
            sentences = [told("report_groups_found", found.examined, lang, k=size(found.examined, lang))]
        else:
            sentences = [told("report_groups_none_apart", found.examined, lang, k=size(found.examined, lang))]
        return Passage(word("report_groups", lang), tuple(sentences) if self.overall.responses else ())

    def over_time(self) -> Passage:
        """Heading and sentences on time; says what is missing when there are no dates."""
        lang = self.lang
        if self.movement:
            return Passage(word("report_time", lang), tuple(self.movement.sentences))
        if not self.overall.responses:
            return Passage(word("report_time", lang))
        hint = "report_time_choose" if self.survey.rivals("date") else "report_time_hint"
        return Passage(word("report_time", lang), (self._no_time(), word(hint, lang)))

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang, scale, settings = self.lang, self.overall.scale, self.survey.settings
        promoters, detractors = (rating_range(scale, at, lang, before=" ") for at in (2, 0))
        named = {role: settings[role] for role in ("weight", "cluster") if role in settings}
        kind = "_cluster" if "cluster" in named else "_weight" if "weight" in named else ""
        interval = word(f"report_method_interval{kind}", lang, level=self._level())
        sentences = [
            word("report_method_score", lang, promoters=promoters, detractors=detractors),
            *[word(f"report_method_{role}", lang, column=self.words.name(column)) for role, column in named.items()],
            f"{interval} {word('report_method_chance', lang)}",
            word("report_method_difference", lang),
            word("report_method_level", lang) if self.movement else "",
            *([] if self.survey.aggregated is None else remarks(self.survey.aggregated, lang)),
            self._attribution(),
            word("report_method_made", lang, version=VERSION),
            word("report_trademarks", lang),
        ]
        return self._at_the_end(sentences)

    def _at_the_end(self, sentences: Sequence[str]) -> Passage:
        """The note on the method, and what code calls the columns, where that is not what the page calls them."""
        names = self.words.glossary(self.shown_columns, self.lang)
        said = [*filter(None, sentences), *([word("report_columns", self.lang)] if names else [])]
        return Passage(word("report_method", self.lang), tuple(said), points=names, kind="note")


def source_name(survey: Base) -> str | None:
    """The file or the bundled data set that the answers came from, where it is known."""
    # Parquet is scanned where it is, and no reader notes its name; a folder may be a copy that nobody named.
    scanned = isinstance(survey.data, str) and Path(survey.data).is_file()
    source = Path(survey.data).name if scanned else survey.notes.get("source")
    return str(source).removeprefix("npskit.datasets: ") if source else None


def who_answered(found: Overall, cluster: str | None, lang: str) -> str:
    """Number of answers and the three shares, and how many answers weights and clusters leave."""
    parts = {}
    for category, part in enumerate(found.shares):
        name = CATEGORIES[category]
        ratings = rating_range(found.scale, category, lang, before=" ")
        parts[name] = f"{share(part, lang=lang)} {word('report_of_' + name, lang)}{ratings}"
    text = told("report_who", found.responses, lang, n=size(found.responses, lang), **parts)
    if found.effective is None:
        return text
    return f"{text} {worth_told(found, found.effective, cluster, lang)}"


def worth_told(found: Overall, effective: float, cluster: str | None, lang: str) -> str:
    """What weights and clusters leave of the answers, with the reason that is the true one."""
    worth = round(effective)
    figure = {"n": size(worth, lang), "column": cluster}
    free = found.responses if found.weighted is None else found.weighted
    costs = cluster is not None and effective < (1 - LEAST_COST) * free
    if costs:
        return told(f"report_effective_{'cluster' if found.weighted is None else 'both'}", worth, lang, **figure)
    weights = told("report_effective", worth, lang, **figure) if found.weighted is not None else ""
    alike = word("report_effective_free", lang, column=cluster) if cluster is not None else ""
    return " ".join(filter(None, (weights, alike)))


def unrepeated(lines: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Lines with a label only where it is not the one above."""
    before = [None, *[label for label, _ in lines]]
    return tuple(("" if label == above else label, text) for (label, text), above in zip(lines, before, strict=False))
