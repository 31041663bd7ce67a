"""What if: the record of moves that were supposed, and what they do to the score, its path and the revenue at risk.

A simulation is arithmetic on answers that were given. It says what the score would be if people answered otherwise; it
does not say that anything would make them do so, and each sentence about it keeps that apart. Everything is shown as a
difference to now, walked over the same draws, so that nothing moved is a difference of exactly 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import date_text, language, points, share, word
from npskit.results import Result
from npskit.survey.notes import Note
from npskit.survey.wording import signed_range

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.driver_answers import WhatIf

__all__ = ["PARTS", "Simulation"]

PARTS = ("mix", "detractors_to_passives", "passives_to_promoters", "drivers")


@dataclass(frozen=True, eq=False)
class Simulation(Result):
    """What supposed moves do, as `Survey.simulate` gives it.

    Attributes
    ----------
    table : mapping of str to list
        A row for each kind of move that was made, in the order in which they are counted: ``part`` (mix,
        detractors_to_passives, passives_to_promoters, drivers), ``change, lower, upper`` (points it adds to those
        before it). They sum to `change`.
    score_now, lower_now, upper_now : float
        As `Survey.summary` gives them.
    score, lower, upper : float
        After the moves.
    change, change_lower, change_upper : float
        The difference; exactly 0 when nothing was moved.
    shares_now, shares : tuple of float
        Detractors, passives, promoters before and after the mix and the categories moved; what drivers do to the
        three is not known.
    moves : mapping
        What was supposed, as it was given.
    mix : mapping of str to list
        ``level, now, share, score``: the levels of the column in `over`; empty without one.
    path : mapping of str to list
        ``period, reached`` (part of the move made by then, 0..1), the level expected as things are ``base, base_lower,
        base_upper``, with the moves ``level, level_lower, level_upper``, and ``difference, difference_lower,
        difference_upper``; empty where no forecast can be made.
    risk : mapping of str to value
        ``at_risk_now, at_risk_now_lower, at_risk_now_upper``, the same without ``_now`` after the moves, ``difference``
        with its limits, ``currency, customers``; empty without `Survey.economics`.
    every : str
        Length of a period of the path.
    reached_by : datetime.date or None
        First day of the period in which the moves are complete.
    drivers : WhatIf or None
    responses : int
    confidence_level : float
    notes : tuple of Note
    """

    table: Mapping[str, Sequence[Any]]
    score_now: float
    lower_now: float
    upper_now: float
    score: float
    lower: float
    upper: float
    change: float
    change_lower: float
    change_upper: float
    shares_now: tuple[float, ...]
    shares: tuple[float, ...]
    moves: Mapping[str, Any]
    mix: Mapping[str, Sequence[Any]]
    path: Mapping[str, Sequence[Any]]
    risk: Mapping[str, Any]
    every: str
    reached_by: dt.date | None
    responses: int
    confidence_level: float = 0.95
    drivers: WhatIf | None = field(default=None, compare=False)
    history: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, lang: str | None = None) -> str:
        """The score that follows, and how far that is from now.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        if not self.table["part"]:
            return word("app_sim_same", lang, score=points(self.score_now, lang=lang))
        # Whole points that do not add up are told with a decimal.
        whole = round(self.score) - round(self.score_now) == round(self.change) and abs(self.change) >= 1
        now, score, change = (
            points(value, digits=0 if whole else 1, lang=lang, unit=unit)
            for value, unit in ((self.score_now, False), (self.score, False), (self.change, True))
        )
        limits = signed_range(self.change_lower, self.change_upper, lang)
        return word("app_sim_moved", lang, now=now, score=score, change=change, range=limits)

    def assumptions(self, lang: str | None = None) -> tuple[str, ...]:
        """What is supposed, and what it does not say, a sentence each.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        said = []
        for part in self.table["part"]:
            values = {"share": share(self.moves[part], lang=lang)} if part in PARTS[1:3] else {}
            said.append(word(f"app_sim_assumed_{part}", lang, **values))
        if len(said) > 1:
            said.append(word("app_sim_assumed_order", lang))
        if self.drivers is not None and self.drivers.beyond:
            said.append(word("answer_what_if_beyond", lang))
        return tuple(said)

    def path_sentence(self, lang: str | None = None) -> str:
        """Where the level is expected at the end of the path, with the moves and without; "" without a path.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.periods import period_text

        lang = language(lang)
        if not self.path:
            return ""
        end = {name: values[-1] for name, values in self.path.items()}
        values = {
            "period": period_text(end["period"], self.every, lang),
            "level": points(end["level"], lang=lang),
            "base": points(end["base"], lang=lang),
            "range": signed_range(end["level_lower"], end["level_upper"], lang),
        }
        return word("app_sim_path" if self.table["part"] else "app_sim_path_same", lang, **values)

    def risk_sentence(self, lang: str | None = None) -> str:
        """What of the revenue at risk goes with the moves; "" without figures of money.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.money import fineness, money, money_range

        lang = language(lang)
        if not self.risk:
            return ""
        risk, currency = self.risk, str(self.risk["currency"])
        if risk["at_risk_now"] is None:
            return word("economics_risk_few", lang)
        digits = fineness(risk["at_risk_now_lower"], risk["at_risk_now_upper"], risk["at_risk_now"])
        values = {
            "now": money(risk["at_risk_now"], lang, currency, digits=digits),
            "after": money(risk["at_risk"], lang, currency, digits=digits),
            "change": money(risk["difference"], lang, currency, digits=digits, sign=True),
            "range": money_range(risk["difference_lower"], risk["difference_upper"], lang, currency, sign=True),
        }
        if not risk["difference"]:
            values["range"] = money_range(risk["at_risk_now_lower"], risk["at_risk_now_upper"], lang, currency)
            return word("app_sim_risk_same" if values["range"] else "app_sim_risk_alone", lang, **values)
        key = "moved" if values["range"] else "unsure"
        return word(f"app_sim_risk_{key}", lang, **values)

    def reached_text(self, lang: str | None = None) -> str:
        """By when the moves are supposed to be complete."""
        lang = language(lang)
        return "" if self.reached_by is None else word("app_sim_reached", lang, day=date_text(self.reached_by, lang))

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The path of the level with the moves and without; where there is none, the score now and after.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts import simulated

        finding = (self.path_sentence(lang) or self.sentence(lang)).removesuffix(".")
        level: dict[str, Any] = {"confidence_level": self.confidence_level, "lang": lang}
        if self.path:
            return simulated.simulated_path(self.history, self.path, every=self.every, finding=finding, **level)
        now = (self.score_now, self.lower_now, self.upper_now)
        after = (self.score, self.lower, self.upper)
        return simulated.before_and_after(now, after, finding=finding, responses=self.responses, **level)
