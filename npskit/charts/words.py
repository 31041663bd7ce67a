"""The finding in words: what the title of a chart says, computed from the numbers it draws.

A title claims no more than the intervals hold. Two segments are named only when the interval of their difference,
widened for all the pairs one could have picked, leaves out 0; otherwise it says that nothing stands apart. Estimates
and directions, no verdicts.
"""

from __future__ import annotations

import datetime as dt
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
    "left_out_parts",
    "level_share",
    "limit_texts",
    "name_text",
    "responses_text",
    "score_range",
    "segments_finding",
    "sentence",
    "three_shares",
    "told",
    "widening",
    "withheld_parts",
]

# A table of all pairs of these is a few megabytes.
MOST_COMPARED = 1000
# With which a question begins inside a name.
QUOTES = ("«", "“")


def digits(lower: float | None, upper: float | None) -> int:
    """Decimals of a score that its interval supports: none until it is narrower than a point."""
    if lower is None or upper is None or not (known(lower) and known(upper)):
        return 0
    return 1 if 0 < upper - lower < 1 else 0


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


def told(key: str, count: float, lang: str, /, **values: Any) -> str:
    """A sentence about so many things, in the singular where the language wants it: 1 in English, below 2 in French.

    >>> told("n_responses", 1, "fr", n="1")
    '1 réponse'
    """
    single = count < 2 if lang == "fr" else count == 1
    return word(f"{key}_1" if single else key, lang, **values)


def responses_text(responses: float, lang: str) -> str:
    """ "13,612 responses"."""
    text = told("n_responses", round(responses), lang, n=number(responses, lang=lang))
    return text.replace(" ", NO_BREAK_SPACE)


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
        column = quoted(by[0], lang) if by[0].endswith(("?", "…")) else by[0]
        return f"{column} {name}"
    holds_quotes = any(mark in name for mark in QUOTES)
    return quoted(name, lang) if " " in name and not name.startswith("(") and not holds_quotes else name


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
    names: Sequence[str],
    table: dict[str, Any],
    by: Sequence[str],
    *,
    pairs: int | None = None,
    confidence_level: float,
    lang: str,
) -> tuple[str, tuple[int, ...]]:
    """Title of a chart by segment, and the rows it names; `pairs` is how many were looked at, here and elsewhere."""
    scores, lower, upper = table["score"], table["lower"], table["upper"]
    if len(scores) == 1:
        return sentence(f"{name_text(names[0], by, lang)}{word('chart_colon', lang)} {one_score(0, table, lang)}"), (0,)
    own = len(scores) * (len(scores) - 1) // 2
    pair = farthest_apart(scores, lower, upper, widening=widening(max(pairs or 0, own), confidence_level))
    if pair is None:
        apart = farthest_apart(scores, lower, upper) is not None
        key = "chart_none_apart_of_many" if apart else "chart_none_apart"
        key = "chart_none_apart_of_pairs" if apart and (pairs or 0) > own else key
        return word(key, lang, k=number(len(scores), lang=lang), pairs=number(max(pairs or 0, own), lang=lang)), ()
    low, high = pair
    gap = amount(scores[high] - scores[low], lang)
    bare = len(by) == 1 and not any(letter.isalpha() for name in (names[low], names[high]) for letter in name)
    second = names[high] if bare else name_text(names[high], by, lang)
    return sentence(word("chart_below", lang, low=name_text(names[low], by, lang), gap=gap, high=second)), pair


def one_score(row: int, table: dict[str, Any], lang: str) -> str:
    """ "+53, between +52 and +55"."""
    return score_range(table["score"][row], table["lower"][row], table["upper"][row], lang)


def score_range(score: float, lower: float | None, upper: float | None, lang: str) -> str:
    """A score and its interval in a sentence; without an interval the score alone."""
    places = digits(lower, upper)
    shown = points(score, digits=places, lang=lang)
    if lower is None or upper is None or not (known(lower) and known(upper)):
        return shown
    low, high = limit_texts(lower, upper, lang)
    return word("chart_score_range", lang, score=shown, lower=low, upper=high)


def limit_texts(lower: float, upper: float, lang: str) -> tuple[str, str]:
    """The two ends of an interval, with the decimals it takes to see that it leaves out 0.

    >>> limit_texts(0.31, 12.4, "en"), limit_texts(-9.7, 0.2, "en")
    (('+0.3', '+12'), ('−10', '0'))
    """
    places = digits(lower, upper)
    leaves_out_zero = lower > 0 or upper < 0

    def text(bound: float) -> str:
        enough = next((k for k in range(places, 4) if round(bound, k)), 3) if leaves_out_zero else places
        return points(bound, digits=enough, lang=lang)

    return text(lower), text(upper)


def withheld_parts(withheld: int, least: int | None, every: str, lang: str) -> list[str]:
    """How many readings are not shown, and why."""
    if not withheld or least is None:
        return []
    unit = word(f"chart_every_{every}" if withheld == 1 else f"chart_every_{every}s", lang)
    return [told("chart_withheld", withheld, lang, n=number(withheld, lang=lang), unit=unit, k=least)]


def left_out_parts(undated: int, far: int, lang: str) -> list[str]:
    """How many answers have no date, or one too far from the others."""
    pairs = (("chart_undated", undated), ("chart_far", far))
    return [told(key, n, lang, n=number(n, lang=lang)) for key, n in pairs if n]
