"""The verb that makes the answers look like the customers, in what is known of both."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, NpskitWarning
from npskit.frames.weighing import is_query, with_weights
from npskit.stats import weighting as arithmetic
from npskit.stats.intervals import checked_level
from npskit.stats.raking import TOLERANCE, Raked, rake_cells
from npskit.survey.base import Base
from npskit.survey.column_words import column_words
from npskit.survey.estimates import estimates
from npskit.survey.notes import Note, noted
from npskit.survey.reweighting_answers import Weighting
from npskit.survey.reweighting_targets import Margin, margins, stated
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey import Survey

__all__ = ["Reweighting"]

COLUMN = "weight"
# Answers worth less than this part of their number: the weights cost more certainty than most surveys can spare.
LITTLE_LEFT = 0.5


class Reweighting(Base):
    """Answers that count as the customers they stand for; `Survey` is one of these."""

    _weighting: Weighting | None = None

    def reweight(self, targets: Any, *, trim: float | None = 5, confidence_level: float = 0.95) -> Survey:
        """The same survey with weights that give the answers the margins of the customers (raking).

        Parameters
        ----------
        targets : mapping or DataFrame
            For each column, or `Bands` of one, the share of each level among the customers: ``{"sex": {"m": 0.5, "f":
            0.5}}``. Shares that sum to 1, percentages that sum to 100 or counts; as a mapping, a Series whose index
            are the levels, a Series of customers, or a table of two columns. A frame instead of the mapping holds
            ``column, level, share``, or a row a customer (or combination, with a ``count``) and columns that the
            answers have too.
        trim : float, optional
            Largest weight, in multiples of the mean; None for no limit.
        confidence_level : float
            Of the two scores in `weighting`.

        Returns
        -------
        Survey
            With every verb, weighted by a column that is added to a copy of the frame in its own library;
            `.weighting` tells both scores, design effect, effective responses, range of the weights and who was
            missing. Answers without a level keep their share.

        Raises
        ------
        ArgumentError
            When a level of the customers has no answer, a level of the answers has no target, or targets are neither
            shares, percentages nor counts; for a survey that is weighted already.
        ColumnNotFoundError
            For a column that the answers do not have.

        Warns
        -----
        NpskitWarning
            When no weights within the limit meet all targets; the shares are then only near.

        Notes
        -----
        Weights repair what the columns explain, and nothing else. If those who stay silent are in another mood than
        those of the same groups who answer, the weighted score is wrong too; `response` gives bounds for that.

        References
        ----------
        Deming and Stephan (1940), Annals of Mathematical Statistics 11:427-444; Kish (1965), Survey Sampling.

        Examples
        --------
        >>> import pandas as pd
        >>> df = pd.DataFrame({"sex": ["m"] * 30 + ["f"] * 10, "rating": [9] * 15 + [5] * 15 + [10] * 10})
        >>> weighted = df.nps.reweight({"sex": {"m": 0.5, "f": 0.5}})
        >>> round(df.nps.score(), 1), weighted.score(), round(weighted.weighting.effective_responses, 1)
        (25.0, 50.0, 30.0)
        """
        checked_level(confidence_level)
        if self._named["weight"]:
            raise ArgumentError(
                where="reweight", expected="a survey without weights", got=f"weight={self._named['weight']!r}",
                hint="reweight the answers as they came in, with all columns in one call",
            )  # fmt: skip
        wanted = stated(targets, self._whole.columns)
        tally = self.tally(list(wanted))
        answered = tally.take(np.flatnonzero(tally.responses > 0))
        axes = margins(wanted, answered.cells, answered.responses)
        codes = np.array([places(axis, at, answered) for at, axis in enumerate(axes)], dtype=np.intp)
        raked = rake_cells(answered.responses, codes, [axis.shares for axis in axes], trim=trim)
        if raked.distance > TOLERANCE:
            warn_of_distance(raked.distance)
        name = free_name(self._whole.columns)
        weights = dict(zip(answered.cells, raked.weights.tolist(), strict=True))
        frame = with_weights(self._whole, list(wanted), weights, name, lazy=is_query(self._data))
        kind: Any = type(self)
        settings = {**self.settings, "weight": name}
        # An accessor is of one frame, and gives a survey when it is called.
        survey = kind(frame)(**settings) if callable(self) else kind(frame, **settings)
        survey._weighting = told(survey, answered, axes, codes, raked, trim, name, confidence_level)
        found: Survey = survey
        return found

    @property
    def weighting(self) -> Weighting | None:
        """What `reweight` did; None in a survey that it did not make."""
        return self._weighting


def places(axis: Margin, at: int, tally: Tally) -> list[int]:
    """The place of each cell on an axis."""
    place = {level: i for i, level in enumerate(axis.levels)}
    return [place[cell[at]] for cell in tally.cells]


def free_name(columns: Sequence[str]) -> str:
    """A name for the column of weights that no other column has."""
    taken = {column.casefold() for column in columns}
    return next(name for n in range(1, len(taken) + 3) if (name := COLUMN if n == 1 else f"{COLUMN}_{n}") not in taken)


def warn_of_distance(distance: float) -> None:
    """Warn when the shares are only near."""
    warnings.warn(
        f"reweight: weighted shares miss their targets by up to {100 * distance:.3g} percentage points; no weights "
        "within the limit meet all of them.\nHint: merge small levels, use fewer columns, or a larger trim.",
        NpskitWarning,
        stacklevel=3,
    )


def told(
    survey: Any,
    answered: Tally,
    axes: Sequence[Margin],
    codes: np.ndarray,
    raked: Raked,
    trim: float | None,
    name: str,
    confidence_level: float,
) -> Weighting:
    """What the weights did."""
    whole = answered.collapse()
    weighted = survey.tally()
    scores = [
        estimates(each, confidence_level=confidence_level, method="score", moments=moments)
        for each, moments in ((whole, unweighted_moments(survey, whole)), (weighted, survey._moments(weighted, None)))
    ]
    total, squares = (float(np.sum(part)) for part in (weighted.weights, weighted.squares) if part is not None)
    n = int(whole.responses[0])
    at_limit = 0 if trim is None else int(answered.responses[raked.weights >= raked.weights.max() - 1e-12].sum())
    at_limit = at_limit if trim is not None and raked.weights.max() > trim - 1e-6 else 0
    figures = {f"{figure}{end}": float(columns[figure][0]) for columns, end in zip(scores, ("_raw", ""), strict=True)
               for figure in ("score", "lower", "upper")}  # fmt: skip
    return Weighting(
        table=table_of(answered, axes, codes, raked.weights),
        responses=n,
        **figures,
        design_effect=float(arithmetic.design_effect(total, squares, n)),
        effective_responses=float(arithmetic.effective_responses(total, squares)),
        lowest=float(raked.weights.min()),
        highest=float(raked.weights.max()),
        trimmed=at_limit,
        trim=None if trim is None else float(trim),
        distance=raked.distance if raked.distance > TOLERANCE else 0.0,
        column=name,
        confidence_level=confidence_level,
        notes=notes_of(axes, answered, raked, at_limit, trim, float(arithmetic.effective_responses(total, squares))),
        words=column_words(survey),
    )


def unweighted_moments(survey: Any, whole: Tally) -> Any:
    """Sums over clusters of the answers without their weights."""
    if survey._cluster is None:
        return None
    source = survey.source
    return source.cluster_moments(
        survey._column("rating"), [], cluster=source.column(survey._cluster), scale=whole.scale, weight=None
    )


def table_of(answered: Tally, axes: Sequence[Margin], codes: np.ndarray, weights: np.ndarray) -> dict[str, list[Any]]:
    """A row a level of each column."""
    n = answered.responses
    rows: dict[str, list[Any]] = {
        name: [] for name in ("column", "level", "responses", "answers", "target", "weighted", "weight")
    }
    for axis, code in zip(axes, codes, strict=True):
        size = len(axis.levels)
        own, held = np.bincount(code, n, size), np.bincount(code, n * weights, size)
        rows["column"] += [axis.name] * size
        rows["level"] += axis.levels
        rows["responses"] += own.astype(int).tolist()
        rows["answers"] += (own / n.sum()).tolist()
        rows["target"] += axis.shares.tolist()
        rows["weighted"] += (held / held.sum()).tolist()
        rows["weight"] += np.divide(held, own, out=np.zeros(size), where=own > 0).tolist()
    return rows


def notes_of(
    axes: Sequence[Margin],
    answered: Tally,
    raked: Raked,
    at_limit: int,
    trim: float | None,
    worth: float,
) -> tuple[Note, ...]:
    """What the weights cannot do, first, and what they could not."""
    likeness = "reweight_note_limits" if raked.distance <= TOLERANCE else "reweight_note_limits_near"
    notes = [noted(likeness, columns=tuple(axis.name for axis in axes))]
    if raked.distance > TOLERANCE:
        notes.append(noted("reweight_note_far", distance=round(100 * raked.distance, 1) or 0.1))
    if at_limit:
        notes.append(noted("reweight_note_trimmed", at_limit, n=at_limit, trim=float(trim or 0)))
    for axis in axes:
        blank = int(axis.answers[axis.levels.index(None)]) if None in axis.levels else 0
        if blank:
            notes.append(noted("reweight_note_missing", blank, n=blank, column=axis.name))
    unused = int(answered.responses[raked.weights == 0].sum())
    if unused:
        notes.append(noted("reweight_note_unused", unused, n=unused))
    n = int(answered.responses.sum())
    if worth < LITTLE_LEFT * n:
        notes.append(noted("reweight_note_costly", n=n, worth=round(worth)))
    return tuple(notes)
