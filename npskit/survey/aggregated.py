"""A survey of counts: its columns looked up, what cannot be asked of it, and what it assumes.

Whoever has only percentages must say of how many answers, and intervals then stand on that word. So it is part of what
the survey says of itself: in its notes, in its audit and in a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, RoleError
from npskit.frames import wrap
from npskit.labels import number, word
from npskit.scale import CATEGORIES, Scale
from npskit.survey.audit import Check
from npskit.survey.columns import Columns
from npskit.survey.notes import noted

if TYPE_CHECKING:
    from npskit.frames.counts_source import CountsSource
    from npskit.survey.base import Base

__all__ = ["counted_source", "counts_checks", "needs_answers", "remarks"]

PEOPLE = "counts do not tell who answered what; a survey of answers does: npskit.Survey(answers)"


def counted_source(
    data: Any, named: Mapping[str, Any], *, notes: Mapping[str, Any], others: Mapping[str, Any]
) -> CountsSource:
    """The source of a frame of counts.

    Parameters
    ----------
    data : frame or path
    named : mapping
        ``detractors, passives, promoters, responses`` to columns (the last to a number too); None where it is to be
        found.
    notes : mapping
        What `read_survey` noted.
    others : mapping
        Keywords of answers, which make no sense here, and their values.

    Raises
    ------
    ArgumentError
        When one of the others is given, or the columns hold no counts.
    RoleError
        When a column of counts is not found.
    """
    # Loaded here, since answers need nothing of it.
    from npskit.frames.counts import Counts, NeedsResponses
    from npskit.frames.counts_source import CountsSource

    for name, value in others.items():
        if value:
            raise ArgumentError(where=name, expected="none, in a survey of counts", got=repr(value), hint=PEOPLE)
    source = wrap(data)
    columns = Columns(source, named={role: named.get(role) for role in CATEGORIES}, notes=notes, scale=Scale())
    detractors, passives, promoters = (columns.find(role).column for role in CATEGORIES)
    responses = named.get("responses")
    if responses is not None:
        return CountsSource(source, Counts(detractors, passives, promoters, responses))
    try:
        return CountsSource(source, Counts(detractors, passives, promoters))
    except NeedsResponses:
        # Shares stand beside a column of answers as often as not.
        try:
            responses = columns.find("responses").column
        except RoleError:
            responses = None
        if responses is None or responses in (detractors, passives, promoters):
            raise
    return CountsSource(source, Counts(detractors, passives, promoters, responses))


def needs_answers(survey: Base, verb: str) -> None:
    """Refuse to ask counts what only answers tell.

    Raises
    ------
    ArgumentError
    """
    if survey.aggregated is not None:
        raise ArgumentError(where=verb, expected="answers, a row each, with other columns", got="counts", hint=PEOPLE)


def remarks(source: CountsSource, lang: str | None) -> list[str]:
    """What the counts assume or were changed by, in sentences."""
    found = []
    if source.assumed is not None:
        found.append(word("counts_assumed", lang, n=number(source.assumed, lang=lang)))
    if source.unit != "counts":
        found.append(word("counts_rounded", lang))
    if source.inexact:
        single = "_1" if source.inexact == 1 else ""
        found.append(word(f"counts_scaled{single}", lang, n=number(source.inexact, lang=lang)))
    if source.facts.empty:
        single = "_1" if source.facts.empty == 1 else ""
        found.append(word(f"counts_empty{single}", lang, n=number(source.facts.empty, lang=lang)))
    return found


def counts_checks(source: CountsSource) -> list[Check]:
    """The lines of an audit: rows, answers counted, and what is assumed of them."""
    names = {name: getattr(source.counts, name) for name in CATEGORIES}
    checks = [
        Check("rows", source.facts.rows, noted("audit_counts_rows")),
        Check("valid", source.length(), noted("audit_counts_valid", **names)),
        Check("rows_without_answers", source.facts.rows - source.facts.told, noted("audit_counts_empty")),
    ]
    if source.assumed is not None:
        checks.append(Check("assumed_responses", source.assumed, noted("audit_counts_assumed")))
    if source.unit != "counts":
        checks.append(Check("scaled_rows", source.inexact, noted("audit_counts_scaled")))
    return checks
