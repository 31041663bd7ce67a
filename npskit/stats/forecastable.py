"""What can be forecast, and what is said when it cannot.

Five periods say next to nothing of how a level moves, and a history says nothing of a future longer than itself. A
series is refused with its own numbers; among many series, one that cannot be forecast stands aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.score import responses as answers_of
from npskit.stats.statespace import checked_breaks

__all__ = ["FEWEST_PERIODS", "check_whole", "checked_plan", "is_forecastable", "refused"]

Array = NDArray[np.float64]

#: Periods with answers that a forecast needs.
FEWEST_PERIODS = 6


def is_forecastable(counts: ArrayLike, periods: int, *, breaks: Sequence[int] | None = None) -> NDArray[np.bool_]:
    """Which series (...) have 6 periods with answers, one since the last break, and a history of twice the periods.

    Examples
    --------
    >>> is_forecastable([[[20, 30, 50]] * 8, [[0, 0, 0]] * 8], 4).tolist()
    [True, False]
    """
    answered = np.asarray(answers_of(counts)) > 0
    positions = checked_breaks(breaks, answered.shape[-1])
    since = answered[..., max(positions, default=0) :].any(axis=-1)
    return since & (answered.sum(axis=-1) >= FEWEST_PERIODS) & (_history(answered) >= 2 * periods)


def _history(answered: NDArray[np.bool_]) -> Any:
    """Periods since the first one with answers, 0 without any."""
    return np.sum(np.logical_or.accumulate(answered, axis=-1), axis=-1)


def refused(counts: Array, periods: int) -> ArgumentError | EmptyDataError:
    """Why no series can be forecast."""
    answered = np.asarray(answers_of(counts)) > 0
    history, most = int(_history(answered).max()), int(answered.sum(axis=-1).max())
    if most >= FEWEST_PERIODS and periods > history / 2:
        return ArgumentError(
            where="periods",
            expected=f"at most {history // 2}, half of the {history} periods of the history",
            got=str(periods),
            hint="ask for fewer periods",
        )
    return EmptyDataError(
        where="counts",
        expected=f"at least {FEWEST_PERIODS} periods with answers, one of them since the last break",
        got=f"{most} with answers",
        hint="use shorter periods, such as months instead of quarters, or wait for more",
    )


def check_whole(where: str, value: int) -> None:
    """A count of things, or an error that says so."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ArgumentError(where=where, expected="a whole number of at least 1", got=repr(value))


def checked_plan(planned: ArrayLike | None, periods: int) -> Array | None:
    """Numbers of answers planned, as whole numbers."""
    if planned is None:
        return None
    try:
        array = np.asarray(planned, float)
    except (TypeError, ValueError):
        array = np.full(1 + periods, np.nan)
    if array.shape not in ((), (periods,)) or not np.all(np.isfinite(array) & (array >= 1)):
        raise ArgumentError(
            where="planned_responses",
            expected=f"a number of answers of at least 1, or {periods} of them, one for each period",
            got=repr(planned),
        )
    return np.rint(array)
