"""What a figure rests on that its reader should know, kept as data until it is known in which language.

A result outlives the language it is read in. So a remark is a key of labels with plain values (numbers, days, periods,
names), and becomes a sentence when somebody asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from npskit.labels import NO_BREAK_SPACE, date_text, has_word, language, number, points, share, word

__all__ = ["Figure", "Note", "noted", "periods_text"]

# Names of groups said in one remark.
MOST_NAMED = 6


@dataclass(frozen=True)
class Note:
    """One remark.

    Attributes
    ----------
    key : str
        Of labels.
    values : mapping of str to value
        Numbers, days, names, tuples of names, other remarks, or a day with the length of the period that begins on it.
    count : float, optional
        What the remark is about so many of, where one alone takes another sentence.

    Examples
    --------
    >>> str(Note("forecast_note_silent", {"n": (3, "month")}))
    'Without answers: 3\\xa0months. The level passes through, and is less sure there.'
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    count: float | None = None

    def sentence(self, *, lang: str | None = None, plain: bool = False) -> str:
        """The remark in words.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        plain : bool
            Whether for somebody who types no code: without the argument that would change it.
        """
        lang = language(lang)
        key = f"{self.key}_plain" if plain and has_word(f"{self.key}_plain") else self.key
        single = self.count is not None and (self.count < 2 if lang == "fr" else self.count == 1)
        filled = {name: shown(value, lang, plain=plain) for name, value in self.values.items()}
        return word(f"{key}_1" if single else key, lang, **filled)

    def __str__(self) -> str:
        return self.sentence(lang="en")


@dataclass(frozen=True)
class Figure:
    """A number that is no count: ``kind`` is share (0..1), points, change (points with their unit) or weekday (0 is
    Monday)."""

    value: float
    kind: str

    def text(self, lang: str) -> str:
        """The number as the language writes it.

        Examples
        --------
        >>> Figure(0.35, "share").text("en"), Figure(-12.4, "change").text("en"), Figure(6, "weekday").text("fr")
        ('35%', '−12 points', 'dimanche')
        """
        match self.kind:
            case "share":
                small = 0 < self.value < 0.0995 or 0.9 < self.value < 1
                return share(self.value, digits=1 if small and round(1000 * self.value) % 10 else 0, lang=lang)
            case "weekday":
                return word(f"day_{(int(self.value) + 1) % 7}", lang)
        small = 0 < abs(self.value) < 0.95
        return points(self.value, digits=1 if small else 0, lang=lang, unit=self.kind == "change")


def noted(key: str, count: float | None = None, **values: Any) -> Note:
    """A remark from its values."""
    return Note(key, values, count)


def shown(value: Any, lang: str, *, plain: bool = False) -> str:
    """One value of a remark in the language."""
    from npskit.charts.periods import period_text

    match value:
        case (dt.date() as day, str() as every):
            return period_text(day, every, lang)
        case (int() as count, str() as every):
            return periods_text(count, every, lang)
        case Note():
            return value.sentence(lang=lang, plain=plain)
        case Figure():
            return value.text(lang)
        case (Note(), *_):
            return ("\u202f; " if lang == "fr" else "; ").join(each.sentence(lang=lang, plain=plain) for each in value)
        case tuple():
            return names_text(
                [shown(name, lang, plain=plain) if isinstance(name, Note) else str(name) for name in value], lang
            )
        case dt.date():
            return date_text(value, lang)
        case int() | float():
            return number(value, lang=lang)
    return str(value)


def periods_text(n: int, every: str, lang: str) -> str:
    """So many periods, such as "3 months"."""
    single = n < 2 if lang == "fr" else n == 1
    return number(n, lang=lang) + NO_BREAK_SPACE + word(f"chart_every_{every}{'' if single else 's'}", lang)


def names_text(names: list[str], lang: str) -> str:
    """Names side by side, and how many more."""
    more = len(names) - MOST_NAMED
    said = " · ".join(names[:MOST_NAMED])
    return said if more <= 0 else f"{said} {word('forecast_more', lang, k=number(more, lang=lang))}"
