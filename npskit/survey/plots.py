"""``df.nps.plot``: the charts of the verbs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from npskit.errors import NpskitError
from npskit.frames import Period
from npskit.survey.base import as_list
from npskit.survey.estimates import counted, dated, distribution, joined

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.tally import Tally

__all__ = ["Plots"]


class Plots:
    """Charts of a survey's verbs; each gives an Altair chart that can be edited further."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def _dates(self) -> tuple[dt.date, dt.date] | None:
        """First and last day of the answers, for the subtitle; None without dates that can be read."""
        try:
            first, last = self._survey.source.span(self._survey.column("date"))
        except NpskitError:
            return None
        return None if first is None or last is None else (first, last)

    def score(self, *, confidence_level: float = 0.95, method: str = "score", lang: str | None = None) -> Any:
        """The score with its interval."""
        from npskit import charts

        tally = self._survey.tally()
        found = columns_of(self._survey.summary(confidence_level=confidence_level, method=method))
        return charts.score(
            **{name: found[name][0] for name in ("score", "lower", "upper")},
            responses=int(tally.responses[0]),
            counts=tally.category_weights[0].tolist(),
            confidence_level=confidence_level,
            dates=self._dates(),
            lang=lang,
        )

    def distribution(self, by: Any = None, *, lang: str | None = None) -> Any:
        """The ratings in the three colours, of everybody or of each group."""
        from npskit import charts

        tally = self._survey.tally(by)
        return charts.distribution(
            distribution(tally),
            scale=tally.scale,
            by=list(tally.keys) or None,
            counts=tally.category_weights.sum(0).tolist(),
            dates=self._dates(),
            lang=lang,
        )

    def summary(
        self, by: Any, *, confidence_level: float = 0.95, method: str = "score", lang: str | None = None
    ) -> Any:
        """The score of each group with its interval, beside the score of all."""
        from npskit import charts

        table = columns_of(self._survey.summary(by, confidence_level=confidence_level, method=method))
        return charts.by_segment(
            table,
            list(table)[: list(table).index("responses")],
            overall=self._survey.score(),
            confidence_level=confidence_level,
            dates=self._dates(),
            lang=lang,
        )

    def shares(self, by: Any = None, *, lang: str | None = None) -> Any:
        """Detractors, passives and promoters of all, each group or each period, stacked to 100 %."""
        from npskit import charts

        items = as_list(by)
        tally = self._survey.tally(items)
        if len(items) == 1 and isinstance(items[0], Period):
            found = dated(tally)
            table = {"period": [cell[0] for cell in found.tally.cells], **stacked(found.tally)}
            return charts.shares(table, every=items[0].every, undated=found.undated, lang=lang)
        table = joined(tally.columns(), stacked(tally))
        return charts.shares(table, list(tally.keys) or None, dates=self._dates(), lang=lang)

    def trend(
        self, every: str = "month", by: Any = None, *, confidence_level: float = 0.95, lang: str | None = None
    ) -> Any:
        """The score over time with the smoothed level."""
        return self._survey.trend(every, by, confidence_level=confidence_level).plot(lang=lang)

    def forecast(
        self, periods: int = 6, every: str = "month", by: Any = None, *, lang: str | None = None, **options: Any
    ) -> Any:
        """The score so far with its level, and what may come."""
        return self._survey.forecast(periods, every, by, **options).plot(lang=lang)

    def forecast_shares(
        self, periods: int = 6, every: str = "month", *, lang: str | None = None, **options: Any
    ) -> Any:
        """Detractors, passives and promoters so far, and in the next readings."""
        return self._survey.forecast(periods, every, **options).plot_shares(lang=lang)

    def monitor(self, every: str = "month", by: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Each period beside what was expected of it, and those that moved beyond what their answers explain."""
        return self._survey.monitor(every, by, **options).plot(lang=lang)

    def impact(self, since: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """What happened since an action, what was to be expected without it, and the difference."""
        return self._survey.impact(since, **options).plot(lang=lang)

    def economics(self, *, lang: str | None = None, **options: Any) -> Any:
        """What a customer of each category is worth."""
        return self._survey.economics(**options).plot(lang=lang)

    def churn(self, churned: str, *, lang: str | None = None, **options: Any) -> Any:
        """Share of customers still there after an answer, by category."""
        return self._survey.churn(churned, **options).plot(lang=lang)

    def themes(self, codeframe: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Impact of the themes of the comments on the score, with how many speak of each."""
        return self._survey.themes(codeframe, **options).plot(dates=self._dates(), lang=lang)

    def theme_words(self, codeframe: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Words that set detractors and promoters apart."""
        return self._survey.themes(codeframe, **options).plot_words(dates=self._dates(), lang=lang)

    def theme_trend(
        self, codeframe: Any = None, every: str = "month", *, lang: str | None = None, **options: Any
    ) -> Any:
        """The share of comments that speak of each theme, over time."""
        return self._survey.themes(codeframe, every=every, **options).plot_trend(lang=lang)

    def reweight(self, targets: Any, *, lang: str | None = None, **options: Any) -> Any:
        """The score before and after weighting, and who was missing."""
        weighting = self._survey.reweight(targets, **options).weighting
        assert weighting is not None
        return weighting.plot(lang=lang)

    def response(self, invited: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """How far the score of each segment of the invited is known, and who answers least."""
        return self._survey.response(invited, **options).plot(lang=lang)

    def silent(
        self, invited: Any = None, *, lower: float = 10, target: float = 0, lang: str | None = None, **options: Any
    ) -> Any:
        """The score of all invited by how much lower the silent are."""
        return self._survey.response(invited, **options).silent(lower, target=target).plot(lang=lang)

    def reviews(self, public: Any, *, lang: str | None = None, **options: Any) -> Any:
        """Shares of each public rating, beside the answers nearest to it."""
        return self._survey.reviews(public, **options).plot(lang=lang)

    def review_trend(self, public: Any, *, lang: str | None = None, **options: Any) -> Any:
        """Score of public ratings and of the survey over time."""
        return self._survey.reviews(public, **options).plot_trend(lang=lang)

    def benchmark(self, *, lang: str | None = None, **options: Any) -> Any:
        """The score among brands asked alike and among published figures."""
        return self._survey.benchmark(**options).plot(lang=lang)

    def action_log(self, log: Any, *, lang: str | None = None, **options: Any) -> Any:
        """Expected beside observed, action by action."""
        return self._survey.action_log(log, **options).plot(lang=lang)

    def plan_action(self, effect: float, *, lang: str | None = None, **options: Any) -> Any:
        """The smallest effect of an action that would show, by how long one waits."""
        return self._survey.plan_action(effect, **options).plot(lang=lang)

    def compare(self, by: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Differences of the groups with their intervals."""
        return self._survey.compare(by, **options).plot(dates=self._dates(), lang=lang)

    def change(self, over: Any, before: Any, after: Any, *, lang: str | None = None, **options: Any) -> Any:
        """A change of the score as the sum of its parts."""
        return self._survey.change(over, before, after, **options).plot(lang=lang)

    def segments(self, by: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Segments that stand out, and the share of all detractors that each holds."""
        return self._survey.segments(by, **options).plot(dates=self._dates(), lang=lang)

    def journey(self, stages: Any, *, lang: str | None = None, **options: Any) -> Any:
        """The score along the stages, and where it drops."""
        return self._survey.journey(stages, **options).plot(dates=self._dates(), lang=lang)

    def scorecard(self, team: Any, every: str = "month", *, lang: str | None = None, **options: Any) -> Any:
        """A line per team."""
        return self._survey.scorecard(team, every, **options).plot(dates=self._dates(), lang=lang)

    def drivers(self, attributes: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Importance of each rated attribute for the rating, with its interval."""
        return self._survey.drivers(attributes, **options).plot(lang=lang)

    def driver_map(self, attributes: Any = None, *, lang: str | None = None, **options: Any) -> Any:
        """Importance of the attributes against their performance, in four quadrants."""
        return self._survey.drivers(attributes, **options).map(lang=lang)

    def asymmetry(self, attributes: Any = None, *, cuts: Any = None, lang: str | None = None, **options: Any) -> Any:
        """What a low rating of each attribute costs and what a high one earns."""
        return self._survey.drivers(attributes, **options).asymmetry(cuts).plot(lang=lang)

    def priorities(self, actions: Any, *, lang: str | None = None, **options: Any) -> Any:
        """Impact of candidate actions against their feasibility."""
        return self._survey.priorities(actions, **options).plot(lang=lang)


def stacked(tally: Tally) -> dict[str, list[Any]]:
    """The three categories, weighted, and the responses, which are not."""
    return {**counted(tally.category_weights), "responses": tally.responses.tolist()}


def columns_of(table: Any) -> dict[str, list[Any]]:
    """A small table of any library as a mapping of lists."""
    if hasattr(table, "to_pydict"):
        return table.to_pydict()
    kind = {"as_series": False} if type(table).__module__.startswith("polars") else {"orient": "list"}
    return table.to_dict(**kind)
