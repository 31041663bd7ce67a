"""The score by a column: a table, its chart, and the sentence on the largest difference that the intervals support."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npskit.frames import Bands, Period
from npskit.labels import MINUS, range_text, word
from npskit.report.findings import Gap, farthest
from npskit.report.passage import Passage
from npskit.report.words import column_text, score_text, size, told
from npskit.survey.plots import columns_of

if TYPE_CHECKING:
    from npskit.survey import Survey

__all__ = ["Group", "group_of"]

SMALL = 30
NAMES_SHOWN = 4
LONGEST_NAME = 44
BARE = re.compile(r"[\d\s.,]+")
BAND = re.compile(r"(-?[\d.]+)(?: to <|-)(-?[\d.]+)")
DECIMAL = re.compile(r"(\d)\.(\d)")
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
    gap : Gap or None
        The largest difference that the intervals support.
    overall : float
        The score of everybody, in points.
    confidence_level : float
    lang : str
    unplaced : int
        Answers without a level, when too few to be shown.
    """

    keys: tuple[str, ...]
    table: Mapping[str, list[Any]]
    gap: Gap | None
    overall: float
    confidence_level: float
    lang: str
    unplaced: int = 0

    @property
    def name(self) -> str:
        """The columns in a sentence."""
        return " · ".join(self.keys)

    @property
    def names(self) -> list[str]:
        """The groups in a sentence: a bare number with its column, several words in quotes."""
        from npskit.charts.columns import quoted, row_names

        names = row_names(dict(self.table), self.keys, self.lang)
        return [
            f"{self.name} {name}"
            if BARE.fullmatch(name)
            else quoted(shortened(name), self.lang)
            if " " in name
            else name
            for name in names
        ]

    @property
    def in_short(self) -> str:
        """One sentence for the first screen."""
        if self.gap is None:
            return word("report_gap_none_short", self.lang, by=self.name)
        return self._gap_told("report_gap_short")

    @property
    def sentences(self) -> list[str]:
        """What the chart does not say: the interval of the difference, and which groups are small."""
        first = word("report_gap_none", self.lang) if self.gap is None else self._gap_told("report_gap")
        unplaced = told("report_unplaced", self.unplaced, self.lang, n=size(self.unplaced, self.lang))
        return [first, *self._small(), *([unplaced] if self.unplaced else [])]

    def _gap_told(self, key: str) -> str:
        from npskit.charts.words import amount

        assert self.gap is not None
        low, names = self.gap.low, self.names
        score, lower, upper = (self.table[name][low] for name in NUMBERS)
        return word(
            key,
            self.lang,
            by=self.name,
            low=names[low],
            high=names[self.gap.high],
            score=score_text(score, lower, upper, self.lang)[0],
            gap=amount(self.gap.points, self.lang),
            range=range_text(max(self.gap.lower, 0), self.gap.upper, lang=self.lang).replace("+", ""),
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
            confidence_level=self.confidence_level,
            lang=self.lang,
        )

    def heading(self) -> Passage:
        """The name of the column above its chart."""
        return Passage(word("report_by", self.lang, by=self.name), kind="lead", level=3)

    def caption(self) -> Passage:
        """The sentences below the chart."""
        return Passage(sentences=tuple(self.sentences), kind="caption")


def group_of(survey: Survey, item: Any, *, overall: float, confidence_level: float = 0.95, lang: str) -> Group:
    """The score by one item of `by`; a tuple of columns crosses them."""
    items = list(item) if isinstance(item, (tuple, list)) else [item]
    rows = columns_of(survey.summary(items, confidence_level=confidence_level))
    keys = list(rows)[: list(rows).index("responses")]
    placed = [row for row, n in enumerate(rows["responses"]) if n and not is_small_rest(rows, keys, row)]
    answered = placed or [row for row, n in enumerate(rows["responses"]) if n]
    columns = {
        column_text(key): shown_levels([rows[key][row] for row in answered], each, lang)
        for key, each in zip(keys, items, strict=True)
    }
    numbers = {name: [float(rows[name][row]) for row in answered] for name in NUMBERS}
    responses = [int(rows["responses"][row]) for row in answered]
    gap = farthest(*numbers.values(), confidence_level=confidence_level)
    table = {**columns, "responses": responses, **numbers}
    unplaced = int(sum(rows["responses"])) - sum(responses)
    return Group(tuple(columns), table, gap, overall, confidence_level, lang, unplaced)


def is_small_rest(rows: Mapping[str, list[Any]], keys: Sequence[str], row: int) -> bool:
    """Whether a row holds the few answers without a level: its wide interval would squeeze all others."""
    return rows["responses"][row] < SMALL and any(
        rows[key][row] is None or rows[key][row] != rows[key][row] for key in keys
    )


def shortened(name: str) -> str:
    """A name that fits into a sentence."""
    plain = name.strip("()")
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1].rstrip(" ,;") + "…"


def shown_levels(levels: Sequence[Any], item: Any, lang: str) -> list[Any]:
    """Levels as a reader sees them: yes and no for 1 and 0, bands and periods in the language."""
    levels = [None if level != level else level for level in levels]
    known = {level for level in levels if level is not None}
    if isinstance(item, Bands):
        return [None if level is None else band_text(str(level), lang) for level in levels]
    if isinstance(item, Period):
        from npskit.charts.periods import as_day, period_text

        return [None if level is None else period_text(as_day(level), item.every, lang) for level in levels]
    return [None if level is None else bool(level) for level in levels] if known == {0, 1} else levels


def band_text(label: str, lang: str) -> str:
    """The label of a band with a dash for "to" and the decimal sign of the language.

    Examples
    --------
    >>> band_text("0.5 to <1.5", "fr"), band_text("3-5", "en"), band_text("-2 to <1.5", "en"), band_text("21+", "fr")
    ('0,5–1,5', '3–5', '−2–1.5', '21+')
    """
    text = BAND.sub(r"\1–\2", label).replace("-", MINUS)
    return DECIMAL.sub(r"\1,\2", text) if lang == "fr" else text
