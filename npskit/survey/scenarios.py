"""What if: another path of the score or of a factor, told as the sales it would add to those expected anyway.

A scenario is no second forecast. Both would carry the same unknowns, and their difference would drown in them; so the
same draws are walked with and without the change, and only what it adds is shown, with its own interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npskit.labels import language, word
from npskit.results import Result

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Scenario", "limits"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scenario(Result):
    """What another path would add to the sales, as `Growth.what_if` gives it.

    Attributes
    ----------
    table : mapping of str to list
        One row per period to come: ``horizon, period, base`` (sales expected as things are), ``difference, lower,
        upper`` (added to them, in units of sales), ``total_difference, total_lower, total_upper`` (summed from the
        first period), ``share, share_lower, share_upper`` (of the base).
    paths : mapping of str to list
        What was supposed.
    now : mapping of str to float
        Where each of these stands as last known, which it is compared with.
    target, every : str
    lag : int
    beyond : bool
        Whether a move is larger than any in the history: nothing was ever learned about such a one.
    verdict : str
        Of the forecast: what a scenario says of the score is worth as much.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    paths: Mapping[str, Sequence[float]]
    now: Mapping[str, float]
    target: str
    every: str
    lag: int
    beyond: bool
    verdict: str
    confidence_level: float

    def sentence(self, lang: str | None = None) -> str:
        """What the scenario adds up to at its last period.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.growth_words import scenario_text

        row = {name: values[-1] for name, values in self.table.items()}
        return scenario_text(self.paths, self.now, row, self.target, self.every, language(lang))

    def notes(self, lang: str | None = None) -> tuple[str, ...]:
        """What to know before reading, a sentence each.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.growth_words import periods_word

        lang = language(lang)
        keys = ["growth_note_beyond"] if self.beyond else []
        if "nps" in self.paths and self.verdict != "helps":
            keys.append("growth_note_scenario_open")
        if len(self) <= self.lag:
            keys.append("growth_note_late")
        unit = periods_word(self.lag, self.every, lang)
        return tuple(word(key, lang, lag=self.lag, unit=unit) for key in keys)

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(text)}</li>" for text in self.notes())
        return f"<p><b>{escape(self.sentence())}</b></p>{super()._repr_html_()}<ul>{notes}</ul>"

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The difference in each period, with its interval.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.sales_difference(
            self.table,
            target=self.target,
            every=self.every,
            finding=self.sentence(lang),
            notes=self.notes(lang),
            confidence_level=self.confidence_level,
            lang=lang,
        )


def limits(draws: Array, confidence_level: float) -> tuple[list[float], list[float], list[float]]:
    """Median and interval of draws (D, H) for each period.

    Examples
    --------
    >>> limits(np.array([[0.0], [1.0], [2.0], [3.0], [4.0]]), 0.5)
    ([2.0], [1.0], [3.0])
    """
    tail = (1 - confidence_level) / 2
    lower, middle, upper = np.quantile(draws, [tail, 0.5, 1 - tail], axis=0)
    return middle.tolist(), lower.tolist(), upper.tolist()
