"""Points between thousands: a 1.200 that means twelve hundred.

A file cut by semicolons comes from where the comma is the decimal mark, and there a point stands between groups of
three digits. pandas reads such a column as 1.2 and says nothing. So in such files columns whose numbers all have that
shape are looked at as they are written. A decimal comma, a second point (1.234.567) or a round number beside one
without a point (1.200 and 950) settles it; where nothing does, they are read as thousands and the reader says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

__all__ = ["GROUPED_BYTES", "are_grouped", "is_settled", "may_be_grouped"]

GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
# Below a thousand, where no point is needed.
SMALL = re.compile(r"[+-]?(?:0|[1-9]\d{0,2})(?:,\d+)?")
GROUPED_BYTES = re.compile(rb"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?!\d)")


def may_be_grouped(column: pd.Series) -> bool:
    """Whether numbers that were read with a decimal point may be thousands: three digits behind it and before it."""
    if column.dtype.kind != "f":
        return False
    known = column.dropna()
    return bool((known.abs() < 1000).all() and ((known * 1000).round(6) % 1 == 0).all())


def are_grouped(texts: Sequence[str]) -> bool:
    """Whether all texts are numbers with a point before every three digits, and some have one.

    Examples
    --------
    >>> are_grouped(["1.200", "950"]), are_grouped(["1.200", "1.5"]), are_grouped(["0.200"]), are_grouped(["950"])
    (True, False, False, False)
    """
    grouped = [GROUPED.fullmatch(text) is not None for text in texts]
    return any(grouped) and all(
        found or SMALL.fullmatch(text) is not None for text, found in zip(texts, grouped, strict=True)
    )


def is_settled(texts: Sequence[str]) -> bool:
    """Whether grouped numbers cannot be decimals.

    Three decimals always written leave no number without a point, and decimals cut of their zeros end in none.

    Examples
    --------
    >>> is_settled(["1.200", "950"]), is_settled(["1.234.567"]), is_settled(["1.200", "2.300"])
    (True, True, False)
    """
    pointed = [text for text in texts if "." in text]
    cut = len(pointed) < len(texts) and any(text.endswith("0") for text in pointed)
    return cut or any(text.count(".") > 1 or "," in text for text in texts)
