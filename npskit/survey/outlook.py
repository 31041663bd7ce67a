"""What a forecast learned, in sentences: how much of a reading is noise, how the level moves, if there is a season.

A person who knows that a month's figure strays by nine points stops explaining every up and down. So the parts of the
model are told in the units of the score, from the noisiest to what may come, and after them what to beware of.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.labels import language, number, points, share, word
from npskit.results import Result
from npskit.stats.intervals import normal_quantile
from npskit.survey.ahead import coming
from npskit.survey.wording import gap_text, row_names

if TYPE_CHECKING:
    from npskit.survey.forecasts import Forecast

__all__ = ["Explanation", "explanation", "varies"]

# A season is named when it is more likely than not, without a "perhaps" when it is clearly so; it takes two turns to
# tell one from chance.
LIKELY, CLEAR, TURNS = 0.5, 0.9, 2


@dataclass(frozen=True, eq=False)
class Explanation(Result):
    """What a forecast learned, as `Forecast.explain` gives it; `print` shows the sentences.

    Attributes
    ----------
    table : mapping of str to list
        ``topic`` (noise, movement, season, outlook, group, backtest, note), ``value`` with ``lower, upper`` where there
        are some (points; of the season the distance between its high and its low), and the ``sentence``.
    """

    table: Mapping[str, Sequence[Any]]

    def __str__(self) -> str:
        return "\n".join(self.table["sentence"])

    def _repr_html_(self) -> str:
        return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in self.table["sentence"]) + "</ul>"


Row = tuple[str, float, float, float, str]


def explanation(found: Forecast, lang: str | None) -> Explanation:
    """The sentences of a forecast; with groups those of everybody, and the outlook of each."""
    lang = language(lang)
    whole = found.total or found
    rows = [noise(whole, lang), movement(whole, lang), season(whole, lang), outlook(whole, lang)]
    rows += group_rows(found, lang) if found.by else []
    rows += [("backtest", math.nan, math.nan, math.nan, whole.backtest.sentence(lang=lang))]
    rows += [("note", math.nan, math.nan, math.nan, note.sentence(lang=lang)) for note in found.notes]
    names = ("topic", "value", "lower", "upper", "sentence")
    return Explanation({name: [row[at] for row in rows] for at, name in enumerate(names)})


def noise(found: Forecast, lang: str) -> Row:
    """How far one reading strays from what it measures."""
    sd = math.hypot(found.learned["reading_sd"][0], found.learned["extra_sd"][0])
    far = sd * normal_quantile(found.confidence_level)
    n = number(float(np.median([n for n in found.history["responses"] if n][-12:])), lang=lang)
    level = share(found.confidence_level, lang=lang)
    said = word("forecast_noise", lang, n=n, range=gap_text(far, lang), level=level)
    return "noise", sd, -far, far, said


def movement(found: Forecast, lang: str) -> Row:
    """How far the level moves in a period."""
    sd = found.learned["level_sd"][0]
    said = word("forecast_movement", lang, sd=gap_text(sd, lang), every=word(f"chart_every_{found.every}", lang))
    return "movement", sd, math.nan, math.nan, said


def season(found: Forecast, lang: str) -> Row:
    """The high and the low of the year, where there is likely to be a season."""
    cycle, weight = found.learned["season"][0], found.learned["season_weight"][0]
    if not cycle:
        return "season", 0.0, math.nan, math.nan, word("forecast_season_no", lang)
    if len(found.history["period"]) < TURNS * len(cycle):
        key = "forecast_season_short_day" if found.every == "day" else "forecast_season_short"
        return "season", math.nan, math.nan, math.nan, word(key, lang)
    if not varies(found):
        return "season", 0.0, math.nan, math.nan, word("forecast_season_same", lang)
    chance = share(weight, lang=lang)
    if weight < LIKELY:
        return "season", 0.0, math.nan, math.nan, word("forecast_season_none", lang, chance=chance)
    low, high = int(np.argmin(cycle)), int(np.argmax(cycle))
    names = [part_of_season(found, at, lang) for at in (low, high)]
    values = [points(cycle[at], lang=lang) for at in (low, high)]
    key = "forecast_season" if weight >= CLEAR else "forecast_season_maybe"
    said = word(key, lang, high=names[1], up=values[1], low=names[0], down=values[0], chance=chance)
    return "season", cycle[high] - cycle[low], cycle[low], cycle[high], said


def varies(found: Forecast) -> bool:
    """Whether the readings differ at all; where they do not, nothing of them tells a season."""
    return len({score for score, n in zip(found.history["score"], found.history["responses"], strict=True) if n}) > 1


def part_of_season(found: Forecast, place: int, lang: str) -> str:
    """A part of the year, or of the week for days, in words."""
    first = found.history["period"][0]
    day = first if place == 0 else coming(first, found.every, place)[-1]
    if found.every == "day":
        return word(f"day_{(day.weekday() + 1) % 7}", lang)
    if found.every == "quarter":
        return word("chart_quarter_short", lang, quarter=(day.month + 2) // 3)
    if found.every == "week":
        return middle_of_week(day, lang)
    return word(f"month_{day.month}", lang)


def middle_of_week(day: dt.date, lang: str) -> str:
    """The month that a week belongs to, with the part of it."""
    middle = day + dt.timedelta(days=3)
    part = min((middle.day - 1) // 10, 2)
    return word(f"forecast_part_{part}", lang, month=word(f"month_{middle.month}", lang))


def outlook(found: Forecast, lang: str) -> Row:
    """Where the level may be in the last period, and how likely it is to be higher than now."""
    now = found.history["level"][-1]
    level, lower, upper = (found.table[name][-1] for name in ("level", "level_lower", "level_upper"))
    chance = share(float(np.mean(found.level_draws[..., -1] > now)), lang=lang)
    told = {"finding": found.sentence(lang=lang), "level": share(found.confidence_level, lang=lang)}
    said = word("forecast_outlook", lang, now=points(now, lang=lang), chance=chance, **told)
    return "outlook", level, lower, upper, said


def group_rows(found: Forecast, lang: str) -> list[Row]:
    """The outlook of each group."""
    names = row_names(found.table, found.by, {}, lang)
    size = len(found.periods)
    rows = []
    for at in range(size - 1, len(names), size):
        level, lower, upper = (found.table[name][at] for name in ("level", "level_lower", "level_upper"))
        limits = {"lower": points(lower, lang=lang), "upper": points(upper, lang=lang)}
        sure = share(found.confidence_level, lang=lang)
        said = word("forecast_group", lang, group=names[at], level=points(level, lang=lang), sure=sure, **limits)
        rows.append(("group", level, lower, upper, said))
    return rows
