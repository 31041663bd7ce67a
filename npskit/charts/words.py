"""The finding in words: what the title of a chart says, computed from the numbers it draws.

A title claims no more than the intervals hold. Where they overlap it says that nothing stands apart; where many
segments are compared, the two that it names must stay apart in intervals widened for all the pairs one could have
picked. Estimates and directions, no verdicts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

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
    """Positions of the two rows, lower score first, with the largest difference among those whose intervals, made
    `widening` times as wide, do not overlap; None when all do."""
    low = [score - widening * (score - bound) for score, bound in zip(scores, lower, strict=True)]
    high = [score + widening * (bound - score) for score, bound in zip(scores, upper, strict=True)]
    order = sorted(range(len(scores)), key=lambda row: scores[row])
    best: tuple[float, tuple[int, int]] | None = None
    for first in order:
        # the highest score is the first one from the top that is clear of this row
        for second in reversed(order):
            if scores[second] <= scores[first] or (best and scores[second] - scores[first] <= best[0]):
                break
            if high[first] < low[second]:
                best = (scores[second] - scores[first], (first, second))
                break
    return best[1] if best else None


def widening(rows: int, confidence_level: float) -> float:
    """How much wider intervals must be for non-overlap to hold over every pair of rows (Bonferroni), at least 1.

    Two intervals just touching are already 1.41 standard errors of the difference apart for equal groups.
    """
    pairs = max(rows * (rows - 1) // 2, 1)
    alone, together = (NormalDist().inv_cdf(1 - (1 - confidence_level) / 2 / k) for k in (1, pairs))
    return max(1.0, together / alone / 2**0.5)


def segments_finding(
    names: Sequence[str], table: dict[str, Any], by: Sequence[str], *, confidence_level: float, lang: str
) -> tuple[str, tuple[int, ...]]:
    """Title of a chart by segment, and the rows it names."""
    scores, lower, upper = table["score"], table["lower"], table["upper"]
    if len(scores) == 1:
        return sentence(f"{name_text(names[0], by, lang)}{word('chart_colon', lang)} {one_score(0, table, lang)}"), (0,)
    pair = farthest_apart(scores, lower, upper, widening=widening(len(scores), confidence_level))
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
    """Change of a level from its first to its last period, in points; None where the two bands overlap."""
    known_at = [at for at, value in enumerate(level) if known(value) and known(lower[at]) and known(upper[at])]
    if len(known_at) < 2:
        return None
    first, last = known_at[0], known_at[-1]
    apart = lower[last] > upper[first] or upper[last] < lower[first]
    return level[last] - level[first] if apart else None


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
