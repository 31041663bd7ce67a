"""Amounts of money as they are said: no finer than their interval, with the currency where each language has it."""

from __future__ import annotations

from math import floor, log10

from npskit.charts.columns import known
from npskit.labels import NARROW_SPACE, number, word

__all__ = ["fineness", "money", "money_range"]

MILLION = 1_000_000
MOST_DECIMALS = 2


def fineness(lower: float | None, upper: float | None, value: float = 0.0) -> int:
    """Decimals that an interval supports, below 0 for tens, hundreds; without one, three figures of the value.

    >>> fineness(6.3, 17.8), fineness(1.2, 1.9), fineness(100_000, 420_000), fineness(None, None, 1234.5)
    (0, 1, -4, -1)
    """
    width = abs(upper - lower) / 5 if known(lower) and known(upper) else abs(value) / 100
    return min(MOST_DECIMALS, -floor(log10(width))) if width > 0 else 0


def money(
    value: float | None, lang: str, currency: str = "", *, digits: int = 0, sign: bool = False, large: bool = False
) -> str:
    """An amount, such as "€1,230" or "1 230 €"; from a million on, or when it stands beside such, in millions.

    >>> money(1234.5, "en", "€", digits=-1), money(-76.2, "fr", "€", sign=True), money(2_345_678, "en", digits=-5)
    ('€1,230', '−76\\u202f€', '2.3 million')
    """
    if value is None or not known(value):
        return "–"
    rounded = round(value, digits)
    large = (large and rounded != 0) or abs(rounded) >= MILLION
    shown = number(
        abs(rounded) / MILLION if large else abs(rounded),
        digits=min(3, max(0, digits + 6)) if large else max(0, digits),
        lang=lang,
    )
    unit = word("money_million" if currency else "money_millions", lang) if large else ""
    mark = "−" if rounded < 0 else "+" if sign and rounded > 0 else ""
    if lang == "fr":
        end = f"{unit}{NARROW_SPACE if unit else ''}{currency}" if currency else unit
        return f"{mark}{shown}{NARROW_SPACE}{end}" if end else mark + shown
    return f"{mark}{currency}{shown}{unit}" if currency or not unit else f"{mark}{shown} {unit}"


def money_range(lower: float | None, upper: float | None, lang: str, currency: str = "", *, sign: bool = False) -> str:
    """An interval of amounts, both ends as fine; "" where there is none.

    >>> money_range(6.3, 17.8, "en", "€", sign=True), money_range(None, 2.0, "fr")
    ('+€6 to +€18', '')
    """
    if lower is None or upper is None or not (known(lower) and known(upper)):
        return ""
    places = fineness(lower, upper)
    # An interval that leaves out 0 is seen to.
    while places < MOST_DECIMALS and (lower > 0 or upper < 0) and 0 in (round(lower, places), round(upper, places)):
        places += 1
    large = max(abs(lower), abs(upper)) >= MILLION
    low, high = (money(bound, lang, currency, digits=places, sign=sign, large=large) for bound in (lower, upper))
    return word("range", lang, lower=low, upper=high)
