"""What is wrong with a file, said before anyone quotes its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.errors import shown_values
from npskit.labels import number, word
from npskit.scale import MISSING, OUTSIDE, Scale

__all__ = ["customer_check", "no_rating_check", "rating_checks", "reading_checks"]

Check = tuple[str, int, str]


def rating_checks(raw: Sequence[tuple[Any, int]], scale: Scale, column: str, lang: str | None) -> list[Check]:
    """Rows, valid, missing and out-of-range answers, and whether the scale looks right, from distinct values."""
    codes = scale.codes(value for value, _ in raw)
    sizes = np.array([count for _, count in raw], dtype=np.int64)
    outside = [pair for pair, code in zip(raw, codes, strict=True) if code == OUTSIDE]
    outside.sort(key=lambda pair: -pair[1])
    shown = shown_values([value for value, _ in outside], [count for _, count in outside])
    on_scale = codes >= 0
    counts = np.bincount(codes[on_scale], weights=sizes[on_scale], minlength=len(scale))
    return [
        ("rows", int(sizes.sum()), word("audit_rows", lang)),
        ("valid", int(counts.sum()), word("audit_valid", lang, column=column)),
        ("missing", int(sizes[codes == MISSING].sum()), word("audit_missing", lang)),
        ("out_of_range", int(sizes[codes == OUTSIDE].sum()), shown or word("audit_all_on_scale", lang)),
        scale_check(scale, counts, lang),
    ]


def no_rating_check(rows: int, reason: str, lang: str | None) -> list[Check]:
    """The lines for data whose rating column cannot be told."""
    return [("rows", rows, word("audit_rows", lang)), ("rating_column", 0, reason)]


def customer_check(customers: int, extra: int, column: str, lang: str | None) -> Check:
    """How many customers answered more than once."""
    key = "audit_repeated" if customers else "audit_not_repeated"
    return "repeated_customers", customers, word(key, lang, column=column, n=number(extra, lang=lang))


def scale_check(scale: Scale, counts: np.ndarray, lang: str | None) -> Check:
    """Whether the answers look given on another scale."""
    if other := scale.resembles(counts):
        low, high = other.split("-")
        return "scale_warning", 1, word("audit_scale", lang, low=low, high=high)
    return "scale_warning", 0, word("audit_no_zero" if scale.lacks_zero(counts) else "audit_scale_fits", lang)


def reading_checks(notes: Mapping[str, Any], lang: str | None) -> list[Check]:
    """What `read_survey` left out, repaired or took for missing."""
    dropped = [
        (f"left_out_{kind}", int(n), word("audit_left_out", lang)) for kind, n in notes.get("dropped", {}).items()
    ]
    codes = [
        ("read_as_missing", int(n), word("audit_read_as_missing", lang, value=value))
        for value, n in notes.get("missing_answers", {}).items()
    ]
    repaired = ("repaired_lines", int(notes.get("repaired_lines") or 0), word("audit_repaired", lang))
    return [check for check in (*dropped, *codes, repaired) if check[1]]
