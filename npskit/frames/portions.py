"""The rows of each cell of some keys, one cell at a time: for whoever makes something of every team.

The keys of a pandas frame are read once, and a portion is a slice of its rows. Any other engine is asked for the rows
of a cell when they are wanted, so that never more than a few cells are in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pandas as pd

from npskit.errors import ColumnNotFoundError
from npskit.frames.coding import combined, key_codes
from npskit.frames.counts_source import CountsSource
from npskit.frames.keys import Key
from npskit.frames.listed import listed
from npskit.frames.pandas_source import PandasSource
from npskit.frames.selecting import selected
from npskit.frames.source import Source

__all__ = ["Portions"]

Cell = tuple[object, ...]


class Portions:
    """Rows by cell.

    Parameters
    ----------
    source : Source
    keys : sequence of str, Period or Bands

    Examples
    --------
    >>> rows = Portions(PandasSource(pd.DataFrame({"shop": ["Lyon", None, "Lyon"], "nps": [9, 3, 10]})), ["shop"])
    >>> rows.frame(("Lyon",))["nps"].tolist(), rows.frame((None,))["nps"].tolist()
    ([9, 10], [3])
    """

    def __init__(self, source: Source, keys: Sequence[Key]) -> None:
        self.source = source.frame_source if isinstance(source, CountsSource) else source
        self.keys = list(keys)
        # An engine that is asked over a wire answers one question at a time.
        self._lock = threading.Lock()
        self._places = places(self.source, self.keys) if isinstance(self.source, PandasSource) else None

    @property
    def cells(self) -> list[Cell]:
        """The cells that occur in a pandas frame."""
        return list(self._places or ())

    def frame(self, cell: Cell) -> pd.DataFrame:
        """The rows of a cell with all their columns, in their order.

        Raises
        ------
        ColumnNotFoundError
            For a cell that does not occur.
        """
        if isinstance(self.source, PandasSource) and self._places is not None:
            if cell not in self._places:
                raise ColumnNotFoundError(f"there are no rows of {cell!r}.")
            return self.source.frame.iloc[self._places[cell]]
        with self._lock:
            conditions = [(key, [level]) for key, level in zip(self.keys, cell, strict=True)]
            return pd.DataFrame(listed(selected(self.source, conditions)))


def places(source: PandasSource, keys: Sequence[Key]) -> dict[Cell, np.ndarray]:
    """The positions of the rows of each cell."""
    names = source.key_columns(list(keys))
    codes = [key_codes(source.series(name), key, name) for name, key in zip(names, keys, strict=True)]
    dense, positions = combined(codes, source.length())
    order = np.argsort(dense, kind="stable")
    starts = np.searchsorted(dense[order], np.arange(len(positions) + 1))
    levels = [[*each.levels, None] for each in codes]
    return {
        tuple(levels[at][code] for at, code in enumerate(position)): order[starts[row] : starts[row + 1]]
        for row, position in enumerate(positions)
    }
