"""Brands asked in the same survey: their scores, who leads, and what the same people answering several changes.

Counts give each brand's score. Whether two brands differ also depends on who answered: where the survey knows its
persons, the columns of brand, person and rating are read row by row, since one person's ratings go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError, RoleError
from npskit.frames.coding import distinct
from npskit.frames.person_rows import amounts, answers, people, person_rows
from npskit.roles import fold, resolve
from npskit.stats.comparison import Difference, adjust, rank_probabilities
from npskit.stats.groups import difference_to_reference
from npskit.stats.paired import correlations, paired_difference, paired_rank_probabilities, person_sums
from npskit.survey.base import Base
from npskit.survey.estimates import estimates
from npskit.survey.evidence import evidence
from npskit.survey.levels import level_text, matching
from npskit.survey.notes import Note, noted
from npskit.tally import ClusterMoments, Tally

__all__ = ["Brands", "brands_of"]

# Fewer answers to a brand are pointed at.
FEW = 30
# Less than this share of the people rated every brand.
MOST = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Brands:
    """Figures of the brands, the highest score first.

    Attributes
    ----------
    names : list of str
    own : int or None
        Row of our own brand.
    columns : mapping of str to list
    ranks : ndarray (brands, brands)
    notes : list of Note
    own_counts : ndarray (3,), or None
        Of our own brand, as far as its answers are worth.
    """

    names: list[str]
    own: int | None
    columns: dict[str, list[Any]]
    ranks: np.ndarray
    notes: list[Note]
    own_counts: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Who answered which brand: sums by person (persons, brands, 3), and numbers of people.

    `several` rated two brands or more, `every` all of them, `again` one brand more than once.
    """

    sums: np.ndarray
    people: int
    several: int
    every: int
    again: int


def brands_of(survey: Base, column: str, own: Any, *, confidence_level: float, rng: Any) -> Brands:
    """The figures of the brands in a column."""
    source = survey.source
    column = resolve(column, source.columns)
    if survey.settings.get("keep") == "last":
        raise ArgumentError(
            where="keep='last'", expected="all answers, since one person may rate several brands",
            got="one of each person", hint="keep the last of each person and brand before: "
            f"df.sort_values({survey._column('date')!r})"
            f".drop_duplicates({[survey._column('customer'), column]!r}, keep='last')",
        )  # fmt: skip
    if column == survey._column("rating"):
        raise ArgumentError(
            where="competitors", expected="the column that names the brand", got=f"{column!r}, the ratings"
        )
    tally = survey.tally(column)
    nameless = sum(int(n) for cell, n in zip(tally.cells, tally.responses, strict=True) if is_nameless(cell[0]))
    named = rated_brands(tally, column)
    unit, ambiguous = unit_of(survey, column)
    shared = None if unit is None else shared_of(survey, named, column, unit)
    moments = moments_of(survey, named, column, unit, shared)
    levels = [cell[0] for cell in named.cells]
    mine = None if own is None else own_row(levels, own, column)
    counts = evidence(named, moments, confidence_level=confidence_level).effective_counts
    ends = estimates(named, confidence_level=confidence_level, method="score", moments=moments)
    found = figures(ends, counts, named.responses, shared, mine, confidence_level, rng)
    order = np.lexsort((-named.responses, -np.asarray(found["score"])))
    notes = alike_notes(levels)
    notes += few_notes(named, [level_text(level) for level in levels])
    notes += person_notes(shared, unit, ambiguous)
    notes += [noted("benchmark_note_nameless", nameless, n=nameless)] if nameless else []
    ranks = found.pop("ranks")[order]
    return Brands(
        names=[level_text(levels[at]) for at in order],
        own=None if mine is None else order.tolist().index(mine),
        columns={name: [values[at] for at in order] for name, values in found.items()},
        ranks=ranks,
        notes=notes,
        own_counts=None if mine is None else counts[mine],
    )


def is_nameless(level: Any) -> bool:
    """Whether a level names no brand."""
    return level is None or not level_text(level).strip()


def rated_brands(tally: Tally, column: str) -> Tally:
    """The brands that have answers with a weight.

    Raises
    ------
    EmptyDataError
        When nobody answered.
    ArgumentError
        When fewer than two brands are named.
    """
    if not tally.responses.sum():
        hint = "look at df.nps.audit() for why no answer was counted"
        raise EmptyDataError(where="benchmark", expected=f"answers in {column!r}", got="none", hint=hint)
    worth = tally.category_weights.sum(axis=1)
    named = tally.take([at for at, cell in enumerate(tally.cells) if not is_nameless(cell[0]) and worth[at] > 0])
    if len(named) < 2:
        got = f"only {level_text(named.cells[0][0])!r}" if len(named) else "none"
        raise ArgumentError(
            where="competitors", expected=f"at least two brands with answers in {column!r}", got=got,
            hint="one brand alone stands beside published figures: industry='airlines', without competitors=",
        )  # fmt: skip
    return named


def alike_notes(levels: list[Any]) -> list[Note]:
    """Brands that are written alike but for case, accents or spaces, and so are counted apart."""
    texts = [level_text(level) for level in levels]
    folded = [fold(text) for text in texts]
    alike = tuple(repr(text) for text, each in zip(texts, folded, strict=True) if folded.count(each) > 1)
    return [noted("benchmark_note_alike", names=alike)] if alike else []


def own_row(levels: list[Any], own: Any, column: str) -> int:
    """Which brand is ours: as written, else the only one alike but for case, accents and punctuation."""
    alike = [at for at, level in enumerate(levels) if fold(level_text(level)) == fold(level_text(own))]
    return alike[0] if len(alike) == 1 else levels.index(matching(levels, own, where="own", column=column))


def unit_of(survey: Base, brand: str) -> tuple[str | None, tuple[str, ...]]:
    """The column that tells persons apart, and those between which it cannot be decided; never that of the brands."""
    if survey._cluster is not None:
        return resolve(survey._cluster, survey.source.columns), ()
    if survey.aggregated is not None:
        return None, ()
    try:
        found = survey._columns.find("customer", besides=brand).column
    except RoleError:
        if survey._named["customer"]:
            raise
        return None, tuple(survey._columns.rivals("customer", besides=brand))
    if found == brand:
        raise ArgumentError(where="competitors", expected="another column than that of persons", got=repr(brand))
    return found, ()


def shared_of(survey: Base, tally: Tally, column: str, unit: str) -> Shared | None:
    """Sums by person; None where rows cannot be read one by one."""
    source, rating = survey.source, survey._column("rating")
    weight = survey._weight(source)
    if survey.aggregated is not None or "spark" in source.engine:
        return None
    rows = person_rows(source, [rating, column, unit, *([weight] if weight else [])])
    codes = distinct(rows.series(column))
    place = {cell[0]: at for at, cell in enumerate(tally.cells)}
    brand = np.array([*(place.get(level, -1) for level in codes.levels), -1])
    brand = brand.take(codes.read(0, rows.length()), mode="wrap")
    given, who = answers(rows, rating, tally.scale), people(rows, unit)[0]
    kept = (given >= 0) & (brand >= 0)
    worth = amounts(rows, weight)[kept] if weight else None
    who, brand = who[kept], brand[kept]
    sums = person_sums(who, brand, tally.scale.categories[given[kept]], groups=len(tally), weights=worth)
    pairs, times = np.unique(who * len(tally) + brand, return_counts=True)
    person = pairs // len(tally)
    rated = np.unique(person, return_counts=True)[1]
    again = len(np.unique(person[times > 1]))
    return Shared(sums, len(rated), int((rated > 1).sum()), int((rated == len(tally)).sum()), again)


def moments_of(
    survey: Base, tally: Tally, column: str, unit: str | None, shared: Shared | None
) -> ClusterMoments | None:
    """Sums over persons where one of them rated a brand several times, or accounts were named."""
    if survey._cluster is not None:
        return survey._moments(tally, column)
    if unit is None or shared is None or not shared.again:
        return None
    source = survey.source
    return source.cluster_moments(
        survey._column("rating"), [column], cluster=unit, scale=tally.scale, weight=survey._weight(source)
    )


def figures(
    found: dict[str, list[Any]],
    counts: np.ndarray,
    responses: np.ndarray,
    shared: Shared | None,
    mine: int | None,
    confidence_level: float,
    rng: Any,
) -> dict[str, Any]:
    """Scores with their limits, ranks, and differences to our own brand."""
    if shared is not None and not shared.several:
        shared = None
    ranks = rank_probabilities(counts, rng=rng) if shared is None else paired_rank_probabilities(shared.sums, rng=rng)
    columns = {
        **{name: found[name] for name in ("score", "lower", "upper")},
        "responses": responses.tolist(), **rank_columns(np.asarray(found["score"]), ranks, confidence_level),
    }  # fmt: skip
    if mine is not None:
        columns |= differences(counts, mine, shared, confidence_level)
    return {**columns, "ranks": ranks}


def rank_columns(score: np.ndarray, ranks: np.ndarray, confidence_level: float) -> dict[str, list[Any]]:
    """Each brand's rank by its score, how probable just that rank is, and the ranks it may have."""
    rank = 1 + (score[:, None] < score[None, :] - 1e-9).sum(axis=1)
    at_most = np.cumsum(ranks, axis=1)
    tail = (1 - confidence_level) / 2
    # The last sum may be a hair under 1.
    ends = [1 + (at_most < level - 1e-9).sum(axis=1) for level in (tail, 1 - tail)]
    return {
        "p_best": ranks[:, 0].tolist(),
        "rank": rank.tolist(),
        "p_rank": ranks[np.arange(len(rank)), rank - 1].tolist(),
        "rank_lower": ends[0].tolist(),
        "rank_upper": np.minimum(ends[1], len(rank)).tolist(),
    }


def differences(counts: np.ndarray, mine: int, shared: Shared | None, confidence_level: float) -> dict[str, list[Any]]:
    """Score of each brand minus ours, as persons allow."""
    if shared is None:
        found = difference_to_reference(counts, mine, confidence_level=confidence_level)
    else:
        alike = correlations(shared.sums)[:, mine]
        alike[mine] = 0.0
        found = paired_difference(counts, counts[mine], alike, confidence_level=confidence_level)
        itself = np.arange(len(counts)) == mine
        parts = (found.difference, found.lower, found.upper, found.p_value)
        found = Difference(*(np.where(itself, np.nan, part) for part in parts))
    return {
        "difference": found.difference.tolist(),
        "difference_lower": found.lower.tolist(),
        "difference_upper": found.upper.tolist(),
        "p_value": found.p_value.tolist(),
        "p_adjusted": adjust(found.p_value).tolist(),
    }


def few_notes(tally: Tally, names: list[str]) -> list[Note]:
    """Brands with few answers."""
    few = tuple(name for name, n in zip(names, tally.responses, strict=True) if n < FEW)
    return [noted("benchmark_note_few", len(few), names=few, k=FEW)] if few else []


def person_notes(shared: Shared | None, unit: str | None, ambiguous: tuple[str, ...]) -> list[Note]:
    """Whether the same people rated several brands, as far as that is known."""
    if shared is None:
        if ambiguous:
            return [noted("benchmark_note_ambiguous", names=ambiguous)]
        return [noted("benchmark_note_strangers" if unit is None else "benchmark_note_unread")]
    notes = [noted("benchmark_note_again", shared.again, n=shared.again)] if shared.again else []
    if not shared.several:
        return [noted("benchmark_note_one_each"), *notes]
    paired = noted("benchmark_note_paired", shared.several, n=shared.several, k=shared.people)
    partly = shared.every < MOST * shared.people
    return [paired, *([noted("benchmark_note_own_raters")] if partly else []), *notes]
