"""Answers of verbs with columns and levels named as a reader would name them, not as the file does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from npskit.frames import Bands
from npskit.labels import word
from npskit.report.groups import BAND, YES_NO, band_text
from npskit.roles import fold
from npskit.survey.changes import Decomposition
from npskit.survey.column_words import NO_WORDS, ColumnWords, spoken
from npskit.survey.comparisons import Comparison
from npskit.survey.journeys import Journey
from npskit.survey.scorecards import Scorecard
from npskit.survey.surprises import Segments

__all__ = ["named_groups", "named_segments", "named_steps"]

Grouped = TypeVar("Grouped", Comparison, Decomposition)
Stepped = TypeVar("Stepped", Journey, Scorecard)


def named_groups(found: Grouped, items: Sequence[Any], lang: str, words: ColumnWords = NO_WORDS) -> Grouped:
    """A comparison or a change by items of `by`, as shown."""
    names = shown_names(found.by, words)
    levels = {
        key: shown_column(found.table[key], item, key, lang, words) for key, item in zip(found.by, items, strict=True)
    }
    table = {names.get(key, key): levels.get(key, values) for key, values in found.table.items()}
    periods = {names[key]: every for key, every in found.periods.items()}
    return replace(found, table=table, by=tuple(names.values()), periods=periods)


def named_steps(found: Stepped, item: Any, label: str, lang: str, words: ColumnWords = NO_WORDS) -> Stepped:
    """A journey or a scorecard, as shown; `label` is what its column of texts is called."""
    levels = shown_column(found.table[found.by], item, found.by, lang, words)
    name = words.short(found.by) if words.short(found.by) not in found.table else found.by
    table = {name if key == found.by else key: values for key, values in found.table.items()}
    if "driver" in table:
        table["driver"] = [each if each is None else words.name(each) for each in table["driver"]]
    return replace(found, table={**table, name: levels, label: levels}, by=name)


def named_segments(found: Segments, lang: str, words: ColumnWords = NO_WORDS) -> Segments:
    """Segments told by the names of columns and levels as shown."""
    told = [
        " · ".join(condition(name, level, lang, words) for name, level in each.items())
        for each in found.table["conditions"]
    ]
    return replace(found, table={**found.table, "segment": told})


def shown_names(keys: Sequence[str], words: ColumnWords = NO_WORDS) -> dict[str, str]:
    """Columns as a person would write them, where that keeps them apart."""
    names = {key: words.short(key) for key in keys}
    return names if len(set(names.values())) == len(names) else {key: key for key in keys}


def shown_column(levels: Sequence[Any], item: Any, column: str, lang: str, words: ColumnWords = NO_WORDS) -> list[Any]:
    """Levels as a reader sees them: bands in the language, and 1 and 0 of a yes-or-no column as what they mean."""
    levels = [None if level != level else level for level in levels]
    if isinstance(item, Bands):
        return [None if level is None else band_text(str(level), lang) for level in levels]
    if {level for level in levels if level is not None} == {0, 1} and YES_NO.match(fold(column)):
        return [None if level is None else condition(column, level, lang, words) for level in levels]
    return levels


def condition(column: str, level: Any, lang: str, words: ColumnWords = NO_WORDS) -> str:
    """A column and its level as text: "shop Lyon", "visits 3–5", "plan = 2", "has a card = yes"."""
    name = spoken(words.short(column), lang)
    if level in (0, 1) and YES_NO.match(fold(column)):
        return f"{name} = {word('chart_yes' if level else 'chart_no', lang)}"
    if isinstance(level, (int, float)) and not isinstance(level, bool):
        return f"{name} = {level:g}"
    text = " ".join(str(level).split())
    if BAND.fullmatch(text):
        return f"{name}{' =' if '?' in name else ''} {band_text(text, lang)}"
    return f"{name} = {text}" if " " in text or "?" in name else f"{name} {text}"
