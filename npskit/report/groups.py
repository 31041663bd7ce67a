"""The score by a column: a table, its chart, and the sentence on the largest difference that the intervals support."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.charts.columns import row_names
from npskit.charts.periods import as_day, period_text
from npskit.charts.words import amount, limit_texts, name_text
from npskit.frames import Bands, Period
from npskit.labels import MINUS, word
from npskit.report.findings import Gap, farthest
from npskit.report.passage import Passage
from npskit.report.words import score_text, size, told
from npskit.roles import fold
from npskit.survey.column_words import NO_WORDS, ColumnWords, after_by
from npskit.survey.plots import columns_of
from npskit.survey.withholding import hidden_readings

if TYPE_CHECKING:
    from npskit.survey import Survey

__all__ = ["Group", "group_of", "shown_rows"]

SMALL = 30
NAMES_SHOWN = 4
LONGEST_NAME = 44
NUMBER = re.compile(r"[\d\s.,]+")
BAND = re.compile(r"(-?[\d.]+)(?: to <|-)(-?[\d.]+)")
DECIMAL = re.compile(r"(\d)\.(\d)")
# Names of columns whose 1 and 0 are yes and no; a sex or a zone coded so is neither.
YES_NO = re.compile(r"^(has|is|was|a|est) ")
NUMBERS = ("score", "lower", "upper")


@dataclass(frozen=True)
class Group:
    """The score by one column (or several crossed).

    Attributes
    ----------
    keys : tuple of str
        Names of the columns, as shown.
    table : mapping of str to list
        The levels as shown, ``responses, score, lower, upper``; rows without answers left out.
    overall : float
        The score of everybody, in points.
    confidence_level : float
    lang : str
    unplaced : int
        Answers without a level, when too few to be shown.
    pairs : int
        How many pairs of groups were looked at, here and by other columns; those of this table if that is more.
    """

    keys: tuple[str, ...]
    table: Mapping[str, list[Any]]
    overall: float
    confidence_level: float
    lang: str
    unplaced: int = 0
    pairs: int = 0

    @property
    def own_pairs(self) -> int:
        """Pairs of groups in this table."""
        rows = len(self.table["score"])
        return rows * (rows - 1) // 2

    @cached_property
    def gap(self) -> Gap | None:
        """The largest difference that the intervals support, given all pairs that were looked at."""
        numbers = (self.table[name] for name in NUMBERS)
        return farthest(*numbers, pairs=max(self.pairs, self.own_pairs), confidence_level=self.confidence_level)

    @property
    def name(self) -> str:
        """The columns in a sentence."""
        return " · ".join(after_by(key, self.lang) for key in self.keys)

    @property
    def names(self) -> list[str]:
        """The groups in a sentence: a bare number or band with its column, several words in quotes."""
        return [name_text(name, self.keys, self.lang) for name in self._shown]

    @property
    def _shown(self) -> list[str]:
        return [shortened(name) for name in row_names(dict(self.table), self.keys, self.lang)]

    @property
    def in_short(self) -> str:
        """One sentence for the first screen."""
        if self.gap is None:
            return word("report_gap_none_short", self.lang, by=self.name)
        # It begins with the name of the column, so that a band needs none; "3 at −4 points" would be two numbers.
        names = [name_text(name, self.keys if NUMBER.fullmatch(name) else (), self.lang) for name in self._shown]
        return self._gap_told("report_gap_short", self.gap, names)

    @property
    def sentences(self) -> list[str]:
        """What the chart does not say: the interval of the difference, and which groups are small."""
        unplaced = told("report_unplaced", self.unplaced, self.lang, n=size(self.unplaced, self.lang))
        return [self._finding(), *self._small(), *([unplaced] if self.unplaced else [])]

    def _finding(self) -> str:
        if self.gap is not None:
            return self._gap_told("report_gap", self.gap, self.names)
        if self.pairs > self.own_pairs:
            return word("report_gap_none_pairs", self.lang, pairs=size(self.pairs, self.lang))
        return word("report_gap_none", self.lang)

    def _gap_told(self, key: str, gap: Gap, names: Sequence[str]) -> str:
        score, lower, upper = (self.table[name][gap.low] for name in NUMBERS)
        pairs = max(self.pairs, self.own_pairs)
        low, high = (limit.lstrip("+") for limit in limit_texts(gap.lower, gap.upper, self.lang))
        return word(
            key,
            self.lang,
            by=self.name,
            low=names[gap.low],
            high=names[gap.high],
            score=score_text(score, lower, upper, self.lang)[0],
            gap=amount(gap.points, self.lang),
            range=word("range", self.lang, lower=low, upper=high),
            widened=word("report_widened", self.lang, pairs=size(pairs, self.lang)) if pairs > 1 else "",
        )

    def _small(self) -> list[str]:
        small = [name for name, n in zip(self.names, self.table["responses"], strict=True) if n < SMALL]
        if not small:
            return []
        listing = ", ".join(small[:NAMES_SHOWN]) + (", …" if len(small) > NAMES_SHOWN else "")
        return [told("report_small", len(small), self.lang, names=listing, k=size(len(small), self.lang), n=SMALL)]

    def plot(self) -> Any:
        """The chart: a row a group, lowest first, with interval and n."""
        from npskit import charts

        return charts.by_segment(
            dict(self.table),
            list(self.keys),
            overall=self.overall,
            pairs=max(self.pairs, self.own_pairs),
            confidence_level=self.confidence_level,
            lang=self.lang,
        )

    def heading(self) -> Passage:
        """The name of the column above its chart."""
        return Passage(word("report_by", self.lang, by=self.name), kind="lead", level=3)

    def caption(self) -> Passage:
        """The sentences below the chart."""
        return Passage(sentences=tuple(self.sentences), kind="caption")


def group_of(
    survey: Survey,
    item: Any,
    *,
    overall: float,
    pairs: int = 0,
    least: int | None = None,
    confidence_level: float = 0.95,
    lang: str,
    words: ColumnWords = NO_WORDS,
) -> Group:
    """The score by one item of `by`; a tuple of columns crosses them. `pairs` as in `Group`.

    Of groups by period, readings of fewer than `least` answers are not shown.
    """
    items = list(item) if isinstance(item, (tuple, list)) else [item]
    rows = columns_of(survey.summary(items, confidence_level=confidence_level))
    keys = list(rows)[: list(rows).index("responses")]
    shown = shown_rows(rows, keys)
    unplaced = int(sum(rows["responses"])) - sum(int(rows["responses"][row]) for row in shown)
    if least is not None and len(items) > 1 and any(isinstance(each, Period) for each in items):
        veiled = few_of_period(rows, keys, items, least)
        shown = [row for row in shown if row not in veiled]
    names = list(map(words.short, keys))
    names = names if len(set(names)) == len(names) else keys
    columns = {
        name: shown_levels([rows[key][row] for row in shown], each, key, lang)
        for name, key, each in zip(names, keys, items, strict=True)
    }
    numbers = {name: [float(rows[name][row]) for row in shown] for name in NUMBERS}
    responses = [int(rows["responses"][row]) for row in shown]
    table = {**columns, "responses": responses, **numbers}
    return Group(tuple(columns), table, overall, confidence_level, lang, unplaced, pairs)


def few_of_period(rows: Mapping[str, list[Any]], keys: Sequence[str], items: Sequence[Any], least: int) -> set[int]:
    """The rows of groups by period that too few answered, and those that would give them away."""
    at = next(place for place, each in enumerate(items) if isinstance(each, Period))
    cells = list(zip(*(map(str, rows[key]) for key in keys), strict=True))
    groups = list(dict.fromkeys((*cell[:at], *cell[at + 1 :]) for cell in cells))
    periods = list(dict.fromkeys(cell[at] for cell in cells))
    places = [(groups.index((*cell[:at], *cell[at + 1 :])), periods.index(cell[at])) for cell in cells]
    table = np.zeros((len(groups), len(periods)))
    for place, n in zip(places, rows["responses"], strict=True):
        table[place] = n
    hidden = hidden_readings(table, least)
    return {row for row, place in enumerate(places) if hidden[place]}


def shown_rows(rows: Mapping[str, list[Any]], keys: Sequence[str]) -> list[int]:
    """The rows with answers, without those of the few that carry no level."""
    answered = [row for row, n in enumerate(rows["responses"]) if n]
    return [row for row in answered if not is_small_rest(rows, keys, row)] or answered


def is_small_rest(rows: Mapping[str, list[Any]], keys: Sequence[str], row: int) -> bool:
    """Whether a row holds the few answers without a level: its wide interval would squeeze all others."""
    return rows["responses"][row] < SMALL and any(
        rows[key][row] is None or rows[key][row] != rows[key][row] for key in keys
    )


def shortened(name: str) -> str:
    """A name that fits into a sentence."""
    plain = name.strip("()")
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1].rstrip(" ,;") + "…"


def shown_levels(levels: Sequence[Any], item: Any, column: str, lang: str) -> list[Any]:
    """Levels as a reader sees them: bands and periods in the language, yes and no for 1 and 0 of a yes-or-no column."""
    levels = [None if level != level else level for level in levels]
    if isinstance(item, Bands):
        return [None if level is None else band_text(str(level), lang) for level in levels]
    if isinstance(item, Period):
        return [None if level is None else period_text(as_day(level), item.every, lang) for level in levels]
    if {level for level in levels if level is not None} == {0, 1} and YES_NO.match(fold(column)):
        return [None if level is None else bool(level) for level in levels]
    return levels


def band_text(label: str, lang: str) -> str:
    """The label of a band with a dash for "to" and the decimal sign of the language.

    Examples
    --------
    >>> band_text("0.5 to <1.5", "fr"), band_text("3-5", "en"), band_text("-2 to <1.5", "en"), band_text("21+", "fr")
    ('0,5–1,5', '3–5', '−2–1.5', '21+')
    """
    text = BAND.sub(r"\1–\2", label).replace("-", MINUS)
    return DECIMAL.sub(r"\1,\2", text) if lang == "fr" else text
