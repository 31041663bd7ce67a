"""Growth and market share beside the score: what a company's year looked like, where the user knows it.

A score that is high and customers who are leaving are both true. These figures stand beside the score and are not
related to it by any arithmetic: a handful of companies shows no relation, whatever its correlation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from npskit.errors import ArgumentError, did_you_mean
from npskit.roles import fold
from npskit.scale import is_missing
from npskit.survey.benchmark_sources import meant
from npskit.survey.benchmark_table import merged, number_of, table_of

__all__ = ["MEASURES", "context_columns"]

MEASURES = ("revenue_growth", "customer_growth", "market_share")
EXPECTED = "a share such as 0.12, or a text such as '12 %'"


def context_columns(data: Any, names: Sequence[str]) -> tuple[dict[str, list[float | None]], tuple[str, ...]]:
    """Each measure for each of the names, None where it is not known; and the names in the table that are not ours.

    Parameters
    ----------
    data : path, frame, mapping of columns, or list of mappings
        ``name`` and any of ``revenue_growth``, ``customer_growth``, ``market_share``, as shares (0.12) or as text with
        a percent sign; the heads may be French.
    names : sequence of str

    Raises
    ------
    ArgumentError
        For a table without names or without any measure, a name that is there twice, and a number that is no share.

    Examples
    --------
    >>> context_columns({"nom": ["Lyon"], "part de marché": ["12 %"]}, ["Lyon", "Nice"])[0]["market_share"]
    [0.12, None]
    """
    given = table_of(data, "context")
    heads = {head: measure for head in given if (measure := meant(head, "context")) is not None}
    columns = merged({head: given[head] for head in heads}, heads, "context")
    if "name" not in columns or not set(MEASURES) & set(columns):
        raise ArgumentError(
            where="context", expected=f"a column 'name' and at least one of {', '.join(MEASURES)}",
            got=", ".join(map(repr, given)) or "none",
        )  # fmt: skip
    rows = [said(name) for name in columns["name"]]
    twice = next((name for at, name in enumerate(rows) if name in rows[:at]), None)
    if twice is not None:
        raise ArgumentError(
            where="context", expected="each name once", got=f"{columns['name'][rows.index(twice)]!r} twice"
        )
    place = {name: at for at, name in enumerate(rows)}
    at = [place.get(said(name)) for name in names]
    found: dict[str, list[float | None]] = {
        measure: [None if row is None else share_at(columns[measure], row, measure) for row in at]
        if measure in columns
        else [None] * len(names)
        for measure in MEASURES
    }
    own = {said(name) for name in names}
    others = tuple(str(name) for name, key in zip(columns["name"], rows, strict=True) if key not in own)
    if len(others) == len(rows):
        hint = did_you_mean(others[0] if others else "", names, quoted=True)
        raise ArgumentError(where="context, column 'name'", expected="names of the benchmark",
                            got=", ".join(map(repr, others[:5])) or "none", hint=hint)  # fmt: skip
    return found, others


def said(name: Any) -> str:
    """A name as it is read out: "Verdure & Fils" and "Verdure et fils" are one.

    Examples
    --------
    >>> said("Verdure & Fils") == said("verdure et fils")
    True
    """
    return " ".join(part for part in fold(str(name)).split() if part not in ("et", "and"))


def share_at(values: Sequence[Any], at: int, measure: str) -> float | None:
    """One cell as a share: "12 %" and 0.12 alike; a plain number beyond 1 is refused, since it may be a percentage."""
    value, where = values[at], f"context, row {at + 1}, column {measure!r}"
    if is_missing(value) or not str(value).strip():
        return None
    low = 0 if measure == "market_share" else -100
    if isinstance(value, str) and "%" in value:
        found = number_of(value, where, low, 100 if measure == "market_share" else 1e6, EXPECTED)
        return None if found is None else found / 100
    return number_of(value, where, max(low, -1), 1, EXPECTED)
