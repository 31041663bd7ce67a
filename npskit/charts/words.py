"""The finding in words: what the title of a chart says, computed from the numbers it draws.

A title claims no more than the intervals hold. Two segments are named only when the interval of their difference,
widened for all the pairs one could have picked, leaves out 0; otherwise it says that nothing stands apart. Estimates
and directions, no verdicts.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from npskit.charts.columns import known, quoted
from npskit.labels import NO_BREAK_SPACE, date_text, number, points, share, word
from npskit.scale import CATEGORIES

__all__ = [
    "amount",
    "by_text",
    "dates_text",
    "digits",
    "farthest_apart",
    "level_share",
    "responses_text",
    "score_range",
    "segments_finding",
    "sentence",
    "three_shares",
    "trend_finding",
]

# A table of all pairs of these is a few megabytes.
MOST_COMPARED = 1000


def digits(lower: float, upper: float) -> int:
    """Decimals of a score that its interval supports: none until it is narrower than a point."""
    return 1 if known(lower) and known(upper) and 0 < upper - lower < 1 else 0


def amount(points_apart: float, lang: str) -> str:
    """A distance without its sign, such as "24 points" or "0.4 points"."""
    size = abs(points_apart)
    places = 0 if size >= 1 else 1
    shown = round(size, places)
    single = shown < 2 if lang == "fr" else shown == 1
    gap = NO_BREAK_SPACE if lang == "fr" else " "
    return number(size, digits=places, lang=lang) + gap + word("point" if single else "points", lang)


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def responses_text(responses: float, lang: str) -> str:
    """ "13,612 responses"."""
    single = round(responses) < 2 if lang == "fr" else round(responses) == 1
    return word("n_responses_1" if single else "n_responses", lang, n=number(responses, lang=lang)).replace(
        " ", NO_BREAK_SPACE
    )


def level_share(confidence_level: float, lang: str) -> str:
    """The confidence level as a percentage, with a decimal only where it has one."""
    return share(confidence_level, digits=0 if round(100 * confidence_level, 6).is_integer() else 1, lang=lang)


def dates_text(dates: tuple[dt.date, dt.date] | None, lang: str) -> str:
    """From the first to the last day of the answers; empty when not known."""
    if dates is None:
        return ""
    first, last = (date_text(day, lang) for day in dates)
    return word("chart_on", lang, day=first) if first == last else word("chart_dates", lang, first=first, last=last)


def by_text(keys: Sequence[str], lang: str) -> str:
    """Names of the columns in a sentence; one that is not a plain word in quotes."""
    return " · ".join(key if key.replace("_", "").isalnum() else quoted(key, lang) for key in keys)


def three_shares(counts: Sequence[float], lang: str) -> str:
    """ "20% detractors, 30% passives, 50% promoters"."""
    shares = {name: share(n / sum(counts), lang=lang) for name, n in zip(CATEGORIES, counts, strict=True)}
    return word("chart_three_shares", lang, **shares)


def name_text(name: str, by: Sequence[str], lang: str) -> str:
    """How a segment is named inside a sentence: a bare number with its column, several words in quotes."""
    if len(by) == 1 and not any(letter.isalpha() for letter in name):
        return f"{by[0]} {name}"
    return quoted(name, lang) if " " in name and not name.startswith("(") else name


def farthest_apart(
    scores: Sequence[float], lower: Sequence[float], upper: Sequence[float], *, widening: float = 1.0
) -> tuple[int, int] | None:
    """Positions of the two rows, lower score first, with the largest difference that is more than chance.

    The interval of the difference is read off the two intervals drawn (MOVER: Newcombe 1998), made `widening` times as
    wide; it must leave out 0. That two intervals overlap does not make them equal. None when no difference holds;
    of very many rows, those with the narrowest intervals are compared.
    """
    values, low, high = (np.asarray(column, dtype=float) for column in (scores, lower, upper))
    below, above = values - low, high - values
    rows = np.argsort(high - low, kind="stable")[:MOST_COMPARED]
    gaps = values[rows][None, :] - values[rows][:, None]
    margins = widening * np.hypot(below[rows][None, :], above[rows][:, None])
    held = np.where(gaps > margins, gaps, 0.0)
    if not held.any():
        return None
    first, second = np.unravel_index(np.argmax(held), held.shape)
    return int(rows[first]), int(rows[second])


def widening(pairs: int, confidence_level: float) -> float:
    """How much wider an interval must be to hold over this many pairs at once (Bonferroni)."""
    alone, together = (NormalDist().inv_cdf(1 - (1 - confidence_level) / 2 / k) for k in (1, max(pairs, 1)))
    return together / alone


def segments_finding(
    names: Sequence[str], table: dict[str, Any], by: Sequence[str], *, confidence_level: float, lang: str
) -> tuple[str, tuple[int, ...]]:
    """Title of a chart by segment, and the rows it names."""
    scores, lower, upper = table["score"], table["lower"], table["upper"]
    if len(scores) == 1:
        return sentence(f"{name_text(names[0], by, lang)}{word('chart_colon', lang)} {one_score(0, table, lang)}"), (0,)
    pair = farthest_apart(
        scores, lower, upper, widening=widening(len(scores) * (len(scores) - 1) // 2, confidence_level)
    )
    if pair is None:
        apart = farthest_apart(scores, lower, upper) is not None
        key = "chart_none_apart_of_many" if apart else "chart_none_apart"
        return word(key, lang, k=number(len(scores), lang=lang)), ()
    low, high = pair
    gap = amount(scores[high] - scores[low], lang)
    bare = len(by) == 1 and not any(letter.isalpha() for name in (names[low], names[high]) for letter in name)
    second = names[high] if bare else name_text(names[high], by, lang)
    return sentence(word("chart_below", lang, low=name_text(names[low], by, lang), gap=gap, high=second)), pair


def one_score(row: int, table: dict[str, Any], lang: str) -> str:
    """ "+53, between +52 and +55"."""
    return score_range(table["score"][row], table["lower"][row], table["upper"][row], lang)


def score_range(score: float, lower: float, upper: float, lang: str) -> str:
    """A score and its interval in a sentence."""
    places = digits(lower, upper)
    shown = {key: points(value, digits=places, lang=lang) for key, value in
             (("score", score), ("lower", lower), ("upper", upper))}  # fmt: skip
    return word("chart_score_range", lang, **shown)


def moved(level: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> float | None:
    """Change of a level from its first to its last period, in points; None where it may be chance."""
    known_at = [at for at, value in enumerate(level) if known(value) and known(lower[at]) and known(upper[at])]
    if len(known_at) < 2:
        return None
    first, last = known_at[0], known_at[-1]
    change = level[last] - level[first]
    ends = (first, last) if change > 0 else (last, first)
    # As for two groups; the two levels go up and down together, so this errs on the side of no change.
    margin = math.hypot(upper[ends[0]] - level[ends[0]], level[ends[1]] - lower[ends[1]])
    return change if abs(change) > margin else None


def trend_finding(changes: dict[str, float | None], start: str, *, by: Sequence[str], lang: str) -> str:
    """Title of a trend from the change of each series, the widest one named."""
    clear = {name: change for name, change in changes.items() if change is not None}
    if not clear:
        key = "chart_no_change" if len(changes) == 1 else "chart_no_change_any"
        return word(key, lang, start=start, k=number(len(changes), lang=lang))
    name, change = max(clear.items(), key=lambda item: abs(item[1]))
    text = word("chart_up" if change > 0 else "chart_down", lang, gap=amount(change, lang), start=start)
    if not by:
        return sentence(word("chart_the_score", lang, change=text))
    return sentence(f"{name_text(name, by, lang)}{word('chart_colon', lang)} {text}")
