"""Who speaks of what: the themes that one group writes of more, or less, than all others do.

Of every theme in every group some look different by chance; only those are shown that stay apart after all of them
were counted, and what could not be told is said in one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from npskit.charts.columns import known
from npskit.charts.periods import as_day, period_text
from npskit.frames import Period
from npskit.labels import points, word
from npskit.report.naming import shown_column, shown_names
from npskit.report.passage import Passage
from npskit.report.tables import Table
from npskit.report.voice_block import rows_of
from npskit.report.words import percent, size, told
from npskit.survey.column_words import NO_WORDS, ColumnWords, after_by
from npskit.survey.levels import level_text
from npskit.survey.theme_answers import Themes, theme_name

__all__ = ["Speakers", "speakers"]

MOST_ROWS, ALPHA = 10, 0.05


@dataclass(frozen=True)
class Speakers:
    """Themes by the groups of one column, or of several that are crossed.

    Attributes
    ----------
    by : str
        The columns as a reader would name them.
    rows : tuple of dict
        Those that stay apart, the largest difference first: ``group, theme, share, difference, lower, upper, score``.
    groups, compared, hidden : int
        Groups that write, themes times groups that were compared, and groups too small to be shown.
    lang : str
    """

    by: str
    rows: tuple[dict[str, Any], ...]
    groups: int
    compared: int
    hidden: int
    lang: str

    @property
    def in_short(self) -> str:
        """The largest difference for the first screen, which names the column; empty where there is none."""
        if not self.rows:
            return ""
        return word("report_voice_by", self.lang, by=self.by, told=self.told)

    @property
    def told(self) -> str:
        """The largest difference; empty where there is none."""
        if not self.rows:
            return ""
        row = self.rows[0]
        key = "report_voice_groups_more" if row["difference"] > 0 else "report_voice_groups_less"
        return word(
            key, self.lang, group=row["group"], theme=row["theme"], share=percent(row["share"], self.lang),
            others=percent(row["share"] - row["difference"], self.lang),
        )  # fmt: skip

    def heading(self) -> Passage:
        """The name of the column, what stands out, and what cannot be shown."""
        lang = self.lang
        n = len(self.rows)
        kept = told("report_voice_groups_kept", n, lang, n=size(n, lang), k=size(self.compared, lang)) if n else ""
        largest = word("report_voice_groups_largest", lang, shown=size(MOST_ROWS, lang)) if n > MOST_ROWS else ""
        hidden = told("report_voice_groups_hidden", self.hidden, lang, n=size(self.hidden, lang)) if self.hidden else ""
        notes = " ".join(filter(None, [kept, largest, hidden]))
        return Passage(
            word("report_by", lang, by=after_by(self.by, lang)),
            tuple(filter(None, [self.told, notes])),
            kind="section",
            level=3,
        )

    def table(self) -> Table:
        """A row for each theme and group that stay apart."""
        lang = self.lang
        names = ("theme", "group", "share", "others", "gap", "score")
        heads = tuple(word(f"report_voice_head_{name}", lang) for name in names)
        return Table(heads, tuple(map(self._row, self.rows[:MOST_ROWS])), texts=2)

    def _row(self, row: dict[str, Any]) -> tuple[str, ...]:
        lang = self.lang
        low, high = (gap_points(row[name], lang, unit=False) for name in ("lower", "upper"))
        return (
            row["theme"],
            row["group"],
            percent(row["share"], lang),
            percent(row["share"] - row["difference"], lang),
            f"{gap_points(row['difference'], lang)} ({word('range', lang, lower=low, upper=high)})",
            points(row["score"], lang=lang) if known(row["score"]) else "–",
        )


def gap_points(gap: float, lang: str, *, unit: bool = True) -> str:
    """A difference of two shares in points of per cent, with its sign."""
    text = points(100 * gap, digits=0 if abs(gap) >= 0.01 else 1, lang=lang)
    return word("report_voice_gap", lang, gap=text) if unit else text


def speakers(found: Themes, items: Sequence[Any], lang: str, words: ColumnWords = NO_WORDS) -> Speakers | None:
    """The groups of `Themes.by`; None where all who write are in one group."""
    rows = rows_of(found.by)
    cells = list(dict.fromkeys(tuple(row[key] for key in found.segmented_by) for row in rows))
    if len(cells) < 2:
        return None
    shown = {
        key: shown_levels(found, key, item, lang, words) for key, item in zip(found.segmented_by, items, strict=True)
    }
    compared = [at for at, row in enumerate(rows) if known(row["p_adjusted"])]
    apart = [at for at in compared if rows[at]["p_adjusted"] < ALPHA]
    apart.sort(key=lambda at: -abs(rows[at]["difference"]))
    named = tuple(
        {
            **rows[at],
            "theme": theme_name(str(rows[at]["theme"]), lang),
            "group": " · ".join(level_name(shown[key][at], lang) for key in found.segmented_by),
        }
        for at in apart
    )
    hidden = len({tuple(row[key] for key in found.segmented_by) for row in rows if row["responses"] is None})
    names = " · ".join(shown_names(found.segmented_by, words).values())
    return Speakers(names, named, len(cells), len(compared), hidden, lang)


def shown_levels(found: Themes, key: str, item: Any, lang: str, words: ColumnWords) -> list[Any]:
    """The levels of a column as a reader sees them."""
    levels = list(found.by[key])
    if isinstance(item, Period):
        return [None if level is None else period_text(as_day(level), item.every, lang) for level in levels]
    return shown_column(levels, item, key, lang, words)


def level_name(level: Any, lang: str) -> str:
    """A level, or that there is none."""
    return word("missing_level", lang) if level is None else level_text(level)
