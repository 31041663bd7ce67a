"""Forecasts of groups as a chapter: a sentence, a chart and a table, all from one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npskit.charts.outlook_words import outlook_clause
from npskit.charts.periods import as_day, period_text
from npskit.frames import Bands
from npskit.labels import word
from npskit.report.forecast_words import bare, chance
from npskit.report.passage import Passage
from npskit.report.tables import Table
from npskit.report.words import score_text
from npskit.survey.column_words import NO_WORDS, ColumnWords, after_by
from npskit.survey.wording import row_names

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.forecasts import Forecast

__all__ = ["ForecastGroup", "forecast_group"]

MOST_ROWS = 60


@dataclass(frozen=True)
class ForecastGroup:
    """Forecasts by one item of `by`.

    Attributes
    ----------
    found : Forecast
    name : str
        What it is split by, in words.
    target : float or None
    lang : str
    """

    found: Forecast
    name: str
    target: float | None
    lang: str

    @property
    def in_short(self) -> str:
        """One sentence for the first screen."""
        found = self.found
        level, lang = found.confidence_level, self.lang
        told = outlook_clause(
            found.history, found.table, every=found.every, by=found.by, confidence_level=level, lang=lang
        )
        told = told.rstrip(".") + "."
        return word("report_by_told", self.lang, by=after_by(self.name, self.lang), told=told)

    def heading(self) -> Passage:
        """The column; the finding stands on the chart."""
        return Passage(self.name, kind="lead", level=3)

    def plot(self) -> alt.TopLevelMixin:
        """The chart of all groups."""
        return self.found.plot(lang=self.lang)

    def table(self) -> Table:
        """The last period to come, the group with the highest level first."""
        names = ["group", "group_level", "between", *(["likely"] if self.target is not None else [])]
        last = period_text(as_day(self.found.periods[-1]), self.found.every, self.lang)
        said = {"period": last, "target": "" if self.target is None else score_text(self.target, *NONE, self.lang)[0]}
        heads = tuple(word(f"report_fc_head_{name}", self.lang, **said) for name in names)
        size = len(self.found.periods)
        rows = range(size - 1, len(self.found), size)
        order = sorted(rows, key=lambda at: -float(self.found.table["level"][at]))
        texts = row_names(self.found.table, self.found.by, {}, self.lang)
        return Table(heads, tuple(self._row(at, texts[at], size) for at in order[:MOST_ROWS]))

    def _row(self, at: int, name: str, size: int) -> tuple[str, ...]:
        values = [float(self.found.table[key][at]) for key in ("level", "level_lower", "level_upper")]
        level, lower, upper = score_text(values[0], values[1], values[2], self.lang)
        cells = (name, bare(level), word("range", self.lang, lower=lower, upper=upper))
        if self.target is None:
            return cells
        group = self.found.groups[at // size]
        return *cells, chance(self.found.probability(self.target, group=group, of="level"), self.lang)


NONE = (float("nan"), float("nan"))


def forecast_group(
    found: Forecast, item: Any, *, target: float | None, lang: str, words: ColumnWords = NO_WORDS
) -> ForecastGroup:
    """The chapter of an item of `by`."""
    return ForecastGroup(found, " · ".join(item_text(each, words) for each in items_of(item)), target, lang)


def items_of(item: Any) -> Sequence[Any]:
    return item if isinstance(item, (tuple, list)) else (item,)


def item_text(item: Any, words: ColumnWords) -> str:
    """A column as a person would write it."""
    return words.short(item.column if isinstance(item, Bands) else str(item))
