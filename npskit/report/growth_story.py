"""The story of the fifth template: sales to come, whether the score helps to foretell them, and what is at stake.

Every vendor asserts that the score moves sales. Here it is one factor among several and may lose: the verdict stands
beside its evidence, a scenario beside what it assumes, and what others published for and against beside both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from npskit.charts.growth_words import amount_text, p_text, signed_share, target_text, time_text, times_text, unit_of
from npskit.charts.words import level_share, sentence
from npskit.errors import ArgumentError, EmptyDataError
from npskit.labels import NO_BREAK_SPACE, date_text, language, number, share, word
from npskit.report.growth_table import Table as Periods
from npskit.report.growth_table import opened_frame, opened_table
from npskit.report.invented import invented_customers, invented_sales
from npskit.report.passage import Headline, Passage
from npskit.report.published import published
from npskit.report.story import unrepeated
from npskit.report.tables import Table
from npskit.report.words import size
from npskit.survey import Survey
from npskit.version import VERSION

if TYPE_CHECKING:
    from npskit.survey.earned import EarnedGrowth
    from npskit.survey.growths import Growth
    from npskit.survey.scenarios import Scenario
    from npskit.survey.worth import Economics

__all__ = ["GrowthStory"]

# What is supposed when nobody said: so many points more of the score.
STEP = 5.0
USUAL = (1, 2, 4)
NOTHING = "–"
RELIABLE = 0.5


class GrowthStory:
    """What there is to say about sales and the score.

    Parameters
    ----------
    data : path, frame or mapping of columns, optional
        A row a period: sales, and the score unless a survey brings it. Without it the figures are invented, which is
        said first.
    survey : Survey, optional
        Answers with dates, whose own trend is then the score.
    target, nps, period, responses : str, optional
        Columns of sales, score, periods and answers; found by their names.
    factors : sequence of str
        Columns of what else moves sales.
    horizons : sequence of int, optional
        Periods ahead; 1, 2 and 4, as far as half the history reaches, when not given.
    lag : int
        Periods between a change of the score and the growth it may foretell, chosen beforehand.
    every : str, optional
    scenario : float, sequence or mapping, optional
        Points more of the score from the next period on; a path of the score; or paths of score and factors by name.
    customers : path or frame, optional
        For earned growth: a row a customer.
    earned : mapping
        Keywords of `npskit.earned_growth`.
    money : mapping
        Keywords of `Survey.economics`, such as ``{"spend": "basket"}``.
    title, confidence_level, lang, today
        As in `Story`.

    Examples
    --------
    >>> story = GrowthStory(lang="en")
    >>> story.summary().lines[0]
    ('Beware', 'These figures are invented to show the report: they say nothing about any company.')
    """

    def __init__(
        self,
        data: Any = None,
        *,
        survey: Survey | None = None,
        target: str | None = None,
        nps: str | None = None,
        factors: str | Sequence[str] | None = None,
        horizons: Sequence[int] | None = None,
        lag: int = 1,
        period: str | None = None,
        every: str | None = None,
        responses: str | None = None,
        scenario: Any = None,
        customers: Any = None,
        earned: Mapping[str, Any] | None = None,
        money: Mapping[str, Any] | None = None,
        title: str | None = None,
        confidence_level: float = 0.95,
        lang: str | None = None,
        today: dt.date | None = None,
    ) -> None:
        self.lang, self.survey, self.invented = language(lang), survey, data is None
        self.periods: Periods = opened_table(invented_sales(self.lang) if data is None else data)
        self.target = self.periods.named(target) if target else self.periods.target()
        named = (
            self.periods.others()
            if factors is None and self.invented
            else [factors]
            if isinstance(factors, str)
            else factors
        )
        self.factors = [self.periods.named(each) for each in named or ()]
        self._nps, self._period, self._responses, self._every = nps, period, responses, every
        self.horizons = horizons or [ahead for ahead in USUAL if 2 * ahead <= self._known()] or USUAL[:1]
        self.lag, self._scenario = lag, scenario
        self._customers, self._earned, self._money = customers, dict(earned or {}), dict(money or {})
        if customers is None and self.invented:
            self._customers, self._earned = invented_customers(self.lang), {"source": "source"}
        self.title = title or self.periods.source
        self.confidence_level, self.today = confidence_level, today or dt.date.today()

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def score(self) -> Any:
        """The column of the score, or the survey's own trend."""
        if self.survey is None or self._nps is not None:
            return self.periods.named(self._nps) if self._nps else self.periods.score()
        every = self._every or self.periods.every(self._period)
        if every is None:
            raise ArgumentError(
                where="sales", expected="a column of periods, to lay the survey beside", got="none", hint="period=…"
            )
        return self.survey.trend(every)

    @cached_property
    def growth(self) -> Growth | None:
        """The forecast of sales; None when there are too few periods."""
        from npskit.survey.growth import forecast_growth

        try:
            return forecast_growth(
                self.periods.columns,
                target=self.target,
                nps=self.score,
                factors=self.factors,
                horizons=self.horizons,
                lag=self.lag,
                period=self.periods.named(self._period) if self._period else None,
                every=self._every,
                responses=self._answers() if isinstance(self.score, str) else None,
                confidence_level=self.confidence_level,
            )
        except EmptyDataError:
            return None

    def _answers(self) -> str | None:
        """The column of how many answered."""
        return self.periods.named(self._responses) if self._responses else self.periods.responses()

    @cached_property
    def scenario(self) -> Scenario | None:
        """What another path of the score would add to sales."""
        if self.growth is None:
            return None
        if isinstance(self._scenario, Mapping):
            return self.growth.what_if(**self._scenario)
        if isinstance(self._scenario, (list, tuple)):
            return self.growth.what_if(nps=self._scenario)
        step = STEP if self._scenario is None else float(self._scenario)
        return self.growth.what_if(nps=max(min(self.growth.base["nps"][0] + step, 100.0), -100.0))

    @cached_property
    def earned(self) -> EarnedGrowth | None:
        """How much of the growth was earned; None without customers."""
        if self._customers is None:
            return None
        from npskit.survey.earned import earned_growth

        return earned_growth(opened_frame(self._customers), confidence_level=self.confidence_level, **self._earned)

    @cached_property
    def economics(self) -> Economics | None:
        """What a category of customers is worth; None without a survey or columns of money."""
        if self.survey is None or not self._money:
            return None
        return self.survey.economics(confidence_level=self.confidence_level, **self._money)

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: sales to come, whether the score helps, and each chapter in a line."""
        lang = self.lang
        kicker = word("report_template_growth_title", lang), self.title, date_text(self.today, lang)
        beware = [("report_gr_beware_label", word("report_gr_invented", lang))] if self.invented else []
        lines = [*beware, ("report_data_label", self._rows_told())]
        if self.growth:
            lines = [
                *beware,
                ("report_gr_nps_label", self.growth.verdict_text(self.lang)),
                ("report_gr_evidence_label", " ".join(self._evidence()[:2])),
                *([("report_what_if_label", sentence(self.scenario.sentence(lang)))] if self.scenario else []),
                *([("report_gr_earned_label", self._ended(self.earned.sentence(lang=lang)))] if self.earned else []),
                *(
                    [("report_gr_stake_label", self._ended(self.economics.sentence(lang=lang)))]
                    if self.economics
                    else []
                ),
                *lines[len(beware) :],
            ]
        named = unrepeated([(word(key, lang), text) for key, text in lines])
        return Headline(" · ".join(filter(None, kicker)), self._title(), (), named, lang)

    def _title(self) -> str:
        if self.growth is None:
            return self._few()
        row = {name: values[-1] for name, values in self.growth.table.items()}
        unit = unit_of(row["upper"])
        said = {name: amount_text(row[name], row["upper"] - row["lower"], unit, self.lang)
                for name in ("target", "lower", "upper")}  # fmt: skip
        period = time_text(row["period"], self.growth.every, self.lang)
        return word("report_gr_headline", self.lang, name=target_text(self.target, self.lang), period=period, **said)

    def _few(self) -> str:
        return word("report_gr_few", self.lang, n=self._known())

    def _known(self) -> int:
        return sum(value is not None and value == value for value in self.periods.columns[self.target])

    def _rows_told(self) -> str:
        return word("report_gr_rows", self.lang, n=size(self._known(), self.lang), target=self.target)

    def _ended(self, text: str) -> str:
        """A sentence with its capital and its full stop."""
        return sentence(text).rstrip(".") + "."

    def _evidence(self) -> tuple[str, ...]:
        """The sentences of the forecast without its finding, which stands in the headline."""
        return self.growth.explain(self.lang)[1:-1] if self.growth else ()

    def ahead(self) -> Passage:
        """Sales to come, or what is missing."""
        heading = word("report_gr_ahead", self.lang)
        if self.growth is None:
            return Passage(heading, (self._few(), word("report_gr_few_hint", self.lang)))
        about = word("report_gr_ahead_about", self.lang, level=level_share(self.confidence_level, self.lang))
        return Passage(heading, (about,))

    def ahead_table(self) -> Table:
        """Sales and their growth at each horizon, in their own unit."""
        names = ("period", "sales", "between", "growth", "between", "summed", "between")
        heads = tuple(word(f"report_gr_head_{name}", self.lang) for name in names)
        rows = () if self.growth is None else tuple(self._ahead_row(at) for at in range(len(self.growth)))
        return Table(heads, rows)

    def _ahead_row(self, at: int) -> tuple[str, ...]:
        row = {name: values[at] for name, values in self.growth.table.items()} if self.growth else {}
        grown = [signed_share(row[name], row["growth_upper"] - row["growth_lower"], self.lang)
                 for name in ("growth", "growth_lower", "growth_upper")]  # fmt: skip
        return (
            time_text(row["period"], self.growth.every if self.growth else "", self.lang).replace(" ", NO_BREAK_SPACE),
            *self._amounts(row["target"], row["lower"], row["upper"]),
            grown[0],
            word("range", self.lang, lower=grown[1], upper=grown[2]),
            *self._amounts(row["total"], row["total_lower"], row["total_upper"]),
        )

    def _amounts(self, value: float, lower: float, upper: float) -> tuple[str, str]:
        unit = unit_of(upper)
        shown, low, high = (amount_text(each, upper - lower, unit, self.lang) for each in (value, lower, upper))
        return shown, word("range", self.lang, lower=low, upper=high)

    def helps(self) -> Passage:
        """Whether the score helps, with the evidence."""
        if self.growth is None:
            return Passage()
        verdict = self.growth.verdict_text(self.lang)
        return Passage(word("report_gr_helps", self.lang), (verdict,), points=self._evidence())

    def what_if(self) -> Passage:
        """What another path would add, and what that assumes."""
        if self.scenario is None:
            return Passage()
        lang = self.lang
        # The finding and its notes stand on the chart.
        sentences = [word("report_gr_what_if_about", lang)]
        if self._scenario is None:
            sentences.append(word("report_gr_what_if_usual", lang, step=number(STEP, lang=lang)))
        return Passage(word("report_gr_what_if", lang), tuple(sentences))

    def lags(self) -> Passage:
        """That the lag was chosen beforehand."""
        if self.growth is None:
            return Passage()
        return Passage(word("report_gr_lags", self.lang), (word("report_gr_lags_about", self.lang, lag=self.lag),))

    def lags_table(self) -> Table:
        """The evidence at each lag."""
        heads = tuple(
            word(f"report_gr_head_{name}", self.lang) for name in ("lag", "rows", "factor", "p", "error", "without")
        )
        if self.growth is None:
            return Table(heads, ())
        found = self.growth.lags
        return Table(
            heads, tuple(self._lag_row({name: found[name][at] for name in found}) for at in range(len(found["lag"])))
        )

    def _lag_row(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        lang, factor = self.lang, row["bayes_factor"]
        name = word("report_gr_lag_chosen" if row["chosen"] else "report_gr_lag", lang, n=row["lag"])
        if factor != factor:
            return name, size(row["rows"], lang), *[NOTHING] * 4
        known = [share(row[key], digits=1, lang=lang) for key in ("error_with_nps", "error_without_nps")]
        key = "report_gr_times_with" if factor >= 1 else "report_gr_times_without"
        p_value = row["clark_west_p_value"]
        p = NOTHING if p_value != p_value else p_text(p_value, lang).removeprefix(f"={NO_BREAK_SPACE}")
        return name, size(row["rows"], lang), word(key, lang, n=times_text(max(factor, 1 / factor), lang)), p, *known

    def earned_told(self) -> Passage:
        """How much of the growth was earned, or what it takes to tell."""
        lang, heading = self.lang, word("report_gr_earned", self.lang)
        if self.earned is None:
            return Passage(heading, (word("report_gr_earned_none", lang),))
        notes = tuple(note.sentence(lang=lang) for note in self.earned.notes)
        about = word("report_gr_earned_about", lang)
        return Passage(heading, (about,), points=notes)

    def stake(self) -> Passage:
        """What categories of customers are worth, or what it takes to tell."""
        lang, heading = self.lang, word("report_gr_stake", self.lang)
        if self.economics is None:
            key = "report_gr_stake_none" if self.survey is None else "report_gr_stake_columns"
            return Passage(heading, (word(key, lang),))
        # The finding stands on the chart.
        texts = [self.economics.risk_sentence(lang=lang)]
        notes = tuple(note.sentence(lang=lang) for note in self.economics.notes)
        return Passage(heading, tuple(self._ended(text) for text in texts if text), points=notes)

    def published(self) -> Passage:
        """Heading of what others found."""
        return Passage(word("report_gr_published", self.lang), (word("report_gr_published_about", self.lang),))

    def published_table(self) -> Table:
        """Published evidence for and against, with its sources."""
        from npskit.survey.growth import literature

        heads = tuple(word(f"report_gr_head_{name}", self.lang) for name in ("source", "found"))
        return Table(heads, published(literature(), self.lang), texts=2)

    def to_do(self) -> Passage:
        """What follows from it."""
        if self.growth is None:
            return Passage()
        lang, found = self.lang, self.growth
        points = [word(f"report_gr_do_{found.verdict.replace(' ', '_')}", lang)]
        if found.reliability == found.reliability and found.reliability < RELIABLE:
            points.append(word("report_gr_do_noise", lang, share=share(found.reliability, lang=lang)))
        if not self.factors:
            points.append(word("report_gr_do_factors", lang))
        points.append(word("report_gr_do_again", lang))
        return Passage(word("report_fc_do", lang), points=tuple(points))

    def data(self) -> Passage:
        """What was read and repaired."""
        named = [self.target, *(["NPS"] if not isinstance(self.score, str) else [self.score]), *self.factors]
        points = [
            *([word("report_gr_invented", self.lang)] if self.invented else []),
            self._rows_told(),
            word("report_gr_columns", self.lang, columns=", ".join(named)),
            *(self.growth.notes(self.lang) if self.growth else ()),
        ]
        return Passage(word("report_gr_data", self.lang), points=tuple(points))

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang = self.lang
        names = ("model", "verdict", "scenario", *(["earned"] if self.earned else []))
        own = [word(f"report_method_gr_{name}", lang) for name in names] if self.growth else []
        made = word("report_method_made", lang, version=VERSION), word("report_trademarks", lang)
        return Passage(word("report_method", lang), (*own, *made), kind="note")
