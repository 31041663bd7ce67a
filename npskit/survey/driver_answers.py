"""What can be asked of drivers: what if one moved, and what a bad and a good experience are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import language, number, points, range_text, word
from npskit.results import Result
from npskit.stats import asymmetry as asymmetries
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.wording import gap_text

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Asymmetry", "WhatIf", "estimate", "named", "noted", "told_apart"]

NAMES_SHOWN = 4
KIND_KEYS = ("must-be", "performance", "delighter")


@dataclass(frozen=True)
class WhatIf(Result):
    """Change of the score if attributes moved, as `Drivers.what_if` gives it.

    Attributes
    ----------
    table : mapping of str to list
        One row per attribute that moves: ``attribute``, with `to_best` also ``best`` (the level that leads), ``move``
        (change of its mean), ``reached`` (the mean after), ``usage`` (share of answers that used it), ``change, lower,
        upper`` (points of the score by this one alone) and ``beyond`` (whether it leads outside the scale).
    change, lower, upper : float
        All of them together, in points of the score.
    beyond : bool
        Whether anything leads outside its scale, where nobody has answered.
    score : float
        The score now.
    confidence_level : float
    to_best : bool
        Whether each attribute goes to its best level.
    """

    table: Mapping[str, Sequence[Any]]
    change: float
    lower: float
    upper: float
    beyond: bool
    score: float
    confidence_level: float = 0.95
    to_best: bool = False
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    def sentence(self, lang: str | None = None) -> str:
        """The change in points, with its interval.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        values: dict[str, Any] = {
            **estimate("change", self.change, self.lower, self.upper, lang),
            "names": named(self.table["attribute"], lang, self.words),
        }
        if self.to_best:
            text = word("answer_what_if_best", lang, **values)
        else:
            moves = zip(self.table["attribute"], self.table["move"], strict=True)
            moved = joined(
                [f"{named([name], lang, self.words)} {decimal(by, lang, sign=True)}" for name, by in moves], lang
            )
            text = word("answer_what_if", lang, **values, moves=moved)
        return f"{text} {word('answer_what_if_beyond', lang)}" if self.beyond else text


@dataclass(frozen=True)
class Asymmetry(Result):
    """What a low rating costs and what a high one earns, as `Drivers.asymmetry` gives it.

    Attributes
    ----------
    table : mapping of str to list
        One row per attribute, the most important first: ``attribute``; ``penalty, penalty_lower, penalty_upper``
        (points of the score of a low rating against a middle one, the others held still); ``reward…`` (a high one
        against a middle one); ``balance…`` (reward plus penalty); ``bottom, top, usage`` (shares of the answers);
        ``kind`` (must-be, performance, delighter or cannot tell); ``bottom_max, top_min`` (the cuts).
    responses : int
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    responses: int
    confidence_level: float = 0.95
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """Penalty and reward of each attribute with their intervals.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        options: dict[str, Any] = {"responses": self.responses, "confidence_level": self.confidence_level}
        return charts.asymmetry(self.words.attributes(self.table), **options, lang=lang)

    def sentence(self, lang: str | None = None) -> str:
        """Which attributes only cost, only earn, do both, or cannot be told.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        of_kind = {
            kind: [
                name for name, found in zip(self.table["attribute"], self.table["kind"], strict=True) if found == kind
            ]
            for kind in KIND_KEYS
        }
        if not any(of_kind.values()):
            return word("answer_asymmetry_none", lang)
        parts = [
            word(
                f"answer_asymmetry_{kind.replace('-', '_')}",
                lang,
                names=named(names, lang, self.words),
                points=self._most(kind, lang),
            )
            for kind, names in of_kind.items()
            if names
        ]
        return " ".join(parts)

    def _most(self, kind: str, lang: str) -> str:
        """The largest penalty, or reward, of a kind in points."""
        column = "reward" if kind == "delighter" else "penalty"
        sizes = [value for value, found in zip(self.table[column], self.table["kind"], strict=True) if found == kind]
        return gap_text(max(sizes, key=abs), lang)


def told_apart(
    found: asymmetries.Asymmetry, names: Sequence[str], cuts: Mapping[str, tuple[float, float]], order: Sequence[str]
) -> Asymmetry:
    """The record of penalties and rewards, rows in this order."""
    places = [names.index(name) for name in order if name in names]
    columns = [
        *(f"{what}{end}" for what in ("penalty", "reward", "balance") for end in ("", "_lower", "_upper")),
        *("bottom", "top", "usage"),
    ]
    table: dict[str, list[Any]] = {
        "attribute": [names[at] for at in places],
        **{name: [float(getattr(found, name)[at]) for at in places] for name in columns},
        "kind": [found.kinds[at] for at in places],
        "bottom_max": [cuts[names[at]][0] for at in places],
        "top_min": [cuts[names[at]][1] for at in places],
    }
    return Asymmetry(table, found.responses, found.confidence_level)


def estimate(name: str, value: float, lower: float, upper: float, lang: str) -> dict[str, str]:
    """Points and their interval with as many decimals as the interval supports."""
    digits = 1 if upper - lower < 5 else 0
    shown = points(value, digits=digits, lang=lang, unit=True)
    return {name: shown, "range": range_text(lower, upper, digits=digits, lang=lang)}


def decimal(value: float, lang: str, *, sign: bool = False) -> str:
    """A number with as many decimals as it needs, two at most."""
    digits = next(places for places in (0, 1, 2) if places == 2 or abs(round(value, places) - value) < 1e-9)
    return number(value, digits=digits, lang=lang, sign=sign)


def joined(parts: Sequence[str], lang: str) -> str:
    """Parts of a list in a sentence: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word('answer_and', lang)} {parts[-1]}"


def named(names: Sequence[str], lang: str | None, words: ColumnWords | None = None) -> str:
    """Names of columns in quotes, as `words` has them, at most four and how many more."""
    from npskit.charts.columns import quoted

    lang = language(lang)
    said = [str(name) if words is None else words.name(str(name)) for name in names[:NAMES_SHOWN]]
    shown = [quoted(name, lang) for name in said]
    if len(names) > NAMES_SHOWN:
        shown.append(word("answer_others", lang, n=number(len(names) - NAMES_SHOWN, lang=lang)))
    return joined(shown, lang)


def noted(key: str, values: Mapping[str, Any], lang: str, words: ColumnWords = NO_WORDS) -> str:
    """A note in a language: lists are names, floats numbers, the rest as it is."""
    shown = {
        name: named(value, lang, words)
        if isinstance(value, (list, tuple))
        else decimal(float(value), lang)
        if isinstance(value, (int, float))
        else value
        for name, value in values.items()
    }
    return word(f"answer_drivers_{key}", lang, **shown)
