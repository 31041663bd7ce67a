"""What is filtered, in a line of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npskit.labels import date_text, language, number, word
from npskit.survey.explored_state import days_of_places

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
    parts = [told("n_responses", total, lang, n=values["total"])]
    if state.selection or state.dates is not None:
        parts = [told("explore_part", total, lang, **values)]
    for name, places in state.selection.items():
        parts.append(f"{name}{word('chart_colon', lang)} {levels_text(exploration, name, places, lang)}")
    if state.dates is not None and exploration.cube.date is not None:
        dimension = exploration.cube.dimensions[exploration.cube.date]
        first, last = (date_text(day, lang) for day in days_of_places(dimension, state.dates))
        one = first == last
        parts.append(word("chart_on", lang, day=first) if one else word("chart_dates", lang, first=first, last=last))
    return SEPARATOR.join(parts)


def levels_text(exploration: Exploration, name: str, places: tuple[int, ...], lang: str) -> str:
    """The first levels by name, and how many more."""
    from npskit.charts.columns import level_names

    dimension = exploration.cube.dimensions[exploration.cube.axis(name)]
    shown = level_names(dimension.levels, lang)
    named = ", ".join(shown[at] for at in places[:NAMED])
    more = len(places) - NAMED
    return word("explore_more", lang, levels=named, k=number(more, lang=lang)) if more > 0 else named
