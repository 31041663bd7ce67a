"""Where is the score going, with the hand on the horizon: the forecast, and how likely a target is."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from npskit.errors import ArgumentError
from npskit.labels import number, points, share, word
from npskit.survey.calling import call, subject
from npskit.survey.horizon import Horizon
from npskit.widgets.app import App
from npskit.widgets.controls import amount, chooser, styled

if TYPE_CHECKING:
    from npskit.survey.forecasts import Forecast

__all__ = ["ForecastApp"]

EVERY = ("week", "month", "quarter", "year")
LEVELS = (0.8, 0.9, 0.95)


class ForecastApp(App):
    """The forecast of a survey, live.

    Attributes
    ----------
    horizon : int
        Periods ahead.
    every : {"week", "month", "quarter", "year"}
        Length of a period.
    breaks : datetime.date or None
        First day after a change of wording, channel or sampling.
    planned_responses : int
        In each period to come; 0 for as many as of late.
    target : float
        In points.
    confidence_level : float
    result : Forecast
    probability : float
        Of a score of the target or more in the last period.
    """

    horizon = traitlets.Int(6)
    every = traitlets.Enum(("day", *EVERY), default_value="month")
    breaks = traitlets.Any(None, allow_none=True)
    planned_responses = traitlets.Int(0)
    target = traitlets.Float(0.0)
    confidence_level = traitlets.Float(0.95)
    STATE = ("horizon", "every", "breaks", "planned_responses", "target", "confidence_level")

    def __init__(self, survey: Any, *, until: Any = None, lang: str | None = None, **state: Any) -> None:
        from npskit.charts.words import level_share

        self._ahead = Horizon(survey, until=until)
        self._survey, self._until = survey, until
        if "every" not in state or "horizon" not in state or "target" not in state:
            state = {**self._ahead.suggestion(state.get("every"), state.get("horizon")), **state}
        super().__init__(title="app_forecast_title", lang=lang, **state)
        day = styled(widgets.DatePicker())
        self.said(lambda lang: setattr(day, "description", word("app_breaks", lang)))
        self.bound("breaks", day, to_control=as_date)
        levels = sorted({*LEVELS, self.confidence_level})
        self._horizon = amount("horizon", self, low=1, high=max(self.horizon, 1), whole=True)
        self.start(
            [
                chooser("every", dict.fromkeys((*EVERY, self.every)), self),
                self._horizon,
                amount("target", self, low=-100, high=100),
                amount("planned_responses", self, low=0, high=100_000_000, whole=True, slider=False),
                day,
                chooser("confidence_level", levels, self, text=level_share),
            ]
        )

    def computed(self) -> Forecast:
        found = self._ahead.forecast(**self.arguments())
        if not -100 <= self.target <= 100:
            raise ArgumentError(where="target", expected="points from -100 to 100", got=repr(self.target))
        return found

    def arguments(self) -> dict[str, Any]:
        """The arguments of `Survey.forecast` for the state."""
        return {
            "periods": self.horizon,
            "every": self.every,
            "planned_responses": self.planned_responses or None,
            "breaks": self.breaks,
            "confidence_level": self.confidence_level,
        }

    @property
    def probability(self) -> float:
        """How likely a score of the target or more is in the last period."""
        return float(self.result.probability(self.target))

    @property
    def code(self) -> str:
        given = {**self.arguments(), "until": self._until}
        usual = {"every": "month", "confidence_level": 0.95}
        named = {name: value for name, value in given.items() if usual.get(name, ...) != value}
        return call(f"{subject(self._survey)}.forecast", named.pop("periods"), **named)

    def adapt(self, result: Forecast) -> None:
        self._fit()

    def refresh(self) -> None:
        self._fit()
        super().refresh()

    def _fit(self) -> None:
        """Let the slider go as far as the history does, and no control say another horizon than the state."""
        field = self._horizon.children[0]
        most = max(self._ahead.most_periods(self.every), self.horizon, 1)
        if field.max != most:
            field.npskit_quiet = True
            field.max = most
            field.npskit_quiet = False
            field.npskit_follow()

    def words(self, result: Forecast) -> str:
        from npskit.charts.periods import period_text

        lang = self.lang
        last = result.periods[-1]
        values = {
            "target": points(self.target, lang=lang, digits=0 if float(self.target).is_integer() else 1),
            "period": period_text(last, result.every, lang),
            "chance": chance_text(result.probability(self.target), lang),
            "level": chance_text(result.probability(self.target, of="level"), lang),
        }
        return (
            f"<b>{escape(word('app_forecast_chance', lang, **values))}</b><br>"
            f"{escape(word('app_forecast_level', lang, **values))}"
        )

    def details(self, result: Forecast) -> str:
        lang = self.lang
        expected = word("app_forecast_planned", lang, n=number(result.table["responses"][-1], lang=lang))
        notes = [expected, *(note.sentence(lang=lang) for note in result.notes)]
        return f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"


def as_date(value: Any) -> dt.date | None:
    """A day as the browser's own field takes it; of text the first day it means."""
    from npskit.errors import NpskitError
    from npskit.survey.ahead import day_meant

    if value is None:
        return None
    try:
        return day_meant(value, where="breaks")
    except NpskitError:
        return None


def chance_text(chance: float, lang: str) -> str:
    """A probability from draws, which never shows that something is sure.

    Examples
    --------
    >>> chance_text(0.346, "en"), chance_text(1.0, "en"), chance_text(0.0, "fr")
    ('35%', 'over 99%', 'moins de 1\u202f%')
    """
    if chance < 0.005:
        return word("app_chance_under", lang, share=share(0.01, lang=lang))
    if chance > 0.995:
        return word("app_chance_over", lang, share=share(0.99, lang=lang))
    return share(chance, lang=lang)
