"""How a level moved, and the title that says it: from its first to its last period, and on the way.

A score that fell and came back has not changed between its two ends, and "no change" would hide the slump. So two
questions are asked: do the ends differ, and do the lowest and the highest period, given how many there were to pick
from. The two levels of a pair go up and down together, so their intervals err on the side of no change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from npskit.charts.columns import known
from npskit.charts.words import amount, name_text, sentence, widening
from npskit.labels import number, word

__all__ = ["Found", "Swing", "moved", "swing", "trend_finding"]


@dataclass(frozen=True, slots=True)
class Swing:
    """Positions of the lowest and the highest period, where more than chance is between them."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Found:
    """What one series has to say.

    Attributes
    ----------
    change : float or None
        From the first to the last period, in points; None where it may be chance.
    start : str
        The first period, as it stands after "since".
    ends : tuple of str, optional
        Lowest and highest period with their level in words, where they differ by more than chance.
    span : float
        Between these two, in points.
    """

    change: float | None
    start: str
    ends: tuple[str, str] | None = None
    span: float = 0.0


def moved(
    level: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    series: int = 1,
    confidence_level: float = 0.95,
) -> float | None:
    """Change of a level from its first to its last period, in points; None where it may be chance.

    `series` is how many such changes are looked at together.
    """
    at = with_band(level, lower, upper)
    if len(at) < 2:
        return None
    ends = (at[0], at[-1]) if level[at[-1]] > level[at[0]] else (at[-1], at[0])
    apart = differ(level, lower, upper, *ends, widening=widening(series, confidence_level))
    return level[at[-1]] - level[at[0]] if apart else None


def swing(
    level: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    series: int = 1,
    confidence_level: float = 0.95,
) -> Swing | None:
    """The lowest and the highest period, where they differ given all pairs of periods of all `series` (Bonferroni).

    None also where they are the first and the last period, of which `moved` tells.
    """
    at = with_band(level, lower, upper)
    if len(at) < 3:
        return None
    low, high = (pick(at, key=lambda place: level[place]) for pick in (min, max))
    wide = widening(series * len(at) * (len(at) - 1) // 2, confidence_level)
    if {low, high} == {at[0], at[-1]} or not differ(level, lower, upper, low, high, widening=wide):
        return None
    return Swing(low, high)


def with_band(level: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> list[int]:
    """Positions of the periods whose level and band are known."""
    rows = zip(level, lower, upper, strict=True)
    return [at for at, row in enumerate(rows) if all(map(known, row)) and all(map(np.isfinite, row))]


def differ(
    level: Sequence[float], lower: Sequence[float], upper: Sequence[float], low: int, high: int, *, widening: float
) -> bool:
    """Whether the interval of a difference (MOVER), made so much wider, leaves out 0."""
    return level[high] - level[low] > widening * math.hypot(upper[low] - level[low], level[high] - lower[high])


def trend_finding(found: Mapping[str, Found], *, every: str, by: Sequence[str], lang: str) -> str:
    """Title of a trend: the widest clear change, else the widest swing, else that nothing clearly changed.

    `found` are the series by name, in the order of their first periods or of their size.
    """
    clear = {name: each for name, each in found.items() if each.change is not None}
    if clear:
        name, each = max(clear.items(), key=lambda item: abs(item[1].change or 0))
        change = each.change or 0
        text = word("chart_up" if change > 0 else "chart_down", lang, gap=amount(change, lang), start=each.start)
        return sentence(about(name, text, by, lang) if by else word("chart_the_score", lang, change=text))
    swung = {name: each for name, each in found.items() if each.ends}
    if swung:
        name, each = max(swung.items(), key=lambda item: item[1].span)
        low, high = each.ends or ("", "")
        ends = word(f"chart_ends_{every}", lang)
        return sentence(about(name, word("chart_swing", lang, low=low, high=high, ends=ends), by, lang))
    key = "chart_no_change" if len(found) == 1 else "chart_no_change_any"
    return word(key, lang, start=next(iter(found.values())).start, k=number(len(found), lang=lang))


def about(name: str, text: str, by: Sequence[str], lang: str) -> str:
    """What is said of one of several series."""
    return f"{name_text(name, by, lang)}{word('chart_colon', lang)} {text}" if by else text
