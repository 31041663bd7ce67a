"""Counts in every other engine: added up there, one row a cell comes back.

What is wrong with a row is counted in one query when the counts are opened; then each question is a group-by with
three sums, or with weights nine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np

from npskit.errors import quotable, shown_value
from npskit.frames.counts import (
    ROWS_NAMED,
    Counts,
    Facts,
    conditions,
    facts_of,
    named_rows,
    no_numbers,
    whole_counts,
)
from npskit.frames.engine_keys import EngineKey
from npskit.frames.keys import Key, plain_level
from npskit.frames.narwhals_source import NarwhalsSource, cells_of, rows_of
from npskit.frames.source import gathered, weight_error
from npskit.scale import Scale
from npskit.tally import Tally

__all__ = ["EngineCells"]

# Names of the columns we make; no survey has them.
PARTS = tuple(f"npskit_{name}" for name in ("detractors", "passives", "promoters"))
RESPONSES, WEIGHT, ROWS, ANSWERED, ABSENT, UNUSABLE = (
    f"npskit_{name}" for name in ("responses", "w", "rows", "answered", "absent", "unusable")
)
SUMS = tuple(f"npskit_{kind}{at}" for kind in ("n", "w", "ww") for at in range(3))


class EngineCells:
    """Counts in a frame, table or relation of any engine that Narwhals knows."""

    unit = "counts"

    def __init__(self, source: NarwhalsSource, counts: Counts) -> None:
        self.source, self.counts = source, counts
        for name in counts.columns:
            if not source.schema[name].is_numeric():
                raise no_numbers(name, f"{source.schema[name]} values")

    def _columns(self) -> dict[str, nw.Expr]:
        """The columns as floats under names of ours."""
        names = dict(zip((*PARTS, RESPONSES), self.counts.columns, strict=False))
        found = {alias: nw.col(name).cast(nw.Float64) for alias, name in names.items()}
        return {RESPONSES: nw.lit(float(self.counts.responses or 0)), **found} if len(names) < 4 else found

    def _frame(self, *others: nw.Expr) -> nw.LazyFrame[Any]:
        """Some columns beside those of counts."""
        return self.source.frame.select(*others, *(column.alias(name) for name, column in self._columns().items()))

    def _conditions(self) -> dict[str, nw.Expr]:
        gaps = [gap(name) for name in PARTS]
        unknown = gap(RESPONSES) | (filled(RESPONSES) < 0) | (filled(RESPONSES) % 1 != 0)
        return conditions([filled(name) for name in PARTS], gaps, filled(RESPONSES), unknown)

    def facts(self) -> Facts:
        """Rows of each condition."""
        held = self._conditions()
        frame = self._frame().select(*(number(mask).alias(name) for name, mask in held.items()))
        found = rows_of(frame.select(nw.len().alias(ROWS), *(nw.col(name).sum() for name in held)))[0]
        return facts_of(dict(zip(("rows", *held), found, strict=True)))

    def rows(self, condition: str) -> str:
        """The first rows of a condition, by the values of their other columns."""
        others = [name for name in self.source.columns if name not in self.counts.columns]
        found = rows_of(self._frame(*map(nw.col, others)).filter(self._conditions()[condition]).head(ROWS_NAMED))
        wide = len(others)
        return named_rows([(row_name(row[:wide]), [row[wide + at] for at in self._places()]) for row in found])

    def _places(self) -> list[int]:
        """Where the three parts stand among the columns made."""
        return [list(self._columns()).index(name) for name in PARTS]

    def tally(self, by: Sequence[Key], weight: str | None) -> Tally:
        """The counts added up per cell."""
        keys, weighted = self.source._keys(by), weight is not None
        sums = SUMS[: 9 if weighted else 3]
        frame = self._counted(keys, weight)
        names = [key.alias for key in keys]
        added = [nw.len().alias(ROWS), *(nw.col(name).sum() for name in sums)]
        groups = frame.group_by(*names).agg(*added) if keys else frame.select(*added)
        # Dask lists categories that never occur together, with no rows.
        rows = [row for row in rows_of(groups.select(*names, ROWS, *sums)) if row[len(keys)]]
        cells = [cell for cell in cells_of(rows, keys) for _ in range(3)]
        values = np.array([[float(value or 0.0) for value in row[len(keys) + 1 :]] for row in rows])
        kinds = [part.reshape(-1) for part in np.split(values.reshape(len(rows), len(sums)), len(sums) // 3, axis=1)]
        return gathered(
            tuple(key.name for key in keys),
            cells,
            np.tile(np.arange(3), len(rows)),
            [kinds[0].astype(np.int64), *kinds[1:]],
            Scale.labels(),
            [key.order for key in keys],
        )

    def _counted(self, keys: Sequence[EngineKey], weight: str | None) -> nw.LazyFrame[Any]:
        """Keys, whole counts and, with weights, the counts times weights and times their squares."""
        others = [key.column for key in keys]
        if weight is not None:
            others.append(nw.col(self.source._weight(weight)).cast(nw.Float64).alias(WEIGHT))
        parts = whole_counts([filled(name) for name in PARTS], filled(RESPONSES), self.unit, chosen)
        frame = self._frame(*others).with_columns(*(part.alias(name) for part, name in zip(parts, SUMS, strict=False)))
        if weight is None:
            return frame
        self._check_weights(frame, weight)
        answered = nw.col(SUMS[0]) + nw.col(SUMS[1]) + nw.col(SUMS[2]) > 0
        frame = frame.with_columns(chosen(answered, nw.col(WEIGHT), 0.0).alias(WEIGHT))
        w = nw.col(WEIGHT)
        times = [(nw.col(SUMS[at]) * factor).alias(SUMS[3 * kind + at])
                 for kind, factor in ((1, w), (2, w * w)) for at in range(3)]  # fmt: skip
        return frame.with_columns(*times)

    def _check_weights(self, frame: nw.LazyFrame[Any], weight: str) -> None:
        """Refuse missing, negative and infinite weights of rows with answers."""
        answered = nw.col(SUMS[0]) + nw.col(SUMS[1]) + nw.col(SUMS[2]) > 0
        bad = (filled(WEIGHT) < 0) | (filled(WEIGHT) == float("inf"))
        marked = frame.select(
            number(answered).alias(ANSWERED),
            number(answered & gap(WEIGHT)).alias(ABSENT),
            number(answered & bad).alias(UNUSABLE),
        )
        names = (ANSWERED, ABSENT, UNUSABLE)
        rows, missing, negative = (
            int(n or 0) for n in rows_of(marked.select(*(nw.col(name).sum() for name in names)))[0]
        )
        if missing or negative:
            raise weight_error(weight, missing=missing, negative=negative, rows=rows)


def gap(name: str) -> nw.Expr:
    """Whether a column of floats holds no number."""
    return nw.col(name).is_null() | nw.col(name).is_nan()


def filled(name: str) -> nw.Expr:
    """A column of floats with 0 for gaps."""
    return nw.when(gap(name)).then(nw.lit(0.0)).otherwise(nw.col(name))


def number(mask: nw.Expr) -> nw.Expr:
    """1 and 0, since Spark sums no booleans."""
    return nw.when(mask).then(nw.lit(1)).otherwise(nw.lit(0))


def chosen(condition: Any, one: Any, other: Any) -> nw.Expr:
    """One of two values."""
    return nw.when(condition).then(one).otherwise(other)


def row_name(levels: Sequence[Any]) -> str:
    """A row of an engine, which has no labels, by short values of its other columns."""
    levels = list(map(plain_level, levels))
    short = [level for level, code in zip(levels, quotable(levels), strict=True) if code and level is not None]
    return ", ".join(map(shown_value, short[:ROWS_NAMED])) or "a row"
