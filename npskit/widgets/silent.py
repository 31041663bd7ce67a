"""If the silent are lower: a slider for the one number nobody knows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import traitlets

from npskit.labels import word
from npskit.survey.calling import call
from npskit.widgets.app import App
from npskit.widgets.controls import amount

if TYPE_CHECKING:
    from npskit.survey.response_answers import Response, Silent

__all__ = ["SilentApp"]


class SilentApp(App):
    """The score of all invited, by how many points lower the silent are.

    Parameters
    ----------
    response : Response
    lang : {"en", "fr"}, optional
    **state
        Where it starts: ``lower_by, target``.

    Attributes
    ----------
    lower_by : float
        Points that the silent are lower than those who answered.
    target : float
        A score, in points, whose gap is told.
    result : Silent
    """

    lower_by = traitlets.Float(10.0)
    target = traitlets.Float(0.0)
    STATE = ("lower_by", "target")

    def __init__(self, response: Response, *, lang: str | None = None, **state: Any) -> None:
        self._response = response
        super().__init__(title="response_app_title", lang=lang, **state)
        self.start(
            [
                amount("lower_by", self, low=0, high=100, label="response_app_lower_by"),
                amount("target", self, low=-100, high=100, label="response_app_target"),
            ]
        )

    def computed(self) -> Silent:
        return self._response.silent(self.lower_by, target=self.target)

    @property
    def code(self) -> str:
        return call("response.silent", lower=self.lower_by, target=self.target)

    def words(self, result: Silent) -> str:
        return f"<b>{escape(result.sentence(lang=self.lang))}</b><br>{escape(result.turning(lang=self.lang))}"

    def details(self, result: Silent) -> str:
        said = [self._response.sentence(lang=self.lang), word("response_app_assumption", self.lang)]
        return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in said) + "</ul>"
