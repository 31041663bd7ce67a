"""The answers of a survey in the levels of one column, and what a move of them does to the score and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.stats import weighting
from npskit.stats.intervals import normal_quantile
from npskit.stats.score import responses, score
from npskit.survey.estimates import effective_counts, effective_responses, estimates
from npskit.survey.levels import item_text
from npskit.survey.moves import mix_responses, move_categories, reweight_mix, share_draws, target_mix

if TYPE_CHECKING:
    from npskit.survey import Survey
    from npskit.survey.driver_answers import WhatIf
    from npskit.tally import Tally

__all__ = ["Counted", "gone", "limited", "together"]

DRAWS = 4000
Three = tuple[float, float, float]
NOTHING: Three = (0.0, 0.0, 0.0)


class Counted:
    """The counts of one column's levels, with the mix that is wanted."""

    def __init__(
        self, survey: Survey, whole: Tally, tally: Tally, over: Any, mix: Mapping[Any, Any], confidence_level: float
    ) -> None:
        self._survey, self._whole, self._tally, self._over = survey, whole, tally, over
        self.level = confidence_level
        self.counts = tally.category_weights.astype(float)
        self.sizes = np.asarray(responses(self.counts))
        moments = None if over is None else survey._moments(tally, [over])
        self.worth = np.asarray(effective_responses(tally, moments), dtype=float)
        self._effective = effective_counts(tally, moments)
        self.share = self.sizes / self.sizes.sum()
        levels = [cell[0] if cell else None for cell in tally.cells]
        self.levels = levels
        self.target = target_mix(levels, self.sizes, mix, column="" if over is None else item_text(over))
        self.mixed = reweight_mix(self.counts, self.target)
        self.is_mixed = not np.array_equal(self.mixed, self.counts)
        self._draws: np.ndarray | None = None

    @property
    def draws(self) -> np.ndarray:
        """Shares of each level, (draws, K, 3)."""
        if self._draws is None:
            self._draws = share_draws(self._effective, DRAWS, np.random.default_rng(0))
        return self._draws

    def moved(self, kinds: Mapping[str, float]) -> np.ndarray:
        """Counts of everybody after the mix and the moves."""
        return move_categories(self.mixed.sum(axis=0), **kinds)

    def now(self) -> Three:
        """The score and its interval, as `Survey.summary` gives them."""
        moments = self._survey._moments(self._whole, None)
        found = estimates(self._whole, confidence_level=self.level, method="score", moments=moments)
        score, lower, upper = (float(found[name][0]) for name in ("score", "lower", "upper"))
        return score, lower, upper

    def after(self, kinds: Mapping[str, float]) -> Three:
        """The score and its interval after the mix and the moves."""
        counts = self.moved(kinds)
        moments = self._survey._moments(self._whole, None)
        worth = float(effective_responses(self._whole, moments, confidence_level=self.level)[0])
        if self.is_mixed:
            own = mix_responses(self.worth, self.share)
            worth *= mix_responses(self.worth, self.target) / own
        plain = self._whole.weights is None or moments is not None
        lower, upper = weighting.weighted_interval(
            counts, worth, confidence_level=self.level, method="score" if plain else "adjusted_wald"
        )
        return float(score(counts)), float(lower), float(upper)

    def steps(self, kinds: Mapping[str, float]) -> dict[str, Three]:
        """What each kind of move adds to those before it, with its interval."""
        point, drawn = self.counts.sum(axis=0), self._together(self.share)
        found: dict[str, Three] = {}
        stages = [("mix", self.mixed.sum(axis=0), self._together(self.target))] if self.is_mixed else []
        if stages:
            found["mix"] = between(point, stages[0][1], drawn, stages[0][2], self.level)
            _, point, drawn = stages[0]
        start, begun = point, drawn
        made: dict[str, float] = {}
        for name, share in kinds.items():
            if share:
                made[name] = share
                following, then = (move_categories(each, **made) for each in (start, begun))
                found[name] = between(point, following, drawn, then, self.level)
                point, drawn = following, then
        return found

    def _together(self, mix: np.ndarray) -> np.ndarray:
        """Shares of everybody, (draws, 3), with the levels in these shares."""
        return np.asarray((self.draws * mix[:, None]).sum(axis=1))

    def detractor_factor(self, kinds: Mapping[str, float]) -> Three:
        """Detractors after over detractors now, with its interval; exactly 1 when none moved."""
        now, then = self.counts.sum(axis=0)[0], self.moved(kinds)[0]
        if not now or now == then:
            return (1.0, 1.0, 1.0)
        drawn = move_categories(self._together(self.target), **kinds)[:, 0] / self._together(self.share)[:, 0]
        lower, upper = quantiles(drawn, self.level)
        factor = float(then / now)
        return factor, min(lower, factor), max(upper, factor)

    def extra_draws(self, what_if: WhatIf | None, draws: int) -> np.ndarray:
        """Points that the mix and the drivers add once complete, in draws."""
        rng = np.random.default_rng(1)
        total = np.zeros(draws)
        if self.is_mixed:
            moved = score(self._together(self.target)) - score(self._together(self.share))
            total += rng.choice(np.asarray(moved), size=draws)
        if what_if is not None:
            spread = (what_if.upper - what_if.lower) / 2 / normal_quantile(what_if.confidence_level)
            total += what_if.change + spread * rng.standard_normal(draws)
        return total

    def mix_table(self) -> dict[str, list[Any]]:
        """Levels with their shares now and after; empty without a column."""
        if self._over is None:
            return {}
        return {
            "level": self.levels,
            "now": self.share.tolist(),
            "share": self.target.tolist(),
            "score": np.atleast_1d(score(self.counts)).tolist(),
        }


def between(point: np.ndarray, moved: np.ndarray, drawn: np.ndarray, then: np.ndarray, level: float) -> Three:
    """Change of the score from one to the other, with its interval from paired draws."""
    change = float(score(moved) - score(point))
    lower, upper = quantiles(np.asarray(score(then) - score(drawn)), level)
    return change, min(lower, change), max(upper, change)


def quantiles(drawn: np.ndarray, level: float) -> tuple[float, float]:
    """The interval of draws."""
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def together(parts: Sequence[Three]) -> Three:
    """A sum of estimates, whose half-widths add up as squares (MOVER).

    Examples
    --------
    >>> together([(5.0, 2.0, 8.0), (1.0, -3.0, 5.0)]), together([])
    ((6.0, 1.0, 11.0), (0.0, 0.0, 0.0))
    """
    if not parts:
        return NOTHING
    values, lower, upper = np.array(parts, dtype=float).T
    total = float(values.sum())
    return total, total - float(np.hypot.reduce(values - lower)), total + float(np.hypot.reduce(upper - values))


def limited(estimate: Three, around: float = 0.0) -> Three:
    """Points within the scale; of a step, those that are left from where it starts."""
    value, lower, upper = np.clip(estimate, -100 - around, 100 - around).tolist()
    return value, lower, upper


def gone(amount: Three, factor: Three) -> Three:
    """What an amount changes by when it goes with a factor, both uncertain: half-widths add up as squares.

    Examples
    --------
    >>> [round(end) for end in gone((100.0, 60.0, 150.0), (0.8, 0.8, 0.8))], gone((100.0, 60.0, 150.0), (1.0, 1.0, 1.0))
    ([-20, -30, -12], (0.0, 0.0, 0.0))
    """
    value = amount[0] * (factor[0] - 1)
    money = sorted(end * (factor[0] - 1) for end in amount[1:])
    people = sorted(amount[0] * (end - 1) for end in factor[1:])
    down, up = (float(np.hypot(money[at] - value, people[at] - value)) for at in (0, 1))
    return value, value - down, value + up
