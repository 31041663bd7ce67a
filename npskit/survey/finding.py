"""Which columns are attributes, when nobody said.

A few whole numbers may be a rating, a region or a number of visits. Names of what cannot be rated are data, in
``attributes.csv``; of what is left, a column counts as an attribute when its words are an ordered answer scale, when
its numbers fill a usual scale, or when several columns of one question share their numbers. Whatever was close and
left out is told with the reason, so that nothing is chosen in silence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from npskit.errors import ArgumentError, EmptyDataError
from npskit.frames import Source
from npskit.roles import fold, name_rank
from npskit.scale import is_missing
from npskit.survey.attributes import MOST_LEVELS, Attribute, as_number, family_of, is_real, non_answers, read_attribute
from npskit.survey.column_words import begun_alike

__all__ = ["found_attributes", "is_overall", "judgements"]

QUESTION = re.compile(r"^q ?\d+(?:[a-z](?= ))? ?")
STEM = re.compile(r"^([a-z]*?\d+)|^(.*?)[ _.-]?\d+$")
USUAL_ENDS = {(0.0, 10.0), (1.0, 10.0), (1.0, 5.0), (1.0, 7.0), (0.0, 5.0)}
FEWEST_LEVELS = 4
LEAST_ANSWERED = 0.05
ANOTHER_RATING = 4


def found_attributes(
    source: Source, taken: Sequence[str], missing: Sequence[Any] = ()
) -> tuple[list[Attribute], dict[str, str]]:
    """The attributes among the columns, and why others that were close are left out.

    Parameters
    ----------
    source : Source
    taken : sequence of str
        Columns that play another role.
    missing : sequence
        Codes that stand for "no answer".

    Returns
    -------
    list of Attribute, mapping of column to reason
        The reason is one of ``another rating``, ``no answers``, ``few answers``, ``named as a group``, or what reading
        the column said.
    """
    found: list[Attribute] = []
    nominal: list[Attribute] = []
    left_out: dict[str, str] = {}
    for name in source.columns:
        if name in taken or source.columns.count(name) > 1 or not may_be_attribute(name, source.sample(name)):
            continue
        if (name_rank(name, "rating") or 9) <= ANOTHER_RATING:
            left_out[name] = "another rating"
            continue
        try:
            attribute = read_attribute(source, name, missing)
        except EmptyDataError:
            left_out[name] = "no answers"
        except ArgumentError as error:
            if not is_nominal(name):
                left_out[name] = error.text
        else:
            (nominal if is_nominal(name) and not attribute.family else found).append(attribute)
    kept = [each for each in found if is_rated(each, found)]
    kept += [each for each in nominal if is_of_battery(each, kept)]
    kept.sort(key=lambda each: source.columns.index(each.name))
    left_out |= {each.name: "named as a group" for each in nominal if each not in kept and is_rated(each, [])}
    left_out |= {each.name: "few answers" for each in kept if each.answered < LEAST_ANSWERED}
    return [each for each in kept if each.answered >= LEAST_ANSWERED], left_out


@cache
def patterns() -> Mapping[str, re.Pattern[str]]:
    """One pattern a kind, from attributes.csv."""
    lines = files("npskit.survey").joinpath("attributes.csv").read_text(encoding="utf-8").splitlines()
    kinds: dict[str, list[str]] = {}
    for row in csv.DictReader(lines):
        kinds.setdefault(row["kind"], []).append(row["pattern"])
    return {kind: re.compile("|".join(found)) for kind, found in kinds.items()}


def short_name(name: str) -> str:
    """The folded name without the number of its question."""
    folded = fold(name)
    return QUESTION.sub("", folded) or folded


def is_overall(name: str) -> bool:
    """Whether a name is one of a judgement of the whole, as the rating is."""
    return bool(patterns()["overall"].search(short_name(name)))


def judgements(names: Sequence[str]) -> set[str]:
    """Which of several attributes judge the whole; what three of them begin with alike is their common question.

    Examples
    --------
    >>> judgements(["satisfaction", "satisfaction_price", "satisfaction_delivery", "intention"]) - {"satisfaction"}
    {'intention'}
    """
    words = {name: short_name(name).split() for name in names}

    def own(name: str) -> str:
        alike = sorted((begun_alike(words[name], words[other]) for other in names if other != name), reverse=True)
        return " ".join(words[name][alike[1] :] if len(alike) > 1 else words[name]) or " ".join(words[name])

    return {name for name in names if patterns()["overall"].search(own(name))}


def is_nominal(name: str) -> bool:
    """Whether numbers under this name identify, date, count or sort people, rather than rate."""
    elsewhere = any(name_rank(name, role) for role in ("date", "customer", "weight"))
    return not is_overall(name) and (elsewhere or bool(patterns()["nominal"].search(short_name(name))))


def may_be_attribute(name: str, values: Sequence[Any]) -> bool:
    """Whether the distinct values of the first rows look like an ordered answer scale."""
    known = [value for value in values if not is_missing(value)]
    known = [value for value in known if not (isinstance(value, str) and fold(value) in non_answers())]
    if not 2 <= len(known) <= MOST_LEVELS or any(isinstance(value, bool) for value in known):
        return False
    numbers = [as_number(value) for value in known]
    if all(number is not None for number in numbers):
        whole = all(number.is_integer() for number in numbers if number is not None)
        return whole and len(known) >= FEWEST_LEVELS - 1
    if any(is_real(value) for value in known):
        return False
    return bool(family_of(dict.fromkeys(known, 1))[0])


def is_rated(attribute: Attribute, among: Sequence[Attribute]) -> bool:
    """Whether numbers are ratings: on a usual scale, or those of several columns of one question."""
    if attribute.family:
        return True
    levels = attribute.levels
    if len(levels) < FEWEST_LEVELS or not all(level.is_integer() for level in levels) or levels[-1] > 10:
        return False
    ends = attribute.lowest, attribute.highest
    if ends in USUAL_ENDS:
        return True
    alike = [each for each in among if stem(each.name) == stem(attribute.name) and not each.family]
    return levels[-1] >= 5 and sum((each.lowest, each.highest) == ends for each in alike) >= 2


def is_of_battery(attribute: Attribute, kept: Sequence[Attribute]) -> bool:
    """Whether several ratings of the same numbered question overrule a name such as that of a store."""
    own = stem(attribute.name)
    alike = [each for each in kept if stem(each.name) == own and each.levels == attribute.levels]
    return own[-1:].isdigit() and len(alike) >= 3


def stem(name: str) -> str:
    """What the columns of one question share: "q7" of Q7ART and Q7FOOD, the words before a number otherwise.

    Examples
    --------
    >>> stem("Q7ART"), stem("item_3"), stem("price")
    ('q7', 'item', 'price')
    """
    match = STEM.match(fold(name))
    return next((group for group in match.groups() if group), fold(name)) if match else fold(name)
