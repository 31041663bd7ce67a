"""What an answer means: which ratings exist, which of them are detractors, passives and promoters, what is no answer.

The question of the Net Promoter Score is answered from 0 to 10, and a promoter gives 9 or 10. Exports write that
answer as ``10``, ``10.0``, ``"10 - Extremely likely"`` or ``"Promoter"``; they code silence as 11 or 99; some surveys
ask from 1 to 5. A `Scale` says all this once. It never sees a column: it is given the *distinct* values of one and
returns a code for each, so a hundred million answers cost as much to understand as eleven.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from typing import SupportsFloat, SupportsIndex, cast

import numpy as np

from npskit.errors import ArgumentError, RatingError

__all__ = ["CATEGORIES", "MISSING", "OUTSIDE", "Scale"]

CATEGORIES = ("detractors", "passives", "promoters")
MISSING = -1
OUTSIDE = -2

# 1-5 and 1-7 have no official cut; these keep only the top answer as a promoter, as most tools that offer them do.
USUAL_CUTS = {(0, 10): (6, 9), (1, 10): (6, 9), (1, 5): (3, 5), (1, 7): (5, 7), (0, 5): (3, 5)}
WORDS = {
    "detractor": 0, "detractors": 0, "détracteur": 0, "détracteurs": 0, "detracteur": 0, "detracteurs": 0,
    "détractrice": 0, "détractrices": 0,
    "passive": 1, "passives": 1, "passif": 1, "passifs": 1, "neutral": 1, "neutrals": 1, "neutre": 1, "neutres": 1,
    "promoter": 2, "promoters": 2, "promoteur": 2, "promoteurs": 2, "promotrice": 2, "promotrices": 2,
}  # fmt: skip
# "10", "10.0", "9/10", "8 sur 10", "10 - Extremely likely", "0 (Not Likely)"; a digit after the dash would be a range.
NUMBER_FIRST = re.compile(
    r"(?P<n>[+-]?\d+)(?:[.,]0+)?(?:\s*(?:/|sur|out of|von)\s*(?P<of>\d+))?(?:\s*[-–—:=.)(,]+\s*(?P<tail>\D.*)?)?",
    re.DOTALL | re.IGNORECASE,
)
# "Extremely likely (10)", "Très probable : 10"
NUMBER_LAST = re.compile(r"\D*[^\W\d]\D*[-–—:=(]\s*(?P<n>\d+)\s*\)?", re.DOTALL)


@dataclass(frozen=True)
class Scale:
    """A rating scale with its two cut points.

    Parameters
    ----------
    lowest, highest : int
        The ends of the scale, both included.
    detractor_max : int, optional
        The highest rating of a detractor; known for the usual scales (0-10 and 1-10: 6; 1-5 and 0-5: 3; 1-7: 5).
    promoter_min : int, optional
        The lowest rating of a promoter (0-10 and 1-10: 9; 1-5 and 0-5: 5; 1-7: 7).
    missing : sequence, optional
        Values that stand for "no answer", such as ``[11, 99]`` or ``["NSP"]``.
    labelled : bool
        Whether answers are the words Promoter, Passive, Detractor (English or French) instead of numbers.

    Raises
    ------
    ArgumentError
        When the cut points are unknown or out of order.

    Examples
    --------
    >>> Scale(missing=[11]).codes([10, 7.0, "0 (Not Likely)", "9/10", 11, None, 12]).tolist()
    [10, 7, 0, 9, -1, -1, -2]
    >>> Scale(1, 5).categories.tolist()
    [0, 0, 0, 1, 2]
    """

    lowest: int = 0
    highest: int = 10
    detractor_max: int | None = None
    promoter_min: int | None = None
    missing: Sequence[object] = field(default=())
    labelled: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.missing, (str, Real)):
            object.__setattr__(self, "missing", (self.missing,))
        object.__setattr__(self, "missing", tuple(self.missing))
        low, high = (0, 2) if self.labelled else (self.lowest, self.highest)
        if not (isinstance(low, int) and isinstance(high, int) and low < high):
            raise ArgumentError(
                where="Scale",
                expected="two whole numbers, the lower first",
                got=f"{low!r}, {high!r}",
                hint="Scale(1, 5)",
            )
        cuts = (0, 2) if self.labelled else USUAL_CUTS.get((low, high))
        if cuts is None and (self.detractor_max is None or self.promoter_min is None):
            raise ArgumentError(
                where=f"Scale({low}, {high})",
                expected="detractor_max and promoter_min, since this scale has no usual cut points",
                got=f"detractor_max={self.detractor_max}, promoter_min={self.promoter_min}",
                hint=f"for example Scale({low}, {high}, detractor_max={low + 1}, promoter_min={high})",
            )
        usual = cuts or (0, 0)
        settled = (
            low,
            high,
            usual[0] if self.detractor_max is None else self.detractor_max,
            usual[1] if self.promoter_min is None else self.promoter_min,
        )
        for name, value in zip(("lowest", "highest", "detractor_max", "promoter_min"), settled, strict=True):
            object.__setattr__(self, name, value)
        if not low <= settled[2] < settled[3] <= high:
            raise ArgumentError(
                where="Scale",
                expected="lowest <= detractor_max < promoter_min <= highest",
                got=f"{low}, {settled[2]}, {settled[3]}, {high}",
                hint="detractors end below the first promoter",
            )

    @classmethod
    def labels(cls, *, missing: Sequence[object] = ()) -> Scale:
        """The scale of a column that holds Promoter, Passive and Detractor instead of ratings."""
        return cls(labelled=True, missing=missing)

    def __len__(self) -> int:
        return self.highest - self.lowest + 1

    def replace(self, *, missing: Sequence[object]) -> Scale:
        """The same scale with other codes for "no answer"."""
        return Scale(self.lowest, self.highest, self.detractor_max, self.promoter_min, missing, self.labelled)

    def __hash__(self) -> int:
        return hash((self.lowest, self.highest, self.detractor_max, self.promoter_min, self.labelled))

    @cached_property
    def ratings(self) -> tuple[int, ...] | tuple[str, ...]:
        """Every possible answer, lowest first."""
        return CATEGORIES if self.labelled else tuple(range(self.lowest, self.highest + 1))

    @cached_property
    def categories(self) -> np.ndarray:
        """Category of each rating, shape (ratings,): 0 detractor, 1 passive, 2 promoter."""
        values = np.arange(self.lowest, self.highest + 1)
        return (values > cast(int, self.detractor_max)).astype(np.int8) + (values >= cast(int, self.promoter_min))

    @cached_property
    def text(self) -> str:
        """How the scale is named in an error."""
        return (
            "Promoter, Passive or Detractor" if self.labelled else f"whole ratings from {self.lowest} to {self.highest}"
        )

    def category_counts(self, counts: np.ndarray) -> np.ndarray:
        """Counts per rating (..., ratings) to counts per category (..., 3)."""
        counts = np.asarray(counts)
        return np.stack([counts[..., self.categories == category].sum(-1) for category in range(3)], axis=-1)

    def codes(self, values: Iterable[object]) -> np.ndarray:
        """Code of each distinct raw value: index into `ratings`, -1 for no answer, -2 for outside the scale.

        Raises
        ------
        RatingError
            For booleans, which are an answer to another question.
        """
        return np.fromiter((self.code(value) for value in values), dtype=np.int16)

    def code(self, value: object) -> int:
        """Code of one raw value."""
        if is_missing(value) or self.is_declared_missing(value):
            return MISSING
        if isinstance(value, (bool, np.bool_)):
            raise RatingError(
                expected=self.text,
                got="True and False",
                hint="a yes/no answer has no NPS; choose the column of ratings with df.nps(rating=...)",
            )
        if isinstance(value, str):
            return word_code(value) if self.labelled else self.text_code(value)
        return OUTSIDE if self.labelled else self.number_code(value)

    def is_declared_missing(self, value: object) -> bool:
        """Whether the value is one of the declared codes for "no answer", as number or as text."""
        text = str(value).strip()
        number = float(text) if is_number(text) else None
        return any(
            text == str(code).strip() or (number is not None and is_number(str(code)) and number == float(str(code)))
            for code in self.missing
        )

    def number_code(self, value: object) -> int:
        """Code of a number; only whole numbers on the scale are ratings."""
        if not isinstance(value, (SupportsFloat, SupportsIndex, bytes)):
            return OUTSIDE
        try:
            number = float(value)
        except (TypeError, ValueError):
            return OUTSIDE
        inside = number.is_integer() and self.lowest <= number <= self.highest
        return int(number) - self.lowest if inside else OUTSIDE

    def text_code(self, text: str) -> int:
        """Code of a label such as "10 - Extremely likely" or "9/10"."""
        text = text.strip().strip("\"'")
        match = NUMBER_FIRST.fullmatch(text) or NUMBER_LAST.fullmatch(text)
        if match is None:
            return OUTSIDE
        parts = match.groupdict()
        if parts.get("of") and int(parts["of"]) != self.highest:
            return OUTSIDE
        return self.number_code(int(parts["n"]))

    def fits(self, values: Iterable[object]) -> bool:
        """Whether distinct values look like answers on this scale: most of them are, and at least one.

        A code for "no answer" may stray outside, so a few strangers are allowed; the tally names them later.
        """
        known = [value for value in values if not is_missing(value)]
        if not known or any(isinstance(value, (bool, np.bool_)) for value in known):
            return False
        answers = sum(self.code(value) >= 0 for value in known)
        return answers > 0 and answers * 2 >= len(known)

    def resembles(self, counts: Sequence[float] | np.ndarray) -> str:
        """Name of another scale the answers look given on, such as "1-5", or "" when there is none.

        Only where the number would mislead: twenty answers from 0-10 that all lie between 1 and 5 (or 1 and 7) read
        as a calm -100. A 1-10 scale cannot be told from 0-10 without zeros, and the usual cuts give both one score.
        """
        counts = np.asarray(counts)
        if self.labelled or (self.lowest, self.highest) not in {(0, 10), (1, 10)} or counts.sum() < 20:
            return ""
        used = np.flatnonzero(counts) + self.lowest
        for low, high in ((1, 5), (1, 7), (0, 5)):
            if used[0] >= low and used[-1] <= high and len(used) >= 3:
                return f"{low}-{high}"
        return ""

    def lacks_zero(self, counts: Sequence[float] | np.ndarray) -> bool:
        """Whether a 0-10 column holds ten 1s and no 0, as a question asked from 1 to 10 would."""
        counts = np.asarray(counts)
        return (
            not self.labelled
            and (self.lowest, self.highest) == (0, 10)
            and counts.sum() >= 100
            and counts[0] == 0
            and bool(counts[1] >= 10)
        )


def is_missing(value: object) -> bool:
    """Whether a raw value is no answer: None, nan, NaT, NA or blank text."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, np.floating) and bool(np.isnan(value)))


def is_number(text: str) -> bool:
    """Whether text is a plain decimal number."""
    return re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text) is not None


def word_code(text: str) -> int:
    """Category that a Promoter/Passive/Detractor label names, in French or English."""
    return WORDS.get(text.strip().casefold(), OUTSIDE)
