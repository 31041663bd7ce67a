"""The risk of each customer, and whether such risks came true when they were told beforehand.

The model is fitted on all answers for use, and once more on the earlier ones alone: it then tells the risk of answers
given later, and what it knew ends before these begin. So that no outcome of the later time slips into the earlier one,
there is a gap of one horizon between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npskit.frames.person_rows import NO_DAY
from npskit.labels import number
from npskit.stats.calibration import concordance, observed_expected, reliability
from npskit.stats.hazard import Hazard, expected_error, fit, leaving, person_periods, sandwich
from npskit.survey.churn_rows import DROPS, Persons
from npskit.survey.notes import Note, noted

__all__ = ["FEWEST_EVENTS", "Bands", "Model", "fitted", "validated"]

#: Below so many who left there are curves only.
FEWEST_EVENTS = 50
# Fewest who left in the earlier and in the later part of a test.
FEWEST_BEFORE, FEWEST_AFTER = 25, 10
MOST_PERIODS, SHORTEST_PERIOD = 6, 7
QUARTERS = (0.25, 0.5, 0.75)
# Answers with an earlier one of the same customer from which a drop is looked at.
FEWEST_DROPS = 30
SLOPES = {"first": "first", "some": "some", "much": "much"}


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """A number cut into bands of even size; the last place is for those where it is not known.

    Attributes
    ----------
    name : str
        The column.
    edges : tuple of float
        The lower ends of all bands but the first.
    """

    name: str
    edges: tuple[float, ...]

    @classmethod
    def of(cls, name: str, values: np.ndarray) -> Bands:
        """Bands at the quartiles."""
        known = values[np.isfinite(values)]
        found = np.unique(np.quantile(known, QUARTERS)) if len(known) else np.array([])
        return cls(name, tuple(float(edge) for edge in found if edge > known.min()))

    @property
    def size(self) -> int:
        """Bands, with the one for missing values."""
        return len(self.edges) + 2

    def places(self, values: np.ndarray) -> np.ndarray:
        """The band of each value."""
        found = np.searchsorted(np.asarray(self.edges), np.where(np.isfinite(values), values, 0.0), side="right")
        return np.where(np.isfinite(values), found, self.size - 1)

    def level(self, at: int, lang: str | None = None) -> str:
        """A band in words: "≥ 12", "4 – 12", "< 4", "?"."""
        if at == self.size - 1:
            return "?"
        digits = 0 if not self.edges or max(map(abs, self.edges)) >= 20 else 1
        ends = [number(edge, digits=digits, lang=lang) for edge in self.edges]
        if not ends:
            return ""
        return f"< {ends[0]}" if at == 0 else f"≥ {ends[-1]}" if at == len(ends) else f"{ends[at - 1]} – {ends[at]}"


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A fitted model with the meaning of its cells: rating × drop × tenure × value.

    Attributes
    ----------
    hazard : Hazard
    covariates : ndarray, shape (cells, terms)
    terms : tuple of (term, level)
        What each covariate is.
    edges : ndarray of int
        Ends of the periods in days; the last one is the horizon.
    """

    hazard: Hazard
    covariates: np.ndarray
    covariance: np.ndarray
    terms: tuple[tuple[str, str], ...]
    bands: Mapping[str, Bands]
    edges: np.ndarray
    ratings: int
    drops: bool
    lowest: int

    @property
    def risks(self) -> np.ndarray:
        """Chance of each cell to leave within the horizon."""
        return leaving(self.hazard.rates)

    def cell(self, rating: Any, drop: Any, tenure: Any = None, value: Any = None) -> np.ndarray:
        """The cell of each answer."""
        found = np.asarray(rating) * len(DROPS) + np.asarray(drop)
        for name, values in (("tenure", tenure), ("value", value)):
            if name in self.bands:
                band = self.bands[name]
                given = np.full(found.shape, np.nan) if values is None else values
                found = found * band.size + band.places(given)
        return found

    def risk(self, rating: Any, drop: Any, tenure: Any = None, value: Any = None) -> np.ndarray:
        """Chance of each answer's customer to leave within the horizon."""
        return self.risks[self.cell(rating, drop, tenure, value)]


def layout(
    ratings: int, lowest: int, drops: bool, bands: Mapping[str, Bands]
) -> tuple[np.ndarray, tuple[tuple[str, str], ...]]:
    """Covariates of every cell, and what each of them is."""
    sizes = [ratings, len(DROPS), *(band.size for band in bands.values())]
    grid = np.stack([part.ravel() for part in np.indices(sizes)])
    columns, terms = [grid[0] + float(lowest)], [("rating", "")]
    if drops:
        columns += [(grid[1] == DROPS.index(name)).astype(float) for name in SLOPES]
        terms += [("drop", name) for name in SLOPES]
    for at, band in enumerate(bands.values()):
        own = list(range(1, band.size))
        columns += [(grid[2 + at] == place).astype(float) for place in own]
        terms += [(band.name, band.level(place)) for place in own]
    return np.stack(columns, axis=1), tuple(terms)


def period_edges(horizon: int) -> np.ndarray:
    """Ends of the periods."""
    periods = max(1, min(MOST_PERIODS, horizon // SHORTEST_PERIOD))
    return np.linspace(0, horizon, periods + 1).round().astype(int)[1:]


def periods_of(persons: Persons, kept: np.ndarray, end: int, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each answer: periods that could be followed to their end, and the period in which the customer left."""
    day, gone = persons.day[kept], persons.leaving[kept]
    whole = np.searchsorted(edges, end - day, side="right")
    after = np.where(gone == NO_DAY, edges[-1] + 1, gone - day)
    return whole, np.searchsorted(edges, after, side="left")


def fitted(persons: Persons, horizon: int, names: Mapping[str, str], kept: np.ndarray, end: int) -> Model:
    """The model of some answers, followed up to a day."""
    values = {"tenure": persons.tenure, "value": persons.value}
    bands = {
        key: Bands.of(names[key], each[kept]) for key, each in values.items() if each is not None
    }  # fmt: skip
    drop = persons.drop[kept]
    drops = int((drop > 0).sum()) >= FEWEST_DROPS
    lowest = 0 if persons.scale.labelled else persons.scale.lowest
    covariates, terms = layout(len(persons.scale), lowest, drops, bands)
    edges = period_edges(horizon)
    whole, period = periods_of(persons, kept, end, edges)
    blank = Model(
        Hazard(np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0))), covariates, np.zeros((0, 0)), terms, bands, edges,
        len(persons.scale), drops, lowest,
    )  # fmt: skip
    cell = cells_of(blank, persons, kept)
    counts = person_periods(cell, whole, period, cells=len(covariates), periods=len(edges))
    hazard = fit(covariates, counts)
    _, cluster = np.unique(persons.customer[kept], return_inverse=True)
    covariance = sandwich(hazard, covariates, cell, whole, period, cluster)
    return Model(hazard, covariates, covariance, terms, bands, edges, len(persons.scale), drops, lowest)


def cells_of(model: Model, persons: Persons, kept: np.ndarray) -> np.ndarray:
    """The cell of each answer that is kept."""
    tenure, value = (None if each is None else each[kept] for each in (persons.tenure, persons.value))
    return model.cell(persons.rating[kept], persons.drop[kept], tenure, value)


def cut(persons: Persons, horizon: int, gap: int) -> int | None:
    """First day of the later part: about a third of those who left are in it; None when there is no room for one."""
    last = persons.at - horizon
    left = within(persons, horizon)
    early, late = np.sort(persons.day[left] + gap), np.sort(persons.day[left & (persons.day <= last)])
    days = np.unique(late)
    if not len(days):
        return None
    before = np.searchsorted(early, days, side="right")
    after = len(late) - np.searchsorted(late, days, side="left")
    enough = (before >= FEWEST_BEFORE) & (after >= FEWEST_AFTER)
    if not enough.any():
        return None
    return int(days[np.argmax(np.where(enough, np.minimum(before, 2 * after), -1))])


def within(persons: Persons, horizon: int) -> np.ndarray:
    """Whose customer is known to have left within the horizon."""
    gone = persons.leaving
    known: np.ndarray = (gone != NO_DAY) & (gone <= persons.at) & (gone - persons.day <= horizon)
    return known


def validated(
    persons: Persons, horizon: int, gap: int, names: Mapping[str, str], *, confidence_level: float
) -> tuple[dict[str, Any] | None, list[Note]]:
    """Risks told on the earlier answers, against what became of the later ones."""
    first = cut(persons, horizon, gap)
    if first is None:
        return None, [noted("churn_note_untested", k=FEWEST_BEFORE, m=FEWEST_AFTER)]
    before = persons.day <= first - gap
    after = (persons.day >= first) & (persons.day <= persons.at - horizon)
    model = fitted(persons, horizon, names, before, first)
    cell = cells_of(model, persons, after)
    risk = model.risks[cell]
    told = np.bincount(cell, minlength=len(model.covariates))
    error = expected_error(model.hazard, model.covariates, model.covariance, told)
    left = within(persons, horizon)[after]
    _, cluster = np.unique(persons.customer[after], return_inverse=True)
    bands = reliability(risk, left, cluster, confidence_level=confidence_level)
    ratio = observed_expected(risk, left, cluster, error=error, confidence_level=confidence_level)
    sorting = concordance(risk, left, cluster, confidence_level=confidence_level)
    table = {
        "band": list(range(1, len(bands.responses) + 1)),
        **{name: getattr(bands, name).tolist() for name in
           ("responses", "events", "expected", "observed", "lower", "upper")},
    }  # fmt: skip
    return {
        "table": table, "first": first, "until": first - gap, "trained": int(before.sum()),
        "responses": len(risk), "events": int(left.sum()), "expected": float(risk.sum()),
        "ratio": ratio, "concordance": (sorting.concordance, sorting.lower, sorting.upper),
    }, []  # fmt: skip


def ratio_rows(model: Model, z: float) -> dict[str, list[Any]]:
    """Odds ratios of the terms with their limits."""
    slopes = model.hazard.slopes
    errors = np.sqrt(np.diag(model.covariance))[1 + model.hazard.periods :]
    return {
        "term": [term for term, _ in model.terms],
        "level": [level for _, level in model.terms],
        "odds_ratio": np.exp(slopes).tolist(),
        "lower": np.exp(slopes - z * errors).tolist(),
        "upper": np.exp(slopes + z * errors).tolist(),
    }


def known_terms(model: Model, persons: Persons) -> Sequence[int]:
    """Terms that any answer has: a band of unknown values may be empty."""
    used = np.zeros(len(model.terms), dtype=bool)
    present = np.unique(cells_of(model, persons, np.ones(len(persons.day), dtype=bool)))
    used |= np.any(model.covariates[present] != 0, axis=0)
    return np.flatnonzero(used).tolist()
