"""What keeps published figures from being like ours: whom they are of, what they are, country, year, channel, scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from npskit.survey.benchmark_channel import Asked, channel_notes
from npskit.survey.benchmark_sources import Figure, meant, words
from npskit.survey.notes import Note, noted

__all__ = ["OLD", "figure_notes"]

#: Years after which a figure is pointed at.
OLD = 3
# A figure of several countries names none.
SEVERAL = "several"


def figure_notes(
    figures: Sequence[Figure], scale: Any, *, country: str | None, year: int | None, asked: Asked, left_out: int
) -> list[Note]:
    """Remarks on published figures, the most misleading first; `left_out` are the user's that were not asked for."""
    notes = [noted("benchmark_note_left_out", left_out, n=left_out)] if left_out else []
    if not figures:
        return notes
    return [
        *kind_notes(figures),
        *population_notes(figures),
        *country_notes(figures, country),
        *year_notes(figures, year),
        *channel_notes(figures, asked),
        *scale_notes(scale),
        *notes,
    ]


def kind_notes(figures: Sequence[Figure]) -> list[Note]:
    """What the figures are: without a number of answers, means of companies, estimates, companies on themselves."""
    bare = sum(not each.responses for each in figures)
    kinds = [(key, sum(each.kind == kind for each in figures)) for key, kind in
             (("means", "industry mean"), ("estimates", "estimate"), ("tools", "vendor customers"))]  # fmt: skip
    itself = sum(each.kind == "company" and each.publisher.casefold() in each.name.casefold() for each in figures)
    counts = [*([] if bare == len(figures) > 1 else [("without_n", bare)]), *kinds, ("itself", itself)]
    none = [noted("benchmark_note_without_n_all")] if bare == len(figures) > 1 else []
    return none + [noted(f"benchmark_note_{key}", n, n=n, k=len(figures)) for key, n in counts if n]


def population_notes(figures: Sequence[Figure]) -> list[Note]:
    """Whom the figures are of: consumers at large, businesses, or nobody says; estimates are of nobody."""
    asked = [meant(each.population, "population") for each in figures if each.kind != "estimate"]
    counts = [(key, asked.count(key)) for key in ("consumers", "business", "unsaid")]
    return [noted(f"benchmark_note_{key}", n, n=n, k=len(figures)) for key, n in counts if n]


def country_notes(figures: Sequence[Figure], country: str | None) -> list[Note]:
    """Figures of elsewhere, or that the country of this survey was not said."""
    if country is None:
        names = countries(figures)
        return [noted("benchmark_note_country_open", names=names)] if names else []
    elsewhere = [each for each in figures if country not in each.country]
    if not elsewhere:
        return []
    names, values = countries(elsewhere), {"n": len(elsewhere), "k": len(figures), "country": country_note(country)}
    key = "benchmark_note_country" if names else "benchmark_note_country_unsaid"
    return [noted(key, len(elsewhere), names=names, **values)]


def countries(figures: Sequence[Figure]) -> tuple[Note | str, ...]:
    """The countries that figures are of, as remarks that know their names in each language."""
    return tuple(map(country_note, sorted({code for each in figures for code in each.country if code != SEVERAL})))


def country_note(code: str) -> Note | str:
    """A country by its name; one that is not known by the words given."""
    return noted(f"benchmark_country_{code.lower()}") if any(code == value for value, _ in words("country")) else code


def year_notes(figures: Sequence[Figure], year: int | None) -> list[Note]:
    """Figures of long before the survey, and those that do not say when."""
    unsaid = sum(each.year is None for each in figures)
    notes = [noted("benchmark_note_undated", unsaid, n=unsaid)] if unsaid else []
    years = [each.year for each in figures if each.year is not None]
    if year is None or not years:
        # Years are names: as texts they have no separator between thousands.
        key = "benchmark_note_years" if len(set(years)) > 1 else "benchmark_note_one_year"
        return notes + ([noted(key, first=str(min(years)), last=str(max(years)))] if years else [])
    far = [each for each in years if abs(year - each) > OLD]
    if not far:
        return notes
    return [noted("benchmark_note_old", len(far), n=len(far), k=len(figures), years=OLD, year=str(year)), *notes]


def scale_notes(scale: Any) -> list[Note]:
    """That this survey used another scale than the published figures."""
    if scale is None or scale.labelled or (scale.lowest, scale.highest) == (0, 10):
        return []
    return [noted("benchmark_note_scale", low=scale.lowest, high=scale.highest)]
