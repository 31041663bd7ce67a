"""Which columns a template will need by its parameters, so that a copy of the answers keeps them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from npskit.report.answers_given import columns_kept, counted_beforehand
from npskit.report.leaving import leaving_column
from npskit.survey import Survey
from npskit.survey.action_log import read_actions
from npskit.survey.benchmark_channel import channel_columns
from npskit.survey.grouping import segment_items
from npskit.survey.plots import columns_of

__all__ = ["SHOWN", "asked_columns", "beforehand"]

NAMING = ("by", "stages", "team", "over", "attributes", "competitors")
# The template that searches more columns than a chart could show.
SEARCHING = "segments"
# The template that reads comments.
READING = "voice-of-customer"
MOST_SEARCHED = 12
# The template that matches answers with those invited, and compares who wrote with who did not.
ANSWERING = "who-answers"
# The template that follows persons and lists them: columns that its parameters name, and roles that it shows.
FOLLOWING = "churn-and-callbacks"
# The template that does a little of each.
BRIEF = "executive-brief"
PERSONS, RULES = ("churned", "tenure", "value", "owner"), ("opt_out", "contacted", "churned")
SHOWN = {FOLLOWING: ("customer", "comment"), BRIEF: ("customer", "comment"), READING: ("comment",)}


def asked_columns(survey: Survey | str | os.PathLike[str], template: str, given: Mapping[str, Any]) -> list[Any]:
    """Columns, bands and periods that the parameters name, and those that a search for segments will look at."""
    if template == ANSWERING:
        return columns_kept(survey, given) if isinstance(survey, Survey) and not is_file(survey) else []
    named = [item for name in NAMING for item in flat(given.get(name))]
    if template == SEARCHING and "by" not in given and isinstance(survey, Survey) and not is_file(survey):
        named += segment_items(survey, most=MOST_SEARCHED)
    if template in (FOLLOWING, BRIEF) and isinstance(survey, Survey) and not is_file(survey):
        named += followed(survey, given)
        named += channels(survey, given) if template == BRIEF else []
    if template == BRIEF and isinstance(survey, Survey) and not is_file(survey) and given.get("actions") is not None:
        return [*named, *read(survey), *logged(survey, given["actions"])]
    if template in (READING, BRIEF) and isinstance(survey, Survey) and not is_file(survey):
        named += read(survey)
    money = given.get("money") or {}
    named += [column for column in money.values() if isinstance(column, str)] if isinstance(money, Mapping) else []
    return [*named, *acted_on(given.get("actions") or ())]


def beforehand(survey: Survey | str | os.PathLike[str], template: str) -> dict[str, Any]:
    """What a template is told of columns that a copy lacks."""
    if template != ANSWERING or not isinstance(survey, Survey) or is_file(survey):
        return {}
    return counted_beforehand(survey)


def followed(survey: Survey, given: Mapping[str, Any]) -> list[str]:
    """Columns by which customers are followed and listed: those named, the days of leaving, who they are."""
    rules = given.get("rules")
    ruled = [rules.get(name) for name in RULES] if isinstance(rules, Mapping) else []
    table = columns_of(survey.roles())
    roles = dict(zip(table["role"], table["column"], strict=True))
    shown = [roles.get(role) for role in SHOWN[FOLLOWING]] if survey.aggregated is None else []
    found = leaving_column(survey.source) if "churned" not in given and survey.aggregated is None else None
    leaving = [] if found is None else [found.column, *found.rivals, *found.undated]
    named = [*(given.get(name) for name in PERSONS), *ruled, *shown, *leaving, *survey.rivals("customer")]
    return [name for name in named if isinstance(name, str)]


def channels(survey: Survey, given: Mapping[str, Any]) -> list[str]:
    """Columns that tell how people were asked, which matters where their score stands beside others."""
    beside = given.get("industry") is not None or given.get("competitors") is not None
    return channel_columns(survey, [given.get("competitors")]) if beside else []


def logged(survey: Survey, actions: Any) -> list[str]:
    """Columns by which a log of actions says who was treated, and what was worked on, as far as they are there."""
    rows = read_actions(actions).rows
    treated = [each.treated_by for each in rows]
    named = [column for each in treated for column in (each if isinstance(each, dict) else [each])]
    named += [column for each in rows for column in (each.driver, each.theme)]
    return [name for name in named if name in survey.source.columns]


def read(survey: Survey) -> list[str]:
    """The column of comments, or those between which it cannot be told."""
    table = columns_of(survey.roles())
    roles = dict(zip(table["role"], table["column"], strict=True))
    return [name for name in (roles.get("comment"), *survey.rivals("comment")) if isinstance(name, str)]


def is_file(survey: Survey) -> bool:
    """Whether the notebook opens the answers itself, with all their columns."""
    return isinstance(survey.data, (str, os.PathLike))


def flat(items: Any) -> Iterator[Any]:
    """Every item of lists and tuples of them."""
    if isinstance(items, (list, tuple)):
        for item in items:
            yield from flat(item)
    elif items is not None:
        yield items


def acted_on(actions: Any) -> Iterator[str]:
    """Columns of the themes and segments that actions name."""
    for action in actions if isinstance(actions, (list, tuple)) else ():
        if isinstance(action, Mapping):
            segment, theme = action.get("segment"), action.get("theme")
            yield from segment if isinstance(segment, Mapping) else ()
            yield from (theme,) if isinstance(theme, str) else ()
