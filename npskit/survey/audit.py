"""What is wrong with a file, said before anyone quotes its number, and what to do about it.

A check is data until it is read: how many cases, what they are, and a way out, as remarks that become sentences in
either language. So the table of `audit` and the chapter of a report say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.errors import shown_values
from npskit.scale import MISSING, OUTSIDE, Scale
from npskit.survey.notes import Note, noted

__all__ = [
    "COMPARED",
    "Check",
    "check",
    "checked_table",
    "customer_check",
    "no_rating_check",
    "rating_checks",
    "reading_checks",
]

#: Name of the note that tells of the comments of a copy that holds none: compared, repeated, most alike.
COMPARED = "comments_compared"
# Instances of one check that are told.
MOST_TOLD = 5


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes
    ----------
    name : str
    count : int
        Cases found; 0 is good news.
    detail : Note or str
        What they are.
    to_do : Note, optional
        What to do; None where there is nothing to do.
    """

    name: str
    count: int
    detail: Note | str
    to_do: Note | None = None

    def words(self, lang: str | None) -> tuple[str, str]:
        """Detail and what to do, in a language."""
        detail = self.detail if isinstance(self.detail, str) else self.detail.sentence(lang=lang)
        return detail, "" if self.to_do is None else self.to_do.sentence(lang=lang)


def check(name: str, count: int, detail: Note | str, to_do: str = "", **values: Any) -> Check:
    """A check whose way out is told only when there is something."""
    return Check(name, count, detail, noted(to_do, **values) if to_do and count else None)


def listed(found: Sequence[Note]) -> Note:
    """The first cases, and how many more there are."""
    cases, more = tuple(found[:MOST_TOLD]), len(found) - MOST_TOLD
    return noted("audit_cases_more", cases=cases, k=more) if more > 0 else noted("audit_cases", cases=cases)


def checked_table(checks: Sequence[Check], lang: str | None) -> dict[str, list[Any]]:
    """The columns that `audit` shows."""
    words = [each.words(lang) for each in checks]
    return {
        "check": [each.name for each in checks],
        "count": [each.count for each in checks],
        "detail": [detail for detail, _ in words],
        "to_do": [to_do for _, to_do in words],
    }


def rating_checks(raw: Sequence[tuple[Any, int]], scale: Scale, column: str) -> list[Check]:
    """Rows, valid, missing and out-of-range answers, and whether the scale looks right, from distinct values."""
    codes = scale.codes(value for value, _ in raw)
    sizes = np.array([count for _, count in raw], dtype=np.int64)
    outside = [pair for pair, code in zip(raw, codes, strict=True) if code == OUTSIDE]
    outside.sort(key=lambda pair: -pair[1])
    shown = shown_values([value for value, _ in outside], [count for _, count in outside])
    on_scale = codes >= 0
    counts = np.bincount(codes[on_scale], weights=sizes[on_scale], minlength=len(scale))
    rows, missing = int(sizes.sum()), int(sizes[codes == MISSING].sum())
    return [
        Check("rows", rows, noted("audit_rows")),
        Check("valid", int(counts.sum()), noted("audit_valid", column=column)),
        check("missing", missing, noted("audit_missing"), "audit_do_missing" if 5 * missing >= rows else ""),
        check(
            "out_of_range",
            int(sizes[codes == OUTSIDE].sum()),
            shown or noted("audit_all_on_scale"),
            "audit_do_out_of_range",
        ),
        scale_check(scale, counts),
    ]


def no_rating_check(rows: int, reason: str) -> list[Check]:
    """The lines for data whose rating column cannot be told."""
    todo = noted("audit_do_rating_column")
    return [Check("rows", rows, noted("audit_rows")), Check("rating_column", 0, reason, todo)]


def customer_check(customers: int, extra: int, column: str) -> Check:
    """How many customers answered more than once."""
    key = "audit_repeated" if customers else "audit_not_repeated"
    return check("repeated_customers", customers, noted(key, column=column, n=extra), "audit_do_repeated")


def scale_check(scale: Scale, counts: np.ndarray) -> Check:
    """Whether the answers look given on another scale."""
    if other := scale.resembles(counts):
        low, high = other.split("-")
        return check("scale_warning", 1, noted("audit_scale", low=low, high=high), "audit_do_scale", low=low, high=high)
    return Check("scale_warning", 0, noted("audit_no_zero" if scale.lacks_zero(counts) else "audit_scale_fits"))


def reading_checks(notes: Mapping[str, Any]) -> list[Check]:
    """What `read_survey` left out, repaired or took for missing."""
    dropped = [
        Check(f"left_out_{kind}", int(n), noted("audit_left_out")) for kind, n in notes.get("dropped", {}).items()
    ]
    codes = [
        Check("read_as_missing", int(n), noted("audit_read_as_missing", value=value))
        for value, n in notes.get("missing_answers", {}).items()
    ]
    repaired = check(
        "repaired_lines", int(notes.get("repaired_lines") or 0), noted("audit_repaired"), "audit_do_repaired"
    )
    return [each for each in (*dropped, *codes, repaired) if each.count]
