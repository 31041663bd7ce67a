"""Figures of an action inside a sentence, written alike in its chart; nothing here needs a chart."""

from __future__ import annotations

from npskit.charts.columns import known
from npskit.charts.words import limit_texts
from npskit.labels import points, word

__all__ = ["effect_figure", "effect_range", "hoped"]


def effect_figure(value: float | None, lang: str) -> str:
    """An effect with its sign, with a decimal below a point: the same in a sentence, a chart and a table.

    >>> effect_figure(29.499, "en"), effect_figure(-0.4, "fr"), effect_figure(None, "en")
    ('+29', '−0,4', '–')
    """
    return points(value, digits=0 if abs(value) >= 1 else 1, lang=lang) if value is not None else "–"


def effect_range(lower: float | None, upper: float | None, lang: str) -> str:
    """Its interval, "+2 to +10", which is seen to leave out 0 where it does; a dash where there is none."""
    if lower is None or upper is None or not (known(lower) and known(upper)):
        return "–"
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
