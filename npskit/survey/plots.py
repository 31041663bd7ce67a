"""``df.nps.plot``: the charts of the verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from npskit.survey import Survey

__all__ = ["Plots"]


class Plots:
    """Charts of a survey's verbs; each gives an Altair chart that can be edited further."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def score(self, *, confidence_level: float = 0.95, lang: str | None = None) -> Any:
        """The score with its interval."""
        from npskit import charts

        tally = self._survey.tally()
        found = columns_of(self._survey.summary(confidence_level=confidence_level))
        row = {name: found[name][0] for name in ("score", "lower", "upper")}
        counts = tally.category_counts[0].tolist()
        return charts.score(**row, responses=sum(counts), counts=counts, confidence_level=confidence_level, lang=lang)

    def distribution(self, *, lang: str | None = None) -> Any:
        """The ratings in the three colours."""
        from npskit import charts

        tally = self._survey.tally()
        return charts.distribution(columns_of(self._survey.distribution()), scale=tally.scale, lang=lang)

    def summary(self, by: Any, *, confidence_level: float = 0.95, lang: str | None = None) -> Any:
        """The score of each group with its interval, beside the score of all."""
        from npskit import charts

        table = columns_of(self._survey.summary(by, confidence_level=confidence_level))
        names = list(table)[: list(table).index("responses")]
        return charts.by_segment(
            table, names, overall=self._survey.score(), confidence_level=confidence_level, lang=lang
        )

    def shares(self, by: Any, *, lang: str | None = None) -> Any:
        """Detractors, passives and promoters of each group, stacked to 100 %."""
        from npskit import charts

        table = columns_of(self._survey.summary(by))
        return charts.shares(table, list(table)[: list(table).index("responses")], lang=lang)

    def trend(self, every: str = "month", by: Any = None, *, lang: str | None = None) -> Any:
        """The score over time with the smoothed level."""
        return self._survey.trend(every, by).plot(lang=lang)


def columns_of(table: Any) -> dict[str, list[Any]]:
    """A small table of any library as a mapping of lists."""
    if hasattr(table, "to_pydict"):
        return table.to_pydict()
    kind = {"as_series": False} if type(table).__module__.startswith("polars") else {"orient": "list"}
    return table.to_dict(**kind)
