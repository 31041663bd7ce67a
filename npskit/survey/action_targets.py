"""What an action worked on, before and after: the segment's own score, the driver's own mean, the share of a theme.

An action on the checkout may lift the rating of the checkout long before the score moves, or leave it where it was and
have the score rise for another reason. So beside the effect on the score stands what became of the thing itself: the
answers of the year before against those since. This is before and after, no more; what wanders is in it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import NpskitError
from npskit.frames import Period
from npskit.roles import resolve
from npskit.stats.comparison import difference
from npskit.stats.rates import rate_difference
from npskit.stats.score import score
from npskit.stats.student import student_quantile
from npskit.survey.action_log import LoggedAction
from npskit.survey.actions import Action
from npskit.survey.attributes import as_number, read_attribute
from npskit.survey.estimates import effective_counts
from npskit.survey.impact_rows import membership
from npskit.survey.segment_impact import band_of, conditions_of, levels_like, yes_levels
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.driving import Driving

__all__ = ["Observed", "days_counted", "observed"]

NAN = math.nan
YEAR = dt.timedelta(days=365)
Days = Callable[[Any], int]


@dataclass(frozen=True, slots=True)
class Observed:
    """Before and after, the change and its interval: points of the score, of the scale of a driver, or a share."""

    before: float = NAN
    after: float = NAN
    change: float = NAN
    lower: float = NAN
    upper: float = NAN
    responses_before: int = 0
    responses_after: int = 0


def sides(since: dt.date, until: dt.date | None) -> Days:
    """On which side of the action a day is: 0 in the year before, 1 since, -1 neither.

    Examples
    --------
    >>> side = sides(dt.date(2026, 3, 1), dt.date(2026, 6, 30))
    >>> side(dt.date(2026, 2, 28)), side(dt.date(2026, 3, 1)), side(dt.date(2026, 7, 1)), side(None)
    (0, 1, -1, -1)
    """

    def side(day: Any) -> int:
        if not isinstance(day, dt.date) or day < since - YEAR or (until is not None and day > until):
            return -1
        return int(day >= since)

    return side


def days_counted(survey: Driving) -> dict[dt.date, int]:
    """Responses of each day."""
    tally = survey.tally(Period(survey._column("date"), "day"))
    pairs = zip(tally.cells, tally.responses.tolist(), strict=True)
    return {cell[0]: int(n) for cell, n in pairs if isinstance(cell[0], dt.date)}


def observed(
    survey: Driving, action: LoggedAction, until: dt.date | None, *, confidence_level: float = 0.95
) -> Observed | None:
    """What became of the target; None for an action without one, and where the answers do not have it."""
    if action.kind is None or action.since is None:
        return None
    watched = {"segment": of_segment, "theme": of_theme, "driver": of_driver}[action.kind]
    try:
        return watched(survey, action, sides(action.since, until), confidence_level)
    except NpskitError:
        return None


def candidate(action: LoggedAction) -> Action:
    """The action as the segments and themes of priorities are looked up."""
    assert action.kind is not None
    return Action(action.action, action.kind, action.target, None, 1.0, None, action.owner)


def of_segment(survey: Driving, action: LoggedAction, side: Days, level: float) -> Observed:
    """The score of the segment."""
    wanted = conditions_of(survey, candidate(action))
    items = [band_of(survey, column, value) or column for column, value in wanted.items()]
    tally = survey.tally([*items, Period(survey._column("date"), "day")])
    found = [levels_like(tally, at, value, candidate(action)) for at, value in enumerate(wanted.values())]
    inside = [all(cell[at] in levels for at, levels in enumerate(found)) for cell in tally.cells]
    both = [effective_counts(part)[0] for part in halves(tally, inside, side)]
    numbers = [int(part.responses[0]) for part in halves(tally, inside, side)]
    if not all(numbers):
        return Observed(responses_before=numbers[0], responses_after=numbers[1])
    gap = difference(both[1], both[0], confidence_level=level)
    return Observed(float(score(both[0])), float(score(both[1])), float(gap.difference), float(gap.lower),
                    float(gap.upper), *numbers)  # fmt: skip


def of_theme(survey: Driving, action: LoggedAction, side: Days, level: float) -> Observed:
    """The share of answers with the theme."""
    column = resolve(str(action.target), survey.source.columns)
    tally, treated = of_treated(survey, action, column)
    yes = yes_levels(tally, 0, candidate(action))
    said = [at and cell[0] is not None for cell, at in zip(tally.cells, treated, strict=True)]
    all_of = [int(part.responses[0]) for part in halves(tally, said, side)]
    with_it = [int(part.responses[0]) for part in halves(
        tally, [at and cell[0] in yes for cell, at in zip(tally.cells, said, strict=True)], side)]  # fmt: skip
    if not all(all_of):
        return Observed(responses_before=all_of[0], responses_after=all_of[1])
    gap = rate_difference(with_it[1], all_of[1], with_it[0], all_of[0], confidence_level=level)
    return Observed(with_it[0] / all_of[0], with_it[1] / all_of[1], float(gap.difference), float(gap.lower),
                    float(gap.upper), *all_of)  # fmt: skip


def of_driver(survey: Driving, action: LoggedAction, side: Days, level: float) -> Observed:
    """The mean of the driver, with Welch's interval of the change."""
    column = resolve(str(action.target), survey.source.columns)
    numbers = read_attribute(survey.source, column).numbers
    tally, treated = of_treated(survey, action, column)
    sums: list[dict[float, int]] = [{}, {}]
    for cell, own, n in zip(tally.cells, treated, tally.responses.tolist(), strict=True):
        value, at = number_of(cell[0], numbers), side(cell[-1])
        if own and at >= 0 and value is not None and n:
            sums[at][value] = sums[at].get(value, 0) + int(n)
    return welch(
        *(np.array([list(each), list(each.values())], dtype=float).reshape(2, -1) for each in sums), level=level
    )


def of_treated(survey: Driving, action: LoggedAction, column: str) -> tuple[Tally, list[bool]]:
    """The answers by a column and the day, and which cells are of those treated: all where everybody was."""
    group = membership(survey.source, action.treated_by)
    tally = survey.tally([column, *group.columns, Period(survey._column("date"), "day")])
    return tally, [not group or group.side(cell[1:-1]) == 1 for cell in tally.cells]


def number_of(raw: Any, numbers: Mapping[Any, float] | None) -> float | None:
    """The number of one answer of a driver; None for no answer."""
    return as_number(raw) if numbers is None else numbers.get(raw)


def welch(before: np.ndarray, after: np.ndarray, *, level: float) -> Observed:
    """Means of values with their counts (2, k), and the change between them.

    Examples
    --------
    >>> found = welch(np.array([[3.0, 4.0], [50, 50]]), np.array([[4.0, 5.0], [50, 50]]), level=0.95)
    >>> found.change, round(found.lower, 2)
    (1.0, 0.86)
    """
    sizes = [int(part[1].sum()) for part in (before, after)]
    if min(sizes) < 2:
        return Observed(responses_before=sizes[0], responses_after=sizes[1])
    means = [float(part[0] @ part[1] / part[1].sum()) for part in (before, after)]
    errors = [
        float(part[1] @ (part[0] - mean) ** 2 / (n - 1) / n)
        for part, mean, n in zip((before, after), means, sizes, strict=True)
    ]
    change, error = means[1] - means[0], math.sqrt(sum(errors))
    if not error:
        return Observed(means[0], means[1], change, change, change, sizes[0], sizes[1])
    freedom = sum(errors) ** 2 / sum(each**2 / (n - 1) for each, n in zip(errors, sizes, strict=True))
    half = student_quantile((1 + level) / 2, max(int(freedom), 1)) * error
    return Observed(means[0], means[1], change, change - half, change + half, sizes[0], sizes[1])


def halves(tally: Tally, chosen: list[bool], side: Days) -> list[Tally]:
    """The chosen cells of the year before and of since, each as one; the last key is the day."""
    return [
        tally.take([at for at, each in enumerate(chosen) if each and side(tally.cells[at][-1]) == which]).collapse()
        for which in (0, 1)
    ]
