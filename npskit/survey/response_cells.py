"""Numbers of invited and of answers by segment and period, whichever way the invited were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, RoleError
from npskit.frames import Bands, Key, Period, wrap
from npskit.frames.coding import key_codes
from npskit.frames.keys import level_order
from npskit.frames.pandas_source import PandasSource
from npskit.frames.person_rows import amounts, person_rows
from npskit.roles import fold, resolve
from npskit.survey.base import as_list
from npskit.survey.levels import holds_dates, item_text, level_text
from npskit.survey.notes import Note, noted
from npskit.survey.response_rows import SILENT, Invitations

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["Cells", "Counted", "count_column", "counted", "grouped", "keys_of", "segment_columns"]

NAMED = (
    "invited", "invitations", "invitees", "sent", "asked", "customers", "count", "n", "envoyes", "envois", "invites",
    "clients", "population", "effectif", "number", "nombre", "total", "size",
)  # fmt: skip
FEWEST_LEVELS, MOST_LEVELS = 2, 30


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Invited (cells,) and answers by category (cells, 3) of cells that are tuples of levels of the keys."""

    keys: tuple[str, ...]
    cells: tuple[tuple[object, ...], ...]
    invited: np.ndarray
    counts: np.ndarray

    def whole(self) -> Cells:
        """Everybody as one cell."""
        return Cells((), ((),), self.invited.sum(keepdims=True), self.counts.sum(0, keepdims=True))

    def collapsed(self, at: int) -> Cells:
        """By one key only."""
        levels = [cell[at] for cell in self.cells]
        place = {level: i for i, level in enumerate(dict.fromkeys(levels))}
        into = np.array([place[level] for level in levels], dtype=np.intp)
        invited, counts = np.zeros(len(place)), np.zeros((len(place), 3))
        np.add.at(invited, into, self.invited)
        np.add.at(counts, into, self.counts)
        return Cells((self.keys[at],), tuple((level,) for level in place), invited, counts)


def keys_of(by: Any, columns: Sequence[str]) -> list[Key]:
    """The items of `by` with their columns looked up among those of the invited."""
    found: list[Key] = []
    for item in as_list(by):
        if isinstance(item, str):
            found.append(resolve(item, columns))
        elif isinstance(item, (Bands, Period)):
            found.append(replace(item, column=resolve(item.column, columns)))
        else:
            raise ArgumentTypeError(where="by", expected="names of columns of the invited, or npskit.Bands",
                                    got=type(item).__name__)  # fmt: skip
    return found


def grouped(people: Invitations, by: Sequence[Key]) -> Cells:
    """Invitations by cell."""
    rows, kept = people.rows, people.kept
    names = rows.key_columns(by)
    code, levels = np.zeros(len(kept), dtype=np.int64), []
    for name, key in zip(names, by, strict=True):
        found, places = level_codes(rows, name, key)
        code = code * len(found) + places[kept]
        levels.append(found)
    present, at = np.unique(code, return_inverse=True)
    invited = np.bincount(at, minlength=len(present)).astype(float)
    counts = np.zeros((len(present), 3))
    answered = people.category != SILENT
    np.add.at(counts, (at[answered], people.category[answered]), 1)
    return Cells(names, tuple(unfolded(each, levels) for each in present.tolist()), invited, counts)


def level_codes(rows: PandasSource, name: str, key: Key) -> tuple[list[object], np.ndarray]:
    """Levels in the order they are shown, the missing one last, and the place of each row's among them."""
    codes = key_codes(rows.series(name), key, name)
    own = codes.read(0, rows.length()).astype(np.int64)
    levels: list[object] = [*codes.levels, None]
    own = np.where((own < 0) | (own >= len(codes.levels)), len(codes.levels), own)
    order = list(range(len(levels))) if codes.ordered else level_order(levels)
    place = np.empty(len(levels), dtype=np.int64)
    place[order] = np.arange(len(levels))
    return [levels[at] for at in order], place[own]


def unfolded(code: int, levels: Sequence[Sequence[object]]) -> tuple[object, ...]:
    """The levels behind one number."""
    cell = []
    for column in reversed(levels):
        code, place = divmod(code, len(column))
        cell.append(column[place])
    return tuple(reversed(cell))


def segment_columns(people: Invitations) -> list[Key]:
    """Columns of the list that can be segments: few levels, and no dates."""
    found: list[Key] = []
    for name in people.rows.columns:
        if name in people.roles or people.rows.columns.count(name) > 1:
            continue
        values = people.rows.sample(name)
        if FEWEST_LEVELS <= len(values) <= MOST_LEVELS and not holds_dates(values):
            found.append(name)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Cells of a table of counts, and what is said of it."""

    cells: Cells
    period: str | None
    notes: tuple[Note, ...]


def count_column(rows: PandasSource) -> str | None:
    """The column of numbers of invited; None when the table is a list of people."""
    for wanted in NAMED:
        for name in rows.columns:
            if fold(name) == wanted and all(is_count(value) for value in rows.sample(name)) and rows.sample(name):
                return name
    return None


def is_count(value: object) -> bool:
    """Whether a value can be a number of people."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and float(value) >= 0


def counted(survey: Base, invited: Any, *, by: Any, every: str | None) -> Counted:
    """Cells from a number, a mapping of levels or a table of counts.

    Raises
    ------
    ArgumentError
        When more answered than were invited, or counts are none.
    """
    if isinstance(invited, (int, float, np.integer, np.floating)) and not isinstance(invited, bool):
        if as_list(by) or every:
            raise ArgumentError(
                where="invited", expected="a table of counts, or the invited, to split by", got=repr(invited)
            )
        frame, keys, size = pd.DataFrame({"invited": [invited]}), [], "invited"
    elif isinstance(invited, Mapping) and len(as_list(by)) == 1 and not is_table(invited):
        item = as_list(by)[0]
        if every:
            raise ArgumentError(
                where="every", expected="numbers of invited of each period, in a table, or the list of those invited",
                got=f"numbers by level of {item_text(item)!r} only",
                hint=f"response(table, by={item_text(item)!r}, every={every!r}), where the table has a column of the "
                "first days of periods beside 'invited'",
            )  # fmt: skip
        frame = pd.DataFrame({item_text(item): list(invited), "invited": list(invited.values())})
        keys, size = [item_text(item)], "invited"
    else:
        if isinstance(invited, Mapping) and not is_table(invited):
            raise ArgumentError(
                where="invited", expected="one column in by= whose levels the mapping counts",
                got=", ".join(map(item_text, as_list(by))) or "none", hint="response({'Lyon': 200}, by='shop')",
            )  # fmt: skip
        frame = pd.DataFrame(dict(invited)) if isinstance(invited, Mapping) else invited
        keys, size = [], ""
    source = wrap(frame)
    rows = person_rows(source, source.columns)
    size = size or count_column(rows) or ""
    if not size:
        raise RoleError(where="invited", expected="a column of counts such as 'invited'", got=", ".join(rows.columns))
    items = table_keys(survey, rows, by, every, size) if not keys else keys_of(by, [*rows.columns])
    return joined_counts(survey, rows, items, size, every)


def is_table(invited: Mapping[Any, Any]) -> bool:
    """Whether a mapping is of columns."""
    return any(isinstance(value, (list, tuple, np.ndarray, pd.Series)) for value in invited.values())


def table_keys(survey: Base, rows: PandasSource, by: Any, every: str | None, size: str) -> list[Key]:
    """What the table is split by: as asked, else every column that the answers have too."""
    asked = keys_of(by, rows.columns)
    if not asked:
        for name in rows.columns:
            try:
                column = resolve(name, survey.source.columns)
            except ColumnNotFoundError:
                continue
            if name != size and not holds_dates(rows.sample(name)):
                asked.append(column if column in rows.columns else name)
    if every:
        dates = [name for name in rows.columns if holds_dates(rows.sample(name))]
        if len(dates) != 1:
            raise RoleError(where="invited", expected="one column of dates", got=", ".join(dates) or "none",
                            hint="the first day of each period")  # fmt: skip
        asked.append(Period(dates[0], every))
    return asked


def joined_counts(survey: Base, rows: PandasSource, items: Sequence[Key], size: str, every: str | None) -> Counted:
    """Counts of the table beside the answers of the same cells."""
    own = [Period(survey.column("date"), item.every) if isinstance(item, Period) else item for item in items]
    tally = survey.tally(own)
    names = rows.key_columns(items)
    numbers = amounts(rows, size)
    if not (np.isfinite(numbers) & (numbers >= 0)).all() or not numbers.sum() > 0:
        bad = int((~(numbers >= 0)).sum())
        raise ArgumentError(where=f"invited, column {size!r}", expected="numbers of at least 0, one for each row",
                            got=f"{bad:,} that are none" if bad else "nobody invited")  # fmt: skip
    levels = []
    for name, item in zip(names, items, strict=True):
        found, places = level_codes(rows, name, item)
        levels.append([found[at] for at in places.tolist()])
    cells: dict[tuple[str, ...], tuple[object, ...]] = {}
    invited: dict[tuple[str, ...], float] = {}
    for at, n in enumerate(numbers.tolist()):
        cell = tuple(column[at] for column in levels)
        text = text_of(cell)
        cells.setdefault(text, cell)
        invited[text] = invited.get(text, 0.0) + n
    counts = {text: np.zeros(3) for text in cells}
    outside = 0.0
    for cell, row in zip(tally.cells, tally.category_counts, strict=True):
        text = text_of(cell)
        if text in counts:
            counts[text] += row
        else:
            outside += float(row.sum())
    for text, row in counts.items():
        if row.sum() > invited[text]:
            segment = " · ".join("–" if level is None else level_text(level) for level in cells[text])
            raise ArgumentError(
                where=f"invited: {segment}" if segment else "invited", expected="at least as many as answered",
                got=f"{invited[text]:,.0f} invited and {row.sum():,.0f} answers",
                hint="a list of those invited, with their customer numbers, tells answers of others apart",
            )  # fmt: skip
    notes = [noted("response_note_outside", outside, n=int(outside))] if outside else []
    found_cells = Cells(names, tuple(cells.values()), np.array(list(invited.values())), np.array(list(counts.values())))
    return Counted(found_cells, names[-1] if every else None, tuple(notes))


def text_of(cell: Sequence[object]) -> tuple[str, ...]:
    """A cell as what its levels read like."""
    return tuple("" if level is None else level_text(level).strip().casefold() for level in cell)
