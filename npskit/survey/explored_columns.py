"""Which columns an explorer opens with, and the cube of them.

Whoever names columns gets these. Otherwise segments are found from names and content, as everywhere; a column of
thousands of names is none that anybody would tick, and each column more multiplies the cube.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.cube import AnyCube, Dimension
from npskit.errors import ArgumentError, NpskitError, RoleError
from npskit.frames import Key, Period, is_date
from npskit.frames.cubes import LIGHT_CELLS
from npskit.labels import LANGUAGES, number, word
from npskit.scale import CATEGORIES
from npskit.stats.score import score
from npskit.survey.base import as_list, warn_of_scale
from npskit.survey.column_words import NO_WORDS, ColumnWords, column_words, spoken
from npskit.survey.explored_state import State
from npskit.survey.grouping import LONGEST_LEVEL, MOST_SEARCHED, is_opinion, segment_items
from npskit.survey.levels import item_text
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["MOST_NAMED", "Explored", "explored", "first_state"]

MOST_COLUMNS, MOST_FOUND, MOST_NAMED = 6, 40, 1000
# Found columns are counted by month at first; months of so many years leave room for them.
USUAL_PERIODS = 60
HALF = 0.5
FEWEST_PERIODS, FEWEST_ANSWERS = 4, 10
FIGURES = {"responses", *CATEGORIES, "score", "lower", "upper", "period", "rating", "share", "enough", "selected"}

Note = Mapping[str, str]
Progress = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Explored:
    """The cube of a survey.

    Attributes
    ----------
    cube : AnyCube
    keys : mapping of column to str, Bands or Period
        What was counted by, in the order of the axes.
    notes : sequence of mapping of language to text
        What was left out and why.
    words : ColumnWords
        What the columns are called for people.
    """

    cube: AnyCube
    keys: Mapping[str, Key]
    notes: tuple[Note, ...]
    words: ColumnWords = NO_WORDS


def explored(survey: Base, by: Any, progress: Progress | None) -> Explored:
    """Count a survey by some columns and by its dates.

    Raises
    ------
    ArgumentError
        For weights and clusters, for columns with too many levels, and for names that the figures have.
    """
    unweighted(survey)
    words = column_words(survey)
    date, notes = date_of(survey, words)
    if by is None:
        keys, others = found_keys(survey, FIGURES | ({date} if date else set()), words)
        notes = (*notes, *others)
        period: str | Period | None = date
    else:
        keys, period = named_keys(survey, by, date)
    source, rating = survey.source, survey._column("rating")
    scale = survey._scale_of(source, rating)
    cube = source.cube(rating, keys, date=period, scale=scale, progress=progress)
    for dimension in cube.dimensions:
        if dimension.every is None and len(dimension) > MOST_NAMED:
            raise too_many(dimension)
    whole = cube.tables({}, {"": ()})[""]
    warn_of_scale(Tally(whole[None, :-1], cube.scale, missing=whole[-1:]))
    if cube.date is not None:
        keys.append(Period(cube.names[cube.date], cube.dimensions[cube.date].every or "day"))
    cube = cube.titled({name: words.name(name) for name in cube.names})
    return Explored(cube, dict(zip(cube.names, keys, strict=True)), notes, words)


def unweighted(survey: Base) -> None:
    """Refuse a survey whose numbers are not those of plain counts.

    Raises
    ------
    ArgumentError
    """
    for role in ("weight", "cluster"):
        if role in survey.settings:
            raise ArgumentError(
                where="explore",
                expected=f"a survey without {role}s",
                got=f"{role}={survey.settings[role]!r}",
                hint=f"leave {role}= out to explore the answers as they are; summary and trend apply {role}s",
            )


def date_of(survey: Base, words: ColumnWords = NO_WORDS) -> tuple[str | None, tuple[Note, ...]]:
    """The column of dates, and a note where there is one that cannot be used.

    Raises
    ------
    ArgumentTypeError
        When the column was named and holds no dates.
    """
    named = survey.settings.get("date")
    try:
        name = survey._column("date")
    except RoleError:
        rivals = survey.rivals("date")
        columns = [spoken_in(name, words) for name in rivals]
        told = {
            lang: word("explore_note_dates", lang, columns=", ".join(each[lang] for each in columns))
            for lang in LANGUAGES
        }
        return None, (told,) if rivals else ()
    try:
        first, _ = survey.source.span(name)
    except NpskitError:
        if named is not None:
            raise
        return None, (noted("explore_note_unread", column=spoken_in(name, words)),)
    return (None if first is None else name), ()


def noted(key: str, **values: object) -> Note:
    """A note in every language."""

    def said(value: object, lang: str) -> object:
        if isinstance(value, Mapping):
            return value[lang]
        return number(value, lang=lang) if isinstance(value, int) else value

    return {lang: word(key, lang, **{name: said(value, lang) for name, value in values.items()}) for lang in LANGUAGES}


def spoken_in(name: str, words: ColumnWords) -> Note:
    """What a column is called inside a sentence of each language."""
    return {lang: spoken(words.name(name), lang) for lang in LANGUAGES}


def named_keys(survey: Base, by: Any, date: str | None) -> tuple[list[Key], str | Period | None]:
    """The columns a person named, those of dates apart.

    Raises
    ------
    ArgumentError
    """
    keys: list[Key] = []
    period: str | Period | None = date
    for item in survey._items(survey.source, as_list(by)):
        name = item_text(item)
        if isinstance(item, Period) and (date is None or name == date):
            period = item
        elif name == date and isinstance(item, str):
            continue
        elif isinstance(item, Period):
            raise ArgumentError(
                where="by", expected="one column of dates", got=f"{name!r} beside {date!r}",
                hint=f"df.nps(date={name!r}).explore() explores these dates",
            )  # fmt: skip
        elif name in FIGURES:
            raise ArgumentError(
                where=f"by={name!r}",
                expected="a column whose name no figure has",
                got=repr(name),
                hint=f"rename it first: df.rename(columns={{{name!r}: {name + '_group'!r}}})",
            )
        else:
            keys.append(item)
    survey.source.key_columns([*keys, *([] if period is None else [period])])
    return keys, period


def found_keys(survey: Base, taken: set[str], words: ColumnWords = NO_WORDS) -> tuple[list[Key], tuple[Note, ...]]:
    """Columns that are segments: few levels first choice, no more than keep the cube light; and a note of others.

    Those that most rows leave empty come last.
    """
    source, rating = survey.source, survey._column("rating")
    scale = survey._scale_of(source, rating)
    held: list[tuple[Key, int, bool]] = []
    for item in segment_items(survey, most=2 * MOST_COLUMNS):
        if item_text(item) not in taken:
            tally = source.tally(rating, [item], scale=scale)
            sizes = [int(n) for n in tally.responses]
            known = [n for cell, n in zip(tally.cells, sizes, strict=True) if cell[0] is not None and n > 0]
            if len(known) >= 2:
                held.append((item, len(tally), sum(known) < HALF * sum(sizes)))
    named = [each for each in held if each[1] <= MOST_NAMED]
    few = [each for each in named if each[1] <= MOST_FOUND] or named
    chosen: list[Key] = []
    cells = USUAL_PERIODS
    for item, levels, _ in sorted(few, key=lambda each: each[2]):
        if len(chosen) < MOST_COLUMNS and cells * levels <= LIGHT_CELLS:
            chosen.append(item)
            cells *= levels
    left = {item_text(item): levels for item, levels, _ in held if item not in chosen}
    return chosen, unexplored(survey, {*taken, rating, *(item_text(item) for item in chosen)}, left, words)


def unexplored(
    survey: Base, taken: set[Any], left: Mapping[str, int], words: ColumnWords = NO_WORDS
) -> tuple[Note, ...]:
    """A note of columns that look like segments and were not taken: many levels, or values of several types."""
    found = []
    for name in dict.fromkeys(survey.source.columns):
        if name in taken or is_opinion(name) or survey.source.columns.count(name) > 1:
            continue
        values = survey.source.sample(name)
        texts = [value for value in values if isinstance(value, str)]
        if name in left:
            found.append(noted("explore_note_levels", column=spoken_in(name, words), n=left[name]))
        elif 0 < len(texts) < len(values):
            found.append(noted("explore_note_mixed", column=spoken_in(name, words)))
        elif len(texts) > MOST_SEARCHED and max(map(len, texts)) <= LONGEST_LEVEL and not all(map(is_date, texts)):
            found.append(noted("explore_note_many", column=spoken_in(name, words), n=len(texts)))
    told = {lang: ", ".join(each[lang] for each in found) for lang in LANGUAGES}
    return ({lang: word("explore_note_columns", lang, columns=told[lang]) for lang in LANGUAGES},) if found else ()


def too_many(dimension: Dimension) -> ArgumentError:
    """The error for a column whose levels nobody would look through."""
    numbers = all(
        level is None or (isinstance(level, (int, float)) and level is not True) for level in dimension.levels
    )
    given: list[Any] = [level for level in dimension.levels if level is not None]
    known = sorted(given) if numbers else []
    edges = sorted({known[len(known) * part // 4] for part in (1, 2, 3)}) if known else []
    bands = f"cut it into bands: npskit.Bands({dimension.name!r}, {edges})"
    return ArgumentError(
        where=f"column {dimension.name!r}",
        expected=f"at most {MOST_NAMED:,} levels",
        got=f"{len(dimension):,}",
        hint=bands if edges else "leave it out, or put its levels into fewer groups first",
    )


def first_state(cube: AnyCube) -> State:
    """Where the controls stand before they are touched: everybody, by the column that parts the scores most."""
    return State({}, every=usual_every(cube), split=widest(cube))


def usual_every(cube: AnyCube) -> str:
    """Months, or what is shorter when there are few of them."""
    if cube.date is None:
        return "month"
    dimension = cube.dimensions[cube.date]
    for every in ("month", "week", "day"):
        if (
            every in dimension.units
            and sum(level is not None for level in dimension.grouped(every)[0]) >= FEWEST_PERIODS
        ):
            return every
    return dimension.every or "month"


def widest(cube: AnyCube) -> str | None:
    """The column between whose levels the scores lie farthest apart, beyond what chance would part them by.

    One that fewer than half of the answers tell is the last choice.
    """
    axes = [at for at in range(len(cube.dimensions)) if at != cube.date]
    if not axes:
        return None
    tables = cube.views({}, {cube.names[at]: (at,) for at in axes})
    parted = {name: explained(cube.scale.category_counts(table)) for name, table in tables.items()}
    known = {name: told(cube.dimensions[cube.axis(name)], table) for name, table in tables.items()}
    return max(parted, key=lambda name: (known[name] >= HALF, parted[name]))


def told(dimension: Dimension, table: np.ndarray) -> float:
    """Share of the answers whose level is known; table (levels, ratings and rows without one)."""
    sizes = table[:, :-1].sum(-1)
    missing = sum(int(n) for level, n in zip(dimension.levels, sizes, strict=True) if level is None)
    return 1 - missing / max(int(sizes.sum()), 1)


def explained(counts: np.ndarray) -> float:
    """Share of the spread of the answers that lies between groups, less what chance puts there; counts (groups, 3).

    Examples
    --------
    >>> [round(float(explained(np.array(counts))), 2) for counts in ([[0, 0, 50], [50, 0, 0]], [[25, 0, 25]] * 2)]
    [0.99, -0.01]
    """
    counts = counts[counts.sum(-1) >= FEWEST_ANSWERS].astype(float)
    sizes, total = counts.sum(-1), counts.sum()
    if len(counts) < 2:
        return -math.inf
    means, grand = score(counts) / 100, score(counts.sum(0)) / 100
    spread = float((counts * (np.array([-1, 0, 1]) - grand) ** 2).sum())
    between = float((sizes * (means - grand) ** 2).sum())
    return between / spread - (len(counts) - 1) / total if spread else 0.0
