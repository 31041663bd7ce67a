"""The path of the level when a move is made in even steps: the draws of the forecast, walked with it and without.

Two forecasts would carry the same unknowns twice, and their difference would drown in them. Over the same draws it is
what the move alone adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.survey.moves import move_categories

if TYPE_CHECKING:
    from npskit.survey.forecasts import Forecast

__all__ = ["reached", "walked"]


def reached(periods: int, complete: int) -> np.ndarray:
    """Part of a move that is made in each period, in even steps until it is complete.

    Examples
    --------
    >>> reached(4, 1).tolist()
    [0.5, 1.0, 1.0, 1.0]
    """
    return np.minimum(np.arange(1, periods + 1) / (complete + 1), 1.0)


def walked(
    ahead: Forecast, kinds: Mapping[str, float], extra: np.ndarray, *, complete: int, confidence_level: float
) -> dict[str, list[Any]]:
    """The columns of `Simulation.path`; `extra` are draws of points added once complete, shape (draws,)."""
    part = reached(len(ahead.periods), complete)
    shares = np.clip(ahead.level_share_draws, 0.0, 1.0)
    moved = move_categories(shares, **{name: share * part for name, share in kinds.items()})
    gained = 100 * ((moved[..., 2] - shares[..., 2]) - (moved[..., 0] - shares[..., 0]))
    base = ahead.level_draws
    level = np.clip(base + gained + part * extra[:, None], -100, 100)
    # Where nothing is moved the level stays as it was drawn.
    level = np.where(gained + part * extra[:, None] == 0, base, level)
    columns: dict[str, list[Any]] = {"period": ahead.periods, "reached": part.tolist()}
    for name, drawn in (("base", base), ("level", level), ("difference", level - base)):
        lower, upper = np.quantile(drawn, [(1 - confidence_level) / 2, (1 + confidence_level) / 2], axis=0)
        columns |= {name: drawn.mean(axis=0).tolist(), f"{name}_lower": lower.tolist(), f"{name}_upper": upper.tolist()}
    return columns
