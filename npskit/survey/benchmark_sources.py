"""Published figures: who published what about whom, found by the words for an industry.

A figure is a fact with a publisher, a year and a population, or it is not one. Sources differ by more than most
companies do, since they ask different people in different ways. So all that is known of an industry is kept side by
side, and nothing is averaged.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from npskit.errors import ArgumentError, did_you_mean
from npskit.labels import LANGUAGES, word
from npskit.roles import fold

__all__ = ["KINDS", "Figure", "bundled", "chosen", "country_code", "industries_meant", "meant", "shown_name", "words"]

KINDS = ("industry mean", "industry survey", "vendor customers", "estimate", "company", "not said")


@dataclass(frozen=True, slots=True)
class Figure:
    """One published score.

    Attributes
    ----------
    name, industry : str
    nps : float
        Points.
    year : int or None
    publisher, study, population, channel, url, reliability : str
        Empty where not said.
    country : tuple of str
        Codes of two letters, or the words given.
    kind : {"industry mean", "industry survey", "vendor customers", "estimate", "company", "not said"}
    counts : tuple of float, or None
        Shares of detractors, passives, promoters.
    responses : int or None
        Answers that this very figure rests on; not the size of the whole study.
    lower, upper : float or None
        As published.
    """

    name: str
    industry: str
    nps: float
    year: int | None
    publisher: str
    study: str
    population: str
    country: tuple[str, ...]
    channel: str
    kind: str
    url: str
    reliability: str
    counts: tuple[float, float, float] | None = None
    responses: int | None = None
    lower: float | None = None
    upper: float | None = None


@cache
def words(family: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Values of a family of words in French and English, each with the pattern over folded text that means it."""
    lines = files("npskit.survey").joinpath("benchmark_words.csv").read_text(encoding="utf-8").splitlines()
    rows = [row for row in csv.DictReader(lines) if row["family"] == family]
    return tuple((row["value"], re.compile(f"(?:{row['words']})")) for row in rows)


def meant(text: str, family: str) -> str | None:
    """The value that a text stands for, or None.

    Examples
    --------
    >>> meant("Compagnies aériennes", "industry"), meant("Part de marché", "context"), meant("shoes", "industry")
    ('airlines', 'market_share', None)
    """
    folded = fold(text)
    return next((value for value, pattern in words(family) if folded == fold(value) or pattern.fullmatch(folded)), None)


@cache
def plain_words(family: str) -> tuple[str, ...]:
    """The words of a family that are read as they stand, in the singular.

    Examples
    --------
    >>> "jardinerie" in plain_words("industry")
    True
    """
    found = (each.replace("s?", "") for _, pattern in words(family) for each in pattern.pattern[3:-1].split("|"))
    return tuple(each for each in found if each.replace(" ", "").isalpha())


def country_code(text: str) -> str:
    """Two letters for a country that is known, else the words themselves.

    Examples
    --------
    >>> country_code("États-Unis"), country_code("Portugal")
    ('US', 'Portugal')
    """
    return meant(text, "country") or str(text).strip()


@cache
def bundled() -> tuple[Figure, ...]:
    """The figures that come with npskit, each cited."""
    text = files("npskit").joinpath("data", "nps_benchmarks.csv").read_text(encoding="utf-8")
    return tuple(figure_of(row) for row in csv.DictReader(text.splitlines()))


@cache
def french_names() -> dict[str, str]:
    """What the figures that come with npskit are of, in French."""
    text = files("npskit").joinpath("data", "nps_benchmarks.csv").read_text(encoding="utf-8")
    return {row["name"]: row["name_fr"] for row in csv.DictReader(text.splitlines())}


def shown_name(name: str, lang: str) -> str:
    """The name of a figure in the language; one of the user's as written.

    Examples
    --------
    >>> shown_name("Airlines", "fr"), shown_name("Airlines", "en"), shown_name("Truffaut", "fr")
    ('Compagnies aériennes', 'Airlines', 'Truffaut')
    """
    return french_names().get(name, name) if lang == "fr" else name


def figure_of(row: dict[str, str]) -> Figure:
    """A row of our own file, which is known to be whole."""
    shares = [row[name] for name in ("detractors", "passives", "promoters")]
    counts = (float(shares[0]), float(shares[1]), float(shares[2])) if all(shares) else None
    names = ("name", "industry", "publisher", "study", "population", "channel", "kind", "url", "reliability")
    texts: dict[str, Any] = {name: row[name] for name in names}
    return Figure(
        **texts,
        nps=float(row["nps"]), year=int(row["year"]) if row["year"] else None,
        country=tuple(filter(None, row["country"].split(", "))), counts=counts,
        responses=int(row["responses"]) if row["responses"] else None,
    )  # fmt: skip


def industries_meant(industry: Any, own: Iterable[Figure]) -> list[str]:
    """The industries that words stand for: those of our file, and those of the user's own table.

    Raises
    ------
    ArgumentError
        For words that mean none; the hint names the nearest.
    """
    asked = [industry] if isinstance(industry, str) else list(industry)
    theirs = {fold(figure.industry): figure.industry for figure in own if figure.industry}
    found = []
    for text in asked:
        value = meant(text, "industry") if isinstance(text, str) else None
        if value is None and isinstance(text, str):
            value = theirs.get(fold(text))
        if value is None:
            raise unknown(text, theirs.values())
        found.append(value)
    return list(dict.fromkeys(found))


def unknown(text: Any, theirs: Iterable[str]) -> ArgumentError:
    """The error for an industry nothing is published of."""
    keys = sorted({figure.industry for figure in bundled()})
    named = [industry_text(key, lang) for lang in LANGUAGES for key in keys]
    meant_perhaps = did_you_mean(str(text), [*theirs, *named], quoted=True)
    close = get_close_matches(fold(str(text)), plain_words("industry"), n=1, cutoff=0.8)
    if close and not meant_perhaps.startswith("did you mean"):
        meant_perhaps = f"did you mean {close[0]!r}?"
    return ArgumentError(
        where="industry", expected="an industry of which figures are known", got=repr(text),
        hint=f"{meant_perhaps} Figures of your own: published='figures.csv'",
    )  # fmt: skip


def industry_text(key: str, lang: str) -> str:
    """How an industry is called; one of the user's as written."""
    known = {figure.industry for figure in bundled()}
    return word(f"benchmark_industry_{key.replace(' ', '_')}", lang) if key in known else key


def chosen(industry: Any, own: Sequence[Figure]) -> tuple[list[Figure], list[str]]:
    """The figures of the industries asked for, ours and the user's, and the names of the industries.

    A figure of the user's own table counts when it is of such an industry, or of none.
    """
    if industry is None:
        return list(own), list(dict.fromkeys(figure.industry for figure in own if figure.industry))
    keys = industries_meant(industry, own)
    theirs = [figure for figure in own if not figure.industry or of(figure) in keys]
    return [*(figure for figure in bundled() if figure.industry in keys), *theirs], keys


def of(figure: Figure) -> str:
    """The industry of a figure by our name, or by the user's."""
    return meant(figure.industry, "industry") or figure.industry
