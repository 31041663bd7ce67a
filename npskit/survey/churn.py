"""The verb that says who leaves, and whether what they answered had told it."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.scale import CATEGORIES
from npskit.stats.intervals import checked_level
from npskit.stats.logrank import detectable_ratio, log_rank
from npskit.stats.retention import Curve, Followed, Spells, curve, followed, risk_difference
from npskit.survey.base import Base
from npskit.survey.churn_answers import Churn, Curves, OddsRatios, PointWorth, Validation
from npskit.survey.churn_model import FEWEST_EVENTS, fitted, known_terms, ratio_rows, validated
from npskit.survey.churn_rows import Length, Persons, as_day, length_of, persons
from npskit.survey.notes import Note, noted

__all__ = ["Churning"]

ALPHA = 0.05
# A ratio of rates that would be worth knowing: "no sign" is told only where it would have shown.
WORTH_KNOWING = 1.5
FEW_FOLLOWED = 20
# Of 1,000 customers, moved for one point: from detractor to promoter counts two.
STEPS = (("both", 0, 2, 5), ("detractors_to_passives", 0, 1, 10), ("passives_to_promoters", 1, 2, 10))


class Churning(Base):
    """Customers who leave; `Survey` is one of these."""

    def churn(
        self,
        churned: str,
        *,
        at: Any = None,
        horizon: Any = "6 months",
        tenure: str | None = None,
        value: str | None = None,
        gap: Any = None,
        confidence_level: float = 0.95,
    ) -> Churn:
        """Who leaves after which answer: curves by category, a model of the risk, and whether it came true.

        The clock starts at each answer; only what happens later counts. An answer on the day of leaving or after it is
        left out and counted. Customers who answered several times are followed from each answer, and the intervals
        allow for it.

        Parameters
        ----------
        churned : str
            Column of the dates on which customers left, missing for those still here. Of several dates of a customer
            the next one after the answer counts.
        at : date or ISO text, optional
            Last day of the follow-up: until then it would be known had anybody left. Without it, the last day in the
            data up to today, answers and dates of leaving together.
        horizon : str or int
            "6 months", "90 days", or days.
        tenure : str, optional
            Column of how long somebody had been a customer (a number), or since when (a date).
        value : str, optional
            Column of what a customer is worth, such as a year's spend.
        gap : str or int, optional
            Time between the earlier answers that a model is fitted on and the later ones it is tested on; the horizon
            unless given.
        confidence_level : float

        Returns
        -------
        Churn
            With fewer than 50 customers who left, the curves and the risks only.

        Raises
        ------
        RoleError
            When the rating, the date or the customer cannot be decided.
        ArgumentTypeError
            When `churned` holds no dates; Spark, and rows of counts.
        ArgumentError
            When nobody was followed for as long as the horizon.
        EmptyDataError
            When no answer was given before its customer left.

        Notes
        -----
        Kaplan-Meier with Greenwood's variance, log-log limits and sums over customers (Williams 1995); log-rank test
        (Mantel 1966; Lee, Wei and Amato 1992); logistic model of person-periods (Allison 1982).

        Examples
        --------
        >>> import numpy as np, pandas as pd
        >>> rng = np.random.default_rng(0)
        >>> rating = rng.integers(0, 11, 2000)
        >>> answered = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365, 2000), unit="D")
        >>> days = rng.exponential(np.where(rating < 7, 400, 1200)).astype(int) + 1
        >>> left = (answered + pd.to_timedelta(days, unit="D")).to_series().reset_index(drop=True)
        >>> df = pd.DataFrame({"customer": range(2000), "rating": rating, "date": answered,
        ...                    "left": left.where(left <= "2023-12-31")})
        >>> found = df.nps.churn("left", at="2023-12-31")
        >>> found.verdict, [round(risk, 2) for risk in found.table["risk"]]
        ('differ', [0.4, 0.2, 0.12])
        """
        checked_level(confidence_level)
        length = length_of(horizon, where="horizon")
        between = length if gap is None else length_of(gap, where="gap")
        people = persons(self, churned, at=at, tenure=tenure, value=value)
        longest = people.at - int(people.day.min())
        if longest < length.days:
            raise ArgumentError(
                where="horizon", expected=f"at most {longest:,} days, the longest anybody was followed",
                got=f"{length.days:,}", hint=f"horizon='{max(longest // 2, 1)} days', or at= with a later day",
            )  # fmt: skip
        names = {key: self.source.column(name) for key, name in (("tenure", tenure), ("value", value)) if name}
        return found(people, length, between.days, names, confidence_level=confidence_level)


def found(people: Persons, length: Length, gap: int, names: dict[str, str], *, confidence_level: float) -> Churn:
    """The answer, from who was followed how long."""
    horizon = length.days
    spells = people.spells(horizon)
    counts = followed(spells, horizon=horizon)
    lines = curve(counts, spells=spells, confidence_level=confidence_level)
    table = risk_table(counts, lines)
    difference = evidence(counts, spells, lines)
    events = int(difference["customers"])
    notes = [*people.notes, *group_notes(table, people, events)]
    hazard = validation = worth = model = None
    if events >= FEWEST_EVENTS:
        everybody = np.ones(len(people.day), dtype=bool)
        model = fitted(people, horizon, names, everybody, people.at)
        z = NormalDist().inv_cdf(0.5 + confidence_level / 2)
        rows = ratio_rows(model, z)
        used = known_terms(model, people)
        hazard = OddsRatios({name: [values[at] for at in used] for name, values in rows.items()}, confidence_level)
        told, untested = validated(people, horizon, gap, names, confidence_level=confidence_level)
        notes += untested
        validation = None if told is None else validation_of(told, confidence_level)
        worth = worth_of(lines, length, confidence_level)
    return Churn(
        table=table, verdict=verdict_of(difference), difference=difference, hazard=hazard, validation=validation,
        worth=worth, horizon=horizon, length=(length.count, length.every), at=as_day(people.at),
        first=as_day(int(people.day.min())), confidence_level=confidence_level, notes=tuple(notes),
        _curves=Curves(curve_table(counts, lines), confidence_level), _model=model,
    )  # fmt: skip


def told(values: Any) -> list[float | None]:
    """Numbers, None where there is none."""
    return [float(value) if np.isfinite(value) else None for value in values]


def risk_table(counts: Followed, lines: Curve) -> dict[str, list[Any]]:
    """A row a category."""
    return {
        "category": list(CATEGORIES),
        "responses": (counts.events + counts.ended).sum(-1).tolist(),
        "events": counts.events.sum(-1).tolist(),
        "risk": told(1 - lines.retained[:, -1]),
        "lower": told(1 - lines.upper[:, -1]),
        "upper": told(1 - lines.lower[:, -1]),
        "followed": lines.at_risk[:, -1].tolist(),
    }


def curve_table(counts: Followed, lines: Curve) -> dict[str, list[Any]]:
    """A row a category and day, as far as anybody was followed."""
    category, day = np.nonzero(np.isfinite(lines.retained))
    return {
        "category": [CATEGORIES[at] for at in category],
        "day": day.tolist(),
        **{name: getattr(lines, name)[category, day].tolist() for name in ("retained", "lower", "upper", "at_risk")},
        "events": counts.events[category, day].tolist(),
    }


def evidence(counts: Followed, spells: Spells, lines: Curve) -> dict[str, float]:
    """The test over the categories, the gap between the two ends, and what would have shown."""
    test = log_rank(counts, spells=spells)
    ends = [at for at in range(3) if counts.at_risk[at, 0]]
    nan = float("nan")
    gap = (nan, nan, nan)
    ratio = float("inf")
    if len(ends) > 1:
        ratio = detectable_ratio(counts, (ends[0], ends[-1]), spells=spells)
        if np.isfinite(lines.retained[[ends[0], ends[-1]], -1]).all():
            gap = risk_difference(lines, ends[0], ends[-1])
    _, people = np.unique(spells.cluster[spells.left.astype(bool)], return_counts=True)
    return {
        "statistic": test.statistic, "freedom": float(test.freedom), "p_value": test.p_value,
        "gap": gap[0], "lower": gap[1], "upper": gap[2], "detectable": ratio,
        "events": float(counts.events.sum()), "customers": float(len(people)),
    }  # fmt: skip


def verdict_of(difference: dict[str, float]) -> str:
    """What the evidence holds."""
    if difference["customers"] < FEWEST_EVENTS or not np.isfinite(difference["p_value"]):
        return "cannot tell"
    if difference["p_value"] < ALPHA:
        return "differ"
    return "no sign" if difference["detectable"] <= WORTH_KNOWING else "cannot tell"


def worth_of(lines: Curve, length: Length, confidence_level: float) -> PointWorth | None:
    """Customers kept of 1,000 for one point, by the step that brings it."""
    if not np.isfinite(lines.retained[:, -1]).all():
        return None
    rows = [(step, moved, *risk_difference(lines, first, second)) for step, first, second, moved in STEPS]
    return PointWorth(
        {
            "step": [row[0] for row in rows],
            "moved": [row[1] for row in rows],
            "customers": [row[1] * row[2] for row in rows],
            "lower": [row[1] * row[3] for row in rows],
            "upper": [row[1] * row[4] for row in rows],
        },
        (length.count, length.every),
        confidence_level,
    )


def validation_of(told: dict[str, Any], confidence_level: float) -> Validation:
    """The test of the told risks as a record."""
    names = ("", "_lower", "_upper")
    limits = {f"{key}{end}": each for key in ("ratio", "concordance")
              for end, each in zip(names, told[key], strict=True)}  # fmt: skip
    return Validation(
        table=told["table"],
        **limits,
        **{key: told[key] for key in ("responses", "events", "expected", "trained")},
        until=as_day(told["until"]),
        since=as_day(told["first"]),
        confidence_level=confidence_level,
    )


def group_notes(table: dict[str, list[Any]], people: Persons, events: int) -> list[Note]:
    """What may mislead in the figures."""
    notes: list[Note] = []
    if people.repeated[0]:
        notes.append(noted("churn_note_repeated", people.repeated[0], n=people.repeated[0], k=people.repeated[1]))
    if not events:
        notes.append(noted("churn_note_nobody"))
    elif events < FEWEST_EVENTS:
        notes.append(noted("churn_note_few", events, n=events, k=FEWEST_EVENTS))
    if events and sum(table["events"]) == sum(table["responses"]):
        notes.append(noted("churn_note_everybody"))
    for at, category in enumerate(CATEGORIES):
        if not table["responses"][at]:
            notes.append(noted(f"churn_note_no_{category}"))
        elif table["followed"][at] < FEW_FOLLOWED and table["events"][at] < table["responses"][at]:
            notes.append(noted(f"churn_note_followed_{category}", table["followed"][at], n=table["followed"][at]))
    return notes
