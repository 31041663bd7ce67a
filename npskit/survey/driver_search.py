"""From a survey to its drivers: the attributes, one scan, the regression, and what to tell the reader."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit import roles as _roles
from npskit.errors import ArgumentError, EmptyDataError, NpskitWarning, RoleError, did_you_mean
from npskit.stats.drivers import Importance, importance
from npskit.stats.effects import effects
from npskit.stats.importance import MOST_PLAYERS
from npskit.survey.aggregated import needs_answers
from npskit.survey.attributes import Attribute, read_attribute
from npskit.survey.base import Base, as_list
from npskit.survey.driver_answers import noted
from npskit.survey.driver_scan import OUTCOMES, Rows, Scan, scanned
from npskit.survey.drivers import Drivers, Note, quadrants
from npskit.survey.finding import found_attributes, judgements

__all__ = ["searched"]

# Shares from which the reader is told: one common feeling, variance inflation, answers left out.
HALO, INFLATION, LEFT_OUT = 0.6, 5.0, 0.01
SAME = 1 - 1e-9
# Notes that are also warned of, since a number may mislead.
LOUD = ("ambiguous", "unknown_words")


def searched(
    survey: Base,
    attributes: str | Sequence[str] | None,
    *,
    outcome: str,
    missing: Any,
    crosshair: str | tuple[float, float],
    method: str,
    confidence_level: float,
    replicates: int,
    rng: int,
) -> Drivers:
    """The answer of `Survey.drivers`."""
    checked(outcome, crosshair)
    notes: list[Note] = []
    rows = rows_of(survey, rng)
    chosen, left_out = attributes_of(survey, rows, attributes, as_list(missing), notes)
    scan, found = regressed(
        rows, chosen, outcome, named=attributes is not None, notes=notes, left_out=left_out,
        method=method, confidence_level=confidence_level, replicates=replicates, rng=rng,
    )  # fmt: skip
    for key, values in notes:
        if key in LOUD:
            warnings.warn(noted(key, values, "en"), NpskitWarning, stacklevel=3)
    points = effects(scan.of("score"), scan.groups, confidence_level=confidence_level, replicates=replicates, rng=rng)
    return assembled(rows, scan, found, points, outcome, crosshair, notes, left_out, replicates)


def rows_of(survey: Base, seed: int) -> Rows:
    """Where the rows are, which column is what, and how they are dealt into parts."""
    needs_answers(survey, "drivers")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(where="rng", expected="a whole number, the seed", got=repr(seed))
    source, scale = survey.source, survey.tally().scale
    unit = None if survey._cluster is None else _roles.resolve(survey._cluster, source.columns)
    return Rows(source, survey._column("rating"), scale, survey._weight(source), unit, int(seed))


def attributes_of(
    survey: Base, rows: Rows, named: str | Sequence[str] | None, missing: list[Any], notes: list[Note]
) -> tuple[list[Attribute], dict[str, str]]:
    """The attributes named or found, and why others were left out."""
    if named is None:
        found, left_out = found_attributes(rows.source, taken(survey, rows), missing)
        told_of(notes, "another", [name for name, why in left_out.items() if why == "another rating"])
        told_of(notes, "grouped", [name for name, why in left_out.items() if why == "named as a group"])
        told_of(notes, "few", [name for name, why in left_out.items() if why == "few answers"])
    else:
        found, left_out = named_attributes(rows, as_list(named), missing)
    told_of(notes, "unanswered", [name for name, why in left_out.items() if why == "no answers"])
    if not found:
        raise no_attributes(rows, left_out, named is not None)
    notes += about(found)
    return found, left_out


def taken(survey: Base, rows: Rows) -> list[str]:
    """Columns that play another role."""
    names = [rows.rating, rows.weight, rows.unit]
    for role in ("date", "comment", "customer", "weight"):
        try:
            names.append(survey._column(role))
        except RoleError:
            continue
    return [name for name in names if name is not None]


def checked(outcome: str, crosshair: Any) -> None:
    """Refuse what cannot be asked before anything is read."""
    if outcome not in OUTCOMES:
        raise ArgumentError(
            where="outcome", expected="an outcome", got=repr(outcome), hint=did_you_mean(str(outcome), OUTCOMES)
        )
    pair = isinstance(crosshair, (tuple, list)) and len(crosshair) == 2 and np.isfinite(crosshair).all()
    if not pair and crosshair not in ("mean", "median"):
        raise ArgumentError(
            where="crosshair", expected="'mean', 'median' or (performance, importance)", got=repr(crosshair)
        )


def named_attributes(
    rows: Rows, named: Sequence[str], missing: Sequence[Any]
) -> tuple[list[Attribute], dict[str, str]]:
    """The attributes asked for; those that nobody answered are left out."""
    columns = [rows.source.column(name) for name in named]
    twice = [name for at, name in enumerate(columns) if name in columns[:at]]
    if twice or rows.rating in columns:
        got = f"{twice[0]!r} twice" if twice else f"{rows.rating!r}, which is the rating itself"
        raise ArgumentError(where="attributes", expected="columns beside the rating, each once", got=got)
    found, left_out = [], {}
    for name in columns:
        try:
            found.append(read_attribute(rows.source, name, missing))
        except EmptyDataError:
            left_out[name] = "no answers"
    return found, left_out


def no_attributes(rows: Rows, left_out: Mapping[str, str], named: bool) -> Exception:
    """The error when nothing is left to explain the rating with."""
    if named:
        return EmptyDataError(where="attributes", expected="answers to at least one of them", got="none")
    close = "; ".join(f"{name}: {why}" for name, why in list(left_out.items())[:3])
    return ArgumentError(
        where="drivers",
        expected="columns of ratings beside the recommendation, on a scale or in words",
        got=f"none among {len(rows.source.columns)} columns" + (f" ({close})" if close else ""),
        hint="name them: df.nps.drivers(['checkout', 'price'])",
    )


def told_of(notes: list[Note], key: str, names: Sequence[str]) -> None:
    """Add a note about columns, when there are any."""
    if names:
        notes.append((key, {"names": list(names)}))


def about(found: Sequence[Attribute]) -> list[Note]:
    """What is to be known of attributes before they are used."""
    notes: list[Note] = []
    ambiguous = [each for each in found if each.ambiguous]
    if ambiguous:
        codes = sorted({value for each in ambiguous for value in each.ambiguous})
        shown = ", ".join(f"{value:g}" for value in codes)
        notes.append(("ambiguous", {"names": [each.name for each in ambiguous], "codes": shown}))
    notes += [("unknown_words", {"names": [each.name], "words": list(each.unknown)}) for each in found if each.unknown]
    whole = judgements([each.name for each in found])
    told_of(notes, "overall", [each.name for each in found if each.name in whole])
    return notes


def regressed(
    rows: Rows, chosen: Sequence[Attribute], outcome: str, *, named: bool, notes: list[Note], left_out: dict[str, str],
    **options: Any,
) -> tuple[Scan, Importance]:  # fmt: skip
    """The scan without what repeats the rating, and the importances."""
    scan = scanned(rows, chosen)
    same = repeats(scan)
    if same and (named or len(same) == len(chosen)):
        raise ArgumentError(
            where=f"attribute {same[0]!r}",
            expected="something else than the rating",
            got=f"the same order in all {int(scan.products.responses.sum()):,} answers",
            hint="leave it out",
        )
    told_of(notes, "same", same)
    left_out.update(dict.fromkeys(same, "the same as the rating"))
    scan = scan.without(same)
    return scan, importance(scan.of(outcome), scan.groups, **options)


def repeats(scan: Scan) -> list[str]:
    """Attributes that say exactly what the rating says."""
    correlation = np.abs(scan.of("rating").collapse().correlation[0])
    return [each.name for each, group in zip(scan.attributes, scan.groups, strict=True) if correlation[group[0]] > SAME]


def assembled(
    rows: Rows, scan: Scan, found: Importance, points: Any, outcome: str, crosshair: Any, notes: list[Note],
    left_out: dict[str, str], replicates: int,
) -> Drivers:  # fmt: skip
    """The record, its rows by importance."""
    attributes = scan.attributes
    performance, unit = performances(attributes, found.effects.performance)
    centre = crossing(found.importance, performance, crosshair)
    order = np.argsort(-found.importance, kind="stable")
    effect = found.effects
    columns = {
        "importance": found.importance, "lower": found.lower, "upper": found.upper, "johnson": found.johnson,
        "rank_first": found.rank_probabilities[:, 0], "performance": performance, "mean": effect.performance,
        "coefficient": effect.coefficient, "coefficient_lower": effect.lower, "coefficient_upper": effect.upper,
        "points": points.coefficient, "points_lower": points.lower, "points_upper": points.upper,
        "responses": effect.responses.astype(int), "usage": effect.usage, "inflation": effect.inflation,
    }  # fmt: skip
    quadrant = quadrants(found.importance, performance, centre)
    table = {
        "attribute": [attributes[at].name for at in order],
        **{name: np.asarray(values)[order].tolist() for name, values in columns.items()},
        "quadrant": [quadrant[at] for at in order],
    }
    total = rows.source.rating_counts(rows.rating)
    answers = sum(n for raw, n in total if rows.scale.code(raw) >= 0)
    notes += seen(scan, found, unit, answers)
    return Drivers(
        table, found.r_squared, found.rank_probabilities[order], found.halo, found.method, outcome,
        found.confidence_level, found.responses, centre[1], centre[0], unit,
        tuple(noted(key, values, "en") for key, values in notes), left_out,
        _notes=tuple(notes), _effects=points, _attributes=attributes, _used=scan.used, _replicates=replicates,
        _score=score_now(scan), _rows=rows,
    )  # fmt: skip


def score_now(scan: Scan) -> float:
    """The score of the answers used."""
    total = scan.products.collapse()
    return float(total.means[OUTCOMES.index("score")])


def performances(attributes: Sequence[Attribute], mean: np.ndarray) -> tuple[np.ndarray, str]:
    """Performance of each attribute in one unit: their common scale, or per cent of the way along each scale."""
    ends = {(each.lowest, each.highest) for each in attributes}
    if len(ends) == 1 and all(each.has_scale for each in attributes):
        return mean, "rating"
    low, high = (np.array([getattr(each, end) for each in attributes]) for end in ("lowest", "highest"))
    return 100 * (mean - low) / (high - low), "share"


def crossing(weights: np.ndarray, performance: np.ndarray, crosshair: Any) -> tuple[float, float]:
    """Where the quadrants meet: (performance, importance)."""
    if not isinstance(crosshair, str):
        return float(crosshair[0]), float(crosshair[1])
    middle = np.nanmean if crosshair == "mean" else np.nanmedian
    known = performance[np.isfinite(performance)]
    return float(middle(known)) if len(known) else float("nan"), float(middle(weights))


def seen(scan: Scan, found: Importance, unit: str, answers: int) -> list[Note]:
    """What the figures themselves say against being read too simply."""
    notes: list[Note] = []
    names = [each.name for each in scan.attributes]
    inflation = found.effects.inflation
    told_of(notes, "constant", [name for name, value in zip(names, inflation, strict=True) if np.isnan(value)])
    if found.halo > HALO and len(names) > 2:
        notes.append(("halo", {"share": round(100 * found.halo)}))
    told_of(notes, "collinear", [name for name, value in zip(names, inflation, strict=True) if value > INFLATION])
    if found.method == "johnson" and len(names) > MOST_PLAYERS:
        notes.append(("johnson", {"n": len(names), "most": MOST_PLAYERS}))
    if answers - found.responses > LEFT_OUT * answers:
        notes.append(("incomplete", {"n": answers - found.responses, "m": answers}))
    if unit == "share":
        notes.append(("scales", {}))
    return notes
