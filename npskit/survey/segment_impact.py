"""What a segment can bring to the whole: its share of the answers times the points it moves.

Left open, the move is the gap to everybody else, which is as uncertain as both scores; given, the move is taken at
its word and only the share is uncertain. A theme is a segment too: those it concerns.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, did_you_mean
from npskit.frames import Bands
from npskit.roles import fold, resolve
from npskit.stats.comparison import difference
from npskit.stats.intervals import normal_quantile
from npskit.stats.score import score
from npskit.stats.weighting import moments_standard_error
from npskit.survey.actions import Action
from npskit.survey.estimates import effective_counts
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.driving import Driving

__all__ = ["Gain", "segment_gain"]

YES = {"true", "1", "yes", "y", "oui", "o", "vrai"}
BAND = re.compile(r"(-?\d+)-(\d+)|(-?\d+)\+|<(-?\d+)")


@dataclass(frozen=True)
class Gain:
    """Points of the score, with interval; `move` as used, `beyond` when it goes further than the data reach."""

    move: float
    impact: float
    lower: float
    upper: float
    beyond: bool


def segment_gain(survey: Driving, action: Action, confidence_level: float) -> Gain:
    """What a segment, or those concerned by a theme, can bring.

    Raises
    ------
    ArgumentError
        When the segment or the column is unknown, nobody is in it, or everybody is.
    """
    inside, outside = split(survey, action)
    counts = np.stack([effective_counts(inside)[0], effective_counts(outside)[0]])
    if not counts.sum(-1).all():
        raise ArgumentError(
            where=f"action {action.name!r}",
            expected=f"answers both in {action.shown!r} and outside",
            got=f"{int(inside.responses[0]):,} and {int(outside.responses[0]):,}",
        )
    weights = np.array([inside.category_weights[0].sum(), outside.category_weights[0].sum()])
    share = float(weights[0] / weights.sum())
    widened = design_factor(survey)
    found = difference(counts[1], counts[0], confidence_level=confidence_level)
    gap = float(found.difference)
    if action.move is None:
        # Whoever is above everybody else has nothing to gain by being level.
        ends = [max(gap + widened * (float(end) - gap), 0.0) for end in (found.lower, found.upper)]
        return Gain(max(gap, 0.0), share * max(gap, 0.0), share * ends[0], share * ends[1], False)
    error = widened * normal_quantile(confidence_level) * math.sqrt(share * (1 - share) / counts.sum())
    ends = sorted(action.move * min(max(share + sign * error, 0.0), 1.0) for sign in (-1, 1))
    now = float(score(counts[0]))
    return Gain(action.move, share * action.move, ends[0], ends[1], not -100 <= now + action.move <= 100)


def design_factor(survey: Driving) -> float:
    """How many times wider intervals are because customers answered several times; 1 without clusters."""
    tally = survey.tally()
    moments = survey._moments(tally, None)
    if moments is None:
        return 1.0
    parts = {name: getattr(moments, name)[0] for name in ("clusters", "u", "v", "uu", "uv", "vv")}
    counts = effective_counts(tally)[0]
    total, mean = counts.sum(), float(score(counts)) / 100
    alone = math.sqrt(max((counts[0] + counts[2]) / total - mean**2, 0.0) / total) * 100
    return max(1.0, float(moments_standard_error(**parts)) / alone) if alone else 1.0


def split(survey: Driving, action: Action) -> tuple[Tally, Tally]:
    """The answers of a segment, and all others."""
    if action.kind == "theme":
        name = resolve(str(action.target), survey.source.columns)
        conditions: dict[str, Any] = {name: None}
    else:
        conditions = conditions_of(survey, action)
    items = [band_of(survey, column, level) for column, level in conditions.items()]
    tally = survey.tally([column if band is None else band for column, band in zip(conditions, items, strict=True)])
    wanted = [
        yes_levels(tally, at, action) if action.kind == "theme" else levels_like(tally, at, level, action)
        for at, level in enumerate(conditions.values())
    ]
    within = [all(cell[at] in levels for at, levels in enumerate(wanted)) for cell in tally.cells]
    return part(tally, within), part(tally, [not each for each in within])


def part(tally: Tally, chosen: list[bool]) -> Tally:
    """Some cells as one."""
    return tally.take([at for at, each in enumerate(chosen) if each]).collapse()


def conditions_of(survey: Driving, action: Action) -> dict[str, Any]:
    """Column to level of a segment given as a mapping or as text."""
    columns = survey.source.columns
    if isinstance(action.target, Mapping):
        return {resolve(str(column), columns): level for column, level in action.target.items()}
    pieces = [piece.strip() for piece in re.split(r"\s*[·&]\s*", str(action.target)) if piece.strip()]
    return dict(condition(piece, columns, action) for piece in pieces)


def condition(piece: str, columns: tuple[str, ...], action: Action) -> tuple[str, str]:
    """Column and level of "shop=Lyon" or "shop Lyon"."""
    if "=" in piece:
        column, _, level = piece.partition("=")
        return resolve(column.strip(), columns), level.strip()
    folded = fold(piece)
    starting = [column for column in columns if folded.startswith(f"{fold(column)} ")]
    if not starting:
        raise ArgumentError(
            where=f"segment of action {action.name!r}",
            expected="a column and its level, such as 'shop Lyon' or {'shop': 'Lyon'}",
            got=repr(piece),
            hint=did_you_mean(piece.split()[0], columns),
        )
    column = max(starting, key=len)
    return column, piece[len(column) :].strip(" :")


def band_of(survey: Driving, column: str, level: Any) -> Bands | None:
    """The bands that a level such as "3-5", "21+" or "<3" names in a column of numbers."""
    match = BAND.fullmatch(str(level).strip()) if isinstance(level, str) else None
    values = survey.source.sample(column)
    if match is None or str(level) in map(str, values) or not all(isinstance(value, (int, float)) for value in values):
        return None
    low, high, start, below = match.groups()
    if below is not None:
        return Bands(column, [float(below)])
    return Bands(column, [float(start)] if start is not None else [float(low), float(high) + 1])


def levels_like(tally: Tally, at: int, level: Any, action: Action) -> set[object]:
    """Levels of a key that are, or read like, the one asked for."""
    known = {cell[at] for cell in tally.cells}
    texts = {fold(text(each)): each for each in known if each is not None}
    found = {each for each in known if each == level} or {
        each for key, each in texts.items() if key == fold(text(level))
    }
    if not found:
        raise ArgumentError(
            where=f"segment of action {action.name!r}",
            expected=f"a level of column {tally.keys[at]!r}",
            got=repr(level),
            hint=did_you_mean(str(level), sorted(text(each) for each in known if each is not None)),
        )
    return found


def yes_levels(tally: Tally, at: int, action: Action) -> set[object]:
    """Levels that say yes in a column of yes and no."""
    known = {cell[at] for cell in tally.cells if cell[at] is not None}
    found = {each for each in known if fold(text(each)) in YES}
    if len(known) > 2 or not found:
        raise ArgumentError(
            where=f"theme of action {action.name!r}",
            expected=f"a column of yes and no (or 1 and 0), but {tally.keys[at]!r}",
            got=f"{len(known):,} other levels",
            hint="use segment= for a level of a column",
        )
    return found


def text(level: Any) -> str:
    """A level as it is typed: whole floats without a point."""
    return f"{level:g}" if isinstance(level, float) else str(level)
