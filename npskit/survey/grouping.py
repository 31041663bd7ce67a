"""By what to split the score when nobody said: columns that may be segments, found from names and content.

A shop, a country or the number of visits tells where the score is good or bad. A satisfaction, an intention or
"strongly agree" does not: it is the same opinion asked twice. Names and words of the one kind and the other are data,
in ``grouping.csv``. Amounts are cut into bands of about as many answers each.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.frames import Bands, is_date
from npskit.roles import fold, name_rank
from npskit.scale import Scale
from npskit.survey.plots import columns_of
from npskit.text.redaction import KINDS, redacted

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = [
    "LONGEST_LEVEL",
    "MOST_LEVELS",
    "REST",
    "banded",
    "candidates",
    "is_number",
    "quartile_bands",
    "segment_items",
]

# The stand-in for columns that a report leaves behind.
REST = "npskit: other columns"
MOST_LEVELS = 12
FINE_BANDS = 64
LONGEST_LEVEL = 90
# Where the search for segments stops taking texts for names of groups.
MOST_SEARCHED = 200
LEAST_REPEATS = 5
WHOLE_DAY = len("2024-03-05")
SAMPLE = 1000
Item = Any  # a column's name, Bands or Period
QUESTION_NUMBER = re.compile(r"^q ?\d+(?:[a-z](?= ))? ?")

# A shop may be known by the address of its page, and a person by any of the others.
PERSONAL = tuple(mask for kind, mask in KINDS.items() if kind != "url")


def candidates(survey: Base, *, most_levels: int = MOST_LEVELS) -> list[tuple[str, int]]:
    """Columns that may be segments with their rank.

    1 by name, 2 by content, 3 amounts of unknown meaning, 4 a few whole numbers of unknown meaning.
    """
    source = survey.source
    taken = {column for column in columns_of(survey.roles())["column"] if isinstance(column, str)}
    ranked = []
    for name in dict.fromkeys(source.columns):
        if name not in taken and name != REST and source.columns.count(name) == 1 and not is_opinion(name):
            rank = rank_of(name, source.sample(name), most_levels)
            if rank is not None:
                ranked.append((name, rank))
    return sorted(ranked, key=lambda pair: pair[1])


@cache
def patterns() -> Mapping[str, re.Pattern[str]]:
    """One pattern a kind, from grouping.csv."""
    lines = files("npskit.survey").joinpath("grouping.csv").read_text(encoding="utf-8").splitlines()
    kinds: dict[str, list[str]] = {}
    for row in csv.DictReader(lines):
        kinds.setdefault(row["kind"], []).append(row["pattern"])
    return {kind: re.compile("|".join(found)) for kind, found in kinds.items()}


def short_name(name: str) -> str:
    """The folded name without the number of its question."""
    return QUESTION_NUMBER.sub("", fold(name))


def is_segment(name: str) -> bool:
    """Whether a name is one of a segment."""
    return any(patterns()[kind].search(short_name(name)) for kind in ("segment", "coded", "amount"))


def is_opinion(name: str) -> bool:
    """Whether a name is one of an opinion, or of a rating or a comment that lost the role to another column."""
    lost = (name_rank(name, "rating") or 9) <= 4 or name_rank(name, "comment") is not None
    return lost or bool(patterns()["outcome"].search(short_name(name)))


def is_technical(name: str) -> bool:
    """Whether numbers under this name identify, date or weigh, rather than measure."""
    elsewhere = any(name_rank(name, role) for role in ("date", "customer", "weight"))
    return not is_segment(name) and (elsewhere or bool(patterns()["technical"].search(short_name(name))))


def rank_of(name: str, values: Sequence[Any], most_levels: int = MOST_LEVELS) -> int | None:
    """Rank of a column with these distinct values, None when it is no segment."""
    if len(values) < 2:
        return None
    if sum(is_number(value) or (isinstance(value, str) and value.strip().isdigit()) for value in values) * 2 > len(
        values
    ):
        return number_rank(name, values) if all(map(is_number, values)) else None
    if len(values) > most_levels or Scale.labels().fits(values) or not all(isinstance(v, str | bool) for v in values):
        return None
    texts = [str(value) for value in values]
    if all(len(text) >= WHOLE_DAY and is_date(text) for text in texts):
        return None
    # An address or a telephone number is of a person; who wants it in a report names the column.
    if any(mask in text for text in redacted(texts) for mask in PERSONAL):
        return None
    opinions = sum(bool(patterns()["opinion"].search(fold(text))) for text in texts)
    if opinions * 2 >= len(texts) or max(map(len, texts)) > LONGEST_LEVEL:
        return None
    return 1 if is_segment(name) else 2


def number_rank(name: str, values: Sequence[Any]) -> int | None:
    """Rank of a column of numbers: yes/no, a few codes of a known meaning, or an amount to be cut into bands."""
    folded, kinds = short_name(name), patterns()
    if is_technical(name):
        return None
    if kinds["amount"].search(folded):
        return 1
    if len(values) <= MOST_LEVELS:
        coded = kinds["coded"].search(folded) or set(map(float, values)) == {0.0, 1.0}
        return 2 if coded else 4
    identifies = kinds["segment"].search(folded) or (
        len(values) > 900 and all(float(value).is_integer() for value in values)
    )
    return None if identifies else 3


def is_number(value: Any) -> bool:
    """Whether a value is a finite number, and no boolean."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def segment_items(survey: Base, *, most: int) -> list[Item]:
    """Columns to look for segments in, numbers cut into bands: those known by name or content, else the others."""
    found = candidates(survey, most_levels=MOST_SEARCHED)
    for ranks in ((1, 2), (3, 4)):
        names = [name for name, rank in found if rank in ranks and repeats(survey, name)]
        items = [item for name in names[: 2 * most] if (item := banded(survey, name)) is not None]
        if items:
            return items[:most]
    return []


def repeats(survey: Base, name: str) -> bool:
    """Whether the values of a column come again and again, as those of a name or a comment do not."""
    values = survey.source.sample(name)
    few = len(values) <= MOST_LEVELS or all(map(is_number, values))
    return few or len(values) * LEAST_REPEATS <= min(survey.source.length(), SAMPLE)


def banded(survey: Base, name: str) -> Item | None:
    """A column, or its quartile bands when it holds many numbers; None when those leave a single band."""
    values = survey.source.sample(name)
    if len(values) <= MOST_LEVELS or not all(map(is_number, values)):
        return name
    return quartile_bands(survey, name, values)


def quartile_bands(survey: Base, name: str, values: Sequence[Any]) -> Bands | None:
    """Four bands of about as many answers each, with round edges.

    The answers are counted once in fine bands, whose edges come from a sample; so any engine needs one scan.
    """
    edges = fine_edges([float(value) for value in values])
    if len(edges) < 2:
        return None
    fine = Bands(name, edges)
    tally = survey.tally([fine])
    place = {label: at for whole in (True, False) for at, label in enumerate(fine.names(whole=whole))}
    sizes = np.zeros(len(edges) + 1)
    for cell, n in zip(tally.cells, tally.responses, strict=True):
        if cell[0] is not None:
            sizes[place[str(cell[0])]] = n
    if not sizes.sum():
        return None
    below = sizes.cumsum()[:-1] / sizes.sum()
    nearest = {int(np.argmin(np.abs(below - part))) for part in (0.25, 0.5, 0.75)}
    chosen = [edges[at] for at in sorted(nearest) if 0.02 < below[at] < 0.98]
    return Bands(name, chosen) if chosen else None


def fine_edges(values: Sequence[float]) -> list[float]:
    """Rising round numbers among the values, at most `FINE_BANDS`.

    Examples
    --------
    >>> fine_edges([1, 2, 3, 4, 5])
    [2, 3, 4, 5]
    >>> fine_edges([0.5, 1312.0, 2718.0])
    [1300, 2700]
    """
    ordered = sorted(values)
    if len(ordered) > FINE_BANDS:
        ordered = [float(q) for q in np.quantile(ordered, np.linspace(0, 1, FINE_BANDS))]
    rounded = sorted({rounded_two(value) for value in ordered})
    return [high for low, high in pairwise(rounded) if high > ordered[0]]


def rounded_two(value: float) -> float:
    """A number with two significant digits, whole where it is ten or more or came whole."""
    if value == 0 or (float(value).is_integer() and abs(value) < 100):
        return int(value)
    digits = 1 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits > 0 else int(round(value, digits))
