"""Which column of *this* data plays which role.

`roles` knows names; this room looks at the content too: a column named ``Recommend`` that holds "Strongly agree" is no
rating, and one named ``q1`` is when the export says that its question was the recommendation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit import roles
from npskit.errors import RoleError, shown_values
from npskit.frames import Source, is_date
from npskit.roles import Candidate
from npskit.scale import Scale, is_missing

if TYPE_CHECKING:
    from npskit.frames.counts import Counts

__all__ = ["Columns"]

COLUMNS_SEARCHED = 200
# Distinct texts from which a column is written by people rather than chosen from a list.
LEAST_PROSE = 12
# Roles that rows of counts cannot play.
PERSONAL = ("comment", "customer")
UNNAMED = "it holds dates, and no column is named like the date of the answers"


class Columns:
    """The roles of a source's columns: named in the call, told by the export, or found.

    Parameters
    ----------
    source : Source
    named : mapping of str to str or None
        Role to the column named in the call.
    notes : mapping
        What `read_survey` noted of the file: ``roles`` and ``questions`` are used.
    scale : Scale
        The scale a rating is recognised by.
    counts : Counts, optional
        The columns of counts, when rows hold these.
    """

    def __init__(
        self,
        source: Source,
        *,
        named: Mapping[str, str | None],
        notes: Mapping[str, Any],
        scale: Scale,
        counts: Counts | None = None,
    ) -> None:
        self._source, self._named, self._notes, self._scale, self._counts = source, named, notes, scale, counts
        # This object lives for one call, in which no column changes.
        self._samples: dict[str, list[Any]] = {}

    def find(self, role: str, *, besides: str | None = None) -> Candidate:
        """The column that plays a role, `besides` one that is known to be something else unless it was named.

        Raises
        ------
        RoleError
            When none does, or more than one could.
        """
        columns = self._source.columns
        if self._counts is not None and role == "rating":
            # Loaded here, since answers need nothing of it.
            from npskit.frames.counts import ANSWER

            return Candidate(ANSWER, role, 0, "counted")
        if self._counts is not None and role in PERSONAL:
            raise RoleError(where=f"the {role} column", expected="answers, a row each", got="counts")
        if name := self._named.get(role):
            return Candidate(roles.resolve(name, columns), role, 0, "named in the call")
        told = self._notes.get("roles", {}).get(role)
        if told in columns and told != besides:
            return Candidate(told, role, 0, "the export's format tells it")
        if len(columns) == 1 and role == "rating":
            return Candidate(columns[0], role, 0, "the only column")
        held = self._held(role, besides)
        if role == "rating" and not held:
            raise self._no_rating()
        return roles.choose(role, held, columns)

    def rivals(self, role: str, *, besides: str | None = None) -> list[str]:
        """The columns between which a role cannot be decided; empty when one plays it, or none could."""
        try:
            self.find(role, besides=besides)
        except RoleError:
            held = self._held(role, besides)
            return [candidate.column for candidate in held if candidate.rank == held[0].rank]
        return []

    def _held(self, role: str, besides: str | None = None) -> list[Candidate]:
        """The candidates of a role, best first; empty columns only where there is nothing else."""
        aliases = self._second_names()
        columns = [name for name in self._source.columns if name != besides]
        found = roles.candidates(role, columns, fits=self._fits, aliases=aliases)
        if role == "date" and not found:
            # Dates as such, where nothing is named like those of the answers: the only ones, unless told otherwise.
            found = [replace(each, role=role, reason=UNNAMED) for each in self._lone_dates(columns)]
        return [candidate for candidate in found if self._sample(candidate.column)] or found

    def _lone_dates(self, columns: Sequence[str]) -> list[Candidate]:
        """Columns of days or times, not of texts, whose names speak of no other event than the answer."""

        def is_typed(name: str, content: str) -> bool:
            values = self._sample(name)
            return bool(values) and all(isinstance(value, dt.date) for value in values)

        return roles.candidates("lone_date", columns, fits=is_typed)

    def _sample(self, column: str) -> list[Any]:
        """The distinct values of the first rows of a column."""
        if column not in self._samples:
            self._samples[column] = self._source.sample(column)
        return self._samples[column]

    def _second_names(self) -> dict[str, str]:
        """The text of each question, or the header before it was shortened."""
        return {**self._notes.get("headers", {}), **self._notes.get("questions", {})}

    def table(self) -> dict[str, list[str | None]]:
        """Every role with its column and the reason; an open choice names the candidates."""
        asked = roles.ROLES if self._counts is None else [r for r in roles.ROLES if r not in ("rating", *PERSONAL)]
        rows = [*self._counted_rows(), *((role, *self._column_and_reason(role)) for role in asked)]
        return {name: [row[i] for row in rows] for i, name in enumerate(("role", "column", "reason"))}

    def _counted_rows(self) -> list[tuple[str, str | None, str]]:
        """The columns of counts, and of how many answers each row tells."""
        if self._counts is None:
            return []
        named = {role: column for role, column in self._counts.settings.items() if column is not None}
        return [
            (role, column, "counts answers") if isinstance(column, str)
            else (role, None, f"{column:,} answers in every row, as the call says")
            for role, column in named.items()
        ]  # fmt: skip

    def _column_and_reason(self, role: str) -> tuple[str | None, str]:
        try:
            found = self.find(role)
        except RoleError as error:
            return None, error.message.rpartition("got ")[2].removesuffix(".")
        unused = f"; not applied unless weight={found.column!r} is given"
        return found.column, found.reason + (unused if role == "weight" and found.rank else "")

    def _fits(self, column: str, content: str) -> bool:
        values = self._sample(column)
        if not values:
            # Nobody answered: still the rating, or a count, with no score.
            return content in ("rating", "count")
        if content in ("rating", "label"):
            words = Scale.labels(missing=self._scale.missing)
            return (content == "rating" and self._scale.fits(values)) or words.fits(values)
        enough = content != "prose" or len(values) >= LEAST_PROSE
        return enough and sum(map(CHECKS[content], values)) * 2 > len(values)

    def _no_rating(self) -> RoleError:
        """The error that shows which columns hold ratings, whatever their names, and which names misled."""
        columns = self._source.columns
        holding = [name for name in columns[:COLUMNS_SEARCHED] if self._holds_ratings(self._sample(name))]
        named = [name for name in columns if roles.name_rank(name, "rating")]
        hints = [f"columns that hold ratings: {', '.join(holding[:8])}" if holding else ""]
        if any(roles.name_rank(name, "promoters") for name in columns):
            hints.append("rows of counts or percentages are opened by npskit.Survey.from_counts(df)")
        hints += [f"{name!r} is named like a rating but holds {self._shown(name)}" for name in named[:3]]
        return RoleError(
            where="the rating column",
            expected="a column whose name and content say that it answers 'would you recommend us'",
            got=f"none among {len(columns)} columns",
            hint="; ".join([f"name it: df.nps(rating={(holding or ['the column'])[0]!r})", *filter(None, hints)]),
        )

    def _shown(self, name: str) -> str:
        return shown_values(self._sample(name)[:3])

    def _holds_ratings(self, values: Sequence[object]) -> bool:
        return len(values) >= 5 and self._scale.fits(values)


def is_text(value: object) -> bool:
    """Whether a value is something a person wrote, rather than a code."""
    return isinstance(value, str) and not value.replace(".", "").strip().isdigit() and not is_missing(value)


def is_weight(value: object) -> bool:
    """Whether a value can be a weight."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and float(value) >= 0


def is_number(value: object) -> bool:
    """Whether a value is a number, of whatever sign: a count below 0 is refused where counts are read, by its rows."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def is_identifier(value: object) -> bool:
    """Whether a value can tell one customer from another."""
    return not isinstance(value, bool)


CHECKS = {
    "date": is_date,
    "text": is_text,
    "prose": is_text,
    "weight": is_weight,
    "count": is_number,
    "id": is_identifier,
}
