"""Readings too few people are behind to be shown: of a series over time, and of the teams beside a whole.

One answer of one month is one person, and whoever reads the page may know who it was. Nor may such a reading follow
from what is shown: the whole less the other teams, a year less its other months, a quarter less the months of those
who are shown by month. So with a reading that is withheld goes, where it must, the one beside it. Teams with few
answers a period are read over longer ones, since three quarters say more than nine gaps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError
from npskit.frames import Key, Period
from npskit.stats.suppression import suppressed, suppressed_table
from npskit.survey.answers import Trend
from npskit.survey.estimates import Grid, gridded, series
from npskit.survey.windows import drawn

if TYPE_CHECKING:
    from npskit.survey.gathering import Gathering

__all__ = ["enough", "hidden_readings", "longer", "team_trends"]

Flags = np.ndarray
# A team is read over longer periods when more than two in five of its readings, or all but two, would be withheld.
FEWEST_SHOWN, LEAST_PART = 3, 0.6
LONGER = {"day": ("week", "month", "quarter"), "week": ("month", "quarter"), "month": ("quarter", "year"),
          "quarter": ("year",), "year": ()}  # fmt: skip
# More than these are not checked against each other: all teams then keep one length.
MOST_UNKNOWN = 3000
CERTAIN = 1e-9


def longer(every: str) -> tuple[str, ...]:
    """The periods to read over where these hold too few answers.

    Examples
    --------
    >>> longer("month")
    ('quarter', 'year')
    """
    return LONGER[every]


def enough(responses: Any, least: int) -> bool:
    """Whether so many of a series' readings have answers enough that it is worth following.

    Examples
    --------
    >>> enough([12, 9, 14, 30, 0], 10), enough([12, 9, 9, 30, 14], 15)
    (True, False)
    """
    size = np.asarray(responses)
    shown = int((size >= least).sum())
    return shown >= FEWEST_SHOWN and shown >= LEAST_PART * int((size > 0).sum())


def hidden_readings(responses: Any, least: int) -> Flags:
    """Which readings are withheld of groups (rows) over periods (columns), beside the whole of each.

    Raises
    ------
    ArgumentError
        When `least` is no whole number of at least 1.

    Examples
    --------
    >>> hidden_readings([[40, 3, 25, 30]], 10).tolist()
    [[False, True, True, False]]
    """
    if isinstance(least, bool) or not isinstance(least, (int, np.integer)) or least < 1:
        raise ArgumentError(where="min_responses", expected="a whole number of at least 1", got=repr(least))
    size = np.atleast_2d(np.asarray(responses, dtype=float))
    used = size[size.any(axis=1)]
    if not len(used):
        return np.zeros(size.shape, dtype=bool)
    # Of one series alone, there is no whole of each period beside it.
    one = len(used) == 1
    found = suppressed(used, threshold=least) if one else suppressed_table(used, threshold=least)
    out = np.zeros(size.shape, dtype=bool)
    out[size.any(axis=1)] = found & (used > 0)
    return out


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers of every group over periods of one length."""

    every: str
    tally: Any
    moments: Any
    grid: Grid

    @property
    def size(self) -> np.ndarray:
        """Responses, shape (groups, periods)."""
        return self.grid.filled(self.tally.responses)

    def row(self, level: Any) -> int:
        """The place of a group."""
        return self.grid.groups.index((level,))

    def trend(self, hidden: Flags, least: int, confidence_level: float) -> Trend:
        """The readings that are not hidden."""
        options: dict[str, Any] = {"confidence_level": confidence_level, "moments": self.moments, "hidden": hidden}
        table = series(self.tally, every=self.every, **options)
        by = self.tally.keys[1:]
        return Trend(table, self.every, by, confidence_level, withheld=int(hidden.sum()), min_responses=least)


def counted(survey: Gathering, item: Key, every: str, since: dt.date) -> Counted:
    """The answers by period and group since a day."""
    period = Period(survey._column("date"), every)
    tally, moments = survey._counted([period, item])
    found, _ = drawn(tally, period, since, None)
    return Counted(every, found.tally, moments, gridded(found.tally, every))


def team_trends(
    survey: Gathering,
    item: Key,
    levels: Sequence[Any],
    *,
    every: str,
    since: dt.date,
    least: int,
    veiled: Collection[dt.date] = (),
    confidence_level: float = 0.95,
) -> dict[Any, Trend]:
    """The periods of the teams that are shown, each over periods that hold enough answers, without those that do not.

    Parameters
    ----------
    survey : Survey
    item : str, Bands or Period
        What makes the teams.
    levels : sequence
        The teams that are shown.
    every : str
        Length of the periods of the whole, which is shown beside them.
    since : datetime.date
    least : int
        Readings with fewer answers are withheld.
    veiled : collection of datetime.date
        Periods that are withheld of the whole; then they are of each team, whose sum the whole is.
    confidence_level : float

    Returns
    -------
    dict
        Of each level that has readings to show, the trend of all groups whose rows of this level are to be shown.
    """
    base = counted(survey, item, every, since)
    known = [level for level in levels if (level,) in base.grid.groups]
    own = followed(base, known, least, veiled)
    few = [level for level in known if level not in own]
    here = beside(base, own, least, veiled) | ((base.size > 0) & closed(base, veiled))
    for length in longer(every) if few and here.sum() <= MOST_UNKNOWN else ():
        over = counted(survey, item, length, since)
        wide = followed(over, [level for level in few if (level,) in over.grid.groups], least, veiled, own=own)
        while wide:
            # Whoever is neither is seen only in what the whole leaves.
            hidden = beside(over, wide, least, veiled, apart=own)
            if is_safe(base, over, here, hidden, wide, least, closed(base, veiled)):
                near, far = (
                    each.trend(flags, least, confidence_level) for each, flags in ((base, here), (over, hidden))
                )
                return {**dict.fromkeys(own, near), **dict.fromkeys(wide, far)}
            wide.remove(smallest(over, wide))
    # Those with hardly a reading are left to the rest, which needs no other withheld for each of them.
    known = [level for level in known if (base.size[base.row(level)] >= least).sum() >= FEWEST_SHOWN]
    hidden = beside(base, known, least, veiled) | ((base.size > 0) & closed(base, veiled))
    return dict.fromkeys(known, base.trend(hidden, least, confidence_level))


def followed(
    counts: Counted, levels: Sequence[Any], least: int, veiled: Collection[dt.date], *, own: Sequence[Any] = ()
) -> list[Any]:
    """The teams worth following over these periods once all is withheld that must be, the smallest let go first."""
    found = [level for level in levels if enough(counts.size[counts.row(level)], least)]
    while found:
        hidden = beside(counts, found, least, veiled, apart=own)
        gaps = [level for level in found if not has_enough(counts, hidden, level)]
        if not gaps:
            break
        found.remove(smallest(counts, gaps))
    return found


def smallest(counts: Counted, levels: Sequence[Any]) -> Any:
    """The team with the fewest answers."""
    return min(levels, key=lambda level: counts.size[counts.row(level)].sum())


def has_enough(counts: Counted, hidden: Flags, level: Any) -> bool:
    """Whether enough of a team's readings are shown."""
    row = counts.row(level)
    return enough(np.where(hidden[row], 1, 2 * (counts.size[row] > 0)), 2)


def beside(
    counts: Counted, levels: Sequence[Any], least: int, veiled: Collection[dt.date], *, apart: Sequence[Any] = ()
) -> Flags:
    """What is hidden of these groups, with all the others taken together but those that are seen elsewhere.

    Of the others, everything is.
    """
    size = counts.size
    at = [counts.row(level) for level in levels]
    seen = [counts.row(level) for level in apart if (level,) in counts.grid.groups]
    rest = np.delete(size, [*at, *seen], axis=0).sum(axis=0)
    # Where the whole is withheld, nobody knows what there is besides.
    shut = closed(counts, veiled)
    found = hidden_readings(np.vstack([size[at], rest + least * shut]), least)
    hidden = size > 0
    hidden[at] = found[:-1]
    return np.asarray(hidden)


def closed(counts: Counted, veiled: Collection[dt.date]) -> Flags:
    """Which periods are, or hold one that is, withheld of the whole."""
    spans = {Period("", counts.every).first_day(day) for day in veiled}
    return np.array([day in spans for day in counts.grid.periods])


def is_safe(
    base: Counted, over: Counted, here: Flags, hidden: Flags, wide: Sequence[Any], least: int, shut: Flags
) -> bool:
    """Whether no withheld reading is a sum of what is shown: the wholes of periods and of teams, and readings."""
    size = base.size
    unknown = np.argwhere(here & (size > 0))
    if not len(unknown):
        return True
    starts, days = (np.array(each.grid.periods, dtype="M8[D]") for each in (over, base))
    group, period = unknown.T
    # A week belongs to the month that it begins in.
    span = np.maximum(np.searchsorted(starts, days, side="right") - 1, 0)[period]
    columns = [period == at for at in range(size.shape[1])]
    facts = [column for column, veiled in zip(columns, shut, strict=True) if not veiled]
    facts += [group == at for at in range(size.shape[0])]
    kept: list[Flags] = [np.arange(len(unknown)) == at for at in np.flatnonzero(size[group, period] < least)]
    kept += [columns[at] for at in np.flatnonzero(shut & (size.sum(0) < least))]
    for level in wide:
        own = group == base.row(level)
        for at, veiled in enumerate(hidden[over.row(level)]):
            mine = own & (span == at)
            if mine.any():
                (kept if veiled else facts).append(mine)
    if not kept:
        return True
    _, weight, across = np.linalg.svd(np.asarray(facts, dtype=float), full_matrices=False)
    across = across[weight > CERTAIN * weight[0]]
    asked = np.asarray(kept, dtype=float)
    return bool(((asked**2).sum(-1) - ((asked @ across.T) ** 2).sum(-1) > 1e-6).all())
