"""Numbers inside sentences of the report: plurals, ranges of ratings, scores with their interval."""

from __future__ import annotations

from npskit.charts.columns import known
from npskit.charts.words import digits, limit_texts, told
from npskit.labels import number, points, share, word
from npskit.scale import Scale

__all__ = ["percent", "rating_range", "score_text", "size", "told"]


def size(n: float, lang: str) -> str:
    """A count."""
    return number(n, lang=lang)


def percent(part: float, lang: str) -> str:
    """A share with as few decimals as it needs, never "0%" for something nor "100%" for not quite everything.

    Examples
    --------
    >>> [percent(part, "en") for part in (0, 0.3, 0.03, 0.004, 0.0001, 0.976, 0.9999, 1)]
    ['0%', '30%', '3%', '0.4%', 'less than 0.1%', '97.6%', 'more than 99.9%', '100%']
    """
    if 0 < part < 0.001:
        return word("report_under", lang, share=share(0.001, digits=1, lang=lang))
    if 0.999 < part < 1:
        return word("report_over", lang, share=share(0.999, digits=1, lang=lang))
    extreme = 0 < part < 0.05 or 0.95 < part < 1
    return share(part, digits=1 if extreme and round(1000 * part) % 10 else 0, lang=lang)


def score_text(score: float, lower: float, upper: float, lang: str) -> tuple[str, str, str]:
    """A score with its unit and the two ends, with as many digits as the interval supports, and as leave 0 out.

    Examples
    --------
    >>> score_text(53.42, 52.2, 54.6, "en"), score_text(6.1, 0.3, 12.0, "en")
    (('+53 points', '+52', '+55'), ('+6 points', '+0.3', '+12'))
    """
    text = points(score, digits=digits(lower, upper), lang=lang, unit=True)
    return text, *(limit_texts(lower, upper, lang) if known(lower) and known(upper) else ("–", "–"))


def rating_range(scale: Scale, category: int, lang: str, before: str = "") -> str:
    """Which ratings make a category, in brackets; empty for scales of words.

    Examples
    --------
    >>> rating_range(Scale(), 2, "en"), rating_range(Scale(), 0, "fr"), rating_range(Scale(1, 5), 2, "en")
    ('(9 or 10)', '(0 à 6)', '(5)')
    """
    if scale.labelled:
        return ""
    ratings = range(scale.lowest, scale.highest + 1)
    found = [rating for rating, at in zip(ratings, scale.categories, strict=True) if at == category]
    if not found:
        return ""
    keys = {1: "report_rating_one", 2: "report_rating_two"}
    return before + word(keys.get(len(found), "report_rating_many"), lang, low=found[0], high=found[-1])
