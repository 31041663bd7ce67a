"""A file as it lies there: the first records as text, the rest as columns without names.

Which record holds the names is the survey tool's business (Qualtrics writes three of them), so the files are opened
without deciding it: `Raw.top` shows the first records, `Raw.load` gives everything after the header.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["TOP_RECORDS", "Raw"]

TOP_RECORDS = 30


@dataclass(frozen=True, slots=True)
class Raw:
    """An opened file.

    Attributes
    ----------
    top : list of list of str
        The first records from the header on, outer blanks removed.
    load : callable
        ``load(k)`` is the frame of all records after the first k, with the columns 0, 1, 2, …
    european : bool
        Whether the file was written where the comma is the decimal mark and the day comes first.
    points_group : bool or None
        Whether points stand between thousands, as in `layout.Layout`.
    above : list of str
        The lines above the header that were left out.
    """

    top: list[list[str]]
    load: Callable[[int], pd.DataFrame]
    european: bool = False
    points_group: bool | None = None
    above: list[str] = field(default_factory=list)
