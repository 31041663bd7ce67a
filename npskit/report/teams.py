"""A survey and its teams: who they are, how each stands, and whose numbers must not be shown.

The rows are those that the numbers were counted on. Columns get their roles from the whole survey, since twelve
answers of a team may look like anything. A team with few answers gets no report, and its numbers do not follow from
those of the others either: as soon as one is withheld, "all teams" means those that are shown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, NpskitError, RoleError, did_you_mean
from npskit.frames import Bands, Period, wrap
from npskit.frames.portions import Cell, Portions
from npskit.labels import word
from npskit.report.groups import band_text
from npskit.report.horizon import answered_days
from npskit.roles import fold, resolve
from npskit.survey import Survey
from npskit.survey.estimates import estimates
from npskit.survey.grouping import candidates, is_opinion, patterns
from npskit.survey.levels import level_text
from npskit.survey.plots import columns_of

__all__ = ["Division", "Figures", "Team", "divided", "team_column"]

ROLES = ("rating", "date", "comment", "customer")
NUMBERS = ("score", "lower", "upper")
MOST_TEAMS, MOST_LISTED = 2000, 1000


@dataclass(frozen=True)
class Figures:
    """A score with its interval, in points, and the answers it is of; all missing where rows are no answers."""

    responses: int | None = None
    score: float = math.nan
    lower: float = math.nan
    upper: float = math.nan


@dataclass(frozen=True)
class Team:
    """A team.

    Attributes
    ----------
    cell : tuple
        Its level of each column.
    label : str
        What it is called.
    figures : Figures
    small : bool
        Whether it has too few answers to be shown.
    """

    cell: Cell
    label: str
    figures: Figures
    small: bool = False

    @property
    def identity(self) -> str:
        """What tells it from one that is called alike."""
        return repr(self.cell)


@dataclass(frozen=True)
class Division:
    """A survey by team.

    Attributes
    ----------
    teams : tuple of Team
    whole : Figures
        Of all teams, or of those shown where some are withheld.
    by : tuple of str
        Names of the columns.
    settings : dict
        Keywords that make a survey of a team's rows.
    portions : Portions
    days : tuple of datetime.date
        On which people answered; none where that is not known.
    """

    teams: tuple[Team, ...]
    whole: Figures
    by: tuple[str, ...]
    settings: dict[str, Any]
    portions: Portions
    days: tuple[dt.date, ...] = ()

    def rows(self, team: Team) -> pd.DataFrame:
        """The rows of a team; its own column, the same in every row, is left out."""
        frame = self.portions.frame(team.cell)
        used = {value for value in self.settings.values() if isinstance(value, str)}
        alone = [key for key in self.portions.keys if isinstance(key, str) and key not in used]
        kept = [at for at, name in enumerate(map(str, frame.columns)) if name not in alone]
        out = frame.iloc[:, kept]
        out.attrs = dict(frame.attrs)
        return out


def divided(
    survey: Survey, by: Any, *, threshold: int, confidence_level: float, lang: str, answers: bool = True
) -> Division:
    """A survey by the levels of one or more columns.

    Parameters
    ----------
    survey : Survey
    by : str, Bands, Period or sequence of them
    threshold : int
        Teams with fewer responses are not shown.
    confidence_level : float
    lang : str
    answers : bool
        Whether rows are answers; those of a table of sales are not.

    Raises
    ------
    ArgumentError
        For a column with so many levels that they are no teams.
    """
    source = survey.source if answers else wrap(survey.data)
    items = [looked_up(item, source.columns) for item in (by if isinstance(by, (list, tuple)) else [by])]
    portions = Portions(source, items)
    if answers:
        cells, figures = counted(survey, items, confidence_level)
    else:
        cells = portions.cells or sorted_cells(source, items)
        figures = [Figures()] * len(cells)
    if len(cells) > MOST_TEAMS:
        raise ArgumentError(
            where="by", expected=f"a column of teams, at most {MOST_TEAMS:,}", got=f"{len(cells):,} levels"
        )
    teams = tuple(
        Team(cell, labelled(cell, items, lang), each, answers and (each.responses or 0) < threshold)
        for cell, each in zip(cells, figures, strict=True)
    )
    whole = together(survey, items, teams, confidence_level) if answers else Figures()
    names = tuple(item if isinstance(item, str) else item.column for item in items)
    settings = settings_of(survey, answers)
    days = days_of(survey, settings.get("date")) if answers else ()
    return Division(teams, whole, names, settings, portions, days)


def days_of(survey: Survey, column: Any) -> tuple[dt.date, ...]:
    """Days with answers; none where no column, or none that can be read, says which."""
    try:
        return tuple(answered_days(survey, column)) if isinstance(column, str) else ()
    except NpskitError:
        return ()


def looked_up(item: Any, columns: Sequence[str]) -> Any:
    """An item of `by` with the column that it means."""
    if isinstance(item, (Bands, Period)):
        return replace(item, column=resolve(item.column, columns))
    return resolve(str(item), columns)


def sorted_cells(source: Any, items: Sequence[Any]) -> list[Cell]:
    """The levels of a column that holds no answers, in another engine than pandas."""
    if len(items) != 1 or not isinstance(items[0], str):
        raise ArgumentError(where="by", expected="one column", got=f"{len(items)} items")
    return sorted(((level,) for level in source.sample(items[0], 10**9)), key=str)


def counted(survey: Survey, items: Sequence[Any], confidence_level: float) -> tuple[list[Cell], list[Figures]]:
    """The cells and their figures."""
    cells = list(survey.tally(items).cells)
    table = columns_of(survey.summary(items, confidence_level=confidence_level))
    return cells, [
        Figures(int(table["responses"][at]), *(number(table[name][at]) for name in NUMBERS)) for at in range(len(cells))
    ]


def together(survey: Survey, items: Sequence[Any], teams: Sequence[Team], confidence_level: float) -> Figures:
    """The figures of all teams that are shown."""
    if any(team.small for team in teams):
        if "cluster" in survey.settings:
            # Customers of several teams count once, which sums over teams do not tell.
            return Figures()
        tally = survey.tally(items).take([at for at, team in enumerate(teams) if not team.small]).collapse()
        found = estimates(tally, confidence_level=confidence_level, method="score")
        responses = int(tally.category_counts.sum())
    else:
        found = columns_of(survey.summary(confidence_level=confidence_level))
        responses = int(found["responses"][0])
    return Figures(responses, *(number(found[name][0]) for name in NUMBERS)) if responses else Figures(0)


def number(value: Any) -> float:
    """A figure of a table, missing as nan."""
    return math.nan if value is None else float(value)


def settings_of(survey: Survey, answers: bool) -> dict[str, Any]:
    """Keywords for the rows of a team: roles and scale as they were found in the whole."""
    settings = survey.settings
    # The last answer of each customer is the last of all teams, and was taken already.
    settings.pop("keep", None)
    if not answers or survey.aggregated is not None:
        return settings
    table = columns_of(survey.roles())
    found = zip(table["role"], table["column"], strict=True)
    named = {role: column for role, column in found if role in ROLES and isinstance(column, str)}
    scale = survey.tally().scale
    return {**named, **({"scale": scale} if scale.labelled else {}), **settings}


def labelled(cell: Cell, items: Sequence[Any], lang: str) -> str:
    """What a team is called."""
    return " · ".join(level_name(level, item, lang) for level, item in zip(cell, items, strict=True))


def level_name(level: object, item: Any, lang: str) -> str:
    """A level as text; a missing and an empty one say so."""
    if level is None or (isinstance(level, float) and np.isnan(level)):
        return word("missing_level", lang)
    if isinstance(item, Bands):
        return band_text(str(level), lang)
    return " ".join(level_text(level).split()) or word("many_blank", lang)


def team_column(survey: Survey) -> str:
    """The column of the teams, by its name.

    Raises
    ------
    RoleError
        When none or several could be meant; it lists them.

    Examples
    --------
    >>> answers = pd.DataFrame({"nps": [9, 3, 10, 8], "shop": ["Lyon", "Nice"] * 2, "plan": ["a", "b"] * 2})
    >>> team_column(Survey(answers))
    'shop'
    """
    table = columns_of(survey.roles())
    taken = {column for column in table["column"] if isinstance(column, str)}
    names = [name for name in dict.fromkeys(survey.source.columns) if name not in taken]
    levels = {name: len(survey.source.sample(name)) for name in names}
    # How people liked a shop names one, and is none.
    fits = [name for name in names if 1 < levels[name] <= MOST_LISTED and not is_opinion(name)]
    for kind in ("team", "place"):
        found = [name for name in fits if patterns()[kind].search(fold(name))]
        if len(found) == 1:
            return found[0]
        if found:
            break
    # The rows of one team alone have a column that says so.
    alone = [name for name in names if levels[name] == 1 and patterns()["team"].search(fold(name))]
    if not found and len(alone) == 1:
        return alone[0]
    rivals = found or [name for name, _ in candidates(survey, most_levels=MOST_LISTED)] or fits
    raise RoleError(
        where="the column of the teams",
        expected="one column whose name says so, such as team or shop",
        got=f"{len(found)}: {', '.join(map(repr, found))}" if found else "none",
        hint=f"name it: by={rivals[0]!r}. {did_you_mean('team', rivals, quoted=True)}" if rivals else "",
    )
