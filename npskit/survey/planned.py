"""The figures of a plan: which shares to expect, what a change does to them, what so many answers resolve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import ArgumentError
from npskit.labels import points
from npskit.stats.power import power_difference
from npskit.stats.score import score as score_of
from npskit.stats.score import shares as shares_of

__all__ = ["curve", "detectable", "expected_shares", "finite", "moved_by", "rate_of", "whole"]

# Numbers of responses on the curve, and how far it goes to either side of the chosen one.
CURVE, REACH, FEWEST_DRAWN = 60, 8.0, 10
# Halvings of the interval in which the smallest change lies.
STEPS = 40


def expected_shares(
    *, pilot: ArrayLike | None = None, score: float | None = None, passives: float | None = None
) -> np.ndarray:
    """Shares of detractors, passives and promoters from an earlier survey, or from a score.

    Examples
    --------
    >>> expected_shares(score=30, passives=0.3).round(2).tolist(), expected_shares(score=30).round(2).tolist()
    ([0.2, 0.3, 0.5], [0.35, 0.0, 0.65])
    """
    if pilot is not None:
        if score is not None or passives is not None:
            raise ArgumentError(where="plan", expected="pilot, or score and passives", got="both")
        found = np.asarray(shares_of(pilot))
        if found.shape != (3,) or not np.isfinite(found).all():
            raise ArgumentError(
                where="pilot", expected="detractors, passives and promoters, not all 0", got=f"shape {found.shape}"
            )
        return found
    middle = 0.0 if score is None else finite("score", score)
    if not -100 <= middle <= 100:
        raise ArgumentError(where="score", expected="points from -100 to 100", got=repr(score))
    between = 0.0 if passives is None else finite("passives", passives)
    most = 1 - abs(middle) / 100
    if not 0 <= between <= most + 1e-9:
        raise ArgumentError(
            where="passives",
            expected=f"a share from 0 to {most:g}, since the score is {middle:+g}",
            got=repr(passives),
            hint="30 % is written 0.3" if between > 1 else "",
        )
    ends = (1 - between + np.array([-middle, middle]) / 100) / 2
    return np.clip([ends[0], between, ends[1]], 0, 1)


def moved_by(shares: ArrayLike, change: ArrayLike) -> np.ndarray:
    """Shares (..., 3) whose score differs by `change` points: in equal parts from both ends, as far as there are any.

    Examples
    --------
    >>> moved_by((0.2, 0.3, 0.5), [0, 10]).round(3).tolist(), moved_by((0.02, 0.48, 0.5), 10).round(3).tolist()
    ([[0.2, 0.3, 0.5], [0.15, 0.3, 0.55]], [0.0, 0.42, 0.58])
    """
    now, wanted = np.asarray(shares, dtype=float), np.asarray(change, dtype=float)
    if (np.abs(score_of(now) + wanted) > 100 + 1e-9).any():
        raise ArgumentError(
            where="change",
            expected=f"one that keeps a score of {points(score_of(now))} between -100 and 100",
            got=f"{np.ravel(wanted)[0]:+g}",
        )
    step = np.abs(wanted) / 100
    lost = np.minimum(step / 2, np.where(wanted > 0, now[0], now[2]))
    gained = step - lost
    ends = np.where(wanted > 0, [-lost, gained], [gained, -lost])
    return np.clip(np.stack([now[0] + ends[0], now[1] - ends.sum(axis=0), now[2] + ends[1]], axis=-1), 0, 1)


def detectable(
    responses: ArrayLike,
    shares: ArrayLike,
    *,
    power: float = 0.8,
    confidence_level: float = 0.95,
    falling: bool = False,
) -> Any:
    """Smallest rise, or fall, between two surveys of so many answers that is seen with the power; nan where none is.

    Examples
    --------
    >>> float(detectable(954, (0.25, 0.35, 0.40)).round(1))
    10.0
    """
    if not (np.ndim(power) == 0 and 0 < power < 1):
        raise ArgumentError(
            where="power", expected="a number between 0 and 1", got=repr(power), hint="80 % is written 0.8"
        )
    answers = np.asarray(responses, dtype=float)
    low = np.zeros(answers.shape)
    sign = -1.0 if falling else 1.0
    high = np.full(answers.shape, 100 - sign * float(score_of(shares)))

    def seen(change: np.ndarray) -> np.ndarray:
        after = moved_by(shares, sign * change)
        return np.asarray(
            power_difference(shares, after, responses_a=answers, confidence_level=confidence_level) >= power
        )

    never = ~seen(high)
    for _ in range(STEPS):
        middle = (low + high) / 2
        enough = seen(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(never, np.nan, high)[()]


def curve(responses: int, population: int | None) -> np.ndarray:
    """Numbers of answers around the chosen one, the same distance apart in ratio, itself among them."""
    low = max(responses / REACH, min(FEWEST_DRAWN, responses))
    high = max(responses * REACH, FEWEST_DRAWN * REACH)
    if population is not None:
        high = min(high, population)
        low = min(low, high)
    sizes = np.geomspace(low, max(high, low), CURVE).round()
    inside = sizes if population is not None and responses > population else np.append(sizes, responses)
    return np.unique(inside).astype(np.int64)


def finite(where: str, value: Any) -> float:
    """A number, or an error."""
    try:
        found = float("nan") if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if not np.isfinite(found):
        raise ArgumentError(where=where, expected="a number", got=repr(value))
    return found


def whole(where: str, value: Any) -> int:
    """A number of people, or an error."""
    found = finite(where, value)
    if found < 1 or found != int(found):
        raise ArgumentError(where=where, expected="a whole number from 1 on", got=repr(value))
    return int(found)


def rate_of(value: Any) -> float:
    """An answer rate, or an error."""
    found = finite("answer_rate", value)
    if not 0 < found <= 1:
        hint = f"answer_rate={found / 100:g} if you mean {found:g} %" if 1 < found <= 100 else ""
        raise ArgumentError(where="answer_rate", expected="a share above 0, at most 1", got=repr(value), hint=hint)
    return found
