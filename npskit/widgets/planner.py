"""How many answers do I need: a question asked in three ways, answered before the survey goes out."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import traitlets

from npskit.errors import ArgumentError
from npskit.labels import number, points, word
from npskit.survey.calling import call
from npskit.survey.planned import expected_shares
from npskit.survey.planning import GOALS, Plan, plan
from npskit.widgets.app import App
from npskit.widgets.controls import amount, chooser, percentage

__all__ = ["Planner"]

LEVELS = (0.8, 0.9, 0.95, 0.99)


class Planner(App):
    """Numbers of answers and of invitations, for a margin, for a change, or the other way round.

    Attributes
    ----------
    goal : {"margin", "change", "responses"}
    margin, change : float
        In points.
    responses : int
    score : float
        Expected, in points.
    passives : float
        Share, 0..1.
    confidence_level, power, answer_rate : float
    population : int
        All customers; 0 when they are very many.
    result : Plan
    """

    goal = traitlets.Enum(GOALS, default_value="margin")
    margin = traitlets.Float(5.0)
    change = traitlets.Float(4.0)
    responses = traitlets.Int(400)
    score = traitlets.Float(30.0)
    passives = traitlets.Float(0.3)
    confidence_level = traitlets.Float(0.95)
    power = traitlets.Float(0.8)
    population = traitlets.Int(0)
    answer_rate = traitlets.Float(0.2)
    STATE = (
        "goal", "margin", "change", "responses", "score", "passives", "confidence_level", "power", "population",
        "answer_rate",
    )  # fmt: skip

    def __init__(self, *, pilot: Any = None, lang: str | None = None, **state: Any) -> None:
        if pilot is not None:
            shares = expected_shares(pilot=pilot)
            state = {"score": float(100 * (shares[2] - shares[0])), "passives": float(shares[1]), **state}
        super().__init__(title="app_planner_title", lang=lang, **state)
        from npskit.charts.words import level_share

        levels = sorted({*LEVELS, self.confidence_level})
        self._asked = {
            "margin": amount("margin", self, low=0.5, high=30, step=0.5),
            "change": amount("change", self, low=-50, high=50, step=0.5),
            "responses": amount("responses", self, low=1, high=10_000_000, whole=True, slider=False),
        }
        self._passives = percentage("passives", self)
        self._power = percentage("power", self, low=50, high=99)
        self.start(
            [
                chooser("goal", GOALS, self),
                *self._asked.values(),
                self.section("app_planner_pilot"),
                amount("score", self, low=-100, high=100),
                self._passives,
                self.section("app_planner_survey"),
                percentage("answer_rate", self, low=0.5, step=0.5),
                amount("population", self, low=0, high=2_000_000_000, whole=True, slider=False),
                chooser("confidence_level", levels, self, text=level_share),
                self._power,
            ]
        )

    def arguments(self) -> dict[str, Any]:
        """The arguments of `plan` for the state."""
        given: dict[str, Any] = {
            self.goal: getattr(self, self.goal),
            "score": self.score,
            # A score far from 0 leaves little room; a share that is none is left for `plan` to refuse.
            "passives": min(self.passives, self.most_passives()) if 0 <= self.passives <= 1 else self.passives,
            "confidence_level": self.confidence_level,
            "power": self.power,
            "population": self.population or None,
            "answer_rate": self.answer_rate,
        }
        return given

    def most_passives(self) -> float:
        """Share of passives that the score leaves room for."""
        return float(np.round(1 - abs(self.score) / 100, 12))

    def computed(self) -> Plan:
        if self.goal == "change" and not self.change:
            raise ArgumentError(where="change", expected="a change other than 0", got="0")
        return plan(**self.arguments())

    @property
    def code(self) -> str:
        usual = {"confidence_level": 0.95, "power": 0.8, "population": None}
        given = {name: value for name, value in self.arguments().items() if usual.get(name, ...) != value}
        return call("npskit.plan", **given)

    def adapt(self, result: Plan) -> None:
        for goal, control in self._asked.items():
            control.layout.display = None if goal == self.goal else "none"
        self._power.layout.display = "none" if self.goal == "margin" else None

    def words(self, result: Plan) -> str:
        from npskit.charts.words import responses_text

        lang = self.lang
        each = "_each" if result.goal == "change" else ""
        values = {
            "responses": responses_text(result.responses, lang),
            "invitations": number(result.invitations or result.responses, lang=lang),
        }
        also = "" if result.goal == "responses" else escape(result.also(lang))
        return f"<b>{escape(word(f'app_planner_needed{each}', lang, **values))}</b><br>{also}"

    def details(self, result: Plan) -> str:
        lang = self.lang
        shares = word(
            "app_planner_rests", lang, score=points(result.score, lang=lang, unit=True),
            **{name: number(100 * part, lang=lang) for name, part in
               zip(("detractors", "passives", "promoters"), result.shares, strict=True)},
        )  # fmt: skip
        notes = "".join(f"<li>{escape(note.sentence(lang=lang))}</li>" for note in result.notes)
        return f"<ul><li>{escape(shares)}</li>{notes}</ul>"
