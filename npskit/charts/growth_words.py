"""Amounts of money and their growth in words, with no more digits than their interval supports.

Sales are 12,345 in one table and 3.2 billion in the next. One unit is chosen for a chart or a sentence, and the digits
follow from how far apart the ends of the interval are.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.charts.columns import quoted
from npskit.charts.periods import period_text
from npskit.labels import NO_BREAK_SPACE, number, share, word

__all__ = [
    "amount_text",
    "error_text",
    "expectation",
    "p_text",
    "periods_text",
    "periods_word",
    "places",
    "scenario_text",
    "signed_share",
    "target_text",
    "time_text",
    "times_text",
    "unit_of",
]

#: Amounts from which on they are told in thousands, millions and billions.
UNITS = (("bn", 1e9, 1e9), ("m", 1e6, 1e6), ("k", 1e5, 1e3))
STEPS = 8
MOST_TIMES = 1000
LEAST_P = 0.001
# Periods that a note names, and values that a supposed path shows.
MOST_NAMED, MOST_STEPS = 5, 4


def unit_of(largest: float) -> tuple[str, float]:
    """The unit in which amounts up to this one are told: its key, and what it is worth.

    >>> unit_of(3.2e9), unit_of(250_000), unit_of(1234)
    (('bn', 1000000000.0), ('k', 1000.0), ('', 1.0))
    """
    return next(((key, worth) for key, least, worth in UNITS if abs(largest) >= least), ("", 1.0))


def amount_text(value: float, spread: float, unit: tuple[str, float], lang: str, *, sign: bool = False) -> str:
    """An amount in a unit, with the digits that an interval of this width supports.

    >>> amount_text(12_345_678, 700_000, unit_of(12_345_678), "en")
    '12.35m'
    """
    key, worth = unit
    text = number(value / worth, digits=places(spread / worth), lang=lang, sign=sign)
    return word(f"growth_unit_{key}", lang, n=text) if key and value else text


def places(spread: float) -> int:
    """Decimals that an interval of this width supports: eight steps of the last one fit into it.

    >>> places(2.6), places(12.0), places(0.4), places(0.0)
    (1, 0, 2, 0)
    """
    return min(max(math.ceil(-math.log10(spread / STEPS)), 0), 6) if spread > 0 else 0


def signed_share(value: float, spread: float, lang: str) -> str:
    """Growth with its sign, such as "+3.4%".

    >>> signed_share(0.0341, 0.02, "en"), signed_share(-0.2, 0.3, "fr")
    ('+3.4%', '−20\\u202f%')
    """
    digits = places(100 * spread)
    text = share(abs(value), digits=digits, lang=lang)
    rounded = round(100 * value, digits)
    return ("+" if rounded > 0 else "−" if rounded < 0 else "") + text


def times_text(times: float, lang: str) -> str:
    """How many times likelier, such as "4.2" or "more than 1,000"."""
    if times >= MOST_TIMES:
        return word("growth_more_than", lang, n=number(MOST_TIMES, lang=lang))
    return number(times, digits=1 if times < 10 else 0, lang=lang)


def error_text(error: float, lang: str) -> str:
    """A root mean squared error of log growth as a percentage."""
    return share(error, digits=1 if error >= 0.001 else 2, lang=lang)


def p_text(p_value: float, lang: str) -> str:
    """A p-value after a p, on the same line: "= 0.03", "< 0.001"."""
    if p_value < LEAST_P:
        return f"<{NO_BREAK_SPACE}{number(LEAST_P, digits=3, lang=lang)}"
    return f"={NO_BREAK_SPACE}{number(p_value, digits=2 if p_value >= 0.1 else 3, lang=lang)}"


def target_text(target: str, lang: str) -> str:
    """The name of the target inside a sentence; one that is not a plain word in quotes."""
    return target if target.replace("_", "").isalnum() else quoted(target, lang)


def time_text(period: Any, every: str, lang: str) -> str:
    """A period to come, as "Q4 2024", or "period 43" where there are no dates."""
    if not isinstance(period, dt.date):
        return word("growth_period", lang, n=period)
    return period_text(period, every, lang)


def periods_text(periods: Sequence[Any], every: str, lang: str) -> str:
    """The first few of several periods."""
    some = [time_text(period, every, lang) for period in periods[:MOST_NAMED]]
    return ", ".join(some) + (", …" if len(periods) > MOST_NAMED else "")


def periods_word(count: int, every: str, lang: str) -> str:
    """A period or several, in words.

    >>> periods_word(1, "quarter", "fr"), periods_word(3, "", "en")
    ('trimestre', 'periods')
    """
    single = count < 2
    if not every:
        return word("growth_row" if single else "growth_periods", lang)
    return word(f"chart_every_{every}" if single else f"chart_every_{every}s", lang)


def expectation(target: str, row: Mapping[str, Any], every: str, lang: str) -> str:
    """The sales expected in a period, with their interval."""
    unit, spread = unit_of(row["upper"]), row["upper"] - row["lower"]
    texts = {name: amount_text(row[name], spread, unit, lang) for name in ("target", "lower", "upper")}
    period = time_text(row["period"], every, lang)
    return word(
        "growth_expected", lang, name=target_text(target, lang), period=period, value=texts["target"],
        lower=texts["lower"], upper=texts["upper"],
    )  # fmt: skip


def scenario_text(
    paths: Mapping[str, Sequence[float]], now: Mapping[str, float], row: Mapping[str, Any],
    target: str, every: str, lang: str,
) -> str:  # fmt: skip
    """What a scenario adds up to by its last period; that it adds nothing, where it is the base."""
    told = [supposed_text(name, path, now[name], lang) for name, path in paths.items()]
    supposed = " · ".join(told) or word("growth_base", lang)
    lower, upper, middle = (row[f"total_{name}"] for name in ("lower", "upper", "difference"))
    period = time_text(row["period"], every, lang)
    name = target_text(target, lang)
    if lower == upper == 0:
        return word("growth_scenario_none", lang, supposed=supposed, name=name, period=period)
    unit = unit_of(max(abs(lower), abs(upper)))
    low, value, high = (amount_text(x, upper - lower, unit, lang, sign=True) for x in (lower, middle, upper))
    key = "growth_scenario" if lower > 0 or upper < 0 else "growth_scenario_open"
    values = {"supposed": supposed, "name": name, "period": period, "value": value, "lower": low, "upper": high}
    return word(key, lang, **values)


def supposed_text(name: str, path: Sequence[float], now: float, lang: str) -> str:
    """A supposed path: from where it starts now, over what it reaches; or where it stays.

    >>> supposed_text("nps", [40.0, 50.0, 50.0], 20.3437, "en"), supposed_text("nps", [25.3437] * 4, 20.3437, "en")
    ('NPS from +20 now to +40, then +50', 'NPS from +20.3 now to +25.3')
    """
    shown = "NPS" if name == "nps" else target_text(name, lang)
    steps = [value for at, value in enumerate(path) if not at or value != path[at - 1]]
    digits = digits_of([now, *steps], points=name == "nps")
    first, *reached = (number(value, digits=digits, lang=lang, sign=name == "nps") for value in (now, *steps))
    if set(steps) == {now}:
        return word("growth_supposed", lang, name=shown, last=first)
    if len(reached) > MOST_STEPS:
        reached = [*reached[: MOST_STEPS - 1], "…", reached[-1]]
    then = word("growth_supposed_then", lang)
    return word("growth_supposed_path", lang, name=shown, first=first, last=f", {then} ".join(reached))


def digits_of(values: Sequence[float], *, points: bool) -> int:
    """Decimals that show what is supposed and tell it from what is now: none or one of a score, up to three of others.

    >>> digits_of([20.3437, 40.0], points=True), digits_of([18.3127, 18.5], points=False)
    (0, 1)
    """
    most = 1 if points else 3
    exact = (k for k in range(most) if all(math.isclose(x, round(x, k), abs_tol=1e-9) for x in values[1:]))
    least = next(exact, most if points else places(10 * max(map(abs, values))))
    apart = len(set(values))
    return next((k for k in range(least, 6) if len({round(value, k) for value in values}) == apart), 6)
