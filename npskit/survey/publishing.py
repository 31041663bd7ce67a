"""A cube that may leave the house: told so coarsely that no group in it is small.

Whoever holds a cube can ask for every combination of its levels, and a combination of three people tells who said
what. So before a page goes to everybody, dates are told in longer periods and columns are left out, such that most
detail stays while few answers are in small groups; these are withheld, and with them the names of levels that nobody
else is on. The page says what was done.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from npskit.cube import AnyCube, Cube
from npskit.cube.face import regrouped
from npskit.errors import ArgumentError
from npskit.labels import LANGUAGES, number, share, word
from npskit.survey.column_words import spoken

__all__ = ["LITTLE", "Publication", "published"]

# The part of the answers that may be withheld, so that totals stay near the truth.
LITTLE = 0.05
# What is shown side by side, and time, are worth so many times their detail.
DEAR = 2.0
# More periods than these tell a trend no better.
ENOUGH_PERIODS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Publication:
    """A cube without small groups.

    Attributes
    ----------
    cube : Cube
        Without rows that gave no answer.
    notes : tuple of mapping of language to text
        What was done to it.
    responses, withheld : int
        Answers before, and those that are not in the cube.
    threshold : int
    """

    cube: Cube
    notes: tuple[Mapping[str, str], ...]
    responses: int
    withheld: int
    threshold: int


def published(cube: AnyCube, threshold: int, *, keep: str | None = None) -> Publication:
    """The cube told coarsely enough, with what is still small withheld.

    Parameters
    ----------
    cube : AnyCube
    threshold : int
        No group in the cube has fewer responses.
    keep : str, optional
        A column that is left out only when others do not help.

    Raises
    ------
    ArgumentError
        When the threshold is no whole number of at least 1, or there are not so many answers in all.

    Examples
    --------
    >>> from npskit.cube import Dimension
    >>> from npskit.scale import Scale
    >>> counts = np.zeros((2, 11), dtype=int)
    >>> counts[0, 10], counts[1, 0] = 400, 12
    >>> found = published(Cube((Dimension("shop", ("Lyon", "Nice")),), counts, Scale()), 10)
    >>> found.withheld, found.notes[0]["en"]
    (0, 'All 412 responses are on this page, none in a group of fewer than 10.')
    """
    if isinstance(threshold, bool) or not isinstance(threshold, int | np.integer) or threshold < 1:
        raise ArgumentError(where="threshold", expected="a whole number of at least 1", got=repr(threshold))
    held = counted(cube)
    responses = int(held.counts.sum())
    if responses < threshold:
        raise ArgumentError(
            where="publishing", expected=f"at least {threshold} responses in all", got=f"{responses:,}",
            hint="a smaller threshold=... shows smaller groups",
        )  # fmt: skip
    coarse = coarsened(held, int(threshold), keep)
    shown = withheld(coarse, int(threshold))
    left = responses - int(shown.counts.sum())
    return Publication(shown, notes(cube, coarse, responses, left, int(threshold)), responses, left, int(threshold))


def counted(cube: AnyCube) -> Cube:
    """A cube that holds its counts: columns that no array can hold are left out, the largest first."""
    while not isinstance(cube, Cube):
        sizes = [0 if at == cube.date else len(each) for at, each in enumerate(cube.dimensions)]
        cube = cube.without(int(np.argmax(sizes)))
    return Cube(cube.dimensions, cube.counts, cube.scale)


def coarsened(cube: Cube, threshold: int, keep: str | None) -> Cube:
    """Of all ways to tell the cube more coarsely, the one with most detail that leaves few answers in small groups."""
    found = max(tellings(cube, threshold, keep), key=lambda telling: telling.detail)
    if cube.date is not None and found.every is not None:
        cube = cube.coarser(cube.date, found.every)
    for at in reversed(range(len(cube.dimensions))):
        if cube.names[at] not in found.columns:
            cube = cube.without(at)
    return cube


@dataclass(frozen=True, slots=True)
class Telling:
    """Which columns to tell, the periods of the dates among them, and how much that is, in bits."""

    columns: tuple[str, ...]
    every: str | None
    detail: float


def tellings(cube: Cube, threshold: int, keep: str | None) -> Iterator[Telling]:
    """The ways that leave few answers in small groups, but for those that only tell less than another.

    There are at most a few hundred, each one sum away from the one before it.
    """
    sizes = cube.counts.sum(-1, dtype=np.int64)
    most = LITTLE * int(sizes.sum())
    worth = {each.name: math.log2(1 + len(each)) * (DEAR if each.name == keep else 1.0) for each in cube.dimensions}
    if cube.date is None:
        for columns in kept_columns(sizes, cube.names, threshold, most):
            yield Telling(columns, None, sum(worth[name] for name in columns))
        return
    dates = cube.dimensions[cube.date]
    for every in dates.units:
        # Weeks make no months, so they only stand for themselves.
        if every != "week" or dates.every == "week":
            levels, into = dates.grouped(every)
            worth[dates.name] = math.log2(1 + min(len(levels), ENOUGH_PERIODS)) * DEAR
            longer = regrouped(sizes, cube.date, into, len(levels))
            for columns in kept_columns(longer, cube.names, threshold, most):
                told = every if dates.name in columns else None
                yield Telling(columns, told, sum(worth[name] for name in columns))


def kept_columns(
    sizes: np.ndarray, names: tuple[str, ...], threshold: int, most: float, first: int = 0
) -> Iterator[tuple[str, ...]]:
    """Columns that can stay; as soon as all left can, fewer are not looked at."""
    # What is small is quickly told, what goes with it is not.
    if sizes[sizes < threshold].sum() <= most and sizes[hidden(sizes, threshold)].sum() <= most:
        yield names
        return
    for at in range(first, len(names)):
        yield from kept_columns(sizes.sum(at), names[:at] + names[at + 1 :], threshold, most, at)


def hidden(sizes: np.ndarray, threshold: int) -> np.ndarray:
    """Which groups are withheld: the small ones, and where these hold too few together, the next smallest with them.

    Few answers alone would be the total less the others to whoever knows the total; so of every level too, from a page
    or a table by another column. One group more holds enough for every level it is on. A level without any group that
    is shown is not on the page.

    Examples
    --------
    >>> hidden(np.array([[3, 40, 50], [60, 70, 80]]), 10).tolist()
    [[True, True, False], [True, False, False]]
    """
    small = (sizes > 0) & (sizes < threshold)
    if not small.any():
        return small
    for axis in range(sizes.ndim):
        small = joined(np.moveaxis(sizes, axis, 0), np.moveaxis(small, axis, 0), threshold)
        small = np.moveaxis(small, 0, axis)
    return joined(sizes[None], small[None], threshold)[0]


def joined(sizes: np.ndarray, small: np.ndarray, threshold: int) -> np.ndarray:
    """What is withheld, and the smallest group shown of each first level of which too little is; same shape."""
    flat, found = sizes.reshape(len(sizes), -1), small.reshape(len(sizes), -1).copy()
    left = np.where(found, flat, 0).sum(1)
    rest = np.where(found | (flat == 0), np.iinfo(np.int64).max, flat)
    levels = np.flatnonzero((left > 0) & (left < threshold) & (rest.min(1) < np.iinfo(np.int64).max))
    found[levels, rest[levels].argmin(1)] = True
    return found.reshape(sizes.shape)


def withheld(cube: Cube, threshold: int) -> Cube:
    """The cube without its small groups, and without the levels that only these were on."""
    counts = cube.counts.copy()
    counts[hidden(counts.sum(-1, dtype=np.int64), threshold)] = 0
    dimensions = list(cube.dimensions)
    for at, dimension in enumerate(dimensions):
        others = tuple(axis for axis in range(counts.ndim) if axis != at)
        used = counts.sum(others) > 0
        if dimension.every is not None and used[: len(dimension.periods)].any():
            # Periods stay side by side, from the first to the last with answers.
            places = np.flatnonzero(used[: len(dimension.periods)])
            used[places[0] : places[-1] + 1] = True
        counts = counts.compress(used, axis=at)
        levels = tuple(level for level, stays in zip(dimension.levels, used, strict=True) if stays)
        dimensions[at] = replace(dimension, levels=levels)
    return Cube(tuple(dimensions), counts, cube.scale)


def notes(before: AnyCube, after: Cube, responses: int, left: int, threshold: int) -> tuple[Mapping[str, str], ...]:
    """What was done, in every language: first what the page counts, last what it leaves out."""
    found = []
    if left:
        told = {"n": responses - left, "total": responses}
        found.append(
            {
                lang: word("explore_public_counts", lang, **{name: number(n, lang=lang) for name, n in told.items()})
                for lang in LANGUAGES
            }
        )
    gone = [each.title for each in before.dimensions if each.name not in after.names]
    date = before.date
    if date is not None and after.date is not None:
        every = after.dimensions[after.date].every
        if every != before.dimensions[date].every:
            found.append({lang: word(f"explore_public_every_{every}", lang) for lang in LANGUAGES})
    if gone:
        found.append(
            {
                lang: word("explore_public_without", lang, columns=", ".join(spoken(title, lang) for title in gone))
                for lang in LANGUAGES
            }
        )
    if left or gone:
        found.append({lang: word("explore_public_once", lang) for lang in LANGUAGES})
    key = "explore_public_withheld" if left else "explore_public_all"
    found.append({lang: word(key, lang, **sizes(responses, left, threshold, lang)) for lang in LANGUAGES})
    return tuple(found)


def sizes(responses: int, left: int, threshold: int, lang: str) -> dict[str, str]:
    """The numbers of a note."""
    digits = 1 if left < 0.01 * responses else 0
    # What is left out is never said to be nothing.
    tiny = 0 < left < 0.0005 * responses
    part = "<" + share(0.001, digits=1, lang=lang) if tiny else share(left / responses, digits=digits, lang=lang)
    return {
        "n": number(left, lang=lang),
        "total": number(responses, lang=lang),
        "share": part,
        "threshold": number(threshold, lang=lang),
    }
