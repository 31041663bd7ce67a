"""What a population looks like, as people have it: shares, percentages, counts, or the customers themselves.

A target is read in one way only or refused by name: numbers that are neither shares, percentages nor counts would be
scaled to something nobody meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, EmptyDataError, did_you_mean
from npskit.frames import Bands, Key, wrap
from npskit.frames.keys import plain_level
from npskit.roles import resolve
from npskit.survey.levels import item_text, level_text

__all__ = ["Margin", "margins", "stated", "stated_of"]

# Published shares are rounded: a sum so near to 1, or percentages to 100, is meant as the whole.
ROUNDED = 0.011
# Whole numbers whose sum is so near to 100 may be percentages that were mistyped.
DOUBTFUL = (75, 130)
MOST_NAMED = 5
LONG_FORM = ("column", "level", "share")
COUNTED = ("count", "n", "customers", "share", "population", "target", "effectif", "clients", "part", "size")


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """One axis: its levels as the answers hold them, the answers of each, and its shares in the population."""

    item: Key
    levels: list[object]
    answers: np.ndarray
    shares: np.ndarray

    @property
    def name(self) -> str:
        """The column."""
        return item_text(self.item)


def stated(targets: Any, columns: Sequence[str]) -> dict[Key, list[tuple[object, float]]]:
    """Items with the levels and numbers given for each.

    Raises
    ------
    ArgumentTypeError, ArgumentError, ColumnNotFoundError
    """
    if not isinstance(targets, Mapping):
        targets = of_frame(targets, columns)
    if not targets:
        raise ArgumentError(where="targets", expected="at least one column with its shares", got="none",
                            hint=EXAMPLE)  # fmt: skip
    found: dict[Key, list[tuple[object, float]]] = {}
    for item, given in targets.items():
        if not isinstance(item, (str, Bands)):
            raise ArgumentTypeError(
                where="targets", expected="names of columns, or npskit.Bands", got=type(item).__name__,
                hint="two columns together: make one column of both first",
            )  # fmt: skip
        name = resolve(item_text(item), columns)
        key = name if isinstance(item, str) else Bands(name, item.edges)
        if key in found:
            raise ArgumentError(where="targets", expected="each column once", got=f"{name!r} more than once")
        found[key] = stated_of(given, f"targets[{name!r}]", name)
    return found


EXAMPLE = 'targets={"sex": {"m": 0.5, "f": 0.5}}'


def of_frame(frame: Any, columns: Sequence[str]) -> dict[Any, Any]:
    """A table as targets: long (column, level, share), or customers by the columns that the answers have too."""
    rows = as_pandas(frame)
    if rows is None:
        raise ArgumentTypeError(where="targets", expected="a mapping of columns to shares, or a frame",
                                got=type(frame).__name__, hint=EXAMPLE)  # fmt: skip
    names = {str(name).casefold(): name for name in rows.columns}
    if all(name in names for name in LONG_FORM):
        column, level, share = (rows[names[name]].tolist() for name in LONG_FORM)
        found: dict[Any, dict[object, float]] = {}
        for each, key, value in zip(column, level, share, strict=True):
            found.setdefault(each, {})[plain_level(key)] = value
        return found
    shared = [name for name in rows.columns if is_column(str(name), columns)]
    sizes = [name for folded, name in names.items() if folded in COUNTED and name not in shared]
    if not shared:
        raise ColumnNotFoundError(
            "targets: the frame has no column of the answers.", hint=did_you_mean(str(rows.columns[0]), columns)
        )
    size = None if not sizes else rows[sizes[0]]
    return {name: counted(rows[name], size) for name in shared}


def is_column(name: str, columns: Sequence[str]) -> bool:
    """Whether the answers have a column of the name."""
    try:
        resolve(name, columns)
    except ColumnNotFoundError:
        return False
    return True


def as_pandas(frame: Any) -> pd.DataFrame | None:
    """A small table of any library as pandas; None for what is no table."""
    if isinstance(frame, pd.DataFrame):
        return frame
    if hasattr(frame, "to_dict") or hasattr(frame, "to_pydict") or hasattr(frame, "collect") or hasattr(frame, "df"):
        source = wrap(frame)
        from npskit.frames.person_rows import person_rows

        return person_rows(source, source.columns).frame
    return None


def counted(values: pd.Series, size: pd.Series | None) -> dict[object, float]:
    """How many customers each level has, those without one left out."""
    sizes = np.ones(len(values)) if size is None else pd.to_numeric(size).to_numpy(dtype=float)
    found: dict[object, float] = {}
    for level, n in zip(values.tolist(), sizes.tolist(), strict=True):
        level = plain_level(level)
        if level is not None:
            found[level] = found.get(level, 0.0) + n
    return found


def stated_of(given: Any, where: str, name: str) -> list[tuple[object, float]]:
    """Levels with a number each, from a mapping, a Series (of numbers, or of customers) or a table of two columns."""
    if isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, pd.Series):
        shares = given.dtype.kind in "iuf" and not isinstance(given.index, pd.RangeIndex)
        pairs = list(given.items()) if shares else list(counted(given, None).items())
    elif (rows := as_pandas(given)) is not None and len(rows.columns) == 2:
        level = next((at for at, each in enumerate(rows.columns) if str(each) == name), 0)
        pairs = list(zip(rows.iloc[:, level].tolist(), rows.iloc[:, 1 - level].tolist(), strict=True))
    elif hasattr(given, "to_list") and not isinstance(given, (str, bytes)):
        pairs = list(counted(pd.Series(given.to_list(), dtype=object), None).items())
    else:
        raise ArgumentTypeError(
            where=where, expected="a mapping of levels to shares, a Series, or a table of two columns",
            got=type(given).__name__, hint=EXAMPLE,
        )  # fmt: skip
    if not pairs:
        raise ArgumentError(where=where, expected="a share for each level", got="none", hint=EXAMPLE)
    return [(plain_level(level), checked_number(value, level, where)) for level, value in pairs]


def checked_number(value: Any, level: object, where: str) -> float:
    """A share or a count that can be one."""
    try:
        number = float("nan") if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not (np.isfinite(number) and number >= 0):
        raise ArgumentError(
            where=f"{where}, level {level_text(level)!r}", expected="a share, a percentage or a count of at least 0",
            got=repr(value),
        )  # fmt: skip
    return number


def as_shares(values: np.ndarray, where: str) -> np.ndarray:
    """Shares, percentages or counts as shares that sum to 1.

    Examples
    --------
    >>> as_shares(np.array([48.0, 52.0]), "x").tolist(), as_shares(np.array([300.0, 100.0]), "x").tolist()
    ([0.48, 0.52], [0.75, 0.25])
    """
    total = float(values.sum())
    whole = bool((values == np.round(values)).all())
    counts = whole and total >= 2 and not DOUBTFUL[0] <= total <= DOUBTFUL[1]
    if abs(total - 1) <= ROUNDED or abs(total - 100) <= 100 * ROUNDED or counts:
        return values / total
    doubtful = whole and DOUBTFUL[0] <= total <= DOUBTFUL[1]
    raise ArgumentError(
        where=where, expected="shares that sum to 1, percentages that sum to 100, or counts of customers",
        got=f"a sum of {total:g}",
        hint="counts of so few customers are told from percentages as shares: divide by their sum" if doubtful
        else "50 % is written 0.5 or 50",
    )  # fmt: skip


def margins(
    targets: Mapping[Key, list[tuple[object, float]]], cells: Sequence[tuple[object, ...]], answers: np.ndarray
) -> list[Margin]:
    """Each axis with the levels of the answers and their shares in the population.

    A missing level without a target keeps its share of the answers, and the target is of the others.

    Raises
    ------
    ArgumentError
        When the population has a level without answers, or answers have a level without a target.
    """
    if not answers.sum():
        raise EmptyDataError(where="reweight", expected="at least one answer", got="none")
    return [margin(item, pairs, [cell[at] for cell in cells], answers)
            for at, (item, pairs) in enumerate(targets.items())]  # fmt: skip


def margin(item: Key, pairs: list[tuple[object, float]], column: list[object], answers: np.ndarray) -> Margin:
    """One axis."""
    where = f"targets[{item_text(item)!r}]"
    levels = list(dict.fromkeys(column))
    place = {level: at for at, level in enumerate(levels)}
    own = np.zeros(len(levels))
    np.add.at(own, [place[level] for level in column], answers)
    given = dict.fromkeys(levels, 0.0)
    found: dict[object, float] = {}
    shares = as_shares(np.array([value for _, value in pairs]), where)
    for (wanted, _), share in zip(pairs, shares.tolist(), strict=True):
        level = same(levels, wanted)
        if (level is ABSENT or not own[place[level]]) and share > 0:
            raise no_answers(where, wanted, [each for each in levels if own[place[each]]])
        if level is ABSENT:
            continue
        if level in found:
            raise ArgumentError(where=where, expected="each level once", got=f"{level_text(wanted)!r} twice")
        found[level] = share
    untold = [level for level in levels if level is not None and level not in found and own[place[level]]]
    if untold:
        raise no_target(where, untold, [own[place[level]] for level in untold])
    blank = own[place[None]] / own.sum() if None in place and None not in found else 0.0
    given |= {level: share * (1 - blank) for level, share in found.items()}
    if blank:
        given[None] = blank
    return Margin(item, levels, own, np.array([given[level] for level in levels]))


ABSENT = object()


def same(levels: Sequence[object], wanted: object) -> Any:
    """The level of the answers that is meant, `ABSENT` when there is none."""
    for level in levels:
        if type(level) is type(wanted) and level == wanted:
            return level
    if wanted is None:
        return ABSENT
    text = level_text(wanted).strip().casefold()
    alike = [level for level in levels if level is not None and level_text(level).strip().casefold() == text]
    return alike[0] if len(alike) == 1 else ABSENT


def no_answers(where: str, wanted: object, levels: Sequence[object]) -> ArgumentError:
    """The error when nobody of a level answered."""
    return ArgumentError(
        where=f"{where}, level {level_text(wanted)!r}", expected="at least one answer, as the population has some",
        got="none",
        hint="no weight makes up for nobody: merge the level with a neighbour in both, or leave it out of the targets; "
        + did_you_mean(level_text(wanted), map(level_text, levels), quoted=True),
    )  # fmt: skip


def no_target(where: str, levels: Sequence[object], sizes: Sequence[float]) -> ArgumentError:
    """The error when answers have a level that the population is not told of."""
    named = ", ".join(f"{level_text(level)!r} ({n:,.0f} answers)"
                      for level, n in list(zip(levels, sizes, strict=True))[:MOST_NAMED])  # fmt: skip
    more = f" and {len(levels) - MOST_NAMED} more" if len(levels) > MOST_NAMED else ""
    return ArgumentError(
        where=where, expected="a target for each level of the answers", got=f"none for {named}{more}",
        hint="give it its share (0 leaves these answers out), or merge it with another level",
    )  # fmt: skip
