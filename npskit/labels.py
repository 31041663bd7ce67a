"""Every word a person is shown, in English and French, with the number formats of each language.

The words are data, in ``labels.csv``: one key a row, one language a column. Arithmetic and tables stay in English;
charts, reports and widgets ask here. Nothing else reads the language setting.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from npskit.errors import ArgumentError, did_you_mean

__all__ = [
    "LANGUAGES",
    "date_text",
    "glossary",
    "has_word",
    "language",
    "locale",
    "month_year",
    "number",
    "points",
    "range_text",
    "set_language",
    "share",
    "word",
]

LANGUAGES = ("en", "fr")
MINUS = "\u2212"
NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
SEPARATORS = {"en": (",", "."), "fr": (NARROW_SPACE, ",")}

_setting: dict[str, str] = {}


def set_language(lang: str) -> None:
    """Choose the language of charts, reports and widgets for this session.

    Parameters
    ----------
    lang : {"en", "fr"}

    Raises
    ------
    ArgumentError
        For another language.

    Examples
    --------
    >>> set_language("fr"); word("promoters")
    'promoteurs'
    >>> set_language("en")
    """
    _setting["lang"] = language(lang)


def language(lang: str | None = None) -> str:
    """The language to use: the argument, else `set_language`, else the variable NPSKIT_LANG, else English."""
    chosen = lang or _setting.get("lang") or os.environ.get("NPSKIT_LANG") or "en"
    if chosen not in LANGUAGES:
        raise ArgumentError(where="lang", expected="'en' or 'fr'", got=repr(chosen), hint="pass lang='fr' or lang='en'")
    return chosen


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("npskit").joinpath("labels.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["key"]: {lang: row[lang] for lang in LANGUAGES} for row in rows}


def word(key: str, lang: str | None = None, /, **values: object) -> str:
    """The word or sentence of a key, with its ``{placeholders}`` filled.

    Raises
    ------
    ArgumentError
        For an unknown key.

    Examples
    --------
    >>> word("n_responses", "fr", n=number(13612, lang="fr"))
    '13\u202f612 réponses'
    """
    if key not in _table():
        raise ArgumentError(where="labels", expected="a known key", got=repr(key), hint=did_you_mean(key, _table()))
    return _table()[key][language(lang)].format(**values)


def has_word(key: str) -> bool:
    """Whether there are words for a key."""
    return key in _table()


def glossary(beginnings: Sequence[str]) -> dict[str, dict[str, str]]:
    """All words whose key begins with one of these, in every language: for a page that speaks them itself.

    Examples
    --------
    >>> glossary(["month_12"])
    {'month_12': {'en': 'December', 'fr': 'décembre'}}
    """
    return {key: dict(words) for key, words in _table().items() if key.startswith(tuple(beginnings))}


def number(value: float, *, digits: int = 0, lang: str | None = None, sign: bool = False) -> str:
    """A number in the format of the language, with a real minus sign.

    Examples
    --------
    >>> number(-1234.56, digits=1, lang="fr")
    '−1\u202f234,6'
    """
    thousands, decimal = SEPARATORS[language(lang)]
    rounded = round(value, digits) + 0.0
    text = f"{abs(rounded):,.{digits}f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)
    mark = MINUS if rounded < 0 else "+" if sign and rounded > 0 else ""
    return mark + text


def points(value: float, *, digits: int = 0, lang: str | None = None, unit: bool = False) -> str:
    """A score or a difference of scores with its sign, such as +30; with `unit`, "+30 points".

    Examples
    --------
    >>> points(30.2), points(-1.26, digits=1, unit=True)
    ('+30', '−1.3 points')
    """
    if value != value:
        return "–"
    text = number(value, digits=digits, lang=lang, sign=True)
    if not unit:
        return text
    plural = abs(round(value, digits)) >= 2 if language(lang) == "fr" else abs(round(value, digits)) != 1
    return f"{text}{NO_BREAK_SPACE}{word('points' if plural else 'point', language(lang))}".replace(
        NO_BREAK_SPACE, " " if language(lang) == "en" else NO_BREAK_SPACE
    )


def share(value: float, *, digits: int = 0, lang: str | None = None) -> str:
    """A share in [0, 1] as a percentage.

    Examples
    --------
    >>> share(0.304), share(0.304, digits=1, lang="fr")
    ('30%', '30,4\u202f%')
    """
    if value != value:
        return "–"
    gap = NARROW_SPACE if language(lang) == "fr" else ""
    return number(100 * value, digits=digits, lang=lang) + gap + "%"


def range_text(lower: float, upper: float, *, digits: int = 0, lang: str | None = None) -> str:
    """An interval in points, "+14 to +44" or "de +14 à +44"."""
    low, high = (points(bound, digits=digits, lang=lang) for bound in (lower, upper))
    return word("range", language(lang), lower=low, upper=high)


def month_year(day: dt.date, lang: str | None = None) -> str:
    """A month in words, "March 2024" or "mars 2024"."""
    return f"{word(f'month_{day.month}', language(lang))} {day.year}"


def date_text(day: dt.date, lang: str | None = None) -> str:
    """A day in words, "5 March 2024" or "5 mars 2024"."""
    first = "1er" if language(lang) == "fr" and day.day == 1 else str(day.day)
    return f"{first} {month_year(day, lang)}"


def locale(lang: str | None = None) -> dict[str, dict[str, object]]:
    """Number and time locale in the form that Vega's ``config.locale`` takes."""
    lang = language(lang)
    thousands, decimal = SEPARATORS[lang]
    months = [word(f"month_{month}", lang) for month in range(1, 13)]
    days = [word(f"day_{day}", lang) for day in range(7)]
    formats = {"en": ("%A %e %B %Y", "%d/%m/%Y"), "fr": ("%A %e %B %Y", "%d/%m/%Y")}[lang]
    return {
        "number": {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""], "minus": MINUS,
                   "percent": NARROW_SPACE + "%" if lang == "fr" else "%"},
        "time": {"dateTime": formats[0], "date": formats[1], "time": "%H:%M:%S", "periods": ["AM", "PM"],
                 "days": days, "shortDays": [day[:3] + ("." if lang == "fr" else "") for day in days],
                 "months": months, "shortMonths": [word(f"month_short_{month}", lang) for month in range(1, 13)]},
    }  # fmt: skip
