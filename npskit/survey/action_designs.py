"""Two ways to find out whether an action works, and when each tells: everybody at once, or with a control group.

Both are the same arithmetic on other readings: of the score, which wanders by itself, or of the difference of two
groups, which has four times the noise and hardly wanders. What either tells is what `impact` will tell of that design.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.stats.action_learning import DRAWS, foreseen, foreseen_lot
from npskit.stats.action_power import effect_power, reading_variances, smallest_effect
from npskit.stats.wandering import Wandering

__all__ = ["ALONE", "CONTROL", "DESIGNS", "HORIZON", "Setting", "looks", "rounded_up"]

#: The two designs, as the table names them.
DESIGNS = ALONE, CONTROL = "alone", "control"
#: Three years, in periods.
HORIZON = {"day": 1096, "week": 156, "month": 36, "quarter": 12, "year": 3}
# Rows of the table at most; answers above which none are enough.
MOST_ROWS, MOST_ANSWERS = 40, 10_000_000
# In series longer than this fewer are drawn, which takes long and changes little.
LONG, FEWER_DRAWS = 400, 12
# A number of answers is known to so much, in ratio.
PRECISION = 1.03


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What the arithmetic stands on: answers of the readings before, variance of one answer, and what wanders.

    ``before`` (T,) are effective answers, ``worth`` how many of them an answer to come brings; where they are only
    ``supposed``, as many come before as after. The groups of a control without a ``wandering`` are drawn by lot, and
    those who look learn of it what the readings before tell.
    """

    before: np.ndarray
    answer: float
    every: str
    worth: float
    treated_share: float
    wandering: Mapping[str, Wandering | None]
    supposed: bool
    power: float
    confidence_level: float

    def foreseen(self, design: str, answers: float, after: Sequence[int]) -> dict[str, Any]:
        """What will be known of the effect after so many periods of so many answers."""
        own = np.full(len(self.before), answers * self.worth) if self.supposed else self.before
        readings = np.concatenate([own, np.full(max(after), answers * self.worth)])
        part = None if design == ALONE else self.treated_share
        noise = reading_variances(self.answer, readings, treated_share=part)
        draws = DRAWS if len(readings) <= LONG else FEWER_DRAWS
        wandering = self.wandering[design] or foreseen_lot(noise[: len(own)], every=self.every, draws=draws)
        found = foreseen(
            noise, wandering, before=len(own), every=self.every, after=after, control=design == CONTROL,
            confidence_level=self.confidence_level, draws=draws,
        )  # fmt: skip
        weights = np.full(found.variances.shape[1], 1 / found.variances.shape[1])
        return {"variances": found.variances, "weights": weights, "believed": found.believed,
                "confidence_level": self.confidence_level}  # fmt: skip

    def power_of(self, design: str, effect: float, answers: float, after: Sequence[int]) -> np.ndarray:
        """Probability that the effect shows after each of these periods."""
        return effect_power(np.full(len(after), abs(effect)), **self.foreseen(design, answers, after))

    def shows_after(self, design: str, effect: float, answers: float, horizon: int) -> int | None:
        """Periods until the effect shows with the power: of some first, then of all between two of these."""
        looked = sparse_looks(horizon)
        reached = self.power_of(design, effect, answers, looked) >= self.power
        if not reached.any():
            return None
        at = int(np.argmax(reached))
        between = list(range(looked[at - 1] + 1 if at else 1, looked[at] + 1))
        return between[int(np.argmax(self.power_of(design, effect, answers, between) >= self.power))]

    def answers_needed(self, design: str, effect: float, within: int) -> int | None:
        """Answers a period with which the effect shows within so many, to two figures."""

        def enough(n: int) -> bool:
            return bool(self.power_of(design, effect, n, [within])[0] >= self.power)

        if not enough(MOST_ANSWERS):
            return None
        low, high = 1, MOST_ANSWERS
        while high > low * PRECISION and high - low > 1:
            middle = round(math.sqrt(low * high))
            low, high = (low, middle) if enough(middle) else (middle, high)
        return rounded_up(high)

    def rows(self, design: str, effect: float, answers: int, after: Sequence[int]) -> dict[str, list[Any]]:
        """The table of one design."""
        found = self.foreseen(design, answers, after)
        return {
            "design": [design] * len(after),
            "periods": list(after),
            "answers": [answers * n for n in after],
            "power": effect_power(np.full(len(after), abs(effect)), **found).tolist(),
            "smallest_detectable": smallest_effect(**found, power=self.power).tolist(),
        }


def looks(horizon: int) -> list[int]:
    """Numbers of periods after which one looks: at most so many up to the horizon."""
    found: list[int] = np.unique(np.linspace(1, horizon, min(horizon, MOST_ROWS)).round().astype(int)).tolist()
    return found


def sparse_looks(horizon: int) -> list[int]:
    """Numbers of periods up to the horizon, each a third more than the one before.

    Examples
    --------
    >>> sparse_looks(36)
    [1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36]
    """
    found = [1]
    while found[-1] < horizon:
        found.append(min(max(found[-1] + 1, math.ceil(found[-1] * 4 / 3)), horizon))
    return found


def rounded_up(n: int) -> int:
    """A number of answers to two figures, which is as much as it is known to.

    Examples
    --------
    >>> rounded_up(7), rounded_up(1234), rounded_up(1200)
    (7, 1300, 1200)
    """
    unit = 10 ** max(len(str(n)) - 2, 0)
    return -(-n // unit) * unit
