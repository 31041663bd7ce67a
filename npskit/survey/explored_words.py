"""What is filtered, in a line of words, as the page says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npskit.labels import language, number, word
from npskit.survey.column_words import spoken

if TYPE_CHECKING:
    from npskit.survey.exploration import Exploration

__all__ = ["NAMED", "filter_text"]

# Levels that are named before the rest is a number.
NAMED = 4
SEPARATOR = " · "


def filter_text(exploration: Exploration, lang: str | None) -> str:
    """How many responses are selected, and by what: "1,204 of 12,345 responses · shop: Lyon, Nice"."""
    from npskit.charts.words import told

    lang, state = language(lang), exploration.state
    total, part = exploration.responses, exploration.headline()["responses"]
    values = {"n": number(part, lang=lang), "total": number(total, lang=lang)}
    if not state.selection and state.dates is None:
        return told("n_responses", total, lang, n=values["total"])
    parts = [told("explore_part", total, lang, **values)]
    for name, places in state.selection.items():
        levels = levels_text(exploration, name, places, lang)
        title = spoken(exploration.title_of(name), lang)
        parts.append(word("explore_filter", lang, column=title, levels=levels))
    return SEPARATOR.join([*parts, *dates_text(exploration, lang)])


def levels_text(exploration: Exploration, name: str, places: tuple[int, ...], lang: str) -> str:
    """The first levels by name, and how many more."""
    from npskit.charts.columns import level_names
    from npskit.charts.words import told

    dimension = exploration.cube.dimensions[exploration.cube.axis(name)]
    shown = level_names(dimension.levels, lang)
    named, more = ", ".join(shown[at] for at in places[:NAMED]), len(places) - NAMED
    return told("explore_others", more, lang, levels=named, k=number(more, lang=lang)) if more > 0 else named


def dates_text(exploration: Exploration, lang: str) -> list[str]:
    """The periods that are selected, when some are."""
    from npskit.charts.periods import period_text
    from npskit.charts.words import sentence

    dates, cube = exploration.state.dates, exploration.cube
    if dates is None or cube.date is None:
        return []
    dimension = cube.dimensions[cube.date]
    first, last = (period_text(dimension.periods[at], dimension.every or "day", lang) for at in dates)
    return [sentence(first if first == last else word("explore_between", lang, first=first, last=last))]
