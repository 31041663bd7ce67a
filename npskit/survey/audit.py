"""What is wrong with a file, said before anyone quotes its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.scale import MISSING, OUTSIDE, Scale

__all__ = ["customer_check", "rating_checks", "reading_checks"]

VALUES_SHOWN = 5

Check = tuple[str, int, str]


def rating_checks(raw: Sequence[tuple[Any, int]], scale: Scale, column: str) -> list[Check]:
    """Rows, valid, missing and out-of-range answers, and whether the scale looks right, from distinct values."""
    codes = scale.codes(value for value, _ in raw)
    sizes = np.array([count for _, count in raw], dtype=np.int64)
    outside = [pair for pair, code in zip(raw, codes, strict=True) if code == OUTSIDE]
    outside.sort(key=lambda pair: -pair[1])
    shown = ", ".join(f"{value} ({count:,})" for value, count in outside[:VALUES_SHOWN])
    on_scale = codes >= 0
    counts = np.bincount(codes[on_scale], weights=sizes[on_scale], minlength=len(scale))
    return [
        ("rows", int(sizes.sum()), "rows of the data"),
        ("valid", int(counts.sum()), f"answers in column {column!r}: {scale.text}"),
        ("missing", int(sizes[codes == MISSING].sum()), "no answer, or a code declared as missing"),
        ("out_of_range", int(sizes[codes == OUTSIDE].sum()), shown or "every answer is on the scale"),
        scale_check(scale, counts),
    ]


def customer_check(customers: int, extra: int, column: str) -> Check:
    """How many customers answered more than once."""
    told = f"customers with more than one answer in {column!r}: {extra:,} answers beyond the first"
    return "repeated_customers", customers, f"{told}; keep='last' uses one each" if customers else told


def scale_check(scale: Scale, counts: np.ndarray) -> tuple[str, int, str]:
    """The audit's line on whether the answers look given on another scale."""
    if other := scale.resembles(counts):
        low, high = other.split("-")
        return (
            "scale_warning",
            1,
            f"the ratings look as if given from {low} to {high}; if so, scale=Scale({low}, {high})",
        )
    if scale.lacks_zero(counts):
        return (
            "scale_warning",
            0,
            "nobody gave 0: was the question asked from 1 to 10? The score is the same either way",
        )
    return "scale_warning", 0, "nothing suggests another scale"


def reading_checks(notes: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """What `read_survey` left out, repaired or took for missing, as lines of the audit."""
    dropped = [
        (f"left_out_{kind}", int(n), "rows left out on reading") for kind, n in notes.get("dropped", {}).items() if n
    ]
    codes = [
        ("read_as_missing", int(n), f"answers {v!r} read as missing")
        for v, n in notes.get("missing_answers", {}).items()
    ]
    repaired = notes.get("repaired_lines") or 0
    lines = [("repaired_lines", int(repaired), "lines whose bytes were in another encoding")] if repaired else []
    return [*dropped, *codes, *lines]
