"""Figures of an action inside a sentence, written alike in its chart; nothing here needs a chart."""

from __future__ import annotations

from npskit.charts.columns import known
from npskit.charts.words import limit_texts
from npskit.labels import points, word

__all__ = ["effect_figure", "effect_range", "hoped"]


def effect_figure(value: float, lang: str) -> str:
    """An effect with its sign; with a decimal where it would be 0.

    >>> effect_figure(6.2, "en"), effect_figure(-0.4, "fr")
    ('+6', '−0,4')
    """
    return points(value, digits=0 if abs(value) >= 1 else 1, lang=lang)


def effect_range(lower: float, upper: float, lang: str) -> str:
    """Its interval, "+2 to +10", which is seen to leave out 0 where it does."""
    low, high = limit_texts(lower, upper, lang)
    return word("range", lang, lower=low, upper=high)


def hoped(value: float | None, lang: str) -> str:
    """What was expected, with a decimal where it has one.

    >>> hoped(4.5, "fr"), hoped(3.0, "en"), hoped(None, "en")
    ('+4,5', '+3', '')
    """
    if value is None or not known(value):
        return ""
    return points(value, digits=0 if abs(value - round(value)) < 0.05 or abs(value) >= 10 else 1, lang=lang)
