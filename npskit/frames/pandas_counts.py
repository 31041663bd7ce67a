"""Counts in a pandas frame: each row's cell as one code, and three sums per code.

Reading a million rows of counts takes as long as reading three columns; the keys are coded as those of answers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from npskit.frames.coding import combined, is_boolean, numbers
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
from npskit.frames.keys import Key
from npskit.frames.pandas_source import PandasSource
from npskit.frames.ratings import Weights
from npskit.frames.source import assembled, weight_error
from npskit.scale import Scale
from npskit.tally import Tally

__all__ = ["PandasCells"]


class PandasCells:
    """Counts in a pandas frame, read once: what is changed in the frame later is not seen."""

    unit = "counts"

    def __init__(self, source: PandasSource, counts: Counts) -> None:
        self.source = PandasSource(source.frame.copy(deep=False))
        read = [self._read(name) for name in counts.columns]
        self.parts, self.gaps = [values for values, _ in read[:3]], [gaps for _, gaps in read[:3]]
        number = 0.0 if counts.responses is None else counts.responses
        self.responses, missing = read[3] if len(read) > 3 else (np.asarray(number, float), np.asarray(False))
        self.unknown = missing | (self.responses < 0) | (self.responses % 1 != 0)

    def _read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A column as floats, its gaps filled by 0, and where these are."""
        series, length = self.source.series(name), self.source.length()
        found = None if is_boolean(series) else numbers(series)
        if found is None:
            raise no_numbers(name, f"{series.dtype} values")
        gaps = found.missing(0, length)
        return np.where(gaps, 0.0, found.values(0, length).astype(np.float64)), gaps

    @cached_property
    def conditions(self) -> dict[str, np.ndarray]:
        """Where each condition holds."""
        with np.errstate(invalid="ignore"):
            return conditions(self.parts, self.gaps, self.responses, self.unknown)

    def facts(self) -> Facts:
        """Rows of each condition."""
        held = {name: mask.sum() for name, mask in self.conditions.items()}
        return facts_of({"rows": self.source.length(), **held})

    def rows(self, condition: str) -> str:
        """The first rows of a condition, by their label in the frame."""
        found = np.flatnonzero(self.conditions[condition])
        shown = [(f"row {self.source.frame.index[at]}", [part[at] for part in self.parts]) for at in found[:ROWS_NAMED]]
        return named_rows(shown)

    @cached_property
    def counts(self) -> tuple[np.ndarray, ...]:
        """Detractors, passives and promoters of each row, whole numbers."""
        # Told once, and not needed again.
        self.__dict__.pop("conditions", None)
        return whole_counts(self.parts, self.responses, self.unit, np.where)

    def tally(self, by: Sequence[Key], weight: str | None) -> Tally:
        """The counts added up per cell."""
        length, codes = self.source.length(), self.source._key_codes(by)
        cells, positions = combined(codes, length)

        def added(factor: np.ndarray | float) -> np.ndarray:
            sums = [np.bincount(cells, part * factor, len(positions)) for part in self.counts]
            return np.column_stack([*sums, np.zeros(len(positions))])

        parts = [added(1.0).astype(np.int64)]
        if weight is not None:
            weights = self._weights(weight)
            parts += [added(weights), added(weights * weights)]
        levels = [[*each.levels, None] for each in codes]
        return assembled(
            self.source.key_columns(by), levels, positions, parts, Scale.labels(), [each.ordered for each in codes]
        )

    def _weights(self, name: str) -> np.ndarray:
        """Weights of the rows, 0 where nobody answered."""
        weights = Weights(self.source.series(name), name).read(0, self.source.length())
        answered = np.add.reduce(self.counts) > 0
        known = np.where(answered, weights, 0.0)
        missing, negative = int(np.isnan(known).sum()), int(((known < 0) | np.isinf(known)).sum())
        if missing or negative:
            raise weight_error(name, missing=missing, negative=negative, rows=int(answered.sum()))
        return known
