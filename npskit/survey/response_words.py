"""Rates, people and ranges as `Response` says them."""

from __future__ import annotations

from npskit.labels import number, points, share, word

__all__ = ["amount_range", "people_text", "rate_text"]


def rate_text(rate: float, lang: str) -> str:
    """A share as a percentage, with a decimal below 10 %.

    >>> rate_text(0.253, "en"), rate_text(0.0312, "fr"), rate_text(1.0, "en")
    ('25%', '3,1\\u202f%', '100%')
    """
    return share(rate, digits=1 if 0 < rate < 0.095 else 0, lang=lang)


def people_text(n: int, lang: str) -> str:
    """A number of people."""
    return number(n, lang=lang)


def amount_range(lower: float, upper: float, lang: str) -> str:
    """An interval of a difference in points."""
    return word("range", lang, lower=points(lower, lang=lang), upper=points(upper, lang=lang))
