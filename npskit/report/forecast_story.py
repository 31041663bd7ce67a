"""The story of the fourth template: what the score is expected to be, how sure that is, and what one may do about it.

A forecast is told as a band and never as a line, together with how such forecasts did on the same series before. What
is noise is told before what is movement, so that nobody explains the ups and downs of chance.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from npskit.charts.columns import quoted
from npskit.charts.periods import as_day, period_text
from npskit.charts.words import amount, sentence
from npskit.errors import ArgumentError, EmptyDataError
from npskit.frames import Period
from npskit.labels import date_text, word
from npskit.report.forecast_groups import ForecastGroup, forecast_group
from npskit.report.forecast_words import advice, bare, chance, has_jumps, tested_rows, told_answers, widths
from npskit.report.horizon import answered_days, longest_period, usual_horizon
from npskit.report.movement import long_enough, sizes_of
from npskit.report.passage import Headline, Passage
from npskit.report.story import FEWEST_OF_GROUP, Story, unrepeated
from npskit.report.tables import Table
from npskit.report.words import score_text, size
from npskit.stats.arguments import as_number
from npskit.stats.forecastable import FEWEST_PERIODS, check_whole
from npskit.survey import Survey

if TYPE_CHECKING:
    from npskit.survey.forecasts import Forecast
    from npskit.survey.monitoring import Monitor

__all__ = ["ForecastStory"]

# Topics of `Forecast.explain` that tell what was learned.
LEARNED = ("noise", "movement", "season")


class ForecastStory(Story):
    """What there is to say about the periods to come.

    Parameters
    ----------
    survey : Survey
        Of answers, or of counts.
    by : str, Bands or sequence of them, optional
        A chapter of forecasts per group for each; none when not given.
    every : {"day", "week", "month", "quarter", "year"}, optional
        Length of a period; the longest that leaves enough of them when not given.
    periods : int, optional
        How many to look ahead.
    target : float, optional
        A score in points, of which it is told how likely it is to be reached.
    planned_responses : number or sequence, optional
        Answers expected in each period to come.
    breaks : date, ISO text or sequence of them, optional
        First periods after a change of wording, channel or sampling.
    until : date or ISO text, optional
        The last day that is used.
    **options
        Of `Story`.

    Raises
    ------
    ArgumentError
        When the target is no score, or `periods` no number of them.

    Examples
    --------
    >>> import pandas as pd
    >>> story = ForecastStory(Survey(pd.DataFrame({"nps": [10] * 60 + [2] * 40})), lang="en")
    >>> story.expected().sentences[0]
    'No column was recognised as the date of the answers, so there is nothing to forecast from.'
    """

    def __init__(
        self,
        survey: Survey,
        *,
        periods: int | None = None,
        target: float | None = None,
        planned_responses: Any = None,
        breaks: Any = None,
        until: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(survey, **options)
        if target is not None and not -100 <= as_number(target) <= 100:
            raise ArgumentError(where="target", expected="points from -100 to 100", got=repr(target))
        if periods is not None:
            check_whole("periods", periods)
        self.asked_periods, self.target, self.planned_responses = periods, target, planned_responses
        self.breaks, self.until = breaks, until

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def days(self) -> list[dt.date]:
        """Days with answers; empty without dates."""
        column = self.roles.get("date")
        return answered_days(self.survey, column) if column and self.overall.responses else []

    @cached_property
    def length(self) -> str:
        """Length of a period, as asked for or as found."""
        if self.every or self.min_responses is None or not self.days:
            return self.every or longest_period(self.days)
        sizes = sizes_of(self.survey.tally([Period(str(self.roles["date"]), "day")]))
        return long_enough(longest_period(self.days), {day: sizes[day] for day in self.days}, self.min_responses)

    @property
    def periods(self) -> int:
        """How many periods to look ahead."""
        return self.asked_periods or usual_horizon(self.days, self.length)

    @cached_property
    def _missing(self) -> tuple[str, ...]:
        """Why nothing can be forecast, and what to do; empty when something can."""
        if not self.overall.responses:
            return (word("report_headline_none", self.lang) + ".",)
        rivals = self.survey.rivals("date")
        if rivals:
            columns = ", ".join(quoted(self.words.name(name), self.lang) for name in rivals)
            return word("report_fc_several", self.lang, columns=columns), word("report_time_choose", self.lang)
        if self.roles.get("date") is None:
            return word("report_fc_no_date", self.lang), word("report_time_hint", self.lang)
        if not self.days:
            return word("report_fc_unreadable", self.lang, column=self.words.name(str(self.roles["date"]))), word(
                "report_time_hint", self.lang
            )
        return ()

    @cached_property
    def forecast(self) -> Forecast | None:
        """The score of everybody in the periods to come; None where there is nothing to forecast from."""
        if self._missing:
            return None
        try:
            return self._foretold(self.planned_responses)
        except EmptyDataError:
            every = word(f"chart_every_{self.length}s", self.lang)
            self._missing = (
                word("report_fc_few", self.lang, every=every, k=FEWEST_PERIODS),
                word("report_fc_few_hint", self.lang),
            )
            return None

    def _foretold(self, planned: Any, by: Any = None, least: int | None = None) -> Forecast:
        return self.survey.forecast(
            self.periods,
            every=self.length,
            by=by,
            planned_responses=planned,
            breaks=self.breaks,
            until=self.until,
            min_responses=least or self.min_responses,
            confidence_level=self.confidence_level,
        )

    @cached_property
    def monitor(self) -> Monitor | None:
        """Which periods moved beyond chance; None where there is nothing to forecast from."""
        return self._monitored() if self.forecast else None

    def _monitored(self) -> Monitor:
        return self.survey.monitor(self.length, breaks=self.breaks, min_responses=self.min_responses)

    @cached_property
    def group_forecasts(self) -> list[ForecastGroup]:
        """Forecasts per group, one chapter for each item of `by`."""
        if self.forecast is None:
            return []
        chapters = []
        for item in self._by or ():
            by, least = list(item) if isinstance(item, tuple) else item, self.min_responses or FEWEST_OF_GROUP
            try:
                found = self._foretold(None, by, least)
            except EmptyDataError:
                # Of too few answers a period in any group; what is asked for and is none is said.
                continue
            chapters.append(forecast_group(found, item, target=self.target, lang=self.lang, words=self.words))
        return chapters

    @cached_property
    def more(self) -> list[tuple[int, Forecast]]:
        """The forecast with as many answers a period as now, with twice and with four times as many."""
        if self.forecast is None:
            return []
        now = max(int(self.forecast.table["responses"][0]), 1)
        same = (now, self.forecast if self.planned_responses is not None else self._foretold(now))
        return [same, *((times * now, self._foretold(times * now)) for times in (2, 4))]

    def _row(self, at: int, kind: str = "score") -> tuple[str, str, str]:
        """The reading, or the level, of a period to come with its two ends."""
        names = ("score", "lower", "upper") if kind == "score" else ("level", "level_lower", "level_upper")
        values = [float(self.forecast.table[name][at]) for name in names] if self.forecast else [math.nan] * 3
        return score_text(values[0], values[1], values[2], self.lang)

    def _period(self, at: int) -> str:
        return period_text(as_day(self.forecast.table["period"][at]), self.length, self.lang) if self.forecast else ""

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: the next reading, and each chapter in a line."""
        lang = self.lang
        kicker = word("report_template_forecast_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", told_answers(self.overall, self.days, lang))]
        if self.forecast:
            lines = [
                ("report_fc_level_label", self._explained("outlook")),
                ("report_fc_target_label", self._chance()),
                ("report_fc_held_label", self.forecast.backtest.sentence(lang=lang)),
                ("report_fc_noise_label", self._explained("noise")),
                *([("report_fc_alerts_label", sentence(self.monitor.sentence(lang=lang)))] if self.monitor else []),
                *[("report_groups_label", group.in_short) for group in self.group_forecasts],
                *lines,
            ]
        elif self.overall.responses:
            lines = [("report_fc_missing_label", " ".join(self._missing)), *lines]
        named = unrepeated([(word(key, lang), text) for key, text in lines])
        return Headline(" · ".join(filter(None, kicker)), self._title(), (), named, lang)

    def _title(self) -> str:
        if self.forecast is None:
            return super()._title()
        score, lower, upper = self._row(0)
        said = {"period": self._period(0), "score": score, "lower": lower, "upper": upper}
        return sentence(word("report_fc_headline", self.lang, **said))

    def _explained(self, topic: str) -> str:
        rows = self.explained
        return " ".join(text for name, text in rows if name == topic)

    @cached_property
    def explained(self) -> list[tuple[str, str]]:
        """Topic and sentence of everything the forecast has to say of itself."""
        if self.forecast is None:
            return []
        told = self.forecast.explain(lang=self.lang).table
        return [(name, sentence(text)) for name, text in zip(told["topic"], told["sentence"], strict=True)]

    def expected(self) -> Passage:
        """What to expect of the next reading and of the level, or what is missing."""
        heading, lang = word("report_fc_expected", self.lang), self.lang
        if self.forecast is None:
            return Passage(heading, self._missing)
        score, lower, upper = self._row(0)
        said = {"period": self._period(0), "score": score, "lower": lower, "upper": upper, "level": self._level()}
        now = word("report_fc_reading", lang, **said)
        return Passage(heading, (now, word("report_fc_two_bands", lang)))

    def expected_table(self) -> Table:
        """The periods to come."""
        lang = self.lang
        heads = tuple(
            word(f"report_fc_head_{name}", lang)
            for name in ("period", "responses", "reading", "between", "level", "between")
        )
        if self.forecast is None:
            return Table(heads, ())
        rows = []
        for at in range(len(self.forecast)):
            n = size(self.forecast.table["responses"][at], lang)
            rows.append((self._period(at), n, *self._cells(at, "score"), *self._cells(at, "level")))
        return Table(heads, tuple(rows))

    def _cells(self, at: int, kind: str) -> tuple[str, str]:
        score, lower, upper = self._row(at, kind)
        return bare(score), word("range", self.lang, lower=lower, upper=upper)

    def likely(self) -> Passage:
        """How likely the target is, or that none was named."""
        if self.forecast is None:
            return Passage()
        sentences = [self._chance()]
        if self.target is not None:
            sentences.append(word("report_fc_target_about", self.lang))
        return Passage(word("report_fc_target", self.lang), tuple(sentences))

    def _chance(self) -> str:
        if self.forecast is None:
            return ""
        if self.target is None:
            return word("report_fc_target_none", self.lang)
        said = {"target": score_text(self.target, float("nan"), float("nan"), self.lang)[0], "period": self._period(-1)}
        said |= {of: chance(self.forecast.probability(self.target, of=of), self.lang) for of in ("score", "level")}
        return word("report_fc_target_told", self.lang, **said)

    def likely_table(self) -> Table:
        """The probability of the target in each period to come; no rows without a target."""
        heads = tuple(word(f"report_fc_head_{name}", self.lang) for name in ("period", "reading", "level"))
        if self.forecast is None or self.target is None:
            return Table(heads, ())
        rows = [
            (self._period(at), *(chance(self.forecast.probability(self.target, day, of=of), self.lang)
                                 for of in ("score", "level")))
            for at, day in enumerate(self.forecast.periods)
        ]  # fmt: skip
        return Table(heads, tuple(rows))

    def how_it_did(self) -> Passage:
        """How such forecasts did on the periods that are known by now."""
        if self.forecast is None:
            return Passage()
        sentences = (self.forecast.backtest.sentence(lang=self.lang), word("report_fc_held_about", self.lang))
        return Passage(word("report_fc_held", self.lang), sentences)

    def tested_table(self) -> Table:
        """Forecasts of the next reading beside the readings that came."""
        names = ("period", "responses_came", "came", "forecast", "between", "inside")
        heads = tuple(word(f"report_fc_head_{name}", self.lang) for name in names)
        return Table(heads, tested_rows(self.forecast.backtest, self.lang) if self.forecast else ())

    def learned(self) -> Passage:
        """What is noise, what is movement, and whether there is a season."""
        if self.forecast is None:
            return Passage()
        sentences = [text for name, text in self.explained if name in LEARNED]
        if has_jumps(self.forecast):
            sentences.append(word("report_fc_jumps", self.lang))
        return Passage(word("report_fc_learned", self.lang), points=tuple(sentences))

    def alerts(self) -> Passage:
        """Which periods moved beyond what chance explains."""
        if self.monitor is None:
            return Passage()
        # The finding stands on the chart.
        return Passage(word("report_fc_alerts", self.lang), (word("report_fc_alerts_about", self.lang),))

    def shares(self) -> Passage:
        """Heading of the chart of the three categories."""
        return Passage(word("report_fc_shares", self.lang)) if self.forecast else Passage()

    def groups_asked(self) -> Passage:
        """Heading of the chapters of groups, or how to get some."""
        if self.forecast is None:
            return Passage()
        least = size(self.min_responses or FEWEST_OF_GROUP, self.lang)
        few = len(self._by or ()) > len(self.group_forecasts)
        told = (word("report_fc_groups_few" if few else "report_fc_groups_told", self.lang, k=least),)
        told = told if self._by else (word("report_fc_groups_none", self.lang),)
        return Passage(word("report_fc_groups", self.lang), told)

    def more_answers(self) -> Passage:
        """What more answers a period would buy."""
        if not self.more:
            return Passage()
        lang, (now, one), (twice, two) = self.lang, *self.more[:2]
        before, after = (widths(each, "score") for each in (one, two))
        said = {"n": size(now, lang), "twice": size(twice, lang), "every": word(f"chart_every_{self.length}", lang)}
        key = "report_fc_more" if before - after >= 1 else "report_fc_more_none"
        told = word(key, lang, **said, before=amount(before, lang), after=amount(after, lang))
        return Passage(word("report_fc_more_head", lang), (told, word("report_fc_more_about", lang)))

    def more_table(self) -> Table:
        """Answers a period, and how wide the next reading and the level are with them."""
        names, every = ("answers", "reading_width", "level_width"), word(f"chart_every_{self.length}", self.lang)
        heads = tuple(word(f"report_fc_head_{name}", self.lang, every=every) for name in names)
        rows = [
            (size(n, self.lang), *(amount(widths(found, kind), self.lang) for kind in ("score", "level")))
            for n, found in self.more
        ]
        return Table(heads, tuple(rows))

    def to_do(self) -> Passage:
        """What follows from all this."""
        if self.forecast is None:
            return Passage()
        points = advice(self.forecast, self.monitor, self.target, self.more, self.lang)
        return Passage(word("report_fc_do", self.lang), points=tuple(points))

    def data(self) -> Passage:
        """How good the data are, and what of them may mislead a forecast."""
        before = self.quality()
        notes = tuple(text for name, text in self.explained if name == "note")
        return replace(before, points=(*notes, *before.points))

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang, before = self.lang, super().method()
        others = {word("report_method_difference", lang), word("report_method_level", lang)}
        kept = [text for text in before.sentences if text not in others]
        own = [word(f"report_method_fc_{name}", lang) for name in ("model", "test", "alerts")] if self.forecast else []
        place = next((at for at, text in enumerate(kept) if word("report_method_chance", lang) in text), 0) + 1
        return replace(before, sentences=(*kept[:place], *own, *kept[place:]))
