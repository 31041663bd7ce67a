"""Risks, lengths and ranges as `Churn` says them."""

from __future__ import annotations

from npskit.labels import number, share, word
from npskit.survey.notes import periods_text

__all__ = ["gap_text", "length_text", "range_of", "risk_text"]


def risk_text(risk: float, lang: str) -> str:
    """A risk as a percentage, with a decimal below 10 %.

    >>> risk_text(0.183, "en"), risk_text(0.0312, "fr")
    ('18%', '3,1\\u202f%')
    """
    return share(risk, digits=1 if risk < 0.095 else 0, lang=lang)


def gap_text(lower: float, upper: float, lang: str) -> str:
    """An interval of a difference of risks in percentage points.

    >>> gap_text(-0.021, 0.034, "en")
    '−2 to +3'
    """
    small = max(abs(lower), abs(upper)) < 0.02
    digits = 1 if small or 0 in (round(100 * lower), round(100 * upper)) else 0
    shown = [number(100 * each, digits=digits, lang=lang, sign=True) for each in (lower, upper)]
    return word("range", lang, lower=shown[0], upper=shown[1])


def range_of(lower: float, upper: float, lang: str) -> str:
    """An interval of customers, with a decimal."""
    sign = lower < 0
    shown = [number(each, digits=1, lang=lang, sign=sign) for each in (lower, upper)]
    return word("range", lang, lower=shown[0], upper=shown[1])


def length_text(length: tuple[int, str], lang: str) -> str:
    """A horizon, such as "6 months".

    >>> length_text((6, "month"), "fr")
    '6\\xa0mois'
    """
    return periods_text(*length, lang)
