"""How groups and differences are named in the one sentence that each answer says of itself.

Sentences claim what intervals hold and no more; the words are in labels.csv under ``answer_``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.labels import language, points, range_text, word

__all__ = ["Days", "gap_text", "row_names", "shown_table", "signed", "signed_range", "told"]

Days = tuple[dt.date, dt.date]
Periods = Mapping[str, str]


def told(key: str, count: float, lang: str | None, /, **values: Any) -> str:
    """A sentence about so many things, in the singular where the language wants it."""
    single = count < 2 if language(lang) == "fr" else count == 1
    return word(f"{key}_1" if single else key, lang, **values)


def shown_table(table: Mapping[str, Any], periods: Periods, lang: str | None) -> dict[str, Any]:
    """The table with the first days of periods as the periods they stand for ("2017", "March 2017")."""
    from npskit.charts.periods import as_day, period_text

    lang = language(lang)

    def named(level: Any, every: str) -> Any:
        return None if level is None else period_text(as_day(level), every, lang)

    shown = {key: [named(level, every) for level in table[key]] for key, every in periods.items() if key in table}
    return {**table, **shown}


def row_names(table: Mapping[str, Any], by: Sequence[str], periods: Periods, lang: str | None) -> list[str]:
    """What each row is called inside a sentence: a bare number with its column, several words in quotes."""
    from npskit.charts.columns import row_names as joined
    from npskit.charts.words import name_text

    lang = language(lang)
    shown = shown_table({key: list(table[key]) for key in by}, periods, lang)
    names = joined(shown, by, lang)
    return names if set(by) & set(periods) else [name_text(name, by, lang) for name in names]


def gap_text(value: float, lang: str | None) -> str:
    """A distance without its sign, such as "24 points"."""
    from npskit.charts.words import amount

    return amount(value, language(lang))


def signed(value: float, lang: str | None, *, unit: bool = True) -> str:
    """A difference with its sign, such as "−8 points"; with a decimal below one point."""
    return points(value, digits=0 if abs(value) >= 1 else 1, lang=lang, unit=unit)


def signed_range(lower: float, upper: float, lang: str | None) -> str:
    """An interval of a difference, with a decimal where it is narrower than two points."""
    return range_text(lower, upper, digits=1 if upper - lower < 2 else 0, lang=lang)
